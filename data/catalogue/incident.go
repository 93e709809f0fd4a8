package catalogue

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"rollcheck/data/field"
)

// Confidence says how well something is supported.
type Confidence string

// The degrees of confidence; README.md says what each takes.
const (
	Low    Confidence = "low"
	Medium Confidence = "medium"
	High   Confidence = "high"
)

// rank orders confidences, none at all first.
func (c Confidence) rank() int { return slices.Index([]Confidence{Low, Medium, High}, c) }

// Weaker returns the lower of two confidences.
func (c Confidence) Weaker(o Confidence) Confidence {
	if o.rank() < c.rank() {
		return o
	}
	return c
}

// Incident is one documented exposure of voter data. Its model is that of Have I
// Been Pwned (https://haveibeenpwned.com/API/v3#BreachModel) where the ideas are
// the same: a stable id, when it was disclosed and the entry added and modified,
// a count, classes of data, and the marks verified, sensitive and retired.
type Incident struct {
	ID            string   `json:"id"`            // stable; never given to another incident
	Title         string   `json:"title"`         // a line
	Country       string   `json:"country"`       // ISO 3166-1 alpha-2
	Jurisdictions []string `json:"jurisdictions"` // ISO 3166-2 codes, or the country's where all of it is meant
	Kind          string   `json:"kind"`          // one of [IncidentKinds]
	Disclosed     Date     `json:"disclosed"`     // when the public learned of it
	ExposedFrom   string   `json:"exposed_from"`  // when the exposure began: a date, perhaps with words after it; "" if unknown
	DataAsOf      string   `json:"data_as_of"`    // what time the data was of: a date, perhaps with words after it; "" if unknown
	Added         Date     `json:"added"`         // when the entry got in
	Modified      Date     `json:"modified"`      // when it was last checked or changed
	Count         *int64   `json:"count"`         // people or records; nil if unknown, 0 if officials say that nothing was taken
	Data          []string `json:"data"`          // classes of data: kinds of field and finer ones

	Confidence   Confidence `json:"confidence"`  // that it happened as told
	Claims       Claims     `json:"claims"`      // and its parts
	Attribution  string     `json:"attribution"` // who is held responsible, and by whom; "" if nobody
	PublicRecord struct {
		Relation string `json:"relation"` // one of [Relations]
		Says     string `json:"says"`
	} `json:"public_record"`
	Circulates struct {
		State string `json:"state"` // one of [Circulations]
		Says  string `json:"says"`
	} `json:"circulates"`

	Verified  bool `json:"verified"`  // an official page, or two independent outlets, say that it happened
	Contested bool `json:"contested"` // its holder denies it, or accounts contradict each other
	Sensitive bool `json:"sensitive"` // to be in it tells a belief, health, a political act or that somebody is protected: never in a published index
	Retired   bool `json:"retired"`   // the entry was withdrawn; its id stays

	Summary string   `json:"summary"`
	Note    string   `json:"note"` // doubts, and figures that clash
	Sources []string `json:"sources"`
}

// Claims says how well the parts of an incident are supported.
type Claims struct {
	Count       string `json:"count"`       // confirmed, reported or disputed
	Data        string `json:"data"`        // confirmed, reported or partial
	Attribution string `json:"attribution"` // official, reported or none
}

// IncidentKinds are the kinds of incident: how the data got out.
func IncidentKinds() []string {
	return []string{
		"breach", "insider", "loss", "misconfiguration", "publication", "sale", "state-actor-access", "theft", "transfer", "unclear",
	}
}

// Relations are an incident's relations to the public record of its place:
// everything in it was open to anyone, some of it, nothing of the kind, unknown.
func Relations() []string { return []string{"within", "partly", "beyond", "unknown"} }

// Circulations say where copies are: openly about, for sale, in known hands,
// none seen, unknown.
func Circulations() []string { return []string{"yes", "sold", "limited", "no", "unknown"} }

