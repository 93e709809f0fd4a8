package rollindex

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"rollcheck/data/field"
	"rollcheck/hashing"
)

// findBlock is how many people are looked for at a time.
const findBlock = 256

// entryOf is an entry found under a key of a person.
type entryOf struct {
	*hashing.PersonKey
	fields [][]byte // of the key
	tag    hashing.Tag
	mask   hashing.Mask // of the row: see foldBirth
	sure   bool         // it is theirs by itself
	theirs bool
}

// findEntries looks people up in every dataset, under the keys of all its
// jurisdictions if the index is served, and adds to each the entries that are theirs.
func (ix *Index) findEntries(ctx context.Context, people [][]hashing.PersonKey, add []suppressed, progress func(int)) ([]SuppressedDataset, error) {
	counts := make([]SuppressedDataset, len(ix.cat.datasets))
	for from := 0; from < len(people); from += findBlock {
		to := min(from+findBlock, len(people))
		if err := ix.findBlock(ctx, people[from:to], add[from:to], counts); err != nil {
			return nil, err
		}
		if progress != nil {
			progress(to)
		}
	}
	return slices.DeleteFunc(counts, func(d SuppressedDataset) bool { return d.People == 0 }), nil
}

func (ix *Index) findBlock(ctx context.Context, people [][]hashing.PersonKey, add []suppressed, counts []SuppressedDataset) error {
	var inputs []hashing.Input
	var owner []int
	for p := range people {
		for _, k := range people[p] {
			inputs, owner = append(inputs, k.Input), append(owner, p)
		}
	}
	s := &ix.scratch
	if err := ix.valuesOf(ctx, inputs, ix.sections(), s); err != nil {
		return err
	}
	first := make([]int, len(people)) // input of each
	for i := len(owner) - 1; i >= 0; i-- {
		first[owner[i]] = i
	}
	for i := range ix.cat.datasets {
		l := &ix.cat.datasets[i]
		counts[i].ID = l.info.ID
		found := make([][]entryOf, len(people))
		err := ix.eachEntry(ctx, l, s, func(w wanted, mask hashing.Mask) {
			p := owner[w.input]
			k := &people[p][int(w.input)-first[p]]
			found[p] = append(found[p], entryOf{k, hashing.KeyFields(k.X), w.tag, mask, false, false})
		})
		if err != nil {
			return fmt.Errorf("looking for them in dataset %q: %w", l.info.ID, err)
		}
		for p := range people {
			counts[i].count(&add[p], generationOf(&l.info), found[p], l.info.Scheme == hashing.Served)
		}
	}
	return nil
}

// eachEntry calls f with every entry that the values of s make in a dataset.
func (ix *Index) eachEntry(ctx context.Context, l *listed, s *scratch, f func(wanted, hashing.Mask)) error {
	d, err := ix.dataset(l)
	if err != nil {
		return err
	}
	var seal sealing = &localSealing{ix.prf.Entries(l.info.ID, l.info.Generation)}
	if ix.cat.scheme == hashing.Served {
		seal = &servedSealing{hashing.NewServedEntries(l.info.ID, l.info.Generation), l.info.Sections}
	}
	entry, list := seal.entry(s), make([]wanted, seal.count(s))
	for i := range list {
		list[i] = entry(i)
	}
	slices.SortFunc(list, func(a, b wanted) int { return cmp.Compare(a.tag, b.tag) })
	var p page
	have := false
	for _, w := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !have || !p.covers(w.tag) {
			if p, err = d.readers[0].page(w.tag); err != nil {
				return err
			}
			have = true
		}
		if sealed, ok := p.find(w.tag); ok {
			f(w, sealed^w.pad)
		}
	}
	return nil
}

