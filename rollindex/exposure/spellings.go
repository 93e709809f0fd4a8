package exposure

import (
	"bytes"
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"

	"rollcheck/hashing"
)

// Steps are the ways in which a spelling departs from the details as given.
type Steps uint16

// The steps. All but the first two are guesses; those two the person said.
const (
	FormerSurname Steps = 1 << iota
	FormerZIP
	Nickname     // another name the first name goes by: LIZ for ELIZABETH and the reverse
	FirstPart    // the first of several first names: MARY for MARY ANN, JOHN for JOHN Q
	FirstMiddle  // the middle name run into the first: MARYANN for MARY and ANN
	SurnamePart  // one part of a double surname: GARCIA or LOPEZ for GARCIA-LOPEZ
	SurnameOrder // its parts the other way round: LOPEZGARCIA
	SuffixJoined // the suffix run into the surname: SMITHJR
	DayMonth     // day and month of birth swapped
	EmailPlain   // an e-mail address without what its provider ignores: plus tag, Gmail's dots
	NameOrder    // first name and surname the other way round, as a clerk or a form may have them
)

const guesses = Nickname | FirstPart | FirstMiddle | SurnamePart | SurnameOrder | SuffixJoined | DayMonth | EmailPlain | NameOrder

var stepNames = [...]string{
	"former-surname", "former-zip", "nickname", "first-part", "first-middle", "surname-part", "surname-order",
	"suffix-joined", "day-month", "email-plain", "name-order",
}

var stepTitles = [...]string{
	"a former surname", "a former ZIP code", "a nickname or the full form of one", "part of the first name",
	"the first and middle name as one", "part of the surname", "the parts of the surname the other way round",
	"the surname with its suffix", "day and month of birth swapped", "the e-mail address without its tag or dots",
	"the first name and the surname the other way round",
}

// Names lists the names of the steps for programs ("nickname"), nil if none.
func (s Steps) Names() []string { return s.pick(stepNames[:]) }

func (s Steps) pick(from []string) (picked []string) {
	for ; s != 0; s &= s - 1 {
		picked = append(picked, from[bits.TrailingZeros16(uint16(s))])
	}
	return picked
}

// guessed returns how many of the steps are guesses.
func (s Steps) guessed() int { return bits.OnesCount16(uint16(s & guesses)) }

const (
	// maxGuesses bounds how far a spelling departs from what was said. Two
	// reach "Liz Lopez" from "Elizabeth Garcia-Lopez"; each further guess
	// multiplies the chance hits and finds next to nobody.
	maxGuesses = 2

	// maxSpellings bounds the inputs of one key type for one person, and
	// maxForms the forms of one detail. A name with 25 nicknames, the most
	// there are, a double surname, two former ones and a former ZIP code stay
	// under it; the mean person has under five spellings a key. Who meets the
	// bound gets the answer [Partial].
	maxSpellings = 256
	maxForms     = 64
)

// form is one form of one detail.
type form struct {
	text    []byte       // canonical
	scope   string       // of a voter id: its jurisdiction
	date    hashing.Date // of a birth date
	steps   Steps
	guessed int // how many of the steps are guesses: none or one
}

// forms are the forms of one detail, as given first; no two are equal.
type forms struct {
	all     []form
	guessed int  // how many of them take a guess
	cut     bool // there were more than maxForms
}

func (fs *forms) reset() { fs.all, fs.guessed, fs.cut = fs.all[:0], 0, false }

// has reports whether one of the forms is that text.
func (fs *forms) has(text []byte) bool { return hasText(fs.all, text) }

func hasText(all []form, text []byte) bool {
	for i := range all {
		if string(all[i].text) == string(text) {
			return true
		}
	}
	return false
}

func (fs *forms) add(f form) {
	for i := range fs.all {
		if o := &fs.all[i]; o.date == f.date && o.scope == f.scope && bytes.Equal(o.text, f.text) {
			return
		}
	}
	fs.append(f)
}

