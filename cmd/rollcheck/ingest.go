package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"rollcheck/data/catalogue"
	"rollcheck/data/layouts"
	"rollcheck/data/names"
	"rollcheck/hashing"
	"rollcheck/rollindex/ingest"
)

func (p *program) ingestCommand() *cli.Command {
	return &cli.Command{
		Name:      "ingest",
		Usage:     "read voter files into the index as one dataset",
		ArgsUsage: "FILE...",
		Description: "Reads text files, Excel workbooks, JSON, XML, SQL dumps, BSON, Parquet and dBASE, packed or not, of a\n" +
			"known layout (see \"rollcheck layouts\"). Rows that cannot be\n" +
			"read are skipped, counted by reason and located by line number. The dataset appears whole or not at all;\n" +
			"a run that was interrupted is simply run again. For a file of no known layout,\n" +
			"\"rollcheck layouts detect --propose FILE\" writes a layout file to review, and to give with --layout FILE.\n" +
			"What is in an archive beside the roll is left out and named; --member names what is read instead.\n" +
			"Files are read twice, once to learn their layout, and so not from a pipe. Rows of people on the index's\n" +
			"list of those who asked for it (see \"rollcheck help suppress\") are left out and counted.\n\n" +
			"Into a served index only the keys that strangers may ask for are put: names with a birth date, with a birth\n" +
			"year and ZIP code, or with a ZIP code where the file has no births, and voter ids; under the key of every\n" +
			"state that a row names. A file of another country is refused, as nobody could ask for it. Rows that say that their voter is protected are left out. What was evaluated is kept,\n" +
			"encrypted, until the dataset is done: a run that was interrupted goes on there when it is run again, and\n" +
			"\"rollcheck datasets remove ID\" gives it up.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "dataset", Usage: "`ID` of the dataset: a-z, 0-9, - and _"},
			&cli.StringFlag{Name: "title", Usage: "what people are told it is, such as \"Posted on a forum, October 2020\"", DefaultText: "the title of --incident"},
			&cli.StringFlag{Name: "incident", Usage: "`ID` of the documented exposure it comes from (see \"rollcheck incidents\"); people are told its story"},
			&cli.StringFlag{Name: "kind", Value: "leak", Usage: "leak, or release for a file that the office itself gave out"},
			&cli.StringFlag{Name: "layout", Usage: "`ID` of a built-in layout or a layout file, instead of detecting one"},
			memberFlag(),
			&cli.StringFlag{Name: "as-of", Usage: "`DATE` (YYYY-MM-DD) the data was taken"},
			&cli.StringFlag{Name: "jurisdiction", Usage: "state of registration, such as US-FL, instead of the layout's"},
			&cli.StringFlag{Name: "suppress", Usage: "leave out the people on a list too, a `FILE` made by \"rollcheck suppress --out\""},
			&cli.StringFlag{Name: "memory", Value: "512MiB", Usage: "memory budget; what goes beyond it is spilled to disk, encrypted"},
			&cli.IntFlag{Name: "jobs", Value: runtime.NumCPU(), Usage: "files' parts parsed and hashed side by side"},
		},
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 1, -1, "a FILE"); err != nil {
				return err
			}
			return p.ingest(c)
		},
	}
}

func (p *program) ingest(c *cli.Context) error {
	if slices.Contains(c.Args().Slice(), "-") {
		return hint(errors.New("ingest: files are read twice, once to learn their layout, and so not from standard input or a pipe"),
			"write it to a file and give its name")
	}
	opts, err := ingestOptions(c)
	if err != nil {
		return err
	}
	p.writes = true
	ix, err := p.openIndex(c)
	if err != nil {
		return err
	}
	defer ix.Close()
	p.resume = ix.Scheme() == hashing.Served
	if list := c.String("suppress"); list != "" {
		if opts.Suppress, err = ix.ReadSuppressions(list); err != nil {
			return hint(fmt.Errorf("--suppress: %w", err), "such a list is made by \"rollcheck suppress --out FILE\" with the same index and key")
		}
	}
	// The runtime is asked to stay near the budget: without a limit it lets
	// garbage grow to the size of what is live before it collects.
	debug.FreeOSMemory() // the key derivation's 64 MiB
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(opts.Memory + runtimeMemory))

	start := time.Now()
	bar := p.ui.progress()
	opts.Progress = func(pr ingest.Progress) {
		if !bar.due() {
			return
		}
		what := "reading"
		if pr.Writing {
			what = "writing"
		}
		rate := float64(pr.Rows) / time.Since(start).Seconds()
		bar.show(pr.Done, pr.Total, fmt.Sprintf("%s: %s rows, %s a second", what, group(pr.Rows), group(int64(rate))))
	}
	res, err := ingest.Run(c.Context, ix, c.Args().Slice(), opts)
	p.ui.clear()
	if err != nil {
		return err
	}
	p.warnElsewhere(&res.Info)
	return p.reportIngest(c.Bool("json"), &res, time.Since(start))
}

