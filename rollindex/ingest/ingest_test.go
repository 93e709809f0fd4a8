package ingest

import (
	"archive/zip"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex"
	"rollcheck/rollindex/voterfile"
)

// roll writes a Florida roll of n rows born as birth says, row by row.
func roll(t testing.TB, n int, birth func(i int) string) string {
	t.Helper()
	var b strings.Builder
	for i := range n {
		row := make([]string, 38)
		row[0], row[1], row[2], row[4] = "DAD", fmt.Sprint(100000000+i), "Example"+strings.Repeat("a", i%7), "Pat"+string(rune('a'+i%26))+string(rune('a'+i/26%26))
		row[6], row[7], row[9], row[11] = "N", fmt.Sprintf("%d Made Up St", i+1), "Nowhere", "33101"
		row[19], row[20], row[21], row[22], row[23], row[28] = "F", "5", birth(i), "10/01/2012", "NPA", "ACT"
		b.WriteString(strings.Join(row, "\t") + "\r\n")
	}
	path := filepath.Join(t.TempDir(), "roll.txt")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func newIndex(t *testing.T) *rollindex.Index { return newIndexOf(t, hashing.Local) }

func newIndexOf(t testing.TB, scheme hashing.Scheme) *rollindex.Index {
	t.Helper()
	ix, err := rollindex.Create(t.TempDir(), &hashing.Key{5}, scheme)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ix.Close() })
	return ix
}

