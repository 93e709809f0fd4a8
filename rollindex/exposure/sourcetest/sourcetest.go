package sourcetest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
)

// Run tests a source: build returns one of the rows given, freshly made.
func Run(t *testing.T, build func(t *testing.T, rows []Row) exposure.Source) {
	t.Run("finds every key and no other", func(t *testing.T) { everyKey(t, build) })
	t.Run("keeps datasets apart", func(t *testing.T) { datasetsApart(t, build) })
	t.Run("merges rows that share a key", func(t *testing.T) { sharedKeys(t, build) })
	t.Run("answers many inputs as it does each", func(t *testing.T) { manyAsEach(t, build) })
	t.Run("stops when told to", func(t *testing.T) { stops(t, build) })
}

// RunDamaged tests that a source is open about a dataset it cannot read: build
// returns one of the rows given whose dataset named damage is lost or damaged,
// wherever one looks.
func RunDamaged(t *testing.T, build func(t *testing.T, rows []Row, damage string) exposure.Source) {
	rows := People(t, "left", 0, 40)
	rows = append(rows, People(t, "right", 0, 40)...)
	src := build(t, rows, "left")
	left, right := place(t, src, "left"), place(t, src, "right")
	if why := src.Unreadable(right); why != "" {
		t.Fatalf("the sound dataset is unreadable: %s", why)
	}
	for _, r := range rows[:40] {
		for _, in := range r.Keys {
			got := search(t, src, in)
			if !slices.ContainsFunc(got, func(r exposure.Result) bool { return r.Dataset == right && !r.Damaged }) {
				t.Fatal("the sound dataset does not answer")
			}
			told := slices.ContainsFunc(got, func(r exposure.Result) bool { return r.Dataset == left && r.Damaged })
			if !told && src.Unreadable(left) == "" {
				t.Fatal("a damaged dataset answers as if the key were absent")
			}
		}
	}
}

// People returns rows of fictional people, numbered from first, with every
// kind of key; no key is shared.
func People(t testing.TB, dataset string, first, n int) []Row {
	t.Helper()
	rows := make([]Row, 0, n)
	for i := first; i < first+n; i++ {
		var d hashing.Details
		word := letters(i)
		d.SetLast([]byte("Fiction" + word))
		d.SetFirst([]byte("Person" + word))
		d.SetBirth(hashing.Date{Year: uint16(1940 + i%60), Month: uint8(1 + i%12), Day: uint8(1 + i%28)}, hashing.Date{})
		d.SetZIP(fmt.Appendf(nil, "%05d", 10000+i%80000))
		d.House, d.Street = fmt.Appendf(nil, "%d", 1+i), []byte("EXAMPLE")
		d.Jurisdiction = "US-FL"
		d.SetVoterID(fmt.Appendf(nil, "%d", 100000000+i))
		d.SetPhone(nil, fmt.Appendf(nil, "850-555-01%02d", i%100))
		d.SetEmail(fmt.Appendf(nil, "%s@example.com", word))
		r := NewRow(dataset, &d, hashing.NewMask(field.SetOf(field.Name, field.Kind(1+i%12)), 'A'+byte(i%26)))
		if len(r.Keys) != len(hashing.KeyTypes()) {
			t.Fatalf("row %d has %d keys", i, len(r.Keys))
		}
		rows = append(rows, r)
	}
	return rows
}

func letters(i int) string {
	var b []byte
	for ; i > 0 || len(b) == 0; i /= 26 {
		b = append(b, 'a'+byte(i%26))
	}
	return string(b)
}

func search(t *testing.T, src exposure.Source, inputs ...exposure.Input) (got []exposure.Result) {
	t.Helper()
	if err := src.Search(t.Context(), inputs, func(r exposure.Result) { got = append(got, r) }); err != nil {
		t.Fatalf("search: %v", err)
	}
	return got
}

func place(t *testing.T, src exposure.Source, id string) int {
	t.Helper()
	i := slices.IndexFunc(src.Datasets(), func(d hashing.DatasetInfo) bool { return d.ID == id })
	if i < 0 {
		t.Fatalf("dataset %q is not listed", id)
	}
	return i
}

func keysOf(rows []Row) (inputs []exposure.Input, masks []hashing.Mask) {
	for _, r := range rows {
		for _, in := range r.Keys {
			inputs, masks = append(inputs, in), append(masks, r.Mask)
		}
	}
	return inputs, masks
}

