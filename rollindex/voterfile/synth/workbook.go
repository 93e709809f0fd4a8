package synth

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
)

// A workbook is written as ECMA-376 part 1 has it, with as little as programs
// open: one sheet, its text in the cells, rows and cells without their places,
// which they have by their order. The rows stream through, so that a roll of
// millions takes no memory; a sheet has room for 1,048,576 rows.
const maxSheetRows = 1 << 20

// bookParts are the parts of a workbook before its sheet, in the order they are read.
var bookParts = [...]struct{ name, text string }{
	{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"` +
		` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">` +
		`<sheets><sheet name="Voters" sheetId="1" r:id="rId1"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// wrapXLSX begins a workbook up to the first row of its sheet.
func (s *sheet) wrapXLSX(w io.Writer) (*wrapping, error) {
	z := zip.NewWriter(w)
	create := func(name, text string) (io.Writer, error) {
		// No time of writing: the same options give the same bytes.
		p, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = io.WriteString(p, xmlHead+text)
		}
		return p, err
	}
	for _, part := range bookParts {
		if _, err := create(part.name, part.text); err != nil {
			return nil, err
		}
	}
	rows, err := create("xl/worksheets/sheet1.xml", `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`+"\n")
	return &wrapping{w: rows, end: func() error {
		if _, err := io.WriteString(rows, "</sheetData></worksheet>"); err != nil {
			return err
		}
		return z.Close()
	}}, err
}

// appendCells writes one record as a row of a sheet.
func (s *sheet) appendCells(dst []byte, r *record) []byte {
	dst = append(dst, "<row>"...)
	for i := range s.columns {
		start := len(dst)
		dst = append(dst, cellStart...)
		from := len(dst)
		dst = closeCell(s.appendValue(dst, &s.columns[i], r), start, from)
	}
	return append(dst, "</row>\n"...)
}

// appendHeadCells writes the names of the columns as a row of a sheet.
func (s *sheet) appendHeadCells(dst []byte) []byte {
	dst = append(dst, "<row>"...)
	for i := range s.columns {
		dst = appendCell(dst, s.columns[i].name)
	}
	return append(dst, "</row>\n"...)
}

const cellStart = `<c t="inlineStr"><is><t>`

// appendCell writes a text as a cell.
func appendCell(dst []byte, text string) []byte {
	start := len(dst)
	dst = append(dst, cellStart...)
	from := len(dst)
	return closeCell(append(dst, text...), start, from)
}

// closeCell ends the cell from start, whose value begins at from.
func closeCell(dst []byte, start, from int) []byte {
	if len(dst) == from {
		return append(dst[:start], "<c/>"...)
	}
	return append(escapeXML(dst, from), "</t></is></c>"...)
}

// escapeXML escapes what has a meaning in XML in the text from start.
func escapeXML(dst []byte, start int) []byte {
	if bytes.ContainsAny(dst[start:], "&<>") {
		return append(dst[:start], xmlEscapes.Replace(string(dst[start:]))...)
	}
	return dst
}

var xmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// takes reports an error for more rows than the container has room for.
func (s *sheet) takes(rows int64) error {
	if s.layout.Container == "xlsx" && rows > maxSheetRows {
		return fmt.Errorf("%w: a worksheet has %d rows at most", ErrOptions, maxSheetRows)
	}
	return nil
}
