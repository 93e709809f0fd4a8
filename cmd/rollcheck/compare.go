package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/compare/tell"
)

const compareExit = `EXIT STATUS:
   0    two of the files or more have rows in common; a card or a sheet was written, a sheet scored
   1    no two of them have, and all were read whole; or only numbers of voters that by first name and
        birth date are others
   2    an error, or nothing was found and something was not read, could not be matched, was
        estimated, or seems to stand beside other people than its own; or no row of a sheet was checked
   130  interrupted`

func (p *program) compareCommand() *cli.Command {
	return &cli.Command{
		Name:      "compare",
		Usage:     "how files overlap and agree, and what in them is beyond the public record",
		ArgsUsage: "[DATE=]FILE [DATE=]FILE...",
		Description: "For 2 to 20 voter files or leaks, of any layouts: which share of each is in each other, with intervals; how\n" +
			"the fields of the rows in common agree; which columns are beyond the public record of the state, and how\n" +
			"full they are; what only one of them has. DATE (YYYY-MM-DD) is the day the data was taken: with it, columns\n" +
			"are held against the rules of that day. No index is needed, nothing is kept, and no person's row is shown.\n" +
			"The overlap is consistent with a common source; it does not show who copied what.\n\n" +
			"Two or three files also have their fingerprints compared: differences from the source, choice and order of\n" +
			"rows, and form that copies share. Name the release that they are supposed to be copies of with --source, or\n" +
			"it says little.\n\n" +
			"Without showing each other a row, two parties learn how far their files overlap from two cards:\n" +
			"   rollcheck compare --card OUT FILE            write the card of a file; it says what the card gives away\n" +
			"   rollcheck compare A.card B.card              compare two cards made with one passphrase\n" +
			"A card carries the day of its data and is named without one. Cards are compared two at a time.\n\n" +
			"To see how much of a file is right, by telephone or on paper:\n" +
			"   rollcheck compare --sample 200 --sheet SHEET FILE [OTHER]    draw rows, and write them to SHEET to be\n" +
			"                                                                checked: it alone holds persons' details\n" +
			"   rollcheck compare --score SHEET              the error rate, of a sheet that was filled in\n\n" +
			"JSON lines (--json): of files \"overlap\", \"agreement\", \"column\", \"record\" and more, of cards \"card-overlap\", of\n" +
			"a sheet \"stratum\" and \"score\", \"done\" last. A number that cannot be told is null, and so is its interval:\n" +
			"shares of cards of which no key was drawn (\"a_in_b\": null, \"a_in_b_ci\": null), the rate of a sheet of which no\n" +
			"row was checked, the ratio of a fingerprint of which nothing but unsourced order speaks.\n\n" + compareExit,
		Flags: slices.Concat(comparisonFlags("every number as one table for spreadsheets"), cardFlags(), sampleFlags(), []cli.Flag{
			&cli.StringFlag{Name: "source", Usage: "`FILE`, one of the files, that the others are supposed to be copies of: what it explains is no fingerprint"},
			registerFlag(),
		}),
		Action: p.compareWhat,
	}
}

// compareWhat finds out what the flags and arguments ask for. Flags that another
// job has are an error: what they are meant to do would not be done.
func (p *program) compareWhat(c *cli.Context) error {
	switch {
	case c.IsSet("score"):
		return only(c, p.scoreSheet, "score", "sheet-key", "html", "csv")
	case c.IsSet("card"):
		return only(c, p.makeCard, "card", "card-passphrase-file", "layout", "jobs")
	case c.IsSet("sample"), c.IsSet("sheet"):
		return only(c, p.drawSample, "sample", "sample-by", "seed", "sheet", "sheet-key", "layout", "memory", "jobs", "temp-dir")
	}
	if cards, err := areCards(c.Args().Slice()); err != nil {
		return err
	} else if cards {
		return only(c, p.compareCards, "card-passphrase-file", "html", "csv")
	}
	return only(c, p.compare, "html", "csv", "layout", "memory", "jobs", "temp-dir", "source", "register")
}

// only runs a job if no flag of the command is set but those.
func only(c *cli.Context, job func(*cli.Context) error, flags ...string) error {
	for _, f := range c.Command.Flags {
		if name := f.Names()[0]; c.IsSet(name) && !slices.Contains(flags, name) {
			return hint(fmt.Errorf("%s: --%s does not go with what the other arguments ask for", c.Command.Name, name), "see \"rollcheck help "+c.Command.Name+"\"")
		}
	}
	return job(c)
}

