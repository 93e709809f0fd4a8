package lookup

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"rollcheck/hashing"
)

// A bucket file is a header of 16 bytes, entries of 14, and a proof of one hash
// of 32 bytes for every bit of the bucket's number, all big-endian:
//
//	 0  "VRXB"
//	 4  u8  version, 1
//	 5  u8  bits b of the bucket's number, 0 to 16
//	 6  u16 key id
//	 8  u32 number of the bucket
//	12  u32 entries n
//	16  n entries: u64 tag | u16 dataset | u32 sealed mask
//	    b hashes, from the one beside the leaf upwards
//
// Header and entries are the body, the leaf of the Merkle tree.
const (
	bucketMagic   = "VRXB"
	bucketVersion = 1
	bucketHeader  = 16
	entrySize     = 14
	// MaxBucketEntries bounds a bucket, to 56 MiB.
	MaxBucketEntries = 1 << 22
)

// Entry is one entry of a bucket.
type Entry struct {
	Tag     hashing.Tag
	Dataset uint16 // its number in the list
	Sealed  hashing.Mask
}

func (e Entry) compare(o Entry) int {
	return cmp.Or(cmp.Compare(e.Tag, o.Tag), cmp.Compare(e.Dataset, o.Dataset))
}

// BucketID names a bucket.
type BucketID struct {
	Key    uint16 // id in the manifest
	Bits   int
	Number int // from 0 to 2^Bits - 1
}

// leastStep is the number of entries of the least bucket file.
const leastStep = 64

// Step returns how many entries a bucket of n is padded to: the next of 64, 91,
// 128, 182, 256 ..., which are 2^k and 91/128 of it, a step of the square root
// of two.
func Step(n int) int {
	for s := leastStep; ; s *= 2 {
		if n <= s {
			return s
		}
		if odd := s / 64 * 91; n <= odd {
			return odd
		}
	}
}

// BuildBucket returns the body of a bucket: its entries, which it sorts in
// place, and padding up to the next [Step]. Padding is made of the pad key, the
// bucket's name and a counter, so that the same bucket is the same byte for
// byte, and nobody without the pad key tells padding from entries:
//
//	HMAC-SHA256(pad key, "vrx1/pad" | u16 key id | u8 bits | u32 number | u32 counter from 0)
//
// gives the tag in its first 8 bytes, the sealed mask in the next 4, and in the
// next 4 a number whose remainder picks one of the dataset numbers given. Padding
// that repeats a tag and dataset is passed over. An entry that occurs twice or
// whose dataset is not among the numbers is an error.
func BuildBucket(id BucketID, entries []Entry, datasets []uint16, padKey *[32]byte) ([]byte, error) {
	if id.Bits < 0 || id.Bits > 16 || id.Number>>id.Bits != 0 || len(entries) > MaxBucketEntries || len(datasets) == 0 {
		return nil, fmt.Errorf("bucket %d of %d bits: impossible", id.Number, id.Bits)
	}
	for _, e := range entries {
		if !slices.Contains(datasets, e.Dataset) {
			return nil, errors.New("an entry of a bucket is of no dataset of the list")
		}
	}
	slices.SortFunc(entries, Entry.compare)
	for i := 1; i < len(entries); i++ {
		if entries[i-1].compare(entries[i]) == 0 {
			return nil, errors.New("an entry of a bucket occurs twice")
		}
	}
	size := Step(len(entries))
	all := append(make([]Entry, 0, size), entries...)
	for counter := uint32(0); len(all) < size; {
		for ; len(all) < size; counter++ {
			all = append(all, padding(id, datasets, padKey, counter))
		}
		slices.SortStableFunc(all, Entry.compare) // stable: an entry stays before padding of its tag
		all = slices.CompactFunc(all, func(a, b Entry) bool { return a.compare(b) == 0 })
	}
	b := appendBucketHeader(make([]byte, 0, bucketHeader+entrySize*len(all)), id, len(all))
	for _, e := range all {
		b = binary.BigEndian.AppendUint64(b, uint64(e.Tag))
		b = binary.BigEndian.AppendUint16(b, e.Dataset)
		b = binary.BigEndian.AppendUint32(b, uint32(e.Sealed))
	}
	return b, nil
}

