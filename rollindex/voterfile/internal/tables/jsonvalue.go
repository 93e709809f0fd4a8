package tables

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// jsonParser reads one value that lies in b from i on. It is a scanner of our
// own: it takes rows out of the bytes at hand without copying or allocating, and
// begins again when more of them are there, which a decoder of tokens does not.
type jsonParser struct {
	f      *flattening
	b      []byte
	i      int
	status scanStatus
	depth  int
	key    []byte      // of an object, where it has escapes
	inner  int         // arrays it lies in
	arrays bool        // an array of objects or arrays was met that lies in objects only
	wide   []*flatNode // arrays longer than what becomes columns, or that hold such
	deep   bool        // the outermost array at hand holds one

	count   int  // values of an array read as a row
	strings bool // all of them were strings
}

// jsonStop marks the bytes of a string that do not stand for themselves, or may not.
var jsonStop = func() (stop [256]bool) {
	for c := range stop {
		stop[c] = c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\'
	}
	return stop
}()

// row reads the object at the beginning of b as a row and returns its size.
func (p *jsonParser) row(b []byte) (int, scanStatus) {
	p.look(b)
	p.f.begin()
	p.object(p.f.root)
	return p.i, p.status
}

// skip reads the value at the beginning of b for nothing and returns its size.
func (p *jsonParser) skip(b []byte) (int, scanStatus) {
	p.look(b)
	p.f.begin()
	p.value(nil)
	return p.i, p.status
}

// look makes b what is read.
func (p *jsonParser) look(b []byte) {
	p.b, p.i, p.status, p.depth, p.inner = b, 0, scanDone, 0, 0
	p.wide, p.arrays, p.deep = p.wide[:0], false, false
}

// peek passes over white space and returns the next byte, or 0.
func (p *jsonParser) peek() byte {
	for p.i < len(p.b) {
		c := p.b[p.i]
		if c > ' ' {
			return c
		}
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			p.fail(scanBad)
			return 0
		}
		p.i++
	}
	p.fail(scanMore)
	return 0
}

func (p *jsonParser) fail(s scanStatus) {
	if p.status == scanDone {
		p.status = s
	}
}

// accept passes over c, which has to be next.
func (p *jsonParser) accept(c byte) {
	if p.peek() != c {
		p.fail(scanBad)
		return
	}
	p.i++
}

// nest enters an object or array; it fails beyond the bounds of nesting.
func (p *jsonParser) nest() {
	p.i++
	if p.depth++; p.depth > flatDepth {
		p.fail(scanBad)
	}
}

// next reports whether another member follows, behind one or, at first, behind
// the opening bracket.
func (p *jsonParser) next(closing byte, first bool) bool {
	c := p.peek()
	if p.status != scanDone {
		return false
	}
	if c == closing {
		p.i++
		p.depth--
		return false
	}
	if !first {
		p.accept(',')
	}
	return p.status == scanDone
}

// value reads a value into the place n.
func (p *jsonParser) value(n *flatNode) {
	switch c := p.peek(); {
	case p.status != scanDone:
	case c == '{' && !p.wrapped():
		p.object(n)
	case c == '[':
		p.array(n)
	default:
		start := len(p.f.values)
		if p.scalar(); p.status == scanDone {
			p.f.set(n, start)
		}
	}
}

func (p *jsonParser) object(n *flatNode) {
	p.nest()
	p.members(n)
}

// members reads the members of an object, behind its opening bracket, and the
// closing one.
func (p *jsonParser) members(n *flatNode) {
	for first := true; p.status == scanDone && p.next('}', first); first = false {
		key := p.name()
		if p.status != scanDone {
			return
		}
		place := p.f.enter(n, key)
		p.accept(':')
		p.value(place)
	}
}

func (p *jsonParser) array(n *flatNode) {
	p.nest()
	c := p.peek()
	objects := c == '{' && !p.wrapped()
	if (objects || c == '[') && p.inner == 0 {
		p.arrays = true
	}
	p.inner++
	start, count := len(p.f.values), 0
	for ; p.status == scanDone && p.next(']', count == 0); count++ {
		if objects {
			p.value(p.f.element(n, count))
		} else {
			p.joined(start)
		}
	}
	p.inner--
	switch {
	case p.status != scanDone:
	case !objects && count > 0:
		p.f.set(n, start)
	case p.inner > 0:
		p.deep = p.deep || count > flatElements
	case n != nil && (p.deep || count > flatElements):
		p.wide = append(p.wide, n)
		p.deep = false
	}
}

// joined reads an element of an array of single values, which begin at start.
// Objects among them are passed over; arrays within are part of the array.
func (p *jsonParser) joined(start int) {
	switch c := p.peek(); {
	case p.status != scanDone:
	case c == '{' && !p.wrapped():
		p.object(nil)
	case c == '[':
		p.nest()
		for first := true; p.status == scanDone && p.next(']', first); first = false {
			p.joined(start)
		}
	default:
		before := len(p.f.values)
		if before > start {
			p.f.values = append(p.f.values, flatJoin...)
		}
		from := len(p.f.values)
		if p.scalar(); len(p.f.values) == from {
			p.f.values = p.f.values[:before]
		}
	}
}

