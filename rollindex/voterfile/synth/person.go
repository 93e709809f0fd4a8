package synth

import "cmp"

// record is one person as of one day: who they are and what the file makes of
// them. It is filled again and again; its slices are reused.
type record struct {
	v     *vitals
	state status
	at    day // the last day the roll learnt anything of them

	given
	last    []byte
	former  []byte // surname before a change, empty if none
	suffix  string
	party   string
	race    string
	zeal    float64 // how much more than others they vote
	home    address
	before  address // where they were registered before, if moved
	moved   bool
	phone   [10]byte
	email   []byte
	voterID []byte

	// What the file shows, which is not always what is true.
	birth     date // zero: blank
	reg       date
	sex       byte
	zip       []byte // empty: missing
	exempt    bool   // columns are withheld
	hasPhone  bool
	hasEmail  bool
	mailed    bool // has a mailing address of their own
	box       int  // its post-office box
	title     bool // names in title case
	latin1    bool // written in windows-1252
	noName    bool // first name not provided
	unitApart bool // the unit stands in a column of its own
	dice      uint64
}

// life fills in who somebody is on the day at, whatever file is written.
func (r *record) life(seed uint64, s *state, h *household, v *vitals, at day) {
	r.v = v
	r.at = min(at, v.exit, v.inactive)
	namesake := v
	if v.junior {
		namesake = &h.members[h.father]
	}
	r.given.draw(seed, namesake)
	r.last = surname(r.last[:0], seed, h, v)

	// The same number of draws in every state and on every day, so that nothing
	// about a person depends on either; settle, which takes more the longer
	// the time, comes last.
	d := newDice(seed, streamLife, v.id)
	r.marry(&d)
	r.party = r.affiliation(&d, s)
	r.race = s.races.pick(&d)
	r.suffix = v.suffix(&d)
	r.zeal = 0.4 + 1.2*d.float()
	r.dial(&d, seed, s, h)
	r.email = appendEmail(r.email[:0], &d, r)
	r.voterID = s.idFormat.append(r.voterID[:0], v.id)
	r.settle(&d, seed, s, h)
}

// dial gives a number of one of the state's areas that is reserved for fiction
// (555-0100 to 0199), often one for the household.
func (r *record) dial(d *dice, seed uint64, s *state, h *household) {
	area, line := d.n(len(s.areas)), d.n(100)
	if d.chance(0.3) {
		line = int(mix(seed^h.owner()) % 100)
		area = line % len(s.areas)
	}
	copy(r.phone[:], s.areas[area])
	copy(r.phone[3:], "55501")
	r.phone[8], r.phone[9] = byte('0'+line/10), byte('0'+line%10)
}

// marry changes the surname of some women, and of few men, between 20 and 45.
func (r *record) marry(d *dice) {
	rate := marriageRate
	if r.v.sex == 'M' {
		rate /= 40
	}
	from := max(windowStart, r.v.birth.birthday(20))
	on := from + d.after(rate)
	form, key := d.float(), d.pcg.Uint64()
	r.former = r.former[:0]
	if on > r.at || on >= r.v.birth.birthday(45) {
		return
	}
	taken := newDice(key, streamSurname, r.v.id)
	var scratch [64]byte
	name := appendSurname(scratch[:0], &taken)
	r.former = append(r.former, r.last...)
	switch {
	case form < 0.08:
		r.last = append(append(r.last, '-'), name...)
	case form < 0.15:
		r.last = append(append(r.last, ' '), name...)
	default:
		r.last = append(r.last[:0], name...)
	}
	if on < r.v.reg { // the roll never knew the former name
		r.former = r.former[:0]
	}
}

func (r *record) affiliation(d *dice, s *state) string {
	first, second := s.parties.pick(d), s.parties.pick(d)
	if on := max(windowStart, r.v.reg) + d.after(partyRate); on <= r.at {
		return second
	}
	return first
}

func (v *vitals) suffix(d *dice) string {
	suffix, has := drawn().suffixes.pick(d), d.chance(0.02)
	switch {
	case v.junior:
		return "JR"
	case v.senior:
		return "SR"
	case has && v.sex == 'M':
		return suffix
	}
	return ""
}

