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
// either, so these keys are made and asked in the second round, for the others. That
// spares two keys of five for people who are not in any dataset, most people. Where
// most are ([check.dense]) all is asked at once, and what need not have been asked is
// passed over, so that the answers are the same.
func (c *check) search(ctx context.Context) error {
	c.hits = c.hits[:0]
	if err := c.round(ctx, 0); err != nil || c.implied == 0 {
		return err
	}
	c.follow = slices.Grow(c.follow[:0], len(c.queries))[:len(c.queries)]
	for p := range c.queries {
		c.follow[p] = c.queries[p].cut // not all its keys of name and ZIP code were asked
	}
	for i := range c.hits {
		if in := c.hits[i].input; c.inputs[in].Type == hashing.NameZIP {
			c.follow[c.owner[in]] = true
		}
	}
	if c.later == 0 {
		c.hits = slices.DeleteFunc(c.hits, func(h hit) bool { return c.implied.Has(c.inputs[h.input].Type) && !c.follow[c.owner[h.input]] })
		return nil
	}
	from := len(c.inputs)
	c.planRest()
	return c.round(ctx, from)
}

// round asks the source for the inputs from one on.
func (c *check) round(ctx context.Context, from int) error {
	if len(c.inputs) > math.MaxInt32 {
		return errors.New("too many match keys at once")
	}
	if len(c.inputs) == from {
		return nil
	}
	return c.src.Search(ctx, c.inputs[from:], func(r Result) {
		if d := c.slot[r.Dataset]; d >= 0 {
			c.hits = append(c.hits, hit{input: int32(from + r.Input), dataset: int32(d), mask: r.Mask, damaged: r.Damaged, withheld: r.Withheld})
		}
	})
}
