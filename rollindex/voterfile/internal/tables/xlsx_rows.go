package tables

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// xlsxRows reads the rows of a worksheet.
type xlsxRows struct {
	pull
	book   *xlsxFile
	scan   *xlsxScanner
	part   io.Closer
	width  int
	survey bool // shared strings are not at hand, and any will do

	row     int64 // number of the last row of the sheet
	emitted int64 // lines that were made
	done    bool
	fields  int // of the last line

	// The row that is read:
	line   []byte
	begin  int  // where it begins in line
	at     int  // the field at which line ends
	valued bool // it has a value
	bad    bool

	// The cell that is read:
	column  int // -1 before the first
	kind    xlsxCell
	style   int
	value   []byte
	inValue bool
	item    xlsxItem
}

// xlsxCell is the type of a cell (ECMA-376 part 1, 18.18.11).
type xlsxCell uint8

const (
	xlsxCellNumber xlsxCell = iota
	xlsxCellShared
	xlsxCellText // also that of a formula
	xlsxCellBool
	xlsxCellError
	xlsxCellDate
	xlsxCellUnknown
)

// The size of a worksheet (Excel specifications and limits).
const (
	xlsxMaxRow    = 1 << 20
	xlsxMaxColumn = 1 << 14
)

// openRows opens a worksheet in front of its first row.
func (f *xlsxFile) openRows(sheet *xlsxSheet) (*xlsxRows, error) {
	s, closer, err := f.parts.open(sheet.part)
	if err != nil {
		return nil, err
	}
	r := &xlsxRows{book: f, scan: s, part: closer, width: sheet.width}
	for {
		token, err := s.next()
		if err != nil {
			closer.Close()
			return nil, xlsxDamage("a worksheet", err)
		}
		if token == xlsxStart && string(s.name) == "sheetData" {
			return r, nil
		}
	}
}

// Close implements io.Closer.
func (r *xlsxRows) Close() error { return r.part.Close() }

// next appends the line of the next row that has a value, and before it an empty
// line for each row that has none.
func (r *xlsxRows) next(line []byte) ([]byte, error) {
	if r.done {
		return line, io.EOF
	}
	for {
		token, err := r.scan.next()
		if err != nil {
			return line, xlsxDamage("a worksheet", err)
		}
		switch {
		case token == xlsxStart && string(r.scan.name) == "row":
			before := len(line)
			if line, err = r.readRow(line); err != nil {
				return line, err
			}
			if len(line) > before {
				return line, nil
			}
		case token == xlsxEnd && string(r.scan.name) == "sheetData":
			r.done = true
			return line, r.drain()
		}
	}
}

// drain reads what follows the rows, so that the checksum of the archive covers
// them, and returns io.EOF.
func (r *xlsxRows) drain() error {
	for {
		if _, err := r.scan.next(); err != nil {
			return err
		}
	}
}

// readRow appends the line of the row whose start was read, nothing if it has no
// value.
func (r *xlsxRows) readRow(line []byte) ([]byte, error) {
	before := len(line)
	r.bad, r.valued, r.at, r.column, r.fields = false, false, 0, -1, 0
	r.row++
	if text := r.scan.attr("r"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 || n > xlsxMaxRow {
			r.bad = true
		} else {
			r.row = n
		}
	}
	blank := int(max(0, min(r.row, xlsxMaxRow)-1-r.emitted))
	r.line = line
	for range blank {
		r.line = append(r.line, '\n')
	}
	r.begin = len(r.line)
	if err := r.readCells(); err != nil {
		return line[:before], err
	}
	line = r.line
	r.line = nil
	switch {
	case r.bad:
		line, r.fields = append(line[:r.begin], Unreadable...), 1
	case !r.valued:
		return line[:before], nil
	default:
		for r.at++; r.at < r.width; r.at++ {
			line = append(line, Separator)
		}
		r.fields = r.at
	}
	r.emitted += int64(blank) + 1
	return append(line, '\n'), nil
}

