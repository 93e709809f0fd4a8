package voterfile

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"rollcheck/internal/racetest"
)

// opened is what a walk came upon.
type opened struct {
	name, leftOut, unread, kind string
	data                        []byte
	err                         error
}

// newTestFile returns a file of bytes in memory.
func newTestFile(t testing.TB, data []byte) *file {
	f := &file{path: "given", ctx: t.Context()}
	f.grown.size = int64(len(data))
	f.root = &node{name: "given", size: int64(len(data)), at: bytes.NewReader(data)}
	t.Cleanup(f.letGo)
	return f
}

// walked returns everything in data, each read when it is come upon, as
// detection does.
func walked(t testing.TB, data []byte) []opened {
	t.Helper()
	f := newTestFile(t, data)
	var list []opened
	err := f.walk(t.Context(), func(m *member, leftOut string, err error) error {
		o := opened{strings.TrimPrefix(m.name, "given: "), leftOut, m.unread, m.kind, nil, err}
		if leftOut == "" && err == nil {
			o.data, o.err = readMember(m, false)
		}
		list = append(list, o)
		return nil
	})
	if err != nil {
		list = append(list, opened{name: "given", err: err})
	}
	return list
}

func readMember(m *member, whole bool) ([]byte, error) {
	r, closer, err := m.openRaw(whole)
	if err != nil {
		return nil, m.failRead(err)
	}
	defer closer()
	b, err := io.ReadAll(r)
	if err != nil {
		return b, m.failRead(err)
	}
	return b, nil
}

func readFixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "archives", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func zstdPacked(t testing.TB, parts ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, p := range parts {
		w, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		writeAll(t, w, p)
	}
	return b.Bytes()
}

func xzPacked(t testing.TB, parts ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, p := range parts {
		w, err := xz.WriterConfig{BlockSize: 2000, DictCap: 1 << 16}.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		writeAll(t, w, p)
	}
	return b.Bytes()
}

