package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"rollcheck/internal/racetest"
)

func testApp() *cli.App {
	p := &program{env: func(string) (string, bool) { return "", false }, ui: &ui{w: io.Discard}}
	return p.app()
}

// leaf is a command without subcommands, by its full path.
type leaf struct {
	path []string
	cmd  *cli.Command
}

func leaves(cmds []*cli.Command, path []string) (all []leaf) {
	for _, cmd := range cmds {
		here := append(slices.Clone(path), cmd.Name)
		if len(cmd.Subcommands) == 0 {
			all = append(all, leaf{here, cmd})
		}
		all = append(all, leaves(cmd.Subcommands, here)...)
	}
	return all
}

// Every flag of every command works before the command, after it, and after
// its arguments, written with "=" or with a space.
func TestEveryFlagEverywhere(t *testing.T) {
	racetest.LeaveOut(t)
	app := testApp()
	for _, l := range leaves(app.Commands, nil) {
		for _, f := range append(slices.Clone(app.Flags), l.cmd.Flags...) {
			name := f.Names()[0]
			flag, value := []string{"--" + name}, "true"
			if f.(cli.DocGenerationFlag).TakesValue() {
				value = "7"
				flag = []string{"--" + name + "=7"}
				checkFlag(t, l, name, value, append([]string{"--" + name, "7"}, l.path...))
				checkFlag(t, l, name, value, append(append(slices.Clone(l.path), "arg"), "--"+name, "7"))
			}
			checkFlag(t, l, name, value, append(slices.Clone(flag), l.path...))
			checkFlag(t, l, name, value, append(slices.Clone(l.path), flag...))
			checkFlag(t, l, name, value, append(append(slices.Clone(l.path), "arg", "-"), flag...))
			if len(l.path) == 2 {
				checkFlag(t, l, name, value, append(append([]string{l.path[0]}, flag...), l.path[1], "arg"))
			}
		}
	}
}

// checkFlag runs the permuted line through the library with the command's
// action replaced, and looks at what arrived.
func checkFlag(t *testing.T, l leaf, name, value string, line []string) {
	t.Helper()
	app := testApp()
	var got string
	var args []string
	ran := false
	target := find(app.Commands, l.path)
	target.Action = func(c *cli.Context) error {
		ran = true
		got, args = flagString(c, name), c.Args().Slice()
		return nil
	}
	argv, err := permute(app, append([]string{"rollcheck"}, line...))
	if err != nil {
		t.Errorf("%q: %v", line, err)
		return
	}
	app.Writer = io.Discard
	if err := app.Run(argv); err != nil {
		t.Errorf("%q: %v", line, err)
		return
	}
	if !ran || got != value {
		t.Errorf("%q became %q: ran %v, --%s is %q, want %q", line, argv, ran, name, got, value)
	}
	for _, a := range args {
		if a != "arg" && a != "-" {
			t.Errorf("%q became %q: argument %q", line, argv, a)
		}
	}
}

// flagString returns a flag's value as text, wherever it was declared.
func flagString(c *cli.Context, name string) string {
	if values := c.StringSlice(name); values != nil {
		return strings.Join(values, ",")
	}
	return fmt.Sprint(c.Value(name))
}

func find(cmds []*cli.Command, path []string) *cli.Command {
	for _, cmd := range cmds {
		if cmd.Name == path[0] {
			if len(path) == 1 {
				return cmd
			}
			return find(cmd.Subcommands, path[1:])
		}
	}
	return nil
}

// Whether a flag takes a value is the same wherever it is declared: scan rests
// on it.
func TestFlagsOfOneNameAreOfOneKind(t *testing.T) {
	app := testApp()
	takes := map[string]bool{}
	check := func(flags []cli.Flag) {
		for _, f := range flags {
			v := f.(cli.DocGenerationFlag).TakesValue()
			for _, n := range f.Names() {
				if old, ok := takes[n]; ok && old != v {
					t.Errorf("--%s takes a value in one command and none in another", n)
				}
				takes[n] = v
			}
		}
	}
	check(app.Flags)
	eachCommand(app.Commands, func(cmd *cli.Command) { check(cmd.Flags) })
}

func TestPermute(t *testing.T) {
	for _, tc := range []struct {
		in, want string
		err      string
	}{
		{in: "check people.csv --json", want: "--json check -- people.csv"},
		{in: "--json check", want: "--json check"},
		{in: "ingest F --dataset d", want: "ingest --dataset=d -- F"},
		{in: "ingest --dataset=d -- --odd", want: "ingest --dataset=d -- --odd"},
		{in: "check --input -", want: "check --input=-"},
		{in: "datasets show ID --json", want: "--json datasets show -- ID"},
		{in: "help", want: "--help"},
		{in: "help check", want: "check --help"},
		{in: "--json help datasets show", want: "--json datasets show --help"},
		{in: "help frobnicate", err: `no command "frobnicate"`},
		{in: "check --help", want: "check --help"},
		{in: "check --imput f", err: "rollcheck check has no flag --imput"},
		{in: "ingest f --dataset", err: "flag --dataset needs a value"},
		{in: "verify --memory=1", err: "rollcheck verify has no flag --memory"},
		{in: "check -=", err: "\"-=\" is not a flag"},
	} {
		got, err := permute(testApp(), append([]string{"rollcheck"}, strings.Fields(tc.in)...))
		if tc.err != "" {
			if err == nil || err.Error() != tc.err {
				t.Errorf("%q: error %v, want %q", tc.in, err, tc.err)
			}
			continue
		}
		if line := strings.Join(got[1:], " "); err != nil || line != tc.want {
			t.Errorf("%q became %q, %v, want %q", tc.in, line, err, tc.want)
		}
	}
}

func FuzzPermute(f *testing.F) {
	f.Add("check people.csv --json")
	f.Add("ingest --dataset=d -- --odd -")
	f.Fuzz(func(t *testing.T, line string) {
		argv := append([]string{"rollcheck"}, strings.Split(line, " ")...)
		got, err := permute(testApp(), argv)
		if err != nil {
			return
		}
		// Nothing is lost: every argument that is no flag is there again, but
		// that "help" may have become a flag.
		for _, a := range argv {
			if a != "" && a[0] != '-' && !slices.ContainsFunc(got, func(g string) bool {
				return g == a || strings.HasSuffix(g, "="+a) || g == "--help" && (a == "help" || a == "h")
			}) {
				t.Errorf("%q became %q: lost %q", argv, got, a)
			}
		}
	})
}
