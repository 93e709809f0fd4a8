package exposure

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/xrash/smetrics"
)

// Person is what somebody says of themselves, as typed. Everything but the last
// name is optional; the more is given, the more can be searched.
type Person struct {
	First  string
	Middle string // a name or an initial
	Last   string
	Suffix string // "Jr", "III"

	BirthDate string // YYYY-MM-DD
	BirthYear string // YYYY, when the date is not given

	ZIP     string
	Address string // house number and street, at ZIP
	City    string // taken so that files need no editing; no key has a city
	State   string // where registered: "FL" or "US-FL"; needed by VoterID

	Email   string
	Phone   string
	VoterID string

	// RegisteredSince is a year, month or day, taken like City: no key has it.
	RegisteredSince string

	FormerLast  []string
	FormerZIP   []string
	FormerState []string

	// ID is the caller's own reference to the person, handed back with the
	// answer as it is. It is no detail: nothing is searched by it.
	ID   string
	Line int // where the person was read, from 1; 0 if nowhere

	fault *FieldError // why the person could not be read
}

// String keeps a person's details out of whatever is printed.
func (p Person) String() string { return "person (details withheld)" }

// GoString is String, for %#v.
func (p Person) GoString() string { return p.String() }

// The fields of a person, in the order of the input's documentation.
const (
	fieldFirst = iota
	fieldMiddle
	fieldLast
	fieldSuffix
	fieldBirthDate
	fieldBirthYear
	fieldZIP
	fieldAddress
	fieldCity
	fieldState
	fieldEmail
	fieldPhone
	fieldVoterID
	fieldID
	fieldRegisteredSince
	fieldFormerLast
	fieldFormerZIP
	fieldFormerState
	numFields
)

var fieldNames = [numFields]string{
	"first", "middle", "last", "suffix", "birth_date", "birth_year", "zip", "address", "city", "state",
	"email", "phone", "voter_id", "id", "registered_since", "former_last", "former_zip", "former_state",
}

// FieldNames returns the names of the fields of a person, as input has them.
func FieldNames() []string { return slices.Clone(fieldNames[:]) }

// text returns the place of a field that holds one text.
func (p *Person) text(f int) *string {
	switch f {
	case fieldFirst:
		return &p.First
	case fieldMiddle:
		return &p.Middle
	case fieldLast:
		return &p.Last
	case fieldSuffix:
		return &p.Suffix
	case fieldBirthDate:
		return &p.BirthDate
	case fieldBirthYear:
		return &p.BirthYear
	case fieldZIP:
		return &p.ZIP
	case fieldAddress:
		return &p.Address
	case fieldCity:
		return &p.City
	case fieldState:
		return &p.State
	case fieldEmail:
		return &p.Email
	case fieldPhone:
		return &p.Phone
	case fieldVoterID:
		return &p.VoterID
	case fieldID:
		return &p.ID
	}
	return &p.RegisteredSince
}

// list returns the place of a field that holds several texts.
func (p *Person) list(f int) *[]string {
	return [...]*[]string{&p.FormerLast, &p.FormerZIP, &p.FormerState}[f-fieldFormerLast]
}

func isList(f int) bool { return f >= fieldFormerLast }

// fieldOf returns the field of that name.
func fieldOf(name string) (int, bool) { return fieldFrom(0, name) }

// fieldFrom is fieldOf that begins to look at a field: most programs write the fields in the
// order they have here.
func fieldFrom(from int, name string) (int, bool) {
	for f := from; f < numFields; f++ {
		if fieldNames[f] == name {
			return f, true
		}
	}
	for f := range from {
		if fieldNames[f] == name {
			return f, true
		}
	}
	return 0, false
}

