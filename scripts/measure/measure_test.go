package main

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
)

// TestInterval holds the score interval against published values: R. G.
// Newcombe, "Two-sided confidence intervals for the single proportion",
// Statistics in Medicine 17 (1998), table I, method 3.
func TestInterval(t *testing.T) {
	for _, tt := range []struct {
		share
		low, high float64
	}{
		{share{81, 263}, 0.2553, 0.3662},
		{share{15, 148}, 0.0624, 0.1605},
		{share{0, 20}, 0, 0.1611},
		{share{1, 29}, 0.0061, 0.1718},
		{share{20, 20}, 0.8389, 1}, // the mirror image of 0 in 20
	} {
		low, high := tt.interval()
		if math.Abs(low-tt.low) > 0.00005 || math.Abs(high-tt.high) > 0.00005 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", tt.Hits, tt.Of, low, high, tt.low, tt.high)
		}
	}
	if low, high := (share{}).interval(); low != 0 || high != 1 {
		t.Errorf("of nobody: %v to %v", low, high)
	}
	for want, s := range map[string]share{"100 (99.62-100)": {1000, 1000}, "50.0 (40.4-59.6)": {50, 100}, "-": {}, "0.0050 (0.0038-0.0066)": {50, 1_000_000}} {
		if got := s.String(); got != want {
			t.Errorf("%d of %d: %q, want %q", s.Hits, s.Of, got, want)
		}
	}
}

// TestRowKinds names every kind of mistake in a row.
func TestRowKinds(t *testing.T) {
	person := exposure.Person{First: "ROBERT", Last: "DOE", BirthDate: "1970-03-04", ZIP: "32301", Address: "12 MAIN ST", State: "FL"}
	for _, tt := range []struct {
		want   kinds
		change func(*exposure.Person)
	}{
		{0, func(*exposure.Person) {}},
		{rowLast, func(p *exposure.Person) { p.Last = "DOW" }},
		{rowFirst, func(p *exposure.Person) { p.First = "RBOERT" }},
		{rowNickname, func(p *exposure.Person) { p.First = "BOB" }},
		{rowSwapped, func(p *exposure.Person) { p.First, p.Last = p.Last, p.First }},
		{rowDayMonth, func(p *exposure.Person) { p.BirthDate = "1970-04-03" }},
		{rowBirth, func(p *exposure.Person) { p.BirthDate = "1971-03-04" }},
		{rowNoDate, func(p *exposure.Person) { p.BirthDate = "" }},
		{rowNoDate, func(p *exposure.Person) { p.BirthDate = "1970-01-01" }},
		{rowZIP, func(p *exposure.Person) { p.ZIP = "32302" }},
		{rowNoZIP, func(p *exposure.Person) { p.ZIP = "" }},
		{rowHouse, func(p *exposure.Person) { p.Address = "13 MAIN ST" }},
		{rowNoAddress, func(p *exposure.Person) { p.Address = "" }},
		{rowLast | rowNoZIP, func(p *exposure.Person) { p.Last, p.ZIP = "DOW", "" }},
	} {
		var row, truth hashing.Details
		changed := person
		tt.change(&changed)
		details(&row, &changed)
		details(&truth, &person)
		if got := rowKinds(&row, &truth); got != tt.want {
			t.Errorf("%s: %s (%b)", tt.want.title(), got.title(), got)
		}
	}
}

// TestTypo: a typing error is one in canonical form, too.
func TestTypo(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"MARY ANN", "O'BRIEN", "LEE", "AA", "Q", "MUÑOZ", "SMITH-JONES"} {
		for range 200 {
			var before, after hashing.Details
			before.SetLast([]byte(name))
			after.SetLast([]byte(typo(r, name)))
			if bytes.Equal(before.Last, after.Last) || len(after.Last) == 0 {
				t.Errorf("%q became %q", name, typo(r, name))
			}
		}
	}
}

