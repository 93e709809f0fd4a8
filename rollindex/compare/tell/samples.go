package tell

import (
	"cmp"
	"fmt"

	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/report"
)

// mostStrata is how many strata stand one by one in the text of a page.
const mostStrata = 20

var strataWords = map[compare.Stratify]string{
	compare.ByNothing: "the whole file", compare.ByCounty: "county", compare.ByMatch: "how a row matches the other file",
}

// stratumName names a part of the file.
func stratumName(by compare.Stratify, s *compare.Stratum) string {
	switch {
	case by == compare.ByNothing:
		return "the whole file"
	case by == compare.ByCounty && s.Name == "":
		return "no county, or one of few rows"
	}
	return shown(s.Name)
}

// Drawn returns the page of a sample that was drawn from a file, with the names of
// its sheet and key.
func Drawn(k *compare.SampleKey, path, sheet, keyFile, program string) *report.Page {
	label, sheetLabel := Labels([]string{path})[0], Labels([]string{sheet})[0]
	page := &report.Page{Title: "A sample of " + label + " to check", Foot: "Made by " + program + "."}
	page.Lead = []string{fmt.Sprintf("%s of %s were drawn at random with the seed %d and written to %s.", report.Number(int64(len(k.Stratum))), report.Counted(k.Rows, "row", "rows"), k.Seed, sheetLabel)}
	t := &report.Table{Caption: "By " + strataWords[k.By], Columns: []report.Column{{Title: "Part"}, {Title: "Rows", Number: true}, {Title: "drawn", Number: true}}}
	for i := range k.Strata {
		s := &k.Strata[i]
		t.Rows = append(t.Rows, report.Row{Cells: []string{stratumName(k.By, s), report.Number(s.Rows), report.Number(int64(s.Drawn))}})
	}
	if len(t.Rows) > mostStrata {
		page.Lead = append(page.Lead, fmt.Sprintf("The sample is divided by %s into %d parts; the key lists them.", strataWords[k.By], len(t.Rows)))
	} else {
		page.Section("What was drawn", t)
	}
	page.Section("What to do with it", report.List(DrawnCaveats(sheet, keyFile)))
	return page
}

// DrawnCaveats says what to do with a sheet and its key.
func DrawnCaveats(sheet, keyFile string) []string {
	sheetLabel, keyLabel := Labels([]string{sheet})[0], Labels([]string{keyFile})[0]
	return []string{
		sheetLabel + " holds details of persons, as nothing else that is written does. Who checks it writes right, wrong or unknown into the column \"answer\", by telephone or on paper, and need not know more.",
		keyLabel + " tells which part of the file each row is of, and is needed to score the sheet: keep it from who checks, so that nobody answers by what they expect.",
		fmt.Sprintf("\"rollcheck compare --score %s\" turns the answers into an error rate. Delete both when it is done.", sheetLabel),
	}
}

// ScoreText returns the sentence that a score comes to.
func ScoreText(s *compare.Score, sheet string) string {
	label := Labels([]string{sheet})[0]
	of := "of the file's " + report.Counted(s.Rows, "row", "rows")
	if s.Covered < s.Rows {
		of = fmt.Sprintf("of the %s in the parts of the file that were checked", report.Counted(s.Covered, "row", "rows"))
	}
	switch {
	case s.Checked == 0:
		return fmt.Sprintf("No row of %s has the answer right or wrong: nothing can be said of the file.", label)
	case s.Wrong == 0:
		by := "the rows checked"
		if sure := effective(s); s.Effective < float64(s.Checked)-0.5 {
			by = sure + ", than which these tell no more"
		}
		return fmt.Sprintf("None of the %s of %s that were checked is wrong: with 95 %% confidence under %s %s are (three divided by %s).", report.Counted(int64(s.Checked), "row", "rows"), label, report.Percent(s.RuleOfThree), of, by)
	}
	rate := compare.Share{Low: s.Low, High: s.High}
	return fmt.Sprintf("%s of the %s of %s that were checked %s wrong: that is %s %s, with a 95 %% interval of %s.",
		report.Number(int64(s.Wrong)), report.Counted(int64(s.Checked), "row", "rows"), label, isAre(s.Wrong), report.Percent(s.Rate), of, interval(rate))
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// interval writes the ends of a share's interval: "3.4 % to 10.3 %".
func interval(s compare.Share) string {
	return report.Percent(s.Low) + " to " + report.Percent(s.High)
}

// ScoreCaveats returns what a reader of a score has to keep in mind.
func ScoreCaveats(s *compare.Score) (all []string) {
	if n := s.Drawn - s.Checked; n > 0 {
		all = append(all, fmt.Sprintf("%s of the %d drawn %s not checked. If people who cannot be reached are more often wrong in the file than others, the rate is higher than this.", report.Counted(int64(n), "row", "rows"), s.Drawn, one(int64(n), "was", "were")))
	}
	if n := s.Rows - s.Covered; n > 0 && s.Checked > 0 {
		all = append(all, fmt.Sprintf("The rate says nothing of %s in parts of the file of which no row was checked.", report.Counted(n, "row", "rows")))
	}
	return append(all, "The interval counts the chance of the draw alone, not mistakes of who checks. A wrong detail may be old rather than false.")
}

// Scored returns the page of a sheet that was scored by its key.
func Scored(s *compare.Score, k *compare.SampleKey, sheet, program string) *report.Page {
	page := &report.Page{Title: "What the check of " + Labels([]string{sheet})[0] + " found", Lead: []string{ScoreText(s, sheet)}, Foot: "Made by " + program + "."}
	t := &report.Table{
		Caption: "By " + strataWords[s.By],
		Columns: []report.Column{{Title: "Part"}, {Title: "Rows", Number: true}, {Title: "drawn", Number: true}, {Title: "checked", Number: true}, {Title: "wrong", Number: true}},
		Legend:  []report.Key{{Pattern: report.Solid, Means: "wrong, of those checked"}},
	}
	for i := range s.Strata {
		r := &s.Strata[i]
		row := report.Row{Cells: []string{stratumName(s.By, &r.Stratum), report.Number(r.Rows), report.Number(int64(r.Drawn)), report.Number(r.Rate.Of), report.Number(r.Rate.Part)}}
		if r.Rate.Of > 0 {
			row.Bar, row.Note = []report.Part{{Share: r.Rate.Value(), Pattern: report.Solid}}, shareText(r.Rate)+" of those checked are wrong"
		}
		t.Rows = append(t.Rows, row)
	}
	page.Section("Part by part", t).Detail = len(t.Rows) > mostStrata
	page.Section("What to keep in mind", report.List(ScoreCaveats(s)))
	page.Section("How it was done", report.List{
		"Each part of the file counts by its rows. Intervals of parts are those of Clopper and Pearson (1934), that of the whole those of Korn and Graubard (1998), at 95 %: as sure as " + cmp.Or(effective(s), "nothing") + ".",
		fmt.Sprintf("The rows were drawn with the seed %d from a file of the SHA-256 %s.", k.Seed, shown(k.SHA256)),
		"With no wrong row, the bound is three by that number of rows (Hanley and Lippman-Hand 1983).",
	}).Detail = true
	return page
}

// effective says how many rows of a simple draw would be as sure.
func effective(s *compare.Score) string {
	if s.Effective == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f rows drawn from the whole file without dividing it", s.Effective)
}
