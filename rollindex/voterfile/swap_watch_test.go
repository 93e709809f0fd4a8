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

// Two exports with two columns swapped, joined without the second one's header, are
// not read as one, wherever the second begins.
func TestSwapsBehindTheBeginning(t *testing.T) {
	racetest.LeaveOut(t)
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

// A short stretch in the middle is found, wherever it stands.
func TestShortStretches(t *testing.T) {
	racetest.LeaveOut(t)
	for _, tt := range []struct {
		a, b field.Role
		rows int64
	}{{field.RoleBirthDate, field.RoleRegistrationDate, 30}, {field.NameLast, field.NameFirst, 60}, {field.NameLast, field.City, 50}} {
		l := mustLayout(t, "fl-extract")
		stretch := synthRoll(t, swapped(l, tt.a, tt.b), tt.rows, 2)
		for n := int64(2000); n < 2060; n += 20 {
			err := joinedErr(t, synthRoll(t, l, n, 1), stretch, synthRoll(t, l, 2000, 3))
			checkError(t, err, ErrAmbiguous, "contradicts itself from line ", "seem swapped")
		}
	}
}

// Wrong dates that stand together, because the file is sorted by them, are no stretch that
// is swapped.
func TestSortedWrongDates(t *testing.T) {
	halveLimits(t)
	l := mustLayout(t, "fl-extract")
	const n, wrong = 4000, 300
	born := func(i int) string { return testDate("MM/DD/YYYY", 1970+i*7%30, 1+i%12, 1+i%28) }
	for name, roles := range map[string]map[field.Role]func(i int) string{
		"registered before birth": {field.RoleBirthDate: born, field.RoleRegistrationDate: func(i int) string {
			return testDate("MM/DD/YYYY", 1931+i*20/wrong, 1, 1+i*20%wrong/11)
		}},
		"born in the wrong century": {field.RoleRegistrationDate: born, field.RoleBirthDate: func(i int) string {
			return testDate("MM/DD/YYYY", 2030-i*12/wrong, 1, 1)
		}},
	} {
		roll := synthRoll(t, l, n, 1)
		rows := bytes.SplitAfter(roll, []byte{'\n'})
		for i := range wrong {
			cells := bytes.Split(rows[n/2+i], []byte{'\t'})
			for c := range l.Columns {
				if value := roles[l.Columns[c].Role]; value != nil {
					cells[c] = []byte(value(i))
				}
			}
			rows[n/2+i] = bytes.Join(cells, []byte{'\t'})
		}
		if err := joinedErr(t, bytes.Join(rows, nil)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A second export that is swapped is found though it is sorted by one of the two dates.
func TestSortedSwaps(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	own := swapped(l, field.RoleBirthDate, field.RoleRegistrationDate)
	first, second := synthRoll(t, l, 3000, 1), synthRoll(t, own, 6000, 2)
	year := func(line []byte, role field.Role) string {
		at := slices.IndexFunc(own.Columns, func(c layouts.Column) bool { return c.Role == role })
		_, year, _ := strings.Cut(strings.TrimLeft(string(bytes.Split(line, []byte{'\t'})[at]), "0123456789"), "/")
		_, year, _ = strings.Cut(year, "/")
		return year
	}
	for _, role := range []field.Role{field.RoleBirthDate, field.RoleRegistrationDate} {
		rows := bytes.SplitAfter(bytes.TrimSuffix(second, []byte{'\n'}), []byte{'\n'})
		rows[len(rows)-1] = append(bytes.Clone(rows[len(rows)-1]), '\n')
		slices.SortStableFunc(rows, func(a, b []byte) int { return strings.Compare(year(a, role), year(b, role)) })
		if a, b := year(rows[0], role), year(rows[len(rows)-1], role); len(b) != 4 || a >= b {
			t.Fatalf("sorted from %q to %q", a, b)
		}
		checkError(t, joinedErr(t, first, bytes.Join(rows, nil)), ErrAmbiguous, "contradicts itself from line ", "seem swapped")
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
		lookalikes[i].unsorted /= 2
	}
}

var sortRoles = []field.Role{field.NameLast, field.NameFirst, field.NameMiddle, field.City, field.CountyID, field.RoleBirthDate, field.RoleRegistrationDate, field.RoleVoterID}

// No roll is taken for one whose columns are swapped, whatever it is sorted by.
func TestNoRollSeemsSwapped(t *testing.T) {
	racetest.LeaveOut(t)
	halveLimits(t)
	all, err := layouts.All()
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for i, l := range all {
		if i%4 != 3 || !l.Delimited() && l.Container != "fixed" {
			continue
		}
		roll := synthRoll(t, l, 10_000, 5)
		rolls := map[string][]byte{"as it is": roll}
		if l.Delimited() && i%32 == 3 {
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
	racetest.LeaveOut(t)
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

// Whoever names the layout may know better than the tables of names: what they show is
// said, and no reason to refuse. Dates are no matter of opinion.
func TestSwapsOnWhoseWord(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	own := *l
	for _, tt := range []struct {
		a, b field.Role
		read bool
	}{{field.NameLast, field.NameFirst, true}, {field.RoleBirthDate, field.RoleRegistrationDate, false}} {
		data := slices.Concat(synthRoll(t, l, 2000, 1), synthRoll(t, swapped(l, tt.a, tt.b), 3000, 2))
		doubts, err := doubtsOf(t, data, Options{Layout: &own})
		if (err == nil) != tt.read {
			t.Errorf("%v: %v", tt.a, err)
		}
		if tt.read && (len(doubts) != 1 || doubts[0].Line < 2001 || doubts[0].Line > 2300 || !strings.Contains(doubts[0].String(), "seem swapped")) {
			t.Errorf("%v: %v", tt.a, doubts)
		}
	}
}

// nobody takes records for nothing.
type nobody struct{}

func (nobody) Visit(*Record) error { return nil }
func (nobody) Flush() error        { return nil }

// stopped is a visitor that cannot go on.
type stopped struct{ nobody }

var errStopped = errors.New("stopped")

func (stopped) Visit(*Record) error { return errStopped }

// One of several visitors that cannot go on ends the reading, and its error is told.
func TestOneOfManyStops(t *testing.T) {
	path := writeFile(t, "roll.txt", testRoll(mustLayout(t, "fl-extract"), 1000))
	s := mustOpen(t, Options{}, path)
	s.size = 4096 // many chunks
	if _, err := s.Each(t.Context(), 3, func() Visitor { return stopped{} }, nil); !errors.Is(err, errStopped) {
		t.Errorf("the reading ended with %v", err)
	}
}

// What is found does not depend on how many read.
func TestSwapsByAnyNumberOfReaders(t *testing.T) {
	l := mustLayout(t, "oh-swvf")
	path := writeFile(t, "roll.txt", slices.Concat(synthRoll(t, l, 6000, 1), withoutHeader(synthRoll(t, swapped(l, field.NameLast, field.NameFirst), 3000, 2)),
		withoutHeader(synthRoll(t, swapped(l, field.NameFirst, field.NameMiddle), 3000, 3))))
	var first error
	for _, jobs := range []int{1, 2, 5} {
		s := mustOpen(t, Options{}, path)
		_, err := s.Each(t.Context(), jobs, func() Visitor { return nobody{} }, nil)
		checkError(t, err, ErrAmbiguous, "seem swapped")
		if first == nil {
			first = err
		} else if err == nil || err.Error() != first.Error() {
			t.Errorf("%d readers: %v, one: %v", jobs, err, first)
		}
	}
}

// rollWith is a roll of n rows with those values in the columns of a role.
func rollWith(l *layouts.Layout, n int, role field.Role, value func(i int) string) []byte {
	var b bytes.Buffer
	for i := range n {
		row := testRow(l, i)
		for c := range l.Columns {
			if l.Columns[c].Role == role {
				row[c] = value(i)
			}
		}
		writeRow(&b, l, row)
	}
	return b.Bytes()
}

// Dates of registration are read in the order of births, and watched as those are.
func TestRegistrationOrderIsWatched(t *testing.T) {
	racetest.LeaveOut(t)
	l := mustLayout(t, "fl-extract")
	american := func(i int) string { return testDate("MM/DD/YYYY", 2000+i%20, 1+i/3%12, 1+i/5%28) }
	european := func(i int) string { return testDate("DD/MM/YYYY", 2000+i%20, 1+i/3%12, 1+i/5%28) }
	for name, tt := range map[string]struct {
		date func(i int) string
		read bool
	}{
		"as births are":   {american, true},
		"ISO dates":       {func(i int) string { return testDate("YYYY-MM-DD", 2000+i%20, 1+i%12, 1+i%28) }, true},
		"a slip in a few": {func(i int) string { return map[bool]string{true: "25/04/2010", false: american(i)}[i%150 == 7] }, true},
		"that turn":       {func(i int) string { return map[bool]string{true: american(i), false: european(i)}[i < 3000] }, false},
	} {
		err := joinedErr(t, rollWith(l, 6000, field.RoleRegistrationDate, tt.date))
		if tt.read && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !tt.read {
			checkError(t, err, ErrAmbiguous, `"Registration Date"`, "in two ways")
		}
	}
}

// Stretches are found whoever read them, and the first is named.
func TestSwapsAddUp(t *testing.T) {
	parts := []swapWatch{{}, {}, {}}
	parts[0].lines[likeMiddle], parts[1].lines[likeMiddle], parts[2].lines[likeNames] = 70, 50, 60
	for i := range parts {
		parts[i].told[likeNames] = tally{rows: 10, right: int64(i)}
		parts[i].told[likeNames].a.note(uint64(i))
	}
	for _, order := range [][]int{{0, 1, 2}, {2, 0, 1}, {1, 2, 0}} {
		var all swapWatch
		for _, i := range order {
			all.add(&parts[i])
		}
		if like, line := all.first(false); like != likeMiddle || line != 50 {
			t.Errorf("%v: %v in line %d", order, like, line)
		}
		if told := &all.told[likeNames]; told.rows != 30 || told.right != 3 || told.a.n != 3 {
			t.Errorf("%v: %+v", order, told)
		}
	}
}

// A score falls unless most rows seem swapped, and one family is no stretch.
func TestScores(t *testing.T) {
	feed := func(verdicts string, kinds int) int64 {
		var w swapWatch
		for i := range 4000 {
			v := map[byte]verdict{'s': saysSwapped, 'r': saysRight, '-': saysNothing}[verdicts[i%len(verdicts)]]
			w.see(likeNames, v, int64(i+1), uint64(i%kinds), uint64(i%kinds))
		}
		return w.lines[likeNames]
	}
	for _, tt := range []struct {
		verdicts string
		kinds    int
		line     int64
	}{
		{"s", 50, 1}, {"-ss", 50, 2}, {"s--", 50, 0}, {"ss-r", 50, 0}, {"ssssssr", 50, 1}, {"s", 5, 0}, {"s", 6, 1}, {"-", 50, 0}, {"r", 50, 0},
	} {
		if got := feed(tt.verdicts, tt.kinds); got != tt.line {
			t.Errorf("%q of %d names: line %d, want %d", tt.verdicts, tt.kinds, got, tt.line)
		}
	}
}

// contraryOf reads files joined and returns what rows say against how.
func contraryOf(t *testing.T, parts ...[]byte) []Contrary {
	t.Helper()
	s := mustOpen(t, Options{}, writeFile(t, "roll.txt", bytes.Join(parts, nil)))
	if _, err := s.Each(t.Context(), 2, func() Visitor { return nobody{} }, nil); err != nil {
		t.Fatal(err)
	}
	return s.Contrary(0)
}

// Rows too few to refuse a file for are told of: one with two dates changed over, some
// that stand together with a city and a name or two names, and others in one number.
func TestContraryRows(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	first, last := synthRoll(t, l, 1999, 1), synthRoll(t, l, 2000, 3)
	usual := map[Question]int64{}
	for _, c := range contraryOf(t, first, last) {
		usual[c.Question] = c.Rows
		if !c.Singly || c.Question != SurnameOrFirst || c.Rows > 3 {
			t.Errorf("a plain roll: %+v", c)
		}
	}
	for _, tt := range []struct {
		a, b        field.Role
		rows, shows int64 // that stand there, that at least show it
		singly      bool
		want        Question
	}{
		{field.RoleBirthDate, field.RoleRegistrationDate, 1, 1, false, BirthOrEvent},
		{field.NameLast, field.City, 20, 10, false, SurnameOrCity},
		{field.NameFirst, field.City, 20, 10, false, SurnameOrCity},
		{field.NameLast, field.NameFirst, 20, 10, false, SurnameOrFirst},
		{field.NameFirst, field.NameMiddle, 100, 20, false, FirstOrMiddle},
		{field.NameLast, field.City, 4, 2, true, SurnameOrCity},
		{field.NameFirst, field.City, 4, 2, true, SurnameOrCity},
		{field.NameLast, field.NameFirst, 4, 2, true, SurnameOrFirst},
		{field.NameFirst, field.NameMiddle, 8, 2, true, FirstOrMiddle},
	} {
		t.Run(fmt.Sprintf("%v and %v in %d rows", tt.a, tt.b, tt.rows), func(t *testing.T) {
			all := contraryOf(t, first, synthRoll(t, swapped(l, tt.a, tt.b), tt.rows, 2), last)
			i := slices.IndexFunc(all, func(c Contrary) bool { return c.Question == tt.want })
			if i < 0 {
				t.Fatalf("nothing is told: %+v", all)
			}
			c, before := all[i], int64(0)
			if tt.singly {
				before = usual[c.Question]
			}
			if c.Singly != tt.singly || c.Rows-before < tt.shows || c.Rows-before > tt.rows || c.Line >= 2000+tt.rows || before == 0 && c.Line < 2000 {
				t.Errorf("%+v", c)
			}
			says := "seem swapped"
			if tt.want == BirthOrEvent {
				says = `has a date in "Registration Date" 15 years or more before the birth in "Birth Date"`
			}
			said := c.String()
			if !strings.Contains(said, fmt.Sprintf("in line %d, ", c.Line)) || !strings.Contains(said, says) || strings.HasSuffix(said, ", as in some rows of any file") != tt.singly {
				t.Error(said)
			}
		})
	}
}

// Each row that seems swapped is told of once, be it of a stretch that hints at it or
// not, whatever chunks the rows are cut into.
func TestContraryRowsAddUp(t *testing.T) {
	for _, verdicts := range []string{"s", "s-------r", "ssss----r", "ssssssssssssrrrr", "sssssssssssssssssssr"} {
		for _, cut := range []int{1, 3, 10, 1000} {
			var all, part swapWatch
			seeming := int64(0)
			for i := range 1000 {
				v := map[byte]verdict{'s': saysSwapped, 'r': saysRight, '-': saysNothing}[verdicts[i%len(verdicts)]]
				if v == saysSwapped {
					seeming++
				}
				part.see(likeCityLast, v, int64(i+1), uint64(i+1), uint64(i+1))
				if (i+1)%cut == 0 {
					all.add(&part)
					part = swapWatch{}
				}
			}
			all.add(&part)
			hints, singles := all.hints[likeCityLast], all.singles[likeCityLast]
			if hints.rows+singles.rows != seeming || earlier(hints.line, singles.line) != 1 {
				t.Errorf("%q in parts of %d: %+v and %+v of %d rows", verdicts, cut, hints, singles, seeming)
			}
			if cut == 1 && hints.rows > 0 || cut == 1000 && verdicts == "s" && singles.rows > 0 {
				t.Errorf("%q in parts of %d: %+v stand together, %+v do not", verdicts, cut, hints, singles)
			}
		}
	}
}

// Dates changed over are told of whatever the year of the birth, and a row once, though
// two dates speak against it.
func TestContraryDates(t *testing.T) {
	l := mustLayout(t, "ny-allnysvoters-2021")
	at := func(role field.Role) int {
		return slices.IndexFunc(l.Columns, func(c layouts.Column) bool { return c.Role == role })
	}
	birth, registered, vote := at(field.RoleBirthDate), at(field.RoleRegistrationDate), at(field.LastVoteDate)
	var b bytes.Buffer
	for i := range 600 {
		row := testRow(l, i)
		row[birth], row[registered], row[vote] = "19810203", "20010506", "20201103"
		switch {
		case i >= 100 && i < 400 && i%30 == 0:
			row[birth], row[registered] = "20010506", "19210203"
		case i >= 100 && i < 400 && i%30 == 10:
			row[vote] = "19410203"
		case i >= 100 && i < 400 && i%30 == 20:
			row[birth], row[registered], row[vote] = "20010506", "19410203", "19420203"
		}
		writeRow(&b, l, row)
	}
	rows := map[Question]int64{}
	for _, c := range contraryOf(t, b.Bytes()) {
		rows[c.Question] += c.Rows
	}
	if rows[BirthOrEvent] != 30 {
		t.Errorf("%v", rows)
	}
}
