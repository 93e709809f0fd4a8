package rollindex

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
)

const testCheckpoint = "d.1.part"

// begin starts a build of dataset "d" and adds the rows to it.
func begin(t testing.TB, ix *Index, rows []row) *Build {
	t.Helper()
	b, err := ix.Begin("d", 0)
	if err != nil {
		t.Fatal(err)
	}
	addRows(t, ix, b, rows)
	return b
}

func commit(t testing.TB, ix *Index, b *Build, rows []row) hashing.DatasetInfo {
	t.Helper()
	info, err := b.Commit(t.Context(), describe(ix, rows), CommitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// What a build before evaluated is not evaluated again, makes the same index, and
// is gone once that is there.
func TestCheckpoint(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	rows := rowsOf(1, 2000)
	unbroken := newIndexOf(t, hashing.Served)
	ix := copyIndex(t, unbroken)
	want := build(t, unbroken, "d", rows, 0)

	b := begin(t, ix, rows[:1000])
	if b.Resumed() != 0 {
		t.Errorf("%d keys were resumed by the first run", b.Resumed())
	}
	b.Abort() // as far as the disk shows, the same as a kill
	build(t, ix, "other", rows[:10], 0)
	ix = reopen(t, ix)
	b = begin(t, ix, rows)
	if b.Resumed() != 1000 {
		t.Errorf("%d keys were resumed, want 1000", b.Resumed())
	}
	if got := commit(t, ix, b, rows); got.Digest != want.Digest {
		t.Errorf("digest %s, that of an unbroken run is %s", got.Digest, want.Digest)
	}
	if got := answers(t, reopen(t, ix), universeOf(2000, 1)); !maps.Equal(only(got, "0 "), expected(rows)) {
		t.Error("the dataset is not what the rows hold")
	}
	if left, _ := filepath.Glob(filepath.Join(ix.dir, "*.part")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// only returns the answers of one dataset.
func only(got map[string]int64, prefix string) map[string]int64 {
	maps.DeleteFunc(got, func(key string, _ int64) bool { return key[:len(prefix)] != prefix })
	return got
}

// Writers that share a checkpoint take from it and add to it at the same time, and
// make the index that one makes alone.
func TestCheckpointSideBySide(t *testing.T) {
	t.Parallel()
	const writers, list = 4, 10
	rows := rowsOf(1, 160)
	alone := newIndexOf(t, hashing.Served)
	ix := copyIndex(t, alone)
	want := build(t, alone, "d", rows, 0)
	begin := func(rows []row) *Build {
		b, err := ix.Begin("d", 0)
		if err != nil {
			t.Fatal(err)
		}
		lists := slices.Collect(slices.Chunk(rows, list))
		var running sync.WaitGroup
		for first := range writers {
			running.Go(func() {
				w := b.NewWriter()
				for i := first; i < len(lists); i += writers {
					if err := w.AddServed(t.Context(), servedKeys(lists[i]), 2); err != nil {
						t.Error(err)
					}
				}
				if err := w.Flush(); err != nil {
					t.Error(err)
				}
			})
		}
		running.Wait()
		return b
	}
	begin(rows[:80]).Abort()
	b := begin(rows)
	if b.Resumed() != 80 {
		t.Errorf("%d keys were resumed, want 80", b.Resumed())
	}
	if got := commit(t, ix, b, rows); got.Digest != want.Digest {
		t.Errorf("digest %s, that of one writer is %s", got.Digest, want.Digest)
	}
}

// A checkpoint that was cut or changed anywhere serves as far as it is whole, and
// the index is the same.
func TestDamagedCheckpoint(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	rows := rowsOf(1, 1500) // three blocks
	ix := newIndexOf(t, hashing.Served)
	begin(t, ix, rows).Abort()
	whole, err := os.ReadFile(filepath.Join(ix.dir, testCheckpoint))
	if err != nil {
		t.Fatal(err)
	}
	flipped := func(at int) []byte {
		b := bytes.Clone(whole)
		b[at] ^= 1
		return b
	}
	third := (len(whole) - len(checkpointHeader)) / 3
	digest := ""
	for _, tc := range []struct {
		what    string
		content []byte
		resumed int64
	}{
		{"whole", whole, 1500},
		{"empty", nil, 0},
		{"cut in the header", whole[:5], 0},
		{"cut in a length", whole[:len(checkpointHeader)+third+2], 500},
		{"cut in a block", whole[:len(whole)-1], 1000},
		{"more behind it", append(bytes.Clone(whole), 0, 0, 0, 60, 1, 2, 3), 1500},
		{"another header", flipped(0), 0},
		{"a length changed", flipped(len(checkpointHeader) + third), 500},
		{"a block changed", flipped(len(checkpointHeader) + third + 100), 500},
		{"a tag of authentication changed", flipped(len(whole) - 1), 1000},
	} {
		again := copyIndex(t, ix)
		if err := os.WriteFile(filepath.Join(again.dir, testCheckpoint), tc.content, 0o600); err != nil {
			t.Fatal(err)
		}
		b := begin(t, again, rows)
		if got := b.Resumed(); got != tc.resumed {
			t.Errorf("%s: %d keys resumed, want %d", tc.what, got, tc.resumed)
		}
		info := commit(t, again, b, rows)
		if digest == "" {
			digest = info.Digest
		}
		if info.Digest != digest {
			t.Errorf("%s: digest %s, want %s", tc.what, info.Digest, digest)
		}
	}
}

// A checkpoint of another key, dataset or generation is of no use to a build, nor
// is one whose rows are others.
func TestCheckpointIsOfOneBuild(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	rows := rowsOf(1, 500)
	ix := newIndexOf(t, hashing.Served)
	begin(t, ix, rows).Abort()
	part := filepath.Join(ix.dir, testCheckpoint)
	if err := os.Rename(part, filepath.Join(ix.dir, "e.1.part")); err != nil {
		t.Fatal(err)
	}
	b, err := ix.Begin("e", 0)
	if err != nil {
		t.Fatal(err)
	}
	addRows(t, ix, b, rows)
	if b.Resumed() != 0 {
		t.Error("the checkpoint of another dataset was used")
	}
	b.Abort()
	b = begin(t, ix, rowsOf(2, 500))
	b.Abort()
	b = begin(t, ix, rows)
	if b.Resumed() != 0 {
		t.Error("the checkpoint of other rows was used")
	}
	b.Abort()
	if b = begin(t, ix, rows); b.Resumed() != 500 {
		t.Error("one checkpoint does not hold two builds")
	}
	b.Abort()

	// Keys that differ in no length.
	twin := []row{{x: []byte("x-1-1000")}, {x: []byte("x-1-1003")}} // of one jurisdiction
	begin(t, ix, twin).Abort()
	twin[1].x = []byte("x-1-1006")
	if b = begin(t, ix, twin); b.Resumed() != 0 {
		t.Error("the checkpoint of other rows of the same length was used")
	}
	b.Abort()
	keys := []ServedKey{{Type: hashing.NameDOB, X: []byte("x"), Jurisdiction: "US-FL"}}
	other := slices.Clone(keys)
	if other[0].Jurisdiction = "US-GA"; digestOf(keys) == digestOf(other) {
		t.Error("two jurisdictions have one digest")
	}

	// It can be given up, without the key; what has none is no dataset.
	if err := Remove(ix.dir, "d"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(part); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the checkpoint is still there: %v", err)
	}
	for _, id := range []string{"d", "../d", ""} {
		if err := Remove(ix.dir, id); !errors.Is(err, ErrNoDataset) {
			t.Errorf("removing %q: %v", id, err)
		}
	}
	// One whose dataset is there goes at the next write.
	build(t, ix, "d", rows, 0)
	if err := os.WriteFile(part, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	later := filepath.Join(ix.dir, "d.2.part")
	if err := os.WriteFile(later, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	build(t, ix, "f", nil, 0)
	for _, path := range []string{part, later} {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the checkpoint %s of a dataset that is there: %v", filepath.Base(path), err)
		}
	}
}

// Whatever a checkpoint holds, opening it gives no block but those that were
// sealed with the key, and cuts it to them.
func FuzzCheckpoint(f *testing.F) {
	key := make([]byte, 32)
	dir := f.TempDir()
	sum, body := [32]byte{1}, make([]byte, 2*tagSize)
	c, err := openCheckpoint(filepath.Join(dir, "seed"), key)
	if err != nil {
		f.Fatal(err)
	}
	if err := errors.Join(c.add(sum, body), c.add([32]byte{2}, body)); err != nil {
		f.Fatal(err)
	}
	c.close()
	seed, err := os.ReadFile(c.path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add(seed[:len(seed)-1])
	f.Add(append(bytes.Clone(seed), 0xff, 0xff, 0xff, 0xff))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "p")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := openCheckpoint(path, key)
		if err != nil {
			t.Fatal(err)
		}
		defer c.close()
		left, err := os.ReadFile(path)
		if err != nil || !bytes.HasPrefix(content, left) || int64(len(left)) != c.end {
			t.Fatalf("%d bytes are left of %d, not the beginning: %v", len(left), len(content), err)
		}
		for sum := range c.blocks {
			if got, ok, err := c.find(sum, 2, nil); err != nil || !ok || !bytes.Equal(got, body) || sum[0] != 1 && sum[0] != 2 {
				t.Errorf("a block that was not sealed so was taken: %v, %v", ok, err)
			}
		}
	})
}

// A full disk while a checkpoint is written is an error of the build; what was
// written of the block is written over.
func TestCheckpointAfterAFailedWrite(t *testing.T) {
	c, err := openCheckpoint(filepath.Join(t.TempDir(), "p"), make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	body := make([]byte, tagSize)
	if err := c.add([32]byte{1}, body); err != nil {
		t.Fatal(err)
	}
	c.file.Close()
	if err := c.add([32]byte{2}, body); err == nil {
		t.Fatal("a block went nowhere")
	}
	if len(c.blocks) != 0 {
		t.Errorf("%d blocks", len(c.blocks))
	}
}

// A row of two jurisdictions has an entry under the key of each, and is found once;
// rows that share a key in one of them are told to.
func TestRowOfTwoJurisdictions(t *testing.T) {
	t.Parallel()
	ix := newIndexOf(t, hashing.Served)
	b, err := ix.Begin("d", 0)
	if err != nil {
		t.Fatal(err)
	}
	w := b.NewWriter()
	one, other := hashing.NewMask(field.SetOf(field.Name, field.Phone), 'A'), hashing.NewMask(field.SetOf(field.Name), 'B')
	x := []byte("rc1\x01somebody")
	keys := []ServedKey{
		{Type: hashing.NameDOB, X: x, Jurisdiction: "US-NY", Group: 7, Mask: one},
		{Type: hashing.NameDOB, X: x, Jurisdiction: "US-FL", Group: 7, Mask: one},
		{Type: hashing.NameDOB, X: []byte("both"), Jurisdiction: "US-FL", Mask: one},
		{Type: hashing.NameDOB, X: []byte("both"), Jurisdiction: "US-NY", Mask: other},
	}
	if err := w.AddServed(t.Context(), keys, 1); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	info, err := b.Commit(t.Context(), hashing.DatasetInfo{Homes: []string{"US-FL", "US-NY"}}, CommitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(info.Sections, []string{"US-FL", "US-NY"}) || info.Scheme != hashing.Served || info.Tags != 4 {
		t.Errorf("described as %+v", info)
	}
	got := answers(t, ix, [][]byte{x, []byte("both"), []byte("none")})
	want := map[string]int64{"0 " + string(x): int64(one), "0 both": int64(one.Merge(other))}
	if !maps.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}

	// As published, each entry names its jurisdiction and key type.
	found := map[string]bool{}
	entries := hashing.NewServedEntries("d", 1)
	err = ix.Entries(t.Context(), 0, func(e Entry) error {
		for i := range keys {
			key, err := ix.ServedKey(keys[i].Jurisdiction)
			if err != nil {
				return err
			}
			y, err := key.Evaluate(keys[i].X)
			if err != nil {
				return err
			}
			tag, pad := entries.Seal((*hashing.ServedOutput)(&y))
			if tag == e.Tag && e.Sealed^pad == keys[i].Mask && e.Group == keys[i].Group && e.Jurisdiction == keys[i].Jurisdiction && e.Type == hashing.NameDOB {
				found[fmt.Sprint(i)] = true
			}
		}
		return nil
	})
	if err != nil || len(found) != 4 {
		t.Errorf("%d of 4 entries are as they were made: %v", len(found), err)
	}
	if err := ix.Entries(t.Context(), 0, func(Entry) error { return os.ErrClosed }); !errors.Is(err, os.ErrClosed) {
		t.Errorf("what f returned is not returned: %v", err)
	}
}

// Searches ask nothing of what a served index never holds, and a voter id of its
// own jurisdiction alone.
func TestWhatAServedIndexIsAsked(t *testing.T) {
	t.Parallel()
	ix := newIndexOf(t, hashing.Served)
	id := []byte("rc1\x05\x00\x05US-GA\x00\x011\x00\x01A")
	b, err := ix.Begin("d", 0)
	if err != nil {
		t.Fatal(err)
	}
	w := b.NewWriter()
	keys := []ServedKey{{Type: hashing.VoterID, X: id, Jurisdiction: "US-GA", Mask: 3}, {Type: hashing.NameDOB, X: []byte("x"), Jurisdiction: "US-FL", Mask: 5}}
	if err := errors.Join(w.AddServed(t.Context(), keys, 1), w.Flush()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Commit(t.Context(), hashing.DatasetInfo{Homes: []string{"US-FL", "US-GA"}}, CommitOptions{}); err != nil {
		t.Fatal(err)
	}
	inputs := []hashing.Input{{Type: hashing.VoterID, X: id}, {Type: hashing.Phone, X: []byte("p")}, {Type: hashing.NameDOB, X: []byte("x")}}
	var got []hashing.Result
	if err := ix.Search(t.Context(), inputs, func(r hashing.Result) { got = append(got, r) }); err != nil {
		t.Fatal(err)
	}
	if want := []hashing.Result{{Input: 0, Mask: 3}, {Input: 2, Mask: 5}}; !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	for j, want := range map[string][]int32{"US-FL": {2}, "US-GA": {0, 2}} {
		if got := ix.scratch.served[j].inputs; !slices.Equal(got, want) {
			t.Errorf("under %s the inputs %v were evaluated, want %v", j, got, want)
		}
	}
}

func TestServedErrors(t *testing.T) {
	t.Parallel()
	if _, err := Create(t.TempDir(), &testKey, "other"); err == nil {
		t.Error("a scheme that is none was taken")
	}
	local := newIndex(t)
	build(t, local, "d", nil, 0)
	if err := local.Entries(t.Context(), 0, nil); err == nil {
		t.Error("a local index was published")
	}
	ix := newIndexOf(t, hashing.Served)
	if ix.Epoch() != "1" || reopen(t, ix).Epoch() != "1" || reopen(t, ix).Scheme() != hashing.Served || local.Epoch() != "" {
		t.Error("the epoch or the scheme is another than it was made with")
	}
	b, err := ix.Begin("d", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Abort()
	w := b.NewWriter()
	if err := w.AddRun(bytes.NewReader(nil)); err == nil {
		t.Error("a run of local entries was taken")
	}
	if err := w.AddServed(t.Context(), []ServedKey{{Type: hashing.NameDOB, Jurisdiction: "a|b"}}, 1); err == nil {
		t.Error("a jurisdiction that cannot be one was taken")
	}
	var many []ServedKey
	for i := range maxSections + 1 {
		many = append(many, ServedKey{Type: hashing.NameDOB, Jurisdiction: fmt.Sprintf("J%d", i)})
	}
	if err := w.AddServed(t.Context(), many, 1); err == nil {
		t.Error("more jurisdictions than an entry can tell were taken")
	}
	if err := w.AddServed(t.Context(), []ServedKey{{Type: hashing.Phone, Jurisdiction: "US-FL"}}, 1); err == nil {
		t.Error("a key that is not served was taken")
	}
}

// An entry that names no section of its dataset is damage to who verifies it and to
// who publishes it.
func TestEntryOfNoSection(t *testing.T) {
	t.Parallel()
	ix := newIndexOf(t, hashing.Served)
	build(t, ix, "d", rowsOf(1, 50), 0)
	info := &ix.cat.datasets[0].info
	info.Sections = info.Sections[:1]
	hs, err := ix.Verify(t.Context(), nil)
	if err != nil || !strings.Contains(fmt.Sprint(hs[0].Problems), "no section") {
		t.Errorf("%v, %v", hs, err)
	}
	if err := ix.Entries(t.Context(), 0, func(Entry) error { return nil }); !errors.Is(err, ErrDamaged) {
		t.Errorf("publishing: %v", err)
	}
}

// A reader refuses a scheme it does not know, and a dataset that is not of its
// index's.
func TestUnknownScheme(t *testing.T) {
	t.Parallel()
	ix := newIndexOf(t, hashing.Served)
	build(t, ix, "d", rowsOf(1, 10), 0)
	cat, err := readCatalog(ix.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		scheme hashing.Scheme
		epoch  string
		want   error
	}{{"third", "", ErrFormat}, {hashing.Served, "", ErrDamaged}, {hashing.Local, "1", ErrDamaged}} {
		changed := *cat
		changed.scheme, changed.epoch = tc.scheme, tc.epoch
		if err := changed.write(ix.dir); err != nil {
			t.Fatal(err)
		}
		if tc.scheme == hashing.Local {
			continue // which has no epoch to write
		}
		if _, err := Open(ix.dir, &testKey); !errors.Is(err, tc.want) {
			t.Errorf("scheme %q, epoch %q: %v, want %v", tc.scheme, tc.epoch, err, tc.want)
		}
	}
	if got := reopen(t, ix).Unreadable(0); got == "" {
		t.Error("a served dataset in a local index is taken for readable")
	}
}

// The size of a served index.
func TestServedSizes(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	ix := newIndexOf(t, hashing.Served)
	build(t, ix, "d", rowsOf(7, 3_000), 1<<30)
	h := sizes(t, ix)[0]
	t.Logf("%.2f bytes a tag in the pages, %.2f in the filter", float64(h.PageBytes)/float64(h.Tags), float64(h.FilterBytes)/float64(h.Tags))
	if perPage := int64(251); h.Pages != (h.Tags+perPage-1)/perPage || h.PageBytes != 4096*h.Pages {
		t.Errorf("%d entries on %d pages of %d bytes", h.Tags, h.Pages, h.PageBytes)
	}
}
