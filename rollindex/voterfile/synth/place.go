package synth

import (
	"fmt"
	"sort"
	"strings"

	"rollcheck/data/names"
)

// place is one ZIP code of a state with the words a roll has for it.
type place struct {
	zip    string
	city   string // capitals
	county int    // index in state.counties
	index  int
}

type county struct {
	name   string // capitals, without the word County: "MIAMI-DADE"
	code   string // the state's own
	number int    // from 1, by name
	places []place
}

// state is where a layout's people live.
type state struct {
	*profile
	counties []county
	alias    alias // of counties, by people
}

func newState(p *profile) *state {
	s := &state{profile: p}
	at := map[string]int{}
	people := map[string]int64{}
	taken := map[string]bool{}
	for c := range names.Counties(p.state) {
		name := countyName(c.Name)
		if taken[name] { // the city of Richmond beside Richmond County
			name = strings.ToUpper(c.Name)
		}
		taken[name] = true
		s.counties = append(s.counties, county{name: name, code: c.FIPS})
		people[c.FIPS] = c.People
	}
	sort.Slice(s.counties, func(i, j int) bool { return s.counties[i].name < s.counties[j].name })
	weights := make([]float64, len(s.counties))
	for i := range s.counties {
		c := &s.counties[i]
		at[c.code] = i
		weights[i] = float64(people[c.code])
		c.number = i + 1
	}
	n := 0
	for z := range names.ZIPs(p.state) {
		if i, ok := at[z.County]; ok {
			c := &s.counties[i]
			c.places = append(c.places, place{zip: p.postcode(z.Code, n), city: strings.ToUpper(z.City), county: i, index: n})
			n++
		}
	}
	for i := range s.counties {
		c := &s.counties[i]
		if len(c.places) == 0 {
			weights[i] = 0
		}
		c.code = p.countyCode(c)
	}
	s.alias = newAlias(weights)
	return s
}

// countyName returns a county's name in capitals, without what it is.
func countyName(name string) string {
	name = strings.ToUpper(name)
	for _, word := range []string{" COUNTY", " CITY", " PARISH", " BOROUGH", " CENSUS AREA", " MUNICIPALITY", " MUNICIPIO"} {
		name = strings.TrimSuffix(name, word)
	}
	return name
}

// postcode returns the postal code of a place: that of the state in a roll of the
// United States. Rolls of other countries are filled with people of a state; their
// places get codes of the country's form that nobody lives at. ZZ99 stands for
// no place in British statistics, 99 begins only codes of the army in India, and
// in Mexico, Turkey and elsewhere codes begin with 01 at the lowest.
func (p *profile) postcode(zip string, n int) string {
	const inward = "ABDEFGHJLNPQRSTUWXYZ" // the letters a British code can end in
	switch p.country {
	case "":
		return zip
	case "GB":
		return fmt.Sprintf("ZZ99 %d%c%c", n%10, inward[n/10%20], inward[n/200%20])
	case "IN":
		return fmt.Sprintf("99%04d", n%10_000)
	}
	return fmt.Sprintf("00%03d", n%1000)
}

// address is where somebody lives. The words are those of the tables.
type address struct {
	*place
	number   int
	suffix   string // "A", "1/2" or ""
	hyphened bool   // 87-15, as in Queens
	predir   string
	street   string
	kind     string // ST, AVE ...
	postdir  string
	unitType string // APT, UNIT, LOT, "#" or ""
	unit     int
	unitChar byte // 'B' of "APT 4B", 0 if none
	odd      bool // the file has it as one line where it should have parts
}

var compass = [...]string{"N", "S", "E", "W", "NE", "NW", "SE", "SW"}

// settle draws the counties of an owner's homes, from the first to number move,
// and returns the last. A negative from draws the first by people.
func (s *state) settle(seed, owner uint64, from, move int) int {
	d := newDice(seed, streamHome, owner)
	for i := 0; i <= move; i++ {
		stay := d.chance(sameCounty)
		other := s.alias.pick(&d)
		if from < 0 || !stay {
			from = other
		}
	}
	return from
}

