package catalogue

import "testing"

// Every place that an incident names has a name, and goes by it.
func TestPlacesOfIncidents(t *testing.T) {
	all, err := Incidents()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, i := range all {
		for _, code := range append([]string{i.Country}, i.Jurisdictions...) {
			used[code] = true
			if got, ok := Place(PlaceName(code)); PlaceName(code) == code || !ok || got != code {
				t.Errorf("%s: %s is called %q, which is %q", i.ID, code, PlaceName(code), got)
			}
		}
	}
	for code := range places {
		if !used[code] {
			t.Errorf("no incident names %s", code)
		}
	}
}

func TestPlace(t *testing.T) {
	for s, want := range map[string]string{
		"AL": "US-AL", "albania": "AL", "Georgia": "US-GA", " kenya ": "KE", "gb": "GB", "ca-ab": "CA-AB", "us": "US", "hong  kong": "HK",
	} {
		if got, ok := Place(s); !ok || got != want {
			t.Errorf("Place(%q) = %q, %v, want %q", s, got, ok, want)
		}
	}
	for _, s := range []string{"", "Atlantis", "U", "PR"} {
		if got, ok := Place(s); ok {
			t.Errorf("Place(%q) = %q", s, got)
		}
	}
}
