package tables

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// xmlReader reads the tokens of a file of XML, in which text is UTF-8 and tokens
// are bounded.
type xmlReader struct {
	*xml.Decoder
	ctx   context.Context
	src   io.Closer
	bytes *xmlBytes
}

// newXMLReader begins to read XML, whatever it is encoded in.
func newXMLReader(ctx context.Context, src io.ReadCloser) (*xmlReader, error) {
	head := bufio.NewReaderSize(src, 64<<10)
	b, err := head.Peek(256)
	if err != nil && err != io.EOF {
		return nil, err
	}
	var text io.Reader
	switch name := xmlEncoding(b); {
	case isUTF16(b):
		text = transform.NewReader(head, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case name == "" || name == "utf-8" || name == "utf8" || name == "us-ascii" || name == "ascii":
		text = transform.NewReader(head, transform.Nop)
	case name == "windows-1252" || name == "cp1252" || name == "iso-8859-1" || name == "latin1" || name == "latin-1":
		text = transform.NewReader(head, charmap.Windows1252.NewDecoder()) // of which ISO 8859-1 is a part, but for control characters
	default:
		return nil, fmt.Errorf("XML in the encoding %q: %w", name, errors.ErrUnsupported)
	}
	r := &xmlBytes{r: bufio.NewReaderSize(transform.NewReader(text, xmlRepair{}), 64<<10)}
	d := &xmlReader{Decoder: xml.NewDecoder(r), ctx: ctx, src: src, bytes: r}
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8 already
	return d, nil
}

// xmlEncoding returns the encoding that the declaration of a file names, in lower
// case, "" if it names none.
func xmlEncoding(head []byte) string {
	head = bytes.TrimPrefix(head, utf8Mark)
	end := bytes.Index(head, []byte("?>"))
	if !bytes.HasPrefix(head, []byte("<?xml")) || end < 0 {
		return ""
	}
	_, after, ok := bytes.Cut(head[:end], []byte("encoding"))
	after = bytes.TrimLeft(after, " \t\r\n=")
	if !ok || len(after) < 2 {
		return ""
	}
	name, _, _ := bytes.Cut(after[1:], after[:1])
	return strings.ToLower(string(name))
}

// xmlRepair makes bytes that are not UTF-8 what they are in windows-1252, and
// characters that XML does not have (XML 1.0, 2.2) spaces, and byte order marks.
type xmlRepair struct{ transform.NopResetter }

// Transform implements transform.Transformer.
func (xmlRepair) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		rest := src[nSrc:]
		n := 0
		for n < len(rest) && n < len(dst)-nDst && (rest[n] >= ' ' && rest[n] < 0x80 || rest[n] == '\n' || rest[n] == '\t' || rest[n] == '\r') {
			n++
		}
		nDst += copy(dst[nDst:], rest[:n])
		nSrc += n
		rest = rest[n:]
		if len(rest) == 0 {
			return nDst, nSrc, nil
		}
		if len(dst)-nDst < utf8.UTFMax {
			return nDst, nSrc, transform.ErrShortDst
		}
		if !atEOF && !utf8.FullRune(rest) {
			return nDst, nSrc, transform.ErrShortSrc
		}
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			r = charmap.Windows1252.DecodeByte(rest[0])
			if r == utf8.RuneError {
				r = ' '
			}
		case r < ' ' || r == 0xfffe || r == 0xffff || r == 0xfeff:
			r = ' '
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc += size
	}
	return nDst, nSrc, nil
}

// xmlBytes bounds what a token may take, which encoding/xml does not.
type xmlBytes struct {
	r    *bufio.Reader
	left int
	err  error // of the file, which is to be told from those of its XML
}

// errXMLToken is a token of more than xmlMaxToken bytes.
var errXMLToken = fmt.Errorf("%w: XML with a tag or text of more than %d MiB", ErrTooLarge, xmlMaxToken>>20)

// ReadByte implements io.ByteReader, by which encoding/xml reads.
func (b *xmlBytes) ReadByte() (byte, error) {
	if b.left--; b.left < 0 {
		return 0, errXMLToken
	}
	c, err := b.r.ReadByte()
	b.err = err
	return c, err
}

// Read implements io.Reader, for the reader that a declared encoding asks for.
func (b *xmlBytes) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errXMLToken
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	b.err = err
	return n, err
}

// next returns the next token. Its error never has text of the file in it, as
// those of encoding/xml may.
func (d *xmlReader) next() (xml.Token, error) {
	if err := d.ctx.Err(); err != nil {
		return nil, err
	}
	d.bytes.left = xmlMaxToken
	token, err := d.Token()
	if err == nil {
		return token, nil
	}
	if err == io.EOF || errors.Is(err, ErrTooLarge) {
		return nil, err
	}
	line, _ := d.InputPos()
	switch d.bytes.err {
	case nil:
		return nil, fmt.Errorf("%w: XML that is not well-formed at line %d", ErrDamaged, line)
	case io.EOF:
		return nil, fmt.Errorf("%w: XML that ends in the middle, at line %d", ErrTruncated, line)
	}
	return nil, d.bytes.err
}

