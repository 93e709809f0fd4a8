package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex/voterfile"
	"rollcheck/rollindex/voterfile/synth"
)

var (
	releaseDay = hashing.Date{Year: 2020, Month: 10, Day: 1}
	testKey    = hashing.Key{1, 2, 3}
)

// truthRow is what a fictional roll says of one of its people.
type truthRow struct {
	Row                               int
	First, Middle, Last, Suffix       string
	BirthDate                         string `json:"birth_date"`
	ZIP, Address, State, Email, Phone string
	VoterID                           string `json:"voter_id"`
}

// roll is a fictional roll by line, with the people of each.
type roll struct {
	layout *layouts.Layout
	header []byte
	lines  [][]byte
	people []truthRow
}

func makeRoll(t testing.TB, layout string, rows int64) *roll {
	t.Helper()
	l, err := layouts.Get(layout)
	if err != nil {
		t.Fatal(err)
	}
	if !l.Delimited() { // saved as text
		text := *l
		text.Container, text.Delimiter, text.Quote, text.Encoding, text.LineEnding = "", ",", `"`, "utf-8", "lf"
		l = &text
	}
	var text, truth bytes.Buffer
	stats, err := synth.Write(t.Context(), &text, &truth, synth.Options{Layout: l, Rows: rows, Seed: 11})
	if err != nil {
		t.Fatal(err)
	}
	r := &roll{layout: l, lines: bytes.SplitAfter(bytes.TrimSuffix(text.Bytes(), []byte("\n")), []byte("\n"))}
	if stats.Header {
		r.header, r.lines = r.lines[0], r.lines[1:]
	}
	dec := json.NewDecoder(&truth)
	for dec.More() {
		var p truthRow
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		r.people = append(r.people, p)
	}
	if len(r.people) != len(r.lines) {
		t.Fatalf("%d lines of %d people", len(r.lines), len(r.people))
	}
	return r
}

// write writes the lines that are kept.
func (r *roll) write(t testing.TB, name string, keep func(i int) bool) string {
	t.Helper()
	b := slices.Clone(r.header)
	for i, line := range r.lines {
		if keep(i) {
			b = append(append(b, bytes.TrimSuffix(line, []byte("\n"))...), '\n')
		}
	}
	return writeFile(t, name, string(b))
}

