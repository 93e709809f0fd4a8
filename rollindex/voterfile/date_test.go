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
		{"60", ""},
		{"0000", ""},
	}
	for _, tt := range tests {
		got, ok := parseDate([]byte(tt.in))
		if got.String() != tt.want || ok != (tt.want != "") {
			t.Errorf("parseDate(%q) = %q, %v, want %q", tt.in, got, ok, tt.want)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add([]byte("02/29/1960"))
	f.Add([]byte("1-2-3"))
	// A date that is returned exists, and reads the same from its own text.
	f.Fuzz(func(t *testing.T, in []byte) {
		d, ok := parseDate(in)
		if !ok {
			if d != (hashing.Date{}) {
				t.Fatal("a date beside the report that there is none")
			}
			return
		}
		if d.Year < 1000 || d.Year > 9999 || d.Month > 12 || int(d.Day) > daysIn(int(d.Year), int(d.Month)) || d.Month == 0 && d.Day != 0 {
			t.Fatalf("%v is no date", d)
		}
		if again, ok := parseDate([]byte(d.String())); !ok || again != d {
			t.Fatalf("%v reads as %v", d, again)
		}
	})
}
