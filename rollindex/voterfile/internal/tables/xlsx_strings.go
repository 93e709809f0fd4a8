package tables

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"
)

// xlsxStrings are the shared strings of a workbook, each as it stands in a line,
// in one piece of memory.
type xlsxStrings struct {
	text []byte
	ends []uint32
}

// xlsxMaxStrings bounds the memory of the shared strings.
const xlsxMaxStrings = 1 << 30

// get returns a string and whether there is one of that number.
func (t *xlsxStrings) get(i int) ([]byte, bool) {
	if i < 0 || i >= len(t.ends) {
		return nil, false
	}
	from := uint32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.text[from:t.ends[i]], true
}

// readXLSXStrings reads the part of shared strings. A string is the text of its
// element t, or of several where it is formatted in pieces (r); the reading aid
// of Japanese text (rPh) is no part of it.
func readXLSXStrings(p *xlsxParts, name string) (*xlsxStrings, error) {
	s, closer, err := p.open(name)
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	t := &xlsxStrings{}
	var value []byte
	var item xlsxItem
	for {
		token, err := s.next()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		switch {
		case token == xlsxText:
			if item.takes() {
				var ok bool
				if value, ok = s.appendText(value); !ok {
					return nil, fmt.Errorf("%w: a shared string has an entity that XML does not have", ErrDamaged)
				}
			}
		case string(s.name) == "si":
			if token == xlsxStart {
				value, item = value[:0], xlsxItem{}
				continue
			}
			t.text = xlsxAppendString(t.text, value)
			t.ends = append(t.ends, uint32(len(t.text)))
			if len(t.text)+4*len(t.ends) > xlsxMaxStrings {
				return nil, fmt.Errorf("%w: shared strings of more than %d MiB", ErrTooLarge, xlsxMaxStrings>>20)
			}
		default:
			item.tag(s.name, token == xlsxStart)
		}
	}
}

// xlsxItem follows the elements within a string, to tell which text is its own.
type xlsxItem struct{ inText, inAid bool }

func (i *xlsxItem) tag(name []byte, start bool) {
	switch string(name) {
	case "t":
		i.inText = start
	case "rPh":
		i.inAid = start
	}
}

func (i *xlsxItem) takes() bool { return i.inText && !i.inAid }

// xlsxAppendString appends a string as it stands in a line. Characters that XML
// cannot hold are written _xHHHH_ in workbooks (ECMA-376 part 1, 22.9.2.19).
func xlsxAppendString(line, value []byte) []byte {
	if !utf8.Valid(value) {
		value = bytes.ToValidUTF8(value, []byte("\ufffd"))
	}
	for {
		i := bytes.Index(value, []byte("_x"))
		if i < 0 {
			return appendValue(line, value)
		}
		line = appendValue(line, value[:i])
		value = value[i:]
		r := rune(0)
		ok := len(value) >= 7 && value[6] == '_'
		for _, c := range value[2:min(len(value), 6)] {
			d := xlsxHexDigit(c)
			ok = ok && d >= 0
			r = r<<4 | rune(d)
		}
		if !ok {
			line, value = append(line, "_x"...), value[2:]
			continue
		}
		if r == 0 {
			r = ' '
		}
		var buf [utf8.UTFMax]byte
		line, value = appendValue(line, buf[:utf8.EncodeRune(buf[:], r)]), value[7:]
	}
}
