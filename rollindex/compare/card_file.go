package compare

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"rollcheck/data/field"
	"rollcheck/hashing"
)

const (
	cardMagic   = "rollcheck-card 1\n"
	cardCheck   = 16
	cardMAC     = sha256.Size
	maxCardSize = 256 << 10 // seven sketches of 4,096 tags are 229,376 bytes and some
)

// WriteCard creates the file path with a card, readable by its owner only. It
// refuses to replace a file (fs.ErrExist). The key must be the one that the card was
// made with ([ErrCardKey]).
func WriteCard(path string, c *Card, key *hashing.Key) error {
	b, err := c.encode(key)
	if err != nil {
		return fmt.Errorf("writing the card: %w", err)
	}
	if err := writeNew(path, b); err != nil {
		return fmt.Errorf("writing the card: %w", err)
	}
	return nil
}

// writeNew creates a file that nobody else may read, whole or not at all.
func writeNew(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		os.Remove(path)
	}
	return err
}

// ReadCard reads a card. Errors are [ErrNotCard], [ErrCardKey], [ErrCardDamaged], or
// those of the file.
func ReadCard(path string, key *hashing.Key) (*Card, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the card: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxCardSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading the card: %w", err)
	}
	c, err := decodeCard(b, key)
	if err != nil {
		return nil, fmt.Errorf("reading the card %q: %w", path, err)
	}
	return c, nil
}

// IsCard reports whether what begins so is a card, of any version.
func IsCard(b []byte) bool { return bytes.HasPrefix(b, []byte("rollcheck-card ")) }

// cardKeys returns the check value of a key and the key of the MAC.
func cardKeys(key *hashing.Key) (check [cardCheck]byte, mac []byte, err error) {
	prf, err := hashing.NewPRF(key, &cardSalt)
	if err != nil {
		return check, nil, err
	}
	mac, err = hkdf.Key(sha256.New, key[:], cardSalt[:], "rollcheck-card 1 mac", sha256.Size)
	return prf.Check(), mac, err
}

func cardSum(mac, b []byte) []byte {
	h := hmac.New(sha256.New, mac)
	h.Write(b)
	return h.Sum(nil)
}

// encode returns the bytes of CARD.md.
func (c *Card) encode(key *hashing.Key) ([]byte, error) {
	check, mac, err := cardKeys(key)
	if err != nil {
		return nil, err
	}
	if check != c.check {
		return nil, ErrCardKey
	}
	b := append([]byte(cardMagic), check[:]...)
	b = appendText(appendText(b, c.Canonical), c.Layout)
	b = append(binary.BigEndian.AppendUint16(b, c.AsOf.Year), c.AsOf.Month, c.AsOf.Day)
	b = binary.BigEndian.AppendUint64(b, uint64(c.Rows))
	b = append(b, byte(len(c.Columns)))
	for _, k := range c.Columns {
		b = append(b, byte(k.Kind), k.Percent)
	}
	b = append(b, byte(len(c.Sketches)))
	for _, s := range c.Sketches {
		b = binary.BigEndian.AppendUint64(append(b, byte(s.Key)), uint64(s.Rows))
		b = binary.BigEndian.AppendUint16(b, uint16(len(s.Tags)))
		for _, t := range s.Tags {
			b = binary.BigEndian.AppendUint64(b, t)
		}
	}
	return append(b, cardSum(mac, b)...), nil
}

func appendText(b []byte, s string) []byte { return append(append(b, byte(len(s))), s...) }

