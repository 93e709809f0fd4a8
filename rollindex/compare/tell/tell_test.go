package tell

import (
	"bytes"
	"encoding/csv"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/voterfile"
)

func file(path string, asOf hashing.Date, state string, rows int64, kinds map[field.Kind]int64) *compare.File {
	f := &compare.File{Path: path, AsOf: asOf, Rows: rows, Layouts: []string{"l"}, Sources: []hashing.Source{{SHA256: strings.Repeat("ab", 32), Bytes: rows}}}
	if state != "" {
		f.Jurisdictions = []string{state}
	}
	for _, k := range field.Kinds() {
		if n := kinds[k]; n > 0 {
			f.Kinds[k] = n
			f.Columns = append(f.Columns, compare.Column{Kind: k, Filled: float64(n) / float64(rows), Record: compare.Public})
		}
	}
	f.Keys[hashing.NameDOB] = rows
	return f
}

var september = hashing.Date{Year: 2020, Month: 9, Day: 1}

// pair is a comparison of a leak of 1,000 rows, of which so many are in a release.
func pair(matched int64) *compare.Result {
	leak := file("/home/quill/leak.csv", hashing.Date{}, "US-FL", 1000, map[field.Kind]int64{field.Name: 1000, field.BirthDate: 1000, field.Email: 310, field.Phone: 990})
	release := file("/data/release.csv", september, "US-FL", 9000, map[field.Kind]int64{field.Name: 9000, field.BirthDate: 9000, field.Phone: 900})
	release.Sources[0].Bytes++
	o := compare.Overlap{A: 0, B: 1, Key: hashing.NameDOB, RowsA: 1000, RowsB: 9000, MatchedA: matched, MatchedB: matched, KeysA: 1000, KeysB: 9000, Common: matched}
	zero := make([][hashing.NumKeyTypes]int64, 2)
	return &compare.Result{
		Files: []*compare.File{leak, release}, Overlaps: []compare.Overlap{o}, Main: []compare.Overlap{o}, Paired: []int64{matched}, Repeated: zero, Alone: zero,
		Fields: []compare.Agreement{{A: 0, B: 1, Field: compare.Last, Same: matched}},
	}
}

// The sentence that a reporter quotes.
func TestHeadline(t *testing.T) {
	for matched, want := range map[int64]string{
		941: "94.1 % (92.5-95.4) of the rows of leak.csv are in release.csv (data of 1 September 2020), matched by name and birth date; the other way round, 10.5 % (9.8-11.1). " +
			"Its e-mail address column, filled in 31 % of rows, is not in that file. Its phone number column is filled in 99 % of rows, that of the other file in 10 %.",
		0: "None of the rows of leak.csv is in release.csv (data of 1 September 2020), matched by name and birth date: 0 % (0-0.4).",
	} {
		h := Headlines(pair(matched))
		if len(h) != 1 || h[0].Text != want {
			t.Errorf("%d: %+v, want %q", matched, h, want)
		}
	}
	// The larger file first, and rows without the key: the sentence is still of the
	// smaller file.
	res := pair(941)
	res.Files[0], res.Files[1] = res.Files[1], res.Files[0]
	res.Files[1].Rows = 1100
	o := &res.Main[0]
	o.RowsA, o.RowsB, o.KeysA, o.KeysB = o.RowsB, o.RowsA, o.KeysB, o.KeysA
	if got := Headlines(res)[0]; got.A != 1 || !strings.HasPrefix(got.Text, "94.1 % (92.5-95.4) of the 1,000 rows of leak.csv with name and birth date are in release.csv (data of 1 September 2020); the other") {
		t.Errorf("%+v", got)
	}
}

// A share that strangers make by chance is no finding.
func TestByChance(t *testing.T) {
	for _, c := range []struct {
		key      hashing.KeyType
		part, of int64
		keys     int64
		want     bool
	}{
		{hashing.NameDOB, 10, 10_000, 7_500_000, true},
		{hashing.NameDOB, 100, 10_000, 7_500_000, false},
		{hashing.NameDOB, 0, 10_000, 7_500_000, false},
		{hashing.NameDOB, 10, 10_000, 75_000, false},
		{hashing.NameZIP, 500, 10_000, 7_500_000, true},
		{hashing.VoterID, 10, 10_000, 7_500_000, false},
	} {
		if got := byChance(c.key, compare.NewShare(c.part, c.of), c.keys); got != c.want {
			t.Errorf("%v, %d of %d in %d: %v", c.key, c.part, c.of, c.keys, got)
		}
	}
}

