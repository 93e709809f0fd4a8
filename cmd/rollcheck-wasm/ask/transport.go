//go:build js

package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"syscall/js"
	"time"

	"rollcheck/cmd/rollcheck-wasm/internal/bridge"
	"rollcheck/rollindex/lookup"
)

// Errors of the transport.
var (
	errNetwork = errors.New("the server cannot be reached")
	errStatus  = errors.New("the server answers with an error")
	errTooLong = errors.New("the answer is longer than it may be")
)

// transport is a [lookup.Transport] over the browser's fetch, to the site that the
// page is from: without cookies, referrer, cache or any header of ours, so that
// every visitor's requests look alike.
type transport struct {
	mu   sync.Mutex
	made []sent
}

var _ lookup.Transport = (*transport)(nil)

// sent is one request that was made.
type sent struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Up     int    `json:"up"`   // bytes of the body
	Down   int    `json:"down"` // likewise of the answer's
}

func (t *transport) log() []sent {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]sent{}, t.made...)
}

func (t *transport) note(s sent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.made = append(t.made, s)
}

// Get implements [lookup.Transport].
func (t *transport) Get(ctx context.Context, path string, limit int64) ([]byte, error) {
	response, err := fetch(ctx, path, map[string]any{"method": "GET"})
	if err != nil {
		return nil, err
	}
	if !response.Get("ok").Bool() {
		t.note(sent{Method: "GET", Path: path})
		return nil, fmt.Errorf("%w (status %d)", errStatus, response.Get("status").Int())
	}
	body, err := read(ctx, response, limit)
	t.note(sent{Method: "GET", Path: path, Down: len(body)})
	return body, err
}

// Evaluate implements [lookup.Transport].
func (t *transport) Evaluate(ctx context.Context, body []byte) ([]byte, error) {
	response, err := fetch(ctx, lookup.EvaluatePath, map[string]any{
		"method": "POST", "body": bridge.Array(body), "headers": map[string]any{"Content-Type": "application/octet-stream"},
	})
	if err != nil {
		return nil, err
	}
	switch status := response.Get("status").Int(); status {
	case 200:
	case 404:
		return nil, lookup.ErrStale
	case 429:
		return nil, &lookup.BudgetError{Retry: retry(response)}
	default:
		return nil, fmt.Errorf("%w (status %d)", errStatus, status)
	}
	answer, err := read(ctx, response, lookup.ResponseSize)
	t.note(sent{Method: "POST", Path: lookup.EvaluatePath, Up: len(body), Down: len(answer)})
	return answer, err
}

// fetch asks for a path of the protocol below the folder that the page is in, which the
// worker was told.
func fetch(ctx context.Context, path string, options map[string]any) (js.Value, error) {
	options["credentials"], options["referrerPolicy"], options["redirect"], options["cache"] = "omit", "no-referrer", "error", "no-store"
	url := js.Global().Get("URL").New("."+path, js.Global().Get("rollcheckSite")).Get("href")
	response, err := bridge.Await(ctx, js.Global().Call("fetch", url, js.ValueOf(options)))
	if err != nil {
		return js.Undefined(), fmt.Errorf("%s: %w", path, errNetwork)
	}
	return response, nil
}

// read reads a body of at most limit bytes, piece by piece, and tells the page how
// far it is.
func read(ctx context.Context, response js.Value, limit int64) ([]byte, error) {
	reader := response.Get("body").Call("getReader")
	var body []byte
	for {
		part, err := bridge.Await(ctx, reader.Call("read"))
		if err != nil {
			return nil, errNetwork
		}
		if part.Get("done").Bool() {
			return body, nil
		}
		b := bridge.Bytes(part.Get("value"))
		if int64(len(body)+len(b)) > limit {
			reader.Call("cancel")
			return nil, errTooLong
		}
		body = append(body, b...)
		js.Global().Call("rollcheckProgress", len(b))
	}
}

// retry reads when to come back, in an hour if that is not said.
func retry(response js.Value) time.Time {
	wait := time.Hour
	if v := response.Get("headers").Call("get", "Retry-After"); v.Type() == js.TypeString {
		if n, err := strconv.Atoi(v.String()); err == nil && n >= 0 && n <= 7*24*3600 {
			wait = time.Duration(n) * time.Second
		}
	}
	return time.Now().Add(wait)
}
