package exposure

import (
	"context"
	"slices"
	"strings"
	"time"

	"rollcheck/data/names"
	"rollcheck/hashing"
)

// An Asker is a [Source] that cannot be asked everything: a server that evaluates
// keys without seeing them. [Check] asks it once for every person, all their keys
// together, in the jurisdictions the person names ([Person.Jurisdictions]). A
// second round that depended on the answers of a first would tell the server of
// them.
//
// What it leaves out makes the answer [Partial]. Where it knows only that a
// dataset has a key, and not what the record held, it says so by
// [hashing.Result.OfDataset].
type Asker interface {
	Source

	// Jurisdictions returns those it can be asked about, among them
	// [hashing.NoJurisdiction], which is asked for everybody.
	Jurisdictions() []string

	// AskIn looks the inputs of one person up in the jurisdictions, yields hits as
	// [Source.Search] does, and returns what was not asked. Jurisdictions that it
	// cannot be asked about are passed over. An error means that nothing was learnt,
	// whatever was yielded before it; a budget used up is no error.
	AskIn(ctx context.Context, jurisdictions []string, inputs []Input, yield func(Result)) (hashing.Scope, error)
}

// Server describes who is asked, when that is not an index on this machine. It is
// for handlers; nothing is computed from it.
type Server struct {
	URL           string   // where it is, "" for the site a page was loaded from
	Operator      string   // the name in its key
	Fingerprint   string   // of its key
	Mode          string   // "filter" or "bucket"
	Seq           uint64   // number of the manifest
	Jurisdictions []string // that are asked of somebody: "US-FL"
}

// Jurisdictions returns the jurisdictions that the person says they were
// registered in, by State and FormerState: "US-FL", sorted. What is no state is
// passed over.
func (p *Person) Jurisdictions() (named []string) {
	named, _ = p.jurisdictions()
	return named
}

// jurisdictions reports beside [Person.Jurisdictions] whether something was given for
// one that is no state.
func (p *Person) jurisdictions() (named []string, misnamed bool) {
	for _, raw := range append([]string{p.State}, p.FormerState...) {
		code, ok := names.StateCode(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(raw)), "US-"))
		if ok {
			named = append(named, "US-"+code)
		}
		misnamed = misnamed || !ok && !blank(raw)
	}
	slices.Sort(named)
	return slices.Compact(named), misnamed
}

// Inputs returns the match keys that [Check] asks for a person, in all spellings.
func Inputs(p *Person) []Input {
	var pl planner
	pl.plan(p)
	return pl.inputs
}

// unasked is what an [Asker] did not ask for one person.
type unasked struct {
	types Keys         // key types some inputs of which were not asked
	gaps  hashing.Gaps // why
	retry int64        // with GapBudget: when to come back, in Unix seconds
}

// gapNames are the names of gaps for programs, by bit.
var gapNames = [...]string{"spelling", "key", "other-bucket", "jurisdiction", "budget"}

// gapList lists the names of gaps.
func gapList(g hashing.Gaps) (list []string) {
	for i, name := range gapNames {
		if g.Has(1 << i) {
			list = append(list, name)
		}
	}
	return list
}

// byFirstName are the key types that hold the first name.
const byFirstName Keys = 1<<hashing.NameDOB | 1<<hashing.NameYOBZIP | 1<<hashing.NameZIP | 1<<hashing.NameAddress

// gapWhys says of each gap, by bit, which keys it concerns and what was not asked.
var gapWhys = [...]struct {
	types Keys
	why   string
}{
	{byFirstName, "only the name as you gave it was asked for, not nicknames and other spellings of it: to have these searched too, ask by whole filters (--mode filter)"},
	{^byFirstName, "it was not asked for by voter id, by which nobody is in a bucket: ask by whole filters (--mode filter)"},
	{byFirstName, "another spelling of this name, or somebody else with this birth date, was asked for before from here, and one more would tell the server who is asking if both are one: ask by whole filters (--mode filter)"},
	{^byFirstName, "it was not asked for by the voter id of a state that you did not name"},
	{^Keys(0), "the server answers no more questions of this connection or state for now"},
}

