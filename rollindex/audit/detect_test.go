package audit_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/layouts"
	"rollcheck/data/names"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex/audit"
)

// georgia returns Georgia's file of before 2023.
func georgia(t testing.TB, rows int64, seed uint64) *sheet {
	return newSheet(synthesize(t, "ga-pre2023-pipe", rows, seed), "|", true)
}

func find(res *audit.Result, rule, column string) *audit.Violation {
	for i := range res.Violations {
		if v := &res.Violations[i]; v.Rule == rule && v.Column == column {
			return v
		}
	}
	return nil
}

// TestSSN holds that a column with social security numbers in one row of a thousand is
// told, whatever its name, alone or among other values.
func TestSSN(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	for _, tc := range []struct {
		name   string
		column string // written into; behind a plus, added
		every  int
		rows   int64
		value  func(d dice) string
		clear  bool   // the column holds nothing else
		rest   string // or this
	}{
		{name: "precinct that lies", column: "County_precinct_id", every: 1, rows: 1000, value: func(d dice) string { return d.ssn(bare, true) }},
		{name: "precinct, one in a thousand", column: "County_precinct_id", every: 1000, rows: 20_000, value: func(d dice) string { return d.ssn(bare, true) }},
		{name: "precinct, one in a thousand, of any area", column: "County_precinct_id", every: 1000, rows: 20_000, value: func(d dice) string { return d.ssn(bare, false) }},
		{name: "empty column, one in a thousand", column: "Land_lot", every: 1000, rows: 20_000, clear: true, value: func(d dice) string { return d.ssn(bare, true) }},
		{name: "dashed, one in a thousand", column: "District_combo", every: 1000, rows: 20_000, value: func(d dice) string { return d.ssn(dashed, true) }},
		{name: "dashed with blanks", column: "Land_lot", every: 500, rows: 2000, value: func(d dice) string { return d.ssn("%03d %02d %04d", true) }},
		{name: "among ids of eight digits", column: "Registration_Number", every: 1000, rows: 20_000, value: func(d dice) string { return d.ssn(bare, true) }},
		{name: "for ids", column: "Registration_Number", every: 1, rows: 4000, value: func(d dice) string { return d.ssn(bare, false) }},
		{name: "in a text", column: "Mail_address_3", every: 1000, rows: 20_000, value: func(d dice) string { return "ATTN CLERK, SSN " + d.ssn(dashed, true) + " ON FILE" }},
		{name: "bare in a text", column: "Mail_address_3", every: 1000, rows: 20_000, value: func(d dice) string { return "file " + d.ssn(bare, true) + " seen" }},
		{name: "with points", column: "Land_lot", every: 500, rows: 2000, value: func(d dice) string { return d.ssn("%03d.%02d.%04d", true) }},
		{name: "the last four, the others masked", column: "Land_lot", every: 500, rows: 2000, value: func(d dice) string { return fmt.Sprintf("XXX-XX-%04d", d.IntN(10000)) }},
		{name: "the last four, masked without dashes", column: "District_combo", every: 500, rows: 2000, value: func(d dice) string { return fmt.Sprintf("*****%04d", d.IntN(10000)) }},
		{name: "two in a value", column: "Land_lot", every: 1, rows: 1000, value: func(d dice) string { return d.ssn(bare, true) + " / " + d.ssn(bare, true) }},
		{name: "two in a value, in two forms", column: "Land_lot", every: 1, rows: 1000, value: func(d dice) string { return d.ssn(dashed, true) + " / " + d.ssn(bare, true) }},
		{name: "dashed among noughts", column: "Land_lot", every: 1000, rows: 20_000, rest: "000-00-0000", value: func(d dice) string { return d.ssn(dashed, true) }},
		{name: "among noughts", column: "Land_lot", every: 1000, rows: 20_000, rest: "000000000", value: func(d dice) string { return d.ssn(bare, true) }},
		{name: "among nines", column: "Land_lot", every: 2, rows: 2000, rest: "999999999", value: func(d dice) string { return d.ssn(bare, true) }},
		{name: "added, unnamed", column: "+X1", every: 1000, rows: 20_000, value: func(d dice) string { return d.ssn(bare, true) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := newDice(uint64(len(tc.name)))
			s := georgia(t, tc.rows, 5)
			name, added := strings.CutPrefix(tc.column, "+")
			if added {
				s.add(name, func([]string) string { return "" })
			}
			at := s.column(t, name)
			if tc.clear || tc.rest != "" {
				s.plant(at, 1, func([]string) string { return tc.rest })
			}
			n := s.plant(at, tc.every, func([]string) string { return tc.value(d) })
			res := run(t, rulesOf(t, "US-GA"), audit.Options{}, write(t, "ga.txt", s.bytes()))
			v := find(res, audit.RuleSSN, name)
			if v == nil {
				t.Fatalf("not told: %q", broken(res))
			}
			if v.Rows < int64(n)*9/10 || v.Rows > int64(n)*11/10 || v.Low > float64(n)/float64(tc.rows) || v.High < float64(n)/float64(tc.rows)*0.9 {
				t.Errorf("%d rows (%g to %g) of %d, %d were planted", v.Rows, v.Low, v.High, v.Of, n)
			}
			lines := int(v.Rows)
			if lines > 10_000 {
				lines = 10
			}
			if len(v.Lines) != lines || !slices.IsSortedFunc(v.Lines, func(a, b audit.Position) int { return int(a.Line - b.Line) }) || v.Lines[0].Line < 2 {
				t.Errorf("%d lines of %d rows: %v", len(v.Lines), v.Rows, v.Lines[:min(10, len(v.Lines))])
			}
		})
	}
}

