package lookup_test

import (
	"context"
	"encoding/binary"
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

// A session is a source: a whole check by filters finds the same people in the
// same datasets, by the same keys, as one in an index here.
func TestCheck(t *testing.T) {
	var want []sourcetest.Row
	for _, r := range roll(t) {
		if r.Places[0] == "US-GA" {
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

// A session is asked for one person at a time, in either mode.
func TestAsker(t *testing.T) {
	for _, mode := range []lookup.Mode{lookup.FilterMode, lookup.BucketMode} {
		t.Run(mode.String(), func(t *testing.T) {
			sourcetest.RunAsker(t, func(t *testing.T, rows []sourcetest.Row) exposure.Asker {
				var records []lookuptest.Record
				for _, r := range rows {
					records = append(records, lookuptest.Record{Row: r, Places: []string{"US-FL"}})
				}
				return newOperator(t, records).session(t, mode, "US-FL")
			})
		})
	}
}

// One person of many is asked for in their own states only.
func TestAskIn(t *testing.T) {
	op := published(t)
	s := op.session(t, lookup.FilterMode, "US-FL", "US-GA")
	op.Forget()
	georgian := sourcetest.People(t, "big", 40, 1)[0]
	for _, tt := range []struct {
		place string
		hits  int
	}{{"US-FL", 0}, {"US-GA", 2}} { // a voter id of Florida's form is not asked for in Georgia
		op.Forget()
		hits := 0
		if _, err := s.AskIn(t.Context(), []string{tt.place}, georgian.Keys, func(hashing.Result) { hits++ }); err != nil {
			t.Fatal(err)
		}
		for _, line := range op.Saw() {
			if key := fmt.Sprintf("key %d ", op.ID(tt.place)); !strings.Contains(line, key) && !strings.Contains(line, fmt.Sprintf("key %d ", op.ID(hashing.NoJurisdiction))) {
				t.Errorf("in %s: %s", tt.place, line)
			}
		}
		if hits != tt.hits || len(op.Saw()) == 0 {
			t.Errorf("in %s: %d hits, asked %q", tt.place, hits, op.Saw())
		}
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

// spentIn refuses one key for its budget, after another was answered.
type spentIn struct {
	*operator
	key      uint16
	answered chan struct{}
}

func (s spentIn) Evaluate(ctx context.Context, body []byte) ([]byte, error) {
	if binary.BigEndian.Uint16(body) == s.key {
		<-s.answered
		return nil, &lookup.BudgetError{Retry: now.Add(time.Hour)}
	}
	defer close(s.answered)
	return s.operator.Evaluate(ctx, body)
}

// Who was found before a budget was used up is told so: it is the rest that is
// not known.
func TestFoundBeforeBudgetEnds(t *testing.T) {
	op := published(t)
	who := exposure.Person{First: "Personh", Last: "Fictionh", ZIP: "10007", BirthDate: "1947-08-08", State: "FL"}
	for _, mode := range []lookup.Mode{lookup.FilterMode, lookup.BucketMode} {
		c, err := lookup.New(op.Trusted, spentIn{op, op.ID(hashing.NoJurisdiction), make(chan struct{})}, new(lookup.MemoryCache))
		if err != nil {
			t.Fatal(err)
		}
		c.SetNow(func() time.Time { return now })
		o, err := c.Open(t.Context(), "US-FL")
		if err != nil {
			t.Fatal(err)
		}
		s, err := o.Session(t.Context(), mode, nil)
		if err != nil {
			t.Fatal(err)
		}
		var f findings
		sum, err := exposure.Check(t.Context(), s, exposure.People(who), exposure.Options{}, &f)
		if err != nil {
			t.Fatal(err)
		}
		if len(f) != 1 || sum.Exposed != 1 || sum.Complete() || sum.ExitCode() != 0 {
			t.Errorf("%s: findings %q, %+v", mode, f, sum)
		}
	}
}
