package voterfile

import (
	"slices"
	"sync"

	"rollcheck/data/names"
)

// facts are what the tables of data/names say of a name. No facts are a name in none.
type facts uint32

const (
	factListed  facts = 1 << iota // in the tables
	factSurname                   // more often a surname
	factGiven                     // more often a first name
	factWoman                     // of twenty women, as a first name, and of hardly any man
	factMan
	factEarly // in fashion about 1940, and neither in 1970 nor since
	factLate  // in fashion about 1995, and neither in 1970 and before nor since
	numFacts  = iota
)

// factTable holds the facts of every name in the tables, which are 165,000: an open
// hash table whose entries are as many bits of a name's hash as there is room for, and its
// facts. A name is told here in a twentieth of the time that the tables themselves take,
// so that the names of every row can be.
type factTable [1 << 18]uint32

// known returns the table, which is made when it is first asked for.
var known = sync.OnceValue(func() *factTable {
	t := new(factTable)
	var n givenShares
	for f := range names.Firsts() {
		if f.Name != n.name { // listed for either sex
			t.put(&n)
			n = givenShares{name: f.Name}
		}
		for i, year := range generations {
			share := f.Share(year)
			n.given[i] += share
			n.sexes[map[byte]int{'F': woman, 'M': man}[f.Sex]] += share
		}
		n.earlier += f.Share(1930)
		n.later += f.Share(2007)
	}
	t.put(&n)
	for name := range names.Surnames() {
		if h := hashOf([]byte(name)); t.of(h) == 0 {
			t.add(h, factListed|factSurname)
		}
	}
	return t
})

// givenShares are how common a first name is: in each generation, and of either sex in all
// of them.
type givenShares struct {
	name  string
	given [len(generations)]float64
	sexes [2]float64

	earlier, later float64 // in 1930 and 2007
}

// fashion says when nearly all bearers of the name were born, wherever that was: a name that
// only came with immigrants is rare among those born early in the country too, but does not
// fall out of fashion.
func (n *givenShares) fashion() facts {
	const clearly = 4
	middle, old, young := n.given[0], n.given[1], n.given[2]
	switch {
	case max(n.earlier, old) > clearly*max(middle, young):
		return factEarly
	case young > clearly*max(old, middle) && 2*young > 3*n.later:
		return factLate
	}
	return 0
}

// put adds a first name that is so common.
func (t *factTable) put(n *givenShares) {
	name, given := n.name, slices.Max(n.given[:])
	if given == 0 { // in generations that are not asked for
		return
	}
	f := factListed
	const sexed = 20
	switch {
	case n.sexes[woman] > sexed*n.sexes[man]:
		f |= factWoman
	case n.sexes[man] > sexed*n.sexes[woman]:
		f |= factMan
	}
	f |= n.fashion()
	last, listed := names.SurnameShare(name)
	if !listed {
		last = 0
	}
	switch kindOf(last, given) {
	case surname:
		f |= factSurname
	case givenName:
		f |= factGiven
	}
	t.add(hashOf([]byte(name)), f)
}

func (t *factTable) add(h uint64, f facts) {
	i := h % uint64(len(t))
	for t[i] != 0 {
		i = (i + 1) % uint64(len(t))
	}
	t[i] = hashBits(h) | uint32(f)
}

// of returns the facts of the canonical name with that hash.
func (t *factTable) of(h uint64) facts {
	for i := h % uint64(len(t)); t[i] != 0; i = (i + 1) % uint64(len(t)) {
		if e := t[i]; e&^(1<<numFacts-1) == hashBits(h) {
			return facts(e & (1<<numFacts - 1))
		}
	}
	return 0
}

// hashBits returns the bits of a hash that an entry holds.
func hashBits(h uint64) uint32 { return uint32(h>>32) &^ (1<<numFacts - 1) }
