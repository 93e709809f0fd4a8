package hashing

// Classes of a byte in a name; a letter's class is its upper case.
const (
	nameSkip  = iota // vanishes: digits, hyphen, apostrophe, dot
	nameSpace        // vanishes, and may stand before a suffix
	nameMask         // * and #: two of them are a value overwritten
	nameHigh         // not ASCII
)

var nameClass = func() (t [256]byte) {
	for c := 'A'; c <= 'Z'; c++ {
		t[c], t[c+'a'-'A'] = byte(c), byte(c)
	}
	for c := 0x80; c <= 0xFF; c++ {
		t[c] = nameHigh
	}
	for _, c := range " \t\n\v\f\r," {
		t[c] = nameSpace
	}
	t['*'], t['#'] = nameMask, nameMask
	return t
}()

// SetFirst sets the first name: every letter of it, joined ("Mary Ann" is
// MARYANN). A suffix at its end goes to d.Suffix.
func (d *Details) SetFirst(raw []byte) {
	var suffix string
	d.First, suffix = d.name(raw, false)
	d.foundSuffix(suffix)
}

// SetLast sets the last name: every letter of it, joined ("O'Brien-Smith" is
// OBRIENSMITH, "de la Cruz" DELACRUZ). A suffix at its end goes to d.Suffix.
func (d *Details) SetLast(raw []byte) {
	var suffix string
	d.Last, suffix = d.name(raw, true)
	d.foundSuffix(suffix)
}

// SetMiddle sets the middle initial, the first letter of the middle name. NMN,
// NMI and NONE say that there is no middle name, and a suffix that fills the
// column is a suffix: a wrong initial would make a person's own record look
// like a namesake's.
func (d *Details) SetMiddle(raw []byte) {
	d.Initial = 0
	name, suffix := d.name(raw, false)
	if s := suffixWord(name); s != "" && s != "V" {
		name, suffix = nil, s
	}
	d.foundSuffix(suffix)
	switch string(name) {
	case "", "NMN", "NMI", "NONE":
		return
	}
	d.Initial = name[0]
}

// SetSuffix sets the suffix from a column of its own. It wins over a suffix
// found at the end of a name, whichever comes first.
func (d *Details) SetSuffix(raw []byte) {
	if len(raw) > maxField {
		return
	}
	var word [6]byte
	n := 0
	for _, c := range raw {
		c = upper(c)
		if !isUpper(c) && !isDigit(c) {
			continue
		}
		if n == len(word) {
			return
		}
		word[n] = c
		n++
	}
	switch s := string(word[:n]); s {
	case "JUNIOR":
		d.Suffix = "JR"
	case "SENIOR":
		d.Suffix = "SR"
	default:
		if s := suffixWord(word[:n]); s != "" {
			d.Suffix = s
		}
	}
}

func (d *Details) foundSuffix(suffix string) {
	if d.Suffix == "" {
		d.Suffix = suffix
	}
}

// name appends the letters of raw to the fields and returns them, with the
// suffix that stood at the end. Both are empty when raw holds no name. V is a
// suffix behind a last name; behind a first or middle name it is an initial.
func (d *Details) name(raw []byte, last bool) (name []byte, suffix string) {
	if len(raw) > maxField {
		return nil, ""
	}
	out := d.room(len(raw))
	n := 0
	for n < len(raw) && n < len(out) && nameClass[raw[n]] >= 'A' { // most names are letters only
		out[n] = nameClass[raw[n]]
		n++
	}
	masks, spaces := 0, 0
	for _, c := range raw[n:] {
		f := nameClass[c]
		if f >= 'A' {
			out[n] = f
			n++
			continue
		}
		switch f {
		case nameSpace:
			spaces++
		case nameMask:
			masks++
		case nameHigh:
			return d.name(d.ascii(raw), last)
		}
	}
	if spaces > 0 {
		var letters int
		if suffix, letters = suffixAtEnd(raw, n); suffix == "V" && !last {
			suffix = ""
		}
		if suffix != "" {
			n -= letters
		}
	}
	if n == 0 || masks > 1 || isNoName(out[:n]) {
		return nil, suffix
	}
	return d.keep(n), suffix
}

// isNoName reports whether a canonical name is a value overwritten, or the
// words Washington's file has for none. Other words are names unless a layout
// says otherwise: Null, Blank, Test and Private are people.
func isNoName(name []byte) bool {
	switch name[0] {
	case 'X':
		return isXRun(name)
	case 'V':
		return string(name) == "VOTERDIDNOTPROVIDEFIRSTNAME" || string(name) == "VOTERDIDNOTPROVIDELASTNAME"
	}
	return false
}

// suffixAtEnd returns the canonical suffix that ends an ASCII name of n letters
// as a word of its own, and how many of the letters are its. What is left must
// still be a name: one letter before a suffix that is nothing else, two before
// V, which is also an initial.
func suffixAtEnd(raw []byte, n int) (suffix string, letters int) {
	end := len(raw)
	for end > 0 && (raw[end-1] == '.' || nameClass[raw[end-1]] == nameSpace) {
		end--
	}
	var word [4]byte
	w, i := 0, end
	for ; i > 0 && nameClass[raw[i-1]] != nameSpace; i-- {
		if raw[i-1] == '.' { // "J.R."
			continue
		}
		if w == len(word) {
			return "", 0
		}
		w++
		word[len(word)-w] = upper(raw[i-1])
		if isUpper(upper(raw[i-1])) {
			letters++
		}
	}
	if i == 0 {
		return "", 0
	}
	suffix = suffixWord(word[len(word)-w:])
	left := n - letters
	if suffix == "" || left < 1 || suffix == "V" && left < 2 {
		return "", 0
	}
	return suffix, letters
}

// suffixWord returns the canonical spelling of a suffix in upper case, or "".
// The first of a name is no suffix in use, and I is an initial.
func suffixWord(word []byte) string {
	switch string(word) {
	case "JR":
		return "JR"
	case "SR":
		return "SR"
	case "II", "2ND":
		return "II"
	case "III", "3RD":
		return "III"
	case "IV", "4TH":
		return "IV"
	case "V", "5TH":
		return "V"
	}
	return ""
}