// decodeCard reads the bytes of CARD.md. Nothing behind the check value is looked at
// before the MAC has vouched for it.
func decodeCard(b []byte, key *hashing.Key) (*Card, error) {
	if len(b) < len(cardMagic) || string(b[:len(cardMagic)]) != cardMagic {
		return nil, ErrNotCard
	}
	if len(b) < len(cardMagic)+cardCheck+cardMAC || len(b) > maxCardSize {
		return nil, fmt.Errorf("%w: it has %d bytes", ErrCardDamaged, len(b))
	}
	check, mac, err := cardKeys(key)
	if err != nil {
		return nil, err
	}
	if !hmac.Equal(check[:], b[len(cardMagic):len(cardMagic)+cardCheck]) {
		return nil, ErrCardKey
	}
	end := len(b) - cardMAC
	if !hmac.Equal(cardSum(mac, b[:end]), b[end:]) {
		return nil, fmt.Errorf("%w: its seal does not fit", ErrCardDamaged)
	}
	r := &cardReader{b: b[len(cardMagic)+cardCheck : end]}
	c := r.card()
	c.check = check
	if r.bad == "" && len(r.b) > 0 {
		r.bad = "bytes are left over"
	}
	if r.bad != "" {
		return nil, fmt.Errorf("%w: %s", ErrCardDamaged, r.bad)
	}
	return c, nil
}

// cardReader takes a card apart; after an error it returns zeros.
type cardReader struct {
	b   []byte
	bad string
}

func (r *cardReader) take(n int) []byte {
	if r.bad == "" && len(r.b) < n {
		r.bad = "it ends too soon"
	}
	if r.bad != "" {
		return make([]byte, n)
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *cardReader) must(ok bool, what string) {
	if !ok && r.bad == "" {
		r.bad = what
	}
}

func (r *cardReader) byte() byte   { return r.take(1)[0] }
func (r *cardReader) text() string { return string(r.take(int(r.byte()))) }

func (r *cardReader) count() int64 {
	n := binary.BigEndian.Uint64(r.take(8))
	r.must(n <= math.MaxInt64>>16, "a count is beyond all reason")
	return int64(n & (math.MaxInt64 >> 16))
}

func (r *cardReader) card() *Card {
	c := &Card{Canonical: r.text(), Layout: r.text()}
	r.must(plain(c.Canonical) && plain(c.Layout), "a name has characters that no name has")
	d := r.take(4)
	c.AsOf = hashing.Date{Year: binary.BigEndian.Uint16(d), Month: d[2], Day: d[3]}
	r.must(sensible(c.AsOf), "its date is none")
	c.Rows = r.count()
	for n := r.byte(); n > 0 && r.bad == ""; n-- {
		k := CardColumn{field.Kind(r.byte()), r.byte()}
		r.must(k.Kind < field.MaskBits-1 && rounded(k.Percent), "a column is none")
		r.must(len(c.Columns) == 0 || c.Columns[len(c.Columns)-1].Kind < k.Kind, "columns are not in order")
		c.Columns = append(c.Columns, k)
	}
	for n := r.byte(); n > 0 && r.bad == ""; n-- {
		s := r.sketch(c.Rows)
		r.must(len(c.Sketches) == 0 || c.Sketches[len(c.Sketches)-1].Key < s.Key, "sketches are not in order")
		c.Sketches = append(c.Sketches, s)
	}
	return c
}

func (r *cardReader) sketch(rows int64) Sketch {
	s := Sketch{Key: hashing.KeyType(r.byte()), Rows: r.count()}
	r.must(s.Key >= 1 && s.Key < hashing.NumKeyTypes, "a key type is unknown")
	n := int(binary.BigEndian.Uint16(r.take(2)))
	r.must(n >= 1 && n <= CardTags && int64(n) <= s.Rows && s.Rows <= rows, "a sketch has more tags than rows, or none")
	if r.bad != "" || len(r.b) < 8*n {
		r.must(false, "it ends too soon")
		return s
	}
	tags := r.take(8 * n)
	s.Tags = make([]uint64, n)
	for i := range s.Tags {
		s.Tags[i] = binary.BigEndian.Uint64(tags[8*i:])
		r.must(i == 0 || s.Tags[i-1] < s.Tags[i], "tags do not rise")
	}
	return s
}

// plain reports whether s could be an id of a layout or a version: printed as it
// is, it does no harm.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 0x21 || r > 0x7e })
}

// rounded reports whether p is a percentage as a card rounds it.
func rounded(p uint8) bool { return p == 1 || p == 99 || p >= 5 && p <= 100 && p%5 == 0 }

func sensible(d hashing.Date) bool {
	return d.Month <= 12 && d.Day <= 31 && (d.Year != 0 || d.Month == 0) && (d.Month != 0 || d.Day == 0)
}
