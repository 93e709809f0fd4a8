// Package ingest turns voter files into a dataset of an index: records are
// read, canonicalised and hashed side by side, and their tags handed to the
// builder. What a roll says stays in memory; only tags and counts leave it.
package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync/atomic"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex"
	"rollcheck/rollindex/voterfile"
)

// Options describe the dataset and the resources.
type Options struct {
	Info   hashing.DatasetInfo // ID, Title, Kind, Incident and AsOf; the rest is filled in
	AsOf   hashing.Date        // the same day, for the plausibility of birth dates; zero if unknown
	Layout *layouts.Layout     // nil: detect
	// Jurisdiction overrides the layout's, for files that have none of their own.
	Jurisdiction string
	Members      []string // names of the members to read, as [voterfile.Options] has them; none: all
	// Suppress is a list of people to leave out beside those of the index, whose list
	// they join when the dataset is there; nil for none.
	Suppress *rollindex.Suppressions
	Memory   int64 // bytes for everything the ingest holds
	Jobs     int   // goroutines that parse and hash; 0 means 1
	Progress func(Progress)
}

// Progress says how far an ingest is.
type Progress struct {
	Writing     bool  // the files are read; Done and Total count entries, else bytes of the files whose rows are done
	Done, Total int64 // Total is an upper bound while writing
	Rows        int64 // rows read so far
}

// ErrForeign is of a file of another country on its way into a served index, which is
// asked by states of the United States.
var ErrForeign = errors.New("in a served index nobody could ask for voters of another country")

// domestic refuses members whose layouts are of another country.
func domestic(members []voterfile.Member, jurisdiction string) error {
	for _, m := range members {
		if m.LeftOut != "" {
			continue
		}
		if j := cmp.Or(jurisdiction, m.Match.Layout.Jurisdiction); j != "" && !strings.HasPrefix(j, "US-") {
			return fmt.Errorf("%s: it is of %s, by its layout %s: %w", m.Name, j, m.Match.Layout.ID, ErrForeign)
		}
	}
	return nil
}

// Result is what an ingest did.
type Result struct {
	Info     hashing.DatasetInfo
	Members  []voterfile.Member   // the files and members of archives, and how each was read or why not
	Skips    []Skip               // rows that could not be read, by reason, and where the first of them stand
	Doubts   []Doubt              // what the files do not settle of how they were read, in their order
	Contrary []voterfile.Contrary // rows that say something else, in their order
	Spilled  int64                // bytes spilled to disk, encrypted
	Resumed  int64                // keys that an earlier run into a served index had evaluated

	// Ragged is, of each member that has one, the longest stretch of rows that were skipped
	// because they have another number of fields.
	Ragged []Ragged

	// Unborn counts the rows without a birth date or year that is possible on the day of
	// the data, of the OfBirths that members have which have births.
	Unborn, OfBirths int64
	// Impossible are the rows whose birth date has a month or day that does not exist, so
	// that its year alone counts.
	Impossible Skip
}

// Skip counts the rows that were skipped, or noted, for one reason.
type Skip struct {
	Reason string `json:"reason"`
	Why    string `json:"why"` // the reason in words
	Rows   int64  `json:"rows"`
	First  []Line `json:"first"` // a few, in order
}

// Ragged is a stretch of so many rows of a member, from a line on.
type Ragged struct {
	Line
	Rows int64
}

// Doubt is what the values of a member do not settle: it was read as its header, or
// its layout, says.
type Doubt struct {
	Member string
	Layout string
	voterfile.Doubt
}

// countContrary adds to the counts, by what is in question, the rows of a member that are
// contrary singly, or that are not.
func countContrary(counts map[string]int64, rows []voterfile.Contrary, singly bool) map[string]int64 {
	for _, c := range rows {
		if c.Singly != singly {
			continue
		}
		if counts == nil {
			counts = map[string]int64{}
		}
		counts[c.Question.String()] += c.Rows
	}
	return counts
}

// Line is a line of a member, or a row of a table.
type Line struct {
	Member string `json:"member"`
	Line   int64  `json:"line,omitempty"` // from 1
	Row    int64  `json:"row,omitempty"`  // from 1, where the member is a table of a container
}

