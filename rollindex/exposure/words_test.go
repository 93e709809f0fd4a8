package exposure_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/exposure/sourcetest"
)

// flat takes the line breaks out of a text.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// wantText fails the test unless the text says all of says and none of not.
func wantText(t *testing.T, name, text string, says, not []string) {
	t.Helper()
	text = flat(text)
	for _, s := range says {
		if !strings.Contains(text, s) {
			t.Errorf("%s: does not say %q:\n%s", name, s, text)
		}
	}
	for _, s := range not {
		if strings.Contains(text, s) {
			t.Errorf("%s: says %q:\n%s", name, s, text)
		}
	}
}

// Everybody is told what to do with the message that made them ask; who may be
// somebody else, only if it is them; who is on a released roll, that this is
// ordinary.
func TestAdvice(t *testing.T) {
	robert := exposure.Person{First: "Robert", Middle: "Q", Last: "Examplar", BirthDate: "1970-03-13", ZIP: "32301", State: "FL"}
	namesake := exposure.Person{First: "Orrin", Middle: "X", Last: "Doublet", BirthDate: "1960-10-20", State: "florida"}
	released := exposure.Person{First: "Jane", Last: "Specimen-Sample", BirthYear: "1980", ZIP: "27601"}
	absent := exposure.Person{First: "Xavia", Last: "Quillfeather", BirthDate: "1990-06-30", ZIP: "32301", Email: "n@example.com"}
	for _, tt := range []struct {
		name      string
		p         exposure.Person
		dataset   string
		says, not []string
	}{
		{"leak", robert, "fl-2020",
			[]string{"data of 2020-10-01; voters of Florida)", "- See that your registration", "its sender has a copy, no more", "tips.fbi.gov", "- Freeze your credit"},
			[]string{"If this is you", "ordinary", "Florida only"}},
		{"possibly in a leak", namesake, "fl-2020",
			[]string{"POSSIBLY in", "- If this is you, see that your registration", "tips.fbi.gov"}, []string{"freeze", "Florida only"}},
		{"release", released, "nc-2012",
			[]string{"Being on a roll that the office itself gave out is ordinary", "If it threatens you, keep it"}, []string{"has a copy", "Keep it, and report a threat", "If this is you"}},
		{"not found", absent, "",
			[]string{"You were not found.", "If a message made you ask: do not answer, click or pay", "Keep it, and report a threat", "tips.fbi.gov", "mail (a leak, date not given)"},
			[]string{"see that your registration"}},
		{"no answer", exposure.Person{First: "Xavia", Last: "Quillfeather", BirthYear: "1990"}, "nc-2012",
			[]string{"no full answer", "If a message made you ask", "tips.fbi.gov"}, []string{"Not found\" means"}},
		{"not found elsewhere", absent, "nc-2012",
			[]string{"it holds voters of North Carolina only, while the state or ZIP code you gave is of Florida"}, nil},
		{"found elsewhere", exposure.Person{First: "Robert", Last: "Examplar", BirthDate: "1970-03-13", ZIP: "32301", State: "new  york"}, "fl-2020",
			[]string{"it holds voters of Florida only, while the state or ZIP code you gave is of New York"}, nil},
	} {
		var opts exposure.Options
		if tt.dataset != "" {
			opts.Datasets = []string{tt.dataset}
		}
		out, _ := check(t, source(), newText, opts, tt.p)
		wantText(t, tt.name, out, tt.says, tt.not)
	}
}

// batch checks people as they stand in a file.
func batch(t *testing.T, src exposure.Source, format exposure.Format, in string) (text, json string, sum *exposure.Summary, err error) {
	t.Helper()
	var textOut, jsonOut bytes.Buffer
	for _, h := range []exposure.Handler{newText(&textOut), exposure.NewJSON(&jsonOut)} {
		dec, failed := exposure.NewDecoder(strings.NewReader(in), format)
		if failed != nil {
			t.Fatal(failed)
		}
		sum, err = exposure.Check(t.Context(), src, dec, exposure.Options{Datasets: []string{"fl-2020"}}, h)
	}
	return textOut.String(), jsonOut.String(), sum, err
}

