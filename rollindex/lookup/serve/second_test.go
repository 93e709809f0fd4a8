package serve

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rollcheck/hashing"
	"rollcheck/rollindex/lookup"
)

// missing skips a test for want of something, and fails where continuous
// integration says that it is there.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf("SKIPPED: "+format, args...)
}

// installSecond returns the directory of the second client with what it needs,
// fetched from the registry once and kept in the user's cache.
func installSecond(t *testing.T) (dir string) {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, "%s is not installed, so no second implementation speaks to this server", program)
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	dir = filepath.Join(cache, "rollcheck-tests", "noble-curves-2.4.0")
	check(t, os.MkdirAll(dir, 0o755))
	for _, name := range []string{"package.json", "client.mjs"} {
		b, err := os.ReadFile(filepath.Join("testdata", "second", name))
		check(t, err)
		check(t, os.WriteFile(filepath.Join(dir, name), b, 0o644))
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "@noble", "curves", "package.json")); err == nil {
		return dir
	}
	npm := exec.CommandContext(t.Context(), "npm", "install", "--silent", "--no-fund", "--no-audit", "--ignore-scripts")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		missing(t, "npm cannot fetch @noble/curves: %v\n%s", err, out)
	}
	return dir
}

// A client in another language, on another library, written from PROTOCOL.md,
// finds who is there by both ways and nobody else, and refuses what does not
// verify.
func TestSecondImplementation(t *testing.T) {
	dir := installSecond(t)
	s := newSite(t)
	people := s.publish(30)
	base, _ := s.serve(s.server(nil))
	ask := func(key, place, last, first, born string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "node", filepath.Join(dir, "client.mjs"), "http://"+base, key, place, last, first, born)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			err = fmt.Errorf("%w: %s", err, stderr.String())
		}
		return string(out), err
	}
	for i, found := range []bool{true, false, true} {
		p := people[i]
		var last, first []byte
		var born string
		for _, in := range p.Keys {
			if in.Type == hashing.NameDOB {
				last, first = namesOf(in.X)
				born = string(in.X[len(in.X)-10:])
			}
		}
		if !found {
			born = "1900-02-29"
		}
		out, err := ask(s.trusted.String(), "US-FL", string(last), string(first), born)
		check(t, err)
		var got struct {
			Filter []string
			Bucket []struct {
				Dataset string
				Mask    hashing.Mask
			}
		}
		check(t, json.Unmarshal([]byte(out), &got))
		if want := map[bool]int{true: 1}[found]; len(got.Filter) != want || len(got.Bucket) != want {
			t.Errorf("person %d: %s", i, out)
		} else if found && (got.Filter[0] != "mail-2020" || got.Bucket[0].Dataset != "mail-2020" || got.Bucket[0].Mask != p.Mask) {
			t.Errorf("person %d, mask %d: %s", i, p.Mask, out)
		}
	}
	if _, err := ask(newSite(t).trusted.String(), "US-FL", "A", "B", "1980-01-02"); err == nil || !strings.Contains(err.Error(), "refused: the signature") {
		t.Errorf("another operator's key: %v", err)
	}
	path := s.path(lookup.FilterPath(s.list.Files[0].SHA256)[1:])
	b, err := os.ReadFile(path)
	check(t, err)
	b[40] ^= 1
	check(t, os.WriteFile(path, b, 0o644))
	if _, err := ask(s.trusted.String(), "US-FL", "A", "B", "1980-01-02"); err == nil || !strings.Contains(err.Error(), "refused: the hash of a filter") {
		t.Errorf("an altered filter: %v", err)
	}
}
