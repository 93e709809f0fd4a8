package diff

import (
	"context"

	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/internal/extsort"
)

// The measures that are counted of the rows of a county: those whose field changed,
// by [compare.Field], and these.
const (
	added int = compare.NumFields + iota
	removed
	matched
	changed  // in any field
	writing  // in nothing but other columns, or how values are written
	repeated // with the id of a row before them
	reused   // whose id another person had
	numMeasures
)

type counts [numMeasures]int64

// matching matches the rows that were read.
type matching struct {
	*reading
	files    [2]*File
	compared [len(slots)]bool // both files have the field
	counties int              // how many there are
	statuses int
	firstDay uint16 // by its print: the first whose registrations are counted by county
	free     chan *tally
	writers  chan *writers
	all      *tally
	masses   []mass
}

// writers hand on what one goroutine finds.
type writers struct {
	keys  *extsort.Writer[wide]
	moves *extsort.Writer[thin]
}

// dayWindow is how far back from the newest registration new rows are counted by day
// and county: 400 days, in prints of days.
const dayWindow = 420

func newMatching(r *reading, files [2]*File) *matching {
	m := &matching{reading: r, files: files, counties: len(r.counties.entries), statuses: len(r.statuses.entries)}
	for s, f := range slots {
		m.compared[s] = files[Old].Filled[f] > 0 && files[New].Filled[f] > 0
	}
	if newest := files[New].newest; newest > dayWindow {
		m.firstDay = newest - dayWindow
	}
	m.free, m.writers = make(chan *tally, r.opts.Jobs+1), make(chan *writers, r.opts.Jobs)
	for range r.opts.Jobs {
		m.writers <- &writers{r.keys.NewWriter(), r.moves.NewWriter()}
	}
	m.all = m.newTally()
	for i, f := range files {
		for county, n := range f.repeated {
			if m.all.repeats[i] += n; i == New {
				m.all.counties[county][repeated] += n
			}
		}
	}
	return m
}

// tally is what was counted of one bucket, or of all.
type tally struct {
	counties   []counts
	statuses   []counts
	flips      map[[2]uint16]int64
	days       map[dayOf]int64
	byID       int64
	byKey      int64
	renumbered int64
	repeats    [2]int64
	keyless    [2]int64
}

// dayOf is a day, by its print, on which people of a county registered.
type dayOf struct{ day, county uint16 }

func (m *matching) newTally() *tally {
	return &tally{counties: make([]counts, m.counties), statuses: make([]counts, m.statuses), flips: map[[2]uint16]int64{}, days: map[dayOf]int64{}}
}

func (t *tally) add(o *tally) {
	for i := range o.counties {
		addTo(t.counties[i][:], o.counties[i][:])
	}
	for i := range o.statuses {
		addTo(t.statuses[i][:], o.statuses[i][:])
	}
	for k, n := range o.flips {
		t.flips[k] += n
	}
	for k, n := range o.days {
		t.days[k] += n
	}
	t.byID += o.byID
	t.byKey += o.byKey
	t.renumbered += o.renumbered
	addTo(t.repeats[:], o.repeats[:])
	addTo(t.keyless[:], o.keyless[:])
}

func (t *tally) clear() {
	clear(t.counties)
	clear(t.statuses)
	clear(t.flips)
	clear(t.days)
	*t = tally{counties: t.counties, statuses: t.statuses, flips: t.flips, days: t.days}
}

// run matches rows by id, those left by key, and then looks where people moved.
func (m *matching) run(ctx context.Context) error {
	if err := drain(ctx, m, m.ids, m.byID); err != nil {
		return err
	}
	for range cap(m.writers) {
		w := <-m.writers
		if err := w.keys.Flush(); err != nil {
			return err
		}
		m.writers <- w
	}
	if err := drain(ctx, m, m.keys, m.byKey); err != nil {
		return err
	}
	for range cap(m.writers) {
		w := <-m.writers
		if err := w.moves.Flush(); err != nil {
			return err
		}
	}
	for i, f := range m.files {
		f.Repeated = m.all.repeats[i]
		f.Keyless += m.all.keyless[i]
	}
	return m.findMasses(ctx)
}

