package voterfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/rollindex/voterfile/synth"
)

// byAddress puts lines in the order of their addresses.
func byAddress(t *testing.T, l *layouts.Layout, data []byte) []byte {
	t.Helper()
	type row struct{ key, line string }
	var rows []row
	head := eachSplit(t, l, data, func(p *Parser, line string) {
		p.fill()
		d := &p.rec.Details
		rows = append(rows, row{fmt.Sprintf("%s %s %8s", d.ZIP, d.Street, d.House), line})
	})
	slices.SortStableFunc(rows, func(a, b row) int { return strings.Compare(a.key, b.key) })
	out := []byte(head)
	for _, r := range rows {
		out = append(out, r.line...)
	}
	return out
}

// moved changes which rows the values of a column stand in.
func moved(t *testing.T, l *layouts.Layout, role field.Role, data []byte, change func(values []string)) []byte {
	t.Helper()
	var values, before, behind []string
	head := eachSplit(t, l, data, func(p *Parser, line string) {
		s := p.spans[p.plan.first[role]]
		before, values, behind = append(before, line[:s.start]), append(values, line[s.start:s.end]), append(behind, line[s.end:])
	})
	change(values)
	out := []byte(head)
	for i := range values {
		out = append(out, before[i]+values[i]+behind[i]...)
	}
	return out
}

// eachSplit calls f with every row of a file, split, and its line; it returns the header.
func eachSplit(t *testing.T, l *layouts.Layout, data []byte, f func(p *Parser, line string)) (head string) {
	t.Helper()
	s := mustOpen(t, Options{Layout: l}, writeFile(t, "read.txt", data))
	p := newParser(s.plans)
	p.Reset(Chunk{Data: data, FirstLine: 1})
	for i := 0; len(p.data) > 0; i++ {
		from := len(p.chunk) - len(p.data)
		line := p.take()
		whole := string(data[from : len(p.chunk)-len(p.data)])
		if i == 0 && l.Header {
			head = whole
		} else if _, ok := p.split(line); ok && !bytes.Contains(line, []byte{0x80}) {
			f(p, whole)
		}
	}
	return head
}

func shifted(values []string) {
	last := values[len(values)-1]
	copy(values[1:], values[:len(values)-1])
	values[0] = last
}

// Names that were sorted or moved by themselves are told, in whatever order the file is.
func TestNamesOfOthers(t *testing.T) {
	inOrder := func(_ *testing.T, _ *layouts.Layout, data []byte) []byte { return data }
	for _, id := range []string{"fl-extract", "nc-ncvoter-2022", "tx-fixed-679", "ga-2023-csv", "mi-2019-csv"} {
		l := mustLayout(t, id)
		for _, rows := range []int64{1500, 20_000} {
			var b bytes.Buffer
			if _, err := synth.Write(t.Context(), &b, nil, synth.Options{Layout: l, Rows: rows, Seed: 11}); err != nil {
				t.Fatal(err)
			}
			for order, sort := range map[string]func(*testing.T, *layouts.Layout, []byte) []byte{"as written": inOrder, "by address": byAddress} {
				data := sort(t, l, b.Bytes())
				if got := doubtsWhole(t, 3, 1<<20, data); len(got) > 0 {
					t.Errorf("%s, %d rows %s: %v", id, rows, order, got)
				}
				for how, change := range map[string]func([]string){"sorted": slices.Sort[[]string], "shifted": shifted} {
					for role, want := range map[field.Role]Question{field.NameLast: SurnameOfOthers, field.NameFirst: FirstOfOthers} {
						if role == field.NameFirst && order == "by address" && how == "sorted" {
							continue // the same
						}
						got := doubtsWhole(t, 3, 1<<20, moved(t, l, role, data, change))
						again := doubtsWhole(t, 1, 1<<14, moved(t, l, role, data, change))
						if len(got) != 1 || got[0].Question != want || !slices.Equal(got, again) {
							t.Errorf("%s, %d rows %s, %v %s: %v, then %v", id, rows, order, role, how, got, again)
						}
					}
				}
			}
		}
	}
}

// doubtsWhole reads a file whole, whose layout is not named.
func doubtsWhole(t *testing.T, jobs, size int, data []byte) []Doubt {
	t.Helper()
	s := mustOpen(t, Options{}, writeFile(t, "roll.txt", data))
	s.size = size
	if _, err := s.Each(t.Context(), jobs, func() Visitor { return nobody{} }, nil); err != nil {
		t.Fatal(err)
	}
	return s.Doubts(0)
}
