package rollindex

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"rollcheck/hashing"
	"rollcheck/hashing/voprf"
	"rollcheck/hashing/voprf/evaluate"
)

// firstEpoch is the epoch of the keys of a new index. There is another one only
// after a key became known: then all is ingested again.
const firstEpoch = "1"

// maxSections is how many jurisdictions a dataset can have entries of.
const maxSections = 256

// Epoch returns the epoch of the keys of a served index, "" of a local one.
func (ix *Index) Epoch() string { return ix.cat.epoch }

// ServedKey returns the key of a jurisdiction ("US-FL") of a served index.
func (ix *Index) ServedKey(jurisdiction string) (*evaluate.Key, error) {
	ix.keysMu.Lock()
	defer ix.keysMu.Unlock()
	if k := ix.keys[jurisdiction]; k != nil {
		return k, nil
	}
	seed := evaluate.Seed(ix.prf.ServedSeed())
	k, err := evaluate.DeriveKey(&seed, ix.cat.epoch, jurisdiction)
	if err != nil {
		return nil, err
	}
	ix.keys[jurisdiction] = k
	return k, nil
}

var servedTypes = hashing.ServedKeyTypes()

// hasSection reports whether a section can be one of the dataset's.
func hasSection(info *hashing.DatasetInfo, section uint16) bool {
	return int(section>>8) < len(info.Sections) && slices.Contains(servedTypes, hashing.KeyType(section&0xff))
}

// ServedKey is one match key of one row, to be evaluated under the key of a
// jurisdiction.
type ServedKey struct {
	Type         hashing.KeyType
	X            []byte // hashed input
	Jurisdiction string // under whose key
	Group        uint16 // of the row's name, as [hashing.Bucket] has it; 0 for a key without the first name
	Mask         hashing.Mask
	Provisional  bool // as [Writer.Add] has it
}

// served is what a build in a served index has more than one in a local one.
type served struct {
	entries    *hashing.ServedEntries
	checkpoint *checkpoint

	mu      sync.Mutex
	numbers map[string]uint8 // of the jurisdictions met, in no order; guarded by mu
}

func newServed(b *Build) (*served, error) {
	path := filepath.Join(b.ix.dir, checkpointName(b.id, b.generation))
	c, err := openCheckpoint(path, b.ix.prf.CheckpointKey(b.id, b.generation))
	if err != nil {
		return nil, err
	}
	return &served{entries: hashing.NewServedEntries(b.id, b.generation), checkpoint: c, numbers: map[string]uint8{}}, nil
}

// number returns the number of a jurisdiction in the build.
func (s *served) number(jurisdiction string) (uint8, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.numbers[jurisdiction]
	if !ok {
		if len(s.numbers) == maxSections {
			return 0, fmt.Errorf("the rows are of more than %d jurisdictions", maxSections)
		}
		n = uint8(len(s.numbers))
		s.numbers[jurisdiction] = n
	}
	return n, nil
}

// sections returns the jurisdictions met, sorted, and the place there of each
// number.
func (s *served) sections() (sorted []string, place []uint8) {
	s.mu.Lock()
	defer s.mu.Unlock()
	place = make([]uint8, maxSections)
	for j := range s.numbers {
		sorted = append(sorted, j)
	}
	slices.Sort(sorted)
	for i, j := range sorted {
		place[s.numbers[j]] = uint8(i)
	}
	return sorted, place
}

// Resumed returns how many keys a build in a served index did not evaluate
// because an earlier build of it had.
func (b *Build) Resumed() int64 {
	if b.served == nil {
		return 0
	}
	return b.served.checkpoint.used.Load()
}

// servedBatch has the buffers of one writer.
type servedBatch struct {
	order []int // of the keys, by jurisdiction
	xs    [][]byte
	ys    [][voprf.OutputSize]byte
	body  []byte // tag and pad of each key
}

// tagSize is what a checkpoint has of a key: its tag and its pad.
const tagSize = 8 + 4

