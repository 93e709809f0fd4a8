// Package layouts holds the known shapes of voter files, one JSON file each,
// and the schema they are written in. A layout is data: reading a file by it is
// the business of rollcheck/rollindex/voterfile.
package layouts

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"

	"rollcheck/data/field"
)

// Layout is the shape of one generation of one state's or vendor's file.
type Layout struct {
	ID           string `json:"id"`           // "fl-extract", also the file's name
	Title        string `json:"title"`        // what its publisher calls it
	Jurisdiction string `json:"jurisdiction"` // "US-FL"; "" for a vendor's file
	Vintage      string `json:"vintage"`      // when files of this shape were made, in words
	Distribution string `json:"distribution"` // how it reaches people, in words

	// Container is the form in which its publisher writes it, one of
	// [Containers]; "" is "delimited". A copy may come in another: the columns of
	// a layout are found by their names wherever a file names them.
	Container  string `json:"container,omitempty"`
	Delimiter  string `json:"delimiter,omitempty"`   // one byte; of a fixed file: what stands in the bytes between columns, "" for blanks
	Quote      string `json:"quote,omitempty"`       // `"`, or "" when a quote is a literal character
	Header     bool   `json:"header"`                // the first row names the columns
	Encoding   string `json:"encoding,omitempty"`    // "utf-8" or "windows-1252": what its publisher writes
	LineEnding string `json:"line_ending,omitempty"` // "lf" or "crlf", as the publisher writes it

	RecordLength      int    `json:"record_length,omitempty"`      // of a fixed file: bytes of a line without its end
	RecordOpen        bool   `json:"record_open,omitempty"`        // of a fixed file: lines go on behind the record, with columns that are not documented
	PreambleLines     int    `json:"preamble_lines,omitempty"`     // lines before the header
	TrailingDelimiter string `json:"trailing_delimiter,omitempty"` // "rows": at the end of each row, but not of the header; "all": of both
	RepeatedHeader    bool   `json:"repeated_header,omitempty"`    // the header stands again between rows
	Unordered         bool   `json:"unordered,omitempty"`          // the order of the columns is not documented: they are found by name only
	ApproximateNames  bool   `json:"approximate_names,omitempty"`  // names as a source spells them, not as the file does

	// Columns of one name are told apart by their order.
	Columns []Column `json:"columns"`
	// Growing describes the columns that follow the fixed ones, one an election.
	Growing *Growing `json:"growing,omitempty"`
	// Tail lists columns that only some deliveries have. Without a header all or
	// none of them follow the fixed ones; with a header any of them may be there,
	// at any place.
	Tail []Column `json:"tail,omitempty"`
	// Absent lists values that stand for a withheld or missing one in any column.
	Absent []string `json:"absent,omitempty"`
	// IgnoreFolders lists parts of folder names, in lower case, inside the
	// publisher's archive whose files check or repeat the roll.
	IgnoreFolders []string `json:"ignore_folders,omitempty"`

	// BirthPrecision is "day", "month", "year", "age" or "none".
	BirthPrecision string                       `json:"birth_precision"`
	Codes          map[string]map[string]string `json:"codes,omitempty"`        // by role: code -> meaning
	VoteHistory    string                       `json:"vote_history,omitempty"` // where it is, if not in the columns, in words
	Quirks         []string                     `json:"quirks,omitempty"`
	RowsApprox     int64                        `json:"rows_approx,omitempty"`
	Confidence     string                       `json:"confidence"` // "high", "medium" or "low"
	Sources        []string                     `json:"sources"`
}

// Column is one column of a layout. It has a role, or a kind, or neither.
type Column struct {
	Name      string     `json:"name"`
	Aliases   []string   `json:"aliases,omitempty"` // other spellings seen in headers
	Role      field.Role `json:"-"`
	RoleName  string     `json:"role,omitempty"`       // a field.Role's name
	Kind      field.Kind `json:"-"`                    // meaningful when KindName is set
	KindName  string     `json:"kind,omitempty"`       // what a value exposes, where the column has no role: further address lines, districts
	Start     int        `json:"start,omitempty"`      // of a fixed file: its first byte in the line, from 1
	Length    int        `json:"length,omitempty"`     // of a fixed file: its bytes
	Format    string     `json:"format,omitempty"`     // of a date, one of [Formats]; of a whole name, one of [NameFormats]
	MaxLength int        `json:"max_length,omitempty"` // in characters; 0 is not stated
	Optional  bool       `json:"optional,omitempty"`   // not in every file: without a header, a file has all optional columns or none
	Withheld  bool       `json:"withheld,omitempty"`   // not given for voters with a public-records exemption
	Absent    []string   `json:"absent,omitempty"`     // values that stand for a withheld or missing one here
	Note      string     `json:"note,omitempty"`
}

