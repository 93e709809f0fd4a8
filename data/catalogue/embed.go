//go:build !js

package catalogue

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
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

// decode reads one file, in which no unknown name may stand.
func decode(name string, into any) error {
	b, ok := file(name)
	if !ok {
		return fmt.Errorf("%s: there is no such file", name)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Bundle returns the whole catalogue in one file, as Load takes it in a browser:
// a JSON object with the text of each file by its name. White space that only
// people need is left out of them.
func Bundle() ([]byte, error) {
	all := make(map[string]string)
	for _, dir := range []string{"incidents", "public-record"} {
		for _, name := range list(dir) {
			b, _ := file(name)
			var short bytes.Buffer
			if err := json.Compact(&short, b); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			all[name] = short.String()
		}
	}
	return json.Marshal(all)
}
