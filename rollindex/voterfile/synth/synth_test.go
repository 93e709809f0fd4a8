package synth

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/internal/racetest"
)

// person is a line of the truth.
type person struct {
	Row        int64    `json:"row"`
	First      string   `json:"first"`
	Middle     string   `json:"middle"`
	Last       string   `json:"last"`
	Suffix     string   `json:"suffix"`
	BirthDate  string   `json:"birth_date"`
	ZIP        string   `json:"zip"`
	Address    string   `json:"address"`
	City       string   `json:"city"`
	State      string   `json:"state"`
	Email      string   `json:"email"`
	Phone      string   `json:"phone"`
	VoterID    string   `json:"voter_id"`
	FormerLast []string `json:"former_last"`
	FormerZIP  []string `json:"former_zip"`
	Withheld   bool     `json:"withheld"`
}

// roll is a written roll and the people in it.
type roll struct {
	bytes []byte
	lines []string // without header and line ends
	head  string
	truth []byte
	stats Stats
}

// raw writes a roll in any container.
func raw(t testing.TB, o Options) *roll {
	t.Helper()
	var rows, truth bytes.Buffer
	stats, err := Write(context.Background(), &rows, &truth, o)
	if err != nil {
		t.Fatalf("%s: %v", o.Layout.ID, err)
	}
	if stats.Bytes != int64(rows.Len()) {
		t.Fatalf("%s: %d bytes, the stats say %d", o.Layout.ID, rows.Len(), stats.Bytes)
	}
	return &roll{bytes: rows.Bytes(), truth: truth.Bytes(), stats: stats}
}

// write writes a roll of lines.
func write(t testing.TB, o Options) *roll {
	t.Helper()
	r := raw(t, o)
	stats := r.stats
	ending := "\n"
	if o.Layout.LineEnding == "crlf" {
		ending = "\r\n"
	}
	text, ended := strings.CutSuffix(string(r.bytes), ending)
	if !ended {
		t.Fatalf("%s: the last line is not ended", o.Layout.ID)
	}
	r.lines = strings.Split(text, ending)[o.Layout.PreambleLines:]
	if stats.Header {
		r.head, r.lines = r.lines[0], r.lines[1:]
		r.lines = slices.DeleteFunc(r.lines, func(line string) bool { return line == r.head })
	}
	if int64(len(r.lines)) != stats.Rows {
		t.Fatalf("%d rows, the stats say %d", len(r.lines), stats.Rows)
	}
	return r
}

