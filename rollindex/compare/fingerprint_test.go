package compare_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
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
	racetest.LeaveOut(t)
	t.Parallel()
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

// The same files give the same answer, in any number of goroutines.
func TestFingerprintsAreRepeatable(t *testing.T) {
	a, b, release := pair(t, t.TempDir(), kinds[0], 1)
	var first *compare.Fingerprint
	for jobs := 1; jobs < 4; jobs++ {
		f, err := compare.Fingerprints(t.Context(), compare.Input{Path: a}, compare.Input{Path: b}, &compare.Input{Path: release}, compare.Options{Jobs: jobs, Memory: 64 << 20})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = f
		}
		if !reflect.DeepEqual(f, first) {
			t.Errorf("%d goroutines: %+v for %+v", jobs, f, first)
		}
	}
}

func part(t testing.TB, f *compare.Fingerprint, trace compare.Trace) compare.Part {
	t.Helper()
	i := slices.IndexFunc(f.Parts, func(p compare.Part) bool { return p.Trait == trace })
	if i < 0 {
		t.Fatalf("no part %s", trace)
	}
	if f.Parts[i].Found == "" || f.Parts[i].Basis == "" || trace.Title() == "" {
		t.Errorf("%s does not say what was found, or what it stands on", trace)
	}
	return f.Parts[i]
}

// What is expected of each trait where only it is shared.
func TestFingerprintParts(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	source := newRoll(t, 3000, 77, synth.DefaultAsOf)
	dir := t.TempDir()
	release := source.write(t, filepath.Join(dir, "release.txt"), styles[0])
	n := 0
	file := func(r roll, s style) string {
		n++
		return r.write(t, filepath.Join(dir, fmt.Sprint(n, ".txt")), s)
	}
	leak := func() roll { return source.copied(rng, 0.5, 0.02) }
	one := leak().shuffled(rng)
	county := func() roll {
		var out roll
		for _, row := range source.copied(rng, 0.97, 0) {
			if row[countyColumn] < source[len(source)/2][countyColumn] {
				out = append(out, row)
			}
		}
		return out
	}
	later := newRoll(t, 3000, 77, synth.DefaultAsOf.AddDate(1, 0, 0))
	plain := styles[0]
	for _, c := range []struct {
		name, a, b, release string
		trace               compare.Trace
		low, high           float64
		found               string
	}{
		{"errors of one leak", file(one, plain), file(one.copied(rng, 1, 0), plain), release, compare.SharedErrors, 3, 4, "later changes of the roll are among them"},
		{"errors of two leaks", file(leak(), plain), file(leak(), plain), release, compare.SharedErrors, -3, -0.5, "in the same way"},
		{"errors without a source", file(one, plain), file(one.copied(rng, 1, 0), plain), "", compare.SharedErrors, 0, 0, "not told"},
		{"changes of a later release", file(later.copied(rng, 0.5, 0.01), plain), file(later.copied(rng, 0.5, 0.01), plain), release, compare.SharedErrors, 0, 0, "another release"},
		{"rows of one leak", file(one, plain), file(one.copied(rng, 0.9, 0), plain), release, compare.SharedSelection, 3, 4, "in both"},
		{"rows of two leaks", file(leak(), plain), file(leak(), plain), release, compare.SharedSelection, -3, -0.3, "in both"},
		{"rows of some counties", file(county(), plain), file(county(), plain), release, compare.SharedSelection, -3, 0.3, "by county"},
		{"all rows", file(source, plain), file(one, plain), release, compare.SharedSelection, 0, 0, "nearly all"},
		{"order of one leak", file(one, plain), file(one.copied(rng, 0.9, 0), plain), release, compare.SharedOrder, 2, 4, "correlation"},
		{"order of one leak without a source", file(one, plain), file(one.copied(rng, 0.9, 0), plain), "", compare.SharedOrder, 0.5, 1, "correlation"},
		{"orders of their own", file(leak().shuffled(rng), plain), file(leak().shuffled(rng), plain), release, compare.SharedOrder, -0.4, 0, "correlation"},
		{"order of the source", file(leak(), plain), file(leak(), plain), release, compare.SharedOrder, 0, 0, "order of the source"},
		{"sorted alike", file(one.sorted(1), plain), file(one.sorted(1), plain), release, compare.SharedOrder, 0, 0, "sorted by voter id"},
		{"form of the source", file(one, plain), file(one, plain), release, compare.SharedForm, 0, 0, "as the source"},
		{"a rare form", file(one, styles[5]), file(one, styles[5]), release, compare.SharedForm, 1, 3, "rarest"},
		{"a common form", file(one, styles[2]), file(one, styles[2]), release, compare.SharedForm, 0.2, 1, "rarest"},
		{"unlike forms", file(one, styles[2]), file(one, styles[3]), release, compare.SharedForm, -1, -0.5, "differ in delimiter"},
	} {
		f := fingerprint(t, c.a, c.b, c.release)
		p := part(t, f, c.trace)
		if p.Log10 < c.low || p.Log10 > c.high || !strings.Contains(p.Found, c.found) {
			t.Errorf("%s: %.2f, not in %v to %v: %s", c.name, p.Log10, c.low, c.high, p.Found)
		}
		sum := 0.0
		for _, p := range f.Parts {
			sum += p.Log10
		}
		if sum != f.Log10 {
			t.Errorf("%s: the parts are %v, their sum %v", c.name, sum, f.Log10)
		}
		if order := strings.HasSuffix(c.name, "without a source"); f.Untold != order || order && !strings.HasPrefix(f.String(), "Not told whether") { // the order alone speaks
			t.Errorf("%s: %s", c.name, f)
		}
		if s := f.String(); !f.Untold && !strings.Contains(s, "consistent with") && !strings.Contains(s, "as likely") {
			t.Errorf("%s: %s", c.name, s)
		}
	}
}

