package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"

	"rollcheck/hashing/voprf"
	"rollcheck/rollindex/lookup"
)

// policy is the Content-Security-Policy of the page: its own files and nothing
// else, no script or style inside the HTML, WebAssembly, a worker that the page makes
// of files it has compared with their hashes, no frame around it, and no form that a browser would send off by itself if a script failed, with what
// was typed in the address.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; worker-src blob:; manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// Handler returns the server's handler.
func (s *Server) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := kindOf(r.URL.Path)
		if r.URL.RawPath != "" || kind != kindPage && (r.URL.RawQuery != "" || r.URL.ForceQuery) {
			kind = kindNone // a path written in another way, or with a query, which none has
		}
		sw := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			if what := recover(); what != nil {
				s.panicked(sw, what)
			}
			s.metrics.requests.WithLabelValues(kind, strconv.Itoa(sw.status)).Inc()
		}()
		deadline(w, writeTimeout)
		s.headers(sw.Header(), kind)
		s.answer(sw, r, kind)
	})
}

func (s *Server) headers(h http.Header, kind string) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if s.tls != nil {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if kind == kindPage {
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), browsing-topics=()")
		return
	}
	// A page that lies elsewhere asks here too: nothing here depends on who it is,
	// so any origin may read it, without credentials.
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "Retry-After")
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, kind string) {
	switch {
	case kind == kindNone:
		refuse(w, http.StatusNotFound, "there is nothing of that name")
	case r.Method == http.MethodOptions && kind != kindPage:
		allowOrigins(w.Header(), kind)
		w.WriteHeader(http.StatusNoContent)
	case kind == kindEvaluate:
		s.evaluate(w, r)
	case kind == kindHealth:
		s.health(w)
	case s.cfg.EvaluateOnly:
		refuse(w, http.StatusNotFound, "files are published elsewhere")
	default:
		s.sendFile(w, r, kind)
	}
}

// allowOrigins answers what a browser asks before a page of another origin may
// post an evaluation.
func allowOrigins(h http.Header, kind string) {
	h.Set("Access-Control-Allow-Methods", "GET, HEAD")
	if kind == kindEvaluate {
		h.Set("Access-Control-Allow-Methods", "POST")
		h.Set("Access-Control-Allow-Headers", "Content-Type")
	}
	h.Set("Access-Control-Max-Age", "86400")
}

// health says whether clients take what is published here.
func (s *Server) health(w http.ResponseWriter) {
	m := s.current.Load().manifest
	ok := s.cfg.now().Before(m.Expires)
	w.Header().Set("Content-Type", types[".json"])
	w.Header().Set("Cache-Control", noStore)
	if !ok {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	json.NewEncoder(w).Encode(map[string]any{"ok": ok, "seq": m.Seq, "expires": m.Expires})
}

// evaluate answers a batch. What is refused for its form is refused before it is
// metered; elements that are none are not, because looking costs work.
func (s *Server) evaluate(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", noStore)
	body, ok := readBody(w, r)
	if !ok {
		return
	}
	id, blinded, err := lookup.ParseRequest(body)
	if err != nil {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("the body has not the %d bytes of a batch of %d", lookup.RequestSize, lookup.BatchSize))
		return
	}
	p := s.current.Load()
	key, ok := p.keys[id]
	switch {
	case !ok:
		refuse(w, http.StatusNotFound, "there is no key of that number: fetch the manifest again")
		return
	case !s.cfg.now().Before(p.manifest.Expires):
		refuse(w, http.StatusServiceUnavailable, "the manifest has expired")
		return
	}
	select {
	case s.tickets <- struct{}{}:
		defer func() { <-s.tickets }()
	default:
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusServiceUnavailable, "too many are asking at once")
		return
	}
	if !s.meter(w, r, p, key.jurisdiction) {
		return
	}
	select {
	case s.cores <- struct{}{}:
	case <-r.Context().Done():
		return
	}
	answer, err := s.evaluateBatch(key, blinded)
	switch {
	case errors.Is(err, voprf.ErrElement):
		refuse(w, http.StatusBadRequest, "an element of the batch is not valid")
	case err != nil:
		s.log.Error("a batch was not evaluated", "jurisdiction", key.jurisdiction)
		s.metrics.errors.WithLabelValues("evaluation").Inc()
		refuse(w, http.StatusInternalServerError, "the batch could not be evaluated")
	default:
		w.Header().Set("Content-Type", octets)
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		w.Write(answer)
	}
}

