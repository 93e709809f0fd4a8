package compare

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"rollcheck/hashing"
	"rollcheck/rollindex/voterfile"
	"rollcheck/rollindex/voterfile/synth"
)

// Rows that have one key are counted, however many, and do not become as many
// records: those of one key are sorted at once, in memory.
func TestRepeatedKeyIsFolded(t *testing.T) {
	roll := writeRoll(t, "a.txt", synth.Options{Rows: 500, Seed: 5})
	text, err := os.ReadFile(roll)
	if err != nil {
		t.Fatal(err)
	}
	const times = 40 // of the first row, before each row and itself
	lines := slices.Collect(bytes.Lines(text))
	var repeated []byte
	for _, l := range lines {
		repeated = append(append(repeated, bytes.Repeat(lines[0], times)...), l...)
	}
	path := filepath.Join(t.TempDir(), "b.txt")
	if err := os.WriteFile(path, repeated, 0o600); err != nil {
		t.Fatal(err)
	}
	key := hashing.VoterID
	var linked [hashing.NumKeyTypes]bool
	linked[key] = true
	// A key in the same place of the table makes way and comes back, which takes records
	// more; another reading has another random key.
	most := int64(len(lines) + 10)
	wides, narrows := most+1, int64(0)
	for try := 0; try < 8 && (wides > most || narrows > 6*most); try++ {
		r, err := newReading(linked, Options{Jobs: 2, Memory: 64 << 20})
		if err != nil {
			t.Fatal(err)
		}
		defer r.close()
		if _, err := r.read(t.Context(), 0, Input{Path: path}, 2, nil); err != nil {
			t.Fatal(err)
		}
		wides, narrows = r.wide.Len(), r.narrow.Len()
	}
	if wides > most || narrows > 6*most {
		t.Errorf("%d and %d records of %d keys", wides, narrows, len(lines))
	}
	res, err := Run(t.Context(), []Input{{Path: roll}, {Path: path}}, Options{Jobs: 2, Memory: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	more := int64(times * len(lines))
	for _, o := range res.Overlaps {
		// Of names and addresses others may have the key of the first row too.
		if o.RowsB < o.RowsA || (o.RowsB-o.RowsA)%more != 0 || o.MatchedA != o.RowsA || o.MatchedB != o.RowsB || o.KeysA != o.KeysB {
			t.Errorf("%s: %+v", o.Key, o)
		}
		if o.Key == key && (o.RowsB != o.RowsA+more || res.Repeated[1][key]-res.Repeated[0][key] != more+1) {
			t.Errorf("%+v, repeated %d and %d", o, res.Repeated[0][key], res.Repeated[1][key])
		}
	}
	if paired := res.Paired[0]; paired != res.Main[0].KeysA-1-res.Repeated[0][key]/2 {
		t.Errorf("%d rows are paired", paired)
	}
}

// A sample of a file of repeated keys is the one that is drawn if nothing is folded,
// without a record of every row.
func TestSampleOfRepeatedKeys(t *testing.T) {
	roll := writeRoll(t, "a.txt", synth.Options{Rows: 600, Seed: 5})
	text, err := os.ReadFile(roll)
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.Collect(bytes.Lines(text))
	var repeated []byte
	for i, l := range lines {
		repeated = append(append(repeated, bytes.Repeat(lines[i%3], 20)...), l...)
	}
	path, none := filepath.Join(t.TempDir(), "b.txt"), filepath.Join(t.TempDir(), "c.txt")
	if err := os.WriteFile(path, repeated, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(none, bytes.Join(lines[len(lines)-50:], nil), 0o600); err != nil {
		t.Fatal(err)
	}
	o := SampleOptions{Rows: 60, Seed: 2, By: ByMatch, Other: Input{Path: none}, Options: Options{Jobs: 2, Memory: 64 << 20}}
	d := newDraw(o)
	if _, err := d.matched(t.Context(), Input{Path: path}); err != nil {
		t.Fatal(err)
	}
	in, want, hash := map[string]bool{}, map[string]*lot{matchedRow: {}, unmatchedRow: {}, keylessRow: {}}, d.hasher()
	read := func(path string, take func(key string, ok bool, place uint64)) {
		err := visit(t.Context(), Input{Path: path}, 0, &Options{Jobs: 1}, func([]voterfile.Member) (func(*voterfile.Record) error, func() error) {
			return func(rec *voterfile.Record) error {
				x, ok := rec.AppendKey(nil, hashing.VoterID)
				take(string(x), ok, placeOf(rec))
				return nil
			}, func() error { return nil }
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	read(none, func(key string, ok bool, _ uint64) { in[key] = ok })
	read(path, func(key string, ok bool, place uint64) {
		name := unmatchedRow
		if in[key] {
			name = matchedRow
		} else if !ok {
			name = keylessRow
		}
		want[name].add(drawn{hash(place), place}, o.Rows)
	})
	for name, w := range want {
		w.trim(o.Rows)
		got := d.strata[name]
		if got == nil {
			got = &lot{}
		}
		if got.rows != w.rows || !slices.Equal(got.places, w.places) {
			t.Errorf("%s: %d rows and %d places, not %d and %d", name, got.rows, len(got.places), w.rows, len(w.places))
		}
	}
	if want[unmatchedRow].rows < 12_000 || want[matchedRow].rows == 0 {
		t.Error("nothing is repeated")
	}
	var linked [hashing.NumKeyTypes]bool
	linked[hashing.VoterID] = true
	// Two of the three keys may have one place in the keeper's table, where they make
	// way for each other; another reading has another random key.
	records := int64(-1)
	for try := 0; try < 4 && (try == 0 || 5*records > want[unmatchedRow].rows); try++ {
		r, err := newReading(linked, o.Options)
		if err != nil {
			t.Fatal(err)
		}
		defer r.close()
		r.types, r.draw = []hashing.KeyType{hashing.VoterID}, d
		if _, err := r.read(t.Context(), 0, Input{Path: path}, 1, nil); err != nil {
			t.Fatal(err)
		}
		records = r.wide.Len()
	}
	if 5*records > want[unmatchedRow].rows {
		t.Errorf("%d records of %d rows", records, want[unmatchedRow].rows)
	}
}
