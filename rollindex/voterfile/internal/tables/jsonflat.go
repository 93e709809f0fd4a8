package tables

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
)

// A flattening makes rows of objects that hold objects: the column of a value is
// named by the keys that lead to it, joined by points ("address.zip"). It is what
// JSON and BSON have in common.
//
//   - Arrays of single values become one value, joined by "; ".
//   - Of an array whose first element is an object, the first four elements get
//     columns of their own ("phones.0.number" to "phones.3.number").
//   - Of a key that is repeated in an object, and of two values of one column,
//     the first counts.
type flattening struct {
	root  *flatNode
	names []string       // of the columns, in order of first appearance
	byKey map[string]int // name to column
	fixed bool           // columns and nodes are as surveyed; others are passed over

	row    uint64     // the number of the row being read
	cells  []flatCell // by column
	values []byte     // of the row
	size   *int       // of all names, in bytes
	err    error      // the bounds were exceeded
}

// flatNode is a place in the objects of a table: a path of keys.
type flatNode struct {
	path   string
	key    string
	at     int // among the keys of its object
	keys   []*flatNode
	byKey  map[string]*flatNode
	hint   int    // objects mostly have the same keys in the same order: the next one
	row    uint64 // the last row that had it
	column int    // -1 as long as no value was there
	wide   bool   // an array there is known to be a table besides
}

// flatCell is where in values the value of a column is, if row is the one being read.
type flatCell struct {
	start, end int
	row        uint64
}

const (
	flatColumns  = 10000   // bounds the columns of a table
	flatElements = 4       // of an array of objects get columns
	flatDepth    = 100     // bounds nesting, as BSON does
	flatJoin     = "; "    // between the values of an array
	flatNames    = 4 << 20 // bounds the bytes of names
)

// newFlattening returns an empty one. size counts the bytes of names, of several
// tables together.
func newFlattening(size *int) *flattening {
	return &flattening{root: &flatNode{column: -1}, byKey: map[string]int{}, size: size}
}

// begin begins a row.
func (f *flattening) begin() {
	f.row++
	f.values = f.values[:0]
	f.root.hint = 0
}

// enter returns the place under key in the object at n; nil if what is there is
// to be passed over.
func (f *flattening) enter(n *flatNode, key []byte) *flatNode {
	if n == nil {
		return nil
	}
	var k *flatNode
	if n.hint < len(n.keys) && n.keys[n.hint].key == string(key) {
		k = n.keys[n.hint]
	} else if k = n.byKey[string(key)]; k == nil {
		if k = f.add(n, key); k == nil {
			return nil
		}
	}
	n.hint = k.at + 1
	if k.row == f.row {
		return nil
	}
	k.row = f.row
	k.hint = 0
	return k
}

// element returns the place of an element of the array at n.
func (f *flattening) element(n *flatNode, i int) *flatNode {
	if n == nil || i >= flatElements {
		return nil
	}
	return f.enter(n, []byte{'0' + byte(i)})
}

// add adds a place.
func (f *flattening) add(n *flatNode, key []byte) *flatNode {
	if f.fixed || f.err != nil {
		return nil
	}
	k := &flatNode{path: string(key), key: string(key), at: len(n.keys), column: -1}
	if n != f.root {
		k.path = n.path + "." + k.key
	}
	if *f.size += len(k.path) + 128; *f.size > flatNames {
		f.err = fmt.Errorf("names of columns of more than %d bytes: %w", flatNames, ErrTooLarge)
		return nil
	}
	if n.byKey == nil {
		n.byKey = map[string]*flatNode{}
	}
	n.keys, n.byKey[k.key] = append(n.keys, k), k
	return k
}

// set makes what was appended to values since start the value at n.
func (f *flattening) set(n *flatNode, start int) {
	if n != nil && n.column < 0 {
		f.column(n)
	}
	if n == nil || n.column < 0 || f.cells[n.column].row == f.row {
		f.values = f.values[:start]
		return
	}
	f.cells[n.column] = flatCell{start, len(f.values), f.row}
}

// column gives a place its column.
func (f *flattening) column(n *flatNode) {
	if c, ok := f.byKey[n.path]; ok {
		n.column = c
		return
	}
	if f.fixed || f.err != nil {
		return
	}
	if len(f.names) == flatColumns {
		f.err = fmt.Errorf("more than %d columns: %w", flatColumns, ErrTooLarge)
		return
	}
	n.column = len(f.names)
	f.names = append(f.names, n.path)
	f.byKey[n.path] = n.column
	f.cells = append(f.cells, flatCell{})
}

// line appends the row as a line.
func (f *flattening) line(dst []byte) []byte {
	if len(f.cells) == 0 {
		return unreadable(dst)
	}
	for i := range f.cells {
		if i > 0 {
			dst = append(dst, Separator)
		}
		if c := &f.cells[i]; c.row == f.row {
			dst = append(dst, f.values[c.start:c.end]...)
		}
	}
	return append(dst, '\n')
}

// filled reports whether the row has a value in any column.
func (f *flattening) filled() bool {
	return slices.ContainsFunc(f.cells, func(c flatCell) bool { return c.row == f.row })
}

// appendMillis appends a time in milliseconds since 1970 as ISO 8601 has it, and
// as a date alone at midnight UTC, which is how dates of birth are kept where
// there are only times. Beyond the years 1 to 9999 it stays a number.
func appendMillis(dst []byte, ms int64) []byte {
	const day = 24 * 60 * 60 * 1000
	days, rest := ms/day, ms%day
	if rest < 0 {
		days, rest = days-1, rest+day
	}
	out, ok := appendDay(dst, days)
	switch {
	case !ok:
		return strconv.AppendInt(dst, ms, 10)
	case rest == 0:
		return out
	}
	out = appendClock(append(out, 'T'), rest/1000)
	if frac := rest % 1000; frac != 0 {
		out = append(out, '.', '0'+byte(frac/100), '0'+byte(frac/10%10), '0'+byte(frac%10))
		out = bytes.TrimRight(out, "0")
	}
	return append(out, 'Z')
}

// appendDouble appends a number as people write it: 1961, not 1961.0 or 1.961e3.
func appendDouble(dst []byte, v float64) []byte {
	format := byte('f')
	if v > 1e21 || v < -1e21 {
		format = 'g'
	}
	return strconv.AppendFloat(dst, v, format, -1, 64)
}
