package catalogue

import (
	"path"
	"slices"
	"strings"
	"sync"

	"rollcheck/data/field"
)

// Record says what the public voter file of one jurisdiction may hold, period by
// period.
type Record struct {
	Jurisdiction string     `json:"jurisdiction"`  // "US-FL"; "US" for federal law
	Name         string     `json:"name"`          // "Florida"
	AsOf         Date       `json:"as_of"`         // the latest time its sources speak of
	Checked      Date       `json:"checked"`       // when they were last read
	Programme    string     `json:"programme"`     // the confidentiality programme there; "" if none was found
	Cost         string     `json:"cost"`          // of the list; "" if not known
	NotCollected []string   `json:"not_collected"` // fields that the jurisdiction says it does not ask for
	Notes        string     `json:"notes"`
	Conflicts    []Conflict `json:"conflicts"`
	Periods      []Period   `json:"periods"` // in order of time
	Sources      []string   `json:"sources"`
}

// Conflict is a contradiction between sources, kept and not settled.
type Conflict struct {
	Fields []string `json:"fields"` // those it touches; none if it touches no field's answer
	Says   string   `json:"says"`
}

// Period is a time in which one rule held. It lasts until the next one begins.
type Period struct {
	From Date `json:"from"` // the first day; "" for the first period
	// Window holds the first and last day between which the change may have
	// happened; both are From when the day is documented.
	Window []Date           `json:"from_window,omitempty"`
	Basis  string           `json:"basis"` // why the period begins there
	Who    string           `json:"who"`   // who may have the list: reads on after "open to"
	Use    string           `json:"use"`   // what it may be used for; "" if no limit was found
	Fields map[string]Entry `json:"fields"`
	// Details are parts of a kind: occupation, for one. They qualify the answer
	// for their kind.
	Details map[string]Entry `json:"details,omitempty"`
}

// Entry is what one period says of one field.
type Entry struct {
	Status     Value      `json:"status"`
	Confidence Confidence `json:"confidence,omitempty"`
	Sources    []int      `json:"sources"`           // indices into the record's sources
	Carried    bool       `json:"carried,omitempty"` // rests on a first reading alone: never confirmed by a second
}

// Value is one of the four answers.
type Value string

// The four answers.
const (
	Public     Value = "public"     // anyone may have it, with the list
	Restricted Value = "restricted" // named recipients may have it, or anyone may look but not take
	Withheld   Value = "withheld"   // it is not given out
	Unknown    Value = "unknown"    // no source read settles it
)

// voteChoice is the name of the field that no roll holds.
const voteChoice = "vote_choice"

// federal is the code of the record of federal law.
const federal = "US"

// read are the records read so far: of a jurisdiction's code, a function that
// returns its record, nil if there is none.
var read sync.Map

// record returns the record of a jurisdiction, nil if there is none. Each is
// read when it is first asked for: a check needs one or two of them.
func record(code string) *Record {
	get, _ := read.LoadOrStore(code, sync.OnceValue(func() *Record {
		name := "public-record/" + strings.ToLower(code) + ".json"
		if _, ok := file(name); !ok {
			return nil
		}
		r := new(Record)
		if err := decode(name, r); err != nil { // the files are the program's own, and a test reads each
			panic(err)
		}
		return r
	}))
	return get.(func() *Record)()
}

// Records returns the records of all jurisdictions, federal law left out, by
// code, sorted. They are shared and not to be changed.
func Records() []*Record {
	var all []*Record
	for _, name := range list("public-record") {
		if code := strings.ToUpper(strings.TrimSuffix(path.Base(name), ".json")); code != federal {
			all = append(all, record(code))
		}
	}
	return all
}

// Jurisdiction returns the code of a state by code or name, in any case: "FL",
// "us-fl" and "Florida" are "US-FL". It reports whether there is a record of it.
func Jurisdiction(s string) (string, bool) {
	s = strings.Join(strings.Fields(strings.ToLower(s)), " ")
	for _, r := range Records() {
		code := strings.ToLower(r.Jurisdiction)
		if s == code || s == code[3:] || s == strings.ToLower(r.Name) {
			return r.Jurisdiction, true
		}
	}
	return "", false
}

// JurisdictionName returns the name of a jurisdiction that has a record, else
// its code.
func JurisdictionName(code string) string {
	if r := record(code); r != nil {
		return r.Name
	}
	return code
}

// between returns the periods that a date may fall into; all since [earliest]
// for no date.
func (r *Record) between(d Date) []*Period {
	first, last := earliest, "9999-12-31"
	if d != "" {
		first, last = d.First(), d.Last()
	}
	var in []*Period
	for i := range r.Periods {
		begins, ends := "", "9999-12-31" // the widest the period may be
		if p := &r.Periods[i]; len(p.Window) == 2 {
			begins = string(p.Window[0])
		}
		if i+1 < len(r.Periods) && len(r.Periods[i+1].Window) == 2 {
			ends = string(r.Periods[i+1].Window[1]) // that day itself is the next one's
		}
		if last >= begins && first < ends {
			in = append(in, &r.Periods[i])
		}
	}
	return in
}

// addressKinds are the kinds for which a confidentiality programme matters.
var addressKinds = field.SetOf(field.Address, field.MailingAddress, field.Locality)

func (r *Record) conflicts(name string) (says []string) {
	for _, c := range r.Conflicts {
		if slices.Contains(c.Fields, name) {
			says = append(says, c.Says)
		}
	}
	return says
}
