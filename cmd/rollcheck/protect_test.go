package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"rollcheck/hashing"
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
		{[]string{"--protected", list, "--previous-protected", filepath.Join(dir, "none")}, 0, "no such file"},
		{[]string{"--previous-protected", list}, 0, "--previous-protected goes with --protected"},
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
