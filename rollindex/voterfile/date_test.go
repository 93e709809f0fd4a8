package voterfile

import (
	"testing"

	"rollcheck/hashing"
)

func TestParseDate(t *testing.T) {
	tests := []struct {
		in   string
		want string // "" is not a date
	}{
		{"02/29/1960", "1960-02-29"},
		{"1960-02-29", "1960-02-29"},
		{"19600229", "1960-02-29"},
		{"1960", "1960"},
		{"1960-02-29", "1960-02-29"},
		{"02/29/1960", "1960-02-29"},
		{"2/9/1960", "1960-02-09"},
		{"1960-2-9", "1960-02-09"},
		{"02.09.1960", "1960-02-09"},
		{"1960-02-29 00:00:00", "1960-02-29"},
		{"1960-02-29T00:00:00", "1960-02-29"},
		{"02/29/1960 0:00:00", "1960-02-29"},
		{"1960-02", "1960-02"},
		{"02/1960", "1960-02"},
		{"1960", "1960"},
		// Unknown or impossible parts lower the precision.
		{"19600200", "1960-02"},
		{"19600000", "1960"},
		{"19600017", "1960"},
		{"02/30/1960", "1960"},
		{"02/29/1961", "1961"},
		{"02/29/1900", "1900"},
		{"02/29/2000", "2000-02-29"},
		{"13/01/1960", "1960"},
		{"1960-00-00", "1960"},
		// No dates.
		{"", ""},
		{"XX-XX-XXXX", ""},
		{"##/##/####", ""},
		{"00/00/0000", ""},
		{"01/01/0418", ""},
		{"1/2/60", ""},
		{"PRIVATE", ""},
		{"12/31", ""},
		{"1-2-3-4", ""},
		{"12:00:00 AM", ""},
		{"ACP", ""},
		{"<NULL>", ""},
		// Other orders and words.
		{"02291960", "1960-02-29"},
		{"10111961", "1961-10-11"},
		{"19600229.0", "1960-02-29"},
		{"29-FEB-1960", "1960-02-29"},
		{"29 Feb 1960", "1960-02-29"},
		{"February 29, 1960", "1960-02-29"},
		{"Feb 29 1960 12:00AM", "1960-02-29"},
		{"29-FEBR-1960", ""},
		{"Sept 9, 1960", "1960-09-09"},
		{"29-FEB-60", ""},
		{" 2/29/1960", ""}, // values are trimmed
		{"12/ 9/1960", "1960-12-09"},
		{"1960- 2- 9", "1960-02-09"},
		{"2, 29, 1960", "1960-02-29"},
		{"02291960.0", "1960-02-29"},
		{"20/29/1960", "1960"},
		{"MAY 1960", "1960-05"},
		{"60", ""},
		{"0000", ""},
	}
	for _, tt := range tests {
		got, ok := dateForm{}.parse([]byte(tt.in))
		if got.String() != tt.want || ok != (tt.want != "") {
			t.Errorf("parse(%q) = %q, %v, want %q", tt.in, got, ok, tt.want)
		}
	}
}

func TestParseDateForm(t *testing.T) {
	days, short := dateForm{order: dayFirst}, dateForm{last: 2010}
	tests := []struct {
		form     dateForm
		in, want string
	}{
		{days, "03/04/1961", "1961-04-03"},
		{days, "3.4.1961", "1961-04-03"},
		{days, "03041961", "1961-04-03"},
		{days, "18051962", "1962-05-18"},
		{days, "20051962", "1962-05-20"},
		{dateForm{}, "18051962", "1962"},
		{days, "1961-04-03", "1961-04-03"},
		{days, "19610403", "1961-04-03"},
		{days, "1961 04 03", "1961-04-03"},
		{days, "1961 04 03 00:00", "1961-04-03"},
		{days, "1961-04 00:00", "1961-04"},
		{days, "04/17/1961", "1961"},
		{short, "4/17/61", "1961-04-17"},
		{short, "4/17/10", "2010-04-17"},
		{short, "4/17/11", "1911-04-17"},
		{short, "4/17/00", "2000-04-17"},
		{short, "17-APR-61", "1961-04-17"},
		{dateForm{order: dayFirst, last: 2010}, "3/4/61", "1961-04-03"},
		{dateForm{order: yearFirst, last: 2010}, "61/04/03", "1961-04-03"},
		{dateForm{order: yearFirst, last: 2010}, "05-04-03", "2005-04-03"},
		{dateForm{order: yearFirst, last: 2010}, "04/17/1961", "1961-04-17"},
		{short, "61-04-17", "1961-04-17"}, // 61 is neither a month nor a day
		{short, "61-17-04", "1961"},
		{dateForm{nextDay: true}, "1980-05-02T22:00:00Z", "1980-05-03"},
		{dateForm{nextDay: true}, "1980-12-31 23:00:00", "1981-01-01"},
		{dateForm{nextDay: true}, "1980-02-28T22:00:00.000+00:00", "1980-02-29"},
		{dateForm{nextDay: true}, "05/02/1980 10:00 PM", "1980-05-03"},
		{dateForm{nextDay: true}, "1980-05-02T04:00:00Z", "1980-05-02"},
		{dateForm{nextDay: true}, "1980-05-02", "1980-05-02"},
		{dateForm{nextDay: true}, "1980-05-00T22:00:00Z", "1980-05"},
		{dateForm{}, "1980-05-02T22:00:00Z", "1980-05-02"},
	}
	for _, tt := range tests {
		if got, ok := tt.form.parse([]byte(tt.in)); got.String() != tt.want || !ok {
			t.Errorf("%+v.parse(%q) = %q, %v, want %q", tt.form, tt.in, got, ok, tt.want)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add([]byte("02/29/1960"))
	f.Add([]byte("1-2-3"))
	f.Add([]byte("29-FEB-60"))
	// A date that is returned exists, and reads the same from its own text.
	f.Fuzz(func(t *testing.T, in []byte) {
		d, ok := dateForm{last: 2010}.parse(in)
		if !ok {
			if d != (hashing.Date{}) {
				t.Fatal("a date beside the report that there is none")
			}
			return
		}
		if d.Year < 1000 || d.Year > 9999 || d.Month > 12 || int(d.Day) > daysIn(int(d.Year), int(d.Month)) || d.Month == 0 && d.Day != 0 {
			t.Fatalf("%v is no date", d)
		}
		if again, ok := (dateForm{}).parse([]byte(d.String())); !ok || again != d {
			t.Fatalf("%v reads as %v", d, again)
		}
	})
}
