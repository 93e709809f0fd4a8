package tell

import (
	"io"
	"strconv"

	"rollcheck/rollindex/audit"
	"rollcheck/rollindex/report"
)

// AuditCSV writes the violations, the rows that a human has to look at, each with its
// lines as rows of their own, and the columns of an audit as one table for spreadsheets.
func AuditCSV(w io.Writer, res *audit.Result) error {
	t := report.NewCSV(w, "table", "file", "name", "column", "rows", "of", "rate", "low", "high", "first_line", "passes", "why", "waived_by", "member")
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	g := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	first := func(lines []audit.Position) string {
		if len(lines) == 0 {
			return ""
		}
		return n(lines[0].Line)
	}
	all := func(table, file, name, column string, lines []audit.Position, passes bool) {
		several := res.SeveralMembers(file)
		for _, at := range lines {
			member := ""
			if several {
				member = at.Member
			}
			t.Row(table, file, name, column, "", "", "", "", "", n(at.Line), strconv.FormatBool(passes), "", "", member)
		}
	}
	for _, v := range res.Violations {
		by := ""
		if v.Waived != nil {
			by = v.Waived.Name
		}
		t.Row("violation", v.File, v.Rule, v.Column, n(v.Rows), n(v.Of), g(float64(v.Rows)/float64(max(v.Of, 1))), g(v.Low), g(v.High), first(v.Lines),
			strconv.FormatBool(v.Waived != nil), v.Why, by, "")
		all("violation-line", v.File, v.Rule, v.Column, v.Lines, v.Waived != nil)
	}
	for _, m := range res.Nears {
		t.Row("near-miss", m.File, m.What, "", n(m.Rows), "", "", "", "", first(m.Lines), "true", m.Why, "", "")
		all("near-miss-line", m.File, m.What, "", m.Lines, true)
	}
	broken := inColumns(res)
	for _, f := range res.Files {
		for _, c := range f.Columns {
			kind := ""
			if c.Tells {
				kind = c.Kind.String()
			}
			rules, found := broken[[2]string{f.Path, c.Name}]
			passes := len(rules) == 0 && (c.Decision.Pass || found) // found and no rules: waived
			t.Row("column", f.Path, kind, c.Name, n(c.Filled), n(f.Rows), "", "", "", "", strconv.FormatBool(passes), string(c.Decision.Basis), "", "")
		}
	}
	return t.Done()
}
