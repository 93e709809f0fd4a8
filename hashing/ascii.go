package hashing

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// appendASCII appends src to dst with every character reduced to ASCII, the
// first step of the canonical form of names and addresses (CANONICAL.md,
// section 2). ASCII comes through unchanged, so text without a byte >= 0x80
// need not pass here at all.
//
// src is UTF-8. A byte that is not part of a valid sequence is read as
// windows-1252, so that one misread byte in a line costs one letter at most.
func appendASCII(dst, src []byte) []byte {
	for i := 0; i < len(src); {
		c := src[i]
		if c < utf8.RuneSelf {
			dst = append(dst, c)
			i++
			continue
		}
		r, size := decodeRune(src[i:])
		dst = appendRuneASCII(dst, r)
		i += size
	}
	return dst
}

// decodeRune is utf8.DecodeRune with windows-1252 for what is not UTF-8.
func decodeRune(b []byte) (rune, int) {
	r, size := utf8.DecodeRune(b)
	if r == utf8.RuneError && size == 1 {
		return windows1252(b[0]), 1
	}
	return r, size
}

// windows1252 returns the character of a byte >= 0x80; the five bytes without
// one stand for themselves as control characters, which are then dropped.
func windows1252(c byte) rune {
	if c < 0xA0 {
		return rune(windows1252C1[c-0x80])
	}
	return rune(c)
}

var windows1252C1 = [32]uint16{
	0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F,
	0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
}

// appendRuneASCII appends the ASCII form of one character >= 0x80: what the
// table of special characters says, else the ASCII part of its NFKD
// decomposition. Marks and all other characters vanish.
//
// Characters above U+FFFF vanish too: no orthography a roll uses needs them,
// and they are where later Unicode versions still add decompositions to A-Z.
func appendRuneASCII(dst []byte, r rune) []byte {
	if r > 0xFFFF {
		return dst
	}
	if s, ok := special(r); ok {
		return append(dst, s...)
	}
	if r >= 0xBC && r <= 0xBE || r >= 0x2150 && r <= 0x215E {
		dst = append(dst, ' ') // "123½" is 123 and one half
	}
	var b [utf8.UTFMax]byte
	parts := norm.NFKD.Properties(b[:utf8.EncodeRune(b[:], r)]).Decomposition()
	for len(parts) > 0 {
		p, size := utf8.DecodeRune(parts)
		if p < utf8.RuneSelf {
			dst = append(dst, byte(p))
		} else if s, ok := special(p); ok {
			dst = append(dst, s...)
		}
		parts = parts[size:]
	}
	return dst
}

// special returns the ASCII form of a character that NFKD leaves alone or takes
// apart in a way that does not serve us. The letters follow the Latin-ASCII
// transform of Unicode CLDR and, where that leaves a choice, the
// transliterations of ICAO Doc 9303 part 3 (machine readable passports), except
// that ø and å lose their stroke and ring as ö and ä lose their dots.
func special(r rune) (string, bool) {
	switch r {
	// Letters of living orthographies that do not decompose.
	case 'Æ', 'æ':
		return "AE", true
	case 'Œ', 'œ':
		return "OE", true
	case 'ß', 'ẞ':
		return "SS", true
	case 'Þ', 'þ':
		return "TH", true
	case 'Ð', 'ð', 'Đ', 'đ', 'Ɖ', 'ɖ', 'Ɗ', 'ɗ': // Icelandic, Vietnamese and Croatian, Ewe, Hausa
		return "D", true
	case 'Ø', 'ø', 'Ɔ', 'ɔ', 'Ɵ', 'ɵ': // Danish, Akan and Ewe, Tatar
		return "O", true
	case 'Ł', 'ł':
		return "L", true
	case 'Ħ', 'ħ':
		return "H", true
	case 'Ŧ', 'ŧ':
		return "T", true
	case 'Ŋ', 'ŋ', 'Ɲ', 'ɲ':
		return "N", true
	case 'ĸ':
		return "Q", true
	case 'ı', 'Ɨ', 'ɨ', 'Ɩ', 'ɩ':
		return "I", true
	case 'Ə', 'ə', 'Ǝ', 'ǝ', 'Ɛ', 'ɛ': // Azerbaijani, Kanuri, Akan and Ewe
		return "E", true
	case 'Ɓ', 'ɓ', 'Ƀ', 'ƀ':
		return "B", true
	case 'Ƙ', 'ƙ':
		return "K", true
	case 'Ƴ', 'ƴ':
		return "Y", true
	case 'Ɣ', 'ɣ', 'Ǥ', 'ǥ':
		return "G", true
	case 'Ƒ', 'ƒ':
		return "F", true
	case 'Ʋ', 'ʋ':
		return "V", true
	case 'Ƶ', 'ƶ':
		return "Z", true
	// Punctuation with a meaning in names or addresses.
	case '\u2010', '\u2012', '\u2013', '\u2014', '\u2015', '\u2212': // hyphen, dashes, minus
		return "-", true
	case '\u2018', '\u2019', '\u201B', '\u2032', '\u00B4', '\u02B9', '\u02BB', '\u02BC': // quotes, prime, acute, ʻokina
		return "'", true
	case '\u2044': // fraction slash
		return "/", true
	case '\u0085', '\u1680', '\u2028', '\u2029': // white space without an ASCII decomposition
		return " ", true
	// Diacritics standing alone, which NFKD takes for a space and a mark.
	case '\u00A8', '\u00AF', '\u00B8', '\u02D8', '\u02D9', '\u02DA', '\u02DB', '\u02DC', '\u02DD':
		return "", true
	}
	return "", false
}

// ascii returns the ASCII form of raw in d's scratch buffer, valid until the
// next setter.
func (d *Details) ascii(raw []byte) []byte {
	d.tmp = appendASCII(d.tmp[:0], raw)
	return d.tmp
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isXRun reports whether b, in upper case, is three or more X and nothing else,
// the commonest way to overwrite a value. XX alone is somebody's initials.
func isXRun(b []byte) bool {
	if len(b) < 3 {
		return false
	}
	for _, c := range b {
		if c != 'X' {
			return false
		}
	}
	return true
}

// trimSpace returns b without white space at its ends.
func trimSpace(b []byte) []byte {
	for len(b) > 0 && b[0] <= ' ' {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// trimNumber returns b without white space at its ends and without the ".0"
// that a spreadsheet or data frame leaves on a column it took for numbers.
func trimNumber(b []byte) []byte {
	b = trimSpace(b)
	n := len(b) - 2
	if n < 1 || b[n] != '.' || b[n+1] != '0' {
		return b
	}
	for _, c := range b[:n] {
		if !isDigit(c) {
			return b
		}
	}
	return b[:n]
}

func isDigit(c byte) bool { return c-'0' <= 9 }

func isUpper(c byte) bool { return c-'A' <= 'Z'-'A' }

func upper(c byte) byte {
	if c-'a' <= 'z'-'a' {
		return c - ('a' - 'A')
	}
	return c
}
