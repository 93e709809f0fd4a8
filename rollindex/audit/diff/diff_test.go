package diff

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/voterfile"
	"rollcheck/rollindex/voterfile/synth"
)

var (
	may  = time.Date(2020, 5, 1, 0, 0, 0, 0, time.UTC)
	july = time.Date(2020, 7, 1, 0, 0, 0, 0, time.UTC)
)

// roll writes a roll of made-up people and returns its lines without their ends.
func roll(t testing.TB, layout string, o synth.Options) []string {
	t.Helper()
	l, err := layouts.Get(layout)
	if err != nil {
		t.Fatal(err)
	}
	o.Layout = l
	var b bytes.Buffer
	if _, err := synth.Write(context.Background(), &b, nil, o); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimRight(strings.ReplaceAll(b.String(), "\r\n", "\n"), "\n"), "\n")
}

func write(t testing.TB, lines []string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "roll.txt")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func run(t testing.TB, old, new []string, o Options) *Result {
	t.Helper()
	res, err := Run(context.Background(), compare.Input{Path: write(t, old)}, compare.Input{Path: write(t, new)}, o)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// florida is a roll in tabs without quotes, which a test can edit, under the names of
// its columns.
func florida(t testing.TB, asOf time.Time, rows int64, seed uint64) []string {
	l, err := layouts.Get("fl-extract")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range l.Columns {
		names = append(names, c.Name)
	}
	return append([]string{strings.Join(names, "\t")}, roll(t, "fl-extract", synth.Options{Rows: rows, Seed: seed, AsOf: asOf})...)
}

// edit changes a column, by its name in the header, in the rows that pick says.
func edit(t testing.TB, lines []string, column string, change func(row int, cells []string, at int)) []string {
	t.Helper()
	at := slices.Index(strings.Split(lines[0], "\t"), column)
	if at < 0 {
		t.Fatalf("no column %s in %s", column, lines[0])
	}
	out := []string{lines[0]}
	for i, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		change(i, cells, at)
		out = append(out, strings.Join(cells, "\t"))
	}
	return out
}

// told lists what a result says of columns: "fill email_address".
func told(r *Result) (all []string) {
	for _, c := range r.Columns {
		all = append(all, strings.TrimSpace(string(c.Change)+" "+c.Column+" "+c.What))
	}
	return all
}

// odd lists what a result says is unusual: "added Baker".
func odd(r *Result) (all []string) {
	for _, u := range r.Unusual {
		all = append(all, strings.TrimSpace(u.What+" "+u.County))
	}
	return all
}

// The same file twice does not differ, whatever the path.
func TestSame(t *testing.T) {
	racetest.LeaveOut(t)
	lines := florida(t, may, 3000, 1)
	r := run(t, lines, lines, Options{Jobs: 2})
	if !r.Same() || r.Counts.Matched != int64(len(lines)-1) || r.ByID != r.Counts.Matched || len(r.Unusual)+len(r.Columns) > 0 {
		t.Errorf("%+v", r)
	}
	// In another order of rows, too, which no sum of the bytes shows.
	other := slices.Clone(lines)
	slices.Reverse(other[1:])
	if r := run(t, lines, other, Options{Jobs: 2}); !r.Same() {
		t.Errorf("another order: %+v", r.Counts)
	}
	// One value of one row, in a column that no field is made of.
	changed := edit(t, lines, "School Board District", func(row int, cells []string, at int) {
		if row == 1234 {
			cells[at] = "77"
		}
	})
	if r := run(t, lines, changed, Options{Jobs: 2}); r.Same() || r.Counts.Writing != 1 || r.Counts.Changed != 0 {
		t.Errorf("one value: %+v", r.Counts)
	}
}

