package tell

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/report"
)

// dating is a dating with the names of its files.
type dating struct {
	*compare.Dating
	labels []string // of the snapshots
	leak   string
}

func dated(d *compare.Dating) *dating {
	paths := []string{d.Leak.Path}
	for _, f := range d.Files {
		paths = append(paths, f.Path)
	}
	labels := Labels(paths)
	return &dating{d, labels[1:], labels[0]}
}

// Dated returns the page of a dating. program names what made it.
func Dated(d *compare.Dating, program string) *report.Page {
	g := dated(d)
	page := &report.Page{Title: "When the data of " + g.leak + " was taken", Lead: []string{g.verdict()}, Foot: "Made by " + program + "."}
	if s := g.bounds(); len(s) > 0 {
		page.Section("What the leak itself rules out", report.List(s))
	}
	page.Section("The snapshots", g.snapshots())
	if c := g.curve(); c != nil {
		page.Section("How well each day fits", c)
	}
	if t := g.evidence(); len(t.Rows) > 0 {
		page.Section("The evidence", report.Text("For what changed between one snapshot and the next: how many rows of "+g.leak+" still have the older value, and how many have the newer. Each can be checked by hand."), t)
	}
	page.Section("What to keep in mind", report.List(DateCaveats(d)))
	files, labels := append([]*compare.File{d.Leak}, d.Files...), append([]string{g.leak}, g.labels...)
	table := &report.Table{Columns: []report.Column{{Title: "File"}, {Title: "Rows", Number: true}, {Title: "Data of"}, {Title: "State"}, {Title: "Layout"}}}
	for i, f := range files {
		table.Rows = append(table.Rows, fileRow(labels[i], f, "no "+tiers[g.Key].words))
	}
	page.Section("The files", table).Detail = true
	page.Section("How it was done", report.List(g.method())).Detail = true
	page.Section("The bytes that were read", sourceTable(files, labels)).Detail = true
	return page
}

// Verdict returns the sentence that a dating comes to.
func Verdict(d *compare.Dating) string { return dated(d).verdict() }

func (g *dating) verdict() string {
	switch g.Verdict {
	case compare.AtSnapshot:
		best := fmt.Sprintf("%s (%s)", day(g.Snapshots[g.Best].AsOf), g.labels[g.Best])
		if !g.narrow() {
			return fmt.Sprintf("The data of %s is consistent with %s; of the snapshots given, that of %s fits best.", g.leak, g.copied(), best)
		}
		also := ""
		if g.From != g.To {
			also = ", and with any day " + span(g.From, g.To, "from", "to")
		}
		return fmt.Sprintf("The data of %s is consistent with the snapshot of %s%s (95 %% interval).", g.leak, best, also)
	case compare.Between:
		return fmt.Sprintf("The data of %s is consistent with %s; it fits none of the snapshots themselves.", g.leak, g.copied())
	case compare.OtherSource:
		return fmt.Sprintf("%s is not consistent with the source of these snapshots: %s.", g.leak, g.Why)
	}
	return fmt.Sprintf("When the data of %s was taken cannot be told: %s.", g.leak, g.Why)
}

// narrow reports whether the interval is closed and has no day that is nearer to
// another snapshot than to the best: then the snapshot may be quoted for it.
func (g *dating) narrow() bool {
	if g.From.Year == 0 || g.To.Year == 0 {
		return false
	}
	best := dayNumber(g.Snapshots[g.Best].AsOf)
	for i := range g.Snapshots {
		half := (best + dayNumber(g.Snapshots[i].AsOf)) / 2
		if i < g.Best && dayNumber(g.From) < half || i > g.Best && dayNumber(g.To) > half {
			return false
		}
	}
	return true
}

// copied words the interval as that of a copy.
func (g *dating) copied() string {
	open := hashing.Date{}
	switch {
	case g.From == open && g.To == open:
		return "a copy taken on any day"
	case g.From == open:
		return "a copy taken on " + day(g.To) + " or before (95 % interval; no snapshot is earlier)"
	case g.To == open:
		return "a copy taken on " + day(g.From) + " or later (95 % interval; no snapshot is later)"
	case g.From == g.To:
		return "a copy taken on " + day(g.From) + " (95 % interval)"
	}
	return "a copy taken " + span(g.From, g.To, "between", "and") + " (95 % interval)"
}

// span words two days, with the month and the year once if they are one: "between 2 July and 26
// September 2020".
func span(from, to hashing.Date, between, and string) string {
	first := day(from)
	if from.Year == to.Year {
		first = strings.TrimSuffix(first, fmt.Sprintf(" %d", from.Year))
		if from.Month == to.Month {
			first = strconv.Itoa(int(from.Day))
		}
	}
	return between + " " + first + " " + and + " " + day(to)
}

