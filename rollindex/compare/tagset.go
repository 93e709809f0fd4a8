package compare

import "sync/atomic"

// tagSet is a set of tags that may seem to hold one in sixteen that it does not:
// it spares the rows that nobody asks about.
type tagSet struct {
	words []atomic.Uint64
	shift uint
}

// newTagSet returns a set for about n tags.
func newTagSet(n int64) *tagSet {
	bits := uint(12)
	for bits < 36 && int64(1)<<bits < 16*n {
		bits++
	}
	return &tagSet{make([]atomic.Uint64, 1<<(bits-6)), 64 - bits}
}

func (s *tagSet) add(tag uint64) {
	b := tag >> s.shift
	s.words[b>>6].Or(1 << (b & 63))
}

func (s *tagSet) has(tag uint64) bool {
	b := tag >> s.shift
	return s.words[b>>6].Load()&(1<<(b&63)) != 0
}
