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
	ix.scratch.outputs = slices.Grow(ix.scratch.outputs[:0], len(inputs))[:len(inputs)]
	ix.hash(inputs, ix.scratch.outputs)
	for i := range ix.cat.datasets {
		d, err := ix.dataset(&ix.cat.datasets[i])
		if err != nil {
			continue
		}
		if err := d.search(ctx, &ix.scratch, i, yield); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// scratch is memory that one search leaves to the next: a batch makes many
// searches, and fresh memory would cost more than what is done with it.
type scratch struct {
	outputs []hashing.Output
	parts   []scratchPart // by goroutine
}

type scratchPart struct {
	all, sorted []wanted
	ends        []int
}

// hash evaluates the keyed function of every input, on all cores when there
// are many.
func (ix *Index) hash(inputs []hashing.Input, outputs []hashing.Output) {
	inParts(len(inputs), runtime.GOMAXPROCS(0), func(_, from, to int) {
		h := ix.prf.NewHasher()
		for ; from+1 < to; from += 2 {
			a, b := &inputs[from], &inputs[from+1]
			h.SumPair(a.Type, a.X, &outputs[from], b.Type, b.X, &outputs[from+1])
		}
		if from < to {
			h.Sum(inputs[from].Type, inputs[from].X, &outputs[from])
		}
	})
}

// inParts calls f with parts of 0..n and their number, at most jobs of them,
// side by side if n is large.
func inParts(n, jobs int, f func(part, from, to int)) {
	if n < 4096 || jobs == 1 {
		f(0, 0, n)
		return
	}
	var wg sync.WaitGroup
	for j := range jobs {
		wg.Go(func() { f(j, n*j/jobs, n*(j+1)/jobs) })
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
// that no page is read twice. Many are looked up side by side, each goroutine
// in a part of the file.
func (d *dataset) search(ctx context.Context, s *scratch, index int, yield func(hashing.Result)) error {
	filtered := len(s.outputs) >= filterFrom && d.loadFilter() == nil
	list := d.wanted(s, filtered)
	jobs := 1
	if len(list) >= parallelFrom {
		jobs = runtime.GOMAXPROCS(0)
	}
	if d.ready(jobs) != nil {
		jobs = len(d.readers) // at least the first, which was made when the file was opened
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for j, r := range d.readers[:jobs] {
		part := list[len(list)*j/jobs : len(list)*(j+1)/jobs]
		wg.Go(func() {
			results := make([]hashing.Result, 0, min(len(part), parallelFrom))
			for len(part) > 0 && ctx.Err() == nil {
				n := min(len(part), parallelFrom)
				results = r.search(part[:n], index, results[:0])
				part = part[n:]
				mu.Lock()
				for _, res := range results {
					yield(res)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// parallelFrom is the number of tags from which a search is shared out.
const parallelFrom = 1024

// search looks sorted tags up and appends what is found.
func (r *reader) search(list []wanted, index int, results []hashing.Result) []hashing.Result {
	var page page
	have, damaged := false, false
	for _, w := range list {
		if !have || !page.covers(w.tag) {
			var err error
			page, err = r.page(w.tag)
			have, damaged = err == nil, err != nil
		}
		if damaged {
			results = append(results, hashing.Result{Input: int(w.input), Dataset: index, Damaged: true})
		} else if sealed, ok := page.find(w.tag); ok {
			results = append(results, hashing.Result{Input: int(w.input), Dataset: index, Mask: sealed ^ w.pad})
		}
	}
	return results
}

// wanted returns the tags to look for in the pages, sorted: all of them, or
// those that the filter lets through. It is valid until the next search.
func (d *dataset) wanted(s *scratch, filtered bool) []wanted {
	if len(s.parts) == 0 {
		s.parts = make([]scratchPart, runtime.GOMAXPROCS(0))
	}
	lists := make([][]wanted, len(s.parts))
	inParts(len(s.outputs), len(s.parts), func(part, from, to int) {
		p := &s.parts[part]
		p.all = p.all[:0]
		entries := *d.entries
		for i := from; i < to; i++ {
			tag, pad := entries.Seal(&s.outputs[i])
			p.all = append(p.all, wanted{tag, pad, int32(i)})
		}
		if filtered {
			d.sift(p)
		}
		slices.SortFunc(p.all, func(a, b wanted) int { return cmp.Compare(a.tag, b.tag) })
		lists[part] = p.all
	})
	list := lists[0]
	for _, l := range lists[1:] {
		list = mergeWanted(list, l)
	}
	return list
}

// sift keeps the tags that the filter lets through. They are taken shard by
// shard: a shard fits the processor's cache, the whole filter does not.
func (d *dataset) sift(p *scratchPart) {
	p.ends = slices.Grow(p.ends[:0], len(d.filter)+1)[:len(d.filter)+1]
	clear(p.ends)
	for i := range p.all {
		p.ends[shardOf(p.all[i].tag, d.log)+1]++
	}
	for i := 1; i < len(p.ends); i++ {
		p.ends[i] += p.ends[i-1]
	}
	p.sorted = slices.Grow(p.sorted[:0], len(p.all))[:len(p.all)]
	for _, w := range p.all {
		at := &p.ends[shardOf(w.tag, d.log)]
		p.sorted[*at] = w
		*at++
	}
	p.all = p.all[:0]
	for _, w := range p.sorted {
		if d.filter[shardOf(w.tag, d.log)].mayHold(w.tag) {
			p.all = append(p.all, w)
		}
	}
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
