// Package names answers how common a name, a birth year or a ZIP code is, and
// which nicknames go with a first name. The odds of a namesake are made of it.
//
// The tables are text files, one line an entry, sorted by byte and embedded as
// they stand. A look-up is a binary search over the text itself: nothing is
// parsed, built or allocated at start-up, a diff of a table can be read, and a
// program that asks for surnames only does not link the ZIP codes. In a browser
// nothing is embedded, because a program is loaded there at every visit: who runs
// it hands the tables over (Load). README.md names the source of every table and
// what is crude about it.
//
// Names are given in canonical form: A to Z only (see rollcheck/hashing).
// Shares are fractions of 1. All functions are safe for concurrent use.
package names

import (
	"strconv"
	"strings"
)

const (
	// surnamePeople is how many people gave a surname in the 2010 census:
	// the 265,667,228 of the table and 29,312,001 with a rarer one.
	surnamePeople = 294_979_229
	// surnameLeast is the least number of bearers the census lists a name for.
	surnameLeast = 100
)

// SurnameShare returns the share of the United States' people who bear the
// surname. One that is not listed has fewer than 100 bearers: listed is false
// and the share is that upper bound.
func SurnameShare(last string) (share float64, listed bool) {
	rest, ok := find(surnames, last)
	if !ok {
		return float64(surnameLeast) / surnamePeople, false
	}
	return float64(number(rest)) / surnamePeople, true
}

// Nicknames returns the other first names that people of this name are known
// by, in both directions: the nicknames of a full name, the full names of a
// nickname, and, for a nickname of at most three full names, the other
// nicknames of those (Bob: Robert, Rob, Bobby). Who is one of another's names has
// that one among theirs. They are sorted and never hold the name itself; nil if
// none is listed. The mean over people is 2.6, the most 25.
func Nicknames(first string) []string {
	rest, ok := find(nicknames, first)
	if !ok {
		return nil
	}
	return strings.Fields(rest)
}

// find returns what follows the key and a space in the line of table that
// begins with them. The lines are sorted by byte; a space sorts before every
// other byte of a key.
func find(table, key string) (rest string, ok bool) {
	lo, hi := 0, len(table)
	for lo < hi {
		mid := lo + (hi-lo)/2
		start := lo + strings.LastIndexByte(table[lo:mid], '\n') + 1
		end := start + strings.IndexByte(table[start:], '\n')
		line := table[start:end]
		switch {
		case len(line) > len(key) && line[len(key)] == ' ' && line[:len(key)] == key:
			return line[len(key)+1:], true
		case line < key:
			lo = end + 1
		default:
			hi = start
		}
	}
	return "", false
}

// word cuts the first word off a line.
func word(line string) (first, rest string) {
	first, rest, _ = strings.Cut(line, " ")
	return first, rest
}

// number reads a count of a table, which the package's tests prove well formed.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic("data/names: " + err.Error())
	}
	return n
}
