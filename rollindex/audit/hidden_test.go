package audit_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"rollcheck/internal/racetest"
	"rollcheck/rollindex/audit"
	"rollcheck/rollindex/voterfile"
)

// hidden lists why a result says that something is hidden.
func hidden(res *audit.Result) (why []string) {
	for _, v := range res.Violations {
		if v.Rule == audit.RuleHidden {
			why = append(why, v.Why)
		}
	}
	return why
}

type part struct {
	name string
	b    []byte
}

func zipped(t testing.TB, comment string, parts ...part) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		w, err := z.Create(p.name)
		if err == nil {
			_, err = w.Write(p.b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	z.SetComment(comment)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchives(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	roll := part{"ga.txt", synthesize(t, "ga-pre2023-pipe", 300, 1)}
	more := part{"more/ga.txt", synthesize(t, "ga-pre2023-pipe", 300, 2)}
	clean := zipped(t, "", roll, more)
	deleted := func() []byte { // the directory forgets a member
		b := zipped(t, "", roll, part{"secret.txt", []byte("219-21-0001")}, more)
		at := bytes.Index(b, []byte("PK\x01\x02"))
		next := at + bytes.Index(b[at+4:], []byte("PK\x01\x02")) + 4
		after := next + bytes.Index(b[next+4:], []byte("PK\x01\x02")) + 4
		cut := slices.Concat(b[:next], b[after:])
		end := cut[len(cut)-22:]
		binary.LittleEndian.PutUint16(end[8:], 2)
		binary.LittleEndian.PutUint16(end[10:], 2)
		binary.LittleEndian.PutUint32(end[12:], binary.LittleEndian.Uint32(end[12:])-uint32(after-next))
		return cut
	}()
	commented := func() []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.CreateHeader(&zip.FileHeader{Name: "ga.txt", Comment: "219-21-0001"})
		if err == nil {
			_, err = w.Write(roll.b)
		}
		if err = errors.Join(err, z.Close()); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}()
	packed := func(comment string) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Comment = comment
		_, err := z.Write(roll.b)
		if err = errors.Join(err, z.Close()); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for _, tc := range []struct {
		name string
		b    []byte
		says []string
	}{
		{"whole", clean, nil},
		{"a comment", zipped(t, "made by hand", roll), []string{"comment of 12 bytes"}},
		{"a member that was deleted", deleted, []string{"bytes at 1 places"}},
		{"a spare member", zipped(t, "", roll, part{"notes.txt", []byte("call her back\nask for him\n")}), []string{"notes.txt was not audited"}},
		{"a comment of a packed file", packed("219-21-0001"), []string{"head of the packed file holds 11 bytes"}},
		{"a packed file", packed(""), nil},
		{"a comment of a member", commented, []string{"comment of 11 bytes"}},
		{"two members of a name", zipped(t, "", roll, part{"ga.txt", []byte("a|b\n1|219210001\n2|219210002\n")}), []string{"more than one member of the name"}},
		{"two rolls of a name", zipped(t, "", roll, part{"ga.txt", more.b}), []string{"more than one member of the name"}},
		{"a shortcut", zipped(t, "", roll, part{"a.lnk", bytes.Repeat([]byte{0, 1, 2}, 90)}), []string{"a.lnk was not audited"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			res := run(t, rulesOf(t, "US-GA"), audit.Options{}, write(t, "release.zip", tc.b))
			got := hidden(res)
			if len(got) != len(tc.says) || len(got) > 0 && !strings.Contains(got[0], tc.says[0]) || res.Passed() != (tc.says == nil) {
				t.Errorf("%q, want %q; %q", got, tc.says, broken(res))
			}
		})
	}
}

// TestChile2022: the workbook for everybody with a sheet more than anybody looked at,
// and a column more in the sheet that is shown.
func TestChile2022(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	b := synthesize(t, "az-2020-avid", 400, 1)
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	rebuild := func(state string) []byte {
		var parts []part
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			var text bytes.Buffer
			text.ReadFrom(r)
			p := part{f.Name, text.Bytes()}
			replace := func(old, new string) { p.b = bytes.Replace(p.b, []byte(old), []byte(new), 1) }
			switch f.Name {
			case "xl/workbook.xml":
				replace("</sheets>", `<sheet name="Work" sheetId="2" state="`+state+`" r:id="rId2"/></sheets>`)
			case "xl/_rels/workbook.xml.rels":
				replace("</Relationships>", `<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/></Relationships>`)
			}
			parts = append(parts, p)
		}
		d := newDice(4)
		var sheet strings.Builder
		sheet.WriteString(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row>`)
		cell := func(v string) { fmt.Fprintf(&sheet, `<c t="inlineStr"><is><t>%s</t></is></c>`, v) }
		cell("lastname")
		cell("firstname")
		cell("rut")
		sheet.WriteString("</row>")
		for range 60 {
			sheet.WriteString("<row>")
			cell("EXAMPLE")
			cell("ANA")
			cell(d.ssn(bare, false))
			sheet.WriteString("</row>")
		}
		sheet.WriteString("</sheetData></worksheet>")
		return zipped(t, "", append(parts, part{"xl/worksheets/sheet2.xml", []byte(sheet.String())}, part{"xl/pivotCache/pivotCacheRecords1.xml", []byte("<x/>")})...)
	}
	if res := run(t, rulesOf(t, "US-AZ"), audit.Options{}, write(t, "az.xlsx", b)); !res.Passed() {
		t.Fatalf("the roll alone: %q", broken(res))
	}
	for state, wantHidden := range map[string]bool{"visible": false, "hidden": true, "veryHidden": true} {
		res := run(t, rulesOf(t, "US-AZ"), audit.Options{}, write(t, "az.xlsx", rebuild(state)))
		all := strings.Join(hidden(res), "\n")
		if res.Passed() || strings.Contains(all, "not shown by programs") != wantHidden || !strings.Contains(all, "pivot tables") {
			t.Errorf("%s: %q", state, all)
		}
		if find(res, audit.RuleSSN, "rut") == nil {
			t.Errorf("%s: what is in the sheet: %+v", state, res.Violations)
		}
	}
}

// TestSpareParts: a workbook is a zip archive, and what is in it beside its sheets goes
// out with it.
func TestSpareParts(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	b := synthesize(t, "az-2020-avid", 100, 1)
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var parts []part
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		text.ReadFrom(r)
		parts = append(parts, part{f.Name, text.Bytes()})
	}
	for name, says := range map[string]string{
		"docProps/app.xml": "", "xl/theme/theme1.xml": "", "xl/printerSettings/printerSettings1.bin": "", "xl/worksheets/_rels/sheet1.xml.rels": "",
		"backup/voters.csv": "parts that workbooks do not have", "xl/worksheets/voters.csv": "parts that workbooks do not have", "voters.rels": "parts that workbooks do not have",
		"xl/model/item.data": "data model", "xl/revisions/revisionLog1.xml": "before they were changed",
	} {
		res := run(t, rulesOf(t, "US-AZ"), audit.Options{}, write(t, "az.xlsx", zipped(t, "", append(slices.Clip(parts), part{name, []byte("219-21-0001")})...)))
		if got := strings.Join(hidden(res), "\n"); !strings.Contains(got, says) || res.Passed() != (says == "") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestDeletedRows(t *testing.T) {
	t.Parallel()
	b := synthesize(t, "mx-padron-dbf", 200, 1)
	header, row := int(binary.LittleEndian.Uint16(b[8:])), int(binary.LittleEndian.Uint16(b[10:]))
	for _, n := range []int{3, 7} {
		b[header+n*row] = '*'
	}
	b = append(b, "EXAMPLE   ANA"...)
	rules := readRules(t, `{"version":"1"}`)
	res := run(t, rules, audit.Options{}, write(t, "roll.dbf", b))
	got := strings.Join(hidden(res), "\n")
	if !strings.Contains(got, "rows marked as deleted") || !strings.Contains(got, "10 bytes stand behind the last row") {
		t.Errorf("%q", got)
	}
	for _, v := range res.Violations {
		if strings.Contains(v.Why, "deleted") && (v.Rows != 2 || len(v.Lines) != 2 || v.Lines[0].Line != 4 || v.Lines[1].Line != 8) {
			t.Errorf("%+v", v)
		}
	}
}

func TestRowsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	b := append(synthesize(t, "ga-pre2023-pipe", 300, 1), "1|2|3\n"...)
	res := run(t, rulesOf(t, "US-GA"), audit.Options{}, write(t, "ga.txt", b))
	if got := hidden(res); len(got) != 1 || !strings.Contains(got[0], "not as many fields") || res.Passed() {
		t.Errorf("%q", got)
	}
}

// TestNoLayout: a file of two columns that no layout has is read all the same, and
// nothing passes for having been published.
func TestNoLayout(t *testing.T) {
	t.Parallel()
	d := newDice(8)
	var b bytes.Buffer
	for i := range 300 {
		fmt.Fprintf(&b, "%d,%s\n", 100+i%9, d.ssn(bare, true))
	}
	res := run(t, rulesOf(t, "US-GA"), audit.Options{}, write(t, "two.csv", b.Bytes()))
	if find(res, audit.RuleSSN, "column 2") == nil || find(res, audit.RuleColumn, "column 2") == nil || !res.Files[0].Members[0].Proposed {
		t.Errorf("%q, %+v", broken(res), res.Files[0].Members)
	}
}

// A file that cannot be read is an error that names it, whatever the others are.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	good := write(t, "ga.txt", synthesize(t, "ga-pre2023-pipe", 100, 1))
	for name, b := range map[string][]byte{"roll.zip": []byte("PK\x03\x04 and no more"), "prose.txt": []byte("Dear all,\nhere it is.\n"), "empty.txt": nil} {
		bad := write(t, name, b)
		_, err := audit.Run(t.Context(), []audit.Input{good, bad}, rulesOf(t, "US-GA"), audit.Options{})
		var e *voterfile.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := audit.Run(t.Context(), []audit.Input{{Path: t.TempDir() + "/none"}}, rulesOf(t, "US-GA"), audit.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestIgnored(t *testing.T) {
	t.Parallel()
	in := write(t, "ga.txt", synthesize(t, "ga-pre2023-pipe", 300, 1))
	res := run(t, rulesOf(t, "US-GA"), audit.Options{Ignore: func(rec *voterfile.Record) bool { return rec.Line%10 == 0 }}, in)
	if f := res.Files[0]; f.Ignored != 30 || f.Rows != 300 || f.Columns[0].Filled != 270 {
		t.Errorf("%+v", f)
	}
}
