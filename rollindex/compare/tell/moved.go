package tell

import (
	"fmt"
	"slices"

	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/report"
)

// A column that was sorted or moved by itself puts every value of it beside other
// people. By keys that it is part of, two files of the same people then have nearly
// nothing in common, which says nothing of the people.

// byItself is what such a column is like.
const byItself = "as in a column that was sorted or moved by itself"

// sharedIDs returns what the voter ids alone say of a pair.
func (c *comparison) sharedIDs(o *compare.Overlap) *compare.SharedIDs {
	i := slices.IndexFunc(c.SharedIDs, func(s compare.SharedIDs) bool { return s.A == o.A && s.B == o.B })
	if i < 0 {
		return nil
	}
	return &c.SharedIDs[i]
}

// fewerIDs returns the labels of a pair, first that of the file with fewer voter ids.
func (c *comparison) fewerIDs(o *compare.Overlap) (fewer, other string) {
	if c.Files[o.B].Keys[hashing.VoterID] < c.Files[o.A].Keys[hashing.VoterID] {
		return c.labels[o.B], c.labels[o.A]
	}
	return c.labels[o.A], c.labels[o.B]
}

// otherBirths returns the overlap by which a pair has many people in common where the
// one that it is told by, which has the birth in it, finds few. Names with a ZIP code are
// met by chance, so that these must be most. Where births are withheld or missing in one
// file, those that it has are found.
func (c *comparison) otherBirths(o *compare.Overlap) *compare.Overlap {
	if o.Key != hashing.NameDOB && o.Key != hashing.NameYOBZIP || 2*o.Common >= min(o.KeysA, o.KeysB) {
		return nil
	}
	for i := range c.Overlaps {
		v := &c.Overlaps[i]
		many := map[hashing.KeyType]int64{hashing.NameAddress: 10, hashing.NameZIP: 2}[v.Key] * v.Common
		if v.A == o.A && v.B == o.B && v.Common >= 10 && 2*o.Common < v.Common && many > min(v.KeysA, v.KeysB) {
			return v
		}
	}
	return nil
}

// movedHeadline says behind the share of a pair that it says nothing; "" if it does.
func (c *comparison) movedHeadline(o *compare.Overlap) string {
	s := c.sharedIDs(o)
	fewer, _ := c.fewerIDs(o)
	switch v := c.otherBirths(o); {
	case s != nil && s.SurnamesMoved():
		return fmt.Sprintf(" That says nothing of whether they hold the same people: most voter ids of %s are in both, beside other surnames.", fewer)
	case s != nil:
		return fmt.Sprintf(" But most voter ids of %s are in both, beside other people: that is no finding before it is known why.", fewer)
	case v != nil:
		return fmt.Sprintf(" That says nothing of whether they hold the same people: by %s they have %s in common.", tiers[v.Key].words, report.Counted(v.Common, "key", "keys"))
	}
	return ""
}

// Moved reports whether a pair seems to have a column whose values stand in other rows
// than their own, so that having nothing in common says nothing.
func Moved(res *compare.Result) bool { return len(compared(res).moved()) > 0 }

// moved says which pairs seem to have a column whose values stand in other rows than
// their own.
func (c *comparison) moved() (all []string) {
	for i := range c.Main {
		o := &c.Main[i]
		a, b := c.labels[o.A], c.labels[o.B]
		if s := c.sharedIDs(o); s != nil {
			fewer, other := c.fewerIDs(o)
			said := fmt.Sprintf("%s of the %s voter ids looked at of %s are in %s too, and %s of them stand beside another surname there",
				report.Number(s.Both), report.Number(s.Looked), fewer, other, report.Number(s.Both-s.SameLast))
			if s.SurnamesMoved() {
				said += fmt.Sprintf(", but most beside the same first name or year of birth: the surnames of one file seem to be cut or written in another way, or to stand in other rows than their own, %s.", byItself)
			} else {
				said += fmt.Sprintf(", and most beside another first name and year of birth: the same numbers were given to other people, as where each county numbers its own, or they stand in other rows than their own, %s.", byItself)
			}
			all = append(all, said+" The overlap of the two says nothing before that is known: look at the rows of somebody you know.")
		}
		if v := c.otherBirths(o); v != nil {
			all = append(all, fmt.Sprintf("By %s, %s and %s have %s in common, by %s %s: the births of one file seem to be wrong, to be read in another order than they were written in, or to stand in other rows than their own, %s. The overlap by them says nothing then.",
				tiers[v.Key].words, a, b, report.Counted(v.Common, "key", "keys"), tiers[o.Key].words, report.Number(o.Common), byItself))
		}
	}
	return all
}
