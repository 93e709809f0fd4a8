package layouts

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
)

func all(t testing.TB) []*Layout {
	t.Helper()
	var list []*Layout
	for _, id := range IDs() {
		l, err := Get(id)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, l)
	}
	return list
}

// Every built-in layout states what a reader and a person need of it.
func TestBuiltIn(t *testing.T) {
	if len(IDs()) < 102 {
		t.Fatalf("only %d layouts", len(IDs()))
	}
	for i, l := range all(t) {
		if l.ID != IDs()[i] || !regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(l.ID) {
			t.Errorf("%s.json holds layout %q", IDs()[i], l.ID)
		}
		if l.Jurisdiction != "" && !strings.HasPrefix(l.ID, strings.ToLower(strings.TrimPrefix(l.Jurisdiction, "US-"))+"-") {
			t.Errorf("%s is of %s", l.ID, l.Jurisdiction)
		}
		for what, s := range map[string]string{"title": l.Title, "vintage": l.Vintage, "distribution": l.Distribution} {
			if s == "" {
				t.Errorf("%s has no %s", l.ID, what)
			}
		}
		if len(l.Sources) == 0 || !slices.Contains([]string{"high", "medium", "low"}, l.Confidence) {
			t.Errorf("%s: %d sources, confidence %q", l.ID, len(l.Sources), l.Confidence)
		}
		named := l.hasRole(field.NameFull) || l.hasRole(field.NameLast) && l.hasRole(field.NameFirst)
		if nameless := slices.Contains(addressLists, l.ID); named == nameless {
			t.Errorf("%s: people's names: %v", l.ID, named)
		}
		for _, q := range append(l.Quirks, l.Title, l.Vintage, l.Distribution, l.VoteHistory) {
			if strings.ContainsAny(q, "§?") || strings.TrimSpace(q) != q {
				t.Errorf("%s: %q is not a finished text", l.ID, q)
			}
		}
		checkDates(t, l)
	}
}

// addressLists are layouts without people's names: tables that belong to others.
var addressLists = []string{"nationbuilder-voter-file", "targetsmart-vip-address"}

// checkDates holds years to their form and the stated precision of the birth
// date to the columns.
func checkDates(t *testing.T, l *Layout) {
	t.Helper()
	for _, c := range l.Columns {
		switch c.Role {
		case field.RoleBirthYear:
			if c.Format != "YYYY" {
				t.Errorf("%s, %s: a year of form %q", l.ID, c.Name, c.Format)
			}
		}
	}
	want := "none"
	switch {
	case l.hasRole(field.RoleBirthDate):
		want = "day"
	case l.hasRole(field.RoleBirthMonthYear):
		want = "month"
	case l.hasRole(field.RoleBirthYear):
		want = "year"
	case l.hasRole(field.RoleAge):
		want = "age"
	}
	if l.BirthPrecision != want {
		t.Errorf("%s: birth precision %q, by its columns %q", l.ID, l.BirthPrecision, want)
	}
}

// The number of columns is what the descriptions state.
func TestColumnCounts(t *testing.T) {
	want := map[string][2]int{ // fixed columns, tail
		"fl-extract":           {38, 0},
		"nc-ncvoter-2022":      {67, 3},
		"nc-ncvoter-2012-2022": {71, 1},
		"oh-swvf":              {46, 0},
		"ny-allnysvoters-2021": {47, 2},
		"ny-allnysvoters-2016": {45, 0},
		"wa-vrdb-2023":         {33, 0},
		"wa-vrdb-2019":         {35, 0},
	}
	for id, n := range want {
		l, err := Get(id)
		if err != nil {
			t.Fatal(err)
		}
		if len(l.Columns) != n[0] || len(l.Tail) != n[1] {
			t.Errorf("%s has %d columns and %d more, want %v", id, len(l.Columns), len(l.Tail), n)
		}
	}
}

// Every role says in words what it is.
func TestRoleTitles(t *testing.T) {
	for r := field.Role(1); int(r) < field.NumRoles; r++ {
		if r.Title() == "" || r.String() == "" {
			t.Errorf("role %d is called %q, %q in words", r, r, r.Title())
		}
	}
}

func TestGetUnknown(t *testing.T) {
	for _, id := range []string{"", "xx", "../layouts", "fl-extract.json"} {
		if _, err := Get(id); !errors.Is(err, ErrUnknown) {
			t.Errorf("Get(%q): %v", id, err)
		}
	}
}

func TestGrowing(t *testing.T) {
	l, err := Get("oh-swvf")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"PRIMARY-03/07/2000": true, "general-11/07/2000": true, " SPECIAL-02/05/2008 ": true,
		"WARD": false, "GENERAL-11/07/20": false, "XGENERAL-11/07/2000": false, "": false,
	} {
		if got := l.Growing.Match(name); got != want {
			t.Errorf("Match(%q) = %v", name, got)
		}
	}
	var none *Growing
	if none.Match("GENERAL-11/07/2000") {
		t.Error("a layout that does not grow has an election")
	}
}

