package main

import (
	"fmt"
	"strconv"
	"strings"

	"rollcheck/rollindex/audit"
	"rollcheck/rollindex/report"
)

// auditText writes the sign-off of an audit: pass or fail, what is wrong, and what
// was looked at.
func (p *program) auditText(res *audit.Result) error {
	page := &report.Page{Title: "Audit of a release", Lead: []string{auditVerdict(res)}}
	var open, waived report.List
	for i := range res.Violations {
		if v := &res.Violations[i]; v.Waived == nil {
			open = append(open, violationText(res, v))
		} else {
			waived = append(waived, violationText(res, v)+fmt.Sprintf(" Waived until %s by %s: %s.", v.Waived.Until, v.Waived.Name, v.Waived.Reason))
		}
	}
	sections := []struct {
		title string
		list  report.List
	}{{"What may not go out", open}, {"What passes by a waiver", waived}, {"Waivers", waiverNotes(res)}, {"What was audited", auditFiles(res)}, {"By what the columns passed", passedBy(res)}}
	for _, s := range sections {
		if len(s.list) > 0 {
			page.Section(s.title, s.list)
		}
	}
	_, err := p.stdout.WriteString(harmless(page.Text(p.pageWidth())))
	return err
}

func auditVerdict(res *audit.Result) string {
	verdict := "PASSED: nothing was found that may not go out."
	if n := res.Open(); n > 0 {
		verdict = "FAILED: " + counted(n, "violation") + "."
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

func violationText(res *audit.Result, v *audit.Violation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", v.Rule, v.File)
	if v.Column != "" {
		fmt.Fprintf(&b, ", column %q", v.Column)
	}
	if v.Rows > 0 {
		share := float64(v.Rows) / float64(max(v.Of, 1))
		fmt.Fprintf(&b, ", %s of %s rows (%s, 95 %% interval %s to %s)", group(v.Rows), group(v.Of), shareOfRows(share), shareOfRows(v.Low), shareOfRows(v.High))
	}
	fmt.Fprintf(&b, ": %s.", v.Why)
	if lines := linesText(v.Lines, severalMembers(res, v.File)); lines != "" {
		fmt.Fprintf(&b, " Lines %s.", lines)
	}
	return b.String()
}

// shareOfRows writes a share to three digits, so that one of a few rows in a million shows.
func shareOfRows(share float64) string { return strconv.FormatFloat(100*share, 'g', 3, 64) + " %" }

// severalMembers reports whether lines of a file say little without their member.
func severalMembers(res *audit.Result, path string) bool {
	for _, f := range res.Files {
		if f.Path == path {
			read := 0
			for _, m := range f.Members {
				if m.LeftOut == "" {
					read++
				}
			}
			return read > 1
		}
	}
	return false
}

func linesText(lines []audit.Position, several bool) string {
	var said []string
	for _, l := range lines {
		s := fmt.Sprint(l.Line)
		if several {
			s = l.Member + " line " + s
		}
		said = append(said, s)
	}
	return strings.Join(said, ", ")
}

func waiverNotes(res *audit.Result) (list report.List) {
	say := func(w *audit.Waiver, what string) {
		list = append(list, fmt.Sprintf("The waiver of %s for the rule %s, column %q, %s.", w.Name, w.Rule, w.Column, what))
	}
	for i := range res.Expired {
		say(&res.Expired[i], "ended on "+string(res.Expired[i].Until))
	}
	for i := range res.Unused {
		say(&res.Unused[i], "lets nothing pass: there is no such violation")
	}
	return list
}

func auditFiles(res *audit.Result) (list report.List) {
	for _, f := range res.Files {
		text := fmt.Sprintf("%s: %s rows", f.Path, group(f.Rows))
		if f.Ignored > 0 {
			text += fmt.Sprintf(", of which %s decoys were left out", group(f.Ignored))
		}
		for _, m := range f.Members {
			switch {
			case m.LeftOut != "":
				text += fmt.Sprintf("; %s not read", m.Name)
			case m.Proposed:
				text += fmt.Sprintf("; %s fits no known layout, and was read by its header and contents", m.Name)
			case len(f.Members) == 1:
				text += ", layout " + m.Layout
			}
		}
		for _, s := range f.Sources {
			text += ", SHA-256 " + s.SHA256
		}
		list = append(list, text)
	}
	return list
}

// passedBy counts the columns by what let them pass.
func passedBy(res *audit.Result) (list report.List) {
	titles := []struct {
		basis audit.Basis
		title string
	}{
		{audit.ByRules, "by the rules"}, {audit.PublicRecord, "open to anybody by the public record"},
		{audit.ForRecipient, "open to the class of recipient"}, {audit.Published, "in the layout that the state publishes"},
		{audit.Harmless, "say nothing of a person"},
	}
	for _, t := range titles {
		n := 0
		for _, f := range res.Files {
			for _, c := range f.Columns {
				if c.Decision.Basis == t.basis && c.Decision.Pass {
					n++
				}
			}
		}
		if n > 0 {
			list = append(list, counted(n, "column")+" "+t.title)
		}
	}
	empty := 0
	for _, f := range res.Files {
		for _, c := range f.Columns {
			if !c.Decision.Pass && c.Filled == 0 {
				empty++
			}
		}
	}
	if empty > 0 {
		list = append(list, counted(empty, "column")+" that may not go out, and empty")
	}
	return list
}
