package voterfile

import (
	"fmt"
	"sync"

	"rollcheck/data/field"
)

// orders returns the orders in which v is a date, none if v is no date or says
// itself which part is which. Of eight digits the year is known by its century.
func orders(v []byte) orderSet {
	if len(v) == 10 && v[2] == '/' && v[5] == '/' {
		return ordersOf(two(v[0:2]), two(v[3:5]))
	}
	if len(v) < len("1/2/61") || !isDigit(v[0]) || isDigit(v[1]) && isDigit(v[2]) && len(v) != 8 {
		return 0
	}
	if len(v) == 8 && isDigit(v[2]) {
		if y := four(v[4:8]); y < 1800 || y >= 2100 || four(v[0:4]) < 0 {
			return 0
		}
		return ordersOf(two(v[0:2]), two(v[2:4]))
	}
	part, width, n := [3]int{}, [3]int{}, 0
	for _, c := range v {
		switch {
		case isDigit(c) && width[n] < 4:
			part[n] = part[n]*10 + int(c-'0')
			width[n]++
		case (c == '/' || c == '-' || c == '.' || c == ' ') && n < 2 && width[n] > 0:
			n++
		case (c == ' ' || c == 'T') && n == 2 && width[n] > 0:
			return ordersOfParts(part, width)
		default:
			return 0
		}
	}
	if n < 2 {
		return 0
	}
	return ordersOfParts(part, width)
}

func ordersOfParts(part, width [3]int) orderSet {
	set := ordersOf(part[0], part[1])
	switch {
	case width[0] > 2 || width[1] > 2:
		return 0
	case width[2] == 4:
		return set
	case width[2] > 2 || width[2] == 0:
		return 0
	case width[2] == 1:
		set = 0
	}
	if width[0] == 2 && part[1] >= 1 && part[1] <= 12 && part[2] >= 1 && part[2] <= 31 {
		set |= 1 << yearFirst
	}
	return set
}

// ordersOf returns the orders in which a and b are a day and a month.
func ordersOf(a, b int) (set orderSet) {
	if a >= 1 && a <= 12 && b >= 1 && b <= 31 {
		set |= 1 << monthFirst
	}
	if b >= 1 && b <= 12 && a >= 1 && a <= 31 {
		set |= 1 << dayFirst
	}
	return set
}

// readDates decides in which order the file's dates stand. The layout says so,
// unless the values say otherwise: several of them can only be of one order, and
// hardly any only of another.
func (m *Match) readDates(rows *sampleRows) {
	var only [numOrders]int // dates that can only be of that order
	for i, c := range m.columns {
		if c == nil || c.Role == field.NameFull || c.Format == "" && c.Role != field.RoleBirthDate && c.Role != field.RoleRegistrationDate {
			continue
		}
		if c.Format != "" && c.Format[0] == 'D' {
			m.order = dayFirst
		}
		rows.values(m.Layout, c, i, func(_ int64, v []byte) {
			for set, o := orders(v), monthFirst; o < numOrders; o++ {
				if set.only(o) {
					only[o]++
				}
			}
		})
	}
	m.decideOrder(only)
	m.DayFirst = m.order == dayFirst
	m.readMidnights(rows)
	m.readPrecision(rows)
}

func (m *Match) decideOrder(only [numOrders]int) {
	best, next := monthFirst, dayFirst
	if only[next] > only[best] {
		best, next = next, best
	}
	switch years := only[yearFirst]; {
	case years > only[best]:
		best, next = yearFirst, best
	case years > only[next]:
		next = yearFirst
	}
	const enough = 3
	switch {
	case only[best] >= enough && only[best] > 10*only[next]:
		if best != m.order {
			m.order = best
			m.Evidence = append(m.Evidence, "dates have "+best.String()+", unlike the layout's")
		}
	case 20*only[next] > only[best]+only[next] && only[next] >= enough:
		m.mixed = fmt.Sprintf("%d can only have %v and %d only %v", only[best], best, only[next], next)
	}
}

// dateForm returns how the file's dates are read, with two digits for a year up
// to last.
func (m *Match) dateForm(last int) dateForm { return dateForm{m.order, last, m.nextDay} }

