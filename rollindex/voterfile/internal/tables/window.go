package tables

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// window shows the unread part of a stream in one piece, as far as it was read.
// A reader of a format looks at unread, asks for more until what it wants to
// read lies there whole, and skips it. So nothing has to be read in steps, and
// memory is bounded by the largest piece, at most maxRow.
type window struct {
	ctx  context.Context
	src  io.Closer
	r    io.Reader
	buf  []byte // what was read
	at   int    // where the unread part of it begins
	base int64  // where buf begins in the stream
	past int64  // lines that end before the place counted in buf
	err  error  // why there is no more; io.EOF at the end

	counted int   // so that no line is counted twice
	failed  int64 // where the last piece began that was too long
	strikes int   // how many began close behind another
	vain    int64 // bytes that were looked at and have to be looked at again
}

// firstWindow is large enough that copying the unread end of a window to its
// beginning costs nothing beside reading it.
const firstWindow = 256 << 10

// errRow is a piece beyond maxRow.
var errRow = errors.New("row too long")

// maxStrikes bounds how often a piece may turn out too long that begins within
// another one that did. Each costs the reading of a full window, so that a file
// made of them would take for ever.
const maxStrikes = 32

// maxVain bounds how much may be looked at in vain: so many bytes for each one
// that was passed over, and two of the largest rows. A file could otherwise be
// made each of whose rows seems to go on until its end.
const maxVain = 8

// openWindow opens a stream. It ends after limit bytes unless limit is 0. Of a
// text, a byte order mark is skipped, and UTF-16 with one becomes UTF-8: tools of
// SQL Server write it.
func openWindow(ctx context.Context, in Input, limit int64, text bool) (*window, error) {
	src, err := in.Open()
	if err != nil {
		return nil, err
	}
	w := &window{ctx: ctx, src: src, r: src}
	if in.Size >= 0 && in.Size < firstWindow {
		w.buf = make([]byte, 0, in.Size+1) // one more, to see the end
	}
	if limit > 0 {
		w.r = io.LimitReader(src, limit)
	}
	if err := w.more(); err != nil && err != io.EOF {
		src.Close()
		return nil, err
	}
	if !text {
		return w, nil
	}
	if b := w.unread(); isUTF16(b) {
		rest := io.MultiReader(bytes.NewReader(bytes.Clone(b)), w.rest())
		w.r = transform.NewReader(rest, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
		w.buf, w.at, w.err = w.buf[:0], 0, nil
		if err := w.more(); err != nil && err != io.EOF {
			src.Close()
			return nil, err
		}
	} else if bytes.HasPrefix(b, utf8Mark) {
		w.skip(len(utf8Mark))
	}
	return w, nil
}

var utf8Mark = []byte("\uFEFF")

func isUTF16(b []byte) bool {
	return len(b) >= 2 && (b[0] == 0xFF && b[1] == 0xFE || b[0] == 0xFE && b[1] == 0xFF)
}

// textHead returns the beginning of a text as UTF-8 without a byte order mark,
// for the functions that tell formats.
func textHead(head []byte) []byte {
	if !isUTF16(head) {
		return bytes.TrimPrefix(head, utf8Mark)
	}
	out, _, _ := transform.Bytes(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder(), head[:len(head)&^1])
	return out
}

// rest returns what follows the window: more of the stream, or why there is none.
func (w *window) rest() io.Reader {
	if w.err != nil {
		return noMore{w.err}
	}
	return w.r
}

// noMore is a stream that has ended, or failed.
type noMore struct{ err error }

// Read implements io.Reader.
func (n noMore) Read([]byte) (int, error) { return 0, n.err }

// unread is what was read and not skipped. It is valid until the next call of more.
func (w *window) unread() []byte { return w.buf[w.at:] }

// skip passes over n bytes of the unread part.
func (w *window) skip(n int) { w.at += n }

// offset returns where the unread part begins in the stream.
func (w *window) offset() int64 { return w.base + int64(w.at) }

// line returns the number, from 1, of the line that the unread part begins in.
func (w *window) line() int64 {
	w.past += int64(bytes.Count(w.buf[w.counted:w.at], []byte{'\n'}))
	w.counted = w.at
	return w.past + 1
}

// more reads on until the window is full, doubling it when half of it or more is
// unread, so that looking again from the start of a piece each time costs no
// more than a constant factor. It returns io.EOF when there is no more, and
// errRow when the unread part may not grow.
func (w *window) more() error {
	if w.err != nil {
		return w.err
	}
	if err := w.ctx.Err(); err != nil {
		return err
	}
	n := len(w.buf) - w.at
	w.line()
	switch {
	case n >= maxRow:
		return w.tooLong()
	case cap(w.buf) < maxRow && n >= cap(w.buf)/2:
		grown := make([]byte, n, min(max(2*cap(w.buf), firstWindow), maxRow))
		copy(grown, w.unread())
		w.buf = grown
	default:
		copy(w.buf[:n], w.unread())
		w.buf = w.buf[:n]
	}
	w.base, w.at, w.counted = w.base+int64(w.at), 0, 0
	for empty := 0; len(w.buf) < cap(w.buf) && w.err == nil; {
		var got int
		got, w.err = w.r.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+got]
		if empty++; got > 0 {
			empty = 0
		} else if empty > 100 {
			w.err = io.ErrNoProgress
		}
	}
	if len(w.buf) == n {
		return w.err
	}
	return nil
}

