package tell

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
)

func at(year uint16, month, day uint8) hashing.Date {
	return hashing.Date{Year: year, Month: month, Day: day}
}

// datingOf is a dating by two snapshots that comes to a verdict.
func datingOf(v compare.DateVerdict) *compare.Dating {
	june, september := at(2020, 6, 1), at(2020, 9, 1)
	d := &compare.Dating{
		Leak: file("/home/quill/leak.csv", hashing.Date{}, "US-FL", 100, nil), Key: hashing.NameDOB, Rows: 100, Known: 97, Verdict: v, Best: 1,
		Estimate: at(2020, 7, 15), From: at(2020, 7, 10), To: at(2020, 7, 20), NotBefore: at(2020, 7, 11),
		Bounds:   []compare.Bound{{Clue: compare.Registered, Day: at(2020, 7, 11), Rows: 2, Of: 100}, {Clue: compare.Left, After: true, Day: at(2020, 9, 1), Rows: 4, Of: 97}},
		Evidence: []compare.Evidence{{Trait: compare.Residence, From: 0, To: 1, Older: 5, Newer: 7}},
		Curve:    []compare.Moment{{Day: june, LogLik: -40}, {Day: at(2020, 7, 15)}, {Day: september, LogLik: -2000}},
	}
	for _, day := range []hashing.Date{june, september} {
		in := compare.Input{Path: "/data/" + day.String() + ".txt", AsOf: day}
		d.Files = append(d.Files, file(in.Path, day, "US-FL", 1000, nil))
		d.Snapshots = append(d.Snapshots, compare.SnapshotFit{Input: in, LogLik: -40, Present: 95, Same: 90, Of: 100})
	}
	return d
}

func TestVerdict(t *testing.T) {
	none := hashing.Date{}
	for _, c := range []struct {
		verdict  compare.DateVerdict
		from, to hashing.Date
		why      string
		want     string
	}{
		{compare.AtSnapshot, at(2020, 8, 20), at(2020, 9, 1), "", "The data of leak.csv is consistent with the snapshot of 1 September 2020 (2020-09-01.txt), and with any day from 20 August to 1 September 2020 (95 % interval)."},
		{compare.AtSnapshot, at(2020, 7, 2), at(2020, 9, 26), "", "The data of leak.csv is consistent with a copy taken between 2 July and 26 September 2020 (95 % interval); of the snapshots given, that of 1 September 2020 (2020-09-01.txt) fits best."},
		{compare.AtSnapshot, at(2019, 12, 30), at(2020, 9, 26), "", "The data of leak.csv is consistent with a copy taken between 30 December 2019 and 26 September 2020 (95 % interval); of the snapshots given, that of 1 September 2020 (2020-09-01.txt) fits best."},
		{compare.AtSnapshot, at(2020, 8, 20), none, "", "The data of leak.csv is consistent with a copy taken on 20 August 2020 or later (95 % interval; no snapshot is later); of the snapshots given, that of 1 September 2020 (2020-09-01.txt) fits best."},
		{compare.AtSnapshot, none, at(2020, 6, 3), "", "The data of leak.csv is consistent with a copy taken on 3 June 2020 or before (95 % interval; no snapshot is earlier); of the snapshots given, that of 1 September 2020 (2020-09-01.txt) fits best."},
		{compare.AtSnapshot, at(2020, 9, 1), at(2020, 9, 1), "", "The data of leak.csv is consistent with the snapshot of 1 September 2020 (2020-09-01.txt) (95 % interval)."},
		{compare.Between, at(2020, 7, 10), at(2020, 7, 20), "", "The data of leak.csv is consistent with a copy taken between 10 and 20 July 2020 (95 % interval); it fits none of the snapshots themselves."},
		{compare.OtherSource, none, none, "3 of 100 rows", "leak.csv is not consistent with the source of these snapshots: 3 of 100 rows."},
		{compare.CannotTell, none, none, "too little", "When the data of leak.csv was taken cannot be told: too little."},
	} {
		d := datingOf(c.verdict)
		d.From, d.To, d.Why = c.from, c.to, c.why
		if got := Verdict(d); got != c.want {
			t.Errorf("%s: %q, want %q", c.verdict, got, c.want)
		}
	}
}

