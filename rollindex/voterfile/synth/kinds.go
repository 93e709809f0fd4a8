package synth

import (
	"slices"
	"strings"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// named reports whether the name of a column has one of the words in it.
func named(c *layouts.Column, words ...string) bool {
	name := layouts.NormName(c.Name)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) })
}

// kind returns the writer of a column that has no role, by the kind of its values
// and the words in its name; nil for one that stands empty.
func (m *maker) kind(c *layouts.Column) func([]byte, *record) []byte {
	kind, ok := c.Exposes()
	if !ok {
		return nil
	}
	switch kind {
	case field.Name:
		return func(dst []byte, r *record) []byte { return append(dst, r.former...) }
	case field.Phone:
		if named(c, "cell", "mobile", "wireless") {
			return m.phone(0, 10)
		}
	case field.VoterID:
		if !named(c, "prefix", "suffix") {
			return number(0, countyVoter)
		}
	case field.BirthDate:
		return m.birth(dateFormat(c))
	case field.RegistrationDate:
		return m.registered(c)
	case field.Locality:
		return m.locality(c)
	case field.Precinct:
		return m.district(c)
	case field.MailingAddress:
		return m.mailing(c)
	case field.Profile:
		if named(c, "score", "count", "probability") {
			return m.personRole(&layouts.Column{Role: field.RoleProfile})
		}
	case field.VoteHistory:
		if m.manyVotes {
			return m.vote(c)
		}
	}
	return nil
}

// countyVoter is the number that a county gives somebody, beside the state's.
func countyVoter(r *record) int { return int(r.v.id*0x61c88647&(1<<31-1)) + 1_000_000 }

// registered writes the day of the registration, or the number of its month.
func (m *maker) registered(c *layouts.Column) func([]byte, *record) []byte {
	if named(c, "month") {
		return number(0, func(r *record) int { return r.reg.month })
	}
	return m.registration(dateFormat(c))
}

// locality writes a further word or number for the place of the residence.
func (m *maker) locality(c *layouts.Column) func([]byte, *record) []byte {
	switch {
	case named(c, "zip4", "plus4"):
		return number(4, func(r *record) int { return r.home.plus4() })
	case named(c, "zip", "postcode", "pincode"):
		return func(dst []byte, r *record) []byte { return append(dst, r.zip...) }
	case named(c, "code", "number", "fips", "route", "census", "tract", "block"):
		return m.numbered(c, 900)
	case named(c, "county"):
		return words(func(r *record) string { return m.state.counties[r.home.county].name })
	}
	return words(func(r *record) string { return r.home.city })
}

// district writes the number of an electoral or other district, which follows
// the ZIP code, with a word before it where the column has a name.
func (m *maker) district(c *layouts.Column) func([]byte, *record) []byte {
	switch {
	case named(c, "zip"):
		return func(dst []byte, r *record) []byte { return append(dst, r.home.zip...) }
	case named(c, "city", "town") && !named(c, "council", "ward", "code", "citysub"):
		return words(func(r *record) string { return r.home.city })
	case named(c, "state"):
		return constant(m.state.state)
	case !named(c, "name", "desc", "place", "address", "location"):
		return m.numbered(c, 30)
	}
	write := m.numbered(c, 30)
	return func(dst []byte, r *record) []byte { return write(append(dst, "DISTRICT "...), r) }
}

// numbered writes one of so many numbers of districts, of a division of its own
// for each column.
func (m *maker) numbered(c *layouts.Column, n int) func([]byte, *record) []byte {
	division := 0
	for _, b := range []byte(c.Name) {
		division = division*31 + int(b)
	}
	return number(0, func(r *record) int { return r.home.district(division, n) })
}

// mailing writes a part of the mailing address, for which the post-office box is
// the line.
func (m *maker) mailing(c *layouts.Column) func([]byte, *record) []byte {
	role := field.RoleNone
	switch {
	case named(c, "citystatezip"):
		return func(dst []byte, r *record) []byte {
			if !r.mailed {
				return dst
			}
			return m.appendPlace(dst, r)
		}
	case named(c, "zip4", "plus4", "country", "carrier"):
		return nil
	case named(c, "zip"):
		role = field.MailZIP
	case named(c, "city"):
		role = field.MailCity
	case named(c, "state"):
		role = field.MailState
	case named(c, "address1", "line1") && !m.has[field.MailAddressLine]:
		role = field.MailAddressLine
	}
	return m.mailRole(&layouts.Column{Role: role})
}
