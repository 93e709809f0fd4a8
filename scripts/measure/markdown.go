package main

import (
	"fmt"
	"io"
	"strings"
)

// markdown writes the report as tables for people to read.
type markdown struct{ w io.Writer }

func (md markdown) say(format string, args ...any) { fmt.Fprintf(md.w, format+"\n\n", args...) }

// table writes a table; the first row names the columns.
func (md markdown) table(rows ...[]string) {
	for i, row := range rows {
		fmt.Fprintf(md.w, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			fmt.Fprintf(md.w, "|%s\n", strings.Repeat("---|", len(row)))
		}
	}
	fmt.Fprintln(md.w)
}

func (md markdown) write(r *report) {
	md.say("## How well people are found")
	md.say("Everybody here is made up, so that the truth is known. Of a roll in the layout `%s` half leaked, as it stood on %s. "+
		"Three files of the leak are searched: one as it is, one with a mistake in a tenth of the rows, one with a mistake in every row. "+
		"Asked are, as of %s, %s people who are in the files and %s of the same roll who are not; and %s strangers, of another population. "+
		"Half of those on the roll ask with a mistake or leave something out. "+
		"They give name, birth date and ZIP code; for the keys that need more, also address, e-mail address and voter id. "+
		"Shares are in percent, with 95 %% intervals (Wilson 1927).",
		r.Layout, r.FileDay, r.AskDay, group(r.InFile), group(r.NotInFile), group(r.Strangers))
	md.wrong(r)
	md.keys(r)
	md.precision(r)
	md.chance(r)
	md.calibration(r)
	md.reading()
}

func (md markdown) wrong(r *report) {
	md.say("### Who is in the file and is told \"not found\"")
	md.say("This is the answer that harms. People who ask without a mistake, but may have moved or changed their surname since:")
	rows := [][]string{{"rows with a mistake", "people", "found", "likely or strong", "strong", "**told \"not found\"**", "told \"incomplete\""}}
	for i := range r.Files {
		f := &r.Files[i]
		c := &f.Correct
		rows = append(rows, []string{fmt.Sprintf("%g %%", 100*f.Noise), group(c.Any.Of), c.Any.String(), c.Likely.String(), c.Strong.String(),
			"**" + c.NotFound.String() + "**", c.Unsettled.String()})
	}
	md.table(rows...)
	md.say("By what differs, nothing else differing. What is wrong with the row is taken from the file with a mistake in every row. " +
		"\"As given\" is what a search without other spellings would find.")
	rows = [][]string{{"difference", "people", "as given", "found", "likely or strong", "strong", "**told \"not found\"**"}}
	for _, k := range r.single() {
		rows = append(rows, []string{k.Kind, group(k.Any.Of), k.AsGiven.String(), k.Any.String(), k.Likely.String(), k.Strong.String(), "**" + k.NotFound.String() + "**"})
	}
	md.table(rows...)
}

// single returns the rows about people who differ in one way at most: in what
// they say or in a file's habits from the first file, in a mistake of the row
// from the last.
func (r *report) single() (rows []*recallRow) {
	pick := func(f *fileReport, from kinds, none bool) {
		for i := range f.Kinds {
			k := &f.Kinds[i]
			if k.set == 0 && none || k.set != several && k.set&from != 0 {
				rows = append(rows, k)
			}
		}
	}
	pick(&r.Files[0], askSide|habits, true)
	pick(&r.Files[numFiles-1], rowWrong, false)
	return rows
}

func (md markdown) keys(r *report) {
	md.say("### Recall by key")
	md.say("Share of the people in the file whom a key finds, by itself; of those who ask without a mistake.")
	rows := [][]string{{"key"}}
	for _, k := range r.Files[0].Correct.Keys {
		rows = append(rows, []string{k.Key})
	}
	for i := range r.Files {
		f := &r.Files[i]
		noise := fmt.Sprintf("%g %% wrong", 100*f.Noise)
		rows[0] = append(rows[0], noise+", as given", noise+", with spellings")
		for j, k := range f.Correct.Keys {
			rows[j+1] = append(rows[j+1], k.AsGiven.String(), k.Asked.String())
		}
	}
	md.table(rows...)
	md.say("With spellings, by what differs:")
	rows = [][]string{{"difference"}}
	for _, k := range r.Files[0].Correct.Keys {
		rows[0] = append(rows[0], k.Key)
	}
	for _, k := range r.single() {
		row := []string{k.Kind}
		for _, key := range k.Keys {
			row = append(row, key.Asked.String())
		}
		rows = append(rows, row)
	}
	md.table(rows...)
}

