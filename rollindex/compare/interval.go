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
// A comparison counts whole files, so that the interval says how far the share
// would move if the rows were a sample of the same source. Of nothing it is all
// that can be, 0 to 1.
func NewShare(part, of int64) Share {
	if of <= 0 {
		return Share{part, of, 0, 1}
	}
	n := float64(of)
	p := float64(part) / n
	middle := p + z*z/(2*n)
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	low, high := (middle-half)/(1+z*z/n), (middle+half)/(1+z*z/n)
	if part == 0 {
		low = 0
	}
	if part == of {
		high = 1
	}
	return Share{part, of, max(low, 0), min(high, 1)}
}

// Value returns the share itself, 0 of nothing.
func (s Share) Value() float64 {
	if s.Of <= 0 {
		return 0
	}
	return float64(s.Part) / float64(s.Of)
}
