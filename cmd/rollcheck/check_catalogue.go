package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"rollcheck/data/advice"
	"rollcheck/data/catalogue"
	"rollcheck/data/field"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/exposure/claim"
)

// checkCatalogue answers from the catalogue alone: which documented exposures
// covered people registered where and since when somebody was. Nobody is looked
// up, so nobody is found, and nobody not found.
func (p *program) checkCatalogue(c *cli.Context) error {
	lang, err := p.lang(c)
	if err != nil {
		return err
	}
	if len(c.StringSlice("dataset")) > 0 {
		return errors.New("check: --catalogue-only searches no dataset, so --dataset has no meaning beside it")
	}
	people, closeInput, err := p.people(c)
	if err != nil {
		return err
	}
	defer closeInput()
	if people == nil {
		if people, err = p.askRegistered(c, lang); err != nil {
			return err
		}
	}
	answer := &catalogueAnswer{p: p, lang: lang, json: c.Bool("json")}
	if answer.json {
		answer.line(struct {
			Type          string `json:"type"`
			CatalogueOnly bool   `json:"catalogue_only"`
		}{"start", true})
	}
	for {
		var person exposure.Person
		err := people.Next(&person)
		if err == io.EOF {
			break
		}
		if err == nil {
			err = answer.person(&person)
		}
		if err != nil {
			return inputHint(c.String("input"), err)
		}
		answer.people++
	}
	return answer.done()
}

// askRegistered asks on the terminal for what the catalogue is asked by.
func (p *program) askRegistered(c *cli.Context, lang advice.Lang) (exposure.Decoder, error) {
	t, err := openTerminal(c.Context)
	if err != nil {
		return nil, hint(errors.New("check: there is no terminal to ask on"), `give {"state":"FL","registered_since":"2012"} with --input FILE, or --input - for standard input`)
	}
	defer t.Close()
	q := claimQuestions[lang]
	var person exposure.Person
	states := func(s string) error {
		person.State, person.FormerState = "", listed(s)
		return check(person.FormerState, claim.State, q.none)
	}
	if err := t.until(q.states, states); err != nil {
		return nil, err
	}
	since := func(s string) error { person.RegisteredSince = s; _, err := claim.Day(s, latest()); return err }
	if err := t.until(q.since, since); err != nil {
		return nil, err
	}
	return exposure.People(person), nil
}

// catalogueAnswer writes what the catalogue says of people.
type catalogueAnswer struct {
	p         *program
	lang      advice.Lang
	json      bool
	people    int
	incidents int
	err       error
}

// line writes one line of JSON.
func (a *catalogueAnswer) line(v any) {
	enc := json.NewEncoder(a.p.stdout)
	enc.SetEscapeHTML(false)
	a.err = errors.Join(a.err, enc.Encode(v))
}

func (a *catalogueAnswer) person(person *exposure.Person) error {
	where := func(err error) error {
		if person.Line > 0 {
			return fmt.Errorf("line %d: %w", person.Line, err)
		}
		return err
	}
	var states []string
	for _, s := range append([]string{person.State}, person.FormerState...) {
		if s == "" {
			continue
		}
		code, err := claim.State(s)
		if err != nil {
			return where(err)
		}
		if !slices.Contains(states, code) {
			states = append(states, code)
		}
	}
	if len(states) == 0 {
		return where(errors.New(`"state" is empty: the catalogue is asked by the states in which somebody is or was registered`))
	}
	since, err := claim.Day(person.RegisteredSince, latest())
	if err != nil {
		return where(err)
	}
	covering, err := catalogue.Covering(states, since)
	if err != nil {
		return err
	}
	a.incidents += len(covering)
	if a.json {
		a.lines(person, covering)
		return nil
	}
	a.letter(states, since, covering)
	return nil
}

