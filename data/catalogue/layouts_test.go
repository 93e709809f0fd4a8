package catalogue

import (
	"regexp"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// columnsBeside are columns of published layouts that the record of their state
// calls withheld, and why both are right.
var columnsBeside = map[string]string{
	"ny-county-export-csv driver_license": "the statute closes the number; the column may be empty",
}

var years = regexp.MustCompile(`\b20[0-9]{2}\b`)

// A column of a layout that a state publishes is not one its record says, as a
// settled matter, to be withheld in a year when the layout was in use: one of the two would be wrong.
func TestRecordsAgreeWithLayouts(t *testing.T) {
	all, err := layouts.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		if record(l.Jurisdiction) == nil {
			continue
		}
		var kinds field.Set
		for _, c := range l.Columns {
			if k, ok := c.Role.Kind(); ok {
				kinds = kinds.With(k)
			}
		}
		for _, k := range kinds.Kinds() {
			_, beside := columnsBeside[l.ID+" "+k.String()]
			contradicts := false
			for _, year := range years.FindAllString(l.Vintage, -1) {
				a := Status(l.Jurisdiction, Date(year), k)
				contradicts = contradicts || a.Status == Withheld && a.Settled()
			}
			if contradicts != beside {
				t.Errorf("%s (%s) has a column %s; the record of %s contradicts it: %v; listed here: %v", l.ID, l.Vintage, k, l.Jurisdiction, contradicts, beside)
			}
		}
	}
}
