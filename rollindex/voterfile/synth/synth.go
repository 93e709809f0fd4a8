package synth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// DefaultAsOf is the day a roll is written for unless Options say otherwise.
var DefaultAsOf = time.Date(2020, 10, 1, 0, 0, 0, 0, time.UTC)

// DefaultState is the state whose people fill a layout that is of no state.
const DefaultState = "FL"

// MaxRows bounds Options.Rows: more than any state has.
const MaxRows = 40_000_000

// ErrOptions is wrapped by Write for options out of their range.
var ErrOptions = errors.New("cannot make such a roll")

// Options say which roll to write.
type Options struct {
	Layout *layouts.Layout // shape and state; required
	// State is the state ("OH") whose people are drawn for a layout that is of no
	// state of the United States: a vendor's or another country's. "" is
	// DefaultState; for a layout that is of a state, it can only be that one.
	State string
	// Rows sets the size of the population: as many people as have a row in the
	// file of 1 October 2020. A file of that day (the default) has exactly Rows
	// rows unless it is a sample; files of other days have as many as the same
	// population has then.
	Rows   int64
	Seed   uint64       // another seed, other people
	AsOf   time.Time    // the day of the snapshot, 2012 to 2031; zero is DefaultAsOf
	Sample float64      // share of the people whose rows are kept; 0 keeps all
	Noise  float64      // share of the rows that get a mistake
	Add    []field.Role // columns to fill in every row, appended where the layout has none
	Jobs   int          // goroutines; 0 is one a processor. The bytes do not depend on it.
}

// Stats describe what was written.
type Stats struct {
	Rows    int64    // without the header
	Exempt  int64    // rows whose details are withheld on request
	Removed int64    // rows of people no longer registered
	Damaged int64    // rows with a mistake put in
	Bytes   int64    // of the roll, header included
	Header  bool     // the first line names the columns
	Columns []string // names of the columns, in order
}

// Write writes a roll to w and, unless truth is nil, the people in it to truth,
// one JSON object a row in the same order. See the package comment for what is
// promised of them. On an error, w and truth hold a part of the roll.
func Write(ctx context.Context, w, truth io.Writer, opts Options) (Stats, error) {
	g, err := newGenerator(opts)
	if err != nil {
		return Stats{}, err
	}
	g.truth = truth != nil
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out := &output{w: w, truth: truth, sheet: g.sheet, limit: opts.Rows}
	if err := out.start(ctx, g); err != nil {
		return out.stats, err
	}
	jobs := opts.Jobs
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	for made := range g.blocks(ctx, jobs, opts.Rows) {
		b := <-made
		if left := out.limit - out.people; b.people > left {
			b.reset()
			g.fill(b, b.number, left, &record{})
		}
		if err := out.write(b); err != nil {
			return out.stats, err
		}
		if out.people == out.limit {
			return out.stats, out.finish()
		}
		g.free.Put(b)
	}
	return out.stats, fmt.Errorf("writing a fictional roll: %w", context.Cause(ctx))
}

// output puts the blocks in order and counts lines.
type output struct {
	w, truth io.Writer
	rows     *wrapping // in w
	sheet    *sheet
	limit    int64 // people of the base day to write
	people   int64 // of them written
	line     int64 // lines written
	buf      []byte
	stats    Stats
}

func (o *output) start(ctx context.Context, g *generator) (err error) {
	o.stats.Header = o.sheet.header && o.sheet.lined()
	for _, c := range o.sheet.columns {
		o.stats.Columns = append(o.stats.Columns, c.name)
	}
	var rows int64
	if o.sheet.layout.Container == "dbf" {
		if rows, err = g.countRows(ctx, o.limit); err != nil {
			return fmt.Errorf("writing a fictional roll: %w", err)
		}
	}
	if o.rows, err = o.sheet.wrap(counter{o.w, &o.stats.Bytes}, rows, g.asOf); err != nil {
		return fmt.Errorf("writing a fictional roll: %w", err)
	}
	var head []byte
	if head, o.line = o.sheet.head(); len(head) == 0 {
		return nil
	}
	return o.roll(head)
}

// finish writes what stands behind the rows.
func (o *output) finish() error {
	if err := o.rows.end(); err != nil {
		return fmt.Errorf("writing a fictional roll: %w", err)
	}
	return nil
}

// counter counts the bytes of what is written.
type counter struct {
	w io.Writer
	n *int64
}

func (c counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	*c.n += int64(n)
	return n, err
}

func (o *output) roll(b []byte) error {
	if _, err := o.rows.Write(b); err != nil {
		return fmt.Errorf("writing a fictional roll: %w", err)
	}
	return nil
}

func (o *output) write(b *block) error {
	// A header that repeats stands before every second block, about 4,500 rows.
	if o.sheet.layout.RepeatedHeader && o.sheet.header && o.stats.Rows > 0 && b.number%2 == 0 && b.count > 0 {
		if err := o.roll(o.sheet.names()); err != nil {
			return err
		}
		o.line++
	}
	if err := o.sheet.takes(o.line + b.count); err != nil {
		return err
	}
	if err := o.roll(b.rows); err != nil {
		return err
	}
	if o.truth != nil {
		o.buf = o.buf[:0]
		start := 0
		for i, end := range b.truthEnds {
			o.buf = append(o.buf, `{"row":`...)
			o.buf = appendNumber(o.buf, int(o.line)+i+1, 0)
			o.buf = append(o.buf, b.truth[start:end]...)
			start = end
		}
		if _, err := o.truth.Write(o.buf); err != nil {
			return fmt.Errorf("writing the people of a fictional roll: %w", err)
		}
	}
	o.people += b.people
	o.line += b.count
	o.stats.Rows += b.count
	o.stats.Exempt += b.exempt
	o.stats.Removed += b.removed
	o.stats.Damaged += b.damaged
	return nil
}
