// Package vendors is the list of columns that only one vendor's files have. Such a
// column, most of all the vendor's own number of a person, shows that a file
// descends from that vendor's, through however many hands. It does not show who
// let it out: the voters found in the open in 2015 bore the numbers of a vendor that
// had given the file to whoever asked.
package vendors

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
)

// Vendor is a maker of voter files with the columns that only its files have.
type Vendor struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Columns    []string `json:"columns"`    // names of columns, in any case and with any marks between the letters
	Prefixes   []string `json:"prefixes"`   // what names of its columns begin with, likewise
	About      string   `json:"about"`      // what the columns are, in words
	Sources    []string `json:"sources"`    // layouts here, and pages
	Confidence string   `json:"confidence"` // "high", "medium" or "low"
}

//go:embed vendors.json
var list []byte

// All returns the vendors, read once. They are shared and not to be changed.
var All = sync.OnceValue(func() []Vendor {
	var all []Vendor
	if err := json.Unmarshal(list, &all); err != nil { // it is built in, and tested
		panic(err)
	}
	return all
})

// Find is a vendor with the columns of a file that tell it.
type Find struct {
	Vendor  *Vendor
	Columns []string // as the file names them, in its order
}

// In returns the vendors whose columns are among those of a file.
func In(header []string) []Find {
	var found []Find
	all := All()
	for i := range all {
		f := Find{Vendor: &all[i]}
		for _, name := range header {
			if all[i].has(letters(name)) {
				f.Columns = append(f.Columns, name)
			}
		}
		if f.Columns != nil {
			found = append(found, f)
		}
	}
	return found
}

func (v *Vendor) has(name string) bool {
	for _, c := range v.Columns {
		if letters(c) == name {
			return true
		}
	}
	for _, p := range v.Prefixes {
		if strings.HasPrefix(name, letters(p)) {
			return true
		}
	}
	return false
}

// letters returns the ASCII letters and digits of a name, in lower case.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
}
