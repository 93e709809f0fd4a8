package report

import (
	"html/template"
	"regexp"
	"strings"

	"rollcheck/data/advice"
)

// Numbers and their signs stand in one line: "94.1 %", "< 0.1 %".
var apart = regexp.MustCompile(`([0-9]) (%)|([<>]) ([0-9])`)

// bind puts a character in place of the spaces that no line is broken at.
func bind(text, space string) string {
	return apart.ReplaceAllString(text, "$1$3"+space+"$2$4")
}

// unbroken is how HTML writes them: with spaces that do not break.
func unbroken(text string) string { return bind(bind(text, "\u00a0"), "\u00a0") } // twice, since two may share a digit

// whole are intervals and days, which a browser would break after a hyphen.
var whole = regexp.MustCompile(`\([0-9.]+-[0-9.]+\)|[0-9]{4}-[0-9]{2}-[0-9]{2}`)

// kept is HTML of a text in which numbers and their signs, intervals and days stand in
// one line.
func kept(text string) template.HTML {
	return template.HTML(whole.ReplaceAllString(template.HTMLEscapeString(unbroken(text)), `<span class="w">$0</span>`))
}

// held stands for such a space while a text is folded, which breaks at any space
// there is.
const held = "\x00"

// fold is [advice.Fold] with them.
func fold(first, indent, text string, width int) string {
	text = bind(bind(strings.ReplaceAll(text, held, ""), held), held)
	return strings.ReplaceAll(advice.Fold(first, indent, text, width), held, " ")
}
