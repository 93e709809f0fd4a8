package voterfile

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync/atomic"

	"rollcheck/data/field"
)

// Of a column that was sorted or moved by itself every value is right, and stands in the
// row of somebody else. It shows by what it no longer goes with: two people at one address
// mostly have one surname, homes of one ZIP code one city, and a first name goes with a sex
// and with a time of birth (see first_names.go). None is told where the file does not have
// enough of it, nor where less than a quarter of its rows are such.
const (
	// mostDoors are looked at of a member: those whose keys are smallest, whoever meets them
	// first, so that the same files say the same in every run.
	mostDoors = 4096
	// Of addresses with two people one in ten at least has one surname, if there are
	// leastCouples. Of married couples, who are most of those who live together, four in
	// five have (Pew Research Center, "About eight-in-ten women in opposite-sex marriages
	// say they took their husband's last name", 2023); where the column was sorted, as many
	// as by chance: one or two in a hundred. Lists of one row for a household, and
	// samples, have few addresses with two people, who then are none of one family: so they
	// must be one address in coupleDoors.
	leastCouples, coupleShare, coupleDoors = 100, 10, 5
	// All is asked of every quarter of the file too, by what tells: whoever
	// deletes a cell in a spreadsheet moves those below it. No roll has so many students in a row.
	quarters = 4
	// Surnames that were sorted in a file that is in the order of its addresses or homes go by
	// these, and so do their initials: of any Americans one pair in twelve has the same.
	leastNeighbors = 60
	// So many pairs of homes with one ZIP code tell whether they have to do with the cities.
	leastTogether = 200
)

// caller is a row at an address.
type caller struct {
	door        uint64 // a key of the address, of its house number and ZIP code in the upper half
	zip, street uint32 // hashes
	city        uint32 // likewise; 0 if there is none
	person      person
	line        int64
}

// person is a hash of a first name and one of a surname, whose lower half is its first four
// letters from the last byte on.
type person struct{ first, last uint64 }

func newPerson(first, last []byte) person {
	h := hashOf(last) << 32
	for i, c := range last[:min(len(last), 4)] {
		h |= uint64(c) << (8 * i)
	}
	return person{hashOf(first), h}
}

// kin reports whether two surnames begin alike: so do those of whom one has a second one,
// such as SMITH-JONES, and of Spanish parents and children.
func (p person) kin(o person) bool { return uint32(p.last) == uint32(o.last) }

// door is an address with the first of its people. Rows of one first name are one person.
type door struct {
	n                  int // people; more than two are not told apart
	zip, street, house uint32
	city               uint32 // the smallest, if its rows do not agree
	people             [2]person
	line               int64 // of its first row
}

// meet notes a row; in whatever order they come, they come to the same.
func (d *door) meet(p person) {
	for i := range min(d.n, len(d.people)) {
		if at := &d.people[i]; at.first == p.first {
			at.last = min(at.last, p.last)
			return
		}
	}
	if d.n < len(d.people) {
		d.people[d.n] = p
	}
	d.n = min(d.n+1, len(d.people)+1)
}

// initial returns that of one of the people, the same whoever came first.
func (d *door) initial() byte {
	if d.n > 1 {
		return byte(min(d.people[0].last, d.people[1].last))
	}
	return byte(d.people[0].last)
}

// doors are addresses of a member: no more than a few times mostDoors at once.
type doors struct {
	limit atomic.Uint32 // the upper half of the largest key that is looked at, its bits turned round
	most  uint64        // that key; 0 if there is none
	at    map[uint64]*door
}

// knocks reports whether an address with that upper half is looked at.
func (d *doors) knocks(upper uint32) bool { return upper <= ^d.limit.Load() }

