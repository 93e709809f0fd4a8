package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rollcheck": readOut})
}

// readOut is main, and leaves who reads its terminal a moment before it ends: testscript
// closes the terminal then, and on a busy machine loses what it has not read yet.
func readOut() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args, os.LookupEnv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	if terminal, err := os.OpenFile("/dev/tty", os.O_RDWR, 0); err == nil {
		terminal.Close()
		time.Sleep(200 * time.Millisecond)
	}
	os.Exit(code)
}

// The command line as text: each script is a promise of the help or of README.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Files:               scripts(t),
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("ROLLCHECK_INDEX", filepath.Join(env.WorkDir, "index"))
			env.Setenv("ROLLCHECK_KEY_FILE", filepath.Join(env.WorkDir, "key"))
			env.Values[operatorKey{}] = sync.OnceValue(func() *scriptOperator { return newScriptOperator(t) })
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status":     status,
			"make":       makeFile,
			"flip":       flip,
			"jsonlines":  jsonlines,
			"recipients": recipients,
			"thin":       thin,
			"answer":     answer,
			"mode":       mode,
			"today":      holdsToday,
			"operator": func(ts *testscript.TestScript, neg bool, args []string) {
				op := ts.Value(operatorKey{}).(func() *scriptOperator)()
				op.command(t, ts, neg, args)
			},
		},
	})
}

// scripts returns the files of the scripts: all of them, and in short runs, which are
// those under the race detector, those of what works in several goroutines.
func scripts(t *testing.T) (files []string) {
	names := []string{"*"}
	if testing.Short() {
		names = []string{"asking", "compare", "compare_cards", "date", "first_steps", "json", "publish", "remote", "remote_fetch", "serve", "served", "suppress", "synth"}
	}
	for _, name := range names {
		found, err := filepath.Glob(filepath.Join("testdata", "script", name+".txt"))
		if err != nil || len(found) == 0 {
			t.Fatalf("there is no script %q", name)
		}
		files = append(files, found...)
	}
	return files
}

// status N COMMAND... runs a command that must end with exit status N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		var code interface{ ExitCode() int }
		if e, ok := err.(interface{ ExitCode() int }); ok {
			code = e
		}
		if code == nil {
			ts.Fatalf("%v", err)
		}
		got = code.ExitCode()
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// today FILE fails unless the file names this day: also that which ended meanwhile, or
// Greenwich's, since a script may have no time zone.
func holdsToday(ts *testscript.TestScript, neg bool, args []string) {
	text, now := ts.ReadFile(args[0]), time.Now()
	named := slices.ContainsFunc([]time.Time{now, now.Add(-time.Minute), now.UTC()}, func(t time.Time) bool {
		return strings.Contains(text, t.Format(time.DateOnly))
	})
	if named == neg {
		ts.Fatalf("names this day: %v", named)
	}
}

// jsonlines FILE fails unless every line is a JSON object with a type, the first
// is a start, the last a done, and neither comes in between.
func jsonlines(ts *testscript.TestScript, neg bool, args []string) {
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile(args[0]), "\n"), "\n")
	for i, line := range lines {
		var message struct{ Type string }
		if err := json.Unmarshal([]byte(line), &message); err != nil || line[0] != '{' {
			ts.Fatalf("line %d is not a JSON object: %v", i+1, err)
		}
		ends := (message.Type == "start") == (i == 0) && (message.Type == "done") == (i == len(lines)-1)
		if message.Type == "" || !ends {
			ts.Fatalf("line %d of %d has the type %q", i+1, len(lines), message.Type)
		}
	}
}

// recipients TRUTH FILE writes the people beside a roll as a table of names,
// addresses and e-mail addresses, as somebody may gather who was written to.
func recipients(ts *testscript.TestScript, neg bool, args []string) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"first", "last", "address", "zip", "email"})
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var p struct{ First, Last, Address, ZIP, Email string }
		ts.Check(json.Unmarshal([]byte(line), &p))
		w.Write([]string{p.First, p.Last, p.Address, p.ZIP, p.Email})
	}
	w.Flush()
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b.Bytes(), 0o600))
}

// thin FILE COPY N copies a file without every Nth line, but with its first.
func thin(ts *testscript.TestScript, neg bool, args []string) {
	every, err := strconv.Atoi(args[2])
	ts.Check(err)
	var b bytes.Buffer
	for i, line := range strings.SplitAfter(ts.ReadFile(args[0]), "\n") {
		if i == 0 || i%every != 0 {
			b.WriteString(line)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b.Bytes(), 0o600))
}

