package voterfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// readAhead reads r in a goroutine of its own, a few blocks ahead of its reader,
// so that reading, hashing and decompressing overlap with what is done with the
// data.
type readAhead struct {
	full chan block
	free chan []byte
	done chan struct{}
	wait sync.WaitGroup

	cur  block
	rest []byte // of cur
}

// block is what one or more reads gave, and the error that came behind it.
type block struct {
	data []byte
	err  error
}

const (
	blockSize  = 256 << 10
	blockCount = 4
)

func newReadAhead(r io.Reader) *readAhead {
	a := &readAhead{
		full: make(chan block, blockCount),
		free: make(chan []byte, blockCount),
		done: make(chan struct{}),
	}
	for range blockCount {
		a.free <- make([]byte, blockSize)
	}
	a.wait.Go(func() { a.run(r) })
	return a
}

func (a *readAhead) run(r io.Reader) {
	for {
		var buf []byte
		select {
		case buf = <-a.free:
		case <-a.done:
			return
		}
		n, err := io.ReadFull(r, buf)
		if err == io.ErrUnexpectedEOF {
			err = io.EOF // a last block that is not full; r's own errors are damage's
		}
		select {
		case a.full <- block{buf[:n], err}:
		case <-a.done:
			return
		}
		if err != nil {
			return
		}
	}
}

// Read implements io.Reader.
func (a *readAhead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.cur.err != nil {
			return 0, a.cur.err
		}
		if a.cur.data != nil {
			a.free <- a.cur.data[:blockSize]
		}
		a.cur = <-a.full
		a.rest = a.cur.data
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close stops the goroutine and waits for it, so that what it reads from can be
// closed.
func (a *readAhead) Close() error {
	close(a.done)
	a.wait.Wait()
	return nil
}

// expansion is how much came out of a file that was compressed.
type expansion struct {
	out  atomic.Int64 // readers ahead of one another add to it side by side
	size int64
}

// A file may expand to freeExpansion bytes whatever its size, and beyond that to
// maxExpansion times its size. Rolls shrink about tenfold, and fiftyfold at most
// where every column is padded; deflate can do a thousandfold, and members of a
// zip file that share their data do far more.
const (
	freeExpansion = 64 << 20
	maxExpansion  = 200
)

// limited counts what r gives against the expansion of its file.
type limited struct {
	r  io.Reader
	of *expansion
	n  atomic.Int64 // given by r
}

// Read implements io.Reader.
func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.n.Add(int64(n))
	if out := l.of.out.Add(int64(n)); out > freeExpansion && out/maxExpansion > l.of.size {
		return n, ErrExpansion
	}
	return n, err
}

// pipeline is the steps from a file to the bytes of something in it. The zero
// value does every step when it is asked for bytes.
type pipeline struct {
	ahead   bool      // each step has a goroutine of its own, ahead of the next
	tee     io.Writer // what the first step reads is written there, if it is not nil
	closers []func()
	counted []*limited
}

// stage returns what comes out of the step r.
func (p *pipeline) stage(r io.Reader) io.Reader {
	if !p.ahead {
		return r
	}
	h := newReadAhead(r)
	p.closers = append(p.closers, func() { h.Close() })
	return h
}

// first returns what comes out of the first step.
func (p *pipeline) first(r io.Reader) io.Reader {
	if p.tee != nil {
		r = io.TeeReader(r, p.tee)
	}
	return p.stage(r)
}

// guard returns what the decompressor r gives, with its errors named and counted
// as expansion of f.
func (p *pipeline) guard(r io.Reader, f *file) io.Reader {
	l := &limited{r: r, of: &f.grown}
	p.counted = append(p.counted, l)
	return checked{l}
}

// uncount takes back what was counted: it is going to be read again.
func (p *pipeline) uncount() {
	for _, l := range p.counted {
		l.of.out.Add(-l.n.Load())
	}
	p.counted = nil
}

// onClose makes c part of closing the pipeline. What it returns is of no use: all
// that was wanted has been read.
func (p *pipeline) onClose(c func() error) {
	p.closers = append(p.closers, func() { c() })
}

// close closes the steps from the last to the first.
func (p *pipeline) close() {
	for i := len(p.closers) - 1; i >= 0; i-- {
		p.closers[i]()
	}
	p.closers, p.counted = nil, nil
}

// checked names the errors of a decompressor: an end too soon is a truncation,
// anything else damage.
type checked struct{ r io.Reader }

// Read implements io.Reader.
func (c checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	return n, damage(err)
}

// damage turns a decompressor's error into one of this package's.
func damage(err error) error {
	var method unreadMethod
	switch {
	case err == nil || err == io.EOF || errors.As(err, &method):
		return err
	case errors.Is(err, ErrExpansion) || errors.Is(err, ErrTruncated) || errors.Is(err, ErrDamaged) ||
		errors.Is(err, ErrEncrypted) || errors.Is(err, ErrMemory):
		return err
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: %v", ErrTruncated, err)
	case errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return fmt.Errorf("%w: %w", ErrMemory, err)
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// textForm is how the characters and lines of a member are written, as far as a
// whole file is written in one way.
type textForm uint8

const (
	textPlain   textForm = iota // ASCII, UTF-8 or an 8-bit encoding, told line by line
	textUTF8BOM                 // begins with a UTF-8 byte order mark
	textUTF16LE
	textUTF16BE
)

// sniffText returns the form of a text by how it begins.
func sniffText(b []byte) textForm {
	switch {
	case bytes.HasPrefix(b, byteOrderMark):
		return textUTF8BOM
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		return textUTF16LE
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		return textUTF16BE
	}
	return textPlain
}

// newText returns r as text with a byte order mark removed, UTF-16 made UTF-8,
// and, if loneCR, each carriage return made a line feed.
func newText(r io.Reader, form textForm, loneCR bool) (io.Reader, error) {
	switch form {
	case textUTF8BOM:
		var mark [3]byte
		if _, err := io.ReadFull(r, mark[:]); err != nil {
			return nil, err
		}
	case textUTF16LE:
		r = transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder())
	case textUTF16BE:
		r = transform.NewReader(r, unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM).NewDecoder())
	}
	if loneCR {
		r = crReader{r}
	}
	return r, nil
}

// crReader makes the lines of a file that ends them with a carriage return alone.
type crReader struct{ r io.Reader }

// Read implements io.Reader.
func (c crReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}
