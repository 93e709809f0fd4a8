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

// Two exports with two columns swapped, joined without the second one's header, are
// not read as one, wherever the second begins.
func TestSwapsBehindTheBeginning(t *testing.T) {
	for _, pair := range []struct{ a, b field.Role }{
		{field.NameLast, field.NameFirst}, {field.NameFirst, field.NameMiddle}, {field.NameLast, field.City},
		{field.NameFirst, field.City}, {field.RoleBirthDate, field.RoleRegistrationDate},
	} {
		for _, id := range []string{"fl-extract", "oh-swvf", "nc-ncvoter-2022", "ga-2023-csv", "wa-vrdb-2019", "tx-fixed-685"} {
			l := mustLayout(t, id)
			own := swapped(l, pair.a, pair.b)
			if own == nil || id == "tx-fixed-685" {
				continue
			}
			second := synthRoll(t, own, 3000, 2)
			if l.Header {
				second = withoutHeader(second)
			}
			for _, n := range []int64{1100, 5000} {
				t.Run(fmt.Sprintf("%s %v %v behind %d", id, pair.a, pair.b, n), func(t *testing.T) {
					first := synthRoll(t, l, n, 1)
					at := bytes.Count(first, []byte{'\n'}) + 1
					err := joinedErr(t, first, second)
					checkError(t, err, ErrAmbiguous, "contradicts itself from line ", "seem swapped")
					var line int
					if err != nil {
						_, rest, _ := strings.Cut(err.Error(), "from line ")
						if _, err := fmt.Sscan(rest, &line); err != nil || line < at-20 || line > at+3000 {
							t.Errorf("line %d, want about %d: %v", line, at, err)
						}
					}
				})
			}
		}
	}
}

// sortedBy returns a roll with its rows sorted by a column.
func sortedBy(l *layouts.Layout, roll []byte, role field.Role) []byte {
	at := slices.IndexFunc(l.Columns, func(c layouts.Column) bool { return c.Role == role })
	lines := bytes.SplitAfter(roll, []byte{'\n'})
	var head [][]byte
	if l.Header {
		head, lines = lines[:1], lines[1:]
	}
	if at < 0 {
		return roll
	}
	value := func(line []byte) []byte {
		if cells := bytes.Split(line, []byte(l.Delimiter)); at < len(cells) {
			return cells[at]
		}
		return nil
	}
	slices.SortStableFunc(lines, func(a, b []byte) int { return bytes.Compare(value(a), value(b)) })
	return bytes.Join(append(head, lines...), nil)
}

// halveLimits makes the watch twice as ready to refuse, to show that what is read is
// not read by a hair.
func halveLimits(t *testing.T) {
	was := lookalikes
	t.Cleanup(func() { lookalikes = was })
	for i := range lookalikes {
		lookalikes[i].enough /= 2
		lookalikes[i].various /= 2
	}
}

var sortRoles = []field.Role{field.NameLast, field.NameFirst, field.NameMiddle, field.City, field.CountyID, field.RoleBirthDate, field.RoleRegistrationDate, field.RoleVoterID}

// No roll is taken for one whose columns are swapped, whatever it is sorted by.
func TestNoRollSeemsSwapped(t *testing.T) {
	halveLimits(t)
	all, err := layouts.All()
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for i, l := range all {
		if testing.Short() && i%12 != 3 || i%4 != 3 || !l.Delimited() && l.Container != "fixed" {
			continue
		}
		roll := synthRoll(t, l, 20_000, 5)
		rolls := map[string][]byte{"as it is": roll}
		if l.Delimited() && i%8 == 3 {
			for _, role := range sortRoles {
				rolls[role.String()] = sortedBy(l, roll, role)
			}
		}
		for by, data := range rolls {
			files++
			if err := joinedErr(t, data); err != nil && !errors.Is(err, ErrEmpty) {
				t.Errorf("%s, %s: %v", l.ID, by, err)
			}
		}
	}
	t.Logf("%d files read", files)
}

// A stretch of people whose names the tables do not know, or take for the other, is
// read wherever it stands.
func TestStretchesOfAllPeoples(t *testing.T) {
	halveLimits(t)
	for _, id := range []string{"fl-extract", "wv-statewide-vr"} {
		l := mustLayout(t, id)
		roll := synthRoll(t, l, 3000, 1)
		for name, people := range peoples {
			stretch := peopleRows(l, people, 6000)
			if l.Header {
				stretch = withoutHeader(stretch)
			}
			if err := joinedErr(t, roll, stretch); err != nil {
				t.Errorf("%s, %s: %v", id, name, err)
			}
		}
	}
}
