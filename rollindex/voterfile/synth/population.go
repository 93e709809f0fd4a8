package synth

import "rollcheck/data/names"

// The window in which people's lives are drawn. A roll can be written as of any
// day in it; Options.Rows counts the roll of baseDay.
var (
	windowStart = dayOf(date{2012, 1, 1})
	windowEnd   = dayOf(date{2031, 12, 31})
	baseDay     = dayOf(date{2020, 10, 1})
)

// Rates a year. The package comment states them for the reader.
const (
	windowYears   = 20
	enterRate     = 0.05  // new registrations, as a share of the roll
	leaveRate     = 0.03  // who leave the state or the roll alive
	quietShare    = 0.6   // of those who leave: first inactive, removed years later
	moveRate      = 0.08  // a household moves
	leaveHome     = 0.02  // one of a household moves out
	leaveNest     = 0.15  // a grown child moves out, from 20 on
	partyRate     = 0.015 // somebody changes party
	marriageRate  = 0.02  // a woman of 20 to 45 takes another surname
	sameCounty    = 0.65  // of moves
	adultAge      = 18
	juniorShare   = 0.04 // sons named for their father
	twinShare     = 0.03 // of children
	tenure        = 11.0 // mean years since registration of the roll of 2012
	householdMax  = 7
	ownersPerHome = householdMax + 1
)

type role uint8

const (
	head role = iota
	spouse
	child
	lodger
)

type cause uint8

const (
	left cause = iota
	died
)

// vitals are the dates of one person that decide whether and how they are on
// the roll of a day.
type vitals struct {
	id       uint64 // household * 8 + place in it: the same in every file of a seed
	sex      byte
	role     role
	birth    date
	reg      day   // registered
	inactive day   // lapsed
	exit     day   // removed
	why      cause // of the exit
	junior   bool  // a son with his father's name
	senior   bool  // the father of one, and his record says so
}

// household is the people of one home and what they share.
type household struct {
	members [householdMax]vitals
	size    int
	father  int // index of the man whose name a junior bears, -1 if none
}

// owner is the key of the household's common addresses; a person's id is that
// of the addresses they take alone.
func (h *household) owner() uint64 { return h.members[0].id + householdMax }

// ages is a draw of ages of adults, from 18 up.
type ages struct{ alias alias }

// newAges returns the ages of the adults of a year or of those of them who
// newly register, among whom the young are more, since they move most.
func newAges(year int, newcomers bool) ages {
	const eldest, settled = 105, 70
	w := make([]float64, eldest-adultAge)
	for i := range w {
		w[i] = names.BirthYearShare(year-adultAge-i, year)
		if newcomers {
			w[i] *= max(0.1, 1-float64(i)/settled)
		}
	}
	return ages{newAlias(w)}
}

// birth draws the birth date of somebody of a drawn age on the day.
func (a *ages) birth(d *dice, on day) date {
	age := adultAge + a.alias.pick(d)
	return (on - years(float64(age)) - day(d.n(365)) - 1).date()
}

// draw fills h with the people of household number n.
func (h *household) draw(seed, n uint64) {
	d := newDice(seed, streamFamily, n)
	size := drawn().homes.pick(&d) + 1
	*h = household{father: -1}
	stock := d.chance(1 / (1 + enterRate*windowYears))
	first := h.add(n, head)
	first.sex = "FM"[d.n(100)*2/104]
	if stock {
		first.birth = drawn().stock.birth(&d, windowStart)
		first.reg = earlier(&d, first.birth)
	} else {
		first.reg = newRegistration(&d)
		first.birth = drawn().newcomers.birth(&d, first.reg)
		if d.chance(0.3) { // the newly grown up
			first.birth = (first.reg - years(adultAge) - day(d.n(700)) - 5).date()
		}
	}
	for h.size < size {
		h.join(&d, n, stock)
	}
	for i := range h.size {
		h.members[i].end(seed)
	}
}

// add appends a member with an id.
func (h *household) add(n uint64, r role) *vitals {
	v := &h.members[h.size]
	v.id, v.role = n*ownersPerHome+uint64(h.size), r
	h.size++
	return v
}

