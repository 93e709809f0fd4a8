package synth

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/internal/racetest"
)

// TestContainers holds that a roll has the same values in every container: each is
// read by another reader than that of this project and compared with the same
// columns as delimited lines.
func TestContainers(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	for _, tc := range []struct {
		container, layout string
		read              func(t *testing.T, l *layouts.Layout, b []byte) [][]string
	}{
		{"xlsx", "az-2020-avid", readSheet},
		{"xlsx", "sd-searchexport", readSheet}, // below two lines of title
		{"json", "nist-vri-v0-json", readJSON},
		{"xml", "nist-vri-v0-json", readXML},
		{"json", "oh-swvf", readJSON},
		{"dbf", "mx-padron-dbf", readDBF},
		{"pgcopy", "tr-mernis-pgcopy", readCopy},
		{"fixed", "tx-fixed-666", readFixed},
		{"fixed", "ct-ext-fixed", readFixed},
	} {
		t.Run(tc.container+" "+tc.layout, func(t *testing.T) {
			t.Parallel()
			l := *layout(t, tc.layout)
			flat := l
			l.Container = tc.container
			if tc.container != "fixed" {
				l.Delimiter = ""
			}
			l.Quote = ""
			flat.Container, flat.Delimiter, flat.Quote, flat.Header, flat.TrailingDelimiter, flat.PreambleLines = "", "\x1f", "", false, "", 0
			flat.LineEnding = "lf"
			if !(tc.container == "fixed" || tc.container == "dbf" || tc.container == "pgcopy") { // the others are UTF-8 whatever the layout says
				flat.Encoding = "utf-8"
			}
			o := Options{Layout: &l, Rows: 2500, Seed: 6, Noise: 0.2, Sample: 0.9}
			got := tc.read(t, &l, raw(t, o).bytes)
			o.Layout = &flat
			want := write(t, o)
			if len(got) != len(want.lines) {
				t.Fatalf("%d rows, want %d", len(got), len(want.lines))
			}
			for i, line := range want.lines {
				for j, v := range strings.Split(line, "\x1f") {
					c := &l.Columns[min(j, len(l.Columns)-1)]
					if j < len(l.Columns) && c.Length > 0 && len(v) > c.Length { // cut, of what may be two bytes a letter
						v = v[:c.Length]
					}
					if got[i][j] != strings.TrimRight(v, " ") {
						t.Fatalf("row %d, column %q: %q, want %q", i, c.Name, got[i][j], v)
					}
				}
			}
		})
	}
}

func readSheet(t *testing.T, l *layouts.Layout, b []byte) (rows [][]string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		part, err := io.ReadAll(r)
		if err != nil || !bytes.HasPrefix(part, []byte("<?xml")) {
			t.Fatalf("%s: %v", f.Name, err)
		}
		var sheet struct {
			Rows []struct {
				Cells []struct {
					Text string `xml:"is>t"`
				} `xml:"c"`
			} `xml:"sheetData>row"`
		}
		if err := xml.Unmarshal(part, &sheet); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		for _, row := range sheet.Rows {
			var values []string
			for _, c := range row.Cells {
				values = append(values, c.Text)
			}
			rows = append(rows, values)
		}
	}
	head := rows[l.PreambleLines]
	if len(rows[0]) == 0 || head[0] != l.Columns[0].Name || l.PreambleLines > 0 && !strings.Contains(rows[0][0], "Fictional") {
		t.Fatalf("begins with %q, the columns are %q", rows[0], head)
	}
	return rows[l.PreambleLines+1:]
}

// at returns the value at a path of nested objects and arrays.
func at(v any, path []string) string {
	if s, ok := v.(string); ok && len(path) == 0 {
		return s
	}
	if object, ok := v.(map[string]any); ok && len(path) > 0 {
		key, selector, isArray := strings.Cut(strings.TrimSuffix(path[0], "]"), "[")
		if !isArray {
			return at(object[key], path[1:])
		}
		members, _ := object[key].([]any)
		of, is, _ := strings.Cut(selector, "=")
		for _, m := range members {
			if of == "" || m.(map[string]any)[of] == is {
				return at(m, path[1:])
			}
		}
	}
	return ""
}

func readJSON(t *testing.T, l *layouts.Layout, b []byte) (rows [][]string) {
	t.Helper()
	var records []any
	if err := json.Unmarshal(b, &records); err != nil {
		t.Fatal(err)
	}
	names := columnNames(t, l)
	for _, r := range records {
		var row []string
		for _, name := range names {
			row = append(row, at(r, strings.Split(name, ".")))
		}
		rows = append(rows, row)
	}
	return rows
}

