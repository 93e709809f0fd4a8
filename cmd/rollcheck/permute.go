package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
	"github.com/xrash/smetrics"
)

// permute puts argv into the order the command-line library understands:
// global flags, command, the command's flags, "--", arguments. Left alone, the
// library takes flags after the first argument for arguments, silently: "check
// people.csv --json" would lose its --json. A flag that is not declared for the
// command, or lacks its value, is an error.
func permute(app *cli.App, argv []string) ([]string, error) {
	if len(argv) == 0 {
		return argv, nil
	}
	words, rest, err := scan(app, argv[1:])
	if err != nil {
		return nil, err
	}
	if words, err = helpOf(app, words); err != nil {
		return nil, err
	}
	globals, local, positional := []string{argv[0]}, []string{}, []string{}
	path, flags := commandPath(app, words)
	skip := len(path)
	for _, w := range words {
		switch {
		case !w.isFlag() && skip > 0:
			skip--
		case !w.isFlag():
			positional = append(positional, w.text)
		case declares(flags, w.name) || w.name == "help" || w.name == "h":
			local = append(local, w.argv()...)
		case declares(app.Flags, w.name):
			globals = append(globals, w.argv()...)
		default:
			return nil, unknownFlag(w.name, path, append(slices.Clone(app.Flags), flags...))
		}
	}
	out := append(append(globals, path...), local...)
	if positional = append(positional, rest...); len(positional) > 0 {
		out = append(append(out, "--"), positional...)
	}
	return out, nil
}

// helpOf turns "help COMMAND" into "COMMAND --help": the library's help command
// leaves out the subcommands of a command, and does not know of theirs.
func helpOf(app *cli.App, words []word) ([]word, error) {
	i := slices.IndexFunc(words, func(w word) bool { return !w.isFlag() })
	if i < 0 || words[i].text != "help" && words[i].text != "h" {
		return words, nil
	}
	words = slices.Delete(words, i, i+1)
	topic := slices.IndexFunc(words, func(w word) bool { return !w.isFlag() })
	if path, _ := commandPath(app, words); len(path) == 0 && topic >= 0 {
		return nil, unknownCommand(app.Commands, words[topic].text)
	}
	return append(words, word{text: "--help", name: "help"}), nil
}

// word is an argument, or a flag with its value.
type word struct {
	text     string // an argument, or a flag as it was written
	name     string // of a flag
	value    string
	hasValue bool
}

func (w word) isFlag() bool { return w.name != "" }

func (w word) argv() []string {
	if w.hasValue {
		return []string{"--" + w.name + "=" + w.value}
	}
	return []string{"--" + w.name}
}

// scan cuts argv into words; rest is what follows "--". Whether a flag takes a
// value is the same in every command that has it (a test holds that), so it is
// known before the command is.
func scan(app *cli.App, argv []string) (words []word, rest []string, err error) {
	takes := map[string]bool{"help": false, "h": false}
	collect(app.Flags, takes)
	eachCommand(app.Commands, func(cmd *cli.Command) { collect(cmd.Flags, takes) })
	for i := 0; i < len(argv); i++ {
		a := argv[i]
		if a == "--" {
			return words, argv[i+1:], nil
		}
		if len(a) < 2 || a[0] != '-' {
			words = append(words, word{text: a})
			continue
		}
		w := word{text: a}
		w.name, w.value, w.hasValue = strings.Cut(strings.TrimPrefix(a[1:], "-"), "=")
		needs, known := takes[w.name]
		switch {
		case w.name == "":
			return nil, nil, usageError(fmt.Errorf("%q is not a flag", a))
		case known && needs && !w.hasValue:
			if i+1 == len(argv) {
				return nil, nil, usageError(fmt.Errorf("flag --%s needs a value", w.name))
			}
			i++
			w.value, w.hasValue = argv[i], true
		}
		words = append(words, w)
	}
	return words, nil, nil
}

// commandPath returns the names of the command and subcommand that the words
// call, and the flags declared for it.
func commandPath(app *cli.App, words []word) (path []string, flags []cli.Flag) {
	cmds := app.Commands
	for _, w := range words {
		if w.isFlag() {
			continue
		}
		if len(path) == 0 && (w.text == "help" || w.text == "h") {
			return []string{"help"}, nil // the library's own command
		}
		i := slices.IndexFunc(cmds, func(c *cli.Command) bool { return c.HasName(w.text) })
		if i < 0 {
			break
		}
		path = append(path, w.text)
		flags, cmds = cmds[i].Flags, cmds[i].Subcommands
	}
	return path, flags
}

func eachCommand(cmds []*cli.Command, f func(*cli.Command)) {
	for _, cmd := range cmds {
		f(cmd)
		eachCommand(cmd.Subcommands, f)
	}
}

// collect notes for each flag whether it takes a value.
func collect(flags []cli.Flag, takes map[string]bool) {
	for _, f := range flags {
		doc, ok := f.(cli.DocGenerationFlag)
		for _, name := range f.Names() {
			takes[name] = ok && doc.TakesValue()
		}
	}
}

func declares(flags []cli.Flag, name string) bool {
	return slices.ContainsFunc(flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
}

func unknownFlag(name string, path []string, flags []cli.Flag) error {
	var names []string
	for _, f := range flags {
		names = append(names, f.Names()...)
	}
	command := strings.Join(append([]string{"rollcheck"}, path...), " ")
	err := fmt.Errorf("%s has no flag --%s", command, name)
	if near := nearest(name, names); near != "" {
		return hint(err, fmt.Sprintf("did you mean --%s?", near))
	}
	return hint(err, fmt.Sprintf("%q lists its flags", command+" --help"))
}

// nearest returns the candidate within two edits of the word, or "".
func nearest(word string, candidates []string) string {
	best, least := "", 3
	for _, c := range candidates {
		if d := smetrics.WagnerFischer(word, c, 1, 1, 1); d < least {
			best, least = c, d
		}
	}
	return best
}
