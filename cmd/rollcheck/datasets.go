package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"rollcheck/data/catalogue"
	"rollcheck/hashing"
	"rollcheck/rollindex"
	"rollcheck/rollindex/voterfile"
)

func (p *program) datasetsCommand() *cli.Command {
	return &cli.Command{
		Name:  "datasets",
		Usage: "list, show or remove the datasets of the index",
		Subcommands: []*cli.Command{
			{Name: "list", Usage: "a line a dataset", Action: p.listDatasets},
			{Name: "show", Usage: "all that is known of one dataset", ArgsUsage: "ID", Action: p.showDataset},
			{Name: "remove", Usage: "take a dataset, or what an interrupted ingest left of one, out of the index", ArgsUsage: "ID", Action: p.removeDataset},
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknownCommand(c.Command.Subcommands, c.Args().First())
			}
			return p.listDatasets(c)
		},
	}
}

func (p *program) listDatasets(c *cli.Context) error {
	if err := wantArgs(c, 0, 0, ""); err != nil {
		return err
	}
	dir, err := p.indexDir(c)
	if err != nil {
		return err
	}
	infos, err := rollindex.List(dir)
	if err != nil {
		return err
	}
	suppressed, err := rollindex.Suppressed(dir)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return p.datasetLines(infos, suppressed)
	}
	if len(infos) == 0 {
		fmt.Fprintln(p.stdout, "The index is empty. Add a file with \"rollcheck ingest --dataset ID FILE\".")
		p.printSuppressed(suppressed)
		return nil
	}
	tw := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "DATASET\tKIND\tAS OF\tSTATES\tROWS\tMATCHABLE\tTITLE")
	for i := range infos {
		d := &infos[i]
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%.1f %%\t%s\n", d.ID, d.Kind, orDash(d.AsOf),
			orDash(strings.Join(d.Jurisdictions, " ")), group(d.Rows), 100*d.Coverage(), d.Title)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	p.printSuppressed(suppressed)
	return nil
}

