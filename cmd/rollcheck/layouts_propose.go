package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"rollcheck/rollindex/voterfile"
)

// proposeLayouts writes a layout for each member of one file: as it is, ready to
// be saved, when there is one member; as JSON lines with --json.
func (p *program) proposeLayouts(c *cli.Context) error {
	if err := wantArgs(c, 1, 1, "one FILE with --propose"); err != nil {
		return err
	}
	path := c.Args().First()
	list, err := voterfile.Propose(c.Context, path, voterfile.Options{Members: c.StringSlice("member")})
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return p.proposalLines(path, list)
	}
	var made []string
	for i := range list {
		if list[i].Err == nil {
			made = append(made, fmt.Sprintf("%q", list[i].Member))
		}
	}
	switch {
	case len(made) == 0 && len(list) > 0:
		return list[0].Err
	case len(made) != 1:
		return hint(fmt.Errorf("%q has %d members or tables that a layout could be made for: %s", path, len(made), shortList(made)),
			"name one with --member, or use --json for all of them")
	}
	for i := range list {
		if list[i].Err == nil {
			enc := json.NewEncoder(p.stdout)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", " ")
			return enc.Encode(list[i].Layout)
		}
	}
	return nil
}

func (p *program) proposalLines(path string, list []voterfile.Proposal) error {
	j := p.jsonLines("layouts")
	for i := range list {
		out := fields{"type": "proposal", "file": path, "member": list[i].Member}
		if list[i].Err != nil {
			out["why"] = list[i].Err.Error()
		} else {
			out["layout"] = list[i].Layout
		}
		j.write(out)
	}
	return j.done(fields{"members": len(list)})
}

// shortList joins the first of many words.
func shortList(words []string) string {
	const most = 20
	if len(words) > most {
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" and %d more", len(words)-most)
	}
	return strings.Join(words, ", ")
}
