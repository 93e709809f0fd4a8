package diff

import (
	"cmp"
	"math"
	"slices"

	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
)

// Counts are rows by what became of them.
type Counts struct {
	Added, Removed, Matched int64
	Changed                 int64 // matched rows of which a field that is compared differs, voter ids apart
	Writing                 int64 // matched rows of which nothing but other columns differ, or how values are written
	Repeated                int64 // new rows whose voter id a row before them has
	Reused                  int64 // new rows whose voter id another person had
}

func (c *Counts) same() bool {
	return c.Added == 0 && c.Removed == 0 && c.Changed == 0 && c.Writing == 0
}

func (c *counts) export() Counts {
	return Counts{c[added], c[removed], c[matched], c[changed], c[writing], c[repeated], c[reused]}
}

// Group is the rows of a county, or with a status.
type Group struct {
	Name string   // "" for those with none and those of few rows, together
	Rows [2]int64 // in the old file and the new
	Counts
}

// Flip is a status that turned into another. A name is "" as in [Group].
type Flip struct {
	From, To string
	Rows     int64
}

// FieldChange is how many matched rows differ in a field, of those compared.
type FieldChange struct {
	Field       compare.Field
	Changed, Of int64
}

// Day is how many of the rows added registered on a day.
type Day struct {
	Day  hashing.Date
	Rows int64
}

// What is unusual, beside changes of a field, which are named by the field.
const (
	WhatAdded        = "added"
	WhatRemoved      = "removed"
	WhatWriting      = "other" // nothing but other columns, or how values are written
	WhatRepeated     = "repeated-id"
	WhatReused       = "reused-id"
	WhatSize         = "size"
	WhatRegistered   = "registered"
	WhatMovedTo      = "moved-to-address"
	WhatMovedFrom    = "moved-from-address"
	WhatAddedAt      = "added-at-address"
	WhatRemovedAt    = "removed-at-address"
	WhatPrecinctTo   = "moved-to-precinct"
	WhatPrecinctFrom = "moved-from-precinct"
)

// Unusual is something that sets one county, day or place apart.
//
// A county's rate (rows that were added, that are gone, whose surname changed, ...) is
// held against those of all counties. Rates are put on two scales: one where chance is
// the same everywhere (Anscombe 1948), and that of the logarithm of odds (Haldane 1956),
// where counties differ evenly. The centre is a weighted median and the spread between
// counties a robust estimate (Huber 1981), so that the county that is far off does not
// hide itself. It is named if on both a Student's t as far off, with as many degrees
// of freedom as that estimate is worth, has a chance of less than 0.002 divided by the
// rates that were looked at (Bonferroni), and the rate is 1.5 times the usual one, or
// less than the usual by as much, and by 20 rows. Low and High are what is usual for a
// county of its size. With fewer than eight counties nothing is said of rates.
//
// A county whose rows became half as many again, or two thirds, is named in any case
// (size). A registration day, of all or of a county, is held against the other days
// likewise, and so is a precinct against the others, from 100 people on. An address is
// named from 50 people on that one thing happened to.
type Unusual struct {
	What      string        // one of the What constants, or a field
	County    string        // "" for the whole file, or where no county is named
	Day       hashing.Date  // of registered
	Rows, Of  int64         // Of is 0 for counts that are of nothing
	Low, High float64       // what is usual: a share of Of, or rows where Of is 0; 0 and 0 where nothing is
	At        *Position     // the first of the rows, of an address or precinct
	Chance    float64       // of so much, or more, in a single ordinary county or day; 0 where no model is behind it
	field     compare.Field // 0 for none
}

// Field returns the field whose changes are unusual, 0 if it is something else.
func (u *Unusual) Field() compare.Field { return u.field }