// name reads the key of a member.
func (p *jsonParser) name() []byte {
	if p.peek() != '"' {
		p.fail(scanBad)
		return nil
	}
	end := p.i + 1
	for end < len(p.b) && !jsonStop[p.b[end]] {
		end++
	}
	if end < len(p.b) && p.b[end] == '"' {
		key := p.b[p.i+1 : end]
		p.i = end + 1
		return key
	}
	p.key = p.string(p.key[:0])
	return p.key
}

// scalar appends a value that is no object and no array; nothing for null.
func (p *jsonParser) scalar() {
	f := p.f
	switch c := p.peek(); {
	case p.status != scanDone:
	case c == '"':
		f.values = p.string(f.values)
	case c == '{':
		p.wrapper()
	case c >= '0' && c <= '9' || c == '-':
		p.number()
	case c == 't':
		p.literal("true", "true")
	case c == 'f':
		p.literal("false", "false")
	case c == 'n':
		p.literal("null", "")
	case c == 'N': // what some programs write for no value
		p.literal("NaN", "")
	case c == 'I':
		p.literal("Infinity", "")
	default:
		p.fail(scanBad)
	}
}

// literal passes over word, which has to be next, and appends value.
func (p *jsonParser) literal(word, value string) {
	rest := p.b[p.i:]
	switch {
	case len(rest) <= len(word):
		p.fail(scanMore)
	case string(rest[:len(word)]) != word || isWordByte(rest[len(word)]):
		p.fail(scanBad)
	default:
		p.i += len(word)
		p.f.values = append(p.f.values, value...)
	}
}

// number appends a number as it is written, but for ".0" at its end: programs
// that keep a column with gaps as floating point write years so.
func (p *jsonParser) number() {
	end, digits, plain := p.i, 0, true
	for ; end < len(p.b); end++ {
		c := p.b[end]
		if c >= '0' && c <= '9' {
			digits++
		} else if c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-' && end > p.i {
			plain = false
		} else if c != '-' {
			break
		}
	}
	if end == len(p.b) {
		p.fail(scanMore)
		return
	}
	text := p.b[p.i:end]
	switch {
	case bytes.Equal(text, []byte("-")) && bytes.HasPrefix(p.b[end:], []byte("Infinity")):
		end += len("Infinity")
		text = nil
	case digits == 0 || isWordByte(p.b[end]) || !plain && !isNumber(text):
		p.fail(scanBad)
		return
	}
	p.i = end
	p.f.values = append(p.f.values, trimZeros(text)...)
}

// isNumber checks a number that is not plain digits.
func isNumber(text []byte) bool {
	_, err := strconv.ParseFloat(string(text), 64)
	numErr, ok := err.(*strconv.NumError)
	return err == nil || ok && numErr.Err == strconv.ErrRange
}

// trimZeros cuts a fraction of nothing but zeros.
func trimZeros(text []byte) []byte {
	point := bytes.IndexByte(text, '.')
	if point <= 0 || len(bytes.Trim(text[point+1:], "0")) > 0 {
		return text
	}
	return text[:point]
}

// string appends the string that begins at the place at hand. What would break a
// line becomes a space, what is not UTF-8 the replacement character. A line feed
// is an error even though other control characters are not: it shows that the
// end of the string is missing.
func (p *jsonParser) string(dst []byte) []byte {
	b, i := p.b, p.i+1
	for {
		j := i
		for j < len(b) && !jsonStop[b[j]] {
			j++
		}
		dst = append(dst, b[i:j]...)
		if j == len(b) {
			p.fail(scanMore)
			return dst
		}
		i = j + 1
		switch c := b[j]; {
		case c == '"':
			p.i = i
			return dst
		case c == '\\':
			if dst, i = p.escape(dst, i); p.status != scanDone {
				return dst
			}
		case c == '\n':
			p.fail(scanBad)
			return dst
		case c < ' ':
			dst = append(dst, cleanByte(c))
		default:
			r, size := utf8.DecodeRune(b[j:])
			dst = utf8.AppendRune(dst, r)
			i = j + size
		}
	}
}

// escape appends what the escape at i, behind its backslash, stands for and
// returns where it ends.
func (p *jsonParser) escape(dst []byte, i int) ([]byte, int) {
	b := p.b
	if i == len(b) {
		p.fail(scanMore)
		return dst, i
	}
	switch c := b[i]; c {
	case '"', '\\', '/':
		return append(dst, c), i + 1
	case 'b', 'f', 'n', 'r', 't':
		return append(dst, escapeByte(c)), i + 1
	case 'u':
		if len(b)-i < 11 && bytes.IndexByte(b[i:], '"') < 0 {
			p.fail(scanMore)
			return dst, i
		}
		v, end := parseDigits(b, i+1, 4, 16)
		if end != i+5 {
			break
		}
		if v >= 0xD800 && v < 0xDC00 && end+6 <= len(b) && b[end] == '\\' && b[end+1] == 'u' {
			if low, after := parseDigits(b, end+2, 4, 16); after == end+6 && low >= 0xDC00 && low < 0xE000 {
				v, end = (v-0xD800)<<10+(low-0xDC00)+0x10000, after
			}
		}
		if v < utf8.RuneSelf {
			return append(dst, cleanByte(byte(v))), end
		}
		return utf8.AppendRune(dst, rune(v)), end
	}
	p.fail(scanBad)
	return dst, i
}
