package tables

import (
	"encoding/binary"
)

// The encodings of values (parquet-format, Encodings.md). Each is read value by
// value out of its page, so that no length in a file makes anything be allocated.

// Encodings.
const (
	parquetPlain       = 0
	parquetPlainDict   = 2
	parquetRLE         = 3
	parquetDelta       = 5
	parquetDeltaLength = 6
	parquetDeltaBytes  = 7
	parquetRLEDict     = 8
	parquetSplit       = 9
)

// parquetSource gives the values of a page, one after the other, as text.
type parquetSource interface {
	// next appends the next value. It reports false if there is none.
	next(line []byte) ([]byte, bool)
}

// parquetHybrid reads runs of one value, and of values packed in bits.
type parquetHybrid struct {
	b      []byte
	width  uint // bits of a value, at most 32
	run    uint64
	value  uint32
	packed []byte // of the run; nil if it is one value
	bit    uint   // where in packed the next value begins
}

// read returns the next value.
func (h *parquetHybrid) read() (uint32, bool) {
	for h.run == 0 {
		if !h.header() {
			return 0, false
		}
	}
	h.run--
	if h.packed == nil {
		return h.value, true
	}
	v := uint32(parquetBitsAt(h.packed, h.bit, h.width))
	h.bit += h.width
	return v, true
}

// header reads the header of the next run.
func (h *parquetHybrid) header() bool {
	head, n := binary.Uvarint(h.b)
	if n <= 0 {
		return false
	}
	h.b = h.b[n:]
	h.packed = nil
	if head&1 == 0 {
		size := int(h.width+7) / 8
		if len(h.b) < size {
			return false
		}
		h.value = 0
		for i := range size {
			h.value |= uint32(h.b[i]) << (8 * i)
		}
		h.b = h.b[size:]
		h.run = head >> 1
		return true
	}
	groups := head >> 1 // of eight values
	if h.width == 0 {
		h.value, h.run = 0, min(groups, 1<<40)*8
		return true
	}
	// Some writers cut what pads the last group.
	size := min(groups, uint64(len(h.b))) * uint64(h.width)
	size = min(size, uint64(len(h.b)))
	h.packed, h.bit = h.b[:size:size], 0
	h.b = h.b[size:]
	h.run = min(min(groups, 1<<40)*8, size*8/uint64(h.width))
	return true
}

// parquetBitsAt returns width bits of b, at most 64, from a bit on, the lowest first.
// What lies beyond b is zero.
func parquetBitsAt(b []byte, bit, width uint) uint64 {
	if width == 0 {
		return 0
	}
	at, shift := bit/8, bit%8
	var v uint64
	if at+9 <= uint(len(b)) {
		v = binary.LittleEndian.Uint64(b[at:]) >> shift
		if shift+width > 64 {
			v |= uint64(b[at+8]) << (64 - shift)
		}
	} else {
		for i := at; i < uint(len(b)) && i <= at+8; i++ {
			if i == at {
				v = uint64(b[i]) >> shift
			} else {
				v |= uint64(b[i]) << ((i-at)*8 - shift)
			}
		}
	}
	if width < 64 {
		v &= 1<<width - 1
	}
	return v
}

// parquetDictionary are the values that a column's pages refer to, as text.
type parquetDictionary struct {
	text []byte
	ends []uint32
}

// parquetIndexes are values by their number in a dictionary.
type parquetIndexes struct {
	parquetHybrid
	of *parquetDictionary
}

func (p *parquetIndexes) next(line []byte) ([]byte, bool) {
	i, ok := p.read()
	if !ok || uint64(i) >= uint64(len(p.of.ends)) {
		return line, false
	}
	from := uint32(0)
	if i > 0 {
		from = p.of.ends[i-1]
	}
	return append(line, p.of.text[from:p.of.ends[i]]...), true
}

// parquetFixedValues are values of one width, one behind the other.
type parquetFixedValues struct {
	b     []byte
	width int
	of    *parquetColumn
}

func (p *parquetFixedValues) next(line []byte) ([]byte, bool) {
	if len(p.b) < p.width {
		return line, false
	}
	line = p.of.appendFixed(line, p.b[:p.width])
	p.b = p.b[p.width:]
	return line, true
}

// parquetPlainBytes are strings, each behind its length.
type parquetPlainBytes struct {
	b  []byte
	of *parquetColumn
}

func (p *parquetPlainBytes) next(line []byte) ([]byte, bool) {
	if len(p.b) < 4 {
		return line, false
	}
	n := uint64(binary.LittleEndian.Uint32(p.b))
	if n > uint64(len(p.b)-4) {
		return line, false
	}
	line = p.of.appendBytes(line, p.b[4:4+n])
	p.b = p.b[4+n:]
	return line, true
}

// parquetBits are booleans, a bit each.
type parquetBits struct {
	b   []byte
	bit uint
}

func (p *parquetBits) next(line []byte) ([]byte, bool) {
	if p.bit/8 >= uint(len(p.b)) {
		return line, false
	}
	v := p.b[p.bit/8] >> (p.bit % 8) & 1
	p.bit++
	return parquetAppendBool(line, uint32(v)), true
}

// parquetRuns are booleans in runs.
type parquetRuns struct{ parquetHybrid }