// tell puts what was counted into the result.
func (m *matching) tell(res *Result) {
	total := counts{}
	for i := range m.all.counties {
		addTo(total[:], m.all.counties[i][:])
	}
	res.Counts = total.export()
	res.ByID, res.ByKey, res.Renumbered, res.Reused = m.all.byID, m.all.byKey, m.all.renumbered, total[reused]
	res.Counties = groups(m.reading.counties, m.all.counties, LeastCounty)
	res.Statuses = groups(m.reading.statuses, m.all.statuses, LeastShared)
	res.Flips = m.flips()
	for s, f := range slots {
		if m.compared[s] {
			res.Fields = append(res.Fields, FieldChange{f, total[f], total[matched]})
		}
	}
	if m.both(compare.County) {
		res.Fields = append(res.Fields, FieldChange{compare.County, total[compare.County], total[matched]})
	}
	if m.both(compare.VoterID) {
		res.Fields = append(res.Fields, FieldChange{compare.VoterID, total[compare.VoterID], total[matched]})
	}
	slices.SortFunc(res.Fields, func(a, b FieldChange) int { return cmp.Compare(a.Field, b.Field) })
	res.Days = m.days()
	res.Unusual = slices.Concat(res.replaced(), m.sizes(), m.rates(), m.bursts(), m.places())
}

// replaced returns the fields by which people are known that differ in most of the rows of
// both: a new release has their names and births as they were, and a column that was
// sorted or moved by itself has not.
func (res *Result) replaced() (all []Unusual) {
	for _, f := range res.Fields {
		known := f.Field == compare.Last || f.Field == compare.First || f.Field == compare.BirthDate || f.Field == compare.BirthYear
		if known && 2*f.Changed > f.Of && f.Of >= LeastShared {
			all = append(all, Unusual{What: f.Field.String(), Rows: f.Changed, Of: f.Of, field: f.Field})
		}
	}
	return all
}

func (m *matching) both(f compare.Field) bool {
	return m.files[Old].Filled[f] > 0 && m.files[New].Filled[f] > 0
}

// named returns what an entry is called; "" if it is none, or of few rows in both
// files.
func (d *dictionary) named(n int, least int64) string {
	if e := &d.entries[n]; max(e.rows[Old], e.rows[New]) >= least && len(d.entries) <= maxEntries {
		return e.name
	}
	return ""
}

func groups(d *dictionary, all []counts, least int64) (out []Group) {
	var others Group
	for n := range d.entries {
		g := Group{Name: d.named(n, least), Rows: d.entries[n].rows, Counts: all[n].export()}
		if g.Name != "" {
			out = append(out, g)
			continue
		}
		addTo(others.Rows[:], g.Rows[:])
		others.add(&g.Counts)
	}
	slices.SortFunc(out, func(a, b Group) int { return cmp.Compare(a.Name, b.Name) })
	if others.Rows != [2]int64{} {
		out = append(out, others)
	}
	return out
}

func (c *Counts) add(o *Counts) {
	c.Added += o.Added
	c.Removed += o.Removed
	c.Matched += o.Matched
	c.Changed += o.Changed
	c.Writing += o.Writing
	c.Repeated += o.Repeated
	c.Reused += o.Reused
}