// printSuppressed says how many people are left out of an index, if any are.
func (p *program) printSuppressed(people int) {
	if people > 0 {
		fmt.Fprintf(p.stdout, "Left out at their own request: %s.\n", persons(people))
	}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (p *program) datasetLines(infos []hashing.DatasetInfo, suppressed int) error {
	j := p.jsonLines("datasets")
	for i := range infos {
		j.write(struct {
			Type string `json:"type"`
			*hashing.DatasetInfo
			IncidentTitle string  `json:"incident_title,omitempty"`
			Coverage      float64 `json:"coverage"`
		}{"dataset", &infos[i], incidentTitle(&infos[i]), infos[i].Coverage()})
	}
	return j.done(fields{"datasets": len(infos), "suppressed": suppressed})
}

// incidentTitle returns the title of the incident that a dataset comes from, ""
// if it names none or one that the catalogue does not know.
func incidentTitle(d *hashing.DatasetInfo) string {
	if d.Incident == "" {
		return ""
	}
	i, err := catalogue.GetIncident(d.Incident)
	if err != nil {
		return ""
	}
	return i.Title
}

func (p *program) showDataset(c *cli.Context) error {
	if err := wantArgs(c, 1, 1, "the ID of a dataset"); err != nil {
		return err
	}
	dir, err := p.indexDir(c)
	if err != nil {
		return err
	}
	infos, err := rollindex.List(dir)
	if err != nil {
		return err
	}
	suppressed, err := rollindex.Suppressed(dir)
	if err != nil {
		return err
	}
	for i := range infos {
		if infos[i].ID != c.Args().First() {
			continue
		}
		if c.Bool("json") {
			return p.datasetLines(infos[i:i+1], suppressed)
		}
		p.printDataset(&infos[i])
		return nil
	}
	return fmt.Errorf("%w: %q", rollindex.ErrNoDataset, c.Args().First())
}

func (p *program) printDataset(d *hashing.DatasetInfo) {
	w := p.stdout
	line := func(label, value string) {
		if value != "" {
			fmt.Fprintf(w, "%-15s%s\n", label, value)
		}
	}
	line("dataset", d.ID)
	line("title", d.Title)
	line("kind", string(d.Kind))
	if d.Incident != "" {
		line("incident", fmt.Sprintf("%s (%s)", d.Incident, cmp.Or(incidentTitle(d), "not in the catalogue of this version")))
	}
	line("as of", d.AsOf)
	line("states", strings.Join(d.Jurisdictions, ", "))
	line("layout", d.Layout)
	line("rows", fmt.Sprintf("%s read, %s indexed, %s without anything to match by", group(d.Rows), group(d.Indexed), group(d.Keyless)))
	counts(w, fmt.Sprintf("%-15s", "skipped"), d.Skipped)
	counts(w, fmt.Sprintf("%-15s", "left out"), d.Withheld)
	for _, part := range parts(d) {
		line("files", part)
	}
	if n := len(d.OtherTables); n > 0 {
		line("not read", tablesLeftOut(d.OtherTables)+": what is said of this dataset leaves "+map[bool]string{true: "it", false: "them"}[n == 1]+" out")
	}
	for _, name := range d.Doubts {
		line("not confirmed", questionTitle(name)+", by what the files hold")
	}
	for _, name := range slices.Sorted(maps.Keys(d.Contrary)) {
		label, on := "contrary rows", ", on "
		if name == voterfile.UnlistedCode.String() || name == voterfile.Misplaced.String() { // a row may have several
			label, on = "odd values", ": "
		}
		line(label, group(d.Contrary[name])+on+questionTitle(name))
	}
	for _, name := range slices.Sorted(maps.Keys(d.Singly)) {
		line("contrary rows", fmt.Sprintf("%s here and there, as in any file, on %s", group(d.Singly[name]), questionTitle(name)))
	}
	if d.Impossible > 0 {
		line("birth dates", rows(d.Impossible)+" with a month or day that does not exist: only the year counts")
	}
	counts(w, fmt.Sprintf("%-15s", "rows by key"), d.KeyRows)
	line("keyed for", strings.Join(d.Sections, ", "))
	line("columns", titles(d.Columns))
	line("unknown", strings.Join(d.Unknown, ", "))
	line("1 January", map[string]string{"kept": "taken as a birth date", "degraded": "a placeholder here: only its year counts"}[d.JanuaryFirst])
	for _, s := range d.Sources {
		line("source", fmt.Sprintf("sha256 %s, %s bytes", s.SHA256, group(s.Bytes)))
	}
	line("tags", group(d.Tags))
	line("built", d.BuiltAt.Format("2006-01-02 15:04:05 MST")+fmt.Sprintf(", generation %d, canonical form %s", d.Generation, d.Canonical))
	line("digest", d.Digest)
}

// tablesLeftOut names tables, of many the first.
func tablesLeftOut(names []string) string {
	const most = 10
	if n := len(names); n > most+1 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), n-most)
	}
	return strings.Join(names, ", ")
}

// questionTitle returns what is in question in words.
func questionTitle(name string) string {
	if q, ok := voterfile.ParseQuestion(name); ok {
		return q.Title()
	}
	return name
}

func (p *program) removeDataset(c *cli.Context) error {
	if err := wantArgs(c, 1, 1, "the ID of a dataset"); err != nil {
		return err
	}
	dir, err := p.indexDir(c)
	if err != nil {
		return err
	}
	p.writes = true
	id := c.Args().First()
	if err := rollindex.Remove(dir, id); err != nil {
		return err
	}
	if c.Bool("json") {
		return p.jsonLines("datasets").done(fields{"removed": id})
	}
	fmt.Fprintf(p.stdout, "removed %s\n", id)
	return nil
}
