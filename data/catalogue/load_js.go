package catalogue

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// loaded are the files by name, none until [Load].
var loaded map[string]json.RawMessage

// Load sets the catalogue to that of a Bundle. It is to be called once, before
// anything else of this package and not at the same time as it. Whoever fetches
// the bundle sees to it that it is the one this program was built with.
func Load(bundle []byte) error {
	var files map[string]json.RawMessage
	if err := json.Unmarshal(bundle, &files); err != nil {
		return fmt.Errorf("data/catalogue: not a bundle: %w", err)
	}
	loaded = files
	return nil
}

func file(name string) ([]byte, bool) {
	b, ok := loaded[name]
	return b, ok
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
