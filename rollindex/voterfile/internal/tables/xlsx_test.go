package tables

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"rollcheck/internal/racetest"
)

// bytesInput is a file in memory.
func bytesInput(b []byte) Input {
	return Input{
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil },
		At:   bytes.NewReader(b),
		Size: int64(len(b)),
	}
}

// allRows reads all lines of a table, without the last line feed.
func allRows(t testing.TB, f File, table int) (string, error) {
	t.Helper()
	r, err := f.Rows(table)
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	return strings.ReplaceAll(strings.TrimSuffix(string(b), "\n"), string(Separator), "|"), err
}

// xlsxMembers are the parts of a small workbook; the worksheet's rows, its shared
// strings and its styles are what tests vary.
func xlsxMembers(rows, shared, styles string) map[string]string {
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	return map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels": `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="` + office + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook ` + main + ` xmlns:r="` + office + `"><sheets><sheet name="Roll" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="` + office + `/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + office + `/styles" Target="/xl/styles.xml"/>` +
			`<Relationship Id="rId3" Type="` + office + `/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/styles.xml":            `<styleSheet ` + main + `>` + styles + `</styleSheet>`,
		"xl/sharedStrings.xml":     `<sst ` + main + `>` + shared + `</sst>`,
		"xl/worksheets/sheet1.xml": `<worksheet ` + main + `><dimension ref="A1"/><sheetData>` + rows + `</sheetData><mergeCells/></worksheet>`,
	}
}

// zipped packs members into an archive.
func zipped(t testing.TB, members map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, members[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readWorkbook returns the rows of the first worksheet.
func readWorkbook(t testing.TB, members map[string]string) (string, error) {
	t.Helper()
	f, err := OpenXLSX(t.Context(), bytesInput(zipped(t, members)), 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return allRows(t, f, 0)
}

func TestXLSXCells(t *testing.T) {
	t.Parallel()
	const (
		shared = `<si><t>DOE</t></si><si><r><rPr><b/></rPr><t xml:space="preserve">MARY </t></r><r><t>ANN</t></r><rPh sb="0" eb="1"><t>reading</t></rPh></si><si><t/></si><si/><si><t>A &amp; B &#x3C; &#67; ü</t></si><si><t>two_x000D_` + "\n" + `lines_x005F_x</t></si>`
		styles = `<numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd;@"/><numFmt numFmtId="165" formatCode="00000"/><numFmt numFmtId="166" formatCode="[$-409]m/d/yyyy&quot; day&quot;"/><numFmt numFmtId="167" formatCode="000\-00\-0000"/></numFmts>` +
			`<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14" xfId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="21"/><xf numFmtId="167"/><xf numFmtId="49"/></cellXfs>`
	)
	for _, c := range []struct{ name, rows, want string }{
		{"shared", `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>`, "DOE|MARY ANN"},
		{"empty shared strings", `<row r="1"><c r="A1" t="s"><v>2</v></c><c r="B1" t="s"><v>3</v></c><c r="C1" t="s"><v>0</v></c></row>`, "||DOE"},
		{"entities", `<row><c t="s"><v>4</v></c><c t="str"><v>&lt;&#x1F5F3;</v></c></row>`, "A & B < C ü|<\U0001F5F3"},
		{"characters that XML has not", `<row><c t="s"><v>5</v></c></row>`, "two  lines_x"},
		{"inline", `<row r="1"><c r="A1" t="inlineStr"><is><t>DOE</t></is></c><c r="B1" t="inlineStr"><is><r><t>JO</t></r><r><t>HN</t></r></is></c></row>`, "DOE|JOHN"},
		{"CDATA and comments", `<row r="1"><!-- a > b --><c r="A1" t="str"><v><![CDATA[A<&amp;]]></v></c></row>`, "A<&amp;"},
		{"formula", `<row r="1"><c r="A1" t="str"><f>B1&amp;"x>"</f><v>DOE</v></c><c r="B1"><f>1+1</f><v>2</v></c></row>`, "DOE|2"},
		{"booleans and errors", `<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="b"><v>0</v></c><c r="C1" t="e"><v>#N/A</v></c><c r="D1"><v>7</v></c></row>`, "TRUE|FALSE||7"},
		{"numbers", `<row><c><v>1961</v></c><c><v>1.2345678901E10</v></c><c><v>12345.0</v></c><c><v>0.30000000000000004</v></c><c><v>-1.5</v></c><c t="n"><v> 8 </v></c><c><v>1E-05</v></c></row>`, "1961|12345678901|12345|0.3|-1.5|8|0.00001"},
		{"dates", `<row><c s="1"><v>22282</v></c><c s="2"><v>36526.25</v></c><c s="4"><v>1</v></c><c s="1"><v>59</v></c><c s="1"><v>60</v></c><c s="1"><v>61</v></c><c s="1"><v>0</v></c><c s="5"><v>0.5</v></c><c s="1"><v>2958465.999999</v></c></row>`,
			"1961-01-01|2000-01-01 06:00:00|1900-01-01|1900-02-28|1900-02-29|1900-03-01|1900-01-00|12:00:00|2958465.999999"},
		{"no dates", `<row><c s="1"><v>-1</v></c><c s="1"><v>2958466</v></c><c s="99"><v>22282</v></c><c s="1" t="str"><v>22282</v></c></row>`, "-1|2958466|22282|22282"},
		{"ISO dates", `<row><c t="d"><v>1961-01-01T00:00:00</v></c><c t="d"><v>1961-01-01</v></c><c t="d"><v>1961-01-01T10:20:30</v></c></row>`, "1961-01-01|1961-01-01|1961-01-01 10:20:30"},
		{"leading zeros", `<row><c s="3"><v>501</v></c><c s="3"><v>123456</v></c><c s="6"><v>12345678</v></c><c s="7"><v>5</v></c></row>`, "00501|123456|012-34-5678|5"},
		{"prefixes and foreign attributes", `<x:row r="1" spans="1:2" x14ac:dyDescent="0.25" d:r='9'><x:c r="A1" x14ac:r="Z1" t='str'><x:v>A</x:v></x:c></x:row>`, "A"},
		{"brackets in attributes", `<row r="1"><c a="x>y" b='/>' r="B1" t="str"><v>A</v></c></row>`, "|A"},
		{"blank rows", `<row r="1"><c r="A1"><v>1</v></c></row><row r="2"/><row r="3"><c r="A3" s="1"/></row><row r="6"><c r="B6"><v>2</v></c></row><row r="7"/>`, "1|\n\n\n\n\n|2"},
		{"missing cells", `<row r="1"><c r="B1"><v>1</v></c><c r="D1"><v>2</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>`, "|1||2\n3|||"},
		{"formats only", `<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row>`, "1"},
		{"merged", `<row r="1"><c r="A1"><v>1</v></c><c r="B1" s="1"/><c r="C1"><v>2</v></c></row>`, "1||2"},
		{"cell going left", `<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>`, Unreadable + "\n3"},
		{"no such string", `<row r="1"><c r="A1" t="s"><v>77</v></c></row><row r="2"><c r="A2" t="s"><v>x</v></c></row>`, Unreadable + "\n" + Unreadable},
		{"not a number", `<row r="1"><c r="A1"><v>0x1p4</v></c></row><row><c><v>inf</v></c></row><row><c t="zz"><v>1</v></c></row><row><c t="str"><v>&nbsp;</v></c></row><row r="99999999"><c><v>1</v></c></row>`,
			strings.TrimSuffix(strings.Repeat(Unreadable+"\n", 5), "\n")},
		{"beyond the last column", `<row r="1"><c r="XFE1"><v>1</v></c></row>`, Unreadable},
		{"separators", `<row><c t="str"><v>a` + "\x1f\r\n" + `b</v></c></row>`, "a   b"},
		{"not UTF-8", `<row><c t="str"><v>a` + "\xfc" + `</v></c></row>`, "a\ufffd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := readWorkbook(t, xlsxMembers(c.rows, shared, styles))
			if err != nil || got != c.want {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestXLSXFormats(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]xlsxKind{
		"General": xlsxNumber, "Standard": xlsxNumber, "0": xlsxNumber, "0.00E+00": xlsxNumber, "#,##0.00": xlsxNumber, "@": xlsxNumber,
		`#,##0\ "days"`: xlsxNumber, `[Red]0.00`: xlsxNumber, `0_d`: xlsxNumber, `0\d`: xlsxNumber, `[$USD] 0`: xlsxNumber, `0;"y"`: xlsxNumber, `0;yyyy`: xlsxNumber,
		"yyyy": xlsxDate, "D.M.YY": xlsxDate, "mmm": xlsxDate, "m/d/yy h:mm": xlsxDate, `[$-F800]dddd\,\ mmmm\ dd\,\ yyyy`: xlsxDate, "mmm-yy;@": xlsxDate, "d/m;@": xlsxDate,
		"h:mm AM/PM": xlsxTime, "mm:ss.0": xlsxTime, "[h]:mm": xlsxTime, "[mm]:ss": xlsxTime, "h:mm a/p": xlsxTime,
		"00000": xlsxMask, `00000\-0000`: xlsxMask, "000-00-0000": xlsxMask,
		`"`: xlsxNumber, `[`: xlsxNumber, `\`: xlsxNumber, "": xlsxNumber,
	} {
		if got := xlsxFormat(code); got.kind != want {
			t.Errorf("%q: %v, want %v", code, got, want)
		}
	}
}

func TestXLSXEpoch1904(t *testing.T) {
	t.Parallel()
	m := xlsxMembers(`<row><c s="1"><v>20820</v></c><c s="1"><v>0</v></c></row>`, "", `<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>`)
	m["xl/workbook.xml"] = strings.Replace(m["xl/workbook.xml"], "<sheets>", `<workbookPr date1904="1"/><sheets>`, 1)
	if got, err := readWorkbook(t, m); err != nil || got != "1961-01-01|1904-01-01" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestXLSXSheets reads a workbook made by excelize: order, hidden sheets, names
// and what excelize itself reads of each.
func TestXLSXSheets(t *testing.T) {
	t.Parallel()
	x := excelize.NewFile()
	defer x.Close()
	for _, s := range []string{"Second & last", "Hidden", "Very"} {
		if _, err := x.NewSheet(s); err != nil {
			t.Fatal(err)
		}
	}
	fill := func(sheet string, rows ...[]any) {
		for i, row := range rows {
			if err := x.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	fill("Sheet1", []any{"last", "first", "zip"}, []any{"DOE", "JANE", 501}, []any{"ROE", nil, 90210}, []any{}, []any{"POE", "ED", "", true})
	fill("Hidden", []any{"x"})
	fill("Very", []any{"y"})
	for sheet, very := range map[string]bool{"Hidden": false, "Very": true} {
		if err := x.SetSheetVisible(sheet, false, very); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.MergeCell("Sheet1", "A2", "B2"); err != nil {
		t.Fatal(err)
	}
	if err := x.AddChartSheet("Chart", &excelize.Chart{Type: excelize.Col, Series: []excelize.ChartSeries{{Values: "Sheet1!$C$2:$C$3"}}}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	f, err := OpenXLSX(t.Context(), bytesInput(b.Bytes()), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := []Table{{Name: "Sheet1", Rows: 5}, {Name: "Second & last"}, {Name: "Hidden", Rows: 1, Hidden: true}, {Name: "Very", Rows: 1, Hidden: true}}
	if got := f.Tables(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("tables %+v, want %+v", got, want)
	}
	for i, text := range []string{"last|first|zip|\nDOE||501|\nROE||90210|\n\nPOE|ED||TRUE", "", "x", "y"} {
		if got, err := allRows(t, f, i); err != nil || got != text {
			t.Errorf("sheet %d: %q, %v; want %q", i, got, err, text)
		}
	}
}

// TestXLSXAgainstOracle compares a sheet of all kinds of numbers and dates with
// what excelize shows.
func TestXLSXAgainstOracle(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	x := excelize.NewFile()
	defer x.Close()
	code := "yyyy-mm-dd"
	date, err := x.NewStyle(&excelize.Style{CustomNumFmt: &code})
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= 2000; i++ {
		day := 1 + i*37
		if day == 60 {
			continue // excelize shows the 28th
		}
		for col, v := range []any{day, float64(i) / 8, fmt.Sprintf(" Ä<%d>&\"'", i), i%2 == 0} {
			cell, _ := excelize.CoordinatesToCellName(col+1, i)
			if err := x.SetCellValue("Sheet1", cell, v); err != nil {
				t.Fatal(err)
			}
		}
		if err := x.SetCellStyle("Sheet1", fmt.Sprintf("A%d", i), fmt.Sprintf("A%d", i), date); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := x.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, row := range rows {
		want.WriteString(strings.Join(row, "|") + "\n")
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	f, err := OpenXLSX(t.Context(), bytesInput(b.Bytes()), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Tables()[0].Rows != -1 {
		t.Error("the survey read more than it should")
	}
	got, err := allRows(t, f, 0)
	if err != nil {
		t.Fatal(err)
	}
	wantLines, gotLines := strings.Split(strings.TrimSuffix(want.String(), "\n"), "\n"), strings.Split(got, "\n")
	if len(gotLines) != len(wantLines) {
		t.Fatalf("%d lines, want %d", len(gotLines), len(wantLines))
	}
	for i, w := range wantLines {
		if gotLines[i] != w {
			t.Fatalf("line %d: %q, want %q", i+1, gotLines[i], w)
		}
	}
}

func TestXLSXDamage(t *testing.T) {
	t.Parallel()
	row := `<row r="1"><c r="A1"><v>1</v></c></row>`
	for _, c := range []struct {
		name   string
		change func(m map[string]string)
		want   error
	}{
		{"no worksheet", func(m map[string]string) { delete(m, "xl/worksheets/sheet1.xml") }, ErrDamaged},
		{"no workbook", func(m map[string]string) { delete(m, "xl/workbook.xml") }, ErrDamaged},
		{"no relations", func(m map[string]string) { m["xl/_rels/workbook.xml.rels"] = "<Relationships/>" }, ErrDamaged},
		{"no end", func(m map[string]string) { m["xl/worksheets/sheet1.xml"] = "<worksheet><sheetData>" + row + "<row" }, ErrTruncated},
		{"no end of rows", func(m map[string]string) { m["xl/worksheets/sheet1.xml"] = "<worksheet><sheetData>" + row }, ErrTruncated},
		{"no data", func(m map[string]string) { m["xl/worksheets/sheet1.xml"] = "<worksheet/>" }, ErrTruncated},
		{"end within a row", func(m map[string]string) {
			m["xl/worksheets/sheet1.xml"] = "<worksheet><sheetData><row><c/></sheetData></worksheet>"
		}, ErrDamaged},
		{"entities of its own", func(m map[string]string) {
			m["xl/worksheets/sheet1.xml"] = `<!DOCTYPE x [<!ENTITY a "b">]>` + m["xl/worksheets/sheet1.xml"]
		}, ErrDamaged},
		{"text without end", func(m map[string]string) {
			m["xl/worksheets/sheet1.xml"] = "<worksheet><sheetData><row><c><v>" + strings.Repeat("1", xlsxMaxToken+1)
		}, ErrTooLarge},
		{"bomb", func(m map[string]string) {
			m["xl/worksheets/sheet1.xml"] = "<worksheet><sheetData>" + strings.Repeat(row, freeExpansion/len(row)+1) + "</sheetData></worksheet>"
		}, ErrTooLarge},
		{"bomb of strings", func(m map[string]string) {
			m["xl/sharedStrings.xml"] = "<sst>" + strings.Repeat("<si><t>A</t></si>", freeExpansion/17+1) + "</sst>"
		}, ErrTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := xlsxMembers(row, "", "")
			c.change(m)
			if _, err := readWorkbook(t, m); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

// TestXLSXChecksum flips bytes of the compressed worksheet: none goes unnoticed.
func TestXLSXChecksum(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	for i := range 500 {
		fmt.Fprintf(&rows, `<row r="%d"><c r="A%d"><v>%d</v></c></row>`, i+1, i+1, i*7919)
	}
	b := zipped(t, xlsxMembers(rows.String(), "", ""))
	at := bytes.Index(b, []byte("xl/worksheets/sheet1.xml")) + 100
	for i := range 50 {
		damaged := bytes.Clone(b)
		damaged[at+i*7] ^= 4
		f, err := OpenXLSX(t.Context(), bytesInput(damaged), 0)
		if err == nil {
			_, err = allRows(t, f, 0)
		}
		if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrTruncated) {
			t.Errorf("byte %d: %v", at+i*7, err)
		}
	}
}

func TestXLSXInOrder(t *testing.T) {
	t.Parallel()
	in := bytesInput(zipped(t, xlsxMembers(`<row><c><v>1</v></c></row>`, "", "")))
	in.At, in.Size = nil, -1
	f, err := OpenXLSX(t.Context(), in, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := allRows(t, f, 0); err != nil || got != "1" {
		t.Errorf("%q, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	f, err = OpenXLSX(ctx, in, 0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Rows(0)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.ReadAll(r); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestIsXLSX(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		names []string
		want  bool
	}{
		{[]string{"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/worksheets/sheet1.xml"}, true},
		{[]string{`[content_types].xml`, `XL\Worksheets\Sheet.xml`}, true},
		{[]string{"[Content_Types].xml", "xl/workbook.bin", "xl/worksheets/sheet1.bin"}, false},
		{[]string{"[Content_Types].xml", "word/document.xml"}, false},
		{[]string{"xl/workbook.xml"}, false},
		{[]string{"roll.txt"}, false},
		{nil, false},
	} {
		if got := IsXLSX(c.names); got != c.want {
			t.Errorf("%q: %v", c.names, got)
		}
	}
}
