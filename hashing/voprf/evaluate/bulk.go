package evaluate

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"rollcheck/hashing/voprf"
)

// share is how many inputs a worker takes at a time: about a millisecond of
// work, so that taking it costs nothing and a cancelled call ends at once.
const share = 16

// EvaluateAll is [Key.Evaluate] of every input into the place of out that has
// its index, by the given number of workers, or one a processor when it is 0 or
// less. Calls may run side by side. The lengths of inputs and out must agree.
//
// It returns the first error met, with the index of its input, or the cause of
// ctx ending; out then holds some of the values.
func (k *Key) EvaluateAll(ctx context.Context, workers int, inputs [][]byte, out [][voprf.OutputSize]byte) error {
	if len(inputs) != len(out) {
		return errors.New("evaluating inputs: as many places for values are needed")
	}
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = min(workers, (len(inputs)+share-1)/share)

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var taken atomic.Int64
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for ctx.Err() == nil {
				from := int(taken.Add(share)) - share
				if from >= len(inputs) {
					return
				}
				to := min(from+share, len(inputs))
				if at, err := k.evaluateRange(inputs[from:to], out[from:to]); err != nil {
					cancel(fmt.Errorf("input %d: %w", from+at, err))
				}
			}
		})
	}
	running.Wait()
	return context.Cause(ctx)
}

// evaluateRange evaluates inputs one by one and returns the index of the one
// that fails.
func (k *Key) evaluateRange(inputs [][]byte, out [][voprf.OutputSize]byte) (int, error) {
	for i, input := range inputs {
		y, err := k.Evaluate(input)
		if err != nil {
			return i, err
		}
		out[i] = y
	}
	return 0, nil
}
