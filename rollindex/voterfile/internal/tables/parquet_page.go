package tables

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// Bounds of a page. A page has 1 MiB as a rule; a few writers make one of a
// whole group of rows.
const (
	parquetMaxHeader = 4 << 20
	parquetMaxPage   = 256 << 20
	parquetMaxMemory = 1 << 30 // of all that is held of a group of rows
)

// parquetPages reads the values of a column in a group of rows, a page at a time.
type parquetPages struct {
	column *parquetColumn
	file   *parquetFile
	codec  int64
	off    int64 // of the next page
	end    int64 // none begins there or beyond
	left   int64 // entries in pages still to be read: values and what there is in place of one

	n          int64 // entries in this page still to be read
	defs, reps parquetHybrid
	rep        uint32 // of the next entry, if n > 0
	values     parquetSource
	dict       *parquetDictionary
	page       []byte // what values reads from
	levels     []byte // what defs and reps read from, if that is not page
	long       bool   // the last row had too much to be given
}

// newParquetPages checks a piece of a column before its pages are read.
func newParquetPages(f *parquetFile, c *parquetColumn, chunk parquetChunk) (*parquetPages, error) {
	switch {
	case chunk.encrypted:
		return nil, errParquetEncrypted
	case chunk.elsewhere:
		return nil, fmt.Errorf("its columns are in files of their own: %w", errors.ErrUnsupported)
	case chunk.kind != c.kind:
		return nil, fmt.Errorf("%w: column %q of a Parquet file is not of the type of its schema", ErrDamaged, c.name)
	}
	if _, err := parquetCodecName(chunk.codec); err != nil {
		return nil, err
	}
	off := chunk.data
	if chunk.dict > 0 && chunk.dict < off {
		off = chunk.dict
	}
	if off < int64(len(parquetMagic)) || off > f.size || chunk.size < 0 || chunk.size > f.size-off || chunk.values < 0 {
		return nil, fmt.Errorf("%w: column %q of a Parquet file is not where its footer says", ErrDamaged, c.name)
	}
	// Old writers left the header of the dictionary out of the size (PARQUET-816).
	const slack = 100
	end := min(off+chunk.size+slack, f.size)
	return &parquetPages{column: c, file: f, codec: chunk.codec, off: off, end: end, left: chunk.values}, nil
}

// parquetCodecName returns the name of a compression, or an error if it is not
// read.
func parquetCodecName(codec int64) (string, error) {
	switch codec {
	case 0:
		return "none", nil
	case 1:
		return "Snappy", nil
	case 2:
		return "gzip", nil
	case 6:
		return "Zstandard", nil
	case 7:
		return "LZ4", nil
	case 3:
		return "", fmt.Errorf("it is compressed with LZO: %w", errors.ErrUnsupported)
	case 4:
		return "", fmt.Errorf("it is compressed with Brotli: %w", errors.ErrUnsupported)
	case 5:
		return "", fmt.Errorf("it is compressed with LZ4 as Hadoop frames it, which was given up: %w", errors.ErrUnsupported)
	}
	return "", fmt.Errorf("it is compressed in a way that is not known (%d): %w", codec, errors.ErrUnsupported)
}

func (p *parquetPages) damaged(what string) error {
	return fmt.Errorf("%w: column %q of a Parquet file: %s", ErrDamaged, p.column.name, what)
}

// appendRow appends what the next row has in this column: nothing, a value, or
// the values of a list.
func (p *parquetPages) appendRow(line []byte) ([]byte, error) {
	c := p.column
	if p.n == 0 {
		if err := p.fill(); err != nil {
			return line, err
		}
	}
	if c.maxRep > 0 && p.rep != 0 {
		return line, p.damaged("a row begins within a list")
	}
	p.long = false
	from := len(line)
	for {
		def := c.maxDef
		if def > 0 {
			var ok bool
			if def, ok = p.defs.read(); !ok {
				return line, p.damaged("a page lacks levels")
			}
		}
		p.n--
		if def == c.maxDef {
			before := len(line)
			if before > from {
				line = append(line, "; "...)
			}
			at := len(line)
			var ok bool
			if line, ok = p.values.next(line); !ok {
				return line, p.damaged("a page lacks values")
			}
			if len(line) == at {
				line = line[:before]
			}
		}
		if c.maxRep == 0 {
			return line, nil
		}
		if more, err := p.inList(); err != nil || !more {
			return line, err
		}
		if len(line)-from > maxRow {
			line, p.long = line[:from], true
		}
	}
}

