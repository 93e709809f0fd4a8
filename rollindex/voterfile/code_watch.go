package voterfile

import (
	"fmt"
	"strings"

	"rollcheck/data/field"
)

// A column of codes, such as those of sexes or parties, that changes its place with
// another one holds values that are none of its codes. Every row is looked at; what is
// none of them is told and read as it stands, since publishers add codes.

// codedColumn is a column whose layout lists its codes.
type codedColumn struct {
	at    uint16
	title string
	short [shortSlots]uint64  // codes of up to eight bytes, by a hash; 0 is none
	all   map[string]struct{} // codes and what they mean, in capital letters
}

const (
	shortBits  = 8
	shortSlots = 1 << shortBits
	mostShort  = shortSlots / 2
)

// codedColumns returns the columns of a file whose layout lists their codes.
func (m *Match) codedColumns() (coded []codedColumn) {
	for i, c := range m.columns {
		if c == nil || m.isExtra(i) {
			continue
		}
		codes := m.Layout.Codes[c.Role.String()]
		if len(codes) == 0 || !hasCodes(c.Role) {
			continue
		}
		column := codedColumn{at: uint16(i), title: label(c.Name), all: map[string]struct{}{}}
		if c.Role == field.RoleSex { // of whom no sex is stated, whether or not a layout says so
			column.all["U"], column.all["X"] = struct{}{}, struct{}{}
		}
		n := 0
		for code, means := range codes {
			words := []string{code, means}
			if c.Role == field.CountyID { // as a program for tables leaves them
				words = append(words, strings.TrimLeft(code, "0"))
			}
			for _, word := range words {
				column.all[strings.ToUpper(word)] = struct{}{}
				if n := c.MaxLength; n > 0 && len(word) > n { // it does not fit
					column.all[strings.ToUpper(word[:n])] = struct{}{}
				}
			}
			if len(code) > 0 && len(code) <= 8 && n < mostShort {
				column.put(packed([]byte(code)))
				n++
			}
		}
		coded = append(coded, column)
	}
	return coded
}

// hasCodes reports whether the layouts that list codes for a role list all that were in
// use.
func hasCodes(r field.Role) bool {
	return r == field.RoleStatus || r == field.RoleSex || r == field.RoleRace || r == field.RoleParty || r == field.CountyID
}

// packed returns up to eight bytes as a number, which is 0 for none.
func packed(v []byte) (x uint64) {
	for _, c := range v {
		x = x<<8 | uint64(c)
	}
	return x
}

// slotOf is Fibonacci hashing (Knuth, The Art of Computer Programming, vol. 3, 6.4).
func slotOf(x uint64) uint64 { return x * 0x9e3779b97f4a7c15 >> (64 - shortBits) }

func (c *codedColumn) put(x uint64) {
	i := slotOf(x)
	for c.short[i] != 0 && c.short[i] != x {
		i = (i + 1) % shortSlots
	}
	c.short[i] = x
}

// lists reports whether a value is one of the codes, or what one means.
func (c *codedColumn) lists(v []byte) bool {
	if c.listsShort(v) {
		return true
	}
	_, ok := c.all[strings.ToUpper(string(v))]
	return ok
}

// listsShort reports whether a value is one of the codes of up to eight bytes as it stands.
func (c *codedColumn) listsShort(v []byte) bool {
	if len(v) > 8 {
		return false
	}
	x := packed(v)
	for i := slotOf(x); c.short[i] != 0; i = (i + 1) % shortSlots {
		if c.short[i] == x {
			return true
		}
	}
	return false
}

// lookAtCodes notes which columns of codes have a value in the row at hand that is none.
func (p *Parser) lookAtCodes() {
	for i := range p.plan.coded {
		c := &p.plan.coded[i]
		if s := p.spans[c.at]; s.start == s.end || c.listsShort(p.line[s.start:s.end]) { // nearly all
			continue
		}
		if v := p.column(c.at); len(v) > 0 && !c.lists(v) {
			if p.unlisted == nil {
				p.unlisted = make([]hint, len(p.plan.coded))
			}
			p.unlisted[i].add(hint{p.rec.Line, 1})
		}
	}
}

// addUnlisted adds what a chunk had of values that are none of the codes.
func (s *sharedWatch) addUnlisted(rows []hint) {
	if len(rows) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unlisted == nil {
		s.unlisted = make([]hint, len(rows))
	}
	for i, h := range rows {
		s.unlisted[i].add(h)
	}
}

// unlistedCodes words which rows have values that are none of the codes of their column.
func (p *plan) unlistedCodes(member, where string) (all []Contrary) {
	p.watched.mu.Lock()
	defer p.watched.mu.Unlock()
	for i, h := range p.watched.unlisted {
		if h.rows == 0 {
			continue
		}
		rows, have := h.words(where)
		all = append(all, Contrary{UnlistedCode, member, h.rows, h.line, false,
			fmt.Sprintf("%s %s a value in %q that is none of the codes its layout lists", rows, have, p.coded[i].title)})
	}
	return all
}
