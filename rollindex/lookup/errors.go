package lookup

import (
	"errors"
	"time"
)

// Why a client does not use what it was sent, to be told apart with
// [errors.Is]. Each comes as a [Refused], which says what to do.
var (
	ErrKey       = errors.New("it is not signed with the key that is trusted")
	ErrSignature = errors.New("its signature by the trusted key does not fit")
	ErrOlder     = errors.New("it is older than one that was seen before")
	ErrFork      = errors.New("it differs from one that was seen under the same number")
	ErrExpired   = errors.New("it is outside the time it is valid for")
	ErrVersion   = errors.New("it is of a version that is not known here")
	ErrFormat    = errors.New("it is not well formed")
	ErrFile      = errors.New("it is not the file that was published")
	ErrList      = errors.New("it is not the list that was asked for")
	ErrBucket    = errors.New("it is not the bucket that was published")
	ErrProof     = errors.New("the answer was not made under the published key")
	ErrMemory    = errors.New("what was remembered of earlier look-ups cannot be used")
)

// ErrBudget is of an evaluation the server does not make because too many were
// asked for, from the address or of the jurisdiction. A [Transport] gives it as
// a [BudgetError].
var ErrBudget = errors.New("the server's budget for such questions is used up")

// ErrStale is of an evaluation under a key the server does not know: the
// manifest was replaced while it was in use. A [Transport] gives it for status
// 404 of /v1/evaluate.
var ErrStale = errors.New("the server does not know the key any more")

// ErrOnePerson is of a search in bucket mode that is not for one person.
var ErrOnePerson = errors.New("a bucket is asked for one person at a time")

// BudgetError is [ErrBudget] with the time to come back.
type BudgetError struct{ Retry time.Time }

// Error says when to come back.
func (e *BudgetError) Error() string {
	return ErrBudget.Error() + " until " + e.Retry.UTC().Format(time.RFC3339)
}

// Unwrap returns [ErrBudget].
func (e *BudgetError) Unwrap() error { return ErrBudget }

// Refused is something a server sent that the client does not use. Its texts are
// for people and hold nothing of the person asked for.
type Refused struct {
	What string // "the manifest"
	Err  error  // one of the errors above, or one that wraps it
	Do   string // what to do
}

// Error says what was refused and why.
func (r *Refused) Error() string { return r.What + " is refused: " + r.Err.Error() }

// Unwrap returns the reason.
func (r *Refused) Unwrap() error { return r.Err }

// advice is what to do about each reason.
var advice = []struct {
	err error
	do  string
}{
	{ErrKey, "somebody else may be answering in the server's place, or its operator has a new key: compare the fingerprint with one the operator published elsewhere, and trust a new key only then"},
	{ErrSignature, "it was changed on its way or at a mirror: try again, from another network or mirror; if it stays so, do not use this server"},
	{ErrOlder, "a mirror may be out of date, or somebody may be hiding what was added since: try again later, or another mirror"},
	{ErrFork, "the operator, or who has their key, shows different people different files: do not use this server until its operator explains it"},
	{ErrExpired, "if this machine's clock is right, the operator has stopped renewing it or somebody is holding the newer one back: try again later, or another mirror"},
	{ErrVersion, "update this program"},
	{ErrFormat, "it was damaged on its way or made by a faulty program: try again, then tell the operator"},
	{ErrFile, "it was changed or cut on its way or at a mirror: try again, from another mirror if there is one"},
	{ErrList, "the operator published lists that do not fit together: nothing of it was used; tell the operator"},
	{ErrBucket, "it was changed, cut or swapped on its way or at a mirror: try again, or use whole filters; if it stays so, do not use this server"},
	{ErrProof, "the server answers with another key than it published, which could tell its users apart or hide that they are listed: do not use this server until its operator explains it"},
	{ErrMemory, "remove it to start anew; the next manifest is then taken as it comes, and which buckets were asked is forgotten"},
	{ErrStale, "ask again: the server has published since"},
}

// refuse returns err as a Refused; nil stays nil.
func refuse(what string, err error) error {
	if err == nil {
		return nil
	}
	r := &Refused{What: what, Err: err}
	for _, a := range advice {
		if errors.Is(err, a.err) {
			r.Do = a.do
			break
		}
	}
	return r
}
