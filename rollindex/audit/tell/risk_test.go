package tell

import (
	"bytes"
	"strings"
	"testing"

	"rollcheck/rollindex/audit/risk"
	"rollcheck/rollindex/report"
)

func measured() *risk.Result {
	const triple = risk.Sex | risk.Birth | risk.ZIP5
	whole := triple | risk.Party
	return &risk.Result{Rows: 1000, Has: whole | risk.Phone, Whole: whole, Sets: []risk.Set{
		{Attributes: whole, Rows: 1000, Classes: 990, Smallest: 1, Sizes: [4]int64{980, 20, 0, 0}},
		{Attributes: triple, Rows: 1000, Classes: 940, Smallest: 1, Sizes: [4]int64{870, 100, 20, 10}, Diversity: []risk.Diversity{{Of: risk.Party, Distinct: 1, Entropy: 1, Told: 955}}},
		{Attributes: risk.Sex | risk.BirthYear | risk.ZIP5, Rows: 1000, Classes: 60, Smallest: 1, Sizes: [4]int64{2, 10, 88, 900}},
		{Attributes: risk.Phone, Rows: 400, Classes: 300, Smallest: 1, Sizes: [4]int64{250, 150, 0, 0}},
	}}
}

func TestRiskLead(t *testing.T) {
	said := strings.Join(RiskLead(measured()), "\n")
	for _, want := range []string{
		"whoever knows the sex, birth date and ZIP code of somebody in it finds one row, theirs, in 87 % of cases",
		"It tells them the party of 95.5 % of the people",
		"By all of sex, birth date, ZIP code and party, 98 % of the rows are alone; the smallest class has 1 row.",
		"25 % of the rows have a phone number that no other row has",
	} {
		if !strings.Contains(strings.ReplaceAll(said, ".0 %", " %"), want) {
			t.Errorf("it is not said that %q:\n%s", want, said)
		}
	}
	if strings.Contains(strings.ToLower(said), "anonym") {
		t.Error("a file with names is called anonymous")
	}
	if got := RiskLead(&risk.Result{Rows: 5}); len(got) != 1 || !strings.Contains(got[0], "nothing was measured") {
		t.Errorf("of no column: %q", got)
	}
}

func TestRiskSections(t *testing.T) {
	res := measured()
	res.Worst = []risk.Place{{Precinct: "1A", Rows: 120, Unique: 100}}
	page := &report.Page{Title: "Audit", Lead: RiskLead(res)}
	RiskSections(page, res)
	var html bytes.Buffer
	if err := page.HTML(&html); err != nil {
		t.Fatal(err)
	}
	text := page.Text(100)
	for _, want := range []string{"Sweeney 2000", "Golle 2006", "year of birth in place of the date", "no phone number", "1A", "83.3 %", "What each column adds"} {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(want)) || !strings.Contains(strings.ReplaceAll(html.String(), "\u00a0", " "), want) {
			t.Errorf("%q is missing:\n%s", want, text)
		}
	}
}

// A file of years is not said to have dates, nor what years in their place would change.
func TestRiskOfYears(t *testing.T) {
	res := measured()
	if OnlyYears(res) {
		t.Fatal("dates are taken for years")
	}
	triple, years := *res.Set(risk.Sex | risk.Birth | risk.ZIP5), res.Set(risk.Sex|risk.BirthYear|risk.ZIP5)
	years.Classes, years.Sizes, years.Diversity = triple.Classes, triple.Sizes, triple.Diversity
	res.Set(risk.Phone).Sizes = [4]int64{0, 0, 0, 400}
	page := &report.Page{Title: "Audit", Lead: RiskLead(res)}
	RiskSections(page, res)
	text := page.Text(1000)
	if strings.Contains(strings.ReplaceAll(text, riskContext, ""), "birth date") || strings.Contains(text, "in place of the date") || strings.Contains(text, "both") {
		t.Errorf("a birth date, of a file of years:\n%s", text)
	}
	if n := strings.Count(text, "\n  sex, year of birth and ZIP code  "); n != 2 { // what they find, and what they learn
		t.Errorf("the year is told %d times:\n%s", n, text)
	}
	if strings.Contains(text, "that no other row has") {
		t.Error("a headline of phone numbers that are nobody's own")
	}
}
