package main

import (
	"io"

	"github.com/urfave/cli/v2"

	"rollcheck/hashing"
	"rollcheck/rollindex/audit/diff"
	"rollcheck/rollindex/audit/tell"
)

const diffExit = `EXIT STATUS:
   0    no differences
   1    they differ
   2    an error, or no difference was found and something was not read or could not be matched
   130  interrupted`

func (p *program) diffCommand() *cli.Command {
	return &cli.Command{
		Name:      "diff",
		Usage:     "what changed from one release of a roll to the next, and what of it is unusual",
		ArgsUsage: "[DATE=]OLD [DATE=]NEW",
		Description: "Columns that came, went, were renamed or moved; how often each is filled, how many different values it has, what\n" +
			"they look like, and codes that came and went. Rows added, gone and changed, by county, status and field; voter\n" +
			"ids that another person has now; people moved in mass to one address or precinct; days on which many registered.\n" +
			"A county is named when it is far from the others: about one false alarm in a hundred ordinary comparisons.\n" +
			"Rows are matched by voter id, and those left by the strongest details that both files have. Nothing is kept,\n" +
			"and no person's row is shown: only counts, columns, codes that at least 100 rows share, and numbers of lines.\n" +
			"DATE (YYYY-MM-DD) is the day the data was taken.\n\n" + diffExit,
		Flags: append(comparisonFlags("every number as one table for spreadsheets"), registerFlag()),
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 2, 2, "OLD or NEW"); err != nil {
				return err
			}
			return p.diff(c)
		},
	}
}

func (p *program) diff(c *cli.Context) error {
	inputs, err := comparisonInputs(c)
	if err != nil {
		return err
	}
	opts, end, err := p.comparisonOptions(c, inputs)
	if err != nil {
		return err
	}
	register, err := p.openRegister(c)
	if err != nil {
		end()
		return err
	}
	from := diff.Options{Memory: opts.Memory, Jobs: opts.Jobs, TempDir: opts.TempDir, Progress: opts.Progress}
	if register != nil {
		from.Ignore = register.Screen().Decoy
	}
	res, err := diff.Run(c.Context, inputs[diff.Old], inputs[diff.New], from)
	end()
	if err != nil {
		return err
	}
	p.warnNoDecoys(register, res.Files[diff.Old].Ignored+res.Files[diff.New].Ignored)
	err = p.tellPage(c, tell.Diffed(res, "rollcheck "+version()), func(w io.Writer) error { return tell.DiffCSV(w, res) }, func() error { return p.diffLines(res) })
	if err != nil {
		return err
	}
	return diffCode(res)
}

// diffCode returns the exit code of a comparison of releases. That nothing differs is
// an answer only of the same bytes, or of what was read whole.
func diffCode(res *diff.Result) error {
	switch {
	case !res.Same():
		return exitCode(exitNotFound)
	case !res.Identical() && !res.Whole():
		return exitCode(exitIncomplete)
	}
	return nil
}

// rowsLine counts rows: of both files, of a county, or with a status.
type rowsLine struct {
	Type     string  `json:"type"`
	County   *string `json:"county,omitempty"` // "" for all rows; "-" for those without a county, or of one with few rows
	Status   *string `json:"status,omitempty"` // likewise
	Old      int64   `json:"old"`
	New      int64   `json:"new"`
	Added    int64   `json:"added"`
	Removed  int64   `json:"removed"`
	Matched  int64   `json:"matched"`
	Changed  int64   `json:"changed"`
	Other    int64   `json:"other"` // differ only in other columns, or in how values are written
	Repeated int64   `json:"repeated_ids"`
	Reused   int64   `json:"reused_ids"`
}

func newRowsLine(kind string, old, new int64, c *diff.Counts) rowsLine {
	return rowsLine{
		Type: kind, Old: old, New: new, Added: c.Added, Removed: c.Removed, Matched: c.Matched, Changed: c.Changed, Other: c.Writing,
		Repeated: c.Repeated, Reused: c.Reused,
	}
}

