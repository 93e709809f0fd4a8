package exposure

import (
	"context"
	"errors"
	"math"
	"slices"

	"rollcheck/hashing"
)

// impliedKeys returns the key types that a row of any of the datasets can only
// have together with the key of name and ZIP code: those whose details include
// its details, if the datasets hold that key for every row that allows it. Served
// ones hold it only of files without birth dates.
func impliedKeys(datasets []*dataset) Keys {
	const zip = hashing.NameZIP
	var implied Keys
	if slices.ContainsFunc(datasets, func(d *dataset) bool { return d.info.Scheme == hashing.Served }) {
		return 0
	}
	for _, t := range hashing.KeyTypes() {
		if t == zip || needs[t]&needs[zip] != needs[zip] {
			continue
		}
		implied |= 1 << t
		for _, d := range datasets {
			if d.rows[t] > d.rows[zip] {
				return 0
			}
		}
	}
	return implied
}

// search asks the source for the inputs of the block and keeps what it yields.
//
// It asks in two rounds. Who is not found by name and ZIP code, in a place that
// could be read, is not there by name, ZIP code and year of birth or street
// either, so these keys are asked in the second round, of the others. That
// spares two keys of five for people who are not in any dataset, most people.
func (c *check) search(ctx context.Context) error {
	if len(c.inputs) > math.MaxInt32 {
		return errors.New("too many match keys at once")
	}
	c.hits = c.hits[:0]
	if err := c.round(ctx, func(i int) bool { return !c.implied.Has(c.inputs[i].Type) }); err != nil {
		return err
	}
	if c.implied == 0 {
		return nil
	}
	c.follow = slices.Grow(c.follow[:0], len(c.queries))[:len(c.queries)]
	for p := range c.queries {
		c.follow[p] = c.queries[p].cut // not all its keys of name and ZIP code were asked
	}
	for _, h := range c.hits {
		if c.inputs[h.input].Type == hashing.NameZIP {
			c.follow[c.owner[h.input]] = true
		}
	}
	return c.round(ctx, func(i int) bool { return c.implied.Has(c.inputs[i].Type) && c.follow[c.owner[i]] })
}

// round asks the source for the inputs that ask picks.
func (c *check) round(ctx context.Context, ask func(input int) bool) error {
	c.asking, c.number = c.asking[:0], c.number[:0]
	for i := range c.inputs {
		if ask(i) {
			c.asking, c.number = append(c.asking, c.inputs[i]), append(c.number, int32(i))
		}
	}
	if len(c.asking) == 0 {
		return nil
	}
	return c.src.Search(ctx, c.asking, func(r Result) {
		if d := c.slot[r.Dataset]; d >= 0 {
			c.hits = append(c.hits, hit{input: c.number[r.Input], dataset: int32(d), mask: r.Mask, damaged: r.Damaged, withheld: r.Withheld})
		}
	})
}
