package voterfile

import (
	"slices"
	"unicode/utf8"
)

// Text that was UTF-8, was read as windows-1252 and written as UTF-8 again has two
// characters for each letter beyond ASCII: Muñoz is MuÃ±oz, and O’Brien is
// Oâ€™Brien. The first of them is one of Â Ã Ä Å, or â for the marks that have
// three; the others are what windows-1252 makes of 0x80 to 0xBF, which are symbols,
// and letters (Œ Š Ž Ÿ œ š ž ƒ) that stand behind none of these in any
// orthography. So each such group is put right by itself, wherever it stands. In
// text that went through it twice, Æ Ë and â also begin what those symbols became.

// mayBeMisread reports whether a line of UTF-8 has a character that such a group
// begins with and one beyond ASCII behind it.
func mayBeMisread(line []byte) bool {
	for i := 0; i+2 < len(line); i++ {
		if line[i] == 0xC3 && leadsMisread(rune(line[i+1])+0x40) && line[i+2] >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

func leadsMisread(r rune) bool { return r >= 0xC2 && r <= 0xC6 || r == 0xCB || r == 0xE2 }

// maxMisread is how often a text is put right: some went through it twice.
const maxMisread = 3

// unmisread puts right what was misread of b from start on and returns b. What it
// does not change stays where it is.
func unmisread(b []byte, start int) []byte {
	for range maxMisread {
		if !mayBeMisread(b[start:]) {
			return b
		}
		n := unmisreadOnce(b[start:])
		if start+n == len(b) {
			return b
		}
		b = b[:start+n]
	}
	return b
}

// unmisreadOnce does it once, in place, and returns how many bytes are left: each
// group becomes shorter.
func unmisreadOnce(b []byte) int {
	n := 0
	for i := 0; i < len(b); {
		if b[i] == 0xC3 {
			if r, size := misread(b[i:]); size > 0 {
				n += utf8.EncodeRune(b[n:], r)
				i += size
				continue
			}
		}
		b[n] = b[i]
		n, i = n+1, i+1
	}
	return n
}

// misread returns the character that the group at the beginning of b was, and the
// bytes of the group; a size of 0 if there is none.
func misread(b []byte) (r rune, size int) {
	lead, size := utf8.DecodeRune(b)
	if !leadsMisread(lead) {
		return 0, 0
	}
	more := 1
	if lead == 0xE2 {
		more = 2
	}
	r = lead & 0x1F
	if more == 2 {
		r = lead & 0x0F
	}
	for range more {
		low, n := continuation(b[size:])
		if n == 0 {
			return 0, 0
		}
		r, size = r<<6|rune(low&0x3F), size+n
	}
	if lead > 0xC5 && !slices.Contains(windows1252.high[:0x20], r) {
		return 0, 0
	}
	return r, size
}

// continuation returns the byte from 0x80 to 0xBF that windows-1252 makes the
// first character of b of, or ISO 8859-1, which has control characters there.
func continuation(b []byte) (low byte, size int) {
	r, size := utf8.DecodeRune(b)
	switch {
	case r == utf8.RuneError:
		return 0, 0
	case r >= 0x80 && r <= 0xBF:
		return byte(r), size
	}
	for i, h := range windows1252.high[:0x40] {
		if h == r {
			return byte(i + 0x80), size
		}
	}
	return 0, 0
}
