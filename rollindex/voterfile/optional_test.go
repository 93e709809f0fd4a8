package voterfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/layouts"
)

// A file with or without the optional columns of its layout is read alike, with its
// header and without.
func TestOptionalColumns(t *testing.T) {
	for _, id := range []string{"ia-voter-details", "ma-vris-voter", "ma-vris-resident"} {
		full := mustLayout(t, id)
		for _, header := range []bool{true, false} {
			var want []string
			for _, cols := range [][]layouts.Column{full.Columns, full.Required()} {
				l := *full
				l.Columns = cols
				text := optionalRoll(&l, header)
				s := mustOpen(t, Options{}, writeFile(t, "roll.txt", text))
				m := s.Members()[0].Match
				if m.Layout.ID != id || m.Fields != len(cols) || m.ByName != header {
					t.Errorf("%s of %d columns, header %v: read as %s of %d", id, len(cols), header, m.Layout.ID, m.Fields)
				}
				if short := len(cols) < len(full.Columns); short && (len(m.Missing) != len(full.Columns)-len(cols) || header && m.Score < 1) {
					t.Errorf("%s: without %q, score %v", id, m.Missing, m.Score)
				}
				got, skips := readAll(t, s)
				if skips.Skipped() != 0 || len(got) != 40 {
					t.Fatalf("%s: %d rows, %d skipped", id, len(got), skips.Skipped())
				}
				for i := range got { // the optional columns hold nothing that a key is made of
					got[i], _, _ = strings.Cut(got[i], " kinds=")
				}
				if want == nil {
					want = got
				} else if !slices.Equal(got, want) {
					t.Errorf("%s, header %v: %s", id, header, firstDifference(got, want))
				}
			}
		}
	}
}

// optionalRoll writes forty people, in wards without numbers: what stands where
// the date of registration would then shows nothing.
func optionalRoll(l *layouts.Layout, header bool) []byte {
	var b bytes.Buffer
	row := func(values []string) {
		if l.TrailingDelimiter == "all" {
			values = append(values, "")
		}
		writeRow(&b, l, values)
	}
	if header {
		row(columnNames(l))
	}
	for i := range 40 {
		values := testRow(l, i)
		for c := range l.Columns {
			switch l.Columns[c].Name {
			case "Gender":
				values[c] = "F"
			case "Ward Number":
				values[c] = ""
			case "Precinct Number":
				values[c] = fmt.Sprint(1 + i%9)
			}
		}
		row(values)
	}
	return b.Bytes()
}

// Where optional columns stand cannot be told in a fixed record.
func TestOptionalRefused(t *testing.T) {
	for name, text := range map[string]string{
		"fixed": `"container":"fixed","record_length":9,"columns":[{"name":"a","role":"name_full","start":1,"length":9,"optional":true}]`,
		"all":   `"delimiter":",","columns":[{"name":"a","role":"name_full","optional":true}]`,
		"tail":  `"delimiter":",","columns":[{"name":"a","role":"name_full"}],"tail":[{"name":"b","optional":true}]`,
	} {
		_, err := layouts.Parse([]byte(`{"id":"x","encoding":"utf-8","line_ending":"lf","birth_precision":"none",` + text + `}`))
		if err == nil || !strings.Contains(err.Error(), "optional") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
