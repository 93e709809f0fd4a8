package compare

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"rollcheck/hashing"
)

const (
	within   = 1.92 // units of log-likelihood of a 95 % interval
	steps    = 32   // moments looked at between two snapshots
	leastOwn = 0.5  // share of a leak's rows in any snapshot under which it is not dated
	// leastSome is that under which it is another source's. More than that are not in
	// common by chance or by moving house: the leak may have the snapshots' source among
	// others, or more of it than they have, or be years away from them.
	leastSome = 0.1
	leastRow  = 10 // rows of a leak in any snapshot to say anything by
	// better is how many units two moments must explain a leak better than one: three
	// more parameters (a second moment, its share, and where it begins), at odds of one
	// in a thousand (half the 99.9 % quantile of chi² with three degrees of freedom).
	better = 8.13
	// against is how many units the likeliest moment must be better than the best
	// within the bounds to contradict them: half the 99.9 % quantile of chi² with one
	// degree of freedom, so that it is by chance one time in a thousand ([chance]).
	against = 5.41
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
	likeliest := slices.MaxFunc(curve, byLikelihood)
	d.Errors = m.errors(likeliest)
	d.bound(m, d.Errors[OnRoll])
	curve = d.withBounds(m, curve)
	for _, at := range curve {
		d.Curve = append(d.Curve, Moment{d.day(at), at.ll - likeliest.ll})
	}
	best, conflict := d.span(curve, likeliest)
	d.fits(m, likeliest.ll)
	d.evidence(m)
	d.Merged = m.merged(d.Errors)
	d.conclude(conflict, best.ll-likeliest.ll)
}

func byLikelihood(a, b moment) int { return cmp.Compare(a.ll, b.ll) }

// withBounds adds the moments of the bounds to the curve, which no step may have
// fallen on.
func (d *Dating) withBounds(m *moments, curve []moment) []moment {
	for _, day := range []hashing.Date{d.NotBefore, d.NotAfter} {
		for i := range m.snapshots - 1 {
			a, b := d.Snapshots[i].AsOf, d.Snapshots[i+1].AsOf
			if after(day, a) && after(b, day) {
				u := float64(midday(day).Sub(midday(a))) / float64(midday(b).Sub(midday(a)))
				curve = append(curve, moment{i, u, m.logLik(i, u)})
			}
		}
	}
	slices.SortStableFunc(curve, func(a, b moment) int { return cmp.Or(cmp.Compare(a.i, b.i), cmp.Compare(a.u, b.u)) })
	return curve
}

// span finds the likeliest moment that the bounds allow, and the days within
// [within] of it. It returns what contradicts what, if anything does: then the span
// is that of the likelihood alone.
func (d *Dating) span(curve []moment, likeliest moment) (best moment, conflict string) {
	best = moment{ll: likeliest.ll - 2*against}
	for _, at := range curve {
		if d.allows(d.day(at)) && at.ll > best.ll {
			best = at
		}
	}
	allowed := d.allows
	if best.ll < likeliest.ll-against {
		conflict = d.conflict(likeliest)
		best, allowed = likeliest, func(hashing.Date) bool { return true }
	}
	d.Estimate = d.midst(curve, best, allowed)
	if beyond := d.beyond(curve, likeliest); conflict != "" && beyond != "" {
		return best, beyond
	}
	first, last := -1, -1
	for i, at := range curve {
		if at.ll >= best.ll-within && allowed(d.day(at)) {
			last = i
			if first < 0 {
				first = i
			}
		}
	}
	if first > 0 {
		d.From = d.crossing(curve[first], curve[first-1], best.ll-within)
	}
	if last < len(curve)-1 {
		d.To = d.crossing(curve[last], curve[last+1], best.ll-within)
	}
	if conflict == "" {
		if after(d.NotBefore, d.From) {
			d.From = d.NotBefore
		}
		if d.NotAfter.Year != 0 && (d.To.Year == 0 || after(d.To, d.NotAfter)) {
			d.To = d.NotAfter
		}
	}
	return best, conflict
}

// alike is how many units of log-likelihood make no difference.
const alike = 0.01

// midst returns the day in the midst of those that the bounds allow and that are as
// likely as the best: with few rows nothing that changed may fall between them.
func (d *Dating) midst(curve []moment, best moment, allowed func(hashing.Date) bool) hashing.Date {
	var from, to hashing.Date
	for _, at := range curve {
		if day := d.day(at); at.ll >= best.ll-alike && allowed(day) {
			to = day
			if from.Year == 0 {
				from = day
			}
		}
	}
	a := midday(from)
	return dateOf(a.Add(midday(to).Sub(a) / 2))
}

// crossing returns the day on which the line between a moment above a level of
// log-likelihood and one below it crosses the level.
func (d *Dating) crossing(above, below moment, level float64) hashing.Date {
	a, b := midday(d.day(above)), midday(d.day(below))
	if below.ll >= level { // a bound lies between
		return dateOf(b)
	}
	return dateOf(a.Add(time.Duration((above.ll - level) / (above.ll - below.ll) * float64(b.Sub(a)))))
}

