//go:build js

// Command answer is the part of the page that knows what a person typed: it turns
// it into match keys, grades what is found, and words the answer. It runs in the
// page's worker. Nothing in it can reach the network: what it asks goes as match
// keys to the other program, which blinds them.
package main

import (
	"context"
	"encoding/hex"
	"errors"
	"syscall/js"
	"time"

	"rollcheck/cmd/rollcheck-wasm/internal/bridge"
	"rollcheck/cmd/rollcheck-wasm/internal/said"
	"rollcheck/data/catalogue"
	"rollcheck/data/jsonlite"
	"rollcheck/data/names"
	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
)

func main() {
	bridge.Serve("rollcheckAnswer", map[string]bridge.Func{
		"tables":    bridge.Load(func(in []byte) error { return names.Load(string(in)) }),
		"catalogue": bridge.Load(catalogue.Load),
		"review":    review,
		"check":     check,
	})
}

// person is what the page asks for.
type person struct {
	First       string   `json:"first"`
	Middle      string   `json:"middle"`
	Last        string   `json:"last"`
	Suffix      string   `json:"suffix"`
	BirthDate   string   `json:"birth_date"`
	BirthYear   string   `json:"birth_year"`
	ZIP         string   `json:"zip"`
	VoterID     string   `json:"voter_id"`
	FormerLast  []string `json:"former_last"`
	FormerZIP   []string `json:"former_zip"`
	State       string   `json:"state"`
	FormerState []string `json:"former_state"`
}

func (p *person) person() exposure.Person {
	return exposure.Person{
		First: p.First, Middle: p.Middle, Last: p.Last, Suffix: p.Suffix, BirthDate: p.BirthDate, BirthYear: p.BirthYear, ZIP: p.ZIP,
		VoterID: p.VoterID, FormerLast: p.FormerLast, FormerZIP: p.FormerZIP, State: p.State, FormerState: p.FormerState,
	}
}

// remark is something to say of a field of the form.
type remark struct {
	Field string    `json:"field"`
	Text  said.Text `json:"text"`
}

func remarks(errs []exposure.FieldError) []remark {
	list := []remark{}
	for _, e := range errs {
		list = append(list, remark{e.Field, said.InBoth(e.Says)})
	}
	return list
}

// review says what of a person cannot be used: of the fields filled in so far,
// and what is still missing.
func review(_ context.Context, in []byte) ([]byte, error) {
	var p person
	if err := jsonlite.Unmarshal(in, &p); err != nil {
		return nil, err
	}
	who := p.person()
	_, notes := who.Review()
	return jsonlite.Marshal(struct {
		Problems []remark `json:"problems"`
		Notes    []remark `json:"notes"`
	}{remarks(who.Validate()), remarks(notes)})
}

// source is the operator, as far as the offer describes it, behind the other
// program: an [exposure.Asker].
type source struct {
	offer   bridge.Offer
	failure bridge.Failure
}

var _ exposure.Asker = (*source)(nil)

// Datasets implements [exposure.Source].
func (s *source) Datasets() []hashing.DatasetInfo { return s.offer.Datasets }

// Unreadable implements [exposure.Source].
func (s *source) Unreadable(int) string { return "" }

// Jurisdictions implements [exposure.Asker].
func (s *source) Jurisdictions() []string { return s.offer.Jurisdictions }

var errOnePerson = errors.New("one person is asked for at a time")

// Search implements [exposure.Source]; nothing is asked that way.
func (s *source) Search(context.Context, []exposure.Input, func(exposure.Result)) error {
	return errOnePerson
}

// AskIn implements [exposure.Asker].
func (s *source) AskIn(ctx context.Context, jurisdictions []string, inputs []exposure.Input, yield func(exposure.Result)) (hashing.Scope, error) {
	q := bridge.Question{Jurisdictions: jurisdictions}
	for _, in := range inputs {
		q.Inputs = append(q.Inputs, bridge.Input{Type: uint8(in.Type), X: hex.EncodeToString(in.X)})
	}
	message, err := jsonlite.Marshal(q)
	if err != nil {
		return hashing.Scope{}, err
	}
	answered, err := bridge.Await(ctx, js.Global().Call("rollcheckAsk", "ask", bridge.Array(message)))
	if err != nil {
		return hashing.Scope{}, err
	}
	var r bridge.Reply
	if err := jsonlite.Unmarshal(bridge.Bytes(answered), &r); err != nil {
		return hashing.Scope{}, err
	}
	if r.Failure.Code != "" {
		s.failure = r.Failure
		return hashing.Scope{}, errors.New(r.Failure.What)
	}
	for _, h := range r.Hits {
		yield(hashing.Result{Input: h.Input, Dataset: h.Dataset, Mask: hashing.Mask(h.Mask), OfDataset: h.OfDataset})
	}
	scope := hashing.Scope{Asked: r.Asked, Gaps: hashing.Gaps(r.Gaps), FalseHits: r.FalseHits}
	if scope.Gaps.Has(hashing.GapBudget) {
		scope.Retry = time.Unix(r.Retry, 0)
	}
	return scope, nil
}

// check asks for a person and words the answer.
func check(ctx context.Context, in []byte) ([]byte, error) {
	var asked struct {
		Person person       `json:"person"`
		Offer  bridge.Offer `json:"offer"`
	}
	if err := jsonlite.Unmarshal(in, &asked); err != nil {
		return nil, err
	}
	s := &source{offer: asked.Offer}
	var a answer
	_, err := exposure.Check(ctx, s, exposure.People(asked.Person.person()), exposure.Options{}, &a)
	switch {
	case s.failure.Code != "":
		return jsonlite.Marshal(answer{Failure: s.failure})
	case errors.Is(err, exposure.ErrNoDatasets):
		return jsonlite.Marshal(answer{Failure: bridge.Failure{Code: "nothing"}})
	case err != nil:
		return nil, err
	}
	return jsonlite.Marshal(a)
}
