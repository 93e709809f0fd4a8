package lookup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
	"unicode"

	"golang.org/x/mod/sumdb/note"

	"rollcheck/hashing"
)

// Manifest is the root of all that an operator publishes: everything else is
// named in it, or in a list named in it, by its hash. It is sent as the text of a
// signed note ([Manifest.Sign], [Verify]).
type Manifest struct {
	Seq       uint64    `json:"seq"`        // from 1, larger with every manifest
	Issued    time.Time `json:"issued"`     // UTC, whole seconds
	Expires   time.Time `json:"expires"`    // likewise
	Epoch     string    `json:"epoch"`      // of the keys: 1 to 64 letters, digits, '.', '-' and '_'
	PublicKey Hash32    `json:"public_key"` // that of Keys[0]
	Keys      []Key     `json:"keys"`
	Canonical string    `json:"canonical"` // "rc1"
	Lists     []ListRef `json:"lists"`     // at most one a jurisdiction, each with a key
	Budgets   Budgets   `json:"budgets"`
	Page      []Page    `json:"page,omitempty"` // the files of the page beside it, sorted by path

	digest Hash32 // SHA-256 of the signed text
}

// Key is the public key of a jurisdiction in the manifest's epoch. An id is
// never given to another key, also in later epochs.
type Key struct {
	ID           uint16 `json:"id"`
	Jurisdiction string `json:"jurisdiction"`
	PublicKey    Hash32 `json:"public_key"`
}

// ListRef names the [List] of a jurisdiction.
type ListRef struct {
	Jurisdiction string `json:"jurisdiction"`
	SHA256       Hash32 `json:"sha256"`
}

// Budgets are what the server evaluates in a day, so that a client can say how
// far it will get. 0 means that it does not say.
type Budgets struct {
	BatchesPerAddress    int `json:"batches_per_address"`    // of an IPv4 address or an IPv6 /64
	BatchesPerPrefix     int `json:"batches_per_prefix"`     // of an IPv4 /24 or an IPv6 /48
	SlotsPerJurisdiction int `json:"slots_per_jurisdiction"` // [BatchSize] to a batch
}

// Page is a file of the page that stands at the root of what is published, for
// who wants to compare what a server sends with what its operator signed. A client
// does not need it.
type Page struct {
	Path   string `json:"path"` // "app.js", slashes between its parts
	SHA256 Hash32 `json:"sha256"`
}

// ValidPagePath reports whether a file of the page may have the path: that of a
// file below the root, which is none of the protocol's and not hidden.
func ValidPagePath(path string) bool {
	if !fs.ValidPath(path) || path == "." || len(path) > 256 {
		return false
	}
	for part := range strings.SplitSeq(path, "/") {
		if part[0] == '.' || strings.ContainsFunc(part, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' || r == ':' }) {
			return false
		}
	}
	first, _, _ := strings.Cut(path, "/")
	return !strings.EqualFold(first, "v1")
}

// Hash32 is 32 bytes written as 64 lower-case hexadecimal digits.
type Hash32 [32]byte

// String returns the digits.
func (h Hash32) String() string { return hex.EncodeToString(h[:]) }

