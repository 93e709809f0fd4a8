package exposure

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"rollcheck/hashing"
)

// State is how far the search for one person in one dataset went. Only
// [Searched] makes "not found" an answer; any other makes the person's search
// incomplete.
//
// A search reaches a row when it asked a key the row has. From the dataset's
// count of rows per key type follows a lower bound of the rows reached by the
// key types asked: the count of the largest; or, because a row with a birth date
// and a ZIP code also has the birth-year key and is counted there,
//
//	rows(name-dob) + rows(name-zip) - rows(name-yob-zip);
//
// or all, when every key type that the dataset has was asked. The state is
// Searched when that bound is at least 99 % of the rows that anyone could be
// matched by, at most 1 % of the rows could not be read, at most 5 % carry
// nothing to match by, at most 1 % were left out on purpose, no part of its
// files that may hold people was
// left out or cut off ([hashing.DatasetInfo.Whole]), nobody asked to be left out of it
// who could be the person ([Result.Withheld]), every spelling was asked, and no detail was given in vain that a
// key of the dataset has. The tolerances are there because nearly every roll has
// a few rows with nothing but a name and a voter id, a few that a stray
// separator broke, and a few of people whose details are withheld: without them
// nobody would ever get an answer. So somebody in those rows is told "not found".
// What is not reached lowers the coverage that the answer states, just as rows do
// that nobody could be matched by.
type State uint8

// The states.
const (
	Searched    State = iota + 1 // the zero value is no answer
	NoUsableKey                  // none of the keys the dataset has could be made of what was given
	Partial                      // some keys or spellings were not asked
	Damaged                      // the dataset, or the part of it where the person would be, cannot be read
)

// leastReach is the share of a dataset's matchable rows that a search must
// reach to be whole.
const leastReach = 0.99

// mostKeyless is the largest share of a dataset's rows that may carry nothing to
// match by if its search is to be whole, however few the rows are. Of real rolls
// 1 to 3 % are confidential or exempt records with little more than a number.
// More of them is a file whose names, dates or places are missing, or were not
// found where they were looked for: its people are in it and cannot be found.
const mostKeyless = 0.05

var stateNames = [...]string{"unknown", "searched", "no-usable-key", "partial", "damaged"}

// String returns the name used in JSON ("no-usable-key").
func (s State) String() string {
	if int(s) >= len(stateNames) {
		return "unknown"
	}
	return stateNames[s]
}

// DatasetAnswer says how far the search of one dataset for one person went.
type DatasetAnswer struct {
	Dataset  *hashing.DatasetInfo
	State    State
	Coverage float64 // least share of the dataset's rows among which the person would have been found
	Why      string  // what was not searched, and what would help; "" if nothing
}

// dataset is a dataset with what answers and odds need of it.
type dataset struct {
	info       *hashing.DatasetInfo
	rows       [hashing.NumKeyTypes]int64 // rows that have a key of the type
	unreadable string
	degraded   bool     // its 1 January dates stand for an unknown day and month
	within     []string // states ("FL")
	people     float64  // on the roll it was drawn from; see odds.go
	year       int      // of its data
	asker      []string // jurisdictions its source can be asked about; nil for all
}

func newDataset(info *hashing.DatasetInfo, unreadable string) *dataset {
	d := &dataset{info: info, unreadable: unreadable, degraded: info.JanuaryFirst == "degraded"}
	for _, t := range hashing.KeyTypes() {
		d.rows[t] = info.KeyRows[t.String()]
	}
	d.population()
	return d
}

// signature is all of a query that a dataset's answer depends on. Most people
// of a batch share a few, so that answers are made once and reused.
type signature struct {
	given, lost given
	keys        Keys
	cut         bool
	january     bool
	states      string // with a voter id: the jurisdictions it was asked for
	unread      bool
	named       string // of an [Asker]: the jurisdictions asked
	misnamed    bool   // likewise: another was given that is none
	nowhere     bool   // likewise: it has nothing of any that was given
	unasked     unasked
}

func (q *query) signature() signature {
	s := signature{
		given: q.given, lost: q.lost, keys: q.keys() &^ q.partly, cut: q.cut, january: q.january(), unread: q.unread,
		named: strings.Join(q.named, ","), misnamed: q.misnamed, nowhere: q.nowhere, unasked: q.unasked,
	}
	if s.keys.Has(hashing.VoterID) {
		s.states = q.states
	}
	return s
}

