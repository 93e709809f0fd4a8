package risk

import (
	"math/bits"
	"strings"
)

// Attributes is a set of things that somebody may know of a person.
type Attributes uint16

// The attributes. Birth is the birth as exactly as the file has it.
const (
	Sex Attributes = 1 << iota
	Birth
	BirthYear
	Age // of files that have no birth
	ZIP5
	ZIP3 // the first three digits of the ZIP code
	Precinct
	Race
	Party
	Phone

	numAttributes = iota
)

var attributeNames = [numAttributes]string{"sex", "birth_date", "birth_year", "age", "zip5", "zip3", "precinct", "race", "party", "phone"}

var attributeTitles = [numAttributes]string{
	"sex", "birth date", "year of birth", "age", "ZIP code", "first three digits of the ZIP code", "precinct", "race", "party", "phone number",
}

// Each returns the attributes of a one by one, in their order.
func (a Attributes) Each() (all []Attributes) {
	for ; a != 0; a &= a - 1 {
		all = append(all, a&-a)
	}
	return all
}

// Has reports whether all of b are in a.
func (a Attributes) Has(b Attributes) bool { return a&b == b }

// Names lists the attributes for programs ("birth_date"), never nil.
func (a Attributes) Names() []string {
	names := []string{}
	for ; a != 0; a &= a - 1 {
		names = append(names, attributeNames[bits.TrailingZeros16(uint16(a))])
	}
	return names
}

// String lists the attributes in words: "sex, birth date and ZIP code".
func (a Attributes) String() string {
	var words []string
	for ; a != 0; a &= a - 1 {
		words = append(words, attributeTitles[bits.TrailingZeros16(uint16(a))])
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// index is the place of one attribute in tables.
func (a Attributes) index() int { return bits.TrailingZeros16(uint16(a)) }

// coarser returns a with less exact attributes in the place of those in from.
func (a Attributes) coarser(from Attributes) Attributes {
	if a.Has(Birth) && from.Has(Birth) {
		a = a&^Birth | BirthYear
	}
	if a.Has(ZIP5) && from.Has(ZIP5) {
		a = a&^ZIP5 | ZIP3
	}
	return a
}

// sensitive are the attributes whose diversity within a class is counted.
const sensitive = Party | Race

// triple is what many lists without names have of people.
const triple = Sex | Birth | ZIP5

// plan returns the sets that are counted of a file with these attributes, the whole
// first: whatever of each a neighbour or another list may have.
func plan(has Attributes) (whole Attributes, sets []Attributes) {
	whole = has & (Sex | Birth | Age | ZIP5 | Precinct | Race | Party)
	if has.Has(Birth) {
		whole &^= Age
	}
	add := func(a Attributes) {
		for _, b := range sets {
			if a == b {
				return
			}
		}
		if a != 0 {
			sets = append(sets, a)
		}
	}
	add(whole)
	for _, one := range whole.Each() {
		add(whole &^ one)
	}
	known := []Attributes{whole}
	if has.Has(triple) {
		known = append(known, triple)
	}
	for _, a := range known {
		add(a)
		add(a.coarser(Birth))
		add(a.coarser(ZIP5))
		add(a.coarser(Birth | ZIP5))
	}
	for _, a := range []Attributes{Birth | ZIP5, Sex | Birth | Precinct, Phone} {
		if has.Has(a) {
			add(a)
		}
	}
	return whole, sets
}
