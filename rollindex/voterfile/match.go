package voterfile

import (
	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// Match is how a file is read: by which layout, and why.
type Match struct {
	Layout     *layouts.Layout
	Confidence float64 // 0 to 1
	Why        string  // what decided it, in words
	Header     bool    // a row of the file names its columns
	ByName     bool    // columns are mapped by those names, not by position
	Delimiter  byte
	Quoted     bool     // a field may be enclosed in double quotes
	Fields     int      // fields of a row
	Missing    []string // columns of the layout that the header lacks
	Extra      []Extra  // columns that the layout does not know

	columns    []*layouts.Column // of the file, in its order; nil for one that nothing is known of
	extra      []bool            // of columns: the layout does not know it
	headerLine int64
}

// Extra is a column that the layout does not know.
type Extra struct {
	Name string     // as the header has it, made fit to be shown
	Role field.Role // what the name says it holds; RoleNone if it says nothing
}

// lined reports whether the rows of the sample have the fields that the header
// names, or one more that is empty.
func (m *Match) lined(s *sample) bool {
	rows := s.split(m.Delimiter, m.Quoted)
	return !m.ByName || len(s.lines) == 1 || rows.fields == m.Fields || rows.fields == m.Fields+1 && rows.trailing
}

func (m *Match) isExtra(i int) bool { return m.extra[i] }

// headNames returns the normalised names that a header may give column i.
func (m *Match) headNames(i int) []string {
	c := m.columns[i]
	if c == nil {
		return nil
	}
	names := []string{layouts.NormName(c.Name)}
	for _, a := range c.Aliases {
		names = append(names, layouts.NormName(a))
	}
	return names
}

// header is the first row of a file, split and taken as names.
type header struct {
	names []string // as written
	norm  []string
	line  int64
}

// matchHeader maps the columns of a file to a layout by their names. The
// confidence is the share of the layout's columns that were found, less a little
// for columns that nothing is known of.
func matchHeader(l *layouts.Layout, h *header) *Match {
	known := map[string]*layouts.Column{}
	for _, cols := range [][]layouts.Column{l.Columns, l.Tail} {
		for i := range cols {
			known[layouts.NormName(cols[i].Name)] = &cols[i]
			for _, a := range cols[i].Aliases {
				known[layouts.NormName(a)] = &cols[i]
			}
		}
	}
	m := &Match{Layout: l, Header: true, ByName: true, Fields: len(h.names), headerLine: h.line}
	found := map[*layouts.Column]bool{}
	strange := 0
	for i, name := range h.names {
		c := known[h.norm[i]]
		isExtra := false
		switch {
		case c != nil && !found[c]:
			found[c] = true
		case l.Growing.Match(name):
			c = &layouts.Column{Name: name, Role: l.Growing.Role}
		default:
			role := field.RoleNone
			if c == nil { // a second column of one name is not guessed at
				role = layouts.RoleOfName(name)
			}
			c, isExtra = nil, true
			if role != field.RoleNone {
				c = &layouts.Column{Name: name, Role: role}
			} else {
				strange++
			}
			m.Extra = append(m.Extra, Extra{label(name), role})
		}
		m.columns = append(m.columns, c)
		m.extra = append(m.extra, isExtra)
	}
	fixed := 0
	for i := range l.Columns {
		if found[&l.Columns[i]] {
			fixed++
		} else {
			m.Missing = append(m.Missing, l.Columns[i].Name)
		}
	}
	m.Confidence = float64(fixed) / float64(len(l.Columns)+strange)
	if !m.hasRole(field.NameLast) || !m.hasRole(field.NameFirst) {
		m.Confidence = 0 // without names there is nobody to find
	}
	m.Why = whyHeader(m, fixed)
	return m
}

func (m *Match) hasRole(r field.Role) bool {
	for _, c := range m.columns {
		if c != nil && c.Role == r {
			return true
		}
	}
	return false
}

// matchFields maps the columns of a file without a usable header to a layout by
// their position, or returns nil if the layout has another number of them. The
// confidence is the share of the columns whose values look like what the layout
// says they are.
func matchFields(l *layouts.Layout, rows *sampleRows) *Match {
	cols := l.Columns
	with := append(append([]layouts.Column{}, l.Columns...), l.Tail...)
	switch n := rows.fields; {
	case n == len(cols) || n == len(cols)+1 && rows.trailing:
	case l.Header: // where a tail stands is only known by name
		return nil
	case n == len(with) || n == len(with)+1 && rows.trailing:
		cols = with
	default:
		return nil
	}
	m := &Match{Layout: l, Fields: len(cols), extra: make([]bool, len(cols))}
	for i := range cols {
		m.columns = append(m.columns, &cols[i])
	}
	good, tested := contentFit(l, m.columns, rows)
	if tested > 0 {
		m.Confidence = float64(good) / float64(tested) * rows.regular
	}
	if l.Header {
		m.Confidence *= 0.9 // the publisher writes a header; this copy lost it
	}
	m.Why = whyFields(m, good, tested)
	return m
}
