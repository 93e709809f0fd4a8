package exposure

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// csvDecoder reads comma-separated people under a header.
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
	if err != nil {
		return err
	}
	*p = Person{}
	p.Line, _ = d.csv.FieldPos(0)
	for i, value := range record {
		if !isASCII(value) && !utf8.ValidString(value) {
			return fmt.Errorf("line %d, field %q: %w", p.Line, fieldNames[d.columns[i]], errNotUTF8)
		}
		if f := d.columns[i]; !isList(f) {
			*p.text(f) = value
		} else if value != "" {
			*p.list(f) = strings.Split(value, ";")
		}
	}
	return nil
}

// record reads one record; its errors name lines, never what stands there.
func (d *csvDecoder) record() ([]string, error) {
	d.allowed.left = maxPerson
	record, err := d.csv.Read()
	var parse *csv.ParseError
	switch {
	case err == nil, err == io.EOF:
		return record, err
	case errors.Is(err, errAllowance):
		return nil, fmt.Errorf("a person takes more than %d KiB: is a quote missing?", maxPerson>>10)
	case errors.Is(err, csv.ErrFieldCount):
		line, _ := d.csv.FieldPos(0)
		return nil, fmt.Errorf("line %d: %d fields where the header has %d", line, len(record), d.csv.FieldsPerRecord)
	case errors.As(err, &parse):
		return nil, fmt.Errorf("line %d: %w", parse.Line, parse.Err)
	}
	return nil, fmt.Errorf("reading people: %w", err)
}

// header reads the names of the columns. Its errors give numbers of columns and
// not what stands there: without a header it would be somebody's row.
func (d *csvDecoder) header() error {
	d.allowed.left = maxPerson
	if err := skipMark(d.in); err != nil {
		return fmt.Errorf("reading people: %w", err)
	}
	record, err := d.record()
	if err != nil {
		return err
	}
	columns, seen, unknown := make([]int, len(record)), [numFields]bool{}, -1
	known := 0
	for i, name := range record {
		f, ok := fieldOf(strings.ToLower(strings.TrimSpace(name)))
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
	if known == 0 {
		return fmt.Errorf("line 1: not a header of comma-separated columns: name them first, last, birth_date, zip and so on")
	}
	if unknown >= 0 {
		return fmt.Errorf("line 1: column %d is an unknown field; %s", unknown+1, didYouMean(record[unknown]))
	}
	d.columns = columns
	return nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
