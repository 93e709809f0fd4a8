package risk

import (
	"cmp"
	"math"
	"slices"
	"sync/atomic"
)

// tally is what was counted of each set, of some of the classes.
type tally struct {
	sets  []setTally
	codes []coded // scratch
	sizes []int64 // scratch
}

type setTally struct {
	of                      Attributes
	rows, classes, smallest int64
	sizes                   [4]int64
	party, race             Diversity
}

// coded is how many rows of a class have the value of a number.
type coded struct {
	code uint64
	rows int64
}

func newTally(sets []Attributes) tally {
	t := tally{sets: make([]setTally, len(sets))}
	for i, s := range sets {
		t.sets[i] = setTally{of: s, smallest: math.MaxInt64, party: noDiversity(Party), race: noDiversity(Race)}
	}
	return t
}

func noDiversity(of Attributes) Diversity {
	return Diversity{Of: of, Distinct: math.MaxInt64, Entropy: math.Inf(1)}
}

// count counts the classes of sorted records; unique takes the rows that are alone in
// the first set, by precinct.
func (t *tally) count(rs []record, unique []atomic.Int64) {
	for len(rs) > 0 {
		n := 1
		for n < len(rs) && rs[n][0] == rs[0][0] {
			n++
		}
		class := rs[:n]
		rs = rs[n:]
		set := class[0].set()
		s := &t.sets[set]
		var rows int64
		for i := range class {
			rows += class[i].rows()
		}
		s.rows += rows
		s.classes++
		s.smallest = min(s.smallest, rows)
		s.sizes[sizeOf(rows)] += rows
		if rows == 1 && set == 0 && s.of.Has(Precinct) {
			unique[class[0][1]>>placeAt].Add(1)
		}
		if !s.of.Has(Party) {
			t.diversity(&s.party, class, partyAt, rows)
		}
		if !s.of.Has(Race) {
			t.diversity(&s.race, class, raceAt, rows)
		}
	}
}

// sizeOf returns the index of a class of so many rows in [Set.Sizes].
func sizeOf(rows int64) int {
	switch {
	case rows == 1:
		return 0
	case rows < 5:
		return 1
	case rows < 10:
		return 2
	}
	return 3
}

// diversity counts the values of a class. Their rows are added in order of size, so
// that the entropy has the same last bit whatever the numbers of the values are.
func (t *tally) diversity(d *Diversity, class []record, at uint, rows int64) {
	if len(class) == 1 {
		d.add(1, 1, rows)
		return
	}
	t.codes = t.codes[:0]
	for i := range class {
		t.codes = append(t.codes, coded{class[i][1] >> at & (1<<codeBits - 1), class[i].rows()})
	}
	slices.SortFunc(t.codes, func(a, b coded) int { return cmp.Compare(a.code, b.code) })
	t.sizes = t.sizes[:0]
	for i, c := range t.codes {
		if i > 0 && c.code == t.codes[i-1].code {
			t.sizes[len(t.sizes)-1] += c.rows
			continue
		}
		t.sizes = append(t.sizes, c.rows)
	}
	slices.Sort(t.sizes)
	d.add(int64(len(t.sizes)), evenValues(t.sizes, rows), rows)
}

// evenValues is exp of the entropy of values that so many rows have each:
// n / exp(Σ c ln c / n).
func evenValues(sizes []int64, rows int64) float64 {
	if len(sizes) == 1 {
		return 1
	}
	sum := 0.0
	for _, c := range sizes {
		sum += float64(c) * math.Log(float64(c))
	}
	n := float64(rows)
	return n / math.Exp(sum/n)
}

func (d *Diversity) add(distinct int64, entropy float64, rows int64) {
	d.Distinct, d.Entropy = min(d.Distinct, distinct), min(d.Entropy, entropy)
	if distinct == 1 {
		d.Told += rows
	}
}

func (d *Diversity) merge(o Diversity) {
	d.Distinct, d.Entropy = min(d.Distinct, o.Distinct), min(d.Entropy, o.Entropy)
	d.Told += o.Told
}

func (t *tally) merge(o tally) {
	for i := range t.sets {
		a, b := &t.sets[i], &o.sets[i]
		a.rows, a.classes, a.smallest = a.rows+b.rows, a.classes+b.classes, min(a.smallest, b.smallest)
		for j := range a.sizes {
			a.sizes[j] += b.sizes[j]
		}
		a.party.merge(b.party)
		a.race.merge(b.race)
	}
}

// results returns what was counted, with the diversity of the attributes told.
func (t *tally) results(sets []Attributes, told Attributes) (all []Set) {
	for i, s := range sets {
		c := &t.sets[i]
		set := Set{Attributes: s, Rows: c.rows, Classes: c.classes, Sizes: c.sizes}
		if c.classes > 0 {
			set.Smallest = c.smallest
			for _, d := range []Diversity{c.party, c.race} {
				if !s.Has(d.Of) && told.Has(d.Of) && s != Phone {
					set.Diversity = append(set.Diversity, d)
				}
			}
		}
		all = append(all, set)
	}
	return all
}
