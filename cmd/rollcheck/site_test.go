package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/rollindex/voterfile/synth"
)

// site is a place to run the program in: directories of its own, and an
// environment that knows no others.
type site struct {
	t   testing.TB
	dir string // holds all that the program may write
	in  string // input files, outside of dir
	env []string
}

func newSite(t testing.TB) *site {
	s := &site{t: t, dir: t.TempDir(), in: t.TempDir()}
	for _, v := range []struct{ name, dir string }{
		{"HOME", "home"}, {"TMPDIR", "tmp"}, {"XDG_DATA_HOME", "data"}, {"XDG_CONFIG_HOME", "config"},
		{"XDG_CACHE_HOME", "cache"}, {"XDG_STATE_HOME", "state"}, {"XDG_RUNTIME_DIR", "runtime"}, {"PWD", "cwd"},
	} {
		dir := filepath.Join(s.dir, v.dir)
		s.check(os.Mkdir(dir, 0o700))
		s.env = append(s.env, v.name+"="+dir)
	}
	s.env = append(s.env, "NO_COLOR=1", "GOCOVERDIR="+t.TempDir())
	return s
}

// newIndex returns a site with an empty index, whose key is bare.
func newIndex(t testing.TB) *site {
	s := newSite(t)
	s.run("init", "--no-passphrase").want(0)
	return s
}

// newServed is newIndex with a served index.
func newServed(t testing.TB) *site {
	s := newSite(t)
	s.run("init", "--scheme", "served", "--no-passphrase").want(0)
	return s
}

func (s *site) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// index returns the directory of the index, which is where it is by default.
func (s *site) index() string { return filepath.Join(s.dir, "data", "rollcheck", "index") }

func (s *site) path(name string) string { return filepath.Join(s.in, name) }

// file writes an input file and returns its path.
func (s *site) file(name string, content []byte) string {
	s.t.Helper()
	s.check(os.WriteFile(s.path(name), content, 0o600))
	return s.path(name)
}

// result is how a run ended.
type result struct {
	t              testing.TB
	args           []string
	code           int
	stdout, stderr string
}

// want fails the test unless the run ended with one of the codes.
func (r result) want(codes ...int) result {
	r.t.Helper()
	if !slices.Contains(codes, r.code) {
		r.t.Fatalf("rollcheck %q: exit status %d, want %v\n%.2000s%.2000s", r.args, r.code, codes, r.stdout, r.stderr)
	}
	return r
}

// says fails the test unless standard error is one error that says text, with
// at most a hint after it.
func (r result) says(text string) result {
	r.t.Helper()
	lines := strings.Split(strings.TrimSuffix(r.stderr, "\n"), "\n")
	if !strings.HasPrefix(lines[0], "rollcheck: error: ") || !strings.Contains(lines[0], text) ||
		len(lines) > 2 || len(lines) == 2 && !strings.HasPrefix(lines[1], "rollcheck: hint: ") {
		r.t.Fatalf("rollcheck %q: standard error is not one error that says %q:\n%s", r.args, text, r.stderr)
	}
	return r
}

// run runs the program in this process, without input.
func (s *site) run(args ...string) result { return s.runWith("", args...) }

// oneRun is held while the program runs in this process: the command-line
// library writes to a variable of its own, the help flag, in every run.
var oneRun sync.Mutex

// runWith runs the program in this process. It is not for ingest, which sets
// the memory limit of its process.
func (s *site) runWith(stdin string, args ...string) result {
	env := func(name string) (string, bool) {
		for _, v := range s.env {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value, true
			}
		}
		return "", false
	}
	var stdout, stderr bytes.Buffer
	oneRun.Lock()
	defer oneRun.Unlock()
	code := run(context.Background(), append([]string{"rollcheck"}, args...), env, strings.NewReader(stdin), &stdout, &stderr)
	return result{s.t, args, code, stdout.String(), stderr.String()}
}

// process is a run of the program in a process of its own.
type process struct {
	*exec.Cmd
	site   *site
	out    bytes.Buffer
	errors bytes.Buffer
	ended  chan struct{}
	err    error // of Wait; set when ended is closed
}

// command returns a process that is not started yet.
func (s *site) command(args ...string) *process {
	p := &process{Cmd: exec.Command("rollcheck", args...), site: s, ended: make(chan struct{})}
	p.Env, p.Dir = s.env, filepath.Join(s.dir, "cwd")
	p.Stdout, p.Stderr = &p.out, &p.errors
	return p
}

// start starts a process, which is killed at the end of the test if need be.
func (s *site) start(args ...string) *process {
	s.t.Helper()
	return s.command(args...).begin()
}

func (p *process) begin() *process {
	p.site.t.Helper()
	p.site.check(p.Start())
	go func() {
		p.err = p.Wait()
		close(p.ended)
	}()
	p.site.t.Cleanup(func() {
		p.Process.Kill()
		<-p.ended
	})
	return p
}

