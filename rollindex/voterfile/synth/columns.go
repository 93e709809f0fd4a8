package synth

import (
	"fmt"
	"slices"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// A column appends one value of a record.
type column struct {
	name     string
	withheld bool
	limit    int // longest value, in bytes; 0 for none
	append   func(dst []byte, r *record) []byte
}

// sheet is a layout turned into columns to write.
type sheet struct {
	columns  []column
	header   bool
	delim    byte
	quote    bool // every value is quoted
	ending   string
	latin1   bool
	withheld string
	blank    string
}

// maker knows what the columns of one file need to know of each other.
type maker struct {
	layout    *layouts.Layout
	state     *state
	seed      uint64
	asOf      day
	elections []election
	has       [field.NumRoles]bool
	fill      [field.NumRoles]bool // asked for: a value in every row
}

// newSheet makes the columns of the layout and those added to it. A layout
// without a header gets one when columns are added, as leaked copies have it,
// unless the added ones are just the tail that some deliveries of it have.
func (m *maker) newSheet(add []field.Role) (*sheet, error) {
	l := m.layout
	s := &sheet{
		header: l.Header, delim: l.Delimiter[0], ending: "\n", latin1: l.Encoding == "windows-1252",
		quote: m.state.quoteAll && l.Quote != "", withheld: m.state.withheld, blank: m.state.blank,
	}
	if l.LineEnding == "crlf" {
		s.ending = "\r\n"
	}
	columns := slices.Clone(l.Columns)
	appended := m.added(add)
	if len(appended) > 0 && sameRoles(l.Tail, appended) {
		columns = append(columns, l.Tail...)
	} else if len(appended) > 0 {
		columns, s.header = append(columns, appended...), true
	}
	for _, c := range columns {
		m.has[c.Role] = true
	}
	for i := range columns {
		c := &columns[i]
		write := m.named(c.Name)
		if write == nil {
			write = m.role(c)
		}
		if write == nil && (c.Role != field.RoleNone && m.fill[c.Role]) {
			return nil, fmt.Errorf("no fictional values for a column of role %q", c.Role)
		}
		if write == nil {
			write = nothing
		}
		s.columns = append(s.columns, column{c.Name, c.Withheld, c.MaxLength, write})
	}
	if l.Growing != nil {
		s.columns = append(s.columns, m.electionColumns()...)
	}
	return s, nil
}

// added marks the roles to fill and returns columns for those the layout has not.
func (m *maker) added(add []field.Role) (appended []layouts.Column) {
	for _, role := range add {
		if m.fill[role] {
			continue
		}
		m.fill[role] = true
		if !slices.ContainsFunc(m.layout.Columns, func(c layouts.Column) bool { return c.Role == role }) {
			appended = append(appended, layouts.Column{Name: role.String(), Role: role, Format: "YYYY-MM-DD"})
		}
	}
	return appended
}

func sameRoles(a, b []layouts.Column) bool {
	roles := func(cols []layouts.Column) (r []field.Role) {
		for _, c := range cols {
			r = append(r, c.Role)
		}
		slices.Sort(r)
		return r
	}
	return slices.Equal(roles(a), roles(b))
}

func nothing(dst []byte, _ *record) []byte { return dst }

func words(f func(r *record) string) func([]byte, *record) []byte {
	return func(dst []byte, r *record) []byte { return append(dst, f(r)...) }
}

func number(width int, f func(r *record) int) func([]byte, *record) []byte {
	return func(dst []byte, r *record) []byte { return appendNumber(dst, f(r), width) }
}

func constant(s string) func([]byte, *record) []byte {
	return func(dst []byte, _ *record) []byte { return append(dst, s...) }
}

func (s *sheet) appendHeader(dst []byte) []byte {
	for i := range s.columns {
		if i > 0 {
			dst = append(dst, s.delim)
		}
		if s.quote {
			dst = append(dst, '"')
		}
		dst = append(dst, s.columns[i].name...)
		if s.quote {
			dst = append(dst, '"')
		}
	}
	return append(dst, s.ending...)
}

// appendRow writes one record. No value holds a delimiter, a quote or a line
// end: names, places and codes come from tables that have none.
func (s *sheet) appendRow(dst []byte, r *record) []byte {
	row := len(dst)
	for i := range s.columns {
		c := &s.columns[i]
		if i > 0 {
			dst = append(dst, s.delim)
		}
		if s.quote {
			dst = append(dst, '"')
		}
		start := len(dst)
		if r.exempt && c.withheld {
			dst = append(dst, s.withheld...)
		} else {
			dst = c.append(dst, r)
		}
		if c.limit > 0 && len(dst)-start > c.limit {
			dst = cut(dst, start, c.limit)
		}
		if len(dst) == start {
			dst = append(dst, s.blank...)
		}
		if s.quote {
			dst = append(dst, '"')
		}
	}
	if r.latin1 {
		dst = toLatin1(dst, row)
	}
	return append(dst, s.ending...)
}
