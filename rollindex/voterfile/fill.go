package voterfile

import (
	"bytes"

	"rollcheck/data/field"
	"rollcheck/hashing"
)

// fill makes the record of the fields at hand: the canonical fields that match
// keys are made of, and which kinds have a value.
func (p *Parser) fill() {
	r, pl := &p.rec, p.plan
	r.Details.Reset()
	r.Member = p.member
	r.Jurisdiction = pl.jurisdiction
	p.scratch = p.scratch[:0]

	kinds := p.told()
	p.fillName()
	p.fillAddress()
	kinds |= p.fillBirth() | p.fillContact() | p.fillNumbers()
	r.Kinds = kinds

	flag := p.value(field.ConfidentialFlag)
	if len(flag) > len("NO") {
		p.lookAtFlag(flag)
	}
	r.Confidential = flag != nil && !saysNo(flag)
}

// told returns the kinds of the columns that only need to have a value.
func (p *Parser) told() field.Set {
	var kinds field.Set
	line, absent := p.line, &p.plan.absent
	for _, t := range p.plan.tells {
		for _, col := range t.cols {
			if int(col) >= p.plan.fields {
				if p.picked(col) != nil {
					kinds = kinds.With(t.kind)
				}
				continue
			}
			s := p.spans[col]
			if s.start >= s.end {
				continue
			}
			if c := line[s.start]; c > ' ' && !absent.first[c] || p.column(col) != nil {
				kinds = kinds.With(t.kind)
				break
			}
		}
	}
	return kinds
}

func (p *Parser) fillName() {
	d := &p.rec.Details
	if v := p.value(field.NameLast); v != nil {
		d.SetLast(v)
	}
	if v := p.value(field.NameFirst); v != nil {
		p.watchName(watchFirst, v)
		d.SetFirst(v)
	}
	if v := p.value(field.NameMiddle); v != nil {
		p.watchName(watchMiddle, v)
		d.SetMiddle(v)
	}
	if v := p.value(field.NameSuffix); v != nil {
		p.watchName(watchSuffix, v)
		d.SetSuffix(v)
	}
	if p.plan.first[field.NameFull] >= 0 && len(d.Last) == 0 && len(d.First) == 0 {
		p.fillWholeName()
	}
}

// fillWholeName takes a name that stands in one column, where the columns of its
// parts are missing or empty.
func (p *Parser) fillWholeName() {
	v := p.value(field.NameFull)
	if len(v) > 0 && isDigit(v[0]) {
		p.misplace(oddWholeName)
	}
	last, first, middle := wholeName(v, p.plan.nameFormat)
	d := &p.rec.Details
	if last != nil && first != nil {
		d.SetLast(last)
		d.SetFirst(first)
		if middle != nil {
			d.SetMiddle(middle)
		}
	}
}

// fillAddress takes the parts where there are any, and else the line: files with
// both use the line for an address that has no such parts.
func (p *Parser) fillAddress() {
	d := &p.rec.Details
	if v := p.value(field.ZIP5); v != nil {
		if d.SetZIP(v); len(d.ZIP) > 0 || p.plan.foreign {
			p.saw.shapes.right(watchZIP)
		} else if hasNoZIP(v) {
			p.sawStrange(watchZIP, v)
		} else if isStreetLine(v) {
			p.misplace(misplaced(watchZIP))
		}
	}
	if street := p.value(field.StreetName); street != nil {
		if typ := p.value(field.StreetType); typ != nil {
			p.street = append(append(append(p.street[:0], street...), ' '), typ...)
			street = p.street
		}
		house := p.value(field.HouseNumber)
		if len(house) > 0 && !isDigit(house[0]) {
			p.lookAtHouse(house, p.value(field.StreetName))
		}
		d.SetAddressParts(house, p.value(field.HouseFraction), street)
	}
	if len(d.Street) == 0 {
		if v := p.value(field.AddressLine); v != nil {
			d.SetAddressLine(v)
		}
	}
	if p.plan.first[field.AddressFull] >= 0 || p.plan.first[field.CityStateZIP] >= 0 {
		p.fillWholeAddress()
	}
}

// fillWholeAddress takes street and ZIP code from columns that hold more than
// one part, where the columns of the parts are missing or empty.
func (p *Parser) fillWholeAddress() {
	d := &p.rec.Details
	line, zip := wholeAddress(p.value(field.AddressFull))
	if len(d.Street) == 0 && line != nil {
		d.SetAddressLine(line)
	}
	if zip == nil {
		_, zip = wholeAddress(p.value(field.CityStateZIP))
	}
	if len(d.ZIP) == 0 && zip != nil {
		d.SetZIP(zip)
	}
}

