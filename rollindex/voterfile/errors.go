package voterfile

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
)

// What can be wrong with a file as a whole. They are wrapped by [*Error].
var (
	ErrEmpty     = errors.New("no rows")
	ErrNotText   = errors.New("not a text file")
	ErrTruncated = errors.New("truncated")
	ErrDamaged   = errors.New("damaged")
	ErrEncrypted = errors.New("encrypted")
	ErrExpansion = errors.New("expands too far")
	ErrMemory    = errors.New("takes too much memory")
	ErrNoLayout  = errors.New("no layout fits")
	ErrAmbiguous = errors.New("several layouts fit")
	ErrNoMember  = errors.New("no such member")
	ErrChanged   = errors.New("changed while it was read")
)

// Error is a file that cannot be read. It names the file and never quotes what
// is in a row.
type Error struct {
	File    string // the path as given, and the member of an archive after a colon
	Problem string // what is wrong, in one clause
	Hint    string // what to do about it; may be empty
	Err     error  // one of this package's errors, or the cause
}

// Error returns the file and the problem, without the hint.
func (e *Error) Error() string { return strconv.Quote(e.File) + " " + e.Problem }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// maxLabel bounds, in runes, what is shown of a name that came with a file.
const maxLabel = 120

// label makes a name from an archive or a header fit for a terminal: names are
// shown, never opened or created, so only what could confuse a reader of the
// output is replaced.
func label(name string) string {
	var b strings.Builder
	n := 0
	for _, r := range name {
		if n == maxLabel {
			b.WriteString("...")
			break
		}
		if !unicode.IsPrint(r) {
			r = '?'
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}
