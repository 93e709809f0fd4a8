package tables

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// xlsxFile is an opened workbook.
type xlsxFile struct {
	parts    *xlsxParts
	sheets   []xlsxSheet
	styles   []xlsxStyle
	date1904 bool
	shared   string       // the part of the shared strings, "" if there is none
	strings  *xlsxStrings // nil until rows are read
}

// xlsxSheet is a worksheet of a workbook.
type xlsxSheet struct {
	table Table
	part  string
	width int // fields of the longest row that the survey saw
}

// xlsxSurveyRows is how many rows are looked at for the length of all. A sheet
// whose rows are longer further on is rare, and those rows keep their length.
const xlsxSurveyRows = 1000

// xlsxMaxSheets bounds the worksheets of a workbook.
const xlsxMaxSheets = 1000

// IsXLSX reports whether an archive with members of these names is a workbook of
// Excel in the XML form (.xlsx, .xlsm); the binary form (.xlsb) is not.
func IsXLSX(names []string) bool {
	types, book := false, false
	for _, name := range names {
		name = xlsxPartName("", name)
		types = types || name == "[content_types].xml"
		book = book || strings.HasSuffix(name, ".xml") && (strings.HasPrefix(name, "xl/workbook") || strings.HasPrefix(name, "xl/worksheets/"))
	}
	return types && book
}

// OpenXLSX opens a workbook of Excel in the XML form. Its tables are the
// worksheets in the order of the workbook, the hidden ones included; sheets that
// are only a chart are left out. Rows may begin with a header, so that a table
// has no columns.
//
// A row has as many fields as the longest of the first 1,000, or its own number
// if that is more. A row without a value is an empty line, so that the number of
// a line is that of its row. A merged cell has its value in its first row and
// column, as in the file. Numbers are written without an exponent; those in a
// date format become YYYY-MM-DD, with the time of day if it is not midnight;
// those in a format of zeros keep their leading ones. An error such as #N/A is
// no value, and a formula has the value it had when the file was saved. A row
// that contradicts itself (a cell left of the one before, a shared string that
// is not there) is [Unreadable].
//
// The survey reads up to 1,000 rows of every sheet, and no more than limit bytes
// of one if limit is not 0. Worksheets are streamed; the shared strings are held
// in memory, at most 1 GiB. Nothing is written to disk.
func OpenXLSX(ctx context.Context, in Input, limit int64) (File, error) {
	parts, err := openXLSXParts(ctx, in)
	if err != nil {
		return nil, err
	}
	f := &xlsxFile{parts: parts}
	if err := f.readBook(); err != nil {
		return nil, err
	}
	for i := range f.sheets {
		if err := f.survey(&f.sheets[i], limit); err != nil {
			return nil, fmt.Errorf("worksheet %d: %w", i+1, err)
		}
	}
	return f, nil
}

// readBook reads what the workbook says of its sheets, styles and strings.
func (f *xlsxFile) readBook() error {
	book := "xl/workbook.xml"
	if f.parts.has("_rels/.rels") {
		relations, err := f.relations("")
		if err != nil {
			return err
		}
		for _, r := range relations {
			if r.kind == "officeDocument" {
				book = r.part
			}
		}
	}
	relations, err := f.relations(book)
	if err != nil {
		return err
	}
	type listed struct{ id, name, state string }
	var list []listed
	err = f.parts.each(book, func(s *xlsxScanner) {
		switch string(s.name) {
		case "workbookPr":
			v := s.attr("date1904")
			f.date1904 = v == "1" || v == "true"
		case "sheet":
			if len(list) <= xlsxMaxSheets {
				list = append(list, listed{s.attr("id"), s.attr("name"), s.attr("state")})
			}
		}
	})
	if err != nil {
		return err
	}
	if len(list) > xlsxMaxSheets {
		return fmt.Errorf("%w: a workbook of more than %d sheets", ErrTooLarge, xlsxMaxSheets)
	}
	for _, l := range list {
		r, ok := relations[l.id]
		if !ok {
			return fmt.Errorf("%w: the workbook lists a sheet that it does not have", ErrDamaged)
		}
		if r.kind == "worksheet" {
			f.sheets = append(f.sheets, xlsxSheet{
				table: Table{Name: string(xlsxAppendString(nil, []byte(l.name))), Rows: -1, Hidden: l.state == "hidden" || l.state == "veryHidden"},
				part:  r.part,
			})
		}
	}
	for _, r := range relations {
		switch r.kind {
		case "sharedStrings":
			f.shared = r.part
		case "styles":
			if f.styles, err = readXLSXStyles(f.parts, r.part); err != nil {
				return err
			}
		}
	}
	return nil
}

// xlsxRelation is what one part refers to.
type xlsxRelation struct{ kind, part string }

// relations reads what a part refers to, by the names it uses for it; the part
// "" is the package itself (ECMA-376 part 2, 6.5).
func (f *xlsxFile) relations(part string) (map[string]xlsxRelation, error) {
	folder, base := "", part
	if i := strings.LastIndexByte(part, '/'); i >= 0 {
		folder, base = part[:i], part[i+1:]
	}
	list := make(map[string]xlsxRelation)
	err := f.parts.each(xlsxPartName(folder, "_rels/"+base+".rels"), func(s *xlsxScanner) {
		if string(s.name) != "Relationship" || s.attr("TargetMode") == "External" || len(list) > xlsxMaxParts {
			return
		}
		kind := s.attr("Type") // a URL, of which the strict and the usual form differ but for the end
		list[s.attr("Id")] = xlsxRelation{kind[strings.LastIndexByte(kind, '/')+1:], xlsxPartName(folder, s.attr("Target"))}
	})
	return list, err
}

// survey finds the length of the rows of a sheet, and their number if they are
// few. A sheet that is damaged where it is looked at has what came before.
func (f *xlsxFile) survey(sheet *xlsxSheet, limit int64) error {
	rows, err := f.openRows(sheet)
	if err != nil {
		return err
	}
	defer rows.Close()
	rows.survey = true
	part := rows.scan
	var line []byte
	for n := range int64(xlsxSurveyRows) {
		before := rows.emitted
		line, err = rows.next(line[:0])
		sheet.width = max(sheet.width, rows.fields)
		switch {
		case err == io.EOF:
			sheet.table.Rows = before
			return nil
		case err != nil && n == 0:
			return err
		case err != nil:
			return nil // reading the rows will say so
		case limit > 0 && part.read > limit:
			return nil
		}
	}
	return nil
}

// Tables implements [File].
func (f *xlsxFile) Tables() []Table {
	list := make([]Table, len(f.sheets))
	for i, s := range f.sheets {
		list[i] = s.table
	}
	return list
}

// Rows implements [File].
func (f *xlsxFile) Rows(table int) (io.ReadCloser, error) {
	if f.strings == nil && f.shared != "" {
		var err error
		if f.strings, err = readXLSXStrings(f.parts, f.shared); err != nil {
			return nil, fmt.Errorf("shared strings: %w", err)
		}
	}
	rows, err := f.openRows(&f.sheets[table])
	if err != nil {
		return nil, err
	}
	rows.pull = pull{ctx: f.parts.ctx, more: rows.next}
	return rows, nil
}

// Close implements [File].
func (f *xlsxFile) Close() error {
	f.strings = nil
	return nil
}
