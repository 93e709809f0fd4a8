package hashing

import "time"

// Scope says how far a source went that is asked for one person at a time and
// cannot ask everything.
type Scope struct {
	Asked []bool    // by input: false where it was not asked, or not everywhere, though it might find something; nil if all was
	Gaps  Gaps      // why inputs were not asked
	Retry time.Time // with GapBudget: when to come back

	// FalseHits is the expected number of hits that no record stands behind,
	// because the source looks into filters that are wrong now and then.
	FalseHits float64
}

// Gaps is a set of reasons why a source did not ask an input.
type Gaps uint8

// The reasons.
const (
	GapSpelling     Gaps = 1 << iota // of the names, only the spelling as given is asked
	GapKey                           // only keys that hold the first name are asked
	GapOtherBucket                   // another spelling of the names was asked before, and one more would tell who asks
	GapJurisdiction                  // a voter id of a jurisdiction that is not asked
	GapBudget                        // the server's budget is used up
)

// Has reports whether all reasons of o are in the set.
func (g Gaps) Has(o Gaps) bool { return g&o == o }
