package serve

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcheck/hashing/voprf"
	"rollcheck/rollindex/lookup"
)

// post posts a body from an address.
func post(h http.Handler, from string, body io.Reader, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, lookup.EvaluatePath, body)
	r.RemoteAddr = from
	r.Header.Set("Content-Type", octets)
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func get(h http.Handler, path string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.RemoteAddr = "192.0.2.1:1000"
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// An answer is what the asking side takes, and a request sent again is answered
// again and metered twice.
func TestEvaluate(t *testing.T) {
	s := newSite(t)
	srv := s.server(nil)
	h := srv.Handler()
	for i, key := range []uint16{keyFL, keyZZ} {
		r, body := batch(t, key)
		var before []byte
		for range 2 {
			w := post(h, "192.0.2.1:1000", bytes.NewReader(body), nil)
			if w.Code != 200 || w.Header().Get("Cache-Control") != noStore || w.Header().Get("Content-Type") != octets || w.Header().Get("Content-Length") != "192" {
				t.Fatalf("status %d, header %v", w.Code, w.Header())
			}
			evaluated, proof, err := lookup.ParseResponse(w.Body.Bytes())
			check(t, err)
			pk, err := voprf.ParsePublicKey(s.manifest.Keys[i].PublicKey[:])
			check(t, err)
			if _, err := r.Finalize(pk, evaluated[:], *proof); err != nil {
				t.Fatal(err)
			}
			if before != nil && !bytes.Equal(before, w.Body.Bytes()[:128]) {
				t.Error("the same request has other elements")
			}
			before = bytes.Clone(w.Body.Bytes()[:128])
		}
		if got := srv.budget.used(s.manifest.Keys[i].Jurisdiction); got != 8 {
			t.Errorf("%d slots were used, want 8", got)
		}
	}
}

// Every body that is not exactly a batch is refused with its status, in one line,
// and what is refused for its form is not metered.
func TestRefusedBodies(t *testing.T) {
	s := newSite(t)
	srv := s.server(func(c *Config) { c.Log = nil })
	h := srv.Handler()
	_, good := batch(t, keyFL)
	var file struct{ Encodings, Ours []struct{ Why, Hex string } }
	b, err := os.ReadFile("../../../hashing/voprf/testdata/invalid-elements.json")
	check(t, err)
	check(t, json.Unmarshal(b, &file))
	type attack struct {
		why    string
		body   []byte
		status int
		change func(*http.Request)
	}
	cases := []attack{
		{"nothing", nil, 400, nil},
		{"one byte short", good[:129], 400, nil},
		{"one byte long", append(bytes.Clone(good), 0), 413, nil},
		{"3 elements", good[:2+3*32], 400, nil},
		{"5 elements", append(bytes.Clone(good), good[2:34]...), 413, nil},
		{"a megabyte", make([]byte, 1<<20), 413, nil},
		{"a megabyte in pieces", make([]byte, 1<<20), 413, func(r *http.Request) { r.ContentLength = -1 }},
		{"short in pieces", good[:129], 400, func(r *http.Request) { r.ContentLength = -1 }},
		{"a key of no one", append([]byte{0xff, 0xff}, good[2:]...), 404, nil},
		{"key 0", append([]byte{0, 0}, good[2:]...), 404, nil},
		{"GET", good, 405, func(r *http.Request) { r.Method = http.MethodGet }},
		{"PUT", good, 405, func(r *http.Request) { r.Method = http.MethodPut }},
		{"a form", good, 415, func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }},
		{"no type", good, 415, func(r *http.Request) { r.Header.Del("Content-Type") }},
		{"compressed", good, 415, func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }},
		{"with a query", good, 404, func(r *http.Request) { r.URL.RawQuery = "x=1" }},
	}
	unmetered := len(cases)
	for _, e := range append(file.Encodings, file.Ours...) {
		element, err := hex.DecodeString(e.Hex)
		check(t, err)
		for _, place := range []int{0, 3} {
			body := bytes.Clone(good)
			copy(body[2+32*place:], element)
			cases = append(cases, attack{fmt.Sprintf("%s at %d", e.Why, place), body, 400, nil})
		}
	}
	cases = append(cases, attack{"the identity", append([]byte{0, keyFL}, make([]byte, 128)...), 400, nil})
	for i, c := range cases {
		w := post(h, fmt.Sprintf("10.1.%d.1:1000", i), bytes.NewReader(c.body), c.change)
		if w.Code != c.status || strings.Count(w.Body.String(), "\n") != 1 || w.Header().Get("Cache-Control") != noStore {
			t.Errorf("%s: status %d, want %d; body %q", c.why, w.Code, c.status, w.Body)
		}
		if used := srv.budget.used("US-FL"); i < unmetered && used != 0 {
			t.Errorf("%s: metered", c.why)
		}
	}
	if used := srv.budget.used("US-FL"); used != uint64(4*(len(cases)-unmetered)) {
		t.Errorf("%d slots were used by %d batches of invalid elements", used, len(cases)-unmetered)
	}
	if w := post(h, "10.2.0.1:1", bytes.NewReader(good), func(r *http.Request) { r.ContentLength = -1 }); w.Code != 200 {
		t.Errorf("a batch in pieces: status %d", w.Code)
	}
}

