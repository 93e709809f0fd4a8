//go:build unix

package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"rollcheck/internal/racetest"
)

// newWriting returns a site whose index holds the dataset "before", a file of
// people, half of whom are in it, and a roll of the other half's to ingest.
func newWriting(t *testing.T, rows int) (s *site, people, roll string) {
	s = newIndex(t)
	before, truth := makeRoll(t, "fl-extract", 3_000, 21)
	s.ingest("before", s.file("before.txt", before))
	big, others := makeRoll(t, "fl-extract", rows, 22)
	return s, s.file("people.jsonl", append(head(truth, 50), head(others, 50)...)), s.file("roll.txt", big)
}

// answers returns what check answers about the people.
func (s *site) answers(people string, args ...string) string {
	s.t.Helper()
	r := s.run(append([]string{"check", "--json", "--input", people}, args...)...).want(0, 2)
	if !strings.Contains(r.stdout, `"exposed":true`) {
		s.t.Fatalf("nobody was found:\n%.1000s", r.stdout)
	}
	return r.stdout
}

// An ingest that is killed at any moment leaves the index as it was before, or,
// after its commit, as it is to be; and is simply run again.
func TestKilledIngest(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	s, people, roll := newWriting(t, scale(40_000, 60_000, 80_000))
	base, answers := t.TempDir(), s.answers(people)
	copyDir(t, base, s.index())
	args := []string{"--memory", "16MiB", "--jobs", "2", roll}
	begun := time.Now()
	want := s.ingest("new", args...)
	took := time.Since(begun)
	after := s.answers(people)
	if answers == after || want.Spilled == 0 {
		t.Fatalf("the ingest changed no answer, or spilled nothing (%d bytes)", want.Spilled)
	}
	copyDir(t, s.index(), base)

	rng := rand.New(rand.NewPCG(2, 2020))
	moments := map[string]int{}
	for i := range scale(5, 25, 200) {
		begun := time.Now()
		p := s.start(append([]string{"ingest", "--json", "--dataset", "new"}, args...)...)
		switch i % 4 {
		case 0: // early, which is while reading
			p.running(time.Duration(rng.Int64N(int64(took / 4))))
		case 1: // anywhere
			p.running(time.Duration(rng.Int64N(int64(took))))
		case 2: // somewhere in the writing of the dataset's file
			p.waitFor(".tmp-*")
			p.running(time.Duration(i/4%2) * time.Duration(rng.Int64N(int64(took/3))))
		case 3: // between the file's getting its name and the commit, or just after it
			p.waitFor("new.1.rcd")
		}
		p.Process.Kill()
		code, lasted := p.end().code, time.Since(begun)
		moment := s.afterKill(code, want.Dataset.Digest)
		moments[moment]++
		if moment == "ended" && lasted < took {
			took = lasted // the machine is less busy than it was
		}
		if moment == "committed" || moment == "ended" {
			if got := s.answers(people); got != after {
				t.Errorf("kill %d: other answers than after the whole run: %s", i, firstDifference(got, after))
			}
			copyDir(t, s.index(), base)
		}
		if got := s.answers(people); got != answers {
			t.Errorf("kill %d: other answers than before: %s", i, firstDifference(got, answers))
		}
	}
	t.Logf("kills: %v", moments)
	if moments["reading"] == 0 || moments["writing"] == 0 {
		t.Errorf("no kill while reading or none while writing: %v", moments)
	}
	if got := s.ingest("new", args...); got.Dataset.Digest != want.Dataset.Digest {
		t.Errorf("run again to its end, it has the digest %s, not %s", got.Dataset.Digest, want.Dataset.Digest)
	}
	s.wantNothingLeft()
	s.run("verify").want(0)
}

// afterKill checks that the index is whole and returns when the ingest was
// killed, as far as the index shows.
func (s *site) afterKill(code int, digest string) string {
	s.t.Helper()
	s.run("verify").want(0)
	listed := s.datasets()
	if slices.Equal(listed, []string{"before", "new"}) {
		if show := s.run("datasets", "show", "new").want(0); !strings.Contains(show.stdout, digest) {
			s.t.Errorf("the dataset is listed with another digest than %s:\n%s", digest, show.stdout)
		}
		return map[bool]string{true: "ended", false: "committed"}[code == 0]
	}
	if !slices.Equal(listed, []string{"before"}) || code == 0 {
		s.t.Errorf("after exit status %d the index lists %q", code, listed)
	}
	files := strings.Join(s.files(), " ")
	switch {
	case strings.Contains(files, "new.1.rcd"):
		return "committing"
	case strings.Contains(files, ".tmp-"):
		return "writing"
	}
	return "reading"
}

