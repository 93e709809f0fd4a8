package tell

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/report"
)

// Caveats returns what a reader of a comparison has to keep in mind, in sentences.
func Caveats(res *compare.Result) (all []string) {
	c := compared(res)
	all = append(all, c.sameBytes()...)
	all = append(all, c.unknown()...)
	all = append(all, c.differentStates()...)
	all = append(all, fileCaveats(res.Files, c.labels, "nothing to match by")...)
	all = append(all, c.undated()...)
	all = append(all, c.ambiguous()...)
	all = append(all, c.moved()...)
	all = append(all, c.weak()...)
	all = append(all, c.strangers()...)
	all = append(all, c.filledElsewhere()...)
	if len(c.Main) > 0 {
		all = append(all, "A row is in another file if all that it is matched by stands there exactly alike: somebody whose name or address changed in between, or is misspelt in one file, can count as in one only.")
	}
	all = append(all, c.fingerprintCaveats()...)
	return append(all, "An overlap is consistent with a common source. It does not show who copied what, or from whom.")
}

// undated says what it costs that the day of a file's data is not given, and that
// its state is not known.
func (c *comparison) undated() (all []string) {
	var undated, stateless []string
	for i, f := range c.Files {
		if f.AsOf.Year == 0 {
			undated = append(undated, c.labels[i])
		}
		if states(f) == "" {
			stateless = append(stateless, c.labels[i])
		}
	}
	if len(undated) > 0 {
		all = append(all, fmt.Sprintf("The day of the data of %s is not given: a column counts as public only if it was so at all times. With the day before the name, as in 2020-09-01=%s, it is held against the rules of that day.", some(undated), undated[0]))
	}
	if len(stateless) > 0 {
		all = append(all, fmt.Sprintf("The state of %s is not known: its columns cannot be held against a public record. A layout file can name it.", some(stateless)))
	}
	return all
}

// fileCaveats says what of files was not read, could not be matched (keyless is
// what such rows have), or contradicts itself.
func fileCaveats(files []*compare.File, labels []string, keyless string) (all []string) {
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	var without []string
	for i, f := range files {
		switch {
		case f.Keyless > 0 && f.Keyless == f.Read():
			say("All rows of %s have %s.", labels[i], keyless)
		case f.Keyless > 0:
			without = append(without, fmt.Sprintf("%s of %s (%s)", report.Counted(f.Keyless, "row", "rows"), labels[i], report.Percent(float64(f.Keyless)/float64(f.Read()))))
		}
		if n := f.Rows - f.Read(); n > 0 {
			say("%s of %s could not be read (%s) and %s left out.", report.Counted(n, "row", "rows"), labels[i], reasons(f), one(n, "was", "were"))
		}
		if f.Ignored > 0 {
			say("%s of %s %s decoys of the register given and left out of all counts.", report.Counted(f.Ignored, "row", "rows"), labels[i], one(f.Ignored, "was", "were"))
		}
		if len(f.Doubts) > 0 {
			say("How %s was read is not settled by what is in it: %s. Hold the line of somebody you know against its layout.", labels[i], some(f.Doubts))
		}
		if len(f.OfOthers) > 0 {
			say("Values of %s seem to stand in other people's rows: %s. What was compared by them says little; get another copy.", labels[i], some(f.OfOthers))
		}
		if said := contrary(f); len(said) > 0 {
			say("Some rows of %s speak against how they were read, which was as they stand: %s.", labels[i], some(said))
		}
		if 100*f.Impossible > f.Read() {
			say("%s of %s %s a birth date with a month or day that does not exist; only its year was compared.", report.Counted(f.Impossible, "row", "rows"), labels[i], one(f.Impossible, "has", "have"))
		}
		if f.Elsewhere > 0 && states(f) != "" {
			say("%s of %s %s of other states than %s: what is said of the public record does not cover them.", report.Counted(f.Elsewhere, "row", "rows"), labels[i], one(f.Elsewhere, "is", "are"), states(f))
		}
		if f.Unread > 0 {
			say("%s of %s that may hold people %s not read: nothing said here covers them.", report.Counted(int64(f.Unread), "member", "members"), labels[i], one(int64(f.Unread), "was", "were"))
		}
		others := slices.DeleteFunc(f.Unlooked(), func(m compare.Member) bool { return m.Unread }) // those are told already
		if said := notLooked(others); said != "" {
			say("Of %s, %s: nothing said here covers what stands there.", labels[i], said)
		}
		if f.Contradicted() {
			say("%s is said to be of %s, and %s in it later than that: the day given seems to be wrong.", labels[i], day(f.AsOf), report.Counted(f.Late, "registration or vote is", "registrations or votes are"))
		}
	}
	if len(without) > 0 {
		say("Whether rows with %s are elsewhere cannot be told: %s.", keyless, some(without))
	}
	return all
}

