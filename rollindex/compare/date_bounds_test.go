package compare

import (
	"testing"
	"time"

	"rollcheck/hashing"
)

func ymd(y uint16, m, d uint8) hashing.Date { return hashing.Date{Year: y, Month: m, Day: d} }

func TestPrintsOfDays(t *testing.T) {
	before := print(0)
	for day := midday(ymd(1900, 1, 1)); day.Year() < 2070; day = day.AddDate(0, 0, 1) {
		p := datePrint(dateOf(day))
		if p <= before || !isDay(p) || printedDay(p) != dateOf(day) {
			t.Fatalf("%s: print %d after %d, of %v", day.Format(time.DateOnly), p, before, printedDay(p))
		}
		before = p
	}
	for _, d := range []hashing.Date{ymd(1899, 12, 30), ymd(1800, 1, 1), ymd(2070, 1, 1), ymd(2099, 12, 31), ymd(2020, 0, 0), ymd(2020, 5, 0), {}} {
		if p := datePrint(d); isDay(p) {
			t.Errorf("%v has the print of %v", d, printedDay(p))
		}
	}
}

// What a few rows say may be a slip, and what is far behind the snapshots is one
// unless many say it.
func TestLatestDay(t *testing.T) {
	newest := ymd(2020, 10, 1)
	for _, c := range []struct {
		name string
		days map[hashing.Date]int64
		want hashing.Date
	}{
		{"nothing", nil, hashing.Date{}},
		{"one row", map[hashing.Date]int64{ymd(2020, 5, 1): 1}, hashing.Date{}},
		{"one slip", map[hashing.Date]int64{ymd(2020, 5, 1): 5, ymd(2020, 9, 9): 1}, ymd(2020, 5, 1)},
		{"two rows of two days", map[hashing.Date]int64{ymd(2020, 5, 1): 5, ymd(2020, 9, 8): 1, ymd(2020, 9, 9): 1}, ymd(2020, 9, 8)},
		{"ten slips in a hundred thousand", map[hashing.Date]int64{ymd(2020, 5, 1): 99_991, ymd(2020, 9, 9): 9}, ymd(2020, 5, 1)},
		{"more than slips", map[hashing.Date]int64{ymd(2020, 5, 1): 99_980, ymd(2020, 9, 9): 20}, ymd(2020, 9, 9)},
		{"behind the snapshots", map[hashing.Date]int64{ymd(2020, 5, 1): 99_980, ymd(2029, 9, 9): 20}, ymd(2020, 5, 1)},
		{"behind the snapshots, many", map[hashing.Date]int64{ymd(2020, 5, 1): 980, ymd(2021, 9, 9): 20}, ymd(2021, 9, 9)},
		{"less than a month behind", map[hashing.Date]int64{ymd(2020, 5, 1): 98, ymd(2020, 10, 30): 2}, ymd(2020, 10, 30)},
	} {
		days := new(dayCounts)
		for d, n := range c.days {
			days[datePrint(d)].Add(n)
		}
		if got, _, _ := days.latest(newest); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Ages on a day are told to the day; those counted by the calendar year, to the year.
func TestAgesBracketTheDay(t *testing.T) {
	taken := ymd(2020, 3, 17)
	aged := func(age func(born hashing.Date) int, slips int) *ageDays {
		a := new(ageDays)
		for i := range 2000 {
			born := dateOf(midday(ymd(1930, 1, 1)).AddDate(0, 0, 13*i))
			years := age(born)
			if i < slips {
				years += 7
			}
			a.add(born, years)
		}
		return a
	}
	onDay := func(born hashing.Date) int {
		n := int(taken.Year - born.Year)
		if born.Month > taken.Month || born.Month == taken.Month && born.Day > taken.Day {
			n--
		}
		return n
	}
	from, to, _, _ := aged(onDay, 0).days()
	if after(from, taken) || after(taken, to) || midday(to).Sub(midday(from)) > 3*24*time.Hour {
		t.Errorf("taken %v, bracketed by %v and %v", taken, from, to)
	}
	if from, to, _, _ = aged(onDay, 200).days(); after(from, taken) || after(taken, to) {
		t.Errorf("with slips: taken %v, bracketed by %v and %v", taken, from, to)
	}
	if _, _, rows, _ := aged(onDay, 600).days(); rows != 0 {
		t.Errorf("ages of two days: bracketed by %d rows", rows)
	}
	from, to, _, _ = aged(func(born hashing.Date) int { return int(2020 - born.Year) }, 0).days()
	if from != ymd(2020, 1, 1) || after(ymd(2020, 12, 31), to) || after(to, ymd(2021, 1, 3)) {
		t.Errorf("by the calendar year: bracketed by %v and %v", from, to)
	}
}

// Those who left rule out the days after, if they are more than errors make.
func TestLeft(t *testing.T) {
	m := &moments{snapshots: 4, known: 1000, last: []int64{4, 10, 10, 976}}
	for _, c := range []struct {
		errors float64
		want   int
	}{{1e-6, 2}, {0.008, 3}, {0.02, -1}} {
		if got, _ := m.left(c.errors); got != c.want {
			t.Errorf("with %v errors: snapshot %d, want %d", c.errors, got, c.want)
		}
	}
	few := &moments{snapshots: 2, known: 20, last: []int64{2, 18}}
	if got, _ := few.left(1e-6); got != -1 {
		t.Errorf("two of twenty rule out snapshot %d", got)
	}
}

func TestIDsInOrder(t *testing.T) {
	build := func(higher int64) *idWatch {
		w := &idWatch{}
		file := func(day hashing.Date, newer, of int64, ids ...uint64) {
			tally := w.newTally()
			for _, n := range ids {
				tally.of++
				tally.highest.add(n, tally.most)
			}
			tally.newer = idRows{of, newer}
			tally.older = idRows{1000, 0}
			w.end(day, []*idTally{tally})
		}
		file(hashing.Date{}, 0, 0, 50, 160, 155, 155, 999_999_999)
		file(ymd(2020, 1, 1), 0, 0, 90, 100, 101)
		file(ymd(2020, 2, 1), higher, 20, 140, 150, 151, 151)
		file(ymd(2020, 3, 1), higher, 20, 190, 200, 201)
		return w
	}
	if s, rows, of := build(20).bound(); s != 1 || rows != 3 || of != 5 {
		t.Errorf("bound by snapshot %d, %d of %d rows, want 1, 3 of 5", s, rows, of)
	}
	if s, _, _ := build(10).bound(); s != -1 {
		t.Errorf("ids out of order bound by snapshot %d", s)
	}
	var none *idWatch
	if s, _, _ := none.bound(); s != -1 {
		t.Errorf("no ids bound by snapshot %d", s)
	}
	for id, want := range map[string]bool{"": false, "12": true, "A12": false, "1234567890123456789": false} {
		if _, ok := idNumber([]byte(id)); ok != want {
			t.Errorf("%q is a number: %v", id, ok)
		}
	}
}

// movesAt is a leak of a thousand rows, taken at snapshot s of four, a month apart:
// in every month ten moved.
func movesAt(s int) (*Dating, *moments) {
	d := &Dating{Best: -1, Leak: &File{}}
	m := newMoments(4, d.Leak)
	m.rows, m.known, m.last = 1000, 1000, []int64{0, 0, 0, 1000}
	for i := range 4 {
		d.Snapshots = append(d.Snapshots, SnapshotFit{Input: Input{AsOf: ymd(2020, uint8(1+i), 1)}})
		d.Files = append(d.Files, &File{AsOf: ymd(2020, uint8(1+i), 1), Rows: 1000})
		m.present[i] = 1000
		if i == 3 {
			break
		}
		c := &m.cells[Residence][i]
		moved := int64(10 * max(i-s, s-i-1)) // before or after, so that the leak agrees with neither
		c.neither, c.both = moved, 990-moved
		if i < s {
			c.newer = 10
		} else {
			c.older = 10
		}
	}
	return d, m
}

// Bounds narrow an interval, or contradict it.
func TestBoundsAndLikelihood(t *testing.T) {
	for _, c := range []struct {
		name       string
		taken      int // snapshot
		registered hashing.Date
		left       int // snapshot that people had left by
		verdict    DateVerdict
		from, to   hashing.Date
	}{
		{"no bound", 1, hashing.Date{}, 0, AtSnapshot, hashing.Date{}, hashing.Date{}},
		{"one of before", 1, ymd(2020, 1, 30), 0, AtSnapshot, ymd(2020, 1, 30), hashing.Date{}},
		{"between", 1, ymd(2020, 2, 3), 0, Between, ymd(2020, 2, 3), hashing.Date{}},
		{"a later one", 1, ymd(2020, 3, 20), 0, CannotTell, hashing.Date{}, hashing.Date{}},
		{"after all snapshots", 1, ymd(2020, 4, 20), 0, CannotTell, hashing.Date{}, hashing.Date{}},
		{"those who left before", 3, hashing.Date{}, 1, CannotTell, hashing.Date{}, hashing.Date{}},
		{"those who left after", 1, hashing.Date{}, 2, AtSnapshot, hashing.Date{}, hashing.Date{}},
	} {
		d, m := movesAt(c.taken)
		if c.registered.Year != 0 {
			m.registered[datePrint(c.registered)].Add(5)
		}
		if c.left > 0 {
			m.last[c.left-1], m.last[3] = 20, 980
		}
		d.judge(m)
		if d.Verdict != c.verdict || c.from.Year != 0 && d.From != c.from || d.Verdict == CannotTell && d.Why == "" {
			t.Errorf("%s: %s %q from %v to %v, want %s from %v", c.name, d.Verdict, d.Why, d.From, d.To, c.verdict, c.from)
		}
	}
}

// A leak that is newer than all snapshots has its end told.
func TestAfterTheSnapshots(t *testing.T) {
	d, m := movesAt(3)
	m.registered[datePrint(ymd(2020, 4, 20))].Add(5)
	d.judge(m)
	if d.Verdict != CannotTell || d.From != ymd(2020, 4, 20) || d.To.Year != 0 {
		t.Errorf("%s %q from %v to %v", d.Verdict, d.Why, d.From, d.To)
	}
}

// A snapshot that is of another day than it says dates nothing.
func TestContradictedSnapshot(t *testing.T) {
	d, m := movesAt(1)
	d.Files[2].Late = 100
	if d.judge(m); d.Verdict != CannotTell {
		t.Errorf("%s", d.Verdict)
	}
}
