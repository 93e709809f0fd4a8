package voterfile

import (
	"fmt"

	"rollcheck/data/field"
	"rollcheck/hashing"
)

// Question is something that the values of a file may leave open.
type Question uint8

// The questions: which of two columns that look alike holds what, and in which order
// the parts of a date stand.
const (
	SurnameOrFirst Question = iota
	FirstOrMiddle
	SurnameOrCity
	BirthOrEvent // an event is a registration or a vote
	DayOrMonth
	UnlistedCode // this and the next are asked of single rows, see [Contrary]
	Misplaced
	SurnameOfOthers // this and those behind it are asked of whole files, see neighbors.go
	FirstOfOthers
	BirthOfOthers
	ZIPOfOthers
	numQuestions
)

var questionNames = [numQuestions]string{"surname-first-name", "first-middle-name", "surname-city", "birth-other-date", "day-month", "unlisted-code", "misplaced", hashing.SurnameOfOthers, hashing.FirstOfOthers, hashing.BirthOfOthers, hashing.ZIPOfOthers}

// String returns the name used in JSON and in an index ("surname-first-name").
func (q Question) String() string {
	if q >= numQuestions {
		return "unknown"
	}
	return questionNames[q]
}

var questionTitles = [numQuestions]string{
	"which column holds the surnames and which the first names",
	"which column holds the first names and which the middle names",
	"which column holds the surnames and which the cities",
	"which column holds the births and which other dates",
	"whether the day or the month of a date comes first",
	"values that are none of the codes of their column",
	"values that cannot stand in their column",
	"whether the surnames stand in the rows of their people",
	"whether the first names stand in the rows of their people",
	"whether the births stand in the rows of their people",
	"whether the ZIP codes stand in the rows of their people",
}

// Title returns the question in words, as an indirect one.
func (q Question) Title() string {
	if q >= numQuestions {
		return "unknown"
	}
	return questionTitles[q]
}

// ParseQuestion returns the question of that name.
func ParseQuestion(name string) (Question, bool) {
	for q, n := range questionNames {
		if n == name {
			return Question(q), true
		}
	}
	return 0, false
}

// Doubt is a question that the values of a member do not settle. It is read as its
// header, or its layout, says.
type Doubt struct {
	Question
	Told, Rows int64  // how many rows speak for how it is read, of how many looked at
	Line       int64  // from where on rows speak against it, where the layout was named all the same; 0 if they do not
	says       string // how it is read
	whole      bool   // and that is all to say
}

// String says what is not confirmed, in a clause.
func (d Doubt) String() string {
	if d.Line > 0 || d.whole {
		return d.says
	}
	return fmt.Sprintf("%s (%d of %d rows tell)", d.says, d.Told, d.Rows)
}

// OfOthers reports whether it is that values stand in the rows of other people.
func (d Doubt) OfOthers() bool { return d.Question >= SurnameOfOthers }

// OfLayout reports whether another layout could settle it. Otherwise only another copy can.
func (d Doubt) OfLayout() bool { return !d.whole }

// The values settle a question if leastTold rows or more, and a share of them, speak
// for how the file is read, and hardly any against it. Of the names of any people some
// seem to tell.
const leastTold = 3

// settles reports whether the rows settle the question. Names must be various: those
// of a file that is sorted by first names may be of nobody but Aarons, whose name is a
// surname too.
func (t *tally) settles(q Question) bool {
	return t.right >= leastTold && t.right >= outweighs*t.wrong && float64(t.right) >= settling[q]*float64(t.rows) &&
		(q != SurnameOrFirst || min(t.a.n, t.b.n) >= leastNames)
}

// Of rolls of the United States half of the rows and more tell the surname, two in five
// the middle name, nearly all the birth.
var settling = [numQuestions]float64{SurnameOrFirst: 0.1, FirstOrMiddle: 0.05, SurnameOrCity: fewCities, BirthOrEvent: 0.5}

// doubt notes what the rows of the sample do not settle.
func (m *Match) doubt(rows *sampleRows) {
	for q := range UnlistedCode {
		t := m.told(q, rows)
		if t.rows == 0 || t.settles(q) {
			continue
		}
		m.Doubts = append(m.Doubts, Doubt{Question: q, Told: t.right, Rows: t.rows, says: m.says(q)})
	}
}

func (m *Match) doubts(q Question) bool {
	for _, d := range m.Doubts {
		if d.Question == q {
			return true
		}
	}
	return false
}

// told returns what the rows of the sample say of a question; none where it does not
// arise. Where surnames and first names are told, so is the surname from the city.
func (m *Match) told(q Question, rows *sampleRows) tally {
	switch q {
	case SurnameOrFirst:
		if m.column(field.NameLast) < 0 || m.column(field.NameFirst) < 0 {
			return m.toldWhole(rows)
		}
		return m.shown[likeNames]
	case FirstOrMiddle:
		return m.toldMiddle(rows)
	case SurnameOrCity:
		return m.toldCity(rows)
	case BirthOrEvent:
		if m.shown[likeVote].rows > m.shown[likeRegistration].rows {
			return m.shown[likeVote]
		}
		return m.shown[likeRegistration]
	}
	return tally{rows: m.dated, right: m.ordered}
}

