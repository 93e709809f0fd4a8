package voterfile

import (
	"bytes"
)

// wholeName cuts a name that stands in one column into surname, first and middle
// name, in one of the forms of [layouts.NameFormats]. Without a form, a comma
// says that the surname comes first, and no comma that it comes last. A suffix
// stays with the surname, where the canonical form of names looks for it.
func wholeName(v []byte, format string) (last, first, middle []byte) {
	v = bytes.TrimSpace(v)
	if before, after, ok := bytes.Cut(v, []byte{','}); ok && format != "first last" {
		first, middle = cutWord(bytes.TrimSpace(after))
		if len(first) > 0 && !isSuffix(first) {
			return bytes.TrimSpace(before), first, middle
		}
		v = before // "Jane Doe, Jr"
	}
	words := bytes.Fields(v)
	if n := len(words); n > 2 && isSuffix(words[n-1]) && format != "last first" {
		words = words[:n-1]
	}
	n := len(words)
	if n < 2 {
		return nil, nil, nil // one word says neither
	}
	if format == "last first" {
		last, rest := cutWord(v)
		first, middle = cutWord(rest)
		return last, first, middle
	}
	first = words[0]
	last = words[n-1]
	if len(bytes.Trim(last, ".")) == 1 { // "KING ELIZABETH H": no surname is a letter
		return words[0], words[1], bytes.Join(words[2:], []byte{' '})
	}
	// A particle belongs to the surname: "Maria de la Cruz".
	at := n - 1
	for at > 1 && isParticle(words[at-1]) {
		at--
	}
	if at < n-1 {
		last = bytes.Join(words[at:], []byte{' '})
	}
	return last, first, bytes.Join(words[1:at], []byte{' '})
}

// cutWord returns the first word of v and what follows it.
func cutWord(v []byte) (word, rest []byte) {
	if i := bytes.IndexByte(v, ' '); i >= 0 {
		return v[:i], bytes.TrimSpace(v[i+1:])
	}
	return v, nil
}

func isSuffix(word []byte) bool {
	switch string(bytes.ToUpper(bytes.Trim(word, ".,"))) {
	case "JR", "SR", "II", "III", "IV", "V":
		return true
	}
	return false
}

// isParticle reports whether a word is the beginning of a surname of several
// words in Spanish, Portuguese, French, Italian, Dutch or German.
func isParticle(word []byte) bool {
	switch string(bytes.ToUpper(word)) {
	case "DE", "DEL", "DELLA", "DI", "DA", "DOS", "DAS", "DU", "LA", "LAS", "LOS", "LE", "VAN", "VON", "DER", "DEN", "TER", "TEN", "ST", "ST.", "SAN", "SANTA":
		return true
	}
	return false
}

// wholeAddress cuts an address that stands in one column into its street line
// and its ZIP code: five digits, or nine, at the end, perhaps with a country
// behind them. The street line ends at the first comma or, where there is none,
// before the ZIP code: the place then stays with it, since nothing in the text
// tells where it begins, and no key is made of such a line.
func wholeAddress(v []byte) (line, zip []byte) {
	v = bytes.TrimSpace(v)
	v = bytes.TrimSuffix(bytes.TrimSuffix(v, []byte("USA")), []byte("US"))
	v = bytes.TrimRight(v, " ,")
	start := len(v)
	for start > 0 && (isDigit(v[start-1]) || v[start-1] == '-') {
		start--
	}
	if code := v[start:]; start > 0 && len(code) >= 5 && len(code) <= 10 && isDigit(code[0]) {
		zip = code
	}
	line, _, comma := bytes.Cut(v, []byte{','})
	if !comma {
		line = nil
	}
	return bytes.TrimSpace(line), zip
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