// chunkMemory is about what one chunk in flight takes.
const chunkMemory = 5 << 18

// Run reads the files and adds them to the index as one dataset. On any error
// the index is as it was before. Into a served index it goes on where an earlier run
// ended, as far as the same keys are to be evaluated.
func Run(ctx context.Context, ix *rollindex.Index, paths []string, opts Options) (Result, error) {
	jobs := max(opts.Jobs, 1)
	// The lock and the id are checked before a large file is opened.
	build, err := ix.Begin(opts.Info.ID, sorterMemory(ix, opts.Memory, jobs))
	if err != nil {
		return Result{}, err
	}
	if opts.Suppress != nil {
		if err := build.Suppress(opts.Suppress); err != nil {
			build.Abort()
			return Result{}, err
		}
	}
	src, err := voterfile.Open(ctx, paths, voterfile.Options{
		Layout: opts.Layout, AsOf: opts.AsOf, Jurisdiction: opts.Jurisdiction, Members: opts.Members,
	})
	if err != nil {
		build.Abort()
		return Result{}, err
	}
	defer src.Close()
	if ix.Scheme() == hashing.Served {
		if err := domestic(src.Members(), opts.Jurisdiction); err != nil {
			build.Abort()
			return Result{}, err
		}
	}

	p := &pipeline{src: src, progress: opts.Progress}
	var tallies []*tally
	skips, err := src.Each(ctx, jobs, func() voterfile.Visitor {
		t := newTally(src.Members())
		tallies = append(tallies, t)
		return &worker{pipeline: p, ctx: ctx, keyer: newKeyer(ix, build, t, src.Members(), jobs), tally: t}
	}, p.reading)
	if err != nil {
		build.Abort()
		return Result{}, err
	}
	t := mergeTallies(tallies)
	t.skips = skips
	return p.commit(ctx, build, t, opts)
}

// sorterMemory is what is left of the budget for entries: each worker has a
// writer's buffers, two chunks and a parser.
func sorterMemory(ix *rollindex.Index, budget int64, jobs int) int64 {
	perWorker := ix.MinMemory()/4 + 3*chunkMemory
	if ix.Scheme() == hashing.Served {
		perWorker += servedMemory
	}
	return max(budget-int64(jobs)*perWorker, ix.MinMemory())
}

// pipeline is what an ingest has in hand.
type pipeline struct {
	src      *voterfile.Source
	progress func(Progress)
	rows     atomic.Int64 // of the chunks that are done
	done     atomic.Int64 // bytes of the files up to the chunks that are done
}

// reading reports how far the reading is.
func (p *pipeline) reading() {
	if p.progress != nil {
		_, total := p.src.Progress()
		p.progress(Progress{Done: p.done.Load(), Total: total, Rows: p.rows.Load()})
	}
}

// worker makes the entries of the records that one goroutine reads.
type worker struct {
	*pipeline
	ctx   context.Context
	keyer keyer
	tally *tally
	told  int64 // of the pipeline's rows, this worker's
}

func (w *worker) Visit(rec *voterfile.Record) error { return w.keyer.add(rec) }

// EndChunk implements [voterfile.ChunkVisitor].
func (w *worker) EndChunk(bytes int64) error {
	err := w.keyer.endChunk(w.ctx)
	w.rows.Add(w.tally.read - w.told)
	w.told = w.tally.read
	w.done.Add(bytes)
	return err
}

func (w *worker) Flush() error { return w.keyer.flush() }

// keyer makes the entries of records, for one goroutine.
type keyer interface {
	// add adds the entries of the record's keys, or keeps what they are made of.
	add(rec *voterfile.Record) error
	// endChunk adds what was kept.
	endChunk(ctx context.Context) error
	flush() error
}

func newKeyer(ix *rollindex.Index, b *rollindex.Build, t *tally, members []voterfile.Member, jobs int) keyer {
	w, out := b.NewWriter(), b.NewSuppressor()
	if ix.Scheme() == hashing.Served {
		return &servedKeyer{writer: w, suppressor: out, hasher: ix.NewHasher(), tally: t, members: members, jobs: jobs}
	}
	return &localKeyer{hasher: ix.NewHasher(), writer: w, suppressor: out, tally: t}
}

