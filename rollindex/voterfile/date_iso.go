package voterfile

import (
	"fmt"

	"rollcheck/data/field"
)

// A date that begins with its year of four digits has the month next and the day
// last (ISO 8601), whatever the order of the file's other dates. No publisher is known
// to write it otherwise, but programs that were told a wrong form do (19611704). Such
// a file is refused: read as they stand, its dates with a day past 12 would be lost,
// and the others wrong.

// isoOrders returns the orders in which month and day stand in v, a date that begins
// with its year: monthFirst if it is a date as it should be (19610417), dayFirst if it
// is one otherwise (19611704); none if v does not begin with a year. Of eight digits
// that end with a year (20061812) it cannot be told.
func isoOrders(v []byte) orderSet {
	v = trimFraction(v)
	y, a, b := -1, -1, -1
	switch writingOf(v) {
	case eightDigits:
		if !yearLast(v) {
			y, a, b = four(v[0:4]), two(v[4:6]), two(v[6:8])
		}
	case dashed:
		y, a, b = four(v[0:4]), two(v[5:7]), two(v[8:10])
	case loose:
		if p, ok := partsOf(v); ok && p.last == 2 && p.named < 0 && p.width[0] == 4 {
			y, a, b = p.part[0], p.part[1], p.part[2]
		}
	}
	if y < 1800 || y >= 2100 || a < 0 {
		return 0
	}
	return ordersOf(a, b)
}

// readISO looks for a column of the sample whose dates begin with the year and have
// the day before the month, or some of them.
func (m *Match) readISO(rows *sampleRows) {
	for i, c := range m.columns {
		if r := roleOf(c); r != field.RoleBirthDate && r != field.RoleRegistrationDate {
			continue
		}
		var w orderWatch
		rows.values(m.Layout, c, i, func(line int64, v []byte) {
			switch set := isoOrders(v); {
			case set.only(monthFirst):
				w.with++
			case set.only(dayFirst):
				w.contradict(set, line)
			}
		})
		if w.against >= strayLeast && w.against*strayShareOfFew > w.with+w.against {
			m.turnedISO, m.turnedIn = &w, label(c.Name)
			return
		}
	}
}

// failISO words that dates which begin with the year have the day before the month.
func (m *member) failISO(w *orderWatch, column string, rows bool) error {
	where := fmt.Sprintf("as %s %d shows", lineOrRow(rows), w.firstOf())
	if w.with == 0 {
		return m.fail(fmt.Sprintf("has dates in its column %q that begin with the year and can only have %v (YYYYDDMM), %s", column, dayFirst, where),
			"rewrite its dates as YYYY-MM-DD", ErrAmbiguous)
	}
	return m.fail(fmt.Sprintf("writes dates in two ways: of those in its column %q that begin with the year, %d can only have %v (YYYYMMDD) and %d only %v (YYYYDDMM), %s",
		column, w.with, monthFirst, w.against, dayFirst, where),
		"split it by where it changes, or rewrite its dates as YYYY-MM-DD", ErrAmbiguous)
}