// columnNames returns the names of the columns as they are written, those of
// elections included.
func columnNames(t *testing.T, l *layouts.Layout) []string {
	return raw(t, Options{Layout: l, Rows: 1}).stats.Columns
}

// element is any element of XML.
type element struct {
	XMLName xml.Name
	Text    string    `xml:",chardata"`
	Parts   []element `xml:",any"`
}

func (e *element) at(path []string) string {
	if len(path) == 0 {
		return e.Text
	}
	key, selector, _ := strings.Cut(strings.TrimSuffix(path[0], "]"), "[")
	of, is, _ := strings.Cut(selector, "=")
	for i := range e.Parts {
		if p := &e.Parts[i]; p.XMLName.Local == xmlName(key) && (of == "" || p.at([]string{of}) == is) {
			return p.at(path[1:])
		}
	}
	return ""
}

func readXML(t *testing.T, l *layouts.Layout, b []byte) (rows [][]string) {
	t.Helper()
	var root element
	if err := xml.Unmarshal(b, &root); err != nil {
		t.Fatal(err)
	}
	names := columnNames(t, l)
	for i := range root.Parts {
		var row []string
		for _, name := range names {
			row = append(row, root.Parts[i].at(strings.Split(name, ".")))
		}
		rows = append(rows, row)
	}
	return rows
}

func readDBF(t *testing.T, l *layouts.Layout, b []byte) (rows [][]string) {
	t.Helper()
	n, head, record := int(binary.LittleEndian.Uint32(b[4:])), int(binary.LittleEndian.Uint16(b[8:])), int(binary.LittleEndian.Uint16(b[10:]))
	if b[0] != 3 || len(b) != head+n*record+1 || b[len(b)-1] != 0x1a || b[head-1] != '\r' {
		t.Fatalf("a head of %d bytes, %d records of %d in %d bytes", head, n, record, len(b))
	}
	for i := range n {
		r := b[head+i*record:][:record]
		if r[0] != ' ' {
			t.Fatalf("record %d is deleted", i)
		}
		var row []string
		at := 1
		for f := 32; f < head-1; f += 32 {
			width := int(b[f+16])
			row = append(row, strings.TrimRight(string(r[at:at+width]), " "))
			at += width
		}
		if at != record || len(row) != len(l.Columns) {
			t.Fatalf("fields of %d bytes in a record of %d", at, record)
		}
		rows = append(rows, row)
	}
	return rows
}

func readCopy(t *testing.T, l *layouts.Layout, b []byte) (rows [][]string) {
	t.Helper()
	lines := strings.Split(string(b), "\n")
	var names []string
	for _, c := range l.Columns {
		names = append(names, c.Name)
	}
	if want := "COPY tr_mernis_pgcopy (" + strings.Join(names, ", ") + ") FROM stdin;"; lines[0] != want {
		t.Fatalf("begins with %q, want %q", lines[0], want)
	}
	for i, line := range lines[1:] {
		if line == `\.` {
			if i != len(lines)-3 {
				t.Fatal("ends early")
			}
			return rows
		}
		var row []string
		for _, v := range strings.Split(line, "\t") {
			if v == "" {
				t.Fatalf("line %d has an empty value; it should be NULL", i+2)
			}
			row = append(row, strings.TrimPrefix(v, `\N`))
		}
		rows = append(rows, row)
	}
	t.Fatal("does not end")
	return nil
}

func readFixed(t *testing.T, l *layouts.Layout, b []byte) (rows [][]string) {
	t.Helper()
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if len(line) != l.RecordLength {
			t.Fatalf("a record of %d bytes, want %d", len(line), l.RecordLength)
		}
		var row []string
		end := 0
		for _, c := range l.Columns {
			for _, between := range []byte(line[end : c.Start-1]) {
				if string(between) != l.Delimiter {
					t.Fatalf("%q between the columns", between)
				}
			}
			end = c.Start - 1 + c.Length
			row = append(row, strings.TrimRight(line[c.Start-1:end], " "))
		}
		rows = append(rows, row)
	}
	return rows
}

