package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcheck/internal/racetest"
)

// Damage anywhere in an index is found by verify, and no check says "not found"
// on the strength of damaged bytes: people who are in a dataset are found, or
// their search is incomplete.
func TestDamageAnywhere(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	testDamageAnywhere(t, newDamaged(t, newIndex(t), 3_000), scale(9, 60, 600))
}

// A served index is damaged in fewer places, of fewer people: every look-up is
// evaluated.
func TestDamageAnywhereServed(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	testDamageAnywhere(t, newDamaged(t, newServed(t), 600), scale(3, 9, 100))
}

func testDamageAnywhere(t *testing.T, d *damaged, places int) {
	rng := rand.New(rand.NewPCG(7, 2020))
	files := []string{"index.db", "a.1.rcd", "b.1.rcd"}
	for i := range places {
		name := files[i%len(files)]
		content := slices.Clone(d.whole[name])
		at := d.place(rng, i/len(files), content)
		bit := byte(1) << rng.IntN(8)
		content[at] ^= bit
		d.wantFound(map[string][]byte{name: content}, "%s: bit %#x of byte %d flipped", name, bit, at)
	}

	a, b := d.whole["a.1.rcd"], d.whole["b.1.rcd"]
	d.wantFound(map[string][]byte{"a.1.rcd": nil}, "a dataset's file deleted")
	d.wantFound(map[string][]byte{"index.db": nil}, "index.db deleted")
	d.wantFound(map[string][]byte{"a.1.rcd": b, "b.1.rcd": a}, "two datasets' files swapped")
	d.wantFound(map[string][]byte{"b.1.rcd": append(slices.Clone(b), 0)}, "a byte appended")
	d.wantFound(map[string][]byte{"index.db": append(slices.Clone(d.whole["index.db"]), make([]byte, 4096)...)}, "a page appended")
	lengths := []int{0, len(a) / 2, len(a) - 1, 1, 63, 100, 4095, 4096, len(a) - 4096}
	for _, n := range lengths[:scale(3, len(lengths), len(lengths))] {
		d.wantFound(map[string][]byte{"a.1.rcd": a[:n]}, "a dataset's file cut to %d bytes", n)
	}
	for _, n := range []int{0, 99, 4096, len(d.whole["index.db"]) - 1} {
		d.wantFound(map[string][]byte{"index.db": d.whole["index.db"][:n]}, "index.db cut to %d bytes", n)
	}
	// Of the same length and with the right seal in it, but another file.
	zeros := make([]byte, len(a))
	copy(zeros[:100], a)
	d.wantFound(map[string][]byte{"a.1.rcd": zeros}, "all but the head of a dataset's file is zero")
}

// place returns where to flip a bit: anywhere, or in a part that is small and
// matters much.
func (d *damaged) place(rng *rand.Rand, i int, content []byte) int {
	const page = 4096
	filter := bytes.Index(content, []byte("rcf1"))
	switch {
	case i%6 == 0: // the head of the file
		return rng.IntN(200)
	case i%6 == 1: // the root of the first table, whose cells stand at its end
		return 2*page - 1 - rng.IntN(800)
	case i%6 == 2 && filter > 0:
		return filter + rng.IntN(min(len(content)-filter, 24<<10))
	}
	return rng.IntN(len(content))
}

// damaged is an index to be damaged, whose files are known whole.
type damaged struct {
	*site
	whole map[string][]byte
	few   string // people who are in both datasets
	many  string // and enough of them that a check reads the filter
}

func newDamaged(t *testing.T, s *site, rows int) *damaged {
	d := &damaged{site: s, whole: map[string][]byte{}}
	roll, truth := makeRoll(t, "fl-extract", rows, 31)
	path := d.file("roll.txt", roll)
	d.ingest("a", path)
	d.ingest("b", path)
	for _, name := range d.files() {
		content, err := os.ReadFile(filepath.Join(d.index(), name))
		d.check(err)
		d.whole[name] = content
	}
	d.run("verify").want(0)

	// The less people give, the less do other keys make up for one that is
	// damaged. They must be people who are found by that little.
	var thin []string
	var all strings.Builder
	for _, p := range parsePeople(t, truth) {
		line, err := json.Marshal(map[string]any{"first": p["first"], "last": p["last"], "birth_date": p["birth_date"]})
		d.check(err)
		thin = append(thin, string(line)+"\n")
		all.Write(line)
	}
	answers := d.runWith(all.String(), "check", "--json", "--input", "-").stdout
	var found []string
	for line := range strings.Lines(answers) {
		var a struct {
			Type     string
			Person   int
			Datasets []struct{ State string }
		}
		if json.Unmarshal([]byte(line), &a); a.Type == "person" && strings.Contains(line, `"exposed":true`) {
			found = append(found, thin[a.Person-1])
			if len(a.Datasets) != 2 || a.Datasets[0].State != "searched" || a.Datasets[1].State != "searched" {
				t.Fatalf("somebody was found without a whole search: %s", line)
			}
		}
	}
	if len(found) < rows*5/6 || deniesSomebody(t, d.run("check", "--json", "--input", d.file("many.jsonl", []byte(strings.Join(found, "")))).stdout) {
		t.Fatalf("only %d people are found in the whole index, or not in both datasets", len(found))
	}
	d.many, d.few = d.path("many.jsonl"), d.file("few.jsonl", []byte(strings.Join(found[:50], "")))
	return d
}

// wantFound changes files of the index (nil deletes one), fails the test unless
// the damage is found, and puts the files back.
func (d *damaged) wantFound(changed map[string][]byte, what string, args ...any) {
	d.t.Helper()
	for name, content := range changed {
		path := filepath.Join(d.index(), name)
		if content == nil {
			d.check(os.Remove(path))
		} else {
			d.check(os.WriteFile(path, content, 0o600))
		}
	}
	if r := d.run("verify"); r.code != 2 {
		d.t.Errorf(what+": verify ends with %d:\n%s%s", append(args, r.code, r.stdout, r.stderr)...)
	}
	for _, people := range []string{d.few, d.many} {
		if r := d.run("check", "--json", "--input", people); r.code == 1 || deniesSomebody(d.t, r.stdout) {
			d.t.Errorf(what+": check ends with %d and says that somebody is not there", append(args, r.code)...)
		}
	}
	for name := range changed {
		d.check(os.WriteFile(filepath.Join(d.index(), name), d.whole[name], 0o600))
	}
}

// deniesSomebody reports whether an answer is "not found" and complete, for a
// person as a whole or in one dataset.
func deniesSomebody(t testing.TB, answers string) bool {
	found := map[string]bool{} // findings of the person at hand, by dataset
	for line := range strings.Lines(answers) {
		var a struct {
			Type, Dataset string
			Exposed       any // of a person true or false, at the end a number
			Complete      bool
			Datasets      []struct{ Dataset, State string }
		}
		if line[0] != '{' || json.Unmarshal([]byte(line), &a) != nil {
			t.Fatalf("not JSON: %q", line)
		}
		switch a.Type {
		case "finding":
			found[a.Dataset] = true
		case "person":
			if a.Exposed == false && a.Complete {
				return true
			}
			for _, d := range a.Datasets {
				if d.State == "searched" && !found[d.Dataset] {
					return true
				}
			}
			clear(found)
		}
	}
	return false
}
