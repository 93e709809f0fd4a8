package rollindex

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"rollcheck/hashing"
	"rollcheck/rollindex/internal/extsort"
)

// Build is a dataset being built. It holds the writers' lock of the index from
// [Index.Begin] to [Build.Commit] or [Build.Abort]; until the commit nothing of
// it can be seen.
type Build struct {
	ix         *Index
	id         string
	generation uint32
	unlock     func()
	sorter     sorter
	// suppression is whom the build leaves out, nil for nobody.
	suppression *suppression
	list        *Suppressions // that the index has when this is committed; nil for the one it has
	served      *served       // what a build in a served index has more; nil in a local one
}

// MinMemory returns the least memory a build works in, whatever budget it is
// given; every writer needs half as much again.
func (ix *Index) MinMemory() int64 { return extsort.MinMemory(words(ix.cat.scheme)) }

// words returns how many words a record of the scheme has.
func words(s hashing.Scheme) int {
	if s == hashing.Served {
		return len(servedRecord{})
	}
	return len(record{})
}

// Begin starts a dataset. memory is the budget in bytes for entries in memory;
// what goes beyond it is spilled, encrypted, into the index's directory. It
// fails at once with [ErrBusy] or [ErrTaken].
func (ix *Index) Begin(id string, memory int64) (*Build, error) {
	if !hashing.ValidDatasetID(id) {
		return nil, fmt.Errorf("%q cannot name a dataset", id)
	}
	unlock, err := lock(ix.dir)
	if err != nil {
		return nil, err
	}
	b := &Build{ix: ix, id: id, unlock: unlock}
	if err := b.begin(memory); err != nil {
		unlock()
		return nil, err
	}
	return b, nil
}

func (b *Build) begin(memory int64) error {
	if err := b.ix.refresh(); err != nil {
		return err
	}
	cat := b.ix.cat
	b.suppression = b.ix.suppression
	if cat.find(b.id) >= 0 {
		return fmt.Errorf("%w: %q", ErrTaken, b.id)
	}
	if err := b.ix.removeLeftovers(); err != nil {
		return fmt.Errorf("clearing what an interrupted run left: %w", err)
	}
	b.generation = cat.generations[b.id] + 1
	if cat.scheme == hashing.Local {
		b.sorter = sorterOf[record]{extsort.New[record](b.ix.dir, memory)}
		return nil
	}
	b.sorter = sorterOf[servedRecord]{extsort.New[servedRecord](b.ix.dir, memory)}
	served, err := newServed(b)
	b.served = served
	return err
}

// NewHasher returns the keyed function of a local index for one goroutine.
func (ix *Index) NewHasher() *hashing.Hasher { return ix.prf.NewHasher() }

// Writer adds the entries of one goroutine.
type Writer struct {
	b       *Build
	local   *extsort.Writer[record]
	served  *extsort.Writer[servedRecord] // nil in a local index, as local is in a served one
	entries *hashing.Entries
	batch   servedBatch
}

// NewWriter returns a writer for one goroutine.
func (b *Build) NewWriter() *Writer {
	switch s := b.sorter.(type) {
	case sorterOf[servedRecord]:
		return &Writer{b: b, served: s.NewWriter()}
	case sorterOf[record]:
		return &Writer{b: b, local: s.NewWriter(), entries: b.ix.prf.Entries(b.id, b.generation)}
	}
	panic("a build without a sorter")
}

// Add adds the entry of one match key of one row to a local index: the keyed
// function's value for it, and what the row held. A provisional entry is kept or
// dropped when the build is committed, because what it depends on is only known
// then.
func (w *Writer) Add(y *hashing.Output, mask hashing.Mask, provisional bool) error {
	tag, pad := w.entries.Seal(y)
	return w.local.Add(record{uint64(tag), maskWord(mask, pad, provisional)})
}

