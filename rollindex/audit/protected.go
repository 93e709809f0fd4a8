package audit

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"

	"rollcheck/hashing"
)

// Protected is an office's list of people whose details may not go out: those of an
// address confidentiality programme, under a protective order, judges, police. It
// holds keyed tags and no detail, whether it was made of the list itself
// ([ReadProtected]) or of a file of tags ([OpenProtected]). It is safe for concurrent
// use.
//
// A row is somebody's on the list if it has one of their match keys: all but name and
// ZIP code alone. A row of anybody else gives them away if it has the address that they
// live at. What is nearly so is told to a human: see [Near].
//
// A row that has none of this is told too: nobody can say whose it is.
//
// Each person has these tags, the first 64 bits of the keyed function of
// [rollcheck/hashing.Hasher]; those below the line are of inputs of its form
// with the number given in the place of the key type, under the key of name-zip:
//
//	match keys as given               a hit (name-zip: near)
//	match keys of other spellings     near: nicknames, parts of double names, day and month swapped ...
//	--------------------------------
//	64  house, street, ZIP            a hit on any row
//	65  house, street, ZIP, unit      tells that home from others in the building
//	66  last, first, birth year       near
//	67  last, ZIP; 68 first, ZIP      whether to look for slips of the pen at all
//	69  last, ZIP, part of first      near: the first name, and it without one of its letters
//	70  first, ZIP, part of last      near
//
// Two names that have a part in common are one letter apart: one put in, left out,
// changed or moved (the deletion neighbourhoods of Bocek, Hunt and Stiller 2007, "Fast
// similarity search in large dictionaries", University of Zurich).
type Protected struct {
	prf    *hashing.PRF
	salt   hashing.Salt
	people int
	tags   []listTag // by tag
	filter []uint64  // a bit for the top bits of each tag
	shift  uint
	starts []uint32          // for each 2^filterBits bits of the filter, the first tag that is not before them
	types  []hashing.KeyType // that anybody has

	passedOver []string
}

// listTag is a tag of somebody on the list.
type listTag struct {
	tag     uint64
	who     uint32  // number of the person, drawn at random
	sort    tagSort // what the tag is of
	initial byte    // middle initial, of match keys; 0 if there is none
}

// tagSort is what a tag of the list is of: below keyGuess a match key as it was given,
// by its type.
type tagSort uint8

// Two sorts share the inputs of another, and say more of whose they are.
const (
	keyGuess      tagSort = 63 // another spelling, or name and ZIP code
	homeAddress   tagSort = 64 // of somebody whose unit is not known
	homeUnit      tagSort = 65
	nameYear      tagSort = 66 // of somebody whose full birth date is not known
	lastZIP       tagSort = 67
	firstZIP      tagSort = 68
	firstPart     tagSort = 69
	lastPart      tagSort = 70
	unitBuilding  tagSort = 71 // of the input of homeAddress: of somebody whose unit is known
	nameYearOfDay tagSort = 72 // of the input of nameYear: of somebody whose full birth date is known
	endSorts      tagSort = 73
)

func (s tagSort) valid() bool {
	return s > 0 && s < tagSort(hashing.NumKeyTypes) && s != tagSort(hashing.NameZIP) || s >= keyGuess && s < endSorts
}

// People returns how many people are on the list.
func (p *Protected) People() int { return p.people }

// PassedOver returns the names of the columns of the list that nobody was looked for by.
// It is nothing that a file of tags keeps.
func (p *Protected) PassedOver() []string { return p.passedOver }

// Tags returns how many tags they have.
func (p *Protected) Tags() int { return len(p.tags) }

// find returns the tags of the list that are equal to one.
func (p *Protected) find(tag uint64) []listTag {
	b := tag >> p.shift
	if p.filter[b>>6]&(1<<(b&63)) == 0 {
		return nil
	}
	i := int(p.starts[b>>filterBits])
	for i < len(p.tags) && p.tags[i].tag < tag { // of tags evenly spread, about one
		i++
	}
	end := i
	for end < len(p.tags) && p.tags[end].tag == tag {
		end++
	}
	return p.tags[i:end]
}

