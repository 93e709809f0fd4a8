package tables

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"rollcheck/internal/racetest"
)

// bigWorkbook makes a workbook with a sheet of rows of 40 cells, as Excel would
// write a roll: every third a shared string, the others numbers, dates and text.
// It returns the size of the worksheet without compression, too.
func bigWorkbook(t testing.TB, rows int) (book []byte, sheet int64) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	var shared strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&shared, "<si><t>FICTIONAL %d</t></si>", i)
	}
	m := xlsxMembers("\x00", shared.String(), `<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>`)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(m)) {
		text := m[name]
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		count := &countingWriter{w: f}
		w := bufio.NewWriter(count)
		head, tail, found := strings.Cut(text, "\x00")
		w.WriteString(head)
		for i := 1; found && i <= rows; i++ {
			fmt.Fprintf(w, `<row r="%d" spans="1:40">`, i)
			for c := range 40 {
				cell := string(rune('A'+c%26)) + fmt.Sprint(i)
				if c >= 26 {
					cell = "A" + cell
				}
				switch c % 3 {
				case 0:
					fmt.Fprintf(w, `<c r="%s" t="s"><v>%d</v></c>`, cell, random.IntN(5000))
				case 1:
					fmt.Fprintf(w, `<c r="%s"><v>%d</v></c>`, cell, random.IntN(1e9))
				default:
					fmt.Fprintf(w, `<c r="%s" s="1"><v>%d</v></c>`, cell, 10000+random.IntN(30000))
				}
			}
			w.WriteString("</row>")
		}
		w.WriteString(tail)
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if found {
			sheet = count.n
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), sheet
}

// countingWriter counts what it passes on.
type countingWriter struct {
	w io.Writer
	n int64
}

// Write implements io.Writer.
func (c *countingWriter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.w.Write(p)
}

// liveHeap returns the bytes in use after a collection.
func liveHeap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// heapGrowth reads r to its end and returns how far the live heap grew meanwhile.
func heapGrowth(t testing.TB, r io.Reader) (growth, size int64) {
	t.Helper()
	before := liveHeap()
	buf := make([]byte, 64<<10)
	for step := int64(8 << 20); ; {
		n, err := r.Read(buf)
		size += int64(n)
		if size >= step || err == io.EOF {
			growth, step = max(growth, liveHeap()-before), size+8<<20
		}
		if err == io.EOF {
			return growth, size
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestXLSXMemory is not parallel: it watches the heap.
func TestXLSXMemory(t *testing.T) {
	racetest.LeaveOut(t)
	const rows = 50_000 // 75 MB of XML
	book, sheet := bigWorkbook(t, rows)
	f, err := OpenXLSX(t.Context(), bytesInput(book), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	before := liveHeap()
	r, err := f.Rows(0)
	if err != nil {
		t.Fatal(err)
	}
	growth, size := heapGrowth(t, r)
	growth = max(growth, liveHeap()-before)
	t.Logf("%d MB of XML, %d MB of text, %d KiB of heap", sheet/1e6, size/1e6, growth>>10)
	if growth > 4<<20 {
		t.Errorf("reading %d MB of XML held %d KiB", sheet/1e6, growth>>10)
	}
}

// FuzzXLSX puts any XML into the parts of a workbook: opening and reading it ends
// without a panic, and every line has the fields that the survey found, more, one
// if it is unreadable, or none if it is blank.
func FuzzXLSX(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" s="1"><v>22282.5</v></c></row><row r="4"><c t="inlineStr"><is><t>x</t></is></c></row>`,
		`<si><t>A&amp;_x000D_</t></si><si><r><t>B</t></r></si>`, `<numFmts><numFmt numFmtId="164" formatCode="yyyy"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs>`, `<workbookPr date1904="1"/>`)
	f.Add(`<row><c><v><![CDATA[1]]></v></c></row><!-- x --><?pi?>`, `<si/>`, `<cellXfs><xf numFmtId="x"/></cellXfs>`, `<sheet name="a" r:id="rId1"/>`)
	f.Fuzz(func(t *testing.T, rows, shared, styles, book string) {
		m := xlsxMembers(rows, shared, styles)
		m["xl/workbook.xml"] = strings.Replace(m["xl/workbook.xml"], "<sheets>", book+"<sheets>", 1)
		file, err := OpenXLSX(t.Context(), bytesInput(zipped(t, m)), 0)
		if err != nil {
			checkError(t, err)
			return
		}
		defer file.Close()
		for i := range file.Tables() {
			r, err := file.Rows(i)
			if err != nil {
				checkError(t, err)
				continue
			}
			text, err := io.ReadAll(r)
			r.Close()
			if err != nil {
				checkError(t, err)
			} else if n := file.Tables()[i].Rows; n >= 0 && n < int64(bytes.Count(text, []byte("\n"))) { // the survey counts a row of empty shared strings
				t.Errorf("%d lines, %d by the survey", bytes.Count(text, []byte("\n")), n)
			}
			width := file.(*xlsxFile).sheets[i].width
			for line := range bytes.Lines(text) {
				line, whole := bytes.CutSuffix(line, []byte("\n"))
				fields := bytes.Count(line, []byte{Separator}) + 1
				if !whole || fields < width && len(line) > 0 && string(line) != Unreadable || bytes.ContainsRune(line, '\r') {
					t.Errorf("line of %d fields among rows of %d: %q", fields, width, line)
				}
			}
		}
	})
}

// checkError fails the test if an error is not one that a damaged file gives.
func checkError(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrMixed) && !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("not an error of this package: %v", err)
	}
}

// BenchmarkXLSX reads a sheet of 100,000 rows of 40 cells, and lets excelize do
// so in memory beside it. MB/s are of the worksheet's XML.
func BenchmarkXLSX(b *testing.B) {
	book, sheet := bigWorkbook(b, 100_000)
	b.Run("here", func(b *testing.B) {
		b.SetBytes(sheet)
		for b.Loop() {
			f, err := OpenXLSX(b.Context(), bytesInput(book), 0)
			if err != nil {
				b.Fatal(err)
			}
			r, err := f.Rows(0)
			if err != nil {
				b.Fatal(err)
			}
			if n, err := io.Copy(io.Discard, r); err != nil || n < 100_000*40 {
				b.Fatal(n, err)
			}
			f.Close()
		}
	})
	b.Run("excelize", func(b *testing.B) {
		b.SetBytes(sheet)
		for b.Loop() {
			f, err := excelize.OpenReader(bytes.NewReader(book), excelize.Options{UnzipSizeLimit: 8 << 30, UnzipXMLSizeLimit: 4 << 30, RawCellValue: true})
			if err != nil {
				b.Fatal(err)
			}
			rows, err := f.Rows("Roll")
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			for rows.Next() {
				columns, err := rows.Columns()
				if err != nil {
					b.Fatal(err)
				}
				n += len(columns)
			}
			if err := rows.Close(); err != nil || n != 100_000*40 {
				b.Fatal(n, err)
			}
			f.Close()
		}
	})
}
