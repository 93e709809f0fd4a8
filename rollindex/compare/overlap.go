package compare

import (
	"context"

	"rollcheck/hashing"
	"rollcheck/rollindex/internal/extsort"
)

// MaxFiles is the most files that are compared at a time.
const MaxFiles = 20

// Overlap is how two files overlap by the keys of one type. Counts of rows are of
// those that carry the key; a key that several rows of a file share counts for
// each of them in Matched, and once in Common.
type Overlap struct {
	A, B         int // indexes of the files
	Key          hashing.KeyType
	RowsA, RowsB int64
	MatchedA     int64 // rows of A whose key is in B
	MatchedB     int64 // rows of B whose key is in A
	KeysA, KeysB int64 // different keys
	Common       int64 // different keys in both
}

// AInB returns the share of A's rows that are in B, with a 95 % interval.
func (o *Overlap) AInB() Share { return NewShare(o.MatchedA, o.RowsA) }

// BInA returns the share of B's rows that are in A, with a 95 % interval.
func (o *Overlap) BInA() Share { return NewShare(o.MatchedB, o.RowsB) }

// Jaccard returns the common keys as a share of all.
func (o *Overlap) Jaccard() float64 {
	return float64(o.Common) / float64(max(o.KeysA+o.KeysB-o.Common, 1))
}

// Agreement is how the values of a field stand to one another in the rows that two
// files have in common. Only keys that one row of each file carries count: of
// several, nobody can tell which belong together.
type Agreement struct {
	A, B                        int
	Field                       Field
	Same, Differs, OnlyA, OnlyB int64
	Untold                      int64 // rows with a value in both, of codes that nothing explains
}

// Agrees returns the share of the rows with a value in both files in which these
// agree.
func (a *Agreement) Agrees() Share { return NewShare(a.Same, a.Same+a.Differs) }

// tally is what is counted of all pairs of files; of one bucket of keys, or of all.
type tally struct {
	files  int
	types  [hashing.NumKeyTypes]*typeTally
	fields [hashing.NumKeyTypes][][NumFields][relations]int64 // by pair
	paired [hashing.NumKeyTypes][]int64                       // by pair: keys that one row of each carries
	traces []*allTraces                                       // by tracer
}

// typeTally counts the keys of one type. Pairs are indexed by a*files+b.
type typeTally struct {
	rows     []int64 // by file
	keys     []int64 // by file
	repeated []int64 // by file: rows whose key another row of the file has
	alone    []int64 // by file: rows whose key no other file has
	matched  []int64 // by pair: rows of a whose key is in b
	common   []int64 // by pair, a < b: keys in both
}

func newTally(files int) *tally {
	return &tally{files: files}
}

func (t *tally) of(k hashing.KeyType) *typeTally {
	if t.types[k] == nil {
		n := t.files
		t.types[k] = &typeTally{make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n*n), make([]int64, n*n)}
	}
	return t.types[k]
}

// holder is a file with the records that it has under one key: from to before
// the next.
type holder struct{ file, from, rows int }

// key counts the records of one key, of the files in order.
func (t *tally) key(k hashing.KeyType, holders []holder) {
	c := t.of(k)
	for i, h := range holders {
		c.rows[h.file] += int64(h.rows)
		c.keys[h.file]++
		if h.rows > 1 {
			c.repeated[h.file] += int64(h.rows)
		}
		if len(holders) == 1 {
			c.alone[h.file] += int64(h.rows)
		}
		for _, o := range holders[i+1:] {
			c.common[h.file*t.files+o.file]++
			c.matched[h.file*t.files+o.file] += int64(h.rows)
			c.matched[o.file*t.files+h.file] += int64(o.rows)
		}
	}
}

// The ways in which two values stand to one another.
const (
	same = iota
	differs
	onlyA
	onlyB
	untold
	relations // how many there are
)

