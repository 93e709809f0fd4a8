package remote

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rollcheck/rollindex/lookup"
)

// serve starts a server and returns a transport to it that does not wait long.
func serve(t *testing.T, h http.HandlerFunc) *Transport {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	tr, err := NewTransport(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	tr.backoff, tr.idle = time.Millisecond, 10*time.Second
	return tr
}

// withCache gives the transport a cache of its own.
func withCache(t *testing.T, tr *Transport) *Cache {
	t.Helper()
	tr.Cache = openCache(t, t.TempDir())
	return tr.Cache
}

func openCache(t *testing.T, dir string) *Cache {
	t.Helper()
	c, err := OpenCache(t.Context(), filepath.Join(dir, "cache"), filepath.Join(dir, "config", "op.json"), func() {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		"https://Lookup.example.org":         "https://lookup.example.org",
		" https://lookup.example.org/a/B// ": "https://lookup.example.org/a/B",
		"HTTPS://lookup.example.org:8443":    "https://lookup.example.org:8443",
		"http://127.0.0.1:8080":              "http://127.0.0.1:8080",
		"http://[::1]:8080/x":                "http://[::1]:8080/x",
		"http://localhost":                   "http://localhost",
		"http://lookup.example.org":          "",
		"http://localhost.example.org":       "",
		"http://127.0.0.1.example.org":       "",
		"ftp://lookup.example.org":           "",
		"lookup.example.org":                 "",
		"https://":                           "",
		"https://user:secret@example.org":    "",
		"https://example.org?a=b":            "",
		"https://example.org?":               "",
		"https://example.org#a":              "",
		"https://exa mple.org":               "",
		"":                                   "",
	} {
		tr, err := NewTransport(in)
		switch {
		case want == "" && (!errors.Is(err, ErrAddress) || strings.Contains(err.Error(), "secret")):
			t.Errorf("%q: %v", in, err)
		case want != "" && (err != nil || tr.Address() != want):
			t.Errorf("%q: %v", in, err)
		}
	}
}

// An address that is taken is encrypted or here, and is taken again as it is.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"https://lookup.example.org/x", "http://127.0.0.1:80", "http://[::1]", "https://a@b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := parseAddress(s)
		if err != nil {
			return
		}
		if u.Scheme != "https" && !loopback(u.Hostname()) {
			t.Fatalf("%q is taken", s)
		}
		if again, err := parseAddress(u.String()); err != nil || again.String() != u.String() {
			t.Fatalf("%q becomes %q, and that %v (%v)", s, u, again, err)
		}
	})
}

// A request tells nothing but what is asked for.
func TestRequestTellsNothing(t *testing.T) {
	var seen []http.Header
	tr := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Clone())
		http.SetCookie(w, &http.Cookie{Name: "who", Value: "you"})
		if r.URL.Path == "/v1/manifest" {
			http.Redirect(w, r, "/v1/moved", http.StatusFound)
			return
		}
		w.Write(make([]byte, lookup.ResponseSize))
	})
	for range 2 {
		if _, err := tr.Get(t.Context(), lookup.ManifestPath, 1000); err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Evaluate(t.Context(), make([]byte, lookup.RequestSize)); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 6 {
		t.Fatalf("%d requests", len(seen))
	}
	for _, h := range seen {
		for name := range h {
			switch name {
			case "Content-Length", "Content-Type":
			case "User-Agent":
				if h.Get(name) != userAgent {
					t.Errorf("user agent %q", h.Get(name))
				}
			default:
				t.Errorf("a request has %s: %s", name, h[name])
			}
		}
	}
}

func TestStatus(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		status     int
		retry      string
		path       string // "" for an evaluation
		want       error
		tries      int
		comingBack time.Duration
	}{
		{404, "", "/v1/f/x", ErrGone, 1, 0},
		{404, "", "/v1/f/x", fs.ErrNotExist, 1, 0},
		{404, "", lookup.ManifestPath, ErrNoServer, 1, 0},
		{404, "", lookup.KeyPath, ErrNoServer, 1, 0},
		{403, "", lookup.ManifestPath, nil, 1, 0},
		{503, "", lookup.ManifestPath, nil, attempts, 0},
		{500, "0", lookup.ManifestPath, nil, attempts, 0},
		{429, "0", lookup.ManifestPath, nil, attempts, 0},
		{503, "86400", lookup.ManifestPath, nil, 1, 0},
		{404, "", "", lookup.ErrStale, 1, 0},
		{503, "", "", nil, 1, 0},
		{400, "", "", nil, 1, 0},
		{429, "600", "", lookup.ErrBudget, 1, 10 * time.Minute},
		{429, "", "", lookup.ErrBudget, 1, someRetry},
		{429, "soon", "", lookup.ErrBudget, 1, someRetry},
		{429, "-5", "", lookup.ErrBudget, 1, 0},
		{429, "99999999999999", "", lookup.ErrBudget, 1, mostRetry},
		{429, "Mon, 23 Nov 2026 13:00:00 GMT", "", lookup.ErrBudget, 1, time.Hour},
		{429, "Mon, 23 Nov 2099 13:00:00 GMT", "", lookup.ErrBudget, 1, mostRetry},
		{429, "Mon, 23 Nov 2009 13:00:00 GMT", "", lookup.ErrBudget, 1, 0},
	} {
		tries := 0
		tr := serve(t, func(w http.ResponseWriter, r *http.Request) {
			tries++
			if tt.retry != "" {
				w.Header().Set("Retry-After", tt.retry)
			}
			w.WriteHeader(tt.status)
		})
		tr.now = func() time.Time { return now }
		var err error
		if tt.path == "" {
			_, err = tr.Evaluate(t.Context(), make([]byte, lookup.RequestSize))
		} else {
			_, err = tr.Get(t.Context(), tt.path, 1000)
		}
		if err == nil || tt.want != nil && !errors.Is(err, tt.want) || tries != tt.tries {
			t.Errorf("%+v: %d tries, %v", tt, tries, err)
		}
		var over *lookup.BudgetError
		if errors.As(err, &over) && over.Retry.Sub(now) != tt.comingBack {
			t.Errorf("%+v: come back at %s", tt, over.Retry)
		}
	}
}

