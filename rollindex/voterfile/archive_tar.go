package voterfile

import (
	"archive/tar"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strings"
)

// tar visits the members of a tar archive, as they come. Nothing in it says how
// many there are, or what is wrong with one.
func (w *walker) tar(m *member, depth int) error {
	n := m.node
	at, size, in := n.at, n.size, n.in
	if at == nil {
		in = newReplay(w.file, n, false)
		at, size = in, math.MaxInt64
	}
	headers := io.NewSectionReader(at, 0, size)
	tr := tar.NewReader(headers)
	for end := int64(0); ; {
		h, err := tr.Next()
		off, _ := headers.Seek(0, io.SeekCurrent)
		if err == io.EOF {
			if err = tarEnd(headers, off-end); err == nil {
				return nil
			}
		}
		if err != nil {
			return w.visit(m, "", m.failRead(damage(err)))
		}
		end = off
		if h.Typeflag == tar.TypeXGlobalHeader {
			continue // says something of the members behind it
		}
		child := n.member(h.Name, h.Size)
		child.in = in
		child.raw = func() (io.ReadCloser, error) {
			return io.NopCloser(&verified{r: io.NewSectionReader(at, off, h.Size), left: h.Size}), nil
		}
		mode, refused := h.FileInfo().Mode(), error(nil)
		switch {
		case isSparse(h):
			refused = unreadMethod("the sparse files of tar")
		case h.Typeflag == tar.TypeReg || h.Typeflag == tar.TypeCont:
			end = off + (h.Size+511)&^511
			if n.at != nil && h.Size <= n.size-off {
				child.section(n.at, off, h.Size)
			}
		case h.Typeflag == tar.TypeDir:
			child.size = 0 // some wrote how much is in it
		default:
			mode |= fs.ModeIrregular // a hard link has the mode of a file
		}
		if err := w.child(child, mode, refused, depth); err != nil {
			return err
		}
	}
}

// isSparse reports whether only parts of the member are stored, in a form of
// which package tar does not say where.
func isSparse(h *tar.Header) bool {
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return h.Typeflag == tar.TypeGNUSparse
}

// tarEnd checks the end of an archive, which comes after blocks of zeros; past is
// how many bytes were read of them. Without one, the archive was cut between two
// members. More behind it is another archive put there by somebody, whose members
// must not go missing, and whatever compresses the archive is checked by reading
// on.
func tarEnd(r io.Reader, past int64) error {
	if past < headSize {
		return fmt.Errorf("%w: no end of a tar archive", ErrTruncated)
	}
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		for _, c := range buf[:n] {
			if c != 0 {
				return fmt.Errorf("%w: more behind the end of a tar archive", ErrDamaged)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
