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
	"sync/atomic"

	"rollcheck/hashing"
	"rollcheck/rollindex/voterfile/internal/tables"
)

// file is one file as given: a text, a workbook, an archive, whatever it is wrapped
// in.
type file struct {
	path string
	info fs.FileInfo
	os   *os.File
	root *node
	ctx  context.Context // of the work being done on it
	held *replay         // the innermost of what is kept of it in memory

	tables []tables.File // opened within it

	read   atomic.Int64 // bytes of it read so far, for the progress
	grown  expansion
	source hashing.Source // once it was read to its end

	sum    hash.Hash  // of the file, as far as it is hashed while it is read
	beside chan error // the result of hashing it beside being read
}

// member is one thing within a file to be read: the file itself, or a member of an
// archive, without what it is wrapped in.
type member struct {
	file   *file
	name   string // a label, fit to be shown
	node   *node
	kind   string // "" is a text, "xlsx" a workbook, "sql" a dump: one of tableReaders
	unread string // what it is, in words, if it is something that is not read
	form   textForm
	loneCR bool

	tables  tables.File // that it is a table of; nil if it is a text
	table   int         // which
	columns []string    // of that table; nil if its rows may begin with a header
	alone   bool        // it is the only table
	whole   *member     // what holds the tables

	chosen bool // it was named as one to be read
}

// inArchive reports whether the member is in an archive. The file itself was named
// as one to be read.
func (m *member) inArchive() bool { return m.node != nil && m.node.inner }

// path returns the names of the member and of the archives it is in, within the
// file, with slashes.
func (m *member) path() string { return m.node.path }

// size returns how many bytes the member has, -1 if that is not known before it is
// read. It may be what an archive claims.
func (m *member) size() int64 { return m.node.size }

// small reports whether the member is too small for a roll.
func (m *member) small() bool { return m.size() >= 0 && m.size() <= smallMember }

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
	head := make([]byte, headSize)
	n, err := f.os.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return f.fail("cannot be read", "", err)
	}
	f.root = &node{name: f.path, size: f.info.Size(), at: &countedAt{f}}
	if kind := sniffKind(head[:n]); codecs[kind] == nil && archives[kind] == nil && kind != "" && kind != "parquet" && kind != "dbf" {
		return f.fail("is "+kind+", which is not read", "unpack it or save it as text first", ErrNotText)
	}
	return nil
}

func (f *file) fail(problem, hint string, err error) *Error {
	return &Error{File: label(f.path), Problem: problem, Hint: hint, Err: err}
}

// countedAt counts what is read of the file.
type countedAt struct{ f *file }

// ReadAt implements io.ReaderAt.
func (c *countedAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.f.os.ReadAt(p, off)
	c.f.read.Add(int64(n))
	return n, err
}

func (m *member) fail(problem, hint string, err error) *Error {
	return &Error{File: m.name, Problem: problem, Hint: hint, Err: err}
}

// failRead words an error that reading the member ran into.
func (m *member) failRead(err error) error {
	var e *Error
	var method unreadMethod
	switch {
	case errors.As(err, &e) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &method):
		return m.fail("uses "+string(method)+", which is not read", "unpack the archive and name its members", fmt.Errorf("%w: %w", ErrNotText, err))
	case errors.Is(err, tables.ErrUnclear):
		return m.fail("cannot be read: "+err.Error(), "load the dump into a database, and write the table with the names of its columns", err)
	case errors.Is(err, ErrEncrypted):
		return m.fail("is encrypted", "unpack the archive with its password first", err)
	case errors.Is(err, ErrMemory):
		return m.fail("is too large to be read where it is", "unpack the outer archive, or the file, and name what is in it", err)
	case errors.Is(err, errTooMany):
		return m.fail(fmt.Sprintf("holds more than %d files", maxMembers), "unpack it and name the files that are rolls", err)
	case errors.Is(err, ErrTruncated):
		return m.fail("is truncated: it ends too soon", "fetch it again; what is left of it cannot be trusted to be whole", err)
	case errors.Is(err, ErrExpansion):
		return m.fail(fmt.Sprintf("expands to more than %d times its size", maxExpansion), "a roll does not; if you trust the file, unpack it first", err)
	case errors.Is(err, ErrDamaged):
		return m.fail("is damaged and cannot be read", "fetch it again", err)
	}
	return m.fail("cannot be read: "+err.Error(), "", err)
}

// sampleSize is how much of a member is looked at to tell what it is.
const sampleSize = 1 << 20

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
	if m.tables != nil {
		return m.openTable()
	}
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
// read whole, each step has a goroutine of its own, and the first hashes the file
// unless that is done beside.
func (m *member) openRaw(whole bool) (io.Reader, func(), error) {
	p := &pipeline{ahead: whole}
	if whole && m.file.beside == nil {
		p.tee = m.file.sum
	}
	r, err := m.file.open(m.node, p)
	if err != nil {
		p.close()
		return nil, nil, err
	}
	return r, p.close, nil
}

// begin resets what sampling counted and, unless the file is one text and hashed
// as it is read, starts hashing it.
func (f *file) begin(ctx context.Context, m *member) {
	f.letGo()
	f.ctx = ctx
	f.read.Store(0)
	f.grown.out.Store(0)
	f.sum = sha256.New()
	if !m.inArchive() && m.kind == "" {
		return
	}
	f.beside = make(chan error, 1)
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
				f.beside <- err
				return
			}
		}
		f.beside <- ctx.Err()
	}()
}

// finish completes the file's digest after all of it was read.
func (f *file) finish() error {
	if f.beside != nil {
		err := <-f.beside
		f.beside = nil
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
	if f.beside != nil {
		<-f.beside
		f.beside = nil
	}
	for _, t := range f.tables {
		t.Close()
	}
	f.letGo()
	f.os.Close()
}
