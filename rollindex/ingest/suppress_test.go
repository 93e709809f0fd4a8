package ingest

import (
	"encoding/csv"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex"
	"rollcheck/rollindex/exposure"
)

// familyLayout is of a roll whose rows may hold much or little.
const familyLayout = `{"id": "own", "title": "Families", "jurisdiction": "US-FL", "vintage": "2020", "distribution": "a test", "delimiter": ",",
 "quote": "\"", "header": true, "encoding": "utf-8", "line_ending": "lf", "birth_precision": "day", "confidence": "high", "sources": ["a test"],
 "columns": [{"name": "id", "role": "voter_id"}, {"name": "last", "role": "name_last"}, {"name": "first", "role": "name_first"},
  {"name": "born", "role": "birth_date", "format": "YYYY-MM-DD"}, {"name": "street", "role": "address_line"}, {"name": "zip", "role": "zip5"},
  {"name": "phone", "role": "phone"}, {"name": "email", "role": "email"}]}`

// member is a row of it. Names have no other spellings.
type member struct{ id, last, first, born, street, zip, phone, email string }

func (m *member) person() exposure.Person {
	p := exposure.Person{Last: m.last, First: m.first, Address: m.street, ZIP: m.zip, Phone: m.phone, Email: m.email, VoterID: m.id, State: "FL"}
	if p.BirthDate = m.born; strings.HasSuffix(m.born, "-00-00") {
		p.BirthDate, p.BirthYear = "", m.born[:4]
	}
	if p.ZIP == "" {
		p.Address = "" // which is of no use without
	}
	return p
}

// families returns n rows with few names, places and births, so that many have
// something in common; no two are of one name and birth date.
func families(rng *rand.Rand, n int) (all []member) {
	seen := map[string]bool{}
	for i := 0; len(all) < n; i++ {
		pick := func(share int, value string) string {
			if rng.IntN(100) < share {
				return value
			}
			return ""
		}
		m := member{
			id:     fmt.Sprint(100_000_000 + i),
			last:   "Fiction" + string(rune('a'+rng.IntN(4))),
			first:  "Person" + string(rune('a'+rng.IntN(6))),
			street: pick(80, fmt.Sprintf("%d Made Up St", 1+rng.IntN(4))),
			zip:    pick(90, fmt.Sprintf("3230%d", 1+rng.IntN(4))),
			phone:  pick(50, fmt.Sprintf("850-555-01%02d", rng.IntN(20))),
			email:  pick(50, fmt.Sprintf("p%d@example.org", rng.IntN(40))),
		}
		year := 1950 + rng.IntN(8)
		switch rng.IntN(10) {
		case 0:
		case 1, 2:
			m.born = fmt.Sprintf("%d-00-00", year)
		default:
			m.born = fmt.Sprintf("%d-%02d-%02d", year, 1+rng.IntN(4), 1+rng.IntN(28))
		}
		who := m.last + m.first + m.born
		if seen[who] && len(m.born) == 10 && !strings.HasSuffix(m.born, "-00-00") {
			continue
		}
		seen[who] = true
		all = append(all, m)
	}
	return all
}

