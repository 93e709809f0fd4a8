package diff

import (
	"math"
	"slices"

	"rollcheck/rollindex/compare"
)

// falseAlarms is how often something may be named in a comparison of ordinary releases,
// in the mean, of each of five families: rates of counties, days, days of counties,
// precincts come to and left. Together they are one in a hundred.
const falseAlarms = 0.002

// LeastCounties is from how many counties, or days, on it can be told what is usual.
const LeastCounties = 8

const (
	leastRows  = 20  // rows by which one is unusual
	leastTimes = 1.5 // and how many times the usual, or the part of it
)

// observed is a rate or a count on a scale on which its variance is known and the
// same wherever it lies.
type observed struct{ y, variance float64 }

// ofRate puts a rate on the scale 2 arcsin sqrt((x+3/8)/(n+3/4)), on which a binomial
// has the variance 1/(n+1/2) (Anscombe 1948, "The transformation of Poisson, binomial
// and negative-binomial data", Biometrika 35: 246-254).
func ofRate(x, n float64) observed {
	return observed{2 * math.Asin(math.Sqrt((x+0.375)/(n+0.75))), 1 / (n + 0.5)}
}

// rateOf is the rate at a place of that scale.
func rateOf(y float64) float64 {
	s := math.Sin(min(max(y, 0), math.Pi) / 2)
	return s * s
}

// ofOdds puts a rate on the scale of the logarithm of odds, with half a row more on
// either side (Haldane 1956, "The estimation and significance of the logarithm of a
// ratio of frequencies", Annals of Human Genetics 20: 309-311). Its variance there is
// that of a county of its size with the expected rate: by its own, a county with very
// many rows would seem to be the surest.
func ofOdds(x, n, expected float64) observed {
	e := n * expected
	return observed{math.Log((x + 0.5) / (n - x + 0.5)), 1/(e+0.5) + 1/(n-e+0.5)}
}

// rateOfOdds is the rate at a place of that scale.
func rateOfOdds(y float64) float64 { return 1 / (1 + math.Exp(-y)) }

// ofCount puts a count on the scale 2 sqrt(x+3/8), on which a Poisson count has the
// variance 1 (Anscombe 1948).
func ofCount(x float64) observed { return observed{2 * math.Sqrt(x+0.375), 1} }

// countOf is the count at a place of that scale.
func countOf(y float64) float64 { return max(y*y/4-0.375, 0) }

// usual is what groups have in common: a centre and how far they lie from it beyond
// chance.
type usual struct {
	centre  float64
	between float64 // variance between groups
	df      float64 // degrees of freedom of its estimate
}

// fit finds the centre and the variance between groups, so that neither hangs on
// those few that are far off. The centre is the median weighted by how sure each
// observation is. The variance is such that the squares of the distances from it, in
// standard deviations and none counted as more than clip squared, have the mean that
// they have under a normal distribution: Huber's M-estimate of scale (Huber 1981,
// "Robust Statistics", chapter 5), which a fifth of the groups may be off without
// carrying it away. It is as sure as a standard deviation of 88.5 % as many groups: so
// many degrees of freedom it has.
func fit(all []observed) usual {
	u := usual{df: surety * float64(len(all)-1)}
	for range 4 {
		u.centre = weightedMedian(all, u.between)
		u.between = u.spread(all)
	}
	return u
}

func weightedMedian(all []observed, between float64) float64 {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b observed) int {
		switch {
		case a.y < b.y:
			return -1
		case a.y > b.y:
			return 1
		}
		return 0
	})
	total := 0.0
	for _, o := range sorted {
		total += 1 / (o.variance + between)
	}
	seen := 0.0
	for _, o := range sorted {
		if seen += 1 / (o.variance + between); seen >= total/2 {
			return o.y
		}
	}
	return 0
}

// For a standard normal Z: clippedMean is E[min(Z², clip²)], and surety the variance of
// the standard deviation over that of the estimate, 1/2 over
// Var[min(Z², clip²)] / E[2 Z²; |Z| < clip]².
const (
	clip        = 2
	clippedMean = 0.92054
	surety      = 0.885
)

// spread returns the variance between groups: the less there is, the farther off all
// lie, so that halving finds it.
func (u *usual) spread(all []observed) float64 {
	mean := func(between float64) (sum float64) {
		for _, o := range all {
			sum += min((o.y-u.centre)*(o.y-u.centre)/(o.variance+between), clip*clip)
		}
		return sum / float64(len(all))
	}
	if mean(0) <= clippedMean {
		return 0
	}
	low, high := 0.0, math.Pi*math.Pi
	for mean(high) > clippedMean {
		high *= 4
	}
	for range 45 {
		if between := (low + high) / 2; mean(between) > clippedMean {
			low = between
		} else {
			high = between
		}
	}
	return high
}

// chance returns how likely a group is to lie as far off on either side.
func (u *usual) chance(o observed) float64 {
	return compare.StudentTail((o.y-u.centre)/math.Sqrt(o.variance+u.between), u.df)
}

// reach returns how far from the centre a group of that variance lies with the
// chance given.
func (u *usual) reach(variance, chance float64) float64 {
	low, high := 0.0, 1.0
	for compare.StudentTail(high, u.df) > chance {
		high *= 2
	}
	for range 60 {
		if t := (low + high) / 2; compare.StudentTail(t, u.df) > chance {
			low = t
		} else {
			high = t
		}
	}
	return high * math.Sqrt(variance+u.between)
}
