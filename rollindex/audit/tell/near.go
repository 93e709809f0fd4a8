package tell

import (
	"fmt"
	"strings"

	"rollcheck/rollindex/audit"
	"rollcheck/rollindex/report"
)

// NearMisses adds to a page the rows that do not fail an audit and that a human has to
// look at, by their lines; nothing if there are none.
func NearMisses(page *report.Page, near []audit.Near) {
	if len(near) == 0 {
		return
	}
	var list report.List
	for _, n := range near {
		list = append(list, fmt.Sprintf("%s, %s: %s. %s", n.File, rowCount(n.Rows), n.Why, lineList(n)))
	}
	page.Section("To be looked at by a human", report.Text("None of these rows fails the audit by itself; each is to be decided by somebody who can look it up."), list)
}

// maxShown is how many lines of one kind a page names. JSON has more.
const maxShown = 30

// lineList names lines, by member where there is more than the file itself.
func lineList(n audit.Near) string {
	shown := n.Lines[:min(len(n.Lines), maxShown)]
	word := "Lines "
	if len(n.Lines) == 1 {
		word = "Line "
	}
	text := word + linesBy(n.File, shown)
	if more := n.Rows - int64(len(shown)); more > 0 {
		text += fmt.Sprintf(" and %s more", report.Number(more))
	}
	return text + "."
}

// linesBy lists lines, each member named once before its own; those of own have no name.
func linesBy(own string, lines []audit.Position) string {
	var b strings.Builder
	member := own
	for i, p := range lines {
		switch {
		case i == 0:
		case p.Member == member:
			b.WriteString(", ")
		default:
			b.WriteString("; ")
		}
		if p.Member != member {
			member = p.Member
			b.WriteString("of " + member + " ")
		}
		fmt.Fprint(&b, p.Line)
	}
	return b.String()
}