// Every page names no path, and words nothing as "from".
func TestPages(t *testing.T) {
	page := Compared(pair(941), "rollcheck test")
	var b bytes.Buffer
	if err := page.HTML(&b); err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"HTML": b.String(), "text": page.Text(78)} {
		for _, never := range []string{"/home/", "quill", "copied from", "comes from", "is from", "taken from"} {
			if strings.Contains(text, never) {
				t.Errorf("%s has %q", where, never)
			}
		}
	}
	if !strings.Contains(b.String(), "SHA-256 "+strings.Repeat("ab", 32)) {
		t.Error("the HTML lacks the SHA-256 of a file")
	}
}

// What is true of the files is said.
func TestCaveats(t *testing.T) {
	has := func(res *compare.Result, want string) {
		t.Helper()
		if all := strings.Join(Caveats(res), "\n"); !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, all)
		}
	}
	res := pair(10)
	has(res, "The day of the data of leak.csv is not given")
	res.Files[0].Jurisdictions = []string{"US-OH"}
	has(res, "leak.csv is of Ohio and release.csv of Florida")
	numbered := compare.Overlap{A: 0, B: 1, Key: hashing.VoterID, RowsA: 1000, RowsB: 9000, KeysA: 1000, KeysB: 9000}
	renumbered := pair(900)
	renumbered.Overlaps = append(renumbered.Overlaps, numbered)
	has(renumbered, "By voter id, leak.csv and release.csv have 0 keys in common, by name and birth date 900: one of them numbers its voters in its own way")
	renumbered.Files[0].Jurisdictions = []string{"US-OH"}
	if all := strings.Join(Caveats(renumbered), "\n"); strings.Contains(all, "numbers its voters") {
		t.Errorf("voter ids of two states are not numbered anew:\n%s", all)
	}
	res.Files[0].Jurisdictions = nil
	has(res, "The state of leak.csv is not known")
	res.Files[1].Late = 100
	has(res, "release.csv is said to be of 1 September 2020, and 100 registrations or votes are in it later than that")
	res.Files[1].Unread = 2
	has(res, "2 members of release.csv that may hold people were not read")
	res.Files[1].Doubts = []string{"the names do not confirm which column is the surname"}
	has(res, "How release.csv was read is not settled by what is in it: the names do not confirm which column is the surname. Hold the line of somebody you know against its layout.")
	res.Files[0].Keyless = 1
	has(res, "Whether rows with nothing to match by are elsewhere cannot be told: 1 row of leak.csv (0.1 %)")
	res.Files[0].Skipped = map[string]int64{"fields": 7, "utf": 3}
	has(res, "10 rows of leak.csv could not be read (fields 7, utf 3) and were left out")
	res.Repeated[0][hashing.NameDOB] = 4
	has(res, "The name and birth date of another row of the same file stands in 4 rows of leak.csv")
	res.Files[1].Sources = res.Files[0].Sources
	has(res, "leak.csv and release.csv are the same file, byte for byte")
	if lead := Compared(res, "rollcheck test").Lead; lead[0] != "leak.csv and release.csv are the same file, byte for byte." {
		t.Errorf("the head does not begin with what explains all: %q", lead[0])
	}
	numberMet := pair(900)
	numberMet.Main[0].Key = hashing.VoterID
	numberMet.Fields = append(numberMet.Fields, compare.Agreement{A: 0, B: 1, Field: compare.First, Same: 400, Differs: 500}, compare.Agreement{A: 0, B: 1, Field: compare.Phone, Same: 90, OnlyA: 800})
	has(numberMet, "Of the rows of leak.csv and release.csv that are matched by voter id and surname, 500 differ in first name and 400 agree: most are hardly the same people.")
	otherDates := pair(900)
	otherDates.Main[0].Key = hashing.VoterID
	otherDates.Fields = []compare.Agreement{{A: 0, B: 1, Field: compare.First, Same: 880, Differs: 20}, {A: 0, B: 1, Field: compare.BirthDate, Same: 200, Differs: 500}}
	has(otherDates, "500 differ in birth date and 200 agree: as most agree in first name, the dates of one file seem to be wrong, to be written in another order than they were read in, or to stand in other rows than their own, as in a column that was sorted or moved by itself.")
	otherDates.Main[0].Key = hashing.NameZIP // of which the first name is part
	has(otherDates, "500 differ in birth date and 200 agree: most are hardly the same people.")
	otherDates.Files[0].Impossible = 11
	has(otherDates, "11 rows of leak.csv have a birth date with a month or day that does not exist; only its year was compared.")
	otherDates.Files[1].Elsewhere = 52
	has(otherDates, "52 rows of release.csv are of other states than Florida: what is said of the public record does not cover them.")
	has(numberMet, "leak.csv has the telephone number of 800 rows where release.csv has none for the same rows. That a column is public does not say that these are.")
	if all := strings.Join(Caveats(pair(900)), "\n"); strings.Contains(all, "hardly the same") || strings.Contains(all, "for the same rows") {
		t.Errorf("said of rows that agree:\n%s", all)
	}
}

