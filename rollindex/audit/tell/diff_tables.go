package tell

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcheck/rollindex/audit/diff"
	"rollcheck/rollindex/report"
)

func (d *difference) files() *report.Table {
	t := &report.Table{Columns: []report.Column{{Title: "File"}, {Title: "Rows", Number: true}, {Title: "Columns", Number: true}, {Title: "Data of"}, {Title: "Layout"}}}
	for i, f := range d.Files {
		of := "not given"
		if f.AsOf.Year != 0 {
			of = f.AsOf.String()
		}
		t.Rows = append(t.Rows, report.Row{Cells: []string{[2]string{d.old, d.new}[i], report.Number(f.Read()), strconv.Itoa(len(f.Columns)), of, strings.Join(f.Layouts, ", ")}})
	}
	return t
}

func (d *difference) columns() *report.Table {
	t := &report.Table{Columns: []report.Column{{Title: "Column"}, {Title: "What it holds"}, {Title: "Change"}}}
	for i := range d.Columns {
		c := &d.Columns[i]
		holds := c.Role.Title()
		if holds == "" {
			holds = "not known"
		}
		t.Rows = append(t.Rows, report.Row{Cells: []string{c.Column, holds, string(c.Change)}, Note: ChangeText(c)})
	}
	return t
}

// groups tells the rows of counties or statuses, at most so many: those in which the
// largest share came or went.
func (d *difference) groups(title, nameless string, all []diff.Group, most int) *report.Table {
	t := &report.Table{
		Columns: []report.Column{{Title: title}, {Title: "Old rows", Number: true}, {Title: "New", Number: true}, {Title: "Added", Number: true}, {Title: "Gone", Number: true}, {Title: "Changed", Number: true}},
	}
	share := func(n int64, g *diff.Group) float64 {
		return float64(n) / float64(max(g.Rows[diff.Old], g.Rows[diff.New], 1))
	}
	shown := slices.Clone(all)
	if len(all) > most {
		slices.SortStableFunc(shown, func(a, b diff.Group) int {
			return cmp.Compare(share(b.Added+b.Removed, &b), share(a.Added+a.Removed, &a))
		})
		shown = shown[:most]
		t.Caption = "Those in which the largest share was added or is gone"
	}
	whole := 0.0
	for i := range shown {
		g := &shown[i]
		whole = max(whole, share(g.Added+g.Removed+g.Changed, g))
	}
	whole, said := wholeBar(whole)
	t.Legend = []report.Key{{Pattern: report.Solid, Means: "added"}, {Pattern: report.Hatched, Means: "gone"}, {Pattern: report.Dotted, Means: "changed; " + said}}
	for i := range shown {
		g := &shown[i]
		t.Rows = append(t.Rows, report.Row{
			Cells: []string{cmp.Or(g.Name, nameless), report.Number(g.Rows[diff.Old]), report.Number(g.Rows[diff.New]), report.Number(g.Added), report.Number(g.Removed), report.Number(g.Changed)},
			Bar: []report.Part{
				{Share: share(g.Added, g) / whole, Pattern: report.Solid}, {Share: share(g.Removed, g) / whole, Pattern: report.Hatched}, {Share: share(g.Changed, g) / whole, Pattern: report.Dotted},
			},
		})
	}
	return t
}

// wholeBar returns the share of rows that the length of a bar stands for, of bars of which
// the longest is of the share high, and says it. It is 10 % where that is enough, so that
// reports look alike, and else so much that no bar is cut off: its last part would be lost.
func wholeBar(high float64) (float64, string) {
	percent := max(10, math.Ceil(100*high-1e-9))
	return percent / 100, fmt.Sprintf("a whole bar is %.0f %% of rows", percent)
}

func (d *difference) flips() *report.Table {
	const most = 12
	t := &report.Table{Columns: []report.Column{{Title: "Status"}, {Title: "became"}, {Title: "Rows", Number: true}}}
	for _, f := range d.Flips[:min(len(d.Flips), most)] {
		t.Rows = append(t.Rows, report.Row{Cells: []string{cmp.Or(f.From, "none, or of few rows"), cmp.Or(f.To, "none, or of few rows"), report.Number(f.Rows)}})
	}
	return t
}

