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

// contraryIn returns what rows of a file say against how they were read, in one question.
func contraryIn(t *testing.T, about Question, size, jobs int, data []byte) (all []Contrary, err error) {
	t.Helper()
	s := mustOpen(t, Options{}, writeFile(t, "roll.txt", data))
	s.size = size
	if _, err = s.Each(t.Context(), jobs, func() Visitor { return nobody{} }, nil); err != nil {
		return nil, err
	}
	for _, c := range s.Contrary(0) {
		if c.Question == about {
			all = append(all, c)
		}
	}
	return all, nil
}

// Rows whose codes stand in each other's columns are told, whoever reads them; values that
// are codes in other letters, or what they mean, are not.
func TestUnlistedCodes(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	at := func(r field.Role) int {
		return slices.IndexFunc(l.Columns, func(c layouts.Column) bool { return c.Role == r })
	}
	sex, race, party := at(field.RoleSex), at(field.RoleRace), at(field.RoleParty)
	rows := bytes.SplitAfter(bytes.TrimSuffix(synthRoll(t, l, 2000, 1), []byte{'\n'}), []byte{'\n'})
	edit := func(i int, change func(cells [][]byte)) {
		cells := bytes.Split(rows[i], []byte{'\t'})
		change(cells)
		rows[i] = bytes.Join(cells, []byte{'\t'})
	}
	for i := 1500; i < 1530; i++ {
		edit(i, func(c [][]byte) { c[sex], c[race] = []byte("5"), []byte("F") })
	}
	edit(100, func(c [][]byte) { c[sex], c[party] = []byte("f"), []byte("dem") })
	edit(101, func(c [][]byte) { c[sex] = []byte(strings.ToLower(l.Codes["sex"]["F"])) })
	edit(102, func(c [][]byte) { c[sex], c[party] = []byte("  "), []byte("") })
	for _, size := range []int{1 << 20, 4096} {
		for _, jobs := range []int{1, 3} {
			got, err := contraryIn(t, UnlistedCode, size, jobs, bytes.Join(rows, nil))
			if err != nil || len(got) != 2 {
				t.Fatalf("%+v, %v", got, err)
			}
			for i, column := range []string{l.Columns[sex].Name, l.Columns[race].Name} {
				want := fmt.Sprintf("30 rows, the first in line 1501, have a value in %q that is none of the codes its layout lists", column)
				if got[i].String() != want || got[i].Rows != 30 || got[i].Line != 1501 || got[i].Singly {
					t.Errorf("%+v, want %q", got[i], want)
				}
			}
		}
	}
}

// The codes of every layout are those that its rolls have.
func TestAllCodesAreListed(t *testing.T) {
	all, err := layouts.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		named := slices.ContainsFunc(l.Columns, func(c layouts.Column) bool { return c.Role == field.NameLast || c.Role == field.NameFull })
		if !l.Delimited() && l.Container != "fixed" || !named {
			continue
		}
		got, err := contraryIn(t, UnlistedCode, 1<<20, 1, synthRoll(t, l, 300, 4))
		if err != nil && !errors.Is(err, ErrEmpty) && !errors.Is(err, ErrAmbiguous) || len(got) > 0 {
			t.Errorf("%s: %v, %v", l.ID, got, err)
		}
	}
}
