package voterfile

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// Fictional people for the tests: numbered, so that rows differ.
var (
	testFirst  = []string{"AVERY", "BLAKE", "CASEY", "DEVON", "ELLIS", "FINLEY", "HARPER"}
	testLast   = []string{"EXAMPLE", "SPECIMEN", "TESTMAN", "O'SAMPLE", "MOCK-UP", "PLACEHOLD", "FAUX"}
	testStreet = []string{"INVENTED", "PRETEND", "MADE UP", "IMAGINARY", "NOWHERE"}
)

// testValue returns what fictional person i has in a column with the role.
func testValue(l *layouts.Layout, c *layouts.Column, i int) string {
	switch c.Role {
	case field.NameLast:
		return testLast[i%len(testLast)]
	case field.NameFirst:
		return testFirst[i%len(testFirst)]
	case field.NameMiddle:
		return string(rune('A' + i%26))
	case field.RoleBirthDate, field.RoleRegistrationDate, field.LastVoteDate, field.RoleBirthYear:
		y, m, d := 1940+i%60, 1+i%12, 1+i%28
		if c.Role != field.RoleBirthDate && c.Role != field.RoleBirthYear {
			y = 2000 + i%20
		}
		if c.Length == 8 && c.Format == "" {
			return testDate("YYYYMMDD", y, m, d)
		}
		return testDate(c.Format, y, m, d)
	case field.HouseNumber:
		return fmt.Sprint(100 + i%900)
	case field.StreetName:
		return testStreet[i%len(testStreet)]
	case field.StreetType:
		return "ST"
	case field.AddressLine:
		if l.Jurisdiction == "US-NY" { // there it is for addresses without parts
			return ""
		}
		return fmt.Sprintf("%d %s ST", 100+i%900, testStreet[i%len(testStreet)])
	case field.City, field.MailCity:
		return "FICTIONVILLE"
	case field.State, field.RegistrationState:
		if len(l.Jurisdiction) < 5 {
			return "FL"
		}
		return l.Jurisdiction[3:]
	case field.ZIP5:
		return fmt.Sprintf("%05d", 32000+i%900)
	case field.PhoneArea:
		return "850"
	case field.RolePhone:
		if l.ID == "fl-extract" {
			return fmt.Sprintf("55501%02d", i%100)
		}
		return fmt.Sprintf("91955501%02d", i%100)
	case field.RoleEmail:
		return fmt.Sprintf("person%d@example.org", i)
	case field.RoleVoterID:
		return fmt.Sprintf("%09d", 100000000+i)
	case field.RoleSex:
		return "F"
	case field.RoleRace, field.CountyID, field.RoleStatus:
		if code := firstCode(l.Codes[c.Role.String()], append(c.Absent, "9", "U")); code != "" {
			return code
		}
		return "12"
	case field.NameFull:
		return layoutName(c.Format, testLast[i%len(testLast)], testFirst[i%len(testFirst)])
	case field.ConfidentialFlag:
		return "N"
	case field.RoleParty:
		if code := firstCode(l.Codes["party"], c.Absent); code != "" && l.ID != "fl-extract" {
			return code
		}
		return "NPA"
	case field.RoleAge:
		return fmt.Sprint(20 + i%60)
	}
	return ""
}

// firstCode returns the first code in order, passing over those that stand for
// none.
func firstCode(codes map[string]string, absent []string) string {
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		if !slices.Contains(absent, code) {
			return code
		}
	}
	return ""
}

func layoutName(format, last, first string) string {
	switch format {
	case "last, first":
		return last + ", " + first
	case "last first":
		return last + " " + first
	}
	return first + " " + last
}

func testDate(format string, y, m, d int) string {
	switch format {
	case "MM/DD/YYYY":
		return fmt.Sprintf("%02d/%02d/%04d", m, d, y)
	case "M/D/YYYY":
		return fmt.Sprintf("%d/%d/%04d", m, d, y)
	case "MM-DD-YYYY":
		return fmt.Sprintf("%02d-%02d-%04d", m, d, y)
	case "MMDDYYYY":
		return fmt.Sprintf("%02d%02d%04d", m, d, y)
	case "MM/DD/YY":
		return fmt.Sprintf("%02d/%02d/%02d", m, d, y%100)
	case "DD/MM/YYYY":
		return fmt.Sprintf("%02d/%02d/%04d", d, m, y)
	case "D/M/YYYY":
		return fmt.Sprintf("%d/%d/%04d", d, m, y)
	case "MM/YYYY":
		return fmt.Sprintf("%02d/%04d", m, y)
	case "YYYY-MM":
		return fmt.Sprintf("%04d-%02d", y, m)
	case "YYYYMMDD":
		return fmt.Sprintf("%04d%02d%02d", y, m, d)
	case "YYYY":
		return fmt.Sprintf("%04d", y)
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d)
}

