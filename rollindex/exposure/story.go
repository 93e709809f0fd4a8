package exposure

import (
	"fmt"
	"strings"

	"rollcheck/data/catalogue"
	"rollcheck/data/field"
)

// public says which of the exposed fields anybody could have had anyway, which only
// if the person gave them to the office, which only named recipients, which nobody,
// and of which that cannot be told.
func (h *textHandler) public(f *Finding) {
	r := f.Record
	if r.Public|r.Beyond == 0 {
		h.entry("Not settled", "what of this was public anyway: "+r.whyNothing())
		h.unknown(f)
		h.otherTables(f)
		return
	}
	list, time := r.list(), ", whenever this was taken"
	if r.Dated {
		time = " at that time"
	}
	list += time
	say := func(label string, kinds field.Set, what string) {
		if kinds == 0 {
			return
		}
		h.entry(label, fmt.Sprintf("%s: %s", f.some(kinds), fmt.Sprintf(what, list)))
		if list = "that list"; len(r.Jurisdictions) > 1 {
			list = "those lists"
		}
	}
	unsettled := "no good source says whether this was open on %s"
	if len(r.Jurisdictions) > 1 {
		unsettled = "open on one of %s and not on another, or no good source says"
	}
	say("Public", f.Public(), "anybody could have had this anyway, from %s")
	say("If given", f.IfGiven(), "public only if you gave it to the election office, which most voters do not; otherwise this goes beyond %s")
	say("Restricted", f.Restricted(), "only named recipients, such as campaigns, could have had this from %s")
	say("Beyond", f.Beyond()&^f.Restricted(), "this goes beyond %s")
	say("Not settled", f.Unsettled(), unsettled)
	h.unknown(f)
	h.otherTables(f)
	if r.Who != "" && r.Who != "anyone" && f.Fields&(r.Public|r.Restricted) != 0 {
		h.entry("Open to", r.Who)
	}
	if f.Fields&field.SetOf(field.Address, field.MailingAddress) != 0 {
		h.programmes(r)
	}
}

// some names some of a finding's fields, by what is left where that is shorter.
func (f *Finding) some(kinds field.Set) string {
	rest := f.Fields &^ kinds
	switch n := len(rest.Kinds()); {
	case kinds&^field.Volunteered == 0: // by name, short as that is: the person is to ask themself whether they gave them
	case n == 0 && !f.knownWhole():
		return "all that is known of it"
	case n == 0:
		return "all of it"
	case 3*n <= len(kinds.Kinds()):
		but := "all but the "
		if !f.knownWhole() {
			but = "all that is known of it but the "
		}
		return but + sentence(kindTitles(rest))
	}
	return sentence(kindTitles(kinds))
}

// knownWhole reports whether all that the file of a finding holds was read and is known.
func (f *Finding) knownWhole() bool {
	return len(f.Dataset.Unknown)+len(f.Dataset.OtherTables) == 0
}

// mostTables is how many tables that were not read are named.
const mostTables = 4

// otherTables says that the file of a finding has tables that were not read: what of it
// was public does not say what stands in them.
func (h *textHandler) otherTables(f *Finding) {
	n := len(f.Dataset.OtherTables)
	if n == 0 {
		return
	}
	h.entry("Not read", fmt.Sprintf("the file has %s that %s not read (%s); whether you are in there, and with what, cannot be told",
		has(n, "more part with rows", "more parts with rows"), map[bool]string{true: "was", false: "were"}[n == 1], firstOf(f.Dataset.OtherTables, mostTables)))
}

// firstOf joins names that came with a file, of many the first.
func firstOf(all []string, most int) string {
	var names []string
	for i, name := range all {
		if i == most && len(all) > most+1 {
			names = append(names, fmt.Sprintf("%d more", len(all)-most))
			break
		}
		names = append(names, printable(name))
	}
	return sentence(names)
}

// mostUnknown is how many columns of unknown content are named.
const mostUnknown = 10

// unknown says that the file of a finding has columns of which nothing is known: what
// of it was public does not say what stands in them.
func (h *textHandler) unknown(f *Finding) {
	n := len(f.Dataset.Unknown)
	if n == 0 {
		return
	}
	h.entry("Not known", fmt.Sprintf("the file has %s of unknown content (%s); whether your record has a value there, and whether that goes beyond what was public, cannot be told",
		has(n, "more column", "more columns"), firstOf(f.Dataset.Unknown, mostUnknown)))
}

// whyNothing says why nothing is settled.
func (r *PublicRecord) whyNothing() string {
	if len(r.Jurisdictions) == 0 {
		return "whose voters these are is not known; give your state, or your ZIP code, to be told"
	}
	return "there is no sure record of what the public voter list held there"
}

// mostNamed is how many states are named one by one.
const mostNamed = 4

// list names the lists that a record is judged by ("Florida's public voter
// list").
func (r *PublicRecord) list() string {
	switch n := len(r.Jurisdictions); {
	case n == 1:
		return catalogue.PlaceName(r.Jurisdictions[0]) + "'s public voter list"
	case n > mostNamed:
		return fmt.Sprintf("the public voter lists of its %d states", n)
	}
	var of []string
	for _, j := range r.Jurisdictions {
		of = append(of, catalogue.PlaceName(j))
	}
	return "the public voter lists of " + sentence(of)
}

// programmes names who keeps an address off the list for people at risk.
func (h *textHandler) programmes(r *PublicRecord) {
	if len(r.Jurisdictions) > mostNamed {
		h.entry("Protection", "most states keep the address of people at risk off their list; your election office knows how")
		return
	}
	for i, j := range r.Jurisdictions {
		if p := r.Programmes[i]; p != "" {
			h.entry("Protection", "for people at risk, "+catalogue.PlaceName(j)+": "+p)
		}
	}
}

func kindTitles(kinds field.Set) (titles []string) {
	for _, k := range kinds.Kinds() {
		titles = append(titles, k.Title())
	}
	return titles
}

// incident tells the story of the incident that a dataset is from, once for all
// of its datasets.
func (h *textHandler) incident(f *Finding) {
	id := f.Dataset.Incident
	if id == "" {
		return
	}
	for i := range h.findings {
		if o := &h.findings[i]; o == f {
			break
		} else if o.Dataset.Incident == id {
			h.entry("Incident", id+", as above")
			return
		}
	}
	i, err := catalogue.GetIncident(id)
	if err != nil {
		h.entry("Incident", id+", which this version's catalogue does not know")
		return
	}
	told := id
	if i.Title != f.Dataset.Title {
		told += ", " + i.Title
	}
	h.entry("Incident", fmt.Sprintf("%s; known since %s. %s", told, i.Disclosed, i.Summary))
	if i.Circulates.Says != "" {
		h.entry("Copies", i.Circulates.Says)
	}
	if doubts := doubts(i); doubts != "" {
		h.entry("Doubts", doubts)
	}
}

// doubts says why the story of an incident may not be as told, "" if it is sure.
func doubts(i *catalogue.Incident) string {
	var parts []string
	if i.Retired {
		parts = append(parts, "the entry was withdrawn from the catalogue")
	}
	if i.Contested {
		parts = append(parts, "contested: its holder denies it, or accounts contradict each other")
	}
	if !i.Verified {
		parts = append(parts, "not verified: neither an official page nor two independent reports say that it happened")
	}
	return strings.Join(parts, "; ")
}
