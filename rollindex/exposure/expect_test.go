package exposure

import (
	"testing"

	"rollcheck/hashing"
)

// TestExpect: the figures without a search are those that findings state.
func TestExpect(t *testing.T) {
	fl := info(7_500_000, 7_500_000, "name-dob:7500000 name-yob-zip:7500000 name-address:7500000 name-zip:7500000")
	p := Person{First: "Liz", Last: "Garcia-Lopez", BirthDate: "1970-03-11", ZIP: "32301", Address: "1 Example St", Email: "liz@example.com"}
	e := NewExpecter(&fl)
	e.Expect(&Person{First: "Bob", Last: "Doe", BirthDate: "1980-01-02"})
	all := e.Expect(&p)
	var pl planner
	q := pl.plan(&p)
	g := grader{inputs: pl.inputs, steps: pl.steps}
	d := newDataset(&fl, "")
	if e.Population() != d.people {
		t.Errorf("a population of %v, want %v", e.Population(), d.people)
	}
	for first := range pl.inputs { // a hit of one input at a time
		in := pl.inputs[first]
		f := g.grade(&q, d, []hit{{input: int32(first)}}, false)
		want := all[in.Type].Asked
		if pl.steps[first] == 0 {
			want = all[in.Type].AsGiven
		}
		if f.Odds != want {
			t.Errorf("%s: %v, a finding says %v", in.Type, want, f.Odds)
		}
	}
	for _, key := range []hashing.KeyType{hashing.NameDOB, hashing.NameYOBZIP, hashing.NameZIP} {
		if got := all[key]; got.AsGiven <= 0 || got.AsGiven >= got.Asked {
			t.Errorf("%s: %v as given, %v with all spellings", key, got.AsGiven, got.Asked)
		}
		if got := all[key].AsGiven; got < Household(key) || Correction(key) <= 1 {
			t.Errorf("%s: %v, of which the household %v; correction %v", key, got, Household(key), Correction(key))
		}
	}
	if got := all[hashing.NameAddress]; got != (Expected{Household(hashing.NameAddress), Household(hashing.NameAddress)}) {
		t.Errorf("name-address: %v", got)
	}
	if all[hashing.Email] != (Expected{}) || all[hashing.VoterID] != (Expected{}) {
		t.Error("strangers expected under an e-mail address or a voter id")
	}
}

// TestDoubt: a record with another birth date is somebody else's more often than
// one with the same.
func TestDoubt(t *testing.T) {
	for _, tt := range []struct {
		initial, birth Evidence
		want           float64
	}{{Absent, Agrees, 0.004}, {Agrees, Absent, 0.004}, {Absent, Conflicts, 0.2}, {Conflicts, Agrees, 0.2}} {
		f := Finding{Odds: 0.004, Initial: tt.initial, Birth: tt.birth}
		if got := f.Doubt(); got < tt.want*0.999 || got > tt.want*1.001 {
			t.Errorf("initial %s, birth %s: %v, want %v", tt.initial, tt.birth, got, tt.want)
		}
	}
}
