package diff

import (
	"math"
	"math/bits"
)

const (
	sketchBits  = 12
	sketchWords = 1 << sketchBits
	sketchMax   = 64 - sketchBits + 1
)

// sketch estimates how many different hashes it has seen: HyperLogLog (Flajolet,
// Fusy, Gandouet and Meunier 2007, "HyperLogLog: the analysis of a near-optimal
// cardinality estimation algorithm", AofA: 127-146). Its standard error is
// 1.04/sqrt(4096), 1.6 %.
type sketch [sketchWords]uint8

func (s *sketch) add(h uint64) {
	at := h >> (64 - sketchBits)
	rank := uint8(bits.LeadingZeros64(h<<sketchBits|1<<(sketchBits-1))) + 1
	s[at] = max(s[at], rank)
}

func (s *sketch) merge(o *sketch) {
	for i, r := range o {
		s[i] = max(s[i], r)
	}
}

// estimate is the improved raw estimator of Ertl (2017, "New cardinality estimation
// algorithms for HyperLogLog sketches", arXiv 1702.01284, algorithm 6), which needs
// no table of biases for small numbers.
func (s *sketch) estimate() float64 {
	const m = float64(sketchWords)
	var count [sketchMax + 1]float64
	for _, r := range s {
		count[r]++
	}
	z := m * tau(1-count[sketchMax]/m)
	for k := sketchMax - 1; k >= 1; k-- {
		z = (z + count[k]) / 2
	}
	return m * m / (2 * math.Ln2 * (z + m*sigma(count[0]/m)))
}

func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	y, z := 1.0, x
	for {
		x *= x
		before := z
		z += x * y
		y += y
		if z == before {
			return z
		}
	}
}

func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	y, z := 1.0, 1-x
	for {
		x = math.Sqrt(x)
		before := z
		y /= 2
		z -= (1 - x) * (1 - x) * y
		if z == before {
			return z / 3
		}
	}
}
