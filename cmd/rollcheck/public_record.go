package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"rollcheck/data/advice"
	"rollcheck/data/catalogue"
	"rollcheck/data/field"
	"rollcheck/rollindex/exposure/claim"
)

func (p *program) publicRecordCommand() *cli.Command {
	return &cli.Command{
		Name:      "public-record",
		Usage:     "what the public voter file of a state holds, field by field",
		ArgsUsage: "STATE",
		Description: "For each kind of detail: public, open to named recipients only, withheld, or not settled, on a date; who may\n" +
			"have the file and what for; the programme that keeps addresses off it; what sources disagree on; sources.\n" +
			"How somebody voted is on no file.",
		Flags: []cli.Flag{&cli.StringFlag{Name: "on", Usage: "`DATE` (YYYY-MM-DD, YYYY-MM or YYYY)", DefaultText: "today"}},
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 1, 1, "STATE"); err != nil {
				return hint(err, "such as FL or Florida")
			}
			return p.publicRecord(c)
		},
	}
}

func (p *program) publicRecord(c *cli.Context) error {
	state, err := claim.State(c.Args().First())
	if err != nil {
		return err
	}
	on, err := claim.Day(c.String("on"), latest())
	if err != nil {
		return fmt.Errorf("--on: %w", err)
	}
	if on == "" {
		on = catalogue.Date(time.Now().Format(time.DateOnly)) // where the reader is, as audit has it
	}
	answers := []catalogue.Answer{}
	for _, k := range field.Kinds() {
		answers = append(answers, catalogue.Status(state, on, k))
	}
	answers = append(answers, catalogue.VoteChoice(state, on))
	if c.Bool("json") {
		return p.publicRecordLines(state, on, answers)
	}
	p.publicRecordPage(state, on, answers)
	return nil
}

// publicRecordLines writes {"type":"start"}, a {"type":"field"} for each kind, in
// the fields of [catalogue.Answer], and {"type":"done"}.
func (p *program) publicRecordLines(state string, on catalogue.Date, answers []catalogue.Answer) error {
	enc := json.NewEncoder(p.stdout)
	enc.SetEscapeHTML(false)
	err := enc.Encode(struct {
		Type         string         `json:"type"`
		Jurisdiction string         `json:"jurisdiction"`
		Name         string         `json:"name"`
		On           catalogue.Date `json:"on"`
	}{"start", state, catalogue.JurisdictionName(state), on})
	for _, a := range answers {
		err = errors.Join(err, enc.Encode(struct {
			Type string `json:"type"`
			catalogue.Answer
		}{"field", a}))
	}
	return errors.Join(err, enc.Encode(struct {
		Type   string `json:"type"`
		Fields int    `json:"fields"`
	}{"done", len(answers)}))
}

func (p *program) publicRecordPage(state string, on catalogue.Date, answers []catalogue.Answer) {
	pg := &page{w: p.stdout, width: p.width}
	pg.text(fmt.Sprintf("The public voter file of %s on %s", catalogue.JurisdictionName(state), on))
	var who, use, programme string
	var conflicts, sources []string
	for _, a := range answers {
		who, use = a.Who, a.Use
		if a.Programme != "" {
			programme = a.Programme
		}
		conflicts, sources = union(conflicts, a.Conflicts), union(sources, a.Sources)
	}
	pg.section("")
	pg.entry("open to", orDash(who))
	if use != "" {
		pg.entry("limits", use)
	}
	if programme != "" {
		pg.entry("protection", programme)
	}
	for _, status := range []struct {
		title string
		is    func(*catalogue.Answer) bool
	}{
		{"On the public record", func(a *catalogue.Answer) bool { return a.Settled() && a.Status == catalogue.Public }},
		{"Not open to everybody: named recipients have it, or it can be seen but not taken", func(a *catalogue.Answer) bool { return a.Settled() && a.Status == catalogue.Restricted }},
		{"Not on it", func(a *catalogue.Answer) bool { return a.Settled() && a.Status == catalogue.Withheld }},
		{"Not settled", func(a *catalogue.Answer) bool { return !a.Settled() }},
	} {
		first := true
		for i := range answers {
			if a := &answers[i]; status.is(a) {
				if first {
					pg.section(status.title)
					first = false
				}
				pg.item("  - ", fieldLine(a))
			}
		}
	}
	if len(conflicts) > 0 {
		pg.section("Sources disagree")
		for _, s := range conflicts {
			pg.item("  - ", s)
		}
	}
	pg.section(fmt.Sprintf("Sources (up to %s)", orDash(string(answers[0].AsOf))))
	for i, s := range sources {
		pg.item(fmt.Sprintf("  %d. ", i+1), s)
	}
}

// fieldLine is a field's title, and what there is to say beside its status.
func fieldLine(a *catalogue.Answer) string {
	title := "how somebody voted"
	if k, ok := field.ParseKind(a.Kind); ok {
		title = advice.KindTitle(advice.En, k)
	}
	if k, ok := field.ParseKind(a.Kind); ok && field.Volunteered.Has(k) && a.Status == catalogue.Public {
		title += ", of voters who gave it to the election office, which most do not"
	}
	switch {
	case a.Settled() && a.Confidence == catalogue.High && a.Why == "":
		return title
	case a.Settled():
		return title + " (" + strings.Join(slices.DeleteFunc([]string{a.Why, string(a.Confidence) + " confidence"}, func(s string) bool { return s == "" }), "; ") + ")"
	case a.Status != catalogue.Unknown:
		return fmt.Sprintf("%s (it seems to be %s, but no good source says so)", title, a.Status)
	}
	return title + " (" + a.Why + ")"
}

// union adds to all those of more that are not in it.
func union(all, more []string) []string {
	for _, s := range more {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}
