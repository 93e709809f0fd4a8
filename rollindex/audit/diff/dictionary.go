package diff

import (
	"sync"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/voterfile"
)

// maxEntries bounds a dictionary: a column that has more values is not one of
// counties or statuses, and the others count as one.
const maxEntries = 8191

// dictionary numbers the counties or statuses of both files, so that what two
// layouts say of one in two ways has one number. Number 0 is of no value, and 1 of
// those beyond the bound.
type dictionary struct {
	mu      sync.Mutex
	numbers map[string]uint16 // by the word for it
	entries []entry
}

// entry is one of them: what it is called, and how many rows of each file have it.
type entry struct {
	name string
	rows [2]int64
}

func newDictionary() *dictionary {
	return &dictionary{numbers: map[string]uint16{}, entries: make([]entry, 2)}
}

// number returns the number of a word, and keeps the first in order of the names
// that go with it, whichever was met first.
func (d *dictionary) number(word, name string) uint16 {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, ok := d.numbers[word]
	switch {
	case ok:
		if name < d.entries[n].name {
			d.entries[n].name = name
		}
		return n
	case len(d.entries) > maxEntries || word == "":
		return 1
	}
	n = uint16(len(d.entries))
	d.numbers[word] = n
	d.entries = append(d.entries, entry{name: name})
	return n
}

// count adds the rows of a file.
func (d *dictionary) count(file int, rows []int64) {
	for n, k := range rows {
		d.entries[n].rows[file] += k
	}
}

// reader numbers the values of one column in one goroutine.
type dictionaryReader struct {
	of      *dictionary
	role    field.Role
	layouts []*layouts.Layout   // by member
	known   []map[string]uint16 // by member, by value
	rows    []int64             // by number
	last    []byte              // the value before, since rows often stand by county
	member  int                 // that it is of
	number  uint16              // and its number
}

func (d *dictionary) reader(role field.Role, members []voterfile.Member) *dictionaryReader {
	r := &dictionaryReader{of: d, role: role, rows: make([]int64, 2), member: -1}
	for _, m := range members {
		r.layouts, r.known = append(r.layouts, m.Match.Layout), append(r.known, map[string]uint16{})
	}
	return r
}

// read returns the number of what a row has, and counts the row.
func (r *dictionaryReader) read(rec *voterfile.Record) uint16 {
	b := rec.Value(r.role)
	if b == nil {
		r.rows[0]++
		return 0
	}
	if rec.Member != r.member || string(b) != string(r.last) {
		r.number = r.find(rec.Member, b)
		r.last, r.member = append(r.last[:0], b...), rec.Member
	}
	r.rows[r.number]++
	return r.number
}

func (r *dictionaryReader) find(member int, b []byte) uint16 {
	n, ok := r.known[member][string(b)]
	if ok {
		return n
	}
	name, word := compare.Meaning(r.layouts[member], r.role, string(b))
	n = r.of.number(word, name)
	if len(r.known[member]) <= maxEntries {
		r.known[member][string(b)] = n
	}
	for len(r.rows) <= int(n) {
		r.rows = append(r.rows, 0)
	}
	return n
}

func (r *dictionaryReader) add(o *dictionaryReader) {
	for len(r.rows) < len(o.rows) {
		r.rows = append(r.rows, 0)
	}
	for n, k := range o.rows {
		r.rows[n] += k
	}
}