// settle finds the home of the day and the one before: the household's, or,
// after they moved out, their own.
func (r *record) settle(d *dice, seed uint64, s *state, h *household) {
	rate := leaveHome
	from := max(windowStart, r.v.birth.birthday(20))
	if r.v.role == child {
		rate = leaveNest
	}
	gone := from + d.after(rate)
	if r.v.role == head {
		gone = never
	}
	shared := newDice(seed, streamLife, h.owner())
	moves, moved := 0, windowStart-1
	for on := windowStart + shared.after(moveRate); on <= min(r.at, gone); on += shared.after(moveRate) {
		moves, moved = moves+1, on
	}
	in := s.settle(seed, h.owner(), -1, moves)
	if gone > r.at {
		s.address(&r.home, seed, h.owner(), moves, in)
		if r.moved = moves > 0 && moved > r.v.reg; r.moved {
			s.address(&r.before, seed, h.owner(), moves-1, s.settle(seed, h.owner(), -1, moves-1))
		}
		return
	}
	own, moved := 0, gone
	for on := gone + d.after(moveRate); on <= r.at; on += d.after(moveRate) {
		own, moved = own+1, on
	}
	s.address(&r.home, seed, r.v.id, own, s.settle(seed, r.v.id, in, own))
	if r.moved = moved > r.v.reg; !r.moved {
		return
	}
	if own > 0 {
		s.address(&r.before, seed, r.v.id, own-1, s.settle(seed, r.v.id, in, own-1))
	} else {
		s.address(&r.before, seed, h.owner(), moves, in)
	}
}

var mailDomains = [...]string{"@example.com", "@example.org", "@example.net"}

// appendEmail makes an address that nobody else has and that is kept for life,
// at a domain reserved for examples (RFC 2606).
func appendEmail(dst []byte, d *dice, r *record) []byte {
	letters := func(dst, name []byte) []byte {
		for _, c := range name {
			if c >= 'A' && c <= 'Z' {
				dst = append(dst, c+'a'-'A')
			}
		}
		return dst
	}
	dst = letters(dst, r.first)
	born := r.last
	if len(r.former) > 0 {
		born = r.former
	}
	dst = letters(append(dst, '.'), born)
	dst = appendNumber(dst, int(r.v.id), 0)
	return append(dst, mailDomains[d.n(len(mailDomains))]...)
}

// append writes the voter number of a person: a bijection of their id, so that
// numbers do not tell who lives with whom.
func (f idFormat) append(dst []byte, id uint64) []byte {
	bits := cmp.Or(f.bits, 29)
	n := id*0x9e3779b1&(1<<bits-1) | id>>bits<<bits
	if f.prefix == "##" {
		million := n / 1_000_000
		dst = append(dst, 'A'+byte(million/26%26), 'A'+byte(million%26))
		return appendNumber(dst, int(n%1_000_000), f.digits)
	}
	dst = append(dst, f.prefix...)
	return appendNumber(dst, int(n)+f.from, f.digits)
}

// show decides what the file makes of the person: what it withholds, leaves
// out or does not know. The shares are stated in the package comment.
func (r *record) show(seed uint64, s *state, windows1252 bool) {
	d := newDice(seed, streamFile, r.v.id)
	r.exempt = d.chance(s.exempt)
	r.birth = r.v.birth
	c := &s.counties[r.home.county]
	switch share := d.float(); {
	case share < 0.004:
		r.birth = date{}
	case share < 0.005:
		r.birth = date{1900, 1, 1}
	case share < 0.035 && c.number%20 == 7: // counties that know only the year of some
		r.birth.month, r.birth.day = 1, 1
	}
	r.reg = r.v.reg.date()
	if d.chance(s.noRegDate) {
		r.reg = date{1900, 1, 1}
	}
	if r.sex = r.v.sex; d.chance(0.02) {
		r.sex = 'U'
	}
	r.zip = append(r.zip[:0], r.home.zip...)
	switch share := d.float(); {
	case share < 0.001:
		r.zip = r.zip[:0]
	case share < 0.0015 && s.country == "":
		r.zip = append(r.zip[:0], "99999"...)
	}
	r.hasPhone, r.hasEmail = d.chance(s.phones), d.chance(s.emails)
	r.mailed = d.chance(0.08)
	r.box = d.between(1, 9999)
	r.noName = d.chance(0.0002) && s.noName != ""
	r.unitApart = d.chance(0.5)
	r.title = s.title && c.number%10 < 7
	r.latin1 = windows1252 && (!s.mixed || c.number%3 == 0)
	r.dice = d.pcg.Uint64()
}
