package exposure

import (
	"slices"
	"strings"

	"rollcheck/hashing"
)

// given is a set of details: those a person gave and that can be used, or those
// a key needs.
type given uint16

const (
	hasLast given = 1 << iota
	hasFirst
	hasBirthDate
	hasBirthYear
	hasZIP
	hasAddress
	hasVoterID
	hasState
	hasPhone
	hasEmail
	hasFormer // former names and places; no key needs them
)

// needs are the details each key is made of.
var needs = [hashing.NumKeyTypes]given{
	hashing.NameDOB:     hasLast | hasFirst | hasBirthDate,
	hashing.NameYOBZIP:  hasLast | hasFirst | hasBirthYear | hasZIP,
	hashing.NameAddress: hasLast | hasFirst | hasAddress | hasZIP,
	hashing.NameZIP:     hasLast | hasFirst | hasZIP,
	hashing.VoterID:     hasLast | hasVoterID | hasState,
	hashing.Phone:       hasLast | hasPhone,
	hashing.Email:       hasLast | hasEmail,
}

// withFirst are the keys that a first name is part of.
const withFirst = 1<<hashing.NameDOB | 1<<hashing.NameYOBZIP | 1<<hashing.NameAddress | 1<<hashing.NameZIP

// query is what one person asks.
type query struct {
	first, n int                         // its inputs: [first, first+n)
	second   int                         // the first of those of the second round, if they were made
	asked    [hashing.NumKeyTypes]uint16 // inputs of each key type: the spellings tried
	given    given                       // details that can be used
	lost     given                       // details given that cannot be used
	cut      bool                        // more spellings than are asked
	middle   letters                     // the middle initial
	further  letters                     // initials of further first names: a middle name may be one of them, or a third
	maybe    letters                     // initials that a middle name may have without being a conflict
	birth    hashing.Date
	states   string // "US-FL,US-GA": jurisdictions named by the person or their ZIP codes, sorted
	problems []FieldError
	notes    []FieldError // fields read in another way than they stand there
	unread   bool         // the person could not be read

	// Of an Asker alone.
	named     []string // [Person.Jurisdictions]
	misnamed  bool     // another was given that is none
	nowhere   bool     // it has nothing of any of those named
	unasked   unasked
	falseHits float64

	// partly are key types of which no input was asked everywhere, or of which none finds
	// all that it should, so that no coverage comes of them.
	partly Keys
}

// problem notes a field that cannot be used and the detail lost by that.
func (q *query) problem(p *Person, field int, what string, detail given) {
	q.problems = append(q.problems, FieldError{p.Line, fieldNames[field], what})
	q.lost |= detail
}

// planner turns people into inputs. Its buffers are reused: what inputs hold is valid
// until the next reset.
type planner struct {
	skip   Keys // key types whose inputs are counted and not made
	d      hashing.Details
	buf    []byte // raw bytes handed to a setter, or a name being joined
	inputs []Input
	steps  []Steps // of each input
	arena  arena   // holds every X
	kept   arena   // holds names made here

	firsts, lasts, births, zips, ids, emails forms
	homes                                    forms // the ZIP code that the address was given with
	none                                     forms // stands for a detail that a key does not have
	cache                                    tables
	year                                     int // the present one; 0 if not asked yet
}

// reset forgets all people planned.
func (pl *planner) reset() {
	pl.inputs, pl.steps = pl.inputs[:0], pl.steps[:0]
	pl.arena.reset()
}

// begin forgets the inputs made, which stay valid, and has those of some key types
// counted and not made from then on. There is room for those of so many people, about.
func (pl *planner) begin(skip Keys, people int) {
	const each = 16 // inputs of a person of whom the usual is known
	pl.skip = skip
	pl.inputs = slices.Grow(pl.inputs[:0], each*people)
	pl.steps = slices.Grow(pl.steps[:0], each*people)
}

// plan appends the inputs of a person.
func (pl *planner) plan(p *Person) query {
	q := query{first: len(pl.inputs)}
	pl.d.Reset()
	pl.kept.reset()
	for _, fs := range []*forms{&pl.firsts, &pl.lasts, &pl.births, &pl.zips, &pl.ids, &pl.emails, &pl.homes, &pl.none} {
		fs.reset()
	}
	pl.none.add(form{})
	if p.fault != nil {
		q.problems, q.unread = []FieldError{*p.fault}, true
		return q
	}
	pl.surnames(p, &q)
	if !blank(p.Middle) {
		if pl.d.SetMiddle(pl.raw(p.Middle)); pl.d.Initial != 0 {
			q.middle.add(pl.d.Initial)
		}
	}
	pl.firstNames(p, &q)
	pl.birth(p, &q)
	pl.places(p, &q)
	pl.contacts(p, &q)
	for _, t := range hashing.KeyTypes() {
		if q.given&needs[t] == needs[t] {
			pl.ask(&q, t)
		}
	}
	q.given &^= q.lost & hasFirst // initials were asked, and lack a name all the same
	q.n = len(pl.inputs) - q.first
	for _, fs := range []*forms{&pl.firsts, &pl.lasts, &pl.zips, &pl.ids} {
		q.cut = q.cut || fs.cut
	}
	return q
}

// blank reports whether a field was not filled in.
func blank(s string) bool { return s == "" || strings.TrimSpace(s) == "" }

// raw returns s as bytes for a setter, valid until the next call.
func (pl *planner) raw(s string) []byte {
	pl.buf = append(pl.buf[:0], s...)
	return pl.buf
}

