package voprf

import (
	"crypto/rand"
	"testing"
)

// BenchmarkBlind blinds a batch of 4 of 37 bytes.
func BenchmarkBlind(b *testing.B) {
	inputs := [][]byte{make([]byte, 37), make([]byte, 37), make([]byte, 37), make([]byte, 37)}
	for b.Loop() {
		if _, err := Blind(rand.Reader, inputs); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFinalize verifies and finalises the vectors' batch of 2.
func BenchmarkFinalize(b *testing.B) {
	pk, batches := rfc9497(b)
	batch := batches[2]
	r := batch.request(b)
	for b.Loop() {
		if _, err := r.Finalize(pk, batch.evaluated, batch.proof); err != nil {
			b.Fatal(err)
		}
	}
}