// warnElsewhere warns when a dataset's voters are of other states than its
// incident covered: people would be told the wrong story.
func (p *program) warnElsewhere(info *hashing.DatasetInfo) {
	if info.Incident == "" || len(info.Jurisdictions) == 0 {
		return
	}
	i, err := catalogue.GetIncident(info.Incident)
	if err != nil || slices.ContainsFunc(info.Jurisdictions, i.Covers) {
		return
	}
	var covered, are []string
	for _, j := range i.Jurisdictions {
		covered = append(covered, catalogue.PlaceName(j))
	}
	for _, j := range info.Jurisdictions {
		are = append(are, catalogue.PlaceName(j))
	}
	p.ui.warn("the incident %s covered %s, and this dataset is of voters of %s; people found in it are told the incident's story",
		i.ID, strings.Join(covered, ", "), strings.Join(are, ", "))
}

// runtimeMemory is what the program takes beside the budget of an ingest.
const runtimeMemory = 32 << 20

func ingestOptions(c *cli.Context) (ingest.Options, error) {
	opts := ingest.Options{
		Info: hashing.DatasetInfo{
			ID: c.String("dataset"), Title: c.String("title"), Kind: hashing.DatasetKind(c.String("kind")), AsOf: c.String("as-of"),
		},
		Jurisdiction: c.String("jurisdiction"),
		Members:      c.StringSlice("member"),
		Jobs:         c.Int("jobs"),
	}
	switch {
	case opts.Info.ID == "":
		return opts, hint(errors.New("ingest: --dataset is missing"), "give the dataset an id, such as --dataset fl-2020-09")
	case !hashing.ValidDatasetID(opts.Info.ID):
		return opts, hint(fmt.Errorf("%q cannot name a dataset", opts.Info.ID), "use a-z, 0-9, - and _, at most 64 characters, beginning with a letter or digit")
	case !opts.Info.Kind.Valid():
		return opts, hint(fmt.Errorf("--kind %q is neither leak nor release", opts.Info.Kind), "a release is a file the office itself gave out")
	case opts.Jobs < 1 || opts.Jobs > 256:
		return opts, fmt.Errorf("--jobs %d is not between 1 and 256", opts.Jobs)
	case opts.Jurisdiction != "" && !validJurisdiction(opts.Jurisdiction):
		return opts, hint(fmt.Errorf("--jurisdiction %q is not a state", opts.Jurisdiction), "write it as US-FL")
	}
	var err error
	if c.IsSet("incident") {
		i, err := findIncident(c.String("incident"))
		if err == nil {
			err = setIncident(&opts.Info, i)
		}
		if err != nil {
			return opts, fmt.Errorf("--incident: %w", err)
		}
	}
	if opts.Info.AsOf != "" {
		if opts.AsOf, err = parseDay(opts.Info.AsOf); err != nil {
			return opts, fmt.Errorf("--as-of: %w", err)
		}
		if opts.Info.AsOf > time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly) {
			return opts, fmt.Errorf("--as-of %s lies in the future", opts.Info.AsOf)
		}
	}
	if opts.Memory, err = parseSize(c.String("memory")); err != nil {
		return opts, fmt.Errorf("--memory: %w", err)
	}
	if name := c.String("layout"); name != "" {
		opts.Layout, err = findLayout(name)
	}
	return opts, err
}

