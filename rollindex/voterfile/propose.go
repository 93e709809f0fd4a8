package voterfile

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/data/names"
)

// Proposal is a layout made for a file of no known layout, to be reviewed before
// anything is read by it.
type Proposal struct {
	Member string          // the member it was made for
	Layout *layouts.Layout // its notes say what each role was guessed by: [GuessedByName], or by values
	Err    error           // why none could be made
}

// GuessedByName begins the note of a column of a [Proposal] whose name says its role.
const GuessedByName = "guessed: by its name"

// Propose makes a layout for each member of the file, by the names of the
// columns in several languages and by what is in them.
func Propose(ctx context.Context, path string, opts Options) ([]Proposal, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.close()
	var out []Proposal
	var found []detected
	want := newChoice(opts.Members)
	err = f.parts(ctx, sampleSize, want, func(m *member, leftOut string, err error) {
		found = append(found, detected{member: m, Detection: Detection{Name: m.name, LeftOut: leftOut}})
		p := Proposal{Member: m.name, Err: err}
		if leftOut == "" && err == nil {
			p.Layout, p.Err = m.propose(opts.Jurisdiction)
		}
		out = append(out, p)
	})
	if err != nil {
		return nil, err
	}
	want.settle(found)
	if err := want.missing([]*file{f}); err != nil {
		return nil, err
	}
	var read []Proposal
	for i, p := range out {
		if found[i].LeftOut == "" {
			read = append(read, p)
		}
	}
	return read, nil
}

func (m *member) propose(jurisdiction string) (*layouts.Layout, error) {
	s, _, err := m.look()
	if err != nil {
		return nil, err
	}
	rows := s.best()
	if rows.fields < 2 {
		return nil, m.fail("is not a delimited file", "a file of fixed places needs a layout made by hand: \"rollcheck layouts show tx-fixed-685 --json\" is an example", ErrNoLayout)
	}
	p := &proposer{rows: rows, layout: &layouts.Layout{
		ID: "proposed", Title: "proposed for one file, to be reviewed", Jurisdiction: jurisdiction, Vintage: "not known", Distribution: "not known",
		Delimiter: string(rows.delim), Encoding: "windows-1252", LineEnding: "lf", Confidence: "low", Sources: []string{"a guess by names and contents of the columns"},
	}}
	if rows.delim == TableDelimiter {
		p.layout.Container, p.layout.Delimiter, p.layout.Encoding, p.layout.LineEnding = "xlsx", "", "", ""
	}
	if rows.quoted && p.layout.Delimiter != "" {
		p.layout.Quote = `"`
	}
	p.header()
	p.columns()
	p.dates()
	p.correct()
	p.wholeNames()
	p.layout.BirthPrecision = p.birthPrecision()
	return p.layout, nil
}

// people reports whether the sample has columns of people's names and of what
// tells them apart, whatever its layout.
func (s *sample) people() bool {
	rows := *s.best()
	p := &proposer{rows: &rows, layout: &layouts.Layout{}}
	p.header()
	p.columns()
	named := p.taken[field.NameFull] || p.taken[field.NameLast] && p.taken[field.NameFirst]
	return named && (p.taken[field.RoleBirthDate] || p.taken[field.RoleBirthYear] || p.taken[field.ZIP5] || p.taken[field.AddressLine] ||
		p.taken[field.RolePhone] || p.taken[field.RoleEmail])
}

// proposer makes a layout of a sample.
type proposer struct {
	rows   *sampleRows
	layout *layouts.Layout
	heads  []string
	taken  map[field.Role]bool
	byName []bool            // columns whose own name gave them their role
	names  map[string]string // of columns so far, by their normalised form
}

// header decides whether one of the first lines names the columns, by how many of
// its words are names of columns, and leaves the rows below it; those that give
// the columns' types are none.
func (p *proposer) header() {
	p.findHeader()
	if len(p.rows.rows) > 0 && isTypes(p.rows.rows[0]) {
		p.rows.rows, p.rows.numbers = p.rows.rows[1:], p.rows.numbers[1:]
	}
}

