package voterfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
)

func TestOrders(t *testing.T) {
	const m, d, y = orderSet(1 << monthFirst), orderSet(1 << dayFirst), orderSet(1 << yearFirst)
	for in, want := range map[string]orderSet{
		"04/17/1961": m, "17/04/1961": d, "03/04/1961": m | d, "17/18/1961": 0, "00/17/1961": 0, "4/17/1961": m, "17.4.1961": d,
		"17-04-1961 00:00:00": d, "1961-04-17": 0, "1961-04-17T00:00:00Z": 0, "17-APR-1961": 0, "19610417": 0, "04171961": m, "17041961": d,
		"4/17/61": m, "17/4/61": d, "61/04/17": y, "61-4-17": y, "03/04/05": m | d | y, "03/04/61": m | d, "03/04/1": y, "1961": 0, "": 0, "PRIVATE": 0, "1/2": 0,
		"04/1961": 0, "1-2-3-4": 0, "4 17 1961": m, "**/**/****": 0, "##/##/1961": 0,
		// as spreadsheets and people write them
		"17. 4. 1961": d, "17, 4, 1961": d, "17,4,1961": d, "17/ 4/1961": d, "17041961.0": d, "17/04/1961.0": d, "04/17/1961.0": m, "3. 4. 1961": m | d,
		"17 04 1961 00:00": d, "19610417.0": 0, "1961-4-17": 0, "17 Apr 1961": 0, "April 17, 1961": 0, "17/4/": 0, "17//1961": 0,
	} {
		if got := orders([]byte(in)); got != want {
			t.Errorf("orders(%q) = %03b, want %03b", in, got, want)
		}
	}
}

func FuzzOrders(f *testing.F) {
	for _, in := range []string{"04/17/1961", "17.4.61", "61-04-17", "03041961", "1961-04-17T04:00:00Z", "3. 4. 1961", "3, 4, 1961", "3/ 4/61", "03041961.0", "03/04/1961.0", "17/01/10.0", "3-APR-61"} {
		f.Add([]byte(in))
	}
	// A value that is a date in one order only is read as one date by that
	// order, and by no other as another; one that two orders read as different
	// dates has those that make it a whole one.
	f.Fuzz(func(t *testing.T, in []byte) {
		set := orders(in)
		for o := monthFirst; o < numOrders; o++ {
			if !set.only(o) {
				continue
			}
			date, ok := dateForm{order: o, last: 2010}.parse(in)
			if !ok && date.Year != 0 || ok && date.Month == 0 && date.Day != 0 {
				t.Fatalf("%v, %v", date, ok)
			}
			for other := monthFirst; other < numOrders && date.Day > 0; other++ {
				if d, _ := (dateForm{order: other, last: 2010}).parse(in); d.Day > 0 && d != date {
					t.Fatalf("%v by %v and %v by %v", date, o, d, other)
				}
			}
		}
		by := func(o dateOrder) hashing.Date { d, _ := dateForm{order: o, last: 2010}.parse(in); return d }
		month, day, year := by(monthFirst), by(dayFirst), by(yearFirst)
		for o, whole := range map[dateOrder]bool{
			monthFirst: month != day && month.Day > 0,
			dayFirst:   month != day && day.Day > 0,
			yearFirst:  year != month && year.Day > 0, // a year of four digits is last: the month is first then
		} {
			if whole && !set.has(o) {
				t.Fatalf("orders %03b, but %v by month, %v by day, %v by year", set, month, day, year)
			}
		}
		if set != 0 && !slices.ContainsFunc(in, isDigit) {
			t.Fatal("an order of no digits")
		}
	})
}

// datedRoll returns a roll of the layout whose birth dates are those given, one a
// row.
func datedRoll(t testing.TB, l *layouts.Layout, rows int, birth func(i int) string) []byte {
	t.Helper()
	born := slices.IndexFunc(l.Columns, func(c layouts.Column) bool { return c.Role == field.RoleBirthDate })
	if born < 0 {
		t.Fatalf("%s has no birth date", l.ID)
	}
	var b bytes.Buffer
	if l.Header {
		writeRow(&b, l, columnNames(l))
	}
	for i := range rows {
		row := testRow(l, i)
		for c := range l.Columns {
			if l.Columns[c].Role == field.RoleRegistrationDate {
				row[c] = "" // the birth dates alone are to decide
			}
		}
		row[born] = birth(i)
		writeRow(&b, l, row)
	}
	return b.Bytes()
}

