package hashing

import (
	"slices"
	"strings"
	"time"

	"rollcheck/data/field"
)

// Version is the version of the canonical form. It is the first thing in every
// hashed input, so keys of two versions never meet.
const Version = "rc1"

// Tag is what an index stores of a match key: 64 bits of the keyed function's
// output for one dataset, read big-endian, so that numeric order is byte order.
type Tag uint64

// Mask says what a row held beside the key it was found by. Bits 0 to 25 are
// the [field.Kind]s with a value in the row, bits 26 to 30 the middle initial
// ([InitialNone], 1 to 26 for A to Z, [InitialSeveral]), bit 31 is set when
// several rows share the key, so that what the mask says may be of any of them.
type Mask uint32

// Codes of the middle initial in a [Mask].
const (
	InitialNone    = 0
	InitialSeveral = 31
)

const (
	maskKinds        Mask = 1<<field.MaskBits - 1
	maskInitialShift      = field.MaskBits
	maskInitial      Mask = 31 << maskInitialShift
	maskShared       Mask = 1 << 31
)

// NewMask returns the mask of one row: its kinds and its middle initial
// ('A' to 'Z', or 0 for none).
func NewMask(kinds field.Set, initial byte) Mask {
	m := Mask(kinds) & maskKinds
	if initial >= 'A' && initial <= 'Z' {
		m |= Mask(initial-'A'+1) << maskInitialShift
	}
	return m
}

// Kinds returns the kinds of field the row, or any of the rows, held.
func (m Mask) Kinds() field.Set { return field.Set(m & maskKinds) }

// Initial returns the code of the middle initial, 0 to 31.
func (m Mask) Initial() int { return int(m & maskInitial >> maskInitialShift) }

// Shared reports whether several rows shared the key.
func (m Mask) Shared() bool { return m&maskShared != 0 }

// Merge returns the mask of two rows that share a key: the union of their
// kinds, their initial when they agree or only one has one, [InitialSeveral]
// when they differ, and the shared bit. It is commutative and associative, so
// the order in which rows are met does not matter.
func (m Mask) Merge(o Mask) Mask {
	a, b := m&maskInitial, o&maskInitial
	initial := a | b
	if a != b && a != 0 && b != 0 {
		initial = maskInitial
	}
	return (m|o)&maskKinds | initial | maskShared
}

// DatasetKind tells a leak from a lawful release.
type DatasetKind string

// The kinds of dataset.
const (
	Leak    DatasetKind = "leak"
	Release DatasetKind = "release"
)

// Valid reports whether k is one of the two kinds.
func (k DatasetKind) Valid() bool { return k == Leak || k == Release }