func (m *matching) flips() (out []Flip) {
	d := m.reading.statuses
	sums := map[[2]string]int64{}
	for k, n := range m.all.flips {
		sums[[2]string{d.named(int(k[0]), LeastShared), d.named(int(k[1]), LeastShared)}] += n
	}
	for k, n := range sums {
		out = append(out, Flip{k[0], k[1], n})
	}
	slices.SortFunc(out, func(a, b Flip) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return out
}

func (m *matching) days() (out []Day) {
	sums := map[uint16]int64{}
	for k, n := range m.all.days {
		sums[k.day] += n
	}
	for k, n := range sums {
		if d, ok := compare.DayOfPrint(k); ok {
			out = append(out, Day{d, n})
		}
	}
	slices.SortFunc(out, func(a, b Day) int {
		return cmp.Compare(compare.PrintOfDay(a.Day), compare.PrintOfDay(b.Day))
	})
	return out
}

// leastSize is from how many rows in one of the files on the size of a county is
// looked at.
const leastSize = 100

// sizes returns the counties that grew or shrank by half.
func (m *matching) sizes() (out []Unusual) {
	if !m.both(compare.County) {
		return nil
	}
	for _, g := range groups(m.reading.counties, m.all.counties, LeastCounty) {
		a, b := g.Rows[Old], g.Rows[New]
		if g.Name != "" && max(a, b) >= leastSize && float64(max(a, b)) >= leastTimes*float64(min(a, b)) {
			out = append(out, Unusual{What: WhatSize, County: g.Name, Rows: b, Of: a})
		}
	}
	return out
}

// rated is a county's rate of a measure.
type rated struct {
	county   int
	measure  int
	part, of int64
	chance   observed // on the scale where chance is the same everywhere
	odds     observed // on that where twice and half are equally far
}

// rates returns the counties whose rate of something is unlike that of the others.
func (m *matching) rates() (out []Unusual) {
	var all [numMeasures][]rated
	tests := 0
	for measure := range numMeasures {
		if measure != matched && measure != changed {
			all[measure] = m.rated(measure)
			tests += len(all[measure])
		}
	}
	limit := falseAlarms / float64(max(tests, 1))
	for _, counties := range all {
		if len(counties) == 0 {
			continue
		}
		u := fitScales(counties)
		for _, c := range counties {
			if d, ok := m.stray(u, &c, limit); ok {
				out = append(out, d)
			}
		}
	}
	return out
}

// twoScales is what is usual on both scales of [rated]. Counties differ from one
// another by so many times, which has a long tail on the first; few rows are at the
// mercy of chance, which has one on the second. What is far off on both is unusual.
type twoScales struct {
	chance usual
	odds   *usual // nil where next to nothing is usual, of which there are no odds
}

// leastExpected is how many rows are expected in a county from which on its odds tell
// how counties differ.
const leastExpected = 1

// fitScales fits both scales, and puts the counties on the second.
func fitScales(counties []rated) *twoScales {
	var chance, odds []observed
	for i := range counties {
		chance = append(chance, counties[i].chance)
	}
	u := &twoScales{chance: fit(chance)}
	expected := rateOf(u.chance.centre)
	for i := range counties {
		c := &counties[i]
		c.odds = ofOdds(float64(c.part), float64(c.of), expected)
		if float64(c.of)*expected >= leastExpected {
			odds = append(odds, c.odds)
		}
	}
	if len(odds) >= LeastCounties {
		o := fit(odds)
		u.odds = &o
	}
	return u
}

// of returns the chance of a rate as far off.
func (u *twoScales) of(c *rated) float64 {
	chance := u.chance.chance(c.chance)
	if u.odds != nil {
		chance = max(chance, u.odds.chance(c.odds))
	}
	return chance
}

// span returns the rates that are usual for a county of that size.
func (u *twoScales) span(c *rated, limit float64) (low, high float64) {
	reach := u.chance.reach(c.chance.variance, limit)
	low, high = rateOf(u.chance.centre-reach), rateOf(u.chance.centre+reach)
	if u.odds != nil {
		reach = u.odds.reach(c.odds.variance, limit)
		low, high = min(low, rateOfOdds(u.odds.centre-reach)), max(high, rateOfOdds(u.odds.centre+reach))
	}
	return low, high
}

// rated returns the rate of a measure of each county that has a name; none if they
// are too few, or nothing was measured.
func (m *matching) rated(measure int) (out []rated) {
	total := int64(0)
	d := m.reading.counties
	for n := range d.entries {
		if n == 0 || d.named(n, LeastCounty) == "" {
			continue
		}
		c := &m.all.counties[n]
		of := c[matched]
		switch measure {
		case added, repeated, reused:
			of = d.entries[n].rows[New]
		case removed:
			of = d.entries[n].rows[Old]
		}
		if part := min(c[measure], of); of > 0 {
			total += part
			out = append(out, rated{county: n, measure: measure, part: part, of: of, chance: ofRate(float64(part), float64(of))})
		}
	}
	if len(out) < LeastCounties || total == 0 {
		return nil
	}
	slices.SortFunc(out, func(a, b rated) int { return cmp.Compare(d.entries[a.county].name, d.entries[b.county].name) })
	return out
}

// stray reports whether a county's rate is unlike what is usual.
func (m *matching) stray(u *twoScales, c *rated, limit float64) (Unusual, bool) {
	rate, expected := share(c.part, c.of), rateOf(u.chance.centre)
	off := math.Abs(rate-expected) * float64(c.of)
	chance := u.of(c)
	if off < leastRows || max(rate, expected) < leastTimes*min(rate, expected) || chance >= limit {
		return Unusual{}, false
	}
	d := Unusual{County: m.reading.counties.named(c.county, LeastCounty), Rows: c.part, Of: c.of, Chance: chance}
	d.Low, d.High = u.span(c, limit)
	switch c.measure {
	case added:
		d.What = WhatAdded
	case removed:
		d.What = WhatRemoved
	case writing:
		d.What = WhatWriting
	case repeated:
		d.What = WhatRepeated
	case reused:
		d.What = WhatReused
	default:
		d.field = compare.Field(c.measure)
		d.What = d.field.String()
	}
	return d, true
}

// bursts returns the days, of all and then of a county, on which far more of the rows
// added registered than on others.
func (m *matching) bursts() (out []Unusual) {
	days := m.days()
	if len(days) < LeastCounties {
		return nil
	}
	seen := make([]observed, len(days))
	total := 0.0
	byDay := map[uint16]float64{}
	for i, d := range days {
		seen[i] = ofCount(float64(d.Rows))
		total += float64(d.Rows)
		byDay[compare.PrintOfDay(d.Day)] = float64(d.Rows)
	}
	u := fit(seen)
	limit := falseAlarms / float64(len(days))
	for i, d := range days {
		if high := countOf(u.centre + u.reach(1, limit)); u.chance(seen[i]) < limit && d.Rows >= leastRows && float64(d.Rows) >= leastBurst*countOf(u.centre) && float64(d.Rows) > high {
			out = append(out, Unusual{What: WhatRegistered, Day: d.Day, Rows: d.Rows, Low: countOf(u.centre - u.reach(1, limit)), High: high, Chance: u.chance(seen[i])})
		}
	}
	return append(out, m.countyBursts(byDay, total)...)
}

// leastBurst is how many times as many as usual are a burst.
const leastBurst = 3

// countyBursts holds the rows that a county added of a day against those of the day in
// all counties and of the county on all days.
func (m *matching) countyBursts(byDay map[uint16]float64, total float64) (out []Unusual) {
	name := func(n int) string { return m.reading.counties.named(n, LeastCounty) }
	byCounty := map[uint16]float64{}
	for k, n := range m.all.days {
		byCounty[k.county] += float64(n)
	}
	type cell struct {
		dayOf
		rows     int64
		expected float64
		seen     observed
	}
	var cells []cell
	var seen []observed
	for day, onDay := range byDay {
		for county, inCounty := range byCounty {
			n := m.all.days[dayOf{day, county}]
			c := cell{dayOf{day, county}, n, onDay * inCounty / total, observed{}}
			c.seen = observed{ofCount(float64(n)).y - ofCount(c.expected).y, 1}
			if c.expected >= 0.5 {
				seen = append(seen, c.seen)
			}
			if n >= leastRows && name(int(county)) != "" {
				cells = append(cells, c)
			}
		}
	}
	if len(byCounty) < LeastCounties || len(seen) < LeastCounties {
		return nil
	}
	u := fit(seen)
	limit := falseAlarms / float64(len(byDay)*len(byCounty))
	slices.SortFunc(cells, func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(b.rows, a.rows), cmp.Compare(name(int(a.county)), name(int(b.county))))
	})
	for _, c := range cells {
		if float64(c.rows) < leastBurst*c.expected || c.seen.y < u.centre || u.chance(c.seen) >= limit {
			continue
		}
		d, _ := compare.DayOfPrint(c.day)
		at, reach := ofCount(c.expected).y+u.centre, u.reach(1, limit)
		out = append(out, Unusual{
			What: WhatRegistered, County: name(int(c.county)), Day: d, Rows: c.rows,
			Low: countOf(at - reach), High: countOf(at + reach), Chance: u.chance(c.seen),
		})
	}
	return out
}

// places returns the addresses and precincts that many people came to or left.
func (m *matching) places() (out []Unusual) {
	what := [numKinds]string{WhatMovedTo, WhatMovedFrom, WhatAddedAt, WhatRemovedAt, WhatPrecinctTo, WhatPrecinctFrom}
	for _, p := range m.masses {
		w := wide{0, p.first[1]}
		out = append(out, Unusual{
			What: what[p.kind], County: m.reading.counties.named(int(p.county), LeastCounty), Rows: p.rows, At: m.position(&w),
			Of: p.of, Low: p.low, High: p.high, Chance: p.chance,
		})
	}
	return out
}

func (m *matching) position(w *wide) *Position {
	f := m.files[w.file()]
	at := &Position{File: w.file(), Line: int64(w[1] >> lineShift & lineMask)}
	if n := int(w[1] >> memberShift & memberMask); n < len(f.Members) && len(f.Members) > 1 {
		at.Member = f.Members[n]
	}
	return at
}
