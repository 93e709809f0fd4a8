package risk

import (
	"cmp"
	"slices"

	"rollcheck/hashing"
)

// Result is what was counted of one file.
type Result struct {
	Path    string
	Rows    int64            // counted
	Skipped map[string]int64 // rows that could not be read, by reason
	Ignored int64            // rows that [Options.Ignore] left out
	Sources []hashing.Source
	Spilled int64 // bytes that went to disk, encrypted

	Has     Attributes           // what the file has columns of
	Missing map[Attributes]int64 // rows without a value, by attribute
	Whole   Attributes           // all that is taken to be known of a person, but the phone number
	Sets    []Set                // the whole first
	Worst   []Place              // precincts with the largest share of rows that are alone in the whole, at most ten
	TooMany Attributes           // attributes of so many values that they are not what their column says: of these nothing is told by value
}

// Set is how the rows fall into classes by some attributes.
type Set struct {
	Attributes Attributes
	Rows       int64 // rows counted; of [Phone], those that have one
	Classes    int64
	Smallest   int64    // rows of the smallest class: the file is k-anonymous in these attributes for this k and no greater one
	Sizes      [4]int64 // rows in classes of 1, of 2 to 4, of 5 to 9, of 10 and more
	Diversity  []Diversity
}

// SizeNames are the classes of [Set.Sizes] in words.
var SizeNames = [4]string{"1", "2-4", "5-9", "10+"}

// Unique is the share of rows that are alone in their class, 0 of none.
func (s *Set) Unique() float64 { return share(s.Sizes[0], s.Rows) }

// Diversity is how many values of an attribute the classes of a set have.
type Diversity struct {
	Of       Attributes
	Distinct int64   // values in the class that has the fewest
	Entropy  float64 // least over the classes of exp(-Σ p ln p), p being the shares of the values: as many values as even ones would be
	Told     int64   // rows in classes of one value: who finds the class is told it, without finding the row
}

// Place is a precinct.
type Place struct {
	County, Precinct string // as the file writes them; County "" where it has no counties
	Rows, Unique     int64
}

// LeastPlace is how many rows a precinct has at least to be named. A value that so
// many rows have is nobody's own, whatever its column is called; and of few rows,
// most are alone in any file.
const LeastPlace = 100

// Set returns the classes by those attributes, nil if they were not counted.
func (r *Result) Set(a Attributes) *Set {
	for i := range r.Sets {
		if r.Sets[i].Attributes == a {
			return &r.Sets[i]
		}
	}
	return nil
}

// Contribution is what one attribute adds to the others.
type Contribution struct {
	Of            Attributes
	With, Without float64 // share of rows alone in the whole, and without the attribute
}

// Contributions returns what each attribute adds to the whole, the most first.
func (r *Result) Contributions() (all []Contribution) {
	whole := r.Set(r.Whole)
	for _, a := range r.Whole.Each() {
		c := Contribution{Of: a, With: whole.Unique()}
		if s := r.Set(r.Whole &^ a); s != nil {
			c.Without = s.Unique()
		} else if r.Whole != a { // who knows nothing finds nobody
			continue
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b Contribution) int { return cmp.Compare(a.Without, b.Without) })
	return all
}

// Change is what would become of the file if something were left out of it.
type Change struct {
	What          string     // "year of birth in place of the date"
	Of            Attributes // that somebody knows
	Before, After float64    // share of rows that are alone
}

// WhatIf returns what would change, first of what many lists have, then of the whole.
func (r *Result) WhatIf() (all []Change) {
	cut := []struct {
		what string
		from Attributes
	}{
		{"year of birth in place of the date", Birth},
		{"three digits of the ZIP code in place of five", ZIP5},
		{"both", Birth | ZIP5},
	}
	for _, known := range []Attributes{triple, r.Whole} {
		before := r.Set(known)
		if before == nil || known == r.Whole && len(all) > 0 && r.Whole == triple {
			continue
		}
		for _, c := range cut {
			if !known.Has(c.from) {
				continue
			}
			if after := r.Set(known.coarser(c.from)); after != nil {
				all = append(all, Change{c.what, known, before.Unique(), after.Unique()})
			}
		}
	}
	if s := r.Set(r.Whole); s != nil && r.Whole.Has(Precinct) {
		after := 0.0
		if without := r.Set(r.Whole &^ Precinct); without != nil {
			after = without.Unique()
		}
		all = append(all, Change{"no precinct", r.Whole, s.Unique(), after})
	}
	if s := r.Set(Phone); s != nil {
		all = append(all, Change{"no phone number", Phone, share(s.Sizes[0], r.Rows), 0})
	}
	return all
}

func share(part, of int64) float64 {
	if of <= 0 {
		return 0
	}
	return float64(part) / float64(of)
}
