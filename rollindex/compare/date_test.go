package compare_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
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
	for _, c := range []struct {
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

// Snapshots of one day are refused.
func TestSnapshotsOfOneDay(t *testing.T) {
	day := hashing.Date{Year: 2020, Month: 3, Day: 1}
	_, err := compare.Date(context.Background(), compare.Input{Path: "leak"}, []compare.Input{{Path: "a", AsOf: day}, {Path: "b", AsOf: day}}, compare.Options{})
	if !errors.Is(err, compare.ErrInputs) {
		t.Errorf("%v", err)
	}
}
