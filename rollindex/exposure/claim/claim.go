// Package claim says what a message that quotes somebody's registration proves:
// item by item, whether the public voter file of their state held it at that
// date, which documented incidents covered it, and one verdict of three.
//
// It looks at what kinds of details a message holds, never at the details: a
// [Claim] has no name, address or number in it. Nothing is looked up anywhere;
// the answers come from data/catalogue, and the page of a browser links this
// package as it is.
//
// # The verdict
//
// It is about what was quoted; what was only boasted of proves nothing either
// way, and is answered item by item all the same.
//
//   - [Beyond], if some item quoted was not on the public file of any of the
//     states at that date: withheld, or given to named recipients only.
//   - [CannotTell], if not so, but some item is not settled: unknown, of low
//     confidence, or near a change of rule.
//   - [PublicRecord], if every item was open to anyone in one of the states.
//
// Phone number and e-mail address are on a public file only of those who gave them
// to the office, and most do not ([field.Volunteered]); whether this person did, only
// they know. So where one of them was open, the verdict stands, but on that condition:
// its headline says so, and [Report.IfGiven] names the details.
//
// Its confidence is that of its weakest source: for PublicRecord over every item
// in the state that settles it best, for Beyond over the items it names in every
// state. How somebody voted is on no roll: it never changes a verdict.
package claim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"rollcheck/data/catalogue"
	"rollcheck/data/field"
)

// Claim is what a message says it knows.
type Claim struct {
	States  []string       // where its recipient is or was registered: "US-FL"
	When    catalogue.Date // of the message; "" if not known
	Quoted  []Detail       // what it gave as proof
	Boasted []Detail       // what it only said it had
}

// Detail is a kind of field, or [Vote].
type Detail uint8

// Vote is how somebody voted.
const Vote Detail = 255

// String returns the name used in JSON: that of the kind, or "vote".
func (d Detail) String() string {
	if d == Vote {
		return "vote"
	}
	return field.Kind(d).String()
}

// otherNames are what else people call details.
var otherNames = map[string]Detail{
	"birthdate": Detail(field.BirthDate), "birthday": Detail(field.BirthDate), "dob": Detail(field.BirthDate), "date_of_birth": Detail(field.BirthDate),
	"home_address": Detail(field.Address), "street": Detail(field.Address), "city": Detail(field.Locality), "county": Detail(field.Locality),
	"zip": Detail(field.Locality), "zip_code": Detail(field.Locality), "e_mail": Detail(field.Email), "email_address": Detail(field.Email),
	"telephone": Detail(field.Phone), "phone_number": Detail(field.Phone), "gender": Detail(field.Sex), "ethnicity": Detail(field.Race),
	"license": Detail(field.DriverLicense), "licence": Detail(field.DriverLicense), "drivers_license": Detail(field.DriverLicense),
	"driver_licence": Detail(field.DriverLicense), "drivers_licence": Detail(field.DriverLicense), "state_id": Detail(field.DriverLicense),
	"social_security": Detail(field.SSN), "social_security_number": Detail(field.SSN), "last_four": Detail(field.SSNLast4), "last4": Detail(field.SSNLast4),
	"party_affiliation": Detail(field.Party), "voter_number": Detail(field.VoterID), "voting_history": Detail(field.VoteHistory),
	"place_of_birth": Detail(field.BirthPlace), "passport": Detail(field.NationalID),
	"nombre": Detail(field.Name), "fecha_de_nacimiento": Detail(field.BirthDate), "ano_de_nacimiento": Detail(field.BirthYear), "edad": Detail(field.Age),
	"direccion": Detail(field.Address), "domicilio": Detail(field.Address), "telefono": Detail(field.Phone), "correo": Detail(field.Email),
	"correo_electronico": Detail(field.Email), "sexo": Detail(field.Sex), "raza": Detail(field.Race), "partido": Detail(field.Party),
	"licencia": Detail(field.DriverLicense), "licencia_de_conducir": Detail(field.DriverLicense), "seguro_social": Detail(field.SSN), "firma": Detail(field.Signature),
	"voto": Vote, "votes": Vote, "vote_choice": Vote, "how_you_voted": Vote, "how_i_voted": Vote, "ballot": Vote,
}

