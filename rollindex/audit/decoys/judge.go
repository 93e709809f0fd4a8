package decoys

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// Threshold is the probability under which a copy is named: that of any innocent
// copy among all being so, not of one.
const Threshold = 0.001

// leastHits is how many decoys must be found of a copy before it is named, whatever
// the probability: one row can come into a leak in many ways.
const leastHits = 2

// Evidence is what a leak shows of one copy, in counts and marks of decoys.
type Evidence struct {
	Owned, OwnedHits int
	Carried          []bool // of the pool of its release
}

// Leak is what a leak shows of a release.
type Leak struct {
	Controls, ControlHits int
	Bias                  []float64 // of the pool
	Hit                   []bool    // of the pool
}

// Verdict is what can be said of one copy.
type Verdict struct {
	Hits    int     // decoys of the copy that are in the leak
	Planted int     // decoys of the copy
	P       float64 // of a leak that shows as much of any innocent copy
	Named   bool
	With    int // the copy that only together with this one explains the leak; -1 if none
}

// OwnedTail returns the probability that a copy which did not leak shows so many hits
// or more among its own decoys.
//
// Decoys and controls of a release are made alike, and which are planted is no
// reason for a stranger to share their details. So if the copy did not leak, its hits
// are a draw without replacement of planted out of all: the upper tail of the
// hypergeometric distribution, as in the exact test of Fisher (1935, "The logic of
// inductive inference", Journal of the Royal Statistical Society 98: 39-82). How many
// namesakes a leak of this size has is told by the controls and need not be assumed:
//
//	P = sum over k >= hits of C(planted, k) C(controls, hits+controlHits-k) / C(planted+controls, hits+controlHits)
func OwnedTail(hits, planted, controlHits, controls int) float64 {
	if hits <= 0 {
		return 1
	}
	all := hits + controlHits
	base := logChoose(planted+controls, all)
	p := 0.0
	for k := hits; k <= min(all, planted); k++ {
		if all-k <= controls {
			p += math.Exp(logChoose(planted, k) + logChoose(controls, all-k) - base)
		}
	}
	return min(p, 1)
}

func logChoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

// SharedTail returns the probability that a copy which did not leak has a score as
// high as this one, of the decoys of the pool that were found; carried says which of
// them it has.
//
// The score is that of Tardos (2003): sqrt((1-p)/p) for each decoy found that the copy
// has, -sqrt(p/(1-p)) for each that it has not. Decoys that were not found count for
// nothing, since a leak may be a part of a copy; so the score is his asymmetric one
// and not the symmetric one of Skoric, Katzenbeisser and Celik (2008). Whichever decoys
// are found, the bits of a copy that had no part in it are independent with their
// biases. As there are few biases, the distribution of the score is a sum of few
// binomial ones, and its tail is computed and not bounded.
func SharedTail(bias []float64, hit, carried []bool) float64 {
	found, has, score := map[float64]int{}, 0, 0.0
	for j, p := range bias {
		switch {
		case !hit[j]:
			continue
		case carried[j]:
			score += math.Sqrt((1 - p) / p)
			has++
		default:
			score -= math.Sqrt(p / (1 - p))
		}
		found[p]++
	}
	if has == 0 {
		return 1
	}
	halves := [2][]point{{{0, 1}}, {{0, 1}}}
	for i, p := range slices.Sorted(maps.Keys(found)) {
		halves[i%2] = cross(halves[i%2], levelScores(p, found[p]))
	}
	return tail(halves[0], halves[1], score)
}

// point is a score and its probability.
type point struct{ score, p float64 }

// negligible is what the probability of a score must be to be looked at: what is
// passed over is added to the tail.
const negligible = 1e-18

