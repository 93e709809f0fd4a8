package voterfile

import (
	"bytes"

	"rollcheck/hashing"
)

// parseDate reads b as a date in any form that cannot be mistaken for another:
// publishers change the form from one release to the next, and republished
// copies have their own, so that the form a layout states is not relied on. Day
// before month is not among them: no roll at hand has it, and it could be
// mistaken. A day or month of 00 lowers the precision; a day or month that no
// calendar has leaves the year. It reports false when b is not a date at all. A
// time of day behind the date is ignored.
func parseDate(b []byte) (hashing.Date, bool) {
	var y, m, d int
	b = bytes.TrimSuffix(b, []byte(".0")) // a number that went through a program for tables
	switch {
	case len(b) == 10 && b[2] == '/' && b[5] == '/':
		y, m, d = four(b[6:10]), two(b[0:2]), two(b[3:5])
	case len(b) == 10 && b[4] == '-' && b[7] == '-':
		y, m, d = four(b[0:4]), two(b[5:7]), two(b[8:10])
	case len(b) == 8 && four(b[0:4]) >= 0 && four(b[4:8]) >= 0:
		y, m, d = four(b[0:4]), two(b[4:6]), two(b[6:8])
	case len(b) == 4:
		y = four(b)
	default:
		y, m, d = parseLoose(b)
	}
	if y < 1000 || m < 0 || d < 0 {
		return hashing.Date{}, false
	}
	if m > 12 || d > 28 && d > daysIn(y, m) {
		m, d = 0, 0
	}
	if m == 0 {
		d = 0
	}
	return hashing.Date{Year: uint16(y), Month: uint8(m), Day: uint8(d)}, true
}

// parseLoose reads year-month-day or month-day-year with any of the usual
// separators, without padding, and with a time behind it. It returns a negative
// part for anything else.
func parseLoose(b []byte) (y, m, d int) {
	var part, width [3]int
	n := 0
	for _, c := range b {
		if c == ' ' || c == 'T' {
			break
		}
		switch {
		case c >= '0' && c <= '9' && width[n] < 4:
			part[n] = part[n]*10 + int(c-'0')
			width[n]++
		case (c == '-' || c == '/' || c == '.') && n < 2 && width[n] > 0:
			n++
		default:
			return -1, -1, -1
		}
	}
	short := func(i int) bool { return width[i] == 1 || width[i] == 2 }
	switch {
	case n == 2 && width[0] == 4 && short(1) && short(2):
		return part[0], part[1], part[2]
	case n == 2 && short(0) && short(1) && width[2] == 4:
		return part[2], part[0], part[1]
	case n == 1 && width[0] == 4 && short(1):
		return part[0], part[1], 0
	case n == 1 && short(0) && width[1] == 4:
		return part[1], part[0], 0
	}
	return -1, -1, -1
}

// two returns the number that two digits are, or a negative one.
func two(b []byte) int {
	hi, lo := b[0]-'0', b[1]-'0'
	if hi > 9 || lo > 9 {
		return -1
	}
	return int(hi)*10 + int(lo)
}

// four returns the number that four digits are, or a negative one.
func four(b []byte) int {
	hi, lo := two(b[0:2]), two(b[2:4])
	if hi < 0 || lo < 0 {
		return -1
	}
	return hi*100 + lo
}

var monthDays = [13]int{31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// daysIn returns the days of month m, or the most there can be for an unknown
// month (0).
func daysIn(y, m int) int {
	if m == 2 && (y%4 != 0 || y%100 == 0 && y%400 != 0) {
		return 28
	}
	return monthDays[m]
}
