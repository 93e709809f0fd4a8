package voterfile

import (
	"bytes"
	"fmt"
	"slices"

	"rollcheck/data/field"
)

// Some values cannot stand where they stand, whoever wrote them: seven digits are no
// area code, a date is no ZIP code. Where they are not enough to refuse a file, each row
// that has one is told of and read as it stands. Most are looked at only where nothing
// could be made of the value, or where its first byte is odd, which in a file whose
// columns are right is hardly ever: it costs next to nothing.

// misplaced is a column of which values are told that it cannot have: the watched ones,
// and those that are looked at one by one.
type misplaced uint8

const (
	oddArea = misplaced(numWatched) + iota
	oddLine
	oddPhone
	oddEmail
	oddCity
	oddHouse
	oddWholeName
	oddFlag
	oddVoterID
	numMisplaced
)

// misplacedRules are the columns beyond the watched ones, and what their values are not.
var misplacedRules = [numMisplaced]struct {
	role field.Role
	is   string
}{
	oddArea:      {field.PhoneArea, "no area code"},
	oddLine:      {field.PhoneLine, "no last four of a phone number"},
	oddPhone:     {field.RolePhone, "no phone number"},
	oddEmail:     {field.RoleEmail, "no e-mail address"},
	oddCity:      {field.City, "no city"},
	oddHouse:     {field.HouseNumber, "no house number"},
	oddWholeName: {field.NameFull, "no name"},
	oddFlag:      {field.ConfidentialFlag, "no yes or no"},
	oddVoterID:   {field.RoleVoterID, "no number but what a spreadsheet left of one (6.07E+08)"},
}

// misplacedHints are, by column, the rows that have a value which it cannot have.
type misplacedHints [numMisplaced]hint

func (m *misplacedHints) add(o *misplacedHints) {
	for i := range m {
		m[i].add(o[i])
	}
}

// misplace notes that the row at hand has a value in a column that it cannot have.
func (p *Parser) misplace(c misplaced) { p.saw.misplaced[c].add(hint{p.rec.Line, 1}) }

// tellsAlone reports whether a value that is strange in a watched column is told of one
// by one: words in place of a date or a ZIP code say that it is withheld, or unknown. A
// name in its place is told by the column that has the date instead.
func tellsAlone(c watched, v []byte) bool {
	if c != watchBirth && c != watchRegistration && c != watchZIP {
		return true
	}
	digits, _ := countDigits(v)
	return digits > 0 || bytes.IndexByte(v, '@') >= 0
}

// isStreetLine reports whether v is like a house number and a street. Postal codes of
// other countries with a digit, a space and letters are shorter.
func isStreetLine(v []byte) bool {
	return isDigit(v[0]) && len(v) > len("K1A 0B1") && bytes.IndexByte(v, ' ') > 0 && slices.ContainsFunc(v, isLetter)
}

// lookAtPhone looks at the parts of a phone number of which none could be made, or that
// has another part where its middle should be. One that has only an area code, or only
// the rest, is an everyday thing.
func (p *Parser) lookAtPhone(v []byte) {
	number, _ := countDigits(v)
	if p.plan.first[field.PhoneArea] >= 0 {
		area, _ := countDigits(p.value(field.PhoneArea))
		if area >= 7 {
			p.misplace(oddArea)
		}
		if p.plan.first[field.PhoneLine] >= 0 {
			if line, _ := countDigits(p.value(field.PhoneLine)); line == 3 && (area == 4 || number == 4) {
				p.misplace(oddLine)
			}
		}
	}
	if bytes.IndexByte(v, '@') >= 0 || (number == 8 || bytes.IndexByte(v, '/') >= 0) && isSlashDate(v) {
		p.misplace(oddPhone)
	}
}

// mailless are columns in which nobody writes an e-mail address: in an address an @
// stands for "at".
var mailless = [...]field.Role{field.NameLast, field.NameFirst, field.NameMiddle, field.City, field.ZIP5, field.RolePhone, field.RoleVoterID}

// lookAtEmail looks at a value without an @: a number, a street, or anything where the
// address stands in another column.
func (p *Parser) lookAtEmail(v []byte) {
	digits, _ := countDigits(v)
	if digits >= 4 && !slices.ContainsFunc(v, isLetter) || isStreetLine(v) {
		p.misplace(oddEmail)
		return
	}
	if bytes.IndexByte(p.line, '@') < 0 {
		return
	}
	for _, r := range mailless {
		if bytes.IndexByte(p.value(r), '@') > 0 {
			p.misplace(oddEmail)
			return
		}
	}
}

// lookAtCity looks at a city that begins with a digit, as few do, or has two letters. What
// stands where its address or state should must be a town: 29 PALMS and LA are cities, be
// they beside GENERAL DELIVERY and CALIF.
func (p *Parser) lookAtCity(city []byte) {
	switch {
	case !isDigit(city[0]): // OH beside COLUMBUS
		state := p.value(field.State)
		if len(state) > 2 && stateOf(state) == "" && stateOf(city) != "" && p.isPlace(state, hashOf(state)) {
			p.misplace(oddCity)
		}
	case !slices.ContainsFunc(city, isLetter):
		p.misplace(oddCity)
	case !p.plan.foreign:
		line := p.value(field.AddressLine)
		if n, _ := countDigits(line); len(line) > 0 && n == 0 && p.isPlace(line, hashOf(line)) {
			p.misplace(oddCity)
		}
	}
}

// lookAtHouse looks at a house number that begins with no digit, as some do (N1234): one
// without any is the name of a street if the street is a number.
func (p *Parser) lookAtHouse(house, street []byte) {
	if n, _ := countDigits(house); n > 0 {
		return
	}
	if n, _ := countDigits(street); n == len(street) {
		p.misplace(oddHouse)
	}
}

// lookAtFlag looks at a flag of more than two letters: one that says no by its first letter
// alone, or a number, says nothing of whether its voter is protected.
func (p *Parser) lookAtFlag(flag []byte) {
	digits, _ := countDigits(flag)
	no := len(flag) > len("FALSE") && saysNo(flag) && flag[1]|0x20 != 'o' // not that of "NOT PROTECTED"
	if digits >= 3 || no {
		p.misplace(oddFlag)
	}
}

// misplacedValues words which rows have values that their columns cannot have.
func (p *plan) misplacedValues(rows *misplacedHints, member, where string) (all []Contrary) {
	for i, h := range rows {
		if h.rows == 0 {
			continue
		}
		title, is := p.titles[misplacedRules[i].role], misplacedRules[i].is
		if i < int(numWatched) {
			title, is = p.watchedTitle(watched(i)), watchedShapes[i]
		}
		said, have := h.words(where)
		all = append(all, Contrary{Misplaced, member, h.rows, h.line, false, fmt.Sprintf("%s %s a value in %q that is %s", said, have, title, is)})
	}
	return all
}
