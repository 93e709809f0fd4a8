package compare

import (
	"bytes"
	"strings"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex/voterfile"
)

// Field is something that two rows of one person can agree on. Each is compared
// in canonical form, so that what differs between layouts (order, case, codes,
// the writing of dates) is no difference.
type Field uint8

// The fields. The zero value is none.
const (
	_ Field = iota
	Last
	First
	Middle // initial
	Suffix
	BirthDate
	BirthYear
	Address // house number and street, without unit
	ZIP
	City
	County
	Mailing // line and ZIP code
	Phone
	Email
	Sex
	Race
	Party
	VoterID
	RegistrationDate
	Status
	Precinct
	Congressional
	LastVote
	numFields
)

// NumFields is one more than the largest field, for tables indexed by it.
const NumFields = int(numFields)

var fieldNames = [NumFields]string{
	Last: "last", First: "first", Middle: "middle_initial", Suffix: "suffix", BirthDate: "birth_date", BirthYear: "birth_year",
	Address: "address", ZIP: "zip", City: "city", County: "county", Mailing: "mailing_address", Phone: "phone", Email: "email",
	Sex: "sex", Race: "race", Party: "party", VoterID: "voter_id", RegistrationDate: "registration_date", Status: "status",
	Precinct: "precinct", Congressional: "congressional_district", LastVote: "last_vote_date",
}

var fieldTitles = [NumFields]string{
	Last: "surname", First: "first name", Middle: "middle initial", Suffix: "name suffix", BirthDate: "birth date", BirthYear: "birth year",
	Address: "house number and street", ZIP: "ZIP code", City: "city", County: "county", Mailing: "mailing address", Phone: "telephone number", Email: "e-mail address",
	Sex: "sex", Race: "race", Party: "party", VoterID: "voter id", RegistrationDate: "registration date", Status: "status",
	Precinct: "precinct", Congressional: "congressional district", LastVote: "date of last vote",
}

// Fields returns every field, in order.
func Fields() []Field {
	all := make([]Field, 0, NumFields-1)
	for f := Last; f < numFields; f++ {
		all = append(all, f)
	}
	return all
}

// String returns the name used in JSON ("registration_date").
func (f Field) String() string { return fieldNames[f] }

// Title returns the words of reports ("registration date").
func (f Field) Title() string { return fieldTitles[f] }

// Mutable reports whether a living voter's value changes in the ordinary course
// of things, so that it dates a copy.
func (f Field) Mutable() bool {
	switch f {
	case Last, Address, ZIP, City, County, Mailing, Phone, Email, Party, Status, Precinct, Congressional, LastVote:
		return true
	}
	return false
}

// A print is 16 bits of a value in canonical form; 0 stands for no value. Two
// different values have one print once in 65,535.
type print uint16

// values are the prints of one row: of its fields, and one that only dating asks for.
type values [NumFields + 1]print

// ageOf is the place of the age in values. An age is compared with nothing: it
// differs by when it was asked for.
const ageOf = numFields

// A valuer makes the prints of the rows of one file, for one goroutine.
type valuer struct {
	codes []codes // by member: its own and lent ones
	known [field.NumRoles]map[string]print
	short [field.NumRoles][shortCodes]shortCode // likewise, of the codes that fit a word
	buf   []byte
}

// newValuer returns the valuer of a file, the n-th of those whose codes are in books,
// which may be nil.
func newValuer(members []voterfile.Member, books *codebooks, n int) *valuer {
	v := &valuer{codes: make([]codes, len(members))}
	made := map[*layouts.Layout]codes{}
	for i, m := range members {
		l := m.Match.Layout
		if made[l] == nil {
			made[l] = books.lend(n, codesOf(l))
		}
		v.codes[i] = made[l]
	}
	return v
}

func codesOf(l *layouts.Layout) codes {
	if l == nil {
		return nil
	}
	return l.Codes
}