func TestNormName(t *testing.T) {
	for in, want := range map[string]string{
		"Name Last": "namelast", "NAME_LAST": "namelast", "name-last": "namelast", " \"Name\u00a0Last\" ": "namelast",
		"Residence City (USPS)": "residencecityusps", "addr1": "addr1", "": "", "___": "",
	} {
		if got := NormName(in); got != want {
			t.Errorf("NormName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRoleOfName(t *testing.T) {
	for name, want := range map[string]field.Role{
		"SSN_last4": field.RoleSSNLast4, "Last4 SSN": field.RoleSSNLast4, "e_mail": field.RoleEmail, "E-Mail": field.RoleEmail,
		"Cell Phone": field.RolePhone, "DOB": field.RoleBirthDate, "drivers_lic": field.RoleNone, "Drivers License": field.RoleDriverLicense,
		"number": field.RoleNone, "": field.RoleNone, "Prénom": field.NameFirst, "APELLIDO PATERNO": field.NameLast, "Doğum Tarihi": field.RoleBirthDate,
		"Geburtsdatum": field.RoleBirthDate, "Código Postal": field.ZIP5, "Imię": field.NameFirst,
	} {
		if got := RoleOfName(name); got != want {
			t.Errorf("RoleOfName(%q) = %v, want %v", name, got, want)
		}
	}
	words := 0
	for _, list := range headerWords {
		words += len(strings.Fields(list))
	}
	if words != len(synonyms()) {
		t.Errorf("%d words, %d of them different", words, len(synonyms()))
	}
	for name := range synonyms() {
		if NormName(name) != name {
			t.Errorf("the synonym %q is not normalised and never found", name)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	const good = `{"id":"x","jurisdiction":"US-FL","delimiter":",","quote":"","encoding":"utf-8","line_ending":"lf","birth_precision":"none",
		"columns":[{"name":"A","role":"name_last"},{"name":"B","kind":"address"}]}`
	if _, err := Parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string][2]string{
		"no id":              {`"id":"x"`, `"id":""`},
		"delimiter":          {`"delimiter":","`, `"delimiter":",,"`},
		"newline delimiter":  {`"delimiter":","`, `"delimiter":"\n"`},
		"quote":              {`"quote":""`, `"quote":"'"`},
		"encoding":           {"utf-8", "ebcdic"},
		"line ending":        {`"lf"`, `"cr"`},
		"precision":          {`"none"`, `"hour"`},
		"jurisdiction":       {"US-FL", "Florida"},
		"a state's letters":  {"US-FL", "FL"},
		"also a country's":   {"US-FL", "in"},
		"unknown key":        {`"id"`, `"colour":1,"id"`},
		"unknown role":       {"name_last", "name_last_of_all"},
		"unknown kind":       {`"address"`, `"adress"`},
		"role and kind":      {`"kind"`, `"role":"city","kind"`},
		"format":             {`"kind":"address"`, `"format":"YY"`},
		"second of a role":   {`"kind":"address"`, `"role":"name_last"`},
		"name format":        {`"role":"name_last"`, `"role":"name_full","format":"YYYY"`},
		"container":          {`"delimiter":","`, `"container":"paper"`},
		"needless delimiter": {`"delimiter":","`, `"delimiter":",","container":"xlsx"`},
		"trailing delimiter": {`"delimiter":","`, `"trailing_delimiter":"some","delimiter":","`},
		"no order, no names": {`"delimiter":","`, `"unordered":true,"delimiter":","`},
		"place":              {`"kind":"address"`, `"kind":"address","start":1,"length":2`},
		"place in fixed":     {`"delimiter":","`, `"container":"fixed","record_length":10`},
		"alias of a name":    {`"name":"B"`, `"name":"B","aliases":["A"]`},
		"no name":            {`"name":"B"`, `"name":" "`},
		"codes of no column": {`"columns"`, `"codes":{"party":{"A":"B"}},"columns"`},
		"growing role":       {`"columns"`, `"growing":{"pattern":"x","role":"y"},"columns"`},
		"growing pattern":    {`"columns"`, `"growing":{"pattern":"(","role":"vote_history"},"columns"`},
		"no columns":         {`{"name":"A","role":"name_last"},{"name":"B","kind":"address"}`, ``},
		"not JSON":           {`{`, ``},
	} {
		bad := strings.Replace(good, edit[0], edit[1], 1)
		if bad == good {
			t.Fatalf("%s: nothing changed", name)
		}
		if l, err := Parse([]byte(bad)); err == nil || l != nil {
			t.Errorf("%s: %v, error %v", name, l, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, id := range IDs() {
		b, err := files.ReadFile(id + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	// A layout that parses passes its own check; one that does not is not returned.
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := Parse(b)
		if (l == nil) != (err != nil) {
			t.Fatalf("layout %v beside error %v", l, err)
		}
		if l != nil && l.check() != nil {
			t.Fatal("a layout that does not pass its check")
		}
	})
}
