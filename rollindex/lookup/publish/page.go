package publish

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"rollcheck/rollindex/lookup"
)

// pageFile is a file of the page.
type pageFile struct {
	path    string
	content []byte
	sum     lookup.Hash32
}

// maxPageFile bounds a file of the page, which is a few hundred kilobytes.
const maxPageFile = 64 << 20

// readPage reads the files of the page, in order of their paths.
func readPage(from fs.FS) (files []pageFile, err error) {
	if from == nil {
		return nil, nil
	}
	err = fs.WalkDir(from, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if !lookup.ValidPagePath(name) {
			return fmt.Errorf("%q cannot be a file of it", name)
		}
		f, err := from.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, maxPageFile+1))
		if err != nil {
			return err
		}
		if len(b) > maxPageFile {
			return fmt.Errorf("%q is too large", name)
		}
		files = append(files, pageFile{name, b, sha256.Sum256(b)})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the page: %w", err)
	}
	slices.SortFunc(files, func(a, b pageFile) int { return strings.Compare(a.path, b.path) })
	return files, nil
}

// putPage writes the files of the page that are not as they are to be: all of them
// under temporary names, and then in one go, index.html, which names the others,
// last.
func (d *directory) putPage(page []pageFile) error {
	type change struct{ tmp, name string }
	var changes []change
	dirs := map[string]bool{}
	for _, f := range page {
		name := d.at(f.path)
		if d.has(name, f.content) {
			continue
		}
		dir := filepath.Dir(name)
		if err := os.MkdirAll(dir, dirMode); err != nil {
			return fmt.Errorf("publishing the page: %w", err)
		}
		c := change{d.at(fmt.Sprintf("%spage-%d", tmpPrefix, len(changes))), name}
		if err := writeTmp(c.tmp, f.content); err != nil {
			return fmt.Errorf("publishing the page: %w", err)
		}
		changes, dirs[dir] = append(changes, c), true
	}
	slices.SortStableFunc(changes, func(a, b change) int { return last(a.name) - last(b.name) })
	for _, c := range changes {
		if err := os.Rename(c.tmp, c.name); err != nil {
			return fmt.Errorf("publishing the page: %w", err)
		}
		d.written++
	}
	for dir := range dirs {
		if err := syncDir(dir); err != nil {
			return fmt.Errorf("publishing the page: %w", err)
		}
	}
	return nil
}

// last returns 1 for a file that is to be replaced after the others.
func last(name string) int {
	if strings.HasSuffix(path.Base(filepath.ToSlash(name)), ".html") {
		return 1
	}
	return 0
}
