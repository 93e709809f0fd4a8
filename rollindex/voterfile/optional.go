package voterfile

// matchFields maps the columns of a file without a usable header to a layout by
// their position, or returns nil if the layout has another number of them, or
// none that is known. Of a layout with optional columns, which a file has all or
// none of, the form is taken that its values fit best.
func matchFields(l *candidate, rows *sampleRows) *Match {
	if l.Unordered || l.Container == "fixed" {
		return nil
	}
	best := matchForm(l, l.Columns, rows)
	required := l.Required()
	if len(required) == len(l.Columns) {
		return best
	}
	short := matchForm(l, required, rows)
	if short == nil || best != nil && best.Score >= short.Score {
		return best
	}
	for _, c := range l.Columns {
		if c.Optional {
			short.Missing = append(short.Missing, c.Name)
		}
	}
	short.Evidence = append(short.Evidence, "its optional columns are not there")
	return short
}
