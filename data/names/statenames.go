package names

import "strings"

// stateNames are the states that StatePopulation knows, by their codes.
var stateNames = [...]struct{ code, name string }{
	{"AK", "Alaska"}, {"AL", "Alabama"}, {"AR", "Arkansas"}, {"AZ", "Arizona"}, {"CA", "California"}, {"CO", "Colorado"},
	{"CT", "Connecticut"}, {"DC", "District of Columbia"}, {"DE", "Delaware"}, {"FL", "Florida"}, {"GA", "Georgia"},
	{"HI", "Hawaii"}, {"IA", "Iowa"}, {"ID", "Idaho"}, {"IL", "Illinois"}, {"IN", "Indiana"}, {"KS", "Kansas"},
	{"KY", "Kentucky"}, {"LA", "Louisiana"}, {"MA", "Massachusetts"}, {"MD", "Maryland"}, {"ME", "Maine"}, {"MI", "Michigan"},
	{"MN", "Minnesota"}, {"MO", "Missouri"}, {"MS", "Mississippi"}, {"MT", "Montana"}, {"NC", "North Carolina"},
	{"ND", "North Dakota"}, {"NE", "Nebraska"}, {"NH", "New Hampshire"}, {"NJ", "New Jersey"}, {"NM", "New Mexico"},
	{"NV", "Nevada"}, {"NY", "New York"}, {"OH", "Ohio"}, {"OK", "Oklahoma"}, {"OR", "Oregon"}, {"PA", "Pennsylvania"},
	{"PR", "Puerto Rico"}, {"RI", "Rhode Island"}, {"SC", "South Carolina"}, {"SD", "South Dakota"}, {"TN", "Tennessee"},
	{"TX", "Texas"}, {"UT", "Utah"}, {"VA", "Virginia"}, {"VT", "Vermont"}, {"WA", "Washington"}, {"WI", "Wisconsin"},
	{"WV", "West Virginia"}, {"WY", "Wyoming"},
}

// StateName returns the name of a state ("Florida" for "FL"), "" for an unknown
// one.
func StateName(code string) string {
	for _, s := range stateNames {
		if s.code == code {
			return s.name
		}
	}
	return ""
}

// StateCode returns the code of a state ("FL") given by its code or its name,
// in letters of any case and with any spaces between the words.
func StateCode(codeOrName string) (code string, ok bool) {
	if len(codeOrName) == 2 { // what nearly everybody gives, for every person of a batch
		if code := byCode[place(codeOrName)]; strings.EqualFold(codeOrName, code) {
			return code, true
		}
	}
	given := strings.Join(strings.Fields(codeOrName), " ")
	for _, s := range stateNames {
		if strings.EqualFold(given, s.code) || strings.EqualFold(given, s.name) {
			return s.code, true
		}
	}
	return "", false
}

// byCode is the codes by their place.
var byCode = func() (t [1 << 10]string) {
	for _, s := range stateNames {
		t[place(s.code)] = s.code
	}
	return t
}()

// place returns where two letters, large or small, stand in byCode. Other text may have the
// same place.
func place(code string) int {
	return int(code[0]&31)<<5 | int(code[1]&31)
}
