package decoys

import (
	"fmt"
	"math"
	"strconv"
)

// Sentence says what a leak shows of a copy in words an official may use: what the
// leak is consistent with, and never who leaked it.
func (c *CopyFound) Sentence() string {
	v := &c.Verdict
	hits := fmt.Sprintf("%d of the %d fictitious voters in the copy given to %s on %s are in the file.", v.Hits, v.Planted, c.Recipient, c.Date)
	switch {
	case v.Named && v.With >= 0:
		return fmt.Sprintf("The file is consistent with having been merged from the copy given to %s on %s and that given to %s: every shared decoy found is in one of the two, and each is needed. %s If neither had a part in it, the probability that any two copies would look so is %s.",
			c.Recipient, c.Date, c.Partner, hits, Probability(v.P))
	case v.Named:
		return fmt.Sprintf("The file is consistent with the copy given to %s on %s. %s If that copy had no part in it, the probability that it or any other copy would show as much is %s.",
			c.Recipient, c.Date, hits, Probability(v.P))
	case v.Hits == 0:
		return "None" + hits[1:] + fmt.Sprintf(" About %.1f would be expected of a leak of this size drawn from it.", c.Expected)
	}
	return hits + fmt.Sprintf(" That is not enough to speak of: an innocent copy would show as much with probability %s.", Probability(v.P))
}

// Probability writes a probability so that it is never understated: rounded up, and
// not below what the computation is good for.
func Probability(p float64) string {
	switch {
	case p >= 1:
		return "1"
	case p < 1e-9:
		return "under 0.000000001"
	}
	places := 1 - int(math.Floor(math.Log10(p))) // of two digits that count
	unit := math.Pow10(places)
	return strconv.FormatFloat(math.Ceil(p*unit-1e-6)/unit, 'f', -1, 64)
}

// Caveats returns what a finding does not show, for every text that repeats one.
func Caveats() []string {
	return []string{
		"A decoy shows whose copy the file goes back to. It does not show who let it out: somebody may have taken it from that recipient, or from the office itself, which has every copy and the register.",
		"The probability is that of a leak which shows as much of an innocent copy. It is not the probability that a recipient is innocent.",
		"A copy that is not registered, and one from which the decoys were taken out, show nothing here. That no copy is named clears nobody.",
		"Decoys are no voters: they are never eligible, counted, mailed or given a ballot. Compare a finding with the register before anybody is told.",
	}
}

// Proves says what a copy marked so can and cannot show, by the decoys in it.
func (m *Made) Proves() []string {
	n := m.Planted()
	say := []string{fmt.Sprintf("At least two of its %d decoys are in a leak of half the copy with probability %s, of a tenth with %s, of a twentieth with %s, of a hundredth with %s.",
		n, chance(n, 0.5), chance(n, 0.1), chance(n, 0.05), chance(n, 0.01))}
	if m.Pool == 0 {
		return append(say, "One recipient who leaks is told by them, and so are several whose copies are merged. Not told are recipients who compare their copies and take out every row that not all of them have: that takes out every decoy.")
	}
	return append(say, fmt.Sprintf("Its own decoys tell of merged copies; those it shares with others, %d of a pool of %d made against %d colluders, also of copies compared with each other, as far as enough of the pool is in the leak: see DECOYS.md for how many.",
		m.Carried, m.Pool, m.Colluders))
}

func chance(n int, share float64) string {
	p := Survive(n, share)
	if p > 0.9995 {
		return "over 99.9 %"
	}
	return strconv.FormatFloat(100*p, 'f', 1, 64) + " %"
}
