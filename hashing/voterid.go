package hashing

// maxVoterID is more than any state's id or vendor's identifier takes.
const maxVoterID = 64

// SetVoterID sets the voter id: its letters and digits, in upper case. The
// letters of d.Jurisdiction's state in front of a number ("WA012345678",
// "OH0012345678") and leading zeros of a number are dropped, because Washington
// and Georgia wrote them in some releases and not in others. d.Jurisdiction
// must be set before. What has no digit other than 0 is no id.
func (d *Details) SetVoterID(raw []byte) {
	d.VoterID = nil
	raw = trimNumber(raw)
	if len(raw) > maxVoterID {
		return
	}
	out := d.room(len(raw))
	n, xs, masks, significant := 0, 0, 0, false
	for _, c := range raw {
		c = upper(c)
		if c == '*' || c == '#' {
			masks++
		}
		if !isUpper(c) && !isDigit(c) {
			continue
		}
		if c == 'X' {
			xs++
		} else {
			xs = 0
		}
		if xs == 3 || masks > 1 { // partly overwritten: "XXXXX1234"
			return
		}
		significant = significant || c >= '1' && c <= '9'
		out[n] = c
		n++
	}
	if !significant || masks > 1 {
		return
	}
	id := out[:n]
	if j := d.Jurisdiction; len(j) == 5 && n > 2 && string(id[:2]) == j[3:] {
		if _, rest := number(id[2:]); len(rest) == 0 {
			id = id[2:]
		}
	}
	if _, rest := number(id); len(rest) == 0 {
		for id[0] == '0' {
			id = id[1:]
		}
	}
	copy(out, id)
	d.VoterID = d.keep(len(id))
}
