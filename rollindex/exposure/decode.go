package exposure

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A Decoder reads people one after the other.
type Decoder interface {
	// Next overwrites p with the next person, or returns io.EOF after the
	// last. Any other error ends the reading; it names the line and the field
	// and never holds a value.
	Next(p *Person) error
}

// Format is a format of people.
type Format string

// The formats of people.
const (
	JSON Format = "json" // JSON objects, one a line or not, or one array of them
	CSV  Format = "csv"  // comma-separated, with a header; lists are separated by ";"
)

// NewDecoder returns a decoder for people in UTF-8 with the field names of the
// command line's documentation: first, middle, last, suffix, birth_date,
// birth_year, zip, address, city, state, email, phone, voter_id, former_last,
// former_zip, former_state. Unknown fields are errors. A person may take up to
// 64 KiB.
func NewDecoder(r io.Reader, f Format) (Decoder, error) {
	switch f {
	case JSON:
		return &jsonDecoder{r: r, line: 1, buf: make([]byte, 0, 1<<16)}, nil
	case CSV:
		return newCSVDecoder(r), nil
	}
	return nil, fmt.Errorf("people cannot be read as %q: use %q or %q", string(f), JSON, CSV)
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

var errNotUTF8 = errors.New("not UTF-8 text (save the file as UTF-8)")

// tooLong is the error of a person that takes more than maxPerson bytes.
func tooLong(line int) error {
	return fmt.Errorf("line %d: one person takes more than %d KiB", line, maxPerson>>10)
}

const byteOrderMark = "\uFEFF"

// skipMark skips a byte order mark at the start of a text.
func skipMark(r *bufio.Reader) error {
	head, err := r.Peek(len(byteOrderMark))
	if err != nil && err != io.EOF {
		return err
	}
	if string(head) == byteOrderMark {
		_, err := r.Discard(len(byteOrderMark))
		return err
	}
	return nil
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