func (r *roll) people(t testing.TB) []person {
	t.Helper()
	var list []person
	dec := json.NewDecoder(bytes.NewReader(r.truth))
	dec.DisallowUnknownFields()
	for dec.More() {
		var p person
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	if int64(len(list)) != r.stats.Rows {
		t.Fatalf("%d people in %d rows", len(list), r.stats.Rows)
	}
	return list
}

func day0(t testing.TB, s string) time.Time {
	t.Helper()
	d, err := time.Parse("2006-01-02", s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// some lists layouts of every container and quirk, and those of the states that
// have a profile of their own.
func some() []string {
	return strings.Fields(`fl-extract nc-ncvoter-2012-2022 nc-ncvoter-2022 ny-allnysvoters-2016 ny-allnysvoters-2021 oh-swvf wa-vrdb-2019
		wa-vrdb-2023 ak-electronic-voter-list al-statewide-2024 ct-ext-fixed dc-2020-xlsx gb-register-name ia-voter-details in-rolls-parsed
		mo-psr-2018 mx-padron-dbf nist-vri-v0-json or-registered-voters ri-voter-txt tr-mernis-pgcopy tx-csv-2025 wi-badger`)
}

// fields splits a line as a reader would.
func fields(t testing.TB, l *layouts.Layout, line string) []string {
	t.Helper()
	if l.Quote == "" {
		return strings.Split(line, l.Delimiter)
	}
	r := csv.NewReader(strings.NewReader(line))
	r.Comma = rune(l.Delimiter[0])
	values, err := r.Read()
	if err != nil {
		t.Fatalf("%s: %v", l.ID, err)
	}
	return values
}

func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	ids := some()
	if testing.Short() {
		ids = ids[:3]
	}
	for _, id := range ids {
		o := Options{Layout: layout(t, id), Rows: 3000, Seed: 7, Noise: 0.3, Sample: 0.7, Jobs: 1}
		one := raw(t, o)
		o.Jobs = 5
		if many := raw(t, o); !bytes.Equal(one.bytes, many.bytes) || !bytes.Equal(one.truth, many.truth) {
			t.Errorf("%s: five jobs write something else than one", id)
		}
		o.Seed = 8
		if other := raw(t, o); bytes.Equal(one.bytes, other.bytes) {
			t.Errorf("%s: another seed writes the same", id)
		}
	}
}

func TestRowsAreExactAndAPrefix(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	for _, id := range some() {
		o := Options{Layout: layout(t, id), Seed: 3}
		if !o.Layout.Delimited() && o.Layout.Container != "fixed" {
			continue
		}
		var last *roll
		for _, rows := range []int64{1, 300, 301, 2600} {
			o.Rows = rows
			r := write(t, o)
			if r.stats.Rows != rows {
				t.Errorf("%s: %d rows, want %d", id, r.stats.Rows, rows)
			}
			if last != nil && (!bytes.HasPrefix(r.bytes, last.bytes) || !bytes.HasPrefix(r.truth, last.truth)) {
				t.Errorf("%s: %d rows do not begin with the smaller roll", id, rows)
			}
			last = r
		}
	}
}

// TestEveryRowHasItsFields splits rows of every delimited layout as a reader would
// and holds what appendDelimited says of values.
func TestEveryRowHasItsFields(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	for _, id := range layouts.IDs() {
		l := layout(t, id)
		if !l.Delimited() {
			continue
		}
		r := write(t, Options{Layout: l, Rows: 300, Seed: 1, Noise: 0.5, Add: addable(l)})
		for i, line := range append(r.lines, r.head) {
			want := len(r.stats.Columns)
			if l.TrailingDelimiter == "all" || l.TrailingDelimiter == "rows" && i < len(r.lines) {
				want++
			}
			if n := len(fields(t, l, line)); n != want {
				t.Fatalf("%s, row %d: %d fields, want %d", id, i, n, want)
			}
		}
		if !r.stats.Header {
			t.Errorf("%s: columns added and no header", id)
		}
		if n := len(l.Columns); len(r.stats.Columns) <= n {
			t.Errorf("%s: %d columns, the layout has %d", id, len(r.stats.Columns), n)
		}
	}
}

// addable returns every role but those a row cannot be asked for in this layout.
func addable(l *layouts.Layout) (roles []field.Role) {
	for r := field.RoleNone + 1; int(r) < field.NumRoles; r++ {
		if r == field.RoleRace || r == field.RoleParty {
			continue
		}
		roles = append(roles, r)
	}
	return roles
}

func TestSampleIsASubset(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	o := Options{Layout: layout(t, "fl-extract"), Rows: 20000, Seed: 5}
	all := map[string]bool{}
	for _, line := range write(t, o).lines {
		all[line] = true
	}
	var smaller map[string]bool
	for _, share := range []float64{0.1, 0.4} {
		o.Sample = share
		r := write(t, o)
		if got := float64(r.stats.Rows) / 20000; math.Abs(got-share) > 0.02 {
			t.Errorf("a sample of %g has %g of the rows", share, got)
		}
		kept := map[string]bool{}
		for _, line := range r.lines {
			if kept[line] = true; !all[line] {
				t.Fatal("a sampled row is not in the whole roll")
			}
		}
		for line := range smaller {
			if !kept[line] {
				t.Fatal("the larger sample does not hold the smaller one")
			}
		}
		smaller = kept
	}
}

func TestNoise(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	o := Options{Layout: layout(t, "fl-extract"), Rows: 20000, Seed: 5}
	clean := write(t, o)
	o.Noise = 0.2
	noisy := write(t, o)
	if !bytes.Equal(clean.truth, noisy.truth) {
		t.Error("noise changes who the people are")
	}
	if got := float64(noisy.stats.Damaged) / 20000; math.Abs(got-0.2) > 0.02 {
		t.Errorf("%g of the rows damaged, want 0.2", got)
	}
	var differ int64
	for i := range clean.lines {
		if clean.lines[i] != noisy.lines[i] {
			differ++
		}
	}
	// Some mistakes cannot be made: no nickname, a withheld row.
	if differ > noisy.stats.Damaged || float64(differ) < 0.85*float64(noisy.stats.Damaged) {
		t.Errorf("%d rows differ, %d damaged", differ, noisy.stats.Damaged)
	}
}

// TestSamePeopleInEveryLayout compares by e-mail address, which is made of the
// person and nothing else.
func TestSamePeopleInEveryLayout(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	known := map[string][4]string{}
	for _, id := range some() {
		r := raw(t, Options{Layout: layout(t, id), Rows: 3000, Seed: 2})
		met := 0
		people := r.people(t)
		for _, p := range people {
			now := [4]string{p.First, p.Middle, p.Last, p.BirthDate}
			if was, ok := known[p.Email]; ok {
				if met++; was != now {
					t.Fatalf("%s: somebody is another person than in the layout before", id)
				}
			}
			known[p.Email] = now
		}
		if len(known) > len(people) && met < 2000 {
			t.Errorf("%s: only %d of 3000 people were in the layouts before", id, met)
		}
	}
}

// TestSnapshots follows the same people over a month and over two years.
func TestSnapshots(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	o := Options{Layout: layout(t, "fl-extract"), Rows: 30000, Seed: 11}
	index := func(r *roll) (map[string][]string, map[string]person) {
		rows, people := map[string][]string{}, map[string]person{}
		for i, p := range r.people(t) {
			rows[p.VoterID], people[p.VoterID] = strings.Split(r.lines[i], "\t"), p
		}
		if len(rows) != len(r.lines) {
			t.Fatal("a voter number twice")
		}
		return rows, people
	}
	type span struct{ lo, hi float64 }
	for _, tc := range []struct {
		from, to string
		// shares of the earlier roll
		entered, left, moved, party, surname, status span
	}{
		{"2020-09-01", "2020-10-01", span{0.006, 0.02}, span{0.002, 0.006}, span{0.004, 0.013}, span{0.0002, 0.002}, span{0.0001, 0.0012}, span{0.0005, 0.004}},
		{"2018-10-01", "2020-10-01", span{0.08, 0.14}, span{0.05, 0.11}, span{0.10, 0.22}, span{0.01, 0.03}, span{0.003, 0.012}, span{0.02, 0.06}},
	} {
		o.AsOf = day0(t, tc.from)
		was, wasWho := index(write(t, o))
		o.AsOf = day0(t, tc.to)
		is, isWho := index(write(t, o))
		var entered, left, moved, county, party, surname, status float64
		for id := range is {
			if was[id] == nil {
				entered++
			}
		}
		for id, row := range was {
			now := is[id]
			if now == nil {
				left++
				continue
			}
			a, b := wasWho[id], isWho[id]
			if a.BirthDate != b.BirthDate || a.First != b.First || a.Email != b.Email || a.Phone != b.Phone || a.Suffix != b.Suffix {
				t.Fatalf("voter %s is somebody else a while later", id)
			}
			moved += float64(b2i(a.Address != b.Address))
			county += float64(b2i(row[0] != now[0]))
			surname += float64(b2i(a.Last != b.Last))
			party += float64(b2i(row[23] != now[23]))
			status += float64(b2i(row[28] != now[28]))
			if a.Last != b.Last && (len(b.FormerLast) != 1 || b.FormerLast[0] != a.Last) {
				t.Errorf("voter %s: the former surname is not told", id)
			}
		}
		if share := county / moved; share < 0.22 || share > 0.42 { // some land in their county by chance, some moved twice
			t.Errorf("%s to %s: %.2f of the moves were to another county", tc.from, tc.to, share)
		}
		for _, c := range []struct {
			what string
			n    float64
			want span
		}{{"entered", entered, tc.entered}, {"left", left, tc.left}, {"moved", moved, tc.moved},
			{"changed party", party, tc.party}, {"changed surname", surname, tc.surname}, {"changed status", status, tc.status}} {
			share := c.n / float64(len(was))
			t.Logf("%s to %s: %s %.4f", tc.from, tc.to, c.what, share)
			if share < c.want.lo || share > c.want.hi {
				t.Errorf("%s to %s: %.4f %s, want %v", tc.from, tc.to, share, c.what, c.want)
			}
		}
	}
}

var (
	anyEmail  = regexp.MustCompile(`[^\s|,"]*@[^\s|,"]*`)
	goodEmail = regexp.MustCompile(`^[a-z.]+[0-9]+@example\.(com|org|net)$`)
	goodPhone = regexp.MustCompile(`^[2-9][0-9]{2}55501[0-9]{2}$`)
	goodSSN   = regexp.MustCompile(`^666-[0-9]{2}-[0-9]{4}$`)
)

// TestOnlyFictionalContacts looks at every e-mail address, phone and secret
// number a file can be made to hold.
func TestOnlyFictionalContacts(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	add := []field.Role{field.RolePhone, field.RoleEmail, field.RoleSSN, field.RoleSSNLast4, field.RoleDriverLicense}
	for _, id := range layouts.IDs() {
		l := layout(t, id)
		if !l.Delimited() {
			continue
		}
		r := write(t, Options{Layout: l, Rows: 500, Seed: 4, Add: add})
		at := map[string]int{}
		for i, c := range r.stats.Columns {
			at[c] = i
		}
		area, last := -1, -1
		phone, email := at["phone"], at["email"]
		for _, c := range append(slices.Clone(l.Columns), l.Tail...) {
			i, ok := at[c.Name]
			if !ok {
				continue
			}
			switch c.Role {
			case field.PhoneArea:
				area = i
			case field.PhoneLine:
				last = i
			case field.RolePhone:
				phone = i
			case field.RoleEmail:
				email = i
			}
		}
		given := 0
		for n, line := range r.lines {
			v := fields(t, l, line)
			for _, e := range anyEmail.FindAllString(line, -1) {
				if !goodEmail.MatchString(e) {
					t.Fatalf("%s, row %d: an e-mail address that could be somebody's", id, n)
				}
			}
			number := v[phone]
			if area >= 0 {
				number = v[area] + number
			}
			if last >= 0 {
				number += v[last]
			}
			if number == "**" {
				continue
			}
			given++
			if !goodPhone.MatchString(number) || !goodEmail.MatchString(v[email]) {
				t.Fatalf("%s, row %d: phone or e-mail missing or not fictional: %q %q", id, n, number, v[email])
			}
			license := at["driver_license"]
			for _, c := range l.Columns {
				if c.Role == field.RoleDriverLicense {
					license = at[c.Name]
				}
			}
			if !goodSSN.MatchString(v[at["ssn"]]) || v[at["ssn"]][7:] != v[at["ssn_last4"]] || !strings.HasPrefix(v[license], "XX") {
				t.Fatalf("%s, row %d: numbers that could be somebody's", id, n)
			}
		}
		if given < 490 {
			t.Errorf("%s: contacts in %d of 500 rows", id, given)
		}
		for _, p := range r.people(t) {
			if !goodPhone.MatchString(p.Phone) || !goodEmail.MatchString(p.Email) {
				t.Fatalf("%s, row %d of the truth: contacts that could be somebody's", id, p.Row)
			}
		}
	}
}

// TestTail: New York's list with a phone and an e-mail column is a known
// delivery, so it stays without a header.
func TestTail(t *testing.T) {
	t.Parallel()
	o := Options{Layout: layout(t, "ny-allnysvoters-2021"), Rows: 100, Add: []field.Role{field.RoleEmail, field.RolePhone}}
	if r := write(t, o); r.stats.Header || len(r.stats.Columns) != 49 {
		t.Errorf("header %v, %d columns; want none and 49", r.stats.Header, len(r.stats.Columns))
	}
	o.Add = o.Add[:1]
	if r := write(t, o); !r.stats.Header || len(r.stats.Columns) != 48 {
		t.Errorf("header %v, %d columns; want one and 48", r.stats.Header, len(r.stats.Columns))
	}
}

// TestQuirks holds that each layout's file has what makes it hard to read.
func TestQuirks(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	written := map[string][]byte{}
	for _, tc := range []struct{ layout, asOf, what, pattern string }{
		{"fl-extract", "", "an exempt voter", `(?m)^[A-Z]{3}\t[0-9]{9}\t\*\t\*\t\*\t\*\tY\t\*`},
		{"fl-extract", "", "a blank birth date", `\t[FMU]\t[0-9]\t\t`},
		{"fl-extract", "", "a placeholder birth date", `\t01/01/1900\t`},
		{"fl-extract", "", "a placeholder ZIP", `\t99999\t`},
		{"fl-extract", "", "ZIP and four digits", `\t3[0-9]{8}\t`},
		{"fl-extract", "", "an apostrophe", `\tO'[A-Z][a-z]+\t`},
		{"fl-extract", "", "a hyphened name", `\t[A-Z]+-[A-Z]+\t`},
		{"fl-extract", "", "a prefix apart", `\tDe La [A-Z][a-z]+\t`},
		{"fl-extract", "", "an accent in UTF-8", `Garc\x{ed}a|GARC\x{cd}A`},
		{"fl-extract", "", "an accent in windows-1252", ""},
		{"fl-extract", "", "a suffix", `(?i)\tJR\t`},
		{"nc-ncvoter-2022", "2024-08-01", "a masked date", `"XX-XX-XXXX"`},
		{"nc-ncvoter-2022", "2025-01-01", "a later mask", `"##/##/####"`},
		{"nc-ncvoter-2022", "", "a removed voter", `"R"\t"REMOVED"\t.*"REMOVED"\t" "\t`},
		{"nc-ncvoter-2012-2022", "", "a removed voter", `"R"\t"REMOVED"\t.*"REMOVED"\t" "\t`},
		{"oh-swvf", "", "a placeholder registration", `"1900-01-01","(ACTIVE|CONFIRMATION)"`},
		{"oh-swvf", "", "an election column", `"GENERAL-11/05/2019","PRIMARY-03/17/2020"\n`},
		{"ny-allnysvoters-2016", "", "a Queens house number", `"[0-9]{2,3}-[0-9]{2}"`},
		{"ny-allnysvoters-2016", "", "a fraction", `"1/2"`},
		{"ny-allnysvoters-2016", "", "the words of the status", `"PURGED","(DEATH|MOVED|NVRA)"`},
		{"ny-allnysvoters-2021", "", "an address on one line", `"","","","","","","","[0-9-]+[A-C]? [^"]+","[A-Z. ]+","[0-9]{5}"`},
		{"ny-allnysvoters-2021", "", "carriage returns", `"\r\n"`},
		{"wa-vrdb-2023", "", "a name not provided", `\|-VOTER_DID_NOT_PROVIDE_FIRSTNAME\|`},
		{"wa-vrdb-2019", "", "a full birth date", `\|19[0-9]{2}-[0-9]{2}-[0-9]{2}\|`},
	} {
		o := Options{Layout: layout(t, tc.layout), Rows: 30000, Seed: 1}
		if tc.asOf != "" {
			o.AsOf = day0(t, tc.asOf)
		}
		found := false
		text, ok := written[tc.layout+tc.asOf]
		if !ok {
			text = write(t, o).bytes
			written[tc.layout+tc.asOf] = text
		}
		if tc.pattern == "" {
			found = bytes.Contains(text, []byte("GARC\xcdA\t")) || bytes.Contains(text, []byte("Garc\xeda\t"))
		} else {
			found = regexp.MustCompile(tc.pattern).Match(text)
		}
		if !found {
			t.Errorf("%s: no %s in 30,000 rows", tc.layout, tc.what)
		}
	}
}

// TestElectionColumnsGrow: a later roll has the columns of an earlier one and more.
func TestElectionColumnsGrow(t *testing.T) {
	t.Parallel()
	o := Options{Layout: layout(t, "oh-swvf"), Rows: 10}
	early := write(t, o).stats.Columns
	o.AsOf = day0(t, "2024-12-01")
	late := write(t, o).stats.Columns
	if len(late) != len(early)+9 || strings.Join(late[:len(early)], "|") != strings.Join(early, "|") {
		t.Errorf("%d columns grew to %d", len(early), len(late))
	}
	if g := o.Layout.Growing; !g.Match(late[len(late)-1]) {
		t.Errorf("%q is no name of an election column", late[len(late)-1])
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	fl := layout(t, "fl-extract")
	wa := layout(t, "wa-vrdb-2023")
	nowhere := *fl
	nowhere.Jurisdiction = "US-ZZ"
	vendor := *fl
	vendor.Jurisdiction = ""
	dbf := layouts.Layout{Container: "dbf", Columns: []layouts.Column{{Name: "LAST_NAME_1"}, {Name: "LAST_NAME_2"}}}
	tree := layouts.Layout{Container: "json", Columns: []layouts.Column{{Name: "Voter"}, {Name: "Voter.Name"}}}
	fixed := layout(t, "tx-fixed-666")
	for _, tc := range []struct {
		name string
		o    Options
		want error
	}{
		{"no layout", Options{Rows: 1}, ErrOptions},
		{"no rows", Options{Layout: fl}, ErrOptions},
		{"too many rows", Options{Layout: fl, Rows: MaxRows + 1}, ErrOptions},
		{"before the window", Options{Layout: fl, Rows: 1, AsOf: day0(t, "2011-12-31")}, ErrOptions},
		{"after the window", Options{Layout: fl, Rows: 1, AsOf: day0(t, "2032-01-01")}, ErrOptions},
		{"a negative sample", Options{Layout: fl, Rows: 1, Sample: -0.1}, ErrOptions},
		{"a sample that is no number", Options{Layout: fl, Rows: 1, Sample: math.NaN()}, ErrOptions},
		{"too much noise", Options{Layout: fl, Rows: 1, Noise: 1.1}, ErrOptions},
		{"no population", Options{Layout: &nowhere, Rows: 1}, ErrNoProfile},
		{"no such state", Options{Layout: &vendor, Rows: 1, State: "ZZ"}, ErrNoProfile},
		{"people of another state", Options{Layout: fl, Rows: 1, State: "OH"}, ErrOptions},
		{"its own state", Options{Layout: fl, Rows: 1, State: "FL"}, nil},
		{"a record without room", Options{Layout: fixed, Rows: 1, Add: []field.Role{field.RoleEmail}}, ErrOptions},
		{"two names that are one", Options{Layout: &dbf, Rows: 1}, ErrOptions},
		{"a column in another", Options{Layout: &tree, Rows: 1}, ErrOptions},
		{"more rows than a sheet has", Options{Layout: layout(t, "dc-2020-xlsx"), Rows: 1<<20 + 1}, ErrOptions},
		{"a column without values", Options{Layout: wa, Rows: 1, Add: []field.Role{field.RoleParty}}, ErrOptions},
	} {
		if _, err := Write(context.Background(), io.Discard, nil, tc.o); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
}

type fullDisk struct{ left int }

var errFull = errors.New("no space left")

func (f *fullDisk) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	o := Options{Layout: layout(t, "fl-extract"), Rows: 10000}
	if _, err := Write(context.Background(), &fullDisk{1000}, nil, o); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
	if _, err := Write(context.Background(), io.Discard, &fullDisk{1000}, o); !errors.Is(err, errFull) {
		t.Errorf("a full disk for the truth: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Write(ctx, io.Discard, nil, Options{Layout: o.Layout, Rows: MaxRows}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// FuzzWrite holds that no choice of options makes a row of another number of
// fields, or a line of truth that is not JSON.
func FuzzWrite(f *testing.F) {
	ids := layouts.IDs()
	f.Add(uint8(0), uint64(1), int32(3000), 0.5, 0.5)
	f.Add(uint8(5), uint64(1<<63), int32(0), 1.0, 1.0)
	f.Fuzz(func(t *testing.T, which uint8, seed uint64, days int32, sample, noise float64) {
		l := layout(t, ids[int(which)%len(ids)])
		o := Options{Layout: l, Rows: 300, Seed: seed, Sample: sample, Noise: noise,
			AsOf: time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(uint32(days)%7300))}
		if !(sample > 0 && sample <= 1 && noise >= 0 && noise <= 1) {
			t.Skip("shares outside 0 to 1 are refused, which another test holds")
		}
		var rows, truth bytes.Buffer
		stats, err := Write(context.Background(), &rows, &truth, o)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(stats.Columns) + b2i(l.TrailingDelimiter != ""); l.Delimited() && l.TrailingDelimiter != "rows" {
			lines := slices.Collect(strings.Lines(rows.String()))[l.PreambleLines:]
			for _, line := range lines {
				if len(fields(t, l, line)) != n {
					t.Fatal("a row of another number of fields")
				}
			}
		}
		for line := range strings.Lines(truth.String()) {
			if !json.Valid([]byte(line)) {
				t.Fatal("truth that is not JSON")
			}
		}
	})
}
