package names

import (
	"iter"
	"strings"
)

// The functions in this file walk whole tables, for who draws fictional people
// from them. A look-up never comes here.

// Surnames walks the listed surnames and their numbers of bearers, by name.
func Surnames() iter.Seq2[string, int64] {
	return func(yield func(string, int64) bool) {
		for line := range lines(surnames) {
			name, n := word(line)
			if !yield(name, number(n)) {
				return
			}
		}
	}
}

// First is a first name as given to one sex.
type First struct {
	Name   string
	Sex    byte         // 'F' or 'M'
	Births [Bands]int32 // by five-year band of birth; 0 stands for fewer than 100
}

// Share returns the share of people of either sex born in the same five years who are of
// this sex and have the name, as [FirstShare] adds it up.
func (f *First) Share(birthYear int) float64 {
	sex, band := 0, Band(birthYear)
	if f.Sex == sexes[1][0] {
		sex = 1
	}
	return 1. / 2 / float64(bandBirths[sex][band]) * float64(f.Births[band])
}

// Firsts walks the listed first names, by name and sex.
func Firsts() iter.Seq[First] {
	return func(yield func(First) bool) {
		for line := range lines(firsts) {
			name, rest := word(line)
			sex, rest := word(rest)
			f := First{Name: name, Sex: sex[0]}
			if parseBands(rest, &f.Births); !yield(f) {
				return
			}
		}
	}
}

// County is a county or its equivalent.
type County struct {
	FIPS   string // five digits
	State  string
	Name   string // "Leon County"
	People int64  // in the 2010 census
}

// Counties walks the counties of a state in the order of their codes, which is
// that of their names but for a few renamed ones.
func Counties(state string) iter.Seq[County] {
	return func(yield func(County) bool) {
		for line := range lines(counties) {
			fips, rest := word(line)
			st, rest := word(rest)
			people, rest := word(rest)
			_, name := word(rest)
			if st == state && !yield(County{FIPS: fips, State: st, Name: name, People: number(people)}) {
				return
			}
		}
	}
}

// ZIP is a five-digit ZIP code.
type ZIP struct {
	Code   string
	State  string
	County string // FIPS code
	City   string // "Tallahassee"
}

// ZIPs walks the ZIP codes of a state in order.
func ZIPs(state string) iter.Seq[ZIP] {
	return func(yield func(ZIP) bool) {
		for line := range lines(zips) {
			code, rest := word(line)
			st, rest := word(rest)
			county, city := word(rest)
			if st == state && !yield(ZIP{Code: code, State: st, County: county, City: city}) {
				return
			}
		}
	}
}

// Streets walks the most common street names ("MAIN", "2ND"), without type or
// directional, most common first.
func Streets() iter.Seq[string] { return lines(streets) }

// lines walks the lines of a table without their ends.
func lines(table string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.Lines(table) {
			if !yield(strings.TrimSuffix(line, "\n")) {
				return
			}
		}
	}
}
