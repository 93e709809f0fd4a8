package hashing

// SetZIP sets the ZIP code: five digits of "12345", "12345-6789" or
// "123456789". Numbers short of their leading zeros ("2134" of Massachusetts)
// get them back. 00000 to 00500 are not assigned and 99999 is a placeholder.
func (d *Details) SetZIP(raw []byte) {
	d.ZIP = nil
	if len(raw) > maxField {
		return
	}
	digits, rest := number(trimNumber(raw))
	if len(digits) > 5 && len(rest) == 0 && len(digits) <= 9 { // ZIP+4 without its hyphen
		digits, rest = digits[:len(digits)-4], digits[len(digits)-4:]
	}
	if len(digits) < 3 || len(digits) > 5 || !isPlus4(rest) {
		return
	}
	if v := value(digits[:len(digits)-1])*10 + int(digits[len(digits)-1]-'0'); v <= 500 || v == 99999 {
		return
	}
	out := d.room(5)
	n := 5 - len(digits)
	copy(out, "00"[:n])
	copy(out[n:], digits)
	d.ZIP = d.keep(5)
}

// isPlus4 reports whether b is what may follow the five digits: nothing, or a
// hyphen or space and up to four digits. Four bare digits are the rest of nine.
func isPlus4(b []byte) bool {
	for len(b) > 0 && (b[0] == '-' || b[0] == ' ') {
		b = b[1:]
	}
	_, rest := number(b)
	return len(b) <= 4 && len(rest) == 0
}