// DatasetInfo describes one indexed dataset. It holds counts and names of
// columns, never a value of a row.
type DatasetInfo struct {
	ID            string      `json:"id"`
	Generation    uint32      `json:"generation"` // counts ingests of this id in this index, from 1
	Title         string      `json:"title,omitempty"`
	Kind          DatasetKind `json:"kind"`
	Incident      string      `json:"incident,omitempty"`
	Jurisdictions []string    `json:"jurisdictions"`   // "US-FL", sorted
	AsOf          string      `json:"as_of,omitempty"` // YYYY-MM-DD: when the data was taken, if known
	// Scheme is [Served] in a served index, and empty in a local one. Sections are
	// then the jurisdictions under whose keys the dataset has entries, sorted: that of
	// a row's registration, residence and mailing address. Homes are those of them that
	// suffice to find every row.
	Scheme   Scheme   `json:"scheme,omitempty"`
	Sections []string `json:"sections,omitempty"`
	Homes    []string `json:"homes,omitempty"`

	Layout  string           `json:"layout"`
	Sources []Source         `json:"sources"` // sorted by SHA-256
	Rows    int64            `json:"rows"`    // rows read, skipped ones included
	Indexed int64            `json:"indexed"` // rows that got at least one key
	Keyless int64            `json:"keyless"` // rows read in full that carry nothing anyone could be matched by
	Skipped map[string]int64 `json:"skipped"` // rows that could not be read, by reason
	// Withheld counts the rows that were read and left out whole, by reason, such as
	// [Confidential].
	Withheld map[string]int64 `json:"withheld,omitempty"`
	// Unread counts the members of the sources that were not read and may hold
	// people: without them the dataset is not whole. Unchosen counts those that were
	// left out by choice: the dataset is parts of its sources.
	Unread   int64 `json:"unread,omitempty"`
	Unchosen int64 `json:"unchosen,omitempty"`

	// Doubts names what the values of the sources do not settle of how they were read,
	// sorted, such as which column holds the surnames ("surname-first-name").
	Doubts []string `json:"doubts,omitempty"`
	// Contrary counts the rows whose values speak against how they were read, which was
	// as they stand, by what is in question, as in Doubts; of codes, and of values that
	// cannot stand in their column, the values.
	Contrary map[string]int64 `json:"contrary,omitempty"`
	// Singly counts those that speak against it by names or places and stand here and
	// there, as some rows of any file do.
	Singly map[string]int64 `json:"contrary_singly,omitempty"`
	// Impossible counts the rows whose birth date has a month or day that does not exist,
	// so that its year alone counts.
	Impossible int64 `json:"impossible_births,omitempty"`

	KeyRows map[string]int64 `json:"key_rows"`
	Columns []string         `json:"columns"` // names of the kinds of field with a value in any row
	// Unknown names the columns of the sources that have a value in any row and of which
	// nothing says what they hold, in their order: what is known of a row is not all.
	Unknown []string `json:"unknown_columns,omitempty"`
	// OtherTables names the sheets, tables and texts of rows of the sources that were
	// left out because they are no roll, in their order and at most [MostTables]: a
	// source holds more than what is known of the dataset.
	OtherTables  []string  `json:"left_out_tables,omitempty"`
	JanuaryFirst string    `json:"january_first,omitempty"`
	Tags         int64     `json:"tags"`
	Canonical    string    `json:"canonical"`
	BuiltAt      time.Time `json:"built_at"`
	Digest       string    `json:"digest"` // hex SHA-256 of the content, the same for the same input
}

// MostTables is how many tables [DatasetInfo.OtherTables] names.
const MostTables = 100

// Source is one file a dataset was read from.
type Source struct {
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

// The names, in [DatasetInfo.Doubts], of the questions whether the surnames, first names, births
// or ZIP codes of a source stand in the rows of their people.
const (
	SurnameOfOthers = "surname-of-others"
	FirstOfOthers   = "first-name-of-others"
	BirthOfOthers   = "birth-of-others"
	ZIPOfOthers     = "zip-of-others"
)

// CutShort is the name, in [DatasetInfo.Skipped], of rows that a source ends
// within: what stood behind them is missing.
const CutShort = "cut-short"

// Confidential is the name, in [DatasetInfo.Withheld], of rows that say that their
// voter's details are protected.
const Confidential = "confidential"

// Suppressed is the name, in [DatasetInfo.Withheld], of rows of people who asked to
// be left out.
const Suppressed = "suppressed"

// LeftOut returns how many rows were left out whole.
func (d *DatasetInfo) LeftOut() (n int64) {
	for _, rows := range d.Withheld {
		n += rows
	}
	return n
}

// OfOthers reports whether names, births or ZIP codes of the sources seem to stand in the rows of
// other people than theirs, who then are hardly found by them.
func (d *DatasetInfo) OfOthers() bool {
	return slices.ContainsFunc(d.Doubts, func(q string) bool { return strings.HasSuffix(q, "-of-others") })
}

// Whole reports whether all of the sources was read, as far as they were meant to
// be: no part that may hold people was left out, and none ends in the middle of a
// row.
func (d *DatasetInfo) Whole() bool { return d.Unread == 0 && d.Skipped[CutShort] == 0 }

// Coverage is the share of the dataset's rows that somebody could be matched
// by: neither skipped nor without any key. It is 1 for an empty dataset.
func (d *DatasetInfo) Coverage() float64 {
	if d.Rows == 0 {
		return 1
	}
	return float64(d.Indexed) / float64(d.Rows)
}
