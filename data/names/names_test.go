package names

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// TestTablesAreSorted holds what every look-up stands on: lines in byte order,
// one a key, ended by a newline, in the alphabet of the key.
func TestTablesAreSorted(t *testing.T) {
	const letters, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	for _, tc := range []struct {
		name, table string
		alphabet    string
		lines       int
	}{
		{"surnames", surnames, letters, 162_253},
		{"nicknames", nicknames, letters, 1_098},
		{"firsts", firsts, letters, 17_880},
		{"zips", zips, digits, 43_524},
		{"counties", counties, digits, 3_143},
		{"states", states, letters, 52},
	} {
		n, last := 0, ""
		for line := range lines(tc.table) {
			key, rest := word(line)
			if tc.name == "firsts" {
				sex, _ := word(rest)
				key += " " + sex
			}
			if key <= last {
				t.Errorf("%s, line %d: %q does not sort after %q", tc.name, n+1, key, last)
			}
			if name, _ := word(key); strings.Trim(name, tc.alphabet) != "" || rest == "" {
				t.Errorf("%s, line %d: malformed: %q", tc.name, n+1, line)
			}
			if _, ok := find(tc.table, key); !ok {
				t.Errorf("%s: %q is listed and not found", tc.name, key)
			}
			n, last = n+1, key
		}
		if n != tc.lines || !strings.HasSuffix(tc.table, "\n") {
			t.Errorf("%s has %d lines, want %d, the last one ended", tc.name, n, tc.lines)
		}
	}
}

func TestNotFound(t *testing.T) {
	for _, key := range []string{"", " ", "\n", "A", "ZZZZZZ", "SMITHXX", "SMITH 2442977", "smith", "~"} {
		if rest, ok := find(surnames, key); ok {
			t.Errorf("find(%q) = %q, want nothing", key, rest)
		}
	}
	if _, ok := find("", "A"); ok {
		t.Error("something found in an empty table")
	}
}

func TestTotals(t *testing.T) {
	var people int64
	for _, n := range Surnames() {
		people += n
		if n < surnameLeast {
			t.Errorf("a surname with %d bearers", n)
		}
	}
	if want := int64(surnamePeople - 29_312_001); people != want {
		t.Errorf("surnames: %d people, want %d", people, want)
	}
	var births [2][Bands]int64
	for f := range Firsts() {
		for b, n := range f.Births {
			births[strings.IndexByte("FM", f.Sex)][b] += int64(n)
			if n != 0 && n < bandLeast {
				t.Errorf("%s %c: %d births in band %d", f.Name, f.Sex, n, b)
			}
		}
	}
	if births != bandBirths {
		t.Errorf("first names: births\n%v, want\n%v", births, bandBirths)
	}
	for line := range lines(states) {
		state := line[:2]
		var people, codes int64
		for c := range Counties(state) {
			people += c.People
		}
		for range ZIPs(state) {
			codes++
		}
		p, c := stateFacts(state)
		if c != codes || p != people && state != "PR" { // the census's Puerto Rico is not in the county table
			t.Errorf("%s: %d people in %d ZIP codes, want %d in %d", state, p, c, people, codes)
		}
	}
}