func run(t *testing.T, ix *rollindex.Index, path string) Result {
	t.Helper()
	res, err := Run(t.Context(), ix, []string{path}, Options{
		Info: hashing.DatasetInfo{ID: "d", Kind: hashing.Leak}, Memory: 64 << 20, Jobs: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// search asks for the keys of the first row and returns the masks found.
func search(t *testing.T, ix *rollindex.Index, birth hashing.Date) map[hashing.KeyType]hashing.Mask {
	t.Helper()
	var d hashing.Details
	d.SetLast([]byte("Example"))
	d.SetFirst([]byte("Pataa"))
	d.SetZIP([]byte("33101"))
	d.SetBirth(birth, hashing.Date{})
	var in []hashing.Input
	for _, typ := range []hashing.KeyType{hashing.NameDOB, hashing.NameYOBZIP, hashing.NameZIP} {
		x, ok := d.AppendKey(nil, typ)
		if !ok {
			t.Fatalf("no key %s", typ)
		}
		in = append(in, hashing.Input{Type: typ, X: x})
	}
	found := map[hashing.KeyType]hashing.Mask{}
	err := ix.Search(t.Context(), in, func(r hashing.Result) {
		if r.Damaged {
			t.Error("damage")
		}
		found[in[r.Input].Type] = r.Mask
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Where 1 January stands too often it is a placeholder: such a birth date
// only counts as its year, and only there.
func TestJanuaryFirst(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	newYear := hashing.Date{Year: 1950, Month: 1, Day: 1}
	for _, tc := range []struct {
		every  int // one row in so many is born on 1 January, the first one too
		want   string
		scheme hashing.Scheme
	}{{365, "kept", hashing.Local}, {20, "degraded", hashing.Local}, {20, "degraded", hashing.Served}} {
		ix := newIndexOf(t, tc.scheme)
		res := run(t, ix, roll(t, 2000, func(i int) string {
			if i%tc.every == 0 {
				return "01/01/1950"
			}
			return fmt.Sprintf("%02d/%02d/1950", i%11+2, i%28+1)
		}))
		if res.Info.JanuaryFirst != tc.want {
			t.Errorf("one in %d: 1 January is %s, want %s", tc.every, res.Info.JanuaryFirst, tc.want)
		}
		dated := int64(2000)
		if tc.want == "degraded" {
			dated -= 100
		}
		if got := res.Info.KeyRows["name-dob"]; got != dated {
			t.Errorf("one in %d: %d rows have a name-dob key, want %d", tc.every, got, dated)
		}
		found := search(t, ix, newYear)
		if _, ok := found[hashing.NameDOB]; ok != (tc.want == "kept") {
			t.Errorf("one in %d: found by birth date: %v", tc.every, ok)
		}
		yob, ok := found[hashing.NameYOBZIP]
		if !ok || yob.Kinds().Has(field.BirthDate) || !yob.Kinds().Has(field.BirthYear) {
			t.Errorf("one in %d: by year of birth: found %v, %s", tc.every, ok, yob.Kinds())
		}
	}
}

func TestJanuaryRule(t *testing.T) {
	for _, tc := range []struct {
		dated, january int64
		want           bool
	}{
		{0, 0, false}, {10, 1, false}, {10, 5, true}, {365_250, 1000, false}, {365_250, 3000, false},
		{365_250, 3200, true}, {3652, 40, false}, {3652, 60, true},
	} {
		if got := januaryOverrepresented(tc.dated, tc.january); got != tc.want {
			t.Errorf("%d of %d: %v, want %v", tc.january, tc.dated, got, tc.want)
		}
	}
}

// Counts add up: every row read is indexed, without a key, or skipped.
func TestCounts(t *testing.T) {
	t.Parallel()
	path := roll(t, 500, func(i int) string { return "02/03/1960" })
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	exempt := strings.Join(append([]string{"DAD", "1", "*", "*", "*", "*", "Y"}, strings.Split(strings.Repeat("*", 31), "")...), "\t")
	text := string(b) + exempt + "\n" + "too\tfew\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	res := run(t, newIndex(t), path)
	info := res.Info
	if info.Rows != 502 || info.Indexed != 500 || info.Keyless != 1 || info.Skipped["field-count"] != 1 {
		t.Errorf("rows %d, indexed %d, keyless %d, skipped %v", info.Rows, info.Indexed, info.Keyless, info.Skipped)
	}
	if len(res.Skips) != 1 || len(res.Skips[0].First) != 1 || res.Skips[0].First[0].Line != 502 {
		t.Errorf("skips: %+v", res.Skips)
	}
	if len(info.Sources) != 1 || info.Sources[0].Bytes != int64(len(text)) || info.Layout != "fl-extract" || len(info.Jurisdictions) != 1 {
		t.Errorf("described as %+v", info)
	}
	if want := int64(len(text)); res.Info.Sources[0].Bytes != want {
		t.Errorf("%d bytes, want %d", res.Info.Sources[0].Bytes, want)
	}
}

// A file that cannot be read leaves the index, and the lock, as they were.
func TestFailedIngestLeavesNothing(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	path := filepath.Join(t.TempDir(), "empty.txt")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Run(t.Context(), ix, []string{path}, Options{Info: hashing.DatasetInfo{ID: "d", Kind: hashing.Leak}, Memory: 64 << 20})
	if !errors.Is(err, voterfile.ErrEmpty) {
		t.Errorf("ingesting nothing: %v", err)
	}
	if len(ix.Datasets()) != 0 {
		t.Error("a dataset is listed")
	}
	run(t, ix, roll(t, 10, func(int) string { return "02/03/1960" }))
}

// A row whose only key was a placeholder's counts as one without any.
func TestJanuaryFirstAlone(t *testing.T) {
	t.Parallel()
	path := roll(t, 300, func(int) string { return "01/01/1950" })
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// Without ZIP code and voter id, name and birth date are all there is.
	text := strings.ReplaceAll(string(b), "33101", "")
	var lines []string
	for line := range strings.Lines(text) {
		cols := strings.Split(line, "\t")
		cols[1] = ""
		lines = append(lines, strings.Join(cols, "\t"))
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	info := run(t, newIndex(t), path).Info
	if info.JanuaryFirst != "degraded" || info.Keyless != 300 || info.Indexed != 0 || info.KeyRows["name-dob"] != 0 {
		t.Errorf("1 January %s, %d without a key, %d indexed, %v", info.JanuaryFirst, info.Keyless, info.Indexed, info.KeyRows)
	}
}

// A file whose dates turn out to have been read in a wrong order is refused, and
// leaves no dataset behind.
func TestDatesThatTurn(t *testing.T) {
	racetest.LeaveOut(t)
	for _, jobs := range []int{1, 3} {
		ix := newIndex(t)
		path := roll(t, 30_000, func(i int) string {
			month, day := 1+i%12, 1+i%28
			if i >= 20_000 {
				month, day = day, month
			}
			return fmt.Sprintf("%02d/%02d/%d", month, day, 1940+i%60)
		})
		_, err := Run(t.Context(), ix, []string{path}, Options{
			Info: hashing.DatasetInfo{ID: "d", Kind: hashing.Leak}, Memory: 64 << 20, Jobs: jobs,
		})
		var refused *voterfile.Error
		if !errors.As(err, &refused) || !errors.Is(err, voterfile.ErrAmbiguous) || refused.Hint == "" {
			t.Fatalf("%v", err)
		}
		// The first row past the turn with a day over 12.
		if want := "line 20005 shows"; !strings.Contains(refused.Problem, want) {
			t.Errorf("%d jobs: %s, want %s", jobs, refused.Problem, want)
		}
		if list := ix.Datasets(); len(list) != 0 {
			t.Errorf("datasets left: %v", list)
		}
	}
}

// What was not read of the files is counted: parts that may hold people, parts left
// out by choice, and what a file ends within.
func TestPartsNotRead(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(roll(t, 300, func(int) string { return "02/03/1960" }))
	if err != nil {
		t.Fatal(err)
	}
	write := func(members map[string][]byte) string {
		path := filepath.Join(t.TempDir(), "roll.zip")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z := zip.NewWriter(f)
		for _, name := range slices.Sorted(maps.Keys(members)) {
			w, err := z.Create(name)
			if err == nil {
				_, err = w.Write(members[name])
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	noise := []byte("\x00\x01\x02\x00\x01\x02")
	whole := write(map[string][]byte{"a.txt": text, "readme.txt": []byte("Read me.\n"), "layout.pdf": []byte("%PDF-1.7")})
	parts := write(map[string][]byte{"a.txt": text, "b.txt": text, "voters.dat": noise})
	cut := write(map[string][]byte{"a.txt": text[:len(text)-60], "b.txt": text})
	for _, tc := range []struct {
		path             string
		members          []string
		unread, unchosen int64
		cut              int64
	}{
		{whole, nil, 0, 0, 0}, {parts, nil, 1, 0, 0}, {parts, []string{"b.txt"}, 0, 2, 0}, {cut, nil, 0, 0, 1}, {cut, []string{"b.txt"}, 0, 1, 0},
	} {
		res, err := Run(t.Context(), newIndex(t), []string{tc.path}, Options{
			Info: hashing.DatasetInfo{ID: "d", Kind: hashing.Leak}, Memory: 64 << 20, Members: tc.members,
		})
		if err != nil {
			t.Fatal(err)
		}
		got := res.Info
		if got.Unread != tc.unread || got.Unchosen != tc.unchosen || got.Skipped[hashing.CutShort] != tc.cut {
			t.Errorf("%q: %d unread, %d not chosen, skipped %v; want %+v", tc.members, got.Unread, got.Unchosen, got.Skipped, tc)
		}
		if got.Whole() != (tc.unread+tc.cut == 0) {
			t.Errorf("%q: whole %v", tc.members, got.Whole())
		}
	}
}

// What the files do not settle is said of each, and once of the dataset.
func TestDoubts(t *testing.T) {
	t.Parallel()
	dated := func(day int) string {
		return roll(t, 300, func(i int) string { return fmt.Sprintf("%02d/%02d/%d", i%12+1, i%day+1, 1940+i%60) })
	}
	for _, tc := range []struct {
		paths []string
		want  []string
		all   int
	}{
		{[]string{dated(28)}, []string{"surname-first-name"}, 1}, // names that nobody has
		{[]string{dated(12), dated(11)}, []string{"day-month", "surname-first-name"}, 4},
	} {
		ix := newIndex(t)
		res, err := Run(t.Context(), ix, tc.paths, Options{Info: hashing.DatasetInfo{ID: "d", Kind: hashing.Leak}, Memory: 64 << 20, Jobs: 2})
		if err != nil {
			t.Fatal(err)
		}
		doubts := slices.DeleteFunc(res.Doubts, func(d Doubt) bool { return d.Question == voterfile.SurnameOrCity })
		got := slices.DeleteFunc(slices.Clone(ix.Datasets()[0].Doubts), func(s string) bool { return s == "surname-city" })
		if !slices.Equal(got, tc.want) || len(doubts) != tc.all || doubts[0].Member != res.Members[0].Name || doubts[0].Layout != "fl-extract" {
			t.Errorf("%q, %v; want %q", got, doubts, tc.want)
		}
	}
}
