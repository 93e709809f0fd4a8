package hashing

// token is one word of a street: letters and digits as they stand in the line,
// and what words says of it.
type token struct {
	text []byte
	word *word // nil for a word that is only itself
	kind wordKind
}

// maxTokens bounds the words of a street. A longer line is no address.
const maxTokens = 32

var saint, doctor = &word{to: "SAINT"}, &word{to: "DOCTOR"}

// cutTokens cuts the rest of a line behind the house number into words, up to
// the unit sign or the comma behind the first word. It fills toks, which has
// room for maxTokens, in place: copying tokens costs more than finding them.
func cutTokens(toks []token, line []byte) []token {
	n := 0
	for i := 0; i < len(line); {
		c := line[i]
		if !isUpper(c) && !isDigit(c) {
			if c == lineUnit || c == lineEnd && n > 0 {
				break
			}
			i++
			continue
		}
		start := i
		var kind wordKind
		for ; i < len(line); i++ {
			if c := line[i]; isDigit(c) {
				kind = hasDigit
			} else if !isUpper(c) {
				break
			}
		}
		if n == len(toks) {
			return nil
		}
		t := &toks[n]
		n++
		t.text, t.word = line[start:i], nil
		if kind == 0 {
			if i-start == 1 {
				kind = isLetter
			}
			if w := findWord(t.text); w != nil {
				t.word = w
				kind |= w.kind
			}
		}
		t.kind = kind
	}
	return toks[:n]
}

// streetTokens settles ST and DR, which are two words each, and cuts off the
// unit and the directionals behind the street.
func streetTokens(toks []token) []token {
	front := true // only directionals so far
	for i := range toks[:max(len(toks)-1, 0)] {
		t := &toks[i]
		if t.kind&isType != 0 && len(t.text) == 2 && toks[i+1].kind == 0 {
			switch {
			case string(t.text) == "ST": // "St Johns Ave", "Old St Augustine Rd"
				t.word, t.kind = saint, 0
			case string(t.text) == "DR" && front: // "Dr Martin Luther King Blvd"
				t.word, t.kind = doctor, 0
			}
		}
		front = front && t.kind&isDir != 0
	}
	toks = toks[:unitStart(toks)]
	for len(toks) > 1 && toks[len(toks)-1].kind&isDir != 0 {
		toks = toks[:len(toks)-1]
	}
	return toks
}

// unitStart returns the index of the word at which the unit begins.
func unitStart(toks []token) int {
	for i := range toks {
		kind, next := toks[i].kind, wordKind(0)
		last := i == len(toks)-1
		if !last {
			next = toks[i+1].kind
		}
		switch {
		case kind&(isUnit|isUnitID|isUnitEnd|isBox|hasDigit|isLetter) == 0:
		case kind&isBox != 0 && next&hasDigit != 0 && isBoxWord(toks[i]):
			for i > 0 && toks[i-1].kind&isBox != 0 {
				i--
			}
			return i
		case i == 0:
		case kind&isUnit != 0,
			kind&isUnitID != 0 && (next&(hasDigit|isLetter) != 0 || last && behindWay(toks[:i])),
			kind&isUnitEnd != 0 && behindWay(toks[:i]),
			kind&hasDigit != 0 && behindWay(toks[:i]),                            // "Main St 4B"
			kind&isLetter != 0 && last && kind&isDir == 0 && behindWay(toks[:i]): // "Main St B"
			return i
		}
	}
	return len(toks)
}

// isBoxWord reports whether a number behind the word makes a post office box.
func isBoxWord(t token) bool { return t.word.to == "BOX" || t.word.to == "POB" }

// behindWay reports whether a street is complete: its words end in a type, but
// not the first of them ("Avenue C") and not one that a number belongs to
// ("Old Highway 61", "County Road 12"), and perhaps directionals.
func behindWay(toks []token) bool {
	i := len(toks) - 1
	for i > 0 && toks[i].kind&isDir != 0 {
		i--
	}
	if i < 1 || toks[i].kind&isType == 0 || toks[i-1].kind&isRoute != 0 && toks[i].kind&isRoute != 0 {
		return false
	}
	return toks[i].word.to != "HIGHWAY" && toks[i].word.to != "ROUTE"
}

// trimStreet drops the directionals before the name, the types and directionals
// behind it, and the class of a numbered road. One word always stays: "North
// St" is NORTH, "Court St" COURT, "Avenue N" AVENUE.
func trimStreet(toks []token) []token {
	for len(toks) > 2 && toks[0].kind&isDir != 0 || len(toks) == 2 && toks[0].kind&isDir != 0 && toks[1].kind&isType == 0 {
		toks = toks[1:]
	}
	for len(toks) > 1 && toks[len(toks)-1].kind&(isType|isDir) != 0 {
		toks = toks[:len(toks)-1]
	}
	if len(toks) < 2 || !isRouteNumber(toks[len(toks)-1]) {
		return toks
	}
	for _, t := range toks[:len(toks)-1] {
		if t.kind&isRoute == 0 {
			return toks
		}
	}
	return toks[len(toks)-1:]
}

// isRouteNumber reports whether a word can be the number of a road: 61, 9W, or
// the letters of Wisconsin's county roads.
func isRouteNumber(t token) bool {
	return t.kind&hasDigit != 0 || len(t.text) <= 2 && t.kind&isType == 0
}

// streetLen is an upper bound of what writeStreet writes.
func streetLen(toks []token) int {
	n := len("EXPRESSWAY") // the longest spelling, should the joined words be its abbreviation
	for _, t := range toks {
		n += max(len(t.text), len("EXPRESSWAY"))
	}
	return n
}

// writeStreet writes the street core to out and returns its length, or 0 when
// it is overwritten: the words joined, each in full, ordinals as their
// bare number ("Fifth", "5th" and New York's "5" are all 5).
func writeStreet(out []byte, toks []token) int {
	n := 0
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		switch {
		case t.word == nil:
			n += copy(out[n:], trimOrdinal(t.text))
		case t.kind&isTens != 0 && i+1 < len(toks) && isUnitOrdinal(toks[i+1]): // "Twenty First"
			out[n] = tensDigit(t.word.to)
			out[n+1] = toks[i+1].word.to[0]
			n += 2
			i++
		default:
			n += copy(out[n:], t.word.to)
		}
	}
	if len(toks) > 1 { // joined, the words may be one again ("A Ve", "5 Th"): then it is spelled like it
		if w := findWord(out[:n]); w != nil {
			n = copy(out, w.to)
		}
		n = len(trimOrdinal(out[:n]))
	}
	if n > maxField || isXRun(out[:n]) {
		return 0
	}
	return n
}

func isUnitOrdinal(t token) bool { return t.kind&isOrdinal != 0 && len(t.word.to) == 1 }

func tensDigit(word string) byte {
	for i, t := range tens {
		if t[0] == word {
			return '2' + byte(i)
		}
	}
	return 0
}

// trimOrdinal drops ST, ND, RD or TH behind a number.
func trimOrdinal(b []byte) []byte {
	n := len(b) - 2
	if n < 1 || !isDigit(b[0]) || !isOrdinalEnd(b[n:]) {
		return b
	}
	if _, rest := number(b[:n]); len(rest) != 0 {
		return b
	}
	return b[:n]
}

func isOrdinalEnd(b []byte) bool {
	switch string(b) {
	case "ST", "ND", "RD", "TH":
		return true
	}
	return false
}
