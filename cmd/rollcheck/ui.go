package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"
	"unicode"

	"golang.org/x/term"

	"rollcheck/hashing/keyfile"
	"rollcheck/rollindex"
	"rollcheck/rollindex/audit/diff"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/ingest"
	"rollcheck/rollindex/voterfile"
)

// ui writes to people: progress, warnings and errors go to standard error,
// prefixed with the program's name, lower case, without a full stop.
type ui struct {
	w        io.Writer
	terminal bool
	color    bool
	quiet    bool
	line     bool // a progress line stands unfinished
}

func newUI(w io.Writer, env func(string) (string, bool)) *ui {
	u := &ui{w: w}
	if f, ok := w.(*os.File); ok {
		u.terminal = term.IsTerminal(int(f.Fd()))
	}
	noColor, _ := env("NO_COLOR") // any value: no-color.org
	dumb, _ := env("TERM")
	u.color = u.terminal && noColor == "" && dumb != "dumb"
	return u
}

func (u *ui) say(kind, color, format string, args ...any) {
	u.clear()
	if u.color && color != "" {
		kind = color + kind + "\x1b[0m"
	}
	fmt.Fprintf(u.w, "rollcheck: %s%s\n", kind, harmless(fmt.Sprintf(format, args...)))
}

// harmless makes a text fit for a terminal, whoever wrote what it repeats: the
// names in a certificate, say, are those of whoever answered. What would move the
// cursor, or turn or hide what stands beside it, becomes a question mark; lines
// stay.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return '?'
		}
		return r
	}, text)
}

func (u *ui) note(format string, args ...any) {
	if !u.quiet {
		u.say("", "", format, args...)
	}
}

func (u *ui) warn(format string, args ...any) {
	if !u.quiet {
		u.say("warning: ", "\x1b[33m", format, args...)
	}
}

// fail prints an error and, where one is known, what to do about it.
func (u *ui) fail(err error) {
	u.say("error: ", "\x1b[31m", "%v", err)
	if h := hintOf(err); h != "" {
		u.say("hint: ", "", "%s", h)
	}
}

// progress rewrites one line on a terminal and writes a plain line at
// intervals elsewhere.
type progress struct {
	u    *ui
	last time.Time // of the last line
	now  func() time.Time

	// Where the rate is measured from: the first line, or the first of another work.
	from        time.Time
	done, total int64
}

// leastMeasured is for how long a rate is measured before the time left is told of it:
// what is done at first, out of buffers or while files are opened, says little of the rest.
const leastMeasured = 5 * time.Second

func (u *ui) progress() *progress {
	return &progress{u: u, last: time.Now(), now: time.Now}
}

// due reports whether it is time for the next line.
func (p *progress) due() bool {
	interval := 10 * time.Second
	if p.u.terminal {
		interval = 200 * time.Millisecond
	}
	now := p.now()
	if p.u.quiet || now.Sub(p.last) < interval {
		return false
	}
	p.last = now
	return true
}

// show prints how far the work is: done of total (any unit), and what to say
// of it. Another total is other work.
func (p *progress) show(done, total int64, text string) {
	percent, left := "", ""
	if total > 0 && done > 0 {
		percent = fmt.Sprintf("%3.0f %%  ", 100*float64(done)/float64(total))
		if rest, ok := p.left(done, total); ok {
			left = ", " + rest.Round(time.Second).String() + " left"
		}
	}
	if p.u.terminal {
		fmt.Fprintf(p.u.w, "\r\x1b[K%s%s%s", percent, text, left)
		p.u.line = true
		return
	}
	fmt.Fprintf(p.u.w, "rollcheck: %s%s%s\n", percent, text, left)
}

// left estimates how long the rest takes, from the rate since the first line; false
// if that is not long ago.
func (p *progress) left(done, total int64) (time.Duration, bool) {
	now := p.now()
	if p.from.IsZero() || total != p.total || done < p.done {
		p.from, p.done, p.total = now, done, total
	}
	took := now.Sub(p.from)
	if took < leastMeasured || done == p.done {
		return 0, false
	}
	return time.Duration(float64(took) * float64(total-done) / float64(done-p.done)), true
}

func (u *ui) clear() {
	if u.line {
		fmt.Fprint(u.w, "\r\x1b[K")
		u.line = false
	}
}

// hinted is an error with a hint what to do.
type hinted struct {
	error
	hint string
}

func (e hinted) Unwrap() error { return e.error }

func hint(err error, text string) error { return hinted{err, text} }

func usageError(err error) error {
	return hint(err, "\"rollcheck help\" lists the commands and their flags")
}

// hintOf says what to do about an error, "" if nothing is known.
func hintOf(err error) string {
	var h hinted
	var v *voterfile.Error
	switch {
	case errors.As(err, &h):
		return h.hint
	case errors.As(err, &v) && v.Hint != "":
		return v.Hint
	}
	for _, known := range hints {
		if errors.Is(err, known.err) {
			return known.hint
		}
	}
	return ""
}

// lostKey is what to do when the key of an index is gone.
const lostKey = "a new key cannot open an old index: if its key is lost, make a new index with \"rollcheck init --index DIR\" and ingest the files again"

var hints = []struct {
	err  error
	hint string
}{
	{rollindex.ErrNoIndex, "make one with \"rollcheck init\", or name another with --index"},
	{rollindex.ErrExists, "name another directory with --index"},
	{rollindex.ErrWrongKey, "name the key file it was made with by --key-file; " + lostKey},
	{rollindex.ErrBusy, "wait until it is done; checks work meanwhile"},
	{rollindex.ErrTaken, "choose another --dataset id, or remove it first with \"rollcheck datasets remove\""},
	{rollindex.ErrNoDataset, "\"rollcheck datasets list\" lists them"},
	{rollindex.ErrOtherList, "a list is for the index it was made with, and its key"},
	{rollindex.ErrStaleList, "make the list again with \"rollcheck suppress --out\", so that they are looked for in that dataset too"},
	{rollindex.ErrNotOnList, "give the same birth date, or what else was the surest detail when they were put on it; the list is as it was"},
	{ingest.ErrForeign, "people name the states they were registered in, and no other place: put it into a local index (\"rollcheck init\"), which is asked by who has its key"},
	{rollindex.ErrFormat, "use a newer version of rollcheck"},
	{rollindex.ErrDamaged, "\"rollcheck verify\" says what is damaged; ingest the files again, or restore a copy"},
	{diff.ErrTwoRolls, "two rolls are compared by \"rollcheck compare\""},
	{compare.ErrWeakPassphrase, "draw six words with dice; both parties need the same ones"},
	{compare.ErrCardsDiffer, "make both cards with the same version of rollcheck, of files that have details in common"},
	{compare.ErrCardDamaged, "get it again from whoever made it"},
	{keyfile.ErrNotKeyFile, "a key file holds 32 random bytes in a form of its own, and is made with what it opens: by \"rollcheck init\" with an index, " +
		"\"protect\" with tags, \"decoys make\" with a register, or \"key signing\"; name that file"},
	{keyfile.ErrWrongPassphrase, "try again; without the passphrase the files must be ingested again into a new index"},
	{exposure.ErrNoDatasets, "add a file with \"rollcheck ingest --dataset ID FILE\""},
	{exposure.ErrUnknownDataset, "\"rollcheck datasets list\" lists them"},
	{syscall.ENOSPC, "make room on the disk and run it again"},
	{syscall.EROFS, "what is there can be read; to change it, make the file system writable or name another with --index"},
	{os.ErrPermission, "check the permissions of the file and its directory"},
}
