package hashing

import "bytes"

// maxHouse is more than any house number takes ("N112W16234" has ten).
const maxHouse = 16

// houseNumber is the number of an address in its parts, as slices of the line.
type houseNumber struct {
	base   []byte  // "123", "123A", "12-34", "N6W23001"
	grid   []byte  // "W23001" of "N6 W23001"
	letter byte    // "A" of "123 A Main St"
	frac   [2]byte // of "123 1/2": '1' and '2'
}

// parseHouse takes the house number off the front of a line. It reports false
// when the line does not begin with one: it must have a digit first or second,
// and be no ordinal ("5th Ave").
func parseHouse(line []byte) (h houseNumber, rest []byte, ok bool) {
	first, rest := nextWord(line)
	h.base = first
	if slash := bytes.IndexByte(first, lineSlash); slash >= 0 {
		h.base = first[:slash]
		if f, isFrac := fraction(first[max(slash-1, 0):]); isFrac { // "123-1/2"; "1231/2" could be anything
			switch {
			case slash == 1:
				return h, nil, false // a fraction of nothing
			case first[slash-2] == lineJoin:
				h.base, h.frac = first[:slash-2], f
			}
		}
	}
	h.base = bytes.Trim(h.base, "-")
	if !isHouse(h.base) {
		return h, nil, false
	}
	next, after := nextWord(rest)
	if isGrid(h.base) && isGrid(next) {
		h.grid, rest = next, after
		next, after = nextWord(rest)
	}
	if f, isFrac := fraction(next); isFrac && h.frac[0] == 0 {
		h.frac, rest = f, after
	}
	return h, rest, true
}

// nextWord splits the first word off a line, with the hyphens and slashes in
// it. Commas before it are skipped: some write one behind the house number.
func nextWord(line []byte) (word, rest []byte) {
	i := 0
	for i < len(line) && (line[i] == lineSpace || line[i] == lineEnd) {
		i++
	}
	start := i
	for i < len(line) && (isUpper(line[i]) || isDigit(line[i]) || line[i] == lineJoin || line[i] == lineSlash) {
		i++
	}
	return line[start:i], line[i:]
}

// fraction reads "1/2": one digit over a greater one.
func fraction(b []byte) (f [2]byte, ok bool) {
	if len(b) != 3 || b[1] != lineSlash || b[0] < '1' || !isDigit(b[2]) || b[0] >= b[2] {
		return f, false
	}
	return [2]byte{b[0], b[2]}, true
}

func isHouse(b []byte) bool {
	if len(b) == 0 || len(b) > maxHouse {
		return false
	}
	digits := 0 // before the first that is none, hyphens aside
	var tail [3]byte
	n := 0
	for i, c := range b {
		switch {
		case c == lineJoin:
		case isDigit(c) && n == 0:
			digits++
		case i == 0: // one letter may come before the digits: "N6W23001", "A12"
			if len(b) == 1 || !isDigit(b[1]) {
				return false
			}
			n = len(tail) // so no ordinal
		case n < len(tail):
			tail[n] = c
			n++
		}
	}
	return (digits > 0 || n == len(tail)) && !(n == 2 && isOrdinalEnd(tail[:2]))
}

// isGrid reports whether b is one half of a grid number as in Wisconsin and
// Illinois: a compass letter and digits.
func isGrid(b []byte) bool {
	if len(b) < 2 || b[0] != 'N' && b[0] != 'S' && b[0] != 'E' && b[0] != 'W' {
		return false
	}
	_, rest := number(b[1:])
	return len(rest) == 0
}

// takesLetter reports whether a letter of its own may belong to the number.
func (h *houseNumber) takesLetter() bool {
	return isDigit(h.base[len(h.base)-1]) && len(h.grid) == 0
}

// isHouseLetter reports whether a word is a letter as house numbers have it: not
// one that means something else: N, S, E, W, the O of O BRIEN, the U of U S.
func isHouseLetter(t token) bool {
	return t.kind == isLetter
}

func (h *houseNumber) maxLen() int { return len(h.base) + len(h.grid) + len("A-1/2") }

// write writes the canonical number to out and returns its length: without
// hyphens and leading zeros, the letter joined, the fraction behind a hyphen. A
// number of zeros is none. Hyphens go because as many leave them out as write
// them ("12-34" and "1234" in Queens).
func (h *houseNumber) write(out []byte) int {
	n, significant := 0, false
	for _, part := range [2][]byte{h.base, h.grid} {
		for _, c := range part {
			if c != lineJoin {
				out[n] = c
				n++
			}
			significant = significant || c >= '1' && c <= '9'
		}
	}
	if !significant {
		return 0
	}
	zeros := 0
	for out[zeros] == '0' && isDigit(out[zeros+1]) {
		zeros++
	}
	n = copy(out, out[zeros:n])
	if h.letter != 0 {
		out[n] = h.letter
		n++
	}
	if h.frac[0] != 0 {
		n += copy(out[n:], []byte{lineJoin, h.frac[0], lineSlash, h.frac[1]})
	}
	return n
}