// Exposes returns the kind of information a value in the column exposes, and
// whether it exposes one at all.
func (c *Column) Exposes() (field.Kind, bool) {
	if c.KindName != "" {
		return c.Kind, true
	}
	return c.Role.Kind()
}

// Containers returns the forms in which publishers write their files.
func Containers() []string {
	return []string{"delimited", "fixed", "xlsx", "json", "xml", "dbf", "pgcopy"}
}

// Formats returns the forms of a date a column can state. One that begins with
// the day says that a copy in which the month could be meant does not mean it;
// among the others, the reader goes by the value.
func Formats() []string {
	return []string{
		"YYYY-MM-DD", "YYYYMMDD", "MM/DD/YYYY", "M/D/YYYY", "MM-DD-YYYY", "MM/DD/YY", "MMDDYYYY", "DD/MM/YYYY", "D/M/YYYY",
		"MM/YYYY", "YYYY-MM", "YYYY",
	}
}

// NameFormats returns the forms of a whole name in one column: "last, first"
// (surname, comma, first and middle names), "last first" and "first last".
func NameFormats() []string { return []string{"last, first", "last first", "first last"} }

// Delimited reports whether rows are lines cut by a delimiter.
func (l *Layout) Delimited() bool { return l.Container == "" || l.Container == "delimited" }

// Required returns the columns that every file has, in their order.
func (l *Layout) Required() []Column {
	if !slices.ContainsFunc(l.Columns, func(c Column) bool { return c.Optional }) {
		return l.Columns
	}
	return slices.DeleteFunc(slices.Clone(l.Columns), func(c Column) bool { return c.Optional })
}

// Growing says how the columns beyond the fixed ones are named and what they hold.
type Growing struct {
	Pattern  string     `json:"pattern"` // a regular expression the whole column name matches
	Role     field.Role `json:"-"`
	RoleName string     `json:"role"`
	Anywhere bool       `json:"anywhere,omitempty"` // they may stand between the fixed columns, so that only a header tells where

	re *regexp.Regexp
}

// Match reports whether name is the name of such a column, in any case.
func (g *Growing) Match(name string) bool {
	return g != nil && g.re.MatchString(strings.TrimSpace(name))
}

const (
	accented   = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿşğıłśźżćńęąšžčřů"
	unaccented = "aaaaaaceeeeiiiinooooouuuuyysgilszzcneaszcru"
)

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

// All returns the built-in layouts by id, read once. They are shared and not to be
// changed.
var All = sync.OnceValues(func() ([]*Layout, error) {
	var all []*Layout
	for _, id := range IDs() {
		l, err := Get(id)
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
})

// ErrUnknown is wrapped by [Get] for an id that is not built in.
var ErrUnknown = errors.New("no such layout")

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
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var l Layout
	if err := dec.Decode(&l); err != nil {
		return nil, fmt.Errorf("reading a layout: %w", err)
	}
	if err := l.resolve(); err != nil {
		return nil, fmt.Errorf("layout %q: %w", l.ID, err)
	}
	if err := l.check(); err != nil {
		return nil, fmt.Errorf("layout %q: %w", l.ID, err)
	}
	return &l, nil
}

// NormName reduces a column's name to what headers are compared by: letters and
// digits in lower case and without accents, so that "Name Last", "name_last" and
// "NAME-LAST" are one, and "Prénom" and "PRENOM".
func NormName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if i := strings.IndexRune(accented, r); i >= 0 && r >= 0x80 {
			r = rune(unaccented[utf8.RuneCountInString(accented[:i])])
		}
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}