// add adds rows; it is not for several at once.
func (d *doors) add(rows []caller) {
	if d.at == nil && len(rows) > 0 {
		d.at = map[uint64]*door{}
	}
	for _, c := range rows {
		if d.most > 0 && c.door > d.most {
			continue
		}
		at := d.at[c.door]
		if at == nil {
			at = &door{zip: c.zip, street: c.street, house: uint32(c.door >> 32), city: c.city, line: c.line}
			d.at[c.door] = at
		}
		at.city, at.line = min(at.city, c.city), min(at.line, c.line)
		at.meet(c.person)
		if len(d.at) > 3*mostDoors {
			d.most = d.sorted()[mostDoors-1]
			d.limit.Store(^uint32(d.most >> 32))
			maps.DeleteFunc(d.at, func(key uint64, _ *door) bool { return key > d.most })
		}
	}
}

// sorted returns the keys in order.
func (d *doors) sorted() []uint64 { return slices.Sorted(maps.Keys(d.at)) }

// rowOrder counts rows that follow one another, by whether they have one address, and of
// those whether they have one surname.
type rowOrder struct {
	next, kin [2]int64 // of other addresses, of one
	up, down  int64    // of one surname: those whose first names rise, and fall
}

func (r *rowOrder) add(o *rowOrder) {
	for i := range r.next {
		r.next[i] += o.next[i]
		r.kin[i] += o.kin[i]
	}
	r.up, r.down = r.up+o.up, r.down+o.down
}

// slid reports whether surnames follow one another as those of families do, and have
// nothing to do with the addresses: those of the people some rows above. In a file that is in
// the order of surnames all that follow one another at one address have one.
func (r *rowOrder) slid() bool {
	const least = 200
	if r.next[0] < least || r.next[1] < least {
		return false
	}
	apart, together := float64(r.kin[0])/float64(r.next[0]), float64(r.kin[1])/float64(r.next[1])
	return apart > 0.12 && together < 1.5*apart && together < 0.85
}

// byName reports whether rows of one surname are in the order of their first names, which a
// column of surnames that was sorted by itself does not make.
func (r *rowOrder) byName() bool { return r.up+r.down >= 20 && r.up > 4*r.down }

// follow counts the row at hand and the one before.
func (p *Parser) follow(upper uint32) {
	d, before, w := &p.rec.Details, &p.before, &p.saw.order
	kin := bytes.Equal(d.Last, before.last)
	if len(before.last) > 0 {
		door := 0
		if upper == before.upper {
			door = 1
		}
		w.next[door]++
		if kin {
			w.kin[door]++
			switch bytes.Compare(before.first, d.First) {
			case -1:
				w.up++
			case 1:
				w.down++
			}
		}
	}
	before.upper, before.first = upper, append(before.first[:0], d.First...)
	if !kin {
		before.last = append(before.last[:0], d.Last...)
	}
}

// neighbors is what the addresses of a member show of its surnames.
type neighbors struct {
	couples, kin int   // addresses with two people, and those of them whose surnames begin alike, in the part of the file where fewest do
	line         int64 // where that part begins
	pairs        int   // addresses with two people in the whole file
	near, alike  int   // of pairs of people with one address, street or ZIP code, those with one initial
	place        string
	initials     [1 << 8]int
	homes        int

	together, agree int            // pairs of homes with one ZIP code, and those of them with one city
	cities          map[uint32]int // of those homes
	from            int64          // where the part of the file begins that they are of; 0 of all
}

// neighbors looks at the addresses with one or two people. Near are those of one home with
// two surnames, or of one street or ZIP code, whichever have most of one initial.
func (d *doors) neighbors() (n neighbors) {
	keys := d.sorted()
	var homes, pairs []*door
	near, alike := 0, 0
	for _, key := range keys[:min(len(keys), mostDoors)] {
		at := d.at[key]
		if at.n > len(at.people) {
			continue
		}
		if at.n == len(at.people) {
			a, b := at.people[0], at.people[1]
			pairs = append(pairs, at)
			if a.last != b.last {
				near++
				if byte(a.last) == byte(b.last) {
					alike++
				}
			}
		}
		n.initials[at.initial()]++
		homes = append(homes, at)
	}
	n.homes = len(homes)
	n.least(pairs)
	n.compare("address", near, alike)
	sameInitial := func(a, b *door) bool { return a.initial() == b.initial() }
	near, alike = besides(homes, func(d *door) uint32 { return d.zip }, sameInitial)
	n.compare("ZIP code", near, alike)
	near, alike = besides(homes, func(d *door) uint32 { return d.street }, sameInitial)
	n.compare("street", near, alike)

	n.lookAtCities(slices.DeleteFunc(homes, func(d *door) bool { return d.city == 0 }))
	return n
}