// end waits for the process. A signal that ended it is the code -1.
func (p *process) end() result {
	<-p.ended
	if exit := (*exec.ExitError)(nil); p.err != nil && !errors.As(p.err, &exit) {
		p.site.t.Fatal(p.err)
	}
	return result{p.site.t, p.Args[1:], p.ProcessState.ExitCode(), p.out.String(), p.errors.String()}
}

// running reports whether the process has not ended within d.
func (p *process) running(d time.Duration) bool {
	select {
	case <-p.ended:
		return false
	case <-time.After(d):
		return true
	}
}

// waitFor waits until a file that fits the pattern is in the index's directory
// and reports whether there was one before the process ended.
func (p *process) waitFor(pattern string) bool {
	for {
		if found, _ := filepath.Glob(filepath.Join(p.site.index(), pattern)); len(found) > 0 {
			return true
		}
		if !p.running(100 * time.Microsecond) {
			return false
		}
	}
}

// ingest ingests files in a process of its own and returns what its last line
// says; flags may follow the files.
func (s *site) ingest(dataset string, args ...string) ingested {
	s.t.Helper()
	return s.ingested(s.start(append([]string{"ingest", "--json", "--dataset", dataset}, args...)...).end().want(0))
}

// ingested is the last line of an ingest's JSON.
type ingested struct {
	Dataset struct {
		ID      string           `json:"id"`
		Digest  string           `json:"digest"`
		Rows    int64            `json:"rows"`
		Indexed int64            `json:"indexed"`
		Skipped map[string]int64 `json:"skipped"`
	} `json:"dataset"`
	Spilled int64 `json:"spilled_bytes"`
	Resumed int64 `json:"resumed"`
}

func (s *site) ingested(r result) (done ingested) {
	s.t.Helper()
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	s.check(json.Unmarshal([]byte(lines[len(lines)-1]), &done))
	return done
}

// datasets returns the ids of the datasets listed.
func (s *site) datasets() (ids []string) {
	s.t.Helper()
	for line := range strings.Lines(s.run("datasets", "--json").want(0).stdout) {
		var d struct{ Type, ID string }
		s.check(json.Unmarshal([]byte(line), &d))
		if d.Type == "dataset" {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// files returns the names in the directory of the index.
func (s *site) files() (names []string) {
	s.t.Helper()
	entries, err := os.ReadDir(s.index())
	s.check(err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// wantDatasets fails the test unless exactly these datasets are listed.
func (s *site) wantDatasets(ids ...string) {
	s.t.Helper()
	if got := s.datasets(); !slices.Equal(got, ids) {
		s.t.Fatalf("the index lists %q, want %q", got, ids)
	}
}

// wantNothingLeft fails the test unless the directory of the index holds
// nothing but what is listed: each dataset in its first generation.
func (s *site) wantNothingLeft() {
	s.t.Helper()
	want := []string{"index.db", "lock"}
	for _, id := range s.datasets() {
		want = append(want, id+".1.rcd")
	}
	slices.Sort(want)
	if got := s.files(); !slices.Equal(got, want) {
		s.t.Fatalf("the index's directory holds %q, want %q", got, want)
	}
}

// copyDir makes dst a copy of src, which has no directories in it.
func copyDir(t testing.TB, dst, src string) {
	t.Helper()
	err := errors.Join(os.RemoveAll(dst), os.CopyFS(dst, os.DirFS(src)))
	if err != nil {
		t.Fatal(err)
	}
}

// eachFile calls f with every file below dir.
func eachFile(t testing.TB, dir string, f func(path string, content []byte)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if err == nil {
			f(path, content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// scale returns how much of a test to do: with -short, by default, and with
// ROLLCHECK_LONG in the environment.
func scale(short, normal, long int) int {
	switch {
	case os.Getenv("ROLLCHECK_LONG") != "":
		return long
	case testing.Short():
		return short
	}
	return normal
}

// makeRoll returns a roll of made-up people, and the people as JSON lines.
func makeRoll(t testing.TB, layout string, rows int, seed uint64, add ...field.Role) (roll, people []byte) {
	t.Helper()
	l, err := layouts.Get(layout)
	if err != nil {
		t.Fatal(err)
	}
	var r, p bytes.Buffer
	if _, err := synth.Write(t.Context(), &r, &p, synth.Options{Layout: l, Rows: int64(rows), Seed: seed, Add: add}); err != nil {
		t.Fatal(err)
	}
	return r.Bytes(), p.Bytes()
}

// head returns the first n lines.
func head(text []byte, n int) []byte {
	at := 0
	for range n {
		at += bytes.IndexByte(text[at:], '\n') + 1
	}
	return text[:at]
}