func writeAll(t testing.TB, w io.WriteCloser, b []byte) {
	t.Helper()
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func tarred(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Size: int64(len(e.data)), Mode: 0o644, Typeflag: tar.TypeReg}
		switch {
		case e.mode&os.ModeDir != 0:
			h.Typeflag = tar.TypeDir
		case e.mode&os.ModeSymlink != 0:
			h.Typeflag, h.Linkname, h.Size, e.data = tar.TypeSymlink, string(e.data), 0, nil
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sevenNumber writes a number as 7z has it, always with eight bytes behind.
func sevenNumber(v int) []byte {
	return binary.LittleEndian.AppendUint64([]byte{0xff}, uint64(v))
}

// sevenZipped returns a 7z archive of one folder, compressed with LZMA, that says
// it is as large as says makes of its size.
func sevenZipped(t testing.TB, says func(size int) int, entries ...entry) []byte {
	t.Helper()
	var packed, all bytes.Buffer
	for _, e := range entries {
		all.Write(e.data)
	}
	w, err := lzma.WriterConfig{SizeInHeader: true, Size: int64(all.Len()), DictCap: 1 << 16}.NewWriter(&packed)
	if err != nil {
		t.Fatal(err)
	}
	writeAll(t, w, all.Bytes())
	data := packed.Bytes()[13:]
	h := slices.Concat([]byte{sevenHeader, sevenMainStreams, sevenPackInfo}, sevenNumber(0), sevenNumber(1), []byte{sevenSize}, sevenNumber(len(data)), []byte{0,
		sevenUnpackInfo, sevenFolders, 1, 0, 1, 0x23, 3, 1, 1, 5}, packed.Bytes()[:5], []byte{sevenUnpackSize}, sevenNumber(says(all.Len())), []byte{0,
		sevenSubStreams, sevenUnpackStreams}, sevenNumber(len(entries)), []byte{sevenSize})
	for _, e := range entries[:len(entries)-1] {
		h = append(h, sevenNumber(len(e.data))...)
	}
	h = append(h, sevenCRC, 1)
	names := []byte{0}
	for _, e := range entries {
		h = binary.LittleEndian.AppendUint32(h, crc32.ChecksumIEEE(e.data))
		for _, r := range e.name + "\x00" {
			names = append(names, byte(r), 0)
		}
	}
	h = slices.Concat(h, []byte{0, 0, sevenFilesInfo}, sevenNumber(len(entries)), []byte{sevenNames}, sevenNumber(len(names)), names, []byte{0, 0})
	return sevenFile7(data, h)
}

// sevenFile7 puts the packed bytes and the header of a 7z archive together.
func sevenFile7(data, h []byte) []byte {
	start := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	start = binary.LittleEndian.AppendUint64(start, uint64(len(h)))
	start = binary.LittleEndian.AppendUint32(start, crc32.ChecksumIEEE(h))
	out := binary.LittleEndian.AppendUint32([]byte("7z\xbc\xaf\x27\x1c\x00\x04"), crc32.ChecksumIEEE(start))
	return slices.Concat(out, start, data, h)
}

func same(size int) int { return size }

// Every container gives what was put into it, however it is packed.
func TestArchives(t *testing.T) {
	ala, bay := readFixture(t, "ALA.txt"), readFixture(t, "BAY.txt")
	both := map[string][]byte{"ALA.txt": ala, "BAY.txt": bay}
	itself := func(b []byte) map[string][]byte { return map[string][]byte{"given": b} }
	a, b := entry{name: "ALA.txt", data: ala}, entry{name: "BAY.txt", data: bay}
	skippable := []byte("\x5e\x2a\x4d\x18\x03\x00\x00\x00abc")
	tests := map[string]struct {
		data []byte
		want map[string][]byte
	}{
		"plain":                 {ala, itself(ala)},
		"gzip":                  {gzipped(t, ala[:100], ala[100:]), itself(ala)},
		"zstd":                  {zstdPacked(t, ala), itself(ala)},
		"zstd of several parts": {slices.Concat(skippable, zstdPacked(t, ala[:1000], ala[1000:]), skippable), itself(ala)},
		"bzip2":                 {readFixture(t, "ALA.txt.bz2"), itself(ala)},
		"bzip2 of two parts":    {append(readFixture(t, "ALA.txt.bz2"), readFixture(t, "BAY.txt.bz2")...), itself(slices.Concat(ala, bay))},
		"xz of the library":     {xzPacked(t, ala), itself(ala)},
		"xz, CRC-64":            {readFixture(t, "ALA.txt.xz"), itself(ala)},
		"xz, SHA-256, blocks":   {readFixture(t, "BAY.txt.xz"), itself(bay)},
		"xz, CRC-32, blocks":    {readFixture(t, "crc32.xz"), itself(ala)},
		"xz, no check":          {readFixture(t, "none.xz"), itself(ala)},
		"xz of two parts":       {slices.Concat(readFixture(t, "ALA.txt.xz"), make([]byte, 8), readFixture(t, "BAY.txt.xz"), make([]byte, 4)), itself(slices.Concat(ala, bay))},
		"zip":                   {zipped(t, a, b), both},
		"zip, BZip2":            {readFixture(t, "bzip2.zip"), both},
		"zip, xz":               {readFixture(t, "xz.zip"), both},
		"tar":                   {tarred(t, a, b), both},
		"tar.gz":                {gzipped(t, tarred(t, a, b)), both},
		"7z, LZMA":              {readFixture(t, "lzma.7z"), both},
		"7z, LZMA2":             {readFixture(t, "lzma2.7z"), both},
		"7z, BZip2":             {readFixture(t, "bzip2.7z"), both},
		"7z, Deflate":           {readFixture(t, "deflate.7z"), both},
		"7z, stored":            {readFixture(t, "copy.7z"), both},
		"7z, not solid":         {readFixture(t, "unsolid.7z"), both},
		"7z, plain header":      {readFixture(t, "plain-header.7z"), both},
		"7z of this test":       {sevenZipped(t, same, a, b), both},
		"7z, two in zip": {zipped(t, entry{name: "x.7z", data: readFixture(t, "lzma.7z")}, entry{name: "y.7z", data: readFixture(t, "unsolid.7z")}),
			map[string][]byte{"x.7z: ALA.txt": ala, "x.7z: BAY.txt": bay, "y.7z: ALA.txt": ala, "y.7z: BAY.txt": bay}},
		"zips in zip": {zipped(t, entry{name: "x.zip", data: zipped(t, a)}, entry{name: "d/y.zip", data: zipped(t, b)}, a),
			map[string][]byte{"x.zip: ALA.txt": ala, "d/y.zip: BAY.txt": bay, "ALA.txt": ala}},
		"four deep": {zipped(t, entry{name: "in.tar.xz", data: xzPacked(t, tarred(t, entry{name: "BAY.txt.gz", data: gzipped(t, bay)}, a))}),
			map[string][]byte{"in.tar.xz: BAY.txt.gz": bay, "in.tar.xz: ALA.txt": ala}},
		"tar.zst in 7z": {sevenZipped(t, same, b, entry{name: "in.tar.zst", data: zstdPacked(t, tarred(t, a, b))}, a),
			map[string][]byte{"BAY.txt": bay, "in.tar.zst: ALA.txt": ala, "in.tar.zst: BAY.txt": bay, "ALA.txt": ala}},
		"7z in tar.gz": {gzipped(t, tarred(t, entry{name: "in.7z", data: readFixture(t, "lzma2.7z")}, a)),
			map[string][]byte{"in.7z: ALA.txt": ala, "in.7z: BAY.txt": bay, "ALA.txt": ala}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for pass, list := range [][]opened{walked(t, tt.data), readLater(t, tt.data)} {
				if len(list) != len(tt.want) {
					t.Errorf("pass %d: %d members, want %d", pass, len(list), len(tt.want))
				}
				for _, o := range list {
					if want, ok := tt.want[o.name]; !ok || o.err != nil || o.leftOut+o.unread+o.kind != "" || !bytes.Equal(o.data, want) {
						t.Errorf("pass %d: %q is %d bytes of %d, %v, %s", pass, o.name, len(o.data), len(want), o.err, o.leftOut+o.unread+o.kind)
					}
				}
			}
		})
	}
}

// readLater returns everything in data, read after the walk, as ingest does.
func readLater(t testing.TB, data []byte) []opened {
	t.Helper()
	f := newTestFile(t, data)
	var members []*member
	if err := f.walk(t.Context(), func(m *member, leftOut string, err error) error {
		if _, err := f.head(m.node); err != nil {
			return err
		}
		members = append(members, m)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	f.letGo()
	f.grown.out.Store(0)
	var list []opened
	for _, m := range members {
		b, err := readMember(m, true)
		list = append(list, opened{name: strings.TrimPrefix(m.name, "given: "), data: b, err: err})
	}
	return list
}

// What is not to be read is named, with why; what cannot be is an error.
func TestArchivesRefused(t *testing.T) {
	racetest.LeaveOut(t)
	ala := readFixture(t, "ALA.txt")
	a := entry{name: "a.txt", data: ala}
	five := gzipped(t, gzipped(t, gzipped(t, gzipped(t, gzipped(t, ala)))))
	tests := []struct {
		name string
		data []byte
		err  error
		say  string
	}{
		{"encrypted zip", readFixture(t, "encrypted.zip"), ErrEncrypted, "encrypted"},
		{"zip with AES", readFixture(t, "encrypted-aes.zip"), ErrEncrypted, "encrypted"},
		{"encrypted 7z", readFixture(t, "encrypted.7z"), ErrEncrypted, "encrypted"},
		{"7z with an encrypted header", readFixture(t, "encrypted-header.7z"), ErrEncrypted, "encrypted"},
		{"encrypted zip in zip", zipped(t, entry{name: "in.zip", data: readFixture(t, "encrypted.zip")}), ErrEncrypted, "encrypted"},
		{"Deflate64 in zip", readFixture(t, "deflate64.zip"), ErrNotText, "uses Deflate64"},
		{"LZMA in zip", readFixture(t, "lzma.zip"), ErrNotText, "uses LZMA in a zip"},
		{"Deflate64 in 7z", readFixture(t, "deflate64.7z"), ErrNotText, "uses Deflate64"},
		{"PPMd in 7z", readFixture(t, "ppmd.7z"), ErrNotText, "uses PPMd"},
		{"filters of 7z", readFixture(t, "bcj.7z"), ErrNotText, "made for programs"},
		{"filters of xz", readFixture(t, "x86.xz"), ErrNotText, "made for programs"},
		{"xz with another index", changed(readFixture(t, "ALA.txt.xz"), -16), ErrDamaged, "damaged"},
		{"xz with an index of another block", xzOtherIndex(t), ErrDamaged, "damaged"},
		{"xz with another footer", changed(readFixture(t, "ALA.txt.xz"), -1), ErrDamaged, "damaged"},
		{"xz with a tail", append(readFixture(t, "ALA.txt.xz"), "tail of twelve"...), ErrDamaged, "damaged"},
		{"zstd with a tail", append(zstdPacked(t, ala), "tail of twelve"...), ErrDamaged, "damaged"},
		{"bzip2 with a tail", append(readFixture(t, "ALA.txt.bz2"), "tail of twelve"...), ErrDamaged, "damaged"},
		{"five deep", five, ErrNotText, "more than 4 times"},
		{"two tar archives", append(tarred(t, a), tarred(t, a)...), ErrDamaged, "damaged"},
		{"tar of sparse files", sparseTar(t), ErrNotText, "sparse"},
		{"too many in tar", tarred(t, slices.Repeat([]entry{{name: "x"}}, maxMembers+1)...), ErrExpansion, "more than 10000 files"},
		{"too many in zips", zipped(t, entry{name: "1.zip", data: zipped(t, slices.Repeat([]entry{{name: "x"}}, maxMembers)...)}), ErrExpansion, "more than 10000 files"},
		{"zip of a large directory", zippedExtra(t, 300, 60_000), ErrExpansion, "more than 10000 files"},
		{"7z that says it has 2^28 files", sevenFile7(nil, []byte{sevenHeader, sevenFilesInfo, 0xf0, 0xff, 0xff, 0xff, 0x0f, 0, 0}), ErrDamaged, "damaged"},
		{"7z of too many", sevenFile7(nil, append([]byte{sevenHeader, sevenFilesInfo, 0xc0, 0x20, 0x4e}, make([]byte, 30000)...)), ErrExpansion, "more than 10000 files"},
		{"7z of more than it says", sevenZipped(t, func(n int) int { return n - 10 }, a), ErrDamaged, "damaged"},
		{"7z of less than it says", sevenZipped(t, func(n int) int { return n + 1<<40 }, a), ErrTruncated, "truncated"},
		{"zip of more than it says", lyingZip(t, ala, 10), ErrDamaged, "damaged"},
		{"zip of less than it says", lyingZip(t, ala, 1<<30), ErrTruncated, "truncated"},
		{"zip in zip that says it is huge", lyingZip(t, zipped(t, a), 1<<40), ErrMemory, "too large"},
		{"a large window of zstd", []byte("\x28\xb5\x2f\xfd\x00\x98\x01\x00\x00"), ErrMemory, "too large"}, // 2^29 bytes
		{"a large window of xz", xzWindow(t), ErrMemory, "too large"},
		{"a large window of 7z", sevenWindow(t), ErrMemory, "too large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list := walked(t, tt.data)
			if len(list) == 0 {
				t.Fatal("nothing was found")
			}
			last := list[len(list)-1]
			if !errors.Is(last.err, tt.err) || !strings.Contains(last.err.Error(), tt.say) {
				t.Errorf("error %v, want %v saying %q", last.err, tt.err, tt.say)
			}
		})
	}
}

// zippedExtra returns a zip archive of n members whose entries in the directory have
// size bytes more than they need.
func zippedExtra(t testing.TB, n, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for range n {
		if _, err := w.CreateHeader(&zip.FileHeader{Name: "x", Comment: strings.Repeat("x", size)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What expands beyond reason is an error, also where each part of it is small.
func TestArchiveBombs(t *testing.T) {
	small := func() []byte { return gzipped(t, make([]byte, 8<<20)) }
	tests := []struct {
		name string
		slow bool
		data func() []byte
	}{
		{"gzip", true, func() []byte { return bytes.Repeat(gzipped(t, make([]byte, 1<<20)), 70) }},
		{"zstd", false, func() []byte { return bytes.Repeat(zstdPacked(t, make([]byte, 1<<20)), 70) }},
		{"zip of gzip", true, func() []byte { return zipped(t, slices.Repeat([]entry{{name: "a.gz", data: small()}}, 10)...) }},
		{"tar.gz of gzip", true, func() []byte {
			return gzipped(t, tarred(t, slices.Repeat([]entry{{name: "a.gz", data: small()}}, 10)...))
		}},
		{"bzip2", true, func() []byte { return bytes.Repeat(readFixture(t, "zeros.bz2"), 70) }},
		{"xz", true, func() []byte { return bytes.Repeat(readFixture(t, "zeros.xz"), 70) }},
		{"7z", true, func() []byte { return sevenZipped(t, same, entry{name: "a", data: make([]byte, 66<<20)}) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.slow {
				racetest.LeaveOut(t)
			}
			t.Parallel()
			list := walked(t, tt.data())
			if last := list[len(list)-1]; !errors.Is(last.err, ErrExpansion) || !strings.Contains(last.err.Error(), "expands") {
				t.Errorf("error %v", last.err)
			}
		})
	}
}

// step is how many bytes lie between two places where a container is broken.
func step() int {
	if testing.Short() {
		return 11
	}
	return 1
}

// changed returns b with a byte of it changed, counted from the end.
func changed(b []byte, at int) []byte {
	b[len(b)+at] ^= 0x10
	return b
}

// lyingZip returns a zip archive of one member that says it is of a certain size.
func lyingZip(t testing.TB, data []byte, says uint64) []byte {
	t.Helper()
	b := zipped(t, entry{name: "a.txt", data: data})
	central := bytes.LastIndex(b, []byte("PK\x01\x02"))
	if says < 1<<32-1 {
		binary.LittleEndian.PutUint32(b[central+24:], uint32(says))
		return b
	}
	// Its size is in an extra field, between the name and what is behind it.
	extra := binary.LittleEndian.AppendUint64([]byte{1, 0, 8, 0}, says)
	binary.LittleEndian.PutUint32(b[central+24:], 1<<32-1)
	extraAt := central + 46 + len("a.txt")
	old := int(binary.LittleEndian.Uint16(b[central+30:]))
	binary.LittleEndian.PutUint16(b[central+30:], uint16(old+len(extra)))
	end := len(b) - 22
	binary.LittleEndian.PutUint32(b[end+12:], binary.LittleEndian.Uint32(b[end+12:])+uint32(len(extra)))
	return slices.Insert(b, extraAt, extra...)
}

// xzWindow returns an xz file whose block asks for a window of 1 GiB.
func xzWindow(t testing.TB) []byte {
	t.Helper()
	b := readFixture(t, "ALA.txt.xz")
	header := b[12 : 12+4*(int(b[12])+1)]
	at := bytes.LastIndex(header, []byte{0x21, 1}) + 2
	header[at] = 36
	binary.LittleEndian.PutUint32(header[len(header)-4:], crc32.ChecksumIEEE(header[:len(header)-4]))
	return b
}

// sevenWindow returns a 7z archive that asks for a window of 1 GiB, and is said to
// have as much in it.
func sevenWindow(t testing.TB) []byte {
	t.Helper()
	b := sevenZipped(t, func(int) int { return 1 << 30 }, entry{name: "a", data: []byte("abc")})
	h := b[len(b)-int(b[20]):]
	at := bytes.Index(h, []byte{0x23, 3, 1, 1, 5}) + 6
	binary.LittleEndian.PutUint32(h[at:], 1<<30)
	return sevenFile7(b[32:len(b)-len(h)], h)
}

// xzOtherIndex returns an xz file whose index is sound and not that of its block.
func xzOtherIndex(t testing.TB) []byte {
	t.Helper()
	b := readFixture(t, "ALA.txt.xz")
	size := 4*int(binary.LittleEndian.Uint32(b[len(b)-8:])+1) - 4
	index := b[len(b)-16-size : len(b)-12]
	index[2] ^= 1 // the size of the block
	binary.LittleEndian.PutUint32(index[size:], crc32.ChecksumIEEE(index[:size]))
	return b
}

// sparseTar returns a tar archive of a file of which only a part is stored.
func sparseTar(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "a.txt", Size: 3, Mode: 0o644}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("abc")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	h := b.Bytes()[:512]
	h[156] = tar.TypeGNUSparse
	copy(h[257:], "ustar  \x00")
	copy(h[386:], "00000000000\x0000000000003\x00")
	copy(h[483:], "00000000003\x00")
	copy(h[148:156], "        ")
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return b.Bytes()
}

// What is not even looked into is named.
func TestArchivesLeaveOut(t *testing.T) {
	ala := readFixture(t, "ALA.txt")
	hidden := []entry{{name: "d/", mode: os.ModeDir}, {name: `x\__MACOSX\a.txt`, data: ala}, {name: `d\._a.txt`, data: ala}, {name: "Thumbs.DB", data: ala}, {name: "e"},
		{name: "../../l", data: []byte("/etc/passwd"), mode: os.ModeSymlink}}
	for name, data := range map[string][]byte{"zip": zipped(t, hidden...), "tar": tarred(t, hidden...)} {
		want := []string{"left behind", "left behind", "left behind", "empty", "link"}
		list := walked(t, data)
		for i, o := range list {
			if len(list) != len(want) || !strings.Contains(o.leftOut, want[i]) || o.err != nil {
				t.Errorf("%s: %q is left out because %q, %v", name, o.name, o.leftOut, o.err)
			}
		}
	}
	for _, fixture := range []string{"links.7z", "tree.7z"} {
		list := walked(t, readFixture(t, fixture))
		left := 0
		for _, o := range list {
			if o.leftOut != "" {
				left++
			} else if o.err != nil || path.Ext(o.name) != ".txt" || len(o.data) == 0 {
				t.Errorf("%s: %+v", fixture, o)
			}
		}
		if len(list) != 3 || left != 1 {
			t.Errorf("%s has %d members, %d of them left out", fixture, len(list), left)
		}
	}
}

// Names are labels, and directories in them are told whichever way they slash.
func TestArchiveNames(t *testing.T) {
	ala := readFixture(t, "ALA.txt")
	names := map[string]string{"../../a.txt": "a.txt", "/abs/a.txt": "abs/a.txt", `C:\dir\a.txt`: "C:/dir/a.txt", `dir\..\..\b.txt`: "b.txt", "..": "", "\x1b[31m": "\x1b[31m"}
	for name, want := range names {
		data := zipped(t, entry{name: "d/in.zip", data: zipped(t, entry{name: name, data: ala})})
		seen := false
		err := newTestFile(t, data).walk(t.Context(), func(m *member, leftOut string, err error) error {
			seen = true
			if got := m.path(); got != path.Join("d/in.zip", want) || !m.inArchive() || err != nil || leftOut != "" {
				t.Errorf("%q is %q, %v, %q", name, got, err, leftOut)
			}
			if strings.ContainsAny(m.name, "\x1b\n") {
				t.Errorf("%q is not fit to be shown", m.name)
			}
			return nil
		})
		if err != nil || !seen {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// What is not a text is told apart, and a document is one thing though it is an
// archive.
func TestKinds(t *testing.T) {
	x := []byte("<x/>")
	types := entry{name: "[Content_Types].xml", data: x}
	dbf := make([]byte, 97)
	copy(dbf, "\x03\x7e\x01\x02")
	dbf[8], dbf[10], dbf[32+11] = 97, 20, 'C'
	tests := map[string]struct {
		data         []byte
		kind, unread string
	}{
		"workbook":     {zipped(t, types, entry{name: "xl/workbook.xml", data: x}), "xlsx", ""},
		"document":     {zipped(t, types, entry{name: "word/document.xml", data: x}), "", "an Office document"},
		"open":         {zipped(t, entry{name: "mimetype", data: x}, entry{name: "content.xml", data: x}), "", "an Office document"},
		"parquet":      {[]byte("PAR1\x15\x00PAR1"), "parquet", ""},
		"not parquet":  {[]byte("PAR1\t1\tROW\n"), "", ""},
		"dBASE":        {dbf, "dbf", ""},
		"not dBASE":    {[]byte(strings.Repeat("1\tTESTER\t\t\tCOUNTY\n", 20)), "", ""},
		"SQLite":       {[]byte("SQLite format 3\x00"), "", "an SQLite database"},
		"not bzip2":    {[]byte("BZh91\tTESTER\tROW\n"), "", ""},
		"RAR":          {[]byte("Rar!\x1a\x07\x01\x00"), "", "a RAR archive"},
		"not RAR":      {[]byte("Rar!\tTESTER\n"), "", ""},
		"PGP":          {[]byte("-----BEGIN PGP MESSAGE-----\n"), "", "encrypted with PGP"},
		"old document": {[]byte("\xd0\xcf\x11\xe0"), "", "an old Office document"},
	}
	for name, tt := range tests {
		for wrap, data := range map[string][]byte{"": tt.data, " in zip": zipped(t, entry{name: "x", data: tt.data}), " in tar.gz": gzipped(t, tarred(t, entry{name: "x", data: tt.data}))} {
			list := walked(t, data)
			if len(list) != 1 || list[0].kind != tt.kind || list[0].unread != tt.unread || list[0].err != nil || !bytes.Equal(list[0].data, tt.data) {
				t.Errorf("%s%s: %+v", name, wrap, list)
			}
		}
	}
}

// A workbook and a Parquet file are read in any order wherever they are.
func TestInput(t *testing.T) {
	book := zipped(t, entry{name: "[Content_Types].xml", data: []byte("<x/>")}, entry{name: "xl/workbook.xml", data: []byte("<y/>")})
	other := entry{name: "a.txt", data: readFixture(t, "ALA.txt")}
	for name, data := range map[string][]byte{
		"itself":    book,
		"in zip":    zipped(t, other, entry{name: "b.xlsx", data: book}, other, entry{name: "in.zip", data: zipped(t, other)}),
		"in 7z":     sevenZipped(t, same, other, entry{name: "b.xlsx", data: book}, other, entry{name: "in.zip", data: zipped(t, other)}),
		"in tar":    tarred(t, other, entry{name: "b.xlsx", data: book}, other),
		"in tar.gz": gzipped(t, tarred(t, other, entry{name: "b.xlsx", data: book}, entry{name: "c.zip", data: zipped(t, other)})),
	} {
		f := newTestFile(t, data)
		var found *member
		if err := f.walk(t.Context(), func(m *member, _ string, err error) error {
			if m.kind == "xlsx" {
				found = m
			}
			return err
		}); err != nil || found == nil {
			t.Fatal(name, err)
		}
		in := found.input()
		if in.At == nil || in.Size != int64(len(book)) {
			t.Fatalf("%s: no access in any order, or %d bytes", name, in.Size)
		}
		got := make([]byte, len(book)) // kept no more, since archives behind it were read
		if _, err := in.At.ReadAt(got[10:], 10); err != nil && err != io.EOF {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := in.At.ReadAt(got[:10], 0); err != nil || !bytes.Equal(got, book) {
			t.Errorf("%s: not its bytes, %v", name, err)
		}
		r, err := in.Open()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, book) {
			t.Errorf("%s: not its bytes in order, %v", name, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// broken are small containers of one or two texts, for breaking them.
func broken(t testing.TB) map[string][]byte {
	ala, bay := readFixture(t, "ALA.txt")[:900], readFixture(t, "BAY.txt")[:500]
	a, b := entry{name: "ALA.txt", data: ala}, entry{name: "BAY.txt", data: bay}
	return map[string][]byte{
		"gzip":      gzipped(t, ala, bay),
		"zstd":      zstdPacked(t, ala, bay),
		"bzip2":     readFixture(t, "ALA.txt.bz2"),
		"xz":        readFixture(t, "BAY.txt.xz"),
		"zip":       zipped(t, a, b),
		"tar":       tarred(t, a, b),
		"tar.gz":    gzipped(t, tarred(t, a, b)),
		"7z":        sevenZipped(t, same, a, b),
		"7z, LZMA2": readFixture(t, "lzma2.7z"),
		"7z in zip": zipped(t, entry{name: "x.7z", data: sevenZipped(t, same, a, b)}),
	}
}

// A container that was cut anywhere is not read as if it were whole.
func TestArchivesCut(t *testing.T) {
	for name, data := range broken(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			magic := 8
			if name == "bzip2" {
				magic = 10 // before that it may be a text
			} else if strings.HasPrefix(name, "tar") {
				magic = headSize
			}
			if name == "tar.gz" {
				magic = 8
			}
			want := ErrTruncated
			if strings.HasSuffix(name, "zip") && name != "gzip" {
				want = ErrDamaged // its directory is missing, and what is there cannot be told
			}
			for n := magic; n < len(data); n += step() {
				if partsEnd(name, t, n) {
					continue
				}
				list := walked(t, data[:n])
				if len(list) == 0 || !errors.Is(list[len(list)-1].err, want) {
					t.Fatalf("cut to %d of %d bytes: %+v", n, len(data), list)
				}
			}
		})
	}
}

// partsEnd reports whether a container of two parts that is cut to n bytes is one
// whole part, or a tar archive the second block of whose end is missing.
func partsEnd(name string, t testing.TB, n int) bool {
	ala := readFixture(t, "ALA.txt")[:900]
	switch name {
	case "gzip":
		return n == len(gzipped(t, ala))
	case "zstd":
		return n == len(zstdPacked(t, ala))
	case "tar":
		return n == len(tarred(t, entry{name: "ALA.txt", data: ala}, entry{name: "BAY.txt", data: ala[:500]}))-headSize
	}
	return false
}

// A bit that was flipped anywhere is noticed, or changes nothing: never is
// something else read.
func TestArchivesFlipped(t *testing.T) {
	for name, data := range broken(t) {
		if name == "tar" {
			continue // has no checksums but those of its headers
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var whole []string
			for _, o := range walked(t, data) {
				whole = append(whole, string(o.data))
			}
			for i := 0; i < len(data); i += step() {
				flipped := slices.Clone(data)
				flipped[i] ^= 1 << (i % 8)
				list := walked(t, flipped)
				noticed := len(list) == 0
				for _, o := range list {
					noticed = noticed || o.err != nil || o.leftOut+o.unread != ""
				}
				if noticed || len(list) == 1 && isBinary(list[0].data) {
					continue
				}
				for j, o := range list {
					if len(list) != len(whole) || string(o.data) != whole[j] {
						t.Fatalf("byte %d flipped, and %q has other %d bytes", i, o.name, len(o.data))
					}
				}
			}
		})
	}
}

// Members of a stream are read by decompressing it once, when they are come upon
// and when they are read.
func TestReplayReadsOnce(t *testing.T) {
	racetest.LeaveOut(t)
	var entries []entry
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range 40 {
		b := make([]byte, 100<<10)
		for j := range b {
			b[j] = "0123456789ABCDEF"[rnd.IntN(16)]
		}
		entries = append(entries, entry{name: fmt.Sprint(i), data: b})
	}
	solid := map[string][]byte{"tar.gz": gzipped(t, tarred(t, entries...))}
	solid["7z"] = sevenZipped(t, same, entries...)
	for name, data := range solid {
		f := newTestFile(t, data)
		count := &countedReaderAt{at: f.root.at}
		f.root.at = count
		var members []*member
		if err := f.walk(t.Context(), func(m *member, _ string, err error) error {
			if err == nil {
				_, _, err = m.sample()
			}
			members = append(members, m)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if limit := int64(len(data)) + 64<<10; count.n > limit {
			t.Errorf("%s: %d bytes of %d read while walking", name, count.n, len(data))
		}
		f.letGo()
		count.n = 0
		for i, m := range members {
			if b, err := readMember(m, true); err != nil || !bytes.Equal(b, entries[i].data) {
				t.Errorf("%s: %d bytes, %v", name, len(b), err)
			}
		}
		if limit := int64(len(data)) + 64<<10; count.n > limit {
			t.Errorf("%s: %d bytes of %d read while reading", name, count.n, len(data))
		}
		out := f.grown.out.Load()
		if b, err := readMember(members[0], false); err != nil || !bytes.Equal(b, entries[0].data) {
			t.Errorf("%s: reading the first again: %v", name, err)
		}
		if again := f.grown.out.Load(); again > out {
			t.Errorf("%s: reading again counts as expansion: %d, %d before", name, again, out)
		}
	}
}

type countedReaderAt struct {
	at io.ReaderAt
	n  int64
}

// ReadAt implements io.ReaderAt.
func (c *countedReaderAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.at.ReadAt(p, off)
	c.n += int64(n)
	return n, err
}

// Of archives beside one another only the one being read is kept.
func TestReplayHoldsOne(t *testing.T) {
	a := entry{name: "ALA.txt", data: readFixture(t, "ALA.txt")}
	inner := zipped(t, entry{name: "x.zip", data: zipped(t, a)}, entry{name: "y.zip", data: zipped(t, a)})
	data := zipped(t, entry{name: "1.zip", data: inner}, entry{name: "2.tar.gz", data: gzipped(t, tarred(t, a, a))}, entry{name: "3.zip", data: inner})
	seen := map[*replay]bool{}
	if err := newTestFile(t, data).walk(t.Context(), func(m *member, _ string, err error) error {
		for c := m.node.in; c != nil; c = c.up {
			seen[c] = true
		}
		for c := range seen {
			if c.buf != nil && !m.node.in.within(c) {
				t.Errorf("%s is kept while %s is read", c.of.path, m.path())
			}
		}
		return err
	}); err != nil || len(seen) != 7 {
		t.Errorf("%d are kept in turn, %v", len(seen), err)
	}
}

// What is kept whole of archives within one another is bounded together.
func TestReplayGrow(t *testing.T) {
	f := newTestFile(t, nil)
	outer := &replay{file: f, whole: true, buf: make([]byte, 0, maxHeld-replayBlock)}
	inner := &replay{file: f, whole: true, up: outer, buf: make([]byte, replayBlock/2)}
	if err := inner.grow(); err != nil || cap(inner.buf) != replayBlock {
		t.Errorf("grown to %d, %v", cap(inner.buf), err)
	}
	inner.buf = inner.buf[:cap(inner.buf)]
	if err := inner.grow(); !errors.Is(err, ErrMemory) {
		t.Errorf("grown to %d, %v", cap(inner.buf), err)
	}
}

// A large member takes no more memory than a small one.
func TestArchiveMemory(t *testing.T) {
	racetest.LeaveOut(t) // 300 MiB are compressed and read three times
	const size = 300 << 20
	dir := t.TempDir()
	for name, make := range map[string]func(w io.Writer){
		"text.zst": func(w io.Writer) { writeRows(t, w, size) },
		"text.tar.zst": func(w io.Writer) {
			tw := tar.NewWriter(w)
			if err := tw.WriteHeader(&tar.Header{Name: "a.txt", Size: size, Mode: 0o644}); err != nil {
				t.Fatal(err)
			}
			writeRows(t, tw, size)
			if err := tw.Close(); err != nil {
				t.Fatal(err)
			}
		},
	} {
		path := filepath.Join(dir, name)
		out, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		w, err := zstd.NewWriter(out, zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			t.Fatal(err)
		}
		make(w)
		if err := errors.Join(w.Close(), out.Close()); err != nil {
			t.Fatal(err)
		}
		f, err := openFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var m *member
		if err := f.walk(t.Context(), func(found *member, _ string, err error) error { m = found; return err }); err != nil {
			t.Fatal(err)
		}
		f.begin(t.Context(), m)
		if live, read := liveHeap(t, m); read != size || live > 40<<20 {
			t.Errorf("%s: %d bytes read with %d MiB of heap", name, read, live>>20)
		}
		if err := f.finish(); err != nil {
			t.Error(err)
		}
		f.close()
	}
}

// writeRows writes lines of a text that shrinks about tenfold, and repeats itself
// only beyond the window of zstd.
func writeRows(t testing.TB, w io.Writer, size int) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var b []byte
	for len(b) < 16<<20 {
		b = fmt.Appendf(b, "ALA\t%09d\tTESTER%d\tROW%d\t%d INVENTED STREET\tSAMPLE CITY\tFL\t3%04d\tACTIVE\n", len(b), rnd.IntN(99), rnd.IntN(9), rnd.IntN(999), rnd.IntN(99))
	}
	for ; size > 0; size -= len(b) {
		b = b[:min(size, len(b))]
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
}

// liveHeap reads the member and returns the most that was in use of the heap, and
// how much was read.
func liveHeap(t testing.TB, m *member) (live uint64, read int) {
	r, closer, err := m.openRaw(true)
	if err != nil {
		t.Fatal(err)
	}
	defer closer()
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	before := stats.HeapAlloc
	buf := make([]byte, 1<<20)
	for i := 0; ; i++ {
		n, err := io.ReadFull(r, buf)
		read += n
		if i%50 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&stats)
			live = max(live, stats.HeapAlloc-min(stats.HeapAlloc, before))
		}
		if err != nil {
			if err != io.EOF && err != io.ErrUnexpectedEOF {
				t.Error(err)
			}
			return live, read
		}
	}
}

// Whatever the bytes are, there is no panic, memory is bounded, and reading twice
// gives the same.
func FuzzArchive(f *testing.F) {
	for _, data := range broken(f) {
		f.Add(data)
	}
	for _, name := range []string{"bzip2.7z", "deflate.7z", "copy.7z", "unsolid.7z", "plain-header.7z", "encrypted.7z", "tree.7z", "bzip2.zip", "xz.zip", "encrypted.zip", "crc32.xz"} {
		f.Add(readFixture(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in := newTestFile(t, data)
		var members []*member
		var first []string
		err := in.walk(t.Context(), func(m *member, leftOut string, err error) error {
			if leftOut == "" && err == nil {
				members = append(members, m)
				first = append(first, digest(m))
			}
			if in.held != nil && cap(in.held.buf) > maxHeld {
				t.Error("too much is kept")
			}
			return nil
		})
		if err != nil && !errors.Is(err, errTooMany) {
			t.Error(err)
		}
		in.letGo()
		in.grown.out.Store(0)
		for i, m := range members {
			if again := digest(m); again != first[i] && !strings.Contains(first[i]+again, "expand") {
				t.Errorf("%s is %s, then %s", m.name, first[i], again)
			}
		}
	})
}

// digest sums up what the member gives.
func digest(m *member) string {
	r, closer, err := m.openRaw(false)
	if err != nil {
		return m.failRead(err).Error()
	}
	defer closer()
	h := crc32.NewIEEE()
	n, err := io.Copy(h, r)
	if err != nil {
		return m.failRead(err).Error()
	}
	return fmt.Sprintf("%d bytes, %x", n, h.Sum32())
}
