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
	ends        []int
}

// sift adds the entries that the values of s make to a list, with the number first
// added to that of their input: all of them, or, of many, those that the filter lets
// through.
func (d *dataset) sift(s *scratch, list *wantedList, first int32) {
	n := d.seal.count(s)
	filtered := (n >= filterFrom || d.filter != nil) && d.loadFilter() == nil
	inParts(n, len(list.parts), func(part, from, to int) {
		entry, own := d.seal.entry(s), &s.sifting[part]
		own.all = own.all[:0]
		for i := from; i < to; i++ {
			w := entry(i)
			w.input += first
			own.all = append(own.all, w)
		}
		if filtered {
			list.parts[part] = d.pass(list.parts[part], own)
		} else {
			list.parts[part] = append(list.parts[part], own.all...)
		}
	})
}

// pass appends the entries that the filter lets through. They are taken shard by
// shard: a shard fits the processor's cache, the whole filter does not
// (BenchmarkPass).
func (d *dataset) pass(out []wanted, s *siftScratch) []wanted {
	s.ends = slices.Grow(s.ends[:0], len(d.filter)+1)[:len(d.filter)+1]
	clear(s.ends)
	for i := range s.all {
		s.ends[shardOf(s.all[i].tag, d.log)+1]++
	}
	for i := 1; i < len(s.ends); i++ {
		s.ends[i] += s.ends[i-1]
	}
	s.sorted = slices.Grow(s.sorted[:0], len(s.all))[:len(s.all)]
	for i := range s.all {
		at := &s.ends[shardOf(s.all[i].tag, d.log)]
		s.sorted[*at] = s.all[i]
		*at++
	}
	for i := range s.sorted {
		if d.mayHold(s.sorted[i].tag) {
			out = append(out, s.sorted[i])
		}
	}
	return out
}
