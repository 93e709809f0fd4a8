package exposure

import (
	"context"

	"rollcheck/hashing"
)

// Input is one match key to look up.
type Input = hashing.Input

// Result is a hit, or a place where a source could not tell.
type Result = hashing.Result

// A Source answers whether match keys are in its datasets: the index on this
// machine, or a client that asks a server blindly, which is an [Asker] too.
// Package sourcetest holds the tests that every Source passes.
type Source interface {
	// Datasets returns what the source can be asked about, in a fixed order.
	// Neither side changes the slice.
	Datasets() []hashing.DatasetInfo

	// Search looks every input up in every dataset and calls yield for each
	// hit and each place it cannot read, in any order but never twice at the
	// same time. An input that is absent from a readable dataset yields
	// nothing. Inputs may be millions; they are not kept or changed, and
	// one check searches many times. An error
	// means that nothing was learnt, whatever was yielded before it.
	Search(ctx context.Context, inputs []Input, yield func(Result)) error

	// Unreadable returns why a dataset cannot be searched at all (a missing or
	// damaged file), "" if it can. Search yields nothing for such a dataset.
	Unreadable(dataset int) string
}
