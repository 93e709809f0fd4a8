package decoys

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex/voterfile"
	"rollcheck/rollindex/voterfile/synth"
)

var testKey = hashing.Key{1, 2, 3}

// roll writes a made-up roll and returns its path.
func roll(t testing.TB, layout string, rows int64, seed uint64) string {
	t.Helper()
	l, err := layouts.Get(layout)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), layout+".txt")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := synth.Write(context.Background(), f, nil, synth.Options{Layout: l, Rows: rows, Seed: seed}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func newTestRegister(t testing.TB) *Register {
	t.Helper()
	r, err := NewRegister(filepath.Join(t.TempDir(), "register"), &testKey)
	if err != nil {
		t.Fatal(err)
	}
	r.ID = "0000000000000001" // so that every run draws alike
	return r
}

func mark(t testing.TB, r *Register, opts MakeOptions) (*Made, string) {
	t.Helper()
	if opts.Out == "" {
		opts.Out = filepath.Join(t.TempDir(), "marked")
	}
	opts.Date = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	m, err := Make(context.Background(), r, opts)
	if err != nil {
		t.Fatal(err)
	}
	return m, opts.Out
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// added returns the lines of a marked copy that the roll does not have, and fails
// unless all others are those of the roll, byte for byte and in order.
func added(t *testing.T, roll, marked []byte) (lines [][]byte) {
	t.Helper()
	rest := roll
	for line := range bytes.Lines(marked) {
		if bytes.HasPrefix(rest, line) {
			rest = rest[len(line):]
			continue
		}
		lines = append(lines, line)
	}
	if len(rest) > 0 {
		t.Fatalf("%d bytes of the roll are not in the copy", len(rest))
	}
	return lines
}

// Copies of rolls of every form are the roll with the decoys in it, which are read as
// rows of the layout and are in no other row.
func TestMake(t *testing.T) {
	for i, layout := range []string{"fl-extract", "oh-swvf", "nc-ncvoter-2022", "tx-fixed-685", "ga-2023-csv", "ny-allnysvoters-2021", "nj-svl-2024", "ks-elvis-73", "mi-lst-fixed", "wa-vrdb-2023"} {
		t.Run(layout, func(t *testing.T) {
			if i > 1 { // the others differ in nothing that runs side by side
				racetest.LeaveOut(t)
			}
			t.Parallel()
			path := roll(t, layout, 4000, 3)
			r := newTestRegister(t)
			m, out := mark(t, r, MakeOptions{File: path, Recipient: "A", Count: 40, Jobs: 2, controls: 2000})
			lines := added(t, read(t, path), read(t, out))
			if len(lines) != 40 || m.Planted() != 40 {
				t.Fatalf("%d lines were added, %d planted", len(lines), m.Planted())
			}
			if m.Unpacked || m.Controls < 500 {
				t.Errorf("made %+v", m)
			}
			checkAbsent(t, path, r)
			found, err := Find(context.Background(), r, out, FindOptions{Jobs: 2})
			if err != nil {
				t.Fatal(err)
			}
			if v := found.Copies[0].Verdict; v.Hits != 40 || !v.Named {
				t.Errorf("the copy itself shows %+v", v)
			}
			if found, err = Find(context.Background(), r, path, FindOptions{}); err != nil || found.Decoys != 0 {
				t.Errorf("the roll shows %d decoys, %v", found.Decoys, err)
			}
		})
	}
}

// checkAbsent fails if a row of the roll has the name, voter id or address of a decoy.
func checkAbsent(t *testing.T, path string, r *Register) {
	t.Helper()
	names, ids, addresses := map[string]bool{}, map[string]bool{}, map[string]bool{}
	eachRow(t, path, func(rec *voterfile.Record) {
		d := newDecoy(&rec.Details)
		names[d.name()], ids[d.id()], addresses[d.address()] = true, true, true
	})
	delete(names, "")
	delete(ids, "")
	delete(addresses, "")
	for _, d := range newMarks(r).decoys {
		if names[d.name()] || ids[d.id()] || addresses[d.address()] {
			t.Errorf("a decoy shares its name, voter id or address with a row")
		}
		if d.First == "" || d.Last == "" {
			t.Error("a decoy has no name")
		}
	}
}

func eachRow(t *testing.T, path string, visit func(*voterfile.Record)) {
	t.Helper()
	src, err := voterfile.Open(context.Background(), []string{path}, voterfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	p := src.NewParser()
	for {
		c, err := src.Next(nil)
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		p.Reset(c)
		for rec, ok := p.Next(); ok; rec, ok = p.Next() {
			visit(rec)
		}
	}
}

// The same register, options and roll give the same copy with any number of jobs;
// another seed, another recipient or another key give another.
func TestSameCopy(t *testing.T) {
	path := roll(t, "oh-swvf", 12000, 5)
	copyOf := func(key hashing.Key, opts MakeOptions) string {
		r, err := NewRegister(filepath.Join(t.TempDir(), "register"), &key)
		if err != nil {
			t.Fatal(err)
		}
		r.ID = "0000000000000001"
		opts.File, opts.Count, opts.controls = path, 30, 10
		_, out := mark(t, r, opts)
		return string(read(t, out))
	}
	first := copyOf(testKey, MakeOptions{Recipient: "A", Jobs: 1})
	if copyOf(testKey, MakeOptions{Recipient: "A", Jobs: 4}) != first {
		t.Error("four jobs make another copy than one")
	}
	for what, other := range map[string]string{
		"seed":      copyOf(testKey, MakeOptions{Recipient: "A", Seed: 7}),
		"recipient": copyOf(testKey, MakeOptions{Recipient: "B"}),
		"key":       copyOf(hashing.Key{8}, MakeOptions{Recipient: "A"}),
	} {
		if other == first {
			t.Errorf("another %s makes the same copy", what)
		}
	}
}

// Decoys stand at their place in a roll that is in the order of ids, or of names, and
// are spread over the counties.
func TestInOrder(t *testing.T) {
	lines := strings.SplitAfter(string(read(t, roll(t, "fl-extract", 8000, 6))), "\n")
	lines = lines[:len(lines)-1]
	field := func(line string, columns ...int) (key string) {
		f := strings.Split(line, "\t")
		for _, c := range columns {
			key += strings.Map(func(r rune) rune {
				if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
					return r
				}
				return -1
			}, strings.ToUpper(f[c])) + " "
		}
		return key
	}
	for name, columns := range map[string][]int{"id": {1}, "name": {2, 4}} {
		slices.SortStableFunc(lines, func(a, b string) int { return strings.Compare(field(a, columns...), field(b, columns...)) })
		path := filepath.Join(t.TempDir(), "sorted.txt")
		if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
			t.Fatal(err)
		}
		_, out := mark(t, newTestRegister(t), MakeOptions{File: path, Recipient: "A", Count: 67, controls: 10})
		counties := map[string]bool{}
		for _, line := range added(t, []byte(strings.Join(lines, "")), read(t, out)) {
			counties[field(string(line), 0)] = true
		}
		if len(counties) < 60 {
			t.Errorf("%s: decoys are in %d of 67 counties", name, len(counties))
		}
		before, wrong := "", 0
		for line := range strings.Lines(string(read(t, out))) {
			if key := field(line, columns...); key >= before {
				before = key
			} else {
				wrong++
			}
		}
		if wrong > 0 {
			t.Errorf("%d rows of the copy are out of the order of %s", wrong, name)
		}
	}
}

// A decoy has no phone, e-mail, mailing address or flat, and what else it has others
// have too: sexes and parties, years of birth, ids of the same form.
func TestDecoysLookLikeOthers(t *testing.T) {
	path := roll(t, "fl-extract", 8000, 8)
	_, out := mark(t, newTestRegister(t), MakeOptions{File: path, Recipient: "A", Count: 300, controls: 10})
	original := read(t, path)
	shares := func(column int, lines [][]byte) map[string]float64 {
		m := map[string]float64{}
		for _, l := range lines {
			m[string(bytes.Split(l, []byte{'\t'})[column])] += 1 / float64(len(lines))
		}
		return m
	}
	decoys := added(t, original, read(t, out))
	var all [][]byte
	for l := range bytes.Lines(original) {
		if len(bytes.Split(l, []byte{'\t'})[6]) == 1 && bytes.Split(l, []byte{'\t'})[6][0] != 'Y' {
			all = append(all, l)
		}
	}
	for _, column := range []int{19, 20, 23, 28} { // sex, race, party, status
		theirs, ours := shares(column, all), shares(column, decoys)
		for v, share := range theirs {
			if math.Abs(share-ours[v]) > 0.12 {
				t.Errorf("column %d: %.2f of the roll and %.2f of the decoys have a value", column, share, ours[v])
			}
		}
	}
	for _, column := range []int{3, 8, 12, 13, 14, 15, 16, 17, 34, 35, 37} {
		if ours := shares(column, decoys); ours[""] < 0.999 && ours["\n"] < 0.999 {
			t.Errorf("column %d of decoys is not empty", column)
		}
	}
	for _, l := range decoys {
		if f := bytes.Split(l, []byte{'\t'}); len(f[1]) != 9 || len(f[21]) != 10 && len(f[21]) > 0 || len(f[22]) != 10 {
			t.Errorf("an id or a date has another form: %d, %d and %d bytes", len(f[1]), len(f[21]), len(f[22]))
		}
	}
}

// A packed roll is copied plain; an archive of two, and a workbook, are refused.
func TestPackedRolls(t *testing.T) {
	text := read(t, roll(t, "nc-ncvoter-2022", 3000, 9))
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(text)
	z.Close()
	path := filepath.Join(t.TempDir(), "roll.txt.gz")
	if err := os.WriteFile(path, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	m, out := mark(t, newTestRegister(t), MakeOptions{File: path, Recipient: "A", Count: 10, controls: 10})
	if !m.Unpacked || len(added(t, text, read(t, out))) != 10 {
		t.Errorf("made %+v", m)
	}
	var book bytes.Buffer
	l, err := layouts.Get("dc-2020-xlsx")
	if err == nil {
		_, err = synth.Write(context.Background(), &book, nil, synth.Options{Layout: l, Rows: 100})
	}
	if err == nil {
		path = filepath.Join(t.TempDir(), "roll.xlsx")
		err = os.WriteFile(path, book.Bytes(), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	out = filepath.Join(t.TempDir(), "copy")
	r := newTestRegister(t)
	if _, err := Make(context.Background(), r, MakeOptions{File: path, Recipient: "A", Count: 10, Out: out}); !errors.Is(err, voterfile.ErrNotText) {
		t.Errorf("of a workbook: %v", err)
	}
	for _, gone := range []string{out, r.path} {
		if _, err := os.Stat(gone); err == nil {
			t.Errorf("a refused roll left %s", filepath.Base(gone))
		}
	}
}

// What does not go is refused before anything is written.
func TestRefusals(t *testing.T) {
	path := roll(t, "fl-extract", 300, 2)
	r := newTestRegister(t)
	out := filepath.Join(t.TempDir(), "copy")
	mark(t, r, MakeOptions{File: path, Recipient: "A", Count: 4, controls: 10, Shared: true})
	for name, c := range map[string]struct {
		opts MakeOptions
		want error
	}{
		"twice":       {MakeOptions{Recipient: "A", Count: 4}, ErrRecipient},
		"another":     {MakeOptions{Recipient: "B", Count: 8, Shared: true}, ErrOptions},
		"nobody":      {MakeOptions{Count: 4}, ErrOptions},
		"one":         {MakeOptions{Recipient: "B", Count: 1}, ErrOptions},
		"nine":        {MakeOptions{Recipient: "B", Count: 4, Shared: true, Colluders: 9}, ErrOptions},
		"a whole lot": {MakeOptions{Recipient: "B", Count: 5000}, ErrTooFew},
	} {
		c.opts.File, c.opts.Out = path, out
		if _, err := Make(context.Background(), r, c.opts); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: a copy was written", name)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Make(ctx, r, MakeOptions{File: path, Recipient: "C", Count: 4, Out: out}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// A copy of a marked copy would speak against both recipients.
func TestNoCopyOfACopy(t *testing.T) {
	path, r := roll(t, "ga-2023-csv", 2000, 3), newTestRegister(t)
	_, marked := mark(t, r, MakeOptions{File: path, Recipient: "A", Count: 10, controls: 500})
	part := filepath.Join(t.TempDir(), "part")
	if err := os.WriteFile(part, append(read(t, marked), bytes.SplitAfter(read(t, path), []byte("\n"))[1]...), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{marked, part} {
		out := filepath.Join(t.TempDir(), "out")
		_, err := Make(t.Context(), r, MakeOptions{File: file, Recipient: "B", Count: 10, Out: out, controls: 500})
		if _, serr := os.Stat(out); !errors.Is(err, ErrMarked) || serr == nil || r.Copies() != 1 {
			t.Errorf("%v; %d copies", err, r.Copies())
		}
	}
	mark(t, r, MakeOptions{File: path, Recipient: "B", Count: 10, controls: 500})
}

func TestScreen(t *testing.T) {
	path := roll(t, "ga-2023-csv", 3000, 4)
	r := newTestRegister(t)
	_, out := mark(t, r, MakeOptions{File: path, Recipient: "A", Count: 25, controls: 10})
	var none *Screen
	for file, want := range map[string]int{path: 0, out: 25} {
		got := 0
		s := r.Screen()
		eachRow(t, file, func(rec *voterfile.Record) {
			if s.Decoy(rec) {
				got++
			}
			if none.Decoy(rec) {
				t.Error("no register has decoys")
			}
		})
		if got != want {
			t.Errorf("%d rows are decoys, want %d", got, want)
		}
	}
}
