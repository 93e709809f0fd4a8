package serve

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"rollcheck/hashing"
	"rollcheck/rollindex/lookup"
)

// Every file is found by its path, with its type and how long it may be kept, and
// by nothing else.
func TestPaths(t *testing.T) {
	s := newSite(t)
	s.publish(3)
	outside := t.TempDir() + "/secret"
	check(t, os.WriteFile(outside, []byte("secret"), 0o600))
	hash := strings.Repeat("ab", 32)
	check(t, os.Symlink(outside, s.path("v1/l/"+hash)))
	check(t, os.Mkdir(s.path("v1/l/"+strings.Repeat("cd", 32)), 0o755))
	s.write(".hidden", []byte("secret"))
	s.write("unlisted.html", []byte("secret"))
	s.write("v1/other", []byte("secret"))
	h := s.server(nil).Handler()
	filter, list := lookup.FilterPath(s.list.Files[0].SHA256), lookup.ListPath(s.manifest.Lists[0].SHA256)
	bucket := lookup.BucketPath(s.list.Buckets.Root, 2047)
	for _, c := range []struct{ path, contentType, cache string }{
		{lookup.ManifestPath, "text/plain; charset=utf-8", noCache},
		{lookup.KeyPath, "text/plain; charset=utf-8", noCache},
		{list, "application/json", immutable},
		{filter, octets, immutable},
		{bucket, octets, immutable},
		{"/", "text/html; charset=utf-8", noCache},
		{"/index.html", "text/html; charset=utf-8", noCache},
		{"/app.wasm", "application/wasm", noCache},
		{"/healthz", "application/json", noStore},
	} {
		w := get(h, c.path, nil)
		head := w.Header()
		if w.Code != 200 || head.Get("Content-Type") != c.contentType || head.Get("Cache-Control") != c.cache ||
			head.Get("X-Content-Type-Options") != "nosniff" || head.Get("Referrer-Policy") != "no-referrer" || w.Body.Len() == 0 {
			t.Errorf("%s: status %d, header %v", c.path, w.Code, head)
		}
		if page := strings.HasPrefix(c.path, "/v1/") || c.path == "/healthz"; (head.Get("Access-Control-Allow-Origin") == "*") != page {
			t.Errorf("%s: other origins: %v", c.path, head)
		}
		if head.Get("Access-Control-Allow-Credentials") != "" || !strings.Contains(head.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s: %v", c.path, head)
		}
		w = get(h, c.path, func(r *http.Request) { r.Method = http.MethodHead })
		if w.Code != 200 {
			t.Errorf("HEAD %s: status %d", c.path, w.Code)
		}
		for _, method := range []string{http.MethodPost, http.MethodDelete} {
			if w := get(h, c.path, func(r *http.Request) { r.Method = method }); w.Code != 405 && c.path != "/healthz" {
				t.Errorf("%s %s: status %d", method, c.path, w.Code)
			}
		}
	}
	if policy := get(h, "/", nil).Header().Get("Content-Security-Policy"); strings.Contains(policy, "unsafe-inline") ||
		strings.Contains(policy, "'unsafe-eval'") || !strings.Contains(policy, "'wasm-unsafe-eval'") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("policy %q", policy)
	}
	for _, path := range []string{
		"/v1", "/v1/", "/v1/l", "/v1/l/", "/v1/f/", "/v1/b/", "/v1/other", "/.hidden", "/unlisted.html", "/v1/l/" + hash, "/v1/l/" + strings.Repeat("cd", 32),
		"/v1/l/" + strings.Repeat("AB", 32), "/v1/f/" + hash, "/v1/f/../manifest", "/v1/l/../../index.html", "/../" + outside, "/%2e%2e/secret", "/%76%31/manifest",
		"/v1%2fmanifest", "/v1/manifest/", "/v1//manifest", "//v1/manifest", "/v1/manifest?x=1", "/v1/manifest?", list + ".", list + "/",
		bucket[:len(bucket)-4] + "02047", bucket[:len(bucket)-4] + "2048", bucket[:len(bucket)-4] + "-1", "/v1/b/1/2047", "/index.html/", "/index.html%00", "/..%5csecret",
		"/app.wasm/../index.html", "/V1/manifest", "/metrics", "/debug/pprof/",
	} {
		w := get(h, "http://x"+path, nil)
		if w.Code != 404 || strings.Contains(w.Body.String(), "secret") || strings.Count(w.Body.String(), "\n") != 1 || w.Header().Get("Cache-Control") != noStore {
			t.Errorf("%s: status %d, %v, %q", path, w.Code, w.Header(), w.Body)
		}
	}
}

