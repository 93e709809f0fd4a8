package tables

import (
	"bytes"
	"strconv"
)

// mongoPlain are the keys of MongoDB's extended JSON whose value is the value
// (https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/). What
// stands under its other keys (binary data, code, ...) is no value.
var mongoPlain = map[string]bool{
	"$oid": true, "$date": true, "$numberInt": true, "$numberLong": true, "$numberDouble": true,
	"$numberDecimal": true, "$symbol": true, "$uuid": true,
}

// wrapped reports whether the object at hand is a value in extended JSON: its
// first key begins with a dollar sign, which no key of a document does.
func (p *jsonParser) wrapped() bool {
	for i := p.i + 1; i < len(p.b); i++ {
		if c := p.b[i]; c > ' ' {
			return c == '"' && i+1 < len(p.b) && p.b[i+1] == '$'
		}
	}
	return false
}

// wrapper appends the value in an object of extended JSON.
func (p *jsonParser) wrapper() {
	p.nest()
	for first := true; p.status == scanDone && p.next('}', first); first = false {
		key := p.name()
		plain := first && mongoPlain[string(key)]
		date, number := string(key) == "$date", bytes.HasPrefix(key, []byte("$number"))
		p.accept(':')
		if p.status != scanDone {
			return
		}
		if !plain || p.peek() == '[' || p.peek() == '{' && !p.wrapped() {
			p.value(nil)
			continue
		}
		start := len(p.f.values)
		p.scalar()
		switch value := p.f.values[start:]; {
		case date:
			p.f.values = appendDate(p.f.values[:start], value)
		case number && (bytes.HasSuffix(value, []byte("NaN")) || bytes.HasSuffix(value, []byte("Infinity"))):
			p.f.values = p.f.values[:start]
		case number:
			p.f.values = p.f.values[:start+len(trimZeros(value))]
		}
	}
}

// appendDate appends the value of a "$date": milliseconds since 1970, or the time
// as text, of which midnight UTC is cut, as [appendMillis] does. value may be what
// stood behind dst.
func appendDate(dst, value []byte) []byte {
	if ms, err := strconv.ParseInt(string(value), 10, 64); err == nil {
		return appendMillis(dst, ms)
	}
	date, clock, _ := bytes.Cut(value, []byte{'T'})
	switch string(clock) {
	case "00:00:00Z", "00:00:00.000Z", "00:00:00+00:00", "00:00:00.000+0000", "00:00:00.000+00:00":
		value = date
	}
	return append(dst, value...)
}