// bounds words what each bound rests on.
func (g *dating) bounds() (all []string) {
	for i := range g.Bounds {
		all = append(all, BoundText(&g.Bounds[i]))
	}
	return all
}

// BoundText returns the sentence of a bound.
func BoundText(b *compare.Bound) string {
	said := "It was not taken before " + day(b.Day)
	if b.After {
		said = "It was not taken after " + day(b.Day)
	}
	rows := fmt.Sprintf("%s of %s", report.Number(b.Rows), report.Counted(b.Of, "row", "rows"))
	return map[compare.Clue]string{
		compare.Registered: said + ": " + rows + " were registered on that day or later.",
		compare.VotedOn:    said + ": " + rows + " have a vote of that day or later.",
		compare.Numbered:   said + ": " + rows + " have a higher voter id than the snapshot of that day, and new voters get higher ones.",
		compare.Aged:       said + ": " + rows + " have an age and a birth date that fit each other on the days that are left only.",
		compare.Left:       said + ": " + rows + " are of people who are in an earlier snapshot, and not in that one or any later.",
	}[b.Clue]
}

func (g *dating) snapshots() *report.Table {
	t := &report.Table{Columns: []report.Column{{Title: "Snapshot"}, {Title: "Data of"}, {Title: "leak's rows in it", Number: true}, {Title: "values agree", Number: true}, {Title: "log-lik.", Number: true}}}
	for i := range g.Snapshots {
		s := &g.Snapshots[i]
		agree := "-"
		if s.Of > 0 {
			agree = fmt.Sprintf("%.2f %%", 100*s.Agree())
		}
		name := g.labels[i]
		if i == g.Best {
			name += " *"
		}
		t.Rows = append(t.Rows, report.Row{Cells: []string{name, s.AsOf.String(), shareText(compare.NewShare(s.Present, g.Rows)), agree, fmt.Sprintf("%.1f", s.LogLik)}})
	}
	if g.Best >= 0 {
		t.Rows[g.Best].Note = "* the best of the snapshots, of those that the leak itself does not rule out if there are any; the higher the log-likelihood (log-lik.), the better the fit"
	}
	return t
}

// mostTicks is how many days stand beside each other under a plot.
const mostTicks = 5

func (g *dating) curve() *report.Curve {
	if len(g.Curve) < 2 {
		return nil
	}
	c := &report.Curve{
		Title:  "Log-likelihood of each day, less that of the best. Shaded: the 95 % interval. Circles: the snapshots.",
		Desc:   g.verdict() + " The values at the snapshots are in the table before.",
		YTitle: "units below the best (logarithmic)",
		// A curve of many rows falls by thousands; its top is what counts.
		Scale: func(v float64) float64 { return -math.Log10(1 - v) },
	}
	least := 0.0
	for _, m := range g.Curve {
		c.X, c.Y = append(c.X, dayNumber(m.Day)), append(c.Y, m.LogLik)
		least = min(least, m.LogLik)
	}
	c.YTicks = []report.Tick{{At: 0, Name: "0"}, {At: -1.92, Name: "1.92", Rule: true}}
	for v := -10.0; v > least; v *= 10 {
		c.YTicks = append(c.YTicks, report.Tick{At: v, Name: report.Number(int64(-v))})
	}
	first, last := g.Snapshots[0].AsOf, g.Snapshots[len(g.Snapshots)-1].AsOf
	if g.Verdict == compare.AtSnapshot || g.Verdict == compare.Between {
		c.From, c.To = dayNumber(first), dayNumber(last)
		if g.From.Year != 0 {
			c.From = dayNumber(g.From)
		}
		if g.To.Year != 0 {
			c.To = dayNumber(g.To)
		}
	}
	for i := range g.Snapshots {
		s := &g.Snapshots[i]
		m := report.Mark{X: dayNumber(s.AsOf), Y: s.LogLik}
		if i == g.Best && g.Verdict == compare.AtSnapshot {
			m.Name = s.AsOf.String()
		}
		c.Marks = append(c.Marks, m)
	}
	for i := 0; i < len(g.Snapshots); i += 1 + (len(g.Snapshots)-1)/(mostTicks-1) {
		d := g.Snapshots[i].AsOf
		c.XTicks = append(c.XTicks, report.Tick{At: dayNumber(d), Name: d.String()})
	}
	return c
}

