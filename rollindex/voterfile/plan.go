package voterfile

import (
	"bytes"
	"cmp"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
)

// plan is what a parser needs to know of a member, worked out once: which column
// of this very file holds what.
type plan struct {
	jurisdiction string
	asOf         hashing.Date
	dates        dateForm
	delim        byte
	quoted       bool
	page         *page // fields that are not UTF-8 are read by it, unless those around them say otherwise
	watched      *sharedWatch
	birthName    string                 // of the column of birth dates
	titles       [field.NumRoles]string // of the columns, by role
	address      []uint16               // columns with any part of the address
	alike        [numLookalikes]bool    // pairs of columns that the file has
	open         [numQuestions]bool     // its beginning does not settle
	forced       bool                   // the layout was named
	state        uint64                 // hash of its name
	towns        func() map[string]bool // of the state
	foreign      bool                   // its ZIP codes are postal codes of another country
	fields       int                    // fields of a row
	width        int                    // with empty ones behind them, where rows end in delimiters
	maxLine      int
	firstName    []byte // of the header, as written
	headerLine   int64  // where the header stands, under lines that are no rows; 0 if there is none
	typesLine    int64  // the line that gives the types of the columns; 0 if there is none
	record       int    // bytes of a line with fixed places; 0 otherwise
	form         fixedForm
	places       []place

	first      [field.NumRoles]int16    // by role: the best column that holds it, or -1
	others     [field.NumRoles][]uint16 // by role: further columns that hold it
	picks      []pick                   // columns beyond those of the file: numbered from fields
	nameFormat string                   // of a whole name in one column

	tells  []teller // by kind: columns whose having a value is all that matters
	absent absents
	plain  [256]bool  // bytes that begin a value of which no more need be looked at but its last one
	heads  [][]string // by column: normalised names a header gives it

	coded   []codedColumn
	unknown []uint16 // columns of which nothing says what they hold
}

// teller is a kind and the columns a value in any of which exposes it.
type teller struct {
	kind field.Kind
	cols []uint16
}

// absents are the values that stand for none.
type absents struct {
	first  [256]bool // bytes such a value can begin with: nearly every value is cleared by one look
	any    [][]byte
	column map[uint16][][]byte
}

// has reports whether v, which is not empty, stands for no value in the column.
func (a *absents) has(col uint16, v []byte) bool {
	for _, w := range a.any {
		if bytes.EqualFold(v, w) {
			return true
		}
	}
	for _, w := range a.column[col] {
		if bytes.EqualFold(v, w) {
			return true
		}
	}
	return false
}

func (a *absents) mark(w string) []byte {
	for _, c := range [2][]byte{bytes.ToLower([]byte(w)), bytes.ToUpper([]byte(w))} {
		a.first[c[0]] = true
	}
	return []byte(w)
}

// newPlan makes the plan for a file whose columns are those of m.
func newPlan(m *Match, opts *Options) *plan {
	p := &plan{
		jurisdiction: m.Layout.Jurisdiction,
		asOf:         opts.AsOf,
		delim:        m.Delimiter,
		quoted:       m.Quoted,
		page:         cmp.Or(m.page, windows1252),
		watched:      &sharedWatch{},
		fields:       len(m.columns),
		width:        max(m.width, len(m.columns)),
		maxLine:      opts.MaxLine,
		headerLine:   m.headerLine,
		typesLine:    m.typesLine,
		firstName:    m.firstName,
		dates:        m.dateForm(birthLast(opts.AsOf)),
		absent:       absents{column: map[uint16][][]byte{}},
		unknown:      m.unknown(),
		coded:        m.codedColumns(),
	}
	p.foreign, p.forced = foreign(m.Layout), opts.Layout != nil
	for _, d := range m.Doubts {
		p.open[d.Question] = true
	}
	if opts.Jurisdiction != "" {
		p.jurisdiction = opts.Jurisdiction
	}
	if m.Fixed {
		p.quoted, p.record, p.form, p.places = false, m.Layout.RecordLength, m.form, fixedPlaces(m.Layout)
	}
	for r := range p.first {
		p.first[r] = -1
	}
	for _, w := range m.Layout.Absent {
		p.absent.any = append(p.absent.any, p.absent.mark(w))
	}
	// Columns of the layout come before those known by a common name only, so
	// that the published value is taken where both have one.
	for _, extra := range []bool{false, true} {
		for i, c := range m.columns {
			if c != nil && m.isExtra(i) == extra {
				p.addColumn(uint16(i), c)
			}
		}
	}
	p.nameFormat = cmp.Or(m.nameForm, p.nameFormat)
	p.picks = m.picks
	for i := range m.picks {
		p.addColumn(uint16(p.fields+i), m.picks[i].column)
	}
	p.setLookalikes(m.home)
	for c := range p.plain {
		p.plain[c] = c > ' ' && !p.absent.first[c] && !p.quoted // within quotes one may be doubled
	}
	if !m.Fixed && m.Delimiter != TableDelimiter {
		p.heads = m.names()
	}
	return p
}

