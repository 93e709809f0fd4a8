package tell

import (
	"io"
	"strconv"
	"strings"

	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/report"
)

func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

func count(n int64) string { return strconv.FormatInt(n, 10) }

// ComparedCSV writes every number of a comparison as one table, a number a row:
//
//	table      contained | jaccard | agreement | only | column | repeated | alone
//	a, b       files; of contained and only, rows of a in terms of b
//	item       a key type, field or kind of column
//	count, of  what was counted, of how many
//	share      count / of
//	low, high  its 95 % interval
//	note       main for the key that a pair is told by; the verdict on a column
func ComparedCSV(w io.Writer, res *compare.Result) error {
	t := report.NewCSV(w, "table", "a", "b", "item", "count", "of", "share", "low", "high", "note")
	c := compared(res)
	put := func(name string, a, b int, item string, s compare.Share, note string) {
		other := ""
		if b >= 0 {
			other = c.labels[b]
		}
		t.Row(name, c.labels[a], other, item, count(s.Part), count(s.Of), number(s.Value()), number(s.Low), number(s.High), note)
	}
	for i := range c.Overlaps {
		o := &c.Overlaps[i]
		note := ""
		if isMain(res, o) {
			note = "main"
		}
		put("contained", o.A, o.B, o.Key.String(), o.AInB(), note)
		put("contained", o.B, o.A, o.Key.String(), o.BInA(), note)
		t.Row("jaccard", c.labels[o.A], c.labels[o.B], o.Key.String(), count(o.Common), count(o.KeysA+o.KeysB-o.Common), number(o.Jaccard()), "", "", note)
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		put("agreement", f.A, f.B, f.Field.String(), f.Agrees(), "")
		all := f.Same + f.Differs + f.OnlyA + f.OnlyB + f.Untold
		put("only", f.A, f.B, f.Field.String(), compare.NewShare(f.OnlyA, all), "")
		put("only", f.B, f.A, f.Field.String(), compare.NewShare(f.OnlyB, all), "")
	}
	for i, f := range c.Files {
		for _, col := range f.Columns {
			put("column", i, -1, col.Kind.String(), compare.NewShare(f.Kinds[col.Kind], f.Read()), string(col.Record))
		}
		for _, k := range hashing.KeyTypes() {
			if f.Keys[k] > 0 {
				put("repeated", i, -1, k.String(), compare.NewShare(c.Repeated[i][k], f.Keys[k]), "")
				put("alone", i, -1, k.String(), compare.NewShare(c.Alone[i][k], f.Keys[k]), "")
			}
		}
	}
	return t.Done()
}

func isMain(res *compare.Result, o *compare.Overlap) bool {
	for i := range res.Main {
		if m := &res.Main[i]; m.A == o.A && m.B == o.B && m.Key == o.Key {
			return true
		}
	}
	return false
}

// DatedCSV writes the numbers of a dating as one table:
//
//	table     snapshot | evidence | bound | curve
//	file, as_of  the snapshot; of evidence the earlier one; of a bound or the curve the day
//	to        of evidence, the day of the later one
//	item      of a snapshot present or agree; of evidence the trait that changed; of a
//	          bound not_before or not_after, and what it rests on
//	count, of rows in it, values that agree; rows with the newer value
//	share     count / of
//	loglik    log-likelihood less that of the best day
func DatedCSV(w io.Writer, d *compare.Dating) error {
	t := report.NewCSV(w, "table", "file", "as_of", "to", "item", "count", "of", "share", "loglik")
	g := dated(d)
	for i := range g.Snapshots {
		s := &g.Snapshots[i]
		t.Row("snapshot", g.labels[i], s.AsOf.String(), "", "present", count(s.Present), count(g.Rows), number(compare.NewShare(s.Present, g.Rows).Value()), number(s.LogLik))
		t.Row("snapshot", g.labels[i], s.AsOf.String(), "", "agree", count(s.Same), count(s.Of), number(s.Agree()), number(s.LogLik))
	}
	for _, e := range g.Evidence {
		all := compare.NewShare(e.Newer, e.Older+e.Newer)
		t.Row("evidence", g.labels[e.From], g.Snapshots[e.From].AsOf.String(), g.Snapshots[e.To].AsOf.String(), e.Trait.String(), count(e.Newer), count(all.Of), number(all.Value()), "")
	}
	for _, b := range g.Bounds {
		side := "not_before"
		if b.After {
			side = "not_after"
		}
		t.Row("bound", "", b.Day.String(), "", side+" "+b.Clue.String(), count(b.Rows), count(b.Of), number(compare.NewShare(b.Rows, b.Of).Value()), "")
	}
	for _, m := range g.Curve {
		t.Row("curve", "", m.Day.String(), "", "", "", "", "", number(m.LogLik))
	}
	return t.Done()
}

