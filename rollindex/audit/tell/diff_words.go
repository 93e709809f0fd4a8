package tell

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"rollcheck/hashing"
	"rollcheck/rollindex/audit/diff"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/report"
)

func percentOf(part, of int64) string {
	return report.Percent(float64(part) / float64(max(of, 1)))
}

// few joins the first of some words.
func few(words []string) string {
	const most = 4
	if n := len(words); n > most+1 {
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" and %d more", n-most)
	}
	return strings.Join(words, ", ")
}

// firstOf is a list cut off behind its first sentences.
func firstOf(all []string, most int) report.List {
	if len(all) <= most {
		return report.List(all)
	}
	return append(report.List(all[:most:most]), fmt.Sprintf("... and %d more.", len(all)-most))
}

func dayWords(d hashing.Date) string {
	return time.Date(int(d.Year), time.Month(d.Month), int(d.Day), 0, 0, 0, 0, time.UTC).Format("2 January 2006")
}

// Odd returns a sentence for each thing that is unusual.
func Odd(res *diff.Result) (all []string) {
	d := differing(res)
	for i := range res.Unusual {
		all = append(all, d.odd(&res.Unusual[i]))
	}
	return all
}

// happened says of a measure what its rows did.
var happened = map[string]string{
	diff.WhatAdded: "were added", diff.WhatRemoved: "are gone", diff.WhatWriting: "differ only in other columns or in how values are written",
	diff.WhatRepeated: "have the voter id of a row before them", diff.WhatReused: "have a voter id that was another person's",
}

// atPlace says of a place what people did there.
var atPlace = map[string]string{
	diff.WhatMovedTo: "%s moved to one address", diff.WhatMovedFrom: "%s left one address for another", diff.WhatAddedAt: "%s added live at one address",
	diff.WhatRemovedAt: "%s that are gone lived at one address", diff.WhatPrecinctTo: "%s came to one precinct", diff.WhatPrecinctFrom: "%s left one precinct for others",
}

func (d *difference) odd(u *diff.Unusual) string {
	where := ""
	switch c := u.County; {
	case c != "" && c[0] <= '9': // a number
		where = "County " + c + ": "
	case c != "":
		where = c + ": "
	}
	switch {
	case u.What == diff.WhatSize:
		return fmt.Sprintf("%s%s where there were %s.", where, report.Counted(u.Rows, "row", "rows"), report.Number(u.Of))
	case u.What == diff.WhatRegistered:
		return fmt.Sprintf("%s%s added registered on %s; %.0f to %.0f are usual for a day.", where, report.Counted(u.Rows, "row", "rows"), dayWords(u.Day), max(u.Low, 0), u.High)
	case u.At != nil:
		usual := ""
		if u.Of > 0 {
			usual = fmt.Sprintf(" of %s (%s; %s to %s are usual)", report.Counted(u.Of, "row", "rows"), percentOf(u.Rows, u.Of), report.Percent(u.Low), report.Percent(u.High))
		}
		return where + fmt.Sprintf(atPlace[u.What], report.Counted(u.Rows, "row", "rows")) + usual + ", the first at " + d.at(u.At) + "."
	}
	did := happened[u.What]
	if did == "" {
		did = "have another " + u.Field().Title()
	}
	if u.Low == 0 && u.High == 0 && u.County == "" {
		return fmt.Sprintf("%s of %s %s (%s): the values of that column seem to stand in other rows than their own, as in a column that was sorted or moved by itself.",
			report.Number(u.Rows), report.Counted(u.Of, "row", "rows"), did, percentOf(u.Rows, u.Of))
	}
	return fmt.Sprintf("%s%s of %s %s (%s); %s to %s are usual for a county of its size.",
		where, report.Number(u.Rows), report.Counted(u.Of, "row", "rows"), did, percentOf(u.Rows, u.Of), report.Percent(u.Low), report.Percent(u.High))
}

// at names a line of a file.
func (d *difference) at(p *diff.Position) string {
	file := d.old
	if p.File == diff.New {
		file = d.new
	}
	if p.Member != "" {
		file = p.Member + " of " + file
	}
	return "line " + report.Number(p.Line) + " of " + file
}

