package hashing

// SetFirst sets the first name.
func (d *Details) SetFirst(raw []byte) { d.First = d.name(raw) }

// SetLast sets the last name; a suffix at its end goes to d.Suffix.
func (d *Details) SetLast(raw []byte) { d.Last = d.name(raw) }

// SetMiddle sets the middle initial.
func (d *Details) SetMiddle(raw []byte) {
	if n := d.name(raw); len(n) > 0 {
		d.Initial = n[0]
	}
}

// SetSuffix sets the suffix.
func (d *Details) SetSuffix(raw []byte) { d.Suffix = string(raw) }

// SetAddressLine sets house number and street from one line.
func (d *Details) SetAddressLine(raw []byte) {}

// SetAddressParts sets house number and street from the columns of a file that has them apart.
func (d *Details) SetAddressParts(house, fraction, street []byte) {}

// SetZIP sets the ZIP code.
func (d *Details) SetZIP(raw []byte) {}

// SetPhone sets the phone number; area is the area code where it has a column of its own.
func (d *Details) SetPhone(area, raw []byte) {}

// SetEmail sets the e-mail address.
func (d *Details) SetEmail(raw []byte) {}

// SetVoterID sets the voter id; d.Jurisdiction must be set before.
func (d *Details) SetVoterID(raw []byte) {}

// SetBirth sets the birth date unless it is a placeholder or implausible on the day asOf (zero: unknown).
func (d *Details) SetBirth(date, asOf Date) { d.Birth = date }

func (d *Details) name(raw []byte) []byte {
	start := len(d.buf)
	for _, c := range raw {
		if c >= 'a' && c <= 'z' {
			c -= 32
		}
		if c >= 'A' && c <= 'Z' {
			d.buf = append(d.buf, c)
		}
	}
	return d.buf[start:len(d.buf):len(d.buf)]
}
