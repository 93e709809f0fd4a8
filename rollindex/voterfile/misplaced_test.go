package voterfile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex/voterfile/synth"
)

// misplacedOf returns which values a file has that cannot stand in their column.
func misplacedOf(t *testing.T, size, jobs int, data []byte) (said []string, err error) {
	t.Helper()
	all, err := contraryIn(t, Misplaced, size, jobs, data)
	for _, c := range all {
		said = append(said, c.String())
	}
	return said, err
}

// oddRoll is a roll of 800 rows of which five, from the 601st on, have other values in the
// first column of a role.
func oddRoll(l *layouts.Layout, values map[field.Role]string) []byte {
	var b bytes.Buffer
	if l.Header {
		writeRow(&b, l, columnNames(l))
	}
	for i := range 800 {
		row := testRow(l, i)
		for role, v := range values {
			if at := slices.IndexFunc(l.Columns, func(c layouts.Column) bool { return c.Role == role }); i >= 600 && i < 605 {
				row[at] = v
			}
		}
		writeRow(&b, l, row)
	}
	return b.Bytes()
}

// Rows whose values cannot stand in their columns are told of, however few; what is only
// odd is not.
func TestMisplacedValues(t *testing.T) {
	type values = map[field.Role]string
	type told = map[field.Role]string
	for _, tt := range []struct {
		name, layout string
		values       values
		want         told
	}{
		{"area code and number", "fl-extract", values{field.PhoneArea: "5550142", field.RolePhone: "352"}, told{field.PhoneArea: "no area code"}},
		{"a number with a dash and nothing", "ny-county-export-csv", values{field.PhoneArea: "555-0142", field.RolePhone: ""}, told{field.PhoneArea: "no area code"}},
		{"area code and last four", "ks-elvis-73", values{field.PhoneArea: "5142", field.RolePhone: "555", field.PhoneLine: "352"}, told{field.PhoneLine: "no last four of a phone number"}},
		{"exchange and last four", "ks-elvis-73", values{field.PhoneArea: "352", field.RolePhone: "5142", field.PhoneLine: "555"}, told{field.PhoneLine: "no last four of a phone number"}},
		{"only an area code", "fl-extract", values{field.PhoneArea: "352", field.RolePhone: ""}, nil},
		{"only a number", "fl-extract", values{field.PhoneArea: "", field.RolePhone: "5550142"}, nil},
		{"a whole number beside its area code", "fl-extract", values{field.PhoneArea: "352", field.RolePhone: "3525550142"}, nil},
		{"three digits for a number", "fl-extract", values{field.PhoneArea: "352", field.RolePhone: "911"}, nil},
		{"phone and e-mail", "ks-elvis-73", values{field.RoleEmail: "352-555-0142", field.RolePhone: "jane@example.com"},
			told{field.RoleEmail: "no e-mail address", field.RolePhone: "no phone number"}},
		{"a date for a phone number", "nc-ncvoter-2022", values{field.RolePhone: "04/17/1961"}, told{field.RolePhone: "no phone number"}},
		{"e-mail and voter id", "fl-extract", values{field.RoleEmail: "100045678"}, told{field.RoleEmail: "no e-mail address"}},
		{"e-mail in a name", "fl-extract", values{field.RoleEmail: "JANE", field.NameFirst: "jane@example.com"}, told{field.RoleEmail: "no e-mail address"}},
		{"e-mail and address", "fl-extract", values{field.RoleEmail: "12 MAIN ST", field.AddressLine: "jane@example.com"}, told{field.RoleEmail: "no e-mail address"}},
		{"no e-mail", "fl-extract", values{field.RoleEmail: "DECLINED", field.AddressLine: "LOT 5 @ HWY 9"}, nil},
		{"city and ZIP code", "oh-swvf", values{field.City: "43004", field.ZIP5: "BLACKLICK"}, told{field.City: "no city"}},
		{"city and state", "oh-swvf", values{field.City: "OH", field.State: "COLUMBUS"}, told{field.City: "no city"}},
		{"city and address", "oh-swvf", values{field.City: "12 MAIN ST", field.AddressLine: "COLUMBUS"}, told{field.City: "no city"}},
		{"a city with a number", "oh-swvf", values{field.City: "29 PALMS"}, nil},
		{"a city with a number and an address without", "oh-swvf", values{field.City: "5 POINTS", field.AddressLine: "GENERAL DELIVERY"}, nil},
		{"a city of two letters and a state cut short", "oh-swvf", values{field.City: "LA", field.State: "CALIF"}, nil},
		{"a city of two letters", "oh-swvf", values{field.City: "PA", field.State: "OH"}, nil},
		{"a state that is none", "oh-swvf", values{field.City: "PA", field.State: "--"}, nil},
		{"ZIP code and address", "oh-swvf", values{field.ZIP5: "12 MAIN ST", field.AddressLine: "43004"}, told{field.ZIP5: "no ZIP code"}},
		{"ZIP code and birth", "oh-swvf", values{field.ZIP5: "1961-04-17", field.RoleBirthDate: "43004"},
			told{field.ZIP5: "no ZIP code", field.RoleBirthDate: "no date"}},
		{"a postal code", "oh-swvf", values{field.ZIP5: "K1A 0B1"}, nil},
		{"a postal code that begins with a digit", "oh-swvf", values{field.ZIP5: "1012 AB"}, nil},
		{"withheld", "oh-swvf", values{field.ZIP5: "PRIVATE", field.RoleBirthDate: "WITHHELD", field.RoleRegistrationDate: "UNKNOWN"}, nil},
		{"house number and street", "ks-elvis-73", values{field.HouseNumber: "ELM", field.StreetName: "1204"}, told{field.HouseNumber: "no house number"}},
		{"a house number with a letter", "ks-elvis-73", values{field.HouseNumber: "N1204", field.StreetName: "1100"}, nil},
		{"a word for a house number", "ks-elvis-73", values{field.HouseNumber: "RURAL", field.StreetName: "5TH"}, nil},
		{"first name and birth", "oh-swvf", values{field.NameFirst: "1961-04-17", field.RoleBirthDate: "JANE"}, told{field.NameFirst: "no name"}},
		{"whole name", "co-ex003-2023", values{field.NameFull: "600123456", field.NameLast: "", field.NameFirst: ""}, told{field.NameFull: "no name"}},
		{"flag and city", "nc-ncvoter-2022", values{field.ConfidentialFlag: "FAYETTEVILLE"}, told{field.ConfidentialFlag: "no yes or no"}},
		{"flag and ZIP code", "nc-ncvoter-2022", values{field.ConfidentialFlag: "28301"}, told{field.ConfidentialFlag: "no yes or no"}},
		{"a flag in words", "nc-ncvoter-2022", values{field.ConfidentialFlag: "NOT PROTECTED"}, nil},
		{"another", "nc-ncvoter-2022", values{field.ConfidentialFlag: "False"}, nil},
		{"a third", "nc-ncvoter-2022", values{field.ConfidentialFlag: "PROTECTED"}, nil},
		{"voter id", "oh-swvf", values{field.RoleVoterID: "JANE"}, told{field.RoleVoterID: "no number"}},
	} {
		l := mustLayout(t, tt.layout)
		first := 601
		if l.Header {
			first++
		}
		var want []string
		for role, is := range tt.want {
			at := slices.IndexFunc(l.Columns, func(c layouts.Column) bool { return c.Role == role })
			want = append(want, fmt.Sprintf("5 rows, the first in line %d, have a value in %q that is %s", first, l.Columns[at].Name, is))
		}
		slices.Sort(want)
		for _, size := range []int{1 << 20, 4096} {
			got, err := misplacedOf(t, size, 3, oddRoll(l, tt.values))
			slices.Sort(got)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s, %s: %q, %v, want %q", tt.name, tt.layout, got, err, want)
			}
		}
	}
}

