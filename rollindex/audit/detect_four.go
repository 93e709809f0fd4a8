package audit

import (
	"bytes"
	"math"
	"math/bits"

	"rollcheck/rollindex/report"
)

// The last four digits of social security numbers are told from other numbers of
// four digits by what no other has all of: every value has four, each place has each
// digit about as often, leading zeros are there, and few values repeat more than
// chance makes them. It takes a column of its own and leastFour rows. Nothing tells
// them from the last four of phone numbers, or from ZIP+4 in a file large enough, so
// that columns known as those are let be; and last fours mixed with other values are
// not found. Where the others are masked (XXX-XX-1234), two are enough.
const (
	leastFour = 500
	fourShare = 0.95 // of the values that have four digits
)

type fourTally struct {
	rows   hits
	places [4][10]int64
	seen   [10000/64 + 1]uint64
}

func (t *tally) seeFour(v []byte, r *row) {
	if t.four == nil {
		t.four = new(fourTally)
	}
	f := t.four
	f.rows.add(r.at)
	for i, c := range v {
		f.places[i][c-'0']++
	}
	n := number(v)
	f.seen[n/64] |= 1 << (n % 64)
}

func (f *fourTally) merge(o *fourTally) {
	f.rows.merge(&o.rows)
	for i := range f.places {
		for d := range f.places[i] {
			f.places[i][d] += o.places[i][d]
		}
	}
	for i := range f.seen {
		f.seen[i] |= o.seen[i]
	}
}

// isMasked reports whether v is a social security number of which all but the last
// four digits are masked, with dashes or without.
func isMasked(v []byte) bool {
	if len(v) == 11 && v[3] == '-' && v[6] == '-' {
		return masks(v[:3]) && masks(v[4:6]) && v[0] == v[4]
	}
	return len(v) == 9 && masks(v[:5])
}

func masks(v []byte) bool {
	return bytes.IndexByte([]byte("Xx*#"), v[0]) >= 0 && bytes.Count(v, v[:1]) == len(v)
}

// findMasked judges a column, whatever is known of it.
func (t *tally) findMasked() []finding {
	if t.masked.n < leastDashed {
		return nil
	}
	return []finding{{RuleSSN, t.masked, "the last four digits of social security numbers, the others masked"}}
}

// findFour judges a column.
func (t *tally) findFour() []finding {
	f := t.four
	if f == nil || f.rows.n < leastFour || float64(f.rows.n) < fourShare*float64(t.filled.n) {
		return nil
	}
	n := float64(f.rows.n)
	// Four standard deviations of a tenth of n, and two points for offices that
	// gave serials in blocks until 2011.
	slack := 0.02 + 4*math.Sqrt(0.09/n)
	for _, digits := range f.places {
		for _, c := range digits {
			if math.Abs(float64(c)/n-0.1) > slack {
				return nil
			}
		}
	}
	distinct := 0
	for _, w := range f.seen {
		distinct += bits.OnesCount64(w)
	}
	if float64(distinct) < 0.9*9999*(1-math.Pow(1-1.0/9999, n)) {
		return nil
	}
	return []finding{{RuleSSN, f.rows, report.Number(f.rows.n) + " numbers of four digits, each digit as often as the others: as the last four of social security numbers are"}}
}