func TestZIPCountsOfCounties(t *testing.T) {
	codes := map[string]int64{}
	for line := range lines(zips) {
		_, rest := word(line)
		_, rest = word(rest)
		county, _ := word(rest)
		codes[county]++
	}
	for line := range lines(counties) {
		f := strings.Fields(line)
		if got := number(f[3]); got != codes[f[0]] {
			t.Errorf("county %s: %d ZIP codes, want %d", f[0], got, codes[f[0]])
		}
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance {
		t.Errorf("%s = %.6g, want %.6g within %.2g", what, got, want, tolerance)
	}
}

func TestShares(t *testing.T) {
	smith, listed := SurnameShare("SMITH")
	near(t, "share of SMITH", smith, 2442977/294979229.0, 1e-12)
	if !listed {
		t.Error("SMITH is not listed")
	}
	rare, listed := SurnameShare("QQXZ")
	near(t, "bound of an unlisted surname", rare, 100/294979229.0, 1e-12)
	if listed {
		t.Error("QQXZ is listed")
	}
	mary, _ := FirstShare("MARY", 1917) // 317,108 of 5,233,484 girls and a few boys
	near(t, "share of MARY born in 1917", mary, 317108.0/5233484/2, 2e-4)
	if early, _ := FirstShare("MARY", 1890); early != mary {
		t.Errorf("before the first band: %g, want %g", early, mary)
	}
	recent, _ := FirstShare("EMMA", 2007)
	if late, _ := FirstShare("EMMA", 2020); late != recent {
		t.Errorf("after the last band: %g, want %g", late, recent)
	}
	if old, listed := FirstShare("AALIYAH", 1950); listed || old <= 0 || old > 1e-4 {
		t.Errorf("AALIYAH born 1950: %g, listed %v; want a small bound", old, listed)
	}
	if all, listed := FirstShare("QQXZ", 0); listed || all <= 0 || all > 1e-4 {
		t.Errorf("unlisted: %g, listed %v; want a small bound", all, listed)
	}
}

// TestFirstSharesSumToOne adds every listed name up, for one band and for all adults.
func TestFirstSharesSumToOne(t *testing.T) {
	for _, year := range []int{1952, 1990, 0} {
		var sum float64
		last := ""
		for f := range Firsts() {
			if f.Name == last {
				continue
			}
			if share, listed := FirstShare(f.Name, year); listed {
				sum += share
			}
			last = f.Name
		}
		near(t, "sum of first-name shares", sum, 1, 1e-9)
	}
}

func TestBirthYears(t *testing.T) {
	var sum, over65, under30 float64
	for y := 1900; y <= 2002; y++ {
		s := BirthYearShare(y, 2020)
		sum += s
		if y <= 1955 {
			over65 += s
		}
		if y > 1990 {
			under30 += s
		}
	}
	near(t, "adults", sum, 1, 1e-3)
	// The Census Bureau's estimates for July 2020 have 21.6 % of adults at 65 and over
	// and 20.5 % under 30; births without migration come to within a few points.
	near(t, "adults of 65 and over", over65, 0.216, 0.04)
	near(t, "adults under 30", under30, 0.205, 0.04)
	if BirthYearShare(2005, 2020) != 0 || BirthYearShare(1904, 2020) != 0 {
		t.Error("a child or somebody of 116 counted as an adult")
	}
	if BirthYearShare(2003, 2020) == 0 {
		t.Error("somebody of 17 is not counted as possibly pre-registered")
	}
}

func TestSurvival(t *testing.T) {
	for _, sex := range []byte("FM") {
		last := 1.0
		for age := 0.0; age <= 120; age += 0.5 {
			s := Survival(sex, age)
			if s > last || s < 0 {
				t.Fatalf("Survival(%c, %g) = %g after %g", sex, age, s, last)
			}
			last = s
		}
	}
	near(t, "women of 65", Survival('F', 65), 0.87769, 1e-9)
	near(t, "men between 80 and 85", Survival('M', 82.5), (0.49421+0.33266)/2, 1e-9)
}

func TestPlaces(t *testing.T) {
	if state, ok := ZIPState("32301"); state != "FL" || !ok {
		t.Errorf("32301 is in %q", state)
	}
	if _, ok := ZIPState("99999"); ok {
		t.Error("99999 is listed")
	}
	if n := StatePopulation("FL"); n != 18_801_310 {
		t.Errorf("Florida has %d people", n)
	}
	if n := StatePopulation("XX"); n != 0 {
		t.Errorf("XX has %d people", n)
	}
	leon := ZIPShare("32301", []string{"FL"})
	near(t, "32301 in Florida", leon, 275487.0/18801310/float64(zipsOf("12073")), 1e-12)
	near(t, "32301 in two states", ZIPShare("32301", []string{"FL", "GA"}), leon*18801310/(18801310+9687653), 1e-9)
	near(t, "an unlisted ZIP code", ZIPShare("99999", []string{"FL"}), 1/1548.0, 1e-12)
	near(t, "another state's ZIP code", ZIPShare("10001", []string{"FL"}), 1/1548.0, 1e-12)
	near(t, "a ZIP code in the United States", ZIPShare("32301", nil), leon*18801310/312471327, 1e-9)
	near(t, "unknown states", ZIPShare("99999", []string{"XX"}), 1.0/43524, 1e-9)
}

func zipsOf(county string) (n int) {
	for z := range ZIPs("FL") {
		if z.County == county {
			n++
		}
	}
	return n
}

func TestNicknames(t *testing.T) {
	for name, want := range map[string]string{"BOB": "ROBERT", "ROBERT": "BOB", "JIM": "JIMMY", "LIZ": "ELIZABETH"} {
		if !slices.Contains(Nicknames(name), want) {
			t.Errorf("Nicknames(%s) = %v, want %s in it", name, Nicknames(name), want)
		}
	}
	if Nicknames("QQXZ") != nil || Nicknames("") != nil {
		t.Error("nicknames of no name")
	}
	most := 0
	for line := range lines(nicknames) {
		name, _ := word(line)
		others := Nicknames(name)
		if !slices.IsSorted(others) || slices.Contains(others, name) || len(slices.Compact(slices.Clone(others))) != len(others) {
			t.Errorf("Nicknames(%s) = %v: not sorted, not unique or holds itself", name, others)
		}
		for _, other := range others {
			if !slices.Contains(Nicknames(other), name) {
				t.Errorf("%s is a name of %s, but not the other way round", other, name)
			}
		}
		most = max(most, len(others))
	}
	if most != 25 {
		t.Errorf("at most %d nicknames, the comment says 25", most)
	}
	var spellings, people float64
	for f := range Firsts() {
		for _, n := range f.Births {
			people += float64(n)
			spellings += float64(n) * float64(len(Nicknames(f.Name)))
		}
	}
	near(t, "mean nicknames a person", spellings/people, 2.6, 0.05)
}

func TestLookUpsDoNotAllocate(t *testing.T) {
	within := []string{"FL"}
	if n := testing.AllocsPerRun(100, func() {
		SurnameShare("MARTINEZ")
		ZIPShare("32301", within)
		BirthYearShare(1970, 2020)
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func BenchmarkCheckLookUps(b *testing.B) {
	within := []string{"FL"}
	for b.Loop() {
		SurnameShare("MARTINEZ")
		FirstShare("ROBERT", 1970)
		BirthYearShare(1970, 2020)
		ZIPShare("32301", within)
		Nicknames("ROBERT")
	}
}