// An order that was decided by the beginning of a file is watched while the whole
// of it is read. A birth date that can only be of another order is a slip of
// somebody's pen, and gives its year only, unless
//
//   - nothing was ever seen that can only be of the order decided, or less of it;
//   - more than one such date in strayShare, and strayLeast at least, is of another;
//   - turnedRun of them follow one another, with dates between them that both
//     orders can read and none that only the decided one can: files were joined.
//     Among slips as frequent as one in strayShare, one such run is expected in
//     300 million dates. The dates between tell a part of another order from the
//     slips of a file that is sorted by the text of its dates.
//
// Then dates that both orders can read were misread, and the file is refused.
const (
	strayShare = 50
	strayLeast = 3
	turnedRun  = 5
)

// orderWatch is what the birth dates of a member, or of a chunk of it, showed
// of the order that was decided.
type orderWatch struct {
	with, against int64
	line          int64 // the first with a date of another order
	turned        int64 // the first of such a run; 0 if there is none
	other         dateOrder

	run     int   // dates of another order since the last that is of the one decided
	runLine int64 // where the run begins
	between bool  // both could read a date within it
}

// see notes a birth date that stands in the line.
func (w *orderWatch) see(v []byte, line int64, decided dateOrder) {
	switch set := orders(v); {
	case set == 0:
	case set.only(decided):
		w.with++
		w.run, w.between = 0, false
	case set.has(decided):
		w.between = w.between || w.run > 0
	default:
		w.contradict(set, line)
	}
	if w.run >= turnedRun && w.between && w.turned == 0 {
		w.turned = w.runLine
	}
}

func (w *orderWatch) contradict(set orderSet, line int64) {
	if w.against++; w.line == 0 {
		w.line = line
		for !set.has(w.other) {
			w.other++
		}
	}
	if w.run++; w.run == 1 {
		w.runLine = line
	}
}

// add adds what another part of the member showed.
func (w *orderWatch) add(o *orderWatch) {
	w.with += o.with
	w.against += o.against
	if o.line > 0 && (w.line == 0 || o.line < w.line) {
		w.line, w.other = o.line, o.other
	}
	if o.turned > 0 && (w.turned == 0 || o.turned < w.turned) {
		w.turned = o.turned
	}
}

// misread reports whether the dates were read in a wrong order.
func (w *orderWatch) misread() bool {
	return w.turned > 0 || w.against > w.with || w.against >= strayLeast && w.against*strayShare > w.with+w.against
}

// sharedWatch gathers what the parsers of a member saw. What they saw adds up to
// the same whoever saw it, as chunks are the same in every run.
type sharedWatch struct {
	mu    sync.Mutex
	watch orderWatch
}

func (s *sharedWatch) add(w *orderWatch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watch.add(w)
}

// Err returns what the rows have shown to be wrong with how they were read, nil if
// nothing has: dates whose order turns behind the part of the file by which it was
// decided. It has its say when every chunk was parsed to its end; what was read is
// not to be used if it is not nil.
func (s *Source) Err() error {
	for i, p := range s.plans {
		if p == nil {
			continue
		}
		p.watched.mu.Lock()
		w := p.watched.watch
		p.watched.mu.Unlock()
		if w.misread() {
			return s.members[i].failOrder(&w, p, s.about[i].Rows)
		}
	}
	return nil
}

// failOrder words what the dates of a member have shown.
func (m *member) failOrder(w *orderWatch, p *plan, rows bool) error {
	where := "line"
	if rows {
		where = "row"
	}
	if w.with == 0 {
		return m.fail(fmt.Sprintf("has dates in its column %q that can only have %v, as %s %d shows, while nothing shows %v, as it was read",
			p.birthName, w.other, where, w.line, p.dates.order),
			fmt.Sprintf("state the form of the column in a layout (%s) and give that with --layout FILE, or rewrite the dates as YYYY-MM-DD", w.other.stated()), ErrAmbiguous)
	}
	line := w.line
	if w.turned > 0 {
		line = w.turned
	}
	return m.fail(fmt.Sprintf("writes dates in two ways: of those in its column %q, %d can only have %v and %d only %v, as %s %d shows",
		p.birthName, w.with, p.dates.order, w.against, w.other, where, line),
		"split it by where it changes, or rewrite its dates as YYYY-MM-DD; a layout that states the form of the column (--layout FILE) decides where the file does not show it", ErrAmbiguous)
}
