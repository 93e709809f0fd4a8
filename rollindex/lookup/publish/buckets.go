package publish

import (
	"encoding/hex"
	"fmt"
	"path"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"rollcheck/rollindex"
	"rollcheck/rollindex/lookup"
)

// bucketDir returns the path of the buckets of a tree.
func bucketDir(root lookup.Hash32) string { return path.Dir(lookup.BucketPath(root, 0)) }

// buckets makes the buckets of all places. Those of a place that had some before
// are made without writing them first: mostly they come to the same tree, which is
// there.
func (p *publication) buckets() error {
	var again, anew []*place
	for _, pl := range p.places {
		switch {
		case pl.entries == 0: // nothing but voter ids
		case p.dir.buckets[pl.name] != nil:
			again = append(again, pl)
		default:
			anew = append(anew, pl)
			p.progress("buckets", pl.entries)
		}
	}
	if err := p.cut(again, false); err != nil {
		return err
	}
	for _, pl := range again {
		if pl.buckets.Root != p.dir.buckets[pl.name].Root || !p.whole(pl) {
			anew = append(anew, pl)
		} else {
			p.progress("buckets", pl.entries)
		}
	}
	if err := p.cut(anew, true); err != nil {
		return err
	}
	for _, pl := range anew {
		if err := p.dir.plant(pl.name, pl.buckets.Root, 1<<pl.bits); err != nil {
			return err
		}
	}
	return nil
}

func (p *publication) bucketID(pl *place) lookup.BucketID {
	id, _ := p.memory.keyID(p.ix.Epoch(), pl.name) // given before
	return lookup.BucketID{Key: id, Bits: pl.bits}
}

// part is some consecutive buckets of a place.
type part struct {
	*place
	first   int // number of the first bucket
	buckets [][]lookup.Entry
}

// cut makes the buckets of the places and their trees, and, if they are to be
// written, files of them to be planted. It gathers as many entries at a time as
// fit in memory, in one reading of the datasets: of several places, or of a part
// of the buckets of one.
func (p *publication) cut(places []*place, write bool) error {
	var parts []*part
	gathered := int64(0)
	flush := func() error {
		if len(parts) == 0 {
			return nil
		}
		if err := p.gather(parts); err != nil {
			return err
		}
		for _, pt := range parts {
			if err := p.build(pt, write); err != nil {
				return err
			}
		}
		parts, gathered = nil, 0
		return nil
	}
	most := max(p.batch()/2, 1) // an entry takes twice the room of a tag
	for _, pl := range places {
		all := 1 << pl.bits
		pl.leaves = make([]lookup.Hash, all)
		if write {
			if err := p.dir.prepare(pl.name); err != nil {
				return err
			}
		}
		count := min(int((pl.entries+most-1)/most), all) // parts
		for i := range count {
			first, end := all*i/count, all*(i+1)/count
			share := pl.entries * int64(end-first) / int64(all)
			if gathered+share > most {
				if err := flush(); err != nil {
					return err
				}
			}
			parts, gathered = append(parts, &part{pl, first, make([][]lookup.Entry, end-first)}), gathered+share
		}
	}
	if err := flush(); err != nil {
		return err
	}
	for _, pl := range places {
		if err := p.grow(pl, write); err != nil {
			return err
		}
	}
	return nil
}

// gather fills the parts with their entries.
func (p *publication) gather(parts []*part) error {
	of := map[*place][]*part{}
	for _, pt := range parts {
		of[pt.place] = append(of[pt.place], pt)
		for i := range pt.buckets {
			mean := pt.entries >> pt.bits
			pt.buckets[i] = make([]lookup.Entry, 0, mean+mean/8+8)
		}
	}
	for i := range p.chosen {
		c := &p.chosen[i]
		err := p.entries(c, func(e rollindex.Entry, section int) error {
			f := c.route[section][e.Type]
			switch {
			case !lookup.InBuckets(e.Type):
				return nil
			case f == nil:
				return errChanged
			}
			n := int(e.Group) >> (16 - f.place.bits)
			for _, pt := range of[f.place] {
				if n >= pt.first && n < pt.first+len(pt.buckets) {
					b := &pt.buckets[n-pt.first]
					*b = append(*b, lookup.Entry{Tag: e.Tag, Dataset: c.number, Sealed: e.Sealed})
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// build makes the bodies of the buckets of a part.
func (p *publication) build(pt *part, write bool) error {
	id, padKey := p.bucketID(pt.place), p.ix.PadKey()
	var entries atomic.Int64
	err := parallel(len(pt.buckets), func(i int) error {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		id := id
		id.Number = pt.first + i
		body, err := lookup.BuildBucket(id, pt.buckets[i], pt.numbers, &padKey)
		if err != nil {
			return err
		}
		entries.Add(int64(len(pt.buckets[i])))
		pt.buckets[i] = nil
		pt.leaves[id.Number] = lookup.LeafHash(body)
		if !write {
			return nil
		}
		return p.dir.stage(pt.name, id.Number, body)
	})
	p.progress("buckets", entries.Load())
	return err
}

// grow makes the tree of a place whose leaves are known, and gives the files their
// proofs.
func (p *publication) grow(pl *place, write bool) error {
	tree, err := lookup.TreeOf(pl.leaves)
	if err != nil {
		return err
	}
	pl.size = 0
	pl.buckets = &lookup.Buckets{Bits: pl.bits, Root: lookup.Hash32(tree.Root())}
	pl.leaves = nil
	if !write {
		return nil
	}
	sizes := make([]int64, 1<<pl.bits)
	err = parallel(len(sizes), func(i int) (err error) {
		sizes[i], err = p.dir.complete(pl.name, i, tree.AppendProof(nil, i))
		return err
	})
	for _, size := range sizes {
		pl.buckets.Bytes, pl.size = max(pl.buckets.Bytes, size), pl.size+size
	}
	return err
}

// whole reports whether the tree of a place is there as it was published, every
// bucket of it, and completes what is known of it.
func (p *publication) whole(pl *place) bool {
	b, id := pl.buckets, p.bucketID(pl)
	names, err := p.dir.names(relative(bucketDir(b.Root)))
	if err != nil || len(names) != 1<<b.Bits {
		return false
	}
	sizes := make([]int64, 1<<b.Bits)
	err = parallel(len(sizes), func(i int) error {
		id := id
		id.Number = i
		file, err := p.dir.read(relative(lookup.BucketPath(b.Root, i)), int64(lookup.BucketFileSize(16, lookup.MaxBucketEntries)))
		if err == nil {
			_, err = lookup.OpenBucket(file, id, (*lookup.Hash)(&b.Root))
		}
		sizes[i] = int64(len(file))
		return err
	})
	for _, size := range sizes {
		b.Bytes, pl.size = max(b.Bytes, size), pl.size+size
	}
	return err == nil
}

// stageDir is where the buckets of a place are written before their root is known.
func (d *directory) stageDir(place string) string {
	return filepath.Join(d.path, "v1", "b", tmpPrefix+hex.EncodeToString([]byte(place)))
}

func stageName(dir string, number int) string { return filepath.Join(dir, strconv.Itoa(number)) }

// parallel calls do for 0 to n-1, on all cores, and returns the first error.
func parallel(n int, do func(i int) error) error {
	var next atomic.Int64
	var once sync.Once
	var first error
	var running sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		running.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(i); err != nil {
					once.Do(func() { first = fmt.Errorf("bucket %d: %w", i, err) })
					next.Store(int64(n))
					return
				}
			}
		})
	}
	running.Wait()
	return first
}
