// Package tell puts what package compare found into words that can be quoted, and
// into pages ([report.Page]) and tables for spreadsheets.
//
// [Compared] tells a comparison and [Dated] a dating; [ComparedCSV], [DatedCSV],
// [CardsCSV] and [ScoredCSV] hold numbers. [MadeCard] and [CardPair] tell cards, [Drawn] and [Scored]
// samples for verification. Nothing here holds a row: only counts, columns, days and
// names of files. The wording is "consistent with", never "from": overlap shows
// what two files have in common, not who copied it from whom.
package tell

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"rollcheck/data/catalogue"
	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/report"
)

// Labels returns what files are called: their names, with as much of the path
// before as tells them apart, and the number of the argument where nothing does.
func Labels(paths []string) []string {
	labels := make([]string, len(paths))
	for i, p := range paths {
		labels[i] = shown(filepath.Base(p))
		for n := 2; ; n++ {
			longer := tail(p, n)
			if !slices.ContainsFunc(paths, func(q string) bool { return q != p && shown(tail(q, n-1)) == labels[i] }) || longer == tail(p, n-1) {
				break
			}
			labels[i] = shown(longer)
		}
	}
	for i := range labels {
		for slices.Contains(labels[:i], labels[i]) {
			labels[i] = fmt.Sprintf("%s (file %d)", labels[i], i+1)
		}
	}
	return labels
}

// tail returns the last n elements of a path, all of it if it has fewer.
func tail(path string, n int) string {
	parts := strings.Split(filepath.ToSlash(filepath.Clean(path)), "/")
	return strings.Join(parts[max(len(parts)-n, 0):], "/")
}

// shown makes a name fit for a terminal.
func shown(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(name, "?"))
}

// letter names a file in a table: A, B ... T.
func letter(i int) string { return string(rune('A' + i)) }

// shareText writes a share with its interval: "94.1 % (93.9-94.3)". Where the
// interval is narrower than a tenth of a percent, its ends have a digit more.
func shareText(s compare.Share) string {
	digits := 1
	if s.High-s.Low < 0.001 {
		digits = 2
	}
	end := func(v float64) string {
		return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(100*v, 'f', digits, 64), "0"), ".")
	}
	low, high := end(s.Low), end(s.High)
	if s.Low == 0 {
		low = "0"
	}
	if s.High == 1 {
		high = "100"
	}
	return fmt.Sprintf("%s (%s-%s)", report.Percent(s.Value()), low, high)
}

// filled writes a fill rate: "31 %".
func filled(share float64) string {
	switch {
	case share >= 0.995 && share < 1:
		return "> 99 %"
	case share >= 0.1:
		return fmt.Sprintf("%.0f %%", 100*share)
	}
	return report.Percent(share)
}

// day writes a date as in a sentence: "1 September 2020".
func day(d hashing.Date) string {
	if d.Precision() != hashing.PrecisionDay {
		return d.String()
	}
	return time.Date(int(d.Year), time.Month(d.Month), int(d.Day), 0, 0, 0, 0, time.UTC).Format("2 January 2006")
}

// dayNumber places a date on an axis.
func dayNumber(d hashing.Date) float64 {
	return float64(time.Date(int(d.Year), time.Month(d.Month), int(d.Day), 0, 0, 0, 0, time.UTC).Unix()) / 86400
}

// list joins words as in a sentence: "a, b and c".
func list(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// some joins the first words of a list, and counts the others.
func some(words []string) string { return first(words, 4) }

// first joins so many words of a list, and counts the others.
func first(words []string, most int) string {
	if n := len(words); n > most+1 {
		words = append(words[:most:most], fmt.Sprintf("%d more", n-most))
	}
	return list(words)
}

// states names the states of a file.
func states(f *compare.File) string {
	var names []string
	for _, j := range f.Jurisdictions {
		if j != hashing.NoJurisdiction {
			names = append(names, catalogue.PlaceName(j))
		}
	}
	if len(names) > 4 {
		names = append(names[:3], fmt.Sprintf("%d others", len(names)-3))
	}
	return list(names)
}

// A tier says how much a match by a key says.
type tier struct {
	words string // what the key is made of
	tier  string
	// chance is the share of people who are not in a roll of 7.5 million but whose key
	// is: measured on generated voters of North Carolina (package exposure tests it). A
	// key without a ZIP code is met by chance in proportion to the roll's size.
	chance float64
}

// chanceRoll is the size of the roll on which chances were measured.
const chanceRoll = 7.5e6

var tiers = map[hashing.KeyType]tier{
	hashing.VoterID:     {"voter id and surname", "strong", 0},
	hashing.NameAddress: {"name and address", "strong", 0},
	hashing.Email:       {"surname and e-mail address", "strong", 0},
	hashing.Phone:       {"surname and telephone number", "strong", 0},
	hashing.NameDOB:     {"name and birth date", "likely", 0.00075},
	hashing.NameYOBZIP:  {"name, birth year and ZIP code", "likely", 0.00068},
	hashing.NameZIP:     {"name and ZIP code", "possible", 0.024},
}

// byChance reports whether a share of rows found among so many keys is no more
// than strangers would make: names go together more often than independent ones
// would, up to 3.5-fold.
func byChance(k hashing.KeyType, s compare.Share, keys int64) bool {
	expected := tiers[k].chance * float64(keys) / chanceRoll
	return s.Part > 0 && s.Low <= 3.5*math.Min(expected, 1)
}