// readBody reads the body of an evaluation, and never more than that and a byte.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	switch {
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", "POST")
		refuse(w, http.StatusMethodNotAllowed, "only POST")
	case !isOctets(r.Header.Get("Content-Type")) || r.Header.Get("Content-Encoding") != "":
		refuse(w, http.StatusUnsupportedMediaType, "a batch is "+octets)
	default:
		body := make([]byte, lookup.RequestSize+1)
		n, err := io.ReadFull(r.Body, body)
		switch {
		case err == nil:
			w.Header().Set("Connection", "close") // rather than read what is left
			refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("a batch has %d bytes", lookup.RequestSize))
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return body[:n], true
		default:
			w.Header().Set("Connection", "close")
			refuse(w, http.StatusBadRequest, "the body could not be read")
		}
	}
	return nil, false
}

// meter takes a batch from the budgets.
func (s *Server) meter(w http.ResponseWriter, r *http.Request, p *published, jurisdiction string) bool {
	address, err := s.cfg.Proxies.address(r)
	if err != nil {
		s.misconfigured.Do(func() {
			s.log.Error("addresses are not known, so nothing is evaluated: say which proxy stands in front", "why", err.Error())
		})
		s.metrics.errors.WithLabelValues("address").Inc()
		refuse(w, http.StatusInternalServerError, "this server is not set up for the proxy in front of it")
		return false
	}
	spent, first, retry := s.budget.take(address, jurisdiction, p.manifest.Budgets)
	if spent == "" {
		return true
	}
	if first {
		s.log.Warn("the budget of a jurisdiction is used up for today", "jurisdiction", jurisdiction)
	}
	s.metrics.spent.WithLabelValues(spent).Inc()
	left := retry.Sub(s.cfg.now())
	w.Header().Set("Retry-After", strconv.Itoa(int((left+time.Second-1)/time.Second)))
	refuse(w, http.StatusTooManyRequests, "the budget of the "+spent+" for today is used up")
	return false
}

// evaluateBatch evaluates and encodes, on a core that it gives free.
func (s *Server) evaluateBatch(key servedKey, blinded *lookup.Elements) ([]byte, error) {
	defer func() { <-s.cores }()
	start := time.Now()
	elements := make([][]byte, len(blinded))
	for i := range blinded {
		elements[i] = blinded[i][:]
	}
	out, proof, err := key.BlindEvaluate(elements)
	if err != nil {
		return nil, err
	}
	answer := make([]byte, 0, lookup.ResponseSize)
	for _, e := range out {
		answer = append(answer, e...)
	}
	s.metrics.evaluation.Observe(time.Since(start).Seconds())
	return append(answer, proof...), nil
}

// refuse answers with a line for people.
func refuse(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", types[".txt"])
	h.Set("Cache-Control", noStore)
	w.WriteHeader(status)
	io.WriteString(w, text+"\n")
}

// deadline bounds the writing of an answer. What cannot be bounded, such as a
// test's recorder, is not.
func deadline(w http.ResponseWriter, d time.Duration) {
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(d))
}

// panicked says where, and nothing of with what: a trace prints arguments.
func (s *Server) panicked(w *statusWriter, what any) {
	if what == http.ErrAbortHandler {
		panic(what)
	}
	s.metrics.errors.WithLabelValues("panic").Inc()
	var where []string
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for f, more := frames.Next(); more && len(where) < 8; f, more = frames.Next() {
		where = append(where, fmt.Sprintf("%s:%d", f.Function, f.Line))
	}
	s.log.Error("a request was given up", "where", strings.Join(where, " < "))
	if !w.wrote {
		refuse(w, http.StatusInternalServerError, "the server failed")
	}
}

// statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter
	status int
	wrote  bool
}

// WriteHeader implements [http.ResponseWriter].
func (w *statusWriter) WriteHeader(status int) {
	if !w.wrote {
		w.status, w.wrote = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (w *statusWriter) Write(b []byte) (int, error) {
	w.wrote = true
	return w.ResponseWriter.Write(b)
}

// ReadFrom lets the operating system send a file, where it can.
func (w *statusWriter) ReadFrom(r io.Reader) (int64, error) {
	w.wrote = true
	return io.Copy(w.ResponseWriter, r)
}

// Unwrap is for [http.ResponseController].
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
