//go:build !js

package hashing

import (
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// idnaASCII returns the ASCII form of a domain that is not ASCII (UTS #46,
// non-transitional, as for a look-up). A byte that is not UTF-8 is read as
// windows-1252. This file alone uses the IDNA tables, a large part of what the
// browser would download, and e-mail addresses are not asked for there.
func idnaASCII(domain []byte) ([]byte, bool) {
	var text []byte
	for len(domain) > 0 {
		r, size := decodeRune(domain)
		text = utf8.AppendRune(text, r)
		domain = domain[size:]
	}
	ascii, err := idna.Lookup.ToASCII(string(text))
	return []byte(ascii), err == nil && isASCII([]byte(ascii))
}
