package voterfile

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"

	"github.com/ulikunitz/xz/lzma"
)

// sevenZip visits the members of a 7z archive. Members that are compressed as one
// ("solid") are read from one decompressed stream: in order, each of them twice,
// that is the whole stream twice.
func (w *walker) sevenZip(m *member, depth int) error {
	n := m.node
	if err := w.file.seekable(n); err != nil {
		return w.visit(m, "", m.failRead(err))
	}
	a, err := openSeven(n)
	if err != nil {
		return w.visit(m, "", m.failRead(damage(err)))
	}
	streams := make([]*replay, len(a.folders))
	for i := range a.files {
		e := &a.files[i]
		child := n.member(e.name, e.size)
		var refused error
		if e.folder >= 0 {
			refused = a.folders[e.folder].refused
			w.sevenMember(n, child, e, &a.folders[e.folder], &streams[e.folder])
		}
		if err := w.child(child, e.mode(), refused, depth); err != nil {
			return err
		}
	}
	return nil
}

// sevenMember says where the bytes of a member come from. stream is the one of its
// folder if other members are in it.
func (w *walker) sevenMember(n, child *node, e *sevenFile, f *sevenFolder, stream **replay) {
	decode := func() (io.ReadCloser, error) { return f.open(n.at) }
	var at io.ReaderAt
	switch {
	case f.stored():
		at = io.NewSectionReader(n.at, f.offset, f.packed)
		child.section(at, e.offset, e.size)
	case f.files == 1:
		child.packed = true
		child.raw = func() (io.ReadCloser, error) {
			rc, err := decode()
			if err != nil {
				return nil, err
			}
			return e.verify(rc, rc), nil
		}
		return
	default:
		if *stream == nil {
			*stream = newReplay(w.file, &node{size: f.size, raw: decode, packed: true, in: n.in}, false)
		}
		at, child.in = *stream, *stream
	}
	child.raw = func() (io.ReadCloser, error) {
		return e.verify(io.NewSectionReader(at, e.offset, e.size), io.NopCloser(nil)), nil
	}
}

// verify returns the member's bytes in r with their sum checked.
func (e *sevenFile) verify(r io.Reader, c io.Closer) io.ReadCloser {
	return readCloser{&verified{r: r, left: e.size, check: e.hasSum, want: e.sum}, c}
}

// readCloser reads from one and closes another.
type readCloser struct {
	io.Reader
	io.Closer
}

// verified reads exactly left bytes of r, and checks their CRC-32 if there is one.
type verified struct {
	r     io.Reader
	left  int64
	sum   uint32
	want  uint32
	check bool
}

// Read implements io.Reader.
func (v *verified) Read(p []byte) (int, error) {
	if v.left <= 0 {
		if v.check && v.sum != v.want {
			return 0, fmt.Errorf("%w: checksum", ErrDamaged)
		}
		return 0, io.EOF
	}
	n, err := v.r.Read(p[:min(int64(len(p)), v.left)])
	v.left -= int64(n)
	if v.check {
		v.sum = crc32.Update(v.sum, crc32.IEEETable, p[:n])
	}
	if err == io.EOF {
		err = nil
		if v.left > 0 {
			err = io.ErrUnexpectedEOF
		}
	}
	return n, err
}

// sevenMethod is one of the ways of compressing in 7z (Methods.txt of 7-Zip).
type sevenMethod struct {
	name string
	open func(r io.Reader, props []byte, size int64) (io.ReadCloser, error) // nil: it is not read
}

// sevenMethods are the ways of compressing in 7z by number. What is made for
// programs and sounds is not read, nor is PPMd: it would take a module of its own,
// and as much memory as the file says.
var sevenMethods = map[string]sevenMethod{
	"\x00":             {"Copy", func(r io.Reader, _ []byte, _ int64) (io.ReadCloser, error) { return io.NopCloser(r), nil }},
	"\x21":             {"LZMA2", sevenLZMA2},
	"\x03\x01\x01":     {"LZMA", sevenLZMA},
	"\x04\x01\x08":     {"Deflate", sevenCodec(newFlate)},
	"\x04\x02\x02":     {"BZip2", sevenCodec(newBzip2)},
	"\x04\xf7\x11\x01": {"Zstandard", sevenCodec(newZstd)},
	"\x04\x01\x09":     {"Deflate64", nil},
	"\x03\x04\x01":     {"PPMd", nil},
}

func sevenCodec(c codec) func(io.Reader, []byte, int64) (io.ReadCloser, error) {
	return func(r io.Reader, _ []byte, _ int64) (io.ReadCloser, error) { return c(r) }
}

func sevenLZMA2(r io.Reader, props []byte, size int64) (io.ReadCloser, error) {
	if len(props) != 1 {
		return nil, errSeven
	}
	z, err := newLZMA2(r, props[0], size)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(z), nil
}

