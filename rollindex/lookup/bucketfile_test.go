package lookup

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"math"
	"slices"
	"testing"

	"rollcheck/hashing"
)

var testPad = [32]byte{1, 2, 3}

func entriesOf(n int) (entries []Entry) {
	for i, tag := range numbered(n) {
		entries = append(entries, Entry{tag, uint16(i % 3), hashing.Mask(i)})
	}
	return entries
}

// bucketsOf returns the bodies and the tree of 2^bits buckets of some entries.
func bucketsOf(t testing.TB, bits int) ([][]byte, *Tree) {
	t.Helper()
	var bodies [][]byte
	for n := range 1 << bits {
		body, err := BuildBucket(BucketID{3, bits, n}, entriesOf(40*n), []uint16{0, 1, 2}, &testPad)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, body)
	}
	tree, err := NewTree(bodies)
	if err != nil {
		t.Fatal(err)
	}
	return bodies, tree
}

func TestStep(t *testing.T) {
	for n, want := range map[int]int{0: 64, 1: 64, 64: 64, 65: 91, 91: 91, 92: 128, 129: 182, 183: 256, 5824: 5824, 5825: 8192} {
		if got := Step(n); got != want {
			t.Errorf("Step(%d) = %d, want %d", n, got, want)
		}
	}
	last := Step(0)
	for n := 65; n < 1<<20; n = last + 1 {
		next := Step(n)
		if ratio := float64(next) / float64(last); math.Abs(ratio-math.Sqrt2) > 0.01 {
			t.Errorf("from %d to %d is a step of %.3f", last, next, ratio)
		}
		last = next
	}
}

func TestBuckets(t *testing.T) {
	for _, bits := range []int{0, 1, 4} {
		bodies, tree := bucketsOf(t, bits)
		root := tree.Root()
		for n, body := range bodies {
			id := BucketID{3, bits, n}
			file := tree.AppendProof(slices.Clone(body), n)
			if len(file) != BucketFileSize(bits, Step(40*n)) {
				t.Errorf("bucket %d has %d bytes", n, len(file))
			}
			b, err := OpenBucket(file, id, &root)
			if err != nil {
				t.Fatalf("bucket %d of %d bits: %v", n, bits, err)
			}
			for _, e := range entriesOf(40 * n) {
				if sealed, ok := b.Find(e.Tag, e.Dataset); !ok || sealed != e.Sealed {
					t.Fatalf("bucket %d: an entry is not found, or another one", n)
				}
				if _, ok := b.Find(e.Tag, e.Dataset+1); ok {
					t.Fatal("an entry is found in another dataset")
				}
				if _, ok := b.Find(e.Tag+1, e.Dataset); ok {
					t.Fatal("what is not there is found")
				}
			}
			for _, wrong := range []BucketID{{4, bits, n}, {3, bits, n ^ 1}, {3, bits + 1, n}} {
				if _, err := OpenBucket(file, wrong, &root); !errors.Is(err, ErrBucket) {
					t.Errorf("bucket %+v is taken for %+v: %v", id, wrong, err)
				}
			}
		}
	}
}

