package main

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"rollcheck/hashing"
	"rollcheck/hashing/voprf/evaluate"
	"rollcheck/rollindex"
	"rollcheck/rollindex/lookup"
)

// loot is what a thief has: the tags of all buckets, and every public value that
// an operator might have salted a hash with.
type loot struct {
	files   int
	tags    map[uint64]bool
	salts   [][]byte
	places  []string // jurisdictions with a key
	epoch   string
	entries []*hashing.ServedEntries // of the datasets
}

// person is what the roll says of one: the hashed inputs of their keys.
type person struct{ xs [][]byte }

// readRoll reads people as "rollcheck synth --truth" writes them.
func readRoll(path string) (roll []person, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for line := 1; s.Scan(); line++ {
		var says struct {
			First, Last, ZIP string
			Born             string `json:"birth_date"`
		}
		if err := json.Unmarshal(s.Bytes(), &says); err != nil {
			return nil, fmt.Errorf("line %d is no person", line)
		}
		var d hashing.Details
		d.SetFirst([]byte(says.First))
		d.SetLast([]byte(says.Last))
		d.SetZIP([]byte(says.ZIP))
		var born hashing.Date
		if _, err := fmt.Sscanf(says.Born, "%d-%d-%d", &born.Year, &born.Month, &born.Day); err == nil {
			d.SetBirth(born, hashing.Date{})
		}
		var p person
		for _, t := range hashing.KeyTypes() {
			if x, ok := d.AppendKey(nil, t); ok && lookup.InBuckets(t) {
				p.xs = append(p.xs, x)
			}
		}
		if len(p.xs) > 0 {
			roll = append(roll, p)
		}
	}
	return roll, s.Err()
}

// steal reads everything that was published.
func steal(dir string) (*loot, error) {
	l := &loot{tags: map[uint64]bool{}}
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(lookup.KeyPath)))
	if err != nil {
		return nil, err
	}
	key, err := lookup.ParseKey(string(text))
	if err != nil {
		return nil, err
	}
	signed, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(lookup.ManifestPath)))
	if err != nil {
		return nil, err
	}
	m, err := lookup.OpenManifest(signed, key)
	if err != nil {
		return nil, err
	}
	note, _, _ := strings.Cut(string(signed), "\n\n")
	l.epoch = m.Epoch
	l.salt(nil, []byte(m.Epoch), []byte(key.String()), []byte(key.Name()), sum(text), sum(signed), sum([]byte(note+"\n")))
	for _, k := range m.Keys {
		l.places = append(l.places, k.Jurisdiction)
		l.salt(k.PublicKey[:], []byte(k.PublicKey.String()), []byte(k.Jurisdiction))
	}
	datasets := map[string]bool{}
	for _, ref := range m.Lists {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(lookup.ListPath(ref.SHA256))))
		if err != nil {
			return nil, err
		}
		list, err := lookup.DecodeList(b, ref.Jurisdiction)
		if err != nil {
			return nil, err
		}
		l.salt(ref.SHA256[:])
		for _, d := range list.Datasets {
			if !datasets[d.ID] {
				datasets[d.ID] = true
				l.salt([]byte(d.ID))
				l.entries = append(l.entries, hashing.NewServedEntries(d.ID, d.Generation))
			}
		}
		for _, f := range list.Files {
			l.salt(f.SHA256[:])
		}
		if list.Buckets != nil {
			l.salt(list.Buckets.Root[:])
		}
	}
	return l, l.read(dir)
}

func (l *loot) salt(more ...[]byte) { l.salts = append(l.salts, more...) }

// read takes the tags of all buckets and the seeds of all filters.
func (l *loot) read(dir string) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		l.files++
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		switch {
		case len(b) >= 16 && string(b[:4]) == "VRXF":
			l.salt(b[8:16])
		case len(b) >= 16 && string(b[:4]) == "VRXB":
			n := int(binary.BigEndian.Uint32(b[12:]))
			for i := 0; i < n && 16+14*i+14 <= len(b); i++ {
				l.tags[binary.BigEndian.Uint64(b[16+14*i:])] = true
			}
		}
		return nil
	})
}

