package catalogue

import (
	"fmt"
	"time"
)

// Date is a day, a month or a year: "2020-10-20", "2020-10" or "2020". A month
// or a year means some day in it. The zero Date is no date.
type Date string

// ParseDate reads a date of the Gregorian calendar in one of the three forms.
func ParseDate(s string) (Date, error) {
	for _, form := range []string{"2006-01-02", "2006-01", "2006"} {
		if len(s) == len(form) {
			if _, err := time.Parse(form, s); err == nil {
				return Date(s), nil
			}
		}
	}
	return "", fmt.Errorf("not a date: write YYYY-MM-DD, YYYY-MM or YYYY")
}

// leadingDate returns the date that a text begins with, "" if it begins with
// none: of "2016-08 or earlier", 2016-08.
func leadingDate(s string) Date {
	for _, n := range []int{10, 7, 4} {
		if len(s) < n || len(s) > n && s[n] != ' ' && s[n] != ',' {
			continue
		}
		if d, err := ParseDate(s[:n]); err == nil {
			return d
		}
	}
	return ""
}

// First returns the first day d may mean, YYYY-MM-DD, and "" for no date.
func (d Date) First() string {
	if d == "" {
		return ""
	}
	return string(d) + "-01-01"[len(d)-4:]
}

// Last returns the last day d may mean. The end of a month is its 31st: days
// are only compared.
func (d Date) Last() string {
	if d == "" {
		return ""
	}
	return string(d) + "-12-31"[len(d)-4:]
}

// year returns the year of d, which must be a date.
func (d Date) year() int {
	y := 0
	for _, c := range []byte(d[:4]) {
		y = 10*y + int(c-'0')
	}
	return y
}