// AddServed adds the entries of match keys to a served index, evaluating them by
// so many goroutines. What it evaluated goes to the build's checkpoint; what
// a build before evaluated of just these keys, it takes from there. It is worth
// its while with thousands of keys, as of a piece of a file. The keys are not kept.
func (w *Writer) AddServed(ctx context.Context, keys []ServedKey, jobs int) error {
	if len(keys) == 0 {
		return nil
	}
	sum := digestOf(keys)
	body, ok, err := w.b.served.checkpoint.find(sum, len(keys), w.batch.body)
	if err == nil && !ok {
		if body, err = w.evaluate(ctx, keys, jobs); err == nil {
			err = w.b.served.checkpoint.add(sum, body)
		}
	}
	w.batch.body = body
	if err != nil {
		return err
	}
	number, last := uint8(0), ""
	for i := range keys {
		k, e := &keys[i], body[i*tagSize:]
		if !slices.Contains(servedTypes, k.Type) {
			return fmt.Errorf("a %s key is not served", k.Type)
		}
		if k.Jurisdiction != last {
			if number, err = w.b.served.number(k.Jurisdiction); err != nil {
				return err
			}
			last = k.Jurisdiction
		}
		pad := hashing.Mask(binary.BigEndian.Uint32(e[8:]))
		err := w.served.Add(servedRecord{
			binary.BigEndian.Uint64(e), maskWord(k.Mask, pad, k.Provisional),
			uint64(k.Group)<<servedGroup | uint64(number)<<servedNumber | uint64(k.Type),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// evaluate returns tag and pad of every key, one after the other.
func (w *Writer) evaluate(ctx context.Context, keys []ServedKey, jobs int) ([]byte, error) {
	b := &w.batch
	b.order = b.order[:0]
	for i := range keys {
		b.order = append(b.order, i)
	}
	slices.SortStableFunc(b.order, func(i, j int) int { return strings.Compare(keys[i].Jurisdiction, keys[j].Jurisdiction) })
	b.body = slices.Grow(b.body[:0], len(keys)*tagSize)[:len(keys)*tagSize]
	for order := b.order; len(order) > 0; {
		jurisdiction, n := keys[order[0]].Jurisdiction, 1
		for n < len(order) && keys[order[n]].Jurisdiction == jurisdiction {
			n++
		}
		key, err := w.b.ix.ServedKey(jurisdiction)
		if err != nil {
			return nil, err
		}
		b.xs = b.xs[:0]
		for _, i := range order[:n] {
			b.xs = append(b.xs, keys[i].X)
		}
		b.ys = slices.Grow(b.ys[:0], n)[:n]
		if err := key.EvaluateAll(ctx, jobs, b.xs, b.ys); err != nil {
			return nil, err
		}
		for at, i := range order[:n] {
			tag, pad := w.b.served.entries.Seal((*hashing.ServedOutput)(&b.ys[at]))
			e := b.body[i*tagSize:]
			binary.BigEndian.PutUint64(e, uint64(tag))
			binary.BigEndian.PutUint32(e[8:], uint32(pad))
		}
		order = order[n:]
	}
	return b.body, nil
}

// digestOf returns what a checkpoint knows a list of keys by: a hash of all that
// its tags and pads depend on.
func digestOf(keys []ServedKey) (sum [sha256.Size]byte) {
	h := sha256.New()
	var head []byte
	for i := range keys {
		k := &keys[i]
		head = append(head[:0], byte(len(k.Jurisdiction)))
		head = append(head, k.Jurisdiction...)
		head = binary.BigEndian.AppendUint32(head, uint32(len(k.X)))
		h.Write(head)
		h.Write(k.X)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// Entry is one entry of a dataset of a served index, as it is published.
type Entry struct {
	Tag          hashing.Tag
	Sealed       hashing.Mask // its mask, XORed with the pad that the key's value gives
	Group        uint16       // of the name, as [hashing.Bucket] has it; 0 for a key without the first name
	Type         hashing.KeyType
	Jurisdiction string
}

// Entries calls f with every entry of a dataset of a served index, given by its
// place in [Index.Datasets], in the order of the tags. Every page is checked, and
// that none is missing; an error means that what f was given is not the whole. Those
// of people who asked to be left out are passed over.
func (ix *Index) Entries(ctx context.Context, dataset int, f func(Entry) error) error {
	l := &ix.cat.datasets[dataset]
	if ix.cat.scheme != hashing.Served {
		return fmt.Errorf("dataset %q is of a local index, which is not published", l.info.ID)
	}
	d, err := ix.dataset(l)
	if err != nil {
		return err
	}
	tags, withheld := int64(0), ix.withheld(&l.info)
	all, err := d.eachPage(ctx, func(p *page, _ []byte) error {
		for i := range p.len() {
			group, section := p.place(i)
			if !hasSection(&l.info, section) {
				return fmt.Errorf("%w: an entry of no section of the dataset", ErrDamaged)
			}
			if _, is := withheld[p.tag(i)]; is {
				continue
			}
			err := f(Entry{p.tag(i), p.sealed(i), group, hashing.KeyType(section & 0xff), l.info.Sections[section>>8]})
			if err != nil {
				return err
			}
		}
		tags += int64(p.len())
		return nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", l.file, err)
	case !all || tags != l.info.Tags:
		return fmt.Errorf("%w: %s holds %d entries, not %d", ErrDamaged, l.file, tags, l.info.Tags)
	}
	return nil
}
