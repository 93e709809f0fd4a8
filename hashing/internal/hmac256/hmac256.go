// Package hmac256 computes HMAC-SHA256 (RFC 2104, FIPS 180-4) of many short
// messages under fixed keys, two at a time.
//
// A match key costs two compressions of SHA-256, about 85 ns of which half
// waits for the instruction before it; the standard library adds about 100 ns
// of bookkeeping to them, since it must serve messages of any length in any
// number of writes. Ingest is half made of this, so here both are saved where
// the processor has SHA instructions: the padded key's states are kept, and two
// messages are compressed side by side. Everywhere else, and for long messages,
// the standard library does the work. It is the oracle of the tests, too.
package hmac256

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// shortMessage is the longest message that fits one block with its padding.
const shortMessage = 64 - 1 - 8

// Key is a key with what can be computed ahead. It is not safe for concurrent
// use.
type Key struct {
	inner, outer state
	std          hash.Hash
	sum          []byte
}

// state is the state of SHA-256 in the order the instructions take it:
// F E B A, H G D C.
type state [8]uint32

// NewKey prepares a key of any length.
func NewKey(key []byte) *Key {
	k := &Key{std: hmac.New(sha256.New, key), sum: make([]byte, 0, sha256.Size)}
	if !accelerated {
		return k
	}
	if len(key) > sha256.BlockSize {
		sum := sha256.Sum256(key)
		key = sum[:]
	}
	var ipad, opad [64]byte
	copy(ipad[:], key)
	copy(opad[:], key)
	for i := range ipad {
		ipad[i] ^= 0x36
		opad[i] ^= 0x5c
	}
	compress2(&k.inner, &initial, &ipad, &k.outer, &initial, &opad)
	return k
}

// initial is the initial state of FIPS 180-4, section 5.3.3.
var initial = state{
	0x9b05688c, 0x510e527f, 0xbb67ae85, 0x6a09e667,
	0x5be0cd19, 0x1f83d9ab, 0xa54ff53a, 0x3c6ef372,
}

// Sum sets out to the HMAC of x.
func (k *Key) Sum(x []byte, out *[32]byte) {
	k.std.Reset()
	k.std.Write(x)
	k.sum = k.std.Sum(k.sum[:0])
	copy(out[:], k.sum)
}

// Pair is room for two messages. It is not safe for concurrent use.
type Pair struct {
	a, b   [64]byte
	sa, sb state
}

// Sum sets outA to the HMAC of xa under ka and outB to that of xb under kb,
// which may be the same key.
func (p *Pair) Sum(ka *Key, xa []byte, outA *[32]byte, kb *Key, xb []byte, outB *[32]byte) {
	if !accelerated || len(xa) > shortMessage || len(xb) > shortMessage {
		ka.Sum(xa, outA)
		kb.Sum(xb, outB)
		return
	}
	pad(&p.a, xa)
	pad(&p.b, xb)
	compress2(&p.sa, &ka.inner, &p.a, &p.sb, &kb.inner, &p.b)
	p.sa.put((*[32]byte)(p.a[:]))
	p.sb.put((*[32]byte)(p.b[:]))
	padDigest(&p.a)
	padDigest(&p.b)
	compress2(&p.sa, &ka.outer, &p.a, &p.sb, &kb.outer, &p.b)
	p.sa.put(outA)
	p.sb.put(outB)
}

// pad makes the last block of a message that follows a block of key.
func pad(block *[64]byte, x []byte) {
	n := copy(block[:], x)
	block[n] = 0x80
	clear(block[n+1 : 56])
	binary.BigEndian.PutUint64(block[56:], uint64(64+n)*8)
}

// padDigest completes a block that begins with a digest and follows a block of
// key.
func padDigest(block *[64]byte) {
	block[32] = 0x80
	clear(block[33:56])
	binary.BigEndian.PutUint64(block[56:], (64+32)*8)
}

// put writes the digest.
func (s *state) put(b *[32]byte) {
	binary.BigEndian.PutUint64(b[0:], uint64(s[3])<<32|uint64(s[2]))
	binary.BigEndian.PutUint64(b[8:], uint64(s[7])<<32|uint64(s[6]))
	binary.BigEndian.PutUint64(b[16:], uint64(s[1])<<32|uint64(s[0]))
	binary.BigEndian.PutUint64(b[24:], uint64(s[5])<<32|uint64(s[4]))
}
