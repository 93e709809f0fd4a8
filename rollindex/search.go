package rollindex

import (
	"context"
	"maps"
	"runtime"
	"slices"
	"sync"

	"rollcheck/hashing"
	"rollcheck/hashing/voprf"
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
// what it does not yield is absent from that dataset. Entries of people who asked to
// be left out are passed over, and for each of their keys every dataset yields
// that it may be so. Results come from one
// goroutine at a time, in no order. A dataset that cannot be opened yields
// nothing: ask [Index.Unreadable].
//
// Keys are evaluated and sifted a chunk at a time, so that of millions only those
// are held at once that the filters let through; these are then looked up together,
// in the order of the pages.
func (ix *Index) Search(ctx context.Context, inputs []hashing.Input, yield func(hashing.Result)) error {
	s := &ix.scratch
	s.begin(len(ix.cat.datasets))
	homes := ix.homes()
	chunks := (len(inputs) + chunkSize - 1) / chunkSize
	for c := range chunks {
		from, to := len(inputs)*c/chunks, len(inputs)*(c+1)/chunks
		if err := ix.valuesOf(ctx, inputs[from:to], homes, s); err != nil {
			return err
		}
		s.suppressed = ix.suppressedOf(inputs[from:to], int32(from), s)
		for i := range ix.cat.datasets {
			if d, err := ix.dataset(&ix.cat.datasets[i]); err == nil {
				d.sift(s, &s.lists[i], int32(from))
			}
		}
	}
	for i := range ix.cat.datasets {
		d, err := ix.dataset(&ix.cat.datasets[i])
		if err != nil {
			continue
		}
		if err := d.search(ctx, s.lists[i].sorted(), i, ix.withheld(&ix.cat.datasets[i].info), yield); err != nil {
			return err
		}
		for _, input := range s.suppressed {
			yield(hashing.Result{Input: int(input), Dataset: i, Withheld: true})
		}
	}
	return ctx.Err()
}

// chunkSize is how many inputs are evaluated and sifted at a time: enough that each
// shard of a filter has many of them, in 40 MB.
const chunkSize = 1 << 19

// valuesOf evaluates the keyed function of every input, in a served index that of
// each of the jurisdictions.
func (ix *Index) valuesOf(ctx context.Context, inputs []hashing.Input, jurisdictions []string, s *scratch) error {
	if ix.cat.scheme == hashing.Served {
		return ix.evaluate(ctx, inputs, jurisdictions, s)
	}
	s.outputs = ix.hash(inputs, s.outputs)
	return nil
}

// suppressedOf appends the inputs, the first of which has the number first, that are
// keys of people who asked to be left out. The values of a local index are known
// already.
func (ix *Index) suppressedOf(inputs []hashing.Input, first int32, s *scratch) []int32 {
	if ix.suppression == nil {
		return nil
	}
	if ix.cat.scheme == hashing.Served {
		s.outputs = ix.hash(inputs, s.outputs)
	}
	all := s.suppressed
	var mu sync.Mutex
	inParts(len(inputs), partsOf(len(inputs)), func(_, from, to int) {
		var part []int32
		marker := ix.prf.NewMarker()
		for i := from; i < to; i++ {
			if _, ok := ix.suppression.marks[marker.Mark(&s.outputs[i])]; ok {
				part = append(part, first+int32(i))
			}
		}
		mu.Lock()
		all = append(all, part...)
		mu.Unlock()
	})
	return all
}

// scratch is memory that one search leaves to the next: a batch makes many
// searches, and fresh memory would cost more than what is done with it.
type scratch struct {
	outputs    []hashing.Output      // of each input of a chunk, in a local index
	served     map[string]*evaluated // by jurisdiction, in a served index
	suppressed []int32               // inputs that are keys of people who asked to be left out
	lists      []wantedList          // by dataset
	sifting    []siftScratch         // by goroutine
}

// begin empties what a search collects from chunk to chunk.
func (s *scratch) begin(datasets int) {
	s.suppressed = s.suppressed[:0]
	parts := maxParts()
	if len(s.sifting) != parts {
		s.sifting, s.lists = make([]siftScratch, parts), nil
	}
	for len(s.lists) < datasets {
		s.lists = append(s.lists, wantedList{parts: make([][]wanted, parts)})
	}
	for i := range s.lists {
		for j := range s.lists[i].parts {
			s.lists[i].parts[j] = s.lists[i].parts[j][:0]
		}
	}
}

// hash evaluates the keyed function of every input, on all cores when there
// are many, into the storage of outputs as far as it suffices.
func (ix *Index) hash(inputs []hashing.Input, outputs []hashing.Output) []hashing.Output {
	outputs = slices.Grow(outputs[:0], len(inputs))[:len(inputs)]
	inParts(len(inputs), partsOf(len(inputs)), func(_, from, to int) {
		h := ix.prf.NewHasher()
		for ; from+1 < to; from += 2 {
			a, b := &inputs[from], &inputs[from+1]
			h.SumPair(a.Type, a.X, &outputs[from], b.Type, b.X, &outputs[from+1])
		}
		if from < to {
			h.Sum(inputs[from].Type, inputs[from].X, &outputs[from])
		}
	})
	return outputs
}

// evaluated is the inputs that were evaluated under one key, and their values.
type evaluated struct {
	inputs []int32
	xs     [][]byte
	ys     [][voprf.OutputSize]byte
}

// evaluate evaluates every input that a dataset may hold under the keys of those
// of the jurisdictions where it may be: a voter id under that of its own, all else
// under each.
func (ix *Index) evaluate(ctx context.Context, inputs []hashing.Input, jurisdictions []string, s *scratch) error {
	if s.served == nil {
		s.served = map[string]*evaluated{}
	}
	for _, e := range s.served {
		e.inputs, e.xs = e.inputs[:0], e.xs[:0]
	}
	for _, jurisdiction := range jurisdictions {
		e := s.served[jurisdiction]
		if e == nil {
			e = new(evaluated)
			s.served[jurisdiction] = e
		}
		for i := range inputs {
			in := &inputs[i]
			if !slices.Contains(servedTypes, in.Type) || in.Type == hashing.VoterID && hashing.VoterIDJurisdiction(in.X) != jurisdiction {
				continue
			}
			e.inputs, e.xs = append(e.inputs, int32(i)), append(e.xs, in.X)
		}
		e.ys = slices.Grow(e.ys[:0], len(e.xs))[:len(e.xs)]
		key, err := ix.ServedKey(jurisdiction)
		if err != nil {
			return err
		}
		if err := key.EvaluateAll(ctx, 0, e.xs, e.ys); err != nil {
			return err
		}
	}
	return nil
}

// homes returns the home jurisdictions of all datasets, one of which each row has.
func (ix *Index) homes() (all []string) {
	for i := range ix.cat.datasets {
		all = append(all, ix.cat.datasets[i].info.Homes...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// sealing makes what to look for in one dataset of what a search asks.
type sealing interface {
	// count returns how many entries the search looks for.
	count(s *scratch) int
	// entry returns the entries by their number, for one goroutine.
	entry(s *scratch) func(i int) wanted
	// several reports whether one input may have several entries.
	several() bool
}

// sealing returns that of a dataset.
func (ix *Index) sealing(info *hashing.DatasetInfo) sealing {
	if ix.cat.scheme == hashing.Served {
		return &servedSealing{hashing.NewServedEntries(info.ID, info.Generation), info.Homes}
	}
	return &localSealing{ix.prf.Entries(info.ID, info.Generation)}
}

type localSealing struct{ entries *hashing.Entries }

func (l *localSealing) count(s *scratch) int { return len(s.outputs) }
func (l *localSealing) several() bool        { return false }

func (l *localSealing) entry(s *scratch) func(i int) wanted {
	entries := *l.entries
	return func(i int) wanted {
		tag, pad := entries.Seal(&s.outputs[i])
		return wanted{tag, pad, int32(i)}
	}
}

type servedSealing struct {
	entries *hashing.ServedEntries
	homes   []string
}

func (v *servedSealing) several() bool { return len(v.homes) > 1 }

func (v *servedSealing) count(s *scratch) (n int) {
	for _, j := range v.homes {
		n += len(s.served[j].inputs)
	}
	return n
}

func (v *servedSealing) entry(s *scratch) func(i int) wanted {
	return func(i int) wanted {
		for _, j := range v.homes {
			e := s.served[j]
			if i < len(e.inputs) {
				tag, pad := v.entries.Seal((*hashing.ServedOutput)(&e.ys[i]))
				return wanted{tag, pad, e.inputs[i]}
			}
			i -= len(e.inputs)
		}
		panic("an entry beyond those counted")
	}
}

// inParts calls f with parts of 0..n and their number, side by side.
func inParts(n, parts int, f func(part, from, to int)) {
	if parts == 1 {
		f(0, 0, n)
		return
	}
	var wg sync.WaitGroup
	for j := range parts {
		wg.Go(func() { f(j, n*j/parts, n*(j+1)/parts) })
	}
	wg.Wait()
}

// partsOf returns the number of parts in which n inputs are worked on: more than there are
// cores, since others have work for these and parts take unequal time.
func partsOf(n int) int {
	if n < 4096 {
		return 1
	}
	return maxParts()
}

func maxParts() int { return 4 * runtime.GOMAXPROCS(0) }

// search looks a sorted list up in the pages of one dataset, so that none is read
// twice. A long list is looked up side by side, each goroutine in a part of the
// file. Entries that are withheld are passed over.
func (d *dataset) search(ctx context.Context, list []wanted, index int, withheld map[hashing.Tag]struct{}, yield func(hashing.Result)) error {
	if d.seal.several() {
		found, each := joined{}, yield
		defer func() { found.yield(index, each) }()
		yield = found.add(each)
	}
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
			for len(part) > 0 && ctx.Err() == nil {
				n := min(len(part), parallelFrom)
				r.results = r.search(part[:n], index, withheld, r.results[:0])
				part = part[n:]
				mu.Lock()
				for i := range r.results {
					yield(r.results[i])
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// joined is the masks found by input. A row has an entry under every jurisdiction
// it is of, so one input may find it more than once.
type joined map[int]hashing.Mask

// add returns a function that joins hits, and hands all else to yield.
func (j joined) add(yield func(hashing.Result)) func(hashing.Result) {
	return func(r hashing.Result) {
		mask, ok := j[r.Input]
		switch {
		case r.Damaged:
			yield(r)
		case !ok || mask == r.Mask: // one row, or rows that held the same
			j[r.Input] = r.Mask
		default:
			j[r.Input] = mask.Merge(r.Mask)
		}
	}
}

func (j joined) yield(index int, yield func(hashing.Result)) {
	for _, input := range slices.Sorted(maps.Keys(j)) {
		yield(hashing.Result{Input: input, Dataset: index, Mask: j[input]})
	}
}

// parallelFrom is the number of tags from which a search is shared out.
const parallelFrom = 1024

// search looks sorted tags up and appends what is found and not withheld.
func (r *reader) search(list []wanted, index int, withheld map[hashing.Tag]struct{}, results []hashing.Result) []hashing.Result {
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
			if _, is := withheld[w.tag]; is {
				continue
			}
			results = append(results, hashing.Result{Input: int(w.input), Dataset: index, Mask: sealed ^ w.pad})
		}
	}
	return results
}