// fill makes the prints of a row.
func (v *valuer) fill(rec *voterfile.Record, out *values) {
	*out = values{}
	out[Last], out[First] = printOf(rec.Last), printOf(rec.First)
	if rec.Initial != 0 {
		out[Middle] = print(rec.Initial)
	}
	if rec.Suffix != "" {
		out[Suffix] = printOf([]byte(rec.Suffix))
	}
	if rec.Birth.Year != 0 {
		out[BirthYear] = print(rec.Birth.Year)
		if rec.Birth.Precision() == hashing.PrecisionDay {
			out[BirthDate] = datePrint(rec.Birth)
		}
	}
	if len(rec.Street) > 0 {
		v.buf = append(append(append(v.buf[:0], rec.House...), ' '), rec.Street...)
		out[Address] = printOf(v.buf)
	}
	out[ZIP], out[Phone], out[Email], out[VoterID] = printOf(rec.ZIP), printOf(rec.Phone), printOf(rec.Email), printOf(rec.VoterID)
	out[City] = v.letters(rec.Value(field.City))
	out[Mailing] = v.mailing(rec)
	out[Precinct], out[Congressional] = v.number(rec.Value(field.RolePrecinct)), v.number(rec.Value(field.CongressionalDistrict))
	out[Sex], out[Race] = v.coded(rec, field.RoleSex), v.coded(rec, field.RoleRace)
	out[Party], out[Status], out[County] = v.coded(rec, field.RoleParty), v.coded(rec, field.RoleStatus), v.coded(rec, field.CountyID)
	if d, ok := rec.Date(field.RoleRegistrationDate); ok {
		out[RegistrationDate] = datePrint(d)
	}
	if d, ok := rec.Date(field.LastVoteDate); ok {
		out[LastVote] = datePrint(d)
	}
	out[ageOf] = agePrint(rec.Value(field.RoleAge))
}

// agePrint is the age itself, of the ages that voters have.
func agePrint(b []byte) print {
	n := print(0)
	for _, c := range b {
		if c < '0' || c > '9' || n > 100 {
			return 0
		}
		n = 10*n + print(c-'0')
	}
	if n < 16 || n > 120 {
		return 0
	}
	return n
}

// letters compares words by their letters and digits alone.
func (v *valuer) letters(b []byte) print {
	v.buf = appendLetters(v.buf[:0], b)
	return printOf(v.buf)
}

// number compares numbers of districts without leading zeros.
func (v *valuer) number(b []byte) print {
	v.buf = appendLetters(v.buf[:0], b)
	if trimmed := bytes.TrimLeft(v.buf, "0"); len(trimmed) > 0 {
		return printOf(trimmed)
	}
	return printOf(v.buf)
}

func (v *valuer) mailing(rec *voterfile.Record) print {
	line := rec.Value(field.MailAddressLine)
	if line == nil {
		return 0
	}
	zip := rec.Value(field.MailZIP)
	v.buf = appendLetters(append(appendLetters(v.buf[:0], line), ' '), zip[:min(5, len(zip))])
	return printOf(v.buf)
}

// coded compares what a code means, by the file's own layout or else by that of
// another file.
func (v *valuer) coded(rec *voterfile.Record, role field.Role) print {
	b := rec.Value(role)
	if b == nil {
		return 0
	}
	var short *shortCode
	word, fits := wordOf(rec.Member, b)
	if fits {
		short = &v.short[role][word*0x9e3779b97f4a7c15>>(64-shortBits)]
		if short.word == word {
			return short.print
		}
	}
	p := v.longer(rec, role, b)
	if fits {
		*short = shortCode{word, p}
	}
	return p
}

// shortCode is the print of a code that was seen before: a lookup in place of one
// in a map, which rows are too many for.
type shortCode struct {
	word  uint64
	print print
}

const (
	shortBits  = 7
	shortCodes = 1 << shortBits
)

// wordOf packs a code of up to six bytes and its member, of the first 255; never to 0.
func wordOf(member int, b []byte) (w uint64, ok bool) {
	if len(b) > 6 || member >= 255 {
		return 0, false
	}
	for _, c := range b {
		w = w<<8 | uint64(c)
	}
	return w | uint64(len(b))<<48 | uint64(member+1)<<56, true
}

func (v *valuer) longer(rec *voterfile.Record, role field.Role, b []byte) print {
	if v.known[role] == nil || len(v.known[role]) > 4096 {
		v.known[role] = map[string]print{}
	}
	v.buf = append(append(v.buf[:0], byte(rec.Member), byte(rec.Member>>8)), b...)
	p, ok := v.known[role][string(v.buf)]
	if !ok {
		p = printOf([]byte(meaning(role, string(b), v.codes[rec.Member])))
		v.known[role][string(v.buf)] = p
	}
	return p
}

