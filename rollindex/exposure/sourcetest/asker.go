package sourcetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
)

// Asker is a Memory that is asked for one person at a time.
type Asker struct {
	*Memory
	Places    []string                                   // what Jurisdictions returns
	OfDataset bool                                       // hits tell of the dataset only, as a filter's do
	Scope     func(inputs []hashing.Input) hashing.Scope // what is not asked; nil: all is
	Err       error                                      // what AskIn fails with

	Calls [][]string // the jurisdictions of each call of AskIn
}

// Jurisdictions implements [exposure.Asker].
func (a *Asker) Jurisdictions() []string { return a.Places }

// Search fails: an Asker is not to be searched.
func (a *Asker) Search(context.Context, []exposure.Input, func(exposure.Result)) error {
	return errors.New("an asker is searched instead of asked")
}

// AskIn implements [exposure.Asker].
func (a *Asker) AskIn(ctx context.Context, jurisdictions []string, inputs []exposure.Input, yield func(exposure.Result)) (hashing.Scope, error) {
	a.Calls = append(a.Calls, slices.Clone(jurisdictions))
	var scope hashing.Scope
	if a.Scope != nil {
		scope = a.Scope(inputs)
	}
	err := a.Memory.Search(ctx, inputs, func(r exposure.Result) {
		if scope.Asked != nil && !scope.Asked[r.Input] {
			return
		}
		if a.OfDataset && !r.Damaged {
			r.OfDataset, r.Mask = true, hashing.NewMask(r.Mask.Kinds(), 0)
		}
		yield(r)
	})
	return scope, errors.Join(err, a.Err)
}

// RunAsker tests an asker: build returns one of the rows given, all of the
// jurisdiction US-FL. It need not hold every key, but those of name and birth
// date.
func RunAsker(t *testing.T, build func(t *testing.T, rows []Row) exposure.Asker) {
	t.Run("finds its people and no other", func(t *testing.T) {
		in, out := People(t, "only", 0, 30), People(t, "only", 500, 10)
		src := build(t, in)
		for _, r := range in {
			if dob := slices.IndexFunc(r.Keys, func(in exposure.Input) bool { return in.Type == hashing.NameDOB }); !slices.Contains(asked(t, src, r), dob) {
				t.Fatal("a record is not found by name and birth date")
			}
		}
		for _, r := range out {
			if got := asked(t, src, r); len(got) > 0 {
				t.Fatalf("somebody who is not there is found by %d keys", len(got))
			}
		}
	})
	t.Run("asks everybody in no jurisdiction too", func(t *testing.T) {
		places := build(t, People(t, "only", 0, 30)).Jurisdictions()
		if !slices.Contains(places, "US-FL") || !slices.Contains(places, hashing.NoJurisdiction) || !slices.IsSorted(places) {
			t.Errorf("it asks %v", places)
		}
	})
	t.Run("stops when told to", func(t *testing.T) {
		src := build(t, People(t, "only", 0, 30))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := src.AskIn(ctx, []string{"US-FL"}, People(t, "only", 0, 1)[0].Keys, func(exposure.Result) {}); err == nil {
			t.Error("a cancelled question ends without an error")
		}
	})
}

// asked asks for the keys of a row and returns those that hit.
func asked(t *testing.T, src exposure.Asker, r Row) (hits []int) {
	t.Helper()
	scope, err := src.AskIn(t.Context(), []string{"US-FL"}, r.Keys, func(r exposure.Result) { hits = append(hits, r.Input) })
	if err != nil {
		t.Fatal(err)
	}
	if (scope.Gaps == 0) != (scope.Asked == nil) || scope.Asked != nil && len(scope.Asked) != len(r.Keys) {
		t.Fatalf("scope %+v of %d inputs", scope, len(r.Keys))
	}
	for _, i := range hits {
		if scope.Asked != nil && !scope.Asked[i] {
			t.Fatal("a key that is not asked is found")
		}
	}
	return hits
}
