package voterfile

import (
	"slices"
	"strconv"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// A spreadsheet that showed its dates as numbers wrote those: of births or of
// registrations. ZIP codes in a column of dates are columns that changed over.
func TestDayNumbers(t *testing.T) {
	l := mustLayout(t, "wv-statewide-vr")
	days := func(of field.Role) []byte {
		return editedRoll(l, 40, func(role field.Role, i int) (string, bool) { return strconv.Itoa(15_000 + 317*i), role == of })
	}
	for _, of := range []field.Role{field.RoleBirthDate, field.RoleRegistrationDate} {
		checkError(t, openBytes(t, days(of)), ErrNoLayout, "holds numbers such as spreadsheets keep for dates, as line 2 shows")
	}
	swapped := editedRoll(l, 40, func(role field.Role, i int) (string, bool) {
		switch role {
		case field.RoleBirthDate:
			return strconv.Itoa(25_301 + 7*i), true
		case field.ZIP5:
			return "04/" + strconv.Itoa(10+i%18) + "/1961", true
		}
		return "", false
	})
	checkError(t, openBytes(t, swapped), ErrNoLayout, "holds no dates")
	for _, v := range []string{"9999", "60001", "1961", "2O123", "123456", ""} {
		if isDayNumber([]byte(v)) {
			t.Errorf("%q is taken for a date of a spreadsheet", v)
		}
	}
}

// Days of a last vote are of no use to find anybody: who names the layout has the file read
// without them, but not without registrations that are numbers too.
func TestDayNumbersOfVotes(t *testing.T) {
	l := mustLayout(t, "vt-checklist-2020")
	days := func(of ...field.Role) string {
		return writeFile(t, "roll.txt", editedRoll(l, 40, func(role field.Role, i int) (string, bool) {
			return strconv.Itoa(38_000 + 31*i), slices.Contains(of, role)
		}))
	}
	open := func(path string, forced *layouts.Layout) error {
		s, err := Open(t.Context(), []string{path}, Options{Layout: forced})
		if err == nil {
			s.Close()
		}
		return err
	}
	votes := days(field.LastVoteDate)
	checkError(t, open(votes, nil), ErrNoLayout, `its column "Date last Voted" holds numbers such as spreadsheets keep`)
	if err := open(votes, l); err != nil {
		t.Errorf("the layout is named: %v", err)
	}
	both := days(field.LastVoteDate, field.RoleRegistrationDate)
	for _, forced := range []*layouts.Layout{nil, l} {
		checkError(t, open(both, forced), ErrNoLayout, `"Date of Registration" holds numbers`)
	}
}
