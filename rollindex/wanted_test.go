package rollindex

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"rollcheck/hashing"
)

// randomWanted returns n entries, some of one tag.
func randomWanted(n int) []wanted {
	rng := rand.New(rand.NewPCG(3, uint64(n)))
	list := make([]wanted, n)
	for i := range list {
		list[i] = wanted{hashing.Tag(rng.Uint64()), hashing.Mask(rng.Uint32()), int32(i)}
		if i > 0 && i%5 == 0 {
			list[i].tag = list[rng.IntN(i)].tag
		}
	}
	return list
}

// TestSorted: what was collected comes out, all of it, in the order of the tags.
func TestSorted(t *testing.T) {
	var l wantedList
	for _, n := range []int{0, 1, 2, 15, 16, 17, 1000, 300_000, 40} { // memory is used again
		all := randomWanted(n)
		l.parts = [][]wanted{slices.Clone(all[:n/3]), nil, slices.Clone(all[n/3:])}
		got := slices.Clone(l.sorted())
		if !slices.IsSortedFunc(got, func(a, b wanted) int { return cmp.Compare(a.tag, b.tag) }) {
			t.Errorf("%d entries are not in order", n)
		}
		slices.SortFunc(got, func(a, b wanted) int { return cmp.Compare(a.input, b.input) })
		if !slices.Equal(got, all) {
			t.Errorf("of %d entries others came out", n)
		}
	}
}

// BenchmarkSorted sorts what a block of people of a roll leaves to look up, beside
// comparing alone.
func BenchmarkSorted(b *testing.B) {
	all := randomWanted(200_000)
	l := wantedList{parts: [][]wanted{all[:100_000], all[100_000:]}}
	b.Run("by leading bits", func(b *testing.B) {
		for b.Loop() {
			l.sorted()
		}
	})
	b.Run("comparing", func(b *testing.B) {
		for b.Loop() {
			slices.SortFunc(slices.Clone(all), func(a, b wanted) int { return cmp.Compare(a.tag, b.tag) })
		}
	})
}

// TestPass: what goes through a filter taken shard by shard by several goroutines is what
// goes through it one by one.
func TestPass(t *testing.T) {
	d := &dataset{log: 6}
	tags := make([][]hashing.Tag, 1<<d.log)
	var parts []siftScratch
	input := int32(0)
	for i := range 8 {
		s := siftScratch{all: randomWanted(3000 + i)}
		for j := range s.all {
			s.all[j].input = input
			if input++; input%3 == 0 {
				at := shardOf(s.all[j].tag, d.log)
				tags[at] = append(tags[at], s.all[j].tag)
			}
		}
		parts = append(parts, s)
	}
	for _, of := range tags {
		d.filter = append(d.filter, newShard(of))
	}
	want, got := map[int32]hashing.Tag{}, map[int32]hashing.Tag{}
	for i := range parts {
		for _, w := range parts[i].all {
			if d.mayHold(w.tag) {
				want[w.input] = w.tag
			}
		}
		parts[i].byShard(len(d.filter), d.log)
	}
	list := wantedList{parts: make([][]wanted, 8)}
	d.pass(parts, &list)
	n := 0
	for _, part := range list.parts {
		n += len(part)
		for _, w := range part {
			got[w.input] = w.tag
		}
	}
	if n != len(want) || !maps.Equal(got, want) || n < int(input)/3 || n > int(input)*2/3 {
		t.Errorf("%d of %d entries pass, want %d", n, input, len(want))
	}
}

// BenchmarkPass sifts strangers' entries by a filter of 60 million tags, of whose bits a half is
// set. One operation is one entry.
func BenchmarkPass(b *testing.B) {
	rng := rand.NewPCG(1, 2)
	d := &dataset{log: 11}
	m, k := shardSize(shardTags * 15 / 16)
	for range 1 << d.log {
		s := shard{make([]byte, m/8), m, k}
		for i := range s.bits {
			s.bits[i] = byte(rng.Uint64())
		}
		d.filter = append(d.filter, s)
	}
	for _, n := range []int{1 << 14, 1 << 17, 1 << 18, 1 << 19} {
		s := []siftScratch{{all: randomWanted(n)}}
		list := wantedList{parts: make([][]wanted, 1)}
		b.Run(fmt.Sprintf("by shard/%d", n), func(b *testing.B) {
			for i := 0; i < b.N; i += n {
				list.parts[0] = list.parts[0][:0]
				s[0].byShard(len(d.filter), d.log)
				d.pass(s, &list)
			}
		})
		b.Run(fmt.Sprintf("as they come/%d", n), func(b *testing.B) {
			for i := 0; i < b.N; i += n {
				out := list.parts[0][:0]
				for _, w := range s[0].all {
					if d.mayHold(w.tag) {
						out = append(out, w)
					}
				}
			}
		})
	}
}

// TestVerifiedPages: a page that was intact once is damaged when it is read again with
// any other byte, or as another row, and intact again as it was.
func TestVerifiedPages(t *testing.T) {
	m, v := newMAC([]byte("key")), newVerified()
	blob := make([]byte, pageHead+localEntry*3)
	sealPage(m, blob, 100, 200)
	open := func(id uint64) error {
		_, err := v.open(m, id, blob, localEntry)
		return err
	}
	for i := range blob {
		if err := open(pageID(100)); err != nil {
			t.Fatal(err)
		}
		blob[i] ^= 1
		if open(pageID(100)) == nil {
			t.Errorf("byte %d changed, and nothing is said", i)
		}
		blob[i] ^= 1
	}
	if open(pageID(100)+1) == nil {
		t.Error("the page is taken for another row")
	}
}