// Nobody else is told of a request, whatever the server says.
func TestSentElsewhere(t *testing.T) {
	others := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { others++ }))
	defer other.Close()
	tr := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
	})
	if _, err := tr.Get(t.Context(), lookup.ManifestPath, 1000); err == nil {
		t.Error("an answer from elsewhere is taken")
	}
	if _, err := tr.Evaluate(t.Context(), make([]byte, lookup.RequestSize)); err == nil {
		t.Error("an evaluation from elsewhere is taken")
	}
	if others > 0 {
		t.Errorf("another server was asked %d times", others)
	}
}

func TestTooLong(t *testing.T) {
	for _, flush := range []bool{false, true} { // with a length said before, and without
		tr := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if flush {
				w.(http.Flusher).Flush()
			}
			w.Write(make([]byte, 1001))
		})
		if _, err := tr.Get(t.Context(), lookup.ManifestPath, 1000); !errors.Is(err, ErrTooLong) {
			t.Errorf("a file: %v", err)
		}
		if _, err := tr.Evaluate(t.Context(), make([]byte, lookup.RequestSize)); !errors.Is(err, ErrTooLong) {
			t.Errorf("an evaluation: %v", err)
		}
		if b, err := tr.Get(t.Context(), lookup.ManifestPath, 1001); len(b) != 1001 || err != nil {
			t.Errorf("%d bytes, %v", len(b), err)
		}
	}
}

// No error names the bucket that was asked for, whatever fails.
func TestErrorsAreAnonymous(t *testing.T) {
	const path = "/v1/b/cafe/1658"
	var mode atomic.Value // read by requests that may outlast their answer
	tr := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch mode.Load() {
		case "elsewhere":
			http.Redirect(w, r, "https://elsewhere.example.net"+r.URL.Path, http.StatusFound)
		case "circle":
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		case "abort":
			panic(http.ErrAbortHandler)
		case "cut":
			w.Header().Set("Content-Length", "500")
			w.Write(make([]byte, 5))
		case "silent":
			w.Write(make([]byte, 5))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case "nonsense":
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				io.WriteString(c, "nonsense\r\n\r\n")
				c.Close()
			}
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	tr.idle = 50 * time.Millisecond
	for _, m := range []string{"elsewhere", "circle", "abort", "cut", "silent", "nonsense", "none"} {
		mode.Store(m)
		_, err := tr.Get(t.Context(), path, 1000)
		if err == nil || strings.Contains(err.Error(), "1658") || strings.Contains(err.Error(), "cafe") || strings.Contains(err.Error(), "context canceled") {
			t.Errorf("%s: %v", m, err)
		}
	}
	tr.base.Host = "127.0.0.1:1"
	if _, err := tr.Get(t.Context(), path, 1000); err == nil || strings.Contains(err.Error(), "1658") {
		t.Errorf("nobody listens: %v", err)
	}
}

// files serves one file named by its hash, and what a test does with each request.
type files struct {
	mu     sync.Mutex
	path   string
	file   []byte
	ranges []string
	answer func(n int, w http.ResponseWriter, r *http.Request) bool // of request n; true if it did
}

func newFiles(size int) *files {
	f := &files{file: bytes.Repeat([]byte("0123456789abcdef"), size/16)}
	for i := range f.file {
		f.file[i] ^= byte(i >> 8)
	}
	f.path = lookup.FilterPath(sha256.Sum256(f.file))
	return f
}

func (f *files) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ranges = append(f.ranges, r.Header.Get("Range"))
	if f.answer == nil || !f.answer(len(f.ranges), w, r) {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.file))
	}
}

