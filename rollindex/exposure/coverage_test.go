package exposure

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcheck/hashing"
)

// keyRows makes the counts of a dataset from "name-dob:970 name-zip:1000".
func info(rows, indexed int64, counts string) hashing.DatasetInfo {
	d := hashing.DatasetInfo{ID: "set", Rows: rows, Indexed: indexed, Keyless: rows - indexed, Jurisdictions: []string{"US-FL"}, KeyRows: make(map[string]int64)}
	for _, c := range strings.Fields(counts) {
		name, n, _ := strings.Cut(c, ":")
		for _, ch := range n {
			d.KeyRows[name] = d.KeyRows[name]*10 + int64(ch-'0')
		}
	}
	return d
}

// unread is a file of which more than half was too damaged to read.
var unread = func() hashing.DatasetInfo {
	d := info(1000, 400, "name-dob:400 name-yob-zip:400 name-address:400 name-zip:400 voter-id:400")
	d.Keyless = 0
	return d
}()

// lacking is a roll without some members, and with files that are cut off.
func lacking(unread, unchosen, cut int64) hashing.DatasetInfo {
	d := info(1000, 1000-cut, "name-dob:1000 name-yob-zip:1000 name-zip:1000")
	d.Unread, d.Unchosen, d.Keyless, d.Skipped = unread, unchosen, 0, map[string]int64{hashing.CutShort: cut}
	return d
}

// ofOthers is a roll whose names stand in other people's rows.
func ofOthers(question string) hashing.DatasetInfo {
	d := lacking(0, 0, 0)
	d.Doubts = []string{"day-month", question}
	return d
}

// ofOthersWithIDs is one whose rows have voter ids.
var ofOthersWithIDs = func() hashing.DatasetInfo {
	d := fullRoll
	d.Doubts = []string{hashing.SurnameOfOthers}
	return d
}()

// withTables is a roll beside which its file has tables that were left out.
func withTables(names ...string) hashing.DatasetInfo {
	d := lacking(0, 0, 0)
	d.OtherTables = names
	return d
}

// servedRoll is a roll in a served index without some rows of protected voters.
func servedRoll(protected int64) hashing.DatasetInfo {
	d := info(1000, 1000-protected, "name-dob:1000 name-yob-zip:1000 voter-id:1000")
	d.Keyless, d.Scheme, d.Withheld = 0, hashing.Served, map[string]int64{hashing.Confidential: protected}
	return d
}

// The shapes of datasets that are met.
var (
	fullRoll = info(1000, 1000, "name-dob:970 name-yob-zip:970 name-address:990 name-zip:1000 voter-id:1000")
	yearRoll = info(1000, 1000, "name-yob-zip:1000 name-address:990 name-zip:1000 voter-id:1000")
	exempt   = info(1000, 960, "name-dob:960 name-yob-zip:950 name-address:950 name-zip:950 voter-id:960")
	keyless  = info(1000, 949, "name-dob:949 name-yob-zip:949 name-zip:949")
	fewRows  = info(10, 9, "name-dob:9 name-yob-zip:9 name-zip:9")
	mailList = info(1000, 1000, "email:1000 phone:300")
	mixed    = info(1000, 1000, "name-dob:500 phone:500")
	noZIP    = info(1000, 1000, "name-dob:998 voter-id:1000")
	oneRow   = info(1000, 1000, "name-dob:500 name-yob-zip:400 name-zip:900 voter-id:1000")
)

