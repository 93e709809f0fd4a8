package decoys

import (
	"sync"

	"rollcheck/rollindex/voterfile"
)

// Screen recognises the decoys of a register in the rows of files, so that nobody
// counts them. Its methods may be called from several goroutines; a nil Screen
// recognises none.
type Screen struct {
	planted []*Decoy
	finder  *finder
	scratch sync.Pool
}

// Screen returns what recognises the decoys that are in any copy.
func (r *Register) Screen() *Screen {
	s := &Screen{}
	for i := range r.Releases {
		rel := &r.Releases[i]
		for c := range rel.Copies {
			for d := range rel.Copies[c].Owned {
				s.planted = append(s.planted, &rel.Copies[c].Owned[d])
			}
		}
		for d := range rel.Pool {
			s.planted = append(s.planted, &rel.Pool[d].Decoy)
		}
	}
	s.finder = newFinder(s.planted)
	s.scratch.New = func() any { return new(screenScratch) }
	return s
}

type screenScratch struct {
	key   []byte
	found []int32
}

// Decoy reports whether a row is a decoy's. In a file that has names alone, a
// namesake of one is taken for it.
func (s *Screen) Decoy(rec *voterfile.Record) bool {
	if s == nil || len(s.planted) == 0 {
		return false
	}
	w := s.scratch.Get().(*screenScratch)
	defer s.scratch.Put(w)
	w.key, w.found = s.finder.look(&rec.Details, w.key, w.found[:0])
	for _, i := range w.found {
		if s.planted[i].found(&rec.Details) {
			return true
		}
	}
	return false
}
