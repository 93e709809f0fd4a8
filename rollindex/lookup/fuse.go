package lookup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"github.com/FastFilter/xorfilter"

	"rollcheck/hashing"
)

// A filter file is a header of 32 bytes and the cells of a binary fuse filter
// with 16 bits a cell (Graf and Lemire, "Binary Fuse Filters", 2022), all
// little-endian:
//
//	 0  "VRXF"
//	 4  u8  version, 1
//	 5  u8  bits of a cell, 16
//	 6  u16 0
//	 8  u64 seed
//	16  u32 keys
//	20  u32 segment length L: a power of two, 4 to 2^18
//	24  u32 segments S: at least 1
//	28  u32 0
//	32  (S+2) * L cells of u16
const (
	filterMagic   = "VRXF"
	filterVersion = 1
	filterHeader  = 32
	cellBits      = 16
	maxSegment    = 1 << 18
	maxCells      = 1 << 30
)

// FalsePositive is the chance that a filter says of a tag that is not in it that
// it is: 2^-16.
const FalsePositive = 1.0 / (1 << cellBits)

// Filter is a set of tags, read where it lies: it holds the bytes of a filter
// file and copies none of them. It is safe for concurrent use.
type Filter struct {
	seed          uint64
	keys          uint32
	length, count uint32 // of a segment; of all segments but the last two
	cells         []byte
}

// ErrNoTags is of a filter of nothing, which is not published.
var ErrNoTags = errors.New("a filter needs at least one tag")

// BuildFilter returns the filter file of a set of tags, which it sorts, and
// rids of repeats, in place: files of equal sets are equal byte for byte. It
// needs about 40 bytes a tag while it runs.
func BuildFilter(tags []hashing.Tag) ([]byte, error) {
	if len(tags) == 0 {
		return nil, ErrNoTags
	}
	slices.Sort(tags)
	tags = slices.Compact(tags)
	if len(tags) > maxCells/2 {
		return nil, fmt.Errorf("a filter of %d tags is too large", len(tags))
	}
	keys := make([]uint64, len(tags))
	for i, t := range tags {
		keys[i] = filterKey(t)
	}
	f, err := xorfilter.NewBinaryFuse[uint16](keys)
	if err != nil {
		return nil, fmt.Errorf("building a filter: %w", err)
	}
	b := make([]byte, filterHeader, filterHeader+2*len(f.Fingerprints))
	copy(b, filterMagic)
	b[4], b[5] = filterVersion, cellBits
	binary.LittleEndian.PutUint64(b[8:], f.Seed)
	binary.LittleEndian.PutUint32(b[16:], uint32(len(tags)))
	binary.LittleEndian.PutUint32(b[20:], f.SegmentLength)
	binary.LittleEndian.PutUint32(b[24:], f.SegmentCount)
	for _, cell := range f.Fingerprints {
		b = binary.LittleEndian.AppendUint16(b, cell)
	}
	return b, nil
}

// filterKey returns the key of a tag in a filter: its eight bytes, which a tag
// reads big-endian, read little-endian.
func filterKey(t hashing.Tag) uint64 { return bits.ReverseBytes64(uint64(t)) }

// OpenFilter reads the header of a filter file and checks it against the file's
// length; b is kept and must not change. What does not fit is [ErrFormat], a
// later version [ErrVersion]. It allocates nothing that depends on the header.
//
// It does not tell whether the cells are those published: compare the SHA-256
// of b first.
func OpenFilter(b []byte) (*Filter, error) {
	if len(b) < filterHeader || string(b[:4]) != filterMagic {
		return nil, fmt.Errorf("filter: no header: %w", ErrFormat)
	}
	if b[4] != filterVersion || b[5] != cellBits {
		return nil, fmt.Errorf("filter: version %d, %d bits a cell: %w", b[4], b[5], ErrVersion)
	}
	segments := binary.LittleEndian.Uint32(b[24:])
	f := &Filter{
		seed:   binary.LittleEndian.Uint64(b[8:]),
		keys:   binary.LittleEndian.Uint32(b[16:]),
		length: binary.LittleEndian.Uint32(b[20:]),
		cells:  b[filterHeader:],
	}
	cells := (uint64(segments) + 2) * uint64(f.length)
	switch {
	case bits.OnesCount32(f.length) != 1, f.length < 4, f.length > maxSegment, segments == 0, cells > maxCells,
		f.keys == 0, uint64(f.keys) > cells, b[6]|b[7]|b[28]|b[29]|b[30]|b[31] != 0:
		return nil, fmt.Errorf("filter: impossible header: %w", ErrFormat)
	case uint64(len(f.cells)) != 2*cells:
		return nil, fmt.Errorf("filter: %d bytes of cells where the header says %d: %w", len(f.cells), 2*cells, ErrFormat)
	}
	f.count = segments * f.length
	return f, nil
}

// Len returns the number of tags in the filter.
func (f *Filter) Len() int { return int(f.keys) }

// Has reports whether the tag is in the filter, wrongly so once in 65,536 for
// one that is not:
//
//	h = murmur64(LE64(tag) + seed)
//	a = hi64(h * S*L)      b = (a + L) XOR (h >> 18 AND L-1)      c = (a + 2L) XOR (h AND L-1)
//	cell[a] XOR cell[b] XOR cell[c] = low 16 bits of (h XOR h >> 32)
func (f *Filter) Has(t hashing.Tag) bool {
	h := murmur64(filterKey(t) + f.seed)
	hi, _ := bits.Mul64(h, uint64(f.count))
	a := uint32(hi)
	b := (a + f.length) ^ (uint32(h>>18) & (f.length - 1))
	c := (a + 2*f.length) ^ (uint32(h) & (f.length - 1))
	return f.cell(a)^f.cell(b)^f.cell(c) == uint16(h^h>>32)
}

func (f *Filter) cell(i uint32) uint16 { return binary.LittleEndian.Uint16(f.cells[2*int(i):]) }

// murmur64 is the finaliser of MurmurHash3, which mixes a key with the seed.
func murmur64(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