// Readers get the old answer until the commit and the new one after it; a
// second writer is told at once that it cannot write now.
func TestReadersWhileWriting(t *testing.T) {
	t.Parallel()
	s, people, roll := newWriting(t, scale(40_000, 100_000, 1_000_000))
	before := s.answers(people)
	early := s.startReader()

	writer := s.start("ingest", "--dataset", "new", "--memory", "16MiB", roll)
	if !writer.waitFor(".tmp-*") {
		t.Fatalf("the ingest wrote no file: %v", writer.end())
	}
	s.check(writer.Process.Signal(syscall.SIGSTOP))
	if got := s.answers(people); got != before {
		t.Errorf("nothing is committed, but the answers are others: %s", firstDifference(got, before))
	}
	for _, second := range [][]string{{"ingest", "--dataset", "second", roll}, {"datasets", "remove", "before"}} {
		p := s.start(second...)
		if p.running(10 * time.Second) {
			t.Fatalf("%q waits instead of being told so", second)
		}
		p.end().want(2).says("another process is writing to this index")
	}
	s.check(writer.Process.Signal(syscall.SIGCONT))

	var answers []string // each that differs from the one before
	for last := false; !last; {
		last = !writer.running(0) // then this round is after the commit
		if got := s.answers(people); len(answers) == 0 || got != answers[len(answers)-1] {
			answers = append(answers, got)
		}
	}
	writer.end().want(0)
	s.wantDatasets("before", "new")
	after := s.answers(people)
	if len(answers) == 1 {
		answers = append([]string{before}, answers...)
	}
	if len(answers) != 2 || answers[0] != before || answers[1] != after || before == after {
		t.Errorf("there were %d different answers, not the old one and then the new one", len(answers))
	}
	s.wantNothingLeft()

	// A reader that began before reads on what it began with, even when that is removed.
	s.run("datasets", "remove", "before").want(0)
	s.wantNothingLeft()
	content, err := os.ReadFile(people)
	s.check(err)
	if got := early(content); got != before {
		t.Errorf("a reader from before the ingest has other answers: %s", firstDifference(got, before))
	}
}

// startReader starts a check that has opened the index and waits for people.
// The function it returns gives them to it and returns all it answers.
func (s *site) startReader() func(people []byte) string {
	s.t.Helper()
	p := s.command("check", "--json", "--quiet", "--input", "-")
	p.Stdout = nil
	stdin, err := p.StdinPipe()
	s.check(err)
	stdout, err := p.StdoutPipe()
	s.check(err)
	s.check(p.Start()) // and not begin: the pipe is to be read before Wait
	s.t.Cleanup(func() { p.Process.Kill() })
	answers := bufio.NewReader(stdout)
	start, err := answers.ReadString('\n')
	s.check(err)
	return func(people []byte) string {
		s.t.Helper()
		_, err := stdin.Write(people)
		s.check(errors.Join(err, stdin.Close()))
		rest, err := io.ReadAll(answers)
		s.check(err)
		if err := p.Wait(); err != nil && p.ProcessState.ExitCode() < 0 || p.errors.Len() > 0 {
			s.t.Errorf("the reader ended with %v: %s", err, &p.errors)
		}
		return start + string(rest)
	}
}

