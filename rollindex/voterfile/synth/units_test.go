package synth

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/internal/racetest"
)

func TestCalendar(t *testing.T) {
	t.Parallel()
	from := time.Date(1850, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 80000 {
		at := from.AddDate(0, 0, i)
		want := date{at.Year(), int(at.Month()), at.Day()}
		d := dayOf(want)
		if int64(d) != at.Unix()/86400 || d.date() != want {
			t.Fatalf("%v is day %d, which is %v", want, d, d.date())
		}
	}
	for year, want := range map[int]date{2016: {2016, 11, 8}, 2018: {2018, 11, 6}, 2020: {2020, 11, 3}, 2022: {2022, 11, 8}, 2026: {2026, 11, 3}} {
		if got := firstTuesday(year, 11).date(); got != want {
			t.Errorf("the election of %d is on %v, want %v", year, got, want)
		}
	}
	if n := len(elections(dayOf(date{2020, 11, 3}))); n != 42 {
		t.Errorf("%d elections from 2000 to 2020, want 42", n)
	}
	leap := date{2000, 2, 29}
	if got := leap.birthday(18).date(); got != (date{2018, 3, 1}) {
		t.Errorf("born %v, 18 on %v", leap, got)
	}
	if got := leap.ageOn(dayOf(date{2020, 2, 28})); got != 19 {
		t.Errorf("born %v, %d years old on 2020-02-28", leap, got)
	}
	formats := map[string]string{"YYYYMMDD": "20040305", "YYYY-MM-DD": "2004-03-05", "MM/DD/YYYY": "03/05/2004", "": "03/05/2004",
		"M/D/YYYY": "3/5/2004", "MM-DD-YYYY": "03-05-2004", "MM/DD/YY": "03/05/04", "MMDDYYYY": "03052004", "DD/MM/YYYY": "05/03/2004",
		"D/M/YYYY": "5/3/2004", "MM/YYYY": "03/2004", "YYYY-MM": "2004-03", "YYYY": "2004"}
	for format, want := range formats {
		if got := string(appendDate(nil, date{2004, 3, 5}, format)); got != want {
			t.Errorf("%s: %s, want %s", format, got, want)
		}
	}
	for _, format := range layouts.Formats() {
		if formats[format] == "" {
			t.Errorf("%s has no test", format)
		}
	}
}

func TestAlias(t *testing.T) {
	t.Parallel()
	weights := []float64{1, 0, 5, 2, 0.5, 1.5}
	a := newAlias(weights)
	var got [6]float64
	d := newDice(1, streamFamily, 1)
	const n = 400_000
	for range n {
		got[a.pick(&d)]++
	}
	for i, w := range weights {
		if share := got[i] / n; math.Abs(share-w/10) > 0.003 {
			t.Errorf("weight %g drawn with share %.4f, want %.4f", w, share, w/10)
		}
	}
}

func TestStreamsAreApart(t *testing.T) {
	t.Parallel()
	seen := map[uint64]bool{}
	for seed := range uint64(20) {
		for s := streamFamily; s <= streamSecret; s++ {
			for key := range uint64(50) {
				d := newDice(seed, s, key)
				x := d.pcg.Uint64()
				if seen[x] {
					t.Fatalf("seed %d, stream %d, key %d begins like another", seed, s, key)
				}
				seen[x] = true
			}
		}
	}
}

func TestVoterNumbersAreUnique(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	for _, f := range []idFormat{{digits: 9, from: 100_000_000}, {prefix: "##", digits: 6}, {prefix: "NY", digits: 18}, {prefix: "OH", digits: 10, from: 10_000_000}} {
		seen := map[string]bool{}
		for i := range uint64(200_000) {
			id := i
			if i%2 == 1 { // the far end of what MaxRows can reach
				id = 1<<29 - i
			}
			n := string(f.append(nil, id))
			if seen[n] {
				t.Fatalf("%v: %s twice", f, n)
			}
			seen[n] = true
		}
	}
}

func TestLetters(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"O'BRIEN": "O'Brien", "DE LA CRUZ": "De La Cruz", "PEÑA-NÚÑEZ": "Peña-Núñez", "2ND ST": "2nd St", "ÁLVAREZ": "Álvarez"} {
		if got := string(appendCased(nil, []byte(in), true)); got != want {
			t.Errorf("%s in title case is %s, want %s", in, got, want)
		}
	}
	if got := string(toLatin1([]byte("|PEÑA|ÁNGEL"), 1)); got != "|PE\xd1A|\xc1NGEL" {
		t.Errorf("in windows-1252: %q", got)
	}
	if got := string(cut([]byte("ABCÑ"), 0, 4)); got != "ABC" {
		t.Errorf("cut in the middle of a letter: %q", got)
	}
	for plain, accent := range marked() {
		if !isLetters(plain) || plain == accent {
			t.Errorf("%s is listed for %s", accent, plain)
		}
		for _, r := range accent {
			if r > 0xff {
				t.Errorf("windows-1252 cannot write %s", accent)
			}
		}
	}
}

