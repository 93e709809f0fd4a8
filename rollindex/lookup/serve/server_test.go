package serve

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"rollcheck/hashing/voprf/evaluate"
	"rollcheck/rollindex/lookup"
)

// What would make answers that clients refuse does not start.
func TestRefusesToStart(t *testing.T) {
	for _, c := range []struct {
		why   string
		spoil func(*site, *Config)
		want  error // nil: any
	}{
		{"no manifest", func(s *site, _ *Config) { os.Remove(s.path("v1/manifest")) }, os.ErrNotExist},
		{"no key", func(s *site, _ *Config) { os.Remove(s.path("v1/key")) }, os.ErrNotExist},
		{"no directory", func(_ *site, c *Config) { c.Dir += "/none" }, os.ErrNotExist},
		{"a manifest that is a link to elsewhere", func(s *site, _ *Config) {
			elsewhere := s.t.TempDir() + "/manifest"
			check(s.t, os.Rename(s.path("v1/manifest"), elsewhere))
			check(s.t, os.Symlink(elsewhere, s.path("v1/manifest")))
		}, nil},
		{"a changed manifest", func(s *site, _ *Config) {
			b, err := os.ReadFile(s.path("v1/manifest"))
			check(s.t, err)
			s.write("v1/manifest", bytes.Replace(b, []byte(`"seq":7`), []byte(`"seq":8`), 1))
		}, lookup.ErrSignature},
		{"another index", func(_ *site, c *Config) { c.Keys = index{evaluate.Seed{9}, "1"} }, ErrOtherKeys},
		{"another epoch", func(s *site, c *Config) { c.Keys = index{s.index.seed, "2"} }, ErrOtherKeys},
		{"an expired manifest", func(s *site, _ *Config) { s.clock.add(31 * 24 * time.Hour) }, lookup.ErrExpired},
		{"a file of the page changed", func(s *site, _ *Config) { s.write("index.html", []byte("another")) }, nil},
		{"a file of the page missing", func(s *site, _ *Config) { os.Remove(s.path("index.html")) }, os.ErrNotExist},
		{"damaged budgets", func(s *site, c *Config) {
			c.State = s.t.TempDir() + "/budgets"
			check(s.t, os.WriteFile(c.State, []byte("VRXS"), 0o600))
		}, errState},
	} {
		s := newSite(t)
		cfg := s.config()
		c.spoil(s, &cfg)
		srv, err := New(cfg)
		if err == nil {
			srv.Close()
		}
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.why, err)
		}
	}
}

