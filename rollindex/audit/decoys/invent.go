package decoys

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/voterfile"
)

// inventor makes decoys of what a survey has shown. It always makes the same ones of
// the same roll, numbers drawn and taken names.
type inventor struct {
	*survey
	rng     *rand.Rand
	columns []voterfile.Column
	parser  *voterfile.Parser
	scheme  func([]byte) bool
	firsts  firstSamplers
	taken   map[string]bool // names, ids and addresses of registered decoys
	unknown map[int]columnUse
	strata  []*stratum
	key     []byte
	digits  [20]byte
	hosts   map[int64]bool // by [voterfile.Row.End]: those that a decoy stands beside
}

// columnUse is what is done with a column that nothing is known of.
type columnUse uint8

const (
	useBlank  columnUse = iota
	useDonor            // few values, that many rows share
	useShaped           // filled in nearly every row, and different: a number of some kind
)

func newInventor(s *survey, rng *rand.Rand, columns []voterfile.Column, parser *voterfile.Parser, r *Register) *inventor {
	n := &inventor{survey: s, rng: rng, columns: columns, parser: parser, scheme: s.scheme(), taken: map[string]bool{}, hosts: map[int64]bool{}}
	for _, at := range slices.Sorted(maps.Keys(s.pool)) {
		n.strata = append(n.strata, s.pool[at])
	}
	rng.Shuffle(len(n.strata), func(i, j int) { n.strata[i], n.strata[j] = n.strata[j], n.strata[i] })
	n.learn()
	for i := range r.Releases {
		rel := &r.Releases[i]
		n.take(rel.Controls)
		for c := range rel.Copies {
			n.take(rel.Copies[c].Owned)
		}
		for d := range rel.Pool {
			n.take([]Decoy{rel.Pool[d].Decoy})
		}
	}
	return n
}

func (n *inventor) take(decoys []Decoy) {
	for i := range decoys {
		d := &decoys[i]
		n.taken["n"+d.name()], n.taken["i"+d.id()], n.taken["a"+d.address()] = true, true, true
	}
}

// learn decides what is done with columns that nothing is known of, by the
// candidates.
func (n *inventor) learn() {
	n.unknown = map[int]columnUse{}
	for i, c := range n.columns {
		if c.Tells || c.Role != field.RoleNone {
			continue
		}
		values, filled, rows := map[string]bool{}, 0, 0
		for _, s := range n.strata {
			for _, c := range s.list {
				rows++
				if v := c.row.Value(i); v != "" {
					values[v] = true
					filled++
				}
			}
		}
		switch {
		case filled == 0 || 2*len(values) < filled:
			n.unknown[i] = useDonor
		case 100*filled >= 99*rows:
			n.unknown[i] = useShaped
		}
	}
}

// planned is a decoy and the row it is written as.
type planned struct {
	Decoy
	row []byte
	end int64 // where in the text it is put in
}

// tries is how often a decoy is drawn for one host before another is taken.
const tries = 12

// make makes up to count decoys, in turn over the counties. Of rows that are to be
// written, no two stand beside one host.
func (n *inventor) make(count int, written bool) []planned {
	var made []planned
	at := make([]int, len(n.strata)) // of each county, how many hosts were asked
	for open := len(n.strata) > 0; open && len(made) < count; {
		open = false
		for i, s := range n.strata {
			if len(made) == count {
				break
			}
			rounds := 1
			if !written {
				rounds = controlRounds
			}
			for at[i] < len(s.list)*rounds {
				host := s.list[at[i]%len(s.list)]
				at[i]++
				if written && n.hosts[host.row.End] {
					continue
				}
				if d, ok := n.invent(host, s.list); ok {
					n.hosts[host.row.End] = n.hosts[host.row.End] || written
					made = append(made, d)
					break
				}
			}
			open = open || at[i] < len(s.list)*rounds
		}
	}
	return made
}

// controlRounds is how many controls may be made by one host.
const controlRounds = 32

// invent makes a decoy beside a host, with the life of somebody else of the county.
func (n *inventor) invent(host *candidate, county []*candidate) (planned, bool) {
	for range tries {
		if len(host.own.House) > 0 && host.asked && len(host.free) == 0 {
			break
		}
		donor := county[n.rng.IntN(len(county))]
		if donor == host && len(county) > 1 {
			continue
		}
		if p, ok := n.draw(host, donor); ok {
			n.take([]Decoy{p.Decoy})
			return p, true
		}
	}
	return planned{}, false
}

// want is what a decoy's row must be read as.
type want struct {
	first, last, middle string
	birth               hashing.Date
	birthDay            string // digits; "" leaves the donor's date as it is
	house, id           string
}

