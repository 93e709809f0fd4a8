package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"rollcheck/hashing/voprf"
	"rollcheck/rollindex/lookup"
	"rollcheck/rollindex/lookup/lookuptest"
)

// leaks is an operator with forty people of Florida and three of Georgia, made
// once.
var leaks = sync.OnceValue(func() *lookuptest.Operator {
	t := &testing.T{} // making them does not fail
	records := lookuptest.People(t, "mail", 0, 40, "US-FL")
	return lookuptest.New(t, time.Now(), append(records, lookuptest.People(t, "mail", 40, 3, "US-GA")...))
})

// operatorKey is what a script keeps its server under.
type operatorKey struct{}

// scriptOperator is a server that a script changes while it runs.
type scriptOperator struct {
	*lookuptest.Operator
	mu    sync.Mutex
	cut   int    // files end after so many bytes of an answer, 0 for no end
	down  bool   // nothing is answered
	shut  bool   // nothing is evaluated
	moved bool   // everything is somewhere else
	seq   uint64 // of the last manifest
}

func newScriptOperator(t *testing.T) *scriptOperator {
	return &scriptOperator{Operator: leaks().Copy(t), seq: 7}
}

// operator is the command of scripts for a server that they can change:
//
//	operator start            sets $SERVER and $KEY
//	operator saw TEXT [N]     fails unless some requests, N if said, hold the text
//	operator KIND             does what [scriptOperator.spoil] says
func (op *scriptOperator) command(t *testing.T, ts *testscript.TestScript, neg bool, args []string) {
	switch args[0] {
	case "start":
		s := httptest.NewServer(op)
		ts.Defer(s.Close)
		ts.Setenv("SERVER", s.URL)
		_, second := lookuptest.NewSigner(t, "somebody else")
		ts.Setenv("KEY", op.Trusted.String())
		ts.Setenv("KEY2", second.String())
	case "saw":
		n := 0
		for _, line := range op.Saw() {
			if strings.Contains(line, args[1]) {
				n++
			}
		}
		if neg != (n == 0) || len(args) > 2 && fmt.Sprint(n) != args[2] {
			ts.Fatalf("%d requests for %q:\n%s", n, args[1], strings.Join(op.Saw(), "\n"))
		}
	case "key":
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(op.Trusted.String()+"\n"), 0o600))
	default:
		op.mu.Lock()
		defer op.mu.Unlock()
		if !op.spoil(t, args[0]) {
			ts.Fatalf("no kind %q", args[0])
		}
	}
}

// spoil changes the server.
func (op *scriptOperator) spoil(t *testing.T, kind string) bool {
	fl := op.Lists["US-FL"]
	again := func(change func(*lookup.Manifest)) {
		op.seq++
		op.Sign(t, func(m *lookup.Manifest) {
			m.Seq = op.seq
			change(m)
		})
	}
	switch kind {
	case "forget":
		op.Forget()
	case "repair":
		whole := leaks().Copy(t)
		op.Files, op.Keys, op.Tamper, op.Budget, op.cut, op.down, op.shut, op.moved = whole.Files, whole.Keys, nil, -1, 0, false, false, false
		op.Lists = whole.Lists
		again(func(*lookup.Manifest) {})
	case "large":
		op.AddLarge(t, "US-FL", "large", 300_000)
		again(func(*lookup.Manifest) {})
	case "another-key":
		op.Signer, op.Trusted = lookuptest.NewSigner(t, "somebody else")
		again(func(*lookup.Manifest) {})
	case "newer":
		again(func(*lookup.Manifest) {})
	case "older":
		op.Sign(t, func(m *lookup.Manifest) { m.Seq = 6 })
	case "expired":
		again(func(m *lookup.Manifest) {
			m.Issued, m.Expires = m.Issued.Add(-24*time.Hour), m.Issued.Add(-time.Hour)
		})
	case "another-list":
		again(func(m *lookup.Manifest) { m.Lists[0].SHA256 = m.Lists[1].SHA256 })
	case "cut-filter", "alter-filter":
		for _, f := range fl.Files {
			file := op.Files[lookup.FilterPath(f.SHA256)]
			if kind == "cut-filter" {
				op.Files[lookup.FilterPath(f.SHA256)] = file[:len(file)-2]
			} else {
				file[40] ^= 1
			}
		}
	case "swap-buckets":
		op.swapBuckets()
	case "other-evaluation":
		op.Keys["US-FL"] = op.Keys["US-GA"]
	case "swap-elements":
		op.Tamper = func(_ uint16, e *lookup.Elements, _ *[voprf.ProofSize]byte) { e[0], e[1] = e[1], e[0] }
	case "no-budget":
		op.Budget = 0
	case "little-budget":
		op.Budget = 2
		again(func(m *lookup.Manifest) { m.Budgets.BatchesPerAddress = 2 })
	case "no-buckets":
		fl.Buckets = nil
		again(func(*lookup.Manifest) {})
	case "break-off":
		op.cut = 200_000
	case "down":
		op.down = true
	case "no-evaluations":
		op.shut = true
	case "move":
		op.moved = true
	default:
		return false
	}
	return true
}

// swapBuckets puts every bucket in the place of the next.
func (op *scriptOperator) swapBuckets() {
	var paths []string
	for path := range op.Files {
		if strings.HasPrefix(path, "/v1/b/") {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	first := op.Files[paths[0]]
	for i := range paths[1:] {
		op.Files[paths[i]] = op.Files[paths[i+1]]
	}
	op.Files[paths[len(paths)-1]] = first
}

func (op *scriptOperator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op.mu.Lock()
	defer op.mu.Unlock()
	switch {
	case op.down:
		w.Header().Set("Retry-After", "86400")
		http.Error(w, "down", http.StatusServiceUnavailable)
	case op.shut && r.URL.Path == lookup.EvaluatePath:
		http.Error(w, "not for you", http.StatusForbidden)
	case op.moved:
		http.Redirect(w, r, "https://elsewhere.example.net"+r.URL.Path, http.StatusFound)
	case op.cut > 0 && strings.HasPrefix(r.URL.Path, "/v1/f/"):
		op.Operator.ServeHTTP(&cutWriter{w, op.cut}, r)
	default:
		op.Operator.ServeHTTP(w, r)
	}
}

// cutWriter breaks off after some bytes.
type cutWriter struct {
	http.ResponseWriter
	left int
}

func (w *cutWriter) Write(b []byte) (int, error) {
	if len(b) > w.left {
		w.ResponseWriter.Write(b[:w.left])
		panic(http.ErrAbortHandler)
	}
	w.left -= len(b)
	return w.ResponseWriter.Write(b)
}