// wholeErr reads s to its end and returns what it says then.
func wholeErr(t testing.TB, s *Source) error {
	t.Helper()
	p := s.NewParser()
	for {
		c, err := s.Next(nil)
		if err == io.EOF {
			return s.Err()
		}
		if err != nil {
			t.Fatal(err)
		}
		p.Reset(c)
		for _, ok := p.Next(); ok; _, ok = p.Next() {
		}
	}
}

// An order that was decided by the beginning of a file, and what the rest shows.
func TestOrderIsWatched(t *testing.T) {
	racetest.LeaveOut(t)
	american := func(i int) string { return testDate("MM/DD/YYYY", 1940+i%60, 1+i%12, 1+i%28) }
	european := func(i int) string { return testDate("DD/MM/YYYY", 1940+i%60, 1+i%12, 1+i%28) }
	open := func(i int) string { return testDate("MM/DD/YYYY", 1940+i%60, 1+i%12, 1+i*5%12) }
	short := func(f func(int) string) func(int) string {
		return func(i int) string { s := f(i); return s[:6] + s[8:] }
	}
	until := func(n int, a, b func(int) string) func(int) string {
		return func(i int) string {
			if i < n {
				return a(i)
			}
			return b(i)
		}
	}
	every := func(n int, a func(int) string, other ...func(int) string) func(int) string {
		return func(i int) string {
			if i > 0 && i%n == 0 {
				return other[i/n%len(other)](12) // 13 January
			}
			return a(i)
		}
	}
	iso := func(i int) string { return testDate("YYYY-MM-DD", 1940+i%60, 1+i%12, 1+i%28) }
	digits := func(i int) string { return testDate("YYYYMMDD", 1940+i%60, 1+i%12, 1+i%28) }
	turned := func(i int) string { return fmt.Sprintf("%d%02d%02d", 1940+i%60, 1+i%28, 1+i%12) }
	const rows = 6000
	tests := []struct {
		name  string
		birth func(int) string
		want  string // what the refusal says; "" if it is read
	}{
		{"one order", american, ""},
		{"the other order", european, ""},
		{"no evidence at all", open, ""},
		{"nothing in the beginning, then the order of the layout", until(2000, open, american), ""},
		{"nothing in the beginning, then the other order", until(2000, open, european), "can only have the day before the month, as line 2001 shows"},
		{"nothing but one date against it", until(5999, open, func(int) string { return "25/04/1980" }), "as line 6000 shows"},
		{"two files joined", until(3000, american, european), "and 1712 only the day before the month, as line 3009 shows"},
		{"two files joined, the other way round", until(3000, european, american), "only the month before the day, as line 3009 shows"},
		{"a small file at the end", until(5970, american, european), "in two ways"},
		{"stray slips", every(120, american, european), ""},
		{"more than stray slips", every(25, american, european), "in two ways"},
		{"two-digit years", short(american), ""},
		{"two-digit years that turn", until(3000, short(american), short(european)), "in two ways"},
		{"years first", func(i int) string { return testDate("YYYY-MM-DD", 1940+i%60, 1+i%12, 1+i%28)[2:] }, ""},
		{"years first behind months", until(3000, short(american), func(i int) string { return testDate("YYYY-MM-DD", 1940+i%60, 1+i%12, 1+i%28)[2:] }), "two digits of the year first"},
		{"ISO dates", func(i int) string { return testDate("YYYY-MM-DD", 1940+i%60, 1+i%12, 1+i%28) }, ""},
		{"days first, with blanks", func(i int) string { return fmt.Sprintf("%d. %d. %d", 1+i%28, 1+i%12, 1940+i%60) }, ""},
		{"days first, with blanks, behind months", until(3000, american, func(i int) string { return fmt.Sprintf("%d. %d. %d", 1+i%28, 1+i%12, 1940+i%60) }), "in two ways"},
		{"numbers of a table that turn", until(3000, american, func(i int) string { return fmt.Sprintf("%02d%02d%d.0", 1+i%28, 1+i%12, 1940+i%60) }), "in two ways"},
		{"one slip among ISO dates", until(5999, iso, func(int) string { return "17/04/1961" }), ""},
		{"one slip among digits", until(5999, digits, func(int) string { return "17041961" }), ""},
		{"one slip among months with names", until(5999, func(i int) string {
			return fmt.Sprintf("%02d-%s-%d", 1+i%28, [...]string{"JAN", "MAY", "OCT"}[i%3], 1940+i%60)
		}, func(int) string { return "17/04/1961" }), ""},
		{"one slip among years", until(5999, func(i int) string { return fmt.Sprint(1940 + i%60) }, func(int) string { return "17/04/1961" }), ""},
		{"slips of either kind among digits", every(500, digits, func(int) string { return "05/04/1961" }, func(int) string { return "17041961" }), ""},
		{"more of them, behind the beginning", until(2000, digits, every(100, digits, func(int) string { return "05/04/1961" }, func(int) string { return "17041961" })), ""},
		{"many of either kind among digits", until(2000, digits, every(20, digits, european, func(int) string { return "05/04/1961" })), "most of those in its column"},
		{"a small file behind digits", until(5970, digits, european), "most of those in its column"},
		{"open dates behind ISO dates, and one against", until(3000, iso, until(5999, open, func(int) string { return "25/04/1980" })), "as line 6000 shows"},
		{"digits in any order but ISO's, behind it", until(3000, digits, turned), "and 1391 only the day before the month (YYYYDDMM), as line 3009 shows"},
		{"a small file of such digits at the end", until(5970, digits, turned), "in two ways"},
		{"stray slips of such digits", every(120, digits, turned), ""},
		{"a zero month or day among digits", every(3, digits, func(int) string { return "19600000" }, func(int) string { return "19600017" }), ""},
		{"digits as ISO has them behind days first", until(3000, european, digits), ""},
		{"days first behind digits as ISO has them, and such others", until(2000, european, until(4000, digits, turned)), "YYYYDDMM"},
		{"such dates with separators", until(3000, iso, func(i int) string { return fmt.Sprintf("%d-%02d-%02d", 1940+i%60, 1+i%28, 1+i%12) }), "YYYYDDMM"},
		{"numbers of which the month comes first, then the day", until(3000, func(i int) string { return testDate("MMDDYYYY", 1940+i%60, 1+i%12, 1+i%28) }, func(i int) string { return fmt.Sprintf("%02d%02d%d", 1+i%28, 1+i%12, 1940+i%60) }), "in two ways"},
		{"slips that were sorted together", until(5980, american, func(int) string { return "13/01/1980" }), ""},
	}
	l := mustLayout(t, "fl-extract")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := writeFile(t, "roll.txt", datedRoll(t, l, rows, tt.birth))
			err := wholeErr(t, mustOpen(t, Options{}, path))
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			checkError(t, err, ErrAmbiguous, tt.want)
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(e.Hint, "YYYY-MM-DD") || strings.Contains(e.Hint, "--layout FILE") == (strings.Contains(tt.name, "digits") || strings.Contains(e.Problem, "YYYYDDMM")) || !strings.Contains(e.Problem, "Birth Date") {
				t.Errorf("%v: %s", err, e.Hint)
			}
		})
	}
}

