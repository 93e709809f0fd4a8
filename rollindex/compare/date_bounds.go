package compare

import (
	"sync/atomic"
	"time"

	"rollcheck/hashing"
)

// Clue is what a bound rests on.
type Clue uint8

// The clues.
const (
	Registered Clue = iota // registration dates in the leak: it was not taken before
	VotedOn                // dates of last votes in it: likewise
	Numbered               // its highest voter ids, where new voters get higher ones: likewise
	Aged                   // ages beside birth dates: it was taken neither before nor after
	Left                   // people in it who have left the roll for good: it was not taken after
	numClues
)

var clueNames = [numClues]string{"registration_date", "last_vote_date", "voter_id", "age", "left"}

// String returns the name used in JSON ("registration_date").
func (c Clue) String() string { return clueNames[c] }

// Bound is a day that a leak's data was not taken before or, with After, not
// taken after.
type Bound struct {
	Clue     Clue
	After    bool
	Day      hashing.Date
	Rows, Of int64 // rows of the leak that say so, of those that could
}

// slips returns how many of so many rows must say something before it is believed:
// one row in ten thousand may be a slip of the pen, and of few rows one.
func slips(of int64) int64 { return max(2, (of+9_999)/10_000) }

// dayCounts counts rows by the print of a day.
type dayCounts [1 << 16]atomic.Int64

func (c *dayCounts) add(p print) { c[p].Add(1) }

// latest returns the latest day that is believed: so many rows have it or a later
// one that they are no slips. Days more than a month after the newest snapshot do
// not count unless more than two rows and one in a thousand have such.
func (c *dayCounts) latest(newest hashing.Date) (day hashing.Date, rows, of int64) {
	top := int(datePrint(dateOf(midday(newest).AddDate(0, 1, 0))))
	beyond := int64(0)
	for p := range c {
		if isDay(print(p)) {
			n := c[p].Load()
			of += n
			if p > top {
				beyond += n
			}
		}
	}
	if beyond > 2 && 1000*beyond > of {
		top = len(c) - 1
	}
	for p := top; p > 0; p-- {
		if !isDay(print(p)) {
			continue
		}
		if rows += c[p].Load(); rows >= slips(of) {
			return printedDay(print(p)), rows, of
		}
	}
	return hashing.Date{}, 0, of
}

// ageDays counts, for each day, the rows whose age is right on it: as differences
// from the day before.
type ageDays struct {
	of    atomic.Int64
	steps [ageLast - ageFirst + 2]atomic.Int64
}

// The days that an age can be right on, in days since 1970.
const (
	ageFirst = 7305  // 1990-01-01
	ageLast  = 43829 // 2089-12-31
)

// add counts a row with a birth date and an age in completed years, which is right
// from one birthday to the day before the next.
func (a *ageDays) add(born hashing.Date, age int) {
	b := midday(born)
	from, next := dayNumber(b.AddDate(age, 0, 0)), dayNumber(b.AddDate(age+1, 0, 0))
	if from < ageFirst || next > ageLast {
		return
	}
	a.of.Add(1)
	a.steps[from-ageFirst].Add(1)
	a.steps[next-ageFirst].Add(-1)
}

// leastAged is the share of the ages that must be right on one day: if they are
// not, they are of several days, or are not what they seem.
const leastAged = 0.8

// days returns the first and the last of the days on which the most ages are
// right, but for as many as may be slips. Where 31 December is among them they
// begin with its year: North Carolina, for one, counts the age that a voter reaches
// in the year.
func (a *ageDays) days() (from, to hashing.Date, rows, of int64) {
	of = a.of.Load()
	most, now := int64(0), int64(0)
	for i := range a.steps {
		now += a.steps[i].Load()
		most = max(most, now)
	}
	if most < 2 || float64(most) < leastAged*float64(of) {
		return from, to, 0, of
	}
	now = 0
	for i := range a.steps {
		if now += a.steps[i].Load(); now <= most-slips(of) {
			continue
		}
		to = dateOf(time.Unix((ageFirst+int64(i))*86400, 0).UTC())
		if from.Year == 0 {
			from = to
		}
		if to.Month == 12 && to.Day == 31 {
			from = earlier(from, hashing.Date{Year: to.Year, Month: 1, Day: 1})
		}
	}
	return from, to, most, of
}

