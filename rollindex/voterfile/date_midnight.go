package voterfile

import (
	"bytes"
	"slices"
	"strings"

	"rollcheck/data/field"
	"rollcheck/hashing"
)

// A program that knows moments only writes a day as the moment it began where the
// program ran, and often shows moments in UTC: toISOString of ECMAScript
// (ECMA-262, 21.4.4.36) and the dates of BSON know nothing else. East of Greenwich
// the day began when it was still the day before in UTC: 3 May 1980 is
// 1980-05-02T22:00:00Z in Berlin, and 1980-05-03T04:00:00Z in New York.
//
// A column of birth dates was written so if nearly all its times of day are of
// at most three values, whole quarters of an hour that lie within two hours: every
// offset of the time zone database in use today is of whole quarters, and summer
// time moves one by one hour, double summer time by two. Times of midnight itself
// may be among them, since that is winter in London. Offsets reach from -12 to
// +14 hours; those from +12 on are taken for the hours west of Greenwich, or
// for noon, that write the same, so that only hours past noon mean the day after.
const (
	midnightSlots = 3
	midnightSpan  = 2 * 60
	midnightShare = 0.95
	noonOver      = 13 * 60
)

// Dates are also written as noon, which no time zone then moves to another day.
// Noon in the Americas, at -3 to -8 hours, is 15:00 to 20:00 in UTC, and so is
// midnight at +4 to +9 hours.
const (
	noonFirst = 15 * 60
	noonLast  = 20 * 60
)

// readMidnights decides whether times of day past noon mean the day after.
func (m *Match) readMidnights(rows *sampleRows) {
	for i, c := range m.columns {
		if roleOf(c) != field.RoleBirthDate {
			continue
		}
		count, n := map[int]int{}, 0
		rows.values(m.Layout, c, i, func(_ int64, v []byte) {
			if d, ok := m.dateForm(unknownYear).parse(v); ok && d.Precision() == hashing.PrecisionDay {
				count[max(clock(v), 0)]++ // a date alone is one of midnight
				n++
			}
		})
		slots := midnights(count, n)
		if len(slots) == 0 {
			continue
		}
		if slots[0] >= noonFirst && slots[len(slots)-1] <= noonLast && american(m.Layout.Jurisdiction) {
			m.noon = label(c.Name)
			return
		}
		m.nextDay = true
		m.Evidence = append(m.Evidence, "birth dates are midnights east of Greenwich, written as UTC: they are read as the day after")
	}
}

// midnights returns the times of day, in minutes and in order, that are
// midnight east of Greenwich; none if the column has other times. UTC's own
// midnight is not among them.
func midnights(count map[int]int, n int) []int {
	var slots []int
	for slot := range count {
		slots = append(slots, slot)
	}
	slices.SortFunc(slots, func(a, b int) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return a - b
	})
	seen, most := 0, 0
	for most < len(slots) && most < midnightSlots && float64(seen) < midnightShare*float64(n) {
		seen += count[slots[most]]
		most++
	}
	if slots = slots[:most]; n < leastWrong || float64(seen) < midnightShare*float64(n) {
		return nil
	}
	slices.Sort(slots)
	const day = 24 * 60
	end := slots[len(slots)-1]
	if slots[0] == 0 {
		slots, end = slots[1:], day
	}
	if len(slots) == 0 || slots[0] < noonOver || end-slots[0] > midnightSpan {
		return nil
	}
	for _, slot := range slots {
		if slot%15 != 0 {
			return nil
		}
	}
	return slots
}

// american reports whether a roll may be of a place where midnight is never past
// noon in UTC. A layout of no jurisdiction is a vendor's, nearly always of the
// United States.
func american(jurisdiction string) bool {
	return jurisdiction == "" || jurisdiction == "MX" || strings.HasPrefix(jurisdiction, "US-")
}

// clock returns the time of day behind a date, in minutes, and a negative number
// if there is none. One with seconds is never given as a whole quarter of an hour.
func clock(v []byte) int {
	i := bytes.IndexByte(v, ':')
	if i < 2 || i+3 > len(v) || !isDigit(v[i-1]) || two(v[i+1:i+3]) < 0 {
		return -1
	}
	hour := int(v[i-1] - '0')
	if isDigit(v[i-2]) {
		hour += 10 * int(v[i-2]-'0')
	}
	minutes := two(v[i+1 : i+3])
	rest := v[i+3:]
	if len(rest) >= 3 && rest[0] == ':' && two(rest[1:3]) >= 0 {
		if two(rest[1:3]) > 0 && minutes%15 == 0 {
			minutes++
		}
		rest = rest[3:]
	}
	switch mark := bytes.ToUpper(bytes.TrimLeft(rest, ".0123456789 ")); {
	case bytes.HasPrefix(mark, []byte("PM")) && hour < 12:
		hour += 12
	case bytes.HasPrefix(mark, []byte("AM")) && hour == 12:
		hour = 0
	}
	return hour*60 + minutes
}

// dayAfter returns the day after a full date.
func dayAfter(d hashing.Date) hashing.Date {
	if d.Day++; int(d.Day) <= daysIn(int(d.Year), int(d.Month)) {
		return d
	}
	if d.Day, d.Month = 1, d.Month+1; d.Month <= 12 {
		return d
	}
	return hashing.Date{Year: d.Year + 1, Month: 1, Day: 1}
}
