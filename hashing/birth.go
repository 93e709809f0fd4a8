package hashing

// The birth years that are believed when nobody says when a file was made.
// Before 1896 nobody on a roll of 2012 or later was over 115 (section 6 of
// CANONICAL.md); the far end only keeps out nonsense. The window does not move
// with the clock, so that one input gives one index on any day.
const (
	minBirthYear = 1896
	maxBirthYear = 2099
	minAge       = 16 // the youngest that states preregister
	maxAge       = 115
)

// SetBirth sets the birth date unless it is a placeholder, lies outside the
// years 1896 to 2099, or makes the person under 16 or over 115 years old on the
// day asOf, when the file was made. With the zero asOf, ages are not judged.
// Where either date is of less than day precision, the person gets the benefit
// of the doubt. Whether a 1 January is believed is not decided here: that takes
// a count over the file.
func (d *Details) SetBirth(date, asOf Date) {
	d.Birth = Date{}
	if date.Year < minBirthYear || date.Year > maxBirthYear || isPlaceholder(date) {
		return
	}
	if asOf.Year != 0 {
		youngest, oldest := ageRange(date, asOf)
		if oldest < minAge || youngest > maxAge {
			return
		}
	}
	d.Birth = date
}

// isPlaceholder reports whether files use date for an unknown one. 1 January
// 1900 and 1901 are defaults of registration systems, 30 and 31 December 1899
// the zero dates of spreadsheets and databases. The years 1800 and 1801 are
// outside the window anyway.
func isPlaceholder(date Date) bool {
	switch date {
	case Date{1900, 1, 1}, Date{1901, 1, 1}, Date{1899, 12, 30}, Date{1899, 12, 31}:
		return true
	}
	return false
}

// ageRange returns the least and the greatest age in full years that somebody
// born on a date can have had on another; they differ by one at most.
func ageRange(born, on Date) (least, most int) {
	most = int(on.Year) - int(born.Year)
	least = most
	switch {
	case born.Month == 0 || on.Month == 0:
		least--
	case on.Month < born.Month:
		return least - 1, most - 1
	case on.Month > born.Month:
	case born.Day == 0 || on.Day == 0:
		least--
	case on.Day < born.Day:
		return least - 1, most - 1
	}
	return least, most
}

// ParseDate reads a date in one of these layouts:
//
//	MM/DD/YYYY  month and day of one or two digits, '/' or '-' between
//	YYYY-MM-DD  the same, year first; YYYY-MM is a month
//	YYYYMMDD    eight digits
//	MM/YYYY     '/' or '-' between
//	YYYY        four digits
//	""          any of these, told apart by the digits before the first separator
//
// White space around it and a time of day behind it are ignored. Month 00 makes
// it a year and day 00 a month. It reports false when raw is not in the layout,
// when there is no such day in the Gregorian calendar, and for a year of two
// digits, which cannot be told from 1907 or 2007. Whether a birth date is
// believable is for [Details.SetBirth] to say.
func ParseDate(raw []byte, layout string) (Date, bool) {
	raw = trimNumber(raw)
	switch layout {
	case "MM/DD/YYYY":
		return parseMDY(raw)
	case "YYYY-MM-DD":
		return parseYMD(raw)
	case "YYYYMMDD":
		return parseCompact(raw)
	case "MM/YYYY":
		return parseMY(raw)
	case "YYYY":
		return parseYear(raw)
	case "":
		return parseAny(raw)
	}
	return Date{}, false
}

func parseAny(raw []byte) (Date, bool) {
	first, rest := number(raw)
	switch {
	case len(first) == 8:
		return parseCompact(raw)
	case len(first) == 4 && len(rest) == 0:
		return parseYear(raw)
	case len(first) == 4:
		return parseYMD(raw)
	}
	if date, ok := parseMDY(raw); ok {
		return date, true
	}
	return parseMY(raw)
}

func parseMDY(raw []byte) (Date, bool) {
	m, rest := number(raw)
	rest, sep := separator(rest, 0)
	d, rest := number(rest)
	rest, same := separator(rest, sep)
	y, rest := number(rest)
	if same == 0 || len(y) != 4 || !short(m) || !short(d) || !isTime(rest) {
		return Date{}, false
	}
	return calendar(value(y), value(m), value(d))
}

func parseYMD(raw []byte) (Date, bool) {
	y, rest := number(raw)
	rest, sep := separator(rest, 0)
	m, rest := number(rest)
	if len(y) != 4 || sep == 0 || !short(m) {
		return Date{}, false
	}
	if len(rest) == 0 {
		return calendar(value(y), value(m), 0)
	}
	rest, same := separator(rest, sep)
	d, rest := number(rest)
	if same == 0 || !short(d) || !isTime(rest) {
		return Date{}, false
	}
	return calendar(value(y), value(m), value(d))
}

func parseMY(raw []byte) (Date, bool) {
	m, rest := number(raw)
	rest, sep := separator(rest, 0)
	y, rest := number(rest)
	if sep == 0 || len(y) != 4 || !short(m) || len(rest) != 0 {
		return Date{}, false
	}
	return calendar(value(y), value(m), 0)
}

func parseCompact(raw []byte) (Date, bool) {
	n, rest := number(raw)
	if len(n) != 8 || !isTime(rest) {
		return Date{}, false
	}
	return calendar(value(n[:4]), value(n[4:6]), value(n[6:]))
}

func parseYear(raw []byte) (Date, bool) {
	y, rest := number(raw)
	if len(y) != 4 || len(rest) != 0 {
		return Date{}, false
	}
	return calendar(value(y), 0, 0)
}

// number splits the digits off the front of b.
func number(b []byte) (digits, rest []byte) {
	n := 0
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	return b[:n], b[n:]
}

// separator takes one '/' or '-' off the front of b, the given one unless that
// is 0. It returns 0 when there is none.
func separator(b []byte, want byte) (rest []byte, sep byte) {
	if len(b) == 0 || b[0] != '/' && b[0] != '-' || want != 0 && b[0] != want {
		return b, 0
	}
	return b[1:], b[0]
}

func short(digits []byte) bool { return len(digits) == 1 || len(digits) == 2 }

// value is the number that at most four digits say.
func value(digits []byte) int {
	v := 0
	for _, c := range digits {
		v = v*10 + int(c-'0')
	}
	return v
}

// isTime reports whether b is empty or a time of day behind a date: a space or
// T, then nothing but digits and the letters and signs of times.
func isTime(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	if b[0] != ' ' && b[0] != 'T' || len(b) > 40 {
		return false
	}
	for _, c := range b[1:] {
		switch {
		case isDigit(c):
		case c == ':' || c == '.' || c == ' ' || c == '+' || c == '-':
		case c == 'A' || c == 'P' || c == 'M' || c == 'a' || c == 'p' || c == 'm' || c == 'Z':
		default:
			return false
		}
	}
	return true
}

var daysIn = [13]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// calendar returns the date of a year, month and day, with month 0 and day 0
// for unknown, and whether the calendar has it.
func calendar(y, m, d int) (Date, bool) {
	if y < 1 || m > 12 {
		return Date{}, false
	}
	if m == 0 {
		return Date{Year: uint16(y)}, true
	}
	last := daysIn[m]
	if m == 2 && y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		last = 29
	}
	if d > last {
		return Date{}, false
	}
	return Date{Year: uint16(y), Month: uint8(m), Day: uint8(d)}, true
}
