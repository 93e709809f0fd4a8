package tables

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// jsonFile is a file of JSON.
type jsonFile struct {
	ctx    context.Context
	in     Input
	lines  bool
	tables []*jsonTable
}

// jsonTable is a table of a file of JSON.
type jsonTable struct {
	name    string // the path of its array; "" if its rows are the objects at the top
	records bool   // they are
	flat    *flattening
	rows    int64
	lists   bool     // its rows are arrays: flat has names for objects among them
	beside  []string // the names of their columns, where these stand beside them
}

// OpenJSON surveys a file of JSON, up to limit bytes of it unless limit is 0. Its
// rows are the objects at its top, one a line or one behind another, or those of
// the array that it is, and of arrays in it. A file that is one object holds its
// rows further in: every array of objects that lies within objects only is a
// table, named by the keys that lead to it.
//
// Rows may be arrays instead. Their columns are named by an array of strings that
// stands beside them under "columns" or the like, else perhaps by the first of
// them; an object among them is a row by these names. An array among objects, and
// anything else that is no row, is an unreadable one.
//
// Objects become rows as [flattening] has it. Where an array in one is longer than
// what becomes columns of its row, it is a table besides, so that no element is
// out of reach: one response of a service a line, with a page of rows in each.
// Values in MongoDB's extended JSON are the values they stand for, and the lines
// that name an action in a bulk request of Elasticsearch are no rows.
//
// An object that cannot be read is an unreadable row, and reading goes on with
// the next line; within an array it ends with ErrDamaged.
func OpenJSON(ctx context.Context, in Input, limit int64) (File, error) {
	records, lines, err := jsonForm(ctx, in)
	if err != nil {
		return nil, err
	}
	f := &jsonFile{ctx: ctx, in: in, lines: lines}
	wide, err := f.survey(records, nil, limit)
	if !records && err == nil && len(f.tables) == 0 {
		wide, err = f.survey(true, nil, limit)
	}
	for seen := wide; len(wide) > 0 && err == nil; seen = append(seen, wide...) { // arrays within arrays
		wide, err = f.survey(false, wide, limit)
		wide = slices.DeleteFunc(wide, func(path string) bool { return slices.Contains(seen, path) })
	}
	if err != nil && (len(f.tables) == 0 || errors.Is(err, ErrTooLarge) || ctx.Err() != nil) {
		return nil, err
	}
	return f, nil
}

// jsonTrial is how much of the first object is looked at to see whether it is a
// row. What is larger holds rows.
const jsonTrial = 1 << 20

// jsonForm tells whether the objects at the top are the rows, and whether each
// has a line of its own.
func jsonForm(ctx context.Context, in Input) (records, lines bool, err error) {
	w, err := openWindow(ctx, in, 0, true)
	if err != nil {
		return false, false, err
	}
	defer w.Close()
	p := jsonParser{f: newFlattening(new(int))}
	for {
		b := bytes.TrimLeft(w.unread(), " \t\r\n,")
		array := len(b) > 0 && b[0] == '['
		object := b
		if array {
			object = bytes.TrimLeft(b[1:], " \t\r\n")
		}
		size, status := 0, scanMore
		if len(object) > 0 && object[0] == '{' {
			size, status = p.row(object)
		} else if len(object) > 0 {
			return true, !array || object[0] != '[', nil
		}
		switch status {
		case scanDone:
			lines := !array && bytes.IndexByte(object[:size], '\n') < 0
			single := len(bytes.Trim(object[size:], " \t\r\n,")) == 0 && w.more() == io.EOF
			return array || !single || !p.arrays, lines, nil
		case scanBad:
			lines := !array && jsonFirstLine(object, p.i)
			return array || lines, lines, nil
		}
		if len(w.unread()) >= jsonTrial {
			return false, false, nil
		}
		if err := w.more(); err == io.EOF {
			return false, false, nil
		} else if err != nil {
			return false, false, err
		}
	}
}

// jsonFirstLine reports whether it is the first line that is damaged, if the
// damage showed at i: at the latest, where the next one begins.
func jsonFirstLine(b []byte, i int) bool {
	end := bytes.IndexByte(b, '\n')
	return end < 0 || len(bytes.Trim(b[end:max(end, i)], " \t\r\n")) == 0
}

// survey reads the file and adds the tables it finds. If records is false and
// wide is not nil, they are those that are named in it.
func (f *jsonFile) survey(records bool, wide []string, limit int64) ([]string, error) {
	w, err := openWindow(f.ctx, f.in, limit, true)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	r := newJSONReader(w, f.lines)
	if records {
		r.records = r.add("")
		r.records.records = true
	}
	for _, path := range wide {
		r.add(path)
	}
	r.closed = records || wide != nil
	_, err = r.next(nil)
	for _, t := range r.tables {
		t.flat.fixed = true
		if t.rows > 0 {
			f.tables = append(f.tables, t)
		}
	}
	if err == io.EOF {
		err = nil
	}
	return r.wide, err
}

// Tables implements [File].
func (f *jsonFile) Tables() []Table {
	list := make([]Table, len(f.tables))
	for i, t := range f.tables {
		list[i] = Table{Name: t.name, Columns: t.flat.names, Rows: t.rows}
		if t.lists {
			list[i].Columns = t.beside
		}
	}
	return list
}

// Rows implements [File].
func (f *jsonFile) Rows(table int) (io.ReadCloser, error) {
	if table < 0 || table >= len(f.tables) {
		return nil, fmt.Errorf("no table %d", table)
	}
	w, err := openWindow(f.ctx, f.in, 0, true)
	if err != nil {
		return nil, err
	}
	t := f.tables[table]
	r := newJSONReader(w, f.lines)
	r.want, r.found[t.name], r.closed = t, t, true
	if t.records {
		r.records = t
	}
	return &lines{pull{ctx: f.ctx, more: r.next}, w}, nil
}

// Close implements [File].
func (f *jsonFile) Close() error { return nil }

// SniffJSON reports whether a file that begins with head is JSON that holds
// objects, or rows that are arrays: it begins with an object, with an array that
// begins with one or with an array, or with two arrays on lines of their own.
func SniffJSON(head []byte) bool {
	b := bytes.TrimLeft(textHead(head), " \t\r\n")
	if len(b) > 0 && b[0] == '[' {
		if sniffLists(b) {
			return true
		}
		b = bytes.TrimLeft(b[1:], " \t\r\n")
	}
	if len(b) == 0 || b[0] != '{' {
		return false
	}
	p := jsonParser{f: newFlattening(new(int))}
	size, status := p.row(b)
	if status == scanDone {
		rest := bytes.TrimLeft(b[size:], " \t\r\n,")
		return len(rest) == 0 || rest[0] == '{' || rest[0] == ']' || rest[0] == '['
	}
	// It goes on, or is damaged: a first key will do.
	p.look(b)
	p.nest()
	key := p.name()
	p.accept(':')
	return p.status == scanDone && !strings.ContainsAny(string(key), "\n") && len(key) < 1<<10
}
