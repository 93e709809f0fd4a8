package publish

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"rollcheck/rollindex/lookup"
)

// tmpPrefix begins the names of what is being written. A later publication removes
// what a killed one left of that.
const tmpPrefix = ".tmp-"

// Modes of what is published, which is for a web server of any user to read.
const (
	dirMode  = 0o755
	fileMode = 0o644
)

// directory is where files are published.
type directory struct {
	path string
	key  *lookup.TrustedKey

	manifest *lookup.Manifest           // that is published, nil if none is
	signed   []byte                     // its bytes
	lists    map[string]*lookup.List    // that it names, by jurisdiction, as far as they are there
	buckets  map[string]*lookup.Buckets // likewise
	written  int                        // files written
}

// relative returns the name in the directory of a path of the protocol.
func relative(path string) string { return strings.TrimPrefix(path, "/") }

func (d *directory) at(name string) string { return filepath.Join(d.path, filepath.FromSlash(name)) }

// openDir reads what is published in a directory. It writes nothing. The verifier
// key in it is the mark of what was published there before.
func openDir(path, indexDir string, key *lookup.TrustedKey) (*directory, error) {
	path, err := apart(path, indexDir)
	if err != nil {
		return nil, err
	}
	d := &directory{path: path, key: key, lists: map[string]*lookup.List{}, buckets: map[string]*lookup.Buckets{}}
	text, err := d.read(relative(lookup.KeyPath), 512)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return d, d.empty()
	case err != nil:
		return nil, err
	case strings.TrimSpace(string(text)) != key.String():
		return nil, ErrOtherKey
	}
	signed, err := d.read(relative(lookup.ManifestPath), lookup.MaxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil
	}
	if err == nil {
		d.signed = signed
		d.manifest, err = lookup.OpenManifest(signed, key)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	for _, ref := range d.manifest.Lists {
		b, err := d.read(relative(lookup.ListPath(ref.SHA256)), lookup.MaxList)
		if err != nil || sha256.Sum256(b) != ref.SHA256 {
			continue // it is written again
		}
		if l, err := lookup.DecodeList(b, ref.Jurisdiction); err == nil {
			d.lists[ref.Jurisdiction] = l
			if l.Buckets != nil {
				d.buckets[ref.Jurisdiction] = l.Buckets
			}
		}
	}
	return d, nil
}

// PublishedName returns the operator's name that a directory was published under,
// "" if there is none.
func PublishedName(dir string) string {
	text, err := (&directory{path: dir}).read(relative(lookup.KeyPath), 512)
	if err != nil {
		return ""
	}
	key, err := lookup.ParseKey(string(text))
	if err != nil {
		return ""
	}
	return key.Name()
}

// apart returns the directory's path without links, if neither it nor the index's
// directory is in the other.
func apart(dir, indexDir string) (string, error) {
	dir, err := resolve(dir)
	if err != nil {
		return "", err
	}
	indexDir, err = resolve(indexDir)
	if err != nil {
		return "", err
	}
	if Within(dir, indexDir) || Within(indexDir, dir) {
		return "", ErrOverlap
	}
	return dir, nil
}