// diffLines writes a comparison of releases as JSON lines: files, columns, rows,
// fields, days, what is unusual, sentences.
func (p *program) diffLines(res *diff.Result) error {
	j := p.jsonLines("diff")
	for _, f := range res.Files {
		writeReleaseLine(j, f)
	}
	for i := range res.Columns {
		writeChangeLine(j, &res.Columns[i])
	}
	all, none := "", "-"
	whole := newRowsLine("rows", res.Files[diff.Old].Read(), res.Files[diff.New].Read(), &res.Counts)
	whole.County = &all
	j.write(whole)
	for _, kind := range []string{"rows", "status"} {
		groups := res.Counties
		if kind == "status" {
			groups = res.Statuses
		}
		for i := range groups {
			g := &groups[i]
			line, name := newRowsLine(kind, g.Rows[diff.Old], g.Rows[diff.New], &g.Counts), &g.Name
			if *name == "" {
				name = &none
			}
			if line.County = name; kind == "status" {
				line.County, line.Status = nil, name
			}
			j.write(line)
		}
	}
	for _, f := range res.Flips {
		j.write(struct {
			Type string `json:"type"`
			From string `json:"from"` // "" for none, or one of few rows
			To   string `json:"to"`
			Rows int64  `json:"rows"`
		}{"status-change", f.From, f.To, f.Rows})
	}
	for _, f := range res.Fields {
		j.write(struct {
			Type    string `json:"type"`
			Field   string `json:"field"`
			Changed int64  `json:"changed"`
			Of      int64  `json:"of"`
		}{"field", f.Field.String(), f.Changed, f.Of})
	}
	for _, d := range res.Days {
		j.write(struct {
			Type  string `json:"type"`
			Day   string `json:"day"`
			Added int64  `json:"added"`
		}{"registered", d.Day.String(), d.Rows})
	}
	writeUnusual(j, res)
	writeTexts(j, "headline", tell.DiffHeadlines(res)...)
	writeCaveats(j, tell.DiffCaveats(res))
	return j.done(fields{
		"same": res.Same(), "identical": res.Identical(), "whole": res.Whole(), "matched_by_id": res.ByID, "matched_by_key": res.ByKey, "key": keyName(res.Key),
		"renumbered": res.Renumbered, "reused_ids": res.Reused, "column_changes": len(res.Columns), "unusual": len(res.Unusual),
	})
}

func keyName(k hashing.KeyType) *string {
	if k == 0 {
		return nil
	}
	name := k.String()
	return &name
}

func writeReleaseLine(j *jsonLines, f *diff.File) {
	j.write(struct {
		Type     string           `json:"type"`
		File     string           `json:"file"`
		AsOf     *string          `json:"as_of"`
		Layouts  []string         `json:"layouts"`
		Columns  int              `json:"columns"`
		Rows     int64            `json:"rows"` // read in full
		Skipped  map[string]int64 `json:"skipped"`
		Ignored  int64            `json:"ignored"` // decoys
		Unread   int              `json:"unread"`
		Keyless  int64            `json:"keyless"`
		WithID   int64            `json:"with_id"`
		Repeated int64            `json:"repeated_ids"`
		Sources  []hashing.Source `json:"sources"`
	}{"file", f.Path, dateOrNull(f.AsOf), f.Layouts, len(f.Columns), f.Read(), f.Skipped, f.Ignored, f.Unread, f.Keyless, f.WithID, f.Repeated, f.Sources})
}

func writeChangeLine(j *jsonLines, c *diff.ColumnChange) {
	j.write(struct {
		Type   string   `json:"type"`
		Column string   `json:"column"`
		Change string   `json:"change"`
		Was    string   `json:"was,omitempty"`  // its name before
		Role   string   `json:"role,omitempty"` // what it holds
		What   string   `json:"what,omitempty"`
		Old    float64  `json:"old"` // shares, counts, lengths or places; see "text"
		New    float64  `json:"new"`
		Exact  bool     `json:"exact,omitempty"` // distinct values were counted, not estimated
		Came   []string `json:"came,omitempty"`
		Went   []string `json:"went,omitempty"`
		Text   string   `json:"text"`
	}{"column-change", c.Column, string(c.Change), c.Was, c.Role.String(), c.What, c.Old, c.New, c.Exact, c.Came, c.Went, tell.ChangeText(c)})
}

func writeUnusual(j *jsonLines, res *diff.Result) {
	texts := tell.Odd(res)
	for i, u := range res.Unusual {
		line := struct {
			Type   string  `json:"type"`
			What   string  `json:"what"`
			County string  `json:"county"`
			Day    *string `json:"day,omitempty"`
			Rows   int64   `json:"rows"`
			Of     int64   `json:"of,omitempty"`
			Low    float64 `json:"usual_low"` // a share of "of", or rows where there is none
			High   float64 `json:"usual_high"`
			Chance float64 `json:"chance,omitempty"`
			File   string  `json:"file,omitempty"` // where the first of the rows stands
			Member string  `json:"member,omitempty"`
			Line   int64   `json:"line,omitempty"`
			Text   string  `json:"text"`
		}{Type: "unusual", What: u.What, County: u.County, Day: dateOrNull(u.Day), Rows: u.Rows, Of: u.Of, Low: u.Low, High: u.High, Chance: u.Chance, Text: texts[i]}
		if u.At != nil {
			line.File, line.Member, line.Line = res.Files[u.At.File].Path, u.At.Member, u.At.Line
		}
		j.write(line)
	}
}
