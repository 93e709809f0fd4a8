package compare

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"rollcheck/hashing"
	"rollcheck/rollindex/voterfile"
)

// Every key that rows are matched by has a surname in it. So two files of the same
// people have next to none in common if the surnames of one stand in other rows than
// their own, as where a spreadsheet sorted that column alone. Voter ids by themselves
// tell: where a pair that ought to share them has few keys in common, its files are read
// once more, for these.

// SharedIDs is how two files stand to one another by voter ids without the surname. Ids
// that several rows of a file have are left out, as nobody can tell which belong together.
type SharedIDs struct {
	A, B              int
	Looked            int64 // ids of the file that has fewer, at most some 16,000
	Both              int64 // of them, those that the other has
	SameLast          int64 // of these, those with the same surname in both
	SameFirst, Firsts int64 // the same first name, of those that have one in both
	SameBirth, Births int64 // the same year of birth, likewise
}

const (
	leastShared = 10      // ids that two files must share for anything to be said
	mostLooked  = 1 << 14 // ids that are looked at of a file, about
)

// Tell reports whether most of the ids of one file are in the other and most of the
// surnames to them differ.
func (s *SharedIDs) Tell() bool {
	return s.Both >= leastShared && 2*s.Both >= s.Looked && 2*s.SameLast < s.Both
}

// SurnamesMoved reports whether they do so beside first names or births that are the
// same: the numbers are of the same people. Otherwise they may be given to others, as
// where each county numbers its own.
func (s *SharedIDs) SurnamesMoved() bool {
	return s.Tell() && (2*s.SameFirst > max(s.Firsts, leastShared) || 2*s.SameBirth > max(s.Births, leastShared))
}

// fewInCommon returns the pairs of files of one state, both of which have voter ids in
// most rows, that have fewer than half of the keys of either in common, of each type.
func (res *Result) fewInCommon() (pairs [][2]int) {
	for a, f := range res.Files {
		for b, g := range res.Files[:a] {
			few := func(o Overlap) bool { return 2*o.Common < min(o.KeysA, o.KeysB) }
			numbered := 2*f.Keys[hashing.VoterID] > f.Read() && 2*g.Keys[hashing.VoterID] > g.Read()
			one := slices.ContainsFunc(f.Jurisdictions, func(j string) bool { return slices.Contains(g.Jurisdictions, j) })
			if numbered && one && !slices.ContainsFunc(res.Overlaps, func(o Overlap) bool { return o.A == b && o.B == a && !few(o) }) {
				pairs = append(pairs, [2]int{b, a})
			}
		}
	}
	return pairs
}

// idPrints are the prints of what stands beside a voter id, and how many rows have it.
type idPrints struct {
	last, first, born print
	rows              int
}

func (p *idPrints) note(o idPrints) {
	if p.rows++; p.rows == 1 {
		p.last, p.first, p.born = o.last, o.first, o.born
	}
}

// idSample is ids of a file, by their hashes, and what other files have beside them.
type idSample struct {
	file  int
	every uint64 // of so many hashes one is looked at
	mu    sync.Mutex
	at    map[uint64]int
	own   []idPrints
	other map[int][]idPrints // by file, as own
}

// sharedIDs reads those files again, each once, that have few keys in common with another.
func (r *reading) sharedIDs(ctx context.Context, inputs []Input, res *Result, opts Options) error {
	pairs := res.fewInCommon()
	ids := func(f int) int64 { return res.Files[f].Keys[hashing.VoterID] }
	var order []int // those with fewer ids first: they are looked up in the others
	for _, p := range pairs {
		order = append(order, p[0], p[1])
	}
	slices.Sort(order)
	order = slices.Compact(order)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ids(a), ids(b)) })
	var before []*idSample
	for _, f := range order {
		own := &idSample{file: f, every: uint64(ids(f))/mostLooked + 1, at: map[uint64]int{}, other: map[int][]idPrints{}}
		var sought []*idSample
		for _, s := range before {
			if slices.Contains(pairs, [2]int{min(f, s.file), max(f, s.file)}) {
				s.other[f] = make([]idPrints, len(s.own))
				sought = append(sought, s)
			}
		}
		if err := r.readIDs(ctx, inputs[f], own, sought, max(opts.Jobs, 1), func(done, total, rows int64) { opts.report(Progress{f, done, total, rows}) }); err != nil {
			return err
		}
		for _, s := range sought {
			if shared := s.shared(f); shared.Tell() {
				res.SharedIDs = append(res.SharedIDs, shared)
			}
		}
		before = append(before, own)
	}
	slices.SortFunc(res.SharedIDs, func(a, b SharedIDs) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return nil
}