// sevenLZMA puts the header of a file of its own before the data: the properties
// and the size.
func sevenLZMA(r io.Reader, props []byte, size int64) (io.ReadCloser, error) {
	if len(props) != 5 {
		return nil, errSeven
	}
	dict, err := lzmaWindow(int64(binary.LittleEndian.Uint32(props[1:])), size)
	if err != nil {
		return nil, err
	}
	h := binary.LittleEndian.AppendUint32([]byte{props[0]}, uint32(dict))
	h = binary.LittleEndian.AppendUint64(h, uint64(size))
	z, err := lzma.ReaderConfig{DictCap: maxWindow}.NewReader(bufio.NewReader(io.MultiReader(bytes.NewReader(h), r)))
	if err != nil {
		return nil, err
	}
	return io.NopCloser(z), nil
}

// stored reports whether the members are stored as they are.
func (f *sevenFolder) stored() bool {
	return f.refused == nil && len(f.coders) == 1 && f.coders[0].method == "\x00" && f.packed == f.size
}

// open decompresses the folder.
func (f *sevenFolder) open(at io.ReaderAt) (io.ReadCloser, error) {
	if f.refused != nil {
		return nil, f.refused
	}
	var r io.Reader = bufio.NewReaderSize(io.NewSectionReader(at, f.offset, f.packed), 64<<10)
	var p pipeline
	for _, c := range f.coders {
		z, err := sevenMethods[c.method].open(r, c.props, c.size)
		if err != nil {
			p.close()
			return nil, err
		}
		p.onClose(z.Close)
		r = &verified{r: z, left: c.size}
	}
	return readCloser{r, closeFunc(p.close)}, nil
}

// closeFunc is a function that closes something.
type closeFunc func()

// Close implements io.Closer.
func (f closeFunc) Close() error { f(); return nil }

// judge says why the folder cannot be read.
func (f *sevenFolder) judge() error {
	for _, c := range f.coders {
		if c.method == "\x06\xf1\x07\x01" {
			return ErrEncrypted
		}
	}
	for _, c := range f.coders {
		switch method, ok := sevenMethods[c.method]; {
		case !ok:
			return unreadMethod("a method of 7z made for programs or sounds")
		case method.open == nil:
			return unreadMethod(method.name)
		}
	}
	return nil
}

// openSeven reads the header of a 7z archive, which is at its end and usually
// compressed itself.
func openSeven(n *node) (*sevenArchive, error) {
	var start [32]byte
	if _, err := n.at.ReadAt(start[:], 0); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	le := binary.LittleEndian
	if crc32.ChecksumIEEE(start[12:]) != le.Uint32(start[8:]) {
		return nil, errSeven
	}
	offset, size := le.Uint64(start[12:]), le.Uint64(start[20:])
	body := uint64(n.size) - uint64(len(start))
	switch {
	case size == 0:
		return &sevenArchive{}, nil
	case offset > body || size > body-offset:
		return nil, fmt.Errorf("%w: the end of a 7z archive is missing", ErrTruncated)
	case size > maxDirectory:
		return nil, fmt.Errorf("%w: a header of %d MiB", ErrMemory, size>>20)
	}
	h := make([]byte, size)
	if _, err := n.at.ReadAt(h, int64(offset)+int64(len(start))); err != nil {
		return nil, err
	}
	if crc32.ChecksumIEEE(h) != le.Uint32(start[28:]) {
		return nil, errSeven
	}
	for range maxDepth {
		a, err := parseSeven(h, int64(body))
		if err != nil || !a.encoded {
			return a, err
		}
		if h, err = a.header(n.at); err != nil {
			return nil, err
		}
	}
	return nil, errSeven
}

// header decompresses the header that the archive's only folder holds.
func (a *sevenArchive) header(at io.ReaderAt) ([]byte, error) {
	f := &a.folders[0]
	if f.size > maxDirectory {
		return nil, fmt.Errorf("%w: a header of %d MiB", ErrMemory, f.size>>20)
	}
	rc, err := f.open(at)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	h, err := io.ReadAll(&verified{r: rc, left: f.size, check: f.hasSum, want: f.sum})
	if err != nil {
		return nil, damage(err)
	}
	return h, nil
}

// errSeven is a 7z archive whose header cannot be.
var errSeven = errors.New("breaks the rules of 7z")

// mode returns what the member is.
func (e *sevenFile) mode() fs.FileMode {
	const unix, dir, reparse = 0x8000, 0x10, 0x400 // bits of the attributes
	switch kind := e.attributes >> 16 & 0xf000; {
	case e.dir || e.attributes&dir != 0:
		return fs.ModeDir
	case e.attributes&reparse != 0, e.attributes&unix != 0 && kind != 0x8000 && kind != 0:
		return fs.ModeIrregular
	}
	return 0
}