// answer SHEET FILLED N fills in a sheet: every Nth row is wrong, the others right.
func answer(ts *testscript.TestScript, neg bool, args []string) {
	every, err := strconv.Atoi(args[2])
	ts.Check(err)
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
	ts.Check(err)
	at := slices.Index(rows[0], "answer")
	for i, row := range rows[1:] {
		row[at] = "right"
		if (i+1)%every == 0 {
			row[at] = "wrong"
		}
	}
	var b bytes.Buffer
	ts.Check(csv.NewWriter(&b).WriteAll(rows))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b.Bytes(), 0o600))
}

// mode FILE MODE fails unless a file has that mode, as ls writes it.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := info.Mode().String(); got != args[1] {
		ts.Fatalf("%s has the mode %s, not %s", args[0], got, args[1])
	}
}

// flip FILE OFFSET flips the lowest bit of a byte.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	var at int
	_, err := fmt.Sscan(args[1], &at)
	ts.Check(err)
	b := []byte(ts.ReadFile(args[0]))
	b[at] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

// makeFile KIND FILE [FROM...] makes a file that a text script cannot hold.
func makeFile(ts *testscript.TestScript, neg bool, args []string) {
	kind, path := args[0], ts.MkAbs(args[1])
	var from []byte
	if len(args) > 2 {
		from = []byte(ts.ReadFile(args[2]))
	}
	f, err := os.Create(path)
	ts.Check(err)
	w := bufio.NewWriterSize(f, 1<<20)
	switch kind {
	case "binary":
		for i := range 1 << 16 {
			w.WriteByte(byte(i * 7 >> 3))
		}
	case "long-line": // the roll, and a line of a gigabyte in its middle
		first, rest, _ := bytes.Cut(from, []byte("\n"))
		w.Write(append(first, '\n'))
		for range 1 << 10 {
			w.WriteString(strings.Repeat("x", 1<<20))
		}
		w.WriteString("\n")
		w.Write(rest)
	case "sorted-surnames", "sorted-births": // of Florida's extract, whose columns 3 and 22 they are
		column := map[string]int{"sorted-surnames": 2, "sorted-births": 21}[kind]
		rows := bytes.SplitAfter(bytes.TrimSuffix(from, []byte("\n")), []byte("\n"))
		var values []string
		for _, row := range rows {
			values = append(values, string(bytes.Split(row, []byte("\t"))[column]))
		}
		slices.Sort(values)
		for i, row := range rows {
			cells := bytes.Split(row, []byte("\t"))
			cells[column] = []byte(values[i])
			w.Write(bytes.Join(cells, []byte("\t")))
		}
	case "nul":
		first, rest, _ := bytes.Cut(from, []byte("\n"))
		w.Write(append(append(first, "\n\x00\x00\x00\n"...), rest...))
	case "mixed-endings":
		for i, line := range strings.SplitAfter(string(from), "\n") {
			if i%2 == 0 {
				line = strings.Replace(line, "\n", "\r\n", 1)
			}
			w.WriteString(line)
		}
	case "gzip":
		z := gzip.NewWriter(w)
		z.Write(from)
		ts.Check(z.Close())
	case "gzip-truncated":
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(from)
		ts.Check(z.Close())
		w.Write(b.Bytes()[:b.Len()/2])
	case "zip":
		writeZip(ts, w, map[string][]byte{"roll.txt": from})
	case "archive": // of all files named
		members := map[string][]byte{}
		for _, name := range args[2:] {
			members[name] = []byte(ts.ReadFile(name))
		}
		writeZip(ts, w, members)
	case "zip-dotdot":
		writeZip(ts, w, map[string][]byte{"../../escaped.txt": from})
	case "zip-bomb":
		z := zip.NewWriter(w)
		m, err := z.Create("bomb.txt")
		ts.Check(err)
		m.Write(from)
		blank := bytes.Repeat([]byte("\n"), 1<<20)
		for range 600 {
			m.Write(blank)
		}
		ts.Check(z.Close())
	default:
		ts.Fatalf("no kind %q", kind)
	}
	ts.Check(w.Flush())
	ts.Check(f.Close())
}

func writeZip(ts *testscript.TestScript, w io.Writer, members map[string][]byte) {
	z := zip.NewWriter(w)
	for name, b := range members {
		m, err := z.Create(name)
		ts.Check(err)
		_, err = m.Write(b)
		ts.Check(err)
	}
	ts.Check(z.Close())
}
