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
	"rollcheck/internal/racetest"
)

// doubtsOf returns what a file of that content leaves open when it was read whole, and
// why it cannot be read.
func doubtsOf(t *testing.T, data []byte, opts Options) ([]Doubt, error) {
	t.Helper()
	s, err := Open(t.Context(), []string{writeFile(t, "roll.txt", data)}, opts)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	err = wholeErr(t, s)
	return s.Doubts(0), err
}

func has(doubts []Doubt, q Question) bool {
	return slices.ContainsFunc(doubts, func(d Doubt) bool { return d.Question == q })
}

// A file whose surnames and first names are swapped is refused, or read with a doubt:
// whoever its people are, and however few, it is never read as if nothing were.
func TestSwappedNamesAreNeverSilent(t *testing.T) {
	racetest.LeaveOut(t)
	for name, people := range peoples {
		for _, id := range []string{"fl-extract", "wv-statewide-vr"} {
			for _, n := range []int{1, 3, 20, 200, 2000} {
				doubts, err := doubtsOf(t, peopleRows(mustLayout(t, id), [2]string{people[1], people[0]}, n), Options{})
				if err == nil && !has(doubts, SurnameOrFirst) {
					t.Errorf("%s swapped, %s, %d rows: read without a doubt", name, id, n)
				}
				if n == 200 && id == "fl-extract" {
					right, errRight := doubtsOf(t, peopleRows(mustLayout(t, id), people, n), Options{})
					t.Logf("%s: swapped %v %v; right %v %v", name, err, doubts, errRight, right)
				}
			}
		}
	}
}

// Rolls as they were published leave nothing open: of 200 rows and more hardly any, of
// 20 most.
func TestRollsAreConfirmed(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	all, err := layouts.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []struct{ rows, most int64 }{{20, 30}, {200, 1}, {2000, 0}} {
		files, open := int64(0), int64(0)
		var which []string
		for i, l := range all {
			if size.rows > 200 && i%4 != 0 {
				continue
			}
			for seed := range uint64(2) {
				doubts, err := doubtsOf(t, synthRoll(t, l, size.rows, 40+seed), Options{})
				if errors.Is(err, ErrEmpty) { // two layouts have nobody's names
					continue
				} else if err != nil {
					t.Fatalf("%s: %v", l.ID, err)
				}
				if files++; len(doubts) > 0 {
					open++
					for _, d := range doubts {
						which = append(which, fmt.Sprintf("%s %v %d/%d", l.ID, d.Question, d.Told, d.Rows))
					}
				}
			}
		}
		t.Logf("%d rows: %d of %d files leave something open: %s", size.rows, open, files, which)
		if open*100 > files*size.most {
			t.Errorf("%d rows: %d of %d files leave something open, more than %d %%", size.rows, open, files, size.most)
		}
	}
}