// answer applies the rule described at [State].
func (d *dataset) answer(s signature) DatasetAnswer {
	a := DatasetAnswer{Dataset: d.info, State: Searched}
	switch {
	case d.unreadable != "":
		a.State, a.Why = Damaged, d.unreadable
		return a
	case s.unread && s.lost&hasState != 0:
		a.State, a.Why = NoUsableKey, "no state was given, and a server is asked for the states you were registered in only"
		return a
	case s.unread:
		a.State, a.Why = NoUsableKey, "the person could not be read"
		return a
	case d.info.Rows == 0 && d.info.Whole():
		a.Coverage, a.Why = 1, "it has no rows"
		return a
	case d.info.Indexed == 0:
		a.State, a.Why = NoUsableKey, "none of its rows carries anything anyone could be matched by"
		return a
	}
	if s.nowhere {
		// Only records that no state is known of could be searched: that is no search for
		// somebody of a state.
		a.State, a.Why = NoUsableKey, "the server has no records of the states that you named"
		return a
	}
	asked, void := d.asked(s, s.keys)
	reached := d.reach(asked)
	a.Coverage = float64(reached) / float64(d.info.Rows)
	why := d.whys(s.unasked)
	if places := d.unaskedPlaces(s.named); len(places) > 0 {
		why = append(why, "its records of "+sentence(stateTitlesOf(places))+" were not asked for")
	}
	if s.misnamed {
		why = append(why, "a state that you named could not be read, and was not asked for")
	}
	if len(why) > 0 {
		a.State = Partial
	}
	// What was given and not asked is said above.
	meant, _ := d.asked(s, s.keys|s.unasked.types)
	if able := d.reach(meant); float64(able) < leastReach*float64(d.info.Indexed) {
		a.State = Partial
		if void {
			why = append(why, "its 1 January birth dates stand for an unknown day and month, so that a birth date of 1 January finds nobody in it")
		}
		why = append(why, d.help(s.given, meant, able))
	}
	if unread := d.unread(); float64(unread) > (1-leastReach)*float64(d.info.Rows) {
		a.State = Partial
		why = append(why, percent(share(unread, d.info.Rows))+" of its rows could not be read")
	}
	if n := d.info.Keyless; float64(n) > mostKeyless*float64(d.info.Rows) {
		a.State = Partial
		why = append(why, percent(share(n, d.info.Rows))+" of its rows carry nothing anyone could be matched by, so that who is in them cannot be found")
	}
	if n := d.info.LeftOut(); float64(n) > (1-leastReach)*float64(d.info.Rows) {
		a.State = Partial
		why = append(why, d.leftOut(n))
	}
	if !d.info.Whole() {
		a.State = Partial
		why = append(why, missing(d.info)...)
	}
	if d.info.OfOthers() && float64(d.reach(asked&(1<<hashing.VoterID))) < leastReach*float64(d.info.Indexed) {
		a.State = Partial
		why = append(why, "its names, births or ZIP codes seem to stand in other people's rows, so that hardly anybody is found by them")
	}
	if s.cut {
		a.State = Partial
		why = append(why, "there are more spellings of the names and places given than are asked")
	}
	if lost := d.lost(s, meant); lost != 0 {
		a.State = Partial
		why = append(why, "not searched by what could not be read: "+listed(lost))
	}
	if meant == 0 && !void {
		a.State = NoUsableKey
	}
	if vain := s.given & unserved; d.info.Scheme == hashing.Served && a.State != Searched && vain != 0 {
		why = append(why, "it is made for private look-up, in which nobody is found by "+listed(vain))
	}
	if a.State == Searched && reached < d.info.Rows {
		why = append(why, d.outside(reached))
	}
	if n := d.info.Unchosen; n > 0 {
		why = append(why, "it is made of parts of its files only: "+count(n, "other part")+" not read, on purpose")
	}
	if n := len(d.info.OtherTables); n > 0 {
		why = append(why, "not read, because it is no roll: "+count(int64(n), "other part")+" of its files with rows; who is in there alone is not found")
	}
	if others := d.searchedOf(s.named); a.State == Searched && others != "" {
		why = append(why, others)
	}
	if a.State == Searched && d.byPlace() && s.given&hasFormer == 0 {
		why = append(why, "it has no full birth dates, so that you can only be found where you were registered: if you have moved since, give your former ZIP codes")
	}
	a.Why = strings.Join(why, "; ")
	return a
}

// unserved are the details that only keys are made of which a served index does
// not hold.
const unserved = hasAddress | hasPhone | hasEmail

// unread returns how many rows could not be read.
func (d *dataset) unread() int64 {
	return d.info.Rows - d.info.Indexed - d.info.Keyless - d.info.LeftOut()
}

// leftOut says what of so many rows that were left out whole.
func (d *dataset) leftOut(n int64) string {
	return percent(share(n, d.info.Rows)) + " of its rows are left out, because their people are protected or asked for it, who cannot be found in it"
}

// missing says what the files of a dataset that is not whole lack.
func missing(info *hashing.DatasetInfo) (why []string) {
	if n := info.Unread; n > 0 {
		why = append(why, count(n, "part")+" of its files could not be read and may hold more people")
	}
	if n := info.Skipped[hashing.CutShort]; n > 0 {
		why = append(why, count(n, "file")+" of it ended in the middle of a row: the people behind that are missing")
	}
	return why
}

// count writes so many of something, "1 part" or "3 parts".
func count(n int64, what string) string {
	if n != 1 {
		what += "s"
	}
	return group(int(n)) + " " + what
}

