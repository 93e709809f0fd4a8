package rollindex

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"sync"
	"time"

	"rollcheck/hashing"
	"rollcheck/rollindex/internal/extsort"
)

const datasetSchema = `
CREATE TABLE page (id INTEGER PRIMARY KEY, entries BLOB NOT NULL);
CREATE TABLE filter (id INTEGER PRIMARY KEY, shard BLOB NOT NULL);`

// content is what was written: the number of entries and the hash over them.
type content struct {
	tags int64
	sum  []byte
}

// digest returns the content digest of a dataset: SHA-256 over what describes
// it, without the time it was built, and over its pages.
func digest(info *hashing.DatasetInfo, pages []byte) string {
	d := *info
	d.BuiltAt, d.Digest = time.Time{}, ""
	b, err := json.Marshal(d)
	if err != nil { // DatasetInfo holds only strings, numbers and maps of them
		panic(err)
	}
	sum := sha256.Sum256(append(b, pages...))
	return hex.EncodeToString(sum[:])
}

// insert is a row on its way to the file.
type insert struct {
	table byte // macPage or macFilter
	id    uint64
	blob  []byte
}

// writeFile writes the sorted entries to the database tmp. Sorting, cutting
// into pages, filtering and inserting run side by side. place has the section of
// each jurisdiction by its number in the build.
func (b *Build) writeFile(ctx context.Context, tmp string, place []uint8, opts CommitOptions) (content, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	rows := make(chan insert, 64)
	tags := make(chan []byte, 4)
	free := make(chan []byte, cap(rows)+2) // blobs to fill again
	key, size := b.ix.prf.PageKey(b.id, b.generation), entrySize(b.ix.cat.scheme)

	var inserting, filtering sync.WaitGroup
	inserting.Go(func() {
		if err := insertRows(tmp, rows, free); err != nil {
			cancel(fullDisk(err))
			for range rows { // let the senders finish
			}
		}
	})
	filtering.Go(func() {
		fw := &filterWriter{mac: newMAC(key), size: size, log: shardBits(b.sorter.Len()), rows: rows}
		for entries := range tags {
			fw.add(entries)
		}
		fw.finish()
	})
	cut := &pageCutter{mac: newMAC(key), size: size, rows: rows, free: free, sum: sha256.New()}
	err := b.sorter.drain(ctx, opts.Jobs, &merging{opts.KeepProvisional, place}, func(entries []byte) error {
		cut.add(entries)
		tags <- entries
		if opts.Progress != nil {
			opts.Progress(cut.tags, b.sorter.Len())
		}
		return ctx.Err()
	})
	close(tags)
	filtering.Wait()
	cut.finish()
	close(rows)
	inserting.Wait()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return content{cut.tags, cut.sum.Sum(nil)}, err
}

// merging is how sorted records are made entries.
type merging struct {
	keepProvisional bool
	place           []uint8 // see writeFile
}

// merge turns sorted records into sealed entries, one a tag. Rows that share a key
// are of one section, and of one group.
func merge[R extsort.Record](rs []R, how *merging) []byte {
	out := make([]byte, 0, len(rs)*servedEntry)
	for i := 0; i < len(rs); {
		first := &rs[i]
		tag, pad := (*first)[0], hashing.Mask((*first)[1]>>32)
		var mask hashing.Mask
		rows := 0
		for ; i < len(rs) && rs[i][0] == tag; i++ {
			m := hashing.Mask(rs[i][1])
			if m&provisionalBit != 0 && !how.keepProvisional {
				continue
			}
			m &^= provisionalBit
			if rows++; rows == 1 {
				mask = m
			} else {
				mask = mask.Merge(m)
			}
		}
		if rows == 0 {
			continue
		}
		out = binary.BigEndian.AppendUint64(out, tag)
		out = binary.BigEndian.AppendUint32(out, uint32(mask^pad))
		for j := 2; j < len(*first); j++ { // of a served record
			p := (*first)[j]
			out = binary.BigEndian.AppendUint16(out, uint16(p>>servedGroup))
			out = append(out, how.place[uint8(p>>servedNumber)], uint8(p))
		}
	}
	return out
}

// pageCutter cuts the stream of entries into full pages.
type pageCutter struct {
	mac   *mac
	size  int // of an entry
	rows  chan<- insert
	free  <-chan []byte
	sum   hash.Hash
	tags  int64
	blob  []byte // the page being filled, or nil
	first hashing.Tag
}

func (c *pageCutter) add(entries []byte) {
	full := pageHead + pageEntries(c.size)*c.size
	c.tags += int64(len(entries) / c.size)
	for len(entries) > 0 {
		if len(c.blob) == full {
			next := hashing.Tag(binary.BigEndian.Uint64(entries))
			c.emit(next)
			c.first = next
		}
		if c.blob == nil {
			c.begin()
		}
		n := min(full-len(c.blob), len(entries))
		c.blob = append(c.blob, entries[:n]...)
		entries = entries[n:]
	}
}

func (c *pageCutter) begin() {
	select {
	case c.blob = <-c.free:
		c.blob = c.blob[:pageHead]
	default:
		c.blob = make([]byte, pageHead, pageLimit)
	}
}

func (c *pageCutter) emit(next hashing.Tag) {
	sealPage(c.mac, c.blob, c.first, next)
	c.sum.Write(c.blob)
	c.rows <- insert{macPage, pageID(c.first), c.blob}
	c.blob = nil
}

// finish writes the last page, which is empty when there is no entry at all:
// even then absence is an answer that a page gives.
func (c *pageCutter) finish() {
	if c.blob == nil {
		c.begin()
	}
	c.emit(0)
}

// filterWriter builds the filter's shards from the stream of entries.
type filterWriter struct {
	mac   *mac
	size  int // of an entry
	log   int
	rows  chan<- insert
	tags  []hashing.Tag // of the current shard
	shard uint64
}

func (w *filterWriter) add(entries []byte) {
	for ; len(entries) > 0; entries = entries[w.size:] {
		t := hashing.Tag(binary.BigEndian.Uint64(entries))
		for shardOf(t, w.log) != w.shard {
			w.emit()
		}
		w.tags = append(w.tags, t)
	}
}

func (w *filterWriter) emit() {
	s := newShard(w.tags)
	w.rows <- insert{macFilter, w.shard, s.seal(w.mac, w.shard, w.log, len(w.tags))}
	w.tags = w.tags[:0]
	w.shard++
}

func (w *filterWriter) finish() {
	for w.shard < 1<<w.log {
		w.emit()
	}
}

// insertRows writes the rows to the database in one transaction without a
// journal: the file has no name yet, and is thrown away if this fails.
func insertRows(path string, rows <-chan insert, free chan<- []byte) (err error) {
	db, err := openDatabase(path, "_journal_mode=OFF&_synchronous=OFF&_locking_mode=EXCLUSIVE")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.exec("PRAGMA page_size=4096; BEGIN;" + datasetSchema); err != nil {
		return err
	}
	page, err := db.prepare("INSERT INTO page VALUES (?, ?)")
	if err != nil {
		return err
	}
	defer page.Close()
	filter, err := db.prepare("INSERT INTO filter VALUES (?, ?)")
	if err != nil {
		return err
	}
	defer filter.Close()
	for r := range rows {
		stmt := page
		if r.table == macFilter {
			stmt = filter
		}
		if _, err := stmt.Exec([]driver.Value{int64(r.id), r.blob}); err != nil {
			return err
		}
		if r.table == macPage {
			select {
			case free <- r.blob:
			default:
			}
		}
	}
	return db.exec("COMMIT")
}
