package evaluate

import (
	"slices"
	"testing"
	"time"

	"github.com/cloudflare/circl/oprf"

	"rollcheck/hashing/voprf"
)

func elapsed(b *testing.B, f func() error) int64 {
	b.Helper()
	start := time.Now()
	if err := f(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start).Nanoseconds()
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
// part of it alone: what decoding, checking and encoding add.
func BenchmarkBatch(b *testing.B) {
	k := testKey(b, "US-FL")
	r, _, _ := ask(b, k, numbered(4))
	var elements [][]byte
	for _, e := range r.Elements() {
		elements = append(elements, slices.Clone(e[:]))
	}
	request, err := decode(elements)
	if err != nil {
		b.Fatal(err)
	}
	var ours, bare int64
	for b.Loop() {
		ours += elapsed(b, func() error { _, _, err := k.BlindEvaluate(elements); return err })
		bare += elapsed(b, func() error { return bareBatch(k, request) })
	}
	b.ReportMetric(float64(ours)/float64(b.N), "ns/batch")
	b.ReportMetric(float64(bare)/float64(b.N), "ns/bare")
	b.ReportMetric(float64(ours)/float64(bare), "ratio")
}

func bareBatch(k *Key, request *oprf.EvaluationRequest) error {
	_, err := k.server.Evaluate(request)
	return err
}

// BenchmarkAsk is the asking side of a batch of four: blinding, and verifying
// and finalising the answer.
func BenchmarkAsk(b *testing.B) {
	k := testKey(b, "US-FL")
	pk := parseKey(b, k)
	r, evaluated, proof := ask(b, k, numbered(4))
	var outputs [][voprf.OutputSize]byte
	var err error
	for b.Loop() {
		if outputs, err = r.Finalize(pk, evaluated, proof); err != nil {
			b.Fatal(err)
		}
	}
	_ = outputs
}
