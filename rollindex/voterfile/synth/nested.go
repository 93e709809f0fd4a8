package synth

import (
	"bytes"
	"fmt"
	"strings"
)

// node is a part of a record whose columns are named by their paths within it:
// "Name.Last" is Last of the object Name, "Phone[].Number" is Number in the
// members of the array Phone, and "Id[Type=ssn].Value" is Value in that member of
// the array Id whose Type is ssn.
type node struct {
	key    string
	tag    string  // the key as the name of an element
	array  bool    // its parts are members
	of     string  // of a member: the key and
	is     string  // value that tell it from others; "" for the only one
	column *column // a value; nil for what has parts
	parts  []*node
}

// setTree makes the tree of the record's columns.
func (s *sheet) setTree() error {
	s.tree = &node{}
	for i := range s.columns {
		n := s.tree
		for _, step := range strings.Split(s.columns[i].name, ".") {
			if n = n.step(step); n.column != nil {
				return fmt.Errorf("column %q is the same as another or a part of it", s.columns[i].name)
			}
		}
		if len(n.parts) > 0 {
			return fmt.Errorf("column %q is a value and has others in it", s.columns[i].name)
		}
		n.column = &s.columns[i]
	}
	return nil
}

// step returns the part that one step of a path leads to.
func (n *node) step(step string) *node {
	key, selector, isArray := strings.Cut(strings.TrimSuffix(step, "]"), "[")
	part := n.part(key, "", "")
	if !isArray {
		return part
	}
	part.array = true
	of, is, _ := strings.Cut(selector, "=")
	return part.part("", of, is)
}

func (n *node) part(key, of, is string) *node {
	for _, p := range n.parts {
		if p.key == key && p.of == of && p.is == is {
			return p
		}
	}
	p := &node{key: key, tag: xmlName(key), of: of, is: is}
	n.parts = append(n.parts, p)
	return p
}

// appendObject writes one record as an object of JSON, behind a comma.
func (s *sheet) appendObject(dst []byte, r *record) []byte {
	dst = append(dst, ",\n"...)
	start := len(dst)
	if dst = s.appendJSON(dst, s.tree, r); len(dst) == start {
		dst = append(dst, "{}"...)
	}
	return dst
}

// appendJSON writes a part of a record, nothing for one without a value.
func (s *sheet) appendJSON(dst []byte, n *node, r *record) []byte {
	start := len(dst)
	if n.column != nil {
		dst = s.appendValue(append(dst, '"'), n.column, r)
		if len(dst) == start+1 {
			return dst[:start]
		}
		return append(escapeString(dst, start+1), '"')
	}
	open, shut := byte('{'), byte('}')
	if n.array {
		open, shut = '[', ']'
	}
	dst = append(dst, open)
	if n.of != "" {
		dst = append(appendString(dst, n.of), ':')
		dst = append(appendString(dst, n.is), ',')
	}
	empty := true
	for _, p := range n.parts {
		before := len(dst)
		if !n.array {
			dst = append(appendString(dst, p.key), ':')
		}
		from := len(dst)
		if dst = s.appendJSON(dst, p, r); len(dst) == from {
			dst = dst[:before]
			continue
		}
		dst = append(dst, ',')
		empty = false
	}
	if empty {
		return dst[:start]
	}
	dst[len(dst)-1] = shut
	return dst
}

func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := len(dst)
	return append(escapeString(append(dst, s...), start), '"')
}

// escapeString escapes what has a meaning in a string of JSON in the text from
// start. Values have no control characters.
func escapeString(dst []byte, start int) []byte {
	if bytes.ContainsAny(dst[start:], `"\`) {
		return append(dst[:start], jsonEscapes.Replace(string(dst[start:]))...)
	}
	return dst
}

var jsonEscapes = strings.NewReplacer(`"`, `\"`, `\`, `\\`)

// appendElements writes one record as an element of XML.
func (s *sheet) appendElements(dst []byte, r *record) []byte {
	dst = append(dst, "<Record>"...)
	for _, p := range s.tree.parts {
		dst = s.appendElement(dst, p, p.tag, r)
	}
	return append(dst, "</Record>\n"...)
}

// appendElement writes a part of a record as an element of that name, nothing
// for one without a value. The members of an array are elements of its name.
func (s *sheet) appendElement(dst []byte, n *node, tag string, r *record) []byte {
	if n.array {
		for _, member := range n.parts {
			dst = s.appendElement(dst, member, tag, r)
		}
		return dst
	}
	start := len(dst)
	dst = append(append(append(dst, '<'), tag...), '>')
	if n.of != "" {
		dst = append(append(append(append(dst, '<'), n.of...), '>'), n.is...)
		dst = append(append(append(dst, "</"...), n.of...), '>')
	}
	from := len(dst)
	if n.column != nil {
		dst = escapeXML(s.appendValue(dst, n.column, r), from)
	}
	for _, p := range n.parts {
		dst = s.appendElement(dst, p, p.tag, r)
	}
	if len(dst) == from {
		return dst[:start]
	}
	return append(append(append(dst, "</"...), tag...), '>')
}

// xmlName makes a column's name the name of an element: letters, digits,
// hyphens and points as they are, and an underscore for all else.
func xmlName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.':
			return r
		}
		return '_'
	}, name)
	if name == "" || name[0] < 'A' {
		return "_" + name
	}
	return name
}
