package exposure_test

import (
	"strings"
	"testing"

	"rollcheck/data/catalogue"
	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/exposure/sourcetest"
)

// leakOf returns a source of one leak of those states with one person in it, and
// what it holds.
func leakOf(asOf, incident string, kinds []field.Kind, jurisdictions ...string) (*sourcetest.Memory, exposure.Person) {
	p := exposure.Person{First: "Wanda", Last: "Fictional", BirthDate: "1970-03-13"}
	m := sourcetest.NewMemory(row("leak", p, append(kinds, field.Name)...))
	*m.Info("leak") = describe(*m.Info("leak"), "A leak", asOf, hashing.Leak, jurisdictions...)
	m.Info("leak").Incident = incident
	return m, p
}

// Each finding separates what anybody could have had anyway from what goes
// beyond, by the state the person was in and at the date of the data. People of
// one batch do not get each other's answers.
func TestBeyondPublic(t *testing.T) {
	kinds := []field.Kind{field.BirthDate, field.Address, field.DriverLicense}
	both, p := leakOf("2020-10-20", "", kinds, "US-AK", "US-FL")
	of := func(states ...string) exposure.Person {
		p := p
		if len(states) > 0 {
			p.State, p.FormerState = states[0], states[1:]
		}
		return p
	}
	out, _ := check(t, both, exposure.NewJSON, exposure.Options{}, of("FL"), of("AK"), of("FL"), of(), of("AK", "FL"), of("NC"))
	disagree := `"beyond_public":["driver_license"],"unsettled":["birth_date"],"expected`
	wantFindings(t, out, `"beyond_public":["driver_license"],"expected`, `"beyond_public":["birth_date","driver_license"],"expected`,
		`"beyond_public":["driver_license"],"expected`, disagree, disagree, disagree)

	virginia, p := leakOf("2023-06-01", "us-va-elect-2023", []field.Kind{field.BirthDate, field.SSN, field.DriverLicense}, "US-VA")
	out, _ = check(t, virginia, exposure.NewJSON, exposure.Options{}, p)
	wantFindings(t, out, `"fields":["name","birth_date","ssn","driver_license"],"fields_basis":"record",`+
		`"beyond_public":["birth_date","ssn"],"restricted":["birth_date"],"unsettled":["driver_license"],"incident":"us-va-elect-2023","expected_namesakes":`)
	if want := `"title":"A leak","kind":"leak","incident":"us-va-elect-2023","as_of":"2023-06-01"`; !strings.Contains(out, want) {
		t.Errorf("the start has no %s: %s", want, out)
	}

	nowhere, p := leakOf("2020-10-20", "", kinds)
	out, _ = check(t, nowhere, exposure.NewJSON, exposure.Options{}, p, of("FL"))
	wantFindings(t, out, `"beyond_public":[],"unsettled":["name","birth_date","address","driver_license"],"expected`, `"beyond_public":["driver_license"],"expected`)
}

// A phone number and an e-mail address are public of who gave them to the office: no
// finding counts them to what was public without that, in any state that has the column.
func TestOnlyIfGiven(t *testing.T) {
	florida, p := leakOf("2020-10-20", "", []field.Kind{field.Phone, field.Email, field.SSN}, "US-FL")
	out, _ := check(t, florida, exposure.NewJSON, exposure.Options{}, p)
	wantFindings(t, out, `"fields":["name","phone","email","ssn"],"fields_basis":"record","beyond_public":["ssn"],"if_given":["phone","email"],"expected_namesakes":`)
	georgia, p := leakOf("2020-10-20", "", []field.Kind{field.Phone, field.Email}, "US-GA")
	out, _ = check(t, georgia, exposure.NewJSON, exposure.Options{}, p)
	wantFindings(t, out, `"beyond_public":["email"],"if_given":["phone"],"expected_namesakes":`)
	party, p := leakOf("2020-10-20", "", []field.Kind{field.Party}, "US-FL")
	if out, _ = check(t, party, exposure.NewJSON, exposure.Options{}, p); strings.Contains(out, "if_given") {
		t.Errorf("nothing had to be given: %s", out)
	}
	alone := sourcetest.NewMemory(row("leak", p, field.Email)) // named, so that they ask themself whether they gave it
	*alone.Info("leak") = describe(*alone.Info("leak"), "A leak", "2020-10-20", hashing.Leak, "US-FL")
	out, _ = check(t, alone, newText, exposure.Options{}, p)
	wantText(t, "alone", out, []string{
		"If given e-mail address: public only if you gave it to the election office, which most voters do not; otherwise this goes beyond Florida's public voter list at that time",
	}, []string{"all of it", "anybody could have had"})
}

// wantFindings fails the test unless there is one finding for each of parts,
// which it holds.
func wantFindings(t *testing.T, out string, parts ...string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(findings(out), "\n"), "\n")
	if len(lines) != len(parts) {
		t.Fatalf("%d findings, want %d:\n%s", len(lines), len(parts), out)
	}
	for i, part := range parts {
		if !strings.Contains(lines[i], part) {
			t.Errorf("finding %d has no %s:\n%s", i+1, part, lines[i])
		}
	}
}