// asked returns those of the key types that can find the person in the dataset,
// and whether the birth date was asked in vain.
func (d *dataset) asked(s signature, keys Keys) (asked Keys, void bool) {
	for _, t := range keys.Types() {
		switch {
		case d.rows[t] == 0:
		case t == hashing.NameDOB && s.january && d.degraded:
			void = true
		case t == hashing.VoterID && !d.issuedBy(s.states):
		default:
			asked |= 1 << t
		}
	}
	return asked, void
}

// issuedBy reports whether the dataset has rows of one of the jurisdictions.
func (d *dataset) issuedBy(states string) bool {
	for state := range strings.SplitSeq(states, ",") {
		if slices.Contains(d.info.Jurisdictions, state) {
			return true
		}
	}
	return false
}

// reach returns how many rows have one of the keys, at least.
func (d *dataset) reach(asked Keys) int64 {
	if asked == 0 {
		return 0
	}
	most, all := int64(0), true
	for _, t := range hashing.KeyTypes() {
		switch {
		case asked.Has(t):
			most = max(most, d.rows[t])
		case d.rows[t] > 0:
			all = false
		}
	}
	if all {
		return d.info.Indexed
	}
	if asked.Has(hashing.NameDOB) && asked.Has(hashing.NameZIP) {
		most = max(most, d.rows[hashing.NameDOB]+d.rows[hashing.NameZIP]-d.rows[hashing.NameYOBZIP])
	}
	return min(most, d.info.Indexed)
}

// help says which share of the matchable rows was not reached and what to give.
func (d *dataset) help(has given, asked Keys, reached int64) string {
	unreached := d.info.Indexed - reached
	text := upTo(share(unreached, d.info.Rows)) + " of its rows can only be found by details that were not given"
	if reached == 0 {
		text = "its rows can only be found by details that were not given"
	}
	best, fewest, rows := given(0), math.MaxInt, int64(0)
	for _, t := range hashing.KeyTypes() { // the surest key that needs least, unless another finds twice as many
		missing := needs[t] &^ has
		n := bits.OnesCount16(uint16(missing))
		if n > 0 && d.rows[t] > 0 && !asked.Has(t) && (n < fewest || n == fewest && d.rows[t] > 2*rows) {
			best, fewest, rows = missing, n, d.rows[t]
		}
	}
	if best != 0 {
		text += ": give " + listed(best)
	}
	return text
}

// lost returns the details given in vain: those for want of which a key that
// the dataset has was not asked.
func (d *dataset) lost(s signature, asked Keys) given {
	lost := s.lost & hasFormer
	for _, t := range hashing.KeyTypes() {
		if missing := needs[t] &^ s.given; d.rows[t] > 0 && !asked.Has(t) && missing&^s.lost == 0 {
			lost |= missing
		}
	}
	return lost
}

// byPlace reports whether most matchable rows can only be found by a ZIP code,
// for want of a full birth date.
func (d *dataset) byPlace() bool {
	return 2*d.rows[hashing.NameDOB] < d.info.Indexed && 2*d.rows[hashing.NameZIP] > d.info.Indexed
}

// outside says what share of the rows a whole search did not reach.
func (d *dataset) outside(reached int64) string {
	var parts []string
	if n := d.info.Keyless; n > 0 {
		parts = append(parts, percent(share(n, d.info.Rows))+" of its rows carry nothing anyone could be matched by")
	}
	if n := d.unread(); n > 0 {
		parts = append(parts, percent(share(n, d.info.Rows))+" of its rows could not be read")
	}
	if n := d.info.LeftOut(); n > 0 {
		parts = append(parts, d.leftOut(n))
	}
	if n := d.info.Indexed - reached; n > 0 {
		parts = append(parts, upTo(share(n, d.info.Rows))+" can only be found by details that were not given")
	}
	return strings.Join(parts, "; ")
}

func share(n, of int64) float64 { return float64(n) / float64(of) }

// percent writes a share of rows that were not searched, rounded up, so that
// no number looks better than it is.
func percent(x float64) string {
	switch {
	case x <= 0:
		return "0%"
	case x < 0.001:
		return "less than 0.1%"
	case x < 0.0995:
		return strconv.FormatFloat(math.Ceil(x*1000-1e-9)/10, 'f', -1, 64) + "%"
	}
	return fmt.Sprintf("%.0f%%", math.Ceil(x*100-1e-9))
}

// upTo writes a share that is a bound.
func upTo(x float64) string {
	if x < 0.001 {
		return percent(x) // "less than" is a bound already
	}
	return "up to " + percent(x)
}

var detailTitles = [...]string{
	"a last name", "a first name", "a birth date", "a year of birth", "a ZIP code", "an address", "a voter id", "a state",
	"a phone number", "an e-mail address", "former names and places",
}

// listed writes details as a list of words.
func listed(g given) string {
	if g&(hasBirthDate|hasBirthYear) == hasBirthDate|hasBirthYear {
		g &^= hasBirthYear // the date says the year
	}
	var parts []string
	for ; g != 0; g &= g - 1 {
		parts = append(parts, detailTitles[bits.TrailingZeros16(uint16(g))])
	}
	return sentence(parts)
}

// sentence joins words as "a, b and c".
func sentence(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}