// append is add of a form that is not among them.
func (fs *forms) append(f form) {
	if len(fs.all) == maxForms {
		fs.cut = true
		return
	}
	f.guessed = f.steps.guessed()
	fs.guessed += f.guessed
	fs.all = append(fs.all, f)
}

// firstNames fills pl.firsts with the forms of the first name, and the initials
// that may stand for the person's middle name.
func (pl *planner) firstNames(p *Person, q *query) {
	if blank(p.First) {
		return
	}
	first := withoutTitle(p.First)
	whole := pl.first(first)
	switch {
	case len(whole) == 0:
		q.problem(p, fieldFirst, "holds no usable name", hasFirst)
		return
	case len(whole) == 1 || isInitials(first):
		// It finds rows that have no more of the name either, and says nothing of others.
		q.problem(p, fieldFirst, "has initials only: give the whole name", hasFirst)
		q.partly |= withFirst
	}
	q.given |= hasFirst
	pl.firsts.add(form{text: whole})
	called := whole
	if parts := split(first); len(parts) > 1 {
		called = pl.calledBy(parts, q)
		if len(called) > 1 {
			pl.firsts.add(form{text: called, steps: FirstPart})
		}
	}
	if len(p.Middle) > 1 && pl.d.Initial != 0 {
		if middle := pl.first(p.Middle); len(middle) > 1 {
			joined := append(append(pl.scratch(), called...), middle...)
			pl.firsts.add(form{text: pl.keep(joined), steps: FirstMiddle})
		}
	}
	others := pl.firsts.all
	for _, name := range pl.cache.nicknamesOf(called) { // of which no two are equal
		if !hasText(others, name) {
			pl.firsts.append(form{text: name, steps: Nickname})
		}
	}
}

// withoutTitle returns a first name without the forms of address before it; "" if it is
// nothing else.
func withoutTitle(name string) string {
	for {
		name = strings.TrimSpace(name)
		end := strings.IndexFunc(name, func(r rune) bool { return r == '.' || unicode.IsSpace(r) })
		word, rest := name, ""
		if end >= 0 {
			word, rest = name[:end], strings.TrimLeft(name[end:], ". \t\u00a0")
		}
		if !isTitle(word, end >= 0 && name[end] == '.') {
			return name
		}
		name = rest
	}
}

// isTitle reports whether a word is a form of address, and with a point behind it one of
// those that are names too.
func isTitle(word string, pointed bool) bool {
	switch strings.ToLower(word) {
	case "dr", "dra", "miss", "mr", "mrs", "ms", "mx", "prof", "rev", "sra", "srta":
		return true
	case "capt", "fr", "hon", "lt", "sgt", "sr":
		return pointed
	}
	return false
}

// isInitials reports whether no two letters of a name stand side by side.
func isInitials(name string) bool {
	before := false
	for _, r := range name {
		is := unicode.IsLetter(r) || unicode.IsMark(r)
		if is && before {
			return false
		}
		before = is
	}
	return true
}

// calledBy returns the first of several first names that is more than an
// initial, and adds the initials of the others to q.
func (pl *planner) calledBy(parts []string, q *query) (called []byte) {
	for _, part := range parts {
		switch name := pl.first(part); {
		case len(name) == 0:
		case len(called) < 2 && len(name) > 1:
			called = name
		default:
			q.further.add(name[0])
		}
	}
	return called
}

// surnames fills pl.lasts with the forms of the surname and of former ones.
func (pl *planner) surnames(p *Person, q *query) {
	if blank(p.Last) {
		q.problem(p, fieldLast, "missing", hasLast)
		return
	}
	pl.d.Suffix = ""
	if !pl.surname(p.Last, 0, q) {
		q.problem(p, fieldLast, "holds no usable name", hasLast)
		return
	}
	q.given |= hasLast
	if p.Suffix != "" {
		pl.d.SetSuffix(pl.raw(p.Suffix))
	}
	if suffix := pl.d.Suffix; suffix != "" && strings.Trim(suffix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		joined := append(append(pl.scratch(), pl.lasts.all[0].text...), suffix...)
		pl.lasts.add(form{text: pl.keep(joined), steps: SuffixJoined})
	}
	for _, former := range p.FormerLast {
		if !blank(former) && !pl.surname(former, FormerSurname, q) {
			q.problem(p, fieldFormerLast, "holds no usable name", hasFormer)
		}
	}
}

