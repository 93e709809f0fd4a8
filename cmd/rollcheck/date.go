package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/compare/tell"
)

const dateExit = `EXIT STATUS:
   0    dated: consistent with a snapshot, or with a copy made between two
   1    not of the snapshots' source, and all files were read whole
   2    an error, or it cannot be told
   130  interrupted`

func (p *program) dateCommand() *cli.Command {
	return &cli.Command{
		Name:      "date",
		Usage:     "when the data of a leak was taken, by dated public snapshots",
		ArgsUsage: "LEAK DATE=SNAPSHOT...",
		Description: "Snapshots are releases of the public file, each with the day of its data: 2020-09-01=FILE. People move, change\n" +
			"party, register and lapse; which of these changes a leak has, and which it has not yet, tells when it was\n" +
			"taken. One snapshot of before and one of after are the least; more make it closer. The evidence is listed, so\n" +
			"that it can be checked by hand. No index is needed, nothing is kept, and no person's row is shown.\n" +
			"A date before LEAK, as in DATE=LEAK, is what somebody says of it: the evidence is held against it.\n\n" + dateExit,
		Flags: comparisonFlags("snapshots, evidence and curve as one table"),
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 2, -1, "LEAK or a SNAPSHOT"); err != nil {
				return err
			}
			return p.date(c)
		},
	}
}

func (p *program) date(c *cli.Context) error {
	inputs, err := comparisonInputs(c)
	if err != nil {
		return err
	}
	if len(inputs)-1 > compare.MaxSnapshots {
		return fmt.Errorf("date: %d snapshots are more than the %d that a leak is dated by", len(inputs)-1, compare.MaxSnapshots)
	}
	leak, snapshots := inputs[0], inputs[1:]
	if err := p.askDates(c, snapshots); err != nil {
		return err
	}
	if err := checkDates(snapshots); err != nil {
		return err
	}
	opts, end, err := p.comparisonOptions(c, inputs)
	if err != nil {
		return err
	}
	d, err := compare.Date(c.Context, leak, snapshots, opts)
	end()
	if err != nil {
		return err
	}
	if err := contradicted(d); err != nil {
		return err
	}
	err = p.tellPage(c, tell.Dated(d, "rollcheck "+version()), func(w io.Writer) error { return tell.DatedCSV(w, d) }, func() error { return p.datingLines(d) })
	if err != nil {
		return err
	}
	return datingCode(d)
}

// datingCode returns the exit code of a dating.
func datingCode(d *compare.Dating) error {
	switch d.Verdict {
	case compare.AtSnapshot, compare.Between:
		return nil
	case compare.OtherSource:
		whole := readWhole(d.Leak)
		for _, f := range d.Files {
			whole = whole && readWhole(f)
		}
		if whole {
			return exitCode(exitNotFound)
		}
	}
	return exitCode(exitIncomplete)
}

// askDates asks on the terminal for the days of the snapshots that were given
// without one.
func (p *program) askDates(c *cli.Context, snapshots []compare.Input) error {
	var t *terminal
	for i := range snapshots {
		s := &snapshots[i]
		if s.AsOf.Year != 0 {
			continue
		}
		if t == nil {
			var err error
			if t, err = openTerminal(c.Context); err != nil {
				return hint(fmt.Errorf("date: the day of the data of %q is missing", s.Path), "give it before the file, such as 2020-09-01="+s.Path)
			}
			defer t.Close()
			t.say("A snapshot needs the day its data was taken, which its publisher's page, its file name\nor its newest registrations tell.\n")
		}
		var err error
		if s.AsOf, err = t.askDay("Day of the data of " + s.Path + " (such as 2020-09-01)"); err != nil {
			return hint(fmt.Errorf("date: the day of the data of %q: %w", s.Path, err), "give it before the file, such as 2020-09-01="+s.Path)
		}
	}
	return nil
}

// askDay asks for a day until it is one.
func (t *terminal) askDay(question string) (hashing.Date, error) {
	for range tries {
		answer, err := t.ask(question)
		if err != nil {
			return hashing.Date{}, err
		}
		if d, err := parseDay(answer); err == nil && answer <= tomorrow() {
			return d, nil
		}
		t.say("That is not a day that has been: write YYYY-MM-DD.\n")
	}
	return hashing.Date{}, errors.New("it was not given")
}

