package serve

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"rollcheck/hashing"
	"rollcheck/hashing/voprf"
	"rollcheck/hashing/voprf/evaluate"
	"rollcheck/rollindex/exposure/sourcetest"
	"rollcheck/rollindex/lookup"
)

// start is the time at which the tests begin: two in the afternoon.
var start = time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: start} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// index has keys as an index does.
type index struct {
	seed  evaluate.Seed
	epoch string
}

func (ix index) Epoch() string { return ix.epoch }

func (ix index) ServedKey(jurisdiction string) (*evaluate.Key, error) {
	return evaluate.DeriveKey(&ix.seed, ix.epoch, jurisdiction)
}

// site is a published directory with what it was made of.
type site struct {
	t        testing.TB
	dir      string
	index    index
	signer   note.Signer
	trusted  *lookup.TrustedKey
	manifest lookup.Manifest
	list     lookup.List
	clock    *clock
	log      *safeBuffer
}

// Ids of the keys.
const (
	keyFL = 1
	keyZZ = 2
)

// safeBuffer is a buffer that several goroutines write.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newSite publishes an empty directory: a manifest with two keys, a page, no
// lists.
func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir(), index: index{evaluate.Seed(sha256.Sum256([]byte("seed"))), "1"}, clock: newClock(), log: new(safeBuffer)}
	secret, public, err := note.GenerateKey(rand.Reader, "lookup.example.org")
	check(t, err)
	s.signer, err = note.NewSigner(secret)
	check(t, err)
	s.trusted, err = lookup.ParseKey(public)
	check(t, err)
	s.write("v1/key", []byte(public+"\n"))
	m := &s.manifest
	m.Seq, m.Issued, m.Expires, m.Epoch, m.Canonical = 7, start.Add(-time.Hour), start.Add(30*24*time.Hour), "1", hashing.Version
	m.Budgets = lookup.Budgets{BatchesPerAddress: 40, BatchesPerPrefix: 400, SlotsPerJurisdiction: 200_000}
	for i, place := range []string{"US-FL", hashing.NoJurisdiction} {
		k, err := s.index.ServedKey(place)
		check(t, err)
		m.Keys = append(m.Keys, lookup.Key{ID: uint16(i + 1), Jurisdiction: place, PublicKey: lookup.Hash32(k.PublicKey())})
	}
	m.PublicKey = m.Keys[0].PublicKey
	s.page("app.wasm", bytes.Repeat([]byte("\x00asm"), 1000))
	s.page("index.html", []byte("<!doctype html><title>Look up</title>"))
	s.sign()
	return s
}

func (s *site) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

// write puts a file into the directory, in one step.
func (s *site) write(name string, b []byte) {
	s.t.Helper()
	check(s.t, os.MkdirAll(filepath.Dir(s.path(name)), 0o755))
	check(s.t, os.WriteFile(s.path(name)+".tmp", b, 0o644))
	check(s.t, os.Rename(s.path(name)+".tmp", s.path(name)))
}

// page adds a file of the page; in order of their paths.
func (s *site) page(path string, b []byte) {
	s.t.Helper()
	s.write(path, b)
	s.manifest.Page = append(s.manifest.Page, lookup.Page{Path: path, SHA256: sha256.Sum256(b)})
}

// sign publishes the manifest.
func (s *site) sign() {
	s.t.Helper()
	signed, err := s.manifest.Sign(s.signer)
	check(s.t, err)
	s.write("v1/manifest", signed)
}

