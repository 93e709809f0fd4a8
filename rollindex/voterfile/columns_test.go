package voterfile

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"rollcheck/data/field"
)

// Every column of a file is there with its name and its values, those that the
// layout does not know too.
func TestColumns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.csv")
	text := "voter id,Last Name,first name,zip,shoe size,note\n" +
		"1001,Marsh,Alma,32301,38,\n1002,Quill,\"Otto \"\"Ott\"\"\",32301, 44 ,\"a, b\"\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	proposed, err := Propose(context.Background(), path, Options{})
	if err != nil || proposed[0].Err != nil {
		t.Fatal(err, proposed)
	}
	src, err := Open(context.Background(), []string{path}, Options{Layout: proposed[0].Layout})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	columns := src.Members()[0].Match.Columns()
	for i, want := range []Column{
		{Name: "voter id", Role: field.RoleVoterID, Kind: field.VoterID, Tells: true},
		{Name: "Last Name", Role: field.NameLast, Kind: field.Name, Tells: true},
		{Name: "first name", Role: field.NameFirst, Kind: field.Name, Tells: true},
		{Name: "zip", Role: field.ZIP5, Kind: field.Locality, Tells: true},
		{Name: "shoe size"},
		{Name: "note"},
	} {
		if columns[i] != want {
			t.Errorf("column %d is %+v, want %+v", i, columns[i], want)
		}
	}
	chunk, err := src.Next(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := src.NewParser()
	p.Reset(chunk)
	want := [][]string{{"1001", "Marsh", "Alma", "32301", "38", ""}, {"1002", "Quill", `Otto "Ott"`, "32301", "44", "a, b"}}
	for _, row := range want {
		rec, ok := p.Next()
		if !ok {
			t.Fatal("no row")
		}
		for i, v := range row {
			if got := string(rec.Column(i)); got != v {
				t.Errorf("column %d has %q, want %q", i, got, v)
			}
		}
	}
}
