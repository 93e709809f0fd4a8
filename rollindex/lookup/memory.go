package lookup

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
)

// Cache is where a client keeps what it downloaded and what it has to remember
// of one operator. Files are public; what is remembered holds nothing of a person
// in clear. A Cache is safe for concurrent use by one [Client]; two programs that
// share one take turns.
type Cache interface {
	// Has reports whether a file is kept, without reading it.
	Has(sha256 Hash32) bool
	// Get returns a file that is kept, nil and no error if none is. The client
	// compares its hash at every use, so a Cache need not; it does not change it.
	Get(sha256 Hash32) ([]byte, error)
	// Put keeps a file, whole or not at all.
	Put(sha256 Hash32, file []byte) error
	// Recall returns what Remember was last given, nil if it never was.
	Recall() ([]byte, error)
	// Remember keeps what has to be remembered, in place of what was, durably:
	// when it returns without an error, a later Recall returns it.
	Remember(memory []byte) error
}

// MemoryCache is a [Cache] that ends with the program: for a browser, which
// keeps nothing, and for tests. Its zero value is ready.
type MemoryCache struct {
	mu     sync.Mutex
	files  map[Hash32][]byte
	memory []byte
}

// Has implements [Cache].
func (c *MemoryCache) Has(sha256 Hash32) bool {
	b, _ := c.Get(sha256)
	return b != nil
}

// Get implements [Cache].
func (c *MemoryCache) Get(sha256 Hash32) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.files[sha256], nil
}

// Put implements [Cache].
func (c *MemoryCache) Put(sha256 Hash32, file []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.files == nil {
		c.files = make(map[Hash32][]byte)
	}
	c.files[sha256] = file
	return nil
}

// Recall implements [Cache].
func (c *MemoryCache) Recall() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.memory, nil
}

// Remember implements [Cache].
func (c *MemoryCache) Remember(memory []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.memory = bytes.Clone(memory)
	return nil
}

// memory is what a client remembers of one operator.
type memory struct {
	Version  int    `json:"version"`
	Key      string `json:"key"`    // the trusted key it belongs to
	Secret   Hash32 `json:"secret"` // keys Asked
	Seq      uint64 `json:"seq"`    // the largest seen
	Manifest Hash32 `json:"manifest"`
	// Asked says which bucket was asked for a person, ever: the buckets of a later
	// epoch are cut from the same group of names, so that another one would tell as
	// much. Both sides are [memory.name]s, so that they can be compared and not read.
	// Who has this file can still try every birth date.
	Asked map[string]string `json:"asked,omitempty"`
}

const memoryVersion = 1

// recall reads what the cache remembers, or begins anew. What cannot be read is
// an error: to begin anew would undo the protection against older manifests.
func recall(c Cache, key *TrustedKey) (*memory, error) {
	b, err := c.Recall()
	if err != nil {
		return nil, fmt.Errorf("reading what was remembered: %w", err)
	}
	m := &memory{Version: memoryVersion, Key: key.String()}
	if b == nil {
		if _, err := rand.Read(m.Secret[:]); err != nil {
			return nil, fmt.Errorf("drawing a secret: %w", err)
		}
		return m, nil
	}
	*m = memory{}
	if err := json.Unmarshal(b, m); err != nil || m.Version != memoryVersion || m.Secret == (Hash32{}) {
		return nil, refuse("the memory of earlier look-ups", ErrMemory)
	}
	if m.Key != key.String() {
		return nil, refuse("the memory of earlier look-ups", fmt.Errorf("%w: it is of another trusted key", ErrMemory))
	}
	return m, nil
}

// saw remembers a manifest that was verified.
func (m *memory) saw(manifest *Manifest) error {
	if manifest.Seq == m.Seq && m.Manifest != manifest.digest {
		return ErrFork
	}
	m.Seq, m.Manifest = manifest.Seq, manifest.digest
	return nil
}

// claim remembers that the bucket is asked for the person in the jurisdiction.
// It reports false when another bucket was asked for them before.
func (m *memory) claim(jurisdiction string, who []byte, bucket int) bool {
	person := m.name("who", jurisdiction, who)
	asked := m.name("what", person, binary.BigEndian.AppendUint32(nil, uint32(bucket)))
	if before, ok := m.Asked[person]; ok {
		return before == asked
	}
	if m.Asked == nil {
		m.Asked = make(map[string]string)
	}
	m.Asked[person] = asked
	return true
}

// name returns 16 bytes of HMAC-SHA256(secret, what | scope | data), each
// but the last with its length, in hexadecimal.
func (m *memory) name(what, scope string, data []byte) string {
	mac := hmac.New(sha256.New, m.Secret[:])
	for _, s := range []string{what, scope} {
		mac.Write([]byte{byte(len(s))})
		mac.Write([]byte(s))
	}
	mac.Write(data)
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

func (m *memory) keep(c Cache) error {
	b, err := json.Marshal(m)
	if err == nil {
		err = c.Remember(b)
	}
	if err != nil {
		return fmt.Errorf("remembering a look-up: %w", err)
	}
	return nil
}