// Few people in common by births, many by addresses, are births that were moved; but not
// if those of one file are found, and most of its rows have none.
func TestOtherBirths(t *testing.T) {
	res := pair(400)
	res.Main[0].KeysA = 500
	res.Overlaps[0].KeysA = 500
	res.Overlaps = append(res.Overlaps, compare.Overlap{A: 0, B: 1, Key: hashing.NameAddress, RowsA: 1000, RowsB: 9000, KeysA: 1000, KeysB: 9000, Common: 990})
	if head := Headlines(res)[0].Text; strings.Contains(head, "says nothing") || Moved(res) {
		t.Errorf("of births that are missing: %s", head)
	}
	res.Main[0].KeysA, res.Overlaps[0].KeysA = 1000, 1000
	if head := Headlines(res)[0].Text; !strings.Contains(head, "That says nothing of whether they hold the same people: by name and address they have 990 keys in common.") || !Moved(res) {
		t.Errorf("of births that are moved: %s", head)
	}
}

// What rows are matched by is the same in them by construction, and is not shown as
// agreement.
func TestMatchedBy(t *testing.T) {
	res := pair(900)
	res.Fields = append(res.Fields, compare.Agreement{A: 0, B: 1, Field: compare.City, Same: 900})
	text := Compared(res, "rollcheck test").Text(200)
	for _, want := range []string{`(?m)^  surname \(matched by\) .* -$`, `(?m)^  city .* 100 %$`} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
}

// The table is one table, that no spreadsheet takes for a formula.
func TestComparedCSV(t *testing.T) {
	res := pair(941)
	res.Files[0].Path = "=HYPERLINK(1),x.csv"
	var b bytes.Buffer
	if err := ComparedCSV(&b, res); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll() // every row has as many fields as the first
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, r := range rows[1:] {
		kinds[r[0]]++
		if strings.HasPrefix(r[1], "=") || strings.HasPrefix(r[2], "=") {
			t.Errorf("%q is a formula", r)
		}
	}
	for _, want := range []string{"contained", "jaccard", "agreement", "only", "column", "repeated", "alone"} {
		if kinds[want] == 0 {
			t.Errorf("no row of %s", want)
		}
	}
	if !slices.Equal(rows[1], []string{"contained", "'=HYPERLINK(1),x.csv", "release.csv", "name-dob", "941", "1000", "0.941", "0.924639", "0.953986", "main"}) {
		t.Errorf("%q", rows[1])
	}
}

