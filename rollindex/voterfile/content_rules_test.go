package voterfile

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// editedRoll is a roll of fictional people in a layout with a header, of which
// edit changes what a row has in the column of a role.
func editedRoll(l *layouts.Layout, rows int, edit func(role field.Role, i int) (string, bool)) []byte {
	var b bytes.Buffer
	writeRow(&b, l, columnNames(l))
	for i := range rows {
		row := testRow(l, i)
		for j := range l.Columns {
			if v, ok := edit(l.Columns[j].Role, i); ok {
				row[j] = v
			}
		}
		writeRow(&b, l, row)
	}
	return b.Bytes()
}

var (
	someSurnames   = strings.Fields("SMITH JOHNSON WILLIAMS GARCIA MILLER")
	someGivenNames = strings.Fields("MARY LINDA ROBERT SUSAN DAVID")
	halfSurnames   = strings.Fields("MARSHALL NEAL PARKER LANE MARTIN") // up to three times as common as surnames as they are as first names
	halfGivenNames = strings.Fields("RUSSELL HOWARD COLE RAY DEAN")     // and the other way round
)

// How many rows, and how much of all, must show that surnames and first names are
// swapped.
func TestSwappedNamesThresholds(t *testing.T) {
	l := mustLayout(t, "wv-statewide-vr")
	for _, tt := range []struct {
		name                  string
		wrong, right, neither int
		half                  bool
		refused               bool
	}{
		{"few", 4, 0, 0, false, false},
		{"enough", 5, 0, 0, false, true},
		{"some are right", 20, 6, 0, false, false},
		{"few are right", 20, 4, 0, false, true},
		{"most say nothing", 20, 0, 40, false, false},
		{"some say nothing", 20, 0, 20, false, true},
		{"names that are both", 50, 0, 0, true, false},
	} {
		text := editedRoll(l, tt.wrong+tt.right+tt.neither, func(role field.Role, i int) (string, bool) {
			lasts, firsts := someSurnames, someGivenNames
			if i < tt.wrong {
				lasts, firsts = firsts, lasts
			}
			if tt.half {
				lasts, firsts = halfGivenNames, halfSurnames
			}
			switch {
			case i >= tt.wrong+tt.right:
				return "PLACEHOLDER", role == field.NameLast || role == field.NameFirst
			case role == field.NameLast:
				return lasts[i%len(lasts)], true
			case role == field.NameFirst:
				return firsts[i%len(firsts)], true
			}
			return "", false
		})
		err := openBytes(t, text)
		if (err != nil) != tt.refused {
			t.Errorf("%s: %v", tt.name, err)
		}
		if tt.refused {
			checkError(t, err, ErrNoLayout, "seem swapped", "line 2")
			if rows, _ := readAll(t, mustOpen(t, Options{Layout: l}, writeFile(t, "roll.txt", text))); len(rows) != tt.wrong+tt.right+tt.neither {
				t.Errorf("%s: %d rows of a layout that was named", tt.name, len(rows))
			}
		}
	}
}

