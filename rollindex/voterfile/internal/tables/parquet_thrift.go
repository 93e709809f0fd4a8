package tables

import (
	"encoding/binary"
	"fmt"
)

// parquetThrift reads a value in the compact protocol of Apache Thrift, in which
// the metadata of Parquet is written (thrift/doc/specs/thrift-compact-protocol.md).
// The first error stays and ends all loops; every list is read element by
// element, so that nothing is allocated on the word of a length.
type parquetThrift struct {
	b     []byte
	pos   int
	depth int
	short bool // the error is that b ends too soon
	err   error
}

// Types of the compact protocol.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
)

// thriftMaxDepth bounds structures within structures; metadata has six.
const thriftMaxDepth = 32

func (t *parquetThrift) fail(what string) {
	if t.err == nil {
		t.err = fmt.Errorf("%w: Parquet metadata with %s", ErrDamaged, what)
	}
}

func (t *parquetThrift) byte() byte {
	if t.err != nil {
		return 0
	}
	if t.pos >= len(t.b) {
		t.short = true
		t.fail("an end too soon")
		return 0
	}
	t.pos++
	return t.b[t.pos-1]
}

func (t *parquetThrift) uvarint() uint64 {
	if t.err != nil {
		return 0
	}
	v, n := binary.Uvarint(t.b[t.pos:])
	if n <= 0 {
		t.short = n == 0
		t.fail("a number that does not end")
		return 0
	}
	t.pos += n
	return v
}

// int reads a number of any width.
func (t *parquetThrift) int(kind byte) int64 {
	if kind == thriftByte {
		return int64(int8(t.byte()))
	}
	if kind < thriftByte || kind > thriftI64 {
		t.fail("something else in place of a number")
		return 0
	}
	v := t.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

// bytes reads a string; it is part of b.
func (t *parquetThrift) bytes(kind byte) []byte {
	if kind != thriftBinary {
		t.fail("something else in place of a string")
		return nil
	}
	n := t.uvarint()
	if t.err != nil {
		return nil
	}
	if n > uint64(len(t.b)-t.pos) {
		t.short = true
		t.fail("a string beyond its end")
		return nil
	}
	t.pos += int(n)
	return t.b[t.pos-int(n) : t.pos]
}

// fields calls f for each field of a structure. A field that f does not read is
// passed over; that of a boolean has its value as its type and nothing to read.
func (t *parquetThrift) fields(kind byte, f func(id int64, kind byte)) {
	if kind != thriftStruct {
		t.fail("something else in place of a structure")
	}
	if t.depth++; t.depth > thriftMaxDepth {
		t.fail("too many levels")
	}
	defer func() { t.depth-- }()
	id := int64(0)
	for t.err == nil {
		head := t.byte()
		if head == 0 {
			return
		}
		kind := head & 15
		if delta := head >> 4; delta > 0 {
			id += int64(delta)
		} else {
			id = t.int(thriftI64)
		}
		before := t.pos
		f(id, kind)
		if t.pos == before {
			t.skip(kind)
		}
	}
}

// list calls f for each element of a list.
func (t *parquetThrift) list(kind byte, f func(kind byte)) {
	if kind != thriftList && kind != thriftSet {
		t.fail("something else in place of a list")
		return
	}
	head := t.byte()
	n := uint64(head >> 4)
	if n == 15 {
		n = t.uvarint()
	}
	for i := uint64(0); i < n && t.err == nil; i++ {
		before := t.pos
		f(head & 15)
		if t.pos == before {
			t.skipElement(head & 15)
		}
	}
}

// skipElement passes over an element of a list or map, where, other than in a
// field, a boolean takes a byte.
func (t *parquetThrift) skipElement(kind byte) {
	if kind == thriftTrue || kind == thriftFalse {
		t.byte()
		return
	}
	t.skip(kind)
}

// skip passes over a value.
func (t *parquetThrift) skip(kind byte) {
	switch kind {
	case thriftTrue, thriftFalse:
	case thriftByte, thriftByte + 1, thriftByte + 2, thriftI64:
		t.int(kind)
	case thriftDouble:
		for range 8 {
			t.byte()
		}
	case thriftBinary:
		t.bytes(kind)
	case thriftList, thriftSet:
		if t.depth++; t.depth > thriftMaxDepth {
			t.fail("too many levels")
		}
		t.list(kind, func(byte) {})
		t.depth--
	case thriftMap:
		t.skipMap()
	case thriftStruct:
		t.fields(kind, func(int64, byte) {})
	default:
		t.fail("a type that is not one")
	}
}

func (t *parquetThrift) skipMap() {
	if t.depth++; t.depth > thriftMaxDepth {
		t.fail("too many levels")
	}
	defer func() { t.depth-- }()
	n := t.uvarint()
	if n == 0 {
		return
	}
	kinds := t.byte()
	for i := uint64(0); i < n && t.err == nil; i++ {
		t.skipElement(kinds >> 4)
		t.skipElement(kinds & 15)
	}
}
