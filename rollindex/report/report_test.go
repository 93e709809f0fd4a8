package report_test

import (
	"bytes"
	"math"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"rollcheck/rollindex/report"
)

// strange is a name as a stranger may give a file.
const strange = `<script>alert("x")</script>&'"` + "`=.csv"

func page() *report.Page {
	p := &report.Page{Title: "Comparison of a.csv and " + strange, Lead: []string{"94.1 % of " + strange + " are in b.csv."}, Foot: "Made by a test."}
	p.Section("Words", report.Text("A text about "+strange), report.List{"one", strange})
	p.Section("Tables", &report.Table{
		Caption: "Agreement of " + strange, Columns: []report.Column{{Title: "Field"}, {Title: "same", Number: true}, {Title: "differs", Number: true}},
		Rows: []report.Row{
			{Cells: []string{strange, "3,827", "12"}, Bar: []report.Part{{Share: 0.9, Pattern: report.Solid}, {Share: 0.05, Pattern: report.Hatched}, {Share: 0.05, Pattern: report.Dotted}}, Note: "of " + strange},
			{Cells: []string{"ZIP code", "1", "0"}},
		},
		Legend: []report.Key{{Pattern: report.Solid, Means: "same"}, {Pattern: report.Hatched, Means: "differs"}, {Pattern: report.Dotted, Means: "only in one"}, {Pattern: report.Blank, Means: "in neither"}, {Pattern: report.Shaded, Means: "public"}},
	})
	p.Section("Plots",
		&report.Matrix{Title: "Overlap of " + strange, Desc: "Numbers below.", Labels: []string{"A", "<"}, Shares: [][]float64{{math.NaN(), 0.5}, {1, math.NaN()}}},
		&report.Curve{
			Title: "Curve of " + strange, Desc: "Days.", X: []float64{0, 1, 2}, Y: []float64{-5, 0, -7}, From: 0.5, To: 1.5, YTitle: "y<",
			Marks: []report.Mark{{X: 1, Y: 0, Name: strange}}, XTicks: []report.Tick{{At: 0, Name: "<0"}}, YTicks: []report.Tick{{At: -1.92, Name: "1.92", Rule: true}},
		})
	p.Section("For who checks", report.Text("a detail")).Detail = true
	return p
}