// fillBirth takes the most exact of the birth columns and returns the kind that
// its value, not its column, exposes.
func (p *Parser) fillBirth() field.Set {
	d := &p.rec.Details
	p.born, p.impossible = hashing.Date{}, false
	var none []byte // a value that is no date
	for _, role := range [...]field.Role{field.RoleBirthDate, field.RoleBirthMonthYear, field.RoleBirthYear} {
		v := p.value(role)
		if v == nil {
			continue
		}
		date, impossible, ok := p.plan.dates.read(v)
		if !ok {
			none = v
			continue
		}
		p.saw.shapes.right(watchBirth)
		p.saw.births.see(v, orders(v), date, p.rec.Line, p.plan.dates.order)
		p.saw.isoBirths.see(v, isoOrders(v), date, p.rec.Line, monthFirst)
		p.born = date
		d.SetBirth(date, p.plan.asOf)
		switch d.Birth.Precision() {
		case hashing.PrecisionDay:
			return field.SetOf(field.BirthDate)
		case hashing.PrecisionMonth:
			return field.SetOf(field.BirthMonthYear)
		case hashing.PrecisionYear:
			p.impossible = impossible
			return field.SetOf(field.BirthYear)
		}
		none = nil
	}
	if none != nil && hasNoDate(none) {
		p.sawStrange(watchBirth, none)
	}
	return 0
}

// fillContact sets phone and e-mail. A local number of seven digits is an
// exposed phone number, although no key can be made of it. Parts in each other's place
// may make a number that is none.
func (p *Parser) fillContact() field.Set {
	d := &p.rec.Details
	var kinds field.Set
	phone, parts := p.value(field.RolePhone), p.plan.first[field.PhoneLine] >= 0
	if v := phone; v != nil {
		if parts {
			p.phone = append(append(p.phone[:0], v...), p.value(field.PhoneLine)...)
			v = p.phone
		}
		d.SetPhone(p.value(field.PhoneArea), trimMark(v))
		if len(d.Phone) > 0 {
			kinds = kinds.With(field.Phone)
		} else if n, zero := countDigits(v); n >= 7 && !zero {
			kinds = kinds.With(field.Phone)
		}
	}
	if len(d.Phone) == 0 && (phone != nil || p.plan.first[field.PhoneArea] >= 0) || parts && len(phone) != 3 {
		p.lookAtPhone(phone)
	}
	if v := p.value(field.RoleEmail); v != nil {
		d.SetEmail(v)
		if len(d.Email) > 0 || bytes.IndexByte(v, '@') > 0 {
			kinds = kinds.With(field.Email)
		} else {
			p.lookAtEmail(v)
		}
	}
	return kinds
}

// trimMark cuts a mark in letters off the end of a phone number, as Nevada has
// -PDC for people who do not want to be called.
func trimMark(v []byte) []byte {
	end := len(v)
	for end > 0 && (v[end-1]|0x20) >= 'a' && (v[end-1]|0x20) <= 'z' {
		end--
	}
	if end == len(v) || end == 0 || v[end-1] != '-' {
		return v
	}
	return v[:end-1]
}

// fillNumbers sets the voter id and notes the secrets, which are never kept. A
// column of that name may hold a flag ("Y"), so a number must have the digits of
// one; four of the nine digits of a social security number are the last four.
func (p *Parser) fillNumbers() field.Set {
	if v := p.value(field.RoleVoterID); v != nil {
		p.watchVoterID(v)
		if !isScientific(v) {
			p.rec.SetVoterID(v)
		}
	}
	p.watchRegistration()
	pl := p.plan
	var kinds field.Set
	if pl.first[field.RoleSSN] >= 0 || pl.first[field.RoleSSNLast4] >= 0 {
		for _, role := range [...]field.Role{field.RoleSSN, field.RoleSSNLast4} {
			switch n, zero := countDigits(p.value(role)); {
			case zero:
			case n >= 8: // numbers that begin with a zero lose it in spreadsheets
				kinds = kinds.With(field.SSN)
			case n >= 3:
				kinds = kinds.With(field.SSNLast4)
			}
		}
	}
	for _, role := range [...]field.Role{field.RoleDriverLicense, field.RoleNationalID} {
		if pl.first[role] < 0 {
			continue
		}
		if n, zero := countDigits(p.value(role)); n >= 4 && !zero {
			kind, _ := role.Kind()
			kinds = kinds.With(kind)
		}
	}
	return kinds
}

// countDigits returns how many digits v has and whether all of them are zero.
func countDigits(v []byte) (n int, zero bool) {
	zero = true
	for _, c := range v {
		if c >= '0' && c <= '9' {
			n++
			zero = zero && c == '0'
		}
	}
	return n, zero
}

// saysNo reports whether a flag is not raised.
func saysNo(flag []byte) bool {
	switch flag[0] {
	case 'N', 'n', 'F', 'f', '0':
		return true
	}
	return false
}
