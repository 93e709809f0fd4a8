package main

import (
	"fmt"
	"os"
	"strings"
)

// compare prints the table of comparing two releases of one state, a year apart.
func (b *bench) compare() {
	const rows = 1_000_000
	var files []string
	for _, day := range []string{"2019-10-01", "2020-10-01"} {
		file := b.path("fl-" + day + ".txt")
		if _, err := os.Stat(file); err != nil {
			b.rollcheckRun(0, "synth", "--layout", "fl-extract", "--rows", fmt.Sprint(rows), "--seed", "1", "--as-of", day, "--out", file)
		}
		warm(file)
		files = append(files, file)
	}
	type command struct {
		name string
		run  func() sample
	}
	commands := []command{
		{"rollcheck compare, all keys and fields", func() sample { return b.rollcheckRun(0, "compare", files[0], files[1]) }},
		{"sqlite3: .import, an index a key, count", func() sample {
			os.Remove(b.path("compare.db"))
			return b.run(0, joinSQL(files), "sqlite3", b.path("compare.db"))
		}},
	}
	if b.duckdb != "" {
		script := strings.Replace(b.duckdb, "ingest.mjs", "compare.mjs", 1)
		for _, hash := range []string{"md5", "hash"} {
			commands = append(commands, command{"DuckDB: parse, 7 keys by " + hash + "(), join, count", func() sample { return b.run(0, "", "node", script, files[0], files[1], hash, "4GB") }})
		}
	}
	results := make([][]sample, len(commands))
	for range b.runs {
		for i, c := range commands {
			results[i] = append(results[i], c.run())
		}
	}
	fmt.Printf("\nCompare, Florida layout, %d rows twice\n\n| command | seconds | of the processors | peak MiB | rollcheck is |\n|---|---|---|---|---|\n", rows)
	base := median(results[0]).wall.Seconds()
	for i, c := range commands {
		m := median(results[i])
		fmt.Printf("| %s | %.2f | %.2f | %d | %.2fx as fast |\n", c.name, m.wall.Seconds(), m.cpu.Seconds(), m.rss>>20, m.wall.Seconds()/base)
	}
}

// joinSQL is what sqlite3 does: read both files, index the second by the columns of
// each match key, and count the rows of the first that are in it.
func joinSQL(files []string) string {
	var sql strings.Builder
	sql.WriteString("PRAGMA journal_mode=OFF;\nPRAGMA synchronous=OFF;\n.mode ascii\n.separator \"\\t\" \"\\n\"\n")
	for i, file := range files {
		fmt.Fprintf(&sql, "CREATE TABLE f%d(%s);\n.import %s f%d\n", i, columns(38), file, i)
	}
	for i, key := range [][]int{{1, 2}, {2, 4, 21}, {2, 4, 7, 11}, {2, 37}, {2, 34, 35}, {2, 4, 21, 11}, {2, 4, 11}} {
		var names, same []string
		for _, c := range key {
			names, same = append(names, fmt.Sprintf("c%d", c)), append(same, fmt.Sprintf("b.c%d = a.c%d", c, c))
		}
		fmt.Fprintf(&sql, "CREATE INDEX i%d ON f1(%s);\nSELECT count(*) FROM f0 a WHERE EXISTS (SELECT 1 FROM f1 b WHERE %s);\n", i, strings.Join(names, ","), strings.Join(same, " AND "))
	}
	return sql.String()
}
