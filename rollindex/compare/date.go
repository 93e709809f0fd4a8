package compare

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"rollcheck/hashing"
	"rollcheck/rollindex/internal/extsort"
)

// MaxSnapshots is the most snapshots that a leak is dated by.
const MaxSnapshots = 240

// ErrUndated is of a snapshot whose date is not given.
var ErrUndated = errors.New("a snapshot needs the date of its data")

// Trait is something of a person that changes, and so dates a copy.
type Trait uint8

// The traits. Fields that change together when somebody moves are one trait,
// told by the first of them that the leak has: counted one by one they would
// make a dating seem surer than it is.
const (
	OnRoll Trait = iota // being on the roll under the same key
	Residence
	PartyOf
	StatusOf
	MailingOf
	PhoneOf
	EmailOf
	Voted
	numTraits
)

var traitFields = [numTraits][]Field{
	Residence: {Address, ZIP, Precinct, City, County}, PartyOf: {Party}, StatusOf: {Status}, MailingOf: {Mailing},
	PhoneOf: {Phone}, EmailOf: {Email}, Voted: {LastVote},
}

var traitNames = [numTraits]string{"on_roll", "residence", "party", "status", "mailing_address", "phone", "email", "last_vote_date"}

// String returns the name used in JSON ("residence").
func (t Trait) String() string { return traitNames[t] }

// cells counts, for two snapshots next to each other, the rows of the leak whose
// value is that of the first (in the first digit) and of the second.
type cells struct{ both, older, newer, neither int64 }

// Evidence is what one trait says of the time between two snapshots: of the
// rows in which it changed, how many still have the older value in the leak and
// how many have the newer.
type Evidence struct {
	Trait        Trait
	From, To     int // snapshots, by date
	Older, Newer int64
}

// SnapshotFit is how a leak stands to one snapshot.
type SnapshotFit struct {
	Input
	LogLik  float64 // of the leak's having been taken with it, less that of the best moment
	Present int64   // rows of the leak in it
	Same    int64   // values of traits that are the same, in rows that all snapshots have
	Of      int64   // such values
}

// Agree returns the share of values that agree.
func (s *SnapshotFit) Agree() float64 { return float64(s.Same) / float64(max(s.Of, 1)) }

// Moment is a day with the log-likelihood of the leak's having been taken then,
// less that of the best.
type Moment struct {
	Day    hashing.Date
	LogLik float64
}

// Verdict of a dating.
type DateVerdict string

// The verdicts of a dating.
const (
	AtSnapshot  DateVerdict = "snapshot"     // it fits a snapshot
	Between     DateVerdict = "between"      // it was taken between two snapshots, and fits neither
	OtherSource DateVerdict = "other-source" // its people are not those of the snapshots
	CannotTell  DateVerdict = "cannot-tell"  // too little tells, or too much contradicts
)

// Dating is when a leak's data was taken, as told by dated snapshots.
type Dating struct {
	Leak      *File
	Snapshots []SnapshotFit // by date
	Files     []*File       // likewise
	Key       hashing.KeyType
	Rows      int64 // rows of the leak that carry the key, alone
	Known     int64 // of them, rows in any snapshot
	Verdict   DateVerdict
	Why       string // of CannotTell and OtherSource
	Best      int    // snapshot that fits best of those that the bounds allow, if any; -1 if there is none
	// From and To are the days within 1.92 units of log-likelihood of the likeliest; the
	// zero date is an open end: before the first or after the last snapshot, which
	// nothing here could tell. Estimate is the likeliest day, or of several that are
	// alike the one in their midst: the first of them would be early, by a month in
	// leaks of 50 rows. The middle of the interval would be in another month more often.
	Estimate, From, To hashing.Date
	// NotBefore and NotAfter are the closest of the Bounds; zero if there is none.
	NotBefore, NotAfter hashing.Date
	Bounds              []Bound            // by clue
	Evidence            []Evidence         // between snapshots, what changed
	Curve               []Moment           // the log-likelihood over time
	Errors              [numTraits]float64 // the likeliest shares of wrong values, on the likeliest day
	Merged              bool               // two moments explain it much better than one
}

