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

// What README shows of claims is what the command prints: its lines stand in the
// output in that order, "..." for some that are left out.
func TestTranscriptsOfReadme(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	s.check(err)
	shown := 0
	for block := range strings.SplitSeq(string(readme), "\n\n") {
		input, rest, ok := strings.Cut(block, "' | rollcheck claim --input -\n")
		if !ok {
			continue
		}
		shown++
		claim := s.path("claim.json")
		s.check(os.WriteFile(claim, []byte(strings.TrimPrefix(input, "    $ echo '")), 0o600))
		r := s.run("claim", "--lang", "en", "--input", claim)
		r.want(0)
		lines := strings.Split(r.stdout, "\n")
		for want := range strings.SplitSeq(strings.TrimRight(rest, "\n"), "\n") {
			want = strings.TrimPrefix(want, "    ")
			for want != "..." && len(lines) > 0 && lines[0] != want {
				lines = lines[1:]
			}
			if len(lines) == 0 {
				t.Fatalf("README shows %q, which is not in the output after what stands before it:\n%s", want, r.stdout)
			}
		}
	}
	if shown != 3 {
		t.Errorf("README shows %d claims, want 3", shown)
	}
}
