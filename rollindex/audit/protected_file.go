package audit

import (
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/crypto/chacha20poly1305"

	"rollcheck/hashing"
)

// A file of tags stands for an office's list, so that the list itself need not be
// handed to whoever runs the audit. Integers are big-endian:
//
//	 0  "rollcheck-tags 1\n"
//	17  salt[32], key check[16]     of the keyed function; see [hashing.PRF]
//	65  nonce[24] | ciphertext | tag[16]
//	    checksum[16]                first half of SHA-256 of all bytes before
//
// The ciphertext is XChaCha20-Poly1305 under [hashing.PRF.ProtectedKey], with all bytes
// before the nonce as associated data, of
//
//	u32 people, u32 tags, and each tag: u64 tag, u32 person, u8 sort, u8 middle initial
//
// in ascending order, none twice. The checksum tells a damaged file from a wrong key.
//
// Who has the file learns about how many people are on the list. Who has the key too
// can ask of anybody whether they are on it, by what they know of them; whoever has
// the state's voter file as well can ask of everybody. So the two are kept apart, and
// neither goes out with a release.
const tagsMagic = "rollcheck-tags 1\n"

const (
	checkAt     = len(tagsMagic) + len(hashing.Salt{})
	nonceAt     = checkAt + 16
	sealedAt    = nonceAt + chacha20poly1305.NonceSizeX
	tagSize     = 8 + 4 + 1 + 1
	sumSize     = 16
	leastTags   = sealedAt + 8 + chacha20poly1305.Overhead + sumSize
	maxTagsFile = 512 << 20
)

// What can be wrong with a file of tags, for errors.Is.
var (
	// ErrNotTags: it does not begin as one, or is of another version.
	ErrNotTags = errors.New("not a file of tags of this version")
	// ErrTagsDamaged: it begins as one and was cut or changed.
	ErrTagsDamaged = errors.New("the file of tags is damaged")
	// ErrTagsKey: it is intact, and the key is not its own.
	ErrTagsKey = errors.New("the key is not that of the file of tags")
)

// IsTags reports whether a file begins as a file of tags.
func IsTags(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("reading protected people: %w", err)
	}
	defer f.Close()
	var head [len(tagsMagic)]byte
	_, err = io.ReadFull(f, head[:])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return false, nil
	}
	return string(head[:]) == tagsMagic, err
}

// WriteTo writes the file of tags.
func (p *Protected) WriteTo(w io.Writer) (int64, error) {
	b, err := p.seal()
	if err != nil {
		return 0, err
	}
	n, err := w.Write(b)
	return int64(n), err
}

func (p *Protected) seal() ([]byte, error) {
	check := p.prf.Check()
	b := append(append([]byte(tagsMagic), p.salt[:]...), check[:]...)
	aead, err := p.cipher()
	if err != nil {
		return nil, err
	}
	var nonce [chacha20poly1305.NonceSizeX]byte
	if _, err := rand.Read(nonce[:]); err != nil {
		return nil, fmt.Errorf("sealing tags: %w", err)
	}
	plain := binary.BigEndian.AppendUint32(make([]byte, 0, 8+len(p.tags)*tagSize), uint32(p.people))
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(p.tags)))
	for _, t := range p.tags {
		plain = binary.BigEndian.AppendUint64(plain, t.tag)
		plain = binary.BigEndian.AppendUint32(plain, t.who)
		plain = append(plain, byte(t.sort), t.initial)
	}
	b = aead.Seal(append(b, nonce[:]...), nonce[:], plain, b)
	sum := sha256.Sum256(b)
	if b = append(b, sum[:sumSize]...); len(b) > maxTagsFile {
		return nil, fmt.Errorf("%w: its tags would take more than %d MiB", ErrList, maxTagsFile>>20)
	}
	return b, nil
}

func (p *Protected) cipher() (cipher.AEAD, error) {
	aead, err := chacha20poly1305.NewX(p.prf.ProtectedKey())
	if err != nil {
		return nil, fmt.Errorf("sealing tags: %w", err)
	}
	return aead, nil
}

// OpenProtected reads a file of tags with its key.
func OpenProtected(path string, key *hashing.Key) (*Protected, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading tags: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxTagsFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading tags: %w", err)
	}
	p, err := openTags(b, key)
	if err != nil {
		return nil, fmt.Errorf("reading tags of %q: %w", path, err)
	}
	return p, nil
}

// openTags checks the bytes of a file of tags before anything in them is used.
func openTags(b []byte, key *hashing.Key) (*Protected, error) {
	if !bytes.HasPrefix(b, []byte(tagsMagic)) {
		return nil, ErrNotTags
	}
	if len(b) < leastTags || len(b) > maxTagsFile {
		return nil, fmt.Errorf("%w: it has %d bytes", ErrTagsDamaged, len(b))
	}
	body, sum := b[:len(b)-sumSize], sha256.Sum256(b[:len(b)-sumSize])
	if !bytes.Equal(sum[:sumSize], b[len(body):]) {
		return nil, fmt.Errorf("%w: its checksum does not fit", ErrTagsDamaged)
	}
	p := &Protected{salt: hashing.Salt(b[len(tagsMagic):checkAt])}
	var err error
	if p.prf, err = hashing.NewPRF(key, &p.salt); err != nil {
		return nil, err
	}
	if check := p.prf.Check(); subtle.ConstantTimeCompare(check[:], b[checkAt:nonceAt]) != 1 {
		return nil, ErrTagsKey
	}
	aead, err := p.cipher()
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, b[nonceAt:sealedAt], body[sealedAt:], b[:nonceAt])
	if err != nil {
		return nil, fmt.Errorf("%w: it fails its check", ErrTagsDamaged)
	}
	return p, p.decode(plain)
}

// decode reads what seal wrote, and nothing else.
func (p *Protected) decode(plain []byte) error {
	people, n := binary.BigEndian.Uint32(plain), binary.BigEndian.Uint32(plain[4:])
	plain = plain[8:]
	if people == 0 || people > maxProtected || uint64(n)*tagSize != uint64(len(plain)) {
		return fmt.Errorf("%w: it does not hold what it says", ErrTagsDamaged)
	}
	p.people, p.tags = int(people), make([]listTag, n)
	for i := range p.tags {
		t := &p.tags[i]
		*t = listTag{binary.BigEndian.Uint64(plain), binary.BigEndian.Uint32(plain[8:]), tagSort(plain[12]), plain[13]}
		plain = plain[tagSize:]
		if t.who >= people || !t.sort.valid() || i > 0 && compareTags(p.tags[i-1], *t) >= 0 {
			return fmt.Errorf("%w: tag %d is none", ErrTagsDamaged, i+1)
		}
	}
	p.index()
	return nil
}