// Kinds returns the kinds of field among the incident's data.
func (i *Incident) Kinds() field.Set {
	var s field.Set
	for _, c := range i.Data {
		if k, ok := classKind(c); ok {
			s = s.With(k)
		}
	}
	return s
}

// Covers reports whether the incident covered the jurisdiction, by name or as a
// part of a country that it covered without naming its parts: "US-FL" is covered
// by "US" only where no state is named beside it.
func (i *Incident) Covers(jurisdiction string) bool {
	if slices.Contains(i.Jurisdictions, jurisdiction) {
		return true
	}
	country, _, _ := strings.Cut(jurisdiction, "-")
	return len(i.Jurisdictions) == 1 && i.Jurisdictions[0] == country
}

// When says how an incident stands to a date.
type When string

// How an incident can stand to a date.
const (
	Before  When = "before"  // the exposure had begun
	Perhaps When = "perhaps" // it became known later, and when it began is not known, or not to the day
	After   When = "after"   // it began later
)

// By returns how the incident stands to a message of that date: one that had begun
// can have fed it.
func (i *Incident) By(d Date) When {
	began := leadingDate(i.ExposedFrom)
	sure := string(began) == i.ExposedFrom // not "2016-08 or earlier"
	switch {
	case d == "":
		return Perhaps
	case i.Disclosed.Last() <= d.First(), began != "" && began.Last() <= d.First():
		return Before
	case sure && began.First() > d.Last() && began != "":
		return After
	case began == "" && i.Disclosed.year() > d.year()+1, !sure && began != "" && began.year() > d.year()+1:
		return After // without a known beginning, no more than the year before it became known
	}
	return Perhaps
}

// ErrUnknownIncident is wrapped by [GetIncident] for an id that is not there.
var ErrUnknownIncident = errors.New("no such incident")

// Incidents returns all incidents, the latest disclosed first. They are shared
// and not to be changed.
var Incidents = sync.OnceValues(func() ([]*Incident, error) {
	var all []*Incident
	for _, name := range list("incidents") {
		i := new(Incident)
		if err := decode(name, i); err != nil {
			return nil, err
		}
		if want := "incidents/" + i.ID + ".json"; name != want {
			return nil, fmt.Errorf("%s: has the id %q", name, i.ID)
		}
		all = append(all, i)
	}
	sort.SliceStable(all, func(a, b int) bool { return all[a].Disclosed.First() > all[b].Disclosed.First() })
	return all, nil
})

// GetIncident returns the incident of that id, read anew.
func GetIncident(id string) (*Incident, error) {
	name := "incidents/" + id + ".json"
	if _, ok := file(name); !ok {
		return nil, fmt.Errorf("%w: %q", ErrUnknownIncident, id)
	}
	i := new(Incident)
	return i, decode(name, i)
}

// Coverage is an incident that may have covered somebody registered in some
// states.
type Coverage struct {
	*Incident
	States []string // those that it covered
}

// Covering returns the incidents that covered a state and that became known, as
// far as it is told with data of a time, no earlier than since; all if since is
// "". Retired ones are left out. The latest disclosed come first. Each covered
// people like those asked about; whether it covered one of them is not known.
func Covering(states []string, since Date) ([]Coverage, error) {
	all, err := Incidents()
	if err != nil {
		return nil, err
	}
	var covering []Coverage
	for _, i := range all {
		c := Coverage{Incident: i}
		for _, s := range states {
			if i.Covers(s) {
				c.States = append(c.States, s)
			}
		}
		older := since != "" && (i.Disclosed.Last() < since.First() || i.dataBefore(since))
		if !i.Retired && len(c.States) > 0 && !older {
			covering = append(covering, c)
		}
	}
	return covering, nil
}

// dataBefore reports whether the incident's data is told to be of a time before
// the date.
func (i *Incident) dataBefore(d Date) bool {
	of := leadingDate(i.DataAsOf)
	return of != "" && of.Last() < d.First() && string(of) == i.DataAsOf // a text may mean a longer time
}
