package lookuptest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"rollcheck/rollindex/lookup"
)

// Serve starts a server of the operator on this machine, which ends with the test,
// and returns its address.
func (op *Operator) Serve(t testing.TB) string {
	t.Helper()
	s := httptest.NewServer(op)
	t.Cleanup(s.Close)
	return s.URL
}

// ServeHTTP answers as the protocol says. Files can be asked for in parts, as any
// web server of files allows.
func (op *Operator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == lookup.EvaluatePath:
		op.evaluate(w, r)
	case r.URL.Path == lookup.KeyPath:
		fmt.Fprintln(w, op.Trusted)
	default:
		file, ok := op.Files[r.URL.Path]
		op.note(fmt.Sprintf("GET %s %s", r.URL.Path, r.Header.Get("Range")))
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(file))
	}
}

func (op *Operator) evaluate(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, lookup.RequestSize))
	if r.Method != http.MethodPost || err != nil {
		http.Error(w, "a batch is posted", http.StatusBadRequest)
		return
	}
	answer, err := op.Evaluate(r.Context(), body)
	var over *lookup.BudgetError
	switch {
	case errors.As(err, &over):
		w.Header().Set("Retry-After", strconv.Itoa(int(over.Retry.Sub(op.Now).Seconds())))
		http.Error(w, "come back later", http.StatusTooManyRequests)
	case errors.Is(err, lookup.ErrStale):
		http.Error(w, "no such key", http.StatusNotFound)
	case err != nil:
		http.Error(w, "not a batch", http.StatusBadRequest)
	default:
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Write(answer)
	}
}
