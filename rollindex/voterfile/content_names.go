package voterfile

import (
	"bytes"
	"cmp"
	"fmt"
	"unicode/utf8"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/data/names"
	"rollcheck/hashing"
)

// The tables of data/names tell surnames from first names. One value says little:
// many names are both, and most of the world's are in neither table. So a file is
// held to contradict its header only if most rows do, each by its surname and its
// first name together, and if they are not of one family.
const (
	// clearly is how many times as common a name must be as the one than as the
	// other to count: Thomas, Scott and Kim are surnames too, but seldom.
	clearly = 3
	// leastSwapped is how many rows must show it. Of people whose columns are right,
	// fewer than one in a hundred look so (James Taylor is one).
	leastSwapped = 5
	// leastNames is how many different surnames and first names these rows must
	// have: a file sorted by surname may begin with hundreds named Aaron, and a
	// fifth of all Koreans are named Kim.
	leastNames = 4
	// swappedShare is the share of the rows that must show it; of a file whose columns
	// are swapped, two thirds do, and half of one whose names are mostly Hispanic.
	swappedShare = 0.4
	// turnedNames is how many rows must show it, without one that shows the opposite
	// between them, where the rest of the file shows the opposite, by as many: files
	// were joined.
	turnedNames = 12
	// outweighs is how many times the rows for it must be those against it.
	outweighs = 4
)

// nameKind is what a name is more often.
type nameKind int8

const (
	eitherName nameKind = iota // or in no table
	surname
	givenName
)

// namer tells what names are, and remembers it.
type namer struct {
	details hashing.Details
	utf8    []byte
	page    *page
	known   map[string]nameKind
	bears   map[string]bool
}

func (m *Match) newNamer() *namer {
	return &namer{page: cmp.Or(m.page, windows1252), known: map[string]nameKind{}, bears: map[string]bool{}}
}

// canonical returns a name in canonical form, which the tables are in.
func (n *namer) canonical(v []byte) string {
	if !utf8.Valid(v) {
		n.utf8 = n.page.append(n.utf8[:0], v)
		v = n.utf8
	}
	n.details.Reset()
	n.details.SetLast(v)
	return string(n.details.Last)
}

// kind returns what the name is more often. Of one of several words that is not in
// the tables as a whole (GARCIA LOPEZ, MARIA GUADALUPE), the first word says it.
func (n *namer) kind(v []byte) nameKind {
	name := n.canonical(v)
	k, ok := n.known[name]
	if ok {
		return k
	}
	k, _ = weigh(name, func() string { return n.firstWord(v) })
	n.known[name] = k
	return k
}

// firstWord returns the first of several words in canonical form; "" if there is but
// one.
func (n *namer) firstWord(v []byte) string {
	if word, rest := cutWord(bytes.TrimSpace(v)); len(rest) > 0 {
		return n.canonical(word)
	}
	return ""
}

// weigh returns what a name is more often, as it stands or by its first word, and
// whether it is in the tables as it stands.
func weigh(name string, firstWord func() string) (k nameKind, listed bool) {
	if k, listed = weighWord(name); !listed {
		if word := firstWord(); word != "" {
			k, _ = weighWord(word)
		}
	}
	return k, listed
}

// weighWord compares how common a name is as a surname and, in the generation in which
// it was most common, as a first name.
func weighWord(name string) (k nameKind, listed bool) {
	last, listed := names.SurnameShare(name)
	if !listed {
		last = 0
	}
	given := 0.0
	for _, year := range generations {
		share, found := names.FirstShare(name, year)
		if !found {
			continue
		}
		listed, given = true, max(given, share)
		if given > clearly*last {
			break
		}
	}
	return kindOf(last, given), listed
}

// kindOf returns what a name is more often, of which those shares of people bear it as a
// surname and as a first name.
func kindOf(last, given float64) nameKind {
	switch {
	case given > clearly*last:
		return givenName
	case last > clearly*given:
		return surname
	}
	return eitherName
}

// generations are years of birth that first names are looked up for, the one of most
// voters first.
var generations = [...]int{1970, 1945, 1995}

// shares returns how common the name is as a surname and, in the generation in
// which it was most common, as a first name; 0 for what is not listed.
func shares(name string) (last, given float64) {
	if share, listed := names.SurnameShare(name); listed {
		last = share
	}
	for _, year := range generations {
		if share, listed := names.FirstShare(name, year); listed {
			given = max(given, share)
		}
	}
	return last, given
}

// pairs counts rows that say one thing by two of their columns together and rows
// that say the opposite.
type pairs struct {
	rows, right, wrong int
	line               int64 // the first row that is wrong
	values             [2]map[string]bool
}

// add counts a wrong row and remembers its two values, as far as it matters how
// many different ones there are.
func (p *pairs) add(line int64, values ...string) {
	if p.wrong++; p.wrong == 1 {
		p.line, p.values = line, [2]map[string]bool{{}, {}}
	}
	for i, v := range values {
		if len(p.values[i]) < leastNames {
			p.values[i][v] = true
		}
	}
}

