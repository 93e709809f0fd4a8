package decoys

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex/voterfile"
)

// FindOptions say how a leak is read.
type FindOptions struct {
	Layout   *layouts.Layout // nil: detect one, else propose one by the names and contents of the columns
	AsOf     hashing.Date
	Jobs     int
	Progress func(done, total, rows int64)
}

// Found is what a leak shows. It holds no decoy.
type Found struct {
	Rows     int64 // read, skipped ones included
	Skipped  map[string]int64
	Unread   int // members that may hold people and were not read
	Layouts  []string
	Proposed bool // no known layout fits; one was made for the file
	Sources  []hashing.Source
	// Named, Numbered and Placed are how many rows have a name, a voter id, a house
	// number and street. Where all are zero, decoys cannot be told from others.
	Named, Numbered, Placed int64
	Decoys                  int // found, of all that are planted
	Copies                  []CopyFound
}

// Tellable reports whether the leak has anything that decoys are recognised by.
func (f *Found) Tellable() bool { return f.Named+f.Numbered+f.Placed > 0 }

// CopyFound is what a leak shows of one copy.
type CopyFound struct {
	Recipient, Date           string
	Release                   *Release
	Copy                      *Copy
	Verdict                   Verdict
	Partner                   string // the recipient of the copy that [Verdict.With] names
	OwnedHits                 int
	SharedHits, Carried, Pool int // hits are of those carried
	PoolHits                  int // in any copy
	ControlHits               int
	Expected                  float64 // hits, if the leak were drawn evenly from this copy
}

// Find reads a leak of any layout once and judges every registered copy by it. A leak
// may lack columns and rows, have them in another order, and have mistakes in them.
func Find(ctx context.Context, r *Register, path string, opts FindOptions) (*Found, error) {
	src, proposed, err := openLeak(ctx, path, opts)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	m := newMarks(r)
	var rows atomic.Int64
	var all []*seeker
	skips, err := src.Each(ctx, opts.Jobs, func() voterfile.Visitor {
		s := &seeker{marks: m, hit: make([]bool, len(m.decoys)), shared: &rows}
		all = append(all, s)
		return s
	}, func() {
		if opts.Progress != nil {
			done, total := src.Progress()
			opts.Progress(done, total, rows.Load())
		}
	})
	if err != nil {
		return nil, err
	}
	f := &Found{Rows: skips.Rows, Skipped: skips.ByReason(), Sources: src.Sources(), Proposed: proposed}
	for _, member := range src.Members() {
		if member.Unread {
			f.Unread++
		}
		if member.LeftOut == "" && !slices.Contains(f.Layouts, member.Match.Layout.ID) {
			f.Layouts = append(f.Layouts, member.Match.Layout.ID)
		}
	}
	hit := make([]bool, len(m.decoys))
	for _, s := range all {
		f.Named, f.Numbered, f.Placed = f.Named+s.named, f.Numbered+s.numbered, f.Placed+s.placed
		for i := range hit {
			hit[i] = hit[i] || s.hit[i]
		}
	}
	f.judge(r, m, hit)
	return f, nil
}

// openLeak opens a leak by a known layout or, where none fits, by one proposed for it.
func openLeak(ctx context.Context, path string, opts FindOptions) (src *voterfile.Source, proposed bool, err error) {
	read := voterfile.Options{Layout: opts.Layout, AsOf: opts.AsOf, ForColumns: true}
	src, err = voterfile.Open(ctx, []string{path}, read)
	if opts.Layout != nil || !errors.Is(err, voterfile.ErrNoLayout) && !errors.Is(err, voterfile.ErrEmpty) && !errors.Is(err, voterfile.ErrAmbiguous) {
		return src, false, err
	}
	list, perr := voterfile.Propose(ctx, path, read)
	if perr != nil {
		return nil, false, err
	}
	for _, p := range list {
		if p.Err == nil {
			read.Layout = p.Layout
			src, perr = voterfile.Open(ctx, []string{path}, read)
			return src, true, perr
		}
	}
	return nil, false, err
}

