package compare

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex/internal/extsort"
	"rollcheck/rollindex/voterfile/synth"
)

var datingFull = flag.Bool("dating-full", false, "measure datings at full size, as scripts/dating does, and print the tables")

// history is a population's monthly snapshots, by key.
type history struct {
	prf     *hashing.PRF
	inputs  []Input
	days    []hashing.Date     // the snapshots', and one in the midst of each month
	rows    [][]wide           // by day: rows whose key is alone in it
	by      map[uint64][]*wide // by tag: the rows of the snapshots
	leak    *File
	nowhere []*wide // the rows of a tag that no snapshot has
}

func newHistory(t testing.TB, rows, months int) *history {
	t.Helper()
	h := &history{by: map[uint64][]*wide{}, nowhere: make([]*wide, months)}
	prf, err := hashing.NewPRF(&hashing.Key{1}, &hashing.Salt{2}) // rows are drawn in the order of tags
	if err != nil {
		t.Fatal(err)
	}
	h.prf = prf
	for d := range 2*months - 1 {
		day := time.Date(2019, time.Month(1+d/2), 1+d%2*15, 0, 0, 0, 0, time.UTC)
		in, alone := h.roll(t, synth.Options{Rows: int64(rows), Seed: 7, AsOf: day})
		h.days, h.rows = append(h.days, in.AsOf), append(h.rows, alone)
		if d%2 == 0 {
			h.inputs = append(h.inputs, in)
			h.index(d/2, months)
		}
	}
	return h
}

// roll makes a roll and returns its rows whose key is alone in it.
func (h *history) roll(t testing.TB, opts synth.Options) (in Input, alone []wide) {
	var err error
	if opts.Layout, err = layouts.Get("fl-extract"); err != nil {
		t.Fatal(err)
	}
	in = Input{Path: filepath.Join(t.TempDir(), "roll.txt"), AsOf: dateOf(opts.AsOf)}
	f, err := os.Create(in.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(in.Path)
	if _, err := synth.Write(context.Background(), f, nil, opts); err != nil {
		t.Fatal(err)
	}
	f.Close()
	r := &reading{prf: h.prf, types: []hashing.KeyType{hashing.NameDOB}}
	r.linked[hashing.NameDOB] = true
	r.wide, r.narrow = extsort.New[wide](t.TempDir(), 64<<20), extsort.New[narrow](t.TempDir(), 16<<20)
	defer r.close()
	if h.leak, err = r.read(context.Background(), 1, in, 2, nil); err != nil {
		t.Fatal(err)
	}
	var all []wide
	collect := func(w []wide) error { all = append(all, w...); return nil }
	if err := extsort.Drain(context.Background(), r.wide, 1, func(w []wide) ([]wide, error) { return slices.Clone(w), nil }, collect); err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if (i == 0 || all[i-1][0] != all[i][0]) && (i+1 == len(all) || all[i+1][0] != all[i][0]) {
			alone = append(alone, all[i])
		}
	}
	return in, alone
}

func (h *history) index(m, months int) {
	rows := h.rows[2*m]
	for i := range rows {
		at := h.by[rows[i][0]]
		if at == nil {
			at = make([]*wide, months)
			h.by[rows[i][0]] = at
		}
		at[m] = &rows[i]
	}
}

// drawn is a leak: so many of the rows, none twice, a share of which has one
// mistake, of the kinds and in the shares of package synth: about eight in ten hit
// the key. One row in five thousand has a registration date that is a slip.
func (h *history) drawn(rng *rand.Rand, n int, noise float64, rows ...[]wide) *moments {
	m := newMoments(len(h.inputs), h.leak)
	for i, from := range rows {
		left := (n + i) / len(rows)
		for at := range from { // each of k rows with the probability left/k
			if rng.IntN(len(from)-at) >= left {
				continue
			}
			left--
			r := from[at]
			in := h.by[r[0]]
			if rng.Float64() < noise {
				if rng.Float64() < 0.8 {
					in = nil
				} else {
					r.spoil(Address, print(1+rng.IntN(60000)))
				}
			}
			if rng.Float64() < noise/500 {
				r.spoil(RegistrationDate, print(1+rng.IntN(60000)))
			}
			if in == nil {
				in = h.nowhere
			}
			m.leaked(&r, in)
		}
	}
	return m
}

