// Package report makes pages that tell what was found in files: sentences,
// tables, bars and plots, as one HTML file or as text.
//
//	page := &report.Page{Title: "Comparison of two files", Lead: []string{"94.1 % ..."}}
//	page.Section("How they overlap", report.Text("..."), &report.Table{...})
//	err := page.HTML(w)        // or page.Text(78)
//
// The HTML is self-contained: no script, no request, plots as inline SVG. What a
// bar or plot shows also stands in numbers beside it, and never in colour alone,
// so that it is read in print, in black and white, by a screen reader, and on a
// telephone. The same page gives the same bytes.
//
// The package knows nothing of voters. Who fills a page puts no person's row into
// it; everything is escaped, since names of files come from strangers.
package report

import (
	"cmp"
	_ "embed" // the template and the style sheet
	"fmt"
	"html/template"
	"io"
	"strconv"
)

// Page is what is told: its title, the sentences that can be quoted, and the
// sections that bear them out.
type Page struct {
	Title    string
	Lead     []string
	Sections []Section
	Foot     string // what made it
}

// Section is a part of a page with a heading.
type Section struct {
	Title  string
	Detail bool // for who checks the work: it stands in the HTML, not in the text
	Blocks []Block
}

// Section adds a section, and returns it for who changes it.
func (p *Page) Section(title string, blocks ...Block) *Section {
	p.Sections = append(p.Sections, Section{Title: title, Blocks: blocks})
	return &p.Sections[len(p.Sections)-1]
}

// Block is a [Text], a [List], a [*Table], a [*Matrix] or a [*Curve].
type Block interface {
	html(ids *ids) (template.HTML, error)
	text(width int) string
}

// Text is a paragraph.
type Text string

// List is a list of sentences.
type List []string

// Table is a table whose rows are headed by their first cell.
type Table struct {
	Caption string
	Columns []Column
	Rows    []Row
	Legend  []Key // what the patterns of its bars stand for
}

// Column is a column of a table.
type Column struct {
	Title  string
	Number bool // set flush right
}

// Row is a row of a table: a cell a column, a bar under its head unless there is
// none, and what there is to say of it below.
type Row struct {
	Cells []string
	Bar   []Part
	Note  string
}

// Part is a part of a bar, as a share of its whole length.
type Part struct {
	Share float64
	Pattern
}

// Key says what a pattern stands for.
type Key struct {
	Pattern
	Means string
}

// Pattern is how a part of a bar is filled. Patterns are told apart without
// colour.
type Pattern uint8

// The patterns.
const (
	Solid Pattern = iota
	Hatched
	Dotted
	Shaded
	Blank
)

// Fill returns the value of the attribute "fill".
func (p Pattern) Fill() string {
	return [...]string{Solid: "currentColor", Hatched: "url(#hatched)", Dotted: "url(#dotted)", Shaded: "#c8c8c8", Blank: "none"}[p]
}

//go:embed page.html
var pageHTML string

//go:embed style.css
var style string

var pages = template.Must(template.New("page").Funcs(template.FuncMap{
	"percent": func(share float64) string { return strconv.FormatFloat(100*min(max(share, 0), 1), 'f', 2, 64) + "%" },
	"bound":   unbroken, "kept": kept,
	"style": func() template.CSS { return template.CSS(style) },
}).Parse(pageHTML))

// ids numbers what is referred to by an id.
type ids int

func (n *ids) next() string {
	*n++
	return "p" + strconv.Itoa(int(*n))
}

// HTML writes the page as one HTML file.
func (p *Page) HTML(w io.Writer) error {
	type section struct {
		ID, Title string
		Blocks    []template.HTML
	}
	var n ids
	var sections []section
	for i := range p.Sections {
		s := &p.Sections[i]
		out := section{ID: n.next(), Title: s.Title}
		for _, b := range s.Blocks {
			h, err := b.html(&n)
			if err != nil {
				return fmt.Errorf("section %q: %w", s.Title, err)
			}
			out.Blocks = append(out.Blocks, h)
		}
		sections = append(sections, out)
	}
	return pages.Execute(w, map[string]any{"Title": p.Title, "Lead": p.Lead, "Sections": sections, "Foot": p.Foot})
}

func (t Text) html(*ids) (template.HTML, error) { return render("text", string(t)) }

func (l List) html(*ids) (template.HTML, error) { return render("list", []string(l)) }

// html sets the table; what its rows have is laid out for the template first.
func (t *Table) html(*ids) (template.HTML, error) {
	type cell struct {
		Text   string
		Number bool
	}
	type placed struct {
		Part
		From float64
	}
	type row struct {
		Head, Note string
		Cells      []cell
		Bar        []placed
	}
	rows := make([]row, len(t.Rows))
	for i, r := range t.Rows {
		if len(r.Cells) != len(t.Columns) || len(r.Cells) == 0 {
			return "", fmt.Errorf("table %q: row %d has %d cells, not %d", t.Caption, i+1, len(r.Cells), len(t.Columns))
		}
		out := row{Head: r.Cells[0], Note: r.Note}
		for j, text := range r.Cells[1:] {
			out.Cells = append(out.Cells, cell{text, t.Columns[j+1].Number})
		}
		from := 0.0
		for _, part := range r.Bar {
			out.Bar = append(out.Bar, placed{part, from})
			from += part.Share
		}
		rows[i] = out
	}
	return render("table", map[string]any{
		"Caption": t.Caption, "Name": cmp.Or(t.Caption, t.Columns[0].Title), "Columns": t.Columns, "Rows": rows, "Legend": t.Legend, "Width": len(t.Columns),
	})
}
