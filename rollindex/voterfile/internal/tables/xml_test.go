package tables

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"

	"rollcheck/internal/racetest"
)

// readXML returns the columns and rows of a file.
func readXML(t testing.TB, text string) (columns, rows string, err error) {
	t.Helper()
	f, err := OpenXML(t.Context(), bytesInput([]byte(text)), 0)
	if err != nil {
		return "", "", err
	}
	defer f.Close()
	rows, err = allRows(t, f, 0)
	return strings.Join(f.Tables()[0].Columns, "|"), rows, err
}

// nistRecord is a record as in the examples of NIST SP 1500-102, of nobody.
const nistRecord = `<vri:VoterRecord><District><Name>1st</Name></District><HavaIdRequired>false</HavaIdRequired><Voter xsi:type="vri:Voter">
 <ContactMethod xsi:type="vri:PhoneContactMethod"><Type>phone</Type><Value>555-0100</Value></ContactMethod>
 <ContactMethod><Type>email</Type><Value>jane@example.com</Value></ContactMethod>
 <DateOfBirth>1961-01-01T00:00:00</DateOfBirth>
 <Name><FirstName>JANE</FirstName><LastName>DOE &amp; SON</LastName><MiddleName>ANN</MiddleName><MiddleName>BEE</MiddleName></Name>
 <ResidenceAddress xsi:type="addr:NumberedThoroughfareAddress_type"><addr:CompleteAddressNumber><addr:AddressNumber>12</addr:AddressNumber></addr:CompleteAddressNumber></ResidenceAddress>
</Voter></vri:VoterRecord>`

const nistHead = `<?xml version="1.0" encoding="UTF-8"?>
<vri:VoterRecordResults xmlns:vri="NIST_V0_voter_records_interchange.xsd" xmlns:addr="http://www.fgdc.gov/schemas/address/addr" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><vri:TransactionId>1</vri:TransactionId>`

