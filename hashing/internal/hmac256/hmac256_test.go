package hmac256

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"testing"
)

func want(key, x []byte) [32]byte {
	m := hmac.New(sha256.New, key)
	m.Write(x)
	return [32]byte(m.Sum(nil))
}

// Every length of two messages, and keys of every length up to two blocks,
// against the standard library.
func TestAgreesWithTheStandardLibrary(t *testing.T) {
	text := bytes.Repeat([]byte("0123456789abcdefghijklmnopqrstuvwxyz"), 8)
	var p Pair
	for n := range 130 {
		key, other := text[:n], text[1:n+2]
		ka, kb := NewKey(key), NewKey(other)
		for m := range 130 {
			xa, xb := text[3:3+n], text[7:7+m]
			var a, b, c [32]byte
			p.Sum(ka, xa, &a, kb, xb, &b)
			ka.Sum(xb, &c)
			if a != want(key, xa) || b != want(other, xb) || c != want(key, xb) {
				t.Fatalf("keys of %d and %d bytes, messages of %d and %d: a wrong sum", len(key), len(other), len(xa), len(xb))
			}
		}
	}
}

// Test cases 1, 2 and 6 of RFC 4231.
func TestRFC4231(t *testing.T) {
	for _, tc := range []struct {
		key, x []byte
		sum    string
	}{
		{bytes.Repeat([]byte{0x0b}, 20), []byte("Hi There"),
			"\xb0\x34\x4c\x61\xd8\xdb\x38\x53\x5c\xa8\xaf\xce\xaf\x0b\xf1\x2b\x88\x1d\xc2\x00\xc9\x83\x3d\xa7\x26\xe9\x37\x6c\x2e\x32\xcf\xf7"},
		{[]byte("Jefe"), []byte("what do ya want for nothing?"),
			"\x5b\xdc\xc1\x46\xbf\x60\x75\x4e\x6a\x04\x24\x26\x08\x95\x75\xc7\x5a\x00\x3f\x08\x9d\x27\x39\x83\x9d\xec\x58\xb9\x64\xec\x38\x43"},
		{bytes.Repeat([]byte{0xaa}, 131), []byte("Test Using Larger Than Block-Size Key - Hash Key First"),
			"\x60\xe4\x31\x59\x1e\xe0\xb6\x7f\x0d\x8a\x26\xaa\xcb\xf5\xb7\x7f\x8e\x0b\xc6\x21\x37\x28\xc5\x14\x05\x46\x04\x0f\x0e\xe3\x7f\x54"},
	} {
		var p Pair
		var a, b [32]byte
		k := NewKey(tc.key)
		p.Sum(k, tc.x, &a, k, tc.x, &b)
		if string(a[:]) != tc.sum || a != b {
			t.Errorf("%x and %x, want %x", a, b, tc.sum)
		}
	}
}

func FuzzPair(f *testing.F) {
	f.Add([]byte("key"), []byte("a"), []byte("b"))
	f.Fuzz(func(t *testing.T, key, xa, xb []byte) {
		var p Pair
		var a, b [32]byte
		k := NewKey(key)
		p.Sum(k, xa, &a, k, xb, &b)
		if a != want(key, xa) || b != want(key, xb) {
			t.Error("a wrong sum")
		}
	})
}

func BenchmarkStandardLibrary(b *testing.B) {
	m := hmac.New(sha256.New, make([]byte, 32))
	x, sum := make([]byte, 40), make([]byte, 0, 32)
	for b.Loop() {
		m.Reset()
		m.Write(x)
		sum = m.Sum(sum[:0])
	}
}

// One operation is two messages.
func BenchmarkPair(b *testing.B) {
	var p Pair
	var a, c [32]byte
	k, x := NewKey(make([]byte, 32)), make([]byte, 40)
	for b.Loop() {
		p.Sum(k, x, &a, k, x, &c)
	}
}
