//go:build !js

package catalogue

import (
	"encoding/json"
	"reflect"
	"testing"

	"rollcheck/data/jsonlite"
)

// What a browser is handed is the catalogue: its reader of JSON finds in the
// bundle what encoding/json finds in the files.
func TestBundle(t *testing.T) {
	b, err := Bundle()
	if err != nil {
		t.Fatal(err)
	}
	var files map[string]string
	if err := jsonlite.Unmarshal(b, &files); err != nil {
		t.Fatal(err)
	}
	if want := len(list("incidents")) + len(list("public-record")); len(files) != want {
		t.Fatalf("%d files, want %d", len(files), want)
	}
	for name, text := range files {
		original, _ := file(name)
		var want, got any = new(Incident), new(Incident)
		if name[0] == 'p' {
			want, got = new(Record), new(Record)
		}
		if err := json.Unmarshal(original, want); err != nil {
			t.Fatal(err)
		}
		if err := jsonlite.Unmarshal([]byte(text), got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s differs: %v", name, err)
		}
	}
}
