package voterfile

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// unknownOf reads a file and returns its columns of unknown content.
func unknownOf(t *testing.T, l *layouts.Layout, text string, jobs int) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := Open(context.Background(), []string{path}, Options{Layout: l})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if _, err := src.Each(context.Background(), jobs, func() Visitor { return deaf{} }, nil); err != nil {
		t.Fatal(err)
	}
	return src.Unknown(0)
}

type deaf struct{}

func (deaf) Visit(*Record) error { return nil }
func (deaf) Flush() error        { return nil }

// Columns that nothing is known of are named if any row has a value in them; those whose
// name tells what they hold, those that are empty, and those of which the layout says what
// they hold are not.
func TestUnknown(t *testing.T) {
	own := func(more ...layouts.Column) *layouts.Layout {
		return &layouts.Layout{ID: "mine", Jurisdiction: "US-FL", Header: true, Delimiter: ",", Columns: append([]layouts.Column{
			{Name: "last", Role: field.NameLast}, {Name: "first", Role: field.NameFirst}, {Name: "zip", Role: field.ZIP5}}, more...)}
	}
	rows := strings.Repeat("Marsh,Alma,32301,a@example.org,, ,\n", 40_000) // more than a chunk
	text := "last,first,zip,email,,empty,pin\n" + rows + "Quill,Otto,32301,b@example.org,x,,4711\n" + rows
	for _, c := range []struct {
		name string
		l    *layouts.Layout
		want []string
	}{
		{"not of the layout", own(), []string{"column 5, which has no name", "pin"}},
		{"listed without a role", own(layouts.Column{Name: "pin"}), []string{"column 5, which has no name", "pin"}},
		{"listed with a kind", own(layouts.Column{Name: "pin", KindName: "party", Kind: field.Party}), []string{"column 5, which has no name"}},
	} {
		for _, jobs := range []int{1, 4} {
			if got := unknownOf(t, c.l, text, jobs); !slices.Equal(got, c.want) {
				t.Errorf("%s, %d jobs: %q, want %q", c.name, jobs, got, c.want)
			}
		}
	}
}

// What a built-in layout lists is what the publisher gives out, with a role or without.
func TestUnknownOfBuiltIn(t *testing.T) {
	l, err := layouts.Get("nc-ncvoter-2022")
	if err != nil {
		t.Fatal(err)
	}
	m := &Match{Layout: l, columns: columnsOf(l), extra: make([]bool, len(l.Columns))}
	if got := m.unknown(); got != nil {
		t.Errorf("columns %d", got)
	}
}