// marks are all decoys of a register with where they belong.
type marks struct {
	decoys []*Decoy
	finder *finder
}

// newMarks lists the decoys of a register: of each release its controls, its pool, and
// the decoys of its copies, in this order.
func newMarks(r *Register) *marks {
	m := &marks{}
	for i := range r.Releases {
		rel := &r.Releases[i]
		for d := range rel.Controls {
			m.decoys = append(m.decoys, &rel.Controls[d])
		}
		for d := range rel.Pool {
			m.decoys = append(m.decoys, &rel.Pool[d].Decoy)
		}
		for c := range rel.Copies {
			for d := range rel.Copies[c].Owned {
				m.decoys = append(m.decoys, &rel.Copies[c].Owned[d])
			}
		}
	}
	m.finder = newFinder(m.decoys)
	return m
}

// seeker looks for decoys in one goroutine.
type seeker struct {
	*marks
	hit                     []bool
	shared                  *atomic.Int64
	named, numbered, placed int64
	key                     []byte
	found                   []int32
}

// Visit takes a row.
func (s *seeker) Visit(rec *voterfile.Record) error {
	s.shared.Add(1)
	if len(rec.Last) > 0 && len(rec.First) > 0 {
		s.named++
	}
	if len(rec.VoterID) > 0 {
		s.numbered++
	}
	if len(rec.House) > 0 {
		s.placed++
	}
	s.key, s.found = s.finder.look(&rec.Details, s.key, s.found[:0])
	for _, i := range s.found {
		if !s.hit[i] && s.decoys[i].found(&rec.Details) {
			s.hit[i] = true
		}
	}
	return nil
}

// Flush ends the work.
func (s *seeker) Flush() error { return nil }

func count(marks []bool) (n int) {
	for _, m := range marks {
		if m {
			n++
		}
	}
	return n
}

// judge judges the copies of every release by the decoys that were found, in the order
// of newMarks.
func (f *Found) judge(r *Register, m *marks, hit []bool) {
	at := 0
	next := func(n int) []bool {
		at += n
		return hit[at-n : at]
	}
	for i := range r.Releases {
		rel := &r.Releases[i]
		leak := Leak{Controls: len(rel.Controls), ControlHits: count(next(len(rel.Controls))), Hit: next(len(rel.Pool))}
		for d := range rel.Pool {
			leak.Bias = append(leak.Bias, rel.Pool[d].Bias)
		}
		f.Decoys += count(leak.Hit)
		var evidence []Evidence
		for c := range rel.Copies {
			cp := &rel.Copies[c]
			e := Evidence{Owned: len(cp.Owned), OwnedHits: count(next(len(cp.Owned)))}
			if cp.Shared {
				e.Carried = r.carried(rel, cp.Recipient)
			}
			f.Decoys += e.OwnedHits
			evidence = append(evidence, e)
		}
		for c, v := range Judge(&leak, evidence, r.Copies()) {
			f.Copies = append(f.Copies, copyFound(rel, c, v, &evidence[c], &leak, f.Rows))
		}
	}
	slices.SortStableFunc(f.Copies, func(a, b CopyFound) int {
		return cmp.Or(cmp.Compare(a.Verdict.P, b.Verdict.P), cmp.Compare(b.Verdict.Hits, a.Verdict.Hits))
	})
}

func copyFound(rel *Release, c int, v Verdict, e *Evidence, leak *Leak, rows int64) CopyFound {
	cp := &rel.Copies[c]
	out := CopyFound{
		Recipient: cp.Recipient, Date: cp.Date, Release: rel, Copy: cp, Verdict: v, OwnedHits: e.OwnedHits, SharedHits: v.Hits - e.OwnedHits,
		Carried: count(e.Carried), Pool: len(rel.Pool), PoolHits: count(leak.Hit), ControlHits: leak.ControlHits,
		Expected: float64(v.Planted) * min(float64(rows)/float64(max(cp.Rows, 1)), 1),
	}
	if v.With >= 0 {
		out.Partner = rel.Copies[v.With].Recipient
	}
	return out
}