func (n *inventor) draw(host, donor *candidate) (planned, bool) {
	var w want
	if !n.drawHouse(&w, host) || !n.drawName(&w, host, donor) {
		return planned{}, false
	}
	n.drawBirth(&w, donor)
	values, ways := n.values(&w, host, donor)
	if !n.drawID(&w, host, donor, values) {
		return planned{}, false
	}
	for _, way := range ways {
		for i, v := range way {
			values[i] = v
		}
		row, err := host.row.Rewrite(values)
		if err != nil {
			continue
		}
		rec, read := n.parser.Reread(host.row.Member, row)
		if read && n.reads(&w, host, &rec.Details) {
			return planned{Decoy: newDecoy(&rec.Details), row: row, end: host.row.End}, true
		}
	}
	return planned{}, false
}

// reads reports whether the row is read as what it was made for: whoever reads a
// leak of it by the same layout finds the decoy.
func (n *inventor) reads(w *want, host *candidate, d *hashing.Details) bool {
	return string(d.Last) == w.last && string(d.First) == w.first && string(d.House) == w.house &&
		bytes.Equal(d.Street, host.own.Street) && bytes.Equal(d.ZIP, host.own.ZIP) &&
		(w.birth.Year == 0 || d.Birth == w.birth) && (w.id == "" || !n.has(n.ids, "i", string(appendID(nil, d.VoterID))))
}

// has reports whether the roll or the register has a value, or may have it.
func (n *inventor) has(set *bitSet, kind, v string) bool {
	return n.taken[kind+v] || set.has([]byte(v))
}

// drawName draws a name that fits the donor's sex and year of birth and that nobody
// on the roll has; between the names of the host and the next row, if the roll is in
// the order of names.
func (n *inventor) drawName(w *want, host, donor *candidate) bool {
	sex := byte('M')
	switch s := strings.ToUpper(n.value(donor, field.RoleSex)); {
	case strings.HasPrefix(s, "F"), s == "" && n.rng.IntN(2) == 0:
		sex = 'F'
	}
	firsts := n.firsts.of(sex, int(donor.own.Birth.Year))
	from, to := bounds(n.order(byName), host)
	lastFrom, lastTo, firstFrom, firstTo := "", "", "", ""
	if from != nil {
		lastFrom, lastTo = string(from.Last), string(to.Last)
		if lastFrom > lastTo {
			return false
		}
		if lastFrom == lastTo {
			firstFrom, firstTo = string(from.First), string(to.First)
		}
	}
	for range tries {
		w.last, w.first = surnameSampler().draw(n.rng, lastFrom, lastTo), firsts.draw(n.rng, firstFrom, firstTo)
		if from != nil && lastFrom != lastTo && n.rng.IntN(2) == 0 { // another of the host's surname
			w.last, w.first = lastFrom, firsts.draw(n.rng, string(from.First), "")
		}
		fits := from == nil || w.last != lastFrom || w.first >= string(from.First)
		fits = fits && (to == nil || w.last != lastTo || w.first <= string(to.First))
		if w.last != "" && w.first != "" && fits && !n.has(n.names, "n", w.last+"|"+w.first) {
			if m := n.value(donor, field.NameMiddle); len(m) > 1 {
				w.middle = firsts.draw(n.rng, "", "")
			} else if m != "" {
				w.middle = firsts.draw(n.rng, "", "")[:1]
			}
			return true
		}
	}
	return false
}

// bounds returns the rows that a decoy behind host must stand between, in rising
// order; nil if there is no order.
func bounds(order int, host *candidate) (from, to *person) {
	switch order {
	case 1:
		return host.own, host.next
	case -1:
		return host.next, host.own
	}
	return nil, nil
}

// probe is how far from the host's a house number may lie, and how far the next one
// that exists from it.
const probe = 100

// drawHouse draws a house number of the host's street that the roll does not have,
// between two that it has.
func (n *inventor) drawHouse(w *want, host *candidate) bool {
	if len(host.own.House) == 0 {
		return true
	}
	if !host.asked {
		host.asked = true
		host.free = n.freeHouses(host.own)
	}
	for len(host.free) > 0 {
		i := n.rng.IntN(len(host.free))
		w.house = strconv.Itoa(host.free[i])
		host.free[i] = host.free[len(host.free)-1]
		host.free = host.free[:len(host.free)-1]
		if !n.taken["a"+string(appendAddress(nil, []byte(w.house), host.own.Street, host.own.ZIP))] {
			return true
		}
	}
	return false
}