// drain hands the groups of records of one tag to work.
func drain(ctx context.Context, m *matching, s *extsort.Sorter[wide], work func(t *tally, w *writers, old, new []wide) error) error {
	return extsort.Drain(ctx, s, m.opts.Jobs, func(records []wide) (*tally, error) {
		var t *tally
		select {
		case t = <-m.free:
		default:
			t = m.newTally()
		}
		w := <-m.writers
		defer func() { m.writers <- w }()
		for i := 0; i < len(records); {
			split, j := i, i
			for ; j < len(records) && records[j][0] == records[i][0]; j++ {
				if records[j].file() == Old {
					split = j + 1
				}
			}
			if err := work(t, w, records[i:split], records[split:j]); err != nil {
				return nil, err
			}
			i = j
		}
		return t, nil
	}, func(t *tally) error {
		m.all.add(t)
		t.clear()
		select {
		case m.free <- t:
		default:
		}
		return nil
	})
}

// byID matches the rows of one voter id and hands on those left.
func (m *matching) byID(t *tally, w *writers, old, new []wide) error {
	for f, rows := range [2][]wide{old, new} {
		for i := 1; i < len(rows); i++ {
			t.repeats[f]++
			if f == New {
				t.counties[rows[i].county()][repeated]++
			}
		}
	}
	usable := len(old)+len(new) <= maxGroup
	if usable {
		var err error
		if old, new, err = m.pairUp(t, w, old, new, true); err != nil {
			return err
		}
		if len(old) > 0 && len(new) > 0 {
			for i := range new[:min(len(old), len(new))] {
				t.counties[new[i].county()][reused]++
			}
		}
	}
	for f, rows := range [2][]wide{old, new} {
		for i := range rows {
			if err := m.handOn(t, w, f, &rows[i], usable); err != nil {
				return err
			}
		}
	}
	return nil
}

// handOn gives a row that was not matched by its id to those that are matched by
// the other key.
func (m *matching) handOn(t *tally, w *writers, file int, row *wide, usable bool) error {
	if row[2] == 0 {
		if !usable {
			t.keyless[file]++
			return nil
		}
		return m.alone(t, w, row)
	}
	next := *row
	next[0], next[2] = row[2], row[0]
	if !usable {
		next[2] = 0
	}
	return w.keys.Add(next)
}

