package exposure

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// jsonDecoder reads people as JSON objects, one after the other or in one
// array. A person is a flat object, so the reader here does without the general
// machinery of encoding/json, which takes more than twice as long for the
// longest part of a batch that is not done side by side (BenchmarkDecode). A fuzz
// test holds the two against each other.
type jsonDecoder struct {
	r       io.Reader
	buf     []byte // read and not yet used: buf[at:]
	at      int
	text    string // buf[textAt:], of which the people's fields are parts; "" if not made yet
	textAt  int
	eof     bool
	line    int // of buf[at]
	started bool
	array   bool
	more    bool // in an array, after an element
	done    bool // after the array
}

// Next implements [Decoder].
func (d *jsonDecoder) Next(p *Person) error {
	if err := d.seek(); err != nil {
		return err
	}
	end, fault, err := d.objectEnd()
	if err != nil {
		return err
	}
	object := d.object(end)
	o := jsonObject{s: object, line: d.line, plain: isPlain(d.buf[d.at:end])}
	p.Line = d.line
	d.line += strings.Count(object, "\n")
	d.at = end
	d.more = fault == "" // else the comma is lost too
	if fault != "" {
		return FieldError{Line: p.Line, Problem: fault}
	}
	if !o.plain && !utf8.ValidString(object) {
		return FieldError{Line: p.Line, Problem: notUTF8}
	}
	return o.person(p)
}

// object returns the text up to end. There is one allocation for all the people read
// at once.
func (d *jsonDecoder) object(end int) string {
	if d.text == "" {
		d.text, d.textAt = string(d.buf[d.at:]), d.at
	}
	return d.text[d.at-d.textAt : end-d.textAt]
}

// fill reads more of the input behind what is unused and reports whether there
// was more.
func (d *jsonDecoder) fill() (bool, error) {
	if d.eof {
		return false, nil
	}
	d.text = ""
	if d.at > 0 {
		d.buf = d.buf[:copy(d.buf, d.buf[d.at:])]
		d.at = 0
	}
	if len(d.buf) == cap(d.buf) {
		d.buf = append(d.buf, make([]byte, len(d.buf))...)[:len(d.buf)]
	}
	for range 100 {
		n, err := d.r.Read(d.buf[len(d.buf):cap(d.buf)])
		d.buf = d.buf[:len(d.buf)+n]
		if err != nil && err != io.EOF {
			return false, fmt.Errorf("reading people: %w", err)
		}
		if d.eof = err == io.EOF; n > 0 || d.eof {
			return n > 0, nil
		}
	}
	return false, fmt.Errorf("reading people: %w", io.ErrNoProgress)
}

// peek returns the next byte that is not white space without using it.
func (d *jsonDecoder) peek() (byte, error) {
	for {
		for ; d.at < len(d.buf); d.at++ {
			switch c := d.buf[d.at]; c {
			case '\n':
				d.line++
			case ' ', '\t', '\r':
			default:
				return c, nil
			}
		}
		if ok, err := d.fill(); err != nil {
			return 0, err
		} else if !ok {
			return 0, io.EOF
		}
	}
}

// start notes whether the people stand in an array.
func (d *jsonDecoder) start() error {
	d.started = true
	c, err := d.peek()
	switch {
	case err != nil:
		return err
	case c == '[':
		d.array = true
		d.at++
	case c != '{':
		return fmt.Errorf("line %d: %w", d.line, ErrNotJSON)
	}
	return nil
}

// seek goes to the '{' of the next person. io.EOF is the end of all.
func (d *jsonDecoder) seek() error {
	if !d.started {
		if err := d.start(); err != nil {
			return err
		}
	}
	c, err := d.peek()
	switch {
	case err == io.EOF && d.array && !d.done:
		return fmt.Errorf("line %d: the array of people has no end", d.line)
	case err != nil:
		return err
	case d.done:
		return fmt.Errorf("line %d: text after the array of people", d.line)
	case d.array && c == ']':
		d.at++
		d.done = true
		return d.seek()
	case d.array && d.more:
		if c != ',' {
			return fmt.Errorf("line %d: a comma is missing between two people", d.line)
		}
		d.at++
		if c, err = d.peek(); err == io.EOF {
			return fmt.Errorf("line %d: the array of people has no end", d.line)
		} else if err != nil {
			return err
		}
	}
	switch {
	case c == '{':
		return nil
	case d.array:
		return fmt.Errorf("line %d: %w", d.line, ErrNotJSON)
	}
	return d.passLine()
}

// passLine passes over what is no person, up to the end of its line.
func (d *jsonDecoder) passLine() error {
	fault := FieldError{Line: d.line, Problem: ErrNotJSON.Error()}
	for {
		if end := bytes.IndexByte(d.buf[d.at:], '\n'); end >= 0 {
			d.at += end
			return fault
		}
		d.at = len(d.buf)
		if ok, err := d.fill(); err != nil {
			return err
		} else if !ok {
			return fault
		}
	}
}