func (p *proposer) findHeader() {
	best := p.bestHead()
	if best == nil {
		return
	}
	p.layout.Header = true
	p.heads = best.names
	for len(p.rows.numbers) > 0 && p.rows.numbers[0] <= best.line {
		p.rows.rows, p.rows.numbers = p.rows.rows[1:], p.rows.numbers[1:]
	}
	p.layout.PreambleLines = max(0, int(best.line)-1)
}

// bestHead returns the line that names the columns, nil if there is none: the
// container's, that above a row of types, or the one with the most words that are
// names of columns. One such word is enough where numbers stand below.
func (p *proposer) bestHead() *header {
	var best *header
	words := 0
	for i, head := range p.rows.heads {
		h := newHeader(head)
		if i+1 < len(p.rows.heads) && isTypes(p.rows.heads[i+1].fields) {
			return h
		}
		if head.line > 0 && !h.isWords() {
			continue
		}
		n := 0
		for _, name := range h.names {
			if layouts.RoleOfName(name) != field.RoleNone || slices.Contains(plainNames, layouts.NormName(name)) {
				n++
			}
		}
		if n > words {
			best, words = h, n
		}
	}
	if best == nil || words < 2 && !p.headed() && p.overNumbers(best) < 2 {
		return nil
	}
	return best
}

// overNumbers returns in how many columns the line has a word ("zip", "c3") where
// nearly every row has a number of four digits or more, as dates, ZIP codes, phone
// numbers and ids are.
func (p *proposer) overNumbers(h *header) (columns int) {
	for i, name := range h.names {
		if digits, _ := countDigits([]byte(name)); name == "" || digits > 1 {
			continue
		}
		values, numbers := 0, 0
		for j, row := range p.rows.rows {
			if p.rows.numbers[j] == h.line || i >= len(row) || len(row[i]) == 0 {
				continue
			}
			values++
			if digits, _ := countDigits(row[i]); digits >= 4 {
				numbers++
			}
		}
		if values >= leastWrong && numbers*10 >= values*9 {
			columns++
		}
	}
	return columns
}

// headed reports whether the container names the columns.
func (p *proposer) headed() bool { return len(p.rows.heads) == 1 && p.rows.heads[0].line == 0 }

// columns gives each column a role: by its name first, then by its contents,
// the surest guesses before the others; no role twice.
func (p *proposer) columns() {
	n := max(p.rows.fields-p.rows.trailing, len(p.heads))
	p.layout.Columns, p.byName = make([]layouts.Column, n), make([]bool, n)
	p.taken, p.names = map[field.Role]bool{}, map[string]string{}
	for i := range p.layout.Columns { // a header may not use these
		p.names[layouts.NormName(fmt.Sprintf("column %d", i+1))] = ""
	}
	var open []guess
	for i := range p.layout.Columns {
		c := &p.layout.Columns[i]
		c.Name = p.name(i)
		if i < len(p.heads) {
			if r := layouts.RoleOfName(p.heads[i]); r != field.RoleNone && !p.taken[r] && !p.misnamed(i, r) {
				p.take(c, r, "by its name")
				p.byName[i] = true
				continue
			}
		}
		open = append(open, p.guess(i)...)
	}
	p.plainName()
	slices.SortStableFunc(open, func(a, b guess) int { return cmp.Compare(b.share, a.share) })
	for _, g := range open {
		if c := &p.layout.Columns[g.column]; c.RoleName == "" && !p.taken[g.role] && !p.named(g.role) {
			p.take(c, g.role, fmt.Sprintf("%.0f %% of its values look so", 100*g.share))
		}
	}
}

