package audit

import (
	"fmt"
	"math/bits"

	"rollcheck/data/licences"
)

// Licence numbers are told by their shape ([licences]) and by being different in
// nearly every row, where codes repeat. A shape with letters in it is enough where
// half of a column has it; one of digits alone is only where such numbers have no
// business. What has the shape of the file's own voter ids is taken for those.
const (
	leastLicences    = 5
	licenceShare     = 0.5
	licenceDistinct  = 0.9
	licenceLetters   = 7 // bytes of a number with letters: shorter ones are codes of anything
	licenceOwnNumber = 0.5
)

type licenceTally struct {
	own, other hits // of the state's shapes, with letters; of others'
	digits     hits // of the state's shapes, without letters
	states     [64]int64
	asID       int64 // that have the shape of the row's voter id
	set        sketch

	form licences.Form // of the last value, and what it is of
	with licences.Set
}

func (t *tally) seeLicence(v []byte, r *row) {
	form := licences.FormOf(v)
	if form == 0 {
		return
	}
	if t.licence == nil {
		t.licence = new(licenceTally)
	}
	l := t.licence
	if form != l.form {
		l.form, l.with = form, licences.With(form)
	}
	switch {
	case l.with == 0:
		return
	case form.Digits():
		if l.with&r.home == 0 {
			return
		}
		l.digits.add(r.at)
	case len(v) < licenceLetters:
		return
	case l.with&r.home != 0:
		l.own.add(r.at)
	default:
		l.other.add(r.at)
		for s := l.with; s != 0; s &= s - 1 {
			l.states[bits.TrailingZeros64(uint64(s))]++
		}
	}
	l.set.add(v)
	if r.id() == form {
		l.asID++
	}
}

// mostParts bounds the length of a licence number that is written in parts.
const mostParts = 24

// seeParts looks at a value that begins with a letter and may be a licence number
// written in parts, as some states print theirs: A123-456-78-901-0.
func (t *tally) seeParts(v []byte, r *row) {
	var room [mostParts]byte
	whole := room[:0]
	if len(v) > mostParts {
		return
	}
	for _, c := range v {
		if c != '-' && c != ' ' {
			whole = append(whole, c)
		}
	}
	if len(whole) < len(v) { // or it was looked at as it is
		t.seeLicence(whole, r)
	}
}

func (l *licenceTally) merge(o *licenceTally) {
	l.own.merge(&o.own)
	l.other.merge(&o.other)
	l.digits.merge(&o.digits)
	for i, c := range o.states {
		l.states[i] += c
	}
	l.asID += o.asID
	l.set.merge(&o.set)
}

// findLicences judges a column; numbers says that digits alone may be counted.
func (t *tally) findLicences(numbers bool) []finding {
	l := t.licence
	if l == nil {
		return nil
	}
	all := l.own.n + l.other.n + l.digits.n
	if float64(l.asID) >= licenceOwnNumber*float64(all) || l.set.share(all) < licenceDistinct {
		return nil
	}
	enough := func(h *hits) bool {
		return h.n >= leastLicences && float64(h.n) >= licenceShare*float64(t.filled.n)
	}
	switch {
	case enough(&l.own):
		return []finding{{RuleLicence, l.own, "numbers of the shape of the state's licences, hardly two alike"}}
	case enough(&l.other):
		return []finding{{RuleLicence, l.other, fmt.Sprintf("numbers of the shape of licences of %s, hardly two alike", l.likeliest())}}
	case numbers && enough(&l.digits):
		return []finding{{RuleLicence, l.digits, "numbers of as many digits as the state's licences, hardly two alike"}}
	}
	return nil
}

// likeliest returns the state whose shapes most of the values have.
func (l *licenceTally) likeliest() string {
	best := 0
	for i, c := range l.states {
		if c > l.states[best] {
			best = i
		}
	}
	return licences.All().States[best].Jurisdiction
}
