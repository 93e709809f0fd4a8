package tell

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/report"
)

// MadeCard returns the page of a card that was made of a file: what is in it, and
// what it gives away.
func MadeCard(c *compare.Card, path, program string) *report.Page {
	label := Labels([]string{path})[0]
	page := &report.Page{Title: "A card of " + label, Foot: "Made by " + program + "."}
	page.Lead = []string{fmt.Sprintf("The card stands for %s of %s. Whoever has another card made with the same passphrase learns from the two how far the files overlap.", report.Counted(c.Rows, "row", "rows"), label)}
	if lacks := CardLacks(c); len(lacks) > 0 {
		page.Section("What it does not stand for", report.List(lacks))
	}
	page.Section("What it gives away", report.List(CardGives(c)))
	page.Section("The keys on it", cardKeys(c))
	return page
}

// CardLacks says which parts of its file a card does not stand for, in sentences.
func CardLacks(c *compare.Card) (all []string) {
	for _, said := range leftOut(c.Unlooked) {
		all = append(all, strings.ToUpper(said[:1])+said[1:]+".")
	}
	return all
}

// CardGives says to whom a card gives away what, in sentences.
func CardGives(c *compare.Card) []string {
	layout := "no layout"
	if c.Layout != "" {
		layout = "the layout (" + c.Layout + "), which gives away the state"
	}
	as := "no day of the data"
	if c.AsOf.Year != 0 {
		as = "the day of the data"
	}
	all := []string{fmt.Sprintf("To whoever has it: the number of rows, %s, %s, which columns are filled and how far, and how many rows carry each kind of key. No name, no address, no row.", as, layout)}
	all = append(all, "To whoever has it and another card made with the same passphrase, without knowing the passphrase: how far the two files overlap.")
	whole, spared, most, of := true, 1.0, 0.0, "" // spared: by every kind of key, each being drawn by itself
	for i := range c.Sketches {
		s := &c.Sketches[i]
		whole = whole && s.Whole()
		spared *= 1 - float64(len(s.Tags))/float64(c.Rows)
		if share := min(float64(len(s.Tags))/s.Keys(), 1); share > most {
			most, of = share, tiers[s.Key].words
		}
	}
	switch {
	case len(c.Sketches) == 0:
	case whole:
		all = append(all, "To whoever knows the passphrase too: of everybody whose details they can guess, whether this person is in the file. It has so few rows that all of them are on the card: give it to those only who could have the file itself.")
	default:
		all = append(all, fmt.Sprintf("To whoever knows the passphrase too: of some people whose details they can guess, that they are in the file. By all kinds of key together that is about %s of its rows; of those that have %s it is %s.",
			report.Percent(1-spared), of, report.Percent(most)))
	}
	return append(all, "Whoever has the card can try passphrases against it: words drawn with dice stand that, a line of a song does not. Take a new passphrase for each matter.")
}

func cardKeys(c *compare.Card) *report.Table {
	t := &report.Table{Columns: []report.Column{{Title: "Key"}, {Title: "rows with it", Number: true}, {Title: "different keys", Number: true}, {Title: "on the card", Number: true}}}
	for i := range c.Sketches {
		s := &c.Sketches[i]
		t.Rows = append(t.Rows, report.Row{Cells: []string{tiers[s.Key].words, report.Number(s.Rows), keysText(min(s.Keys(), float64(s.Rows)), s.Whole()), report.Number(int64(len(s.Tags)))}})
	}
	return t
}

// keysText writes a number of keys: an estimate with three digits that count, since
// its standard error is 1.6 %.
func keysText(n float64, exact bool) string {
	if exact {
		return report.Number(int64(n))
	}
	step := math.Pow(10, max(math.Floor(math.Log10(n))-2, 0))
	return "about " + report.Number(int64(math.Round(n/step)*step))
}

// CardPair is two cards that were compared, with the names of their files.
type CardPair struct {
	A, B         *compare.Card
	PathA, PathB string
	SumA, SumB   string                // SHA-256 of the cards' bytes, in hex
	Overlaps     []compare.CardOverlap // as [compare.CompareCards] returns them, not empty
}

