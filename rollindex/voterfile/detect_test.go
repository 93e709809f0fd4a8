package voterfile

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/internal/racetest"
)

// detectBytes returns what is found out about a file of that content.
func detectBytes(t *testing.T, data []byte, opts Options) Detection {
	t.Helper()
	ds, err := Detect(t.Context(), writeFile(t, "roll.txt", data), opts)
	if err != nil {
		t.Fatal(err)
	}
	if len(ds) != 1 {
		t.Fatalf("%d members in a plain file", len(ds))
	}
	return ds[0]
}

// Every layout's own file is read by it and by no other, and by a clear margin.
func TestDetectEveryLayout(t *testing.T) {
	racetest.LeaveOut(t)
	for _, id := range textLayouts() {
		t.Run(id, func(t *testing.T) {
			l := mustLayout(t, id)
			for _, rows := range []int{1, 2, 50} {
				d := detectBytes(t, testRoll(l, rows), Options{})
				if d.Err != nil {
					t.Fatalf("%d rows: %v", rows, d.Err)
				}
				m := d.Matches[0]
				if m.Layout.ID != id || m.Score < 0.9 || len(m.Evidence) == 0 {
					t.Errorf("%d rows: read as %s (%.2f: %s)", rows, m.Layout.ID, m.Score, m.Evidence)
				}
				if m.Header != l.Header || l.Delimited() && (m.Delimiter != l.Delimiter[0] || m.Quoted != (l.Quote != "")) || m.Fields != len(l.Columns) {
					t.Errorf("%d rows: header %v, delimiter %q, quoted %v, %d fields", rows, m.Header, m.Delimiter, m.Quoted, m.Fields)
				}
			}
		})
	}
}

// With a header the columns may stand in any order, be spelled in any case, and
// be separated by anything; a layout that has no header may have been given one.
func TestDetectHeaderAnyOrder(t *testing.T) {
	racetest.LeaveOut(t)
	spell := map[string]func(string) string{
		"as is": func(s string) string { return s },
		"upper": strings.ToUpper,
		"snake": func(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "_")) },
		"plain": func(s string) string { return strings.NewReplacer(" ", "", "_", "").Replace(s) },
	}
	for _, id := range textLayouts() {
		for name, f := range spell {
			for _, delim := range map[string][]string{"as is": {","}, "upper": {"\t"}, "snake": {"|"}, "plain": {";"}}[name] {
				t.Run(id+"/"+name+"/"+delim, func(t *testing.T) {
					l := *mustLayout(t, id)
					l.Container, l.Delimiter, l.Quote = "", delim, `"`
					order := rand.New(rand.NewPCG(1, 2)).Perm(len(l.Columns))
					var b bytes.Buffer
					rows := [][]string{columnNames(&l), testRow(&l, 1), testRow(&l, 2)}
					for i, row := range rows {
						var out []string
						for _, c := range order {
							if i == 0 {
								row[c] = f(row[c])
							}
							out = append(out, row[c])
						}
						writeRow(&b, &l, out)
					}
					d := detectBytes(t, b.Bytes(), Options{})
					if d.Err != nil {
						t.Fatal(d.Err)
					}
					m := d.Matches[0]
					for i := range d.Matches { // two layouts may differ in their order only
						if o := &d.Matches[i]; o.Layout.ID == id && o.Score == m.Score && o.sameReading(&m) {
							m = *o
						}
					}
					if m.Layout.ID != id || !m.ByName || m.Score != 1 || len(m.Missing)+len(m.Extra) > 0 {
						t.Errorf("read as %s %.2f, by name %v, missing %q, extra %v", m.Layout.ID, m.Score, m.ByName, m.Missing, m.Extra)
					}
				})
			}
		}
	}
}

// A copy whose header uses the other spellings that were seen is the same layout.
func TestDetectAliases(t *testing.T) {
	for _, id := range textLayouts() {
		l := mustLayout(t, id)
		if !l.Delimited() {
			continue
		}
		names := columnNames(l)
		for i, c := range l.Columns {
			if len(c.Aliases) > 0 {
				names[i] = c.Aliases[0]
			}
		}
		var b bytes.Buffer
		writeRow(&b, l, names)
		writeRow(&b, l, testRow(l, 3))
		d := detectBytes(t, b.Bytes(), Options{})
		if d.Err != nil || d.Matches[0].Layout.ID != id || d.Matches[0].Score != 1 {
			t.Errorf("%s: %+v", id, d)
		}
	}
}

