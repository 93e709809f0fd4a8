package rollindex

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"rollcheck/hashing"
)

// A sealed list, in index.db or in a file of its own:
//
//	"rcsupp1\n" | 16 byte key check of the index | u32 people | 24 byte nonce | ciphertext | 16 byte tag
//
// XChaCha20-Poly1305 under a key of the index, with what stands before the nonce
// as associated data. See FORMAT.md for the plaintext.
const (
	listMagic = "rcsupp1\n"
	checkSize = 16
	listHead  = len(listMagic) + checkSize + 4
	leastList = listHead + chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead

	// listLimit bounds a list: it is room for some 50,000 people, and fits index.db.
	listLimit = 48 << 20

	guessedBit = 0x80 // of the type of a key

	mostKeys = 1<<16 - 1 // of one person
)

// seal returns the list sealed, nil if nobody is on it.
func (l *Suppressions) seal(prf *hashing.PRF, check [checkSize]byte) ([]byte, error) {
	if l.People() == 0 {
		return nil, nil
	}
	for i := range l.people {
		if n := len(l.people[i].keys); n > mostKeys {
			return nil, fmt.Errorf("somebody on the list of suppressed people was given with %d keys, in all, and it holds at most %d of one person", n, mostKeys)
		}
	}
	aead, err := chacha20poly1305.NewX(prf.SuppressionKey())
	if err != nil {
		return nil, err
	}
	head := append([]byte(listMagic), check[:]...)
	head = binary.BigEndian.AppendUint32(head, uint32(len(l.people)))
	out := append(head, make([]byte, chacha20poly1305.NonceSizeX)...)
	nonce := out[listHead:]
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("sealing the list: %w", err)
	}
	plain := l.encode()
	if leastList+len(plain) > listLimit {
		return nil, fmt.Errorf("the list of suppressed people would take more than %d MiB", listLimit>>20)
	}
	return aead.Seal(out, nonce, plain, out[:listHead]), nil
}

// sealedPeople returns how many people a sealed list says it is of. Who has not the
// key cannot know better.
func sealedPeople(sealed []byte) (int, error) {
	if sealed == nil {
		return 0, nil
	}
	if len(sealed) < leastList || len(sealed) > listLimit || string(sealed[:len(listMagic)]) != listMagic {
		return 0, fmt.Errorf("%w: it is no list of suppressed people", ErrDamaged)
	}
	return int(binary.BigEndian.Uint32(sealed[listHead-4:])), nil
}

// openSuppressions opens a sealed list; nil is the empty one.
func openSuppressions(prf *hashing.PRF, check [checkSize]byte, sealed []byte) (*Suppressions, error) {
	people, err := sealedPeople(sealed)
	if err != nil || sealed == nil {
		return &Suppressions{}, err
	}
	if !bytes.Equal(sealed[len(listMagic):][:checkSize], check[:]) {
		return nil, ErrOtherList
	}
	aead, err := chacha20poly1305.NewX(prf.SuppressionKey())
	if err != nil {
		return nil, err
	}
	nonce, ciphertext := sealed[listHead:][:chacha20poly1305.NonceSizeX], sealed[listHead+chacha20poly1305.NonceSizeX:]
	plain, err := aead.Open(nil, nonce, ciphertext, sealed[:listHead])
	if err != nil {
		return nil, fmt.Errorf("%w: the list of suppressed people fails its check", ErrDamaged)
	}
	return decodeSuppressions(plain, people)
}

// encode returns the plaintext of the list. Maps are written in order, so that one
// list has one plaintext.
func (l *Suppressions) encode() []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(l.datasets)))
	for _, g := range l.datasets {
		b = append(append(b, byte(len(g.id))), g.id...)
		b = binary.BigEndian.AppendUint32(b, g.number)
	}
	for i := range l.people {
		p := &l.people[i]
		b = append(b, p.id[:]...)
		b = binary.BigEndian.AppendUint16(b, uint16(len(p.keys)))
		for _, mark := range slices.SortedFunc(maps.Keys(p.keys), func(a, b hashing.Mark) int { return bytes.Compare(a[:], b[:]) }) {
			k := p.keys[mark]
			typ := byte(k.typ)
			if k.guessed {
				typ |= guessedBit
			}
			b = append(append(b, typ), mark[:]...)
		}
		b = binary.BigEndian.AppendUint32(b, uint32(len(p.entries)))
		for j, g := range l.datasets {
			tags, ok := p.entries[g]
			if !ok {
				continue
			}
			b = binary.BigEndian.AppendUint32(b, uint32(j))
			b = binary.BigEndian.AppendUint32(b, uint32(len(tags)))
			for _, t := range tags {
				b = binary.BigEndian.AppendUint64(b, uint64(t))
			}
		}
	}
	return b
}