func TestSurnameForms(t *testing.T) {
	t.Parallel()
	got := map[string]bool{}
	d := newDice(3, streamSurname, 0)
	for range 300_000 {
		got[string(appendSurname(nil, &d))] = true
	}
	for _, want := range []string{"OBRIEN", "O'BRIEN", "D'ANGELO", "DE LA CRUZ", "DELACRUZ", "MC DONALD", "MCDONALD", "ST JOHN", "GARCÍA", "GARCIA", "SMITH"} {
		if !got[want] {
			t.Errorf("%s was never drawn", want)
		}
	}
	for name := range got {
		if strings.ContainsAny(name, "\"\t|,\\\n") || strings.HasSuffix(name, " ") || strings.HasSuffix(name, "'") {
			t.Errorf("a surname %q", name)
		}
	}
}

// TestEveryProfileIsWhole: every built-in layout has a population, every county
// that has a ZIP code has a code, and every code written is one of the layout's.
func TestEveryProfileIsWhole(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	for _, id := range layouts.IDs() {
		l := layout(t, id)
		p, err := profileOf(l, "")
		if err != nil {
			t.Fatal(err)
		}
		s := newState(p)
		codes := map[string]bool{}
		for _, c := range s.counties {
			if codes[c.code] && slices.ContainsFunc(l.Columns, func(c layouts.Column) bool { return c.Role == field.CountyID }) {
				t.Errorf("%s: two counties %s", id, c.code)
			}
			codes[c.code] = true
		}
		check := func(role field.Role, words []string) {
			known := l.Codes[role.String()]
			for _, w := range words {
				if _, ok := known[w]; !ok && w != "" && len(known) > 0 {
					t.Errorf("%s: %q is no %s of the layout", id, w, role)
				}
			}
		}
		check(field.RoleParty, p.parties.words)
		check(field.RoleRace, p.races.words)
		check(field.RoleStatus, p.status[:])
	}
	want := map[string]string{"US-FL": "DAD CLL MRN STJ DES", "US-WA": "KI PE WL"}
	for _, id := range []string{"fl-extract", "wa-vrdb-2023"} {
		l := layout(t, id)
		p, _ := profileOf(l, "")
		s := newState(p)
		for _, code := range strings.Fields(want[l.Jurisdiction]) {
			found := false
			for _, c := range s.counties {
				found = found || c.code == code
			}
			if !found {
				t.Errorf("%s: no county %s", id, code)
			}
		}
	}
}

