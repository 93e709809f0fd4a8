package diff

import (
	"math"
	"slices"

	"rollcheck/data/field"
)

// Change is what became of a column.
type Change string

// The changes of columns.
const (
	Gone     Change = "gone"
	Come     Change = "new"
	Renamed  Change = "renamed"
	Moved    Change = "moved"    // it stands elsewhere among the columns that both files have
	Fill     Change = "fill"     // Old and New are shares of rows with a value
	Distinct Change = "distinct" // Old and New are how many different values there are
	TypeOf   Change = "type"     // Old and New are shares of values that are What
	Length   Change = "length"   // Old and New are mean lengths in bytes, or the longest of values cut off
	Codes    Change = "codes"    // Came and Went
)

// ColumnChange is a difference between a column of the old file and of the new. What
// is counted differs when the difference is both of some size and not chance:
//
//	fill      by 5 in 100 rows, or to 1.5 times as often or as seldom and 5 in 1,000
//	distinct  beyond 1.25 times what goes with the number of values
//	type      by 5 in 100 values that are of a type, or dates written in a way
//	length    15 in 100 values have another length; or nothing is longer than some
//	          length that 1 in 1,000 values were beyond
//	codes     a code of 100 rows that the other file does not have
//
// and a share differs by more than five standard errors (the pooled test of two
// shares).
type ColumnChange struct {
	Change   Change
	Column   string // its name in the new file, or in the old of one that is gone
	Was      string // of one renamed, its name in the old file
	Role     field.Role
	What     string // of a type: "numbers", "dates written MM/DD/YYYY"; of a length: CutOff or OtherLengths
	Old, New float64
	Exact    bool // of distinct: both were counted, not estimated
	// Came and Went are codes of at least LeastShared rows, at most MaxListed each, and
	// CameAll and WentAll how many there are.
	Came, Went       []string
	CameAll, WentAll int
}

// What became of the lengths of values.
const (
	CutOff       = "cut off"
	OtherLengths = "other lengths"
)

// MaxListed is the most codes of a column that are listed.
const MaxListed = 20

// What is a difference; see ColumnChange.
const (
	fillStep, fillTimes, fillLeast = 0.05, 1.5, 0.005
	distinctTimes, distinctFrom    = 1.25, 50
	typeStep                       = 0.05
	lengthShare, cutShare          = 0.15, 0.001
	standardErrors                 = 5
)

// columnChanges compares the columns of two files.
func columnChanges(files [2]*File) (all []ColumnChange) {
	old, new := files[Old].Columns, files[New].Columns
	stay := unmoved(new)
	for i, c := range new {
		if c.pair < 0 {
			all = append(all, ColumnChange{Change: Come, Column: c.Name, Role: c.Role, New: c.Fill()})
			continue
		}
		was := old[c.pair]
		say := func(d ColumnChange) {
			d.Column, d.Role = c.Name, c.Role
			all = append(all, d)
		}
		if was.key != c.key {
			say(ColumnChange{Change: Renamed, Was: was.Name})
		}
		if !stay[i] {
			say(ColumnChange{Change: Moved, Old: float64(was.Place + 1), New: float64(i + 1)})
		}
		if filledOtherwise(was, c) {
			say(ColumnChange{Change: Fill, Old: was.Fill(), New: c.Fill()})
		}
		if distinctOtherwise(was, c) {
			say(ColumnChange{Change: Distinct, Old: float64(was.Distinct), New: float64(c.Distinct), Exact: was.Exact && c.Exact})
		}
		for _, d := range typedOtherwise(was, c) {
			say(d)
		}
		if d, ok := codedOtherwise(was, c); ok {
			say(d)
		}
	}
	for _, c := range old {
		if c.pair < 0 {
			all = append(all, ColumnChange{Change: Gone, Column: c.Name, Role: c.Role, Old: c.Fill()})
		}
	}
	return all
}

// unmoved reports which columns of the new file stand in the order of the old one:
// the most that do, so that one column that moved past all others is one that moved.
func unmoved(new []*Column) []bool {
	stay := make([]bool, len(new))
	before := make([]int, len(new)) // column of the chain before it
	var ends []int                  // by length of chain, the column that ends the one with the least end
	for i, c := range new {
		if c.pair < 0 {
			continue
		}
		n, _ := slices.BinarySearchFunc(ends, c.pair, func(e, pair int) int { return new[e].pair - pair })
		before[i] = -1
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		} else {
			ends[n] = i
		}
	}
	if len(ends) > 0 {
		for i := ends[len(ends)-1]; i >= 0; i = before[i] {
			stay[i] = true
		}
	}
	return stay
}

