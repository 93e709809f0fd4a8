package compare

import (
	"container/heap"
	"slices"

	"rollcheck/hashing"
)

// idWatch looks at voter ids that are numbers: where new voters get higher ones
// than all before, the highest in a leak tell when it was not yet taken. Whether
// they do is told by the snapshots, which are read by date.
type idWatch struct {
	marks   []uint64 // by snapshot read: its second highest id
	newer   idRows   // registered after the snapshot before
	older   idRows   // registered by then
	leak    highest
	of      int64 // rows of the leak with a number
	before  print // day of the snapshot before
	reading bool  // snapshots; the leak otherwise
}

// idRows counts rows, and those with a higher id than the snapshot before has.
type idRows struct{ rows, higher int64 }

func (r *idRows) add(higher bool) {
	r.rows++
	if higher {
		r.higher++
	}
}

// mostHighest is how many of the highest ids of a leak are kept: enough to leave
// out one slip in ten thousand rows of forty million. Of a snapshot fewer will do,
// for the second that is not the same.
const (
	mostHighest = 4096
	someHighest = 16
)

// idTally is what one goroutine sees of the ids of a file.
type idTally struct {
	watch        *idWatch
	mark         uint64
	marked       bool
	highest      highest
	most         int
	of           int64
	newer, older idRows
}

// newTally returns what one goroutine counts in.
func (w *idWatch) newTally() *idTally {
	t := &idTally{watch: w, most: mostHighest}
	if w.reading {
		t.most = someHighest
		if n := len(w.marks); n > 0 && w.marks[n-1] > 0 {
			t.mark, t.marked = w.marks[n-1], true
		}
	}
	return t
}

// visit looks at a row, by its id and the print of its registration date.
func (t *idTally) visit(id []byte, registered print) {
	n, ok := idNumber(id)
	if !ok {
		return
	}
	t.of++
	t.highest.add(n, t.most)
	switch {
	case !t.marked || !isDay(registered):
	case registered > t.watch.before:
		t.newer.add(n > t.mark)
	default:
		t.older.add(n > t.mark)
	}
}

// idNumber reads an id that is a number of up to eighteen digits.
func idNumber(id []byte) (n uint64, ok bool) {
	if len(id) == 0 || len(id) > 18 {
		return 0, false
	}
	for _, c := range id {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + uint64(c-'0')
	}
	return n, true
}

// end takes what the goroutines counted in a file of that day.
func (w *idWatch) end(asOf hashing.Date, tallies []*idTally) {
	var all highest
	for _, t := range tallies {
		all = append(all, t.highest...)
		if !w.reading {
			w.of += t.of
		}
		w.newer.rows += t.newer.rows
		w.newer.higher += t.newer.higher
		w.older.rows += t.older.rows
		w.older.higher += t.older.higher
	}
	slices.Sort(all)
	all = slices.Compact(all) // several rows of one voter are no evidence
	if !w.reading {
		w.leak, w.reading = all[max(0, len(all)-mostHighest):], true
		return
	}
	mark := uint64(0)
	if len(all) >= 2 {
		mark = all[len(all)-2]
	}
	w.marks, w.before = append(w.marks, mark), datePrint(asOf)
}

// inOrder reports whether new voters get higher ids: nine in ten of those who
// registered between two snapshots have, and at least ten; and not one in a hundred
// of the others.
func (w *idWatch) inOrder() bool {
	return w.newer.higher >= 10 && 10*w.newer.higher >= 9*w.newer.rows && 100*w.older.higher <= w.older.rows
}

// bound returns the last snapshot whose second highest id the leak has higher ones
// than, by more rows than may be slips; -1 if there is none. A leak taken with a
// snapshot, or before, has no two of them.
func (w *idWatch) bound() (snapshot int, rows, of int64) {
	if w == nil || !w.inOrder() {
		return -1, 0, 0
	}
	for s := len(w.marks) - 1; s >= 0; s-- {
		rows := int64(0)
		for _, n := range w.leak {
			if w.marks[s] > 0 && n > w.marks[s] {
				rows++
			}
		}
		if rows >= slips(w.of) {
			return s, rows, w.of
		}
	}
	return -1, 0, 0
}

// highest is a heap of the highest numbers, the least of them first.
type highest []uint64

func (h highest) Len() int           { return len(h) }
func (h highest) Less(i, j int) bool { return h[i] < h[j] }
func (h highest) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *highest) Push(x any)        { *h = append(*h, x.(uint64)) }
func (h *highest) Pop() any          { panic("the heap never shrinks") }

// add keeps n if it is among so many highest.
func (h *highest) add(n uint64, most int) {
	switch {
	case len(*h) < most:
		heap.Push(h, n)
	case n > (*h)[0]:
		(*h)[0] = n
		heap.Fix(h, 0)
	}
}
