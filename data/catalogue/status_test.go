package catalogue

import (
	"slices"
	"testing"

	"rollcheck/data/field"
)

func TestStatus(t *testing.T) {
	for _, tc := range []struct {
		where  string
		when   Date
		kind   field.Kind
		status Value
		settle bool
		why    string
	}{
		{"US-FL", "2020-10-20", field.Party, Public, true, ""},
		{"US-FL", "2020", field.Address, Public, true, ""},
		{"US-FL", "2020-10", field.SSN, Withheld, true, ""},
		{"US-AK", "2020-10-20", field.BirthDate, Withheld, true, ""},
		{"US-AK", "2020-10-20", field.DriverLicense, Withheld, true, ""},
		{"US-OH", "2020", field.SSN, Withheld, true, "federal"},
		{"US-OH", "2020", field.Profile, Withheld, true, "federal"},
		{"US-AZ", "2020", field.Profile, Unknown, false, "a part of it is open there: occupation"},
		{"US-FL", "2020", field.BirthYear, Public, true, ""},
		{"US-FL", "2020", field.BirthMonthYear, Public, true, "it follows from the full birth date"},
		{"US-FL", "2020", field.Locality, Public, true, "it follows from the home address"},
		{"US-UT", "2021", field.BirthDate, Restricted, true, ""},
		{"US-UT", "2021", field.BirthYear, Unknown, false, "no source that was read settles it"},
		{"US-WI", "2020", field.Sex, Withheld, true, "Wisconsin says that it does not ask for it"},
		{"US-TN", "2020", field.Party, Unknown, false, "Tennessee does not ask for it, but the primaries somebody voted in may show it"},
		{"US-UT", "2026-05-24", field.Party, Public, true, ""},
		{"US-KY", "2020", field.BirthDate, Public, false, ""},
		{"US-FL", "1999", field.Name, Unknown, false, "nothing was read about a time before 2004"},
		{"US-PR", "2020", field.Name, Unknown, false, "there is no record of what the public file of US-PR holds"},
		{"GB", "2020", field.Name, Unknown, false, "there is no record of what the public file of GB holds"},
		{"US", "2020", field.SSN, Unknown, false, "there is no record of what the public file of US holds"},
	} {
		a := Status(tc.where, tc.when, tc.kind)
		if a.Status != tc.status || a.Settled() != tc.settle {
			t.Errorf("Status(%s, %s, %s) = %s, confidence %q (%s)", tc.where, tc.when, tc.kind, a.Status, a.Confidence, a.Why)
		}
		if tc.why == "federal" {
			if len(a.Why) < 20 || a.Why[:11] != "federal law" {
				t.Errorf("Status(%s, %s, %s): because %q", tc.where, tc.when, tc.kind, a.Why)
			}
		} else if tc.why != "" && a.Why != tc.why {
			t.Errorf("Status(%s, %s, %s): because %q, want %q", tc.where, tc.when, tc.kind, a.Why, tc.why)
		}
	}
}

// Around a change of rule the answer is both, unless the two agree.
func TestStatusAroundAChange(t *testing.T) {
	for _, tc := range []struct {
		where  string
		when   Date
		kind   field.Kind
		status Value
		either []Value
	}{
		{"US-HI", "2020-07-25", field.Status, Public, nil},
		{"US-VA", "2023", field.BirthDate, Restricted, nil},
		{"US-VA", "2024-08-30", field.BirthDate, Unknown, []Value{Restricted, Withheld}},
		{"US-VA", "2024-08-30", field.BirthYear, Public, nil},
		{"US-VA", "2024-11-15", field.BirthDate, Withheld, nil},
		{"US-CT", "2019", field.BirthDate, Public, nil},
		{"US-CT", "2025", field.BirthDate, Unknown, nil},
		{"US-VA", "", field.BirthDate, Unknown, []Value{Restricted, Withheld}},
		{"US-VA", "", field.BirthYear, Public, nil},
	} {
		a := Status(tc.where, tc.when, tc.kind)
		if a.Status != tc.status || !slices.Equal(a.Either, tc.either) {
			t.Errorf("Status(%s, %s, %s) = %s, either %v (%s)", tc.where, tc.when, tc.kind, a.Status, a.Either, a.Why)
		}
		if tc.either != nil && a.Why == "" {
			t.Errorf("Status(%s, %s, %s) does not say why it is unknown", tc.where, tc.when, tc.kind)
		}
	}
}