// Date tells when the data of a leak was taken.
//
// The leak is taken to be a copy of one source, made at one moment, of which some
// rows may be lost and some values wrong. A row of the leak agrees, or not, with
// each snapshot in each trait. If the leak was taken at the share u of the time
// between two snapshots next to each other, a value that changed between them had
// changed by then with probability u, so that the value in the leak is that of
//
//	both       with probability 1-e      neither   e
//	the older  (1-u)(1-e) + u e          the newer  (1-u) e + u (1-e)
//
// where e, by trait, is the share of wrong values, the likeliest for each moment. The
// sum of the logarithms over all rows and traits is the log-likelihood of the
// moment; its interval is that within 1.92 units (half the 95 % quantile of chi²
// with one degree of freedom; Wilks 1938, Annals of Mathematical Statistics 9:
// 60-62). Rows in all snapshots give their values; rows in some, only that they are
// in these; rows in none, nothing.
//
// Rows are matched by the strongest key that most have. If that is the voter id and
// it finds few of them, the next one is tried, for which all is read again: ids may
// have been numbered anew.
//
// Where the leak itself says that it was not taken before a day or not after one
// ([Bound]), the days beyond it are left out, unless the likelihood speaks against
// all that are left: then it cannot be told.
func Date(ctx context.Context, leak Input, snapshots []Input, opts Options) (*Dating, error) {
	if len(snapshots) < 1 || len(snapshots) > MaxSnapshots {
		return nil, fmt.Errorf("%w: give 1 to %d snapshots, not %d", ErrInputs, MaxSnapshots, len(snapshots))
	}
	snapshots = slices.Clone(snapshots)
	for _, s := range snapshots {
		if s.AsOf.Precision() != hashing.PrecisionDay {
			return nil, fmt.Errorf("%w: %s", ErrUndated, s.Path)
		}
	}
	slices.SortStableFunc(snapshots, func(a, b Input) int { return cmp.Compare(number(a.AsOf), number(b.AsOf)) })
	for i, s := range snapshots[1:] {
		if s.AsOf == snapshots[i].AsOf {
			return nil, fmt.Errorf("%w: two snapshots are of one day, %s", ErrInputs, s.AsOf)
		}
	}
	inputs := append([]Input{leak}, snapshots...)
	shares := make([][hashing.NumKeyTypes]float64, 2)
	for i := range shares { // the snapshots are of one source: one stands for all
		var err error
		if shares[i], err = sample(ctx, inputs[i*(len(inputs)-1)]); err != nil {
			return nil, err
		}
	}
	d, err := dateByIDs(ctx, inputs, shares, opts)
	if err != nil || d.Verdict != OtherSource || min(shares[0][hashing.VoterID], shares[1][hashing.VoterID]) < 0.5 {
		return d, err
	}
	// Every key has a surname in it: the ids alone tell of surnames beside other people.
	last := inputs[len(inputs)-1]
	s, err := sharedBy(ctx, leak, last, d.Leak.Read(), opts)
	if err == nil && s.Tell() {
		d.cannot(fmt.Sprintf("%s of %s of its voter ids that were looked at are in %s too, but %s stand beside another surname there, as in a column that was sorted or moved by itself",
			grouped(s.Both), grouped(s.Looked), last.Path, grouped(s.Both-s.SameLast)))
	}
	return d, err
}

// dateByIDs is Date by the strongest key, and where that is the voter id and few are
// known, by another.
func dateByIDs(ctx context.Context, inputs []Input, shares [][hashing.NumKeyTypes]float64, opts Options) (*Dating, error) {
	key := dateKey(shares)
	d, err := date(ctx, inputs, key, opts)
	if err != nil || key != hashing.VoterID || d.own() {
		return d, err
	}
	// Whoever numbers voters anew, as vendors do, has the same people under other ids.
	other := dateKey(shares, hashing.VoterID)
	if min(shares[0][other], shares[1][other]) < 0.5 {
		return d, nil
	}
	by, err := date(ctx, inputs, other, opts)
	if err != nil || by.Known > d.Known {
		return by, err
	}
	return d, nil
}

// own reports whether the leak's rows are those of the snapshots' source, as far as
// keys tell it.
func (d *Dating) own() bool { return float64(d.Known) >= leastOwn*float64(d.Rows) }

// dateKey returns the key that a leak is dated by: the strongest that most rows carry,
// but those.
func dateKey(shares [][hashing.NumKeyTypes]float64, but ...hashing.KeyType) hashing.KeyType {
	best := strength[len(but)]
	for _, t := range strength {
		if slices.Contains(but, t) {
			continue
		}
		both := min(shares[0][t], shares[1][t])
		if both >= 0.5 {
			return t
		}
		if both > min(shares[0][best], shares[1][best]) {
			best = t
		}
	}
	return best
}

