package lookup

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/names"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
)

// Of a state's people two thirds at least are adults: in the census of 2010 they
// were 76 % of the United States' and 68.5 % of Utah's, the fewest.
const adultShare = 2.0 / 3

// TestBucketBits computes, from the frequencies of names, what [BucketBits] and
// [GroupSize] say, and prints it.
func TestBucketBits(t *testing.T) {
	racetest.LeaveOut(t) // a million names are hashed
	least := leastShares()
	var want []grouping
	smallest := grouping{jurisdiction: hashing.NoJurisdiction, bits: 16}
	var nation int64
	for _, state := range strings.Fields("AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE " +
		"NH NJ NM NV NY OH OK OR PA PR RI SC SD TN TX UT VA VT WA WI WV WY") {
		people := names.StatePopulation(state)
		if state != "PR" {
			nation += people
		}
		g := cut("US-"+state, people, least)
		want = append(want, g)
		if g.bits < smallest.bits {
			smallest.bits = g.bits
		}
	}
	us := cut("US", nation, least)
	smallest.least = cutAt(nation, least, smallest.bits)
	want = append(want, smallest)
	for _, g := range append(want, us) {
		t.Logf("%-6s %2d bits, least bucket %7d adults", g.jurisdiction, g.bits, g.least)
	}
	if us.bits != 14 {
		t.Errorf("the whole United States: %d bits", us.bits)
	}
	if !slices.Equal(want, groupings[:]) {
		var b strings.Builder
		for _, g := range want {
			fmt.Fprintf(&b, "{%q, %d, %d},\n", g.jurisdiction, g.bits, g.least)
		}
		t.Errorf("the table is not what is computed:\n%s", b.String())
	}
	for _, g := range groupings {
		if g.least < LeastGroup || BucketBits(g.jurisdiction) != g.bits || GroupSize(g.jurisdiction, g.bits) != g.least {
			t.Errorf("%+v: %d bits, group of %d", g, BucketBits(g.jurisdiction), GroupSize(g.jurisdiction, g.bits))
		}
		if smallest.bits > g.bits {
			t.Errorf("a bucket of %s tells more than one of %s", hashing.NoJurisdiction, g.jurisdiction)
		}
	}
}

// cut returns the finest grouping of a jurisdiction of so many people.
func cut(jurisdiction string, people int64, least []float64) grouping {
	bits := len(least) - 1
	for bits > 0 && cutAt(people, least, bits) < LeastGroup {
		bits--
	}
	return grouping{jurisdiction, bits, cutAt(people, least, bits)}
}

func cutAt(people int64, least []float64, bits int) int {
	return int(float64(people)*adultShare*least[bits]) / 100 * 100 // what differs between machines by rounding does not show
}

// leastShares returns, by number of bits, the share of people in the least
// bucket. First name and surname are taken for independent, as nothing better is
// published. Pairs of names borne by one person in ten million and more are
// counted one by one; the rest, half of all people in two billion pairs, spread
// evenly, less four standard deviations of such a sum.
func leastShares() []float64 {
	const rare = 1e-7
	lasts, firsts := surnames(), firstNames()
	var groups [1 << 16]float64
	counted, squares := 0.0, 0.0
	for _, f := range firsts {
		for _, l := range lasts {
			m := f.share * l.share
			if m < rare {
				break
			}
			groups[hashing.Bucket([]byte(l.name), []byte(f.name))] += m
			counted += m
			squares += m * m
		}
	}
	restSquares := squareSum(firsts)*squareSum(lasts) - squares
	least := make([]float64, 17)
	for bits := range least {
		buckets := make([]float64, 1<<bits)
		for g, m := range groups {
			buckets[bucketOf(uint16(g), bits)] += m
		}
		n := float64(len(buckets))
		least[bits] = slices.Min(buckets) + (1-counted)/n - 4*math.Sqrt(restSquares/n)
	}
	least[0] = 1
	return least
}

type weighted struct {
	name  string
	share float64
}

func surnames() (list []weighted) {
	for name, people := range names.Surnames() {
		list = append(list, weighted{name, float64(people)})
	}
	return normal(list)
}

func firstNames() (list []weighted) {
	last := ""
	for f := range names.Firsts() {
		if f.Name != last {
			share, _ := names.FirstShare(f.Name, 0)
			list = append(list, weighted{f.Name, share})
		}
		last = f.Name
	}
	return normal(list)
}

// normal sorts a list, largest share first, and makes the shares sum up to 1.
func normal(list []weighted) []weighted {
	sum := 0.0
	for _, w := range list {
		sum += w.share
	}
	for i := range list {
		list[i].share /= sum
	}
	slices.SortFunc(list, func(a, b weighted) int { return cmp.Or(cmp.Compare(b.share, a.share), strings.Compare(a.name, b.name)) })
	return list
}

func squareSum(list []weighted) (sum float64) {
	for _, w := range list {
		sum += w.share * w.share
	}
	return sum
}

func TestBucketOfUnknownPlace(t *testing.T) {
	if bits := BucketBits("US-GU"); bits != 0 {
		t.Errorf("an unknown jurisdiction is cut by %d bits", bits)
	}
	if n := GroupSize("US-GU", 0); n != 0 {
		t.Errorf("the size of an unknown jurisdiction is said to be %d", n)
	}
	if n := GroupSize("US-FL", BucketBits("US-FL")+1); n != 0 {
		t.Errorf("a finer cut than allowed has a group of %d", n)
	}
	if got := bucketOf(0xABCD, 0); got != 0 {
		t.Errorf("the only bucket has number %d", got)
	}
	if got := bucketOf(0xABCD, 12); got != 0xABC {
		t.Errorf("bucket %x", got)
	}
}