// lookAtCities looks at all homes and, if their ZIP codes go with their cities, at those of
// quarters of the file.
func (n *neighbors) lookAtCities(homes []*door) {
	n.lookAtCitiesOf(homes)
	byLine := slices.SortedFunc(slices.Values(homes), func(a, b *door) int { return cmp.Compare(a.line, b.line) })
	size := len(byLine) / quarters
	for from := 0; from+size <= len(byLine) && size > 0 && !n.astray(); from += (size + 1) / 2 {
		first, last := byLine[from].line, byLine[from+size-1].line
		part := *n
		part.from = first
		part.lookAtCitiesOf(slices.DeleteFunc(slices.Clone(homes), func(d *door) bool { return d.line < first || d.line > last }))
		if part.astray() {
			*n = part
		}
	}
}

func (n *neighbors) lookAtCitiesOf(homes []*door) {
	n.cities = map[uint32]int{}
	for _, at := range homes {
		n.cities[at.city]++
	}
	n.together, n.agree = besides(homes, func(d *door) uint32 { return d.zip }, func(a, b *door) bool { return a.city == b.city })
}

// least finds the quarter of the file, by couples, in which fewest of them have
// surnames that begin alike.
func (n *neighbors) least(pairs []*door) {
	n.pairs = len(pairs)
	slices.SortFunc(pairs, func(a, b *door) int { return cmp.Compare(a.line, b.line) })
	n.couples = min(max(leastCouples, len(pairs)/quarters), len(pairs))
	n.kin = n.couples + 1
	kin := 0
	for i, at := range pairs {
		if at.people[0].kin(at.people[1]) {
			kin++
		}
		if from := i + 1 - n.couples; from >= 0 {
			if kin < n.kin {
				n.kin, n.line = kin, pairs[from].line
			}
			if pairs[from].people[0].kin(pairs[from].people[1]) {
				kin--
			}
		}
	}
}

// compare keeps the pairs of which most are alike.
func (n *neighbors) compare(place string, near, alike int) {
	if near >= leastNeighbors && (n.near == 0 || alike*n.near > n.alike*near) {
		n.place, n.near, n.alike = place, near, alike
	}
}

// besides counts the pairs of homes of one place that are next to each other in order of
// their keys, and those of them that are the same in something. A home is not beside
// itself, as where its address is written in two ways.
func besides(homes []*door, place func(*door) uint32, same func(a, b *door) bool) (near, alike int) {
	last := map[uint32]*door{}
	for _, at := range homes {
		before := last[place(at)]
		last[place(at)] = at
		if before == nil || before.house == at.house {
			continue
		}
		near++
		if same(before, at) {
			alike++
		}
	}
	return near, alike
}

// strangers reports whether the surnames are not those of the people at the addresses.
func (n *neighbors) strangers() bool {
	return n.couples >= leastCouples && n.pairs*coupleDoors >= n.homes && n.kin*coupleShare < n.couples
}

// chance returns how often two of those that were counted are the same.
func chance(counts iter.Seq[int]) (same float64) {
	all := 0.0
	for k := range counts {
		all += float64(k)
		same += float64(k) * float64(k)
	}
	return same / max(all*all, 1)
}

// astray reports whether homes of one ZIP code have one city no more often than any two.
func (n *neighbors) astray() bool {
	same := chance(maps.Values(n.cities))
	return n.together >= leastTogether && same < 0.5 && float64(n.agree) < (same+0.05)*float64(n.together)
}