// address draws the owner's home number move in the county.
func (s *state) address(a *address, seed, owner uint64, move, in int) {
	d := newDice(seed, streamAddress, owner<<8|uint64(move))
	c := &s.counties[in]
	*a = address{place: &c.places[d.n(len(c.places))]}
	digits := [...]int{99, 999, 9999, 9999, 19999}[d.n(5)]
	a.number = 1 + d.n(digits)
	a.street = drawn().streets.pick(&d)
	a.kind = drawn().kinds.pick(&d)
	if d.chance(0.15) {
		a.predir = compass[d.n(4)]
	}
	if d.chance(0.04) {
		a.postdir = compass[d.n(8)]
	}
	switch share := d.float(); {
	case share < 0.003:
		a.suffix = "1/2"
	case share < 0.007:
		a.suffix = "ABC"[d.n(3):][:1]
	}
	if d.chance(0.2) {
		a.unitType = drawn().units.pick(&d)
		a.unit = d.between(1, 400)
		if d.chance(0.2) {
			a.unit, a.unitChar = a.unit%20+1, byte('A'+d.n(6))
		}
	}
	a.hyphened = d.chance(0.6) && c.name == s.hyphenCounty
	a.odd = d.chance(0.011)
	if a.hyphened {
		a.number = d.between(10, 270)*100 + d.between(1, 99)
	}
}

// appendNumber appends the house number without its fraction.
func (a *address) appendNumber(dst []byte) []byte {
	if a.hyphened {
		dst = append(appendNumber(dst, a.number/100, 0), '-')
		return appendNumber(dst, a.number%100, 2)
	}
	dst = appendNumber(dst, a.number, 0)
	if len(a.suffix) == 1 {
		dst = append(dst, a.suffix...)
	}
	return dst
}

func (a *address) fraction() string {
	if len(a.suffix) == 3 {
		return a.suffix
	}
	return ""
}

// appendLine appends number and street on one line.
func (a *address) appendLine(dst []byte) []byte {
	dst = a.appendNumber(dst)
	for _, part := range [...]string{a.fraction(), a.predir, a.street, a.kind, a.postdir} {
		if part != "" {
			dst = append(append(dst, ' '), part...)
		}
	}
	return dst
}

// appendUnit appends the unit's number.
func (a *address) appendUnit(dst []byte) []byte {
	dst = appendNumber(dst, a.unit, 0)
	if a.unitChar != 0 {
		dst = append(dst, a.unitChar)
	}
	return dst
}

// appendTypedUnit appends the unit with its type, nothing without one.
func (a *address) appendTypedUnit(dst []byte) []byte {
	if a.unitType == "" {
		return dst
	}
	dst = append(append(dst, a.unitType...), ' ')
	return a.appendUnit(dst)
}

// plus4 is the add-on of an address's ZIP code.
func (a *address) plus4() int { return 1000 + (a.number*7+a.index)%9000 }

// appendBareUnit appends the unit's number without its type.
func (a *address) appendBareUnit(dst []byte) []byte {
	if a.unitType == "" {
		return dst
	}
	return a.appendUnit(dst)
}

// district assigns an address one of n districts, which follow the ZIP codes.
func (a *address) district(kind, n int) int {
	return 1 + int(mix(uint64(a.index)*31+uint64(kind))%uint64(n))
}

func (p *profile) countyCode(c *county) string {
	switch {
	case p.countyCodes[fold(c.name)] != "":
		return p.countyCodes[fold(c.name)]
	case p.countyFormat != "":
		return fmt.Sprintf(p.countyFormat, c.number)
	}
	return c.name
}

// fold leaves the letters of a county's name, so that DeSoto is Desoto.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(s))
}
