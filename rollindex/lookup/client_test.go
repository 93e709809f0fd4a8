package lookup_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/exposure/sourcetest"
	"rollcheck/rollindex/lookup"
	"rollcheck/rollindex/lookup/lookuptest"
)

// A session has the shape of a source.
var _ exposure.Source = (*lookup.Session)(nil)

// roll is the leak of the tests: forty Floridians and twenty Georgians in one
// dataset, three Floridians in another, too few for files of their own, and six
// people of nowhere in a third.
func roll(t testing.TB) []lookuptest.Record {
	records := lookuptest.People(t, "big", 0, 40, "US-FL")
	records = append(records, lookuptest.People(t, "big", 40, 20, "US-GA")...)
	records = append(records, lookuptest.People(t, "small", 0, 3, "US-FL")...)
	stray := lookuptest.People(t, "stray", 100, 6, hashing.NoJurisdiction)
	for i := range stray { // no voter id is of nowhere
		stray[i].Keys = slices.DeleteFunc(stray[i].Keys, func(in hashing.Input) bool { return in.Type == hashing.VoterID })
	}
	return append(records, stray...)
}

// ask asks for one person and sorts the answer.
func ask(t testing.TB, s *lookup.Session, inputs []hashing.Input) ([]hashing.Result, hashing.Scope) {
	t.Helper()
	var got []hashing.Result
	scope, err := s.Ask(t.Context(), inputs, func(r hashing.Result) { got = append(got, r) })
	if err != nil {
		t.Fatal(err)
	}
	sortResults(got)
	return got, scope
}

func sortResults(rs []hashing.Result) {
	slices.SortFunc(rs, func(a, b hashing.Result) int {
		return cmp.Or(cmp.Compare(a.Input, b.Input), cmp.Compare(a.Dataset, b.Dataset))
	})
}

// local is what an index of the records, of the key types and places given,
// answers.
func local(t testing.TB, s *lookup.Session, records []lookuptest.Record, served []hashing.KeyType, inputs []hashing.Input) (want []hashing.Result) {
	t.Helper()
	var rows []sourcetest.Row
	for _, r := range records {
		asked := slices.ContainsFunc(r.Places, func(p string) bool {
			return p == "US-FL" || p == hashing.NoJurisdiction
		})
		if !asked {
			continue
		}
		row := sourcetest.Row{Dataset: r.Dataset, Mask: r.Mask}
		for _, in := range r.Keys {
			if slices.Contains(served, in.Type) {
				row.Keys = append(row.Keys, in)
			}
		}
		rows = append(rows, row)
	}
	m := sourcetest.NewMemory(rows...)
	err := m.Search(t.Context(), inputs, func(r hashing.Result) {
		id := m.Datasets()[r.Dataset].ID
		r.Dataset = slices.IndexFunc(s.Datasets(), func(d hashing.DatasetInfo) bool { return d.ID == id })
		want = append(want, r)
	})
	if err != nil {
		t.Fatal(err)
	}
	sortResults(want)
	return want
}

// Both modes answer as an index here does, for the keys they ask: whoever is in
// the leak, is of another state, or is not in it.
func TestAgreesWithLocal(t *testing.T) {
	records := roll(t)
	op := published(t)
	filters, buckets := op.session(t, lookup.FilterMode, "US-FL"), op.session(t, lookup.BucketMode, "US-FL")
	byName := []hashing.KeyType{hashing.NameDOB, hashing.NameYOBZIP}
	hits := 0
	for i := range 120 {
		inputs := sourcetest.People(t, "", i, 1)[0].Keys
		want := local(t, filters, records, append(byName, hashing.VoterID), inputs)
		got, scope := ask(t, filters, inputs)
		for i, r := range got {
			if !r.OfDataset || r.Mask.Initial() != hashing.InitialNone {
				t.Fatalf("a filter tells of the record: %+v", r)
			}
			got[i].Mask, got[i].OfDataset = 0, false
		}
		for i := range want {
			want[i].Mask = 0
		}
		if !slices.Equal(got, want) || scope.Gaps != 0 || scope.Asked != nil {
			t.Errorf("person %d by filter: got %v, scope %+v; want %v", i, got, scope, want)
		}
		hits += len(want)
		want = local(t, buckets, records, byName, inputs)
		got, scope = ask(t, buckets, inputs)
		if !slices.Equal(got, want) {
			t.Errorf("person %d by bucket: got %v, want %v", i, got, want)
		}
		voter := slices.IndexFunc(inputs, func(in hashing.Input) bool { return in.Type == hashing.VoterID })
		if scope.Gaps != hashing.GapKey || scope.Asked[voter] || !scope.Asked[0] {
			t.Fatalf("person %d by bucket: scope %+v", i, scope)
		}
	}
	if hits != 3*(40+3)+2*6 {
		t.Errorf("%d hits: 40 and 3 people of Florida by three keys, 6 of nowhere by two", hits)
	}
}