// TestMeasure measures a small town.
func TestMeasure(t *testing.T) {
	rows := 4000
	if testing.Short() {
		rows = 1500
	}
	strangers := rows * 3 / 4
	args := []string{"--rows", strconv.Itoa(rows), "--strangers", strconv.Itoa(strangers), "--json"}
	var out, again, table, messages bytes.Buffer
	for _, w := range []*bytes.Buffer{&out, &again} {
		if code := run(t.Context(), args, w, &messages); code != 0 {
			t.Fatalf("exit status %d: %s", code, messages.String())
		}
	}
	if !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Error("the same options printed something else the second time")
	}
	type counted struct{ Hits, Of int }
	type recall struct {
		Difference string
		Found      counted
		NotFound   counted `json:"not_found"`
		Incomplete counted
		Strong     counted
		Likely     counted `json:"likely_or_strong"`
		AsGiven    counted `json:"as_given"`
		Keys       []struct {
			Key   string
			Asked counted `json:"with_spellings"`
			Given counted `json:"as_given"`
		}
	}
	var r struct {
		InFile    int `json:"people_in_the_files"`
		NotInFile int `json:"people_of_the_roll_not_in_the_files"`
		Strangers int
		Files     []struct {
			Noise        float64
			ByDifference []recall `json:"by_difference"`
			Precision    []struct {
				Findings string
				Right    counted
			}
		}
		ByChance []struct {
			Keys  []struct{ Key string }
			Tiers []struct {
				Tier  string
				Found counted
			}
		} `json:"by_chance"`
		Calibration []struct{ Tenths []struct{ Hits counted } }
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Files) != numFiles || r.InFile < rows*3/8 || r.NotInFile < rows*3/8 || r.Strangers < strangers*29/30 {
		t.Fatalf("%d files, %d people in them, %d not, %d strangers", len(r.Files), r.InFile, r.NotInFile, r.Strangers)
	}
	for _, f := range r.Files {
		people, found := 0, 0
		for _, k := range f.ByDifference {
			people += k.Found.Of
			found += k.Found.Hits
			if k.Found.Hits+k.NotFound.Hits+k.Incomplete.Hits != k.Found.Of || k.Strong.Hits > k.Likely.Hits || k.Likely.Hits > k.Found.Hits || k.AsGiven.Hits > k.Found.Hits {
				t.Errorf("noise %g, %s: the counts contradict each other: %+v", f.Noise, k.Difference, k)
			}
			for _, key := range k.Keys {
				if key.Given.Hits > key.Asked.Hits || key.Asked.Of != k.Found.Of {
					t.Errorf("noise %g, %s, %s: the counts contradict each other: %+v", f.Noise, k.Difference, key.Key, key)
				}
			}
			switch k.Difference {
			case "no difference", "types day and month swapped", "row: first name and surname swapped", "row: nickname":
				if key := k.Keys[0]; key.Key != "name-dob" || key.Asked.Hits != key.Asked.Of || key.Asked.Of == 0 {
					t.Errorf("noise %g, %s: found %d of %d by %s", f.Noise, k.Difference, key.Asked.Hits, key.Asked.Of, key.Key)
				}
			}
		}
		if people != r.InFile {
			t.Errorf("noise %g: %d people by difference, %d in the files", f.Noise, people, r.InFile)
		}
		findings, right := 0, 0
		for _, p := range f.Precision[:numClasses] {
			findings += p.Right.Of
			right += p.Right.Hits
		}
		if right != found || findings < found {
			t.Errorf("noise %g: %d people found, %d findings by tier, %d of them right", f.Noise, found, findings, right)
		}
	}
	if a, b := r.Files[0].ByDifference[0], r.Files[2].ByDifference[0]; a.Difference != "no difference" || b.Found.Of*5 > a.Found.Of {
		t.Errorf("%d rows without a mistake, %d where every row should have one", a.Found.Of, b.Found.Of)
	}
	for _, tier := range r.ByChance[0].Tiers {
		if tier.Tier == "strong" && (tier.Found.Hits != 0 || tier.Found.Of != r.Strangers) {
			t.Errorf("%d of %d strangers were found almost certainly", tier.Found.Hits, tier.Found.Of)
		}
	}
	for _, c := range r.Calibration {
		people := 0
		for _, tenth := range c.Tenths {
			people += tenth.Hits.Of
		}
		if people != r.Strangers {
			t.Errorf("%d strangers in the tenths, %d asked", people, r.Strangers)
		}
	}
	if code := run(t.Context(), args[:len(args)-1], &table, &messages); code != 0 || !strings.Contains(table.String(), "| no difference |") {
		t.Errorf("exit status %d, tables:\n%s", code, table.String())
	}
}

func TestWrongArguments(t *testing.T) {
	for _, args := range [][]string{{"--rows", "x"}, {"file"}, {"--layout", "none"}, {"--rows", "0"}} {
		var out, messages bytes.Buffer
		if code := run(t.Context(), args, &out, &messages); code != 2 || out.Len() > 0 || messages.Len() == 0 {
			t.Errorf("%q: exit status %d, %q, %q", args, code, out.String(), messages.String())
		}
	}
}
