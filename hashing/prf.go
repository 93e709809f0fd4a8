package hashing

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"rollcheck/hashing/internal/hmac256"
)

// Key is the secret of an index, 32 random bytes.
type Key [32]byte

// Salt makes two indexes built with one key unlinkable. It is not secret.
type Salt [32]byte

// PRF is the keyed function of one index: a key and a salt. It is safe for
// concurrent use; the hashers it makes are not.
//
//	PRK      = HKDF-Extract(salt, key)
//	y        = HMAC-SHA256(HKDF-Expand(PRK, "rollcheck/rc1/prf" | u8 key type, 32), x)
//	b        = AES-128(HKDF-Expand(PRK, "rollcheck/rc1/entry" | ds, 16), y[0:16])
//	tag, pad = b[0:8] big-endian, b[8:12] big-endian
//
// where ds = u8 length | dataset id | u32 big-endian generation. HKDF is that
// of RFC 5869 with SHA-256.
type PRF struct {
	prk []byte
}

// NewPRF derives the keyed function of an index.
func NewPRF(key *Key, salt *Salt) (*PRF, error) {
	prk, err := hkdf.Extract(sha256.New, key[:], salt[:])
	if err != nil {
		return nil, fmt.Errorf("deriving the index key: %w", err)
	}
	return &PRF{prk: prk}, nil
}

func (p *PRF) expand(info string, n int) []byte {
	b, err := hkdf.Expand(sha256.New, p.prk, info, n)
	if err != nil { // n is a constant far under the limit of 255 hashes
		panic(err)
	}
	return b
}

// Check returns the key check value stored in an index, so that a wrong key is
// an error and not an empty answer.
func (p *PRF) Check() [16]byte {
	mac := hmac.New(sha256.New, p.expand("rollcheck/rc1/check", 32))
	return [16]byte(mac.Sum(nil)[:16])
}

// PageKey returns the key of the MACs on the pages of one dataset.
func (p *PRF) PageKey(dataset string, generation uint32) []byte {
	return p.expand("rollcheck/rc1/page"+datasetLabel(dataset, generation), 32)
}

// Output is the keyed function's value for one match key. It says nothing of a
// dataset; [Entries.Seal] makes the entry of one from it.
type Output [32]byte

// Hasher evaluates the keyed function. It is not safe for concurrent use.
type Hasher struct {
	keys  [numKeyTypes]*hmac256.Key
	pair  hmac256.Pair
	spare Output
}

// NewHasher returns a hasher for one goroutine.
func (p *PRF) NewHasher() *Hasher {
	h := new(Hasher)
	for _, t := range KeyTypes() {
		h.keys[t] = hmac256.NewKey(p.expand("rollcheck/rc1/prf"+string(rune(t)), 32))
	}
	return h
}

// Sum sets y to the value for the hashed input x of a key of type t.
func (h *Hasher) Sum(t KeyType, x []byte, y *Output) {
	h.SumPair(t, x, y, t, x, &h.spare)
}

// SumPair is Sum of two inputs at once, in about the time of one.
func (h *Hasher) SumPair(ta KeyType, xa []byte, ya *Output, tb KeyType, xb []byte, yb *Output) {
	h.pair.Sum(h.keys[ta], xa, (*[32]byte)(ya), h.keys[tb], xb, (*[32]byte)(yb))
}

// Entries turns outputs into the entries of one dataset. It is not safe for
// concurrent use; a copy of it is for another goroutine.
type Entries struct {
	block cipher.Block
	b     [aes.BlockSize]byte // here, and not on the stack of Seal, because the call would move it to the heap
}

// Entries returns the entry function of a dataset.
func (p *PRF) Entries(dataset string, generation uint32) *Entries {
	block, err := aes.NewCipher(p.expand("rollcheck/rc1/entry"+datasetLabel(dataset, generation), 16))
	if err != nil { // 16 bytes is an AES key size
		panic(err)
	}
	return &Entries{block: block}
}

// Seal returns the tag and the mask pad of an output in the dataset. The pad is
// XORed over the mask, so that it can only be read by who knows the output.
func (e *Entries) Seal(y *Output) (Tag, Mask) {
	e.block.Encrypt(e.b[:], y[:16])
	return Tag(binary.BigEndian.Uint64(e.b[:8])), Mask(binary.BigEndian.Uint32(e.b[8:12]))
}

// datasetLabel returns u8 length | id | u32 big-endian generation. An id is at
// most 64 bytes (ValidDatasetID).
func datasetLabel(id string, generation uint32) string {
	b := append([]byte{byte(len(id))}, id...)
	return string(binary.BigEndian.AppendUint32(b, generation))
}

// ValidDatasetID reports whether id may name a dataset: 1 to 64 characters
// a-z, 0-9, '-' and '_', the first a letter or digit. It is part of a file name.
func ValidDatasetID(id string) bool {
	if len(id) == 0 || len(id) > 64 || id[0] == '-' || id[0] == '_' {
		return false
	}
	for _, c := range []byte(id) {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}
