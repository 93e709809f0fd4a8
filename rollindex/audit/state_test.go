package audit_test

import (
	"fmt"
	"strings"
	"testing"

	"rollcheck/rollindex/audit"
)

// A file of another state does not pass by rules that say nothing of it, whether its
// layout tells the state or its rows do; by rules of no state it can.
func TestOtherState(t *testing.T) {
	t.Parallel()
	georgia := write(t, "ga.csv", synthesize(t, "ga-2023-csv", 300, 3))
	rows := func(state, zip string, elsewhere int) audit.Input {
		text := "last_name,first_name,city,state,zip\n"
		for i := range 40 {
			if i < elsewhere {
				text += fmt.Sprintf("Doe,Jane%c,Springfield,%s,%s\n", 'a'+i%26, state, zip)
			} else {
				text += fmt.Sprintf("Roe,John%c,Springfield,FL,32257\n", 'a'+i%26)
			}
		}
		return write(t, "rows.csv", []byte(text))
	}
	const own = `{"version":"1","jurisdiction":%q,"waivers":[%s]}`
	for _, tc := range []struct {
		in    audit.Input
		rules *audit.Rules
		want  string
		rows  int64
	}{
		{georgia, rulesOf(t, "US-GA"), "", 0},
		{georgia, rulesOf(t, "US-FL"), "by its layout and by its rows it is a file of Georgia", 300},
		{rows("GA", "30301", 40), rulesOf(t, "US-FL"), "by its rows it is a file of Georgia", 40},
		{rows("", "30301", 40), rulesOf(t, "US-FL"), "by its rows it is a file of Georgia", 40},
		{rows("GA", "30301", 19), rulesOf(t, "US-FL"), "", 0}, // a few have moved
		{rows("Georgia", "30301", 21), rulesOf(t, "US-FL"), "by its rows it is a file of Georgia", 21},
		{rows("GA", "30301", 40), readRules(t, fmt.Sprintf(own, "", "")), "", 0},
		{georgia, readRules(t, fmt.Sprintf(own, "", "")), "", 0},
		{georgia, readRules(t, fmt.Sprintf(own, "US-FL", "")), "by its layout and by its rows it is a file of Georgia", 300},
		{write(t, "gb.txt", synthesize(t, "gb-register-name", 300, 3)), rulesOf(t, "US-FL"), "by its layout it is a file of", 0},
	} {
		for _, jobs := range []int{1, 3} {
			res := run(t, tc.rules, audit.Options{Jobs: jobs}, tc.in)
			v := find(res, audit.RuleOtherState, "")
			switch {
			case tc.want == "" && v != nil:
				t.Errorf("%s by %s: %s", tc.in.Path, tc.rules.Jurisdiction, v.Why)
			case tc.want != "" && (v == nil || res.Passed() || !strings.HasPrefix(v.Why, tc.want) || v.Rows != tc.rows):
				t.Errorf("%s by %s: %+v", tc.in.Path, tc.rules.Jurisdiction, v)
			case v != nil && strings.Contains(v.Why, "Georgia") != strings.Contains(v.Why, "--rules US-GA"):
				t.Errorf("%s", v.Why)
			}
		}
	}
	waived := readRules(t, fmt.Sprintf(own, "US-FL", `{"rule":"other-state","file":"rows.csv","reason":"r","name":"n","until":"2027"}`))
	if res := run(t, waived, audit.Options{}, rows("GA", "30301", 40)); !res.Passed() || len(res.Violations) != 1 {
		t.Errorf("waived: %+v", res.Violations)
	}
}
