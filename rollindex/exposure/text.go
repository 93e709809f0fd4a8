package exposure

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"rollcheck/hashing"
)

// NewText returns a handler that writes for people: a letter if one person was
// checked, else a line a person and a table of the datasets. It repeats nothing
// that a person said.
func NewText(w io.Writer) Handler {
	return &textHandler{w: bufio.NewWriter(w)}
}

type textHandler struct {
	w        *bufio.Writer
	datasets []*hashing.DatasetInfo
	tallies  []tally
	findings []Finding // of the person at hand
	one      *Answer   // the first person, until there is a second
	begun    bool      // something is written
}

// tally counts the people of a batch in one dataset.
type tally struct {
	found      [Strong + 1]int
	absent     int
	incomplete int
	whys       map[string]int
}

// Start implements [Handler].
func (h *textHandler) Start(s *Start) error {
	h.datasets = s.Datasets
	h.tallies = make([]tally, len(s.Datasets))
	return nil
}

// Finding implements [Handler].
func (h *textHandler) Finding(f *Finding) error {
	h.findings = append(h.findings, *f)
	return nil
}

// Person implements [Handler].
func (h *textHandler) Person(a *Answer) error {
	if a.Person == 1 {
		first := *a
		h.one = &first
		return nil
	}
	if h.one != nil {
		n := len(h.findings)
		for n > 0 && h.findings[n-1].Person == a.Person {
			n--
		}
		h.row(h.one, h.findings[:n])
		h.findings, h.one = h.findings[n:], nil
	}
	h.row(a, h.findings)
	h.findings = h.findings[:0]
	return nil
}

// Flush writes what is buffered; [Check] calls it after each block.
func (h *textHandler) Flush() error { return h.w.Flush() }

// Done implements [Handler].
func (h *textHandler) Done(s *Summary) error {
	if h.one != nil {
		h.letter(h.one)
	} else {
		h.table(s)
	}
	return h.w.Flush()
}

// row writes the line of one person of a batch and counts them.
func (h *textHandler) row(a *Answer, findings []Finding) {
	found := make([]string, 0, 4)
	for i := range findings {
		found = append(found, fmt.Sprintf("%s (%s)", findings[i].Dataset.ID, findings[i].Tier))
	}
	var open []string
	for i := range a.Datasets {
		d, t := &a.Datasets[i], &h.tallies[i]
		f := slices.IndexFunc(findings, func(f Finding) bool { return f.Dataset == d.Dataset })
		switch {
		case f >= 0:
			t.found[findings[f].Tier]++
		case d.State == Searched:
			t.absent++
		default:
			t.incomplete++
			if t.whys == nil {
				t.whys = make(map[string]int)
			}
			if t.whys[d.Why] > 0 || len(t.whys) < maxWhys {
				t.whys[d.Why]++
			}
			open = append(open, fmt.Sprintf("%s (%s)", d.Dataset.ID, d.State))
		}
	}
	fmt.Fprintf(h.w, "person %d: ", a.Person)
	switch {
	case len(found) > 0:
		h.w.WriteString("found in " + strings.Join(found, ", "))
		if len(open) > 0 {
			h.w.WriteString("; not searched whole: " + strings.Join(open, ", "))
		}
	case len(open) > 0:
		h.w.WriteString("cannot tell; not searched whole: " + strings.Join(open, ", "))
	default:
		h.w.WriteString("not found")
	}
	h.w.WriteByte('\n')
	for _, p := range a.Problems {
		fmt.Fprintf(h.w, "    %s\n", p.Error())
	}
}

// maxWhys bounds the reasons listed below the table, a dataset.
const maxWhys = 8

// table writes the counts of a batch by dataset.
func (h *textHandler) table(s *Summary) {
	width := len("dataset")
	for _, d := range h.datasets {
		width = max(width, len(d.ID))
	}
	h.begun = true
	fmt.Fprintf(h.w, "\n%-*s  %9s  %9s  %9s  %9s  %9s\n", width, "dataset", "strong", "likely", "possible", "not found", "no answer")
	for i, d := range h.datasets {
		t := &h.tallies[i]
		fmt.Fprintf(h.w, "%-*s  %9d  %9d  %9d  %9d  %9d\n", width, d.ID,
			t.found[Strong], t.found[Likely], t.found[Possible], t.absent, t.incomplete)
	}
	for i, d := range h.datasets {
		whys := h.tallies[i].whys
		reasons := slices.SortedFunc(func(yield func(string) bool) {
			for why := range whys {
				if !yield(why) {
					return
				}
			}
		}, func(a, b string) int { return cmp.Or(whys[b]-whys[a], strings.Compare(a, b)) })
		for _, why := range reasons {
			h.paragraph(fmt.Sprintf("%s, no answer for %s: %s.", d.ID, people(whys[why]), why))
		}
	}
	h.paragraph(fmt.Sprintf("%s checked: %d found, %d not found, %d without an answer because their search is incomplete.",
		people(s.People), s.Exposed, s.People-s.Exposed-s.Unsettled, s.Unsettled))
}

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

const (
	textWidth  = 78
	entryWidth = 14
)

func (h *textHandler) item(text string) { h.wrap("  - ", "    ", text) }

// entry writes a labelled line of a finding.
func (h *textHandler) entry(label, text string) {
	h.wrap(fmt.Sprintf("  %-*s", entryWidth-2, label), strings.Repeat(" ", entryWidth), text)
}

// paragraph writes an empty line, unless it is the first, and a text.
func (h *textHandler) paragraph(text string) {
	if h.begun {
		h.w.WriteByte('\n')
	}
	h.wrap("", "", text)
}

// wrap writes a text in lines of at most textWidth characters where words allow.
func (h *textHandler) wrap(first, indent, text string) {
	h.begun = true
	column := len(first)
	h.w.WriteString(first)
	for i, word := range strings.Fields(text) {
		n := len([]rune(word))
		switch {
		case i == 0:
		case column+1+n > textWidth:
			h.w.WriteString("\n" + indent)
			column = len(indent)
		default:
			h.w.WriteByte(' ')
			column++
		}
		h.w.WriteString(word)
		column += n
	}
	h.w.WriteByte('\n')
}
