package decoys

import (
	"testing"

	"rollcheck/hashing"
)

// A decoy is found although something about it is wrong, and a namesake is not taken
// for one.
func TestFound(t *testing.T) {
	d := Decoy{First: "ALMA", Last: "QUILL", Birth: "1970-03-05", House: "12", Street: "PRETEND", ZIP: "32301", ID: "00123"}
	for _, c := range []struct {
		what                          string
		first, last, id, address, zip string
		birth                         hashing.Date
		want                          bool
	}{
		{"all", "Alma", "Quill", "123", "12 Pretend St", "32301", hashing.Date{Year: 1970, Month: 3, Day: 5}, true},
		{"name alone", "Alma", "Quill", "", "", "", hashing.Date{}, true},
		{"id alone", "", "", "0000123", "", "", hashing.Date{}, true},
		{"address alone", "", "", "", "12 Pretend St", "32301", hashing.Date{}, true},
		{"address without ZIP code", "", "", "", "12 Pretend St", "", hashing.Date{}, true},
		{"a misspelt name", "Alm", "Quill", "123", "12 Pretend St", "", hashing.Date{}, true},
		{"name and year", "Alma", "Quill", "", "", "", hashing.Date{Year: 1970}, true},
		{"a namesake", "Alma", "Quill", "", "", "", hashing.Date{Year: 1971}, false},
		{"a namesake elsewhere", "Alma", "Quill", "", "7 Pretend St", "32301", hashing.Date{}, false},
		{"another ZIP code", "", "", "", "12 Pretend St", "32302", hashing.Date{}, false},
		{"a birth date alone", "", "", "", "", "", hashing.Date{Year: 1970, Month: 3, Day: 5}, false},
		{"somebody else", "Otto", "Marsh", "124", "7 Pretend St", "32301", hashing.Date{Year: 1970, Month: 3, Day: 5}, false},
	} {
		var rec hashing.Details
		rec.SetFirst([]byte(c.first))
		rec.SetLast([]byte(c.last))
		rec.SetVoterID([]byte(c.id))
		rec.SetAddressLine([]byte(c.address))
		rec.SetZIP([]byte(c.zip))
		rec.Birth = c.birth
		f := newFinder([]*Decoy{&d})
		_, list := f.look(&rec, nil, nil)
		got := false
		for range list {
			got = got || d.found(&rec)
		}
		if got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}
