package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"rollcheck/rollindex/lookup/lookuptest"
)

var shots = flag.String("shots", "", "write pictures of the screens into `DIR`")

// built is the page, made once for all tests; "" in a short run.
var built string

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := testMain(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func testMain(m *testing.M) (int, error) {
	if testing.Short() { // minutes of a browser, which the whole run has
		return m.Run(), nil
	}
	dir, err := os.MkdirTemp("", "rollcheck-page-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	built = filepath.Join(dir, "page")
	build := exec.Command("go", "run", "./scripts/webpage", "-o", built)
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("building the page: %w\n%s", err, out)
	}
	return m.Run(), nil
}

// chromium returns the browser to test with. Without one the tests are skipped,
// loudly, and fail where CI is set.
func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "THE PAGE WAS NOT TESTED IN A BROWSER: there is no chromium (Debian: apt-get install chromium)"
	if os.Getenv("CI") != "" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// site is a web server with the page and an operator behind it.
type site struct {
	*httptest.Server
	mu   sync.Mutex
	op   *lookuptest.Operator
	saw  []string                                          // every request, the page's files too
	odd  func(w http.ResponseWriter, r *http.Request) bool // answers instead, if it returns true
	line *line                                             // nil for one without limits
}

// policy is the header that the server sends; the page has its own beside it.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; worker-src blob:; manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

func newSite(t testing.TB, op *lookuptest.Operator) *site {
	t.Helper()
	if built == "" {
		t.Skip("no browser in a short run")
	}
	s := &site{op: op}
	files := http.FileServer(http.Dir(built))
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.saw = append(s.saw, r.Method+" "+r.URL.String())
		odd, op := s.odd, s.op
		s.mu.Unlock()
		if s.line != nil {
			var done func()
			w, done = s.line.slow(w, r)
			defer done()
		}
		switch {
		case odd != nil && odd(w, r):
		case strings.HasPrefix(r.URL.Path, "/v1/"):
			op.ServeHTTP(w, r)
		default:
			w.Header().Set("Content-Security-Policy", policy)
			w.Header().Set("X-Content-Type-Options", "nosniff")
			if strings.HasSuffix(r.URL.Path, ".packed") {
				w.Header().Set("Content-Type", "application/octet-stream")
			}
			files.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// line is a slow line, as a whole: what a browser can imitate does not slow down what
// its workers fetch.
type line struct {
	mu       sync.Mutex
	there    time.Duration // there and back
	perBytes float64       // seconds
}

// slow returns a writer at the end of the line, and what ends it. Texts are
// compressed, as servers do it.
func (l *line) slow(w http.ResponseWriter, r *http.Request) (http.ResponseWriter, func()) {
	time.Sleep(l.there)
	out := &slowWriter{w, l}
	switch filepath.Ext(r.URL.Path) {
	case ".js", ".css", ".html", ".svg":
		w.Header().Set("Content-Encoding", "gzip")
		r.Header.Del("Range")
		z := gzip.NewWriter(out)
		return &zipWriter{out, z}, func() { z.Close() }
	}
	return out, func() {}
}

type slowWriter struct {
	http.ResponseWriter
	line *line
}

func (w *slowWriter) Write(b []byte) (n int, err error) {
	for len(b) > 0 && err == nil {
		part := b[:min(len(b), 4096)]
		w.line.mu.Lock()
		time.Sleep(time.Duration(float64(len(part)) * w.line.perBytes * float64(time.Second)))
		w.line.mu.Unlock()
		var m int
		m, err = w.ResponseWriter.Write(part)
		n, b = n+m, b[len(part):]
	}
	return n, err
}

type zipWriter struct {
	http.ResponseWriter
	z *gzip.Writer
}

func (w *zipWriter) WriteHeader(status int) {
	w.Header().Del("Content-Length")
	w.ResponseWriter.WriteHeader(status)
}

func (w *zipWriter) Write(b []byte) (int, error) { return w.z.Write(b) }

// asked returns the requests of the protocol, sorted.
func (s *site) asked() (paths []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.saw {
		if strings.Contains(r, " /v1/") {
			paths = append(paths, r)
		}
	}
	slices.Sort(paths)
	return paths
}

func (s *site) do(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// tab is a tab of a fresh browser profile, and what went on in it.
type tab struct {
	t        testing.TB
	ctx      context.Context
	site     *site
	mu       sync.Mutex
	requests []string
	faults   []string // errors of scripts, of the policy, of loading
}

// open opens a file of the site.
func (s *site) open(t testing.TB, file string, actions ...chromedp.Action) *tab {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(chromium(t)), chromedp.NoSandbox,
		chromedp.Flag("disable-background-networking", true), chromedp.WindowSize(1280, 900))
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, site: s}
	chromedp.ListenTarget(ctx, b.listen)
	b.run(cdplog.Enable(), network.Enable())
	b.run(actions...)
	b.run(chromedp.Navigate(s.URL + "/" + file))
	return b
}

func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		b.faults = append(b.faults, e.ExceptionDetails.Error())
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.LevelError || strings.Contains(e.Entry.Text, "Content Security Policy") {
			b.faults = append(b.faults, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

func (b *tab) run(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		var text string
		if !errors.Is(err, context.DeadlineExceeded) {
			chromedp.Run(b.ctx, chromedp.Text("body", &text))
		}
		b.t.Fatalf("%v\non the screen: %s\nfaults: %q", err, text, b.faults)
	}
}

// wait waits until the heading says a text.
func (b *tab) wait(heading string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	var now string
	for {
		if err := chromedp.Run(ctx, chromedp.Evaluate(`document.querySelector("h1")?.textContent ?? ""`, &now)); err != nil {
			var text string
			chromedp.Run(b.ctx, chromedp.Text("body", &text))
			b.t.Fatalf("waiting for %q: %v\non the screen: %s\nfaults: %q", heading, err, text, b.faults)
		}
		if strings.Contains(now, heading) {
			b.words(heading)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// words checks that a screen shows words, and nothing that a program made of what is none.
func (b *tab) words(heading string) {
	b.t.Helper()
	shown := b.eval(`document.querySelector("main")?.innerText ?? ""`)
	for _, none := range []string{"[object", "undefined", "NaN"} {
		if strings.Contains(shown, none) {
			b.t.Errorf("%s: the screen shows %q:\n%s", heading, none, shown)
		}
	}
}

func (b *tab) click(id string) {
	b.t.Helper()
	b.run(chromedp.Evaluate(fmt.Sprintf(`document.getElementById(%q).click()`, id), nil))
}

// next goes on to the screen with a heading.
func (b *tab) next(heading string) {
	b.t.Helper()
	b.click("next")
	b.wait(heading)
}

func (b *tab) fill(id, value string) {
	b.t.Helper()
	script := fmt.Sprintf(`(() => { const e = document.getElementById(%q); e.focus(); e.value = ""; e.dispatchEvent(new Event("input")); })()`, id)
	b.run(chromedp.Evaluate(script, nil), chromedp.KeyEvent(value))
}

func (b *tab) choose(id, value string) {
	b.t.Helper()
	script := fmt.Sprintf(`(() => { const e = document.getElementById(%q); e.value = %q; e.dispatchEvent(new Event("change")); })()`, id, value)
	b.run(chromedp.Evaluate(script, nil))
}

func (b *tab) text() (text string) {
	b.t.Helper()
	b.run(chromedp.Evaluate(`document.querySelector("main").innerText`, &text))
	return text
}

func (b *tab) eval(script string) (result string) {
	b.t.Helper()
	b.run(chromedp.Evaluate("String("+script+")", &result))
	return result
}

// says checks that the screen says each text.
func (b *tab) says(texts ...string) {
	b.t.Helper()
	screen := b.text()
	for _, s := range texts {
		if !strings.Contains(screen, s) {
			b.t.Errorf("the screen does not say %q:\n%s", s, screen)
		}
	}
}

// clean checks what holds of every visit: no request elsewhere, no fault, nothing
// left behind.
func (b *tab) clean(secrets ...string) {
	b.t.Helper()
	left := b.eval(`JSON.stringify([document.cookie, localStorage.length, sessionStorage.length, history.length, location.href])`)
	if want := fmt.Sprintf(`["",0,0,2,"%s/`, b.site.URL); !strings.HasPrefix(left, want) || strings.Contains(left, "?") || strings.Contains(left, "#") {
		b.t.Errorf("left behind: %s, want %s", left, want)
	}
	var dbs string
	b.run(chromedp.Evaluate(`(async () => JSON.stringify([await indexedDB.databases(), await caches.keys()]))()`, &dbs, awaited))
	if dbs != "[[],[]]" {
		b.t.Errorf("left behind: %s", dbs)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, url := range b.requests {
		if !strings.HasPrefix(strings.TrimPrefix(url, "blob:"), b.site.URL+"/") { // the worker is started from memory
			b.t.Errorf("a request went elsewhere: %s", url)
		}
	}
	if len(b.faults) > 0 {
		b.t.Errorf("faults: %q", b.faults)
	}
	for _, r := range b.site.saw {
		for _, s := range secrets {
			if strings.Contains(strings.ToLower(r), strings.ToLower(s)) {
				b.t.Errorf("a request holds what was typed: %s", r)
			}
		}
	}
}

func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// picture writes a picture of the whole screen, if pictures are wanted.
func (b *tab) picture(name string) {
	b.t.Helper()
	if *shots == "" {
		return
	}
	var png []byte
	b.run(chromedp.FullScreenshot(&png, 100))
	b.write(name+".png", png)
}

func (b *tab) write(name string, content []byte) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(*shots, name), content, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// printed prints the screen into a PDF.
func (b *tab) printed() (pdf []byte) {
	b.t.Helper()
	b.run(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		pdf, _, err = page.PrintToPDF().WithPrintBackground(false).Do(ctx)
		return err
	}))
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		b.t.Error("printing gives no PDF")
	}
	return pdf
}
