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
	Layout *layouts.Layout // its notes say what each role was guessed by
	Err    error           // why none could be made
}

// Propose makes a layout for each member of the file, by the names of the
// columns in several languages and by what is in them.
func Propose(ctx context.Context, path string, opts Options) ([]Proposal, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.close()
	var out []Proposal
	err = f.walk(ctx, func(m *member, leftOut string, err error) error {
		if leftOut != "" {
			return nil
		}
		parts := []*member{m}
		if err == nil {
			parts, err = m.split(ctx, sampleSize)
		}
		if err != nil {
			out = append(out, Proposal{Member: m.name, Err: err})
			return ctx.Err()
		}
		for _, part := range parts {
			p := Proposal{Member: part.name}
			p.Layout, p.Err = part.propose(opts.Jurisdiction)
			out = append(out, p)
		}
		return nil
	})
	return out, err
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
	names  map[string]string // of columns so far, by their normalised form
}

// header decides whether one of the first lines names the columns: most of its
// fields are filled, different and without digits, and the rows have other
// things below, or it has words that are names of columns.
func (p *proposer) header() {
	var best *header
	words := 0
	for _, head := range p.rows.heads {
		h := newHeader(head)
		if head.line > 0 && !h.isWords() {
			continue
		}
		n := 0
		for _, name := range h.names {
			if layouts.RoleOfName(name) != field.RoleNone {
				n++
			}
		}
		if n > words {
			best, words = h, n
		}
	}
	if best == nil || words < 2 && !p.named() {
		return
	}
	p.layout.Header = true
	p.heads = best.names
	for len(p.rows.numbers) > 0 && p.rows.numbers[0] <= best.line {
		p.rows.rows, p.rows.numbers = p.rows.rows[1:], p.rows.numbers[1:]
	}
	p.layout.PreambleLines = max(0, int(best.line)-1)
}

// named reports whether the container names the columns.
func (p *proposer) named() bool { return len(p.rows.heads) == 1 && p.rows.heads[0].line == 0 }

// columns gives each column a role: by its name first, then by its contents,
// the surest guesses before the others; no role twice.
func (p *proposer) columns() {
	n := max(p.rows.fields-p.rows.trailing, len(p.heads))
	p.layout.Columns = make([]layouts.Column, n)
	p.taken, p.names = map[field.Role]bool{}, map[string]string{}
	for i := range p.layout.Columns { // a header may not use these
		p.names[layouts.NormName(fmt.Sprintf("column %d", i+1))] = ""
	}
	var open []guess
	for i := range p.layout.Columns {
		c := &p.layout.Columns[i]
		c.Name = p.name(i)
		if i < len(p.heads) {
			if r := layouts.RoleOfName(p.heads[i]); r != field.RoleNone && !p.taken[r] {
				p.take(c, r, "by its name")
				continue
			}
		}
		open = append(open, p.guess(i)...)
	}
	slices.SortStableFunc(open, func(a, b guess) int { return cmp.Compare(b.share, a.share) })
	for _, g := range open {
		if c := &p.layout.Columns[g.column]; c.RoleName == "" && !p.taken[g.role] {
			p.take(c, g.role, fmt.Sprintf("%.0f %% of its values look so", 100*g.share))
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
	for r, c := range count {
		role := field.Role(r)
		share := float64(c) / float64(n)
		switch {
		case share < leastShare && (role != field.NameLast && role != field.NameFirst || share < 0.5):
			continue // names are of all countries, and the tables of one
		case role == field.RoleVoterID && unique < 0.95, role == field.RoleSSN && unique < 0.5:
			continue
		}
		out = append(out, guess{i, role, share})
	}
	return out
}

// looks returns the roles whose values look like v.
func looks(v []byte) (roles []field.Role) {
	digits, _ := countDigits(v)
	text := string(v)
	switch {
	case bytes.IndexByte(v, '@') > 0 && bytes.IndexByte(v, '.') > 0:
		return []field.Role{field.RoleEmail}
	case isShape(v, "999-99-9999"):
		return []field.Role{field.RoleSSN}
	case digits == 10 && len(v) <= 14 && v[0] != '0' && v[0] != '1' || isShape(v, "+19999999999"):
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
	m := &Match{Layout: p.layout}
	for i := range p.layout.Columns {
		m.columns = append(m.columns, &p.layout.Columns[i])
	}
	m.readDates(p.rows)
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
