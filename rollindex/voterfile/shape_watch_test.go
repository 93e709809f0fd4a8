package voterfile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/layouts"
	"rollcheck/internal/racetest"
)

// turned returns the layout with its first n columns behind the others.
func turned(l *layouts.Layout, n int) *layouts.Layout {
	own := *l
	own.Columns = slices.Concat(l.Columns[n:], l.Columns[:n])
	return &own
}

// withoutHeader returns a roll without its first line.
func withoutHeader(roll []byte) []byte { return roll[bytes.IndexByte(roll, '\n')+1:] }

// Two exports with their columns in another order, joined with and without the
// second one's header, are not read as one: wherever the second begins, and
// however small it is. Rows whose surname is a number are skipped in any case.
func TestJoinedExports(t *testing.T) {
	racetest.LeaveOut(t)
	for _, id := range []string{"oh-swvf", "ga-2023-csv", "wa-vrdb-2023", "mi-2024-csv"} {
		l := mustLayout(t, id)
		for _, by := range []int{1, 3, 4} {
			second := synthRoll(t, turned(l, by), 80, 2)
			for _, n := range []int64{200, 6000} {
				first := synthRoll(t, l, n, 1)
				at := bytes.Count(first, []byte{'\n'}) + 1
				t.Run(fmt.Sprintf("%s by %d behind %d", id, by, n), func(t *testing.T) {
					err := joinedErr(t, first, second)
					checkError(t, err, ErrAmbiguous, fmt.Sprintf("another header in line %d, ", at))
					if id == "mi-2024-csv" && by == 4 {
						return // surnames are years of birth: every row of the second is skipped
					}
					err = joinedErr(t, first, withoutHeader(second))
					checkError(t, err, ErrAmbiguous, "has values in the wrong columns from line ")
					var line int
					_, rest, _ := strings.Cut(err.Error(), "from line ")
					if _, err := fmt.Sscan(rest, &line); err != nil || line < at || line > at+60 {
						t.Errorf("line %d, want about %d: %v", line, at, err)
					}
				})
			}
		}
	}
}

func joinedErr(t *testing.T, parts ...[]byte) error {
	t.Helper()
	s, err := Open(t.Context(), []string{writeFile(t, "joined.txt", bytes.Join(parts, nil))}, Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	return wholeErr(t, s)
}

// What is withheld, empty or a slip is no sign of other columns, nor is less than a
// run of it.
func TestStrangeValuesThatAreRead(t *testing.T) {
	racetest.LeaveOut(t)
	names := strings.Fields("SMITH JONES BROWN DAVIS CLARK LEWIS YOUNG HALL KING WRIGHT")
	among := func(list ...string) func(int) string { return func(i int) string { return list[i%len(list)] } }
	runs := func(n int) func(int) string { // of n names, and a date behind each
		return func(i int) string {
			if i%(n+1) == n {
				return "04/17/1961"
			}
			return names[i%len(names)]
		}
	}
	for _, tt := range []struct {
		name  string
		birth func(i int) string
		read  bool
	}{
		{"withheld", among("PRIVATE"), true},
		{"withheld in three ways", among("ACP", "CONFIDENTIAL", "WITHHELD"), true},
		{"empty", among(""), true},
		{"placeholders", among("00/00/0000", "01/01/1900", "0", "99/99/9999", "00000000"), true},
		{"slips", among("04//1761", "O4/17/1961", "4/17/19b1", "04-17-", "1961/0417", "041761"), true},
		{"hidden in part", among("XX/XX/1961", "XXXX1962", "##/##/1963", "**-**-1964", "xx-xx-1965"), true},
		{"just no run", runs(19), true},
		{"a run", runs(20), false},
		{"names", among(names...), false},
		{"names and empty values", among(append(names, "")...), false},
		{"ZIP codes", func(i int) string { return fmt.Sprint(32001 + i) }, false},
		{"phone numbers", func(i int) string { return fmt.Sprintf("35255501%02d", i%100) }, false},
		{"addresses", func(i int) string { return fmt.Sprintf("%d MAIN ST", 1000+i) }, false},
		{"e-mail addresses", func(i int) string { return fmt.Sprintf("jane.doe%d@example.com", i) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := mustLayout(t, "fl-extract")
			data := datedRoll(t, l, 3000, func(i int) string {
				if i < 2900 {
					return testDate("MM/DD/YYYY", 1940+i%60, 1+i%12, 1+i%28)
				}
				return tt.birth(i - 2900)
			})
			err := joinedErr(t, data)
			if tt.read && err != nil {
				t.Error(err)
			}
			if !tt.read {
				checkError(t, err, ErrAmbiguous, `line 2901 on: no date is in column "Birth Date"`)
			}
		})
	}
}

// However the file is cut into chunks and parsed, the first stretch is named.
func TestShapesAddUp(t *testing.T) {
	parts := []shapeWatch{{}, {line: 70, column: watchZIP}, {line: 50, column: watchBirth, header: 90}, {header: 80}}
	want := shapeWatch{line: 50, column: watchBirth, header: 80}
	for i := range parts {
		var all shapeWatch
		for j := range parts {
			all.add(&parts[(i+j)%len(parts)])
		}
		if all != want {
			t.Errorf("%+v", all)
		}
	}
}

// No roll as it was published is taken for a joined one.
func TestWholeRollsAreNotStrange(t *testing.T) {
	racetest.LeaveOut(t)
	all, err := layouts.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		if !l.Delimited() && l.Container != "fixed" {
			continue
		}
		if err := joinedErr(t, synthRoll(t, l, 300, 3)); err != nil && !errors.Is(err, ErrEmpty) { // two layouts have nobody's names
			t.Errorf("%s: %v", l.ID, err)
		}
	}
}

// A watched value is right, strange or neither, and a date that can be read is
// never strange.
func FuzzShapes(f *testing.F) {
	for _, in := range []string{"04/17/1961", "SMITH", "32301-1234", "OH0010000000", "XX/XX/1961", "K1A 0B1", "jane@example.com"} {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) == 0 {
			return
		}
		if hasNoZIP(in) && (isShape(in, "99999") || isShape(in, "99999-9999")) && !isZero(in) {
			t.Errorf("%q is a ZIP code", in)
		}
		for o := monthFirst; o < numOrders; o++ {
			if d, ok := (dateForm{order: o, last: unknownYear}).parse(in); ok && d.Day > 0 && hasNoDate(in) {
				t.Errorf("%q is a date", in)
			}
		}
	})
}

func isZero(v []byte) bool { _, zero := countDigits(v); return zero }
