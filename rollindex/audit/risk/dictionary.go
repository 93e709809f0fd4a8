package risk

import (
	"strings"
	"sync"
)

// dictionary numbers values that are few, such as parties and precincts: 0 is that of
// no value, and the greatest number that of every value beyond those there is room
// for. Numbers depend on who reads what first, and nothing that is told does.
type dictionary struct {
	mu     sync.Mutex
	of     map[string]uint32
	values []string
	last   uint32 // the greatest number
	over   bool   // there were more values
}

// maxValue bounds the length of a value: no party has a longer name, and whoever
// writes notes into its column is not to fill the memory.
const maxValue = 100

func newDictionary(bits uint) *dictionary {
	return &dictionary{of: map[string]uint32{"": 0}, values: []string{""}, last: 1<<bits - 1}
}

func (d *dictionary) number(value string) uint32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n, ok := d.of[value]; ok {
		return n
	}
	n := uint32(len(d.values))
	if n >= d.last || len(value) > maxValue {
		d.over = true
		return d.last
	}
	d.of[value], d.values = n, append(d.values, value)
	return n
}

// full reports whether there were more values than room.
func (d *dictionary) full() bool { return d.over }

// len is one more than the greatest number that was given.
func (d *dictionary) len() int {
	if d.over {
		return int(d.last) + 1
	}
	return len(d.values)
}

// names returns the values by number.
func (d *dictionary) names() []string { return d.values }

// reader is a dictionary in the hands of one goroutine.
type reader struct {
	d  *dictionary
	of map[string]uint32
}

func (d *dictionary) reader() *reader { return &reader{d, map[string]uint32{}} }

func (r *reader) number(value []byte) uint32 {
	if n, ok := r.of[string(value)]; ok {
		return n
	}
	n := r.d.number(string(value))
	if n != r.d.last { // or the map grows with the rows
		r.of[string(value)] = n
	}
	return n
}

// cutPlace undoes what placeOf joined.
func cutPlace(place string) (county, precinct string) {
	county, precinct, _ = strings.Cut(place, "\x00")
	return county, precinct
}
