package keyfile

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"rollcheck/hashing"
)

// Write creates a key file, readable by its owner only. With an empty
// passphrase the key lies in it bare. It refuses to replace a file
// (fs.ErrExist): the key in it may be the only way into an index. The file
// appears whole or not at all.
func Write(path string, key *hashing.Key, passphrase []byte) error {
	return create(forIndex, path, (*[keyLen]byte)(key), passphrase)
}

// WriteSigning is [Write] for the seed of a signing key.
func WriteSigning(path string, seed *[32]byte, passphrase []byte) error {
	return create(forSigning, path, seed, passphrase)
}

func create(what purpose, path string, key *[keyLen]byte, passphrase []byte) error {
	temp, err := writeTemp(what, path, key, passphrase)
	if err != nil {
		return fmt.Errorf("writing the key file: %w", err)
	}
	defer os.Remove(temp)
	if err := os.Link(temp, path); err != nil { // unlike a rename, never over a file
		return fmt.Errorf("writing the key file: %w", err)
	}
	return syncDir(path)
}

// Read returns the key of a key file. It calls passphrase only when the key is
// wrapped, and returns its error as it is.
func Read(path string, passphrase func() ([]byte, error)) (*hashing.Key, error) {
	key, err := open(forIndex, path, passphrase)
	return (*hashing.Key)(key), err
}

// ReadSigning is [Read] for the seed of a signing key.
func ReadSigning(path string, passphrase func() ([]byte, error)) (*[32]byte, error) {
	return open(forSigning, path, passphrase)
}

func open(what purpose, path string, passphrase func() ([]byte, error)) (*[keyLen]byte, error) {
	b, err := read(path)
	if err != nil {
		return nil, err
	}
	defer clear(b)
	key, err := decode(what, b, passphrase)
	if err != nil {
		return nil, fmt.Errorf("reading the key file %q: %w", path, err)
	}
	return key, nil
}

// Rewrap replaces a key file by one with the same key under another passphrase,
// none if that is empty. At any moment the old file or the new one is in place.
func Rewrap(path string, old func() ([]byte, error), passphrase []byte) error {
	key, err := Read(path, old)
	if err != nil {
		return err
	}
	defer clear(key[:])
	temp, err := writeTemp(forIndex, path, (*[keyLen]byte)(key), passphrase)
	if err != nil {
		return fmt.Errorf("rewriting the key file: %w", err)
	}
	if err := os.Rename(temp, path); err != nil {
		os.Remove(temp)
		return fmt.Errorf("rewriting the key file: %w", err)
	}
	return syncDir(path)
}

// Wrapped reports whether the key in a key file is wrapped under a passphrase.
func Wrapped(path string) (bool, error) {
	b, err := read(path)
	if err != nil {
		return false, err
	}
	defer clear(b)
	if _, _, err := check(b); err != nil {
		return false, fmt.Errorf("reading the key file %q: %w", path, err)
	}
	return b[magicLen] == wrapped, nil
}

// Exposed reports whether others than its owner may read the file. On Windows
// the permission bits say nothing of that, and it reports false.
func Exposed(path string) bool {
	info, err := os.Stat(path)
	return err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0
}

// read reads a file of at most one byte more than the longest key file.
func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the key file: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, int64(wrappedLen)+1))
	if err != nil {
		return nil, fmt.Errorf("reading the key file: %w", err)
	}
	return b, nil
}

// writeTemp writes a key file under a temporary name beside path, mode 0600,
// and syncs it.
func writeTemp(what purpose, path string, key *[keyLen]byte, passphrase []byte) (temp string, err error) {
	b, err := encode(what, key, passphrase, standard)
	if err != nil {
		return "", err
	}
	defer clear(b)
	f, err := os.CreateTemp(filepath.Dir(path), ".rollcheck-key-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// syncDir makes the name of a new file durable.
func syncDir(path string) error {
	if runtime.GOOS == "windows" { // directories cannot be synced there
		return nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("syncing the key file's directory: %w", err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("syncing the key file's directory: %w", err)
	}
	return nil
}
