package compare

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"rollcheck/hashing"
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
	r, err := newReading(linked, Options{Jobs: 2, Memory: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	if _, err := r.read(t.Context(), 0, Input{Path: path}, 2, nil); err != nil {
		t.Fatal(err)
	}
	if most := int64(len(lines) + 10); r.wide.Len() > most || r.narrow.Len() > 6*most {
		t.Errorf("%d and %d records of %d keys", r.wide.Len(), r.narrow.Len(), len(lines))
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
