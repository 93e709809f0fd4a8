package exposure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"rollcheck/hashing"
)

// Options are the options of [Check].
type Options struct {
	// Datasets are the ids of the datasets to search; all if empty.
	Datasets []string

	// Progress, if set, is called with the number of people done so far.
	Progress func(people int)

	// Server says who answers, when the source is an [Asker].
	Server *Server
}

// Answer says for one person whether they were found and how far the search
// went. There is one for every person, in the order of the input.
type Answer struct {
	Person   int             // from 1
	ID       string          // [Person.ID]
	Line     int             // where the person was read, 0 if nowhere
	Exposed  bool            // there is a finding, of whatever tier
	Complete bool            // every dataset is [Searched]: without a finding, the person was not found
	Datasets []DatasetAnswer // one for each dataset asked, in the source's order; shared between people, not to be changed
	Problems []FieldError    // fields that could not be used, or why the person could not be read
	Notes    []FieldError    // fields read in another way than they stand there
	States   []string        // jurisdictions the person named, or that of their ZIP code: "US-FL"
	Unread   bool            // the person could not be read, so that nothing was asked

	// Of an [Asker], else empty.
	Asked     []string     // jurisdictions asked; that the person was not found holds for them
	Nowhere   []string     // jurisdictions named that it cannot be asked about
	FalseHits float64      // expected number of findings that no record stands behind
	Gaps      hashing.Gaps // why some of the person's keys were not asked
	Retry     time.Time    // with [hashing.GapBudget]: when to ask again

	common bool   // Datasets is the very slice of all people of the same signature
	states string // States, joined
}

// Summary counts a whole check.
type Summary struct {
	People           int
	Exposed          int      // people with a finding: Strong + Likely + Possible
	Strong           int      // people whose best finding is of that tier,
	Likely           int      // likewise,
	Possible         int      // likewise
	Incomplete       int      // people some of whose datasets are not [Searched]
	Damaged          bool     // some dataset, or a part of it that was asked, cannot be read
	Unsettled        int      // people with no finding whose search is incomplete: neither found nor not found
	DatasetsSearched int      // datasets searched whole for at least one person
	Jurisdictions    []string // those people named, or their ZIP codes lie in; of an [Asker], those asked: "US-FL", sorted
}

// Complete reports whether every search was complete.
func (s *Summary) Complete() bool { return s.Incomplete == 0 }

// NotFound returns how many people were not found, all having been searched.
func (s *Summary) NotFound() int { return s.People - s.Exposed - s.Unsettled }

// ExitCode returns the exit status of the check, first that applies: 2 when
// something is damaged or somebody was not found and their search is incomplete, 0 when somebody was
// found, 1 when nobody was, every dataset having been searched whole.
func (s *Summary) ExitCode() int {
	switch {
	case s.Unsettled > 0 || s.Damaged || s.People == 0:
		return 2
	case s.Exposed > 0:
		return 0
	}
	return 1
}

// Check searches the source for people and hands what it finds to h: Start
// once; then for every person, in the order of the input, the findings and the
// answer; Done last. People are read and searched in blocks, so
// answers come block by block and memory does not grow with their number; one
// by one if the source is an [Asker].
//
// A person who cannot be read, or searched for, is answered as incomplete and
// does not end the check. What does is input that cannot be read from some place
// on, a source that fails, or a handler that does: those people that came before
// are answered, the summary counts them, and Done is not called. A dataset asked
// for that is not there is [ErrUnknownDataset], no dataset at all [ErrNoDatasets],
// before anybody is read. When ctx ends, Check returns at
// once, even if the decoder waits for input; it may then still be in use.
func Check(ctx context.Context, src Source, people Decoder, opts Options, h Handler) (*Summary, error) {
	c, err := newCheck(src, opts, h)
	if err != nil {
		return &Summary{}, err
	}
	if err := h.Start(c.start()); err != nil {
		return &c.sum, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	out := c.emitAside(opts.Progress)
	last, err := c.blocks(ctx, people, out)
	if failed := out.end(); failed != nil {
		return &c.sum, failed
	}
	switch {
	case err != nil:
		return &c.sum, err
	case last != io.EOF:
		return &c.sum, c.cut(last)
	}
	return c.finish()
}

// blocks answers the people block by block, while the next are read and those before
// are handed over, and returns what ended the reading.
func (c *check) blocks(ctx context.Context, people Decoder, out *emitter) (last, err error) {
	size := blockSize
	if c.asker != nil {
		size = 1 // each takes so long that answers come one by one
	}
	for blocks := readAhead(ctx, people, size); last == nil; {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-out.failed:
			return nil, nil
		case b := <-blocks:
			if err := c.answer(ctx, b.people, out); err != nil {
				return nil, err
			}
			last = b.err
		}
	}
	return last, nil
}

