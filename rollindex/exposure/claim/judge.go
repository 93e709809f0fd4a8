package claim

import (
	"slices"

	"rollcheck/data/catalogue"
	"rollcheck/data/field"
)

// Verdict is one of three.
type Verdict string

// The verdicts.
const (
	PublicRecord Verdict = "public-record"
	Beyond       Verdict = "beyond"
	CannotTell   Verdict = "cannot-tell"
)

// Item is the answer for one detail in one state.
type Item struct {
	Detail Detail
	Quoted bool // else only boasted of
	catalogue.Answer
}

// Match is a documented incident that covered one of the states and some of the
// details, and that can have fed the message.
type Match struct {
	*catalogue.Incident
	States []string       // those of the claim that it covered
	Fields []Detail       // details of the claim that it held
	When   catalogue.When // how it stands to the date of the message: before, or perhaps
}

// Report is the answer to a claim.
type Report struct {
	Claim      *Claim
	Items      []Item // by detail, those quoted first, then by state in the order of the claim
	Incidents  []Match
	Verdict    Verdict
	Confidence catalogue.Confidence // of the verdict; "" for CannotTell
	Because    []Reason
	IfGiven    []Detail // those open only if the person gave them to the office; see [field.Volunteered]
}

// Reason is one ground of a verdict.
type Reason struct {
	Code    string   // one of the codes below
	Details []Detail // that it is about, for the codes that are about some
	States  []string
	Items   []*Item // the answers behind it

	Incident *catalogue.Incident // of Exposed: the one that held the detail
}

// The codes of reasons. Words for them are in each language.
const (
	OpenInOne    = "open-in-one"      // what was quoted, but for what had to be given, was open to anyone in one state
	OpenTogether = "open-together"    // and here only in several states together
	OnlyIfGiven  = "if-given"         // the detail was open to anyone if the person gave it to the office
	NotOpen      = "not-open"         // the detail was withheld, in each state
	NamedOnly    = "named-only"       // it was open to named recipients, and to nobody else
	Unsettled    = "unsettled"        // no source settles it
	NothingSaid  = "nothing-quoted"   // nothing quoted that a roll could hold
	VoteSecret   = "vote-secret"      // no roll anywhere holds how somebody voted
	Exposed      = "exposed"          // a documented exposure held the detail, which goes beyond
	Disagree     = "sources-disagree" // sources contradict each other about some of it
	Protected    = "protected"        // an address: for people in a confidentiality programme it was not open
)

// Judge answers a claim.
func Judge(c *Claim) (*Report, error) {
	r := &Report{Claim: c}
	for _, d := range c.Quoted {
		r.ask(d, true)
	}
	for _, d := range c.Boasted {
		r.ask(d, false)
	}
	r.decide()
	all, err := catalogue.Incidents()
	if err != nil {
		return nil, err
	}
	r.match(all)
	r.explain()
	return r, nil
}

func (r *Report) ask(d Detail, quoted bool) {
	for _, s := range r.Claim.States {
		a := catalogue.VoteChoice(s, r.Claim.When)
		if d != Vote {
			a = catalogue.Status(s, r.Claim.When, field.Kind(d))
		}
		r.Items = append(r.Items, Item{d, quoted, a})
	}
}

// of returns the answers for a detail, one a state.
func (r *Report) of(d Detail) []*Item {
	var items []*Item
	for i := range r.Items {
		if r.Items[i].Detail == d {
			items = append(items, &r.Items[i])
		}
	}
	return items
}

