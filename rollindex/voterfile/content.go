package voterfile

import (
	"bytes"
	"fmt"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
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
		for _, row := range rows.rows {
			v := bytes.TrimSpace(row[i])
			if len(v) == 0 || isAbsent(l, c, v) {
				continue
			}
			n++
			if check(v) {
				ok++
			}
		}
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
	if c.Format != "" {
		return func(v []byte) bool { _, ok := parseDate(v); return ok }
	}
	switch c.Role {
	case field.NameLast, field.NameFirst, field.City:
		return func(v []byte) bool { n, _ := countDigits(v); return n == 0 }
	case field.ZIP5:
		return func(v []byte) bool { n, _ := countDigits(v); return n == 5 || n == 9 }
	case field.State:
		return func(v []byte) bool { return len(v) == 2 && v[0] >= 'A' && v[1] >= 'A' }
	case field.ConfidentialFlag:
		return func(v []byte) bool { return len(v) == 1 }
	case field.RoleAge:
		return func(v []byte) bool { n, _ := countDigits(v); return n == len(v) && n <= 3 }
	case field.RoleEmail:
		return func(v []byte) bool { return bytes.IndexByte(v, '@') > 0 }
	case field.RoleVoterID:
		return func(v []byte) bool { n, _ := countDigits(v); return n >= 4 && bytes.IndexByte(v, ' ') < 0 }
	case field.RoleStatus, field.RoleSex, field.RoleRace, field.CountyID:
		codes := l.Codes[c.Role.String()]
		if len(codes) == 0 {
			return nil
		}
		return func(v []byte) bool { return codes[string(v)] != "" }
	}
	return nil
}

func whyHeader(m *Match, fixed int) string {
	n := len(m.Layout.Columns)
	s := fmt.Sprintf("the header names %d of the layout's %d columns", fixed, n)
	if fixed == n {
		s = fmt.Sprintf("the header names all %d columns of the layout", n)
	}
	if len(m.Extra) > 0 {
		s += fmt.Sprintf(" and %d more", len(m.Extra))
	}
	return s
}

func whyFields(m *Match, good, tested int) string {
	return fmt.Sprintf("%d fields a row, and the values of %d of %d columns that can be tested look right", m.Fields, good, tested)
}
