//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rollcheck/internal/racetest"
)

// mount mounts a small file system of its own below the site's directory, and
// makes it where the index is. It needs root, as which continuous integration
// runs.
func (s *site) mount(size string) {
	s.t.Helper()
	dir := filepath.Join(s.dir, "data")
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size+",mode=0700"); err != nil {
		if os.Getenv("CI") != "" {
			s.t.Fatalf("mounting a small file system: %v", err)
		}
		s.t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	s.t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			s.t.Error(err)
		}
	})
}

// free returns the bytes that are free where the index is.
func (s *site) free() int64 {
	s.t.Helper()
	var st syscall.Statfs_t
	s.check(syscall.Statfs(s.index(), &st))
	return int64(st.Bavail) * st.Bsize
}

// fill leaves only so many bytes free where the index is.
func (s *site) fill(leave int64) {
	s.t.Helper()
	path := filepath.Join(s.dir, "data", "filler")
	s.check(os.RemoveAll(path))
	s.check(os.WriteFile(path, make([]byte, max(s.free()-leave, 0)), 0o600))
}

// A disk that fills up while an index is written is one clear error, and leaves
// the index as it was: while entries are spilled, while the dataset's file is
// written, and at any moment up to the commit.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mount("8m")
	s.run("init", "--no-passphrase").want(0)
	before, truth := makeRoll(t, "fl-extract", 3_000, 41)
	roll, _ := makeRoll(t, "fl-extract", 150_000, 42)
	s.ingest("before", s.file("before.txt", before))
	big, people := s.file("roll.txt", roll), s.file("people.jsonl", head(truth, 50))
	answers := s.answers(people)
	intact := func() {
		t.Helper()
		s.wantDatasets("before")
		s.run("verify").want(0)
		if got := s.answers(people); got != answers {
			t.Errorf("other answers than before: %s", firstDifference(got, answers))
		}
	}
	memories := []string{"16MiB", "1GiB"} // full while spilling, full while writing
	for _, memory := range memories[:scale(1, 2, 2)] {
		s.start("ingest", "--dataset", "big", "--memory", memory, "--quiet", big).end().want(2).says("no space left")
		intact()
		s.wantNothingLeft()
	}

	// A small dataset, with less and less room for it.
	small := s.file("small.txt", roll[:len(head(roll, 3_000))])
	room := s.free()
	s.ingest("small", small)
	room -= s.free()
	s.run("datasets", "remove", "small").want(0)
	full, fits := 0, 0
	steps := int64(scale(3, 10, 40))
	for i := range steps + 1 {
		s.fill((room + 64<<10) * i / steps)
		r := s.start("ingest", "--dataset", "small", small).end().want(0, 2)
		if r.code == 0 {
			fits++
			s.wantDatasets("before", "small")
			s.run("verify").want(0)
			s.fill(1 << 20)
			s.run("datasets", "remove", "small").want(0)
			continue
		}
		full++
		r.says("no space left")
		intact()
		if i == 0 { // index.db is written anew to remove something
			s.run("datasets", "remove", "before").want(2).says("no space left")
			intact()
		}
	}
	if full == 0 || fits == 0 {
		t.Errorf("the disk was full %d times and not full %d times: the test does not test what it should", full, fits)
	}

	s.fill(7 << 20)
	s.ingest("small", small)
	s.run("verify").want(0)
	if names := s.files(); strings.Contains(fmt.Sprint(names), ".tmp-") {
		t.Errorf("the index's directory holds %q", names)
	}
}

// An answer that cannot be written is an error, and never a shorter answer.
func TestFullOutput(t *testing.T) {
	t.Parallel()
	s := newIndex(t)
	roll, truth := makeRoll(t, "fl-extract", 500, 43)
	path, people := s.file("roll.txt", roll), s.file("people.jsonl", truth)
	s.ingest("d", path)
	for _, args := range [][]string{
		{"check", "--input", people}, {"check", "--input", people, "--json"},
		{"datasets"}, {"datasets", "--json"}, {"datasets", "show", "d"}, {"verify"}, {"verify", "--json"},
		{"layouts"}, {"layouts", "show", "fl-extract"}, {"layouts", "detect", path}, {"help"}, {"version"},
		{"synth", "--layout", "fl-extract"}, {"ingest", "--dataset", "e", path}, {"key"}, {"completion", "bash"},
	} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		s.check(err)
		p := s.command(args...)
		p.Stdout = full
		p.begin().end().want(2).says("no space left")
		s.check(full.Close())
	}
}

// Of an index on a read-only file system all can be read; writing to it is one
// clear error.
func TestReadOnlyDirectory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	reason := "permission denied"
	protect := func() {
		eachFile(t, s.index(), func(path string, _ []byte) { s.check(os.Chmod(path, 0o400)) })
		s.check(os.Chmod(s.index(), 0o500))
		t.Cleanup(func() { os.Chmod(s.index(), 0o700) })
	}
	if os.Geteuid() == 0 { // whom permissions do not bind
		s.mount("8m")
		reason = "read-only file system"
		protect = func() {
			s.check(syscall.Mount("", filepath.Join(s.dir, "data"), "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
		}
	}
	s.run("init", "--no-passphrase").want(0)
	roll, truth := makeRoll(t, "fl-extract", 1_000, 44)
	path, people := s.file("roll.txt", roll), s.file("people.jsonl", head(truth, 50))
	s.ingest("d", path)
	answers := s.answers(people)
	protect()
	if got := s.answers(people); got != answers {
		t.Errorf("other answers than before: %s", firstDifference(got, answers))
	}
	s.wantDatasets("d")
	s.run("verify").want(0)
	s.start("ingest", "--dataset", "e", path).end().want(2).says(reason)
	s.run("datasets", "remove", "d").want(2).says(reason)
	s.run("init", "--no-passphrase", "--index", filepath.Join(s.index(), "below")).want(2).says(reason)
	s.wantDatasets("d")
}

// A disk that fills up while what was evaluated is kept is one clear error; the
// index is as it was, and with more room the ingest goes on where it ended.
func TestFullDiskServed(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	s := newSite(t)
	s.mount("8m")
	s.run("init", "--scheme", "served", "--no-passphrase").want(0)
	before, truth := makeRoll(t, "fl-extract", 300, 45)
	roll, _ := makeRoll(t, "fl-extract", 16_000, 46)
	s.ingest("before", s.file("before.txt", before))
	big, people := s.file("roll.txt", roll), s.file("people.jsonl", head(truth, 10))
	answers := s.answers(people)
	s.fill(400 << 10) // a block and more
	s.start("ingest", "--dataset", "big", "--quiet", big).end().want(2).says("no space left")
	s.wantDatasets("before")
	s.run("verify").want(0)
	if got := s.answers(people); got != answers {
		t.Errorf("other answers than before: %s", firstDifference(got, answers))
	}
	s.fill(7 << 20)
	if done := s.ingest("big", big); done.Resumed == 0 {
		t.Error("nothing was resumed")
	}
	s.wantNothingLeft()
	s.run("verify").want(0)
}
