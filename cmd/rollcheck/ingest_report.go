package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/ingest"
	"rollcheck/rollindex/voterfile"
)

// reportIngest says what was read, what was not and why, and what the dataset
// is now. It names files, columns, counts and line numbers, never a value.
func (p *program) reportIngest(asJSON bool, res *ingest.Result, took time.Duration) error {
	if asJSON {
		return p.reportIngestJSON(res, took)
	}
	w := p.stdout
	info := &res.Info
	for _, m := range res.Members {
		if m.LeftOut != "" {
			fmt.Fprintf(w, "left out: %s: %s%s\n", m.Name, m.LeftOut, map[bool]string{true: mayHold}[m.Unread])
			continue
		}
		fmt.Fprintf(w, "read:     %s as %s (%s)\n", m.Name, m.Match.Layout.ID, strings.Join(m.Match.Evidence, "; "))
	}
	rate := float64(info.Rows) / took.Seconds()
	fmt.Fprintf(w, "rows:     %s read in %s (%s a second), %s indexed under %s tags\n",
		group(info.Rows), took.Round(10*time.Millisecond), group(int64(rate)), group(info.Indexed), group(info.Tags))
	if info.Keyless > 0 {
		fmt.Fprintf(w, "          %s carry nothing anyone could be matched by (%s)\n", group(info.Keyless), percent(info.Keyless, info.Rows))
	}
	if n := info.Withheld[hashing.Confidential]; n > 0 {
		fmt.Fprintf(w, "left out: %s of voters who are protected (%s)\n", rows(n), percent(n, info.Rows))
	}
	if n := info.Withheld[hashing.Suppressed]; n > 0 {
		fmt.Fprintf(w, "left out: %s of people who asked for it (%s)\n", rows(n), percent(n, info.Rows))
	}
	if res.Resumed > 0 {
		fmt.Fprintf(w, "resumed:  %s keys had been evaluated by an earlier run\n", group(res.Resumed))
	}
	for _, s := range res.Skips {
		share := ""
		if 100*s.Rows > info.Rows {
			share = ", " + percent(s.Rows, info.Rows) + " of all"
		}
		fmt.Fprintf(w, "skipped:  %s%s: %s (%s)\n", rows(s.Rows), share, s.Why, lines(&s))
		if said := joined(res); said != "" && s.Reason == voterfile.FieldCount.String() {
			fmt.Fprintf(w, "note:     %s\n", said)
		}
	}
	if 20*res.Unborn > res.OfBirths {
		fmt.Fprintf(w, "note:     %s (%s) without a birth date or year that is possible on the day of the data", rows(res.Unborn), percent(res.Unborn, res.OfBirths))
		if info.AsOf != "" {
			fmt.Fprintf(w, "; is --as-of %s right, and is the column of birth dates another one?", info.AsOf)
		}
		fmt.Fprintln(w)
	}
	if s := &res.Impossible; s.Rows > 0 {
		have := map[bool]string{true: "has", false: "have"}[s.Rows == 1]
		fmt.Fprintf(w, "note:     %s (%s) %s %s (%s)\n", rows(s.Rows), percent(s.Rows, info.Rows), have, s.Why, lines(s))
	}
	if info.JanuaryFirst == "degraded" {
		fmt.Fprintln(w, "note:     1 January stands far too often as a birth date here; such dates only count as their year")
	}
	for _, part := range parts(info) {
		fmt.Fprintf(w, "note:     %s\n", part)
	}
	p.reportDoubts(res.Doubts)
	p.reportContrary(res.Contrary)
	fmt.Fprintf(w, "columns:  %s\n", titles(info.Columns))
	if said := unknownColumns(info); said != "" {
		fmt.Fprintf(w, "note:     %s: what is said of this dataset leaves them out; a layout of your own can say what they hold\n", said)
	}
	for _, s := range info.Sources {
		fmt.Fprintf(w, "source:   sha256 %s, %s bytes\n", s.SHA256, group(s.Bytes))
	}
	fmt.Fprintf(w, "dataset:  %s, generation %d, digest %s\n", info.ID, info.Generation, info.Digest)
	fmt.Fprintf(w, "people are told: %s%s\n", exposure.Title(info), sayMore(info))
	fmt.Fprintln(w, "next:     \"rollcheck check\" asks for a person's details and looks them up")
	return nil
}

