package decoys

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"rollcheck/hashing"
)

func TestRegister(t *testing.T) {
	r := newTestRegister(t)
	r.Releases = []Release{{SHA256: "00", File: "roll.txt", Controls: []Decoy{{First: "ALMA", Last: "QUILLMARSH"}}}}
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	b := read(t, r.path)
	if bytes.Contains(b, []byte("QUILLMARSH")) || bytes.Contains(b, []byte("roll.txt")) {
		t.Error("the register lies in clear")
	}
	again, err := OpenRegister(r.path, &testKey)
	if err != nil || !reflect.DeepEqual(again, r) {
		t.Fatalf("read back as %+v, %v", again, err)
	}
	if _, err := OpenRegister(r.path, &hashing.Key{9}); !errors.Is(err, ErrWrongKey) {
		t.Errorf("with another key: %v", err)
	}
	for i := range b {
		c := bytes.Clone(b)
		c[i] ^= 4
		if _, err := decodeRegister(c, &testKey); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNotRegister) {
			t.Fatalf("with byte %d changed: %v", i, err)
		}
		if _, err := decodeRegister(b[:i], &testKey); err == nil {
			t.Fatalf("cut to %d bytes it is read", i)
		}
	}
	if _, err := NewRegister(r.path, &testKey); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a register in place of another: %v", err)
	}
	if err := again.Save(); err != nil {
		t.Fatal(err)
	}
	if err := r.Save(); !errors.Is(err, ErrChanged) {
		t.Errorf("over another's changes: %v", err)
	}
}

func FuzzRegister(f *testing.F) {
	r := &Register{ID: "1", key: testKey}
	b, err := r.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) { // whatever is read was sealed under the key
		if r, err := decodeRegister(b, &testKey); err == nil && r.ID != "1" {
			t.Error("read what nobody sealed")
		}
	})
}

func TestReleaseLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	sent := []Sent{{Date: "2026-05-01", Recipient: "A", File: "a.txt", SHA256: "aa", Rows: 9, Register: "01", Planted: 3}, {Date: "2026-05-02", Recipient: "B", File: "b.txt", SHA256: "bb"}}
	for _, s := range sent {
		if err := AppendRelease(path, s); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadLog(bytes.NewReader(read(t, path)))
	if err != nil || !reflect.DeepEqual(got, sent) {
		t.Errorf("read back %+v, %v", got, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the log is %v, %v", info.Mode(), err)
	}
	_, err = ReadLog(strings.NewReader(string(read(t, path)) + `{"recipient":"C"`))
	if !errors.Is(err, ErrLog) || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("of a log cut short: %v", err)
	}
}

// A last line that was written by hand and has no end is not joined to the next.
func TestReleaseLogByHand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte(`{"recipient":"A","sha256":"aa"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := AppendRelease(path, Sent{Recipient: "B", SHA256: "bb"}, Sent{Recipient: "B", SHA256: "cc"}); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadLog(bytes.NewReader(read(t, path))); err != nil || len(got) != 3 || got[2].SHA256 != "cc" {
		t.Errorf("read back %+v, %v", got, err)
	}
}

func FuzzReadLog(f *testing.F) {
	f.Add([]byte(`{"date":"2026-05-01","recipient":"A","file":"a","sha256":"aa","rows":1}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) { // what is read says who and what, and as many lines as there are
		all, err := ReadLog(bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, s := range all {
			if s.Recipient == "" || s.SHA256 == "" {
				t.Error("a line without recipient or digest was read")
			}
		}
	})
}
