package rollindex

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rollcheck/hashing"
)

// dataset is an open dataset file.
type dataset struct {
	file      *os.File
	pageKey   []byte
	readers   []*reader // at least one; more for large searches
	size      int       // of an entry
	seal      sealing
	filter    []shard // nil until loadFilter
	filterErr error   // why it cannot be loaded
	log       int
}

// reader looks tags up in a dataset file, for one goroutine at a time.
type reader struct {
	tree    *tree
	mac     *mac
	size    int              // of an entry
	intact  verified         // pages checked before
	results []hashing.Result // storage of a search
}

// dataset returns the open file of a listed dataset, opening it if need be.
func (ix *Index) dataset(l *listed) (*dataset, error) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if d := ix.open[l.file]; d != nil {
		return d, nil
	}
	path := filepath.Join(ix.dir, l.file)
	if err := checkListed(path, l); err != nil {
		return nil, err
	}
	d, err := ix.openDataset(path, l)
	if err != nil {
		return nil, fmt.Errorf("%w: opening %s: %w", ErrDamaged, l.file, err)
	}
	ix.open[l.file] = d
	return d, nil
}

// checkListed checks cheaply that the file is the one that was listed: its
// length and the seal it carries. What it holds is checked page by page.
func checkListed(path string, l *listed) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: its file %s is missing", ErrDamaged, l.file)
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%w: its file %s cannot be read: %w", ErrDamaged, l.file, pe.Err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrDamaged, l.file, err)
	}
	if st.Size() != l.size {
		return fmt.Errorf("%w: %s is %d bytes long, not %d", ErrDamaged, l.file, st.Size(), l.size)
	}
	if seal, err := storedSeal(f); err != nil || seal != l.seal {
		return fmt.Errorf("%w: %s is not the file that was listed", ErrDamaged, l.file)
	}
	return nil
}

func (ix *Index) openDataset(path string, l *listed) (*dataset, error) {
	id, generation := l.info.ID, l.info.Generation
	if (l.info.Scheme == hashing.Served) != (ix.cat.scheme == hashing.Served) {
		return nil, errors.New("it is not of the index's scheme")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	d := &dataset{file: file, pageKey: ix.prf.PageKey(id, generation), size: entrySize(ix.cat.scheme), seal: ix.sealing(&l.info)}
	if err := d.ready(1); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return d, nil
}

func newReader(t *tree, pageKey []byte, size int) *reader {
	return &reader{tree: t, mac: newMAC(pageKey), size: size, intact: newVerified()}
}

// ready makes readers until there are n.
func (d *dataset) ready(n int) error {
	for len(d.readers) < n {
		t, err := openTree(d.file)
		if err != nil {
			return err
		}
		d.readers = append(d.readers, newReader(t, d.pageKey, d.size))
	}
	return nil
}

func (d *dataset) close() error { return d.file.Close() }

// rows calls f with the rows of a query about the whole file, which it opens by
// its name. That must still be the open file: one that took its place meanwhile,
// restored from a copy, may bear the same keys and hold other people.
func (d *dataset) rows(query string, f func([]driver.Value) error) error {
	db, err := openDatabase(d.file.Name(), "mode=ro&immutable=1&_query_only=1")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err := errors.Join(db.query(query, f), db.Close()); err != nil {
		return err
	}
	mine, err := d.file.Stat()
	if err != nil {
		return err
	}
	if named, err := os.Stat(d.file.Name()); err != nil || !os.SameFile(mine, named) {
		return fmt.Errorf("%s was removed or replaced meanwhile", filepath.Base(d.file.Name()))
	}
	return nil
}

// eachPage calls f with every page and its blob, in order: each intact, and
// beginning where the one before ended.
func (d *dataset) eachPage(ctx context.Context, f func(p *page, blob []byte) error) (all bool, err error) {
	mac := newMAC(d.pageKey)
	next := hashing.Tag(0)
	err = d.rows("SELECT id, entries FROM page ORDER BY id", func(row []driver.Value) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		id, _ := row[0].(int64)
		blob, _ := row[1].([]byte)
		p, err := openPage(mac, uint64(id), blob, d.size)
		if err != nil {
			return err
		}
		if all || p.first != next {
			return fmt.Errorf("%w: page %d does not begin where the one before ended", ErrDamaged, id)
		}
		next, all = p.next, p.next == 0
		return f(&p, blob)
	})
	return all, err
}

// page reads and checks the page that answers for the tag. It is valid until
// the next call.
func (r *reader) page(t hashing.Tag) (p page, err error) {
	err = r.tree.find(pageID(t), func(row uint64, blob []byte) (bool, error) {
		var err error
		p, err = r.intact.open(r.mac, row, blob, r.size)
		return err == nil && p.covers(t), err
	})
	return p, err
}

// loadFilter reads and checks the whole filter.
func (d *dataset) loadFilter() error {
	if d.filter != nil || d.filterErr != nil {
		return d.filterErr
	}
	d.filterErr = d.readFilter()
	return d.filterErr
}

func (d *dataset) readFilter() error {
	var shards []shard
	log := 0
	mac := newMAC(d.pageKey)
	err := d.rows("SELECT id, shard FROM filter ORDER BY id", func(v []driver.Value) error {
		id, _ := v[0].(int64)
		blob, _ := v[1].([]byte)
		s, l, _, err := openShard(mac, uint64(id), blob)
		if err != nil {
			return err
		}
		if int(id) != len(shards) || len(shards) > 0 && l != log {
			return fmt.Errorf("%w: filter shard %d is out of place", ErrDamaged, id)
		}
		shards, log = append(shards, s), l
		return nil
	})
	if err != nil {
		return fmt.Errorf("%w: reading the filter: %w", ErrDamaged, err)
	}
	if len(shards) != 1<<log {
		return fmt.Errorf("%w: the filter has %d of %d shards", ErrDamaged, len(shards), 1<<log)
	}
	d.filter, d.log = shards, log
	return nil
}

// mayHold reports false only when the tag is not in the dataset. The filter
// must have been loaded.
func (d *dataset) mayHold(t hashing.Tag) bool {
	return d.filter[shardOf(t, d.log)].mayHold(t)
}
