//go:build js

// Package bridge lets the page call functions of a program that runs in its
// worker, and the program those of the worker. Everything that passes is bytes:
// JSON, but for the tables.
package bridge

import (
	"context"
	"errors"
	"sync"
	"syscall/js"
)

// Func is a function that the page can call. It runs in a goroutine of its own.
type Func func(ctx context.Context, in []byte) ([]byte, error)

// Serve makes the functions callable and does not return. It sets the global of
// the name to a function of a function's name and a Uint8Array, which returns a
// promise of a Uint8Array.
func Serve(name string, functions map[string]Func) {
	js.Global().Set(name, js.FuncOf(func(_ js.Value, args []js.Value) any {
		f, in := functions[args[0].String()], Bytes(args[1])
		return promise(func() (js.Value, error) {
			if f == nil {
				return js.Undefined(), errors.New("there is no such function")
			}
			out, err := f(context.Background(), in)
			return Array(out), err
		})
	}))
	js.Global().Call(name + "Ready")
	select {}
}

// promise returns a promise of what f returns.
func promise(f func() (js.Value, error)) js.Value {
	var executor js.Func
	executor = js.FuncOf(func(_ js.Value, args []js.Value) any {
		resolve, reject := args[0], args[1]
		go func() {
			defer executor.Release()
			v, err := f()
			if err != nil {
				reject.Invoke(js.Global().Get("Error").New(err.Error()))
				return
			}
			resolve.Invoke(v)
		}()
		return nil
	})
	return js.Global().Get("Promise").New(executor)
}

// ErrRejected is of a promise that was rejected. What it was rejected with is not
// said: it may hold more than is to be shown.
var ErrRejected = errors.New("the browser could not do it")

// Await waits for a promise.
func Await(ctx context.Context, p js.Value) (js.Value, error) {
	type outcome struct {
		v  js.Value
		ok bool
	}
	done := make(chan outcome, 1)
	kept := js.FuncOf(func(_ js.Value, args []js.Value) any { done <- outcome{args[0], true}; return nil })
	broken := js.FuncOf(func(js.Value, []js.Value) any { done <- outcome{}; return nil })
	p.Call("then", kept, broken)
	select {
	case o := <-done:
		kept.Release()
		broken.Release()
		if !o.ok {
			return js.Undefined(), ErrRejected
		}
		return o.v, nil
	case <-ctx.Done(): // the two functions are left to a promise that may still call them
		return js.Undefined(), ctx.Err()
	}
}

// Bytes copies a Uint8Array.
func Bytes(v js.Value) []byte {
	b := make([]byte, v.Get("length").Int())
	js.CopyBytesToGo(b, v)
	return b
}

// Array returns a Uint8Array of b.
func Array(b []byte) js.Value {
	v := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(v, b)
	return v
}

// Load returns a function that takes a table, once.
func Load(set func([]byte) error) Func {
	var once sync.Once
	return func(_ context.Context, in []byte) (_ []byte, err error) {
		once.Do(func() { err = set(in) })
		return nil, err
	}
}
