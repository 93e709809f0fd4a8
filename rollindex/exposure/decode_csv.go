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
	columns []int // field of each column; nil before the header is read
}

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
			return fmt.Errorf("line 1: two columns are named %q", fieldNames[f])
		case ok:
			columns[i], seen[f] = f, true
			known++
		}
	}
	if known == 0 && (unknown < 0 || !slices.Contains(wholeNames, plainName(record[unknown]))) {
		return errors.New("line 1: not a header of columns separated by commas, semicolons or tabs: name them first, last, birth_date, zip and so on")
	}
	if unknown >= 0 {
		return fmt.Errorf("line 1: column %d is an unknown field; %s", unknown+1, didYouMean(record[unknown]))
	}
	d.columns = columns
	return nil
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
