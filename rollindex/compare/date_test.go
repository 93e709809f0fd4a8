package compare_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/voterfile/synth"
)

// written writes a roll of made-up people.
func written(t *testing.T, dir, name string, opts synth.Options) compare.Input {
	t.Helper()
	var err error
	if opts.Layout == nil {
		if opts.Layout, err = layouts.Get("fl-extract"); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := synth.Write(context.Background(), f, nil, opts); err != nil {
		t.Fatal(err)
	}
	return compare.Input{Path: f.Name(), AsOf: dayOf(opts.AsOf)}
}

func dayOf(t time.Time) hashing.Date {
	return hashing.Date{Year: uint16(t.Year()), Month: uint8(t.Month()), Day: uint8(t.Day())}
}

func number(d hashing.Date) int { return int(d.Year)*372 + int(d.Month)*31 + int(d.Day) }

// Leaks in files are dated by snapshots in files, whatever they lost and whoever
// mistyped them.
func TestDateOfFiles(t *testing.T) {
	dir := t.TempDir()
	var snapshots []compare.Input
	on := func(month, day int) time.Time { return time.Date(2020, time.Month(month), day, 0, 0, 0, 0, time.UTC) }
	for month := 1; month <= 9; month += 2 {
		snapshots = append(snapshots, written(t, dir, on(month, 1).Format(time.DateOnly)+".txt", synth.Options{Rows: 6000, Seed: 3, AsOf: on(month, 1)}))
	}
	for i, c := range []struct {
		name    string
		opts    synth.Options
		verdict compare.DateVerdict
		best    int
	}{
		{"whole", synth.Options{Rows: 6000, Seed: 3, AsOf: on(5, 1)}, compare.AtSnapshot, 2},
		{"lossy", synth.Options{Rows: 6000, Seed: 3, AsOf: on(5, 1), Sample: 0.4, Noise: 0.1}, compare.AtSnapshot, 2},
		{"between", synth.Options{Rows: 6000, Seed: 3, AsOf: on(4, 1), Noise: 0.05}, compare.Between, -1},
		{"stranger", synth.Options{Rows: 3000, Seed: 4, AsOf: on(5, 1)}, compare.OtherSource, -1},
	} {
		if testing.Short() && i > 0 {
			break // one will do under the race detector
		}
		leak := written(t, dir, c.name+".txt", c.opts)
		leak.AsOf = hashing.Date{}
		d, err := compare.Date(context.Background(), leak, snapshots, compare.Options{Jobs: 2})
		if err != nil {
			t.Fatal(err)
		}
		if d.Verdict != c.verdict || c.best >= 0 && d.Best != c.best {
			t.Errorf("%s: %s %q, snapshot %d; want %s, %d", c.name, d.Verdict, d.Why, d.Best, c.verdict, c.best)
		}
		if c.verdict == compare.OtherSource {
			continue
		}
		taken := number(dayOf(c.opts.AsOf))
		if d.From.Year != 0 && number(d.From) > taken || d.To.Year != 0 && number(d.To) < taken || number(d.NotBefore) > taken || d.NotAfter.Year != 0 && number(d.NotAfter) < taken {
			t.Errorf("%s: taken %s, told %s to %s within %s and %s", c.name, c.opts.AsOf.Format(time.DateOnly), d.From, d.To, d.NotBefore, d.NotAfter)
		}
		if d.NotBefore.Year == 0 || d.NotAfter.Year == 0 {
			t.Errorf("%s: bounds %+v", c.name, d.Bounds)
		}
	}
}

// rewritten writes the rows of a file anew, those that change does not drop.
func rewritten(t *testing.T, in compare.Input, name string, change func(row int, cells []string) bool) compare.Input {
	t.Helper()
	text, err := os.ReadFile(in.Path)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	n := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "\t")
		if n++; change(n, cells) {
			out.WriteString(strings.Join(cells, "\t"))
		}
	}
	in.Path = filepath.Join(filepath.Dir(in.Path), name)
	if err := os.WriteFile(in.Path, []byte(out.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return in
}

// Voter ids that were numbered anew, a leak of more than the snapshots, and rows that
// all stand twice do not make another source of one.
func TestDateOfTheSameSource(t *testing.T) {
	racetest.LeaveOut(t)
	dir := t.TempDir()
	on := func(month time.Month) time.Time { return time.Date(2020, month, 1, 0, 0, 0, 0, time.UTC) }
	var snapshots, parts []compare.Input
	for _, month := range []time.Month{1, 3, 5} {
		s := written(t, dir, month.String(), synth.Options{Rows: 5000, Seed: 3, AsOf: on(month)})
		snapshots = append(snapshots, s)
		parts = append(parts, rewritten(t, s, "part "+month.String(), func(_ int, cells []string) bool {
			return strings.HasSuffix(cells[1], "7") || strings.HasSuffix(cells[1], "3")
		}))
	}
	leak := written(t, dir, "leak", synth.Options{Rows: 5000, Seed: 3, AsOf: on(3), Sample: 0.5})
	leak.AsOf = hashing.Date{}
	anew := rewritten(t, leak, "anew", func(row int, cells []string) bool { cells[1] = strconv.Itoa(900_000_000 + row); return true })
	twice := rewritten(t, leak, "twice", func(_ int, cells []string) bool { cells[0] = strings.Join(cells, "\t") + cells[0]; return true })
	for _, c := range []struct {
		name      string
		leak      compare.Input
		snapshots []compare.Input
		verdict   compare.DateVerdict
		key       hashing.KeyType
		best      int
		why       string
	}{
		{"numbered anew", anew, snapshots, compare.AtSnapshot, hashing.NameDOB, 1, ""},
		{"more than the snapshots", leak, parts, compare.CannotTell, hashing.VoterID, 1, "rows of the leak are in any of the snapshots: "},
		{"twice", twice, snapshots, compare.CannotTell, hashing.VoterID, -1, "only 0 rows of the leak can be matched: "},
	} {
		d, err := compare.Date(context.Background(), c.leak, c.snapshots, compare.Options{Jobs: 2})
		if err != nil {
			t.Fatal(err)
		}
		if d.Verdict != c.verdict || d.Key != c.key || d.Best != c.best || !strings.Contains(d.Why, c.why) {
			t.Errorf("%s: %s %q by %s, snapshot %d", c.name, d.Verdict, d.Why, d.Key, d.Best)
		}
	}
}

// Snapshots of one day are refused.
func TestSnapshotsOfOneDay(t *testing.T) {
	day := hashing.Date{Year: 2020, Month: 3, Day: 1}
	_, err := compare.Date(context.Background(), compare.Input{Path: "leak"}, []compare.Input{{Path: "a", AsOf: day}, {Path: "b", AsOf: day}}, compare.Options{})
	if !errors.Is(err, compare.ErrInputs) {
		t.Errorf("%v", err)
	}
}