// MarshalText returns the digits.
func (h Hash32) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads the digits; upper-case ones are an error, so that a hash
// has one name.
func (h *Hash32) UnmarshalText(text []byte) error {
	if len(text) != 64 || bytes.ContainsAny(text, "ABCDEF") {
		return errors.New("not 64 lower-case hexadecimal digits")
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// Limits of a manifest.
const (
	MaxManifest   = 256 << 10 // bytes, signatures included
	maxPlaces     = 1 << 10   // keys
	maxPage       = 1 << 10   // files of the page
	maxClockAhead = 24 * time.Hour
)

// check returns what is wrong with m, whoever signed it.
func (m *Manifest) check() error {
	switch {
	case m.Canonical != hashing.Version:
		return fmt.Errorf("canonical form %q: %w", m.Canonical, ErrVersion)
	case m.Seq == 0, !whole(m.Issued), !whole(m.Expires), !m.Issued.Before(m.Expires):
		return errors.New("number or times are missing or impossible")
	case !validEpoch(m.Epoch):
		return errors.New("the epoch is no name")
	case len(m.Keys) == 0, len(m.Keys) > maxPlaces:
		return fmt.Errorf("%d keys", len(m.Keys))
	case m.PublicKey != m.Keys[0].PublicKey:
		return errors.New("public_key is not that of the first key")
	case m.Budgets.BatchesPerAddress < 0, m.Budgets.BatchesPerPrefix < 0, m.Budgets.SlotsPerJurisdiction < 0:
		return errors.New("a budget is negative")
	}
	ids, places, lists := make(map[uint16]bool), make(map[string]bool), make(map[string]bool)
	for i, k := range m.Keys {
		if !ValidJurisdiction(k.Jurisdiction) || ids[k.ID] || places[k.Jurisdiction] {
			return fmt.Errorf("key %d is of no jurisdiction or has the name of another", i)
		}
		ids[k.ID], places[k.Jurisdiction] = true, true
	}
	for i, l := range m.Lists {
		if !places[l.Jurisdiction] || lists[l.Jurisdiction] {
			return fmt.Errorf("list %d is of a jurisdiction without a key or with another list", i)
		}
		lists[l.Jurisdiction] = true
	}
	if len(m.Page) > maxPage {
		return fmt.Errorf("%d files of the page", len(m.Page))
	}
	for i, p := range m.Page {
		if !ValidPagePath(p.Path) || i > 0 && m.Page[i-1].Path >= p.Path {
			return fmt.Errorf("file %d of the page is none, or out of order", i)
		}
	}
	return nil
}

func whole(t time.Time) bool {
	return !t.IsZero() && t.Location() == time.UTC && t.Nanosecond() == 0
}

func validEpoch(s string) bool {
	for _, c := range []byte(s) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && !('0' <= c && c <= '9') && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 64
}

// ValidJurisdiction reports whether s may name a jurisdiction: two capital
// letters for a country, or these, a hyphen and one to three capital letters or
// digits for a part of it (ISO 3166-2).
func ValidJurisdiction(s string) bool {
	capital := func(c byte) bool { return 'A' <= c && c <= 'Z' }
	if len(s) < 2 || !capital(s[0]) || !capital(s[1]) {
		return false
	}
	if len(s) == 2 {
		return true
	}
	part := s[3:]
	for _, c := range []byte(part) {
		if !capital(c) && !('0' <= c && c <= '9') {
			return false
		}
	}
	return s[2] == '-' && len(part) >= 1 && len(part) <= 3
}

// key returns the key of a jurisdiction, nil if there is none.
func (m *Manifest) key(jurisdiction string) *Key {
	for i := range m.Keys {
		if m.Keys[i].Jurisdiction == jurisdiction {
			return &m.Keys[i]
		}
	}
	return nil
}

// list returns the reference to a jurisdiction's list, nil if there is none.
func (m *Manifest) list(jurisdiction string) *ListRef {
	for i := range m.Lists {
		if m.Lists[i].Jurisdiction == jurisdiction {
			return &m.Lists[i]
		}
	}
	return nil
}

// Sign returns the manifest as a signed note: one line of JSON, an empty line, a
// line for each signature. The same manifest and signers give the same bytes. A
// manifest that no client would take is an error.
func (m *Manifest) Sign(signers ...note.Signer) ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("signing a manifest: %w", err)
	}
	text, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("signing a manifest: %w", err)
	}
	signed, err := note.Sign(&note.Note{Text: string(text) + "\n"}, signers...)
	if err != nil {
		return nil, fmt.Errorf("signing a manifest: %w", err)
	}
	if len(signed) > MaxManifest {
		return nil, fmt.Errorf("signing a manifest: %d bytes are more than a client takes", len(signed))
	}
	return signed, nil
}

// TrustedKey is the operator's key that a client holds on to.
type TrustedKey struct {
	text     string
	verifier note.Verifier
}

