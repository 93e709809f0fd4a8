package exposure_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/exposure/sourcetest"
)

// asker is a server with a leak of Florida and Georgia that holds Robert Q.
// Examplar of Florida.
func asker() *sourcetest.Asker {
	var d hashing.Details
	d.SetLast([]byte("Examplar"))
	d.SetFirst([]byte("Robert"))
	d.SetMiddle([]byte("Q"))
	d.SetBirth(hashing.Date{Year: 1970, Month: 3, Day: 13}, hashing.Date{})
	d.SetZIP([]byte("32301"))
	d.Jurisdiction = "US-FL"
	d.SetVoterID([]byte("123456789"))
	row := sourcetest.NewRow("leak", &d, hashing.NewMask(field.SetOf(field.Name, field.BirthDate, field.Email), 'Q'))
	row.Keys = slices.DeleteFunc(row.Keys, func(in hashing.Input) bool { return in.Type == hashing.NameZIP })
	m := sourcetest.NewMemory(row)
	info := m.Info("leak")
	info.Scheme, info.Jurisdictions = hashing.Served, []string{"US-FL", "US-GA"}
	info.Sections, info.Homes = info.Jurisdictions, info.Jurisdictions
	return &sourcetest.Asker{Memory: m, Places: []string{"US-FL", hashing.NoJurisdiction}}
}

func robert(change func(*exposure.Person)) exposure.Person {
	p := exposure.Person{First: "Robert", Middle: "Q", Last: "Examplar", BirthDate: "1970-03-13", ZIP: "32301", State: "Florida"}
	if change != nil {
		change(&p)
	}
	return p
}

var server = &exposure.Server{URL: "https://lookup.example.org", Operator: "lookup.example.org", Fingerprint: "0000 1111", Mode: "filter", Seq: 7, Jurisdictions: []string{"US-FL"}}

