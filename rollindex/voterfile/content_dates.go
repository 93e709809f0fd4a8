package voterfile

import (
	"fmt"

	"rollcheck/data/field"
	"rollcheck/hashing"
)

const (
	// grown is how old somebody is, in years, when any other date of the roll can
	// fall: states register people from 16 on, some from the year of their 16th
	// birthday.
	grown = 15
	// oldestBirth is the earliest year that is taken for one of a birth or of
	// anything else on a roll; before it stand placeholders (1800, 1900-01-01).
	oldestBirth = 1905
)

// swappedDates looks for a column of birth dates and another of dates in which
// most rows have the birth the later of the two, by as many years as it takes to
// grow up: each then holds what the other says. That is arguable where nothing but
// the values says that the other is a date of the voter's: a parent's birth is
// earlier by as much.
func (m *Match) swappedDates(rows *sampleRows) *contradiction {
	var doubt *contradiction
	for i, c := range m.columns {
		if !isBirth(roleOf(c)) || m.isExtra(i) {
			continue
		}
		for j := range m.columns {
			if !m.otherDate(rows, j) {
				continue
			}
			line := m.bornLater(rows, i, j)
			switch sure := isEvent(m.columns[j].Role); {
			case line > 0 && sure:
				return m.swappedDate(i, j, line)
			case line > 0 && doubt == nil:
				doubt = m.swappedDate(i, j, line)
				doubt.arguable = true
			}
		}
		if line := m.tooYoung(rows, i); line > 0 {
			return &contradiction{says: fmt.Sprintf("its column %q holds dates of which most are too late for the birth of a voter", c.Name), line: line, a: i, b: i}
		}
	}
	return doubt
}

func (m *Match) swappedDate(birth, other int, line int64) *contradiction {
	a, b := m.columns[birth].Name, m.columns[other].Name
	return &contradiction{
		says: fmt.Sprintf("its columns %q and %q seem swapped: %q holds dates %d years and more after those in %q, which seem to be the births", a, b, a, grown, b),
		line: line, a: birth, b: other,
	}
}

func isBirth(r field.Role) bool {
	return r == field.RoleBirthDate || r == field.RoleBirthMonthYear || r == field.RoleBirthYear
}

// isEvent reports whether a role is a date of what only voters do.
func isEvent(r field.Role) bool { return r == field.RoleRegistrationDate || r == field.LastVoteDate }

// otherDate reports whether column j of the layout holds dates, and not of births.
func (m *Match) otherDate(rows *sampleRows, j int) bool {
	c := m.columns[j]
	if c == nil || m.isExtra(j) || isBirth(c.Role) || c.Role == field.NameFull {
		return false
	}
	if isEvent(c.Role) || c.Format != "" {
		return true
	}
	for _, row := range rows.rows {
		if v := m.cell(row, j); v != nil {
			return c.Role == field.RoleNone && isSlashDate(v)
		}
	}
	return false
}

// bornLater returns the first row whose birth date is later than its date in
// column j by as many years as it takes to grow up, if most rows are so; 0 if not.
func (m *Match) bornLater(rows *sampleRows, i, j int) int64 {
	var p pairs
	m.both(rows, i, j, func(line int64, vb, vo []byte) {
		born, ok := m.year(vb, birthLast(hashing.Date{}))
		other, ok2 := m.year(vo, unknownYear)
		if !ok || !ok2 {
			return
		}
		switch p.rows++; {
		case born-other >= grown:
			p.add(line, fmt.Sprint(born), fmt.Sprint(other))
		case other-born >= grown:
			p.right++
		}
	})
	for _, like := range [...]lookalike{likeRegistration, likeVote} {
		if t := p.tally(); m.columns[j].Role == lookalikes[like].b && t.rows > m.shown[like].rows {
			m.shown[like] = t
		}
	}
	// One year that stands in every row is a placeholder.
	if p.wrong >= leastWrong && p.wrong*2 > p.rows && p.wrong >= outweighs*p.right && len(p.values[0]) > 1 && len(p.values[1]) > 1 {
		return p.line
	}
	return 0
}

// tooYoung returns the first row with a birth date that makes nobody a voter, if
// most birth dates are so and not all of one year; 0 if not.
func (m *Match) tooYoung(rows *sampleRows, i int) int64 {
	var p pairs
	rows.values(m.Layout, m.columns[i], i, func(line int64, v []byte) {
		year, ok := m.year(v, birthLast(hashing.Date{}))
		if !ok {
			return
		}
		if p.rows++; year > unknownYear-grown {
			p.add(line, fmt.Sprint(year))
		}
	})
	if p.wrong >= leastWrong && p.wrong*2 > p.rows && len(p.values[0]) > 1 {
		return p.line
	}
	return 0
}

// year returns the year of a date that is no placeholder. Two digits stand for
// one up to last.
func (m *Match) year(v []byte, last int) (int, bool) {
	d, ok := m.dateForm(last).parse(v)
	return int(d.Year), ok && isYear(int(d.Year))
}

// isYear reports whether a year is one that a date of a voter may be of.
func isYear(y int) bool { return y >= oldestBirth && y <= unknownYear }