// Many people are asked at once by filter, and never by bucket.
func TestSearchMany(t *testing.T) {
	op := published(t)
	s := op.session(t, lookup.FilterMode, "US-FL")
	var got []hashing.Result
	var inputs []hashing.Input
	for i := 30; i < 50; i++ {
		inputs = append(inputs, sourcetest.People(t, "", i, 1)[0].Keys...)
	}
	if err := s.Search(t.Context(), inputs, func(r hashing.Result) { got = append(got, r) }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 10*3 {
		t.Errorf("%d hits for ten Floridians and ten Georgians, by three keys", len(got))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, asked := range [][]hashing.Input{inputs, nil} {
		if err := s.Search(ctx, asked, func(hashing.Result) {}); !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled search of %d: %v", len(asked), err)
		}
	}
	if err := op.session(t, lookup.BucketMode, "US-FL").Search(t.Context(), inputs, nil); !errors.Is(err, lookup.ErrOnePerson) {
		t.Errorf("a search of many in bucket mode: %v", err)
	}
}

// person makes the inputs of a person, the spelling as given first.
func person(t testing.TB, last string, firsts []string, birth hashing.Date, zips ...string) (inputs []hashing.Input) {
	t.Helper()
	for _, kt := range []hashing.KeyType{hashing.NameDOB, hashing.NameYOBZIP} {
		for _, first := range firsts {
			for i, zip := range zips {
				if kt == hashing.NameDOB && i > 0 {
					continue
				}
				var d hashing.Details
				d.SetLast([]byte(last))
				d.SetFirst([]byte(first))
				d.SetBirth(birth, hashing.Date{})
				d.SetZIP([]byte(zip))
				x, ok := d.AppendKey(nil, kt)
				if !ok {
					t.Fatal("no key")
				}
				inputs = append(inputs, hashing.Input{Type: kt, X: x})
			}
		}
	}
	return inputs
}

// In bucket mode one bucket is asked for, whatever the spellings; another one for
// the same person is not, in this run or a later one, also in a new epoch: an
// operator that renames it would collect them.
func TestOneBucketAPerson(t *testing.T) {
	op := published(t)
	cache := new(lookup.MemoryCache)
	birth := hashing.Date{Year: 1950, Month: 4, Day: 5}
	open := func() *lookup.Session {
		t.Helper()
		o, err := op.client(t, cache).Open(t.Context(), "US-FL")
		if err != nil {
			t.Fatal(err)
		}
		s, err := o.Session(t.Context(), lookup.BucketMode, nil)
		if err != nil {
			t.Fatal(err)
		}
		op.Forget()
		return s
	}
	buckets := func() (paths []string) {
		for _, line := range op.Saw() {
			if strings.HasPrefix(line, "GET /v1/b/") {
				paths = append(paths, line)
			}
		}
		slices.Sort(paths)
		return paths
	}

	s := open()
	inputs := person(t, "Fictional", []string{"Robert", "Bob", "Rob"}, birth, "32301", "32302")
	_, scope := ask(t, s, inputs)
	if scope.Gaps != hashing.GapSpelling || len(scope.Asked) != 9 {
		t.Fatalf("scope %+v", scope)
	}
	for i, in := range inputs {
		if given := strings.Contains(string(in.X), "ROBERT"); scope.Asked[i] != given {
			t.Errorf("input %d: asked %v, spelled as given %v", i, scope.Asked[i], given)
		}
	}
	first := buckets()
	if len(first) != 2 { // one of Florida, one of nowhere
		t.Fatalf("buckets asked for: %v", first)
	}

	s = open() // a later run, with the same memory
	if _, scope := ask(t, s, person(t, "Fictional", []string{"Bob"}, birth, "32301")); scope.Gaps != hashing.GapOtherBucket || slices.Contains(scope.Asked, true) {
		t.Errorf("another spelling: %+v", scope)
	}
	if len(buckets()) != 0 {
		t.Errorf("another spelling was asked for: %v", buckets())
	}
	if _, scope := ask(t, s, inputs[:1]); scope.Gaps != 0 || !slices.Equal(buckets(), first) {
		t.Errorf("the same spelling again: %+v, %v", scope, buckets())
	}
	if _, scope := ask(t, s, person(t, "Fictional", []string{"Anna"}, hashing.Date{Year: 1951, Month: 1, Day: 2}, "32301")); scope.Gaps != 0 {
		t.Errorf("somebody else: %+v", scope)
	}
	op.Sign(t, func(m *lookup.Manifest) { m.Seq, m.Epoch = 8, "2" })
	if _, scope := ask(t, open(), person(t, "Fictional", []string{"Bob"}, birth, "32301")); scope.Gaps != hashing.GapOtherBucket {
		t.Errorf("in a new epoch: %+v", scope)
	}

	kept, _ := cache.Recall()
	for _, plain := range []string{"FICTIONAL", "ROBERT", fmt.Sprintf("%04d%02d%02d", birth.Year, birth.Month, birth.Day), "32301", "US-FL", "/v1/b/"} {
		if strings.Contains(strings.ToUpper(string(kept)), strings.ToUpper(plain)) {
			t.Errorf("%q is remembered in clear", plain)
		}
	}
}

// The bodies of an evaluation have one size, and what is asked does not depend
// on whether anybody is found.
func TestSizesDoNotTell(t *testing.T) {
	op := published(t)
	for _, mode := range []lookup.Mode{lookup.FilterMode, lookup.BucketMode} {
		s := op.session(t, mode, "US-FL")
		var shapes []string
		for _, who := range []int{5, 75} { // in the leak, and not
			op.Forget()
			got, _ := ask(t, s, sourcetest.People(t, "", who, 1)[0].Keys)
			if found := len(got) > 0; found != (who == 5) {
				t.Fatalf("person %d: found %v", who, found)
			}
			saw := op.Saw()
			slices.Sort(saw)
			for i, line := range saw {
				if f := strings.Fields(line); strings.HasPrefix(f[1], "/v1/b/") {
					saw[i] = f[0] + " a bucket " + f[2]
				}
			}
			shapes = append(shapes, strings.Join(saw, "\n"))
		}
		if shapes[0] != shapes[1] || shapes[0] == "" {
			t.Errorf("%s mode: found\n%s\nnot found\n%s", mode, shapes[0], shapes[1])
		}
	}
}

func TestBudget(t *testing.T) {
	op := published(t)
	s := op.session(t, lookup.FilterMode, "US-FL")
	inputs := person(t, "Fictional", []string{"A", "B", "C", "D", "E", "F"}, hashing.Date{Year: 1950, Month: 4, Day: 5}, "32301")
	op.Budget = 2
	got, scope := ask(t, s, inputs)
	if len(got) != 0 || scope.Gaps != hashing.GapBudget || !scope.Retry.Equal(now.Add(3600e9)) || !slices.Contains(scope.Asked, false) {
		t.Errorf("hits %v, scope %+v", got, scope)
	}
	op.Budget = 0
	var over *lookup.BudgetError
	err := s.Search(t.Context(), inputs, func(hashing.Result) { t.Error("a hit") })
	if !errors.As(err, &over) || !errors.Is(err, lookup.ErrBudget) || !strings.Contains(err.Error(), "until 2026-11-22T13:00:00Z") {
		t.Errorf("search: %v", err)
	}
}

// Everything that is cached is used and verified; what was damaged in the cache is
// fetched again.
func TestCache(t *testing.T) {
	op := published(t)
	cache := new(lookup.MemoryCache)
	start := func() *lookup.Offer {
		t.Helper()
		o, err := op.client(t, cache).Open(t.Context(), "US-FL")
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	o := start()
	before := o.Filters()
	if before.Download == 0 || before.Files == 0 {
		t.Fatalf("cost %+v", before)
	}
	var read int64
	if _, err := o.Session(t.Context(), lookup.FilterMode, func(n int64) { read += n }); err != nil || read != before.Download {
		t.Fatalf("read %d of %d bytes: %v", read, before.Download, err)
	}
	op.Forget()
	o = start()
	if c := o.Filters(); c.Download != 0 || c.Files != 0 {
		t.Errorf("cost with a full cache: %+v", c)
	}
	if _, err := o.Session(t.Context(), lookup.FilterMode, nil); err != nil || len(op.Saw()) != 1 {
		t.Errorf("fetched again: %v, %v", op.Saw(), err)
	}
	for path := range op.Files { // what the cache has is broken
		if hash, ok := strings.CutPrefix(path, "/v1/f/"); ok {
			var h lookup.Hash32
			if err := h.UnmarshalText([]byte(hash)); err != nil {
				t.Fatal(err)
			}
			if cache.Has(h) {
				_ = cache.Put(h, []byte("broken"))
			}
		}
	}
	op.Forget()
	if _, err := start().Session(t.Context(), lookup.FilterMode, nil); err != nil || len(op.Saw()) != 1+before.Files {
		t.Errorf("a broken cache: %d requests, %v", len(op.Saw()), err)
	}
}

func TestCosts(t *testing.T) {
	op := published(t)
	open := func(places ...string) *lookup.Offer {
		t.Helper()
		o, err := op.client(t, new(lookup.MemoryCache)).Open(t.Context(), places...)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	o := open("US-FL", "US-TX")
	if !slices.Equal(o.Missing, []string{"US-TX"}) || !slices.Equal(o.Jurisdictions(), []string{"US-FL", hashing.NoJurisdiction}) {
		t.Errorf("missing %v, asked %v", o.Missing, o.Jurisdictions())
	}
	b := o.Buckets()
	if !b.Possible || b.Group != lookup.GroupSize("US-FL", 11) || b.Group < lookup.LeastGroup || b.Files != 2 || b.Download == 0 {
		t.Errorf("buckets of Florida: %+v", b)
	}
	if two := open("US-FL", "US-GA").Buckets(); two.Group >= b.Group { // the finer cut, of the smaller state
		t.Errorf("buckets of two states: %+v", two)
	}
	if none := open().Buckets(); none.Group != lookup.GroupSize(hashing.NoJurisdiction, 6) {
		t.Errorf("buckets of nowhere: %+v", none)
	}
	// One whose few entries joined nowhere's files: its key is asked, so that the
	// server knows the state.
	joined := published(t)
	joined.Sign(t, func(m *lookup.Manifest) {
		m.Seq++
		m.Lists = slices.DeleteFunc(m.Lists, func(l lookup.ListRef) bool { return l.Jurisdiction == "US-GA" })
	})
	ga, err := joined.client(t, new(lookup.MemoryCache)).Open(t.Context(), "US-GA")
	if err != nil {
		t.Fatal(err)
	}
	if b := ga.Buckets(); !b.Possible || b.Files != 1 || b.Group != lookup.GroupSize("US-GA", 6) {
		t.Errorf("buckets of Georgia, which has none of its own: %+v, where %d adults share a name group", b, lookup.GroupSize("US-GA", 6))
	}
	if m, sure := o.Choose(); m != lookup.FilterMode || !sure {
		t.Errorf("small filters: %s, %v", m, sure)
	}
	op.Lists["US-FL"].Files[0].Bytes = 59 << 20
	op.Sign(t, func(m *lookup.Manifest) { m.Seq = 8 })
	if _, sure := open("US-FL").Choose(); sure {
		t.Error("59 MiB are downloaded unasked")
	}
	op.Lists["US-FL"].Buckets = nil
	op.Sign(t, func(m *lookup.Manifest) { m.Seq = 9 })
	o = open("US-FL")
	if _, sure := o.Choose(); !sure || o.Buckets().Possible {
		t.Error("buckets are offered that are not published")
	}
	if _, err := o.Session(t.Context(), lookup.BucketMode, nil); err == nil {
		t.Error("a session in a mode that is not offered")
	}
	if _, err := op.client(t, new(lookup.MemoryCache)).Open(t.Context(), "Florida"); err == nil {
		t.Error("a jurisdiction that is none")
	}
}

// Of a place whose people are not counted nothing is told by bucket: that of nowhere,
// cut for the least state, leaves too few of a territory.
func TestBucketOfUncountedPlace(t *testing.T) {
	op := lookuptest.New(t, now, append(roll(t), lookuptest.People(t, "big", 200, 12, "US-GU")...))
	c, err := lookup.New(op.Trusted, op, new(lookup.MemoryCache))
	if err != nil {
		t.Fatal(err)
	}
	c.SetNow(func() time.Time { return now })
	o, err := c.Open(t.Context(), "US-GU")
	if err != nil {
		t.Fatal(err)
	}
	if b := o.Buckets(); b.Possible {
		t.Errorf("%+v", b)
	}
	if _, err := o.Session(t.Context(), lookup.BucketMode, nil); err == nil {
		t.Error("a session by bucket")
	}
	if m, sure := o.Choose(); m != lookup.FilterMode || !sure {
		t.Errorf("mode %s, %v", m, sure)
	}
}

func TestFalseHits(t *testing.T) {
	op := published(t)
	inputs := sourcetest.People(t, "", 5, 1)[0].Keys
	// Under Florida's key: name-dob and name-yob-zip in three files each (big, and
	// in nowhere's list small and stray), voter-id in big and small; under nowhere's
	// the two by name in small and stray.
	if got := op.session(t, lookup.FilterMode, "US-FL").FalseHits(inputs); got != (3+3+2+2+2)*lookup.FalsePositive {
		t.Errorf("%g looks", got/lookup.FalsePositive)
	}
	if got := op.session(t, lookup.BucketMode, "US-FL").FalseHits(inputs); got != 0 {
		t.Errorf("by bucket: %g", got)
	}
}

func TestVoterIDOfAnotherPlace(t *testing.T) {
	op := published(t)
	s := op.session(t, lookup.FilterMode, "US-GA")
	inputs := sourcetest.People(t, "", 5, 1)[0].Keys // registered in Florida
	got, scope := ask(t, s, inputs)
	if len(got) != 0 || scope.Gaps != hashing.GapJurisdiction || slices.Index(scope.Asked, false) != slices.IndexFunc(inputs, func(in hashing.Input) bool { return in.Type == hashing.VoterID }) {
		t.Errorf("%v, %+v", got, scope)
	}
}

// The group that a bucket is said to leave is that of the states the operator is
// told, also of those that have no files of their own.
func TestGroupOfPlacesWithoutList(t *testing.T) {
	records := append(roll(t), lookuptest.People(t, "small", 50, 3, "US-WY")...)
	records = append(records, lookuptest.People(t, "small", 60, 3, "US-GU")...)
	op := newOperator(t, records)
	op.Sign(t, func(m *lookup.Manifest) {
		m.Seq++
		m.Lists = slices.DeleteFunc(m.Lists, func(l lookup.ListRef) bool { return l.Jurisdiction == "US-WY" || l.Jurisdiction == "US-GU" })
	})
	open := func(place string) *lookup.Offer {
		t.Helper()
		o, err := op.client(t, new(lookup.MemoryCache)).Open(t.Context(), place)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	// Wyoming's few are in nowhere's bucket, of six bits; the key that is asked
	// under says Wyoming.
	if b := open("US-WY").Buckets(); !b.Possible || b.Group != lookup.GroupSize("US-WY", 6) {
		t.Errorf("buckets of Wyoming: %+v, its group is of %d", b, lookup.GroupSize("US-WY", 6))
	}
	// How many people Guam has is not known here, so nothing says that the same
	// bucket leaves enough of them.
	if b := open("US-GU").Buckets(); b.Possible {
		t.Errorf("buckets of Guam: %+v", b)
	}
	if _, err := open("US-GU").Session(t.Context(), lookup.BucketMode, nil); err == nil {
		t.Error("a bucket of Guamanians is asked for")
	}
}

// The number of batches is that of many names: steps, under each key alike.
func TestBatchesAreRoundedUp(t *testing.T) {
	op := published(t)
	steps := []int{1, 2, 4, 6, 8, 12, 16, 24, 32}
	birth := hashing.Date{Year: 1950, Month: 4, Day: 5}
	seen := map[int]bool{}
	for _, spellings := range []int{1, 2, 4, 7, 9, 15, 23} {
		var firsts []string
		for i := range spellings {
			firsts = append(firsts, "Person"+string(rune('a'+i)))
		}
		o, err := op.client(t, new(lookup.MemoryCache)).Open(t.Context(), "US-FL")
		if err != nil {
			t.Fatal(err)
		}
		s, err := o.Session(t.Context(), lookup.FilterMode, nil)
		if err != nil {
			t.Fatal(err)
		}
		op.Forget()
		inputs := person(t, "Fictional", firsts, birth, "32301")
		ask(t, s, inputs)
		byKey := map[string]int{}
		for _, line := range op.Saw() {
			if strings.HasPrefix(line, "POST") {
				byKey[line]++
			}
		}
		for key, n := range byKey {
			seen[n] = true
			if !slices.Contains(steps, n) {
				t.Errorf("%d spellings: %d batches: %s", spellings, n, key)
			}
		}
		if sum := s.Batches(inputs); len(op.Saw()) != sum {
			t.Errorf("%d spellings: %d requests, said to be %d", spellings, len(op.Saw()), sum)
		}
	}
	if len(seen) < 4 {
		t.Errorf("only these numbers of batches were asked: %v", seen)
	}
}