// ingestMembers makes a dataset of the rows.
func ingestMembers(t testing.TB, ix *rollindex.Index, all []member, change func(*Options)) hashing.DatasetInfo {
	t.Helper()
	layout, err := layouts.Parse([]byte(familyLayout))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "roll.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := csv.NewWriter(f)
	w.Write([]string{"id", "last", "first", "born", "street", "zip", "phone", "email"})
	for _, m := range all {
		w.Write([]string{m.id, m.last, m.first, m.born, m.street, m.zip, m.phone, m.email})
	}
	if w.Flush(); w.Error() != nil {
		t.Fatal(w.Error())
	}
	opts := Options{Info: hashing.DatasetInfo{ID: "d", Kind: hashing.Leak}, Memory: 64 << 20, Jobs: 2, Layout: layout}
	if change != nil {
		change(&opts)
	}
	res, err := Run(t.Context(), ix, []string{f.Name()}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return res.Info
}

func keysOf(t testing.TB, people ...exposure.Person) [][]hashing.PersonKey {
	t.Helper()
	keys, problems, err := exposure.ReadKeys(exposure.People(people...))
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return keys
}

func suppress(t testing.TB, ix *rollindex.Index, people ...exposure.Person) rollindex.SuppressResult {
	t.Helper()
	res, err := ix.Suppress(t.Context(), keysOf(t, people...), nil)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// found is what a search yields, by input.
type found struct {
	masks    map[int]hashing.Mask
	withheld map[int]bool
}

func searchAll(t testing.TB, ix *rollindex.Index, inputs []hashing.Input) found {
	t.Helper()
	f := found{map[int]hashing.Mask{}, map[int]bool{}}
	err := ix.Search(t.Context(), inputs, func(r hashing.Result) {
		switch _, twice := f.masks[r.Input]; {
		case r.Damaged || r.Withheld && f.withheld[r.Input] || !r.Withheld && twice:
			t.Fatalf("%+v", r)
		case r.Withheld:
			f.withheld[r.Input] = true
		default:
			f.masks[r.Input] = r.Mask
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// theirs is the rule in terms of rows: whether a row is of somebody who said of
// themselves what the row m says.
func (m *member) theirs(row *member) bool {
	date := func(s string) string {
		if len(s) == 10 && !strings.HasSuffix(s, "-00-00") {
			return s
		}
		return ""
	}
	swapped := func(s string) string { return s[:5] + s[8:] + s[4:7] } // the check tries that, too
	name := m.last == row.last && m.first == row.first
	year := m.born != "" && row.born != "" && m.born[:4] == row.born[:4]
	own, theirs := date(m.born), date(row.born)
	switch {
	case m.id == row.id && m.last == row.last:
		return true
	case own != "" && theirs != "" && name && (own == theirs || swapped(own) == theirs):
		return true
	case theirs != "" && !strings.HasSuffix(theirs, "-01-01"): // a 1 January may be a placeholder
		return false
	case name && year && m.zip != "" && m.zip == row.zip:
		return true
	case row.born != "":
		return false
	}
	return name && m.zip != "" && m.zip == row.zip || m.email != "" && m.email == row.email && m.last == row.last ||
		m.phone != "" && m.phone == row.phone && m.last == row.last && row.zip == "" && row.street == ""
}

// An index from which people are left out after its dataset was built answers as one
// whose dataset was built without them: about everybody else the same, of those
// people nothing; and both tell the same keys to be withheld. But for a few entries
// that several rows share, of which an index does not know who they are; in these rolls
// nearly all do.
func TestSuppressedLaterAsBefore(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	for _, scheme := range []hashing.Scheme{hashing.Local, hashing.Served} {
		t.Run(string(scheme), func(t *testing.T) {
			t.Parallel()
			left, unclear := 0, 0
			for seed := range uint64(map[hashing.Scheme]int{hashing.Local: 15, hashing.Served: 3}[scheme]) {
				n, not := laterAsBefore(t, scheme, rand.New(rand.NewPCG(seed, 5)))
				left, unclear = left+n, unclear+not
			}
			t.Logf("%d rows left out, %d shared entries unclear", left, unclear)
			if left < 30 || unclear > left/2 {
				t.Errorf("%d rows were left out in all: the test does not test what it should", left)
			}
		})
	}
}

func laterAsBefore(t *testing.T, scheme hashing.Scheme, rng *rand.Rand) (left, unclear int) {
	all := families(rng, 250)
	var asked []exposure.Person
	gone := map[string]bool{}
	for _, i := range rng.Perm(len(all))[:12] {
		m := all[i]
		asked = append(asked, m.person())
		for j := range all {
			if m.theirs(&all[j]) {
				gone[all[j].id] = true
			}
		}
	}
	later, before := newIndexOf(t, scheme), newIndexOf(t, scheme)
	ingestMembers(t, later, all, nil)
	var inputs []hashing.Input
	for _, m := range all {
		for _, k := range keysOf(t, m.person())[0] {
			inputs = append(inputs, k.Input)
		}
	}
	whole := searchAll(t, later, inputs)
	suppress(t, later, asked...)
	suppress(t, before, asked...)
	info := ingestMembers(t, before, all, nil)
	if got := info.Withheld[hashing.Suppressed]; got != int64(len(gone)) || info.Indexed != int64(len(all)-len(gone)) {
		t.Errorf("%d rows were left out and %d indexed, want %d of %d out", got, info.Indexed, len(gone), len(all))
	}
	a, b := searchAll(t, later, inputs), searchAll(t, before, inputs)
	if !maps.Equal(a.withheld, b.withheld) || len(a.withheld) == 0 {
		t.Errorf("%d keys are withheld later, %d before", len(a.withheld), len(b.withheld))
	}
	for i, in := range inputs {
		mask, is := a.masks[i]
		want, was := b.masks[i]
		if was != is && whole.masks[i].Shared() { // nobody can say who is in it
			unclear++
			continue
		}
		switch {
		case was && !is:
			t.Errorf("a %s key of somebody else is not found", in.Type)
		case is && !was && a.withheld[i]:
			t.Errorf("a %s key of somebody who asked to be left out is found", in.Type)
		case was && mask != want && !mask.Shared():
			t.Errorf("a %s key is found with the mask %08x, want %08x", in.Type, mask, want)
		}
	}
	return len(gone), unclear
}

// A father and a son with one name at one address: either may be left out, and the
// other is found as before.
func TestFatherAndSon(t *testing.T) {
	t.Parallel()
	father := member{"100000001", "Fiction", "Person", "1950-03-04", "1 Made Up St", "32301", "850-555-0101", "father@example.org"}
	son := member{"100000002", "Fiction", "Person", "1980-05-06", "1 Made Up St", "32301", "850-555-0101", "son@example.org"}
	for i, who := range []member{father, son} {
		other := []member{son, father}[i]
		for _, scheme := range []hashing.Scheme{hashing.Local, hashing.Served} {
			ix := newIndexOf(t, scheme)
			ingestMembers(t, ix, append([]member{father, son}, families(rand.New(rand.NewPCG(1, 1)), 20)...), nil)
			check := func(m member) (types []string) {
				var inputs []hashing.Input
				for _, k := range keysOf(t, m.person())[0] {
					inputs = append(inputs, k.Input)
				}
				for i := range searchAll(t, ix, inputs).masks {
					types = append(types, inputs[i].Type.String())
				}
				slices.Sort(types)
				return types
			}
			before := check(other)
			res := suppress(t, ix, who.person())
			if res.Added != 1 || len(res.Datasets) != 1 || res.Datasets[0].People != 1 {
				t.Errorf("%+v", res)
			}
			if after := check(other); !slices.Equal(before, after) || len(after) < 3 {
				t.Errorf("%s: the other is found by %q, was by %q", scheme, after, before)
			}
			want := map[hashing.Scheme][]string{hashing.Local: {"name-address", "name-zip", "phone"}}[scheme] // which they share
			if got := check(who); !slices.Equal(got, want) {
				t.Errorf("%s: who asked to be left out is found by %q, want %q", scheme, got, want)
			}
		}
	}
}

// In a served index somebody is left out under the key of every jurisdiction that
// their row names.
func TestSuppressedInEverySection(t *testing.T) {
	t.Parallel()
	path := edited(t, 60, func(i int, row []string) {
		if i == 8 {
			row[17] = "10001" // mail goes to New York
		}
	})
	ix := newIndexOf(t, hashing.Served)
	run(t, ix, path)
	res := suppress(t, ix, exposure.Person{Last: "Examplea", First: "Patia", BirthDate: "1948-10-09", ZIP: "33101", State: "FL", VoterID: "100000008"})
	entries := map[string]int{}
	err := ix.Entries(t.Context(), 0, func(e rollindex.Entry) error { entries[e.Jurisdiction]++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(res.Datasets, entries), "[{d 1 5 0}] map[US-FL:177]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A row is somebody's in every spelling of name and birth date together, later as
// before, and by a name they did not say only with a birth date.
func TestSuppressedSpellings(t *testing.T) {
	t.Parallel()
	rows := []member{
		{id: "100000001", last: "Fiction", first: "Liz", born: "1980-05-06", zip: "32301"},
		{id: "100000002", last: "Fiction", first: "Elizabeth", born: "1980-06-05", zip: "32302"},
		{id: "100000003", last: "Maiden", first: "Elizabeth", born: "1980-05-06", zip: "32303"},
		{id: "100000004", last: "Fiction", first: "Liz", born: "1980-00-00", zip: "32302"},
		{id: "100000005", last: "Fiction", first: "Elizabeth", born: "1981-06-05", zip: "32301"},
	}
	who := exposure.Person{Last: "Fiction", First: "Elizabeth", BirthDate: "1980-05-06", ZIP: "32301", FormerLast: []string{"Maiden"}, FormerZIP: []string{"32302"}, State: "FL"}
	later, before := newIndex(t), newIndex(t)
	ingestMembers(t, later, rows, nil)
	suppress(t, later, who)
	suppress(t, before, who)
	if info := ingestMembers(t, before, rows, nil); info.Withheld[hashing.Suppressed] != 3 {
		t.Errorf("%d rows are left out, want 3", info.Withheld[hashing.Suppressed])
	}
	for i, m := range rows {
		in := keysOf(t, exposure.Person{Last: m.last, First: m.first, ZIP: m.zip, State: "FL", VoterID: m.id, BirthDate: m.born[:4]})[0]
		for n, ix := range []*rollindex.Index{later, before} {
			hits := searchAll(t, ix, []hashing.Input{in[0].Input}).masks // by birth year and ZIP code
			if ix == later && m.zip == "32303" {
				continue // which they did not say
			}
			if want := i > 2; (len(hits) > 0) != want {
				t.Errorf("row %d, index %d: found %v, want %v", i, n, !want, want)
			}
		}
	}
}

// The dataset is the same whatever the jobs and the memory, with people left out.
func TestSuppressedSameDigest(t *testing.T) {
	t.Parallel()
	all := families(rand.New(rand.NewPCG(7, 7)), 2000)
	base := newIndex(t)
	suppress(t, base, all[3].person(), all[500].person())
	digest := ""
	for _, jobs := range []int{1, 2, 5} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(base.Dir())); err != nil {
			t.Fatal(err)
		}
		ix, err := rollindex.Open(dir, &hashing.Key{5})
		if err != nil {
			t.Fatal(err)
		}
		defer ix.Close()
		info := ingestMembers(t, ix, all, func(o *Options) { o.Jobs, o.Memory = jobs, int64(jobs-1)<<24 })
		if digest == "" {
			digest = info.Digest
		}
		if info.Digest != digest || info.Withheld[hashing.Suppressed] < 2 {
			t.Errorf("%d jobs: digest %s, want %s; %v left out", jobs, info.Digest, digest, info.Withheld)
		}
	}
}

// A list in a file leaves people out of one ingest, and they are on the index's list
// from then on, in all datasets.
func TestSuppressByFile(t *testing.T) {
	t.Parallel()
	all := families(rand.New(rand.NewPCG(8, 8)), 100)
	who := all[10]
	ix := newIndex(t)
	ingestMembers(t, ix, all, func(o *Options) { o.Info.ID = "first" })
	list, found, err := ix.NewSuppressions(t.Context(), keysOf(t, who.person(), who.person()), nil)
	if err != nil || len(found) != 1 || list.People() != 1 {
		t.Fatal(found, list.People(), err)
	}
	path := filepath.Join(t.TempDir(), "list")
	if err := ix.WriteSuppressions(path, list); err != nil {
		t.Fatal(err)
	}
	if ix.Suppressed() != 0 {
		t.Fatal("the index's list changed")
	}
	if list, err = ix.ReadSuppressions(path); err != nil {
		t.Fatal(err)
	}
	info := ingestMembers(t, ix, all, func(o *Options) { o.Suppress = list })
	if info.Withheld[hashing.Suppressed] == 0 || ix.Suppressed() != 1 {
		t.Errorf("%v are left out, and %d people are on the list", info.Withheld, ix.Suppressed())
	}
	inputs := []hashing.Input{keysOf(t, who.person())[0][0].Input}
	hits, withheld := 0, 0
	err = ix.Search(t.Context(), inputs, func(r hashing.Result) {
		if r.Withheld {
			withheld++
		} else {
			hits++
		}
	})
	if err != nil || hits != 0 || withheld != 2 {
		t.Errorf("%d hits, %d withheld, %v", hits, withheld, err)
	}
}

// BenchmarkSuppressedIngest times a local ingest with nobody on the list, and with a
// thousand people.
func BenchmarkSuppressedIngest(b *testing.B) {
	const rows = 100_000
	path := roll(b, rows, births)
	for _, n := range []int{0, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			base := newIndexOf(b, hashing.Local)
			var people []exposure.Person
			for _, m := range families(rand.New(rand.NewPCG(9, 9)), n) {
				people = append(people, m.person())
			}
			if n > 0 {
				suppress(b, base, people...)
			}
			for i := 0; b.Loop(); i++ {
				_, err := Run(b.Context(), base, []string{path}, Options{
					Info: hashing.DatasetInfo{ID: fmt.Sprintf("d%d", i), Kind: hashing.Leak}, Memory: 256 << 20, Jobs: 2,
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
