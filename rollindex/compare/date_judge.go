package compare

import (
	"fmt"
	"time"

	"rollcheck/hashing"
)

const (
	within   = 1.92 // units of log-likelihood of a 95 % interval
	steps    = 32   // moments looked at between two snapshots
	leastOwn = 0.5  // share of a leak's rows in any snapshot under which it is another's
	leastRow = 10   // rows of a leak in any snapshot to say anything by
	// better is how many units two moments must explain a leak better than one: three
	// more parameters (a second moment, its share, and where it begins), at odds of one
	// in a thousand (half the 99.9 % quantile of chi² with three degrees of freedom).
	better = 8.13
)

// moment is a time: the share u between snapshot i and the next.
type moment struct {
	i  int
	u  float64
	ll float64
}

// judge makes the verdict of what was counted.
func (d *Dating) judge(m *moments) {
	d.Rows, d.Known = m.rows, m.known
	curve := m.curve()
	best := 0
	for i := range curve {
		if curve[i].ll > curve[best].ll {
			best = i
		}
	}
	d.fits(m, curve[best].ll)
	d.Estimate = d.day(curve[best])
	for _, at := range curve {
		d.Curve = append(d.Curve, Moment{d.day(at), at.ll - curve[best].ll})
	}
	first, last := best, best
	for i := range curve {
		if curve[i].ll >= curve[best].ll-within {
			first, last = min(first, i), max(last, i)
		}
	}
	if first > 0 {
		d.From = d.day(curve[first-1]) // the ends lie between moments that were looked at
	}
	if last < len(curve)-1 {
		d.To = d.day(curve[last+1])
	}
	d.evidence(m)
	d.Merged = m.merged()
	d.NotBefore = d.bound()
	d.conclude(first == 0 && last == len(curve)-1)
}

// curve returns the log-likelihood over all moments, in the order of time.
func (m *moments) curve() []moment {
	if m.snapshots == 1 {
		return []moment{{0, 0, m.logLik(0, 0)}}
	}
	var all []moment
	for i := range m.snapshots - 1 {
		for k := range steps {
			u := float64(k) / steps
			all = append(all, moment{i, u, m.logLik(i, u)})
		}
	}
	return append(all, moment{m.snapshots - 2, 1, m.logLik(m.snapshots-2, 1)})
}

// day returns the day of a moment.
func (d *Dating) day(at moment) hashing.Date {
	a := midday(d.Snapshots[at.i].AsOf)
	if at.u == 0 {
		return d.Snapshots[at.i].AsOf
	}
	b := midday(d.Snapshots[at.i+1].AsOf)
	t := a.Add(time.Duration(at.u * float64(b.Sub(a))))
	return hashing.Date{Year: uint16(t.Year()), Month: uint8(t.Month()), Day: uint8(t.Day())}
}

func midday(d hashing.Date) time.Time {
	return time.Date(int(d.Year), time.Month(d.Month), int(d.Day), 12, 0, 0, 0, time.UTC)
}

// fits fills in how each snapshot fits by itself.
func (d *Dating) fits(m *moments, best float64) {
	for s := range d.Snapshots {
		f := &d.Snapshots[s]
		f.Present = m.present[s]
		i, u := s, 0.0
		if s > 0 && s == m.snapshots-1 {
			i, u = s-1, 1
		}
		f.LogLik = m.logLik(i, u) - best
		for t := Residence; t < numTraits; t++ {
			f.Same += m.same[t][s]
			f.Of += m.of[t][s]
		}
		if d.Best < 0 || f.LogLik > d.Snapshots[d.Best].LogLik {
			d.Best = s
		}
	}
}

// evidence lists what changed between snapshots, to be checked by hand.
func (d *Dating) evidence(m *moments) {
	for t := range m.cells {
		for i, c := range m.cells[t] {
			if c.older+c.newer > 0 {
				d.Evidence = append(d.Evidence, Evidence{Trait(t), i, i + 1, c.older, c.newer})
			}
		}
	}
}

// conclude says what it comes to.
func (d *Dating) conclude(open bool) {
	fit := &d.Snapshots[d.Best]
	switch {
	case d.Rows < leastRow:
		d.cannot(fmt.Sprintf("only %d rows of the leak carry anything to match by", d.Rows))
	case float64(d.Known) < leastOwn*float64(d.Rows):
		d.Verdict, d.Best = OtherSource, -1
		d.Why = fmt.Sprintf("%s of %s rows of the leak are in any of the snapshots", grouped(d.Known), grouped(d.Rows))
	case d.Merged:
		d.cannot("the changes it shows are of no one day: its rows seem to be of two dates or more")
	case open:
		d.cannot("nothing that changed between the snapshots is told by its rows")
	case fit.LogLik >= -within:
		d.Verdict = AtSnapshot
	default:
		d.Verdict = Between
	}
}

func (d *Dating) cannot(why string) { d.Verdict, d.Why = CannotTell, why }

// bound returns the latest registration or vote in the leak: it was not made before.
func (d *Dating) bound() hashing.Date {
	if after(d.Leak.LatestVote, d.Leak.LatestRegistration) {
		return d.Leak.LatestVote
	}
	return d.Leak.LatestRegistration
}
