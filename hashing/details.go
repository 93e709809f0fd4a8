package hashing

// Details is what is known of one person, in canonical form. The zero value is
// ready; setters take raw bytes as a roll or a person gives them and leave the
// field empty when nothing usable is in them. Fields are slices into a buffer of
// the Details' own, valid until [Details.Reset], so that a reader can fill one
// Details row after row without allocating.
type Details struct {
	First, Last  []byte // A-Z
	Initial      byte   // middle initial 'A' to 'Z', 0 if none
	Suffix       string // "JR", "SR", "II" ...: shown as a conflict, never hashed
	Birth        Date
	House        []byte // house number with its letter, hyphen or fraction
	Street       []byte // street name without type, directional or unit
	ZIP          []byte // five digits
	Phone        []byte // ten digits
	Email        []byte
	VoterID      []byte
	Jurisdiction string // "US-FL": of the registration; scopes the voter id

	buf []byte
}

// maxField bounds every canonical field, so that a field's length fits its u16
// prefix with room to spare. Longer input is not usable.
const maxField = 1 << 10

// Reset empties d and keeps its buffer.
func (d *Details) Reset() {
	*d = Details{buf: d.buf[:0]}
}