// beyondChance reports whether two shares differ by more than so many standard
// errors of their difference, if both were of one kind.
func beyondChance(a, ofA, b, ofB int64) bool {
	if ofA == 0 || ofB == 0 {
		return a != b
	}
	p := float64(a+b) / float64(ofA+ofB)
	se := math.Sqrt(p * (1 - p) * (1/float64(ofA) + 1/float64(ofB)))
	return math.Abs(share(a, ofA)-share(b, ofB)) > standardErrors*se
}

func share(part, of int64) float64 { return float64(part) / float64(max(of, 1)) }

func filledOtherwise(old, new *Column) bool {
	a, b := old.Fill(), new.Fill()
	step := math.Abs(a - b)
	times := max(a, b) >= fillTimes*min(a, b) && step >= fillLeast
	return (step >= fillStep || times) && beyondChance(old.Filled, old.Of, new.Filled, new.Of)
}

// distinctOtherwise allows for the values there are: ids go with the rows, codes do
// not.
func distinctOtherwise(old, new *Column) bool {
	a, b := float64(old.Distinct), float64(new.Distinct)
	if max(a, b) < distinctFrom || a == 0 || b == 0 {
		return false
	}
	grown := float64(new.Filled) / float64(max(old.Filled, 1))
	return b > a*distinctTimes*max(grown, 1) || b < a/distinctTimes*min(grown, 1)
}

func typedOtherwise(old, new *Column) (all []ColumnChange) {
	say := func(what string, a, b int64) {
		pa, pb := share(a, old.Filled), share(b, new.Filled)
		if math.Abs(pa-pb) >= typeStep && beyondChance(a, old.Filled, b, new.Filled) {
			all = append(all, ColumnChange{Change: TypeOf, What: what, Old: pa, New: pb})
		}
	}
	if old.Filled == 0 || new.Filled == 0 {
		return nil
	}
	for t := range NumTypes {
		say(t.String(), old.Types[t], new.Types[t])
	}
	for f := range Form(NumForms) {
		say("dates written "+f.String(), old.Forms[f], new.Forms[f])
	}
	beyond, longest := int64(0), new.longest()
	for n := longest + 1; n <= MaxLength; n++ {
		beyond += old.Lengths[n]
	}
	switch {
	case share(beyond, old.Filled) >= cutShare && float64(beyond)*float64(new.Filled)/float64(old.Filled) >= 4*standardErrors:
		all = append(all, ColumnChange{Change: Length, What: CutOff, Old: float64(old.longest()), New: float64(longest)})
	case lengthsApart(old, new) >= lengthShare:
		all = append(all, ColumnChange{Change: Length, What: OtherLengths, Old: old.mean(), New: new.mean()})
	}
	return all
}

// lengthsApart returns the least share of values that would have to have another
// length for both columns to have the same ones (the total variation distance), less
// what two samples of one lot are apart: half the sum, over lengths, of the mean
// difference of two shares, which is at most sqrt(k/n) for k lengths and n values.
func lengthsApart(old, new *Column) float64 {
	apart, kinds := 0.0, 0.0
	for n := range old.Lengths {
		if old.Lengths[n]+new.Lengths[n] > 0 {
			kinds++
		}
		apart += math.Abs(share(old.Lengths[n], old.Filled)-share(new.Lengths[n], new.Filled)) / 2
	}
	return apart - math.Sqrt(kinds/float64(min(old.Filled, new.Filled)))
}

func codedOtherwise(old, new *Column) (ColumnChange, bool) {
	if old.Codes == nil || new.Codes == nil {
		return ColumnChange{}, false
	}
	came, went := new.shared(old.Codes), old.shared(new.Codes)
	d := ColumnChange{Change: Codes, CameAll: len(came), WentAll: len(went)}
	d.Came, d.Went = came[:min(len(came), MaxListed)], went[:min(len(went), MaxListed)]
	return d, len(came)+len(went) > 0
}
