package tell

import (
	"fmt"
	"slices"
	"strconv"

	"rollcheck/rollindex/audit/risk"
	"rollcheck/rollindex/report"
)

// RiskLead says in sentences that can be quoted what a release lets others link.
func RiskLead(res *risk.Result) (lead []string) {
	known := res.Whole
	if triple := risk.Sex | risk.Birth | risk.ZIP5; res.Set(triple) != nil {
		known = triple
	}
	s := res.Set(known)
	if s == nil || s.Rows == 0 {
		return []string{"The file has no column of sex, birth, ZIP code, precinct, race or party: nothing was measured of what it lets others link."}
	}
	lead = append(lead, fmt.Sprintf(
		"The file names people: whoever knows the %s of somebody in it finds one row, theirs, in %s of cases. A list that has these and no names can be given names by it.",
		knownIn(res, known), report.Percent(s.Unique())))
	for _, d := range s.Diversity {
		lead = append(lead, fmt.Sprintf("It tells them the %s of %s of the people: nobody alike in the other columns has another.", d.Of, report.Percent(riskShare(d.Told, s.Rows))))
	}
	if known != res.Whole {
		whole := res.Set(res.Whole)
		lead = append(lead, fmt.Sprintf("By all of %s, %s of the rows are alone; the smallest class has %s.", knownIn(res, res.Whole), report.Percent(whole.Unique()), rowCount(whole.Smallest)))
	}
	if s := res.Set(risk.Phone); s != nil && s.Sizes[0] > 0 {
		lead = append(lead, fmt.Sprintf("%s of the rows have a phone number that no other row has, by which they can be linked to any list of phone numbers.", report.Percent(riskShare(s.Sizes[0], res.Rows))))
	}
	return lead
}

// OnlyYears reports whether the births of a file are years: a date tells nobody from
// anybody whom the year does not tell apart.
func OnlyYears(res *risk.Result) bool {
	years := false
	for i := range res.Sets {
		a := res.Sets[i].Attributes
		if !a.Has(risk.Birth) {
			continue
		}
		if s := res.Set(a&^risk.Birth | risk.BirthYear); s != nil {
			if years = s.Classes == res.Sets[i].Classes; !years {
				return false
			}
		}
	}
	return years
}

// knownIn says what somebody knows, of births what the file has.
func knownIn(res *risk.Result, a risk.Attributes) string {
	if a.Has(risk.Birth) && OnlyYears(res) {
		a = a&^risk.Birth | risk.BirthYear
	}
	return a.String()
}

// RiskSections adds to a page what bears the sentences out.
func RiskSections(page *report.Page, res *risk.Result) {
	if len(res.Sets) == 0 || res.Rows == 0 {
		return
	}
	page.Section("What somebody finds who knows", riskSets(res), report.Text(riskContext))
	if t := riskDiversity(res); len(t.Rows) > 0 {
		page.Section("What they learn without finding the row", t, report.Text("Fewest values: the l of distinct l-diversity. As even as: the l of entropy l-diversity, so many equally frequent values would leave as much in doubt. "+
			"Told: share of the rows whose class has one value."))
	}
	page.Section("What each column adds", riskContributions(res))
	if t := riskChanges(res); len(t.Rows) > 0 {
		page.Section("What would change", t)
	}
	switch {
	case res.TooMany.Has(risk.Precinct):
		page.Section("Precincts", report.Text("The column of precincts has more values than any state has precincts. They are not named."))
	case len(res.Worst) > 0:
		page.Section("Precincts where most are alone", riskPlaces(res))
	}
}

// riskContext says what the shares are to be held against. Sources: L. Sweeney,
// "Simple demographics often identify people uniquely", Carnegie Mellon University,
// Data Privacy Working Paper 3, 2000; P. Golle, "Revisiting the uniqueness of simple
// demographics in the US population", Workshop on Privacy in the Electronic Society,
// 2006.
const riskContext = "A row is alone if no other row agrees with it in all that is known. Of all people in the United States, 87 % were estimated to be alone in sex, birth date and ZIP code " +
	"by the census of 1990 (Sweeney 2000), 63 % by that of 2000 (Golle 2006). A roll holds fewer people than live there, so more of them are alone in it; " +
	"and somebody who is not on it can be taken for somebody who is."

