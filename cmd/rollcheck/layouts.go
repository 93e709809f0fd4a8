package main

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
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
			{
				Name: "detect", Usage: "which layout files have, how sure that is, and why", ArgsUsage: "FILE...",
				Description: "Prints every layout that fits, the best first, with a score from 0 to 1 and the evidence. It looks at the\n" +
					"first megabyte of each file or member. With --propose it writes a layout file for a file that fits none:\n" +
					"review it, save it, and give it to ingest with --layout FILE.",
				Flags: []cli.Flag{
					&cli.BoolFlag{Name: "propose", Usage: "write a layout guessed by the names and contents of the columns"},
					memberFlag(),
				},
				Action: p.detectLayouts,
			},
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
	return p.printLayout(l)
}

func named(s string) string {
	switch s {
	case "\t":
		return "tab"
	case ",":
		return "comma"
	case "|":
		return "pipe"
	case ";":
		return "semicolon"
	case "":
		return "none"
	}
	return s
}

func (p *program) detectLayouts(c *cli.Context) error {
	if err := wantArgs(c, 1, -1, "a FILE"); err != nil {
		return err
	}
	if c.Bool("propose") {
		return p.proposeLayouts(c)
	}
	var j *jsonLines
	if c.Bool("json") {
		j = p.jsonLines("layouts")
	}
	members, unknown := 0, 0
	for _, path := range c.Args().Slice() {
		found, err := voterfile.Detect(c.Context, path, voterfile.Options{Members: c.StringSlice("member")})
		if err != nil {
			return err
		}
		for i := range found {
			members++
			if found[i].Err != nil {
				unknown++
			}
			if j != nil {
				writeDetection(j, path, &found[i])
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
		what := "files or members"
		if unknown == 1 {
			what = "file or member"
		}
		return fmt.Errorf("%d %s cannot be read as said above", unknown, what)
	}
	return nil
}

func (p *program) printDetection(d *voterfile.Detection) {
	w := p.stdout
	switch {
	case d.LeftOut != "":
		fmt.Fprintf(w, "%s\n  left out: %s%s\n", d.Name, d.LeftOut, map[bool]string{true: mayHold}[d.Unread])
		return
	case d.Err != nil:
		fmt.Fprintf(w, "%s\n  %v\n", d.Name, d.Err)
		if text := hintOf(d.Err); text != "" {
			fmt.Fprintf(w, "  hint: %s\n", text)
		}
	default:
		fmt.Fprintln(w, d.Name)
	}
	for i := range d.Matches {
		m := &d.Matches[i]
		fmt.Fprintf(w, "  %.2f  %s: %s\n", m.Score, m.Layout.ID, strings.Join(evidence(m), "; "))
		fmt.Fprintf(w, "        %s\n", shape(m))
		if len(m.Doubts) > 0 {
			fmt.Fprintf(w, "        %s\n", settle(m.Layout.ID))
		}
		for _, x := range m.Extra {
			fmt.Fprintf(w, "        added column %q: %s\n", x.Name, meaning(x))
		}
		if len(m.Missing) > 0 {
			fmt.Fprintf(w, "        without the columns %s\n", strings.Join(m.Missing, ", "))
		}
	}
}

// evidence returns what speaks for a layout and against it, and what nothing speaks
// for.
func evidence(m *voterfile.Match) []string {
	all := slices.Clone(m.Evidence)
	for _, d := range m.Doubts {
		all = append(all, d.String())
	}
	return all
}

// meaning words what the name of an added column says it holds.
func meaning(x voterfile.Extra) string {
	if k, ok := x.Role.Kind(); ok {
		return k.Title()
	}
	return "not known"
}

// shape says how the lines of a file are read.
func shape(m *voterfile.Match) string {
	s := fmt.Sprintf("%d fields", m.Fields)
	switch {
	case m.Fixed:
		s += " at fixed places"
	case m.Delimiter == voterfile.TableDelimiter:
	default:
		s += ", delimiter " + named(string(m.Delimiter))
	}
	if m.Header {
		s += ", with names of the columns"
	} else {
		s += ", no header"
	}
	if m.DayFirst {
		s += ", dates with the day first"
	}
	if m.Birth != "none" {
		return s + ", birth dates to the " + m.Birth
	}
	return s + ", no birth dates"
}

// writeDetection writes what was detected of a member: a line a candidate, the
// best first, then why it is not read, if it is not.
func writeDetection(j *jsonLines, path string, d *voterfile.Detection) {
	type extra struct {
		Name string `json:"name"`
		Role string `json:"role,omitempty"`
	}
	type candidate struct {
		Type     string   `json:"type"`
		File     string   `json:"file"`
		Member   string   `json:"member"`
		Layout   string   `json:"layout"`
		Score    float64  `json:"score"`
		Evidence []string `json:"evidence"`
		Header   bool     `json:"header"`
		Fields   int      `json:"fields"`
		DayFirst bool     `json:"day_first"`
		Birth    string   `json:"birth_precision"`
		Missing  []string `json:"missing,omitempty"`
		Extra    []extra  `json:"extra,omitempty"`
	}
	type problem struct {
		Type   string `json:"type"`
		File   string `json:"file"`
		Member string `json:"member"`
		Why    string `json:"why"`
		Unread bool   `json:"unread,omitempty"` // it may hold people
		Hint   string `json:"hint,omitempty"`
	}
	for i := range d.Matches {
		m := &d.Matches[i]
		c := candidate{
			"candidate", path, d.Name, m.Layout.ID, math.Round(m.Score*1e4) / 1e4, evidence(m), m.Header, m.Fields, m.DayFirst, m.Birth, m.Missing, nil,
		}
		for _, x := range m.Extra {
			c.Extra = append(c.Extra, extra{x.Name, x.Role.String()})
		}
		j.write(c)
	}
	if d.LeftOut != "" {
		j.write(problem{"left_out", path, d.Name, d.LeftOut, d.Unread, ""})
	}
	if d.Err != nil {
		j.write(problem{"undecided", path, d.Name, d.Err.Error(), false, hintOf(d.Err)})
	}
}
