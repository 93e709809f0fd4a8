package lookup

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"rollcheck/hashing"
)

func TestWire(t *testing.T) {
	var e Elements
	var proof [64]byte
	for i := range e {
		e[i] = [32]byte{byte(i + 1), 31: byte(i + 11)}
	}
	proof[0], proof[63] = 21, 22
	request := AppendRequest(nil, 0x0203, &e)
	key, back, err := ParseRequest(request)
	if err != nil || len(request) != 130 || request[0] != 2 || key != 0x0203 || *back != e {
		t.Errorf("request of %d bytes: key %x, %v", len(request), key, err)
	}
	response := AppendResponse(nil, &e, &proof)
	back, p, err := ParseResponse(response)
	if err != nil || len(response) != 192 || *back != e || *p != proof {
		t.Errorf("response of %d bytes: %v", len(response), err)
	}
	for _, n := range []int{0, 2, 98, 129, 131, 162, 1 << 20} { // three and five elements among them
		if _, _, err := ParseRequest(make([]byte, n)); !errors.Is(err, ErrFormat) {
			t.Errorf("a request of %d bytes: %v", n, err)
		}
	}
	for _, n := range []int{0, 128, 160, 191, 193, 224} {
		if _, _, err := ParseResponse(make([]byte, n)); !errors.Is(err, ErrFormat) {
			t.Errorf("a response of %d bytes: %v", n, err)
		}
	}
	if got := BucketPath(Hash32{0xab}, 1034); got != "/v1/b/ab"+strings.Repeat("0", 62)+"/1034" {
		t.Errorf("path %s", got)
	}
}

func FuzzWire(f *testing.F) {
	f.Add(make([]byte, RequestSize))
	f.Add(make([]byte, ResponseSize))
	f.Fuzz(func(t *testing.T, b []byte) {
		if key, e, err := ParseRequest(b); err == nil && !bytes.Equal(AppendRequest(nil, key, e), b) {
			t.Error("a request became another")
		}
		if e, p, err := ParseResponse(b); err == nil && !bytes.Equal(AppendResponse(nil, e, p), b) {
			t.Error("a response became another")
		}
	})
}

// The fields of a key come back as they were put in, and nothing that AppendKey
// does not make has any.
func FuzzFieldsOf(f *testing.F) {
	f.Add("Smith", "Jo", "32301", []byte("rc1\x01\x00\x01A"))
	f.Add("O'Brien", "Ann", "", []byte("rc1\x05\x00\x05US-FL\x00\x0112"))
	f.Fuzz(func(t *testing.T, last, first, zip string, raw []byte) {
		var d hashing.Details
		d.SetLast([]byte(last))
		d.SetFirst([]byte(first))
		d.SetZIP([]byte(zip))
		if x, ok := d.AppendKey(nil, hashing.NameZIP); ok {
			fields, n, ok := fieldsOf(hashing.Input{Type: hashing.NameZIP, X: x})
			if !ok || n != 3 || !bytes.Equal(fields[0], d.Last) || !bytes.Equal(fields[1], d.First) || !bytes.Equal(fields[2], d.ZIP) {
				t.Errorf("%q, %d", fields, n)
			}
			group, _, ok := namesOf(hashing.Input{Type: hashing.NameZIP, X: x})
			if !ok || group != hashing.Bucket(d.Last, d.First) {
				t.Errorf("group %x", group)
			}
		}
		for _, kt := range hashing.KeyTypes() {
			in := hashing.Input{Type: kt, X: raw}
			fields, n, ok := fieldsOf(in)
			whoOf([]hashing.Input{in})
			if !ok {
				continue
			}
			x := append([]byte(hashing.Version), byte(kt))
			for _, field := range fields[:n] {
				x = append(append(x, byte(len(field)>>8), byte(len(field))), field...)
			}
			if !bytes.Equal(x, raw) {
				t.Errorf("%q became %q", raw, x)
			}
		}
	})
}

// Memory that is taken is kept as it is; any other is an error.
func FuzzRecall(f *testing.F) {
	_, key := testSigner(f)
	var c MemoryCache
	m, err := recall(&c, key)
	if err != nil || m.keep(&c) != nil {
		f.Fatal(err)
	}
	f.Add(c.memory)
	f.Add([]byte(`{"version":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c MemoryCache
		_ = c.Remember(b)
		m, err := recall(&c, key)
		if err != nil || len(b) == 0 {
			return
		}
		if err := m.keep(&c); err != nil {
			t.Fatal(err)
		}
		if _, err := recall(&c, key); err != nil {
			t.Errorf("what was kept is not taken: %v", err)
		}
	})
}
