package voterfile

import (
	"fmt"
	"slices"
	"strings"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/rollindex/voterfile/internal/tables"
)

// Match is how a file is read: by which layout, and why.
type Match struct {
	Layout    *layouts.Layout
	Score     float64  // 0 to 1
	Evidence  []string // what speaks for it and against it, in words
	Header    bool     // a row of the file names its columns, or the container does
	ByName    bool     // columns are mapped by those names, not by position
	Fixed     bool     // columns lie at fixed places of the line
	Delimiter byte     // of lines that are cut
	Quoted    bool     // a field may be enclosed in double quotes
	DayFirst  bool     // dates have the day before the month
	Birth     string   // the most exact precision that most birth dates of the sample have: "day", "month", "year", "age" or "none"
	Fields    int      // fields of a row
	Missing   []string // columns of the layout that the header lacks
	Extra     []Extra  // columns that the layout does not know
	Doubts    []Doubt  // what the values of the sample do not settle

	columns    []*layouts.Column // of the file, in its order; nil for one that nothing is known of
	heads      []string          // of columns: their names in the file, made fit to be shown; none without a header
	picks      []pick            // columns of the layout that are picked by a type
	inOrder    bool              // the columns stand in the layout's order
	extra      []bool            // of columns: the layout does not know it
	width      int               // fields of most rows, empty ones behind the columns included
	form       fixedForm         // of fixed lines
	firstName  []byte            // of the header, as written
	headerLine int64             // where the header stands in the text; lines before it are no rows
	against    *contradiction
	shown      [numLookalikes]tally // by the rows of the sample
	home       string               // the state that the file is of ("FL"); "" for none
	dated      int64                // dates of the sample that two orders can read, and that one can only
	ordered    int64                // of them, those that only the order decided can
	nameForm   string               // of whole names without a comma, where the layout does not say: "last first", "first last"
	typesLine  int64                // the line that gives the types of the columns; 0 if there is none
	mixedHint  string               // what to do about it
	mixed      string               // what speaks for days first and what for months
	turnedISO  *orderWatch          // what speaks for the day before the month in dates that begin with the year; nil if nothing does
	turnedIn   string               // the column of these dates
	order      dateOrder            // of the parts of a date, where a value leaves it open
	nextDay    bool                 // birth dates with a time of day past noon are of the day after
	noon       string               // a column of birth dates with times that are noon in one place and midnight in another
	page       *page                // that bytes which are not UTF-8 are read by
	other      string               // a column that a header names otherwise than its place says
	twice      string               // a column of names or birth dates that the file has once more than the layout
}

// TableDelimiter is the [Match.Delimiter] of rows that come out of a container of
// tables, such as a workbook or a dump.
const TableDelimiter = tables.Separator

// Extra is a column that the layout does not know.
type Extra struct {
	Name string     // as the header has it, made fit to be shown
	Role field.Role // what the name says it holds; RoleNone if it says nothing
}

// lined reports whether the rows of the sample have the fields that the header
// names, or further ones that are empty.
func (m *Match) lined(s *sample) bool {
	if !m.ByName || len(s.lines) <= 1 {
		return true
	}
	rows := s.split(m.Delimiter, m.Quoted)
	return rows.fields == m.Fields || rows.fields > m.Fields && rows.fields-rows.trailing <= m.Fields
}

func (m *Match) isExtra(i int) bool { return m.extra[i] }

// names returns, for each column, the normalised names that a header may give it.
func (m *Match) names() (all [][]string) {
	for i := range m.columns {
		all = append(all, m.headNames(i))
	}
	return all
}

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

// header is a row of a file, split and taken as names.
type header struct {
	names []string // as written
	norm  []string
	line  int64
}

// candidate is a layout that a file may have.
type candidate struct {
	*layouts.Layout
	known map[string][]*layouts.Column // by normalised name, in the order they have in the layout
	place map[*layouts.Column]int      // of its columns
	typed int                          // columns that are picked by a type
	named bool                         // it has people's names; a list of addresses has none
}

func newCandidate(l *layouts.Layout) *candidate {
	c := &candidate{Layout: l, known: map[string][]*layouts.Column{}, place: map[*layouts.Column]int{}}
	for _, cols := range [][]layouts.Column{l.Columns, l.Tail} {
		for i := range cols {
			col := &cols[i]
			c.place[col] = len(c.place)
			if strings.Contains(col.Name, "[Type=") {
				c.typed++
			}
			c.named = c.named || col.Role == field.NameLast || col.Role == field.NameFull
			for _, name := range append([]string{col.Name}, col.Aliases...) {
				norm := layouts.NormName(name)
				if list := c.known[norm]; len(list) == 0 || list[len(list)-1] != col {
					c.known[norm] = append(list, col)
				}
			}
		}
	}
	return c
}