// agree counts the fields of every pair of files with one row each.
func (t *tally) agree(k hashing.KeyType, records []wide, holders []holder, books *codebooks) {
	if t.fields[k] == nil {
		t.fields[k], t.paired[k] = make([][NumFields][relations]int64, t.files*t.files), make([]int64, t.files*t.files)
	}
	for i, h := range holders {
		if h.rows != 1 {
			continue
		}
		for _, o := range holders[i+1:] {
			if o.rows != 1 {
				continue
			}
			pair := h.file*t.files + o.file
			t.paired[k][pair]++
			counts := &t.fields[k][pair]
			a, b := &records[h.from], &records[o.from]
			for f := Last; f < numFields; f++ {
				x, y := a.print(f), b.print(f)
				switch {
				case x == 0 && y == 0:
				case x == 0:
					counts[f][onlyB]++
				case y == 0:
					counts[f][onlyA]++
				case x == y:
					counts[f][same]++
				case !books.comparable(f, h.file, x, o.file, y):
					counts[f][untold]++
				default:
					counts[f][differs]++
				}
			}
		}
	}
}

// add adds what another tally counted.
func (t *tally) add(o *tally) {
	for i, c := range o.traces {
		t.traces[i].add(c)
	}
	for k, c := range o.types {
		if c == nil {
			continue
		}
		d := t.of(hashing.KeyType(k))
		addTo(d.rows, c.rows)
		addTo(d.keys, c.keys)
		addTo(d.repeated, c.repeated)
		addTo(d.alone, c.alone)
		addTo(d.matched, c.matched)
		addTo(d.common, c.common)
	}
	for k, pairs := range o.fields {
		if pairs == nil {
			continue
		}
		if t.fields[k] == nil {
			t.fields[k], t.paired[k] = make([][NumFields][relations]int64, len(pairs)), make([]int64, len(pairs))
		}
		addTo(t.paired[k], o.paired[k])
		for p := range pairs {
			for f := range pairs[p] {
				addTo(t.fields[k][p][f][:], pairs[p][f][:])
			}
		}
	}
}

func addTo(dst, src []int64) {
	for i, n := range src {
		dst[i] += n
	}
}

// countWide counts the sorted records of a bucket.
func countWide(files int, records []wide, books *codebooks, watch func(records []wide, holders []holder)) *tally {
	t := newTally(files)
	eachKey(records, wide.rows, func(k hashing.KeyType, holders []holder) {
		t.key(k, holders)
		t.agree(k, records, holders, books)
		if watch != nil {
			watch(records, holders)
		}
	})
	return t
}

func countNarrow(files int, records []narrow) *tally {
	t := newTally(files)
	eachKey(records, narrow.rows, t.key)
	return t
}

// eachKey calls f for each key of sorted records with the files that have it. rows
// returns how many rows a record stands for.
func eachKey[R wide | narrow](records []R, rows func(R) int, f func(hashing.KeyType, []holder)) {
	var holders []holder
	for i := 0; i < len(records); {
		k := typeOf(records[i][1])
		j := i
		for holders = holders[:0]; j < len(records) && records[j][0] == records[i][0] && typeOf(records[j][1]) == k; j++ {
			holders = held(holders, fileOf(records[j][1]), j, rows(records[j]))
		}
		f(k, holders)
		i = j
	}
}

// held counts a record for its file; the records of a key come file by file.
func held(holders []holder, file, at, rows int) []holder {
	if n := len(holders); n > 0 && holders[n-1].file == file {
		holders[n-1].rows += rows
		return holders
	}
	return append(holders, holder{file, at, rows})
}

// count drains both sorters.
func (r *reading) count(ctx context.Context, files, jobs int, watch func(records []wide, holders []holder)) (*tally, error) {
	all := newTally(files)
	for range r.tracers {
		all.traces = append(all.traces, &allTraces{})
	}
	add := func(t *tally) error { all.add(t); return nil }
	err := extsort.Drain(ctx, r.wide, jobs, func(records []wide) (*tally, error) {
		t := countWide(files, records, r.books, watch)
		for _, w := range r.tracers {
			t.traces = append(t.traces, w.bucket(records))
		}
		return t, nil
	}, add)
	if err != nil {
		return nil, err
	}
	err = extsort.Drain(ctx, r.narrow, jobs, func(records []narrow) (*tally, error) { return countNarrow(files, records), nil }, add)
	return all, err
}
