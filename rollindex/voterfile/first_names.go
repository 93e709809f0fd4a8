package voterfile

import (
	"fmt"
	"maps"
	"slices"

	"rollcheck/data/field"
)

// A first name goes with a sex, and with the time when it was in fashion: where it does
// not, the first names or what stands beside them are those of other rows.
const (
	woman = iota
	man
)

const (
	early = iota // born before earlyUntil
	late         // born in lateFrom or since
)

// Those born between are left out: in a part of a file that is in the order of births, or of a
// list of people of one age, there are no others, of whose names none tells.
const earlyUntil, lateFrom = 1960, 1980

// cross counts rows by what their first name goes with and by what they say.
type cross [2][2]int64

// Of those counted one in crossParts must have either kind of name, and one in crossParts say
// either: files that are nearly all of one sex, or say so, do not tell, nor those of the young.
const crossParts = 5

func (c *cross) add(o *cross) {
	for i := range c {
		for j := range c[i] {
			c[i][j] += o[i][j]
		}
	}
}

// rows returns how many rows were counted, and in how many the name goes with what they say.
func (c *cross) rows() (agree, of int64) {
	agree = c[0][0] + c[1][1]
	return agree, agree + c[0][1] + c[1][0]
}

// crossRule says when a cross is told: least rows have either kind of name, and of these the
// shares that say the first are less than apart hundredths from each other.
type crossRule struct{ least, apart int64 }

// Of people with a name that was in fashion about 1940, of those born before 1960 or since 1980,
// nearly all are of the older ones, and of people with a name of about 1995 hardly any
// (TestFirstNamesGoWithBirths); of people with a woman's name nearly all are women. In a column that
// was moved either share is the same; in one that was moved by a row, in a file that is in the order
// of addresses, people have the sex and the age of husband or wife.
var crossRules = [numCrosses]crossRule{bySex: {100, 20}, byBirth: {50, 35}}

// unrelated reports whether what rows say has next to nothing to do with their names, and how
// much. Letters that mean something else, such as the M of mujer, are all of them beside the
// names of one.
func (r crossRule) unrelated(c *cross) (apart int64, told bool) {
	a, b := c[0][0]+c[0][1], c[1][0]+c[1][1]
	first, second := c[0][0]+c[1][0], c[0][1]+c[1][1]
	if parts := (a + b) / crossParts; min(a, b) < max(r.least, parts) || min(first, second) < parts {
		return 0, false
	}
	apart = 100*c[0][0]/a - 100*c[1][0]/b
	return apart, apart < r.apart && -apart < 100-r.apart // or else the letters are exchanged
}

// The crosses of a member: first names with sexes, and with births.
const (
	bySex = iota
	byBirth
	numCrosses
)

type crosses [numCrosses]cross

// Parts of a member are told apart: partLines long, and longer where these are more than mostParts.
const (
	partLines = 1 << partSize
	partSize  = 9
	mostParts = 64
)

// namesWatch is what first names go with in each part of a member.
type namesWatch struct {
	size uint // of parts: lines that are the same when so many bits are cut off
	at   map[int64]*namesPart
}

type namesPart struct {
	line    int64 // the first
	crosses crosses
}

// add adds parts of partLines, or of some of them. In whatever order they come, they come to
// the same.
func (w *namesWatch) add(parts []namesPart) {
	if w.at == nil {
		w.size, w.at = partSize, map[int64]*namesPart{}
	}
	for i := range parts {
		w.put(&parts[i])
		for len(w.at) > mostParts {
			smaller := w.at
			w.size, w.at = w.size+1, map[int64]*namesPart{}
			for _, p := range smaller {
				w.put(p)
			}
		}
	}
}

func (w *namesWatch) put(p *namesPart) {
	at := w.at[p.line>>w.size]
	if at == nil {
		at = &namesPart{line: p.line}
		w.at[p.line>>w.size] = at
	}
	at.line = min(at.line, p.line)
	for i := range at.crosses {
		at.crosses[i].add(&p.crosses[i])
	}
}

// told returns the cross of the file, or else of the quarter of it in which names have least to
// do with what the rows say, if that is told; line is where that begins, 0 of the file.
func (w *namesWatch) told(which int) (c cross, line int64, told bool) {
	keys, rule := slices.Sorted(maps.Keys(w.at)), crossRules[which]
	sum := func(keys []int64) (c cross) {
		for _, k := range keys {
			c.add(&w.at[k].crosses[which])
		}
		return c
	}
	if c = sum(keys); len(keys) == 0 {
		return c, 0, false
	} else if _, told = rule.unrelated(&c); told {
		return c, 0, true
	}
	least := int64(100)
	for n := (len(keys) + quarters - 1) / quarters; len(keys) >= n; keys = keys[1:] {
		here := sum(keys[:n])
		if apart, is := rule.unrelated(&here); is && apart < least {
			c, line, told, least = here, w.at[keys[0]].line, true, apart
		}
	}
	return c, line, told
}

// ofOthers says that first names or births are those of other rows, if they are.
func (w *namesWatch) ofOthers(p *plan, where string) (d Doubt, told bool) {
	const moved = ", as where the column %s was sorted or moved by itself: then every value stands in the row of somebody else"
	first := p.title(field.NameFirst, field.NameFull)
	if c, line, told := w.told(bySex); told {
		agree, of := c.rows()
		return Doubt{Question: FirstOfOthers, Told: agree, Rows: of, whole: true,
			says: fmt.Sprintf("of %d people with a woman's or a man's first name%s %d have its sex in column %q"+moved, of, from(where, line), agree, p.titles[field.RoleSex], first)}, true
	}
	c, line, told := w.told(byBirth)
	agree, of := c.rows()
	return Doubt{Question: BirthOfOthers, Told: agree, Rows: of, whole: true,
		says: fmt.Sprintf("of %d people%s born before %d or since %d whose first name was in fashion in only one of these times %d were born in that one"+moved,
			of, from(where, line), earlyUntil, lateFrom, agree, fmt.Sprintf("%q or %s", p.birthName, first))}, told
}

// lookAtFirst counts the row at hand, of whose first name something is known.
func (p *Parser) lookAtFirst(given facts) {
	if n := len(p.parts); n == 0 || p.parts[n-1].line/partLines != p.rec.Line/partLines {
		p.parts = append(p.parts, namesPart{line: p.rec.Line})
	}
	crosses := &p.parts[len(p.parts)-1].crosses
	if given&(factWoman|factMan) != 0 && p.plan.first[field.RoleSex] >= 0 {
		p.lookAtSex(given, &crosses[bySex])
	}
	if year := int(p.rec.Birth.Year); given&(factEarly|factLate) != 0 && (year > 0 && year < earlyUntil || year >= lateFrom) {
		name, said := early, early
		if given&factLate != 0 {
			name = late
		}
		if year >= lateFrom {
			said = late
		}
		crosses[byBirth][name][said]++
	}
}

// lookAtSex counts the row at hand, whose first name goes with a sex.
func (p *Parser) lookAtSex(given facts, c *cross) {
	v := p.value(field.RoleSex)
	if v == nil || len(v) > 1 && len(v) != len("MALE") && len(v) != len("FEMALE") {
		return
	}
	name := woman
	if given&factMan != 0 {
		name = man
	}
	switch v[0] | 0x20 {
	case 'f':
		c[name][woman]++
	case 'm':
		c[name][man]++
	}
}
