package rollindex

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"rollcheck/hashing"
	"rollcheck/hashing/voprf/evaluate"
)

// Errors that callers branch on.
var (
	// ErrNoIndex: the directory holds no index.
	ErrNoIndex = errors.New("no index there")
	// ErrExists: Create was asked for a directory that holds an index already.
	ErrExists = errors.New("an index is there already")
	// ErrWrongKey: the key is not the one the index was made with.
	ErrWrongKey = errors.New("the key is not the one this index was made with")
	// ErrBusy: another process is writing to the index.
	ErrBusy = errors.New("another process is writing to this index")
	// ErrTaken: a dataset of that id is listed already.
	ErrTaken = errors.New("a dataset of that id is in the index already")
	// ErrNoDataset: no dataset of that id is listed.
	ErrNoDataset = errors.New("no such dataset in the index")
	// ErrDamaged is wrapped by every error about bytes that are not what was written.
	ErrDamaged = errors.New("damaged")
	// ErrFormat: the index was written by a newer version of the program.
	ErrFormat = errors.New("the index has a format this version does not know")
)

const (
	catalogName = "index.db"
	datasetExt  = ".rcd"
)

// Index is an open index directory. Its methods may be called from one
// goroutine at a time; several processes may have it open.
type Index struct {
	dir string
	prf *hashing.PRF
	cat *catalog

	mu   sync.Mutex
	open map[string]*dataset // by file name; guarded by mu

	keysMu sync.Mutex
	keys   map[string]*evaluate.Key // of a served index, by jurisdiction; guarded by keysMu

	list        *Suppressions // never nil
	suppression *suppression  // list made ready, nil if nobody is on it

	scratch scratch // of Search
}

// Create makes an empty index in dir, which is created if need be and must hold
// no index. The index gets a salt of its own.
func Create(dir string, key *hashing.Key, scheme hashing.Scheme) (*Index, error) {
	if !scheme.Valid() {
		return nil, fmt.Errorf("there is no scheme %q", string(scheme))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("creating the index: %w", err)
	}
	unlock, err := lock(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	switch _, err := os.Lstat(filepath.Join(dir, catalogName)); {
	case err == nil:
		return nil, fmt.Errorf("%w: %s", ErrExists, dir)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("creating the index: %w", err)
	}
	cat := &catalog{scheme: scheme, generations: map[string]uint32{}}
	if scheme == hashing.Served {
		cat.epoch = firstEpoch
	}
	if _, err := rand.Read(cat.salt[:]); err != nil {
		return nil, fmt.Errorf("creating the index: %w", err)
	}
	prf, err := hashing.NewPRF(key, &cat.salt)
	if err != nil {
		return nil, err
	}
	cat.check = prf.Check()
	if err := cat.write(dir); err != nil {
		return nil, fmt.Errorf("creating the index: %w", err)
	}
	return indexOf(dir, prf, cat), nil
}

func indexOf(dir string, prf *hashing.PRF, cat *catalog) *Index {
	return &Index{dir: dir, prf: prf, cat: cat, list: &Suppressions{}, open: map[string]*dataset{}, keys: map[string]*evaluate.Key{}}
}

// Open opens the index in dir for reading and writing. A key it was not made
// with is [ErrWrongKey], an index.db that is not as it was written [ErrDamaged].
func Open(dir string, key *hashing.Key) (*Index, error) {
	cat, err := readCatalog(dir)
	if err != nil {
		return nil, err
	}
	prf, err := hashing.NewPRF(key, &cat.salt)
	if err != nil {
		return nil, err
	}
	if check := prf.Check(); subtle.ConstantTimeCompare(check[:], cat.check[:]) != 1 {
		return nil, ErrWrongKey
	}
	ix := indexOf(dir, prf, cat)
	return ix, ix.adopt(cat)
}

// List reads what an index says of its datasets without its key. Nothing of
// the datasets' files is looked at.
func List(dir string) ([]hashing.DatasetInfo, error) {
	cat, err := readCatalog(dir)
	if err != nil {
		return nil, err
	}
	return cat.infos(), nil
}

// Close closes the files of the index.
func (ix *Index) Close() error {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	var errs error
	for _, d := range ix.open {
		errs = errors.Join(errs, d.close())
	}
	clear(ix.open)
	return errs
}

// Dir returns the directory of the index.
func (ix *Index) Dir() string { return ix.dir }

// Scheme returns how the index's match keys are keyed.
func (ix *Index) Scheme() hashing.Scheme { return ix.cat.scheme }

// Datasets returns the datasets of the index, sorted by id.
func (ix *Index) Datasets() []hashing.DatasetInfo { return ix.cat.infos() }

// Remove takes a dataset out of the index in dir, or the checkpoint of one that was
// not finished. It needs no key. Readers that have it open keep it until they close.
func Remove(dir, id string) error {
	unlock, err := lock(dir)
	if err != nil {
		return err
	}
	defer unlock()
	cat, err := readCatalog(dir)
	if err != nil {
		return err
	}
	i := cat.find(id)
	if i < 0 {
		if hashing.ValidDatasetID(id) {
			err := os.Remove(filepath.Join(dir, checkpointName(id, cat.generations[id]+1)))
			if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		return fmt.Errorf("%w: %q", ErrNoDataset, id)
	}
	cat.datasets = slices.Delete(cat.datasets, i, i+1)
	if err := cat.write(dir); err != nil {
		return fmt.Errorf("removing dataset %q: %w", id, err)
	}
	return (&Index{dir: dir, cat: cat}).removeLeftovers()
}

// catalog is what index.db holds.
type catalog struct {
	scheme      hashing.Scheme
	epoch       string // of the keys of a served index, "" in a local one
	salt        hashing.Salt
	check       [16]byte
	datasets    []listed          // sorted by id
	generations map[string]uint32 // last generation used by each id ever listed
	suppressed  []byte            // the sealed list of people to be left out, nil if there is nobody
}

// listed is the row of index.db that commits a dataset.
type listed struct {
	info hashing.DatasetInfo
	file string // name in the directory
	size int64
	seal uint32
}

func (c *catalog) find(id string) int {
	return slices.IndexFunc(c.datasets, func(l listed) bool { return l.info.ID == id })
}

func (c *catalog) add(l listed) {
	c.datasets = append(c.datasets, l)
	slices.SortFunc(c.datasets, func(a, b listed) int { return strings.Compare(a.info.ID, b.info.ID) })
	c.generations[l.info.ID] = l.info.Generation
}

func (c *catalog) infos() []hashing.DatasetInfo {
	infos := make([]hashing.DatasetInfo, len(c.datasets))
	for i := range infos {
		infos[i] = c.datasets[i].info
	}
	return infos
}
