package catalogue

import (
	"slices"
	"strings"
)

// places are the names of what incidents name outside the jurisdictions that
// have a record, by ISO 3166-1 and 3166-2 code, as ISO gives them or shorter.
var places = map[string]string{
	"AL":     "Albania",
	"BD":     "Bangladesh",
	"CA":     "Canada",
	"CA-AB":  "Alberta",
	"CA-ON":  "Ontario",
	"CL":     "Chile",
	"GB":     "United Kingdom",
	"GB-ENG": "England",
	"GB-WLS": "Wales",
	"GB-WND": "Wandsworth",
	"GE":     "Georgia (the country)",
	"GR":     "Greece",
	"HK":     "Hong Kong",
	"ID":     "Indonesia",
	"IL":     "Israel",
	"IN":     "India",
	"IN-AP":  "Andhra Pradesh",
	"IN-TG":  "Telangana",
	"KE":     "Kenya",
	"LB":     "Lebanon",
	"MT":     "Malta",
	"MX":     "Mexico",
	"MY":     "Malaysia",
	"NG":     "Nigeria",
	"PA":     "Panama",
	"PH":     "Philippines",
	"PL":     "Poland",
	"RU":     "Russia",
	"RU-MOW": "Moscow",
	"RU-NIZ": "Nizhny Novgorod",
	"TR":     "Turkey",
	"US":     "United States",
	"VE":     "Venezuela",
	"ZW":     "Zimbabwe",
}

// Place returns the code of a place that incidents may name, by code or name, in
// any case. Two letters are a state of the United States where there is one of
// that code: "AL" is US-AL, and Albania goes by its name.
func Place(s string) (string, bool) {
	if code, ok := Jurisdiction(s); ok {
		return code, true
	}
	s = strings.Join(strings.Fields(s), " ")
	for code, name := range places {
		if strings.EqualFold(s, code) || strings.EqualFold(s, name) {
			return code, true
		}
	}
	return "", false
}

// PlaceName returns the name of a place, its code if it has none here.
func PlaceName(code string) string {
	if name, ok := places[code]; ok {
		return name
	}
	return JurisdictionName(code)
}

// PlaceNames returns the names that [Place] knows, sorted: those of the states
// that have a record, and those of other places.
func PlaceNames() (states, others []string) {
	for _, r := range Records() {
		states = append(states, r.Name)
	}
	for _, name := range places {
		others = append(others, name)
	}
	slices.Sort(states)
	slices.Sort(others)
	return states, others
}
