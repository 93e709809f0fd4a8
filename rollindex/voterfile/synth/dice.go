package synth

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// A stream is an independent source of chance for one purpose, so that what is
// drawn for one never shifts what is drawn for another.
type stream uint64

const (
	streamFamily  stream = iota + 1 // keyed by household
	streamVitals                    // keyed by person
	streamGiven                     // keyed by person
	streamSurname                   // keyed by person
	streamLife                      // keyed by person
	streamHome                      // keyed by owner of an address
	streamAddress                   // keyed by owner and move
	streamFile                      // keyed by person: what the file makes of them
	streamNoise                     // keyed by person
	streamSample                    // keyed by person
	streamTurnout                   // keyed by person and election
	streamPlace                     // keyed by place
	streamSecret                    // keyed by person
)

// dice draws from one stream. PCG is a fixed algorithm (math/rand/v2), so a
// seed means the same people in every release of Go.
type dice struct{ pcg rand.PCG }

// mix is the finaliser of splitmix64, which spreads neighbouring keys apart.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// seed returns the starting state of a stream for a key.
func seedOf(seed uint64, s stream, key uint64) (uint64, uint64) {
	a := mix(seed + uint64(s)*0x9e3779b97f4a7c15)
	return a, mix(a ^ mix(key+0x9e3779b97f4a7c15))
}

func newDice(seed uint64, s stream, key uint64) dice {
	a, b := seedOf(seed, s, key)
	return dice{*rand.NewPCG(a, b)}
}

// coin is a single draw in [0, 1) for a key.
func coin(seed uint64, s stream, key uint64) float64 {
	_, b := seedOf(seed, s, key)
	return float64(b>>11) / (1 << 53)
}

func (d *dice) float() float64 { return float64(d.pcg.Uint64()>>11) / (1 << 53) }

// n draws from [0, n).
func (d *dice) n(n int) int {
	hi, _ := bits.Mul64(d.pcg.Uint64(), uint64(n))
	return int(hi)
}

func (d *dice) chance(p float64) bool { return d.float() < p }

// between draws from [lo, hi].
func (d *dice) between(lo, hi int) int { return lo + d.n(hi-lo+1) }

// after draws the waiting time, in days, for something that happens at a rate a year.
func (d *dice) after(rate float64) day {
	return day(min(-math.Log(1-d.float())/rate, 400) * daysPerYear)
}

// alias draws an index by weight in constant time (Walker 1977, Vose 1991).
type alias []struct {
	cut   uint32 // up to this: the index itself
	other uint32 // else: this one
}

func newAlias(weights []float64) alias {
	n := len(weights)
	var sum float64
	for _, w := range weights {
		sum += w
	}
	a := make(alias, n)
	scaled := make([]float64, n)
	var small, large []int
	for i, w := range weights {
		if scaled[i] = w / sum * float64(n); scaled[i] < 1 {
			small = append(small, i)
		} else {
			large = append(large, i)
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		a[s].cut, a[s].other = uint32(scaled[s]*math.MaxUint32), uint32(l)
		if scaled[l] -= 1 - scaled[s]; scaled[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	for _, i := range append(small, large...) { // 1 but for rounding
		a[i].cut, a[i].other = math.MaxUint32, uint32(i)
	}
	return a
}

func (a alias) pick(d *dice) int {
	u := d.pcg.Uint64()
	i := (u >> 32) * uint64(len(a)) >> 32
	if uint32(u) <= a[i].cut {
		return int(i)
	}
	return int(a[i].other)
}

// choice is a weighted list of words.
type choice struct {
	words []string
	alias alias
}

type weighted struct {
	word   string
	weight float64
}

func newChoice(list []weighted) choice {
	c := choice{words: make([]string, len(list))}
	weights := make([]float64, len(list))
	for i, w := range list {
		c.words[i], weights[i] = w.word, w.weight
	}
	c.alias = newAlias(weights)
	return c
}

func (c *choice) pick(d *dice) string { return c.words[c.alias.pick(d)] }