func (p *parquetRuns) next(line []byte) ([]byte, bool) {
	v, ok := p.read()
	if !ok {
		return line, false
	}
	return parquetAppendBool(line, v), true
}

// parquetDeltas reads numbers that are written as differences, in blocks of
// miniblocks that each have a width of their own.
type parquetDeltas struct {
	b       []byte
	left    uint64 // values
	started bool
	last    int64
	least   int64  // of the differences in this block
	widths  []byte // of the miniblocks still to come in this block
	minis   int    // miniblocks of a block
	perMini uint64 // values of a miniblock
	inMini  uint64 // values of this one still to come
	mini    []byte
	bit     uint
	width   uint
}

// newParquetDeltas reads the header. It reports false if it makes no sense.
func newParquetDeltas(b []byte) (parquetDeltas, bool) {
	var head [3]uint64 // values of a block, miniblocks of a block, values
	for i := range head {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return parquetDeltas{}, false
		}
		head[i], b = v, b[n:]
	}
	first, n := binary.Varint(b)
	block, minis := head[0], head[1]
	if n <= 0 || minis == 0 || minis > 1<<12 || block > 1<<24 || block%(8*minis) != 0 || block == 0 {
		return parquetDeltas{}, false
	}
	return parquetDeltas{b: b[n:], left: head[2], last: first, minis: int(minis), perMini: block / minis}, true
}

// read returns the next number.
func (d *parquetDeltas) read() (int64, bool) {
	if d.left == 0 {
		return 0, false
	}
	if d.started {
		if d.inMini == 0 && !d.nextMini() {
			return 0, false
		}
		d.last += d.least + int64(parquetBitsAt(d.mini, d.bit, d.width))
		d.bit += d.width
		d.inMini--
	}
	d.started = true
	d.left--
	return d.last, true
}

// nextMini begins the next miniblock.
func (d *parquetDeltas) nextMini() bool {
	if len(d.widths) == 0 {
		least, n := binary.Varint(d.b)
		if n <= 0 || len(d.b)-n < d.minis {
			return false
		}
		d.least, d.widths, d.b = least, d.b[n:n+d.minis], d.b[n+d.minis:]
	}
	d.width, d.widths = uint(d.widths[0]), d.widths[1:]
	size := d.perMini / 8 * uint64(d.width)
	if d.width > 64 || size > uint64(len(d.b)) {
		return false
	}
	d.mini, d.b = d.b[:size:size], d.b[size:]
	d.bit, d.inMini = 0, d.perMini
	return true
}

// rest returns what follows the numbers.
func (d parquetDeltas) rest() ([]byte, bool) {
	if !d.started && d.left > 0 {
		d.left--
	}
	for d.left > d.inMini {
		d.left -= d.inMini
		if !d.nextMini() {
			return nil, false
		}
	}
	return d.b, true
}

// parquetDeltaInts are whole numbers as differences.
type parquetDeltaInts struct {
	parquetDeltas
	of *parquetColumn
}

func (p *parquetDeltaInts) next(line []byte) ([]byte, bool) {
	v, ok := p.read()
	if !ok {
		return line, false
	}
	if p.of.kind == parquetInt32 {
		v = int64(int32(v))
	}
	return p.of.appendInt(line, v), true
}

// parquetDeltaStrings are strings behind all their lengths, each beginning, if
// there are prefixes, with so many bytes of the one before it.
type parquetDeltaStrings struct {
	prefixes, lengths parquetDeltas
	prefixed          bool
	b                 []byte
	last              []byte
	of                *parquetColumn
}

// newParquetDeltaStrings reads the lengths. It reports false if they make no
// sense.
func newParquetDeltaStrings(b []byte, prefixed bool, of *parquetColumn) (*parquetDeltaStrings, bool) {
	p := &parquetDeltaStrings{prefixed: prefixed, of: of}
	ok := true
	if prefixed {
		if p.prefixes, ok = newParquetDeltas(b); !ok {
			return nil, false
		}
		if b, ok = p.prefixes.rest(); !ok {
			return nil, false
		}
	}
	if p.lengths, ok = newParquetDeltas(b); !ok {
		return nil, false
	}
	p.b, ok = p.lengths.rest()
	return p, ok
}

func (p *parquetDeltaStrings) next(line []byte) ([]byte, bool) {
	n, ok := p.lengths.read()
	if !ok || n < 0 || n > int64(len(p.b)) {
		return line, false
	}
	value := p.b[:n]
	p.b = p.b[n:]
	if p.prefixed {
		prefix, ok := p.prefixes.read()
		if !ok || prefix < 0 || prefix > int64(len(p.last)) || prefix+n > maxRow {
			return line, false
		}
		p.last = append(p.last[:prefix], value...)
		value = p.last
	}
	if p.of.kind == parquetFixed && len(value) != p.of.length {
		return line, false
	}
	return p.of.appendBytes(line, value), true
}

// parquetUnsplit undoes the encoding that writes the first bytes of all values, then the
// second ones, and so on. It reports false if b is not a multiple of the width.
func parquetUnsplit(b []byte, width int) ([]byte, bool) {
	if width == 0 || len(b)%width != 0 {
		return nil, false
	}
	out := make([]byte, len(b))
	n := len(b) / width
	for k := range width {
		for i := range n {
			out[i*width+k] = b[k*n+i]
		}
	}
	return out, true
}
