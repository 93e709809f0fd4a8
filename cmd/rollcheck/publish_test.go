//go:build linux

package main

import (
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcheck/internal/racetest"
	"rollcheck/rollindex/lookup"
)

// newPublishing returns a site with a served index of a dataset, which is
// published, and of another that is not; and what publishes both.
func newPublishing(t *testing.T, mount string) (s *site, out string, args []string) {
	s = newSite(t)
	if mount != "" {
		s.mount(mount)
	}
	s.run("init", "--scheme", "served", "--no-passphrase").want(0)
	s.run("key", "signing", "--no-passphrase", "--name", "lookup.example.org").want(0)
	// Vermont has 64 buckets, so that this is quick.
	first, _ := makeRoll(t, "vt-checklist-2016", 1_500, 51)
	second, _ := makeRoll(t, "vt-checklist-2016", 5_000, 52)
	s.ingest("first", s.file("first.txt", first))
	out = filepath.Join(s.dir, "data", "site")
	args = []string{"publish", "--json", "--no-page", "--name", "lookup.example.org", "--out", out}
	s.run(append(args, "--issued", "2026-11-22T12:00:00Z")...).want(0)
	s.ingest("second", s.file("second.txt", second))
	return s, out, append(args, "--issued", "2026-11-22T13:00:00Z")
}

// published returns the number of the manifest and fails the test unless all that
// it names is there, as it says.
func published(t *testing.T, dir string) uint64 {
	t.Helper()
	read := func(path string) []byte {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	key, err := lookup.ParseKey(string(read(lookup.KeyPath)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := lookup.OpenManifest(read(lookup.ManifestPath), key)
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range m.Lists {
		l, err := lookup.DecodeList(read(lookup.ListPath(ref.SHA256)), ref.Jurisdiction)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range l.Files {
			filter, err := lookup.OpenFilter(read(lookup.FilterPath(f.SHA256)))
			if err != nil || int64(filter.Len()) != f.N {
				t.Fatalf("the filter of %s by %s: %v", f.Dataset, f.KeyType, err)
			}
		}
		for i := 0; l.Buckets != nil && i < 1<<l.Buckets.Bits; i++ {
			id := lookup.BucketID{Bits: l.Buckets.Bits, Number: i}
			for _, k := range m.Keys {
				if k.Jurisdiction == ref.Jurisdiction {
					id.Key = k.ID
				}
			}
			if _, err := lookup.OpenBucket(read(lookup.BucketPath(l.Buckets.Root, i)), id, (*lookup.Hash)(&l.Buckets.Root)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return m.Seq
}

// contentOf returns the files below a directory, by path.
func contentOf(t *testing.T, dir string) map[string]string {
	all := map[string]string{}
	eachFile(t, dir, func(path string, content []byte) {
		all[strings.TrimPrefix(path, dir)] = string(content)
	})
	return all
}

// A publication that is killed at any moment leaves what was published whole, or,
// after its last step, what is to be; and is simply run again.
func TestKilledPublish(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	s, out, args := newPublishing(t, "")
	base, remembered := t.TempDir(), filepath.Join(s.index(), "publish.json")
	copyDir(t, base, out)
	memory, err := os.ReadFile(remembered)
	s.check(err)
	restore := func() {
		copyDir(t, out, base)
		s.check(os.WriteFile(remembered, memory, 0o600))
	}
	begun := time.Now()
	s.start(args...).end().want(0)
	took := time.Since(begun)
	if seq := published(t, out); seq != 2 {
		t.Fatalf("number %d", seq)
	}
	want := contentOf(t, out)
	restore()
	rng := rand.New(rand.NewPCG(5, 2020))
	old := 0
	for i := range scale(4, 12, 100) {
		p := s.start(args...)
		p.running(time.Duration(rng.Int64N(int64(took))))
		p.Process.Kill()
		code := p.end().code
		switch seq := published(t, out); {
		case seq == 1 && code != 0:
			old++
		case seq != 2 && seq != 3: // 3 after a kill that came between the index's record of 2 and the manifest
			t.Errorf("kill %d: number %d, exit status %d", i, seq, code)
		default:
			restore()
		}
	}
	if old == 0 {
		t.Error("no kill came before the end")
	}
	if s.start(args...).end().want(0); published(t, out) < 2 {
		t.Error("run again to its end, it published nothing")
	}
	got := contentOf(t, out)
	delete(got, "/v1/manifest") // a killed run may have used up a number
	delete(want, "/v1/manifest")
	if !maps.Equal(got, want) {
		t.Error("run again to its end, it published other files")
	}
	p := s.start(append(args, "--valid", "20d")...)
	p.running(took / 4)
	if err := p.Process.Signal(os.Interrupt); !errors.Is(err, os.ErrProcessDone) {
		s.check(err)
	}
	p.end().want(130, -1, 0)
	published(t, out)
}

// A disk that fills up while something is published is one clear error, and leaves
// what was published.
func TestFullDiskPublish(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	s, out, args := newPublishing(t, "8m")
	base := t.TempDir()
	copyDir(t, base, out)
	room := s.free()
	s.start(args...).end().want(0)
	room -= s.free()
	copyDir(t, out, base)
	s.check(os.Remove(filepath.Join(s.index(), "publish.json"))) // it is read back from the directory
	full := 0
	steps := int64(scale(2, 4, 20))
	for i := range steps {
		s.fill(room * i / steps)
		r := s.start(args...).end()
		if r.code == 0 {
			continue
		}
		full++
		r.want(2).says("no space left")
		wantNoTemporaries(t, out)
		if seq := published(t, out); seq != 1 {
			t.Errorf("number %d", seq)
		}
	}
	if full == 0 {
		t.Error("the disk was never full")
	}
	s.check(os.Remove(filepath.Join(s.dir, "data", "filler")))
	s.start(args...).end().want(0)
	if seq := published(t, out); seq < 2 {
		t.Errorf("number %d", seq)
	}
	wantNoTemporaries(t, out)
}

func wantNoTemporaries(t *testing.T, dir string) {
	t.Helper()
	eachFile(t, dir, func(path string, _ []byte) {
		if strings.Contains(path, "/.tmp-") {
			t.Errorf("%s is left", path)
		}
	})
}
