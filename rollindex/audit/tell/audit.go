package tell

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"rollcheck/rollindex/audit"
	"rollcheck/rollindex/audit/risk"
	"rollcheck/rollindex/report"
)

// Audited returns the page of an audit: pass or fail, what is wrong, what a human has
// to look at, and what was looked at. program names what made it.
func Audited(res *audit.Result, program string) *report.Page {
	page := &report.Page{Title: auditTitle(res), Lead: []string{AuditVerdict(res)}, Foot: "Made by " + program + "."}
	open, waived := violations(res)
	list := func(title string, of []string) {
		if len(of) > 0 {
			page.Section(title, report.List(of))
		}
	}
	list("What may not go out", open)
	NearMisses(page, res.Nears)
	list("What passes by a waiver", waived)
	list("Waivers", waiverNotes(res))
	list("What was audited", auditedFiles(res))
	list("Whom it was held against", watched(res))
	list("By what the columns passed", passedBy(res))
	risks(page, res)
	page.Section("What this cannot see", report.List(AuditCaveats(res)))
	page.Section("The columns, one by one", auditedColumns(res)).Detail = true
	page.Section("The rules", report.List(rulesSaid(res))).Detail = true
	return page
}

// auditTitle says what was audited, and what came of it: two pages side by side are told
// apart by it.
func auditTitle(res *audit.Result) string {
	what := fmt.Sprintf("an audit of %d files", len(res.Files))
	if len(res.Files) == 1 {
		what = "an audit of " + filepath.Base(res.Files[0].Path)
	}
	switch {
	case !res.Passed():
		return "Failed: " + what
	case len(res.Violations) > 0:
		return "Passed by waivers: " + what
	}
	return "Passed: " + what
}

// AuditVerdict says whether a release may go out, by which rules and to whom.
func AuditVerdict(res *audit.Result) string {
	open, waived := res.Open(), len(res.Violations)-res.Open()
	verdict := "PASSED: nothing was found that may not go out."
	switch {
	case open > 0 && waived > 0:
		verdict = fmt.Sprintf("FAILED: %s, and %d more waived.", report.Counted(int64(open), "violation", "violations"), waived)
	case open > 0:
		verdict = "FAILED: " + report.Counted(int64(open), "violation", "violations") + "."
	case waived > 0:
		verdict = "PASSED BY WAIVERS: " + report.Counted(int64(waived), "violation is", "violations are") + " waived, and nothing else was found that may not go out."
	}
	if open == 0 && len(res.Nears) > 0 {
		verdict += " Some rows are to be looked at by a human."
	}
	where := res.Rules.Jurisdiction
	if where == "" {
		where = "the office alone"
	}
	reader := "anybody"
	if res.Recipient != "" {
		reader = "the class " + res.Recipient
	}
	return fmt.Sprintf("%s Rules of %s (%s), for a release to %s on %s.", verdict, where, res.Rules.Version, reader, res.Rules.Date())
}

// violations returns what may not go out, and what would not but for a waiver.
func violations(res *audit.Result) (open, waived []string) {
	for i := range res.Violations {
		if v := &res.Violations[i]; v.Waived == nil {
			open = append(open, ViolationText(res, v))
		} else {
			waived = append(waived, fmt.Sprintf("%s Waived until %s by %s: %s.", ViolationText(res, v), v.Waived.Until, v.Waived.Name, v.Waived.Reason))
		}
	}
	return open, waived
}

// ViolationText says what may not go out, and where it stands.
func ViolationText(res *audit.Result, v *audit.Violation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", v.Rule, v.File)
	if v.Column != "" {
		fmt.Fprintf(&b, ", column %q", v.Column)
	}
	if v.Rows > 0 {
		share := finely(float64(v.Rows) / float64(max(v.Of, 1)))
		if !exact[v.Rule] {
			share += fmt.Sprintf(", 95 %% interval %s to %s", finely(v.Low), finely(v.High))
		}
		fmt.Fprintf(&b, ", %s of %s rows (%s)", report.Number(v.Rows), report.Number(v.Of), share)
	}
	fmt.Fprintf(&b, ": %s.", v.Why)
	if len(v.Lines) == 0 {
		return b.String()
	}
	fmt.Fprintf(&b, " %s.", violationLines(res, v))
	return b.String()
}

// shownLines is how many lines of a violation a page names. JSON and the table have
// more.
const shownLines = 10