// What is wrong with an object whose end had to be guessed.
const (
	faultOpen = "the person that begins here has no end"
	faultTorn = "a text goes on in the next line: is a quote missing?"
)

// objectEnd returns the index behind the object that begins at d.at, or of what
// it runs into, and then what is wrong with it. A person is flat, and a text has
// no line end in it: so a brace at the beginning of a line begins the next
// person, whatever is missing before it.
func (d *jsonDecoder) objectEnd() (end int, fault string, err error) {
	if end := plainEnd(d.buf[d.at:]); end > 0 {
		return d.at + end, "", nil
	}
	return d.scanEnd()
}

// scanEnd is objectEnd, byte by byte.
func (d *jsonDecoder) scanEnd() (end int, fault string, err error) {
	depth, quoted, escaped := 0, false, false
	for i := 0; ; i++ {
		if d.at+i == len(d.buf) {
			if i > maxPerson {
				return 0, "", tooLong(d.line)
			}
			if ok, err := d.fill(); err != nil {
				return 0, "", err
			} else if !ok {
				return 0, "", fmt.Errorf("line %d: %s", d.line, faultOpen)
			}
		}
		c := d.buf[d.at+i]
		if c != '"' && !escaped && (quoted && c != '\\' && c != '\n' || !quoted && c|0x26 != '\x7f') {
			continue // neither a quote nor a brace that counts, nor an escape: nearly every byte
		}
		switch {
		case quoted && c == '\n':
			quoted, escaped, fault = false, false, faultTorn
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' && depth > 0 && beginsLine(d.buf[d.at:d.at+i]):
			return d.at + i, cmp.Or(fault, faultOpen), nil
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				if i >= maxPerson {
					return 0, "", tooLong(d.line)
				}
				return d.at + i + 1, fault, nil
			}
		}
	}
}

// plainEnd returns the length of the object that text begins with, if that is all of its
// line but for a comma, and the line is so plain that counting shows it: no escape in it, no
// brace but the two around it, and no quote that is left open. Else it returns 0. That is a tenth
// of the time of going through the bytes (BenchmarkDecode).
func plainEnd(text []byte) int {
	end := bytes.IndexByte(text[:min(len(text), plainLine)], '\n')
	if end > 0 && text[end-1] == '\r' {
		end--
	}
	if end > 0 && text[end-1] == ',' {
		end--
	}
	if end < 2 || text[end-1] != '}' {
		return 0
	}
	line := text[:end]
	if bytes.IndexByte(line, '\\') >= 0 || bytes.Count(line, openBrace) != 1 || bytes.Count(line, closeBrace) != 1 || bytes.Count(line, quote)%2 != 0 {
		return 0
	}
	return end
}

// plainLine is how far plainEnd looks for the end of a line, of which there may be none.
const plainLine = 2048

// What plainEnd counts.
var openBrace, closeBrace, quote = []byte{'{'}, []byte{'}'}, []byte{'"'}

// beginsLine reports whether what follows the text begins a line, but for the
// comma of an array.
func beginsLine(before []byte) bool {
	return bytes.HasSuffix(bytes.TrimRight(before, " \t\r,"), []byte("\n"))
}

// jsonObject parses the text of one object.
type jsonObject struct {
	s    string
	at   int
	line int // of s[0]

	plain bool // s has neither escapes nor control characters, and is ASCII
}

