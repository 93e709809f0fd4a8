package tell

import (
	"strings"
	"testing"

	"rollcheck/rollindex/audit"
	"rollcheck/rollindex/report"
)

func TestNearMisses(t *testing.T) {
	page := &report.Page{Title: "Audit"}
	NearMisses(page, nil)
	if len(page.Sections) != 0 {
		t.Error("a section of nothing")
	}
	NearMisses(page, []audit.Near{
		{File: "a.txt", What: "one-letter", Why: "a name one letter apart", Rows: 1200, Lines: []audit.Position{{Member: "a.txt", Line: 7}, {Member: "a.txt", Line: 12}}},
		{File: "b.zip", What: "building", Why: "another home", Rows: 2, Lines: []audit.Position{{Member: "b.zip/1.txt", Line: 3}, {Member: "b.zip/2.txt", Line: 4}}},
	})
	text := strings.Join(strings.Fields(page.Text(80)), " ")
	for _, want := range []string{
		"a.txt, 1,200 rows: a name one letter apart. Lines 7, 12 and 1,198 more.", "b.zip, 2 rows: another home. Lines of b.zip/1.txt 3; of b.zip/2.txt 4.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %s", want, text)
		}
	}
}