// otherNames are what tables call the fields: taken in the header of a table,
// which people keep as their spreadsheet has it; a hint in JSON, which programs
// write.
var otherNames = map[string]int{
	"first_name": fieldFirst, "firstname": fieldFirst, "given_name": fieldFirst, "forename": fieldFirst,
	"middle_name": fieldMiddle, "middlename": fieldMiddle, "middle_initial": fieldMiddle, "mi": fieldMiddle,
	"last_name": fieldLast, "lastname": fieldLast, "surname": fieldLast, "family_name": fieldLast,
	"name_suffix": fieldSuffix,
	"dob":         fieldBirthDate, "date_of_birth": fieldBirthDate, "birthday": fieldBirthDate, "birthdate": fieldBirthDate,
	"yob": fieldBirthYear, "year_of_birth": fieldBirthYear, "birthyear": fieldBirthYear,
	"zip5": fieldZIP, "zip_code": fieldZIP, "zipcode": fieldZIP, "postcode": fieldZIP, "postal_code": fieldZIP,
	"street": fieldAddress, "address1": fieldAddress, "address_line": fieldAddress, "street_address": fieldAddress, "home_address": fieldAddress,
	"e_mail": fieldEmail, "email_address": fieldEmail, "phone_number": fieldPhone, "telephone": fieldPhone,
	"voterid": fieldVoterID, "voter_number": fieldVoterID,
	"maiden_name": fieldFormerLast, "former_name": fieldFormerLast, "former_last_name": fieldFormerLast, "former_zip_code": fieldFormerZIP,
}

// wholeNames are columns that hold a whole name, which nothing here takes apart.
var wholeNames = []string{"name", "full_name", "fullname", "voter_name"}

// plainName returns a field's name in lower case, its words joined by "_":
// "Date of Birth" is date_of_birth.
func plainName(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.ReplaceAll(strings.Join(words, "_"), ".", "")
}

// columnOf returns the field of a table's column, by its own name or another.
func columnOf(name string) (int, bool) {
	name = plainName(name)
	if f, ok := fieldOf(name); ok {
		return f, true
	}
	f, ok := otherNames[name]
	return f, ok
}

// didYouMean returns a hint for a name that is no field: the field it is
// another word for or a slip of the pen away from, else the list of fields.
func didYouMean(name string) string {
	name = plainName(name)
	if slices.Contains(wholeNames, name) {
		return `split it into "first" and "last"`
	}
	if f, ok := otherNames[name]; ok {
		return fmt.Sprintf("did you mean %q?", fieldNames[f])
	}
	for _, n := range fieldNames {
		if isSlip(name, n) {
			return fmt.Sprintf("did you mean %q?", n)
		}
	}
	return "the fields are " + strings.Join(fieldNames[:], ", ")
}

// isSlip reports whether a plain name is a field's, or a slip of the pen away from it: two
// edits of a long name, and of a short one, which other words are like ("date" and
// "state"), one, or two letters that changed places.
func isSlip(name, field string) bool {
	if name == field || len(field) <= 3 || len(name) > len(field)+2 {
		return name == field
	}
	edits := smetrics.WagnerFischer(name, field, 1, 1, 1)
	return edits <= 1 || edits == 2 && (len(field) > 5 || sortedLetters(name) == sortedLetters(field))
}

// sortedLetters returns the letters of a name in order.
func sortedLetters(name string) string {
	b := []byte(name)
	slices.Sort(b)
	return string(b)
}

// FieldError says what is wrong with one field of a person, or how it was read
// when that may not be what was meant; or why a person could not be read at all.
// It never holds the field's value.
type FieldError struct {
	Line    int    // where the person was read, 0 if nowhere
	Field   string // "birth_date"; "" for the whole person
	Problem string // "not a year (use YYYY)"
}

// Error returns `line 12, field "birth_year": not a year (use YYYY)`.
func (e FieldError) Error() string {
	var b strings.Builder
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d", e.Line)
	}
	if e.Field != "" {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "field %q", e.Field)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	return b.String() + e.Problem
}

// Review returns what is wrong with each field of p by itself, whether or not
// there is enough to search by, and notes on fields that were read in another
// way than they stand there.
func (p *Person) Review() (problems, notes []FieldError) {
	var pl planner
	q := pl.plan(p)
	return q.problems, q.notes
}

// Validate returns what in p cannot be used, field by field in the order they
// are read, so that who typed it can be asked again; nil if all of it can. When
// no key can be made of what is given, it names the field that would help most.
func (p *Person) Validate() []FieldError {
	var pl planner
	q := pl.plan(p)
	if len(q.problems) > 0 || q.n > 0 {
		return q.problems
	}
	if q.given&hasFirst != 0 {
		return []FieldError{{p.Line, fieldNames[fieldBirthDate], "not enough to search by: give a birth date or a ZIP code"}}
	}
	return []FieldError{{p.Line, fieldNames[fieldFirst], "not enough to search by: give a first name with a birth date or a ZIP code, or a phone number, " +
		"an e-mail address, or a voter id with its state"}}
}
