package main

import (
	"encoding/json"
	"fmt"

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
	list, err := voterfile.Propose(c.Context, path, voterfile.Options{})
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return p.proposalLines(path, list)
	}
	made := 0
	for i := range list {
		if list[i].Err == nil {
			made++
		}
	}
	switch {
	case made == 0 && len(list) > 0:
		return list[0].Err
	case made != 1:
		return hint(fmt.Errorf("%q has %d members that a layout could be made for", path, made), "use --json for all of them, or unpack the file and name one")
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
