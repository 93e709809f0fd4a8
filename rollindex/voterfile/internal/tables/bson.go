package tables

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"slices"
	"strconv"
	"unicode/utf8"
)

// bsonFile is a file of BSON documents, as mongodump writes a collection.
type bsonFile struct {
	ctx  context.Context
	in   Input
	flat *flattening
	rows int64
}

// OpenBSON surveys a file of BSON documents one behind another, up to limit bytes
// of it unless limit is 0. Its documents are the rows of one table without a
// name, flattened as those of JSON are. Binary data, code and the like are no
// values.
//
// A document whose elements break the rules is an unreadable row; one whose own
// bounds do ends the rows with ErrDamaged.
func OpenBSON(ctx context.Context, in Input, limit int64) (File, error) {
	w, err := openWindow(ctx, in, limit, false)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	f := &bsonFile{ctx: ctx, in: in, flat: newFlattening(new(int))}
	r := &bsonReader{w: w, f: f.flat}
	var row []byte
	for err == nil {
		if row, err = r.next(row[:0]); err == nil {
			f.rows++
			err = f.flat.err
		}
	}
	f.flat.fixed = true
	if err == io.EOF || f.rows > 0 && !errors.Is(err, ErrTooLarge) && ctx.Err() == nil {
		return f, nil
	}
	return nil, err
}

// Tables implements [File].
func (f *bsonFile) Tables() []Table {
	if f.rows == 0 {
		return nil
	}
	return []Table{{Columns: f.flat.names, Rows: f.rows}}
}

// Rows implements [File].
func (f *bsonFile) Rows(table int) (io.ReadCloser, error) {
	if table != 0 || f.rows == 0 {
		return nil, fmt.Errorf("no table %d", table)
	}
	w, err := openWindow(f.ctx, f.in, 0, false)
	if err != nil {
		return nil, err
	}
	r := &bsonReader{w: w, f: f.flat}
	return &lines{pull{ctx: f.ctx, more: r.next}, w}, nil
}

// Close implements [File].
func (f *bsonFile) Close() error { return nil }

// SniffBSON reports whether a file that begins with head is BSON: a length that
// can be, and elements that follow the rules as far as they can be seen.
func SniffBSON(head []byte) bool {
	size, ok := bsonSize(head)
	if !ok || len(head) > bsonEmpty && head[bsonEmpty] == 0 { // the first key is never empty
		return false
	}
	p := bsonParser{f: newFlattening(new(int)), b: head[4:min(size, len(head))]}
	p.f.begin()
	p.document(p.f.root, 0)
	if p.bad && size > len(head) {
		// It was cut: what could be read has to be an element at least.
		return len(p.f.names) > 0
	}
	return !p.bad && len(p.b) == 0
}

// bsonEmpty is the size of a document without elements.
const bsonEmpty = 5

// bsonSize returns the size of the document that begins b, which holds its own
// four bytes. ok is false if it cannot be: a document of MongoDB has up to 16 MiB.
func bsonSize(b []byte) (size int, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	n := binary.LittleEndian.Uint32(b)
	return int(n), n >= bsonEmpty && n <= maxRow
}

// bsonReader reads documents as lines.
type bsonReader struct {
	w *window
	f *flattening
}

// next appends the next document as a line.
func (r *bsonReader) next(dst []byte) ([]byte, error) {
	for {
		b := r.w.unread()
		size, ok := bsonSize(b)
		switch {
		case len(b) >= 4 && !ok:
			return dst, r.w.damaged("a document has a size that cannot be")
		case ok && len(b) >= size:
			if b[size-1] != 0 {
				return dst, r.w.damaged("a document does not end where it should")
			}
			r.w.skip(size)
			return bsonRow(dst, b[:size], r.f), nil
		}
		switch err := r.w.more(); {
		case err == io.EOF && len(b) == 0:
			return dst, err
		case err != nil:
			return dst, r.w.rowError(err, "a document")
		}
	}
}

// bsonRow appends a document as a line.
func bsonRow(dst, document []byte, f *flattening) []byte {
	f.begin()
	p := bsonParser{f: f, b: document[4:]}
	p.document(f.root, 0)
	if p.bad || len(p.b) > 0 {
		return unreadable(dst)
	}
	return f.line(dst)
}

