package audit

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"rollcheck/data/names"
	"rollcheck/rollindex/report"
)

// Social security numbers are told by three things: what can never be one (area 000,
// 666 and 900 to 999, group 00, serial 0000, and the numbers of advertisements; 20
// CFR 422.103 and the Social Security Administration's pages on randomization of
// 2011), where the values come from, and what else nine digits can be.
//
// Written ddd-dd-dddd nothing else looks so, and two are enough. Digits all alike stand
// for no number, and count for nothing. Nine bare digits are weighed as a column:
//
//   - ZIP+4: four in five begin with a ZIP code that exists, or the row's own.
//     Random ones do in 43 of 100.
//   - numbers given one after the other lie in few areas, or in many with a group 00
//     as often as any other.
//   - codes repeat.
//   - numbers of nine digits that an office gives at random, as voter ids are, have
//     the group 00 once in a hundred: in a column of such numbers, of 1,400 and more
//     with no group 00 among them, one in a million does so by chance. Below that
//     many nobody can tell random ids from social security numbers by their looks,
//     and a column of ids is then let be, and any other told.
//   - among ids that lie close together, those that lie scattered beside them are not
//     of them.
const (
	leastDashed = 2 // values ddd-dd-dddd: one may be a slip
	leastNine   = 5 // values of nine digits
	manyNine    = 1400
	nineValid   = 0.9 // share of them that can be one
	nineSpread  = 60  // areas that are enough
	zipShare    = 0.8
	idMinority  = 0.05 // of the values of a column of ids that are nine digits: the others are the ids
	idChance    = 1e-6 // that ids at random have so few groups 00
	areaLines   = 16   // lines that are kept of each area
	bulkArea    = 50   // ids in the area of the median one, to tell scattered ones from them
)

// nineTally is what the values of nine digits in a column are like.
type nineTally struct {
	n, asID int64 // of them, asID are the row's own voter id
	valid   hits
	ones    int64 // that have an area and a serial, whatever the group
	group00 int64 // of these
	set     sketch
	areas   [1000]int64
	zips    [1000]int64   // of them, that begin with a ZIP code
	areasOK [1000]int64   // of them, that can be one
	linesOK [1000][]place // where the first of those stand
}

func (t *tally) seeNine(v []byte, r *row) {
	if t.nine == nil {
		t.nine = new(nineTally)
	}
	t.nine.see(v, r)
}

func (n *nineTally) see(v []byte, r *row) {
	if alike(v) {
		return
	}
	n.n++
	n.set.add(v)
	if string(v) == string(r.rec.VoterID) {
		n.asID++
	}
	area, group, serial := number(v[:3]), number(v[3:5]), number(v[5:])
	n.areas[area]++
	if string(v[:5]) == string(r.rec.ZIP) || isZIP(100*area+group) {
		n.zips[area]++
	}
	if isArea(area) && serial != 0 {
		n.ones++
		if group == 0 {
			n.group00++
		}
	}
	if isSSN(area, group, serial) {
		n.valid.add(r.at)
		if len(n.linesOK[area]) < areaLines {
			n.linesOK[area] = append(n.linesOK[area], r.at)
		}
		n.areasOK[area]++
	}
}

func (n *nineTally) merge(o *nineTally) {
	n.n, n.asID, n.ones, n.group00 = n.n+o.n, n.asID+o.asID, n.ones+o.ones, n.group00+o.group00
	n.valid.merge(&o.valid)
	n.set.merge(&o.set)
	for a := range n.areas {
		all := append(n.linesOK[a], o.linesOK[a]...)
		slices.Sort(all)
		n.linesOK[a] = all[:min(len(all), areaLines)]
		n.areas[a] += o.areas[a]
		n.zips[a] += o.zips[a]
		n.areasOK[a] += o.areasOK[a]
	}
}

func isArea(area int) bool { return area >= 1 && area <= 899 && area != 666 }

// isSSN reports whether the parts can be a social security number. Those of
// advertisements were held for their own by thousands, and say nothing of a column.
func isSSN(area, group, serial int) bool {
	if !isArea(area) || group == 0 || serial == 0 {
		return false
	}
	return !(area == 78 && group == 5 && serial == 1120) && !(area == 219 && group == 9 && serial == 9999)
}

// alike reports whether the digits of v are all the same, as 000-00-0000 and 9999999999.
func alike(v []byte) bool {
	for _, c := range v {
		if class[c] == digit && c != v[0] {
			return false
		}
	}
	return true
}

// dashedSSN reports whether v begins with a number of the form ddd-dd-dddd, with
// dashes, points or blanks, and whether it can be a social security number.
func dashedSSN(v []byte) (form, valid bool) {
	if len(v) < 11 || v[3] != v[6] || v[3] != '-' && v[3] != ' ' && v[3] != '.' {
		return false, false
	}
	for i, c := range v[:11] {
		if i != 3 && i != 6 && (c < '0' || c > '9') {
			return false, false
		}
	}
	return true, isSSN(number(v[:3]), number(v[4:6]), number(v[7:11]))
}