func TestState(t *testing.T) {
	jane := Person{First: "Jane", Last: "Doe"}
	with := func(change func(*Person)) Person {
		p := jane
		change(&p)
		return p
	}
	date := with(func(p *Person) { p.BirthDate = "1970-03-13" })
	january := with(func(p *Person) { p.BirthDate = "1970-01-01" })
	zip := with(func(p *Person) { p.ZIP = "32301" })
	yearZIP := with(func(p *Person) { p.BirthYear, p.ZIP = "1970", "32301" })
	dateZIP := with(func(p *Person) { p.BirthDate, p.ZIP = "1970-03-13", "32301" })
	januaryZIP := with(func(p *Person) { p.BirthDate, p.ZIP = "1970-01-01", "32301" })
	id := func(state string) Person {
		return with(func(p *Person) { p.VoterID, p.State = "123456789", state })
	}
	degraded := func(d hashing.DatasetInfo) hashing.DatasetInfo {
		d.JanuaryFirst = "degraded"
		return d
	}
	nowhere := mailList
	nowhere.Jurisdictions = nil

	for _, tt := range []struct {
		name       string
		d          hashing.DatasetInfo
		unreadable string
		p          Person
		state      State
		coverage   float64
		why        string
	}{
		{"all given", fullRoll, "", dateZIP, Searched, 1, ""},
		{"only the date, which 3 % lack", fullRoll, "", date, Partial, 0.97, "up to 3% of its rows can only be found by details that were not given: give a ZIP code"},
		{"only the ZIP code", fullRoll, "", zip, Searched, 1, ""},
		{"year and ZIP code", fullRoll, "", yearZIP, Searched, 1, ""},
		{"a roll without dates, no ZIP code", yearRoll, "", date, NoUsableKey, 0, "its rows can only be found by details that were not given: give a ZIP code"},
		{"a roll without dates", yearRoll, "", dateZIP, Searched, 1,
			"it has no full birth dates, so that you can only be found where you were registered: if you have moved since, give your former ZIP codes"},
		{"name only", fullRoll, "", jane, NoUsableKey, 0, "its rows can only be found by details that were not given: give a birth date"},
		{"rows that could not be read", unread, "", dateZIP, Partial, 0.4, "60% of its rows could not be read"},
		{"rows with nothing to match by", keyless, "", dateZIP, Partial, 0.949, "5.1% of its rows carry nothing anyone could be matched by, so that who is in them cannot be found"},
		{"one of a few such rows", fewRows, "", dateZIP, Partial, 0.9, "10% of its rows carry nothing anyone could be matched by"},
		{"exempt rows", exempt, "", dateZIP, Searched, 0.96, "4% of its rows carry nothing anyone could be matched by"},
		{"exempt rows, nearly all the rest reached", exempt, "", with(func(p *Person) { p.ZIP = "32301"; p.BirthYear = "1970" }), Partial, 0.95, "up to 1% of its rows can only be found by details that were not given: give a birth date"},
		{"a list of addresses", mailList, "", dateZIP, NoUsableKey, 0, "its rows can only be found by details that were not given: give an e-mail address"},
		{"a list of addresses, e-mail given", mailList, "", with(func(p *Person) { p.Email = "j@example.com" }), Searched, 1, ""},
		{"two kinds of rows, one asked", mixed, "", date, Partial, 0.5, "up to 50% of its rows can only be found by details that were not given: give a phone number"},
		{"two kinds of rows, both asked", mixed, "", with(func(p *Person) { p.BirthDate, p.Phone = "1970-03-13", "850-555-0100" }), Searched, 1, ""},
		{"all but a few reached", noZIP, "", date, Searched, 0.998, "up to 0.2% can only be found by details that were not given"},
		{"date and ZIP code reach more together", oneRow, "", dateZIP, Searched, 1, ""},
		{"the date alone reaches half", oneRow, "", date, Partial, 0.5, "up to 50% of its rows"},
		{"1 January, no ZIP code", degraded(fullRoll), "", january, Partial, 0, "its 1 January birth dates stand for an unknown day and month"},
		{"1 January, ZIP code", degraded(fullRoll), "", januaryZIP, Searched, 1, ""},
		{"1 January, dates believed", fullRoll, "", january, Partial, 0.97, "up to 3%"},
		{"another day, dates not believed", degraded(fullRoll), "", date, Partial, 0.97, "up to 3%"},
		{"voter id", fullRoll, "", id("FL"), Searched, 1, ""},
		{"voter id of another state", fullRoll, "", id("GA"), NoUsableKey, 0, "its rows can only be found by"},
		{"voter id of both", fullRoll, "", with(func(p *Person) { p.VoterID, p.State, p.FormerState = "123456789", "GA", []string{"FL"} }), Searched, 1, ""},
		{"voter id, a dataset of nowhere", nowhere, "", id("FL"), NoUsableKey, 0, ""},
		{"unreadable date", fullRoll, "", with(func(p *Person) { p.BirthDate, p.ZIP = "13/3/1970", "32301" }), Partial, 1, "not searched by what could not be read: a birth date"},
		{"unreadable e-mail address, no such key", fullRoll, "", with(func(p *Person) { p.Email, p.BirthDate, p.ZIP = "x", "1970-03-13", "32301" }), Searched, 1, ""},
		{"unreadable state, no voter id", fullRoll, "", with(func(p *Person) { p.State, p.ZIP = "Fla", "32301" }), Searched, 1, ""},
		{"unreadable former surname", fullRoll, "", with(func(p *Person) { p.FormerLast, p.ZIP = []string{"**"}, "32301" }), Partial, 1, "could not be read: former names and places"},
		{"no last name", fullRoll, "", Person{First: "Jane", BirthDate: "1970-03-13", ZIP: "32301"}, NoUsableKey, 0, "give a last name"},
		{"file missing", fullRoll, "its file is missing", dateZIP, Damaged, 0, "its file is missing"},
		{"a part that was not read", lacking(2, 0, 0), "", dateZIP, Partial, 1, "2 parts of its files could not be read and may hold more people"},
		{"a file cut off", lacking(0, 0, 1), "", dateZIP, Partial, 0.999, "1 file of it ended in the middle of a row: the people behind that are missing"},
		{"surnames of others", ofOthers(hashing.SurnameOfOthers), "", dateZIP, Partial, 1, "its names, births or ZIP codes seem to stand in other people's rows"},
		{"first names of others", ofOthers(hashing.FirstOfOthers), "", dateZIP, Partial, 1, "its names, births or ZIP codes seem to stand in other people's rows"},
		{"births of others", ofOthers(hashing.BirthOfOthers), "", dateZIP, Partial, 1, "its names, births or ZIP codes seem to stand in other people's rows"},
		{"ZIP codes of others", ofOthers(hashing.ZIPOfOthers), "", dateZIP, Partial, 1, "its names, births or ZIP codes seem to stand in other people's rows"},
		{"names of others, by voter id", ofOthersWithIDs, "", id("FL"), Searched, 1, ""},
		{"another doubt", ofOthers("birth-other-date"), "", dateZIP, Searched, 1, ""},
		{"parts chosen", lacking(0, 1, 0), "", dateZIP, Searched, 1, "it is made of parts of its files only: 1 other part not read, on purpose"},
		{"tables that are no roll", withTables("users", "log"), "", dateZIP, Searched, 1, "not read, because it is no roll: 2 other parts of its files with rows; who is in there alone is not found"},
		{"nothing but a part that was not read", hashing.DatasetInfo{Unread: 1}, "", dateZIP, NoUsableKey, 0, ""},
		{"protected rows left out", servedRoll(5), "", dateZIP, Searched, 0.995, "0.5% of its rows are left out, because their people are protected or asked for it"},
		{"many protected rows left out", servedRoll(20), "", dateZIP, Partial, 0.98, "2% of its rows are left out"},
		{"a served roll, by phone", servedRoll(0), "", Person{Last: "Doe", Phone: "850-555-0100"}, NoUsableKey, 0, "it is made for private look-up, in which nobody is found by a phone number"},
		{"a served roll, phone given too", servedRoll(0), "", with(func(p *Person) { p.BirthDate, p.Phone = "1970-03-13", "850-555-0100" }), Searched, 1, ""},
		{"no rows", info(0, 0, ""), "", jane, Searched, 1, "it has no rows"},
		{"no row counted under any key", info(9, 9, ""), "", dateZIP, NoUsableKey, 0, ""},
		{"no rows with a key", info(9, 0, ""), "", dateZIP, NoUsableKey, 0, "none of its rows carries anything anyone could be matched by"},
	} {
		var pl planner
		q := pl.plan(&tt.p)
		got := newDataset(&tt.d, tt.unreadable).answer(q.signature())
		if got.State != tt.state || got.Coverage != tt.coverage || !strings.Contains(got.Why, tt.why) || tt.why == "" && got.State == Searched && got.Why != "" {
			t.Errorf("%s:\n got %s, coverage %v, %q\nwant %s, coverage %v, %q", tt.name, got.State, got.Coverage, got.Why, tt.state, tt.coverage, tt.why)
		}
	}
}

