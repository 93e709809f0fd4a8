package claim

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/advice"
	"rollcheck/data/catalogue"
	"rollcheck/data/field"
	"rollcheck/internal/racetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

const today = "2026-11-22"

func judge(t *testing.T, in string) *Report {
	t.Helper()
	c, err := Read(strings.NewReader(in), today)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Judge(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func codes(r *Report) (codes []string) {
	for _, b := range r.Because {
		codes = append(codes, b.Code)
	}
	return codes
}

// The mail of October 2020, and what other messages would have been.
func TestVerdicts(t *testing.T) {
	for _, tc := range []struct {
		name, in   string
		verdict    Verdict
		confidence catalogue.Confidence
		beyond     string
		because    string
	}{
		{"Florida's mail", `{"states":["FL"],"when":"2020-10-20","quoted":["name","party","address"],"boasted":["vote","email"]}`,
			PublicRecord, "high", "", "open-in-one protected if-given vote-secret"},
		{"to an Alaskan, with closed details", `{"states":["AK"],"when":"2020-10-20","quoted":["name","party","address","birth_date","driver_license"]}`,
			Beyond, "high", "birth_date driver_license", "not-open exposed"},
		{"weak sources", `{"states":["KY"],"when":"2020-10-20","quoted":["name","birth_date"]}`,
			CannotTell, "", "", "unsettled"},
		{"a field no source settles", `{"states":["FL"],"when":"2020-10-20","quoted":["name","race","birth_place"]}`,
			CannotTell, "", "", "unsettled"},
		{"closed beside unsettled", `{"states":["FL"],"when":"2020-10-20","quoted":["ssn","national_id"]}`,
			Beyond, "high", "ssn", "not-open unsettled"},
		{"closed here, open in a former state", `{"states":["AK","FL"],"when":"2020-10-20","quoted":["name","birth_date"]}`,
			PublicRecord, "high", "", "open-in-one"},
		{"open in two states together", `{"states":["OH","CO"],"when":"2020-10-20","quoted":["birth_date","sex"]}`,
			PublicRecord, "", "", "open-together"},
		{"named recipients only", `{"states":["CA"],"when":"2020-10-20","quoted":["name","address"]}`,
			Beyond, "medium", "name address", "named-only exposed"},
		{"only boasts", `{"states":["FL"],"when":"2020-10-20","boasted":["vote","email"]}`,
			CannotTell, "", "", "nothing-quoted if-given vote-secret"},
		{"a vote quoted proves nothing", `{"states":["FL"],"when":"2020-10-20","quoted":["vote"]}`,
			CannotTell, "", "", "nothing-quoted vote-secret"},
		{"before any data", `{"states":["FL"],"when":"1998","quoted":["name"]}`,
			CannotTell, "", "", "unsettled"},
		{"on a change of rule", `{"states":["VA"],"when":"2024-08-30","quoted":["birth_date"]}`,
			CannotTell, "", "", "unsettled sources-disagree"},
		{"an e-mail address among the rest", `{"states":["FL"],"when":"2020-10-20","quoted":["name","party","email"]}`,
			PublicRecord, "high", "", "open-in-one if-given"},
		{"an e-mail address and nothing else", `{"states":["FL"],"when":"2020-10-20","quoted":["email"]}`,
			PublicRecord, "high", "", "if-given"},
		{"an e-mail address beside closed details", `{"states":["FL"],"when":"2020-10-20","quoted":["email","ssn"]}`,
			Beyond, "high", "ssn", "not-open if-given"},
		{"closed here, open there if given", `{"states":["GA","FL"],"when":"2020-10-20","quoted":["name","email"]}`,
			PublicRecord, "", "", "open-in-one if-given"},
		{"no date", `{"states":["FL"],"quoted":["name","party"]}`, PublicRecord, "high", "", "open-in-one"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := judge(t, tc.in)
			if r.Verdict != tc.verdict || tc.confidence != "" && r.Confidence != tc.confidence || r.Verdict == CannotTell && r.Confidence != "" {
				t.Errorf("verdict %s, confidence %q, want %s, %q", r.Verdict, r.Confidence, tc.verdict, tc.confidence)
			}
			if got := strings.Join(names(r.BeyondItems()), " "); got != tc.beyond {
				t.Errorf("beyond: %s, want %s", got, tc.beyond)
			}
			if got := strings.Join(codes(r), " "); got != tc.because {
				t.Errorf("because %s, want %s", got, tc.because)
			}
		})
	}
}

// A verdict is never surer than the weakest source it stands on, and what is
// unknown or weak is never called public or closed: for every state and pair of
// details.
func TestVerdictsNeverOverreach(t *testing.T) {
	racetest.LeaveOut(t)
	all := catalogue.Records()
	rank := map[catalogue.Confidence]int{catalogue.Low: 1, catalogue.Medium: 2, catalogue.High: 3}
	for _, rec := range all {
		for _, when := range []catalogue.Date{"", "2020-10-20", "2024-09"} {
			for a := range field.Kinds() {
				for b := range a + 1 {
					r, err := Judge(&Claim{States: []string{rec.Jurisdiction}, When: when, Quoted: []Detail{Detail(a), Detail(b)}})
					if err != nil {
						t.Fatal(err)
					}
					one, two := catalogue.Status(rec.Jurisdiction, when, field.Kind(a)), catalogue.Status(rec.Jurisdiction, when, field.Kind(b))
					open := func(a catalogue.Answer) bool { return a.Settled() && a.Status == catalogue.Public }
					shut := func(a catalogue.Answer) bool { return a.Settled() && a.Status != catalogue.Public }
					want := CannotTell
					switch {
					case shut(one) || shut(two):
						want = Beyond
					case open(one) && open(two):
						want = PublicRecord
					}
					if r.Verdict != want {
						t.Fatalf("%s, %s, %s and %s: %s, want %s", rec.Jurisdiction, when, one.Kind, two.Kind, r.Verdict, want)
					}
					for _, x := range []catalogue.Answer{one, two} {
						counts := want == PublicRecord || want == Beyond && shut(x)
						if counts && rank[r.Confidence] > rank[x.Confidence] {
							t.Fatalf("%s, %s: %s with confidence %s rests on %s of %s", rec.Jurisdiction, when, r.Verdict, r.Confidence, x.Kind, x.Confidence)
						}
					}
				}
			}
		}
	}
}

// Phone number and e-mail address are on a public file only of who gave them to the
// office: no verdict, no item and no reason says that anyone could have them.
func TestOnlyIfGiven(t *testing.T) {
	for _, tc := range []struct {
		name, in, ifGiven, en, es string
		conditional               bool
		says                      []string
	}{
		{"quoted beside what all can have", `{"states":["FL"],"when":"2020-10-20","quoted":["name","email","phone"]}`, "phone email",
			"Explained by the public record in part; the rest only if you gave it to the election office: phone number and e-mail address.",
			"Se explica en parte por el registro público; el resto, solo si usted lo dio a la oficina electoral: número de teléfono y correo electrónico.", true,
			[]string{"Anyone could have this from the public voter file of Florida: name.", "which most voters do not: phone number and e-mail address. If you did not,"}},
		{"quoted alone", `{"states":["FL"],"when":"2020-10-20","quoted":["email"]}`, "email",
			"Explained by the public record only if you gave it to the election office: e-mail address.",
			"Se explica por el registro público solo si usted lo dio a la oficina electoral: correo electrónico.", true,
			[]string{"Public in Florida only if you gave it to the election office, which most voters do not: e-mail address."}},
		{"only boasted of", `{"states":["FL"],"when":"2020-10-20","quoted":["name"],"boasted":["vote","phone"]}`, "phone",
			"What it quoted is explained by the public record; of what it only said it had, this only if you gave it to the election office: phone number.",
			"Lo que citó se explica por el registro público; de lo que solo dijo tener, esto solo si usted lo dio a la oficina electoral: número de teléfono.", false,
			[]string{"Anyone could have everything it quoted", "which most voters do not: phone number."}},
		{"in several states together", `{"states":["OH","CO","FL"],"when":"2020-10-20","quoted":["email"]}`, "email", "", "", true,
			[]string{"Public in Florida only if"}},
		{"beside what goes beyond", `{"states":["FL"],"when":"2020-10-20","quoted":["ssn","email"]}`, "email",
			"Goes beyond the public record: social security number.", "", false, []string{"which most voters do not: e-mail address."}},
		{"neither", `{"states":["FL"],"when":"2020-10-20","quoted":["name"]}`, "", "Explained by the public record.", "", false, []string{"Anyone could have everything it quoted"}},
		{"closed there", `{"states":["AK"],"when":"2020-10-20","quoted":["ssn"],"boasted":["vote"]}`, "", "", "", false, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := judge(t, tc.in)
			if got := strings.Join(names(r.IfGiven), " "); got != tc.ifGiven || r.Conditional() != tc.conditional {
				t.Errorf("if given: %q, conditional %v, want %q, %v", got, r.Conditional(), tc.ifGiven, tc.conditional)
			}
			for lang, want := range map[advice.Lang]string{advice.En: tc.en, advice.Es: tc.es} {
				if got := r.Headline(lang); want != "" && got != want {
					t.Errorf("headline %s\nwant     %s", got, want)
				}
			}
			var text, lines bytes.Buffer
			if err := r.WriteText(&text, advice.En); err != nil {
				t.Fatal(err)
			}
			if err := r.WriteJSON(&lines, advice.En); err != nil {
				t.Fatal(err)
			}
			flat := strings.Join(strings.Fields(text.String()), " ")
			for _, s := range tc.says {
				if !strings.Contains(flat, s) {
					t.Errorf("does not say %q: %s", s, flat)
				}
			}
			if tc.conditional && (strings.Contains(flat, "everything") || strings.Contains(flat, "no break-in was needed")) {
				t.Errorf("says that anyone could have all of it: %s", flat)
			}
			if in := strings.Contains(lines.String(), `"if_given":[`); in != (tc.ifGiven != "") {
				t.Errorf("the verdict has if_given: %v", in)
			}
			for i := range r.Items {
				it := &r.Items[i]
				given := slices.Contains(r.IfGiven, it.Detail) && it.Status == catalogue.Public
				if want := languages[advice.En].publicIfGiven; (it.Says(advice.En) == want) != given {
					t.Errorf("%s in %s: %s", it.Detail, it.Jurisdiction, it.Says(advice.En))
				}
			}
		})
	}
}

