// Package extsort sorts fixed-width records that need not fit in memory.
//
// It is a distribution sort. The first word of a record must be uniformly
// distributed, as a keyed tag is: its top bits choose one of 1,024 buckets, the
// buckets in order are the sorted whole, and each is sorted by itself once all
// records are in. Beyond the memory budget buckets go to one spill file, which
// is encrypted under a key that never leaves memory and is unlinked while open:
// a spill of bare tags in the order of the file would line up with the public
// roll row by row.
package extsort

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"os"
	"sync"
)

// Record is a fixed-width record: words compared in order.
type Record interface {
	~[2]uint64 | ~[3]uint64 | ~[4]uint64 | ~[8]uint64
}

const (
	bucketBits = 10
	buckets    = 1 << bucketBits
	chunkLen   = 64      // records a writer collects in a bucket before it takes the lock
	slabChunks = 256     // chunks allocated at a time
	maxChunks  = 1 << 25 // in an arena, so that a chunk's number fits its list
)

// Sorter collects records from several writers and returns them in order.
type Sorter[R Record] struct {
	dir   string
	limit int // chunks an arena may hold; there are at most two arenas

	mu    sync.Mutex
	idle  *sync.Cond // signalled when a spill ends
	cur   *arena[R]  // nil once closed; guarded by mu
	spare *arena[R]  // emptied arena, or nil while it is being spilled; guarded by mu
	n     int64
	err   error // first error of a spill; guarded by mu

	file   *os.File
	block  cipher.Block
	offset int64
	segs   [buckets][]segment // written by one spill at a time
}

// segment is a bucket's part of one spill.
type segment struct {
	offset  int64
	records int
}

// New returns a sorter that keeps about memory bytes of records before it
// spills to an unlinked file in dir.
func New[R Record](dir string, memory int64) *Sorter[R] {
	var r R
	chunk := int64(chunkLen * len(r) * 8)
	s := &Sorter[R]{dir: dir, limit: int(min(max(memory/2/chunk, 2*buckets), maxChunks))}
	s.idle = sync.NewCond(&s.mu)
	s.cur, s.spare = new(arena[R]), new(arena[R])
	return s
}

// MinMemory is the least memory a sorter of records of so many words works in,
// whatever budget it is given; every writer needs half as much again.
func MinMemory(words int) int64 { return 2 * 2 * buckets * chunkLen * int64(words) * 8 }

// Len returns the number of records flushed so far.
func (s *Sorter[R]) Len() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// Spilled returns the bytes written to the spill file.
func (s *Sorter[R]) Spilled() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.offset
}

// Close drops all records and the spill file. Closing again does nothing.
func (s *Sorter[R]) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cur == nil {
		return nil
	}
	for s.spare == nil { // a spill is running
		s.idle.Wait()
	}
	s.cur, s.spare = nil, nil
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	return err
}

// Writer adds records for one goroutine.
type Writer[R Record] struct {
	s     *Sorter[R]
	count [buckets]uint8
	buf   []R // chunkLen records a bucket
}

// NewWriter returns a writer for one goroutine.
func (s *Sorter[R]) NewWriter() *Writer[R] {
	return &Writer[R]{s: s, buf: make([]R, buckets*chunkLen)}
}

// Add adds one record. It fails when a spill failed (a full disk).
func (w *Writer[R]) Add(r R) error {
	b := r[0] >> (64 - bucketBits)
	n := w.count[b]
	w.buf[b*chunkLen+uint64(n)] = r
	n++
	w.count[b] = n
	if n == chunkLen {
		return w.flush(b)
	}
	return nil
}