// TestScatteredAmongIDs: where ids are given one after the other, numbers beside them do
// not belong to them.
func TestScatteredAmongIDs(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	d := newDice(9)
	s := newSheet(synthesize(t, "fl-extract", 20_000, 4), "\t", false)
	id := 110_000_000
	s.plant(1, 1, func([]string) string { id += 50; return fmt.Sprint(id) })
	n := s.plant(1, 1000, func([]string) string { return d.ssn(bare, false) })
	res := run(t, rulesOf(t, "US-FL"), audit.Options{}, write(t, "fl.txt", s.bytes()))
	v := find(res, audit.RuleSSN, "Voter ID")
	if v == nil || v.Rows < int64(n)*9/10 || v.Rows > int64(n) || len(v.Lines) != int(v.Rows) {
		t.Fatalf("%d planted: %+v", n, v)
	}
}

// TestNoSSN holds what looks like social security numbers and is something else.
func TestNoSSN(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	for _, tc := range []struct {
		name  string
		value func(d dice, row []string) string
	}{
		{"ZIP+4 without a dash", func(d dice, row []string) string { return row[13] + fmt.Sprintf("%04d", d.IntN(10000)) }},
		{"ZIP+4", func(d dice, row []string) string { return row[13] + fmt.Sprintf("-%04d", d.IntN(10000)) }},
		{"ZIP+4 of the whole country", func(d dice, row []string) string {
			for {
				v := d.ssn(bare, false)
				if _, ok := names.ZIPState(v[:5]); ok {
					return v
				}
			}
		}},
		{"numbers given in order", func() func(dice, []string) string {
			n := 419_990_000
			return func(dice, []string) string { n++; return fmt.Sprint(n) }
		}()},
		{"a few codes", func(d dice, row []string) string { return fmt.Sprint(100_000_001 + 111_111_111*d.IntN(6)) }},
		{"one slip", func() func(dice, []string) string {
			n := 0
			return func(d dice, row []string) string {
				if n++; n == 50 {
					return "219-21-0001"
				}
				return "12"
			}
		}()},
		{"numbers never given", func(d dice, row []string) string { return fmt.Sprintf("9%08d", d.IntN(1e8)) }},
		{"phone numbers", func(d dice, row []string) string { return fmt.Sprintf("404-555-01%02d", d.IntN(100)) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := newDice(3)
			for _, every := range []int{1, 30} {
				s := georgia(t, 2000, 5)
				at := s.column(t, "County_district_b_value")
				s.plant(at, 1, func([]string) string { return "" })
				s.plant(at, every, func(row []string) string { return tc.value(d, row) })
				res := run(t, rulesOf(t, "US-GA"), audit.Options{}, write(t, "ga.txt", s.bytes()))
				if find(res, audit.RuleSSN, "County_district_b_value") != nil {
					t.Errorf("in one row of %d: %+v", every, res.Violations)
				}
			}
		})
	}
}