func TestLabels(t *testing.T) {
	for _, c := range []struct{ paths, want []string }{
		{[]string{"/a/b/roll.txt", "x.csv"}, []string{"roll.txt", "x.csv"}},
		{[]string{"/a/2019/roll.txt", "/a/2020/roll.txt"}, []string{"2019/roll.txt", "2020/roll.txt"}},
		{[]string{"roll.txt", "roll.txt"}, []string{"roll.txt", "roll.txt (file 2)"}},
		{[]string{"roll.txt", "old/roll.txt"}, []string{"roll.txt", "old/roll.txt"}},
		{[]string{"a\x1b[31m.txt"}, []string{"a?[31m.txt"}},
	} {
		paths := make([]string, len(c.paths))
		for i, p := range c.paths {
			paths[i] = filepath.FromSlash(p)
		}
		if got := Labels(paths); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.paths, got, c.want)
		}
	}
}

// Labels can be printed, and no two files have one.
func FuzzLabels(f *testing.F) {
	f.Add("a/b.txt", "c/b.txt", "b.txt")
	f.Add("x (file 3)", "x", "x")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		labels := Labels([]string{a, b, c})
		for i, l := range labels {
			if l == "" || strings.ContainsFunc(l, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%q cannot be printed", l)
			}
			if slices.Contains(labels[:i], l) {
				t.Errorf("%q stands for two files: %q", l, labels)
			}
		}
	})
}

func TestShareText(t *testing.T) {
	for _, c := range []struct {
		part, of int64
		want     string
	}{
		{941, 1000, "94.1 % (92.5-95.4)"}, {0, 10, "0 % (0-27.8)"}, {10, 10, "100 % (72.2-100)"}, {0, 10_000, "0 % (0-0.04)"},
		{9_410_000, 10_000_000, "94.1 % (94.09-94.11)"}, {1, 1_000_000, "< 0.1 % (0-0)"}, {0, 0, "0 % (0-100)"},
	} {
		if got := shareText(compare.NewShare(c.part, c.of)); got != c.want {
			t.Errorf("%d of %d: %q, want %q", c.part, c.of, got, c.want)
		}
	}
}

// One column that is more than public makes the sentence about a file.
func TestRecord(t *testing.T) {
	for _, c := range []struct {
		email compare.Verdict
		want  string
	}{
		{compare.Beyond, "leak.csv holds more than the public record of Florida: e-mail address (filled in 31 % of rows)."},
		{compare.Restricted, "leak.csv holds what the public record of Florida opens to some only: e-mail address (filled in 31 % of rows)."},
		{compare.Unknown, "Nothing in leak.csv is known to go beyond the public record of Florida; of e-mail address it is not settled."},
		{compare.Public, "Every column of leak.csv is of a kind that was on the public record of Florida."},
	} {
		f := pair(1).Files[0]
		for i := range f.Columns {
			if f.Columns[i].Kind == field.Email {
				f.Columns[i].Record = c.email
			}
		}
		if got := Record(f, "leak.csv"); got != c.want {
			t.Errorf("%s: %q, want %q", c.email, got, c.want)
		}
	}
	f := pair(1).Files[0]
	for i := range f.Columns {
		f.Columns[i].Record = compare.Public
	}
	f.Unknown = []string{"pin", "soc"}
	if got, want := Record(f, "leak.csv"), "Every column that is known of leak.csv is of a kind that was on the public record of Florida; of 2 other columns of unknown content (pin and soc) it cannot be told."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	f.Columns[0].Record = compare.Beyond
	if got, want := Record(f, "leak.csv"), "; of 2 other columns of unknown content (pin and soc) it cannot be told."; !strings.HasPrefix(got, "leak.csv holds more than") || !strings.HasSuffix(got, want) {
		t.Errorf("%q", got)
	}
	if got := Record(file("x", september, "", 1, map[field.Kind]int64{field.Name: 1}), "x"); got != "" {
		t.Errorf("of no state: %q", got)
	}
}

