package catalogue

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The examples of README are an incident and a record as they should be, and show
// every field; every value of a closed list is explained there.
func TestReadme(t *testing.T) {
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(b)
	examples := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(readme, -1)
	if len(examples) != 2 {
		t.Fatalf("%d examples, want an incident and a record", len(examples))
	}
	var i Incident
	readExample(t, examples[0][1], &i)
	checkIncident(t, &i)
	checkID(t, &i)
	var r Record
	readExample(t, examples[1][1], &r)
	checkRecord(t, &r, nil)

	words := slices.Concat(IncidentKinds(), Relations(), Circulations(), []string{
		"confirmed", "reported", "disputed", "partial", "official", "none", "verified", "contested", "sensitive", "retired",
		string(Public), string(Restricted), string(Withheld), string(Unknown), string(Low), string(Medium), string(High),
	})
	for _, w := range words {
		if !strings.Contains(readme, "`"+w+"`") {
			t.Errorf("%q is not explained", w)
		}
	}
}

// readExample decodes an example, and holds that it has every field that is always
// written.
func readExample(t *testing.T, text string, into any) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		t.Fatal(err)
	}
	var got, want map[string]any
	whole, err := json.Marshal(into)
	if err != nil {
		t.Fatal(err)
	}
	json.Unmarshal([]byte(text), &got)
	json.Unmarshal(whole, &want)
	for name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("the example lacks %q", name)
		}
	}
}

var idForm = regexp.MustCompile(`^[a-z]{2}(?:-[a-z0-9]+)*-([0-9]{4})(?:-[a-z0-9]+)*$`)

// checkID holds what README says of ids: the country first, and a year in which it
// happened or became known.
func checkID(t *testing.T, i *Incident) {
	t.Helper()
	parts := idForm.FindStringSubmatch(i.ID)
	if parts == nil || !strings.HasPrefix(i.ID, strings.ToLower(i.Country)+"-") {
		t.Errorf("the id %q is not country, words and year", i.ID)
		return
	}
	if parts[1] > string(i.Disclosed[:4]) {
		t.Errorf("the id %q is of a later year than its disclosure, %s", i.ID, i.Disclosed)
	}
}

func TestIDs(t *testing.T) {
	all, err := Incidents()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		checkID(t, i)
		if i.Verified != (i.Confidence == High) {
			t.Errorf("%s: verified is %v at the confidence %q: README says that they go together", i.ID, i.Verified, i.Confidence)
		}
	}
}