// TestDetectors holds the other detectors to a column that lies.
func TestDetectors(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	birth := func(d dice, row []string) string { // of the year that the row says
		return fmt.Sprintf("%02d/%02d/%s", 2+d.IntN(11), 2+d.IntN(27), row[14])
	}
	for _, tc := range []struct {
		name, rule, column string
		every              int
		value              func(d dice, row []string) string
		want               bool
	}{
		{"last four", audit.RuleSSN, "City_distd_value", 1, func(d dice, _ []string) string { return fmt.Sprintf("%04d", 1+d.IntN(9999)) }, true},
		{"years", audit.RuleSSN, "City_distd_value", 1, func(d dice, _ []string) string { return fmt.Sprintf("%04d", 1930+d.IntN(80)) }, false},
		{"house numbers", audit.RuleSSN, "City_distd_value", 1, func(d dice, _ []string) string { return fmt.Sprintf("%04d", 1000+d.IntN(9000)) }, false},
		{"licences of another state", audit.RuleLicence, "City_distd_value", 1, func(d dice, _ []string) string { return fmt.Sprintf("S%012d", d.Int64N(1e12)) }, true},
		{"licences in parts", audit.RuleLicence, "City_distd_value", 1, func(d dice, _ []string) string {
			return fmt.Sprintf("S%03d-%03d-%02d-%03d-0", d.IntN(1000), d.IntN(1000), d.IntN(100), d.IntN(1000))
		}, true},
		{"numbers in parts that no licence has", audit.RuleLicence, "City_distd_value", 1, func(d dice, _ []string) string { return fmt.Sprintf("S%03d-%d", d.IntN(1000), d.Int64N(1e17)+1e16) }, false},
		{"licences of the state", audit.RuleLicence, "City_distd_value", 1, func(d dice, _ []string) string { return fmt.Sprintf("%07d", d.IntN(1e7)) }, true},
		{"a few codes with letters", audit.RuleLicence, "City_distd_value", 1, func(d dice, _ []string) string { return fmt.Sprintf("A%07d", d.IntN(30)) }, false},
		{"births", audit.RuleBirthDate, "Date_changed", 50, birth, true},
		{"births in ISO form", audit.RuleBirthDate, "City_distd_name", 50, func(d dice, row []string) string {
			return fmt.Sprintf("%s-%02d-%02d 00:00:00", row[14], 2+d.IntN(11), 2+d.IntN(27))
		}, true},
		{"births with names of months", audit.RuleBirthDate, "City_distd_name", 50, func(d dice, row []string) string { return "17-Mar-" + row[14] }, true},
		{"births in a text", audit.RuleBirthDate, "Mail_address_2", 50, func(d dice, row []string) string { return "c/o Jane, born " + birth(d, row) + "." }, true},
		{"years written as 1 January", audit.RuleBirthDate, "City_distd_name", 1, func(d dice, row []string) string { return "01/01/" + row[14] }, false},
		{"registrations", audit.RuleBirthDate, "Date_changed", 1, func(_ dice, row []string) string { return row[15] }, false},
		{"e-mail", audit.RuleEmail, "Mail_address_2", 400, func(dice, []string) string { return "c/o someone@example.org" }, true},
		{"an at", audit.RuleEmail, "Mail_address_2", 1, func(dice, []string) string { return "5 @ MAIN" }, false},
		{"a long text", audit.RuleFreeText, "City_distd_name", 100, func(d dice, _ []string) string {
			return fmt.Sprintf("Voter called on day %d and asked that nothing at all be sent to the old place", d.IntN(1e6))
		}, true},
		{"a long name", audit.RuleFreeText, "City_distd_name", 1, func(d dice, _ []string) string {
			return fmt.Sprintf("The Board of Education of the Unified School District number %d of the County", d.IntN(9))
		}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := newDice(11)
			s := georgia(t, 2000, 6)
			s.plant(s.column(t, tc.column), tc.every, func(row []string) string { return tc.value(d, row) })
			res := run(t, rulesOf(t, "US-GA"), audit.Options{}, write(t, "ga.txt", s.bytes()))
			if got := find(res, tc.rule, tc.column) != nil; got != tc.want {
				t.Errorf("told: %v; %+v", got, res.Violations)
			}
		})
	}
}

// Phone numbers are open in Georgia and closed in Utah; the list of Utah's goes out
// without them.
func TestPhones(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	for form, want := range map[string]bool{"(%d) 555-01%02d": true, "%d55501%02d": true, "1%d5501%02d": false} {
		d := newDice(2)
		s := newSheet(synthesize(t, "ut-voters-2023", 1000, 6), ",", true)
		at := s.column(t, "PRECINCT")
		s.plant(at, 1, func([]string) string { return fmt.Sprintf(form, 801+d.IntN(5), d.IntN(100)) })
		res := run(t, rulesOf(t, "US-UT"), audit.Options{}, write(t, "ut.csv", s.bytes()))
		if got := find(res, audit.RulePhone, "PRECINCT") != nil; got != want {
			t.Errorf("%s: told: %v; %q", form, got, broken(res))
		}
	}
}

