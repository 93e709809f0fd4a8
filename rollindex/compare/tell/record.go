package tell

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rollcheck/data/catalogue"
	"rollcheck/data/field"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/report"
)

// recordOf names the public record that a file's columns are held against:
// "Michigan on 1 September 2020".
func recordOf(f *compare.File) string {
	if f.AsOf.Year == 0 {
		return states(f)
	}
	return states(f) + " on " + day(f.AsOf)
}

// records says of each file how it stands to the public record; of those that hold
// nothing but what was public in one sentence, and of those of no known state. What
// goes beyond comes first, and then that nothing can be said.
func (c *comparison) records() (sentences []string) {
	var public, unknown, unsettled []string
	for i, f := range c.Files {
		said := Record(f, c.labels[i])
		if states(f) == "" {
			unknown = append(unknown, c.labels[i])
			continue
		} else if said == "" {
			continue
		}
		if !plainly(f) {
			if slices.ContainsFunc(f.Columns, func(col compare.Column) bool { return col.Record == compare.Beyond || col.Record == compare.Restricted }) {
				sentences = append(sentences, said)
			} else { // those with columns of unknown content among them
				unsettled = append(unsettled, said)
			}
			continue
		}
		public = append(public, c.labels[i]+" ("+recordOf(f)+")")
	}
	if len(unknown) > 0 {
		sentences = slices.Insert(sentences, min(len(sentences), 1), stateless(unknown))
	}
	sentences = append(sentences, unsettled...)
	switch {
	case len(public) > mostPairs:
		sentences = append(sentences, fmt.Sprintf("Every column of %d of the files is of a kind that was on the public record of their states.", len(public)))
	case len(public) > 0:
		sentences = append(sentences, "Every column is of a kind that was on the public record in "+list(public)+".")
	}
	return sentences
}

// plainly reports whether all of a file is known, was read, and was public.
func plainly(f *compare.File) bool {
	return len(f.Unknown) == 0 && f.Lost() == 0 && len(f.Unlooked()) == 0 && !slices.ContainsFunc(f.Columns, func(col compare.Column) bool { return col.Record != compare.Public })
}

// Records says of each file in a sentence how it stands to the public record; of one
// whose state is not known that it cannot be told, of one without columns "".
func Records(res *compare.Result) (sentences []string) {
	c := compared(res)
	for i, f := range c.Files {
		said := Record(f, c.labels[i])
		if states(f) == "" {
			said = stateless([]string{c.labels[i]})
		}
		sentences = append(sentences, said)
	}
	return sentences
}

func stateless(labels []string) string {
	if len(labels) == 1 {
		return fmt.Sprintf("Whether %s holds more than a public record cannot be told: its state is not known.", labels[0])
	}
	return fmt.Sprintf("Whether %s hold more than a public record cannot be told: their states are not known.", some(labels))
}

// Record says in a sentence how a file's columns stand to the public record of its
// state and date; "" of one whose state is not known.
func Record(f *compare.File, label string) string {
	if states(f) == "" || len(f.Columns) == 0 {
		return ""
	}
	of := func(v compare.Verdict) (cols []compare.Column) {
		for _, col := range f.Columns {
			if col.Record == v {
				cols = append(cols, col)
			}
		}
		return cols
	}
	part, end := "", ""
	if n := len(f.Unknown); n > 0 {
		end = fmt.Sprintf("; of %s of unknown content (%s) it cannot be told", report.Counted(int64(n), "other column", "other columns"), names(f.Unknown))
	}
	if said := notLooked(f.Unlooked()); said != "" {
		part, end = "what was read of ", end+"; "+said
	}
	if f.Lost() > 0 {
		part = "what could be read of "
	}
	end += "."
	if cols := of(compare.Beyond); len(cols) > 0 {
		return fmt.Sprintf("%s holds more than the public record of %s: %s%s", label, recordOf(f), columnList(cols, 6), end)
	}
	if cols := of(compare.Restricted); len(cols) > 0 {
		return fmt.Sprintf("%s holds what the public record of %s opens to some only: %s%s", label, recordOf(f), columnList(cols, 6), end)
	}
	if cols := of(compare.Unknown); len(cols) > 0 {
		return fmt.Sprintf("Nothing in %s%s is known to go beyond the public record of %s; of %s it is not settled%s", part, label, recordOf(f), columnTitles(cols), end)
	}
	every := "Every column"
	if len(f.Unknown) > 0 {
		every = "Every column that is known"
	}
	return fmt.Sprintf("%s of %s%s is of a kind that was on the public record of %s%s", every, part, label, recordOf(f), end)
}

// notLooked says in a clause that members were not looked at: "the hidden sheet Internal was
// not looked at"; "" of none.
func notLooked(members []compare.Member) string {
	if len(members) == 0 {
		return ""
	}
	return fmt.Sprintf("%s %s not looked at", partsOf(members), one(int64(len(members)), "was", "were"))
}

// partsOf names members, of many the first.
func partsOf(members []compare.Member) string {
	var parts []string
	for _, m := range members {
		parts = append(parts, m.Kept())
	}
	return some(parts)
}

// names joins names of columns, at most so many that a sentence can be read.
func names(all []string) string { return first(all, 10) }

// Unknown says of which columns of a file nothing is known; "" if there are none.
func Unknown(f *compare.File, label string) string {
	switch n := len(f.Unknown); n {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("1 column of %s is of unknown content: %s; whether it goes beyond the public record cannot be told.", label, f.Unknown[0])
	default:
		return fmt.Sprintf("%d columns of %s are of unknown content: %s; whether they go beyond the public record cannot be told.", n, label, names(f.Unknown))
	}
}

