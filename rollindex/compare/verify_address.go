package compare

import (
	"slices"
	"strings"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/rollindex/voterfile"
)

// addressReader finds the address in the rows of a file as it is written there: the
// canonical one has neither "St" nor the flat, and is nothing to read out to
// somebody.
type addressReader struct {
	further [][]int // by member: columns with further lines of the address, in the order of the file
}

func newAddressReader(members []voterfile.Member) *addressReader {
	a := &addressReader{further: make([][]int, len(members))}
	for i := range members {
		if members[i].LeftOut == "" {
			a.further[i] = furtherLines(members[i].Match.Columns())
		}
	}
	return a
}

// firstLines are names of the first line where a column is called the second and none
// has the role of the first.
var firstLines = []string{"address", "addressline"}

// furtherLines returns the columns that are called as the address line is, with a
// higher number behind.
func furtherLines(columns []voterfile.Column) (further []int) {
	stems := firstLines
	for _, c := range columns {
		if c.Role == field.AddressLine {
			stems = []string{strings.TrimSuffix(layouts.NormName(c.Name), "1")}
		}
	}
	for i, c := range columns {
		name := layouts.NormName(c.Name)
		stem := strings.TrimRight(name, "23456")
		if c.Role == field.RoleNone && len(name) == len(stem)+1 && slices.Contains(stems, stem) {
			further = append(further, i)
		}
	}
	return further
}

// addressParts are the parts of an address as one says them.
var addressParts = []field.Role{field.HouseNumber, field.HouseFraction, field.StreetPredir, field.StreetName, field.StreetType, field.StreetPostdir}

// read returns the address of a row: the whole of it or its line where there is one
// with the house number, and else its parts; then the unit and further lines, but
// for a unit that stands there already.
func (a *addressReader) read(rec *voterfile.Record) string {
	value := func(r field.Role) string { return string(rec.Value(r)) }
	if whole := value(field.AddressFull); whole != "" && len(rec.Value(field.AddressLine)) == 0 && len(rec.Value(field.StreetName)) == 0 {
		return whole
	}
	words := strings.Fields(value(field.AddressLine))
	mayHaveUnit := true
	if len(words) == 0 || !slices.Contains(words, string(rec.House)) && value(field.StreetName) != "" {
		words, mayHaveUnit = nil, false
		for _, r := range addressParts {
			words = append(words, strings.Fields(value(r))...)
		}
	}
	rest := []string{value(field.UnitType) + " " + value(field.UnitNumber)}
	for _, i := range a.further[rec.Member] {
		rest = append(rest, string(rec.Column(i)))
	}
	for _, s := range rest {
		said := strings.Fields(s)
		if len(said) == 0 || mayHaveUnit && sameUnit(words, said) {
			continue
		}
		words, mayHaveUnit = append(words, said...), true
	}
	return strings.Join(words, " ")
}

// sameUnit reports whether both end in the same word, with or without a sign of
// numbers before it.
func sameUnit(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	return strings.EqualFold(strings.TrimLeft(a[len(a)-1], "#"), strings.TrimLeft(b[len(b)-1], "#"))
}
