package synth

import (
	"regexp"
	"strings"
	"testing"

	"rollcheck/data/layouts"
)

func TestElectionNames(t *testing.T) {
	t.Parallel()
	general, primary := election{on: dayOf(date{2020, 11, 3})}, election{on: dayOf(date{2020, 3, 17}), primary: true}
	for _, tc := range []struct{ pattern, general, primary string }{
		{`(PRIMARY|GENERAL|SPECIAL)-[0-9]{2}/[0-9]{2}/[0-9]{4}`, "GENERAL-11/03/2020", "PRIMARY-03/17/2020"},
		{`[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}`, "11/3/2020", "3/17/2020"},
		{`[0-9]{2}/[0-9]{2}/[0-9]{4}-.+`, "11/03/2020-GENERAL", "03/17/2020-PRIMARY"},
		{`[0-9]{6}-[A-Z]`, "110320-G", "031720-G"},
		{`(January|February|March|April|May|June|July|August|September|October|November|December)[0-9]{4}`, "November2020", "March2020"},
		{`(General|Primary)_[0-9]{4}(_[0-9]{2}_[0-9]{2})?`, "General_2020", "Primary_2020"},
		{`.*(PRIMARY|GENERAL|RUNOFF).*`, "GENERAL 11/03/2020", "PRIMARY 03/17/2020"},
		{`.*(ELECTION|PRIMARY).*|.*[^0-9](19|20)[0-9]{2}`, "ELECTION 11/03/2020", "PRIMARY 03/17/2020"},
		{`voted[^0-9](19|20)[0-9]{2}`, "votedG2020", "votedG2020"},
		{`(vote.?date|ballot).?[0-9]{1,4}.[0-9]{1,2}.[0-9]{1,4}`, "votedate2020_11_3", "votedate2020_3_17"},
		{`'?[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}-[0-9]{4} STATEWIDE .*`, "11/3/2020-2020 STATEWIDE GENERAL", "3/17/2020-2020 STATEWIDE PRIMARY"},
		{`E[0-9]{8}`, "E20201103", "E20200317"},
	} {
		names := newNamer(tc.pattern)
		if g, p := string(names.name(&general)), string(names.name(&primary)); g != tc.general || p != tc.primary {
			t.Errorf("%s: %q and %q, want %q and %q", tc.pattern, g, p, tc.general, tc.primary)
		}
	}
}

// TestEveryGrowingLayoutGrows: each layout that says it grows has columns of
// elections, whose names are its own, each once.
func TestEveryGrowingLayoutGrows(t *testing.T) {
	t.Parallel()
	for _, id := range layouts.IDs() {
		l := layout(t, id)
		if l.Growing == nil {
			continue
		}
		grown := columnNames(t, l)[len(l.Columns):]
		seen := map[string]bool{}
		for _, name := range grown {
			if !l.Growing.Match(name) || seen[name] {
				t.Errorf("%s: %q", id, name)
			}
			seen[name] = true
		}
		if len(grown) < 5 {
			t.Errorf("%s has grown %d columns", id, len(grown))
		}
	}
}

// FuzzElectionNames holds that a name of any pattern is one the pattern matches,
// or is left out by whoever asks for it: it never hangs and never grows without
// bound.
func FuzzElectionNames(f *testing.F) {
	for _, seed := range []string{`[0-9]{6}-[A-Z]`, `(a|b)*(c|d){20}`, `.*`, `\bx+?$`, `(?i)x[^a-z]{3}`, `((a|b){9}){9}`, `[^\x00-\x{10FFFF}]`} {
		f.Add(seed)
	}
	e := election{on: dayOf(date{2020, 11, 3})}
	f.Fuzz(func(t *testing.T, pattern string) {
		re, err := regexp.Compile("^(?i:" + pattern + ")$")
		if err != nil {
			t.Skip("no layout has a pattern that does not compile")
		}
		namer := newNamer(pattern)
		if len(namer.forms) > maxForms {
			t.Fatalf("%d forms", len(namer.forms))
		}
		name := namer.name(&e)
		if len(name) > 64<<10 {
			t.Fatalf("a name of %d bytes", len(name))
		}
		if plain := strings.Trim(pattern, "abcdefghijklmnopqrstuvwxyz/- ") == ""; plain && len(pattern) <= maxName && !re.MatchString(name) {
			t.Errorf("%q is no name of %q", name, pattern)
		}
	})
}
