package tables

import (
	"context"
	"fmt"
	"io"
)

// parquetFile is an opened Parquet file.
type parquetFile struct {
	ctx     context.Context
	at      io.ReaderAt
	size    int64
	meta    *parquetMeta
	columns []parquetColumn
	rows    int64  // of all groups; the footer's own sum is wrong in some files
	memory  int64  // held of the group of rows that is read
	raw     []byte // of scratch
}

// OpenParquet opens a Parquet file: one table, whose columns are the leaves of
// the schema. A column within groups has their names before its own, with dots
// between; a list has its own name alone, and its values are joined with "; ".
// A null is an empty field, and so is NaN. Dates are YYYY-MM-DD, timestamps too,
// with the time of day if it is not midnight; decimals and floating-point numbers
// are without an exponent and without zeros behind the point. Bytes that are not
// said to be text, and are none, are left out. The number of rows is in the
// footer, and the rows have to bear it out, so that there is no survey and limit
// is not used.
//
// Read are pages of both versions, all their encodings but the BIT_PACKED levels
// that were given up, without compression or with Snappy, gzip, Zstandard or raw
// LZ4. Anything else, and an encrypted file, is an error that wraps
// [errors.ErrUnsupported].
//
// It is not read with github.com/parquet-go/parquet-go, which trusts what a file
// says: version 0.32.0 allocates lists and pages by the length that stands before
// them, 192 GiB for the file of 19 bytes in TestParquetDamage, and no program
// survives or recovers from that. Here memory is bounded by what is there: a page
// of every column, 256 MiB each and 1 GiB in all at most, else [ErrTooLarge].
func OpenParquet(ctx context.Context, in Input, limit int64) (File, error) {
	at, size, err := randomAccess(in)
	if err != nil {
		return nil, err
	}
	meta, err := readParquetMeta(at, size)
	if err != nil {
		return nil, err
	}
	f := &parquetFile{ctx: ctx, at: at, size: size, meta: meta}
	if f.columns, err = meta.columns(); err != nil {
		return nil, err
	}
	const maxRows = 1 << 48
	for i, g := range meta.groups {
		if len(g.chunks) != len(f.columns) || g.rows < 0 || g.rows > maxRows-f.rows {
			return nil, fmt.Errorf("%w: group %d of a Parquet file does not fit its schema", ErrDamaged, i+1)
		}
		f.rows += g.rows
	}
	for _, g := range meta.groups {
		for i, chunk := range g.chunks {
			if _, err := newParquetPages(f, &f.columns[i], chunk); err != nil {
				return nil, err
			}
		}
	}
	return f, nil
}

// scratch returns memory of n bytes that is good until the next call.
func (f *parquetFile) scratch(n int64) []byte {
	if int64(cap(f.raw)) < n {
		f.memory += n - int64(cap(f.raw))
		f.raw = make([]byte, n)
	}
	return f.raw[:n]
}

// Tables implements [File].
func (f *parquetFile) Tables() []Table {
	names := make([]string, len(f.columns))
	for i, c := range f.columns {
		names[i] = string(appendValue(nil, []byte(c.name)))
	}
	return []Table{{Columns: names, Rows: f.rows}}
}

// Rows implements [File].
func (f *parquetFile) Rows(int) (io.ReadCloser, error) {
	r := &parquetRows{file: f}
	r.pull = pull{ctx: f.ctx, more: r.next}
	return r, nil
}

// Close implements [File].
func (f *parquetFile) Close() error {
	f.raw = nil
	return nil
}

// parquetRows reads the rows of a file.
type parquetRows struct {
	pull
	file  *parquetFile
	group int   // the next
	left  int64 // rows of this one
	pages []*parquetPages
	given int64
}

// Close implements io.Closer.
func (r *parquetRows) Close() error {
	r.pages = nil
	return nil
}

// next appends the line of the next row.
func (r *parquetRows) next(line []byte) ([]byte, error) {
	for r.left == 0 {
		if err := r.nextGroup(); err != nil {
			return line, err
		}
	}
	r.left--
	from, long := len(line), false
	var err error
	for i, p := range r.pages {
		if i > 0 {
			line = append(line, Separator)
		}
		if line, err = p.appendRow(line); err != nil {
			return line[:from], err
		}
		if p.long || len(line)-from > maxRow {
			line, long = line[:from], true // and on, so that all columns stay at the same row
		}
	}
	if long {
		line = append(line[:from], Unreadable...)
	}
	line = append(line, '\n')
	r.given += int64(len(line) - from)
	if err := expansion(r.given, r.file.size); err != nil {
		return line[:from], err
	}
	return line, nil
}

// nextGroup ends a group of rows and begins the next.
func (r *parquetRows) nextGroup() error {
	for _, p := range r.pages {
		if p.n > 0 || p.left > 0 {
			return p.damaged("it has more rows than its group")
		}
	}
	if r.group == len(r.file.meta.groups) {
		return io.EOF
	}
	g := r.file.meta.groups[r.group]
	r.group++
	r.left = g.rows
	r.pages = make([]*parquetPages, len(g.chunks))
	r.file.memory = int64(cap(r.file.raw))
	var err error
	for i, chunk := range g.chunks {
		if r.pages[i], err = newParquetPages(r.file, &r.file.columns[i], chunk); err != nil {
			return err
		}
	}
	return nil
}
