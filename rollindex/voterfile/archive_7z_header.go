package voterfile

import (
	"encoding/binary"
	"unicode/utf16"
)

// The header of a 7z archive (7zFormat.txt of 7-Zip) is read here rather than by a
// library because the one there is for Go takes the counts in it at their word: an
// archive of 41 bytes that says it has 2^28 files ends the program. Here no list
// can have more items than maxMembers, or than the header has bytes left.

// Properties of a header, as 7zFormat.txt numbers them.
const (
	sevenEnd = iota
	sevenHeader
	sevenArchiveProperties
	sevenAdditionalStreams
	sevenMainStreams
	sevenFilesInfo
	sevenPackInfo
	sevenUnpackInfo
	sevenSubStreams
	sevenSize
	sevenCRC
	sevenFolders
	sevenUnpackSize
	sevenUnpackStreams
	sevenEmptyStream
	sevenEmptyFile
	sevenAnti
	sevenNames
	sevenCreated
	sevenAccessed
	sevenModified
	sevenAttributes
	sevenComment
	sevenEncodedHeader
)

// sevenArchive is what the header of a 7z archive says.
type sevenArchive struct {
	encoded bool // its only folder holds the real header
	folders []sevenFolder
	files   []sevenFile
	streams []sevenStream // the contents of the files that are not empty
}

// sevenFolder is a stream of compressed bytes with one or more files in it.
type sevenFolder struct {
	coders         []sevenCoder // from the packed bytes to the files
	offset, packed int64        // of the packed bytes
	inputs         int          // number of packed streams; those of several are not read
	size           int64
	sumOf
	files   int
	refused error // why it cannot be read
}

// sevenCoder is one step of decompressing a folder.
type sevenCoder struct {
	method  string // its number, as bytes
	props   []byte
	in, out int // how many streams it makes of how many
	output  int // which of the folder's outputs is its
	size    int64
}

// sevenStream is the content of a file.
type sevenStream struct {
	folder       int
	offset, size int64 // within the folder
	sumOf
}

// sumOf is a CRC-32, if there is one.
type sumOf struct {
	hasSum bool
	sum    uint32
}

// sevenFile is a file of the archive.
type sevenFile struct {
	name       string
	attributes uint32
	dir        bool
	sevenStream
}

// sevenParser reads a header. What cannot be makes it bad, and all it gives zero.
type sevenParser struct {
	b    []byte
	bad  bool
	many bool // bad because a list is too long
}

func (p *sevenParser) bytes(n uint64) []byte {
	if n > uint64(len(p.b)) {
		p.bad, p.b = true, nil
		return nil
	}
	b := p.b[:n]
	p.b = p.b[n:]
	return b
}

