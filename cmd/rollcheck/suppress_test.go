//go:build linux

package main

import (
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcheck/internal/racetest"
)

// suppressed returns how many people are on the index's list.
func (s *site) suppressed() int {
	s.t.Helper()
	var done struct {
		Suppressed int `json:"suppressed"`
	}
	lines := strings.Split(strings.TrimSpace(s.run("datasets", "--json").want(0).stdout), "\n")
	s.check(json.Unmarshal([]byte(lines[len(lines)-1]), &done))
	return done.Suppressed
}

// newSuppressing returns a site whose index holds a dataset, and a file of n of its
// people.
func newSuppressing(t *testing.T, s *site, rows, n int) (people string) {
	roll, truth := makeRoll(t, "fl-extract", rows, 51)
	s.ingest("d", s.file("roll.txt", roll))
	return s.file("people.jsonl", head(truth, n))
}

// A suppress that is killed at any moment leaves the list as it was, or as it is to
// be: nobody is half on it.
func TestKilledSuppress(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	s := newIndex(t)
	people := newSuppressing(t, s, 2_000, 1_000)
	before, base := s.answers(people), t.TempDir()
	copyDir(t, base, s.index())
	begun := time.Now()
	s.run("suppress", "--input", people).want(0)
	took, listed := time.Since(begun), s.suppressed()
	after := s.run("check", "--json", "--input", people).want(2).stdout
	if listed < 990 || strings.Contains(after, `"exposed":true`) {
		t.Fatalf("%d people are on the list, and some are found all the same", listed)
	}
	copyDir(t, s.index(), base)
	rng, was, is := rand.New(rand.NewPCG(6, 2020)), 0, 0
	for i := range scale(8, 30, 200) {
		p := s.start("suppress", "--json", "--input", people)
		if i%2 == 0 {
			p.waitFor(".tmp-*") // the new index.db
		} else {
			p.running(time.Duration(rng.Int64N(int64(took))))
		}
		p.Process.Kill()
		p.end()
		s.run("verify").want(0)
		switch n := s.suppressed(); n {
		case 0:
			was++
			if got := s.answers(people); got != before {
				t.Errorf("kill %d: other answers than before: %s", i, firstDifference(got, before))
			}
		case listed:
			is++
			if got := s.run("check", "--json", "--input", people).want(2).stdout; got != after {
				t.Errorf("kill %d: other answers than after: %s", i, firstDifference(got, after))
			}
			copyDir(t, s.index(), base)
		default:
			t.Errorf("kill %d: %d of %d people are on the list", i, n, listed)
		}
	}
	t.Logf("%d kills left the list as it was, %d as it is to be", was, is)
	s.run("suppress", "--input", people).want(0)
	if got := s.run("check", "--json", "--input", people).want(2).stdout; got != after {
		t.Errorf("run again to its end: %s", firstDifference(got, after))
	}
	s.ingest("e", s.path("roll.txt")) // a writer removes what was left
	s.wantNothingLeft()
}

// A disk that is full leaves the list as it was.
func TestFullDiskSuppress(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	s := newSite(t)
	s.mount("8m")
	s.run("init", "--no-passphrase").want(0)
	people := newSuppressing(t, s, 1_000, 300)
	answers := s.answers(people)
	for _, room := range []int64{0, 16 << 10, 64 << 10} {
		s.fill(room)
		s.run("suppress", "--input", people).want(2).says("no space left")
		s.run("suppress", "--input", people, "--out", filepath.Join(s.index(), "list")).want(2).says("no space left")
		if n, got := s.suppressed(), s.answers(people); n != 0 || got != answers {
			t.Errorf("%d people are on the list; other answers than before: %s", n, firstDifference(got, answers))
		}
		s.run("verify").want(0)
		s.wantNothingLeft()
	}
	s.fill(6 << 20)
	s.run("suppress", "--input", people).want(0)
	if s.suppressed() < 290 {
		t.Errorf("%d people are on the list", s.suppressed())
	}
}

// optOut puts people on the list in every way, broken ones too.
func (h *hunt) optOut(people string) {
	h.t.Helper()
	for _, bad := range []string{
		`{"last":"` + canaryLast + `"}`, `{"last":"` + canaryLast, canaryLast,
		`{"last":"` + canaryLast + `","first":"` + canaryFirst + `","birth_date":"` + canaryCode + `","zip":"` + canaryCity + `"}`,
	} {
		h.talk(bad, "suppress", "--input", "-").want(2)
		h.talk(bad, "suppress", "--input", "-", "--json").want(2)
	}
	list := filepath.Join(h.dir, "list")
	h.talk("", "suppress", "--input", people, "--out", list).want(0)
	for kill := range scale(2, 4, 10) {
		h.watch(h.start("suppress", "--input", people), 1+kill)
	}
	h.talk("", "suppress", "--input", people).want(0)
	h.talk("", "suppress", "--json", "--input", people, "--remove").want(0)
	h.talk("", "ingest", "--dataset", "later", "--suppress", list, h.path("wa.txt")).want(0)
	h.talk("", "check", "--input", people).want(2)
	h.talk("", "check", "--json", "--input", people).want(2)
}