// asks checks people by an asker and returns what is said of them.
func asks(t *testing.T, a *sourcetest.Asker, people ...exposure.Person) (text string, lines []map[string]any, sum *exposure.Summary) {
	t.Helper()
	var textOut, jsonOut bytes.Buffer
	for _, h := range []exposure.Handler{newText(&textOut), exposure.NewJSON(&jsonOut)} {
		var err error
		if sum, err = exposure.Check(t.Context(), a, exposure.People(people...), exposure.Options{Server: server}, h); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(jsonOut.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		lines = append(lines, m)
	}
	return strings.Join(strings.Fields(textOut.String()), " "), lines, sum
}

func TestMemoryAsker(t *testing.T) {
	sourcetest.RunAsker(t, func(t *testing.T, rows []sourcetest.Row) exposure.Asker {
		return &sourcetest.Asker{Memory: sourcetest.NewMemory(rows...), Places: []string{"US-FL", hashing.NoJurisdiction}}
	})
}

// A person is asked for once, with all keys together, where they say they were
// registered; found or not.
func TestAskedOnce(t *testing.T) {
	for _, last := range []string{"Examplar", "Elsewhere"} {
		a := asker()
		p := robert(func(p *exposure.Person) { p.Last, p.FormerState = last, []string{"GA"} })
		if _, err := exposure.Check(t.Context(), a, exposure.People(p, p), exposure.Options{}, &recorder{}); err != nil {
			t.Fatal(err)
		}
		if len(a.Calls) != 2 || !slices.Equal(a.Calls[0], []string{"US-FL", "US-GA"}) {
			t.Errorf("%s: asked %v", last, a.Calls)
		}
	}
}

// What a filter finds is of the dataset: it agrees with no initial and with no
// birth, and the letter does not say what the record held.
func TestFoundByFilter(t *testing.T) {
	a := asker()
	a.OfDataset = true
	a.Scope = func([]hashing.Input) hashing.Scope { return hashing.Scope{FalseHits: 12.0 / 65536} }
	text, lines, sum := asks(t, a, robert(nil))
	if sum.ExitCode() != 0 || !sum.Complete() {
		t.Errorf("summary %+v", sum)
	}
	start, finding, person := lines[0], lines[1], lines[2]
	if start["server"] != server.URL || start["mode"] != "filter" || start["manifest_seq"] != 7.0 || start["fingerprint"] != "0000 1111" {
		t.Errorf("start %v", start)
	}
	if finding["fields_basis"] != "dataset" || finding["initial"] != "absent" || finding["tier"] != "likely" || finding["birth"] != nil {
		t.Errorf("finding %v", finding)
	}
	if person["expected_false_hits"] != 0.00018 {
		t.Errorf("person %v", person)
	}
	wantText(t, "letter", text, []string{
		"File held", "what your own record in it held cannot be told this way", "about 1 check in 5,000 like this one",
		"Searched were the records of Florida, and those that name no state, in which everybody is looked for.", "programme that keeps your address secret",
		"If this is you, expect e-mail",
	}, []string{"It held", "initial agrees"})

	// By year and ZIP code alone: that the record has another day is not known.
	_, lines, _ = asks(t, a, robert(func(p *exposure.Person) { p.BirthDate = "1970-04-14" }))
	if f := lines[1]; f["keys"].([]any)[0] != "name-yob-zip" || f["tier"] != "likely" || f["birth"] != nil {
		t.Errorf("finding %v", f)
	}

	a.OfDataset = false // by bucket the record's own mask is known
	text, lines, _ = asks(t, a, robert(nil))
	wantText(t, "letter", text, []string{"It held", "Expect e-mail"}, []string{"If this is you"})
	if finding := lines[1]; finding["fields_basis"] != "record" || finding["initial"] != "agrees" || finding["tier"] != "strong" {
		t.Errorf("finding %v", finding)
	}
}

// Somebody else: not found is said of the states named, when these were asked.
func TestNotFoundInStates(t *testing.T) {
	other := func(states ...string) exposure.Person {
		return robert(func(p *exposure.Person) {
			p.First, p.Last, p.State, p.FormerState = "Xavia", "Quillfeather", states[0], states[1:]
		})
	}
	text, lines, sum := asks(t, asker(), other("FL"))
	if sum.ExitCode() != 1 || !slices.Equal(sum.Jurisdictions, []string{"US-FL"}) || lines[len(lines)-1]["jurisdictions_asked"].([]any)[0] != "US-FL" {
		t.Errorf("summary %+v, %v", sum, lines)
	}
	wantText(t, "letter", text, []string{"only its records of Florida were searched, the states you named, and not those of 1 other state"}, nil)

	// A state of which there are records that cannot be asked for: no answer.
	text, _, sum = asks(t, asker(), other("FL", "GA"))
	if sum.ExitCode() != 2 {
		t.Errorf("summary %+v", sum)
	}
	wantText(t, "letter", text, []string{"its records of Georgia were not asked for"}, nil)

	// One of which there are none: said, and an answer.
	text, lines, sum = asks(t, asker(), other("FL", "WY"))
	if sum.ExitCode() != 1 || lines[1]["jurisdictions_without_records"] == nil {
		t.Errorf("summary %+v, %v", sum, lines[1])
	}
	wantText(t, "letter", text, []string{"has no records of Wyoming"}, nil)

	// One that cannot be read was not asked about: no answer, whichever it is.
	for _, states := range [][]string{{"Florda", "FL"}, {"FL", "Gorgia"}, {"FL", "FL", "Gorgia"}} {
		text, lines, sum = asks(t, asker(), other(states...))
		if sum.ExitCode() != 2 || sum.Unsettled != 1 || lines[1]["complete"] != false {
			t.Errorf("%q: summary %+v, %v", states, sum, lines[1])
		}
		wantText(t, "letter", text, []string{"a state that you named could not be read"}, nil)
	}

	// None named.
	text, _, sum = asks(t, asker(), other(""), other("FL"))
	if sum.ExitCode() != 2 || sum.Unsettled != 1 {
		t.Errorf("summary %+v", sum)
	}
	wantText(t, "table", text, []string{"person 1: cannot tell: no state given", "person 2: not found", "no state was given, and a server is asked"}, nil)
}

// Every reason for which a key is not asked makes the answer incomplete, if the
// dataset has such keys, and says why.
func TestNotAsked(t *testing.T) {
	retry := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	given := func(in hashing.Input) bool {
		return bytes.Contains(in.X, []byte("ROBERT")) && bytes.Contains(in.X, []byte("EXAMPLAR"))
	}
	for _, tt := range []struct {
		name  string
		gaps  hashing.Gaps
		asked func(hashing.Input) bool
		id    string
		code  int
		why   string
	}{
		{"spelling", hashing.GapSpelling, given, "", 2, "only the name as you gave it"},
		{"key", hashing.GapKey, func(in hashing.Input) bool { return in.Type != hashing.VoterID }, "987654321", 2, "not asked for by voter id"},
		{"other-bucket", hashing.GapOtherBucket, func(hashing.Input) bool { return false }, "", 2, "another spelling of this name, or somebody else with this birth date,"},
		{"jurisdiction", hashing.GapJurisdiction, func(in hashing.Input) bool { return in.Type != hashing.VoterID }, "987654321", 2, "the voter id of a state that you did not name"},
		{"budget", hashing.GapBudget, func(hashing.Input) bool { return false }, "", 2, "ask again after " + retry.Format("2006-01-02 15:04 UTC")},
		{"spelling", hashing.GapSpelling, func(in hashing.Input) bool { return in.Type != hashing.Email }, "", 1, ""}, // which it does not have
	} {
		a := asker()
		a.Scope = func(inputs []hashing.Input) hashing.Scope {
			s := hashing.Scope{Gaps: tt.gaps, Asked: make([]bool, len(inputs)), Retry: retry}
			for i := range inputs {
				s.Asked[i] = tt.asked(inputs[i])
			}
			return s
		}
		p := robert(func(p *exposure.Person) { p.BirthDate, p.VoterID, p.Email = "1971-04-14", tt.id, "robert@example.com" })
		text, lines, sum := asks(t, a, p)
		person := lines[len(lines)-2]
		if sum.ExitCode() != tt.code || person["not_asked"].([]any)[0] != tt.name || (person["retry"] != nil) != (tt.name == "budget") {
			t.Errorf("%s: exit code %d, %v", tt.name, sum.ExitCode(), person)
		}
		if why, _ := person["datasets"].([]any)[0].(map[string]any)["why"].(string); !strings.Contains(why, tt.why) || strings.Contains(why, "details that were not given") {
			t.Errorf("%s: why %q", tt.name, why)
		}
		if tt.why != "" && !strings.Contains(text, "NO ANSWER") {
			t.Errorf("%s: %s", tt.name, text)
		}
	}
}

// What was asked counts alone: a hit by the name as given is graded as if no
// other spelling had been thought of.
func TestGradedByWhatWasAsked(t *testing.T) {
	a := asker()
	a.Scope = func(inputs []hashing.Input) hashing.Scope {
		s := hashing.Scope{Gaps: hashing.GapSpelling, Asked: slices.Repeat([]bool{true}, len(inputs))}
		s.Asked[0] = false // so that all others move
		for i, in := range inputs {
			s.Asked[i] = s.Asked[i] && in.Type == hashing.NameDOB
		}
		return s
	}
	_, lines, sum := asks(t, a, robert(func(p *exposure.Person) { p.First = "Bob" }))
	if sum.ExitCode() != 0 || sum.Complete() {
		t.Errorf("summary %+v", sum)
	}
	if f := lines[1]; f["via"].([]any)[0] != "nickname" || f["keys"].([]any)[0] != "name-dob" || f["spellings"].(float64) < 4 {
		t.Errorf("finding %v", f)
	}
}

// Once a budget is used up nobody else is asked for before it is renewed.
func TestBudgetStopsAsking(t *testing.T) {
	a := asker()
	a.Scope = func(inputs []hashing.Input) hashing.Scope {
		return hashing.Scope{Gaps: hashing.GapBudget, Asked: make([]bool, len(inputs)), Retry: time.Now().Add(time.Hour)}
	}
	p := robert(nil)
	sum, err := exposure.Check(t.Context(), a, exposure.People(p, p, p), exposure.Options{}, &recorder{})
	if err != nil || len(a.Calls) != 1 || sum.Unsettled != 3 {
		t.Errorf("%d calls, %+v, %v", len(a.Calls), sum, err)
	}
}

// When to come back is said first, before whatever else was not asked, to one person
// and to many.
func TestBudgetComesFirst(t *testing.T) {
	retry := time.Date(2046, 11, 24, 0, 0, 0, 0, time.UTC)
	a := asker()
	a.Scope = func(inputs []hashing.Input) hashing.Scope {
		return hashing.Scope{Gaps: hashing.GapBudget | hashing.GapSpelling | hashing.GapKey, Asked: make([]bool, len(inputs)), Retry: retry}
	}
	const notice = "The server answers no more questions of this connection or state for now, so that not everything was asked. Ask again after 2046-11-24 00:00 UTC. "
	text, lines, _ := asks(t, a, robert(nil))
	if !strings.Contains(text, "could not be searched whole. "+notice+"NO ANSWER from") {
		t.Errorf("the letter: %s", text)
	}
	why, _ := lines[len(lines)-2]["datasets"].([]any)[0].(map[string]any)["why"].(string)
	if !strings.HasPrefix(why, "the server answers no more questions") || !strings.Contains(why, "; only the name as you gave it") {
		t.Errorf("why: %s", why)
	}
	text, _, _ = asks(t, a, robert(nil), robert(nil))
	if first, others := strings.Index(text, notice), strings.Index(text, ", no answer for "); first < 0 || first > others {
		t.Errorf("the table: %s", text)
	}
}

// A failure ends the check, before anything is said of the person.
func TestAskingFails(t *testing.T) {
	a := asker()
	a.Err = errors.New("refused")
	var out bytes.Buffer
	_, err := exposure.Check(t.Context(), a, exposure.People(robert(nil)), exposure.Options{Server: server}, exposure.NewJSON(&out))
	if !errors.Is(err, a.Err) || strings.Contains(out.String(), "finding") || strings.Contains(out.String(), `"person"`) {
		t.Errorf("%v: %s", err, out.String())
	}
}

// Nobody is told "not found" by a server that has nothing of the states they named,
// also in the company of others.
func TestStatesTheServerHasNothingOf(t *testing.T) {
	ohio := robert(func(p *exposure.Person) { p.First, p.State, p.ZIP = "Zebulon", "OH", "43004" })
	text, lines, sum := asks(t, asker(), ohio, robert(nil))
	if sum.Complete() || sum.NotFound() != 0 || sum.Unsettled != 1 {
		t.Errorf("summary %+v", sum)
	}
	if lines[1]["type"] != "person" || lines[1]["complete"] != false || lines[1]["exposed"] != false {
		t.Errorf("the answer: %v", lines[1])
	}
	if !strings.Contains(text, "has no records of") {
		t.Errorf("it does not say why:\n%s", text)
	}
}
