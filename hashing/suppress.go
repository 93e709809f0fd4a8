package hashing

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
)

// PersonKey is a match key of somebody who asks to be left out of an index.
type PersonKey struct {
	Input
	// Guessed is set for a spelling that the person did not say: it is theirs only
	// where something surer says so too.
	Guessed bool
}

// Mark is what a list of suppressed people keeps of a match key: 128 bits that
// only who has the key of the index can make. It has nothing in common with the
// tags of datasets.
type Mark [aes.BlockSize]byte

// Marker turns outputs into marks. It is not safe for concurrent use; a copy of
// it is for another goroutine.
//
//	mark = AES-128(HKDF-Expand(PRK, "rollcheck/rc1/suppress-mark", 16), y[0:16])
//
// y is the keyed function of a local index in an index of either scheme.
type Marker struct {
	block cipher.Block
	mark  Mark // here, and not on the stack of Mark, because the call would move it to the heap
}

// NewMarker returns the mark function of an index.
func (p *PRF) NewMarker() *Marker {
	block, err := aes.NewCipher(p.expand("rollcheck/rc1/suppress-mark", 16))
	if err != nil { // 16 bytes is an AES key size
		panic(err)
	}
	return &Marker{block: block}
}

// Mark returns the mark of an output.
func (m *Marker) Mark(y *Output) Mark {
	m.block.Encrypt(m.mark[:], y[:len(m.mark)])
	return m.mark
}

// SuppressionKey returns the key under which an index's list of suppressed people
// is encrypted: HKDF-Expand(PRK, "rollcheck/rc1/suppress", 32).
func (p *PRF) SuppressionKey() []byte { return p.expand("rollcheck/rc1/suppress", 32) }

// KeyFields returns the fields of a hashed input, nil if x is none. They are parts
// of x.
func KeyFields(x []byte) (fields [][]byte) {
	const head = len(Version) + 1
	if len(x) < head || string(x[:len(Version)]) != Version {
		return nil
	}
	for rest := x[head:]; len(rest) > 0; {
		if len(rest) < 2 {
			return nil
		}
		end := 2 + int(binary.BigEndian.Uint16(rest))
		if len(rest) < end {
			return nil
		}
		fields, rest = append(fields, rest[2:end]), rest[end:]
	}
	return fields
}
