package tables

import (
	"bytes"
	"slices"
	"strings"
)

// Rows that are arrays: their values stand in the order of the columns, and the
// first may name these, as the first row of a worksheet may. Whether it does is
// for the reader of the rows to tell.

// list reads the array at the beginning of b as a row and returns its size. Its
// values are appended to those of the flattening, with separators between them;
// what a value holds that is an array or object itself is joined.
func (p *jsonParser) list(b []byte) (int, scanStatus) {
	p.look(b)
	p.f.begin()
	p.nest()
	p.strings = true
	for p.count = 0; p.status == scanDone && p.next(']', p.count == 0); p.count++ {
		if p.count > 0 {
			p.f.values = append(p.f.values, Separator)
		}
		c, start := p.peek(), len(p.f.values)
		p.strings = p.strings && c == '"'
		if c != '{' || p.wrapped() {
			p.joined(start)
			continue
		}
		p.nest()
		for first := true; p.status == scanDone && p.next('}', first); first = false {
			p.name()
			p.accept(':')
			p.joined(start)
		}
	}
	return p.i, p.status
}

// inner returns the first byte within the array at hand.
func (r *jsonReader) inner() (byte, error) {
	for {
		if b := bytes.TrimLeft(r.w.unread()[1:], " \t\r\n"); len(b) > 0 {
			return b[0], nil
		}
		if err := r.more(); err != nil {
			return 0, err
		}
	}
}

// array reads an array at the place of rows: it is one, or holds some.
func (r *jsonReader) array(dst []byte, f jsonFrame) ([]byte, error) {
	c, err := r.inner()
	if err != nil {
		return dst, err
	}
	if c == '{' || c == '[' || c == ']' && len(r.stack) == 0 || f.table == nil {
		return dst, r.push(f, 0)
	}
	return r.row(dst, f.table, true)
}

// listed counts the array that was read as a row of t, or appends its line. Among
// objects nothing says which of its values is which.
func (r *jsonReader) listed(dst []byte, t *jsonTable) ([]byte, error) {
	if r.want == nil && t.rows == 0 {
		t.lists = true
		t.nameLists(&r.p)
	}
	if !t.lists || r.p.count == 0 {
		return r.unreadable(dst, t), nil
	}
	if r.want == nil {
		t.rows++
		return dst, t.flat.err
	}
	return append(append(dst, r.p.f.values...), '\n'), nil
}

// nameLists makes the names of the columns ready for objects among the rows that
// are arrays: those that stand beside the rows, if they are as many as the first row has values,
// else the first row, if it can be names.
func (t *jsonTable) nameLists(p *jsonParser) {
	if t.beside != nil && len(t.beside) != p.count {
		t.beside = nil
	}
	names := t.beside
	if names == nil && p.strings {
		names = strings.Split(string(p.f.values), string(Separator))
	}
	defer func() { t.flat.fixed = true }()
	if sorted := slices.Sorted(slices.Values(names)); len(slices.Compact(sorted)) < len(names) {
		return // no key would say which
	}
	for _, name := range names {
		if n := t.flat.add(t.flat.root, []byte(name)); n != nil {
			t.flat.column(n)
		}
	}
}

// besideRows are the keys under which the names of the columns stand beside rows
// that are arrays.
var besideRows = []string{"columns", "fields", "header", "headers", "names"}

// names reads the array at place i of the window, the value of a key of the
// innermost object, as the names of columns, if it is one of strings.
func (r *jsonReader) names(i int) error {
	r.p.f = r.void
	size, status := r.p.list(r.w.unread()[i:])
	switch {
	case status == scanMore:
		return r.more()
	case status == scanBad:
		return r.w.damaged("what should be a value is none")
	case r.p.strings && r.p.count > 0 && len(r.void.values) <= flatNames:
		r.stack[len(r.stack)-1].names = strings.Split(string(r.void.values), string(Separator))
	}
	r.w.skip(i + size)
	return nil
}

// sniffLists reports whether b, which begins with a bracket, begins rows that are
// arrays: in an array, or one a line.
func sniffLists(b []byte) bool {
	p := jsonParser{f: newFlattening(new(int))}
	inner := bytes.TrimLeft(b[1:], " \t\r\n")
	if len(inner) > 0 && inner[0] == '[' {
		size, status := p.list(inner)
		if status != scanDone {
			return status == scanMore && p.count > 0
		}
		rest := bytes.TrimLeft(inner[size:], " \t\r\n")
		return p.count > 0 && (len(rest) == 0 || rest[0] == ',' || rest[0] == ']')
	}
	size, status := p.list(b)
	if status != scanDone || p.count == 0 {
		return false
	}
	rest := bytes.TrimLeft(b[size:], " \t\r")
	next := bytes.TrimLeft(rest, " \t\r\n")
	if len(rest) == 0 || rest[0] != '\n' || len(next) == 0 || next[0] != '[' {
		return false
	}
	_, status = p.list(next)
	return status != scanBad
}
