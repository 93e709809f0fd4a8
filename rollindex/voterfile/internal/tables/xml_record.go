package tables

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
)

// xmlNISTRecords are the elements that hold one voter each in NIST SP 1500-102,
// Voter Records Interchange.
var xmlNISTRecords = []string{"VoterRecord", "VoterRecordsRequest", "VoterRequest"}

// xmlHolds is how many elements with fields, of one name, an element has at least
// that holds records and is none.
const xmlHolds = 64

// xmlPath is an element by its path from the root, as far as it was counted.
type xmlPath struct {
	name   string
	parent *xmlPath
	depth  int
	kids   []*xmlPath
	named  map[string]*xmlPath // the same
	count  int
	fields bool // one of them had elements or attributes
	most   int  // of them in one parent
	here   int  // of them in the parent that is open
}

// findXMLRecord returns the names from the root to the records.
func findXMLRecord(ctx context.Context, in Input) ([]string, error) {
	src, err := in.Open()
	if err != nil {
		return nil, err
	}
	defer src.Close()
	d, err := newXMLReader(ctx, src)
	if err != nil {
		return nil, err
	}
	top := &xmlPath{}
	named, err := countXML(d, top)
	if err != nil {
		return nil, err
	}
	if len(top.kids) == 0 {
		return nil, fmt.Errorf("%w: XML without an element", ErrDamaged)
	}
	record := named
	if record == nil {
		for _, p := range top.kids[0].first(nil) {
			if record == nil || p.count > record.count {
				record = p
			}
		}
	}
	if record == nil {
		record = top.kids[0]
	}
	var names []string
	for p := record; p != top; p = p.parent {
		names = append(names, p.name)
	}
	slices.Reverse(names)
	return names, nil
}

// countXML counts the elements at the beginning of a file. It returns the
// outermost that is a record by its name, if there is one. Damage behind the
// first elements ends it.
func countXML(d *xmlReader, top *xmlPath) (named *xmlPath, err error) {
	at, paths := top, 0
	for d.InputOffset() < xmlSample {
		token, err := d.next()
		if err == io.EOF || top.count > 1 && (errors.Is(err, ErrDamaged) || errors.Is(err, ErrTruncated)) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			top.count++
			at.fields = true
			at = at.kid(token.Name.Local, &paths)
			if at.depth > xmlMaxDepth {
				return nil, errXMLDepth
			}
			if paths > xmlMaxColumns {
				return nil, fmt.Errorf("%w: XML of more than %d kinds of elements", ErrTooLarge, xmlMaxColumns)
			}
			at.fields = at.fields || slices.ContainsFunc(token.Attr, func(a xml.Attr) bool { return !xmlIsMeta(a.Name) })
			if slices.Contains(xmlNISTRecords, at.name) && (named == nil || at.depth < named.depth) {
				named = at
			}
		case xml.EndElement:
			for _, k := range at.kids {
				k.here = 0
			}
			at = at.parent
		}
	}
	return named, nil
}

// kid counts an element within p.
func (p *xmlPath) kid(name string, paths *int) *xmlPath {
	k := p.named[name]
	if k == nil {
		*paths++
		k = &xmlPath{name: name, parent: p, depth: p.depth + 1}
		p.kids = append(p.kids, k)
		if p.named == nil {
			p.named = make(map[string]*xmlPath)
		}
		p.named[name] = k
	}
	k.count++
	k.here++
	k.most = max(k.most, k.here)
	return k
}

// first appends, of the elements below p and p itself, those that repeat, have
// fields and do not hold records, and are not within such a one.
func (p *xmlPath) first(list []*xmlPath) []*xmlPath {
	holds := slices.ContainsFunc(p.kids, func(k *xmlPath) bool { return k.fields && k.most >= xmlHolds })
	if p.count > 1 && p.fields && !holds {
		return append(list, p)
	}
	for _, k := range p.kids {
		list = k.first(list)
	}
	return list
}
