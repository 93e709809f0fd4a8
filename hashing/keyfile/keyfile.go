// Package keyfile keeps the key of an index in a file, wrapped under a
// passphrase or, for servers that must start alone, bare.
//
// It stands apart from package hashing so that Argon2 is linked only into
// programs that open key files. Whoever loses the key, or the passphrase of its
// only file, must build the index again: nothing in the index leads back to it.
//
// The key that signs what is published of an index is kept likewise, in a file
// that begins otherwise, so that neither is taken for the other.
//
// # Format
//
// Integers are big-endian. A file is 65 bytes bare, 130 bytes wrapped:
//
//	 0  "rollcheck-key 1\n"   what this is, and the version; "rollcheck-sig 1\n" for the seed of a signing key
//	16  u8 wrapping           0 bare, 1 wrapped
//	17  bare:    key[32]
//	    wrapped: u32 time, u32 memory in KiB, u8 threads, salt[16], nonce[24], sealed[48]
//	    checksum[16]          first half of SHA-256 of all bytes before
//
// sealed is the key under XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha), with
// Argon2id (RFC 9106) of the passphrase and salt as its key and all bytes
// before sealed as associated data. The checksum tells a damaged file from a
// wrong passphrase and keeps a damaged bare key from being used.
//
// A reader refuses other versions and other lengths, and Argon2 parameters
// above 16 passes, 256 MiB or 16 threads before it runs Argon2: a file from a
// stranger must not be able to take the machine's memory. A writer uses 3
// passes, 64 MiB and 4 threads, the second recommended option of RFC 9106.
package keyfile

import (
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"

	"rollcheck/hashing"
)

// What can be wrong with a key file, for errors.Is.
var (
	// ErrNotKeyFile: it does not begin as one, or is of another version.
	ErrNotKeyFile = errors.New("not a key file of this version")
	// ErrDamaged: it begins as a key file but was cut, changed or asks for more
	// work than any honest file.
	ErrDamaged = errors.New("the key file is damaged")
	// ErrWrongPassphrase: it is intact, and the passphrase is not its own.
	ErrWrongPassphrase = errors.New("wrong passphrase")
)

// purpose is what the key in a file is for: what the file begins with.
type purpose string

const (
	forIndex   purpose = "rollcheck-key 1\n"
	forSigning purpose = "rollcheck-sig 1\n"
)

const (
	magicLen    = len(forIndex)
	headLen     = magicLen + 1
	keyLen      = 32
	saltLen     = 16
	sealedLen   = keyLen + chacha20poly1305.Overhead
	paramsLen   = 4 + 4 + 1 + saltLen + chacha20poly1305.NonceSizeX
	checksumLen = 16

	bareLen    = headLen + keyLen + checksumLen
	wrappedLen = headLen + paramsLen + sealedLen + checksumLen

	bare    = 0
	wrapped = 1
)

// params is the work of Argon2id.
type params struct {
	time, memory uint32 // memory in KiB
	threads      uint8
}

var standard = params{time: 3, memory: 64 << 10, threads: 4}

func (p params) acceptable() bool {
	return p.time >= 1 && p.time <= 16 && p.threads >= 1 && p.threads <= 16 &&
		p.memory >= 8*uint32(p.threads) && p.memory <= 256<<10
}

// Generate returns a fresh key from the system's random source.
func Generate() (hashing.Key, error) {
	var key hashing.Key
	if _, err := rand.Read(key[:]); err != nil {
		return hashing.Key{}, fmt.Errorf("generating a key: %w", err)
	}
	return key, nil
}

