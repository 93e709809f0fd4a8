package suite

import (
	"crypto/sha512"

	ristretto "github.com/bwesterb/go-ristretto"
)

// Weights returns what the elements of a batch, and the evaluated ones in their
// places, are weighted with before they are added up and shown to have been
// multiplied alike: each a hash of everything that is to be shown
// (ComputeComposites of RFC 9497, sections 2.2.1 and 2.2.2, up to the sums). pk
// is the encoded public key.
func Weights(pk *[ElementSize]byte, elements, evaluated [][ElementSize]byte) []ristretto.Scalar {
	seed := sha512.Sum512(AppendLP(AppendLP(nil, pk[:]), []byte(seedDST)))

	const label = "Composite"
	transcript := make([]byte, 0, 2+len(seed)+2+2*(2+ElementSize)+len(label))
	weights := make([]ristretto.Scalar, len(elements))
	for i := range weights {
		transcript = append(AppendLP(transcript[:0], seed[:]), byte(i>>8), byte(i))
		transcript = AppendLP(AppendLP(transcript, elements[i][:]), evaluated[i][:])
		hashToScalar(&weights[i], append(transcript, label...))
	}
	return weights
}

// Challenge returns the hash that stands for a verifier's choice (RFC 9497,
// section 2.2.1): of the public key, of the weighted sums m of the elements and
// z of the evaluated ones, and of t2 and t3, the base point and m multiplied by
// the prover's nonce.
func Challenge(pk, m, z, t2, t3 *[ElementSize]byte) (c ristretto.Scalar) {
	const label = "Challenge"
	transcript := make([]byte, 0, 5*(2+ElementSize)+len(label))
	for _, element := range []*[ElementSize]byte{pk, m, z, t2, t3} {
		transcript = AppendLP(transcript, element[:])
	}
	hashToScalar(&c, append(transcript, label...))
	return c
}
