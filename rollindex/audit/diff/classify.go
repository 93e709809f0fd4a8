package diff

import "bytes"

// Type is what a value looks like.
type Type uint8

// The types of values.
const (
	Words   Type = iota // letters, with spaces and punctuation
	Numbers             // digits, with a sign or one point
	Dates
	Emails
	Mixed // letters and digits, or neither
	NumTypes
)

var typeNames = [NumTypes]string{"words", "numbers", "dates", "e-mail addresses", "letters and digits"}

// String returns the type in words ("numbers").
func (t Type) String() string { return typeNames[t] }

// classify tells what a value looks like, and how it is written if it is a date.
func classify(b []byte) (Type, Form) {
	var digits, letters, points, others, at int
	for i, c := range b {
		switch {
		case c-'0' <= 9:
			digits++
		case c|0x20 >= 'a' && c|0x20 <= 'z', c >= 0x80:
			letters++
		case c == '.':
			points++
		case c == '@':
			at = i
		default:
			others++
		}
	}
	switch {
	case digits == 0 && at == 0 && letters > 0:
		return Words, 0
	case at > 0 && bytes.IndexByte(b[at:], '.') > 1 && bytes.IndexByte(b, ' ') < 0:
		return Emails, 0
	case digits >= 4 && b[0]-'0' <= 9:
		if form, ok := dateForm(b); ok {
			return Dates, form
		}
	}
	signed := others == 1 && (b[0] == '-' || b[0] == '+')
	if digits > 0 && letters == 0 && at == 0 && points <= 1 && (others == 0 || signed) {
		return Numbers, 0
	}
	return Mixed, 0
}

// Form is how a date is written: the order of its parts, what stands between them,
// and whether a time of day follows.
type Form uint8

// NumForms is one more than the largest form.
const NumForms = orders * separators * 2

// Orders of the parts of a date. Of days up to the twelfth it cannot be told whether
// the day or the month stands first.
const (
	yearMonthDay = iota
	monthDayYear
	dayMonthYear
	eitherYear
	namedMonth
	shortYear
	orders
)

const separators = 4

var separatorBytes = [separators]byte{'-', '/', '.', 0}

func newForm(order, separator int, timed bool) Form {
	f := Form(order*separators+separator) * 2
	if timed {
		f++
	}
	return f
}

// String returns how such a date is written ("YYYY-MM-DD").
func (f Form) String() string {
	parts := [orders][3]string{{"YYYY", "MM", "DD"}, {"MM", "DD", "YYYY"}, {"DD", "MM", "YYYY"}, {"??", "??", "YYYY"}, {"DD", "MON", "YYYY"}, {"??", "??", "YY"}}[f/2/separators]
	between := ""
	if c := separatorBytes[f/2%separators]; c != 0 {
		between = string(rune(c))
	}
	s := parts[0] + between + parts[1] + between + parts[2]
	if f%2 == 1 {
		s += " with a time"
	}
	return s
}

// dateForm returns how a date is written; false if b is none. b begins with a digit.
func dateForm(b []byte) (Form, bool) {
	timed := false
	if i := bytes.IndexAny(b, " T"); i >= 6 {
		if bytes.IndexByte(b[i:], ':') < 0 {
			return 0, false
		}
		b, timed = b[:i], true
	}
	if len(b) == 8 && digitsOf(b) >= 0 {
		return compactForm(b, timed)
	}
	if len(b) > 11 {
		return 0, false
	}
	sep := 0
	for sep < 3 && bytes.IndexByte(b, separatorBytes[sep]) < 0 {
		sep++
	}
	if sep == 3 {
		return 0, false
	}
	first, rest, _ := bytes.Cut(b, []byte{separatorBytes[sep]})
	second, third, ok := bytes.Cut(rest, []byte{separatorBytes[sep]})
	if !ok {
		return 0, false
	}
	x, y, z := digitsOf(first), digitsOf(second), digitsOf(third)
	small := func(b []byte, v int) bool { return len(b) <= 2 && v >= 1 }
	switch {
	case len(first) == 4 && isYear(x) && small(second, y) && y <= 12 && small(third, z) && z <= 31:
		return newForm(yearMonthDay, sep, timed), true
	case small(first, x) && x <= 31 && len(second) == 3 && y < 0 && (len(third) == 4 && isYear(z) || len(third) == 2 && z >= 0):
		return newForm(namedMonth, sep, timed), true
	case !small(first, x) || !small(second, y):
		return 0, false
	case len(third) == 2 && z >= 0 && min(x, y) <= 12 && max(x, y) <= 31:
		return newForm(shortYear, sep, timed), true
	case len(third) != 4 || !isYear(z):
		return 0, false
	}
	return yearLast(x, y, sep, timed)
}

func yearLast(x, y, sep int, timed bool) (Form, bool) {
	switch {
	case x <= 12 && y <= 12:
		return newForm(eitherYear, sep, timed), true
	case x <= 12 && y <= 31:
		return newForm(monthDayYear, sep, timed), true
	case x <= 31 && y <= 12:
		return newForm(dayMonthYear, sep, timed), true
	}
	return 0, false
}

func compactForm(b []byte, timed bool) (Form, bool) {
	const none = 3
	if isYear(digitsOf(b[:4])) {
		m, d := digitsOf(b[4:6]), digitsOf(b[6:])
		if m >= 1 && m <= 12 && d >= 1 && d <= 31 {
			return newForm(yearMonthDay, none, timed), true
		}
	}
	x, y := digitsOf(b[:2]), digitsOf(b[2:4])
	if !isYear(digitsOf(b[4:])) || x < 1 || y < 1 {
		return 0, false
	}
	return yearLast(x, y, none, timed)
}

func isYear(y int) bool { return y >= 1850 && y < 2100 }

// digitsOf returns the number that digits make; -1 if b is not digits, or none.
func digitsOf(b []byte) int {
	if len(b) == 0 || len(b) > 9 {
		return -1
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return -1
		}
		n = 10*n + int(c-'0')
	}
	return n
}
