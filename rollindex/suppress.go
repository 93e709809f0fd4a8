package rollindex

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"rollcheck/data/field"
	"rollcheck/hashing"
)

// People who ask to be left out stand in the index's list as marks of their match
// keys. What follows of that:
//
//   - A row that is theirs, as [decides] has it, is left out whole by every ingest
//     from then on. So a dataset can only hold them if it was built before.
//   - Of those datasets the list names their entries, found when they were put on
//     it: their details are known then and never again. Search and Entries pass over
//     these.
//   - Whoever searches by one of their keys is told so, of every dataset alike:
//     nothing tells those that hold them from those that do not.

// births are the kinds of which one says when somebody was born, places those that
// say where somebody lives.
var (
	births = field.SetOf(field.BirthDate, field.BirthMonthYear, field.BirthYear)
	places = field.SetOf(field.Address, field.Locality)
)

// decides reports whether a key that a row has in common with somebody makes the
// row theirs, of what kinds the row holds. What the row says of its birth must not
// be at odds: a father has his son's name, and often his address and telephone
// number. A number of a household is enough only where nothing else is there.
func decides(t hashing.KeyType, kinds field.Set) bool {
	switch t {
	case hashing.VoterID, hashing.NameDOB:
		return true
	case hashing.NameYOBZIP:
		return !kinds.Has(field.BirthDate)
	case hashing.NameZIP, hashing.NameAddress, hashing.Email:
		return kinds&births == 0
	case hashing.Phone:
		return kinds&(births|places) == 0
	}
	return false
}

// isGuess reports whether a key is too much of a guess to decide anything. One with a
// birth date or a voter id is sure enough in every spelling.
func isGuess(k *hashing.PersonKey) bool {
	return k.Guessed && k.Type != hashing.NameDOB && k.Type != hashing.VoterID
}

// Errors of lists of suppressed people.
var (
	// ErrOtherList: the list was made for another index.
	ErrOtherList = errors.New("the list is of another index")
	// ErrStaleList: there are datasets that the makers of the list could not look at.
	ErrStaleList = errors.New("the list was made before a dataset was ingested")
	// ErrNotOnList: nobody of those named is on the list.
	ErrNotOnList = errors.New("none of them is on the list")
)

// Suppressions is a list of people who asked to be left out.
type Suppressions struct {
	people   []suppressed // no two of one id
	datasets []generation // that were looked at for their entries
}

// generation is one build of a dataset.
type generation struct {
	id     string
	number uint32
}

func generationOf(info *hashing.DatasetInfo) generation {
	return generation{info.ID, info.Generation}
}

// suppressed is one person.
type suppressed struct {
	id      hashing.Mark                 // of the surest key they gave, by which they are told from others
	keys    map[hashing.Mark]suppressKey // all they may be asked for by
	entries map[generation][]hashing.Tag // theirs, sorted
}

// suppressKey is what is known of a key beside its mark.
type suppressKey struct {
	typ     hashing.KeyType
	guessed bool // as [hashing.PersonKey] has it
}

// People returns how many people are on the list.
func (l *Suppressions) People() int {
	if l == nil {
		return 0
	}
	return len(l.people)
}

// merge puts the people of another list on l.
func (l *Suppressions) merge(o *Suppressions) {
	at := make(map[hashing.Mark]int, len(l.people))
	for i := range l.people {
		at[l.people[i].id] = i
	}
	for _, p := range o.people {
		i, ok := at[p.id]
		if !ok {
			at[p.id] = len(l.people)
			l.people = append(l.people, p)
			continue
		}
		known := &l.people[i]
		for mark, k := range p.keys {
			if old, ok := known.keys[mark]; ok {
				k.guessed = k.guessed && old.guessed
			}
			known.keys[mark] = k
		}
		for g, tags := range p.entries {
			all := slices.Concat(known.entries[g], tags)
			slices.Sort(all)
			known.entries[g] = slices.Compact(all)
		}
	}
	for _, g := range o.datasets {
		if !slices.Contains(l.datasets, g) {
			l.datasets = append(l.datasets, g)
		}
	}
}

// keep forgets datasets that are not listed any more.
func (l *Suppressions) keep(cat *catalog) {
	gone := func(g generation) bool {
		i := cat.find(g.id)
		return i < 0 || cat.datasets[i].info.Generation != g.number
	}
	l.datasets = slices.DeleteFunc(l.datasets, gone)
	for i := range l.people {
		for g := range l.people[i].entries {
			if gone(g) {
				delete(l.people[i].entries, g)
			}
		}
	}
}

