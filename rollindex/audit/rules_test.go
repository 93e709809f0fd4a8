package audit_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcheck/internal/racetest"
	"rollcheck/rollindex/audit"
)

func TestRulesThatContradict(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ rules, says string }{
		{`{"version":"1","columns":[{"kind":"phone","rule":"allow"},{"kind":"email","rule":"allow"},{"kind":"phone","rule":"deny"}]}`, `columns[0] and columns[2] are both of the kind "phone": allow and deny`},
		{`{"version":"1","names":[{"column":"Batch No","rule":"allow","why":"x"},{"column":"BATCH_NO","rule":"deny","why":"y"}]}`, "names[0] and names[1] are both of the column"},
		{`{"version":"1","birth_date":"year","columns":[{"kind":"birth_date","rule":"allow"}]}`, `"birth_date": "year" and columns[0]`},
		{`{"version":"1","birth_date":"day","columns":[{"kind":"birth_year","rule":"deny"}]}`, `"birth_date": "day" and columns[0]`},
		{`{"version":"1","columns":[{"kind":"shoe_size","rule":"allow"}]}`, `columns[0]: there is no kind "shoe_size"`},
		{`{"version":"1","columns":[{"kind":"phone","rule":"maybe"}]}`, `the rule "maybe"`},
		{`{"version":"1","columns":[{"kind":"phone","rule":"recipients"}]}`, "0 recipients"},
		{`{"version":"1","columns":[{"kind":"phone","rule":"allow","recipients":["party"]}]}`, "1 recipients"},
		{`{"version":"1","waivers":[{"rule":"ssn","reason":"x","until":"2027-01-01"}]}`, `waivers[0]: "name" is missing`},
		{`{"version":"1","waivers":[{"rule":"ssn","name":"x","until":"2027-01-01"}]}`, `waivers[0]: "reason" is missing`},
		{`{"version":"1","waivers":[{"rule":"ssn","name":"x","reason":"y"}]}`, `waivers[0]: "until"`},
		{`{"version":"1","waivers":[{"rule":"snn","name":"x","reason":"y","until":"2027"}]}`, `there is no rule "snn"`},
		{`{"version":"1","waivers":[{"rule":"ssn","column":"A","name":"x","reason":"y","until":"2027"},{"rule":"ssn","column":"a","name":"z","reason":"y","until":"2028"}]}`, "waivers[0] and waivers[1]"},
		{`{"version":"1","names":[{"column":"Batch","rule":"allow"}]}`, `"why" is missing`},
		{`{"columns":[]}`, `"version" is missing`},
		{`{"version":"1","jurisdiction":"US-XX"}`, "no public record"},
		{`{"version":"1","birth_date":"decade"}`, "decade"},
		{`{"version":"1","colums":[]}`, "colums"},
		{`{"version":"1"} {}`, "follows the closing brace"},
		{``, "EOF"},
	} {
		_, err := audit.ReadRules(strings.NewReader(tc.rules), today)
		if !errors.Is(err, audit.ErrRules) || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v", tc.rules, err)
		}
	}
	if _, err := audit.RulesOf("Atlantis", today); !errors.Is(err, audit.ErrRules) {
		t.Error(err)
	}
	if _, err := audit.RulesOf("US-GA", ""); !errors.Is(err, audit.ErrRules) {
		t.Error(err)
	}
}

