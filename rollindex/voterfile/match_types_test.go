package voterfile

import (
	"fmt"
	"strings"
	"testing"
)

func TestIsTypes(t *testing.T) {
	for row, want := range map[string]bool{
		"varchar(50)|int|date": true,
		"VARCHAR|INTEGER NOT NULL|TIMESTAMP|character varying(20)": true,
		"string|string||Int64|object":                              true,
		"-----|----------|---":                                     true,
		"int|date":                                                 false, // two could be anything
		"DATE|ANN|1961-04-17":                                      false,
		"||":                                                       false,
		"varchar(50|int|date":                                      false,
	} {
		var fields [][]byte
		for f := range strings.SplitSeq(row, "|") {
			fields = append(fields, []byte(f))
		}
		if got := isTypes(fields); got != want {
			t.Errorf("%q: %v", row, got)
		}
	}
}

// A row of types is nobody: it is skipped and counted, below a known header, in a
// proposal, and nowhere but below the header.
func TestRowOfTypes(t *testing.T) {
	l := mustLayout(t, "wv-statewide-vr")
	types := strings.Repeat("varchar"+l.Delimiter, len(l.Columns)-1) + "date\n"
	head, rows, _ := strings.Cut(string(testRoll(l, 30)), "\n")
	got, skips := readAll(t, mustOpen(t, Options{}, writeFile(t, "roll.txt", []byte(head+"\n"+types+rows))))
	if len(got) != 30 || skips.Skipped() != 1 || skips.Count(ColumnTypes) != 1 || skips.First(ColumnTypes)[0].Line != 2 {
		t.Errorf("%d rows, %+v", len(got), skips)
	}
	fl := mustLayout(t, "fl-extract")
	var head2, types2 []string
	for i := range fl.Columns {
		head2, types2 = append(head2, fmt.Sprintf("c%d", i)), append(types2, "text")
	}
	text := strings.Join(head2, "\t") + "\n" + strings.Join(types2, "\t") + "\n" + string(testRoll(fl, 30))
	if got, skips = readAll(t, mustOpen(t, Options{}, writeFile(t, "roll.txt", []byte(text)))); len(got) != 30 || skips.Count(ColumnTypes) != 1 {
		t.Errorf("below a header that says nothing: %d rows, %+v", len(got), skips)
	}
	proposed, roles := propose(t, "a,b,c,d\nvarchar,varchar,date,int\nSMITH,JAMES,1961-04-17,1\nLOPEZ,ANA,1962-04-17,2\nGARCIA,LUIS,1963-04-17,3\n")
	if proposed.Columns[2].RoleName != "birth_date" {
		t.Error(roles)
	}
}
