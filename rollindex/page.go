package rollindex

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/maphash"
	"sort"

	"rollcheck/hashing"
)

// A page is one row of a dataset file and fills one 4 KiB leaf of it:
//
//	u64 first | u64 next | 16 byte MAC | entries: u64 tag, u32 sealed mask, in a served index u16 group, u16 section
//
// all big-endian, entries in tag order. The page covers the tags from first up
// to but not including next (0: up to the end), so a tag in that range and not
// among the entries is absent. The row's id is first >> 1.
const (
	pageHead  = 8 + 8 + macSize
	pageLimit = 4057 // bytes of blob that leave the row on one leaf of 4,096
	macSize   = 16
)

// The sizes of an entry by scheme.
const (
	localEntry  = 8 + 4
	servedEntry = 8 + 4 + 2 + 2
)

func entrySize(s hashing.Scheme) int {
	if s == hashing.Served {
		return servedEntry
	}
	return localEntry
}

// pageEntries returns how many entries of a size fill a page.
func pageEntries(size int) int { return (pageLimit - pageHead) / size }

// What a MAC is over, its first byte.
const (
	macPage   = 1
	macFilter = 2
)

// mac authenticates pages and filter shards of one dataset. It is not safe for
// concurrent use.
type mac struct {
	h   hash.Hash
	sum []byte
}

func newMAC(key []byte) *mac { return &mac{h: hmac.New(sha256.New, key)} }

// of returns HMAC-SHA256(page key, u8 domain | u64 id | parts...)[0:16], valid
// until the next call.
func (m *mac) of(domain byte, id uint64, parts ...[]byte) []byte {
	var head [9]byte
	head[0] = domain
	binary.BigEndian.PutUint64(head[1:], id)
	m.h.Reset()
	m.h.Write(head[:])
	for _, p := range parts {
		m.h.Write(p)
	}
	m.sum = m.h.Sum(m.sum[:0])
	return m.sum[:macSize]
}

// page is a page that was checked.
type page struct {
	first, next hashing.Tag // next is 0 for the last page
	entries     []byte
	size        int // of an entry
}

// pageID returns the row id of the page that begins with a tag.
func pageID(first hashing.Tag) uint64 { return uint64(first >> 1) }

// sealPage completes a blob whose entries stand behind room for the head.
func sealPage(m *mac, blob []byte, first, next hashing.Tag) {
	binary.BigEndian.PutUint64(blob, uint64(first))
	binary.BigEndian.PutUint64(blob[8:], uint64(next))
	copy(blob[16:], m.of(macPage, pageID(first), blob[:16], blob[pageHead:]))
}

// openPage checks a blob read as row id and returns the page, of entries of a size.
func openPage(m *mac, id uint64, blob []byte, size int) (page, error) {
	if len(blob) < pageHead || len(blob) > pageLimit || (len(blob)-pageHead)%size != 0 {
		return page{}, fmt.Errorf("%w: page %d is %d bytes long", ErrDamaged, id, len(blob))
	}
	if subtle.ConstantTimeCompare(blob[16:pageHead], m.of(macPage, id, blob[:16], blob[pageHead:])) != 1 {
		return page{}, fmt.Errorf("%w: page %d fails its check", ErrDamaged, id)
	}
	return parsePage(blob, size), nil
}

// parsePage returns the page of a blob that was checked.
func parsePage(blob []byte, size int) page {
	return page{
		first:   hashing.Tag(binary.BigEndian.Uint64(blob)),
		next:    hashing.Tag(binary.BigEndian.Uint64(blob[8:])),
		entries: blob[pageHead:],
		size:    size,
	}
}

// verified remembers pages whose MAC was right, so that a batch, which reads each
// many times, computes it once: by row id a hash of the blob under a seed that
// nobody outside this process knows. A page that is read again with other bytes is
// checked anew.
type verified struct {
	seed   maphash.Seed
	hashes map[uint64]uint64
}

// maxVerified bounds the pages remembered: those of some 4 GB, in about 40 MB.
const maxVerified = 1 << 20

func newVerified() verified { return verified{maphash.MakeSeed(), map[uint64]uint64{}} }

// open is openPage.
func (v *verified) open(m *mac, id uint64, blob []byte, size int) (page, error) {
	hash := maphash.Bytes(v.seed, blob)
	if known, ok := v.hashes[id]; ok && known == hash {
		return parsePage(blob, size), nil
	}
	p, err := openPage(m, id, blob, size)
	if err == nil && len(v.hashes) < maxVerified {
		v.hashes[id] = hash
	}
	return p, err
}

// covers reports whether the page answers for the tag.
func (p *page) covers(t hashing.Tag) bool {
	return p.first <= t && (p.next == 0 || t < p.next)
}

func (p *page) len() int { return len(p.entries) / p.size }

func (p *page) tag(i int) hashing.Tag {
	return hashing.Tag(binary.BigEndian.Uint64(p.entries[i*p.size:]))
}

// find returns the sealed mask of the tag, and whether the page has it.
func (p *page) find(t hashing.Tag) (sealed hashing.Mask, ok bool) {
	i := sort.Search(p.len(), func(i int) bool { return p.tag(i) >= t })
	if i == p.len() || p.tag(i) != t {
		return 0, false
	}
	return p.sealed(i), true
}

func (p *page) sealed(i int) hashing.Mask {
	return hashing.Mask(binary.BigEndian.Uint32(p.entries[i*p.size+8:]))
}

// place returns what else a served entry says: the group of its name, and its
// section.
func (p *page) place(i int) (group, section uint16) {
	e := p.entries[i*p.size+localEntry:]
	return binary.BigEndian.Uint16(e), binary.BigEndian.Uint16(e[2:])
}