// Of a file with a table that was left out it is not said that all of it was public, and
// the table is named wherever the file is told; a document is not.
func TestLeftOutTables(t *testing.T) {
	res := pair(900)
	f := res.Files[0]
	for i := range f.Columns {
		f.Columns[i].Record = compare.Public
	}
	f.LeftOut = []voterfile.Member{{Name: "leak.csv: README.txt", LeftOut: "1 field a row", Part: "the member README.txt"}}
	const plain = "Every column of leak.csv is of a kind that was on the public record of Florida"
	if got := Record(f, "leak.csv"); got != plain+"." {
		t.Errorf("with a document: %q", got)
	}
	if text := Compared(res, "rollcheck test").Text(500); strings.Contains(text, "README.txt") {
		t.Errorf("a document is told:\n%s", text)
	}

	internal := voterfile.Member{Name: "leak.csv: Internal (hidden)", LeftOut: "2 fields a row", Part: "the hidden sheet Internal", HasRows: true}
	f.LeftOut = append(f.LeftOut, internal)
	want := strings.Replace(plain, "of leak", "of what was read of leak", 1) + "; the hidden sheet Internal was not looked at."
	if got := Record(f, "leak.csv"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	text := Compared(res, "rollcheck test").Text(500)
	for _, want := range []string{want, "the hidden sheet Internal was left out (2 fields a row)", "Of leak.csv, the hidden sheet Internal was not looked at: nothing said here covers what stands there."} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, "public record in leak.csv") {
		t.Errorf("leak.csv is said to be public, all of it:\n%s", text)
	}

	f.Unknown = []string{"pin"}
	f.LeftOut = append(f.LeftOut, voterfile.Member{LeftOut: "not a text file", Part: "the member x.dat", Unread: true})
	if got, want := Record(f, "leak.csv"), "; of 1 other column of unknown content (pin) it cannot be told; the hidden sheet Internal and the member x.dat were not looked at."; !strings.HasSuffix(got, want) {
		t.Errorf("%q, want the end %q", got, want)
	}
	f.Columns[0].Record = compare.Beyond
	if got := Record(f, "leak.csv"); !strings.HasPrefix(got, "leak.csv holds more than") || !strings.HasSuffix(got, "x.dat were not looked at.") {
		t.Errorf("%q", got)
	}
	for range 20 {
		f.LeftOut = append(f.LeftOut, internal)
	}
	if row := fileRow("A", f, ""); strings.Count(row.Note, "Internal") > 4 || !strings.HasSuffix(row.Note, "18 more parts were left out") {
		t.Errorf("of many: %q", row.Note)
	}
}

// Columns of unknown content are named, in the head, beside the other columns and among
// what to keep in mind, and then no sentence is of every column.
func TestUnknown(t *testing.T) {
	res := pair(900)
	for _, f := range res.Files {
		for i := range f.Columns {
			f.Columns[i].Record = compare.Public
		}
	}
	res.Files[0].Unknown = []string{"mental_health_flag", "pin"}
	page := Compared(res, "rollcheck test")
	text := page.Text(1000)
	want := "2 columns of leak.csv are of unknown content: mental_health_flag and pin; whether they go beyond the public record cannot be told."
	if n := strings.Count(text, want); n != 2 || !slices.Contains(Caveats(res), want) {
		t.Errorf("said %d times in\n%s", n, text)
	}
	head := strings.Join(page.Lead, "\n")
	if !strings.Contains(head, "Every column that is known of leak.csv is") || strings.Contains(head, "public record in leak.csv") || !strings.Contains(head, "Every column is of a kind that was on the public record in release.csv") {
		t.Errorf("the head is\n%s", head)
	}
}

// Where more than one row in a hundred could not be read, the sentences say of which part
// they are.
func TestLost(t *testing.T) {
	res := pair(900)
	f := res.Files[0]
	for i := range f.Columns {
		f.Columns[i].Record = compare.Public
	}
	read := f.Read()
	for _, c := range []struct {
		lost       int64
		ragged     int64 // of them, in one stretch
		why        string
		text, part string
	}{
		{read / 3, read / 4, "field-count", "that could be read (75.0 % of its rows; the others have another number of fields: another file may have been joined)", "Every column of what could be read of leak.csv is"},
		{read / 3, 0, "nul-byte", "that could be read (75.0 % of its rows; the others could not be read)", "Every column of what could be read of leak.csv is"},
		{read / 200, 0, "field-count", "", "Every column of leak.csv is"},
	} {
		f.Rows, f.Ragged, f.Skipped = read+c.lost, c.ragged, map[string]int64{c.why: c.lost}
		said := Headlines(res)[0].Text
		if !strings.Contains(said, c.text) || c.text == "" && strings.Contains(said, "could be read") {
			t.Errorf("%d by %s: %s", c.lost, c.why, said)
		}
		if said := Record(f, "leak.csv"); !strings.HasPrefix(said, c.part) {
			t.Errorf("%d by %s: %s", c.lost, c.why, said)
		}
	}
}