// Ctrl-C ends a run with 130 and leaves the index as it was.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	s, people, roll := newWriting(t, scale(60_000, 150_000, 300_000))
	answers := s.answers(people)
	base := t.TempDir()
	copyDir(t, base, s.index())
	rng := rand.New(rand.NewPCG(3, 2020))
	interrupted := 0
	for i := range scale(4, 8, 50) {
		p := s.start("ingest", "--dataset", "new", "--memory", "16MiB", roll)
		if i%2 == 0 {
			p.waitFor(".tmp-*")
		}
		p.running(time.Duration(20+rng.IntN(100)) * time.Millisecond)
		if err := p.Process.Signal(os.Interrupt); !errors.Is(err, os.ErrProcessDone) {
			s.check(err)
		}
		if p.running(10 * time.Second) {
			t.Fatal("the ingest goes on after Ctrl-C")
		}
		r := p.end()
		if r.code == 0 { // it was done before the signal came
			copyDir(t, s.index(), base)
			continue
		}
		if r.code == -1 && i%2 == 1 {
			continue // the signal came before the program had begun
		}
		r.want(130)
		interrupted++
		if !strings.HasSuffix(r.stderr, "rollcheck: warning: interrupted; the index is as it was before\n") || r.stdout != "" {
			t.Errorf("it said %q and %q", r.stdout, r.stderr)
		}
		s.wantNothingLeft()
		if got := s.answers(people); got != answers {
			t.Errorf("other answers than before: %s", firstDifference(got, answers))
		}
	}
	if interrupted == 0 {
		t.Error("no run was interrupted")
	}
	s.run("verify").want(0)

	// A run that waits for people can be interrupted as well.
	p := s.command("check", "--input", "-")
	stdin, err := p.StdinPipe()
	s.check(err)
	defer stdin.Close()
	p.begin()
	// More than a pipe holds (64 KiB, pipe(7)) is written only once the check reads.
	_, err = stdin.Write(bytes.Repeat([]byte("\n"), 80<<10))
	s.check(err)
	s.check(p.Process.Signal(os.Interrupt))
	if p.running(10 * time.Second) {
		t.Fatal("check goes on waiting for people")
	}
	p.end().want(130)
}

// A served ingest that is killed at any moment leaves the index as it was before,
// goes on where it ended when it is run again, and makes the index of an unbroken
// run.
func TestKilledServedIngest(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	s := newServed(t)
	before, truth := makeRoll(t, "fl-extract", 300, 21)
	s.ingest("before", s.file("before.txt", before))
	big, _ := makeRoll(t, "fl-extract", scale(24_000, 24_000, 200_000), 22) // four pieces, two at a time
	people, roll := s.file("people.jsonl", head(truth, 20)), s.file("roll.txt", big)
	answers, base := s.answers(people), t.TempDir()
	copyDir(t, base, s.index())
	begun := time.Now()
	want := s.ingest("new", roll)
	took := time.Since(begun)
	copyDir(t, s.index(), base)

	rng := rand.New(rand.NewPCG(4, 2020))
	resumed := int64(0)
	for kills := 0; ; kills++ {
		p := s.start("ingest", "--json", "--dataset", "new", roll)
		if kills < scale(2, 4, 20) {
			p.waitFor("new.1.part")
			p.running(time.Duration(rng.Int64N(int64(took / 8))))
			p.Process.Kill()
		}
		r := p.end()
		if r.code == 0 {
			done := s.ingested(r)
			if resumed = done.Resumed; done.Dataset.Digest != want.Dataset.Digest {
				t.Errorf("after %d kills it has the digest %s, not %s", kills, done.Dataset.Digest, want.Dataset.Digest)
			}
			break
		}
		if slices.Equal(s.datasets(), []string{"before"}) {
			if got := s.answers(people); got != answers {
				t.Errorf("kill %d: other answers than before: %s", kills, firstDifference(got, answers))
			}
			s.run("verify").want(0)
			continue
		}
		s.wantDatasets("before", "new") // killed just after its commit
		copyDir(t, s.index(), base)
		kills = 0
	}
	if resumed < 10_000 {
		t.Errorf("%d keys were resumed", resumed)
	}
	s.run("datasets", "remove", "before").want(0)
	s.wantNothingLeft()
	s.run("verify").want(0)

	// What an interrupted run left can be given up.
	s.run("datasets", "remove", "new").want(0)
	p := s.start("ingest", "--dataset", "other", roll)
	p.waitFor("other.1.part")
	s.check(p.Process.Signal(os.Interrupt))
	if r := p.end().want(130); !strings.HasSuffix(r.stderr, "and the same command goes on from here\n") {
		t.Errorf("it said %q", r.stderr)
	}
	s.run("datasets", "remove", "other").want(0)
	s.wantNothingLeft()
	s.run("datasets", "remove", "other").want(2).says("no such dataset")
}
