package report

import (
	"strings"
	"unicode/utf8"
)

// leastWidth is the narrowest page that a text is set in.
const leastWidth = 40

// Text returns the page as text in lines of so many characters. Plots and details
// are left out: what a plot shows also stands in a table.
func (p *Page) Text(width int) string {
	width = max(width, leastWidth)
	var b strings.Builder
	b.WriteString(fold("", "", p.Title, width))
	for _, s := range p.Lead {
		b.WriteString("\n" + fold("", "", s, width))
	}
	for i := range p.Sections {
		s := &p.Sections[i]
		if s.Detail {
			continue
		}
		var body strings.Builder
		for _, block := range s.Blocks {
			text := block.text(width)
			if body.Len() > 0 && text != "" {
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

func (t Text) text(width int) string { return fold("", "", string(t), width) }

func (l List) text(width int) string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(fold("  - ", "    ", s, width))
	}
	return b.String()
}

func (*Matrix) text(int) string { return "" }

func (*Curve) text(int) string { return "" }

// gap stands between two columns.
const gap = "  "

// text sets a table in columns. Where it is wider than the page, heads and words are
// folded; where that does not do it is cut into parts, each with the heads of the rows.
func (t *Table) text(width int) string {
	var b strings.Builder
	if t.Caption != "" {
		b.WriteString(fold("", "", t.Caption, width))
	}
	widths := t.widths(width)
	for from := 1; from == 1 || from < len(t.Columns); {
		to, used := from, len(gap)+widths[0]
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

// leastHead is how narrow the heads of rows are set before a table is cut.
const leastHead = 18

// widths returns how wide each column is. The heads of rows take at most half the
// page and are folded there. In a table that is wider than the page the heads of
// columns are folded first, and numbers never; then words, the widest first.
func (t *Table) widths(width int) []int {
	widths, least, numbers := make([]int, len(t.Columns)), make([]int, len(t.Columns)), make([]int, len(t.Columns))
	all := len(gap) * len(widths)
	for i, c := range t.Columns {
		widths[i], least[i] = utf8.RuneCountInString(c.Title), longest(c.Title)
		for _, r := range t.Rows {
			n := utf8.RuneCountInString(r.Cells[i])
			widths[i], numbers[i] = max(widths[i], n), max(numbers[i], n)
			if !c.Number {
				n = longest(r.Cells[i])
			}
			least[i] = max(least[i], n)
		}
		if i == 0 && len(widths) > 1 {
			widths[0] = min(widths[0], width/2)
			least[0] = min(widths[0], leastHead)
		}
		least[i] = min(least[i], widths[i])
		all += widths[i]
	}
	narrow := func(i, to int) {
		less := min(max(all-width, 0), max(widths[i]-max(to, least[i]), 0))
		widths[i], all = widths[i]-less, all-less
	}
	for i, n := range numbers {
		if i > 0 {
			narrow(i, n)
		}
	}
	for all > width {
		widest := -1
		for i := range widths {
			if widths[i] > least[i] && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		narrow(widest, widths[widest]-1)
	}
	if all > width { // it is cut, and folding has not helped
		return t.cut(widths, width)
	}
	return widths
}

// cut returns the widths of a table that is cut: the heads of rows stand in every part,
// and take no more than they need.
func (t *Table) cut(widths []int, width int) []int {
	widths[0] = 0
	for _, r := range t.Rows {
		widths[0] = max(widths[0], utf8.RuneCountInString(r.Cells[0]))
	}
	widths[0] = min(max(widths[0], longest(t.Columns[0].Title)), width/2)
	return widths
}

// longest returns the length of the longest word of a text.
func longest(s string) (n int) {
	for line := range strings.Lines(fold("", "", s, 1)) {
		n = max(n, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")))
	}
	return n
}

// part sets the columns from to before to; notes stand under the last of them.
func (t *Table) part(b *strings.Builder, widths []int, from, to, width int) {
	heads := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		heads[i] = c.Title
	}
	t.line(b, heads, widths, from, to, true)
	for _, r := range t.Rows {
		t.line(b, r.Cells, widths, from, to, false)
		if r.Note != "" && to == len(t.Columns) {
			b.WriteString(fold("      ", "      ", r.Note, width))
		}
	}
}

// line sets a row, in as many lines as its highest cell has. The heads of columns
// stand on its last line, all else on its first.
func (t *Table) line(b *strings.Builder, cells []string, widths []int, from, to int, low bool) {
	var columns [][]string
	var at []int // the columns
	high := 0
	for i := range cells {
		if i == 0 || from <= i && i < to {
			lines := broken(cells[i], widths[i])
			columns, at, high = append(columns, lines), append(at, i), max(high, len(lines))
		}
	}
	for n := range high {
		line := ""
		for k, lines := range columns {
			cell, i := "", n
			if low {
				i -= high - len(lines)
			}
			if 0 <= i && i < len(lines) {
				cell = lines[i]
			}
			line += gap + pad(cell, widths[at[k]], t.Columns[at[k]].Number)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// broken folds a cell, in the middle of a word where one is too long: names of
// files may have no spaces.
func broken(s string, width int) (lines []string) {
	for line := range strings.Lines(fold("", "", s, width)) {
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
