package lookup

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"

	"rollcheck/hashing"
	"rollcheck/hashing/voprf"
)

// asking is one call of Ask or Search.
type asking struct {
	*Session
	inputs    []hashing.Input
	questions []question // by place, then input
	missed    []bool     // inputs that are not asked, or not everywhere
	gaps      hashing.Gaps
	budget    *BudgetError
	group     uint16        // of the name as given, in bucket mode
	buckets   []*BucketFile // by place
}

// question is one input under the key of one place.
type question struct {
	place, input int
	asked        bool
	output       hashing.ServedOutput
}

// ask lists the questions that may find something.
func (s *Session) ask(inputs []hashing.Input) *asking {
	a := &asking{Session: s, inputs: inputs, missed: make([]bool, len(inputs)), buckets: make([]*BucketFile, len(s.offer.places))}
	for p := range s.offer.places {
		served := s.offer.served(p)
		for i, in := range inputs {
			if served>>in.Type&1 == 1 && (in.Type != hashing.VoterID || hashing.VoterIDJurisdiction(in.X) == s.offer.places[p].name) {
				a.questions = append(a.questions, question{place: p, input: i})
			}
		}
	}
	for i, in := range inputs {
		if in.Type == hashing.VoterID && !slices.Contains(s.offer.Jurisdictions(), hashing.VoterIDJurisdiction(in.X)) {
			a.miss(i, hashing.GapJurisdiction)
		}
	}
	return a
}

func (a *asking) miss(input int, why hashing.Gaps) {
	a.missed[input] = true
	a.gaps |= why
}

// served returns the set of key types of which there is a file where entries
// under the key of a place may be: in its own list and in that of hashing.NoJurisdiction.
func (o *Offer) served(p int) (types uint8) {
	for _, at := range o.where(p) {
		for _, f := range o.places[at].list.Files {
			types |= 1 << keyTypeOf(f.KeyType)
		}
	}
	return types
}

// where returns the places whose files may hold entries under the key of p.
func (o *Offer) where(p int) (at []int) {
	for i := range o.places {
		if (i == p || o.places[i].name == hashing.NoJurisdiction) && o.places[i].list != nil {
			at = append(at, i)
		}
	}
	return at
}

// chooseBucket keeps the questions that one bucket a place answers: of the keys
// that hold the first name, those with the name as given, which is that of the
// first of them. The bucket is remembered before it is asked for.
func (a *asking) chooseBucket() error {
	group, given := a.given()
	a.group = group
	if given == "" {
		for _, q := range a.questions {
			a.miss(q.input, hashing.GapKey)
		}
		a.questions = nil
		return nil
	}
	allowed, err := a.claim()
	if err != nil {
		return err
	}
	a.questions = slices.DeleteFunc(a.questions, func(q question) bool {
		_, names, ok := namesOf(a.inputs[q.input])
		switch {
		case !ok:
			a.miss(q.input, hashing.GapKey)
		case names != given:
			a.miss(q.input, hashing.GapSpelling)
		case !allowed:
			a.miss(q.input, hashing.GapOtherBucket)
		default:
			return false
		}
		return true
	})
	return nil
}

// given returns the name as given, which is that of the first question by name, and
// its group; "" if there is none.
func (a *asking) given() (group uint16, given string) {
	for _, q := range a.questions {
		if group, names, ok := namesOf(a.inputs[q.input]); ok {
			return group, names
		}
	}
	return 0, ""
}

// claim remembers the buckets to be asked for, in every place, and reports
// whether they may be.
func (a *asking) claim() (allowed bool, err error) {
	who := whoOf(a.inputs)
	c := a.offer.client
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range a.offer.places {
		if p.list != nil && p.list.Buckets != nil && !c.memory.claim(p.name, who, bucketOf(a.group, p.list.Buckets.Bits)) {
			return false, nil
		}
	}
	return true, c.memory.keep(c.cache)
}

// batch is up to [BatchSize] questions under the key of one place; none where it
// only hides how many there are.
type batch struct {
	place     int
	questions []question
}

// batches cuts the questions into parts that are each asked at once. Of each place
// there are as many as a person with a few more spellings would have ([padded]).
func (a *asking) batches() (batches []batch) {
	for rest := a.questions; len(rest) > 0; {
		place, n := rest[0].place, 0
		for len(rest) > 0 && rest[0].place == place {
			k := 1
			for k < len(rest) && k < BatchSize && rest[k].place == place {
				k++
			}
			batches, rest = append(batches, batch{place, rest[:k]}), rest[k:]
			n++
		}
		for range padded(n) - n {
			batches = append(batches, batch{place: place})
		}
	}
	return batches
}

// padded returns how many batches are asked in place of n: the next of 1, 2, 4, 6,
// 8, 12, 16, 24, 32 ..., so that their number is that of many names.
func padded(n int) int {
	for step := 1; ; step *= 2 {
		if n <= step {
			return step
		}
		if half := step + step/2; step > 2 && n <= half {
			return half
		}
	}
}