func TestXML(t *testing.T) {
	t.Parallel()
	const nistColumns = "District.Name|HavaIdRequired|Voter.ContactMethod.0.Type|Voter.ContactMethod.0.Value|Voter.ContactMethod.1.Type|Voter.ContactMethod.1.Value|" +
		"Voter.DateOfBirth|Voter.Name.FirstName|Voter.Name.LastName|Voter.Name.MiddleName.0|Voter.Name.MiddleName.1|Voter.ResidenceAddress.CompleteAddressNumber.AddressNumber"
	const nistRow = "1st|false|phone|555-0100|email|jane@example.com|1961-01-01T00:00:00|JANE|DOE & SON|ANN|BEE|12"
	for _, c := range []struct{ name, text, columns, rows string }{
		{"rows", `<rows><row><last>DOE</last><first>JANE</first></row><row><last>ROE</last><zip/></row></rows>`, "last|first|zip", "DOE|JANE|\nROE||"},
		{"attributes", `<data><meta v="1"/><v last="DOE" x:first="JANE"/><v last="ROE" xml:lang="en">note</v></data>`, "v|@last|@first", "|DOE|JANE\nnote|ROE|"},
		{"one record", `<row><last>DOE</last><name type="x">J</name></row>`, "last|name|name.@type", "DOE|J|x"},
		{"NIST, many", nistHead + nistRecord + nistRecord + `</vri:VoterRecordResults>`, nistColumns, nistRow + "\n" + nistRow},
		{"NIST, one", nistHead + nistRecord + `</vri:VoterRecordResults>`, nistColumns, nistRow},
		{"NIST, a request", `<VoterRecordsRequest xmlns="NIST_V0_voter_records_interchange.xsd"><Subject><FullName><LastName>DOE</LastName></FullName></Subject><Helper><A>1</A></Helper><Helper><A>2</A></Helper></VoterRecordsRequest>`,
			"Subject.FullName.LastName|Helper.0.A|Helper.1.A", "DOE|1|2"},
		{"columns before rows", `<x><column name="a" type="t"/><column name="b" type="t"/><rows>` + strings.Repeat(`<r><a>1</a><b>2</b></r>`, 3) + `</rows></x>`, "a|b", "1|2\n1|2\n1|2"},
		{"notes before rows", `<x><note>1</note><note>2</note><note>3</note><r><a>1</a></r><r><a>2</a></r></x>`, "a", "1\n2"},
		{"tables that hold rows", `<dump><table id="1">` + strings.Repeat(`<r><a>1</a></r>`, 70) + `</table><table id="2"><r><a>2</a></r></table></dump>`, "a", strings.Repeat("1\n", 70) + "2"},
		{"fields by name", `<resultset><row><field name="last">DOE</field><field name="first" xsi:nil="true" /></row><row><field name="last">ROE</field><field name="zip">00501</field></row></resultset>`, "last|first|zip", "DOE||\nROE||00501"},
		{"repeats beyond four", `<rs><r><p>0</p><p>1</p><p>2</p><p>3</p><p>4</p></r><r><p>a</p></r></rs>`, "p.0|p.1|p.2|p.3", "0|1|2|3\na|||"},
		{"mixed text, CDATA, comments", `<rs><r><a> x<!-- no --><![CDATA[<&]]>y </a></r><r><a><b>1</b> z</a></r></rs>`, "a|a.b", "x<&y|\nz|1"},
		{"windows-1252", `<?xml version="1.0" encoding="Windows-1252"?><rs><r><a>` + "\xc4\x80" + `</a></r><r><a/></r></rs>`, "a", "Ä€\n"},
		{"not the UTF-8 it says", `<?xml version='1.0' encoding='utf-8'?><rs><r><a>` + "Ä\xc4\x00" + `</a></r><r><a/></r></rs>`, "a", "ÄÄ\n"},
		{"a byte order mark", "\ufeff" + `<?xml version="1.0"?><rs><r><a>1</a></r><r><a>2</a></r></rs>`, "a", "1\n2"},
		{"UTF-16", asUTF16(`<?xml version="1.0" encoding="UTF-16"?><rs><r><a>Ä</a></r><r><a>2</a></r></rs>`), "a", "Ä\n2"},
		{"separators", "<rs><r><a>1\r\n2&#10;3</a></r><r/></rs>", "a", "1 2 3\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			columns, rows, err := readXML(t, c.text)
			if err != nil || columns != c.columns || rows != c.rows {
				t.Errorf("%q\n%q, %v; want\n%q\n%q", columns, rows, err, c.columns, c.rows)
			}
			if !SniffXML([]byte(c.text)) {
				t.Error("not told to be XML")
			}
		})
	}
}

func asUTF16(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func TestXMLDamage(t *testing.T) {
	t.Parallel()
	const secret = "SECRETNAME"
	for _, c := range []struct {
		name, text, rows string
		want             error
	}{
		{"cut", `<rs><r><a>1</a></r><r><a>2</a></r><r><a>` + secret, "1\n2", ErrTruncated},
		{"cut in the first", `<rs><r><a>` + secret, "", ErrTruncated},
		{"not well-formed", `<rs><r><a>1</a></r><r><a>2</a></r><r><` + secret + `></a></r></rs>`, "1\n2", ErrDamaged},
		{"an entity of its own", `<!DOCTYPE x [<!ENTITY ` + secret + ` SYSTEM "file:///etc/passwd">]><rs><r><a>1</a></r><r><a>&` + secret + `;</a></r></rs>`, "1", ErrDamaged},
		{"too deep", strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100), "", ErrTooLarge},
		{"too deep in a record", `<rs><r><a>1</a></r><r><a>2</a></r><r>` + strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100) + `</r></rs>`, "", ErrTooLarge},
		{"text without end", `<rs><r><a>1</a></r><r><a>2</a></r><r><a>` + strings.Repeat("x", xmlMaxToken+1), "", ErrTooLarge},
		{"an encoding that is not read", `<?xml version="1.0" encoding="EBCDIC"?><rs/>`, "", errors.ErrUnsupported},
		{"no element", `<?xml version="1.0"?>`, "", ErrDamaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, rows, err := readXML(t, c.text)
			if !errors.Is(err, c.want) || rows != c.rows {
				t.Errorf("%q, %v; want %q, %v", rows, err, c.rows, c.want)
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("the error says what is in a row: %v", err)
			}
		})
	}
}