// isPlain reports whether an object is printable ASCII without an escape, as most are: a text
// in it is whatever stands before the next quote.
func isPlain(object []byte) bool {
	if bytes.IndexByte(object, '\\') >= 0 {
		return false
	}
	const each = (1<<64 - 1) / 255 // a one in each of eight bytes
	for ; len(object) >= 8; object = object[8:] {
		eight := binary.LittleEndian.Uint64(object)
		if (eight|(eight-each*' '))&(each*utf8.RuneSelf) != 0 { // a byte from 0x80 on, or one that a space cannot be taken from
			return false
		}
	}
	for _, c := range object {
		if c < ' ' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// person sets p from the object.
func (o *jsonObject) person(p *Person) error {
	var seen [numFields]bool
	behind := 0 // the field read last, and one more
	o.at = 1    // '{'
	for first := true; ; first = false {
		c := o.next()
		if c == '}' && first {
			return o.end()
		}
		if c != '"' {
			return o.errorf("a field name in quotes is expected")
		}
		name, err := o.quoted()
		if err != nil {
			return err
		}
		f, ok := fieldFrom(behind, name)
		if !ok && !passedOver(name) {
			return o.errorf("unknown field%s; %s", shown(name), didYouMean(name))
		}
		if ok && seen[f] {
			return o.fieldErrorf(f, "given twice")
		}
		if ok {
			seen[f], behind = true, f+1
		}
		if o.next() != ':' {
			return o.fieldErrorf(f, "a colon is expected after the name")
		}
		o.at++
		if ok {
			err = o.value(p, f)
		} else {
			err = o.pass()
		}
		if err != nil {
			return err
		}
		switch o.next() {
		case ',':
			o.at++
		case '}':
			return o.end()
		default:
			return o.fieldErrorf(f, "a comma or a closing brace is expected after the value")
		}
	}
}

// end checks that the object ends where its extent was found to end.
func (o *jsonObject) end() error {
	if o.at != len(o.s)-1 {
		return o.errorf("text after the end of the person")
	}
	return nil
}

// value reads the value of a field into p.
func (o *jsonObject) value(p *Person, f int) (err error) {
	if !isList(f) {
		*p.text(f), err = o.scalar(f)
		return err
	}
	if o.next() != '[' { // one text stands for a list of one
		s, err := o.scalar(f)
		if s != "" {
			*p.list(f) = []string{s}
		}
		return err
	}
	o.at++
	if o.next() == ']' {
		o.at++
		return nil
	}
	for {
		s, err := o.scalar(f)
		if err != nil {
			return err
		}
		*p.list(f) = append(*p.list(f), s)
		switch o.next() {
		case ',':
			o.at++
		case ']':
			o.at++
			return nil
		default:
			return o.fieldErrorf(f, "a comma or a closing bracket is expected in the list")
		}
	}
}

// passedOver reports whether a field is no detail of the person: rollcheck synth
// adds the number of the row, and whether the row withholds its person, to the
// people it writes.
func passedOver(name string) bool { return name == "row" || name == "withheld" }

// pass passes over a number, true or false.
func (o *jsonObject) pass() error {
	o.next()
	from := o.at
	for o.at < len(o.s) && (o.s[o.at] >= '0' && o.s[o.at] <= '9' || o.s[o.at] >= 'a' && o.s[o.at] <= 'z') {
		o.at++
	}
	switch v := o.s[from:o.at]; {
	case v == "true", v == "false", v != "" && v[0] <= '9':
		return nil
	}
	return o.errorf("a number, true or false is expected")
}

// scalar reads a text, null (which is no text), or a number without sign,
// fraction and exponent, whose digits are the text.
func (o *jsonObject) scalar(f int) (string, error) {
	switch c := o.next(); {
	case c == '"':
		s, err := o.quoted()
		if err != nil {
			return "", o.fieldErrorf(f, "not a JSON text")
		}
		return s, nil
	case c >= '0' && c <= '9':
		from := o.at
		for o.at < len(o.s) && o.s[o.at] >= '0' && o.s[o.at] <= '9' {
			o.at++
		}
		digits := o.s[from:o.at]
		if strings.IndexByte(".eE", o.peek()) >= 0 || len(digits) > 1 && digits[0] == '0' {
			return "", o.fieldErrorf(f, "not a whole number; put it in quotes")
		}
		return digits, nil
	case strings.HasPrefix(o.s[o.at:], "null"):
		o.at += len("null")
		return "", nil
	case isList(f):
		return "", o.fieldErrorf(f, "a list of texts is expected")
	}
	return "", o.fieldErrorf(f, "a text is expected")
}

// quoted reads the text in quotes at o.at.
func (o *jsonObject) quoted() (string, error) {
	from := o.at + 1
	if o.plain {
		n := strings.IndexByte(o.s[from:], '"')
		if n < 0 {
			return "", o.errorf("a text has no end")
		}
		o.at = from + n + 1
		return o.s[from : from+n], nil
	}
	for i := from; i < len(o.s); i++ {
		switch c := o.s[i]; {
		case c == '"':
			o.at = i + 1
			return o.s[from:i], nil
		case c == '\\':
			return o.escaped()
		case c < ' ':
			return "", o.errorf("a control character in a text")
		}
	}
	return "", o.errorf("a text has no end")
}

// escaped reads a text with escapes in it.
func (o *jsonObject) escaped() (s string, err error) {
	from := o.at
	i := from + 1
	for i < len(o.s) && o.s[i] != '"' {
		if o.s[i] == '\\' {
			i++
		}
		i++
	}
	if i >= len(o.s) {
		return "", o.errorf("a text has no end")
	}
	o.at = i + 1
	if json.Unmarshal([]byte(o.s[from:o.at]), &s) != nil { // its error may quote the text
		return "", o.errorf("not a JSON text")
	}
	return s, nil
}

// next skips white space and returns the byte there, 0 at the end.
func (o *jsonObject) next() byte {
	for ; o.at < len(o.s); o.at++ {
		if c := o.s[o.at]; c > ' ' || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

func (o *jsonObject) peek() byte {
	if o.at >= len(o.s) {
		return 0
	}
	return o.s[o.at]
}

func (o *jsonObject) lineHere() int {
	return o.line + strings.Count(o.s[:min(o.at, len(o.s))], "\n")
}

func (o *jsonObject) errorf(format string, args ...any) error {
	return FieldError{Line: o.lineHere(), Problem: fmt.Sprintf(format, args...)}
}

func (o *jsonObject) fieldErrorf(f int, problem string) error {
	return FieldError{o.lineHere(), fieldNames[f], problem}
}
