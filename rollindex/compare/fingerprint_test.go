package compare_test

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/voterfile/synth"
)

// scripts/fingerprints tries more and prints the table.
var fingerprintSeeds = flag.Int("fingerprint-seeds", 6, "pairs of files of each kind to try")

// Columns of the Florida layout that copies are changed in.
const (
	countyColumn, lastColumn, firstColumn, addressColumn, zipColumn, birthColumn = 0, 2, 4, 7, 11, 21
	moved                                                                        = 180 // days to the later release
)

// roll is a file of lines cut by tabs.
type roll [][]string

func newRoll(t testing.TB, rows int64, seed uint64, asOf time.Time) roll {
	t.Helper()
	l, err := layouts.Get("fl-extract")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := synth.Write(t.Context(), &b, nil, synth.Options{Layout: l, Rows: rows, Seed: seed, AsOf: asOf}); err != nil {
		t.Fatal(err)
	}
	var r roll
	for line := range strings.Lines(b.String()) {
		r = append(r, strings.Split(strings.TrimRight(line, "\r\n"), "\t"))
	}
	return r
}

// copied returns a copy of some of the rows, some of them with an error.
func (r roll) copied(rng *rand.Rand, keep, wrong float64) roll {
	var out roll
	for _, row := range r {
		if rng.Float64() >= keep {
			continue
		}
		row = slices.Clone(row)
		if rng.Float64() < wrong {
			mistype(rng, row)
		}
		out = append(out, row)
	}
	return out
}

func mistype(rng *rand.Rand, row []string) {
	column := []int{firstColumn, firstColumn, addressColumn, zipColumn, birthColumn}[rng.IntN(5)]
	b := []byte(row[column])
	if len(b) < 5 {
		return
	}
	i := rng.IntN(4) // of the house number, the ZIP code, the month, or the name
	if b[i] >= '0' && b[i] <= '9' {
		b[i] = '0' + (b[i]-'0'+byte(1+rng.IntN(8)))%10
	} else {
		b[i], b[i+1] = b[i+1], b[i]
	}
	row[column] = string(b)
}

func (r roll) shuffled(rng *rand.Rand) roll {
	rng.Shuffle(len(r), func(i, j int) { r[i], r[j] = r[j], r[i] })
	return r
}

func (r roll) sorted(column int) roll {
	slices.SortStableFunc(r, func(a, b []string) int { return cmp.Compare(a[column], b[column]) })
	return r
}

// style is a way of writing a file.
type style struct {
	delimiter, end string
	quoted         bool
}

var styles = []style{{"\t", "\n", false}, {",", "\r\n", true}, {",", "\n", true}, {"|", "\n", false}, {"\t", "\r\n", false}, {";", "\r\n", true}}

func (r roll) write(t testing.TB, path string, s style) string {
	t.Helper()
	var b bytes.Buffer
	for _, row := range r {
		for i, cell := range row {
			if i > 0 {
				b.WriteString(s.delimiter)
			}
			if s.quoted {
				cell = `"` + cell + `"`
			}
			b.WriteString(cell)
		}
		b.WriteString(s.end)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// kinds are how two files came to be.
var kinds = []string{"two copies of one leak", "two leaks of one release", "two leaks of one release, chosen and sorted alike", "a leak and a later release"}

// pair makes two files of a kind, and the release that they come from.
func pair(t testing.TB, dir, kind string, seed uint64) (a, b, release string) {
	rng := rand.New(rand.NewPCG(seed, 1))
	rows := int64(1000 + rng.IntN(4000))
	source := newRoll(t, rows, seed, synth.DefaultAsOf)
	release = source.write(t, filepath.Join(dir, "release.txt"), styles[0])
	rate := func() float64 { return []float64{0.005, 0.01, 0.03}[rng.IntN(3)] }
	leak := func(of roll) roll {
		l := of.copied(rng, 0.3+0.6*rng.Float64(), rate())
		if rng.IntN(2) == 0 {
			l = l.shuffled(rng)
		}
		return l
	}
	styleOf := func() style { return styles[[]int{0, 0, 0, 1, 2, 3, 4, 5}[rng.IntN(8)]] }
	pathA, pathB := filepath.Join(dir, "a.txt"), filepath.Join(dir, "b.txt")
	switch kind {
	case kinds[0]:
		l, s := leak(source), styleOf()
		own := func() style {
			if rng.IntN(4) == 0 {
				return styleOf()
			}
			return s
		}
		a = l.copied(rng, 0.8+0.2*rng.Float64(), 0.5*rate()).write(t, pathA, own())
		b = l.copied(rng, 0.8+0.2*rng.Float64(), 0.5*rate()).write(t, pathB, own())
	case kinds[1]:
		a, b = leak(source).write(t, pathA, styleOf()), leak(source).write(t, pathB, styleOf())
	case kinds[2]:
		half := source.sorted(countyColumn)[:len(source)/2]
		a, b = leak(half).sorted(lastColumn).write(t, pathA, styleOf()), leak(half).sorted(lastColumn).write(t, pathB, styleOf())
	default:
		later := newRoll(t, rows, seed, synth.DefaultAsOf.AddDate(0, 0, moved))
		a, b = leak(source).write(t, pathA, styleOf()), later.write(t, pathB, styles[0])
	}
	return a, b, release
}

// Ratios fall on the right side of 1 in 95 of 100 pairs of each kind, and the table
// shows where the others are.
func TestFingerprintsFallOnTheRightSide(t *testing.T) {
	var table strings.Builder
	fmt.Fprintf(&table, "| pairs of each kind: %d | right | log10 of the ratio: 5 %% | median | 95 %% |\n|---|---|---|---|---|\n", *fingerprintSeeds)
	for k, kind := range kinds {
		var all []float64
		good := 0
		for seed := range *fingerprintSeeds {
			dir := t.TempDir()
			a, b, release := pair(t, dir, kind, uint64(seed*len(kinds)+k))
			f := fingerprint(t, a, b, release)
			all = append(all, f.Log10)
			if f.Log10 != 0 && (f.Log10 > 0) == (k == 0) {
				good++
			} else {
				t.Logf("%s, seed %d: %.2f %+v", kind, seed, f.Log10, f.Parts)
			}
		}
		slices.Sort(all)
		at := func(share float64) float64 { return all[int(share*float64(len(all)-1)+0.5)] }
		fmt.Fprintf(&table, "| %s | %.1f %% | %.1f | %.1f | %.1f |\n", kind, 100*float64(good)/float64(len(all)), at(0.05), at(0.5), at(0.95))
		if float64(good) < 0.95*float64(len(all)) {
			t.Errorf("%s: %d of %d on the right side", kind, good, len(all))
		}
	}
	t.Logf("\n%s", table.String())
}

func fingerprint(t testing.TB, a, b, release string) *compare.Fingerprint {
	t.Helper()
	day := hashing.Date{Year: 2020, Month: 10, Day: 1}
	var source *compare.Input
	if release != "" {
		source = &compare.Input{Path: release, AsOf: day}
	}
	f, err := compare.Fingerprints(context.Background(), compare.Input{Path: a}, compare.Input{Path: b}, source, compare.Options{Jobs: 2, Memory: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	return f
}