// comparisonFlags are the flags of compare and date.
func comparisonFlags(csv string) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "html", Usage: "write a report to `FILE`, with plots: one page, without script, that replaces what is there"},
		&cli.StringFlag{Name: "csv", Usage: "write " + csv + " to `FILE`, replacing it"},
		&cli.StringSliceFlag{Name: "layout", Usage: "`FILE=LAYOUT`: the ID of a built-in layout or a layout file for one of the files, instead of detecting one (may be repeated)"},
		&cli.StringFlag{Name: "memory", Value: "400MiB", Usage: "memory budget; what goes beyond it is spilled to disk, encrypted"},
		&cli.IntFlag{Name: "jobs", Value: runtime.NumCPU(), Usage: "files' parts parsed and hashed side by side"},
		&cli.StringFlag{Name: "temp-dir", Usage: "`DIR` to spill to", DefaultText: "the system's"},
	}
}

func (p *program) compare(c *cli.Context) error {
	if err := wantArgs(c, 2, -1, "a second FILE"); err != nil {
		return err
	}
	inputs, err := comparisonInputs(c)
	if err != nil {
		return err
	}
	if len(inputs) > compare.MaxFiles {
		return hint(fmt.Errorf("compare: %d files are more than the %d that are compared at a time", len(inputs), compare.MaxFiles), "compare them in groups that have one file in common")
	}
	opts, end, err := p.comparisonOptions(c, inputs)
	if err != nil {
		return err
	}
	if opts.Pairs, err = fingerprintPairs(c, inputs); err != nil {
		return err
	}
	register, err := p.openRegister(c)
	if err != nil {
		end()
		return err
	}
	if register != nil {
		opts.Ignore = register.Screen().Decoy
	}
	res, err := compare.Run(c.Context, inputs, opts)
	end()
	if err != nil {
		return err
	}
	err = p.tellPage(c, tell.Compared(res, "rollcheck "+version()), func(w io.Writer) error { return tell.ComparedCSV(w, res) }, func() error { return p.comparisonLines(res) })
	if err != nil {
		return err
	}
	return comparisonCode(res)
}

// fingerprintPairs returns the pairs whose fingerprints are taken: of all files but
// the source. Of many files they are left out, since a pair's say little beside the
// others'.
func fingerprintPairs(c *cli.Context, inputs []compare.Input) (pairs []compare.Pair, err error) {
	source := -1
	if path := c.String("source"); c.IsSet("source") {
		source = slices.IndexFunc(inputs, func(in compare.Input) bool { return in.Path == path })
		if source < 0 {
			return nil, hint(fmt.Errorf("compare: --source %q is none of the files", path), "name it among the files too, without its date")
		}
		if len(inputs) < 3 {
			return nil, hint(errors.New("compare: a source explains what two other files have in common, and there is one"), "name both copies beside it")
		}
	}
	for a := range inputs {
		for b := a + 1; b < len(inputs); b++ {
			if a != source && b != source {
				pairs = append(pairs, compare.Pair{A: a, B: b, Source: source})
			}
		}
	}
	switch {
	case len(pairs) <= compare.MaxFingerprints:
		return pairs, nil
	case source >= 0:
		return nil, hint(errors.New("compare: with --source, at most 3 other files are compared"), "compare them in groups")
	}
	return nil, nil
}

// comparisonCode returns the exit code of a comparison. Nothing in common is an
// answer only when everything was read, and could have been matched, and no column seems
// to stand beside other people than its own.
func comparisonCode(res *compare.Result) error {
	for i := range res.Main {
		if o := &res.Main[i]; o.Common > 0 && !tell.Strangers(res, o) && !ofOthers(res) {
			return nil
		}
	}
	whole := len(tell.Unmatched(res)) == 0 && !tell.Moved(res)
	for _, f := range res.Files {
		whole = whole && readWhole(f)
	}
	if whole {
		return exitCode(exitNotFound)
	}
	return exitCode(exitIncomplete)
}

// ofOthers reports whether values of a file seem to stand in other people's rows.
func ofOthers(res *compare.Result) bool {
	return slices.ContainsFunc(res.Files, func(f *compare.File) bool { return len(f.OfOthers) > 0 })
}

// readWhole reports whether all of a file that may hold people was read, but for the
// hundredth of its rows that may be broken in nearly any, and its values are not those of
// other rows.
func readWhole(f *compare.File) bool {
	return len(f.OfOthers) == 0 && f.Unread == 0 && f.Skipped[hashing.CutShort] == 0 && f.Lost() == 0
}

// pageWidth returns how wide a text is set.
func (p *program) pageWidth() int {
	if p.width > 0 {
		return min(78, p.width)
	}
	return 78
}

// comparisonOptions reads the flags and begins the progress; end ends it, and
// gives the memory back.
func (p *program) comparisonOptions(c *cli.Context, inputs []compare.Input) (opts compare.Options, end func(), err error) {
	opts = compare.Options{Jobs: c.Int("jobs"), TempDir: c.String("temp-dir")}
	if opts.Memory, err = checkMeans(c); err != nil {
		return opts, nil, err
	}
	paths := pathsOf(inputs)
	if err := checkOutputs(c, []string{"html", "csv"}, paths); err != nil {
		return opts, nil, err
	}
	limit := debug.SetMemoryLimit(opts.Memory + runtimeMemory)
	opts.Progress = p.comparisonProgress("file", paths)
	return opts, func() {
		p.ui.clear()
		debug.SetMemoryLimit(limit)
	}, nil
}

