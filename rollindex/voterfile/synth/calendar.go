package synth

import "time"

// day counts days from 1970-01-01. never lies after every date a roll holds.
type day int32

const (
	never       day = 1 << 30
	daysPerYear     = 365.2425
)

// date is a calendar date as a file shows it; a zero year is a blank.
type date struct{ year, month, day int }

// years returns that many years in days.
func years(n float64) day { return day(n * daysPerYear) }

// dayOf and date convert by the algorithms of Howard Hinnant ("chrono-compatible
// low-level date algorithms"), which count years from March.
func dayOf(d date) day {
	y, m := d.year, d.month
	if m <= 2 {
		y, m = y-1, m+12
	}
	era := y / 400
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + d.day - 1
	return day(era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468)
}

func (d day) date() date {
	z := int(d) + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	out := date{yoe + era*400, mp + 3, doy - (153*mp+2)/5 + 1}
	if out.month > 12 {
		out.year, out.month = out.year+1, out.month-12
	}
	return out
}

// birthday returns the day somebody turns the age.
func (d date) birthday(age int) day {
	d.year += age
	return dayOf(d) // 29 February becomes 1 March
}

// ageOn returns the completed years on the day.
func (d date) ageOn(on day) int {
	t := on.date()
	age := t.year - d.year
	if t.month < d.month || t.month == d.month && t.day < d.day {
		age--
	}
	return age
}

func dayOfTime(t time.Time) day {
	y, m, d := t.Date()
	return dayOf(date{y, int(m), d})
}

func appendNumber(dst []byte, n, width int) []byte {
	var b [20]byte
	i := len(b)
	for n > 0 || i == len(b) {
		i--
		b[i] = byte('0' + n%10)
		n /= 10
	}
	for len(b)-i < width {
		i--
		b[i] = '0'
	}
	return append(dst, b[i:]...)
}

// appendDate writes a date in one of the formats of a layout; nothing for a
// blank. A run of Y, M or D stands for that many digits, of which a lone one
// takes as many as it needs; MM/DD/YYYY is the format where there is none.
func appendDate(dst []byte, d date, format string) []byte {
	if d.year == 0 {
		return dst
	}
	if format == "" {
		format = "MM/DD/YYYY"
	}
	for i := 0; i < len(format); {
		c, width := format[i], 1
		for i+width < len(format) && format[i+width] == c {
			width++
		}
		i += width
		switch {
		case c == 'Y' && width == 2:
			dst = appendNumber(dst, d.year%100, 2)
		case c == 'Y':
			dst = appendNumber(dst, d.year, width)
		case c == 'M':
			dst = appendNumber(dst, d.month, width)
		case c == 'D':
			dst = appendNumber(dst, d.day, width)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// election is one election day. The calendar is that of federal generals and of
// primaries as Ohio holds them; special elections are left out.
type election struct {
	on      day
	primary bool
	turnout float64 // of those registered
}

// firstElection is the year of the first election that files give history for.
const firstElection = 2000

// elections lists the elections from 2000 to the day, oldest first.
func elections(until day) []election {
	var list []election
	for y := firstElection; ; y++ {
		turnout := 0.25
		switch y % 4 {
		case 0:
			turnout = 0.70
		case 2:
			turnout = 0.50
		}
		primary := election{firstTuesday(y, 5), true, turnout * 0.35}
		if y%4 == 0 {
			primary.on = firstTuesday(y, 3) + 14
		}
		for _, e := range []election{primary, {firstTuesday(y, 11), false, turnout}} {
			if e.on > until {
				return list
			}
			list = append(list, e)
		}
	}
}

// firstTuesday returns the Tuesday after the first Monday of a month, which is
// the United States' election day in November.
func firstTuesday(year, month int) day {
	first := dayOf(date{year, month, 1})
	weekday := (int(first) + 4) % 7 // 1970-01-01 was a Thursday; 0 is Sunday
	return first + day((8-weekday)%7) + 1
}