// named reports whether a column of the role would name people twice over: whole
// names beside surnames, or a part of a name beside whole ones.
func (p *proposer) named(r field.Role) bool {
	switch r {
	case field.NameFull:
		return p.taken[field.NameLast]
	case field.NameLast, field.NameFirst:
		return p.taken[field.NameFull]
	}
	return false
}

// plainNames are names of a column that say it is of people's names and not of
// which part.
var plainNames = []string{"name", "names", "nome", "nombre", "nombres", "isim", "voter", "elector", "person", "customername", "contactname"}

// plainName gives the column that is called just "name" its role: whole names
// where its values have two words, and else surnames if there is a column of
// first names.
func (p *proposer) plainName() {
	if p.taken[field.NameLast] || p.taken[field.NameFull] {
		return
	}
	for i := range min(len(p.heads), len(p.layout.Columns)) {
		c := &p.layout.Columns[i]
		if !slices.Contains(plainNames, layouts.NormName(p.heads[i])) || c.RoleName != "" && c.Role != field.NameFirst {
			continue
		}
		values, whole := 0, 0
		p.rows.values(p.layout, nil, i, func(_ int64, v []byte) {
			digits, _ := countDigits(v)
			if values++; digits == 0 && len(bytes.Fields(v)) > 1 {
				whole++
			}
		})
		switch {
		case c.Role == field.NameFirst && whole*10 >= values*9 && values > 0: // "nombre" of whole names
			p.taken[field.NameFirst] = false
			p.take(c, field.NameFull, "by its name, and its values have several words")
		case c.RoleName == "" && whole*2 > values:
			p.take(c, field.NameFull, "by its name, and its values have several words")
		case c.RoleName == "" && p.taken[field.NameFirst] && layouts.NormName(p.heads[i]) == plainNames[0]:
			p.take(c, field.NameLast, "by its name, beside a column of first names")
		default:
			continue
		}
		return
	}
}

// match returns the proposed layout as a match, to be held against the rows.
func (p *proposer) match() *Match {
	m := &Match{Layout: p.layout, columns: columnsOf(p.layout), extra: make([]bool, len(p.layout.Columns))}
	m.readDates(p.rows)
	return m
}

// correct gives two columns each other's role where what is in them says so and
// their names do not. A date whose role is but a guess is worth less than one that
// is named: it may be of a spouse or a parent, and loses its role.
func (p *proposer) correct() {
	m := p.match()
	if c := m.swappedDates(p.rows); c != nil && c.a != c.b && !c.arguable {
		switch {
		case p.byName[c.a] == p.byName[c.b]:
			p.exchange(c)
		case p.byName[c.a]:
			p.drop(c.b)
		default:
			p.drop(c.a)
		}
	}
	for _, look := range [...]func(*sampleRows) *contradiction{m.swappedMiddle, m.swappedNames} {
		if c := look(p.rows); c != nil {
			p.exchange(c)
		}
	}
}

// exchange gives the two columns of c each other's role.
func (p *proposer) exchange(c *contradiction) {
	a, b := &p.layout.Columns[c.a], &p.layout.Columns[c.b]
	roleA, roleB := a.Role, b.Role
	p.take(a, roleB, p.despite(c.a))
	p.take(b, roleA, p.despite(c.b))
}

// despite says what gives column i another role than it had.
func (p *proposer) despite(i int) string {
	if !p.byName[i] {
		return "by its values and those of the other columns"
	}
	return "by its values, although its name says " + p.layout.Columns[i].Role.Title()
}

// drop takes the role from column i.
func (p *proposer) drop(i int) {
	c := &p.layout.Columns[i]
	p.taken[c.Role] = false
	c.Role, c.RoleName, c.Format, c.Note = field.RoleNone, "", "", ""
}

// wholeNames states the form of the names in a column of whole ones.
func (p *proposer) wholeNames() {
	m := p.match()
	for i, c := range m.columns {
		if c.Role == field.NameFull {
			c.Format = m.wholeNameFormat(p.rows, i)
		}
	}
}

