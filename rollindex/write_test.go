package rollindex

import (
	"cmp"
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"testing"

	"rollcheck/hashing"
)

// BenchmarkWrite makes of sorted records what is written to a dataset file, step by step.
// Bytes are those of the entries.
func BenchmarkWrite(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	rs := make([]record, shardTags/4)
	tags := make([]hashing.Tag, len(rs))
	for i := range rs {
		rs[i] = record{rng.Uint64(), rng.Uint64()}
	}
	slices.SortFunc(rs, func(a, b record) int { return cmp.Compare(a[0], b[0]) })
	for i := range rs {
		tags[i] = hashing.Tag(rs[i][0])
	}
	how := &merging{keepProvisional: true}
	entries := merge(rs, how)
	b.Run("merge", func(b *testing.B) {
		b.SetBytes(int64(len(entries)))
		for b.Loop() {
			merge(rs, how)
		}
	})
	b.Run("cut", func(b *testing.B) {
		b.SetBytes(int64(len(entries)))
		rows, free := make(chan insert, len(rs)), make(chan []byte, len(rs))
		cut := &pageCutter{mac: newMAC(make([]byte, 32)), size: localEntry, rows: rows, free: free, sum: sha256.New()}
		for b.Loop() {
			cut.add(entries)
			for len(rows) > 0 {
				free <- (<-rows).blob
			}
		}
	})
	b.Run("filter", func(b *testing.B) {
		b.SetBytes(int64(len(entries)))
		for b.Loop() {
			newShard(tags)
		}
	})
}