// suppression is a list made ready for look-ups.
type suppression struct {
	marks   map[hashing.Mark]bool // whether the key is more than a guess of somebody
	entries map[generation]map[hashing.Tag]struct{}
}

// ready returns the list made ready; nil if nobody is on it.
func (l *Suppressions) ready() *suppression {
	if l.People() == 0 {
		return nil
	}
	s := &suppression{map[hashing.Mark]bool{}, map[generation]map[hashing.Tag]struct{}{}}
	for i := range l.people {
		for mark, k := range l.people[i].keys {
			s.marks[mark] = s.marks[mark] || !k.guessed
		}
		for g, tags := range l.people[i].entries {
			if s.entries[g] == nil {
				s.entries[g] = map[hashing.Tag]struct{}{}
			}
			for _, t := range tags {
				s.entries[g][t] = struct{}{}
			}
		}
	}
	return s
}

// withheld returns the entries of a dataset that are passed over.
func (ix *Index) withheld(info *hashing.DatasetInfo) map[hashing.Tag]struct{} {
	if ix.suppression == nil {
		return nil
	}
	return ix.suppression.entries[generationOf(info)]
}

// Suppressed returns how many people asked to be left out of the index in dir. It
// needs no key.
func Suppressed(dir string) (people int, err error) {
	cat, err := readCatalog(dir)
	if err != nil {
		return 0, err
	}
	return sealedPeople(cat.suppressed)
}

// Suppressed returns how many people asked to be left out of the index.
func (ix *Index) Suppressed() int { return ix.list.People() }

// adopt makes cat what the index holds.
func (ix *Index) adopt(cat *catalog) error {
	list, err := openSuppressions(ix.prf, cat.check, cat.suppressed)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(ix.dir, catalogName), err)
	}
	ix.cat, ix.list, ix.suppression = cat, list, list.ready()
	return nil
}

// SuppressedDataset says what of a dataset is left out for those who asked last.
type SuppressedDataset struct {
	ID      string `json:"dataset"`
	People  int    `json:"people"`  // who have an entry in it
	Entries int64  `json:"entries"` // of theirs that are passed over from now on
	// Exposed counts the people of whose row more keys can be made than were given, or
	// that they share with others: entries under those stay.
	Exposed int `json:"exposed"`
}

// SuppressResult is what [Index.Suppress] did.
type SuppressResult struct {
	Added    int                 // people who were not on the list
	People   int                 // who are on it now
	Datasets []SuppressedDataset // that hold any of those who asked, in the index's order
}

// NewSuppressions returns a list of people by their match keys, and what the
// index's datasets hold of them. A dataset that cannot be read whole is an error:
// who is in it could not be left out. progress, which may be nil, gets the number of
// people looked for.
func (ix *Index) NewSuppressions(ctx context.Context, people [][]hashing.PersonKey, progress func(people int)) (*Suppressions, []SuppressedDataset, error) {
	marked, err := markPeople(ix.prf, people)
	if err != nil {
		return nil, nil, err
	}
	found, err := ix.findEntries(ctx, people, marked, progress)
	if err != nil {
		return nil, nil, err
	}
	l := &Suppressions{}
	for i := range ix.cat.datasets {
		l.datasets = append(l.datasets, generationOf(&ix.cat.datasets[i].info))
	}
	l.merge(&Suppressions{people: marked}) // one by one: somebody may stand there twice
	return l, found, nil
}

// sureness orders key types by how surely they name one person.
var sureness = [hashing.NumKeyTypes]int{
	hashing.NameDOB: 7, hashing.VoterID: 6, hashing.NameYOBZIP: 5, hashing.NameAddress: 4, hashing.Email: 3, hashing.Phone: 2, hashing.NameZIP: 1,
}

// markPeople returns the people with the marks of their keys, and no entries.
func markPeople(prf *hashing.PRF, people [][]hashing.PersonKey) ([]suppressed, error) {
	hasher, marker := prf.NewHasher(), prf.NewMarker()
	marked := make([]suppressed, 0, len(people))
	for _, keys := range people {
		p := suppressed{keys: make(map[hashing.Mark]suppressKey, len(keys)), entries: map[generation][]hashing.Tag{}}
		surest := 0
		var y hashing.Output
		for _, k := range keys {
			hasher.Sum(k.Type, k.X, &y)
			mark := marker.Mark(&y)
			p.keys[mark] = suppressKey{k.Type, isGuess(&k)}
			if s := sureness[k.Type]; s > surest && !k.Guessed { // of one type the first: the details as given
				p.id, surest = mark, s
			}
		}
		if surest == 0 {
			return nil, errors.New("somebody without a match key cannot be left out")
		}
		marked = append(marked, p)
	}
	return marked, nil
}

