package tables

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// parquetMeta is what the footer of a Parquet file says, as far as it is needed
// (parquet-format, src/main/thrift/parquet.thrift, whose names and numbers of
// fields these are).
type parquetMeta struct {
	schema []parquetElement
	groups []parquetGroup
}

// parquetElement is a SchemaElement: a column, or a group of some.
type parquetElement struct {
	kind       int64 // Type; -1 for a group
	length     int64 // type_length
	repetition int64
	name       string
	children   int64
	converted  int64 // ConvertedType, -1 if there is none
	logical    int64 // field of LogicalType, 0 if there is none
	scale      int64
	unit       int64 // field of TimeUnit
	unsigned   bool
}

// parquetGroup is a RowGroup.
type parquetGroup struct {
	rows   int64
	chunks []parquetChunk
}

// parquetChunk is a ColumnChunk with its ColumnMetaData.
type parquetChunk struct {
	kind       int64
	codec      int64
	values     int64
	size       int64 // total_compressed_size
	data, dict int64 // offset of the first page of data and of the dictionary
	elsewhere  bool  // in another file
	encrypted  bool
}

// Bounds of a footer. That of a file of 5 GB with 100 columns has about 1 MiB.
const (
	parquetMaxFooter  = 64 << 20
	parquetMaxColumns = 10000
	parquetMaxChunks  = 1 << 20
	parquetMaxGroups  = 1 << 16
)

const parquetMagic = "PAR1"

// readParquetMeta reads the footer, which is at the end of the file.
func readParquetMeta(at io.ReaderAt, size int64) (*parquetMeta, error) {
	var head [4]byte
	var tail [8]byte
	if size < int64(len(head)+len(tail)) {
		return nil, fmt.Errorf("%w: a Parquet file of %d bytes", ErrTruncated, size)
	}
	if err := parquetReadFull(at, head[:], 0); err != nil {
		return nil, err
	}
	if err := parquetReadFull(at, tail[:], size-8); err != nil {
		return nil, err
	}
	end := string(tail[4:])
	switch {
	case string(head[:]) == "PARE" || end == "PARE":
		return nil, errParquetEncrypted
	case string(head[:]) != parquetMagic:
		return nil, fmt.Errorf("%w: it does not begin as a Parquet file does", ErrDamaged)
	case end != parquetMagic:
		return nil, fmt.Errorf("%w: it does not end as a Parquet file does", ErrTruncated)
	}
	length := int64(binary.LittleEndian.Uint32(tail[:4]))
	if length > size-12 {
		return nil, fmt.Errorf("%w: its footer is larger than the file", ErrDamaged)
	}
	if length > parquetMaxFooter {
		return nil, fmt.Errorf("%w: a Parquet footer of %d MiB", ErrTooLarge, length>>20)
	}
	footer := make([]byte, length)
	if err := parquetReadFull(at, footer, size-8-length); err != nil {
		return nil, err
	}
	return parseParquetMeta(footer)
}

var errParquetEncrypted = fmt.Errorf("it is an encrypted Parquet file: %w", errors.ErrUnsupported)

// parquetReadFull reads all of b, or fails with [ErrTruncated].
func parquetReadFull(at io.ReaderAt, b []byte, off int64) error {
	n, err := at.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	if err == io.EOF || err == nil {
		return fmt.Errorf("%w: it ends before what its footer says", ErrTruncated)
	}
	return err
}

func parseParquetMeta(footer []byte) (*parquetMeta, error) {
	t := &parquetThrift{b: footer}
	m := &parquetMeta{}
	chunks, encrypted := 0, false
	t.fields(thriftStruct, func(id int64, kind byte) {
		switch id {
		case 2:
			t.list(kind, func(kind byte) {
				if len(m.schema) > 2*parquetMaxColumns {
					t.err = fmt.Errorf("%w: a Parquet file of more than %d columns", ErrTooLarge, parquetMaxColumns)
					return
				}
				m.schema = append(m.schema, t.element(kind))
			})
		case 4:
			t.list(kind, func(kind byte) {
				if len(m.groups) >= parquetMaxGroups {
					t.err = fmt.Errorf("%w: a Parquet file of more than %d groups of rows", ErrTooLarge, parquetMaxGroups)
					return
				}
				m.groups = append(m.groups, t.group(kind, &chunks))
			})
		case 8:
			encrypted = true
		}
	})
	if t.err != nil {
		return nil, t.err
	}
	if encrypted {
		return nil, errParquetEncrypted
	}
	return m, nil
}

