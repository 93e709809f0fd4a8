// Package licences knows what the numbers of driver's licences look like, state by
// state: of how many letters and digits, in which order. That is all that is
// published of most, and no check digit is: a shape says that a value may be such a
// number, never that it is one. Shapes of digits alone ([Shape.Digits]) are those of
// countless other numbers.
//
// Licences and identity cards of a state share their shapes. Washington's numbers
// are letters and digits without an order (until 2018 with asterisks, since then
// behind WDL), which no shape holds; it is left out.
package licences

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// Shape is how many letters (A) and digits (N) stand behind each other, as the table
// writes it: "A1N12" is a letter and twelve digits, "N7-9" seven to nine digits.
type Shape string

// Digits reports whether the shape has no letter.
func (s Shape) Digits() bool { return !strings.Contains(string(s), "A") }

// State is the shapes of one state's licences.
type State struct {
	Jurisdiction string  `json:"jurisdiction"` // "US-FL"
	Shapes       []Shape `json:"shapes"`
}

// Table is the list as its file has it.
type Table struct {
	Sources []string `json:"sources"` // pages that list the shapes
	AsOf    string   `json:"as_of"`   // when the latest of them was changed
	States  []State  `json:"states"`  // by code, sorted; at most 64
}

//go:embed licences.json
var list []byte

// All returns the table, read once. It is shared and not to be changed.
var All = sync.OnceValue(func() *Table {
	t := new(Table)
	if err := json.Unmarshal(list, t); err != nil { // it is built in, and tested
		panic(err)
	}
	return t
})

// Form is the runs of letters and digits of one value, packed: from the lowest bits
// up, six bits a run, of which the lowest says letters and the others how many. The
// zero Form is of a value that no licence has.
type Form uint64

const (
	maxRuns   = 8
	maxLength = 24 // bytes of a value
)

// FormOf returns the form of a value that has letters of A to Z, in either case, and
// digits only; the zero Form of any other, and of one that is too long for a licence.
func FormOf(v []byte) Form {
	if len(v) == 0 || len(v) > maxLength {
		return 0
	}
	var f Form
	runs, start, letters := 0, 0, false
	for i, c := range v {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') {
			return 0
		}
		if i > 0 && letter != letters {
			if runs++; runs == maxRuns {
				return 0
			}
			f |= run(letters, i-start) << (6 * (runs - 1))
			start = i
		}
		letters = letter
	}
	return f | run(letters, len(v)-start)<<(6*runs)
}

func run(letters bool, n int) Form {
	f := Form(n) << 1
	if letters {
		f |= 1
	}
	return f
}

// Digits reports whether the form has no letter.
func (f Form) Digits() bool { return f < 1<<6 && f&1 == 0 }

// Set is a set of the states of the table: bit n is [Table.States][n].
type Set uint64

// Of returns the set of one jurisdiction, empty if the table does not have it.
func Of(jurisdiction string) Set {
	for n, s := range All().States {
		if s.Jurisdiction == jurisdiction {
			return 1 << n
		}
	}
	return 0
}

// Has reports whether a jurisdiction is in s.
func (s Set) Has(jurisdiction string) bool { return s&Of(jurisdiction) != 0 }

// forms holds, for every form that some state's licences have, which states'.
var forms = sync.OnceValue(func() map[Form]Set {
	all := map[Form]Set{}
	for n, state := range All().States {
		for _, shape := range state.Shapes {
			list, err := shape.forms()
			if err != nil { // it is built in, and tested
				panic(err)
			}
			for _, f := range list {
				all[f] |= 1 << n
			}
		}
	}
	return all
})

// With returns the states whose licences have the form.
func With(f Form) Set { return forms()[f] }

// forms lists the forms of a shape.
func (s Shape) forms() ([]Form, error) {
	list := []Form{0}
	rest := string(s)
	for runs := 0; rest != ""; runs++ {
		kind := rest[0]
		end := 1 + strings.IndexAny(rest[1:]+"A", "AN")
		low, high, ranged := strings.Cut(rest[1:end], "-")
		if !ranged {
			high = low
		}
		from, err := strconv.Atoi(low)
		to, err2 := strconv.Atoi(high)
		if err != nil || err2 != nil || from < 1 || to < from || to > maxLength || kind != 'A' && kind != 'N' || runs == maxRuns {
			return nil, fmt.Errorf("%q is not the shape of a licence", s)
		}
		var longer []Form
		for _, f := range list {
			for n := from; n <= to; n++ {
				longer = append(longer, f|run(kind == 'A', n)<<(6*runs))
			}
		}
		list, rest = longer, rest[end:]
	}
	return list, nil
}
