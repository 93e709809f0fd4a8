package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

func (p *program) completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a completion script for bash, zsh or fish",
		ArgsUsage: "SHELL",
		Description: "bash: source <(rollcheck completion bash)\n" +
			"zsh:  source <(rollcheck completion zsh)\n" +
			"fish: rollcheck completion fish | source",
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 1, 1, "the SHELL"); err != nil {
				return err
			}
			words := completionWords(c.App)
			switch shell := c.Args().First(); shell {
			case "bash":
				fmt.Fprint(p.stdout, bashCompletion(words))
			case "zsh":
				fmt.Fprint(p.stdout, "autoload -U +X bashcompinit && bashcompinit\n"+bashCompletion(words))
			case "fish":
				script, err := c.App.ToFishCompletion()
				if err != nil {
					return err
				}
				fmt.Fprint(p.stdout, script)
			default:
				return hint(fmt.Errorf("no completion for shell %q", shell), "bash, zsh and fish are known")
			}
			return nil
		},
	}
}

// completionWords lists, by the words of a command, what may follow it.
func completionWords(app *cli.App) [][2]string {
	global := flagWords(app.Flags)
	var out [][2]string
	var walk func(prefix string, cmds []*cli.Command, flags []string)
	walk = func(prefix string, cmds []*cli.Command, flags []string) {
		words := slices.Clone(flags)
		for _, cmd := range cmds {
			words = append(words, cmd.Name)
		}
		out = append(out, [2]string{prefix, strings.Join(append(words, global...), " ")})
		for _, cmd := range cmds {
			walk(strings.TrimSpace(prefix+" "+cmd.Name), cmd.Subcommands, flagWords(cmd.Flags))
		}
	}
	walk("", app.Commands, nil)
	return out
}

func flagWords(flags []cli.Flag) []string {
	var words []string
	for _, f := range flags {
		if name := f.Names()[0]; name != "help" {
			words = append(words, "--"+name)
		}
	}
	return words
}

// bashCompletion returns a script that offers the words of the command typed
// so far, and file names.
func bashCompletion(words [][2]string) string {
	var b strings.Builder
	b.WriteString("_rollcheck() {\n  local w path=\"\" words=\"\" cur=\"${COMP_WORDS[COMP_CWORD]}\"\n" +
		"  for w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n    case \"$(echo $path $w)\" in\n")
	for _, pw := range words[1:] {
		fmt.Fprintf(&b, "      %q) path=%q ;;\n", pw[0], pw[0])
	}
	b.WriteString("    esac\n  done\n  case \"$path\" in\n")
	for _, pw := range words {
		fmt.Fprintf(&b, "    %q) words=%q ;;\n", pw[0], pw[1])
	}
	b.WriteString("  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\") $(compgen -f -- \"$cur\"))\n}\ncomplete -o filenames -F _rollcheck rollcheck\n")
	return b.String()
}