// TestShares holds the figures of the package comment.
func TestShares(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	const rows = 60000
	r := write(t, Options{Layout: layout(t, "fl-extract"), Rows: rows, Seed: 21})
	counts := map[string]float64{}
	add := func(what string, is bool) { counts[what] += float64(b2i(is)) }
	asOf := dayOf(date{2020, 10, 1})
	homes := map[string]int{}
	people := r.people(t)
	var prev person
	var prevBirth time.Time
	for i, p := range people {
		v := strings.Split(r.lines[i], "\t")
		birth := day0(t, p.BirthDate)
		age := date{birth.Year(), int(birth.Month()), birth.Day()}.ageOn(asOf)
		homes[p.Address+p.ZIP]++
		add("under 18", age < 18)
		add("under 30", age < 30)
		add("65 and over", age >= 65)
		add("inactive", v[28] == "INA")
		add("withheld", p.Withheld)
		add("phone", len(v[35]) == 7)
		add("e-mail", strings.Contains(v[37], "@"))
		add("blank birth date", v[21] == "")
		add("no ZIP", v[11] == "" && !p.Withheld)
		add("placeholder ZIP", v[11] == "99999")
		add("Smith", p.Last == "SMITH")
		add("hyphen in the surname", strings.Contains(p.Last, "-"))
		add("apostrophe", strings.Contains(p.Last, "'"))
		add("accent", strings.ContainsFunc(p.First+p.Last, func(r rune) bool { return r > 0x7f }))
		add("no middle name", p.Middle == "")
		add("suffix", p.Suffix != "")
		add("moved", len(p.FormerZIP) > 0)
		same := p.Address == prev.Address && p.ZIP == prev.ZIP
		add("surname of the one before at the address", same && p.Last == prev.Last)
		add("twin of the one before", same && birth.Equal(prevBirth))
		prev, prevBirth = p, birth
	}
	for _, n := range homes {
		if n > 1 {
			counts["shares an address"] += float64(n)
		}
	}
	for what, want := range map[string][2]float64{
		"under 18": {0, 0}, "under 30": {0.15, 0.26}, "65 and over": {0.17, 0.27}, "inactive": {0.03, 0.09},
		"withheld": {0.0035, 0.0055}, "phone": {0.14, 0.16}, "e-mail": {0.09, 0.11},
		"blank birth date": {0.003, 0.005}, "no ZIP": {0.0005, 0.0016}, "placeholder ZIP": {0.0002, 0.0009},
		"Smith": {0.006, 0.012}, "hyphen in the surname": {0.005, 0.03}, "apostrophe": {0.0005, 0.004}, "accent": {0.005, 0.03},
		"no middle name": {0.07, 0.09}, "suffix": {0.01, 0.03}, "moved": {0.2, 0.5},
		"surname of the one before at the address": {0.15, 0.45}, "twin of the one before": {0.0002, 0.004},
		"shares an address": {0.45, 0.8},
	} {
		share := counts[what] / rows
		t.Logf("%-42s %.4f", what, share)
		if share < want[0] || share > want[1] {
			t.Errorf("%s: %.4f of the rows, want %v", what, share, want)
		}
	}
}

// TestJuniors: sons named for their father share his home at first, bear JR and
// his whole name.
func TestJuniors(t *testing.T) {
	t.Parallel()
	var h household
	var father, son record
	l := layout(t, "fl-extract")
	p, _ := profileOf(l, "")
	s := newState(p)
	juniors, sons := 0, 0
	for n := range uint64(60000) {
		h.draw(1, n)
		for i := range h.size {
			v := &h.members[i]
			if v.role != child || v.sex != 'M' || h.members[0].sex != 'M' && (h.size < 2 || h.members[1].role != spouse || h.members[1].sex != 'M') {
				continue
			}
			sons++
			if !v.junior {
				continue
			}
			juniors++
			father.life(1, s, &h, &h.members[h.father], baseDay)
			son.life(1, s, &h, v, baseDay)
			if string(son.first) != string(father.first) || string(son.middle) != string(father.middle) || son.suffix != "JR" ||
				string(son.last) != string(father.last) && len(son.former)+len(father.former) == 0 {
				t.Fatalf("household %d: a junior with another name than his father's", n)
			}
			if dayOf(v.birth)-dayOf(h.members[h.father].birth) < years(8) {
				t.Fatalf("household %d: a son of his age", n)
			}
		}
	}
	if share := float64(juniors) / float64(sons); math.Abs(share-juniorShare) > 0.012 {
		t.Errorf("%.4f of %d sons are named for their father, want %.3f", share, sons, juniorShare)
	}
}

// TestMaxRowsFitsTheVoterNumbers: numbers are unique for 2^29 ids, of which a
// household takes eight.
func TestMaxRowsFitsTheVoterNumbers(t *testing.T) {
	t.Parallel()
	var h household
	const homes = 50000
	people := 0
	for n := range uint64(homes) {
		h.draw(4, n)
		for i := range h.size {
			people += b2i(h.members[i].on(baseDay, 0) != absent)
		}
	}
	perHome := float64(people) / homes
	t.Logf("%.2f people on the roll a household", perHome)
	if ids := MaxRows / perHome * ownersPerHome; ids > 1<<29 {
		t.Errorf("%d rows take %.0f ids", MaxRows, ids)
	}
}

