package audit

import (
	"cmp"
	"slices"

	"rollcheck/data/catalogue"
	"rollcheck/rollindex/voterfile"
)

// The rules that a violation can be of.
const (
	RuleProtected = "protected" // people whose details are protected
	RuleMinor     = "minor"     // people under 18
)

// Position is a line of a file.
type Position struct {
	Member string // of the file, as it is shown; the file itself if it has no members
	Line   int64  // from 1; the number of a row in a container of tables
}

// Violation is something that may not go out. It holds no value of a row.
type Violation struct {
	Rule      string
	File      string     // as it was given
	Column    string     // as the file names it; "" where it is of no column
	Rows      int64      // that show it
	Of        int64      // rows that were looked at
	Low, High float64    // 95 % interval of the share Rows/Of ([compare.NewShare])
	Lines     []Position // the first ten of them
	Why       string     // a clause
	Waived    *Waiver    // nil unless a waiver lets it pass
}

// Waiver lets a violation pass until a day, on the word of somebody.
type Waiver struct {
	Rule   string         `json:"rule"`
	Column string         `json:"column,omitempty"` // "" for what is of no column
	File   string         `json:"file,omitempty"`   // the file's name without its folders; "" for every file
	Reason string         `json:"reason"`
	Name   string         `json:"name"`  // who answers for it
	Until  catalogue.Date `json:"until"` // the last day on which it holds
}

// maxLines bounds how many lines a violation names.
const maxLines = 10

// place is a line as it is kept while rows are read: the member above the line.
type place uint64

const lineBits = 48

func newPlace(member int, line int64) place { return place(member)<<lineBits | place(line) }

// positions returns where rows stand.
func positions(places []place, members []voterfile.Member) []Position {
	out := make([]Position, len(places))
	for i, p := range places {
		out[i] = Position{members[p>>lineBits].Name, int64(p & (1<<lineBits - 1))}
	}
	slices.SortFunc(out, func(a, b Position) int { return cmp.Or(cmp.Compare(a.Member, b.Member), cmp.Compare(a.Line, b.Line)) })
	return out
}
