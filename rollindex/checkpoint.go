package rollindex

import (
	"bufio"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"
)

// A checkpoint keeps what a build in a served index has evaluated, so that one
// that was killed need not do it again:
//
//	"rcpart1\n" | blocks: u32 length of what follows | 12 byte nonce | ciphertext | 16 byte tag of AES-256-GCM
//
// The plaintext of a block is the SHA-256 of a list of keys, as [digestOf] has
// it, and tag and pad of each. It is of use only for the very same keys,
// so nothing of it need be believed but that it was written with the key of the
// index: which file, and what part of it, and by which layout it was read, all
// shows in the keys. A file that ends within a block, or has one that cannot be
// opened, is taken to end before it.
type checkpoint struct {
	path string
	aead cipher.AEAD
	used atomic.Int64 // keys that were found

	mu     sync.Mutex
	file   *os.File // nil until there is a block; guarded by mu
	end    int64    // of the last whole block; guarded by mu
	blocks map[[sha256.Size]byte]block
}

// block is where the ciphertext of a block stands.
type block struct {
	offset int64
	size   int
}

const (
	checkpointExt    = ".part"
	checkpointHeader = "rcpart1\n"
	maxBlock         = 1 << 28
	blockOverhead    = 12 + 16 // nonce and tag of AES-GCM
)

// checkpointName returns the name of the checkpoint of a dataset's build.
func checkpointName(id string, generation uint32) string {
	return fmt.Sprintf("%s.%d%s", id, generation, checkpointExt)
}

// awaits reports whether a checkpoint is of a build that can still be made.
func (c *catalog) awaits(name string) bool {
	id, _, ok := strings.Cut(strings.TrimSuffix(name, checkpointExt), ".")
	return ok && c.find(id) < 0 && name == checkpointName(id, c.generations[id]+1)
}

// openCheckpoint opens the checkpoint of that name, or none: it is made with its
// first block.
func openCheckpoint(path string, key []byte) (*checkpoint, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(b)
	if err != nil {
		return nil, err
	}
	c := &checkpoint{path: path, aead: aead, blocks: map[[sha256.Size]byte]block{}}
	c.file, err = os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err == nil {
		err = c.read()
	}
	if err != nil {
		c.close()
		return nil, fmt.Errorf("opening the checkpoint of an earlier run: %w", err)
	}
	return c, nil
}

// read finds the whole blocks and cuts off what follows them.
func (c *checkpoint) read() error {
	r := bufio.NewReaderSize(c.file, 1<<20)
	header := make([]byte, len(checkpointHeader))
	if _, err := io.ReadFull(r, header); err != nil && !ended(err) {
		return err
	} else if string(header) == checkpointHeader {
		c.end = int64(len(header))
	}
	var ciphertext, plain []byte
	for c.end > 0 {
		var length [4]byte
		if _, err := io.ReadFull(r, length[:]); ended(err) {
			break
		} else if err != nil {
			return err
		}
		n := binary.BigEndian.Uint32(length[:])
		if n < blockOverhead+sha256.Size || n > maxBlock {
			break
		}
		if cap(ciphertext) < int(n) {
			ciphertext = make([]byte, n)
		}
		if _, err := io.ReadFull(r, ciphertext[:n]); ended(err) {
			break
		} else if err != nil {
			return err
		}
		var err error
		if plain, err = c.aead.Open(plain[:0], nil, ciphertext[:n], nil); err != nil {
			break // damage, which costs what stands behind it and no more
		}
		c.blocks[[sha256.Size]byte(plain)] = block{c.end + 4, int(n)}
		c.end += 4 + int64(n)
	}
	return c.file.Truncate(c.end)
}

func ended(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// find returns what was evaluated of a list of so many keys, in the storage of
// buf as far as it suffices.
func (c *checkpoint) find(sum [sha256.Size]byte, keys int, buf []byte) (body []byte, ok bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.blocks[sum]
	if !ok || at.size != blockOverhead+sha256.Size+keys*tagSize {
		return buf, false, nil
	}
	ciphertext := make([]byte, at.size)
	if _, err := c.file.ReadAt(ciphertext, at.offset); err != nil {
		return nil, false, fmt.Errorf("reading the checkpoint: %w", err)
	}
	plain, err := c.aead.Open(buf[:0], nil, ciphertext, nil)
	if err != nil {
		return nil, false, fmt.Errorf("%w: the checkpoint changed while it was read", ErrDamaged)
	}
	c.used.Add(int64(keys))
	return plain[sha256.Size:], true, nil
}

// add appends what was evaluated of a list of keys.
func (c *checkpoint) add(sum [sha256.Size]byte, body []byte) error {
	plain := append(sum[:], body...)
	out := binary.BigEndian.AppendUint32(make([]byte, 0, 4+blockOverhead+len(plain)), uint32(blockOverhead+len(plain)))
	out = c.aead.Seal(out, nil, plain, nil)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.append(out); err != nil {
		return fmt.Errorf("writing the checkpoint: %w", err)
	}
	return nil
}

func (c *checkpoint) append(out []byte) (err error) {
	if c.file == nil {
		if c.file, err = os.OpenFile(c.path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600); err != nil {
			return err
		}
	}
	if c.end == 0 {
		out = append([]byte(checkpointHeader), out...)
	}
	if _, err := c.file.WriteAt(out, c.end); err != nil {
		return err // what was written is cut off when the file is opened again
	}
	c.end += int64(len(out))
	return nil
}

// close keeps the file for another build. Closing again does nothing.
func (c *checkpoint) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.file != nil {
		c.file.Close()
	}
}

// remove deletes the file: what it holds is in the index. Should that fail, the
// next writer does it.
func (c *checkpoint) remove() {
	c.close()
	os.Remove(c.path)
}
