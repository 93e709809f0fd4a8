package claim

import (
	"encoding/json"
	"io"
	"strings"

	"rollcheck/data/advice"
	"rollcheck/data/catalogue"
)

// WriteJSON writes the report as JSON lines:
//
//	{"type":"start","states","when","quoted","boasted"}
//	{"type":"item","field","quoted","state","status","if_given","as_of","confidence","sources","why","either","who","use","programme","conflicts"}
//	{"type":"incident","incident","title","disclosed","when","states","fields","contested","sensitive","sources"}
//	{"type":"step","step","title","text","links"}
//	{"type":"verdict","verdict","confidence","items","if_given","because","reasons"}
//	{"type":"done","items","incidents"}
//
// States are two letters. A status is public, withheld, restricted or unknown;
// the confidence of an unknown one, and of the verdict cannot-tell, is null.
// "items" of the verdict beyond are the fields that go beyond. "if_given", there when
// there are any, are the fields that were public only if the person gave them to the
// election office, which most voters do not: where one of them was quoted, the verdict
// public-record holds on that condition. An item of them has "if_given":true. "because" is in
// words, "reasons" are the same as codes. Steps and because are in lang.
func (r *Report) WriteJSON(w io.Writer, lang advice.Lang) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	lines := []any{jsonStart{"start", short(r.Claim.States), r.Claim.When, names(r.Claim.Quoted), names(r.Claim.Boasted)}}
	for i := range r.Items {
		it := &r.Items[i]
		lines = append(lines, jsonItem{
			"item", it.Detail.String(), it.Quoted, it.Jurisdiction[3:], it.Status, it.IfGiven(), it.AsOf, orNull(it.Confidence), it.Sources,
			it.Why, it.Either, it.Who, it.Use, it.Programme, it.Conflicts,
		})
	}
	for _, m := range r.Incidents {
		lines = append(lines, jsonIncident{
			"incident", m.ID, m.Title, m.Disclosed, m.When, short(m.States), names(m.Fields), m.Contested, m.Sensitive, m.Sources,
		})
	}
	for _, s := range r.Steps(lang) {
		lines = append(lines, jsonStep{"step", s.ID, s.Title, s.Text, s.Links})
	}
	v := jsonVerdict{"verdict", r.Verdict, orNull(r.Confidence), []string{}, names(r.IfGiven), []string{}, []string{}}
	for _, d := range r.BeyondItems() {
		v.Items = append(v.Items, d.String())
	}
	for i := range r.Because {
		v.Because = append(v.Because, r.Because[i].Text(lang))
		v.Reasons = append(v.Reasons, r.Because[i].Code)
	}
	lines = append(lines, v, jsonDone{"done", len(r.Items), len(r.Incidents)})
	for _, l := range lines {
		if err := enc.Encode(l); err != nil {
			return err
		}
	}
	return nil
}

type jsonStart struct {
	Type    string         `json:"type"`
	States  []string       `json:"states"`
	When    catalogue.Date `json:"when,omitempty"`
	Quoted  []string       `json:"quoted"`
	Boasted []string       `json:"boasted"`
}

type jsonItem struct {
	Type       string                `json:"type"`
	Field      string                `json:"field"`
	Quoted     bool                  `json:"quoted"`
	State      string                `json:"state"`
	Status     catalogue.Value       `json:"status"`
	IfGiven    bool                  `json:"if_given,omitempty"`
	AsOf       catalogue.Date        `json:"as_of"`
	Confidence *catalogue.Confidence `json:"confidence"`
	Sources    []string              `json:"sources"`
	Why        string                `json:"why,omitempty"`
	Either     []catalogue.Value     `json:"either,omitempty"`
	Who        string                `json:"who,omitempty"`
	Use        string                `json:"use,omitempty"`
	Programme  string                `json:"programme,omitempty"`
	Conflicts  []string              `json:"conflicts,omitempty"`
}

type jsonIncident struct {
	Type      string         `json:"type"`
	Incident  string         `json:"incident"`
	Title     string         `json:"title"`
	Disclosed catalogue.Date `json:"disclosed"`
	When      catalogue.When `json:"when"`
	States    []string       `json:"states"`
	Fields    []string       `json:"fields"`
	Contested bool           `json:"contested"`
	Sensitive bool           `json:"sensitive"`
	Sources   []string       `json:"sources"`
}

type jsonStep struct {
	Type  string        `json:"type"`
	Step  string        `json:"step"`
	Title string        `json:"title"`
	Text  string        `json:"text"`
	Links []advice.Link `json:"links,omitempty"`
}

type jsonVerdict struct {
	Type       string                `json:"type"`
	Verdict    Verdict               `json:"verdict"`
	Confidence *catalogue.Confidence `json:"confidence"`
	Items      []string              `json:"items"`
	IfGiven    []string              `json:"if_given,omitempty"`
	Because    []string              `json:"because"`
	Reasons    []string              `json:"reasons"`
}

type jsonDone struct {
	Type      string `json:"type"`
	Items     int    `json:"items"`
	Incidents int    `json:"incidents"`
}

func orNull(c catalogue.Confidence) *catalogue.Confidence {
	if c == "" {
		return nil
	}
	return &c
}

// short returns the codes of US jurisdictions without their country.
func short(codes []string) []string {
	out := []string{}
	for _, c := range codes {
		out = append(out, strings.TrimPrefix(c, "US-"))
	}
	return out
}

func names(ds []Detail) []string {
	out := []string{}
	for _, d := range ds {
		out = append(out, d.String())
	}
	return out
}