// beyond sets the span of a leak that was taken before all snapshots or after them,
// as its bounds say and the likelihood does not speak against, and words it.
func (d *Dating) beyond(curve []moment, likeliest moment) string {
	first, last := curve[0], curve[len(curve)-1]
	switch {
	case d.NotAfter.Year != 0 && after(d.NotBefore, d.NotAfter):
	case after(d.NotBefore, d.day(last)) && last.ll >= likeliest.ll-against:
		d.From, d.To = d.NotBefore, d.NotAfter
		return fmt.Sprintf("it was taken after the last snapshot, not before %s: give a later one", d.NotBefore)
	case d.NotAfter.Year != 0 && after(d.day(first), d.NotAfter) && first.ll >= likeliest.ll-against:
		d.From, d.To = d.NotBefore, d.NotAfter
		return fmt.Sprintf("it was taken before the first snapshot, not after %s: give an earlier one", d.NotAfter)
	}
	return ""
}

// conflict words why no day is left.
func (d *Dating) conflict(likeliest moment) string {
	switch {
	case d.NotAfter.Year != 0 && after(d.NotBefore, d.NotAfter):
		return fmt.Sprintf("it contradicts itself: it was not taken before %s by what is in it, and not after %s", d.NotBefore, d.NotAfter)
	case after(d.NotBefore, d.day(likeliest)):
		return fmt.Sprintf("it contradicts itself: it was not taken before %s by what is in it, and what changed points to about %s", d.NotBefore, d.day(likeliest))
	}
	return fmt.Sprintf("it contradicts itself: it was not taken after %s by who is in it, and what changed points to about %s", d.NotAfter, d.day(likeliest))
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
	if at.u == 0 {
		return d.Snapshots[at.i].AsOf
	}
	a, b := midday(d.Snapshots[at.i].AsOf), midday(d.Snapshots[at.i+1].AsOf)
	return dateOf(a.Add(time.Duration(at.u * float64(b.Sub(a)))))
}

// fits fills in how each snapshot fits by itself, and which fits best.
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
		if d.Best < 0 {
			d.Best = s
			continue
		}
		fits, before := d.allows(f.AsOf), d.allows(d.Snapshots[d.Best].AsOf)
		if fits && !before || fits == before && f.LogLik > d.Snapshots[d.Best].LogLik {
			d.Best = s
		}
	}
	// Of snapshots that fit alike it is the one nearest to the estimate.
	away := func(s int) int {
		days := dayNumber(midday(d.Snapshots[s].AsOf)) - dayNumber(midday(d.Estimate))
		return max(days, -days)
	}
	most := &d.Snapshots[d.Best]
	for s := range d.Snapshots {
		f := &d.Snapshots[s]
		if f.LogLik >= most.LogLik-alike && d.allows(f.AsOf) == d.allows(most.AsOf) && away(s) < away(d.Best) {
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

// conclude says what it comes to: conflict is a contradiction, and best the
// log-likelihood of the estimate.
func (d *Dating) conclude(conflict string, best float64) {
	fit := &d.Snapshots[d.Best]
	wrong := slices.IndexFunc(d.Files, (*File).Contradicted)
	switch {
	case wrong >= 0:
		d.cannot(fmt.Sprintf("the snapshot of %s has registrations or votes of later days, so that it is of another day", d.Files[wrong].AsOf))
	case d.Rows < leastRow:
		d.cannot(fmt.Sprintf("only %d rows of the leak can be matched: the others carry nothing to match by, or what several rows of one file carry", d.Rows))
		d.Best = -1
	case float64(d.Known) < leastSome*float64(d.Rows):
		d.Verdict, d.Best = OtherSource, -1
		d.Why = fmt.Sprintf("%s of %s rows of the leak are in any of the snapshots", grouped(d.Known), grouped(d.Rows))
	case !d.own():
		d.cannot(fmt.Sprintf("%s of %s rows of the leak are in any of the snapshots: it may have rows of other sources too, or more of this one than the snapshots have, or be much older or newer than they are", grouped(d.Known), grouped(d.Rows)))
	case d.Merged:
		d.cannot("the changes it shows are of no one day: its rows seem to be of two dates or more")
	case conflict != "":
		d.cannot(conflict)
	case !d.told():
		d.cannot("nothing that changed between the snapshots is told by its rows")
	case fit.LogLik >= best-within && d.allows(fit.AsOf):
		d.Verdict = AtSnapshot
	default:
		d.Verdict = Between
	}
}

// told reports whether the likelihood leaves out any day, or the bounds all but some.
func (d *Dating) told() bool {
	return d.closed() || slices.ContainsFunc(d.Curve, func(m Moment) bool { return m.LogLik < -within })
}

func (d *Dating) cannot(why string) { d.Verdict, d.Why = CannotTell, why }