// plain is what an operator publishes who only salts: the first eight bytes of
// SHA-256(salt | x), and the salt, without which nobody could ask.
func plain(roll []person) *loot {
	salt := sum([]byte("a salt that the operator drew"))
	l := &loot{tags: map[uint64]bool{}, salts: [][]byte{salt}}
	for _, p := range roll {
		for _, x := range p.xs {
			l.tags[binary.BigEndian.Uint64(sum(salt, x))] = true
		}
	}
	return l
}

func sum(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// holds reports whether any eight bytes of a value, in either order, are a tag.
func (l *loot) holds(value []byte) bool {
	for ; len(value) >= 8; value = value[8:] {
		if l.tags[binary.BigEndian.Uint64(value)] || l.tags[binary.LittleEndian.Uint64(value)] {
			return true
		}
	}
	return false
}

// holdsEntry reports whether the entry of any dataset that a value gives is there.
func (l *loot) holdsEntry(y *hashing.ServedOutput) bool {
	for _, e := range l.entries {
		if tag, _ := e.Seal(y); l.tags[uint64(tag)] {
			return true
		}
	}
	return false
}

// hashes tries, with every public value as salt: SHA-256 and SHA-512 with the salt
// before and behind, HMAC under it, and the protocol's own last step after each
// that gives 64 bytes.
func (l *loot) hashes(roll []person) (found []bool, tried int64, err error) {
	var hashes atomic.Int64
	found, err = search(roll, func(x []byte) (bool, error) {
		for _, salt := range l.salts {
			long := func(h hash.Hash, parts ...[]byte) []byte {
				hashes.Add(1)
				for _, p := range parts {
					h.Write(p)
				}
				return h.Sum(nil)
			}
			for _, value := range [][]byte{
				long(sha256.New(), salt, x), long(sha256.New(), x, salt), long(hmac.New(sha256.New, salt), x),
				long(sha512.New(), salt, x), long(sha512.New(), x, salt), long(hmac.New(sha512.New, salt), x),
			} {
				if l.holds(value) || len(value) == 64 && l.holdsEntry((*hashing.ServedOutput)(value)) {
					return true, nil
				}
			}
		}
		return false, nil
	})
	return found, hashes.Load(), err
}

// guesses tries the protocol's own function under the keys that any public value
// of 32 bytes, as the operator's seed, would give.
func (l *loot) guesses(roll []person) (found []bool, tried int64, err error) {
	var keys []*evaluate.Key
	for _, salt := range l.salts {
		if len(salt) != len(evaluate.Seed{}) {
			continue
		}
		for _, place := range l.places {
			k, err := evaluate.DeriveKey((*evaluate.Seed)(salt), l.epoch, place)
			if err != nil {
				return nil, 0, err
			}
			keys = append(keys, k)
		}
	}
	return l.under(roll, keys)
}

// withKey is what is told by the secret key: everybody.
func (l *loot) withKey(roll []person, ix *rollindex.Index) (found []bool, tried int64, err error) {
	var keys []*evaluate.Key
	for _, place := range l.places {
		k, err := ix.ServedKey(place)
		if err != nil {
			return nil, 0, err
		}
		keys = append(keys, k)
	}
	return l.under(roll, keys)
}

func (l *loot) under(roll []person, keys []*evaluate.Key) (found []bool, tried int64, err error) {
	var evaluations atomic.Int64
	found, err = search(roll, func(x []byte) (bool, error) {
		for _, k := range keys {
			evaluations.Add(1)
			y, err := k.Evaluate(x)
			if err != nil {
				return false, err
			}
			if l.holdsEntry((*hashing.ServedOutput)(&y)) {
				return true, nil
			}
		}
		return false, nil
	})
	return found, evaluations.Load(), err
}

// search returns of whom try finds a key, on all cores.
func search(roll []person, try func(x []byte) (bool, error)) ([]bool, error) {
	found := make([]bool, len(roll))
	var next atomic.Int64
	var once sync.Once
	var first error
	var running sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		running.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(roll)); i = next.Add(1) - 1 {
				for _, x := range roll[i].xs {
					ok, err := try(x)
					if err != nil {
						once.Do(func() { first = err })
						return
					}
					if ok {
						found[i] = true
						break
					}
				}
			}
		})
	}
	running.Wait()
	return found, first
}
