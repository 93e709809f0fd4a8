package voprf

import (
	"crypto/sha512"

	ristretto "github.com/bwesterb/go-ristretto"
)

// Sizes in bytes of the suite ristretto255-SHA512 (RFC 9497, section 4.1).
const (
	ElementSize = 32 // of a group element, Ne
	ProofSize   = 64 // of a proof: two scalars, 2 Ns
	OutputSize  = 64 // of a value of the function, Nh
)

const (
	// MaxInput is the largest input, in bytes: inputs must be smaller than 2^16-1
	// bytes (RFC 9497, section 5.1), because their length is hashed as 16 bits.
	MaxInput = 1<<16 - 2
	// MaxBatch is the largest number of inputs under one proof: their indices are
	// hashed as 16 bits (RFC 9497, section 2.2.2).
	MaxBatch = 1<<16 - 1
)

// context is what CreateContextString of RFC 9497, section 3.1, gives for this
// mode and suite.
const context = "OPRFV1-\x01-ristretto255-SHA512"

// Domain separation tags of the suite (RFC 9497, sections 2.2 and 4.1).
const (
	groupDST  = "HashToGroup-" + context
	scalarDST = "HashToScalar-" + context
	seedDST   = "Seed-" + context
)

// hashToGroup sets p to the point of an input: hash_to_ristretto255 of RFC 9380,
// appendix B, which adds the images of two halves of 64 uniform bytes under the
// map of RFC 9496, section 4.3.4.
func hashToGroup(p *ristretto.Point, input []byte) {
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

// decode sets p to the point a non-identity element encodes, and reports whether
// it encodes one: DeserializeElement of RFC 9497, section 4.1. Every point has
// exactly one encoding (RFC 9496, section 4.3.1), the identity that of zero.
func decode(p *ristretto.Point, b *[ElementSize]byte) bool {
	return p.SetBytes(b) && *b != [ElementSize]byte{}
}

// appendLP appends b with its length as 16 bits, big-endian, the framing of all
// transcripts of RFC 9497. No b is longer than [MaxInput].
func appendLP(dst, b []byte) []byte {
	return append(append(dst, byte(len(b)>>8), byte(len(b))), b...)
}