// setIncident names the incident that a dataset comes from, by which it is called
// unless it has a title.
func setIncident(info *hashing.DatasetInfo, i *catalogue.Incident) error {
	if i.Retired {
		return hint(fmt.Errorf("the entry %q was withdrawn from the catalogue", i.ID), fmt.Sprintf("\"rollcheck incidents show %s\" says more", i.ID))
	}
	info.Incident, info.Title = i.ID, cmp.Or(info.Title, i.Title)
	return nil
}

// memberFlag declares the names of the parts of files that are read.
func memberFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "member", Usage: "read only the member of an archive, or the table or sheet, of this `NAME` or with this last part of its name (may be repeated)"}
}

// mostLayouts is how many layouts of one place are offered for a name that is none.
const mostLayouts = 3

// nearLayouts returns the layouts that a name may stand for, quoted: that of the same
// place, before the hyphen, which is a slip away, else the first of that place, and
// only failing these one that is spelled much alike.
func nearLayouts(name string) (near []string) {
	place, _, _ := strings.Cut(name, "-")
	of := slices.DeleteFunc(slices.Clone(layouts.IDs()), func(id string) bool { return !strings.HasPrefix(id, place+"-") })
	one := nearest(name, of)
	if one == "" && len(of) == 0 {
		one = nearest(name, layouts.IDs())
	}
	if one != "" {
		of = []string{one}
	}
	for _, id := range of[:min(mostLayouts, len(of))] {
		near = append(near, strconv.Quote(id))
	}
	return near
}

// findLayout returns the built-in layout of that id, or the one in that file.
func findLayout(name string) (*layouts.Layout, error) {
	l, err := layouts.Get(name)
	if err == nil {
		return l, nil
	}
	b, ferr := readSmall(name)
	if errors.Is(ferr, errNoLayoutFile) {
		return nil, fmt.Errorf("layout file %q: %w", name, ferr)
	}
	if ferr != nil {
		if near := nearLayouts(name); len(near) > 0 {
			return nil, hint(err, "did you mean "+strings.Join(near, " or ")+"?")
		}
		return nil, hint(err, "\"rollcheck layouts\" lists them; a layout file is named by its path")
	}
	if l, err = layouts.Parse(b); err != nil {
		return nil, fmt.Errorf("layout file %q: %w", name, err)
	}
	return l, nil
}

// maxLayout bounds a layout file: a roll named by mistake is not read whole.
const maxLayout = 1 << 20

var errNoLayoutFile = errors.New("it is larger than 1 MiB, which no layout is")

func readSmall(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxLayout+1))
	if err == nil && len(b) > maxLayout {
		err = errNoLayoutFile
	}
	return b, err
}

// validJurisdiction reports whether s is a jurisdiction that a person can name. Rows
// that were put under another one would be searched for nobody.
func validJurisdiction(s string) bool {
	code, ok := names.StateCode(strings.TrimPrefix(s, "US-"))
	return ok && s == "US-"+code
}

func parseDay(s string) (hashing.Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return hashing.Date{}, fmt.Errorf("%q is not a date: write YYYY-MM-DD", s)
	}
	return hashing.Date{Year: uint16(t.Year()), Month: uint8(t.Month()), Day: uint8(t.Day())}, nil
}

var sizeUnits = []struct {
	suffix string
	bytes  float64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {"B", 1}}

// leastMemory is the smallest --memory taken.
const leastMemory = 16 << 20

// parseSize reads a number of bytes such as 512MiB.
func parseSize(s string) (int64, error) {
	unit, number := 1.0, s
	for _, u := range sizeUnits {
		if n, ok := strings.CutSuffix(s, u.suffix); ok {
			unit, number = u.bytes, n
			break
		}
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	switch {
	case err != nil || math.IsNaN(n) || n*unit > 1<<50:
		return 0, fmt.Errorf("%q is not a size: write it as 512MiB", s)
	case n*unit < leastMemory:
		return 0, fmt.Errorf("%q is less than 16MiB", s)
	}
	return int64(n * unit), nil
}

// group writes a number with its thousands apart.
func group(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
