package compare

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex/internal/extsort"
	"rollcheck/rollindex/voterfile/synth"
)

// history is a population's monthly snapshots, by key.
type history struct {
	inputs []Input
	days   []hashing.Date     // the snapshots', and one in the midst of each month
	rows   [][]wide           // by day: rows whose key is alone in it
	by     map[uint64][]*wide // by tag: the rows of the snapshots
	leak   *File
}

func newHistory(t testing.TB, rows, months int) *history {
	t.Helper()
	layout, err := layouts.Get("fl-extract")
	if err != nil {
		t.Fatal(err)
	}
	var linked [hashing.NumKeyTypes]bool
	linked[hashing.NameDOB] = true
	h := &history{by: map[uint64][]*wide{}}
	prf, err := newPRF()
	if err != nil {
		t.Fatal(err)
	}
	for d := range 2*months - 1 {
		day := time.Date(2019, time.Month(1+d/2), 1+d%2*15, 0, 0, 0, 0, time.UTC)
		path := filepath.Join(t.TempDir(), day.Format(time.DateOnly)+".txt")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := synth.Write(context.Background(), f, nil, synth.Options{Layout: layout, Rows: int64(rows), Seed: 7, AsOf: day}); err != nil {
			t.Fatal(err)
		}
		f.Close()
		in := Input{Path: path, AsOf: hashing.Date{Year: uint16(day.Year()), Month: uint8(day.Month()), Day: uint8(day.Day())}}
		r := &reading{prf: prf, types: []hashing.KeyType{hashing.NameDOB}, linked: linked}
		r.wide = extsort.New[wide](t.TempDir(), 64<<20)
		r.narrow = extsort.New[narrow](t.TempDir(), 16<<20)
		file, err := r.read(context.Background(), 1, in, 2, nil)
		if err != nil {
			t.Fatal(err)
		}
		h.days, h.leak = append(h.days, in.AsOf), file
		var all []wide
		extsort.Drain(context.Background(), r.wide, 1, func(w []wide) ([]wide, error) { return slices.Clone(w), nil }, func(w []wide) error { all = append(all, w...); return nil })
		r.close()
		h.keep(all)
		if d%2 == 0 {
			h.inputs = append(h.inputs, in)
			h.index(d/2, months)
		}
		os.Remove(path)
	}
	return h
}

func (h *history) keep(all []wide) {
	var alone []wide
	for i := range all {
		if i > 0 && all[i-1][0] == all[i][0] || i+1 < len(all) && all[i+1][0] == all[i][0] {
			continue
		}
		alone = append(alone, all[i])
	}
	h.rows = append(h.rows, alone)
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

// drawn is a leak: n rows of snapshots, a share of which has one mistake, of the
// kinds and in the shares of package synth: about eight in ten hit the key.
func (h *history) drawn(rng *rand.Rand, n int, noise float64, days ...int) *moments {
	m := newMoments(len(h.inputs), h.leak)
	for i := range n {
		rows := h.rows[days[i%len(days)]]
		r := rows[rng.IntN(len(rows))]
		at := h.by[r[0]]
		if rng.Float64() < noise {
			if rng.Float64() < 0.8 {
				at = nil
			} else {
				f := Address
				r[2+f/4] ^= uint64(1+rng.IntN(60000)) << (f % 4 * 16)
			}
		}
		if at == nil { // in no snapshot
			at = make([]*wide, len(h.inputs))
		}
		m.leaked(&r, at)
	}
	return m
}

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

// TestDatingCoverage measures how often the month that a leak was taken in is told.
func TestDatingCoverage(t *testing.T) {
	rows, trials, sizes := 12_000, 20, []int{50, 500, 5_000}
	if os.Getenv("ROLLCHECK_LONG") != "" {
		rows, trials, sizes = 150_000, 200, []int{50, 200, 1000, 5000, 20_000, 100_000}
	}
	h := newHistory(t, rows, 24)
	rng := rand.New(rand.NewPCG(1, 2))
	fmt.Println("  rows noise   best month   in the interval   days   told")
	held, all := 0, 0
	for kind := range 2 {
		if kind == 1 {
			fmt.Println("  taken in the midst of a month")
		}
		for _, n := range sizes {
			for _, noise := range []float64{0, 0.05, 0.1} {
				best, in, told := 0, 0, 0
				var widths []int
				for range trials {
					day := 2*rng.IntN(23) + kind
					d := h.dated(h.drawn(rng, n, noise, day))
					if d.Best == day/2 || kind == 1 && d.Best == day/2+1 {
						best++
					}
					if d.holds(h.days[day]) {
						in++
					}
					if d.Verdict == AtSnapshot || d.Verdict == Between {
						told++
						if d.From.Year != 0 && d.To.Year != 0 {
							widths = append(widths, int(midday(d.To).Sub(midday(d.From)).Hours()/24))
						}
					}
				}
				held, all = held+in, all+trials
				slices.SortFunc(widths, cmp.Compare)
				middle := 0
				if len(widths) > 0 {
					middle = widths[len(widths)/2]
				}
				fmt.Printf("%6d %4.0f%% %10.1f%% %14.1f%% %8d %6.0f%%\n", n, 100*noise, 100*float64(best)/float64(trials), 100*float64(in)/float64(trials), middle, 100*float64(told)/float64(trials))
			}
		}
	}
	t.Logf("in the interval: %.1f %% of %d", 100*float64(held)/float64(all), all)
	merged, told := 0, 0
	for range trials {
		a := rng.IntN(16)
		d := h.dated(h.drawn(rng, sizes[len(sizes)-1], 0.02, 2*a, 2*a+8+2*rng.IntN(4)))
		if d.Merged {
			merged++
		}
		if d.Verdict == AtSnapshot || d.Verdict == Between {
			told++
		}
	}
	t.Logf("merged of two months: found out %d, dated %d of %d", merged, told, trials)
}
