package catalogue

import (
	"maps"
	"slices"

	"rollcheck/data/field"
)

// classes are the classes of data an incident may name beside the kinds of
// field, which are classes of their own: finer than a kind, so that a story can
// say "religion" where an index entry can only say "profile data".
var classes = map[string]struct {
	kind  field.Kind
	title string
}{
	"biometrics":         {field.Signature, "biometric data"},
	"disability":         {field.Profile, "disability"},
	"district":           {field.Precinct, "electoral district"},
	"donations":          {field.Profile, "political donations"},
	"employer":           {field.Profile, "employer or occupation"},
	"ethnicity":          {field.Race, "ethnicity"},
	"family_id":          {field.NationalID, "family register number"},
	"geolocation":        {field.Address, "map position of the home"},
	"household":          {field.Profile, "members of the household"},
	"income":             {field.Profile, "income"},
	"language":           {field.Profile, "language"},
	"marital_status":     {field.Profile, "marital status"},
	"modelled_scores":    {field.Profile, "modelled scores and opinions"},
	"nationality":        {field.Profile, "nationality"},
	"notes":              {field.Profile, "notes of canvassers"},
	"parents_names":      {field.Profile, "parents' names"},
	"passport":           {field.NationalID, "passport number"},
	"petition_signature": {field.Profile, "signature under a petition"},
	"photo":              {field.Signature, "photograph"},
	"religion":           {field.Profile, "religion"},
	"social_media":       {field.Profile, "social media accounts"},
	"state_id":           {field.DriverLicense, "state identity card number"},
	"tax_id":             {field.NationalID, "tax number"},
}

// classKind returns the kind of a class of data.
func classKind(class string) (field.Kind, bool) {
	if k, ok := field.ParseKind(class); ok {
		return k, true
	}
	c, ok := classes[class]
	return c.kind, ok
}

// ClassTitle returns the words for a class of data ("income").
func ClassTitle(class string) string {
	if k, ok := field.ParseKind(class); ok {
		return k.Title()
	}
	return classes[class].title
}

// Classes returns the names of all classes of data, sorted: the kinds of field
// and the finer ones.
func Classes() []string {
	names := slices.Collect(maps.Keys(classes))
	for _, k := range field.Kinds() {
		names = append(names, k.String())
	}
	slices.Sort(names)
	return names
}

// Has reports whether data of the class was among the incident's. A kind of field
// has all the finer classes that belong to it.
func (i *Incident) Has(class string) bool {
	if k, ok := field.ParseKind(class); ok {
		return i.Kinds().Has(k)
	}
	return slices.Contains(i.Data, class)
}
