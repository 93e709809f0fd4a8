package publish

import (
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"strings"

	"rollcheck/hashing"
	"rollcheck/rollindex"
	"rollcheck/rollindex/lookup"
)

// place is a jurisdiction that has files.
type place struct {
	name    string
	filters []*filter // by dataset, then key type
	entries int64     // that stand in buckets
	numbers []uint16  // of the datasets in its list
	buckets *lookup.Buckets
	size    int64 // of the bucket files

	bits   int
	leaves []lookup.Hash // while the buckets are made
}

// filter is one filter file: the tags of one key type of one dataset.
type filter struct {
	dataset *chosen
	place   *place
	keyType hashing.KeyType
	entries int64
	tags    []hashing.Tag // while they are gathered
	file    lookup.File
}

// entries calls f with every entry of a dataset and the section it is of.
func (p *publication) entries(c *chosen, f func(e rollindex.Entry, section int) error) error {
	return p.ix.Entries(p.ctx, c.at, func(e rollindex.Entry) error { return f(e, c.section[e.Jurisdiction]) })
}

// count reads the index once, whole, and decides which file each entry is in:
// one for each dataset, jurisdiction and key type, but where a jurisdiction has
// fewer than leastFile the file of [hashing.NoJurisdiction].
func (p *publication) count() error {
	for i := range p.chosen {
		c := &p.chosen[i]
		n := int64(0)
		err := p.entries(c, func(e rollindex.Entry, section int) error {
			c.count[section][e.Type]++
			if n++; n&(1<<16-1) == 0 {
				p.progress("reading", 1<<16)
			}
			return nil
		})
		if err != nil {
			return err
		}
		p.progress("reading", n&(1<<16-1))
	}
	places := map[string]*place{}
	keys := map[string]bool{hashing.NoJurisdiction: true}
	for i := range p.chosen {
		c := &p.chosen[i]
		for s, name := range c.info.Sections {
			for t, n := range c.count[s] {
				if n == 0 {
					continue
				}
				keys[name] = true
				f := fileOf(places, c, name, hashing.KeyType(t), n)
				f.entries += n
				c.route[s][t] = f
				if lookup.InBuckets(f.keyType) {
					f.place.entries += n
				}
			}
		}
	}
	for i := range p.chosen {
		p.chosen[i].forget()
	}
	p.keys = slices.Sorted(maps.Keys(keys))
	for _, name := range slices.Sorted(maps.Keys(places)) {
		p.places = append(p.places, places[name])
	}
	for i := range p.chosen {
		c := &p.chosen[i]
		var err error
		if c.number, err = p.memory.number(c.info.ID); err != nil {
			return err
		}
	}
	if err := p.keyIDs(); err != nil {
		return err
	}
	p.total = 2 * p.done // reading, and filters
	for _, pl := range p.places {
		p.total += 2 * pl.entries
	}
	for _, pl := range p.places {
		slices.SortFunc(pl.filters, func(a, b *filter) int {
			if a.dataset != b.dataset {
				return strings.Compare(a.dataset.info.ID, b.dataset.info.ID)
			}
			return int(a.keyType) - int(b.keyType)
		})
		for _, c := range p.inList(pl) {
			pl.numbers = append(pl.numbers, c.number)
		}
		pl.bits = lookup.BucketBits(pl.name)
	}
	return nil
}

// forget takes the jurisdictions of which no entry is left out of what is said of the
// dataset: all their people asked to be left out, or their only keys turned out to be
// none.
func (c *chosen) forget() {
	none := func(name string) bool {
		s, ok := c.section[name]
		return !ok || c.count[s] == [hashing.NumKeyTypes]int64{}
	}
	c.info.Sections = slices.DeleteFunc(slices.Clone(c.info.Sections), none)
	c.info.Homes = slices.DeleteFunc(slices.Clone(c.info.Homes), none)
}

// fileOf returns the file that so many entries of a section belong in.
func fileOf(places map[string]*place, c *chosen, section string, t hashing.KeyType, n int64) *filter {
	if n < leastFile {
		section = hashing.NoJurisdiction
	}
	pl := places[section]
	if pl == nil {
		pl = &place{name: section}
		places[section] = pl
	}
	for _, f := range pl.filters {
		if f.dataset == c && f.keyType == t {
			return f
		}
	}
	f := &filter{dataset: c, place: pl, keyType: t}
	pl.filters = append(pl.filters, f)
	return f
}