// With evaluations only, nothing is sent, and nothing but the manifest and the key
// is looked for.
func TestEvaluateOnly(t *testing.T) {
	s := newSite(t)
	check(t, os.Remove(s.path("app.wasm")))
	h := s.server(func(c *Config) { c.EvaluateOnly = true }).Handler()
	for _, path := range []string{"/", "/index.html", lookup.ManifestPath, lookup.KeyPath} {
		if w := get(h, path, nil); w.Code != 404 {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	_, body := batch(t, keyZZ)
	if w := post(h, "192.0.2.1:1", bytes.NewReader(body), nil); w.Code != 200 {
		t.Errorf("status %d", w.Code)
	}
	if w := get(h, "/healthz", nil); w.Code != 200 {
		t.Errorf("status %d", w.Code)
	}
}

// Of a part of a file only the rest of a download is given; who asks for another
// is sent the whole.
func TestRange(t *testing.T) {
	s := newSite(t)
	s.publish(3)
	h := s.server(nil).Handler()
	path := lookup.FilterPath(s.list.Files[0].SHA256)
	whole := get(h, path, nil).Body.Bytes()
	n := len(whole)
	for _, c := range []struct {
		header string
		status int
		from   int
	}{
		{"bytes=10-", 206, 10}, {"bytes=0-", 206, 0}, {"bytes=" + strconv.Itoa(n-1) + "-", 206, n - 1}, {"bytes=" + strconv.Itoa(n) + "-", 416, 0},
		{"bytes=10-20", 200, 0}, {"bytes=-10", 200, 0}, {"bytes=0-1,4-5", 200, 0}, {"bytes=10-,20-", 200, 0}, {"lines=1-", 200, 0}, {"bytes=99999999999999-", 200, 0},
	} {
		w := get(h, path, func(r *http.Request) { r.Header.Set("Range", c.header) })
		if w.Code != c.status || c.status != 416 && !bytes.Equal(w.Body.Bytes(), whole[c.from:]) {
			t.Errorf("%s: status %d, %d bytes of %d", c.header, w.Code, w.Body.Len(), n)
		}
	}
	if w := get(h, "/app.wasm", func(r *http.Request) { r.Header.Set("Range", "bytes=10-") }); w.Code != 200 {
		t.Errorf("a part of the page: status %d", w.Code)
	}
	if w := get(h, path, func(r *http.Request) { r.Header.Set("If-None-Match", w(h, path)) }); w.Code != 304 {
		t.Errorf("asked again: status %d", w.Code)
	}
}

func w(h http.Handler, path string) string { return get(h, path, nil).Header().Get("ETag") }

// A page is sent compressed to who takes that: as it lies there, or else as
// compressed here.
func TestCodings(t *testing.T) {
	s := newSite(t)
	s.manifest.Page = nil
	big := bytes.Repeat([]byte("all the same "), 1000)
	s.page("app.js", big)
	s.page("app.js.br", []byte("brotli"))
	s.page("big.css", big)
	s.page("pixel.png", big)
	s.sign()
	h := s.server(nil).Handler()
	for _, c := range []struct{ path, accept, want string }{
		{"/app.js", "gzip, deflate, br", "br"}, {"/app.js", "gzip", "gzip"}, {"/app.js", "", ""}, {"/app.js", "BR;q=0.5", "br"},
		{"/app.js", "br;q=0, gzip", "gzip"}, {"/app.js", "br;q=x", ""}, {"/app.js", "brr", ""}, {"/big.css", "br, gzip", "gzip"}, {"/pixel.png", "br, gzip", ""},
	} {
		w := get(h, c.path, func(r *http.Request) { r.Header.Set("Accept-Encoding", c.accept) })
		b, head := w.Body.Bytes(), w.Header()
		if got := head.Get("Content-Encoding"); w.Code != 200 || got != c.want || (c.path != "/pixel.png") != (head.Get("Vary") == "Accept-Encoding") {
			t.Errorf("%s for %q: status %d, coding %q, want %q; %v", c.path, c.accept, w.Code, got, c.want, head)
		}
		if c.want == "gzip" {
			r, err := gzip.NewReader(bytes.NewReader(b))
			check(t, err)
			b, err = io.ReadAll(r)
			check(t, err)
		}
		if c.want != "br" && !bytes.Equal(b, big) || c.want == "br" && string(b) != "brotli" {
			t.Errorf("%s for %q: %d other bytes", c.path, c.accept, len(b))
		}
	}
	if plain, br := w(h, "/app.js"), get(h, "/app.js", func(r *http.Request) { r.Header.Set("Accept-Encoding", "br") }).Header().Get("ETag"); plain == br {
		t.Error("two forms have one tag")
	}
}

// A page of another origin may ask, without credentials.
func TestOtherOrigins(t *testing.T) {
	h := newSite(t).server(nil).Handler()
	options := func(path string) *http.Response {
		return get(h, path, func(r *http.Request) { r.Method = http.MethodOptions }).Result()
	}
	r := options(lookup.EvaluatePath)
	if r.StatusCode != 204 || r.Header.Get("Access-Control-Allow-Origin") != "*" || r.Header.Get("Access-Control-Allow-Methods") != "POST" ||
		r.Header.Get("Access-Control-Allow-Headers") != "Content-Type" {
		t.Errorf("status %d, %v", r.StatusCode, r.Header)
	}
	if r := options(lookup.ManifestPath); r.StatusCode != 204 || r.Header.Get("Access-Control-Allow-Methods") != "GET, HEAD" {
		t.Errorf("status %d, %v", r.StatusCode, r.Header)
	}
	if r := options("/"); r.StatusCode != 405 {
		t.Errorf("the page: status %d", r.StatusCode)
	}
}

// The project's own client takes all that is served, in both modes.
func TestClient(t *testing.T) {
	s := newSite(t)
	people := s.publish(40)
	srv := s.server(nil)
	base, _ := s.serve(srv)
	for _, mode := range []lookup.Mode{lookup.FilterMode, lookup.BucketMode} {
		c, err := lookup.New(s.trusted, remote{"http://" + base}, new(lookup.MemoryCache))
		check(t, err)
		o, err := c.Open(t.Context(), "US-FL")
		check(t, err)
		session, err := o.Session(t.Context(), mode, nil)
		check(t, err)
		for i, want := range map[int]bool{3: true, 1000: false} {
			p := append(people, people[3])[min(i, len(people))]
			in := p.Keys[0]
			if !want {
				in.X = bytes.Clone(in.X)
				in.X[len(in.X)-1] ^= 1 // another birth date
			}
			found := 0
			_, err := session.Ask(t.Context(), []hashing.Input{in}, func(hashing.Result) { found++ })
			check(t, err)
			if (found == 1) != want {
				t.Errorf("%s: person %d: %d found", mode, i, found)
			}
			if mode == lookup.BucketMode {
				break // one bucket a person
			}
		}
	}
}

// FuzzPath: no path leads to what is not published.
func FuzzPath(f *testing.F) {
	s := newSite(f)
	outside := f.TempDir()
	check(f, os.WriteFile(outside+"/secret", []byte("secret"), 0o600))
	check(f, os.Symlink(outside, s.path("out")))
	s.write("v1/secret", []byte("secret"))
	s.write(".secret", []byte("secret"))
	h := s.server(nil).Handler()
	for _, p := range []string{"/", "/v1/manifest", "/v1/l/../secret", "/out/secret", "/.secret", "/v1/l/" + strings.Repeat("0", 64)} {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, path string) {
		r, err := http.NewRequest(http.MethodGet, "http://x/", nil)
		check(t, err)
		r.URL.Path = "/" + strings.TrimPrefix(path, "/")
		w := get(h, "/", func(sent *http.Request) { sent.URL = r.URL })
		if w.Code != 200 && w.Code != 404 && w.Code != 405 || strings.Contains(w.Body.String(), "secret") {
			t.Fatalf("status %d", w.Code)
		}
	})
}
