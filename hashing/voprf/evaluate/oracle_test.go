package evaluate

import (
	crand "crypto/rand"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"
	"github.com/cloudflare/circl/zk/dleq"

	"rollcheck/hashing/voprf"
)

func parseKey(t testing.TB, k *Key) *voprf.PublicKey {
	t.Helper()
	pk, err := voprf.ParsePublicKey(k.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	return pk
}

// ask blinds inputs and returns the request with the answer of k.
func ask(t testing.TB, k *Key, inputs [][]byte) (r *voprf.Request, evaluated [][voprf.ElementSize]byte, proof [voprf.ProofSize]byte) {
	t.Helper()
	r, err := voprf.Blind(crand.Reader, inputs)
	if err != nil {
		t.Fatal(err)
	}
	var elements [][]byte
	for _, e := range r.Elements() {
		elements = append(elements, slices.Clone(e[:]))
	}
	answer, p, err := k.BlindEvaluate(elements)
	if err != nil {
		t.Fatal(err)
	}
	if len(answer) != len(inputs) || len(p) != voprf.ProofSize {
		t.Fatalf("%d elements and a proof of %d bytes for %d", len(answer), len(p), len(inputs))
	}
	for _, e := range answer {
		evaluated = append(evaluated, [voprf.ElementSize]byte(e))
	}
	return r, evaluated, [voprf.ProofSize]byte(p)
}

// TestOracle asks blind for 2,000 random inputs (200 in short runs) in batches
// of 1 to 8, under changing keys, and compares the values with those evaluated directly, and for
// some with those of circl's own asking side.
func TestOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func() []byte {
		b := make([]byte, rng.IntN(301))
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		return b
	}
	enough := 2000
	if testing.Short() {
		enough = 200
	}
	for asked := 0; asked < enough; {
		k, err := DeriveKey(&Seed{byte(asked), byte(asked >> 8)}, "1", "US-FL")
		if err != nil {
			t.Fatal(err)
		}
		for size := 1; size <= 8; size++ {
			inputs := make([][]byte, size)
			for i := range inputs {
				inputs[i] = random()
			}
			r, evaluated, proof := ask(t, k, inputs)
			outputs, err := r.Finalize(parseKey(t, k), evaluated, proof)
			if err != nil {
				t.Fatalf("batch of %d: %v", size, err)
			}
			for i, input := range inputs {
				if direct, err := k.Evaluate(input); err != nil || direct != outputs[i] {
					t.Fatalf("input of %d bytes: %x asked blind, %x directly (%v)", len(input), outputs[i], direct, err)
				}
			}
			if size == 3 {
				compareWithCircl(t, k, inputs, outputs)
			}
			asked += size
		}
	}
}

// compareWithCircl asks for the inputs with circl's asking side, which takes the
// answer and proof of k, and of circl's answering side, which our asking side
// takes.
func compareWithCircl(t *testing.T, k *Key, inputs [][]byte, want [][voprf.OutputSize]byte) {
	t.Helper()
	var pk oprf.PublicKey
	if err := pk.UnmarshalBinary(oprf.SuiteRistretto255, k.PublicKey()); err != nil {
		t.Fatal(err)
	}
	client := oprf.NewVerifiableClient(oprf.SuiteRistretto255, &pk)
	state, request, err := client.Blind(inputs)
	if err != nil {
		t.Fatal(err)
	}
	var elements [][]byte
	for _, e := range request.Elements {
		encoded, err := encode(e)
		if err != nil {
			t.Fatal(err)
		}
		elements = append(elements, encoded[:])
	}
	evaluated, proof, err := k.BlindEvaluate(elements)
	if err != nil {
		t.Fatal(err)
	}
	answer := oprf.Evaluation{Proof: new(dleq.Proof)}
	for _, b := range evaluated {
		e := group.Ristretto255.NewElement()
		if err := e.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		answer.Elements = append(answer.Elements, e)
	}
	if err := answer.Proof.UnmarshalBinary(group.Ristretto255, proof); err != nil {
		t.Fatal(err)
	}
	outputs, err := client.Finalize(state, &answer)
	if err != nil {
		t.Fatal(err)
	}
	for i, y := range outputs {
		if [voprf.OutputSize]byte(y) != want[i] {
			t.Fatalf("circl's client: %x, ours %x", y, want[i])
		}
	}
	if outputs := askCircl(t, k, inputs); !slices.Equal(outputs, want) {
		t.Fatalf("circl's server: %x, ours %x", outputs, want)
	}
}

// askCircl asks circl's answering side, under the key of k, with our asking side.
func askCircl(t *testing.T, k *Key, inputs [][]byte) [][voprf.OutputSize]byte {
	t.Helper()
	r, err := voprf.Blind(crand.Reader, inputs)
	if err != nil {
		t.Fatal(err)
	}
	var request oprf.EvaluationRequest
	for _, b := range r.Elements() {
		e := group.Ristretto255.NewElement()
		if err := e.UnmarshalBinary(b[:]); err != nil {
			t.Fatal(err)
		}
		request.Elements = append(request.Elements, e)
	}
	answer, err := k.server.Evaluate(&request)
	if err != nil {
		t.Fatal(err)
	}
	var evaluated [][voprf.ElementSize]byte
	for _, e := range answer.Elements {
		encoded, err := encode(e)
		if err != nil {
			t.Fatal(err)
		}
		evaluated = append(evaluated, encoded)
	}
	proof, err := answer.Proof.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := r.Finalize(parseKey(t, k), evaluated, [voprf.ProofSize]byte(proof))
	if err != nil {
		t.Fatal(err)
	}
	return outputs
}

