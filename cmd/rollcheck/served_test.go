package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
)

// The same people get the same answers of a served index as of a local one, for
// what is found by the keys that both hold.
func TestServedAnswersAsLocal(t *testing.T) {
	t.Parallel()
	local, served := newIndex(t), newServed(t)
	roll, truth := makeRoll(t, "fl-extract", scale(300, 600, 5_000), 61, field.RolePhone, field.RoleEmail)
	_, others := makeRoll(t, "fl-extract", 30, 62)
	var people strings.Builder
	for _, p := range parsePeople(t, append(head(truth, scale(60, 150, 5_000)), others...)) {
		for _, name := range []string{"row", "withheld", "address", "phone", "email"} {
			delete(p, name)
		}
		b, err := json.Marshal(p)
		local.check(err)
		people.Write(append(b, '\n'))
	}
	answers := map[*site]map[int]string{}
	for _, s := range []*site{local, served} {
		s.ingest("d", s.file("roll.txt", roll))
		r := s.runWith(people.String(), "check", "--json", "--input", "-").want(0, 2)
		answers[s] = servedFindings(t, r.stdout)
	}
	here, there := answers[local], answers[served]
	if len(here) < 50 || len(here) != len(there) {
		t.Fatalf("%d people are found locally, %d in the served index", len(here), len(there))
	}
	for person, finding := range here {
		if there[person] != finding {
			t.Errorf("person %d: locally %s, served %s", person, finding, there[person])
		}
	}
	if out := served.runWith(`{"last":"King","phone":"850-555-0100"}`, "check", "--json", "--input", "-").want(2).stdout; !strings.Contains(out, `"state":"no-usable-key"`) || !strings.Contains(out, "in which nobody is found by a phone number") {
		t.Errorf("asked by a telephone number it says %s", out)
	}
}

// servedFindings returns, by person, what was found by keys that a served index
// holds, and of whom the search was whole.
func servedFindings(t *testing.T, answers string) map[int]string {
	found := map[int]string{}
	for line := range strings.Lines(answers) {
		var a struct {
			Type     string   `json:"type"`
			Person   int      `json:"person"`
			Tier     string   `json:"tier"`
			Keys     []string `json:"keys"`
			Initial  string   `json:"initial"`
			Shared   bool     `json:"shared"`
			Fields   []string `json:"fields"`
			Complete bool     `json:"complete"`
		}
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		if a.Type == "person" && a.Complete && found[a.Person] != "" {
			found[a.Person] += ", whole"
		}
		a.Keys = slices.DeleteFunc(a.Keys, func(k string) bool { return k == "name-zip" })
		if a.Type != "finding" || len(a.Keys) == 0 {
			continue
		}
		a.Complete = false
		b, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		found[a.Person] = string(b)
	}
	return found
}
