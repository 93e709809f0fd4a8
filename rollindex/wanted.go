package rollindex

import (
	"cmp"
	"math/bits"
	"slices"

	"rollcheck/hashing"
)

// wanted is a tag to look up.
type wanted struct {
	tag   hashing.Tag
	pad   hashing.Mask
	input int32
}

// wantedList collects what to look up in one dataset.
type wantedList struct {
	parts  [][]wanted // by goroutine, in no order
	all    []wanted   // storage of sorted
	places []int32    // likewise
}

// sorted returns all that was collected, in the order of the tags. It is valid until
// the next call.
//
// Tags are outputs of a keyed function and so evenly spread: their leading bits put
// each but a few places from where it belongs. That takes a third of the time of
// comparing alone (BenchmarkSorted).
func (l *wantedList) sorted() []wanted {
	n := 0
	for _, part := range l.parts {
		n += len(part)
	}
	l.all = slices.Grow(l.all[:0], n)[:n]
	shift := 64 - min(max(bits.Len(uint(n))-4, 0), 16) // some sixteen tags a place
	l.places = slices.Grow(l.places[:0], 1<<(64-shift)+1)[:1<<(64-shift)+1]
	clear(l.places)
	for _, part := range l.parts {
		for i := range part {
			l.places[uint64(part[i].tag)>>shift+1]++
		}
	}
	for i := 1; i < len(l.places); i++ {
		l.places[i] += l.places[i-1]
	}
	for _, part := range l.parts {
		for i := range part {
			at := &l.places[uint64(part[i].tag)>>shift]
			l.all[*at] = part[i]
			*at++
		}
	}
	from := int32(0)
	for _, to := range l.places[:len(l.places)-1] { // each moved on to where the next began
		slices.SortFunc(l.all[from:to], func(a, b wanted) int { return cmp.Compare(a.tag, b.tag) })
		from = to
	}
	return l.all
}

// siftScratch is memory that one goroutine sifts in.
type siftScratch struct {
	all, sorted []wanted
	ends        []int // of each shard's in sorted
}

// sift adds the entries that the values of s make to a list, with the number first
// added to that of their input: all of them, or, of many, those that the filter lets
// through.
func (d *dataset) sift(s *scratch, list *wantedList, first int32) {
	n := d.seal.count(s)
	filtered := (n >= filterFrom || d.filter != nil) && d.loadFilter() == nil
	parts := min(partsOf(n), len(list.parts)) // as many as there is memory for, should the number of cores change
	inParts(n, parts, func(part, from, to int) {
		entry, own := d.seal.entry(s), &s.sifting[part]
		own.all = own.all[:0]
		for i := from; i < to; i++ {
			w := entry(i)
			w.input += first
			own.all = append(own.all, w)
		}
		switch {
		case !filtered:
			list.parts[part] = append(list.parts[part], own.all...)
		case len(d.filter) < parts: // it fits the cache of every core
			for _, w := range own.all {
				if d.mayHold(w.tag) {
					list.parts[part] = append(list.parts[part], w)
				}
			}
		default:
			own.byShard(len(d.filter), d.log)
		}
	})
	if filtered && len(d.filter) >= parts {
		d.pass(s.sifting[:parts], list)
	}
}

// byShard sorts the entries by the shard of the filter they are in.
func (s *siftScratch) byShard(shards, log int) {
	s.ends = slices.Grow(s.ends[:0], shards+1)[:shards+1]
	clear(s.ends)
	for i := range s.all {
		s.ends[shardOf(s.all[i].tag, log)+1]++
	}
	for i := 1; i < len(s.ends); i++ {
		s.ends[i] += s.ends[i-1]
	}
	s.sorted = slices.Grow(s.sorted[:0], len(s.all))[:len(s.all)]
	for i := range s.all {
		at := &s.ends[shardOf(s.all[i].tag, log)]
		s.sorted[*at] = s.all[i]
		*at++
	}
}

// ofShard returns the entries of a shard.
func (s *siftScratch) ofShard(number int) []wanted {
	from := 0
	if number > 0 {
		from = s.ends[number-1]
	}
	return s.sorted[from:s.ends[number]]
}

// pass adds the entries of all parts that the filter lets through to a list. They are
// taken shard by shard: a shard fits the processor's cache, the whole filter does not.
func (d *dataset) pass(parts []siftScratch, list *wantedList) {
	inParts(len(d.filter), len(parts), func(part, from, to int) {
		out := list.parts[part]
		for number := from; number < to; number++ {
			n, f := 0, &d.filter[number]
			for i := range parts {
				n += len(parts[i].ofShard(number))
			}
			if n >= readAheadFrom {
				f.readAhead()
			}
			for i := range parts {
				for _, w := range parts[i].ofShard(number) {
					if f.mayHold(w.tag) {
						out = append(out, w)
					}
				}
			}
		}
		list.parts[part] = out
	})
}

// readAheadFrom is the number of entries of a shard from which it is read from end to end
// before they are looked up. The processor fetches memory that is read in order before it is
// asked for, and then a look-up waits for none: that halves the time of a large batch
// (BenchmarkPass).
const readAheadFrom = 100
