package voterfile

import (
	"bytes"
	"strings"

	"rollcheck/hashing"
)

// dateOrder is which part of a date stands where, when a value leaves it open.
type dateOrder uint8

const (
	monthFirst dateOrder = iota // 04/17/1961
	dayFirst                    // 17/04/1961
	yearFirst                   // 61/04/17; a year of four digits shows itself
	numOrders
)

// String returns the order in words.
func (o dateOrder) String() string {
	return [...]string{"the month before the day", "the day before the month", "two digits of the year first", "unknown"}[min(o, numOrders)]
}

// stated returns the order in the form in which a layout states it.
func (o dateOrder) stated() string {
	return [...]string{"MM/DD/YYYY", "DD/MM/YYYY", "YYYY-MM-DD", "unknown"}[min(o, numOrders)]
}

// orderSet is a set of orders, a bit for each.
type orderSet uint8

func (s orderSet) has(o dateOrder) bool { return s>>o&1 != 0 }

func (s orderSet) only(o dateOrder) bool { return s == 1<<o }

// dateForm says how dates are read where the value leaves a choice. The zero
// value takes the month to stand before the day and two digits for no year.
type dateForm struct {
	order   dateOrder
	last    int  // the last year that two digits can mean; 0 if two digits are no year
	nextDay bool // a time of day past noon is midnight of the day after, written as UTC
}

// A two-digit year of birth is taken for the last one with these digits that
// makes the person at least youngest years old when the data was taken: nobody
// is on a roll before preregistration at 16. Where it is not known when that
// was, it is taken to be unknownYear, so that a file reads the same in any year.
// Somebody over 115 reads as a century younger.
const (
	youngest    = 16
	unknownYear = 2026
)

// parse reads b as a date in any of the forms publishers use: they change it from
// one release to the next, and republished copies have their own, so that the
// form a layout states is relied on only for what a value does not show, which
// part comes first. A day or month of 00 lowers the precision; a day or month
// that no calendar has leaves the year. It reports false when b is not a date at
// all. A time of day behind the date is ignored, unless the form says otherwise.
func (f dateForm) parse(b []byte) (hashing.Date, bool) {
	date, _, ok := f.read(b)
	return date, ok
}

// read is parse, and reports beside it whether a day or month that no calendar has
// was left out.
func (f dateForm) read(b []byte) (date hashing.Date, impossible, ok bool) {
	var y, m, d int
	b = trimFraction(b)
	switch writingOf(b) {
	case slashed:
		y, m, d = four(b[6:10]), two(b[0:2]), two(b[3:5])
		if f.order == dayFirst {
			m, d = d, m
		}
	case dashed:
		y, m, d = four(b[0:4]), two(b[5:7]), two(b[8:10])
	case eightDigits:
		y, m, d = f.eight(b)
	case yearAlone:
		y = four(b)
	default:
		y, m, d = -1, -1, -1
		if p, ok := partsOf(b); ok {
			y, m, d = f.arrange(p)
		}
	}
	if y < 1000 || m < 0 || d < 0 {
		return hashing.Date{}, false, false
	}
	if m > 12 || d > 28 && d > daysIn(y, m) {
		m, d, impossible = 0, 0, true
	}
	if m == 0 {
		d = 0
	}
	date = hashing.Date{Year: uint16(y), Month: uint8(m), Day: uint8(d)}
	if f.nextDay && d > 0 && clock(b) >= noonOver {
		date = dayAfter(date)
	}
	return date, impossible, true
}

// trimFraction drops what a number has behind it that went through a program for
// tables.
func trimFraction(b []byte) []byte {
	if n := len(b) - len(".0"); n >= 0 && b[n] == '.' && b[n+1] == '0' {
		return b[:n]
	}
	return b
}

// writing is how a date is written, as far as it can be told before it is taken
// apart. What reads a date and what asks in which orders it can be read both go
// by it, and by partsOf, so that they never differ in what is a date.
type writing uint8

const (
	loose       writing = iota // any other way
	slashed                    // 04/17/1961
	dashed                     // 1961-04-17
	eightDigits                // 19610417, 04171961
	yearAlone                  // 1961
)

func writingOf(b []byte) writing {
	switch len(b) {
	case 10:
		if b[2] == '/' && b[5] == '/' && b[3] != ' ' {
			return slashed
		}
		if b[4] == '-' && b[7] == '-' && b[5] != ' ' && b[8] != ' ' {
			return dashed
		}
	case 8:
		if four(b[0:4]) >= 0 && four(b[4:8]) >= 0 {
			return eightDigits
		}
	case 4:
		return yearAlone
	}
	return loose
}

