package rollindex

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sort"
)

// tree finds rows of a dataset file's table of pages. A look-up is all that a
// search does to the file, tens of thousands of times a second, and through the
// database library most of its time went into handing a row over. So the look-up
// reads SQLite's own structure, a table b-tree of 4,096 byte pages as described
// in https://www.sqlite.org/fileformat2.html sections 1.3, 1.6 and 2; every
// other use of the file goes through the library, and a test holds the two to
// the same answers.
//
// Nothing here need be trusted: a blob counts only when its MAC is right and its
// range covers the tag, so a damaged tree leads to damage and never to absence.
// A tree is for one goroutine at a time; several may share the file.
type tree struct {
	file  io.ReaderAt
	root  uint32
	depth int              // interior pages above every leaf
	nodes map[uint32]*node // interior pages read so far: one for some 300 leaves
	leaf  []byte           // the leaf read last
}

// node is an interior page: child[i] holds the rows up to and including row[i],
// the last child those after them.
type node struct {
	rows     []uint64
	children []uint32
}

const (
	dbPageSize   = 4096
	leafPage     = 0x0d // type of a b-tree page: leaf of a table
	interiorPage = 0x05 // type of a b-tree page: interior page of a table
	maxLocal     = dbPageSize - 35
	maxNodes     = 1 << 16 // kept of interior pages: of a file of 80 GB, or of one made to fill the memory
	maxDepth     = 16      // a tree of some 300 children a page has 4 levels at 10 million rows
)

// openTree finds the table of pages in a dataset file.
func openTree(file io.ReaderAt) (*tree, error) {
	t := &tree{file: file, nodes: map[uint32]*node{}, leaf: make([]byte, dbPageSize)}
	if err := t.read(1, t.leaf); err != nil {
		return nil, err
	}
	if string(t.leaf[:16]) != "SQLite format 3\x00" || binary.BigEndian.Uint16(t.leaf[16:]) != dbPageSize || t.leaf[20] != 0 {
		return nil, fmt.Errorf("%w: not a dataset file", ErrDamaged)
	}
	// Row 1 of sqlite_schema is the table made first: type, name, tbl_name, rootpage, sql.
	_, schema, ok, err := lastRow(t.leaf, headerSize, 1)
	var columns [4][]byte
	if err == nil && ok {
		err = splitRow(schema, columns[:])
	}
	if err != nil || string(columns[0]) != "table" || string(columns[1]) != "page" || len(columns[3]) > 4 {
		return nil, fmt.Errorf("%w: the table of pages is missing", ErrDamaged)
	}
	for _, b := range columns[3] {
		t.root = t.root<<8 | uint32(b)
	}
	return t, t.measure()
}

// measure finds the depth, which is the same everywhere in a b-tree.
func (t *tree) measure() error {
	for number := t.root; t.depth < maxDepth; t.depth++ {
		if err := t.read(number, t.leaf); err != nil {
			return err
		}
		if t.leaf[0] == leafPage {
			return nil
		}
		n, err := t.node(number)
		if err != nil {
			return err
		}
		number = n.children[0]
	}
	return errTree
}

// find hands the blobs of rows that may answer for an id to try, with their ids,
// until it is done: the last row up to that id, which is nearly always the last
// of the leaf before the place where the id would be inserted, and else in the
// leaf at that place. A blob is valid until the next call.
func (t *tree) find(id uint64, try func(row uint64, blob []byte) (done bool, err error)) error {
	before, at, err := t.leaves(id)
	if err != nil {
		return err
	}
	var bad error // of the first leaf; the second may answer all the same
	for _, number := range [2]uint32{before, at} {
		if number == 0 {
			continue
		}
		done, err := t.try(number, id, try)
		if done {
			return nil
		}
		bad = errors.Join(bad, err)
	}
	if bad != nil {
		return bad
	}
	return fmt.Errorf("%w: no page answers for a tag", ErrDamaged)
}

// try hands the row of one leaf to try, if it has one up to that id.
func (t *tree) try(number uint32, id uint64, try func(uint64, []byte) (bool, error)) (bool, error) {
	if err := t.read(number, t.leaf); err != nil {
		return false, err
	}
	row, payload, ok, err := lastRow(t.leaf, 0, id)
	if err != nil || !ok {
		return false, err
	}
	var columns [2][]byte
	if err := splitRow(payload, columns[:]); err != nil {
		return false, err
	}
	return try(row, columns[1])
}

