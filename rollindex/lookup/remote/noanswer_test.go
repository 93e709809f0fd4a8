package remote

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rollcheck/rollindex/lookup"
)

// Whatever keeps a server from answering, it is said which host it was, what it may
// mean and what to do, and never for which path: that may be the one of somebody's
// bucket.
func TestNoAnswer(t *testing.T) {
	answer := func(status int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
		}
	}
	for name, tt := range map[string]struct {
		serve http.HandlerFunc // nil: nobody listens
		says  string
		do    string
	}{
		"refused":       {nil, "gives no answer: dial tcp", "nothing listens there"},
		"forbidden":     {answer(403), "answers with status 403 (Forbidden)", "try from another network, or ask its operator"},
		"legal reasons": {answer(451), "status 451", "does not answer everybody"},
		"proxy":         {answer(407), "status 407", "proxy of your network"},
		"too many":      {answer(429, "Retry-After", "7200"), "status 429", "try again in 2 hours; files that were downloaded stay here"},
		"down":          {answer(503, "Retry-After", "7200"), "status 503 (Service Unavailable)", "out of order for now"},
		"odd":           {answer(418), "status 418", "no answer of a look-up: check the address"},
		"unknown":       {answer(599, "Retry-After", "7200"), "status 599 (which is none that is known)", "try again in 2 hours"},
		"not modified":  {answer(304), "status 304", "no answer of a look-up"},
		"elsewhere":     {answer(302, "Location", "https://elsewhere.example.net/"), "sends to another place", "may have moved"},
		"cut off": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			"gives no answer", "whether this machine has a connection, or try again later"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(tt.serve)
			defer s.Close()
			if tt.serve == nil {
				s.Close()
			}
			tr, err := NewTransport(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			tr.backoff = time.Millisecond
			_, got := tr.Get(t.Context(), "/v1/b/secret/7", 1000)
			_, asked := tr.Evaluate(t.Context(), make([]byte, lookup.RequestSize))
			for _, err := range []error{got, asked} {
				var none *NoAnswer
				if errors.Is(err, lookup.ErrBudget) { // of an evaluation 429 is that
					continue
				}
				if !errors.As(err, &none) {
					t.Fatalf("%v", err)
				}
				if !strings.HasPrefix(err.Error(), none.Host) || "http://"+none.Host != s.URL || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "secret") {
					t.Errorf("says %q", err)
				}
				if !strings.Contains(none.Do(), tt.do) {
					t.Errorf("to do: %q", none.Do())
				}
			}
		})
	}
}

func TestInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Second: "2 seconds", 90 * time.Second: "90 seconds", 2 * time.Minute: "2 minutes", 100 * time.Minute: "100 minutes",
		7201 * time.Second: "3 hours", 24 * time.Hour: "24 hours",
	} {
		if got := inWords(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

// A name that is none, and a certificate of somebody else.
func TestNoAnswerOfOthers(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	s.Config.ErrorLog = nil
	for address, do := range map[string]string{
		s.URL:                               "cannot prove to be that host",
		"https://there-is-no-such.invalid/": "",
	} {
		tr, err := NewTransport(address)
		if err != nil {
			t.Fatal(err)
		}
		var none *NoAnswer
		if _, err := tr.Evaluate(t.Context(), nil); !errors.As(err, &none) || !strings.Contains(none.Do(), do) || none.Do() == "" {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// A mirror that sends a little now and then keeps nobody for ever: a download ends
// when a file of its size would have come at the least rate. What came is kept, and
// the next run goes on with it.
func TestTooSlow(t *testing.T) {
	file := make([]byte, 40_000)
	name := "/v1/f/" + sumOf(file).String()
	var ranges []string
	tr := serve(t, func(w http.ResponseWriter, r *http.Request) {
		ranges = append(ranges, r.Header.Get("Range"))
		for {
			if _, err := w.Write(file[:100]); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	withCache(t, tr)
	tr.idle, tr.rate = 200*time.Millisecond, 400_000 // each wait is within the first, all of them are not
	start := time.Now()
	_, err := tr.Get(t.Context(), name, int64(len(file)))
	if took := time.Since(start); !errors.Is(err, ErrTooSlow) || took < 200*time.Millisecond || took > 3*time.Second {
		t.Fatalf("after %s: %v", took, err)
	}
	if !strings.Contains(err.Error(), "of at most 40000") {
		t.Errorf("says %q", err)
	}
	if _, err = tr.Get(t.Context(), name, int64(len(file))); !errors.Is(err, ErrTooSlow) || len(ranges) != 2 || ranges[0] != "" || !strings.HasPrefix(ranges[1], "bytes=") {
		t.Errorf("ranges %q, %v", ranges, err)
	}

	// Whoever stops asking is told that, and not that it was slow.
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := tr.Get(ctx, name, int64(len(file))); !errors.Is(err, context.Canceled) || errors.Is(err, ErrTooSlow) {
		t.Errorf("%v", err)
	}
}
