package tables

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/zip"
	"golang.org/x/text/encoding/unicode"
)

// xlsxParts are the parts of a workbook: the members of its archive.
type xlsxParts struct {
	ctx   context.Context
	named map[string]*xlsxPart // by the name in lower case, which is how parts are equal (ECMA-376 part 2, 6.2.2.3)
	size  int64                // of the archive
	given int64                // bytes that came out of it, no byte of a part twice
}

type xlsxPart struct {
	file  *zip.File
	given int64
}

// xlsxMaxParts bounds the members of the archive.
const xlsxMaxParts = 10000

func openXLSXParts(ctx context.Context, in Input) (*xlsxParts, error) {
	at, size, err := randomAccess(in)
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(at, size)
	if err != nil {
		return nil, xlsxDamage("the workbook's archive", err)
	}
	if len(z.File) > xlsxMaxParts {
		return nil, fmt.Errorf("%w: a workbook of %d parts", ErrTooLarge, len(z.File))
	}
	p := &xlsxParts{ctx: ctx, named: make(map[string]*xlsxPart, len(z.File)), size: size}
	for _, f := range z.File {
		name := xlsxPartName("", f.Name)
		if p.named[name] == nil {
			p.named[name] = &xlsxPart{file: f}
		}
	}
	return p, nil
}

// xlsxPartName returns the name by which a part is kept, of a target that is
// written in a part of the folder.
func xlsxPartName(folder, target string) string {
	target = strings.ToLower(strings.ReplaceAll(target, `\`, "/"))
	if !strings.HasPrefix(target, "/") {
		target = folder + "/" + target
	}
	return strings.TrimPrefix(path.Clean("/"+target), "/")
}

// xlsxDamage names what is wrong with a part.
func xlsxDamage(what string, err error) error {
	switch {
	case err == nil || errors.Is(err, ErrTooLarge) || errors.Is(err, ErrDamaged) || errors.Is(err, ErrTruncated) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: %s ends too soon", ErrTruncated, what)
	}
	return fmt.Errorf("%w: %s: %w", ErrDamaged, what, err)
}

// has reports whether there is a part of that name.
func (p *xlsxParts) has(name string) bool { return p.named[name] != nil }

// open returns a scanner of a part and what closes it.
func (p *xlsxParts) open(name string) (*xlsxScanner, io.Closer, error) {
	part := p.named[name]
	if part == nil {
		return nil, nil, fmt.Errorf("%w: the workbook lacks a part that it names", ErrDamaged)
	}
	if part.file.Flags&1 != 0 {
		return nil, nil, fmt.Errorf("a part of the workbook is encrypted: %w", errors.ErrUnsupported)
	}
	rc, err := part.file.Open()
	if err != nil {
		return nil, nil, xlsxDamage("a part of the workbook", err)
	}
	r := bufio.NewReaderSize(&xlsxPartReader{r: rc, part: part, of: p}, 512)
	text := io.Reader(r)
	if head, _ := r.Peek(2); len(head) == 2 && (head[0] == 0xff && head[1] == 0xfe || head[0] == 0xfe && head[1] == 0xff) {
		text = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(r)
	}
	return newXLSXScanner(p.ctx, text), rc, nil
}

// each calls f for every start of an element in a part that is small: its
// workbook, relations and styles.
func (p *xlsxParts) each(name string, f func(s *xlsxScanner)) error {
	s, closer, err := p.open(name)
	if err != nil {
		return err
	}
	defer closer.Close()
	for {
		token, err := s.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if token == xlsxStart {
			f(s)
		}
	}
}

// xlsxPartReader reads a part, counts what it gives against the size of the
// archive, and names its errors.
type xlsxPartReader struct {
	r    io.Reader
	part *xlsxPart
	of   *xlsxParts
	n    int64
}

// Read implements io.Reader.
func (r *xlsxPartReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.n += int64(n)
	if more := r.n - r.part.given; more > 0 {
		r.part.given += more
		r.of.given += more
		if err := expansion(r.of.given, r.of.size); err != nil {
			return 0, err
		}
	}
	if err == io.EOF {
		return n, err
	}
	return n, xlsxDamage("a part of the workbook", err)
}