// decide reaches the verdict; see the package's comment.
func (r *Report) decide() {
	var closed, unsettled []Reason
	open := map[Detail][]*Item{}
	quoted := slices.DeleteFunc(slices.Clone(r.Claim.Quoted), func(d Detail) bool { return d == Vote })
	for _, d := range quoted {
		switch items := r.of(d); {
		case slices.ContainsFunc(items, isOpen):
			open[d] = slices.DeleteFunc(items, func(i *Item) bool { return !isOpen(i) })
		case !slices.ContainsFunc(items, func(i *Item) bool { return !i.Settled() }):
			closed = add(closed, shut(d, items))
		default:
			items = slices.DeleteFunc(items, func(i *Item) bool { return i.Settled() })
			unsettled = add(unsettled, Reason{Unsettled, []Detail{d}, statesOf(items), items, nil})
		}
	}
	switch {
	case len(quoted) == 0:
		r.Verdict, r.Because = CannotTell, []Reason{{Code: NothingSaid}}
	case len(closed) > 0:
		r.Verdict, r.Confidence = Beyond, catalogue.High
		for _, reason := range closed {
			for _, i := range reason.Items {
				r.Confidence = r.Confidence.Weaker(i.Confidence)
			}
		}
		r.Because = append(closed, unsettled...)
	case len(unsettled) > 0:
		r.Verdict, r.Because = CannotTell, unsettled
	default:
		r.open(quoted, open)
	}
	r.ifGiven()
	r.disagree()
	if slices.Contains(r.Claim.Quoted, Vote) || slices.Contains(r.Claim.Boasted, Vote) {
		r.Because = append(r.Because, Reason{Code: VoteSecret, Details: []Detail{Vote}, Items: r.of(Vote)})
	}
}

// disagree adds, once, that sources contradict each other on what the verdict
// stands on.
func (r *Report) disagree() {
	d := Reason{Code: Disagree}
	for _, reason := range r.Because {
		for _, i := range reason.Items {
			if i.Quoted && len(i.Conflicts) > 0 && !slices.Contains(d.Details, i.Detail) {
				d.Details, d.Items = append(d.Details, i.Detail), append(d.Items, i)
			}
		}
	}
	if len(d.Details) > 0 {
		r.Because = append(r.Because, d)
	}
}

// ifGiven adds the details, quoted or boasted of, that were open only if the person
// gave them to the office.
func (r *Report) ifGiven() {
	for i := range r.Items {
		it := &r.Items[i]
		if !it.IfGiven() {
			continue
		}
		if n := len(r.IfGiven); n == 0 || r.IfGiven[n-1] != it.Detail {
			r.IfGiven = append(r.IfGiven, it.Detail)
		}
	}
	var reasons []Reason
	for _, d := range r.IfGiven {
		items := slices.DeleteFunc(r.of(d), func(i *Item) bool { return !i.IfGiven() })
		reasons = add(reasons, Reason{OnlyIfGiven, []Detail{d}, statesOf(items), items, nil})
	}
	r.Because = append(r.Because, reasons...)
}

// IfGiven reports whether the detail was open to anyone only if the person gave it
// to the office.
func (i *Item) IfGiven() bool { return i.Detail.volunteered() && isOpen(i) }

func (d Detail) volunteered() bool { return d != Vote && field.Volunteered.Has(field.Kind(d)) }

// open explains a claim whose every item was open somewhere. What had to be given
// to the office is left to [Report.ifGiven], but for how sure it is.
func (r *Report) open(quoted []Detail, open map[Detail][]*Item) {
	r.Verdict, r.Confidence = PublicRecord, catalogue.High
	var plain []Detail
	for _, d := range quoted {
		if d.volunteered() {
			r.Confidence = r.Confidence.Weaker(surest(open[d]).Confidence)
		} else {
			plain = append(plain, d)
		}
	}
	if len(plain) == 0 {
		return
	}
	reason, confidence := r.openIn(plain, open)
	r.Confidence = r.Confidence.Weaker(confidence)
	if len(plain) < len(quoted) {
		reason.Details = plain
	}
	r.Because = []Reason{reason}
	if n := slices.IndexFunc(reason.Items, func(i *Item) bool { return i.Programme != "" }); n >= 0 {
		i := reason.Items[n]
		r.Because = append(r.Because, Reason{Protected, []Detail{i.Detail}, []string{i.Jurisdiction}, []*Item{i}, nil})
	}
}

// openIn finds the state in which details were open that settles them best, or says
// that it takes several.
func (r *Report) openIn(quoted []Detail, open map[Detail][]*Item) (Reason, catalogue.Confidence) {
	var confidence catalogue.Confidence
	reason := Reason{Code: OpenTogether, States: r.Claim.States}
	for _, s := range r.Claim.States {
		items := make([]*Item, 0, len(quoted))
		for _, d := range quoted {
			if n := slices.IndexFunc(open[d], func(i *Item) bool { return i.Jurisdiction == s }); n >= 0 {
				items = append(items, open[d][n])
			}
		}
		if c := weakest(items); len(items) == len(quoted) && (confidence == "" || confidence.Weaker(c) != c) {
			confidence, reason = c, Reason{Code: OpenInOne, States: []string{s}, Items: items}
		}
	}
	if reason.Code == OpenTogether {
		for _, d := range quoted {
			reason.Items = append(reason.Items, surest(open[d]))
		}
		confidence = weakest(reason.Items)
	}
	return reason, confidence
}