// The bucket is the same byte for byte whatever the order of its entries; padding
// is of the datasets of the list, and only who has the pad key can tell it.
func TestBuildBucket(t *testing.T) {
	id, entries := BucketID{3, 4, 9}, entriesOf(70)
	want, err := BuildBucket(id, slices.Clone(entries), []uint16{0, 1, 2}, &testPad)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(entries)
	if got, _ := BuildBucket(id, slices.Clone(entries), []uint16{0, 1, 2}, &testPad); !bytes.Equal(got, want) {
		t.Error("entries in another order make another bucket")
	}
	if got, _ := BuildBucket(id, slices.Clone(entries), []uint16{0, 1, 2}, &[32]byte{}); bytes.Equal(got, want) {
		t.Error("padding does not depend on the pad key")
	}
	b := &BucketFile{want[bucketHeader:]}
	used := make(map[uint16]int)
	for i := range b.Len() {
		used[b.At(i).Dataset]++
	}
	if b.Len() != 91 || len(used) != 3 {
		t.Errorf("%d entries of the datasets %v", b.Len(), used)
	}
	for name, bad := range map[string]func() ([]byte, error){
		"an entry twice": func() ([]byte, error) {
			return BuildBucket(id, append(entries, entries[0]), []uint16{0, 1, 2}, &testPad)
		},
		"an unknown dataset": func() ([]byte, error) { return BuildBucket(id, entries, []uint16{0, 1}, &testPad) },
		"no dataset":         func() ([]byte, error) { return BuildBucket(id, nil, nil, &testPad) },
		"a number too large": func() ([]byte, error) { return BuildBucket(BucketID{3, 4, 16}, nil, []uint16{0}, &testPad) },
		"a negative number":  func() ([]byte, error) { return BuildBucket(BucketID{3, 4, -1}, nil, []uint16{0}, &testPad) },
		"too many bits":      func() ([]byte, error) { return BuildBucket(BucketID{3, 17, 0}, nil, []uint16{0}, &testPad) },
	} {
		if _, err := bad(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// What a proof leads to but is not a bucket asked for is refused, too: the
// operator may have signed anything.
func TestOpenBucketAfterProof(t *testing.T) {
	body, err := BuildBucket(BucketID{3, 0, 0}, entriesOf(10), []uint16{0, 1, 2}, &testPad)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		do   func(b []byte)
		want error
	}{
		"as it is":        {func([]byte) {}, nil},
		"another magic":   {func(b []byte) { b[0]++ }, ErrBucket},
		"a later version": {func(b []byte) { b[4]++ }, ErrVersion},
		"another key":     {func(b []byte) { b[7]++ }, ErrBucket},
		"another number":  {func(b []byte) { b[11]++ }, ErrBucket},
		"another count":   {func(b []byte) { b[15]++ }, ErrBucket},
		"out of order":    {func(b []byte) { copy(b[bucketHeader:], "\xff\xff") }, ErrBucket},
		"an entry twice":  {func(b []byte) { copy(b[bucketHeader+entrySize:], b[bucketHeader:bucketHeader+entrySize]) }, ErrBucket},
	} {
		b := slices.Clone(body)
		tc.do(b)
		root := LeafHash(b)
		if _, err := OpenBucket(b, BucketID{3, 0, 0}, &root); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

func TestTree(t *testing.T) {
	for _, n := range []int{0, 3, 6} {
		if _, err := NewTree(make([][]byte, n)); err == nil {
			t.Errorf("a tree of %d leaves", n)
		}
	}
	// A tree of two: node(leaf(a), leaf(b)), computed apart.
	a, b := sha256.Sum256([]byte("\x00a")), sha256.Sum256([]byte("\x00b"))
	want := sha256.Sum256(slices.Concat([]byte{1}, a[:], b[:]))
	tree, err := NewTree([][]byte{[]byte("a"), []byte("b")})
	if err != nil || tree.Root() != Hash(want) {
		t.Errorf("root %x, want %x (%v)", tree.Root(), want, err)
	}
	root := tree.Root()
	if node := slices.Concat(a[:], b[:]); proves(&root, node, 0, nil) {
		t.Error("a node is taken for a leaf")
	}
	if !proves(&root, []byte("b"), 1, a[:]) || proves(&root, []byte("b"), 0, a[:]) || proves(&root, []byte("b"), 3, a[:]) ||
		proves(&root, []byte("b"), 1, append(a[:], 0)) {
		t.Error("a proof holds in another place, or not in its own")
	}
}

// Of all changes of a file, none is taken.
func FuzzOpenBucketAltered(f *testing.F) {
	bodies, tree := bucketsOf(f, 2)
	root, id := tree.Root(), BucketID{3, 2, 1}
	good := tree.AppendProof(slices.Clone(bodies[1]), 1)
	f.Add(good)
	f.Add(tree.AppendProof(slices.Clone(bodies[2]), 2))
	f.Add(bodies[1])
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := OpenBucket(b, id, &root); (err == nil) != bytes.Equal(b, good) {
			t.Errorf("another file: %v", err)
		}
	})
}

// What an operator signs is read without harm: what opens is in order, and each
// entry is found.
func FuzzOpenBucketSigned(f *testing.F) {
	bodies, _ := bucketsOf(f, 0)
	f.Add(bodies[0])
	f.Fuzz(func(t *testing.T, b []byte) {
		root := LeafHash(b)
		file, err := OpenBucket(b, BucketID{3, 0, 0}, &root)
		if err != nil {
			return
		}
		for i := range file.Len() {
			e := file.At(i)
			if sealed, ok := file.Find(e.Tag, e.Dataset); !ok || sealed != e.Sealed {
				t.Fatal("an entry is not found")
			}
		}
		if len(b) != BucketFileSize(0, file.Len()) {
			t.Errorf("%d bytes, %d entries", len(b), file.Len())
		}
	})
}

func BenchmarkOpenBucket(b *testing.B) {
	body, err := BuildBucket(BucketID{3, 0, 0}, entriesOf(8192), []uint16{0, 1, 2}, &testPad)
	if err != nil {
		b.Fatal(err)
	}
	root := LeafHash(body)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		file, err := OpenBucket(body, BucketID{3, 0, 0}, &root)
		if err != nil {
			b.Fatal(err)
		}
		file.Find(1, 1)
	}
}