// Of a few rows, one may show how the others were meant.
func TestOrderOfThreeRows(t *testing.T) {
	births := []string{"02/03/1980", "05/06/1970", "31/12/1969"}
	path := writeFile(t, "roll.txt", datedRoll(t, mustLayout(t, "fl-extract"), 3, func(i int) string { return births[i] }))
	checkError(t, wholeErr(t, mustOpen(t, Options{}, path)), ErrAmbiguous, "as line 3 shows")
}

// A slip keeps its year.
func TestSlipKeepsItsYear(t *testing.T) {
	births := []string{"19410202", "17041961", "19430404"}
	s := mustOpen(t, Options{}, writeFile(t, "roll.txt", datedRoll(t, mustLayout(t, "fl-extract"), 3, func(i int) string { return births[i] })))
	rows, _ := readAll(t, s)
	if err := s.Err(); err != nil || len(rows) != 3 || !strings.Contains(rows[0], "birth=1941-02-02 ") || !strings.Contains(rows[1], "birth=1961 ") {
		t.Errorf("%v, %s", err, rows)
	}
}

// A layout that states the form decides where the beginning of the file shows
// nothing.
func TestStatedOrder(t *testing.T) {
	own := *mustLayout(t, "fl-extract")
	own.Columns = slices.Clone(own.Columns)
	for i := range own.Columns {
		if own.Columns[i].Role == field.RoleBirthDate {
			own.Columns[i].Format = "DD/MM/YYYY"
		}
	}
	path := writeFile(t, "roll.txt", datedRoll(t, &own, 3000, func(i int) string {
		if i < 2000 {
			return "03/04/1980"
		}
		return "25/04/1980"
	}))
	s := mustOpen(t, Options{Layout: &own}, path)
	rows, _ := readAll(t, s)
	if err := s.Err(); err != nil || !strings.Contains(rows[0], "birth=1980-04-03") || !strings.Contains(rows[2999], "birth=1980-04-25") {
		t.Errorf("%v, %s, %s", err, rows[0], rows[2999])
	}
}

