package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"rollcheck/data/field"
	"rollcheck/rollindex/voterfile/synth"
)

func (p *program) synthCommand() *cli.Command {
	return &cli.Command{
		Name:  "synth",
		Usage: "write a roll of made-up people",
		Description: "The people are drawn from frequency tables of names, places and ages; phone numbers are 555-01xx and\n" +
			"e-mail addresses at example.com, example.org and example.net. One seed is one population over time: two\n" +
			"dates are two snapshots of the same people, who move, register, lapse, and change party and surname.\n" +
			"A roll is written in any layout and in its container, a workbook or a dump included. Layouts of vendors and\n" +
			"of other countries are filled with the people of one state.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "layout", Usage: "`ID` of a built-in layout or a layout file"},
			&cli.StringFlag{Name: "state", Usage: "`STATE` (such as OH) whose people fill a layout that is of no state", DefaultText: synth.DefaultState},
			&cli.Int64Flag{Name: "rows", Value: 10_000, Usage: "people on the roll of 1 October 2020"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "another seed, other people"},
			&cli.StringFlag{Name: "as-of", Usage: "`DATE` (YYYY-MM-DD) of the snapshot", DefaultText: synth.DefaultAsOf.Format(time.DateOnly)},
			&cli.Float64Flag{Name: "sample", Usage: "keep only this share of the rows, as a leak may", DefaultText: "all"},
			&cli.Float64Flag{Name: "noise", Usage: "share of the rows with a typing error or swapped fields", DefaultText: "none"},
			&cli.StringFlag{Name: "add", Usage: "columns to fill in every row, such as email,phone,ssn_last4"},
			&cli.StringFlag{Name: "out", Usage: "`FILE` to write", DefaultText: "standard output"},
			&cli.StringFlag{Name: "truth", Usage: "`FILE` for the people as JSON lines, as \"check --input\" reads them"},
		},
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 0, 0, ""); err != nil {
				return err
			}
			return p.synth(c)
		},
	}
}

func (p *program) synth(c *cli.Context) (err error) {
	opts, err := synthOptions(c)
	if err != nil {
		return err
	}
	if c.Bool("json") && c.String("out") == "" {
		return hint(errors.New("synth: --json needs --out, since the roll goes to standard output"), "name a file with --out")
	}
	var out, truth io.Writer = p.stdout, nil
	for _, target := range []struct {
		flag string
		w    *io.Writer
	}{{"out", &out}, {"truth", &truth}} {
		path := c.String(target.flag)
		if path == "" {
			continue
		}
		f, ferr := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if ferr != nil {
			return ferr
		}
		defer func() {
			if err = errors.Join(err, f.Close()); err != nil && isRegular(path) {
				err = errors.Join(err, os.Remove(path)) // a part of a roll looks like a whole one
			}
		}()
		*target.w = f
	}
	stats, err := synth.Write(c.Context, out, truth, opts)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return p.jsonLines("synth").done(fields{"rows": stats.Rows, "bytes": stats.Bytes, "header": stats.Header,
			"exempt": stats.Exempt, "removed": stats.Removed, "damaged": stats.Damaged})
	}
	p.ui.note("%s rows of made-up people, %s bytes, layout %s", group(stats.Rows), group(stats.Bytes), opts.Layout.ID)
	return nil
}

func isRegular(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular()
}

func synthOptions(c *cli.Context) (synth.Options, error) {
	opts := synth.Options{State: strings.ToUpper(c.String("state")), Rows: c.Int64("rows"), Seed: c.Uint64("seed"), Sample: c.Float64("sample"), Noise: c.Float64("noise")}
	name := c.String("layout")
	if name == "" {
		return opts, hint(errors.New("synth: --layout is missing"), "the ID of a layout that \"rollcheck layouts\" lists, or a layout file")
	}
	var err error
	if opts.Layout, err = findLayout(name); err != nil {
		return opts, err
	}
	if s := c.String("as-of"); s != "" {
		if opts.AsOf, err = time.Parse(time.DateOnly, s); err != nil {
			return opts, fmt.Errorf("--as-of: %q is not a date: write YYYY-MM-DD", s)
		}
	}
	for _, role := range list(strings.ReplaceAll(c.String("add"), ",", ";")) {
		r, ok := field.ParseRole(role)
		if !ok {
			return opts, hint(fmt.Errorf("--add: no column %q", role), "such as email, phone, ssn, ssn_last4, driver_license")
		}
		opts.Add = append(opts.Add, r)
	}
	return opts, nil
}
