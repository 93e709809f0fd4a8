package audit

import (
	"cmp"
	"slices"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/audit/risk"
)

// The rules that a violation can be of.
const (
	RuleOtherState = "other-state"    // a file of another state than the rules, which cannot judge it
	RuleColumn     = "column"         // a column that may not go out, or that nobody knows
	RuleSSN        = "ssn"            // social security numbers, or their last four digits
	RuleLicence    = "licence"        // numbers of driver's licences or state identity cards
	RuleBirthDate  = "birth-date"     // birth dates more exact than may go out
	RuleEmail      = "email"          // e-mail addresses
	RulePhone      = "phone"          // phone numbers
	RuleFreeText   = "free-text"      // sentences that somebody wrote
	RuleHidden     = "hidden-content" // what is in a file and nobody sees, or nobody could read
	RuleProtected  = "protected"      // people whose details are protected
	RuleMinor      = "minor"          // people under 18
)

// ruleNames are the rules, for who waives one.
var ruleNames = []string{
	RuleOtherState, RuleColumn, RuleSSN, RuleLicence, RuleBirthDate, RuleEmail, RulePhone, RuleFreeText, RuleHidden, RuleProtected, RuleMinor,
}

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
	Lines     []Position // all of them; of more than 10,000 the first 10,000, or ten of what a whole column holds
	Why       string     // a clause
	Waived    *Waiver    // nil unless a waiver lets it pass
}

// Result is what an audit found.
type Result struct {
	Rules      *Rules
	Recipient  string // class of recipient the release is for; "" for anybody
	Watch      Watch  // who was not to be in it
	Files      []*File
	Violations []Violation // by file, the waived among them
	Nears      []Near      // rows that fail nothing and that a human has to look at
	Expired    []Waiver    // whose day has passed, whether or not a violation asks for them
	Unused     []Waiver    // of the others, that no violation asked for
}

// Passed reports whether every violation is waived.
func (r *Result) Passed() bool { return r.Open() == 0 }

// Open returns how many violations are not waived.
func (r *Result) Open() int {
	n := 0
	for i := range r.Violations {
		if r.Violations[i].Waived == nil {
			n++
		}
	}
	return n
}

// SeveralMembers reports whether lines of a file say little without their member.
func (r *Result) SeveralMembers(path string) bool {
	for _, f := range r.Files {
		if f.Path == path {
			read := 0
			for _, m := range f.Members {
				if m.LeftOut == "" {
					read++
				}
			}
			return read > 1
		}
	}
	return false
}

// File is what was looked at in one file of a release.
type File struct {
	Path    string
	Sources []hashing.Source // digest and size
	Members []Member
	Columns []Column
	Rows    int64            // read, skipped and ignored ones included
	Skipped map[string]int64 // by reason
	Ignored int64            // rows that [Options.Ignore] left out: decoys
	Risks   []*risk.Result   // what it lets others link, of each part that was read by itself; nil if not measured
}

// Member is a member of a file: the file itself, a file in an archive, a table.
type Member struct {
	Name     string
	Layout   string // it was read by; "" if it was not read
	Proposed bool   // no known layout fits: it was read by one that was made of its header and contents
	LeftOut  string // why it was not read; "" if it was
}

// Column is one column of a file, by what became of it.
type Column struct {
	Name     string
	Kind     field.Kind // what a value in it exposes, if Tells
	Tells    bool
	Filled   int64 // rows with a value
	Decision Decision
}

// How many lines a violation names. Who takes rows out of a release needs all of them;
// what more rows of a column hold is taken out with the column, and the first show what
// it is, so that full columns cost no memory.
const (
	maxLines   = 10_000
	firstLines = 10
	mostLines  = 500_000 // of all violations of a release, whose files may be thousands
)

// limit keeps the first lines of a violation alone if there are more than are left, and
// returns how many it has.
func (v *Violation) limit(left int) int {
	if len(v.Lines) > firstLines && len(v.Lines) > left {
		v.Lines = slices.Clone(v.Lines[:firstLines])
	}
	return len(v.Lines)
}

// place is a line as it is kept while rows are read: the member above the line.
type place uint64

const lineBits = 48

func newPlace(member int, line int64) place { return place(member)<<lineBits | place(line) }

// hits counts values of a column and keeps where they stand: all, up to [maxLines], or
// the first.
type hits struct {
	n    int64
	cut  bool // more stand elsewhere
	kept []place
}

// add counts a value. Of one goroutine, rows come in order.
func (h *hits) add(p place) {
	h.n++
	if h.cut || len(h.kept) > 0 && h.kept[len(h.kept)-1] == p {
		return
	}
	h.kept = append(h.kept, p)
	h.trim()
}

// trim keeps the first lines alone, if there are too many or others are not known.
func (h *hits) trim() {
	if h.cut = h.cut || len(h.kept) > maxLines; h.cut {
		h.kept = slices.Clone(h.kept[:min(len(h.kept), firstLines)])
	}
}

// merge adds what another goroutine counted. Whoever read what, all are kept or the
// first of both: nothing depends on it.
func (h *hits) merge(o *hits) {
	all := append(slices.Clone(h.kept), o.kept...)
	slices.Sort(all)
	h.kept = slices.Compact(all)
	h.n += o.n
	h.cut = h.cut || o.cut
	h.trim()
}

// rows returns how many rows have such a value: exactly, if all lines are known; else at
// most as many as have any.
func (h *hits) rows(filled int64) int64 {
	if !h.cut {
		return int64(len(h.kept))
	}
	return min(h.n, filled)
}

func sortViolations(vs []Violation, paths []string) {
	slices.SortStableFunc(vs, func(a, b Violation) int {
		return cmp.Or(
			cmp.Compare(slices.Index(paths, a.File), slices.Index(paths, b.File)),
			cmp.Compare(slices.Index(ruleNames, a.Rule), slices.Index(ruleNames, b.Rule)),
		)
	})
}
