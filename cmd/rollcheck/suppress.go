package main

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"rollcheck/hashing"
	"rollcheck/rollindex"
	"rollcheck/rollindex/exposure"
)

func (p *program) suppressCommand() *cli.Command {
	return &cli.Command{
		Name:  "suppress",
		Usage: "leave people who ask for it out of the index",
		Description: "Puts people on the index's list of those who asked to be left out. Their records are passed over by check\n" +
			"and publish in the datasets that are there, and left out whole and counted by every later ingest. The list\n" +
			"holds keyed hashes, encrypted, and no details. Who may be one of them, by what they give, is never told \"not found\"\n" +
			"by this index. Who asks a server can be: nothing is published of them.\n\n" +
			"Input is that of \"rollcheck check\"; without --input one person's details are asked for. A record is theirs\n" +
			"if voter id or name and birth date agree; where it has no full birth date, if name, birth year and ZIP code do;\n" +
			"where it has no birth at all, if name and ZIP code, address or e-mail address do; where it has neither birth\n" +
			"nor place, if name and telephone number do. So a father with his son's name stays.\n\n" +
			"LIMITATIONS:\n" +
			"   In a dataset that is there already only those entries are recognised that the details given make: give all\n" +
			"   of them, former names and ZIP codes too. Entries that are shared with others stay, for their sake. What was\n" +
			"   ingested again after this has nothing of them. What was published before has: publish it again.\n\n" + exitDoneHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "input", Usage: "`FILE` of people, - for standard input"},
			&cli.StringFlag{Name: "input-format", Usage: "json or csv", DefaultText: "csv for a file that ends in .csv or .tsv, else json"},
			&cli.StringFlag{Name: "out", Usage: "write the list to a `FILE`, for \"rollcheck ingest --suppress\" into this index, and leave the index as it is"},
			&cli.BoolFlag{Name: "remove", Usage: "take people off the list again; give the same birth date as then, or what else was given of the surest detail"},
		},
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 0, 0, ""); err != nil {
				return hint(err, "people come from --input FILE or the terminal, never from arguments")
			}
			if c.Bool("remove") && c.String("out") != "" {
				return errors.New("suppress: --remove with --out")
			}
			return p.suppress(c)
		},
	}
}

func (p *program) suppress(c *cli.Context) error {
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
		people, err = p.askFor(c.Context, "suppress", "What you type is kept as keyed hashes alone. Press Enter to skip a question;\n"+
			"the more you answer, the more is left out.\n")
		if err != nil {
			return err
		}
	}
	keys, err := p.personKeys(c, people)
	if err != nil {
		return err
	}
	bar := p.ui.progress()
	defer p.ui.clear()
	progress := func(done int) {
		if bar.due() {
			bar.show(int64(done), int64(len(keys)), "looked for "+group(int64(done))+" people")
		}
	}
	out := suppressOutput{p, ix, c.Bool("json")}
	switch {
	case c.Bool("remove"):
		p.writes = true
		removed, err := ix.Unsuppress(keys)
		if err != nil {
			return err
		}
		return out.removed(removed)
	case c.String("out") != "":
		list, found, err := ix.NewSuppressions(c.Context, keys, progress)
		if err == nil {
			err = ix.WriteSuppressions(c.String("out"), list)
		}
		if err != nil {
			return err
		}
		p.ui.clear()
		return out.list(c.String("out"), list.People(), found)
	}
	p.writes = true
	res, err := ix.Suppress(c.Context, keys, progress)
	if err != nil {
		return err
	}
	p.ui.clear()
	return out.added(&res)
}

// personKeys reads people and returns their match keys. One detail that cannot be
// used is an error for all.
func (p *program) personKeys(c *cli.Context, people exposure.Decoder) ([][]hashing.PersonKey, error) {
	keys, problems, err := exposure.ReadKeys(people)
	switch {
	case err != nil:
		return nil, inputHint(c.String("input"), err)
	case len(problems) > 0:
		more := ""
		if n := len(problems) - 1; n > 0 {
			more = fmt.Sprintf(" (and %s more)", group(int64(n)))
		}
		return nil, hint(fmt.Errorf("suppress: %w%s", problems[0], more), "the list is as it was: correct it, or leave the field empty if there is nothing to say")
	case len(keys) == 0:
		return nil, errors.New("suppress: the input holds nobody")
	}
	return keys, nil
}

// suppressOutput says what was done: counts, never a detail.
type suppressOutput struct {
	p      *program
	ix     *rollindex.Index
	asJSON bool
}

func (o *suppressOutput) added(res *rollindex.SuppressResult) error {
	if o.asJSON {
		return o.lines(res.Datasets, fields{"added": res.Added, "people": res.People})
	}
	fmt.Fprintf(o.p.stdout, "suppressed: %s put on the list, which has %s now\n", persons(res.Added), group(int64(res.People)))
	o.datasets(res.Datasets)
	if o.ix.Scheme() == hashing.Served {
		fmt.Fprintln(o.p.stdout, "next:       publish again: what was published before still has them")
	}
	return nil
}

func (o *suppressOutput) list(path string, people int, found []rollindex.SuppressedDataset) error {
	if o.asJSON {
		return o.lines(found, fields{"list": path, "people": people})
	}
	fmt.Fprintf(o.p.stdout, "list:       %s, of %s; the index is as it was\n", path, persons(people))
	o.datasets(found)
	fmt.Fprintf(o.p.stdout, "next:       \"rollcheck ingest --suppress %s\" leaves them out, and puts them on the index's list\n", path)
	return nil
}

func (o *suppressOutput) removed(n int) error {
	if o.asJSON {
		return o.lines(nil, fields{"removed": n, "people": o.ix.Suppressed()})
	}
	fmt.Fprintf(o.p.stdout, "removed:    %s, the list has %s now\n", persons(n), group(int64(o.ix.Suppressed())))
	fmt.Fprintln(o.p.stdout, "note:       datasets that were ingested meanwhile have no record of them until they are ingested again")
	return nil
}

func (o *suppressOutput) lines(found []rollindex.SuppressedDataset, sum fields) error {
	j := o.p.jsonLines("suppress")
	for i := range found {
		j.write(struct {
			Type string `json:"type"`
			*rollindex.SuppressedDataset
		}{"dataset", &found[i]})
	}
	return j.done(sum)
}

func (o *suppressOutput) datasets(found []rollindex.SuppressedDataset) {
	w := o.p.stdout
	for _, d := range found {
		fmt.Fprintf(w, "left out:   %s: entries %s, of %s\n", d.ID, group(d.Entries), persons(d.People))
	}
	for _, d := range found {
		if d.Exposed > 0 {
			fmt.Fprintf(w, "note:       %s: of %s the record holds more than was given, or shares it with others; by that it may be found still\n", d.ID, persons(d.Exposed))
		}
	}
	if len(found) == 0 {
		fmt.Fprintln(w, "left out:   nothing in the datasets that are there; what is ingested from now on is read without them")
	}
}

func persons(n int) string {
	if n == 1 {
		return "1 person"
	}
	return group(int64(n)) + " people"
}
