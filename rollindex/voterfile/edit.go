package voterfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
)

// Row is a row as it stands in a text, kept so that it can be written again with
// other values in some of its columns. It does not change with its record.
type Row struct {
	Member int
	Line   int64 // where it begins, from 1
	End    int64 // where the next row begins: bytes of the member's text, without a byte order mark

	raw   []byte // with the end of the line
	spans []span // of its columns
	plan  *plan
	long  int // bytes of blanks that were put at the end of a fixed line
}

// Keep returns the row of a record. It reports false for one that cannot be
// written again value by value: it is not all ASCII, goes over several lines, or
// ends without the end of a line.
func (r *Record) Keep() (*Row, bool) {
	p := r.p
	raw := p.chunk[p.from : len(p.chunk)-len(p.data)]
	if len(raw) == 0 || bytes.IndexByte(raw, '\n') != len(raw)-1 || !isASCII(raw) {
		return nil, false
	}
	row := &Row{Member: r.Member, Line: r.Line, End: p.at + int64(p.from+len(raw)), plan: p.plan, spans: make([]span, p.plan.fields)}
	if line := len(bytes.TrimRight(raw, "\r\n")); p.plan.record > line {
		row.long = p.plan.record - line
		row.raw = append(append(append(row.raw, raw[:line]...), bytes.Repeat([]byte{' '}, row.long)...), raw[line:]...)
	} else {
		row.raw = bytes.Clone(raw)
	}
	if p.plan.record > 0 {
		for i, place := range p.plan.places {
			row.spans[i] = span{uint32(place.start), uint32(place.end)}
		}
	} else {
		copy(row.spans, p.spans)
	}
	return row, true
}

// Value returns what the row has in a column by its place in [Match.Columns],
// without the blanks and quotes around it.
func (row *Row) Value(column int) string {
	if column >= len(row.spans) {
		return ""
	}
	s := row.spans[column]
	v := bytes.TrimSpace(row.raw[s.start:s.end])
	if row.quoted(s) {
		v = bytes.ReplaceAll(v, []byte(`""`), []byte(`"`))
	}
	return string(v)
}

// ErrNoRoom is wrapped by [Row.Rewrite] for a value that cannot stand in its column.
var ErrNoRoom = errors.New("the value cannot stand in its column")

// Rewrite returns the row, with its end of line, with other values in the columns
// given by their places in [Match.Columns]. Whatever else is in it stays as it is:
// quotes, padding, trailing delimiters. A value is padded as the one before it was,
// and quoted if that was or if it has to be. It must be printable ASCII.
func (row *Row) Rewrite(values map[int]string) ([]byte, error) {
	out := make([]byte, 0, len(row.raw)+64)
	done := uint32(0)
	for i, s := range row.spans {
		v, ok := values[i]
		if !ok {
			continue
		}
		out = append(out, row.raw[done:s.start]...)
		var err error
		if out, err = row.appendValue(out, s, v); err != nil {
			return nil, fmt.Errorf("column %d: %w", i+1, err)
		}
		done = s.end
	}
	out = append(out, row.raw[done:]...)
	if row.long > 0 { // the blanks at the end of the line were not there
		end := len(bytes.TrimRight(out, "\r\n"))
		out = append(bytes.TrimRight(out[:end], " "), out[end:]...)
	}
	return out, nil
}

func (row *Row) quoted(s span) bool {
	return row.plan.quoted && s.start > 0 && row.raw[s.start-1] == '"' && int(s.end) < len(row.raw) && row.raw[s.end] == '"'
}

func (row *Row) appendValue(out []byte, s span, v string) ([]byte, error) {
	cut, quote := false, false
	for i := range len(v) {
		if v[i] < ' ' || v[i] > '~' {
			return nil, ErrNoRoom
		}
		cut = cut || v[i] == row.plan.delim
		quote = quote || v[i] == '"'
	}
	old := row.raw[s.start:s.end]
	switch {
	case row.plan.record > 0:
		if len(v) > len(old) {
			return nil, ErrNoRoom
		}
		return pad(out, old, v, true), nil
	case row.quoted(s):
		return pad(out, old, string(bytes.ReplaceAll([]byte(v), []byte(`"`), []byte(`""`))), false), nil
	case cut && !row.plan.quoted:
		return nil, ErrNoRoom
	case (cut || quote) && row.plan.quoted:
		out = append(append(out, '"'), bytes.ReplaceAll([]byte(v), []byte(`"`), []byte(`""`))...)
		return append(out, '"'), nil
	}
	return pad(out, old, v, false), nil
}

// pad appends v in the width and alignment of old: with blanks or zeros before it
// where those stood, and else with blanks behind it. A value that nothing was padded
// with in old is not padded either, unless places are fixed.
func pad(out, old []byte, v string, fixed bool) []byte {
	trimmed := bytes.TrimSpace(old)
	fill := max(len(old)-len(v), 0)
	switch {
	case len(old) > 1 && old[0] == '0' && digits(old) && v != "" && digits([]byte(v)):
		return append(append(out, bytes.Repeat([]byte{'0'}, fill)...), v...)
	case len(trimmed) == len(old) && !fixed:
		return append(out, v...)
	case len(trimmed) > 0 && old[0] == ' ' && old[len(old)-1] != ' ':
		return append(append(out, bytes.Repeat([]byte{' '}, fill)...), v...)
	}
	return append(append(out, v...), bytes.Repeat([]byte{' '}, fill)...)
}

func digits(b []byte) bool {
	for _, c := range b {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

// Reread reads one row, as [Row.Rewrite] returns it, as a member of the source
// has its rows. The record is valid until the parser is used again.
func (p *Parser) Reread(member int, row []byte) (*Record, bool) {
	p.Reset(Chunk{Data: row, Member: member, FirstLine: math.MaxInt64 >> 1})
	return p.Next()
}

// Text returns the bytes of a member as they are but for what it is packed in, to
// be copied: places in them are those of [Row.End] and a byte order mark, of which
// mark is the length. Only texts of one byte a character, or UTF-8, have rows that
// can be copied; of others the error wraps [ErrNotText]. It is to be called before
// the first [Source.Next] or after the last.
func (s *Source) Text(member int) (text io.ReadCloser, mark int64, err error) {
	m := s.members[member]
	switch {
	case m.tables != nil:
		return nil, 0, m.fail("is a table and no text, so that a copy of it cannot be the same but for some rows", "save it as delimited text first", ErrNotText)
	case m.form == textUTF16LE || m.form == textUTF16BE:
		return nil, 0, m.fail("is written in UTF-16", "save it as UTF-8 first", ErrNotText)
	case m.loneCR:
		return nil, 0, m.fail("ends its lines with a carriage return alone", "save it with the line ends of Unix or Windows first", ErrNotText)
	case m.form == textUTF8BOM:
		mark = int64(len(byteOrderMark))
	}
	m.file.letGo()
	m.file.ctx = s.ctx
	raw, closer, err := m.openRaw(false)
	if err != nil {
		return nil, 0, m.failRead(err)
	}
	return &rawText{raw, closer, m}, mark, nil
}

type rawText struct {
	r     io.Reader
	close func()
	m     *member
}

// Read implements io.Reader.
func (t *rawText) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if err != nil && err != io.EOF {
		err = t.m.failRead(err)
	}
	return n, err
}

// Close implements io.Closer.
func (t *rawText) Close() error { t.close(); return nil }