// A manifest that takes the place of the one served is served if clients would take
// it, and else what was served goes on, whole.
func TestReload(t *testing.T) {
	s := newSite(t)
	srv := s.server(nil)
	h := srv.Handler()
	_, body := batch(t, keyFL)
	serves := func(why string, seq uint64, page string, evaluation int) {
		t.Helper()
		if st := srv.Status(); st.Seq != seq {
			t.Errorf("%s: serves number %d, want %d", why, st.Seq, seq)
		}
		if !strings.Contains(get(h, lookup.ManifestPath, nil).Body.String(), fmt.Sprintf(`"seq":%d,`, seq)) {
			t.Errorf("%s: sends another manifest", why)
		}
		if got := get(h, "/", nil).Body.String(); got != page {
			t.Errorf("%s: page %q", why, got)
		}
		if w := post(h, "192.0.2.1:1", bytes.NewReader(body), nil); w.Code != evaluation {
			t.Errorf("%s: status %d, want %d", why, w.Code, evaluation)
		}
	}
	first := get(h, "/", nil).Body.String()
	s.write("index.html", []byte("second")) // in the middle of a publication
	srv.poll()
	serves("a file changed under it", 7, first, 200)
	s.manifest.Page = s.manifest.Page[:1]
	s.page("index.html", []byte("second"))
	s.manifest.Seq = 8
	s.sign()
	srv.poll()
	serves("the next", 8, "second", 200)

	for why, spoil := range map[string]func(){
		"older":       func() { s.manifest.Seq = 7 },
		"same number": func() { s.manifest.Budgets.BatchesPerAddress++ },
		"expired":     func() { s.manifest.Seq, s.manifest.Expires = 9, start },
		"other epoch": func() { s.manifest.Seq, s.manifest.Epoch = 9, "2" },
		"other keys": func() {
			s.manifest.Seq, s.manifest.Keys = 9, append([]lookup.Key(nil), s.manifest.Keys...)
			s.manifest.Keys[1].PublicKey[0] ^= 1
		},
	} {
		good := s.manifest
		spoil()
		s.sign()
		before := strings.Count(s.log.String(), "served as it was")
		srv.poll()
		srv.poll()
		serves(why, 8, "second", 200)
		if n := strings.Count(s.log.String(), "served as it was") - before; n != 1 {
			t.Errorf("%s: logged %d times", why, n)
		}
		s.manifest = good
	}
	s.manifest.Seq = 10
	signer := s.signer
	secret, public, err := note.GenerateKey(rand.Reader, "lookup.example.org")
	check(t, err)
	s.signer, err = note.NewSigner(secret)
	check(t, err)
	s.write("v1/key", []byte(public))
	s.sign()
	srv.poll()
	serves("another signing key", 8, "second", 200)
	s.signer = signer
	s.write("v1/key", []byte(s.trusted.String()))
	check(t, os.Remove(s.path("v1/manifest")))
	srv.poll()
	serves("no manifest", 8, "second", 200)

	s.manifest.Seq, s.manifest.Keys = 11, s.manifest.Keys[1:] // a jurisdiction goes
	s.manifest.PublicKey = s.manifest.Keys[0].PublicKey
	s.sign()
	srv.poll()
	serves("one key less", 11, "second", 404)
}

// A stop lets what is under way finish and keeps the budgets.
func TestGracefulStop(t *testing.T) {
	s := newSite(t)
	state := t.TempDir() + "/budgets"
	srv := s.server(func(c *Config) { c.State = state })
	address, stop := s.serve(srv)
	_, body := batch(t, keyFL)
	c, err := net.Dial("tcp", address)
	check(t, err)
	defer c.Close()
	fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", lookup.EvaluatePath, octets, len(body))
	c.Write(body[:100])
	time.Sleep(100 * time.Millisecond)
	done := make(chan error)
	go func() { done <- stop() }()
	time.Sleep(100 * time.Millisecond)
	if refused, err := net.DialTimeout("tcp", address, time.Second); err == nil {
		refused.Close()
		t.Error("connections are taken while it stops")
	}
	c.Write(body[100:])
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	check(t, err)
	if b, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != 200 || len(b) != lookup.ResponseSize {
		t.Errorf("status %d, %d bytes, %v", resp.StatusCode, len(b), err)
	}
	check(t, <-done)
	check(t, srv.Close())
	if again := s.server(func(c *Config) { c.State = state }); again.budget.used("US-FL") != 4 {
		t.Errorf("%d slots are remembered", again.budget.used("US-FL"))
	}
}

// Who sends slowly is cut off, and keeps nobody waiting.
func TestSlowloris(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	address, _ := s.serve(s.server(nil))
	for _, sent := range []string{"GET / HTTP/1.1\r\nHost: x\r\nX-", "POST /v1/evaluate HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 130\r\n\r\nabc"} {
		for range 20 {
			c, err := net.Dial("tcp", address)
			check(t, err)
			defer c.Close()
			io.WriteString(c, sent)
			go func() {
				for { // a byte at a time
					time.Sleep(500 * time.Millisecond)
					if _, err := c.Write([]byte("a")); err != nil {
						return
					}
				}
			}()
			defer func() {
				c.SetReadDeadline(time.Now().Add(readTimeout + 5*time.Second))
				if _, err := io.Copy(io.Discard, c); err != nil && errors.Is(err, os.ErrDeadlineExceeded) {
					t.Error("a slow connection is kept")
				}
			}()
		}
	}
	began := time.Now()
	resp, err := http.Get("http://" + address + "/healthz")
	check(t, err)
	resp.Body.Close()
	if took := time.Since(began); resp.StatusCode != 200 || took > 2*time.Second {
		t.Errorf("status %d after %v", resp.StatusCode, took)
	}
}

