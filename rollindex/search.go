package rollindex

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"

	"rollcheck/hashing"
)

// filterFrom is the number of keys from which a search reads the filter first.
// A single check of a few dozen keys is faster without it; a batch of about
// 2,000 people with four keys each is faster with it.
const filterFrom = 8_000

// Unreadable returns why a dataset, given by its place in [Index.Datasets],
// cannot be searched at all, or "" if it can.
func (ix *Index) Unreadable(i int) string {
	if _, err := ix.dataset(&ix.cat.datasets[i]); err != nil {
		return err.Error()
	}
	return ""
}

// Search looks every input up in every dataset and yields hits and damage;
// what it does not yield is absent from that dataset. Results come from one
// goroutine at a time, in no order. A dataset that cannot be opened yields
// nothing: ask [Index.Unreadable].
func (ix *Index) Search(ctx context.Context, inputs []hashing.Input, yield func(hashing.Result)) error {
	outputs := ix.hash(inputs)
	for i := range ix.cat.datasets {
		d, err := ix.dataset(&ix.cat.datasets[i])
		if err != nil {
			continue
		}
		if err := d.search(ctx, outputs, i, yield); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// hash evaluates the keyed function of every input, on all cores when there
// are many.
func (ix *Index) hash(inputs []hashing.Input) []hashing.Output {
	outputs := make([]hashing.Output, len(inputs))
	part := func(from, to int) {
		h := ix.prf.NewHasher()
		for ; from+1 < to; from += 2 {
			a, b := &inputs[from], &inputs[from+1]
			h.SumPair(a.Type, a.X, &outputs[from], b.Type, b.X, &outputs[from+1])
		}
		if from < to {
			h.Sum(inputs[from].Type, inputs[from].X, &outputs[from])
		}
	}
	inParts(len(inputs), part)
	return outputs
}

// inParts calls f with parts of 0..n, side by side if n is large.
func inParts(n int, f func(from, to int)) {
	jobs := runtime.GOMAXPROCS(0)
	if n < 4096 || jobs == 1 {
		f(0, n)
		return
	}
	var wg sync.WaitGroup
	for j := range jobs {
		wg.Go(func() { f(n*j/jobs, n*(j+1)/jobs) })
	}
	wg.Wait()
}

// wanted is a tag to look up.
type wanted struct {
	tag   hashing.Tag
	pad   hashing.Mask
	input int32
}

// search looks the outputs up in one dataset, in the order of the tags, so
// that no page is read twice.
func (d *dataset) search(ctx context.Context, outputs []hashing.Output, index int, yield func(hashing.Result)) error {
	filtered := len(outputs) >= filterFrom && d.loadFilter() == nil
	var page page
	var have, damaged bool
	for n, w := range d.wanted(outputs, filtered) {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if !have || !page.covers(w.tag) {
			var err error
			page, err = d.page(w.tag)
			have, damaged = err == nil, err != nil
		}
		if damaged {
			yield(hashing.Result{Input: int(w.input), Dataset: index, Damaged: true})
			continue
		}
		if sealed, ok := page.find(w.tag); ok {
			yield(hashing.Result{Input: int(w.input), Dataset: index, Mask: sealed ^ w.pad})
		}
	}
	return nil
}

// wanted returns the tags to look for in the pages, sorted: all of them, or
// those that the filter lets through.
func (d *dataset) wanted(outputs []hashing.Output, filtered bool) []wanted {
	var mu sync.Mutex
	var all []wanted
	inParts(len(outputs), func(from, to int) {
		part := make([]wanted, 0, to-from)
		entries := *d.entries
		for i := from; i < to; i++ {
			tag, pad := entries.Seal(&outputs[i])
			if !filtered || d.mayHold(tag) {
				part = append(part, wanted{tag, pad, int32(i)})
			}
		}
		slices.SortFunc(part, func(a, b wanted) int { return cmp.Compare(a.tag, b.tag) })
		mu.Lock()
		defer mu.Unlock()
		all = mergeWanted(all, part)
	})
	return all
}

// mergeWanted merges two sorted lists.
func mergeWanted(a, b []wanted) []wanted {
	if len(a) == 0 {
		return b
	}
	out := make([]wanted, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if b[0].tag < a[0].tag {
			out, b = append(out, b[0]), b[1:]
		} else {
			out, a = append(out, a[0]), a[1:]
		}
	}
	return append(append(out, a...), b...)
}