// What is counted is what maps of the rows themselves give.
func TestAgreesWithMaps(t *testing.T) {
	old, new := florida(t, may, 5000, 3), florida(t, july, 5000, 3)
	r := run(t, old, new, Options{Jobs: 2})
	rows := func(lines []string) map[string][]string {
		m := map[string][]string{}
		for _, line := range lines[1:] {
			cells := strings.Split(line, "\t")
			m[cells[1]] = cells
		}
		return m
	}
	a, b := rows(old), rows(new)
	party := slices.Index(strings.Split(old[0], "\t"), "Party Affiliation")
	if party < 0 {
		t.Fatal(old[0])
	}
	var want Counts
	parties := int64(0)
	for id, cells := range a {
		other, ok := b[id]
		switch {
		case !ok:
			want.Removed++
			continue
		case cells[party] != other[party]:
			parties++
		}
		want.Matched++
		if !slices.Equal(cells, other) {
			want.Changed++
		}
	}
	for id := range b {
		if a[id] == nil {
			want.Added++
		}
	}
	got := r.Counts
	got.Changed, got.Writing = got.Changed+got.Writing, 0
	if got != want || want.Added < 50 || want.Changed < 50 {
		t.Errorf("%+v, want %+v", got, want)
	}
	for _, f := range r.Fields {
		if f.Field == compare.Party && (f.Changed != parties || f.Of != want.Matched) {
			t.Errorf("party: %+v, want %d", f, parties)
		}
	}
	sum := Counts{}
	for i := range r.Counties {
		sum.add(&r.Counties[i].Counts)
	}
	if sum != r.Counts || len(r.Counties) < 30 {
		t.Errorf("%d counties have %+v", len(r.Counties), sum)
	}
	sum = Counts{}
	for i := range r.Statuses {
		g := r.Statuses[i].Counts
		g.Repeated, g.Reused = 0, 0
		sum.add(&g)
	}
	if sum != r.Counts {
		t.Errorf("statuses have %+v", sum)
	}
}

// The jobs and the memory do not change the result.
func TestJobsAndMemory(t *testing.T) {
	old, new := florida(t, may, 30_000, 4), florida(t, july, 30_000, 4)
	a, b := write(t, old), write(t, new)
	var first *Result
	for _, o := range []Options{{Jobs: 1}, {Jobs: 3, Memory: 1}, {Jobs: 2}} {
		r, err := Run(context.Background(), compare.Input{Path: a}, compare.Input{Path: b}, o)
		if err != nil {
			t.Fatal(err)
		}
		r.Spilled = 0
		if first == nil {
			first = r
		} else if !reflect.DeepEqual(r, first) {
			t.Errorf("%+v: another result", o)
		}
	}
}

// An id that very many rows have is one of nobody, and its rows are counted all the same,
// whoever read them.
func TestRepeatedID(t *testing.T) {
	racetest.LeaveOut(t)
	old := florida(t, may, 6000, 3)
	new := edit(t, old, "Voter ID", func(row int, cells []string, at int) {
		if row%2 == 0 {
			cells[at] = "11223344"
		}
	})
	want := int64(len(old)/2 - 1) // all but the first
	for _, jobs := range []int{1, 3} {
		if r := run(t, old, new, Options{Jobs: jobs}); r.Counts.Repeated != want || r.Files[New].Repeated != want || r.Files[Old].Repeated != 0 {
			t.Errorf("%d jobs: %d, %d and %d of %d", jobs, r.Counts.Repeated, r.Files[New].Repeated, r.Files[Old].Repeated, want)
		}
	}
}

// Rows that cannot be read may differ: that no difference was found is no answer then.
func TestUnreadRows(t *testing.T) {
	lines := florida(t, may, 100, 3)
	if r := run(t, append(slices.Clip(lines), "1\t2"), append(slices.Clip(lines), "1\t3"), Options{}); !r.Same() || r.Whole() {
		t.Errorf("same: %v, whole: %v, skipped %v", r.Same(), r.Whole(), r.Files[New].Skipped)
	}
}

