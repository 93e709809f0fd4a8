package voterfile

import (
	"bytes"
	"fmt"
	"strings"

	"rollcheck/data/layouts"
)

// pick is a column of a layout that is no column of the file: the value beside a
// type, among a few of the same form. A layout names it "VoterId[Type=ssn4].Value",
// and the file has the columns "VoterId.0.Type", "VoterId.0.Value" and so on, as
// the objects of an array come out of JSON or XML.
type pick struct {
	column *layouts.Column
	want   []byte // the type
	types  []uint16
	values []uint16
}

// picks finds the columns of the layout that are picked by a type in the file,
// and the columns of the file that belong to them.
func (l *candidate) picks(h *header) (list []pick, used map[int]bool) {
	used = map[int]bool{}
	if h.line != 0 { // only containers have such names
		return nil, used
	}
	at := map[string]int{}
	for i, name := range h.names {
		at[name] = i
	}
	for i := range l.Columns {
		c := &l.Columns[i]
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if p, ok := newPick(c, name, at, used); ok {
				list = append(list, p)
				break
			}
		}
	}
	return list, used
}

func newPick(c *layouts.Column, name string, at map[string]int, used map[int]bool) (pick, bool) {
	before, rest, ok := strings.Cut(name, "[Type=")
	want, after, closed := strings.Cut(rest, "].")
	if !ok || !closed {
		return pick{}, false
	}
	p := pick{column: c, want: []byte(want)}
	for i := range maxPicks {
		kind, okType := at[fmt.Sprintf("%s.%d.Type", before, i)]
		value, okValue := at[fmt.Sprintf("%s.%d.%s", before, i, after)]
		if i == 0 && !okType { // a single one is no array in XML
			kind, okType = at[before+".Type"]
			value, okValue = at[before+"."+after]
		}
		if okType && okValue {
			p.types, p.values = append(p.types, uint16(kind)), append(p.values, uint16(value))
			used[kind], used[value] = true, true
		}
	}
	return p, len(p.types) > 0
}

// maxPicks is how many objects of an array become columns.
const maxPicks = 4

// picked returns the value that pick c has in the row at hand, nil if none.
func (p *Parser) picked(c uint16) []byte {
	k := &p.plan.picks[int(c)-p.plan.fields]
	for i, t := range k.types {
		if bytes.Equal(p.column(t), k.want) {
			return p.column(k.values[i])
		}
	}
	return nil
}
