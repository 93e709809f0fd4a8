package tables

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// xmlFile is an opened XML file: the elements that are its records, and the
// columns of what is in them.
type xmlFile struct {
	ctx     context.Context
	in      Input
	record  []string // the names from the root to the records
	root    *xmlNode // a record
	columns []string
	rows    int64
}

// Bounds of a file of XML.
const (
	xmlMaxDepth   = 64
	xmlMaxColumns = 10000
	xmlMaxToken   = 4 << 20 // bytes of a tag or text; a signature as a picture has a tenth
	xmlRepeats    = 4       // of an element in its parent that have columns
	xmlSample     = 1 << 20 // bytes in which the record is looked for
)

// SniffXML reports whether a file that begins with head is XML with records in
// it: elements within a root, of which at least one has ended. Pages of HTML and
// pictures of SVG are not.
func SniffXML(head []byte) bool {
	text := bytes.TrimLeft(textHead(head), " \t\r\n")
	if len(text) < 2 || text[0] != '<' {
		return false
	}
	d, err := newXMLReader(context.Background(), io.NopCloser(bytes.NewReader(head)))
	if err != nil {
		return false
	}
	for depth := 0; ; {
		token, err := d.next()
		if err != nil {
			return false
		}
		switch token := token.(type) {
		case xml.StartElement:
			if name := token.Name.Local; depth == 0 && (name == "html" || name == "HTML" || name == "svg") {
				return false
			}
			depth++
		case xml.EndElement:
			return depth > 1
		}
	}
}

// OpenXML opens a file of XML in which one element repeats for every record: one
// table of them.
//
// The record is an element named VoterRecord, VoterRecordsRequest or VoterRequest
// (NIST SP 1500-102), the outermost if there are several. Without one it is, in
// the first megabyte, the element that repeats most often of those with fields
// (elements or attributes of their own), counting on every way down from the root
// only the first that repeats: what repeats within a record is part of it. An
// element in which another with fields repeats 64 times or more is not a record
// but holds them. Where nothing repeats, the root is the only record.
//
// Columns are the paths within a record, with dots between names and without
// namespace prefixes (Subject.FullName.LastName); attributes follow an @
// (Name.@type), but those of XML itself and of XML Schema are left out. Where an
// element repeats within another, the first four are numbered (MiddleName.0) and
// the others left out. An element with no more than an attribute "name" and text
// has the name for its own, as dumps of databases have it (<field name="last">).
// Columns are in the order of their first appearance within the elements they are
// in; they are collected over the whole file, or the first limit bytes if limit
// is not 0, and elements that first appear beyond that are left out.
//
// A file that is not well-formed ends there with [ErrDamaged] or [ErrTruncated],
// after the records before. Bytes that are not UTF-8 are read as windows-1252,
// and characters that XML does not allow as spaces; neither is an error, because
// they are common in exports and do not move what follows. A record beyond 16 MiB
// is [Unreadable]. There are no entities but those of XML itself, no external
// ones, and at most 64 levels.
func OpenXML(ctx context.Context, in Input, limit int64) (File, error) {
	f := &xmlFile{ctx: ctx, in: in, root: &xmlNode{column: -1}}
	var err error
	if f.record, err = findXMLRecord(ctx, in); err != nil {
		return nil, err
	}
	if err := f.survey(limit); err != nil {
		return nil, err
	}
	f.columns = f.root.number(nil, "", f.record[len(f.record)-1])
	return f, nil
}

// survey collects what is in the records. Damage behind the first of them ends
// it: reading the rows will say so.
func (f *xmlFile) survey(limit int64) error {
	src, err := f.in.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	d, err := newXMLReader(f.ctx, src)
	if err != nil {
		return err
	}
	w := xmlRecords{xmlReader: d, record: f.record}
	places := 0
	visit := func(n *xmlNode, name string, attribute bool) *xmlNode {
		child, added := n.child(name, attribute, true)
		if added {
			places++
		}
		return child
	}
	for {
		err := w.next(f.root, visit, nil)
		switch {
		case places > xmlMaxColumns:
			return fmt.Errorf("%w: records of more than %d columns", ErrTooLarge, xmlMaxColumns)
		case err == nil || errors.Is(err, errXMLRow):
			f.rows++
		case err == io.EOF:
			return nil
		case f.rows > 0 && (errors.Is(err, ErrDamaged) || errors.Is(err, ErrTruncated)):
			return nil
		default:
			return err
		}
		if limit > 0 && d.InputOffset() > limit {
			return nil
		}
	}
}

