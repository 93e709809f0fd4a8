package voterfile

import (
	"strconv"
	"testing"

	"rollcheck/data/field"
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
