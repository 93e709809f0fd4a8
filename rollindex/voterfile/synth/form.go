package synth

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// setForm decides how rows are written: by the layout's container. grown says that
// columns were added to those of the layout.
func (s *sheet) setForm(grown bool) error {
	switch s.layout.Container {
	case "", "delimited":
		s.row = s.appendDelimited
	case "fixed":
		if grown {
			return fmt.Errorf("a record of %d bytes has no room for further columns", s.layout.RecordLength)
		}
		s.placeFixed()
		s.row = s.appendPlaced
	case "dbf":
		s.row = s.appendPlaced
		return s.placeDBF()
	case "xlsx":
		s.row = s.appendCells
	case "json":
		s.row = s.appendObject
		return s.setTree()
	case "xml":
		s.row = s.appendElements
		return s.setTree()
	case "pgcopy":
		s.row = s.appendCopy
	default:
		return fmt.Errorf("no way to write the container %q", s.layout.Container)
	}
	return nil
}

// lined reports whether a title or a header can stand above the rows, and counts
// as a row or line of the file.
func (s *sheet) lined() bool {
	return s.layout.Delimited() || s.layout.Container == "fixed" || s.layout.Container == "xlsx"
}

// head returns what stands above the rows and how many lines that is: the title
// and the names of the columns.
func (s *sheet) head() (head []byte, lines int64) {
	if !s.lined() {
		return nil, 0
	}
	for i := range s.layout.PreambleLines {
		text := "Nobody in this file exists"
		if i == 0 {
			text = "Fictional: " + s.layout.Title
		}
		if s.delim != 0 {
			text = strings.ReplaceAll(text, string(s.delim), " ")
		}
		if s.layout.Container == "xlsx" {
			head = append(appendCell(append(head, "<row>"...), text), "</row>\n"...)
		} else {
			head = append(append(head, text...), s.ending...)
		}
	}
	lines = int64(s.layout.PreambleLines)
	if s.header {
		head = append(head, s.names()...)
		lines++
	}
	return head, lines
}

// names returns the row of the names of the columns; nil if the container has
// them elsewhere.
func (s *sheet) names() []byte {
	switch {
	case s.layout.Delimited():
		return s.appendHead(nil)
	case s.layout.Container == "xlsx":
		return s.appendHeadCells(nil)
	}
	return nil
}

// wrapping is what stands around the rows in their container.
type wrapping struct {
	w    io.Writer // takes the rows
	skip int       // bytes of the first row that stand only between rows
	end  func() error
}

// wrap begins a file of so many rows; the number is only known, and needed, where
// the container states it first.
func (s *sheet) wrap(w io.Writer, rows int64, asOf day) (*wrapping, error) {
	around := func(before, after string, skip int) (*wrapping, error) {
		_, err := io.WriteString(w, before)
		return &wrapping{w: w, skip: skip, end: func() error {
			_, err := io.WriteString(w, after)
			return err
		}}, err
	}
	switch s.layout.Container {
	case "xlsx":
		return s.wrapXLSX(w)
	case "json":
		return around("[", "\n]\n", len(","))
	case "xml":
		return around("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Records>\n", "</Records>\n", 0)
	case "dbf":
		return around(string(s.headDBF(rows, asOf)), "\x1a", 0)
	case "pgcopy":
		return around(s.copyStatement(), "\\.\n", 0)
	}
	return around("", "", 0)
}

func (p *wrapping) Write(b []byte) (int, error) {
	skip := min(p.skip, len(b))
	p.skip -= skip
	n, err := p.w.Write(b[skip:])
	return n + skip, err
}

// placeFixed makes the record that rows are written into: blanks, and between the
// columns the layout's delimiter, if it has one.
func (s *sheet) placeFixed() {
	fill := byte(' ')
	if s.layout.Delimiter != "" {
		fill = s.layout.Delimiter[0]
	}
	s.template = bytes.Repeat([]byte{fill}, s.layout.RecordLength)
	s.blankColumns()
}

// blankColumns puts blanks into the columns of the template, which alone bound
// their values.
func (s *sheet) blankColumns() {
	for i := range s.columns {
		c := &s.columns[i]
		c.limit = 0
		for j := range c.width {
			s.template[c.start+j] = ' '
		}
	}
}

