package exposure

import (
	"math/bits"
	"slices"

	"rollcheck/data/field"
	"rollcheck/hashing"
)

// Tier is how hard a finding is to be by chance.
type Tier uint8

// The tiers, weakest first.
const (
	Possible Tier = iota + 1
	Likely
	Strong
)

var tierNames = [...]string{"none", "possible", "likely", "strong"}

// String returns the name used in JSON ("likely").
func (t Tier) String() string {
	if int(t) >= len(tierNames) {
		return "unknown"
	}
	return tierNames[t]
}

// Evidence is what a record says beside the key it was found by.
type Evidence uint8

// What evidence can be.
const (
	Absent    Evidence = iota // one side does not say, or several records are meant
	Agrees                    // both say the same
	Conflicts                 // they differ, as a namesake would
)

var evidenceNames = [...]string{"absent", "agrees", "conflicts"}

// String returns the name used in JSON ("conflicts").
func (e Evidence) String() string {
	if int(e) >= len(evidenceNames) {
		return "unknown"
	}
	return evidenceNames[e]
}

// Keys is a set of key types: bit t is type t.
type Keys uint8

// Has reports whether t is in the set.
func (k Keys) Has(t hashing.KeyType) bool { return k>>t&1 == 1 }

// Types lists the types in number order.
func (k Keys) Types() (ts []hashing.KeyType) {
	for ; k != 0; k &= k - 1 {
		ts = append(ts, k.lowest())
	}
	return ts
}

// lowest returns the type with the smallest number of a set that is not empty.
func (k Keys) lowest() hashing.KeyType { return hashing.KeyType(bits.TrailingZeros8(uint8(k))) }

// Finding says that a dataset holds a record under one or more of a person's
// keys. All hits of a person in a dataset are one finding.
//
// The best hit leads: it gives the tier, the evidence, the spelling and the
// odds. Fields are those of the hits of that tier only, so that a namesake found
// by a weaker key does not add to what a person is told was exposed; and of
// those that one record alone stands for, if there are any.
type Finding struct {
	Person  int    // from 1
	ID      string // [Person.ID]
	Dataset *hashing.DatasetInfo
	Tier    Tier
	Keys    Keys            // every key type that hit
	Lead    hashing.KeyType // the one that gave the tier
	Initial Evidence        // of the middle initial
	Birth   Evidence        // of the date or year of birth
	Steps   Steps           // how the spelling that hit departs from the details as given
	Tried   int             // spellings tried by the lead key
	Shared  bool            // several records share the keys: Fields may be of any of them
	Fields  field.Set       // what the record held; with OfDataset, what any record of the dataset did
	Record  *PublicRecord   // which of Fields anybody could have had anyway; shared between findings, not to be changed
	// OfDataset is set when what the record held is not known: a filter tells that
	// there is one. Initial and Birth are then Absent.
	OfDataset bool
	Odds      float64 // expected number of other people whom the lead key would have found, in as many spellings as it took
}

// hit is a result for an input of a known person.
type hit struct {
	input    int32
	dataset  int32 // index into check.datasets
	mask     hashing.Mask
	damaged  bool
	withheld bool // as [Result] has it

	ofDataset bool // mask is the dataset's
}

// tier returns the tier of a hit. A name key with an initial or a year of birth
// that conflicts is what a namesake, or a father for his son, looks like; a
// phone number or an e-mail address with one, a relative who shares it.
func tier(t hashing.KeyType, initial, birth Evidence) Tier {
	switch {
	case t == hashing.VoterID:
		return Strong
	case initial == Conflicts || birth == Conflicts:
		return Possible
	case t == hashing.Phone, t == hashing.Email, t == hashing.NameAddress, t == hashing.NameDOB && initial == Agrees:
		return Strong
	case t == hashing.NameDOB, t == hashing.NameYOBZIP:
		return Likely
	}
	return Possible
}

// leads orders key types of one tier by how few strangers they find.
var leads = [hashing.NumKeyTypes]int{
	hashing.VoterID: 7, hashing.Email: 6, hashing.Phone: 5, hashing.NameAddress: 4,
	hashing.NameDOB: 3, hashing.NameYOBZIP: 2, hashing.NameZIP: 1,
}

// graded is a hit with what it is worth.
type graded struct {
	hit
	key            hashing.KeyType
	steps          Steps
	tier           Tier
	initial, birth Evidence
}

// compare orders hits from the best to the worst, completely, so that equal
// searches give equal answers whatever the order of the hits.
func (g graded) compare(o graded) int {
	for _, c := range [...]int{
		int(o.tier) - int(g.tier),
		leads[o.key] - leads[g.key],
		int(o.initial&Agrees) - int(g.initial&Agrees),
		g.steps.guessed() - o.steps.guessed(),
	} {
		if c != 0 {
			return c
		}
	}
	return int(g.input - o.input)
}