// Every state and kind has an answer at all times: a known one with a source and
// a confidence, or an unknown one with a reason.
func TestEveryStateAndKind(t *testing.T) {
	all := Records()
	for _, r := range all {
		for _, date := range []Date{"", "2004", "2012-06-30", "2020-10-20", "2026-11", today} {
			answers := []Answer{VoteChoice(r.Jurisdiction, date)}
			if answers[0].Status != Withheld || !answers[0].Settled() {
				t.Errorf("%s, %s: how somebody voted is %s (%s)", r.Jurisdiction, date, answers[0].Status, answers[0].Confidence)
			}
			for _, k := range field.Kinds() {
				answers = append(answers, Status(r.Jurisdiction, date, k))
			}
			for _, a := range answers {
				switch {
				case a.Status == Unknown && (a.Why == "" || a.Confidence != ""):
					t.Errorf("%s, %s, %s is unknown for no reason (%q, confidence %q)", r.Jurisdiction, date, a.Kind, a.Why, a.Confidence)
				case a.Status != Unknown && (len(a.Sources) == 0 || a.Confidence == ""):
					t.Errorf("%s, %s, %s is %s without source or confidence", r.Jurisdiction, date, a.Kind, a.Status)
				}
			}
		}
	}
}

// An address never comes without the programme, where one is known.
func TestProgrammeBesideAddress(t *testing.T) {
	if a := Status("US-FL", "2020", field.Address); a.Programme == "" {
		t.Error("Florida's address comes without the programme")
	}
	if a := Status("US-FL", "2020", field.Party); a.Programme != "" {
		t.Error("Florida's party comes with the programme for addresses")
	}
}

func TestFarDatesAreLessSure(t *testing.T) {
	near, far := Status("US-FL", "2020", field.Party), Status("US-FL", "2009", field.Party)
	if near.Confidence != High || far.Confidence != Medium {
		t.Errorf("confidence %q in 2020 and %q in 2009, want high and medium", near.Confidence, far.Confidence)
	}
	all := Records()
	changes, late := 0, 0
	for _, r := range all {
		for _, p := range r.Periods[1:] {
			changes++
			if p.From >= "2016-11-22" {
				late++
			}
		}
	}
	if changes != 17 || late != 14 {
		t.Errorf("%d changes of rule, %d of them in the last ten years: the comment at farYears says 17 and 14", changes, late)
	}
}

func TestDates(t *testing.T) {
	for s, want := range map[string][2]string{
		"2020": {"2020-01-01", "2020-12-31"}, "2020-10": {"2020-10-01", "2020-10-31"}, "2020-10-20": {"2020-10-20", "2020-10-20"},
	} {
		d, err := ParseDate(s)
		if err != nil || d.First() != want[0] || d.Last() != want[1] {
			t.Errorf("%s is %s to %s (%v)", s, d.First(), d.Last(), err)
		}
	}
	for _, s := range []string{"", "20", "2020-13", "2020-02-30", "10/20/2020", "2020-1-1", "yesterday"} {
		if _, err := ParseDate(s); err == nil {
			t.Errorf("%q is read as a date", s)
		}
	}
	for s, want := range map[string]Date{"2016-08 or earlier": "2016-08", "2019-05-01": "2019-05-01", "about 2013": "", "2001-2002": "", "": ""} {
		if d := leadingDate(s); d != want {
			t.Errorf("leadingDate(%q) = %q, want %q", s, d, want)
		}
	}
}

func TestJurisdiction(t *testing.T) {
	for s, want := range map[string]string{"FL": "US-FL", "us-fl": "US-FL", "Florida": "US-FL", " new  york ": "US-NY", "dc": "US-DC"} {
		if got, ok := Jurisdiction(s); !ok || got != want {
			t.Errorf("Jurisdiction(%q) = %q, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "US", "PR", "GB", "Floridaa"} {
		if got, ok := Jurisdiction(s); ok {
			t.Errorf("Jurisdiction(%q) = %q", s, got)
		}
	}
}

// Alaska's exposure began before the mail of October 2020 and became known after.
func TestIncidentBy(t *testing.T) {
	i, err := GetIncident("us-ak-ovr-2020")
	if err != nil {
		t.Fatal(err)
	}
	for d, want := range map[Date]When{"2020-10-20": Before, "2020-09": Perhaps, "2020-08": After, "2020": Perhaps, "2024": Before, "": Perhaps} {
		if got := i.By(d); got != want {
			t.Errorf("Alaska's incident lies %q to %q, want %q", got, d, want)
		}
	}
	if !i.Covers("US-AK") || i.Covers("US-FL") {
		t.Error("Alaska's incident covers Florida or not Alaska")
	}
	if wide, _ := GetIncident("us-deep-root-2017"); wide == nil || !wide.Covers("US-FL") {
		t.Error("an incident of the whole country does not cover Florida")
	}
	if named, _ := GetIncident("us-iran-emennet-2020"); named == nil || named.Covers("US-TX") || !named.Covers("US-PA") {
		t.Error("an incident that names its states covers another, or not its own")
	}
}
