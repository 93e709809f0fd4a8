package decoys

import (
	"bytes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/crypto/chacha20poly1305"

	"rollcheck/hashing"
)

// What can be wrong with a register, for errors.Is.
var (
	// ErrNotRegister: the file does not begin as one, or is of another version.
	ErrNotRegister = errors.New("not a register of decoys of this version")
	// ErrDamaged: it begins as one but was cut or changed.
	ErrDamaged = errors.New("the register of decoys is damaged")
	// ErrWrongKey: it is intact, and the key is another's.
	ErrWrongKey = errors.New("the key is not that of this register")
	// ErrChanged: somebody else wrote it since it was read.
	ErrChanged = errors.New("the register was changed meanwhile")
)

// Decoy is a fictitious voter in canonical form (package hashing): all a leak of any
// layout is searched for. Fields that the roll does not have are empty.
type Decoy struct {
	First  string `json:"f,omitempty"`
	Last   string `json:"l,omitempty"`
	Birth  string `json:"b,omitempty"` // YYYY-MM-DD or less
	House  string `json:"h,omitempty"`
	Street string `json:"s,omitempty"`
	ZIP    string `json:"z,omitempty"`
	ID     string `json:"i,omitempty"`
}

// Shared is a decoy of the pool of a release: in each copy with probability Bias, as
// the same row at the same place.
type Shared struct {
	Decoy
	Bias float64 `json:"p"`
	Row  []byte  `json:"row"`
	End  int64   `json:"end"` // where in the text it is put in
}

// Copy is what one recipient was given of a release.
type Copy struct {
	Recipient string  `json:"recipient"`
	Date      string  `json:"date"`   // YYYY-MM-DD
	SHA256    string  `json:"sha256"` // of the marked copy
	Rows      int64   `json:"rows"`   // of the marked copy, decoys included
	Shared    bool    `json:"shared"` // it carries its part of the pool
	Owned     []Decoy `json:"owned"`  // in this copy and no other
}

// Release is a roll as it is before any copy of it is marked.
type Release struct {
	SHA256    string   `json:"sha256"` // of the file
	File      string   `json:"file"`   // its name, without the folder
	Rows      int64    `json:"rows"`
	Controls  []Decoy  `json:"controls"`            // made like the others and planted nowhere
	Pool      []Shared `json:"pool,omitempty"`      // of the shared mode
	Colluders int      `json:"colluders,omitempty"` // that the pool was made for
	Copies    []Copy   `json:"copies"`
}

// Register is what is known of all decoys: what a thief of marked copies must not
// have. It is not safe for concurrent use.
type Register struct {
	ID       string    `json:"id"` // 16 hex digits, random: says nothing of the key
	Releases []Release `json:"releases"`

	key  hashing.Key
	path string
	read [sha256.Size]byte // hash of the file as it was read; zero if there was none
}

const (
	magic    = "rollcheck-decoys 1\n"
	checkLen = 16
	sumLen   = 16
	headLen  = len(magic) + checkLen + chacha20poly1305.NonceSizeX
	// maxRegister bounds what is read: a million decoys take 150 MB.
	maxRegister = 1 << 30
)

// NewRegister returns an empty register that is to be kept in a file, which must not
// be there yet (fs.ErrExist). Nothing is written before [Register.Save].
func NewRegister(path string, key *hashing.Key) (*Register, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("making the register %q: %w", path, fs.ErrExist)
	}
	var id [8]byte
	rand.Read(id[:])
	return &Register{ID: hex.EncodeToString(id[:]), key: *key, path: path}, nil
}

// OpenRegister reads a register. Its errors wrap those of this package.
func OpenRegister(path string, key *hashing.Key) (*Register, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the register: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxRegister+1))
	if err == nil && len(b) > maxRegister {
		err = ErrDamaged
	}
	var r *Register
	if err == nil {
		r, err = decodeRegister(b, key)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the register %q: %w", path, err)
	}
	r.path, r.read = path, sha256.Sum256(b)
	return r, nil
}

