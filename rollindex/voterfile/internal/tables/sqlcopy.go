package tables

import (
	"bytes"
	"io"
)

// copy reads a COPY statement. One that reads from a file has no lines.
func (r *sqlReader) copy() error {
	h, status := sqlParseCopy(r.w.unread(), r.dialect)
	switch {
	case status == scanMore:
		err := r.need("a COPY")
		if err == errRow {
			return r.resync(0)
		}
		return err
	case status == scanBad || !h.stdin:
		return r.skipStatement(false)
	}
	t, err := r.schema.table(h.table)
	if err != nil {
		return err
	}
	if r.plan, err = r.schema.newPlan(t, h.columns, r.width(t)); err != nil {
		return err
	}
	r.head = r.head[:0]
	r.plain = h.plain
	r.state = sqlLines
	r.w.skip(h.size)
	return nil
}

// copyEnd is the line that ends the lines of a COPY.
var copyEnd = []byte(`\.`)

// copyLine reads one line of a COPY and reports whether it is a row.
func (r *sqlReader) copyLine(dst []byte) (out []byte, row bool, err error) {
	b := r.w.unread()
	end := bytes.IndexByte(b, '\n')
	size := end + 1
	if end < 0 {
		switch err := r.w.more(); {
		case err == nil:
			return dst, false, nil
		case err == errRow:
			return r.unreadable(dst), true, eofIsFine(r.w.skipLine())
		case err != io.EOF || !bytes.Equal(bytes.TrimRight(r.w.unread(), "\r"), copyEnd):
			return dst, false, r.w.rowError(err, "the lines of a COPY")
		}
		b = r.w.unread()
		end, size = len(b), len(b)
	}
	line := b[:end]
	if end > 0 && line[end-1] == '\r' {
		line = line[:end-1]
	}
	r.w.skip(size)
	if bytes.Equal(line, copyEnd) {
		r.state = sqlTop
		return dst, false, nil
	}
	return r.copyRow(dst, line), true, nil
}

// copyRow appends a line of a COPY as a line of its table.
func (r *sqlReader) copyRow(dst, line []byte) []byte {
	if !r.wanted() && (r.plan.places != nil || !r.plain) {
		return dst
	}
	direct := r.plan.from == nil && r.wanted()
	into := r.row[:0]
	if direct {
		into = dst
	}
	row, values := appendCopy(into, line)
	if !direct {
		r.row = row[:0]
	}
	if r.plan.places == nil && r.plain && r.schema.unnamed(r.plan.table, values) == nil {
		r.plan, _ = r.schema.newPlan(r.plan.table, nil, r.width(r.plan.table))
	}
	switch {
	case !r.wanted():
		return dst
	case !r.plain || values != len(r.plan.places):
		return unreadable(dst)
	case direct:
		return append(row, '\n')
	}
	return r.arrange(dst, row)
}

// copyStop marks the bytes of a line of a COPY that do not stand for themselves.
var copyStop = func() (stop [256]bool) {
	for _, c := range "\t\\\r\x00\x1f" {
		stop[c] = true
	}
	return stop
}()

// appendCopy appends the values of a line of a COPY in its text format, as
// https://www.postgresql.org/docs/current/sql-copy.html has it: tabs between
// them, \N for NULL, escapes with a backslash. It returns how many they are.
func appendCopy(dst, line []byte) (out []byte, values int) {
	values = 1
	start := true // of a value
	for i := 0; i < len(line); {
		j := i
		for j < len(line) && !copyStop[line[j]] {
			j++
		}
		dst = append(dst, line[i:j]...)
		start = start && j == i
		if i = j + 1; j == len(line) {
			break
		}
		switch c := line[j]; {
		case c == '\t':
			dst = append(dst, Separator)
			values++
			start = true
			continue
		case c != '\\':
			dst = append(dst, ' ')
		case i == len(line):
			dst = append(dst, '\\')
		case start && line[i] == 'N' && (i+1 == len(line) || line[i+1] == '\t'):
			i++
		default:
			dst, i = sqlEscapeE(dst, line, i)
		}
		start = false
	}
	return dst, values
}
