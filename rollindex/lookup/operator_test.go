package lookup_test

import (
	"sync"
	"testing"
	"time"

	"rollcheck/rollindex/lookup"
	"rollcheck/rollindex/lookup/lookuptest"
)

// now is the time in the tests.
var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// operator is one with clients whose clock stands still.
type operator struct{ *lookuptest.Operator }

func newOperator(t testing.TB, records []lookuptest.Record) *operator {
	t.Helper()
	return &operator{lookuptest.New(t, now, records)}
}

var (
	once   sync.Once
	shared *lookuptest.Operator
)

// published is a copy of the operator of the roll, for one test to spoil.
func published(t testing.TB) *operator {
	t.Helper()
	once.Do(func() { shared = lookuptest.New(t, now, roll(t)) })
	return &operator{shared.Copy(t)}
}

// client returns a client of the operator with a cache of its own.
func (op *operator) client(t testing.TB, cache lookup.Cache) *lookup.Client {
	t.Helper()
	c, err := lookup.New(op.Trusted, op, cache)
	if err != nil {
		t.Fatal(err)
	}
	c.SetNow(func() time.Time { return now })
	return c
}

// session opens the jurisdictions and begins to ask.
func (op *operator) session(t testing.TB, mode lookup.Mode, places ...string) *lookup.Session {
	t.Helper()
	o, err := op.client(t, new(lookup.MemoryCache)).Open(t.Context(), places...)
	if err != nil {
		t.Fatal(err)
	}
	s, err := o.Session(t.Context(), mode, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