func TestTooManyAtOnce(t *testing.T) {
	s := newSite(t)
	srv := s.server(func(c *Config) { c.MaxWaiting = 1 })
	_, good := batch(t, keyFL)
	srv.tickets <- struct{}{}
	w := post(srv.Handler(), "192.0.2.1:1", bytes.NewReader(good), nil)
	if w.Code != 503 || w.Header().Get("Retry-After") == "" || srv.budget.used("US-FL") != 0 {
		t.Errorf("status %d, header %v", w.Code, w.Header())
	}
	<-srv.tickets
	if w := post(srv.Handler(), "192.0.2.1:1", bytes.NewReader(good), nil); w.Code != 200 {
		t.Errorf("afterwards: status %d", w.Code)
	}
}

// A budget used up is 429 with the seconds to midnight (UTC), of every kind, and
// the next day all is as on the first.
func TestBudgetsOfRequests(t *testing.T) {
	s := newSite(t)
	s.manifest.Budgets = lookup.Budgets{BatchesPerAddress: 2, BatchesPerPrefix: 3, SlotsPerJurisdiction: 40}
	s.sign()
	srv := s.server(nil)
	h := srv.Handler()
	_, fl := batch(t, keyFL)
	ask := func(from string, want int) {
		t.Helper()
		w := post(h, from, bytes.NewReader(fl), nil)
		if w.Code != want {
			t.Fatalf("%s: status %d, want %d: %s", from, w.Code, want, w.Body)
		}
		if retry := w.Header().Get("Retry-After"); want == 429 && retry != "36000" {
			t.Errorf("%s: come back after %s s, want 36000", from, retry)
		}
	}
	for range 2 { // days
		ask("192.0.2.1:1", 200)
		ask("[::ffff:192.0.2.1]:2", 200) // the same address
		ask("192.0.2.1:3", 429)
		ask("192.0.2.2:1", 200)
		ask("192.0.2.3:1", 429) // the /24
		ask("198.51.100.1:1", 200)
		ask("[2001:db8:1:1::1]:1", 200)
		ask("[2001:db8:1:1::2]:1", 200)
		ask("[2001:db8:1:1::3]:1", 429) // the /64
		ask("[2001:db8:1:2::1]:1", 200)
		ask("[2001:db8:1:3::1]:1", 429) // the /48
		ask("203.0.113.1:1", 200)       // the eighth
		ask("203.0.113.2:1", 200)       // a prefix still new
		ask("203.0.113.3:1", 429)       // not any more
		ask("198.51.101.1:1", 200)      // the tenth, of a newcomer
		ask("198.51.102.1:1", 429)      // nothing is left
		if used := srv.budget.used("US-FL"); used != 40 {
			t.Errorf("%d slots were used", used)
		}
		s.clock.add(24 * time.Hour)
	}
	if n := strings.Count(s.log.String(), "used up"); n != 2 {
		t.Errorf("logged %d times:\n%s", n, s.log)
	}
}