func appendBucketHeader(b []byte, id BucketID, n int) []byte {
	b = append(b, bucketMagic...)
	b = append(b, bucketVersion, byte(id.Bits))
	b = binary.BigEndian.AppendUint16(b, id.Key)
	b = binary.BigEndian.AppendUint32(b, uint32(id.Number))
	return binary.BigEndian.AppendUint32(b, uint32(n))
}

func padding(id BucketID, datasets []uint16, padKey *[32]byte, counter uint32) Entry {
	label := append([]byte("vrx1/pad"), byte(id.Key>>8), byte(id.Key), byte(id.Bits))
	label = binary.BigEndian.AppendUint32(label, uint32(id.Number))
	mac := hmac.New(sha256.New, padKey[:])
	mac.Write(binary.BigEndian.AppendUint32(label, counter))
	sum := mac.Sum(nil)
	return Entry{
		Tag:     hashing.Tag(binary.BigEndian.Uint64(sum)),
		Sealed:  hashing.Mask(binary.BigEndian.Uint32(sum[8:])),
		Dataset: datasets[binary.BigEndian.Uint32(sum[12:])%uint32(len(datasets))],
	}
}

// BucketFileSize returns the bytes of a file of a bucket of that many entries,
// padding included.
func BucketFileSize(bits, entries int) int {
	return bucketHeader + entrySize*entries + len(Hash{})*bits
}

// BucketFile is a verified bucket. It reads the file where it lies.
type BucketFile struct{ entries []byte }

// OpenBucket verifies a bucket file: that its body is, under the root, the leaf
// of the number asked for, and then that it is of the key and bits asked for,
// and that its entries are in order. What is not so is [ErrBucket]; a later
// version, [ErrVersion]. b is kept and must not change.
func OpenBucket(b []byte, id BucketID, root *Hash) (*BucketFile, error) {
	bodyEnd := len(b) - id.Bits*len(Hash{})
	n := (bodyEnd - bucketHeader) / entrySize
	if bodyEnd < bucketHeader || bucketHeader+n*entrySize != bodyEnd || n > MaxBucketEntries {
		return nil, fmt.Errorf("bucket: %d bytes are of no bucket: %w", len(b), ErrBucket)
	}
	body := b[:bodyEnd]
	if !proves(root, body, id.Number, b[bodyEnd:]) {
		return nil, fmt.Errorf("bucket: its proof does not lead to the published root: %w", ErrBucket)
	}
	if string(body[:4]) == bucketMagic && body[4] != bucketVersion {
		return nil, fmt.Errorf("bucket: version %d: %w", body[4], ErrVersion)
	}
	if string(body[:bucketHeader]) != string(appendBucketHeader(nil, id, n)) {
		return nil, fmt.Errorf("bucket: it says of itself that it is another: %w", ErrBucket)
	}
	f := &BucketFile{entries: body[bucketHeader:]}
	for i := 1; i < n; i++ {
		if f.At(i-1).compare(f.At(i)) >= 0 {
			return nil, fmt.Errorf("bucket: its entries are not in order: %w", ErrBucket)
		}
	}
	return f, nil
}

// Len returns the number of entries, padding included.
func (f *BucketFile) Len() int { return len(f.entries) / entrySize }

// At returns an entry, counted from 0.
func (f *BucketFile) At(i int) Entry {
	b := f.entries[i*entrySize:]
	return Entry{
		Tag:     hashing.Tag(binary.BigEndian.Uint64(b)),
		Dataset: binary.BigEndian.Uint16(b[8:]),
		Sealed:  hashing.Mask(binary.BigEndian.Uint32(b[10:])),
	}
}

// Find returns the sealed mask of an entry.
func (f *BucketFile) Find(t hashing.Tag, dataset uint16) (sealed hashing.Mask, ok bool) {
	want := Entry{Tag: t, Dataset: dataset}
	lo, hi := 0, f.Len()
	for lo < hi {
		mid := (lo + hi) / 2
		switch c := f.At(mid).compare(want); {
		case c == 0:
			return f.At(mid).Sealed, true
		case c < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return 0, false
}

// InBuckets reports whether entries of a key type stand in buckets: those of keys
// that hold the first name. The others are in filters alone.
func InBuckets(t hashing.KeyType) bool { return byName(t) }
