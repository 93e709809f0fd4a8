package decoys

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcheck/internal/racetest"
)

// leakOf writes what somebody makes of marked copies: rows that keep says, a mistake in
// some of them, and only columns columns of them, under names of its own.
func leakOf(t testing.TB, copies [][]byte, columns []int, names string, keep func(line []byte, have int) bool, mistakes float64, rng *rand.Rand) string {
	t.Helper()
	have := map[string]int{}
	var order []string
	for _, c := range copies {
		for line := range bytes.Lines(c) {
			if have[string(line)]++; have[string(line)] == 1 {
				order = append(order, string(line))
			}
		}
	}
	path := filepath.Join(t.TempDir(), "leak.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, names)
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	for _, line := range order {
		if !keep([]byte(line), have[line]) {
			continue
		}
		fields := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		var row []string
		for _, c := range columns {
			row = append(row, strings.ReplaceAll(fields[c], ",", " "))
		}
		if rng.Float64() < mistakes {
			i := rng.IntN(len(row))
			if n := len(row[i]); n > 3 {
				row[i] = row[i][:n-2] + row[i][n-1:] // a letter is lost
			}
		}
		fmt.Fprintln(w, strings.Join(row, ","))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// Columns of fl-extract that the leaks have: voter id, surname, first name, address,
// ZIP code, birth date, party.
var (
	leakColumns = []int{2, 4, 7, 11, 21, 23}
	leakNames   = "surname,first name,address,zip,date of birth,party"
)

func findIn(t testing.TB, r *Register, path string) *Found {
	t.Helper()
	found, err := Find(context.Background(), r, path, FindOptions{Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func namedIn(found *Found) (names []string) {
	for i := range found.Copies {
		if c := &found.Copies[i]; c.Verdict.Named {
			names = append(names, c.Recipient)
		}
	}
	return names
}

// As in Alberta in 2026: each of twenty recipients has a copy with fictitious electors
// of its own. One lets out a tenth of it, without some columns, in another order, with
// mistakes; it is named, and nobody else.
func TestOneOfTwentyLeaks(t *testing.T) {
	racetest.LeaveOut(t)
	path := roll(t, "fl-extract", 6000, 11)
	r := newTestRegister(t)
	var leaked []byte
	for i := range 20 {
		_, out := mark(t, r, MakeOptions{File: path, Recipient: fmt.Sprintf("Party %d", i), Count: 130, Jobs: 2})
		if i == 7 {
			leaked = read(t, out)
		}
	}
	seen := map[string]bool{}
	for _, d := range newMarks(r).decoys {
		if seen[d.name()] || seen[d.id()] || seen[d.address()] {
			t.Fatal("two decoys share a name, voter id or address")
		}
		seen[d.name()], seen[d.id()], seen[d.address()] = true, true, true
	}
	rng := rand.New(rand.NewPCG(1, 1))
	tenth := leakOf(t, [][]byte{leaked}, leakColumns, leakNames, func([]byte, int) bool { return rng.Float64() < 0.1 }, 0.2, rng)
	found := findIn(t, r, tenth)
	if got := namedIn(found); len(got) != 1 || got[0] != "Party 7" {
		t.Fatalf("%v are named", got)
	}
	if c := &found.Copies[0]; c.Verdict.P > 1e-6 || c.Verdict.Hits < 5 {
		t.Errorf("%s", c.Sentence())
	} else {
		t.Log(c.Sentence())
	}
	for _, leak := range []struct {
		columns []int
		names   string
	}{
		{[]int{2, 4}, "last name,first name"}, {[]int{1, 23}, "voter id,party"}, {[]int{7, 11}, "address,zip"},
	} {
		half := leakOf(t, [][]byte{leaked}, leak.columns, leak.names, func([]byte, int) bool { return rng.Float64() < 0.5 }, 0, rng)
		if got := namedIn(findIn(t, r, half)); len(got) != 1 || got[0] != "Party 7" {
			t.Errorf("of a leak of %s, %v are named", leak.names, got)
		}
	}
	none := leakOf(t, [][]byte{leaked}, []int{19, 23}, "gender,party", func([]byte, int) bool { return true }, 0, rng)
	if findIn(t, r, none).Tellable() {
		t.Error("a leak of sex and party tells decoys")
	}
	onePercent := leakOf(t, [][]byte{read(t, path)}, leakColumns, leakNames, func([]byte, int) bool { return rng.Float64() < 0.01 }, 0.2, rng)
	if got := namedIn(findIn(t, r, onePercent)); len(got) > 0 {
		t.Errorf("of a leak of the roll itself, %v are named", got)
	}
}

// Two recipients merge their copies, or keep only what both have: at least one of them
// is named, and nobody else.
func TestTwoCollude(t *testing.T) {
	racetest.LeaveOut(t)
	path := roll(t, "fl-extract", 9000, 12)
	r := newTestRegister(t)
	var copies [][]byte
	for i := range 6 {
		_, out := mark(t, r, MakeOptions{File: path, Recipient: fmt.Sprintf("Party %d", i), Count: 400, Shared: true, Colluders: 2, Jobs: 2, controls: 3000})
		if i < 2 {
			copies = append(copies, read(t, out))
		}
	}
	for name, least := range map[string]int{"union": 1, "intersection": 2} {
		rng := rand.New(rand.NewPCG(2, 2))
		leak := leakOf(t, copies, leakColumns, leakNames, func(_ []byte, have int) bool { return have >= least && rng.Float64() < 0.5 }, 0.1, rng)
		found := findIn(t, r, leak)
		got := namedIn(found)
		if len(got) == 0 {
			t.Errorf("%s: nobody is named; %s", name, found.Copies[0].Sentence())
		}
		for _, n := range got {
			if n != "Party 0" && n != "Party 1" {
				t.Errorf("%s: %s is named", name, n)
			}
		}
		t.Log(name, got, found.Copies[0].Sentence())
	}
}
