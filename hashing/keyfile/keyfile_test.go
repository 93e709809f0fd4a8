package keyfile

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"rollcheck/hashing"
)

// cheap keeps the tests fast; what they test does not depend on the work.
var cheap = params{time: 1, memory: 64, threads: 1}

func say(passphrase string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(passphrase), nil }
}

func never(t *testing.T) func() ([]byte, error) {
	return func() ([]byte, error) {
		t.Helper()
		t.Error("asked for a passphrase")
		return nil, nil
	}
}

func newKey(t *testing.T) *hashing.Key {
	t.Helper()
	key, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	return &key
}

func TestWriteRead(t *testing.T) {
	dir := t.TempDir()
	key := newKey(t)
	for name, pass := range map[string]string{"bare": "", "wrapped": "correct horse"} {
		path := filepath.Join(dir, name)
		if err := Write(path, key, []byte(pass)); err != nil {
			t.Fatal(err)
		}
		ask := say(pass)
		if pass == "" {
			ask = never(t)
		}
		got, err := Read(path, ask)
		if err != nil || *got != *key {
			t.Fatalf("%s: %v, %v", name, got, err)
		}
		if isWrapped, err := Wrapped(path); err != nil || isWrapped != (pass != "") {
			t.Errorf("%s: Wrapped %v, %v", name, isWrapped, err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 || Exposed(path) {
			t.Errorf("%s: mode %v", name, info.Mode())
		}
		b, _ := os.ReadFile(path)
		if holds := bytes.Contains(b, key[:]); holds != (pass == "") {
			t.Errorf("%s: key in the clear: %v", name, holds)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestWriteRefusesToReplace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	key := newKey(t)
	if err := Write(path, key, nil); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, newKey(t), nil); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("second write: %v", err)
	}
	got, err := Read(path, never(t))
	if err != nil || *got != *key {
		t.Fatalf("after it: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestRewrap(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	key := newKey(t)
	if err := Write(path, key, nil); err != nil {
		t.Fatal(err)
	}
	if err := Rewrap(path, never(t), []byte("new")); err != nil {
		t.Fatal(err)
	}
	if err := Rewrap(path, say("old"), nil); !errors.Is(err, ErrWrongPassphrase) {
		t.Fatalf("wrong passphrase: %v", err)
	}
	if got, err := Read(path, say("new")); err != nil || *got != *key {
		t.Fatalf("new passphrase: %v", err)
	}
	if err := Rewrap(path, say("new"), nil); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(path, never(t)); err != nil || *got != *key {
		t.Fatalf("bare again: %v", err)
	}
}

func TestReadErrors(t *testing.T) {
	dir := t.TempDir()
	key := newKey(t)
	good, err := encode(forIndex, (*[keyLen]byte)(key), []byte("pass"), cheap)
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("no terminal")
	for _, c := range []struct {
		name string
		file []byte
		ask  func() ([]byte, error)
		want error
	}{
		{"wrong passphrase", good, say("pasS"), ErrWrongPassphrase},
		{"empty passphrase", good, say(""), ErrWrongPassphrase},
		{"no passphrase", good, func() ([]byte, error) { return nil, refused }, refused},
		{"empty", nil, never(t), ErrNotKeyFile},
		{"another file", []byte("-----BEGIN PRIVATE KEY-----\n"), never(t), ErrNotKeyFile},
		{"a later version", bytes.Replace(good, []byte("key 1"), []byte("key 2"), 1), never(t), ErrNotKeyFile},
		{"endless", bytes.Repeat([]byte(forIndex), 1<<16), never(t), ErrDamaged},
		{"longer", append(bytes.Clone(good), 0), never(t), ErrDamaged},
		{"memory of 4 TiB", withParams(good, params{1, 1<<32 - 1, 1}), never(t), ErrDamaged},
		{"memory of 512 MiB", withParams(good, params{1, 512 << 10, 1}), never(t), ErrDamaged},
		{"too little memory", withParams(good, params{1, 8, 2}), never(t), ErrDamaged},
		{"a year of passes", withParams(good, params{1 << 30, 64, 1}), never(t), ErrDamaged},
		{"no passes", withParams(good, params{0, 64, 1}), never(t), ErrDamaged},
		{"no threads", withParams(good, params{1, 64, 0}), never(t), ErrDamaged},
	} {
		path := filepath.Join(dir, "key")
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := Read(path, c.ask); !errors.Is(err, c.want) || got != nil {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if _, err := Read(filepath.Join(dir, "none"), never(t)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

// withParams replaces the parameters of a wrapped file and mends its checksum,
// as somebody who wants to do harm would.
func withParams(file []byte, p params) []byte {
	b := bytes.Clone(file[:len(file)-checksumLen])
	binary.BigEndian.PutUint32(b[headLen:], p.time)
	binary.BigEndian.PutUint32(b[headLen+4:], p.memory)
	b[headLen+8] = p.threads
	return seal(b)
}

// Every change of a byte and every cut must be an error, never another key;
// with the checksum mended, associated data and authentication tag see to it.
func TestEveryByteCounts(t *testing.T) {
	for _, pass := range []string{"", "pass"} {
		good, err := encode(forIndex, (*[keyLen]byte)(newKey(t)), []byte(pass), cheap)
		if err != nil {
			t.Fatal(err)
		}
		for i := range good {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << (i % 8)
			if _, err := decode(forIndex, bad, say(pass)); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNotKeyFile) {
				t.Errorf("byte %d of %d changed: %v", i, len(good), err)
			}
			if _, err := decode(forIndex, good[:i], say(pass)); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNotKeyFile) {
				t.Errorf("cut to %d of %d bytes: %v", i, len(good), err)
			}
			if pass == "" || i >= len(good)-checksumLen {
				continue
			}
			if _, err := decode(forIndex, seal(bad[:len(bad)-checksumLen]), say(pass)); err == nil {
				t.Errorf("byte %d changed and the checksum mended: no error", i)
			}
		}
	}
}

// TestSpecimens: files written by version 1 are read for good.
func TestSpecimens(t *testing.T) {
	for name, specimen := range map[string]string{
		"bare": "726f6c6c636865636b2d6b657920310a00000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1faf" +
			"c806b57b5e46d4fb835aed97469199",
		"wrapped": "726f6c6c636865636b2d6b657920310a010000000100000040018e04109e2c697770d6fff1df7d1acc6f872227fbf8cc122a" +
			"6fd0308e63bacd400581d1f13837f711e34b6af217d7c9d8df627ea2ccf0df3d63442155af760f042f0ea7dd00a305f779a2" +
			"8bda8ccbd886539e4c58dbfe94c927cb0c0c7af86019547edd7ee20e9a3a",
	} {
		b, err := hex.DecodeString(specimen)
		if err != nil {
			t.Fatal(err)
		}
		key, err := decode(forIndex, b, say("correct horse"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, c := range key {
			if int(c) != i {
				t.Fatalf("%s: another key", name)
			}
		}
	}
}

func TestFresh(t *testing.T) {
	a, b := newKey(t), newKey(t)
	if *a == *b || ID(a) == ID(b) || len(ID(a)) != 16 {
		t.Fatal("two keys are one")
	}
	one, _ := encode(forIndex, (*[keyLen]byte)(a), []byte("pass"), cheap)
	two, _ := encode(forIndex, (*[keyLen]byte)(a), []byte("pass"), cheap)
	if bytes.Equal(one[headLen+9:headLen+paramsLen], two[headLen+9:headLen+paramsLen]) {
		t.Fatal("salt and nonce are used twice")
	}
	if got := ID(&hashing.Key{}); got != "82125b7fc1362803" { // sha256("rollcheck/key-id" | 32 zeros), first 8 bytes
		t.Errorf("ID of the zero key: %s", got)
	}
}

func TestExposed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permission bits say nothing on Windows")
	}
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[os.FileMode]bool{0o600: false, 0o400: false, 0o640: true, 0o604: true} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if Exposed(path) != want {
			t.Errorf("mode %o: exposed %v", mode, !want)
		}
	}
}

// FuzzDecode: whatever is read as a key file without a passphrase is one byte
// for byte, and nothing else yields a key.
func FuzzDecode(f *testing.F) {
	key := &hashing.Key{1, 2, 3}
	for _, pass := range []string{"", "pass"} {
		b, err := encode(forIndex, (*[keyLen]byte)(key), []byte(pass), cheap)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	stop := errors.New("stop") // before Argon2
	f.Fuzz(func(t *testing.T, b []byte) {
		key, err := decode(forIndex, b, func() ([]byte, error) { return nil, stop })
		if err != nil {
			if key != nil {
				t.Fatal("a key and an error")
			}
			return
		}
		if again, err := encode(forIndex, (*[keyLen]byte)(key), nil, standard); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%x reads as a key that is written %x", b, again)
		}
	})
}

// The key of an index and the seed of a signing key are never taken for each other.
func TestPurpose(t *testing.T) {
	dir := t.TempDir()
	index, signing := filepath.Join(dir, "index"), filepath.Join(dir, "signing")
	key, seed := newKey(t), [32]byte{1, 2, 3}
	for _, pass := range []string{"", "correct horse"} {
		os.Remove(index)
		os.Remove(signing)
		if err := errors.Join(Write(index, key, []byte(pass)), WriteSigning(signing, &seed, []byte(pass))); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadSigning(signing, say(pass)); err != nil || *got != seed {
			t.Errorf("the seed is not read: %v", err)
		}
		if _, err := Read(signing, never(t)); !errors.Is(err, ErrNotKeyFile) {
			t.Errorf("a signing key opens an index: %v", err)
		}
		if _, err := ReadSigning(index, never(t)); !errors.Is(err, ErrNotKeyFile) {
			t.Errorf("the key of an index signs: %v", err)
		}
		if err := WriteSigning(signing, &seed, nil); !errors.Is(err, fs.ErrExist) {
			t.Errorf("a signing key is replaced: %v", err)
		}
	}
}