// byKey matches the rows of one key that no id has matched.
func (m *matching) byKey(t *tally, w *writers, old, new []wide) error {
	if len(old)+len(new) > maxGroup {
		t.keyless[Old] += int64(len(old))
		t.keyless[New] += int64(len(new))
		return nil
	}
	old, new, err := m.pairUp(t, w, old, new, false)
	if err != nil {
		return err
	}
	for _, rows := range [2][]wide{old, new} {
		for i := range rows {
			if err := m.alone(t, w, &rows[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// pairUp counts the pairs of rows that may be one person, each old row with the new
// one that agrees with it the most, and returns the rows left.
func (m *matching) pairUp(t *tally, w *writers, old, new []wide, byID bool) (restOld, restNew []wide, err error) {
	if len(old) == 0 || len(new) == 0 {
		return old, new, nil
	}
	if len(old) == 1 && len(new) == 1 {
		if !mayBeOne(&old[0], &new[0], byID) {
			return old, new, nil
		}
		return nil, nil, m.matched(t, w, &old[0], &new[0], byID)
	}
	var taken [maxGroup]bool
	for i := range old {
		best, most := -1, -1
		for j := range new {
			if !taken[j] && mayBeOne(&old[i], &new[j], byID) {
				if n := agreement(&old[i], &new[j]); n > most {
					best, most = j, n
				}
			}
		}
		if best < 0 {
			restOld = append(restOld, old[i])
			continue
		}
		taken[best] = true
		if err := m.matched(t, w, &old[i], &new[best], byID); err != nil {
			return nil, nil, err
		}
	}
	for j := range new {
		if !taken[j] {
			restNew = append(restNew, new[j])
		}
	}
	return restOld, restNew, nil
}

// matched counts a pair by how it was found.
func (m *matching) matched(t *tally, w *writers, a, b *wide, byID bool) error {
	if byID {
		t.byID++
		return m.pair(t, w, a, b, false)
	}
	t.byKey++
	return m.pair(t, w, a, b, a[2] != 0 && b[2] != 0 && a[2] != b[2])
}

func agreement(a, b *wide) (n int) {
	for s := range slots {
		if a.print(slot(s)) == b.print(slot(s)) {
			n++
		}
	}
	return n
}

// apartBirths reports whether two birth dates differ, and whether both are known.
func apartBirths(a, b *wide) (differ, known bool) {
	x, y := a.print(birthSlot), b.print(birthSlot)
	if x == 0 || y == 0 {
		return false, false
	}
	return !sameBirth(x, y), true
}

// sameBirth compares dates as exactly as the less exact of them is.
func sameBirth(x, y uint16) bool {
	_, dayX := compare.DayOfPrint(x)
	_, dayY := compare.DayOfPrint(y)
	if dayX && dayY {
		return x == y
	}
	return x/384 == y/384
}

// mayBeOne reports whether two rows of one key may be one person: their birth dates
// do not differ. Of one voter id it is enough that the whole name agrees; failing
// birth dates, a part of the name has to.
func mayBeOne(a, b *wide, byID bool) bool {
	differ, known := apartBirths(a, b)
	if !byID {
		return !differ
	}
	last, first := a.print(lastSlot) == b.print(lastSlot), a.print(firstSlot) == b.print(firstSlot)
	if !known {
		return last || first
	}
	return !differ || last && first
}

// pair counts two rows of one person; otherID says that their voter ids differ.
func (m *matching) pair(t *tally, w *writers, a, b *wide, otherID bool) error {
	county, status := a.county(), a.print(statusSlot)
	if county == 0 {
		county = b.county()
	}
	c, s := &t.counties[county], &t.statuses[status]
	c[matched]++
	s[matched]++
	differs := false
	note := func(f compare.Field) {
		differs = true
		c[f]++
	}
	for i, f := range slots {
		x, y := a.print(slot(i)), b.print(slot(i))
		if m.compared[i] && x != y && !(slot(i) == birthSlot && x != 0 && y != 0 && sameBirth(x, y)) {
			note(f)
		}
	}
	if a.county() != b.county() && m.files[Old].Filled[compare.County] > 0 && m.files[New].Filled[compare.County] > 0 {
		note(compare.County)
	}
	if otherID { // which is said apart: a vendor numbers all voters in its own way
		c[compare.VoterID]++
		t.renumbered++
	}
	if differs {
		c[changed]++
		s[changed]++
	} else if a.print(writingSlot) != b.print(writingSlot) {
		c[writing]++
		s[writing]++
	}
	if to := b.print(statusSlot); m.compared[statusSlot] && status != to {
		t.flips[[2]uint16{status, to}]++
	}
	return m.moved(w, a, b)
}

// alone counts a row without one in the other file.
func (m *matching) alone(t *tally, w *writers, row *wide) error {
	what, kind := removed, removedAt
	if row.file() == New {
		what, kind = added, addedAt
		if day := row.print(registeredSlot); day >= m.firstDay {
			if _, ok := compare.DayOfPrint(day); ok {
				t.days[dayOf{day, row.county()}]++
			}
		}
	}
	t.counties[row.county()][what]++
	t.statuses[row.print(statusSlot)][what]++
	return m.note(w, row, kind, addressOf(row))
}
