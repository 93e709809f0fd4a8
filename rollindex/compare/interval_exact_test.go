package compare

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Clopper and Pearson's limits are those shares at which a binomial tail is 2.5 %,
// which this checks by adding up the tail; and a few published ones.
func TestClopperPearsonByItsTails(t *testing.T) {
	tail := func(from, to, n int64, p float64) (sum float64) {
		for k := from; k <= to; k++ {
			sum += math.Exp(logChoose(float64(n), float64(k)) + times(k, p) + times(n-k, 1-p))
		}
		return sum
	}
	for _, n := range []int64{1, 2, 10, 73, 200, 1500} {
		for _, x := range []int64{0, 1, n / 3, n / 2, n - 1, n} {
			s := ClopperPearson(x, n)
			if x > 0 && math.Abs(tail(x, n, n, s.Low)-0.025) > 1e-7 || x == 0 && s.Low != 0 {
				t.Errorf("%d of %d: low %v has a tail of %v", x, n, s.Low, tail(x, n, n, s.Low))
			}
			if x < n && math.Abs(tail(0, x, n, s.High)-0.025) > 1e-7 || x == n && s.High != 1 {
				t.Errorf("%d of %d: high %v has a tail of %v", x, n, s.High, tail(0, x, n, s.High))
			}
		}
	}
	if s := ClopperPearson(0, 0); s.Low != 0 || s.High != 1 {
		t.Errorf("of nothing: %v", s)
	}
	// With no event in n the upper limit is 1-0.025^(1/n), in closed form.
	if s := ClopperPearson(0, 20); math.Abs(s.High-(1-math.Pow(0.025, 1.0/20))) > 1e-12 {
		t.Errorf("0 of 20: %v", s)
	}
}

// What the interval is for: the true share of a sample is in it 95 times of 100 or
// more often, small ones included.
func TestClopperPearsonCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int64{20, 200} {
		for _, p := range []float64{0.01, 0.1, 0.5} {
			in := 0
			const trials = 1000
			for range trials {
				x := int64(0)
				for range n {
					if rng.Float64() < p {
						x++
					}
				}
				if s := ClopperPearson(x, n); s.Low <= p && p <= s.High {
					in++
				}
			}
			if in < trials*94/100 {
				t.Errorf("n %d, p %v: inside in %d of %d", n, p, in, trials)
			}
		}
	}
}

// Limits hold for whatever they are asked.
func FuzzClopperPearson(f *testing.F) {
	f.Add(int64(3), int64(10))
	f.Add(int64(0), int64(1))
	f.Add(int64(1<<40), int64(1<<41))
	f.Fuzz(func(t *testing.T, x, n int64) {
		n &= 1<<41 - 1
		if n > 0 {
			x = (x & math.MaxInt64) % (n + 1)
		}
		s := ClopperPearson(x, n)
		if !(s.Low >= 0 && s.Low <= s.High && s.High <= 1) || n > 0 && (s.Value() < s.Low-1e-9 || s.Value() > s.High+1e-9) {
			t.Errorf("%d of %d: %v to %v", x, n, s.Low, s.High)
		}
	})
}
