package voterfile

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync/atomic"

	"rollcheck/data/field"
)

// Of a column that was sorted or moved by itself every value is right, and stands in the
// row of somebody else. Names show it by what they no longer go with: two people at one
// address mostly have one surname, and a first name mostly goes with a sex. Neither is
// told where the file does not have enough of it, nor where a part of a column was moved.
const (
	// mostDoors are looked at of a member: those whose keys are smallest, whoever meets them
	// first, so that the same files say the same in every run.
	mostDoors = 4096
	// Of addresses with two people one in ten at least has one surname, if there are
	// leastCouples. Of married couples, who are most of those who live together, four in
	// five have (Pew Research Center, "About eight-in-ten women in opposite-sex marriages
	// say they took their husband's last name", 2023); where the column was sorted, as many
	// as two names by chance: below one in a hundred.
	leastCouples, coupleShare = 100, 10
	// Surnames that were sorted in a file that is in the order of its addresses or homes go by
	// these, and so do their initials: of any Americans one pair in twelve has the same.
	leastNeighbors = 60
	// So many pairs of homes with one ZIP code tell whether they have to do with the cities.
	leastTogether = 200
	// Among people with a woman's name the share of women is larger than among those with a
	// man's by so much, in hundredths: of a column that was moved they are the same.
	leastSexed, sexedShare = 100, 50
)

// sexes counts rows by the sex that their first name goes with and the one that they say.
type sexes [2][2]int64

const (
	woman = iota
	man
)

func (s *sexes) add(o *sexes) {
	for i := range s {
		for j := range s[i] {
			s[i][j] += o[i][j]
		}
	}
}

// rows returns how many rows were counted, and how many of them say the sex of their name.
func (s *sexes) rows() (agree, of int64) {
	agree = s[woman][woman] + s[man][man]
	return agree, agree + s[woman][man] + s[man][woman]
}

// unrelated reports whether the sexes have next to nothing to do with the names. Letters that
// mean something else, such as the M of mujer, are all of them beside the names of one.
func (s *sexes) unrelated() bool {
	women, men := s[woman][woman]+s[woman][man], s[man][woman]+s[man][man]
	if women < leastSexed || men < leastSexed {
		return false
	}
	said, otherwise := 100*s[woman][woman]/women, 100*s[man][woman]/men
	return max(said, otherwise)-min(said, otherwise) < sexedShare
}

// lookAtSex counts the row at hand, whose first name goes with a sex.
func (p *Parser) lookAtSex(given facts) {
	v := p.value(field.RoleSex)
	if v == nil || len(v) > 1 && len(v) != len("MALE") && len(v) != len("FEMALE") {
		return
	}
	name := woman
	if given&factMan != 0 {
		name = man
	}
	switch v[0] | 0x20 {
	case 'f':
		p.saw.sexes[name][woman]++
	case 'm':
		p.saw.sexes[name][man]++
	}
}

// caller is a row at an address.
type caller struct {
	door        uint64 // a key of the address, of its house number and ZIP code in the upper half
	zip, street uint32 // hashes
	city        uint32 // likewise; 0 if there is none
	name        uint64 // a hash of the surname; the last byte is its initial
}

// door is an address with the first of its rows.
type door struct {
	rows               int
	zip, street, house uint32
	city               uint32 // the smallest, if its rows do not agree
	names              [2]uint64
}

// doors are addresses of a member: no more than a few times mostDoors at once.
type doors struct {
	limit atomic.Uint32 // the upper half of the largest key that is looked at, its bits turned round
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
		if !d.knocks(uint32(c.door >> 32)) {
			continue
		}
		at := d.at[c.door]
		if at == nil {
			at = &door{zip: c.zip, street: c.street, house: uint32(c.door >> 32), city: c.city}
			d.at[c.door] = at
		}
		at.city = min(at.city, c.city)
		if at.rows < len(at.names) {
			at.names[at.rows] = c.name
		}
		at.rows++
	}
	if len(d.at) > 3*mostDoors {
		upper := uint32(d.sorted()[mostDoors-1] >> 32)
		d.limit.Store(^upper)
		maps.DeleteFunc(d.at, func(key uint64, _ *door) bool { return uint32(key>>32) > upper })
	}
}

// sorted returns the keys in order.
func (d *doors) sorted() []uint64 { return slices.Sorted(maps.Keys(d.at)) }

// neighbors is what the addresses of a member show of its surnames.
type neighbors struct {
	couples, kin int // addresses with two people, and those of them with one surname
	near, alike  int // of pairs of people who live near each other, those with one initial
	initials     [1 << 8]int
	homes        int

	together, agree int            // pairs of homes with one ZIP code, and those of them with one city
	cities          map[uint32]int // of those homes
}

