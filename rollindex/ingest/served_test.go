package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/hashing/voprf"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex"
	"rollcheck/rollindex/voterfile"
)

func births(i int) string { return fmt.Sprintf("%02d/%02d/%d", i%11+2, i%28+1, 1940+i%60) }

// edited returns a roll whose rows were changed.
func edited(t testing.TB, n int, change func(i int, row []string)) string {
	t.Helper()
	path := roll(t, n, births)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	i := 0
	for line := range strings.Lines(string(b)) {
		row := strings.Split(line, "\t")
		change(i, row)
		out.WriteString(strings.Join(row, "\t"))
		i++
	}
	if err := os.WriteFile(path, []byte(out.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What of a roll is put into a served index: the served key types alone, under the
// jurisdictions of each row, and nobody whose record says that it is protected.
func TestServedIngest(t *testing.T) {
	t.Parallel()
	path := edited(t, 300, func(i int, row []string) {
		switch {
		case i%100 == 7:
			row[6] = "Y"
		case i%100 == 8:
			row[17] = "10001" // mail goes to New York
		}
		row[34], row[35], row[37] = "850", fmt.Sprintf("55501%02d", i%100), fmt.Sprintf("p%d@example.org\r\n", i)
	})
	ix := newIndexOf(t, hashing.Served)
	info := run(t, ix, path).Info
	if info.Rows != 300 || info.Indexed != 297 || info.Keyless != 0 || info.Withheld[hashing.Confidential] != 3 || info.LeftOut() != 3 {
		t.Errorf("rows %d, indexed %d, keyless %d, left out %v", info.Rows, info.Indexed, info.Keyless, info.Withheld)
	}
	want := map[string]int64{"name-dob": 297, "name-yob-zip": 297, "voter-id": 297}
	for name, n := range info.KeyRows {
		if n != want[name] {
			t.Errorf("%d rows have a %s key, want %d", n, name, want[name])
		}
	}
	if !slices.Equal(info.Sections, []string{"US-FL", "US-NY"}) || !slices.Equal(info.Homes, []string{"US-FL"}) || info.Scheme != hashing.Served {
		t.Errorf("scheme %q, sections %q, homes %q", info.Scheme, info.Sections, info.Homes)
	}
	count := map[string]int{}
	groups := map[uint16]bool{}
	err := ix.Entries(t.Context(), 0, func(e rollindex.Entry) error {
		count[e.Jurisdiction+" "+e.Type.String()]++
		if e.Type == hashing.VoterID && e.Group != 0 {
			t.Error("a voter id has a group of names")
		}
		groups[e.Group] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(count); got != "map[US-FL name-dob:297 US-FL name-yob-zip:297 US-FL voter-id:297 US-NY name-dob:3 US-NY name-yob-zip:3]" {
		t.Errorf("entries: %s", got)
	}
	if len(groups) < 200 {
		t.Errorf("%d groups of names", len(groups))
	}

	// A local index holds all keys, and everybody.
	if local := run(t, newIndex(t), path).Info; local.Indexed != 300 || local.KeyRows["email"] != 300 || local.KeyRows["name-zip"] != 300 || local.Scheme != "" || local.Homes != nil {
		t.Errorf("the local index is %+v", local)
	}
}

// A key of name and ZIP code is served of files without births alone; of rows that
// name no state, under the key that stands for none.
func TestServedWithoutBirths(t *testing.T) {
	t.Parallel()
	layout, err := layouts.Parse([]byte(`{"id": "own", "title": "Members", "jurisdiction": "", "vintage": "2020", "distribution": "a test", "delimiter": ",", "quote": "\"", "header": true, "encoding": "utf-8", "line_ending": "lf", "birth_precision": "none", "confidence": "high", "sources": ["a test"],
		"columns": [{"name": "last", "role": "name_last"}, {"name": "first", "role": "name_first"}, {"name": "zip", "role": "zip5"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "members.csv")
	if err := os.WriteFile(path, []byte("last,first,zip\nKing,Elizabeth,32257\nExample,Ann,42223\nOther,Bob,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ix := newIndexOf(t, hashing.Served)
	res, err := Run(t.Context(), ix, []string{path}, Options{
		Info: hashing.DatasetInfo{ID: "d", Kind: hashing.Leak}, Memory: 64 << 20, Layout: layout,
	})
	if err != nil {
		t.Fatal(err)
	}
	info := res.Info
	if info.KeyRows["name-zip"] != 2 || info.Indexed != 2 || info.Keyless != 1 || !slices.Equal(info.Homes, []string{"US-FL", "US-ZZ"}) {
		t.Errorf("%v, indexed %d, keyless %d, homes %q", info.KeyRows, info.Indexed, info.Keyless, info.Homes)
	}
	var in []hashing.Input
	for _, name := range [][3]string{{"King", "Elizabeth", "32257"}, {"Example", "Ann", "42223"}, {"Example", "Ann", "42224"}} {
		var d hashing.Details
		d.SetLast([]byte(name[0]))
		d.SetFirst([]byte(name[1]))
		d.SetZIP([]byte(name[2]))
		x, _ := d.AppendKey(nil, hashing.NameZIP)
		in = append(in, hashing.Input{Type: hashing.NameZIP, X: x})
	}
	var found []int
	if err := ix.Search(t.Context(), in, func(r hashing.Result) { found = append(found, r.Input) }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(found, []int{0, 1}) {
		t.Errorf("found %v", found)
	}
}

// Whoever is found in a local index by a key that a served one holds is found in
// it, by the same keys and with the same mask; and nobody else.
func TestServedAgreesWithLocal(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	path := edited(t, 700, func(i int, row []string) {
		if i >= 600 { // the same people once more, with another phone number and initial
			row[1], row[5] = fmt.Sprint(200000000+i), string(rune('A'+i%3))
		}
		row[2], row[4] = "Example"+strings.Repeat("a", i%600%7), "Pat"+string(rune('a'+i%600%26))+string(rune('a'+i%600/26%26))
		row[21] = births(i % 600)
		if i%50 == 3 {
			row[16] = "GA"
		}
	})
	local, served := newIndex(t), newIndexOf(t, hashing.Served)
	run(t, local, path)
	run(t, served, path)
	src, err := voterfile.Open(t.Context(), []string{path}, voterfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var inputs []hashing.Input
	parser := src.NewParser()
	for {
		chunk, err := src.Next(nil)
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		parser.Reset(chunk)
		for rec, ok := parser.Next(); ok; rec, ok = parser.Next() {
			for _, typ := range hashing.KeyTypes() {
				if x, ok := rec.AppendKey(nil, typ); ok {
					inputs = append(inputs, hashing.Input{Type: typ, X: x}, hashing.Input{Type: typ, X: append(x, 'X')})
				}
			}
		}
	}
	found := func(ix *rollindex.Index) map[int]hashing.Mask {
		masks := map[int]hashing.Mask{}
		if err := ix.Search(t.Context(), inputs, func(r hashing.Result) { masks[r.Input] = r.Mask }); err != nil {
			t.Fatal(err)
		}
		return masks
	}
	here, there := found(local), found(served)
	shared := 0
	for i := range inputs {
		mask, ok := here[i]
		switch inputs[i].Type {
		case hashing.NameDOB, hashing.NameYOBZIP, hashing.VoterID:
		default:
			ok, mask = false, 0
		}
		if got, is := there[i]; is != ok || got != mask {
			t.Fatalf("a %s key: found %v with mask %08x, locally %v with %08x", inputs[i].Type, is, got, ok, mask)
		}
		if mask.Shared() {
			shared++
		}
	}
	if len(there) < 1700 || shared < 100 {
		t.Errorf("%d keys were found, %d of them shared: the test does not test what it should", len(there), shared)
	}
}

// The same index whatever the jobs and the memory.
func TestServedSameInputSameIndex(t *testing.T) {
	t.Parallel()
	rows := 1500
	if testing.Short() {
		rows = 500
	}
	path := edited(t, rows, func(i int, row []string) {
		if i%3 == 0 {
			row[16] = []string{"GA", "NY", "AL", "TX"}[i/3%4]
		}
	})
	digest := ""
	base := newIndexOf(t, hashing.Served)
	for _, jobs := range []int{1, 2, 7} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(base.Dir())); err != nil {
			t.Fatal(err)
		}
		ix, err := rollindex.Open(dir, &hashing.Key{5})
		if err != nil {
			t.Fatal(err)
		}
		defer ix.Close()
		res, err := Run(t.Context(), ix, []string{path}, Options{
			Info: hashing.DatasetInfo{ID: "d", Kind: hashing.Leak}, Memory: int64(jobs-1) << 24, Jobs: jobs,
		})
		if err != nil {
			t.Fatal(err)
		}
		if digest == "" {
			digest = res.Info.Digest
		}
		if res.Info.Digest != digest || len(res.Info.Sections) != 5 {
			t.Errorf("%d jobs: digest %s, want %s; sections %q", jobs, res.Info.Digest, digest, res.Info.Sections)
		}
	}
}

// An interrupted run stops soon, and the next one goes on where it ended, with
// whatever jobs it has.
func TestServedResumes(t *testing.T) {
	racetest.LeaveOut(t) // a minute of evaluations; TestCheckpointSideBySide of rollindex is small enough
	t.Parallel()
	path := roll(t, 12_000, births) // several chunks
	ix := newIndexOf(t, hashing.Served)
	opts := Options{Info: hashing.DatasetInfo{ID: "d", Kind: hashing.Leak}, Memory: 64 << 20, Jobs: 2}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var stopped atomic.Int64
	go func() { // once a first block is in the checkpoint
		for ctx.Err() == nil {
			if st, err := os.Stat(filepath.Join(ix.Dir(), "d.1.part")); err == nil && st.Size() > 0 {
				stopped.Store(time.Now().UnixNano())
				cancel()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if _, err := Run(ctx, ix, []string{path}, opts); !errors.Is(err, context.Canceled) {
		t.Fatalf("the interrupted run ended with %v", err)
	}
	if took := time.Since(time.Unix(0, stopped.Load())); took > 5*time.Second {
		t.Errorf("it went on for %v", took)
	}
	opts.Jobs = 3
	res, err := Run(t.Context(), ix, []string{path}, opts)
	if err != nil {
		t.Fatal(err)
	}
	if res.Resumed == 0 || res.Resumed >= 36_000 {
		t.Errorf("%d keys were resumed", res.Resumed)
	}
	if res.Info.Indexed != 12_000 || res.Info.Tags != 36_000 {
		t.Errorf("%d rows, %d tags", res.Info.Indexed, res.Info.Tags)
	}
}

// BenchmarkServedIngest times an ingest into a served index against the bare
// evaluations of as many keys on all processors, in turn: the ratio is the last
// metric.
func BenchmarkServedIngest(b *testing.B) {
	const rows = 10_000
	path := roll(b, rows, births)
	inputs, out := make([][]byte, 3*rows), make([][voprf.OutputSize]byte, 3*rows)
	for i := range inputs {
		inputs[i] = fmt.Appendf(nil, "rc1\x01\x00\x0aExample%05d\x00\x05Patab\x00\x0a1940-02-01", i%90_000)
	}
	var whole, bare time.Duration
	for b.Loop() {
		ix := newIndexOf(b, hashing.Served)
		key, err := ix.ServedKey("US-FL")
		if err != nil {
			b.Fatal(err)
		}
		begun := time.Now()
		if err := key.EvaluateAll(b.Context(), 2, inputs, out); err != nil {
			b.Fatal(err)
		}
		bare += time.Since(begun)
		begun = time.Now()
		res, err := Run(b.Context(), ix, []string{path}, Options{Info: hashing.DatasetInfo{ID: "d", Kind: hashing.Leak}, Memory: 64 << 20, Jobs: 2})
		if err != nil || res.Info.Tags != 3*rows {
			b.Fatal(res.Info.Tags, err)
		}
		whole += time.Since(begun)
	}
	b.ReportMetric(float64(whole.Microseconds())/float64(3*rows*b.N), "us/key")
	b.ReportMetric(float64(whole)/float64(bare), "times-bare")
}

// Nobody can ask a served index for voters of another country, so a file of one is
// refused before it is evaluated, unless it is said to be of a state. A local index
// takes it.
func TestServedForeign(t *testing.T) {
	t.Parallel()
	layout, err := layouts.Parse([]byte(`{"id": "own", "title": "A roll", "jurisdiction": "GB", "vintage": "2020", "distribution": "a test", "delimiter": ",", "quote": "\"", "header": true, "encoding": "utf-8", "line_ending": "lf", "birth_precision": "none", "confidence": "high", "sources": ["a test"],
		"columns": [{"name": "last", "role": "name_last"}, {"name": "first", "role": "name_first"}, {"name": "number", "role": "voter_id"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "roll.csv")
	if err := os.WriteFile(path, []byte("last,first,number\nKing,Elizabeth,A1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	opts := Options{Info: hashing.DatasetInfo{ID: "d", Kind: hashing.Leak}, Memory: 64 << 20, Layout: layout}
	ix := newIndexOf(t, hashing.Served)
	if _, err := Run(t.Context(), ix, []string{path}, opts); !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), "roll.csv: it is of GB, by its layout own") {
		t.Errorf("a file of another country: %v", err)
	}
	opts.Jurisdiction = "US-FL"
	if _, err := Run(t.Context(), ix, []string{path}, opts); err != nil {
		t.Errorf("said to be of Florida: %v", err)
	}
	opts.Jurisdiction = ""
	if _, err := Run(t.Context(), newIndex(t), []string{path}, opts); err != nil {
		t.Errorf("into a local index: %v", err)
	}
}