// violationLines names the first lines of a violation, and says where more are.
func violationLines(res *audit.Result, v *audit.Violation) string {
	all := len(v.Lines)
	shown := v.Lines[:min(all, shownLines)]
	word := "Lines"
	switch {
	case all == 1:
		word = "Line"
	case v.Rows > int64(len(shown)):
		word = "First lines"
	}
	own := shown[0].Member // a file of one member is not named twice
	if res.SeveralMembers(v.File) {
		own = v.File
	}
	text := word + " " + linesBy(own, shown)
	switch {
	case all == len(shown):
	case int64(all) < v.Rows:
		text += "; --json or --csv lists " + report.Number(int64(all)) + " of them"
	default:
		text += "; --json or --csv lists all " + report.Number(int64(all))
	}
	return text
}

// exact are the rules whose rows are counted, one by one, and not estimated from what
// values look like: an interval would say nothing.
var exact = map[string]bool{"other-state": true, "column": true, "protected": true, "minor": true, "hidden-content": true}

// finely writes a share to three digits, so that one of a few rows in a million shows
// and nearly all are not said to be all.
func finely(share float64) string {
	if share < 1 && share >= 0.9995 {
		return "over 99.9 %"
	}
	return strconv.FormatFloat(100*share, 'g', 3, 64) + " %"
}

func waiverNotes(res *audit.Result) (list []string) {
	for i := range res.Expired {
		list = append(list, ExpiredText(&res.Expired[i]))
	}
	for i := range res.Unused {
		list = append(list, UnusedText(res, &res.Unused[i]))
	}
	return list
}

// ExpiredText says of a waiver that its day has passed.
func ExpiredText(w *audit.Waiver) string {
	return waiverNamed(w) + " ended on " + string(w.Until) + "."
}

// UnusedText says of a waiver that it lets nothing pass, and why.
func UnusedText(res *audit.Result, w *audit.Waiver) string {
	why := "lets nothing pass: there is no violation that it covers"
	switch file, column, rules := res.Fits(w); {
	case !file:
		why = fmt.Sprintf("fits nothing in the release: no file has the name %q", w.File)
	case !column:
		why = "fits nothing in the release: no file has such a column"
		if w.File != "" {
			why = fmt.Sprintf("fits nothing in the release: %q has no such column", w.File)
		}
	case len(rules) > 0:
		why = "lets nothing pass: the column breaks another rule, " + strings.Join(rules, ", ")
	}
	return waiverNamed(w) + " " + why + "."
}

func waiverNamed(w *audit.Waiver) string {
	of := ""
	if w.Column != "" {
		of = fmt.Sprintf(" of column %q", w.Column)
	}
	return fmt.Sprintf("The waiver%s for the rule %s, by %s,", of, w.Rule, w.Name)
}

func auditedFiles(res *audit.Result) (list []string) {
	for _, f := range res.Files {
		text := f.Path + ": " + rowCount(f.Rows)
		if f.Ignored > 0 {
			text += fmt.Sprintf(", of which %s were left out", report.Counted(f.Ignored, "decoy", "decoys"))
		}
		if len(f.Members) == 1 && f.Members[0].Layout != "" && !f.Members[0].Proposed {
			text += ", layout " + f.Members[0].Layout
		}
		for _, s := range f.Sources {
			text += ", SHA-256 " + s.SHA256
		}
		for _, m := range f.Members {
			switch {
			case m.LeftOut != "":
				text += fmt.Sprintf("; %s not read", m.Name)
			case m.Proposed:
				text += fmt.Sprintf("; %s fits no known layout, and was read by its header and contents", m.Name)
			}
		}
		list = append(list, text+".")
	}
	return list
}

// watched says against which people the release was held.
func watched(res *audit.Result) (list []string) {
	w := &res.Watch
	if w.Protected == nil {
		list = append(list, "No list of protected people was given (--protected): nobody looked whether any of them is in it.")
	} else {
		list = append(list, "The list of protected people: "+people(w.Protected.People())+". Rows of others at their addresses count too.")
	}
	if w.Previous != nil {
		list = append(list, "The list of the last release: "+people(w.Previous.People())+".")
	}
	if n := len(w.Substitutes); n > 0 {
		list = append(list, report.Counted(int64(n), "address", "addresses")+" that a confidentiality programme gives out.")
	}
	return append(list, fmt.Sprintf("People under 18 on %s, where the files tell births, ages or a status of preregistration.", w.AsOf))
}

