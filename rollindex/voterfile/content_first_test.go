package voterfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/internal/racetest"
)

// A first name and a middle name that hold each other's values are told by the rows
// that have but one of them, with a header and without, whatever the layout.
func TestSwappedMiddle(t *testing.T) {
	racetest.LeaveOut(t)
	for _, id := range []string{"oh-swvf", "ga-2023-csv", "wa-vrdb-2023", "nv-elgbvtr-csv", "fl-extract", "nc-ncvoter-2022"} {
		l := mustLayout(t, id)
		own := swapped(l, field.NameFirst, field.NameMiddle)
		bare := *own
		bare.Header = false
		for name, own := range map[string]*layouts.Layout{"with a header": own, "without": &bare} {
			t.Run(id+" "+name, func(t *testing.T) {
				for seed := range uint64(3) {
					err := openBytes(t, synthRoll(t, own, 300, seed+1))
					checkError(t, err, ErrNoLayout, "contradicts layout ", "seem swapped", "holds initials or nothing and")
				}
			})
		}
	}
}

// rollOfNames is a roll of n rows with those names, of a layout of surname, first and
// middle name.
func rollOfNames(t *testing.T, n int, name func(i int) (last, first, middle string)) []byte {
	t.Helper()
	l := mustLayout(t, "fl-extract")
	var b bytes.Buffer
	for i := range n {
		row := testRow(l, i)
		for c := range l.Columns {
			last, first, middle := name(i)
			switch l.Columns[c].Role {
			case field.NameLast:
				row[c] = last
			case field.NameFirst:
				row[c] = first
			case field.NameMiddle:
				row[c] = middle
			}
		}
		writeRow(&b, l, row)
	}
	return b.Bytes()
}

func TestFirstNamesThatAreNone(t *testing.T) {
	lasts := strings.Fields("SMITH JOHNSON WILLIAMS BROWN JONES GARCIA MILLER DAVIS")
	firsts := strings.Fields("MARY JAMES LINDA ROBERT SUSAN DAVID KAREN")
	at := func(list []string, i int) string { return list[i%len(list)] }
	every := func(n, i int, v, other string) string {
		if i%n == 0 {
			return v
		}
		return other
	}
	for _, tt := range []struct {
		name string
		rows int
		of   func(i int) (last, first, middle string)
		want string // what the refusal says; "" if it is read
	}{
		{"initials for some first names", 300, func(i int) (string, string, string) {
			return at(lasts, i), every(20, i, "J", at(firsts, i)), every(20, i, "EDGAR", at([]string{"", "A", "LEE", "MARIE"}, i))
		}, ""},
		{"a middle name for everybody", 300, func(i int) (string, string, string) {
			return at(lasts, i), every(20, i, "J", at(firsts, i)), at(firsts, i+3)
		}, ""},
		{"no middle name for anybody", 300, func(i int) (string, string, string) { return at(lasts, i), at(firsts, i), "" }, ""},
		{"initials for all first names, no middle names", 300, func(i int) (string, string, string) { return at(lasts, i), at(strings.Fields("A B C D E F"), i), "" },
			`its column "Name First" holds single letters, as line 1 shows`},
		{"initials for the first names of a few", 40, func(i int) (string, string, string) { return at(lasts, i), at(strings.Fields("A B C D E F"), i), "" }, ""},
		{"yes and no for a first name", 300, func(i int) (string, string, string) { return at(lasts, i), at([]string{"ACTV", "INAC"}, i), "" },
			`its column "Name First" holds 2 different values only`},
		{"one first name", 300, func(i int) (string, string, string) { return at(lasts, i), "MARY", "" }, ""},
		{"three first names", 300, func(i int) (string, string, string) { return at(lasts, i), at(firsts[:3], i), "" }, ""},
		{"a made-up first name", 300, func(i int) (string, string, string) { return at(lasts, i), "XAQTUL", "" }, ""},
		{"parties for a surname", 300, func(i int) (string, string, string) { return at([]string{"D", "R", "N", "L"}, i), at(firsts, i), "" },
			`its column "Name Last" holds single letters`},
		{"one surname", 300, func(i int) (string, string, string) { return "AARON", at(firsts, i), "" }, ""},
		{"joined where surnames and first names change places", 600, func(i int) (string, string, string) {
			if i < 400 {
				return at(lasts, i), at(firsts, i), ""
			}
			return at(firsts, i), at(lasts, i), ""
		}, "as line 401 shows"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := openBytes(t, rollOfNames(t, tt.rows, tt.of))
			if tt.want == "" && err != nil {
				t.Error(err)
			}
			if tt.want != "" {
				checkError(t, err, ErrNoLayout, tt.want)
			}
		})
	}
}

// Flags for first names are refused whoever the people are, and where the names
// went is said.
func TestFlagsForNames(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	own := swapped(l, field.NameFirst, field.ConfidentialFlag)
	for seed := range uint64(5) {
		err := openBytes(t, synthRoll(t, own, 300, seed+1))
		checkError(t, err, ErrNoLayout, `its column "Name First" holds single letters, and its column "Requested public records exemption" names of people`)
	}
}

// Whoever names the layout may know that its people go by initials.
func TestInitialsOnWhoseWord(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	roll := rollOfNames(t, 300, func(i int) (string, string, string) {
		return fmt.Sprintf("EXAMPLE%c", 'A'+i%26), string(rune('A' + i%26)), ""
	})
	path := writeFile(t, "roll.txt", roll)
	if _, err := Open(t.Context(), []string{path}, Options{}); err == nil {
		t.Error("read although no layout was named")
	}
	s := mustOpen(t, Options{Layout: l}, path)
	if e := s.Members()[0].Match.Evidence; !slices.ContainsFunc(e, func(s string) bool { return strings.Contains(s, "the layout was named all the same") }) {
		t.Errorf("%q", e)
	}
}
