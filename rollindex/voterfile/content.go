package voterfile

import (
	"bytes"
	"fmt"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
)

// contentFit tests the columns whose values have a form that can be told and
// returns how many pass and how many were tested. A column without values in the
// sample is not tested.
func contentFit(l *layouts.Layout, cols []*layouts.Column, rows *sampleRows) (good, tested int) {
	for i, c := range cols {
		check := checkFor(l, c)
		if check == nil {
			continue
		}
		n, ok := 0, 0
		rows.values(l, c, i, func(_ int64, v []byte) {
			n++
			if check(v) {
				ok++
			}
		})
		if n == 0 {
			continue
		}
		tested++
		if ok*10 >= n*8 { // rolls are dirty
			good++
		}
	}
	return good, tested
}

// values calls f with the values of column i that are neither empty nor stand
// for none, and the lines they are on.
func (r *sampleRows) values(l *layouts.Layout, c *layouts.Column, i int, f func(line int64, v []byte)) {
	for j, row := range r.rows {
		if i >= len(row) {
			continue
		}
		if v := bytes.TrimSpace(row[i]); len(v) > 0 && (c == nil || !isAbsent(l, c, v)) {
			f(r.numbers[j], v)
		}
	}
}

func isAbsent(l *layouts.Layout, c *layouts.Column, v []byte) bool {
	for _, list := range [2][]string{l.Absent, c.Absent} {
		for _, w := range list {
			if string(v) == w {
				return true
			}
		}
	}
	return false
}

// checkFor returns the test for a value of the column, or nil if any will do.
func checkFor(l *layouts.Layout, c *layouts.Column) func([]byte) bool {
	if c == nil {
		return nil
	}
	if c.Format != "" && c.Role != field.NameFull {
		return isDate
	}
	us := l.Jurisdiction == "" || len(l.Jurisdiction) > 2
	switch c.Role {
	case field.RoleBirthDate, field.RoleRegistrationDate, field.LastVoteDate:
		return isDate
	case field.NameLast, field.NameFirst, field.City:
		return func(v []byte) bool { n, _ := countDigits(v); return n == 0 }
	case field.ZIP5:
		if !us {
			return nil
		}
		return func(v []byte) bool {
			n, _ := countDigits(v)
			return n >= 4 && n <= 9 && !isSlashDate(v)
		}
	case field.State:
		return func(v []byte) bool { return len(v) == 2 && v[0] >= 'A' && v[1] >= 'A' }
	case field.ConfidentialFlag:
		return func(v []byte) bool { return len(v) <= 5 }
	case field.RoleAge:
		return func(v []byte) bool { n, _ := countDigits(v); return n == len(v) && n <= 3 }
	case field.RoleEmail:
		return func(v []byte) bool { return bytes.IndexByte(v, '@') > 0 }
	case field.RoleVoterID:
		return func(v []byte) bool {
			n, _ := countDigits(v)
			return n >= 3 && bytes.IndexByte(v, ' ') < 0 && !isSlashDate(v)
		}
	case field.NameMiddle, field.NameSuffix, field.StreetType, field.StreetPredir, field.StreetPostdir, field.MailCity:
		return func(v []byte) bool { n, _ := countDigits(v); return n == 0 }
	case field.StreetName, field.AddressLine:
		return func(v []byte) bool { n, _ := countDigits(v); return n < len(v) && !isSlashDate(v) }
	case field.HouseNumber:
		return func(v []byte) bool { n, _ := countDigits(v); return n > 0 && len(v) <= 10 && !isSlashDate(v) }
	case field.ZIP4:
		return func(v []byte) bool { n, _ := countDigits(v); return n == len(v) && n <= 4 }
	case field.PhoneArea:
		return func(v []byte) bool { n, _ := countDigits(v); return n == 3 }
	case field.RolePhone:
		return func(v []byte) bool { n, _ := countDigits(v); return n >= 3 && n <= 15 && !isSlashDate(v) }
	case field.MailState:
		return func(v []byte) bool { n, _ := countDigits(v); return n == 0 && len(v) <= 14 }
	case field.RoleStatus, field.RoleSex, field.RoleRace, field.RoleParty, field.CountyID:
		codes := l.Codes[c.Role.String()]
		if len(codes) == 0 {
			return nil
		}
		return func(v []byte) bool { return codes[string(v)] != "" }
	}
	return nil
}

func isDate(v []byte) bool { _, ok := dateForm{last: unknownYear}.parse(v); return ok }

// isSlashDate reports whether v is a date that is more than digits.
func isSlashDate(v []byte) bool {
	n, _ := countDigits(v)
	return n < len(v) && isDate(v)
}

// contradiction is a column whose values are something else than its name or
// place says.
type contradiction struct {
	column string
	what   string // what its values are
	line   int64  // the first that shows it
}

