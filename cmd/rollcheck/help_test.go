package main

import (
	"slices"
	"strings"
	"testing"

	"rollcheck/rollindex/audit"
)

// The file of rules that the help of audit shows is one.
func TestRulesExample(t *testing.T) {
	t.Parallel()
	if _, err := audit.ReadRules(strings.NewReader(rulesExample), "2026-11-01"); err != nil {
		t.Error(err)
	}
	if asked := newSite(t).run("help", "audit").want(0); !strings.Contains(asked.stdout, `"kind": "party", "rule": "recipients"`) || !strings.Contains(asked.stdout, "ssn_last4") {
		t.Errorf("the help does not show it, or no kinds:\n%s", asked.stdout)
	}
}

// Every command has its help, asked for either way, with its flags in it.
func TestHelpOfEveryCommand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, l := range append(leaves(testApp().Commands, nil), leaf{[]string{"layouts"}, nil}, leaf{[]string{"datasets"}, nil}, leaf{[]string{"key"}, nil}) {
		asked := s.run(append([]string{"help"}, l.path...)...).want(0)
		if other := s.run(append(slices.Clone(l.path), "--help")...).want(0); asked.stdout != other.stdout {
			t.Errorf("%q: help and --help differ:\n%s\n%s", l.path, asked.stdout, other.stdout)
		}
		if !strings.Contains(asked.stdout, "rollcheck "+strings.Join(l.path, " ")+" - ") {
			t.Errorf("%q: its help does not say what it is:\n%s", l.path, asked.stdout)
		}
		if l.cmd == nil {
			if !strings.Contains(asked.stdout, "COMMANDS:") {
				t.Errorf("%q: its help has no commands:\n%s", l.path, asked.stdout)
			}
			continue
		}
		for _, f := range l.cmd.Flags {
			if !strings.Contains(asked.stdout, "--"+f.Names()[0]) {
				t.Errorf("%q: its help does not name --%s", l.path, f.Names()[0])
			}
		}
	}
	if program := s.run("help").want(0); program.stdout != s.run("--help").want(0).stdout || program.stdout != s.run().want(0).stdout {
		t.Error("help, --help and no command at all differ")
	}
}
