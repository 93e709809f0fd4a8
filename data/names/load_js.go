package names

// The tables of look-ups, empty until [Load].
var surnames, nicknames, firsts, zips, counties, states, streets string

// Load sets the tables to those of a [Bundle]. It is to be called once, before
// anything else of this package and not at the same time as it. Whoever fetches
// the bundle sees to it that it is the one this program was built with.
func Load(bundle string) error {
	cut, err := cutBundle(bundle)
	if err != nil {
		return err
	}
	for _, t := range tables {
		*t.text = cut[t.name]
	}
	return nil
}