// filterBits are the bits of the filter for each tag, as a power of two.
const filterBits = 4

// index makes the list searchable once all its tags are there.
func (p *Protected) index() {
	slices.SortFunc(p.tags, compareTags)
	p.tags = slices.Compact(p.tags)
	width := uint(16)
	for width < 32 && 1<<width < len(p.tags)<<filterBits {
		width++
	}
	p.shift = 64 - width
	p.filter = make([]uint64, 1<<(width-6))
	var has [hashing.NumKeyTypes]bool
	p.starts = make([]uint32, 1<<(width-filterBits))
	at := 0
	for i, t := range p.tags {
		b := t.tag >> p.shift
		p.filter[b>>6] |= 1 << (b & 63)
		for ; at <= int(b>>filterBits); at++ {
			p.starts[at] = uint32(i)
		}
		if t.sort < tagSort(hashing.NumKeyTypes) {
			has[t.sort] = true
		}
	}
	for ; at < len(p.starts); at++ {
		p.starts[at] = uint32(len(p.tags))
	}
	p.types = p.types[:0]
	for _, t := range hashing.KeyTypes() {
		if has[t] {
			p.types = append(p.types, t)
		}
	}
}

func compareTags(a, b listTag) int {
	return cmp.Or(cmp.Compare(a.tag, b.tag), cmp.Compare(a.who, b.who), cmp.Compare(a.sort, b.sort), cmp.Compare(a.initial, b.initial))
}

// maxProtected bounds a list: each person takes about 1 KiB.
const maxProtected = 200_000

// listBuilder makes a list of the people it is given.
type listBuilder struct {
	list   *Protected
	hasher *hashing.Hasher
	x      []byte
	y      hashing.Output
}

func newListBuilder(key *hashing.Key) (*listBuilder, error) {
	p := new(Protected)
	if _, err := rand.Read(p.salt[:]); err != nil {
		return nil, fmt.Errorf("making tags: %w", err)
	}
	var err error
	if p.prf, err = hashing.NewPRF(key, &p.salt); err != nil {
		return nil, err
	}
	return &listBuilder{list: p, hasher: p.prf.NewHasher()}, nil
}

// listed is somebody on a list.
type listed struct {
	keys    []hashing.PersonKey
	initial byte
	unit    []byte // of the address in the keys; nil if there is none
}

// add adds a person. It reports false, and adds nothing, if they have no match key that
// could be found in a release.
func (b *listBuilder) add(who listed) bool {
	given := func(k hashing.PersonKey) bool { return !k.Guessed && k.Type != hashing.NameZIP }
	if !slices.ContainsFunc(who.keys, given) {
		return false
	}
	b.list.people++
	years := nameYear
	if slices.ContainsFunc(who.keys, func(k hashing.PersonKey) bool { return !k.Guessed && k.Type == hashing.NameDOB }) {
		years = nameYearOfDay
	}
	for _, k := range who.keys {
		if !given(k) {
			b.put(k.Type, k.X, keyGuess, who.initial)
		} else {
			b.put(k.Type, k.X, tagSort(k.Type), who.initial)
		}
		if k.Guessed {
			continue
		}
		switch f := hashing.KeyFields(k.X); k.Type {
		case hashing.NameDOB, hashing.NameYOBZIP:
			b.input(nameYear, years, f[0], f[1], f[2][:4])
		case hashing.NameAddress:
			b.home(f[2], f[3], f[4], who.unit)
		case hashing.NameZIP:
			b.slips(f[0], f[1], f[2])
		}
	}
	return true
}

func (b *listBuilder) home(house, street, zip, unit []byte) {
	if len(unit) == 0 {
		b.input(homeAddress, homeAddress, house, street, zip)
		return
	}
	b.input(homeAddress, unitBuilding, house, street, zip)
	b.input(homeUnit, homeUnit, house, street, zip, unit)
}