func columnTitles(cols []compare.Column) string {
	var words []string
	for _, col := range cols {
		words = append(words, col.Kind.Title())
	}
	return list(words)
}

// patterns show the verdicts without colour.
var patterns = map[compare.Verdict]report.Pattern{
	compare.Beyond: report.Solid, compare.Restricted: report.Hatched, compare.Unknown: report.Dotted, compare.Public: report.Shaded,
}

// verdictWords are the verdicts in tables.
var verdictWords = map[compare.Verdict]string{
	compare.Beyond: "BEYOND", compare.Restricted: "restricted", compare.Unknown: "unknown", compare.Public: "public",
}

// columns sets the columns of all files side by side, and says below what is not
// plainly public and why.
func (c *comparison) columns() []report.Block {
	t := &report.Table{Caption: "How full each column is, and whether it was on the public record", Columns: []report.Column{{Title: "Column"}}}
	for i := range c.Files {
		t.Columns = append(t.Columns, report.Column{Title: letter(i)})
	}
	var whys report.List
	for _, k := range field.Kinds() {
		cells, some := []string{k.Title()}, false
		for i, f := range c.Files {
			at := slices.IndexFunc(f.Columns, func(col compare.Column) bool { return col.Kind == k })
			if at < 0 {
				cells = append(cells, "-")
				continue
			}
			col := &f.Columns[at]
			some = true
			cells = append(cells, filled(col.Filled)+" "+verdictWords[col.Record])
			if words := Why(f, col); words != "" && states(f) != "" {
				whys = append(whys, letter(i)+", "+k.Title()+": "+words)
			}
		}
		if some {
			t.Rows = append(t.Rows, report.Row{Cells: cells})
		}
	}
	blocks := []report.Block{t}
	if l := c.unknown(); len(l) > 0 {
		blocks = append(blocks, report.List(l))
	}
	if len(whys) > 0 {
		blocks = append(blocks, whys)
	}
	return append(blocks, report.Text("BEYOND: the state gives it to nobody. Restricted: to named recipients only. Unknown: no good source settles it, which is not to say that it is closed. \"rollcheck public-record STATE\" lists the sources."))
}

// unknown says of which columns of the files nothing is known.
func (c *comparison) unknown() (all []string) {
	for i, f := range c.Files {
		if said := Unknown(f, c.labels[i]); said != "" {
			all = append(all, said)
		}
	}
	return all
}

// strips shows how full the columns of each file are.
func (c *comparison) strips() (blocks []report.Block) {
	for i, f := range c.Files {
		blocks = append(blocks, columnTable(f, letter(i)+"  "+c.labels[i]))
	}
	return blocks
}

// columnTable tells the columns of a file, how full they are, and whether they were
// public.
func columnTable(f *compare.File, name string) *report.Table {
	caption := name
	if states(f) != "" {
		caption += ", held against the public record of " + recordOf(f)
	}
	t := &report.Table{Caption: caption, Columns: []report.Column{{Title: "Column"}, {Title: "filled", Number: true}, {Title: "public record"}}}
	used := map[compare.Verdict]bool{}
	for _, col := range f.Columns {
		used[col.Record] = true
		t.Rows = append(t.Rows, report.Row{
			Cells: []string{col.Kind.Title(), filled(col.Filled), verdictWords[col.Record]},
			Bar:   []report.Part{{Share: col.Filled, Pattern: patterns[col.Record]}},
		})
	}
	for _, v := range []compare.Verdict{compare.Beyond, compare.Restricted, compare.Unknown, compare.Public} {
		if used[v] {
			t.Legend = append(t.Legend, report.Key{Pattern: patterns[v], Means: "filled, " + string(v)})
		}
	}
	return t
}

// Why says what the verdict on a column of a file rests on; of what is plainly
// public, "".
func Why(f *compare.File, col *compare.Column) string {
	if col.Record == compare.Public {
		return ""
	}
	if len(f.Jurisdictions) != 1 {
		return col.Why
	}
	return cmp.Or(whyOf(f.Jurisdictions[0], f, col.Kind), col.Why)
}

func whyOf(jurisdiction string, f *compare.File, k field.Kind) string {
	date, _ := catalogue.ParseDate(f.AsOf.String())
	a := catalogue.Status(jurisdiction, date, k)
	switch {
	case !a.Settled() && a.Status != catalogue.Unknown:
		return fmt.Sprintf("it seems to be %s, but no good source says so", a.Status)
	case !a.Settled():
		return a.Why
	case a.Status == catalogue.Restricted:
		return "open to: " + cmp.Or(a.Who, "named recipients")
	case a.Why != "":
		return a.Why + " (" + string(a.Confidence) + " confidence)"
	}
	return fmt.Sprintf("%s does not give it out (%s confidence)", catalogue.JurisdictionName(jurisdiction), a.Confidence)
}

// citations names the sources of what is not plainly public, by state and day.
func (c *comparison) citations() (all report.List) {
	for _, f := range c.Files {
		if len(f.Jurisdictions) != 1 {
			continue
		}
		date, _ := catalogue.ParseDate(f.AsOf.String())
		for _, col := range f.Columns {
			a := catalogue.Status(f.Jurisdictions[0], date, col.Kind)
			if col.Record == compare.Public || len(a.Sources) == 0 {
				continue
			}
			said := fmt.Sprintf("%s, %s: %s", recordOf(f), col.Kind.Title(), strings.Join(a.Sources, " "))
			if !slices.Contains(all, said) {
				all = append(all, said)
			}
		}
	}
	return all
}
