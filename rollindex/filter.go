package rollindex

import (
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/bits-and-blooms/bloom/v3"

	"rollcheck/hashing"
)

// The Bloom filter spares a batch most of its page reads; it never says
// that a tag is there, and absent only once its own check was passed. It
// is cut into shards by the leading bits of the tag, each a row of the dataset
// file:
//
//	"rcf1" | u32 log2 of the number of shards | u32 n | u32 m | u32 k | 16 byte MAC | m/64 words of 8 bytes
//
// big-endian head, little-endian words. n is the number of tags in the shard;
// m and k follow from it.
const (
	filterMagic  = "rcf1"
	filterHead   = 4 + 4*4
	filterError  = 1e-3     // share of absent tags that pass
	shardTags    = 32_000   // aimed at; leaves m under shardMaxBits with room for the spread
	shardMaxBits = 64 << 13 // 64 KiB
	maxShardBits = 20       // log2 of the number of shards, for 2^35 tags
)

// shardBits returns log2 of the number of shards for about n tags.
func shardBits(n int64) int {
	if n <= shardTags {
		return 0
	}
	return min(bits.Len64(uint64((n-1)/shardTags)), maxShardBits)
}

// shardOf returns the shard of a tag.
func shardOf(t hashing.Tag, log int) uint64 {
	return uint64(t) >> (64 - log) // a shift by 64 gives 0
}

// shard is one part of a filter: m bits, the lowest of each byte first, and k hash
// functions.
type shard struct {
	bits []byte
	m, k uint
}

// shardSize returns the bits and the hash functions of a shard of n tags.
func shardSize(n int) (m, k uint) {
	m, k = bloom.EstimateParameters(uint(max(n, 1)), filterError)
	return min((m+63)/64*64, shardMaxBits), k
}

// hashes returns the two hashes of Kirsch and Mitzenmacher, "Less Hashing, Same
// Performance" (ESA 2006). The tag is the output of a keyed function, so its own
// bits serve: the low half, and the twenty bits above it, which no shard number
// reaches.
func hashes(t hashing.Tag) (h, step uint32) { return uint32(t), uint32(t>>32)<<12 | 1 }

// position returns the bit that a hash stands for, of m.
func position(h uint32, m uint) uint { return uint(uint64(h) * uint64(m) >> 32) }

// newShard returns the shard of the tags. Setting bits takes most of the time there
// is for it, so that it is done here, in whole words (BenchmarkWrite).
func newShard(tags []hashing.Tag) shard {
	m, k := shardSize(len(tags))
	words := make([]uint64, m/64)
	for _, t := range tags {
		h, step := hashes(t)
		for range k {
			pos := position(h, m)
			words[pos/64] |= 1 << (pos % 64)
			h += step
		}
	}
	s := shard{make([]byte, 0, m/8), m, k}
	for _, w := range words {
		s.bits = binary.LittleEndian.AppendUint64(s.bits, w)
	}
	return s
}

// mayHold reports false only when the tag is not in the shard.
func (s *shard) mayHold(t hashing.Tag) bool {
	h, step := hashes(t)
	for range s.k {
		if pos := position(h, s.m); s.bits[pos/8]>>(pos%8)&1 == 0 {
			return false
		}
		h += step
	}
	return true
}

// readAhead reads the shard, so that it is in the processor's cache. The result says nothing.
//
//go:noinline
func (s *shard) readAhead() (sum byte) {
	const cacheLine = 64
	for i := 0; i < len(s.bits); i += cacheLine {
		sum += s.bits[i]
	}
	return sum
}

// seal returns the shard's row.
func (s *shard) seal(mc *mac, id uint64, log, n int) []byte {
	blob := make([]byte, 0, filterHead+macSize+len(s.bits))
	blob = append(blob, filterMagic...)
	for _, v := range []uint32{uint32(log), uint32(n), uint32(s.m), uint32(s.k)} {
		blob = binary.BigEndian.AppendUint32(blob, v)
	}
	blob = append(blob[:filterHead+macSize], s.bits...)
	copy(blob[filterHead:], mc.of(macFilter, id, blob[:filterHead], blob[filterHead+macSize:]))
	return blob
}

// openShard checks a row before any of it is used: the MAC first, then every
// size against what the number of tags says it must be. (A Bloom filter read
// with a wrong size answers "absent" to everything.) The shard is a part of the blob.
func openShard(mc *mac, id uint64, blob []byte) (s shard, log, n int, err error) {
	if len(blob) < filterHead+macSize || len(blob) > filterHead+macSize+shardMaxBits/8 {
		return s, 0, 0, fmt.Errorf("%w: filter shard %d is %d bytes long", ErrDamaged, id, len(blob))
	}
	head, body := blob[:filterHead], blob[filterHead+macSize:]
	if subtle.ConstantTimeCompare(blob[filterHead:filterHead+macSize], mc.of(macFilter, id, head, body)) != 1 {
		return s, 0, 0, fmt.Errorf("%w: filter shard %d fails its check", ErrDamaged, id)
	}
	log = int(binary.BigEndian.Uint32(head[4:]))
	n = int(binary.BigEndian.Uint32(head[8:]))
	m, k := shardSize(n)
	if string(head[:4]) != filterMagic || log > maxShardBits || id>>log != 0 ||
		binary.BigEndian.Uint32(head[12:]) != uint32(m) || binary.BigEndian.Uint32(head[16:]) != uint32(k) || len(body) != int(m/8) {
		return s, 0, 0, fmt.Errorf("%w: filter shard %d states sizes it cannot have", ErrDamaged, id)
	}
	return shard{body, m, k}, log, n, nil
}
