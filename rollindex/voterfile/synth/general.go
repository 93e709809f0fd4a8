package synth

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// general returns the profile of any layout, from its data alone.
func general(l *layouts.Layout, state string) *profile {
	p := &profile{
		state: state, areas: []string{areaCode(state)},
		parties: partiesOf(l), races: racesOf(l), sexes: sexesOf(l), status: statusOf(l),

		congress: 9, senate: 40, house: 99,
		idFormat: idOf(l), lapses: 0.005, elections: 10, phones: 0.35, emails: 0.10,
	}
	if len(l.Jurisdiction) == 2 {
		p.country = l.Jurisdiction
	}
	if withholds(l) {
		p.exempt = 0.005
	}
	p.countiesOf(l)
	return p
}

func withholds(l *layouts.Layout) bool {
	return slices.ContainsFunc(l.Columns, func(c layouts.Column) bool { return c.Withheld })
}

// original lists the first area code of each state in the plan of 1947, all of
// which are still in use there; Alaska, Hawaii and Puerto Rico got theirs later.
const original = `AK907 AL205 AR501 AZ602 CA213 CO303 CT203 DC202 DE302 FL305 GA404 HI808 IA515 ID208 IL312 IN317 KS316 KY502 LA504
	MA617 MD301 ME207 MI313 MN612 MO314 MS601 MT406 NC704 ND701 NE402 NH603 NJ201 NM505 NV702 NY212 OH216 OK405 OR503 PA215 PR787
	RI401 SC803 SD605 TN615 TX214 UT801 VA703 VT802 WA206 WI414 WV304 WY307`

func areaCode(state string) string {
	_, code, _ := strings.Cut(original, state)
	return code[:3]
}

// limitOf returns the longest value of the layout's column with the role, 0 for
// any length.
func limitOf(l *layouts.Layout, role field.Role) int {
	for i := range l.Columns {
		if l.Columns[i].Role == role {
			return limit(&l.Columns[i])
		}
	}
	return 0
}

func limit(c *layouts.Column) int { return cmp.Or(c.MaxLength, c.Length) }

// listed reports whether the words are codes of the layout, which it need not
// have for the role. No word at all always is.
func listed(l *layouts.Layout, role field.Role, words []string) bool {
	codes := l.Codes[role.String()]
	return len(codes) == 0 || !slices.ContainsFunc(words, func(w string) bool { _, ok := codes[w]; return !ok && w != "" })
}

// code is a code of a layout and what it says, in lower case.
type code struct{ word, meaning string }