// tally returns the counts alone.
func (p *pairs) tally() tally {
	return tally{rows: int64(p.rows), right: int64(p.right), wrong: int64(p.wrong)}
}

// sure reports whether the wrong rows are so many, so much more than the others and so
// different from each other that it is no accident.
func (p *pairs) sure() bool {
	return p.wrong >= leastSwapped && float64(p.wrong) >= swappedShare*float64(p.rows) && p.wrong >= outweighs*p.right &&
		p.various()
}

// various reports whether the wrong rows are not of one family.
func (p *pairs) various() bool {
	return len(p.values[0]) >= leastNames && len(p.values[1]) >= leastNames
}

// column returns the layout's first column of the file with that role, -1 if
// there is none.
func (m *Match) column(r field.Role) int {
	for i, c := range m.columns {
		if roleOf(c) == r && !m.isExtra(i) {
			return i
		}
	}
	return -1
}

// both calls f with the values that a row has in two columns, where it has both.
func (m *Match) both(rows *sampleRows, a, b int, f func(line int64, va, vb []byte)) {
	for j, row := range rows.rows {
		va, vb := m.cell(row, a), m.cell(row, b)
		if len(va) > 0 && len(vb) > 0 {
			f(rows.numbers[j], va, vb)
		}
	}
}

// cell returns the value of a row in column i; nil if it is empty or stands for
// none.
func (m *Match) cell(row [][]byte, i int) []byte {
	if i >= len(row) {
		return nil
	}
	v := bytes.TrimSpace(row[i])
	if len(v) == 0 || isAbsent(m.Layout, m.columns[i], v) {
		return nil
	}
	return v
}

// swappedNames looks for a column of surnames that holds first names and one of
// first names that holds surnames.
func (m *Match) swappedNames(rows *sampleRows) *contradiction {
	last, first := m.column(field.NameLast), m.column(field.NameFirst)
	if last < 0 || first < 0 {
		return nil
	}
	var told tally            // what the rows that are right hold
	var p, part, turned pairs // of the file, of the rows since the last that is right, and of the longest such part
	n := m.newNamer()
	m.both(rows, last, first, func(line int64, vl, vf []byte) {
		p.rows++
		if part.wrong > 0 {
			part.rows++
		}
		switch l, f := n.kind(vl), n.kind(vf); {
		case l == surname && f == givenName:
			p.right++
			told.a.note(hashOf(vl))
			told.b.note(hashOf(vf))
			part = pairs{}
		case l == givenName && f == surname:
			p.add(line, string(vl), string(vf))
			if part.add(line, string(vl), string(vf)); part.wrong > turned.wrong {
				turned = part
			}
		}
	})
	told.rows, told.right, told.wrong = int64(p.rows), int64(p.right), int64(p.wrong)
	m.shown[likeNames] = told
	if p.right >= turnedNames && p.right >= outweighs*(p.wrong-turned.wrong) && turned.wrong >= turnedNames &&
		float64(turned.wrong) >= swappedShare*float64(turned.rows) && turned.various() {
		return m.swapped(last, first, "first names", "surnames", turned.line)
	}
	if !p.sure() {
		if p.wrong >= leastWrong && p.wrong > p.right {
			m.Evidence = append(m.Evidence, fmt.Sprintf("in %d rows of %d the surname looks like a first name and the first name like a surname", p.wrong, p.rows))
		}
		return nil
	}
	return m.swapped(last, first, "first names", "surnames", p.line)
}

// swapped returns the contradiction of two columns that seem to hold each other's
// values, as frequencies show.
func (m *Match) swapped(a, b int, inA, inB string, line int64) *contradiction {
	return &contradiction{
		says: fmt.Sprintf("its columns %q and %q seem swapped: %q holds %s and %q %s",
			m.columns[a].Name, m.columns[b].Name, m.columns[a].Name, inA, m.columns[b].Name, inB),
		line: line, a: a, b: b, arguable: true,
	}
}

// Shares of the values that tell a column of cities from one of names. Publishers
// write the Post Office's name of a place nearly always; of the people of a state
// a fifth have a surname that is a place there too.
const (
	mostCities = 0.7
	fewCities  = 0.4
	mostNames  = 0.5
)

// swappedCities looks for a column of names that holds the state's places while
// the column of cities holds names.
func (m *Match) swappedCities(rows *sampleRows) *contradiction {
	city, state := m.column(field.City), m.home
	n := m.newNamer()
	if city < 0 || state == "" || !n.namesIn(m, rows, city) {
		return nil
	}
	places := citiesOf(n, state)
	for _, role := range [...]field.Role{field.NameLast, field.NameFirst} {
		at := m.column(role)
		if at < 0 {
			continue
		}
		var p pairs
		placed, there := 0, 0 // rows with a place for a city, and for a name
		m.both(rows, at, city, func(line int64, vn, vc []byte) {
			p.rows++
			name, town := n.canonical(vn), n.canonical(vc)
			if places[name] {
				there++
			}
			switch {
			case places[town]:
				placed++
			case n.listed(town):
				p.add(line, name, town)
			}
		})
		all := float64(p.rows)
		if p.wrong >= leastSwapped && len(p.values[1]) >= leastNames && float64(there) >= mostCities*all &&
			float64(placed) <= fewCities*all && float64(p.wrong) >= mostNames*all {
			return m.swapped(at, city, "places", "names of people", p.line)
		}
	}
	return nil
}

