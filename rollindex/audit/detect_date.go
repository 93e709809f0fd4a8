package audit

import (
	"fmt"

	"rollcheck/rollindex/report"
)

// dateTally is what the full dates in a column are like.
type dateTally struct {
	n, firsts  int64    // dates; of them, on 1 January
	none       int64    // beside them, 1900-01-01 and the like, which stand for no date
	births     hits     // 16 to 120 years before the release, and not on 1 January
	inRange    int64    // 16 to 120 years before the release
	comparable int64    // in rows that say a year of birth
	agree      int64    // of those, in that very year
	ages       [128]int // by years before the release
}

// date is a full date.
type date struct{ year, month, day int }

// The ages at which people are on a roll.
const youngest, oldest = 16, 120

func (t *tally) seeDate(d date, r *row) {
	age := r.year - d.year
	if t.dates == nil {
		t.dates = new(dateTally)
	}
	n := t.dates
	if age > oldest && d.month == 1 && d.day == 1 {
		n.none++
		return
	}
	n.n++
	if d.month == 1 && d.day == 1 {
		n.firsts++
	}
	if age >= youngest && age <= oldest {
		n.inRange++
		n.ages[age]++
		if d.month != 1 || d.day != 1 {
			n.births.add(r.at)
		}
	}
	if r.birthYear != 0 {
		n.comparable++
		if d.year == r.birthYear {
			n.agree++
		}
	}
}

func (n *dateTally) merge(o *dateTally) {
	n.n, n.firsts, n.inRange = n.n+o.n, n.firsts+o.firsts, n.inRange+o.inRange
	n.comparable, n.agree, n.none = n.comparable+o.comparable, n.agree+o.agree, n.none+o.none
	n.births.merge(&o.births)
	for i, c := range o.ages {
		n.ages[i] += c
	}
}

// When dates are taken for births: at least so many, of which half are of the year
// that the row itself says somebody was born in (a date of anything else is once in
// fifty), or, where rows say no year, all but a few at ages of voters, over many
// years, none of them crowded: registrations go on until the release, and days of a
// change of law or system crowd.
const (
	leastDates   = 5
	datesAgree   = 0.5
	datesStray   = 0.1 // share in the row's own year below which dates are not of births
	datesRange   = 0.98
	datesYears   = 12
	datesCrowd   = 0.3
	wholeDates   = 0.02 // share of dates that are not of 1 January, from which a column tells more than years
	leastGuessed = 20   // dates, where nothing in the row tells the year
)

// tellsDays reports whether the dates of a column tell days: those that stand for a
// year alone are all of 1 January.
func (n *dateTally) tellsDays() bool {
	return n != nil && n.n > 0 && float64(n.n-n.firsts) >= wholeDates*float64(n.n)
}

// tellsYears reports whether a column of births tells no more than years: all but a few
// of its values are years, or dates of 1 January. What is neither may tell a day.
func (t *tally) tellsYears() bool {
	var years int64
	if t.dates != nil {
		years = t.dates.n + t.dates.none
	}
	if t.four != nil {
		years += t.four.rows.n
	}
	return !t.dates.tellsDays() && float64(t.filled.n-years) < wholeDates*float64(t.filled.n)
}

// areBirths reports whether the dates of a column that is not known for it are
// dates of birth.
func (n *dateTally) areBirths() bool {
	if n == nil || n.n < leastDates || !n.tellsDays() {
		return false
	}
	if n.comparable >= leastDates {
		share := float64(n.agree) / float64(n.comparable)
		if share >= datesAgree || share < datesStray {
			return share >= datesAgree
		}
	}
	years, most := 0, 0
	for _, c := range n.ages {
		if c > 0 {
			years++
		}
		most = max(most, c)
	}
	return n.n >= leastGuessed && float64(n.inRange) >= datesRange*float64(n.n) &&
		years >= datesYears && float64(most) <= datesCrowd*float64(n.n)
}

