package audit_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/catalogue"
	"rollcheck/data/layouts"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex/audit"
	"rollcheck/rollindex/voterfile/synth"
)

const today = catalogue.Date("2026-11-23")

// synthesize returns a fictional roll of the layout.
func synthesize(t testing.TB, id string, rows int64, seed uint64) []byte {
	t.Helper()
	l, err := layouts.Get(id)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := synth.Write(context.Background(), &b, nil, synth.Options{Layout: l, Rows: rows, Seed: seed}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// write writes a file and returns it as an input.
func write(t testing.TB, name string, b []byte) audit.Input {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return audit.Input{Path: path}
}

func rulesOf(t testing.TB, jurisdiction string) *audit.Rules {
	t.Helper()
	r, err := audit.RulesOf(jurisdiction, today)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func run(t testing.TB, rules *audit.Rules, opts audit.Options, inputs ...audit.Input) *audit.Result {
	t.Helper()
	opts.Jobs = max(opts.Jobs, 2)
	res, err := audit.Run(t.Context(), inputs, rules, opts)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// broken lists the violations that are not waived as rule:column.
func broken(res *audit.Result) []string {
	list := []string{}
	for _, v := range res.Violations {
		if v.Waived == nil {
			list = append(list, v.Rule+":"+v.Column)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// TestLayouts holds that every state's own layout passes under its rules, for anybody
// or for a class of recipient, but for those whose exceptions are listed.
func TestLayouts(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	class, breaks := expectations(t)
	all, err := layouts.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		if !strings.HasPrefix(l.Jurisdiction, "US-") {
			continue
		}
		t.Run(l.ID, func(t *testing.T) {
			t.Parallel()
			rules := rulesOf(t, l.Jurisdiction)
			in := write(t, l.ID, synthesize(t, l.ID, 1000, 3))
			res := run(t, rules, audit.Options{Recipient: class[l.ID]}, in)
			if got := broken(res); !slices.Equal(got, breaks[l.ID]) {
				t.Errorf("for %q it breaks %q, want %q", class[l.ID], got, breaks[l.ID])
			}
			if class[l.ID] != "" && run(t, rules, audit.Options{}, in).Passed() {
				t.Error("it passes for anybody")
			}
		})
	}
}

func expectations(t *testing.T) (class map[string]string, breaks map[string][]string) {
	b, err := os.ReadFile("testdata/layouts.txt")
	if err != nil {
		t.Fatal(err)
	}
	class, breaks = map[string]string{}, map[string][]string{}
	for line := range strings.Lines(string(b)) {
		words := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "#"):
		case words[1] == "for":
			class[words[0]] = words[2]
		case words[1] == "breaks":
			breaks[words[0]] = words[2:]
		}
	}
	return class, breaks
}
