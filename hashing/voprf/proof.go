package voprf

import (
	"crypto/sha512"

	ristretto "github.com/bwesterb/go-ristretto"
)

// verify is VerifyProof of RFC 9497, section 2.2.2: it reports whether the proof
// (c, s) shows that one scalar takes the base point to pk and each element of
// the request to the evaluated one in its place. points are the evaluated
// elements, decoded.
func (r *Request) verify(pk *PublicKey, evaluated [][ElementSize]byte, points []ristretto.Point, proof *[ProofSize]byte) bool {
	var c, s, expected ristretto.Scalar
	if !c.SetBytesStrict((*[32]byte)(proof[:32])) || !s.SetBytesStrict((*[32]byte)(proof[32:])) {
		return false
	}
	m, z := r.composites(pk, evaluated, points)

	var t2, t3, term ristretto.Point
	t2.PublicScalarMult(t2.SetBase(), &s) // without the base point's table, 30 KB to a browser
	t2.Add(&t2, term.PublicScalarMult(&pk.point, &c))
	t3.PublicScalarMult(&m, &s)
	t3.Add(&t3, term.PublicScalarMult(&z, &c))

	const label = "Challenge"
	transcript := make([]byte, 0, 5*(2+ElementSize)+len(label))
	transcript = appendLP(transcript, pk.encoded[:])
	for _, p := range []*ristretto.Point{&m, &z, &t2, &t3} {
		var b [ElementSize]byte
		p.BytesInto(&b)
		transcript = appendLP(transcript, b[:])
	}
	hashToScalar(&expected, append(transcript, label...))
	return expected.Equals(&c)
}

// composites is ComputeComposites of RFC 9497, section 2.2.2: the sums of the
// elements of the request, and of the evaluated ones, each weighted with a hash
// of everything that is to be shown.
func (r *Request) composites(pk *PublicKey, evaluated [][ElementSize]byte, points []ristretto.Point) (m, z ristretto.Point) {
	seed := sha512.Sum512(appendLP(appendLP(nil, pk.encoded[:]), []byte(seedDST)))

	const label = "Composite"
	transcript := make([]byte, 0, 2+len(seed)+2+2*(2+ElementSize)+len(label))
	var d ristretto.Scalar
	var term ristretto.Point
	m.SetZero()
	z.SetZero()
	for i := range points {
		transcript = append(appendLP(transcript[:0], seed[:]), byte(i>>8), byte(i))
		transcript = appendLP(appendLP(transcript, r.elements[i][:]), evaluated[i][:])
		hashToScalar(&d, append(transcript, label...))
		m.Add(&m, term.PublicScalarMult(&r.points[i], &d))
		z.Add(&z, term.PublicScalarMult(&points[i], &d))
	}
	return m, z
}
