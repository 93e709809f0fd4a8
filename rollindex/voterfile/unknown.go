package voterfile

import (
	"fmt"
	"slices"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// unknown returns the columns of which nothing says what they hold: the layout does not
// know them, nor does their name tell. A column that stands in a layout without a role is
// one of them too unless a built-in layout has it, which lists what the publisher gives
// out: that it was listed does not say what it is.
func (m *Match) unknown() (cols []uint16) {
	published := map[string]bool{}
	if l, err := layouts.Get(m.Layout.ID); err == nil {
		for _, c := range slices.Concat(l.Columns, l.Tail) {
			published[c.Name] = true
		}
	}
	for i, c := range m.columns {
		switch {
		case c == nil:
			if m.isExtra(i) {
				cols = append(cols, uint16(i))
			}
			continue
		case c.Role != field.RoleNone || published[c.Name] && !m.isExtra(i) || m.Layout.Growing.Match(c.Name):
			continue
		}
		if _, tells := c.Exposes(); !tells {
			cols = append(cols, uint16(i))
		}
	}
	return cols
}

// Unknown returns the names of the columns of a member, an index into [Source.Members],
// that have a value in some row and of which nothing says what they hold, in the order
// of the file; it is complete when every chunk was parsed to its end.
func (s *Source) Unknown(member int) (names []string) {
	p := s.plans[member]
	if p == nil {
		return nil
	}
	p.watched.mu.Lock()
	seen := slices.Clone(p.watched.unknown)
	p.watched.mu.Unlock()
	slices.Sort(seen)
	columns := s.about[member].Match.Columns()
	for _, c := range slices.Compact(seen) {
		name := columns[c].Name
		if name == "" {
			name = fmt.Sprintf("column %d, which has no name", c+1)
		}
		names = append(names, name)
	}
	return names
}

// unseen returns the unknown columns of the member at hand in which this parser has
// met no value.
func (p *Parser) unseen() []uint16 {
	if p.strange == nil {
		p.strange = make([][]uint16, len(p.plans))
		for i, pl := range p.plans {
			if pl != nil {
				p.strange[i] = slices.Clone(pl.unknown)
			}
		}
	}
	return p.strange[p.member]
}

// meet notes which unknown columns have a value in the row at hand. After a few rows
// hardly any is left to look at.
func (p *Parser) meet() {
	left := p.unseen()
	if len(left) == 0 {
		return
	}
	p.strange[p.member] = slices.DeleteFunc(left, func(c uint16) bool {
		if p.column(c) == nil {
			return false
		}
		p.plan.watched.mu.Lock()
		p.plan.watched.unknown = append(p.plan.watched.unknown, c)
		p.plan.watched.mu.Unlock()
		return true
	})
}
