package voterfile

import (
	"bufio"
	"compress/bzip2"
	"compress/flate"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// codec returns what r holds compressed, as one text if it is several parts put
// behind one another.
type codec func(r io.Reader) (io.ReadCloser, error)

// codecs are the ways of compressing a single text, by their names in magics.
var codecs = map[string]codec{
	"gzip":  func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) },
	"bzip2": newBzip2,
	"zstd":  newZstd,
	"xz":    newXZ,
}

// maxWindow bounds the memory a decompressor takes because a file says so: the
// window of the largest preset of 7-Zip, and twice what xz and zstd take without
// being told to take more.
const maxWindow = 256 << 20

func newZstd(r io.Reader) (io.ReadCloser, error) {
	// One goroutine, the caller's: who wants more reads ahead of it.
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

func newBzip2(r io.Reader) (io.ReadCloser, error) {
	return io.NopCloser(bzip2.NewReader(bufio.NewReader(r))), nil
}

func newFlate(r io.Reader) (io.ReadCloser, error) {
	return flate.NewReader(bufio.NewReader(r)), nil
}

// failed is the reader of something that could not be opened.
type failed struct{ err error }

// Read implements io.Reader.
func (f failed) Read([]byte) (int, error) { return 0, f.err }

// Close implements io.Closer.
func (f failed) Close() error { return nil }