// meaning returns what a value of a coded column stands for, in one word where
// publishers have many: codes come from the layout, words as they are.
func meaning(role field.Role, value string, codes codes) string {
	said := spelled(role, value, codes)
	words := string(appendLetters(nil, []byte(said)))
	if m := initials[role][words]; m != "" {
		return m
	}
	for _, w := range wordings[role] {
		if strings.Contains(words, w.has) {
			return w.means
		}
	}
	switch {
	case role == field.RoleSex && words != "":
		return words[:1]
	case role == field.CountyID:
		return strings.TrimSuffix(words, "COUNTY")
	}
	return words
}

// spelled returns what a value of a coded column stands for, as the layout says it;
// the value itself if it says nothing.
func spelled(role field.Role, value string, codes codes) string {
	for code, m := range codes[role.String()] {
		if strings.EqualFold(code, value) {
			return m
		}
	}
	return value
}

// wordings are parts of the meanings of codes, the first that fits counts: what
// publishers call the same thing differs by state ("Florida Democratic Party").
var wordings = map[field.Role][]struct{ has, means string }{
	field.RoleParty: {
		{"DEMOCRAT", "DEM"}, {"REPUBLICAN", "REP"}, {"LIBERTARIAN", "LIB"}, {"GREEN", "GRE"}, {"CONSTITUTION", "CON"},
		{"NOPARTY", "NONE"}, {"UNAFFILIATED", "NONE"}, {"UNENROLLED", "NONE"}, {"NONPARTISAN", "NONE"}, {"UNDECLARED", "NONE"}, {"NOAFFILIATION", "NONE"},
	},
	field.RoleStatus: {{"INACTIVE", "INACTIVE"}, {"ACTIVE", "ACTIVE"}, {"CANCEL", "CANCELLED"}, {"REMOVED", "CANCELLED"}, {"SUSPEN", "SUSPENDED"}, {"PENDING", "PENDING"}},
	field.RoleRace: {
		{"NATIVEHAWAI", "PACIFIC"}, {"CAUCASIAN", "WHITE"}, {"ASIAN", "ASIAN"}, {"PACIFIC", "PACIFIC"}, {"BLACK", "BLACK"}, {"AFRICAN", "BLACK"}, {"WHITE", "WHITE"},
		{"HISPANIC", "HISPANIC"}, {"LATIN", "HISPANIC"}, {"INDIAN", "NATIVE"}, {"NATIVE", "NATIVE"}, {"MULTI", "SEVERAL"}, {"TWOORMORE", "SEVERAL"}, {"OTHER", "OTHER"},
	},
}

// initials are codes that a layout need not explain: those who make a file of their
// own cut words down to them.
var initials = map[field.Role]map[string]string{
	field.RoleParty:  {"D": "DEM", "R": "REP"},
	field.RoleStatus: {"A": "ACTIVE", "ACT": "ACTIVE", "I": "INACTIVE", "INA": "INACTIVE"},
}

// appendLetters appends the letters and digits of b, letters in upper case, and
// bytes beyond ASCII as they are.
func appendLetters(dst, b []byte) []byte {
	for _, c := range b {
		switch {
		case c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
			fallthrough
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c >= 0x80:
			dst = append(dst, c)
		}
	}
	return dst
}

// printOf folds the 64-bit FNV-1a hash (RFC 9923) of a value.
func printOf(b []byte) print {
	if len(b) == 0 {
		return 0
	}
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	h ^= h >> 32
	h ^= h >> 16
	return max(print(h), 1)
}

// The years whose days have prints of their own.
const (
	firstPrinted = 1900
	lastPrinted  = 2069
)

// datePrint is exact for the days of these years: no two of them have one print,
// and later days have larger ones. Dates of other years share those of day 0, of
// which there are two thousand.
func datePrint(d hashing.Date) print {
	if d.Year < firstPrinted || d.Year > lastPrinted {
		return max(printOf([]byte{byte(d.Year), byte(d.Year >> 8), d.Month, d.Day})&^31, 32)
	}
	return max(print((int(d.Year)-firstPrinted)*384+int(d.Month)*32+int(d.Day)), 1)
}

// isDay reports whether the print of a date is that of a day.
func isDay(p print) bool { return p > 32 && p%32 > 0 && p < (lastPrinted+1-firstPrinted)*384+32 }

// printedDay returns the day that has the print.
func printedDay(p print) hashing.Date {
	months := int(p/32) - 1
	return hashing.Date{Year: uint16(firstPrinted + months/12), Month: uint8(1 + months%12), Day: uint8(p % 32)}
}
