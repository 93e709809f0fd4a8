package voterfile

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"hash/crc64"
	"io"
	"slices"

	"github.com/ulikunitz/xz/lzma"
)

// xzReader reads xz files (The .xz File Format, version 1.2.1, of the Tukaani
// project): streams behind one another, each of blocks compressed with LZMA2. The
// reader of the library that LZMA2 is from takes whatever memory a block asks
// for, up to 4 GiB; this one stops at maxWindow.
type xzReader struct {
	r     *bufio.Reader
	flags [2]byte // of the stream
	check xzCheck
	index xzIndex

	within bool // a stream has begun and not ended
	block  *xzBlock
	err    error
}

// xzIndex sums up the sizes of the blocks of a stream, to be compared with those
// listed behind them.
type xzIndex struct {
	count uint64
	sum   uint32
}

func (x *xzIndex) add(unpadded, size uint64) {
	x.count++
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], unpadded)
	binary.LittleEndian.PutUint64(b[8:], size)
	x.sum = crc32.Update(x.sum, crc32.IEEETable, b[:])
}

// xzBlock is the block being read.
type xzBlock struct {
	lzma   *lzma.Reader2
	in     counted // its compressed bytes
	out    uint64  // decompressed bytes so far
	header uint64  // size of its header
	// What the header says; -1 if it does not.
	packed, size int64
}

// counted counts what is read of r.
type counted struct {
	r io.Reader
	n uint64
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += uint64(n)
	return n, err
}

var errXZ = errors.New("breaks the rules of xz")

func newXZ(r io.Reader) (io.ReadCloser, error) {
	return io.NopCloser(&xzReader{r: bufio.NewReaderSize(r, 64<<10)}), nil
}

// Read implements io.Reader.
func (x *xzReader) Read(p []byte) (int, error) {
	for x.err == nil {
		if x.block == nil {
			x.err = x.next()
			continue
		}
		n, err := x.block.lzma.Read(p)
		x.block.out += uint64(n)
		x.check.Write(p[:n])
		if err == io.EOF {
			err = x.endBlock()
		}
		x.err = err
		if n > 0 {
			return n, nil
		}
	}
	return 0, x.err
}

// next begins the next block, of this stream or another, and returns io.EOF
// behind the last.
func (x *xzReader) next() error {
	if !x.within {
		if err := x.beginStream(); err != nil {
			return err
		}
		x.within = true
	}
	size, err := x.r.ReadByte()
	if err != nil {
		return tooSoon(err)
	}
	if size != 0 {
		return x.beginBlock(size)
	}
	x.within = false
	return x.endStream()
}

