package voterfile

import (
	"fmt"

	"rollcheck/data/field"
)

// Days as spreadsheets count them, from the end of 1899: of 1927 to 2064, which have five
// digits, as all dates of a roll but a few births have.
const (
	firstDay = 10_000
	lastDay  = 60_000
)

// isDayNumber reports whether v may be a date as a spreadsheet keeps it.
func isDayNumber(v []byte) bool {
	if len(v) != 5 {
		return false
	}
	n := 0
	for _, c := range v {
		if !isDigit(c) {
			return false
		}
		n = n*10 + int(c-'0')
	}
	return n >= firstDay && n <= lastDay
}

// dayNumbers looks for a column of dates that holds the numbers by which a spreadsheet keeps
// them, as it saves them from a column that it was told to show as numbers. Five digits are
// a ZIP code too, so that a file that holds its dates where ZIP codes should be is another
// matter. The numbers are not read: there are two ways to count them, four years apart.
// Nobody is found by the day of a last vote, so that who names the layout has the file
// read without.
func (m *Match) dayNumbers(rows *sampleRows) (c *contradiction) {
	for i, col := range m.columns {
		if m.isExtra(i) || usual[roleOf(col)] != shapeDate {
			continue
		}
		n, days, line := 0, 0, int64(0)
		var kinds different
		rows.values(m.Layout, col, i, func(at int64, v []byte) {
			n++
			if isDayNumber(v) {
				if days++; days == 1 {
					line = at
				}
				kinds.note(hashOf(v))
			}
		})
		if days*10 < n*8 || kinds.n < leastWrong || m.swappedWith(rows, i, shapeZIP) >= 0 {
			continue
		}
		c = &contradiction{
			says: fmt.Sprintf("its column %q holds numbers such as spreadsheets keep for dates", col.Name), line: line, a: i, b: i,
			arguable: col.Role == field.LastVoteDate,
			hint:     "in the spreadsheet, show its dates as YYYY-MM-DD, and save it again; a workbook (.xlsx) is read as it is",
		}
		if !c.arguable {
			return c
		}
	}
	return c
}