// bsonParser reads the elements of a document (https://bsonspec.org/spec.html),
// taking them off b. No length in it reaches beyond b: what would makes it bad.
type bsonParser struct {
	f   *flattening
	b   []byte
	bad bool
}

// take takes n bytes off; nil if there are not as many.
func (p *bsonParser) take(n int) []byte {
	if p.bad || n < 0 || n > len(p.b) {
		p.bad = true
		return nil
	}
	out := p.b[:n:n]
	p.b = p.b[n:]
	return out
}

func (p *bsonParser) int32() int {
	if b := p.take(4); b != nil {
		return int(int32(binary.LittleEndian.Uint32(b)))
	}
	return 0
}

func (p *bsonParser) uint64() uint64 {
	if b := p.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// cstring takes a text that ends in a NUL.
func (p *bsonParser) cstring() []byte {
	s := p.take(bytes.IndexByte(p.b, 0) + 1)
	if len(s) == 0 {
		p.bad = true
		return nil
	}
	return s[:len(s)-1]
}

// string takes a text with its length before and a NUL behind.
func (p *bsonParser) string() []byte {
	s := p.take(p.int32())
	if len(s) == 0 || s[len(s)-1] != 0 {
		p.bad = true
		return nil
	}
	return s[:len(s)-1]
}

// nested takes the bytes of a document or array within and returns them without
// their length.
func (p *bsonParser) nested() []byte {
	size := p.int32()
	if size < bsonEmpty {
		p.bad = true
	}
	return p.take(size - 4)
}

// document reads the elements of a document into the place n. At its end nothing
// is left in b.
func (p *bsonParser) document(n *flatNode, depth int) {
	if depth > flatDepth {
		p.bad = true
	}
	for !p.bad {
		kind := p.take(1)
		if p.bad || kind[0] == 0 {
			return
		}
		key := p.cstring()
		if !p.bad {
			p.element(kind[0], p.f.enter(n, key), depth)
		}
	}
}

// open takes off a document or array and returns a parser of what is in it.
func (p *bsonParser) open() bsonParser {
	b := p.nested()
	return bsonParser{f: p.f, b: b, bad: p.bad}
}

// close takes over how reading what is in a document or array went. Nothing may
// be left of it.
func (p *bsonParser) close(in bsonParser) { p.bad = in.bad || len(in.b) > 0 }

// element reads a value of a kind into the place n.
func (p *bsonParser) element(kind byte, n *flatNode, depth int) {
	switch kind {
	case bsonDocument:
		in := p.open()
		in.document(n, depth+1)
		p.close(in)
	case bsonArray:
		in := p.open()
		in.array(n, depth+1)
		p.close(in)
	default:
		start := len(p.f.values)
		if p.scalar(kind); !p.bad {
			p.f.set(n, start)
		}
	}
}

// array reads an array as [flattening] has it.
func (p *bsonParser) array(n *flatNode, depth int) {
	objects := len(p.b) > 0 && p.b[0] == bsonDocument
	start, count := len(p.f.values), 0
	if !objects {
		count = p.joined(start, depth)
		if count > 0 && !p.bad {
			p.f.set(n, start)
		}
		return
	}
	if depth > flatDepth {
		p.bad = true
	}
	for ; !p.bad; count++ {
		kind := p.take(1)
		if p.bad || kind[0] == 0 {
			return
		}
		p.cstring()
		if !p.bad {
			p.element(kind[0], p.f.element(n, count), depth)
		}
	}
}

// joined reads the elements of an array of single values, which begin at start,
// and returns how many they are.
func (p *bsonParser) joined(start, depth int) (count int) {
	if depth > flatDepth {
		p.bad = true
	}
	for ; !p.bad; count++ {
		kind := p.take(1)
		if p.bad || kind[0] == 0 {
			break
		}
		p.cstring()
		switch kind[0] {
		case bsonDocument:
			in := p.open()
			in.document(nil, depth+1)
			p.close(in)
			continue
		case bsonArray:
			in := p.open()
			in.joined(start, depth+1)
			p.close(in)
			continue
		}
		before := len(p.f.values)
		if before > start {
			p.f.values = append(p.f.values, flatJoin...)
		}
		from := len(p.f.values)
		if p.scalar(kind[0]); len(p.f.values) == from {
			p.f.values = p.f.values[:before]
		}
	}
	return count
}

// The kinds of element that hold elements.
const (
	bsonDocument = 0x03
	bsonArray    = 0x04
)

// scalar appends a single value; nothing for what is no value.
func (p *bsonParser) scalar(kind byte) {
	f := p.f
	switch kind {
	case 0x01: // double
		if v := math.Float64frombits(p.uint64()); !math.IsNaN(v) && !math.IsInf(v, 0) {
			f.values = appendDouble(f.values, v)
		}
	case 0x02, 0x0E: // string, symbol
		f.values = appendText(f.values, p.string())
	case 0x05: // binary
		n := p.int32()
		p.take(1)
		p.take(n)
	case 0x06, 0x0A, 0x7F, 0xFF: // undefined, null, the largest and the least key
	case 0x07: // object id
		f.values = hex.AppendEncode(f.values, p.take(12))
	case 0x08: // boolean
		if b := p.take(1); b != nil {
			f.values = strconv.AppendBool(f.values, b[0] != 0)
		}
	case 0x09: // date
		f.values = appendMillis(f.values, int64(p.uint64()))
	case 0x0B: // regular expression
		p.cstring()
		p.cstring()
	case 0x0C: // pointer
		p.string()
		p.take(12)
	case 0x0D: // code
		p.string()
	case 0x0F: // code with its scope
		p.take(p.int32() - 4)
	case 0x10:
		f.values = strconv.AppendInt(f.values, int64(p.int32()), 10)
	case 0x11: // timestamp of a replication log
		p.take(8)
	case 0x12:
		f.values = strconv.AppendInt(f.values, int64(p.uint64()), 10)
	case 0x13:
		low := p.uint64()
		f.values = appendDecimal128(f.values, p.uint64(), low)
	default:
		p.bad = true
	}
}

// appendText appends a text, with what would break a line made spaces and what is
// not UTF-8 the replacement character.
func appendText(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			dst = append(dst, cleanByte(c))
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		dst = utf8.AppendRune(dst, r)
		i += size
	}
	return dst
}