// contrary says which rows speak against how they were read, but for those that do so
// singly.
func contrary(f *compare.File) (said []string) {
	for _, c := range f.Contrary {
		switch {
		case c.Singly:
		case c.Member == f.Path:
			said = append(said, c.String())
		default:
			said = append(said, c.Member+": "+c.String())
		}
	}
	return said
}

// singly returns how many rows seem to have two columns swapped here and there, as some
// rows of any file do.
func singly(f *compare.File) (rows int64) {
	for _, c := range f.Contrary {
		if c.Singly {
			rows += c.Rows
		}
	}
	return rows
}

// unread says which part of a file could be read and why not the others, where that is
// more than slips of the pen; else "".
func unread(f *compare.File) string {
	lost := f.Lost()
	if lost == 0 {
		return ""
	}
	why := "could not be read"
	if f.Joined() {
		why = "have another number of fields: another file may have been joined"
	}
	return fmt.Sprintf("%s of its rows; the others %s", report.Percent(1-lost), why)
}

// reasons counts the rows of a file that were skipped.
func reasons(f *compare.File) string {
	var words []string
	for _, why := range slices.Sorted(maps.Keys(f.Skipped)) {
		if f.Skipped[why] > 0 {
			words = append(words, why+" "+report.Number(f.Skipped[why]))
		}
	}
	return strings.Join(words, ", ")
}

// one returns the word for one, or that for several.
func one(n int64, singular, plural string) string {
	if n == 1 {
		return singular
	}
	return plural
}

// sameBytes names files that are one.
func (c *comparison) sameBytes() (all []string) {
	for b := range c.Files {
		a := slices.IndexFunc(c.Files[:b], func(f *compare.File) bool { return slices.Equal(f.Sources, c.Files[b].Sources) })
		if a >= 0 {
			all = append(all, fmt.Sprintf("%s and %s are the same file, byte for byte.", c.labels[a], c.labels[b]))
		}
	}
	return all
}

// shareState reports whether two files have voters of one state.
func shareState(a, b *compare.File) bool {
	return slices.ContainsFunc(a.Jurisdictions, func(j string) bool { return slices.Contains(b.Jurisdictions, j) })
}

// differentStates says what files of different states can share.
func (c *comparison) differentStates() (all []string) {
	const moved, kept = "voter ids and addresses of one are not in the other, and somebody in both has moved, or is a namesake.",
		"they have nothing in common to match by that people keep when they move, such as a birth date, so that who moved from one to the other is not found."
	pairs := map[string][]string{}
	for i := range c.Main {
		o := &c.Main[i]
		a, b := states(c.Files[o.A]), states(c.Files[o.B])
		if a == "" || b == "" || shareState(c.Files[o.A], c.Files[o.B]) {
			continue
		}
		why := kept
		if o.Key == hashing.NameDOB || o.Key == hashing.Email || o.Key == hashing.Phone {
			why = moved
		}
		pairs[why] = append(pairs[why], fmt.Sprintf("%s is of %s and %s of %s", c.labels[o.A], a, c.labels[o.B], b))
	}
	for _, why := range []string{moved, kept} {
		switch p := pairs[why]; {
		case len(p) > 3:
			all = append(all, fmt.Sprintf("%d pairs are of files of different states: %s", len(p), why))
		case len(p) > 0:
			all = append(all, strings.Join(p, ", ")+": "+why)
		}
	}
	return all
}

// ambiguous says of rows that share a key.
func (c *comparison) ambiguous() (all []string) {
	for _, k := range hashing.KeyTypes() {
		var words []string
		for i := range c.Files {
			if main, ok := MainKey(c.Result, i); ok && main == k && c.Repeated[i][k] > 0 {
				words = append(words, report.Counted(c.Repeated[i][k], "row", "rows")+" of "+c.labels[i])
			}
		}
		if len(words) > 0 {
			all = append(all, fmt.Sprintf("The %s of another row of the same file stands in %s. They count as rows, and are left out where fields are compared, since nobody can tell which belong together.",
				tiers[k].words, some(words)))
		}
	}
	return all
}

// weak says which pairs are told by a key that strangers share, and whose voter ids
// match much less than their names.
func (c *comparison) weak() (all []string) {
	for i := range c.Main {
		o := &c.Main[i]
		if tiers[o.Key].tier == "possible" {
			all = append(all, fmt.Sprintf("%s and %s have only %s in common to match by, which strangers share in up to %s of cases.",
				c.labels[o.A], c.labels[o.B], tiers[o.Key].words, report.Percent(tiers[o.Key].chance)))
		}
		for j := range c.Overlaps {
			v := &c.Overlaps[j]
			if v.A == o.A && v.B == o.B && shareState(c.Files[o.A], c.Files[o.B]) && v.Key == hashing.VoterID && o.Key != v.Key && 2*v.Common < o.Common && 10*o.Common > min(o.KeysA, o.KeysB) {
				all = append(all, fmt.Sprintf("By voter id, %s and %s have %s in common, by %s %s: one of them numbers its voters in its own way.",
					c.labels[o.A], c.labels[o.B], report.Counted(v.Common, "key", "keys"), tiers[o.Key].words, report.Number(o.Common)))
			}
		}
	}
	return all
}

