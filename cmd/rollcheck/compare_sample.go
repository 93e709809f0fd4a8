package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"

	"github.com/urfave/cli/v2"

	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/compare/tell"
)

func sampleFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "sample", Usage: "draw `N` rows of one file at random, to be checked by people, instead of comparing", DefaultText: "200 with --sheet"},
		&cli.StringFlag{Name: "sample-by", Usage: "divide the sample by `WHAT`: county, match (in OTHER or not), or nothing", DefaultText: "match with OTHER, nothing without"},
		&cli.Uint64Flag{Name: "seed", Usage: "of the sample: the same seed draws the same rows", DefaultText: "at random, and told"},
		&cli.StringFlag{Name: "sheet", Usage: "write the rows drawn to `FILE`, a new file that only you can read; it holds persons' details"},
		&cli.StringFlag{Name: "sheet-key", Usage: "`FILE` that says which part of the file each row of the sheet is of", DefaultText: "SHEET.key"},
		&cli.StringFlag{Name: "score", Usage: "the error rate of a `SHEET` that was filled in"},
	}
}

// drawSample draws rows and writes the sheet and its key.
func (p *program) drawSample(c *cli.Context) error {
	if err := wantArgs(c, 1, 2, "the FILE that rows are drawn of"); err != nil {
		return err
	}
	if !c.IsSet("sheet") {
		return hint(errors.New("compare: --sample needs a file for the rows that are drawn"), "name a new one with --sheet; it will hold details of persons")
	}
	inputs, err := comparisonInputs(c)
	if err != nil {
		return err
	}
	opts, err := sampleOptions(c, inputs)
	if err != nil {
		return err
	}
	sheet, keyFile := c.String("sheet"), sheetKey(c, c.String("sheet"))
	if err := checkNew("sheet", sheet); err != nil {
		return err
	}
	if err := checkNew("sheet-key", keyFile); err != nil {
		return err
	}
	if sameFile(sheet, keyFile) {
		return fmt.Errorf("--sheet-key %q is already the file of another flag", keyFile)
	}
	base, end, err := p.comparisonOptions(c, inputs)
	if err != nil {
		return err
	}
	opts.Options = base
	opts.Progress = p.comparisonProgress("reading", readings(inputs, opts.By))
	s, err := compare.DrawSample(c.Context, inputs[0], opts)
	end()
	if err != nil {
		return sampleHint(err)
	}
	if err := writeSample(s, sheet, keyFile); err != nil {
		return err
	}
	if c.Bool("json") {
		return p.sampleLines(&s.Key, inputs[0].Path, sheet, keyFile)
	}
	_, err = p.stdout.WriteString(tell.Drawn(&s.Key, inputs[0].Path, sheet, keyFile, "rollcheck "+version()).Text(p.pageWidth()))
	return err
}

// readings returns the files in the order they are read: for the strata, and for
// what stands in the rows; by match also for rows that have no key.
func readings(inputs []compare.Input, by compare.Stratify) []string {
	a := inputs[0].Path
	if by == compare.ByMatch {
		return []string{a, inputs[1].Path, a, a}
	}
	return []string{a, "", "", a}
}

// writeSample writes both files, or neither.
func writeSample(s *compare.Sample, sheet, keyFile string) error {
	if err := s.Key.WriteKey(keyFile); err != nil {
		return err
	}
	if err := s.WriteSheet(sheet); err != nil {
		return errors.Join(err, os.Remove(keyFile))
	}
	return nil
}

// sheetKey returns the file of a sheet's key.
func sheetKey(c *cli.Context, sheet string) string {
	if c.IsSet("sheet-key") {
		return c.String("sheet-key")
	}
	return sheet + ".key"
}

// defaultSample is how many rows are drawn unless it is said.
const defaultSample = 200

func sampleOptions(c *cli.Context, inputs []compare.Input) (opts compare.SampleOptions, err error) {
	opts.Rows, opts.Seed = defaultSample, rand.Uint64N(1_000_000_000)
	if c.IsSet("sample") {
		opts.Rows = c.Int("sample")
	}
	if opts.Rows < 1 || opts.Rows > compare.MaxSample {
		return opts, fmt.Errorf("--sample %d is not between 1 and %d", opts.Rows, compare.MaxSample)
	}
	if c.IsSet("seed") {
		opts.Seed = c.Uint64("seed")
	}
	by := c.String("sample-by")
	if !c.IsSet("sample-by") && len(inputs) == 2 {
		by = string(compare.ByMatch)
	}
	switch by {
	case "", "nothing":
		opts.By = compare.ByNothing
	case string(compare.ByCounty), string(compare.ByMatch):
		opts.By = compare.Stratify(by)
	default:
		return opts, fmt.Errorf("--sample-by %q is none of county, match and nothing", by)
	}
	switch {
	case opts.By == compare.ByMatch && len(inputs) == 1:
		return opts, hint(errors.New("compare: --sample-by match needs a second file, which rows are in or not"), "name it after the first")
	case opts.By != compare.ByMatch && len(inputs) == 2:
		return opts, hint(fmt.Errorf("compare: rows are drawn from %q alone, and %q would not be read", inputs[0].Path, inputs[1].Path), "leave it out, or divide the sample by whether rows are in it: --sample-by match")
	}
	for _, in := range inputs {
		if isCard(in.Path) {
			return opts, fmt.Errorf("compare: %q is a card: it has no rows to draw", in.Path)
		}
	}
	if len(inputs) == 2 {
		opts.Other = inputs[1]
	}
	return opts, nil
}

