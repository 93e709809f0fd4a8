package compare

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
)

// wayOfWriting is the share of rows in which a field may differ from the source
// before it is no error but another way of writing. An assumption: nobody would use a
// copy of which a fifth is wrong.
const wayOfWriting = 0.2

// coincidence is how much more often two independent copies have errors in one row
// than errors of independent rows would meet: names with a nickname or a hyphen are
// mistaken more often than others, and a swap of day and month has one outcome. An
// assumption that errs to independence, since each meeting is then
// counted as of the same value.
const coincidence = 3

// errorsPart weighs the rows in which both files differ from the source in the same
// way. Of m rows that the one with more errors has wrong, k are wrong alike in the
// other.
//
//	shared copy:  k is any number from 0 to m, all equally likely: 1/(m+1)
//	independent:  k is binomial with the chance p that the other errs in a row
//
// the ratio being the Bayes factor of a uniform against a fixed share (Kass and
// Raftery 1995, "Bayes factors", Journal of the American Statistical Association
// 90: 773-795). p is the rate of errors of the other times coincidence, or k/m
// where that is less, which favours independence.
func errorsPart(t *traces, known bool) Part {
	p := Part{Trait: SharedErrors, Basis: "beta-binomial Bayes factor with a uniform prior (Kass and Raftery 1995); assumed: errors of independent copies meet 3 times as often as chance, the source given is the release that both come from"}
	if !known {
		p.Found = "not told: without the supposed source its own errors look like shared ones"
		return p
	}
	n, dated, a, b, shared := t.countErrors()
	p.Shared, p.Of = shared, max(a, b)
	switch {
	case n == 0:
		p.Found = "no row of both is in the supposed source"
		return p
	case dated >= 10 && 2*dated >= shared:
		p.Found = fmt.Sprintf("not told: in %s rows both differ from the source in the same way in party, status, precinct or last vote, as files of another release do", grouped(dated))
		return p
	}
	chance := min(coincidence*float64(min(a, b))/float64(n), 0.99)
	p.Chance = chance * float64(p.Of)
	p.Found = fmt.Sprintf("of %s rows of both, %s of one file and %s of the other differ from the source, %s of them in the same way; later changes of the roll are among them", grouped(n), grouped(a), grouped(b), grouped(shared))
	p.Log10 = uniformAgainst(shared, p.Of, chance)
	return p
}

// uniformAgainst returns the log10 of the ratio of errorsPart.
func uniformAgainst(k, m int64, chance float64) float64 {
	if m == 0 {
		return 0
	}
	q := min(chance, float64(k)/float64(m))
	independent := logChoose(float64(m), float64(k)) + times(k, q) + times(m-k, 1-q)
	return (-math.Log(float64(m)+1) - independent) / math.Ln10
}

func logChoose(n, k float64) float64 {
	a, _ := math.Lgamma(n + 1)
	b, _ := math.Lgamma(k + 1)
	c, _ := math.Lgamma(n - k + 1)
	return a - b - c
}

// countErrors returns how many rows are in the source, in how many both differ from
// it alike in what dates a file, in how many each has an error, and how many of
// these are the same.
func (t *traces) countErrors() (n, dated, a, b, shared int64) {
	var offA, offB [NumFields]int64
	for i := range t.rows {
		r := &t.rows[i]
		if !r.known {
			continue
		}
		n++
		for f := range NumFields {
			offA[f] += int64(r.offA >> f & 1)
			offB[f] += int64(r.offB >> f & 1)
		}
	}
	mask := func(fields []Field) (m uint32) {
		for _, f := range fields {
			if float64(max(offA[f], offB[f])) <= wayOfWriting*float64(n) {
				m |= 1 << f
			}
		}
		return m
	}
	errs, dates := mask(errorFields), mask(dateFields)
	count := func(bits uint32) int64 {
		if bits != 0 {
			return 1
		}
		return 0
	}
	for i := range t.rows {
		r := &t.rows[i]
		dated += count(r.off & dates)
		a += count(r.offA & errs)
		b += count(r.offB & errs)
		shared += count(r.off & errs)
	}
	return n, dated, a, b, shared
}

