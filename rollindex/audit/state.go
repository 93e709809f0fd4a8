package audit

import (
	"fmt"
	"slices"
	"strings"

	"rollcheck/data/catalogue"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/voterfile"
)

// states is what says that a file is of other states than the rules: its layouts, and
// its rows. Rules of one state say nothing of what another lets out, so that whatever
// else was found is worth nothing.
type states struct {
	layouts []string
	rows    map[string]int64 // by state: those that say it
	others  int64            // the sum of these
	of      int64            // rows of all members
}

// homes counts by member the states that its rows say ("GA"). Some voters of any roll
// have an address elsewhere.
type homes []map[string]int64

func (h homes) add(member int, rec *voterfile.Record) {
	state := rec.Home()
	if state == "" {
		return
	}
	if h[member] == nil {
		h[member] = map[string]int64{}
	}
	h[member][state]++
}

func (h homes) merge(o homes) {
	for m, counts := range o {
		for state, n := range counts {
			if h[m] == nil {
				h[m] = map[string]int64{}
			}
			h[m][state] += n
		}
	}
}

// note adds what the members of a source say.
func (s *states) note(members []voterfile.Member, counted homes, rows []int64, rules string) {
	for i := range members {
		if members[i].LeftOut != "" {
			continue
		}
		if of := members[i].Match.Layout.Jurisdiction; of != "" && of != rules && !slices.Contains(s.layouts, of) {
			s.layouts = append(s.layouts, of)
		}
		s.of += rows[i]
		for state, n := range counted[i] {
			if of := "US-" + state; of != rules {
				if s.rows == nil {
					s.rows = map[string]int64{}
				}
				s.rows[of] += n
				s.others += n
			}
		}
	}
}

// violations returns one for each state that is not the rules' and that a layout is of,
// and one for the state that most rows say if more than half say another than the rules'.
func (s *states) violations(file, rules string) (all []Violation) {
	of, most := slices.Clone(s.layouts), ""
	if 2*s.others > s.of {
		for state, n := range s.rows {
			if most == "" || n > s.rows[most] || n == s.rows[most] && state < most {
				most = state
			}
		}
		if 2*s.rows[most] <= s.of {
			share := compare.NewShare(s.others, s.of)
			all = append(all, Violation{Rule: RuleOtherState, File: file, Rows: s.others, Of: s.of, Low: share.Low, High: share.High, Why: fmt.Sprintf(
				"by its rows it is a file of several states, most often of %s, and the rules of %s cannot judge it: audit the rows of each state by its own rules",
				catalogue.PlaceName(most), catalogue.PlaceName(rules))})
			most = ""
		}
	}
	if most != "" && !slices.Contains(of, most) {
		of = append(of, most)
	}
	slices.Sort(of)
	for _, state := range of {
		var by []string
		if slices.Contains(s.layouts, state) {
			by = append(by, "by its layout")
		}
		n := s.rows[state]
		if state == most {
			by = append(by, "by its rows")
		}
		share := compare.NewShare(n, s.of)
		all = append(all, Violation{Rule: RuleOtherState, File: file, Rows: n, Of: s.of, Low: share.Low, High: share.High, Why: fmt.Sprintf(
			"%s it is a file of %s, and the rules of %s cannot judge it: %s",
			strings.Join(by, " and "), catalogue.PlaceName(state), catalogue.PlaceName(rules), rulesFor(state))})
	}
	return all
}

// rulesFor says by which rules a file of a state can be judged.
func rulesFor(state string) string {
	if code, ok := catalogue.Jurisdiction(state); ok && code == state {
		return "audit it with --rules " + code
	}
	return "audit it by a file of rules that names no jurisdiction"
}
