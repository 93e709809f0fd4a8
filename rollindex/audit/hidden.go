package audit

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/voterfile"
)

// hidden says what a file holds beside what it shows: sheets that are hidden, members
// that were not read, deleted rows, bytes behind the last row, rows that could not be
// read. What could be opened was audited like the rest; it is told because nobody
// meant to hand it over.
func (a *auditor) hidden(s *voterfile.Source, skips voterfile.Skips) {
	members := s.Members()
	for i, m := range members {
		switch {
		case m.LeftOut == voterfile.NotNamed || m.LeftOut != "" && a.opened[m.Name]:
		case m.LeftOut != "":
			a.leftOut(m.Name, m.LeftOut)
		case m.Hidden:
			a.say(0, nil, "the worksheet "+m.Name+" is not shown by programs; it was opened and audited")
		}
		if m.LeftOut != "" {
			continue
		}
		left := s.Remnants(i)
		if left.Deleted > 0 {
			var lines []Position
			for _, line := range left.First {
				lines = append(lines, Position{m.Name, line})
			}
			a.say(left.Deleted, lines, "rows marked as deleted are still in the file; they were audited")
		}
		if left.Trailing > 0 {
			a.say(0, nil, fmt.Sprintf("%d bytes stand behind the last row of %s, and were not audited", left.Trailing, m.Name))
		}
	}
	for _, reason := range voterfile.Reasons() {
		n := skips.Count(reason)
		if n == 0 || reason == voterfile.ColumnTypes {
			continue
		}
		var lines []Position
		for _, p := range skips.First(reason) {
			lines = append(lines, Position{members[p.Member].Name, p.Line})
		}
		a.say(n, lines, "rows that could not be read, and were not audited: "+reason.Title())
	}
}

// twins tells members that have one name: whoever unpacks them gets one of the two, and
// nobody can say which of them was looked at.
func (a *auditor) twins(s *voterfile.Source) {
	seen := map[string]int{}
	for _, m := range s.Members() {
		if seen[m.Name]++; seen[m.Name] == 2 {
			a.say(0, nil, "there is more than one member of the name "+m.Name+", and not each was audited")
		}
	}
}

func (a *auditor) leftOut(name, why string) {
	for _, m := range a.file.Members {
		if m.Name == name {
			return
		}
	}
	a.file.Members = append(a.file.Members, Member{Name: name, LeftOut: why})
	a.say(0, nil, name+" was not audited: "+why)
}

// say adds a violation of hidden content.
func (a *auditor) say(rows int64, lines []Position, why string) {
	s := compare.NewShare(rows, a.file.Rows)
	a.violations = append(a.violations, Violation{
		Rule: RuleHidden, File: a.in.Path, Rows: rows, Of: a.file.Rows, Low: s.Low, High: s.High, Lines: lines, Why: why,
	})
}

// spareBytes looks for what a zip archive, a workbook too, holds beside the members
// that its directory lists: a comment, bytes before, between and behind them (members
// that a program deleted only from the directory), and the parts of a workbook that
// no sheet shows. Of archives in other forms, and of those within another, the
// members alone are looked at.
func (a *auditor) spareBytes() error {
	f, err := os.Open(a.in.Path)
	if err != nil {
		return fmt.Errorf("looking for spare bytes: %w", err)
	}
	defer f.Close()
	var magic [4]byte
	if _, err := f.ReadAt(magic[:], 0); err != nil {
		return nil
	}
	if strings.HasPrefix(string(magic[:]), "\x1f\x8b") {
		if z, err := gzip.NewReader(f); err == nil && len(z.Comment)+len(z.Extra) > 0 { // of its first part
			a.say(0, nil, fmt.Sprintf("the head of the packed file holds %d bytes that nothing unpacks and that were not audited", len(z.Comment)+len(z.Extra)))
		}
		return nil
	}
	if !strings.HasPrefix(string(magic[:]), "PK") {
		return nil
	}
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("looking for spare bytes: %w", err)
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil // what reads it has more to say about it
	}
	comments := len(z.Comment)
	for _, f := range z.File {
		comments += len(f.Comment)
	}
	if comments > 0 {
		a.say(0, nil, fmt.Sprintf("the archive has a comment of %d bytes, or several, which was not audited", comments))
	}
	if n := gaps(f, z.File); n > 0 {
		a.say(0, nil, fmt.Sprintf("the archive has bytes at %d places that belong to no member, such as deleted ones, and were not audited", n))
	}
	a.spareParts(z.File)
	return nil
}

