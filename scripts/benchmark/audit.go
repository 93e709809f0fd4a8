package main

import (
	"bufio"
	"bytes"
	"fmt"
	"log"
	"os"
)

// audit prints the table of what an office does with a release.
func (b *bench) audit() {
	rows := int64(b.rows)
	var files []string
	for _, day := range []string{"2025-10-01", "2026-10-01"} {
		file := b.path(fmt.Sprintf("fl-audit-%d-%s.txt", rows, day))
		if _, err := os.Stat(file); err != nil {
			b.rollcheckRun(0, "synth", "--layout", "fl-extract", "--rows", fmt.Sprint(rows), "--seed", "1", "--as-of", day, "--out", file)
		}
		warm(file)
		files = append(files, file)
	}
	roll, list := files[1], b.path("protected.txt")
	b.head(roll, list, 10_000)
	audit := func(most int, more ...string) sample {
		return b.rollcheckRun(most, append([]string{"audit", "--rules", "US-FL", "--as-of", "2026-10-01", roll}, more...)...)
	}
	os.Remove(b.path("register"))
	marked := b.path("marked.txt")
	commands := []struct {
		name string
		rows int64 // read
		run  func() sample
	}{
		{"audit, all detectors", rows, func() sample { return audit(0) }},
		{"audit, with 10,000 protected people", rows, func() sample { return audit(1, "--protected", list) }},
		{"audit, with the risk", rows, func() sample { return audit(0, "--risk") }},
		{"diff, with the release a year before", 2 * rows, func() sample { return b.rollcheckRun(1, "diff", files[0], files[1]) }},
		{"decoys make", rows, func() sample {
			os.Remove(marked)
			return b.rollcheckRun(0, "decoys", "make", "--register", b.path("register"), "--no-passphrase", "--recipient", "A", "--again", "--out", marked, roll)
		}},
		{"decoys find", rows, func() sample { return b.rollcheckRun(0, "decoys", "find", "--register", b.path("register"), marked) }},
		{"sqlite3: .import", rows, func() sample {
			os.Remove(b.path("audit.db"))
			sql := fmt.Sprintf("PRAGMA journal_mode=OFF;\nPRAGMA synchronous=OFF;\n.mode ascii\n.separator \"\\t\" \"\\n\"\nCREATE TABLE f(%s);\n.import %s f\n", columns(38), roll)
			return b.run(0, sql, "sqlite3", b.path("audit.db"))
		}},
	}
	results := make([][]sample, len(commands))
	for range b.runs {
		for i, c := range commands {
			results[i] = append(results[i], c.run())
		}
	}
	fmt.Printf("\nA release, Florida layout, %d rows\n\n| command | seconds | of the processors | million rows/s | peak MiB | of the time of .import |\n|---|---|---|---|---|---|\n", rows)
	base := median(results[len(results)-1]).wall.Seconds()
	for i, c := range commands {
		m := median(results[i])
		s := m.wall.Seconds()
		fmt.Printf("| %s | %.2f | %.2f | %.2f | %d | %.2f |\n", c.name, s, m.cpu.Seconds(), float64(c.rows)/s/1e6, m.rss>>20, s/base)
	}
}

// head writes those of the first n lines of a file whose details are not withheld.
func (b *bench) head(from, to string, n int) {
	f, err := os.Open(from)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	var out []byte
	for lines := bufio.NewScanner(f); n > 0 && lines.Scan(); {
		if line := lines.Bytes(); !bytes.Contains(line, []byte("\t*")) && !bytes.Contains(line, []byte("\tY\t")) {
			out = append(append(out, line...), '\n')
			n--
		}
	}
	if err := os.WriteFile(to, out, 0o600); err != nil {
		log.Fatal(err)
	}
}
