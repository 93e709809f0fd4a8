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
	numFacts    = iota
)

// factTable holds the facts of every name in the tables, which are 165,000: an open
// hash table whose entries are as many bits of a name's hash as there is room for, and its
// facts. A name is told here in a twentieth of the time that the tables themselves take,
// so that the names of every row can be.
type factTable [1 << 18]uint32

// known returns the table, which is made when it is first asked for.
var known = sync.OnceValue(func() *factTable {
	t := new(factTable)
	name, given := "", [len(generations)]float64{}
	for f := range names.Firsts() {
		if f.Name != name { // listed for either sex
			t.put(name, slices.Max(given[:]))
			name, given = f.Name, [len(generations)]float64{}
		}
		for i, year := range generations {
			given[i] += f.Share(year)
		}
	}
	t.put(name, slices.Max(given[:]))
	for name := range names.Surnames() {
		if h := hashOf([]byte(name)); t.of(h) == 0 {
			t.add(h, factListed|factSurname)
		}
	}
	return t
})

// put adds a first name that is so common.
func (t *factTable) put(name string, given float64) {
	if given == 0 { // in generations that are not asked for
		return
	}
	f := factListed
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