// localKeyer makes the entries of a local index. Keys are hashed two at a time, and those
// of several records together, as many have an odd number of them.
type localKeyer struct {
	hasher     *hashing.Hasher
	writer     *rollindex.Writer
	suppressor *rollindex.Suppressor // nil if nobody is left out
	tally      *tally
	x          []byte // hashed inputs, one after the other
	keys       []key  // which parts of x they are
}

// key is one match key of a record.
type key struct {
	typ         hashing.KeyType
	provisional bool
	from, to    int // in x
	mask        hashing.Mask
	y           hashing.Output
}

// batchKeys are hashed together: few, so that they stay in the cache.
const batchKeys = 32

// add adds an entry for every key the record's fields allow. A record of somebody
// who asked to be left out is left out as a whole.
func (k *localKeyer) add(rec *voterfile.Record) error {
	first := len(k.keys)
	mask, dated := masks(rec)
	for _, typ := range keyTypes {
		from := len(k.x)
		var ok bool
		if k.x, ok = rec.AppendKey(k.x, typ); !ok {
			continue
		}
		m, provisional := mask, false
		if typ == hashing.NameDOB {
			m, provisional = dated, rec.Birth.IsJanuaryFirst()
		}
		k.keys = append(k.keys, key{typ: typ, provisional: provisional, from: from, to: len(k.x), mask: m})
	}
	keys := k.keys[first:]
	if k.suppressor != nil {
		k.hash()
		if k.suppressed(mask) {
			k.tally.read++
			k.tally.suppressed++
			k.x, k.keys = k.x[:0], k.keys[:0]
			return nil
		}
	}
	k.tally.count(rec, len(keys), len(keys) > 0 && keys[0].typ == hashing.NameDOB)
	for i := range keys {
		k.tally.keys[keys[i].typ]++
	}
	switch {
	case k.suppressor != nil:
		return k.write()
	case len(k.keys) >= batchKeys:
		k.hash()
		return k.write()
	}
	return nil
}

func (k *localKeyer) endChunk(context.Context) error { return nil }

func (k *localKeyer) flush() error {
	k.hash()
	if err := k.write(); err != nil {
		return err
	}
	return k.writer.Flush()
}

// write adds the entries of the keys at hand, which were hashed.
func (k *localKeyer) write() error {
	for i := range k.keys {
		if err := k.writer.Add(&k.keys[i].y, k.keys[i].mask, k.keys[i].provisional); err != nil {
			return err
		}
	}
	k.x, k.keys = k.x[:0], k.keys[:0]
	return nil
}

// suppressed reports whether the record of the keys at hand, whose entries have that
// mask, is of somebody who asked to be left out.
func (k *localKeyer) suppressed(mask hashing.Mask) bool {
	for i := range k.keys {
		if k.suppressor.Decides(k.keys[i].typ, mask) && k.suppressor.Suppressed(&k.keys[i].y) {
			return true
		}
	}
	return false
}

// hash evaluates the keyed function of all keys, two at a time.
func (k *localKeyer) hash() {
	i := 0
	for ; i+1 < len(k.keys); i += 2 {
		a, b := &k.keys[i], &k.keys[i+1]
		k.hasher.SumPair(a.typ, k.x[a.from:a.to], &a.y, b.typ, k.x[b.from:b.to], &b.y)
	}
	if i < len(k.keys) {
		a := &k.keys[i]
		k.hasher.Sum(a.typ, k.x[a.from:a.to], &a.y)
	}
}

// masks returns the masks of a record's entries: that of the key with the full birth
// date, and that of the others. They differ for a birth date on 1 January, which may
// turn out to be a placeholder that tells the year alone.
func masks(rec *voterfile.Record) (mask, dated hashing.Mask) {
	dated = hashing.NewMask(rec.Kinds, rec.Initial)
	if rec.Birth.Precision() != hashing.PrecisionDay || !rec.Birth.IsJanuaryFirst() {
		return dated, dated
	}
	return hashing.NewMask(rec.Kinds.Without(field.BirthDate).With(field.BirthYear), rec.Initial), dated
}

