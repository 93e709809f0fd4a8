package voterfile

import (
	"context"
	"fmt"
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

// The keys of a map are named only if so many rows share them that they are nobody's own,
// and names that hold somebody's details never are.
func TestUnknownNamesAreNoValues(t *testing.T) {
	own := &layouts.Layout{ID: "mine", Jurisdiction: "US-FL", Container: "json", Header: true, Columns: []layouts.Column{
		{Name: "last", Role: field.NameLast}, {Name: "first", Role: field.NameFirst}, {Name: "zip", Role: field.ZIP5}}}
	var b strings.Builder
	for i := range 600 {
		more := map[int]string{
			3: `,"seen":{"alma.marsh@example.org":"x"}`, 4: `,"Alma Marsh":"x"`, 5: `,"555-01-0199":1,"rare":"x"`,
		}[i%200]
		if i >= 300 {
			more += `,"grade":"a","by":{"boss@example.org":"x"}`
		}
		fmt.Fprintf(&b, `{"last":"Marsh","first":"Alma","zip":"32301"%s}`+"\n", more)
	}
	hidden := " whose name may be somebody's details"
	for _, jobs := range []int{1, 4} {
		got := unknownOf(t, own, b.String(), jobs)
		for i, name := range got {
			got[i] = strings.TrimLeft(name, "column 0123456789,")
		}
		slices.Sort(got)
		if want := []string{"grade", strings.TrimLeft(hidden, " "), strings.TrimLeft(hidden, " "), strings.TrimLeft(hidden, " "), strings.TrimLeft(hidden, " "), strings.TrimLeft(hidden, " ")}; !slices.Equal(got, want) {
			t.Errorf("%d jobs: %q", jobs, got)
		}
	}
	// The same names at the top of a table are its header's, but for those that no header has.
	own.Container = ""
	own.Delimiter = ","
	text := "last,first,zip,rare,alma.marsh@example.org,555-01-0199,vote_20201103\n" + strings.Repeat("Marsh,Alma,32301,x,x,x,x\n", 3)
	want := []string{"rare", "column 5," + hidden, "column 6," + hidden, "vote_20201103"}
	if got := unknownOf(t, own, text, 1); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
