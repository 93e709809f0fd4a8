package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/urfave/cli/v2"

	"rollcheck/rollindex/exposure"
)

func (p *program) checkCommand() *cli.Command {
	return &cli.Command{
		Name:  "check",
		Usage: "look people up in the index",
		Description: "Without --input the details of one person are asked for on the terminal. They never go into a flag,\n" +
			"a file or a log, and nothing leaves this machine.\n\n" +
			"Input is JSON (one object, an array, or one object a line) or CSV with a header. Fields: first, middle,\n" +
			"last, suffix, birth_date (YYYY-MM-DD), birth_year, zip, address, city, state, email, phone, voter_id, and\n" +
			"the lists former_last, former_zip, former_state (in CSV separated by \";\").\n\n" +
			"LIMITATIONS:\n" +
			"   \"Not found\" means: not in these datasets under these spellings. It does not mean that the details were\n" +
			"   never exposed. Voters whose records are confidential are in no file, so for them it means nothing.\n" +
			"   \"Found\" may be a namesake; the answer says how many are to be expected.\n" +
			"   Whatever keeps a dataset from being searched whole makes the answer incomplete, never \"not found\".\n\n" + exitHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "input", Usage: "`FILE` of people, - for standard input"},
			&cli.StringFlag{Name: "input-format", Usage: "json or csv", DefaultText: "csv for a file that ends in .csv, else json"},
			&cli.StringSliceFlag{Name: "dataset", Usage: "search only this dataset (may be repeated)"},
		},
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 0, 0, ""); err != nil {
				return hint(err, "people come from --input FILE or the terminal, never from arguments")
			}
			return p.check(c)
		},
	}
}

func (p *program) check(c *cli.Context) error {
	people, closeInput, err := p.people(c)
	if err != nil {
		return err
	}
	defer closeInput()
	ix, err := p.openIndex(c)
	if err != nil {
		return err
	}
	defer ix.Close()
	if people == nil {
		if people, err = p.askPerson(c.Context); err != nil {
			return err
		}
	}
	if c.String("input") != "" {
		// A batch makes little garbage beside much that lives long: collect it less often.
		defer debug.SetGCPercent(debug.SetGCPercent(300))
	}
	handler := exposure.NewText(p.stdout)
	if c.Bool("json") {
		handler = exposure.NewJSON(p.stdout)
	}
	bar := p.ui.progress()
	opts := exposure.Options{Datasets: c.StringSlice("dataset"), Progress: func(n int) {
		if bar.due() {
			bar.show(0, 0, "checked "+group(int64(n))+" people")
		}
	}}
	sum, err := exposure.Check(c.Context, ix, people, opts, handler)
	p.ui.clear()
	if err != nil {
		return err
	}
	if code := sum.ExitCode(); code != exitFound {
		return exitCode(code)
	}
	return nil
}

// people opens the input; nil means that a person is to be asked.
func (p *program) people(c *cli.Context) (_ exposure.Decoder, closeInput func(), err error) {
	path, format := c.String("input"), exposure.Format(c.String("input-format"))
	if path == "" {
		if format != "" {
			return nil, nil, errors.New("check: --input-format without --input")
		}
		return nil, func() {}, nil
	}
	if format == "" {
		format = exposure.JSON
		if strings.EqualFold(filepath.Ext(path), ".csv") {
			format = exposure.CSV
		}
	}
	in, closeInput := p.stdin, func() {}
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, nil, fmt.Errorf("reading people: %w", err)
		}
		in, closeInput = f, func() { f.Close() }
	}
	people, err := exposure.NewDecoder(in, format)
	if err != nil {
		closeInput()
		return nil, nil, err
	}
	return people, closeInput, nil
}

