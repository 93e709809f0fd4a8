package tell

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
)

// table writes CSV (RFC 4180) whose cells no spreadsheet takes for a formula: names
// of files come from strangers.
type table struct{ w *csv.Writer }

func newTable(w io.Writer, head ...string) *table {
	t := &table{csv.NewWriter(w)}
	t.w.UseCRLF = true
	t.w.Write(head) // its error stays with the writer until done
	return t
}

func (t *table) row(cells ...string) {
	for i, c := range cells {
		if c != "" && strings.ContainsRune("=+@\t\r-", rune(c[0])) {
			if _, err := strconv.ParseFloat(c, 64); err != nil {
				cells[i] = "'" + c
			}
		}
	}
	t.w.Write(cells)
}

func (t *table) done() error {
	t.w.Flush()
	return t.w.Error()
}

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
	t := newTable(w, "table", "a", "b", "item", "count", "of", "share", "low", "high", "note")
	c := compared(res)
	put := func(name string, a, b int, item string, s compare.Share, note string) {
		other := ""
		if b >= 0 {
			other = c.labels[b]
		}
		t.row(name, c.labels[a], other, item, count(s.Part), count(s.Of), number(s.Value()), number(s.Low), number(s.High), note)
	}
	for i := range c.Overlaps {
		o := &c.Overlaps[i]
		note := ""
		if isMain(res, o) {
			note = "main"
		}
		put("contained", o.A, o.B, o.Key.String(), o.AInB(), note)
		put("contained", o.B, o.A, o.Key.String(), o.BInA(), note)
		t.row("jaccard", c.labels[o.A], c.labels[o.B], o.Key.String(), count(o.Common), count(o.KeysA+o.KeysB-o.Common), number(o.Jaccard()), "", "", note)
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		put("agreement", f.A, f.B, f.Field.String(), f.Agrees(), "")
		all := f.Same + f.Differs + f.OnlyA + f.OnlyB
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
	return t.done()
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
	t := newTable(w, "table", "file", "as_of", "to", "item", "count", "of", "share", "loglik")
	g := dated(d)
	for i := range g.Snapshots {
		s := &g.Snapshots[i]
		t.row("snapshot", g.labels[i], s.AsOf.String(), "", "present", count(s.Present), count(g.Rows), number(compare.NewShare(s.Present, g.Rows).Value()), number(s.LogLik))
		t.row("snapshot", g.labels[i], s.AsOf.String(), "", "agree", count(s.Same), count(s.Of), number(s.Agree()), number(s.LogLik))
	}
	for _, e := range g.Evidence {
		all := compare.NewShare(e.Newer, e.Older+e.Newer)
		t.row("evidence", g.labels[e.From], g.Snapshots[e.From].AsOf.String(), g.Snapshots[e.To].AsOf.String(), e.Trait.String(), count(e.Newer), count(all.Of), number(all.Value()), "")
	}
	for _, b := range g.Bounds {
		side := "not_before"
		if b.After {
			side = "not_after"
		}
		t.row("bound", "", b.Day.String(), "", side+" "+b.Clue.String(), count(b.Rows), count(b.Of), number(compare.NewShare(b.Rows, b.Of).Value()), "")
	}
	for _, m := range g.Curve {
		t.row("curve", "", m.Day.String(), "", "", "", "", "", number(m.LogLik))
	}
	return t.done()
}