// A row that is skipped since its surname is a number is told of as that alone.
func TestMisplacedInSkippedRows(t *testing.T) {
	got, err := misplacedOf(t, 1<<20, 1, oddRoll(mustLayout(t, "oh-swvf"), map[field.Role]string{field.NameLast: "43004", field.NameFirst: "1961-04-17"}))
	if err != nil || len(got) > 0 {
		t.Errorf("%q, %v", got, err)
	}
}

// No roll has values that cannot stand in their columns, with contacts of everybody or
// without, and with slips.
func TestNothingIsMisplaced(t *testing.T) {
	racetest.LeaveOut(t)
	all, err := layouts.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		named := slices.ContainsFunc(l.Columns, func(c layouts.Column) bool { return c.Role == field.NameLast || c.Role == field.NameFull })
		if !named || !slices.Contains(textLayouts(), l.ID) {
			continue
		}
		for _, add := range [][]field.Role{nil, {field.RoleEmail, field.RolePhone}} {
			if l.Container == "fixed" && add != nil {
				continue // a record has no room for further columns
			}
			var b bytes.Buffer
			if _, err := synth.Write(t.Context(), &b, nil, synth.Options{Layout: l, Rows: 1500, Seed: 6, Noise: 0.05, Add: add}); err != nil {
				t.Fatal(err)
			}
			got, err := misplacedOf(t, 1<<20, 2, b.Bytes())
			if err != nil && !errors.Is(err, ErrEmpty) || len(got) > 0 {
				t.Errorf("%s with %v: %s, %v", l.ID, add, strings.Join(got, "; "), err)
			}
		}
	}
}