// sections returns the jurisdictions of which any dataset has entries.
func (ix *Index) sections() (all []string) {
	for i := range ix.cat.datasets {
		all = append(all, ix.cat.datasets[i].info.Sections...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// count adds to p which of the entries found in a dataset are theirs, and counts them.
func (d *SuppressedDataset) count(p *suppressed, g generation, found []entryOf, served bool) {
	whose(found)
	var tags []hashing.Tag
	var types [hashing.NumKeyTypes]bool
	var kinds field.Set
	for i := range found {
		if e := &found[i]; e.theirs {
			tags = append(tags, e.tag)
			types[e.Type], kinds = true, kinds|e.mask.Kinds()
		}
	}
	if len(tags) == 0 {
		return
	}
	slices.Sort(tags)
	tags = slices.Compact(tags)
	p.entries[g] = tags
	d.People++
	d.Entries += int64(len(tags))
	placed := types[hashing.NameYOBZIP] || types[hashing.NameZIP]
	others := kinds.Has(field.Phone) && !types[hashing.Phone] || kinds.Has(field.Email) && !types[hashing.Email] ||
		kinds.Has(field.Address) && !types[hashing.NameAddress]
	if kinds&places != 0 && !placed || others && !served {
		d.Exposed++
	}
}

// whose finds out which of a person's entries in a dataset stem from rows of theirs
// alone.
//
// An entry says what its row held, or all rows that share its key together, but
// not who they were. It is surely theirs if its key decides that of such a row. Where it
// does not, because the row has a birth of its own, a surer key must have found the
// same row: an entry with the same mask, of the same name, and in the same place. An
// entry that several rows share, such as a father's and a son's, has another mask than
// the surer one of the son alone, and stays: there is somebody else in it.
func whose(found []entryOf) {
	for i := range found {
		e := &found[i]
		e.sure = !isGuess(e.PersonKey) && decides(e.Type, e.mask.Kinds())
		e.theirs = e.sure
	}
	for i := range found {
		found[i].foldBirth()
	}
	years := slices.DeleteFunc(slices.Clone(found), func(e entryOf) bool { return e.Type != hashing.NameYOBZIP })
	for _, types := range [...][]hashing.KeyType{{hashing.NameYOBZIP}, {hashing.NameZIP, hashing.NameAddress}, {hashing.Phone, hashing.Email}} {
		for i := range found {
			e := &found[i]
			if slices.Contains(types, e.Type) {
				e.theirs = e.theirs || slices.ContainsFunc(found, func(s entryOf) bool { return s.theirs && e.ofRow(&s, years) })
			}
		}
	}
}

// ofRow reports whether e is an entry of a row, or of rows, that a surer entry s was
// found by. years are all entries found by birth year and ZIP code.
func (e *entryOf) ofRow(s *entryOf, years []entryOf) bool {
	same := e.mask == s.mask && (s.sure || !e.mask.Shared())
	switch s.Type {
	case hashing.NameDOB, hashing.VoterID:
		named := s.Type == hashing.VoterID && e.sameLast(s) || s.Type == hashing.NameDOB && e.sameName(s)
		switch e.Type {
		case hashing.NameYOBZIP: // of the rows of several registrations this may be one
			return named && (same || s.mask.Shared() && e.mask.Kinds()&^s.mask.Kinds() == 0)
		case hashing.NameZIP, hashing.NameAddress: // if the year is another there, so is the person
			here := slices.ContainsFunc(years, func(y entryOf) bool { return e.sameName(&y) && e.sameZIP(&y) })
			return named && same && (here || len(years) == 0)
		}
	case hashing.NameYOBZIP:
		switch e.Type {
		case hashing.NameZIP, hashing.NameAddress:
			return same && e.sameName(s) && e.sameZIP(s)
		}
	}
	return (e.Type == hashing.Phone || e.Type == hashing.Email) && same && e.sameLast(s)
}

// foldBirth makes the mask that of the other entries of the row: a birth on 1 January
// is a date in one of them and a year in the others.
func (e *entryOf) foldBirth() {
	const date, year = hashing.Mask(1) << field.BirthDate, hashing.Mask(1) << field.BirthYear
	if e.Type == hashing.NameDOB && bytes.HasSuffix(e.field(2), []byte("-01-01")) {
		e.mask = e.mask&^date | year
	}
}

// field returns a field of the entry's key, nil if it has none such.
func (e *entryOf) field(i int) []byte {
	if i < 0 || i >= len(e.fields) {
		return nil
	}
	return e.fields[i]
}

// last returns the last name in the entry's key; the first field but of a voter id.
func (e *entryOf) last() []byte {
	if e.Type == hashing.VoterID {
		return e.field(2)
	}
	return e.field(0)
}

func (e *entryOf) sameLast(s *entryOf) bool { return bytes.Equal(e.last(), s.last()) }

// sameName compares first and last name, of keys that have both.
func (e *entryOf) sameName(s *entryOf) bool {
	return e.sameLast(s) && bytes.Equal(e.field(1), s.field(1))
}

// sameZIP compares the ZIP codes, of keys that end with one.
func (e *entryOf) sameZIP(s *entryOf) bool {
	return bytes.Equal(e.field(len(e.fields)-1), s.field(len(s.fields)-1))
}
