package voprf

import (
	"errors"
	"testing"

	"github.com/cloudflare/circl/group"
)

// FuzzParsePublicKey: a key is accepted exactly where circl, which the answering
// side decodes with, has an element that is not the identity, and is encoded as
// it was given.
func FuzzParsePublicKey(f *testing.F) {
	pk, _ := rfc9497(f)
	encoded := pk.Bytes()
	f.Add(encoded[:])
	for _, e := range invalidElements(f) {
		f.Add(unhex(f, e.Hex))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		other := group.Ristretto255.NewElement()
		want := other.UnmarshalBinary(b) == nil && !other.IsIdentity()
		got, err := ParsePublicKey(b)
		if (err == nil) != want || err != nil && !errors.Is(err, ErrElement) {
			t.Fatalf("%x: error %v, accepted elsewhere: %v", b, err, want)
		}
		if err == nil && got.Bytes() != [ElementSize]byte(b) {
			t.Fatalf("%x is encoded as %x", b, got.Bytes())
		}
	})
}

// FuzzFinalize: whatever is received, the values are those of the vectors, or
// there are none.
func FuzzFinalize(f *testing.F) {
	pk, batches := rfc9497(f)
	b := batches[2]
	r := b.request(f)
	f.Add(b.evaluated[0][:], b.evaluated[1][:], b.proof[:])
	f.Add(b.evaluated[1][:], b.evaluated[0][:], b.proof[:])
	f.Add(make([]byte, ElementSize), b.evaluated[1][:], make([]byte, ProofSize))
	f.Fuzz(func(t *testing.T, first, second, proof []byte) {
		if len(first) != ElementSize || len(second) != ElementSize || len(proof) != ProofSize {
			return
		}
		evaluated := [][ElementSize]byte{[ElementSize]byte(first), [ElementSize]byte(second)}
		outputs, err := r.Finalize(pk, evaluated, [ProofSize]byte(proof))
		switch {
		case err != nil && (outputs != nil || !errors.Is(err, ErrElement) && !errors.Is(err, ErrProof)):
			t.Fatalf("outputs %x, error %v", outputs, err)
		case err == nil && (outputs[0] != b.outputs[0] || outputs[1] != b.outputs[1]):
			t.Fatalf("accepted with outputs %x", outputs)
		}
	})
}
