package voterfile

import (
	"reflect"
	"slices"
	"testing"
)

// People with a name of one time were born then, in the file and in each part of it.
func TestFirstNamesGoWithBirths(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	s := mustOpen(t, Options{Layout: l}, writeFile(t, "roll.txt", synthRoll(t, l, 20_000, 3)))
	if _, err := s.Each(t.Context(), 2, func() Visitor { return nobody{} }, nil); err != nil {
		t.Fatal(err)
	}
	w := &s.plans[0].watched.names
	if len(w.at) < 20_000/partLines {
		t.Errorf("%d parts", len(w.at))
	}
	var all cross
	for _, p := range w.at {
		all.add(&p.crosses[byBirth])
	}
	apart, told := crossRules[byBirth].unrelated(&all)
	_, of := all.rows()
	if apart < 2*crossRules[byBirth].apart || told || of < 20_000/6 {
		t.Errorf("%v: %d", all, apart)
	}
}

// However long a file is, and in whatever order its parts are read, few are kept, and the same.
func TestFewPartsAreKept(t *testing.T) {
	parts := make([]namesPart, 100_000)
	for i := range parts {
		parts[i].line = int64(i) * 170
		parts[i].crosses[bySex][i%2][i%3%2] = int64(i % 7)
	}
	var ahead, back namesWatch
	for i := 0; i < len(parts); i += 400 {
		ahead.add(parts[i : i+400])
	}
	slices.Reverse(parts)
	back.add(parts)
	if !reflect.DeepEqual(ahead, back) || len(ahead.at) > mostParts || len(ahead.at) <= mostParts/2 {
		t.Errorf("%d and %d parts", len(ahead.at), len(back.at))
	}
	last := slices.MaxFunc(parts, func(a, b namesPart) int { return int(a.line - b.line) })
	if at := ahead.at[last.line>>ahead.size]; at == nil || at.line > last.line {
		t.Errorf("%+v", at)
	}
}

// Where the names of a quarter of the file are those of others, that is told, and where it begins.
func TestQuarterOfOthers(t *testing.T) {
	var w namesWatch
	for i := range int64(40) {
		p := namesPart{line: i*partLines + 2}
		p.crosses[bySex] = cross{{30, 1}, {1, 30}}
		if i >= 20 && i < 30 {
			p.crosses[bySex] = cross{{15, 16}, {15, 16}}
		}
		w.add([]namesPart{p})
	}
	c, line, told := w.told(bySex)
	if !told || line != 20*partLines+2 || c != (cross{{150, 160}, {150, 160}}) {
		t.Errorf("%v from %d on: %v", c, line, told)
	}
	if _, _, told := w.told(byBirth); told {
		t.Error("births that are in no row")
	}
}

// A name says when its bearers were born if it was in fashion then and at no other time, as
// those do not that only came into the country then.
func TestFashions(t *testing.T) {
	for name, want := range map[string]facts{
		"MARY": factEarly, "MILDRED": factEarly, "LINDA": factEarly, "BRITTANY": factLate, "TYLER": factLate,
		"JAMES": 0, "JENNIFER": 0, "JOSE": 0, "ALEJANDRO": 0, "FATIMA": 0, "LIAM": 0,
	} {
		if got := known().of(hashOf([]byte(name))) & (factEarly | factLate); got != want {
			t.Errorf("%s: %b", name, got)
		}
	}
}

// Letters that stand for other sexes, or for none, do not make names strange.
func TestSexesInOtherLetters(t *testing.T) {
	for _, tt := range []struct {
		said cross
		want bool
	}{
		{cross{{990, 10}, {10, 990}}, false},
		{cross{{500, 500}, {500, 500}}, true},
		{cross{{550, 450}, {450, 550}}, true},
		{cross{{350, 650}, {650, 350}}, true},
		{cross{{10, 990}, {990, 10}}, false}, // the letters are exchanged
		{cross{{0, 1000}, {0, 0}}, false},    // mujer, and hombre
		{cross{{99, 0}, {50, 50}}, false},    // too few
		{cross{{5000, 0}, {150, 0}}, false},  // a list of women, some of them called Tracy
		{cross{{0, 1000}, {0, 1000}}, false}, // M stands for all
		{cross{{450, 550}, {0, 1000}}, false},
		{cross{{80, 20}, {20, 80}}, false},
	} {
		if _, got := crossRules[bySex].unrelated(&tt.said); got != tt.want {
			t.Errorf("%v: %v", tt.said, got)
		}
	}
}
