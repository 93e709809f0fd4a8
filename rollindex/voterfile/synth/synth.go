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

// MaxRows bounds Options.Rows: more than any state has.
const MaxRows = 40_000_000

// ErrOptions is wrapped by Write for options out of their range.
var ErrOptions = errors.New("cannot make such a roll")

// Options say which roll to write.
type Options struct {
	Layout *layouts.Layout // shape and state; required
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
	out := &output{w: w, truth: truth, sheet: g.sheet, limit: opts.Rows}
	if err := out.start(); err != nil {
		return out.stats, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	jobs := opts.Jobs
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	for made := range g.blocks(ctx, jobs) {
		b := <-made
		if left := out.limit - out.people; b.people > left {
			b.reset()
			g.fill(b, b.number, left, &record{})
		}
		if err := out.write(b); err != nil {
			return out.stats, err
		}
		if out.people == out.limit {
			return out.stats, nil
		}
		g.free.Put(b)
	}
	return out.stats, fmt.Errorf("writing a fictional roll: %w", context.Cause(ctx))
}

// output puts the blocks in order and counts lines.
type output struct {
	w, truth io.Writer
	sheet    *sheet
	limit    int64 // people of the base day to write
	people   int64 // of them written
	line     int64 // lines written
	buf      []byte
	stats    Stats
}

func (o *output) start() error {
	o.stats.Header = o.sheet.header
	for _, c := range o.sheet.columns {
		o.stats.Columns = append(o.stats.Columns, c.name)
	}
	if !o.sheet.header {
		return nil
	}
	o.line = 1
	return o.roll(o.sheet.appendHeader(nil))
}

func (o *output) roll(b []byte) error {
	n, err := o.w.Write(b)
	o.stats.Bytes += int64(n)
	if err != nil {
		return fmt.Errorf("writing a fictional roll: %w", err)
	}
	return nil
}

func (o *output) write(b *block) error {
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