// lines writes a line an incident:
//
//	{"type":"incident","person","id","possible":true,"incident","title","disclosed","states","fields","public_record","circulates","contested","sources"}
func (a *catalogueAnswer) lines(person *exposure.Person, covering []catalogue.Coverage) {
	for _, i := range covering {
		a.line(struct {
			Type         string         `json:"type"`
			Person       int            `json:"person"`
			ID           string         `json:"id,omitempty"`
			Possible     bool           `json:"possible"`
			Incident     string         `json:"incident"`
			Title        string         `json:"title"`
			Disclosed    catalogue.Date `json:"disclosed"`
			States       []string       `json:"states"`
			Fields       []string       `json:"fields"`
			PublicRecord string         `json:"public_record"`
			Circulates   string         `json:"circulates"`
			Contested    bool           `json:"contested"`
			Sources      []string       `json:"sources"`
		}{
			"incident", a.people + 1, person.ID, true, i.Incident.ID, i.Title, i.Disclosed, i.States, i.Data,
			i.PublicRecord.Relation, i.Circulates.State, i.Contested, i.Sources,
		})
	}
}

// catalogueWords are the sentences around the list, in each language.
var catalogueWords = map[advice.Lang]struct{ head, since, none, held, copies, note, steps string }{
	advice.En: {
		head:   "Documented exposures that covered people registered in %s%s",
		since:  " since %s",
		none:   "None is in our catalogue. That does not mean that there was none.",
		held:   "It held: %s.",
		note:   "Nobody was looked up. Whether you were among those people is not known: it is possible, not found.",
		copies: "Copies: %s.",
		steps:  "What you can do now",
	},
	advice.Es: {
		head:   "Exposiciones documentadas que abarcaron a personas inscritas en %s%s",
		since:  " desde %s",
		none:   "No hay ninguna en nuestro catálogo. Eso no significa que no haya habido ninguna.",
		held:   "Contenía: %s.",
		note:   "No se buscó a nadie. No se sabe si usted estaba entre esas personas: es posible, no comprobado.",
		copies: "Copias: %s.",
		steps:  "Lo que puede hacer ahora",
	},
}

func (a *catalogueAnswer) letter(states []string, since catalogue.Date, covering []catalogue.Coverage) {
	w, pg := catalogueWords[a.lang], &page{w: a.p.stdout, width: a.p.width}
	var names []string
	for _, s := range states {
		names = append(names, catalogue.JurisdictionName(s))
	}
	from := ""
	if since != "" {
		from = fmt.Sprintf(w.since, since)
	}
	if a.people > 0 {
		pg.section("")
	}
	pg.text(fmt.Sprintf(w.head, strings.Join(names, ", "), from))
	pg.text(w.note)
	if len(covering) == 0 {
		pg.section(w.none)
	}
	var kinds field.Set
	for _, i := range covering {
		pg.section("")
		pg.item(string(i.Disclosed)+"  ", i.Title+" ["+i.Incident.ID+"]")
		var held []string
		for _, k := range i.Kinds().Kinds() {
			held = append(held, advice.KindTitle(a.lang, k))
			if k.Secret() { // what is only possible is worth a step where it can cost most
				kinds = kinds.With(k)
			}
		}
		if len(held) > 0 {
			pg.item("    ", fmt.Sprintf(w.held, strings.Join(held, ", ")))
		}
		pg.item("    ", fmt.Sprintf(w.copies, i.Circulates.Says))
	}
	pg.section(w.steps)
	for n, s := range advice.Steps(a.lang, advice.NotFound, kinds) {
		text := s.Text
		if s.Personal {
			text = advice.IfYou(a.lang, text)
		}
		pg.item(fmt.Sprintf("  %d. ", n+1), s.Headed(text))
		for _, l := range s.Links {
			pg.item("     ", l.URL)
		}
	}
}

func (a *catalogueAnswer) done() error {
	if a.people == 0 {
		return errors.New("check: there is nobody in the input")
	}
	if a.json {
		a.line(struct {
			Type     string `json:"type"`
			People   int    `json:"people"`
			Possible int    `json:"possible"`
		}{"done", a.people, a.incidents})
	}
	return a.err
}