// maskWord returns the second word of a record.
func maskWord(mask, pad hashing.Mask, provisional bool) uint64 {
	m := uint64(mask &^ provisionalBit)
	if provisional {
		m |= provisionalBit
	}
	return uint64(pad)<<32 | m
}

// Flush hands over what the writer still holds. It must be called once the
// writer's goroutine is done.
func (w *Writer) Flush() error {
	if w.served != nil {
		return w.served.Flush()
	}
	return w.local.Flush()
}

// Spilled returns the bytes of entries, encrypted, that went to disk for want of
// memory. It may also be asked once the build is over.
func (b *Build) Spilled() int64 { return b.sorter.Spilled() }

// Abort gives the build up and leaves the index as it was; what a build in a
// served index has evaluated stays in its checkpoint, for the next build of the same
// id. After a Commit, or another Abort, it does nothing.
func (b *Build) Abort() {
	b.sorter.Close()
	if b.served != nil {
		b.served.checkpoint.close()
	}
	b.unlock()
}

// CommitOptions are the choices of a commit.
type CommitOptions struct {
	KeepProvisional bool
	Jobs            int                     // goroutines that sort; 0 means 1
	Progress        func(done, total int64) // called with entries written, of at most total; may be nil
}

// Commit writes the dataset's file and then lists it, which makes it visible.
// info is what the caller knows of the dataset; the rest is filled in. On any
// error the index is as it was. The build is over either way.
func (b *Build) Commit(ctx context.Context, info hashing.DatasetInfo, opts CommitOptions) (_ hashing.DatasetInfo, err error) {
	defer b.Abort()
	tmp, err := newDatabase(b.ix.dir)
	if err != nil {
		return info, fmt.Errorf("writing dataset %q: %w", b.id, err)
	}
	defer os.Remove(tmp) // fails once it has its name
	var place []uint8
	if b.served != nil {
		info.Scheme = hashing.Served
		info.Sections, place = b.served.sections()
	}
	content, err := b.writeFile(ctx, tmp, place, opts)
	if err != nil {
		return info, fmt.Errorf("writing dataset %q: %w", b.id, err)
	}
	info.ID, info.Generation = b.id, b.generation
	info.Canonical, info.BuiltAt = hashing.Version, time.Now().UTC().Truncate(time.Second)
	info.Tags = content.tags
	info.Digest = digest(&info, content.sum)

	l := listed{info: info, file: fileName(b.id, b.generation)}
	path := filepath.Join(b.ix.dir, l.file)
	if l.seal, l.size, err = sealAndPublish(tmp, path); err != nil {
		return info, fmt.Errorf("writing dataset %q: %w", b.id, err)
	}
	if err := ctx.Err(); err != nil { // the last moment to stop
		return info, errors.Join(err, os.Remove(path))
	}
	if err := b.commit(l); err != nil {
		return info, fmt.Errorf("listing dataset %q: %w", b.id, errors.Join(err, b.unlist(path)))
	}
	if b.served != nil {
		b.served.checkpoint.remove()
	}
	return info, nil
}

// commit lists the dataset, and with it the people that it was built without.
func (b *Build) commit(l listed) error {
	b.ix.cat.add(l)
	if b.list != nil {
		// Nobody of them is in it, so there is nothing to look for there.
		b.list.datasets = append(b.list.datasets, generationOf(&l.info))
		if err := b.ix.sealList(b.list); err != nil {
			return err
		}
	}
	if err := b.ix.cat.write(b.ix.dir); err != nil {
		return err
	}
	return b.ix.adopt(b.ix.cat)
}

// unlist takes back a dataset whose listing failed. The failure may have come
// after index.db was replaced, when only making that durable failed: then the
// dataset is listed, and its file must stay.
func (b *Build) unlist(path string) error {
	if err := b.ix.refresh(); err != nil {
		return err // what is listed is not known: leave the file
	}
	if b.ix.cat.find(b.id) >= 0 {
		return errors.New("it is listed all the same, but may be lost if the system fails now")
	}
	return os.Remove(path)
}
