package audit

import (
	"bytes"
	"fmt"

	"rollcheck/rollindex/report"
)

// When numbers of ten digits are taken for phone numbers: ids at random are as often
// as 6 in 10 of the form of one.
const (
	leastPhones = 10
	phonesRight = 0.95
	phoneLines  = 100 // distinct ones, or a fifth of fewer: codes of ten digits repeat
	leastMarked = 2   // written as one, such as (555) 201-0100
)

// isPhone reports whether ten digits are of the form of a number of the North
// American plan: area and exchange begin with 2 to 9 and do not end in 11.
func isPhone(v []byte) bool {
	return v[0] >= '2' && v[3] >= '2' && !(v[1] == '1' && v[2] == '1') && !(v[4] == '1' && v[5] == '1')
}

// findPhones judges a column.
func (t *tally) findPhones(ids bool) (found []finding) {
	if t.phone.n >= leastMarked {
		found = append(found, finding{RulePhone, t.phone, "numbers written as phone numbers are"})
	}
	if !ids && t.ten.n >= leastPhones && float64(t.tenOK) >= phonesRight*float64(t.ten.n) && t.tenSet.share(t.ten.n)*float64(t.ten.n) >= min(phoneLines, float64(t.ten.n)/5) {
		found = append(found, finding{RulePhone, t.ten, fmt.Sprintf("of %s numbers of ten digits %s are of the form of a phone number", report.Number(t.ten.n), report.Number(t.tenOK))})
	}
	return found
}

func (t *tally) findEmails() []finding {
	if t.email.n == 0 {
		return nil
	}
	return []finding{{RuleEmail, t.email, "e-mail addresses"}}
}

// When long texts are taken for something that somebody wrote: names of places and
// of elections repeat.
const (
	leastTexts   = 3
	textDistinct = 0.5
)

func (t *tally) findTexts() []finding {
	if t.long.n < leastTexts || t.longSet.share(t.long.n) < textDistinct {
		return nil
	}
	return []finding{{RuleFreeText, t.long, "long texts of many words, hardly two alike"}}
}

// isText reports whether a value has as many words as a sentence.
func isText(v []byte) bool { return bytes.Count(v, []byte{' '}) >= longWords }

// hasEmail reports whether an e-mail address stands in v: a name, an at, a domain
// with a dot in it.
func hasEmail(v []byte) bool {
	i := bytes.IndexByte(v, '@')
	if i < 1 || class[v[i-1]]&(digit|letter|mark) == 0 {
		return i >= 0 && i+1 < len(v) && hasEmail(v[i+1:])
	}
	rest := v[i+1:]
	dot := false
	for j, c := range rest {
		switch {
		case class[c]&(digit|letter) != 0 || c == '-' && j > 0:
			if dot && rest[j-1] == '.' {
				return true
			}
		case c == '.' && j > 0:
			dot = true
		default:
			return hasEmail(rest[j:])
		}
	}
	return false
}

// seeNumbers looks for numbers within a value: those that stand by themselves.
func (t *tally) seeNumbers(v []byte, r *row) {
	var ssn, phone, born bool
	for i := 0; i < len(v); i++ {
		if class[v[i]] != digit && v[i] != '(' {
			continue
		}
		if i > 0 && (class[v[i-1]]&(digit|letter) != 0 || v[i-1] == '-') && !joins(v, i) {
			i = skipNumber(v, i)
			continue
		}
		rest := v[i:]
		if form, valid := dashedSSN(rest); form && ends(rest, 11) {
			if valid && !ssn {
				ssn = true
				t.ssn.add(r.at)
			} else if !valid && !alike(rest[:11]) {
				t.notSSN++
			}
			i += 10
			continue
		}
		if n := phoneAt(rest); n > 0 && ends(rest, n) {
			if !phone {
				phone = true
				t.phone.add(r.at)
			}
			i += n - 1
			continue
		}
		if d, n, ok := dateAt(rest); ok && ends(rest, n) {
			if !born {
				born = true
				t.seeDate(d, r)
			}
			i += n - 1
			continue
		}
		end := i
		for end < len(v) && class[v[end]] == digit {
			end++
		}
		if end-i == 9 && ends(rest, 9) {
			t.seeNine(v[i:end], r)
		}
		i = max(i, end-1)
	}
}

// joins reports whether the number at i follows a letter or dash that ends a word
// such as "SSN-" or "#": only a digit before makes it a part of another number.
func joins(v []byte, i int) bool {
	return v[i-1] == '-' && (i < 2 || class[v[i-2]] != digit)
}

// skipNumber returns the place of the last digit of the number at i.
func skipNumber(v []byte, i int) int {
	for i+1 < len(v) && (class[v[i+1]] == digit || v[i+1] == '-') {
		i++
	}
	return i
}

// ends reports whether nothing goes on behind the first n bytes of v that would make
// them a part of something longer.
func ends(v []byte, n int) bool {
	if n >= len(v) {
		return true
	}
	if class[v[n]]&(digit|letter) != 0 {
		return false
	}
	return v[n] != '-' || n+1 == len(v) || class[v[n+1]] != digit
}

// phoneAt returns the length of the phone number that v begins with, written with
// marks or blanks between its parts; 0 if there is none.
func phoneAt(v []byte) int {
	var digits [10]byte
	n, marks := 0, 0
	for i, c := range v {
		switch {
		case class[c] == digit:
			digits[n] = c
			if n++; n == 10 {
				if marks > 0 && isPhone(digits[:]) {
					return i + 1
				}
				return 0
			}
		case (n == 0 || n == 3) && (c == '(' || c == ')' || c == ' ') || (n == 3 || n == 6) && (c == '-' || c == '.' || c == ' '):
			if c != '(' {
				marks++
			}
			if i > 0 && v[i-1] == c {
				return 0
			}
		default:
			return 0
		}
	}
	return 0
}