// writeRow writes values as a row of the layout does.
func writeRow(b *bytes.Buffer, l *layouts.Layout, values []string) {
	for i, v := range values {
		if i > 0 {
			b.WriteString(l.Delimiter)
		}
		switch {
		case l.Quote == "":
			b.WriteString(v)
		case l.Jurisdiction == "US-NY" || strings.ContainsAny(v, "\"\n"+l.Delimiter):
			b.WriteString(`"` + strings.ReplaceAll(v, `"`, `""`) + `"`)
		default:
			b.WriteString(v)
		}
	}
	if l.LineEnding == "crlf" {
		b.WriteByte('\r')
	}
	b.WriteByte('\n')
}

func columnNames(l *layouts.Layout) []string {
	var names []string
	for _, c := range l.Columns {
		names = append(names, c.Name)
	}
	return names
}

// testRow returns the values of fictional person i.
func testRow(l *layouts.Layout, i int) []string {
	var values []string
	for c := range l.Columns {
		values = append(values, testValue(l, &l.Columns[c], i))
	}
	return values
}

// textLayouts returns the ids of the layouts that are lines of text.
func textLayouts() []string {
	return slices.DeleteFunc(layouts.IDs(), func(id string) bool {
		l, err := layouts.Get(id)
		return err != nil || !l.Delimited() && l.Container != "fixed"
	})
}

// testRecord returns a row of a fixed layout.
func testRecord(l *layouts.Layout, values []string) string {
	line := bytes.Repeat([]byte{' '}, l.RecordLength)
	for i, c := range l.Columns {
		copy(line[c.Start-1:c.Start-1+c.Length], values[i])
	}
	return string(line) + "\n"
}

// testRoll returns a file of the layout with so many fictional people.
func testRoll(l *layouts.Layout, rows int) []byte {
	var b bytes.Buffer
	if l.Container == "fixed" {
		for i := range rows {
			b.WriteString(testRecord(l, testRow(l, i)))
		}
		return b.Bytes()
	}
	if l.Header {
		writeRow(&b, l, columnNames(l))
	}
	for i := range rows {
		writeRow(&b, l, testRow(l, i))
	}
	return b.Bytes()
}

func mustLayout(t testing.TB, id string) *layouts.Layout {
	t.Helper()
	l, err := layouts.Get(id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// writeFile writes a file of the test's own and returns its path.
func writeFile(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// mustOpen opens files that are to be readable.
func mustOpen(t testing.TB, opts Options, paths ...string) *Source {
	t.Helper()
	s, err := Open(t.Context(), paths, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// readAll reads s to its end with one parser and returns a line for each record.
func readAll(t testing.TB, s *Source) ([]string, Skips) {
	t.Helper()
	p := s.NewParser()
	var out []string
	var buf []byte
	for {
		c, err := s.Next(buf)
		if err == io.EOF {
			return out, p.Skips()
		}
		if err != nil {
			t.Fatal(err)
		}
		p.Reset(c)
		for r, ok := p.Next(); ok; r, ok = p.Next() {
			out = append(out, fmt.Sprintf("%d:%d %s", r.Member, r.Line, dump(r)))
		}
		buf = c.Data
	}
}

// dump writes what a record holds, one thing after the other.
func dump(r *Record) string {
	var b strings.Builder
	put := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s=%s ", name, value)
		}
	}
	put("last", string(r.Last))
	put("first", string(r.First))
	if r.Initial != 0 {
		put("initial", string(rune(r.Initial)))
	}
	put("suffix", r.Suffix)
	put("birth", r.Birth.String())
	put("house", string(r.House))
	put("street", string(r.Street))
	put("zip", string(r.ZIP))
	put("phone", string(r.Phone))
	put("email", string(r.Email))
	put("id", string(r.VoterID))
	if r.Confidential {
		put("confidential", "yes")
	}
	put("kinds", r.Kinds.String())
	return strings.TrimSpace(b.String())
}

// unlikeLayouts are delimited layouts unlike each other: with and without
// header, quoted and not, by every delimiter.
var unlikeLayouts = []string{
	"fl-extract", "nc-ncvoter-2012-2022", "nc-ncvoter-2022", "ny-allnysvoters-2016", "ny-allnysvoters-2021", "oh-swvf", "wa-vrdb-2019", "wa-vrdb-2023",
}