// ParseKey reads a verifier key as C2SP signed-note writes it:
// "example.org+4ba6cb90+AX...", name, key id and Ed25519 public key. White
// space around it is ignored. A name that would not show as it is, is an error.
func ParseKey(text string) (*TrustedKey, error) {
	text = strings.TrimSpace(text)
	if len(text) > 512 {
		return nil, errors.New("the operator's key is too long to be one")
	}
	v, err := note.NewVerifier(text)
	if err != nil {
		return nil, fmt.Errorf(`the operator's key is not of the form "name+hash+key": %w`, err)
	}
	if !shown(v.Name()) {
		return nil, errors.New("the operator's key has a name with characters that do not show as they are")
	}
	return &TrustedKey{text, v}, nil
}

// shown reports whether a text shows as it is: it has nothing that moves a
// terminal's cursor, ends a line, or turns or hides what stands beside it. What an
// operator says is shown beside fingerprints and answers.
func shown(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) })
}

// String returns the key as [ParseKey] reads it.
func (k *TrustedKey) String() string { return k.text }

// Name returns the operator's name in the key, "example.org".
func (k *TrustedKey) Name() string { return k.verifier.Name() }

// Fingerprint returns what people compare: the first 16 bytes of the SHA-256 of
// the key's text, as eight groups of four hexadecimal digits.
func (k *TrustedKey) Fingerprint() string {
	sum := sha256.Sum256([]byte(k.text))
	var groups []string
	for i := 0; i < 16; i += 2 {
		groups = append(groups, hex.EncodeToString(sum[i:i+2]))
	}
	return strings.Join(groups, " ")
}

// Verify returns the manifest in a signed note, if it is signed with the trusted
// key, valid now, and not older than the last one seen, of number lastSeq (0 if
// none was). Else the error is a [Refused] for [ErrKey], [ErrSignature],
// [ErrOlder], [ErrExpired], [ErrVersion] or [ErrFormat]. Nothing is read from
// the text before its signature has been verified.
func Verify(signed []byte, key *TrustedKey, now time.Time, lastSeq uint64) (*Manifest, error) {
	m, err := verify(signed, key)
	if err == nil {
		err = m.timely(now, lastSeq)
	}
	if err != nil {
		return nil, refuse("the manifest", err)
	}
	return m, nil
}

// OpenManifest is [Verify] for who published it: whatever the time and its number
// are.
func OpenManifest(signed []byte, key *TrustedKey) (*Manifest, error) {
	m, err := verify(signed, key)
	return m, refuse("the manifest", err)
}

func verify(signed []byte, key *TrustedKey) (*Manifest, error) {
	if len(signed) > MaxManifest {
		return nil, fmt.Errorf("%d bytes: %w", len(signed), ErrFormat)
	}
	text, err := key.Open(signed)
	if err != nil {
		return nil, err
	}
	m := new(Manifest)
	if err := decode(text, m); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		if errors.Is(err, ErrVersion) {
			return nil, err
		}
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	m.digest = sha256.Sum256(text)
	return m, nil
}

// Open returns the text of a C2SP signed note. Errors are [ErrKey] if the key has not
// signed it, [ErrSignature] if it was changed since, and [ErrFormat].
func (k *TrustedKey) Open(signed []byte) ([]byte, error) {
	n, err := note.Open(signed, note.VerifierList(k.verifier))
	var unverified *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	switch {
	case errors.As(err, &unverified):
		return nil, ErrKey
	case errors.As(err, &invalid):
		return nil, ErrSignature
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return []byte(n.Text), nil
}

// timely compares m with the clock and with what was seen before.
func (m *Manifest) timely(now time.Time, lastSeq uint64) error {
	switch {
	case m.Seq < lastSeq:
		return fmt.Errorf("%w: number %d, after number %d", ErrOlder, m.Seq, lastSeq)
	case !now.Before(m.Expires):
		return fmt.Errorf("%w: it expired on %s", ErrExpired, m.Expires.Format(time.DateOnly))
	case now.Add(maxClockAhead).Before(m.Issued):
		return fmt.Errorf("%w: it was issued on %s, which is to come", ErrExpired, m.Issued.Format(time.DateOnly))
	}
	return nil
}

// decode reads one JSON document and nothing behind it. Members it does not know
// are passed over, so that a later server can say more.
func decode(b []byte, v any) error {
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return nil
}