func TestDetectExtraColumns(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	var b bytes.Buffer
	writeRow(&b, l, append(columnNames(l), "ssn_last4", "Cell Phone", "internal_ref", "Email Address"))
	writeRow(&b, l, append(testRow(l, 1), "0000", "850-555-0123", "x", "")) // Email address is the layout's own
	d := detectBytes(t, b.Bytes(), Options{})
	if d.Err != nil {
		t.Fatal(d.Err)
	}
	m := d.Matches[0]
	want := []Extra{{"ssn_last4", field.RoleSSNLast4}, {"Cell Phone", field.RolePhone}, {"internal_ref", 0}, {"Email Address", 0}}
	if m.Layout.ID != l.ID || len(m.Extra) != len(want) {
		t.Fatalf("%s, extra %v", m.Layout.ID, m.Extra)
	}
	for i := range want {
		if m.Extra[i] != want[i] {
			t.Errorf("extra column %v, want %v", m.Extra[i], want[i])
		}
	}
}

// A copy that lost its header is still known by the number of fields and what is
// in them, and less surely.
func TestDetectLostHeader(t *testing.T) {
	for _, id := range []string{"nc-ncvoter-2022", "nc-ncvoter-2012-2022", "wa-vrdb-2019", "oh-swvf"} {
		l := mustLayout(t, id)
		roll := testRoll(l, 20)
		d := detectBytes(t, roll[bytes.IndexByte(roll, '\n')+1:], Options{})
		if d.Err != nil {
			t.Errorf("%s: %v", id, d.Err)
			continue
		}
		if m := d.Matches[0]; m.Layout.ID != id || m.Header || m.ByName || m.Score > 0.95 {
			t.Errorf("%s: read as %s, header %v, %.2f", id, m.Layout.ID, m.Header, m.Score)
		}
	}
}

// A copy of a file without quotes that some program quoted.
func TestDetectQuotedCopy(t *testing.T) {
	l := *mustLayout(t, "fl-extract")
	var plain, quoted bytes.Buffer
	for i := range 20 {
		row := testRow(&l, i)
		writeRow(&plain, &l, row)
		quoted.WriteString(`"` + strings.Join(row, "\"\t\"") + "\"\n")
	}
	want, _ := readAll(t, mustOpen(t, Options{}, writeFile(t, "plain", plain.Bytes())))
	s := mustOpen(t, Options{}, writeFile(t, "quoted", quoted.Bytes()))
	got, _ := readAll(t, s)
	if !s.Members()[0].Match.Quoted || !slices.Equal(got, want) {
		t.Errorf("%d records, want %d: %s", len(got), len(want), firstDifference(got, want))
	}
}

// Most of a layout's columns are no match if there is nobody's name among them.
func TestDetectNeedsNames(t *testing.T) {
	l := mustLayout(t, "nc-ncvoter-2022")
	names := columnNames(l)
	names[slices.Index(names, "first_name")] = "other"
	var b bytes.Buffer
	writeRow(&b, l, names)
	writeRow(&b, l, testRow(l, 1))
	if d := detectBytes(t, b.Bytes(), Options{}); !errors.Is(d.Err, ErrNoLayout) {
		t.Errorf("%v, matches %+v", d.Err, d.Matches)
	}
}

func TestDetectGrowingAndTail(t *testing.T) {
	oh := mustLayout(t, "oh-swvf")
	var b bytes.Buffer
	writeRow(&b, oh, append(columnNames(oh), "PRIMARY-03/07/2000", "GENERAL-11/07/2000", "special-02/05/2008"))
	writeRow(&b, oh, append(testRow(oh, 1), "", "X", ""))
	if d := detectBytes(t, b.Bytes(), Options{}); d.Err != nil || d.Matches[0].Score != 1 || d.Matches[0].Fields != 49 {
		t.Errorf("Ohio with elections: %+v", d)
	}

	ny := mustLayout(t, "ny-allnysvoters-2021")
	b.Reset()
	writeRow(&b, ny, append(testRow(ny, 1), "5185550100", "one@example.org"))
	writeRow(&b, ny, append(testRow(ny, 2), "", "two@example.org"))
	if d := detectBytes(t, b.Bytes(), Options{}); d.Err != nil || d.Matches[0].Layout.ID != ny.ID || d.Matches[0].Fields != 49 {
		t.Errorf("New York with phone and e-mail: %+v", d)
	}

	nc := mustLayout(t, "nc-ncvoter-2022")
	b.Reset()
	writeRow(&b, nc, append([]string{"hava_id_req", "ssn"}, append(columnNames(nc), "no_dl_ssn_chkbx")...))
	writeRow(&b, nc, append([]string{"N", "N"}, append(testRow(nc, 1), "N")...))
	if d := detectBytes(t, b.Bytes(), Options{}); d.Err != nil || d.Matches[0].Score != 1 || len(d.Matches[0].Extra) > 0 {
		t.Errorf("North Carolina of 2026: %+v", d)
	}
}