// ID returns a name for a key, 16 hex digits, to tell keys apart by. It says
// nothing of the key: it is cut from a hash of 256 random bits.
func ID(key *hashing.Key) string {
	h := sha256.New()
	h.Write([]byte("rollcheck/key-id"))
	h.Write(key[:])
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// encode returns the content of a key file, bare when passphrase is empty.
func encode(what purpose, key *[keyLen]byte, passphrase []byte, p params) ([]byte, error) {
	b := append(make([]byte, 0, wrappedLen), what...)
	if len(passphrase) == 0 {
		return seal(append(append(b, bare), key[:]...)), nil
	}
	b = binary.BigEndian.AppendUint32(append(b, wrapped), p.time)
	b = append(binary.BigEndian.AppendUint32(b, p.memory), p.threads)
	random := b[len(b) : len(b)+saltLen+chacha20poly1305.NonceSizeX]
	if _, err := rand.Read(random); err != nil {
		return nil, fmt.Errorf("wrapping the key: %w", err)
	}
	b = b[:len(b)+len(random)]
	aead, err := wrapper(passphrase, random[:saltLen], p)
	if err != nil {
		return nil, err
	}
	return seal(aead.Seal(b, random[saltLen:], key[:], b)), nil
}

// wrapper returns the cipher that wraps a key under a passphrase.
func wrapper(passphrase, salt []byte, p params) (cipher.AEAD, error) {
	kek := argon2.IDKey(passphrase, salt, p.time, p.memory, p.threads, chacha20poly1305.KeySize)
	defer clear(kek)
	aead, err := chacha20poly1305.NewX(kek)
	if err != nil {
		return nil, fmt.Errorf("wrapping the key: %w", err)
	}
	return aead, nil
}

// seal appends the checksum.
func seal(b []byte) []byte {
	sum := sha256.Sum256(b)
	return append(b, sum[:checksumLen]...)
}

// decode reads the content of a key file. It asks for the passphrase only when
// there is one.
func decode(what purpose, b []byte, passphrase func() ([]byte, error)) (*[keyLen]byte, error) {
	is, body, err := check(b)
	switch {
	case err != nil:
		return nil, err
	case is != what && is == forSigning:
		return nil, fmt.Errorf("%w: the key in it signs what is published, and opens no index", ErrNotKeyFile)
	case is != what:
		return nil, fmt.Errorf("%w: the key in it is that of an index, and signs nothing", ErrNotKeyFile)
	}
	if b[magicLen] == bare {
		key := [keyLen]byte(body)
		return &key, nil
	}
	p := params{time: binary.BigEndian.Uint32(body), memory: binary.BigEndian.Uint32(body[4:]), threads: body[8]}
	if !p.acceptable() {
		return nil, fmt.Errorf("%w: it asks for Argon2id with %d passes, %d KiB and %d threads", ErrDamaged, p.time, p.memory, p.threads)
	}
	pass, err := passphrase()
	if err != nil {
		return nil, err
	}
	salt, nonce := body[9:9+saltLen], body[9+saltLen:paramsLen]
	aead, err := wrapper(pass, salt, p)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, nonce, body[paramsLen:], b[:headLen+paramsLen])
	if err != nil { // the checksum has vouched for the rest
		return nil, ErrWrongPassphrase
	}
	defer clear(plain)
	key := [keyLen]byte(plain)
	return &key, nil
}

// check checks everything that can be checked without the passphrase and
// returns what the key is for, and what lies between the wrapping byte and the
// checksum.
func check(b []byte) (what purpose, body []byte, err error) {
	if len(b) >= headLen {
		what = purpose(b[:magicLen])
	}
	if what != forIndex && what != forSigning {
		return "", nil, ErrNotKeyFile
	}
	want := bareLen
	switch b[magicLen] {
	case bare:
	case wrapped:
		want = wrappedLen
	default:
		return "", nil, fmt.Errorf("%w: unknown wrapping", ErrDamaged)
	}
	if len(b) != want {
		return "", nil, fmt.Errorf("%w: it has %d bytes instead of %d", ErrDamaged, len(b), want)
	}
	end := len(b) - checksumLen
	if sum := sha256.Sum256(b[:end]); subtle.ConstantTimeCompare(sum[:checksumLen], b[end:]) != 1 {
		return "", nil, fmt.Errorf("%w: its checksum does not fit", ErrDamaged)
	}
	return what, b[headLen:end], nil
}