func (md markdown) precision(r *report) {
	md.say("### Precision")
	md.say("Share of the findings about people of the roll whose person is in the file; %s of them are and %s are not. "+
		"In brackets behind it how many were wrong, and how many the odds that the answer states foretold, scaled to a roll of this size.",
		group(r.InFile), group(r.NotInFile))
	rows := [][]string{{"findings"}}
	for _, p := range r.Files[0].Precision {
		rows = append(rows, []string{p.Findings})
	}
	for i := range r.Files {
		f := &r.Files[i]
		rows[0] = append(rows[0], fmt.Sprintf("%g %% wrong", 100*f.Noise))
		for _, p := range f.Precision {
			cell := fmt.Sprintf("%s (%d", p.Right, p.Right.Of-p.Right.Hits)
			if p.Foretold != nil {
				cell += "; " + hits(*p.Foretold)
			}
			for j := range rows {
				if rows[j][0] == p.Findings && len(rows[j]) == i+1 {
					rows[j] = append(rows[j], cell+")")
				}
			}
		}
	}
	for j := range rows {
		for len(rows[j]) < len(rows[0]) {
			rows[j] = append(rows[j], "-")
		}
	}
	md.table(rows...)
}

func (md markdown) chance(r *report) {
	md.say("### Chance hits and the expected namesakes")
	md.say("Share of people who are not in the file (that without mistakes) but are found by a key, beside what the figures lead to expect. "+
		"A figure is the number of namesakes on a roll of %s; of these %.2g %% are in the file. "+
		"\"By the shares\" leaves out the figures' factors for real names, ages and places not being independent (2.5) and ZIP codes not being "+
		"even (1.9): the made-up population has neither, so here the figures must be too high by these factors, and the hits should be those of "+
		"the shares, or 1.11 times as many, since only the listed surnames are drawn.",
		group(int(r.Population)), 100*float64(r.InFile)/r.Population)
	for i := range r.Chance {
		g := &r.Chance[i]
		md.say("%s, %s:", upperFirst(g.Group), group(g.Keys[0].Asked.Of))
		rows := [][]string{{"key", "hits as given", "hits with spellings", "expected by the figures", "expected by the shares", "hits : by the shares", "mean figure"}}
		for _, k := range g.Keys {
			rows = append(rows, []string{k.Key, count(k.AsGiven), count(k.Asked), hits(k.ByAsked), hits(k.ByModel), ratio(k.Asked, k.ByModel), fmt.Sprintf("%.3g", k.Figure)})
		}
		md.table(rows...)
		var tiers []string
		for _, t := range g.Tiers {
			tiers = append(tiers, fmt.Sprintf("%s %s", t.Tier, count(t.Found)))
		}
		md.say("Findings by the usual details: %s. Of these the middle initial agreed for %s; the odds take 10.7.",
			strings.Join(tiers, "; "), count(g.Initial))
	}
	md.say("Those of the roll live with people who are in the file: fathers and sons of one name are what the keys of address and ZIP code find. " +
		"The figures hold that for 4 in 1,000 people, more than the made-up households have.")
}

func (md markdown) calibration(r *report) {
	md.say("### Calibration")
	md.say("The strangers in ten equal parts by the figure stated for them, with spellings: hits found, and hits to be expected by the shares.")
	for _, c := range r.Tenths {
		md.say("`%s`:", c.Key)
		rows := [][]string{{"mean figure", "hits", "by the figures", "by the shares", "hits : by the shares"}}
		for _, t := range c.Tenths {
			rows = append(rows, []string{fmt.Sprintf("%.2g", t.Figure), fmt.Sprint(t.Hits.Hits), hits(t.ByAsked), hits(t.ByModel), ratio(t.Hits, t.ByModel)})
		}
		md.table(rows...)
	}
}

func (md markdown) reading() {
	md.say("### What these figures do not say")
	md.say("- Nicknames are drawn from the very table that the search uses, so those rows show that it is used, not that it is complete.\n" +
		"- The shares of mistakes are ours, and so is how many people tell their former names and places. Look at the kinds, not at the sums.\n" +
		"- Real namesakes are more than independent tables predict; the figures' factor of 2.5 rests on counts published by others, not on this.\n" +
		"- A finding about somebody in the file counts as right, though now and then it is a namesake's row that was found.\n" +
		"- Chance hits grow with the file; a whole state's roll has more of them than the files here, and its findings are right less often.\n" +
		"- Telephone numbers are not measured: those reserved for fiction are so few that strangers share them.")
}

// count writes a share with its number of hits.
func count(s share) string { return fmt.Sprintf("%d = %s", s.Hits, s) }

// hits writes an expected number of hits.
func hits(n float64) string {
	if n < 10 {
		return fmt.Sprintf("%.2g", n)
	}
	return fmt.Sprintf("%.0f", n)
}

// ratio writes hits over expected hits, with its interval; "-" where next to
// none are expected.
func ratio(s share, expected float64) string {
	if expected < 1 {
		return "-"
	}
	low, high := s.interval()
	of := float64(s.Of) / expected
	return fmt.Sprintf("%.2f (%.2f-%.2f)", s.value()*of, low*of, high*of)
}

// group writes a number with its thousands apart.
func group(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