func (p *plan) addColumn(i uint16, c *layouts.Column) {
	for _, w := range c.Absent {
		p.absent.column[i] = append(p.absent.column[i], p.absent.mark(w))
	}
	if isBirth(c.Role) && p.birthName == "" {
		p.birthName = label(c.Name)
	}
	if p.titles[c.Role] == "" {
		p.titles[c.Role] = label(c.Name)
	}
	if c.Role == field.NameFull {
		p.nameFormat = c.Format
	}
	if c.Role != field.RoleNone {
		if p.first[c.Role] >= 0 {
			p.others[c.Role] = append(p.others[c.Role], i)
		} else {
			p.first[c.Role] = int16(i)
		}
	}
	kind, ok := c.Exposes()
	if ok && kind == field.Address {
		p.address = append(p.address, i)
	}
	if ok && !judged(c.Role) {
		p.tell(kind, i)
	}
}

func (p *plan) tell(kind field.Kind, col uint16) {
	for i := range p.tells {
		if t := &p.tells[i]; t.kind == kind {
			t.cols = append(t.cols, col)
			return
		}
	}
	p.tells = append(p.tells, teller{kind, []uint16{col}})
}

// judged reports whether a role exposes its kind only by a closer look at the
// value, which [Parser.fill] takes, or not by itself: a directional without a
// street is no address.
func judged(r field.Role) bool {
	switch r {
	case field.NameMiddle, field.NameSuffix, field.NamePrefix,
		field.RoleBirthDate, field.RoleBirthMonthYear, field.RoleBirthYear,
		field.HouseFraction, field.StreetPredir, field.StreetType, field.StreetPostdir, field.UnitType, field.UnitNumber,
		field.RolePhone, field.RoleEmail, field.RoleSSN, field.RoleSSNLast4, field.RoleDriverLicense, field.RoleNationalID:
		return true
	}
	return false
}

// birthLast returns the last year that two digits of a birth year can mean.
func birthLast(asOf hashing.Date) int {
	if asOf.Year == 0 {
		return unknownYear - youngest
	}
	return int(asOf.Year) - youngest
}

// room is how many spans a row needs: more than it has fields, so that a row too
// long by trailing delimiters can be told from one that is longer still.
func (p *plan) room() int { return p.fields + spareFields + 1 }

// isHeader reports whether the row whose first fields are given names the
// columns: concatenated files repeat their header.
func (p *plan) isHeader(line []byte, spans []span) bool {
	for i, names := range p.heads[:min(2, len(p.heads))] {
		if !sameName(line[spans[i].start:spans[i].end], names) {
			return false
		}
	}
	return len(p.heads) > 0
}

// sameOrder reports whether a header names every column as the plan has it.
func (p *plan) sameOrder(line []byte, spans []span) bool {
	for i, names := range p.heads {
		if len(names) > 0 && !sameName(line[spans[i].start:spans[i].end], names) {
			return false
		}
	}
	return true
}

// sameName reports whether raw is one of the normalised names, without making
// its normal form.
func sameName(raw []byte, names []string) bool {
	for _, name := range names {
		at := 0
		ok := true
		for _, c := range raw {
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
				continue
			}
			if at == len(name) || name[at] != c {
				ok = false
				break
			}
			at++
		}
		if ok && at == len(name) {
			return true
		}
	}
	return false
}