// freeHouses returns the house numbers on a person's side of the street that the roll
// does not have and that lie between two that it has. Where the roll is in the order
// of houses, they are those behind this person's.
func (n *inventor) freeHouses(host *person) (free []int) {
	own, err := strconv.Atoi(string(host.House))
	if err != nil || own > 1e7 {
		return nil
	}
	order := n.order(byHouse)
	for _, dir := range [2]int{2, -2} {
		if order != 0 && dir*order < 0 {
			continue
		}
		var open []int
		for house := own + dir; house > 0 && abs(house-own) <= probe; house += dir {
			n.key = appendAddress(n.key[:0], strconv.AppendInt(n.digits[:0], int64(house), 10), host.Street, host.ZIP)
			if !n.addresses.has(n.key) {
				open = append(open, house)
				continue
			}
			free, open = append(free, open...), nil
			if order != 0 {
				break // the next row stands there
			}
		}
	}
	return free
}

func abs(n int) int { return max(n, -n) }

// drawBirth draws another day of the donor's month of birth, of as many digits.
func (n *inventor) drawBirth(w *want, donor *candidate) {
	b := donor.own.Birth
	if b.Precision() != hashing.PrecisionDay || n.order(byBirth) != 0 {
		return
	}
	day := 1 + n.rng.IntN(9)
	if b.Day >= 10 {
		day = 10 + n.rng.IntN(19)
	}
	if day == int(b.Day) {
		day = day%9 + 1 + day/10*9
	}
	w.birth, w.birthDay = hashing.Date{Year: b.Year, Month: b.Month, Day: uint8(day)}, strconv.Itoa(day)
}

// drawID draws a voter id in the form of the donor's, or of the host's if the roll is
// in the order of ids, and puts it into values.
func (n *inventor) drawID(w *want, host, donor *candidate, values map[int]string) bool {
	at := slices.IndexFunc(n.columns, func(c voterfile.Column) bool { return c.Role == field.RoleVoterID })
	if at < 0 || host.row.Value(at) == "" && donor.row.Value(at) == "" {
		return true
	}
	from, to := bounds(n.order(byID), host)
	base := donor
	if from != nil {
		base = host
	}
	raw := base.row.Value(at)
	for try := range 8 * tries {
		v, ok := []byte(raw), true
		if from != nil {
			ok = n.between(v, from.VoterID, to.VoterID)
		} else {
			ok = n.shuffleDigits(v, 2+try/(2*tries))
		}
		var d hashing.Details
		d.SetVoterID(v)
		if !ok || len(d.VoterID) == 0 || n.scheme != nil && !n.scheme(d.VoterID) || n.has(n.ids, "i", string(appendID(nil, d.VoterID))) {
			continue
		}
		w.id, values[at] = string(d.VoterID), string(v)
		return true
	}
	return false
}

// shuffleDigits draws the last digits of v anew, at least so many of them.
func (n *inventor) shuffleDigits(v []byte, least int) bool {
	drawn := 0
	for i := len(v) - 1; i >= 0 && drawn < least+1; i-- {
		if v[i] >= '0' && v[i] <= '9' {
			v[i] = '0' + byte(n.rng.IntN(10))
			drawn++
		}
	}
	return drawn > 0
}

// between writes a number between two over the last digits of v.
func (n *inventor) between(v, from, to []byte) bool {
	lo, errLo := strconv.ParseUint(string(lastDigits(from)), 10, 64)
	hi, errHi := strconv.ParseUint(string(lastDigits(to)), 10, 64)
	if errLo != nil || errHi != nil || hi < lo+2 {
		return false
	}
	drawn := lo + 1 + n.rng.Uint64N(min(hi-lo-1, 100_000))
	digits := strconv.FormatUint(drawn, 10)
	for i := len(v) - 1; i >= 0; i-- {
		if v[i] < '0' || v[i] > '9' {
			continue
		}
		if digits == "" {
			v[i] = '0'
			continue
		}
		v[i], digits = digits[len(digits)-1], digits[:len(digits)-1]
	}
	return digits == ""
}

// lastDigits returns the digits at the end of an id, up to 18 of them.
func lastDigits(id []byte) []byte {
	i := len(id)
	for i > 0 && len(id)-i < 18 && id[i-1] >= '0' && id[i-1] <= '9' {
		i--
	}
	return id[i:]
}

// value returns what a candidate's row has in the first column of a role.
func (n *inventor) value(c *candidate, role field.Role) string {
	for i := range n.columns {
		if n.columns[i].Role == role {
			if v := c.row.Value(i); v != "" {
				return v
			}
		}
	}
	return ""
}

