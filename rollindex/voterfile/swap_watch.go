package voterfile

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"

	"rollcheck/data/field"
)

// Columns whose values look alike, such as surnames and first names, are held against
// each other in the part of a file by which its layout was chosen. Where exports with
// two such columns in another order were joined, the rest of the file has them the
// other way round and no value of a wrong shape. So names, cities and dates of every row
// are looked at while the whole file is read.
//
// A stretch is judged by a score that a row adds to if it seems swapped and takes
// from if it does not (Page's cumulative sum): it begins at zero, is never below, and
// so forgets what stood before the stretch. What a row adds and takes sets the share
// of rows that must seem swapped, or else the score falls: of people whose columns are
// right, whoever they are, far fewer do. So a county of people whose names the tables
// do not know is read, and so is a stretch of one family, since the rows must be
// various. Scores are of a chunk, as chunks are the same in every run; a stretch that
// goes on in the next is seen there. What is not enough to refuse a file is said of it,
// see [Contrary].
const (
	// dueBytes lie between rows that are looked at for what takes long and is as well told
	// by few.
	dueBytes = 12 << 10
	// lateBirth is the first year that is taken, to refuse a file, for a birth that stands
	// in a column of other dates: years of a wrong century (1919 for 2019) stand together in a file
	// that is sorted by such a date.
	lateBirth = 1930
)

// lookalike is a pair of columns that are taken for each other.
type lookalike uint8

const (
	likeNames lookalike = iota // surname and first name
	likeMiddle
	likeCityLast
	likeCityFirst
	likeRegistration // birth date and date of registration
	likeVote         // birth date and date of the last vote
	numLookalikes
)

// lookalikeRule says what a row adds to the score of a pair and takes from it, and how
// many different values the rows must have in either column.
type lookalikeRule struct {
	a, b                    field.Role
	about                   Question
	inA, inB                string // what they hold where they are swapped
	wrong, neither, opposed int
	enough, various         int
	unsorted                int  // how often the values of either column must rise, and fall, from one such row to the next
	arguable                bool // see [contradiction]
	plain                   bool // of right rows none seems so
}

var lookalikes = [numLookalikes]lookalikeRule{
	// Two thirds of the rows with their names swapped seem so, and half of Hispanic ones.
	likeNames: {field.NameLast, field.NameFirst, SurnameOrFirst, "first names", "surnames", 3, 2, 12, 96, 6, 0, true, false},
	// Two rows in five; of those whose columns are right one in fifty, and those
	// together where a file is sorted by first names.
	likeMiddle: {field.NameFirst, field.NameMiddle, FirstOrMiddle, "initials or nothing", "whole names", 4, 1, 16, 128, 6, 0, true, false},
	// Nearly all; of towns that are in no table and have names of people, one in five.
	likeCityLast:  {field.NameLast, field.City, SurnameOrCity, "places", "names of people", 1, 1, 4, 32, 6, 0, true, false},
	likeCityFirst: {field.NameFirst, field.City, SurnameOrCity, "places", "names of people", 1, 1, 4, 32, 6, 0, true, false},
	// All. Dates that are wrong, such as births of a wrong century, stand together where a
	// file is sorted by them.
	likeRegistration: {field.RoleBirthDate, field.RoleRegistrationDate, BirthOrEvent, "dates of registration", "dates of birth", 1, 4, 4, 24, 8, 4, false, true},
	likeVote:         {field.RoleBirthDate, field.LastVoteDate, BirthOrEvent, "dates of voting", "dates of birth", 1, 4, 4, 24, 8, 4, false, true},
}

// verdict is what one row says of a pair of columns.
type verdict uint8

const (
	saysNothing verdict = iota
	saysRight
	saysSwapped
)

// tally counts what rows say of a pair of columns.
type tally struct {
	rows, right, wrong int64
	a, b               different // values of the rows that are right
}

func (t *tally) add(o *tally) {
	t.rows += o.rows
	t.right += o.right
	t.wrong += o.wrong
	t.a.add(&o.a)
	t.b.add(&o.b)
}

