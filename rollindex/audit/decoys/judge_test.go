package decoys

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The biases are the nodes of the quadrature on [0, 1], with its weights over
// sqrt(p(1-p)), worked out by hand: for 5 and 6 colluders, 5/9 over 0.1^(1/2) twice and 8/9
// over 1/2.
func TestBiases(t *testing.T) {
	for c, want := range map[int][]Bias{
		2: {{0.5, 1}},
		4: {{0.21132, 0.5}, {0.78868, 0.5}},
		6: {{0.11270, 0.33201}, {0.5, 0.33597}, {0.88730, 0.33201}},
		8: {{0.06943, 0.24833}, {0.33001, 0.25167}, {0.66999, 0.25167}, {0.93057, 0.24833}},
	} {
		for _, colluders := range []int{c - 1, c} {
			got := Biases(colluders)
			if len(got) != len(want) {
				t.Fatalf("%d colluders have %v", colluders, got)
			}
			for i := range got {
				if math.Abs(got[i].P-want[i].P) > 1e-5 || math.Abs(got[i].Weight-want[i].Weight) > 1e-5 {
					t.Errorf("%d colluders: bias %d is %v, want %v", colluders, i, got[i], want[i])
				}
			}
		}
	}
}

func TestOwnedTail(t *testing.T) {
	for _, c := range []struct {
		hits, planted, controlHits, controls int
		want                                 float64
	}{
		{0, 10, 0, 10, 1},
		{1, 10, 0, 10, 0.5},
		{2, 10, 0, 10, 45.0 / 190},
		{1, 3, 1, 5, 1 - 10.0/28}, // none of the two: C(5,2)/C(8,2)
		{3, 3, 5, 5, 1},
		{2, 130, 0, 20000, 130 * 129 / (20130.0 * 20129)},
	} {
		if got := OwnedTail(c.hits, c.planted, c.controlHits, c.controls); math.Abs(got-c.want) > 1e-9*c.want {
			t.Errorf("%+v: %g", c, got)
		}
	}
}

// The tail is the share of all copies that score as high, counted one by one.
func TestSharedTail(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, colluders := range []int{2, 4, 6, 8} {
		bias, hit, carried := make([]float64, 10), make([]bool, 10), make([]bool, 10)
		for j := range bias {
			bias[j], hit[j] = drawBias(Biases(colluders), rng), j != 4
			carried[j] = rng.Float64() < bias[j]
		}
		carried[0] = true
		score := func(bits int) (s, p float64) {
			p = 1
			for j, b := range bias {
				has := bits>>j&1 == 1
				if has {
					p *= b
				} else {
					p *= 1 - b
				}
				switch {
				case !hit[j]:
				case has:
					s += math.Sqrt((1 - b) / b)
				default:
					s -= math.Sqrt(b / (1 - b))
				}
			}
			return s, p
		}
		own := 0
		for j, has := range carried {
			if has {
				own |= 1 << j
			}
		}
		least, _ := score(own)
		want := 0.0
		for bits := range 1 << len(bias) {
			if s, p := score(bits); s >= least-1e-9 {
				want += p
			}
		}
		if got := SharedTail(bias, hit, carried); math.Abs(got-want) > 1e-9 {
			t.Errorf("against %d: %g, want %g", colluders, got, want)
		}
	}
}

// With research's counts at least two survive with 99 %.
func TestSurvive(t *testing.T) {
	for share, n := range map[float64]int{0.5: 11, 0.1: 64, 0.05: 130, 0.01: 662} {
		if Survive(n, share) < 0.99 || Survive(n-2, share) >= 0.99 {
			t.Errorf("%d at %g: %g", n, share, Survive(n, share))
		}
	}
}

// A probability is never understated.
func TestProbability(t *testing.T) {
	for p, want := range map[float64]string{1: "1", 0.5: "0.5", 0.00012: "0.00012", 0.0001201: "0.00013", 0.034: "0.034", 0.0991: "0.1", 1e-12: "under 0.000000001"} {
		if got := Probability(p); got != want {
			t.Errorf("%g is %q, want %q", p, got, want)
		}
	}
}