// codesOf lists the codes of a role that a file can hold whatever its form, sorted.
func codesOf(l *layouts.Layout, role field.Role) []code {
	var list []code
	codes := l.Codes[role.String()]
	for _, w := range slices.Sorted(maps.Keys(codes)) {
		if !strings.ContainsFunc(w, func(r rune) bool { return r < ' ' || r > 0xff || strings.ContainsRune(`"\`+l.Delimiter, r) }) {
			list = append(list, code{w, strings.ToLower(codes[w])})
		}
	}
	return list
}

// A class is a kind of people, by words in what a code says, and their share.
type class struct {
	words []string
	share float64
}

// choose weighs the codes by their classes, those of none little. A class with
// several codes divides its share among them.
func choose(codes []code, classes []class, otherwise []weighted) choice {
	if len(codes) == 0 {
		return newChoice(otherwise)
	}
	list := make([]weighted, len(codes))
	of := make([]int, len(codes))
	count := make([]float64, len(classes)+1)
	for i, c := range codes {
		of[i] = slices.IndexFunc(classes, func(k class) bool {
			return slices.ContainsFunc(k.words, func(w string) bool { return strings.Contains(c.meaning, w) })
		})
		count[of[i]+1]++
	}
	for i, c := range codes {
		list[i] = weighted{c.word, 0.5}
		if k := of[i]; k >= 0 {
			list[i].weight = classes[k].share / count[k+1]
		}
	}
	return newChoice(list)
}

func partiesOf(l *layouts.Layout) choice {
	return choose(codesOf(l, field.RoleParty), []class{
		{[]string{"democrat"}, 36}, {[]string{"republican"}, 33},
		{[]string{"no party", "unaffiliated", "undeclared", "nonpartisan", "no affiliation", "not designated", "unenrolled", "decline", "not a member", "optional"}, 28},
	}, []weighted{{"DEM", 36}, {"REP", 33}, {"UNA", 28}, {"LIB", 1}})
}

func racesOf(l *layouts.Layout) choice {
	return choose(codesOf(l, field.RoleRace), []class{
		{[]string{"white"}, 64}, {[]string{"black"}, 14}, {[]string{"hispanic"}, 13}, {[]string{"asian"}, 4},
	}, []weighted{{"White", 64}, {"Black", 14}, {"Hispanic", 13}, {"Asian", 4}, {"Other", 2}})
}

// sexesOf returns the layout's words for women, men and those whose sex is not
// known, "" for the last if it has none.
func sexesOf(l *layouts.Layout) [3]string {
	codes := codesOf(l, field.RoleSex)
	if len(codes) == 0 {
		return [3]string{"F", "M", "U"}
	}
	sexes := [3]string{"F", "M", ""}
	for _, c := range codes {
		switch {
		case strings.HasPrefix(c.meaning, "female"), strings.HasPrefix(c.meaning, "woman"):
			sexes[0] = c.word
		case strings.HasPrefix(c.meaning, "male"), strings.HasPrefix(c.meaning, "man"):
			sexes[1] = c.word
		default:
			sexes[2] = c.word
		}
	}
	return sexes
}

// statusOf returns the layout's words for the active and the inactive: the first
// code whose meaning begins with the word, and for the inactive one that doubts
// an address. A layout of one code has only that; one whose codes say something
// else, such as marks of few voters, has none.
func statusOf(l *layouts.Layout) (words [4]string) {
	codes := codesOf(l, field.RoleStatus)
	first := func(meanings ...string) string {
		for _, m := range meanings {
			for _, c := range codes {
				if strings.HasPrefix(c.meaning, m) {
					return c.word
				}
			}
		}
		return ""
	}
	switch room := limitOf(l, field.RoleStatus); {
	case len(codes) == 1:
		words[active] = codes[0].word
	case len(codes) > 0:
		words[active] = first("active", "registered")
		words[inactive] = first("inactive", "verify", "suspense", "challenged", "no longer")
	case room > 0 && room < len("INACTIVE"):
		words[active], words[inactive] = "A", "I"
	default:
		words[active], words[inactive] = "ACTIVE", "INACTIVE"
	}
	words[inactive] = cmp.Or(words[inactive], words[active])
	return words
}

// idOf fills the column of the voter number, up to nine digits. The numbers of
// people are unique as far as the column has room: a narrow one repeats them.
func idOf(l *layouts.Layout) idFormat {
	f := idFormat{digits: 9, from: 1}
	if room := limitOf(l, field.RoleVoterID); room > 0 {
		f.digits = min(room, f.digits)
	}
	for range f.digits - 1 {
		f.from *= 10
	}
	for 1<<(f.bits+1) <= 9*f.from {
		f.bits++
	}
	return f
}

// countiesOf decides how a county is written: by the layout's codes, if they name
// the counties, else by its number where the column's name or width asks for
// one, else by its name.
func (p *profile) countiesOf(l *layouts.Layout) {
	i := slices.IndexFunc(l.Columns, func(c layouts.Column) bool { return c.Role == field.CountyID })
	if i < 0 {
		return
	}
	width := limit(&l.Columns[i])
	name := layouts.NormName(l.Columns[i].Name)
	codes := codesOf(l, field.CountyID)
	if len(codes) > 0 {
		p.countyCodes = map[string]string{}
		for _, c := range codes {
			p.countyCodes[fold(l.Codes["county_id"][c.word])] = c.word
		}
	}
	if width > 0 && width <= 3 {
		p.countyFormat = fmt.Sprintf("%%0%dd", width)
	} else if slices.ContainsFunc([]string{"code", "number", "fips"}, func(w string) bool { return strings.HasSuffix(name, w) }) {
		p.countyFormat = "%d"
	}
}
