package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"rollcheck/data/names"
	"rollcheck/rollindex/lookup"
)

func (p *program) fetchCommand() *cli.Command {
	return &cli.Command{
		Name:      "fetch",
		Usage:     "download a server's files of some states ahead, so that later checks download none",
		ArgsUsage: "STATE...",
		Description: "\"rollcheck check --server URL\" by filter then fetches no file: the server learns less of when somebody is\n" +
			"asked for, and what is asked is small. The files are public, are checked at every use, and lie in the user's\n" +
			"cache directory, where they can be deleted. The server sees which states' files are fetched, from which address.\n\n" + exitDoneHelp,
		Flags: serverFlags(),
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 1, -1, "a STATE"); err != nil {
				return err
			}
			if c.String("server") == "" {
				return hint(errors.New("fetch: --server is missing"), "see \"rollcheck help fetch\"")
			}
			return p.fetch(c)
		},
	}
}

func (p *program) fetch(c *cli.Context) error {
	var states []string
	for _, arg := range c.Args().Slice() {
		code, ok := names.StateCode(strings.TrimPrefix(strings.ToUpper(arg), "US-"))
		if !ok {
			return hint(fmt.Errorf("fetch: %q is no state", arg), "write its name or its two letters, such as FL")
		}
		states = append(states, "US-"+code)
	}
	slices.Sort(states)
	states = slices.Compact(states)
	op, err := p.openOperator(c)
	if err != nil {
		return err
	}
	defer op.close()
	p.revealStates(op, states)
	offer, err := op.client.Open(c.Context, states...)
	if err != nil {
		return op.explain(c.Context, err)
	}
	for _, j := range offer.Missing {
		p.ui.warn("the server publishes nothing of %s", names.StateName(strings.TrimPrefix(j, "US-")))
	}
	if len(offer.Missing) == len(states) {
		return hint(errors.New("fetch: the server publishes nothing of the states named"), "nothing was fetched; this says nothing of whether somebody is in a leak")
	}
	cost := offer.Filters()
	var lines *jsonLines
	if c.Bool("json") {
		lines = p.jsonLinesWith("fetch", fields{
			"server": op.transport.Address(), "operator": op.key.Name(), "fingerprint": op.key.Fingerprint(),
			"manifest_seq": offer.Manifest.Seq, "jurisdictions": placesOf(offer.Jurisdictions()), "files": cost.Files, "bytes": cost.Download,
		})
	} else if cost.Files > 0 {
		p.ui.note("downloading %s in %s from %s", size(cost.Download), counted(cost.Files, "file"), op.transport.Address())
	}
	if _, err := p.session(c.Context, op, offer, lookup.FilterMode); err != nil {
		return err
	}
	if lines != nil {
		return lines.done(fields{"files": cost.Files, "bytes": cost.Download})
	}
	fmt.Fprintf(p.stdout, "The files of %s are here: %s in %s were downloaded.\n", p.states(offer), size(cost.Download), counted(cost.Files, "file"))
	return nil
}
