package exposure

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"rollcheck/data/advice"
	"rollcheck/hashing"
)

// NewText returns a handler that writes for people: a letter if one person was
// checked, else a line a person and a table of the datasets. It repeats nothing
// that a person said but their id.
//
// What to do next is said in lang, all else in English.
func NewText(w io.Writer, lang advice.Lang) Handler {
	return &textHandler{w: bufio.NewWriter(w), lang: lang}
}

type textHandler struct {
	w        *bufio.Writer
	lang     advice.Lang
	datasets []*hashing.DatasetInfo
	tallies  []tally
	findings []Finding // of the person at hand
	one      *Answer   // the first person, until there is a second
	begun    bool      // something is written
	server   *Server

	falseHits float64   // of all people
	retry     time.Time // the last time to ask again, of those whose check a budget ended
}

// tally counts the people of a batch in one dataset.
type tally struct {
	found      [Strong + 1]int
	absent     int
	incomplete int
	elsewhere  int // whatever the answer: people of other states than the dataset's
	whys       map[string]int
}

// Start implements [Handler].
func (h *textHandler) Start(s *Start) error {
	h.datasets, h.server = s.Datasets, s.Server
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

// Cut writes what is known when the input ends in the middle.
func (h *textHandler) Cut() error {
	if h.one != nil {
		h.row(h.one, h.findings)
	}
	return h.w.Flush()
}

// row writes the line of one person of a batch and counts them.
func (h *textHandler) row(a *Answer, findings []Finding) {
	h.falseHits += a.FalseHits
	if a.Retry.After(h.retry) {
		h.retry = a.Retry
	}
	var found, possibly, open []string
	for i := range findings {
		if f := &findings[i]; f.Tier == Possible {
			possibly = append(possibly, f.Dataset.ID)
		} else {
			found = append(found, fmt.Sprintf("%s (%s)", f.Dataset.ID, f.Tier))
		}
	}
	for i := range a.Datasets {
		d, t := &a.Datasets[i], &h.tallies[i]
		f := slices.IndexFunc(findings, func(f Finding) bool { return f.Dataset == d.Dataset })
		if elsewhere(d.Dataset, a.States) {
			t.elsewhere++
		}
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
			open = append(open, fmt.Sprintf("%s (%s)", d.Dataset.ID, stateTitles[d.State]))
		}
	}
	h.label(a)
	h.outcome(a, found, possibly, open)
	for _, problems := range [...][]FieldError{a.Problems, a.Notes} {
		for _, p := range problems {
			fmt.Fprintf(h.w, "    %s\n", p.Error())
		}
	}
}

// stateTitles are the states of a search as people read them.
var stateTitles = [...]string{"unknown", "searched", "too few details", "not searched whole", "damaged"}

// outcome writes the answer to one person of a batch.
func (h *textHandler) outcome(a *Answer, found, possibly, open []string) {
	sep := ": "
	list := func(what string, datasets []string) {
		for i, d := range datasets {
			if i == 0 {
				h.w.WriteString(sep + what)
			} else {
				h.w.WriteString(", ")
			}
			h.w.WriteString(d)
			sep = "; "
		}
	}
	list("found in ", found)
	list("possibly in ", possibly)
	switch {
	case a.Unread:
		h.w.WriteString(": cannot tell: " + h.unread(a))
	case a.Exposed:
		list("no answer from ", open)
	case len(open) > 0:
		list("cannot tell: ", open)
	default:
		h.w.WriteString(": not found")
	}
	h.w.WriteByte('\n')
}

// unread says why a person was not asked for.
func (h *textHandler) unread(a *Answer) string {
	if h.server != nil && a.Problems[len(a.Problems)-1].Field == fieldNames[fieldState] {
		return "no state given"
	}
	return "could not be read"
}

// label names a person of a batch: by the id that was given, or the line, or
// the number.
func (h *textHandler) label(a *Answer) {
	switch {
	case a.ID != "":
		h.w.WriteString("id " + printable(a.ID))
	case a.Line > 0:
		fmt.Fprintf(h.w, "line %d", a.Line)
	default:
		fmt.Fprintf(h.w, "person %d", a.Person)
	}
}

