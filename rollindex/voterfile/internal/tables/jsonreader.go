package tables

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// jsonReader finds the rows in a file of JSON, whatever holds them, and reads
// them one at a time: a row has to lie in the window, what holds rows has not.
type jsonReader struct {
	w       *window
	lines   bool         // each object at the top has a line of its own
	records *jsonTable   // the table of the objects at the top; nil if rows lie further in
	want    *jsonTable   // whose lines are wanted; nil to survey
	tables  []*jsonTable // in order
	found   map[string]*jsonTable
	closed  bool        // no more tables are asked for
	wide    []string    // paths of arrays longer than what becomes columns
	size    int         // of the names of all tables
	void    *flattening // for what is passed over
	p       jsonParser
	stack   []jsonFrame
}

// jsonFrame is an object or array that was entered.
type jsonFrame struct {
	path  string
	array bool
	enter bool       // the elements of the array are entered in their turn
	table *jsonTable // else they are its rows; nil if they are not asked for
	names []string   // of columns, in an object
}

const (
	jsonMaxTables = 1000    // bounds the tables of a file
	jsonMaxPath   = 4 << 10 // bounds the keys that lead to one, which every object on the way there repeats
)

func newJSONReader(w *window, lines bool) *jsonReader {
	r := &jsonReader{w: w, lines: lines, found: map[string]*jsonTable{}}
	r.void = newFlattening(&r.size)
	r.void.fixed = true
	return r
}

// add adds the table of the array at path.
func (r *jsonReader) add(path string) *jsonTable {
	t := &jsonTable{name: path, flat: newFlattening(&r.size)}
	r.found[path] = t
	r.tables = append(r.tables, t)
	return t
}

// next reads on to the next row whose line is wanted and appends the line.
func (r *jsonReader) next(dst []byte) ([]byte, error) {
	for n := len(dst); ; {
		var err error
		if dst, err = r.step(dst); errors.Is(err, ErrDamaged) && r.lines {
			dst, err = r.recover(dst)
		}
		if err != nil || len(dst) > n {
			return dst, err
		}
	}
}

// step reads one row, or one bracket or member of what holds rows.
func (r *jsonReader) step(dst []byte) ([]byte, error) {
	c, err := r.token()
	switch {
	case err == io.EOF && len(r.stack) > 0:
		return dst, r.w.truncated("an array or object")
	case err != nil:
		return dst, err
	case len(r.stack) == 0:
		return r.top(dst, c)
	case r.stack[len(r.stack)-1].array:
		return r.element(dst, c)
	}
	return dst, r.member(c)
}

// token passes over white space and commas and returns the next byte.
func (r *jsonReader) token() (byte, error) {
	for {
		for i, c := range r.w.unread() {
			if c != ' ' && c != '\n' && c != '\r' && c != '\t' && c != ',' {
				r.w.skip(i)
				return c, nil
			}
		}
		r.w.skip(len(r.w.unread()))
		if err := r.w.more(); err != nil {
			return 0, err
		}
	}
}

// more reads more, for something that began and is not whole.
func (r *jsonReader) more() error {
	if err := r.w.rowError(r.w.more(), "an object"); err != errRow {
		return err
	}
	return fmt.Errorf("an object or value of more than %d MiB, at byte %d: %w", maxRow>>20, r.w.offset(), ErrTooLarge)
}

// push enters the object or array whose bracket is at i.
func (r *jsonReader) push(f jsonFrame, i int) error {
	if len(r.stack) == flatDepth {
		return r.w.damaged("the nesting is too deep")
	}
	r.stack = append(r.stack, f)
	r.w.skip(i + 1)
	return nil
}

func (r *jsonReader) pop() {
	r.stack = r.stack[:len(r.stack)-1]
	r.w.skip(1)
}

