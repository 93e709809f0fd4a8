// Command benchmark times rollcheck against its peers and prints the tables of
// the README. It is run by scripts/bench, which installs the peers.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

type bench struct {
	dir, rollcheck, duckdb string
	rows, large            int
	runs                   int
	env                    []string
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("benchmark: ")
	var b bench
	flag.StringVar(&b.rollcheck, "rollcheck", "", "the program to time")
	flag.StringVar(&b.duckdb, "duckdb", "", "script that runs DuckDB, or nothing")
	flag.IntVar(&b.rows, "rows", 2_000_000, "rows of the ingest tables")
	flag.IntVar(&b.large, "large-rows", 10_000_000, "rows of the memory and check tables")
	flag.IntVar(&b.runs, "runs", 3, "timed runs of each command; the median is printed")
	flag.StringVar(&b.dir, "dir", "", "directory for the files (default: a temporary one)")
	only := flag.String("only", "", "print only this table: index, serve, compare or audit")
	flag.Parse()
	if b.dir == "" {
		dir, err := os.MkdirTemp("", "rollcheck-bench-")
		if err != nil {
			log.Fatal(err)
		}
		defer os.RemoveAll(dir)
		b.dir = dir
	}
	b.env = append(os.Environ(), "ROLLCHECK_INDEX="+b.path("index"), "ROLLCHECK_KEY_FILE="+b.path("key"))
	fmt.Printf("%s, %d cores, %s/%s, %s; medians of %d runs, whole processes\n", time.Now().UTC().Format(time.DateOnly),
		runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, cpuModel(), b.runs)
	for _, t := range []struct {
		name  string
		print func()
	}{{"index", func() { b.ingest(); b.checks() }}, {"compare", b.compare}, {"audit", b.audit}, {"serve", b.serve}} {
		if *only == "" || *only == t.name {
			t.print()
		}
	}
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

func cpuModel() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if name, value, _ := strings.Cut(s.Text(), ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

// sample is one finished process.
type sample struct {
	wall time.Duration
	rss  int64 // peak, bytes
	cpu  time.Duration
	out  string
}

// run runs a command to its end. Exit statuses above `most` are fatal.
func (b *bench) run(most int, stdin string, name string, args ...string) sample {
	var out strings.Builder
	s := b.runTo(&out, most, stdin, name, args...)
	s.out = out.String()
	return s
}

// runTo is run with the output going to out, nowhere if that is nil.
func (b *bench) runTo(out io.Writer, most int, stdin string, name string, args ...string) sample {
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = b.env, b.dir, out, os.Stderr
	if stdin != "" {
		cmd.Stdin = strings.NewReader(stdin)
	}
	start := time.Now()
	err := cmd.Run()
	s := sample{wall: time.Since(start)}
	if err != nil && (cmd.ProcessState == nil || cmd.ProcessState.ExitCode() > most || cmd.ProcessState.ExitCode() < 0) {
		log.Fatalf("%s %s: %v", name, strings.Join(args, " "), err)
	}
	if ru, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.rss = ru.Maxrss << 10
		s.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	return s
}

func (b *bench) rollcheckRun(most int, args ...string) sample {
	return b.run(most, "", b.rollcheck, append(args, "--quiet")...)
}

func median(samples []sample) sample {
	slices.SortFunc(samples, func(x, y sample) int { return int(x.wall - y.wall) })
	m := samples[len(samples)/2]
	for _, s := range samples { // of memory the worst
		m.rss = max(m.rss, s.rss)
	}
	return m
}

func (b *bench) fresh() {
	os.RemoveAll(b.path("index"))
	os.Remove(b.path("key"))
	b.rollcheckRun(0, "init", "--no-passphrase")
}

func (b *bench) synth(rows int) string {
	file := b.path(fmt.Sprintf("fl-%d.txt", rows))
	if _, err := os.Stat(file); err != nil {
		b.rollcheckRun(0, "synth", "--layout", "fl-extract", "--rows", fmt.Sprint(rows), "--seed", "1", "--out", file)
	}
	warm(file)
	return file
}

// warm reads a file, so that every command finds it in the page cache.
func warm(file string) {
	f, err := os.Open(file)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	if _, err := io.Copy(io.Discard, f); err != nil {
		log.Fatal(err)
	}
}

// ingest prints the ingest table: the commands take turns, so that a machine
// that slows down slows all of them.
func (b *bench) ingest() {
	file := b.synth(b.rows)
	names := []string{"sqlite3 .import", "rollcheck --memory 64MiB", "rollcheck --memory 512MiB"}
	if b.duckdb != "" {
		names = append(names, "DuckDB: parse, 5 md5, sort, write")
	}
	results := make([][]sample, len(names))
	for range b.runs {
		for i := range names {
			results[i] = append(results[i], b.ingestOnce(i, file))
		}
	}
	fmt.Printf("\nIngest, Florida layout, %d rows, all keys\n\n", b.rows)
	fmt.Printf("| command | seconds | M rows/s | peak MiB | against .import |\n|---|---|---|---|---|\n")
	base := median(results[0]).wall
	for i, name := range names {
		m := median(results[i])
		fmt.Printf("| %s | %.2f | %.2f | %d | %.2fx |\n", name, m.wall.Seconds(), float64(b.rows)/1e6/m.wall.Seconds(), m.rss>>20,
			base.Seconds()/m.wall.Seconds())
	}
	if b.duckdb != "" {
		fmt.Printf("\nrollcheck at 512 MiB against DuckDB: %.2fx\n", median(results[3]).wall.Seconds()/median(results[2]).wall.Seconds())
	}
	b.sizes()
}

func (b *bench) ingestOnce(i int, file string) sample {
	switch i {
	case 0:
		os.Remove(b.path("import.db"))
		return b.run(0, "CREATE TABLE t("+columns(38)+");\n.mode ascii\n.separator \"\\t\" \"\\n\"\n.import "+file+" t\n", "sqlite3", b.path("import.db"))
	case 3:
		return b.run(0, "", "node", b.duckdb, file, b.path("duck.parquet"), "4GB")
	}
	b.fresh()
	return b.rollcheckRun(0, "ingest", "--dataset", "d", "--memory", []string{"", "64MiB", "512MiB"}[i], file)
}

func columns(n int) string {
	var cs []string
	for i := range n {
		cs = append(cs, fmt.Sprintf("c%d", i))
	}
	return strings.Join(cs, ",")
}

// sizes prints bytes a tag, from what verify counts.
func (b *bench) sizes() {
	var h struct {
		Type        string
		Tags        float64
		PageBytes   float64 `json:"page_bytes"`
		FilterBytes float64 `json:"filter_bytes"`
		FilterError float64 `json:"filter_error"`
	}
	for line := range strings.Lines(b.rollcheckRun(0, "verify", "--json").out) {
		if err := json.Unmarshal([]byte(line), &h); err != nil {
			log.Fatal(err)
		}
		if h.Type == "dataset" {
			break
		}
	}
	st, err := filepath.Glob(b.path("index/*.rcd"))
	if err != nil || len(st) != 1 {
		log.Fatal("no dataset file")
	}
	info, err := os.Stat(st[0])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("\nSize: %.0f tags; %.2f bytes a tag in the pages, %.2f in the filter, %.2f in the file; filter error %.2g\n",
		h.Tags, h.PageBytes/h.Tags, h.FilterBytes/h.Tags, float64(info.Size())/h.Tags, h.FilterError)
}

// person has ten spellings of the first name: nine nicknames are listed.
const person = `{"first":"Catherine","last":"Quinceforth","birth_date":"1961-04-17","zip":"33101"}` + "\n"

// checks prints the memory of a large ingest and the check tables over it.
func (b *bench) checks() {
	file := b.synth(b.large)
	fmt.Printf("\nMemory and checks, %d rows\n\n| command | seconds | peak MiB |\n|---|---|---|\n", b.large)
	for _, memory := range []string{"512MiB", "64MiB"} {
		b.fresh()
		s := b.rollcheckRun(0, "ingest", "--dataset", "d", "--memory", memory, file)
		fmt.Printf("| ingest --memory %s | %.2f | %d |\n", memory, s.wall.Seconds(), s.rss>>20)
	}
	if err := os.WriteFile(b.path("person.json"), []byte(person), 0o600); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("\n| one check, ten spellings, %d rows | ms |\n|---|---|\n", b.large)
	check := func(args ...string) sample {
		return b.rollcheckRun(1, append([]string{"check", "--input", b.path("person.json")}, args...)...)
	}
	check()
	fmt.Printf("| warm cache | %.1f |\n", b.times(15, func() {}, check))
	if b.evict() {
		fmt.Printf("| index and key not in the cache | %.1f |\n", b.times(15, func() { b.evict() }, check))
	} else {
		fmt.Println("| index and key not in the cache | not measured: needs dd of GNU coreutils |")
	}
	if dropCaches() {
		fmt.Printf("| nothing in the cache, the program neither | %.1f |\n", b.times(7, func() { dropCaches() }, check))
		version := func(...string) sample { return b.rollcheckRun(0, "version") }
		fmt.Printf("| the same, the command \"version\" | %.1f |\n", b.times(7, func() { dropCaches() }, version))
	} else {
		fmt.Println("| nothing in the cache | not measured: needs root |")
	}
	pass := b.path("passphrase")
	if err := os.WriteFile(pass, []byte("correct horse\n"), 0o600); err != nil {
		log.Fatal(err)
	}
	b.rollcheckRun(0, "key", "rewrap", "--new-passphrase-file", pass)
	fmt.Printf("| warm cache, key wrapped with Argon2id | %.1f |\n", b.times(7, func() {}, func(...string) sample { return check("--passphrase-file", pass) }))
	b.rollcheckRun(0, "key", "rewrap", "--passphrase-file", pass, "--no-passphrase")
	b.batch()
}

// times returns the median wall time of n calls in milliseconds.
func (b *bench) times(n int, before func(), f func(...string) sample) float64 {
	var all []sample
	for range n {
		before()
		all = append(all, f())
	}
	return float64(median(all).wall.Microseconds()) / 1000
}

// evict drops the index, the key and the input from the page cache.
func (b *bench) evict() bool {
	files, err := filepath.Glob(b.path("index/*"))
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range append(files, b.path("key"), b.path("person.json")) {
		if exec.Command("dd", "if="+f, "iflag=nocache", "count=0", "status=none").Run() != nil {
			return false
		}
	}
	return true
}

// dropCaches empties the page cache.
func dropCaches() bool {
	syscall.Sync()
	return os.WriteFile("/proc/sys/vm/drop_caches", []byte("3\n"), 0) == nil
}

var phone = regexp.MustCompile(`,"phone":"[^"]*"`)

// dropPhones takes the phone numbers out of a list of people: there are only a
// hundred made-up ones an area code, so strangers share them. It holds a line at a
// time, since the peak memory of a command begins with that of who starts it.
func dropPhones(file string) {
	in, err := os.Open(file)
	if err != nil {
		log.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(file + ".new")
	if err != nil {
		log.Fatal(err)
	}
	lines, w := bufio.NewScanner(in), bufio.NewWriter(out)
	for lines.Scan() {
		w.Write(append(phone.ReplaceAll(lines.Bytes(), nil), '\n')) // Flush returns the error
	}
	for _, err := range []error{lines.Err(), w.Flush(), out.Close(), os.Rename(file+".new", file)} {
		if err != nil {
			log.Fatal(err)
		}
	}
}

// batch prints people a second: strangers, and people of the roll itself.
func (b *bench) batch() {
	fmt.Printf("\n| batch check, %d rows | people | people/s | peak MiB |\n|---|---|---|---|\n", b.large)
	const people = 1_000_000
	for _, kind := range []struct{ name, seed string }{{"people of the roll", "1"}, {"strangers", "2"}} {
		truth := b.path("people-" + kind.seed + ".jsonl")
		b.rollcheckRun(0, "synth", "--layout", "fl-extract", "--rows", fmt.Sprint(people), "--seed", kind.seed, "--truth", truth, "--out", os.DevNull)
		dropPhones(truth)
		warm(truth)
		var all []sample
		for range b.runs {
			all = append(all, b.runTo(nil, 2, "", b.rollcheck, "check", "--input", truth, "--json", "--quiet"))
		}
		s := median(all)
		fmt.Printf("| %s | %d | %.0f | %d |\n", kind.name, people, people/s.wall.Seconds(), s.rss>>20)
		os.Remove(truth)
	}
}