// What the values leave open is said, and no longer when the rest of the file settles it.
func TestDoubts(t *testing.T) {
	racetest.LeaveOut(t)
	l := mustLayout(t, "fl-extract")
	lasts, firsts := strings.Fields("SMITH JOHNSON WILLIAMS BROWN JONES GARCIA MILLER DAVIS"), strings.Fields("MARY JAMES LINDA ROBERT SUSAN DAVID KAREN")
	middle := func(list ...string) []byte {
		return rollOfNames(t, 300, func(i int) (string, string, string) {
			return lasts[i%len(lasts)], firsts[i%len(firsts)], list[i%len(list)]
		})
	}
	dates := func(birth func(i int) string) []byte { return datedRoll(t, l, 3000, birth) }
	american := func(i int) string { return testDate("MM/DD/YYYY", 1940+i%60, 1+i%12, 1+i%28) }
	open := func(i int) string { return testDate("MM/DD/YYYY", 1940+i%60, 1+i%12, 1+i%12) }
	for _, tt := range []struct {
		name string
		data []byte
		q    Question
		want string // what is said; "" if nothing of that question
	}{
		{"a middle name for everybody", middle(firsts...), FirstOrMiddle, `column "Name First" holds first names and column "Name Middle" middle names; initials do not confirm it (0 of 300 rows tell)`},
		{"middle initials", middle("A", "B", "C"), FirstOrMiddle, ""},
		{"no middle names", middle(""), FirstOrMiddle, ""},
		{"days that tell", dates(american), DayOrMonth, ""},
		{"no day that tells", dates(func(i int) string { return open(i) }), DayOrMonth, "whether the day or the month comes first, and are read with the month before the day (0 of "},
		{"days that tell behind the beginning", dates(func(i int) string {
			if i < 2000 {
				return open(i)
			}
			return american(i)
		}), DayOrMonth, ""},
		{"dates that say it themselves", dates(func(i int) string { return testDate("YYYY-MM-DD", 1940+i%60, 1+i%12, 1+i%28) }), DayOrMonth, ""},
		{"births as late as registrations", rollWith(l, 300, field.RoleRegistrationDate, func(i int) string { return testDate("MM/DD/YYYY", 1941+i%60, 1+i%12, 1+i%28) }), BirthOrEvent, `"Birth Date" holds births and column "Registration Date" later dates; the years do not confirm it (`},
		{"births", rollWith(l, 300, field.RoleRegistrationDate, func(i int) string { return testDate("MM/DD/YYYY", 1960+i%60, 1+i%12, 1+i%28) }), BirthOrEvent, ""},
		{"no registrations", dates(american), BirthOrEvent, ""},
		{"names of whom nobody knows, then of others", bytes.Join([][]byte{peopleRows(l, peoples["Korean"], 2000), synthRoll(t, l, 2000, 1)}, nil), SurnameOrFirst, ""},
		{"names of whom nobody knows", peopleRows(l, peoples["Korean"], 3000), SurnameOrFirst, "(0 of 3000 rows tell)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doubts, err := doubtsOf(t, tt.data, Options{Layout: l})
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(doubts, func(d Doubt) bool { return d.Question == tt.q })
			if (i >= 0) != (tt.want != "") || i >= 0 && !strings.Contains(doubts[i].String(), tt.want) {
				t.Errorf("%v, want %q", doubts, tt.want)
			}
		})
	}
}

// A header is a stronger claim than an order of columns, and said to be one.
func TestDoubtsNameTheirSource(t *testing.T) {
	for id, want := range map[string]string{"fl-extract": "nothing but the order of its columns says", "wv-statewide-vr": "its header alone says"} {
		doubts, err := doubtsOf(t, peopleRows(mustLayout(t, id), peoples["Korean"], 50), Options{})
		if err != nil || len(doubts) == 0 || !strings.HasPrefix(doubts[0].String(), want) {
			t.Errorf("%s: %v, %v", id, err, doubts)
		}
	}
}

// Names in one column are told by the comma behind the surname, or by the tables.
func TestDoubtsOfWholeNames(t *testing.T) {
	for _, form := range layouts.NameFormats() {
		l := *mustLayout(t, "fl-extract")
		l.Columns = slices.Clone(l.Columns)
		for i := range l.Columns {
			switch l.Columns[i].Role {
			case field.NameLast:
				l.Columns[i].Role, l.Columns[i].Format = field.NameFull, form
			case field.NameFirst, field.NameMiddle, field.NameSuffix:
				l.Columns[i].Role = field.RoleNone
			}
		}
		for people, open := range map[string]bool{"Korean": form != "last, first", "Mexican": false} {
			lasts, firsts := strings.Fields(peoples[people][0]), strings.Fields(peoples[people][1])
			var b bytes.Buffer
			for i := range 200 {
				row := testRow(&l, i)
				for c := range l.Columns {
					if l.Columns[c].Role == field.NameFull {
						row[c] = layoutName(form, lasts[i%10], firsts[i/10%10])
					}
				}
				writeRow(&b, &l, row)
			}
			doubts, err := doubtsOf(t, b.Bytes(), Options{Layout: &l})
			if err != nil || has(doubts, SurnameOrFirst) != open {
				t.Errorf("%q, %s: %v, %v", form, people, err, doubts)
			}
		}
	}
}

func TestQuestionNames(t *testing.T) {
	for q := range numQuestions {
		if got, ok := ParseQuestion(q.String()); !ok || got != q || q.Title() == "" {
			t.Errorf("%v", q)
		}
	}
	if _, ok := ParseQuestion("unknown"); ok || numQuestions.String() != "unknown" {
		t.Error("a question of no name")
	}
}
