package voterfile

import (
	"bytes"
	"math"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"rollcheck/hashing"
)

// page is an encoding of one byte a character by which bytes that are not UTF-8
// are read. All of them have ASCII below 0x80.
type page struct {
	name string // in words
	high [128]rune
}

func newPage(name string, m *charmap.Charmap) *page {
	p := &page{name: name}
	for i := range p.high {
		p.high[i] = m.DecodeByte(byte(i + utf8.RuneSelf))
	}
	return p
}

// The pages that rolls were seen in: of Windows, of DOS and of the Macintosh. The
// letters of code page 437, the other one of DOS, are those of 850 but for Greek
// ones; the letters of ISO 8859-1 are those of windows-1252.
var (
	windows1252 = newPage("windows-1252", charmap.Windows1252)
	pages       = [...]*page{windows1252, newPage("code page 850 (DOS)", charmap.CodePage850), newPage("Mac OS Roman", charmap.Macintosh)}
)

// append appends src as UTF-8.
func (p *page) append(dst, src []byte) []byte {
	for _, c := range src {
		if c < utf8.RuneSelf {
			dst = append(dst, c)
		} else {
			dst = utf8.AppendRune(dst, p.high[c-utf8.RuneSelf])
		}
	}
	return dst
}

// A page is told by the words of a text: those that are not UTF-8 are read by
// every page, and what comes out is looked up among names. Mu\xa4oz is Muñoz by the
// page of DOS and no word by that of Windows; Mu\x96oz is Muñoz by that of the
// Macintosh. A reading counts as many bits as the name is more common
// than leastCommon; one with a control character, or a symbol between letters,
// counts against its page. What is expected is given up only for a page that is
// clearly better, so that a text which shows nothing is read by windows-1252.
const (
	leastCommon = 1e-7 // about the share of a name that the tables have for the rarest
	leastLetter = 4    // of a word: shorter ones are names by chance
	noWord      = -8
	clearlyBits = 8

	sampleWords = 256 // that are looked at of a sample
	chunkWords  = 32  // and of a chunk
)

// pageReader tells which page a text is of. Its zero value is ready.
type pageReader struct {
	details hashing.Details
	utf8    []byte
}

// read returns the page of the text by its first words that are not UTF-8, which
// is the one expected unless they show that it is another.
func (r *pageReader) read(text []byte, expected *page, words int) *page {
	var lead [len(pages)]float64 // of each page over the one expected
	for ; words > 0; words-- {
		var word []byte
		if word, text = nextWord(text); word == nil {
			break
		}
		own, sure := r.bits(word, expected)
		for i, p := range pages {
			switch {
			case p == expected:
			case sure: // a name already: the others are not asked
				lead[i] -= own
			default:
				bits, _ := r.bits(word, p)
				lead[i] += bits - own
			}
		}
	}
	best, most := expected, float64(clearlyBits)
	for i, p := range pages {
		if lead[i] > most {
			best, most = p, lead[i]
		}
	}
	return best
}

// nextWord returns the next word of the text that has bytes beyond ASCII and is
// not UTF-8, and what follows it; nil at the end of the text.
func nextWord(text []byte) (word, rest []byte) {
	for {
		at := nextHigh(text)
		if at < 0 {
			return nil, nil
		}
		start, end := at, at+1
		for start > 0 && isWordByte(text[start-1]) {
			start--
		}
		for end < len(text) && isWordByte(text[end]) {
			end++
		}
		word, text = text[start:end], text[end:]
		if len(word) >= leastLetter && len(word) <= maxWord && !utf8.Valid(word) {
			return word, text
		}
	}
}

// maxWord bounds what is taken for a word, in bytes.
const maxWord = 40

// nextHigh returns the place of the first byte that is not ASCII, -1 if there is
// none.
func nextHigh(b []byte) int {
	const step = 64
	at := 0
	for at+step <= len(b) && isASCII(b[at:at+step]) {
		at += step
	}
	for ; at < len(b); at++ {
		if b[at] >= utf8.RuneSelf {
			return at
		}
	}
	return -1
}

func isWordByte(c byte) bool { return c >= utf8.RuneSelf || isASCIILetter(c) || c == '\'' }

func isASCIILetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// bits returns how much speaks for the page in one word, and whether it is a name
// by it.
func (r *pageReader) bits(word []byte, p *page) (bits float64, sure bool) {
	for i, c := range word {
		if c < utf8.RuneSelf {
			continue
		}
		ch := p.high[c-utf8.RuneSelf]
		between := i > 0 && i < len(word)-1
		switch {
		case unicode.Is(unicode.Latin, ch) || isMark(ch):
		case unicode.IsControl(ch) || ch == utf8.RuneError || between:
			return noWord, false
		default:
			return 0, false
		}
	}
	r.utf8 = p.append(r.utf8[:0], word)
	r.details.Reset()
	r.details.SetLast(r.utf8)
	name := r.details.Last
	if len(name) < leastLetter {
		return 0, false
	}
	last, given := shares(string(name))
	if share := max(last, given); share > leastCommon {
		return math.Log2(share / leastCommon), true
	}
	return 0, false
}

// isMark reports whether r stands in or about names without being a letter of
// them: apostrophes, dashes, quotes and spaces.
func isMark(r rune) bool {
	switch r {
	case '‘', '’', '´', '“', '”', '«', '»', '–', '—', '\u00a0', '\u00ad':
		return true
	}
	return false
}

// readEncoding returns the page of a sample and what is beyond ASCII in it, in
// words.
func readEncoding(text []byte) (p *page, found string) {
	p = windows1252
	if nextHigh(text) < 0 {
		return p, ""
	}
	found = "UTF-8"
	if word, _ := nextWord(text); word != nil {
		p = new(pageReader).read(text, windows1252, sampleWords)
		found = p.name
	}
	if again := bytes.Clone(text); len(unmisread(again, 0)) < len(text) {
		found += ", of which some was read as windows-1252 once and is put right"
	}
	return p, found
}

// readLetters takes over how the letters of the sample are written.
func (m *Match) readLetters(s *sample) {
	m.page = s.page
	if s.encoding != "" {
		m.Evidence = append(m.Evidence, "letters beyond ASCII are "+s.encoding)
	}
}

// title returns the form in words, if it says how letters are written.
func (f textForm) title() string {
	if f == textUTF16LE || f == textUTF16BE {
		return "UTF-16"
	}
	return ""
}
