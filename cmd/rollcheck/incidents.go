package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
	"github.com/xrash/smetrics"

	"rollcheck/data/catalogue"
)

func (p *program) incidentsCommand() *cli.Command {
	return &cli.Command{
		Name:  "incidents",
		Usage: "list and show the documented exposures of voter data",
		Description: "What is known of each exposure, how sure it is, and where it was read. No leaked data was looked at for it:\n" +
			"the sources are published accounts. Who looks for themselves in an incident runs \"rollcheck check\".",
		Subcommands: []*cli.Command{
			{
				Name: "list", Usage: "a line an incident, the latest first",
				Description: "An incident of a whole country counts for each of its states, unless it names some. A date may be YYYY,\n" +
					"YYYY-MM or YYYY-MM-DD; an incident of which only the year is known is in any month of it.",
				Flags: incidentFlags(), Action: p.listIncidents,
			},
			{Name: "show", Usage: "the story of one incident, with its doubts and sources", ArgsUsage: "ID", Action: p.showIncident},
		},
		Flags: incidentFlags(),
		Action: func(c *cli.Context) error {
			if !c.Args().Present() {
				return p.listIncidents(c)
			}
			if i, err := catalogue.GetIncident(c.Args().First()); err == nil {
				return hint(fmt.Errorf("incidents: unexpected argument %q", i.ID), fmt.Sprintf("\"rollcheck incidents show %s\" tells its story", i.ID))
			}
			return unknownCommand(c.Command.Subcommands, c.Args().First())
		},
	}
}

func incidentFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "state", Usage: "only those that covered `PLACE`: a state by code or name, or a country by name"},
		&cli.StringFlag{Name: "field", Usage: "only those with this kind of data: email, birth_date, religion, ..."},
		&cli.StringFlag{Name: "since", Usage: "only those disclosed on `DATE` or later"},
		&cli.StringFlag{Name: "until", Usage: "only those disclosed on `DATE` or before"},
	}
}

func (p *program) listIncidents(c *cli.Context) error {
	if err := wantArgs(c, 0, 0, ""); err != nil {
		return err
	}
	all, err := catalogue.Incidents()
	if err != nil {
		return err
	}
	f, err := incidentFilterOf(c)
	if err != nil {
		return err
	}
	var shown []*catalogue.Incident
	for _, i := range all {
		if f.fits(i) {
			shown = append(shown, i)
		}
	}
	if c.Bool("json") {
		return p.incidentLines(shown, len(all))
	}
	return p.incidentTable(shown, len(all))
}

// incidentFilter says which incidents are asked for; what is empty lets all pass.
type incidentFilter struct {
	place        string // a country or a part of one
	class        string // of data
	since, until catalogue.Date
}

func incidentFilterOf(c *cli.Context) (f incidentFilter, err error) {
	if c.IsSet("state") {
		if f.place, err = placeOf(c.String("state")); err != nil {
			return f, err
		}
	}
	if c.IsSet("field") {
		if f.class, err = classOf(c.String("field")); err != nil {
			return f, err
		}
	}
	for _, d := range []struct {
		flag string
		into *catalogue.Date
	}{{"since", &f.since}, {"until", &f.until}} {
		if !c.IsSet(d.flag) {
			continue
		}
		if *d.into, err = catalogue.ParseDate(c.String(d.flag)); err != nil {
			return f, hint(fmt.Errorf("--%s: %q is %w", d.flag, c.String(d.flag), err), "for example 2020, 2020-10 or 2020-10-21")
		}
	}
	if f.since != "" && f.until != "" && f.since.First() > f.until.Last() {
		return f, fmt.Errorf("--since %s is after --until %s", f.since, f.until)
	}
	return f, nil
}

func (f *incidentFilter) fits(i *catalogue.Incident) bool {
	return (f.place == "" || f.place == i.Country || i.Covers(f.place)) &&
		(f.class == "" || i.Has(f.class)) &&
		(f.since == "" || i.Disclosed.Last() >= f.since.First()) &&
		(f.until == "" || i.Disclosed.First() <= f.until.Last())
}

func placeOf(s string) (string, error) {
	if code, ok := catalogue.Place(s); ok {
		return code, nil
	}
	states, others := catalogue.PlaceNames()
	known := "known are the states of the United States and DC, by code or name, and " + strings.Join(others, ", ")
	if near := nearest(strings.ToLower(s), lower(append(states, others...))); near != "" && len(s) > 3 {
		code, _ := catalogue.Place(near)
		known = fmt.Sprintf("did you mean %q? ", catalogue.PlaceName(code)) + known
	}
	return "", hint(fmt.Errorf("no state or country %q", s), known)
}

func lower(words []string) []string {
	out := make([]string, len(words))
	for n, w := range words {
		out[n] = strings.ToLower(w)
	}
	return out
}

// classOf returns the class of data of that name, which may be written with
// spaces or hyphens.
func classOf(s string) (string, error) {
	name := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(s)))
	known := catalogue.Classes()
	if slices.Contains(known, name) {
		return name, nil
	}
	what := "known are " + strings.Join(known, ", ")
	if near := nearest(name, known); near != "" {
		what = fmt.Sprintf("did you mean %q? ", near) + what
	}
	return "", hint(fmt.Errorf("no kind of data %q", s), what)
}

