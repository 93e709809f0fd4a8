package lookup

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/FastFilter/xorfilter"

	"rollcheck/hashing"
)

// numbered returns n tags that differ.
func numbered(n int) []hashing.Tag {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	tags := make([]hashing.Tag, n)
	for i := range tags {
		tags[i] = hashing.Tag(r.Uint64()<<20 | uint64(i))
	}
	return tags
}

func build(t testing.TB, tags []hashing.Tag) []byte {
	t.Helper()
	file, err := BuildFilter(slices.Clone(tags))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestFilter(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 31, 32, 33, 1000, 100_000} {
		tags := numbered(n)
		f, err := OpenFilter(build(t, tags))
		if err != nil {
			t.Fatalf("%d tags: %v", n, err)
		}
		if f.Len() != n {
			t.Errorf("%d tags: length %d", n, f.Len())
		}
		for _, tag := range tags {
			if !f.Has(tag) {
				t.Fatalf("%d tags: one is not in it", n)
			}
		}
		wrong, looks := 0, 1<<19
		for i := range looks {
			if f.Has(hashing.Tag(i)) { // tags above have higher bits set, but for chance
				wrong++
			}
		}
		// 8 are expected; over 30 is a chance of 1e-9.
		if wrong > 30 || n > 1000 && wrong == 0 {
			t.Errorf("%d tags: %d of %d looks are wrong", n, wrong, looks)
		}
	}
}

// A file depends on the set of tags alone.
func TestFilterIsReproducible(t *testing.T) {
	tags := numbered(20_000)
	want := build(t, tags)
	again := append(slices.Clone(tags), tags[:5000]...)
	rand.New(rand.NewPCG(2, 3)).Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
	if got := build(t, again); !bytes.Equal(got, want) {
		t.Errorf("tags in another order and some twice make another file, of %d bytes instead of %d", len(got), len(want))
	}
	if _, err := BuildFilter(nil); !errors.Is(err, ErrNoTags) {
		t.Errorf("no tags: %v", err)
	}
}

// The probe is that of the library that builds.
func TestFilterAgainstLibrary(t *testing.T) {
	tags := numbered(5000)
	f, err := OpenFilter(build(t, tags))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(tags)
	keys := make([]uint64, len(tags))
	for i, tag := range tags {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], uint64(tag))
		keys[i] = binary.LittleEndian.Uint64(b[:])
	}
	peer, err := xorfilter.NewBinaryFuse[uint16](keys)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(4, 5))
	for range 1 << 20 {
		key := r.Uint64()
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], key)
		if tag := hashing.Tag(binary.BigEndian.Uint64(b[:])); f.Has(tag) != peer.Contains(key) {
			t.Fatalf("tag %x: %v here, %v there", tag, f.Has(tag), peer.Contains(key))
		}
	}
}

func TestOpenFilterRefuses(t *testing.T) {
	good := build(t, numbered(100))
	for _, tc := range []struct {
		name string
		do   func(b []byte) []byte
		want error
	}{
		{"nothing", func(b []byte) []byte { return nil }, ErrFormat},
		{"a header cut", func(b []byte) []byte { return b[:31] }, ErrFormat},
		{"another magic", func(b []byte) []byte { b[0] = 'X'; return b }, ErrFormat},
		{"a later version", func(b []byte) []byte { b[4] = 2; return b }, ErrVersion},
		{"other cells", func(b []byte) []byte { b[5] = 8; return b }, ErrVersion},
		{"cells cut", func(b []byte) []byte { return b[:len(b)-2] }, ErrFormat},
		{"half a cell", func(b []byte) []byte { return b[:len(b)-1] }, ErrFormat},
		{"cells over", func(b []byte) []byte { return append(b, 0, 0) }, ErrFormat},
		{"no tags", func(b []byte) []byte { clear(b[16:20]); return b }, ErrFormat},
		{"more tags than cells", func(b []byte) []byte { b[18] = 1; return b }, ErrFormat},
		{"a segment of 6", func(b []byte) []byte { // with all the cells of that, of which a probe may miss the last
			b[16], b[17], b[20], b[21], b[24] = 2, 0, 6, 0, 1
			return b[:filterHeader+2*3*6]
		}, ErrFormat},
		{"a segment of 0", func(b []byte) []byte { clear(b[20:24]); return b }, ErrFormat},
		{"a segment of 2^31", func(b []byte) []byte { clear(b[20:24]); b[23] = 128; return b }, ErrFormat},
		{"no segments", func(b []byte) []byte { clear(b[24:28]); return b }, ErrFormat},
		{"segments beyond all bounds", func(b []byte) []byte { copy(b[24:28], "\xff\xff\xff\xff"); return b }, ErrFormat},
		{"something in the reserved bytes", func(b []byte) []byte { b[6] = 1; return b }, ErrFormat},
		{"something in the last reserved bytes", func(b []byte) []byte { b[31] = 1; return b }, ErrFormat},
	} {
		if f, err := OpenFilter(tc.do(slices.Clone(good))); !errors.Is(err, tc.want) || f != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

// What opens can be probed for anything and is as long as its header says.
func FuzzOpenFilter(f *testing.F) {
	f.Add(build(f, numbered(1)), uint64(1))
	f.Add(build(f, numbered(40)), uint64(1)<<63)
	f.Fuzz(func(t *testing.T, b []byte, tag uint64) {
		filter, err := OpenFilter(b)
		if err != nil {
			return
		}
		for _, x := range []uint64{tag, 0, ^uint64(0), ^tag} {
			filter.Has(hashing.Tag(x))
		}
		if n := int(filter.count) + 2*int(filter.length); len(b) != filterHeader+2*n || filter.Len() < 1 || filter.Len() > n {
			t.Errorf("%d bytes, %d cells, %d tags", len(b), n, filter.Len())
		}
	})
}

func BenchmarkBuildFilter(b *testing.B) {
	tags := numbered(1_000_000)
	slices.Sort(tags)
	for b.Loop() {
		if _, err := BuildFilter(tags); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/tag")
}

func BenchmarkFilterHas(b *testing.B) {
	f, err := OpenFilter(build(b, numbered(1_000_000)))
	if err != nil {
		b.Fatal(err)
	}
	tag := hashing.Tag(1)
	for b.Loop() {
		f.Has(tag)
		tag = tag*6364136223846793005 + 1442695040888963407
	}
}