// publish publishes n people of one leak in Florida, in both forms.
func (s *site) publish(n int) []sourcetest.Row {
	s.t.Helper()
	t := s.t
	people := sourcetest.People(t, "mail-2020", 0, n)
	info := sourcetest.NewMemory(people...).Datasets()[0]
	info.Columns, info.Jurisdictions, info.Scheme = []string{"name", "birth_date"}, []string{"US-FL"}, hashing.Served
	key, err := s.index.ServedKey("US-FL")
	check(t, err)
	bits := lookup.BucketBits("US-FL")
	var tags []hashing.Tag
	buckets := make([][]lookup.Entry, 1<<bits)
	for _, p := range people {
		for _, in := range p.Keys {
			if in.Type != hashing.NameDOB {
				continue
			}
			y, err := key.Evaluate(in.X)
			check(t, err)
			tag, pad := hashing.NewServedEntries(info.ID, info.Generation).Seal((*hashing.ServedOutput)(&y))
			tags = append(tags, tag)
			last, first := namesOf(in.X)
			n := int(hashing.Bucket(last, first)) >> (16 - bits)
			buckets[n] = append(buckets[n], lookup.Entry{Tag: tag, Dataset: 5, Sealed: p.Mask ^ pad})
		}
	}
	filter, err := lookup.BuildFilter(tags)
	check(t, err)
	sum := lookup.Hash32(sha256.Sum256(filter))
	s.write(lookup.FilterPath(sum)[1:], filter)
	dataset := lookup.NewDataset(5, &info)
	dataset.KeyRows = map[string]int64{"name-dob": int64(len(tags))}
	s.list = lookup.List{
		Jurisdiction: "US-FL", Datasets: []lookup.Dataset{dataset},
		Files:   []lookup.File{{Dataset: info.ID, KeyType: "name-dob", N: int64(len(tags)), Kind: lookup.KindFuse16, Bytes: int64(len(filter)), SHA256: sum}},
		Buckets: s.cut(buckets, bits),
	}
	list, err := s.list.Encode()
	check(t, err)
	sum = sha256.Sum256(list)
	s.write(lookup.ListPath(sum)[1:], list)
	s.manifest.Lists = []lookup.ListRef{{Jurisdiction: "US-FL", SHA256: sum}}
	s.sign()
	return people
}

// namesOf returns the names at the beginning of a hashed input.
func namesOf(x []byte) (last, first []byte) {
	n := int(x[5])
	return x[6 : 6+n], x[6+n+2 : 6+n+2+int(x[6+n+1])]
}

func (s *site) cut(buckets [][]lookup.Entry, bits int) *lookup.Buckets {
	s.t.Helper()
	bodies := make([][]byte, len(buckets))
	id := lookup.BucketID{Key: keyFL, Bits: bits}
	for id.Number = range buckets {
		var err error
		bodies[id.Number], err = lookup.BuildBucket(id, buckets[id.Number], []uint16{5}, &[32]byte{'p'})
		check(s.t, err)
	}
	tree, err := lookup.NewTree(bodies)
	check(s.t, err)
	b := &lookup.Buckets{Bits: bits, Root: lookup.Hash32(tree.Root())}
	for i := range bodies {
		file := tree.AppendProof(bodies[i], i)
		s.write(lookup.BucketPath(b.Root, i)[1:], file)
		b.Bytes = max(b.Bytes, int64(len(file)))
	}
	return b
}

// config is a configuration of the site that clients connect to directly.
func (s *site) config() Config {
	return Config{
		Dir: s.dir, Keys: s.index, Secret: [32]byte{'s'}, Proxies: Proxies{Direct: true}, now: s.clock.now,
		Log: slog.New(slog.NewTextHandler(s.log, nil)),
	}
}

// server makes a server of the site.
func (s *site) server(change func(*Config)) *Server {
	s.t.Helper()
	cfg := s.config()
	if change != nil {
		change(&cfg)
	}
	srv, err := New(cfg)
	check(s.t, err)
	s.t.Cleanup(func() { srv.Close() })
	return srv
}

// serve lets a server answer on the loopback until the test ends, and returns its
// address. stop ends it before.
func (s *site) serve(srv *Server) (address string, stop func() error) {
	s.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(s.t, err)
	ctx, cancel := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ctx, l) }()
	stop = sync.OnceValue(func() error { cancel(); return <-done })
	s.t.Cleanup(func() { stop() })
	return l.Addr().String(), stop
}

// batch is a valid body of an evaluation under a key, with what reads its answer.
func batch(t testing.TB, key uint16) (*voprf.Request, []byte) {
	t.Helper()
	r, err := voprf.Blind(rand.Reader, [][]byte{[]byte("a"), []byte("b"), []byte("c"), []byte("d")})
	check(t, err)
	e := lookup.Elements(r.Elements())
	return r, lookup.AppendRequest(nil, key, &e)
}

// remote is a transport of the look-up's client to a server.
type remote struct{ base string }

func (c remote) Get(ctx context.Context, path string, limit int64) ([]byte, error) {
	resp, err := http.Get(c.base + path)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, os.ErrNotExist
	}
	return io.ReadAll(io.LimitReader(resp.Body, limit+1))
}

func (c remote) Evaluate(ctx context.Context, body []byte) ([]byte, error) {
	resp, err := http.Post(c.base+lookup.EvaluatePath, octets, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		return io.ReadAll(resp.Body)
	case http.StatusTooManyRequests:
		return nil, &lookup.BudgetError{Retry: start}
	case http.StatusNotFound:
		return nil, lookup.ErrStale
	}
	return nil, io.ErrUnexpectedEOF
}