// namesIn reports whether most values of a column are names of people, as those
// of many places are.
func (n *namer) namesIn(m *Match, rows *sampleRows, i int) bool {
	values, listed := 0, 0
	rows.values(m.Layout, m.columns[i], i, func(_ int64, v []byte) {
		values++
		if n.listed(n.canonical(v)) {
			listed++
		}
	})
	return float64(listed) >= mostNames*float64(values)
}

// listed reports whether anybody in the tables has the name.
func (n *namer) listed(name string) bool {
	is, ok := n.bears[name]
	if !ok {
		last, given := shares(name)
		is = last+given > 0
		n.bears[name] = is
	}
	return is
}

// state returns the state of the United States that the file is of: the layout's,
// or the one that most rows name; "" for none.
func (m *Match) state(rows *sampleRows) string {
	if j := m.Layout.Jurisdiction; j != "" {
		if len(j) == len("US-FL") && j[:3] == "US-" {
			return j[3:]
		}
		return ""
	}
	at := m.column(field.State)
	if at < 0 {
		return ""
	}
	count, best := map[string]int{}, ""
	for _, row := range rows.rows {
		if v := m.cell(row, at); len(v) == 2 {
			if count[string(v)]++; count[string(v)] > count[best] {
				best = string(v)
			}
		}
	}
	return best
}

// citiesOf returns the places of a state in canonical form.
func citiesOf(n *namer, state string) map[string]bool {
	places := map[string]bool{}
	for z := range names.ZIPs(state) {
		places[n.canonical([]byte(z.City))] = true
	}
	return places
}

// nameOrder tells by the tables in which order whole names without a comma are
// written in column i: "last first", "first last", or "" if they do not show it.
func (m *Match) nameOrder(rows *sampleRows, i int) (order string, line int64) {
	n := m.newNamer()
	count, first := map[string]int{}, map[string]int64{}
	rows.values(m.Layout, m.columns[i], i, func(at int64, v []byte) {
		if o := n.order(v); o != "" {
			if count[o]++; count[o] == 1 {
				first[o] = at
			}
		}
	})
	for o, other := range map[string]string{"last first": "first last", "first last": "last first"} {
		if count[o] >= leastWrong && count[o] >= outweighs*count[other] {
			return o, first[o]
		}
	}
	return "", 0
}

// order tells in which order one whole name without a comma is written.
func (n *namer) order(v []byte) string {
	words := bytes.Fields(v)
	for len(words) > 2 && isSuffix(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	if len(words) < 2 || bytes.IndexByte(v, ',') >= 0 {
		return ""
	}
	last := words[len(words)-1]
	initial := len(bytes.Trim(last, ".")) == 1
	switch begin, end := n.kind(words[0]), n.kind(last); {
	case begin == surname && (end == givenName || initial):
		return "last first"
	case begin == givenName && end == surname:
		return "first last"
	}
	return ""
}

// readNames decides in which order whole names are written where the layout does
// not say, and returns a contradiction where it says otherwise.
func (m *Match) readNames(rows *sampleRows) *contradiction {
	i := m.column(field.NameFull)
	if i < 0 {
		return nil
	}
	c := m.columns[i]
	order, line := m.nameOrder(rows, i)
	switch {
	case order == "" || order == c.Format:
		return nil
	case c.Format != "first last" && c.Format != "last first":
		m.nameForm = order
		m.Evidence = append(m.Evidence, fmt.Sprintf("names without a comma in %q have the %s first", c.Name, map[string]string{"last first": "surname", "first last": "first name"}[order]))
		return nil
	}
	return &contradiction{
		says: fmt.Sprintf("its column %q holds names in the order %q, not %q", c.Name, order, c.Format),
		line: line, a: i, b: i, arguable: true,
	}
}

// wholeNameFormat tells the form of the whole names in column i, one of
// [layouts.NameFormats]; "" if they do not show it.
func (m *Match) wholeNameFormat(rows *sampleRows, i int) string {
	values, commas := 0, 0
	rows.values(m.Layout, m.columns[i], i, func(_ int64, v []byte) {
		values++
		if hasComma(v) {
			commas++
		}
	})
	order, _ := m.nameOrder(rows, i)
	switch {
	case commas*2 > values:
		return layouts.NameFormats()[0]
	case order == "first last" && commas > 0: // a comma there is still one behind a surname
		return ""
	}
	return order
}
