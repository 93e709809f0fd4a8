package publish

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"time"

	"golang.org/x/mod/sumdb/note"

	"rollcheck/hashing"
	"rollcheck/rollindex"
	"rollcheck/rollindex/lookup"
)

// Errors that callers branch on.
var (
	// ErrLocal: the index is made for its owner's own checks.
	ErrLocal = errors.New("the index is not a served one, and nothing of it can be published")
	// ErrNothing: none of the datasets can be published.
	ErrNothing = errors.New("there is no dataset that can be published")
	// ErrUnpublishable: a dataset that was asked for by its name is never published.
	ErrUnpublishable = errors.New("it is never published")
	// ErrNotOurs: the directory holds something that no publication put there.
	ErrNotOurs = errors.New("the directory is not empty, and nothing was published into it before")
	// ErrOverlap: the directory and the index's are one, or one is in the other.
	ErrOverlap = errors.New("what is published and the index must be apart")
	// ErrOtherKey: the directory was published under another key.
	ErrOtherKey = errors.New("what is published there is signed with another key, or under another name")
	// ErrManifest: the manifest in the directory is not one.
	ErrManifest = errors.New("the manifest that is published there is damaged")
	// ErrMemory: what was remembered of earlier publications cannot be read.
	ErrMemory = errors.New("what the index remembers of earlier publications is damaged")
)

// Grace is how long what a manifest names stays after another has taken the
// manifest's place, at least.
const Grace = 24 * time.Hour

// leastFile is how many tags of a jurisdiction a file of its own needs: of fewer
// its size would tell how few.
const leastFile = 1000

// DefaultBudgets are those of PROTOCOL.md, section 8. A check by filter of a first
// name with many short forms and a double surname takes 64 batches in one state: with
// fewer a day, such a person would never get a whole answer.
var DefaultBudgets = lookup.Budgets{BatchesPerAddress: 128, BatchesPerPrefix: 400, SlotsPerJurisdiction: 200_000}

// Options are the choices of a publication.
type Options struct {
	Signer   note.Signer        // signs the manifest; see [NewSigner]
	Key      *lookup.TrustedKey // its verifier key
	Issued   time.Time          // when it is published, to the second
	Valid    time.Duration      // how long the manifest is valid
	Budgets  lookup.Budgets     // what the server is to evaluate in a day
	Datasets []string           // ids; nil for all that can be published
	Page     fs.FS              // files of the page; nil for none
	AtLeast  uint64             // least number of the manifest, when it is not known any more; see the package
	Progress func(Progress)     // may be nil

	batch int // entries in memory at a time; 0 for the default
}

// Progress is how far a publication is.
type Progress struct {
	What        string // "reading", "filters", "buckets"
	Done, Total int64  // entries, each of which is handled several times
}

// Summary is what a publication came to.
type Summary struct {
	Written  bool      // false: nothing had changed, and the manifest stays
	Seq      uint64    // of the manifest
	Issued   time.Time // likewise
	Expires  time.Time // likewise
	Datasets []string  // ids
	LeftOut  []LeftOut
	Places   []string // jurisdictions with files of their own
	Named    int      // files that the manifest names, in all
	Bytes    int64    // of them
	New      int      // files that were written, the manifest among them
	Retired  int      // files, or trees of buckets, that are not named any more and stay for now
	Removed  int      // those that were removed
}

// Publish writes what is to be published of a served index into the directory
// dir, which is made if it is not there. When it fails, what was published before
// is as it was.
//
// It holds about 40 bytes for each tag of the largest filter, and 16 for each of
// as many entries again.
func Publish(ctx context.Context, ix *rollindex.Index, dir string, o Options) (*Summary, error) {
	if ix.Scheme() != hashing.Served {
		return nil, ErrLocal
	}
	o.Issued = o.Issued.UTC().Truncate(time.Second)
	unlock, err := ix.LockPublishing()
	if err != nil {
		return nil, err
	}
	defer unlock()
	p := &publication{ctx: ctx, ix: ix, o: o}
	if err := p.choose(); err != nil {
		return nil, err
	}
	if p.dir, err = openDir(dir, ix.Dir(), o.Key); err != nil {
		return nil, err
	}
	if p.memory, err = recall(ix.Dir()); err != nil {
		return nil, err
	}
	if err := p.memory.learn(p.dir, ix); err != nil {
		return nil, err
	}
	page, err := readPage(o.Page)
	if err != nil {
		return nil, err
	}
	if err := p.count(); err != nil { // reads and checks all of the index before anything is written
		return nil, err
	}
	s, err := p.write(page)
	if err != nil {
		return nil, errors.Join(err, p.dir.clean())
	}
	return s, nil
}

// write writes all files.
func (p *publication) write(page []pageFile) (*Summary, error) {
	if err := p.dir.claim(); err != nil {
		return nil, err
	}
	if err := p.filters(); err != nil {
		return nil, err
	}
	if err := p.buckets(); err != nil {
		return nil, err
	}
	m, err := p.manifest(page)
	if err != nil {
		return nil, err
	}
	return p.finish(m, page)
}

