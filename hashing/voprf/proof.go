package voprf

import (
	ristretto "github.com/bwesterb/go-ristretto"

	"rollcheck/hashing/voprf/internal/suite"
)

// verify is VerifyProof of RFC 9497, section 2.2.2: it reports whether the proof
// (c, s) shows that one scalar takes the base point to pk and each element of
// the request to the evaluated one in its place. points are the evaluated
// elements, decoded.
func (r *Request) verify(pk *PublicKey, evaluated [][ElementSize]byte, points []ristretto.Point, proof *[ProofSize]byte) bool {
	var c, s ristretto.Scalar
	if !c.SetBytesStrict((*[32]byte)(proof[:32])) || !s.SetBytesStrict((*[32]byte)(proof[32:])) {
		return false
	}
	var m, z, t2, t3, base ristretto.Point
	weights := suite.Weights(&pk.encoded, r.elements, evaluated)
	suite.Sum(&m, weights, r.points)
	suite.Sum(&z, weights, points)
	suite.Sum(&t2, []ristretto.Scalar{s, c}, []ristretto.Point{*base.SetBase(), pk.point})
	suite.Sum(&t3, []ristretto.Scalar{s, c}, []ristretto.Point{m, z})

	var shown [4][ElementSize]byte
	for i, p := range []*ristretto.Point{&m, &z, &t2, &t3} {
		p.BytesInto(&shown[i])
	}
	expected := suite.Challenge(&pk.encoded, &shown[0], &shown[1], &shown[2], &shown[3])
	return expected.Equals(&c)
}
