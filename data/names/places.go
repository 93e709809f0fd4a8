package names

import (
	"slices"
	"strings"
)

// StatePopulation returns the people of a state ("FL") in the 2010 census, 0
// for an unknown one. The fifty states, DC and PR are known.
func StatePopulation(state string) int64 {
	people, _ := stateFacts(state)
	return people
}

// ZIPState returns the state a five-digit ZIP code lies in.
func ZIPState(zip string) (state string, ok bool) {
	rest, ok := find(zips, zip)
	if !ok {
		return "", false
	}
	state, _ = word(rest)
	return state, true
}

// ZIPShare returns the share of the states' people (none: of the whole United
// States) who live in the ZIP code. It is crude: the people of a county
// divided evenly among its ZIP codes, those for post-office boxes included. A
// ZIP code that is not listed, or of another state, gets the states' mean.
func ZIPShare(zip string, within []string) float64 {
	var people, codes int64
	for _, s := range within {
		p, c := stateFacts(s)
		people, codes = people+p, codes+c
	}
	if people == 0 {
		people, codes = unitedStates()
	}
	rest, _ := find(zips, zip)
	state, rest := word(rest)
	county, _ := word(rest)
	facts, ok := find(counties, county)
	if !ok || len(within) > 0 && !slices.Contains(within, state) {
		return 1 / float64(codes)
	}
	_, facts = word(facts)
	n, facts := word(facts)
	of, _ := word(facts)
	return float64(number(n)) / float64(number(of)) / float64(people)
}

func stateFacts(state string) (people, codes int64) {
	rest, ok := find(states, state)
	if !ok {
		return 0, 0
	}
	p, c := word(rest)
	return number(p), number(c)
}

// unitedStates sums the table of states: fifty short lines.
func unitedStates() (people, codes int64) {
	for line := range strings.Lines(states) {
		p, c := stateFacts(line[:2])
		people, codes = people+p, codes+c
	}
	return people, codes
}