// top reads what begins with c outside of any array or object.
func (r *jsonReader) top(dst []byte, c byte) ([]byte, error) {
	switch {
	case c == '[':
		return r.array(dst, jsonFrame{array: true, enter: r.records == nil, table: r.records})
	case c == '{' && r.records == nil:
		return dst, r.push(jsonFrame{}, 0)
	case c == '{':
		action, err := r.action()
		if action || err != nil {
			return dst, err
		}
		return r.row(dst, r.records, false)
	}
	return r.lost(dst)
}

// element reads an element that begins with c of the innermost array.
func (r *jsonReader) element(dst []byte, c byte) ([]byte, error) {
	f := &r.stack[len(r.stack)-1]
	switch {
	case c == ']':
		r.pop()
		return dst, nil
	case c == '{' && f.enter:
		return dst, r.push(jsonFrame{path: f.path}, 0)
	case c == '{':
		return r.row(dst, f.table, false)
	case c == '[' && f.table != nil:
		return r.array(dst, jsonFrame{path: f.path, array: true, table: f.table})
	}
	if err := r.pass(0); err != nil || f.enter || f.table == nil {
		return dst, err
	}
	return r.unreadable(dst, f.table), nil
}

// member reads a member that begins with c of the innermost object: it enters
// objects and arrays of objects and passes over other values.
func (r *jsonReader) member(c byte) error {
	if c == '}' {
		r.pop()
		return nil
	}
	r.p.f = r.void
	r.p.look(r.w.unread())
	key := r.p.name()
	r.p.accept(':')
	kind, at := r.p.peek(), r.p.i
	rows, names := false, false
	if kind == '[' {
		r.p.i++
		c := r.p.peek()
		rows = c == '{' && !r.p.wrapped() || c == '['
		names = c == '"' && slices.Contains(besideRows, string(key))
	}
	switch r.p.status {
	case scanMore:
		return r.more()
	case scanBad:
		return r.w.damaged("what should be a member of an object is none")
	}
	switch {
	case names:
		return r.names(at)
	case kind != '{' && !rows:
		return r.pass(at)
	}
	path := r.stack[len(r.stack)-1].path
	if len(path)+len(key) > jsonMaxPath {
		return fmt.Errorf("keys of more than %d bytes lead to a value, at byte %d: %w", jsonMaxPath, r.w.offset(), ErrTooLarge)
	}
	if path != "" {
		path += "."
	}
	path += string(key)
	if kind == '{' {
		return r.push(jsonFrame{path: path}, at)
	}
	t := r.found[path]
	if t == nil && !r.closed {
		if r.size += len(path); len(r.tables) == jsonMaxTables || r.size > flatNames {
			return fmt.Errorf("more than %d tables: %w", jsonMaxTables, ErrTooLarge)
		}
		t = r.add(path)
		t.beside = r.stack[len(r.stack)-1].names
	}
	return r.push(jsonFrame{path: path, array: true, table: t, enter: t == nil && r.leads(path)}, at)
}

// leads reports whether a table that is asked for lies within the rows at path.
func (r *jsonReader) leads(path string) bool {
	for name := range r.found {
		if len(name) > len(path) && name[len(path)] == '.' && strings.HasPrefix(name, path) {
			return true
		}
	}
	return false
}

// pass passes over the value at place i of the window.
func (r *jsonReader) pass(i int) error {
	r.p.f = r.void
	for {
		size, status := r.p.skip(r.w.unread()[i:])
		switch status {
		case scanDone:
			r.w.skip(i + size)
			return nil
		case scanBad:
			return r.w.damaged("what should be a value is none")
		}
		if err := r.more(); err != nil {
			return err
		}
	}
}

