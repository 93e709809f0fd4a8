package voprf

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"testing"

	ristretto "github.com/bwesterb/go-ristretto"
)

// rfcBatch is a batch of testdata/rfc9497.json, decoded.
type rfcBatch struct {
	inputs    [][]byte
	blinds    []ristretto.Scalar
	blinded   [][ElementSize]byte
	evaluated [][ElementSize]byte
	outputs   [][OutputSize]byte
	proof     [ProofSize]byte
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// rfc9497 returns the public key and the batches of the RFC's vectors.
func rfc9497(t testing.TB) (*PublicKey, []rfcBatch) {
	t.Helper()
	var file struct {
		PublicKey string `json:"public_key"`
		Batches   []struct {
			Proof    string
			Elements []struct{ Input, Blind, Blinded, Evaluated, Output string }
		}
	}
	data, err := os.ReadFile("testdata/rfc9497.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	pk, err := ParsePublicKey(unhex(t, file.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	var batches []rfcBatch
	for _, b := range file.Batches {
		batch := rfcBatch{proof: [ProofSize]byte(unhex(t, b.Proof))}
		for _, e := range b.Elements {
			var blind ristretto.Scalar
			if !blind.SetBytesStrict((*[32]byte)(unhex(t, e.Blind))) {
				t.Fatal("a blind of the vectors is not reduced")
			}
			batch.inputs = append(batch.inputs, unhex(t, e.Input))
			batch.blinds = append(batch.blinds, blind)
			batch.blinded = append(batch.blinded, [ElementSize]byte(unhex(t, e.Blinded)))
			batch.evaluated = append(batch.evaluated, [ElementSize]byte(unhex(t, e.Evaluated)))
			batch.outputs = append(batch.outputs, [OutputSize]byte(unhex(t, e.Output)))
		}
		batches = append(batches, batch)
	}
	if len(batches) != 3 || len(batches[2].inputs) != 2 {
		t.Fatal("the RFC has three batches, the third of two inputs")
	}
	return pk, batches
}

func (b *rfcBatch) request(t testing.TB) *Request {
	t.Helper()
	r, err := blind(b.inputs, b.blinds)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestVectors(t *testing.T) {
	pk, batches := rfc9497(t)
	for i, b := range batches {
		r := b.request(t)
		for j, element := range r.Elements() {
			if element != b.blinded[j] {
				t.Errorf("batch %d: element %d is %x, want %x", i, j, element, b.blinded[j])
			}
		}
		outputs, err := r.Finalize(pk, b.evaluated, b.proof)
		if err != nil {
			t.Errorf("batch %d: %v", i, err)
			continue
		}
		for j, y := range outputs {
			if y != b.outputs[j] {
				t.Errorf("batch %d: output %d is %x, want %x", i, j, y, b.outputs[j])
			}
		}
	}
}

// TestEveryBit flips each bit (in short runs, every 13th) of what is received of
// the vectors' batch of two: no answer but the whole, genuine one is used.
func TestEveryBit(t *testing.T) {
	pk, batches := rfc9497(t)
	b := batches[2]
	r := b.request(t)
	refused := func(what string, bit int, want ...error) {
		outputs, err := r.Finalize(pk, b.evaluated, b.proof)
		for _, w := range want {
			if errors.Is(err, w) && outputs == nil {
				return
			}
		}
		t.Errorf("bit %d of the %s flipped: error %v", bit, what, err)
	}
	step := 1
	if testing.Short() {
		step = 13
	}
	for bit := 0; bit < 8*ProofSize; bit += step {
		b.proof[bit/8] ^= 1 << (bit % 8)
		refused("proof", bit, ErrProof)
		b.proof[bit/8] ^= 1 << (bit % 8)
	}
	for bit := 0; bit < 8*2*ElementSize; bit += step {
		e := &b.evaluated[bit/256]
		e[bit%256/8] ^= 1 << (bit % 8)
		refused("evaluated elements", bit, ErrElement, ErrProof)
		e[bit%256/8] ^= 1 << (bit % 8)
	}
	if _, err := r.Finalize(pk, b.evaluated, b.proof); err != nil {
		t.Errorf("unchanged: %v", err)
	}
}
