package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"rollcheck/hashing"
	"rollcheck/rollindex"
	"rollcheck/rollindex/exposure"
)

func (p *program) checkCommand() *cli.Command {
	return &cli.Command{
		Name:  "check",
		Usage: "look people up in the index, or privately by asking a server",
		Description: "Without --input the details of one person are asked for on the terminal. They never go into a flag,\n" +
			"a file or a log, and nothing leaves this machine, unless a server is asked:\n\n" +
			"With --server no index is needed. The server gets blinded questions, which tell it nothing of who is asked for;\n" +
			"the answer is found on this machine. What it does learn depends on --mode and is said before it is asked:\n" +
			"   filter   that somebody at your internet address asks about some states, and when, and from the number of\n" +
			"            questions about how many spellings the name has. Whole files are downloaded, and kept in the user's\n" +
			"            cache directory; \"rollcheck fetch\" gets them ahead\n" +
			"   bucket   also a part of the name, shared by thousands of adults of the state; by far fewer if the server uses\n" +
			"            your address. Little is downloaded. Only the name as given is searched, once: another spelling would\n" +
			"            tell who it is, so that the answer stays incomplete unless somebody is found\n" +
			"Filter is taken when its files are here or small, or nothing else is offered. Each person needs a state, and a\n" +
			"former_state where there was another: these alone are searched. The key of the server's operator is trusted once\n" +
			"its fingerprint is confirmed, or given with --trust; what another key signed, is old, or was changed on its\n" +
			"way is refused. Budgets are by internet address: over Tor, whose exits many share, they are soon used up.\n\n" +
			"Input is JSON (one object, an array, or one object a line) or CSV with a header (separated by commas,\n" +
			"semicolons or tabs), in UTF-8 or UTF-16. Fields: first, middle, last, suffix, birth_date (YYYY-MM-DD),\n" +
			"birth_year, zip, address, city, state, email, phone, voter_id, and the lists former_last, former_zip,\n" +
			"former_state (in CSV separated by \";\"); registered_since is for --catalogue-only. A CSV header may call\n" +
			"them \"Date of Birth\" and so on. A field id is handed back with the answer. Who cannot be read gets no\n" +
			"answer, and those after them do.\n\n" +
			"LIMITATIONS:\n" +
			"   \"Not found\" means: not in these datasets under these spellings. It does not mean that the details were\n" +
			"   never exposed. Voters whose records are confidential are left out, so for them it means nothing.\n" +
			"   \"Found\" may be a namesake; the answer says how many are to be expected.\n" +
			"   What keeps a dataset from being searched whole makes the answer incomplete, never \"not found\". A dataset\n" +
			"   counts as searched whole with up to 1 % of its rows unreadable, up to 5 % with nothing to match by, and\n" +
			"   up to 1 % of the others not to be found by what was given: nearly every roll has such rows, and the\n" +
			"   answer gives their share.\n\n" + exitHelp,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "input", Usage: "`FILE` of people, - for standard input"},
			&cli.StringFlag{Name: "input-format", Usage: "json or csv", DefaultText: "csv for a file that ends in .csv or .tsv, else json"},
			&cli.StringSliceFlag{Name: "dataset", Usage: "search only this dataset (may be repeated)"},
			&cli.BoolFlag{Name: "catalogue-only", Usage: "look nobody up; name the documented exposures that may have covered somebody, by state, former_state and registered_since alone"},
			&cli.StringFlag{Name: "mode", Usage: "how a server is asked: filter or bucket", DefaultText: "filter if that is small, else what is answered on the terminal"},
			p.langFlag("what to do next, and with --catalogue-only of the answer"),
		}, serverFlags()...),
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 0, 0, ""); err != nil {
				return hint(err, "people come from --input FILE or the terminal, never from arguments")
			}
			if err := serverFlagsFit(c); err != nil {
				return err
			}
			switch {
			case c.Bool("catalogue-only"):
				return p.checkCatalogue(c)
			case c.String("server") != "":
				return p.checkServer(c)
			}
			return p.check(c)
		},
	}
}

