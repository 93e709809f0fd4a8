package evaluate

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"rollcheck/hashing/voprf"
)

func numbered(n int) [][]byte {
	inputs := make([][]byte, n)
	for i := range inputs {
		inputs[i] = fmt.Appendf(nil, "rc1 input %030d", i)
	}
	return inputs
}

func TestEvaluateAll(t *testing.T) {
	k := testKey(t, "US-FL")
	inputs := numbered(3*share + 1)
	want := make([][voprf.OutputSize]byte, len(inputs))
	for i, input := range inputs {
		var err error
		if want[i], err = k.Evaluate(input); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []int{0, 1, share - 1, share, share + 1, len(inputs)} {
		for _, workers := range []int{-1, 0, 1, 3, 1000} {
			out := make([][voprf.OutputSize]byte, n)
			if err := k.EvaluateAll(context.Background(), workers, inputs[:n], out); err != nil {
				t.Errorf("%d inputs, %d workers: %v", n, workers, err)
			}
			for i := range out {
				if out[i] != want[i] {
					t.Errorf("%d inputs, %d workers: value %d differs", n, workers, i)
				}
			}
		}
	}
}

func TestEvaluateAllErrors(t *testing.T) {
	k := testKey(t, "US-FL")
	inputs := numbered(4 * share)
	out := make([][voprf.OutputSize]byte, len(inputs))
	if err := k.EvaluateAll(context.Background(), 2, inputs, out[1:]); err == nil {
		t.Error("fewer places than inputs")
	}
	if out[1] != [voprf.OutputSize]byte{} {
		t.Error("evaluated in spite of that")
	}
	inputs[share+5] = make([]byte, voprf.MaxInput+1)
	err := k.EvaluateAll(context.Background(), 2, inputs, out)
	if !errors.Is(err, voprf.ErrInput) || !strings.HasPrefix(err.Error(), fmt.Sprintf("input %d: ", share+5)) {
		t.Errorf("too long an input: error %v", err)
	}
}

func TestEvaluateAllEnds(t *testing.T) {
	k := testKey(t, "US-FL")
	out := make([][voprf.OutputSize]byte, 100*share)
	ctx, cancel := context.WithCancelCause(context.Background())
	reason := errors.New("enough")
	cancel(reason)
	if err := k.EvaluateAll(ctx, 0, numbered(len(out)), out); !errors.Is(err, reason) {
		t.Errorf("error %v", err)
	}
	for i := range out {
		if out[i] != [voprf.OutputSize]byte{} {
			t.Fatalf("value %d was still evaluated", i)
		}
	}
}

// TestConcurrentUse is for the race detector: one key, asked in all ways at once.
func TestConcurrentUse(t *testing.T) {
	k := testKey(t, "US-FL")
	element := k.PublicKey()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, _, err := k.BlindEvaluate([][]byte{element}); err != nil {
				t.Error(err)
			}
			out := make([][voprf.OutputSize]byte, 2*share)
			if err := k.EvaluateAll(context.Background(), 2, numbered(len(out)), out); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// BenchmarkBulk compares EvaluateAll with bare calls of circl from as many
// goroutines, in turn, and reports ns an input of either and their ratio, each by
// its quickest round: other work on the machine only ever adds to a round.
func BenchmarkBulk(b *testing.B) {
	const n = 128
	k := testKey(b, "US-FL")
	inputs := numbered(n)
	out := make([][voprf.OutputSize]byte, n)
	compare(b, n,
		func() error { return k.EvaluateAll(context.Background(), 0, inputs, out) },
		func() error { bareCircl(k, inputs); return nil })
}

// bareCircl evaluates inputs with circl alone on all processors.
func bareCircl(k *Key, inputs [][]byte) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(inputs)); i = next.Add(1) - 1 {
				if _, err := k.server.FullEvaluate(inputs[i]); err != nil {
					panic(err)
				}
			}
		})
	}
	all.Wait()
}
