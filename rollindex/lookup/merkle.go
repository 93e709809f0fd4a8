package lookup

import (
	"crypto/sha256"
	"errors"
)

// Hash is a SHA-256.
type Hash [sha256.Size]byte

// LeafHash returns the leaf of a tree that stands for the body of a bucket. It and
// the nodes are those of RFC 6962, section 2.1: no leaf can be taken for a node.
func LeafHash(body []byte) Hash {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(body)
	return Hash(h.Sum(nil))
}

func nodeHash(left, right *Hash) Hash {
	var b [1 + 2*sha256.Size]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}

// Tree is the Merkle tree over the buckets of one key: 2^bits leaves. It holds
// their hashes, 64 bytes a bucket.
type Tree struct {
	levels [][]Hash // leaves first, the root alone last
}

// NewTree returns the tree over the bodies of buckets in order; there are a
// power of two of them.
func NewTree(bodies [][]byte) (*Tree, error) {
	leaves := make([]Hash, len(bodies))
	for i, b := range bodies {
		leaves[i] = LeafHash(b)
	}
	return TreeOf(leaves)
}

// TreeOf is [NewTree] of the [LeafHash] of each body, which are kept.
func TreeOf(leaves []Hash) (*Tree, error) {
	n := len(leaves)
	if n == 0 || n&(n-1) != 0 || n > 1<<16 {
		return nil, errors.New("a tree needs a power of two of buckets, at most 65,536")
	}
	level := leaves
	t := &Tree{levels: [][]Hash{level}}
	for len(level) > 1 {
		above := make([]Hash, len(level)/2)
		for i := range above {
			above[i] = nodeHash(&level[2*i], &level[2*i+1])
		}
		t.levels, level = append(t.levels, above), above
	}
	return t, nil
}

// Root returns the hash at the top.
func (t *Tree) Root() Hash { return t.levels[len(t.levels)-1][0] }

// AppendProof appends the proof of a bucket: the hash beside it, that beside
// their node, and so on up to the root, which is not in it.
func (t *Tree) AppendProof(dst []byte, bucket int) []byte {
	for _, level := range t.levels[:len(t.levels)-1] {
		dst = append(dst, level[bucket^1][:]...)
		bucket >>= 1
	}
	return dst
}

// proves reports whether the proof shows that body is the leaf of that number
// under the root. The proof's length is a whole number of hashes.
func proves(root *Hash, body []byte, bucket int, proof []byte) bool {
	h := LeafHash(body)
	for ; len(proof) >= len(h); proof = proof[len(h):] {
		beside := Hash(proof)
		if bucket&1 == 0 {
			h = nodeHash(&h, &beside)
		} else {
			h = nodeHash(&beside, &h)
		}
		bucket >>= 1
	}
	return bucket == 0 && len(proof) == 0 && h == *root
}