// checkDates refuses snapshots that contradict each other.
func checkDates(snapshots []compare.Input) error {
	for i, a := range snapshots {
		for _, b := range snapshots[:i] {
			if sameFile(a.Path, b.Path) {
				return fmt.Errorf("date: %q is given twice, as of %s and as of %s", a.Path, b.AsOf, a.AsOf)
			}
			if a.AsOf == b.AsOf {
				return hint(fmt.Errorf("date: %q and %q are both of %s", b.Path, a.Path, a.AsOf), "a source has one snapshot a day: leave one of them out, or correct a date")
			}
		}
	}
	return nil
}

// contradicted is the error of a snapshot that says of itself that it is of a later
// day than was given: whatever is dated by it would be wrong.
func contradicted(d *compare.Dating) error {
	for _, f := range d.Files {
		if f.Contradicted() {
			return hint(fmt.Errorf("date: %q is said to be of %s, and %s registrations or votes in it are of later days", f.Path, f.AsOf, group(f.Late)), "give the day its data was taken")
		}
	}
	return nil
}

// datingLines writes a dating as JSON lines.
func (p *program) datingLines(d *compare.Dating) error {
	j := p.jsonLines("date")
	writeFile(j, d.Leak)
	for _, f := range d.Files {
		writeFile(j, f)
	}
	for i := range d.Snapshots {
		s := &d.Snapshots[i]
		j.write(struct {
			Type    string  `json:"type"`
			File    string  `json:"file"`
			AsOf    string  `json:"as_of"`
			LogLik  float64 `json:"loglik"`
			Present int64   `json:"present"`
			Agree   float64 `json:"agree"`
			Same    int64   `json:"same"`
			Of      int64   `json:"of"`
		}{"snapshot", s.Path, s.AsOf.String(), s.LogLik, s.Present, s.Agree(), s.Same, s.Of})
	}
	for _, e := range d.Evidence {
		j.write(struct {
			Type  string `json:"type"`
			Trait string `json:"trait"`
			From  string `json:"from"` // days of two snapshots
			To    string `json:"to"`
			Older int64  `json:"older"` // rows with the value of the first
			Newer int64  `json:"newer"`
		}{"evidence", e.Trait.String(), d.Snapshots[e.From].AsOf.String(), d.Snapshots[e.To].AsOf.String(), e.Older, e.Newer})
	}
	for _, b := range d.Bounds {
		line := struct {
			Type   string  `json:"type"`
			Clue   string  `json:"clue"`
			Before *string `json:"not_before"` // one of the two is null
			After  *string `json:"not_after"`
			Rows   int64   `json:"rows"` // that say so
			Of     int64   `json:"of"`   // that could
			Text   string  `json:"text"`
		}{Type: "bound", Clue: b.Clue.String(), Rows: b.Rows, Of: b.Of, Text: tell.BoundText(&b)}
		if b.After {
			line.After = dateOrNull(b.Day)
		} else {
			line.Before = dateOrNull(b.Day)
		}
		j.write(line)
	}
	writeCaveats(j, tell.DateCaveats(d))
	line := struct {
		Type     string     `json:"type"`
		Verdict  string     `json:"verdict"`
		Why      string     `json:"why,omitempty"`
		Best     *string    `json:"best"`
		BestAsOf *string    `json:"best_as_of"`
		Before   *string    `json:"not_before"`
		After    *string    `json:"not_after"`
		Interval [2]*string `json:"interval"` // null for an open end
		Estimate *string    `json:"estimate"`
		Key      string     `json:"key"`
		Rows     int64      `json:"rows"`
		Known    int64      `json:"known"`
		Merged   bool       `json:"merged"`
		Text     string     `json:"text"`
	}{
		Type: "dating", Verdict: string(d.Verdict), Why: d.Why, Before: dateOrNull(d.NotBefore), After: dateOrNull(d.NotAfter), Interval: [2]*string{dateOrNull(d.From), dateOrNull(d.To)},
		Estimate: dateOrNull(d.Estimate), Key: d.Key.String(), Rows: d.Rows, Known: d.Known, Merged: d.Merged, Text: tell.Verdict(d),
	}
	if d.Best >= 0 {
		best := &d.Snapshots[d.Best]
		line.Best, line.BestAsOf = &best.Path, dateOrNull(best.AsOf)
	}
	j.write(line)
	return j.done(fields{"verdict": string(d.Verdict), "snapshots": len(d.Snapshots)})
}