// surest returns the item of the highest confidence, the first of several.
func surest(items []*Item) *Item {
	return slices.MaxFunc(items, func(a, b *Item) int {
		switch {
		case a.Confidence == b.Confidence:
			return 0
		case a.Confidence.Weaker(b.Confidence) == a.Confidence:
			return -1
		}
		return 1
	})
}

func isOpen(i *Item) bool { return i.Settled() && i.Status == catalogue.Public }

// shut is the reason that a detail was not open to anyone.
func shut(d Detail, items []*Item) Reason {
	code := NotOpen
	if slices.ContainsFunc(items, func(i *Item) bool { return i.Status == catalogue.Restricted }) {
		code = NamedOnly
	}
	return Reason{code, []Detail{d}, statesOf(items), items, nil}
}

// add adds a reason to others, to one of the same code and states if there is
// one.
func add(reasons []Reason, r Reason) []Reason {
	for i := range reasons {
		if same := &reasons[i]; same.Code == r.Code && slices.Equal(same.States, r.States) {
			same.Details, same.Items = append(same.Details, r.Details...), append(same.Items, r.Items...)
			return reasons
		}
	}
	return append(reasons, r)
}

func weakest(items []*Item) catalogue.Confidence {
	c := catalogue.High
	for _, i := range items {
		c = c.Weaker(i.Confidence)
	}
	return c
}

func statesOf(items []*Item) (states []string) {
	for _, i := range items {
		states = append(states, i.Jurisdiction)
	}
	return states
}

// match finds the incidents: those that held something beyond the public record
// first, then those that held more of what the message names, then the latest.
func (r *Report) match(all []*catalogue.Incident) {
	beyond := map[Detail]bool{}
	for _, d := range r.BeyondItems() {
		beyond[d] = true
	}
	weight := map[string]int{}
	for _, i := range all {
		m := Match{Incident: i, When: i.By(r.Claim.When)}
		for _, s := range r.Claim.States {
			if i.Covers(s) {
				m.States = append(m.States, s)
			}
		}
		kinds := withImplied(i.Kinds())
		for _, d := range append(slices.Clone(r.Claim.Quoted), r.Claim.Boasted...) {
			if d != Vote && kinds.Has(field.Kind(d)) {
				m.Fields = append(m.Fields, d)
				if weight[i.ID]++; beyond[d] {
					weight[i.ID] += 100
				}
			}
		}
		if i.Retired || m.When == catalogue.After || len(m.States) == 0 || len(m.Fields) == 0 {
			continue
		}
		r.Incidents = append(r.Incidents, m)
	}
	slices.SortStableFunc(r.Incidents, func(a, b Match) int { return weight[b.ID] - weight[a.ID] })
}

// explain adds, for what goes beyond, the incident that held the most of it and
// had begun by then, if one had.
func (r *Report) explain() {
	for _, m := range r.Incidents {
		if m.When != catalogue.Before {
			continue
		}
		held := slices.DeleteFunc(r.BeyondItems(), func(d Detail) bool { return !slices.Contains(m.Fields, d) })
		if len(held) > 0 {
			r.Because = append(r.Because, Reason{Exposed, held, m.States, nil, m.Incident})
			return
		}
	}
}

// withImplied adds the kinds that follow from those of the set: a full birth date
// tells the year, an address the place.
func withImplied(s field.Set) field.Set {
	for kind, more := range map[field.Kind]field.Set{
		field.BirthDate: field.SetOf(field.BirthMonthYear, field.BirthYear, field.Age),
		field.Address:   field.SetOf(field.Locality),
		field.SSN:       field.SetOf(field.SSNLast4),
	} {
		if s.Has(kind) {
			s |= more
		}
	}
	return s
}
