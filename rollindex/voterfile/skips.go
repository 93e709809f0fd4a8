package voterfile

import (
	"cmp"
	"slices"

	"rollcheck/hashing"
)

// Reason is why a row was skipped.
type Reason uint8

// The reasons.
const (
	FieldCount  Reason = iota // not the number of fields the file's other rows have
	OpenQuote                 // a quote that is never closed, and the row does not fit without it
	NULByte                   // holds a NUL byte
	Shifted                   // the surname is a date or a number: values stand in the wrong columns
	CutShort                  // the last line, without a line end and with too few fields: the file is not whole
	LineTooLong               // longer than [Options.MaxLine]
	ColumnTypes               // gives the types of the columns below their names, or underlines them
	numReasons
)

var reasonNames = [numReasons]string{"field-count", "open-quote", "nul-byte", "shifted", hashing.CutShort, "line-too-long", "column-types"}

// String returns the name used in JSON and in an index ("field-count").
func (r Reason) String() string {
	if r >= numReasons {
		return "unknown"
	}
	return reasonNames[r]
}

var reasonTitles = [numReasons]string{
	"not as many fields as the other rows have", "a quote that is never closed", "a NUL byte", "values in the wrong columns",
	"the last row ends in its middle: the file seems cut off, fetch it again", "longer than a line may be",
	"the types of the columns, no person",
}

// Title returns the reason in words.
func (r Reason) Title() string {
	if r >= numReasons {
		return "unknown"
	}
	return reasonTitles[r]
}

// Reasons returns every reason.
func Reasons() []Reason {
	return []Reason{FieldCount, OpenQuote, NULByte, Shifted, CutShort, LineTooLong, ColumnTypes}
}

// Position is a line of a member of a [Source].
type Position struct {
	Member int   // index into [Source.Members]
	Line   int64 // from 1
}

// maxPositions bounds how many lines are remembered for each reason.
const maxPositions = 5

// Skips counts the rows that were read and those of them that were skipped.
// Blank lines are no rows, nor are the names of the columns.
type Skips struct {
	Rows    int64 // rows read, skipped ones included
	Headers int64 // headers met again behind the first line of a member

	// Impossible counts the rows read whose birth date has a month or day that does not
	// exist, so that its year alone counts. A zero says that it is not known.
	Impossible int64

	counts          [numReasons]int64
	first           [numReasons][]Position
	firstImpossible []Position
}

// Count returns how many rows were skipped for the reason.
func (s Skips) Count(r Reason) int64 { return s.counts[r] }

// Skipped returns how many rows were skipped.
func (s Skips) Skipped() int64 {
	var n int64
	for _, c := range s.counts {
		n += c
	}
	return n
}

// First returns where the first few rows skipped for the reason stand, in order.
func (s Skips) First(r Reason) []Position { return s.first[r] }

// FirstImpossible returns where the first few rows of [Skips.Impossible] stand, in order.
func (s Skips) FirstImpossible() []Position { return s.firstImpossible }

// ByReason returns the counts that are not zero by the name of their reason,
// never nil.
func (s Skips) ByReason() map[string]int64 {
	m := map[string]int64{}
	for r, c := range s.counts {
		if c > 0 {
			m[Reason(r).String()] = c
		}
	}
	return m
}

// Merge adds the counts of o. The lines kept are the first of both, so that the
// result does not depend on how chunks were shared among parsers.
func (s *Skips) Merge(o Skips) {
	s.Rows += o.Rows
	s.Headers += o.Headers
	for r := range s.counts {
		s.counts[r] += o.counts[r]
		for _, p := range o.first[r] {
			s.first[r] = keepFirst(s.first[r], p)
		}
	}
	s.Impossible += o.Impossible
	for _, p := range o.firstImpossible {
		s.firstImpossible = keepFirst(s.firstImpossible, p)
	}
}

func (s *Skips) add(r Reason, p Position) {
	s.Rows++
	s.counts[r]++
	s.first[r] = keepFirst(s.first[r], p)
}

func (s *Skips) noteImpossible(p Position) {
	s.Impossible++
	s.firstImpossible = keepFirst(s.firstImpossible, p)
}

// keepFirst returns first with p among them, if it is one of the first few.
func keepFirst(first []Position, p Position) []Position {
	at, _ := slices.BinarySearchFunc(first, p, func(a, b Position) int {
		return cmp.Or(cmp.Compare(a.Member, b.Member), cmp.Compare(a.Line, b.Line))
	})
	if at == maxPositions {
		return first
	}
	first = slices.Insert(slices.Clone(first), at, p)
	return first[:min(len(first), maxPositions)]
}