// In a batch who has an id is called by it, who has none by the line; who cannot
// be read has no answer and keeps nobody from theirs.
func TestBatchGoesOn(t *testing.T) {
	text, json, sum, err := batch(t, source(), exposure.CSV, "ID;First Name;MI;Last Name;Date of Birth;Zip Code\n"+
		"A-17;Robert;Q;Examplar;1970-03-13;32301\n"+
		";Xavia;;Quillfeather;1990-06-30;32301\n"+
		"B\x1b[2J;broken\n"+
		"C-1;Xavia;;Quillfeather;1990;2301\n"+
		"D-1;Maximo;;Fatherly;1999-09-09;32301\n")
	if err != nil {
		t.Fatal(err)
	}
	want := exposure.Summary{People: 5, Exposed: 2, Strong: 1, Possible: 1, Incomplete: 1, Unsettled: 1, DatasetsSearched: 1, Jurisdictions: []string{"US-FL", "US-MA"}}
	if fmt.Sprint(*sum) != fmt.Sprint(want) || sum.ExitCode() != 2 || sum.NotFound() != 2 {
		t.Errorf("got %+v\nwant %+v", *sum, want)
	}
	wantText(t, "text", text, []string{
		"id A-17: found in fl-2020 (strong)", "line 3: not found", "id B?[2J: cannot tell: could not be read line 4: 2 fields where the header has 6",
		`id C-1: not found line 5, field "zip": fewer than five digits: read with a zero in front`, "id D-1: possibly in fl-2020",
		"strong almost certainly", "possible the person or a namesake", "fl-2020 holds voters of Florida only; 1 person is of another state.",
		"fl-2020, no answer for 1 person: the person could not be read.",
		"5 people checked: 1 found, 1 possibly found, 2 not found, 1 without an answer",
	}, []string{"no-usable-key", "likely very"})
	wantText(t, "json", json, []string{
		`{"type":"finding","person":1,"id":"A-17","dataset"`, `{"type":"person","person":1,"id":"A-17","exposed"`, `{"type":"person","person":2,"exposed":false`, `"line":3}`,
		`"problems":["line 4: 2 fields where the header has 6"],"line":4}`, `"notes":["line 5, field \"zip\": fewer than five digits`,
		`"people":5,"exposed":2,"complete":false,"strong":1,"likely":0,"possible":1,"not_found":2,"no_answer":1`,
	}, nil)
	if n := strings.Count(flat(text), `"Not found" means`); n != 1 {
		t.Errorf("what \"not found\" means is said %d times", n)
	}
}

// Where the input cannot be read any further, those before have their answers,
// and it is said that the others have none.
func TestBatchCut(t *testing.T) {
	for _, before := range []int{0, 1, 3} {
		in := strings.Repeat(`{"first":"Robert","last":"Examplar","birth_date":"1970-03-13","zip":"32301"}`+"\n", before) + `{"last":`
		text, json, sum, err := batch(t, source(), exposure.JSON, in)
		if err == nil || sum.People != before || strings.Contains(err.Error(), "nobody from there on was checked") != (before > 0) {
			t.Errorf("after %d people: %v", before, err)
		}
		if n := strings.Count(text, ": found in fl-2020 (likely)"); n != before {
			t.Errorf("%d of %d people have their line:\n%s", n, before, text)
		}
		if strings.Contains(json, `"done"`) {
			t.Errorf("after %d people: an answer that was cut off is done", before)
		}
	}
}

// Nobody who could not be read is told "not found", whatever there was to search.
func TestUnreadIsNoAbsence(t *testing.T) {
	empty := sourcetest.NewMemory(row("fl-2020", exposure.Person{}, field.Name))
	*empty.Info("fl-2020") = describe(*empty.Info("fl-2020"), "", "", "leak")
	empty.Info("fl-2020").Rows, empty.Info("fl-2020").Keyless = 0, 0
	text, _, sum, err := batch(t, empty, exposure.JSON, `{"lst":"Doe"}`)
	if err != nil || sum.ExitCode() != 2 {
		t.Errorf("%+v, %v", sum, err)
	}
	wantText(t, "letter", text, []string{"There is no answer: what was given could not be read", `Not used: line 1: unknown field "lst"; did you mean "last"?`}, []string{`?.`, "NOT FOUND", "was searched"})
}

// Numbers are written the same way everywhere.
func TestBatchNumbers(t *testing.T) {
	in := "last,first,birth_date,zip\n" + strings.Repeat("Quillfeather,Xavia,1990-06-30,32301\n", 1961) + "Examplar,Robert,1970-03-13,32301\n"
	text, _, _, err := batch(t, source(), exposure.CSV, in)
	if err != nil {
		t.Fatal(err)
	}
	wantText(t, "text", text, []string{"1,962 people checked: 1 found, 1,961 not found.", "fl-2020 0 1 0 1,961 0"}, []string{"without an answer", "possibly found"})
}
