package voprf

import (
	"crypto/sha512"
	"io"

	ristretto "github.com/bwesterb/go-ristretto"

	"rollcheck/hashing/voprf/internal/suite"
)

// Sizes in bytes of the suite ristretto255-SHA512 (RFC 9497, section 4.1).
const (
	ElementSize = suite.ElementSize // of a group element, Ne
	ProofSize   = 64                // of a proof: two scalars, 2 Ns
	OutputSize  = 64                // of a value of the function, Nh
)

const (
	// MaxInput is the largest input, in bytes: inputs must be smaller than 2^16-1
	// bytes (RFC 9497, section 5.1), because their length is hashed as 16 bits.
	MaxInput = 1<<16 - 2
	// MaxBatch is the largest number of inputs under one proof: their indices are
	// hashed as 16 bits (RFC 9497, section 2.2.2).
	MaxBatch = 1<<16 - 1
)

// PublicKey is what answers are verified against. The zero value is no key and
// fits no answer.
type PublicKey struct {
	point   ristretto.Point
	encoded [ElementSize]byte
}

// ParsePublicKey decodes a public key of 32 bytes. Any other length, an encoding
// that is not the one of its point, and the identity, under which every answer
// could be computed by anybody, are [ErrElement] (RFC 9497, section 4.1).
func ParsePublicKey(b []byte) (*PublicKey, error) {
	if len(b) != ElementSize {
		return nil, ErrElement
	}
	pk := &PublicKey{encoded: [ElementSize]byte(b)}
	if !suite.Decode(&pk.point, &pk.encoded) {
		return nil, ErrElement
	}
	return pk, nil
}

// Bytes returns the encoding of the key.
func (pk *PublicKey) Bytes() [ElementSize]byte { return pk.encoded }

// Request is a batch of blinded inputs with what is needed to use the answer. It
// holds the inputs and their blinds and so stays with who asks; only its
// elements are sent. The same request may be sent again after a lost answer: who
// receives it sees that it is the same, and nothing more.
type Request struct {
	inputs   [][]byte
	blinds   []ristretto.Scalar
	points   []ristretto.Point // the blinded elements
	elements [][ElementSize]byte
}

// Blind blinds a batch of inputs (RFC 9497, section 3.3.2), each with a blind of
// its own, drawn from rand, which is to be crypto/rand.Reader. It copies the
// inputs. A batch that is empty or too large, an input that is too long and one
// that is mapped to the identity are [ErrInput]; what rand fails with is
// returned wrapped.
func Blind(rand io.Reader, inputs [][]byte) (*Request, error) {
	blinds := make([]ristretto.Scalar, len(inputs))
	for i := range blinds {
		if err := randomScalar(&blinds[i], rand); err != nil {
			return nil, err
		}
	}
	return blind(inputs, blinds)
}

// randomScalar sets s to a scalar that is uniform but for a bias under 2^-259,
// and never zero: 64 random bytes modulo the order of the group, the method of
// RFC 9497, section 4.7.2, with more bits than it asks for. A zero, once in
// 2^252, is taken for a broken source; to draw again would not end under one
// that gives nothing but zeros.
func randomScalar(s *ristretto.Scalar, rand io.Reader) error {
	var b [64]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		return &detail{"drawing a blind", err}
	}
	if s.SetReduced(&b); s.IsNonZeroI() == 0 {
		return errZeros
	}
	return nil
}

// blind is Blind with given blinds, none of them zero.
func blind(inputs [][]byte, blinds []ristretto.Scalar) (*Request, error) {
	n := len(inputs)
	if n == 0 || n > MaxBatch {
		return nil, ErrInput
	}
	r := &Request{
		inputs:   make([][]byte, n),
		blinds:   blinds,
		points:   make([]ristretto.Point, n),
		elements: make([][ElementSize]byte, n),
	}
	for i, input := range inputs {
		if len(input) > MaxInput {
			return nil, at(i, ErrInput)
		}
		r.inputs[i] = append([]byte(nil), input...)
		suite.HashToGroup(&r.points[i], input)
		if !blindPoint(&r.points[i], &blinds[i], &r.elements[i]) {
			return nil, at(i, ErrInput)
		}
	}
	return r, nil
}

// blindPoint multiplies p by its blind and encodes the product. It reports false
// for the identity, which no blind hides.
func blindPoint(p *ristretto.Point, blind *ristretto.Scalar, element *[ElementSize]byte) bool {
	p.ScalarMult(p, blind)
	p.BytesInto(element)
	return *element != [ElementSize]byte{}
}

// Elements returns the blinded elements to be sent, in the order of the inputs.
// The slice is the request's own.
func (r *Request) Elements() [][ElementSize]byte { return r.elements }

// Finalize verifies an answer and returns the values of the function for the
// inputs of the request, in their order (RFC 9497, section 3.3.2). It returns no
// value at all unless the proof shows that every element is that of the
// request, evaluated under the key of pk: otherwise the error is [ErrProof], or
// [ErrElement] where an evaluated element is none, is the identity, is missing
// or is too many.
func (r *Request) Finalize(pk *PublicKey, evaluated [][ElementSize]byte, proof [ProofSize]byte) ([][OutputSize]byte, error) {
	if len(r.elements) == 0 {
		return nil, ErrInput
	}
	if len(evaluated) != len(r.elements) || pk.encoded == [ElementSize]byte{} {
		return nil, ErrElement
	}
	points := make([]ristretto.Point, len(evaluated))
	for i := range points {
		if !suite.Decode(&points[i], &evaluated[i]) {
			return nil, at(i, ErrElement)
		}
	}
	if !r.verify(pk, evaluated, points, &proof) {
		return nil, ErrProof
	}
	outputs := make([][OutputSize]byte, len(points))
	for i := range points {
		outputs[i] = finalize(r.inputs[i], &r.blinds[i], &points[i])
	}
	return outputs, nil
}

// finalize takes the blind off an evaluated point and hashes it with the input
// it is of.
func finalize(input []byte, blind *ristretto.Scalar, evaluated *ristretto.Point) [OutputSize]byte {
	var inverse ristretto.Scalar
	var unblinded [ElementSize]byte
	evaluated.ScalarMult(evaluated, inverse.Inverse(blind)).BytesInto(&unblinded)

	const label = "Finalize"
	buf := make([]byte, 0, 2+len(input)+2+ElementSize+len(label))
	buf = suite.AppendLP(suite.AppendLP(buf, input), unblinded[:])
	return sha512.Sum512(append(buf, label...))
}
