package voterfile

import (
	"bytes"
	"cmp"
	"fmt"

	"rollcheck/data/field"
)

// First names show by what they look like whether they are: hardly anybody has none,
// or only an initial, while many have no middle name, and rolls cut it short.
const (
	// shortShare is the share of the rows that must have a whole middle name beside
	// an initial or nothing for a first name. Of a roll whose columns are right one
	// row in fifty does (J EDGAR); with the two swapped, two rows in five and more.
	shortShare = 0.1
	// leastValues is how many values a column must have in the sample before it is
	// held against it that they are all of a kind.
	leastValues = 50
	// fewValues is how many different values a column of flags has at most: yes, no
	// and unknown.
	fewValues = 3
)

// isShort reports whether a name is missing or an initial.
func isShort(v []byte) bool { return len(v) <= 1 || len(v) == 2 && v[1] == '.' }

// swappedMiddle looks for a column of first names that are initials or missing
// where the middle names of the same rows are whole.
func (m *Match) swappedMiddle(rows *sampleRows) *contradiction {
	first, middle := m.column(field.NameFirst), m.column(field.NameMiddle)
	if first < 0 || middle < 0 {
		return nil
	}
	var p pairs
	for j, row := range rows.rows {
		vf, vm := m.cell(row, first), m.cell(row, middle)
		if len(vf)+len(vm) == 0 {
			continue
		}
		p.rows++
		switch middleVerdict(vf, vm) {
		case saysSwapped:
			p.add(rows.numbers[j], string(vm))
		case saysRight:
			p.right++
		}
	}
	m.shown[likeMiddle] = p.tally()
	if p.wrong < leastSwapped || float64(p.wrong) < shortShare*float64(p.rows) || p.wrong < outweighs*p.right || len(p.values[0]) < leastNames {
		return nil
	}
	return m.swapped(first, middle, "initials or nothing", "whole names", p.line)
}

// flagsForNames looks for a column of surnames or of first names that holds flags:
// nearly all single letters, or a few values that are nobody's name or stand beside
// names in a column that should hold none.
func (m *Match) flagsForNames(rows *sampleRows) *contradiction {
	n := m.newNamer()
	for _, role := range [...]field.Role{field.NameLast, field.NameFirst} {
		at := m.column(role)
		if at < 0 {
			continue
		}
		what, line, sure := n.flags(m, rows, at)
		if what == "" {
			continue
		}
		c := &contradiction{says: fmt.Sprintf("its column %q holds %s", m.columns[at].Name, what), line: line, a: at, b: at, arguable: true}
		other := n.elsewhere(m, rows)
		switch {
		case other >= 0:
			c.says += fmt.Sprintf(", and its column %q names of people", m.columns[other].Name)
			c.b = other
			return c
		case sure:
			return cmp.Or(m.swappedMiddle(rows), c)
		}
	}
	return nil
}

// flags says what a column of names holds instead of them, and the first line
// that shows it; "" if it holds names. It is not sure of a few values of which some
// are names: a file may be of nobody but Marys.
func (n *namer) flags(m *Match, rows *sampleRows, i int) (what string, line int64, sure bool) {
	values, letters, names := 0, 0, 0
	different := map[string]bool{}
	rows.values(m.Layout, m.columns[i], i, func(at int64, v []byte) {
		if values++; values == 1 {
			line = at
		}
		if isShort(v) {
			letters++
		}
		if n.listed(n.canonical(v)) {
			names++
		}
		if len(different) <= fewValues {
			different[string(v)] = true
		}
	})
	switch {
	case values < leastValues:
	case letters*10 >= values*8:
		return "single letters", line, true
	case len(different) <= fewValues && len(different) > 1:
		return fmt.Sprintf("%d different values only", len(different)), line, names == 0
	}
	return "", 0, false
}

// elsewhere returns the first column that should hold no names and does; -1 if
// there is none. Words for counties, parties and races are surnames too (ADAMS,
// GREEN, WHITE).
func (n *namer) elsewhere(m *Match, rows *sampleRows) int {
	for i, c := range m.columns {
		switch roleOf(c) {
		case field.ConfidentialFlag, field.NameSuffix, field.NamePrefix, field.RoleSex:
		default:
			continue
		}
		different := map[string]bool{}
		rows.values(m.Layout, c, i, func(_ int64, v []byte) {
			if len(different) < leastNames && len(bytes.TrimRight(v, ".")) > 1 {
				different[string(v)] = true
			}
		})
		if len(different) == leastNames && n.namesIn(m, rows, i) {
			return i
		}
	}
	return -1
}
