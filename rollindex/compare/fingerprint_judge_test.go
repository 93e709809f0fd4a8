package compare

import (
	"math"
	"strings"
	"testing"
)

// Of all numbers of shared errors the uniform share makes each as likely, so that the
// ratio is 1/((m+1) P(k)); and none shared never speaks for a shared copy, however
// many the other file has wrong.
func TestUniformAgainst(t *testing.T) {
	for _, c := range []struct {
		k, m   int64
		chance float64
		want   float64
	}{
		{0, 0, 0.1, 0},
		{1, 1, 0.1, math.Log10(0.5 / 0.1)},
		{2, 2, 0.5, math.Log10(1.0 / 3 / 0.25)},
		{1, 2, 0.9, math.Log10(1.0 / 3 / 0.5)}, // the chance is an upper bound: k/m is likelier
		{0, 100, 0.5, math.Log10(1.0 / 101)},
	} {
		if got := uniformAgainst(c.k, c.m, c.chance); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%d of %d at %v: %v instead of %v", c.k, c.m, c.chance, got, c.want)
		}
	}
}

// Within groups an order in which all ranks agree has a correlation of 1, one
// that is turned round -1, and what lies between the groups does not count.
func TestRankOrder(t *testing.T) {
	rows := func(turn bool) (out []trace) {
		for i := range uint64(60) {
			r := trace{group: i % 3, a: i + 1, b: (i%3+1)*1000 + i}
			if turn {
				r.b = (i%3+1)*1000 - i
			}
			out = append(out, r)
		}
		return out
	}
	if o := rankOrder(rows(false)); math.Abs(o.r-1) > 1e-12 || o.n != 60 || math.Abs(o.scale-math.Sqrt(57)) > 1e-9 {
		t.Errorf("%+v", o)
	}
	if o := rankOrder(rows(true)); math.Abs(o.r+1) > 1e-12 {
		t.Errorf("turned round: %+v", o)
	}
	if o := rankOrder(nil); o.n != 0 || o.r != 0 {
		t.Errorf("of nothing: %+v", o)
	}
}

// How many rows two choices would share by chance stands on a model of how they were
// chosen, of several tried, and is told as that.
func TestSelectionTellsItsModel(t *testing.T) {
	var all traces
	for i := range all.chosen {
		all.chosen[i] = map[uint32]selection{0: {n: 1000, a: 300, b: 300, both: 200}}
	}
	if p := selectionPart(&all, true); !strings.HasSuffix(p.Found, "200 in both; if each was chosen at random, 90 would be") {
		t.Error(p.Found)
	}
	all.chosen[byZIP] = map[uint32]selection{1: {n: 500, a: 300, b: 300, both: 200}, 2: {n: 500}}
	if p := selectionPart(&all, true); !strings.HasSuffix(p.Found, "200 in both; even if both were chosen by ZIP code, which fits them best of the ways tried, only 180 would be") {
		t.Error(p.Found)
	}
	for i := range all.chosen {
		all.chosen[i] = map[uint32]selection{0: {n: 1000, a: 300, b: 300, both: 90}}
	}
	all.chosen[byPlace] = map[uint32]selection{1: {n: 500, a: 300, b: 300, both: 90}, 2: {n: 500}}
	if p := selectionPart(&all, true); !strings.HasSuffix(p.Found, "90 in both; if both were chosen by place in the source, which fits them best of the ways tried, 180 would be") {
		t.Error(p.Found)
	}
}