func render(t *testing.T, p *report.Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := p.HTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The page asks nothing of anybody, runs nothing, and says in words what it draws.
func TestHTML(t *testing.T) {
	text := render(t, page())
	if text != render(t, page()) {
		t.Error("the same page gives different bytes")
	}
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	ids, refs, images := map[string]int{}, []string{}, 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script", "link", "img", "iframe", "object", "a":
			t.Errorf("the page has <%s>", n.Data)
		case "th":
			if attr(n, "scope") == "" {
				t.Error("a head of a table does not say whether it is of a row or a column")
			}
		case "svg":
			switch {
			case attr(n, "aria-hidden") == "true":
			case attr(n, "role") == "img":
				images++
				refs = append(refs, strings.Fields(attr(n, "aria-labelledby"))...)
			case n.Parent.Data != "svg":
				t.Error("a plot is neither an image with a name nor hidden")
			}
		}
		for _, a := range n.Attr {
			switch {
			case a.Key == "id":
				ids[a.Val]++
			case a.Key == "aria-labelledby" && n.Data != "svg":
				refs = append(refs, a.Val)
			case strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "href" || a.Key == "style":
				t.Errorf("<%s> has %s", n.Data, a.Key)
			case a.Key == "fill" && strings.HasPrefix(a.Val, "url("):
				refs = append(refs, strings.TrimSuffix(strings.TrimPrefix(a.Val, "url(#"), ")"))
			}
		}
	}
	for id, n := range ids {
		if n != 1 {
			t.Errorf("%d elements have the id %q", n, id)
		}
	}
	for _, ref := range refs {
		if ids[ref] == 0 {
			t.Errorf("nothing has the id %q that is referred to", ref)
		}
	}
	if images != 2 {
		t.Errorf("%d plots, want 2", images)
	}
	for _, want := range []string{"94.1\u00a0%", "a detail", "only in one", "in neither", "3,827", `lang="en"`, `name="viewport"`, "@media print"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, never := range []string{"http:", "https:", "@import", "<script", "NaN", "ZgotmplZ"} {
		if strings.Contains(text, never) {
			t.Errorf("the page has %q", never)
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// No line is broken between a number and its sign, and in print none after a heading.
func TestUnbroken(t *testing.T) {
	p := &report.Page{Title: "T", Lead: []string{strings.Repeat("word ", 14) + "< 0.1 % (0-4) and 99.9 % and 3 % 4 %."}}
	p.Section("S", report.List{"12 % of"}, report.Text("13 % of"), &report.Table{
		Caption: "14 % of", Columns: []report.Column{{Title: "15 %"}, {Title: "16 %"}}, Rows: []report.Row{{Cells: []string{"17 %", "18 %"}, Note: "19 % of 2020-03-01 (93.9-94.3)"}},
	})
	text := render(t, p)
	if strings.Contains(text[strings.Index(text, "</style>"):], " %") {
		t.Error("HTML in which a number and its sign can be parted")
	}
	for _, want := range []string{"&lt;\u00a00.1\u00a0%", "3\u00a0% 4\u00a0%.", `<span class="w">2020-03-01</span> <span class="w">(93.9-94.3)</span>`, "h2, caption, thead, tr.noted { break-after: avoid; }"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for width := 40; width < 130; width++ {
		text := p.Text(width)
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "%") || strings.HasSuffix(line, "<") {
				t.Fatalf("width %d: a number and its sign are parted:\n%s", width, text)
			}
		}
		if strings.ContainsAny(text, "\x00\u00a0") {
			t.Fatalf("width %d: the text has characters that are no spaces", width)
		}
	}
}

// A table that is somewhat too wide keeps its columns side by side.
func TestFoldedTable(t *testing.T) {
	p := &report.Page{Title: "T"}
	p.Section("S", &report.Table{
		Columns: []report.Column{{Title: "File"}, {Title: "Rows, key in no other", Number: true}, {Title: "of rows with the key", Number: true}, {Title: "Key"}},
		Rows:    []report.Row{{Cells: []string{"A  a-name-that-is-long-enough.csv", "123,456", "94.1 % (93.9-94.3)", "name, birth year and ZIP code"}}},
	})
	text := p.Text(78)
	if !regexp.MustCompile(`(?m)^  File .* Key$`).MatchString(text) || !regexp.MustCompile(`(?m) 123,456 +94\.1 % \(93\.9-94\.3\)  name,`).MatchString(text) {
		t.Errorf("the key stands apart:\n%s", text)
	}
}

// What does not fit together is an error, not a page that is wrong.
func TestErrors(t *testing.T) {
	for name, b := range map[string]report.Block{
		"a cell too few":  &report.Table{Columns: []report.Column{{Title: "a"}, {Title: "b"}}, Rows: []report.Row{{Cells: []string{"1"}}}},
		"a label too few": &report.Matrix{Labels: []string{"A"}, Shares: [][]float64{{1, 1}, {1, 1}}},
		"a Y too few":     &report.Curve{X: []float64{1, 2}, Y: []float64{1}},
		"no curve at all": &report.Curve{},
	} {
		p := &report.Page{}
		p.Section("s", b)
		if err := p.HTML(&bytes.Buffer{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// The text keeps to its width, whatever is in its tables; the details and the plots
// are not in it.
func TestText(t *testing.T) {
	p := page()
	wide := &report.Table{Columns: []report.Column{{Title: "of the rows of"}}}
	cells := []string{"A  file.csv"}
	for range 20 {
		wide.Columns, cells = append(wide.Columns, report.Column{Title: "in X", Number: true}), append(cells, "99.9 %")
	}
	wide.Rows = []report.Row{{Cells: cells, Note: "a note"}}
	p.Section("Wide", wide)
	for _, width := range []int{40, 78, 200} {
		text := p.Text(width)
		for line := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%d characters in a line of %d: %q", n, width, line)
			}
		}
		if strings.Count(text, "99.9 %") != 20 || strings.Count(text, "a note") != 1 {
			t.Errorf("width %d: a table that is cut lost cells, or its note stands more than once:\n%s", width, text)
		}
		if strings.Contains(text, "a detail") || strings.Contains(text, "PLOTS") {
			t.Errorf("width %d: the text has details or the heading of a plot", width)
		}
	}
}

func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{
		0: "0 %", 1: "100 %", 0.941: "94.1 %", 0.9999: "> 99.9 %", 0.0001: "< 0.1 %", 0.0005: "0.1 %", 0.999: "99.9 %", 0.5: "50.0 %",
	} {
		if got := report.Percent(share); got != want {
			t.Errorf("%v: %q, want %q", share, got, want)
		}
	}
}
