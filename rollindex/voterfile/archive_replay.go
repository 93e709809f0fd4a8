package voterfile

import (
	"fmt"
	"io"
)

// replay makes the bytes of a node that can only be read from their beginning
// readable at any place: what is within an archive is read twice (a sample, then
// all of it), and an archive's directory may be at its end.
//
// As a window it keeps the last block or two, and begins again for what is further
// back; whoever reads forward pays once. As a whole it keeps everything.
type replay struct {
	file  *file
	of    *node
	whole bool

	up    *replay // the next one further out that of is read through
	pipe  pipeline
	r     io.Reader // nil if it is not being read
	buf   []byte    // what is kept
	start int64     // where buf begins
	err   error     // what ended the reading of r
}

const (
	replayBlock = 1 << 20
	// maxHeld bounds what is kept whole of a file at one time.
	maxHeld = 256 << 20
)

func newReplay(f *file, of *node, whole bool) *replay {
	return &replay{file: f, of: of, whole: whole, up: of.in}
}

// seekable gives n its bytes in any order, keeping them in memory if need be.
func (f *file) seekable(n *node) error {
	if n.at != nil {
		return nil
	}
	c := newReplay(f, n, true)
	f.hold(c)
	size, err := c.load()
	if err != nil {
		return err
	}
	n.at, n.size, n.in = c, size, c
	return nil
}

// ReadAt implements io.ReaderAt.
func (c *replay) ReadAt(p []byte, off int64) (n int, err error) {
	c.file.hold(c)
	if c.buf == nil || off < c.start {
		if err := c.begin(); err != nil {
			return 0, err
		}
	}
	for n < len(p) {
		if at := off + int64(n) - c.start; at < int64(len(c.buf)) {
			n += copy(p[n:], c.buf[at:])
		} else if err := c.fill(); err != nil {
			return n, err
		}
	}
	return n, nil
}

// begin opens the node and forgets what was read of it before, which is not
// counted twice as expansion.
func (c *replay) begin() error {
	c.pipe.uncount()
	c.drop()
	r, err := c.file.open(c.of, &c.pipe)
	if err != nil {
		c.drop()
		return err
	}
	room := int64(2 * replayBlock)
	if c.of.size >= 0 {
		room = min(room, max(c.of.size+1, 64<<10)) // what is small is kept whole, and its end seen
	}
	c.r, c.buf = r, make([]byte, 0, room)
	return nil
}

// fill reads on, and makes room for it first: by letting the older half go, or by
// growing.
func (c *replay) fill() error {
	if c.err != nil {
		return c.err
	}
	if err := c.file.ctx.Err(); err != nil {
		return err
	}
	if len(c.buf) == cap(c.buf) {
		if !c.whole {
			half := len(c.buf) / 2
			c.start += int64(half)
			c.buf = c.buf[:copy(c.buf, c.buf[half:])]
		} else if err := c.grow(); err != nil {
			return err
		}
	}
	n, err := io.ReadAtLeast(c.r, c.buf[len(c.buf):cap(c.buf)], 1)
	c.buf = c.buf[:len(c.buf)+n]
	c.err = err
	if n == 0 {
		return c.err
	}
	return nil
}

// grow doubles the room of a whole, as far as it may grow.
func (c *replay) grow() error {
	held := 0
	for h := c.up; h != nil; h = h.up {
		if h.whole {
			held += cap(h.buf)
		}
	}
	room := maxHeld - held - len(c.buf)
	if room <= 0 {
		return fmt.Errorf("%w: more than %d MiB would have to be kept", ErrMemory, maxHeld>>20)
	}
	next := make([]byte, len(c.buf), len(c.buf)+min(room, len(c.buf)))
	copy(next, c.buf)
	c.buf = next
	return nil
}

// load reads all of a whole, and returns how much it is.
func (c *replay) load() (int64, error) {
	if c.of.size > maxHeld {
		return 0, fmt.Errorf("%w: it says it has %d MiB", ErrMemory, c.of.size>>20)
	}
	err := c.begin()
	for err == nil {
		err = c.fill()
	}
	if err != io.EOF {
		c.drop()
		return 0, err
	}
	c.pipe.close()
	return int64(len(c.buf)), nil
}

// drop gives up what is kept.
func (c *replay) drop() {
	c.pipe.close()
	c.r, c.buf, c.start, c.err = nil, nil, 0, nil
}

// hold makes c the innermost of what is kept of the file, and gives up what c is
// not within: of archives beside one another only one is kept.
func (f *file) hold(c *replay) {
	if f.held.within(c) {
		return
	}
	for f.held != nil && !c.within(f.held) {
		f.held.drop()
		f.held = f.held.up
	}
	f.held = c
}

// letGo gives up everything that is kept of the file.
func (f *file) letGo() {
	for ; f.held != nil; f.held = f.held.up {
		f.held.drop()
	}
}

// within reports whether c is read through outer, or is it.
func (c *replay) within(outer *replay) bool {
	for h := c; h != nil; h = h.up {
		if h == outer {
			return true
		}
	}
	return false
}