// Errors of a check that asks for datasets that are not there.
var (
	ErrNoDatasets     = errors.New("there is no dataset to search")
	ErrUnknownDataset = errors.New("there is no dataset")
)

// Asked returns an error when datasets cannot be asked for in a source that has
// those of infos: so that it can be said before a person is asked for details.
func Asked(infos []hashing.DatasetInfo, datasets []string) error {
	if len(infos) == 0 {
		return ErrNoDatasets
	}
	for _, id := range datasets {
		if !slices.ContainsFunc(infos, func(d hashing.DatasetInfo) bool { return d.ID == id }) {
			return fmt.Errorf("%w %q", ErrUnknownDataset, id)
		}
	}
	return nil
}

// check is one run of [Check].
type check struct {
	src      Source
	asker    Asker     // src, if it is one
	closed   time.Time // until when the asker answers nothing
	server   *Server
	handler  Handler
	datasets []*dataset // those asked
	slot     []int      // for each dataset of the source, its index in datasets or -1
	workers  []*worker
	done     int             // people of the blocks before
	dense    bool            // people of the block before were found more often than not
	sum      Summary         // of those handed over
	states   map[string]bool // every query.states met
	searched []bool          // for each of datasets: searched whole for somebody
	implied  Keys            // key types asked only where name-zip is there; see search

	// Of the block at hand; reused.
	people  []Person
	later   Keys // key types left for the second round
	queries []query
	inputs  []Input
	steps   []Steps
	owner   []int32 // person of each input
	follow  []bool  // people whose implied keys are worth asking
	hits    []hit   // as yielded
	sorted  []hit   // by person
	from    []int32 // for each person, its first in sorted; one more at the end
}

// worker has what one goroutine of a block needs for itself.
type worker struct {
	planner planner
	grader  grader
	named   map[string][]string // query.states, apart
	answers map[signature][]DatasetAnswer
	last    signature       // the one asked for last,
	common  []DatasetAnswer // and its answers
	records map[judged]*PublicRecord
}

func newCheck(src Source, opts Options, h Handler) (*check, error) {
	c := &check{src: src, handler: h, server: opts.Server, states: make(map[string]bool)}
	var places []string
	if asker, ok := src.(Asker); ok {
		c.asker, places = asker, asker.Jurisdictions()
	}
	infos := src.Datasets()
	if err := Asked(infos, opts.Datasets); err != nil {
		return nil, err
	}
	for i := range infos {
		if len(opts.Datasets) > 0 && !slices.Contains(opts.Datasets, infos[i].ID) {
			c.slot = append(c.slot, -1)
			continue
		}
		c.slot = append(c.slot, len(c.datasets))
		d := newDataset(&infos[i], src.Unreadable(i))
		d.asker = places
		c.datasets = append(c.datasets, d)
	}
	c.searched = make([]bool, len(c.datasets))
	if c.asker == nil {
		c.implied = impliedKeys(c.datasets)
	}
	for range 4 * runtime.GOMAXPROCS(0) {
		c.workers = append(c.workers, &worker{
			answers: make(map[signature][]DatasetAnswer), named: make(map[string][]string), records: make(map[judged]*PublicRecord),
		})
	}
	return c, nil
}

func (c *check) start() *Start {
	s := &Start{Canonical: hashing.Version, Server: c.server}
	for _, d := range c.datasets {
		s.Datasets = append(s.Datasets, d.info)
	}
	return s
}

// answer answers the people of a block.
func (c *check) answer(ctx context.Context, people []Person, out *emitter) error {
	if len(people) == 0 {
		return nil
	}
	c.begin(people)
	c.plan()
	search := c.search
	if c.asker != nil {
		search = c.ask
	}
	if err := search(ctx); err != nil {
		return err
	}
	c.dense = len(c.hits) > len(c.queries)
	c.sortHits()
	b := out.next(len(c.queries), len(c.workers))
	c.parallel(len(c.queries), func(part, lo, hi int) {
		b.findings[part] = c.grade(c.workers[part], lo, hi, b.answers, b.findings[part])
	})
	c.done += len(c.queries)
	out.blocks <- b
	return nil
}

// begin begins a block.
func (c *check) begin(people []Person) {
	c.people = people
	c.queries = slices.Grow(c.queries[:0], len(people))[:len(people)]
	c.inputs, c.steps, c.owner = c.inputs[:0], c.steps[:0], c.owner[:0]
	c.later = c.implied
	if c.dense {
		c.later = 0
	}
	for _, w := range c.workers {
		w.planner.reset()
	}
}

