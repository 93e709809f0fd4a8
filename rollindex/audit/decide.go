package audit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"rollcheck/data/catalogue"
	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/rollindex/voterfile"
)

// Basis is what lets a column pass or keeps it back.
type Basis string

// The bases. Those up to Harmless let a column pass.
const (
	ByRules      Basis = "rules"        // the office's rules name its kind, or it
	PublicRecord Basis = "public"       // the public record says, as a fact, that anyone may have it
	ForRecipient Basis = "recipient"    // the public record lets the named class of recipient have it
	Published    Basis = "published"    // no source settles it, and the state's own published layout lists it
	Harmless     Basis = "harmless"     // says nothing of a person: a state, a country
	Denied       Basis = "denied"       // the office's rules
	Withheld     Basis = "withheld"     // the public record
	Restricted   Basis = "restricted"   // to classes of recipients that are not the one named
	Unsettled    Basis = "unsettled"    // no source settles it, and it is in no published layout of the state
	UnknownName  Basis = "unknown"      // nothing is known of what the column holds
	Undocumented Basis = "undocumented" // known by its name only where no layout of the state has it
)

// Decision is whether a column may go out, and why.
type Decision struct {
	Pass    bool
	Basis   Basis
	Why     string // a clause
	Sources []string
}

// judge is what columns of one layout are judged by.
type judge struct {
	rules     *Rules
	recipient string
	published *layouts.Layout // the layout, if it is one that the rules' state publishes; nil otherwise
}

// newJudge returns the judge of columns that are read by a layout.
func (r *Rules) newJudge(l *layouts.Layout, recipient string) *judge {
	j := &judge{rules: r, recipient: recipient}
	if l.Jurisdiction != "" && l.Jurisdiction == r.Jurisdiction && isBuiltIn(l) {
		j.published = l
	}
	return j
}

// isBuiltIn reports whether a layout is one of those built in: what a user wrote
// documents nothing.
func isBuiltIn(l *layouts.Layout) bool {
	own, err := layouts.Get(l.ID)
	if err != nil {
		return false
	}
	a, err := json.Marshal(own)
	b, err2 := json.Marshal(l)
	return err == nil && err2 == nil && string(a) == string(b)
}

// column decides on a column, whose values expose the kind if tells.
func (j *judge) column(c *voterfile.Column, kind field.Kind, tells bool) Decision {
	norm := layouts.NormName(c.Name)
	for _, n := range j.rules.Names {
		if layouts.NormName(n.Column) == norm {
			return Decision{n.Rule == allow, basis(n.Rule == allow, ByRules, Denied), n.Why, nil}
		}
	}
	listed := j.published != nil && !c.Extra
	switch {
	case tells:
		return j.kind(kind, listed)
	case c.Role == field.PhoneArea || c.Role == field.PhoneLine:
		return j.kind(field.Phone, listed)
	case listed:
		return Decision{true, Published, "a column of layout " + j.published.ID, j.published.Sources}
	case c.Role == field.ConfidentialFlag:
		return Decision{false, Undocumented, "it tells whose details are protected, and no layout of the state has it", nil}
	case c.Role != field.RoleNone:
		return Decision{true, Harmless, "it says nothing of a person: " + c.Role.Title(), nil}
	}
	return Decision{false, UnknownName, "nothing is known of what it holds, and the rules do not name it", nil}
}

func basis(pass bool, yes, no Basis) Basis {
	if pass {
		return yes
	}
	return no
}

// kind decides on values that expose a kind, in a column that the state's own
// published layout lists or not.
func (j *judge) kind(kind field.Kind, listed bool) Decision {
	for _, c := range j.rules.Columns {
		if c.Kind == kind.String() {
			return c.decide(j.recipient)
		}
	}
	if most, ok := birthPrecision[kind]; ok && j.rules.BirthDate != "" {
		pass := most <= precisions[j.rules.BirthDate]
		return Decision{pass, basis(pass, ByRules, Denied), "of a birth, the rules let out: " + j.rules.BirthDate, nil}
	}
	if j.rules.Jurisdiction == "" {
		return Decision{false, Denied, "the rules do not list the kind " + kind.String(), nil}
	}
	return j.record(kind, listed)
}

func (c *ColumnRule) decide(recipient string) Decision {
	var sources []string
	if c.Source != "" {
		sources = []string{c.Source}
	}
	switch {
	case c.Rule == allow:
		return Decision{true, ByRules, c.Why, sources}
	case c.Rule == deny:
		return Decision{false, Denied, c.Why, sources}
	case slices.Contains(c.Recipients, recipient):
		return Decision{true, ForRecipient, c.Why, sources}
	}
	return Decision{false, Restricted, "for " + strings.Join(c.Recipients, ", ") + " only", sources}
}

