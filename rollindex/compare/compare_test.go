package compare_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/voterfile"
	"rollcheck/rollindex/voterfile/synth"
)

// madeUp writes a roll of made-up people in a layout.
func madeUp(t *testing.T, layout string, o synth.Options) string {
	t.Helper()
	l, err := layouts.Get(layout)
	if err != nil {
		t.Fatal(err)
	}
	o.Layout = l
	path := filepath.Join(t.TempDir(), layout+".txt")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := synth.Write(context.Background(), f, nil, o); err != nil {
		t.Fatal(err)
	}
	return path
}

// rows are the rows of a file by the hashed input of a key, kept as they are.
func rows(t *testing.T, path string, k hashing.KeyType) map[string][]row {
	t.Helper()
	src, err := voterfile.Open(context.Background(), []string{path}, voterfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	out := map[string][]row{}
	parser := src.NewParser()
	for {
		chunk, err := src.Next(nil)
		if errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		parser.Reset(chunk)
		for rec, ok := parser.Next(); ok; rec, ok = parser.Next() {
			if x, ok := rec.AppendKey(nil, k); ok {
				out[string(x)] = append(out[string(x)], row{zip: string(rec.ZIP), phone: string(rec.Phone)})
			}
		}
	}
}

type row struct{ zip, phone string }

// What is counted is what maps of the rows themselves give, for files of two
// layouts, by every key that both have.
func TestRunAgreesWithMaps(t *testing.T) {
	march, june := time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2020, 6, 1, 0, 0, 0, 0, time.UTC)
	a := madeUp(t, "fl-extract", synth.Options{Rows: 4000, Seed: 5, AsOf: march, Sample: 0.5, Noise: 0.1})
	b := madeUp(t, "l2-vm2", synth.Options{Rows: 4000, Seed: 5, AsOf: june, State: "FL"})
	run := func(o compare.Options) *compare.Result {
		t.Helper()
		res, err := compare.Run(context.Background(), []compare.Input{{Path: a}, {Path: b}}, o)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	res := run(compare.Options{Jobs: 2})
	if len(res.Overlaps) < 4 || len(res.Main) != 1 {
		t.Fatalf("%d overlaps, %d main", len(res.Overlaps), len(res.Main))
	}
	for _, o := range res.Overlaps {
		in, other := rows(t, a, o.Key), rows(t, b, o.Key)
		want := compare.Overlap{A: 0, B: 1, Key: o.Key, KeysA: int64(len(in)), KeysB: int64(len(other))}
		for x, r := range in {
			want.RowsA += int64(len(r))
			if s := other[x]; s != nil {
				want.Common++
				want.MatchedA += int64(len(r))
				want.MatchedB += int64(len(s))
			}
		}
		for _, s := range other {
			want.RowsB += int64(len(s))
		}
		if o != want {
			t.Errorf("%v:\n%+v, want\n%+v", o.Key, o, want)
		}
		if o != res.Main[0] {
			continue
		}
		if o.Common < 500 {
			t.Errorf("only %d keys are in both", o.Common)
		}
		agreements(t, res, in, other)
	}
	spilled := run(compare.Options{Jobs: 1, Memory: 1})
	spilled.Spilled, res.Spilled = 0, 0
	if !reflect.DeepEqual(spilled.Overlaps, res.Overlaps) || !reflect.DeepEqual(spilled.Fields, res.Fields) || !reflect.DeepEqual(spilled.Alone, res.Alone) {
		t.Error("another number of jobs, or less memory, gives another result")
	}
}

// Names that tell nobody which column is the surname are said of a file that is compared,
// as they are of one that is ingested.
func TestDoubtsAreTold(t *testing.T) {
	plain := madeUp(t, "fl-extract", synth.Options{Rows: 300, Seed: 3})
	text, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		f := strings.Split(line, "\t")
		f[2], f[4], f[5] = "Gim", "Minjun", ""
		b.WriteString(strings.Join(f, "\t"))
	}
	foreign := filepath.Join(t.TempDir(), "foreign.txt")
	if err := os.WriteFile(foreign, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	res, err := compare.Run(t.Context(), []compare.Input{{Path: foreign}, {Path: plain}}, compare.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(res.Files[0].Doubts, "; "); !strings.Contains(all, "surname") {
		t.Errorf("nothing is said of the names: %q", all)
	}
	if len(res.Files[1].Doubts) > 0 {
		t.Errorf("of a plain file: %q", res.Files[1].Doubts)
	}
}

// A vendor's file is of the state that its rows say, whatever a few of them say.
func TestStateOfRows(t *testing.T) {
	vendor := madeUp(t, "targetsmart-voterbase", synth.Options{Rows: 300, Seed: 3, State: "OH"})
	text, err := os.ReadFile(vendor)
	if err != nil {
		t.Fatal(err)
	}
	moved := filepath.Join(t.TempDir(), "moved.txt")
	if err := os.WriteFile(moved, []byte(strings.Replace(string(text), "\tOH\t", "\tKY\t", 2)), 0o600); err != nil {
		t.Fatal(err)
	}
	res, err := compare.Run(t.Context(), []compare.Input{{Path: vendor}, {Path: moved}}, compare.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range res.Files {
		if !slices.Equal(f.Jurisdictions, []string{"US-OH"}) {
			t.Errorf("%s is of %q", f.Path, f.Jurisdictions)
		}
	}
}

// agreements checks two fields of the rows whose keys each file has once.
func agreements(t *testing.T, res *compare.Result, in, other map[string][]row) {
	t.Helper()
	want := map[compare.Field]*compare.Agreement{compare.ZIP: {B: 1, Field: compare.ZIP}, compare.Phone: {B: 1, Field: compare.Phone}}
	count := func(f compare.Field, x, y string) {
		switch c := want[f]; {
		case x == "" && y == "":
		case x == "":
			c.OnlyB++
		case y == "":
			c.OnlyA++
		case x == y:
			c.Same++
		default:
			c.Differs++
		}
	}
	for x, r := range in {
		if s := other[x]; len(r) == 1 && len(s) == 1 {
			count(compare.ZIP, r[0].zip, s[0].zip)
			count(compare.Phone, r[0].phone, s[0].phone)
		}
	}
	for _, got := range res.Fields {
		if w := want[got.Field]; w != nil && got != *w {
			t.Errorf("%v: %+v, want %+v", got.Field, got, *w)
		}
	}
}
