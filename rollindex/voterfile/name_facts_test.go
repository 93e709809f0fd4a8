package voterfile

import (
	"testing"

	"rollcheck/data/names"
)

// The facts of every name are what the tables say, and a name in no table has none.
func TestFactsAreThoseOfTheTables(t *testing.T) {
	n := 0
	check := func(name string) {
		n++
		kind, listed := weighWord(name)
		f := known().of(hashOf([]byte(name)))
		if (f&factListed != 0) != listed || (f&factSurname != 0) != (kind == surname) || (f&factGiven != 0) != (kind == givenName) {
			t.Fatalf("%s: facts %b, kind %v, listed %v", name, f, kind, listed)
		}
	}
	for name := range names.Surnames() {
		check(name)
		check(name + "Q")
	}
	for f := range names.Firsts() {
		check(f.Name)
	}
	if n < 300_000 {
		t.Errorf("%d names checked", n)
	}
}

func BenchmarkKnown(b *testing.B) {
	for b.Loop() {
		if known().of(hashOf([]byte("GARCIA")))&factSurname == 0 {
			b.Fatal("GARCIA is no surname")
		}
	}
}
