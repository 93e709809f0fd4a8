package exposure

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"testing"

	"rollcheck/data/names"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
)

// Population draws fictional people from the tables of names, years of birth
// and ZIP codes, each independently.
type Population struct {
	rng    *rand.Rand
	lasts  table
	firsts [names.Bands]table
	years  table
	zips   table
}

// table draws names in proportion to their counts.
type table struct {
	names []string
	upTo  []float64
}

func (t *table) add(name string, n float64) {
	if len(t.upTo) > 0 {
		n += t.upTo[len(t.upTo)-1]
	}
	t.names, t.upTo = append(t.names, name), append(t.upTo, n)
}

func (t *table) draw(rng *rand.Rand) string {
	return t.names[sort.SearchFloat64s(t.upTo, rng.Float64()*t.upTo[len(t.upTo)-1])]
}

// NewPopulation returns the population of a state, always the same.
func NewPopulation(state string) *Population {
	p := &Population{rng: rand.New(rand.NewPCG(1, 2))}
	for name, n := range names.Surnames() {
		p.lasts.add(name, float64(n))
	}
	for f := range names.Firsts() {
		for b, n := range f.Births {
			if n > 0 {
				p.firsts[b].add(f.Name, float64(n)) // boys outnumber girls by little
			}
		}
	}
	for y := 1920; y <= 2002; y++ {
		p.years.add(fmt.Sprint(y), names.BirthYearShare(y, 2020))
	}
	for z := range names.ZIPs(state) {
		p.zips.add(z.Code, names.ZIPShare(z.Code, []string{state}))
	}
	return p
}

// Person draws one.
func (p *Population) Person() Person {
	year := p.years.draw(p.rng)
	var y int
	fmt.Sscan(year, &y)
	return Person{
		Last: p.lasts.draw(p.rng), First: p.firsts[names.Band(y)].draw(p.rng), Middle: string(rune('A' + p.rng.IntN(26))),
		BirthDate: fmt.Sprintf("%s-%02d-%02d", year, 1+p.rng.IntN(12), 1+p.rng.IntN(28)),
		ZIP:       p.zips.draw(p.rng),
		Address:   fmt.Sprintf("%d Example St", 1+p.rng.IntN(2000)),
	}
}

// TestOddsOfPopulation holds the model, less its factor for dependence, against
// the chance hits measured on 7.5 million voters of North Carolina generated
// from the same tables: the share of outsiders whose key is there.
func TestOddsOfPopulation(t *testing.T) {
	racetest.LeaveOut(t) // a population of millions is drawn
	nc := info(7_500_000, 7_500_000, "name-dob:7500000 name-yob-zip:7500000 name-zip:7500000")
	nc.Jurisdictions, nc.AsOf = []string{"US-NC"}, "2020-01-01"
	d := newDataset(&nc, "")
	p := NewPopulation("NC")
	const roll, outsiders = 200_000, 40_000
	present := make(map[string]bool)
	var pl planner
	for range roll {
		pl.reset()
		person := p.Person()
		q := pl.plan(&person)
		g := grader{inputs: pl.inputs}
		present[string(g.asked(&q, hashing.NameZIP)[0].X)] = true
	}
	var o odds
	model := make(map[hashing.KeyType]float64)
	var hits, expected float64
	for range outsiders {
		pl.reset()
		person := p.Person()
		q := pl.plan(&person)
		g := grader{inputs: pl.inputs}
		for _, key := range []hashing.KeyType{hashing.NameDOB, hashing.NameYOBZIP, hashing.NameZIP} {
			first := g.asked(&q, key)[:1]
			e := o.namesakes(d, first, int(q.birth.Year)) / dependence
			model[key] += (1 - math.Exp(-e)) / outsiders
			if key == hashing.NameZIP {
				expected += 1 - math.Exp(-e*roll/d.people/unevenZIP) // ZIP codes are even here
				if present[string(first[0].X)] {
					hits++
				}
			}
		}
	}
	for key, measured := range map[hashing.KeyType]float64{hashing.NameDOB: 0.00075, hashing.NameYOBZIP: 0.00068, hashing.NameZIP: 0.024} {
		t.Logf("%s: %.5f by the model, %.5f measured", key, model[key], measured)
		if model[key] < measured/2 || model[key] > measured*2 {
			t.Errorf("%s: the model says %.5f, measured were %.5f", key, model[key], measured)
		}
	}
	t.Logf("name-zip in a roll of %d: %.0f hits, %.1f expected", roll, hits, expected)
	if sd := math.Sqrt(expected); hits < expected/1.5-3*sd || hits > expected*1.5+3*sd {
		t.Errorf("%.0f hits, %.1f expected", hits, expected)
	}
}
