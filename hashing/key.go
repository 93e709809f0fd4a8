package hashing

// KeyType is a kind of match key. Its number is part of every hashed input.
type KeyType uint8

// The match keys of version rc1, with frozen numbers. See CANONICAL.md.
const (
	NameDOB     KeyType = 1 // last, first, birth date
	NameYOBZIP  KeyType = 2 // last, first, birth year, ZIP5
	NameAddress KeyType = 3 // last, first, house number, street core, ZIP5
	NameZIP     KeyType = 4 // last, first, ZIP5
	VoterID     KeyType = 5 // jurisdiction, voter id, last
	Phone       KeyType = 6 // last, phone
	Email       KeyType = 7 // last, e-mail address
	numKeyTypes         = 8
)

// NumKeyTypes is one more than the largest key type, for tables indexed by it.
const NumKeyTypes = numKeyTypes

var keyNames = [numKeyTypes]string{"", "name-dob", "name-yob-zip", "name-address", "name-zip", "voter-id", "phone", "email"}

// KeyTypes returns every key type in number order.
func KeyTypes() []KeyType {
	return []KeyType{NameDOB, NameYOBZIP, NameAddress, NameZIP, VoterID, Phone, Email}
}

// String returns the name used on the command line and in JSON ("name-dob").
func (t KeyType) String() string {
	if t == 0 || t >= numKeyTypes {
		return "unknown"
	}
	return keyNames[t]
}

// Title returns what the key is made of, for sentences ("name and birth date").
func (t KeyType) Title() string {
	if t >= numKeyTypes {
		return ""
	}
	return keyTitles[t]
}

var keyTitles = [numKeyTypes]string{
	NameDOB:     "name and birth date",
	NameYOBZIP:  "name, year of birth and ZIP code",
	NameAddress: "name and home address",
	NameZIP:     "name and ZIP code",
	VoterID:     "voter id",
	Phone:       "last name and phone number",
	Email:       "last name and e-mail address",
}

// AppendKey appends the hashed input x of d's key of type t to dst:
//
//	x = "rc1" | u8 key type | for each field: u16 big-endian length | bytes
//
// It reports false, and appends nothing, when d lacks a field of the key.
func (d *Details) AppendKey(dst []byte, t KeyType) ([]byte, bool) {
	if len(d.Last) == 0 {
		return dst, false
	}
	switch t {
	case NameDOB, NameYOBZIP, NameAddress, NameZIP:
		if len(d.First) == 0 {
			return dst, false
		}
	}
	switch t {
	case NameDOB:
		if d.Birth.Precision() != PrecisionDay {
			return dst, false
		}
		dst = appendHead(dst, t)
		dst = appendField(appendField(dst, d.Last), d.First)
		return d.Birth.appendISO(appendLen(dst, 10)), true
	case NameYOBZIP:
		if d.Birth.Year == 0 || len(d.ZIP) == 0 {
			return dst, false
		}
		dst = appendHead(dst, t)
		dst = appendField(appendField(dst, d.Last), d.First)
		dst = appendYear(appendLen(dst, 4), d.Birth.Year)
		return appendField(dst, d.ZIP), true
	case NameAddress:
		if len(d.House) == 0 || len(d.Street) == 0 || len(d.ZIP) == 0 {
			return dst, false
		}
		dst = appendHead(dst, t)
		dst = appendField(appendField(dst, d.Last), d.First)
		return appendField(appendField(appendField(dst, d.House), d.Street), d.ZIP), true
	case NameZIP:
		if len(d.ZIP) == 0 {
			return dst, false
		}
		dst = appendHead(dst, t)
		return appendField(appendField(appendField(dst, d.Last), d.First), d.ZIP), true
	case VoterID:
		if len(d.VoterID) == 0 || d.Jurisdiction == "" {
			return dst, false
		}
		dst = appendHead(dst, t)
		dst = append(appendLen(dst, len(d.Jurisdiction)), d.Jurisdiction...)
		return appendField(appendField(dst, d.VoterID), d.Last), true
	case Phone:
		if len(d.Phone) == 0 {
			return dst, false
		}
		dst = appendHead(dst, t)
		return appendField(appendField(dst, d.Last), d.Phone), true
	case Email:
		if len(d.Email) == 0 {
			return dst, false
		}
		dst = appendHead(dst, t)
		return appendField(appendField(dst, d.Last), d.Email), true
	}
	return dst, false
}

func appendHead(dst []byte, t KeyType) []byte {
	return append(append(dst, Version...), byte(t))
}

func appendLen(dst []byte, n int) []byte {
	return append(dst, byte(n>>8), byte(n))
}

// appendField appends b with its length. Canonical fields are shorter than
// 65,536 bytes (see maxField), so the length never wraps.
func appendField(dst, b []byte) []byte {
	return append(appendLen(dst, len(b)), b...)
}
