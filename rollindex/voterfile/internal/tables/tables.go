// Package tables reads files that hold tables in a form of their own: SQL dumps,
// JSON, BSON, XML, workbooks and Parquet. It hands the rows of a table out as
// lines of text, so that the one reader of delimited lines reads them all.
//
// A line is the fields of a row, in the order of the table's columns, separated
// by [Separator] and ended by a line feed. What is no value (NULL, a key that an
// object lacks) is an empty field. Control characters that would break the form
// (the separator, line feed, carriage return) become spaces within a value. A
// row that cannot be read becomes the line [Unreadable], so that it is counted
// and its number kept. Text is UTF-8, but for SQL dumps, whose bytes are handed
// on as they are.
package tables

import (
	"bytes"
	"errors"
	"io"
)

// Separator stands between the fields of a row: the unit separator of ASCII,
// which is made for this.
const Separator = '\x1f'

// Unreadable is the line of a row that cannot be read. It has one field, and so
// never the number of fields of a table.
const Unreadable = "\x15"

// Input is a file, or a member of an archive, without compression.
type Input struct {
	Open func() (io.ReadCloser, error) // reads it from its beginning, as often as wanted
	At   io.ReaderAt                   // the same bytes in any order; nil if they can only be read in order
	Size int64                         // how many they are; -1 if not known
}

// Table is one table of a file.
type Table struct {
	Name    string   // "" where the format has one table without a name
	Columns []string // the names; nil if the rows may begin with a header, as in a worksheet
	Rows    int64    // how many, as far as the file was surveyed; -1 if not known
	Hidden  bool     // a worksheet that is not shown
}

// File is an opened file of tables. It is for one goroutine at a time.
type File interface {
	// Tables lists what the survey found, in the order of the file.
	Tables() []Table
	// Rows reads the rows of one of the tables, streaming.
	Rows(table int) (io.ReadCloser, error)
	Close() error
}

// Errors of this package are wrapped with what happened where.
var (
	// ErrDamaged is a file that breaks the rules of its format where no next row
	// can be found.
	ErrDamaged = errors.New("damaged")
	// ErrTruncated is a file that ends in the middle.
	ErrTruncated = errors.New("truncated")
	// ErrMixed is a file with records of one kind at several places, of which only
	// one would be read.
	ErrMixed = errors.New("records at several places")
	// ErrUnclear is a statement that changes what its file means in a way that is
	// not known.
	ErrUnclear = errors.New("not understood")
	// ErrTooLarge is a part that would take more memory than may be used for it.
	ErrTooLarge = errors.New("too large")
)

// maxRow bounds the bytes of one row, and with it the memory of a reader.
const maxRow = 16 << 20

// appendValue appends a value to a line, with what would break the line made spaces.
func appendValue(line, value []byte) []byte {
	if bytes.IndexByte(value, '\n') < 0 && bytes.IndexByte(value, '\r') < 0 && bytes.IndexByte(value, Separator) < 0 && bytes.IndexByte(value, 0) < 0 {
		return append(line, value...)
	}
	for _, c := range value {
		if c == '\n' || c == '\r' || c == Separator || c == 0 {
			c = ' '
		}
		line = append(line, c)
	}
	return line
}