// zipCodes are the five-digit ZIP codes that exist, made once.
var zipCodes = sync.OnceValue(func() *[100000]bool {
	var known [100000]bool
	for zip := range known {
		_, known[zip] = names.ZIPState(fmt.Sprintf("%05d", zip))
	}
	return &known
})

func isZIP(zip int) bool { return zipCodes()[zip] }

// A finding is a rule that a column breaks by what is in it.
type finding struct {
	rule string
	rows hits
	why  string
}

// findSSN judges a column. ids says that it is one of numbers that an office gives, as
// is any that repeats the row's voter id; own, that the voter id is read from it.
func (t *tally) findSSN(ids, own bool) (found []finding) {
	if t.ssn.n >= leastDashed && t.ssn.n >= t.notSSN {
		found = append(found, finding{RuleSSN, t.ssn, "numbers of the form of a social security number"})
	}
	n := t.nine
	switch {
	case n == nil:
	case ids && float64(n.n) >= idMinority*float64(t.filled.n), !own && n.asID*2 >= n.n:
		if rows, why := n.amongIDs(); rows.n > 0 {
			found = append(found, finding{RuleSSN, rows, why})
		}
	case n.ones >= manyNine && !fewGroups00(n.group00, float64(n.ones)/100): // numbers at random
	case n.looksRight(n.valid.n, n.n, sum(&n.zips), spread(&n.areasOK)):
		found = append(found, finding{RuleSSN, n.valid, fmt.Sprintf(
			"of %s numbers of nine digits %s can be social security numbers, in %d areas", report.Number(n.n), report.Number(n.valid.n), spread(&n.areasOK))})
	}
	return found
}

// looksRight reports whether numbers are like social security numbers and like
// nothing else that has nine digits.
func (n *nineTally) looksRight(valid, all, zips int64, areas int) bool {
	return all >= leastNine && float64(valid) >= nineValid*float64(all) &&
		areas >= max(3, min(int(valid)/3, nineSpread)) &&
		float64(zips) < zipShare*float64(all) && n.set.share(n.n) >= 0.5
}

func sum(areas *[1000]int64) (n int64) {
	for _, c := range areas {
		n += c
	}
	return n
}

// spread returns in how many areas there are numbers.
func spread(areas *[1000]int64) (n int) {
	for _, c := range areas {
		if c > 0 {
			n++
		}
	}
	return n
}

// amongIDs returns the numbers of a column of ids that are social security numbers:
// all, if no group is 00 where ids at random would have it, or those scattered beside
// ids that lie close together.
func (n *nineTally) amongIDs() (hits, string) {
	expected := float64(n.ones) / 100
	if n.looksRight(n.valid.n, n.n, sum(&n.zips), spread(&n.areasOK)) && fewGroups00(n.group00, expected) {
		return n.valid, fmt.Sprintf("of %s numbers of nine digits %s have the group 00, where ids given at random have about %s",
			report.Number(n.n), report.Number(n.group00), report.Number(int64(math.Round(expected))))
	}
	median := n.areas[n.medianArea()]
	if median < bulkArea {
		return hits{}, ""
	}
	var out hits
	var places []place
	all, zips, areas := int64(0), int64(0), 0
	for a, c := range n.areas {
		if c > 0 && c < median/8 {
			all, zips = all+c, zips+n.zips[a]
			if n.areasOK[a] > 0 {
				areas++
				out.n += n.areasOK[a]
				places = append(places, n.linesOK[a]...)
			}
		}
	}
	if !n.looksRight(out.n, all, zips, areas) || out.n > manyNine && !fewGroups00(all-out.n, float64(all)/100) {
		return hits{}, ""
	}
	slices.Sort(places)
	out.kept = places[:min(len(places), maxLines)]
	out.cut = int64(len(out.kept)) < out.n
	return out, fmt.Sprintf("%s numbers of nine digits lie scattered over %d areas, away from the ids that lie close together", report.Number(all), areas)
}

// fewGroups00 reports whether numbers have the group 00 too seldom for ids given at
// random: by chance once in a million, and a fifth as often at most, since blocks of
// ids may begin behind it.
func fewGroups00(found int64, expected float64) bool {
	return 5*float64(found) < expected && poissonTail(found, expected) < idChance
}

// medianArea returns the area in which the median number lies.
func (n *nineTally) medianArea() int {
	left := n.n / 2
	for a, c := range n.areas {
		if left < c {
			return a
		}
		left -= c
	}
	return len(n.areas) - 1
}

// poissonTail returns the chance of k or fewer events where so many are expected; of
// many, by the normal distribution.
func poissonTail(k int64, expected float64) float64 {
	if expected > 500 {
		return math.Erfc((expected-float64(k)-0.5)/math.Sqrt(2*expected)) / 2
	}
	term := math.Exp(-expected)
	sum := term
	for i := int64(1); i <= k; i++ {
		term *= expected / float64(i)
		sum += term
	}
	return sum
}
