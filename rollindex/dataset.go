package rollindex

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/mattn/go-sqlite3"

	"rollcheck/hashing"
)

// dataset is an open dataset file.
type dataset struct {
	open    func() (*reader, error)
	readers []*reader // at least one; more for large searches
	entries *hashing.Entries
	filter  []shard // nil until loadFilter
	log     int
}

// reader is a connection to a dataset file, for one goroutine at a time.
type reader struct {
	db  *database
	mac *mac
	get *sqlite3.SQLiteStmt
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
	if err != nil {
		return fmt.Errorf("%w: the file of dataset %q cannot be read: %w", ErrDamaged, l.info.ID, err)
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
	key := ix.prf.PageKey(id, generation)
	d := &dataset{
		open:    func() (*reader, error) { return openReader(path, key) },
		entries: ix.prf.Entries(id, generation),
	}
	return d, d.ready(1)
}

func openReader(path string, key []byte) (*reader, error) {
	db, err := openDatabase(path, "mode=ro&immutable=1&_query_only=1")
	if err != nil {
		return nil, err
	}
	stmt, err := db.prepare("SELECT id, entries FROM page WHERE id <= ? ORDER BY id DESC LIMIT 1")
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &reader{db: db, mac: newMAC(key), get: stmt}, nil
}

// ready opens readers until there are n.
func (d *dataset) ready(n int) error {
	for len(d.readers) < n {
		r, err := d.open()
		if err != nil {
			return err
		}
		d.readers = append(d.readers, r)
	}
	return nil
}

func (d *dataset) close() (errs error) {
	for _, r := range d.readers {
		errs = errors.Join(errs, r.get.Close(), r.db.Close())
	}
	return errs
}

// page reads and checks the page that answers for the tag.
func (r *reader) page(t hashing.Tag) (page, error) {
	rows, err := r.get.Query([]driver.Value{int64(pageID(t))})
	if err != nil {
		return page{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	defer rows.Close()
	var v [2]driver.Value
	if err := rows.Next(v[:]); err == io.EOF {
		return page{}, fmt.Errorf("%w: no page begins before a tag", ErrDamaged)
	} else if err != nil {
		return page{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	id, _ := v[0].(int64)
	blob, _ := v[1].([]byte)
	p, err := openPage(r.mac, uint64(id), blob)
	if err != nil {
		return page{}, err
	}
	if !p.covers(t) {
		return page{}, fmt.Errorf("%w: a page is missing after page %d", ErrDamaged, id)
	}
	return p, nil
}

// loadFilter reads and checks the whole filter.
func (d *dataset) loadFilter() error {
	if d.filter != nil {
		return nil
	}
	var shards []shard
	log := 0
	r := d.readers[0]
	err := r.db.query("SELECT id, shard FROM filter ORDER BY id", func(v []driver.Value) error {
		id, _ := v[0].(int64)
		blob, _ := v[1].([]byte)
		s, l, _, err := openShard(r.mac, uint64(id), blob)
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