// toldWhole returns what names say that stand in one column: a comma stands behind a
// surname, and without one the tables tell.
func (m *Match) toldWhole(rows *sampleRows) (t tally) {
	i := m.column(field.NameFull)
	if i < 0 {
		return t
	}
	form := m.columns[i].Format
	want := "first last" // what is read without a comma
	if form == "last first" || m.nameForm == "last first" {
		want = "last first"
	}
	n := m.newNamer()
	rows.values(m.Layout, m.columns[i], i, func(_ int64, v []byte) {
		t.rows++
		switch o := n.order(v); {
		case form != "first last" && hasComma(v) || o == want:
			t.right++
			first, rest := cutWord(v)
			t.a.note(hashOf(first))
			t.b.note(hashOf(rest))
		case o != "":
			t.wrong++
		}
	})
	return t
}

// toldMiddle returns what initials say; nothing where nobody has a middle name.
func (m *Match) toldMiddle(rows *sampleRows) tally {
	middle := m.column(field.NameMiddle)
	if middle < 0 || m.column(field.NameFirst) < 0 {
		return tally{}
	}
	for _, row := range rows.rows {
		if m.cell(row, middle) != nil {
			return m.shown[likeMiddle]
		}
	}
	return tally{}
}

// toldCity returns how many cities are places of the state.
func (m *Match) toldCity(rows *sampleRows) (t tally) {
	city := m.column(field.City)
	if city < 0 || m.column(field.NameLast) < 0 || !m.doubts(SurnameOrFirst) {
		return t
	}
	n := m.newNamer()
	var places map[string]bool
	if m.home != "" {
		places = citiesOf(n, m.home)
	}
	rows.values(m.Layout, m.columns[city], city, func(_ int64, v []byte) {
		if t.rows++; places[n.canonical(v)] {
			t.right++
		}
	})
	return t
}

// says words how a question is answered for want of anything better.
func (m *Match) says(q Question) string {
	name := func(r field.Role) string {
		if i := m.column(r); i >= 0 {
			return label(m.columns[i].Name)
		}
		return ""
	}
	source := "nothing but the order of its columns says"
	if m.ByName {
		source = "its header alone says"
	}
	pair := func(a, inA, b, inB, what string) string {
		return fmt.Sprintf("%s that column %q holds %s and column %q %s; %s", source, a, inA, b, inB, what)
	}
	const names, initials = "names do not confirm it", "initials do not confirm it"
	switch q {
	case SurnameOrFirst:
		if full := name(field.NameFull); full != "" && (name(field.NameLast) == "" || name(field.NameFirst) == "") {
			return fmt.Sprintf("the names in its column %q do not show whether the surname or the first name comes first", full)
		}
		return pair(name(field.NameLast), "surnames", name(field.NameFirst), "first names", names)
	case FirstOrMiddle:
		return pair(name(field.NameFirst), "first names", name(field.NameMiddle), "middle names", initials)
	case SurnameOrCity:
		return pair(name(field.NameLast), "surnames", name(field.City), "cities", "places do not confirm it")
	case BirthOrEvent:
		births, events := "", name(field.RoleRegistrationDate)
		for _, r := range [...]field.Role{field.RoleBirthDate, field.RoleBirthMonthYear, field.RoleBirthYear} {
			if births == "" {
				births = name(r)
			}
		}
		if events == "" {
			events = name(field.LastVoteDate)
		}
		return pair(births, "births", events, "later dates", "the years do not confirm it")
	}
	return fmt.Sprintf("its dates do not show whether the day or the month comes first, and are read with %v", m.order)
}

// Doubts returns the questions about a member, an index into [Source.Members], that
// neither its beginning nor the whole of it settles, in order; it is complete when
// every chunk was parsed to its end.
func (s *Source) Doubts(member int) (open []Doubt) {
	p := s.plans[member]
	if p == nil {
		return nil
	}
	p.watched.mu.Lock()
	saw, moved := p.watched.saw, p.watched.outOfPlace(p, lineOrRow(s.about[member].Rows))
	p.watched.mu.Unlock()
	names := saw.told(SurnameOrFirst)
	for _, d := range s.about[member].Match.Doubts {
		whole := saw.told(d.Question)
		if whole.settles(d.Question) || d.Question == SurnameOrCity && names.settles(SurnameOrFirst) {
			continue
		}
		if whole.rows > d.Rows {
			d.Told, d.Rows = whole.right, whole.rows
		}
		open = append(open, d)
	}
	for i, line := range saw.swaps.lines {
		if line > 0 && p.forced && lookalikes[i].arguable {
			open = append(open, Doubt{Question: lookalikes[i].about, Line: line, says: fmt.Sprintf("from %s %d on %s; the layout was named all the same",
				lineOrRow(s.about[member].Rows), line, p.swapped(lookalike(i)))})
		}
	}
	open = append(open, saw.halfTurned(p)...)
	return append(open, moved...)
}
