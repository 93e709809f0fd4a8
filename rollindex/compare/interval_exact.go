package compare

import "math"

// ClopperPearson returns part of so many with the exact interval of Clopper and
// Pearson (1934, "The use of confidence or fiducial limits illustrated in the case
// of the binomial", Biometrika 26: 404-413): the shares that a two-sided binomial
// test at 5 % would not reject. It is for samples: it covers the true share in at
// least 95 % of them, and of small ones in more. Of nothing it is 0 to 1.
func ClopperPearson(part, of int64) Share {
	low, high := clopperPearson(float64(part), float64(of))
	return Share{part, of, low, high}
}

// clopperPearson takes counts that need not be whole, as effective ones of a
// stratified sample are not. Its limits are quantiles of beta distributions:
//
//	low  = B(0.025; x, n-x+1)    high = B(0.975; x+1, n-x)
func clopperPearson(x, n float64) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	low, high = 0, 1
	if x > 0 {
		low = betaQuantile(0.025, x, n-x+1)
	}
	if x < n {
		high = betaQuantile(0.975, x+1, n-x)
	}
	return low, high
}

// betaQuantile returns the x at which the regularised incomplete beta function is
// p. The function rises, so that halving finds it.
func betaQuantile(p, a, b float64) float64 {
	low, high := 0.0, 1.0
	for range 64 {
		middle := (low + high) / 2
		if betaShare(middle, a, b) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// betaShare returns the regularised incomplete beta function I_x(a, b), by its
// continued fraction (NIST Digital Library of Mathematical Functions, 8.17.22),
// which converges fast below the mean; above it I_x(a,b) = 1 - I_1-x(b,a) (8.17.4).
func betaShare(x, a, b float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - betaShare(1-x, b, a)
	}
	ab, _ := math.Lgamma(a + b)
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	front := math.Exp(ab - la - lb + a*math.Log(x) + b*math.Log1p(-x))
	return front / a / betaFraction(x, a, b)
}

// betaFraction returns 1 + d1/(1 + d2/(1 + ...)) of 8.17.22, by the algorithm of
// Lentz (1976, Applied Optics 15: 668-671), with a small number for a zero as
// Thompson and Barnett (1986) have it.
func betaFraction(x, a, b float64) float64 {
	const tiny, enough = 1e-300, 1e-15
	f, c, d := 1.0, 1.0, 0.0
	for i := 1; i < 100_000; i++ {
		m := float64(i / 2)
		var term float64
		if i%2 == 0 {
			term = m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		} else {
			term = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		if d = 1 + term*d; d == 0 {
			d = tiny
		}
		if c = 1 + term/c; c == 0 {
			c = tiny
		}
		d = 1 / d
		f *= c * d
		if math.Abs(c*d-1) < enough {
			break
		}
	}
	return f
}
