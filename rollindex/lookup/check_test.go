package lookup_test

import (
	"fmt"
	"slices"
	"testing"

	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/exposure/sourcetest"
	"rollcheck/rollindex/lookup"
)

// A session is a source: a whole check by filters finds the same people in the
// same datasets, by the same keys, as one in an index here.
func TestCheck(t *testing.T) {
	var want []sourcetest.Row
	for _, r := range roll(t) {
		if r.places[0] == "US-GA" {
			continue // not asked
		}
		want = append(want, sourcetest.Row{Dataset: r.Dataset, Mask: r.Mask, Keys: slices.DeleteFunc(r.Keys, func(in hashing.Input) bool {
			return in.Type != hashing.NameDOB && in.Type != hashing.NameYOBZIP && in.Type != hashing.VoterID
		})})
	}
	var who []exposure.Person
	for i := 0; i < 120; i += 7 { // as sourcetest.People makes them
		word := string(rune('a' + i%26))
		if i >= 26 {
			word += string(rune('a' + i/26))
		}
		who = append(who, exposure.Person{
			First: "Person" + word, Last: "Fiction" + word, ZIP: fmt.Sprintf("%05d", 10000+i),
			BirthDate: fmt.Sprintf("%d-%02d-%02d", 1940+i%60, 1+i%12, 1+i%28), VoterID: fmt.Sprint(100000000 + i), State: "FL",
		})
	}
	here := check(t, sourcetest.NewMemory(want...), who)
	there := check(t, published(t).session(t, lookup.FilterMode, "US-FL"), who)
	if !slices.Equal(here, there) || len(here) < 6 {
		t.Errorf("here\n%q\nthere\n%q", here, there)
	}
}

// check lists the findings of a check: person, dataset, keys.
func check(t *testing.T, src exposure.Source, who []exposure.Person) []string {
	t.Helper()
	var f findings
	if _, err := exposure.Check(t.Context(), src, exposure.People(who...), exposure.Options{}, &f); err != nil {
		t.Fatal(err)
	}
	slices.Sort(f)
	return f
}

type findings []string

func (f *findings) Start(*exposure.Start) error { return nil }
func (f *findings) Finding(x *exposure.Finding) error {
	*f = append(*f, fmt.Sprint(x.Person, x.Dataset.ID, x.Keys.Types()))
	return nil
}
func (f *findings) Person(*exposure.Answer) error { return nil }
func (f *findings) Done(*exposure.Summary) error  { return nil }