// evaluate asks the server for the outputs, in batches. A budget used up leaves
// questions unasked; any other failure is an error.
func (a *asking) evaluate(ctx context.Context) error {
	batches := a.batches()
	var mu sync.Mutex
	err := each(ctx, len(batches), func(i int) error {
		mu.Lock()
		spent := a.budget != nil
		mu.Unlock()
		if spent {
			return nil
		}
		err := a.batch(ctx, batches[i])
		if over := budgetOf(err); over != nil {
			mu.Lock()
			defer mu.Unlock()
			if a.budget == nil || over.Retry.After(a.budget.Retry) {
				a.budget = over
			}
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	for i := range a.questions {
		if !a.questions[i].asked {
			a.miss(a.questions[i].input, hashing.GapBudget)
		}
	}
	return nil
}

// batch asks the questions of a batch. The room left is filled with random inputs,
// which look like any other.
func (a *asking) batch(ctx context.Context, b batch) error {
	p, questions := &a.offer.places[b.place], b.questions
	what := "the evaluation under the key of " + p.name
	inputs := make([][]byte, BatchSize)
	for i := range inputs {
		if i < len(questions) {
			inputs[i] = a.inputs[questions[i].input].X
			continue
		}
		inputs[i] = make([]byte, 32)
		if _, err := rand.Read(inputs[i]); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	request, err := voprf.Blind(rand.Reader, inputs)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	body, err := a.offer.client.transport.Evaluate(ctx, AppendRequest(nil, p.id, (*Elements)(request.Elements())))
	if err != nil {
		return refuseStale(what, err)
	}
	evaluated, proof, err := ParseResponse(body)
	if err != nil {
		return refuse(what, err)
	}
	outputs, err := request.Finalize(p.key, evaluated[:], *proof)
	if err != nil {
		return refuse(what, fmt.Errorf("%w: %w", ErrProof, err))
	}
	for i := range questions {
		questions[i].output, questions[i].asked = hashing.ServedOutput(outputs[i]), true
	}
	return nil
}

// fetchBuckets fetches and verifies the bucket of every place, if there is
// anything to look for.
func (a *asking) fetchBuckets(ctx context.Context) error {
	if !slices.ContainsFunc(a.questions, func(q question) bool { return q.asked }) {
		return nil
	}
	return each(ctx, len(a.offer.places), func(i int) error {
		p := &a.offer.places[i]
		if p.list == nil || p.list.Buckets == nil {
			return nil
		}
		b := p.list.Buckets
		id := BucketID{Key: p.id, Bits: b.Bits, Number: bucketOf(a.group, b.Bits)}
		what := "a bucket of " + p.name
		file, err := a.offer.client.transport.Get(ctx, BucketPath(b.Root, id.Number), b.Bytes)
		if err != nil {
			return fmt.Errorf("fetching %s: %w", what, err)
		}
		a.buckets[i], err = OpenBucket(file, id, (*Hash)(&b.Root))
		return refuse(what, err)
	})
}

// report looks for what was evaluated and yields each hit once.
func (a *asking) report(yield func(hashing.Result)) {
	type hit struct{ input, dataset int }
	found := make(map[hit]hashing.Mask)
	add := func(q *question, dataset int, mask hashing.Mask) {
		h := hit{q.input, dataset}
		if before, ok := found[h]; ok && before != mask {
			mask = before.Merge(mask)
		}
		found[h] = mask
	}
	for i := range a.questions {
		q := &a.questions[i]
		if !q.asked {
			continue
		}
		where := a.offer.where(q.place)
		for d := range a.offer.datasets {
			tag, pad := a.offer.entries[d].Seal(&q.output)
			for _, at := range where {
				if mask, ok := a.find(at, d, a.inputs[q.input].Type, tag, pad); ok {
					add(q, d, mask)
				}
			}
		}
	}
	for h, mask := range found {
		yield(hashing.Result{Input: h.input, Dataset: h.dataset, Mask: mask, OfDataset: a.mode == FilterMode})
	}
}

// find looks for an entry of a dataset in the files of a place.
func (a *asking) find(at, dataset int, t hashing.KeyType, tag hashing.Tag, pad hashing.Mask) (hashing.Mask, bool) {
	if a.mode == FilterMode {
		for _, f := range a.filters[at] {
			if f.dataset == dataset && f.keyType == t && f.Has(tag) {
				return a.offer.masks[dataset], true
			}
		}
		return 0, false
	}
	bucket := a.buckets[at]
	number, ok := a.offer.places[at].numbers[dataset]
	if bucket == nil || !ok {
		return 0, false
	}
	sealed, ok := bucket.Find(tag, number)
	return sealed ^ pad, ok
}

// falseHits returns the expected number of wrong hits of the questions counted.
func (a *asking) falseHits(counts func(*question) bool) float64 {
	if a.mode != FilterMode {
		return 0
	}
	looks := 0
	for i := range a.questions {
		q := &a.questions[i]
		if !counts(q) {
			continue
		}
		for _, at := range a.offer.where(q.place) {
			for _, f := range a.filters[at] {
				if f.keyType == a.inputs[q.input].Type {
					looks++
				}
			}
		}
	}
	return float64(looks) * FalsePositive
}

// scope returns what was not asked, and how often what was is wrong.
func (a *asking) scope() hashing.Scope {
	s := hashing.Scope{FalseHits: a.falseHits(func(q *question) bool { return q.asked })}
	if a.gaps == 0 {
		return s
	}
	s.Asked, s.Gaps = make([]bool, len(a.inputs)), a.gaps
	for i, missed := range a.missed {
		s.Asked[i] = !missed
	}
	if a.budget != nil {
		s.Retry = a.budget.Retry
	}
	return s
}