// The letter says what of it was public, for whom, and who keeps an address off.
func TestPublicInWords(t *testing.T) {
	programme := func(state string) string { return flat(catalogue.Status(state, "2023", field.Address).Programme) }
	many := []string{"US-AK", "US-FL", "US-GA", "US-NC", "US-VA"}
	for _, tt := range []struct {
		name, asOf string
		kinds      []field.Kind
		where      []string
		says, not  []string
	}{
		{"Florida", "2020-10-20", []field.Kind{field.Address, field.SSN, field.BirthPlace}, []string{"US-FL"}, []string{
			"Public name and home address: anybody could have had this anyway, from Florida's public voter list at that time",
			"Beyond social security number: this goes beyond that list",
			"Not settled place of birth: no good source says whether this was open on that list",
			"Protection for people at risk, Florida: " + programme("US-FL"),
		}, []string{"Restricted", "Open to"}},
		{"no address, no programme", "2020-10-20", []field.Kind{field.Party}, []string{"US-FL"},
			[]string{"Public all of it: anybody could have had this anyway"}, []string{"Protection", "Beyond"}},
		{"all but one", "2020-10-20", []field.Kind{field.Party, field.BirthDate, field.SSN}, []string{"US-FL"},
			[]string{"Public all but the social security number: anybody"}, nil},
		{"an e-mail address", "2020-10-20", []field.Kind{field.Party, field.Email}, []string{"US-FL"}, []string{
			"Public name and party: anybody could have had this anyway, from Florida's public voter list at that time",
			"If given e-mail address: public only if you gave it to the election office, which most voters do not; otherwise this goes beyond that list",
		}, []string{"all of it", "all but"}},
		{"many beside a phone number", "2020-10-20", []field.Kind{field.Party, field.Sex, field.BirthDate, field.Phone}, []string{"US-FL"},
			[]string{"Public all but the phone number: anybody could", "If given phone number: public only if you gave it"}, []string{"all of it"}},
		{"closed there", "2020-10-20", []field.Kind{field.Email}, []string{"US-GA"},
			[]string{"Beyond e-mail address: this goes beyond that list"}, []string{"If given", "only if you gave it"}},
		{"no date", "", []field.Kind{field.Party}, []string{"US-FL"},
			[]string{"from Florida's public voter list, whenever this was taken"}, []string{"at that time"}},
		{"named recipients", "2023-06-01", []field.Kind{field.BirthDate, field.Address, field.SSN}, []string{"US-VA"}, []string{
			"Restricted full birth date: only named recipients, such as campaigns, could have had this from that list",
			"Beyond social security number: this goes beyond that list",
			"Open to anyone, to inspect the list at a registrar's office;", programme("US-VA"),
		}, []string{"Not settled"}},
		{"two states", "2020-10-20", []field.Kind{field.BirthDate, field.Address}, []string{"US-AK", "US-FL"}, []string{
			"anybody could have had this anyway, from the public voter lists of Alaska and Florida at that time",
			"Not settled full birth date: open on one of those lists and not on another, or no good source says",
			"at risk, Alaska: ", "at risk, Florida: ",
		}, []string{"Open to"}},
		{"many states", "2023-06-01", []field.Kind{field.SSN, field.Address}, many, []string{
			"Beyond social security number: this goes beyond", "the public voter lists of its 5 states at that time",
			"Protection most states keep the address of people at risk off their list",
		}, []string{"Georgia"}},
		{"nowhere", "2020-10-20", []field.Kind{field.Address}, nil,
			[]string{"Not settled what of this was public anyway: whose voters these are is not known; give your state"}, []string{"Protection", "Public"}},
		{"abroad", "2020-10-20", []field.Kind{field.Address}, []string{"GB"},
			[]string{"Not settled what of this was public anyway: there is no sure record of what the public voter list held there"}, []string{"Public"}},
	} {
		src, p := leakOf(tt.asOf, "", tt.kinds, tt.where...)
		out, _ := check(t, src, newText, exposure.Options{}, p)
		wantText(t, tt.name, out, tt.says, tt.not)
	}
}

