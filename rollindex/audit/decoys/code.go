package decoys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/rand/v2"
)

// Bias is a probability that a shared decoy is in a copy, and how often it is chosen.
type Bias struct{ P, Weight float64 }

// MaxColluders is the most colluders that a pool can be made for.
const MaxColluders = 8

// Biases returns the biases of a pool against so many colluders, 2 to
// [MaxColluders]: those of Nuida, Fujitsu, Hagiwara, Kitagawa, Watanabe, Ogawa and
// Imai (2009, "An improvement of discrete Tardos fingerprinting codes", Designs,
// Codes and Cryptography 52: 339-362). They are the nodes of the Gauss-Legendre
// quadrature with ceil(c/2) points, moved from [-1, 1] to [0, 1], with its weights
// over sqrt(p(1-p)), scaled to 1.
func Biases(colluders int) []Bias {
	var list []Bias
	for _, n := range legendre[(max(colluders, 2)+1)/2-1] {
		p := (1 + n.x) / 2
		list = append(list, Bias{p, n.w / math.Sqrt(p*(1-p))})
	}
	sum := 0.0
	for _, b := range list {
		sum += b.Weight
	}
	for i := range list {
		list[i].Weight /= sum
	}
	return list
}

// legendre are the nodes and weights of the Gauss-Legendre quadrature with 1 to 4
// points (NIST Digital Library of Mathematical Functions, 3.5.23 and tables 3.5.1
// and following).
var legendre = [...][]struct{ x, w float64 }{
	{{0, 2}},
	{{-1 / math.Sqrt(3), 1}, {1 / math.Sqrt(3), 1}},
	{{-math.Sqrt(0.6), 5.0 / 9}, {0, 8.0 / 9}, {math.Sqrt(0.6), 5.0 / 9}},
	{
		{-math.Sqrt(3.0/7 + 2.0/7*math.Sqrt(1.2)), (18 - math.Sqrt(30)) / 36},
		{-math.Sqrt(3.0/7 - 2.0/7*math.Sqrt(1.2)), (18 + math.Sqrt(30)) / 36},
		{math.Sqrt(3.0/7 - 2.0/7*math.Sqrt(1.2)), (18 + math.Sqrt(30)) / 36},
		{math.Sqrt(3.0/7 + 2.0/7*math.Sqrt(1.2)), (18 - math.Sqrt(30)) / 36},
	},
}

// drawBias draws a bias by the weights.
func drawBias(biases []Bias, rng *rand.Rand) float64 {
	u := rng.Float64()
	for _, b := range biases {
		if u -= b.Weight; u < 0 {
			return b.P
		}
	}
	return biases[len(biases)-1].P
}

// Carried returns how many decoys of the pool a recipient's copy has.
func (r *Register) Carried(rel *Release, recipient string) int {
	return count(r.carried(rel, recipient))
}

// carrier returns the key of a recipient's bits.
func (r *Register) carrier(rel *Release, recipient string) []byte {
	mac := hmac.New(sha256.New, r.derive("carries", 32))
	mac.Write([]byte(r.ID + "\x00" + rel.SHA256 + "\x00" + recipient))
	return mac.Sum(nil)
}

func uniform(key []byte, j int) float64 {
	mac := hmac.New(sha256.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(j)))
	return float64(binary.BigEndian.Uint64(mac.Sum(nil))>>11) / (1 << 53)
}

// carried returns which decoys of the pool a recipient's copy has: decoy j if a keyed
// function of register, release, recipient and j, uniform on [0, 1), lies under its
// bias. The bits of a recipient are independent of those of all others to whoever
// has not the key (Tardos 2003, "Optimal probabilistic fingerprint codes", STOC).
func (r *Register) carried(rel *Release, recipient string) []bool {
	bits, key := make([]bool, len(rel.Pool)), r.carrier(rel, recipient)
	for j := range bits {
		bits[j] = uniform(key, j) < rel.Pool[j].Bias
	}
	return bits
}
