package evaluate

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/cloudflare/circl/oprf"
)

// compare runs ours and bare in turn and reports the ns of the quickest round of
// each, divided by n, and their ratio.
func compare(b *testing.B, n int, ours, bare func() error) {
	b.Helper()
	least := [2]time.Duration{math.MaxInt64, math.MaxInt64}
	for b.Loop() {
		for i, f := range []func() error{ours, bare} {
			start := time.Now()
			if err := f(); err != nil {
				b.Fatal(err)
			}
			least[i] = min(least[i], time.Since(start))
		}
	}
	b.ReportMetric(float64(least[0])/float64(n), "ns/ours")
	b.ReportMetric(float64(least[1])/float64(n), "ns/bare")
	b.ReportMetric(float64(least[0])/float64(least[1]), "ratio")
}

// BenchmarkEvaluate is one input on one processor.
func BenchmarkEvaluate(b *testing.B) {
	k := testKey(b, "US-FL")
	input := numbered(1)[0]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Evaluate(input); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBatch is a batch of four with its proof, bytes to bytes, and circl's
// own call for the same batch, which decodes, checks and encodes nothing.
func BenchmarkBatch(b *testing.B) {
	k := testKey(b, "US-FL")
	r, _, _ := ask(b, k, numbered(4))
	var elements [][]byte
	for _, e := range r.Elements() {
		elements = append(elements, slices.Clone(e[:]))
	}
	decoded, err := decode(elements)
	if err != nil {
		b.Fatal(err)
	}
	request := &oprf.EvaluationRequest{Elements: decoded.elements}
	compare(b, 1,
		func() error { _, _, err := k.BlindEvaluate(elements); return err },
		func() error { _, err := k.server.Evaluate(request); return err })
}

// BenchmarkFinalize verifies and finalises the answer to a batch of four.
func BenchmarkFinalize(b *testing.B) {
	k := testKey(b, "US-FL")
	pk := parseKey(b, k)
	r, evaluated, proof := ask(b, k, numbered(4))
	for b.Loop() {
		if _, err := r.Finalize(pk, evaluated, proof); err != nil {
			b.Fatal(err)
		}
	}
}
