package voterfile

import (
	"bytes"
	"fmt"
	"slices"

	"rollcheck/data/layouts"
)

// What a layout must have in common with a file to be called the nearest: names of
// a quarter of its columns, or three quarters of the columns that can be tested
// where the file has but a few fields more or less.
const (
	nearNames  = 0.25
	nearValues = minByFields
	nearFields = 3
)

// noLayout says what was seen, and which layout comes nearest if one comes near.
func (m *member) noLayout(s *sample, known []*candidate) error {
	best := s.best()
	if best.fields < 2 {
		return m.noRecord(s, known)
	}
	seen := fmt.Sprintf("it has %s, separated by %s", fieldsARow(best.fields), delimiterName(best.delim))
	problem := "fits no layout: " + seen
	if len(known) == 1 {
		problem = fmt.Sprintf("does not fit layout %s, which has %d columns: %s", known[0].ID, len(known[0].Columns), seen)
	}
	near := nearest(best, known)
	if near == "" && slices.ContainsFunc(known, func(l *candidate) bool { return len(l.Columns) == best.fields }) {
		near = "that is as many as a layout has, but its header or its values do not fit"
	}
	if near != "" {
		problem += "; " + near
	}
	return m.fail(problem, "\"rollcheck layouts detect --propose FILE\" writes a layout for such a file, to review and give to --layout", ErrNoLayout)
}

// fieldsARow says how many fields a row has.
func fieldsARow(n int) string {
	if n == 1 {
		return "1 field a row"
	}
	return fmt.Sprintf("%d fields a row", n)
}

// noRecord says of what length the lines of a file without delimiters are, and
// which layout of fixed places has records nearly as long.
func (m *member) noRecord(s *sample, known []*candidate) error {
	length, blanks := s.record()
	problem := "is not a delimited file of a known layout"
	hint := "\"rollcheck layouts\" lists the layouts that are known; a file of fixed places needs the layout of its record length"
	if length == 0 {
		return m.fail(problem, hint, ErrNoLayout)
	}
	problem += fmt.Sprintf(": its lines have %d bytes", length)
	var near *layouts.Layout
	away := func(l *layouts.Layout) int { return max(l.RecordLength-length, length-l.RecordLength) }
	for _, l := range known {
		if l.Container == "fixed" && l.RecordLength > 0 && (near == nil || away(l.Layout) < away(near)) {
			near = l.Layout
		}
	}
	if near != nil && away(near)*nearRecord <= length {
		problem += fmt.Sprintf("; the nearest layout, %s, has records of %d", near.ID, near.RecordLength)
		if extra := length - near.RecordLength; extra > 0 && blanks >= extra {
			problem += fmt.Sprintf(", and every line begins with %s", numberOf(blanks, "blank"))
			hint = "take away what stands before each record; the places of a record count from its first byte"
		}
	}
	return m.fail(problem, hint, ErrNoLayout)
}

// nearRecord is the part of a line, one in so many bytes, by which a record may be
// longer or shorter and still be called the nearest.
const nearRecord = 10

func numberOf(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// record returns the length that nearly all lines have, 0 if they have none, and
// how many blanks each of them begins with.
func (s *sample) record() (length, blanks int) {
	count := map[int]int{}
	for i, line := range s.lines {
		n := len(line) - len(bytes.TrimLeft(line, " "))
		if i == 0 || n < blanks {
			blanks = n
		}
		if count[len(line)]++; count[len(line)] > count[length] {
			length = len(line)
		}
	}
	if count[length]*10 < len(s.lines)*9 {
		length = 0
	}
	return length, blanks
}

// nearest says which layout has the most in common with the file: by the names in
// its header or, without one, by what is in its columns; "" if none has much.
func nearest(rows *sampleRows, known []*candidate) string {
	type likeness struct {
		share float64
		says  string
	}
	var best likeness
	keep := func(share float64, format string, args ...any) {
		if share > best.share {
			best = likeness{share, fmt.Sprintf(format, args...)}
		}
	}
	for _, l := range known {
		for _, h := range rows.headers() {
			n, all := l.names(h), float64(max(len(h.names), len(l.Columns)))
			if n >= 2 && n >= nearNames*all && h.isWords() {
				// Names say more than values, which look alike in most files.
				keep(1+n/all, "the nearest layout, %s, has %d columns, %.0f of them by these names", l.ID, len(l.Columns), n)
			}
		}
	}
	for _, l := range known {
		if !l.Delimited() || l.Unordered || max(len(l.Columns)-rows.fields, rows.fields-len(l.Columns)) > nearFields {
			continue
		}
		cols := columnsOf(l.Layout)
		good, tested := contentFit(l.Layout, cols[:min(len(cols), rows.fields)], rows)
		if share := float64(good) / (float64(tested) + 0.5); share >= nearValues && tested > nearFields {
			keep(share, "the nearest layout, %s, has %d columns, and the values of %d of %d that can be tested look right", l.ID, len(l.Columns), good, tested)
		}
	}
	return best.says
}

func columnsOf(l *layouts.Layout) (cols []*layouts.Column) {
	for i := range l.Columns {
		cols = append(cols, &l.Columns[i])
	}
	return cols
}
