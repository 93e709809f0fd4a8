package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"rollcheck/data/jsonlite"
)

// loaded are the files by name, none until [Load].
var loaded map[string]string

// Load sets the catalogue to that of a Bundle. It is to be called once, before
// anything else of this package and not at the same time as it. Whoever fetches
// the bundle sees to it that it is the one this program was built with.
func Load(bundle []byte) error {
	var files map[string]string
	if err := jsonlite.Unmarshal(bundle, &files); err != nil {
		return fmt.Errorf("data/catalogue: not a bundle: %w", err)
	}
	loaded = files
	return nil
}

func file(name string) ([]byte, bool) {
	b, ok := loaded[name]
	return []byte(b), ok
}

func list(dir string) []string {
	var names []string
	for name := range loaded {
		if strings.HasPrefix(name, dir+"/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// decode reads one file. That no unknown name stands in it, the tests of the
// package see to.
func decode(name string, into any) error {
	b, ok := file(name)
	if !ok {
		return fmt.Errorf("%s: there is no such file", name)
	}
	if err := jsonlite.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