// graded reports whether most homes that are near each other have one initial, and far
// fewer of all homes do.
func (n *neighbors) graded() bool {
	same := chance(slices.Values(n.initials[:]))
	near := float64(n.alike) / float64(max(n.near, 1))
	return near > 0.5 && near > 2.5*same
}

// lookAtDoor notes the surname of the row at hand and its address, if that is one of those
// that are looked at. Most rows are not.
func (p *Parser) lookAtDoor() {
	d := &p.rec.Details
	if len(d.House) == 0 || len(d.ZIP) == 0 || len(d.Last) == 0 {
		return
	}
	zip := hashOf(d.ZIP)
	upper := uint32(spread(hashOn(zip, d.House)))
	p.follow(upper)
	if !p.plan.watched.doors.knocks(upper) {
		return
	}
	street := hashOn(zip, d.Street)
	city := uint32(0)
	if v := p.value(field.City); v != nil {
		city = max(1, uint32(spread(hashOf(v))))
	}
	// A flat is in a column of its own, in a second line, or within what the street was taken from.
	full := street
	for _, c := range p.plan.address {
		full = hashOn(full, p.column(c))
	}
	p.callers = append(p.callers, caller{
		door: uint64(upper)<<32 | uint64(uint32(spread(full))), zip: uint32(spread(zip)), street: uint32(spread(street)), city: city,
		person: newPerson(d.First, d.Last), line: p.rec.Line,
	})
}

// spread makes every bit of a hash count in its lower half, which of short texts it does not
// (the finalizer of MurmurHash3, in half).
func spread(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	return h ^ h>>33
}

// outOfPlace says which values of a member are those of other rows; where is what its lines
// are called.
func (s *sharedWatch) outOfPlace(p *plan, where string) (open []Doubt) {
	const moved = "as where the column %s was sorted or moved by itself: then every value stands in the row of somebody else"
	n := s.doors.neighbors()
	column := p.title(field.NameLast, field.NameFull)
	surnames := func(told, rows int64, why string, args ...any) {
		open = append(open, Doubt{Question: SurnameOfOthers, Told: told, Rows: rows, whole: true, says: fmt.Sprintf(why+moved, append(args, column)...)})
	}
	order := &s.saw.order
	switch {
	case n.strangers():
		surnames(int64(n.kin), int64(n.couples), "of %d addresses with two people from "+where+" %d on %d have surnames that begin alike, ", n.couples, n.line, n.kin)
	case n.graded() && !order.byName():
		surnames(int64(n.near-n.alike), int64(n.near), "of %d pairs of people with one "+n.place+" %d have surnames with one initial, ", n.near, n.alike)
	case order.slid():
		surnames(order.kin[1], order.next[1], "of %d rows that follow one of the same house number and ZIP code %d have its surname, and so have %d of %d that follow one of another, ",
			order.next[1], order.kin[1], order.kin[0], order.next[0])
	}
	if n.astray() {
		open = append(open, Doubt{Question: ZIPOfOthers, Told: int64(n.agree), Rows: int64(n.together), whole: true,
			says: fmt.Sprintf("of %d pairs of homes with one ZIP code%s %d have one city, no more than any two, as where the column %s or %s was sorted or moved by itself: then every value stands in the row of somebody else",
				n.together, from(where, n.from), n.agree, p.title(field.ZIP5, field.CityStateZIP, field.AddressFull), p.title(field.City))})
	}
	if d, told := s.names.ofOthers(p, where); told {
		open = append(open, d)
	}
	return open
}

// title returns the title, quoted, of the first column there is that has one of the roles.
func (p *plan) title(roles ...field.Role) string {
	for _, r := range roles {
		if t := p.titles[r]; t != "" {
			return fmt.Sprintf("%q", t)
		}
	}
	return `""`
}

// from says where a part of a file begins, nothing of the whole.
func from(where string, line int64) string {
	if line == 0 {
		return ""
	}
	return fmt.Sprintf(" from %s %d on", where, line)
}