// publication is one call of Publish.
type publication struct {
	ctx    context.Context
	ix     *rollindex.Index
	o      Options
	dir    *directory
	memory *memory

	chosen  []chosen
	leftOut []LeftOut
	places  []*place // with files, by name
	keys    []string // jurisdictions that any entry is of, and hashing.NoJurisdiction, sorted
	bytes   int64    // of files named
	files   int
	done    int64
	total   int64
}

func (p *publication) progress(what string, more int64) {
	p.done += more
	if p.o.Progress != nil {
		p.o.Progress(Progress{what, p.done, p.total})
	}
}

// manifest writes the lists and returns the manifest that names them, without its
// number.
func (p *publication) manifest(page []pageFile) (*lookup.Manifest, error) {
	m := &lookup.Manifest{
		Issued: p.o.Issued, Expires: p.o.Issued.Add(p.o.Valid).Truncate(time.Second),
		Epoch: p.ix.Epoch(), Canonical: hashing.Version, Lists: []lookup.ListRef{}, Budgets: p.o.Budgets,
	}
	for _, j := range p.keys {
		key, err := p.ix.ServedKey(j)
		if err != nil {
			return nil, err
		}
		id, err := p.memory.keyID(m.Epoch, j)
		if err != nil {
			return nil, err
		}
		m.Keys = append(m.Keys, lookup.Key{ID: id, Jurisdiction: j, PublicKey: lookup.Hash32(key.PublicKey())})
	}
	m.PublicKey = m.Keys[0].PublicKey
	for _, pl := range p.places {
		if pl.buckets != nil {
			p.files, p.bytes = p.files+1<<pl.bits, p.bytes+pl.size
		}
		b, err := p.list(pl).Encode()
		if err != nil {
			return nil, err
		}
		sum, err := p.put(lookup.ListPath, b)
		if err != nil {
			return nil, err
		}
		m.Lists = append(m.Lists, lookup.ListRef{Jurisdiction: pl.name, SHA256: sum})
	}
	for _, f := range page {
		m.Page = append(m.Page, lookup.Page{Path: f.path, SHA256: f.sum})
		p.files, p.bytes = p.files+1, p.bytes+int64(len(f.content))
	}
	return m, nil
}

// finish writes the page and the manifest, unless what is there says the same,
// and removes what has had its time.
func (p *publication) finish(m *lookup.Manifest, page []pageFile) (*Summary, error) {
	s := &Summary{LeftOut: p.leftOut, Named: p.files + 2, Bytes: p.bytes}
	for i := range p.chosen {
		s.Datasets = append(s.Datasets, p.chosen[i].info.ID)
	}
	for _, pl := range p.places {
		s.Places = append(s.Places, pl.name)
	}
	old := p.dir.manifest
	if s.Written = old == nil || !current(old, m) || old.Seq < p.o.AtLeast; s.Written {
		m.Seq = max(p.memory.Seq+1, p.o.AtLeast)
		p.memory.Seq = m.Seq
	} else {
		m.Seq, m.Issued, m.Expires = old.Seq, old.Issued, old.Expires
	}
	s.Seq, s.Issued, s.Expires = m.Seq, m.Issued, m.Expires
	signed := p.dir.signed // to the byte: another text of its number would be refused
	if s.Written {
		var err error
		if signed, err = m.Sign(p.o.Signer); err != nil {
			return nil, err
		}
	}
	past, err := p.dir.retire(p.named(m), p.memory, p.o.Issued)
	if err != nil {
		return nil, err
	}
	if err := p.ctx.Err(); err != nil {
		return nil, err
	}
	// From here on it takes a moment, and what is published is either of the two.
	if err := p.memory.keep(p.ix.Dir()); err != nil {
		return nil, err
	}
	if err := p.dir.replace(page, signed); err != nil {
		return nil, err
	}
	s.New, s.Retired = p.dir.written, len(past.stay)
	s.Removed, err = p.dir.remove(past.due)
	return s, err
}

// current reports whether the manifest that is published says what m is to say,
// and has more than half its time left.
func current(old, m *lookup.Manifest) bool {
	half := old.Issued.Add(old.Expires.Sub(old.Issued) / 2)
	return sameContent(old, m) && m.Issued.Before(half) && !m.Issued.Before(old.Issued)
}

// sameContent reports whether two manifests differ in number and time of issue at
// most.
func sameContent(a, b *lookup.Manifest) bool {
	content := func(m lookup.Manifest) string {
		m.Expires = time.Time{}.Add(m.Expires.Sub(m.Issued))
		m.Seq, m.Issued = 0, time.Time{}
		text, err := json.Marshal(m)
		if err != nil { // it holds only strings, numbers, times and hashes
			panic(err)
		}
		return string(text)
	}
	return content(*a) == content(*b)
}