func writeFile(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// list writes a list of people as an office has it.
func list(t testing.TB, people []truthRow) string {
	t.Helper()
	b := "first,middle,last,suffix,birth_date,zip,address,voter_id,state\n"
	for _, p := range people {
		b += strings.Join([]string{p.First, p.Middle, p.Last, p.Suffix, p.BirthDate, p.ZIP, p.Address, p.VoterID, p.State}, ",") + "\n"
	}
	return writeFile(t, "list.csv", b)
}

func readList(t testing.TB, path string) *Protected {
	t.Helper()
	p, err := ReadProtected(t.Context(), path, &testKey, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// watching makes a visitor of a tally.
type watching struct{ *watchTally }

func (w watching) Visit(rec *voterfile.Record) error { w.visit(rec); return nil }
func (w watching) Flush() error                      { return nil }

// watch looks at the people of a file.
func watch(t testing.TB, path string, l *layouts.Layout, w Watch, jobs int) ([]Violation, []Near) {
	t.Helper()
	if w.AsOf.Year == 0 {
		w.AsOf = releaseDay
	}
	src, err := voterfile.Open(t.Context(), []string{path}, voterfile.Options{Layout: l, AsOf: w.AsOf})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var tallies []*watchTally
	if _, err := src.Each(t.Context(), jobs, func() voterfile.Visitor {
		tallies = append(tallies, w.newTally(src.Members()))
		return watching{tallies[len(tallies)-1]}
	}, nil); err != nil {
		t.Fatal(err)
	}
	for _, o := range tallies[1:] {
		tallies[0].merge(o)
	}
	return tallies[0].violations("release", src.Members()), tallies[0].nears("release", src.Members())
}

// New Hampshire 2017: the lists of most polling places were without the protected
// people, and some were not.
func TestNewHampshire2017(t *testing.T) {
	racetest.LeaveOut(t)
	const places = 51
	r := makeRoll(t, "nh-checklist-2025", 51*40)
	isProtected := func(i int) bool { return i%97 == 0 }
	var people []truthRow
	homes := map[string]bool{}
	for i := range r.people {
		if isProtected(i) {
			people = append(people, r.people[i])
			homes[r.people[i].Address+r.people[i].ZIP] = true
		}
	}
	w := Watch{Protected: readList(t, list(t, people))}
	leaking := 0
	for place := range places {
		of := func(i int) bool { return i%places == place }
		clean := func(i int) bool { return of(i) && !homes[r.people[i].Address+r.people[i].ZIP] }
		if vs, _ := watch(t, r.write(t, "clean.txt", clean), r.layout, w, 1); len(vs) > 0 {
			t.Errorf("polling place %d without protected people: %+v", place, vs)
		}
		want := int64(0)
		for i := range r.people {
			if of(i) && isProtected(i) {
				want++
			}
		}
		vs, _ := watch(t, r.write(t, "list.txt", of), r.layout, w, 1)
		if got := rowsOf(vs, RuleProtected, "rows of "); got < want {
			t.Errorf("polling place %d: %d rows are found, of %d protected people", place, got, want)
		}
		if want > 0 {
			leaking++
		}
	}
	if leaking < 10 {
		t.Errorf("only %d polling places have protected people", leaking)
	}
}

// rowsOf counts the rows of violations of a rule whose reason begins so.
func rowsOf(vs []Violation, rule, why string) (n int64) {
	for _, v := range vs {
		if v.Rule == rule && strings.HasPrefix(v.Why, why) {
			n += v.Rows
		}
	}
	return n
}

// Arizona 2020: 78 protected voters were in a report of early ballots after a change
// of systems. The audit has the tags and not the list.
func TestArizona2020(t *testing.T) {
	racetest.LeaveOut(t)
	r := makeRoll(t, "az-2020-avid", 20_000)
	var people []truthRow
	for i := range r.people {
		if i%250 == 3 && len(people) < 78 {
			people = append(people, r.people[i])
		}
	}
	homes := map[string]bool{}
	for _, p := range people {
		homes[p.Address+p.ZIP] = true
	}
	path := filepath.Join(t.TempDir(), "tags")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readList(t, list(t, people)).WriteTo(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	tags, err := OpenProtected(path, &testKey)
	if err != nil {
		t.Fatal(err)
	}
	if tags.People() != 78 {
		t.Errorf("%d people have tags", tags.People())
	}
	w := Watch{Protected: tags}
	early := func(i int) bool { return i%2 == 1 }
	before := r.write(t, "before.csv", func(i int) bool { return early(i) && !homes[r.people[i].Address+r.people[i].ZIP] })
	if vs, _ := watch(t, before, r.layout, w, 2); len(vs) > 0 {
		t.Errorf("the report before the change: %+v", vs)
	}
	after := r.write(t, "after.csv", func(i int) bool { return early(i) || i%250 == 3 })
	vs, _ := watch(t, after, r.layout, w, 2)
	if len(vs) == 0 || !strings.HasPrefix(vs[0].Why, "rows of 78 of the 78 people") {
		t.Errorf("the report after the change: %+v", vs)
	}
}

const header = "LAST,FIRST,MIDDLE,SUFFIX,DOB,AGE,HOUSE,STREET,UNIT,ZIP,MAIL,MAILZIP,ID,PHONE,EMAIL,STATUS,SECRET\n"

// ownLayout is a layout with every column that is looked at.
func ownLayout(t testing.TB) *layouts.Layout {
	t.Helper()
	l, err := layouts.Parse([]byte(`{"id":"own","title":"own","jurisdiction":"US-OH","vintage":"2020","distribution":"test","delimiter":",","encoding":"utf-8","line_ending":"lf",
		"header":true,"columns":[{"name":"LAST","role":"name_last"},{"name":"FIRST","role":"name_first"},{"name":"MIDDLE","role":"name_middle"},{"name":"SUFFIX","role":"name_suffix"},
		{"name":"DOB","role":"birth_date"},{"name":"AGE","role":"age"},{"name":"HOUSE","role":"house_number"},{"name":"STREET","role":"street_name"},{"name":"UNIT","role":"unit_number"},
		{"name":"ZIP","role":"zip5"},{"name":"MAIL","role":"mail_address_line"},{"name":"MAILZIP","role":"mail_zip"},{"name":"ID","role":"voter_id"},{"name":"PHONE","role":"phone"},
		{"name":"EMAIL","role":"email"},{"name":"STATUS","role":"status"},{"name":"SECRET","role":"confidential_flag"}],
		"codes":{"status":{"A":"Active","P":"Pre-registered","N18":"under 18 when registered"}},
		"birth_precision":"day","confidence":"high","sources":["made up"]}`))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Each row beside what is said of it: the person on the list is Jane Q. Roe, born
// 1961-04-17, of 12 Main St Apt 4, 44101; and John Doe of 7 Elm St, 44102.
func TestRows(t *testing.T) {
	const people = "first,middle,last,birth_date,zip,address,state,voter_id,phone,email\n" +
		"Jane,Quinn,Roe,1961-04-17,44101,12 Main St Apt 4,OH,OH123,216-555-0101,jane.roe@example.org\n" +
		"Robert,,Doe,1970-02-03,44102,7 Elm St,OH,,,\n" +
		"Ann,,Moe,,43001,9 Oak Ave,OH,,,\n"
	const was = "first,last,birth_date\nPeter,Poe,1950-06-07\n"
	w := Watch{
		Protected: readList(t, writeFile(t, "people.csv", people)), Previous: readList(t, writeFile(t, "was.csv", was)),
		Substitutes: Substitutes{addressText([]byte("PO Box 1110"), []byte("43201")): true, addressText([]byte("500 Capitol Sq"), []byte("43201")): true},
	}
	cases, err := os.ReadFile(filepath.Join("testdata", "protected_rows.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(cases)), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		row, want, ok := strings.Cut(line, " => ")
		if !ok {
			t.Fatalf("%q has no answer", line)
		}
		path := writeFile(t, "roll.csv", header+row+"\n")
		vs, near := watch(t, path, ownLayout(t), w, 1)
		got := "nothing"
		if len(vs) > 0 {
			got = vs[0].Rule + " " + shortened(vs[0])
		} else if len(near) > 0 {
			got = "near " + near[0].What
		}
		if got != strings.TrimSpace(want) {
			t.Errorf("%s\n got %s\nwant %s", row, got, want)
		}
	}
}

func shortened(v Violation) string {
	switch {
	case v.Column != "":
		return v.Column
	case strings.Contains(v.Why, "found by"):
		return v.Why[strings.Index(v.Why, "found by ")+len("found by "):]
	case strings.Contains(v.Why, "at the address"):
		return "home"
	case strings.Contains(v.Why, "last release"):
		return "again"
	case strings.Contains(v.Why, "status"):
		return "status"
	}
	return "age"
}

// Whether somebody is 18 cannot be told from the year of the birth where it is 18 before
// that of the release, nor from the month where it is that of the release: such rows
// fail nothing, and are to be looked at. Of those surely under 18 nothing changes.
func TestAgesLeftOpen(t *testing.T) {
	day := hashing.Date{Year: 2026, Month: 11, Day: 23}
	for _, tc := range []struct {
		role, births string // row by row, from line 2
		day          hashing.Date
		minors       []int64
		open         string
		lines        []int64
	}{
		{"birth_year", "1970 2008 2007 2009 2008", day, []int64{5}, "age-from-year", []int64{3, 6}},
		{"birth_month_year", "05/1970 11/2008 10/2008 12/2008 11/2008", day, []int64{5}, "age-from-month", []int64{3, 6}},
		{"birth_date", "05/06/1970 11/23/2008 11/24/2008 01/01/2008", day, []int64{4}, "", nil},
		{"birth_date", "01/01/1970 01/01/2008 01/01/2007 01/01/2009", day, []int64{5}, "age-from-year", []int64{3}}, // 1 January for a year
		{"birth_year", "1970 2008", hashing.Date{Year: 2026}, nil, "", nil},                                         // of no day no age is judged
	} {
		text := "LAST,FIRST,BORN,ZIP\n"
		for i, birth := range strings.Fields(tc.births) {
			text += fmt.Sprintf("Doe,Jane%c,%s,44101\n", 'a'+i, birth)
		}
		path := writeFile(t, "roll.csv", text)
		for _, jobs := range []int{1, 3} {
			vs, nears := watch(t, path, birthLayout(t, tc.role), Watch{AsOf: tc.day}, jobs)
			var minors, lines []int64
			for _, v := range vs {
				minors = append(minors, linesOf(v.Lines)...)
			}
			what := ""
			for _, n := range nears {
				what, lines = n.What, append(lines, linesOf(n.Lines)...)
				if !strings.HasPrefix(n.Why, "of ") || !strings.Contains(n.Why, "2008: whether they are 18 on 2026-11-23 cannot be told") {
					t.Errorf("%s: %s", tc.births, n.Why)
				}
			}
			if !slices.Equal(minors, tc.minors) || what != tc.open || !slices.Equal(lines, tc.lines) {
				t.Errorf("%s: minors on %v, %q on %v; want %v, %q on %v", tc.births, minors, what, lines, tc.minors, tc.open, tc.lines)
			}
		}
	}
}

// birthLayout is a layout that tells a birth in the way of the role.
func birthLayout(t testing.TB, role string) *layouts.Layout {
	t.Helper()
	precision := map[string]string{"birth_date": "day", "birth_month_year": "month", "birth_year": "year"}[role]
	l, err := layouts.Parse(fmt.Appendf(nil, `{"id":"own","title":"own","jurisdiction":"US-OH","vintage":"2020","distribution":"test","delimiter":",","encoding":"utf-8","line_ending":"lf",
		"header":true,"columns":[{"name":"LAST","role":"name_last"},{"name":"FIRST","role":"name_first"},{"name":"BORN","role":%q},{"name":"ZIP","role":"zip5"}],
		"birth_precision":%q,"confidence":"high","sources":["made up"]}`, role, precision))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func linesOf(at []Position) (lines []int64) {
	for _, p := range at {
		lines = append(lines, p.Line)
	}
	return lines
}

// Of two goroutines' rows the first are kept, whoever read them.
func TestMergedPlaces(t *testing.T) {
	var a, b places
	for _, line := range []int64{4, 5, 9} {
		a.add(newPlace(0, line), 3)
	}
	for _, line := range []int64{1, 2, 7, 8} {
		b.add(newPlace(0, line), 3)
	}
	a.merge(&b, 3)
	if want := []place{newPlace(0, 1), newPlace(0, 2), newPlace(0, 4)}; a.n != 7 || !slices.Equal(a.kept, want) {
		t.Errorf("%d rows, kept %v", a.n, a.kept)
	}
}

// Nothing that is told depends on the goroutines, and nothing of it is a value.
func TestWatchJobs(t *testing.T) {
	r := makeRoll(t, "fl-extract", 20_000)
	w := Watch{Protected: readList(t, list(t, r.people[:200]))}
	path := r.write(t, "roll.txt", func(int) bool { return true })
	vs, near := watch(t, path, r.layout, w, 1)
	vs3, near3 := watch(t, path, r.layout, w, 3)
	if !reflect.DeepEqual(vs, vs3) || !reflect.DeepEqual(near, near3) {
		t.Errorf("one goroutine:\n%+v\n%+v\nthree:\n%+v\n%+v", vs, near, vs3, near3)
	}
	said := strings.ToUpper(fmt.Sprintf("%+v %+v", vs, near))
	for _, p := range r.people[:200] {
		for _, value := range []string{p.VoterID, p.BirthDate, p.Address, p.Email} {
			if value != "" && strings.Contains(said, strings.ToUpper(value)) {
				t.Errorf("a value of a row is told")
			}
		}
	}
}

// Every built-in layout as it is synthesised has no minors, and tells nothing of
// voters whose details are protected.
func TestCleanRolls(t *testing.T) {
	racetest.LeaveOut(t)
	for _, id := range []string{"fl-extract", "nc-ncvoter-2022", "or-registered-voters", "ny-allnysvoters-2021", "va-registered-voter-list", "nv-elgbvtr-csv", "mi-2024-csv", "ma-vris-voter"} {
		r := makeRoll(t, id, 4000)
		vs, _ := watch(t, r.write(t, "roll.txt", func(int) bool { return true }), r.layout, Watch{}, 2)
		for _, v := range vs {
			t.Errorf("%s: %s %s: %d rows, %s", id, v.Rule, v.Column, v.Rows, v.Why)
		}
	}
}

// A list in another layout than the release's.
func TestListOfARoll(t *testing.T) {
	r := makeRoll(t, "oh-swvf", 3000)
	own := r.write(t, "protected.csv", func(i int) bool {
		return i%50 == 0 && r.people[i].BirthDate != "" && bytes.Contains(r.lines[i], []byte(r.people[i].BirthDate))
	})
	p := readList(t, own)
	var b strings.Builder
	b.WriteString(header)
	for i := range r.people {
		if q := &r.people[i]; i%3 != 0 {
			fmt.Fprintf(&b, "%s,%s,%s,,%s,,,,,%s,,,,,,A,N\n", q.Last, q.First, q.Middle, q.BirthDate, q.ZIP)
		}
	}
	vs, _ := watch(t, writeFile(t, "release.csv", b.String()), ownLayout(t), Watch{Protected: p}, 2)
	if n := rowsOf(vs, RuleProtected, "rows of"); p.People() < 40 || n < int64(p.People())/2 || n > int64(p.People()) {
		t.Errorf("of %d people on the list, two of three are in the release, and %d rows are found", p.People(), n)
	}
}

// Florida's own list, in Florida's layout.
func TestListOfFlorida(t *testing.T) {
	r := makeRoll(t, "fl-extract", 5000)
	own := r.write(t, "protected.txt", func(i int) bool { return i%50 == 0 })
	p, err := ReadProtected(t.Context(), own, &testKey, nil)
	if err != nil {
		// Rows that Florida withholds have nothing to be found by: an office's own list does.
		if !errors.Is(err, ErrList) || !strings.Contains(err.Error(), "not enough to find them by") {
			t.Fatal(err)
		}
		own = r.write(t, "protected.txt", func(i int) bool { return i%50 == 0 && !bytes.Contains(r.lines[i], []byte("\t*\t")) })
		if p, err = ReadProtected(t.Context(), own, &testKey, nil); err != nil {
			t.Fatal(err)
		}
	}
	path := r.write(t, "roll.txt", func(i int) bool { return i%50 != 0 })
	vs, _ := watch(t, path, r.layout, Watch{Protected: p}, 2)
	if n := rowsOf(vs, RuleProtected, fmt.Sprintf("rows of %d", p.People())); n != 0 {
		t.Errorf("everybody is found in a roll without them")
	}
	vs, _ = watch(t, own, r.layout, Watch{Protected: p}, 2)
	if len(vs) == 0 || int(vs[0].Rows) != p.People() {
		t.Errorf("the list in its own file: %+v", vs)
	}
}

func TestBadLists(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nobody":     {"first,last,birth_date\n", "holds nobody"},
		"too little": {"first,last,zip\nJane,Roe,44101\n", "line 2: not enough"},
		"bad date":   {"first,last,birth_date,zip\nJane,Roe,1961-04-17,\nJohn,Doe,1961-14-37,44101\n", `line 3, field "birth_date"`},
	} {
		_, err := ReadProtected(t.Context(), writeFile(t, "list.csv", c.text), &testKey, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		for _, value := range []string{"Jane", "Roe", "Doe", "1961"} {
			if err != nil && strings.Contains(err.Error(), value) {
				t.Errorf("%s: the error tells a value: %v", name, err)
			}
		}
	}
}

func sealed(t testing.TB) []byte {
	t.Helper()
	p := readList(t, writeFile(t, "people.csv", "first,last,birth_date,zip,address\nJane,Roe,1961-04-17,44101,12 Main St\nJohn,Doe,1970-02-03,44102,7 Elm St Apt 2\n"))
	b, err := p.seal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTagFile(t *testing.T) {
	b := sealed(t)
	p, err := openTags(b, &testKey)
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.seal()
	if err != nil {
		t.Fatal(err)
	}
	if q, err := openTags(again, &testKey); err != nil || !reflect.DeepEqual(p.tags, q.tags) {
		t.Errorf("written again it is another list (%v)", err)
	}
	if bytes.Contains(bytes.ToUpper(b), []byte("MAIN")) {
		t.Error("a street stands in the file")
	}
	if _, err := openTags(b, &hashing.Key{9}); !errors.Is(err, ErrTagsKey) {
		t.Errorf("with another key: %v", err)
	}
	if _, err := openTags([]byte("first,last\n"), &testKey); !errors.Is(err, ErrNotTags) {
		t.Errorf("a list: %v", err)
	}
	for i := range b {
		damaged := slices.Clone(b)
		damaged[i] ^= 4
		if _, err := openTags(damaged, &testKey); !errors.Is(err, ErrTagsDamaged) && !(i < len(tagsMagic) && errors.Is(err, ErrNotTags)) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if _, err := openTags(b[:i], &testKey); !errors.Is(err, ErrTagsDamaged) && !errors.Is(err, ErrNotTags) {
			t.Fatalf("cut to %d bytes: %v", i, err)
		}
	}
}

// Two files of one list have nothing in common, so that they do not tell who is new.
func TestTagsDoNotJoin(t *testing.T) {
	a, errA := openTags(sealed(t), &testKey)
	b, errB := openTags(sealed(t), &testKey)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	for _, x := range a.tags {
		if len(b.find(x.tag)) > 0 {
			t.Fatal("a tag is in both")
		}
	}
}

// What opens writes again the same list; whatever else is an error and no panic.
func FuzzOpenTags(f *testing.F) {
	b := sealed(f)
	f.Add(b[:len(b)-sumSize])
	f.Add(b[:sealedAt])
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		p, err := openTags(append(slices.Clone(body), sum[:sumSize]...), &testKey)
		if err != nil {
			return
		}
		again, err := p.seal()
		if err != nil {
			t.Fatal(err)
		}
		if q, err := openTags(again, &testKey); err != nil || !reflect.DeepEqual(p.tags, q.tags) {
			t.Fatalf("written again it is another list (%v)", err)
		}
	})
}

// Whatever the plaintext is, decoding it does not panic, and what it accepts is sorted.
func FuzzDecodeTags(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 64, 0})
	f.Fuzz(func(t *testing.T, plain []byte) {
		p := new(Protected)
		if len(plain) < 8 || p.decode(plain) != nil {
			return
		}
		for _, x := range p.tags {
			if !slices.Contains(p.find(x.tag), x) {
				t.Fatal("a tag of the list is not found")
			}
		}
	})
}

func TestUnits(t *testing.T) {
	for line, want := range map[string]string{
		"12 Main St Apt 4-B": "4B", "12 Main St #9": "9", "12 MAIN ST UNIT B, MIAMI FL 33101": "B", "APT 7": "7", "12 Main St": "",
		"12 Main St Miami FL 33101": "", "12 Suite Ln": "", "12 N Main St Bldg 3 Apt 4": "3", "": "",
	} {
		if got := string(unitIn([]byte(line))); got != want {
			t.Errorf("%q has the unit %q, not %q", line, got, want)
		}
	}
}

func BenchmarkWatch(b *testing.B) {
	r := makeRoll(b, "fl-extract", 200_000)
	w := Watch{Protected: readList(b, list(b, r.people[:2000]))}
	path := r.write(b, "roll.txt", func(int) bool { return true })
	for _, c := range []struct {
		name string
		w    Watch
	}{{"list", w}, {"none", Watch{}}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				watch(b, path, r.layout, c.w, 2)
			}
			b.ReportMetric(float64(len(r.lines)*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
