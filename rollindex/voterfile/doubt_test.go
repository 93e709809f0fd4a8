package voterfile

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"rollcheck/data/layouts"
)

// doubtsOf returns what a file of that content leaves open when it was read whole, and
// why it cannot be read.
func doubtsOf(t *testing.T, data []byte, opts Options) ([]Doubt, error) {
	t.Helper()
	s, err := Open(t.Context(), []string{writeFile(t, "roll.txt", data)}, opts)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	err = wholeErr(t, s)
	return s.Doubts(0), err
}

func has(doubts []Doubt, q Question) bool {
	return slices.ContainsFunc(doubts, func(d Doubt) bool { return d.Question == q })
}

// A file whose surnames and first names are swapped is refused, or read with a doubt:
// whoever its people are, and however few, it is never read as if nothing were.
func TestSwappedNamesAreNeverSilent(t *testing.T) {
	for name, people := range peoples {
		for _, id := range []string{"fl-extract", "wv-statewide-vr"} {
			for _, n := range []int{1, 3, 20, 200, 2000} {
				doubts, err := doubtsOf(t, peopleRows(mustLayout(t, id), [2]string{people[1], people[0]}, n), Options{})
				if err == nil && !has(doubts, SurnameOrFirst) {
					t.Errorf("%s swapped, %s, %d rows: read without a doubt", name, id, n)
				}
				if n == 200 && id == "fl-extract" {
					right, errRight := doubtsOf(t, peopleRows(mustLayout(t, id), people, n), Options{})
					t.Logf("%s: swapped %v %v; right %v %v", name, err, doubts, errRight, right)
				}
			}
		}
	}
}

// Rolls as they were published leave nothing open: of 200 rows and more hardly any, of
// 20 most.
func TestRollsAreConfirmed(t *testing.T) {
	all, err := layouts.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []struct{ rows, most int64 }{{20, 30}, {200, 1}, {2000, 0}} {
		files, open := int64(0), int64(0)
		var which []string
		for i, l := range all {
			if testing.Short() && i%4 != 1 || size.rows > 200 && i%4 != 0 {
				continue
			}
			for seed := range uint64(2) {
				doubts, err := doubtsOf(t, synthRoll(t, l, size.rows, 40+seed), Options{})
				if errors.Is(err, ErrEmpty) { // two layouts have nobody's names
					continue
				} else if err != nil {
					t.Fatalf("%s: %v", l.ID, err)
				}
				if files++; len(doubts) > 0 {
					open++
					for _, d := range doubts {
						which = append(which, fmt.Sprintf("%s %v %d/%d", l.ID, d.Question, d.Told, d.Rows))
					}
				}
			}
		}
		t.Logf("%d rows: %d of %d files leave something open: %s", size.rows, open, files, which)
		if open*100 > files*size.most {
			t.Errorf("%d rows: %d of %d files leave something open, more than %d %%", size.rows, open, files, size.most)
		}
	}
}
