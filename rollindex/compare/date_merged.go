package compare

import "math"

// changes counts the values that changed between two snapshots next to each other,
// of all traits, by whether the leak has the older or the newer.
type changes struct{ older, newer int64 }

// merged reports whether the leak is much better explained as rows of two moments
// than as rows of one. A leak of one moment has the newer value of all that changed
// before it and the older of all that changed after, but for errors. One merged of
// rows of two has the newer of a constant share, that of its later rows, of what
// changed between the two. A share of errors much above that in the values that did
// not change would tell the one for the other.
func (m *moments) merged(errors [numTraits]float64) bool {
	n := m.snapshots - 1
	if n < 2 {
		return false
	}
	events := make([]changes, n)
	wrong, of := 0.0, 0.0
	for t := range m.cells {
		for i, c := range m.cells[t] {
			events[i].older += c.older
			events[i].newer += c.newer
			wrong += errors[t] * float64(c.older+c.newer)
			of += float64(c.older + c.newer)
		}
	}
	one, two := math.Inf(-1), math.Inf(-1)
	for _, e := range [...]float64{1e-4, 1e-3, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, mostErrors} {
		if e > max(mostlyWrong*wrong/max(of, 1), leastWrong) {
			break
		}
		before, after := prefix(events, 1-e), prefix(events, e)
		rest := func(i int) float64 { return after[n] - after[i] } // of the changes from i on
		for i, c := range events {                                 // the moment lies between snapshots i and i+1
			one = max(one, before[i]+c.share()+rest(i+1))
		}
		for w := 0.05; w < 0.96; w += 0.05 {
			mixed := prefix(events, (1-w)*(1-e)+w*e)
			for a := range n {
				for b := a + 2; b <= n; b++ {
					two = max(two, before[a]+mixed[b]-mixed[a]+rest(b))
				}
			}
		}
	}
	return two-one > better
}

// The errors in what changed are looked for up to so many times those in all
// values, and at least up to so many.
const (
	mostlyWrong = 3
	leastWrong  = 0.01
)

// share returns the log-likelihood of the changes under the share of newer values
// that suits them best.
func (c changes) share() float64 {
	p := float64(c.newer) / float64(max(c.newer+c.older, 1))
	return times(c.newer, p) + times(c.older, 1-p)
}

// prefix returns the log-likelihoods of the first 0, 1, 2 ... changes if newer
// values have the probability p.
func prefix(events []changes, p float64) []float64 {
	sums := make([]float64, len(events)+1)
	for i, c := range events {
		sums[i+1] = sums[i] + times(c.newer, p) + times(c.older, 1-p)
	}
	return sums
}
