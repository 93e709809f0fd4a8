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
	sorter     *extsort.Sorter[record]
}

// record is one entry on its way to the index: the tag, and the pad over the
// mask in the high and the mask in the low half. The mask's top bit, which has
// no meaning before rows are merged, marks a provisional entry.
type record [2]uint64

const provisionalBit = 1 << 31

// MinMemory is the least memory a build works in, whatever budget it is given.
var MinMemory = extsort.MinMemory(2)

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
	cat, err := readCatalog(b.ix.dir) // another process may have written since Open
	if err != nil {
		return err
	}
	if cat.check != b.ix.cat.check {
		return ErrWrongKey
	}
	b.ix.cat = cat
	if cat.find(b.id) >= 0 {
		return fmt.Errorf("%w: %q", ErrTaken, b.id)
	}
	if err := b.ix.removeLeftovers(); err != nil {
		return fmt.Errorf("clearing what an interrupted run left: %w", err)
	}
	b.generation = cat.generations[b.id] + 1
	b.sorter = extsort.New[record](b.ix.dir, memory)
	return nil
}

// NewHasher returns the index's keyed function for one goroutine.
func (ix *Index) NewHasher() *hashing.Hasher { return ix.prf.NewHasher() }

// Writer adds the entries of one goroutine.
type Writer struct {
	w       *extsort.Writer[record]
	entries *hashing.Entries
}

// NewWriter returns a writer for one goroutine.
func (b *Build) NewWriter() *Writer {
	return &Writer{b.sorter.NewWriter(), b.ix.prf.Entries(b.id, b.generation)}
}

// Add adds the entry of one match key of one row: the keyed function's value
// for it, and what the row held. A provisional entry is kept or dropped when
// the build is committed, because what it depends on is only known then.
func (w *Writer) Add(y *hashing.Output, mask hashing.Mask, provisional bool) error {
	tag, pad := w.entries.Seal(y)
	m := uint64(mask &^ provisionalBit)
	if provisional {
		m |= provisionalBit
	}
	return w.w.Add(record{uint64(tag), uint64(pad)<<32 | m})
}

// Flush hands over what the writer still holds. It must be called once the
// writer's goroutine is done.
func (w *Writer) Flush() error { return w.w.Flush() }

// Spilled returns the bytes of entries, encrypted, that went to disk for want of
// memory. It may also be asked once the build is over.
func (b *Build) Spilled() int64 { return b.sorter.Spilled() }

// Abort gives the build up and leaves the index as it was. After a Commit, or
// another Abort, it does nothing.
func (b *Build) Abort() {
	b.sorter.Close()
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
	content, err := b.writeFile(ctx, tmp, opts)
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
	b.ix.cat.add(l)
	if err := b.ix.cat.write(b.ix.dir); err != nil {
		return info, fmt.Errorf("listing dataset %q: %w", b.id, errors.Join(err, b.unlist(path)))
	}
	return info, nil
}

// unlist takes back a dataset whose listing failed. The failure may have come
// after index.db was replaced, when only making that durable failed: then the
// dataset is listed, and its file must stay.
func (b *Build) unlist(path string) error {
	cat, err := readCatalog(b.ix.dir)
	if err != nil {
		return err // what is listed is not known: leave the file
	}
	b.ix.cat = cat
	if cat.find(b.id) >= 0 {
		return errors.New("it is listed all the same, but may be lost if the system fails now")
	}
	return os.Remove(path)
}
