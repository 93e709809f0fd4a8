package compare

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/layouts"
	"rollcheck/rollindex/voterfile"
)

// An address is written on the sheet as it stands in the file, to be read out, with
// the unit once.
func TestSheetHasAddressAsWritten(t *testing.T) {
	michigan := "LAST_NAME,FIRST_NAME,MIDDLE_NAME,NAME_SUFFIX,YEAR_OF_BIRTH,GENDER,REGISTRATION_DATE,STREET_NUMBER_PREFIX,STREET_NUMBER,STREET_NUMBER_SUFFIX,DIRECTION_PREFIX,STREET_NAME,STREET_TYPE,DIRECTION_SUFFIX,EXTENSION,CITY,STATE,ZIP_CODE,VOTER_IDENTIFICATION_NUMBER\n"
	plain := "voterid,last name,first name,dob,address,address 2,unit,city,zip\n"
	for _, c := range []struct{ name, text, want string }{
		{"line and unit in it", plain + "1001234567,Garcia,Ana,1961-04-17,6 7th St Apt 165,,,Tallahassee,32301\n", "6 7th St Apt 165"},
		{"second line", plain + "1001234567,Garcia,Ana,1961-04-17,6 7th St,Apt 165,,Tallahassee,32301\n", "6 7th St Apt 165"},
		{"twice", plain + "1001234567,Garcia,Ana,1961-04-17,6  7th St Apt 165,# 165,,Tallahassee,32301\n", "6 7th St Apt 165"},
		{"unit as the house", plain + "1001234567,Garcia,Ana,1961-04-17,6 7th St,Apt 6,,Tallahassee,32301\n", "6 7th St Apt 6"},
		{"parts", michigan + "Garcia,Ana,Maria,,1961,F,2008-01-02,,6,1/2,N,Oak,St,,6,Lansing,MI,48901,100123456\n", "6 1/2 N Oak St 6"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.csv")
			header, row, _ := strings.Cut(c.text, "\n")
			if err := os.WriteFile(path, []byte(header+"\n"+strings.Repeat(row, 30)), 0o600); err != nil {
				t.Fatal(err)
			}
			in := Input{Path: path, Layout: layoutFor(t, path, c.name)}
			s, err := DrawSample(t.Context(), in, SampleOptions{Rows: 2})
			if err != nil {
				t.Fatal(err)
			}
			if got := sheetOf(t, s)[1][slices.Index(sheetFields, "address")+1]; got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// layoutFor returns the layout that is proposed for a file, or the built-in one that it is
// in.
func layoutFor(t *testing.T, path, name string) *layouts.Layout {
	t.Helper()
	if name == "parts" {
		l, err := layouts.Get("mi-2024-csv")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	list, err := voterfile.Propose(t.Context(), path, voterfile.Options{})
	if err != nil || list[0].Err != nil {
		t.Fatal(err, list)
	}
	return list[0].Layout
}
