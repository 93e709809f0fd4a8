package voterfile

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// node is something with bytes: a file, a member of an archive, or what one of
// these holds compressed. Archives are read in place; a node's names are labels
// and are never opened or created.
type node struct {
	name string // the file and the members it is within, to be shown
	path string // the names within the file, joined by slashes; "" for the file itself
	size int64  // as far as it is known or claimed before reading; -1 if not

	inner bool // it is in an archive

	// Where the bytes come from: from is set if they are decompressed from
	// another node, else raw gives them from the beginning, else they are in at.
	from   *node
	codec  codec
	raw    func() (io.ReadCloser, error)
	packed bool // raw's bytes come out of a decompressor, and are counted

	at io.ReaderAt // the bytes in any order; nil if they come in order only
	in *replay     // the innermost one that the bytes are read through
}

// member returns the node of a member of the archive n.
func (n *node) member(name string, size int64) *node {
	slashed := path.Join("/", strings.ReplaceAll(name, `\`, "/")) // archives from Windows have backslashes
	return &node{name: n.name + ": " + name, path: strings.Trim(n.path+slashed, "/"), size: size, inner: true, in: n.in}
}

// section makes n the size bytes of at that begin at off.
func (n *node) section(at io.ReaderAt, off, size int64) {
	n.at = io.NewSectionReader(at, off, size)
}

// open returns the bytes of n from its beginning. Its stages are p's to close.
func (f *file) open(n *node, p *pipeline) (io.Reader, error) {
	if n.from != nil {
		r, err := f.open(n.from, p)
		if err != nil {
			return nil, err
		}
		z, err := n.codec(r)
		if err != nil {
			return nil, damage(err)
		}
		p.onClose(z.Close)
		return p.stage(p.guard(z, f)), nil
	}
	if n.raw == nil {
		return p.first(io.NewSectionReader(n.at, 0, n.size)), nil
	}
	rc, err := n.raw()
	if err != nil {
		return nil, damage(err)
	}
	p.onClose(rc.Close)
	if n.packed {
		return p.stage(p.guard(rc, f)), nil
	}
	return p.stage(checked{rc}), nil
}

// head returns how n begins: enough to tell what it is and, if its size is not
// known, whether it is small, in which case the size is known from then on.
func (f *file) head(n *node) ([]byte, error) {
	want := headSize
	if n.size < 0 {
		want = smallMember + 1
	}
	var p pipeline
	defer p.close()
	r, err := f.open(n, &p)
	if err != nil {
		return nil, err
	}
	b := make([]byte, want)
	got, err := io.ReadFull(r, b)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	if err != nil && n.size < 0 {
		n.size = int64(got)
	}
	return b[:got], nil
}

const (
	// headSize is one block of a tar archive: the longest that has to be seen to
	// tell what something is.
	headSize = 512
	// maxMembers bounds what all the archives of a file hold together; the largest
	// delivery known has a few hundred members.
	maxMembers = 10000
	// maxDepth bounds how often something is packed: a compressed tar archive
	// within a zip archive is three deep.
	maxDepth = 4
)

// walker goes through everything a file holds.
type walker struct {
	ctx   context.Context
	file  *file
	visit func(m *member, leftOut string, err error) error
	count int // members of archives so far
}

// walk calls visit for each thing in the file that is not an archive itself, in
// the order they are stored: with why it is left out if it is not even looked
// into, and with an error if it, or an archive, cannot be read. The bytes of m can
// be read most cheaply during the call. Walk returns the first error of visit.
func (f *file) walk(ctx context.Context, visit func(m *member, leftOut string, err error) error) error {
	f.ctx = ctx
	w := &walker{ctx: ctx, file: f, visit: visit}
	return w.look(f.root, 0)
}

// look finds out what n is and visits it, or what it holds.
func (w *walker) look(n *node, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	m := &member{file: w.file, name: label(n.name), node: n}
	head, err := w.file.head(n)
	if err != nil {
		return w.visit(m, "", m.failRead(err))
	}
	kind := sniffKind(head)
	unpack, list := codecs[kind], archives[kind]
	if (unpack != nil || list != nil) && depth == maxDepth {
		return w.visit(m, "", m.fail(fmt.Sprintf("is packed more than %d times over", maxDepth), "unpack the outermost archive and name what is in it", ErrNotText))
	}
	switch {
	case unpack != nil:
		return w.look(&node{name: n.name, path: n.path, inner: n.inner, size: -1, from: n, codec: unpack, in: n.in}, depth+1)
	case list != nil:
		return list(w, m, depth+1)
	case kind == "parquet" || kind == "dbf":
		m.kind = kind
		if err := w.file.seekable(n); err != nil {
			return w.visit(m, "", m.failRead(err))
		}
	default:
		m.unread = kind
	}
	return w.visit(m, "", nil)
}

// archives holds, for each kind of archive, what visits its members.
var archives map[string]func(w *walker, m *member, depth int) error

func init() { // they call look, which looks here
	archives = map[string]func(*walker, *member, int) error{
		"zip": (*walker).zip,
		"7z":  (*walker).sevenZip,
		"tar": (*walker).tar,
	}
}

// child visits a member of an archive, which refused says cannot be read, if it
// is not nil.
func (w *walker) child(n *node, mode fs.FileMode, refused error, depth int) error {
	m := &member{file: w.file, name: label(n.name), node: n}
	if w.count++; w.count > maxMembers {
		return (&member{file: w.file, name: label(w.file.path)}).failRead(errTooMany)
	}
	switch why := leftOut(n, mode); {
	case mode.IsDir() && n.size == 0:
		return nil // it holds nothing by itself
	case mode.IsDir():
		return w.visit(m, "", m.fail("is a directory and has content", "fetch the archive again, or unpack it and name what is in it", ErrDamaged))
	case why != "":
		return w.visit(m, why, nil)
	case refused != nil:
		return w.visit(m, "", m.failRead(refused))
	}
	return w.look(n, depth)
}

// errTooMany is an archive with more members than maxMembers.
var errTooMany = fmt.Errorf("%w: more than %d files", ErrExpansion, maxMembers)

// unreadMethod is a way of compressing that is not read, in words.
type unreadMethod string

// Error implements error.
func (m unreadMethod) Error() string { return string(m) + " is not read" }

// leftOut returns why a member is not even looked into.
func leftOut(n *node, mode fs.FileMode) string {
	base := path.Base(n.path)
	switch {
	case mode.Type()&^fs.ModeDir != 0:
		return "a link or device"
	case strings.Contains("/"+n.path, "/__MACOSX/") || strings.HasPrefix(base, "._"),
		base == ".DS_Store", strings.EqualFold(base, "Thumbs.db"), strings.EqualFold(base, "desktop.ini"):
		return "left behind by an operating system"
	case n.size == 0:
		return "empty"
	}
	return ""
}

// magics tells containers and formats by their first bytes. Codecs and archives
// have the names they are looked up by; the words are of what is not read.
var magics = []struct{ prefix, kind string }{
	{"\x1f\x8b", "gzip"},
	{"\x28\xb5\x2f\xfd", "zstd"},
	{"\xfd7zXZ\x00", "xz"},
	{"PK\x03\x04", "zip"},
	{"PK\x05\x06", "zip"},
	{"7z\xbc\xaf\x27\x1c", "7z"},
	{"PAR1\x15", "parquet"}, // then a Thrift structure whose first field is a number
	{"%PDF-", "a PDF document"},
	{"\xd0\xcf\x11\xe0", "an old Office document"},
	{"Rar!\x1a\x07", "a RAR archive"},
	{"\x04\x22\x4d\x18", "compressed with LZ4"},
	{"\x1f\x9d", "compressed with compress"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"-----BEGIN PGP MESSAGE-----", "encrypted with PGP"},
	{"age-encryption.org/", "encrypted with age"},
	{"Salted__", "encrypted with OpenSSL"},
	{"\x89PNG", "a picture"},
	{"\xff\xd8\xff", "a picture"},
	{"GIF87a", "a picture"},
	{"GIF89a", "a picture"},
	{"II*\x00", "a picture"},
	{"MM\x00*", "a picture"},
}

// sniffKind returns what begins with b: a name in codecs or archives, "parquet" or
// "dbf" for what [member.kind] has, words for something that is not read, or "" for
// what may be text.
func sniffKind(b []byte) string {
	for _, m := range magics {
		if bytes.HasPrefix(b, []byte(m.prefix)) {
			return m.kind
		}
	}
	switch {
	case isBzip2(b):
		return "bzip2"
	case len(b) >= 4 && b[0]&0xf0 == 0x50 && string(b[1:4]) == "\x2a\x4d\x18":
		return "zstd" // a skippable frame, which pzstd puts first (RFC 8878, 3.1.2)
	case isTar(b):
		return "tar"
	case isDBF(b):
		return "dbf"
	}
	return ""
}

// isBzip2 reports whether b begins as a bzip2 file: "BZh", which a text may begin
// with as well, the block size, and the mark of a block or of an end.
func isBzip2(b []byte) bool {
	return len(b) >= 10 && string(b[:3]) == "BZh" && b[3] >= '1' && b[3] <= '9' &&
		(string(b[4:10]) == "1AY&SY" || string(b[4:10]) == "\x17\x72\x45\x38\x50\x90")
}

// isTar reports whether b begins with a tar header: its checksum is right, which
// is all that every kind of tar has in common (POSIX.1-1988, section 10.1.1).
func isTar(b []byte) bool {
	if len(b) < headSize || b[0] == 0 {
		return false
	}
	want, err := strconv.ParseInt(strings.Trim(string(b[148:156]), " \x00"), 8, 32)
	if err != nil {
		return false
	}
	sum := int64(8 * ' ')
	for i, c := range b[:headSize] {
		if i < 148 || i >= 156 {
			sum += int64(c)
		}
	}
	return sum == want
}

// isDBF reports whether b begins as a dBASE table (.dbf): a version, the date of
// the last change, the sizes of header and row, and a first column of a known
// type.
func isDBF(b []byte) bool {
	if len(b) < 64 || bytes.IndexByte([]byte("\x02\x03\x04\x05\x30\x31\x32\x43\x63\x83\x8b\xcb\xf5\xfb"), b[0]) < 0 {
		return false
	}
	month, day := b[2], b[3]
	header, row := int(b[8])|int(b[9])<<8, int(b[10])|int(b[11])<<8
	columns := header%32 == 1 || header%32 == 8 // of 32 bytes, and an end; Visual FoxPro adds 263 bytes
	return month >= 1 && month <= 12 && day >= 1 && day <= 31 && columns && row > 1 && b[12] == 0 && b[13] == 0 &&
		bytes.IndexByte([]byte("CDNLMFBGPYTIVQ@O+0"), b[32+11]) >= 0
}