func (p *CardPair) labels() (a, b string) {
	l := Labels([]string{p.PathA, p.PathB})
	return l[0], l[1]
}

// Main returns the overlap that the pair is told by: the strongest key that finds
// nearly as many people as any, or may, as far as the draw tells; of the keys that
// half of the rows of both files have and of which something was drawn of either, if
// there are any. What finds most in a small draw is often what the draw favours, and
// not the stronger.
func (p *CardPair) Main() *compare.CardOverlap {
	all := indexes(len(p.Overlaps))
	common := slices.DeleteFunc(slices.Clone(all), func(i int) bool { return !p.common(p.Overlaps[i].Key) || !drawn(&p.Overlaps[i]) })
	if len(common) == 0 {
		common = slices.DeleteFunc(slices.Clone(all), func(i int) bool { return !drawn(&p.Overlaps[i]) })
	}
	if len(common) == 0 {
		common = all
	}
	most := 0.0
	for _, i := range common {
		o := &p.Overlaps[i]
		most = max(most, o.AInB.Value()*o.KeysA)
	}
	for _, i := range common {
		o := &p.Overlaps[i]
		if most > 0 && o.Common > 0 && o.AInB.High*o.KeysA >= 0.9*most || most == 0 && o.Key != hashing.VoterID {
			return o
		}
	}
	return &p.Overlaps[common[0]]
}