// sampleHint says what to do about a sample that cannot be drawn.
func sampleHint(err error) error {
	if errors.Is(err, compare.ErrSample) {
		return hint(err, "draw more rows with --sample, or divide it otherwise with --sample-by")
	}
	return err
}

func (p *program) sampleLines(k *compare.SampleKey, path, sheet, keyFile string) error {
	j := p.jsonLines("compare")
	for i := range k.Strata {
		s := &k.Strata[i]
		j.write(fields{"type": "stratum", "name": s.Name, "rows": s.Rows, "drawn": s.Drawn})
	}
	j.write(struct {
		Type   string `json:"type"`
		File   string `json:"file"`
		SHA256 string `json:"sha256"`
		Rows   int64  `json:"rows"`
		Drawn  int    `json:"drawn"`
		Seed   uint64 `json:"seed"`
		By     string `json:"by"`
		Sheet  string `json:"sheet"`
		Key    string `json:"sheet_key"`
	}{"sample", path, k.SHA256, k.Rows, len(k.Stratum), k.Seed, byName(k.By), sheet, keyFile})
	writeCaveats(j, tell.DrawnCaveats(sheet, keyFile))
	return j.done(fields{"drawn": len(k.Stratum)})
}

// byName returns what --sample-by calls a division.
func byName(by compare.Stratify) string {
	if by == compare.ByNothing {
		return "nothing"
	}
	return string(by)
}

// scoreSheet tells what the answers on a sheet come to.
func (p *program) scoreSheet(c *cli.Context) error {
	if err := wantArgs(c, 0, 0, ""); err != nil {
		return err
	}
	sheet := c.String("score")
	keyFile := sheetKey(c, sheet)
	if err := checkOutputs(c, []string{"html", "csv"}, []string{sheet, keyFile}); err != nil {
		return err
	}
	s, key, err := readScore(sheet, keyFile)
	if err != nil {
		return err
	}
	err = p.tellPage(c, tell.Scored(s, key, sheet, "rollcheck "+version()), func(w io.Writer) error { return tell.ScoredCSV(w, s, sheet) }, func() error { return p.scoreLines(s, key, sheet) })
	if err == nil && s.Checked == 0 {
		err = exitCode(exitIncomplete)
	}
	return err
}

func readScore(sheet, keyFile string) (*compare.Score, *compare.SampleKey, error) {
	f, err := os.Open(sheet)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the sheet: %w", err)
	}
	defer f.Close()
	k, err := os.Open(keyFile)
	if err != nil {
		return nil, nil, hint(fmt.Errorf("reading the key of the sheet: %w", err), "it was written with the sheet; name it with --sheet-key")
	}
	defer k.Close()
	key, err := compare.ReadSampleKey(k)
	if err != nil {
		return nil, nil, hint(fmt.Errorf("%q: %w", keyFile, err), "name the file that was written with the sheet by --sheet-key")
	}
	s, err := compare.ScoreSheet(f, key)
	if err != nil {
		return nil, nil, fmt.Errorf("%q: %w", sheet, err)
	}
	return s, key, nil
}

func (p *program) scoreLines(s *compare.Score, k *compare.SampleKey, sheet string) error {
	j := p.jsonLines("compare")
	for i := range s.Strata {
		r := &s.Strata[i]
		rate, ci := shareOrNull(r.Rate)
		j.write(struct {
			Type    string      `json:"type"`
			Name    string      `json:"name"`
			Rows    int64       `json:"rows"`
			Drawn   int         `json:"drawn"`
			Checked int64       `json:"checked"`
			Wrong   int64       `json:"wrong"`
			Rate    *float64    `json:"rate"` // null if no row was checked
			RateCI  *[2]float64 `json:"rate_ci"`
		}{"stratum", r.Name, r.Rows, r.Drawn, r.Rate.Of, r.Rate.Part, rate, ci})
	}
	var rate *float64
	var ci *[2]float64
	if s.Checked > 0 {
		rate, ci = &s.Rate, &[2]float64{s.Low, s.High}
	}
	j.write(struct {
		Type    string      `json:"type"`
		Sheet   string      `json:"sheet"`
		SHA256  string      `json:"sha256"` // of the file that rows were drawn from
		Seed    uint64      `json:"seed"`
		By      string      `json:"by"`
		Rows    int64       `json:"rows"`
		Covered int64       `json:"covered"` // rows of parts of which any was checked
		Drawn   int         `json:"drawn"`
		Checked int         `json:"checked"`
		Wrong   int         `json:"wrong"`
		Rate    *float64    `json:"rate"`
		RateCI  *[2]float64 `json:"rate_ci"`
		Three   float64     `json:"rule_of_three,omitempty"` // the bound, if none is wrong
		Text    string      `json:"text"`
	}{"score", sheet, k.SHA256, k.Seed, byName(s.By), s.Rows, s.Covered, s.Drawn, s.Checked, s.Wrong, rate, ci, s.RuleOfThree, tell.ScoreText(s, sheet)})
	writeCaveats(j, tell.ScoreCaveats(s))
	return j.done(fields{"checked": s.Checked, "wrong": s.Wrong})
}