// TestNoNumber holds that what stands for no number or date hides none: noughts in half
// of a column of phone numbers, 1 January 1900 in half of one of births.
func TestNoNumber(t *testing.T) {
	t.Parallel()
	d := newDice(2)
	or := func(none, v string) string {
		if d.IntN(2) == 0 {
			return none
		}
		return v
	}
	s := newSheet(synthesize(t, "ut-voters-2023", 1000, 6), ",", true)
	s.plant(s.column(t, "PRECINCT"), 1, func([]string) string { return or("0000000000", fmt.Sprintf("%d55501%02d", 801+d.IntN(5), d.IntN(100))) })
	if res := run(t, rulesOf(t, "US-UT"), audit.Options{}, write(t, "ut.csv", s.bytes())); find(res, audit.RulePhone, "PRECINCT") == nil {
		t.Errorf("phone numbers: %q", broken(res))
	}
	s = georgia(t, 1000, 6)
	s.plant(s.column(t, "Year_of_Birth"), 1, func([]string) string { return "" })
	s.plant(s.column(t, "District_combo"), 1, func([]string) string {
		return or("1900-01-01", fmt.Sprintf("%d-%02d-%02d", 1940+d.IntN(60), 1+d.IntN(12), 2+d.IntN(27)))
	})
	if res := run(t, rulesOf(t, "US-GA"), audit.Options{}, write(t, "ga.txt", s.bytes())); find(res, audit.RuleBirthDate, "District_combo") == nil {
		t.Errorf("births: %q", broken(res))
	}
}

// TestBirthsInFewRows: full dates are not taken for years where few rows have one.
func TestBirthsInFewRows(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	for form, want := range map[string]bool{"%02d/%02d/%02d": true, "%02d/%02d/19%02d": true, "01/01/19%02[3]d": false, "19%02[3]d": false} {
		d := newDice(4)
		s := newSheet(synthesize(t, "fl-extract", 1000, 4), "\t", false)
		s.plant(21, 1, func([]string) string { return "" })
		s.plant(21, 100, func([]string) string { return fmt.Sprintf(form, 1+d.IntN(12), 2+d.IntN(27), 30+d.IntN(70)) })
		in := write(t, "fl.txt", s.bytes())
		l, err := layouts.Get("fl-extract")
		if err != nil {
			t.Fatal(err)
		}
		in.Layout = l
		res := run(t, readRules(t, `{"version":"1","jurisdiction":"US-FL","birth_date":"year"}`), audit.Options{}, in)
		if got := find(res, audit.RuleBirthDate, "Birth Date") != nil; got != want {
			t.Errorf("%s: told: %v; %q", form, got, broken(res))
		}
	}
}

// TestGeorgia2015: the file for everybody, with social security number, licence number
// and full date of birth in columns of their own, and in columns that are called
// something else.
func TestGeorgia2015(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	d := newDice(15)
	born := func(row []string) string { return fmt.Sprintf("%s%02d%02d", row[14], 1+d.IntN(12), 2+d.IntN(27)) }
	licence := func([]string) string { return fmt.Sprintf("0%08d", d.IntN(1e8)) }
	for _, names := range [][3]string{{"SSN", "DL_NUMBER", "BIRTHDATE"}, {"Key1", "Key2", "Key3"}} {
		s := georgia(t, 3000, 15)
		s.add(names[0], func([]string) string { return d.ssn(bare, true) })
		s.add(names[1], licence)
		s.add(names[2], born)
		res := run(t, rulesOf(t, "US-GA"), audit.Options{}, write(t, "ga.txt", s.bytes()))
		if res.Passed() || find(res, audit.RuleSSN, names[0]) == nil || find(res, audit.RuleBirthDate, names[2]) == nil ||
			find(res, audit.RuleColumn, names[1]) == nil && find(res, audit.RuleLicence, names[1]) == nil {
			t.Errorf("%q: %q", names, broken(res))
		}
	}
	s := georgia(t, 3000, 15)
	s.plant(s.column(t, "Land_lot"), 1, func([]string) string { return d.ssn(bare, true) })
	s.plant(s.column(t, "Date_changed"), 1, born)
	res := run(t, rulesOf(t, "US-GA"), audit.Options{}, write(t, "ga.txt", s.bytes()))
	if want := []string{"birth-date:Date_changed", "ssn:Land_lot"}; !slices.Equal(broken(res), want) {
		t.Errorf("%q", broken(res))
	}
}

