package hashing

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
)

// Scheme is how the match keys of an index are keyed. It is a property of the
// index, chosen when it is made.
type Scheme string

// The schemes.
const (
	// Local is an HMAC under keys of the index: for who holds the key.
	Local Scheme = "local"
	// Served is a verifiable oblivious function with a key for each jurisdiction
	// (package voprf): for who asks somebody that holds the keys and is not to see
	// who is asked about.
	Served Scheme = "served"
)

// Valid reports whether s is one of the two schemes.
func (s Scheme) Valid() bool { return s == Local || s == Served }

// NoJurisdiction stands for the jurisdiction of a row that says none; everybody
// who asks asks under it.
const NoJurisdiction = "US-ZZ"

// ServedKeyTypes returns the key types that an index of the scheme [Served]
// holds, in number order. A stranger may ask, so nothing is held by which an
// address, a telephone number or an e-mail address could be confirmed; NameZIP
// is held of files without a birth date or year alone.
func ServedKeyTypes() []KeyType { return []KeyType{NameDOB, NameYOBZIP, NameZIP, VoterID} }

// ServedSeed returns the seed from which the keys of all jurisdictions are
// derived: HKDF-Expand(PRK, "rollcheck/vrx1/seed", 32).
func (p *PRF) ServedSeed() [32]byte { return [32]byte(p.expand("rollcheck/vrx1/seed", 32)) }

// PadKey returns the key of the padding of what is published, which nobody else may
// tell from entries: HKDF-Expand(PRK, "rollcheck/vrx1/pad", 32).
func (p *PRF) PadKey() [32]byte { return [32]byte(p.expand("rollcheck/vrx1/pad", 32)) }

// CheckpointKey returns the key of the checkpoint of one dataset's ingest:
// HKDF-Expand(PRK, "rollcheck/vrx1/part" | ds, 32).
func (p *PRF) CheckpointKey(dataset string, generation uint32) []byte {
	return p.expand("rollcheck/vrx1/part"+datasetLabel(dataset, generation), 32)
}

// ServedOutput is the value of the oblivious function for one match key under
// the key of one jurisdiction.
type ServedOutput [64]byte

// ServedEntries turns the values of the oblivious function into the entries of
// one dataset. Unlike [Entries] it needs no key: who learnt a value can find the
// entry that was made from it, and no other. It is safe for concurrent use.
//
//	b        = HMAC-SHA256(key = y, "vrx1/entry" | ds)
//	tag, pad = b[0:8] big-endian, b[8:12] big-endian
type ServedEntries struct {
	info []byte
}

// NewServedEntries returns the entry function of a dataset, whose id is a valid
// one.
func NewServedEntries(dataset string, generation uint32) *ServedEntries {
	return &ServedEntries{append([]byte("vrx1/entry"), datasetLabel(dataset, generation)...)}
}

// Seal returns the tag and the mask pad of a value in the dataset.
func (e *ServedEntries) Seal(y *ServedOutput) (Tag, Mask) {
	mac := hmac.New(sha256.New, y[:])
	mac.Write(e.info)
	b := mac.Sum(make([]byte, 0, sha256.Size))
	return Tag(binary.BigEndian.Uint64(b)), Mask(binary.BigEndian.Uint32(b[8:]))
}

// Bucket returns the group of people that a name belongs to where entries are
// asked for by groups:
//
//	first 16 bits of SHA-256("vrx1-bucket" | u16 length | last | u16 length | first)
//
// of the whole canonical names, lengths and bits big-endian. Wider groups are
// named by fewer leading bits. It needs no key and says nothing but of the name.
func Bucket(last, first []byte) uint16 {
	var room [128]byte
	b := append(room[:0], "vrx1-bucket"...)
	sum := sha256.Sum256(appendField(appendField(b, last), first))
	return binary.BigEndian.Uint16(sum[:])
}

// VoterIDJurisdiction returns the jurisdiction in the hashed input of a VoterID
// key, "" if x is none.
func VoterIDJurisdiction(x []byte) string {
	const head = len(Version) + 1
	if len(x) < head+2 || string(x[:len(Version)]) != Version || KeyType(x[head-1]) != VoterID {
		return ""
	}
	n := int(binary.BigEndian.Uint16(x[head:]))
	if len(x) < head+2+n {
		return ""
	}
	return string(x[head+2 : head+2+n])
}