// What a server says does not tell whether what is asked for is found: for people
// who are in the leak and others, status, size and headers are the same, and so are
// the times of the quicker tenth, which other work on the machine disturbs least.
func TestFoundAndNotFoundLookAlike(t *testing.T) {
	s := newSite(t)
	people := s.publish(50)
	s.manifest.Budgets = lookup.Budgets{}
	s.sign()
	h := s.server(nil).Handler()
	const tries, rounds = 100, 5
	var ratios []float64
	for range rounds {
		var header string
		var times [2][]time.Duration
		for i := range 2 * tries {
			found := i % 2
			input := fmt.Appendf(nil, "nobody %d", i)
			if found == 1 {
				input = people[i%len(people)].Keys[0].X
			}
			r, err := voprf.Blind(rand.Reader, [][]byte{input, {1}, {2}, {3}})
			check(t, err)
			e := lookup.Elements(r.Elements())
			body := lookup.AppendRequest(nil, keyFL, &e)
			began := time.Now()
			w := post(h, "192.0.2.1:1", bytes.NewReader(body), nil)
			times[found] = append(times[found], time.Since(began))
			if w.Code != 200 || w.Body.Len() != lookup.ResponseSize {
				t.Fatalf("status %d, %d bytes", w.Code, w.Body.Len())
			}
			if got := fmt.Sprint(w.Header()); header != "" && got != header {
				t.Fatalf("headers %s and %s", header, got)
			} else {
				header = got
			}
		}
		slices.Sort(times[0])
		slices.Sort(times[1])
		ratio := float64(times[0][tries/10]) / float64(times[1][tries/10])
		if ratios = append(ratios, ratio); ratio > 0.9 && ratio < 1.1 {
			return
		}
	}
	t.Errorf("the times for those who are not found, of those for who are: %.2f", ratios)
}

// Two servers of one index answer alike.
func TestTwoServers(t *testing.T) {
	s := newSite(t)
	_, body := batch(t, keyFL)
	var answers [2][]byte
	for i := range answers {
		answers[i] = post(s.server(nil).Handler(), "192.0.2.1:1", bytes.NewReader(body), nil).Body.Bytes()[:128]
	}
	if !bytes.Equal(answers[0], answers[1]) {
		t.Error("two servers evaluate differently")
	}
}

func TestExpiry(t *testing.T) {
	s := newSite(t)
	h := s.server(nil).Handler()
	_, body := batch(t, keyFL)
	healthy := func(want int) {
		t.Helper()
		w := get(h, "/healthz", nil)
		var health struct {
			OK      bool      `json:"ok"`
			Seq     uint64    `json:"seq"`
			Expires time.Time `json:"expires"`
		}
		check(t, json.Unmarshal(w.Body.Bytes(), &health))
		if w.Code != want || health.OK != (want == 200) || health.Seq != 7 || !health.Expires.Equal(s.manifest.Expires) {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
	}
	healthy(200)
	s.clock.add(30*24*time.Hour - time.Second)
	healthy(200)
	s.clock.add(time.Second)
	healthy(503)
	if w := post(h, "192.0.2.1:1", bytes.NewReader(body), nil); w.Code != 503 {
		t.Errorf("status %d of an evaluation", w.Code)
	}
	if w := get(h, lookup.ManifestPath, nil); w.Code != 200 {
		t.Errorf("status %d of the manifest", w.Code)
	}
}

// FuzzEvaluate: a body is answered exactly when it is a batch under a key that is
// served, and never with anything but a status of the protocol.
func FuzzEvaluate(f *testing.F) {
	s := newSite(f)
	s.manifest.Budgets = lookup.Budgets{}
	s.sign()
	h := s.server(nil).Handler()
	_, good := batch(f, keyFL)
	f.Add(good)
	f.Add(good[:98])
	f.Add(make([]byte, 130))
	f.Fuzz(func(t *testing.T, body []byte) {
		valid := len(body) == lookup.RequestSize
		for i := 2; valid && i < len(body); i += 32 {
			_, err := voprf.ParsePublicKey(body[i : i+32])
			valid = err == nil
		}
		known := len(body) == lookup.RequestSize && (binary.BigEndian.Uint16(body) == keyFL || binary.BigEndian.Uint16(body) == keyZZ)
		w := post(h, "192.0.2.1:1", bytes.NewReader(body), nil)
		want := 400
		switch {
		case len(body) > lookup.RequestSize:
			want = 413
		case len(body) == lookup.RequestSize && !known:
			want = 404
		case valid:
			want = 200
		}
		if w.Code != want {
			t.Fatalf("status %d, want %d", w.Code, want)
		}
	})
}