// Dates that are not what their column says, and placeholders, which say nothing.
func TestSwappedDatesThresholds(t *testing.T) {
	l := mustLayout(t, "wv-statewide-vr")
	for _, tt := range []struct {
		name              string
		birth, registered func(i int) string
		rows              int
		refused, line     string
	}{
		{"one placeholder for all registrations", nil, func(int) string { return "01/01/1910" }, 40, "", ""},
		{"old placeholders", nil, func(i int) string { return fmt.Sprintf("01/01/%d", 1900+i%4) }, 40, "", ""},
		{"blank", nil, func(int) string { return "" }, 40, "", ""},
		{"two rows", func(int) string { return "05/18/2016" }, func(i int) string { return fmt.Sprintf("04/17/%d", 1950+i) }, 2, "", ""},
		{"a third of the rows", func(i int) string { return fmt.Sprintf("05/18/%d", 1950+i%40+i%3/2*30) }, func(i int) string { return fmt.Sprintf("05/18/%d", 1980+i%40-i%3/2*30) }, 60, "", ""},
		{"swapped", func(i int) string { return fmt.Sprintf("05/18/%d", 1980+i) }, func(i int) string { return fmt.Sprintf("05/18/%d", 1950+i) }, 30, "seem swapped", "line 2"},
		{"of children", func(i int) string { return fmt.Sprintf("05/18/%d", 2013+i%8) }, func(int) string { return "" }, 30, "too late for the birth", "line 2"},
		{"a placeholder of children", func(int) string { return "01/01/2020" }, func(int) string { return "" }, 30, "", ""},
	} {
		text := editedRoll(l, tt.rows, func(role field.Role, i int) (string, bool) {
			switch {
			case role == field.RoleBirthDate && tt.birth != nil:
				return tt.birth(i), true
			case role == field.RoleRegistrationDate:
				return tt.registered(i), true
			}
			return "", false
		})
		err := openBytes(t, text)
		if tt.refused != "" {
			checkError(t, err, ErrNoLayout, tt.refused, tt.line)
		} else if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// A column that holds one word, or a flag, where something else could stand is
// not in the wrong place.
func TestFlagsAreNotMisplaced(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	for _, v := range []string{"Y", "NONE", "0", "12/31/9999"} {
		var b bytes.Buffer
		for i := range 30 {
			row := testRow(l, i)
			for j, c := range l.Columns {
				if c.Role == field.RoleEmail || c.Role == field.RolePhone {
					row[j] = v
				}
			}
			writeRow(&b, l, row)
		}
		if err := openBytes(t, b.Bytes()); err != nil {
			t.Errorf("%q: %v", v, err)
		}
	}
}

// Whole names without a comma are read in the order that they show; one that the
// layout states otherwise is refused, unless the layout was named.
func TestWholeNameOrder(t *testing.T) {
	l := mustLayout(t, "gb-register-name")
	text := func(form string) []byte {
		return editedRoll(l, 20, func(role field.Role, i int) (string, bool) {
			return layoutName(form, someSurnames[i%5], someGivenNames[(i+i/5)%5]), role == field.NameFull
		})
	}
	if err := openBytes(t, text("last first")); err != nil {
		t.Error(err)
	}
	turned := text("first last")
	checkError(t, openBytes(t, turned), ErrNoLayout, `in the order "first last"`)
	if rows, _ := readAll(t, mustOpen(t, Options{Layout: l}, writeFile(t, "roll.txt", turned))); len(rows) != 20 {
		t.Errorf("%d rows of a layout that was named", len(rows))
	}
	open := *l
	open.Columns = append([]layouts.Column{}, l.Columns...)
	for i := range open.Columns {
		if open.Columns[i].Role == field.NameFull {
			open.Columns[i].Format = ""
		}
	}
	for _, form := range []string{"last first", "first last", "last, first"} {
		rows, _ := readAll(t, mustOpen(t, Options{Layout: &open}, writeFile(t, "roll.txt", text(form))))
		if len(rows) != 20 || !strings.Contains(rows[0], "last=SMITH first=MARY") {
			t.Errorf("%s: %d rows, %s", form, len(rows), rows[0])
		}
	}
}

// A town with a name of people's is a town where the surnames are not the state's
// places, and a surname that is a place is one where the cities are.
func TestSwappedCitiesThresholds(t *testing.T) {
	l := mustLayout(t, "wv-statewide-vr")
	places := strings.Fields("BECKLEY ELKINS WESTON SUTTON CHARLESTON")
	for _, tt := range []struct {
		name    string
		lasts   []string
		cities  []string
		refused bool
	}{
		{"swapped", places, someSurnames, true},
		{"swapped in a file of one town", places[:1], someSurnames, true},
		{"surnames that are places", places, append(append([]string{}, someSurnames...), places...), false},
		{"towns that are surnames", []string{"PLACEHOLDER", "SPECIMEN"}, someSurnames, false},
		{"one family of a place's name in a few towns", places[:1], someSurnames[:3], false},
	} {
		err := openBytes(t, editedRoll(l, 40, func(role field.Role, i int) (string, bool) {
			switch role {
			case field.NameLast:
				return tt.lasts[i/3%len(tt.lasts)], true
			case field.City:
				return tt.cities[i%len(tt.cities)], true
			}
			return "", false
		}))
		if (err != nil) != tt.refused {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// Whoever names the layout knows better what a date is of that has no role, and is
// told what it looks like; not what a registration is.
func TestDatesOfOthersArePutUpWith(t *testing.T) {
	own := func(other layouts.Column) *layouts.Layout {
		return &layouts.Layout{ID: "own", Delimiter: ",", Header: true, Columns: []layouts.Column{
			{Name: "voter_id", Role: field.RoleVoterID}, {Name: "last_name", Role: field.NameLast}, {Name: "first_name", Role: field.NameFirst},
			{Name: "birth_date", Role: field.RoleBirthDate}, other,
		}}
	}
	path := writeFile(t, "roll.txt", []byte(datedLeak("voter_id,last_name,first_name,birth_date,before\n", -27)))
	for _, other := range []layouts.Column{{Name: "before"}, {Name: "before", Format: "MM/DD/YYYY"}} {
		s := mustOpen(t, Options{Layout: own(other)}, path)
		if rows, _ := readAll(t, s); len(rows) != 40 || !strings.Contains(rows[0], "birth=1950-01-01") {
			t.Errorf("%d rows: %s", len(rows), rows)
		}
		if got := strings.Join(s.Members()[0].Match.Evidence, "; "); !strings.Contains(got, `"birth_date" and "before" seem swapped`) {
			t.Errorf("evidence %s", got)
		}
	}
	for _, role := range []field.Role{field.RoleRegistrationDate, field.LastVoteDate} {
		_, err := Open(t.Context(), []string{path}, Options{Layout: own(layouts.Column{Name: "before", Role: role})})
		checkError(t, err, ErrNoLayout, `"birth_date" and "before" seem swapped`)
	}
}