// CardsCSV writes the numbers of a comparison of cards as one table:
//
//	table     contained | jaccard | column
//	a, b      cards; of contained, people of a in terms of b
//	item      a key type or kind of column
//	count, of  keys found, of those drawn; blank for a column
//	share     count / of, blank if nothing was drawn; how full a column is, rounded
//	low, high  its 95 % interval
//	note      main for the key that the pair is told by, exact where nothing was drawn
func CardsCSV(w io.Writer, p *CardPair) error {
	t := report.NewCSV(w, "table", "a", "b", "item", "count", "of", "share", "low", "high", "note")
	a, b := p.labels()
	for i := range p.Overlaps {
		o := &p.Overlaps[i]
		var notes []string
		if o == p.Main() {
			notes = append(notes, "main")
		}
		if o.Exact {
			notes = append(notes, "exact")
		}
		put := func(name, a, b string, s compare.Share) {
			cells := []string{name, a, b, o.Key.String(), count(s.Part), count(s.Of), "", "", "", strings.Join(notes, " ")}
			if s.Of > 0 {
				cells[6], cells[7], cells[8] = number(s.Value()), number(s.Low), number(s.High)
			}
			t.Row(cells...)
		}
		put("contained", a, b, o.AInB)
		put("contained", b, a, o.BInA)
		put("jaccard", a, b, o.Jaccard)
	}
	for i, c := range []*compare.Card{p.A, p.B} {
		for _, col := range c.Columns {
			t.Row("column", []string{a, b}[i], "", col.Kind.String(), "", "", number(float64(col.Percent)/100), "", "", "")
		}
	}
	return t.Done()
}

// ScoredCSV writes a score as one table:
//
//	table     stratum | score
//	sheet     its name
//	item      of a stratum its name
//	rows      of the file, or of the part
//	drawn, checked, wrong  rows
//	rate      of wrong rows, blank if none was checked; of the score weighed by parts
//	low, high  its 95 % interval
func ScoredCSV(w io.Writer, s *compare.Score, sheet string) error {
	t := report.NewCSV(w, "table", "sheet", "item", "rows", "drawn", "checked", "wrong", "rate", "low", "high")
	label := Labels([]string{sheet})[0]
	put := func(name, item string, rows int64, drawn int, checked, wrong int64, rate, low, high float64) {
		cells := []string{name, label, item, count(rows), count(int64(drawn)), count(checked), count(wrong), "", "", ""}
		if checked > 0 {
			cells[7], cells[8], cells[9] = number(rate), number(low), number(high)
		}
		t.Row(cells...)
	}
	for i := range s.Strata {
		r := &s.Strata[i]
		put("stratum", stratumName(s.By, &r.Stratum), r.Rows, r.Drawn, r.Rate.Of, r.Rate.Part, r.Rate.Value(), r.Rate.Low, r.Rate.High)
	}
	put("score", "", s.Rows, s.Drawn, int64(s.Checked), int64(s.Wrong), s.Rate, s.Low, s.High)
	return t.Done()
}
