package rollindex

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/hashing"
)

// personOf returns the key of generated row number i, as somebody gives it.
func personOf(rows []row, i int) []hashing.PersonKey {
	return []hashing.PersonKey{{Input: hashing.Input{Type: hashing.NameDOB, X: rows[i].x}}}
}

// suppressedIndex returns an index with a dataset of rows, and some people on its
// list, of whom one is in the dataset.
func suppressedIndex(t *testing.T, scheme hashing.Scheme) (*Index, []row) {
	t.Helper()
	ix, rows := newIndexOf(t, scheme), rowsOf(1, 200)
	build(t, ix, "d", rows, 0)
	elsewhere := rowsOf(2, 20)
	people := [][]hashing.PersonKey{personOf(rows, 7), personOf(elsewhere, 0), personOf(elsewhere, 1)}
	res, err := ix.Suppress(t.Context(), people, nil)
	if err != nil || res.Added != 3 || res.People != 3 {
		t.Fatal(res, err)
	}
	if d := res.Datasets; len(d) != 1 || d[0].ID != "d" || d[0].People != 1 || d[0].Entries != 1 {
		t.Fatalf("%+v", res.Datasets)
	}
	return ix, rows
}

// Search, Entries and Verify pass over who is on the list, and only over them; who
// opens the index anew does, too, and whoever is taken off it is back.
func TestSuppress(t *testing.T) { eachScheme(t, testSuppress) }

func testSuppress(t *testing.T, scheme hashing.Scheme) {
	ix, rows := suppressedIndex(t, scheme)
	input := []hashing.Input{{Type: hashing.NameDOB, X: rows[7].x}, {Type: hashing.NameDOB, X: rows[8].x}}
	check := func(ix *Index, people int, want string) {
		t.Helper()
		var all []string
		err := ix.Search(t.Context(), input, func(r hashing.Result) { all = append(all, fmt.Sprint(r.Input, " ", r.Withheld)) })
		slices.Sort(all)
		if got := strings.Join(all, ";"); err != nil || got != want {
			t.Errorf("the search yields %q, want %q (%v)", got, want, err)
		}
		entries := 0
		if scheme == hashing.Served {
			if err := ix.Entries(t.Context(), 0, func(Entry) error { entries++; return nil }); err != nil {
				t.Error(err)
			}
			left := int64(0)
			if people == 3 {
				left = 1
			}
			if int64(entries) != ix.Datasets()[0].Tags-left {
				t.Errorf("%d of %d entries", entries, ix.Datasets()[0].Tags)
			}
		}
		healths, err := ix.Verify(t.Context(), nil)
		if err != nil || len(healths[0].Problems) > 0 || (healths[0].Suppressed == 1) != (people == 3) {
			t.Errorf("%+v, %v", healths, err)
		}
		if n, err := Suppressed(ix.Dir()); n != people || err != nil || ix.Suppressed() != people {
			t.Errorf("%d people are on the list, %v", n, err)
		}
	}
	check(ix, 3, "0 true;1 false")
	check(reopen(t, ix), 3, "0 true;1 false")
	if removed, err := ix.Unsuppress([][]hashing.PersonKey{personOf(rows, 7)}); removed != 1 || err != nil {
		t.Fatal(removed, err)
	}
	check(reopen(t, ix), 2, "0 false;1 false")
	if _, err := ix.Unsuppress([][]hashing.PersonKey{personOf(rows, 7)}); !errors.Is(err, ErrNotOnList) {
		t.Error(err)
	}
}

