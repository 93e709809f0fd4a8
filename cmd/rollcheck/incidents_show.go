package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rollcheck/data/catalogue"
)

// In words: the closed lists of the catalogue. A test holds that none lacks a
// word; data/catalogue/README.md says what each takes.
var (
	kindWords = map[string]string{
		"breach":             "somebody got into a system and took it",
		"insider":            "somebody with access passed it on or misused it",
		"loss":               "it was lost",
		"misconfiguration":   "it lay open by mistake, on a server or behind a page anyone could reach",
		"publication":        "it was published, or sent to those who should not have it",
		"sale":               "it was sold or offered for sale",
		"state-actor-access": "those who got in are said to act for another state",
		"theft":              "what it was stored on was stolen",
		"transfer":           "one office handed it to another that had no right to it",
		"unclear":            "how it got out is not established, or accounts of it differ",
	}
	relationWords = map[string]string{
		"within":  "All of it was open to anyone there anyway.",
		"partly":  "Some of it was open to anyone there anyway, some was not.",
		"beyond":  "It was not open to anyone there: it goes beyond the public record.",
		"unknown": "It is not known how much of it was open to anyone there.",
	}
	circulationWords = map[string]string{
		"yes":     "Copies go around.",
		"sold":    "Copies were sold or offered for sale.",
		"limited": "Copies are known to be, or to have been, in certain hands only.",
		"no":      "No copy is known to go around.",
		"unknown": "Whether copies go around is not known.",
	}
	countWords = map[string]string{
		"confirmed": "confirmed by an authority, by the holder of the data, or by those who examined it",
		"reported":  "as reported; not confirmed",
		"disputed":  "accounts give other figures",
	}
	dataWords = map[string]string{
		"confirmed": "confirmed by an authority, by the holder of the data, or by those who examined it",
		"reported":  "as reported; not confirmed",
		"partial":   "perhaps not all: no account that was read gives the whole list",
	}
	attributionWords = map[string]string{
		"official": "It is an authority or a court that says so, or those responsible themselves.",
		"reported": "This is as reported; no authority or court has established it.",
		"none":     "Nobody is named: no account that was read says who.",
	}
	confidenceWords = map[catalogue.Confidence]string{
		catalogue.High:   "That it happened is well supported.",
		catalogue.Medium: "That it happened is supported, but something is left open.",
		catalogue.Low:    "That it happened rests on little: read it with care.",
	}
)

// marks are what an incident is marked with, each with a word on what it means.
var marks = []struct {
	name, means string
	has         func(*catalogue.Incident) bool
}{
	{"retired", "this entry was withdrawn and should not be relied on; its id stays, so that what cites it is still understood",
		func(i *catalogue.Incident) bool { return i.Retired }},
	{"contested", "the holder of the data denies it, or accounts contradict each other",
		func(i *catalogue.Incident) bool { return i.Contested }},
	{"verified", "an official page, or two outlets independent of each other, say that it happened",
		func(i *catalogue.Incident) bool { return i.Verified }},
	{"not verified", "no official page and no second independent outlet was found that says it happened",
		func(i *catalogue.Incident) bool { return !i.Verified }},
	{"sensitive", "being in it, or what it says, tells a belief, an origin, a state of health, a political act, or that somebody is protected: it is never in an index that is published",
		func(i *catalogue.Incident) bool { return i.Sensitive }},
}

// printIncident writes the story of an incident.
func printIncident(pg *page, i *catalogue.Incident) {
	pg.text(i.ID + ": " + i.Title)
	if i.Retired {
		pg.section("")
		pg.text("This entry was withdrawn.")
	}
	pg.section("")
	pg.text(i.Summary)
	pg.section("When")
	pg.entry("exposed from", orUnknown(i.ExposedFrom))
	pg.entry("disclosed", string(i.Disclosed))
	pg.entry("data as of", orUnknown(i.DataAsOf))
	pg.section("Where")
	pg.item("  ", wholePlace(i))
	pg.section("How it got out")
	pg.item("  ", i.Kind+": "+kindWords[i.Kind])
	pg.section("How many")
	pg.item("  ", countOf(i))
	pg.section("What kinds of data")
	for _, class := range i.Data {
		pg.item("  - ", catalogue.ClassTitle(class))
	}
	pg.item("  ", "("+dataWords[i.Claims.Data]+")")
	pg.section("Is it public anyway?")
	pg.item("  ", relationWords[i.PublicRecord.Relation]+" "+sentence(i.PublicRecord.Says))
	pg.section("Where it is now")
	pg.item("  ", circulationWords[i.Circulates.State]+" "+sentence(i.Circulates.Says))
	pg.section("Who is held responsible")
	pg.item("  ", responsible(i))
	pg.section("How sure this is")
	pg.entry(string(i.Confidence), confidenceWords[i.Confidence])
	for _, m := range marks {
		if m.has(i) {
			pg.entry(m.name, m.means)
		}
	}
	if i.Note != "" {
		pg.section("Doubts")
		pg.item("  ", sentence(i.Note))
	}
	pg.section("Sources")
	for n, s := range i.Sources {
		pg.item(fmt.Sprintf("  %*d. ", len(fmt.Sprint(len(i.Sources))), n+1), s)
	}
	pg.section("This entry")
	pg.item("  ", fmt.Sprintf("Added %s, last checked or changed %s. How to correct or contest it: data/catalogue/README.md in the source.", i.Added, i.Modified))
}

func orUnknown(s string) string {
	if s == "" {
		return "not known"
	}
	return s
}

// sentence begins a text with a capital and ends it with a full stop.
func sentence(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	s = string(unicode.ToUpper(first)) + s[n:]
	if !strings.ContainsAny(s[len(s)-1:], ".!?") {
		s += "."
	}
	return s
}

// wholePlace names every place that an incident covered.
func wholePlace(i *catalogue.Incident) string {
	names := make([]string, len(i.Jurisdictions))
	for n, code := range i.Jurisdictions {
		names[n] = catalogue.PlaceName(code)
	}
	switch n := slices.Index(i.Jurisdictions, i.Country); {
	case n < 0:
		return catalogue.PlaceName(i.Country) + ": " + strings.Join(names, ", ")
	case len(names) == 1:
		return names[0]
	default:
		parts := slices.Concat(names[:n], names[n+1:])
		return names[n] + ", by name " + strings.Join(parts, ", ")
	}
}

// countOf says how many people or records there were, and how sure that is.
func countOf(i *catalogue.Incident) string {
	switch {
	case i.Count == nil && i.Claims.Count == "disputed":
		return "Not known: accounts give different figures."
	case i.Count == nil:
		return "Not known."
	case *i.Count == 0:
		return "None: officials say that nothing was taken (" + countWords[i.Claims.Count] + ")."
	}
	return fmt.Sprintf("%s people or records (%s).", group(*i.Count), countWords[i.Claims.Count])
}

func responsible(i *catalogue.Incident) string {
	return strings.TrimSpace(sentence(i.Attribution) + " " + attributionWords[i.Claims.Attribution])
}