// A header in words of its own makes a headerless layout's first row no person.
func TestDetectForeignHeader(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	var b bytes.Buffer
	names := make([]string, len(l.Columns))
	for i := range names {
		names[i] = "spalte" + strings.Repeat("x", i)
	}
	writeRow(&b, l, names)
	for i := range 5 {
		writeRow(&b, l, testRow(l, i))
	}
	d := detectBytes(t, b.Bytes(), Options{})
	if d.Err != nil || !d.Matches[0].Header || d.Matches[0].ByName {
		t.Fatalf("%+v", d)
	}
	recs, skips := readAll(t, mustOpen(t, Options{}, writeFile(t, "x.txt", b.Bytes())))
	if len(recs) != 5 || skips.Rows != 5 {
		t.Errorf("%d records of %d rows, want 5 of 5", len(recs), skips.Rows)
	}
}

func TestDetectRefuses(t *testing.T) {
	fl, nc := mustLayout(t, "fl-extract"), mustLayout(t, "nc-ncvoter-2022")
	short := func(n int) []byte {
		var b bytes.Buffer
		for i := range 20 {
			writeRow(&b, fl, testRow(fl, i)[:n])
		}
		return b.Bytes()
	}
	swapped := func() []byte { // the right number of fields, in another order
		var b bytes.Buffer
		for i := range 20 {
			row := testRow(fl, i)
			for j := range len(row) / 2 {
				row[j], row[len(row)-1-j] = row[len(row)-1-j], row[j]
			}
			writeRow(&b, fl, row)
		}
		return b.Bytes()
	}
	ragged := func() []byte {
		var b bytes.Buffer
		writeRow(&b, nc, columnNames(nc))
		for i := range 20 {
			writeRow(&b, nc, append(testRow(nc, i), "one", "two"))
		}
		return b.Bytes()
	}
	tests := []struct {
		name   string
		data   []byte
		layout *layouts.Layout
		err    error
		say    []string
	}{
		{"blank", []byte("\n\n  \n"), nil, ErrEmpty, []string{"blank"}},
		{"header only", []byte(strings.Join(columnNames(nc), "\t") + "\n"), nil, ErrEmpty, []string{"header"}},
		{"binary", bytes.Repeat([]byte{0, 1, 2, 3, 'a'}, 1000), nil, ErrNotText, nil},
		{"prose", []byte("This is a letter,\nand not a roll of voters.\n"), nil, ErrNoLayout, nil},
		{"a field short", short(37), nil, ErrNoLayout, []string{"37 fields", "tabs", "the nearest layout, fl-extract, has 38 columns", "values"}},
		{"half of the names", []byte(strings.Join(columnNames(nc)[:30], "\t") + strings.Repeat("\tx", 20) + "\n" + strings.Repeat(strings.Repeat("y\t", 49)+"\n", 20)), nil, ErrNoLayout,
			[]string{"50 fields", "the nearest layout, nc-ncvoter-", "by these names"}},
		{"like nothing", []byte(strings.Repeat("a,b,c,d,e,f,g\n", 20)), nil, ErrNoLayout, []string{"7 fields"}},
		{"quoted commas", []byte(strings.Repeat("\"a, b\",\"c, d\",e\n", 20)), nil, ErrNoLayout, []string{"3 fields"}},
		{"other content", swapped(), nil, ErrNoLayout, []string{"38 fields", "values"}},
		{"wrong layout forced", testRoll(fl, 20), nc, ErrNoLayout, []string{"nc-ncvoter-2022", "67", "38"}},
		{"rows longer than header", ragged(), nil, ErrNoLayout, []string{"67", "69"}},
		{"UTF-16 without mark", utf16Bytes("a\tb\n", false), nil, ErrNotText, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := writeFile(t, "roll.txt", tt.data)
			_, err := Open(t.Context(), []string{path}, Options{Layout: tt.layout})
			checkError(t, err, tt.err, tt.say...)
		})
	}
}

// checkError holds an error to its cause, to a hint, and to naming the file.
func checkError(t *testing.T, err, cause error, say ...string) {
	t.Helper()
	var e *Error
	if !errors.Is(err, cause) || !errors.As(err, &e) {
		t.Fatalf("error %v, want %v", err, cause)
	}
	if e.Hint == "" || e.File == "" || strings.ContainsAny(e.Error()+e.Hint, "\n\x00") {
		t.Errorf("error without a hint or a file, or over several lines: %q, hint %q", e, e.Hint)
	}
	for _, s := range say {
		if !strings.Contains(e.Problem, s) { // not in e.Error(): the path has the test's name
			t.Errorf("error %q does not say %q", e, s)
		}
	}
}