// A file with a vendor's columns descends from it, and nobody is accused. Two files
// whose columns are named alike and unlike the source's share more than the source.
func TestFingerprintColumns(t *testing.T) {
	racetest.LeaveOut(t)
	dir := t.TempDir()
	write := func(name, layout string, change func(string) string) string {
		l, err := layouts.Get(layout)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := synth.Write(t.Context(), &b, nil, synth.Options{Layout: l, State: map[bool]string{true: "MI"}[l.Jurisdiction == ""], Rows: 400, Seed: 4}); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(change(b.String())), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	same := func(s string) string { return s }
	lower := func(s string) string {
		head, rest, _ := strings.Cut(s, "\n")
		return strings.ToLower(head) + "\n" + rest
	}
	release := write("release.csv", "mi-2019-csv", same)
	for _, c := range []struct {
		name, a, b string
		low, high  float64
	}{
		{"the source's", write("a1.csv", "mi-2019-csv", same), write("b1.csv", "mi-2019-csv", same), 0, 0},
		{"spelt anew alike", write("a2.csv", "mi-2019-csv", lower), write("b2.csv", "mi-2019-csv", lower), 1, 4},
		{"spelt unlike", write("a3.csv", "mi-2019-csv", lower), write("b3.csv", "mi-2019-csv", same), -1, -0.5},
	} {
		if p := part(t, fingerprint(t, c.a, c.b, release), compare.SharedColumns); p.Log10 < c.low || p.Log10 > c.high {
			t.Errorf("%s: %.2f: %s", c.name, p.Log10, p.Found)
		}
	}
	f := fingerprint(t, write("l2.tab", "l2-vm2", same), write("l2-lower.tab", "l2-vm2", lower), release)
	if p := part(t, f, compare.SharedVendor); p.Log10 < 0.5 || !strings.Contains(p.Found, "L2") {
		t.Errorf("vendor: %.2f: %s", p.Log10, p.Found)
	}
	// A comparison of all three files says the same, in one reading.
	res, err := compare.Run(t.Context(), []compare.Input{{Path: release}, {Path: f.A}, {Path: f.B}}, compare.Options{Pairs: []compare.Pair{{A: 1, B: 2, Source: 0}}})
	if err != nil {
		t.Fatal(err)
	}
	if d := res.Descent; len(d) != 2 || d[0].Index != 1 || d[0].Vendor.ID != "l2" || !strings.Contains(d[0].String(), "descends from L2") || !strings.Contains(d[0].String(), "not who let it out") {
		t.Errorf("descent %v", d)
	}
	if len(res.Fingerprints) != 1 {
		t.Fatalf("%d fingerprints", len(res.Fingerprints))
	}
	if along := res.Fingerprints[0]; along.Source != release || along.Matched != f.Matched || along.Log10 != f.Log10 || !slices.Equal(along.Parts, f.Parts) {
		t.Errorf("in a comparison %+v, by itself %+v", along, f)
	}
}

// Pairs that are none are refused.
func TestPairs(t *testing.T) {
	in := []compare.Input{{Path: "a"}, {Path: "b"}, {Path: "c"}}
	for _, pairs := range [][]compare.Pair{{{A: 0, B: 0, Source: -1}}, {{A: 0, B: 3, Source: -1}}, {{A: 0, B: 1, Source: 1}}, {{A: -1, B: 1, Source: -1}}, {{0, 1, 2}, {0, 1, 2}, {0, 1, 2}, {0, 1, 2}}} {
		if _, err := compare.Run(t.Context(), in, compare.Options{Pairs: pairs}); !errors.Is(err, compare.ErrInputs) {
			t.Errorf("%v: %v", pairs, err)
		}
	}
}

// The sentence says what the number is, no more exactly than it is known.
func TestFingerprintSentence(t *testing.T) {
	for log10, want := range map[float64]string{
		0.1: "as likely if they share a copy", 0.75: "one copy: it is about 6 times", 2.2: "about 200 times", 3.7: "about 5,000 times", 5.3: "about 200,000 times",
		8: "more than a million times", -1.2: "from the source by itself: it is about 20 times",
	} {
		if got := (&compare.Fingerprint{Log10: log10}).String(); !strings.Contains(got, want) {
			t.Errorf("%v: %s", log10, got)
		}
	}
}

func TestWords(t *testing.T) {
	for log10, want := range map[float64]compare.Strength{
		0: "no support", 0.2: "no support", 0.5: "weak support", -1.5: "moderate support", 2.5: "moderately strong support",
		3.5: "strong support", -5: "very strong support", 7: "extremely strong support",
	} {
		if got := compare.Words(log10); got != want {
			t.Errorf("%v: %s", log10, got)
		}
	}
}