// parallel gives every worker an equal part of n people, in order.
func (c *check) parallel(n int, do func(part, lo, hi int)) {
	var wg sync.WaitGroup
	for i := range c.workers {
		wg.Go(func() { do(i, n*i/len(c.workers), n*(i+1)/len(c.workers)) })
	}
	wg.Wait()
}

// plan makes the queries of the block, and the inputs of the first round.
func (c *check) plan() {
	c.parallel(len(c.people), func(part, lo, hi int) {
		pl := &c.workers[part].planner
		pl.begin(c.later, hi-lo)
		for i := lo; i < hi; i++ {
			q := &c.queries[i]
			*q = pl.plan(&c.people[i])
			if c.asker != nil {
				q.named, q.misnamed = c.people[i].jurisdictions()
				q.nowhere = len(q.named) > 0 && !slices.ContainsFunc(q.named, func(j string) bool { return slices.Contains(c.asker.Jurisdictions(), j) })
			}
		}
	})
	c.take(func(q *query, from int, owner []int32, p int32) []int32 {
		q.first += from
		return appendTimes(owner, p, q.n)
	})
}

// planRest adds the inputs of the second round for those who are followed up.
func (c *check) planRest() {
	c.parallel(len(c.queries), func(part, lo, hi int) {
		pl := &c.workers[part].planner
		pl.begin(^c.later, 0) // where there was room for all, there is for some
		for p := lo; p < hi; p++ {
			if !c.follow[p] {
				continue
			}
			q, rest := &c.queries[p], pl.plan(&c.people[p])
			q.second = rest.first
			for t := range q.asked {
				if c.later.Has(hashing.KeyType(t)) {
					q.asked[t] = rest.asked[t] // those made, and no longer those counted
				}
			}
		}
	})
	c.take(func(q *query, from int, owner []int32, p int32) []int32 {
		if !c.follow[p] {
			return owner
		}
		q.second += from
		for t := range q.asked {
			if c.later.Has(hashing.KeyType(t)) {
				owner = appendTimes(owner, p, int(q.asked[t]))
			}
		}
		return owner
	})
}

// take appends the inputs that the planners made for the people of the block. It hands
// each person's query to place, with how many inputs are before those of their planner,
// to have the person appended to the owners of inputs.
func (c *check) take(place func(q *query, from int, owner []int32, p int32) []int32) {
	from := make([]int, len(c.workers))
	n := len(c.inputs)
	for part, w := range c.workers {
		from[part] = n
		n += len(w.planner.inputs)
	}
	c.inputs = slices.Grow(c.inputs, n-len(c.inputs))[:n]
	c.steps = slices.Grow(c.steps, n-len(c.steps))[:n]
	c.owner = slices.Grow(c.owner, n-len(c.owner))[:n]
	c.parallel(len(c.queries), func(part, lo, hi int) {
		at, pl := from[part], &c.workers[part].planner
		copy(c.inputs[at:], pl.inputs)
		copy(c.steps[at:], pl.steps)
		owner := c.owner[at : at : at+len(pl.inputs)]
		for p := lo; p < hi; p++ {
			owner = place(&c.queries[p], at, owner, int32(p))
		}
	})
}

func appendTimes(list []int32, v int32, n int) []int32 {
	for range n {
		list = append(list, v)
	}
	return list
}

// sortHits sorts the hits by person, by counting, and those of a person by
// dataset and input.
func (c *check) sortHits() {
	people := len(c.queries)
	c.from = slices.Grow(c.from[:0], people+2)[:people+2]
	clear(c.from)
	for _, h := range c.hits {
		c.from[c.owner[h.input]+2]++
	}
	for p := range people {
		c.from[p+2] += c.from[p+1]
	}
	c.sorted = slices.Grow(c.sorted[:0], len(c.hits))[:len(c.hits)]
	for _, h := range c.hits {
		at := &c.from[c.owner[h.input]+1] // the start of the person's, moved on by each
		c.sorted[*at] = h
		*at++
	}
}

// grade makes the answers of the people from lo to hi and appends their findings.
func (c *check) grade(w *worker, lo, hi int, answers []Answer, found []Finding) []Finding {
	w.grader.later, w.grader.inputs, w.grader.steps = c.later, c.inputs, c.steps
	for p := lo; p < hi; p++ {
		q := &c.queries[p]
		a := Answer{
			Person: c.done + p + 1, ID: c.people[p].ID, Line: c.people[p].Line,
			Problems: q.problems, Notes: q.notes, Unread: q.unread, States: w.states(q.states), states: q.states, common: true,
		}
		if c.asker != nil {
			c.scopeOf(&a, q)
		}
		a.Datasets = w.datasetAnswers(c.datasets, q.signature())
		hits := c.sorted[c.from[p]:c.from[p+1]]
		slices.SortFunc(hits, func(a, b hit) int {
			if a.dataset != b.dataset {
				return int(a.dataset - b.dataset)
			}
			return int(a.input - b.input)
		})
		for len(hits) > 0 {
			n := 1
			for n < len(hits) && hits[n].dataset == hits[0].dataset {
				n++
			}
			if f, ok := c.gradeDataset(w, q, &a, hits[:n]); ok {
				found = append(found, f)
			}
			hits = hits[n:]
		}
		a.Complete = !slices.ContainsFunc(a.Datasets, func(d DatasetAnswer) bool { return d.State != Searched })
		answers[p] = a
	}
	return found
}