// What was seen does not depend on who saw it.
func TestWatchAddsUp(t *testing.T) {
	parts := []orderWatch{{with: 3, open: 1}, {against: 2, line: 9, plain: 7, other: dayFirst}, {with: 1, against: 5, open: 1, plain: 1, line: 4, turned: 6, other: dayFirst}}
	want := orderWatch{with: 4, against: 7, open: 2, plain: 8, line: 4, turned: 6, other: dayFirst}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}} {
		var all orderWatch
		for _, i := range order {
			all.add(&parts[i])
		}
		if all != want {
			t.Errorf("%v: %+v, want %+v", order, all, want)
		}
	}
}

// Midnight of a place, written as UTC, is the day that began there.
func TestMidnights(t *testing.T) {
	day := func(i int) (y, m, d int) { return 1940 + i%60, 1 + i%12, 2 + i%26 }
	utc := func(back int, clock func(i int) string) func(int) string {
		return func(i int) string {
			y, m, d := day(i)
			s := clock(i)
			if s != "00:00:00" {
				d -= back
			}
			return testDate("YYYY-MM-DD", y, m, d) + "T" + s + "Z"
		}
	}
	always := func(s string) func(int) string { return func(int) string { return s } }
	summer := func(winter, summer string) func(int) string {
		return func(i int) string {
			if _, m, _ := day(i); m > 3 && m < 11 {
				return summer
			}
			return winter
		}
	}
	tests := []struct {
		zone  string
		east  bool
		birth func(int) string
	}{
		{"London", true, utc(1, summer("00:00:00", "23:00:00"))},
		{"Berlin", true, utc(1, summer("23:00:00", "22:00:00"))},
		{"Istanbul", true, utc(1, summer("22:00:00", "21:00:00"))},
		{"Moscow", true, utc(1, always("21:00:00.000"))},
		{"Tehran", true, utc(1, always("20:30:00"))},
		{"Delhi", true, utc(1, always("18:30:00"))},
		{"Kathmandu", true, utc(1, always("18:15:00"))},
		{"Tokyo", true, utc(1, always("15:00:00"))},
		{"Sydney", true, utc(1, summer("13:00:00", "14:00:00"))},
		{"New York", false, utc(0, summer("05:00:00", "04:00:00"))},
		{"Los Angeles", false, utc(0, summer("08:00:00", "07:00:00"))},
		{"Honolulu", false, utc(0, always("10:00:00"))},
		{"Greenwich", false, utc(0, always("00:00:00"))},
		{"noon", false, utc(0, always("12:00:00"))},
		{"times of registration", false, utc(0, func(i int) string { return fmt.Sprintf("%02d:%02d:%02d", 8+i*7%12, i*13%60, i*29%60) })},
		{"hours of registration", false, utc(0, func(i int) string { return fmt.Sprintf("%02d:00:00", 13+i%8) })},
		{"three hours of registration", false, utc(0, func(i int) string { return fmt.Sprintf("%02d:00:00", 13+i%3*4) })},
		{"a zone written behind it", false, func(i int) string {
			y, m, d := day(i)
			return testDate("YYYY-MM-DD", y, m, d) + "T00:00:00+02:00"
		}},
		{"without the letter of UTC", true, func(i int) string {
			y, m, d := day(i)
			return testDate("YYYY-MM-DD", y, m, d-1) + " 22:00:00"
		}},
	}
	l := *mustLayout(t, "fl-extract")
	l.Jurisdiction = "IN" // where noon in America is no possibility
	for _, tt := range tests {
		t.Run(tt.zone, func(t *testing.T) {
			s := mustOpen(t, Options{Layout: &l}, writeFile(t, "roll.txt", datedRoll(t, &l, 200, tt.birth)))
			if got := strings.Contains(strings.Join(s.Members()[0].Match.Evidence, "; "), "east of Greenwich"); got != tt.east {
				t.Errorf("detected: %v", got)
			}
			rows, _ := readAll(t, s)
			for i, row := range rows {
				y, m, d := day(i)
				if want := "birth=" + testDate("YYYY-MM-DD", y, m, d) + " "; !strings.Contains(row, want) {
					t.Fatalf("%s, want %s", row, want)
				}
			}
			if len(rows) != 200 {
				t.Errorf("%d rows", len(rows))
			}
		})
	}
}

// What is noon in America or midnight in Asia is not guessed at.
func TestNoonOrMidnight(t *testing.T) {
	text := datedRoll(t, mustLayout(t, "fl-extract"), 50, func(i int) string { return testDate("YYYY-MM-DD", 1950+i%40, 1+i%12, 1+i%28) + "T16:00:00Z" })
	if got := refused(t, string(text)); !strings.Contains(got, `"Birth Date"`) || !strings.Contains(got, "noon") {
		t.Error(got)
	}
}