func people(n int) string { return report.Counted(int64(n), "person", "people") }

// inColumns returns the rules that what is in columns breaks, by file and column; of
// columns that may go out only by a waiver, the rules are empty.
func inColumns(res *audit.Result) map[[2]string][]string {
	found := map[[2]string][]string{}
	for i := range res.Violations {
		v := &res.Violations[i]
		at := [2]string{v.File, v.Column}
		if v.Waived == nil {
			found[at] = append(found[at], v.Rule)
		} else if found[at] == nil {
			found[at] = []string{}
		}
	}
	return found
}

// passedBy counts the columns by what let them pass.
func passedBy(res *audit.Result) (list []string) {
	broken := inColumns(res)
	count := func(is func(c *audit.Column) bool) (n int64) {
		for _, f := range res.Files {
			for i := range f.Columns {
				if len(broken[[2]string{f.Path, f.Columns[i].Name}]) == 0 && is(&f.Columns[i]) {
					n++
				}
			}
		}
		return n
	}
	say := func(n int64, what string) {
		if n > 0 {
			list = append(list, report.Counted(n, "column", "columns")+" "+what)
		}
	}
	for _, t := range []struct {
		basis audit.Basis
		title string
	}{
		{audit.ByRules, "by the rules"}, {audit.PublicRecord, "open to anybody by the public record"},
		{audit.ForRecipient, "open to the class of recipient"}, {audit.Published, "in the layout that the state publishes"},
		{audit.Harmless, "that say nothing of a person"},
	} {
		say(count(func(c *audit.Column) bool { return c.Decision.Basis == t.basis && c.Decision.Pass }), t.title)
	}
	say(count(func(c *audit.Column) bool { return !c.Decision.Pass && c.Filled == 0 }), "that may not go out, and empty")
	return list
}

// risks adds what each file lets others link.
func risks(page *report.Page, res *audit.Result) {
	var all []*risk.Result
	for _, f := range res.Files {
		all = append(all, f.Risks...)
	}
	for _, r := range all {
		of := ""
		if len(all) > 1 {
			of = " (" + r.Path + ")"
		}
		page.Section("What it lets others link"+of, report.List(RiskLead(r)))
		RiskSections(page, r)
	}
}

// AuditCaveats says what an audit cannot see.
func AuditCaveats(res *audit.Result) []string {
	list := []string{
		"Secrets that look like nothing in particular, and numbers whose leading zero was cut off.",
		"Single values in a column that holds something else: a column is judged by how many of its values look so.",
		"Whether a column that may go out tells the truth.",
	}
	var skipped int64
	for _, f := range res.Files {
		for _, n := range f.Skipped {
			skipped += n
		}
	}
	if skipped > 0 {
		list = append(list, rowCount(skipped)+" could not be read: see the violations of hidden-content.")
	}
	return list
}

func auditedColumns(res *audit.Result) *report.Table {
	t := &report.Table{Caption: "Columns by what they are known to hold", Columns: []report.Column{
		{Title: "Column"}, {Title: "file"}, {Title: "holds"}, {Title: "rows filled", Number: true}, {Title: "may go out"}, {Title: "by"},
	}}
	broken := inColumns(res)
	for _, f := range res.Files {
		for _, c := range f.Columns {
			kind, may := "", "yes"
			if c.Tells {
				kind = c.Kind.Title()
			}
			by := string(c.Decision.Basis)
			if c.Decision.Why != "" {
				by += ": " + c.Decision.Why
			}
			switch rules, found := broken[[2]string{f.Path, c.Name}]; {
			case len(rules) > 0 && c.Decision.Pass:
				may, by = "no", by+"; but for what is in it: "+strings.Join(rules, ", ")
			case len(rules) > 0:
				may = "no"
			case found:
				may = "by a waiver"
			case !c.Decision.Pass:
				may = "no"
			}
			t.Rows = append(t.Rows, report.Row{Cells: []string{c.Name, f.Path, kind, report.Number(c.Filled), may, by}})
		}
	}
	return t
}

func rulesSaid(res *audit.Result) []string {
	list := []string{"Version: " + res.Rules.Version + "."}
	for _, s := range res.Rules.Sources {
		list = append(list, "Source: "+s)
	}
	return list
}
