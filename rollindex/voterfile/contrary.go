package voterfile

import "fmt"

// Contrary is rows of a member whose values speak against how two of its columns are
// read, and which are so few, or so scattered, that the file is read all the same.
// They are read as they stand.
type Contrary struct {
	Question
	Rows int64 // how many rows
	Line int64 // where the first stands
	says string
}

// String says which rows they are and why, in a clause.
func (c Contrary) String() string { return c.says }

// Contrary returns what rows of a member, an index into [Source.Members], say against
// how they were read, in the order of the questions; it is complete when every chunk
// was parsed to its end. Rows for which [Source.Err] refuses a file, or which
// [Source.Doubts] tells of, are not repeated.
//
// Every row counts whose birth is not long enough before another of its dates. Names
// and places of right rows may seem swapped, so that of these only rows count that
// stand together.
func (s *Source) Contrary(member int) (all []Contrary) {
	p := s.plans[member]
	if p == nil {
		return nil
	}
	p.watched.mu.Lock()
	saw := p.watched.saw.swaps
	p.watched.mu.Unlock()
	for i, h := range saw.hints {
		if h.rows == 0 || saw.lines[i] > 0 {
			continue
		}
		like, where := lookalike(i), lineOrRow(s.about[member].Rows)
		rows, have := fmt.Sprintf("%d rows, the first in %s %d,", h.rows, where, h.line), "have"
		if h.rows == 1 {
			rows, have = fmt.Sprintf("1 row, in %s %d,", where, h.line), "has"
		}
		says := fmt.Sprintf("in %s %s", rows, p.swapped(like))
		if lookalikes[i].about == BirthOrEvent {
			says = fmt.Sprintf("%s %s a date in %q %d years or more before the birth in %q", rows, have, p.titles[lookalikes[i].b], grown, p.birthName)
		}
		all = append(all, Contrary{lookalikes[i].about, h.rows, h.line, says})
	}
	return all
}