// TestDishonestAnswers: each is made of genuine parts, and each is refused.
func TestDishonestAnswers(t *testing.T) {
	k, other := testKey(t, "US-FL"), testKey(t, "US-TX")
	pk := parseKey(t, k)
	inputs := [][]byte{[]byte("a"), []byte("b"), []byte("c"), []byte("d")}
	r, evaluated, proof := ask(t, k, inputs)
	again, evaluatedAgain, proofAgain := ask(t, k, inputs)

	replay := func(r *voprf.Request, k *Key) ([][voprf.ElementSize]byte, [voprf.ProofSize]byte) {
		var elements [][]byte
		for _, e := range r.Elements() {
			elements = append(elements, slices.Clone(e[:]))
		}
		answer, p, err := k.BlindEvaluate(elements)
		if err != nil {
			t.Fatal(err)
		}
		var out [][voprf.ElementSize]byte
		for _, e := range answer {
			out = append(out, [voprf.ElementSize]byte(e))
		}
		return out, [voprf.ProofSize]byte(p)
	}
	otherEvaluated, otherProof := replay(r, other)
	mixed := slices.Clone(evaluated)
	mixed[2] = otherEvaluated[2]
	swapped := slices.Clone(evaluated)
	swapped[0], swapped[3] = swapped[3], swapped[0]
	repeated := slices.Clone(evaluated)
	repeated[1] = repeated[0]
	echoed := r.Elements()

	for _, c := range []struct {
		name      string
		pk        *voprf.PublicKey
		evaluated [][voprf.ElementSize]byte
		proof     [voprf.ProofSize]byte
	}{
		{"proof of another batch", pk, evaluated, proofAgain},
		{"answer to another batch", pk, evaluatedAgain, proofAgain},
		{"swapped elements", pk, swapped, proof},
		{"one element twice", pk, repeated, proof},
		{"elements sent back", pk, echoed, proof},
		{"another key, honest about it", pk, otherEvaluated, otherProof},
		{"another key, with the right one's proof", pk, otherEvaluated, proof},
		{"another key for one element", pk, mixed, proof},
		{"right key, asked for another", parseKey(t, other), evaluated, proof},
		{"proof of zeros", pk, evaluated, [voprf.ProofSize]byte{}},
	} {
		outputs, err := r.Finalize(c.pk, c.evaluated, c.proof)
		if !errors.Is(err, voprf.ErrProof) || outputs != nil {
			t.Errorf("%s: error %v", c.name, err)
		}
	}
	if _, err := r.Finalize(pk, evaluated, proof); err != nil {
		t.Errorf("honest answer: %v", err)
	}
	// The request sent again is answered like the first time, under a new proof.
	evaluatedTwice, proofTwice := replay(again, k)
	if !slices.Equal(evaluatedTwice, evaluatedAgain) || proofTwice == proofAgain {
		t.Error("the same request: other elements or the same proof")
	}
}

// FuzzRoundTrip: asked blind, an input has the value it is evaluated to.
func FuzzRoundTrip(f *testing.F) {
	k := testKey(f, "US-FL")
	pk := parseKey(f, k)
	f.Add([]byte(nil), []byte("x"))
	f.Add(make([]byte, 111), make([]byte, 112))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		if len(first) > voprf.MaxInput || len(second) > voprf.MaxInput {
			return
		}
		inputs := [][]byte{first, second}
		r, evaluated, proof := ask(t, k, inputs)
		outputs, err := r.Finalize(pk, evaluated, proof)
		if err != nil {
			t.Fatal(err)
		}
		for i, input := range inputs {
			if y, err := k.Evaluate(input); err != nil || y != outputs[i] {
				t.Fatalf("%x: %x asked blind, %x directly (%v)", input, outputs[i], y, err)
			}
		}
	})
}

// FuzzBlindEvaluate: a batch is evaluated exactly when the asking side would
// take each of its elements, and then gives elements it takes.
func FuzzBlindEvaluate(f *testing.F) {
	k := testKey(f, "US-FL")
	var file struct{ Encodings, Ours []struct{ Why, Hex string } }
	readJSON(f, "invalid-elements.json", &file)
	for _, e := range append(file.Encodings, file.Ours...) {
		f.Add(unhex(f, e.Hex), k.PublicKey())
	}
	f.Add(k.PublicKey(), k.PublicKey())
	f.Fuzz(func(t *testing.T, first, second []byte) {
		valid := func(b []byte) bool { _, err := voprf.ParsePublicKey(b); return err == nil }
		evaluated, proof, err := k.BlindEvaluate([][]byte{first, second})
		if want := valid(first) && valid(second); (err == nil) != want || err != nil && !errors.Is(err, voprf.ErrElement) {
			t.Fatalf("%x, %x: error %v, valid: %v", first, second, err, want)
		}
		if err == nil && (len(evaluated) != 2 || !valid(evaluated[0]) || !valid(evaluated[1]) || len(proof) != voprf.ProofSize) {
			t.Fatalf("%x, %x: evaluated %x, proof %x", first, second, evaluated, proof)
		}
	})
}
