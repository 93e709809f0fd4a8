package decoys

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
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
	for _, layout := range []string{"fl-extract", "oh-swvf", "nc-ncvoter-2022", "tx-fixed-685", "ga-2023-csv", "ny-allnysvoters-2021", "nj-svl-2024", "ks-elvis-73", "mi-lst-fixed", "wa-vrdb-2023"} {
		t.Run(layout, func(t *testing.T) {
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

var _ = []any{gzip.NewReader, errors.Is, fmt.Sprint, math.Abs, strings.Cut, field.NameLast}