// readCells reads the cells of a row up to its end.
func (r *xlsxRows) readCells() error {
	s := r.scan
	for {
		token, err := s.next()
		if err != nil {
			return xlsxDamage("a worksheet", err)
		}
		switch token {
		case xlsxText:
			if r.inValue || r.item.takes() {
				var ok bool
				if r.value, ok = s.appendText(r.value); !ok || len(r.value) > maxRow {
					r.bad, r.value = true, r.value[:0]
				}
			}
		case xlsxStart:
			switch string(s.name) {
			case "c":
				r.startCell()
			case "v":
				r.inValue = true
			default:
				r.item.tag(s.name, true)
			}
		case xlsxEnd:
			switch string(s.name) {
			case "c":
				r.endCell()
			case "v":
				r.inValue = false
			case "row":
				return nil
			case "sheetData":
				return fmt.Errorf("%w: a worksheet ends within a row", ErrDamaged)
			default:
				r.item.tag(s.name, false)
			}
		}
	}
}

// startCell reads the attributes of a cell.
func (r *xlsxRows) startCell() {
	r.kind, r.style, r.value, r.inValue, r.item = xlsxCellNumber, 0, r.value[:0], false, xlsxItem{}
	column := r.column + 1
	for name, value, rest := xlsxAttr(r.scan.attrs); len(name) > 0; name, value, rest = xlsxAttr(rest) {
		if len(name) != 1 {
			continue
		}
		switch name[0] {
		case 'r':
			column = xlsxColumn(value)
		case 's':
			r.style = xlsxNatural(value)
		case 't':
			r.kind = xlsxCellKind(value)
		}
	}
	if column <= r.column || column >= xlsxMaxColumn {
		r.bad = true
		return
	}
	r.column = column
}

// endCell appends the value of a cell to the line.
func (r *xlsxRows) endCell() {
	if len(r.value) == 0 || r.bad {
		return
	}
	before, at := len(r.line), r.at
	for ; r.at < r.column; r.at++ {
		r.line = append(r.line, Separator)
	}
	from := len(r.line)
	if !r.appendCell() || len(r.line)-r.begin > maxRow {
		r.bad = true
		return
	}
	if len(r.line) == from {
		r.line, r.at = r.line[:before], at // a value that is none
		return
	}
	r.valued = true
}

// appendCell appends the text of a cell. It reports false if the cell makes no
// sense.
func (r *xlsxRows) appendCell() bool {
	switch r.kind {
	case xlsxCellShared:
		if r.survey {
			r.line = append(r.line, '?')
			return true
		}
		if r.book.strings == nil {
			return false
		}
		text, ok := r.book.strings.get(xlsxNatural(r.value))
		r.line = append(r.line, text...)
		return ok
	case xlsxCellNumber:
		var style xlsxStyle
		if r.style >= 0 && r.style < len(r.book.styles) {
			style = r.book.styles[r.style]
		}
		var ok bool
		r.line, ok = xlsxAppendNumber(r.line, r.value, style, r.book.date1904)
		return ok
	case xlsxCellText:
		r.line = xlsxAppendString(r.line, r.value)
	case xlsxCellBool:
		switch string(bytes.TrimSpace(r.value)) {
		case "1", "true":
			r.line = append(r.line, "TRUE"...)
		case "0", "false":
			r.line = append(r.line, "FALSE"...)
		default:
			return false
		}
	case xlsxCellDate:
		value := r.value
		if !utf8.Valid(value) {
			return false
		}
		if i := bytes.Index(value, []byte("T00:00:00")); i == len("2006-01-02") {
			value = value[:i]
		} else if len(value) > 10 && value[10] == 'T' {
			value[10] = ' '
		}
		r.line = appendValue(r.line, value)
	case xlsxCellError:
	default:
		return false
	}
	return true
}

// xlsxCellKind returns the type of a cell by its name.
func xlsxCellKind(name []byte) xlsxCell {
	switch string(name) {
	case "s":
		return xlsxCellShared
	case "n":
		return xlsxCellNumber
	case "str", "inlineStr":
		return xlsxCellText
	case "b":
		return xlsxCellBool
	case "e":
		return xlsxCellError
	case "d":
		return xlsxCellDate
	}
	return xlsxCellUnknown
}

// xlsxColumn returns the column of a cell, from 0, by a reference such as "AB12";
// -1 if it is none.
func xlsxColumn(ref []byte) int {
	n, i := 0, 0
	for ; i < len(ref) && i < 4 && ref[i] >= 'A' && ref[i] <= 'Z'; i++ {
		n = n*26 + int(ref[i]-'A') + 1
	}
	if i == 0 || i == len(ref) || ref[i] < '0' || ref[i] > '9' {
		return -1
	}
	return n - 1
}

// xlsxNatural returns the value of a number without sign, -1 if it is none.
func xlsxNatural(b []byte) int {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || len(b) > 10 {
		return -1
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}