// serverFlagsFit refuses flags that have a meaning only with, or without, a server.
func serverFlagsFit(c *cli.Context) error {
	server := c.String("server") != ""
	for _, flag := range []string{"mode", "trust"} {
		if c.IsSet(flag) && !server {
			return hint(fmt.Errorf("check: --%s has no meaning without --server", flag), "name the server with --server URL")
		}
	}
	if server && c.Bool("catalogue-only") {
		return errors.New("check: --catalogue-only asks nobody, so --server has no meaning beside it")
	}
	return nil
}

func (p *program) check(c *cli.Context) error {
	lang, err := p.lang(c)
	if err != nil {
		return err
	}
	people, closeInput, err := p.people(c)
	if err != nil {
		return err
	}
	defer closeInput()
	ix, err := p.openDatasets(c)
	if err != nil {
		return err
	}
	defer ix.Close()
	if err := exposure.Asked(ix.Datasets(), c.StringSlice("dataset")); err != nil {
		return err // it was removed since
	}
	if people == nil {
		if people, err = p.askPerson(c.Context); err != nil {
			return err
		}
	}
	settled := c.String("input") == ""
	if !settled {
		// What the first block allocates it keeps, nearly all, so that to look for garbage
		// as often as usual would be in vain.
		defer debug.SetGCPercent(debug.SetGCPercent(200))
	}
	handler := exposure.NewText(p.stdout, lang)
	if c.Bool("json") {
		handler = exposure.NewJSON(p.stdout)
	}
	bar := p.ui.progress()
	opts := exposure.Options{Datasets: c.StringSlice("dataset"), Progress: func(n int) {
		if !settled {
			// From then on a batch makes little garbage beside much that lives long, the
			// filters: half of that beside it is room enough.
			debug.SetGCPercent(50)
			settled = true
		}
		if bar.due() {
			bar.show(0, 0, "checked "+group(int64(n))+" people")
		}
	}}
	sum, err := exposure.Check(c.Context, ix, people, opts, handler)
	p.ui.clear()
	if err != nil {
		return inputHint(c.String("input"), err)
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
			return nil, nil, fmt.Errorf("%s: --input-format without --input", c.Command.Name)
		}
		return nil, func() {}, nil
	}
	if format == "" {
		format = formatOf(path)
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

func formatOf(path string) exposure.Format {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".tsv":
		return exposure.CSV
	}
	return exposure.JSON
}

// inputHint says what to do about input that is in another format than it was
// read as.
func inputHint(path string, err error) error {
	switch {
	case errors.Is(err, exposure.ErrNotJSON) && path == "-":
		return hint(err, "if it is a table with a header, say --input-format csv")
	case errors.Is(err, exposure.ErrNotJSON):
		return hint(err, "JSON is expected of a file of that name; if it is a table with a header, say --input-format csv")
	case errors.Is(err, exposure.ErrWorkbook):
		return hint(err, "save the sheet as CSV (UTF-8), and give that file")
	}
	return err
}

// openDatasets opens the index and the files of all its datasets, so that a
// dataset that is removed meanwhile is there to the end of the check. One that
// was removed between the two is not listed any more when the index is opened
// again. What cannot be asked for is an error before a passphrase is asked for.
func (p *program) openDatasets(c *cli.Context) (*rollindex.Index, error) {
	dir, err := p.existingIndex(c)
	if err != nil {
		return nil, err
	}
	infos, err := rollindex.List(dir)
	if err != nil {
		return nil, err
	}
	if err := exposure.Asked(infos, c.StringSlice("dataset")); err != nil {
		return nil, err
	}
	key, err := p.readKey(c)
	if err != nil {
		return nil, err
	}
	ix, err := rollindex.Open(dir, key)
	for range 3 {
		if err != nil || allReadable(ix) || !listChanged(ix) {
			break
		}
		if err := ix.Close(); err != nil {
			return nil, err
		}
		ix, err = rollindex.Open(dir, key)
	}
	return ix, err
}

func allReadable(ix *rollindex.Index) bool {
	readable := true
	for i := range ix.Datasets() {
		readable = ix.Unreadable(i) == "" && readable // opens each
	}
	return readable
}

// listChanged reports whether the index lists other datasets than it did.
func listChanged(ix *rollindex.Index) bool {
	now, err := rollindex.List(ix.Dir())
	same := func(a, b hashing.DatasetInfo) bool { return a.ID == b.ID && a.Generation == b.Generation }
	return err == nil && !slices.EqualFunc(ix.Datasets(), now, same)
}
