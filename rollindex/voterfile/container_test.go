package voterfile

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"rollcheck/internal/racetest"
)

func gzipped(t testing.TB, parts ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, p := range parts {
		w := gzip.NewWriter(&b)
		if _, err := w.Write(p); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

type entry struct {
	name string
	data []byte
	mode os.FileMode
}

func zipped(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		h.SetMode(0o644 | e.mode)
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestContainers(t *testing.T) {
	fl := mustLayout(t, "fl-extract")
	roll := testRoll(fl, 1600) // several blocks, so that the parts of a gzip file end within one
	utf8 := append([]byte("\ufeff"), roll...)
	third := bytes.IndexByte(roll[len(roll)/3:], '\n') + len(roll)/3 + 1
	plain, _ := readAll(t, mustOpen(t, Options{}, writeFile(t, "plain.txt", roll)))
	if len(plain) != 1600 {
		t.Fatalf("%d records", len(plain))
	}
	tests := map[string][]byte{
		"gzip":                  gzipped(t, roll),
		"gzip of several parts": gzipped(t, roll[:100], roll[100:third], roll[third:]),
		"zip":                   zipped(t, entry{name: "ALA.txt", data: roll}),
		"gzip in zip":           zipped(t, entry{name: "ALA.txt.gz", data: gzipped(t, roll)}),
		"zstd":                  zstdPacked(t, roll[:third], roll[third:]),
		"tar":                   tarred(t, entry{name: "ALA.txt", data: roll}),
		"tar.gz":                gzipped(t, tarred(t, entry{name: "ALA.txt", data: roll})),
		"zip in zip":            zipped(t, entry{name: "in.zip", data: zipped(t, entry{name: "ALA.txt", data: roll})}),
		"UTF-8 mark":            utf8,
		"UTF-8 mark in gzip":    gzipped(t, utf8),
		"UTF-16":                utf16Bytes(string(roll), true),
		"UTF-16 in zip":         zipped(t, entry{name: "a.txt", data: utf16Bytes(string(roll), true)}),
		"CRLF":                  bytes.ReplaceAll(roll, []byte("\n"), []byte("\r\n")),
		"CR":                    bytes.ReplaceAll(roll, []byte("\n"), []byte("\r")),
		"no end of the last":    bytes.TrimSuffix(roll, []byte("\n")),
		"DOS end of file":       append(slices.Clone(roll), 0x1a),
		"mixed line ends":       mixedEnds(roll),
	}
	if !testing.Short() { // packing takes long under the race detector
		tests["xz"] = xzPacked(t, roll)
		tests["7z"] = sevenZipped(t, same, entry{name: "ALA.txt", data: roll})
		tests["tar.xz in zip"] = zipped(t, entry{name: "in.txz", data: xzPacked(t, tarred(t, entry{name: "ALA.txt", data: roll}))})
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			s := mustOpen(t, Options{}, writeFile(t, "roll.bin", data))
			got, skips := readAll(t, s)
			if !slices.Equal(got, plain) {
				t.Errorf("%d records, not those of the plain file", len(got))
			}
			if skips.Rows != 1600 || skips.Skipped() != 0 {
				t.Errorf("%d rows, %d skipped", skips.Rows, skips.Skipped())
			}
			src := s.Sources()[0]
			if src.Bytes != int64(len(data)) || src.SHA256 != fmt.Sprintf("%x", sha256.Sum256(data)) {
				t.Errorf("source %+v is not the file as given", src)
			}
			if read, total := s.Progress(); read != total || total != int64(len(data)) {
				t.Errorf("progress %d of %d at the end", read, total)
			}
		})
	}
}

// mixedEnds ends every other line in CRLF and puts blank lines at the end, where
// they change no line number.
func mixedEnds(roll []byte) []byte {
	var out []byte
	for i, line := range bytes.SplitAfter(roll, []byte("\n")) {
		if i%2 == 1 {
			line = append(bytes.TrimSuffix(line, []byte("\n")), "\r\n"...)
		}
		out = append(out, line...)
	}
	return append(out, "\n\r\n   \n"...)
}

// A delivery has more in it than the roll. What is not read is named, with why.
func TestZipMembers(t *testing.T) {
	fl := mustLayout(t, "fl-extract")
	roll := testRoll(fl, 10)
	history := []byte(strings.Repeat("ALA\t100000001\t11/03/2020\tGEN\tY\n", 50))
	data := zipped(t,
		entry{name: "roll/", mode: os.ModeDir},
		entry{name: "roll/ALA_20260101.txt", data: roll},
		entry{name: "../../etc/BAY.txt", data: roll},
		entry{name: `C:\roll\DAD.txt`, data: roll},
		entry{name: "/abs/\x1b[31mDUV.txt", data: roll},
		entry{name: "link", data: []byte("/etc/passwd"), mode: os.ModeSymlink},
		entry{name: "20260401_VerificationFiles/ALA.txt", data: roll},
		entry{name: "processedfiles_x/ALA.txt", data: roll},
		entry{name: "ALA_H_20260101.txt", data: history},
		entry{name: "readme.txt", data: []byte("Read me.\nThis is a voter roll.\n")},
		entry{name: "layout.pdf", data: []byte("%PDF-1.7 ...")},
		entry{name: "table.xlsx", data: zipped(t, entry{name: "[Content_Types].xml", data: []byte("<x/>")})},
		entry{name: "__MACOSX/ALA.txt", data: roll},
		entry{name: "._ALA.txt", data: roll},
		entry{name: "empty.txt"},
		entry{name: "blank.txt", data: []byte("\n\n")},
		entry{name: "noise.dat", data: bytes.Repeat([]byte{0, 1, 2}, 100)},
		entry{name: "names.txt", data: []byte(strings.Join(columnNames(fl), "\t") + "\n")},
	)
	dir := t.TempDir()
	before := listFiles(t, filepath.Dir(dir))
	s := mustOpen(t, Options{}, writeFile(t, "roll.zip", data))
	recs, skips := readAll(t, s)
	if len(recs) != 40 || skips.Skipped() != 0 {
		t.Errorf("%d records, %d skipped, want 40 and none", len(recs), skips.Skipped())
	}
	want := []string{"", "", "", "", "link", "check or repeat", "check or repeat", "5 fields", "not of the shape", "PDF", "Office", "operating system", "operating system", "empty", "empty", "not a text", "without rows"}
	members := s.Members()
	if len(members) != len(want) {
		t.Fatalf("%d members, want %d", len(members), len(want))
	}
	for i, m := range members {
		if (m.LeftOut == "") != (want[i] == "") || !strings.Contains(m.LeftOut, want[i]) {
			t.Errorf("%s left out because %q, want %q", m.Name, m.LeftOut, want[i])
		}
		if strings.ContainsAny(m.Name, "\x1b\n") {
			t.Errorf("%q is not fit to be shown", m.Name)
		}
	}
	if after := listFiles(t, filepath.Dir(dir)); len(after) != len(before)+1 { // the archive's own directory
		t.Errorf("files appeared: %q, before %q", after, before)
	}
}

func listFiles(t *testing.T, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestContainersRefused(t *testing.T) {
	racetest.LeaveOut(t)
	fl := mustLayout(t, "fl-extract")
	roll := testRoll(fl, 5000)
	gz, zp := gzipped(t, roll), zipped(t, entry{name: "a.txt", data: roll})
	encrypted := slices.Clone(zp)
	encrypted[6] |= 1
	central := bytes.Index(encrypted, []byte("PK\x01\x02"))
	encrypted[central+8] |= 1
	flipped := slices.Clone(gz)
	flipped[len(flipped)/2] ^= 0xff
	wrongSum := slices.Clone(zp)
	binary.LittleEndian.PutUint32(wrongSum[bytes.Index(wrongSum, []byte("PK\x01\x02"))+16:], 1)
	bomb := append(testRoll(fl, 1), bytes.Repeat(append(bytes.Repeat([]byte{'\t'}, 37), '\n'), 60_000)...)
	wide := []byte(strings.Repeat(strings.Repeat("x\t", 24)+"x\n", 20))
	tests := []struct {
		name string
		data []byte
		err  error
		say  string
	}{
		{"truncated gzip", gz[:len(gz)-len(gz)/3], ErrTruncated, "truncated"},
		{"gzip without its end", gz[:len(gz)-4], ErrTruncated, "truncated"},
		{"gzip cut in its header", gz[:5], ErrTruncated, "truncated"},
		{"damaged gzip", flipped, nil, ""}, // found as damage or as an end too soon
		{"gzip with a tail", append(slices.Clone(gz), "tail of twelve"...), ErrDamaged, "damaged"},
		{"gzip bomb", bytes.Repeat(gzipped(t, bomb), 32), ErrExpansion, "expands"},
		{"zip bomb", zipBomb(t, bomb, 32), ErrExpansion, "expands"},
		{"truncated zip", zp[:len(zp)/2], ErrDamaged, "zip"},
		{"zip with a wrong checksum", wrongSum, ErrDamaged, "damaged"},
		{"encrypted zip", encrypted, ErrEncrypted, "encrypted"},
		{"zip of nothing", zipped(t), ErrEmpty, "no roll"},
		{"zip without a roll", zipped(t, entry{name: "layout.pdf", data: []byte("%PDF-1.7")}), ErrEmpty, "PDF"},
		{"a roll of another shape beside one", zipped(t, entry{name: "a.txt", data: roll}, entry{name: "b.txt", data: wide}), ErrNoLayout, "25 fields"},
		{"RAR", []byte("Rar!\x1a\x07\x01\x00"), ErrNotText, "RAR"},
		{"SQLite", []byte("SQLite format 3\x00"), ErrNotText, "SQLite"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := openAndRead(t, writeFile(t, "roll.bin", tt.data))
			if tt.err == nil {
				if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrTruncated) {
					t.Errorf("error %v", err)
				}
				return
			}
			checkError(t, err, tt.err, tt.say)
		})
	}
}

