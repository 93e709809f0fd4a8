package report

import (
	"html/template"
	"strings"
)

// render executes one of the templates that page.html defines.
func render(name string, data any) (template.HTML, error) {
	var b strings.Builder
	err := pages.ExecuteTemplate(&b, name, data)
	return template.HTML(b.String()), err
}

// svg builds an image: its text is escaped, its numbers are rounded.
type svg struct{ strings.Builder }

// begin opens an image of a size, with what a screen reader says of it.
func (s *svg) begin(ids *ids, class, title, desc string, width, height float64) {
	t, d := ids.next(), ids.next()
	s.add(`<svg class="`, class, `" role="img" aria-labelledby="`, t, " ", d, `" viewBox="0 0 `, num(width), " ", num(height),
		`" width="`, num(width), `" height="`, num(height), `"><title id="`, t, `">`, esc(title), `</title><desc id="`, d, `">`, esc(desc), "</desc>\n")
}

func (s *svg) end() template.HTML {
	s.add("</svg>")
	return template.HTML(s.String())
}

func (s *svg) add(parts ...string) {
	for _, p := range parts {
		s.WriteString(p)
	}
}

// label sets a text; anchor is start, middle or end.
func (s *svg) label(x, y float64, anchor, class, text string) {
	s.add(`<text x="`, num(x), `" y="`, num(y), `" text-anchor="`, anchor, `" class="`, class, `">`, esc(text), "</text>\n")
}

func (s *svg) line(x1, y1, x2, y2 float64, class string) {
	s.add(`<line x1="`, num(x1), `" y1="`, num(y1), `" x2="`, num(x2), `" y2="`, num(y2), `" class="`, class, "\"/>\n")
}

func (s *svg) rect(x, y, w, h float64, class string) {
	s.add(`<rect x="`, num(x), `" y="`, num(y), `" width="`, num(w), `" height="`, num(h), `" class="`, class, "\"/>\n")
}
