package lookup

import (
	"encoding/binary"
	"fmt"

	"rollcheck/hashing/voprf"
)

// BatchSize is the number of elements in every evaluation, so that how many of
// them are meant does not show.
const BatchSize = 4

// Sizes of the bodies of /v1/evaluate, in bytes.
const (
	RequestSize  = 2 + BatchSize*voprf.ElementSize
	ResponseSize = BatchSize*voprf.ElementSize + voprf.ProofSize
)

// Paths of the endpoints.
const (
	ManifestPath = "/v1/manifest"
	KeyPath      = "/v1/key"
	EvaluatePath = "/v1/evaluate"
)

// ListPath returns the path of a list.
func ListPath(sha256 Hash32) string { return "/v1/l/" + sha256.String() }

// FilterPath returns the path of a filter file.
func FilterPath(sha256 Hash32) string { return "/v1/f/" + sha256.String() }

// BucketPath returns the path of a bucket file: the root of its tree, so that what
// stands there never changes, and its number, decimal without leading zeros.
func BucketPath(root Hash32, number int) string { return fmt.Sprintf("/v1/b/%s/%d", root, number) }

// Elements are the elements of one batch.
type Elements [BatchSize][voprf.ElementSize]byte

// AppendRequest appends the body of an evaluation: the key id, big-endian, and the
// blinded elements.
func AppendRequest(dst []byte, key uint16, blinded *Elements) []byte {
	return appendElements(binary.BigEndian.AppendUint16(dst, key), blinded)
}

// ParseRequest reads the body of an evaluation. It does not look into the
// elements.
func ParseRequest(body []byte) (key uint16, blinded *Elements, err error) {
	if len(body) != RequestSize {
		return 0, nil, fmt.Errorf("a request of %d bytes where it has %d: %w", len(body), RequestSize, ErrFormat)
	}
	return binary.BigEndian.Uint16(body), elementsOf(body[2:]), nil
}

// AppendResponse appends the answer to an evaluation: the evaluated elements and
// the proof.
func AppendResponse(dst []byte, evaluated *Elements, proof *[voprf.ProofSize]byte) []byte {
	return append(appendElements(dst, evaluated), proof[:]...)
}

// ParseResponse reads the answer to an evaluation. It does not look into it.
func ParseResponse(body []byte) (evaluated *Elements, proof *[voprf.ProofSize]byte, err error) {
	if len(body) != ResponseSize {
		return nil, nil, fmt.Errorf("an answer of %d bytes where it has %d: %w", len(body), ResponseSize, ErrFormat)
	}
	return elementsOf(body), (*[voprf.ProofSize]byte)(body[BatchSize*voprf.ElementSize:]), nil
}

func appendElements(dst []byte, e *Elements) []byte {
	for i := range e {
		dst = append(dst, e[i][:]...)
	}
	return dst
}

func elementsOf(b []byte) *Elements {
	e := new(Elements)
	for i := range e {
		copy(e[i][:], b[i*voprf.ElementSize:])
	}
	return e
}
