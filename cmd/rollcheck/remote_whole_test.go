//go:build linux

package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcheck/hashing"
)

// The whole of the private look-up as it is run: a leak is ingested, published and
// served, and people ask the server, from another machine with no index. Both ways
// of asking find what a check in the index itself finds by the same keys.
func TestRemoteWhole(t *testing.T) {
	t.Parallel()
	s, away := newServed(t), newSite(t)
	roll, truth := makeRoll(t, "fl-extract", 1_200, 81)
	_, others := makeRoll(t, "fl-extract", 8, 82)
	s.ingest("d", s.file("roll.txt", roll))
	s.run("key", "signing", "--no-passphrase", "--name", "lookup.example.org").want(0)
	site := filepath.Join(s.dir, "data", "site")
	s.run("publish", "--out", site, "--name", "lookup.example.org", "--batches-per-address", "100000", "--batches-per-prefix", "100000").want(0)
	_, url, _ := s.serving("--data", site)
	key := filepath.Join(site, "v1", "key")

	people := func(without ...string) string {
		var lines strings.Builder
		for _, p := range parsePeople(t, append(head(truth, 16), others...)) {
			for _, name := range append([]string{"row", "withheld", "address", "phone", "email"}, without...) {
				delete(p, name)
			}
			p["state"] = "FL"
			b, err := json.Marshal(p)
			s.check(err)
			lines.Write(append(b, '\n'))
		}
		return lines.String()
	}
	away.run("fetch", "--server", url, "--trust", key, "Florida").want(0)
	for _, tt := range []struct {
		mode    string
		without []string // what this way does not ask, or cannot know
		differ  []string // what it says otherwise
	}{
		{"filter", []string{"middle"}, []string{"fields", "fields_basis", "shared", "beyond_public", "restricted", "unsettled", "if_given"}},
		{"bucket", []string{"voter_id"}, []string{"fields_basis", "spellings"}},
	} {
		input := people(tt.without...)
		here := remoteFindings(t, s.runWith(input, "check", "--json", "--input", "-").want(0, 2).stdout, tt.differ)
		there := remoteFindings(t, away.runWith(input, "check", "--json", "--server", url, "--mode", tt.mode, "--input", "-").want(0, 2).stdout, tt.differ)
		if len(here.findings) < 12 || !maps.Equal(here.findings, there.findings) {
			t.Errorf("by %s:\n%v\nin the index:\n%v", tt.mode, there.findings, here.findings)
		}
		if tt.mode == "filter" && !maps.Equal(here.complete, there.complete) {
			t.Errorf("complete by filter: %v, in the index: %v", there.complete, here.complete)
		}
	}
	// Who was asked for is nowhere on the disk of who asked.
	var names []string
	for _, p := range parsePeople(t, head(truth, 16)) {
		for _, field := range []string{"last", "birth_date", "voter_id"} {
			if v, _ := p[field].(string); len(v) > 5 {
				names = append(names, v, strings.ReplaceAll(v, "-", ""))
			}
		}
	}
	eachFile(t, away.dir, func(path string, content []byte) {
		text := strings.ToUpper(string(content))
		if i := slices.IndexFunc(names, func(n string) bool { return strings.Contains(text, strings.ToUpper(n)) }); i >= 0 {
			t.Errorf("%s holds a detail of who was asked for", path)
		}
	})
	for _, dir := range []string{"config", "cache"} {
		s.check(filepath.WalkDir(filepath.Join(away.dir, dir, "rollcheck"), func(path string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("others can read %s", path)
			}
			return err
		}))
	}
}

// remoteAnswers are the answers of a check by person, without what may differ.
type remoteAnswers struct {
	findings map[int]string
	complete map[int]bool
}

func remoteFindings(t *testing.T, out string, differ []string) remoteAnswers {
	t.Helper()
	a := remoteAnswers{map[int]string{}, map[int]bool{}}
	for line := range strings.Lines(out) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		switch m["type"] {
		case "finding":
			m["keys"] = slices.DeleteFunc(m["keys"].([]any), func(k any) bool { return k == hashing.NameZIP.String() })
			for _, name := range differ {
				delete(m, name)
			}
			b, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			a.findings[int(m["person"].(float64))] = string(b)
		case "person":
			a.complete[int(m["person"].(float64))] = m["complete"].(bool)
		}
	}
	return a
}