// spoil changes a print.
func (w *wide) spoil(f Field, by print) { w[2+f/4] ^= uint64(by) << (f % 4 * 16) }

func (h *history) dated(m *moments) *Dating {
	d := &Dating{Key: hashing.NameDOB, Best: -1, Leak: h.leak}
	for _, in := range h.inputs {
		d.Snapshots = append(d.Snapshots, SnapshotFit{Input: in})
	}
	d.judge(m)
	return d
}

func (d *Dating) holds(day hashing.Date) bool {
	return (d.From.Year == 0 || !after(d.From, day)) && (d.To.Year == 0 || !after(day, d.To))
}

func (d *Dating) confident() bool { return d.Verdict == AtSnapshot || d.Verdict == Between }

// datings counts datings of leaks of one size and noise.
type datings struct {
	trials, best, in, told int
	widths                 []int // in days
	off                    []int // days that estimates in closed intervals are late
}

func (c *datings) add(d *Dating, month, day hashing.Date, within bool) {
	c.trials++
	// Of a leak between two snapshots the month is told by the estimate.
	if within && !after(month, d.Estimate) && !after(d.Estimate, dateOf(midday(month).AddDate(0, 1, 0))) || !within && d.Snapshots[max(d.Best, 0)].AsOf == day {
		c.best++
	}
	if d.holds(day) {
		c.in++
	}
	if d.confident() {
		c.told++
	}
	if d.From.Year != 0 && d.To.Year != 0 {
		c.off = append(c.off, dayNumber(midday(d.Estimate))-dayNumber(midday(day)))
		c.widths = append(c.widths, dayNumber(midday(d.To))-dayNumber(midday(d.From)))
	}
}

func (c *datings) String() string {
	width := "-"
	if slices.Sort(c.widths); 2*len(c.widths) > c.trials {
		width = fmt.Sprint(c.widths[len(c.widths)/2])
	}
	in := NewShare(int64(c.in), int64(c.trials))
	return fmt.Sprintf("%d | %.1f | %.1f (%.1f-%.1f) | %s | %.1f", c.trials, 100*float64(c.best)/float64(c.trials), 100*in.Value(), 100*in.Low, 100*in.High, width, 100*float64(c.told)/float64(c.trials))
}

