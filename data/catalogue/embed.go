//go:build !js

package catalogue

import (
	"embed"
	"encoding/json"
	"io/fs"
)

//go:embed incidents/*.json public-record/*.json
var embedded embed.FS

// file returns a file of the catalogue by its name ("incidents/us-x-2020.json").
func file(name string) ([]byte, bool) {
	b, err := embedded.ReadFile(name)
	return b, err == nil
}

// list returns the names of the files in a directory, sorted.
func list(dir string) []string {
	names, err := fs.Glob(embedded, dir+"/*.json")
	if err != nil { // the patterns are constants
		panic(err)
	}
	return names
}

// Bundle returns the whole catalogue in one file, as Load takes it in a browser:
// a JSON object of the files by name.
func Bundle() ([]byte, error) {
	all := make(map[string]json.RawMessage)
	for _, dir := range []string{"incidents", "public-record"} {
		for _, name := range list(dir) {
			b, _ := file(name)
			all[name] = b
		}
	}
	return json.Marshal(all)
}