func indexes(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// common reports whether half of the rows of both files have a key, or it is not
// known.
func (p *CardPair) common(k hashing.KeyType) bool {
	for _, c := range []*compare.Card{p.A, p.B} {
		for i := range c.Sketches {
			if s := &c.Sketches[i]; s.Key == k && 2*s.Rows < c.Rows {
				return false
			}
		}
	}
	return true
}

// drawn reports whether a key of either file is among those drawn: of a file of few
// rows beside one of many there may be none, and then nothing is known of it.
func drawn(o *compare.CardOverlap) bool { return o.AInB.Of > 0 && o.BInA.Of > 0 }

// drawnText writes a share, with its interval unless all keys were compared; of no key
// that it is not told.
func drawnText(s compare.Share, exact bool) string {
	switch {
	case s.Of == 0:
		return "not told"
	case exact:
		return report.Percent(s.Value())
	}
	return shareText(s)
}

// Headline returns the sentence that tells the pair.
func (p *CardPair) Headline() string {
	o := p.Main()
	a, b := p.labels()
	share, back, keys := o.AInB, o.BInA, o.KeysB
	if o.KeysB < o.KeysA {
		a, b, share, back, keys = b, a, back, share, o.KeysA
	}
	with := tiers[o.Key].words
	if !drawn(o) {
		return fmt.Sprintf("Whether people of %s are in the file of %s cannot be told from their cards: by %s, %s of the one and %s of the other are among those drawn alike. Files of so different sizes are compared as files, or not at all.",
			a, b, with, report.Counted(share.Of, "key", "keys"), report.Number(back.Of))
	}
	how := fmt.Sprintf(", estimated from %s of %s and %s of %s drawn alike", report.Counted(share.Of, "key", "keys"), a, report.Number(back.Of), b)
	if o.Exact {
		how = ""
	}
	if share.Part == 0 {
		return fmt.Sprintf("None of the people of %s was found on %s by %s%s: %s.", a, b, with, how, drawnText(share, o.Exact))
	}
	said := fmt.Sprintf("%s of the people of %s are in the file of %s, matched by %s%s; the other way round, %s.", drawnText(share, o.Exact), a, b, with, how, drawnText(back, o.Exact))
	if byChance(o.Key, share, int64(keys)) {
		said += " That is no more than strangers have in common by chance."
	}
	return said
}

// Caveats returns what a reader of the comparison has to keep in mind.
func (p *CardPair) Caveats() (all []string) {
	if !p.Main().Exact {
		all = append(all, "Shares are estimated from the smallest keyed tags of each file, a fair draw of its people; the intervals hold the true share in 95 of 100 cases.")
	}
	all = append(all, "People are different keys: rows with the same key count once.")
	if o := p.Main(); tiers[o.Key].tier == "possible" {
		all = append(all, fmt.Sprintf("The cards have only %s in common to match by, which strangers share in up to %s of cases.", tiers[o.Key].words, report.Percent(tiers[o.Key].chance)))
	}
	return append(all,
		"A card is what its maker made it: nothing in it proves that there is a file behind it.",
		"An overlap is consistent with a common source. It does not show who copied what, or from whom.")
}

// Page returns the page of the comparison. program names what made it.
func (p *CardPair) Page(program string) *report.Page {
	a, b := p.labels()
	page := &report.Page{Title: "Comparison of the cards " + a + " and " + b, Lead: []string{p.Headline()}, Foot: "Made by " + program + "."}
	files := &report.Table{Columns: []report.Column{{Title: "Card"}, {Title: "Rows", Number: true}, {Title: "Data of"}, {Title: "Layout"}}}
	for _, c := range []struct {
		name string
		card *compare.Card
	}{{"A  " + a, p.A}, {"B  " + b, p.B}} {
		of := "not given"
		if c.card.AsOf.Year != 0 {
			of = c.card.AsOf.String()
		}
		files.Rows = append(files.Rows, report.Row{Cells: []string{c.name, report.Number(c.card.Rows), of, cmp.Or(c.card.Layout, "not stated")}})
	}
	page.Section("The files that the cards stand for", files)
	page.Section("How they overlap", p.overlaps())
	page.Section("How full each column is", p.columns())
	page.Section("What to keep in mind", report.List(p.Caveats()))
	page.Section("How it was done", report.List{
		"A card has, of each kind of key, the smallest 4,096 of the keyed tags of all rows (Beyer et al. 2007); the tags of both cards under one bound are a fair draw of all keys (Dasgupta et al. 2016). Where both cards have all their tags, nothing was drawn and the shares are exact.",
		"Intervals are those of Wilson (1927) at 95 %, for draws without putting back (Cochran 1977, 2.6). The draw is by a key that both makers share, so there is no seed.",
		"Names, dates, addresses and numbers were put into one canonical form (version " + p.A.Canonical + ") before tags were made of them.",
	}).Detail = true
	page.Section("The bytes that were read", &report.Table{
		Columns: []report.Column{{Title: "Card"}},
		Rows:    []report.Row{{Cells: []string{a}, Note: "SHA-256 " + p.SumA}, {Cells: []string{b}, Note: "SHA-256 " + p.SumB}},
	}).Detail = true
	return page
}

func (p *CardPair) overlaps() *report.Table {
	t := &report.Table{
		Caption: "Shares of different keys, with 95 % intervals",
		Columns: []report.Column{{Title: "Key"}, {Title: "A in B", Number: true}, {Title: "B in A", Number: true}},
		Legend:  []report.Key{{Pattern: report.Solid, Means: "of A's keys, those in B"}},
	}
	for i := range p.Overlaps {
		o := &p.Overlaps[i]
		t.Rows = append(t.Rows, report.Row{
			Cells: []string{tiers[o.Key].words, drawnText(o.AInB, o.Exact), drawnText(o.BInA, o.Exact)},
			Bar:   []report.Part{{Share: o.AInB.Value(), Pattern: report.Solid}},
			Note:  fmt.Sprintf("a %s match; of the keys in either file, %s are in both", tiers[o.Key].tier, drawnText(o.Jaccard, o.Exact)),
		})
	}
	return t
}

func (p *CardPair) columns() *report.Table {
	t := &report.Table{Columns: []report.Column{{Title: "Column"}, {Title: "A", Number: true}, {Title: "B", Number: true}}}
	of := func(c *compare.Card, k field.Kind) string {
		for _, col := range c.Columns {
			if col.Kind == k {
				switch col.Percent {
				case 1:
					return "< 2.5 %"
				case 99:
					return "> 97.5 %"
				}
				return fmt.Sprintf("%d %%", col.Percent)
			}
		}
		return "-"
	}
	for _, k := range field.Kinds() {
		if a, b := of(p.A, k), of(p.B, k); a != "-" || b != "-" {
			t.Rows = append(t.Rows, report.Row{Cells: []string{k.Title(), a, b}})
		}
	}
	return t
}