// surname adds a surname, its parts and its parts reversed.
func (pl *planner) surname(raw string, steps Steps, q *query) bool {
	own := pl.d.Suffix // of the person, or of the surname read before
	pl.d.Suffix = ""
	whole := pl.last(raw)
	suffixed := pl.d.Suffix != ""
	if pl.d.Suffix == "" {
		pl.d.Suffix = own
	}
	if len(whole) == 0 {
		return false
	}
	pl.lasts.add(form{text: whole, steps: steps})
	if steps&FormerSurname != 0 {
		q.maybe.add(whole[0]) // many keep it as a middle name
	}
	tokens := split(raw)
	if suffixed && len(tokens) > 1 {
		tokens = tokens[:len(tokens)-1]
	}
	parts := surnameParts(tokens)
	if len(parts) < 2 {
		return true
	}
	for _, part := range parts {
		if name := pl.last(part); len(name) > 1 {
			pl.lasts.add(form{text: name, steps: steps | SurnamePart})
			q.maybe.add(name[0])
		}
	}
	if len(parts) == 2 {
		if name := pl.last(parts[1] + " " + parts[0]); len(name) > 0 { // "0 0 A" has parts, and neither is a name
			pl.lasts.add(form{text: name, steps: steps | SurnameOrder})
		}
	}
	return true
}

// surnameParts joins the particles of a surname to what follows them, so that
// "Garcia de la Cruz" has the parts "Garcia" and "de la Cruz".
func surnameParts(tokens []string) (parts []string) {
	prefix := ""
	for _, t := range tokens {
		prefix += t
		if !isParticle(t) {
			parts = append(parts, prefix)
			prefix = ""
			continue
		}
		prefix += " "
	}
	return parts
}

func isParticle(s string) bool {
	switch strings.ToLower(s) {
	case "a", "abu", "al", "ben", "bin", "d", "da", "das", "de", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "e",
		"el", "ibn", "la", "las", "le", "les", "los", "mac", "mc", "o", "saint", "san", "santa", "st", "st.", "ten", "ter", "van",
		"vander", "von", "y", "zu":
		return true
	}
	return false
}

// foldEmail adds the address without a plus tag and, at Gmail, without dots.
func (pl *planner) foldEmail(email []byte) {
	local, domain, _ := bytes.Cut(email, []byte("@"))
	plain, _, _ := bytes.Cut(local, []byte("+"))
	if len(plain) == len(local) && string(domain) != "gmail.com" {
		return
	}
	folded := pl.scratch()
	for _, c := range plain {
		if c != '.' || string(domain) != "gmail.com" {
			folded = append(folded, c)
		}
	}
	if len(folded) > 0 {
		pl.emails.add(form{text: pl.keep(append(append(folded, '@'), domain...)), steps: EmailPlain})
	}
}

// split cuts a name at white space, hyphens, dashes and slashes; nil when there
// is nothing to cut at.
func split(s string) []string {
	if !mayCut(s) {
		return nil
	}
	return strings.FieldsFunc(s, func(r rune) bool {
		return r == '/' || unicode.IsSpace(r) || unicode.Is(unicode.Pd, r)
	})
}

// mayCut reports whether there may be something to cut at: not in most names.
func mayCut(s string) bool {
	for i := range len(s) {
		if c := s[i]; c == ' ' || c == '-' || c == '/' || c == '\t' || c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// letters is a set of letters A to Z.
type letters uint32

func (l *letters) add(c byte) {
	if c >= 'A' && c <= 'Z' {
		*l |= 1 << (c - 'A')
	}
}

func (l letters) has(c byte) bool { return l>>(c-'A')&1 == 1 }
