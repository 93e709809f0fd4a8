package synth

import (
	"context"
	"fmt"
	"sync"
)

// generator makes the rows of one roll, block by block. It is safe for
// concurrent use.
type generator struct {
	seed   uint64
	asOf   day
	sample float64
	noise  float64
	truth  bool
	state  *state
	sheet  *sheet
	free   sync.Pool // of *block
}

// blockSize is the number of households made at a time: about a megabyte of rows.
const blockSize = 2048

// block is the rows of some households and what was counted on the way.
type block struct {
	number    uint64
	rows      []byte
	truth     []byte
	truthEnds []int
	count     int64
	people    int64 // with a row on the base day
	exempt    int64
	removed   int64
	damaged   int64
}

func (b *block) reset() {
	*b = block{number: b.number, rows: b.rows[:0], truth: b.truth[:0], truthEnds: b.truthEnds[:0]}
}

func newGenerator(o Options) (*generator, error) {
	if o.AsOf.IsZero() {
		o.AsOf = DefaultAsOf
	}
	asOf := dayOfTime(o.AsOf)
	switch {
	case o.Layout == nil:
		return nil, fmt.Errorf("%w: no layout", ErrOptions)
	case o.Rows < 1 || o.Rows > MaxRows:
		return nil, fmt.Errorf("%w: %d rows; 1 to %d are possible", ErrOptions, o.Rows, MaxRows)
	case asOf < windowStart || asOf > windowEnd:
		return nil, fmt.Errorf("%w: as of %s; from 2012-01-01 to 2031-12-31 is possible", ErrOptions, o.AsOf.Format("2006-01-02"))
	case !(o.Sample >= 0 && o.Sample <= 1):
		return nil, fmt.Errorf("%w: a sample of %g; a share from 0 to 1 is possible", ErrOptions, o.Sample)
	case !(o.Noise >= 0 && o.Noise <= 1):
		return nil, fmt.Errorf("%w: noise of %g; a share from 0 to 1 is possible", ErrOptions, o.Noise)
	}
	p, err := profileOf(o.Layout, o.State)
	if err != nil {
		return nil, err
	}
	g := &generator{seed: o.Seed, asOf: asOf, sample: o.Sample, noise: o.Noise}
	g.free.New = func() any { return new(block) }
	if g.sample == 0 {
		g.sample = 1
	}
	g.state = newState(p)
	m := &maker{layout: o.Layout, state: g.state, seed: o.Seed, asOf: asOf, elections: elections(asOf)}
	if g.sheet, err = m.newSheet(o.Add); err != nil {
		return nil, fmt.Errorf("%w: layout %q: %w", ErrOptions, o.Layout.ID, err)
	}
	if asOf == baseDay && g.sample == 1 { // of another day or a sample, it shows as the rows are written
		return g, g.sheet.takes(o.Rows)
	}
	return g, nil
}

// blocks makes blocks in parallel and delivers them in order, until ctx ends.
// Each is delivered as a channel that will yield it, so that the order is kept
// and no more than two a job are held. No block has more people than the limit,
// which is that of all of them.
func (g *generator) blocks(ctx context.Context, jobs int, limit int64) <-chan chan *block {
	type order struct {
		number uint64
		made   chan *block
	}
	orders, ordered := make(chan order), make(chan chan *block, jobs)
	go func() {
		defer close(ordered)
		defer close(orders)
		for n := uint64(0); ; n++ {
			o := order{n, make(chan *block, 1)}
			select {
			case orders <- o:
			case <-ctx.Done():
				return
			}
			select {
			case ordered <- o.made:
			case <-ctx.Done():
				return
			}
		}
	}()
	for range jobs {
		go func() {
			var r record
			for o := range orders {
				b := g.free.Get().(*block)
				b.number = o.number
				b.reset()
				g.fill(b, o.number, limit, &r)
				o.made <- b
			}
		}()
	}
	return ordered
}

// fill makes the rows of block n, up to and with that of the person who makes
// the number of people on the base day reach the limit.
func (g *generator) fill(b *block, n uint64, limit int64, r *record) {
	var h household
	keep := g.state.keep
	for i := range uint64(blockSize) {
		h.draw(g.seed, n*blockSize+i)
		for j := range h.size {
			v := &h.members[j]
			if st := v.on(g.asOf, keep); st != absent && g.sampled(v) {
				g.row(b, r, &h, v, st)
			}
			if v.on(baseDay, keep) != absent {
				if b.people++; b.people == limit {
					return
				}
			}
		}
	}
}

// countRows returns how many rows there will be, for a container that says so
// before the first of them.
func (g *generator) countRows(ctx context.Context, limit int64) (rows int64, err error) {
	var h household
	people, keep := int64(0), g.state.keep
	for n := uint64(0); ; n++ {
		if n%blockSize == 0 {
			if err := context.Cause(ctx); err != nil {
				return 0, err
			}
		}
		h.draw(g.seed, n)
		for j := range h.size {
			v := &h.members[j]
			if v.on(g.asOf, keep) != absent && g.sampled(v) {
				rows++
			}
			if v.on(baseDay, keep) != absent {
				if people++; people == limit {
					return rows, nil
				}
			}
		}
	}
}

func (g *generator) sampled(v *vitals) bool {
	return g.sample >= 1 || coin(g.seed, streamSample, v.id) < g.sample
}

// row writes one person.
func (g *generator) row(b *block, r *record, h *household, v *vitals, st status) {
	r.state = st
	r.life(g.seed, g.state, h, v, g.asOf)
	r.show(g.seed, g.state, g.sheet.latin1)
	if g.truth {
		b.truth = r.appendTruth(b.truth, g.state)
		b.truthEnds = append(b.truthEnds, len(b.truth))
	}
	if g.noise > 0 && coin(g.seed, streamNoise, v.id) < g.noise {
		r.damage(g.seed)
		b.damaged++
	}
	b.rows = g.sheet.row(b.rows, r)
	b.count++
	if r.exempt {
		b.exempt++
	}
	if st == removed {
		b.removed++
	}
}