// A header that does not end is refused before it is read whole.
func TestHugeHeader(t *testing.T) {
	s := newSite(t)
	address, _ := s.serve(s.server(nil))
	c, err := net.Dial("tcp", address)
	check(t, err)
	defer c.Close()
	fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: x\r\nX-A: %s\r\n\r\n", strings.Repeat("a", maxHeader+8192))
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	check(t, err)
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", resp.StatusCode)
	}
}

// Ten thousand connections from many addresses: as many as are allowed are kept,
// the rest closed at once, and when they end there is room again.
func TestManyConnections(t *testing.T) {
	const connections, most = 10_000, 2_000
	if least := uint64(connections + most + 500); openFiles() < least {
		if os.Getenv("CI") != "" {
			t.Fatalf("%d files may be open, the test needs %d: raise ulimit -n", openFiles(), least)
		}
		t.Skipf("SKIPPED: %d files may be open, the test needs %d: raise ulimit -n", openFiles(), least)
	}
	s := newSite(t)
	srv := s.server(func(c *Config) { c.MaxConnections = most })
	address, _ := s.serve(srv)
	var kept, closed atomic.Int64
	var mu sync.Mutex
	var open []net.Conn
	var wg sync.WaitGroup
	dialers := make(chan struct{}, 200)
	for i := range connections {
		dialers <- struct{}{}
		wg.Go(func() {
			defer func() { <-dialers }()
			from := &net.TCPAddr{IP: net.IPv4(127, 1, byte(i>>6), byte(1+i&63))}
			c, err := (&net.Dialer{LocalAddr: from, Timeout: 10 * time.Second}).DialContext(t.Context(), "tcp", address)
			if err != nil {
				closed.Add(1)
				return
			}
			c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
			if _, err := c.Read(make([]byte, 1)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
				closed.Add(1)
				c.Close()
				return
			}
			kept.Add(1)
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
		})
	}
	wg.Wait()
	time.Sleep(500 * time.Millisecond) // a connection may have been waiting to be taken, and closed, since
	for _, c := range open {
		c.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			kept.Add(-1)
		}
		c.Close()
	}
	// Those that waited too long with a request are closed too, on a slow machine
	// many: so what was refused is what the server says.
	var refused float64
	for line := range strings.Lines(get(srv.Metrics(), "/metrics", nil).Body.String()) {
		if n, ok := strings.CutPrefix(line, "rollcheck_connections_refused_total "); ok {
			_, err := fmt.Sscan(n, &refused)
			check(t, err)
		}
	}
	if kept.Load() > most || refused == 0 || refused > connections-most {
		t.Errorf("%d connections are kept, %d closed and %.0f refused, of %d with room for %d", kept.Load(), closed.Load(), refused, connections, most)
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		resp, err := http.Get("http://" + address + "/healthz")
		if err == nil {
			resp.Body.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no room afterwards: %v", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// One address has so many connections, and others have theirs.
func TestConnectionsOfOneAddress(t *testing.T) {
	s := newSite(t)
	address, _ := s.serve(s.server(func(c *Config) { c.MaxPerAddress = 3 }))
	dial := func(from byte) (kept bool) {
		c, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, from)}}).Dial("tcp", address)
		check(t, err)
		t.Cleanup(func() { c.Close() })
		c.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		_, err = c.Read(make([]byte, 1))
		return errors.Is(err, os.ErrDeadlineExceeded)
	}
	for i := range 4 {
		if kept := dial(2); kept != (i < 3) {
			t.Errorf("connection %d: kept %v", i, kept)
		}
	}
	if !dial(3) {
		t.Error("another address is refused")
	}
}