// ParseDetail reads a detail by the name of its kind, or another that people
// use for it, in English or Spanish; "-", blanks, capitals and accents do not
// matter. Its error does not repeat the name: it may be the detail itself.
func ParseDetail(name string) (Detail, error) {
	plain := strings.ToLower(strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '-' || r == '_' }), "_"))
	plain = unaccented.Replace(plain)
	if k, ok := field.ParseKind(plain); ok {
		return Detail(k), nil
	}
	if plain == Vote.String() {
		return Vote, nil
	}
	if d, ok := otherNames[plain]; ok {
		return d, nil
	}
	return 0, errors.New("there is no such field; those known are " + strings.Join(DetailNames(), ", "))
}

var unaccented = strings.NewReplacer("'", "", "’", "", "á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ñ", "n")

// DetailNames lists the names of all details.
func DetailNames() []string {
	var names []string
	for _, k := range field.Kinds() {
		names = append(names, k.String())
	}
	return append(names, Vote.String())
}

// ErrEmpty is returned by [Read] for input without a claim.
var ErrEmpty = errors.New("there is no claim in the input")

// Read reads one claim:
//
//	{"states":["FL"],"when":"2020-10-20","quoted":["name","party","address"],"boasted":["vote","email"]}
//
// States are codes or names, at least one; when is a day, a month or a year of
// at latest today, and may be left out. An error says which states, fields or
// dates are known. What else stands in the input is an error too: a message has
// no place in it.
func Read(r io.Reader, today catalogue.Date) (*Claim, error) {
	var in struct {
		States  []string `json:"states"`
		When    string   `json:"when"`
		Quoted  []string `json:"quoted"`
		Boasted []string `json:"boasted"`
	}
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); errors.Is(err, io.EOF) {
		return nil, ErrEmpty
	} else if err != nil {
		return nil, fmt.Errorf("reading the claim: %w", plain(err))
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("reading the claim: something stands behind it; give one claim at a time")
	}
	return New(in.States, in.When, in.Quoted, in.Boasted, today)
}

// plain takes the Go out of an error of encoding/json.
func plain(err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		return fmt.Errorf(`"%s" is not what it should be: states, quoted and boasted are lists of texts, when is a text`, kind.Field)
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON (at byte %d)", syntax.Offset)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends in the middle of the JSON")
	}
	return errors.New(strings.Replace(strings.TrimPrefix(err.Error(), "json: "), "unknown field", "there is no", 1) +
		"; there are states, when, quoted and boasted")
}

// New makes a claim of what was typed; see [Read].
func New(states []string, when string, quoted, boasted []string, today catalogue.Date) (*Claim, error) {
	c := &Claim{}
	for n, s := range states {
		code, err := State(s)
		if err != nil {
			return nil, fmt.Errorf("states, entry %d: %w", n+1, err)
		}
		if !slices.Contains(c.States, code) {
			c.States = append(c.States, code)
		}
	}
	if len(c.States) == 0 {
		return nil, errors.New("states is empty: name at least one state in which you are or were registered")
	}
	var err error
	if c.When, err = Day(when, today); err != nil {
		return nil, fmt.Errorf("when: %w", err)
	}
	if c.Quoted, err = details(quoted); err != nil {
		return nil, fmt.Errorf("quoted, %w", err)
	}
	if c.Boasted, err = details(boasted); err != nil {
		return nil, fmt.Errorf("boasted, %w", err)
	}
	if len(c.Quoted)+len(c.Boasted) == 0 {
		return nil, errors.New("quoted and boasted are both empty: say what the message claims to know")
	}
	c.Boasted = slices.DeleteFunc(c.Boasted, func(d Detail) bool { return slices.Contains(c.Quoted, d) })
	return c, nil
}

// State returns the code of a state that has a record of its public file. Its
// error does not repeat what was given.
func State(s string) (string, error) {
	if code, ok := catalogue.Jurisdiction(s); ok {
		return code, nil
	}
	var known []string
	for _, r := range catalogue.Records() {
		known = append(known, r.Jurisdiction[3:])
	}
	return "", errors.New("there is no such state in the catalogue; those known are " + strings.Join(known, " "))
}

// Day reads the date of a message, "" if it is not known.
func Day(s string, today catalogue.Date) (catalogue.Date, error) {
	if s == "" {
		return "", nil
	}
	d, err := catalogue.ParseDate(s)
	switch {
	case err != nil:
		return "", err
	case today != "" && d.First() > today.Last():
		return "", fmt.Errorf("the date %s has not come yet", s)
	}
	return d, nil
}

func details(names []string) ([]Detail, error) {
	var ds []Detail
	for n, name := range names {
		d, err := ParseDetail(name)
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", n+1, err)
		}
		if !slices.Contains(ds, d) {
			ds = append(ds, d)
		}
	}
	slices.Sort(ds)
	return ds, nil
}