// Flush hands over what the writer still holds.
func (w *Writer[R]) Flush() error {
	for b := range uint64(buckets) {
		if w.count[b] > 0 {
			if err := w.flush(b); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *Writer[R]) flush(b uint64) error {
	records := w.buf[b*chunkLen:][:w.count[b]]
	w.count[b] = 0
	full, err := w.s.put(b, records)
	if full != nil {
		return w.s.spill(full)
	}
	return err
}

// put stores the records in the current arena. When that was full it becomes
// the caller's to spill, and the other one takes over.
func (s *Sorter[R]) put(b uint64, records []R) (full *arena[R], err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cur == nil {
		return nil, os.ErrClosed
	}
	for s.cur.chunks >= s.limit && s.spare == nil && s.err == nil {
		s.idle.Wait()
	}
	if s.err != nil {
		return nil, s.err
	}
	if s.cur.chunks >= s.limit {
		full, s.cur, s.spare = s.cur, s.spare, nil
	}
	s.cur.put(b, records)
	s.n += int64(len(records))
	return full, nil
}

// spill writes the arena to the spill file and gives it back. One spill runs
// at a time, since there is no spare arena while it does.
func (s *Sorter[R]) spill(a *arena[R]) error {
	err := s.write(a)
	a.reset()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spare = a
	if err != nil && s.err == nil {
		s.err = fmt.Errorf("spilling sorted records: %w", err)
	}
	s.idle.Broadcast()
	return s.err
}

func (s *Sorter[R]) write(a *arena[R]) error {
	if s.file == nil {
		if err := s.open(); err != nil {
			return err
		}
	}
	buf := make([]byte, 0, 1<<20)
	start, offset := s.offset, s.offset
	for b := range uint64(buckets) {
		seg := segment{offset: offset}
		for _, c := range a.lists[b] {
			records := a.chunk(c)
			for i := range records {
				for j := range len(records[i]) {
					buf = binary.LittleEndian.AppendUint64(buf, records[i][j])
				}
			}
			seg.records += len(records)
			offset += int64(len(records) * recordSize[R]())
			if len(buf) > 1<<20-chunkLen*32-16 {
				if err := s.flushSpill(buf, start); err != nil {
					return err
				}
				start += int64(len(buf))
				buf = buf[:0]
			}
		}
		for offset%aes.BlockSize != 0 { // segments begin on a cipher block
			buf = append(buf, 0)
			offset++
		}
		if seg.records > 0 {
			s.segs[b] = append(s.segs[b], seg)
		}
	}
	if err := s.flushSpill(buf, start); err != nil {
		return err
	}
	s.mu.Lock()
	s.offset = offset
	s.mu.Unlock()
	return nil
}

// flushSpill encrypts buf in place and writes it at off. Records are 16, 24 or
// 32 bytes, so off need not be a multiple of the cipher block.
func (s *Sorter[R]) flushSpill(buf []byte, off int64) error {
	s.crypt(buf, off)
	_, err := s.file.WriteAt(buf, off)
	return err
}

// crypt applies the AES-CTR key stream of the file position off. Every position
// is written once, so no part of the stream is used twice.
func (s *Sorter[R]) crypt(b []byte, off int64) {
	var iv [aes.BlockSize]byte
	binary.BigEndian.PutUint64(iv[8:], uint64(off/aes.BlockSize))
	stream := cipher.NewCTR(s.block, iv[:])
	if skip := int(off % aes.BlockSize); skip > 0 {
		var drop [aes.BlockSize]byte
		stream.XORKeyStream(drop[:skip], drop[:skip])
	}
	stream.XORKeyStream(b, b)
}

func (s *Sorter[R]) open() error {
	var key [16]byte
	if _, err := rand.Read(key[:]); err != nil {
		return err
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(s.dir, ".tmp-spill-")
	if err != nil {
		return err
	}
	// Unlinked while open, the file is gone however the process ends. Where the
	// system does not allow that, the index removes .tmp-* at its next write.
	_ = os.Remove(f.Name())
	s.file, s.block = f, block
	return nil
}

// read appends the bucket's spilled records to dst.
func (s *Sorter[R]) read(b uint64, dst []R) ([]R, error) {
	var buf []byte
	for _, seg := range s.segs[b] {
		n := seg.records * recordSize[R]()
		if cap(buf) < n {
			buf = make([]byte, n)
		}
		buf = buf[:n]
		if n, err := s.file.ReadAt(buf, seg.offset); n < len(buf) {
			return dst, fmt.Errorf("reading spilled records: %w", err)
		}
		s.crypt(buf, seg.offset)
		for p := buf; len(p) > 0; {
			var r R
			for i := range len(r) {
				r[i] = binary.LittleEndian.Uint64(p)
				p = p[8:]
			}
			dst = append(dst, r)
		}
	}
	return dst, nil
}

func recordSize[R Record]() int {
	var r R
	return len(r) * 8
}

// arena holds chunks of records in slabs that are kept for reuse.
type arena[R Record] struct {
	slabs  [][]R
	chunks int
	lists  [buckets][]uint32 // chunk number << 7 | records in it
}

func (a *arena[R]) put(b uint64, records []R) {
	if a.chunks == len(a.slabs)*slabChunks {
		a.slabs = append(a.slabs, make([]R, slabChunks*chunkLen))
	}
	c := a.chunks
	copy(a.slabs[c/slabChunks][c%slabChunks*chunkLen:], records)
	a.chunks++
	a.lists[b] = append(a.lists[b], uint32(c)<<7|uint32(len(records)))
}

func (a *arena[R]) chunk(c uint32) []R {
	n := int(c >> 7)
	return a.slabs[n/slabChunks][n%slabChunks*chunkLen:][:c&127]
}

func (a *arena[R]) reset() {
	a.chunks = 0
	for b := range a.lists {
		a.lists[b] = a.lists[b][:0]
	}
}