// inList returns the datasets that the list of a place names: those with entries
// of the jurisdiction, and, in that of [hashing.NoJurisdiction], those with any of
// too few.
func (p *publication) inList(pl *place) (in []*chosen) {
	for i := range p.chosen {
		c := &p.chosen[i]
		section, ok := c.section[pl.name]
		has := ok && c.count[section] != [hashing.NumKeyTypes]int64{}
		if has || slices.ContainsFunc(pl.filters, func(f *filter) bool { return f.dataset == c }) {
			in = append(in, c)
		}
	}
	return in
}

// list returns the list of a place, whose files have been made.
func (p *publication) list(pl *place) *lookup.List {
	l := &lookup.List{Jurisdiction: pl.name, Buckets: pl.buckets}
	for _, c := range p.inList(pl) {
		l.Datasets = append(l.Datasets, lookup.NewDataset(c.number, &c.info))
	}
	for _, f := range pl.filters {
		l.Files = append(l.Files, f.file)
	}
	return l
}

// batchEntries is how many entries are gathered at a time, unless one file has
// more: of filters 8 bytes each.
const batchEntries = 32 << 20

func (p *publication) batch() int64 {
	if p.o.batch > 0 {
		return int64(p.o.batch)
	}
	return batchEntries
}

// filters makes the filter files, those of one dataset after another: as many at
// a time as their tags fit in memory, in one reading of the dataset.
func (p *publication) filters() error {
	for i := range p.chosen {
		c := &p.chosen[i]
		var all []*filter
		for _, pl := range p.places {
			for _, f := range pl.filters {
				if f.dataset == c {
					all = append(all, f)
				}
			}
		}
		for len(all) > 0 {
			n, entries := 1, all[0].entries
			for n < len(all) && entries+all[n].entries <= p.batch() {
				entries += all[n].entries
				n++
			}
			if err := p.someFilters(c, all[:n]); err != nil {
				return err
			}
			all = all[n:]
		}
	}
	return nil
}

// someFilters makes some of the filter files of a dataset.
func (p *publication) someFilters(c *chosen, some []*filter) error {
	for _, f := range some {
		f.tags = make([]hashing.Tag, 0, f.entries)
	}
	err := p.entries(c, func(e rollindex.Entry, section int) error {
		f := c.route[section][e.Type]
		if f == nil {
			return errChanged
		}
		if f.tags != nil {
			f.tags = append(f.tags, e.Tag)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range some {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		b, err := lookup.BuildFilter(f.tags)
		if err != nil {
			return err
		}
		opened, err := lookup.OpenFilter(b)
		if err != nil {
			return err
		}
		f.tags = nil
		sum, err := p.put(lookup.FilterPath, b)
		if err != nil {
			return err
		}
		f.file = lookup.File{
			Dataset: c.info.ID, KeyType: f.keyType.String(), N: int64(opened.Len()),
			Kind: lookup.KindFuse16, Bytes: int64(len(b)), SHA256: sum,
		}
		p.progress("filters", f.entries)
	}
	return nil
}

// errChanged is of an index that does not read twice as the same.
var errChanged = errors.New("the index changed while it was published")

// put writes a file that is named by its hash, unless it is there, and returns
// the hash.
func (p *publication) put(path func(lookup.Hash32) string, content []byte) (lookup.Hash32, error) {
	sum := lookup.Hash32(sha256.Sum256(content))
	p.files, p.bytes = p.files+1, p.bytes+int64(len(content))
	return sum, p.dir.put(path(sum), content)
}

// named returns the names in v1 and of the page that a manifest leads to.
func (p *publication) named(m *lookup.Manifest) map[string]bool {
	named := map[string]bool{}
	for _, l := range m.Lists {
		named[relative(lookup.ListPath(l.SHA256))] = true
	}
	for _, pl := range p.places {
		for _, f := range pl.filters {
			named[relative(lookup.FilterPath(f.file.SHA256))] = true
		}
		if pl.buckets != nil {
			named[relative(bucketDir(pl.buckets.Root))] = true
		}
	}
	for _, f := range m.Page {
		named[f.Path] = true
	}
	return named
}
