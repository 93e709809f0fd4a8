package claim

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"rollcheck/data/advice"
	"rollcheck/data/catalogue"
	"rollcheck/data/field"
)

// Title returns the words for a detail ("full birth date").
func (d Detail) Title(lang advice.Lang) string {
	if d == Vote {
		return languages[lang].voteTitle
	}
	return advice.KindTitle(lang, field.Kind(d))
}

// Steps returns what to do next, in order, for somebody who got the message.
func (r *Report) Steps(lang advice.Lang) []advice.Step {
	var kinds field.Set
	for _, d := range r.Claim.Quoted {
		if d != Vote {
			kinds = kinds.With(field.Kind(d))
		}
	}
	return advice.Steps(lang, advice.Message, kinds)
}

// BeyondItems returns the details that go beyond the public record, none unless
// that is the verdict.
func (r *Report) BeyondItems() (ds []Detail) {
	for _, reason := range r.Because {
		if reason.Code == NotOpen || reason.Code == NamedOnly {
			ds = append(ds, reason.Details...)
		}
	}
	return ds
}

// Text returns the reason as a sentence.
func (r *Reason) Text(lang advice.Lang) string {
	w := languages[lang]
	var states []string
	for _, s := range r.States {
		states = append(states, catalogue.JurisdictionName(s))
	}
	where, what := list(states, w.and), titles(r.Details, lang)
	switch r.Code {
	case OpenInOne, OpenTogether:
		if len(r.Details) > 0 {
			return fmt.Sprintf(w.someOpen[r.Code], where, what)
		}
		return fmt.Sprintf(w.reason[r.Code], where)
	case Disagree:
		return fmt.Sprintf(w.reason[r.Code], what)
	case NotOpen, NamedOnly, Unsettled, OnlyIfGiven:
		return fmt.Sprintf(w.reason[r.Code], what, where)
	case Exposed:
		return fmt.Sprintf(w.reason[r.Code], what, r.Incident.Title, r.Incident.Disclosed, r.Incident.ID)
	}
	return w.reason[r.Code]
}

// Says returns the answer for an item in words.
func (i *Item) Says(lang advice.Lang) string {
	w := languages[lang]
	switch {
	case i.Detail == Vote && i.Settled():
		return w.vote
	case len(i.Either) > 1:
		var either []string
		for _, v := range i.Either {
			either = append(either, w.values[v])
		}
		return fmt.Sprintf(w.either, list(either, w.and), i.Why)
	case i.Status == catalogue.Unknown:
		return fmt.Sprintf(w.unknown, i.Why)
	case !i.Settled() && i.Status == catalogue.Public:
		return w.publicLow
	case !i.Settled():
		return w.low
	case i.IfGiven():
		return w.publicIfGiven
	case i.Status == catalogue.Public:
		return w.public
	case i.Status == catalogue.Restricted && strings.HasPrefix(i.Who, "anyone"): // of the list, not of this
		return w.closed
	case i.Status == catalogue.Restricted:
		return fmt.Sprintf(w.restricted, i.Who)
	}
	return w.withheld
}

// width is how long a line of text gets.
const width = 78

// WriteText writes the report for people.
func (r *Report) WriteText(out io.Writer, lang advice.Lang) error {
	t := &text{w: languages[lang], lang: lang}
	t.heading(r)
	t.verdict(r)
	t.items(r)
	t.states(r)
	t.incidents(r)
	t.line("")
	t.line(t.w.steps)
	for n, s := range r.Steps(lang) {
		t.wrap(fmt.Sprintf("  %d. ", n+1), s.Headed(s.Text))
		for _, l := range s.Links {
			t.line("     " + l.URL)
		}
	}
	t.sources(r)
	_, err := out.Write(t.Bytes())
	return err
}

type text struct {
	bytes.Buffer
	w    *words
	lang advice.Lang
}

func (t *text) line(s string) { t.WriteString(s + "\n") }

// wrap writes s behind a lead, in lines of at most [width], those after the first
// as far in as the first.
func (t *text) wrap(lead, s string) {
	t.WriteString(advice.Fold(lead, strings.Repeat(" ", utf8.RuneCountInString(lead)), s, width))
}

func (t *text) heading(r *Report) {
	var states []string
	for _, s := range r.Claim.States {
		states = append(states, catalogue.JurisdictionName(s))
	}
	where := list(states, t.w.and)
	if r.Claim.When == "" {
		t.wrap("", fmt.Sprintf(t.w.headingUndated, where))
	} else {
		t.wrap("", fmt.Sprintf(t.w.heading, where, r.Claim.When))
	}
}

func (t *text) items(r *Report) {
	column := 0
	for _, it := range r.Items {
		column = max(column, utf8.RuneCountInString(it.Detail.Title(t.lang)))
	}
	for n := range r.Items {
		it := &r.Items[n]
		if n == 0 || it.Quoted != r.Items[n-1].Quoted {
			t.line("")
			t.line(map[bool]string{true: t.w.quoted, false: t.w.boasted}[it.Quoted])
		}
		lead := ""
		if n == 0 || it.Detail != r.Items[n-1].Detail {
			lead = it.Detail.Title(t.lang)
		}
		lead = "  " + lead + strings.Repeat(" ", column-utf8.RuneCountInString(lead)) + "  "
		says := it.Says(t.lang)
		if len(r.Claim.States) > 1 && it.Detail != Vote {
			says = catalogue.JurisdictionName(it.Jurisdiction) + ": " + says
		}
		if it.Detail != Vote || lead[2] != ' ' {
			t.wrap(lead, says)
		}
	}
}