func TestDetectTie(t *testing.T) {
	// Two layouts of one shape fit equally, whatever is in the file; that matters
	// only where they read it otherwise.
	fl := mustLayout(t, "fl-extract")
	twin := *fl
	twin.ID = "fl-twin"
	if d := detectAmong(t, testRoll(fl, 5), fl, &twin); d.Err != nil || d.Matches[0].Layout != fl {
		t.Errorf("a twin that reads alike: %v", d.Err)
	}
	twin.Jurisdiction = "US-GA"
	checkError(t, detectAmong(t, testRoll(fl, 5), fl, &twin).Err, ErrAmbiguous, "fl-extract", "fl-twin", "fl-twin of US-GA")
	twin.Jurisdiction, twin.Columns = fl.Jurisdiction, slices.Clone(fl.Columns)
	twin.Columns[2].Role, twin.Columns[4].Role = field.NameFirst, field.NameLast
	checkError(t, detectAmong(t, testRoll(fl, 5), fl, &twin).Err, ErrAmbiguous, "column 3 is name_last in fl-extract and name_first in fl-twin")
}

// detectAmong returns what is found out about a text among those layouts.
func detectAmong(t *testing.T, data []byte, list ...*layouts.Layout) Detection {
	t.Helper()
	var known []*candidate
	for _, l := range list {
		known = append(known, newCandidate(l))
	}
	s := newSample(data, true)
	var d Detection
	d.Matches = s.matches(known, false)
	m := &member{file: &file{}, name: "roll.txt"}
	m.judge(s, known, &d)
	return d
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	one := writeFile(t, "one.txt", testRoll(mustLayout(t, "fl-extract"), 5))
	nc := writeFile(t, "nc.txt", testRoll(mustLayout(t, "nc-ncvoter-2022"), 5))
	empty := writeFile(t, "empty.txt", nil)
	for name, tt := range map[string]struct {
		paths []string
		err   error
	}{
		"missing":      {[]string{dir + "/none"}, os.ErrNotExist},
		"directory":    {[]string{dir}, ErrNotText},
		"empty":        {[]string{empty}, ErrEmpty},
		"twice":        {[]string{one, one}, errTwice},
		"two states":   {[]string{one, nc}, ErrAmbiguous},
		"nothing":      {nil, errNoFile},
		"second empty": {[]string{one, empty}, ErrEmpty},
	} {
		if _, err := Open(t.Context(), tt.paths, Options{}); !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, want %v", name, err, tt.err)
		}
	}
	if _, err := Open(t.Context(), []string{one, nc}, Options{Jurisdiction: "US-ZZ"}); err != nil {
		t.Errorf("two states under one jurisdiction: %v", err)
	}
}

// Two generations of one state's file make one dataset.
func TestOpenMixedGenerations(t *testing.T) {
	var paths []string
	for _, id := range []string{"nc-ncvoter-2022", "nc-ncvoter-2012-2022"} {
		paths = append(paths, writeFile(t, id, testRoll(mustLayout(t, id), 10)))
	}
	s := mustOpen(t, Options{}, paths...)
	recs, _ := readAll(t, s)
	if len(recs) != 20 || s.Members()[0].Match.Layout.ID == s.Members()[1].Match.Layout.ID {
		t.Errorf("%d records of %+v", len(recs), s.Members())
	}
}

func FuzzDetect(f *testing.F) {
	for _, id := range textLayouts() {
		f.Add(testRoll(mustLayout(f, id), 2))
	}
	f.Add([]byte("\xff\xfea\x00"))
	f.Add([]byte("\"a\",\"b\n"))
	known, err := candidates(nil)
	if err != nil {
		f.Fatal(err)
	}
	// Whatever a file holds, detection ends in a layout or in a reason.
	f.Fuzz(func(t *testing.T, data []byte) {
		m := &member{file: &file{}, name: "roll.txt"}
		s := newSample(data, true)
		var d Detection
		if len(s.lines) == 0 {
			return
		}
		d.Matches = s.matches(known, false)
		m.judge(s, known, &d)
		if len(d.Matches) == 0 && d.Err == nil {
			t.Error("neither a layout nor a reason")
		}
		for _, m := range d.Matches {
			if len(m.columns) != m.Fields || len(m.extra) != m.Fields || m.Score < 0 || m.Score > 1 {
				t.Errorf("%d columns for %d fields, confidence %v", len(m.columns), m.Fields, m.Score)
			}
		}
	})
}

// utf16Bytes returns text as little-endian UTF-16.
func utf16Bytes(text string, mark bool) []byte {
	var b []byte
	if mark {
		b = []byte{0xff, 0xfe}
	}
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}
