package voterfile

import (
	"bytes"
	"fmt"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// shape is what a value is, as far as its characters tell.
type shape uint8

const (
	noShape shape = iota // could be anything
	shapeEmail
	shapeDate // more than digits
	shapePhone
	shapeZIP
	shapeNumber  // other digits
	shapeAddress // a number and words
	shapeWords   // no digit, more than a letter
	numShapes
)

var shapeTitles = [numShapes]string{"something else", "e-mail addresses", "dates", "phone numbers", "ZIP codes", "numbers", "addresses", "words"}

// shapeOf returns the shape of a value.
func shapeOf(v []byte) shape {
	digits, _ := countDigits(v)
	at := bytes.IndexByte(v, '@')
	switch {
	case at > 0 && bytes.IndexByte(v[at:], '.') > 0:
		return shapeEmail
	case digits == 0 && len(v) > 1:
		return shapeWords
	case digits == 0:
		return noShape
	case isSlashDate(v):
		return shapeDate
	case isShape(v, "(999) 999-9999"), isShape(v, "(999)999-9999"), isShape(v, "999-999-9999"), isShape(v, "9999999999") && v[0] > '1':
		return shapePhone
	case isShape(v, "99999"), isShape(v, "99999-9999"):
		return shapeZIP
	case digits == len(v):
		return shapeNumber
	case isDigit(v[0]) && bytes.IndexByte(v, ' ') > 0 && digits*2 < len(v):
		return shapeAddress
	}
	return noShape
}

// never are the shapes that the values of a role do not have. What is not listed
// may be of any shape: a code, a flag, a word for none. Roles whose values are of
// no use to find somebody by are left out.
var never = map[field.Role][]shape{
	field.NameLast:             {shapeEmail, shapeAddress, shapeDate, shapePhone, shapeZIP},
	field.NameFirst:            {shapeEmail, shapeAddress, shapeDate, shapePhone, shapeZIP},
	field.NameMiddle:           {shapeEmail, shapeAddress, shapeDate, shapePhone, shapeZIP},
	field.NameFull:             {shapeEmail, shapeAddress, shapeDate, shapePhone, shapeZIP},
	field.RoleAge:              {shapeEmail, shapeAddress, shapeDate, shapePhone, shapeZIP, shapeWords},
	field.RoleRegistrationDate: {shapeEmail, shapeAddress, shapePhone, shapeZIP, shapeWords},
	field.HouseNumber:          {shapeEmail, shapeDate, shapePhone, shapeWords},
	field.StreetName:           {shapeEmail, shapeDate, shapePhone, shapeZIP},
	field.AddressLine:          {shapeEmail, shapeDate, shapePhone, shapeZIP},
	field.City:                 {shapeEmail, shapeAddress, shapeDate, shapePhone, shapeZIP},
	field.RegistrationState:    {shapeEmail, shapeAddress, shapeDate, shapePhone, shapeZIP, shapeNumber},
	field.State:                {shapeEmail, shapeAddress, shapeDate, shapePhone, shapeZIP, shapeNumber},
	field.ZIP5:                 {shapeEmail, shapeAddress, shapeDate, shapePhone, shapeWords},
	field.RoleEmail:            {shapeAddress, shapeDate, shapePhone, shapeZIP, shapeNumber, shapeWords},
	field.RolePhone:            {shapeEmail, shapeAddress, shapeDate, shapeZIP, shapeWords},
	field.RoleVoterID:          {shapeEmail, shapeAddress, shapeDate, shapeWords},
}

// usual is the shape that nearly all values of a role have.
var usual = map[field.Role]shape{
	field.NameLast: shapeWords, field.NameFirst: shapeWords, field.NameMiddle: shapeWords, field.NameFull: shapeWords, field.City: shapeWords,
	field.RoleBirthDate: shapeDate, field.RoleRegistrationDate: shapeDate, field.LastVoteDate: shapeDate,
	field.ZIP5: shapeZIP, field.RoleEmail: shapeEmail, field.RolePhone: shapePhone, field.AddressLine: shapeAddress, field.RoleVoterID: shapeNumber,
}

// misplaced looks for a column nearly all of whose values have a shape that its
// role never has. ZIP codes and numbers of another country are not judged.
func (m *Match) misplaced(rows *sampleRows) *contradiction {
	if foreign(m.Layout) {
		return nil
	}
	for i, c := range m.columns {
		wrong := never[roleOf(c)]
		if wrong == nil || m.isExtra(i) {
			continue
		}
		what, line := mostShape(m.Layout, c, i, rows, wrong)
		if what == noShape {
			continue
		}
		says := fmt.Sprintf("its column %q holds %s", c.Name, shapeTitles[what])
		if j := m.swappedWith(rows, i, what); j >= 0 {
			says = fmt.Sprintf("its columns %q and %q seem swapped: %q holds %s and %q %s",
				c.Name, m.columns[j].Name, c.Name, shapeTitles[what], m.columns[j].Name, shapeTitles[usual[c.Role]])
		}
		return &contradiction{says: says, line: line, a: i, b: i}
	}
	return nil
}

// swappedWith returns the column whose values should be of that shape and are of
// the one that column i should have; -1 if there is none.
func (m *Match) swappedWith(rows *sampleRows, i int, what shape) int {
	own := usual[m.columns[i].Role]
	for j, c := range m.columns {
		if j == i || own == noShape || usual[roleOf(c)] != what {
			continue
		}
		if other, _ := mostShape(m.Layout, c, j, rows, []shape{own}); other == own {
			return j
		}
	}
	return -1
}

// mostShape returns the one of the shapes that four values in five have, if
// several different ones do, and the first line with it; [noShape] if there is
// none.
func mostShape(l *layouts.Layout, c *layouts.Column, i int, rows *sampleRows, of []shape) (shape, int64) {
	n := 0
	var count [numShapes]int
	var line [numShapes]int64
	var different [numShapes]map[string]bool
	rows.values(l, c, i, func(at int64, v []byte) {
		n++
		s := shapeOf(v)
		if count[s]++; count[s] == 1 {
			line[s], different[s] = at, map[string]bool{}
		}
		if len(different[s]) < leastWrong { // one value in every row is a word for none, or a flag
			different[s][string(v)] = true
		}
	})
	for _, s := range of {
		if count[s]*10 >= n*8 && len(different[s]) >= leastWrong {
			return s, line[s]
		}
	}
	return noShape, 0
}
