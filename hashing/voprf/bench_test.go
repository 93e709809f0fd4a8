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