// checkMeans checks --jobs and --temp-dir, and returns --memory in bytes.
func checkMeans(c *cli.Context) (memory int64, err error) {
	if err := checkJobs(c); err != nil {
		return 0, err
	}
	if dir := c.String("temp-dir"); dir != "" {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return 0, fmt.Errorf("--temp-dir: there is no directory %q", dir)
		}
	}
	if memory, err = parseSize(c.String("memory")); err != nil {
		err = fmt.Errorf("--memory: %w", err)
	}
	return memory, err
}

func pathsOf(inputs []compare.Input) (paths []string) {
	for _, in := range inputs {
		paths = append(paths, in.Path)
	}
	return paths
}

// comparisonProgress tells how far the reading of all files is; noun is what each
// of them is called.
func (p *program) comparisonProgress(noun string, paths []string) func(compare.Progress) {
	before := make([]int64, len(paths)+1) // bytes of the files before each
	for i, path := range paths {
		before[i+1] = before[i]
		if info, err := os.Stat(path); err == nil {
			before[i+1] += info.Size()
		}
	}
	start, bar := time.Now(), p.ui.progress()
	var rows, earlier int64
	file := 0
	return func(pr compare.Progress) {
		if pr.File != file {
			earlier, file = earlier+rows, pr.File
		}
		rows = pr.Rows
		if !bar.due() {
			return
		}
		all := before[len(paths)]
		if pr.File == len(paths) {
			bar.show(all, all, "counting")
			return
		}
		done := before[pr.File]
		if pr.Total > 0 {
			done += int64(float64(before[pr.File+1]-done) * float64(pr.Done) / float64(pr.Total))
		}
		said := fmt.Sprintf("%s %d of %d", noun, pr.File+1, len(paths))
		if rows > 0 {
			said += fmt.Sprintf(": %s rows, %s a second", group(rows), group(int64(float64(earlier+rows)/time.Since(start).Seconds())))
		}
		bar.show(done, all, said)
	}
}

// dateGiven is what stands before "=" in a dated argument, well written or not.
var dateGiven = regexp.MustCompile(`^([0-9][0-9./-]*)=(.+)$`)

// comparisonInputs reads arguments of the form [DATE=]FILE.
func comparisonInputs(c *cli.Context) (inputs []compare.Input, err error) {
	for _, arg := range c.Args().Slice() {
		in := compare.Input{Path: arg}
		if arg == "-" {
			return nil, hint(fmt.Errorf("%s: files are read twice, once to learn their layout, and so not from standard input or a pipe", c.Command.Name), "write it to a file and give its name")
		}
		if m := dateGiven.FindStringSubmatch(arg); m != nil && !isFile(arg) {
			in.Path = m[2]
			if in.AsOf, err = parseDay(m[1]); err != nil {
				return nil, hint(fmt.Errorf("%s: %w", c.Command.Name, err), "such as 2020-09-01="+in.Path)
			}
			if m[1] > tomorrow() {
				return nil, fmt.Errorf("%s: %s lies in the future", c.Command.Name, m[1])
			}
		}
		if _, err := os.Stat(in.Path); errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%s: there is no file %q", c.Command.Name, in.Path)
			if _, path, ok := strings.Cut(in.Path, "="); ok && isFile(path) {
				err = hint(err, "a day is written YYYY-MM-DD, such as 2020-09-01="+path)
			}
			return nil, err
		}
		inputs = append(inputs, in)
	}
	return inputs, giveLayouts(c, inputs)
}

// giveLayouts finds the layouts that are given for files.
func giveLayouts(c *cli.Context, inputs []compare.Input) error {
	for _, given := range c.StringSlice("layout") {
		path, name, ok := cutLast(given)
		if !ok {
			return hint(fmt.Errorf("--layout %q does not say of which file", given), "such as --layout "+inputs[0].Path+"="+given)
		}
		l, err := findLayout(name)
		if err != nil {
			return fmt.Errorf("--layout: %w", err)
		}
		found := false
		for i := range inputs {
			if inputs[i].Path == path {
				inputs[i].Layout, found = l, true
			}
		}
		if !found {
			return fmt.Errorf("--layout %q: %q is none of the files", given, path)
		}
	}
	return nil
}

// cutLast cuts FILE=LAYOUT at the last "=", since names of files may hold one.
func cutLast(s string) (path, name string, ok bool) {
	i := strings.LastIndexByte(s, '=')
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// tomorrow is the day after this one at Greenwich: no day anywhere is later.
func tomorrow() string { return time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly) }