// levelScores returns the scores of n decoys of one bias.
func levelScores(p float64, n int) []point {
	var list []point
	for k := range n + 1 {
		prob := math.Exp(logChoose(n, k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
		if prob > negligible {
			list = append(list, point{float64(k)*math.Sqrt((1-p)/p) - float64(n-k)*math.Sqrt(p/(1-p)), prob})
		}
	}
	return list
}

// cross returns the sums of two independent scores.
func cross(a, b []point) []point {
	sums := make([]point, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			if x.p*y.p > negligible {
				sums = append(sums, point{x.score + y.score, x.p * y.p})
			}
		}
	}
	return sums
}

// tail returns the probability that the sum of two scores is at least as high, with
// what was left out of either; equal sums may differ by how they were rounded.
func tail(a, b []point, score float64) float64 {
	slices.SortFunc(a, func(x, y point) int { return cmp.Compare(x.score, y.score) })
	above := make([]float64, len(a)+1)
	for i := len(a) - 1; i >= 0; i-- {
		above[i] = above[i+1] + a[i].p
	}
	p := 0.0
	for _, y := range b {
		least := score - y.score - 1e-9*(1+math.Abs(score))
		i, _ := slices.BinarySearchFunc(a, least, func(x point, v float64) int { return cmp.Compare(x.score, v) })
		p += y.p * above[i]
	}
	return min(p+leftOut, 1)
}

// leftOut is more than all that is passed over as negligible: of the distributions of
// a million decoys fewer than 1e6 points are. No probability is said to be lower.
const leftOut = 1e-12

// Judge says of each copy of a release what the leak shows; copies is the number of
// all that are judged, of other releases too, by which every probability is multiplied
// (Bonferroni 1936): so [Threshold] bounds that of naming anybody wrongly.
//
// Where the pool's hits are in no one copy all, pairs are looked at whose copies
// together have them all (see [pairs]).
func Judge(leak *Leak, evidence []Evidence, copies int) []Verdict {
	all := make([]Verdict, len(evidence))
	for i := range evidence {
		e := &evidence[i]
		v := &all[i]
		v.With, v.Planted, v.Hits, v.P = -1, e.Owned, e.OwnedHits, 1
		tests := 0.0
		if e.Owned > 0 {
			tests++
			v.P = OwnedTail(e.OwnedHits, e.Owned, leak.ControlHits, leak.Controls)
		}
		if e.Carried != nil {
			tests++
			v.P = min(v.P, SharedTail(leak.Bias, leak.Hit, e.Carried))
			for j, has := range e.Carried {
				if has {
					v.Planted++
					if leak.Hit[j] {
						v.Hits++
					}
				}
			}
		}
		v.P = min(1, max(v.P, leftOut)*tests*float64(copies))
		v.Named = v.Hits >= leastHits && v.P < Threshold
	}
	pairs(leak, evidence, all, copies)
	return all
}

// pairs looks for two copies that together have every decoy of the pool that was
// found, where no one copy has. Each of the two must be needed: the decoys that the
// other lacks are all in it, which of an innocent copy is as probable as the product
// of their biases, whoever the other is. With every ordered pair that could be looked at
// counted, the greater of the two probabilities is that of the pair.
func pairs(leak *Leak, evidence []Evidence, all []Verdict, copies int) {
	var found []int
	for j, hit := range leak.Hit {
		if hit {
			found = append(found, j)
		}
	}
	lacks := make([][]int, len(evidence)) // by copy: decoys found that it has not
	for i := range evidence {
		if evidence[i].Carried == nil {
			continue
		}
		for _, j := range found {
			if !evidence[i].Carried[j] {
				lacks[i] = append(lacks[i], j)
			}
		}
		if len(lacks[i]) == 0 {
			return // it explains them alone
		}
	}
	ordered := float64(copies) * float64(max(copies-1, 1))
	for a := range evidence {
		for b := range a {
			if evidence[a].Carried == nil || evidence[b].Carried == nil {
				continue
			}
			p := max(covers(leak, &evidence[a], lacks[b]), covers(leak, &evidence[b], lacks[a])) * ordered
			if p >= Threshold || min(all[a].Hits, all[b].Hits) < leastHits {
				continue
			}
			for _, c := range [2][2]int{{a, b}, {b, a}} {
				v := &all[c[0]]
				v.With, v.P, v.Named = c[1], min(v.P, max(p, leftOut)), true
			}
		}
	}
}

// covers returns how probable it is that an innocent copy has all of the decoys, 1 if
// this one has not.
func covers(leak *Leak, e *Evidence, decoys []int) float64 {
	p := 1.0
	for _, j := range decoys {
		if !e.Carried[j] {
			return 1
		}
		p *= leak.Bias[j]
	}
	return p
}

// Survive returns the probability that at least [leastHits] of so many decoys are in a
// leak of that share of a copy's rows, drawn evenly (binomial).
func Survive(planted int, share float64) float64 {
	none := math.Pow(1-share, float64(planted))
	one := float64(planted) * share * math.Pow(1-share, float64(planted-1))
	return max(1-none-one, 0)
}
