package compare

import "testing"

// Of many ids some are looked at, the same in every file; those that several rows of a
// file have are not counted.
func TestSharedIDsOfASample(t *testing.T) {
	s := &idSample{file: 1, every: 3, at: map[uint64]int{}, other: map[int][]idPrints{}}
	for h := range uint64(300) {
		s.add(h, idPrints{last: print(h + 1), first: 7, born: 1950})
	}
	s.add(3, idPrints{last: 9})
	s.other[0] = make([]idPrints, len(s.own))
	for h := range uint64(240) {
		s.seek(0, h, idPrints{last: print(h + 2), first: 7})
	}
	s.seek(0, 6, idPrints{last: 9})
	got := s.shared(0)
	if want := (SharedIDs{A: 0, B: 1, Looked: 98, Both: 78, SameFirst: 78, Firsts: 78}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if !got.Tell() || !got.SurnamesMoved() {
		t.Error("the surnames are not said to be moved")
	}
	for _, other := range []SharedIDs{{Looked: 9, Both: 9}, {Looked: 100, Both: 49}, {Looked: 100, Both: 90, SameLast: 45}} {
		if other.Tell() {
			t.Errorf("%+v is told of", other)
		}
	}
	for _, other := range []SharedIDs{{Looked: 90, Both: 90, Firsts: 90, SameFirst: 45}, {Looked: 90, Both: 90, Firsts: 5, SameFirst: 5}} {
		if !other.Tell() || other.SurnamesMoved() {
			t.Errorf("%+v: of the same people", other)
		}
	}
}
