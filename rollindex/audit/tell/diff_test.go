package tell

import (
	"bytes"
	"encoding/csv"
	"math"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/audit/diff"
	"rollcheck/rollindex/compare"
)

func file(path, sha string, rows int64) *diff.File {
	return &diff.File{Path: path, Layouts: []string{"l"}, Rows: rows, WithID: rows, Sources: []hashing.Source{{SHA256: strings.Repeat(sha, 32), Bytes: rows}}}
}

// found is a comparison in which something of each kind was found.
func found() *diff.Result {
	return &diff.Result{
		Files: [2]*diff.File{file("/a/old.txt", "ab", 90_000), file("/b/new.txt", "cd", 91_000)}, Key: hashing.NameDOB, ByID: 89_000, ByKey: 100, Renumbered: 90, Reused: 1, Writing: true,
		Counts: diff.Counts{Added: 1900, Removed: 900, Matched: 89_100, Changed: 2000, Writing: 1},
		Columns: []diff.ColumnChange{
			{Change: diff.Come, Column: "shoe", New: 1}, {Change: diff.Gone, Column: "party", Role: field.RoleParty, Old: 0.5}, {Change: diff.Renamed, Column: "dob", Was: "birth", Role: field.RoleBirthDate},
			{Change: diff.Moved, Column: "sex", Old: 3, New: 9}, {Change: diff.Fill, Column: "zip", Old: 1, New: 0.5}, {Change: diff.Distinct, Column: "zip", Old: 900, New: 30},
			{Change: diff.TypeOf, Column: "reg", What: "dates written MM/DD/YYYY", Old: 0.6}, {Change: diff.TypeOf, Column: "reg", What: "dates written ??/??/YYYY", Old: 0.4}, {Change: diff.Length, Column: "street", What: diff.CutOff, Old: 64, New: 20},
			{Change: diff.Length, Column: "id", What: diff.OtherLengths, Old: 8, New: 10}, {Change: diff.Codes, Column: "status", Came: []string{"X"}, CameAll: 1, Went: []string{"A", "B"}, WentAll: 22},
		},
		Counties: []diff.Group{{Name: "Leon", Rows: [2]int64{50_000, 51_000}, Counts: diff.Counts{Added: 1500}}, {Name: "=Lake", Rows: [2]int64{40_000, 40_000}}, {Rows: [2]int64{1, 0}, Counts: diff.Counts{Removed: 1}}},
		Statuses: []diff.Group{{Name: "Active", Rows: [2]int64{80_000, 81_000}}, {Name: "Inactive", Rows: [2]int64{10_000, 10_000}}},
		Flips:    []diff.Flip{{From: "Active", To: "Inactive", Rows: 300}}, Fields: []diff.FieldChange{{Field: compare.Party, Changed: 5, Of: 89_100}},
		Days: []diff.Day{{Day: hashing.Date{Year: 2020, Month: 6, Day: 1}, Rows: 4}, {Day: hashing.Date{Year: 2020, Month: 6, Day: 2}, Rows: 90}, {Day: hashing.Date{Year: 2020, Month: 6, Day: 9}, Rows: 3}},
		Unusual: []diff.Unusual{
			{What: diff.WhatSize, County: "Leon", Rows: 200, Of: 100}, {What: diff.WhatAdded, County: "Leon", Rows: 1500, Of: 51_000, Low: 0.001, High: 0.01, Chance: 1e-9},
			{What: diff.WhatRegistered, Day: hashing.Date{Year: 2020, Month: 6, Day: 2}, Rows: 90, Low: -1, High: 12},
			{What: diff.WhatMovedTo, Rows: 500, At: &diff.Position{File: diff.New, Member: "b.csv", Line: 1234}},
		},
	}
}

// What is said of everything that can be found.
func TestSaid(t *testing.T) {
	page := Diffed(found(), "rollcheck test")
	text := strings.Join(strings.Fields(page.Text(200)), " ")
	for _, want := range []string{
		"new.txt has 91,000 rows, old.txt 90,000: 1,900 were added (2.1 %), 900 are gone (1.0 %), and of the 89,100 in both 2,000 changed (2.2 %). 1 more differs only in other columns or in how values are written.",
		"Of the columns, 1 gone (party); 1 new (shoe); 1 renamed (dob); 1 elsewhere in the order (sex); 5 filled or written otherwise (zip, reg, street, id, status).",
		"1 voter id is that of another person in new.txt, by name and birth date; 90 people have another voter id.",
		"4 things are unusual; they are listed below.",
		"Leon: 200 rows where there were 100.",
		"Leon: 1,500 of 51,000 rows were added (2.9 %); 0.1 % to 1.0 % are usual for a county of its size.",
		"90 rows added registered on 2 June 2020; 0 to 12 are usual for a day.",
		"500 rows moved to one address, the first at line 1,234 of b.csv of new.txt.",
		"it was column 3 and is column 9, and others kept their order",
		"it had about 900 different values and has about 30",
		"60.0 % of its values were dates written MM/DD/YYYY, and 0 % are",
		"40.0 % of its values were dates written ??/??/YYYY (the day or the month may stand first), and 0 % are",
		"its values seem cut off: the longest had 64 bytes or more and has 20",
		"its values have other lengths: 8.0 bytes in the mean, now 10.0",
		`codes that came: "X"; codes that went: "A", "B" and 20 more`,
		"89,000 rows were matched by voter id, and 100 that no id matches by name and birth date.",
		"What is usual cannot be told from fewer than 8 counties",
		"no county, or few rows",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, page.Text(100))
		}
	}
	var html bytes.Buffer
	if err := page.HTML(&html); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(html.String(), "2020-06-02") || strings.Contains(html.String(), "<script") {
		t.Error("the page does not name the day that is unusual, or has a script")
	}
}

