package rollindex

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// The seal of a file is the CRC-32 (IEEE) of all its bytes with bytes 60 to 63
// taken as zero. It stands in those bytes, which SQLite keeps for the
// application (user_version) and reads without minding what they are.
const (
	sealOffset = 60
	headerSize = 100 // of an SQLite database
)

// fileSeal computes the seal of an open file from its bytes.
func fileSeal(f io.ReaderAt, size int64) (uint32, error) {
	crc := crc32.NewIEEE()
	buf := make([]byte, 1<<20)
	for off := int64(0); off < size; {
		n, err := f.ReadAt(buf[:min(int64(len(buf)), size-off)], off)
		if n == 0 && err != nil {
			return 0, err
		}
		if off == 0 && n >= sealOffset+4 {
			clear(buf[sealOffset : sealOffset+4])
		}
		crc.Write(buf[:n])
		off += int64(n)
	}
	return crc.Sum32(), nil
}

// storedSeal reads the seal that a file carries.
func storedSeal(f io.ReaderAt) (uint32, error) {
	var b [4]byte
	if _, err := f.ReadAt(b[:], sealOffset); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint32(b[:]), nil
}

// sealAndPublish seals the finished temporary file, makes it durable and gives
// it its name: after a crash at any moment name is absent or whole.
func sealAndPublish(tmp, name string) (seal uint32, size int64, err error) {
	if seal, size, err = sealFile(tmp); err != nil {
		return 0, 0, err
	}
	if err := os.Rename(tmp, name); err != nil {
		return 0, 0, err
	}
	return seal, size, syncDir(filepath.Dir(name))
}

// sealFile seals a finished file and syncs it. It is closed afterwards: Windows
// renames no open file.
func sealFile(path string) (seal uint32, size int64, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	st, err := f.Stat()
	if err != nil {
		return 0, 0, err
	}
	if seal, err = fileSeal(f, st.Size()); err != nil {
		return 0, 0, err
	}
	if _, err := f.WriteAt(binary.BigEndian.AppendUint32(nil, seal), sealOffset); err != nil {
		return 0, 0, err
	}
	return seal, st.Size(), f.Sync()
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
	if err := d.Sync(); err != nil {
		return fmt.Errorf("syncing directory %s: %w", dir, err)
	}
	return nil
}

const tmpPrefix = ".tmp-"

// removeLeftovers deletes what an interrupted writer left: temporary files,
// dataset files that no row of index.db lists, and checkpoints of builds that were
// finished. The caller holds the lock.
func (ix *Index) removeLeftovers() error {
	names, err := os.ReadDir(ix.dir)
	if err != nil {
		return err
	}
	listed := map[string]bool{}
	for i := range ix.cat.datasets {
		listed[ix.cat.datasets[i].file] = true
	}
	var errs error
	for _, n := range names {
		leftover := strings.HasPrefix(n.Name(), tmpPrefix) ||
			strings.HasSuffix(n.Name(), datasetExt) && !listed[n.Name()] ||
			strings.HasSuffix(n.Name(), checkpointExt) && !ix.cat.awaits(n.Name())
		if leftover {
			errs = errors.Join(errs, os.Remove(filepath.Join(ix.dir, n.Name())))
		}
	}
	return errs
}