// Faults are planted in the later of two ordinary releases, and are what is said.
func TestPlanted(t *testing.T) {
	racetest.LeaveOut(t)
	old, new := florida(t, may, 30_000, 6), florida(t, july, 30_000, 6)
	blank := func(row int, cells []string, at int) {
		if row%2 == 0 {
			cells[at] = ""
		}
	}
	for _, c := range []struct {
		name         string
		new          func() []string
		columns, odd []string
		check        func(r *Result) bool
	}{
		{"nothing", func() []string { return new }, nil, nil, func(r *Result) bool { return !r.Same() && r.ByKey == 0 && r.Reused == 0 && r.Whole() }},
		{"a column gone", func() []string {
			at := slices.Index(strings.Split(new[0], "\t"), "Party Affiliation")
			var out []string
			for _, line := range new {
				out = append(out, strings.Join(slices.Delete(strings.Split(line, "\t"), at, at+1), "\t"))
			}
			return out
		}, []string{"gone Party Affiliation"}, nil, func(r *Result) bool { return r.Counts.Matched > 29_000 }},
		{"a column more", func() []string {
			out := []string{new[0] + "\tShoe Size"}
			for _, line := range new[1:] {
				out = append(out, line+"\t42")
			}
			return out
		}, []string{"new Shoe Size"}, nil, nil},
		{"a column moved", func() []string {
			at := slices.Index(strings.Split(new[0], "\t"), "Gender")
			var out []string
			for _, line := range new {
				cells := strings.Split(line, "\t")
				g := cells[at]
				out = append(out, strings.Join(slices.Insert(slices.Delete(cells, at, at+1), at+3, g), "\t"))
			}
			return out
		}, []string{"moved Gender"}, nil, func(r *Result) bool { return r.Counts.Writing == 0 }},
		{"a fill rate halved", func() []string { return edit(t, new, "Residence Zipcode", blank) }, []string{"fill Residence Zipcode"}, nil, nil},
		{"names cut off", func() []string {
			return edit(t, new, "Residence Address Line 1", func(_ int, cells []string, at int) { cells[at] = cells[at][:min(len(cells[at]), 12)] })
		}, []string{"length Residence Address Line 1 cut off"}, nil, nil},
		{"dates the other way", func() []string {
			return edit(t, new, "Registration Date", func(_ int, cells []string, at int) {
				if d := strings.Split(cells[at], "/"); len(d) == 3 {
					cells[at] = d[2] + "-" + d[0] + "-" + d[1]
				}
			})
		}, []string{"type Registration Date dates written YYYY-MM-DD", "type Registration Date dates written MM/DD/YYYY", "type Registration Date dates written ??/??/YYYY"}, nil, func(r *Result) bool { return r.Counts.Writing > 25_000 }},
		{"words for codes", func() []string {
			return edit(t, new, "Voter Status", func(_ int, cells []string, at int) {
				if cells[at] == "INA" {
					cells[at] = "PRE"
				}
			})
		}, []string{"codes Voter Status"}, nil, func(r *Result) bool { return len(r.Flips) > 0 && r.Flips[0].Rows > 100 }},
		{"a county twice", func() []string {
			out := slices.Clone(new)
			for _, line := range new[1:] {
				if strings.HasPrefix(line, "LEO\t") {
					out = append(out, line)
				}
			}
			return out
		}, nil, []string{"size Leon", "added Leon", "repeated-id Leon"}, nil},
		{"a county gone", func() []string {
			return slices.DeleteFunc(slices.Clone(new), func(line string) bool { return strings.HasPrefix(line, "LEO\t") })
		}, nil, []string{"size Leon", "removed Leon"}, nil},
		{"ids anew", func() []string {
			return edit(t, new, "Voter ID", func(row int, cells []string, at int) { cells[at] = fmt.Sprint(900_000_000 + row) })
		}, nil, nil, func(r *Result) bool { return r.ByID == 0 && r.Renumbered == r.ByKey && r.ByKey > 28_900 }},
		{"ids reused", func() []string {
			ids := map[int]string{}
			edit(t, new, "Voter ID", func(row int, cells []string, at int) { ids[row] = cells[at] })
			return edit(t, new, "Voter ID", func(row int, cells []string, at int) {
				if row >= 7 && row < 407 {
					cells[at] = ids[7+(row-7+200)%400]
				}
			})
		}, nil, nil, func(r *Result) bool { return r.Reused > 380 && r.Reused <= 400 && r.Renumbered > 380 }},
		{"500 at one address", func() []string {
			return edit(t, new, "Residence Address Line 1", func(row int, cells []string, at int) {
				if row%58 == 0 {
					cells[at], cells[at+1], cells[at+2], cells[at+4] = "9 Nowhere Ln", "", "Tallahassee", "32301"
				}
			})
		}, nil, []string{"moved-to-address"}, func(r *Result) bool {
			return r.Unusual[0].Rows >= 495 && r.Unusual[0].At != nil && r.Unusual[0].At.Line == 2 && r.Unusual[0].At.File == New
		}},
		{"a county's precincts", func() []string {
			return edit(t, new, "Precinct", func(row int, cells []string, at int) {
				if cells[0] == "LEO" && row%2 == 0 {
					cells[at] = "990"
				}
			})
		}, nil, []string{"precinct Leon", "moved-to-precinct Leon"}, nil},
		{"a day's registrations", func() []string {
			out := slices.Clone(new)
			for i := range 300 {
				out = append(out, edit(t, []string{new[0], new[1+i*40]}, "Registration Date", func(_ int, cells []string, at int) {
					cells[1], cells[at], cells[at-1] = fmt.Sprint(880_000_000+i), "06/16/2020", "03/01/1999"
				})[1])
			}
			return out
		}, nil, []string{"registered"}, func(r *Result) bool { return r.Unusual[0].Day == hashing.Date{Year: 2020, Month: 6, Day: 16} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, old, c.new(), Options{Jobs: 2})
			if got := told(r); !slices.Equal(got, c.columns) {
				t.Errorf("columns: %q, want %q", got, c.columns)
			}
			got := odd(r)
			if !slices.Equal(got, c.odd) {
				t.Errorf("unusual: %q, want %q", got, c.odd)
			}
			if c.check != nil && !c.check(r) {
				t.Errorf("%+v, by id %d, by key %d, renumbered %d, reused %d, same %v", r.Counts, r.ByID, r.ByKey, r.Renumbered, r.Reused, r.Same())
			}
		})
	}
}

