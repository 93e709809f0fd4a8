package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rollcheck/data/layouts"
	"rollcheck/rollindex/voterfile"
)

// open opens a file. What fits no known layout is read by one that is proposed for
// it: an audit judges columns, and those are there whatever they are. Members that
// cannot be a roll are opened likewise, as far as they have columns at all.
func (a *auditor) open(ctx context.Context) (all []source, err error) {
	opts := a.options()
	opts.Layout = a.in.Layout
	src, err := voterfile.Open(ctx, []string{a.in.Path}, opts)
	switch {
	case err == nil:
		all = []source{{src, false}}
	case a.in.Layout != nil || !errors.Is(err, voterfile.ErrNoLayout):
		return nil, err
	default:
		if all, err = a.propose(ctx, err); err != nil {
			return nil, err
		}
	}
	spare := a.spare(ctx, all)
	return append(all, spare...), nil
}

// spare opens the members that were left out. Those that cannot be opened are told
// as hidden content.
func (a *auditor) spare(ctx context.Context, all []source) (more []source) {
	a.opened = map[string]bool{}
	for _, s := range all {
		for _, m := range s.Members() {
			if m.LeftOut == "" || m.LeftOut == voterfile.NotNamed || a.opened[m.Name] {
				continue
			}
			opts := a.options()
			opts.Members = []string{strings.TrimSuffix(m.Name, hiddenSuffix)}
			src, err := voterfile.Open(ctx, []string{a.in.Path}, opts)
			proposed := false
			if errors.Is(err, voterfile.ErrNoLayout) {
				if opts.Layout, err = a.proposal(ctx, opts.Members[0], true); err == nil {
					src, err = voterfile.Open(ctx, []string{a.in.Path}, opts)
					proposed = true
				}
			}
			if err == nil {
				a.opened[m.Name] = true
				more = append(more, source{src, proposed})
			}
		}
	}
	return more
}

func (a *auditor) options() voterfile.Options {
	return voterfile.Options{AsOf: a.in.AsOf, Jurisdiction: a.rules.Jurisdiction, ForColumns: true}
}

// propose opens the members of a file each for itself where a layout is proposed
// for it, and the others together.
func (a *auditor) propose(ctx context.Context, cause error) (all []source, err error) {
	found, err := voterfile.Detect(ctx, a.in.Path, a.options())
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			for _, s := range all {
				s.Close()
			}
		}
	}()
	add := func(l *layouts.Layout, members ...string) error {
		opts := a.options()
		opts.Layout = l
		if len(found) > 1 {
			opts.Members = members
		}
		src, err := voterfile.Open(ctx, []string{a.in.Path}, opts)
		if err == nil {
			all = append(all, source{src, l != nil})
		}
		return err
	}
	var known []string
	for _, d := range found {
		name := strings.TrimSuffix(d.Name, hiddenSuffix)
		switch {
		case d.LeftOut != "":
			a.leftOut(d.Name, d.LeftOut)
		case d.Err == nil:
			known = append(known, name)
		case !errors.Is(d.Err, voterfile.ErrNoLayout):
			return all, d.Err
		default:
			l, err := a.proposal(ctx, name, len(found) > 1)
			if err != nil {
				return all, fmt.Errorf("%w; no layout can be made of its header either: %w", cause, err)
			}
			if err := add(l, name); err != nil {
				return all, err
			}
		}
	}
	if len(known) > 0 {
		return all, add(nil, known...)
	}
	return all, nil
}

// hiddenSuffix stands behind the name of a worksheet that is not shown.
const hiddenSuffix = " (hidden)"

// proposal makes a layout of a member's header and contents.
func (a *auditor) proposal(ctx context.Context, member string, several bool) (*layouts.Layout, error) {
	opts := a.options()
	if several {
		opts.Members = []string{member}
	}
	proposals, err := voterfile.Propose(ctx, a.in.Path, opts)
	if err != nil {
		return nil, err
	}
	if len(proposals) == 0 {
		return nil, voterfile.ErrNoLayout
	}
	return proposals[0].Layout, proposals[0].Err
}

// guessed reports whether a proposed layout has a role for the column by what is in it
// and not by its name: what looks like a voter id may be what must not go out.
func guessed(l *layouts.Layout, column string) bool {
	for i := range l.Columns {
		if c := &l.Columns[i]; c.Name == column {
			return !strings.HasPrefix(c.Note, voterfile.GuessedByName)
		}
	}
	return false
}
