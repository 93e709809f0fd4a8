package exposure

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// A Decoder reads people one after the other.
type Decoder interface {
	// Next sets p, which is empty, to the next person, or returns io.EOF after
	// the last. A [FieldError] says that this person cannot be read and the next
	// one may; p then has their ID and Line if these are known. Any other error
	// ends the reading. Errors name the line and the field and never hold a
	// value.
	Next(p *Person) error
}

// Format is a format of people.
type Format string

// The formats of people.
const (
	JSON Format = "json" // JSON objects, one a line or not, or one array of them
	CSV  Format = "csv"  // separated by commas, semicolons or tabs, with a header; lists are separated by ";"
)

// Errors of input that is not people in the format asked for.
var (
	// ErrNotJSON: the input does not begin with a JSON object or array.
	ErrNotJSON = errors.New("not a JSON object; give people as {\"first\": ..., \"last\": ...}")
	// ErrWorkbook: the input is a zip file, as the workbooks of spreadsheets are.
	ErrWorkbook = errors.New("this is a workbook or an archive, not text")
)

// NewDecoder returns a decoder for people in UTF-8, or in UTF-16 with a byte
// order mark, with the field names of the command line's documentation: id,
// first, middle, last, suffix, birth_date, birth_year, zip, address, city,
// state, email, phone, voter_id, registered_since, former_last, former_zip,
// former_state. A table's
// header may call them by common other names ("Date of Birth"). Unknown fields
// are errors. A person may take up to 64 KiB.
func NewDecoder(r io.Reader, f Format) (Decoder, error) {
	text := &textReader{in: bufio.NewReaderSize(r, 16)} // longer reads pass through
	switch f {
	case JSON:
		return &jsonDecoder{r: text, line: 1, buf: make([]byte, 0, 1<<16)}, nil
	case CSV:
		return newCSVDecoder(text), nil
	}
	return nil, fmt.Errorf("people cannot be read as %q: use %q or %q", string(f), JSON, CSV)
}

// textReader reads text as UTF-8 without a byte order mark.
type textReader struct {
	in   *bufio.Reader
	text io.Reader // nil until the first bytes are seen
}

// Read implements [io.Reader].
func (t *textReader) Read(b []byte) (int, error) {
	if t.text == nil {
		if err := t.open(); err != nil {
			return 0, err
		}
	}
	return t.text.Read(b)
}

func (t *textReader) open() error {
	head, err := t.in.Peek(4)
	if err != nil && err != io.EOF {
		return err
	}
	t.text = t.in
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return ErrWorkbook
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err = t.in.Discard(3)
		return err
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		t.text = transform.NewReader(t.in, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder())
	}
	return nil
}

// People returns a decoder of people already at hand.
func People(people ...Person) Decoder {
	d := peopleDecoder(people)
	return &d
}

type peopleDecoder []Person

func (d *peopleDecoder) Next(p *Person) error {
	if len(*d) == 0 {
		return io.EOF
	}
	*p, *d = (*d)[0], (*d)[1:]
	return nil
}

// maxPerson bounds one person in the input, so that a file without line ends
// (or a disk image) is an error and not an allocation.
const maxPerson = 64 << 10

const notUTF8 = "not UTF-8 text (save the file as UTF-8)"

// tooLong is the error of a person that takes more than maxPerson bytes.
func tooLong(line int) error {
	return fmt.Errorf("line %d: one person takes more than %d KiB", line, maxPerson>>10)
}

// shown returns a field name from the input for an error message, after a
// space, if it is near enough to a field to be a slip; else nothing, since a
// file keyed by people has their names there.
func shown(name string) string {
	if len(name) > 32 || !strings.HasPrefix(didYouMean(name), "did") {
		return ""
	}
	return fmt.Sprintf(" %q", name)
}