// joined says of rows with another number of fields that another file may stand behind the
// first, where they are more than slips of the pen; else "". Rows that are broken here and
// there stand singly: those of another file are most of such rows, or many, in one stretch.
func joined(res *ingest.Result) string {
	const few, many = 5, 100
	of := res.Info.Skipped[voterfile.FieldCount.String()]
	if 100*of <= res.Info.Rows || len(res.Ragged) == 0 {
		return ""
	}
	longest := slices.MaxFunc(res.Ragged, func(a, b ingest.Ragged) int { return cmp.Compare(a.Rows, b.Rows) })
	unit := "line"
	if longest.Row > 0 {
		unit = "row"
	}
	if longest.Rows >= many || longest.Rows >= few && 2*longest.Rows > of {
		return fmt.Sprintf("from %s %d of %s on %s rows have another number of fields: another file may have been joined there: split it, before the names of columns if they stand above that line, and ingest both parts",
			unit, max(longest.Line.Line, longest.Row), longest.Member, group(longest.Rows))
	}
	return "rows with another number of fields stand here and there: the file may have been damaged, or put together of several"
}

// unknownColumns names the columns of a dataset of which nothing is known; "" if there
// are none.
func unknownColumns(info *hashing.DatasetInfo) string {
	const most = 10
	names := info.Unknown
	switch n := len(names); {
	case n == 0:
		return ""
	case n == 1:
		return "1 column is of unknown content: " + names[0]
	case n > most+1:
		return fmt.Sprintf("%d columns are of unknown content: %s and %d more", n, strings.Join(names[:most], ", "), n-most)
	default:
		return fmt.Sprintf("%d columns are of unknown content: %s", n, strings.Join(names, ", "))
	}
}

// reportDoubts says what the files do not settle of how they were read, and what to
// do about it. Members of one layout have the same doubts: of many, a few are named.
func (p *program) reportDoubts(doubts []ingest.Doubt) {
	p.notes(len(doubts), func(i int) string { return fmt.Sprintf("%s: %s", doubts[i].Member, doubts[i]) })
	if slices.ContainsFunc(doubts, func(d ingest.Doubt) bool { return d.OfOthers() }) {
		fmt.Fprintf(p.stdout, "          (hold the line of somebody you know against it: if it has values of others, ingest another copy; until then nobody is told they are not in this dataset)\n")
	}
	if i := slices.IndexFunc(doubts, func(d ingest.Doubt) bool { return d.OfLayout() }); i >= 0 {
		fmt.Fprintf(p.stdout, "          %s\n", settle(doubts[i].Layout))
	}
}

// reportContrary says which rows speak against how the files were read.
func (p *program) reportContrary(rows []voterfile.Contrary) {
	p.notes(len(rows), func(i int) string { return fmt.Sprintf("%s: %s; read as they stand", rows[i].Member, rows[i]) })
}

// notes prints n notes of one sort, of many the first few.
func (p *program) notes(n int, note func(i int) string) {
	const most = 5
	for i := range min(n, most) {
		fmt.Fprintf(p.stdout, "note:     %s\n", note(i))
	}
	if n > most {
		fmt.Fprintf(p.stdout, "note:     and %s more like these (--json has all)\n", group(int64(n-most)))
	}
}

// settle says what to do about a doubt in how a file of a layout is read.
func settle(layout string) string {
	show := "layout " + layout
	if _, err := layouts.Get(layout); err == nil {
		show = fmt.Sprintf("\"rollcheck layouts show %s\"", layout)
	}
	return fmt.Sprintf("(hold the line of somebody you know against %s; where it is otherwise, correct the layout and ingest with --layout FILE)", show)
}

// mayHold is said of a member that was left out and counts.
const mayHold = " (it may hold people)"

// parts words what of its files a dataset lacks, and what follows of that.
func parts(info *hashing.DatasetInfo) (notes []string) {
	incomplete := func(what string) {
		notes = append(notes, what+", so that nobody is told they are not in this dataset")
	}
	switch n := info.Unread; {
	case n == 1:
		incomplete("1 member that may hold people was not read")
	case n > 1:
		incomplete(group(n) + " members that may hold people were not read")
	}
	if info.Skipped[hashing.CutShort] > 0 {
		incomplete("what is missing of a file that ends in the middle of a row was not read")
	}
	if n := info.Unchosen; n > 0 {
		notes = append(notes, fmt.Sprintf("the dataset is parts of its files: %s left out by --member", map[bool]string{true: "1 member", false: group(n) + " members"}[n == 1]))
	}
	return notes
}

// sayMore names the flags that would have told people more.
func sayMore(info *hashing.DatasetInfo) string {
	switch {
	case info.Title == "" && info.AsOf == "":
		return "  (--title, --as-of and --kind say more)"
	case info.Title == "":
		return "  (--title says more)"
	case info.AsOf == "":
		return "  (--as-of says more)"
	}
	return ""
}

