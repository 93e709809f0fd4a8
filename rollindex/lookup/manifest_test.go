package lookup

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"rollcheck/hashing"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func testManifest() *Manifest {
	m := &Manifest{
		Seq: 7, Issued: noon, Expires: noon.Add(24 * time.Hour), Epoch: "2026-a", Canonical: hashing.Version,
		Keys:    []Key{{1, "US-FL", Hash32{1}}, {9, "US-ZZ", Hash32{2}}},
		Lists:   []ListRef{{"US-FL", Hash32{3}}},
		Budgets: Budgets{40, 400, 200000},
	}
	m.PublicKey = m.Keys[0].PublicKey
	return m
}

func testSigner(t testing.TB) (note.Signer, *TrustedKey) {
	t.Helper()
	secret, public, err := note.GenerateKey(bytes.NewReader(make([]byte, 64)), "lookup.example.org")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseKey(" " + public + "\n")
	if err != nil {
		t.Fatal(err)
	}
	return signer, key
}

func TestManifest(t *testing.T) {
	signer, key := testSigner(t)
	m := testManifest()
	signed, err := m.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := m.Sign(signer); !bytes.Equal(again, signed) {
		t.Error("the same manifest is signed in two ways")
	}
	got, err := Verify(signed, key, noon, 7)
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(string(signed), "\n\n")
	m.digest = sha256.Sum256([]byte(text + "\n"))
	if !reflect.DeepEqual(got, m) {
		t.Errorf("got %+v\nwant %+v", got, m)
	}
	if key.Name() != "lookup.example.org" || len(key.Fingerprint()) != 39 || !strings.HasPrefix(key.String(), "lookup.example.org+") {
		t.Errorf("key %q, fingerprint %q", key, key.Fingerprint())
	}
	for name, bad := range map[string]string{"nothing": "", "no key": "lookup.example.org", "long": strings.Repeat("a", 600)} {
		if _, err := ParseKey(bad); err == nil {
			t.Errorf("a key of %s", name)
		}
	}
}

// The name in a key is shown beside its fingerprint: it must not be able to write
// over it.
func TestKeyNames(t *testing.T) {
	for _, name := range []string{"lookup.example.org\x1b[1A\x1b[2K", "a\u202egro", "a\u009b2J", "a\u200bb", "a\x7f", "a\b"} {
		_, public, err := note.GenerateKey(bytes.NewReader(make([]byte, 64)), name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseKey(public); err == nil {
			t.Errorf("a key with the name %q", name)
		} else if strings.Contains(err.Error(), name) {
			t.Errorf("the error shows the name: %q", err)
		}
	}
	_, public, err := note.GenerateKey(bytes.NewReader(make([]byte, 64)), "nachschlagen.beispiel/übung")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseKey(public); err != nil {
		t.Error(err)
	}
}

// A manifest that does not hold together is neither signed nor taken.
func TestManifestCheck(t *testing.T) {
	signer, key := testSigner(t)
	for name, spoil := range map[string]func(m *Manifest){
		"no number":                func(m *Manifest) { m.Seq = 0 },
		"no times":                 func(m *Manifest) { m.Issued = time.Time{} },
		"no expiry":                func(m *Manifest) { m.Expires = time.Time{} },
		"expires before":           func(m *Manifest) { m.Expires = m.Issued },
		"parts of a second":        func(m *Manifest) { m.Issued = m.Issued.Add(1) },
		"another time zone":        func(m *Manifest) { m.Issued = m.Issued.In(time.FixedZone("", 3600)) },
		"no epoch":                 func(m *Manifest) { m.Epoch = "" },
		"an epoch with a bar":      func(m *Manifest) { m.Epoch = "1|US-FL" },
		"a long epoch":             func(m *Manifest) { m.Epoch = strings.Repeat("a", 65) },
		"no keys":                  func(m *Manifest) { m.Keys = nil },
		"another first key":        func(m *Manifest) { m.PublicKey[0]++ },
		"an id twice":              func(m *Manifest) { m.Keys[1].ID = 1 },
		"a jurisdiction twice":     func(m *Manifest) { m.Keys[1].Jurisdiction = "US-FL" },
		"a key of no jurisdiction": func(m *Manifest) { m.Keys[1].Jurisdiction = "Florida" },
		"a list without a key":     func(m *Manifest) { m.Lists[0].Jurisdiction = "US-GA" },
		"a list twice":             func(m *Manifest) { m.Lists = append(m.Lists, m.Lists[0]) },
		"a negative budget":        func(m *Manifest) { m.Budgets.BatchesPerPrefix = -1 },
		"another canonical form":   func(m *Manifest) { m.Canonical = "rc2" },
		"too many keys": func(m *Manifest) {
			m.Keys = slices.Repeat(m.Keys, maxPlaces)
		},
	} {
		m := testManifest()
		spoil(m)
		if _, err := m.Sign(signer); err == nil {
			t.Errorf("%s: signed", name)
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := note.Sign(&note.Note{Text: string(text) + "\n"}, signer)
		if err != nil {
			t.Fatal(err)
		}
		want := ErrFormat
		if m.Canonical != hashing.Version {
			want = ErrVersion
		}
		if _, err := Verify(signed, key, noon, 0); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestValidJurisdiction(t *testing.T) {
	for s, want := range map[string]bool{
		"US": true, "US-FL": true, "US-ZZ": true, "GB-ENG": true, "DE-1": true,
		"": false, "U": false, "us": false, "US-": false, "US_FL": false, "US-fl": false, "US-FLOR": false, "USA": false, "US-F|": false, "U1": false,
	} {
		if ValidJurisdiction(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}

// Of all bytes, only those that the key has signed are read; whatever is signed
// and taken says the same when it is signed again.
func FuzzVerify(f *testing.F) {
	signer, key := testSigner(f)
	text, err := json.Marshal(testManifest())
	if err != nil {
		f.Fatal(err)
	}
	signed, err := testManifest().Sign(signer)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text), signed)
	f.Add(`{"seq":1}`, []byte("x\n\n\u2014 lookup.example.org AAAA\n"))
	f.Fuzz(func(t *testing.T, text string, raw []byte) {
		if m, err := Verify(raw, key, noon, 0); err == nil && !bytes.HasPrefix(raw, append(mustJSON(t, m), "\n\n"...)) {
			t.Error("something that was not signed is taken")
		}
		bytesOf, err := note.Sign(&note.Note{Text: text + "\n"}, signer)
		if err != nil {
			return
		}
		m, err := verify(bytesOf, key)
		if err != nil {
			if m != nil {
				t.Error("a manifest beside an error")
			}
			return
		}
		again, err := m.Sign(signer)
		if err != nil {
			t.Fatalf("a manifest that is taken is not signed: %v", err)
		}
		n, err := verify(again, key)
		if err != nil {
			t.Fatal(err)
		}
		if n.digest = m.digest; !reflect.DeepEqual(m, n) {
			t.Errorf("%+v became %+v", m, n)
		}
	})
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
