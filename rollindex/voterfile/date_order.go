package voterfile

import (
	"fmt"
	"sync"

	"rollcheck/data/field"
	"rollcheck/hashing"
)

// orders returns the orders in which v is a date, none if v is no date or says
// itself which part is which. Of eight digits the year is known by its century.
func orders(v []byte) orderSet {
	v = trimFraction(v)
	switch writingOf(v) {
	case slashed:
		return ordersOf(two(v[0:2]), two(v[3:5]))
	case eightDigits:
		if yearLast(v) {
			return ordersOf(two(v[0:2]), two(v[2:4]))
		}
	case loose:
		if p, ok := partsOf(v); ok {
			return p.orders()
		}
	}
	return 0
}

// orders returns the orders in which the parts are a date.
func (p *dateParts) orders() orderSet {
	if p.last < 2 || p.named >= 0 || p.width[0] > 2 || p.width[1] > 2 {
		return 0
	}
	set := ordersOf(p.part[0], p.part[1])
	switch p.width[2] {
	case 4:
		return set
	case 2:
	case 1:
		set = 0
	default:
		return 0
	}
	if p.width[0] == 2 && p.part[1] >= 1 && p.part[1] <= 12 && p.part[2] >= 1 && p.part[2] <= 31 {
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
	var only, most [numOrders]int // dates that can only be of that order, in all and in the column that has most
	var where [numOrders]string   // that column
	for i, c := range m.columns {
		if c == nil || c.Role == field.NameFull || c.Format == "" && c.Role != field.RoleBirthDate && c.Role != field.RoleRegistrationDate {
			continue
		}
		if c.Format != "" && c.Format[0] == 'D' {
			m.order = dayFirst
		}
		var here [numOrders]int
		rows.values(m.Layout, c, i, func(_ int64, v []byte) {
			set := orders(v)
			if set != 0 {
				m.dated++
			}
			for o := monthFirst; o < numOrders; o++ {
				if set.only(o) {
					here[o]++
				}
			}
		})
		for o, n := range here {
			if only[o] += n; n > most[o] {
				most[o], where[o] = n, label(c.Name)
			}
		}
	}
	m.decideOrder(only, where)
	m.ordered = int64(only[m.order])
	m.DayFirst = m.order == dayFirst
	m.readISO(rows)
	m.readMidnights(rows)
	m.readPrecision(rows)
}

func (m *Match) decideOrder(only [numOrders]int, where [numOrders]string) {
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
		m.mixedHint = "split it by where it changes, or rewrite its dates as YYYY-MM-DD"
		if where[best] != where[next] {
			m.mixed = fmt.Sprintf("%d, most of them in its column %q, can only have %v and %d, most of them in %q, only %v", only[best], where[best], best, only[next], where[next], next)
			m.mixedHint = "rewrite the dates of one of the columns as YYYY-MM-DD"
		}
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
// Then dates that both orders can read were misread, and the file is refused. Where
// nearly all dates say themselves which part is which (1961-04-17), those that do
// not are slips whatever their order, and only a run of them is held against the
// file.
const (
	strayShare      = 50
	strayShareOfFew = 20
	strayLeast      = 3
	turnedRun       = 5
)

// orderWatch is what the birth dates of a member, or of a chunk of it, showed
// of the order that was decided.
type orderWatch struct {
	with, against int64 // dates that can only be of the order decided, and only of another
	open          int64 // dates that both can read
	plain         int64 // dates that say themselves which part is which
	line          int64 // the first with a date of another order
	turned        int64 // the first of such a run; 0 if there is none
	other         dateOrder

	short struct { // those with fewer digits than 04/17/1961
		with, open int64
		various    different
	}

	run     int   // dates of another order since the last that could not be of it
	runLine int64 // where the run begins
	between bool  // both could read a date within it
}

// see notes the orders in which v, a value of the line, is a date, and the date that it was
// read as.
func (w *orderWatch) see(v []byte, set orderSet, date hashing.Date, line int64, decided dateOrder) {
	if len(v) < len("04/17/1961") && set != 0 {
		w.seeShort(set, date, decided)
	}
	switch {
	case set == 0 && date.Day == 0: // of no order
	case set == 0:
		w.plain++
		w.run, w.between = 0, false
	case set.only(decided):
		w.with++
		w.run, w.between = 0, false
	case set.has(decided):
		w.open++
		w.between = w.between || w.run > 0
	default:
		w.contradict(set, line)
	}
	if w.run >= turnedRun && w.between && w.turned == 0 {
		w.turned = w.runLine
	}
}

func (w *orderWatch) seeShort(set orderSet, date hashing.Date, decided dateOrder) {
	if set.only(decided) {
		w.short.with++
	} else if set.has(decided) {
		w.short.open++
		w.short.various.note(uint64(date.Year)<<16 | uint64(date.Month)<<8 | uint64(date.Day))
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
	w.open += o.open
	w.plain += o.plain
	w.short.with += o.short.with
	w.short.open += o.short.open
	w.short.various.add(&o.short.various)
	if o.line > 0 && (w.line == 0 || o.line < w.line) {
		w.line, w.other = o.line, o.other
	}
	if o.turned > 0 && (w.turned == 0 || o.turned < w.turned) {
		w.turned = o.turned
	}
}

// misread reports whether the dates were read in a wrong order.
func (w *orderWatch) misread() bool {
	return w.turned > 0 || !w.slips() && (w.against > w.with || w.against >= strayLeast && w.against*strayShare > w.with+w.against)
}

// slips reports whether dates of another order are slips, since hardly any could be
// misread.
func (w *orderWatch) slips() bool {
	return w.open == 0 || (w.open+w.against)*strayShare <= w.open+w.against+w.with+w.plain
}

// misreadFew reports the same of dates of which few were looked at: by chance, more of
// these may be slips than of all.
func (w *orderWatch) misreadFew() bool {
	return w.turned > 0 || !w.slips() && w.against >= strayLeast && w.against*strayShareOfFew > w.with+w.against
}

// halfTurned returns how many dates both orders can read, all of which are written in
// another way than the others: with fewer digits, or with the year first, of which iso tells.
// A spreadsheet that takes day and month for each other makes such a column: it leaves
// 04/17/1961 as it stands, which to it is no date, and rewrites 04/03/1961. Of any dates
// two in five can be read both ways, however they are written.
func (w *orderWatch) halfTurned(iso *orderWatch) (turned int64) {
	const least, few = 30, 50
	if w.with < least {
		return 0
	}
	if s := &w.short; s.open >= least && s.with*few <= s.open && s.various.n == manyKinds {
		return s.open
	}
	if iso.open >= least && (iso.with+iso.against)*few <= iso.open && w.open*few <= w.with {
		return iso.open
	}
	return 0
}

// halfTurned says which columns of dates a spreadsheet may have turned in part.
func (s *sighting) halfTurned(p *plan) (open []Doubt) {
	for _, c := range [...]struct {
		dates, iso *orderWatch
		title      string
	}{
		{&s.births, &s.isoBirths, p.birthName},
		{&s.registrations, &s.isoRegistered, p.titles[field.RoleRegistrationDate]},
	} {
		if n := c.dates.halfTurned(c.iso); n > 0 {
			open = append(open, Doubt{Question: DayOrMonth, Told: c.dates.with, Rows: c.dates.with + n, whole: true,
				says: fmt.Sprintf("of the dates in %q that were looked at all %d whose day and month can be taken for each other are written in another way than the other %d, as by a spreadsheet that read only these: it may have exchanged the two in them, and a copy that no spreadsheet saved is better", c.title, n, c.dates.with)})
		}
	}
	return open
}

// sighting is what the rows of a member, or of a chunk of it, showed of whether they
// are read as they were meant.
type sighting struct {
	births        orderWatch
	registrations orderWatch // of the rows that were looked at
	isoBirths     orderWatch // of dates that begin with the year, as are the next
	isoRegistered orderWatch
	shapes        shapeWatch
	swaps         swapWatch
	misplaced     misplacedHints
	order         rowOrder
}

// add adds what another part of the member showed.
func (s *sighting) add(o *sighting) {
	s.births.add(&o.births)
	s.registrations.add(&o.registrations)
	s.isoBirths.add(&o.isoBirths)
	s.isoRegistered.add(&o.isoRegistered)
	s.shapes.add(&o.shapes)
	s.swaps.add(&o.swaps)
	s.misplaced.add(&o.misplaced)
	s.order.add(&o.order)
}

// told returns what the rows say of a question.
func (s *sighting) told(q Question) (t tally) {
	if q == DayOrMonth {
		for _, w := range [...]*orderWatch{&s.births, &s.registrations} {
			t.add(&tally{rows: w.with + w.against + w.open, right: w.with, wrong: w.against})
		}
		return t
	}
	for i := range lookalikes {
		if o := s.swaps.told[i]; lookalikes[i].about == q && o.rows > t.rows { // two pairs are of the same rows
			t = o
		}
	}
	return t
}

// sharedWatch gathers what the parsers of a member saw. What they saw adds up to
// the same whoever saw it, as chunks are the same in every run.
type sharedWatch struct {
	mu       sync.Mutex
	saw      sighting
	unlisted []hint         // see [Parser.lookAtCodes]
	ragged   []run          // of rows with another number of fields, in any order
	unknown  map[uint16]int // columns that have a value, see [Match.unknown], and in how many rows at least
	doors    doors
	names    namesWatch
}

func (s *sharedWatch) add(o *sighting, callers []caller, names []namesPart, ragged []run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saw.add(o)
	s.doors.add(callers)
	s.names.add(names)
	s.ragged = append(s.ragged, ragged...)
}

// Err returns what the rows have shown to be wrong with how they were read, nil if
// nothing has: dates whose order turns, or columns that hold something else or each
// other's values, behind the part of the file by which they were decided. It has its
// say when every chunk was parsed to its end; what was read is not to be used if it is
// not nil.
func (s *Source) Err() error {
	for i, p := range s.plans {
		if p == nil {
			continue
		}
		p.watched.mu.Lock()
		saw := p.watched.saw
		p.watched.mu.Unlock()
		m, rows := s.members[i], s.about[i].Rows
		like, swapped := saw.swaps.first(p.forced)
		switch {
		case saw.shapes.header > 0 || saw.shapes.line > 0:
			return m.failShapes(&saw.shapes, p, rows)
		case swapped > 0:
			return m.failSwap(like, swapped, p, s.about[i].Match.Layout.ID, rows)
		case saw.isoBirths.misread():
			return m.failISO(&saw.isoBirths, p.birthName, rows)
		case saw.isoRegistered.misreadFew():
			return m.failISO(&saw.isoRegistered, p.titles[field.RoleRegistrationDate], rows)
		case saw.births.misread():
			return m.failOrder(&saw.births, p, p.birthName, rows)
		case saw.registrations.misreadFew():
			return m.failOrder(&saw.registrations, p, p.titles[field.RoleRegistrationDate], rows)
		}
	}
	return nil
}

// firstOf returns the line that shows best what is wrong.
func (w *orderWatch) firstOf() int64 {
	if w.turned > 0 {
		return w.turned
	}
	return w.line
}

// failOrder words what the dates of a column have shown.
func (m *member) failOrder(w *orderWatch, p *plan, column string, rows bool) error {
	where := lineOrRow(rows)
	switch {
	case w.with == 0 && w.plain > w.open+w.against:
		return m.fail(fmt.Sprintf("writes dates in two ways: most of those in its column %q say themselves which part is which, but some can only have %v, as %s %d shows, and others may",
			column, w.other, where, w.firstOf()), "rewrite its dates as YYYY-MM-DD, or split it by where it changes", ErrAmbiguous)
	case w.with == 0:
		return m.fail(fmt.Sprintf("has dates in its column %q that can only have %v, as %s %d shows, while nothing shows %v, as it was read",
			column, w.other, where, w.line, p.dates.order),
			fmt.Sprintf("state the form of the column in a layout (%s) and give that with --layout FILE, or rewrite the dates as YYYY-MM-DD", w.other.stated()), ErrAmbiguous)
	}
	return m.fail(fmt.Sprintf("writes dates in two ways: of those in its column %q, %d can only have %v and %d only %v, as %s %d shows",
		column, w.with, p.dates.order, w.against, w.other, where, w.firstOf()),
		"split it by where it changes, or rewrite its dates as YYYY-MM-DD; a layout that states the form of the column (--layout FILE) decides where the file does not show it", ErrAmbiguous)
}