// Nothing of who asks, or what, is in a log line or a metric, whatever goes wrong.
func TestLogsAndMetricsHoldNobody(t *testing.T) {
	s := newSite(t)
	people := s.publish(40)
	s.manifest.Budgets = lookup.Budgets{BatchesPerAddress: 20, BatchesPerPrefix: 20, SlotsPerJurisdiction: 16}
	s.sign()
	srv := s.server(func(c *Config) { c.State = s.t.TempDir() + "/budgets" })
	address, stop := s.serve(srv)
	last, first := namesOf(people[7].Keys[0].X)
	bucket := lookup.BucketPath(s.list.Buckets.Root, 1234)
	_, body := batch(t, keyFL)
	base := "http://" + address
	for i := range 30 {
		req, err := http.NewRequest(http.MethodPost, base+lookup.EvaluatePath, bytes.NewReader(append(bytes.Clone(body[:130-i%2]), bytes.Repeat([]byte("x"), i%3)...)))
		check(t, err)
		req.Header.Set("Content-Type", octets)
		req.Header.Set("User-Agent", "PlantedBrowser/7")
		req.Header.Set("Referer", "http://planted-referer.example/")
		resp, err := http.DefaultClient.Do(req)
		check(t, err)
		resp.Body.Close()
	}
	for _, path := range []string{bucket, "/v1/f/" + strings.Repeat("ee", 32), "/planted-path", "/" + string(last), "/?q=" + string(first), lookup.FilterPath(s.list.Files[0].SHA256)} {
		resp, err := http.Get(base + path)
		check(t, err)
		resp.Body.Close()
	}
	c, err := net.Dial("tcp", address) // not HTTP at all
	check(t, err)
	io.WriteString(c, "planted nonsense\r\n\r\n")
	io.Copy(io.Discard, c)
	c.Close()
	panicking := srv.current.Load()
	srv.current.Store(&published{manifest: panicking.manifest, keys: map[uint16]servedKey{keyFL: {nil, "US-FL"}}}) // its key is missing
	srv.budget.begin(dayOf(s.clock.now()))
	if w := post(srv.Handler(), "192.0.2.99:1", bytes.NewReader(body), nil); w.Code != 500 {
		t.Errorf("status %d after a panic", w.Code)
	}
	srv.current.Store(panicking)
	check(t, stop()) // a request is counted when it is over, which is after its answer is read
	metrics := get(srv.Metrics(), "/metrics", nil).Body.String()
	logs := s.log.String()
	for _, planted := range []string{
		"127.0.0.1", "192.0.2", "PlantedBrowser", "planted", "/1234", string(last), string(first), s.list.Buckets.Root.String()[:12],
		s.list.Files[0].SHA256.String()[:12], strings.Repeat("ee", 8), fmt.Sprintf("%x", body[2:10]), string(body[2:20]), address,
	} {
		if strings.Contains(logs, planted) {
			t.Errorf("the log holds %q:\n%s", planted, logs)
		}
		if strings.Contains(metrics, planted) {
			t.Errorf("the metrics hold %q", planted)
		}
	}
	for _, want := range []string{`rollcheck_requests_total{kind="bucket",status="200"} 1`, `rollcheck_slots_used{jurisdiction="US-FL"}`, `rollcheck_errors_total{kind="panic"} 1`, "rollcheck_manifest_seq 7"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics have no %s:\n%s", want, metrics)
		}
	}
	if !strings.Contains(logs, "jurisdiction=US-FL") || !strings.Contains(logs, "given up") {
		t.Errorf("the log:\n%s", logs)
	}
}

// Listening on a socket, the address is what the proxy says.
func TestSocket(t *testing.T) {
	s := newSite(t)
	srv := s.server(func(c *Config) { c.Proxies = Proxies{Header: "X-Real-IP", Socket: true} })
	path := t.TempDir() + "/s"
	l, err := net.Listen("unix", path)
	check(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- srv.Serve(ctx, l) }()
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}}}
	for from, want := range map[string]int{"198.51.100.1": 200, "": 500} {
		_, body := batch(t, keyFL)
		req, err := http.NewRequest(http.MethodPost, "http://x"+lookup.EvaluatePath, bytes.NewReader(body))
		check(t, err)
		req.Header.Set("Content-Type", octets)
		if from != "" {
			req.Header.Set("X-Real-IP", from)
		}
		resp, err := client.Do(req)
		check(t, err)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("from %q: status %d", from, resp.StatusCode)
		}
	}
	client.CloseIdleConnections()
	cancel()
	check(t, <-done)
}
