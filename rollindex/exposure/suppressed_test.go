package exposure_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/exposure/sourcetest"
)

// withheldSource is a source with somebody on its list: their keys are withheld in
// every dataset.
type withheldSource struct {
	exposure.Source
	listed []exposure.Input
}

func (s withheldSource) Search(ctx context.Context, inputs []exposure.Input, yield func(exposure.Result)) error {
	for i, in := range inputs {
		listed := slices.ContainsFunc(s.listed, func(l exposure.Input) bool { return l.Type == in.Type && string(l.X) == string(in.X) })
		for d := range s.Datasets() {
			if listed {
				yield(exposure.Result{Input: i, Dataset: d, Withheld: true})
			}
		}
	}
	return s.Source.Search(ctx, inputs, yield)
}

// familyRow returns a row of a Fiction of that name and birth, at one address.
func familyRow(first string, birth hashing.Date) sourcetest.Row {
	var d hashing.Details
	d.SetLast([]byte("Fiction"))
	d.SetFirst([]byte(first))
	d.SetZIP([]byte("32301"))
	kinds := field.SetOf(field.Name, field.Locality)
	if d.SetBirth(birth, hashing.Date{}); birth.Year != 0 {
		kinds = kinds.With(field.BirthDate)
	}
	return sourcetest.NewRow("d", &d, hashing.NewMask(kinds, 0))
}

// Whoever asks by keys of somebody who asked to be left out is not told "not found",
// where that could be them; and neither what is left of that person.
func TestSuppressedAnswers(t *testing.T) {
	t.Parallel()
	son := exposure.Person{Last: "Fiction", First: "Quincy", BirthDate: "1980-05-06", ZIP: "32301", Phone: "850-555-0101"}
	keys, problems, err := exposure.ReadKeys(exposure.People(son))
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	var listed []exposure.Input
	for _, k := range keys[0] {
		listed = append(listed, k.Input)
	}
	father := familyRow("Quincy", hashing.Date{Year: 1950, Month: 3, Day: 4})
	rows := func(withBirth, without int) (all []sourcetest.Row) {
		for i := range withBirth {
			all = append(all, familyRow("Person"+strings.Repeat("a", i+1), hashing.Date{Year: 1960, Month: 2, Day: 3}))
		}
		for i := range without {
			all = append(all, familyRow("Human"+strings.Repeat("a", i+1), hashing.Date{}))
		}
		return all
	}
	dated, mixed := rows(200, 0), rows(90, 10)
	var years, placeholders []sourcetest.Row
	for i := range 200 {
		years = append(years, familyRow("Person"+strings.Repeat("a", i+1), hashing.Date{Year: 1960}))
		placeholders = append(placeholders, familyRow("Person"+strings.Repeat("a", i+1), hashing.Date{Year: 1960, Month: 1, Day: 1}))
	}
	alone := exposure.Person{Last: "Fiction", First: "Quincy", BirthDate: "1950-03-04", ZIP: "32301"}
	byName := exposure.Person{Last: "Fiction", First: "Quincy", ZIP: "32301"}
	byPhone := exposure.Person{Last: "Fiction", First: "Xerxes", BirthDate: "1981-05-06", ZIP: "32301", Phone: "850-555-0101"}
	born1January := exposure.Person{Last: "Fiction", First: "Xerxes", BirthDate: "1981-01-01", Phone: "850-555-0101"}
	for _, tc := range []struct {
		name     string
		who      exposure.Person
		rows     []sourcetest.Row
		findings int
		state    exposure.State
	}{
		{"the person", son, dated, 0, exposure.Partial},
		{"the person, beside the father", son, append(dated[:200:200], father), 0, exposure.Partial},
		{"the father", alone, append(dated[:200:200], father), 1, exposure.Searched},
		{"the father, who is not there", alone, dated, 0, exposure.Searched},
		{"the father, where rows have no births", alone, mixed, 0, exposure.Partial},
		{"by a name that is both's", byName, dated, 0, exposure.Partial},
		{"one of the household", byPhone, dated, 0, exposure.Searched},
		{"one of the household, where rows have no births", byPhone, mixed, 0, exposure.Partial},
		{"the father, where rows have a year", alone, years, 0, exposure.Searched},
		{"by a year that is the person's", exposure.Person{Last: "Fiction", First: "Quincy", BirthYear: "1980", ZIP: "32301"}, years, 0, exposure.Partial},
		{"by a phone, and 1 January", born1January, placeholders, 0, exposure.Partial},
		{"somebody else", exposure.Person{Last: "Fiction", First: "Xerxes", BirthDate: "1950-03-04", ZIP: "32301"}, dated, 0, exposure.Searched},
	} {
		src := withheldSource{sourcetest.NewMemory(tc.rows...), listed}
		if src.Datasets()[0].JanuaryFirst = "kept"; strings.Contains(tc.name, "1 January") {
			src.Datasets()[0].JanuaryFirst = "degraded"
		}
		var h lastAnswer
		sum, err := exposure.Check(t.Context(), src, exposure.People(tc.who), exposure.Options{}, &h)
		if err != nil {
			t.Fatal(err)
		}
		got := h.answer
		if h.findings != tc.findings || got.State != tc.state {
			t.Errorf("%s: %d findings, %s (%s); want %d, %s", tc.name, h.findings, got.State, got.Why, tc.findings, tc.state)
		}
		says := strings.Contains(got.Why, "may be left out of it at the request of the person")
		if says != (tc.state == exposure.Partial) {
			t.Errorf("%s: it says %q", tc.name, got.Why)
		}
		if tc.state == exposure.Partial && sum.ExitCode() != 2 {
			t.Errorf("%s: exit status %d", tc.name, sum.ExitCode())
		}
	}
}

