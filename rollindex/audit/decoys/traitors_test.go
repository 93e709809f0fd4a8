package decoys

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"rollcheck/internal/racetest"
)

var traitorsFull = flag.Bool("traitors-full", false, "print the whole table of scripts/traitors")

// A strategy says whether a shared decoy is in what colluders make of their copies, by
// how many of them have it.
type strategy struct {
	name string
	in   func(have, of int, rng *rand.Rand) bool
}

// strategies keep every colluder's rows, those of all, those of most, or each as often
// as colluders have it; the last is a copy taken row by row of any of them.
var strategies = []strategy{
	{"union", func(have, _ int, _ *rand.Rand) bool { return have > 0 }},
	{"intersection", func(have, of int, _ *rand.Rand) bool { return have == of }},
	{"majority", func(have, of int, _ *rand.Rand) bool { return 2*have > of }},
	{"random", func(have, of int, rng *rand.Rand) bool { return rng.IntN(of) < have }},
}

// trial is what is simulated: codes, not files. Controls are hit by chance at a rate
// of one in ten thousand, and so is every decoy.
type trial struct {
	recipients, owned, pool, controls int
	colluders, madeFor                int
	share                             float64 // of the rows that are in the leak
	strategy                          strategy
}

const chanceHit = 1e-4

// run reports whether a colluder was named, and whether anybody else was.
func (t *trial) run(rng *rand.Rand) (named, wrongly bool) {
	biases := Biases(max(t.madeFor, 2))
	leak := Leak{Controls: t.controls, Bias: make([]float64, t.pool), Hit: make([]bool, t.pool)}
	evidence := make([]Evidence, t.recipients)
	for j := range leak.Bias {
		leak.Bias[j] = drawBias(biases, rng)
	}
	for i := range evidence {
		evidence[i].Owned = t.owned
		if t.pool > 0 {
			evidence[i].Carried = make([]bool, t.pool)
		}
		for j := range leak.Bias {
			evidence[i].Carried[j] = rng.Float64() < leak.Bias[j]
		}
	}
	leaks := func(have int) bool {
		return t.strategy.in(have, t.colluders, rng) && rng.Float64() < t.share || rng.Float64() < chanceHit
	}
	for i := rng.ExpFloat64(); i < float64(t.controls)*chanceHit; i += rng.ExpFloat64() { // Poisson, as rare events are
		leak.ControlHits++
	}
	for i := range evidence {
		for range t.owned {
			have := 0
			if i < t.colluders {
				have = 1
			}
			if leaks(have) {
				evidence[i].OwnedHits++
			}
		}
	}
	for j := range leak.Bias {
		have := 0
		for i := range t.colluders {
			if evidence[i].Carried[j] {
				have++
			}
		}
		leak.Hit[j] = leaks(have)
	}
	for i, v := range Judge(&leak, evidence, t.recipients) {
		named = named || v.Named && i < t.colluders
		wrongly = wrongly || v.Named && i >= t.colluders
	}
	return named, wrongly
}

// rates runs a trial many times.
func (t *trial) rates(runs int, seed uint64) (named, wrongly float64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for range runs {
		n, w := t.run(rng)
		if n {
			named++
		}
		if w {
			wrongly++
		}
	}
	return named / float64(runs), wrongly / float64(runs)
}

// TestTraitors holds what DECOYS.md promises, and prints its table when asked for the
// whole.
func TestTraitors(t *testing.T) {
	racetest.LeaveOut(t)
	runs := 200
	if *traitorsFull {
		runs = 1000
		fmt.Print("\n| decoys | leak of 50 % | 10 % | 5 % | 1 % |\n| --- | --- | --- | --- | --- |\n")
		for _, n := range []int{11, 32, 64, 130, 300, 662} {
			fmt.Printf("| %d | %.4f | %.4f | %.4f | %.4f |\n", n, Survive(n, 0.5), Survive(n, 0.1), Survive(n, 0.05), Survive(n, 0.01))
		}
		fmt.Print("\n| mode | decoys in a copy | colluders | leak | strategy | a colluder named | anybody else |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	}
	sizes := []struct{ owned, pool int }{{130, 0}, {65, 130}, {500, 1000}}
	if *traitorsFull {
		sizes = []struct{ owned, pool int }{{64, 0}, {130, 0}, {662, 0}, {65, 130}, {250, 500}, {1000, 2000}}
	}
	for _, size := range sizes {
		for colluders := 1; colluders <= 3; colluders++ {
			for _, share := range []float64{1, 0.1, 0.05, 0.01} {
				for s, strategy := range strategies {
					if colluders == 1 && s > 0 || !*traitorsFull && share < 0.1 {
						continue
					}
					tr := trial{recipients: 20, owned: size.owned, pool: size.pool, controls: numControls, colluders: colluders, madeFor: colluders, share: share, strategy: strategy}
					if !*traitorsFull {
						tr.controls = 2000
					}
					named, wrongly := tr.rates(runs, uint64(colluders))
					if wrongly > 0.005 {
						t.Errorf("%+v: somebody else is named in %.3f of the runs", tr, wrongly)
					}
					if *traitorsFull {
						mode := "single-owner"
						if size.pool > 0 {
							mode = fmt.Sprintf("shared, pool %d", size.pool)
						}
						fmt.Printf("| %s | %d | %d | %g %% | %s | %.3f | %.3f |\n", mode, size.owned+size.pool/2, colluders, share*100, strategy.name, named, wrongly)
						continue
					}
					if size.pool == 1000 && colluders < 3 && named < 0.95 {
						t.Errorf("%+v: a colluder is named in %.3f of the runs", tr, named)
					}
				}
			}
		}
	}
}
