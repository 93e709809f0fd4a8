package exposure

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// csvDecoder reads people from a table with a header.
type csvDecoder struct {
	in      *bufio.Reader
	allowed *allowance
	csv     *csv.Reader
	columns []int // field of each column, noField for one passed over; nil before the header is read

	loose      bool     // columns that are no fields are passed over
	passedOver []string // their names
}

// noField stands for a column that is passed over.
const noField = -1

// NewTableDecoder returns a decoder for a table with a header, as [NewDecoder] does
// for [CSV], that passes over columns that are no fields and returns their names. The
// name of one that may be a slip of a field's is an error all the same. The header is
// read at once: [ErrNoHeader] if it does not name two fields, since its texts may then
// be somebody's.
func NewTableDecoder(r io.Reader) (Decoder, []string, error) {
	d := newCSVDecoder(&textReader{in: bufio.NewReaderSize(r, 16)})
	d.loose = true
	if err := d.header(); err != nil {
		return nil, nil, err
	}
	return d, d.passedOver, nil
}

// HeaderError says what is wrong with a column of a header, by its number or the field
// that it is of.
type HeaderError string

// Error implements error.
func (e HeaderError) Error() string { return "line 1: " + string(e) }

// ErrNoHeader: the first line of a table does not name its columns.
var ErrNoHeader = errors.New("line 1: not a header of columns separated by commas, semicolons or tabs: name them first, last, birth_date, zip and so on")

func newCSVDecoder(r io.Reader) *csvDecoder {
	d := &csvDecoder{allowed: &allowance{r: r}}
	d.in = bufio.NewReaderSize(d.allowed, maxPerson)
	d.csv = csv.NewReader(d.in)
	d.csv.ReuseRecord = true
	return d
}

// allowance is a reader that fails when one record takes more bytes than
// allowed, because the CSV reader itself would collect a record of any length.
type allowance struct {
	r    io.Reader
	left int
}

var errAllowance = errors.New("record too long")

func (a *allowance) Read(b []byte) (int, error) {
	if a.left <= 0 {
		return 0, errAllowance
	}
	n, err := a.r.Read(b)
	a.left -= n
	return n, err
}

// Next implements [Decoder].
func (d *csvDecoder) Next(p *Person) error {
	if d.columns == nil {
		if err := d.header(); err != nil {
			return err
		}
	}
	record, err := d.record()
	for i, f := range d.columns {
		if f == fieldID && i < len(record) {
			p.ID = strings.ToValidUTF8(record[i], "?")
		}
	}
	if err != nil {
		return err
	}
	p.Line, _ = d.csv.FieldPos(0)
	for i, value := range record {
		f := d.columns[i]
		switch {
		case f == fieldID:
		case f == noField && strings.Contains(value, "\n"):
			return fmt.Errorf("line %d, column %d: it goes on for more than one line: is a quote missing?", p.Line, i+1)
		case f == noField:
		case !isASCII(value) && !utf8.ValidString(value):
			return FieldError{p.Line, fieldNames[f], notUTF8}
		case f != fieldAddress && strings.Contains(value, "\n"):
			return fmt.Errorf("line %d, field %q: it goes on for more than one line: is a quote missing?", p.Line, fieldNames[f])
		case !isList(f):
			*p.text(f) = value
		case value != "":
			*p.list(f) = strings.Split(value, ";")
		}
	}
	return nil
}

// record reads one record; its errors name lines, never what stands there. A
// record that is wrong by itself is a [FieldError]. One that spans lines and is
// wrong may have lost a quote and swallowed the people below: after it nothing
// is sure.
func (d *csvDecoder) record() ([]string, error) {
	d.allowed.left = maxPerson
	record, err := d.csv.Read()
	var parse *csv.ParseError
	switch {
	case err == nil, err == io.EOF:
		return record, err
	case errors.Is(err, errAllowance):
		return nil, fmt.Errorf("a person takes more than %d KiB: is a quote missing?", maxPerson>>10)
	case !errors.As(err, &parse):
		return nil, fmt.Errorf("reading people: %w", err)
	}
	line, problem := parse.StartLine, parse.Err.Error()
	if errors.Is(err, csv.ErrFieldCount) {
		line, _ = d.csv.FieldPos(0)
		problem = fmt.Sprintf("%d fields where the header has %d", len(record), d.csv.FieldsPerRecord)
		if slices.ContainsFunc(record, func(s string) bool { return strings.Contains(s, "\n") }) {
			return nil, fmt.Errorf("line %d: %s, and it goes on for more than one line: is a quote missing?", line, problem)
		}
		return record, FieldError{Line: line, Problem: problem}
	}
	if parse.Line != parse.StartLine {
		return nil, fmt.Errorf("line %d: %s", line, problem)
	}
	return nil, FieldError{Line: line, Problem: problem}
}