// xmlRecords reads the records of a file.
type xmlRecords struct {
	*xmlReader
	record []string // the names from the root to a record
	path   int      // how many of these are open
	depth  int      // elements that are open in all
	frames []xmlFrame
}

// xmlFrame is an open element of a record.
type xmlFrame struct {
	node     *xmlNode // nil if it has no place
	text     []byte
	elements bool // it has some
}

// errXMLRow is a record of more than maxRow bytes.
var errXMLRow = errors.New("record too long")

// next reads the next record, which is at root. It asks visit for the place of
// every element and attribute, and gives the text of each to value if that is
// not nil. At the end of the file it returns io.EOF.
func (w *xmlRecords) next(root *xmlNode, visit func(n *xmlNode, name string, attribute bool) *xmlNode, value func(n *xmlNode, text []byte)) error {
	for {
		token, err := w.xmlReader.next()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			on := w.path == w.depth && w.path < len(w.record) && token.Name.Local == w.record[w.path]
			if w.depth++; w.depth > xmlMaxDepth {
				return errXMLDepth
			}
			if !on && token.Name.Local == w.record[len(w.record)-1] {
				line, _ := w.InputPos()
				return fmt.Errorf("%w: <%s> stands at another place in line %d", ErrMixed, token.Name.Local, line)
			}
			if !on {
				continue
			}
			if w.path++; w.path == len(w.record) {
				err := w.read(root, token, visit, value)
				w.path--
				w.depth--
				return err
			}
		case xml.EndElement:
			w.depth--
			w.path = min(w.path, w.depth)
		}
	}
}

var errXMLDepth = fmt.Errorf("%w: XML of more than %d levels", ErrTooLarge, xmlMaxDepth)

// read reads a record, whose start is given, to its end.
func (w *xmlRecords) read(root *xmlNode, start xml.StartElement, visit func(*xmlNode, string, bool) *xmlNode, value func(*xmlNode, []byte)) error {
	w.frames = w.frames[:0]
	w.push(root, start.Attr, visit, value)
	begin, long := w.InputOffset(), false
	for {
		token, err := w.xmlReader.next()
		if err != nil {
			return err
		}
		long = long || w.InputOffset()-begin > maxRow
		top := &w.frames[len(w.frames)-1]
		switch token := token.(type) {
		case xml.StartElement:
			top.elements = true
			var node *xmlNode
			name, attrs := xmlColumnName(token)
			if top.node != nil && !long {
				node = visit(top.node, name, false)
			}
			if w.depth+len(w.frames) >= xmlMaxDepth {
				return errXMLDepth
			}
			w.push(node, attrs, visit, value)
		case xml.CharData:
			if top.node != nil && !long {
				top.text = append(top.text, token...)
			}
		case xml.EndElement:
			if text := bytes.TrimSpace(top.text); top.node != nil && (len(text) > 0 || !top.elements) {
				top.node.found(text, value)
			}
			if w.frames = w.frames[:len(w.frames)-1]; len(w.frames) > 0 {
				continue
			}
			if long {
				return errXMLRow
			}
			return nil
		}
	}
}

// found notes that a place has text, or is an element with nothing in it, and
// hands the text on.
func (n *xmlNode) found(text []byte, value func(*xmlNode, []byte)) {
	if value != nil {
		value(n, text)
		return
	}
	n.text = n.text || len(text) > 0 || len(n.order) == 0
}

// push opens an element of a record.
func (w *xmlRecords) push(node *xmlNode, attrs []xml.Attr, visit func(*xmlNode, string, bool) *xmlNode, value func(*xmlNode, []byte)) {
	if len(w.frames) < cap(w.frames) {
		w.frames = w.frames[:len(w.frames)+1] // with the memory for its text
	} else {
		w.frames = append(w.frames, xmlFrame{})
	}
	top := &w.frames[len(w.frames)-1]
	*top = xmlFrame{node: node, text: top.text[:0]}
	if node == nil {
		return
	}
	node.visit++
	for _, a := range attrs {
		if xmlIsMeta(a.Name) {
			continue
		}
		if child := visit(node, a.Name.Local, true); child != nil {
			child.found(bytes.TrimSpace([]byte(a.Value)), value)
		}
	}
}

// xmlIsMeta reports whether an attribute is about the XML and not of the record.
func xmlIsMeta(name xml.Name) bool {
	return name.Space == "xmlns" || name.Local == "xmlns" || name.Space == "xml" || name.Space == "http://www.w3.org/XML/1998/namespace" ||
		name.Space == "xsi" || name.Space == "http://www.w3.org/2001/XMLSchema-instance"
}

// xmlColumnName returns the name of an element for its column, and what is left
// of its attributes: one that has a "name" and no other attribute has that name.
func xmlColumnName(e xml.StartElement) (string, []xml.Attr) {
	attrs := slices.DeleteFunc(e.Attr, func(a xml.Attr) bool { return xmlIsMeta(a.Name) })
	if len(attrs) == 1 && attrs[0].Name.Local == "name" && attrs[0].Value != "" {
		return attrs[0].Value, nil
	}
	return e.Name.Local, attrs
}