// Within reports whether a path is that of a directory or of something in it, as
// far as both exist without links between.
func Within(path, dir string) bool {
	path, err := resolve(path)
	if err != nil {
		return false
	}
	if dir, err = resolve(dir); err != nil {
		return false
	}
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// resolve returns the absolute path, without links as far as it exists.
func resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	rest := ""
	for at := path; ; at = filepath.Dir(at) {
		real, err := filepath.EvalSymlinks(at)
		if err == nil {
			return filepath.Join(real, rest), nil
		}
		if !errors.Is(err, fs.ErrNotExist) || filepath.Dir(at) == at {
			return "", err
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}

// empty returns ErrNotOurs unless the directory holds nothing, or what a killed
// first publication left.
func (d *directory) empty() error {
	err := filepath.WalkDir(d.path, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !strings.HasPrefix(e.Name(), tmpPrefix) {
			return ErrNotOurs
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// claim makes the directories, removes what a killed publication left unfinished,
// and writes the verifier key.
func (d *directory) claim() error {
	for _, sub := range []string{"l", "f", "b"} {
		if err := os.MkdirAll(d.at("v1/"+sub), dirMode); err != nil {
			return fmt.Errorf("making the directory: %w", err)
		}
	}
	if err := d.clean(); err != nil {
		return err
	}
	return d.put(lookup.KeyPath, []byte(d.key.String()+"\n"))
}

// clean removes what is unfinished.
func (d *directory) clean() error {
	for _, sub := range []string{"", "v1", "v1/l", "v1/f", "v1/b"} {
		names, err := d.names(sub)
		if err != nil {
			return err
		}
		for _, name := range names {
			if strings.HasPrefix(name, tmpPrefix) {
				if err := os.RemoveAll(filepath.Join(d.at(sub), name)); err != nil {
					return fmt.Errorf("removing what is unfinished: %w", err)
				}
			}
		}
	}
	return nil
}

// names returns the names in a directory.
func (d *directory) names(dir string) (names []string, err error) {
	entries, err := os.ReadDir(d.at(dir))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// read returns a file of at most limit bytes.
func (d *directory) read(name string, limit int64) ([]byte, error) {
	f, err := os.Open(d.at(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%s: it is longer than %d bytes", name, limit)
	}
	return b, err
}

// put writes a file, whole and durably, unless it is there as it is to be.
func (d *directory) put(path string, content []byte) error {
	name := d.at(relative(path))
	if d.has(name, content) {
		return nil
	}
	if err := writeFile(name, filepath.Join(filepath.Dir(name), tmpPrefix+filepath.Base(name)), content); err != nil {
		return fmt.Errorf("publishing %s: %w", path, err)
	}
	d.written++
	return nil
}

// has reports whether a file holds exactly the content.
func (d *directory) has(name string, content []byte) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() || st.Size() != int64(len(content)) {
		return false
	}
	buf := make([]byte, 256<<10)
	for len(content) > 0 {
		n, err := io.ReadFull(f, buf[:min(len(buf), len(content))])
		if err != nil || !bytes.Equal(buf[:n], content[:n]) {
			return false
		}
		content = content[n:]
	}
	return true
}

// prepare makes room for the buckets of a place.
func (d *directory) prepare(place string) error {
	dir := d.stageDir(place)
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("publishing buckets: %w", err)
	}
	if err := os.Mkdir(dir, dirMode); err != nil {
		return fmt.Errorf("publishing buckets: %w", err)
	}
	return nil
}

// stage writes the body of a bucket, which waits for its proof.
func (d *directory) stage(place string, number int, body []byte) error {
	return os.WriteFile(stageName(d.stageDir(place), number), body, fileMode)
}

// complete adds its proof to a bucket, makes it durable and returns its size.
func (d *directory) complete(place string, number int, proof []byte) (size int64, err error) {
	f, err := os.OpenFile(stageName(d.stageDir(place), number), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(proof); err != nil {
		return 0, err
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

// plant gives the buckets of a place, which are complete, the name of their tree.
// One of that name that is there already is damaged.
func (d *directory) plant(place string, root lookup.Hash32, buckets int) error {
	from, to := d.stageDir(place), d.at(relative(bucketDir(root)))
	err := syncDir(from)
	if err == nil {
		if err = os.Rename(to, from+".old"); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	if err == nil {
		err = os.Rename(from, to)
	}
	if err == nil {
		err = os.RemoveAll(from + ".old")
	}
	if err != nil {
		return fmt.Errorf("publishing the buckets of %s: %w", place, err)
	}
	d.written += buckets
	return nil
}

// replace puts the page and the manifest in the place of those before: all at
// once as far as files allow it, the manifest last, when all that it names is
// durable.
func (d *directory) replace(page []pageFile, manifest []byte) error {
	for _, sub := range []string{"v1/l", "v1/f", "v1/b"} {
		if err := syncDir(d.at(sub)); err != nil {
			return err
		}
	}
	if err := d.putPage(page); err != nil {
		return err
	}
	if err := d.put(lookup.ManifestPath, manifest); err != nil {
		return err
	}
	return errors.Join(syncDir(d.at("v1")), syncDir(d.path))
}

// past is what no manifest names any more.
type past struct {
	stay, due []string // what has not, and what has, been there for the time of grace
}

// published returns what the manifest that is published names, as far as its lists
// are there, as [publication.named] has it.
func (d *directory) published() map[string]bool {
	named := map[string]bool{}
	if d.manifest == nil {
		return named
	}
	for _, ref := range d.manifest.Lists {
		named[relative(lookup.ListPath(ref.SHA256))] = true
		if l := d.lists[ref.Jurisdiction]; l != nil {
			for _, f := range l.Files {
				named[relative(lookup.FilterPath(f.SHA256))] = true
			}
		}
	}
	for _, b := range d.buckets {
		named[relative(bucketDir(b.Root))] = true
	}
	for _, f := range d.manifest.Page {
		named[f.Path] = true
	}
	return named
}

// retire finds what is not named and writes down since when: of what the manifest
// that is published names, not before now, whatever a publication that failed wrote
// down.
func (d *directory) retire(named map[string]bool, m *memory, now time.Time) (p past, err error) {
	since := map[string]time.Time{}
	var there []string
	for _, r := range m.Retired {
		since[r.Path] = r.Since
		if first, _, _ := strings.Cut(r.Path, "/"); first != "v1" && lookup.ValidPagePath(r.Path) {
			there = append(there, r.Path)
		}
	}
	if d.manifest != nil {
		for _, f := range d.manifest.Page {
			there = append(there, f.Path)
		}
	}
	for _, sub := range []string{"v1/l", "v1/f", "v1/b"} {
		names, err := d.names(sub)
		if err != nil {
			return p, err
		}
		for _, name := range names {
			if new(lookup.Hash32).UnmarshalText([]byte(name)) == nil {
				there = append(there, sub+"/"+name)
			}
		}
	}
	slices.Sort(there)
	m.Retired = nil
	published := d.published()
	for _, path := range slices.Compact(there) {
		if _, err := os.Lstat(d.at(path)); named[path] || err != nil {
			continue
		}
		r := retirement{path, now}
		if t, ok := since[path]; ok && t.Before(now) && !published[path] {
			r.Since = t
		}
		m.Retired = append(m.Retired, r)
		if now.Sub(r.Since) >= Grace {
			p.due = append(p.due, path)
		} else {
			p.stay = append(p.stay, path)
		}
	}
	return p, nil
}

// remove removes what has had its time, and returns how much that was.
func (d *directory) remove(names []string) (n int, err error) {
	for _, name := range names {
		if err := os.RemoveAll(d.at(name)); err != nil {
			return n, fmt.Errorf("removing what is not published any more: %w", err)
		}
		n++
		for dir := filepath.Dir(filepath.FromSlash(name)); dir != "." && !strings.HasPrefix(name, "v1/"); dir = filepath.Dir(dir) {
			if os.Remove(d.at(dir)) != nil { // it is not empty
				break
			}
		}
	}
	return n, nil
}

// writeFile writes a file, durably, under a temporary name first.
func writeFile(name, tmp string, content []byte) error {
	if err := writeTmp(tmp, content); err != nil {
		return err
	}
	return os.Rename(tmp, name)
}

// writeTmp writes a file, durably but for its name.
func writeTmp(name string, content []byte) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			os.Remove(name)
		}
	}()
	if _, err := f.Write(content); err != nil {
		return err
	}
	return f.Sync()
}

// syncDir makes the names in a directory durable. Windows cannot sync one.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("syncing directory %s: %w", dir, err)
	}
	return nil
}