// TestTheGoneStayWhereTheyWere: the roll learns nothing of somebody who lapsed
// or left.
func TestTheGoneStayWhereTheyWere(t *testing.T) {
	t.Parallel()
	p, err := profileOf(layout(t, "ny-allnysvoters-2021"), "")
	if err != nil {
		t.Fatal(err)
	}
	s := newState(p)
	var h household
	var then, later record
	met := 0
	for n := range uint64(3000) {
		h.draw(6, n)
		for i := range h.size {
			v := &h.members[i]
			last := min(v.exit, v.inactive)
			if last > baseDay {
				continue
			}
			met++
			then.life(6, s, &h, v, last)
			later.life(6, s, &h, v, windowEnd)
			if then.home != later.home || then.party != later.party || string(then.last) != string(later.last) {
				t.Fatalf("household %d, member %d changed after %v", n, i, last.date())
			}
		}
	}
	if met < 500 {
		t.Errorf("only %d people had gone", met)
	}
}

// TestLivesAreOrdered: nobody registers as a child, leaves before they came, or
// changes with the number of people around them.
func TestLivesAreOrdered(t *testing.T) {
	t.Parallel()
	var h household
	for n := range uint64(50000) {
		h.draw(2, n)
		for i := range h.size {
			v := &h.members[i]
			if v.reg < v.birth.birthday(adultAge) || v.exit <= v.reg || v.inactive != never && v.inactive < v.reg {
				t.Fatalf("household %d, member %d: born %v, registered %v, inactive %d, out %v", n, i, v.birth, v.reg.date(), v.inactive, v.exit.date())
			}
			if v.id != n*ownersPerHome+uint64(i) {
				t.Fatalf("household %d, member %d has id %d", n, i, v.id)
			}
		}
	}
}

// TestWordsOfCodes: what general makes of a layout's codes.
func TestWordsOfCodes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ layout, sexes, status, party, county, id string }{
		{"co-ex003-2023", "Female Male ", "Active Inactive", "DEM", "21", "100000000"},
		{"tr-mernis-pgcopy", "K E ", "ACTIVE INACTIVE", "DEM", "", "100000000"},
		{"tx-fixed-666", "F M U", "V S", "DEM", "101", "100000000"},
		{"ri-voter-txt", "F M U", "A I", "D", "", "100000000"},
		{"wv-statewide-vr", "F M N", "A I", "DEM", "KANAWHA", "100000000"},
		{"dc-2023-csv", "F M U", "ACT ACT", "DEM", "", "100000000"},
		{"gb-register-name", "F M U", " ", "DEM", "", "100000000"},
		{"ga-pre2023-pipe", "F M U", "A I", "DEM", "33", "10000000"},
		{"ca-pvrdr-2024", "F M U", "A I", "DEM", "19", "100000000"},
		{"pa-fve", "F M U", "A I", "D", "ALLEGHENY", "100000000"},
	} {
		l := layout(t, tc.layout)
		p, err := profileOf(l, "")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(p.sexes[:], " "); got != tc.sexes {
			t.Errorf("%s: sexes %q, want %q", tc.layout, got, tc.sexes)
		}
		if got := p.status[active] + " " + p.status[inactive]; got != tc.status {
			t.Errorf("%s: statuses %q, want %q", tc.layout, got, tc.status)
		}
		d := newDice(1, streamLife, 1)
		count := map[string]int{}
		for range 10000 {
			count[p.parties.pick(&d)]++
		}
		if n := count[tc.party]; n < 3000 || n > 4500 {
			t.Errorf("%s: %d of 10,000 are of party %s", tc.layout, n, tc.party)
		}
		s := newState(p)
		largest := 0
		for i := range s.counties { // has the most ZIP codes
			if len(s.counties[i].places) > len(s.counties[largest].places) {
				largest = i
			}
		}
		if got := s.counties[largest].code; tc.county != "" && got != tc.county {
			t.Errorf("%s: county %s, want %s", tc.layout, got, tc.county)
		}
		if got := string(p.idFormat.append(nil, 0)); got != tc.id {
			t.Errorf("%s: the first voter number is %s, want %s", tc.layout, got, tc.id)
		}
	}
}
