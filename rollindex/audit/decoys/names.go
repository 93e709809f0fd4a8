package decoys

import (
	"math/rand/v2"
	"sort"
	"sync"

	"rollcheck/data/names"
)

// sampler draws names by how common they are. Its names are sorted, so that one can
// be drawn from a stretch of the alphabet.
type sampler struct {
	names []string
	sums  []float64 // of the weights of the names up to each
}

func (s *sampler) add(name string, weight float64) {
	if n := len(s.sums); n > 0 {
		weight += s.sums[n-1]
	}
	s.names, s.sums = append(s.names, name), append(s.sums, weight)
}

// draw draws a name between two, themselves included; "" for either is no bound. It
// returns "" if there is none.
func (s *sampler) draw(rng *rand.Rand, from, to string) string {
	lo, hi := sort.SearchStrings(s.names, from), len(s.names)
	if to != "" {
		hi = sort.SearchStrings(s.names, to)
		if hi < len(s.names) && s.names[hi] == to {
			hi++
		}
	}
	if lo >= hi {
		return ""
	}
	before := 0.0
	if lo > 0 {
		before = s.sums[lo-1]
	}
	u := before + rng.Float64()*(s.sums[hi-1]-before)
	return s.names[min(lo+sort.Search(hi-lo, func(i int) bool { return s.sums[lo+i] > u }), hi-1)]
}

// surnameSampler draws surnames as the census counted them.
var surnameSampler = sync.OnceValue(func() *sampler {
	s := &sampler{}
	for name, n := range names.Surnames() {
		if name != "" {
			s.add(name, float64(n))
		}
	}
	return s
})

// firstSamplers draw first names as they were given to one sex in one five years.
type firstSamplers struct{ made map[[2]int]*sampler }

func (f *firstSamplers) of(sex byte, year int) *sampler {
	if year == 0 {
		year = 1970
	}
	at := [2]int{int(sex), names.Band(year)}
	if s := f.made[at]; s != nil {
		return s
	}
	s := &sampler{}
	for n := range names.Firsts() {
		if n.Sex == sex && n.Births[at[1]] > 0 {
			s.add(n.Name, float64(n.Births[at[1]]))
		}
	}
	if f.made == nil {
		f.made = map[[2]int]*sampler{}
	}
	f.made[at] = s
	return s
}
