package remote

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"rollcheck/rollindex/lookup"
)

// MaxCache bounds the files kept of one operator, in bytes: a dozen large states.
// Those not used for longest go first.
const MaxCache = 4 << 30

// Cache keeps one operator's files in a directory, named by their hashes, and what
// has to be remembered in a file elsewhere: who empties a cache should not forget
// which manifest was the last and which buckets were asked. All is readable by its
// owner only. Files appear whole or not at all; they are not taken for what they
// are named, since the client compares the hash at every use.
//
// A Cache is open in one process at a time, so that two cannot ask for two buckets
// of one person. It implements [lookup.Cache].
type Cache struct {
	dir, memory string
	lock        *os.File
	most        int64 // bytes of files

	mu    sync.Mutex
	parts map[lookup.Hash32]bool // open downloads
}

var _ lookup.Cache = (*Cache)(nil)

// OpenCache opens the cache in dir, with what is remembered in the file memory,
// and makes both. While another process has it open it waits, after it called
// waiting once; it ends when ctx does.
func OpenCache(ctx context.Context, dir, memory string, waiting func()) (*Cache, error) {
	c := &Cache{dir: dir, memory: memory, most: MaxCache, parts: make(map[lookup.Hash32]bool)}
	for _, d := range []string{dir, filepath.Dir(memory)} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("opening the cache: %w", err)
		}
	}
	f, err := os.OpenFile(memory+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the cache: %w", err)
	}
	for first := true; ; first = false {
		locked, err := tryLock(f)
		if locked {
			break
		}
		if err == nil {
			if first {
				waiting()
			}
			err = sleep(ctx, 50*time.Millisecond)
		}
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("opening the cache: %w", err)
		}
	}
	c.lock = f
	if err := c.removeLeftovers(); err != nil {
		c.Close()
		return nil, fmt.Errorf("opening the cache: %w", err)
	}
	return c, nil
}

// Close lets another process open the cache.
func (c *Cache) Close() error { return c.lock.Close() }

// Memory returns the file of what is remembered.
func (c *Cache) Memory() string { return c.memory }

const (
	tmpPrefix = ".tmp-"
	partExt   = ".part"
	oldPart   = 30 * 24 * time.Hour // a download that nobody went on with
)

// removeLeftovers deletes what a killed process left.
func (c *Cache) removeLeftovers() error {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			continue // it went meanwhile
		}
		stale := strings.HasSuffix(e.Name(), partExt) && time.Since(info.ModTime()) > oldPart
		if stale || strings.HasPrefix(e.Name(), tmpPrefix) {
			if err := os.Remove(filepath.Join(c.dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Cache) path(h lookup.Hash32) string { return filepath.Join(c.dir, h.String()) }

// Has implements [lookup.Cache].
func (c *Cache) Has(h lookup.Hash32) bool {
	info, err := os.Stat(c.path(h))
	return err == nil && info.Mode().IsRegular()
}

// Get implements [lookup.Cache].
func (c *Cache) Get(h lookup.Hash32) ([]byte, error) {
	info, err := os.Stat(c.path(h))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && info.Size() > lookup.MaxFilter {
		return nil, nil // none of ours
	}
	b, err := os.ReadFile(c.path(h))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	if err := os.Chtimes(c.path(h), now, now); err != nil && !errors.Is(err, fs.ErrPermission) {
		return nil, err
	}
	return b, nil
}

// Put implements [lookup.Cache].
func (c *Cache) Put(h lookup.Hash32, file []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.makeRoom(int64(len(file))); err != nil {
		return err
	}
	return writeFile(c.path(h), file)
}

// makeRoom deletes the files not used for longest until there is room for more
// bytes.
func (c *Cache) makeRoom(more int64) error {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return err
	}
	var files []fs.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			files = append(files, info)
			more += info.Size()
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, f := range files {
		if more <= c.most {
			break
		}
		if strings.HasSuffix(f.Name(), partExt) {
			continue // being downloaded
		}
		if err := os.Remove(filepath.Join(c.dir, f.Name())); err != nil {
			return err
		}
		more -= f.Size()
	}
	return nil
}

// Recall implements [lookup.Cache].
func (c *Cache) Recall() ([]byte, error) {
	b, err := os.ReadFile(c.memory)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// Remember implements [lookup.Cache].
func (c *Cache) Remember(memory []byte) error { return writeFile(c.memory, memory) }

// openPart opens the part of a file that was downloaded before; nil if a download
// of it is under way.
func (c *Cache) openPart(h lookup.Hash32) (*os.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.parts[h] {
		return nil, nil
	}
	f, err := os.OpenFile(c.path(h)+partExt, os.O_RDWR|os.O_CREATE, 0o600)
	c.parts[h] = err == nil
	return f, err
}

// closePart closes a part, and removes it if it is of no more use.
func (c *Cache) closePart(h lookup.Hash32, f *os.File, done bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	info, err := f.Stat()
	f.Close()
	if done || err == nil && info.Size() == 0 {
		os.Remove(f.Name()) // what stays is removed later, as old
	}
	delete(c.parts, h)
}

// writeFile writes a file durably, whole or not at all.
func writeFile(path string, b []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), tmpPrefix) // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes renames in dir durable. Windows cannot sync a directory.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