// decodeSuppressions reads what encode wrote, of so many people, and nothing else.
func decodeSuppressions(plain []byte, people int) (*Suppressions, error) {
	r := &listReader{b: plain}
	l := &Suppressions{}
	for range r.number(4) {
		id := string(r.take(int(r.number(1))))
		g := generation{id, uint32(r.number(4))}
		if r.bad = r.bad || !hashing.ValidDatasetID(id) || slices.Contains(l.datasets, g); r.bad {
			break
		}
		l.datasets = append(l.datasets, g)
	}
	for range people {
		if r.bad {
			break
		}
		l.people = append(l.people, r.person(l.datasets))
	}
	if r.bad || len(r.b) > 0 {
		return nil, fmt.Errorf("%w: the list of suppressed people does not hold what it should", ErrDamaged)
	}
	return l, nil
}

// listReader reads the plaintext of a list. After the first fault it is bad, and
// all it reads is zero.
type listReader struct {
	b   []byte
	bad bool
}

func (r *listReader) take(n int) []byte {
	if r.bad = r.bad || n > len(r.b); r.bad {
		return nil
	}
	taken := r.b[:n]
	r.b = r.b[n:]
	return taken
}

// number reads an unsigned integer of so many bytes.
func (r *listReader) number(bytes int) (n uint64) {
	for _, c := range r.take(bytes) {
		n = n<<8 | uint64(c)
	}
	return n
}

func (r *listReader) mark() (m hashing.Mark) {
	copy(m[:], r.take(len(m)))
	return m
}

func (r *listReader) person(datasets []generation) suppressed {
	p := suppressed{id: r.mark(), keys: map[hashing.Mark]suppressKey{}, entries: map[generation][]hashing.Tag{}}
	var last hashing.Mark
	for i := range r.number(2) {
		typ, mark := byte(r.number(1)), r.mark()
		k := suppressKey{hashing.KeyType(typ &^ guessedBit), typ&guessedBit != 0}
		ordered := i == 0 || bytes.Compare(last[:], mark[:]) < 0
		if r.bad = r.bad || !ordered || !slices.Contains(hashing.KeyTypes(), k.typ); r.bad {
			return p
		}
		p.keys[mark], last = k, mark
	}
	before := -1
	for range r.number(4) {
		place, n := int(r.number(4)), int(r.number(4))
		if r.bad = r.bad || place <= before || place >= len(datasets) || n > len(r.b)/8; r.bad {
			return p
		}
		tags := make([]hashing.Tag, n)
		for i := range tags {
			tags[i] = hashing.Tag(r.number(8))
		}
		p.entries[datasets[place]], before = tags, place
	}
	return p
}

// WriteSuppressions writes a list of the index's to a file of its own, whole or not
// at all, for [Index.ReadSuppressions]. A file that is there already is an error.
func (ix *Index) WriteSuppressions(path string, l *Suppressions) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("writing the list: %w: %s", fs.ErrExist, path)
	}
	sealed, err := l.seal(ix.prf, ix.cat.check)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, tmpPrefix)
	if err != nil {
		return fmt.Errorf("writing the list: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
			err = fmt.Errorf("writing the list: %w", err)
		}
	}()
	_, err = f.Write(sealed)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// ReadSuppressions reads a list that was written for this index: any other is
// [ErrOtherList], one that is not as it was written [ErrDamaged].
func (ix *Index) ReadSuppressions(path string) (*Suppressions, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the list: %w", err)
	}
	defer f.Close()
	sealed, err := io.ReadAll(io.LimitReader(f, listLimit+1))
	if err != nil {
		return nil, fmt.Errorf("reading the list: %w", err)
	}
	l, err := openSuppressions(ix.prf, ix.cat.check, sealed)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return l, nil
}
