package synth

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// namer makes names of election columns that a regular expression matches. It
// lists the simplest strings of the expression, with a mark for each run of digits,
// once, and takes for an election the one whose words fit it best, with the
// parts of its date for the marks.
type namer struct{ forms []string }

// Marks of a part of a date in a form. A run of four digits is a year, one of six
// or eight a whole date, one of one or two the next of month, day and year. Free
// text at the end of a form that has no digits is a date, too.
const (
	markYear  = '\x01'
	markPart  = '\x02' // of as many digits as it needs
	markPart2 = '\x03' // of two digits
	markSix   = '\x04'
	markEight = '\x05'
	markFree  = '\x06'
)

// maxForms bounds the strings of one expression that are looked at.
const maxForms = 512

func newNamer(pattern string) *namer {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return &namer{} // a layout is only made with one that parses
	}
	return &namer{slices.DeleteFunc(expand(re), func(form string) bool { return len(form) > maxName })}
}

// maxName is how long a column's name may be before it is none, in bytes.
const maxName = 1 << 10

// expand lists the simplest strings of an expression.
func expand(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{string(re.Rune)}
	case syntax.OpCharClass:
		if isDigits(re) {
			return []string{string(markPart)}
		}
		return []string{string(simplest(re))}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return []string{"_"}
	case syntax.OpStar, syntax.OpQuest:
		if isAny(re.Sub[0]) && re.Op == syntax.OpStar {
			return []string{string(markFree)}
		}
		return []string{""}
	case syntax.OpPlus:
		if isAny(re.Sub[0]) {
			return []string{string(markFree)}
		}
		return expand(re.Sub[0])
	case syntax.OpRepeat:
		return repeat(re)
	case syntax.OpCapture:
		return expand(re.Sub[0])
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			all = append(all, expand(sub)...)
		}
		return all[:min(len(all), maxForms)]
	case syntax.OpConcat:
		return concat(re.Sub)
	}
	return []string{""} // anchors, and what matches nothing
}

func isAny(re *syntax.Regexp) bool {
	return re.Op == syntax.OpAnyChar || re.Op == syntax.OpAnyCharNotNL
}

func isDigits(re *syntax.Regexp) bool {
	return len(re.Rune) == 2 && re.Rune[0] == '0' && re.Rune[1] == '9'
}

// simplest returns the first letter of a class, or the first character it has
// among the printable ones.
func simplest(re *syntax.Regexp) rune {
	for _, c := range "GX _-" {
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i] <= c && c <= re.Rune[i+1] {
				return c
			}
		}
	}
	if len(re.Rune) == 0 { // a class of nothing
		return ' '
	}
	return max(re.Rune[0], ' ')
}

// repeat expands a counted repetition; a run of digits is a part of a date.
func repeat(re *syntax.Regexp) []string {
	sub := re.Sub[0]
	if isDigits(sub) {
		switch {
		case re.Max == 8:
			return []string{string(markEight)}
		case re.Max == 6:
			return []string{string(markSix)}
		case re.Max == 4:
			return []string{string(markYear)}
		case re.Min == 2:
			return []string{string(markPart2)}
		}
		return []string{string(markPart)}
	}
	subs := make([]*syntax.Regexp, re.Min)
	for i := range subs {
		subs[i] = sub
	}
	return concat(subs)
}

func concat(subs []*syntax.Regexp) []string {
	all := []string{""}
	for _, sub := range subs {
		var next []string
		tails := expand(sub)
		for _, head := range all {
			for _, tail := range tails {
				if next = append(next, head+tail); len(next) == maxForms {
					break
				}
			}
		}
		all = next[:min(len(next), maxForms)]
	}
	return all
}

var monthNames = [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// name returns the name of an election's column, "" if there is no form.
func (n *namer) name(e *election) string {
	if len(n.forms) == 0 {
		return ""
	}
	kind, other := "general", "primary"
	if e.primary {
		kind, other = other, kind
	}
	score := func(form string) (points int) {
		form = strings.ToLower(form)
		for i, month := range monthNames {
			if strings.HasPrefix(form, month) {
				points += 4 * (2*b2i(i+1 == e.on.date().month) - 1)
			}
		}
		if strings.Contains(form, "19"+string(markPart2)) { // a year of another century
			points--
		}
		return points + 2*b2i(strings.Contains(form, kind)) - 2*b2i(strings.Contains(form, other))
	}
	best := slices.MaxFunc(n.forms, func(a, b string) int { return score(a) - score(b) })
	return string(dated(best, e))
}

// dated puts the parts of the election's date for the marks of a form.
func dated(form string, e *election) []byte {
	d := e.on.date()
	digits := strings.ContainsAny(form, "\x01\x02\x03\x04\x05")
	parts := [...]int{d.month, d.day, d.year % 100}
	var out []byte
	next, year := 0, false
	for i := range len(form) {
		switch c := form[i]; c {
		case markYear:
			if year && next > 0 && next < 2 { // the day of year, month, day
				out = appendNumber(out, parts[next], 1)
				next++
				continue
			}
			out, year = appendDate(out, d, "YYYY"), true
		case markSix:
			out = appendDate(out, d, "MMDDYY")
		case markEight:
			out = appendDate(out, d, "YYYYMMDD")
		case markPart, markPart2:
			part := parts[next%len(parts)]
			if s := string(out); !year && next == 0 && (strings.HasSuffix(s, "19") || strings.HasSuffix(s, "20")) {
				part = d.year % 100
			} else {
				next++
			}
			out = appendNumber(out, part, 1+b2i(c == markPart2))
		case markFree:
			if i == len(form)-1 && !digits {
				out = appendDate(append(out, ' '), d, "MM/DD/YYYY")
			} else if i == len(form)-1 {
				out = append(out, [...]string{"GENERAL", "PRIMARY"}[b2i(e.primary)]...)
			}
		default:
			out = append(out, c)
		}
	}
	return out
}