// gaps returns at how many places of a zip archive something stands that is neither a
// member nor what goes with one. Behind its bytes a member may have a descriptor of
// 12 to 24 bytes (APPNOTE.TXT 6.3.10, section 4.3.9); then comes the next one, or the
// directory.
func gaps(r io.ReaderAt, files []*zip.File) (n int) {
	type extent struct{ data, end int64 }
	var all []extent
	for _, f := range files {
		data, err := f.DataOffset()
		if err != nil {
			return 1
		}
		all = append(all, extent{data, data + int64(f.CompressedSize64)})
	}
	slices.SortFunc(all, func(a, b extent) int { return cmp.Compare(a.data, b.data) })
	end := int64(0)
	for i := 0; i <= len(all); i++ {
		follows := false
		for _, descriptor := range [...]int64{0, 12, 16, 20, 24} {
			if i == 0 && descriptor > 0 {
				break
			}
			if i < len(all) {
				follows = follows || memberAt(r, end+descriptor) == all[i].data
			} else {
				follows = follows || directoryAt(r, end+descriptor)
			}
		}
		if !follows {
			n++
		}
		if i < len(all) {
			end = all[i].end
		}
	}
	return n
}

// memberAt returns where the bytes of the member begin whose header stands at off, -1
// if none stands there.
func memberAt(r io.ReaderAt, off int64) int64 {
	var head [30]byte
	if _, err := r.ReadAt(head[:], off); err != nil || !bytes.HasPrefix(head[:], []byte("PK\x03\x04")) {
		return -1
	}
	return off + 30 + int64(binary.LittleEndian.Uint16(head[26:])) + int64(binary.LittleEndian.Uint16(head[28:]))
}

func directoryAt(r io.ReaderAt, off int64) bool {
	var head [4]byte
	_, err := r.ReadAt(head[:], off)
	return err == nil && (string(head[:]) == "PK\x01\x02" || string(head[:]) == "PK\x05\x06" || string(head[:]) == "PK\x06\x06")
}

// sparePlaces are the folders of a workbook (ECMA-376 part 1) in which data stands
// that its sheets do not show, with what it is.
var sparePlaces = []struct{ prefix, what string }{
	{"xl/pivotcache/", "copies of data behind pivot tables"},
	{"xl/externallinks/", "copies of cells of other workbooks"},
	{"xl/embeddings/", "embedded files"},
	{"xl/comments", "comments on cells"},
	{"xl/threadedcomments/", "comments on cells"},
	{"xl/media/", "pictures"},
	{"xl/querytables/", "queries of a database"},
	{"xl/connections", "connections to a database"},
	{"xl/vbaproject", "a program"},
	{"xl/model/", "a data model with tables of its own"},
	{"xl/revisions/", "what cells held before they were changed"},
	{"xl/charts/", "charts, with copies of their data"},
	{"xl/drawings/", "drawings, which may have text"},
	{"docprops/thumbnail", "a picture of its first page"},
	{"docprops/custom", "properties that somebody added"},
	{"customxml/", "further data"},
	{"", "parts that workbooks do not have, or few"},
}

// ordinaryPart matches the parts of a workbook that are read, or say how it looks.
var ordinaryPart = regexp.MustCompile(`^(\[content_types\]\.xml|([^/]+/)*_rels/[^/]*\.rels|docprops/(app|core)\.xml|docmetadata/labelinfo\.xml|` +
	`xl/(workbook|styles|sharedstrings|calcchain|metadata)\.xml|xl/(worksheets|theme|tables)/[^/]+\.xml|xl/printersettings/[^/]+\.bin)$`)

func (a *auditor) spareParts(files []*zip.File) {
	has := func(name string) bool {
		return slices.ContainsFunc(files, func(f *zip.File) bool { return f.Name == name })
	}
	if !has("[Content_Types].xml") || !has("xl/workbook.xml") {
		return
	}
	sheets := 0
	found := map[string]int{}
	for _, f := range files {
		name := strings.ToLower(strings.TrimPrefix(f.Name, "/"))
		if strings.HasPrefix(name, "xl/worksheets/") && strings.HasSuffix(name, ".xml") {
			sheets++
		}
		if ordinaryPart.MatchString(name) || strings.HasSuffix(name, "/") && f.UncompressedSize64 == 0 {
			continue
		}
		for _, p := range sparePlaces {
			if strings.HasPrefix(name, p.prefix) {
				found[p.what]++
				break
			}
		}
	}
	for _, p := range sparePlaces {
		if n := found[p.what]; n > 0 {
			a.say(0, nil, fmt.Sprintf("the workbook holds %s (parts: %d), which were not audited", p.what, n))
			delete(found, p.what) // two places have comments
		}
	}
	if read := len(a.file.Members); sheets > read {
		a.say(0, nil, fmt.Sprintf("the workbook has %d sheets, and lists %d: the others were not audited", sheets, read))
	}
}
