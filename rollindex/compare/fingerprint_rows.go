package compare

import (
	"context"

	"rollcheck/hashing"
	"rollcheck/rollindex/internal/extsort"
)

// errorFields are those in which a value that is not the source's is taken for an
// error, unless so many differ that it is a way of writing.
var errorFields = []Field{First, Middle, Suffix, BirthDate, Address, ZIP, City, Phone, Email, Sex, Race, VoterID, RegistrationDate}

// dateFields are those that hardly anybody mistypes and that change from release to
// release: where two files differ from the source alike in them, they are of
// another release than the source given.
var dateFields = []Field{Party, Status, Precinct, Congressional, LastVote}

// trace is a row of both files, with what is in the source under its key.
type trace struct {
	a, b, source uint64 // places
	group        uint64 // of rows that a natural order leaves as they are
	offA, offB   uint32 // bits of fields with another value than the source's
	off          uint32 // bits of fields in which both have the same other value
	known        bool   // the source has it
}

// selection counts rows of the source in one stratum, and those that a and b have.
type selection struct{ n, a, b, both int64 }

// traces is what is counted of one key type; of one bucket of keys, or of all.
type traces struct {
	matched int64 // keys of both files
	rows    []trace
	chosen  [numSelectors]map[uint32]selection
}

// maxTraces is about how many rows are looked at closely.
const maxTraces = 200_000

// allTraces counts by key type.
type allTraces [hashing.NumKeyTypes]*traces

func (t *allTraces) of(k hashing.KeyType) *traces {
	if t[k] == nil {
		t[k] = &traces{}
		for i := range t[k].chosen {
			t[k].chosen[i] = map[uint32]selection{}
		}
	}
	return t[k]
}

// readTraces reads the files and returns what is counted of a pair.
func readTraces(ctx context.Context, inputs []Input, p Pair, forms []*form, opts Options) (*allTraces, error) {
	linked := links(sharesOf(forms))
	r, err := newReading(linked, opts)
	if err != nil {
		return nil, err
	}
	defer r.close()
	r.types = nil
	for _, t := range strength {
		if linked[t] {
			r.types = append(r.types, t)
		}
	}
	r.books = newCodebooks(layoutsOfForms(forms))
	var files []*File
	for i, in := range inputs {
		f, err := r.read(ctx, i, in, opts.Jobs, func(done, total, rows int64) { opts.report(Progress{i, done, total, rows}) })
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	w, all := newTracer(p, forms, files, r.books, maxTraces), &allTraces{}
	work := func(records []wide) (*allTraces, error) { return w.bucket(records), nil }
	return all, extsort.Drain(ctx, r.wide, max(opts.Jobs, 1), work, func(t *allTraces) error { all.add(t); return nil })
}

// best returns what is counted under the key that finds most rows of both, of those
// nearly as many the strongest.
func (t *allTraces) best() (hashing.KeyType, *traces) {
	most := int64(0)
	for _, k := range t {
		if k != nil {
			most = max(most, k.matched)
		}
	}
	for _, k := range strength {
		if t[k] != nil && float64(t[k].matched) >= nearly*float64(most) {
			return k, t[k]
		}
	}
	return strength[0], t.of(strength[0])
}

func (t *allTraces) add(o *allTraces) {
	for k := range o {
		if o[k] == nil {
			continue
		}
		d := t.of(hashing.KeyType(k))
		d.matched += o[k].matched
		d.rows = append(d.rows, o[k].rows...)
		for i, strata := range o[k].chosen {
			for name, s := range strata {
				c := d.chosen[i][name]
				d.chosen[i][name] = selection{c.n + s.n, c.a + s.a, c.b + s.b, c.both + s.both}
			}
		}
	}
}

// tracer takes sorted records apart, for one pair of files.
type tracer struct {
	role   [MaxFiles]int8 // of each file: 0 and 1 for the pair, 2 for the source, -1 for others
	step   uint64         // one row in so many is looked at closely, by its place
	blocks int64          // rows of the source in one of numBlocks stretches
	groups []Field        // that the rows of both are sorted by
	books  *codebooks
}

// newTracer returns the tracer of a pair of files that were read, which looks closely
// at about so many rows.
func newTracer(p Pair, forms []*form, files []*File, books *codebooks, rows int64) *tracer {
	w := &tracer{groups: forms[p.A].sortFields(forms[p.B]), blocks: 1, books: books}
	for i := range w.role {
		w.role[i] = -1
	}
	w.role[p.A], w.role[p.B] = 0, 1
	if p.Source >= 0 {
		w.role[p.Source], w.blocks = 2, files[p.Source].Rows/numBlocks+1
	}
	w.step = uint64(min(files[p.A].Read(), files[p.B].Read())/rows + 1)
	return w
}

// bucket counts the sorted records of a bucket. A key that several rows of a file
// have is left out of it: nobody can tell which belong together.
func (w *tracer) bucket(records []wide) *allTraces {
	out := &allTraces{}
	for i := 0; i < len(records); {
		k := typeOf(records[i][1])
		var at [3]*wide
		var several [3]bool
		j := i
		for ; j < len(records) && records[j][0] == records[i][0] && typeOf(records[j][1]) == k; j++ {
			n := w.role[fileOf(records[j][1])]
			if n < 0 {
				continue
			}
			several[n] = several[n] || at[n] != nil
			at[n] = &records[j]
		}
		i = j
		if several != [3]bool{} {
			continue
		}
		t := out.of(k)
		if at[2] != nil {
			w.choose(t, at)
		}
		if at[0] == nil || at[1] == nil {
			continue
		}
		t.matched++
		if mix(at[0][1]&placeMask)%w.step == 0 {
			t.rows = append(t.rows, w.trace(at))
		}
	}
	return out
}

// mix scatters a number, as SplitMix64 does (Steele, Lea and Flood 2014, "Fast
// splittable pseudorandom number generators", OOPSLA: 453-472). Tags are of another
// key in each run, and a file is to be judged the same each time.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (w *tracer) trace(at [3]*wide) trace {
	a, b := at[0], at[1]
	r := trace{a: a[1] & placeMask, b: b[1] & placeMask}
	for _, f := range w.groups {
		r.group = r.group*65599 + uint64(a.print(f)) + 1
	}
	if at[2] == nil {
		return r
	}
	r.source, r.known = at[2][1]&placeMask, true
	for _, f := range errorFields {
		r.compare(f, a, b, at[2], w.books)
	}
	for _, f := range dateFields {
		r.compare(f, a, b, at[2], w.books)
	}
	return r
}