func date(ctx context.Context, inputs []Input, key hashing.KeyType, opts Options) (*Dating, error) {
	var linked [hashing.NumKeyTypes]bool
	linked[key] = true
	r, err := newReading(linked, opts)
	if err != nil {
		return nil, err
	}
	defer r.close()
	r.types = []hashing.KeyType{key}
	r.wanted, r.ids = newTagSet(1<<21), &idWatch{}
	if r.books, err = readCodebooks(ctx, inputs); err != nil {
		return nil, err
	}
	d := &Dating{Key: key, Best: -1}
	for i, in := range inputs {
		f, err := r.read(ctx, i, in, opts.Jobs, func(done, total, rows int64) { opts.report(Progress{i, done, total, rows}) })
		if err != nil {
			return nil, err
		}
		if i == 0 {
			d.Leak = f
			continue
		}
		d.Files = append(d.Files, f)
		d.Snapshots = append(d.Snapshots, SnapshotFit{Input: in})
	}
	opts.report(Progress{File: len(inputs)})
	m := newMoments(len(inputs)-1, d.Leak)
	m.ids, m.books = r.ids, r.books
	err = extsort.Drain(ctx, r.wide, max(opts.Jobs, 1), m.bucket, m.add)
	if err != nil {
		return nil, err
	}
	d.judge(m)
	return d, nil
}

// moments is what is counted for a dating.
type moments struct {
	snapshots int
	fields    [numTraits]Field // that tell a trait; 0 if the leak has none
	rows      int64            // keys that one row of the leak carries
	known     int64
	present   []int64            // by snapshot
	same, of  [numTraits][]int64 // by snapshot
	cells     [numTraits][]cells // by snapshot but the last
	last      []int64            // by snapshot: rows that are in it and in no later one

	// What bounds rest on, of all buckets.
	registered, voted *dayCounts
	aged              *ageDays
	ids               *idWatch
	books             *codebooks // of the leak, and of the snapshots behind it
}

func newMoments(snapshots int, leak *File) *moments {
	m := &moments{snapshots: snapshots, registered: new(dayCounts), voted: new(dayCounts), aged: new(ageDays)}
	for t, fields := range traitFields {
		for _, f := range fields {
			if m.fields[t] == 0 && 2*leak.Filled[f] >= leak.Read() || len(fields) == 1 {
				m.fields[t] = f
			}
		}
	}
	m.reset()
	return m
}

func (m *moments) reset() {
	m.present, m.last = make([]int64, m.snapshots), make([]int64, m.snapshots)
	for t := range m.cells {
		m.same[t], m.of[t] = make([]int64, m.snapshots), make([]int64, m.snapshots)
		m.cells[t] = make([]cells, max(m.snapshots-1, 0))
	}
}

// bucket counts the rows of the leak in one bucket of keys.
func (m *moments) bucket(records []wide) (*moments, error) {
	out := &moments{snapshots: m.snapshots, fields: m.fields, registered: m.registered, voted: m.voted, aged: m.aged, books: m.books}
	out.reset()
	at := make([]*wide, m.snapshots) // the snapshots' rows under the key
	for i := 0; i < len(records); {
		j := i
		for j < len(records) && records[j][0] == records[i][0] {
			j++
		}
		out.row(records[i:j], at)
		i = j
	}
	return out, nil
}

// row counts a key. One that several rows of a file carry says nothing: nobody can
// tell which belong together.
func (m *moments) row(records []wide, at []*wide) {
	clear(at)
	var leak *wide
	for i := range records {
		place := &leak
		if f := fileOf(records[i][1]); f > 0 {
			place = &at[f-1]
		}
		if *place != nil {
			return
		}
		*place = &records[i]
	}
	if leak != nil {
		m.leaked(leak, at)
	}
}

// leaked counts a row of the leak, with those of the snapshots under its key.
func (m *moments) leaked(leak *wide, at []*wide) {
	m.rows++
	m.registered.add(leak.print(RegistrationDate))
	m.voted.add(leak.print(LastVote))
	in, last := 0, 0
	for s, r := range at {
		if r != nil {
			in++
			m.present[s]++
			last = s
		}
	}
	m.ages(leak, at)
	if in == 0 {
		return
	}
	m.known++
	m.last[last]++
	m.trait(OnRoll, at, func(r *wide) bool { return r != nil })
	if in < m.snapshots {
		return
	}
	for t := Residence; t < numTraits; t++ {
		f := m.fields[t]
		if f == 0 {
			continue
		}
		v := leak.print(f)
		if v == 0 || slices.ContainsFunc(at, func(r *wide) bool { return r.print(f) == 0 || m.untold(f, leak, r) }) {
			continue
		}
		m.trait(t, at, func(r *wide) bool { return r.print(f) == v })
	}
}

// untold reports whether nobody knows if the leak has the snapshot's value, in a code
// that nothing explains.
func (m *moments) untold(f Field, leak, snapshot *wide) bool {
	x, y := leak.print(f), snapshot.print(f)
	return x != y && !m.books.comparable(f, fileOf(leak[1]), x, fileOf(snapshot[1]), y)
}

