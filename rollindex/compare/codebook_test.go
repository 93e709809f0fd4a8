package compare_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/voterfile"
	"rollcheck/rollindex/voterfile/synth"
)

// underOwnHeader writes a Florida extract as a CSV file with names of columns that no
// layout has, each party changed by the function, and returns it with the layout that
// is proposed for it.
func underOwnHeader(t *testing.T, extract string, party func(row int, code string) string) (string, *layouts.Layout) {
	t.Helper()
	text, err := os.ReadFile(extract)
	if err != nil {
		t.Fatal(err)
	}
	head := strings.Fields("county ident surname suf given mid x1 addr addr2 town st zip m1 m2 m3 m4 m5 m6 m7 sex race dob regdate party")
	path := filepath.Join(t.TempDir(), "own.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := csv.NewWriter(f)
	w.Write(head)
	n := 0
	for line := range strings.Lines(string(text)) {
		row := strings.Split(line, "\t")[:len(head)]
		row[23] = party(n, row[23])
		w.Write(row)
		n++
	}
	w.Flush()
	proposed, err := voterfile.Propose(t.Context(), path, voterfile.Options{})
	if err != nil || proposed[0].Err != nil {
		t.Fatal(err, proposed[0].Err)
	}
	return path, proposed[0].Layout
}

func unchanged(_ int, code string) string { return code }

func agreementOf(t *testing.T, f compare.Field, inputs ...compare.Input) compare.Agreement {
	t.Helper()
	res, err := compare.Run(t.Context(), inputs, compare.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range res.Fields {
		if a.A == 0 && a.B == 1 && a.Field == f {
			return a
		}
	}
	t.Fatalf("no agreement in %v", f)
	return compare.Agreement{}
}

// A file that is read by a layout without codes is read by the codes of the other.
func TestCodesOfTheOtherFile(t *testing.T) {
	extract := madeUp(t, "fl-extract", synth.Options{Rows: 3000, Seed: 5})
	leak, own := underOwnHeader(t, extract, unchanged)
	for _, f := range []compare.Field{compare.Party, compare.Race, compare.Sex} {
		a := agreementOf(t, f, compare.Input{Path: leak, Layout: own}, compare.Input{Path: extract})
		if a.Same < 2500 || a.Differs+a.Untold > 0 {
			t.Errorf("%+v", a)
		}
		if back := agreementOf(t, f, compare.Input{Path: extract}, compare.Input{Path: leak, Layout: own}); back.Same != a.Same || back.Differs+back.Untold > 0 {
			t.Errorf("the other way round %+v", back)
		}
	}
	other := madeUp(t, "l2-vm2", synth.Options{Rows: 3000, Seed: 5, State: "FL"})
	if a := agreementOf(t, compare.Party, compare.Input{Path: leak, Layout: own}, compare.Input{Path: extract}, compare.Input{Path: other}); a.Same < 2500 || a.Differs+a.Untold > 0 {
		t.Errorf("beside a third file %+v", a)
	}
}

// Words that the other's layout knows are compared with its codes; what it does not
// know is neither the same nor another party.
func TestCodesThatNothingExplains(t *testing.T) {
	extract := madeUp(t, "fl-extract", synth.Options{Rows: 3000, Seed: 5})
	leak, own := underOwnHeader(t, extract, func(row int, code string) string {
		switch {
		case row%10 == 0:
			return "Zuv"
		case row%10 == 1 && code == "DEM":
			return "Republican"
		case code == "NPA":
			return "No Party Affiliation"
		}
		return code
	})
	a := agreementOf(t, compare.Party, compare.Input{Path: leak, Layout: own}, compare.Input{Path: extract})
	if a.Untold < 250 || a.Untold > 350 || a.Differs < 70 || a.Differs > 150 || a.Same < 2300 {
		t.Errorf("%+v", a)
	}
}

// Nor is a code that nothing explains an error that two copies share, or a value of
// another time.
func TestUnexplainedCodesAreNoTraits(t *testing.T) {
	day := func(m time.Month) time.Time { return time.Date(2020, m, 1, 0, 0, 0, 0, time.UTC) }
	march := madeUp(t, "fl-extract", synth.Options{Rows: 3000, Seed: 5, AsOf: day(3)})
	september := madeUp(t, "fl-extract", synth.Options{Rows: 3000, Seed: 5, AsOf: day(9)})
	leak, own := underOwnHeader(t, march, func(row int, code string) string {
		if row%10 == 0 {
			return "Zuv"
		}
		return code
	})
	source := compare.Input{Path: march}
	f, err := compare.Fingerprints(t.Context(), compare.Input{Path: leak, Layout: own}, compare.Input{Path: leak, Layout: own}, &source, compare.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Parts {
		if p.Trait == compare.SharedErrors && (p.Shared != 0 || strings.Contains(p.Found, "party")) {
			t.Errorf("shared errors: %+v", p)
		}
	}
	d, err := compare.Date(t.Context(), compare.Input{Path: leak, Layout: own}, []compare.Input{
		{Path: march, AsOf: hashing.Date{Year: 2020, Month: 3, Day: 1}}, {Path: september, AsOf: hashing.Date{Year: 2020, Month: 9, Day: 1}},
	}, compare.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s := d.Snapshots[0]; s.Same != s.Of || d.Verdict != compare.AtSnapshot || d.Best != 0 {
		t.Errorf("%s %d: %+v", d.Verdict, d.Best, s)
	}
}