// What cannot be used of a person's details, or is too little, is told and not passed
// over.
func TestReadKeys(t *testing.T) {
	t.Parallel()
	people := exposure.People(
		exposure.Person{Last: "Fiction", First: "Liz", BirthDate: "1980-05-06", ZIP: "32301", Email: "liz@example.org"},
		exposure.Person{Last: "Fiction", First: "Ann", BirthDate: "soon", Line: 7},
		exposure.Person{Last: "Fiction", Line: 8},
	)
	keys, problems, err := exposure.ReadKeys(people)
	if err != nil || len(keys) != 1 || len(problems) != 2 {
		t.Fatal(len(keys), problems, err)
	}
	for i, line := range []int{7, 8} {
		if problems[i].Line != line || strings.Contains(problems[i].Error(), "soon") {
			t.Errorf("%v", problems[i])
		}
	}
	said, guessed := map[hashing.KeyType]int{}, map[hashing.KeyType]int{}
	for _, k := range keys[0] {
		if k.Guessed {
			guessed[k.Type]++
		} else {
			said[k.Type]++
		}
	}
	if said[hashing.NameDOB] != 1 || said[hashing.NameZIP] != 1 || said[hashing.Email] != 1 || guessed[hashing.NameDOB] < 2 {
		t.Errorf("said %v, guessed %v", said, guessed)
	}
	if _, _, err := exposure.ReadKeys(cutShort{}); err == nil {
		t.Error("input that cannot be read is taken for its end")
	}
}

// cutShort is input that cannot be read.
type cutShort struct{}

func (cutShort) Next(*exposure.Person) error { return errors.New("cut short") }

// lastAnswer keeps what is said of one dataset.
type lastAnswer struct {
	findings int
	answer   exposure.DatasetAnswer
}

func (h *lastAnswer) Start(*exposure.Start) error     { return nil }
func (h *lastAnswer) Finding(*exposure.Finding) error { h.findings++; return nil }
func (h *lastAnswer) Person(a *exposure.Answer) error { h.answer = a.Datasets[0]; return nil }
func (h *lastAnswer) Done(*exposure.Summary) error    { return nil }