// grader grades the hits of one block of people. It is not safe for concurrent
// use.
type grader struct {
	later  Keys // key types that were asked in the second round
	inputs []Input
	steps  []Steps
	odds   odds
	hits   []graded
}

// grade makes a finding of the hits of one person in one dataset. When some
// places of the dataset were damaged, a key that did not hit is no evidence.
func (g *grader) grade(q *query, d *dataset, hits []hit, damaged bool) Finding {
	var keys Keys
	for _, h := range hits {
		keys |= 1 << g.inputs[h.input].Type
	}
	g.hits = g.hits[:0]
	for _, h := range hits {
		r := graded{hit: h, key: g.inputs[h.input].Type, steps: g.steps[h.input]}
		if h.ofDataset {
			r.tier = tier(r.key, Absent, Absent)
			g.hits = append(g.hits, r)
			continue
		}
		r.initial = q.initialOf(h.mask)
		if r.birth = q.birthOf(d, h.mask, keys); damaged && r.birth == Conflicts {
			r.birth = Absent
		}
		r.tier = tier(r.key, r.initial, r.birth)
		g.hits = append(g.hits, r)
	}
	slices.SortFunc(g.hits, graded.compare)
	lead := &g.hits[0]
	f := Finding{
		Dataset: d.info, Tier: lead.tier, Keys: keys, Lead: lead.key, Initial: lead.initial, Birth: lead.birth,
		Steps: lead.steps, Tried: int(q.asked[lead.key]), OfDataset: lead.ofDataset,
	}
	f.Fields, f.Shared = fieldsOf(g.hits)
	inputs := g.asked(q, lead.key)
	if lead.steps == 0 {
		// A record under the details as given owes nothing to the other
		// spellings: they would have been other records.
		inputs = g.inputs[lead.input : lead.input+1]
	}
	f.Odds = g.odds.namesakes(d, inputs, int(q.birth.Year))
	if lead.key == hashing.NameDOB && lead.initial == Agrees {
		f.Odds *= sameInitial
	}
	return f
}

// asked returns the inputs of one key type of a person; they stand together.
func (g *grader) asked(q *query, t hashing.KeyType) []Input {
	from := q.first
	if g.later.Has(t) {
		from = q.second
	}
	for before := range t {
		if g.later.Has(before) == g.later.Has(t) {
			from += int(q.asked[before])
		}
	}
	return g.inputs[from : from+int(q.asked[t])]
}

// initialOf compares the middle initial of a record with the person's.
func (q *query) initialOf(m hashing.Mask) Evidence {
	code := m.Initial()
	if code == hashing.InitialNone || code == hashing.InitialSeveral {
		return Absent
	}
	switch c := byte(code) - 1 + 'A'; {
	case q.middle.has(c), q.further.has(c):
		return Agrees
	case q.middle == 0, q.maybe.has(c):
		return Absent
	}
	return Conflicts
}

// birthOf compares the birth of a record with the person's: it agrees when a
// key with a date or year of birth hit. It conflicts when none did though it
// should have: name and ZIP code agree, the record has a birth date or year,
// and the dataset the key of birth year and ZIP code, which was asked.
func (q *query) birthOf(d *dataset, m hashing.Mask, hit Keys) Evidence {
	switch {
	case hit.Has(hashing.NameDOB):
		return Agrees
	case hit.Has(hashing.NameYOBZIP):
		// The year agrees. If the record has a full date, and its key was asked
		// without a hit, the day does not: 1 January stands as a year there.
		if q.asked[hashing.NameDOB] > 0 && d.rows[hashing.NameDOB] > 0 && !m.Shared() && m.Kinds().Has(field.BirthDate) {
			return Conflicts
		}
		return Agrees
	case hit&(1<<hashing.NameZIP|1<<hashing.NameAddress) == 0:
		return Absent // another ZIP code or first name is reason enough
	case m.Shared() || q.asked[hashing.NameYOBZIP] == 0 || d.rows[hashing.NameYOBZIP] == 0:
		return Absent
	case m.Kinds()&field.SetOf(field.BirthDate, field.BirthMonthYear, field.BirthYear) == 0:
		return Absent
	}
	return Conflicts
}

// known holds every kind there is a word for: a mask of a later version may have
// another.
var known = field.SetOf(field.Kinds()...)

// fieldsOf returns the kinds of field of the hits of the best tier, which stand
// first, and whether they may be of several people.
func fieldsOf(hits []graded) (fields field.Set, shared bool) {
	var alone, together field.Set
	single := false
	for _, h := range hits {
		switch {
		case h.tier != hits[0].tier:
		case h.mask.Shared():
			together |= h.mask.Kinds() & known
		default:
			alone |= h.mask.Kinds() & known
			single = true
		}
	}
	if single {
		return alone, false
	}
	return together, true
}