// inList reports whether the next entry belongs to the row of the last.
func (p *parquetPages) inList() (bool, error) {
	if p.n == 0 {
		if p.left == 0 {
			return false, nil
		}
		if err := p.fill(); err != nil { // a list may go on in the next page
			return false, err
		}
		return p.rep > 0, nil
	}
	return p.nextRep()
}

// nextRep reads the level that tells whether the next entry begins a row.
func (p *parquetPages) nextRep() (bool, error) {
	var ok bool
	if p.rep, ok = p.reps.read(); !ok {
		return false, p.damaged("a page lacks levels")
	}
	return p.rep > 0, nil
}

// fill reads pages up to the next with entries.
func (p *parquetPages) fill() error {
	for p.n == 0 {
		if p.left == 0 {
			return p.damaged("it has fewer rows than its group")
		}
		if err := p.nextPage(); err != nil {
			return err
		}
	}
	if p.column.maxRep > 0 {
		_, err := p.nextRep()
		return err
	}
	return nil
}

// nextPage reads a page.
func (p *parquetPages) nextPage() error {
	h, err := p.header()
	if err != nil {
		return err
	}
	if h.compressed < 0 || h.size < 0 || h.values < 0 || h.compressed > p.end-p.off {
		return p.damaged("a page of an impossible size")
	}
	if h.size > parquetMaxPage || h.compressed > parquetMaxPage {
		return fmt.Errorf("%w: a page of a Parquet file of more than %d MiB", ErrTooLarge, parquetMaxPage>>20)
	}
	if h.size > 1024*h.compressed+16<<20 {
		return p.damaged("a page that grows more than a page can") // and would be allocated on its word
	}
	if h.kind != parquetDataPage && h.kind != parquetDataPageV2 && h.kind != parquetDictPage {
		p.off += h.compressed
		return nil
	}
	raw := p.file.scratch(h.compressed)
	if err := parquetReadFull(p.file.at, raw, p.off); err != nil {
		return err
	}
	p.off += h.compressed
	if h.hasCRC && crc32.ChecksumIEEE(raw) != h.crc {
		return p.damaged("the checksum of a page is wrong")
	}
	switch h.kind {
	case parquetDictPage:
		return p.readDictionary(h, raw)
	case parquetDataPage:
		return p.readPage(h, raw)
	}
	return p.readPageV2(h, raw)
}

// header reads the header of the page at off, whose size it does not say.
func (p *parquetPages) header() (parquetHeader, error) {
	for size := int64(256); ; size *= 8 {
		rest := p.end - p.off
		if rest <= 0 {
			return parquetHeader{}, p.damaged("it has fewer pages than values")
		}
		b := p.file.scratch(min(size, rest))
		if err := parquetReadFull(p.file.at, b, p.off); err != nil {
			return parquetHeader{}, err
		}
		t := &parquetThrift{b: b}
		h := t.pageHeader()
		if t.err == nil {
			p.off += int64(t.pos)
			return h, nil
		}
		if !t.short || size >= rest {
			return h, t.err
		}
		if size > parquetMaxHeader {
			return h, fmt.Errorf("%w: the header of a page of a Parquet file", ErrTooLarge)
		}
	}
}

// readPage reads a data page of version 1, in which levels are compressed with
// the values, each kind behind its size.
func (p *parquetPages) readPage(h parquetHeader, raw []byte) error {
	b, err := p.expand(raw, h.size)
	if err != nil {
		return err
	}
	levels := func(most uint32, encoding int64) (parquetHybrid, error) {
		if most == 0 {
			return parquetHybrid{}, nil
		}
		if encoding != parquetRLE {
			return parquetHybrid{}, fmt.Errorf("levels of a Parquet file in an old encoding: %w", errors.ErrUnsupported)
		}
		if len(b) < 4 || uint64(binary.LittleEndian.Uint32(b)) > uint64(len(b)-4) {
			return parquetHybrid{}, p.damaged("levels beyond their page")
		}
		n := binary.LittleEndian.Uint32(b)
		l := parquetHybrid{b: b[4 : 4+n], width: uint(bits.Len32(most))}
		b = b[4+n:]
		return l, nil
	}
	if p.reps, err = levels(p.column.maxRep, h.reps); err != nil {
		return err
	}
	if p.defs, err = levels(p.column.maxDef, h.defs); err != nil {
		return err
	}
	return p.setValues(h, b)
}

