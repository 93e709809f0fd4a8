package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex/audit"
	"rollcheck/rollindex/audit/risk"
	"rollcheck/rollindex/voterfile/synth"
)

// Flags give a list, its tags, and the substitute addresses.
func TestWatchFlags(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	list := put("list.csv", "first,last,birth_date\nJane,Roe,1961-04-17\n")
	substitutes := put("substitutes.csv", "address,zip\nPO Box 1110,43201\n")
	tags := filepath.Join(dir, "tags")
	run(t.Context(), []string{"rollcheck", "protect", "--no-passphrase", "--out", tags, list}, os.LookupEnv, strings.NewReader(""), &bytes.Buffer{}, os.Stderr)
	for _, c := range []struct {
		args   []string
		people int
		err    string
	}{
		{[]string{"--protected", list, "--substitute-addresses", substitutes}, 1, ""},
		{[]string{"--protected", tags, "--previous-protected", list}, 1, ""},
		{[]string{"--protected", tags, "--tags-key", filepath.Join(dir, "none")}, 0, "there is no key file"},
		{[]string{"--protected", tags, "--tags-key", list}, 0, "not a key file"},
		{[]string{"--previous-protected", filepath.Join(dir, "none")}, 0, "no such file"},
		{[]string{"--substitute-addresses", list}, 0, "an address and a ZIP code of five digits are needed"},
	} {
		set := flag.NewFlagSet("audit", flag.ContinueOnError)
		for _, f := range watchFlags() {
			if err := f.Apply(set); err != nil {
				t.Fatal(err)
			}
		}
		if err := set.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		p := &program{env: os.LookupEnv, ui: newUI(&bytes.Buffer{}, os.LookupEnv)}
		w, err := p.watch(cli.NewContext(nil, set, nil), hashing.Date{Year: 2020, Month: 10, Day: 1})
		switch {
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%v: %v, want %q", c.args, err, c.err)
		case c.err == "" && err != nil:
			t.Errorf("%v: %v", c.args, err)
		case c.err == "" && w.Protected.People() != c.people:
			t.Errorf("%v: %d people", c.args, w.Protected.People())
		}
	}
}

// The JSON lines of risk and of near misses can be read, and hold what is told.
func TestRiskLines(t *testing.T) {
	l, err := layouts.Get("fl-extract")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "roll.txt")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := synth.Write(t.Context(), f, nil, synth.Options{Layout: l, Rows: 3000, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	res, err := risk.Run(t.Context(), risk.Input{Path: path, Layout: l}, risk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := &program{stdout: bufio.NewWriter(&out)}
	j := p.jsonLines("audit")
	j.riskLines(path, res)
	j.nearLines([]audit.Near{{File: path, What: "one-letter", Rows: 1, Lines: []audit.Position{{Member: path, Line: 7}}}})
	if err := j.done(fields{}); err != nil {
		t.Fatal(err)
	}
	if err := p.stdout.Flush(); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for dec := json.NewDecoder(&out); dec.More(); {
		var line struct {
			Type   string
			Known  []string
			Unique float64
			K      int64
			Lines  []struct{ Line int64 }
		}
		if err := dec.Decode(&line); err != nil {
			t.Fatal(err)
		}
		kinds[line.Type]++
		if line.Type == "risk-set" && (len(line.Known) == 0 || line.K < 1) {
			t.Errorf("a set of nothing: %+v", line)
		}
		if line.Type == "near-miss" && (len(line.Lines) != 1 || line.Lines[0].Line != 7) {
			t.Errorf("a near miss without its line: %+v", line)
		}
	}
	if kinds["risk"] != 1 || kinds["risk-set"] != len(res.Sets) || kinds["risk-column"] != 6 || kinds["risk-change"] < 5 || kinds["near-miss"] != 1 || kinds["done"] != 1 {
		t.Errorf("lines by type: %v", kinds)
	}
}