// findBirths judges a column that is not known as one of births, or tells less by
// what is known of it.
func (t *tally) findBirths() []finding {
	n := t.dates
	if !n.areBirths() {
		return nil
	}
	why := report.Number(n.n) + " full dates, all but a few at the ages of voters"
	if n.comparable >= leastDates && n.agree*2 >= n.comparable {
		why = fmt.Sprintf("of %s full dates in rows that say a year of birth %s are of that year", report.Number(n.comparable), report.Number(n.agree))
	}
	if n.births.n < max(n.agree, n.inRange) {
		why += "; rows with 1 January, which may stand for the year alone, are not counted"
	}
	return []finding{{RuleBirthDate, n.births, why}}
}

// eightDigits reads YYYYMMDD, MMDDYYYY or DDMMYYYY. Years go far beyond those of
// people: among numbers that are no dates, most of those that could be are then of
// no year that anybody was born in.
func eightDigits(v []byte) (date, bool) {
	if d, ok := newDate(number(v[:4]), number(v[4:6]), number(v[6:])); ok {
		return d, true
	}
	year, a, b := number(v[4:]), number(v[:2]), number(v[2:4])
	if d, ok := newDate(year, a, b); ok {
		return d, true
	}
	return newDate(year, b, a)
}

func newDate(year, month, day int) (date, bool) {
	return date{year, month, day}, year >= 1000 && year < 3000 && month >= 1 && month <= 12 && day >= 1 && day <= 31
}

// parseDate reads a value that is a date in three parts, of which one has four
// digits and is the year and one may be the name of a month, with a time of day
// behind it or not.
func parseDate(v []byte) (date, bool) {
	d, n, ok := dateAt(v)
	if !ok {
		return d, false
	}
	if n == len(v) {
		return d, true
	}
	if v[n] != ' ' && v[n] != 'T' || n+3 > len(v) {
		return d, false
	}
	for _, c := range v[n+1:] { // the time of day
		if k := class[c]; k&(digit|mark|blank) == 0 && c != 'A' && c != 'P' && c != 'M' && c != 'Z' {
			return d, false
		}
	}
	return d, true
}

// dateAt reads the date that v begins with and returns its length.
func dateAt(v []byte) (d date, n int, ok bool) {
	var part [3]int
	var size [3]int
	var sep byte
	month := -1 // the part that is a name
	for i := range part {
		start := n
		for n < len(v) && class[v[n]] == digit && n-start < 5 {
			n++
		}
		size[i] = n - start
		part[i] = number(v[start:n])
		if size[i] == 0 && i < 2 && month < 0 {
			if part[i] = monthOf(v[n:]); part[i] > 0 {
				month, size[i] = i, 2
				n += 3
			}
		}
		if size[i] == 0 || size[i] == 3 || size[i] == 5 {
			return d, 0, false
		}
		if i == 2 {
			break
		}
		if n == len(v) || sep != 0 && v[n] != sep || v[n] != '-' && v[n] != '/' && v[n] != '.' && (month < 0 || v[n] != ' ') {
			return d, 0, false
		}
		sep = v[n]
		n++
	}
	switch {
	case size[0] == 4 && size[1] <= 2 && size[2] <= 2:
		d, ok = newDate(part[0], part[1], part[2])
	case size[2] == 4 && size[0] <= 2 && size[1] <= 2 && month == 1:
		d, ok = newDate(part[2], part[1], part[0])
	case size[2] == 4 && size[0] <= 2 && size[1] <= 2:
		if d, ok = newDate(part[2], part[0], part[1]); !ok && month < 0 {
			d, ok = newDate(part[2], part[1], part[0])
		}
	}
	return d, n, ok
}

const months = "janfebmaraprmayjunjulaugsepoctnovdec"

// monthOf returns the month that v begins with, by its first three letters in any
// case; 0 if it is none.
func monthOf(v []byte) int {
	if len(v) < 3 {
		return 0
	}
	for m := 0; m < 12; m++ {
		name := months[3*m : 3*m+3]
		if v[0]|0x20 == name[0] && v[1]|0x20 == name[1] && v[2]|0x20 == name[2] {
			return m + 1
		}
	}
	return 0
}