func (d *difference) fields() *report.Table {
	t := &report.Table{
		Columns: []report.Column{{Title: "Field"}, {Title: "Changed", Number: true}, {Title: "of rows in both", Number: true}},
	}
	high := 0.0
	for _, f := range d.Fields {
		high = max(high, float64(f.Changed)/float64(max(f.Of, 1)))
	}
	whole, said := wholeBar(high)
	t.Legend = []report.Key{{Pattern: report.Solid, Means: "changed; " + said}}
	for _, f := range d.Fields {
		t.Rows = append(t.Rows, report.Row{
			Cells: []string{fieldTitle(f.Field), report.Number(f.Changed), percentOf(f.Changed, f.Of)},
			Bar:   []report.Part{{Share: float64(f.Changed) / float64(max(f.Of, 1)) / whole, Pattern: report.Solid}},
		})
	}
	return t
}

// everyColumn tells how full each column was and is, and how many values it has.
func (d *difference) everyColumn() *report.Table {
	t := &report.Table{
		Columns: []report.Column{{Title: "Column of " + d.new}, {Title: "Filled before", Number: true}, {Title: "now", Number: true}, {Title: "Values before", Number: true}, {Title: "now", Number: true}},
		Legend:  []report.Key{{Pattern: report.Solid, Means: "rows with a value in " + d.new}},
	}
	for _, c := range d.Files[diff.New].Columns {
		cells := []string{c.Name, "-", report.Percent(c.Fill()), "-", distinctWords(c)}
		if was := d.Files[diff.Old].Paired(c); was != nil {
			cells[1], cells[3] = report.Percent(was.Fill()), distinctWords(was)
		}
		t.Rows = append(t.Rows, report.Row{Cells: cells, Bar: []report.Part{{Share: c.Fill(), Pattern: report.Solid}}})
	}
	return t
}

func distinctWords(c *diff.Column) string {
	if c.Exact || c.Distinct == 0 {
		return report.Number(c.Distinct)
	}
	return "about " + report.Number(c.Distinct)
}

// countyPlots draws how far counties lie from each other in rows added and gone.
func (d *difference) countyPlots() (plots []report.Block) {
	for _, p := range []struct {
		what, title string
		part        func(g *diff.Group) (part, of int64)
	}{
		{diff.WhatAdded, "Rows added, as a share of the new rows of a county", func(g *diff.Group) (int64, int64) { return g.Added, g.Rows[diff.New] }},
		{diff.WhatRemoved, "Rows gone, as a share of the old rows of a county", func(g *diff.Group) (int64, int64) { return g.Removed, g.Rows[diff.Old] }},
	} {
		if c := d.countyPlot(p.what, p.title, p.part); c != nil {
			plots = append(plots, c)
		}
	}
	return plots
}

func (d *difference) countyPlot(what, title string, part func(g *diff.Group) (part, of int64)) report.Block {
	type county struct {
		name string
		rate float64
	}
	var all []county
	for i := range d.Counties {
		if n, of := part(&d.Counties[i]); of > 0 && d.Counties[i].Name != "" {
			all = append(all, county{d.Counties[i].Name, float64(n) / float64(of)})
		}
	}
	if len(all) < diff.LeastCounties {
		return nil
	}
	slices.SortFunc(all, func(a, b county) int { return cmp.Or(cmp.Compare(a.rate, b.rate), cmp.Compare(a.name, b.name)) })
	c := &report.Curve{Title: title + ", from the least to the most", Desc: "Each point of the line is a county. The numbers are in the table that follows; counties whose rate is unusual have their name.", YTitle: "share of rows"}
	for i, o := range all {
		c.X, c.Y = append(c.X, float64(i+1)), append(c.Y, o.rate)
		if slices.ContainsFunc(d.Unusual, func(u diff.Unusual) bool { return u.What == what && u.County == o.name }) && len(c.Marks) < 6 {
			c.Marks = append(c.Marks, report.Mark{X: float64(i + 1), Y: o.rate, Name: o.name})
		}
	}
	c.XTicks = []report.Tick{{At: 1, Name: "1"}, {At: float64(len(all)), Name: report.Number(int64(len(all))) + " counties"}}
	c.YTicks = shareTicks(all[len(all)-1].rate)
	return c
}

// shareTicks marks an axis of shares from none to at least the highest.
func shareTicks(high float64) (ticks []report.Tick) {
	step := niceStep(max(high, 0.001))
	for i := 0; i <= 5; i++ {
		at := step * float64(i)
		ticks = append(ticks, report.Tick{At: at, Name: report.Percent(at)})
		if i > 0 && at >= high {
			break
		}
	}
	return ticks
}

// niceStep returns the least of 1, 2, 5, 10 ... by powers of ten of which five make
// at least so much.
func niceStep(high float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(high/5)))
	for _, n := range []float64{1, 2, 5} {
		if 5*n*power >= high {
			return n * power
		}
	}
	return 10 * power
}

