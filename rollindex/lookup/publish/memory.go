package publish

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"rollcheck/rollindex"
	"rollcheck/rollindex/lookup"
)

// memoryName is the file in the index's directory that remembers publications.
const memoryName = "publish.json"

const memoryVersion = 1

// memory is what has to be remembered from one publication to the next. Nothing
// of it is secret.
type memory struct {
	Version  int          `json:"version"`
	Seq      uint64       `json:"seq"` // the largest given to a manifest
	Keys     []keyGiven   `json:"keys"`
	Datasets []numberOf   `json:"datasets"`
	Retired  []retirement `json:"retired,omitempty"`

	stored []byte // as it lies in the file
}

// keyGiven is an id and the only key that ever has it.
type keyGiven struct {
	ID           uint16 `json:"id"`
	Epoch        string `json:"epoch"`
	Jurisdiction string `json:"jurisdiction"`
}

// numberOf is a number and the only dataset that ever has it.
type numberOf struct {
	Number  uint16 `json:"number"`
	Dataset string `json:"dataset"`
}

// retirement is something that no manifest names since then.
type retirement struct {
	Path  string    `json:"path"` // in the directory; of a tree of buckets, that of its directory
	Since time.Time `json:"since"`
}

// recall reads what was remembered in an index's directory.
func recall(indexDir string) (*memory, error) {
	b, err := os.ReadFile(filepath.Join(indexDir, memoryName))
	if errors.Is(err, fs.ErrNotExist) {
		return &memory{Version: memoryVersion}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("remembering earlier publications: %w", err)
	}
	m := &memory{stored: b}
	if err := json.Unmarshal(b, m); err != nil || m.Version < 1 || !m.distinct() {
		return nil, fmt.Errorf("%w: %s", ErrMemory, memoryName)
	}
	if m.Version > memoryVersion {
		return nil, fmt.Errorf("%s: it is of a newer version of the program", memoryName)
	}
	return m, nil
}

// distinct reports whether no id and no number is given twice.
func (m *memory) distinct() bool {
	ids, numbers := map[uint16]bool{}, map[uint16]bool{}
	for _, k := range m.Keys {
		if ids[k.ID] {
			return false
		}
		ids[k.ID] = true
	}
	for _, d := range m.Datasets {
		if numbers[d.Number] {
			return false
		}
		numbers[d.Number] = true
	}
	return true
}

// keep writes what has changed of the memory, durably.
func (m *memory) keep(indexDir string) error {
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return fmt.Errorf("remembering a publication: %w", err)
	}
	if b = append(b, '\n'); bytes.Equal(b, m.stored) {
		return nil
	}
	path := filepath.Join(indexDir, memoryName)
	if err := writeFile(path, path+".new", b); err != nil {
		return fmt.Errorf("remembering a publication: %w", err)
	}
	m.stored = b
	return syncDir(indexDir)
}

// lostEpoch is, in the memory, the epoch of keys that the index does not have: it is no
// index's.
const lostEpoch = ""

// learn adds what a published directory tells of earlier publications, of this index or
// of one that it takes the place of. Where it says otherwise, what was remembered counts.
func (m *memory) learn(d *directory, ix *rollindex.Index) error {
	if d.manifest == nil {
		return nil
	}
	m.Seq = max(m.Seq, d.manifest.Seq)
	for _, k := range d.manifest.Keys {
		given := keyGiven{k.ID, d.manifest.Epoch, k.Jurisdiction}
		if given.Epoch == ix.Epoch() {
			own, err := ix.ServedKey(k.Jurisdiction)
			if err != nil {
				return err
			}
			if lookup.Hash32(own.PublicKey()) != k.PublicKey {
				given.Epoch = lostEpoch
			}
		}
		taken := slices.ContainsFunc(m.Keys, func(g keyGiven) bool {
			return g.ID == given.ID || g.Epoch == given.Epoch && g.Jurisdiction == given.Jurisdiction && g.Epoch != lostEpoch
		})
		if !taken {
			m.Keys = append(m.Keys, given)
		}
	}
	for _, ref := range d.manifest.Lists {
		l := d.lists[ref.Jurisdiction]
		if l == nil {
			continue
		}
		for _, x := range l.Datasets {
			taken := slices.ContainsFunc(m.Datasets, func(g numberOf) bool { return g.Number == x.Number || g.Dataset == x.ID })
			if !taken {
				m.Datasets = append(m.Datasets, numberOf{x.Number, x.ID})
			}
		}
	}
	return nil
}

// keyID returns the id of a jurisdiction's key in an epoch, the next if it has
// none.
func (m *memory) keyID(epoch, jurisdiction string) (uint16, error) {
	last := uint16(0)
	for _, k := range m.Keys {
		if k.Epoch == epoch && k.Jurisdiction == jurisdiction {
			return k.ID, nil
		}
		last = max(last, k.ID)
	}
	if last == 1<<16-1 {
		return 0, errors.New("all 65,535 key ids have been given")
	}
	m.Keys = append(m.Keys, keyGiven{last + 1, epoch, jurisdiction})
	return last + 1, nil
}

// number returns the number of a dataset, the next if it has none.
func (m *memory) number(dataset string) (uint16, error) {
	last := uint16(0)
	for _, d := range m.Datasets {
		if d.Dataset == dataset {
			return d.Number, nil
		}
		last = max(last, d.Number)
	}
	if last == 1<<16-1 {
		return 0, errors.New("all 65,535 numbers of datasets have been given")
	}
	m.Datasets = append(m.Datasets, numberOf{last + 1, dataset})
	return last + 1, nil
}

// keyIDs gives an id to every key of a manifest that has none, in order.
func (p *publication) keyIDs() error {
	for _, j := range p.keys {
		if _, err := p.memory.keyID(p.ix.Epoch(), j); err != nil {
			return err
		}
	}
	return nil
}
