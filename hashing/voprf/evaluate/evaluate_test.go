package evaluate

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"

	"rollcheck/hashing/voprf"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readJSON(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile("../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func testKey(t testing.TB, jurisdiction string) *Key {
	t.Helper()
	k, err := DeriveKey(&Seed{1, 2, 3}, "2026", jurisdiction)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestVectors(t *testing.T) {
	var file struct {
		Seed, Info string
		PublicKey  string `json:"public_key"`
		Batches    []struct {
			Nonce, Proof string
			Elements     []struct{ Input, Blinded, Evaluated, Output string }
		}
	}
	readJSON(t, "rfc9497.json", &file)
	k, err := derive((*Seed)(unhex(t, file.Seed)), unhex(t, file.Info))
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(k.PublicKey()); got != file.PublicKey {
		t.Errorf("public key %s, want %s", got, file.PublicKey)
	}
	if len(file.Batches) != 3 {
		t.Fatalf("%d batches", len(file.Batches))
	}
	for i, b := range file.Batches {
		var blinded [][]byte
		for _, e := range b.Elements {
			blinded = append(blinded, unhex(t, e.Blinded))
			if y, err := k.Evaluate(unhex(t, e.Input)); err != nil || hex.EncodeToString(y[:]) != e.Output {
				t.Errorf("batch %d: output %x, error %v, want %s", i, y, err, e.Output)
			}
		}
		evaluated, _, err := k.BlindEvaluate(blinded)
		if err != nil {
			t.Errorf("batch %d: %v", i, err)
			continue
		}
		answers := make([]element, len(evaluated))
		for j, e := range evaluated {
			if hex.EncodeToString(e) != b.Elements[j].Evaluated {
				t.Errorf("batch %d: element %d is %x, want %s", i, j, e, b.Elements[j].Evaluated)
			}
			answers[j] = element(e)
		}
		decoded, err := decode(blinded)
		if err != nil {
			t.Fatal(err)
		}
		nonce := group.Ristretto255.NewScalar()
		if err := nonce.UnmarshalBinary(unhex(t, b.Nonce)); err != nil {
			t.Fatal(err)
		}
		if proof, err := k.prove(decoded, answers, nonce); err != nil || hex.EncodeToString(proof) != b.Proof {
			t.Errorf("batch %d: proof %x, error %v, want %s", i, proof, err, b.Proof)
		}
	}
}

// TestDeriveKey holds the derivation down by the whole string that goes in, and
// by one key that published manifests would carry.
func TestDeriveKey(t *testing.T) {
	seed := Seed(bytes.Repeat([]byte{0x42}, 32))
	k, err := DeriveKey(&seed, "2026", "US-FL")
	if err != nil {
		t.Fatal(err)
	}
	secret, err := oprf.DeriveKey(oprf.SuiteRistretto255, oprf.VerifiableMode, seed[:], []byte("vrx1|2026|US-FL"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := secret.Public().MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(k.PublicKey(), want) {
		t.Errorf("public key %x, want %x", k.PublicKey(), want)
	}
	const frozen = "96a6029f55b5780d9355860c350a7b79c7e85d58bd70e6cd9672b7868986a048"
	if got := hex.EncodeToString(k.PublicKey()); got != frozen {
		t.Errorf("public key %s, want %s", got, frozen)
	}
	if got := fmt.Sprintf("%v %+v %s", k, k, k); strings.Count(got, "key "+frozen) != 3 || len(got) != 3*(4+64)+2 {
		t.Errorf("printed as %s", got)
	}
}

func TestKeysDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, seed := range []Seed{{}, {1}} {
		for _, name := range [][2]string{{"2026", "US-FL"}, {"2026", "US-TX"}, {"2027", "US-FL"}, {"2026U", "S-FL"}, {"US-FL", "2026"}} {
			k, err := DeriveKey(&seed, name[0], name[1])
			if err != nil {
				t.Fatal(err)
			}
			what := fmt.Sprint(seed[0], name)
			if other, ok := seen[string(k.PublicKey())]; ok {
				t.Errorf("%s and %s have one key", what, other)
			}
			seen[string(k.PublicKey())] = what
		}
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"a", "US-FL", "2026.1_b", "Zz09", strings.Repeat("x", 64)} {
		if _, err := DeriveKey(&Seed{}, name, name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", "a|b", "US FL", "é", "a\n", "a\x00", "@", "[", "`", "{", "/", ":", strings.Repeat("x", 65)} {
		if _, err := DeriveKey(&Seed{}, name, "US-FL"); !errors.Is(err, ErrName) {
			t.Errorf("epoch %q: error %v", name, err)
		}
		if _, err := DeriveKey(&Seed{}, "2026", name); !errors.Is(err, ErrName) {
			t.Errorf("jurisdiction %q: error %v", name, err)
		}
	}
}

func TestInvalidElements(t *testing.T) {
	var file struct{ Encodings, Ours []struct{ Why, Hex string } }
	readJSON(t, "invalid-elements.json", &file)
	all := append(file.Encodings, file.Ours...)
	if len(file.Encodings) != 29 || len(file.Ours) == 0 {
		t.Fatalf("%d and %d encodings", len(file.Encodings), len(file.Ours))
	}
	k := testKey(t, "US-FL")
	good := k.PublicKey() // an element like any other
	refused := func(what string, place int, elements ...[]byte) {
		t.Helper()
		evaluated, proof, err := k.BlindEvaluate(elements)
		if !errors.Is(err, voprf.ErrElement) || evaluated != nil || proof != nil {
			t.Errorf("%s: error %v", what, err)
		} else if place >= 0 && !strings.Contains(err.Error(), fmt.Sprintf("number %d ", place)) {
			t.Errorf("%s: error %v does not name place %d", what, err, place)
		}
	}
	for _, e := range all {
		refused(e.Why, 0, unhex(t, e.Hex))
		refused(e.Why, 2, good, good, unhex(t, e.Hex), good)
	}
	for n := range 66 {
		if n != voprf.ElementSize {
			refused(fmt.Sprint(n, " bytes"), 1, good, append(bytes.Clone(good), make([]byte, 34)...)[:n])
		}
	}
	refused("no element", -1)
	refused("too many elements", -1, slices.Repeat([][]byte{good}, voprf.MaxBatch+1)...)
	if _, _, err := k.BlindEvaluate([][]byte{good}); err != nil {
		t.Error(err)
	}
}

func TestInputLimit(t *testing.T) {
	k := testKey(t, "US-FL")
	long := make([]byte, 65535)
	if _, err := k.Evaluate(long); !errors.Is(err, voprf.ErrInput) {
		t.Errorf("too long: error %v", err)
	}
	for _, input := range [][]byte{nil, long[:65534]} {
		if _, err := k.Evaluate(input); err != nil {
			t.Errorf("%d bytes: %v", len(input), err)
		}
	}
}