var traitWords = map[compare.Trait]string{
	compare.OnRoll: "being on the roll", compare.Residence: "residence", compare.PartyOf: "party", compare.StatusOf: "status",
	compare.MailingOf: "mailing address", compare.PhoneOf: "telephone number", compare.EmailOf: "e-mail address", compare.Voted: "last vote",
}

func (g *dating) evidence() *report.Table {
	t := &report.Table{
		Columns: []report.Column{{Title: "Between"}, {Title: "what changed"}, {Title: "older", Number: true}, {Title: "newer", Number: true}, {Title: "newer, share", Number: true}},
		Legend:  []report.Key{{Pattern: report.Hatched, Means: "still the older value"}, {Pattern: report.Solid, Means: "the newer value"}},
	}
	for from := range g.Snapshots {
		for _, e := range g.Evidence {
			if e.From != from {
				continue
			}
			newer := compare.NewShare(e.Newer, e.Older+e.Newer).Value()
			t.Rows = append(t.Rows, report.Row{
				Cells: []string{g.Snapshots[e.From].AsOf.String() + " and " + g.Snapshots[e.To].AsOf.String(), traitWords[e.Trait], report.Number(e.Older), report.Number(e.Newer), report.Percent(newer)},
				Bar:   []report.Part{{Share: 1 - newer, Pattern: report.Hatched}, {Share: newer, Pattern: report.Solid}},
			})
		}
	}
	return t
}

// DateCaveats returns what a reader of a dating has to keep in mind.
func DateCaveats(d *compare.Dating) (all []string) {
	g := dated(d)
	all = append(all, fmt.Sprintf("%s of %s were looked for in the snapshots by %s; %s of them are in one at least.", report.Counted(g.Rows, "row", "rows"), g.leak, tiers[g.Key].words, report.Number(g.Known)))
	keyless := "no " + tiers[g.Key].words
	all = append(all, fileCaveats(append([]*compare.File{g.Leak}, g.Files...), append([]string{g.leak}, g.labels...), keyless)...)
	if said := g.Leak.AsOf; said.Year != 0 && (g.Verdict == compare.AtSnapshot || g.Verdict == compare.Between) {
		how := "is consistent with"
		if g.From.Year != 0 && dayNumber(said) < dayNumber(g.From) || g.To.Year != 0 && dayNumber(said) > dayNumber(g.To) {
			how = "speaks against"
		}
		all = append(all, fmt.Sprintf("%s is said to be of %s, which the evidence %s.", g.leak, day(said), how))
	}
	if (g.Verdict == compare.AtSnapshot || g.Verdict == compare.Between) && g.From.Year != 0 && g.From == g.NotBefore && g.From != g.To {
		all = append(all, fmt.Sprintf("The interval begins on %s because of what is in the leak, not of what changed: the latest registration, vote, id or age in it. Where such come every day, the day it was taken lies rather near that beginning.", day(g.From)))
	}
	most := int64(0)
	for i := range g.Snapshots {
		most = max(most, g.Snapshots[i].Present)
	}
	for i := range g.Snapshots {
		if s := &g.Snapshots[i]; 2*s.Present < most {
			all = append(all, fmt.Sprintf("%s has %s of the rows of %s, another snapshot %s: it seems to be of another source, not whole, or of another time altogether. Try without it.", g.labels[i], report.Number(s.Present), g.leak, report.Number(most)))
		}
	}
	if len(g.Snapshots) == 1 {
		all = append(all, "One snapshot shows whether the rows are of its source, not when they were taken: give one of before and one of after.")
	}
	return append(all,
		"The interval counts chance alone. It assumes that the snapshots are whole, that their days are right, and that the leak is one copy of their source.",
		"A day is consistent with the evidence; that does not show who made the copy.")
}

func (g *dating) method() []string {
	return []string{
		"A row of the leak agrees, or not, with each snapshot in each trait: being on the roll, residence, party, status, mailing address, telephone, e-mail, last vote. What changed between two snapshots dates the leak: taken at the share u of the time between them, it has the newer value with probability u.",
		"What the leak itself rules out is left out of the interval, unless what changed speaks against all that is left: then it is not told. A slip of the pen in one row of ten thousand, and in one of few, rules nothing out.",
		"The share of wrong values is estimated for each trait. The interval holds the days within 1.92 units of log-likelihood of the best (half the 95 % quantile of chi-squared with one degree of freedom; Wilks 1938). The estimate in the JSON lines is the best day or, where several fit alike, the one in their midst.",
		"Values are compared in canonical form (version " + hashing.Version + "), keys exactly. All rows were counted; nothing was sampled, so there is no seed.",
		"The same files give the same report with any number of jobs and any memory.",
	}
}
