// Package tell puts what audits of releases found into words that can be quoted, and
// into pages ([report.Page]) and tables for spreadsheets.
//
// [Diffed] tells a comparison of two releases, and [DiffCSV] holds its numbers. Nothing
// here holds a person's value: only counts, columns, counties, codes that many share,
// days, and numbers of lines.
package tell

import (
	"fmt"
	"strings"

	"rollcheck/rollindex/audit/diff"
	compared "rollcheck/rollindex/compare/tell"
	"rollcheck/rollindex/report"
)

// difference is a result with the names of its files.
type difference struct {
	*diff.Result
	old, new string
}

func differing(res *diff.Result) *difference {
	labels := compared.Labels([]string{res.Files[diff.Old].Path, res.Files[diff.New].Path})
	return &difference{res, labels[0], labels[1]}
}

// Diffed returns the page of two releases that were compared. program names what made
// it.
func Diffed(res *diff.Result, program string) *report.Page {
	d := differing(res)
	page := &report.Page{Title: "From " + d.old + " to " + d.new, Lead: d.lead(), Foot: "Made by " + program + "."}
	page.Section("The files", d.files())
	if all := Odd(res); len(all) > 0 {
		page.Section("What is unusual", firstOf(all, mostSaid))
		if len(all) > mostSaid {
			page.Section("All that is unusual", report.List(all)).Detail = true
		}
	}
	if t := d.columns(); len(t.Rows) > 0 {
		page.Section("Columns that differ", t)
	}
	if !res.Same() {
		d.rows(page)
	}
	page.Section("What to keep in mind", report.List(DiffCaveats(res)))
	page.Section("The columns, one by one", d.everyColumn()).Detail = true
	page.Section("How it was done", report.List(d.method())).Detail = true
	page.Section("The bytes that were read", d.sources()).Detail = true
	return page
}

// rows adds the sections on rows.
func (d *difference) rows(page *report.Page) {
	if len(d.Counties) > 1 {
		if plots := d.countyPlots(); plots != nil {
			page.Section("How counties differ", plots...)
		}
		page.Section("Rows by county", d.groups("County", "no county, or few rows", d.Counties, mostGroups))
		if len(d.Counties) > mostGroups {
			page.Section("Rows by county, all of them", d.groups("County", "no county, or few rows", d.Counties, len(d.Counties))).Detail = true
		}
	}
	if len(d.Statuses) > 1 {
		page.Section("Rows by status", d.groups("Status", "no status, or few rows", d.Statuses, mostGroups))
	}
	if t := d.flips(); len(t.Rows) > 0 {
		page.Section("Statuses that changed", t)
	}
	if t := d.fields(); len(t.Rows) > 0 {
		page.Section("What changed in rows that both have", t)
	}
	if c := d.days(); c != nil {
		page.Section("When those added registered", c)
	}
}

const (
	mostSaid   = 12 // sentences on what is unusual in the text of a page
	mostGroups = 12 // counties in it
)

// DiffHeadlines returns the sentences that a comparison comes to.
func DiffHeadlines(res *diff.Result) []string { return differing(res).lead() }

func (d *difference) lead() []string {
	if d.Same() {
		return []string{fmt.Sprintf("No differences: %s has the columns of %s and its %s, each as it was.", d.new, d.old, report.Counted(d.Files[diff.Old].Read(), "row", "rows"))}
	}
	lead := []string{d.rowsSaid(), d.columnsSaid()}
	if s := d.idsSaid(); s != "" {
		lead = append(lead, s)
	}
	odd := Odd(d.Result)
	switch {
	case len(odd) > 3:
		lead = append(lead, fmt.Sprintf("%s unusual; they are listed below.", report.Counted(int64(len(odd)), "thing is", "things are")))
	case len(odd) > 0:
		lead = append(lead, odd...)
	default:
		lead = append(lead, "Nothing is unusual: no county, day or address is far from the others.")
	}
	return lead
}

func (d *difference) rowsSaid() string {
	a, b, c := d.Files[diff.Old], d.Files[diff.New], &d.Counts
	said := fmt.Sprintf("%s has %s, %s %s: %s added (%s), %s gone (%s), and of the %s in both %s changed (%s).",
		d.new, report.Counted(b.Read(), "row", "rows"), d.old, report.Number(a.Read()),
		report.Counted(c.Added, "was", "were"), percentOf(c.Added, b.Read()), report.Counted(c.Removed, "is", "are"), percentOf(c.Removed, a.Read()),
		report.Number(c.Matched), report.Number(c.Changed), percentOf(c.Changed, c.Matched))
	if c.Writing > 0 {
		said += fmt.Sprintf(" %s only in other columns or in how values are written.", report.Counted(c.Writing, "more differs", "more differ"))
	}
	return said
}

func (d *difference) columnsSaid() string {
	by := map[diff.Change][]string{}
	var held []string
	for _, c := range d.Columns {
		by[c.Change] = append(by[c.Change], c.Column)
		switch c.Change {
		case diff.Gone, diff.Come, diff.Renamed, diff.Moved:
		default:
			if len(held) == 0 || held[len(held)-1] != c.Column {
				held = append(held, c.Column)
			}
		}
	}
	var parts []string
	for _, p := range []struct {
		names []string
		what  string
	}{{by[diff.Gone], "gone"}, {by[diff.Come], "new"}, {by[diff.Renamed], "renamed"}, {by[diff.Moved], "elsewhere in the order"}, {held, "filled or written otherwise"}} {
		if n := len(p.names); n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s (%s)", report.Number(int64(n)), p.what, few(p.names)))
		}
	}
	if len(parts) == 0 {
		return "The columns are the same, and hold what they held."
	}
	return "Of the columns, " + strings.Join(parts, "; ") + "."
}

func (d *difference) idsSaid() string {
	var parts []string
	if d.Reused > 0 {
		parts = append(parts, fmt.Sprintf("%s of another person in %s, by name and birth date", report.Counted(d.Reused, "voter id is that", "voter ids are those"), d.new))
	}
	if d.Renumbered > 0 {
		parts = append(parts, report.Counted(d.Renumbered, "person has", "people have")+" another voter id")
	}
	if n := d.Files[diff.New].Repeated; n > d.Files[diff.Old].Repeated {
		parts = append(parts, fmt.Sprintf("%s the voter id of a row before, %s in %s", report.Counted(n, "row has", "rows have"), report.Number(d.Files[diff.Old].Repeated), d.old))
	}
	if len(parts) == 0 {
		return ""
	}
	s := strings.Join(parts, "; ") + "."
	return strings.ToUpper(s[:1]) + s[1:]
}