// manyKinds is as many different values as are told apart.
const manyKinds = 8

// turns counts how often values rise from one to the next, and fall.
type turns struct {
	last         uint64
	rises, falls int
}

func (t *turns) note(v uint64) {
	switch {
	case t.last == 0:
	case v > t.last:
		t.rises++
	case v < t.last:
		t.falls++
	}
	t.last = v
}

// unsorted returns how often they did both.
func (t *turns) unsorted() int { return min(t.rises, t.falls) }

// different counts different values, by their hashes.
type different struct {
	n    int
	seen [manyKinds]uint64
}

func (d *different) note(h uint64) {
	if d.n == manyKinds {
		return
	}
	for _, s := range d.seen[:d.n] {
		if s == h {
			return
		}
	}
	d.seen[d.n] = h
	d.n++
}

func (d *different) add(o *different) {
	for _, h := range o.seen[:o.n] {
		d.note(h)
	}
}

// hashOf is FNV-1a.
func hashOf(v []byte) uint64 { return hashOn(14695981039346656037, v) }

// hashOn goes on from a hash.
func hashOn(h uint64, v []byte) uint64 {
	for _, c := range v {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

// stretch is the rows at hand of which most seem swapped.
type stretch struct {
	score int
	line  int64 // the first that seems so
	rows  int64 // how many do
	a, b  different
	turns [2]turns // of a, of b
	due   int      // of the rows that seem so, those that stand dueBytes apart

	hinted bool // its rows are counted as a hint
}

// shows reports whether the stretch is enough by a rule. A sorted one must be as long as
// so many rows that stand dueBytes apart.
func (s *stretch) shows(rule *lookalikeRule) bool {
	sorted := min(s.turns[0].unsorted(), s.turns[1].unsorted()) < rule.unsorted
	return s.score >= rule.enough && min(s.a.n, s.b.n) >= rule.various && (!sorted || s.due >= rule.enough)
}

// hints reports whether the stretch is a quarter of enough.
func (s *stretch) hints(rule *lookalikeRule) bool {
	return 4*s.score >= rule.enough && 2*min(s.a.n, s.b.n) >= rule.various
}

// hint is rows that seem swapped, be they too few to refuse a file.
type hint struct {
	line int64 // the first; 0 if there is none
	rows int64
}

func (h *hint) add(o hint) {
	h.line = earlier(h.line, o.line)
	h.rows += o.rows
}

// swapWatch is what the rows of a member, or of a chunk of it, showed of columns that
// look alike.
type swapWatch struct {
	at    [numLookalikes]stretch
	lines [numLookalikes]int64 // where the first stretch begins that is swapped; 0 if there is none
	// hints are, of a plain rule, all rows that seem swapped, of another those of stretches
	// that hint at it; singles are the others.
	hints, singles [numLookalikes]hint

	told [numLookalikes]tally
	due  bool // the row at hand is one of those dueBytes apart
	// counted is the line counted last, by question: a row counts once, though two of its
	// dates may speak against its birth.
	counted [numQuestions]int64
}

// see notes what the row in that line, whose values have those hashes, says of a pair.
func (w *swapWatch) see(like lookalike, v verdict, line int64, a, b uint64) {
	s, rule, told := &w.at[like], &lookalikes[like], &w.told[like]
	told.rows++
	if v != saysSwapped && s.score == 0 { // nearly all rows
		if v == saysRight {
			told.right++
			told.a.note(a)
			told.b.note(b)
		}
		return
	}
	switch v {
	case saysSwapped:
		told.wrong++
		if s.score == 0 {
			s.line = line
		}
		s.score = min(s.score+rule.wrong, 2*rule.enough)
		s.a.note(a)
		s.b.note(b)
		s.turns[0].note(a)
		s.turns[1].note(b)
		if w.due {
			s.due++
		}
		if w.counted[rule.about] != line {
			w.counted[rule.about] = line
			s.rows++
			if rule.plain || s.hinted {
				w.hints[like].add(hint{line, 1})
			}
		}
	case saysRight:
		told.right++
		told.a.note(a)
		told.b.note(b)
		s.score -= rule.opposed
	default:
		s.score -= rule.neither
	}
	if s.score <= 0 {
		w.end(like)
		return
	}
	if !rule.plain && !s.hinted && s.hints(rule) {
		w.hints[like].add(hint{s.line, s.rows})
		s.hinted = true
	}
	if w.lines[like] == 0 && s.shows(rule) {
		w.lines[like] = s.line
	}
}

// odd notes a row that seems swapped by a plain rule and says nothing of a stretch.
func (w *swapWatch) odd(like lookalike, line int64) {
	if about := lookalikes[like].about; w.counted[about] != line {
		w.counted[about] = line
		w.hints[like].add(hint{line, 1})
	}
}

// end ends the stretch at hand, if there is one.
func (w *swapWatch) end(like lookalike) {
	s := &w.at[like]
	if s.line > 0 {
		if !lookalikes[like].plain && !s.hinted {
			w.singles[like].add(hint{s.line, s.rows})
		}
		*s = stretch{}
	}
	s.score = 0
}

// going reports whether a stretch of the pair has begun.
func (w *swapWatch) going(like lookalike) bool { return w.at[like].score > 0 }

// add adds what another part of the member showed, which has been seen to its end.
func (w *swapWatch) add(o *swapWatch) {
	for i := range w.lines {
		o.end(lookalike(i))
		w.singles[i].add(o.singles[i])
		w.told[i].add(&o.told[i])
		w.lines[i] = earlier(w.lines[i], o.lines[i])
		w.hints[i].add(o.hints[i])
	}
}

// earlier returns the smaller of two lines; 0 is none.
func earlier(a, b int64) int64 {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// first returns the pair that is swapped first, of those that count: whoever names the
// layout may know better than the tables of names.
func (w *swapWatch) first(forced bool) (like lookalike, line int64) {
	for i, l := range w.lines {
		if l > 0 && (line == 0 || l < line) && !(forced && lookalikes[i].arguable) {
			like, line = lookalike(i), l
		}
	}
	return like, line
}

// places remembers the names of towns that were met last, in 56 bits of a hash and 8 that
// say whether they are places of the state: to write one canonically takes ten times as
// long. They are the same whoever asks, so that all parsers share them, and the members of
// an archive.
var places [1 << 12]atomic.Uint64

const (
	isKnown = 1 << iota
	isPlace
)

// isPlace reports whether a name that has that hash is a place of the file's state.
func (p *Parser) isPlace(v []byte, h uint64) bool {
	h ^= p.plan.state
	slot := &places[h>>8%uint64(len(places))]
	if e := slot.Load(); e>>8 == h>>8 && e != 0 {
		return e&isPlace != 0
	}
	e := h&^0xff | isKnown
	if p.plan.towns()[p.namer.canonical(v)] {
		e |= isPlace
	}
	slot.Store(e)
	return e&isPlace != 0
}

// setLookalikes notes which pairs of columns the file has. Places are only known of a
// state.
func (p *plan) setLookalikes(state string) {
	for i, l := range lookalikes {
		p.alike[i] = p.first[l.a] >= 0 && p.first[l.b] >= 0
	}
	birth := p.first[field.RoleBirthDate] >= 0 || p.first[field.RoleBirthMonthYear] >= 0 || p.first[field.RoleBirthYear] >= 0
	p.alike[likeRegistration] = birth && p.first[field.RoleRegistrationDate] >= 0
	p.alike[likeVote] = birth && p.first[field.LastVoteDate] >= 0
	p.alike[likeNames] = p.alike[likeNames] || p.first[field.NameFull] >= 0
	if state == "" {
		p.alike[likeCityLast], p.alike[likeCityFirst] = false, false
	}
	p.state = hashOf([]byte(state))
	p.towns = sync.OnceValue(func() map[string]bool { return citiesOf(&namer{page: windows1252}, state) })
}

// look holds the row at hand against what its columns should hold.
func (p *Parser) look() {
	w, alike := &p.saw.swaps, &p.plan.alike
	if w.due = len(p.data) <= p.dueLeft; w.due {
		p.dueLeft -= dueBytes
		p.lookAtOrder()
	}
	if p.plan.first[field.City] >= 0 {
		p.lookAtCities(w)
	}
	if alike[likeRegistration] || alike[likeVote] {
		p.lookAtDates(w)
	}
	if alike[likeNames] {
		p.lookAtNames(w)
	}
	if alike[likeMiddle] {
		p.lookAtMiddle(w)
	}
	p.lookAtDoor()
}

// lookAtNames looks up the surname only if the first name could make the row one that
// matters.
func (p *Parser) lookAtNames(w *swapWatch) {
	last, first := p.rec.Last, p.rec.First
	if len(last) == 0 || len(first) == 0 {
		return
	}
	hf := hashOf(first)
	given := p.known(first, hf, field.NameFirst)
	if given&(factWoman|factMan|factEarly|factLate) != 0 {
		p.lookAtFirst(given)
	}
	if given&factSurname == 0 && !w.going(likeNames) && !p.plan.open[SurnameOrFirst] {
		return
	}
	hl := hashOf(last)
	v := saysNothing
	switch family := p.known(last, hl, field.NameLast); {
	case family&factSurname != 0 && given&factGiven != 0:
		v = saysRight
	case family&factGiven != 0 && given&factSurname != 0:
		v = saysSwapped
	}
	w.see(likeNames, v, p.rec.Line, hl, hf)
}

// known returns what the tables say of a canonical name of the row at hand that has that
// hash. Of one of several words that is not in them, the first word says it.
func (p *Parser) known(name []byte, h uint64, role field.Role) facts {
	if p.facts == nil {
		p.facts = known()
	}
	f := p.facts.of(h)
	if f == 0 {
		if word := p.namer.firstWord(p.value(role)); word != "" {
			f = p.facts.of(hashOf([]byte(word))) &^ factListed
		}
	}
	return f
}

// lookAtCities looks at a city that is odd by itself, and asks of one that is no place of
// the state and has the name of people whether a name is one.
func (p *Parser) lookAtCities(w *swapWatch) {
	city := p.value(field.City)
	if city == nil {
		return
	}
	if isDigit(city[0]) || len(city) == 2 {
		p.lookAtCity(city)
	}
	if !p.plan.alike[likeCityLast] && !p.plan.alike[likeCityFirst] {
		return
	}
	hc := hashOf(city)
	right := p.isPlace(city, hc)
	for like := likeCityLast; like <= likeCityFirst; like++ {
		if !p.plan.alike[like] {
			continue
		}
		if right {
			w.see(like, saysRight, p.rec.Line, hc, hc)
			continue
		}
		name := p.value(lookalikes[like].a)
		if name == nil {
			continue
		}
		hn := hashOf(name)
		v := saysNothing
		if p.isPlace(name, hn) && known().of(hashOf([]byte(p.namer.canonical(city))))&factListed != 0 {
			v = saysSwapped
		}
		w.see(like, v, p.rec.Line, hn, hc)
	}
}

// lookAtMiddle tells by initials which name is the middle one, as
// [Match.swappedMiddle] does.
func (p *Parser) lookAtMiddle(w *swapWatch) {
	if len(p.rec.First) > 1 && !w.going(likeMiddle) && !p.plan.open[FirstOrMiddle] {
		return // a first name of more than a letter is no sign of a stretch
	}
	first, middle := p.value(field.NameFirst), p.value(field.NameMiddle)
	if len(first)+len(middle) == 0 {
		return
	}
	w.see(likeMiddle, middleVerdict(first, middle), p.rec.Line, hashOf(first), hashOf(middle))
}

func middleVerdict(first, middle []byte) verdict {
	switch short := isShort(first); {
	case short == isShort(middle):
		return saysNothing
	case short:
		return saysSwapped
	}
	return saysRight
}

// lookAtOrder notes in which order the parts of a date of registration stand.
func (p *Parser) lookAtOrder() {
	pl := p.plan
	registered := p.value(field.RoleRegistrationDate)
	if registered == nil || pl.first[field.RoleRegistrationDate] < 0 {
		return
	}
	date, _ := pl.dates.parse(registered)
	p.saw.registrations.see(registered, orders(registered), date, p.rec.Line, pl.dates.order)
	p.saw.isoRegistered.see(registered, isoOrders(registered), date, p.rec.Line, monthFirst)
}

// lookAtDates tells by their years which date is the birth.
func (p *Parser) lookAtDates(w *swapWatch) {
	born := int(p.born.Year)
	if !isYear(born) {
		return
	}
	for like := likeRegistration; like <= likeVote; like++ {
		if !p.plan.alike[like] {
			continue
		}
		if other, ok := p.plan.year(p.value(lookalikes[like].b)); ok {
			v := yearVerdict(born, other)
			w.see(like, v, p.rec.Line, uint64(born), uint64(other))
			if v == saysNothing && born-other >= grown {
				w.odd(like, p.rec.Line)
			}
		}
	}
}

func yearVerdict(born, other int) verdict {
	switch {
	case other-born >= grown:
		return saysRight
	case born-other >= grown && other >= lateBirth:
		return saysSwapped
	}
	return saysNothing
}

// year returns the year of a date that is no birth and no placeholder.
func (p *plan) year(v []byte) (int, bool) {
	if writingOf(v) == slashed { // 04/17/1961, as most are
		y := four(v[6:10])
		return y, isYear(y) && two(v[0:2]) >= 0 && two(v[3:5]) >= 0
	}
	form := p.dates
	form.last = unknownYear
	d, ok := form.parse(v)
	return int(d.Year), ok && isYear(int(d.Year))
}

// failSwap words what the rows of a member have shown of two columns.
func (m *member) failSwap(like lookalike, line int64, p *plan, layout string, rows bool) error {
	hint := "files with their columns in another order may have been joined: split it there, and give both parts"
	if lookalikes[like].arguable {
		hint += "; if they are right as they stand, say so with --layout " + layout
	}
	return m.fail(fmt.Sprintf("contradicts itself from %s %d on: %s", lineOrRow(rows), line, p.swapped(like)), hint, ErrAmbiguous)
}

// swapped says that two columns seem swapped, and why.
func (p *plan) swapped(like lookalike) string {
	l := &lookalikes[like]
	a, b := p.columnsOf(l)
	if a == "" {
		return p.seems(like)
	}
	return fmt.Sprintf("%s: %q holds %s and %q %s", p.seems(like), a, l.inA, b, l.inB)
}

// seems says that two columns seem swapped, or the names in one.
func (p *plan) seems(like lookalike) string {
	a, b := p.columnsOf(&lookalikes[like])
	if a == "" {
		return fmt.Sprintf("the names in its column %q seem to be written in another order", p.titles[field.NameFull])
	}
	return fmt.Sprintf("its columns %q and %q seem swapped", a, b)
}

// columnsOf returns the titles of the columns of a rule; none where both are parts of one.
func (p *plan) columnsOf(l *lookalikeRule) (a, b string) {
	a, b = p.titles[l.a], p.titles[l.b]
	switch {
	case a == "" && p.titles[field.NameFull] != "":
		return "", ""
	case l.a == field.RoleBirthDate:
		a = p.birthName
	}
	return a, b
}

// hasComma reports whether a whole name has its surname before a comma.
func hasComma(v []byte) bool {
	before, after, ok := bytes.Cut(v, []byte{','})
	return ok && len(before) > 0 && !isSuffix(bytes.TrimSpace(after))
}
