package audit

import (
	"bytes"
	"reflect"
	"testing"

	"rollcheck/data/licences"
	"rollcheck/rollindex/voterfile"
)

// What a column is seen to hold does not depend on who of several goroutines saw which
// part of it, and nothing that stands in a value breaks a detector.
func FuzzSee(f *testing.F) {
	f.Add([]byte("219-21-0001\n219210001\n5550100\n404-555-0101\n1970-01-31\n31.12.1970 00:00\n17-Mar-1970"), uint8(3))
	f.Add([]byte("a@example.org\n(404) 555-0100\nS123456789012\nSSN: 219 21 0001, born 1/2/1970.\n0123\n12311970"), uint8(2))
	f.Add([]byte("19700101\n01011970\n4045550100\n1-2-3-4\n@@.@\n----\n219-21-0001-\n\x80\xff1"), uint8(1))
	f.Fuzz(func(t *testing.T, column []byte, cut uint8) {
		rec := new(voterfile.Record)
		whole, parts := new(tally), [2]*tally{{}, {}}
		for i, v := range bytes.Split(column, []byte{'\n'}) {
			if len(v) == 0 {
				continue
			}
			r := row{rec: rec, at: newPlace(0, int64(i+1)), birthYear: 1970, year: 2026, home: licences.Of("US-FL"), id: func() licences.Form { return 0 }}
			whole.see(v, &r)
			parts[min(1, i/(int(cut)+1))].see(v, &r)
		}
		parts[1].merge(parts[0])
		for _, t := range []*tally{whole, parts[1]} {
			if t.licence != nil {
				t.licence.form, t.licence.with = 0, 0 // of the last value
			}
		}
		if !reflect.DeepEqual(whole, parts[1]) {
			t.Errorf("whole %+v\nparts %+v", whole, parts[1])
		}
		if whole.filled.n < whole.email.n || whole.filled.n < whole.phone.n || whole.filled.n < whole.ssn.n {
			t.Error("more rows than there are")
		}
	})
}