// tooSoon makes an end where something must follow an error.
func tooSoon(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// full reads len(b) bytes, all of which must be there.
func (x *xzReader) full(b []byte) error {
	_, err := io.ReadFull(x.r, b)
	return tooSoon(err)
}

// beginStream reads a stream header, after padding of fours of zero bytes, or
// returns io.EOF if there is none (sections 2.1.1 and 2.2).
func (x *xzReader) beginStream() error {
	var h [12]byte
	for {
		if _, err := io.ReadFull(x.r, h[:4]); err != nil {
			return err
		}
		if h[0] != 0 || x.check == nil || !bytes.Equal(h[:4], []byte{0, 0, 0, 0}) {
			break
		}
	}
	if err := x.full(h[4:]); err != nil {
		return err
	}
	if string(h[:6]) != "\xfd7zXZ\x00" || crc32.ChecksumIEEE(h[6:8]) != binary.LittleEndian.Uint32(h[8:]) {
		return fmt.Errorf("%w: stream header", errXZ)
	}
	x.flags = [2]byte(h[6:8])
	switch {
	case x.flags[0] != 0:
		return fmt.Errorf("%w: flags of the stream", errXZ)
	case x.flags[1] == 0:
		x.check = noCheck{}
	case x.flags[1] == 1:
		x.check = crc32.NewIEEE()
	case x.flags[1] == 4:
		x.check = crc64.New(crc64.MakeTable(crc64.ECMA))
	case x.flags[1] == 10:
		x.check = sha256.New()
	default:
		return unreadMethod(fmt.Sprintf("xz with an unknown check (%d)", x.flags[1]))
	}
	x.index = xzIndex{}
	return nil
}

// xzCheck is what a hash.Hash is used for here.
type xzCheck interface {
	io.Writer
	Sum(b []byte) []byte
	Reset()
}

// noCheck is the check of a stream without one.
type noCheck struct{}

// Write implements io.Writer.
func (noCheck) Write(p []byte) (int, error) { return len(p), nil }

// Sum implements xzCheck.
func (noCheck) Sum(b []byte) []byte { return b }

// Reset implements xzCheck.
func (noCheck) Reset() {}

// beginBlock reads the header of a block, whose first byte is given (section 3.1).
func (x *xzReader) beginBlock(first byte) error {
	h := make([]byte, (int(first)+1)*4)
	h[0] = first
	if err := x.full(h[1:]); err != nil {
		return err
	}
	body, sum := h[:len(h)-4], h[len(h)-4:]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(sum) {
		return fmt.Errorf("%w: block header", errXZ)
	}
	b := &xzBlock{in: counted{r: x.r}, header: uint64(len(h)), packed: -1, size: -1}
	flags, r := body[1], bytes.NewReader(body[2:])
	for _, field := range []struct {
		bit byte
		to  *int64
	}{{0x40, &b.packed}, {0x80, &b.size}} {
		if flags&field.bit != 0 {
			v, err := xzNumber(r)
			if err != nil {
				return fmt.Errorf("%w: block header", errXZ)
			}
			*field.to = int64(v)
		}
	}
	filter, err1 := xzNumber(r)
	props, err2 := xzNumber(r)
	dict, err3 := r.ReadByte()
	if flags&0x3f != 0 || filter != 0x21 {
		return unreadMethod("xz filters made for programs")
	}
	if err1 != nil || err2 != nil || err3 != nil || props != 1 {
		return fmt.Errorf("%w: block header", errXZ)
	}
	var err error
	x.check.Reset()
	x.block = b
	b.lzma, err = newLZMA2(&b.in, dict, b.size)
	return err
}

// xzNumber reads a number of up to 63 bits (section 1.2).
func xzNumber(r io.ByteReader) (uint64, error) {
	var v uint64
	for i := range 9 {
		c, err := r.ReadByte()
		if err != nil {
			return 0, tooSoon(err)
		}
		v |= uint64(c&0x7f) << (7 * i)
		if c&0x80 == 0 {
			return v, nil
		}
	}
	return 0, errXZ
}

// endBlock checks what follows the last byte of a block (sections 3.3 and 3.4).
func (x *xzReader) endBlock() error {
	b := x.block
	x.block = nil
	if b.packed >= 0 && uint64(b.packed) != b.in.n || b.size >= 0 && uint64(b.size) != b.out {
		return fmt.Errorf("%w: size of a block", errXZ)
	}
	want := x.check.Sum(nil)
	x.index.add(b.header+b.in.n+uint64(len(want)), b.out)
	tail := make([]byte, -b.in.n&3+uint64(len(want)))
	if err := x.full(tail); err != nil {
		return err
	}
	got := tail[len(tail)-len(want):]
	if x.flags[1] != 10 {
		slices.Reverse(got) // CRCs are stored the other way round than hash.Hash gives them
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%w: check of a block", errXZ)
	}
	return nil
}

// endStream reads the index and the footer (sections 4 and 2.1.2).
func (x *xzReader) endStream() error {
	r := &summedBytes{r: x.r, n: 1, sum: crc32.ChecksumIEEE([]byte{0})}
	count, err := xzNumber(r)
	if err != nil {
		return err
	}
	if count != x.index.count {
		return fmt.Errorf("%w: number of blocks", errXZ)
	}
	var listed xzIndex
	for range count {
		unpadded, err := xzNumber(r)
		if err != nil {
			return err
		}
		size, err := xzNumber(r)
		if err != nil {
			return err
		}
		listed.add(unpadded, size)
	}
	for r.n%4 != 0 {
		if _, err := r.ReadByte(); err != nil {
			return tooSoon(err)
		}
	}
	var b [16]byte // the index's checksum; the footer's, the index's size, the flags and a mark
	if err := x.full(b[:]); err != nil {
		return err
	}
	if listed != x.index || binary.LittleEndian.Uint32(b[:]) != r.sum ||
		binary.LittleEndian.Uint32(b[4:]) != crc32.ChecksumIEEE(b[8:14]) ||
		(uint64(binary.LittleEndian.Uint32(b[8:]))+1)*4 != r.n+4 ||
		[2]byte(b[12:14]) != x.flags || string(b[14:]) != "YZ" {
		return fmt.Errorf("%w: index", errXZ)
	}
	return nil
}

// summedBytes counts and sums the bytes read of r.
type summedBytes struct {
	r   io.ByteReader
	n   uint64
	sum uint32
}

// ReadByte implements io.ByteReader.
func (s *summedBytes) ReadByte() (byte, error) {
	c, err := s.r.ReadByte()
	if err == nil {
		s.n++
		s.sum = crc32.Update(s.sum, crc32.IEEETable, []byte{c})
	}
	return c, err
}

// newLZMA2 returns the reader of LZMA2 data with a window as its property byte has
// it, though no larger than its output, if that is known.
func newLZMA2(r io.Reader, prop byte, size int64) (*lzma.Reader2, error) {
	if prop > 40 {
		return nil, fmt.Errorf("%w: window of LZMA2", ErrDamaged)
	}
	window := int64(1)<<32 - 1
	if prop < 40 {
		window = int64(2|prop&1) << (prop/2 + 11)
	}
	dict, err := lzmaWindow(window, size)
	if err != nil {
		return nil, err
	}
	return lzma.Reader2Config{DictCap: dict}.NewReader2(r)
}

// lzmaWindow returns the window to use where one is asked for.
func lzmaWindow(window, size int64) (int, error) {
	if size >= 0 {
		window = min(window, size)
	}
	if window > maxWindow {
		return 0, fmt.Errorf("%w: a window of %d MiB", ErrMemory, window>>20)
	}
	return int(max(window, lzma.MinDictCap)), nil
}