// The parts of a county's bar keep their proportion: none is cut off, however much came.
func TestCountyBars(t *testing.T) {
	res := found()
	res.Counties = []diff.Group{{Name: "Leon", Rows: [2]int64{10, 13}, Counts: diff.Counts{Added: 4, Removed: 1, Changed: 3}}, {Name: "Lake", Rows: [2]int64{100, 100}, Counts: diff.Counts{Changed: 10}}}
	table := differing(res).groups("County", "", res.Counties, 12)
	bar := table.Rows[0].Bar
	total := bar[0].Share + bar[1].Share + bar[2].Share
	for i, want := range []float64{4. / 8, 1. / 8, 3. / 8} {
		if got := bar[i].Share / total; math.Abs(got-want) > 1e-9 {
			t.Errorf("part %d is %v of the bar, want %v", i, got, want)
		}
	}
	if total > 1 || total < 0.98 {
		t.Errorf("the longest bar is %v of the length", total)
	}
	if got := table.Rows[1].Bar[2].Share; math.Abs(got-0.1/0.62) > 1e-9 {
		t.Errorf("the other is %v of it", got)
	}
	if got := table.Legend[2].Means; got != "changed; a whole bar is 62 % of rows" {
		t.Error(got)
	}
	for _, tc := range []struct {
		high float64
		want string
	}{{0, "10 %"}, {0.03, "10 %"}, {0.1, "10 %"}, {0.11, "11 %"}, {2, "200 %"}} {
		if whole, said := wholeBar(tc.high); whole < tc.high || said != "a whole bar is "+tc.want+" of rows" {
			t.Errorf("of %v: %v, %s", tc.high, whole, said)
		}
	}
}

func TestOneAndSeveral(t *testing.T) {
	res := found()
	res.Files[0].Keyless, res.Files[1].Keyless = 1, 2
	all := strings.Join(DiffCaveats(res), " ")
	for _, want := range []string{
		"In old.txt, 1 row has nothing to be matched by: it cannot be told whether it is in the other file.",
		"In new.txt, 2 rows have nothing to be matched by: it cannot be told whether they are in the other file.",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q lacks %q", all, want)
		}
	}
}

func TestNothingFound(t *testing.T) {
	a := file("x.txt", "ab", 7)
	same := &diff.Result{Files: [2]*diff.File{a, a}, ByID: 7, Counts: diff.Counts{Matched: 7}}
	if got := DiffHeadlines(same); len(got) != 1 || got[0] != "No differences: x.txt (file 2) has the columns of x.txt and its 7 rows, each as it was." {
		t.Errorf("%q", got)
	}
	b := file("y.txt", "cd", 7)
	little := &diff.Result{Files: [2]*diff.File{a, b}, ByID: 6, Counts: diff.Counts{Matched: 6, Added: 1, Removed: 1}}
	if got := DiffHeadlines(little); !slices.Contains(got, "The columns are the same, and hold what they held.") || !strings.HasPrefix(got[len(got)-1], "Nothing is unusual") {
		t.Errorf("%q", got)
	}
}

// No cell of the table is a formula, and every row has all columns.
func TestDiffCSV(t *testing.T) {
	var b bytes.Buffer
	if err := DiffCSV(&b, found()); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]int{}
	for _, r := range rows[1:] {
		tables[r[0]]++
		for _, cell := range r {
			if strings.HasPrefix(cell, "=") {
				t.Errorf("%q", r)
			}
		}
	}
	for table, want := range map[string]int{"column": 11, "rows": 1, "county": 3, "status": 2, "flip": 1, "field": 1, "day": 3, "unusual": 4} {
		if tables[table] != want {
			t.Errorf("%d rows of %s, want %d", tables[table], table, want)
		}
	}
}

// Ticks reach the highest share, and are few.
func TestTicks(t *testing.T) {
	for _, high := range []float64{0, 0.0004, 0.011, 0.05, 0.3, 0.99, 1} {
		ticks := shareTicks(high)
		if last := ticks[len(ticks)-1].At; last < high || len(ticks) < 2 || len(ticks) > 6 {
			t.Errorf("%v: %v", high, ticks)
		}
	}
}
