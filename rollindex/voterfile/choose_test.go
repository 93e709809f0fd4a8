package voterfile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// shown returns the names of the members that are read, and of those that are not.
func shown(members []Member) (read, left []string) {
	for _, m := range members {
		_, name, _ := strings.Cut(m.Name, ": ")
		if m.LeftOut == "" {
			read = append(read, name)
		} else {
			left = append(left, name)
		}
	}
	return read, left
}

// What is named is read, whatever is wrong with what is not.
func TestMembers(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	roll := testRoll(l, 10)
	dump := containersOf(l, 10)["insert"]
	other := bytes.ReplaceAll(dump, []byte("`voters`"), []byte("`public`.`former`"))
	inner := zipped(t, entry{name: "in.txt", data: roll}, entry{name: "dump.sql", data: slices.Concat(dump, other)})
	data := zipped(t,
		entry{name: "ALA.txt", data: roll}, entry{name: "old/ALA.txt", data: roll}, entry{name: "x/y/BAY.txt", data: roll}, entry{name: `w\DAD, a.txt`, data: roll},
		entry{name: "part.rar", data: []byte("Rar!\x1a\x07\x01\x00")}, entry{name: "empty.txt"}, entry{name: "processedfiles_x/CLA.txt", data: roll},
		entry{name: "in.zip", data: inner}, entry{name: "readme.txt", data: []byte("Read me.\n")})
	path := writeFile(t, "delivery.zip", data)
	for name, want := range map[string]string{
		"ALA.txt":                        "ALA.txt", // not the one that its name only ends
		"old/ALA.txt":                    "old/ALA.txt",
		"BAY.txt":                        "x/y/BAY.txt",
		"y/BAY.txt":                      "x/y/BAY.txt",
		"DAD, a.txt":                     `w\DAD, a.txt`,
		"CLA.txt":                        "processedfiles_x/CLA.txt", // chosen on purpose
		"in.txt":                         "in.zip: in.txt",
		"in.zip: in.txt":                 "in.zip: in.txt",
		"in.zip/in.txt":                  "in.zip: in.txt",
		label(path) + ": in.zip: in.txt": "in.zip: in.txt",
		"voters":                         "in.zip: dump.sql: voters",
		"former":                         "in.zip: dump.sql: public.former",
		"dump.sql: public.former":        "in.zip: dump.sql: public.former",
		"in.zip/dump.sql: voters":        "in.zip: dump.sql: voters",
		"dump.sql":                       "in.zip: dump.sql: voters|in.zip: dump.sql: public.former",
		"none.txt":                       "!no member \"none.txt\"", "LA.txt": "!no member", "": "!no member", "readme.txt": "!fits no layout|!not a delimited", "empty.txt": "!is empty", "part.rar": "!RAR",
	} {
		s, err := Open(t.Context(), []string{path}, Options{Members: []string{name}})
		if problem, refused := strings.CutPrefix(want, "!"); refused {
			a, b, _ := strings.Cut(problem, "|!")
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(e.Problem, a) && (b == "" || !strings.Contains(e.Problem, b)) {
				t.Errorf("%q: %v, want %s", name, err, want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		read, left := shown(s.Members())
		if got := strings.Join(read, "|"); got != want || len(read)+len(left) != 11 {
			t.Errorf("%q reads %s, want %s; left out: %q", name, got, want, left)
		}
		for _, m := range s.Members() {
			if m.LeftOut != "" && m.LeftOut != NotNamed || m.Unread {
				t.Errorf("%q: %s is left out as %q", name, m.Name, m.LeftOut)
			}
		}
		if rows, skips := readAll(t, s); len(rows) != 10*len(read) || skips.Skipped() != 0 {
			t.Errorf("%q: %d rows", name, len(rows))
		}
		s.Close()
	}
	s := mustOpen(t, Options{Members: []string{"BAY.txt", "voters"}}, path)
	if read, _ := shown(s.Members()); len(read) != 2 {
		t.Errorf("two names: %q", read)
	}
}

// A name that there is not is an error that lists those there are.
func TestNoMember(t *testing.T) {
	roll := testRoll(mustLayout(t, "fl-extract"), 5)
	var many []entry
	for i := range 25 {
		many = append(many, entry{name: fmt.Sprintf("%02d.txt", i), data: roll})
	}
	a, b := writeFile(t, "a.zip", zipped(t, many...)), writeFile(t, "b.txt", roll)
	_, err := Open(t.Context(), []string{a, b}, Options{Members: []string{"07.txt", "x.txt"}})
	checkError(t, err, ErrNoMember, `no member "x.txt", nor has another file`)
	var e *Error
	if errors.As(err, &e); !strings.Contains(e.Hint, `"00.txt", "01.txt"`) || !strings.Contains(e.Hint, "and 6 more") || strings.Contains(e.Hint, "23.txt") {
		t.Errorf("hint %q", e.Hint)
	}
	// A file that is no archive is read beside the members of another.
	s := mustOpen(t, Options{Members: []string{"07.txt"}}, a, b)
	if rows, _ := readAll(t, s); len(rows) != 10 {
		t.Errorf("%d rows", len(rows))
	}
	if _, err := Detect(t.Context(), a, Options{Members: []string{"x.txt"}}); !errors.Is(err, ErrNoMember) {
		t.Errorf("Detect: %v", err)
	}
	if _, err := Propose(t.Context(), a, Options{Members: []string{"x.txt"}}); !errors.Is(err, ErrNoMember) {
		t.Errorf("Propose: %v", err)
	}
}

// A page of results beside the table that is in each of them: one is named, and
// proposals are made of that one.
func TestMembersOfPages(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"page":1,"total":20,"people":[`)
	for i := range 20 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"last_name":"%s","first_name":"%s","dob":"19%d-03-04","zip":"331%02d","phones":[`, testLast[i%len(testLast)], testFirst[i%len(testFirst)], 40+i, i)
		for j := range 6 {
			fmt.Fprintf(&b, `%s{"last_name":"X","first_name":"Y","phone":"555-01%02d"}`, map[bool]string{true: ","}[j > 0], j)
		}
		b.WriteString(`]}`)
	}
	b.WriteString("]}\n")
	path := writeFile(t, "page.json", []byte(b.String()))
	list, err := Propose(t.Context(), path, Options{})
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	list, err = Propose(t.Context(), path, Options{Members: []string{"people"}})
	if err != nil || len(list) != 1 || list[0].Err != nil || !strings.HasSuffix(list[0].Member, ": people") {
		t.Fatalf("%+v, %v", list, err)
	}
	s := mustOpen(t, Options{Layout: list[0].Layout, Members: []string{"people"}}, path)
	if rows, skips := readAll(t, s); len(rows) != 20 || skips.Skipped() != 0 {
		t.Errorf("%d rows, %d skipped", len(rows), skips.Skipped())
	}
}

// What is left out and may hold people is told apart from what documents, repeats
// or decorates a delivery.
func TestLeftOutMayHoldPeople(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	fixed := []byte(strings.Repeat(strings.Repeat("SPECIMEN  AVERY     19610417", 3)+"\n", 40))
	noise := bytes.Repeat([]byte{0, 1, 2}, 100)
	old := append([]byte("\xd0\xcf\x11\xe0"), noise...)
	prose := []byte(strings.Repeat("This file describes the columns of the other files, and who may use them for what.\nSee the law.\n", 30))
	ods := zipped(t, entry{name: "mimetype", data: []byte("application/vnd.oasis.opendocument.spreadsheet")}, entry{name: "content.xml", data: []byte("<x/>")})
	odt := zipped(t, entry{name: "mimetype", data: []byte("application/vnd.oasis.opendocument.text")}, entry{name: "content.xml", data: []byte("<x/>")})
	xlsb := zipped(t, entry{name: "[Content_Types].xml", data: []byte("<x/>")}, entry{name: "xl/workbook.bin", data: noise})
	want := map[string]struct {
		data   []byte
		unread bool
	}{
		"voters.dat": {noise, true}, "voters.xls": {old, true}, "voters.ods": {ods, true}, "voters.xlsb": {xlsb, true}, "fixed.txt": {fixed, true},
		"large.txt":  {bytes.Repeat(prose, 40), true},
		"layout.doc": {old, false}, "layout.odt": {odt, false}, "layout.pdf": {[]byte("%PDF-1.7"), false}, "readme.txt": {prose, false}, "roll.sig": {noise, false},
		"blank.txt": {[]byte("\n\n"), false}, "county.txt": {[]byte("1\tALA\n2\tBAY\n"), false}, "__MACOSX/x.dat": {noise, false}, "empty.dat": {nil, false},
	}
	entries := []entry{{name: "ALA.txt", data: testRoll(l, 10)}}
	for name, w := range want {
		entries = append(entries, entry{name: name, data: w.data})
	}
	s := mustOpen(t, Options{}, writeFile(t, "x.zip", zipped(t, entries...)))
	for _, m := range s.Members()[1:] {
		_, name, _ := strings.Cut(m.Name, ": ")
		if m.LeftOut == "" || m.Unread != want[name].unread {
			t.Errorf("%s: %q, unread %v", name, m.LeftOut, m.Unread)
		}
	}
}

// What is left out and holds rows is told apart from documents and from what is empty.
func TestLeftOutHoldsRows(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	want := map[string]struct {
		data string
		rows bool
		part string
	}{
		"notes/README.txt": {"Voters of Florida.\nWhat it holds, in short: names, births\nAs asked, by law.\nSee the page, which says more, of what it holds.\nMore on the page.\n", false, "the member notes/README.txt"},
		"users.csv":        {"email,password\na@example.com,x\n", true, "the member users.csv"},
		"combo.txt":        {strings.Repeat("a@example.com:x\n", 5), true, "the member combo.txt"},
		"tabs.txt":         {strings.Repeat("a@example.com\tx\n", 5), true, "the member tabs.txt"},
		"short.txt":        {"Dear all,\nhello, you\n", false, "the member short.txt"},
		"empty.csv":        {"\n", false, "the member empty.csv"},
		"dump.sql":         {"CREATE TABLE users (email text, password text);\nINSERT INTO users VALUES ('a@example.com','x');\n", true, "the table users of dump.sql"},
		"chosen.csv":       {"email,password\na@example.com,x\n", false, "the member chosen.csv"},
	}
	entries := []entry{{name: "ALA.txt", data: testRoll(l, 10)}}
	for name, w := range want {
		entries = append(entries, entry{name: name, data: []byte(w.data)})
	}
	path := writeFile(t, "x.zip", zipped(t, entries...))
	seen := 0
	for _, m := range mustOpen(t, Options{}, path).Members()[1:] {
		for name, w := range want {
			if !strings.Contains(m.Name, ": "+name) || name == "chosen.csv" {
				continue
			}
			if seen++; m.LeftOut == "" || m.HasRows != w.rows || m.Part != w.part {
				t.Errorf("%s: left out %q, rows %v, part %q", m.Name, m.LeftOut, m.HasRows, m.Part)
			}
		}
	}
	if seen != len(want)-1 {
		t.Errorf("%d of %d members were seen", seen, len(want)-1)
	}
	for _, m := range mustOpen(t, Options{Members: []string{"ALA.txt"}}, path).Members() {
		if m.HasRows {
			t.Errorf("%s was chosen away, and is told as lacking", m.Name)
		}
	}
}

// The name of a table that was left out is kept, unless it may be somebody's details.
func TestKept(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	table := func(name string) string {
		return "CREATE TABLE `" + name + "` (email text, password text);\nINSERT INTO `" + name + "` VALUES ('a','x');\n"
	}
	people := strings.Repeat(`{"email":"a"},`, namedRows-1) + `{"email":"a"}`
	path := writeFile(t, "x.zip", zipped(t, entry{name: "ALA.txt", data: testRoll(l, 10)},
		entry{name: "a.sql", data: []byte(table("users") + table("alma.marsh@example.org") + table("900-11-2222"))},
		entry{name: "eve@example.org.csv", data: []byte("email,password\na,x\n")}, entry{name: "10866_20200908.csv", data: []byte("email,password\na,x\n")},
		entry{name: "jordan_marsh_3055550123.csv", data: []byte("email,password\na,x\n")},
		entry{name: "b.json", data: []byte(`{"logins":[` + people + `],"Otto Marsh":[{"email":"a"}]}`)}))
	const secret = "a part whose name may be somebody's details"
	var got []string
	for _, m := range mustOpen(t, Options{}, path).Members()[1:] {
		got = append(got, m.Kept())
	}
	want := []string{"the table users of a.sql", secret, secret, secret, "the member 10866_20200908.csv", secret, secret, secret}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
