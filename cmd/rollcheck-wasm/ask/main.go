//go:build js

// Command ask is the part of the page that speaks to the operator: it fetches and
// verifies what is published, blinds match keys, has them evaluated, and looks for
// the outputs. It runs in the page's worker. It gets match keys and no person.
package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"rollcheck/cmd/rollcheck-wasm/internal/bridge"
	"rollcheck/hashing"
	"rollcheck/rollindex/lookup"
)

func main() {
	var a asker
	bridge.Serve("rollcheckAsk", map[string]bridge.Func{
		"open":  a.open,
		"begin": a.begin,
		"ask":   a.ask,
		"sent":  a.sent,
	})
}

// asker is one visit. Its functions are called one after the other: open as often
// as the states change, begin, ask.
type asker struct {
	transport transport
	cache     lookup.MemoryCache // what is downloaded is kept as long as the page is open
	key       *lookup.TrustedKey
	client    *lookup.Client
	offer     *lookup.Offer
	session   *lookup.Session
}

// open fetches the operator's key, once, and what is published of jurisdictions: a
// JSON array of them.
func (a *asker) open(ctx context.Context, in []byte) ([]byte, error) {
	var jurisdictions []string
	if err := json.Unmarshal(in, &jurisdictions); err != nil {
		return nil, err
	}
	a.offer, a.session = nil, nil
	o, err := a.fetch(ctx, jurisdictions)
	if err != nil {
		return json.Marshal(bridge.Offer{Failure: failure(err)})
	}
	a.offer = o
	filters, buckets := o.Filters(), o.Buckets()
	mode, sure := o.Choose()
	return json.Marshal(bridge.Offer{
		Operator: a.key.Name(), Fingerprint: a.key.Fingerprint(), Seq: o.Manifest.Seq,
		Issued: o.Manifest.Issued.Format(time.DateOnly), Expires: o.Manifest.Expires.Format(time.DateOnly),
		Jurisdictions: o.Jurisdictions(), Missing: o.Missing, Datasets: o.Datasets(),
		Filters: cost(filters), Buckets: cost(buckets), Mode: mode.String(), Sure: sure,
	})
}

func cost(c lookup.Cost) bridge.Cost {
	return bridge.Cost{Possible: c.Possible, Bytes: c.Download, Files: c.Files, Group: c.Group}
}

// fetch trusts the key that the site has when it is first asked, and holds on to
// it for the visit: nothing is kept from one visit to the next.
func (a *asker) fetch(ctx context.Context, jurisdictions []string) (*lookup.Offer, error) {
	if a.client == nil {
		text, err := a.transport.Get(ctx, lookup.KeyPath, maxKey)
		if err != nil {
			return nil, err
		}
		if a.key, err = lookup.ParseKey(string(text)); err != nil {
			return nil, err
		}
		if a.client, err = lookup.New(a.key, &a.transport, &a.cache); err != nil {
			return nil, err
		}
	}
	return a.client.Open(ctx, jurisdictions...)
}

const maxKey = 1024 // bytes

// begin downloads what the mode needs, a JSON string.
func (a *asker) begin(ctx context.Context, in []byte) ([]byte, error) {
	var name string
	if err := json.Unmarshal(in, &name); err != nil {
		return nil, err
	}
	if a.offer == nil {
		return nil, errors.New("nothing is open")
	}
	mode := lookup.FilterMode
	if name == lookup.BucketMode.String() {
		mode = lookup.BucketMode
	}
	s, err := a.offer.Session(ctx, mode, nil)
	if err != nil {
		return json.Marshal(failure(err))
	}
	a.session = s
	return json.Marshal(bridge.Failure{})
}

// ask answers a [bridge.Question] with a [bridge.Reply].
func (a *asker) ask(ctx context.Context, in []byte) ([]byte, error) {
	var q bridge.Question
	if err := json.Unmarshal(in, &q); err != nil {
		return nil, err
	}
	if a.session == nil {
		return nil, errors.New("nothing was begun")
	}
	inputs := make([]hashing.Input, len(q.Inputs))
	for i, in := range q.Inputs {
		x, err := hex.DecodeString(in.X)
		if err != nil {
			return nil, err
		}
		inputs[i] = hashing.Input{Type: hashing.KeyType(in.Type), X: x}
	}
	var r bridge.Reply
	scope, err := a.session.AskIn(ctx, q.Jurisdictions, inputs, func(h hashing.Result) {
		r.Hits = append(r.Hits, bridge.Hit{Input: h.Input, Dataset: h.Dataset, Mask: uint32(h.Mask), OfDataset: h.OfDataset})
	})
	if err != nil {
		return json.Marshal(bridge.Reply{Failure: failure(err)})
	}
	r.Asked, r.Gaps, r.FalseHits = scope.Asked, uint8(scope.Gaps), scope.FalseHits
	if scope.Gaps.Has(hashing.GapBudget) {
		r.Retry = scope.Retry.Unix()
	}
	return json.Marshal(r)
}

// sent lists the requests made so far: all that the operator saw.
func (a *asker) sent(context.Context, []byte) ([]byte, error) { return json.Marshal(a.transport.log()) }

// codes are names of what is refused, for the page's words.
var codes = []struct {
	err  error
	code string
}{
	{lookup.ErrKey, "refused-key"}, {lookup.ErrSignature, "refused-signature"}, {lookup.ErrOlder, "refused-older"}, {lookup.ErrFork, "refused-fork"},
	{lookup.ErrExpired, "refused-expired"}, {lookup.ErrVersion, "refused-version"}, {lookup.ErrFormat, "refused-format"},
	{lookup.ErrFile, "refused-file"}, {lookup.ErrList, "refused-list"}, {lookup.ErrBucket, "refused-bucket"}, {lookup.ErrProof, "refused-proof"},
	{lookup.ErrMemory, "refused-memory"}, {lookup.ErrStale, "stale"}, {lookup.ErrBudget, "budget"}, {errNetwork, "network"}, {errStatus, "status"},
	{errTooLong, "refused-file"},
}

func failure(err error) bridge.Failure {
	f := bridge.Failure{Code: "unknown", What: err.Error()}
	for _, c := range codes {
		if errors.Is(err, c.err) {
			f.Code = c.code
			break
		}
	}
	var refused *lookup.Refused
	if errors.As(err, &refused) {
		f.Do = refused.Do
	}
	var budget *lookup.BudgetError
	if errors.As(err, &budget) {
		f.Retry = budget.Retry.Unix()
	}
	return f
}
