package evaluate

import (
	"fmt"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"

	"rollcheck/hashing/voprf"
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
	request, err := decode(elements)
	if err != nil {
		return nil, nil, err
	}
	answer, err := k.server.Evaluate(request)
	if err != nil {
		return nil, nil, fmt.Errorf("evaluating a batch: %w", err)
	}
	evaluated = make([][]byte, len(answer.Elements))
	for i, e := range answer.Elements {
		if evaluated[i], err = e.MarshalBinaryCompress(); err != nil {
			return nil, nil, fmt.Errorf("encoding an evaluated element: %w", err)
		}
	}
	if proof, err = answer.Proof.MarshalBinary(); err != nil {
		return nil, nil, fmt.Errorf("encoding a proof: %w", err)
	}
	return evaluated, proof, nil
}

// decode is DeserializeElement of RFC 9497, section 4.1, for a batch. The
// identity is refused here because circl decodes it like any other point.
func decode(elements [][]byte) (*oprf.EvaluationRequest, error) {
	if len(elements) == 0 || len(elements) > voprf.MaxBatch { // an index would be hashed modulo 2^16
		return nil, voprf.ErrElement
	}
	decoded := make([]oprf.Blinded, len(elements))
	for i, b := range elements {
		e := group.Ristretto255.NewElement()
		if len(b) != voprf.ElementSize || e.UnmarshalBinary(b) != nil || e.IsIdentity() {
			return nil, fmt.Errorf("number %d of the batch: %w", i, voprf.ErrElement)
		}
		decoded[i] = e
	}
	return &oprf.EvaluationRequest{Elements: decoded}, nil
}