// Of many inputs, which several goroutines look up, exactly those of who is on the list
// are withheld.
func TestSuppressOfMany(t *testing.T) {
	ix, rows := suppressedIndex(t, hashing.Local)
	input := make([]hashing.Input, 10_000)
	if partsOf(len(input)) < 2 {
		t.Fatal("they are too few to be shared out")
	}
	want := 0
	for i := range input {
		input[i] = hashing.Input{Type: hashing.NameDOB, X: rows[i%len(rows)].x}
		if i%len(rows) == 7 {
			want++
		}
	}
	err := ix.Search(t.Context(), input, func(r hashing.Result) {
		if r.Withheld != (r.Input%len(rows) == 7) {
			t.Errorf("input %d: withheld %v", r.Input, r.Withheld)
		}
		if r.Withheld {
			want--
		}
	})
	if err != nil || want != 0 {
		t.Errorf("%d are missing, %v", want, err)
	}
}

// Every bit of the sealed list, of its file and of index.db, is vouched for.
func TestDamagedSuppressions(t *testing.T) {
	t.Parallel()
	ix, _ := suppressedIndex(t, hashing.Local)
	path := filepath.Join(t.TempDir(), "list")
	if err := ix.WriteSuppressions(path, ix.list); err != nil {
		t.Fatal(err)
	}
	if err := ix.WriteSuppressions(path, ix.list); !errors.Is(err, os.ErrExist) {
		t.Errorf("an existing file: %v", err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if l, err := ix.ReadSuppressions(path); l != nil || !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrOtherList) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for i := range whole {
		b := bytes.Clone(whole)
		b[i] ^= 1 << (i % 8)
		try(fmt.Sprint("a bit of byte ", i), b)
		try(fmt.Sprint("cut to ", i), whole[:i])
	}
	try("a byte more", append(bytes.Clone(whole), 0))

	db := filepath.Join(ix.dir, catalogName)
	if whole, err = os.ReadFile(db); err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(whole, []byte(listMagic))
	if at < 0 {
		t.Fatal("index.db holds no list")
	}
	for i := at; i < at+len(ix.cat.suppressed); i++ {
		b := bytes.Clone(whole)
		b[i] ^= 1 << (i % 8)
		if err := os.WriteFile(db, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(ix.dir, &testKey); !errors.Is(err, ErrDamaged) {
			t.Fatalf("a bit of byte %d: %v", i, err)
		}
	}

	// With a seal that fits, as who is after it would make one.
	for i := at + len(listMagic) + checkSize; i < at+len(ix.cat.suppressed); i += 7 {
		b := bytes.Clone(whole)
		b[i] ^= 1 << (i % 8)
		if err := os.WriteFile(db, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := sealFile(db); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(ix.dir, &testKey); !errors.Is(err, ErrDamaged) {
			t.Fatalf("a bit of byte %d, sealed anew: %v", i, err)
		}
	}
}

// A list is of one index, and its makers must have seen all its datasets.
func TestSuppressionsOfAnother(t *testing.T) {
	t.Parallel()
	ix, rows := suppressedIndex(t, hashing.Local)
	other := newIndex(t)
	path := filepath.Join(t.TempDir(), "list")
	if err := other.WriteSuppressions(path, ix.list); err != nil {
		t.Fatal(err)
	}
	if _, err := ix.ReadSuppressions(path); !errors.Is(err, ErrOtherList) {
		t.Errorf("a list of another index: %v", err)
	}
	list, _, err := ix.NewSuppressions(t.Context(), [][]hashing.PersonKey{personOf(rows, 9)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	build(t, ix, "e", rowsOf(3, 10), 0)
	b, err := ix.Begin("f", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Abort()
	if err := b.Suppress(list); !errors.Is(err, ErrStaleList) || !strings.Contains(err.Error(), `"e"`) {
		t.Errorf("a list from before a dataset: %v", err)
	}
}

// What cannot be done changes nothing: while another writes, with a dataset damaged,
// of nobody, when told to stop.
func TestSuppressErrors(t *testing.T) {
	t.Parallel()
	ix, rows := suppressedIndex(t, hashing.Local)
	before, err := os.ReadFile(filepath.Join(ix.dir, catalogName))
	if err != nil {
		t.Fatal(err)
	}
	some := [][]hashing.PersonKey{personOf(rows, 9)}
	b, err := ix.Begin("e", 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ix.Suppress(t.Context(), some, nil); !errors.Is(err, ErrBusy) {
		t.Errorf("while another writes: %v", err)
	}
	b.Abort()
	if _, err := ix.Suppress(t.Context(), [][]hashing.PersonKey{{}}, nil); err == nil {
		t.Error("somebody without keys is put on the list")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ix.Suppress(ctx, some, nil); !errors.Is(err, ctx.Err()) {
		t.Errorf("told to stop: %v", err)
	}
	if after, err := os.ReadFile(filepath.Join(ix.dir, catalogName)); err != nil || !bytes.Equal(before, after) || ix.Suppressed() != 3 {
		t.Errorf("the index changed; %d people are on its list", ix.Suppressed())
	}
	name := filepath.Join(ix.dir, "d.1.rcd")
	if err := os.Truncate(name, 4096); err != nil {
		t.Fatal(err)
	}
	if _, err := reopen(t, ix).Suppress(t.Context(), some, nil); !errors.Is(err, ErrDamaged) {
		t.Errorf("with a damaged dataset: %v", err)
	}
}

// The list outlives changes of the index, and forgets datasets that are gone.
func TestSuppressionsStay(t *testing.T) {
	t.Parallel()
	ix, rows := suppressedIndex(t, hashing.Local)
	build(t, ix, "e", rowsOf(3, 10), 0)
	if err := Remove(ix.dir, "d"); err != nil {
		t.Fatal(err)
	}
	ix = reopen(t, ix)
	if ix.Suppressed() != 3 {
		t.Fatalf("%d people are on the list", ix.Suppressed())
	}
	if _, err := ix.Suppress(t.Context(), [][]hashing.PersonKey{personOf(rows, 9)}, nil); err != nil {
		t.Fatal(err)
	}
	for i := range ix.list.people {
		if len(ix.list.people[i].entries) > 0 {
			t.Error("the list holds entries of a dataset that is gone")
		}
	}
	// Built again under its id, it is another dataset, from which the builder leaves them out.
	b, err := ix.Begin("d", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Abort()
	s, h := b.NewSuppressor(), ix.NewHasher()
	for i, want := range map[int]bool{7: true, 9: true, 11: false} {
		var y hashing.Output
		h.Sum(hashing.NameDOB, rows[i].x, &y)
		if got := s.Suppressed(&y); got != want {
			t.Errorf("row %d: %v", i, got)
		}
	}
}

// Which key decides of which row.
func TestDecides(t *testing.T) {
	t.Parallel()
	dated, year := field.SetOf(field.Name, field.BirthDate), field.SetOf(field.Name, field.BirthYear)
	none, placed := field.SetOf(field.Name), field.SetOf(field.Name, field.Locality)
	for _, tc := range []struct {
		kinds field.Set
		want  string
	}{
		{dated, "[name-dob voter-id]"},
		{year, "[name-dob name-yob-zip voter-id]"},
		{field.SetOf(field.BirthMonthYear), "[name-dob name-yob-zip voter-id]"},
		{placed, "[name-dob name-yob-zip name-address name-zip voter-id email]"},
		{none, "[name-dob name-yob-zip name-address name-zip voter-id phone email]"},
	} {
		var got []hashing.KeyType
		for _, typ := range hashing.KeyTypes() {
			if decides(typ, tc.kinds) {
				got = append(got, typ)
			}
		}
		if fmt.Sprint(got) != tc.want {
			t.Errorf("%v: %v, want %s", tc.kinds.Names(), got, tc.want)
		}
	}
}

// Whatever is taken for a list is one: written again it is the same.
func FuzzSuppressions(f *testing.F) {
	l := &Suppressions{datasets: []generation{{"d", 1}, {"e", 7}}}
	l.people = append(l.people, suppressed{
		id: hashing.Mark{1}, keys: map[hashing.Mark]suppressKey{{1}: {hashing.NameDOB, false}, {2}: {hashing.NameZIP, true}},
		entries: map[generation][]hashing.Tag{{"e", 7}: {5, 9}},
	})
	f.Add(l.encode(), 1)
	f.Add([]byte{0, 0, 0, 0}, 0)
	f.Fuzz(func(t *testing.T, plain []byte, people int) {
		l, err := decodeSuppressions(plain, people)
		if err != nil {
			return
		}
		if again := l.encode(); !bytes.Equal(plain, again) {
			t.Fatalf("%x, and written again %x", plain, again)
		}
	})
}

// FuzzOpenSuppressions: no bytes are taken for a list but those that seal made.
func FuzzOpenSuppressions(f *testing.F) {
	prf, err := hashing.NewPRF(&testKey, &hashing.Salt{})
	if err != nil {
		f.Fatal(err)
	}
	l := &Suppressions{people: []suppressed{{keys: map[hashing.Mark]suppressKey{{1}: {hashing.NameDOB, false}}}}}
	sealed, err := l.seal(prf, prf.Check())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(30, []byte{1}, len(sealed))
	f.Fuzz(func(t *testing.T, at int, change []byte, length int) {
		b := bytes.Clone(sealed)
		for i, c := range change {
			b[uint(at+i)%uint(len(b))] ^= c
		}
		b = b[:uint(length)%uint(len(b)+1)]
		if l, err := openSuppressions(prf, prf.Check(), b); err == nil && l.People() > 0 && !bytes.Equal(b, sealed) {
			t.Fatal("bytes that nobody sealed are a list")
		}
	})
}

// Which of the entries that a person's keys find are of rows of theirs alone.
func TestWhose(t *testing.T) {
	t.Parallel()
	dated, year := field.SetOf(field.Name, field.BirthDate, field.Locality), field.SetOf(field.Name, field.BirthYear, field.Locality)
	called := dated.With(field.Phone)
	type found struct {
		typ     hashing.KeyType
		first   string
		zip     string
		kinds   field.Set
		shared  bool
		guessed bool
		theirs  bool
	}
	for name, all := range map[string][]found{
		"one row": {
			{typ: hashing.NameDOB, kinds: dated, theirs: true}, {typ: hashing.NameYOBZIP, kinds: dated, theirs: true},
			{typ: hashing.NameZIP, kinds: dated, theirs: true}, {typ: hashing.Phone, kinds: dated, theirs: true},
		},
		"a namesake's": {{typ: hashing.NameYOBZIP, kinds: dated}, {typ: hashing.NameZIP, kinds: dated}, {typ: hashing.Email, kinds: dated}},
		"a father, of another year": {
			{typ: hashing.NameDOB, kinds: dated, theirs: true}, {typ: hashing.NameYOBZIP, kinds: dated, theirs: true}, {typ: hashing.NameZIP, kinds: dated, shared: true},
		},
		"the father's alone at the ZIP code given": {{typ: hashing.NameDOB, kinds: dated, theirs: true}, {typ: hashing.NameYOBZIP, zip: "10001", kinds: dated, theirs: true}, {typ: hashing.NameZIP, kinds: dated}},
		"two registrations, in two places": {
			{typ: hashing.NameDOB, kinds: called, shared: true, theirs: true}, {typ: hashing.NameYOBZIP, kinds: dated, theirs: true}, {typ: hashing.NameZIP, kinds: dated, theirs: true},
		},
		"two registrations, in one place": {
			{typ: hashing.NameDOB, kinds: dated, shared: true, theirs: true}, {typ: hashing.NameYOBZIP, kinds: dated, shared: true, theirs: true},
			{typ: hashing.NameZIP, kinds: dated, shared: true, theirs: true},
		},
		"twins of one name": { // of whom the other is born on another day
			{typ: hashing.NameDOB, kinds: dated, theirs: true}, {typ: hashing.NameYOBZIP, kinds: dated, shared: true}, {typ: hashing.NameZIP, kinds: dated, shared: true},
		},
		"two of three rows in one place": { // and who is in the two is not known
			{typ: hashing.NameDOB, kinds: called, shared: true, theirs: true}, {typ: hashing.NameYOBZIP, kinds: dated, shared: true, theirs: true},
			{typ: hashing.NameZIP, kinds: dated, shared: true},
		},
		"born on 1 January": {
			{typ: hashing.NameDOB, kinds: dated, theirs: true}, {typ: hashing.NameYOBZIP, kinds: year, theirs: true}, {typ: hashing.NameZIP, kinds: year, theirs: true},
		},
		"1 January, under another name": {
			{typ: hashing.NameDOB, first: "Liz", kinds: dated, guessed: true, theirs: true}, {typ: hashing.NameYOBZIP, first: "Liz", kinds: year, guessed: true, theirs: true},
		},
		"a guess alone":                {{typ: hashing.NameYOBZIP, kinds: year, guessed: true}, {typ: hashing.NameZIP, kinds: 1, guessed: true}},
		"a year, and another name":     {{typ: hashing.NameYOBZIP, kinds: year, theirs: true}, {typ: hashing.NameZIP, first: "Liz", kinds: year, guessed: true}},
		"a voter id, and nothing else": {{typ: hashing.VoterID, kinds: dated, theirs: true}, {typ: hashing.NameZIP, kinds: dated, theirs: true}, {typ: hashing.Email, kinds: called}},
	} {
		var entries []entryOf
		for _, f := range all {
			var d hashing.Details
			d.SetLast([]byte("Fiction"))
			d.SetFirst([]byte(cmp.Or(f.first, "Elizabeth")))
			d.SetBirth(hashing.Date{Year: 1980, Month: 5, Day: 6}, hashing.Date{})
			if strings.Contains(name, "1 January") {
				d.SetBirth(hashing.Date{Year: 1980, Month: 1, Day: 1}, hashing.Date{})
			}
			d.SetZIP([]byte(cmp.Or(f.zip, "32301")))
			d.SetPhone(nil, []byte("850-555-0101"))
			d.SetEmail([]byte("liz@example.org"))
			d.Jurisdiction = "US-FL"
			d.SetVoterID([]byte("100000001"))
			x, _ := d.AppendKey(nil, f.typ)
			mask := hashing.NewMask(f.kinds, 0)
			if f.shared {
				mask = mask.Merge(mask)
			}
			entries = append(entries, entryOf{
				PersonKey: &hashing.PersonKey{Input: hashing.Input{Type: f.typ, X: x}, Guessed: f.guessed}, fields: hashing.KeyFields(x), mask: mask,
			})
		}
		whose(entries)
		for i, f := range all {
			if entries[i].theirs != f.theirs {
				t.Errorf("%s: the %s entry: %v, want %v", name, f.typ, entries[i].theirs, f.theirs)
			}
		}
	}
}

// One person given with more keys than a list can hold of anybody is an error that
// leaves the index as it was, and no list that nobody can read again.
func TestTooManyKeys(t *testing.T) {
	ix, rows := suppressedIndex(t, hashing.Local)
	keys := personOf(rows, 9)
	for i := range 1 << 16 {
		x := fmt.Appendf(nil, "rc1\x06key %d", i)
		keys = append(keys, hashing.PersonKey{Input: hashing.Input{Type: hashing.Phone, X: x}})
	}
	if _, err := ix.Suppress(t.Context(), [][]hashing.PersonKey{keys}, nil); err == nil {
		t.Error("65,537 keys of one person are taken")
	}
	if n := reopen(t, ix).Suppressed(); n != 3 {
		t.Errorf("%d people are on the list", n)
	}
}