// leaves returns the number of the leaf where the row would be inserted, and
// that of the one before it, 0 if there is none.
func (t *tree) leaves(id uint64) (before, at uint32, err error) {
	at = t.root
	for range t.depth {
		n, err := t.node(at)
		if err != nil {
			return 0, 0, err
		}
		i := sort.Search(len(n.rows), func(i int) bool { return id < n.rows[i] })
		switch {
		case i > 0:
			before = n.children[i-1]
		case before != 0: // the last child of the node before
			b, err := t.node(before)
			if err != nil {
				return 0, 0, err
			}
			before = b.children[len(b.rows)]
		}
		at = n.children[i]
	}
	return before, at, nil
}

// node returns the interior page of that number.
func (t *tree) node(number uint32) (*node, error) {
	if n, ok := t.nodes[number]; ok {
		return n, nil
	}
	if err := t.read(number, t.leaf); err != nil {
		return nil, err
	}
	n, err := parseNode(t.leaf)
	if err == nil && len(t.nodes) < maxNodes {
		t.nodes[number] = n
	}
	return n, err
}

func (t *tree) read(number uint32, page []byte) error {
	if number == 0 {
		return errTree
	}
	if _, err := t.file.ReadAt(page, int64(number-1)*dbPageSize); err != nil {
		return fmt.Errorf("%w: reading page %d of the file: %w", ErrDamaged, number, err)
	}
	return nil
}

var errTree = fmt.Errorf("%w: the tree of pages is broken", ErrDamaged)

// parseNode reads an interior page.
func parseNode(page []byte) (*node, error) {
	const head = 12 // of an interior page; its cell pointers follow
	cells := int(binary.BigEndian.Uint16(page[3:]))
	if page[0] != interiorPage || head+2*cells > dbPageSize {
		return nil, errTree
	}
	n := &node{make([]uint64, cells), make([]uint32, cells+1)}
	for i := range cells {
		at := int(binary.BigEndian.Uint16(page[head+2*i:]))
		if at+4 > dbPageSize {
			return nil, errTree
		}
		row, size := varint(page[at+4:])
		if size == 0 {
			return nil, errTree
		}
		n.children[i], n.rows[i] = binary.BigEndian.Uint32(page[at:]), row
	}
	n.children[cells] = binary.BigEndian.Uint32(page[8:])
	return n, nil
}

// lastRow returns the last row of a leaf whose id is at most id; ok is false if
// there is none. The leaf's header stands at offset head of the page.
func lastRow(page []byte, head int, id uint64) (row uint64, payload []byte, ok bool, err error) {
	if page[head] != leafPage {
		return 0, nil, false, errTree
	}
	cells := int(binary.BigEndian.Uint16(page[head+3:]))
	if head+8+2*cells > dbPageSize {
		return 0, nil, false, errTree
	}
	for i := cells - 1; i >= 0; i-- { // one or two, but in a small file
		at := int(binary.BigEndian.Uint16(page[head+8+2*i:]))
		if at >= dbPageSize {
			return 0, nil, false, errTree
		}
		size, n := varint(page[at:])
		row, m := varint(page[at+n:])
		at += n + m
		if n == 0 || m == 0 || size > maxLocal || at+int(size) > dbPageSize {
			return 0, nil, false, errTree
		}
		if row <= id {
			return row, page[at : at+int(size)], true, nil
		}
	}
	return 0, nil, false, nil
}

// splitRow returns the bytes of a row's first columns. Its payload is a header, of
// its own length and a type for each column, and then the columns.
func splitRow(payload []byte, columns [][]byte) error {
	end, at := varint(payload)
	if at == 0 || end < uint64(at) || end > uint64(len(payload)) {
		return errTree
	}
	body := payload[end:]
	for i := range columns {
		kind, n := varint(payload[at:end])
		if n == 0 {
			return errTree
		}
		at += n
		size := columnSize(kind)
		if size > uint64(len(body)) {
			return errTree
		}
		columns[i], body = body[:size], body[size:]
	}
	return nil
}

// columnSize returns the bytes a column of a type takes, by section 2.1.
func columnSize(kind uint64) uint64 {
	switch {
	case kind >= 12:
		return (kind - 12) / 2
	case kind >= 8:
		return 0
	}
	return [...]uint64{0, 1, 2, 3, 4, 6, 8, 8}[kind]
}

// varint reads SQLite's big-endian variable-length integer: seven bits a byte,
// eight in the ninth. n is 0 if b ends before it does.
func varint(b []byte) (v uint64, n int) {
	for i := range min(9, len(b)) {
		if i == 8 {
			return v<<8 | uint64(b[i]), 9
		}
		v = v<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}
