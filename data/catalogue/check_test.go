package catalogue

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
)

// today is the day the catalogue was last checked: no date in it lies after.
const today = "2026-11-22"

func TestIncidents(t *testing.T) {
	all, err := Incidents()
	if err != nil {
		t.Fatal(err)
	}
	names := list("incidents")
	if len(all) != len(names) || len(all) < 72 {
		t.Fatalf("%d incidents in %d files, want 72 or more", len(all), len(names))
	}
	seen := map[string]bool{}
	for _, i := range all {
		t.Run(i.ID, func(t *testing.T) { checkIncident(t, i) })
		if seen[i.Title] {
			t.Errorf("two incidents are titled %q", i.Title)
		}
		seen[i.Title] = true
	}
}

func checkIncident(t *testing.T, i *Incident) {
	one := func(what, value string, of ...string) {
		if !slices.Contains(of, value) {
			t.Errorf("%s %q is none of %v", what, value, of)
		}
	}
	one("kind", i.Kind, IncidentKinds()...)
	one("confidence", string(i.Confidence), "low", "medium", "high")
	one("relation", i.PublicRecord.Relation, Relations()...)
	one("circulation", i.Circulates.State, Circulations()...)
	one("count claim", i.Claims.Count, "confirmed", "reported", "disputed")
	one("data claim", i.Claims.Data, "confirmed", "reported", "partial")
	one("attribution claim", i.Claims.Attribution, "official", "reported", "none")
	for _, d := range []Date{i.Disclosed, i.Added, i.Modified} {
		if _, err := ParseDate(string(d)); err != nil || d.First() > today {
			t.Errorf("date %q: %v", d, err)
		}
	}
	if i.Modified < i.Added {
		t.Errorf("modified on %s, before it was added on %s", i.Modified, i.Added)
	}
	if began := leadingDate(i.ExposedFrom); began.First() > i.Disclosed.Last() {
		t.Errorf("exposed from %s, after it was disclosed on %s", i.ExposedFrom, i.Disclosed)
	}
	for what, text := range map[string]string{
		"title": i.Title, "summary": i.Summary, "public_record.says": i.PublicRecord.Says, "circulates.says": i.Circulates.Says,
	} {
		if strings.TrimSpace(text) == "" {
			t.Errorf("%s is empty", what)
		}
	}
	if len(i.Jurisdictions) == 0 || len(i.Data) == 0 && i.Claims.Data != "partial" && (i.Count == nil || *i.Count != 0) {
		t.Error("no data or no jurisdiction")
	}
	for _, c := range i.Data {
		if _, ok := classKind(c); !ok || ClassTitle(c) == "" {
			t.Errorf("class of data %q is not known", c)
		}
	}
	for _, j := range i.Jurisdictions {
		if country, _, _ := strings.Cut(j, "-"); country != i.Country {
			t.Errorf("jurisdiction %s is not in %s", j, i.Country)
		}
	}
	if (i.Claims.Attribution == "none") != (i.Attribution == "") {
		t.Errorf("attribution %q is claimed as %q", i.Attribution, i.Claims.Attribution)
	}
	checkSources(t, i.Sources)
}

func checkSources(t *testing.T, sources []string) {
	t.Helper()
	if len(sources) == 0 {
		t.Error("no source")
	}
	for n, s := range sources {
		if u, err := url.Parse(s); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			t.Errorf("source %q is not an address", s)
		}
		if slices.Contains(sources[:n], s) {
			t.Errorf("source %q stands twice", s)
		}
	}
}

func TestRecords(t *testing.T) {
	all := Records()
	if len(all) != 51 {
		t.Fatalf("%d records, want 50 states and DC", len(all))
	}
	for _, r := range all {
		t.Run(r.Jurisdiction, func(t *testing.T) { checkRecord(t, r, recordFields()) })
		if record(r.Jurisdiction) != r {
			t.Errorf("the file of %s is named otherwise", r.Jurisdiction)
		}
	}
	t.Run(federal, func(t *testing.T) { checkRecord(t, record(federal), nil) })
}

// recordFields are the fields every period of a state has a value for, if only
// an explicit unknown. The other kinds follow from these, or from federal law.
func recordFields() []string {
	var names []string
	for _, k := range field.Kinds() {
		switch k {
		case field.BirthMonthYear, field.Age, field.NationalID, field.Locality, field.Profile:
		default:
			names = append(names, k.String())
		}
	}
	return append(names, voteChoice)
}

func checkRecord(t *testing.T, r *Record, fields []string) {
	for _, d := range []Date{r.AsOf, r.Checked} {
		if _, err := ParseDate(string(d)); err != nil || d.First() > today {
			t.Errorf("date %q: %v", d, err)
		}
	}
	if r.Name == "" {
		t.Error("no name")
	}
	known := append(recordFields(), "age", "birth_month_year", "profile")
	for _, name := range r.NotCollected {
		if !slices.Contains(known, name) {
			t.Errorf("not_collected names %q", name)
		}
	}
	for _, c := range r.Conflicts {
		if c.Says == "" {
			t.Error("a conflict says nothing")
		}
		for _, name := range c.Fields {
			if !slices.Contains(known, name) {
				t.Errorf("a conflict names %q", name)
			}
		}
	}
	checkSources(t, r.Sources)
	for n := range r.Periods {
		p := &r.Periods[n]
		checkPeriod(t, r, p, known)
		for _, name := range fields {
			if _, ok := p.Fields[name]; !ok {
				t.Errorf("period %q says nothing of %s, not even unknown", p.From, name)
			}
		}
		if fields != nil && p.Who == "" {
			t.Errorf("period %q does not say who may have the list", p.From)
		}
		if (n == 0) != (p.From == "") || n > 1 && r.Periods[n-1].From >= p.From {
			t.Errorf("period %q is out of order", p.From)
		}
	}
}

func checkPeriod(t *testing.T, r *Record, p *Period, known []string) {
	if p.From != "" {
		if p.Basis == "" {
			t.Errorf("period %q does not say why it begins", p.From)
		}
		if len(p.Window) != 2 || p.Window[0] > p.From || p.Window[1] < p.From || len(p.From) != 10 {
			t.Errorf("period %q has the window %q", p.From, p.Window)
		}
	}
	for name, e := range p.Fields {
		if !slices.Contains(known, name) {
			t.Errorf("field %q is not known", name)
		}
		checkEntry(t, r, name, e)
	}
	for name, e := range p.Details {
		if _, ok := detailKinds[name]; !ok {
			t.Errorf("detail %q is not known", name)
		}
		checkEntry(t, r, name, e)
	}
}

func checkEntry(t *testing.T, r *Record, name string, e Entry) {
	if !slices.Contains([]Value{Public, Restricted, Withheld, Unknown}, e.Status) {
		t.Errorf("%s is %q", name, e.Status)
	}
	if e.known() != (e.Confidence != "") {
		t.Errorf("%s is %q with the confidence %q", name, e.Status, e.Confidence)
	}
	if e.known() && len(e.Sources) == 0 {
		t.Errorf("%s is %q and has no source", name, e.Status)
	}
	for _, n := range e.Sources {
		if n < 0 || n >= len(r.Sources) {
			t.Errorf("%s has the source %d, and there are %d", name, n, len(r.Sources))
		}
	}
}