// sharedBy returns what the ids of a file of so many rows share with another's.
func sharedBy(ctx context.Context, a, b Input, rows int64, opts Options) (SharedIDs, error) {
	r := &reading{ignore: opts.Ignore}
	s := &idSample{every: uint64(rows)/mostLooked + 1, at: map[uint64]int{}, other: map[int][]idPrints{}}
	none := &idSample{file: 1, every: math.MaxUint64, at: map[uint64]int{}}
	report := func(done, total, rows int64) { opts.report(Progress{0, done, total, rows}) }
	if err := r.readIDs(ctx, a, s, nil, max(opts.Jobs, 1), report); err != nil {
		return SharedIDs{}, err
	}
	s.other[1] = make([]idPrints, len(s.own))
	if err := r.readIDs(ctx, b, none, []*idSample{s}, max(opts.Jobs, 1), report); err != nil {
		return SharedIDs{}, err
	}
	return s.shared(1), nil
}

// readIDs reads the voter ids of one file.
func (r *reading) readIDs(ctx context.Context, in Input, own *idSample, sought []*idSample, jobs int, progress func(done, total, rows int64)) error {
	src, err := in.open(ctx)
	if err != nil {
		return err
	}
	defer src.Close()
	var rows atomic.Int64
	_, err = src.Each(ctx, jobs, func() voterfile.Visitor { return &idVisitor{r.ignore, own, sought, &rows} }, func() {
		done, total := src.Progress()
		progress(done, total, rows.Load())
	})
	return err
}

// idVisitor takes the rows of a file in one goroutine.
type idVisitor struct {
	ignore func(*voterfile.Record) bool
	own    *idSample
	sought []*idSample
	rows   *atomic.Int64
}

// Visit notes the voter id of a row, if it is one of those that are looked at.
func (v *idVisitor) Visit(rec *voterfile.Record) error {
	v.rows.Add(1)
	if len(rec.VoterID) == 0 || rec.Jurisdiction == "" || v.ignore != nil && v.ignore(rec) {
		return nil
	}
	h := idHash(rec.Jurisdiction, rec.VoterID)
	beside := idPrints{last: printOf(rec.Last), first: printOf(rec.First), born: print(rec.Birth.Year)}
	v.own.add(h, beside)
	for _, s := range v.sought {
		s.seek(v.own.file, h, beside)
	}
	return nil
}

// Flush has nothing to hand over.
func (v *idVisitor) Flush() error { return nil }

// idHash is FNV-1a, the same in every run so that the same ids are looked at.
func idHash(jurisdiction string, id []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range []byte(jurisdiction) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	for _, c := range id {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h ^ h>>32
}

func (s *idSample) add(h uint64, beside idPrints) {
	if h%s.every != 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.at[h]
	if !ok {
		i = len(s.own)
		s.at[h] = i
		s.own = append(s.own, idPrints{})
	}
	s.own[i].note(beside)
}

// seek notes what another file has beside an id of the sample.
func (s *idSample) seek(file int, h uint64, beside idPrints) {
	if h%s.every != 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, ok := s.at[h]; ok {
		s.other[file][i].note(beside)
	}
}

// shared counts the ids that the sample and a file share.
func (s *idSample) shared(file int) SharedIDs {
	c := SharedIDs{A: min(s.file, file), B: max(s.file, file)}
	one := func(n *int64, is bool) {
		if is {
			*n++
		}
	}
	for i, a := range s.own {
		b := s.other[file][i]
		if a.rows != 1 || b.rows > 1 {
			continue
		}
		c.Looked++
		if b.rows == 0 {
			continue
		}
		c.Both++
		one(&c.SameLast, a.last == b.last)
		one(&c.Firsts, a.first != 0 && b.first != 0)
		one(&c.SameFirst, a.first != 0 && a.first == b.first)
		one(&c.Births, a.born != 0 && b.born != 0)
		one(&c.SameBirth, a.born != 0 && a.born == b.born)
	}
	return c
}
