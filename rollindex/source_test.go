package rollindex_test

import (
	"os"
	"path/filepath"
	"testing"

	"rollcheck/hashing"
	"rollcheck/rollindex"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/exposure/sourcetest"
)

var _ exposure.Source = (*rollindex.Index)(nil)

// indexOf builds an index of the rows.
func indexOf(t *testing.T, rows []sourcetest.Row) *rollindex.Index {
	t.Helper()
	key := hashing.Key{7}
	ix, err := rollindex.Create(t.TempDir(), &key, hashing.Local)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ix.Close() })
	memory := sourcetest.NewMemory(rows...) // for the descriptions and counts
	for _, info := range memory.Datasets() {
		b, err := ix.Begin(info.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		w, h := b.NewWriter(), ix.NewHasher()
		var y hashing.Output
		for _, r := range rows {
			for _, k := range r.Keys {
				if r.Dataset != info.ID {
					continue
				}
				h.Sum(k.Type, k.X, &y)
				if err := w.Add(&y, r.Mask, false); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Commit(t.Context(), info, rollindex.CommitOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	return ix
}

// The index answers as every source must.
func TestIndexIsASource(t *testing.T) {
	t.Parallel()
	sourcetest.Run(t, func(t *testing.T, rows []sourcetest.Row) exposure.Source { return indexOf(t, rows) })
}

func TestDamagedIndexIsASource(t *testing.T) {
	t.Parallel()
	sourcetest.RunDamaged(t, func(t *testing.T, rows []sourcetest.Row, damage string) exposure.Source {
		ix := indexOf(t, rows)
		if err := os.Remove(filepath.Join(ix.Dir(), damage+".1.rcd")); err != nil {
			t.Fatal(err)
		}
		key := hashing.Key{7}
		again, err := rollindex.Open(ix.Dir(), &key)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { again.Close() })
		return again
	})
}