// Where the file has columns of which nothing is known, nothing is said of all of it.
func TestUnknownColumns(t *testing.T) {
	many := []string{"c01", "c02", "c03", "c04", "c05", "c06", "c07", "c08", "c09", "c10", "c11", "c12"}
	for _, tt := range []struct {
		name      string
		columns   []string
		kinds     []field.Kind
		where     []string
		says, not []string
	}{
		{"all public", []string{"mental_health_flag", "pin"}, []field.Kind{field.Party}, []string{"US-FL"}, []string{
			"Public all that is known of it: anybody could have had this anyway",
			"Not known the file has 2 more columns of unknown content (mental_health_flag and pin); whether your record has a value there,",
		}, []string{"all of it:"}},
		{"all but one", []string{"pin"}, []field.Kind{field.Party, field.BirthDate, field.SSN}, []string{"US-FL"}, []string{
			"Public all that is known of it but the social security number: anybody", "Not known the file has 1 more column of unknown content (pin);",
		}, nil},
		{"many", many, []field.Kind{field.Party}, []string{"US-FL"}, []string{"the file has 12 more columns of unknown content (c01, c02, c03, c04, c05, c06, c07, c08, c09, c10 and 2 more);"}, nil},
		{"no state", []string{"pin"}, []field.Kind{field.Party}, nil, []string{"Not known the file has 1 more column"}, nil},
		{"none", nil, []field.Kind{field.Party}, []string{"US-FL"}, []string{"Public all of it:"}, []string{"Not known"}},
	} {
		src, p := leakOf("2020-10-20", "", tt.kinds, tt.where...)
		src.Info("leak").Unknown = tt.columns
		out, _ := check(t, src, newText, exposure.Options{}, p)
		wantText(t, tt.name, out, tt.says, tt.not)
		lines, _ := check(t, src, exposure.NewJSON, exposure.Options{}, p)
		if got := strings.Contains(lines, `"unknown_columns":["`); got != (tt.columns != nil) {
			t.Errorf("%s: %s", tt.name, lines)
		}
	}
}

// Where the file has tables that were not read, nothing is said of all of it.
func TestOtherTables(t *testing.T) {
	for _, tt := range []struct {
		name      string
		tables    []string
		where     []string
		says, not []string
	}{
		{"one", []string{"the table users"}, []string{"US-FL"}, []string{
			"Public all that is known of it: anybody could have had this anyway",
			"Not read the file has 1 more part with rows that was not read (the table users); whether you are in there,",
		}, []string{"all of it:"}},
		{"many", []string{"t1", "t2", "t3", "t4", "t5", "t6\x1b"}, []string{"US-FL"}, []string{"the file has 6 more parts with rows that were not read (t1, t2, t3, t4 and 2 more);"}, nil},
		{"no state", []string{"t1\x1b"}, nil, []string{"Not read the file has 1 more part"}, []string{"\x1b"}},
		{"none", nil, []string{"US-FL"}, []string{"Public all of it:"}, []string{"Not read"}},
	} {
		src, p := leakOf("2020-10-20", "", []field.Kind{field.Party}, tt.where...)
		src.Info("leak").OtherTables = tt.tables
		out, _ := check(t, src, newText, exposure.Options{}, p)
		wantText(t, tt.name, out, tt.says, tt.not)
		lines, _ := check(t, src, exposure.NewJSON, exposure.Options{}, p)
		if got := strings.Contains(lines, `"left_out_tables":["`); got != (tt.tables != nil) {
			t.Errorf("%s: %s", tt.name, lines)
		}
	}
}

// A finding in a dataset of a documented incident comes with its story.
func TestStory(t *testing.T) {
	get := func(id string) *catalogue.Incident {
		i, err := catalogue.GetIncident(id)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	sure, contested := get("us-iran-emennet-2020"), get("al-patronage-2021")
	for _, tt := range []struct {
		name, title, incident string
		says, not             []string
	}{
		{"sure", "", sure.ID, []string{"Incident " + sure.ID + ", " + sure.Title + "; known since 2020-10-21. " + flat(sure.Summary), "Copies " + sure.Circulates.Says}, []string{"Doubts"}},
		{"title told", sure.Title, sure.ID, []string{"Incident " + sure.ID + "; known since"}, nil},
		{"contested", "", contested.ID, []string{"Doubts contested: its holder denies it, or accounts contradict each other"}, []string{"not verified"}},
		{"unknown", "", "us-zz-2031", []string{"Incident us-zz-2031, which this version's catalogue does not know"}, []string{"Copies"}},
		{"none", "", "", nil, []string{"Incident", "Copies"}},
	} {
		src, p := leakOf("2020-10-20", tt.incident, nil, "US-FL")
		src.Info("leak").Title = tt.title
		out, _ := check(t, src, newText, exposure.Options{}, p)
		wantText(t, tt.name, out, tt.says, tt.not)
	}

	p := exposure.Person{First: "Wanda", Last: "Fictional", BirthDate: "1970-03-13"}
	twice := sourcetest.NewMemory(row("a", p, field.Name), row("b", p, field.Name), row("c", p, field.Name))
	twice.Info("a").Incident, twice.Info("b").Incident, twice.Info("c").Incident = sure.ID, contested.ID, sure.ID
	out, _ := check(t, twice, newText, exposure.Options{}, p)
	wantText(t, "twice", out, []string{"Incident " + sure.ID + ", as above"}, []string{contested.ID + ", as above"})
	if n := strings.Count(flat(out), flat(sure.Summary)); n != 1 {
		t.Errorf("the story is told %d times", n)
	}
}