// neighbors looks at the addresses with one or two rows. Near is who lives in one home with
// another surname, or in the next one of the street or of the ZIP code, whichever has most
// of one initial.
func (d *doors) neighbors() (n neighbors) {
	keys := d.sorted()
	var homes []*door
	near, alike := 0, 0
	for _, key := range keys[:min(len(keys), mostDoors)] {
		at := d.at[key]
		if at.rows > len(at.names) {
			continue
		}
		if at.rows == len(at.names) {
			n.couples++
			if a, b := at.names[0], at.names[1]; a == b {
				n.kin++
			} else if near++; byte(a) == byte(b) {
				alike++
			}
		}
		n.initials[at.initial()]++
		homes = append(homes, at)
	}
	n.homes = len(homes)
	n.compare(near, alike)
	sameInitial := func(a, b *door) bool { return a.initial() == b.initial() }
	n.compare(besides(homes, func(d *door) uint32 { return d.zip }, sameInitial))
	n.compare(besides(homes, func(d *door) uint32 { return d.street }, sameInitial))

	homes = slices.DeleteFunc(homes, func(d *door) bool { return d.city == 0 })
	n.cities = map[uint32]int{}
	for _, at := range homes {
		n.cities[at.city]++
	}
	n.together, n.agree = besides(homes, func(d *door) uint32 { return d.zip }, func(a, b *door) bool { return a.city == b.city })
	return n
}

// compare keeps the pairs of which most are alike.
func (n *neighbors) compare(near, alike int) {
	if near >= leastNeighbors && (n.near == 0 || alike*n.near > n.alike*near) {
		n.near, n.alike = near, alike
	}
}

// initial returns that of one of the people, the same whoever came first.
func (d *door) initial() byte {
	if d.rows > 1 {
		return byte(min(d.names[0], d.names[1]))
	}
	return byte(d.names[0])
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
	return n.couples >= leastCouples && n.kin*coupleShare < n.couples
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
	if !p.plan.watched.doors.knocks(upper) {
		return
	}
	street := hashOn(zip, d.Street)
	// A flat is in its own column, or within what the street was taken from.
	city := uint32(0)
	if v := p.value(field.City); v != nil {
		city = max(1, uint32(spread(hashOf([]byte(p.namer.canonical(v))))))
	}
	full := street
	for _, r := range [...]field.Role{field.UnitNumber, field.AddressLine, field.AddressFull} {
		full = hashOn(full, p.value(r))
	}
	p.callers = append(p.callers, caller{
		door: uint64(upper)<<32 | uint64(uint32(spread(full))), zip: uint32(spread(zip)), street: uint32(spread(street)), city: city,
		name: hashOf(d.Last)&^0xff | uint64(d.Last[0]),
	})
}

// spread makes every bit of a hash count in its lower half, which of short texts it does not
// (the finalizer of MurmurHash3, in half).
func spread(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	return h ^ h>>33
}

// outOfPlace says which names of a member are those of other rows.
func (s *sharedWatch) outOfPlace(p *plan) (open []Doubt) {
	const moved = "as where the column %s was sorted or moved by itself: then every value stands in the row of somebody else"
	n := s.doors.neighbors()
	column := p.title(field.NameLast, field.NameFull)
	switch {
	case n.strangers():
		open = append(open, Doubt{Question: SurnameOfOthers, Told: int64(n.kin), Rows: int64(n.couples), whole: true,
			says: fmt.Sprintf("of %d addresses with two people %d have one surname, "+moved, n.couples, n.kin, column)})
	case n.graded():
		open = append(open, Doubt{Question: SurnameOfOthers, Told: int64(n.near - n.alike), Rows: int64(n.near), whole: true,
			says: fmt.Sprintf("of %d pairs of people who live near each other %d have surnames with one initial, "+moved, n.near, n.alike, column)})
	}
	if n.astray() {
		open = append(open, Doubt{Question: ZIPOfOthers, Told: int64(n.agree), Rows: int64(n.together), whole: true,
			says: fmt.Sprintf("of %d pairs of homes with one ZIP code %d have one city, no more than any two, as where the column %s or %s was sorted or moved by itself: then every value stands in the row of somebody else",
				n.together, n.agree, p.title(field.ZIP5, field.CityStateZIP, field.AddressFull), p.title(field.City))})
	}
	if s.saw.sexes.unrelated() {
		agree, of := s.saw.sexes.rows()
		open = append(open, Doubt{Question: FirstOfOthers, Told: agree, Rows: of, whole: true,
			says: fmt.Sprintf("of %d people with a woman's or a man's first name %d have its sex in column %q, "+moved, of, agree, p.titles[field.RoleSex], p.title(field.NameFirst, field.NameFull))})
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
