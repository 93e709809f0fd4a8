package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"rollcheck/rollindex"
)

func (p *program) verifyCommand() *cli.Command {
	return &cli.Command{
		Name:  "verify",
		Usage: "read every byte of the index and check it",
		Description: "Checks the seal of every file, the authentication, range and order of every page, the counts, the\n" +
			"digest, and the filter against the pages, that the list of suppressed people is as it was written and the\n" +
			"entries it names are there, and measures the filter's error rate. Exit 0 means whole.",
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 0, 0, ""); err != nil {
				return err
			}
			return p.verify(c)
		},
	}
}

func (p *program) verify(c *cli.Context) error {
	ix, err := p.openIndex(c)
	if err != nil {
		return err
	}
	defer ix.Close()
	bar := p.ui.progress()
	healths, err := ix.Verify(c.Context, func(done, total int64) {
		if bar.due() {
			bar.show(done, total, "verifying")
		}
	})
	p.ui.clear()
	if err != nil {
		return err
	}
	damaged := 0
	for i := range healths {
		if len(healths[i].Problems) > 0 {
			damaged++
		}
	}
	if c.Bool("json") {
		err = p.verifyLines(healths, damaged, ix.Suppressed())
	} else {
		p.printHealths(healths)
		p.printSuppressed(ix.Suppressed())
	}
	if err == nil && damaged > 0 {
		is := "is"
		if damaged > 1 {
			is = "are"
		}
		err = hint(fmt.Errorf("%d of %d datasets %s damaged", damaged, len(healths), is),
			"check gives no answer of absence from what is damaged; remove and ingest them again, or restore a copy of the index")
	}
	return err
}

func (p *program) verifyLines(healths []rollindex.Health, damaged, suppressed int) error {
	j := p.jsonLines("verify")
	for i := range healths {
		j.write(struct {
			Type string `json:"type"`
			*rollindex.Health
		}{"dataset", &healths[i]})
	}
	return j.done(fields{"datasets": len(healths), "damaged": damaged, "suppressed": suppressed})
}

func (p *program) printHealths(healths []rollindex.Health) {
	for i := range healths {
		h := &healths[i]
		state := "whole"
		if len(h.Problems) > 0 {
			state = "DAMAGED"
		}
		fmt.Fprintf(p.stdout, "%s: %s: %s entries on %s pages", h.ID, state, group(h.Tags), group(h.Pages))
		if h.FilterTried > 0 {
			fmt.Fprintf(p.stdout, "; the filter passes %.2g of absent tags (%s tried)", h.FilterError, group(int64(h.FilterTried)))
		}
		fmt.Fprintln(p.stdout)
		for _, problem := range h.Problems {
			fmt.Fprintf(p.stdout, "  %s\n", problem)
		}
	}
	if len(healths) == 0 {
		fmt.Fprintln(p.stdout, "The index is whole and empty.")
	}
}
