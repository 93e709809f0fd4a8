package compare_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/compare/tell"
	"rollcheck/rollindex/voterfile/synth"
)

// edited writes a roll of Florida anew with the values of a column as change leaves them.
func edited(t *testing.T, path string, role field.Role, change func(values [][]byte)) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l, err := layouts.Get("fl-extract")
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(l.Columns, func(c layouts.Column) bool { return c.Role == role })
	var lines [][][]byte
	var values [][]byte
	for line := range bytes.Lines(data) {
		cells := bytes.Split(bytes.TrimSpace(line), []byte{'\t'})
		for len(cells) < len(l.Columns) { // empty ones at the end
			cells = append(cells, nil)
		}
		lines, values = append(lines, cells), append(values, cells[at])
	}
	change(values)
	var out bytes.Buffer
	for i, cells := range lines {
		cells[at] = values[i]
		out.Write(append(bytes.Join(cells, []byte{'\t'}), '\n'))
	}
	path = filepath.Join(t.TempDir(), "edited.txt")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func sorted(values [][]byte) { slices.SortFunc(values, bytes.Compare) }

// emptied leaves no value.
func emptied(values [][]byte) { clear(values) }

// cut leaves the first three letters.
func cut(values [][]byte) {
	for i, v := range values {
		values[i] = v[:min(len(v), 3)]
	}
}

// byOne shifts the values by one row.
func byOne(values [][]byte) {
	last := values[len(values)-1]
	copy(values[1:], values)
	values[0] = last
}

// A column that was sorted or moved by itself hides that two files hold the same people:
// it is said, in the first sentence too.
func TestColumnsMovedByThemselves(t *testing.T) {
	march, june := time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2020, 6, 1, 0, 0, 0, 0, time.UTC)
	leak := madeUp(t, "fl-extract", synth.Options{Rows: 3000, Seed: 5, AsOf: march, Sample: 0.5})
	roll := madeUp(t, "fl-extract", synth.Options{Rows: 3000, Seed: 5, AsOf: june})
	const nothing, byThemselves = "That says nothing of whether they hold the same people", "as in a column that was sorted or moved by itself"
	for _, tt := range []struct {
		name       string
		leak       string
		head, says string // "" for nothing
		ids        bool
	}{
		{"as it is", leak, "", "", false},
		{"no voter ids", edited(t, leak, field.RoleVoterID, emptied), "", "", false},
		{"surnames sorted", edited(t, leak, field.NameLast, sorted), nothing + ": most voter ids of edited.txt are in both, beside other surnames.",
			"but most beside the same first name or year of birth: the surnames of one file seem to be cut or written in another way, or to stand in other rows than their own, " + byThemselves, true},
		{"surnames of the next row", edited(t, leak, field.NameLast, byOne), nothing, "or to stand in other rows than their own", true},
		{"surnames cut", edited(t, leak, field.NameLast, cut), nothing, "the surnames of one file seem to be cut or written in another way", true},
		{"voter ids and surnames moved", edited(t, edited(t, leak, field.NameLast, sorted), field.RoleVoterID, byOne), "But most voter ids of edited.txt are in both, beside other people",
			"the same numbers were given to other people, as where each county numbers its own, or they stand in other rows", true},
		{"births sorted", edited(t, leak, field.RoleBirthDate, sorted), "", "the dates of one file seem to be wrong, to be written in another order than they were read in, or to stand in other rows than their own, " + byThemselves, false},
		{"births sorted, no voter ids", edited(t, edited(t, leak, field.RoleBirthDate, sorted), field.RoleVoterID, emptied), nothing + ": by name and address they have ",
			"the births of one file seem to be wrong, to be read in another order than they were written in, or to stand in other rows than their own, " + byThemselves, false},
		{"first names sorted", edited(t, leak, field.NameFirst, sorted), "", "as most agree in the birth, the first names of one file seem to be wrong, or to stand in other rows than their own, " + byThemselves, false},
	} {
		var one *compare.Result
		for _, jobs := range []int{1, 3} {
			res, err := compare.Run(context.Background(), []compare.Input{{Path: tt.leak}, {Path: roll}}, compare.Options{Jobs: jobs})
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			if one == nil {
				one = res
			} else if !reflect.DeepEqual(one.SharedIDs, res.SharedIDs) {
				t.Errorf("%s: %d goroutines: %+v, one: %+v", tt.name, jobs, res.SharedIDs, one.SharedIDs)
			}
		}
		head, all := tell.Headlines(one)[0].Text, strings.Join(tell.Caveats(one), "\n")
		if !strings.Contains(head, tt.head) || tt.head == "" && strings.Contains(head, "most voter ids") {
			t.Errorf("%s: %s", tt.name, head)
		}
		if !strings.Contains(all, tt.says) || tt.says == "" && strings.Contains(all, byThemselves) {
			t.Errorf("%s: %q is not in\n%s", tt.name, tt.says, all)
		}
		if (len(one.SharedIDs) == 1) != tt.ids {
			t.Errorf("%s: %+v", tt.name, one.SharedIDs)
		}
	}
}

// Of several files each is read once more, and only those that should have more in common;
// other people of the state, and those of another one, have other numbers.
func TestSharedIDsOfManyFiles(t *testing.T) {
	june := time.Date(2020, 6, 1, 0, 0, 0, 0, time.UTC)
	roll := madeUp(t, "fl-extract", synth.Options{Rows: 2000, Seed: 5, AsOf: june})
	part := madeUp(t, "fl-extract", synth.Options{Rows: 2000, Seed: 5, AsOf: june, Sample: 0.3})
	inputs := []compare.Input{
		{Path: edited(t, roll, field.NameLast, sorted)}, {Path: roll}, {Path: edited(t, part, field.NameLast, byOne)},
		{Path: madeUp(t, "fl-extract", synth.Options{Rows: 2000, Seed: 6, AsOf: june})}, {Path: madeUp(t, "oh-swvf", synth.Options{Rows: 2000, Seed: 5, AsOf: june})},
	}
	res, err := compare.Run(context.Background(), inputs, compare.Options{Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	var pairs [][2]int
	for _, s := range res.SharedIDs {
		pairs = append(pairs, [2]int{s.A, s.B})
		if !s.SurnamesMoved() || s.Both != s.Looked || s.SameFirst != s.Firsts || s.SameBirth != s.Births {
			t.Errorf("%+v", s)
		}
	}
	if want := [][2]int{{0, 1}, {0, 2}, {1, 2}}; !slices.Equal(pairs, want) {
		t.Errorf("%v, want %v", pairs, want)
	}
}
