package advice

import (
	"strings"
	"unicode/utf8"
)

// Fold returns a text in lines of at most width characters, each ended. The first
// begins with first, the others with indent. A word that is longer than a line
// stands whole, so that an address can be copied.
func Fold(first, indent, text string, width int) string {
	var b strings.Builder
	b.WriteString(first)
	column := utf8.RuneCountInString(first)
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteString("\n" + indent)
			column = utf8.RuneCountInString(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	b.WriteByte('\n')
	return b.String()
}