// TestXMLColumns: too many columns are an error, a record that is too long is not.
func TestXMLColumns(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	var b strings.Builder
	b.WriteString("<rs>")
	for i := range xmlMaxColumns + 1 {
		fmt.Fprintf(&b, "<r><a%d>1</a%d></r>", i, i)
	}
	b.WriteString("</rs>")
	if _, _, err := readXML(t, b.String()); !errors.Is(err, ErrTooLarge) {
		t.Errorf("many columns: %v", err)
	}
	part := strings.Repeat("x", 1<<20)
	long := "<rs><r><a>1</a></r><r>" + strings.Repeat("<b>"+part+"</b>", maxRow>>20+1) + "</r><r><a>2</a></r></rs>"
	if columns, rows, err := readXML(t, long); err != nil || columns != "a|b.0|b.1|b.2|b.3" || rows != "1||||\n"+Unreadable+"\n2||||" {
		t.Errorf("%s, %d bytes, %v", columns, len(rows), err)
	}
}

// TestXMLDepth: depth is bounded behind the part in which the record is looked
// for, too.
func TestXMLDepth(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	row := "<r><a>1</a></r>"
	rows := "<rs>" + strings.Repeat(row, xmlSample/len(row)+1)
	for _, deep := range []string{"<r>" + strings.Repeat("<a>", xmlMaxDepth), strings.Repeat("<b>", xmlMaxDepth)} {
		if _, got, err := readXML(t, rows+deep); !errors.Is(err, errXMLDepth) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	}
}

func TestXMLLimit(t *testing.T) {
	t.Parallel()
	text := "<rs>" + strings.Repeat("<r><a>1</a></r>", 100) + "<r><a>1</a><b>2</b></r></rs>"
	f, err := OpenXML(t.Context(), bytesInput([]byte(text)), 200)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := allRows(t, f, 0)
	if table := f.Tables()[0]; err != nil || len(table.Columns) != 1 || table.Rows < 5 || table.Rows > 50 || strings.Count(rows, "1") != 101 || strings.Contains(rows, "2") {
		t.Errorf("%+v, %d bytes, %v", table, len(rows), err)
	}
}