// TestJobs holds that a result does not depend on how rows are shared out.
func TestJobs(t *testing.T) {
	t.Parallel()
	d := newDice(1)
	s := georgia(t, 12_000, 2) // several pieces
	s.plant(s.column(t, "Land_lot"), 3, func([]string) string { return d.ssn(bare, true) })
	s.plant(s.column(t, "Date_changed"), 7, func(row []string) string { return "03/04/" + row[14] })
	s.plant(s.column(t, "City_distd_value"), 1, func([]string) string { return fmt.Sprintf("%04d", d.IntN(9999)) })
	in := write(t, "ga.txt", s.bytes())
	one := run(t, rulesOf(t, "US-GA"), audit.Options{Jobs: 2}, in)
	for _, jobs := range []int{3, 5} {
		if other := run(t, rulesOf(t, "US-GA"), audit.Options{Jobs: jobs}, in); !reflect.DeepEqual(one, other) {
			t.Errorf("%d jobs:\n%+v\n%+v", jobs, other.Violations, one.Violations)
		}
	}
	if len(one.Violations) != 3 {
		t.Errorf("%q", broken(one))
	}
}

// TestAllLines: whoever has to take rows out of a release is told of every one, and can
// waive them, whatever the jobs; of a column that is full, the first lines are enough.
func TestAllLines(t *testing.T) {
	t.Parallel()
	s := georgia(t, 12_000, 2) // several pieces
	at := s.column(t, "Land_lot")
	var lines []int64
	for i := range 17 {
		s.people()[700*i+3][at] = "a@example.org b@example.org"
		lines = append(lines, int64(700*i+5))
	}
	s.add("Batch", func([]string) string { return "7" })
	in := write(t, "ga.txt", s.bytes())
	for _, jobs := range []int{2, 5} {
		res := run(t, rulesOf(t, "US-GA"), audit.Options{Jobs: jobs}, in)
		if len(res.Violations) != 2 {
			t.Fatalf("%q", broken(res))
		}
		batch, email := res.Violations[0], res.Violations[1]
		var got []int64
		for _, p := range email.Lines {
			got = append(got, p.Line)
		}
		if email.Rows != 17 || !slices.Equal(got, lines) {
			t.Errorf("%d rows, on %v", email.Rows, got)
		}
		if batch.Rows != 12_000 || len(batch.Lines) != 10 || batch.Lines[0].Line != 2 || batch.Lines[9].Line != 11 {
			t.Errorf("%d rows, on %v", batch.Rows, batch.Lines)
		}
	}
	for n, want := range map[int]bool{17: true, 16: false} {
		list, _ := json.Marshal(lines[:n])
		rules := readRules(t, fmt.Sprintf(`{"version":"1","jurisdiction":"US-GA","names":[{"column":"Batch","rule":"allow","why":"w"}],
			"waivers":[{"rule":"email","column":"Land_lot","file":"ga.txt","lines":%s,"reason":"r","name":"n","until":"2027"}]}`, list))
		if res := run(t, rules, audit.Options{}, in); res.Passed() != want {
			t.Errorf("a waiver of %d lines: passed: %v", n, res.Passed())
		}
	}
}

// A clause on births says why it counts more dates than the violation counts rows.
func TestBirthsSaid(t *testing.T) {
	t.Parallel()
	s := georgia(t, 2000, 2)
	n := 0
	s.plant(s.column(t, "Date_changed"), 1, func(row []string) string {
		if n++; n%10 == 0 {
			return "01/01/" + row[14]
		}
		return "03/04/" + row[14]
	})
	v := find(run(t, rulesOf(t, "US-GA"), audit.Options{}, write(t, "ga.txt", s.bytes())), audit.RuleBirthDate, "Date_changed")
	if v == nil || v.Rows < 1700 || v.Rows > 1800 {
		t.Fatalf("%+v", v)
	}
	if !strings.HasPrefix(v.Why, "of 1,9") && !strings.HasPrefix(v.Why, "of 2,0") || !strings.HasSuffix(v.Why, "; rows with 1 January, which may stand for the year alone, are not counted") {
		t.Error(v.Why)
	}
}
