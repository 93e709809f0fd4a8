package suite

import (
	"math/big"
	"math/rand/v2"
	"testing"

	ristretto "github.com/bwesterb/go-ristretto"
)

// order is the order of the group (RFC 9496, section 4).
func order() *big.Int {
	tail, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	return tail.Add(tail, new(big.Int).Lsh(big.NewInt(1), 252))
}

// random returns a number below the order.
func random(rng *rand.Rand) *big.Int {
	var b [64]byte
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return new(big.Int).Mod(new(big.Int).SetBytes(b[:]), order())
}

// TestSum adds up products made one by one, of 0 to 40 terms, among them the
// weights and points that a digit or a carry may go wrong with.
func TestSum(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var edges []*big.Int
	for _, bit := range []uint{0, 1, 4, 5, 8, 63, 64, 128, 248, 251, 252} {
		n := new(big.Int).Lsh(big.NewInt(1), bit)
		edges = append(edges, n, new(big.Int).Sub(n, big.NewInt(1)), new(big.Int).Mul(n, big.NewInt(31)))
	}
	for i := range int64(20) {
		edges = append(edges, new(big.Int).Sub(order(), big.NewInt(i+1)))
	}
	for n := range 41 {
		weights, points := make([]ristretto.Scalar, n), make([]ristretto.Point, n)
		var want, got, product ristretto.Point
		want.SetZero()
		for i := range n {
			w := random(rng)
			if rng.IntN(2) == 0 {
				w.Mod(edges[rng.IntN(len(edges))], order())
			}
			weights[i].SetBigInt(w)
			HashToGroup(&points[i], random(rng).Bytes())
			switch {
			case i > 0 && rng.IntN(4) == 0:
				points[i].Set(&points[i-1])
			case i > 0 && rng.IntN(4) == 0:
				points[i].Neg(&points[i-1])
			case rng.IntN(8) == 0:
				points[i].SetZero()
			}
			want.Add(&want, product.ScalarMult(&points[i], &weights[i]))
		}
		if Sum(&got, weights, points); !got.Equals(&want) {
			t.Errorf("%d terms: %v, one by one %v", n, got, want)
		}
		if encoded := want.Bytes(); string(got.Bytes()) != string(encoded) {
			t.Errorf("%d terms: encoded %x, one by one %x", n, got.Bytes(), encoded)
		}
	}
}

// TestRecode holds the digits against their definition.
func TestRecode(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range 2000 {
		var s ristretto.Scalar
		want := random(rng)
		if i < 300 {
			want.SetInt64(int64(i))
		} else if i < 600 {
			want.Sub(order(), big.NewInt(int64(i-299)))
		}
		s.SetBigInt(want)
		var digits [256]int8
		recode(&digits, &s)
		got, last := new(big.Int), len(digits)+5
		for place := len(digits) - 1; place >= 0; place-- {
			d := int64(digits[place])
			got.Add(got.Lsh(got, 1), big.NewInt(d))
			if d == 0 {
				continue
			}
			if d%2 == 0 || d < -15 || d > 15 || last-place < 5 {
				t.Fatalf("%v: digit %d in place %d after one in %d", want, d, place, last)
			}
			last = place
		}
		if got.Cmp(want) != 0 {
			t.Fatalf("digits of %v are of %v", want, got)
		}
	}
}
