package voterfile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zip"

	"rollcheck/hashing"
)

// file is one file as given: plain, gzip, or a zip archive of members.
type file struct {
	path string
	info fs.FileInfo
	os   *os.File
	zip  *zip.Reader // nil unless it is an archive
	gz   bool

	read   atomic.Int64 // bytes of it read so far, for the progress
	grown  expansion
	source hashing.Source // once it was read to its end

	sum    hash.Hash  // of a plain or gzip file: what was read of it so far
	zipSum chan error // of an archive, which is hashed beside being read
}

// member is one text within a file: the file itself, or a member of an archive.
type member struct {
	file   *file
	name   string    // a label, fit to be shown
	entry  *zip.File // nil when it is the file itself
	gz     bool      // compressed once more, within an archive
	form   textForm
	loneCR bool
}

// openFile opens the file and finds out what it is wrapped in.
func openFile(name string) (*file, error) {
	f, err := os.Open(name)
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return nil, &Error{File: label(name), Problem: "cannot be opened: " + err.Error(), Err: err}
	}
	in := &file{path: name, os: f}
	if err := in.inspect(); err != nil {
		f.Close()
		return nil, err
	}
	return in, nil
}

func (f *file) inspect() error {
	var err error
	if f.info, err = f.os.Stat(); err != nil {
		return f.fail("cannot be examined", "", err)
	}
	if !f.info.Mode().IsRegular() {
		return f.fail("is not a regular file", "name files, not directories or pipes: a roll is read twice, first to see what it is", ErrNotText)
	}
	if f.info.Size() == 0 {
		return f.fail("is empty", "check that the download or copy was complete", ErrEmpty)
	}
	f.grown.size = f.info.Size()
	head := make([]byte, 512)
	n, err := f.os.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return f.fail("cannot be read", "", err)
	}
	switch kind := sniffContainer(head[:n]); kind {
	case "":
	case "gzip":
		f.gz = true
	case "zip":
		return f.openZip()
	default:
		return f.fail("is "+kind+", which is not read", "unpack it or save it as text first", ErrNotText)
	}
	return nil
}

// maxMembers bounds the members of an archive; the largest known has a few hundred.
const maxMembers = 10000

func (f *file) openZip() error {
	r, err := zip.NewReader(&countedAt{f}, f.info.Size())
	if err != nil {
		return f.fail("is a damaged or incomplete zip archive", "fetch it again, or test it with \"unzip -t\"", fmt.Errorf("%w: %w", ErrDamaged, err))
	}
	if len(r.File) > maxMembers {
		return f.fail(fmt.Sprintf("holds %d files", len(r.File)), "unpack it and name the files that are rolls", ErrExpansion)
	}
	f.zip = r
	return nil
}

func (f *file) fail(problem, hint string, err error) *Error {
	return &Error{File: label(f.path), Problem: problem, Hint: hint, Err: err}
}

// countedAt counts what is read of an archive.
type countedAt struct{ f *file }

// ReadAt implements io.ReaderAt.
func (c *countedAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.f.os.ReadAt(p, off)
	c.f.read.Add(int64(n))
	return n, err
}

// summed hashes and counts what is read of a plain or gzip file.
type summed struct{ f *file }

// Read implements io.Reader.
func (s summed) Read(p []byte) (int, error) {
	n, err := s.f.os.Read(p)
	s.f.sum.Write(p[:n])
	s.f.read.Add(int64(n))
	return n, err
}

// magics tells containers and formats by their first bytes.
var magics = []struct{ prefix, kind string }{
	{"\x1f\x8b", "gzip"},
	{"PK\x03\x04", "zip"},
	{"PK\x05\x06", "zip"},
	{"%PDF-", "a PDF document"},
	{"\xd0\xcf\x11\xe0", "an old Office document"},
	{"7z\xbc\xaf\x27\x1c", "a 7z archive"},
	{"Rar!", "a RAR archive"},
	{"BZh", "compressed with bzip2"},
	{"\x28\xb5\x2f\xfd", "compressed with zstd"},
	{"\xfd7zXZ", "compressed with xz"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"PAR1", "a Parquet file"},
	{"\x89PNG", "a picture"},
	{"\xff\xd8\xff", "a picture"},
	{"GIF8", "a picture"},
}