// leastChosen is how much of the source a file has to lack before its choice of rows
// says anything, and how much it has to have.
const leastChosen = 0.02

// selectionPart weighs whether both files have the same rows of the source. If each
// was made by itself, a row of a stratum is in both with the product of the shares of
// the stratum in each (hypergeometric: mean ab/n, variance
// ab(n-a)(n-b)/(n²(n-1))); the strata are those, of several ways to divide the source,
// that explain most. If one copy is behind both, the number is anything from that mean
// to the most there can be, all equally likely.
func selectionPart(t *traces, known bool) Part {
	p := Part{Trait: SharedSelection, Basis: "hypergeometric overlap of two independent choices within strata, in its normal approximation (Cochran 1977, Sampling Techniques, chapter 3), against a uniform share; assumed: rows are chosen by county, party, status, ZIP code, age, voting, contact or place in the source, or one by one"}
	if !known {
		p.Found = "not told: without the supposed source nobody knows which rows are missing"
		return p
	}
	best := choice{}
	for i, strata := range t.chosen {
		c := chooseBy(strata)
		if i == byAll {
			for _, n := range []int64{c.a, c.b} {
				if share := float64(n) / float64(max(c.n, 1)); share > 1-leastChosen || share < leastChosen {
					p.Found = "one of them has nearly all rows of the source, or hardly any, and so says nothing"
					return p
				}
			}
		}
		if c.by = i; i == byAll || c.surplus() < best.surplus() {
			best = c
		}
	}
	p.Shared, p.Of, p.Chance = best.both, min(best.a, best.b), best.mean
	p.Log10 = best.log10()
	p.Found = fmt.Sprintf("of %s rows of the source, %s are in one, %s in the other, %s in both; %s",
		grouped(best.n), grouped(best.a), grouped(best.b), grouped(best.both), best.expected())
	return p
}

// choice is how the rows of two files overlap within the strata of one selector.
type choice struct {
	by             int
	n, a, b, both  int64
	mean, variance float64
	most           float64 // that could be in both
}

func chooseBy(strata map[uint32]selection) (c choice) {
	for _, name := range slices.Sorted(maps.Keys(strata)) { // in order, so that rounding is the same each time
		s := strata[name]
		n, a, b := float64(s.n), float64(s.a), float64(s.b)
		c.n, c.a, c.b, c.both = c.n+s.n, c.a+s.a, c.b+s.b, c.both+s.both
		c.mean += a * b / n
		if s.n > 1 {
			c.variance += a * b * (n - a) * (n - b) / (n * n * (n - 1))
		}
		c.most += min(a, b)
	}
	return c
}

// expected says how many rows would be in both. That they were chosen by the one thing
// or another is what fits them best, and nothing that is known of them.
func (c *choice) expected() string {
	mean := grouped(int64(math.Round(c.mean)))
	switch {
	case c.by == byAll:
		return fmt.Sprintf("if each was chosen at random, %s would be", mean)
	case c.surplus() > 0:
		return fmt.Sprintf("even if both were chosen by %s, which fits them best of the ways tried, only %s would be", selectorTitles[c.by], mean)
	}
	return fmt.Sprintf("if both were chosen by %s, which fits them best of the ways tried, %s would be", selectorTitles[c.by], mean)
}

func (c *choice) surplus() float64 { return float64(c.both) - c.mean }

func (c *choice) log10() float64 {
	room := c.most - c.mean
	if c.variance < 1 || room < 1 {
		return 0
	}
	excess := max(c.surplus(), 0)
	independent := -excess*excess/(2*c.variance) - math.Log(2*math.Pi*c.variance)/2
	return (-math.Log(room+1) - independent) / math.Ln10
}

// Assumptions of orderPart: half of the copies made of a copy are sorted anew, and an
// order that is by no column is the source's own in one file of ten, or in one of a
// thousand where the source is at hand and is in another order.
const (
	resorted         = 0.5
	sourceOrder      = 0.1
	sourceOrderKnown = 0.001
	followsSource    = 0.9
	leastOrder       = 30
	leastUnsorted    = 0.02
)