// separators are what may stand between the columns. Semicolons are what
// spreadsheets write where the comma is a decimal mark.
const separators = ",;\t"

// header reads the names of the columns. Its errors give numbers of columns and
// not what stands there: without a header it would be somebody's row.
func (d *csvDecoder) header() error {
	d.allowed.left = maxPerson
	if err := d.separator(); err != nil {
		return err
	}
	record, err := d.record()
	if err != nil {
		if fault := (FieldError{}); errors.As(err, &fault) {
			err = errors.New(fault.Error()) // without a header there are no people
		}
		return err
	}
	columns, seen, unknown := make([]int, len(record)), [numFields]bool{}, -1
	known := 0
	for i, name := range record {
		f, ok := columnOf(name)
		switch {
		case !ok && unknown < 0:
			unknown = i
		case ok && seen[f]:
			return HeaderError(fmt.Sprintf("two columns are named %q", fieldNames[f]))
		case ok:
			columns[i], seen[f] = f, true
			known++
		}
	}
	if known == 0 && (unknown < 0 || !slices.Contains(wholeNames, plainName(record[unknown]))) {
		return ErrNoHeader
	}
	if d.loose && known < 2 {
		return ErrNoHeader
	}
	if d.loose && unknown >= 0 {
		unknown = d.passOver(record, columns, &seen)
	}
	if unknown >= 0 {
		return HeaderError(fmt.Sprintf("column %d is an unknown field; %s", unknown+1, didYouMean(record[unknown])))
	}
	d.columns = columns
	return nil
}

// passOver marks the columns that are no fields. It returns the first whose name may
// be a slip of that of a field which no other column has, -1 if there is none.
func (d *csvDecoder) passOver(record []string, columns []int, seen *[numFields]bool) int {
	for i, name := range record {
		if _, ok := columnOf(name); ok {
			continue
		}
		plain := plainName(name)
		if slices.Contains(wholeNames, plain) && !seen[fieldLast] {
			return i
		}
		for f, n := range fieldNames {
			if !seen[f] && isSlip(plain, n) {
				return i
			}
		}
		if name = strings.TrimSpace(name); name == "" {
			name = fmt.Sprintf("column %d", i+1)
		}
		columns[i] = noField
		d.passedOver = append(d.passedOver, name)
	}
	return -1
}

// separator looks at the header for what separates the columns: what makes most
// of them known.
func (d *csvDecoder) separator() error {
	head, err := d.firstLine()
	if err != nil {
		return err
	}
	most := 0
	for _, sep := range separators {
		known := 0
		for name := range strings.SplitSeq(head, string(sep)) {
			if _, ok := columnOf(name); ok {
				known++
			}
		}
		if known > most {
			most, d.csv.Comma = known, sep
		}
	}
	return nil
}

// firstLine returns the first line that is not empty, or what fits of it, and
// leaves it to be read.
func (d *csvDecoder) firstLine() (string, error) {
	for n := 1; ; n = d.in.Buffered() + 1 {
		_, err := d.in.Peek(n)
		b, _ := d.in.Peek(d.in.Buffered())
		line, _, whole := bytes.Cut(bytes.TrimLeft(b, "\r\n"), []byte("\n"))
		switch {
		case whole || err == io.EOF || errors.Is(err, bufio.ErrBufferFull) || errors.Is(err, errAllowance):
			return string(line), nil
		case err != nil:
			return "", fmt.Errorf("reading people: %w", err)
		}
	}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
