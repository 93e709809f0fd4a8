package extsort

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

func fill[R Record](t *testing.T, s *Sorter[R], writers, each int, seed uint64) []R {
	t.Helper()
	all := make([][]R, writers)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(seed, uint64(w)))
			wr := s.NewWriter()
			for range each {
				var r R
				for j := range len(r) {
					r[j] = rng.Uint64()
				}
				if rng.IntN(10) == 0 { // repeated first words, as of shared keys
					r[0] = 0x42 << 56
				}
				all[w] = append(all[w], r)
				if err := wr.Add(r); err != nil {
					t.Error(err)
					return
				}
			}
			if err := wr.Flush(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	want := slices.Concat(all...)
	slices.SortFunc(want, compare[R])
	return want
}

func drain[R Record](t *testing.T, s *Sorter[R], jobs int) []R {
	t.Helper()
	var got []R
	err := Drain(t.Context(), s, jobs, func(rs []R) ([]R, error) { return slices.Clone(rs), nil },
		func(rs []R) error { got = append(got, rs...); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func testWidth[R Record](t *testing.T, memory int64, wantSpill bool) {
	s := New[R](t.TempDir(), memory)
	defer s.Close()
	want := fill(t, s, 3, 60_000, 1)
	if got := s.Len(); got != int64(len(want)) {
		t.Errorf("Len() = %d, want %d", got, len(want))
	}
	if (s.Spilled() > 0) != wantSpill {
		t.Errorf("spilled %d bytes, want a spill: %v", s.Spilled(), wantSpill)
	}
	if !slices.Equal(drain(t, s, 2), want) {
		t.Error("records came back changed or out of order")
	}
}

func TestSortsInMemoryAndWithSpills(t *testing.T) {
	t.Parallel()
	testWidth[[2]uint64](t, 1<<30, false)
	testWidth[[2]uint64](t, 1<<20, true)
	testWidth[[3]uint64](t, 1<<20, true)
	testWidth[[4]uint64](t, 1<<20, true)
}

func TestEmpty(t *testing.T) {
	s := New[[2]uint64](t.TempDir(), 0)
	defer s.Close()
	if got := drain(t, s, 4); len(got) != 0 {
		t.Errorf("an empty sorter gave %d records", len(got))
	}
}

// A spill must not show a record to who reads the disk, nor leave a file.
func TestSpillIsEncryptedAndUnlinked(t *testing.T) {
	dir := t.TempDir()
	s := New[[2]uint64](dir, 0)
	defer s.Close()
	want := fill(t, s, 1, 150_000, 2)
	if s.Spilled() == 0 {
		t.Fatal("nothing was spilled")
	}
	raw, err := io.ReadAll(io.NewSectionReader(s.file, 0, s.Spilled()))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range want[:1000] {
		if bytes.Contains(raw, binary.LittleEndian.AppendUint64(nil, r[1])) {
			t.Fatal("a record's word stands in the spill file in clear")
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("files left in the directory: %v", left)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".tmp*")); len(left) > 0 {
		t.Errorf("files left in the directory: %v", left)
	}
}

func TestSpillErrorReachesEveryWriter(t *testing.T) {
	dir := t.TempDir()
	s := New[[2]uint64](filepath.Join(dir, "gone"), 0)
	defer s.Close()
	w := s.NewWriter()
	var err error
	for i := uint64(0); err == nil && i < 1_000_000; i++ {
		err = w.Add([2]uint64{i * 0x9E3779B97F4A7C15, i})
	}
	if !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("Add returned %v, want the spill's error", err)
	}
	if err := s.NewWriter().Flush(); err != nil {
		t.Errorf("an empty writer failed: %v", err)
	}
	err = Drain(t.Context(), s, 1, func([][2]uint64) (int, error) { return 0, nil }, func(int) error { return nil })
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Drain returned %v, want the spill's error", err)
	}
}

func TestDrainStops(t *testing.T) {
	s := New[[2]uint64](t.TempDir(), 0)
	defer s.Close()
	fill(t, s, 1, 10_000, 3)
	stop := errors.New("stop")
	err := Drain(t.Context(), s, 2, func(rs [][2]uint64) (int, error) { return len(rs), nil },
		func(int) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("Drain returned %v, want emit's error", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = Drain(ctx, s, 2, func(rs [][2]uint64) (int, error) { return len(rs), nil }, func(int) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Drain returned %v, want context.Canceled", err)
	}
}

func BenchmarkSort(b *testing.B) {
	const n = 1 << 20
	rng := rand.New(rand.NewPCG(1, 1))
	b.SetBytes(n * 16)
	for b.Loop() {
		s := New[[2]uint64](b.TempDir(), 1<<30)
		w := s.NewWriter()
		for range n {
			if err := w.Add([2]uint64{rng.Uint64(), 0}); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			b.Fatal(err)
		}
		err := Drain(b.Context(), s, 1, func(rs [][2]uint64) (int, error) { return len(rs), nil }, func(int) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