// TestEscapes holds that values of a user's own codes harm no container.
func TestEscapes(t *testing.T) {
	t.Parallel()
	nasty := `A & B <"> \`
	for _, container := range layouts.Containers() {
		l := layouts.Layout{
			ID: "x", Container: container, Header: true, Encoding: "utf-8", RecordLength: 60, LineEnding: "lf",
			Columns: []layouts.Column{{Name: "one & <two>", Role: field.NameLast, Start: 1, Length: 30}, {Name: "s", Role: field.RoleStatus, Start: 31, Length: 30}},
			Codes:   map[string]map[string]string{"status": {nasty: "active", "B": "other"}},
		}
		if l.Delimited() {
			l.Delimiter = ","
		}
		s := &sheet{layout: &l, columns: []column{{name: l.Columns[0].Name, width: 30, append: constant(nasty)}, {name: "s", start: 30, width: 30, append: constant("B")}}, delim: ','}
		s.ending = "\n"
		if err := s.setForm(false); err != nil {
			t.Fatal(err)
		}
		row := s.row(nil, &record{})
		var err error
		switch container {
		case "json":
			var v map[string]string
			if err = json.Unmarshal(row[2:], &v); err == nil && v["one & <two>"] != nasty {
				err = fmt.Errorf("%q", v)
			}
		case "xml", "xlsx":
			var e element
			if err = xml.Unmarshal(row, &e); err == nil && !strings.Contains(fmt.Sprintf("%+v", e), nasty) {
				err = fmt.Errorf("%+v", e)
			}
		case "pgcopy":
			if !strings.Contains(string(row), `\\`) {
				err = fmt.Errorf("%q", row)
			}
		}
		if err != nil {
			t.Errorf("%s: %v", container, err)
		}
		for _, c := range codesOf(&l, field.RoleStatus) {
			if c.word == nasty {
				t.Errorf("%s: a code that no file can hold is used", container)
			}
		}
	}
}

// TestLapses: words that stand for no value appear in one row in two hundred.
func TestLapses(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	l := layout(t, "ut-voters-2016")
	r := write(t, Options{Layout: l, Rows: 10000, Seed: 2})
	n := 0
	at := 0
	for i, c := range l.Columns {
		if c.Role == field.HouseNumber {
			at = i
		}
	}
	for _, line := range r.lines {
		n += b2i(fields(t, l, line)[at] == l.Absent[0])
	}
	if share := float64(n) / 10000; math.Abs(share-0.005) > 0.002 {
		t.Errorf("%s in %.4f of the rows", l.Absent[0], share)
	}
	r = write(t, Options{Layout: layout(t, "mo-psr-2018"), Rows: 10000, Seed: 2})
	n = 0
	for i, p := range r.people(t) {
		if hidden := strings.Contains(r.lines[i], "XXXXX\tXXXXX\tXXXXX"); hidden != p.Withheld {
			t.Fatalf("row %d: withheld %v, shown as hidden %v", i, p.Withheld, hidden)
		}
		n += b2i(p.Withheld)
	}
	if share := float64(n) / 10000; math.Abs(share-0.005) > 0.002 {
		t.Errorf("%.4f of the rows are withheld", share)
	}
}

// TestElsewhere: a layout of no state is filled with people of the state asked
// for, and another country's places get codes that nobody has.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	for _, p := range raw(t, Options{Layout: layout(t, "van-export"), Rows: 200, State: "VT"}).people(t) {
		if p.State != "VT" || p.ZIP[:2] != "05" {
			t.Fatalf("row %d is of %s, %s", p.Row, p.State, p.ZIP)
		}
	}
	for id, begins := range map[string]string{"gb-register-name": "ZZ99 ", "in-rolls-parsed": "99", "mx-padron-dbf": "00", "tr-mernis-pgcopy": "00"} {
		for _, p := range raw(t, Options{Layout: layout(t, id), Rows: 200}).people(t) {
			if p.State != "" || !strings.HasPrefix(p.ZIP, begins) {
				t.Fatalf("%s, row %d: %s of %s", id, p.Row, p.ZIP, p.State)
			}
		}
	}
}

// TestKinds: columns without a role that hold districts, places or the day of the
// registration have a value in nearly every row.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"al-statewide-2024", "ga-2023-csv", "l2-vm2", "ma-vris-voter", "nh-checklist-2025", "va-registered-voter-list"} {
		l := layout(t, id)
		r := write(t, Options{Layout: l, Rows: 100, Seed: 3})
		for i, c := range l.Columns {
			k, ok := c.Exposes()
			if !ok || c.Role != field.RoleNone || k != field.Precinct && k != field.Locality && k != field.RegistrationDate {
				continue
			}
			n := 0
			for _, line := range r.lines {
				n += b2i(fields(t, l, line)[i] != "")
			}
			if n < 95 {
				t.Errorf("%s, %s: a value in %d of 100 rows", id, c.Name, n)
			}
		}
	}
}
