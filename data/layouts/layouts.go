// Package layouts holds the known shapes of voter files, one JSON file each,
// and the schema they are written in. A layout is data: reading a file by it is
// the business of rollcheck/rollindex/voterfile.
package layouts

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"sort"
	"strings"

	"rollcheck/data/field"
)

// Layout is the shape of one generation of one state's or vendor's file.
type Layout struct {
	ID           string `json:"id"`           // "fl-extract", also the file's name
	Title        string `json:"title"`        // what its publisher calls it
	Jurisdiction string `json:"jurisdiction"` // "US-FL"; "" for a vendor's file
	Vintage      string `json:"vintage"`      // when files of this shape were made, in words
	Distribution string `json:"distribution"` // how it reaches people, in words

	Delimiter  string `json:"delimiter"`   // one byte
	Quote      string `json:"quote"`       // `"`, or "" when a quote is a literal character
	Header     bool   `json:"header"`      // the first row names the columns
	Encoding   string `json:"encoding"`    // "utf-8" or "windows-1252": what a line that is not UTF-8 is read as
	LineEnding string `json:"line_ending"` // "lf" or "crlf", as the publisher writes it

	Columns []Column `json:"columns"`
	// Growing describes the columns that follow the fixed ones, one an election.
	Growing *Growing `json:"growing,omitempty"`
	// Tail lists columns that some deliveries append after the fixed ones (all or none).
	Tail []Column `json:"tail,omitempty"`
	// Absent lists values that stand for a withheld or missing one in any column.
	Absent []string `json:"absent,omitempty"`

	// BirthPrecision is "day", "month", "year", "age" or "none".
	BirthPrecision string                       `json:"birth_precision"`
	Codes          map[string]map[string]string `json:"codes,omitempty"` // by role: code -> meaning
	Quirks         []string                     `json:"quirks,omitempty"`
	RowsApprox     int64                        `json:"rows_approx,omitempty"`
	Confidence     string                       `json:"confidence"` // "high", "medium" or "low"
	Sources        []string                     `json:"sources"`
}

// Column is one column of a layout.
type Column struct {
	Name      string     `json:"name"`
	Aliases   []string   `json:"aliases,omitempty"` // other spellings seen in headers
	Role      field.Role `json:"-"`
	RoleName  string     `json:"role,omitempty"`   // a field.Role's name
	Format    string     `json:"format,omitempty"` // of a date: "YYYY-MM-DD", "MM/DD/YYYY", "YYYYMMDD"; else words
	MaxLength int        `json:"max_length,omitempty"`
	Withheld  bool       `json:"withheld,omitempty"` // not given for voters with a public-records exemption
	Absent    []string   `json:"absent,omitempty"`   // values that stand for a withheld or missing one here
}

// Growing says how the columns beyond the fixed ones are named and what they hold.
type Growing struct {
	Pattern  string     `json:"pattern"` // a regular expression the whole column name matches
	Role     field.Role `json:"-"`
	RoleName string     `json:"role"`
}

//go:embed *.json
var files embed.FS

// IDs returns the ids of the built-in layouts, sorted.
func IDs() []string {
	names, err := fs.Glob(files, "*.json")
	if err != nil { // the pattern is a constant
		panic(err)
	}
	for i := range names {
		names[i] = strings.TrimSuffix(names[i], ".json")
	}
	sort.Strings(names)
	return names
}

// ErrUnknown is wrapped by [Get] for an id that is not built in.
var ErrUnknown = fmt.Errorf("no such layout")

// Get returns the built-in layout of that id.
func Get(id string) (*Layout, error) {
	b, err := files.ReadFile(id + ".json")
	if err != nil {
		return nil, fmt.Errorf("%w: %q", ErrUnknown, id)
	}
	return Parse(b)
}

// Parse reads a layout file and checks it.
func Parse(b []byte) (*Layout, error) {
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.DisallowUnknownFields()
	var l Layout
	if err := dec.Decode(&l); err != nil {
		return nil, fmt.Errorf("reading a layout: %w", err)
	}
	return &l, l.check()
}

func (l *Layout) check() error {
	switch {
	case l.ID == "":
		return fmt.Errorf("layout without an id")
	case len(l.Delimiter) != 1:
		return fmt.Errorf("layout %q: the delimiter must be one byte", l.ID)
	case len(l.Quote) > 1:
		return fmt.Errorf("layout %q: the quote must be one byte or none", l.ID)
	case len(l.Columns) == 0:
		return fmt.Errorf("layout %q has no columns", l.ID)
	}
	for _, cols := range [][]Column{l.Columns, l.Tail} {
		for i := range cols {
			if err := setRole(&cols[i].Role, cols[i].RoleName); err != nil {
				return fmt.Errorf("layout %q, column %q: %w", l.ID, cols[i].Name, err)
			}
		}
	}
	if l.Growing != nil {
		return setRole(&l.Growing.Role, l.Growing.RoleName)
	}
	return nil
}

func setRole(r *field.Role, name string) error {
	if name == "" {
		return nil
	}
	role, ok := field.ParseRole(name)
	if !ok {
		return fmt.Errorf("unknown role %q", name)
	}
	*r = role
	return nil
}
