//go:build js

package main

import (
	"strings"
	"time"

	"rollcheck/cmd/rollcheck-wasm/internal/bridge"
	"rollcheck/cmd/rollcheck-wasm/internal/said"
	"rollcheck/data/advice"
	"rollcheck/data/catalogue"
	"rollcheck/data/field"
	"rollcheck/rollindex/exposure"
)

// answer is what the page shows, and the [exposure.Handler] that makes it.
type answer struct {
	Exposed   bool           `json:"exposed"`
	Complete  bool           `json:"complete"`
	Unread    bool           `json:"unread"`
	Findings  []finding      `json:"findings"`
	Datasets  []dataset      `json:"datasets"`
	Problems  []remark       `json:"problems"`
	Notes     []remark       `json:"notes"`
	States    []string       `json:"states"`
	FalseHits float64        `json:"false_hits"`
	Retry     string         `json:"retry"` // "" unless a budget is used up
	StepsEn   []advice.Step  `json:"steps_en"`
	StepsEs   []advice.Step  `json:"steps_es"`
	Failure   bridge.Failure `json:"failure"`

	found []exposure.Finding
}

// dataset says how far one dataset was searched.
type dataset struct {
	Dataset       string    `json:"dataset"`
	Title         string    `json:"title"`
	Kind          string    `json:"kind"`
	AsOf          string    `json:"as_of"`
	Jurisdictions []string  `json:"jurisdictions"`
	State         string    `json:"state"`
	Coverage      float64   `json:"coverage"`
	Why           said.Text `json:"why"`
}

// finding is an [exposure.Finding], its fields by name.
type finding struct {
	Dataset    string    `json:"dataset"`
	Title      string    `json:"title"`
	AsOf       string    `json:"as_of"`
	Tier       string    `json:"tier"`
	Keys       []string  `json:"keys"`
	Initial    string    `json:"initial"`
	Birth      string    `json:"birth"`
	Via        []string  `json:"via"`
	Tried      int       `json:"tried"`
	Shared     bool      `json:"shared"`
	OfDataset  bool      `json:"of_dataset"`
	Fields     []string  `json:"fields"`
	Public     []string  `json:"public"`
	IfGiven    []string  `json:"if_given"` // public only if the person gave them to the office
	Restricted []string  `json:"restricted"`
	Beyond     []string  `json:"beyond"` // without those restricted
	Unsettled  []string  `json:"unsettled"`
	Unknown    []string  `json:"unknown"`  // columns of the dataset of which nothing says what they hold
	NotRead    []string  `json:"not_read"` // parts of its files with rows
	Doubt      float64   `json:"doubt"`
	Judged     []string  `json:"judged"` // jurisdictions whose public record it is held against
	Dated      bool      `json:"dated"`
	Who        string    `json:"who"`
	Programmes []string  `json:"programmes"`
	Incident   *incident `json:"incident"`
}

// incident is what is told of a documented incident.
type incident struct {
	ID         string `json:"id"`
	Title      string `json:"title"`
	Disclosed  string `json:"disclosed"`
	Summary    string `json:"summary"`
	Circulates string `json:"circulates"`
	Contested  bool   `json:"contested"`
	Verified   bool   `json:"verified"`
	Retired    bool   `json:"retired"`
}

// Start implements [exposure.Handler].
func (a *answer) Start(*exposure.Start) error { return nil }

// Finding implements [exposure.Handler].
func (a *answer) Finding(f *exposure.Finding) error {
	a.found = append(a.found, *f)
	out := finding{
		Dataset: f.Dataset.ID, Title: f.Dataset.Title, AsOf: f.Dataset.AsOf, Tier: f.Tier.String(),
		Initial: f.Initial.String(), Birth: f.Birth.String(), Via: f.Steps.Names(), Tried: f.Tried, Shared: f.Shared, OfDataset: f.OfDataset,
		Fields: f.Fields.Names(), Public: f.Public().Names(), IfGiven: f.IfGiven().Names(), Restricted: f.Restricted().Names(),
		Beyond: (f.Beyond() &^ f.Restricted()).Names(), Unsettled: f.Unsettled().Names(), Unknown: f.Dataset.Unknown, NotRead: f.Dataset.OtherTables,
		Doubt: f.Doubt(), Judged: f.Record.Jurisdictions, Dated: f.Record.Dated, Who: f.Record.Who, Incident: incidentOf(f.Dataset.Incident),
	}
	for _, t := range f.Keys.Types() {
		out.Keys = append(out.Keys, t.String())
	}
	if f.Fields&field.SetOf(field.Address, field.MailingAddress) != 0 {
		out.Programmes = f.Record.Programmes
	}
	a.Findings = append(a.Findings, out)
	return nil
}

func incidentOf(id string) *incident {
	if id == "" {
		return nil
	}
	i, err := catalogue.GetIncident(id)
	if err != nil {
		return &incident{ID: id}
	}
	return &incident{i.ID, i.Title, string(i.Disclosed), i.Summary, i.Circulates.Says, i.Contested, i.Verified, i.Retired}
}

// Person implements [exposure.Handler].
func (a *answer) Person(p *exposure.Answer) error {
	a.Exposed, a.Complete, a.Unread, a.States, a.FalseHits = p.Exposed, p.Complete, p.Unread, p.States, p.FalseHits
	a.Problems, a.Notes = remarks(p.Problems), remarks(p.Notes)
	if !p.Retry.IsZero() {
		a.Retry = p.Retry.Format(time.RFC3339)
	}
	for i := range p.Datasets {
		d := &p.Datasets[i]
		a.Datasets = append(a.Datasets, dataset{
			d.Dataset.ID, d.Dataset.Title, string(d.Dataset.Kind), d.Dataset.AsOf, d.Dataset.Jurisdictions, d.State.String(), d.Coverage, said.InBoth(func(lang advice.Lang) string { return byWholeFiles(d.Says(lang)) }),
		})
	}
	return nil
}

// byWholeFiles puts the page's name of asking by filter in the place of the command
// line's.
func byWholeFiles(text string) string {
	text = strings.ReplaceAll(text, "whole filters (--mode filter)", "whole files")
	return strings.ReplaceAll(text, "filtros completos (--mode filter)", "archivos completos")
}

// Done implements [exposure.Handler].
func (a *answer) Done(*exposure.Summary) error {
	a.StepsEn, a.StepsEs = exposure.NextSteps(advice.En, a.found), exposure.NextSteps(advice.Es, a.found)
	return nil
}
