package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"rollcheck/data/field"
)

// Answer says what the public voter file of a jurisdiction held of one kind of
// field on a date.
type Answer struct {
	Jurisdiction string     `json:"jurisdiction"`
	Kind         string     `json:"field"` // a kind's name, or "vote_choice"
	Status       Value      `json:"status"`
	Confidence   Confidence `json:"confidence,omitempty"` // of the status; "" when it is unknown
	Why          string     `json:"why,omitempty"`        // why it is unknown, or what it rests on when it is not the kind's own entry
	Either       []Value    `json:"either,omitempty"`     // the answers before and after a change of rule that may fall on the date
	Who          string     `json:"who,omitempty"`        // who may have the list
	Use          string     `json:"use,omitempty"`        // what for
	Programme    string     `json:"programme,omitempty"`  // of an address: the confidentiality programme there
	AsOf         Date       `json:"as_of,omitempty"`      // the latest time the sources speak of
	Conflicts    []string   `json:"conflicts,omitempty"`  // what sources contradict each other on, both sides; the confidence is then medium at most
	Sources      []string   `json:"sources"`
}

// Settled reports whether the answer may be said as fact: it is known, and of
// more than low confidence.
func (a *Answer) Settled() bool { return a.Status != Unknown && a.Confidence.rank() > Low.rank() }

// earliest is the first day of which anything is said: statewide lists in one
// file were ordered from 1 January 2004 (Help America Vote Act of 2002, section
// 303(d)(1)(A), 52 U.S.C. 21083(d)).
const earliest = "2004-01-01"

// farYears is how far a date may lie from the latest time that the sources of a
// record speak of, before or after, until the answer is of medium confidence at
// most: of the 17 changes of rule on record, 14 fell in the last ten years (a test
// counts them), so an older text proves little.
const farYears = 10

// Status returns what the public voter file of a jurisdiction held of a kind of
// field on a date. It is always an answer: a jurisdiction without a record, a
// date before any data and a field no source settles are Unknown, with the
// reason in Why. Around a change of rule whose day is not sure, an answer is only
// given when it is the same before and after; else it is Unknown with both in
// Either. Of no date, the answer must be the same at all times.
func Status(jurisdiction string, date Date, kind field.Kind) Answer {
	return status(jurisdiction, date, kind.String(), kind)
}

// VoteChoice returns the answer for how somebody voted: no roll holds it. Ballots
// are secret, and are kept without names.
func VoteChoice(jurisdiction string, date Date) Answer {
	return status(jurisdiction, date, voteChoice, field.VoteHistory)
}

func status(jurisdiction string, date Date, name string, kind field.Kind) Answer {
	a := Answer{Jurisdiction: jurisdiction, Kind: name, Status: Unknown, Sources: []string{}}
	r := record(jurisdiction)
	if r == nil || jurisdiction == federal {
		a.Why = "there is no record of what the public file of " + jurisdiction + " holds"
		return a
	}
	a.AsOf, a.Conflicts = r.AsOf, r.conflicts(name)
	if addressKinds.Has(kind) && name != voteChoice {
		a.Programme = r.Programme
	}
	if date != "" && date.Last() < earliest {
		a.Why = "nothing was read about a time before " + earliest[:4]
		return a
	}
	for n, p := range r.between(date) {
		b := a
		p.answer(&b, r, date, name, kind)
		if n == 0 {
			a = b
			continue
		}
		a.join(&b, p)
	}
	a.age(date)
	if len(a.Conflicts) > 0 && a.Status != Unknown {
		a.Confidence = a.Confidence.Weaker(Medium)
	}
	return a
}

// join makes one answer of those of two neighbouring periods.
func (a *Answer) join(b *Answer, p *Period) {
	for _, s := range b.Sources {
		if !slices.Contains(a.Sources, s) {
			a.Sources = append(a.Sources, s)
		}
	}
	switch {
	case a.Status == b.Status && a.Either == nil:
		a.Confidence = a.Confidence.Weaker(b.Confidence)
		if b.Who != "" {
			a.Who, a.Use = b.Who, b.Use
		}
	default:
		if a.Either == nil {
			a.Either = []Value{a.Status}
		}
		if !slices.Contains(a.Either, b.Status) {
			a.Either = append(a.Either, b.Status)
		}
		a.Why = fmt.Sprintf("the rule changed around then (%s: %s)", p.From, p.Basis)
		a.Status, a.Confidence = Unknown, ""
	}
}

