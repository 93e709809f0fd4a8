package voprf

import (
	"errors"
	"strconv"
)

// Errors to be told apart with [errors.Is].
var (
	// ErrElement is of bytes that encode no element that may be sent or be a key:
	// of another length than 32, not the one encoding of their point, no point at
	// all, or the identity. It is also of a batch that lacks elements or has more
	// than were asked.
	ErrElement = errors.New("not a valid group element")
	// ErrProof is of an evaluation that was not made under the key of the public
	// key, not of these elements, or not in this order, and of a proof whose bytes
	// encode none.
	ErrProof = errors.New("the proof does not fit the evaluation")
	// ErrInput is of an input that cannot be evaluated: longer than [MaxInput], or
	// one whose point is the identity, which nobody can find. It is also of a batch
	// of no input, or of more than [MaxBatch].
	ErrInput = errors.New("not a valid input")
)

// errZeros is of a source of randomness that cannot be one.
var errZeros = errors.New("drawing a blind: the source of randomness gives zeros")

// at returns err with the place in a batch, counted from 0, that it is of. It
// stands for fmt.Errorf, which a browser need not load for this.
func at(index int, err error) error {
	return &detail{"number " + strconv.Itoa(index) + " of the batch", err}
}

// detail is an error with what can be said of where it was met.
type detail struct {
	text string
	err  error
}

func (e *detail) Error() string { return e.text + ": " + e.err.Error() }
func (e *detail) Unwrap() error { return e.err }
