package tell

import (
	"bytes"
	"strings"
	"testing"

	"rollcheck/rollindex/audit"
)

func TestViolationText(t *testing.T) {
	res := &audit.Result{Files: []*audit.File{
		{Path: "a.txt", Members: []audit.Member{{Name: "a.txt"}}},
		{Path: "b.xlsx", Members: []audit.Member{{Name: "b.xlsx: Voters"}, {Name: "b.xlsx: Old (hidden)"}}},
	}}
	for _, test := range []struct {
		of   audit.Violation
		want string
	}{
		{audit.Violation{Rule: "ssn", File: "a.txt", Column: "x", Rows: 9000, Of: 9000, Low: 0.99957, High: 1, Why: "numbers", Lines: []audit.Position{{Member: "a.txt", Line: 2}, {Member: "a.txt", Line: 3}}},
			`ssn: a.txt, column "x", 9,000 of 9,000 rows (100 %, 95 % interval over 99.9 % to 100 %): numbers. First lines 2, 3.`},
		{audit.Violation{Rule: "protected", File: "a.txt", Rows: 1, Of: 8000, Low: 0.0001, High: 0.001, Why: "rows", Lines: []audit.Position{{Member: "a.txt", Line: 7}}},
			`protected: a.txt, 1 of 8,000 rows (0.0125 %): rows. Line 7.`},
		{audit.Violation{Rule: "ssn", File: "b.xlsx", Column: "x", Rows: 3, Of: 4, Low: 0.3, High: 0.95, Why: "numbers", Lines: []audit.Position{
			{Member: "b.xlsx: Voters", Line: 9}, {Member: "b.xlsx: Old (hidden)", Line: 2}, {Member: "b.xlsx: Old (hidden)", Line: 3}}},
			`ssn: b.xlsx, column "x", 3 of 4 rows (75 %, 95 % interval 30 % to 95 %): numbers. Lines of b.xlsx: Voters 9; of b.xlsx: Old (hidden) 2, 3.`},
	} {
		if got := ViolationText(res, &test.of); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

// The text names the first lines and says where all are; the table has all.
func TestAllLines(t *testing.T) {
	var lines []audit.Position
	for line := range int64(17) {
		lines = append(lines, audit.Position{Member: "a.txt", Line: line + 2})
	}
	res := &audit.Result{Files: []*audit.File{{Path: "a.txt", Members: []audit.Member{{Name: "a.txt"}}}}, Violations: []audit.Violation{
		{Rule: "minor", File: "a.txt", Rows: 17, Of: 20, Why: "people", Lines: lines},
		{Rule: "minor", File: "a.txt", Rows: 12000, Of: 20000, Why: "people", Lines: lines},
	}, Nears: []audit.Near{{File: "a.txt", What: "no-birth", Rows: 2, Lines: lines[:2]}}}
	for i, want := range []string{
		" First lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11; --json or --csv lists all 17.",
		" First lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11; --json or --csv lists 17 of them.",
	} {
		if got := ViolationText(res, &res.Violations[i]); !strings.HasSuffix(got, want) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	var b bytes.Buffer
	if err := AuditCSV(&b, res); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\nviolation-line,a.txt,minor,"); n != 34 || !strings.Contains(b.String(), "\nviolation-line,a.txt,minor,,,,,,,18,false,,,\r\n") {
		t.Errorf("%d lines in\n%s", n, b.String())
	}
	if n := strings.Count(b.String(), "\nnear-miss-line,a.txt,no-birth,"); n != 2 {
		t.Errorf("%d near misses in\n%s", n, b.String())
	}
}

// A pass on somebody's word, or with rows that nobody has looked at yet, is not called
// one without.
func TestAuditVerdict(t *testing.T) {
	rules, err := audit.RulesOf("US-FL", "2026-11-01")
	if err != nil {
		t.Fatal(err)
	}
	waived, open := audit.Violation{Rule: "phone", Waived: &audit.Waiver{}}, audit.Violation{Rule: "ssn"}
	for _, test := range []struct {
		res  audit.Result
		want string
	}{
		{audit.Result{}, "PASSED: nothing was found that may not go out. Rules"},
		{audit.Result{Nears: []audit.Near{{}}}, "PASSED: nothing was found that may not go out. Some rows are to be looked at by a human. Rules"},
		{audit.Result{Violations: []audit.Violation{waived}}, "PASSED BY WAIVERS: 1 violation is waived, and nothing else was found that may not go out. Rules"},
		{audit.Result{Violations: []audit.Violation{waived, waived, open}}, "FAILED: 1 violation, and 2 more waived. Rules"},
		{audit.Result{Violations: []audit.Violation{open}, Nears: []audit.Near{{}}}, "FAILED: 1 violation. Rules"},
	} {
		test.res.Rules = rules
		if got := AuditVerdict(&test.res); !strings.HasPrefix(got, test.want) {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

// A column by whose name it may go out is not said to, if what is in it may not.
func TestColumnsThatLie(t *testing.T) {
	rules, err := audit.RulesOf("US-FL", "2026-11-01")
	if err != nil {
		t.Fatal(err)
	}
	open := audit.Decision{Pass: true, Basis: audit.PublicRecord}
	res := &audit.Result{Rules: rules, Files: []*audit.File{{Path: "a.txt", Columns: []audit.Column{
		{Name: "precinct", Decision: open}, {Name: "county", Decision: open}, {Name: "office", Decision: audit.Decision{Basis: "withheld"}},
	}}}, Violations: []audit.Violation{
		{Rule: "ssn", File: "a.txt", Column: "precinct"}, {Rule: "phone", File: "a.txt", Column: "office", Waived: &audit.Waiver{Name: "Officer"}},
	}}
	var csv bytes.Buffer
	if err := AuditCSV(&csv, res); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(Audited(res, "test").Text(300)), " ")
	if want := "1 column open to anybody by the public record"; !strings.Contains(text, want) {
		t.Errorf("%q is missing in %s", want, text)
	}
	for i, want := range [][2]string{{"no", "public; but for what is in it: ssn"}, {"yes", "public"}, {"by a waiver", "withheld"}} {
		if got := auditedColumns(res).Rows[i].Cells; got[4] != want[0] || got[5] != want[1] {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for _, want := range []string{",precinct,0,0,,,,,false,public,", ",county,0,0,,,,,true,public,", ",office,0,0,,,,,true,withheld,"} {
		if !strings.Contains(csv.String(), want) {
			t.Errorf("%q is missing in\n%s", want, csv.String())
		}
	}
}