// values returns what the decoy's row has in the columns in which it differs from the
// host's, but for the voter id; ways are those to write what can be written in several,
// of which one is read as it should be.
func (n *inventor) values(w *want, host, donor *candidate) (values map[int]string, ways []map[int]string) {
	values, ways = map[int]string{}, []map[int]string{{}}
	for i, c := range n.columns {
		own, of := host.row.Value(i), donor.row.Value(i)
		switch {
		case c.Role == field.RoleVoterID:
		case c.Role == field.RoleRegistrationDate && n.order(byRegistration) != 0, isBirth(c.Role) && n.order(byBirth) != 0:
		case c.Role == field.RoleBirthDate && w.birthDay != "":
			ways = also(ways, i, redated(of, int(donor.own.Birth.Day), w.birthDay))
		case c.Role == field.NameFull && own != "":
			ways = also(ways, i, whole(w, own))
		default:
			if v, ok := n.cell(w, i, c, own, of, string(host.own.House)); ok {
				values[i] = v
			}
		}
	}
	return values, ways
}

func isBirth(r field.Role) bool {
	switch r {
	case field.RoleBirthDate, field.RoleBirthMonthYear, field.RoleBirthYear, field.RoleAge:
		return true
	}
	return false
}

// cell returns what the decoy has in a column, and whether that is other than what
// its host has.
func (n *inventor) cell(w *want, i int, c voterfile.Column, own, of, house string) (string, bool) {
	switch c.Role {
	case field.NameLast:
		return styled(w.last, own), true
	case field.NameFirst:
		return styled(w.first, own), true
	case field.NameMiddle:
		return styled(w.middle, cmp.Or(of, own)), true
	case field.HouseNumber, field.AddressLine, field.AddressFull:
		if rest, ok := strings.CutPrefix(own, house); ok && w.house != "" && own != "" {
			return w.house + rest, true
		} else if bare := strings.TrimLeft(own, "0"); ok || bare == house {
			return fmt.Sprintf("%0*s", len(own), w.house), w.house != ""
		}
		return "", own != ""
	case field.NameSuffix, field.UnitType, field.UnitNumber, field.HouseFraction, field.MailAddressLine, field.MailCity, field.MailState,
		field.MailZIP, field.MailCountry, field.PhoneArea, field.RolePhone, field.PhoneLine, field.RoleEmail, field.RoleSSN, field.RoleSSNLast4,
		field.RoleDriverLicense, field.RoleNationalID, field.RoleSignature:
		return "", own != ""
	case field.NamePrefix, field.RoleBirthDate, field.RoleBirthMonthYear, field.RoleBirthYear, field.RoleAge, field.RoleSex, field.RoleRace,
		field.RoleParty, field.RoleRegistrationDate, field.RoleStatus, field.StatusReason, field.LastVoteDate, field.RoleVoteHistory,
		field.RoleBirthPlace, field.RoleProfile:
		return of, of != own
	case field.RoleNone:
		return n.roleless(i, c, own, of)
	}
	return "", false // the place, and what says that nothing is protected
}

// roleless is [inventor.cell] of a column without a role.
func (n *inventor) roleless(i int, c voterfile.Column, own, of string) (string, bool) {
	if c.Tells {
		switch c.Kind {
		case field.Precinct, field.Locality:
			return "", false
		case field.VoteHistory, field.Profile, field.BirthPlace, field.Party, field.Status, field.RegistrationDate:
			return of, of != own
		}
		return "", own != ""
	}
	switch n.unknown[i] {
	case useDonor:
		return of, of != own
	case useShaped:
		v := []byte(of)
		for j, ch := range v {
			switch {
			case ch >= '0' && ch <= '9':
				v[j] = '0' + byte(n.rng.IntN(10))
			case j > 0 && ch >= 'a' && ch <= 'f':
				v[j] = 'a' + byte(n.rng.IntN(6))
			}
		}
		return string(v), true
	}
	return "", own != ""
}

// also returns the ways to write some columns and one more, of which there are
// several ways to write too.
func also(ways []map[int]string, column int, forms []string) (all []map[int]string) {
	for _, way := range ways {
		for _, f := range forms {
			m := maps.Clone(way)
			m[column] = f
			all = append(all, m)
		}
	}
	return all
}

// redated returns the ways to put another day in the place of one in a date.
func redated(raw string, day int, other string) (all []string) {
	old := strconv.Itoa(day)
	for i := range raw {
		if strings.HasPrefix(raw[i:], old) {
			all = append(all, raw[:i]+other+raw[i+len(old):])
		}
	}
	return all
}

// styled writes a canonical name as the roll writes names: in capitals, or not.
func styled(name, like string) string {
	if name == "" || strings.ToUpper(like) == like {
		return name
	}
	return name[:1] + strings.ToLower(name[1:])
}

// whole returns the ways to write a whole name in the form of another.
func whole(w *want, like string) []string {
	last, first, middle := styled(w.last, like), styled(w.first, like), styled(w.middle, like)
	if middle != "" {
		first += " " + middle
	}
	if strings.Contains(like, ",") {
		return []string{last + ", " + first}
	}
	return []string{first + " " + last, last + " " + first}
}