// Rows that share a number and nearly never a name or a birth date are told as such
// where they are counted.
func TestStrangers(t *testing.T) {
	res := pair(6)
	res.Main[0].Key, res.Overlaps[0].Key = hashing.VoterID, hashing.VoterID
	o := &res.Main[0]
	const said = " But of those that can be compared, "
	for _, c := range []struct {
		first, birth [2]int64 // same, differs
		want         string
	}{
		{[2]int64{0, 6}, [2]int64{0, 6}, "all differ in first name and birth date: they are hardly the same people."},
		{[2]int64{1, 20}, [2]int64{2, 20}, "at least 90.9 % differ in first name and birth date: they are hardly the same people."},
		{[2]int64{0, 6}, [2]int64{}, "all differ in first name: they are hardly the same people."},
		{[2]int64{0, 6}, [2]int64{3, 3}, ""},
		{[2]int64{}, [2]int64{}, ""},
	} {
		res.Fields = []compare.Agreement{{A: 0, B: 1, Field: compare.Last, Same: 6}, {A: 0, B: 1, Field: compare.First, Same: c.first[0], Differs: c.first[1]}, {A: 0, B: 1, Field: compare.BirthDate, Same: c.birth[0], Differs: c.birth[1]}}
		got := Headlines(res)[0].Text
		if c.want == "" && strings.Contains(got, said) || c.want != "" && !strings.HasSuffix(got, said+c.want) || Strangers(res, o) != (c.want != "") {
			t.Errorf("%v %v: %s", c.first, c.birth, got)
		}
	}
	res.Fields[1], res.Fields[2] = compare.Agreement{A: 0, B: 1, Field: compare.First, Differs: 6}, compare.Agreement{}
	res.Overlaps = append(res.Overlaps, compare.Overlap{A: 0, B: 1, Key: hashing.NameDOB, Common: 2})
	if Strangers(res, o) {
		t.Error("two people are in common by name and birth date")
	}
}

// The head of a page has five sentences at most, one of them on the public record of
// files of no known state; the others stand in their sections.
func TestLead(t *testing.T) {
	res := pair(900)
	for range 3 {
		res.Files = append(res.Files, file("/x/"+letter(len(res.Files))+".csv", september, "US-FL", 500, map[field.Kind]int64{field.Email: 100}))
	}
	res.Files[4].Jurisdictions = nil
	zero := [hashing.NumKeyTypes]int64{}
	res.Main, res.Overlaps, res.Paired = nil, nil, nil
	for b := range res.Files {
		res.Files[b].Sources[0].Bytes = int64(b)
		if b > 1 {
			res.Files[b].Columns[0].Record = compare.Beyond
			res.Alone, res.Repeated = append(res.Alone, zero), append(res.Repeated, zero)
		}
		for a := range b {
			res.Main = append(res.Main, compare.Overlap{A: a, B: b, Key: hashing.NameDOB, RowsA: 500, RowsB: 500, KeysA: 500, KeysB: 500, Common: 100, MatchedA: 100, MatchedB: 100})
			res.Paired = append(res.Paired, 100)
		}
	}
	res.Overlaps = res.Main
	page := Compared(res, "rollcheck test")
	head := strings.Join(page.Lead, "\n")
	if len(page.Lead) != 5 || !strings.Contains(head, "C.csv holds more than the public record") || !strings.Contains(head, "Whether E.csv holds more than a public record cannot be told: its state is not known.") {
		t.Errorf("%d sentences:\n%s", len(page.Lead), head)
	}
	text := page.Text(1000)
	for _, want := range []string{`(?s)COLUMNS AND THE PUBLIC RECORD\n.*  - D\.csv holds more`, `(?s)HOW THE FILES OVERLAP\n.*  - 20\.0 % .*The tables below have the other 4 pairs`} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
}