func TestSniffXML(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"":             false,
		"<":            false,
		"last,first\n": false,
		"<NULL>\tDOE\t<NULL>\t<NULL>\n<NULL>\tROE\t<NULL>": false,
		"<a></a><b></b>": false,
		"<!DOCTYPE html><html><head><title>x</title>":                  false,
		`<?xml version="1.0"?><html xmlns="x"><p>x</p></html>`:         false,
		`<?xml version="1.0"?><svg><g></g></svg>`:                      false,
		`<?xml version="1.0"?><!-- x --><rows><row><a>1</a></row><row`: true,
		" \n<rows><row>1</row>":                                        true,
		"<a,b>\n1,2\n":                                                 false,
	} {
		if got := SniffXML([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// bigXML gives a file of records of 20 fields without holding it.
func bigXML(ctx context.Context, records int) Input {
	record := func(i int) string {
		random := rand.New(rand.NewPCG(7, uint64(i)))
		var b strings.Builder
		b.WriteString("  <record>\n")
		for c := range 20 {
			fmt.Fprintf(&b, "    <field%02d>FICTIONAL %d</field%02d>\n", c, random.IntN(1e6), c)
		}
		b.WriteString("  </record>\n")
		return b.String()
	}
	return Input{Size: -1, Open: func() (io.ReadCloser, error) {
		i := -1
		return io.NopCloser(&pull{ctx: ctx, more: func(out []byte) ([]byte, error) {
			i++
			switch {
			case i == 0:
				return append(out, "<?xml version=\"1.0\"?>\n<roll>\n"...), nil
			case i <= records:
				return append(out, record(i%100)...), nil
			}
			return append(out, "</roll>\n"...), io.EOF
		}}), nil
	}}
}

// TestXMLMemory is not parallel: it watches the heap.
func TestXMLMemory(t *testing.T) {
	racetest.LeaveOut(t)
	const records = 80_000 // 64 MB
	in := bigXML(t.Context(), records)
	f, err := OpenXML(t.Context(), in, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Rows(0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	growth, size := heapGrowth(t, r)
	t.Logf("%d MB of text, %d KiB of heap", size/1e6, growth>>10)
	if growth > 2<<20 {
		t.Errorf("held %d KiB", growth>>10)
	}
}

// FuzzXML reads any text as XML: it ends without a panic, every line has the
// fields of the table, and the survey counts the same rows. An error does not
// repeat what is in the file.
func FuzzXML(f *testing.F) {
	f.Add(`<rows><row><last>DOE</last></row><row a="1"><last>ROE</last><b><c/></b></row></rows>`)
	f.Add(nistHead + nistRecord + `</vri:VoterRecordResults>`)
	f.Add(`<?xml version="1.0" encoding="windows-1252"?><r><f name="a">1</f><f name="b">` + "\xff" + `</f></r>`)
	f.Add(asUTF16(`<rs><r><a>1</a></r><r><a>2</a></r></rs>`))
	f.Add(`<!DOCTYPE x><a>&lt;<![CDATA[x]]></a>`)
	f.Fuzz(func(t *testing.T, text string) {
		SniffXML([]byte(text))
		file, err := OpenXML(t.Context(), bytesInput([]byte(text)), 0)
		if err != nil {
			checkError(t, err)
			return
		}
		defer file.Close()
		table := file.Tables()[0]
		r, err := file.Rows(0)
		if err != nil {
			checkError(t, err)
			return
		}
		defer r.Close()
		lines, err := io.ReadAll(r)
		if err != nil {
			checkError(t, err)
		}
		if n := int64(bytes.Count(lines, []byte("\n"))); n != table.Rows {
			t.Errorf("%d lines, %d by the survey", n, table.Rows)
		}
		for line := range bytes.Lines(lines) {
			line, whole := bytes.CutSuffix(line, []byte("\n"))
			if n := bytes.Count(line, []byte{Separator}) + 1; !whole || n != max(1, len(table.Columns)) && string(line) != Unreadable || bytes.ContainsRune(line, '\r') {
				t.Errorf("%d fields of %d: %q", n, len(table.Columns), line)
			}
		}
	})
}

// BenchmarkXML reads records of 20 fields. MB/s are of the XML.
func BenchmarkXML(b *testing.B) {
	r, err := bigXML(b.Context(), 10_000).Open()
	if err != nil {
		b.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		b.Fatal(err)
	}
	f, err := OpenXML(b.Context(), bytesInput(text), 1<<20)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r, err := f.Rows(0)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
		r.Close()
	}
}

// Records at a second place are not passed over without a word.
func TestXMLRecordsAtTwoPlaces(t *testing.T) {
	text := "<roll>" + strings.Repeat("<voter><last>DOE</last><first>ANN</first></voter>", 5) +
		"<county>" + strings.Repeat("<voter><last>ROE</last><first>BOB</first></voter>", 3) + "</county></roll>"
	f, err := OpenXML(t.Context(), bytesInput([]byte(text)), 0)
	if err == nil {
		var r io.ReadCloser
		if r, err = f.Rows(0); err == nil {
			_, err = io.ReadAll(r)
		}
	}
	if !errors.Is(err, ErrMixed) {
		t.Errorf("error %v", err)
	}
}
