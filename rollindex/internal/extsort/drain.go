package extsort

import (
	"cmp"
	"context"
	"math/bits"
	"os"
	"slices"
	"sync"
)

// Drain calls work with the sorted records of one bucket after another, in up
// to jobs goroutines at a time, and emit with what work returned, in order, in
// the caller's goroutine. The slice is work's only until it returns. All
// writers must have been flushed; the records are given up as they are read.
func Drain[R Record, T any](ctx context.Context, s *Sorter[R], jobs int, work func([]R) (T, error), emit func(T) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		value T
		err   error
	}
	if err := s.settle(); err != nil {
		return err
	}
	order := make(chan chan result, max(jobs, 1))
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel() // before waiting
	pool := sync.Pool{New: func() any { return new(bucketSorter[R]) }}
	running.Go(func() {
		defer close(order)
		for b := range uint64(buckets) {
			slot := make(chan result, 1)
			select {
			case order <- slot:
			case <-ctx.Done():
				return
			}
			running.Go(func() {
				sorter := pool.Get().(*bucketSorter[R])
				defer pool.Put(sorter)
				var res result
				records, err := sorter.load(s, b)
				if err == nil {
					res.value, err = work(records)
				}
				res.err = err
				slot <- res
			})
		}
	})
	for slot := range order {
		res := <-slot
		if res.err != nil {
			return res.err
		}
		if err := emit(res.value); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// settle waits for a running spill and returns its error.
func (s *Sorter[R]) settle() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cur == nil {
		return os.ErrClosed
	}
	for s.spare == nil && s.err == nil {
		s.idle.Wait()
	}
	return s.err
}

// bucketSorter holds the buffers for sorting one bucket.
type bucketSorter[R Record] struct {
	in, out []R
	ends    []int32
}

// load gathers bucket b from memory and the spill file and sorts it.
func (t *bucketSorter[R]) load(s *Sorter[R], b uint64) ([]R, error) {
	t.in = t.in[:0]
	for _, c := range s.cur.lists[b] {
		t.in = append(t.in, s.cur.chunk(c)...)
	}
	var err error
	if t.in, err = s.read(b, t.in); err != nil {
		return nil, err
	}
	return t.sort(), nil
}

// sort scatters the records by the bits that follow the bucket's into about
// one place for eight records, then sorts each place: linear for uniform words.
func (t *bucketSorter[R]) sort() []R {
	n := len(t.in)
	if n < 32 {
		slices.SortFunc(t.in, compare[R])
		return t.in
	}
	k := min(bits.Len(uint(n/8)), 16)
	place := func(r *R) uint64 { return (*r)[0] << bucketBits >> (64 - k) }
	t.ends = append(t.ends[:0], make([]int32, 1<<k+1)...)
	for i := range t.in {
		t.ends[place(&t.in[i])+1]++
	}
	for i := 1; i < len(t.ends); i++ {
		t.ends[i] += t.ends[i-1]
	}
	if cap(t.out) < n {
		t.out = make([]R, n+n/4)
	}
	t.out = t.out[:n]
	for i := range t.in {
		p := place(&t.in[i])
		t.out[t.ends[p]] = t.in[i]
		t.ends[p]++
	}
	// ends[p] is now the end of place p.
	start := int32(0)
	for p := range 1 << k {
		sortSmall(t.out[start:t.ends[p]])
		start = t.ends[p]
	}
	return t.out
}

func sortSmall[R Record](rs []R) {
	if len(rs) > 32 { // many equal first words
		slices.SortFunc(rs, compare[R])
		return
	}
	for i := 1; i < len(rs); i++ {
		r := rs[i]
		j := i
		for ; j > 0 && less(&r, &rs[j-1]); j-- {
			rs[j] = rs[j-1]
		}
		rs[j] = r
	}
}

func less[R Record](a, b *R) bool {
	if (*a)[0] != (*b)[0] {
		return (*a)[0] < (*b)[0]
	}
	return compare(*a, *b) < 0
}

func compare[R Record](a, b R) int {
	for i := range len(a) {
		if c := cmp.Compare(a[i], b[i]); c != 0 {
			return c
		}
	}
	return 0
}
