package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Damage anywhere in an index is found by verify, and no check says "not found"
// on the strength of damaged bytes: people who are in a dataset are found, or
// their search is incomplete.
func TestDamageAnywhere(t *testing.T) {
	t.Parallel()
	d := newDamaged(t)
	rng := rand.New(rand.NewPCG(7, 2020))
	files := []string{"index.db", "a.1.rcd", "b.1.rcd"}
	for i := range scale(9, 60, 600) {
		name := files[i%len(files)]
		content := slices.Clone(d.whole[name])
		// Half of the flips are in the head or the tail: the rest is pages.
		at := rng.IntN(len(content))
		switch i / len(files) % 4 {
		case 0:
			at = rng.IntN(200)
		case 1:
			at = len(content) - 1 - rng.IntN(min(len(content), 8192))
		}
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

// damaged is an index to be damaged, whose files are known whole.
type damaged struct {
	*site
	whole map[string][]byte
	few   string // people who are in both datasets
	many  string // and enough of them that a check reads the filter
}

func newDamaged(t *testing.T) *damaged {
	d := &damaged{site: newIndex(t), whole: map[string][]byte{}}
	roll, truth := makeRoll(t, "fl-extract", 3_000, 31)
	// People without an exemption are found by their name and date of birth.
	var few, many []string
	for line := range strings.Lines(string(truth)) {
		if strings.Contains(line, `"withheld"`) || !strings.Contains(line, `"birth_date"`) {
			continue
		}
		if many = append(many, line); len(few) < 50 {
			few = append(few, line)
		}
	}
	d.few = d.file("few.jsonl", []byte(strings.Join(few, "")))
	d.many = d.file("many.jsonl", []byte(strings.Join(many, "")))
	path := d.file("roll.txt", roll)
	d.ingest("a", path)
	d.ingest("b", path)
	for _, name := range d.files() {
		content, err := os.ReadFile(filepath.Join(d.index(), name))
		d.check(err)
		d.whole[name] = content
	}
	d.run("verify").want(0)
	for _, people := range []string{d.few, d.many} {
		if r := d.run("check", "--json", "--input", people).want(0); strings.Contains(r.stdout, `"exposed":false`) {
			t.Fatal("not everybody is found in the whole index")
		}
	}
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
