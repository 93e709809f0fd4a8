package compare

import (
	"testing"

	"rollcheck/data/field"
)

// What publishers call the same thing differently is one, and what sounds like
// another thing is not that.
func TestMeaning(t *testing.T) {
	fl := map[string]map[string]string{"party": {"D": "Desert Greens"}}
	for _, c := range []struct {
		role  field.Role
		value string
		codes map[string]map[string]string
		want  string
	}{
		{field.RoleRace, "Caucasian", nil, "WHITE"},
		{field.RoleRace, "White/Caucasian", nil, "WHITE"},
		{field.RoleRace, "White, Not Hispanic", nil, "WHITE"},
		{field.RoleRace, "Asian or Pacific Islander", nil, "ASIAN"},
		{field.RoleRace, "Native Hawaiian", nil, "PACIFIC"},
		{field.RoleParty, "Florida Democratic Party", nil, "DEM"},
		{field.RoleParty, "D", nil, "DEM"},
		{field.RoleParty, "r", nil, "REP"},
		{field.RoleParty, "D", fl, "GRE"},
		{field.RoleParty, "DTS", nil, "DTS"},
		{field.RoleStatus, "A", nil, "ACTIVE"},
		{field.RoleStatus, "I", nil, "INACTIVE"},
		{field.RoleStatus, "Inactive", nil, "INACTIVE"},
	} {
		if got := meaning(c.role, c.value, c.codes); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.role, c.value, got, c.want)
		}
	}
}