// whys says what of the person was not asked of the dataset, nothing if all that
// could find something was. A budget that ended the check comes first: all else may
// be another when it is asked again.
func (d *dataset) whys(u unasked) (why []string) {
	for i, g := range gapWhys {
		if !u.gaps.Has(1<<i) || !d.hasAny(u.types&g.types) {
			continue
		}
		if hashing.Gaps(1<<i) == hashing.GapBudget {
			why = slices.Insert(why, 0, g.why+": ask again after "+time.Unix(u.retry, 0).UTC().Format(comeBack))
			continue
		}
		why = append(why, g.why)
	}
	return why
}

// hasAny reports whether the dataset has rows with a key of one of the types.
func (d *dataset) hasAny(types Keys) bool {
	return slices.ContainsFunc(types.Types(), func(t hashing.KeyType) bool { return int(t) < len(d.rows) && d.rows[t] > 0 })
}

// unaskedPlaces returns the jurisdictions that the person names, of which the
// dataset has records, and that the source was not asked about.
func (d *dataset) unaskedPlaces(named string) (places []string) {
	for j := range strings.SplitSeq(named, ",") {
		if slices.Contains(d.info.Sections, j) && !slices.Contains(d.asker, j) {
			places = append(places, j)
		}
	}
	return places
}

// searchedOf says that a dataset has records of other jurisdictions than those
// asked, "" if it has none.
func (d *dataset) searchedOf(named string) string {
	if named == "" {
		return ""
	}
	all := strings.Split(named, ",")
	others := 0
	for _, home := range d.info.Homes {
		if home != hashing.NoJurisdiction && !slices.Contains(all, home) {
			others++
		}
	}
	if others == 0 {
		return ""
	}
	return "only its records of " + sentence(stateTitlesOf(all)) + " were searched, the states you named, and not those of " +
		has(others, "other state", "other states")
}

// ask asks for the people of the block, one after the other.
func (c *check) ask(ctx context.Context) error {
	c.hits = c.hits[:0]
	for p := range c.queries {
		q := &c.queries[p]
		if len(q.named) == 0 && !q.unread {
			q.unread = true
			q.problem(&c.people[p], fieldState, "missing: a server is asked for the states you were registered in only", hasState)
		}
		if q.unread || q.n == 0 {
			continue
		}
		if err := c.askOne(ctx, int32(p), q); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// askOne asks for one person. What was not asked is taken out of the query, so
// that answers and odds are of what was. What was found stays found: a budget may
// end when some of the jurisdictions have answered.
func (c *check) askOne(ctx context.Context, p int32, q *query) error {
	inputs := c.inputs[q.first : q.first+q.n]
	from := len(c.hits)
	scope, err := c.scope(ctx, q, inputs)
	if err != nil {
		c.hits = c.hits[:from]
		return err
	}
	q.falseHits = scope.FalseHits
	if scope.Gaps == 0 {
		return nil
	}
	q.unasked = unasked{gaps: scope.Gaps}
	if scope.Gaps.Has(hashing.GapBudget) {
		q.unasked.retry = scope.Retry.Unix()
		if scope.Retry.After(c.closed) {
			c.closed = scope.Retry
		}
	}
	hits := c.hits[from:]
	found := make([]bool, len(inputs))
	for _, h := range hits {
		found[int(h.input)-q.first] = true
	}
	q.n = 0
	moved, whole := make([]int32, len(inputs)), Keys(0)
	for i, in := range inputs {
		moved[i] = int32(q.first + q.n)
		if scope.Asked[i] {
			whole |= 1 << in.Type
		} else {
			q.unasked.types |= 1 << in.Type
			if !found[i] {
				q.asked[in.Type]--
				continue
			}
		}
		c.inputs[q.first+q.n], c.steps[q.first+q.n] = in, c.steps[q.first+i]
		q.n++
	}
	q.partly |= q.unasked.types &^ whole
	for i := range hits {
		hits[i].input = moved[int(hits[i].input)-q.first]
	}
	return nil
}

// scope asks for the inputs of one person, unless the server said that it answers
// nothing before a time that has not come.
func (c *check) scope(ctx context.Context, q *query, inputs []Input) (hashing.Scope, error) {
	if time.Now().Before(c.closed) {
		return hashing.Scope{Asked: make([]bool, len(inputs)), Gaps: hashing.GapBudget, Retry: c.closed}, nil
	}
	return c.asker.AskIn(ctx, q.named, inputs, func(r Result) {
		if d := c.slot[r.Dataset]; d >= 0 {
			c.hits = append(c.hits, hit{input: int32(q.first + r.Input), dataset: int32(d), mask: r.Mask, damaged: r.Damaged, ofDataset: r.OfDataset})
		}
	})
}