// Without voter ids rows are matched by another key; in different layouts what the
// two have in common is compared.
func TestWithoutIDs(t *testing.T) {
	racetest.LeaveOut(t)
	old, new := florida(t, may, 8000, 7), florida(t, july, 8000, 7)
	ids := run(t, old, new, Options{Jobs: 2})
	none := func(_ int, cells []string, at int) { cells[at] = "" }
	r := run(t, edit(t, old, "Voter ID", none), edit(t, new, "Voter ID", none), Options{Jobs: 2})
	if r.ByID != 0 || r.Key != hashing.NameDOB || r.Files[Old].Keyless == 0 || float64(r.ByKey) < 0.97*float64(ids.ByID) || r.Whole() {
		t.Errorf("by key %d of %d; keyless %d", r.ByKey, ids.ByID, r.Files[Old].Keyless)
	}
	// An id that all share is none.
	one := func(_ int, cells []string, at int) { cells[at] = "000000001" }
	all := run(t, edit(t, old, "Voter ID", one), edit(t, new, "Voter ID", one), Options{Jobs: 2})
	if all.ByKey != r.ByKey || all.Counts.Matched != r.Counts.Matched || all.Files[New].Keyless != r.Files[New].Keyless {
		t.Errorf("one id for all: %+v, without %+v", all.Counts, r.Counts)
	}
}

func TestLayouts(t *testing.T) {
	racetest.LeaveOut(t)
	old := florida(t, may, 8000, 8)
	new := roll(t, "l2-vm2", synth.Options{Rows: 8000, Seed: 8, AsOf: may, State: "FL"})
	r := run(t, old, new, Options{Jobs: 2})
	if r.Writing || r.Counts.Matched < 7500 || r.Renumbered != r.Counts.Matched || r.Same() {
		t.Errorf("%+v %+v", r.Counts, r.Fields)
	}
	for _, f := range r.Fields {
		alike := []compare.Field{compare.Last, compare.First, compare.Middle, compare.BirthDate, compare.Address, compare.ZIP, compare.County, compare.Sex, compare.Status}
		if slices.Contains(alike, f.Field) && f.Changed > 0 {
			t.Errorf("%v differs in %d rows of two layouts", f.Field, f.Changed)
		}
	}
	if !slices.ContainsFunc(r.Columns, func(c ColumnChange) bool {
		return c.Change == Renamed && c.Role == field.RoleBirthDate && c.Was == "Birth Date"
	}) {
		t.Errorf("%q", told(r))
	}
}

// Rows that are to be left out count for nothing but themselves.
func TestIgnore(t *testing.T) {
	old, new := florida(t, may, 3000, 9), florida(t, may, 3000, 9)
	cells := strings.Split(new[7], "\t")
	cells[1] = "9" + cells[1][1:]
	decoy := strings.Join(cells, "\t")
	leave := func(rec *voterfile.Record) bool { return rec.VoterID[0] == '9' }
	ignored := run(t, old, slices.Insert(slices.Clone(new), 9, decoy), Options{Ignore: leave})
	if ignored.Files[New].Ignored != 1 || ignored.Counts.Added != 0 || ignored.Counts.Changed != 0 || ignored.Files[New].Read() != ignored.Files[Old].Read() {
		t.Errorf("%+v %+v", ignored.Counts, ignored.Files[New])
	}
}

var ordinary = flag.Int("ordinary", 2, "how many ordinary diffs TestOrdinary makes")

// Two ordinary releases two months apart have no unusual county and no column that
// differs.
func TestOrdinary(t *testing.T) {
	racetest.LeaveOut(t)
	alarms, columns := 0, 0
	for seed := range uint64(*ordinary) {
		r := run(t, florida(t, may, 20_000, 100+seed), florida(t, july, 20_000, 100+seed), Options{Jobs: 2})
		alarms += len(r.Unusual)
		columns += len(r.Columns)
		if len(r.Unusual)+len(r.Columns) > 0 {
			t.Logf("seed %d: %q %q", seed, odd(r), told(r))
		}
	}
	t.Logf("%d ordinary diffs: %d false alarms, %d columns", *ordinary, alarms, columns)
	if 100*alarms > *ordinary || columns > 0 {
		t.Error("more than one in a hundred")
	}
}
