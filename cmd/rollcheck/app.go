package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// The exit codes. Since 1 is an answer, nothing else may end with it: every
// error that is not classified here is 2.
const (
	exitFound       = 0 // an exposure was found, or the work is done
	exitNotFound    = 1 // nobody was found, and everything was searched
	exitIncomplete  = 2 // an error, damage, or somebody was not found and their search is incomplete
	exitInterrupted = 130
)

const exitHelp = `EXIT STATUS:
   0    an exposure was found, or the work is done
   1    nobody was found, and all that was asked was searched
   2    an error, damage, or somebody was not found and their search is incomplete
   130  interrupted`

// exitDoneHelp is of commands that answer nothing: they do their work or say why not.
const exitDoneHelp = `EXIT STATUS:
   0    the work is done
   2    an error, or damage
   130  interrupted`

// exitCode is an error that is an answer: it ends the program with the code
// and says nothing.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// program is what a command needs of its surroundings.
type program struct {
	env    func(string) (string, bool)
	stdin  io.Reader
	stdout *bufio.Writer
	stderr io.Writer
	width  int // of the terminal that stdout is; 0 if it is none
	ui     *ui
	writes bool // the command changes the index
	resume bool // and goes on where it ended when it is run again
}

// run is the program: main without the process. It returns the exit code.
func run(ctx context.Context, args []string, env func(string) (string, bool), stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{env: env, stdin: stdin, stdout: bufio.NewWriterSize(stdout, 1<<16), stderr: stderr, width: terminalWidth(stdout)}
	p.ui = newUI(stderr, env)
	err := p.run(ctx, args)
	if ferr := p.stdout.Flush(); ferr != nil && err == nil {
		err = fmt.Errorf("writing the answer: %w", ferr)
	}
	var code exitCode
	switch {
	case err == nil:
		return exitFound
	case errors.As(err, &code):
		return int(code)
	case ctx.Err() != nil:
		if p.resume {
			p.ui.warn("interrupted; the index is as it was before, and the same command goes on from here")
		} else if p.writes {
			p.ui.warn("interrupted; the index is as it was before")
		} else {
			p.ui.warn("interrupted")
		}
		return exitInterrupted
	}
	p.ui.fail(err)
	return exitIncomplete
}

func (p *program) run(ctx context.Context, args []string) error {
	app := p.app()
	if len(args) == 2 && (args[1] == "--version" || args[1] == "-v") {
		args = []string{args[0], "version"}
	}
	args, err := permute(app, args)
	if err != nil {
		return err
	}
	return app.RunContext(ctx, args)
}

// app declares the command line. The library's own ways to end the process or
// print usage on an error are switched off: run decides both.
func (p *program) app() *cli.App {
	usage := func(_ *cli.Context, err error, _ bool) error { return usageError(err) }
	app := &cli.App{
		Name:      "rollcheck",
		Usage:     "check privately whether voter registration details are in a known leak",
		UsageText: "rollcheck COMMAND [FLAG...] [ARGUMENT...]",
		Description: "Start with \"rollcheck init\", then \"rollcheck ingest --dataset ID FILE\", then \"rollcheck check\".\n" +
			"FILE is a state's voter file, or a leaked copy of one: \"rollcheck layouts\" lists those that are known.\n" +
			"Flags may stand anywhere: before the command, after it, and after its arguments.\n\n" + exitHelp,
		Flags: p.globalFlags(),
		Commands: []*cli.Command{
			p.initCommand(), p.ingestCommand(), p.checkCommand(), p.fetchCommand(), p.claimCommand(), p.suppressCommand(), p.datasetsCommand(), p.verifyCommand(),
			p.publishCommand(), p.serveCommand(),
			p.layoutsCommand(), p.incidentsCommand(), p.publicRecordCommand(),
			p.compareCommand(), p.dateCommand(), p.decoysCommand(), p.diffCommand(), p.protectCommand(), p.auditCommand(), p.synthCommand(), p.keyCommand(), p.completionCommand(), p.versionCommand(),
		},
		Reader:          p.stdin,
		Writer:          p.stdout,
		ErrWriter:       p.stderr,
		ExitErrHandler:  func(*cli.Context, error) {},
		OnUsageError:    usage,
		HideVersion:     true,
		HideHelpCommand: false,
		// Names may have commas.
		DisableSliceFlagSeparator: true,
		Before:                    p.before,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknownCommand(c.App.Commands, c.Args().First())
			}
			return cli.ShowAppHelp(c)
		},
	}
	var each func([]*cli.Command)
	each = func(cmds []*cli.Command) {
		for _, cmd := range cmds {
			cmd.OnUsageError = usage
			cmd.HideHelpCommand = true
			each(cmd.Subcommands)
		}
	}
	each(app.Commands)
	return app
}

func (p *program) globalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "index", Usage: "directory of the index ($ROLLCHECK_INDEX)", DefaultText: "rollcheck/index in the user's data directory"},
		&cli.StringFlag{Name: "key-file", Usage: "file of the index's key ($ROLLCHECK_KEY_FILE)", DefaultText: "rollcheck/key in the user's configuration directory"},
		&cli.StringFlag{Name: "passphrase-file", Usage: "read the key's passphrase from the first line of a file"},
		&cli.BoolFlag{Name: "json", Usage: "write JSON lines instead of text"},
		&cli.BoolFlag{Name: "quiet", Usage: "no progress and no warnings"},
		&cli.BoolFlag{Name: "no-color", Usage: "no colour ($NO_COLOR)"},
	}
}

// before applies the global flags that shape what is printed.
func (p *program) before(c *cli.Context) error {
	p.ui.quiet = c.Bool("quiet")
	if c.Bool("no-color") {
		p.ui.color = false
	}
	return nil
}

// wantArgs checks the number of arguments; most < 0 means no upper bound.
func wantArgs(c *cli.Context, least, most int, what string) error {
	n := c.Args().Len()
	command := strings.TrimPrefix(c.Command.HelpName, "rollcheck ")
	switch {
	case n < least:
		return hint(fmt.Errorf("%s: %s is missing", command, what), "see \"rollcheck help "+command+"\"")
	case most >= 0 && n > most:
		return hint(fmt.Errorf("%s: unexpected argument %q", command, c.Args().Get(most)), "see \"rollcheck help "+command+"\"")
	}
	return nil
}

func unknownCommand(cmds []*cli.Command, name string) error {
	var names []string
	for _, cmd := range cmds {
		names = append(names, cmd.Names()...)
	}
	err := fmt.Errorf("no command %q", name)
	if near := nearest(name, names); near != "" {
		return hint(err, fmt.Sprintf("did you mean %q?", near))
	}
	slices.Sort(names)
	return hint(err, "\"rollcheck help\" lists the commands")
}