func (p *program) incidentLines(list []*catalogue.Incident, total int) error {
	j := p.jsonLines("incidents")
	for _, i := range list {
		j.write(struct {
			Type string `json:"type"`
			*catalogue.Incident
		}{"incident", i})
	}
	return j.done(fields{"incidents": len(list), "total": total})
}

func (p *program) incidentTable(list []*catalogue.Incident, total int) error {
	if len(list) == 0 {
		fmt.Fprintf(p.stdout, "None of the %d incidents listed fits. It does not follow that nothing was exposed:\nonly what was published, and found, is listed.\n", total)
		return nil
	}
	var table bytes.Buffer
	tw := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "INCIDENT\tDISCLOSED\tWHERE\tCOUNT\tWHAT")
	for _, i := range list {
		count := "-"
		if i.Count != nil {
			count = group(*i.Count)
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t\n", i.ID, i.Disclosed, shortPlace(i), count)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	p.withTitles(table.String(), list)
	fmt.Fprintf(p.stdout, "\n%d of %d incidents; \"rollcheck incidents show ID\" tells the story of one\n", len(list), total)
	return nil
}

// withTitles writes a table with the title of each incident behind its line, or
// below it on a terminal that is too narrow for all of them.
func (p *program) withTitles(table string, list []*catalogue.Incident) {
	head, rows, _ := strings.Cut(table, "\n")
	lines, titles, widest := strings.Split(rows, "\n"), make([]string, len(list)), 0
	for n, i := range list {
		if titles[n] = i.Title; marksOf(i) != "" {
			titles[n] = "(" + marksOf(i) + ") " + i.Title
		}
		widest = max(widest, utf8.RuneCountInString(lines[n]+titles[n]))
	}
	fmt.Fprintln(p.stdout, head)
	pg := &page{w: p.stdout, width: p.width}
	for n, title := range titles {
		if p.width == 0 || widest <= p.width {
			fmt.Fprintln(p.stdout, lines[n]+title)
			continue
		}
		fmt.Fprintln(p.stdout, strings.TrimRight(lines[n], " "))
		pg.item("    ", title)
	}
}

// marksOf names the marks that a line must not be read without.
func marksOf(i *catalogue.Incident) string {
	var marks []string
	if i.Retired {
		marks = append(marks, "retired")
	}
	if i.Contested {
		marks = append(marks, "contested")
	}
	return strings.Join(marks, ", ")
}

// shortPlace names the first place that an incident covered, and how many more
// there are. A country that stands beside parts of it is left out.
func shortPlace(i *catalogue.Incident) string {
	parts := i.Jurisdictions
	if len(parts) > 1 && parts[0] == i.Country {
		parts = parts[1:]
	}
	name := catalogue.PlaceName(parts[0])
	if len(parts) > 1 {
		name += fmt.Sprintf(" +%d", len(parts)-1)
	}
	return name
}

func (p *program) showIncident(c *cli.Context) error {
	if err := wantArgs(c, 1, 1, "the ID of an incident"); err != nil {
		return err
	}
	i, err := findIncident(c.Args().First())
	if err != nil {
		return err
	}
	if c.Bool("json") {
		all, err := catalogue.Incidents()
		if err != nil {
			return err
		}
		return p.incidentLines([]*catalogue.Incident{i}, len(all))
	}
	printIncident(&page{w: p.stdout, width: p.width}, i)
	return nil
}

// findIncident returns the incident of an id in any case; the error of an
// unknown one names those nearest to it.
func findIncident(id string) (*catalogue.Incident, error) {
	i, err := catalogue.GetIncident(strings.ToLower(id))
	if !errors.Is(err, catalogue.ErrUnknownIncident) {
		return i, err
	}
	all, lerr := catalogue.Incidents()
	if lerr != nil {
		return nil, lerr
	}
	what := "\"rollcheck incidents\" lists them"
	if near := nearIDs(strings.ToLower(id), all); len(near) > 0 {
		what = "did you mean " + strings.Join(near, " or ") + "? " + what
	}
	return nil, hint(fmt.Errorf("%w: %q", catalogue.ErrUnknownIncident, id), what)
}

// nearIDs returns up to three ids that a word may stand for: those that it is a
// part of, else those that fewer than a third of its letters set apart.
func nearIDs(word string, all []*catalogue.Incident) []string {
	type candidate struct {
		id  string
		far int
	}
	var near []candidate
	for _, i := range all {
		far := smetrics.WagnerFischer(word, i.ID, 1, 1, 1)
		if len(word) > 1 && strings.Contains(i.ID, word) {
			far = 0
		}
		if far*3 < len(word) {
			near = append(near, candidate{i.ID, far})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return a.far - b.far })
	var ids []string
	for _, c := range near[:min(3, len(near))] {
		ids = append(ids, c.id)
	}
	return ids
}