// readPageV2 reads a data page of version 2, in which levels are not compressed.
func (p *parquetPages) readPageV2(h parquetHeader, raw []byte) error {
	if h.reps < 0 || h.defs < 0 || h.reps > int64(len(raw)) || h.defs > int64(len(raw))-h.reps || h.size < h.reps+h.defs {
		return p.damaged("levels beyond their page")
	}
	levels := h.reps + h.defs
	held := cap(p.levels)
	p.levels = append(p.levels[:0], raw[:levels]...)
	p.file.memory += int64(cap(p.levels) - held)
	b := raw[levels:]
	var err error
	if h.plain || p.codec == 0 {
		b = p.hold(append(p.page[:0], b...))
	} else if b, err = p.expand(b, h.size-levels); err != nil {
		return err
	}
	p.reps = parquetHybrid{b: p.levels[:h.reps], width: uint(bits.Len32(p.column.maxRep))}
	p.defs = parquetHybrid{b: p.levels[h.reps:], width: uint(bits.Len32(p.column.maxDef))}
	return p.setValues(h, b)
}

// hold keeps b as the page.
func (p *parquetPages) hold(b []byte) []byte {
	p.file.memory += int64(cap(b) - cap(p.page))
	p.page = b
	return b
}

// expand returns what a page has without compression, in memory of its own.
func (p *parquetPages) expand(raw []byte, size int64) ([]byte, error) {
	if held := p.file.memory + size - int64(cap(p.page)); held > parquetMaxMemory {
		return nil, fmt.Errorf("%w: pages of a Parquet file of more than %d MiB side by side", ErrTooLarge, parquetMaxMemory>>20)
	}
	b, err := parquetExpand(p.page[:0], raw, int(size), p.codec)
	if err != nil || int64(len(b)) != size {
		return nil, p.damaged("a page cannot be decompressed")
	}
	return p.hold(b), nil
}

// parquetExpand appends at most size bytes that raw expands to.
func parquetExpand(to, raw []byte, size int, codec int64) ([]byte, error) {
	if codec == 0 {
		return append(to, raw...), nil
	}
	if cap(to) < size {
		to = make([]byte, 0, size)
	}
	switch codec {
	case 1:
		if n, err := s2.DecodedLen(raw); err != nil || n != size {
			return nil, errParquetCodec
		}
		return s2.Decode(to[:size], raw)
	case 2:
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, err
		}
		n, err := io.ReadFull(z, to[:size])
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			err = nil // the caller compares the sizes
		}
		if err == nil && n == size {
			var more [1]byte
			if k, end := z.Read(more[:]); k > 0 || end != io.EOF { // also checks the checksum
				err = errParquetCodec
			}
		}
		return to[:n], err
	case 6:
		return parquetZstd().DecodeAll(raw, to[:0:size])
	}
	return parquetExpandLZ4(to, raw, size)
}

var errParquetCodec = errors.New("compressed data of another size")

// parquetZstd decompresses pages; it never gives more than the capacity of its
// target.
var parquetZstd = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(parquetMaxPage))
	if err != nil {
		panic(err) // the options are constants
	}
	return d
})

// parquetExpandLZ4 appends a block of LZ4 (lz4_Block_format.md).
func parquetExpandLZ4(to, b []byte, size int) ([]byte, error) {
	length := func(n int) (int, bool) {
		if n < 15 {
			return n, true
		}
		for len(b) > 0 && n <= size {
			c := b[0]
			b = b[1:]
			if n += int(c); c < 255 {
				return n, true
			}
		}
		return 0, false
	}
	for len(b) > 0 {
		token := b[0]
		b = b[1:]
		literals, ok := length(int(token >> 4))
		if !ok || literals > len(b) || len(to)+literals > size {
			return nil, errParquetCodec
		}
		to, b = append(to, b[:literals]...), b[literals:]
		if len(b) == 0 {
			return to, nil // a block ends with literals
		}
		if len(b) < 2 {
			return nil, errParquetCodec
		}
		back := int(binary.LittleEndian.Uint16(b))
		b = b[2:]
		match, ok := length(int(token & 15))
		match += 4
		if !ok || back == 0 || back > len(to) || len(to)+match > size {
			return nil, errParquetCodec
		}
		for match > 0 { // a match may reach into itself
			n := min(match, back)
			to = append(to, to[len(to)-back:len(to)-back+n]...)
			match -= n
		}
	}
	return to, nil
}

