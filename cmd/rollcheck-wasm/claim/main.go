//go:build js

// Command claim is the part of the page that says what a message in hand proves.
// It runs in the page's worker. It is told which kinds of details a message quoted,
// and no detail, and nothing in it can reach the network.
package main

import (
	"context"
	"time"

	"rollcheck/cmd/rollcheck-wasm/internal/bridge"
	"rollcheck/cmd/rollcheck-wasm/internal/said"
	"rollcheck/data/advice"
	"rollcheck/data/catalogue"
	"rollcheck/data/jsonlite"
	"rollcheck/rollindex/exposure/claim"
)

func main() {
	bridge.Serve("rollcheckClaim", map[string]bridge.Func{
		"catalogue": bridge.Load(catalogue.Load),
		"claim":     judge,
	})
}

// report is what the page shows of a [claim.Report].
type report struct {
	Problem   string        `json:"problem"` // of the date: "when"; "" if there is a report
	Verdict   string        `json:"verdict"`
	IfGiven   bool          `json:"if_given"` // the verdict holds only if the person gave the office what was quoted
	Headline  said.Text     `json:"headline"`
	Caveat    said.Text     `json:"caveat"`
	Because   []said.Text   `json:"because"`
	When      string        `json:"when"`
	States    []string      `json:"states"`
	Items     []item        `json:"items"`
	Incidents []match       `json:"incidents"`
	StepsEn   []advice.Step `json:"steps_en"`
	StepsEs   []advice.Step `json:"steps_es"`
}

type item struct {
	Field     string    `json:"field"`
	Quoted    bool      `json:"quoted"`
	State     string    `json:"state"`
	Status    string    `json:"status"`
	IfGiven   bool      `json:"if_given"`
	Says      said.Text `json:"says"`
	AsOf      string    `json:"as_of"`
	Who       string    `json:"who"`
	Programme string    `json:"programme"`
	Conflicts []string  `json:"conflicts"`
	Sources   []string  `json:"sources"`
}

type match struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Disclosed string   `json:"disclosed"`
	When      string   `json:"when"`
	Fields    []string `json:"fields"`
	Contested bool     `json:"contested"`
}

// judge answers a claim: {"states","when","quoted","boasted"}.
func judge(_ context.Context, in []byte) ([]byte, error) {
	var c struct {
		States  []string `json:"states"`
		When    string   `json:"when"`
		Quoted  []string `json:"quoted"`
		Boasted []string `json:"boasted"`
	}
	if err := jsonlite.Unmarshal(in, &c); err != nil {
		return nil, err
	}
	tomorrow := catalogue.Date(time.Now().UTC().Add(24 * time.Hour).Format(time.DateOnly)) // today, in every time zone
	if _, err := claim.Day(c.When, tomorrow); err != nil {
		return jsonlite.Marshal(report{Problem: "when"})
	}
	cl, err := claim.New(c.States, c.When, c.Quoted, c.Boasted, tomorrow)
	if err != nil {
		return nil, err
	}
	r, err := claim.Judge(cl)
	if err != nil {
		return nil, err
	}
	return jsonlite.Marshal(shown(r))
}

func shown(r *claim.Report) report {
	out := report{
		Verdict: string(r.Verdict), IfGiven: r.Conditional(), Headline: said.InBoth(r.Headline), Caveat: said.InBoth(r.Caveat), When: string(r.Claim.When), States: r.Claim.States,
		StepsEn: r.Steps(advice.En), StepsEs: r.Steps(advice.Es),
	}
	for i := range r.Because {
		out.Because = append(out.Because, said.InBoth(r.Because[i].Text))
	}
	for i := range r.Items {
		it := &r.Items[i]
		out.Items = append(out.Items, item{
			it.Detail.String(), it.Quoted, it.Jurisdiction, string(it.Status), it.IfGiven(), said.InBoth(it.Says), string(it.AsOf), it.Who, it.Programme, it.Conflicts, it.Sources,
		})
	}
	for _, m := range r.Incidents {
		one := match{ID: m.ID, Title: m.Title, Disclosed: string(m.Disclosed), When: string(m.When), Contested: m.Contested}
		for _, d := range m.Fields {
			one.Fields = append(one.Fields, d.String())
		}
		out.Incidents = append(out.Incidents, one)
	}
	return out
}
