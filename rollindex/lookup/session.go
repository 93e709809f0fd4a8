package lookup

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"rollcheck/hashing"
)

// Session asks in one mode. It has the shape of an index ([Session.Datasets],
// [Session.Unreadable], [Session.Search]) and, because a server cannot be asked
// everything, [Session.Ask] for one person. It is safe for concurrent use.
type Session struct {
	offer   *Offer
	mode    Mode
	filters [][]openFilter // by place
}

type openFilter struct {
	dataset int // index in Offer.datasets
	keyType hashing.KeyType
	*Filter
}

// Session begins to ask in the mode. In filter mode it downloads the filters that
// are not in the cache, all of them whatever is asked later; progress, if not
// nil, is called with the bytes of each that was read, one call at a time.
func (o *Offer) Session(ctx context.Context, m Mode, progress func(bytes int64)) (*Session, error) {
	s := &Session{offer: o, mode: m}
	if m != FilterMode {
		if m != BucketMode || !o.Buckets().Possible {
			return nil, fmt.Errorf("mode %s is not offered for these jurisdictions", m)
		}
		return s, nil
	}
	s.filters = make([][]openFilter, len(o.places))
	var mu sync.Mutex
	for i, p := range o.places {
		if p.list == nil {
			continue
		}
		s.filters[i] = make([]openFilter, len(p.list.Files))
		err := each(ctx, len(p.list.Files), func(j int) (err error) {
			f := &p.list.Files[j]
			if s.filters[i][j], err = o.open(ctx, &p, f); err == nil && progress != nil {
				mu.Lock()
				defer mu.Unlock()
				progress(f.Bytes)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// open fetches and opens a filter of a list.
func (o *Offer) open(ctx context.Context, p *place, f *File) (openFilter, error) {
	what := fmt.Sprintf("the filter of %s by %s in %s", f.Dataset, f.KeyType, p.name)
	b, err := o.client.file(ctx, what, FilterPath(f.SHA256), f.SHA256, f.Bytes)
	if err != nil {
		return openFilter{}, err
	}
	filter, err := OpenFilter(b)
	if err == nil && (int64(len(b)) != f.Bytes || int64(filter.Len()) != f.N) {
		err = fmt.Errorf("%w: its list gives it another size", ErrList)
	}
	if err != nil {
		return openFilter{}, refuse(what, err)
	}
	return openFilter{p.indexes[f.Dataset], keyTypeOf(f.KeyType), filter}, nil
}

// Manifest returns the manifest that the session asks by.
func (s *Session) Manifest() *Manifest { return s.offer.Manifest }

// Mode returns the session's mode.
func (s *Session) Mode() Mode { return s.mode }

// Jurisdictions returns those that are asked, sorted, [hashing.NoJurisdiction] among them.
func (s *Session) Jurisdictions() []string { return s.offer.Jurisdictions() }

// In returns a session that asks only those of the jurisdictions that s asks, and
// [hashing.NoJurisdiction], as one person of many does. Its datasets are those of s.
func (s *Session) In(jurisdictions ...string) *Session {
	o := *s.offer
	o.places = nil
	in := &Session{offer: &o, mode: s.mode}
	for i, p := range s.offer.places {
		if p.name != hashing.NoJurisdiction && !slices.Contains(jurisdictions, p.name) {
			continue
		}
		o.places = append(o.places, p)
		if s.filters != nil {
			in.filters = append(in.filters, s.filters[i])
		}
	}
	return in
}

// AskIn is [Session.Ask] in some of the jurisdictions: those the person named.
func (s *Session) AskIn(ctx context.Context, jurisdictions []string, inputs []hashing.Input, yield func(hashing.Result)) (hashing.Scope, error) {
	return s.In(jurisdictions...).Ask(ctx, inputs, yield)
}

// Datasets returns what is asked about, by id.
func (s *Session) Datasets() []hashing.DatasetInfo { return s.offer.datasets }

// Unreadable returns "": what cannot be read is an error, not an answer.
func (s *Session) Unreadable(int) string { return "" }

// Search asks all inputs and yields the hits, in filter mode; they may be of many
// people. An input that is not asked is an error, such as a [BudgetError]; in
// bucket mode, [ErrOnePerson].
func (s *Session) Search(ctx context.Context, inputs []hashing.Input, yield func(hashing.Result)) error {
	if s.mode != FilterMode {
		return ErrOnePerson
	}
	a := s.ask(inputs)
	if err := a.evaluate(ctx); err != nil {
		return err
	}
	if a.budget != nil {
		return a.budget
	}
	a.report(yield)
	return ctx.Err()
}

// Ask asks for one person: all inputs of theirs at once, for every key type that
// of the details as given first. It yields the hits and returns what could not
// be asked. A person is to be asked once: a second round that depended on the
// answers of the first would tell the operator of them.
//
// Evaluations are verified, buckets too; what does not fit is a [Refused], and
// then nothing was learnt, whatever was yielded.
func (s *Session) Ask(ctx context.Context, inputs []hashing.Input, yield func(hashing.Result)) (hashing.Scope, error) {
	a := s.ask(inputs)
	if s.mode == BucketMode {
		if err := a.chooseBucket(); err != nil {
			return hashing.Scope{}, err
		}
	}
	if err := a.evaluate(ctx); err != nil {
		return hashing.Scope{}, err
	}
	if s.mode == BucketMode {
		if err := a.fetchBuckets(ctx); err != nil {
			return hashing.Scope{}, err
		}
	}
	a.report(yield)
	return a.scope(), ctx.Err()
}

// Batches returns how many evaluations an Ask of the inputs takes at most, for who
// asks to compare with [Manifest.Budgets]. It asks nothing.
func (s *Session) Batches(inputs []hashing.Input) int {
	a := s.ask(inputs)
	if s.mode == BucketMode {
		_, given := a.given()
		a.questions = slices.DeleteFunc(a.questions, func(q question) bool {
			_, names, ok := namesOf(inputs[q.input])
			return !ok || names != given
		})
	}
	return len(a.batches())
}

// FalseHits returns the expected number of hits, among those of an Ask or a
// Search of the inputs, that no record stands behind: [FalsePositive] for every
// look into a filter, none to speak of in a bucket, whose tags are whole.
func (s *Session) FalseHits(inputs []hashing.Input) float64 {
	a := s.ask(inputs)
	return a.falseHits(func(*question) bool { return true })
}
