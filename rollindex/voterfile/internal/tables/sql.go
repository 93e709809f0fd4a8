package tables

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// sqlFile is a dump in SQL.
type sqlFile struct {
	ctx    context.Context
	in     Input
	tables []Table
	number []int // of each table, in the order the dump first names them
	widths []int // columns by that number
}

// OpenSQL surveys a dump in SQL, up to limit bytes of it unless limit is 0: one
// of MySQL or MariaDB, PostgreSQL (INSERT and COPY), SQL Server or SQLite. Its
// tables are those that have rows. Columns stand in the order of CREATE TABLE,
// else of their first appearance; they are nil for a table whose columns the
// dump never names. How strings are read is told by [sqlDialectOf].
//
// A row that is no list of values of the right number is unreadable. If its end
// cannot be told either, reading goes on with the next statement that begins a
// line behind a semicolon, and the rows of its INSERT behind it count as unreadable, as
// many as there are by what parts rows. An INSERT
// that takes its rows from a query is one unreadable row.
//
// A dump that is damaged behind its first rows opens, and its rows end in the error.
func OpenSQL(ctx context.Context, in Input, limit int64) (File, error) {
	w, err := openWindow(ctx, in, limit, true)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	r := newSQLReader(w)
	var row []byte
	for err == nil {
		var t *sqlTable
		if row, t, err = r.next(row[:0]); t != nil && err == nil {
			t.rows++
		}
	}
	f := &sqlFile{ctx: ctx, in: in}
	for i, t := range r.schema.tables {
		f.widths = append(f.widths, len(t.columns))
		if t.rows > 0 {
			f.number = append(f.number, i)
			f.tables = append(f.tables, Table{Name: t.name, Columns: t.names(), Rows: t.rows})
		}
	}
	if err == io.EOF || len(f.tables) > 0 && !errors.Is(err, ErrTooLarge) && ctx.Err() == nil {
		return f, nil
	}
	return nil, err
}

// names returns the names of the columns. A table some of whose rows came
// without names gets numbers for them.
func (t *sqlTable) names() []string {
	if !t.named {
		return nil
	}
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		if names[i] = c; c == "" {
			names[i] = fmt.Sprintf("column %d", i+1)
		}
	}
	return names
}

// Tables implements [File].
func (f *sqlFile) Tables() []Table { return f.tables }

// Rows implements [File].
func (f *sqlFile) Rows(table int) (io.ReadCloser, error) {
	if table < 0 || table >= len(f.tables) {
		return nil, fmt.Errorf("no table %d", table)
	}
	w, err := openWindow(f.ctx, f.in, 0, true)
	if err != nil {
		return nil, err
	}
	r := newSQLReader(w)
	r.widths, r.only = f.widths, f.number[table]
	next := func(dst []byte) ([]byte, error) {
		dst, _, err := r.next(dst)
		return dst, err
	}
	return &lines{pull{ctx: f.ctx, more: next}, w}, nil
}

// Close implements [File].
func (f *sqlFile) Close() error { return nil }
