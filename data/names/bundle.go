package names

import (
	"errors"
	"strconv"
	"strings"
)

// tables are what a look-up needs, in the order of a bundle. The lines of places
// end with names for people, which only who walks whole tables reads: words is how
// many words a bundle keeps of a line, 0 for all.
var tables = []struct {
	name  string
	text  *string
	words int
}{
	{"surnames", &surnames, 0}, {"nicknames", &nicknames, 0}, {"firsts", &firsts, 0},
	{"zips", &zips, 3}, {"counties", &counties, 4}, {"states", &states, 0},
}

// Bundle returns the tables of all look-ups in one file, as Load takes them in a
// browser: for each a line with its name and its length in bytes, and then the
// table.
func Bundle() []byte {
	var b []byte
	for _, t := range tables {
		text := *t.text
		if t.words > 0 {
			text = shortened(text, t.words)
		}
		b = append(b, t.name+" "+strconv.Itoa(len(text))+"\n"+text...)
	}
	return b
}

// shortened returns a table with the first words of each line.
func shortened(table string, words int) string {
	var b strings.Builder
	for line := range lines(table) {
		end := 0
		for range words {
			if n := strings.IndexByte(line[end:], ' '); n >= 0 {
				end += n + 1
			} else {
				end = len(line) + 1
				break
			}
		}
		b.WriteString(line[:end-1])
		b.WriteByte('\n')
	}
	return b.String()
}

var errBundle = errors.New("data/names: not a bundle of tables")

// cutBundle takes a bundle apart into tables by name. It must hold exactly those
// of [Bundle], in order.
func cutBundle(bundle string) (map[string]string, error) {
	cut := make(map[string]string)
	for _, t := range tables {
		head, rest, _ := strings.Cut(bundle, "\n")
		name, length, _ := strings.Cut(head, " ")
		n, err := strconv.Atoi(length)
		if err != nil || name != t.name || n <= 0 || n > len(rest) || rest[n-1] != '\n' {
			return nil, errBundle
		}
		cut[name], bundle = rest[:n], rest[n:]
	}
	if bundle != "" {
		return nil, errBundle
	}
	return cut, nil
}