// findContradiction looks for a column of people's names that holds dates or
// numbers, or a column of birth dates that holds neither dates nor anything that
// stands for none: columns that were swapped, or a layout that is not the file's.
func (m *Match) findContradiction(rows *sampleRows) *contradiction {
	for i, c := range m.columns {
		if m.isExtra(i) {
			continue
		}
		var wrong func([]byte) bool
		what := ""
		switch roleOf(c) {
		case field.NameLast, field.NameFirst, field.NameFull:
			wrong, what = notName, "dates or numbers"
		case field.RoleBirthDate, field.RoleBirthYear, field.RoleBirthMonthYear:
			wrong, what = func(v []byte) bool { return !isDate(v) && !isMask(v) }, "no dates"
		default:
			continue
		}
		n, bad, line := 0, 0, int64(0)
		rows.values(m.Layout, c, i, func(at int64, v []byte) {
			n++
			if wrong(v) {
				if bad++; bad == 1 {
					line = at
				}
			}
		})
		if bad*2 > n && bad >= leastWrong {
			return &contradiction{c.Name, what, line}
		}
	}
	return nil
}

// leastWrong is how many values must be wrong before a file is refused: a roll of
// one or two rows may hold anything.
const leastWrong = 3

// notName reports whether v is a date or a number and so nobody's name.
func notName(v []byte) bool {
	n, _ := countDigits(v)
	return n >= 4 || n > 0 && n == len(v) || n > 0 && isDate(v)
}

// isMask reports whether v is no value but what hides one: XX-XX-XXXX,
// ##/##/####, ***, or a word such as ACP.
func isMask(v []byte) bool {
	n, _ := countDigits(v)
	return n == 0 && len(v) <= len("XX-XX-XXXX") && (len(v) > 1 || bytes.IndexByte([]byte("*#Xx-?"), v[0]) >= 0)
}

// readDates decides whether the file's dates have the day first. The layout says
// so, unless the values say otherwise: a first part above 12 in several of them
// and a second in none.
func (m *Match) readDates(rows *sampleRows) {
	day, month := 0, 0 // dates that can only have that first
	for i, c := range m.columns {
		if c == nil || c.Role == field.NameFull || c.Format == "" && c.Role != field.RoleBirthDate && c.Role != field.RoleRegistrationDate {
			continue
		}
		m.DayFirst = m.DayFirst || c.Format != "" && c.Format[0] == 'D'
		rows.values(m.Layout, c, i, func(_ int64, v []byte) {
			switch a, b := leadingParts(v); {
			case a > 12 && a <= 31 && b <= 12:
				day++
			case b > 12 && b <= 31 && a <= 12:
				month++
			}
		})
	}
	const enough = 3
	switch {
	case day >= enough && day > 10*month && !m.DayFirst:
		m.DayFirst = true
		m.Evidence = append(m.Evidence, "dates have the day before the month")
	case month >= enough && month > 10*day && m.DayFirst:
		m.DayFirst = false
		m.Evidence = append(m.Evidence, "dates have the month before the day, unlike the layout's")
	case 20*min(day, month) > day+month && min(day, month) >= enough:
		m.mixed = fmt.Sprintf("%d can only have the day first and %d only the month", day, month)
	}
	m.readPrecision(rows)
}

// readPrecision finds the most exact precision that a fifth of the birth dates
// of the sample have, since files and even counties of one file differ in it.
func (m *Match) readPrecision(rows *sampleRows) {
	count, total := map[string]int{}, 0
	for i, c := range m.columns {
		switch roleOf(c) {
		case field.RoleBirthDate, field.RoleBirthMonthYear, field.RoleBirthYear:
			rows.values(m.Layout, c, i, func(_ int64, v []byte) {
				d, ok := dateForm{m.DayFirst, unknownYear}.parse(v)
				if !ok {
					return
				}
				total++
				switch d.Precision() {
				case hashing.PrecisionDay:
					count["day"]++
				case hashing.PrecisionMonth:
					count["month"]++
				default:
					count["year"]++
				}
			})
		case field.RoleAge:
			rows.values(m.Layout, c, i, func(int64, []byte) { count["age"]++ })
		}
	}
	m.Birth = "none"
	for _, p := range [...]string{"day", "month", "year"} {
		if n := count[p]; n > 0 && n*5 >= total {
			m.Birth = p
			return
		}
	}
	if count["age"] > 0 {
		m.Birth = "age"
	}
}

// leadingParts returns the numbers before the first and the second separator of
// a date that begins with one or two digits; zeros of anything else.
func leadingParts(v []byte) (a, b int) {
	if digits, _ := countDigits(v); len(v) == 8 && digits == 8 {
		if y := four(v[4:8]); y >= 1800 && y < 2100 && (four(v[0:4]) < 1800 || four(v[0:4]) >= 2100) {
			return two(v[0:2]), two(v[2:4])
		}
		return 0, 0
	}
	part, n := [2]int{}, 0
	digits := 0
	for _, c := range v {
		switch {
		case c >= '0' && c <= '9' && digits < 2:
			part[n] = part[n]*10 + int(c-'0')
			digits++
		case (c == '/' || c == '-' || c == '.') && digits > 0:
			if n++; n == 2 {
				return part[0], part[1]
			}
			digits = 0
		default:
			return 0, 0
		}
	}
	return 0, 0
}
