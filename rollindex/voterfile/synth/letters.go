package synth

// appendCased appends a name given in capitals, in title case if asked.
func appendCased(dst, name []byte, title bool) []byte {
	start := len(dst)
	dst = append(dst, name...)
	if title {
		titleCase(dst[start:])
	}
	return dst
}

// titleCase lowers all letters but the first of each word, A to Z and, in
// UTF-8, U+00C0 to U+00DE.
func titleCase(b []byte) {
	inWord := false
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c >= 'A' && c <= 'Z':
			if inWord {
				b[i] = c + 'a' - 'A'
			}
			inWord = true
		case c == 0xc3 && i+1 < len(b):
			i++
			if inWord && b[i] >= 0x80 && b[i] <= 0x9e && b[i] != 0x97 {
				b[i] += 0x20
			}
			inWord = true
		default:
			inWord = c >= '0' && c <= '9'
		}
	}
}

// cut shortens the value from start to at most limit bytes of whole characters.
func cut(dst []byte, start, limit int) []byte {
	end := start + limit
	for end > start && dst[end]&0xc0 == 0x80 {
		end--
	}
	return dst[:end]
}

// toLatin1 turns the UTF-8 from start into ISO 8859-1, whose letters are those
// of windows-1252. The names hold nothing above U+00FF.
func toLatin1(dst []byte, start int) []byte {
	to := start
	for i := start; i < len(dst); i++ {
		c := dst[i]
		if c >= 0xc2 && i+1 < len(dst) {
			i++
			c = c<<6 | dst[i]&0x3f
		}
		dst[to] = c
		to++
	}
	return dst[:to]
}
