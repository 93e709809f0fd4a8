package voterfile

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"rollcheck/data/layouts"
)

// span is where a field lies in its record, without enclosing quotes.
type span struct{ start, end uint32 }

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// splitPlain cuts line at every delimiter and writes the fields to spans, which
// it never overruns: a result beyond len(spans) means more fields than that.
// ascii is false if a byte of the line is not ASCII; it is meaningful only if
// the fields fit.
//
// It looks at eight bytes at a time: an index call for each field, or a look at
// each byte, takes more than twice as long, as fields of a roll are a few bytes
// long (BenchmarkSplit).
func splitPlain(line []byte, delim byte, spans []span) (n int, ascii bool) {
	pattern := lowBits * uint64(delim)
	var seen uint64
	start, i := uint32(0), 0
	for ; i+8 <= len(line); i += 8 {
		w := binary.LittleEndian.Uint64(line[i:])
		seen |= w
		x := w ^ pattern
		// A byte of x is zero where w has the delimiter; this sum sets the high
		// bit of every byte that is not, exactly, without carries between bytes.
		hit := ^((x&^highBits + ^uint64(highBits)) | x) & highBits
		for ; hit != 0; hit &= hit - 1 {
			if n >= len(spans) {
				return n + 1, false
			}
			at := uint32(i + bits.TrailingZeros64(hit)>>3)
			spans[n] = span{start, at}
			n++
			start = at + 1
		}
	}
	for ; i < len(line); i++ {
		seen |= uint64(line[i])
		if line[i] != delim {
			continue
		}
		if n >= len(spans) {
			return n + 1, false
		}
		spans[n] = span{start, uint32(i)}
		n++
		start = uint32(i) + 1
	}
	if n >= len(spans) {
		return n + 1, false
	}
	spans[n] = span{start, uint32(len(line))}
	return n + 1, seen&highBits == 0
}

// splitQuoted cuts line at the delimiters outside quotes. A field is quoted if
// it begins with a quote; it ends at a quote followed by a delimiter or the end
// of the line, so that a quote inside it does no harm, and a doubled quote is
// one of its characters. open reports that the last field is quoted and does
// not end in this line.
func splitQuoted(line []byte, delim byte, spans []span) (n int, open bool) {
	i := 0
	for {
		if n >= len(spans) {
			return n + 1, false
		}
		if i < len(line) && line[i] == '"' {
			end, closed := closingQuote(line, i+1, delim)
			spans[n] = span{uint32(i + 1), uint32(end)}
			n++
			if !closed {
				return n, true
			}
			i = end + 1
		} else {
			end := bytes.IndexByte(line[i:], delim)
			if end < 0 {
				end = len(line)
			} else {
				end += i
			}
			spans[n] = span{uint32(i), uint32(end)}
			n++
			i = end
		}
		if i >= len(line) {
			return n, false
		}
		i++ // the delimiter
	}
}

// closingQuote returns where the quoted field that begins at from ends.
func closingQuote(line []byte, from int, delim byte) (end int, closed bool) {
	if from < len(line) && line[from] == '"' && (from+1 == len(line) || line[from+1] == delim) {
		return from, true // where everything is quoted, most fields are empty
	}
	for i := from; ; {
		q := bytes.IndexByte(line[i:], '"')
		if q < 0 {
			return len(line), false
		}
		i += q
		switch {
		case i+1 == len(line) || line[i+1] == delim:
			return i, true
		case line[i+1] == '"':
			i += 2
		default:
			i++
		}
	}
}

// splitBare cuts line at every delimiter, taking quotes for what they are where
// they enclose a field and for a stray character where they do not: what is left
// to try when the quotes of a line do not pair up.
func splitBare(line []byte, delim byte, spans []span) int {
	n, _ := splitPlain(line, delim, spans)
	if n > len(spans) {
		return n
	}
	for i, s := range spans[:n] {
		if s.end-s.start >= 2 && line[s.start] == '"' && line[s.end-1] == '"' {
			spans[i] = span{s.start + 1, s.end - 1}
		}
	}
	return n
}

// fixedForm says which lines are records beside those of the exact length.
type fixedForm uint8

const (
	fixedExact   fixedForm = iota
	fixedTrimmed           // shorter ones: the blanks at their end are missing
	fixedOpen              // longer ones: columns that are not documented follow
)

// place is where a field lies in a fixed record, in bytes: [start, end).
type place struct{ start, end int }

func fixedPlaces(l *layouts.Layout) []place {
	places := make([]place, len(l.Columns))
	for i, c := range l.Columns {
		places[i] = place{c.Start - 1, c.Start - 1 + c.Length}
	}
	return places
}

// splitFixed cuts a line at the places of a record of that length and writes the
// fields to spans, or returns -1 if the line is no such record. A copy that was
// made UTF-8 has its places in characters.
func splitFixed(line []byte, record int, loose fixedForm, places []place, spans []span) int {
	if runes := utf8.RuneCount(line); runes < len(line) && utf8.Valid(line) {
		if runes == record || loose == fixedTrimmed && runes < record || loose == fixedOpen && runes > record {
			splitFixedUTF8(line, places, spans)
			return len(places)
		}
		return -1
	}
	if len(line) == record || loose == fixedTrimmed && len(line) < record || loose == fixedOpen && len(line) > record {
		for i, p := range places {
			spans[i] = span{uint32(min(p.start, len(line))), uint32(min(p.end, len(line)))}
		}
		return len(places)
	}
	return -1
}

// splitFixedUTF8 cuts by characters. The places are in order.
func splitFixedUTF8(line []byte, places []place, spans []span) {
	at, n := 0, 0 // byte and character
	forward := func(to int) uint32 {
		for n < to && at < len(line) {
			_, size := utf8.DecodeRune(line[at:])
			at, n = at+size, n+1
		}
		return uint32(at)
	}
	for i, p := range places {
		start := forward(p.start)
		spans[i] = span{start, forward(p.end)}
	}
}

func isASCII(b []byte) bool {
	var seen uint64
	for ; len(b) >= 8; b = b[8:] {
		seen |= binary.LittleEndian.Uint64(b)
	}
	for _, c := range b {
		seen |= uint64(c)
	}
	return seen&highBits == 0
}
