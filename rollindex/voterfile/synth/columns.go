package synth

import (
	"bytes"
	"fmt"
	"slices"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// A column appends one value of a record.
type column struct {
	name     string
	withheld bool
	hidden   string // what stands in it where the row's details are withheld
	blank    string // what stands for an empty value
	absent   string // what a lapse puts there
	salt     uint64 // sets its lapses apart from other columns'; 0 for none
	limit    int    // longest value, in bytes; 0 for none
	quote    bool   // the value is quoted
	free     bool   // the value may hold what the form of the file does not allow
	start    int    // of a record of fixed places: the first byte, from 0
	width    int    // and the number of bytes
	append   func(dst []byte, r *record) []byte
}

// sheet is a layout turned into columns to write.
type sheet struct {
	layout   *layouts.Layout
	columns  []column
	header   bool
	delim    byte
	quote    bool // every value is quoted
	ending   string
	latin1   bool
	lapses   uint64 // of 2^64 values of a column with a word for none
	template []byte // of a record of fixed places: what stands between the columns
	tree     *node  // of a record of nested parts
	row      func(dst []byte, r *record) []byte
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
	oddLine   bool                 // an odd address stands on one line, without its parts
	votes     int                  // columns of vote history so far
	manyVotes bool                 // there is one an election
}

// newSheet makes the columns of the layout and those added to it. A layout
// without a header gets one when columns are added, as leaked copies have it,
// unless the added ones are just the tail that some deliveries of it have.
func (m *maker) newSheet(add []field.Role) (*sheet, error) {
	l := m.layout
	s := &sheet{
		layout: l, header: l.Header, ending: "\n", latin1: l.Encoding == "windows-1252",
		quote: m.state.quoteAll && l.Quote != "", lapses: uint64(m.state.lapses * (1 << 63) * 2),
	}
	if l.Delimited() {
		s.delim = l.Delimiter[0]
	}
	if l.LineEnding == "crlf" {
		s.ending = "\r\n"
	}
	columns := slices.Clone(l.Columns)
	if m.short(add) {
		columns = slices.Clone(l.Required())
	}
	appended := m.added(add)
	if len(appended) > 0 && sameRoles(l.Tail, appended) {
		columns = append(columns, l.Tail...)
	} else if len(appended) > 0 {
		columns, s.header = append(columns, appended...), true
	}
	m.survey(columns)
	for i := range columns {
		c := &columns[i]
		write := m.writer(c)
		if write == nil && c.Role != field.RoleNone && m.fill[c.Role] {
			return nil, fmt.Errorf("no fictional values for a column of role %q", c.Role)
		}
		if write == nil {
			write = nothing
		}
		s.columns = append(s.columns, m.column(c, i, write))
	}
	if l.Growing != nil {
		s.columns = append(s.columns, m.electionColumns(columns)...)
	}
	return s, s.setForm(len(appended) > 0)
}

// short reports whether the file is one without the optional columns of its layout.
// Every other seed makes one, unless such a column is asked for.
func (m *maker) short(add []field.Role) bool {
	for _, c := range m.layout.Columns {
		if c.Optional && slices.Contains(add, c.Role) {
			return false
		}
	}
	return m.seed%2 == 1
}

// survey notes what the columns are together.
func (m *maker) survey(columns []layouts.Column) {
	votes := 0
	for i := range columns {
		c := &columns[i]
		m.has[c.Role] = true
		if k, ok := c.Exposes(); ok && k == field.VoteHistory && c.Role != field.LastVoteDate {
			votes++
		}
	}
	m.manyVotes = votes > 1
	for i := range columns {
		if c := &columns[i]; c.Role == field.AddressLine {
			m.oddLine = m.state.own || m.has[field.StreetName] && named(c, "nonst", "physical")
		}
	}
}

// writer returns the writer of a column, nil for one that stands empty.
func (m *maker) writer(c *layouts.Column) func([]byte, *record) []byte {
	if m.state.own {
		if write := m.named(c.Name); write != nil {
			return write
		}
		return m.role(c)
	}
	if c.Role == field.RoleVoteHistory && m.manyVotes {
		return m.vote(c)
	}
	if c.Role == field.RoleNone {
		return m.kind(c)
	}
	return m.role(c)
}

// column makes column number i, with what the layout says of its values.
func (m *maker) column(c *layouts.Column, i int, write func([]byte, *record) []byte) column {
	l := m.layout
	words := append(slices.Clone(l.Absent), c.Absent...)
	col := column{
		name: c.Name, withheld: c.Withheld, blank: m.state.blank, limit: limit(c), start: c.Start - 1, width: c.Length,
		free:   !m.state.own || c.Role == field.NameFull || c.Role == field.AddressFull || c.Role == field.CityStateZIP,
		append: write,
	}
	if len(words) > 0 && c.Withheld {
		col.hidden = words[0]
	}
	if m.state.own {
		return col
	}
	kind, ok := c.Exposes()
	isName := ok && kind == field.Name
	col.quote = l.Quote != "" && isName
	// A word of one column's own is what stands there for no value; one of the
	// whole file is seen here and there.
	switch {
	case c.Withheld || m.fill[c.Role]:
	case len(c.Absent) > 0:
		col.absent, col.blank, col.salt = c.Absent[0], c.Absent[0], uint64(i+1)
	case len(l.Absent) > 0 && !withholds(l) && !isName:
		col.absent, col.salt = l.Absent[0], uint64(i+1)
	}
	return col
}

// added marks the roles to fill and returns columns for those the layout has not.
func (m *maker) added(add []field.Role) (appended []layouts.Column) {
	for _, role := range add {
		if m.fill[role] {
			continue
		}
		m.fill[role] = true
		has := func(c layouts.Column) bool { return c.Role == role }
		if slices.ContainsFunc(m.layout.Columns, has) {
			continue
		}
		c := layouts.Column{Name: role.String(), Role: role, Format: "YYYY-MM-DD"}
		if role == field.NameFull {
			c.Format = ""
		}
		if i := slices.IndexFunc(m.layout.Tail, has); i >= 0 && m.layout.Header {
			c = m.layout.Tail[i]
		}
		appended = append(appended, c)
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

// appendValue appends what a record has in a column.
func (s *sheet) appendValue(dst []byte, c *column, r *record) []byte {
	start := len(dst)
	switch {
	case r.exempt && c.withheld:
		dst = append(dst, c.hidden...)
	case c.salt != 0 && mix(r.dice^c.salt*0x9e3779b97f4a7c15) < s.lapses:
		dst = append(dst, c.absent...)
	default:
		dst = c.append(dst, r)
	}
	if c.limit > 0 && len(dst)-start > c.limit {
		dst = cut(dst, start, c.limit)
	}
	if len(dst) == start {
		dst = append(dst, c.blank...)
	}
	return dst
}

// appendDelimited writes one record as a line. Names, places and codes come from
// tables that have no delimiter, quote or line end; values made of several of
// them may have a comma, and are quoted or lose it.
func (s *sheet) appendDelimited(dst []byte, r *record) []byte {
	row := len(dst)
	for i := range s.columns {
		c := &s.columns[i]
		if i > 0 {
			dst = append(dst, s.delim)
		}
		quote := s.quote || c.quote
		start := len(dst)
		if quote {
			dst = append(dst, '"')
		}
		dst = s.appendValue(dst, c, r)
		if quote {
			dst = append(dst, '"')
		} else if c.free && bytes.IndexByte(dst[start:], s.delim) >= 0 {
			dst = s.enclose(dst, start)
		}
	}
	if r.latin1 {
		dst = toLatin1(dst, row)
	}
	if s.layout.TrailingDelimiter != "" {
		dst = append(dst, s.delim)
	}
	return append(dst, s.ending...)
}

// enclose quotes the value from start, or puts a space for every delimiter in it
// where the layout has no quotes.
func (s *sheet) enclose(dst []byte, start int) []byte {
	if s.layout.Quote != "" {
		return append(slices.Insert(dst, start, '"'), '"')
	}
	for i := start; i < len(dst); i++ {
		if dst[i] == s.delim {
			dst[i] = ' '
		}
	}
	return dst
}

// appendHead writes the names of the columns as a line.
func (s *sheet) appendHead(dst []byte) []byte {
	for i := range s.columns {
		if i > 0 {
			dst = append(dst, s.delim)
		}
		start := len(dst)
		if s.quote {
			dst = append(dst, '"')
		}
		dst = append(dst, s.columns[i].name...)
		if s.quote {
			dst = append(dst, '"')
		} else if bytes.IndexByte(dst[start:], s.delim) >= 0 {
			dst = s.enclose(dst, start)
		}
	}
	if s.layout.TrailingDelimiter == "all" {
		dst = append(dst, s.delim)
	}
	return append(dst, s.ending...)
}