// printable makes a text from the input fit to be shown on a terminal.
func printable(s string) string {
	const most = 64
	var b strings.Builder
	for n, r := range []rune(s) {
		if n == most {
			return b.String() + "..."
		}
		if !unicode.IsPrint(r) {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
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
		fmt.Fprintf(h.w, "%-*s  %9s  %9s  %9s  %9s  %9s\n", width, d.ID,
			group(t.found[Strong]), group(t.found[Likely]), group(t.found[Possible]), group(t.absent), group(t.incomplete))
	}
	h.legend()
	if !h.retry.IsZero() {
		h.paragraph(budgetEnded(h.retry))
	}
	for i, d := range h.datasets {
		whys := h.tallies[i].whys
		reasons := slices.SortedFunc(maps.Keys(whys), func(a, b string) int { return cmp.Or(whys[b]-whys[a], strings.Compare(a, b)) })
		for _, why := range reasons {
			h.paragraph(fmt.Sprintf("%s, no answer for %s: %s.", d.ID, people(whys[why]), why))
		}
		if n := h.tallies[i].elsewhere; n > 0 {
			h.paragraph(fmt.Sprintf("%s holds %s only; %s of another state.", d.ID, covers(d), has(n, "person is", "people are")))
		}
	}
	if slices.ContainsFunc(h.tallies, func(t tally) bool { return t.absent > 0 }) {
		h.paragraph(notFoundMeans)
	}
	if h.server != nil && len(s.Jurisdictions) > 0 {
		h.paragraph("Searched were for each person the records of the states given for them, of " + sentence(stateTitlesOf(s.Jurisdictions)) +
			" in all, and those that name no state. Of who is protected or asked to be left out, \"not found\" says nothing.")
	}
	if h.falseHits > 0 {
		h.paragraph(falseFindings(h.falseHits))
	}
	h.paragraph(people(s.People) + " checked: " + total(s) + ".")
}

// falseFindings puts the expected number of false findings of a batch into words.
func falseFindings(n float64) string {
	const why = "a filter says \"found\" of what it does not hold once in 65,536 looks"
	if n < 0.95 {
		return fmt.Sprintf("The chance that any of these findings has no record behind it is about 1 in %s: %s.", group(about(1/n)), why)
	}
	return fmt.Sprintf("About %s of all findings %s expected to have no record behind them: %s.",
		group(about(n)), map[bool]string{true: "is", false: "are"}[about(n) == 1], why)
}

var tierMeanings = [...]string{
	Strong:   "almost certainly the person: the record agrees in details that hardly any two people share",
	Likely:   "very likely the person: the same name and birth date, or name, year of birth and ZIP code",
	Possible: "the person or a namesake: the same name and ZIP code, or a middle initial or a birth date that does not fit",
}

// legend says what the tiers mean that occur.
func (h *textHandler) legend() {
	first := true
	for tier := Strong; tier >= Possible; tier-- {
		if !slices.ContainsFunc(h.tallies, func(t tally) bool { return t.found[tier] > 0 }) {
			continue
		}
		if first {
			h.w.WriteByte('\n')
			first = false
		}
		h.entry(tier.String(), tierMeanings[tier])
	}
}

// total words the counts of a batch, leaving out what nobody is.
func total(s *Summary) string {
	var parts []string
	for _, c := range []struct {
		people int
		are    string
	}{
		{s.Strong + s.Likely, "found"}, {s.Possible, "possibly found"}, {s.NotFound(), "not found"},
		{s.Unsettled, "without an answer because their search is incomplete"},
	} {
		if c.people > 0 {
			parts = append(parts, group(c.people)+" "+c.are)
		}
	}
	return strings.Join(parts, ", ")
}

func people(n int) string { return has(n, "person", "people") }

// group writes a number with its thousands apart.
func group(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
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
	h.w.WriteString(advice.Fold(first, indent, text, textWidth))
}
