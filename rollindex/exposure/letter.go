package exposure

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"rollcheck/data/advice"
	"rollcheck/data/field"
	"rollcheck/data/names"
	"rollcheck/hashing"
)

// letter writes to the one person checked.
func (h *textHandler) letter(a *Answer) {
	if a.ID != "" {
		h.paragraph("For id " + printable(a.ID) + ":")
	}
	h.paragraph(h.verdict(a))
	if !a.Retry.IsZero() {
		h.paragraph(budgetEnded(a.Retry))
	}
	for i := range h.findings {
		h.finding(a, &h.findings[i])
	}
	h.unfound(a, true)
	h.unfound(a, false)
	for _, p := range a.Problems {
		h.paragraph("Not used: " + stopped(p.Error()))
	}
	for _, n := range a.Notes {
		h.paragraph("Note: " + stopped(n.Error()))
	}
	h.meaning(a)
	h.advice()
}

// verdict is the answer in one sentence.
func (h *textHandler) verdict(a *Answer) string {
	best, open := Tier(0), 0
	for i := range h.findings {
		best = max(best, h.findings[i].Tier)
	}
	for i := range a.Datasets {
		if a.Datasets[i].State != Searched {
			open++
		}
	}
	of := fmt.Sprintf("%d of %d %s", len(h.findings), len(a.Datasets), plural(len(a.Datasets), "dataset"))
	switch {
	case a.Unread:
		return "There is no answer: what was given could not be read, so nothing was looked up."
	case best == Possible:
		return "You may be in " + of + ": what was found could be you or a namesake."
	case best > Possible:
		return "You were found in " + of + "."
	case open > 0:
		return fmt.Sprintf("There is no full answer yet: nothing was found, but %d of %d %s could not be searched whole.",
			open, len(a.Datasets), plural(len(a.Datasets), "dataset"))
	}
	return fmt.Sprintf("You were not found. %s searched.", has(len(a.Datasets), "dataset was", "datasets were"))
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

func has(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return group(n) + " " + many
}

// Title names a dataset as people are told of it: its title and id, whether it
// is a leak, of which day its data are, and whose voters it holds.
func Title(d *hashing.DatasetInfo) string {
	what := map[hashing.DatasetKind]string{hashing.Leak: "a leak", hashing.Release: "given out by the office itself"}[d.Kind]
	if d.AsOf != "" {
		what += ", data of " + d.AsOf
	} else {
		what += ", date not given"
	}
	if c := covers(d); c != "" {
		what += "; " + c
	}
	if d.Title == "" {
		return fmt.Sprintf("%s (%s)", d.ID, what)
	}
	return fmt.Sprintf("%s (%s; %s)", d.Title, d.ID, what)
}

// covers says whose voters a dataset holds ("voters of Florida"), "" if that is
// not known.
func covers(d *hashing.DatasetInfo) string {
	of := stateTitlesOf(d.Jurisdictions)
	const most = 4 // more are a number
	switch {
	case len(of) == 0:
		return ""
	case len(of) > most:
		return fmt.Sprintf("voters of %d states", len(of))
	}
	return "voters of " + sentence(of)
}

// stateTitlesOf returns the names of the states among jurisdictions.
func stateTitlesOf(jurisdictions []string) (titles []string) {
	for _, j := range jurisdictions {
		if name := names.StateName(strings.TrimPrefix(j, "US-")); name != "" {
			titles = append(titles, name)
		}
	}
	return titles
}

// elsewhere reports whether a dataset holds voters of other states only than
// those a person named.
func elsewhere(d *hashing.DatasetInfo, states []string) bool {
	return covers(d) != "" && len(states) > 0 && !slices.ContainsFunc(states, func(s string) bool { return slices.Contains(d.Jurisdictions, s) })
}

// otherState notes that a dataset is of another state than the person is.
func (h *textHandler) otherState(a *Answer, d *hashing.DatasetInfo) {
	if elsewhere(d, a.States) {
		h.entry("Note", fmt.Sprintf("it holds %s only, while the state or ZIP code you gave is of %s", covers(d), sentence(stateTitlesOf(a.States))))
	}
}

// finding writes what was found in one dataset.
func (h *textHandler) finding(a *Answer, f *Finding) {
	h.paragraph(map[bool]string{true: "POSSIBLY in ", false: "FOUND in "}[f.Tier == Possible] + Title(f.Dataset))
	h.entry("How sure", surety(f))
	h.entry("By chance", chance(f.Doubt()))
	h.entry("Found by", sentence(titles(f.Keys)))
	if f.Steps != 0 {
		h.entry("Spelling", fmt.Sprintf("%s; %d were tried, and the odds allow for that",
			sentence(f.Steps.pick(stepTitles[:])), f.Tried))
	}
	if f.OfDataset {
		h.entry("File held", sentence(kindTitles(f.Fields))+"; what your own record in it held cannot be told this way")
	} else {
		h.entry("It held", sentence(kindTitles(f.Fields)))
	}
	if f.Shared {
		h.entry("", "Several records share these details: what they held may be another's.")
	}
	h.public(f)
	h.incident(f)
	h.otherState(a, f.Dataset)
}

// surety says how sure a finding is and on what grounds.
func surety(f *Finding) string {
	text := [...]string{Possible: "possibly you, or a namesake", Likely: "very likely you", Strong: "almost certainly you"}[f.Tier]
	switch {
	case f.Initial == Agrees:
		text += "; your middle initial agrees"
	case f.Initial == Conflicts:
		text += "; the record has another middle initial"
	}
	if f.Birth == Conflicts {
		text += "; the record has another date or year of birth, as a relative's would"
	}
	return text
}

// chance puts into words how many times likelier somebody else is than the
// person.
func chance(e float64) string {
	switch {
	case e == 0:
		return "strangers do not share these details, though somebody in your household may"
	case e < 0.001:
		return "less than 1 in 1,000 that this is somebody else"
	case e < 0.5:
		return fmt.Sprintf("about 1 in %s that this is somebody else", group(int(math.Round((1+e)/e))))
	case e < 1.5:
		return "about as likely somebody else as you"
	}
	return fmt.Sprintf("about %.0f times as likely somebody else as you", e)
}

func titles(keys Keys) (list []string) {
	for _, t := range keys.Types() {
		list = append(list, t.Title())
	}
	for i := range len(list) - 1 { // a list of phrases with "and" in them
		list[i] += ";"
	}
	return []string{strings.Join(list, " ")}
}

// unfound lists the datasets searched whole that have no finding, or those not
// searched whole.
func (h *textHandler) unfound(a *Answer, searched bool) {
	for i := range a.Datasets {
		d := &a.Datasets[i]
		found := slices.ContainsFunc(h.findings, func(f Finding) bool { return f.Dataset == d.Dataset })
		if (d.State == Searched) != searched || found && searched {
			continue
		}
		head := "NO ANSWER from "
		switch {
		case searched:
			head = "NOT FOUND in "
		case found:
			head = "NOT SEARCHED WHOLE: "
		}
		h.paragraph(head + Title(d.Dataset))
		if d.Why != "" {
			h.entry("Note", d.Why)
		}
		if !found {
			h.otherState(a, d.Dataset)
		}
	}
}

const notFoundMeans = "\"Not found\" means that nobody was found under the details given, in these datasets as they stood " +
	"on their dates. It does not speak for other leaks, for an earlier name or address that was not given, or for " +
	"confidential registrations, which are not in the index."

// meaning says what the answer does and does not tell.
func (h *textHandler) meaning(a *Answer) {
	if !a.Exposed && !a.Complete {
		h.paragraph("NO ANSWER is not \"not found\": you may be in the part that could not be searched.")
	}
	absent := func(d DatasetAnswer) bool {
		return d.State == Searched && !slices.ContainsFunc(h.findings, func(f Finding) bool { return f.Dataset == d.Dataset })
	}
	if slices.ContainsFunc(a.Datasets, absent) {
		h.paragraph(notFoundMeans)
	}
	h.asked(a)
}

// protected speaks to those of whom "not found" says nothing.
const protected = "If your registration is confidential, if you are in a programme that keeps your address secret, or if you asked " +
	"to be left out, you are in no file that can be searched here: \"not found\" then means nothing for you."

// asked says what an answer of a server is of.
func (h *textHandler) asked(a *Answer) {
	if len(a.Asked)+len(a.Nowhere) == 0 {
		return
	}
	if len(a.Nowhere) > 0 {
		h.paragraph("The server has no records of " + sentence(stateTitlesOf(a.Nowhere)) + " to search.")
	}
	searched := "Searched were the records that name no state, in which everybody is looked for."
	if of := stateTitlesOf(a.Asked); len(of) > 0 {
		searched = "Searched were the records of " + sentence(of) + ", and those that name no state, in which everybody is looked for."
	}
	h.paragraph(searched + " The answer holds for these only: if you were registered in another state, name it too. " + protected)
	if a.FalseHits > 0 {
		h.paragraph(falseHits(a.FalseHits))
	}
}

// falseHits puts the expected number of false findings of one check into words.
func falseHits(n float64) string {
	return fmt.Sprintf("A filter says \"found\" of what it does not hold once in 65,536 looks; about 1 check in %s like this one finds something by that alone.",
		group(about(1/n)))
}

// about rounds a number for people who are told "about": to one digit, or to two
// where one would be off by more than a sixth. It is at least 1.
func about(n float64) int {
	if n < 100 {
		return int(math.Round(math.Max(1, n)))
	}
	unit := math.Pow(10, math.Floor(math.Log10(n/3)))
	return int(math.Round(n/unit) * unit)
}

// budgetEnded says that a server's budget ended a check, and when to come back.
func budgetEnded(retry time.Time) string {
	return "The server answers no more questions of this connection or state for now, so that not everything was asked. Ask again after " +
		retry.UTC().Format(comeBack) + "."
}

// comeBack is how a time to ask again is written.
const comeBack = "2006-01-02 15:04 UTC"

// reaching are the kinds by which somebody can be reached: public or not, what
// is in a leak is used to reach them.
var reaching = field.SetOf(field.Address, field.Phone, field.Email)

// advice says what to do next.
func (h *textHandler) advice() {
	h.paragraph(map[advice.Lang]string{advice.En: "WHAT TO DO", advice.Es: "QUÉ HACER"}[h.lang])
	given := make(map[string]bool) // a page is named once
	for _, step := range NextSteps(h.lang, h.findings) {
		text := step.Text
		for _, l := range step.Links {
			if !given[l.URL] {
				text += " " + l.URL
				given[l.URL] = true
			}
		}
		h.item(text)
	}
}

// NextSteps returns what to do next for somebody with these findings, first things
// first. The text of a step that holds only for the person themself is conditional
// where what was found may be a namesake's.
//
// Who is not found has a message to deal with as much as who is: it is why most
// people ask. What a leak held counts but for what is public anyway and reaches
// nobody; of what the office itself gave out, only what nobody may give out.
func NextSteps(lang advice.Lang, findings []Finding) []advice.Step {
	situation := advice.NotFound
	if len(findings) > 0 {
		situation = advice.Released
	}
	var sure, all field.Set // of the findings that are more than possible, and of all
	conditional := true
	for i := range findings {
		f := &findings[i]
		kinds := f.Fields
		if f.Dataset.Kind == hashing.Leak {
			situation = advice.Found
			kinds &^= f.Record.Public &^ reaching
		} else {
			kinds = secrets(kinds)
		}
		all |= kinds
		if f.Tier > Possible {
			if !f.OfDataset {
				sure |= kinds
			}
			conditional = false
		}
	}
	certain := advice.Steps(lang, situation, sure)
	steps := advice.Steps(lang, situation, all)
	for i := range steps {
		known := slices.ContainsFunc(certain, func(s advice.Step) bool { return s.ID == steps[i].ID })
		if steps[i].Personal && (conditional || !known) {
			steps[i].Text = advice.IfYou(lang, steps[i].Text)
		}
	}
	return steps
}

// secrets returns the kinds of a set whose values are secrets.
func secrets(kinds field.Set) (s field.Set) {
	for _, k := range kinds.Kinds() {
		if k.Secret() {
			s = s.With(k)
		}
	}
	return s
}

// stopped ends a sentence, but for a question, which has its mark.
func stopped(s string) string {
	if strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}