// breakOff sends so many bytes of what was asked for.
func (f *files) breakOff(w http.ResponseWriter, r *http.Request, n int) bool {
	from := 0
	if s, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok {
		from, _ = strconv.Atoi(strings.TrimSuffix(s, "-"))
		w.Header().Set("Content-Range", "bytes "+strconv.Itoa(from)+"-"+strconv.Itoa(len(f.file)-1)+"/"+strconv.Itoa(len(f.file)))
		w.Header().Set("Content-Length", strconv.Itoa(len(f.file)-from))
		w.WriteHeader(http.StatusPartialContent)
	} else {
		w.Header().Set("Content-Length", strconv.Itoa(len(f.file)))
	}
	w.Write(f.file[from:min(from+n, len(f.file))])
	panic(http.ErrAbortHandler)
}

// A download that breaks off is gone on with from where it broke, in the same
// process and in the next, with a cache and without.
func TestResume(t *testing.T) {
	for _, cached := range []bool{true, false} {
		f := newFiles(1 << 20)
		tr := serve(t, f.serve)
		if cached {
			withCache(t, tr)
		}
		f.answer = func(n int, w http.ResponseWriter, r *http.Request) bool { return n <= 6 && f.breakOff(w, r, 100<<10) }
		got, err := tr.Get(t.Context(), f.path, int64(len(f.file)))
		if err != nil || !bytes.Equal(got, f.file) {
			t.Fatalf("cached %v: %v, ranges %q", cached, err, f.ranges)
		}
		if f.ranges[0] != "" || f.ranges[1] != "bytes=102400-" || f.ranges[6] != "bytes=614400-" {
			t.Errorf("ranges %q", f.ranges)
		}
	}
	f := newFiles(1 << 20)
	dir := t.TempDir()
	for run := range 4 { // each run ends early
		tr := serve(t, f.serve)
		tr.Cache = openCache(t, dir)
		f.answer = func(n int, w http.ResponseWriter, r *http.Request) bool { return run < 3 && f.breakOff(w, r, 5<<10) }
		got, err := tr.Get(t.Context(), f.path, int64(len(f.file)))
		if ok := err == nil && bytes.Equal(got, f.file); ok != (run == 3) {
			t.Errorf("run %d: %v", run, err)
		}
		tr.Cache.Close()
	}
	if last := f.ranges[len(f.ranges)-1]; last != "bytes=61440-" {
		t.Errorf("the last run asks for %q", last)
	}
	if parts, _ := filepath.Glob(filepath.Join(dir, "cache", "*")); len(parts) != 0 {
		t.Errorf("it leaves %v", parts)
	}
}

// Parts that do not make the file are thrown away, and it is fetched whole.
func TestPartsThatDoNotFit(t *testing.T) {
	for name, answer := range map[string]func(f *files, n int, w http.ResponseWriter, r *http.Request) bool{
		"whole file": func(*files, int, http.ResponseWriter, *http.Request) bool { return false },
		"the server knows no ranges": func(f *files, n int, w http.ResponseWriter, _ *http.Request) bool {
			w.Write(f.file)
			return true
		},
		"it sends another part": func(f *files, n int, w http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("Range") == "" {
				return false
			}
			w.Header().Set("Content-Range", "bytes 0-9/10")
			w.WriteHeader(http.StatusPartialContent)
			w.Write(f.file[:10])
			return true
		},
	} {
		f := newFiles(64 << 10)
		tr := serve(t, f.serve)
		c := withCache(t, tr)
		hash, _ := hashOf(f.path)
		for _, kept := range [][]byte{[]byte("something else"), bytes.Repeat([]byte("x"), len(f.file)), bytes.Repeat([]byte("x"), len(f.file)+1)} {
			part, err := c.openPart(hash)
			if err != nil {
				t.Fatal(err)
			}
			part.Write(kept)
			c.closePart(hash, part, false)
			f.answer = func(n int, w http.ResponseWriter, r *http.Request) bool { return answer(f, n, w, r) }
			got, err := tr.Get(t.Context(), f.path, int64(len(f.file)))
			if err != nil || !bytes.Equal(got, f.file) {
				t.Errorf("%s, %d bytes kept: %v, %d bytes, ranges %q", name, len(kept), err, len(got), f.ranges)
			}
		}
	}
}

// A bucket or a manifest may be replaced at any time: it is never put together.
func TestOtherFilesAreFetchedWhole(t *testing.T) {
	f := newFiles(1 << 20)
	tr := serve(t, f.serve)
	withCache(t, tr)
	f.answer = func(n int, w http.ResponseWriter, r *http.Request) bool { return n <= 2 && f.breakOff(w, r, 100<<10) }
	got, err := tr.Get(t.Context(), "/v1/b/cafe/7", int64(len(f.file)))
	if err != nil || !bytes.Equal(got, f.file) || strings.Join(f.ranges, "") != "" {
		t.Errorf("%v, ranges %q", err, f.ranges)
	}
}
