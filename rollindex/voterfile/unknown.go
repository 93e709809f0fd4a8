package voterfile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// unknown returns the columns of which nothing says what they hold: the layout does not
// know them, nor does their name tell. A column that stands in a layout without a role is
// one of them too unless a built-in layout has it, which lists what the publisher gives
// out: that it was listed does not say what it is.
func (m *Match) unknown() (cols []uint16) {
	published := map[string]bool{}
	if l, err := layouts.Get(m.Layout.ID); err == nil {
		for _, c := range slices.Concat(l.Columns, l.Tail) {
			published[c.Name] = true
		}
	}
	for i, c := range m.columns {
		switch {
		case c == nil:
			if m.isExtra(i) {
				cols = append(cols, uint16(i))
			}
			continue
		case c.Role != field.RoleNone || published[c.Name] && !m.isExtra(i) || m.Layout.Growing.Match(c.Name):
			continue
		}
		if _, tells := c.Exposes(); !tells {
			cols = append(cols, uint16(i))
		}
	}
	return cols
}

// A name is kept with a dataset and may be published with it, so that it must not be a
// value. The columns of JSON, BSON and XML are named by keys, which a row brings along: a
// map whose keys are addresses or names makes a column of each.
const (
	// namedRows is how many rows must have a value under a key for it to be named: one
	// that so many share is nobody's own.
	namedRows = 10
	// valueDigits is how many digits a name may not have: those of a Social Security
	// number. A date, as of an election, has eight.
	valueDigits = 9
	// mostUnknown bounds how many columns are named.
	mostUnknown = 200
)

// Unknown returns the names of the columns of a member, an index into [Source.Members],
// that have a value in some row and of which nothing says what they hold, in the order
// of the file; it is complete when every chunk was parsed to its end. Names that might be
// values are not among them: such a column is named by its place.
func (s *Source) Unknown(member int) (names []string) {
	p := s.plans[member]
	if p == nil {
		return nil
	}
	p.watched.mu.Lock()
	seen := maps.Clone(p.watched.unknown)
	p.watched.mu.Unlock()
	keyed := s.members[member].keyed()
	columns := s.about[member].Match.Columns()
	for i, c := range slices.Sorted(maps.Keys(seen)) {
		if i == mostUnknown {
			names = append(names, fmt.Sprintf("%d more", len(seen)-i))
			break
		}
		name := columns[c].Name
		switch digits, _ := countDigits([]byte(name)); {
		case name == "":
			name = fmt.Sprintf("column %d, which has no name", c+1)
		case keyed && seen[c] < namedRows, digits >= valueDigits, strings.Contains(name, "@"):
			name = fmt.Sprintf("column %d, whose name may be somebody's details", c+1)
		}
		names = append(names, name)
	}
	return names
}

// keyed reports whether the columns of a member are named by its rows.
func (m *member) keyed() bool { return m.kind == "json" || m.kind == "bson" || m.kind == "xml" }

// strangeColumn is an unknown column in which a parser has met so many values, fewer than
// namedRows.
type strangeColumn struct {
	at   uint16
	rows int
}

// unseen returns the unknown columns of the member at hand in which this parser has
// met few values.
func (p *Parser) unseen() []strangeColumn {
	if p.strange == nil {
		p.strange = make([][]strangeColumn, len(p.plans))
		for i, pl := range p.plans {
			if pl != nil {
				for _, c := range pl.unknown {
					p.strange[i] = append(p.strange[i], strangeColumn{at: c})
				}
			}
		}
	}
	return p.strange[p.member]
}

// meet notes which unknown columns have a value in the row at hand. After a few rows
// hardly any is left to look at.
func (p *Parser) meet() {
	left := p.unseen()
	if len(left) == 0 {
		return
	}
	full := false
	for i := range left {
		c := &left[i]
		if p.column(c.at) == nil {
			continue
		}
		c.rows++
		full = full || c.rows == namedRows
		p.plan.watched.meet(c.at)
	}
	if full {
		p.strange[p.member] = slices.DeleteFunc(left, func(c strangeColumn) bool { return c.rows == namedRows })
	}
}

// meet notes a value in an unknown column. Each parser notes the first few, so that there
// are at least namedRows if the member has as many.
func (s *sharedWatch) meet(c uint16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unknown == nil {
		s.unknown = map[uint16]int{}
	}
	s.unknown[c]++
}
