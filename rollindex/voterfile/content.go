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

// foreign reports whether a layout is of a country whose ZIP codes, phone numbers
// and numbers of voters are of forms of its own.
func foreign(l *layouts.Layout) bool { return l.Jurisdiction != "" && len(l.Jurisdiction) <= 2 }

// checkFor returns the test for a value of the column, or nil if any will do.
func checkFor(l *layouts.Layout, c *layouts.Column) func([]byte) bool {
	if c == nil {
		return nil
	}
	if c.Format != "" && c.Role != field.NameFull {
		return isDate
	}
	us := !foreign(l)
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
	case field.State, field.RegistrationState:
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
	}
	if codes := l.Codes[c.Role.String()]; len(codes) > 0 && hasCodes(c.Role) {
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
	says     string // which columns, and what they seem to hold
	line     int64  // the first that shows it
	a, b     int    // the columns; the same twice where it is one
	hint     string // what to do, if it is not to look for columns that were moved
	arguable bool   // shown by how common names are, or by dates of nobody knows what: the user may know better
}

// hold holds the match against what is in the rows, and notes what they do not settle.
// Whoever names the layout may know better than the tables what people are called, and
// what a date is of.
func (m *Match) hold(rows *sampleRows, forced bool) {
	m.home = m.state(rows)
	if m.against = m.findContradiction(rows, forced); m.against == nil {
		m.doubt(rows)
	}
}

// findContradiction looks for columns that hold something else than they should:
// columns that were swapped, or a layout that is not the file's.
func (m *Match) findContradiction(rows *sampleRows, forced bool) *contradiction {
	for _, look := range [...]func(*sampleRows) *contradiction{
		m.dayNumbers, m.noNames, m.misplaced, m.swappedDates, m.flagsForNames, m.swappedMiddle, m.swappedNames, m.swappedCities, m.readNames,
	} {
		switch c := look(rows); {
		case c == nil:
		case c.arguable && forced:
			m.Evidence = append(m.Evidence, fmt.Sprintf("%s, as line %d shows; the layout was named all the same", c.says, c.line))
		default:
			return c
		}
	}
	return nil
}

// noNames looks for a column of people's names that holds dates or numbers, or a
// column of birth dates that holds neither dates nor anything that stands for
// none.
func (m *Match) noNames(rows *sampleRows) *contradiction {
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
			return &contradiction{says: fmt.Sprintf("its column %q holds %s", c.Name, what), line: line, a: i, b: i}
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

// readPrecision finds the most exact precision that a fifth of the birth dates
// of the sample have, since files and even counties of one file differ in it.
func (m *Match) readPrecision(rows *sampleRows) {
	count, total := map[string]int{}, 0
	for i, c := range m.columns {
		switch roleOf(c) {
		case field.RoleBirthDate, field.RoleBirthMonthYear, field.RoleBirthYear:
			rows.values(m.Layout, c, i, func(_ int64, v []byte) {
				d, ok := m.dateForm(unknownYear).parse(v)
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
