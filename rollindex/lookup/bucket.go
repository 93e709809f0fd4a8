package lookup

import (
	"slices"
	"strings"
)

// LeastGroup is the number of adults of a jurisdiction, at least, that a bucket
// stands for: what who asks for it tells of their name is no more than that they
// are one of so many.
const LeastGroup = 4096

// grouping is how finely a jurisdiction may be cut.
type grouping struct {
	jurisdiction string
	bits         int // of the name group that number a bucket
	least        int // adults in the least bucket
}

// BucketBits returns how many bits of the name group number a bucket of a
// jurisdiction at most: the largest number for which the least bucket holds
// [LeastGroup] adults, as computed from the frequencies of names in data/names
// by this package's tests. It is 0, one bucket for all, where that is not known.
//
// For [hashing.NoJurisdiction] it is the least of all that are known, because a bucket of
// it is asked for together with one of another jurisdiction, both cut from the same
// group: so it never tells more than that one. Of a jurisdiction that is not known
// it could, and none is asked for ([Offer.Buckets]).
func BucketBits(jurisdiction string) int {
	g, _ := groupingOf(jurisdiction)
	return g.bits
}

// GroupSize returns the number of adults of a jurisdiction in the least of its
// 2^bits buckets, 0 if that is not known.
func GroupSize(jurisdiction string, bits int) int {
	g, ok := groupingOf(jurisdiction)
	if !ok || bits > g.bits || bits < 0 {
		return 0
	}
	return g.least << (g.bits - bits) // two halves are at least twice the least
}

func groupingOf(jurisdiction string) (grouping, bool) {
	i, ok := slices.BinarySearchFunc(groupings[:], jurisdiction, func(g grouping, j string) int {
		return strings.Compare(g.jurisdiction, j)
	})
	if !ok {
		return grouping{}, false
	}
	return groupings[i], true
}

// bucketOf returns the number of the bucket of a name group.
func bucketOf(group uint16, bits int) int { return int(group) >> (16 - bits) }
