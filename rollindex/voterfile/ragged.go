package voterfile

import (
	"cmp"
	"slices"
)

// Stretch is rows of a member that stand one behind the other.
type Stretch struct {
	Rows int64
	Line int64 // the first
}

// run is rows with another number of fields, between lines of one chunk.
type run struct {
	Stretch
	from, to int64 // its first line, that of the chunk if it begins with the run, and the one behind it
}

// raggedWatch looks for the longest run of a chunk, and for those at its ends, which may
// go on in the next.
type raggedWatch struct {
	first   int64 // the first line of the chunk
	begun   bool  // a row that is not of a run was met
	now     run   // at hand
	longest run   // of those that are not at an end
	ends    []run // at most two
}

// skipped notes a row with another number of fields.
func (w *raggedWatch) skipped(line, next int64) {
	if w.now.Rows == 0 {
		w.now = run{Stretch{0, line}, line, next}
		if !w.begun {
			w.now.from = w.first
		}
	}
	w.now.Rows++
	w.now.to = next
}

// fits notes a row that is not of the run at hand.
func (w *raggedWatch) fits() {
	if w.now.Rows > 0 {
		if !w.begun {
			w.ends = append(w.ends, w.now)
		} else if w.now.Rows > w.longest.Rows {
			w.longest = w.now
		}
		w.now = run{}
	}
	w.begun = true
}

// end ends the chunk, behind which that line stands, and returns the runs that count.
func (w *raggedWatch) end(next int64) []run {
	all := w.ends
	if w.now.Rows > 0 {
		w.now.to = next
		all = append(all, w.now)
	}
	if w.longest.Rows > 0 {
		all = append(all, w.longest)
	}
	*w = raggedWatch{}
	return all
}

// Ragged returns the longest stretch of rows of a member, an index into [Source.Members],
// that were skipped because they have another number of fields: where it is most of such
// rows, another file may have been joined. It is complete when every chunk was parsed to
// its end.
func (s *Source) Ragged(member int) (longest Stretch) {
	p := s.plans[member]
	if p == nil {
		return longest
	}
	p.watched.mu.Lock()
	runs := slices.Clone(p.watched.ragged)
	p.watched.mu.Unlock()
	slices.SortFunc(runs, func(a, b run) int { return cmp.Compare(a.from, b.from) })
	var at run
	for _, r := range runs {
		if at.Rows > 0 && at.to == r.from {
			r.Rows += at.Rows
			r.Line = at.Line
		}
		if at = r; r.Rows > longest.Rows {
			longest = r.Stretch
		}
	}
	return longest
}