// ChangeText says in a sentence what became of a column.
func ChangeText(c *diff.ColumnChange) string {
	switch c.Change {
	case diff.Gone:
		return "it is gone; it was filled in " + report.Percent(c.Old) + " of rows"
	case diff.Come:
		return "it is new, and filled in " + report.Percent(c.New) + " of rows"
	case diff.Renamed:
		return "it was called " + c.Was
	case diff.Moved:
		return fmt.Sprintf("it was column %.0f and is column %.0f, and others kept their order", c.Old, c.New)
	case diff.Fill:
		return fmt.Sprintf("it was filled in %s of rows and is in %s", report.Percent(c.Old), report.Percent(c.New))
	case diff.Distinct:
		about := "about "
		if c.Exact {
			about = ""
		}
		return fmt.Sprintf("it had %s%s different values and has %s%s", about, report.Number(int64(c.Old)), about, report.Number(int64(c.New)))
	case diff.TypeOf:
		what := c.What
		if strings.Contains(what, "??") {
			what += " (the day or the month may stand first)"
		}
		return fmt.Sprintf("%s of its values were %s, and %s are", report.Percent(c.Old), what, report.Percent(c.New))
	case diff.Length:
		if c.What == diff.CutOff {
			return fmt.Sprintf("its values seem cut off: the longest had %s and has %.0f", lengthWords(c.Old), c.New)
		}
		return fmt.Sprintf("its values have other lengths: %.1f bytes in the mean, now %.1f", c.Old, c.New)
	}
	var parts []string
	if c.CameAll > 0 {
		parts = append(parts, "came: "+codeWords(c.Came, c.CameAll))
	}
	if c.WentAll > 0 {
		parts = append(parts, "went: "+codeWords(c.Went, c.WentAll))
	}
	return "codes that " + strings.Join(parts, "; codes that ")
}

func lengthWords(n float64) string {
	if n >= diff.MaxLength {
		return fmt.Sprintf("%d bytes or more", diff.MaxLength)
	}
	return fmt.Sprintf("%.0f bytes", n)
}

func codeWords(codes []string, all int) string {
	said := make([]string, len(codes))
	for i, c := range codes {
		said[i] = strconv.Quote(c)
	}
	s := strings.Join(said, ", ")
	if all > len(codes) {
		s += fmt.Sprintf(" and %d more", all-len(codes))
	}
	return s
}

// DiffCaveats returns what a reader has to keep in mind, in sentences.
func DiffCaveats(res *diff.Result) (all []string) {
	d := differing(res)
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	switch {
	case res.ByID == 0 && res.ByKey == 0 && res.Key == 0:
		say("The files have no details in common that rows could be matched by.")
	case res.ByID == 0:
		say("No row was matched by voter id, and %s by %s: who changed one of these counts as gone and added.", report.Number(res.ByKey), res.Key.Title())
	case res.ByKey > 0:
		say("%s matched by voter id, and %s that no id matches by %s.", report.Counted(res.ByID, "row was", "rows were"), report.Number(res.ByKey), res.Key.Title())
	}
	for i, f := range res.Files {
		label := [2]string{d.old, d.new}[i]
		if n := f.Rows - f.Ignored - f.Read(); n > 0 {
			say("Not read of %s, and in no number here: %s.", label, report.Counted(n, "row", "rows"))
		}
		if f.Ignored > 0 {
			say("Left out of %s as decoys: %s.", label, report.Counted(f.Ignored, "row", "rows"))
		}
		if f.Keyless > 0 {
			they := "whether they are"
			if f.Keyless == 1 {
				they = "whether it is"
			}
			say("In %s, %s nothing to be matched by: it cannot be told %s in the other file.", label, report.Counted(f.Keyless, "row has", "rows have"), they)
		}
		if f.Unread > 0 {
			say("Not read of %s, and may hold people: %s.", label, report.Counted(int64(f.Unread), "member", "members"))
		}
	}
	if !res.Writing {
		say("The files are of different layouts: only the fields that both have were compared, by what they mean.")
	}
	if len(res.Counties) < diff.LeastCounties {
		say("What is usual cannot be told from fewer than %d counties, so that no rate of one is named.", diff.LeastCounties)
	}
	if len(res.Unusual) > 0 {
		say("What is unusual may be right: an election, a clean-up of the roll, new districts, a new building. It is where to look first.")
	}
	return all
}

// method says how it was done, for who repeats it.
func (d *difference) method() []string {
	return []string{
		"Rows are read by the layout of their file, and values put into one canonical form (version " + hashing.Version + "); how they are written is compared too where both files have one layout.",
		"Rows are matched by voter id, unless name and birth date differ both; those left by the strongest other key that both files carry. Values are compared by 16-bit prints: two different values count as the same once in 65,535.",
		fmt.Sprintf("Different values are counted up to 64, and estimated beyond that by HyperLogLog (standard error 1.6 %%). Codes and statuses are named if at least %d rows share them, counties from %d rows on.", diff.LeastShared, diff.LeastCounty),
		"A county's rate is held against those of all, by weighted median and Huber's robust estimate of scale (1981), on two scales: that of Anscombe (1948), where chance is the same everywhere, and the logarithm of odds. It is named if a Student's t as far off on both has a chance of less than 0.002 divided by the rates looked at; days and precincts likewise. Together that is one false alarm in a hundred comparisons of ordinary releases.",
		"An address is named from 50 people on. A county is named in any case if its rows became half as many again, or fewer than two thirds.",
		"The same files give the same report with any number of jobs and any memory.",
	}
}

// titles are the fields in words, for tables.
func fieldTitle(f compare.Field) string {
	if f == compare.BirthDate {
		return "birth date or year"
	}
	return f.Title()
}
