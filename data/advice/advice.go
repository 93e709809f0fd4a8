// Package advice holds what a person can do next, in plain English and plain
// Spanish: one table, advice.json, from which [Steps] picks what fits a person's
// situation and the kinds of information that were exposed.
//
// A row of the table has an id, the words in both languages, links to official
// pages and the sources its advice rests on, and says what triggers it: "when"
// lists situations and "kinds" names of package field, of which any one is
// enough. "unless" lists situations in which another row says it better; "only"
// is for what is said of kinds that nothing else is said of. The order of rows is
// the order in which to do things. A text is at most two short sentences, names
// no more than the person has to do, and never says that something was found: who
// shows a step knows that, and puts [IfYou] before it where it is not certain.
package advice

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"rollcheck/data/field"
	"rollcheck/data/jsonlite"
)

// Lang is a language advice is written in.
type Lang string

// The languages.
const (
	En Lang = "en"
	Es Lang = "es" // as spoken in the United States, formal
)

// ParseLang returns the language of a tag such as "es", "es-MX" or "en_US";
// region and case do not matter.
func ParseLang(tag string) (Lang, bool) {
	base := strings.ToLower(tag)
	if i := strings.IndexAny(base, "-_"); i >= 0 {
		base = base[:i]
	}
	switch l := Lang(base); l {
	case En, Es:
		return l, true
	}
	return "", false
}

// Situation is what brings a person here: a set of bits, as several may hold.
type Situation uint8

// The situations.
const (
	Message   Situation = 1 << iota // holds a message that threatens, or boasts of what its sender knows
	Found                           // is in a leak, or may be
	Released                        // is on a roll that its office itself gave out
	NotFound                        // was not found, or not everything could be searched
	Protected                       // is in an address confidentiality programme, or may need one
)

var situations = map[string]Situation{
	"message": Message, "found": Found, "released": Released, "not-found": NotFound, "protected": Protected,
}

// Link is an official page, in the step's language where there is such a page.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Step is one thing to do or to know.
type Step struct {
	ID       string `json:"id"`       // stable, the same in all languages
	Title    string `json:"title"`    // a few words
	Text     string `json:"text"`     // at most two short sentences, without addresses
	Personal bool   `json:"personal"` // holds only if what was found is the person's: see IfYou
	Links    []Link `json:"links"`    // never nil
}

// Headed returns the text behind the step's title, unless it begins with it.
func (s *Step) Headed(text string) string {
	if strings.HasPrefix(text, s.Title) {
		return text
	}
	return s.Title + ": " + text
}

// Steps returns what to do in a situation when the given kinds of information
// were exposed, or quoted by a message, first things first, each step once. A
// step about kinds is given in every situation. An unknown language is English.
// The answer is never nil.
func Steps(lang Lang, s Situation, kinds field.Set) []Step {
	steps := []Step{}
	t := load()
	for i := range t.rows {
		if r := &t.rows[i]; r.applies(s, kinds) {
			steps = append(steps, r.step(lang))
		}
	}
	return steps
}

// KindTitle returns the words for a kind of information ("full birth date",
// "fecha de nacimiento completa").
func KindTitle(lang Lang, kind field.Kind) string {
	if lang != Es {
		return kind.Title()
	}
	if title, ok := load().kinds[kind]; ok {
		return title
	}
	return "desconocido"
}

// IfYou makes the text of a personal step conditional, for what may be a
// namesake's: "If this is you, see that ...".
func IfYou(lang Lang, text string) string {
	first, size := utf8.DecodeRuneInString(text)
	lower := string(unicode.ToLower(first)) + text[size:]
	if lang == Es {
		return "Si se trata de usted, " + lower
	}
	return "If this is you, " + lower
}

//go:embed advice.json
var source []byte

// file is the table as it is written.
type file struct {
	KindsES map[string]string `json:"kinds_es"` // the English titles are in package field
	Steps   []written         `json:"steps"`
}

// written is a row of the table.
type written struct {
	ID       string        `json:"id"`
	When     []string      `json:"when"`
	Unless   []string      `json:"unless"`
	Kinds    []string      `json:"kinds"`
	Only     bool          `json:"only"`
	Personal bool          `json:"personal"`
	EN       words         `json:"en"`
	ES       words         `json:"es"`
	Links    []writtenLink `json:"links"`
	Sources  []string      `json:"sources"` // what the advice rests on, for who checks it
}

type words struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

type writtenLink struct {
	TitleEN string `json:"title_en"`
	TitleES string `json:"title_es"`
	URL     string `json:"url"`
	URLES   string `json:"url_es"` // "" where there is no page in Spanish
}

// table is the file with its names looked up.
type table struct {
	kinds map[field.Kind]string
	rows  []row
}

type row struct {
	written
	when, unless Situation
	kinds        field.Set
}

// load reads the table at the first use. The table is part of the program and
// tested with it, so that it cannot be wrong in a way that could be handled.
var load = sync.OnceValue(func() *table {
	t, err := parse(source)
	if err != nil {
		panic(err)
	}
	return t
})

func parse(data []byte) (*table, error) {
	var f file
	if err := jsonlite.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("advice.json: %w", err)
	}
	t := &table{kinds: make(map[field.Kind]string, len(f.KindsES)), rows: make([]row, len(f.Steps))}
	for name, title := range f.KindsES {
		kind, ok := field.ParseKind(name)
		if !ok {
			return nil, fmt.Errorf("advice.json: kinds_es: unknown kind %q", name)
		}
		t.kinds[kind] = title
	}
	for i, w := range f.Steps {
		r := row{written: w}
		for _, name := range w.Kinds {
			kind, ok := field.ParseKind(name)
			if !ok {
				return nil, fmt.Errorf("advice.json: step %q: unknown kind %q", w.ID, name)
			}
			r.kinds = r.kinds.With(kind)
		}
		var err error
		if r.when, err = situationsOf(w.When); err == nil {
			r.unless, err = situationsOf(w.Unless)
		}
		if err != nil {
			return nil, fmt.Errorf("advice.json: step %q: %w", w.ID, err)
		}
		t.rows[i] = r
	}
	return t, nil
}

func situationsOf(names []string) (s Situation, err error) {
	for _, name := range names {
		one, ok := situations[name]
		if !ok {
			return 0, fmt.Errorf("unknown situation %q", name)
		}
		s |= one
	}
	return s, nil
}

func (r *row) applies(s Situation, kinds field.Set) bool {
	if s&r.unless != 0 {
		return false
	}
	touched := kinds&r.kinds != 0 && (!r.Only || kinds&^r.kinds == 0)
	return touched || s&r.when != 0
}

func (r *row) step(lang Lang) Step {
	s := Step{ID: r.ID, Title: r.EN.Title, Text: r.EN.Text, Personal: r.Personal, Links: make([]Link, len(r.Links))}
	if lang == Es {
		s.Title, s.Text = r.ES.Title, r.ES.Text
	}
	for i, l := range r.Links {
		s.Links[i] = Link{l.TitleEN, l.URL}
		if lang == Es {
			s.Links[i].Title = l.TitleES
			if l.URLES != "" {
				s.Links[i].URL = l.URLES
			}
		}
	}
	return s
}
