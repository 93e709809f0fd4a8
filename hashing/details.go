package hashing

// Details is what is known of one person, in canonical form (CANONICAL.md). The
// zero value is ready; setters take raw bytes as a roll or a person gives them
// and leave the field empty when nothing usable is in them. Fields are slices
// into a buffer of the Details' own, valid until [Details.Reset], so that a
// reader can fill one Details row after row without allocating. Setters do not
// keep raw. A Details is not safe for concurrent use.
type Details struct {
	First, Last  []byte // A-Z
	Initial      byte   // middle initial 'A' to 'Z', 0 if none
	Suffix       string // "JR", "SR", "II" to "V" or "": shown as a conflict, never hashed
	Birth        Date
	House        []byte // house number "123", "123A", "N6W23001", "123-1/2"; set only together with Street
	Street       []byte // street name without type, directional or unit: A-Z0-9
	ZIP          []byte // five digits
	Phone        []byte // ten digits
	Email        []byte
	VoterID      []byte // A-Z0-9
	Jurisdiction string // "US-FL": of the registration; scopes the voter id

	buf  []byte  // the fields
	tmp  []byte  // scratch of one setter
	toks []token // scratch of the address setters
}

// maxField bounds every input and every canonical field, so that a field's
// length fits its u16 prefix with room to spare. Longer input is not usable.
const maxField = 1 << 10

// Reset empties d and keeps its buffers.
func (d *Details) Reset() {
	d.First, d.Last, d.House, d.Street = nil, nil, nil, nil
	d.ZIP, d.Phone, d.Email, d.VoterID = nil, nil, nil, nil
	d.Initial, d.Suffix, d.Birth, d.Jurisdiction = 0, "", Date{}, ""
	d.buf = d.buf[:0]
}

// room returns n bytes behind the fields set so far, to build the next one in;
// [Details.keep] makes it one. Fields already set stay where they are when the
// buffer is replaced.
func (d *Details) room(n int) []byte {
	if cap(d.buf)-len(d.buf) < n {
		d.buf = make([]byte, 0, max(2*cap(d.buf), n, 512))
	}
	return d.buf[len(d.buf) : len(d.buf)+n]
}

func (d *Details) keep(n int) []byte {
	start := len(d.buf)
	d.buf = d.buf[:start+n]
	return d.buf[start : start+n : start+n]
}