// Rows that were left out are not said to be unreadable as well.
func TestLeftOutIsNotUnread(t *testing.T) {
	d, p := servedRoll(20), Person{First: "Jane", Last: "Doe", BirthDate: "1970-03-13", ZIP: "32301"}
	var pl planner
	q := pl.plan(&p)
	if got := newDataset(&d, "").answer(q.signature()); strings.Contains(got.Why, "read") {
		t.Errorf("%s, %q", got.State, got.Why)
	}
}

// A served dataset may hold a key of name, ZIP code and year without the one of
// name and ZIP code alone, which is of files without births.
func TestNothingIsImpliedInAServedDataset(t *testing.T) {
	local := info(1000, 1000, "name-yob-zip:400 name-zip:600")
	served := local
	served.Scheme = hashing.Served
	if impliedKeys([]*dataset{newDataset(&local, "")}) == 0 {
		t.Error("nothing is implied in a local dataset")
	}
	if got := impliedKeys([]*dataset{newDataset(&local, ""), newDataset(&served, "")}); got != 0 {
		t.Errorf("%v are implied", got.Types())
	}
}

// TestStateOfCutSpellings: more spellings than are asked make every dataset partial.
func TestStateOfCutSpellings(t *testing.T) {
	p := Person{First: "Jane", Last: "Doe", BirthDate: "1970-03-13", ZIP: "32301"}
	for i := range 300 {
		p.FormerLast = append(p.FormerLast, "Roe"+strings.Repeat("x", i))
	}
	var pl planner
	q := pl.plan(&p)
	if got := newDataset(&fullRoll, "").answer(q.signature()); got.State != Partial || !strings.Contains(got.Why, "more spellings") {
		t.Errorf("%s, %q", got.State, got.Why)
	}
}