// questions are asked in this order; an empty answer skips one.
var questions = []struct {
	field, ask string
	set        func(*exposure.Person, string)
}{
	{"last", "Last name", func(p *exposure.Person, s string) { p.Last = s }},
	{"first", "First name", func(p *exposure.Person, s string) { p.First = s }},
	{"middle", "Middle name or initial", func(p *exposure.Person, s string) { p.Middle = s }},
	{"birth_date", "Birth date (YYYY-MM-DD, or the year alone)", setBirth},
	{"zip", "ZIP code where you are or were registered", func(p *exposure.Person, s string) { p.ZIP = s }},
	{"state", "State (two letters)", func(p *exposure.Person, s string) { p.State = s }},
	{"address", "House number and street", func(p *exposure.Person, s string) { p.Address = s }},
	{"phone", "Phone number", func(p *exposure.Person, s string) { p.Phone = s }},
	{"email", "E-mail address", func(p *exposure.Person, s string) { p.Email = s }},
	{"voter_id", "Voter ID number", func(p *exposure.Person, s string) { p.VoterID = s }},
	{"former_last", "Former last names, and halves of a double one (separated by ;)", func(p *exposure.Person, s string) { p.FormerLast = list(s) }},
	{"former_zip", "Former ZIP codes (separated by ;)", func(p *exposure.Person, s string) { p.FormerZIP = list(s) }},
}

func setBirth(p *exposure.Person, s string) {
	p.BirthDate, p.BirthYear = s, ""
	if len(s) == 4 {
		p.BirthDate, p.BirthYear = "", s
	}
}

func list(s string) (items []string) {
	for it := range strings.SplitSeq(s, ";") {
		if it = strings.TrimSpace(it); it != "" {
			items = append(items, it)
		}
	}
	return items
}

// askPerson asks for one person's details on the terminal. What is typed goes
// nowhere but into the check.
func (p *program) askPerson(ctx context.Context) (exposure.Decoder, error) {
	t, err := openTerminal(ctx)
	if err != nil {
		return nil, hint(errors.New("check: there is no terminal to ask on"), "give people with --input FILE, or --input - for standard input")
	}
	defer t.Close()
	t.say("Nothing you type leaves this machine or is stored. Press Enter to skip a question;\n" +
		"the more you answer, the surer the result.\n")
	var person exposure.Person
	for _, q := range questions {
		answer, err := t.ask(q.ask)
		if err != nil {
			return nil, err
		}
		q.set(&person, answer)
	}
	for range 3 {
		problems := person.Validate()
		if len(problems) == 0 {
			return exposure.People(person), nil
		}
		for _, problem := range problems {
			t.say(fmt.Sprintf("%s: %s\n", askOf(problem.Field), problem.Problem))
			if err := t.askAgain(&person, problem.Field); err != nil {
				return nil, err
			}
		}
	}
	return nil, errors.New("check: there is not enough to search by")
}

func askOf(field string) string {
	for _, q := range questions {
		if q.field == field {
			return q.ask
		}
	}
	return field
}

func (t *terminal) askAgain(person *exposure.Person, field string) error {
	for _, q := range questions {
		if q.field != field {
			continue
		}
		answer, err := t.ask(q.ask)
		if err != nil {
			return err
		}
		q.set(person, answer)
	}
	return nil
}

// terminal is the controlling terminal, so that standard input and output stay
// free for data.
type terminal struct {
	ctx context.Context // of the command that asks
	f   *os.File
	r   *lineReader
}

func openTerminal(ctx context.Context) (*terminal, error) {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &terminal{ctx, f, &lineReader{r: f}}, nil
}

func (t *terminal) Close() error { return t.f.Close() }

func (t *terminal) say(text string) { fmt.Fprint(t.f, text) }

func (t *terminal) ask(question string) (string, error) {
	t.say(question + ": ")
	line, err := await(t.ctx, t.r.line)
	if err != nil {
		t.say("\n")
		return "", fmt.Errorf("reading from the terminal: %w", err)
	}
	return strings.TrimSpace(line), nil
}

// lineReader reads lines byte by byte, since what follows a line belongs to
// the next question.
type lineReader struct{ r io.Reader }

const maxAnswer = 4096

func (l *lineReader) line() (string, error) {
	var b [1]byte
	var line []byte
	for len(line) < maxAnswer {
		n, err := l.r.Read(b[:])
		if n == 1 {
			if b[0] == '\n' {
				return string(line), nil
			}
			line = append(line, b[0])
		}
		if err != nil {
			return "", err
		}
	}
	return "", errors.New("the answer is too long")
}