// ages counts the age in a row of the leak, beside the birth date in it or else in
// a snapshot.
func (m *moments) ages(leak *wide, at []*wide) {
	age := leak.print(ageOf)
	if age == 0 {
		return
	}
	born := leak.print(BirthDate)
	for _, r := range at {
		if born == 0 && r != nil {
			born = r.print(BirthDate)
		}
	}
	if isDay(born) {
		m.aged.add(printedDay(born), int(age))
	}
}

func (m *moments) trait(t Trait, at []*wide, agrees func(*wide) bool) {
	before := false
	for s, r := range at {
		now := agrees(r)
		m.of[t][s]++
		if now {
			m.same[t][s]++
		}
		if s > 0 {
			c := &m.cells[t][s-1]
			switch {
			case before && now:
				c.both++
			case before:
				c.older++
			case now:
				c.newer++
			default:
				c.neither++
			}
		}
		before = now
	}
}

func (m *moments) add(o *moments) error {
	m.rows += o.rows
	m.known += o.known
	addTo(m.present, o.present)
	addTo(m.last, o.last)
	for t := range m.cells {
		addTo(m.same[t], o.same[t])
		addTo(m.of[t], o.of[t])
		for i, c := range o.cells[t] {
			d := &m.cells[t][i]
			d.both += c.both
			d.older += c.older
			d.newer += c.newer
			d.neither += c.neither
		}
	}
	return nil
}

// logLik returns the log-likelihood of a moment, at the share u of the time
// between snapshot i and the next.
func (m *moments) logLik(i int, u float64) float64 {
	sum := 0.0
	for t := range m.cells {
		v := u
		if Trait(t) == OnRoll {
			v = m.cellsAt(OnRoll, i).steady(u)
		}
		ll, _ := m.cellsAt(Trait(t), i).logLik(v)
		sum += ll
	}
	return sum
}

// steady returns, in place of the share u of the time between two snapshots, the
// share of the newcomers among the rows that only one of the two has: within that
// time a leak has those who came before it and those who went after it, and neither
// come and go at a known rate, so that they do not tell the day. At a snapshot
// itself they do.
func (c cells) steady(u float64) float64 {
	if u == 0 || u == 1 || c.newer+c.older == 0 {
		return u
	}
	return float64(c.newer) / float64(c.newer+c.older)
}

// cellsAt returns the cells behind snapshot i; of a single snapshot, those of it
// and itself.
func (m *moments) cellsAt(t Trait, i int) cells {
	if len(m.cells[t]) == 0 {
		return cells{both: m.same[t][0], neither: m.of[t][0] - m.same[t][0]}
	}
	return m.cells[t][i]
}

// mostErrors bounds the share of wrong values of a trait: what disagrees more
// often is written otherwise in the leak, and dates nothing.
const mostErrors = 0.4

// leastErrors bounds it from below: that there are none is never sure.
const leastErrors = 1e-6

// logLik returns the log-likelihood of the cells with the likeliest share of
// errors, and that share. It is a sum of logarithms of what is linear in e, so that
// its slope falls and has one zero, which halving finds.
func (c cells) logLik(u float64) (ll, e float64) {
	if c == (cells{}) {
		return 0, 0
	}
	both, neither, older, newer := float64(c.both), float64(c.neither), float64(c.older), float64(c.newer)
	low, high := leastErrors, mostErrors
	for range 40 {
		e = (low + high) / 2
		slope := neither/e - both/(1-e)
		if c.older > 0 {
			slope += older * (2*u - 1) / ((1-u)*(1-e) + u*e)
		}
		if c.newer > 0 {
			slope += newer * (1 - 2*u) / ((1-u)*e + u*(1-e))
		}
		if slope > 0 {
			low = e
		} else {
			high = e
		}
	}
	return times(c.both, 1-e) + times(c.neither, e) + times(c.older, (1-u)*(1-e)+u*e) + times(c.newer, (1-u)*e+u*(1-e)), e
}

// times returns n ln p, 0 for no n.
func times(n int64, p float64) float64 {
	if n == 0 {
		return 0
	}
	return float64(n) * math.Log(max(p, 1e-12))
}

// errors returns the likeliest shares of wrong values at a moment.
func (m *moments) errors(at moment) (e [numTraits]float64) {
	for t := range m.cells {
		c, u := m.cellsAt(Trait(t), at.i), at.u
		if Trait(t) == OnRoll {
			u = c.steady(u)
		}
		_, e[t] = c.logLik(u)
	}
	return e
}