func everyKey(t *testing.T, build func(*testing.T, []Row) exposure.Source) {
	in, out := People(t, "only", 0, 500), People(t, "only", 500, 500)
	src := build(t, in)
	if why := src.Unreadable(place(t, src, "only")); why != "" {
		t.Fatalf("unreadable: %s", why)
	}
	inputs, masks := keysOf(in)
	found := make([]bool, len(inputs))
	for _, r := range search(t, src, inputs...) {
		if r.Damaged || r.Mask != masks[r.Input] || found[r.Input] {
			t.Fatalf("input %d (%s): got %+v, want once mask %x", r.Input, inputs[r.Input].Type, r, masks[r.Input])
		}
		found[r.Input] = true
	}
	if i := slices.Index(found, false); i >= 0 {
		t.Errorf("input %d (%s) is not found", i, inputs[i].Type)
	}
	absent, _ := keysOf(out)
	if got := search(t, src, absent...); len(got) > 0 {
		t.Errorf("%d of %d absent keys are found", len(got), len(absent))
	}
	wrong := slices.Clone(inputs) // the key type is part of a key
	for i := range wrong {
		wrong[i].Type = 1 + wrong[i].Type%hashing.Email
	}
	if got := search(t, src, wrong...); len(got) > 0 {
		t.Errorf("%d keys are found under another type", len(got))
	}
}

func datasetsApart(t *testing.T, build func(*testing.T, []Row) exposure.Source) {
	var rows []Row
	for i := range 5 { // person i is in the datasets i to 4
		for j := range i + 1 {
			rows = append(rows, People(t, fmt.Sprintf("set-%d", i), j, 1)...)
		}
	}
	src := build(t, rows)
	for i := range 5 {
		var want, got []string
		for _, d := range src.Datasets() {
			if d.ID >= fmt.Sprintf("set-%d", i) {
				want = append(want, d.ID)
			}
		}
		for _, r := range search(t, src, People(t, "", i, 1)[0].Keys[0]) {
			got = append(got, src.Datasets()[r.Dataset].ID)
		}
		slices.Sort(want)
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("person %d: in %v, want %v", i, got, want)
		}
	}
}

func sharedKeys(t *testing.T, build func(*testing.T, []Row) exposure.Source) {
	a, b := People(t, "only", 1, 1)[0], People(t, "only", 1, 1)[0]
	a.Mask = hashing.NewMask(field.SetOf(field.Name, field.Email), 'Q')
	b.Mask = hashing.NewMask(field.SetOf(field.Name, field.Phone), 0)
	src := build(t, append(People(t, "only", 2, 20), a, b))
	for _, in := range a.Keys {
		got := search(t, src, in)
		if want := a.Mask.Merge(b.Mask); len(got) != 1 || got[0].Mask != want {
			t.Errorf("%s: got %+v, want one with mask %x", in.Type, got, want)
		}
	}
}

func manyAsEach(t *testing.T, build func(*testing.T, []Row) exposure.Source) {
	src := build(t, People(t, "only", 0, 300))
	inputs, _ := keysOf(People(t, "only", 250, 5000)) // enough for a source to take its way for batches
	inputs = append(inputs, inputs[:7]...)            // the same input twice is answered twice
	byInput := make(map[int]exposure.Result)
	for _, r := range search(t, src, inputs...) {
		if _, twice := byInput[r.Input]; twice {
			t.Fatalf("input %d is answered twice", r.Input)
		}
		byInput[r.Input] = r
	}
	for i := range 420 {
		got, ok := byInput[i]
		each := search(t, src, inputs[i])
		if ok != (len(each) == 1) || ok && got.Mask != each[0].Mask {
			t.Fatalf("input %d: %+v among many, %+v alone", i, got, each)
		}
	}
	if want := 50*len(hashing.KeyTypes()) + 7; len(byInput) != want {
		t.Errorf("%d hits, want %d", len(byInput), want)
	}
}

func stops(t *testing.T, build func(*testing.T, []Row) exposure.Source) {
	src := build(t, People(t, "only", 0, 10))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	inputs, _ := keysOf(People(t, "only", 0, 10))
	if err := src.Search(ctx, inputs, func(exposure.Result) {}); err == nil {
		t.Error("a cancelled search ends without an error")
	}
}