// Suppress puts people, each given by their match keys, on the index's list. Whoever
// opens the index from then on passes over them in its datasets, and leaves
// their rows out of what is ingested. On any error the index is as it was.
// It fails at once with [ErrBusy]. progress is that of [Index.NewSuppressions].
func (ix *Index) Suppress(ctx context.Context, people [][]hashing.PersonKey, progress func(people int)) (res SuppressResult, err error) {
	err = ix.change(func() error {
		l, found, err := ix.NewSuppressions(ctx, people, progress)
		if err != nil {
			return err
		}
		before := ix.list.People()
		ix.list.merge(l)
		res = SuppressResult{Added: ix.list.People() - before, People: ix.list.People(), Datasets: found}
		return ctx.Err() // the last moment to stop
	})
	return res, err
}

// Unsuppress takes people off the list who gave the same surest detail when they
// were put on it, and returns how many; [ErrNotOnList] if none is there. In datasets
// from before they are found at once, and in others when these are ingested again.
func (ix *Index) Unsuppress(people [][]hashing.PersonKey) (removed int, err error) {
	err = ix.change(func() error {
		marked, err := markPeople(ix.prf, people)
		if err != nil {
			return err
		}
		named := map[hashing.Mark]bool{}
		for i := range marked {
			named[marked[i].id] = true
		}
		before := ix.list.People()
		ix.list.people = slices.DeleteFunc(ix.list.people, func(p suppressed) bool { return named[p.id] })
		if removed = before - ix.list.People(); removed == 0 {
			return ErrNotOnList
		}
		return nil
	})
	return removed, err
}

// change changes the index's list by f and commits it, holding the writers' lock.
func (ix *Index) change(f func() error) error {
	unlock, err := lock(ix.dir)
	if err != nil {
		return err
	}
	defer unlock()
	if err := ix.refresh(); err != nil {
		return err
	}
	if err = f(); err == nil {
		err = ix.sealList(ix.list)
	}
	if err == nil {
		err = ix.cat.write(ix.dir)
	}
	if err != nil {
		return errors.Join(err, ix.refresh())
	}
	return ix.adopt(ix.cat)
}

// refresh reads index.db again: another process may have written since.
func (ix *Index) refresh() error {
	cat, err := readCatalog(ix.dir)
	if err != nil {
		return err
	}
	if cat.check != ix.cat.check {
		return ErrWrongKey
	}
	return ix.adopt(cat)
}

// sealList makes the list the one that the catalog is written with.
func (ix *Index) sealList(l *Suppressions) (err error) {
	l.keep(ix.cat)
	ix.cat.suppressed, err = l.seal(ix.prf, ix.cat.check)
	return err
}

// Suppress has the build leave out the people of a list beside those of the index,
// whose list they join when the build is committed. It is called before any
// [Build.NewSuppressor]. A list whose makers did not see all the datasets that the
// index has is [ErrStaleList].
func (b *Build) Suppress(l *Suppressions) error {
	for i := range b.ix.cat.datasets {
		if g := generationOf(&b.ix.cat.datasets[i].info); !slices.Contains(l.datasets, g) {
			return fmt.Errorf("%w: %q", ErrStaleList, g.id)
		}
	}
	list, err := openSuppressions(b.ix.prf, b.ix.cat.check, b.ix.cat.suppressed)
	if err != nil {
		return err
	}
	list.merge(l)
	b.list, b.suppression = list, list.ready()
	return nil
}

// Suppressor recognises rows of people who asked to be left out, for one goroutine.
type Suppressor struct {
	marks  map[hashing.Mark]bool
	marker *hashing.Marker
}

// NewSuppressor returns what recognises the rows that the build leaves out, nil if
// nobody has asked for that.
func (b *Build) NewSuppressor() *Suppressor {
	if b.suppression == nil {
		return nil
	}
	return &Suppressor{b.suppression.marks, b.ix.prf.NewMarker()}
}

// Decides reports whether a key of type t, alone, says whose a row is that holds what
// the mask says. Only of such a key [Suppressor.Suppressed] need be asked.
func (*Suppressor) Decides(t hashing.KeyType, mask hashing.Mask) bool {
	return decides(t, mask.Kinds())
}

// Suppressed reports whether y is the value, in a local index, of a key of somebody
// who asked to be left out.
func (s *Suppressor) Suppressed(y *hashing.Output) bool { return s.marks[s.marker.Mark(y)] }