// eight reads eight digits: the year comes first unless the last four are one of
// the last three centuries, which no month and day are.
func (f dateForm) eight(b []byte) (y, m, d int) {
	if !yearLast(b) {
		return four(b[0:4]), two(b[4:6]), two(b[6:8])
	}
	y, m, d = four(b[4:8]), two(b[0:2]), two(b[2:4])
	if f.order == dayFirst {
		m, d = d, m
	}
	return y, m, d
}

// yearLast reports whether eight digits end with a year.
func yearLast(b []byte) bool {
	last := four(b[4:8])
	return last >= 1800 && last < 2100
}

// dateParts are the parts of a date in the order in which they stand.
type dateParts struct {
	part, width [3]int // what each is, and by how many digits
	last        int    // the index of the last part
	named       int    // the index of the part that is the name of a month; -1 if none is
}

// partsOf takes a date of up to three parts apart, with any of the usual
// separators, without padding, with the month as a number or in English letters,
// and with a time behind them. It reports false for anything else.
func partsOf(b []byte) (p dateParts, ok bool) {
	p.named = -1
	n := 0
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c >= '0' && c <= '9' && p.width[n] < 4 && p.named != n:
			p.part[n] = p.part[n]*10 + int(c-'0')
			p.width[n]++
		case p.width[n] > 0 && (n == 2 || n == 1 && p.part[0] > 31 && (c == 'T' || isClock(bytes.TrimLeft(b[i+1:], " "))) || n == 1 && p.part[1] > 31) && (c == ' ' || c == 'T'):
			i = len(b) // a time of day
		case p.width[n] > 0 && n < 2 && (c == '-' || c == '/' || c == '.' || c == ' ' || c == ','):
			n++
			for i+1 < len(b) && b[i+1] == ' ' {
				i++
			}
		case p.width[n] == 0 && p.named < 0:
			letters := 0
			p.part[n], letters = month(b[i:])
			if letters == 0 {
				return p, false
			}
			p.named, p.width[n] = n, 2
			i += letters - 1
		default:
			return p, false
		}
	}
	p.last = n
	return p, true
}

// isClock reports whether b begins with a time of day, rather than with a day.
func isClock(b []byte) bool {
	i := bytes.IndexByte(b, ':')
	return i == 1 || i == 2
}

// arrange tells which part is which. It returns a negative one for what is no
// date.
func (f dateForm) arrange(p dateParts) (y, m, d int) {
	part, width, n, named := &p.part, &p.width, p.last, p.named
	short := func(i int) bool { return width[i] == 1 || width[i] == 2 }
	year := func(i int) int {
		if width[i] == 2 && f.last > 0 {
			y := f.last/100*100 + part[i]
			if y > f.last {
				y -= 100
			}
			return y
		}
		if width[i] != 4 {
			return -1
		}
		return part[i]
	}
	switch {
	case n == 2 && width[0] == 4 && named <= 1 && short(1) && short(2):
		return part[0], part[1], part[2]
	case n == 2 && named == 0 && short(1): // April 17, 1961
		return year(2), part[0], part[1]
	case n == 2 && named == 1 && short(0): // 17-APR-1961
		return year(2), part[1], part[0]
	case n == 2 && named < 0 && width[0] == 2 && short(1) && short(2) && (f.order == yearFirst || part[0] > 31):
		return year(0), part[1], part[2]
	case n == 2 && named < 0 && short(0) && short(1):
		if f.order == dayFirst {
			return year(2), part[1], part[0]
		}
		return year(2), part[0], part[1]
	case n == 1 && width[0] == 4 && short(1):
		return part[0], part[1], 0
	case n == 1 && short(0) && named <= 0 && width[1] == 4:
		return part[1], part[0], 0
	}
	return -1, -1, -1
}

const monthNames = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"

var monthTails = [12]string{"UARY", "RUARY", "CH", "IL", "", "E", "Y", "UST", "TEMBER", "OBER", "EMBER", "EMBER"}

// month reads the English name of a month, whole or its first three letters, at
// the beginning of b and returns its number and how many letters it has.
func month(b []byte) (number, letters int) {
	for letters < len(b) && letters < 10 && (b[letters]|0x20) >= 'a' && (b[letters]|0x20) <= 'z' {
		letters++
	}
	if letters < 3 {
		return 0, 0
	}
	word := strings.ToUpper(string(b[:letters]))
	for i := range 12 {
		if word[:3] == monthNames[3*i:3*i+3] && (letters == 3 || word[3:] == monthTails[i] || word == "SEPT") {
			return i + 1, letters
		}
	}
	return 0, 0
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