func (p *sevenParser) byte() byte {
	if b := p.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// number reads a number of up to 64 bits, whose first byte says how many more it
// has, with its highest bits.
func (p *sevenParser) number() uint64 {
	first := p.byte()
	var v uint64
	for i := range 8 {
		mask := byte(0x80) >> i
		if first&mask == 0 {
			return v | uint64(first&(mask-1))<<(8*i)
		}
		v |= uint64(p.byte()) << (8 * i)
	}
	return v
}

// size reads a number of bytes.
func (p *sevenParser) size() int64 {
	v := p.number()
	if v > 1<<62 {
		p.bad, v = true, 0
	}
	return int64(v)
}

// count reads the number of items of a list, each of which has at least a byte.
func (p *sevenParser) count() int {
	v := p.number()
	if v > uint64(len(p.b)) {
		p.bad = true
		return 0
	}
	return p.limit(int(v))
}

// limit returns n, if a list may be so long.
func (p *sevenParser) limit(n int) int {
	if n > maxMembers {
		p.bad, p.many = true, true
		return 0
	}
	return n
}

// expect reads the next property, which must be id.
func (p *sevenParser) expect(id byte) {
	if p.byte() != id {
		p.bad = true
	}
}

// bits reads n bits, the first of a byte in its highest.
func (p *sevenParser) bits(n int) []bool {
	list := make([]bool, n)
	if b := p.bytes((uint64(n) + 7) / 8); b != nil {
		for i := range list {
			list[i] = b[i/8]&(0x80>>(i%8)) != 0
		}
	}
	return list
}

// defined reads which of n items have a value: all of them, or bits.
func (p *sevenParser) defined(n int) []bool {
	if p.byte() == 0 {
		return p.bits(n)
	}
	list := make([]bool, n)
	for i := range list {
		list[i] = true
	}
	return list
}

// sums reads checksums, and gives each to set.
func (p *sevenParser) sums(n int, set func(i int, s sumOf)) {
	for i, ok := range p.defined(n) {
		if ok {
			if b := p.bytes(4); b != nil {
				set(i, sumOf{true, binary.LittleEndian.Uint32(b)})
			}
		}
	}
}

// parseSeven reads a header of an archive whose packed bytes are body long.
func parseSeven(h []byte, body int64) (*sevenArchive, error) {
	p := &sevenParser{b: h}
	a := &sevenArchive{}
	switch p.byte() {
	case sevenEncodedHeader:
		a.encoded = true
		p.streams(a, body)
		if len(a.folders) != 1 {
			p.bad = true
		}
	case sevenHeader:
		p.header(a, body)
	default:
		p.bad = true
	}
	switch {
	case p.many:
		return nil, errTooMany
	case p.bad:
		return nil, errSeven
	}
	return a, nil
}

func (p *sevenParser) header(a *sevenArchive, body int64) {
	for !p.bad {
		switch p.byte() {
		case sevenEnd:
			return
		case sevenMainStreams:
			p.streams(a, body)
		case sevenFilesInfo:
			p.files(a)
		default: // properties and streams of the archive itself, which nothing writes
			p.bad = true
		}
	}
}

// streams reads where the packed bytes are, how they are unpacked, and what is in
// them.
func (p *sevenParser) streams(a *sevenArchive, body int64) {
	var offset int64
	var packed []int64
	for !p.bad {
		switch p.byte() {
		case sevenEnd:
			a.streams = a.orWhole()
			return
		case sevenPackInfo:
			offset, packed = p.packInfo()
		case sevenUnpackInfo:
			p.unpackInfo(a)
			p.place(a, offset, packed, body)
		case sevenSubStreams:
			p.subStreams(a)
		default:
			p.bad = true
		}
	}
}

func (p *sevenParser) packInfo() (offset int64, packed []int64) {
	offset = p.size()
	packed = make([]int64, p.count())
	for !p.bad {
		switch p.byte() {
		case sevenEnd:
			return offset, packed
		case sevenSize:
			for i := range packed {
				packed[i] = p.size()
			}
		case sevenCRC:
			p.sums(len(packed), func(int, sumOf) {})
		default:
			p.bad = true
		}
	}
	return 0, nil
}

// place gives each folder its packed bytes, which follow one another behind the
// 32 bytes that begin the file.
func (p *sevenParser) place(a *sevenArchive, offset int64, packed []int64, body int64) {
	for i := range a.folders {
		f := &a.folders[i]
		if f.inputs > len(packed) {
			p.bad = true
			return
		}
		f.offset = offset + 32
		for _, size := range packed[:f.inputs] {
			if size > body-offset {
				p.bad = true
				return
			}
			f.packed += size
			offset += size
		}
		packed = packed[f.inputs:]
	}
}

func (p *sevenParser) unpackInfo(a *sevenArchive) {
	p.expect(sevenFolders)
	a.folders = make([]sevenFolder, p.count())
	p.expect(0) // not in another place
	outputs := make([][]int64, len(a.folders))
	finals := make([]int, len(a.folders))
	for i := range a.folders {
		outputs[i], finals[i] = p.folder(&a.folders[i])
	}
	p.expect(sevenUnpackSize)
	for i := range a.folders {
		for j := range outputs[i] {
			outputs[i][j] = p.size()
		}
		a.folders[i].finish(outputs[i], finals[i])
	}
	for !p.bad {
		switch p.byte() {
		case sevenEnd:
			return
		case sevenCRC:
			p.sums(len(a.folders), func(i int, s sumOf) { a.folders[i].sumOf = s })
		default:
			p.bad = true
		}
	}
}

// maxCoders bounds the steps of a folder; 7-Zip itself allows 64, and writes at
// most six.
const maxCoders = 32

// folder reads how a folder is unpacked: coders, and which of their outputs is
// whose input. It returns room for the sizes of the outputs, and the output that
// is the folder's. Its coders are put in order if they make a chain; all other
// folders are refused.
func (p *sevenParser) folder(f *sevenFolder) (outputs []int64, final int) {
	n, ins, outs := p.count(), 0, 0
	if n == 0 || n > maxCoders {
		p.bad = true
	}
	coders := make([]sevenCoder, 0, maxCoders)
	for range n {
		c := p.coder()
		ins, outs = ins+c.in, outs+c.out
		if p.bad || ins > maxCoders || outs > maxCoders || outs == 0 {
			p.bad = true
			return nil, 0
		}
		coders = append(coders, c)
	}
	if p.bad {
		return nil, 0
	}
	feeds := make(map[int]int, outs) // the input that each output goes to
	fed := make(map[int]bool, ins)
	for range outs - 1 {
		in, out := p.number(), p.number()
		if in >= uint64(ins) || out >= uint64(outs) || fed[int(in)] {
			p.bad = true
			return nil, 0
		}
		feeds[int(out)], fed[int(in)] = int(in), true
	}
	f.inputs = ins - (outs - 1)
	if f.inputs < 1 || len(feeds) != outs-1 {
		p.bad = true
		return nil, 0
	}
	if f.inputs > 1 {
		for range f.inputs {
			p.number()
		}
	}
	for _, bound := feeds[final]; bound; _, bound = feeds[final] {
		final++
	}
	f.coders, f.refused = chain(coders, feeds, fed)
	return make([]int64, outs), final
}

// chain returns the coders in the order they are applied if each has one input and
// one output.
func chain(coders []sevenCoder, feeds map[int]int, fed map[int]bool) ([]sevenCoder, error) {
	f := sevenFolder{coders: coders}
	if err := f.judge(); err != nil {
		return coders, err
	}
	first := 0
	for i, c := range coders {
		if c.in != 1 || c.out != 1 {
			return coders, errSeven
		}
		if !fed[i] {
			first = i
		}
	}
	ordered := []sevenCoder{}
	for at := first; len(ordered) < len(coders); {
		c := coders[at]
		c.output = at
		ordered = append(ordered, c)
		next, ok := feeds[at]
		if !ok {
			break
		}
		at = next
	}
	if len(ordered) != len(coders) {
		return coders, errSeven
	}
	return ordered, nil
}

func (p *sevenParser) coder() sevenCoder {
	flags := p.byte()
	c := sevenCoder{method: string(p.bytes(uint64(flags & 0x0f))), in: 1, out: 1}
	if flags&0x10 != 0 {
		c.in, c.out = p.count(), p.count()
	}
	if flags&0x20 != 0 {
		c.props = p.bytes(p.number())
	}
	if flags&0xc0 != 0 {
		p.bad = true
	}
	return c
}

// finish gives the folder and its coders their sizes.
func (f *sevenFolder) finish(outputs []int64, final int) {
	if final < len(outputs) {
		f.size = outputs[final]
	}
	if f.refused == nil {
		for i := range f.coders {
			f.coders[i].size = outputs[f.coders[i].output]
		}
	}
}

// subStreams reads how the folders are divided into files.
func (p *sevenParser) subStreams(a *sevenArchive) {
	id, total := p.byte(), 0
	for i := range a.folders {
		a.folders[i].files = 1
	}
	if id == sevenUnpackStreams {
		for i := range a.folders {
			a.folders[i].files = p.count()
			total = p.limit(total + a.folders[i].files)
		}
		id = p.byte()
	}
	a.streams = p.division(a, id == sevenSize)
	if id == sevenSize {
		id = p.byte()
	}
	var open []int // streams whose sum is not their folder's
	for i, s := range a.streams {
		if f := &a.folders[s.folder]; f.files != 1 || !f.hasSum {
			open = append(open, i)
		}
	}
	for ; !p.bad && id != sevenEnd; id = p.byte() {
		if id != sevenCRC {
			p.bad = true
			return
		}
		p.sums(len(open), func(i int, s sumOf) { a.streams[open[i]].sumOf = s })
	}
}

// division returns the contents of the folders. The last of each folder has what
// the others, whose sizes are given, leave of it.
func (p *sevenParser) division(a *sevenArchive, sizes bool) []sevenStream {
	var list []sevenStream
	for i := range a.folders {
		f := &a.folders[i]
		if f.files > 1 && !sizes {
			p.bad = true
		}
		offset := int64(0)
		for j := range f.files {
			size := f.size - offset
			if j < f.files-1 {
				size = p.size()
			}
			if p.bad || size < 0 || size > f.size-offset {
				p.bad = true
				return nil
			}
			s := sevenStream{folder: i, offset: offset, size: size}
			if f.files == 1 {
				s.sumOf = f.sumOf
			}
			list = append(list, s)
			offset += size
		}
	}
	return list
}

// orWhole returns the streams, one a folder if nothing said how they are divided.
func (a *sevenArchive) orWhole() []sevenStream {
	if a.streams != nil {
		return a.streams
	}
	list := []sevenStream{}
	for i := range a.folders {
		f := &a.folders[i]
		f.files = 1
		list = append(list, sevenStream{folder: i, size: f.size, sumOf: f.sumOf})
	}
	return list
}

// files reads the names of the files and which of them are empty. Each property
// says how long it is.
func (p *sevenParser) files(a *sevenArchive) {
	a.files = make([]sevenFile, p.count())
	n := len(a.files)
	empty, emptyFile := make([]bool, n), []bool(nil)
	for !p.bad {
		id := p.byte()
		if id == sevenEnd {
			break
		}
		q := &sevenParser{b: p.bytes(p.number())}
		switch id {
		case sevenEmptyStream:
			empty = q.bits(n)
		case sevenEmptyFile:
			emptyFile = q.bits(countTrue(empty))
		case sevenNames:
			q.names(a.files)
		case sevenAttributes:
			q.attributes(a.files)
		}
		p.bad = p.bad || q.bad
	}
	p.assign(a, empty, emptyFile)
}

func countTrue(list []bool) int {
	n := 0
	for _, b := range list {
		if b {
			n++
		}
	}
	return n
}

// names reads names in UTF-16, each ended by a zero.
func (p *sevenParser) names(files []sevenFile) {
	p.expect(0) // not in another place
	var name []uint16
	for i := range files {
		name = name[:0]
		for {
			b := p.bytes(2)
			if b == nil {
				return
			}
			c := binary.LittleEndian.Uint16(b)
			if c == 0 {
				break
			}
			name = append(name, c)
		}
		files[i].name = string(utf16.Decode(name))
	}
}

// attributes reads those of Windows, with those of Unix in the upper half.
func (p *sevenParser) attributes(files []sevenFile) {
	defined := p.defined(len(files))
	p.expect(0) // not in another place
	for i, ok := range defined {
		if ok {
			if b := p.bytes(4); b != nil {
				files[i].attributes = binary.LittleEndian.Uint32(b)
			}
		}
	}
}

// assign gives the files that are not empty their contents, in order.
func (p *sevenParser) assign(a *sevenArchive, empty, emptyFile []bool) {
	if p.bad || len(empty) != len(a.files) || len(a.files)-countTrue(empty) != len(a.streams) {
		p.bad = true
		return
	}
	streams := a.streams
	for i, e := 0, 0; i < len(a.files); i++ {
		f := &a.files[i]
		if !empty[i] {
			f.sevenStream, streams = streams[0], streams[1:]
			continue
		}
		f.folder = -1
		f.dir = e >= len(emptyFile) || !emptyFile[e]
		e++
	}
}