// count counts a record with so many keys, of which one may have the full birth date.
func (t *tally) count(rec *voterfile.Record, keys int, hasDate bool) {
	t.read++
	t.kinds |= rec.Kinds
	if t.births[rec.Member] {
		t.ofBirths++
		if rec.Birth.Year == 0 {
			t.unborn++
		}
	}
	if keys == 0 {
		t.keyless++
	}
	if rec.Birth.Precision() != hashing.PrecisionDay {
		return
	}
	t.dated++
	if !rec.Birth.IsJanuaryFirst() {
		return
	}
	t.january++
	if hasDate {
		t.provisional++
		if keys == 1 {
			t.onlyProvisional++
		}
	}
}

var keyTypes = hashing.KeyTypes()

// tally counts what one worker saw.
type tally struct {
	read, keyless   int64
	ofBirths        int64 // rows of members that have births
	unborn          int64 // of these, rows without a usable birth date or year
	dated, january  int64 // rows with a full birth date, and those born on 1 January
	provisional     int64 // rows with a provisional name-dob key
	onlyProvisional int64 // rows with no other key
	confidential    int64 // rows left out of a served index because they say that they are protected
	suppressed      int64 // rows left out because their people asked for it
	keys            [hashing.NumKeyTypes]int64
	homes           map[string]bool // the jurisdictions that stand for the rows of a served index
	births          []bool          // of members: their layout has a column of births
	kinds           field.Set
	skips           voterfile.Skips // of all workers
}

func newTally(members []voterfile.Member) *tally {
	t := &tally{homes: map[string]bool{}, births: make([]bool, len(members))}
	for i := range members {
		t.births[i] = slices.ContainsFunc(members[i].Match.Columns(), func(c voterfile.Column) bool {
			return c.Role == field.RoleBirthDate || c.Role == field.RoleBirthMonthYear || c.Role == field.RoleBirthYear
		})
	}
	return t
}

// mergeTallies adds up all counts; sums do not depend on who counted what.
func mergeTallies(ts []*tally) *tally {
	all := newTally(nil)
	for _, t := range ts {
		all.read += t.read
		all.keyless += t.keyless
		all.unborn += t.unborn
		all.ofBirths += t.ofBirths
		all.dated += t.dated
		all.january += t.january
		all.provisional += t.provisional
		all.onlyProvisional += t.onlyProvisional
		all.confidential += t.confidential
		all.suppressed += t.suppressed
		maps.Copy(all.homes, t.homes)
		all.kinds |= t.kinds
		for i := range t.keys {
			all.keys[i] += t.keys[i]
		}
	}
	return all
}

// januaryOverrepresented reports whether 1 January stands in a file as a
// placeholder for an unknown day: more than three times as often as one day in
// 365.25 would, and by more than three standard deviations of a Poisson count
// and three rows, since a few rows prove nothing.
// Real birth days vary by far less: at most one and a half times the mean
// between any two days of a year. Such dates only give their year.
func januaryOverrepresented(dated, january int64) bool {
	limit := 3 * float64(dated) / 365.25
	return float64(january) > limit+3*math.Sqrt(limit)+3
}

