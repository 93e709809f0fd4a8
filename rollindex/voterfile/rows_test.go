package voterfile

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rollcheck/data/layouts"
)

var update = flag.Bool("update", false, "rewrite the expected results in testdata")

// TestRows reads the cases of testdata/rows, a file for each layout with traps of its own. A case is a
// comment, the values of a row by column ("name: value"; a value in Go quotes
// may have any bytes), and behind "=>" what the record must hold. A column that
// is not named is empty. A line "+name: value" adds a column behind the fixed
// ones, by name where the layout has a header or a row "+header" asks for one.
func TestRows(t *testing.T) {
	files, err := filepath.Glob("testdata/rows/*.txt")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d files of rows: %v", len(files), err)
	}
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(id, func(t *testing.T) { testRows(t, mustLayout(t, id), file) })
	}
}

func testRows(t *testing.T, l *layouts.Layout, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for n, block := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		in, want, _ := strings.Cut(block, "\n=>")
		got := readCase(t, l, in)
		fmt.Fprintf(&out, "%s\n=> %s\n\n", in, got)
		if !*update && got != strings.TrimSpace(want) {
			t.Errorf("%s, case %d:\n%s\ngot:  %s\nwant: %s", file, n+1, in, got, strings.TrimSpace(want))
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(strings.TrimSpace(out.String())+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// readCase makes a file of one case and returns what is read.
func readCase(t *testing.T, l *layouts.Layout, in string) string {
	names, row := columnNames(l), make([]string, len(l.Columns))
	header := l.Header
	for line := range strings.Lines(in) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if line == "+header" {
			header = true
			continue
		}
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			t.Fatalf("not a value of a column: %s", line)
		}
		if v, err := strconv.Unquote(value); err == nil {
			value = v
		}
		if extra, ok := strings.CutPrefix(name, "+"); ok {
			names, row = append(names, extra), append(row, value)
			continue
		}
		found := false
		for i := range names {
			if names[i] == name {
				row[i], found = value, true
			}
		}
		if !found {
			t.Fatalf("no column %q", name)
		}
	}
	var b bytes.Buffer
	if header {
		writeRow(&b, l, names)
	}
	writeRow(&b, l, row)
	s := mustOpen(t, Options{Layout: l}, writeFile(t, "roll.txt", b.Bytes()))
	recs, skips := readAll(t, s)
	for i, r := range recs {
		_, recs[i], _ = strings.Cut(r, " ")
	}
	for _, r := range Reasons() {
		if skips.Count(r) > 0 {
			recs = append(recs, "skipped: "+r.String())
		}
	}
	return strings.Join(recs, "\n   ")
}