// row reads the object at hand, or the array if it is a list, as a row of t.
func (r *jsonReader) row(dst []byte, t *jsonTable, list bool) (out []byte, err error) {
	r.p.f = r.void
	parse, done := r.p.row, r.done
	switch {
	case list:
		parse, done = r.p.list, r.listed
	case t != nil:
		r.p.f = t.flat
	}
	for {
		size, status := parse(r.w.unread())
		switch status {
		case scanDone:
			r.w.skip(size)
			return done(dst, t)
		case scanBad:
			if len(r.stack) == 0 {
				to := r.w.offset() + int64(r.p.i)
				if dst, err = r.lost(dst); err == nil {
					err = r.w.lookedTo(to)
				}
				return dst, err
			}
			return dst, r.w.damaged("an element of an array is damaged")
		}
		if err := r.more(); errors.Is(err, ErrTooLarge) && r.lines && len(r.stack) == 0 {
			return r.lost(dst)
		} else if err != nil {
			return dst, err
		}
	}
}

// done counts the row that was read, or appends its line.
func (r *jsonReader) done(dst []byte, t *jsonTable) ([]byte, error) {
	switch {
	case t == nil:
	case t.lists && !t.flat.filled(): // none of its keys names a column
		return r.unreadable(dst, t), nil
	case r.want != nil:
		return t.flat.line(dst), nil
	default:
		t.rows++
		for _, n := range r.p.wide {
			if n.wide {
				continue
			}
			n.wide = true
			path := n.path
			if t.name != "" {
				path = t.name + "." + path
			}
			if !slices.Contains(r.wide, path) && len(r.wide) < jsonMaxTables {
				r.wide = append(r.wide, path)
			}
		}
		return dst, t.flat.err
	}
	return dst, nil
}

// unreadable counts a row of t that cannot be read, or appends its line.
func (r *jsonReader) unreadable(dst []byte, t *jsonTable) []byte {
	if r.want != nil {
		return unreadable(dst)
	}
	t.rows++
	return dst
}

// lost counts an object at the top that cannot be read, and goes on with the next
// line: where an object has several, with the next that begins one.
func (r *jsonReader) lost(dst []byte) ([]byte, error) {
	if r.records == nil {
		return dst, r.w.damaged("what should be an object is none")
	}
	dst = r.unreadable(dst, r.records)
	for {
		if err := r.w.skipLine(); err != nil {
			return dst, eofIsFine(err)
		}
		if len(r.w.unread()) == 0 {
			if err := r.w.more(); err != nil {
				return dst, eofIsFine(err)
			}
		}
		if r.lines || r.w.unread()[0] == '{' {
			return dst, nil
		}
	}
}

// recover goes on with the next line where each should hold rows: one row of
// every table counts as lost.
func (r *jsonReader) recover(dst []byte) ([]byte, error) {
	r.stack = r.stack[:0]
	if r.want != nil {
		dst = unreadable(dst)
	}
	for _, t := range r.tables {
		t.rows++
	}
	return dst, eofIsFine(r.w.skipLine())
}

// action passes over a line that names the action of a bulk request of
// Elasticsearch, such as {"index":{"_id":"1"}}: its only key is an action, and
// what belongs to it has keys that begin with "_". It reports whether it did.
func (r *jsonReader) action() (bool, error) {
	for {
		b := r.w.unread()
		rest := bytes.TrimLeft(b[1:], " ")
		if len(rest) > 1 && (rest[0] != '"' || bytes.IndexByte([]byte("icud"), rest[1]) < 0) {
			return false, nil
		}
		r.p.f = r.void
		r.p.look(b)
		r.p.nest()
		key := string(r.p.name())
		r.p.accept(':')
		r.p.accept('{')
		r.p.depth++
		inner := r.p.peek() == '}' || bytes.HasPrefix(b[min(r.p.i, len(b)):], []byte(`"_`))
		if r.p.status == scanDone {
			if key != "index" && key != "create" && key != "update" && key != "delete" || !inner {
				return false, nil
			}
			r.p.members(nil)
			r.p.accept('}')
		}
		switch r.p.status {
		case scanDone:
			r.w.skip(r.p.i)
			return true, nil
		case scanBad:
			return false, nil
		}
		if err := r.w.more(); err == io.EOF || err == errRow {
			return false, nil
		} else if err != nil {
			return false, err
		}
	}
}