// Every verdict has its page, in which no path is named and nothing is "from".
func TestDatedPages(t *testing.T) {
	for _, v := range []compare.DateVerdict{compare.AtSnapshot, compare.Between, compare.OtherSource, compare.CannotTell} {
		d := datingOf(v)
		if v == compare.OtherSource {
			d.Best, d.Evidence = -1, nil
		}
		page := Dated(d, "rollcheck test")
		var b bytes.Buffer
		if err := page.HTML(&b); err != nil {
			t.Fatalf("%s: %v", v, err)
		}
		for where, text := range map[string]string{"HTML": b.String(), "text": page.Text(78)} {
			for _, never := range []string{"/home/", "/data/", "copied from", "comes from", "is from", "taken from"} {
				if strings.Contains(text, never) {
					t.Errorf("%s of %s has %q", where, v, never)
				}
			}
		}
		if shaded := strings.Contains(b.String(), `class="interval"`); shaded != (v == compare.AtSnapshot || v == compare.Between) {
			t.Errorf("%s: its plot has an interval: %v", v, shaded)
		}
	}
}

func TestDateCaveats(t *testing.T) {
	d := datingOf(compare.Between)
	d.Leak.AsOf = at(2020, 7, 15)
	const against = "which the evidence speaks against"
	if all := strings.Join(DateCaveats(d), "\n"); strings.Contains(all, against) || !strings.Contains(all, "leak.csv is said to be of 15 July 2020, which the evidence is consistent with.") {
		t.Errorf("a day within the interval:\n%s", all)
	}
	const near = "lies rather near that beginning"
	if all := strings.Join(DateCaveats(d), "\n"); strings.Contains(all, near) {
		t.Errorf("an interval that begins before what the leak rules out:\n%s", all)
	}
	d.From = d.NotBefore
	if all := strings.Join(DateCaveats(d), "\n"); !strings.Contains(all, "The interval begins on 11 July 2020 because") || !strings.Contains(all, near) {
		t.Errorf("an interval that begins with the last registration:\n%s", all)
	}
	d.Leak.AsOf = at(2019, 1, 1)
	if all := strings.Join(DateCaveats(d), "\n"); !strings.Contains(all, "leak.csv is said to be of 1 January 2019, "+against) {
		t.Errorf("a day before the interval:\n%s", all)
	}
	if all := strings.Join(DateCaveats(d), "\n"); strings.Contains(all, "Try without it") {
		t.Errorf("snapshots of one source:\n%s", all)
	}
	was := d.Snapshots[0].Present
	d.Snapshots[0].Present, d.Snapshots[1].Present = 7, 1000
	if all := strings.Join(DateCaveats(d), "\n"); strings.Count(all, "has 7 of the rows of leak.csv, another snapshot 1,000: it seems to be of another source") != 1 {
		t.Errorf("a snapshot of other people:\n%s", all)
	}
	d.Snapshots[0].Present = was
	d.Snapshots = d.Snapshots[:1]
	if all := strings.Join(DateCaveats(d), "\n"); !strings.Contains(all, "give one of before and one of after") {
		t.Errorf("one snapshot:\n%s", all)
	}
}

func TestDatedCSV(t *testing.T) {
	var b bytes.Buffer
	if err := DatedCSV(&b, datingOf(compare.Between)); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, r := range rows {
		kinds[r[0]]++
	}
	if kinds["snapshot"] != 4 || kinds["evidence"] != 1 || kinds["curve"] != 3 || kinds["bound"] != 2 {
		t.Errorf("%v", kinds)
	}
}
