package evaluate

import (
	"crypto/rand"
	"fmt"

	ristretto "github.com/bwesterb/go-ristretto"
	"github.com/cloudflare/circl/group"

	"rollcheck/hashing/voprf"
	"rollcheck/hashing/voprf/internal/suite"
)

// BlindEvaluate evaluates a batch of blinded elements, each of 32 bytes, and
// proves that all were evaluated under this key (RFC 9497, section 3.3.2). The
// evaluated elements, 32 bytes each, are in the order of the batch; the proof is
// of 64 bytes whatever the batch.
//
// Nothing is evaluated unless the whole batch may be: an element of another
// length, one that is not the only encoding of its point, one that is no point,
// and the identity are [voprf.ErrElement] with their place; so is a batch of no
// element or of more than [voprf.MaxBatch].
func (k *Key) BlindEvaluate(elements [][]byte) (evaluated [][]byte, proof []byte, err error) {
	b, err := decode(elements)
	if err != nil {
		return nil, nil, err
	}
	answers := make([]element, len(b.elements))
	evaluated = make([][]byte, len(answers))
	for i := range answers {
		if answers[i], err = encode(group.Ristretto255.NewElement().Mul(b.elements[i], k.secret)); err != nil {
			return nil, nil, err
		}
		evaluated[i] = answers[i][:]
	}
	if proof, err = k.prove(b, answers, group.Ristretto255.RandomNonZeroScalar(rand.Reader)); err != nil {
		return nil, nil, err
	}
	return evaluated, proof, nil
}

// element is an encoded element of the group.
type element = [voprf.ElementSize]byte

// batch is what was asked: the elements as they came, as circl's, for what is
// done to them with a secret, and as points that need not be kept secret.
type batch struct {
	encoded  []element
	elements []group.Element
	points   []ristretto.Point
}

// decode is DeserializeElement of RFC 9497, section 4.1, for a batch. The
// identity is refused here because circl decodes it like any other point.
func decode(elements [][]byte) (*batch, error) {
	n := len(elements)
	if n == 0 || n > voprf.MaxBatch { // an index would be hashed modulo 2^16
		return nil, voprf.ErrElement
	}
	b := &batch{make([]element, n), make([]group.Element, n), make([]ristretto.Point, n)}
	for i, encoded := range elements {
		b.elements[i] = group.Ristretto255.NewElement()
		if len(encoded) != voprf.ElementSize || b.elements[i].UnmarshalBinary(encoded) != nil || b.elements[i].IsIdentity() {
			return nil, fmt.Errorf("number %d of the batch: %w", i, voprf.ErrElement)
		}
		b.encoded[i] = element(encoded)
		b.points[i].SetBytes(&b.encoded[i])
	}
	return b, nil
}

// prove is GenerateProof of RFC 9497, section 2.2.1: it proves that evaluated are
// the elements of b under this key. A nonce is drawn for one proof and told to
// nobody: two proofs under one nonce, or one with its nonce, give the key away.
//
// circl's own proof multiplies every element of the batch as if its weight were
// secret. Weights and elements are what the other side has as well, so their sum
// is made here in a third of the time; whatever the key or the nonce goes into
// is circl's.
func (k *Key) prove(b *batch, evaluated []element, nonce group.Scalar) ([]byte, error) {
	var sum ristretto.Point
	suite.Sum(&sum, suite.Weights(&k.public, b.encoded, evaluated), b.points)
	var encoded element
	sum.BytesInto(&encoded)
	m := group.Ristretto255.NewElement()
	if err := m.UnmarshalBinary(encoded[:]); err != nil {
		return nil, fmt.Errorf("proving an evaluation: %w", err)
	}

	var shown [3]element // z, t2 and t3
	for i, e := range []group.Element{
		group.Ristretto255.NewElement().Mul(m, k.secret),
		group.Ristretto255.NewElement().MulGen(nonce),
		group.Ristretto255.NewElement().Mul(m, nonce),
	} {
		var err error
		if shown[i], err = encode(e); err != nil {
			return nil, err
		}
	}

	hash := suite.Challenge(&k.public, &encoded, &shown[0], &shown[1], &shown[2])
	c, s := group.Ristretto255.NewScalar(), group.Ristretto255.NewScalar()
	if err := c.UnmarshalBinary(hash.Bytes()); err != nil {
		return nil, fmt.Errorf("proving an evaluation: %w", err)
	}
	s.Sub(nonce, s.Mul(c, k.secret))
	answer, err := s.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("proving an evaluation: %w", err)
	}
	return append(hash.Bytes(), answer...), nil
}

// encode is SerializeElement of RFC 9497, section 4.1.
func encode(e group.Element) (b element, err error) {
	encoded, err := e.MarshalBinaryCompress()
	if err != nil {
		return b, fmt.Errorf("encoding an element: %w", err)
	}
	return element(encoded), nil
}
