package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The person whom README has a newcomer type is in the leak that scripts/demo
// makes.
func TestPersonOfReadme(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	args := demoLeak(t)
	s.run(append(args, "--truth", s.path("people.jsonl"), "--out", s.path("leak.txt"), "--quiet")...).want(0)
	people, err := os.ReadFile(s.path("people.jsonl"))
	s.check(err)
	var p struct{ First, Middle, Last, BirthDate, ZIP string }
	s.check(json.Unmarshal([]byte(strings.Replace(string(head(people, 1)), "birth_date", "BirthDate", 1)), &p))
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	s.check(err)
	text := strings.ToUpper(strings.Join(strings.Fields(string(readme)), " "))
	for _, want := range []string{
		strings.Join([]string{p.First, p.Middle, p.Last}, " "), "last name " + p.Last, "first name " + p.First, "middle name " + p.Middle,
		"birth date " + p.BirthDate, "ZIP code " + p.ZIP,
	} {
		if !strings.Contains(text, strings.ToUpper(want)) {
			t.Errorf("README does not say %q of the first person in the demo's leak", want)
		}
	}
}

// demoLeak returns the command with which scripts/demo makes the leak, but for
// the files.
func demoLeak(t *testing.T) (args []string) {
	t.Helper()
	script, err := os.ReadFile(filepath.Join("..", "..", "scripts", "demo"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(string(script), "\\\n", " "), "\n") {
		command, ok := strings.CutPrefix(line, "run ")
		if !ok || !strings.Contains(command, "--sample") {
			continue
		}
		words := strings.Fields(command)
		for i := 0; i < len(words); i++ {
			if words[i] == "--out" || words[i] == "--truth" {
				i++
				continue
			}
			args = append(args, words[i])
		}
		return args
	}
	t.Fatal("scripts/demo makes no leak")
	return nil
}
