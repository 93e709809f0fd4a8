package voterfile

import (
	"context"
	"errors"
	"fmt"
	"io"

	"rollcheck/rollindex/voterfile/internal/tables"
)

// tableReaders open the containers of tables, by kind.
var tableReaders = map[string]func(ctx context.Context, in tables.Input, limit int64) (tables.File, error){
	"xlsx": tables.OpenXLSX, "parquet": tables.OpenParquet, "sql": tables.OpenSQL, "json": tables.OpenJSON,
	"xml": tables.OpenXML, "bson": tables.OpenBSON, "dbf": tables.OpenDBF,
}

// tableSniffers tell containers that begin like a text, in the order in which
// they are asked.
var tableSniffers = []struct {
	kind  string
	sniff func(head []byte) bool
}{{"bson", tables.SniffBSON}, {"json", tables.SniffJSON}, {"xml", tables.SniffXML}, {"sql", tables.SniffSQL}}

// sniffSize is how much of a member is looked at to see whether it holds tables.
const sniffSize = 64 << 10

// hiddenSheet is shown behind the name of a worksheet that is not shown.
const hiddenSheet = " (hidden)"

// split returns the tables that the member holds as members of their own, or the
// member itself if it is a text. The tables of a dump are listed as far as the
// survey goes, 0 for all of it: which there are, and which columns, shows only
// when it was read.
func (m *member) split(ctx context.Context, survey int64) ([]*member, error) {
	if m.kind == "" && m.unread == "" {
		if err := m.sniffTables(); err != nil {
			return nil, m.failRead(err)
		}
	}
	open := tableReaders[m.kind]
	if open == nil {
		return []*member{m}, nil
	}
	f, err := open(ctx, m.input(), survey)
	if err != nil {
		return nil, m.failRead(tableError(err))
	}
	m.file.tables = append(m.file.tables, f)
	list := f.Tables()
	if len(list) == 0 {
		return nil, m.fail("holds no table with rows", "check that the download or copy was complete", ErrEmpty)
	}
	var out []*member
	for i, t := range list {
		part := *m
		part.tables, part.table, part.columns, part.alone, part.whole = f, i, t.Columns, len(list) == 1, m
		if t.Name != "" {
			part.name = label(m.name + ": " + t.Name)
		}
		if t.Hidden {
			part.name += hiddenSheet
		}
		out = append(out, &part)
	}
	return out, nil
}

// hidden reports whether the member is a worksheet that is not shown.
func (m *member) hidden() bool { return m.tables != nil && m.tables.Tables()[m.table].Hidden }

// Remnants are what a file holds beside its rows, where nobody looks.
type Remnants struct {
	Deleted  int64   // rows that are marked as deleted, and read like the others
	First    []int64 // numbers of the first few of them
	Trailing int64   // bytes behind the last row
}

// Remnants returns what the member holds beside its rows, after it was read to its
// end. It is known of dBASE tables: a program that deletes a row there marks it, and
// cutting rows off may leave their bytes behind the last one.
func (s *Source) Remnants(member int) Remnants {
	m := s.members[member]
	if f, ok := m.tables.(interface {
		Remnants() (deleted int64, first []int64, trailing int64)
	}); ok {
		var r Remnants
		r.Deleted, r.First, r.Trailing = f.Remnants()
		return r
	}
	return Remnants{}
}

// sniffTables sets the kind of a member that begins like a container of tables.
func (m *member) sniffTables() error {
	raw, closer, err := m.openRaw(false)
	if err != nil {
		return err
	}
	defer closer()
	head := make([]byte, sniffSize)
	n, err := io.ReadFull(raw, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	for _, s := range tableSniffers {
		if s.sniff(head[:n]) {
			m.kind = s.kind
			return nil
		}
	}
	return nil
}

// openTable returns the rows of a table, read ahead, and what to close.
func (m *member) openTable() (io.Reader, func(), error) {
	rows, err := m.tables.Rows(m.table)
	if err != nil {
		return nil, nil, tableError(err)
	}
	p := &pipeline{ahead: true}
	p.onClose(rows.Close)
	return p.stage(tableRows{rows}), p.close, nil
}

// sampleTable returns the beginning of a table as a sample.
func (m *member) sampleTable() (*sample, error) {
	rows, err := m.tables.Rows(m.table)
	if err != nil {
		return nil, tableError(err)
	}
	defer rows.Close()
	buf := make([]byte, sampleSize)
	n, err := io.ReadFull(tableRows{rows}, buf)
	all := err == io.EOF || err == io.ErrUnexpectedEOF
	if err != nil && !all {
		return nil, err
	}
	return newTableSample(buf[:n], all, m.columns), nil
}

// tableRows names the errors of rows.
type tableRows struct{ r io.Reader }

// Read implements io.Reader.
func (t tableRows) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if err == io.EOF {
		return n, err
	}
	return n, tableError(err)
}

// tableError turns an error of a container into one of this package's.
func tableError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, tables.ErrTruncated):
		return fmt.Errorf("%w: %w", ErrTruncated, err)
	case errors.Is(err, tables.ErrTooLarge):
		return fmt.Errorf("%w: %w", ErrMemory, err)
	case errors.Is(err, tables.ErrDamaged):
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}
