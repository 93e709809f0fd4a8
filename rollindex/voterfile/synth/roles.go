package synth

import (
	"cmp"
	"slices"
	"strings"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// role returns the writer of a column by its role, nil for one without.
func (m *maker) role(c *layouts.Column) func([]byte, *record) []byte {
	for _, of := range []func(*layouts.Column) func([]byte, *record) []byte{m.nameRole, m.addressRole, m.mailRole, m.personRole, m.voterRole} {
		if write := of(c); write != nil {
			return write
		}
	}
	return nil
}

func (m *maker) nameRole(c *layouts.Column) func([]byte, *record) []byte {
	switch c.Role {
	case field.NameLast:
		return func(dst []byte, r *record) []byte { return appendCased(dst, r.last, r.title) }
	case field.NameFirst:
		return func(dst []byte, r *record) []byte {
			if r.noName {
				return append(dst, m.state.noName...)
			}
			return appendCased(dst, r.first, r.title)
		}
	case field.NameMiddle:
		return func(dst []byte, r *record) []byte { return appendCased(dst, r.middle, r.title) }
	case field.NameSuffix:
		return func(dst []byte, r *record) []byte {
			return appendCased(dst, []byte(r.suffix), r.title && r.suffix[:min(1, len(r.suffix))] != "I")
		}
	case field.NamePrefix:
		return words(func(r *record) string {
			if !m.fill[field.NamePrefix] {
				return ""
			}
			return [...]string{"MS", "MR"}[strings.IndexByte("FM", r.v.sex)]
		})
	case field.NameFull:
		return wholeName(c.Format)
	}
	return nil
}

// wholeName writes the whole name in one of [layouts.NameFormats]; without one,
// the first name comes first.
func wholeName(format string) func([]byte, *record) []byte {
	part := func(dst, name []byte, title bool) []byte {
		if len(name) == 0 {
			return dst
		}
		return appendCased(append(dst, ' '), name, title)
	}
	suffix := func(dst []byte, r *record) []byte {
		if r.suffix == "" {
			return dst
		}
		return append(append(dst, ' '), r.suffix...)
	}
	switch format {
	case "last, first":
		return func(dst []byte, r *record) []byte {
			dst = suffix(appendCased(dst, r.last, r.title), r)
			return part(part(append(dst, ','), r.first, r.title), r.middle, r.title)
		}
	case "last first":
		return func(dst []byte, r *record) []byte {
			dst = part(appendCased(dst, r.last, r.title), r.first, r.title)
			return suffix(part(dst, r.middle, r.title), r)
		}
	}
	return func(dst []byte, r *record) []byte {
		dst = part(appendCased(dst, r.first, r.title), r.middle, r.title)
		return suffix(part(dst, r.last, r.title), r)
	}
}

// addressRole writes the residence. Removed voters of a state that hides them
// have none, nor have voters with a request on record where the layout does not
// mark its columns as withheld.
func (m *maker) addressRole(c *layouts.Column) func([]byte, *record) []byte {
	write := m.shownAddress(c)
	hidden := m.state.hidden
	if write == nil || hidden == "" || c.Role == field.CountyID {
		return write
	}
	return func(dst []byte, r *record) []byte {
		switch {
		case r.state == removed && c.Role == field.AddressLine:
			return append(dst, hidden...)
		case r.state == removed || r.exempt:
			return dst
		}
		return write(dst, r)
	}
}

func (m *maker) shownAddress(c *layouts.Column) func([]byte, *record) []byte {
	// part guards the columns of an address that the file has on one line instead.
	part := func(f func(dst []byte, a *address) []byte) func([]byte, *record) []byte {
		return func(dst []byte, r *record) []byte {
			if m.oddLine && r.home.odd {
				return dst
			}
			return f(dst, &r.home)
		}
	}
	switch c.Role {
	case field.HouseNumber:
		return part(func(dst []byte, a *address) []byte {
			dst = a.appendNumber(dst)
			if !m.has[field.HouseFraction] && a.fraction() != "" {
				dst = append(append(dst, ' '), a.fraction()...)
			}
			return dst
		})
	case field.HouseFraction:
		return part(func(dst []byte, a *address) []byte { return append(dst, a.fraction()...) })
	case field.StreetPredir:
		return part(func(dst []byte, a *address) []byte { return append(dst, a.predir...) })
	case field.StreetPostdir:
		return part(func(dst []byte, a *address) []byte { return append(dst, a.postdir...) })
	case field.StreetType:
		return part(func(dst []byte, a *address) []byte { return append(dst, a.kind...) })
	case field.StreetName:
		return part(func(dst []byte, a *address) []byte {
			if dst = append(dst, a.street...); !m.has[field.StreetType] {
				dst = append(append(dst, ' '), a.kind...)
			}
			return dst
		})
	case field.UnitType:
		return part(func(dst []byte, a *address) []byte { return append(dst, a.unitType...) })
	case field.UnitNumber:
		return part(func(dst []byte, a *address) []byte {
			if a.unitType == "" || m.has[field.UnitType] {
				return a.appendBareUnit(dst)
			}
			return a.appendTypedUnit(dst)
		})
	case field.AddressLine:
		return m.addressLine(m.oddLine && m.has[field.StreetName], m.has[field.StreetName])
	case field.City:
		return func(dst []byte, r *record) []byte { return appendCased(dst, []byte(r.home.city), r.title) }
	case field.State, field.RegistrationState:
		return constant(m.state.state)
	case field.ZIP5:
		plus4 := limit(c) >= 9 && !m.has[field.ZIP4]
		return func(dst []byte, r *record) []byte {
			dst = append(dst, r.zip...)
			if plus4 && len(r.zip) == 5 && r.home.number%20 == 0 {
				dst = appendNumber(dst, r.home.plus4(), 4)
			}
			return dst
		}
	case field.ZIP4:
		return number(4, func(r *record) int { return r.home.plus4() })
	case field.AddressFull:
		line := m.addressLine(false, true)
		return func(dst []byte, r *record) []byte { return m.appendPlace(append(line(dst, r), ", "...), r) }
	case field.CityStateZIP:
		return m.appendPlace
	case field.CountyID:
		return words(func(r *record) string { return m.state.counties[r.home.county].code })
	}
	return nil
}

// addressLine writes number and street, and the unit unless it has a column of
// its own and the line is not asked for whole. Some files that have the parts use
// the line only for addresses that are odd.
func (m *maker) addressLine(odd, whole bool) func([]byte, *record) []byte {
	second := m.secondLine()
	return func(dst []byte, r *record) []byte {
		if odd && !r.home.odd {
			return dst
		}
		start := len(dst)
		dst = r.home.appendLine(dst)
		if r.home.unitType != "" && (whole || !m.has[field.UnitNumber] && !(second && r.unitApart)) {
			dst = r.home.appendTypedUnit(append(dst, ' '))
		}
		if r.title {
			titleCase(dst[start:])
		}
		return dst
	}
}

// appendPlace writes city, state and ZIP code.
func (m *maker) appendPlace(dst []byte, r *record) []byte {
	dst = appendCased(dst, []byte(r.home.city), r.title)
	dst = append(append(dst, ", "...), m.state.state...)
	if len(r.zip) > 0 {
		dst = append(append(dst, ' '), r.zip...)
	}
	return dst
}

// secondLine reports whether the layout has Florida's second address line.
func (m *maker) secondLine() bool {
	return slices.ContainsFunc(m.layout.Columns, func(c layouts.Column) bool { return c.Name == "Residence Address Line 2" })
}

func (m *maker) mailRole(c *layouts.Column) func([]byte, *record) []byte {
	mailed := func(f func(dst []byte, r *record) []byte) func([]byte, *record) []byte {
		return func(dst []byte, r *record) []byte {
			if !r.mailed || r.exempt && m.state.hidden != "" { // as with the residence
				return dst
			}
			return f(dst, r)
		}
	}
	switch c.Role {
	case field.MailAddressLine:
		return mailed(func(dst []byte, r *record) []byte { return appendNumber(append(dst, "PO BOX "...), r.box, 0) })
	case field.MailCity:
		return mailed(func(dst []byte, r *record) []byte { return append(dst, r.home.city...) })
	case field.MailState:
		return mailed(constant(m.state.state))
	case field.MailZIP:
		return mailed(func(dst []byte, r *record) []byte { return append(dst, r.home.zip...) })
	case field.MailCountry:
		return nothing
	}
	return nil
}

func (m *maker) personRole(c *layouts.Column) func([]byte, *record) []byte {
	secret := func(f func(dst []byte, d *dice) []byte) func([]byte, *record) []byte {
		return func(dst []byte, r *record) []byte {
			d := newDice(m.seed, streamSecret, r.v.id)
			return f(dst, &d)
		}
	}
	switch c.Role {
	case field.RoleBirthDate:
		return m.birth(dateFormat(c))
	case field.RoleBirthMonthYear:
		return m.birth(cmp.Or(c.Format, "MM/YYYY"))
	case field.RoleBirthYear:
		return m.birth(cmp.Or(c.Format, "YYYY"))
	case field.RoleAge: // at the end of the year, as North Carolina counts it
		return number(0, func(r *record) int { return m.asOf.date().year - r.v.birth.year })
	case field.RoleSex:
		return words(func(r *record) string { return m.state.sexes[strings.IndexByte("FMU", r.sex)] })
	case field.RoleRace:
		if len(m.state.races.words) == 1 {
			return nil
		}
		return words(func(r *record) string { return r.race })
	case field.PhoneArea:
		return m.phone(0, 3)
	case field.RolePhone:
		from, to := 0, 10
		if m.has[field.PhoneArea] || limit(c) >= 7 && limit(c) < 10 { // a local number
			from = 3
		}
		if m.has[field.PhoneLine] {
			to = 6
		}
		return m.phone(from, to)
	case field.PhoneLine:
		return m.phone(6, 10)
	case field.RoleEmail:
		return func(dst []byte, r *record) []byte {
			if !r.hasEmail && !m.fill[field.RoleEmail] {
				return dst
			}
			return append(dst, r.email...)
		}
	case field.RoleBirthPlace:
		return words(func(r *record) string { return birthPlaces[r.dice>>20%uint64(len(birthPlaces))] })
	case field.RoleSSN: // area 666 is never assigned
		return secret(func(dst []byte, d *dice) []byte {
			dst = appendNumber(append(dst, "666-"...), d.between(1, 99), 2)
			return appendNumber(append(dst, '-'), d.between(1, 9999), 4)
		})
	case field.RoleSSNLast4:
		return secret(func(dst []byte, d *dice) []byte {
			d.n(99)
			return appendNumber(dst, d.between(1, 9999), 4)
		})
	case field.RoleDriverLicense, field.RoleNationalID: // no state's begins with two X
		return secret(func(dst []byte, d *dice) []byte {
			d.pcg.Uint64()
			return appendNumber(append(dst, "XX"...), d.n(100_000_000), 8)
		})
	case field.RoleProfile:
		return secret(func(dst []byte, d *dice) []byte { return appendNumber(dst, d.n(101), 0) })
	case field.RoleSignature:
		return func(dst []byte, r *record) []byte { return append(append(dst, r.voterID...), ".png"...) }
	}
	return nil
}

var birthPlaces = [...]string{"", "", "NC", "NY", "FL", "OH", "VA", "PA", "CA", "TX", "OC"}

// dateFormat returns the form of a column of dates: the longest that fits where
// the layout states none.
func dateFormat(c *layouts.Column) string {
	switch n := limit(c); {
	case c.Format != "" || n == 0:
	case n < 8:
		return "YYYY"
	case n < 10:
		return "YYYYMMDD"
	}
	return c.Format
}

func (m *maker) birth(format string) func([]byte, *record) []byte {
	return func(dst []byte, r *record) []byte { return appendDate(dst, r.birth, format) }
}

// phone writes part of the ten digits.
func (m *maker) phone(from, to int) func([]byte, *record) []byte {
	return func(dst []byte, r *record) []byte {
		if !r.hasPhone && !m.fill[field.RolePhone] {
			return dst
		}
		return append(dst, r.phone[from:to]...)
	}
}