// name returns the name of column i: its own, unless another column has one that
// is spelled otherwise and compares equal.
func (p *proposer) name(i int) string {
	number := fmt.Sprintf("column %d", i+1)
	if i >= len(p.heads) {
		return number
	}
	name := label(p.heads[i])
	norm := layouts.NormName(name)
	if before, taken := p.names[norm]; norm == "" || taken && before != name {
		return number
	}
	p.names[norm] = name
	return name
}

func (p *proposer) take(c *layouts.Column, r field.Role, why string) {
	c.Role, c.RoleName, c.Note = r, r.String(), "guessed: "+why
	p.taken[r] = true
}

// guess is a role that the contents of a column suggest.
type guess struct {
	column int
	role   field.Role
	share  float64 // of the values that look so
}

// leastShare is the share of values that must look like a role.
const leastShare = 0.7

// guess returns the roles that the contents of column i suggest.
func (p *proposer) guess(i int) (out []guess) {
	if p.isMachine(i) {
		return nil
	}
	n := 0
	var count [field.NumRoles]int
	seen := map[string]bool{}
	p.rows.values(p.layout, nil, i, func(_ int64, v []byte) {
		n++
		seen[string(v)] = true
		for _, r := range looks(v) {
			count[r]++
		}
	})
	if n < 3 {
		return nil
	}
	unique := float64(len(seen)) / float64(n)
	if whole := p.whole(i); whole > 0 && unique >= 0.5 { // cities are of two words too, and repeat
		out = append(out, guess{i, field.NameFull, whole})
	}
	for r, c := range count {
		role := field.Role(r)
		share := float64(c) / float64(n)
		switch {
		case share < leastShare && (role != field.NameLast && role != field.NameFirst || share < 0.5):
			continue // names are of all countries, and the tables of one
		case role == field.RolePhone && p.isNumber(i):
			continue
		case role == field.RoleVoterID && unique < 0.95, role == field.RoleSSN && unique < 0.5:
			continue
		}
		out = append(out, guess{i, role, share})
	}
	return out
}

// numberNames are the ends of names of a column that holds numbers of something,
// of which ten digits are as good as any.
var numberNames = []string{"id", "number", "num", "no", "nr", "key"}

// isNumber reports whether the name of column i says that it is a number, and not
// of a phone, which would have been told by its name.
func (p *proposer) isNumber(i int) bool {
	if i >= len(p.heads) {
		return false
	}
	name := layouts.NormName(p.heads[i])
	return slices.ContainsFunc(numberNames, func(end string) bool { return strings.HasSuffix(name, end) })
}

func hasLetter(v []byte) bool { return slices.ContainsFunc(v, isLetter) }

// whole returns the share of the values of column i that look like whole names,
// 0 if they are too few: in either order, or with a comma.
func (p *proposer) whole(i int) float64 {
	n, look := 0, 0
	names := (&Match{}).newNamer()
	p.rows.values(p.layout, nil, i, func(_ int64, v []byte) {
		n++
		last, first, comma := bytes.Cut(v, []byte{','})
		first, _ = cutWord(bytes.TrimSpace(first))
		if digits, _ := countDigits(v); digits > 0 || len(v) > maxWholeName {
			return
		}
		if comma && names.kind(last) != eitherName && names.kind(first) != eitherName || names.order(v) != "" {
			look++
		}
	})
	if share := float64(look) / float64(max(n, 1)); share >= 0.5 { // names are of all countries, and the tables of one
		return share
	}
	return 0
}

// maxWholeName is the longest value, in bytes, that is looked at as a whole name.
const maxWholeName = 60

