package hashing

// SetAddressLine sets house number and street from one line ("123 1/2 N Main
// St Apt 4"). A line without a house number (a post office box, a rural route,
// a withheld address) leaves both empty: nothing could be matched by it.
func (d *Details) SetAddressLine(raw []byte) {
	d.House, d.Street = nil, nil
	d.tmp = d.tmp[:0]
	if d.line(raw) {
		d.address()
	}
}

// SetAddressParts sets house number and street from the columns of a file that
// has them apart: house number, fraction or letter of it, and street. It gives
// what [Details.SetAddressLine] gives for the same address in one line. street
// may hold directionals, type and unit or not; where the type has a column of
// its own, it is best passed behind the name with a space between, since a type
// that is as often part of a name ("Ridge") is only dropped by those who know
// it for a type.
func (d *Details) SetAddressParts(house, fraction, street []byte) {
	d.House, d.Street = nil, nil
	d.tmp = d.tmp[:0]
	if house = trimNumber(house); len(house) == 0 {
		return // or the street's own number would be taken: "5 Avenue"
	}
	if d.line(house) && d.line(fraction) && d.line(street) {
		d.address()
	}
}

// Classes of a byte in an address. Letters (in upper case) and digits are their
// own.
const (
	lineSpace = ' ' // separates words
	lineEnd   = ',' // ends the street
	lineUnit  = '#' // begins a unit
	lineJoin  = '-' // joins the parts of a house number; elsewhere separates
	lineSlash = '/' // makes a fraction; elsewhere separates
	lineMask  = '*' // overwritten
	lineSkip  = 0   // vanishes
)

var lineClass = func() (t [256]byte) {
	for c := range t {
		t[c] = lineSpace
	}
	for c := 'A'; c <= 'Z'; c++ {
		t[c], t[c+'a'-'A'] = byte(c), byte(c)
	}
	for _, c := range "0123456789,#-/*" {
		t[c] = byte(c)
	}
	t[';'], t['\n'], t['\''], t['`'] = lineEnd, lineEnd, lineSkip, lineSkip
	return t
}()

// line appends raw to the scratch buffer as a line of an address: upper case,
// apostrophes gone, other punctuation as spaces, a space at the end. It reports
// false when raw is too long or overwritten with asterisks.
func (d *Details) line(raw []byte) bool {
	if len(raw) > maxField {
		return false
	}
	start := len(d.tmp)
	if isASCII(raw) {
		d.tmp = append(d.tmp, raw...)
	} else {
		d.tmp = appendASCII(d.tmp, raw)
	}
	text := d.tmp[start:]
	n, masks := 0, 0
	for _, c := range text {
		c = lineClass[c]
		if c == lineSkip {
			continue
		}
		if c == lineMask {
			masks++
			c = lineSpace
		}
		text[n] = c
		n++
	}
	d.tmp = append(d.tmp[:start+n], lineSpace)
	return masks < 2
}

// address sets house number and street from the line in the scratch buffer.
func (d *Details) address() {
	house, rest, ok := parseHouse(d.tmp)
	if !ok {
		return
	}
	if d.toks == nil {
		d.toks = make([]token, maxTokens)
	}
	toks := streetTokens(cutTokens(d.toks, rest))
	if len(toks) > 1 && house.takesLetter() && isHouseLetter(toks[0]) && toks[1].kind&isType == 0 {
		house.letter = toks[0].text[0]
		toks = toks[1:]
	}
	toks = trimStreet(toks)
	if len(toks) == 0 {
		return
	}
	n := house.write(d.room(house.maxLen()))
	if n == 0 {
		return
	}
	number := d.keep(n)
	if n = writeStreet(d.room(streetLen(toks)), toks); n > 0 {
		d.House, d.Street = number, d.keep(n)
	}
}
