package voprf

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"os"
	"slices"
	"testing"

	ristretto "github.com/bwesterb/go-ristretto"
)

type namedHex struct{ Why, Hex string }

// invalidElements returns the encodings of testdata/invalid-elements.json.
func invalidElements(t testing.TB) []namedHex {
	t.Helper()
	var file struct{ Encodings, Ours []namedHex }
	data, err := os.ReadFile("testdata/invalid-elements.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Encodings) != 29 || len(file.Ours) == 0 {
		t.Fatalf("%d and %d encodings", len(file.Encodings), len(file.Ours))
	}
	return append(file.Encodings, file.Ours...)
}

func TestInvalidElements(t *testing.T) {
	pk, batches := rfc9497(t)
	b := batches[2]
	r := b.request(t)
	genuine := b.evaluated[1]
	for _, e := range invalidElements(t) {
		if _, err := ParsePublicKey(unhex(t, e.Hex)); !errors.Is(err, ErrElement) {
			t.Errorf("%s as a public key: error %v", e.Why, err)
		}
		b.evaluated[1] = [ElementSize]byte(unhex(t, e.Hex))
		_, err := r.Finalize(pk, b.evaluated, b.proof)
		if !errors.Is(err, ErrElement) || err.Error() != "number 1 of the batch: not a valid group element" {
			t.Errorf("%s as an evaluated element: error %v", e.Why, err)
		}
	}
	b.evaluated[1] = genuine
	if _, err := r.Finalize(pk, b.evaluated, b.proof); err != nil {
		t.Error(err)
	}
}

func TestPublicKeyLength(t *testing.T) {
	pk, _ := rfc9497(t)
	encoded := pk.Bytes()
	for n := range 66 {
		b := make([]byte, n)
		copy(b, encoded[:])
		got, err := ParsePublicKey(b)
		if n == ElementSize {
			if err != nil || got.Bytes() != encoded {
				t.Errorf("the key itself: error %v", err)
			}
		} else if !errors.Is(err, ErrElement) {
			t.Errorf("%d bytes: error %v", n, err)
		}
	}
}

// TestScalarsAreReduced adds the order of the group to either half of a genuine
// proof: the same scalars, but not their encoding.
func TestScalarsAreReduced(t *testing.T) {
	pk, batches := rfc9497(t)
	b := batches[0]
	r := b.request(t)
	for _, half := range []int{0, 32} {
		proof := b.proof
		s := proof[half : half+32]
		slices.Reverse(s)
		new(big.Int).Add(new(big.Int).SetBytes(s), groupOrder()).FillBytes(s)
		slices.Reverse(s)
		if _, err := r.Finalize(pk, b.evaluated, proof); !errors.Is(err, ErrProof) {
			t.Errorf("scalar at %d not reduced: error %v", half, err)
		}
	}
}

// groupOrder is 2^252 + 27742317777372353535851937790883648493 (RFC 9496,
// section 4).
func groupOrder() *big.Int {
	tail, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	return tail.Add(tail, new(big.Int).Lsh(big.NewInt(1), 252))
}

func TestBatchOfAnotherSize(t *testing.T) {
	pk, batches := rfc9497(t)
	b := batches[2]
	r := b.request(t)
	for _, evaluated := range [][][ElementSize]byte{nil, b.evaluated[:1], append(slices.Clone(b.evaluated), b.evaluated[0])} {
		if _, err := r.Finalize(pk, evaluated, b.proof); !errors.Is(err, ErrElement) {
			t.Errorf("%d elements for two: error %v", len(evaluated), err)
		}
	}
}

// TestZeroValues: what was not made by Blind and ParsePublicKey fits nothing.
func TestZeroValues(t *testing.T) {
	pk, batches := rfc9497(t)
	b := batches[0]
	if _, err := b.request(t).Finalize(new(PublicKey), b.evaluated, b.proof); !errors.Is(err, ErrElement) {
		t.Errorf("zero public key: error %v", err)
	}
	if _, err := new(Request).Finalize(pk, nil, b.proof); !errors.Is(err, ErrInput) {
		t.Errorf("zero request: error %v", err)
	}
}

func TestInputLimits(t *testing.T) {
	long := make([]byte, 65535) // the first length that RFC 9497, section 5.1, rules out
	for _, c := range []struct {
		name   string
		inputs [][]byte
		ok     bool
	}{
		{"none", nil, false},
		{"empty input", [][]byte{{}}, true},
		{"largest input", [][]byte{long[:65534]}, true},
		{"too large an input", [][]byte{{1}, long}, false},
		{"too large a batch", make([][]byte, MaxBatch+1), false},
	} {
		if _, err := Blind(rand.Reader, c.inputs); (err == nil) != c.ok || err != nil && !errors.Is(err, ErrInput) {
			t.Errorf("%s: error %v", c.name, err)
		}
	}
}

// TestIdentityIsRefused: no input is known that is mapped to the identity, so
// the step that refuses it is given the identity itself.
func TestIdentityIsRefused(t *testing.T) {
	var p ristretto.Point
	var s ristretto.Scalar
	var element [ElementSize]byte
	if blindPoint(p.SetZero(), s.SetOne(), &element) {
		t.Error("the identity was blinded")
	}
	if !blindPoint(p.SetBase(), s.SetOne(), &element) {
		t.Error("the base point was not")
	}
}

// TestBlinds checks a blind against its definition, and that no two are one:
// neither in a batch nor of two calls.
func TestBlinds(t *testing.T) {
	random := make([]byte, 64*3)
	if _, err := io.ReadFull(rand.Reader, random); err != nil {
		t.Fatal(err)
	}
	for i := range 64 { // all ones: the largest number to be reduced
		random[i] = 0xff
	}
	input := []byte("the same input")
	r, err := Blind(bytes.NewReader(random), [][]byte{input, input, input})
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.blinds {
		number := slices.Clone(random[64*i : 64*i+64])
		slices.Reverse(number)
		want := new(big.Int).Mod(new(big.Int).SetBytes(number), groupOrder())
		if r.blinds[i].BigInt().Cmp(want) != 0 {
			t.Errorf("blind %d is not its 64 random bytes modulo the order", i)
		}
	}
	seen := map[[ElementSize]byte]bool{}
	for range 3 {
		r, err := Blind(rand.Reader, [][]byte{input, input, input})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range r.Elements() {
			seen[e] = true
		}
	}
	if len(seen) != 9 {
		t.Errorf("one input blinded nine times gave %d elements", len(seen))
	}
}

func TestNoRandomness(t *testing.T) {
	if _, err := Blind(bytes.NewReader(make([]byte, 100)), [][]byte{{1}, {2}}); !errors.Is(err, errZeros) {
		t.Errorf("zeros: error %v", err)
	}
	ones := bytes.Repeat([]byte{1}, 100)
	if _, err := Blind(bytes.NewReader(ones), [][]byte{{1}, {2}}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("too little: error %v", err)
	}
}

// TestInputsAreCopied: a caller may use its buffers again before the answer.
func TestInputsAreCopied(t *testing.T) {
	pk, batches := rfc9497(t)
	b := batches[1]
	r := b.request(t)
	clear(b.inputs[0])
	outputs, err := r.Finalize(pk, b.evaluated, b.proof)
	if err != nil || outputs[0] != b.outputs[0] {
		t.Errorf("error %v, output %x", err, outputs)
	}
}
