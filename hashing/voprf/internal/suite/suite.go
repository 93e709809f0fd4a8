// Package suite is what both sides of package voprf compute alike: the hashes of
// ristretto255-SHA512 (RFC 9497, section 4.1) and the public parts of its proofs
// (section 2.2). [Sum] takes a time that depends on what it is given, nothing else
// here does.
package suite

import (
	"crypto/sha512"

	ristretto "github.com/bwesterb/go-ristretto"
)

// ElementSize is the length of an encoded element in bytes, Ne of the suite.
const ElementSize = 32

// context is what CreateContextString of RFC 9497, section 3.1, gives for this
// mode and suite.
const context = "OPRFV1-\x01-ristretto255-SHA512"

// Domain separation tags of the suite (RFC 9497, sections 2.2 and 4.1).
const (
	groupDST  = "HashToGroup-" + context
	scalarDST = "HashToScalar-" + context
	seedDST   = "Seed-" + context
)

// HashToGroup sets p to the point of an input: hash_to_ristretto255 of RFC 9380,
// appendix B, which adds the images of two halves of 64 uniform bytes under the
// map of RFC 9496, section 4.3.4.
func HashToGroup(p *ristretto.Point, input []byte) {
	uniform := expand(groupDST, input)
	var q ristretto.Point
	p.SetElligator((*[32]byte)(uniform[:32]))
	q.SetElligator((*[32]byte)(uniform[32:]))
	p.Add(p, &q)
}

// hashToScalar sets s to 64 uniform bytes, little-endian, modulo the order of
// the group (RFC 9497, section 4.1).
func hashToScalar(s *ristretto.Scalar, msg []byte) {
	uniform := expand(scalarDST, msg)
	s.SetReduced(&uniform)
}

// expand is expand_message_xmd of RFC 9380, section 5.3.1, with SHA-512, for the
// one length the suite asks for: 64 bytes, which is one block of output. A dst
// is at most 255 bytes.
func expand(dst string, msg []byte) [64]byte {
	suffix := append(append(make([]byte, 0, 64), dst...), byte(len(dst)))

	buf := make([]byte, sha512.BlockSize, sha512.BlockSize+len(msg)+3+len(suffix)) // Z_pad
	buf = append(buf, msg...)
	buf = append(buf, 0, 64, 0) // the length asked for, and the block's number
	b0 := sha512.Sum512(append(buf, suffix...))

	buf = append(buf[:0], b0[:]...)
	buf = append(buf, 1)
	return sha512.Sum512(append(buf, suffix...))
}

// Decode sets p to the point a non-identity element encodes, and reports whether
// it encodes one: DeserializeElement of RFC 9497, section 4.1. Every point has
// exactly one encoding (RFC 9496, section 4.3.1), the identity that of zero.
func Decode(p *ristretto.Point, b *[ElementSize]byte) bool {
	return p.SetBytes(b) && *b != [ElementSize]byte{}
}

// AppendLP appends b with its length as 16 bits, big-endian, the framing of all
// transcripts of RFC 9497. No b is longer than that length can say.
func AppendLP(dst, b []byte) []byte {
	return append(append(dst, byte(len(b)>>8), byte(len(b))), b...)
}
