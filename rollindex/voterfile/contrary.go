package voterfile

import "fmt"

// Contrary is rows of a member whose values speak against how two of its columns are
// read, and which are so few, or so scattered, that the file is read all the same.
// They are read as they stand.
type Contrary struct {
	Question
	Member string // its name
	Rows   int64  // how many rows
	Line   int64  // where the first stands
	// Singly says that the rows stand here and there and show it by names or places, as
	// some rows do whose columns are right: somebody is called James Taylor.
	Singly bool
	says   string
}

// String says which rows they are and why, in a clause.
func (c Contrary) String() string { return c.says }

// Contrary returns what rows of a member, an index into [Source.Members], say against
// how they were read, those that say it singly last; it is complete when every chunk was
// parsed to its end. Rows for which [Source.Err] refuses a file, or which [Source.Doubts]
// tells of, are not repeated.
//
// No row is left out that has a value which is none of the codes of its column, or cannot
// stand there (see [Misplaced]), whose birth is not long enough before another of its dates, or whose names or places seem
// swapped.
func (s *Source) Contrary(member int) (all []Contrary) {
	p := s.plans[member]
	if p == nil {
		return nil
	}
	p.watched.mu.Lock()
	saw, misplaced := p.watched.saw.swaps, p.watched.saw.misplaced
	p.watched.mu.Unlock()
	where := lineOrRow(s.about[member].Rows)
	all = append(p.unlistedCodes(s.about[member].Name, where), p.misplacedValues(&misplaced, s.about[member].Name, where)...)
	for _, singly := range []bool{false, true} {
		hints := &saw.hints
		if singly {
			hints = &saw.singles
		}
		for i, h := range hints {
			if h.rows == 0 || saw.lines[i] > 0 {
				continue
			}
			about := lookalikes[i].about
			all = append(all, Contrary{about, s.about[member].Name, h.rows, h.line, singly, p.contrary(lookalike(i), h, where, singly)})
		}
	}
	return all
}

// words returns which rows they are, and the verb that goes with them.
func (h hint) words(where string) (rows, have string) {
	if h.rows == 1 {
		return fmt.Sprintf("1 row, in %s %d,", where, h.line), "has"
	}
	return fmt.Sprintf("%d rows, the first in %s %d,", h.rows, where, h.line), "have"
}

// contrary words what rows say against how they are read.
func (p *plan) contrary(like lookalike, h hint, where string, singly bool) string {
	rows, have := h.words(where)
	if singly && h.rows > 1 {
		rows = fmt.Sprintf("%d rows here and there, the first in %s %d,", h.rows, where, h.line)
	}
	l := &lookalikes[like]
	switch {
	case l.about == BirthOrEvent:
		return fmt.Sprintf("%s %s a date in %q %d years or more before the birth in %q", rows, have, p.titles[l.b], grown, p.birthName)
	case singly:
		return fmt.Sprintf("in %s %s, as in some rows of any file", rows, p.seems(like))
	}
	return fmt.Sprintf("in %s %s", rows, p.swapped(like))
}