// Initials find rows that have no more of the first name, and are no search for others,
// unless something else finds everybody.
func TestStateOfInitials(t *testing.T) {
	for first, partial := range map[string]bool{"E": true, "E.": true, "E. M.": true, "E.M.": true, "Dr. E.": true, "J. Edgar": false, "Jo": false, "Dr. Ng": false, "É": true, "E\u0301": true, "J. Jr.": true} {
		p := Person{First: first, Last: "Doe", BirthDate: "1970-03-13", ZIP: "32301"}
		var pl planner
		q := pl.plan(&p)
		got := newDataset(&fullRoll, "").answer(q.signature())
		if (got.State == Searched) == partial || q.n == 0 || partial != strings.Contains(got.Why, "first name") {
			t.Errorf("%q: %s, %q, %d inputs", first, got.State, got.Why, q.n)
		}
		if partial != (len(q.problems) == 1 && q.problems[0].Problem == "has initials only: give the whole name") {
			t.Errorf("%q: %v", first, q.problems)
		}
		p.VoterID, p.State = "123456789", "US-FL"
		q = pl.plan(&p)
		if got := newDataset(&fullRoll, "").answer(q.signature()); partial && got.State != Partial { // what was given and not searched by is always said
			t.Errorf("%q with a voter id: %s, %q", first, got.State, got.Why)
		}
	}
}

// A form of address is no part of a first name.
func TestTitles(t *testing.T) {
	inputs := func(first string) []string {
		p := Person{First: first, Last: "Doe", BirthDate: "1970-03-13", ZIP: "32301"}
		var pl planner
		pl.plan(&p)
		var all []string
		for _, in := range pl.inputs {
			all = append(all, fmt.Sprintf("%v %s", in.Type, in.X))
		}
		return all
	}
	for titled, plain := range map[string]string{"Dr. Elizabeth": "Elizabeth", "MRS Mary Ann": "Mary Ann", "Sra. María": "María", " Rev. Tom": "Tom", "Rev. Dr. Maria": "Maria", "Sr. Maria": "Maria", "Mrs.\u00a0Maria": "Maria", "Mrs.\tMaria": "Maria", "Dr.Maria": "Maria", "Hon. Maria": "Maria", "Hon Ming": "Hon Ming", "Drew": "Drew"} {
		if got, want := inputs(titled), inputs(plain); !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("%q: %q, want %q", titled, got, want)
		}
	}
	for _, name := range []string{"MRS", "Dr.", "Rev. Dr."} { // nothing else
		p := Person{First: name, Last: "Doe", BirthDate: "1970-03-13", ZIP: "32301"}
		var pl planner
		if q := pl.plan(&p); q.n > 0 || len(q.problems) != 1 || newDataset(&fullRoll, "").answer(q.signature()).State == Searched {
			t.Errorf("%q: %d inputs, %v", name, q.n, q.problems)
		}
	}
}

func TestPercent(t *testing.T) {
	for x, want := range map[float64]string{0: "0%", 1e-9: "less than 0.1%", 0.001: "0.1%", 0.00101: "0.2%", 0.03: "3%", 0.031: "3.1%", 0.0312: "3.2%", 0.2: "20%", 0.201: "21%", 1: "100%"} {
		if got := percent(x); got != want {
			t.Errorf("percent(%v) = %q, want %q", x, got, want)
		}
	}
}

// A bound below a bound is said once.
func TestUpTo(t *testing.T) {
	for x, want := range map[float64]string{1e-9: "less than 0.1%", 0.0009: "less than 0.1%", 0.001: "up to 0.1%", 0.2: "up to 20%"} {
		if got := upTo(x); got != want {
			t.Errorf("%v: %q, want %q", x, got, want)
		}
	}
}