// record decides by the public record of the state.
func (j *judge) record(kind field.Kind, listed bool) Decision {
	a := catalogue.Status(j.rules.Jurisdiction, j.rules.date, kind)
	switch {
	case a.Status == catalogue.Public && a.Settled():
		return Decision{true, PublicRecord, a.Why, a.Sources}
	case a.Status == catalogue.Restricted:
		if covers(a.Who, j.recipient) {
			return Decision{true, ForRecipient, "open to " + a.Who, a.Sources}
		}
		return Decision{false, Restricted, restrictedWhy(a.Who, j.recipient), a.Sources}
	case a.Status == catalogue.Withheld && a.Settled() && !(listed && j.federalOnly(kind)):
		return Decision{false, Withheld, a.Why, a.Sources}
	case listed:
		return Decision{true, Published, "a column of layout " + j.published.ID + notSettled(&a), j.published.Sources}
	}
	why := a.Why
	if a.Status != catalogue.Unknown {
		why = "one weak source says that it is " + string(a.Status)
	}
	return Decision{false, Unsettled, why, a.Sources}
}

func notSettled(a *catalogue.Answer) string {
	if a.Status == catalogue.Withheld {
		return ", though one weak source says that it is withheld"
	}
	return ""
}

// federalOnly reports whether profile data is withheld by nothing but the general
// rule of federal law that a form asks for what elections need, which a state that
// publishes such a column (the language of a ballot, an occupation) reads otherwise.
// The federal rule on social security numbers names them, and is no such rule.
func (j *judge) federalOnly(kind field.Kind) bool {
	if kind != field.Profile {
		return false
	}
	for _, r := range catalogue.Records() {
		if r.Jurisdiction != j.rules.Jurisdiction {
			continue
		}
		if slices.Contains(r.NotCollected, kind.String()) {
			return false
		}
		for _, p := range r.Periods {
			if e, ok := p.Fields[kind.String()]; ok && e.Status != catalogue.Unknown {
				return false
			}
		}
	}
	return true
}

func restrictedWhy(who, recipient string) string {
	if recipient == "" {
		return "open to " + who + "; no class of recipient is named"
	}
	return fmt.Sprintf("open to %s; %q is not among them by name: if it is one of them, the office says so in its rules", who, recipient)
}

// classes are the classes of recipients that the words of the public records name,
// each with the words that do.
var classes = map[string][]string{
	"candidate":    {"candidates"},
	"committee":    {"committees"},
	"court":        {"courts"},
	"government":   {"government", "governmental"},
	"media":        {"media", "journalistic"},
	"officeholder": {"officeholders", "holders"},
	"party":        {"parties"},
	"political":    {"political"},
	"scholar":      {"scholarly"},
	"sworn":        {"swears"}, // anyone who signs that it is for no trade
	"turnout":      {"turnout"},
	"voter":        {"voters"},
}

// Classes returns the classes of recipients that public records speak of, sorted.
func Classes() []string {
	var names []string
	for name := range classes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// HasClass reports whether a class of recipients means anything under the rules: it
// is one of [Classes], or of the rules' own.
func (r *Rules) HasClass(class string) bool {
	return classes[class] != nil || slices.ContainsFunc(r.Columns, func(c ColumnRule) bool { return slices.Contains(c.Recipients, class) })
}

// covers reports whether the words for who may have a list name the class. The
// records have words only, so that a class which they mean by other words is not
// found; what is open to "anyone" for one part of a list and restricted for another
// names the classes behind it.
func covers(who, class string) bool {
	words := strings.FieldsFunc(strings.ToLower(who), func(r rune) bool { return !unicode.IsLetter(r) })
	return slices.ContainsFunc(classes[class], func(w string) bool { return slices.Contains(words, w) })
}

// ruleOf names the rule that a column of a kind breaks.
func ruleOf(kind field.Kind, tells bool) string {
	if !tells {
		return RuleColumn
	}
	switch kind {
	case field.SSN, field.SSNLast4:
		return RuleSSN
	case field.DriverLicense:
		return RuleLicence
	case field.BirthDate:
		return RuleBirthDate
	case field.Email:
		return RuleEmail
	case field.Phone:
		return RulePhone
	}
	return RuleColumn
}