// readDictionary makes the values of a dictionary text, once for all that refer
// to them.
func (p *parquetPages) readDictionary(h parquetHeader, raw []byte) error {
	if p.dict != nil {
		return p.damaged("a second dictionary")
	}
	if h.encoding != parquetPlain && h.encoding != parquetPlainDict {
		return p.damaged("a dictionary in another encoding")
	}
	b, err := p.expand(raw, h.size)
	if err != nil {
		return err
	}
	values, ok := p.plain(b)
	if !ok || h.values > int64(len(b)) {
		return p.damaged("a dictionary of values that have none")
	}
	d := &parquetDictionary{ends: make([]uint32, 0, h.values)}
	for range h.values {
		if d.text, ok = values.next(d.text); !ok {
			return p.damaged("a dictionary that lacks values")
		}
		d.ends = append(d.ends, uint32(len(d.text)))
		if p.file.memory+int64(len(d.text)) > parquetMaxMemory {
			return fmt.Errorf("%w: a dictionary of a Parquet file", ErrTooLarge)
		}
	}
	p.file.memory += int64(cap(d.text) + 4*cap(d.ends))
	p.dict = d
	return nil
}

// plain returns the values of a page without any encoding.
func (p *parquetPages) plain(b []byte) (parquetSource, bool) {
	switch c := p.column; {
	case c.kind == parquetBytes:
		return &parquetPlainBytes{b, c}, true
	case c.kind == parquetBoolean:
		return &parquetBits{b: b}, true
	default:
		return &parquetFixedValues{b, c.width(), c}, c.width() > 0
	}
}

// setValues makes b the values of the page.
func (p *parquetPages) setValues(h parquetHeader, b []byte) error {
	if h.values > p.left {
		return p.damaged("its pages have more values than its footer says")
	}
	p.n, p.left = h.values, p.left-h.values
	c, ok := p.column, false
	whole := c.kind == parquetInt32 || c.kind == parquetInt64
	switch h.encoding {
	case parquetPlain:
		p.values, ok = p.plain(b)
	case parquetPlainDict, parquetRLEDict:
		p.values, ok = p.indexes(b)
	case parquetRLE:
		if ok = c.kind == parquetBoolean && len(b) >= 4; ok {
			p.values = &parquetRuns{parquetHybrid{b: b[4:], width: 1}}
		}
	case parquetDelta:
		var d parquetDeltas
		if d, ok = newParquetDeltas(b); ok && whole {
			p.values = &parquetDeltaInts{d, c}
		}
		ok = ok && whole
	case parquetDeltaLength, parquetDeltaBytes:
		if c.kind == parquetBytes || c.kind == parquetFixed && h.encoding == parquetDeltaBytes {
			p.values, ok = newParquetDeltaStrings(b, h.encoding == parquetDeltaBytes, c)
		}
	case parquetSplit:
		if b, ok = parquetUnsplit(b, c.width()); ok {
			p.values, ok = p.plain(b)
		}
	default:
		return fmt.Errorf("column %q of a Parquet file is encoded in a way that is not known (%d): %w", c.name, h.encoding, errors.ErrUnsupported)
	}
	if !ok {
		return p.damaged("a page does not hold what its header says")
	}
	return nil
}

// indexes returns the values of a page by their numbers in the dictionary; the
// first byte is the width of a number.
func (p *parquetPages) indexes(b []byte) (parquetSource, bool) {
	if p.dict == nil {
		return nil, false
	}
	if len(b) == 0 {
		return &parquetIndexes{of: p.dict}, true // a page without a value
	}
	return &parquetIndexes{parquetHybrid{b: b[1:], width: uint(b[0])}, p.dict}, b[0] <= 32
}