// matchHeader maps the columns of a file to a layout by their names. The score
// is the share of the layout's columns that were found, less a little for
// columns that nothing is known of. Of columns of one name the first in the file
// is the first in the layout.
func matchHeader(l *candidate, h *header) *Match {
	m := &Match{Layout: l.Layout, Header: true, ByName: true, Fields: len(h.names), headerLine: h.line, firstName: []byte(h.names[0])}
	found := map[*layouts.Column]bool{}
	picks, used := l.picks(h)
	for _, p := range picks {
		found[p.column] = true
	}
	m.picks = picks
	strange, at := 0, -1
	m.inOrder = true
	for i, name := range h.names {
		c := l.next(h.norm[i], found)
		if c == nil && h.line == 0 { // a layout may name an element of an array as the file does
			c = l.next(layouts.NormName(name), found)
		}
		isExtra := false
		switch {
		case used[i]:
			c = nil
		case c != nil:
			found[c] = true
			m.inOrder = m.inOrder && l.place[c] > at
			at = l.place[c]
		case l.Growing.Match(name):
			c = &layouts.Column{Name: name, Role: l.Growing.Role}
		default:
			role := field.RoleNone
			if l.known[h.norm[i]] == nil { // one column more of a known name is not guessed at
				role = layouts.RoleOfName(name)
			}
			isExtra = true
			if list := l.known[h.norm[i]]; len(list) > 0 && identifies(list[0].Role) {
				m.twice = label(name)
			}
			if role != field.RoleNone {
				c = &layouts.Column{Name: name, Role: role}
			} else if name != "" {
				strange++
			}
			m.Extra = append(m.Extra, Extra{label(name), role})
		}
		m.columns = append(m.columns, c)
		m.heads = append(m.heads, label(name))
		m.extra = append(m.extra, isExtra)
	}
	fixed, may := 0, 0
	for i := range l.Columns {
		c := &l.Columns[i]
		switch {
		case found[c]:
			fixed++
			continue
		case c.Optional:
			may++
		}
		m.Missing = append(m.Missing, c.Name)
	}
	m.Score = float64(fixed) / float64(len(l.Columns)-may+strange)
	if l.named && !m.hasName() {
		m.Score = 0 // without names there is nobody to find
	}
	m.Evidence = append(m.Evidence, whyHeader(m, fixed))
	return m
}

// names returns how many names of the header are names of the layout's columns,
// at most: those picked by a type count too.
func (l *candidate) names(h *header) float64 {
	n := 0
	for i, norm := range h.norm {
		if l.known[norm] != nil || h.line == 0 && l.known[layouts.NormName(h.names[i])] != nil {
			n++
		}
	}
	if h.line == 0 {
		n += l.typed
	}
	return float64(n)
}

// minds looks at the headers of a file that is read by position, in words the
// layout does not know: where they say who somebody is, they must say it of the
// same columns.
func (m *Match) minds(headers []*header) {
	for _, h := range headers {
		if !h.isWords() {
			continue
		}
		hits, other := 0, ""
		for i, name := range h.names {
			r := layouts.RoleOfName(name)
			if r == field.RoleNone {
				continue
			}
			hits++
			if at := m.roleAt(i); at != r && (identifies(r) || identifies(at)) {
				other = label(name)
			}
		}
		if hits >= 2 {
			m.Header, m.headerLine, m.other = true, h.line, other
			m.heads = m.heads[:0]
			for _, name := range h.names {
				m.heads = append(m.heads, label(name))
			}
			return
		}
	}
}

// isWords reports whether the row can name columns: no field of it is a number, a
// date or an e-mail address, of which every row of people has some. A surname may
// be First and a county AD, and what is taken for a header is shown.
func (h *header) isWords() bool {
	for _, name := range h.names {
		digits, _ := countDigits([]byte(name))
		if digits >= 2 && digits == len(name) || digits > 0 && isDate([]byte(name)) || strings.Contains(name, "@") {
			return false
		}
	}
	return true
}

// identifies reports whether a column of the role says who somebody is: of two of
// them, one may be of somebody else.
func identifies(r field.Role) bool {
	switch r {
	case field.NameLast, field.NameFirst, field.NameFull, field.RoleBirthDate, field.RoleBirthYear:
		return true
	}
	return false
}

// next returns the first column of that name that was not found yet.
func (l *candidate) next(norm string, found map[*layouts.Column]bool) *layouts.Column {
	for _, c := range l.known[norm] {
		if !found[c] {
			return c
		}
	}
	return nil
}

// hasName reports whether the file has people's names: surnames and first names,
// or both in one column.
func (m *Match) hasName() bool {
	has := func(r field.Role) bool {
		return slices.ContainsFunc(m.columns, func(c *layouts.Column) bool { return roleOf(c) == r })
	}
	return has(field.NameFull) || has(field.NameLast) && has(field.NameFirst)
}

