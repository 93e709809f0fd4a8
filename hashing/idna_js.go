//go:build js

package hashing

// idnaASCII knows no domain in the browser: see idna.go.
func idnaASCII([]byte) ([]byte, bool) { return nil, false }
