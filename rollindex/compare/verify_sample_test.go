package compare

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rollcheck/rollindex/voterfile/synth"
)

func drawSample(t testing.TB, path string, o SampleOptions) *Sample {
	t.Helper()
	s, err := DrawSample(t.Context(), Input{Path: path}, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sheetOf writes the sheet and returns its lines, cells apart.
func sheetOf(t testing.TB, s *Sample) [][]string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sheet.csv")
	if err := s.WriteSheet(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := s.WriteSheet(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second sheet over the first: %v", err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Where a row stands on the sheet does not tell its stratum, though of small strata a
// larger share is drawn.
func TestOrderOfSheet(t *testing.T) {
	const rows, draws = 40, 50
	few, late := 0, 0
	for seed := range uint64(draws) {
		d := newDraw(SampleOptions{Rows: rows, Seed: seed, By: ByMatch})
		hash := d.hasher()
		lots := map[string]*lot{matchedRow: {}, unmatchedRow: {}}
		for place := range uint64(4000) {
			name := matchedRow
			if place%200 == 0 {
				name = unmatchedRow
			}
			lots[name].add(drawn{hash(place), place}, rows)
		}
		if err := d.merge(lots); err != nil {
			t.Fatal(err)
		}
		s, _, err := d.choose(sampledFile{rows: 4000})
		if err != nil {
			t.Fatal(err)
		}
		for n, i := range s.Key.Stratum {
			if s.Key.Strata[i].Name == unmatchedRow {
				few++
				if n >= rows/2 {
					late++
				}
			}
		}
	}
	if few != 2*draws || late < few/4 || late > few*3/4 {
		t.Errorf("%d of %d rows of a small stratum stand in the second half of the sheet", late, few)
	}
}

func TestDrawSample(t *testing.T) {
	const rows = 12_000 // of several pieces, so that goroutines share them
	path := writeRoll(t, "a.txt", synth.Options{Rows: rows, Seed: 5})
	other := writeRoll(t, "b.txt", synth.Options{Rows: rows, Seed: 5, Sample: 0.3})
	for _, by := range []Stratify{ByMatch, ByNothing, ByCounty} {
		if testing.Short() && by != ByMatch {
			break // one will do under the race detector
		}
		o := SampleOptions{Rows: 200, Seed: 11, By: by, Other: Input{Path: other}, Options: Options{Jobs: 1, Memory: 64 << 20}}
		s := drawSample(t, path, o)
		o.Jobs = 3
		if again := drawSample(t, path, o); !reflect.DeepEqual(s, again) {
			t.Errorf("by %q: another number of goroutines draws another sample", by)
		}
		o.Seed = 12
		if again := drawSample(t, path, o); reflect.DeepEqual(s.rows, again.rows) || again.Key.Sheet == s.Key.Sheet {
			t.Errorf("by %q: another seed draws the same sample", by)
		}
		if len(s.rows) != 200 || len(s.Key.Stratum) != 200 || s.Key.Rows != rows {
			t.Errorf("by %q: %d rows of %d", by, len(s.rows), s.Key.Rows)
		}
		if err := s.Key.check(); err != nil {
			t.Errorf("by %q: %v", by, err)
		}
		total := int64(0)
		for _, st := range s.Key.Strata {
			total += st.Rows
			if due := 200 * float64(st.Rows) / rows; math.Abs(float64(st.Drawn)-due) > 2 && by != ByCounty || st.Drawn < 2 && st.Rows > 1 {
				t.Errorf("by %q: %d rows drawn where %.1f are due", by, st.Drawn, due)
			}
		}
		if total != rows {
			t.Errorf("by %q: the strata have %d rows", by, total)
		}
	}
}

// A sheet says nothing of the strata, its rows are those of the file, and the key
// has no detail of anybody.
func TestSheetIsBlind(t *testing.T) {
	path := writeRoll(t, "a.txt", synth.Options{Rows: 3000, Seed: 5})
	other := writeRoll(t, "b.txt", synth.Options{Rows: 3000, Seed: 5, Sample: 0.5})
	s := drawSample(t, path, SampleOptions{Rows: 100, Seed: 1, By: ByMatch, Other: Input{Path: other}})
	rows := sheetOf(t, s)
	want := []string{"number", "first", "middle", "last", "suffix", "birth_date", "address", "city", "zip", "party", "phone", "email", "voter_id", "answer", "wrong_in", "note"}
	if !slices.Equal(rows[0], want) {
		t.Errorf("columns %v", rows[0])
	}
	text, _ := os.ReadFile(path)
	in, changes := 0, 0
	for n, row := range rows[1:] {
		if row[0] != fmt.Sprintf("%s-%d", s.Key.Sheet, n+1) || row[13]+row[14]+row[15] != "" {
			t.Fatalf("row %d: number or answers", n)
		}
		if !bytes.Contains(text, []byte(row[12])) {
			t.Errorf("row %d is not of the file", n)
		}
		b, _ := os.ReadFile(other)
		if s.Key.Strata[s.Key.Stratum[n]].Name == keylessRow {
			continue // withheld but for the number
		}
		matched := s.Key.Strata[s.Key.Stratum[n]].Name == matchedRow
		if bytes.Contains(b, []byte("\t"+row[12]+"\t")) != matched {
			t.Errorf("row %d: matched is %v", n, matched)
		}
		if matched {
			in++
		}
		if n > 0 && s.Key.Stratum[n] != s.Key.Stratum[n-1] {
			changes++
		}
	}
	if in < 40 || in > 60 {
		t.Errorf("%d of 100 matched where half of the file is", in)
	}
	if changes < 30 {
		t.Errorf("the strata stand together on the sheet: %d changes", changes)
	}
	b, err := json.Marshal(s.Key)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		for _, cell := range row[1:] {
			if len(cell) > 6 && bytes.Contains(b, []byte(cell)) {
				t.Fatal("a detail is in the key")
			}
		}
	}
}

// What stands in the column of counties once may be anything, also a name.
func TestRareCountyIsNotNamed(t *testing.T) {
	path := writeRoll(t, "a.txt", synth.Options{Rows: 2000, Seed: 5})
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := bytes.Cut(text, []byte("\n"))
	_, row, _ := bytes.Cut(rest[:bytes.IndexByte(rest, '\n')+1], []byte("\t"))
	odd := filepath.Join(t.TempDir(), "odd.txt")
	if err := os.WriteFile(odd, slices.Concat(head, []byte("\nQUILL\t"), row, rest), 0o600); err != nil {
		t.Fatal(err)
	}
	s := drawSample(t, odd, SampleOptions{Rows: 300, By: ByCounty})
	named := 0
	for _, st := range s.Key.Strata {
		if st.Name == "QUILL" || st.Name != "" && st.Rows < leastNamed {
			t.Errorf("%q is named for %d rows", st.Name, st.Rows)
		}
		if st.Name != "" {
			named++
		}
	}
	if named < 10 {
		t.Errorf("%d counties are named", named)
	}
}

func TestSampleErrors(t *testing.T) {
	path := writeRoll(t, "a.txt", synth.Options{Rows: 2000, Seed: 5})
	for _, o := range []SampleOptions{{Rows: 0}, {Rows: MaxSample + 1}, {Rows: 5, By: ByCounty}} {
		if _, err := DrawSample(t.Context(), Input{Path: path}, o); !errors.Is(err, ErrSample) {
			t.Errorf("%d rows by %q: %v", o.Rows, o.By, err)
		}
	}
	if s := drawSample(t, path, SampleOptions{Rows: 5000}); len(s.rows) != 2000 {
		t.Errorf("%d rows drawn of all 2000", len(s.rows))
	}
	if got := noFormula("=1+1"); got != "'=1+1" {
		t.Errorf("a formula is %q", got)
	}
}

func TestAllocate(t *testing.T) {
	for _, c := range []struct {
		sizes []int64
		n     int
		want  []int
	}{
		{[]int64{100}, 10, []int{10}},
		{[]int64{500, 500}, 10, []int{5, 5}},
		{[]int64{998, 1, 1}, 10, []int{8, 1, 1}},
		{[]int64{700, 200, 100}, 10, []int{6, 2, 2}},
		{[]int64{3, 2}, 9, []int{3, 2}},
		{[]int64{1_000_000, 10}, 100, []int{98, 2}},
	} {
		if got, err := allocate(c.sizes, c.n); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%v, %d: %v, %v", c.sizes, c.n, got, err)
		}
	}
	if _, err := allocate([]int64{10, 10, 10}, 5); !errors.Is(err, ErrSample) {
		t.Errorf("two of each of three in five: %v", err)
	}
}

// testSampleKey has two strata: of 900 rows with 6 drawn and of 100 with 4.
func testSampleKey() *SampleKey {
	return &SampleKey{Sheet: "BCDF", Rows: 1000, By: ByMatch, Strata: []Stratum{{"matched", 900, 6}, {"not matched", 100, 4}}, Stratum: []int{0, 1, 0, 1, 0, 1, 0, 1, 0, 0}}
}

func TestScoreSheet(t *testing.T) {
	plain := "number,last,answer,note\nBCDF-1,DOE,right,\nBCDF-2,DOE,wrong,\nBCDF-3,DOE,right,\nBCDF-4,DOE,right,\nBCDF-5,DOE,unknown,\nBCDF-6,DOE,right,\nBCDF-7,DOE,right,\nBCDF-8,DOE,,\nBCDF-9,DOE,right,\nBCDF-10,DOE,right,\n"
	key := testSampleKey()
	want, err := ScoreSheet(strings.NewReader(plain), key)
	if err != nil {
		t.Fatal(err)
	}
	if want.Checked != 8 || want.Wrong != 1 || want.Covered != 1000 || math.Abs(want.Rate-0.1/3) > 1e-12 || want.RuleOfThree != 0 {
		t.Errorf("%+v", want)
	}
	if s := want.Strata[0]; s.Rate.Of != 5 || s.Unknown != 1 || s.RuleOfThree != 0.6 || math.Abs(s.Rate.High-(1-math.Pow(0.025, 1.0/5))) > 1e-9 {
		t.Errorf("%+v", s)
	}
	lines := strings.Split(strings.TrimSuffix(plain, "\n"), "\n")
	edits := map[string]string{
		"CR LF":            strings.ReplaceAll(plain, "\n", "\r\n"),
		"semicolons":       strings.ReplaceAll(plain, ",", ";"),
		"tabs":             strings.ReplaceAll(plain, ",", "\t"),
		"byte order mark":  "\ufeff" + plain,
		"blank lines":      strings.ReplaceAll(plain, "\n", "\n,,,\n\n"),
		"rows sorted anew": lines[0] + "\n" + strings.Join(slices.Sorted(slices.Values(lines[1:])), "\n"),
		"columns moved":    strings.NewReplacer("number,last,answer,note", "Answer , number", "unknown,", "?, ").Replace(swapped(lines)),
		"words and case":   strings.NewReplacer("right", "YES", "wrong", " No ").Replace(plain),
		"unanswered gone":  strings.ReplaceAll(strings.ReplaceAll(plain, "BCDF-8,DOE,,\n", ""), "BCDF-5,DOE,unknown,\n", ""),
		"quoted":           strings.ReplaceAll(plain, "DOE", `"DOE; ""J"", JR"`),
	}
	for name, text := range edits {
		if got, err := ScoreSheet(strings.NewReader(text), key); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for _, c := range []struct{ name, text, says string }{
		{"empty", "", "empty"},
		{"no columns", "a,b\n1,2\n", "line 1"},
		{"other sheet", "number,answer\nBCDG-1,right\n", "line 2"},
		{"no such row", "number,answer\nBCDF-11,right\n", "line 2"},
		{"twice", "number,answer\n\nBCDF-1,right\nBCDF-1,right\n", "line 4 has the number of line 3"},
		{"other answer", "number,answer\nBCDF-1,right\nBCDF-2,Mrs Doe moved\n", `line 3, column "answer"`},
	} {
		_, err := ScoreSheet(strings.NewReader(c.text), key)
		if !errors.Is(err, ErrSheet) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "Doe") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// swapped puts the answers before the numbers and drops the rest.
func swapped(lines []string) string {
	var out []string
	for i, l := range lines {
		if c := strings.Split(l, ","); i > 0 {
			l = c[2] + "," + c[0]
		}
		out = append(out, l)
	}
	return strings.Join(out, "\n")
}

func TestScoreWithoutErrors(t *testing.T) {
	key := &SampleKey{Sheet: "BCDF", Rows: 1000, Strata: []Stratum{{"", 1000, 100}}, Stratum: make([]int, 100)}
	var b strings.Builder
	b.WriteString("number,answer\n")
	for n := range 100 {
		fmt.Fprintf(&b, "BCDF-%d,right\n", n+1)
	}
	s, err := ScoreSheet(strings.NewReader(b.String()), key)
	if err != nil || s.RuleOfThree != 0.03 || s.Rate != 0 || math.Abs(s.High-(1-math.Pow(0.025, 0.01))) > 1e-9 {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err = ScoreSheet(strings.NewReader("number,answer\n"), key); err != nil || s.Low != 0 || s.High != 1 || s.Checked != 0 {
		t.Errorf("nothing checked: %+v, %v", s, err)
	}
	part := testSampleKey()
	if s, err = ScoreSheet(strings.NewReader("number,answer\nBCDF-2,wrong\n"), part); err != nil || s.Covered != 100 || s.Rate != 1 {
		t.Errorf("one stratum of two: %+v, %v", s, err)
	}
}

// The interval of the whole holds the true rate 95 times of 100 or more often, with
// strata of unlike sizes and rates.
func TestScoreCovers(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 3))
	for _, c := range []struct {
		rows  []int64
		drawn []int
		rates []float64
	}{
		{[]int64{9000, 1000}, []int{180, 20}, []float64{0.02, 0.3}},
		{[]int64{5000, 4000, 1000}, []int{20, 20, 160}, []float64{0.1, 0.05, 0.5}},
		{[]int64{9990, 10}, []int{198, 2}, []float64{0.01, 0.5}},
	} {
		key := &SampleKey{Sheet: "BCDF"}
		truth, total := 0.0, int64(0)
		for i, n := range c.rows {
			key.Strata = append(key.Strata, Stratum{Rows: n, Drawn: c.drawn[i]})
			key.Stratum = append(key.Stratum, slices.Repeat([]int{i}, c.drawn[i])...)
			truth += float64(n) * c.rates[i]
			total += n
		}
		truth /= float64(total)
		in := 0
		const trials = 1000
		for range trials {
			answers := make([]answer, len(key.Stratum))
			for n, i := range key.Stratum {
				answers[n] = right
				if rng.Float64() < c.rates[i] {
					answers[n] = wrong
				}
			}
			if s := key.score(answers); s.Low <= truth && truth <= s.High {
				in++
			}
		}
		if in < 940 {
			t.Errorf("%v: the interval holds the rate in %d of %d", c.drawn, in, trials)
		}
	}
}

func TestSampleKeyFile(t *testing.T) {
	k := testSampleKey()
	path := filepath.Join(t.TempDir(), "key")
	if err := k.WriteKey(path); err != nil {
		t.Fatal(err)
	}
	if err := k.WriteKey(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second key over the first: %v", err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := ReadSampleKey(f); err != nil || !reflect.DeepEqual(got, k) {
		t.Errorf("%+v, %v", got, err)
	}
	k.Stratum[0] = 2
	if _, err := ScoreSheet(strings.NewReader("number,answer\n"), k); !errors.Is(err, ErrSampleKey) {
		t.Errorf("a row of no stratum: %v", err)
	}
}

// FuzzScoreSheet: whatever somebody makes of a sheet, it is an error that repeats
// nothing of it, or a score within bounds.
func FuzzScoreSheet(f *testing.F) {
	f.Add("number,answer\nBCDF-1,right\nBCDF-2,wrong\n")
	f.Add("\ufeffanswer;number\r\nyes;bcdf-10\r\n;\r\n")
	f.Add("number\tanswer\n\"BCDF-1\"\t\"no\nway\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ScoreSheet(strings.NewReader(text), testSampleKey())
		if err != nil {
			if !errors.Is(err, ErrSheet) {
				t.Errorf("%v", err)
			}
			return
		}
		if !(s.Low >= 0 && s.Low <= s.Rate+1e-9 && s.Rate <= s.High+1e-9 && s.High <= 1) || s.Wrong > s.Checked || s.Checked > s.Drawn {
			t.Errorf("%+v", s)
		}
	})
}

// FuzzSampleKey: what is read as a key scores a sheet without harm.
func FuzzSampleKey(f *testing.F) {
	b, err := json.Marshal(keyFile{sampleFormat, *testSampleKey()})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := ReadSampleKey(bytes.NewReader(b))
		if err != nil {
			return
		}
		if s, err := ScoreSheet(strings.NewReader("number,answer\n"+k.Sheet+"-1,right\n"), k); err == nil && math.IsNaN(s.Rate+s.High) {
			t.Errorf("%+v", s)
		}
	})
}
