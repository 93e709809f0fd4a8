package report

import (
	"strings"
	"unicode/utf8"

	"rollcheck/data/advice"
)

// leastWidth is the narrowest page that a text is set in.
const leastWidth = 40

// Text returns the page as text in lines of so many characters. Plots and details
// are left out: what a plot shows also stands in a table.
func (p *Page) Text(width int) string {
	width = max(width, leastWidth)
	var b strings.Builder
	b.WriteString(advice.Fold("", "", p.Title, width))
	for _, s := range p.Lead {
		b.WriteString("\n" + advice.Fold("", "", s, width))
	}
	for i := range p.Sections {
		s := &p.Sections[i]
		if s.Detail {
			continue
		}
		var body strings.Builder
		for j, block := range s.Blocks {
			text := block.text(width)
			if j > 0 && text != "" {
				body.WriteByte('\n')
			}
			body.WriteString(text)
		}
		if body.Len() == 0 {
			continue // a plot alone
		}
		b.WriteString("\n" + strings.ToUpper(s.Title) + "\n" + body.String())
	}
	return b.String()
}

func (t Text) text(width int) string { return advice.Fold("", "", string(t), width) }

func (l List) text(width int) string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(advice.Fold("  - ", "    ", s, width))
	}
	return b.String()
}

func (*Matrix) text(int) string { return "" }

func (*Curve) text(int) string { return "" }

// gap stands between two columns.
const gap = "  "

// text sets a table in columns. One that is wider than the page is cut into parts,
// each with the heads of the rows.
func (t *Table) text(width int) string {
	var b strings.Builder
	if t.Caption != "" {
		b.WriteString(advice.Fold("", "", t.Caption, width))
	}
	widths := t.widths(width)
	for from := 1; from == 1 || from < len(t.Columns); {
		to, used := from, widths[0]+len(gap)
		for to < len(t.Columns) && (to == from || used+len(gap)+widths[to] <= width) {
			used += len(gap) + widths[to]
			to++
		}
		if from > 1 {
			b.WriteByte('\n')
		}
		t.part(&b, widths, from, to, width)
		from = max(to, 2)
	}
	return b.String()
}

// widths returns how wide each column is. The heads of rows take at most half the
// page and are folded there.
func (t *Table) widths(width int) []int {
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = utf8.RuneCountInString(c.Title)
		for _, r := range t.Rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(r.Cells[i]))
		}
	}
	if len(widths) > 1 {
		widths[0] = min(widths[0], width/2)
	}
	return widths
}

// part sets the columns from to before to; notes stand under the last of them.
func (t *Table) part(b *strings.Builder, widths []int, from, to, width int) {
	heads := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		heads[i] = c.Title
	}
	t.line(b, heads, widths, from, to)
	for _, r := range t.Rows {
		t.line(b, r.Cells, widths, from, to)
		if r.Note != "" && to == len(t.Columns) {
			b.WriteString(advice.Fold("      ", "      ", r.Note, width))
		}
	}
}

func (t *Table) line(b *strings.Builder, cells []string, widths []int, from, to int) {
	lines := broken(cells[0], widths[0])
	for _, l := range lines[:len(lines)-1] {
		b.WriteString(gap + l + "\n")
	}
	line := gap + pad(lines[len(lines)-1], widths[0], t.Columns[0].Number)
	for i := from; i < to; i++ {
		line += gap + pad(cells[i], widths[i], t.Columns[i].Number)
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}

// broken folds a head, in the middle of a word where one is too long: names of
// files may have no spaces.
func broken(s string, width int) (lines []string) {
	for line := range strings.Lines(advice.Fold("", "", s, width)) {
		runes := []rune(strings.TrimSuffix(line, "\n"))
		for len(runes) > width {
			lines, runes = append(lines, string(runes[:width])), runes[width:]
		}
		lines = append(lines, string(runes))
	}
	return lines
}

func pad(s string, width int, right bool) string {
	fill := strings.Repeat(" ", max(width-utf8.RuneCountInString(s), 0))
	if right {
		return fill + s
	}
	return s + fill
}