// orderPart weighs whether the rows of both files stand in the same order where no
// column gives it. What counts is the rank correlation of the places of the rows of
// both (Spearman), among rows that are equal in what the files are sorted by, and less
// what each has in common with the source (partial correlation). In copies whose
// orders have nothing to do with each other it is normal with the variance of a random
// permutation, 1/(n-1) (Kendall and Gibbons 1990, Rank Correlation Methods, 5th
// edition, chapter 4).
func orderPart(t *traces, forms []*form, known bool) Part {
	p := Part{Trait: SharedOrder, Basis: "Spearman's rank correlation against its distribution under random order (Kendall and Gibbons 1990); assumed: half of all copies are sorted anew, and 1 source in 10 is in an order by no column (1 in 1,000 if the source is given and is in another order)"}
	for i, f := range forms[:2] {
		if f.unsorted < leastUnsorted {
			p.Found = fmt.Sprintf("the rows of %s file are sorted by %s: a sorted file says nothing", [2]string{"the first", "the second"}[i], fieldList(f.sorted))
			return p
		}
	}
	o := rankOrder(t.rows)
	if o.n < leastOrder {
		p.Found = "too few rows of both stand in an order of their own"
		return p
	}
	p.Of = o.n
	source := sourceOrder
	r := o.r
	if known {
		source = sourceOrderKnown
		as, bs := rankOrderBy(t.rows, func(r *trace) (uint64, uint64) { return r.a, r.source }), rankOrderBy(t.rows, func(r *trace) (uint64, uint64) { return r.b, r.source })
		if as.r > followsSource && bs.r > followsSource {
			p.Found = "the rows of both are in the order of the source"
			return p
		}
		r = partial(r, as.r, bs.r)
	}
	p.Found = fmt.Sprintf("the rank correlation of the places of %s rows of both is %.2f, where no column orders them", grouped(o.n), r)
	z, top := r*o.scale, o.scale
	random := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	kept := 0.0
	if z > 0 {
		kept = 1 / top
	}
	p.Log10 = math.Log10((resorted*random + (1-resorted)*kept) / ((1-source)*random + source*kept))
	return p
}

// partial returns the correlation of a and b less what both have with s.
func partial(ab, as, bs float64) float64 {
	rest := (1 - as*as) * (1 - bs*bs)
	if rest < 1e-9 {
		return 0
	}
	return (ab - as*bs) / math.Sqrt(rest)
}

// order is a rank correlation within groups: r times scale is standard normal under
// random order.
type order struct {
	n        int64 // rows of groups of two or more
	r, scale float64
}

func rankOrder(rows []trace) order {
	return rankOrderBy(rows, func(r *trace) (uint64, uint64) { return r.a, r.b })
}

// rankOrderBy correlates two places of the rows. Rows without the second, which the
// source does not have, are left out.
func rankOrderBy(rows []trace, places func(*trace) (uint64, uint64)) order {
	type ranked struct{ group, x, y uint64 }
	all := make([]ranked, 0, len(rows))
	for i := range rows {
		if x, y := places(&rows[i]); x != 0 && y != 0 {
			all = append(all, ranked{rows[i].group, x, y})
		}
	}
	slices.SortFunc(all, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.x, b.x)) })
	var o order
	var cross, square, variance float64
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].group == all[i].group {
			j++
		}
		if g := j - i; g > 1 {
			s := float64(g) * (float64(g)*float64(g) - 1) / 12 // squares of 1..g about their mean
			o.n += int64(g)
			cross += crossRanks(func(k int) uint64 { return all[i+k].y }, g)
			square += s
			variance += s * s / float64(g-1)
		}
		i = j
	}
	if square > 0 {
		o.r, o.scale = cross/square, square/math.Sqrt(variance)
	}
	return o
}

// crossRanks returns the sum of products of the ranks of g values and their places,
// each about its mean.
func crossRanks(at func(int) uint64, g int) (sum float64) {
	byValue := make([]int, g)
	for k := range byValue {
		byValue[k] = k
	}
	slices.SortFunc(byValue, func(a, b int) int { return cmp.Compare(at(a), at(b)) })
	mean := float64(g-1) / 2
	for rank, place := range byValue {
		sum += (float64(rank) - mean) * (float64(place) - mean)
	}
	return sum
}
