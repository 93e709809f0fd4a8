package audit

import (
	"encoding/binary"

	"rollcheck/hashing"
	"rollcheck/rollindex/voterfile"
)

// looker holds rows against a list, for one goroutine.
type looker struct {
	list   *Protected
	hasher *hashing.Hasher
	x      []byte
	asked  []asked
	hits   []listTag
}

// asked is one input of a row, at x[from:to].
type asked struct {
	typ      hashing.KeyType
	from, to int
	y        hashing.Output
}

func newLooker(list *Protected) *looker {
	if list == nil {
		return nil
	}
	return &looker{list: list, hasher: list.prf.NewHasher()}
}

// found is what a list says of a row.
type found struct {
	people []uint32                   // whose row it is; valid until the next row
	keys   [hashing.NumKeyTypes]int64 // 1 for each key that says so
	homes  []uint32                   // who lives at its address, or its mailing address
	near   nearness                   // 0 if neither, or if nothing is near
	nought bool                       // the row has nothing that anybody could be found by
}

// look holds a row against the list. unit returns the number of the unit at the row's
// home, and is asked only if somebody on the list lives in the house.
func (l *looker) look(rec *voterfile.Record, mail *hashing.Details, unit func() []byte) (f found) {
	l.begin()
	for _, t := range l.list.types {
		l.key(&rec.Details, t)
	}
	l.key(&rec.Details, hashing.NameZIP)
	if len(rec.Last) > 0 && len(rec.First) > 0 && rec.Birth.Year != 0 {
		y := rec.Birth.Year
		l.input(nameYear, rec.Last, rec.First, []byte{'0' + byte(y/1000), '0' + byte(y/100%10), '0' + byte(y/10%10), '0' + byte(y%10)})
	}
	slips := len(rec.Last) > 0 && len(rec.First) > 0 && len(rec.ZIP) > 0
	if slips {
		l.input(lastZIP, rec.Last, rec.ZIP)
		l.input(firstZIP, rec.First, rec.ZIP)
	}
	l.home(&rec.Details)
	if mail != nil {
		l.home(mail)
	}
	f.nought = len(l.asked) == 0
	l.ask()
	var askLast, askFirst, building bool
	for _, h := range l.hits {
		switch {
		case h.sort < tagSort(hashing.NumKeyTypes) && h.initial != 0 && rec.Initial != 0 && h.initial != rec.Initial && hashing.KeyType(h.sort) == hashing.NameDOB:
			f.near.note(nearInitial)
		case h.sort < tagSort(hashing.NumKeyTypes):
			f.people = append(f.people, h.who)
			f.keys[h.sort] = 1
		case h.sort == keyGuess:
			f.near.note(nearSpelling)
		case h.sort == nameYear, h.sort == nameYearOfDay && rec.Birth.Precision() != hashing.PrecisionDay:
			f.near.note(nearYear)
		case h.sort == nameYearOfDay:
			f.near.note(nearOtherDay)
		case h.sort == lastZIP:
			askFirst = true
		case h.sort == firstZIP:
			askLast = true
		case h.sort == homeAddress:
			f.homes = append(f.homes, h.who)
		case h.sort == unitBuilding:
			building = true
		}
	}
	if len(f.people) > 0 {
		f.near = 0
		return f
	}
	if building {
		l.building(rec, mail, unit(), &f)
	}
	if slips && (askFirst || askLast) && (f.near == 0 || f.near > nearLetter) { // no slip is looked for in the same name
		l.slips(rec, askFirst, askLast, &f)
	}
	if len(f.homes) > 0 {
		f.near = 0
	}
	return f
}

// building tells the home of somebody on the list from others in the building, if the
// row says which it is; else it may be that very home. Of a mailing address the unit
// is not known.
func (l *looker) building(rec *voterfile.Record, mail *hashing.Details, unit []byte, f *found) {
	l.begin()
	if len(unit) > 0 && len(rec.House) > 0 {
		l.input(homeUnit, rec.House, rec.Street, rec.ZIP, unit)
	} else {
		l.home(&rec.Details)
	}
	if mail != nil {
		l.home(mail)
	}
	l.ask()
	for _, h := range l.hits {
		if h.sort == homeUnit || h.sort == unitBuilding {
			f.homes = append(f.homes, h.who)
		}
	}
	f.near.note(nearBuilding)
}

// slips looks for names one letter apart.
func (l *looker) slips(rec *voterfile.Record, first, last bool, f *found) {
	l.begin()
	if first {
		eachPart(rec.First, func(part []byte) { l.input(firstPart, rec.Last, rec.ZIP, part) })
	}
	if last {
		eachPart(rec.Last, func(part []byte) { l.input(lastPart, rec.First, rec.ZIP, part) })
	}
	if l.ask(); len(l.hits) > 0 {
		f.near.note(nearLetter)
	}
}

func (l *looker) begin() { l.x, l.asked, l.hits = l.x[:0], l.asked[:0], l.hits[:0] }

// key asks for a match key of a row, if it has it.
func (l *looker) key(d *hashing.Details, t hashing.KeyType) {
	from := len(l.x)
	var ok bool
	if l.x, ok = d.AppendKey(l.x, t); ok {
		l.asked = append(l.asked, asked{typ: t, from: from, to: len(l.x)})
	}
}

func (l *looker) input(number tagSort, fields ...[]byte) {
	from := len(l.x)
	l.x = appendInput(l.x, number, fields...)
	l.asked = append(l.asked, asked{typ: hashing.NameZIP, from: from, to: len(l.x)})
}

func (l *looker) home(d *hashing.Details) {
	if len(d.House) > 0 && len(d.Street) > 0 && len(d.ZIP) > 0 {
		l.input(homeAddress, d.House, d.Street, d.ZIP)
	}
}

// ask hashes what was asked for, two at a time, and collects what the list has of it.
func (l *looker) ask() {
	i := 0
	for ; i+1 < len(l.asked); i += 2 {
		a, b := &l.asked[i], &l.asked[i+1]
		l.hasher.SumPair(a.typ, l.x[a.from:a.to], &a.y, b.typ, l.x[b.from:b.to], &b.y)
	}
	if i < len(l.asked) {
		a := &l.asked[i]
		l.hasher.Sum(a.typ, l.x[a.from:a.to], &a.y)
	}
	for i := range l.asked {
		l.hits = append(l.hits, l.list.find(binary.BigEndian.Uint64(l.asked[i].y[:]))...)
	}
}

// nearness is how a row is nearly that of somebody on a list: the nearest of these, 0
// for none.
type nearness uint8

const (
	nearInitial  nearness = iota + 1 // name and birth date, but another middle initial
	nearSpelling                     // another spelling of the name or the date, or name and ZIP code alone
	nearLetter                       // name one letter apart at the same ZIP code
	nearBuilding                     // another unit in the house
	nearYear                         // name and birth year, of one of them no more being known
	nearOtherDay                     // name and birth year, but another day
	endNear
)

func (n *nearness) note(o nearness) {
	if *n == 0 || o < *n {
		*n = o
	}
}