// Save writes the register: the file holds what it held before or all that is new,
// at any moment. If it is another file than the one that was read, it is left alone
// and the error wraps [ErrChanged].
func (r *Register) Save() error {
	b, err := r.encode()
	if err != nil {
		return fmt.Errorf("writing the register: %w", err)
	}
	now, err := os.ReadFile(r.path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && r.read == [sha256.Size]byte{}:
	case err != nil:
		return fmt.Errorf("writing the register: %w", err)
	case sha256.Sum256(now) != r.read:
		return fmt.Errorf("writing the register %q: %w", r.path, ErrChanged)
	}
	if err := writeWhole(r.path, b); err != nil {
		return fmt.Errorf("writing the register: %w", err)
	}
	r.read = sha256.Sum256(b)
	return nil
}

// encode seals the register, as DECOYS.md has it.
func (r *Register) encode() ([]byte, error) {
	plain, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	check := r.derive("check", checkLen)
	out := append(append(make([]byte, 0, headLen+len(plain)+64), magic...), check...)
	out = out[:headLen]
	nonce := out[headLen-chacha20poly1305.NonceSizeX:]
	rand.Read(nonce)
	aead, err := r.cipher()
	if err != nil {
		return nil, err
	}
	out = aead.Seal(out, nonce, plain, out[:headLen])
	sum := sha256.Sum256(out)
	return append(out, sum[:sumLen]...), nil
}

// decodeRegister opens what encode made.
func decodeRegister(b []byte, key *hashing.Key) (*Register, error) {
	if len(b) < len(magic) || string(b[:len(magic)]) != magic {
		return nil, ErrNotRegister
	}
	end := len(b) - sumLen
	if end < headLen+chacha20poly1305.Overhead {
		return nil, ErrDamaged
	}
	if sum := sha256.Sum256(b[:end]); !bytes.Equal(sum[:sumLen], b[end:]) {
		return nil, ErrDamaged
	}
	r := &Register{key: *key}
	if !bytes.Equal(r.derive("check", checkLen), b[len(magic):len(magic)+checkLen]) {
		return nil, ErrWrongKey
	}
	aead, err := r.cipher()
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, b[headLen-chacha20poly1305.NonceSizeX:headLen], b[headLen:end], b[:headLen])
	if err != nil {
		return nil, ErrDamaged
	}
	defer clear(plain)
	if err := json.Unmarshal(plain, r); err != nil {
		return nil, ErrDamaged // its words would be from inside
	}
	return r, nil
}

func (r *Register) cipher() (cipher.AEAD, error) {
	return chacha20poly1305.NewX(r.derive("seal", chacha20poly1305.KeySize))
}

// derive returns bytes made of the register's key for one purpose (HKDF, RFC 5869).
func (r *Register) derive(purpose string, n int) []byte {
	b, err := hkdf.Key(sha256.New, r.key[:], nil, "rollcheck/decoys/"+purpose, n)
	if err != nil { // n is a constant far under the limit of 255 hashes
		panic(err)
	}
	return b
}

// release returns the release of that digest, nil if there is none.
func (r *Register) release(sum string) *Release {
	for i := range r.Releases {
		if r.Releases[i].SHA256 == sum {
			return &r.Releases[i]
		}
	}
	return nil
}

// CopyOf returns for whom the marked copy of that SHA-256 was made, and how many decoys
// are in it; ok is false if the register knows no such copy.
func (r *Register) CopyOf(sum string) (recipient string, planted int, ok bool) {
	for i := range r.Releases {
		rel := &r.Releases[i]
		for j := range rel.Copies {
			if c := &rel.Copies[j]; c.SHA256 == sum {
				planted = len(c.Owned)
				if c.Shared {
					planted += r.Carried(rel, c.Recipient)
				}
				return c.Recipient, planted, true
			}
		}
	}
	return "", 0, false
}

// Copies returns how many copies are registered.
func (r *Register) Copies() (n int) {
	for i := range r.Releases {
		n += len(r.Releases[i].Copies)
	}
	return n
}

// writeWhole writes a file of secrets beside path, mode 0600, syncs it and renames it
// there.
func writeWhole(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".rollcheck-decoys-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return finish(f, path, err)
}

// finish syncs and closes a temporary file and renames it, or removes it after an
// error.
func finish(f *os.File, path string, err error) error {
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a rename durable. Windows cannot sync a directory.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
