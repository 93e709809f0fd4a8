package audit

import (
	"math"
	"math/bits"

	"rollcheck/data/licences"
	"rollcheck/rollindex/voterfile"
)

// A tally is what one goroutine saw in the values of one column. What is costly to
// keep is made when the first value asks for it.
type tally struct {
	filled hits

	ssn     hits // ddd-dd-dddd that can be a social security number
	notSSN  int64
	nine    *nineTally // nine digits
	email   hits
	phone   hits // ten digits of a phone number, written as one
	ten     hits // ten bare digits
	tenOK   int64
	tenSet  sketch
	dates   *dateTally
	four    *fourTally
	masked  hits // XXX-XX-dddd
	licence *licenceTally
	long    hits
	longSet sketch
}

// row is what is known of the row that a value stands in.
type row struct {
	rec       *voterfile.Record
	at        place
	birthYear int // 0 if the row has none
	year      int // of the release
	home      licences.Set
	id        func() licences.Form // of the row's voter id
}

// Classes of bytes. A look at which of them a value has tells most detectors that
// it is none of theirs.
const (
	digit = 1 << iota
	letter
	blank
	mark // what stands between the digits of numbers and dates: - / . ( ) + :
	at
	other
)

var class = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= '0' && c <= '9':
			t[c] = digit
		case c|0x20 >= 'a' && c|0x20 <= 'z', c >= 0x80:
			t[c] = letter
		case c == ' ':
			t[c] = blank
		default:
			t[c] = other
		}
	}
	for _, c := range []byte("-/.()+:") {
		t[c] = mark
	}
	t['@'] = at
	return t
}()

// Lengths that detectors look at.
const (
	longText  = 50 // bytes of a text that somebody may have written
	longWords = 7  // blanks in it
)

// see looks at a value.
func (t *tally) see(v []byte, r *row) {
	t.filled.add(r.at)
	mask, digits := uint8(0), 0
	for _, c := range v {
		k := class[c]
		mask |= k
		digits += int(k & digit)
	}
	switch {
	case mask == digit:
		if digits >= 4 {
			t.seeDigits(v, r)
		}
		return
	case digits < 4 && mask&at == 0 && len(v) < longText:
		return
	case mask == digit|letter:
		t.seeLicence(v, r)
	}
	t.seeMixed(v, mask, digits, r)
}

// seeDigits looks at a value of digits alone.
func (t *tally) seeDigits(v []byte, r *row) {
	switch len(v) {
	case 4:
		t.seeFour(v, r)
	case 8:
		if d, ok := eightDigits(v); ok {
			t.seeDate(d, r)
		}
	case 9:
		t.seeNine(v, r)
	case 10:
		if alike(v) {
			break
		}
		t.ten.add(r.at)
		t.tenSet.add(v)
		if isPhone(v) {
			t.tenOK++
		}
	}
	if len(v) >= 7 {
		t.seeLicence(v, r)
	}
}

// seeMixed looks at a value with digits and more, or at a long one.
func (t *tally) seeMixed(v []byte, mask uint8, digits int, r *row) {
	if digits == 4 && isMasked(v) {
		t.masked.add(r.at)
	}
	if mask&^(letter|digit|mark|blank) == 0 && mask&letter != 0 && digits >= 4 && class[v[0]] == letter {
		t.seeParts(v, r)
	}
	if mask&at != 0 && hasEmail(v) {
		t.email.add(r.at)
	}
	if digits >= 5 && len(v) <= longText {
		if d, ok := parseDate(v); ok {
			t.seeDate(d, r)
			return
		}
	}
	if digits >= 6 {
		t.seeNumbers(v, r)
	}
	if len(v) >= longText && isText(v) {
		t.long.add(r.at)
		t.longSet.add(v)
	}
}

// merge adds what another goroutine saw in the same column.
func (t *tally) merge(o *tally) {
	for _, h := range [][2]*hits{{&t.filled, &o.filled}, {&t.ssn, &o.ssn}, {&t.email, &o.email}, {&t.phone, &o.phone}, {&t.ten, &o.ten}, {&t.long, &o.long}, {&t.masked, &o.masked}} {
		h[0].merge(h[1])
	}
	t.notSSN += o.notSSN
	t.tenOK += o.tenOK
	t.tenSet.merge(&o.tenSet)
	t.longSet.merge(&o.longSet)
	t.nine = mergeInto(t.nine, o.nine)
	t.dates = mergeInto(t.dates, o.dates)
	t.four = mergeInto(t.four, o.four)
	t.licence = mergeInto(t.licence, o.licence)
}

func mergeInto[T any, P interface {
	*T
	merge(*T)
}](t, o P) P {
	switch {
	case o == nil:
		return t
	case t == nil:
		return o
	}
	t.merge(o)
	return t
}

// A sketch tells how many values are distinct, by linear counting (Whang,
// Vander-Zanden and Taylor 1990, "A linear-time probabilistic counting algorithm for
// database applications", ACM Transactions on Database Systems 15: 208-229). It
// counts up to about 100,000; the zero sketch is empty.
type sketch struct{ bits *[sketchBits / 64]uint64 }

const sketchBits = 1 << 14

func (s *sketch) add(v []byte) {
	if s.bits == nil {
		s.bits = new([sketchBits / 64]uint64)
	}
	h := uint64(14695981039346656037) // FNV-1a
	for _, c := range v {
		h = (h ^ uint64(c)) * 1099511628211
	}
	h = (h ^ h>>32) * 0x9e3779b97f4a7c15 >> (64 - 14)
	s.bits[h/64] |= 1 << (h % 64)
}

func (s *sketch) merge(o *sketch) {
	switch {
	case o.bits == nil:
	case s.bits == nil:
		s.bits = o.bits
	default:
		for i, w := range o.bits {
			s.bits[i] |= w
		}
	}
}

// share returns which share of n values is distinct; 1 of more than can be counted.
func (s *sketch) share(n int64) float64 {
	if s.bits == nil || n == 0 {
		return 0
	}
	empty := sketchBits
	for _, w := range s.bits {
		empty -= bits.OnesCount64(w)
	}
	if empty < sketchBits/1000 {
		return 1
	}
	return min(1, sketchBits*math.Log(sketchBits/float64(empty))/float64(n))
}

// number returns the digits of v as a number.
func number(v []byte) int {
	n := 0
	for _, c := range v {
		n = 10*n + int(c-'0')
	}
	return n
}