// join adds the next member: a spouse, a child or somebody unrelated.
func (h *household) join(d *dice, n uint64, stock bool) {
	first := h.members[0]
	second := h.size == 1
	v := h.add(n, lodger)
	v.sex = "FM"[d.n(2)]
	switch share := d.float(); {
	case second && share < 0.80:
		v.role = spouse
		if d.chance(0.97) {
			v.sex = 'F' + 'M' - first.sex
		}
		v.birth = (dayOf(first.birth) + day(d.n(3600)+d.n(3600)-3600)).date()
	case share < 0.90:
		v.role = child
		h.bear(d, v)
	default:
		v.birth = (dayOf(first.birth) + day(d.n(7300)-3650)).date()
	}
	grown := v.birth.birthday(adultAge)
	switch {
	case v.role == child:
		v.reg = grown + day(d.n(365))
		if d.chance(0.4) {
			v.reg = grown + d.after(1.0/3)
		}
	case stock && grown < windowStart && d.chance(0.85):
		v.reg = earlier(d, v.birth)
	case stock:
		v.reg = max(grown, windowStart) + day(d.n(int(windowEnd-windowStart)))
	default:
		v.reg = max(grown, first.reg+day(d.n(60)))
	}
	if !stock && v.reg < first.reg { // they came together
		v.reg = first.reg + day(d.n(90))
	}
}

// bear makes v a child of the household's first member, perhaps a twin of the
// child before or a son with his father's name.
func (h *household) bear(d *dice, v *vitals) {
	first := h.members[0].birth
	v.birth = (dayOf(first) + years(18) + day(d.n(4000)+d.n(4000))).date()
	if before := &h.members[h.size-2]; before.role == child && d.chance(twinShare*3) {
		// Twins are only possible where there is a child before: the factor
		// makes them twinShare of all children.
		v.birth = before.birth
	}
	for i := range min(h.size-1, 2) {
		if m := &h.members[i]; m.sex == 'M' && m.role <= spouse && v.sex == 'M' && h.father < 0 && d.chance(juniorShare) {
			h.father, v.junior = i, true
			m.senior = d.chance(0.4)
		}
	}
}

// earlier draws a registration before the window for somebody grown up by then.
func earlier(d *dice, birth date) day {
	grown := birth.birthday(adultAge)
	reg := windowStart - 1 - d.after(1/tenure)
	if reg < grown {
		reg = grown + day(d.n(max(1, int(min(windowStart-grown, 700)))))
	}
	return reg
}

// newRegistration draws a day in the window: more people register in years of
// a federal, most of all of a presidential election, and before it closes.
func newRegistration(d *dice) day {
	cycle := [4]float64{1.7, 0.7, 1.1, 0.6} // from a presidential year on; mean about 1
	for {
		on := windowStart + day(d.n(int(windowEnd-windowStart)))
		at := on.date()
		weight := cycle[at.year%4]
		if at.year%2 == 0 && at.month >= 8 && at.month <= 10 {
			weight *= 2
		}
		if d.float()*3.4 < weight {
			return on
		}
	}
}

// end draws when and why somebody leaves the roll.
func (v *vitals) end(seed uint64) {
	d := newDice(seed, streamVitals, v.id)
	from := max(v.reg, windowStart)
	born := dayOf(v.birth)
	age := float64(from-born) / daysPerYear
	alive := names.Survival(v.sex, age) * (1 - d.float()) // dies when the life table falls to this
	notice := day(d.between(20, 120))
	leaves := from + d.after(leaveRate)
	v.inactive = never
	v.exit = leaves + day(d.between(10, 120))
	if d.chance(quietShare) {
		v.inactive = leaves + day(d.between(60, 400))
		v.exit = leaves + day(d.between(3*365, 5*365))
	}
	last := float64(v.exit-born) / daysPerYear
	if names.Survival(v.sex, last) > alive {
		return
	}
	if death := born + years(ageAt(v.sex, alive, age, last)) + notice; death < v.exit {
		v.exit, v.why = death, died
	}
}

// ageAt inverts the life table between two ages, to within ten days.
func ageAt(sex byte, target, lo, hi float64) float64 {
	for range 12 {
		if mid := (lo + hi) / 2; names.Survival(sex, mid) > target {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

type status uint8

const (
	absent status = iota // not in the file
	active
	inactive
	removed
)

// on returns how somebody stands on the day, in a file that lists the removed
// for the given time.
func (v *vitals) on(t, keep day) status {
	switch {
	case t < v.reg || t >= v.exit+keep:
		return absent
	case t >= v.exit:
		return removed
	case t >= v.inactive:
		return inactive
	}
	return active
}