// days draws when those added registered.
func (d *difference) days() report.Block {
	if len(d.Days) < 3 {
		return nil
	}
	c := &report.Curve{Title: "Rows added, by the day they registered", Desc: "Days that are unusual have their date.", YTitle: "rows added"}
	high := 0.0
	for i, day := range d.Days {
		at, n := dayPlace(day), float64(day.Rows)
		if i > 0 { // days without any, of which the first and last draw the line down
			if before := c.X[len(c.X)-1]; at > before+oneDay {
				c.X, c.Y = append(c.X, before+oneDay, at-oneDay), append(c.Y, 0, 0)
			}
		}
		c.X, c.Y, high = append(c.X, at), append(c.Y, n), max(high, n)
		if slices.ContainsFunc(d.Unusual, func(u diff.Unusual) bool { return u.What == diff.WhatRegistered && u.County == "" && u.Day == day.Day }) && len(c.Marks) < 6 {
			c.Marks = append(c.Marks, report.Mark{X: at, Y: n, Name: day.Day.String()})
		}
	}
	first, last := d.Days[0], d.Days[len(d.Days)-1]
	c.XTicks = []report.Tick{{At: dayPlace(first), Name: first.Day.String()}, {At: dayPlace(last), Name: last.Day.String()}}
	step := niceStep(max(high, 5))
	for i := 0; i <= 5; i++ {
		c.YTicks = append(c.YTicks, report.Tick{At: step * float64(i), Name: report.Number(int64(step) * int64(i))})
		if i > 0 && step*float64(i) >= high {
			break
		}
	}
	return c
}

const oneDay = 24 * 60 * 60

func dayPlace(d diff.Day) float64 {
	return float64(time.Date(int(d.Day.Year), time.Month(d.Day.Month), int(d.Day.Day), 0, 0, 0, 0, time.UTC).Unix())
}

func (d *difference) sources() *report.Table {
	t := &report.Table{Columns: []report.Column{{Title: "File"}, {Title: "Bytes", Number: true}}}
	for i, f := range d.Files {
		for _, s := range f.Sources {
			t.Rows = append(t.Rows, report.Row{Cells: []string{[2]string{d.old, d.new}[i], report.Number(s.Bytes)}, Note: "SHA-256 " + s.SHA256})
		}
	}
	return t
}

// DiffCSV writes the numbers of a comparison of two releases as one table (RFC 4180),
// whose cells no spreadsheet takes for a formula:
//
//	table     column | rows | county | status | flip | field | day | unusual
//	name      of the column, county, status, field or day; what is unusual
//	detail    of a column what changed; of a flip the new status; of what is unusual
//	          the county
//	old, new  shares or counts of the column; rows of the county or status; of what is
//	          unusual the least and most that is usual
//	added, removed, changed  rows; of a flip, field, day, or of what is unusual, the
//	          rows are under changed or added
func DiffCSV(w io.Writer, res *diff.Result) error {
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	g := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	t := report.NewCSV(w, "table", "name", "detail", "old", "new", "added", "removed", "changed")
	for i := range res.Columns {
		d := &res.Columns[i]
		t.Row("column", d.Column, strings.TrimSpace(string(d.Change)+" "+d.Was+d.What), g(d.Old), g(d.New), "", "", "")
	}
	t.Row("rows", "", "", n(res.Files[diff.Old].Read()), n(res.Files[diff.New].Read()), n(res.Counts.Added), n(res.Counts.Removed), n(res.Counts.Changed))
	for i, groups := range [][]diff.Group{res.Counties, res.Statuses} {
		for _, o := range groups {
			t.Row([]string{"county", "status"}[i], o.Name, "", n(o.Rows[diff.Old]), n(o.Rows[diff.New]), n(o.Added), n(o.Removed), n(o.Changed))
		}
	}
	for _, f := range res.Flips {
		t.Row("flip", f.From, f.To, "", "", "", "", n(f.Rows))
	}
	for _, f := range res.Fields {
		t.Row("field", f.Field.String(), "", n(f.Of), n(f.Of), "", "", n(f.Changed))
	}
	for _, d := range res.Days {
		t.Row("day", d.Day.String(), "", "", "", n(d.Rows), "", "")
	}
	for _, u := range res.Unusual {
		t.Row("unusual", u.What, u.County, g(u.Low), g(u.High), "", "", n(u.Rows))
	}
	return t.Done()
}