func readRules(t testing.TB, text string) *audit.Rules {
	t.Helper()
	r, err := audit.ReadRules(strings.NewReader(text), today)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestOwnRules holds that an office's rules count before the public record, either way.
func TestOwnRules(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	s := georgia(t, 500, 3)
	s.add("Batch", func([]string) string { return "7" })
	in := write(t, "ga.txt", s.bytes())
	for _, tc := range []struct {
		name, rules, class string
		want               []string
	}{
		{"the record alone", `{"version":"1","jurisdiction":"US-GA"}`, "", []string{"column:Batch"}},
		{"a name", `{"version":"1","jurisdiction":"GA","names":[{"column":"BATCH","rule":"allow","why":"number of the export"}]}`, "", nil},
		{"stricter", `{"version":"1","jurisdiction":"GA","columns":[{"kind":"race","rule":"deny"}],"names":[{"column":"batch","rule":"allow","why":"x"}]}`, "", []string{"column:Race"}},
		{"no births", `{"version":"1","jurisdiction":"GA","birth_date":"none","names":[{"column":"batch","rule":"allow","why":"x"}]}`, "", []string{"column:Year_of_Birth"}},
		{"for parties", `{"version":"1","jurisdiction":"GA","columns":[{"kind":"race","rule":"recipients","recipients":["party","press"]}],"names":[{"column":"batch","rule":"allow","why":"x"}]}`, "press", nil},
		{"not for others", `{"version":"1","jurisdiction":"GA","columns":[{"kind":"race","rule":"recipients","recipients":["party","press"]}],"names":[{"column":"batch","rule":"allow","why":"x"}]}`, "court", []string{"column:Race"}},
	} {
		if got := broken(run(t, readRules(t, tc.rules), audit.Options{Recipient: tc.class}, in)); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
	if got := broken(run(t, readRules(t, `{"version":"1"}`), audit.Options{}, in)); !slices.Contains(got, "column:Last_name") {
		t.Errorf("of no state and with nothing listed: %q", got)
	}
	vendor := write(t, "vendor.txt", synthesize(t, "targetsmart-voterbase", 100, 1))
	for _, c := range run(t, readRules(t, `{"version":"1"}`), audit.Options{}, vendor).Files[0].Columns {
		if !c.Tells && c.Decision.Basis == audit.Published {
			t.Errorf("a vendor's layout vouches for %q", c.Name)
		}
	}
	if _, err := audit.Run(t.Context(), []audit.Input{in}, rulesOf(t, "US-GA"), audit.Options{Recipient: "pres"}); !errors.Is(err, audit.ErrRules) {
		t.Errorf("an unknown class: %v", err)
	}
}

func TestWaivers(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	s := georgia(t, 500, 3)
	s.add("Batch", func([]string) string { return "7" })
	in := write(t, "ga.txt", s.bytes())
	waiver := func(rest string) *audit.Rules {
		return readRules(t, `{"version":"1","jurisdiction":"US-GA","waivers":[{"rule":"column","reason":"agreed","name":"Records Officer",`+rest+`}]}`)
	}
	res := run(t, waiver(`"column":"BATCH","file":"ga.txt","until":"2026-11-23"`), audit.Options{}, in)
	if !res.Passed() || len(res.Violations) != 1 || res.Violations[0].Waived.Name != "Records Officer" || len(res.Unused)+len(res.Expired) != 0 {
		t.Errorf("on its last day: %+v", res)
	}
	res = run(t, waiver(`"column":"Batch","until":"2026-11-22"`), audit.Options{}, in)
	if res.Passed() || len(res.Expired) != 1 || len(res.Unused) != 0 {
		t.Errorf("a day after: %+v", res)
	}
	for _, rest := range []string{`"column":"Batch","file":"other.txt","until":"2027"`, `"column":"Race","until":"2027"`} {
		res = run(t, waiver(rest), audit.Options{}, in)
		if res.Passed() || len(res.Unused) != 1 {
			t.Errorf("%s: %+v", rest, res)
		}
	}
}

// TestWaiverOfLines: it holds for these rows of one file and one member of it, and for
// nothing that has no rows.
func TestWaiverOfLines(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	roll := func(at int) []byte {
		s := georgia(t, 50, 3)
		if at > 0 {
			s.people()[at][s.column(t, "Land_lot")] = "a@example.org"
		}
		return s.bytes()
	}
	text := write(t, "ga.txt", roll(3)) // on line 5
	twin := write(t, "ga.txt", roll(3))
	both := write(t, "both.zip", zipped(t, "", part{"a.txt", roll(0)}, part{"b.txt", roll(3)}))
	spare := write(t, "ga.zip", zipped(t, "made by hand", part{"ga.txt", roll(0)}))
	for _, tc := range []struct {
		rule, column, file string
		inputs             []audit.Input
		want               bool
	}{
		{"email", "Land_lot", "ga.txt", []audit.Input{text}, true},
		{"email", "Land_lot", "ga.txt", []audit.Input{text, twin}, false},
		{"email", "Land_lot", "both.zip: b.txt", []audit.Input{both}, true},
		{"email", "Land_lot", "both.zip: a.txt", []audit.Input{both}, false},
		{"email", "Land_lot", "both.zip", []audit.Input{both}, false},
		{"hidden-content", "", "ga.zip", []audit.Input{spare}, false},
	} {
		rules := readRules(t, fmt.Sprintf(`{"version":"1","jurisdiction":"US-GA","waivers":[{"rule":%q,"column":%q,"file":%q,"lines":[5],"reason":"r","name":"n","until":"2027"}]}`, tc.rule, tc.column, tc.file))
		if res := run(t, rules, audit.Options{}, tc.inputs...); res.Passed() != tc.want || len(res.Violations) != len(tc.inputs) {
			t.Errorf("%s of %q: passed: %v; %+v", tc.rule, tc.file, res.Passed(), res.Violations)
		}
	}
}

// A waiver of what is of no column does not reach columns whose names have no letter
// from A to Z.
func TestWaiverOfNoColumn(t *testing.T) {
	t.Parallel()
	s := georgia(t, 50, 3)
	s.add("備考", func([]string) string { return "7" })
	in := write(t, "ga.txt", s.bytes())
	for column, want := range map[string]bool{"": false, "番号": false, "備考": true} {
		rules := readRules(t, fmt.Sprintf(`{"version":"1","jurisdiction":"US-GA","waivers":[{"rule":"column","column":%q,"reason":"r","name":"n","until":"2027"}]}`, column))
		if res := run(t, rules, audit.Options{}, in); res.Passed() != want || len(res.Violations) != 1 {
			t.Errorf("%q: %+v", column, res.Violations)
		}
	}
}

// What is read as rules is taken back as the same.
func FuzzReadRules(f *testing.F) {
	f.Add(`{"version":"1","jurisdiction":"US-GA","birth_date":"year","columns":[{"kind":"phone","rule":"deny"}]}`)
	f.Add(`{"version":"1","waivers":[{"rule":"ssn","name":"x","reason":"y","until":"2027"}],"names":[{"column":"A","rule":"allow","why":"b"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := audit.ReadRules(strings.NewReader(text), today)
		if err != nil {
			if r != nil || !errors.Is(err, audit.ErrRules) {
				t.Errorf("%v with %v", r, err)
			}
			return
		}
		if r.Version == "" {
			t.Error("no version")
		}
		for _, w := range r.Waivers {
			if w.Name == "" || w.Reason == "" || w.Until == "" {
				t.Errorf("%+v", w)
			}
		}
	})
}
