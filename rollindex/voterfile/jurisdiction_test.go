package voterfile

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/names"
)

// Which jurisdictions a row says it is of, the one that stands for it first.
func TestJurisdictions(t *testing.T) {
	t.Parallel()
	const abroad = "another country, whose postal codes have five digits"
	someone := []string{"LAST", "FIRST"}
	for _, tc := range []struct {
		what, layout string
		values       map[string]string
		want         []string
	}{
		{"the file's", "fl-extract", nil, []string{"US-FL"}},
		{"mail elsewhere", "fl-extract", map[string]string{"Mailing State": "NY", "Mailing Zipcode": "10001-1234"}, []string{"US-FL", "US-NY"}},
		{"mail elsewhere, by ZIP code", "fl-extract", map[string]string{"Mailing Zipcode": "100011234"}, []string{"US-FL", "US-NY"}},
		{"three", "fl-extract", map[string]string{"Residence State": "Georgia", "Mailing State": "ny"}, []string{"US-FL", "US-GA", "US-NY"}},
		{"no states", "fl-extract", map[string]string{"Mailing State": "ZZ", "Mailing Zipcode": "1000", "Residence Zipcode": "00000"}, []string{"US-FL"}},
		{"a vendor's, by residence", "l2-vm2", map[string]string{"Residence_Addresses_State": "OH"}, []string{"US-OH"}},
		{"a vendor's, by ZIP code", "l2-vm2", map[string]string{"Residence_Addresses_Zip": "32301"}, []string{"US-FL"}},
		{"a ZIP code of two states", "l2-vm2", map[string]string{"Residence_Addresses_Zip": "42223"}, nil},
		{"a vendor's, who has moved", "targetsmart-voterbase", map[string]string{"vb.tsmart_state": "GA", "vb.vf_source_state": "FL"}, []string{"US-FL", "US-GA"}},
		{"nothing", "l2-vm2", nil, nil},
		{abroad, "l2-vm2", map[string]string{"Residence_Addresses_Zip": "32301"}, []string{"TR"}},
	} {
		l := mustLayout(t, tc.layout)
		columns, row := columnNames(l), make([]string, len(l.Columns))
		for i, c := range l.Columns {
			switch c.Role {
			case field.NameLast, field.NameFirst:
				row[i] = someone[c.Role-field.NameLast]
			case field.RoleVoterID, field.RoleNationalID:
				row[i] = "100000001"
			}
		}
		for name, value := range tc.values {
			i := slices.Index(columns, name)
			if i < 0 {
				t.Fatalf("%s: no column %q", tc.layout, name)
			}
			row[i] = value
		}
		var b bytes.Buffer
		if l.Header {
			writeRow(&b, l, columns)
		}
		writeRow(&b, l, row)
		opts := Options{Layout: l}
		if tc.what == abroad {
			opts.Jurisdiction = "TR"
		}
		s := mustOpen(t, opts, writeFile(t, "roll.txt", b.Bytes()))
		p := s.NewParser()
		rows := 0
		for {
			c, err := s.Next(nil)
			if err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			p.Reset(c)
			for rec, ok := p.Next(); ok; rec, ok = p.Next() {
				rows++
				if got := rec.AppendJurisdictions([]string{"kept"}); !slices.Equal(got[1:], tc.want) || got[0] != "kept" {
					t.Errorf("%s: %q, want %q", tc.what, got, tc.want)
				}
			}
		}
		if rows != 1 {
			t.Errorf("%s: %d rows: %+v", tc.what, rows, p.Skips())
		}
		if !s.Members()[0].Match.Holds(field.NameFirst) || s.Members()[0].Match.Holds(field.RoleBirthPlace, field.RoleProfile) && tc.layout == "fl-extract" {
			t.Errorf("%s: the file holds what it does not, or not what it does", tc.what)
		}
	}
}

// The ZIP codes of two states are ZIP codes: a table that knows none would hide a slip.
func TestTwoStates(t *testing.T) {
	known := 0
	for _, zip := range twoStates {
		if _, ok := names.ZIPState(zip); ok {
			known++
		}
	}
	if known < len(twoStates)-1 || !slices.IsSorted(twoStates[:]) {
		t.Errorf("%d of %d are known", known, len(twoStates))
	}
}
