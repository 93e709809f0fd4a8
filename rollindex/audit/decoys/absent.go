package decoys

import (
	"encoding/binary"
	"math/bits"
	"sync/atomic"
)

// bitSet is a set of byte strings that may seem to hold one that it does not, which
// only rejects a candidate; it never lacks one that was added. What it does depends
// on its key alone. It may be used from several goroutines.
type bitSet struct {
	words []atomic.Uint64
	shift uint
	key   uint64
}

// newBitSet returns a set for about n strings: about one in sixteen that was not
// added seems to be there.
func newBitSet(n int64, key uint64) *bitSet {
	size := uint(16)
	for size < maxSetBits && int64(1)<<size < 16*n {
		size++
	}
	return &bitSet{make([]atomic.Uint64, 1<<(size-6)), 64 - size, key}
}

// maxSetBits bounds a set to 64 MiB: for 33 M rows at the rate above, and at a
// higher one beyond.
const maxSetBits = 29

func (s *bitSet) add(v []byte) {
	b := s.hash(v)
	if w := &s.words[b>>6]; w.Load()&(1<<(b&63)) == 0 {
		w.Or(1 << (b & 63))
	}
}

func (s *bitSet) has(v []byte) bool {
	b := s.hash(v)
	return s.words[b>>6].Load()&(1<<(b&63)) != 0
}

// hash multiplies and folds eight bytes at a time. Nothing is kept of it: it has to
// spread well, and to hide nothing.
func (s *bitSet) hash(v []byte) uint64 {
	h := fold(s.key^uint64(len(v)), 0x9e3779b97f4a7c15)
	for ; len(v) >= 8; v = v[8:] {
		h = fold(h^binary.LittleEndian.Uint64(v), 0xd6e8feb86659fd93)
	}
	var rest uint64
	for i, c := range v {
		rest |= uint64(c) << (8 * i)
	}
	return fold(fold(h^rest, 0xa0761d6478bd642f), 0xe7037ed1a0b428db) >> s.shift
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a|1, b)
	return hi ^ lo ^ a
}