// appendDecimal128 appends a decimal number of IEEE 754-2008 in the binary integer
// coding, written out but where that would be long; nothing if it is not finite.
func appendDecimal128(dst []byte, high, low uint64) []byte {
	if high>>58&0x1F >= 0x1E { // infinite, or not a number
		return dst
	}
	exponent := int(high>>49&0x3FFF) - 6176
	digits := decimalDigits(make([]byte, 0, 40), high, low)
	if high>>63 == 1 {
		dst = append(dst, '-')
	}
	switch {
	case exponent == 0 || digits[0] == '0':
		return append(dst, digits...)
	case exponent > 40-len(digits) || exponent < -40:
		return fmt.Appendf(append(dst, digits...), "E%+d", exponent)
	case exponent > 0:
		return append(append(dst, digits...), bytes.Repeat([]byte{'0'}, exponent)...)
	}
	point := len(digits) + exponent
	if point <= 0 {
		digits = slices.Insert(digits, 0, bytes.Repeat([]byte{'0'}, 1-point)...)
		point = 1
	}
	dst = append(dst, digits[:point]...)
	if len(bytes.Trim(digits[point:], "0")) == 0 {
		return dst
	}
	return append(append(dst, '.'), digits[point:]...)
}

// decimalDigits appends the coefficient of a decimal number. Beyond 34 digits,
// and in the coding that would have even more, the standard makes it zero.
func decimalDigits(dst []byte, high, low uint64) []byte {
	large := high>>61&3 == 3
	if high &= 1<<49 - 1; high == 0 && !large {
		return strconv.AppendUint(dst, low, 10)
	}
	c := new(big.Int).SetUint64(high)
	c.Lsh(c, 64).Or(c, new(big.Int).SetUint64(low))
	if dst = c.Append(dst, 10); large || len(dst) > 34 {
		return append(dst[:0], '0')
	}
	return dst
}