// age lowers the confidence of an answer for a date far from its sources.
func (a *Answer) age(date Date) {
	if date == "" || a.AsOf == "" || a.Confidence != High {
		return
	}
	if d := date.year() - a.AsOf.year(); d > farYears || -d > farYears {
		a.Confidence = Medium
	}
}

// answer fills a with what the period says of a field.
func (p *Period) answer(a *Answer, r *Record, date Date, name string, kind field.Kind) {
	a.Who, a.Use = p.Who, p.Use
	if slices.Contains(r.NotCollected, name) {
		if name == field.Party.String() && p.Fields[field.VoteHistory.String()].Status != Withheld {
			a.Why = r.Name + " does not ask for it, but the primaries somebody voted in may show it"
			return
		}
		a.Status, a.Confidence, a.Why = Withheld, Medium, r.Name+" says that it does not ask for it"
		a.Sources = r.Sources
		return
	}
	if e := p.Fields[name]; e.known() {
		a.take(e, r)
		return
	}
	if name == voteChoice {
		return
	}
	if e, from := p.implied(kind); e.known() {
		a.take(e, r)
		a.Why, a.Conflicts = "it follows from the "+from.Title(), append(a.Conflicts, r.conflicts(from.String())...)
		return
	}
	if open := p.openDetail(kind); open != "" {
		a.Why = "a part of it is open there: " + open
		return
	}
	us := record(federal)
	for _, fp := range us.between(date) {
		if e := fp.Fields[name]; e.known() {
			a.take(e, us)
			a.Why, a.Conflicts = fp.Basis, append(a.Conflicts, us.conflicts(name)...)
			return
		}
	}
	a.Why = "no source that was read settles it"
}

// implied returns the entry that settles a kind without one of its own, and the
// kind that entry is of. A public birth date makes its month and its year public,
// and either makes an age public; a public address, the place. Nothing follows
// from one that is not public: a part of it may be open all the same.
func (p *Period) implied(kind field.Kind) (Entry, field.Kind) {
	for _, k := range map[field.Kind][]field.Kind{
		field.BirthYear:      {field.BirthDate},
		field.BirthMonthYear: {field.BirthDate},
		field.Age:            {field.BirthDate, field.BirthYear},
		field.Locality:       {field.Address},
	}[kind] {
		if e := p.Fields[k.String()]; e.Status == Public {
			return e, k
		}
	}
	return Entry{}, 0
}

// openDetail names the parts of a kind that are open in the period.
func (p *Period) openDetail(kind field.Kind) string {
	var open []string
	for name, e := range p.Details {
		if k := detailKinds[name]; k == kind && (e.Status == Public || e.Status == Restricted) {
			open = append(open, strings.ReplaceAll(name, "_", " "))
		}
	}
	slices.Sort(open)
	return strings.Join(open, ", ")
}

// detailKinds are the parts of kinds that records speak of.
var detailKinds = map[string]field.Kind{
	"congressional_district": field.Precinct,
	"ethnicity":              field.Race,
	"felony_history":         field.Profile,
	"house_number":           field.Address,
	"language":               field.Profile,
	"last_vote_date":         field.VoteHistory,
	"mothers_maiden_name":    field.Profile,
	"occupation":             field.Profile,
	"parents_names":          field.Profile,
	"registration_place":     field.Profile,
	"state_id":               field.DriverLicense,
}

// known reports whether the entry says anything.
func (e Entry) known() bool { return e.Status != "" && e.Status != Unknown }

func (a *Answer) take(e Entry, r *Record) {
	a.Status, a.Confidence = e.Status, e.Confidence
	for _, n := range e.Sources {
		a.Sources = append(a.Sources, r.Sources[n])
	}
}