func earlier(a, b hashing.Date) hashing.Date {
	if after(a, b) {
		return b
	}
	return a
}

func dateOf(t time.Time) hashing.Date {
	return hashing.Date{Year: uint16(t.Year()), Month: uint8(t.Month()), Day: uint8(t.Day())}
}

func midday(d hashing.Date) time.Time {
	return time.Date(int(d.Year), time.Month(d.Month), int(d.Day), 12, 0, 0, 0, time.UTC)
}

// dayNumber returns the days since 1970.
func dayNumber(t time.Time) int { return int(t.Unix() / 86400) }

// leastLeft and leastLeftShare are how many of the rows known must have left for
// good by a snapshot to say that the leak was not taken after it.
const (
	leastLeft      = 3
	leastLeftShare = 0.01
)

// chance is the probability under which it is not taken for chance that a clue and
// the likelihood, or two clues, contradict each other.
const chance = 0.001

// left returns the first snapshot since which so many rows of the leak are gone for
// good that it cannot have been taken later: in a leak taken then they would be
// wrong, and errors, of which there is the share e, would make as many with a
// probability below [chance]. That is the upper tail of the binomial distribution,
//
//	P(X >= x) = I_e(x, n-x+1)
//
// (NIST Digital Library of Mathematical Functions, 8.17.5), in which I is the
// regularised incomplete beta function. It returns -1 if there is none.
func (m *moments) left(e float64) (snapshot int, rows int64) {
	for s := 1; s < m.snapshots; s++ {
		rows += m.last[s-1]
		x, n := float64(rows), float64(m.known)
		if rows >= leastLeft && x >= leastLeftShare*n && betaShare(e, x, n-x+1) < chance {
			return s, rows
		}
	}
	return -1, 0
}

// bound collects the bounds.
func (d *Dating) bound(m *moments, e float64) {
	newest := d.Snapshots[len(d.Snapshots)-1].AsOf
	for i, days := range []*dayCounts{m.registered, m.voted} {
		if day, rows, of := days.latest(newest); rows > 0 {
			d.Bounds = append(d.Bounds, Bound{[...]Clue{Registered, VotedOn}[i], false, day, rows, of})
		}
	}
	if s, rows, of := m.ids.bound(); s >= 0 {
		d.Bounds = append(d.Bounds, Bound{Numbered, false, d.Snapshots[s].AsOf, rows, of})
	}
	if from, to, rows, of := m.aged.days(); rows > 0 {
		d.Bounds = append(d.Bounds, Bound{Aged, false, from, rows, of}, Bound{Aged, true, to, rows, of})
	}
	if s, rows := m.left(e); s >= 0 {
		d.Bounds = append(d.Bounds, Bound{Left, true, d.Snapshots[s].AsOf, rows, m.known})
	}
	for _, b := range d.Bounds {
		switch {
		case b.After && (d.NotAfter.Year == 0 || after(d.NotAfter, b.Day)):
			d.NotAfter = b.Day
		case !b.After && after(b.Day, d.NotBefore):
			d.NotBefore = b.Day
		}
	}
}

// closed reports whether the bounds leave no end open.
func (d *Dating) closed() bool { return d.NotBefore.Year != 0 && d.NotAfter.Year != 0 }

// allows reports whether a day lies within the bounds.
func (d *Dating) allows(day hashing.Date) bool {
	return !after(d.NotBefore, day) && (d.NotAfter.Year == 0 || !after(day, d.NotAfter))
}