func (t *parquetThrift) element(kind byte) parquetElement {
	e := parquetElement{kind: -1, converted: -1}
	t.fields(kind, func(id int64, kind byte) {
		switch id {
		case 1:
			e.kind = t.int(kind)
		case 2:
			e.length = t.int(kind)
		case 3:
			e.repetition = t.int(kind)
		case 4:
			e.name = string(t.bytes(kind))
		case 5:
			e.children = t.int(kind)
		case 6:
			e.converted = t.int(kind)
		case 7:
			e.scale = t.int(kind)
		case 10:
			t.fields(kind, func(id int64, kind byte) {
				e.logical = id
				t.logical(&e, kind)
			})
		}
	})
	return e
}

// logical reads the parameters of a logical type.
func (t *parquetThrift) logical(e *parquetElement, kind byte) {
	t.fields(kind, func(id int64, kind byte) {
		switch {
		case e.logical == parquetDecimal && id == 1:
			e.scale = t.int(kind)
		case (e.logical == parquetTime || e.logical == parquetTimestamp) && id == 2:
			t.fields(kind, func(id int64, kind byte) { e.unit = id })
		case e.logical == parquetInteger && id == 2:
			e.unsigned = kind == thriftFalse
		}
	})
}

func (t *parquetThrift) group(kind byte, chunks *int) parquetGroup {
	var g parquetGroup
	t.fields(kind, func(id int64, kind byte) {
		switch id {
		case 1:
			t.list(kind, func(kind byte) {
				if *chunks++; *chunks > parquetMaxChunks {
					t.err = fmt.Errorf("%w: a Parquet file of more than %d pieces of columns", ErrTooLarge, parquetMaxChunks)
					return
				}
				g.chunks = append(g.chunks, t.chunk(kind))
			})
		case 3:
			g.rows = t.int(kind)
		}
	})
	return g
}

func (t *parquetThrift) chunk(kind byte) parquetChunk {
	c := parquetChunk{kind: -1}
	t.fields(kind, func(id int64, kind byte) {
		switch id {
		case 1:
			c.elsewhere = len(t.bytes(kind)) > 0
		case 3:
			t.fields(kind, func(id int64, kind byte) {
				switch id {
				case 1:
					c.kind = t.int(kind)
				case 4:
					c.codec = t.int(kind)
				case 5:
					c.values = t.int(kind)
				case 7:
					c.size = t.int(kind)
				case 9:
					c.data = t.int(kind)
				case 11:
					c.dict = t.int(kind)
				}
			})
		case 8, 9:
			c.encrypted = true
		}
	})
	return c
}

// parquetHeader is a PageHeader.
type parquetHeader struct {
	kind       int64 // PageType
	size       int64 // uncompressed_page_size
	compressed int64
	crc        uint32
	hasCRC     bool
	values     int64
	encoding   int64
	defs, reps int64 // of a data page of version 1: encodings; of version 2: sizes in bytes
	plain      bool  // of version 2: the values are not compressed
}

// Types of a page.
const (
	parquetDataPage   = 0
	parquetIndexPage  = 1
	parquetDictPage   = 2
	parquetDataPageV2 = 3
)

// pageHeader reads the header of a page.
func (t *parquetThrift) pageHeader() parquetHeader {
	h := parquetHeader{kind: -1}
	t.fields(thriftStruct, func(id int64, kind byte) {
		switch id {
		case 1:
			h.kind = t.int(kind)
		case 2:
			h.size = t.int(kind)
		case 3:
			h.compressed = t.int(kind)
		case 4:
			h.crc, h.hasCRC = uint32(t.int(kind)), true
		case 5, 7:
			t.fields(kind, func(id int64, kind byte) {
				switch id {
				case 1:
					h.values = t.int(kind)
				case 2:
					h.encoding = t.int(kind)
				case 3:
					if kind >= thriftByte {
						h.defs = t.int(kind)
					}
				case 4:
					h.reps = t.int(kind)
				}
			})
		case 8:
			t.fields(kind, func(id int64, kind byte) {
				switch id {
				case 1:
					h.values = t.int(kind)
				case 4:
					h.encoding = t.int(kind)
				case 5:
					h.defs = t.int(kind)
				case 6:
					h.reps = t.int(kind)
				case 7:
					h.plain = kind == thriftFalse
				}
			})
		}
	})
	return h
}