// appendPlaced writes one record of fixed places. Values are cut to their bytes.
func (s *sheet) appendPlaced(dst []byte, r *record) []byte {
	row := len(dst)
	dst = append(dst, s.template...)
	for i := range s.columns {
		c := &s.columns[i]
		at := len(dst)
		dst = s.appendValue(dst, c, r)
		if r.latin1 {
			dst = toLatin1(dst, at)
		} else if len(dst)-at > c.width {
			dst = cut(dst, at, c.width)
		}
		copy(dst[row+c.start:row+c.start+c.width], dst[at:])
		dst = dst[:at]
	}
	return append(dst, s.ending...)
}

// The head of a dBASE III table: 32 bytes, 32 more a field and a last one
// (dBASE III Plus, "Structure of a database file"). Byte 29 is Visual FoxPro's
// mark of the code page, 3 for windows-1252.
const (
	dbfHead     = 32
	dbfName     = 10
	dbfWidth    = 40 // of a field whose layout states no length
	dbfMaxWidth = 254
)

// placeDBF gives each column its place in the record, which begins with the mark
// of a deleted row.
func (s *sheet) placeDBF() error {
	at := 1
	taken := map[string]bool{}
	for i := range s.columns {
		c := &s.columns[i]
		if len(c.name) > dbfName {
			c.name = c.name[:dbfName]
		}
		if taken[strings.ToUpper(c.name)] {
			return fmt.Errorf("two columns are %q in the ten characters of a dBASE name", c.name)
		}
		taken[strings.ToUpper(c.name)] = true
		if c.width = dbfWidth; c.limit > 0 {
			c.width = min(c.limit, dbfMaxWidth)
		}
		c.start = at
		at += c.width
	}
	s.ending = ""
	s.template = bytes.Repeat([]byte{' '}, at)
	s.blankColumns()
	return nil
}

func (s *sheet) headDBF(rows int64, asOf day) []byte {
	head := make([]byte, dbfHead, dbfHead*(len(s.columns)+1)+1)
	d := asOf.date()
	copy(head, []byte{3, byte(d.year - 1900), byte(d.month), byte(d.day)})
	put := func(b []byte, n int64) {
		for i := range b {
			b[i] = byte(n >> (8 * i))
		}
	}
	put(head[4:8], rows)
	put(head[8:10], int64(cap(head)))
	put(head[10:12], int64(len(s.template)))
	if s.latin1 {
		head[29] = 3
	}
	for i := range s.columns {
		c := &s.columns[i]
		field := make([]byte, dbfHead)
		copy(field, c.name)
		field[11], field[16] = 'C', byte(c.width)
		head = append(head, field...)
	}
	return append(head, '\r')
}

// copyStatement is the line that begins a table in a dump of PostgreSQL.
func (s *sheet) copyStatement() string {
	var b strings.Builder
	b.WriteString("COPY " + sqlName(strings.ReplaceAll(s.layout.ID, "-", "_")) + " (")
	for i := range s.columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(sqlName(s.columns[i].name))
	}
	return b.String() + ") FROM stdin;\n"
}

// sqlName quotes an identifier unless it is one without.
func sqlName(name string) string {
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_0123456789") == "" && strings.Trim(name[:1], "0123456789") != "" {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// appendCopy writes one record as a line of COPY in its text format
// (PostgreSQL documentation, "COPY", File Formats).
func (s *sheet) appendCopy(dst []byte, r *record) []byte {
	row := len(dst)
	for i := range s.columns {
		if i > 0 {
			dst = append(dst, '\t')
		}
		start := len(dst)
		dst = s.appendValue(dst, &s.columns[i], r)
		if len(dst) == start {
			dst = append(dst, `\N`...)
		} else if bytes.ContainsAny(dst[start:], "\\\t\r\n") {
			dst = append(dst[:start], copyEscapes.Replace(string(dst[start:]))...)
		}
	}
	if r.latin1 {
		dst = toLatin1(dst, row)
	}
	return append(dst, '\n')
}

var copyEscapes = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\r", `\r`, "\n", `\n`)