// slips adds what rows are found by whose name is one letter apart.
func (b *listBuilder) slips(last, first, zip []byte) {
	b.input(lastZIP, lastZIP, last, zip)
	b.input(firstZIP, firstZIP, first, zip)
	eachPart(first, func(part []byte) { b.input(firstPart, firstPart, last, zip, part) })
	eachPart(last, func(part []byte) { b.input(lastPart, lastPart, first, zip, part) })
}

// input adds the tag of fields under the number of one sort, as of another.
func (b *listBuilder) input(number, sort tagSort, fields ...[]byte) {
	b.x = appendInput(b.x[:0], number, fields...)
	b.put(hashing.NameZIP, b.x, sort, 0)
}

func (b *listBuilder) put(t hashing.KeyType, x []byte, sort tagSort, initial byte) {
	b.hasher.Sum(t, x, &b.y)
	b.list.tags = append(b.list.tags, listTag{binary.BigEndian.Uint64(b.y[:]), uint32(b.list.people - 1), sort, initial})
}

// finish returns the list. Numbers of people are drawn anew, so that they do not tell
// the order of the office's list.
func (b *listBuilder) finish() (*Protected, error) {
	order := make([]uint32, b.list.people)
	for i := range order {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(i+1)))
		if err != nil {
			return nil, fmt.Errorf("making tags: %w", err)
		}
		j := int(n.Int64())
		order[i] = order[j]
		order[j] = uint32(i)
	}
	for i := range b.list.tags {
		b.list.tags[i].who = order[b.list.tags[i].who]
	}
	b.list.index()
	return b.list, nil
}

// appendInput appends a hashed input of the form of match keys ([hashing.Details]).
func appendInput(dst []byte, number tagSort, fields ...[]byte) []byte {
	dst = append(append(dst, hashing.Version...), byte(number))
	for _, f := range fields {
		dst = append(binary.BigEndian.AppendUint16(dst, uint16(len(f))), f...)
	}
	return dst
}

// mostLetters bounds the names that are looked at letter by letter.
const mostLetters = 40

// eachPart calls do with a name, and with it less each of its letters. What do gets is
// valid until it returns.
func eachPart(name []byte, do func(part []byte)) {
	if len(name) == 0 || len(name) > mostLetters {
		return
	}
	do(name)
	var room [mostLetters]byte
	for i := range name {
		if i > 0 && name[i] == name[i-1] || len(name) == 1 {
			continue // the same part again, or nothing
		}
		do(append(append(room[:0], name[:i]...), name[i+1:]...))
	}
}

// unitWords are what stands before the number of a unit (USPS Publication 28, appendix
// C2), less FL, which is Florida more often.
var unitWords = []string{
	"APARTMENT", "APT", "BLDG", "BUILDING", "DEPT", "FLOOR", "FLR", "LOT", "RM", "ROOM", "SPACE", "SPC", "STE", "SUITE", "TRAILER", "TRLR", "UNIT",
}

// unitIn returns the number of the unit in a line of an address ("4B" of "12 Main St
// Apt 4-B, Miami"), nil if there is none.
func unitIn(line []byte) []byte {
	line, _, _ = bytes.Cut(bytes.ToUpper(line), []byte(","))
	words := bytes.Fields(bytes.ReplaceAll(line, []byte("#"), []byte(" # ")))
	for i, w := range words[:max(len(words)-1, 0)] {
		sign := string(w) == "#"
		if !sign && (i == 0 && len(words) > 3 || !slices.Contains(unitWords, string(bytes.Trim(w, ".")))) {
			continue
		}
		if next := lettersAndDigits(words[i+1]); len(next) == 1 || bytes.ContainsAny(next, "0123456789") {
			return next
		}
	}
	return nil
}

// lettersAndDigits returns what of text, in upper case, is a letter or a digit.
func lettersAndDigits(text []byte) (kept []byte) {
	for _, c := range bytes.ToUpper(text) {
		if c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			kept = append(kept, c)
		}
	}
	return kept
}