// Tables implements [File].
func (f *xmlFile) Tables() []Table {
	return []Table{{Name: f.record[len(f.record)-1], Columns: slices.Clone(f.columns), Rows: f.rows}}
}

// Rows implements [File].
func (f *xmlFile) Rows(int) (io.ReadCloser, error) {
	src, err := f.in.Open()
	if err != nil {
		return nil, err
	}
	d, err := newXMLReader(f.ctx, src)
	if err != nil {
		src.Close()
		return nil, err
	}
	r := &xmlRows{file: f, values: make([][]byte, len(f.columns)), records: xmlRecords{xmlReader: d, record: f.record}}
	r.pull = pull{ctx: f.ctx, more: r.next}
	return r, nil
}

// Close implements [File].
func (f *xmlFile) Close() error { return nil }

// xmlRows reads the records as lines.
type xmlRows struct {
	pull
	file    *xmlFile
	records xmlRecords
	values  [][]byte // of the record, by column
}

// Close implements io.Closer.
func (r *xmlRows) Close() error { return r.records.src.Close() }

// next appends the line of the next record.
func (r *xmlRows) next(line []byte) ([]byte, error) {
	for i, v := range r.values {
		r.values[i] = v[:0]
	}
	visit := func(n *xmlNode, name string, attribute bool) *xmlNode {
		child, _ := n.child(name, attribute, false)
		return child
	}
	err := r.records.next(r.file.root, visit, func(n *xmlNode, text []byte) {
		if n.column >= 0 {
			r.values[n.column] = append(r.values[n.column], text...)
		}
	})
	if errors.Is(err, errXMLRow) {
		return append(append(line, Unreadable...), '\n'), nil
	}
	if err != nil {
		return line, err
	}
	for i, v := range r.values {
		if i > 0 {
			line = append(line, Separator)
		}
		line = appendValue(line, v)
	}
	return append(line, '\n'), nil
}

// xmlNode is a place within a record: an element by its path, or an attribute.
type xmlNode struct {
	groups map[string]*xmlGroup // what is in it, by name; attributes with an @
	order  []*xmlGroup
	text   bool // it had text of its own, or nothing at all
	column int  // -1 if it is none
	visit  int  // counts how often it was entered
}

// xmlGroup are the places of elements of one name within one other.
type xmlGroup struct {
	name  string
	nodes []*xmlNode // at most xmlRepeats
	visit int        // of the parent in which seen counts
	seen  int
}

// child returns the place of the next element of that name in n, or of an
// attribute, nil if it has none. A new one is added if add, as added tells.
func (n *xmlNode) child(name string, attribute, add bool) (child *xmlNode, added bool) {
	if attribute {
		name = "@" + name
	}
	g := n.groups[name]
	if g == nil {
		if !add {
			return nil, false
		}
		g = &xmlGroup{name: name}
		if n.groups == nil {
			n.groups = make(map[string]*xmlGroup)
		}
		n.groups[name] = g
		n.order = append(n.order, g)
	}
	if g.visit != n.visit {
		g.visit, g.seen = n.visit, 0
	}
	i := g.seen
	g.seen++
	switch {
	case i < len(g.nodes):
		return g.nodes[i], false
	case !add || i >= xmlRepeats:
		return nil, false
	}
	child = &xmlNode{column: -1}
	g.nodes = append(g.nodes, child)
	return child, true
}

// number gives the places below n, whose name is path, their columns, and returns
// the names of all. self is the name for the text of a record itself.
func (n *xmlNode) number(columns []string, path, self string) []string {
	if n.text {
		n.column = len(columns)
		name := path
		if name == "" {
			name = self
		}
		columns = append(columns, string(appendValue(nil, []byte(name))))
	}
	for _, g := range n.order {
		name := g.name
		if path != "" {
			name = path + "." + name
		}
		for i, child := range g.nodes {
			if len(g.nodes) == 1 {
				columns = child.number(columns, name, "")
			} else {
				columns = child.number(columns, name+"."+strconv.Itoa(i), "")
			}
		}
	}
	return columns
}