func (p *pipeline) commit(ctx context.Context, build *rollindex.Build, t *tally, opts Options) (Result, error) {
	info := opts.Info
	res := Result{Unborn: t.unborn, OfBirths: t.ofBirths, Members: p.src.Members()}
	info.Sources = p.src.Sources()
	slices.SortFunc(info.Sources, func(a, b hashing.Source) int { return strings.Compare(a.SHA256, b.SHA256) })
	info.Rows = t.skips.Rows
	info.Skipped = t.skips.ByReason()
	res.Skips = skips(&t.skips, res.Members)
	res.Impossible = Skip{Reason: "impossible-birth-date", Why: "a birth date with a month or day that does not exist; only its year counts",
		Rows: t.skips.Impossible, First: linesOf(t.skips.FirstImpossible(), res.Members)}
	info.Impossible = res.Impossible.Rows
	keep := !januaryOverrepresented(t.dated, t.january)
	info.JanuaryFirst = "kept"
	if !keep {
		info.JanuaryFirst = "degraded"
		t.keys[hashing.NameDOB] -= t.provisional
		t.keyless += t.onlyProvisional
	}
	info.Keyless, info.Indexed = t.keyless, t.read-t.keyless-t.confidential-t.suppressed
	info.Withheld = map[string]int64{}
	for reason, n := range map[string]int64{hashing.Confidential: t.confidential, hashing.Suppressed: t.suppressed} {
		if n > 0 {
			info.Withheld[reason] = n
		}
	}
	info.Homes = slices.Sorted(maps.Keys(t.homes))
	info.KeyRows = map[string]int64{}
	for _, typ := range keyTypes {
		info.KeyRows[typ.String()] = t.keys[typ]
	}
	info.Columns = t.kinds.Names()
	info.Layout, info.Jurisdictions = describe(res.Members, opts.Jurisdiction)
	var contrary, singly map[string]int64
	for i, m := range res.Members {
		if r := p.src.Ragged(i); r.Rows > 0 {
			res.Ragged = append(res.Ragged, Ragged{linesOf([]voterfile.Position{{Member: i, Line: r.Line}}, res.Members)[0], r.Rows})
		}
		for _, name := range p.src.Unknown(i) {
			if !slices.Contains(info.Unknown, name) {
				info.Unknown = append(info.Unknown, name)
			}
		}
		for _, d := range p.src.Doubts(i) {
			res.Doubts = append(res.Doubts, Doubt{m.Name, m.Match.Layout.ID, d})
			info.Doubts = append(info.Doubts, d.Question.String())
		}
		rows := p.src.Contrary(i)
		res.Contrary = append(res.Contrary, rows...)
		contrary, singly = countContrary(contrary, rows, false), countContrary(singly, rows, true)
		if m.HasRows && !m.Unread && len(info.OtherTables) < hashing.MostTables {
			info.OtherTables = append(info.OtherTables, m.Kept())
		}
		switch {
		case m.LeftOut == voterfile.NotNamed:
			info.Unchosen++
		case m.Unread:
			info.Unread++
		}
	}
	slices.Sort(info.Doubts)
	info.Doubts = slices.Compact(info.Doubts)
	info.Contrary, info.Singly = contrary, singly
	slices.SortStableFunc(res.Contrary, func(a, b voterfile.Contrary) int {
		switch {
		case a.Singly == b.Singly:
			return 0
		case a.Singly:
			return 1
		}
		return -1
	})
	var err error
	res.Info, err = build.Commit(ctx, info, rollindex.CommitOptions{
		KeepProvisional: keep,
		Jobs:            max(opts.Jobs, 1),
		Progress: func(done, total int64) {
			if p.progress != nil {
				p.progress(Progress{Writing: true, Done: done, Total: total, Rows: t.read})
			}
		},
	})
	res.Spilled, res.Resumed = build.Spilled(), build.Resumed()
	return res, err
}

// skips words the skipped rows with the names of the members.
func skips(s *voterfile.Skips, members []voterfile.Member) (all []Skip) {
	for _, reason := range voterfile.Reasons() {
		if s.Count(reason) == 0 {
			continue
		}
		all = append(all, Skip{Reason: reason.String(), Why: reason.Title(), Rows: s.Count(reason), First: linesOf(s.First(reason), members)})
	}
	return all
}

// linesOf names the members of positions.
func linesOf(positions []voterfile.Position, members []voterfile.Member) (all []Line) {
	for _, p := range positions {
		l := Line{Member: members[p.Member].Name, Line: p.Line}
		if members[p.Member].Rows {
			l.Line, l.Row = 0, p.Line
		}
		all = append(all, l)
	}
	return all
}

// describe returns the layouts and the jurisdictions of the members read, each
// once and sorted.
func describe(members []voterfile.Member, jurisdiction string) (layout string, jurisdictions []string) {
	ids, states := map[string]bool{}, map[string]bool{}
	for _, m := range members {
		if m.LeftOut != "" {
			continue
		}
		ids[m.Match.Layout.ID] = true
		if j := cmp.Or(jurisdiction, m.Match.Layout.Jurisdiction); j != "" {
			states[j] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(ids)), ","), append([]string{}, slices.Sorted(maps.Keys(states))...)
}