func (r *trace) compare(f Field, a, b, source *wide, books *codebooks) {
	x, y, s := a.print(f), b.print(f), source.print(f)
	if s == 0 {
		return
	}
	off := func(row *wide, p print) bool {
		return p != 0 && p != s && books.comparable(f, fileOf(row[1]), p, fileOf(source[1]), s)
	}
	offA, offB := off(a, x), off(b, y)
	if offA {
		r.offA |= 1 << f
	}
	if offB {
		r.offB |= 1 << f
	}
	if offA && offB && x == y {
		r.off |= 1 << f
	}
}

// selectors are what a copy may have been chosen by. A file that is all of a county,
// a party, or the first half of the source has rows in common with another such
// file without being copied from it.
const (
	byAll = iota
	byCounty
	byParty
	byStatus
	byZIP
	byDecade // of birth
	byVoted  // whether there is a last vote
	byContact
	byPlace // stretch of the source
	numSelectors
	numBlocks = 20
)

var selectorTitles = [numSelectors]string{"", "county", "party", "status", "ZIP code", "age", "voting", "telephone and e-mail", "place in the source"}

func (w *tracer) choose(t *traces, at [3]*wide) {
	s := at[2]
	has := func(f Field) uint32 {
		if s.print(f) != 0 {
			return 1
		}
		return 0
	}
	strata := [numSelectors]uint32{
		byCounty: uint32(s.print(County)), byParty: uint32(s.print(Party)), byStatus: uint32(s.print(Status)), byZIP: uint32(s.print(ZIP)),
		byDecade: uint32(s.print(BirthYear)) / 10, byVoted: has(LastVote), byContact: has(Phone)<<1 | has(Email),
		byPlace: uint32(int64(s[1]&placeMask) / w.blocks),
	}
	for i, name := range strata {
		c := t.chosen[i][name]
		c.n++
		if at[0] != nil {
			c.a++
		}
		if at[1] != nil {
			c.b++
		}
		if at[0] != nil && at[1] != nil {
			c.both++
		}
		t.chosen[i][name] = c
	}
}