// strangers says which pairs have rows matched that most often contradict each other
// in a name or a birth date: a number that two people have is no person in common. Where
// the first names agree all the same, it is the dates of one file that are otherwise.
func (c *comparison) strangers() (all []string) {
	for i := range c.Main {
		o := &c.Main[i]
		agree := ""
		for _, f := range c.Fields {
			if f.A != o.A || f.B != o.B || f.Field != compare.First && f.Field != compare.BirthDate && f.Field != compare.BirthYear {
				continue
			}
			if f.Differs <= f.Same {
				if f.Field == compare.First && f.Same > 0 && !slices.Contains(keyFields[o.Key], f.Field) {
					agree = f.Field.Title()
				}
				continue
			}
			means := "most are hardly the same people"
			if f.Field == compare.First && c.sameBirths(o) {
				means = "as most agree in the birth, the first names of one file seem to be wrong, or to stand in other rows than their own, " + byItself
			}
			if agree != "" {
				means = fmt.Sprintf("as most agree in %s, the dates of one file seem to be wrong, to be written in another order than they were read in, or to stand in other rows than their own, %s", agree, byItself)
			}
			all = append(all, fmt.Sprintf("Of the rows of %s and %s that are matched by %s, %s differ in %s and %s agree: %s.",
				c.labels[o.A], c.labels[o.B], tiers[o.Key].words, report.Number(f.Differs), f.Field.Title(), report.Number(f.Same), means))
			break
		}
	}
	return all
}

// sameBirths reports whether most rows that a pair has in common agree in birth, which is
// no part of what they are matched by.
func (c *comparison) sameBirths(o *compare.Overlap) bool {
	return slices.ContainsFunc(c.Fields, func(f compare.Agreement) bool {
		birth := f.Field == compare.BirthDate || f.Field == compare.BirthYear
		return f.A == o.A && f.B == o.B && birth && f.Same > f.Differs && !slices.Contains(keyFields[o.Key], f.Field)
	})
}

// filledElsewhere says of which fields the rows in common have values in one file only:
// a column can be public, and what stands in it not be.
func (c *comparison) filledElsewhere() (all []string) {
	for i := range c.Main {
		o := &c.Main[i]
		for _, side := range [][2]int{{o.A, o.B}, {o.B, o.A}} {
			var words []string
			for _, f := range c.Fields {
				n := f.OnlyA
				if side[0] == o.B {
					n = f.OnlyB
				}
				if f.A == o.A && f.B == o.B && (f.Field == compare.Phone || f.Field == compare.Email) && n > 0 && f.Same+f.Differs > 0 && 10*n > c.Paired[i] {
					words = append(words, fmt.Sprintf("the %s of %s", f.Field.Title(), report.Counted(n, "row", "rows")))
				}
			}
			if len(words) > 0 {
				all = append(all, fmt.Sprintf("%s has %s where %s has none for the same rows. That a column is public does not say that these are.", c.labels[side[0]], list(words), c.labels[side[1]]))
			}
		}
	}
	return all
}

// method says how a comparison was made, for who repeats it.
func (c *comparison) method() []string {
	return []string{
		"Rows are read by the layout of their file, and names, dates, addresses and numbers put into one canonical form (version " + hashing.Version + "): order of columns, case, codes and the writing of dates are no differences.",
		"Rows match when they have the same key, exactly; spellings are not guessed. A pair is told by the strongest key that finds nearly as many rows as any other, of those that half of the first rows of both files have. Fields are compared where one row of each file has the key.",
		"Shares count rows that carry the key; Jaccard counts different keys: those in both as a share of those in either. Intervals are those of Wilson (1927) at 95 %: how far the share would move if the rows were a sample of the same source. All rows were counted; nothing was sampled, so there is no seed.",
		"Fields are compared by 16-bit prints of their values: two different values count as the same once in 65,535.",
		"By chance, of people who are not in a roll of 7.5 million about 0.075 % have the name and birth date of somebody in it, 0.07 % the name, birth year and ZIP code, and 2.4 % the name and ZIP code.",
		"The same files give the same report with any number of jobs and any memory.",
	}
}

func (c *comparison) sources() *report.Table { return sourceTable(c.Files, c.labels) }

// sourceTable names the bytes that were read.
func sourceTable(files []*compare.File, labels []string) *report.Table {
	t := &report.Table{Columns: []report.Column{{Title: "File"}, {Title: "Bytes", Number: true}}}
	for i, f := range files {
		for _, s := range f.Sources {
			t.Rows = append(t.Rows, report.Row{Cells: []string{labels[i], report.Number(s.Bytes)}, Note: "SHA-256 " + s.SHA256})
		}
	}
	return t
}