// The Alaskan's incident comes first, since it held what goes beyond; it is
// known to have begun by then.
func TestIncidentOfAlaska(t *testing.T) {
	r := judge(t, `{"states":["AK"],"when":"2020-10-20","quoted":["name","party","address","birth_date","licence"]}`)
	if len(r.Incidents) == 0 || r.Incidents[0].ID != "us-ak-ovr-2020" || r.Incidents[0].When != catalogue.Before {
		t.Fatalf("incidents: %v", r.Incidents)
	}
	if got := strings.Join(names(r.Incidents[0].Fields), " "); got != "name birth_date address party driver_license" {
		t.Errorf("it held %s", got)
	}
	for _, m := range judge(t, `{"states":["AK"],"when":"2012","quoted":["birth_date"]}`).Incidents {
		if m.ID == "us-ak-ovr-2020" {
			t.Error("an incident of 2020 explains a message of 2012")
		}
	}
}

func TestReadErrors(t *testing.T) {
	for in, want := range map[string]string{
		``:                  "there is no claim",
		`nope`:              "not JSON (at byte 2)",
		`{"st`:              "it ends in the middle",
		`{}`:                "states is empty",
		`{"states":["FL"]}`: "quoted and boasted are both empty",
		`{"states":["FL"],"quoted":["name"]}{"states":["FL"]}`:     "something stands behind it",
		`{"states":["FL"],"quoted":["name"],"text":"the message"}`: `there is no "text"; there are states, when, quoted and boasted`,
		`{"states":"FL","quoted":["name"]}`:                        `"states" is not what it should be`,
		`{"states":["Atlantis"],"quoted":["name"]}`:                `states, entry 1: there is no such state in the catalogue; those known are AK AL AR`,
		`{"states":["FL"],"quoted":["shoe size"]}`:                 `quoted, entry 1: there is no such field; those known are name, birth_date`,
		`{"states":["FL"],"boasted":["x"]}`:                        `boasted, entry 1: there is no such field`,
		`{"states":["FL"],"when":"10/20/2020","quoted":["name"]}`:  `when: not a date: write YYYY-MM-DD`,
		`{"states":["FL"],"when":"2031","quoted":["name"]}`:        "has not come yet",
	} {
		_, err := Read(strings.NewReader(in), today)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

// What is typed in the wrong place may be a detail of somebody's: no error
// repeats it.
func TestErrorsRepeatNothing(t *testing.T) {
	const secret = "Zebulon Quackenbush 12 Main St"
	for _, in := range []string{
		`{"states":["` + secret + `"],"quoted":["name"]}`, `{"states":["FL"],"quoted":["` + secret + `"]}`,
		`{"states":["FL"],"boasted":["` + secret + `"]}`, `{"states":["FL"],"when":"` + secret + `","quoted":["name"]}`, `["` + secret + `"]`,
	} {
		if _, err := Read(strings.NewReader(in), today); err == nil || strings.Contains(err.Error(), "Quackenbush") {
			t.Errorf("%s: %v", in, err)
		}
	}
}

// Sources that contradict each other are shown, and never make a sure verdict.
func TestConflictsAreShown(t *testing.T) {
	r := judge(t, `{"states":["UT"],"when":"2022-01-20","quoted":["name","address"]}`)
	if r.Verdict != PublicRecord || r.Confidence != catalogue.Medium || !slices.Contains(codes(r), Disagree) {
		t.Errorf("verdict %s, confidence %q, because %v", r.Verdict, r.Confidence, codes(r))
	}
}

func TestDetails(t *testing.T) {
	for name, want := range map[string]string{
		"Birth date": "birth_date", "DOB": "birth_date", "driver's licence": "driver_license", "e-mail": "email", "Vote": "vote",
		"how I voted": "vote", "home-address": "address", "ssn": "ssn", "Correo electrónico": "email", "fecha de nacimiento": "birth_date", "TELÉFONO": "phone",
	} {
		if d, err := ParseDetail(name); err != nil || d.String() != want {
			t.Errorf("%q is %s (%v), want %s", name, d, err, want)
		}
	}
	for _, name := range DetailNames() {
		if d, err := ParseDetail(name); err != nil || d.String() != name {
			t.Errorf("%q is not itself (%v)", name, err)
		}
	}
}

// What a report says, as text and JSON, in both languages.
func TestGolden(t *testing.T) {
	for name, in := range map[string]string{
		"florida":  `{"states":["FL"],"when":"2020-10-20","quoted":["name","party","address"],"boasted":["vote","email"]}`,
		"alaska":   `{"states":["AK","FL"],"when":"2020-10-20","quoted":["name","party","birth_date","driver_license"]}`,
		"kentucky": `{"states":["KY"],"when":"2020-10-20","quoted":["name","birth_date"],"boasted":["phone"]}`,
		"virginia": `{"states":["VA"],"when":"2024-08-30","quoted":["birth_date","address"]}`,
		"if-given": `{"states":["FL"],"when":"2020-10-20","quoted":["name","address","phone","email"]}`,
	} {
		r := judge(t, in)
		for _, lang := range []advice.Lang{advice.En, advice.Es} {
			var text, lines bytes.Buffer
			if err := r.WriteText(&text, lang); err != nil {
				t.Fatal(err)
			}
			if err := r.WriteJSON(&lines, lang); err != nil {
				t.Fatal(err)
			}
			golden(t, name+"."+string(lang)+".txt", text.Bytes())
			golden(t, name+"."+string(lang)+".jsonl", lines.Bytes())
			for _, l := range strings.Split(text.String(), "\n") {
				if len([]rune(l)) > width && !strings.Contains(l, "http") {
					t.Errorf("%s, %s: a line of %d characters: %s", name, lang, len([]rune(l)), l)
				}
			}
			if strings.Contains(text.String(), "%!") {
				t.Errorf("%s, %s: a sentence lacks a word", name, lang)
			}
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update writes it anew):\n%s", path, got)
	}
}

// Every line is JSON with a type, the first start, the last done, and every item
// has the fields of the contract.
func TestJSONContract(t *testing.T) {
	var out bytes.Buffer
	r := judge(t, `{"states":["FL","Alaska"],"when":"2020-10","quoted":["name","ssn_last4"],"boasted":["vote"]}`)
	if err := r.WriteJSON(&out, advice.En); err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, l := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		var m map[string]any
		if err := json.Unmarshal([]byte(l), &m); err != nil {
			t.Fatal(err)
		}
		types = append(types, m["type"].(string))
		if m["type"] != "item" {
			continue
		}
		for _, key := range []string{"field", "quoted", "state", "status", "as_of", "confidence", "sources"} {
			if _, ok := m[key]; !ok {
				t.Errorf("an item has no %q: %s", key, l)
			}
		}
	}
	if types[0] != "start" || types[len(types)-1] != "done" || types[len(types)-2] != "verdict" || !slices.Contains(types, "step") {
		t.Errorf("types: %v", types)
	}
}

// Both languages have every sentence.
func TestLanguages(t *testing.T) {
	en := languages[advice.En]
	for lang, w := range languages {
		for code := range en.reason {
			if w.reason[code] == "" {
				t.Errorf("%s has no words for %s", lang, code)
			}
		}
		for code := range en.someOpen {
			if w.someOpen[code] == "" {
				t.Errorf("%s has no words for some that was %s", lang, code)
			}
		}
		for _, s := range []string{w.publicIfGiven, w.provesIfGiven, w.conditional, w.inPart, w.boastedIfGiven} {
			if s == "" {
				t.Errorf("%s lacks words for what is public only if given", lang)
			}
		}
		for v := range en.verdict {
			if w.verdict[v] == "" || w.proves[v] == "" {
				t.Errorf("%s has no words for %s", lang, v)
			}
		}
		for v := range en.values {
			if w.values[v] == "" {
				t.Errorf("%s has no word for %s", lang, v)
			}
		}
	}
}

// FuzzRead: whatever the input, a claim that is read can be judged and written,
// and is read again from what the report says of it.
func FuzzRead(f *testing.F) {
	f.Add(`{"states":["FL"],"when":"2020-10-20","quoted":["name","party","address"],"boasted":["vote","email"]}`)
	f.Add(`{"states":["alaska","dc"],"quoted":["driver's licence"]}`)
	f.Fuzz(func(t *testing.T, in string) {
		c, err := Read(strings.NewReader(in), today)
		if err != nil {
			return
		}
		r, err := Judge(c)
		if err != nil {
			t.Fatal(err)
		}
		var text, lines bytes.Buffer
		if r.WriteText(&text, advice.Es) != nil || r.WriteJSON(&lines, advice.En) != nil {
			t.Fatal("the report cannot be written")
		}
		var start struct {
			States, Quoted, Boasted []string
			When                    string
		}
		first, _, _ := strings.Cut(lines.String(), "\n")
		if err := json.Unmarshal([]byte(first), &start); err != nil {
			t.Fatal(err)
		}
		again, err := New(start.States, start.When, start.Quoted, start.Boasted, today)
		if err != nil || !slices.Equal(again.States, c.States) || !slices.Equal(again.Quoted, c.Quoted) || !slices.Equal(again.Boasted, c.Boasted) {
			t.Fatalf("%q is read again as %v (%v)", first, again, err)
		}
	})
}