// TestDatingCoverage measures how often the month that a leak was taken in is told:
// on snapshots of the first of each month, of leaks taken on such a day and in the
// midst of a month.
func TestDatingCoverage(t *testing.T) {
	racetest.LeaveOut(t)
	rows, months, trials, sizes, noises := 6_000, 9, 20, []int{50, 500, 3_000}, []float64{0, 0.1}
	losses := []float64{0.05, 0.6}
	if *datingFull {
		rows, months, trials, sizes, noises = 150_000, 25, 100, []int{50, 200, 1000, 5000, 20_000, 100_000}, []float64{0, 0.02, 0.05, 0.1}
		losses = []float64{0.05, 0.2, 0.4, 0.6}
	}
	h := newHistory(t, rows, months)
	rng := rand.New(rand.NewPCG(1, 2))
	tell := func(format string, args ...any) {
		if *datingFull || testing.Verbose() {
			fmt.Printf(format, args...)
		}
	}
	all := &datings{}
	for _, within := range []bool{false, true} {
		tell("\n### Taken %s\n\n| rows | noise, %% | leaks | month, %% | in the interval, %% | its days | told, %% |\n|---|---|---|---|---|---|---|\n", map[bool]string{true: "on the 16th, half a month from both", false: "on the day of a snapshot"}[within])
		measure := func(title string, n int, noise float64) {
			c := &datings{}
			for range min(trials, max(20, 2_000_000/n)) {
				day := 2 * rng.IntN(months-1)
				month := h.days[day]
				if within {
					day++
				}
				d := h.dated(h.drawn(rng, n, noise, h.rows[day]))
				c.add(d, month, h.days[day], within)
			}
			tell("| %s | %.0f | %s |\n", title, 100*noise, c)
			all.in, all.trials, all.off = all.in+c.in, all.trials+c.trials, append(all.off, c.off...)
		}
		for _, n := range sizes {
			for _, noise := range noises {
				measure(fmt.Sprint(n), n, noise)
			}
		}
		for _, loss := range losses {
			for _, noise := range noises {
				measure(fmt.Sprintf("all but %.0f %%", 100*loss), int((1-loss)*float64(rows)), noise)
			}
		}
	}
	late := 0.0
	for _, days := range all.off {
		late += float64(days) / float64(len(all.off))
	}
	tell("\nWhere the interval is closed the estimate is %.1f days late on average (negative: early).\n", late)
	if math.Abs(late) > 2 {
		t.Errorf("estimates are %.1f days late on average", late)
	}
	held := NewShare(int64(all.in), int64(all.trials))
	tell("\nOf all %d leaks %.1f %% (%.1f-%.1f) have their day in the interval.\n", all.trials, 100*held.Value(), 100*held.Low, 100*held.High)
	if held.High < 0.93 || held.Low > 0.99 {
		t.Errorf("in the interval: %.1f %% (%.1f-%.1f) of %d, want 93 to 99 %%", 100*held.Value(), 100*held.Low, 100*held.High, all.trials)
	}
	h.merged(t, rng, sizes, min(trials, 40), tell)
	h.strangers(t, rng, rows, sizes, min(trials, 40), tell)
}

// merged measures leaks of rows of two months.
func (h *history) merged(t *testing.T, rng *rand.Rand, sizes []int, trials int, tell func(string, ...any)) {
	tell("\n### Merged of the rows of two months, half of each\n\n| rows | months apart | leaks | dated | told as merged |\n|---|---|---|---|---|\n")
	for _, n := range sizes[1:] {
		for _, apart := range []int{1, 2, 4, 8} {
			dated, found, all := 0, 0, min(trials, max(20, 2_000_000/n))
			for range all {
				a := rng.IntN(len(h.inputs) - apart)
				d := h.dated(h.drawn(rng, n, 0.02, h.rows[2*a], h.rows[2*(a+apart)]))
				if d.confident() {
					dated++
				}
				if d.Merged {
					found++
				}
			}
			tell("| %d | %d | %d | %d | %d |\n", n, apart, all, dated, found)
			if n >= 3000 && apart >= 4 && dated > all/20 {
				t.Errorf("%d of %d leaks of %d rows, merged of two days %d months apart, are dated", dated, all, n, apart)
			}
		}
	}
}

// strangers measures leaks of another population.
func (h *history) strangers(t *testing.T, rng *rand.Rand, rows int, sizes []int, trials int, tell func(string, ...any)) {
	tell("\n### Of another state\n\n| rows | leaks | dated | told as of another source |\n|---|---|---|---|\n")
	_, others := h.roll(t, synth.Options{Rows: int64(rows), Seed: 8, AsOf: midday(h.days[8])})
	for _, n := range sizes {
		dated, found := 0, 0
		for range trials {
			d := h.dated(h.drawn(rng, min(n, len(others)), 0, others))
			if d.confident() {
				dated++
			}
			if d.Verdict == OtherSource {
				found++
			}
		}
		tell("| %d | %d | %d | %d |\n", n, trials, dated, found)
		if dated > 0 || found < trials {
			t.Errorf("of %d leaks of strangers %d are dated and %d told", trials, dated, found)
		}
	}
}