// zipBomb returns an archive of n members of the same content, each of which is
// too small to be noticed.
func zipBomb(t *testing.T, data []byte, n int) []byte {
	t.Helper()
	var packed, out bytes.Buffer
	f, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(&out)
	for i := range n {
		h := &zip.FileHeader{Name: fmt.Sprint(i), Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(data),
			CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(len(data))}
		h.SetMode(0o644)
		var raw io.Writer
		if raw, err = w.CreateRaw(h); err == nil {
			_, err = raw.Write(packed.Bytes())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// openAndRead returns the first error of opening a file or reading it.
func openAndRead(t *testing.T, path string) error {
	t.Helper()
	s, err := Open(t.Context(), []string{path}, Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	for {
		if _, err := s.Next(nil); err != nil {
			return err
		}
	}
}

func TestFileChanges(t *testing.T) {
	path := writeFile(t, "roll.txt", testRoll(mustLayout(t, "fl-extract"), 100))
	s := mustOpen(t, Options{}, path)
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("more\n"); err != nil {
		t.Fatal(err)
	}
	f.Close()
	for err == nil {
		_, err = s.Next(nil)
	}
	checkError(t, err, ErrChanged, "changed")
}

// Closing in the middle stops the goroutines; the race detector and a hanging
// test would show if it did not.
func TestCloseEarly(t *testing.T) {
	roll := testRoll(mustLayout(t, "fl-extract"), 8000)
	tests := map[string][]byte{"plain": roll, "gzip": gzipped(t, roll), "zip": zipped(t, entry{name: "a", data: roll}),
		"zstd": zstdPacked(t, roll), "tar.gz": gzipped(t, tarred(t, entry{name: "a", data: roll}))}
	if !testing.Short() { // packing takes long under the race detector
		tests["7z"] = sevenZipped(t, same, entry{name: "a", data: roll}, entry{name: "b", data: roll})
	}
	for name, data := range tests {
		s := mustOpen(t, Options{}, writeFile(t, name, data))
		if _, err := s.Next(nil); err != nil {
			t.Fatal(err)
		}
		s.Close()
		s.Close()
		if _, err := s.Next(nil); err == nil {
			t.Error(name, "was read after it was closed")
		}
	}
}

func TestReadAhead(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 200_000)
	broken := errors.New("broken")
	for name, r := range map[string]io.Reader{
		"at once":      bytes.NewReader(data),
		"by the half":  iotest.HalfReader(bytes.NewReader(data)),
		"data and end": iotest.DataErrReader(bytes.NewReader(data)),
	} {
		a := newReadAhead(r)
		got, err := io.ReadAll(iotest.HalfReader(a))
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		a.Close()
	}
	a := newReadAhead(io.MultiReader(bytes.NewReader(data), iotest.ErrReader(broken)))
	if got, err := io.ReadAll(a); err != broken || !bytes.Equal(got, data) {
		t.Errorf("%d bytes before %v, want %d", len(got), err, len(data))
	}
	if _, err := a.Read(make([]byte, 1)); err != broken {
		t.Errorf("the error did not stay: %v", err)
	}
	a.Close()
	newReadAhead(bytes.NewReader(data)).Close() // unread
}

// Whoever stops the work stops it between two chunks.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	path := writeFile(t, "roll.txt", testRoll(mustLayout(t, "fl-extract"), 8000))
	s, err := Open(ctx, []string{path}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Next(nil); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := s.Next(nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after it was cancelled", err)
	}
	if _, err := Open(ctx, []string{path}, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v opening", err)
	}
}

// A member that could hold rows and is not read must not go missing silently.
func TestZipRefusesWhatMayHoldRows(t *testing.T) {
	for name, b := range map[string][]byte{
		"roll.rar": []byte("Rar!\x1a\x07\x01\x00"),
		"roll.lz4": []byte("\x04\x22\x4d\x18"),
		"roll.dat": bytes.Repeat([]byte{0, 'a', 0, 'b'}, 20<<10),
	} {
		data := zipped(t, entry{name: name, data: b})
		_, err := Open(t.Context(), []string{writeFile(t, "roll.zip", data)}, Options{})
		if !errors.Is(err, ErrNotText) {
			t.Errorf("%s in an archive: %v", name, err)
		}
	}
}
