package voterfile

import (
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
		return m.fail("is not a delimited file of a known layout", "\"rollcheck layouts\" lists the layouts that are known; a file of fixed places needs the layout of its record length", ErrNoLayout)
	}
	seen := fmt.Sprintf("it has %d fields a row, separated by %s", best.fields, delimiterName(best.delim))
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
