package voterfile

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/klauspost/compress/zip"
)

// zip visits the members of a zip archive. A workbook is a zip archive too, and
// one thing to be read.
func (w *walker) zip(m *member, depth int) error {
	n := m.node
	if err := w.file.seekable(n); err != nil {
		return w.visit(m, "", m.failRead(err))
	}
	r, err := readDirectory(n)
	if errors.Is(err, errTooMany) {
		return w.visit(m, "", m.failRead(err))
	}
	if err != nil {
		return w.visit(m, "", m.fail("is a damaged or incomplete zip archive", "fetch it again, or test it with \"unzip -t\"", fmt.Errorf("%w: %w", ErrDamaged, err)))
	}
	switch office := officeKind(r); office {
	case "":
	case "xlsx":
		m.kind = office
		return w.visit(m, "", nil)
	default:
		m.unread = office
		return w.visit(m, "", nil)
	}
	for _, e := range r.File {
		child, refused := zipMember(n, e)
		if err := w.child(child, e.Mode(), refused, depth); err != nil {
			return err
		}
	}
	return nil
}

// zipMember returns the node of a member, and why it cannot be read.
func zipMember(n *node, e *zip.File) (*node, error) {
	size := int64(-1)
	if e.UncompressedSize64 <= math.MaxInt64 {
		size = int64(e.UncompressedSize64)
	}
	child := n.member(e.Name, size)
	child.packed = true
	child.raw = func() (io.ReadCloser, error) {
		rc, err := e.Open()
		if errors.Is(err, zip.ErrAlgorithm) {
			err = unreadMethod(zipMethodName(e.Method))
		}
		return rc, err
	}
	if e.Flags&1 != 0 {
		return child, ErrEncrypted
	}
	if e.Method == zip.Store && e.CompressedSize64 == e.UncompressedSize64 {
		// What is read in order still goes through raw, which checks the sum.
		if off, err := e.DataOffset(); err == nil && size >= 0 && size <= n.size-off {
			child.section(n.at, off, size)
		}
	}
	return child, nil
}

// zipMethodName names a way of compressing by its number (APPNOTE.TXT 6.3.10,
// section 4.4.5). The first is what Windows Explorer uses for large files.
func zipMethodName(method uint16) string {
	switch method {
	case 9:
		return "Deflate64"
	case 14:
		return "LZMA in a zip archive"
	case 98:
		return "PPMd"
	}
	return fmt.Sprintf("method %d of zip", method)
}

// maxDirectory bounds the directory of an archive, in bytes: the fields of each
// entry can have 192 KiB, and the directory is kept in memory several times over.
const maxDirectory = 16 << 20

// readDirectory reads the directory of a zip archive.
func readDirectory(n *node) (*zip.Reader, error) {
	at := &firstBytes{at: n.at, left: maxDirectory}
	r, err := zip.NewReader(at, n.size)
	switch {
	case at.left < 0:
		return nil, errTooMany
	case err != nil:
		return nil, err
	}
	at.left = math.MaxInt64
	r.RegisterDecompressor(12, zipMethod(newBzip2))
	r.RegisterDecompressor(93, zipMethod(newZstd))
	r.RegisterDecompressor(95, zipMethod(newXZ))
	return r, nil
}

// firstBytes bounds what is read of at. It is not for several goroutines as long
// as the bound is near.
type firstBytes struct {
	at   io.ReaderAt
	left int64
}

// ReadAt implements io.ReaderAt.
func (f *firstBytes) ReadAt(p []byte, off int64) (int, error) {
	if f.left != math.MaxInt64 {
		if f.left -= int64(len(p)); f.left < 0 {
			return 0, errTooMany
		}
	}
	return f.at.ReadAt(p, off)
}

func zipMethod(c codec) zip.Decompressor {
	return func(r io.Reader) io.ReadCloser {
		rc, err := c(r)
		if err != nil {
			return failed{err}
		}
		return rc
	}
}

// spreadsheet is a document of tables that is not read, in words.
const spreadsheet = "a spreadsheet in another form than xlsx"

// officeKind returns "xlsx" for the members of a workbook (ECMA-376, part 2, for
// the list of types, and part 1 for the names), words for those of another kind of
// document (OpenDocument 1.3, part 2, has a file "mimetype"), and "" for those of an archive.
func officeKind(r *zip.Reader) string {
	has := func(name string) bool {
		return slices.ContainsFunc(r.File, func(e *zip.File) bool { return e.Name == name })
	}
	switch {
	case has("[Content_Types].xml") && has("xl/workbook.xml"):
		return "xlsx"
	case has("xl/workbook.bin"), has("mimetype") && isOpenSpreadsheet(r):
		return spreadsheet
	case has("[Content_Types].xml"), has("mimetype") && has("content.xml"):
		return "an Office document"
	}
	return ""
}

// isOpenSpreadsheet reports whether the file "mimetype" of an OpenDocument says
// that it is a spreadsheet.
func isOpenSpreadsheet(r *zip.Reader) bool {
	f, err := r.Open("mimetype")
	if err != nil {
		return false
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 64))
	return err == nil && strings.HasPrefix(string(b), "application/vnd.oasis.opendocument.spreadsheet")
}
