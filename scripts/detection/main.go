// Command detection measures how often a file's layout is told: every layout
// written by several seeds, whole, its first 200 rows, and without its header.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"rollcheck/data/layouts"
	"rollcheck/rollindex/voterfile"
	"rollcheck/rollindex/voterfile/synth"
)

func main() {
	log.SetFlags(0)
	seeds := flag.Int("seeds", 20, "how many `N` files of each layout")
	rows := flag.Int64("rows", 1000, "`N` rows of each file")
	flag.Parse()
	dir, err := os.MkdirTemp("", "detection")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	all, err := layouts.All()
	if err != nil {
		log.Fatal(err)
	}
	m := &measure{dir: dir, results: map[string]*result{}}
	for _, l := range all {
		for seed := range *seeds {
			m.layout(l, uint64(seed), *rows)
		}
	}
	m.print(len(all), *seeds)
}

// variants are the forms of a file that are tried, in the order of the table.
var variants = []string{"whole file", "first 200 rows", "header stripped"}

// result counts the outcomes of one variant.
type result struct {
	files, right, alike, undecided, wrong int
	confusions                            map[string]int // "layout: what came out"
}

type measure struct {
	dir     string
	results map[string]*result
}

// layout tries the files of one layout and seed.
func (m *measure) layout(l *layouts.Layout, seed uint64, rows int64) {
	var b bytes.Buffer
	if _, err := synth.Write(context.Background(), &b, nil, synth.Options{Layout: l, Rows: rows, Seed: seed}); err != nil {
		log.Fatalf("%s: %v", l.ID, err)
	}
	m.try("whole file", l, b.Bytes())
	if !l.Delimited() && l.Container != "fixed" {
		return // the others are forms of text
	}
	head := lines(b.Bytes(), l.PreambleLines+200+1)
	m.try("first 200 rows", l, head)
	if l.Header {
		m.try("header stripped", l, b.Bytes()[len(lines(b.Bytes(), l.PreambleLines+1)):])
	}
}

// lines returns the first n lines of b.
func lines(b []byte, n int) []byte {
	at := 0
	for range n {
		end := bytes.IndexByte(b[at:], '\n')
		if end < 0 {
			return b
		}
		at += end + 1
	}
	return b[:at]
}

// try detects one file and counts what came out.
func (m *measure) try(variant string, l *layouts.Layout, data []byte) {
	path := filepath.Join(m.dir, "roll")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		log.Fatal(err)
	}
	found, err := voterfile.Detect(context.Background(), path, voterfile.Options{})
	if err != nil {
		log.Fatalf("%s: %v", l.ID, err)
	}
	r := m.results[variant]
	if r == nil {
		r = &result{confusions: map[string]int{}}
		m.results[variant] = r
	}
	r.files++
	d := found[0]
	switch {
	case d.Err != nil && len(d.Matches) > 1:
		r.undecided++
		r.confusions[fmt.Sprintf("%s: undecided between %s and %s", l.ID, d.Matches[0].Layout.ID, d.Matches[1].Layout.ID)]++
	case d.Err != nil || len(d.Matches) == 0:
		r.undecided++
		r.confusions[l.ID+": none fits"]++
	case d.Matches[0].Layout.ID == l.ID:
		r.right++
	case d.ReadsAlike(l):
		r.alike++
		r.confusions[fmt.Sprintf("%s: %s, which reads the file alike", l.ID, d.Matches[0].Layout.ID)]++
	default:
		r.wrong++
		r.confusions[fmt.Sprintf("%s: WRONG, %s", l.ID, d.Matches[0].Layout.ID)]++
	}
}

func (m *measure) print(count, seeds int) {
	fmt.Printf("%d layouts, %d seeds\n\n", count, seeds)
	fmt.Println("| files | number | as themselves | as one that reads alike | undecided | wrong |\n|---|---|---|---|---|---|")
	for _, v := range variants {
		if r := m.results[v]; r != nil {
			fmt.Printf("| %s | %d | %d | %d | %d | %d |\n", v, r.files, r.right, r.alike, r.undecided, r.wrong)
		}
	}
	for _, v := range variants {
		r := m.results[v]
		if r == nil || len(r.confusions) == 0 {
			continue
		}
		fmt.Printf("\n%s, not as themselves:\n\n", v)
		for _, c := range slices.Sorted(maps.Keys(r.confusions)) {
			fmt.Printf("- %s (%d)\n", c, r.confusions[c])
		}
	}
}
