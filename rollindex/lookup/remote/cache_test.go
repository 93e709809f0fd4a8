package remote

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcheck/hashing"
	"rollcheck/rollindex/lookup"
	"rollcheck/rollindex/lookup/lookuptest"
)

func put(t *testing.T, c *Cache, content string, age time.Duration) lookup.Hash32 {
	t.Helper()
	h := lookup.Hash32(sha256.Sum256([]byte(content)))
	if err := c.Put(h, []byte(content)); err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(-age)
	if err := os.Chtimes(c.path(h), at, at); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestCache(t *testing.T) {
	dir := t.TempDir()
	c := openCache(t, dir)
	h := put(t, c, "a file", 0)
	if b, err := c.Get(h); string(b) != "a file" || err != nil || !c.Has(h) {
		t.Errorf("%q, %v", b, err)
	}
	if b, err := c.Get(lookup.Hash32{1}); b != nil || err != nil || c.Has(lookup.Hash32{1}) {
		t.Errorf("a file that is not there: %q, %v", b, err)
	}
	if b, err := c.Recall(); b != nil || err != nil {
		t.Errorf("nothing was remembered: %q, %v", b, err)
	}
	for _, m := range []string{"first", "second"} {
		if err := c.Remember([]byte(m)); err != nil {
			t.Fatal(err)
		}
	}
	c.Close()
	// Another process, after one that was killed.
	if err := os.WriteFile(filepath.Join(dir, "cache", tmpPrefix+"1"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	c = openCache(t, dir)
	if b, err := c.Recall(); string(b) != "second" || err != nil {
		t.Errorf("recalled %q, %v", b, err)
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "cache", tmpPrefix+"*")); len(names) > 0 {
		t.Errorf("left: %v", names)
	}
	// An emptied cache is not an emptied memory.
	if err := os.RemoveAll(filepath.Join(dir, "cache")); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if b, err := openCache(t, dir).Recall(); string(b) != "second" || err != nil {
		t.Errorf("recalled %q, %v", b, err)
	}
}

// Two processes take turns; who waits is told, and can stop waiting.
func TestCacheIsOpenOnce(t *testing.T) {
	dir := t.TempDir()
	first := openCache(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	waited := false
	if _, err := OpenCache(ctx, first.dir, first.memory, func() { waited = true; cancel() }); !errors.Is(err, context.Canceled) || !waited {
		t.Fatalf("a second one: %v", err)
	}
	second := make(chan error)
	go func() {
		c, err := OpenCache(context.Background(), first.dir, first.memory, func() { first.Close() })
		if err == nil {
			err = c.Close()
		}
		second <- err
	}()
	if err := <-second; err != nil {
		t.Error(err)
	}
}

// The files not used for longest make room.
func TestCacheIsBounded(t *testing.T) {
	c := openCache(t, t.TempDir())
	c.most = 25
	old, used, newer := put(t, c, strings.Repeat("a", 10), 3*time.Hour), put(t, c, strings.Repeat("b", 10), 4*time.Hour), lookup.Hash32{}
	if _, err := c.Get(used); err != nil {
		t.Fatal(err)
	}
	newer = put(t, c, strings.Repeat("c", 10), 0)
	if c.Has(old) || !c.Has(used) || !c.Has(newer) {
		t.Errorf("kept: %v %v %v", c.Has(old), c.Has(used), c.Has(newer))
	}
}

func TestTrustStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "trust")
	s := NewTrustStore(dir)
	_, one := lookuptest.NewSigner(t, "one")
	_, two := lookuptest.NewSigner(t, "two")
	const server = "https://lookup.example.org"
	if k, err := s.Key(server); k != nil || err != nil {
		t.Fatalf("%v, %v", k, err)
	}
	for _, key := range []*lookup.TrustedKey{one, two} {
		if err := s.Trust(server, key); err != nil {
			t.Fatal(err)
		}
		if k, err := s.Key(server); err != nil || k.String() != key.String() {
			t.Errorf("%v, %v", k, err)
		}
	}
	if k, err := s.Key(server + "/other"); k != nil || err != nil {
		t.Errorf("another server: %v, %v", k, err)
	}
	b, err := os.ReadFile(s.File(server))
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range [][]byte{nil, []byte("{}"), b[:20], bytes.Replace(b, []byte("lookup.example.org+"), []byte("lookup.example.net+"), 1),
		bytes.Replace(b, []byte("https"), []byte("http"), 1)} {
		if err := os.WriteFile(s.File(server), broken, 0o600); err != nil {
			t.Fatal(err)
		}
		if k, err := s.Key(server); k != nil || err == nil {
			t.Errorf("%q is taken for a key that was trusted", broken)
		}
	}
}

// A client of the package's own parts asks in both ways, and what it leaves on disk
// names nobody.
func TestClient(t *testing.T) {
	op := lookuptest.New(t, time.Now(), lookuptest.People(t, "mail", 0, 20, "US-FL"))
	dir := t.TempDir()
	tr, err := NewTransport(op.Serve(t))
	if err != nil {
		t.Fatal(err)
	}
	key, err := tr.FetchKey(t.Context())
	if err != nil || key.String() != op.Trusted.String() {
		t.Fatalf("%v, %v", key, err)
	}
	tr.Cache = openCache(t, dir)
	c, err := lookup.New(key, tr, tr.Cache)
	if err != nil {
		t.Fatal(err)
	}
	person := lookuptest.People(t, "", 5, 1, "US-FL")[0]
	for _, mode := range []lookup.Mode{lookup.FilterMode, lookup.BucketMode} {
		o, err := c.Open(t.Context(), "US-FL")
		if err != nil {
			t.Fatal(err)
		}
		s, err := o.Session(t.Context(), mode, nil)
		if err != nil {
			t.Fatal(err)
		}
		hits := 0
		if _, err := s.Ask(t.Context(), person.Keys, func(hashing.Result) { hits++ }); err != nil || hits == 0 {
			t.Errorf("%s: %d hits, %v", mode, hits, err)
		}
	}
	left := 0
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		left++
		b, err := os.ReadFile(path)
		for _, in := range person.Keys {
			if bytes.Contains(b, in.X) {
				t.Errorf("%s holds a key of the person", path)
			}
		}
		for _, name := range []string{"FICTIONF", "PERSONF", "19450606", "10005"} {
			if strings.HasSuffix(path, ".json") && bytes.Contains(b, []byte(name)) {
				t.Errorf("%s holds %s", path, name)
			}
		}
		return err
	})
	if err != nil || left < 3 {
		t.Errorf("%d files, %v", left, err)
	}
}
