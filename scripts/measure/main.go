// Command measure says how well people are found: recall, precision and chance
// hits of a check, on made-up populations, where the truth is known. It prints
// Markdown, or JSON with --json; the same options print the same bytes on the
// same version. It is run by scripts/accuracy.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"rollcheck/data/layouts"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run measures with the options in args and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("accuracy", flag.ContinueOnError)
	flags.SetOutput(stderr)
	layout := flags.String("layout", "fl-extract", "layout of the roll, whose state the people live in")
	rows := flags.Int64("rows", 400_000, "people on the roll; half of them are in the files")
	strangers := flags.Int64("strangers", 1_000_000, "people asked for who are on no roll")
	seed := flags.Uint64("seed", 1, "another seed, other people")
	asJSON := flags.Bool("json", false, "print one JSON document instead of tables")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	fail := func(err error) int {
		fmt.Fprintf(stderr, "accuracy: error: %v\n", err)
		return 2
	}
	if flags.NArg() > 0 {
		return fail(fmt.Errorf("unexpected argument %q", flags.Arg(0)))
	}
	l, err := layouts.Get(*layout)
	if err != nil {
		return fail(err)
	}
	start := time.Now()
	m, err := measure(ctx, options{layout: l, rows: *rows, strangers: *strangers, seed: *seed})
	if err != nil {
		return fail(err)
	}
	fmt.Fprintf(stderr, "accuracy: %.0f s\n", time.Since(start).Seconds())
	if err := printReport(stdout, m.report(), *asJSON); err != nil {
		return fail(err)
	}
	return 0
}

func printReport(w io.Writer, r *report, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		return e.Encode(r)
	}
	out := &failing{w: w}
	markdown{out}.write(r)
	return out.err
}

// failing remembers the first error of a writer.
type failing struct {
	w   io.Writer
	err error
}

func (f *failing) Write(b []byte) (int, error) {
	if f.err == nil {
		_, f.err = f.w.Write(b)
	}
	return len(b), f.err
}