// tooLong returns the error of a piece that is too long.
func (w *window) tooLong() error {
	at := w.offset()
	if at < w.failed+maxRow/2 && w.failed > 0 {
		if w.strikes++; w.strikes > maxStrikes {
			return fmt.Errorf("many rows or statements of more than %d MiB, the last at byte %d: %w", maxRow>>20, at, ErrTooLarge)
		}
	}
	w.failed = at
	return errRow
}

// lookedTo takes note that the stream was read up to a place in search of
// something that is not there, of which what is unread now is looked at again.
func (w *window) lookedTo(place int64) error {
	at := w.offset()
	if w.vain += max(0, place-at); w.vain > 2*maxRow+maxVain*at {
		return fmt.Errorf("many rows or statements without an end, the last before byte %d: %w", at, ErrTooLarge)
	}
	return nil
}

// skipLine passes over the rest of the line, its line feed included.
func (w *window) skipLine() error {
	for {
		b := w.unread()
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			w.skip(i + 1)
			return nil
		}
		w.skip(len(b))
		if err := w.more(); err != nil {
			return err
		}
	}
}

// Close closes the stream.
func (w *window) Close() error { return w.src.Close() }

// truncated is the end of a stream in the middle of something.
func (w *window) truncated(within string) error {
	return fmt.Errorf("the file ends within %s, at byte %d: %w", within, w.offset()+int64(len(w.unread())), ErrTruncated)
}

// damaged is something that breaks the rules of the format.
func (w *window) damaged(what string) error {
	return fmt.Errorf("%s, at byte %d: %w", what, w.offset(), ErrDamaged)
}

// lines is a stream of lines made from a window.
type lines struct {
	pull
	io.Closer
}

// unreadable appends the line of a row that cannot be read.
func unreadable(dst []byte) []byte { return append(dst, Unreadable+"\n"...) }

// rowError is what a failed read of a piece means: errRow if it is too long and
// may be passed over, or an error that ends the reading.
func (w *window) rowError(err error, within string) error {
	if err == io.EOF {
		return w.truncated(within)
	}
	return err
}

// scanStatus is how far something could be read from the bytes at hand.
type scanStatus uint8

const (
	scanDone scanStatus = iota
	scanMore            // it goes on behind them
	scanBad             // it breaks the rules
)

// escapeByte is the character of an escape: a tab, or a space for the others,
// which are control characters that cannot stand in a line.
func escapeByte(c byte) byte {
	if c == 't' {
		return '\t'
	}
	return ' '
}

// cleanByte returns c, or a space if it would break a line.
func cleanByte(c byte) byte {
	if c == '\n' || c == '\r' || c == Separator || c == 0 {
		return ' '
	}
	return c
}

// parseDigits reads up to n digits at i.
func parseDigits(b []byte, i, n int, base uint32) (v uint32, end int) {
	for end = i; end < len(b) && end < i+n; end++ {
		digit := hexDigit(b[end])
		if digit >= base {
			break
		}
		v = v*base + digit
	}
	return v, end
}

// hexDigit returns the value of a hexadecimal digit, 16 for other bytes.
func hexDigit(c byte) uint32 {
	switch {
	case c >= '0' && c <= '9':
		return uint32(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return uint32(c|0x20-'a') + 10
	}
	return 16
}

// eofIsFine lets a file end here.
func eofIsFine(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}
