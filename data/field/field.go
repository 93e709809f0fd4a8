// Package field is the one list of the kinds of personal information a voter
// record can hold, and of the roles a column can play.
//
// A [Kind] is what a person is told about ("your e-mail address was in it").
// Its number is a bit in the sealed mask of every index entry, so it is frozen:
// a number is never reused or given another meaning. A [Role] is what a column
// of a layout holds; several roles (house number, street name) make one kind
// (address). Roles have no numbers on disk: layouts name them.
package field

import "strings"

// Kind is a kind of personal information. Kinds 0 to 25 have a bit in the mask.
type Kind uint8

// The kinds, with frozen numbers. A birth date, a birth month and year, and a
// birth year are three kinds, because they expose a person differently.
const (
	Name             Kind = 0
	BirthDate        Kind = 1
	BirthMonthYear   Kind = 2
	BirthYear        Kind = 3
	Age              Kind = 4
	Address          Kind = 5
	MailingAddress   Kind = 6
	Phone            Kind = 7
	Email            Kind = 8
	Sex              Kind = 9
	Race             Kind = 10
	Party            Kind = 11
	VoterID          Kind = 12
	RegistrationDate Kind = 13
	Status           Kind = 14
	Precinct         Kind = 15 // precinct and electoral districts
	VoteHistory      Kind = 16 // whether and when somebody voted, never how
	BirthPlace       Kind = 17
	SSN              Kind = 18
	SSNLast4         Kind = 19
	DriverLicense    Kind = 20 // licence or state identity card number
	NationalID       Kind = 21 // national identity, tax or passport number
	Locality         Kind = 22 // city, county or ZIP code
	Profile          Kind = 23 // modelled scores, income, religion, household, employer, donations
	Signature        Kind = 24 // signature, photograph or other biometric
	// 25 is reserved.
)

// MaskBits is the number of low mask bits that belong to kinds.
const MaskBits = 26

var kindNames = [...]string{
	"name", "birth_date", "birth_month_year", "birth_year", "age", "address", "mailing_address",
	"phone", "email", "sex", "race", "party", "voter_id", "registration_date", "status", "precinct",
	"vote_history", "birth_place", "ssn", "ssn_last4", "driver_license", "national_id", "locality",
	"profile", "signature",
}

var kindTitles = [...]string{
	"name", "full birth date", "month and year of birth", "year of birth", "age", "home address",
	"mailing address", "phone number", "e-mail address", "sex", "race or ethnicity", "party",
	"voter ID number", "registration date", "registration status", "precinct and districts",
	"voting history (whether, not how)", "place of birth", "social security number",
	"last four digits of the social security number", "driver's licence number", "national identity number",
	"city, county or ZIP code", "profile data", "signature or photograph",
}

// Kinds returns every kind in number order.
func Kinds() []Kind {
	all := make([]Kind, len(kindNames))
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// Valid reports whether k is a listed kind.
func (k Kind) Valid() bool { return int(k) < len(kindNames) }

// String returns the name used in JSON, layouts and the catalogue ("birth_date").
func (k Kind) String() string {
	if !k.Valid() {
		return "unknown"
	}
	return kindNames[k]
}

// Title returns the words shown to a person ("full birth date").
func (k Kind) Title() string {
	if !k.Valid() {
		return "unknown"
	}
	return kindTitles[k]
}

// ParseKind returns the kind of that name.
func ParseKind(name string) (Kind, bool) {
	for i, n := range kindNames {
		if n == name {
			return Kind(i), true
		}
	}
	return 0, false
}

// Secret reports whether values of the kind are secrets: noted as exposed,
// never used in a key, never kept.
func (k Kind) Secret() bool {
	return k == SSN || k == SSNLast4 || k == DriverLicense || k == NationalID
}

// Set is a set of kinds: bit k is kind k.
type Set uint32

// Volunteered are the kinds that voters give to the election office only if they
// want to, and most do not. A public record that has such a column has it empty for
// most voters; a leak may have the detail of nearly everybody from elsewhere. So of
// one voter the detail is on the public record only if they gave it.
const Volunteered Set = 1<<Phone | 1<<Email

// SetOf returns the set of the given kinds.
func SetOf(kinds ...Kind) Set {
	var s Set
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

// Has reports whether k is in s.
func (s Set) Has(k Kind) bool { return s>>k&1 == 1 }

// With returns s and k.
func (s Set) With(k Kind) Set { return s | 1<<k }

// Without returns s less k.
func (s Set) Without(k Kind) Set { return s &^ (1 << k) }

// Kinds lists the kinds of s in number order.
func (s Set) Kinds() []Kind {
	var ks []Kind
	for k := Kind(0); k.Valid(); k++ {
		if s.Has(k) {
			ks = append(ks, k)
		}
	}
	return ks
}

// Names lists the kinds' names in number order, never nil.
func (s Set) Names() []string {
	names := []string{}
	for _, k := range s.Kinds() {
		names = append(names, k.String())
	}
	return names
}

// String joins the names with commas.
func (s Set) String() string { return strings.Join(s.Names(), ",") }
