package names

import (
	"strings"
	"testing"
)

// The table of names knows the states of the table of people, and no others.
func TestStateNames(t *testing.T) {
	known := 0
	for line := range strings.Lines(states) {
		code, _ := word(line)
		if StateName(code) == "" {
			t.Errorf("%s has no name", code)
		}
		known++
	}
	if known != len(stateNames) {
		t.Errorf("%d states have people, %d have a name", known, len(stateNames))
	}
	for given, want := range map[string]string{
		"FL": "FL", "fl": "FL", "Florida": "FL", "NEW  york": "NY", " North Carolina ": "NC", "district of columbia": "DC",
		"": "", "Fla": "", "Carolina": "", "ZZ": "", "F,": "", "&,": "", "\xc6\xcc": "",
	} {
		if code, ok := StateCode(given); code != want || ok != (want != "") {
			t.Errorf("StateCode(%q) = %q, %v, want %q", given, code, ok, want)
		}
	}
	if StateName("ZZ") != "" {
		t.Error("an unknown state has a name")
	}
}