// sniffContainer returns what begins with b: "gzip", "zip", words for something
// that is not read, or "" for what may be text.
func sniffContainer(b []byte) string {
	for _, m := range magics {
		if bytes.HasPrefix(b, []byte(m.prefix)) {
			return m.kind
		}
	}
	return ""
}

// members lists what is in the file. leftOut, by index, says why a member of an
// archive is not even looked into.
func (f *file) members() (list []*member, leftOut []string, err error) {
	if f.zip == nil {
		return []*member{{file: f, name: label(f.path), gz: false}}, []string{""}, nil
	}
	for _, e := range f.zip.File {
		m := &member{file: f, name: label(f.path + ": " + e.Name), entry: e}
		why := ""
		switch base := path.Base(strings.ReplaceAll(e.Name, `\`, "/")); {
		case strings.HasSuffix(e.Name, "/") || e.FileInfo().IsDir():
			continue // a directory holds nothing by itself
		case !e.Mode().IsRegular():
			why = "a link or device"
		case strings.Contains(e.Name, "__MACOSX/") || strings.HasPrefix(base, "._") || base == ".DS_Store" || base == "Thumbs.db":
			why = "left behind by an operating system"
		case e.UncompressedSize64 == 0:
			why = "empty"
		case e.Flags&1 != 0:
			return nil, nil, m.fail("is encrypted", "unpack the archive with its password first", ErrEncrypted)
		}
		list, leftOut = append(list, m), append(leftOut, why)
	}
	return list, leftOut, nil
}

func (m *member) fail(problem, hint string, err error) *Error {
	return &Error{File: m.name, Problem: problem, Hint: hint, Err: err}
}

// failRead words an error that reading the member ran into.
func (m *member) failRead(err error) error {
	var e *Error
	switch {
	case errors.As(err, &e) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, ErrTruncated):
		return m.fail("is truncated: its compressed data ends too soon", "fetch it again; what is left of it cannot be trusted to be whole", err)
	case errors.Is(err, ErrExpansion):
		return m.fail(fmt.Sprintf("expands to more than %d times its size", maxExpansion), "a roll does not; if you trust the file, unpack it first", err)
	case errors.Is(err, ErrDamaged):
		return m.fail("is damaged: its compressed data cannot be read", "fetch it again", err)
	}
	return m.fail("cannot be read: "+err.Error(), "", err)
}

// sampleSize is how much of a member is looked at to tell what it is.
const sampleSize = 64 << 10

// sample returns the beginning of the member as text and whether that is all of
// it. It finds out the form of the text on the way.
func (m *member) sample() (text []byte, all bool, err error) {
	raw, closer, err := m.openRaw(false)
	if err != nil {
		return nil, false, err
	}
	defer closer()
	buf := make([]byte, sampleSize)
	n, err := io.ReadFull(raw, buf)
	all = err == io.EOF || err == io.ErrUnexpectedEOF
	if err != nil && !all {
		return nil, false, err
	}
	m.form = sniffText(buf[:n])
	r, err := newText(bytes.NewReader(buf[:n]), m.form, false)
	if err != nil {
		return nil, false, err
	}
	if text, err = io.ReadAll(r); err != nil {
		return nil, false, fmt.Errorf("%w: %w", ErrNotText, err)
	}
	if bytes.IndexByte(text, '\r') >= 0 && bytes.IndexByte(text, '\n') < 0 {
		m.loneCR = true
		text = bytes.ReplaceAll(text, []byte{'\r'}, []byte{'\n'})
	}
	return text, all, nil
}

// open returns the text of the member, read ahead, and what to close.
func (m *member) open() (io.Reader, func(), error) {
	raw, closer, err := m.openRaw(true)
	if err != nil {
		return nil, nil, err
	}
	text, err := newText(raw, m.form, m.loneCR)
	if err != nil {
		closer()
		return nil, nil, err
	}
	return text, closer, nil
}

// openRaw returns the bytes of the member without compression. When it is to be
// read whole, each step has a goroutine of its own and the file is hashed.
func (m *member) openRaw(whole bool) (io.Reader, func(), error) {
	if m.entry != nil {
		return m.openEntry(whole)
	}
	f := m.file
	if _, err := f.os.Seek(0, io.SeekStart); err != nil {
		return nil, nil, err
	}
	var r io.Reader = f.os
	ahead := aheads{on: whole}
	if whole {
		f.sum = sha256.New()
		r = ahead.add(summed{f})
	}
	if f.gz {
		z, err := gzip.NewReader(r)
		if err != nil {
			ahead.close()
			return nil, nil, damage(err)
		}
		r = ahead.add(checked{limited{z, &f.grown}})
	}
	return r, ahead.close, nil
}

// openEntry opens a member of an archive.
func (m *member) openEntry(whole bool) (io.Reader, func(), error) {
	rc, err := m.entry.Open()
	if err != nil {
		return nil, nil, damage(err)
	}
	ahead := aheads{on: whole}
	closer := func() { ahead.close(); rc.Close() }
	r := ahead.add(checked{limited{rc, &m.file.grown}})
	if m.gz {
		z, err := gzip.NewReader(r)
		if err != nil {
			closer()
			return nil, nil, damage(err)
		}
		r = ahead.add(checked{limited{z, &m.file.grown}})
	}
	return r, closer, nil
}

// aheads is a chain of readers ahead, closed from the last to the first.
type aheads struct {
	on   bool
	list []*readAhead
}

func (a *aheads) add(r io.Reader) io.Reader {
	if !a.on {
		return r
	}
	h := newReadAhead(r)
	a.list = append(a.list, h)
	return h
}

func (a *aheads) close() {
	for i := len(a.list) - 1; i >= 0; i-- {
		a.list[i].Close()
	}
	a.list = nil
}

// begin resets what sampling counted and starts hashing an archive.
func (f *file) begin(ctx context.Context) {
	f.read.Store(0)
	f.grown.out.Store(0)
	if f.zip == nil {
		return
	}
	f.zipSum = make(chan error, 1)
	f.sum = sha256.New()
	go func() {
		r := io.NewSectionReader(f.os, 0, f.info.Size())
		buf := make([]byte, blockSize)
		for ctx.Err() == nil {
			n, err := r.Read(buf)
			f.sum.Write(buf[:n])
			if err != nil {
				if err == io.EOF {
					err = nil
				}
				f.zipSum <- err
				return
			}
		}
		f.zipSum <- ctx.Err()
	}()
}

// finish completes the file's digest after all of it was read.
func (f *file) finish() error {
	if f.zipSum != nil {
		err := <-f.zipSum
		f.zipSum = nil
		if err != nil {
			return f.fail("cannot be read: "+err.Error(), "", err)
		}
		f.read.Store(f.info.Size())
	}
	now, err := f.os.Stat()
	if err != nil {
		return f.fail("cannot be examined", "", err)
	}
	if f.read.Load() != f.info.Size() || now.Size() != f.info.Size() || !now.ModTime().Equal(f.info.ModTime()) {
		return f.fail("changed while it was read", "wait until it is complete and run again", ErrChanged)
	}
	f.source = hashing.Source{SHA256: fmt.Sprintf("%x", f.sum.Sum(nil)), Bytes: f.info.Size()}
	return nil
}

// close closes the file, after a hash of it that may still run.
func (f *file) close() {
	if f.zipSum != nil {
		<-f.zipSum
		f.zipSum = nil
	}
	f.os.Close()
}