func riskSets(res *risk.Result) *report.Table {
	t := &report.Table{
		Caption: "Rows by the size of the class they are in",
		Columns: []report.Column{{Title: "Known"}},
		Legend:  []report.Key{{Pattern: report.Solid, Means: "alone"}, {Pattern: report.Hatched, Means: "2 to 4 rows"}, {Pattern: report.Dotted, Means: "5 to 9"}, {Pattern: report.Blank, Means: "10 and more"}},
	}
	for _, title := range []string{"alone", "2-4", "5-9", "10+", "smallest"} {
		t.Columns = append(t.Columns, report.Column{Title: title, Number: true})
	}
	years := OnlyYears(res)
	for i := range res.Sets {
		s := &res.Sets[i]
		if s.Rows == 0 || years && s.Attributes.Has(risk.BirthYear) { // said already, as what the file has
			continue
		}
		row := report.Row{Cells: []string{knownIn(res, s.Attributes)}}
		for j, pattern := range []report.Pattern{report.Solid, report.Hatched, report.Dotted, report.Blank} {
			share := riskShare(s.Sizes[j], s.Rows)
			row.Cells = append(row.Cells, report.Percent(share))
			row.Bar = append(row.Bar, report.Part{Share: share, Pattern: pattern})
		}
		row.Cells = append(row.Cells, report.Number(s.Smallest))
		if s.Attributes == risk.Phone {
			row.Note = fmt.Sprintf("Of the %s rows that have one.", report.Number(s.Rows))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func riskDiversity(res *risk.Result) *report.Table {
	t := &report.Table{Caption: "Values of another column in the classes", Columns: []report.Column{
		{Title: "Known"}, {Title: "learnt"}, {Title: "fewest values", Number: true}, {Title: "as even as", Number: true}, {Title: "told", Number: true},
	}}
	years := OnlyYears(res)
	for i := range res.Sets {
		s := &res.Sets[i]
		if years && s.Attributes.Has(risk.BirthYear) {
			continue
		}
		for _, d := range s.Diversity {
			t.Rows = append(t.Rows, report.Row{Cells: []string{
				knownIn(res, s.Attributes), d.Of.String(), report.Number(d.Distinct), strconv.FormatFloat(d.Entropy, 'f', 2, 64), report.Percent(riskShare(d.Told, s.Rows)),
			}})
		}
	}
	return t
}

func riskContributions(res *risk.Result) *report.Table {
	t := &report.Table{Caption: "Rows alone in " + knownIn(res, res.Whole), Columns: []report.Column{{Title: "Column"}, {Title: "with it", Number: true}, {Title: "without it", Number: true}}}
	for _, c := range res.Contributions() {
		t.Rows = append(t.Rows, report.Row{
			Cells: []string{knownIn(res, c.Of), report.Percent(c.With), report.Percent(c.Without)},
			Bar:   []report.Part{{Share: c.Without, Pattern: report.Solid}, {Share: max(c.With-c.Without, 0), Pattern: report.Hatched}},
		})
	}
	t.Legend = []report.Key{{Pattern: report.Solid, Means: "alone without it too"}, {Pattern: report.Hatched, Means: "alone by it"}}
	return t
}

func riskChanges(res *risk.Result) *report.Table {
	t := &report.Table{Caption: "Rows alone, if the file had", Columns: []report.Column{{Title: "Change"}, {Title: "known"}, {Title: "now", Number: true}, {Title: "then", Number: true}}}
	for _, c := range RiskChanges(res) {
		t.Rows = append(t.Rows, report.Row{Cells: []string{c.What, knownIn(res, c.Of), report.Percent(c.Before), report.Percent(c.After)}})
	}
	return t
}

// RiskChanges returns what would change, but for years in place of dates where there
// are only years.
func RiskChanges(res *risk.Result) []risk.Change {
	all := res.WhatIf()
	if OnlyYears(res) {
		all = slices.DeleteFunc(all, func(c risk.Change) bool { return c.What == "year of birth in place of the date" || c.What == "both" })
	}
	return all
}

func riskPlaces(res *risk.Result) *report.Table {
	t := &report.Table{
		Caption: fmt.Sprintf("Of precincts of %d rows and more: rows alone in %s", risk.LeastPlace, knownIn(res, res.Whole)),
		Columns: []report.Column{{Title: "County"}, {Title: "precinct"}, {Title: "rows", Number: true}, {Title: "alone", Number: true}},
	}
	for _, p := range res.Worst {
		t.Rows = append(t.Rows, report.Row{Cells: []string{riskDash(p.County), p.Precinct, report.Number(p.Rows), report.Percent(riskShare(p.Unique, p.Rows))}})
	}
	if !slices.ContainsFunc(res.Worst, func(p risk.Place) bool { return p.County != "" }) { // a table's rows are headed by what they are of
		t.Columns = t.Columns[1:]
		t.Columns[0].Title = "Precinct"
		for i := range t.Rows {
			t.Rows[i].Cells = t.Rows[i].Cells[1:]
		}
	}
	return t
}

func riskDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func rowCount(n int64) string { return report.Counted(n, "row", "rows") }

func riskShare(n, of int64) float64 {
	if of <= 0 {
		return 0
	}
	return float64(n) / float64(of)
}
