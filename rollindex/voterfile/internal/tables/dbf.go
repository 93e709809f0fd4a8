package tables

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// OpenDBF opens a dBASE table (.dbf) of any version without memo columns' texts:
// a header of 32 bytes, 32 for each column, and rows of fixed length, each with a
// mark whether it was deleted. Deleted rows are handed out like the others: who
// copied the file has them. The format is that of dBASE III and after, as in
// https://www.loc.gov/preservation/digital/formats/fdd/fdd000325.shtml. Text is
// code page 1252 or, by the header's mark, 437 or 850.
func OpenDBF(_ context.Context, in Input, _ int64) (File, error) {
	r, err := in.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	f := &dbfFile{in: in}
	return f, f.readHeader(bufio.NewReader(r))
}

type dbfFile struct {
	in     Input
	names  []string
	ends   []int // of each column within the row, whose first byte is the mark
	kinds  []byte
	header int
	row    int
	rows   int64
	page   *charmap.Charmap
	beside dbfRemnants // of the last reading
}

// dbfRemnants are what a table holds beside its rows.
type dbfRemnants struct {
	deleted  int64
	first    []int64 // numbers of the first deleted rows
	trailing int64   // bytes behind the last row, without the mark of the end
}

// maxDeleted bounds how many numbers of deleted rows are remembered.
const maxDeleted = 10

// Remnants returns how many rows the last reading to the end found marked as
// deleted, the numbers of the first of them, and how many bytes that say something
// stand behind the last row.
func (f *dbfFile) Remnants() (deleted int64, first []int64, trailing int64) {
	return f.beside.deleted, f.beside.first, f.beside.trailing
}

func (f *dbfFile) readHeader(r io.Reader) error {
	var head [32]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return fmt.Errorf("%w: dBASE header", ErrTruncated)
	}
	f.rows = int64(binary.LittleEndian.Uint32(head[4:]))
	f.header, f.row = int(binary.LittleEndian.Uint16(head[8:])), int(binary.LittleEndian.Uint16(head[10:]))
	f.page = charmap.Windows1252
	switch head[29] {
	case 0x01:
		f.page = charmap.CodePage437
	case 0x02:
		f.page = charmap.CodePage850
	}
	end := 1
	for at := 32; at+32 <= f.header; at += 32 {
		var c [32]byte
		if _, err := io.ReadFull(r, c[:1]); err != nil {
			return fmt.Errorf("%w: dBASE header", ErrTruncated)
		}
		if c[0] == '\r' {
			break
		}
		if _, err := io.ReadFull(r, c[1:]); err != nil {
			return fmt.Errorf("%w: dBASE header", ErrTruncated)
		}
		name, _, _ := bytes.Cut(c[:11], []byte{0})
		size := int(c[16])
		if c[11] == 'C' {
			size |= int(c[17]) << 8 // long character columns keep the high byte where numbers have decimals
		}
		end += size
		f.names, f.ends, f.kinds = append(f.names, strings.TrimSpace(string(name))), append(f.ends, end), append(f.kinds, c[11])
	}
	if len(f.names) == 0 || end != f.row {
		return fmt.Errorf("%w: the columns of the dBASE table do not fill its rows", ErrDamaged)
	}
	return nil
}

// Tables implements File.
func (f *dbfFile) Tables() []Table { return []Table{{Columns: f.names, Rows: f.rows}} }

// Close implements File.
func (f *dbfFile) Close() error { return nil }

// Rows implements File.
func (f *dbfFile) Rows(int) (io.ReadCloser, error) {
	r, err := f.in.Open()
	if err != nil {
		return nil, err
	}
	f.beside = dbfRemnants{}
	d := &dbfRows{dbfFile: f, closer: r, r: bufio.NewReaderSize(r, 1<<16), row: make([]byte, f.row), left: f.rows}
	if _, err := d.r.Discard(f.header); err != nil {
		r.Close()
		return nil, fmt.Errorf("%w: dBASE header", ErrTruncated)
	}
	return d, nil
}

type dbfRows struct {
	*dbfFile
	closer io.Closer
	r      *bufio.Reader
	row    []byte
	left   int64
	line   []byte // what is left of the row at hand
	buf    []byte
}

// Close implements io.Closer.
func (d *dbfRows) Close() error { return d.closer.Close() }

// Read implements io.Reader.
func (d *dbfRows) Read(p []byte) (int, error) {
	for len(d.line) == 0 {
		if d.left == 0 {
			return 0, d.end()
		}
		if _, err := io.ReadFull(d.r, d.row); err != nil {
			return 0, fmt.Errorf("%w: %d rows of the dBASE table are missing", ErrTruncated, d.left)
		}
		d.left--
		if d.row[0] == '*' {
			d.noteDeleted()
		}
		d.makeLine()
	}
	n := copy(p, d.line)
	d.line = d.line[n:]
	return n, nil
}

func (d *dbfRows) noteDeleted() {
	if d.beside.deleted++; d.beside.deleted <= maxDeleted {
		d.beside.first = append(d.beside.first, d.rows-d.left)
	}
}

// end counts what stands behind the last row. The mark of the end is 0x1A; files
// are filled up with it, with blanks and with zeros.
func (d *dbfRows) end() error {
	for {
		c, err := d.r.ReadByte()
		if err != nil {
			return err
		}
		if c != 0x1a && c != ' ' && c != 0 {
			d.beside.trailing++
		}
	}
}

func (d *dbfRows) makeLine() {
	d.buf = d.buf[:0]
	start := 1
	for i, end := range d.ends {
		if i > 0 {
			d.buf = append(d.buf, Separator)
		}
		v := bytes.Trim(d.row[start:end], " \x00")
		if d.kinds[i] == 'D' && len(v) == 8 && len(bytes.Trim(v, "0123456789")) == 0 { // YYYYMMDD
			d.buf = append(append(append(append(append(d.buf, v[:4]...), '-'), v[4:6]...), '-'), v[6:]...)
		} else {
			d.buf = d.appendText(d.buf, v)
		}
		start = end
	}
	d.buf = append(d.buf, '\n')
	d.line = d.buf
}

// appendText appends a value as UTF-8.
func (d *dbfRows) appendText(dst, v []byte) []byte {
	for _, c := range v {
		switch {
		case c < 0x20:
			dst = append(dst, ' ')
		case c < 0x80:
			dst = append(dst, c)
		default:
			dst = append(dst, string(d.page.DecodeByte(c))...)
		}
	}
	return dst
}