// scopeOf says how far an [Asker] was asked.
func (c *check) scopeOf(a *Answer, q *query) {
	for _, j := range q.named {
		if slices.Contains(c.asker.Jurisdictions(), j) {
			a.Asked = append(a.Asked, j)
		} else {
			a.Nowhere = append(a.Nowhere, j)
		}
	}
	a.FalseHits, a.Gaps = q.falseHits, q.unasked.gaps
	if q.unasked.retry != 0 {
		a.Retry = time.Unix(q.unasked.retry, 0).UTC()
	}
}

// own returns the answer of one dataset, which is the person's alone from then on.
func (a *Answer) own(slot int) *DatasetAnswer {
	if a.common {
		a.Datasets, a.common = slices.Clone(a.Datasets), false
	}
	return &a.Datasets[slot]
}

// gradeDataset returns the finding of one dataset's hits, if they are one, and marks
// damage, and what people asked to be left out. Of a person who did, nothing is found: what is
// passed over are the entries that were known to be theirs.
func (c *check) gradeDataset(w *worker, q *query, a *Answer, hits []hit) (f Finding, ok bool) {
	slot := int(hits[0].dataset)
	sound, damaged, listed := hits[:0], false, Keys(0)
	for _, h := range hits {
		switch {
		case h.withheld:
			listed |= 1 << c.inputs[h.input].Type
		case h.damaged:
			damaged = true
		default:
			sound = append(sound, h)
		}
	}
	if damaged {
		*a.own(slot) = DatasetAnswer{Dataset: c.datasets[slot].info, State: Damaged, Why: "the part of it where you would be is damaged"}
	}
	if listed&own != 0 {
		sound = nil
	}
	if listed != 0 && c.datasets[slot].leavesOut(q, listed) {
		answer := a.own(slot)
		*answer = answer.leftOut()
	}
	if len(sound) == 0 {
		return f, false
	}
	f = w.grader.grade(q, c.datasets[slot], sound, damaged)
	f.Person, f.ID, f.Record = a.Person, a.ID, w.public(slot, c.datasets[slot], q)
	a.Exposed = true
	return f, true
}

// maxSignatures bounds the answers kept; people of a batch have few signatures.
const maxSignatures = 1 << 12

// states returns the jurisdictions of a query.
func (w *worker) states(joined string) []string {
	if joined == "" {
		return nil
	}
	states, ok := w.named[joined]
	if !ok {
		states = strings.Split(joined, ",")
		w.named = room(w.named)
		w.named[joined] = states
	}
	return states
}

// datasetAnswers returns the answers of all datasets for a signature.
func (w *worker) datasetAnswers(datasets []*dataset, s signature) []DatasetAnswer {
	if s == w.last && w.common != nil { // most of a batch give the same details
		return w.common
	}
	answers, ok := w.answers[s]
	if !ok {
		for _, d := range datasets {
			answers = append(answers, d.answer(s))
		}
		if len(w.answers) == maxSignatures {
			clear(w.answers)
		}
		w.answers[s] = answers
	}
	w.last, w.common = s, answers
	return answers
}

// cut ends the answers where the input cannot be read any further.
func (c *check) cut(err error) error {
	if c.sum.People == 0 {
		return err
	}
	if h, ok := c.handler.(interface{ Cut() error }); ok {
		if failed := h.Cut(); failed != nil {
			return failed
		}
	}
	return fmt.Errorf("%w; nobody from there on was checked", err)
}

// finish completes the summary and ends the answers.
func (c *check) finish() (*Summary, error) {
	if c.sum.People == 0 {
		return &c.sum, errors.New("the input holds nobody to check")
	}
	for _, ok := range c.searched {
		if ok {
			c.sum.DatasetsSearched++
		}
	}
	for states := range c.states {
		c.sum.Jurisdictions = append(c.sum.Jurisdictions, strings.Split(states, ",")...)
	}
	slices.Sort(c.sum.Jurisdictions)
	c.sum.Jurisdictions = slices.Compact(c.sum.Jurisdictions)
	return &c.sum, c.handler.Done(&c.sum)
}
