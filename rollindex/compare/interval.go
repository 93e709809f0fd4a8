package compare

import "math"

// Share is a part of a whole with a 95 % interval.
type Share struct {
	Part, Of int64
	Low      float64 // lower end
	High     float64 // upper end
}

// z is the quantile of the normal distribution for a two-sided 95 %.
const z = 1.959963984540054

// NewShare returns part of so many with the score interval of Wilson (1927,
// "Probable inference, the law of succession, and statistical inference",
// Journal of the American Statistical Association 22: 209-212):
//
//	(p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)
//
// A comparison counts whole files, and then the share is what it is: nothing was
// drawn, and no interval is needed to say that 9 of 10 rows of this file are in that
// one. The interval describes: it is how far the share would move if the rows were
// a simple random draw of a larger lot from the same source, which is the question
// when a few hundred leaked rows stand for what may be out there. It does not hold
// the errors of matching (misspelt names, namesakes), which are larger than it in
// files of many rows, and rows of one household or one county do not err one by
// one, so that it is too narrow as a statement about either. For samples that were
// drawn at random and checked see [ClopperPearson]. Of nothing it is all that can
// be, 0 to 1.
func NewShare(part, of int64) Share {
	s := Share{Part: part, Of: of}
	s.Low, s.High = wilson(float64(part), float64(of), 1)
	return s
}

// wilson returns the score interval of a share that is so many times as sure as
// one of n independent draws.
func wilson(part, of, surer float64) (low, high float64) {
	if of <= 0 {
		return 0, 1
	}
	n, p := of*surer, part/of
	middle := p + z*z/(2*n)
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	low, high = max((middle-half)/(1+z*z/n), 0), min((middle+half)/(1+z*z/n), 1)
	if part == 0 {
		low = 0
	}
	if part == of {
		high = 1
	}
	return low, high
}

// Value returns the share itself, 0 of nothing.
func (s Share) Value() float64 {
	if s.Of <= 0 {
		return 0
	}
	return float64(s.Part) / float64(s.Of)
}