// Headline returns the verdict in a line.
func (r *Report) Headline(lang advice.Lang) string {
	w, has := languages[lang], map[string]bool{}
	for _, reason := range r.Because {
		has[reason.Code] = true
	}
	what := titles(r.BeyondItems(), lang)
	switch {
	case has[NothingSaid] && has[VoteSecret]:
		return w.provesNothing + ": " + w.voteSecret + "."
	case has[NothingSaid]:
		return w.provesNothing + "."
	case r.Verdict == Beyond && !has[NotOpen]:
		return fmt.Sprintf(w.namedOnly, what)
	case r.Verdict == Beyond:
		return fmt.Sprintf(w.verdict[Beyond], what)
	case r.Conditional() && (has[OpenInOne] || has[OpenTogether]):
		return fmt.Sprintf(w.inPart, titles(r.quotedIfGiven(), lang))
	case r.Conditional():
		return fmt.Sprintf(w.conditional, titles(r.quotedIfGiven(), lang))
	case r.Verdict == PublicRecord && len(r.IfGiven) > 0:
		return fmt.Sprintf(w.boastedIfGiven, titles(r.IfGiven, lang))
	}
	return w.verdict[r.Verdict]
}

// Conditional reports whether the verdict holds only if the person gave the election
// office something that was quoted.
func (r *Report) Conditional() bool { return r.Verdict == PublicRecord && len(r.quotedIfGiven()) > 0 }

func (r *Report) quotedIfGiven() []Detail {
	return slices.DeleteFunc(slices.Clone(r.IfGiven), func(d Detail) bool { return !slices.Contains(r.Claim.Quoted, d) })
}

func titles(ds []Detail, lang advice.Lang) string {
	var words []string
	for _, d := range ds {
		words = append(words, d.Title(lang))
	}
	return list(words, languages[lang].and)
}

func (t *text) verdict(r *Report) {
	t.line("")
	t.wrap("", strings.ToUpper(r.Headline(t.lang)))
	for i := range r.Because {
		t.wrap("  ", r.Because[i].Text(t.lang))
	}
	t.wrap("  ", r.Caveat(t.lang))
}

// Caveat says what the verdict does not say, and how good its sources are.
func (r *Report) Caveat(lang advice.Lang) string {
	w := languages[lang]
	proves := w.proves[r.Verdict]
	if r.Conditional() {
		proves = w.provesIfGiven
	}
	return strings.TrimSpace(proves + " " + w.sure[r.Confidence])
}

// states says for each state who may have the list, what programme there is, and
// what its sources disagree on.
func (t *text) states(r *Report) {
	t.line("")
	for _, s := range r.Claim.States {
		var who, programme string
		var conflicts []string
		for _, it := range r.Items {
			if it.Jurisdiction != s {
				continue
			}
			if it.Who != "" {
				open := it.Who
				if open == "anyone" {
					open = t.w.anyone
				}
				who = fmt.Sprintf(t.w.who, catalogue.JurisdictionName(s), open)
				if it.Use != "" {
					who += " " + fmt.Sprintf(t.w.use, it.Use)
				}
			}
			if it.Programme != "" {
				programme = fmt.Sprintf(t.w.programme, it.Programme)
			}
			for _, c := range it.Conflicts {
				if c = fmt.Sprintf(t.w.conflict, c); !slices.Contains(conflicts, c) {
					conflicts = append(conflicts, c)
				}
			}
		}
		for _, line := range append([]string{who, programme}, conflicts...) {
			if line != "" {
				t.wrap("", line)
			}
		}
	}
}

// incidents tells those that may have fed the message, fewer of them when none
// was needed; the others are named.
func (t *text) incidents(r *Report) {
	t.line("")
	if len(r.Incidents) == 0 {
		t.wrap("", t.w.incidentsNone)
		return
	}
	told := 4
	if r.Verdict == PublicRecord && !r.Conditional() {
		told = 2
	}
	t.wrap("", t.w.incidents)
	for _, m := range r.Incidents[:min(told, len(r.Incidents))] {
		marks := map[catalogue.When]string{catalogue.Before: t.w.before, catalogue.Perhaps: t.w.perhaps}[m.When]
		if len(m.Jurisdictions) == 1 && m.Jurisdictions[0] == m.Country {
			marks += "; " + t.w.wide
		}
		if m.Contested {
			marks += "; " + t.w.contested
		}
		t.wrap("  * ", fmt.Sprintf("%s (%s). %s [%s]", m.Title, marks, fmt.Sprintf(t.w.held, titles(m.Fields, t.lang), m.Disclosed), m.ID))
	}
	if n := len(r.Incidents) - told; n > 0 {
		var ids []string
		for _, m := range r.Incidents[told:] {
			ids = append(ids, m.ID)
		}
		t.wrap("  ", fmt.Sprintf(t.w.more, n)+strings.Join(ids, ", "))
	}
}

// sources lists what the answers rest on, state by state.
func (t *text) sources(r *Report) {
	t.line("")
	for _, s := range r.Claim.States {
		var all []string
		var asOf catalogue.Date
		for _, it := range r.Items {
			if it.Jurisdiction != s {
				continue
			}
			asOf = it.AsOf
			for _, src := range it.Sources {
				if !slices.Contains(all, src) {
					all = append(all, src)
				}
			}
		}
		if len(all) == 0 {
			continue
		}
		t.line(t.w.sources + ", " + catalogue.JurisdictionName(s) + " (" + fmt.Sprintf(t.w.asOf, asOf) + ")")
		for _, src := range all {
			t.line("  " + src)
		}
	}
}

// list joins words as "a, b and c".
func list(words []string, and string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + and + " " + words[last]
}