func rows(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return group(n) + " rows"
}

func (p *program) reportIngestJSON(res *ingest.Result, took time.Duration) error {
	type member struct {
		Type     string   `json:"type"`
		Name     string   `json:"name"`
		Layout   string   `json:"layout,omitempty"`
		Evidence []string `json:"evidence,omitempty"`
		LeftOut  string   `json:"left_out,omitempty"`
		Unread   bool     `json:"unread,omitempty"` // it is left out and may hold people
	}
	j := p.jsonLines("ingest")
	for _, m := range res.Members {
		out := member{Type: "member", Name: m.Name, LeftOut: m.LeftOut, Unread: m.Unread}
		if m.LeftOut == "" {
			out.Layout, out.Evidence = m.Match.Layout.ID, m.Match.Evidence
		}
		j.write(out)
	}
	for _, d := range res.Doubts {
		j.write(doubtLine{Type: "doubt", Member: d.Member, About: d.Question.String(), Told: d.Told, Rows: d.Rows, Why: d.String()})
	}
	for _, c := range res.Contrary {
		j.write(newContraryLine("", c))
	}
	for _, s := range res.Skips {
		j.write(struct {
			Type string `json:"type"`
			ingest.Skip
		}{"skipped", s})
	}
	if res.Impossible.Rows > 0 {
		j.write(struct {
			Type string `json:"type"`
			ingest.Skip
		}{"noted", res.Impossible})
	}
	return j.done(fields{"dataset": res.Info, "told": exposure.Title(&res.Info), "seconds": took.Seconds(), "spilled_bytes": res.Spilled, "resumed": res.Resumed})
}

// contraryLine is, in JSON, how many rows speak against how they are read, and where the
// first of them stands.
type contraryLine struct {
	Type   string `json:"type"`
	File   string `json:"file,omitempty"` // where several are compared
	Member string `json:"member"`
	About  string `json:"about"`
	Rows   int64  `json:"rows"`
	Line   int64  `json:"line"`
	Singly bool   `json:"singly"` // here and there, as some rows of any file
	Why    string `json:"why"`
}

func newContraryLine(file string, c voterfile.Contrary) contraryLine {
	return contraryLine{"contrary", file, c.Member, c.Question.String(), c.Rows, c.Line, c.Singly, c.String()}
}

// doubtLine is a doubt in JSON: how many rows speak for how the file is read, of how
// many that were looked at.
type doubtLine struct {
	Type   string `json:"type"`
	Member string `json:"member"`
	About  string `json:"about"`
	Told   int64  `json:"told"`
	Rows   int64  `json:"rows"`
	Why    string `json:"why"`
}

func percent(n, of int64) string {
	if of == 0 {
		return "0 %"
	}
	if share := 100 * float64(n) / float64(of); share < 10 {
		return fmt.Sprintf("%.2g %%", share)
	}
	return fmt.Sprintf("%.0f %%", 100*float64(n)/float64(of))
}

// lines words where the first rows skipped for a reason stand.
func lines(s *ingest.Skip) string {
	var b strings.Builder
	member := ""
	for i, l := range s.First {
		switch {
		case l.Member != member:
			unit := "line"
			if l.Row > 0 {
				unit = "row"
			}
			fmt.Fprintf(&b, "%s%s %s %d", map[bool]string{true: "; "}[i > 0], l.Member, unit, max(l.Line, l.Row))
			member = l.Member
		default:
			fmt.Fprintf(&b, ", %d", max(l.Line, l.Row))
		}
	}
	if s.Rows > int64(len(s.First)) {
		b.WriteString(" ...")
	}
	return b.String()
}

// titles words the kinds of field that a list of names says.
func titles(names []string) string {
	var ts []string
	for _, n := range names {
		if k, ok := field.ParseKind(n); ok {
			ts = append(ts, k.Title())
		}
	}
	if len(ts) == 0 {
		return "none"
	}
	return strings.Join(ts, ", ")
}

// counts words a table of counts, "reason 3, other 4", leaving zeros out.
func counts(w io.Writer, label string, table map[string]int64) {
	sep := label
	for _, k := range slices.Sorted(maps.Keys(table)) {
		if table[k] > 0 {
			fmt.Fprintf(w, "%s%s %s", sep, k, group(table[k]))
			sep = ", "
		}
	}
	if sep != label {
		fmt.Fprintln(w)
	}
}
