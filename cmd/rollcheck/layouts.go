package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"rollcheck/data/layouts"
	"rollcheck/rollindex/voterfile"
)

func (p *program) layoutsCommand() *cli.Command {
	return &cli.Command{
		Name:  "layouts",
		Usage: "list and show the known layouts of voter files, or detect a file's",
		Subcommands: []*cli.Command{
			{Name: "list", Usage: "a line a layout", Action: p.listLayouts},
			{
				Name: "show", Usage: "columns, quirks and sources of one layout", ArgsUsage: "ID",
				Description: "With --json it is written as a layout file, to be changed and given to --layout.",
				Action:      p.showLayout,
			},
			{Name: "detect", Usage: "which layout files have, how sure that is, and why", ArgsUsage: "FILE...", Action: p.detectLayouts},
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknownCommand(c.Command.Subcommands, c.Args().First())
			}
			return p.listLayouts(c)
		},
	}
}

func (p *program) listLayouts(c *cli.Context) error {
	if err := wantArgs(c, 0, 0, ""); err != nil {
		return err
	}
	if c.Bool("json") {
		return p.layoutLines()
	}
	tw := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "LAYOUT\tSTATE\tCOLUMNS\tHEADER\tBIRTH\tVINTAGE")
	for _, id := range layouts.IDs() {
		l, err := layouts.Get(id)
		if err != nil {
			return err
		}
		fmt.Fprintf(tw, "%s\t%s\t%d\t%s\t%s\t%s\n", l.ID, orDash(strings.TrimPrefix(l.Jurisdiction, "US-")), len(l.Columns), yesNo(l.Header), l.BirthPrecision, l.Vintage)
	}
	return tw.Flush()
}

func (p *program) layoutLines() error {
	j := p.jsonLines("layouts")
	for _, id := range layouts.IDs() {
		l, err := layouts.Get(id)
		if err != nil {
			return err
		}
		j.write(struct {
			Type string `json:"type"`
			*layouts.Layout
		}{"layout", l})
	}
	return j.done(fields{"layouts": len(layouts.IDs())})
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (p *program) showLayout(c *cli.Context) error {
	if err := wantArgs(c, 1, 1, "the ID of a layout"); err != nil {
		return err
	}
	l, err := findLayout(c.Args().First())
	if err != nil {
		return err
	}
	if c.Bool("json") {
		enc := json.NewEncoder(p.stdout)
		enc.SetEscapeHTML(false)
		return enc.Encode(l)
	}
	w := p.stdout
	fmt.Fprintf(w, "%s: %s\n", l.ID, l.Title)
	fmt.Fprintf(w, "vintage:       %s\ndistribution:  %s\n", l.Vintage, l.Distribution)
	fmt.Fprintf(w, "shape:         %d columns, delimiter %s, quote %s, header %s\n", len(l.Columns), named(l.Delimiter), named(l.Quote), yesNo(l.Header))
	fmt.Fprintf(w, "birth date:    precision %s\nconfidence:    %s\n\n", l.BirthPrecision, l.Confidence)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, col := range l.Columns {
		fmt.Fprintf(tw, "%3d\t%s\t%s\t%s\n", i+1, col.Name, orDash(col.Role.String()), col.Format)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	list := func(title string, items []string) {
		if len(items) > 0 {
			fmt.Fprintf(w, "\n%s\n", title)
		}
		for _, it := range items {
			fmt.Fprintf(w, "  - %s\n", it)
		}
	}
	list("Quirks", l.Quirks)
	list("Sources", l.Sources)
	return nil
}

func named(s string) string {
	switch s {
	case "\t":
		return "tab"
	case "":
		return "none"
	}
	return s
}

func (p *program) detectLayouts(c *cli.Context) error {
	if err := wantArgs(c, 1, -1, "a FILE"); err != nil {
		return err
	}
	var j *jsonLines
	if c.Bool("json") {
		j = p.jsonLines("layouts")
	}
	members, unknown := 0, 0
	for _, path := range c.Args().Slice() {
		found, err := voterfile.Detect(c.Context, path, voterfile.Options{})
		if err != nil {
			return err
		}
		for i := range found {
			members++
			if found[i].Err != nil {
				unknown++
			}
			if j != nil {
				j.write(detectionLine(path, &found[i]))
			} else {
				p.printDetection(&found[i])
			}
		}
	}
	if j != nil {
		if err := j.done(fields{"members": members, "unknown": unknown}); err != nil {
			return err
		}
	}
	if unknown > 0 {
		return hint(fmt.Errorf("%d files or members have no layout that is known", unknown), "\"rollcheck layouts\" lists the known ones; --layout FILE reads one of your own")
	}
	return nil
}

func (p *program) printDetection(d *voterfile.Detection) {
	w := p.stdout
	switch {
	case d.LeftOut != "":
		fmt.Fprintf(w, "%s\n  left out: %s\n", d.Name, d.LeftOut)
		return
	case d.Err != nil:
		fmt.Fprintf(w, "%s\n  %v\n", d.Name, d.Err)
	default:
		fmt.Fprintln(w, d.Name)
	}
	for i := range d.Matches {
		m := &d.Matches[i]
		fmt.Fprintf(w, "  %s, %.0f %% sure: %s\n", m.Layout.ID, 100*m.Confidence, m.Why)
		fmt.Fprintf(w, "    %d fields, delimiter %s, %s\n", m.Fields, named(string(m.Delimiter)), map[bool]string{true: "with a header", false: "no header"}[m.Header])
		for _, x := range m.Extra {
			fmt.Fprintf(w, "    added column %q: %s\n", x.Name, meaning(x))
		}
		if len(m.Missing) > 0 {
			fmt.Fprintf(w, "    without the columns %s\n", strings.Join(m.Missing, ", "))
		}
	}
}

// meaning words what the name of an added column says it holds.
func meaning(x voterfile.Extra) string {
	if k, ok := x.Role.Kind(); ok {
		return k.Title()
	}
	return "not known"
}

// detectionLine returns what was detected as a line of JSON says it.
func detectionLine(path string, d *voterfile.Detection) any {
	type extra struct {
		Name string `json:"name"`
		Role string `json:"role,omitempty"`
	}
	type match struct {
		Layout     string   `json:"layout"`
		Confidence float64  `json:"confidence"`
		Why        string   `json:"why"`
		Header     bool     `json:"header"`
		Fields     int      `json:"fields"`
		Missing    []string `json:"missing,omitempty"`
		Extra      []extra  `json:"extra,omitempty"`
	}
	out := struct {
		Type    string  `json:"type"`
		File    string  `json:"file"`
		Member  string  `json:"member"`
		Matches []match `json:"matches"`
		LeftOut string  `json:"left_out,omitempty"`
		Error   string  `json:"error,omitempty"`
	}{Type: "detection", File: path, Member: d.Name, Matches: []match{}, LeftOut: d.LeftOut}
	if d.Err != nil {
		out.Error = d.Err.Error()
	}
	for i := range d.Matches {
		m := &d.Matches[i]
		mm := match{Layout: m.Layout.ID, Confidence: m.Confidence, Why: m.Why, Header: m.Header, Fields: m.Fields, Missing: m.Missing}
		for _, x := range m.Extra {
			mm.Extra = append(mm.Extra, extra{x.Name, x.Role.String()})
		}
		out.Matches = append(out.Matches, mm)
	}
	return out
}