// scratch returns an empty buffer, valid until the next call of raw or scratch.
func (pl *planner) scratch() []byte { return pl.buf[:0] }

// keep copies b, for as long as the person is planned.
func (pl *planner) keep(b []byte) []byte {
	pl.buf = b
	start := pl.kept.grow(len(b))
	return pl.kept.take(append(start, b...))
}

func (pl *planner) first(raw string) []byte {
	pl.d.First = nil
	pl.d.SetFirst(pl.raw(raw))
	return pl.d.First
}

func (pl *planner) last(raw string) []byte {
	pl.d.Last = nil
	pl.d.SetLast(pl.raw(raw))
	return pl.d.Last
}

// details returns the forms of the first name and of the third detail of a
// key; where a key has none, one empty form stands for it.
func (pl *planner) details(t hashing.KeyType) (firsts, thirds *forms) {
	firsts, thirds = &pl.firsts, &pl.none
	switch t {
	case hashing.NameDOB:
		thirds = &pl.births
	case hashing.NameYOBZIP, hashing.NameZIP:
		thirds = &pl.zips
	case hashing.NameAddress:
		thirds = &pl.homes
	case hashing.VoterID:
		firsts, thirds = &pl.none, &pl.ids
	case hashing.Phone:
		firsts = &pl.none
	case hashing.Email:
		firsts, thirds = &pl.none, &pl.emails
	}
	return firsts, thirds
}

// ask appends the inputs of one key type: the details as given first, then
// what is one guess away, then two, last the names the other way round. Those of a
// type that is skipped are counted.
func (pl *planner) ask(q *query, t hashing.KeyType) {
	lasts := &pl.lasts
	firsts, thirds := pl.details(t)
	n := len(lasts.all)*len(firsts.all)*len(thirds.all) - lasts.guessed*firsts.guessed*thirds.guessed // a form takes one guess at most
	if pl.skip.Has(t) {
		q.asked[t] = uint16(min(n, maxSpellings))
	} else {
		pl.addAll(q, t, lasts, firsts, thirds)
	}
	if n > maxSpellings {
		q.cut = true
		return
	}
	pl.askSwapped(q, t, thirds.all)
}

// addAll appends the inputs of one key type with up to maxGuesses, as far as
// maxSpellings go.
func (pl *planner) addAll(q *query, t hashing.KeyType, lasts, firsts, thirds *forms) {
	most := min(lasts.guessed, 1) + min(firsts.guessed, 1) + min(thirds.guessed, 1)
	for guessed := range min(most, maxGuesses) + 1 {
		for i := range lasts.all {
			last := &lasts.all[i]
			for j := range firsts.all {
				first := &firsts.all[j]
				left := guessed - last.guessed - first.guessed
				for k := range thirds.all {
					third := &thirds.all[k]
					if third.guessed != left {
						continue
					}
					if q.asked[t] == maxSpellings {
						return
					}
					pl.d.Last, pl.d.First = last.text, first.text
					pl.add(q, t, third, last.steps|first.steps|third.steps)
				}
			}
		}
	}
}

// askSwapped appends the input with the first name and the surname the other
// way round and all else as given: of the keys that need nothing but names,
// birth and ZIP code, because every input costs all people of a batch time and
// who gives more gives these.
func (pl *planner) askSwapped(q *query, t hashing.KeyType, thirds []form) {
	switch t {
	case hashing.NameDOB, hashing.NameYOBZIP, hashing.NameZIP:
	default:
		return
	}
	first, last := pl.firsts.all[0].text, pl.lasts.all[0].text
	switch {
	case thirds[0].steps != 0: // only a former ZIP code was given
	case pl.lasts.has(first) && pl.firsts.has(last): // asked already, or as good as
	case q.asked[t] == maxSpellings:
		q.cut = true
	default:
		pl.d.Last, pl.d.First = first, last
		pl.add(q, t, &thirds[0], NameOrder)
	}
}

// add appends one input. Equal inputs do not occur: the forms of a detail
// differ, and the encoding of a key is injective.
func (pl *planner) add(q *query, t hashing.KeyType, third *form, steps Steps) {
	if pl.skip.Has(t) {
		q.asked[t]++ // its details are there, so that it can be made
		return
	}
	switch t {
	case hashing.NameDOB:
		pl.d.Birth = third.date
	case hashing.NameYOBZIP, hashing.NameZIP, hashing.NameAddress:
		pl.d.Birth, pl.d.ZIP = q.birth, third.text
	case hashing.VoterID:
		pl.d.Jurisdiction, pl.d.VoterID = third.scope, third.text
	case hashing.Email:
		pl.d.Email = third.text
	}
	x, ok := pl.d.AppendKey(pl.arena.grow(largeKey), t)
	if !ok {
		return
	}
	q.asked[t]++
	pl.inputs = append(pl.inputs, Input{Type: t, X: pl.arena.take(x)})
	pl.steps = append(pl.steps, steps)
}

// largeKey is room for any key of ordinary details; a larger one is allocated.
const largeKey = 512

// january reports whether the person was born on a 1 January, which files use
// for an unknown day and month.
func (q *query) january() bool { return q.given&hasBirthDate != 0 && q.birth.IsJanuaryFirst() }

// keys returns the key types asked.
func (q *query) keys() (ks Keys) {
	for t, n := range q.asked {
		if n > 0 {
			ks |= 1 << t
		}
	}
	return ks
}
