package serve

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"os"
	"path"
	"strings"
	"time"

	"rollcheck/hashing/voprf/evaluate"
	"rollcheck/rollindex/lookup"
)

// Keys are the keys of a served index; *rollindex.Index has them. They are asked
// for by one goroutine at a time.
type Keys interface {
	// Epoch returns the epoch of the keys.
	Epoch() string
	// ServedKey returns the key of a jurisdiction ("US-FL").
	ServedKey(jurisdiction string) (*evaluate.Key, error)
}

// published is what a directory publishes, as of one manifest. It does not
// change. What is in it is sent from memory, so that a directory in the middle of
// a change is never seen as half of one manifest and half of another.
type published struct {
	manifest *lookup.Manifest
	signed   []byte
	key      []byte // the verifier key, on a line
	keys     map[uint16]servedKey
	page     map[string]*pageFile // by path, without the slash in front
	file     os.FileInfo          // of the manifest, to see that another took its place
}

type servedKey struct {
	*evaluate.Key
	jurisdiction string
}

// A page is kept in memory, so it is bounded: the browser's program is some 4 MB.
const (
	maxPage    = 64 << 20 // bytes, all files together
	maxKeyFile = 1 << 10
)

// load reads what the directory publishes. last is the number of the manifest
// before, 0 if there is none. The page is not read if only evaluations are served.
func load(root *os.Root, keys Keys, now time.Time, last uint64, evaluateOnly bool) (*published, error) {
	signed, info, err := readIn(root, lookup.ManifestPath[1:], lookup.MaxManifest)
	if err != nil {
		return nil, fmt.Errorf("reading the manifest: %w", err)
	}
	key, _, err := readIn(root, lookup.KeyPath[1:], maxKeyFile)
	if err != nil {
		return nil, fmt.Errorf("reading the operator's key: %w", err)
	}
	trusted, err := lookup.ParseKey(string(key))
	if err != nil {
		return nil, fmt.Errorf("reading the operator's key: %w", err)
	}
	m, err := lookup.Verify(signed, trusted, now, last)
	if err != nil {
		return nil, err
	}
	p := &published{manifest: m, signed: signed, key: []byte(trusted.String() + "\n"), file: info}
	if p.keys, err = keysOf(m, keys); err != nil {
		return nil, err
	}
	if !evaluateOnly {
		if p.page, err = readPage(root, m.Page); err != nil {
			return nil, fmt.Errorf("reading the page: %w", err)
		}
	}
	return p, nil
}

// keysOf derives the keys of a manifest and compares them with it.
func keysOf(m *lookup.Manifest, keys Keys) (map[uint16]servedKey, error) {
	if m.Epoch != keys.Epoch() {
		return nil, fmt.Errorf("%w: it is of epoch %q, the index of %q", ErrOtherKeys, m.Epoch, keys.Epoch())
	}
	served := make(map[uint16]servedKey, len(m.Keys))
	for _, k := range m.Keys {
		secret, err := keys.ServedKey(k.Jurisdiction)
		if err != nil {
			return nil, fmt.Errorf("the key of %s: %w", k.Jurisdiction, err)
		}
		if !bytes.Equal(secret.PublicKey(), k.PublicKey[:]) {
			return nil, fmt.Errorf("%w: that of %s differs", ErrOtherKeys, k.Jurisdiction)
		}
		served[k.ID] = servedKey{secret, k.Jurisdiction}
	}
	return served, nil
}

// readIn reads a regular file of the directory of at most so many bytes.
func readIn(root *os.Root, name string, most int64) ([]byte, os.FileInfo, error) {
	f, info, err := openIn(root, name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("%s: it is larger than the %d bytes it can have", name, most)
	}
	return b, info, err
}

// openIn opens a regular file of the directory. A link that leads out of it, and
// what is no regular file, is fs.ErrNotExist; nothing is waited for, as a pipe
// would have it.
func openIn(root *os.Root, name string) (*os.File, os.FileInfo, error) {
	info, err := root.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if err != nil {
		return nil, nil, err
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, nil, err
	}
	if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// pageFile is a file of the page, and the same compressed.
type pageFile struct {
	contentType string
	etag        string
	forms       map[string][]byte // by content coding: "" for the file itself, "gzip", "br"
}

// codings are the content codings taken, the better first, and the ending of the
// file beside that has it.
var codings = []struct{ name, ending string }{{"br", ".br"}, {"gzip", ".gz"}}

// readPage reads the files of the page that the manifest names, and nothing else
// that lies there. Those that lie there compressed too, under the same name with
// .br or .gz behind it, are sent so; a text or program that does not is compressed
// here, once.
func readPage(root *os.Root, names []lookup.Page) (map[string]*pageFile, error) {
	page, left := make(map[string]*pageFile), int64(maxPage)
	for _, n := range names {
		b, _, err := readIn(root, n.Path, left)
		if err != nil {
			return nil, err
		}
		if sha256.Sum256(b) != n.SHA256 {
			return nil, fmt.Errorf("%s: it is not the file that the manifest names", n.Path)
		}
		left -= int64(len(b))
		page[n.Path] = &pageFile{contentTypeOf(n.Path), n.SHA256.String(), map[string][]byte{"": b}}
	}
	for name, f := range page {
		for _, c := range codings {
			if beside := page[name+c.ending]; beside != nil {
				f.forms[c.name] = beside.forms[""]
			}
		}
		if b := f.forms[""]; f.forms["gzip"] == nil && compressible(f.contentType) && len(b) > 1<<10 {
			f.forms["gzip"] = compress(b)
		}
	}
	return page, nil
}

func compressible(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || strings.HasPrefix(contentType, "application/") && contentType != octets || contentType == types[".svg"]
}

func compress(b []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // an error only for a level that is none
	w.Write(b)                                              // into memory: never fails
	w.Close()
	return out.Bytes()
}

// types are the content types of a page. They are not asked of the operating
// system, whose tables differ.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".mjs": "text/javascript; charset=utf-8", ".json": "application/json", ".wasm": "application/wasm", ".svg": "image/svg+xml",
	".png": "image/png", ".ico": "image/x-icon", ".txt": "text/plain; charset=utf-8", ".woff2": "font/woff2",
	".webmanifest": "application/manifest+json", ".xml": "text/xml; charset=utf-8",
}

const octets = "application/octet-stream"

func contentTypeOf(name string) string {
	if t := types[strings.ToLower(path.Ext(name))]; t != "" {
		return t
	}
	return octets
}

// isOctets reports whether a Content-Type is that of an evaluation.
func isOctets(contentType string) bool {
	t, _, err := mime.ParseMediaType(contentType)
	return err == nil && t == octets
}

// changed reports whether another manifest lies where that of p lay.
func (p *published) changed(root *os.Root) (bool, error) {
	info, err := root.Stat(lookup.ManifestPath[1:])
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // in the middle of a change, or gone: what was read goes on
	}
	if err != nil {
		return false, err
	}
	same := os.SameFile(info, p.file) && info.ModTime().Equal(p.file.ModTime()) && info.Size() == p.file.Size()
	return !same, nil
}