// matchForm maps the columns of a file to cols by their position, or to cols and
// what may follow them, or returns nil if it has another number of them. The score
// is the share of the columns whose values look like what the layout says they are.
func matchForm(l *candidate, cols []layouts.Column, rows *sampleRows) *Match {
	with := append(slices.Clone(cols), l.Tail...)
	fits := func(n int) bool {
		return rows.fields >= n && rows.fields-rows.trailing <= n && rows.fields-n <= spareFields
	}
	switch {
	case fits(len(cols)):
	case l.Growing != nil && !l.Growing.Anywhere && rows.fields-rows.trailing > len(cols) && rows.fields-len(cols) <= maxElections:
		cols = slices.Clone(cols)
		for len(cols) < rows.fields { // elections stand behind the fixed columns, as far as is known
			cols = append(cols, layouts.Column{Role: l.Growing.Role})
		}
	case l.Header || !fits(len(with)): // where a tail stands is only known by name
		return nil
	default:
		cols = with
	}
	m := &Match{Layout: l.Layout, Fields: len(cols), extra: make([]bool, len(cols))}
	for i := range cols {
		m.columns = append(m.columns, &cols[i])
	}
	m.judgeContent(rows, rows.regular)
	if rows.fields != len(cols) && l.TrailingDelimiter == "" {
		m.Score *= 0.95 // a layout that has as many columns as there are fields comes first
	}
	if l.Header {
		m.Score *= 0.9 // the publisher writes a header; this copy lost it
	}
	m.Evidence = append([]string{fieldsARow(rows.fields)}, m.Evidence...)
	return m
}

// maxElections bounds the election columns of a row; the largest known has 200.
const maxElections = 500

// matchFixed maps a file whose lines are as long as the layout's records.
func matchFixed(l *candidate, s *sample) *Match {
	if l.Container != "fixed" || len(s.lines) == 0 {
		return nil
	}
	rows := s.fixedRows(l.Layout)
	if rows == nil {
		return nil
	}
	if l.RecordOpen {
		rows.regular *= 0.95 // any longer line would do
	}
	m := &Match{Layout: l.Layout, Fixed: true, form: s.fixedForm(l.Layout), Fields: len(l.Columns), extra: make([]bool, len(l.Columns))}
	for i := range l.Columns {
		m.columns = append(m.columns, &l.Columns[i])
	}
	m.judgeContent(rows, rows.regular)
	if !l.RecordOpen {
		m.Score = min(1, m.Score+0.05) // lines of one length are no accident
	}
	m.Evidence = append([]string{fmt.Sprintf("lines of %d bytes", l.RecordLength)}, m.Evidence...)
	return m
}

// judgeContent sets the score of a match without a header by what is in the rows.
func (m *Match) judgeContent(rows *sampleRows, regular float64) {
	good, tested := contentFit(m.Layout, m.columns, rows)
	if tested > 0 {
		// The more columns could be tested, the more a share says: half a column
		// counts against every layout.
		m.Score = float64(good) / (float64(tested) + 0.5) * regular
	}
	m.Evidence = append(m.Evidence, fmt.Sprintf("the values of %d of %d columns that can be tested look right", good, tested))
}

func whyHeader(m *Match, fixed int) string {
	n := len(m.Layout.Columns)
	s := fmt.Sprintf("the header names %d of the layout's %d columns", fixed, n)
	if fixed == n {
		s = fmt.Sprintf("the header names all %d columns of the layout", n)
	}
	if len(m.Extra) > 0 {
		s += fmt.Sprintf(" and %d more", len(m.Extra))
	}
	return s
}

// sameReading reports whether two matches of one file read it alike: the same
// columns as the same details of people of the same jurisdiction.
func (m *Match) sameReading(o *Match) bool {
	if m.Layout.Jurisdiction != o.Layout.Jurisdiction || m.Fixed != o.Fixed || m.Header != o.Header {
		return false
	}
	for i := range max(len(m.columns), len(o.columns)) {
		if m.roleAt(i) != o.roleAt(i) {
			return false
		}
	}
	return true
}

func (m *Match) roleAt(i int) field.Role {
	if i >= len(m.columns) {
		return field.RoleNone // an empty field behind the last column
	}
	return roleOf(m.columns[i])
}

func roleOf(c *layouts.Column) field.Role {
	if c == nil {
		return field.RoleNone
	}
	return c.Role
}

// apart says what tells two matches of one file apart.
func (m *Match) apart(o *Match) string {
	var parts []string
	if m.Layout.Jurisdiction != o.Layout.Jurisdiction {
		parts = append(parts, fmt.Sprintf("%s is of %s, %s of %s", m.Layout.ID, orNone(m.Layout.Jurisdiction), o.Layout.ID, orNone(o.Layout.Jurisdiction)))
	}
	for i := range min(len(m.columns), len(o.columns)) {
		if a, b := roleOf(m.columns[i]), roleOf(o.columns[i]); a != b && len(parts) < 3 {
			parts = append(parts, fmt.Sprintf("column %d is %s in %s and %s in %s", i+1, orNone(a.String()), m.Layout.ID, orNone(b.String()), o.Layout.ID))
		}
	}
	if a, b := len(m.Layout.Columns), len(o.Layout.Columns); a != b && len(parts) < 3 {
		parts = append(parts, fmt.Sprintf("%s has %d columns, %s has %d", m.Layout.ID, a, o.Layout.ID, b))
	}
	if len(parts) == 0 {
		return "nothing in the part of the file that was looked at"
	}
	return strings.Join(parts, "; ")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