// looks returns the roles whose values look like v.
func looks(v []byte) (roles []field.Role) {
	digits, _ := countDigits(v)
	text := string(v)
	switch {
	case isMachineValue(v):
		return nil
	case bytes.IndexByte(v, '@') > 0 && bytes.IndexByte(v, '.') > 0:
		return []field.Role{field.RoleEmail}
	case isShape(v, "999-99-9999"):
		return []field.Role{field.RoleSSN}
	case digits == 10 && len(v) <= 14 && v[0] != '0' && v[0] != '1' && !hasLetter(v) || isShape(v, "+19999999999"):
		roles = append(roles, field.RolePhone)
	case len(v) >= 6 && isDate(v) && digits < len(v), digits == 8 && len(v) == 8 && plausibleDate(v):
		return dateRole(v)
	case digits == 4 && len(v) == 4 && text >= "1900" && text <= "2012":
		roles = append(roles, field.RoleBirthYear)
	}
	if digits == 5 && len(v) == 5 || isShape(v, "99999-9999") {
		if _, ok := names.ZIPState(text[:5]); ok {
			roles = append(roles, field.ZIP5)
		}
	}
	switch upper := strings.ToUpper(text); {
	case len(v) == 2 && names.StatePopulation(upper) > 0:
		roles = append(roles, field.State)
	case len(v) == 1 && strings.Contains("MFXU", upper):
		roles = append(roles, field.RoleSex)
	case digits == 0 && len(v) > 1:
		roles = append(roles, nameRole(upper)...)
	case digits > 0 && isDigit(v[0]) && bytes.IndexByte(v, ' ') > 0 && digits < len(v)/2:
		roles = append(roles, field.AddressLine)
	case digits >= 5 && bytes.IndexByte(v, ' ') < 0 && len(v)-digits <= 3:
		roles = append(roles, field.RoleVoterID)
	}
	return roles
}

// nameRole tells a first name from a surname by which it is more often: many are
// both.
func nameRole(upper string) []field.Role {
	last, isLast := names.SurnameShare(upper)
	first, isFirst := names.FirstShare(upper, 1970)
	switch {
	case isFirst && first > last || isFirst && !isLast:
		return []field.Role{field.NameFirst}
	case isLast:
		return []field.Role{field.NameLast}
	}
	return nil
}

// isShape reports whether v has digits where the shape has nines and else the
// same characters.
func isShape(v []byte, shape string) bool {
	if len(v) != len(shape) {
		return false
	}
	for i, c := range v {
		if shape[i] == '9' && !isDigit(c) || shape[i] != '9' && c != shape[i] {
			return false
		}
	}
	return true
}

func plausibleDate(v []byte) bool {
	d, ok := dateForm{}.parse(v)
	return ok && d.Year >= 1900 && d.Year < 2100 && d.Month > 0 && d.Day > 0
}

// dateRole tells a date of birth from one of registration by the year: nobody
// born after 2008 is on a roll of today, and few registered before 1990 still
// have that date.
func dateRole(v []byte) []field.Role {
	d, _ := dateForm{last: unknownYear}.parse(v)
	switch {
	case d.Year < 1990:
		return []field.Role{field.RoleBirthDate}
	case d.Year > 2008:
		return []field.Role{field.RoleRegistrationDate}
	}
	return []field.Role{field.RoleBirthDate, field.RoleRegistrationDate}
}

// dates states the form of the dates where the day comes first.
func (p *proposer) dates() {
	m := p.match()
	for i := range p.layout.Columns {
		c := &p.layout.Columns[i]
		if m.DayFirst && (c.Role == field.RoleBirthDate || c.Role == field.RoleRegistrationDate) {
			c.Format = "DD/MM/YYYY"
		}
	}
}

func (p *proposer) birthPrecision() string {
	for _, r := range []struct {
		role      field.Role
		precision string
	}{{field.RoleBirthDate, "day"}, {field.RoleBirthMonthYear, "month"}, {field.RoleBirthYear, "year"}, {field.RoleAge, "age"}} {
		if p.taken[r.role] {
			return r.precision
		}
	}
	return "none"
}
