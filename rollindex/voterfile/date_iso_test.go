package voterfile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

func TestISOOrders(t *testing.T) {
	const m, d = orderSet(1 << monthFirst), orderSet(1 << dayFirst)
	for in, want := range map[string]orderSet{
		"19610417": m, "19611704": d, "19610304": m | d, "19610417.0": m, "1961-04-17": m, "1961-17-04": d, "1961/17/04": d, "1961-17-04 00:00:00": d,
		"19860000": 0, "19860017": 0, "19861340": 0, "19861313": 0, "04171961": 0, "17041961": 0, "20061812": 0, "04/17/1961": 0,
		"1961-4-17": m, "1961/17/4": d, "1961.17.04": d, "1961 17 04": d, "1961.04.17 12:00": m, "1961-4-3": m | d, "1961-APR-17": 0, "1961-4": 0, "61-17-04": 0,
		"30010417": 0, "1961": 0, "": 0, "PRIVATE1": 0, "1961-April": 0, "XXXX-XX-XX": 0,
	} {
		if got := isoOrders([]byte(in)); got != want {
			t.Errorf("isoOrders(%q) = %03b, want %03b", in, got, want)
		}
	}
}

// A file whose dates begin with the year and have the day next is refused by its
// beginning, births and registrations alike.
func TestTurnedISO(t *testing.T) {
	l := mustLayout(t, "ny-allnysvoters-2021")
	for _, role := range []field.Role{field.RoleBirthDate, field.RoleRegistrationDate} {
		column := slices.IndexFunc(l.Columns, func(c layouts.Column) bool { return c.Role == role })
		for _, from := range []int{0, 150, 2500} {
			var b bytes.Buffer
			for i := range 5000 {
				row := testRow(l, i)
				if v := row[column]; i >= from && len(v) == 8 {
					row[column] = v[:4] + v[6:] + v[4:6]
				}
				writeRow(&b, l, row)
			}
			s, err := Open(t.Context(), []string{writeFile(t, "roll.txt", b.Bytes())}, Options{})
			if (err != nil) != (from < 1000) {
				t.Errorf("%v from row %d on: %v when it was opened", role, from, err)
			}
			if err == nil {
				err = wholeErr(t, s)
				s.Close()
			}
			checkError(t, err, ErrAmbiguous, "YYYYDDMM")
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(e.Problem, fmt.Sprintf("%q", l.Columns[column].Name)) || !strings.Contains(e.Problem, "as line ") || !strings.Contains(e.Hint, "YYYY-MM-DD") {
				t.Errorf("%v from row %d on: %v", role, from, err)
			}
		}
	}
}

// Rows whose birth date has a month or day that does not exist are counted, whoever
// read them; a zero is no such month or day.
func TestImpossibleBirths(t *testing.T) {
	births := []string{"19610417", "19861340", "19860000", "19860400", "19860017", "1986", "19860230", "PRIVATE", "", "19871301", "02/30/1986", "19610431", "19990132", "18001301"}
	want := []int64{2, 7, 10, 11, 12} // lines; of 1800 not even the year counts
	l := *mustLayout(t, "ny-allnysvoters-2021")
	data := datedRoll(t, &l, len(births), func(i int) string { return births[i] })
	s := mustOpen(t, Options{Layout: &l}, writeFile(t, "roll.txt", data))
	_, skips := readAll(t, s)
	if got := skips.Impossible; got != 6 {
		t.Errorf("%d rows, want 6", got)
	}
	var got []int64
	for _, p := range skips.FirstImpossible() {
		got = append(got, p.Line)
	}
	if !slices.Equal(got, want) || skips.Skipped() != 0 {
		t.Errorf("lines %d, want %d; %d skipped", got, want, skips.Skipped())
	}
	var a, b Skips
	for _, line := range []int64{9, 3, 7, 1, 8} {
		a.noteImpossible(Position{0, line})
	}
	for _, line := range []int64{2, 5} {
		b.noteImpossible(Position{0, line})
	}
	ab, ba := a, b
	ab.Merge(b)
	ba.Merge(a)
	if !slices.Equal(ab.FirstImpossible(), ba.FirstImpossible()) || ab.Impossible != 7 || ba.Impossible != 7 || ab.FirstImpossible()[4].Line != 7 {
		t.Errorf("%+v, %+v", ab, ba)
	}
}
