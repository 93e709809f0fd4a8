package rollindex

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
)

var testKey = hashing.Key{1, 2, 3}

// row is a generated row of a dataset: one match key and what it held.
type row struct {
	x           []byte
	mask        hashing.Mask
	provisional bool
}

func rowsOf(seed uint64, n int) []row {
	rng := rand.New(rand.NewPCG(seed, 0))
	rows := make([]row, n)
	for i := range rows {
		rows[i] = row{
			x:    fmt.Appendf(nil, "x-%d-%d", seed, rng.IntN(4*n)), // some repeat
			mask: hashing.NewMask(field.Set(rng.Uint32()&0xffff), "ABC\x00"[rng.IntN(4)]),
		}
	}
	return rows
}

func build(t testing.TB, ix *Index, id string, rows []row, memory int64) hashing.DatasetInfo {
	t.Helper()
	b, err := ix.Begin(id, memory)
	if err != nil {
		t.Fatal(err)
	}
	addRows(t, ix, b, rows)
	info, err := b.Commit(t.Context(), describe(ix, rows), CommitOptions{Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func addRows(t testing.TB, ix *Index, b *Build, rows []row) {
	t.Helper()
	w := b.NewWriter()
	if ix.Scheme() == hashing.Served {
		for part := range slices.Chunk(rows, 500) {
			if err := w.AddServed(t.Context(), servedKeys(part), 2); err != nil {
				t.Fatal(err)
			}
		}
	} else {
		h := ix.NewHasher()
		var y hashing.Output
		for _, r := range rows {
			h.Sum(hashing.NameDOB, r.x, &y)
			if err := w.Add(&y, r.mask, r.provisional); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

// describe returns what an ingest knows of the rows.
func describe(ix *Index, rows []row) hashing.DatasetInfo {
	info := hashing.DatasetInfo{Kind: hashing.Leak}
	if ix.Scheme() == hashing.Served {
		for _, r := range rows {
			info.Homes = append(info.Homes, jurisdictionOf(r.x))
		}
		slices.Sort(info.Homes)
		info.Homes = slices.Compact(info.Homes)
	}
	return info
}

// jurisdictionOf returns the jurisdiction that a row is of.
func jurisdictionOf(x []byte) string {
	return [...]string{"US-FL", "US-GA", hashing.NoJurisdiction}[x[len(x)-1]%3]
}

func groupOf(x []byte) uint16 { return uint16(len(x))<<8 | uint16(x[len(x)-1]) }

func servedKeys(rows []row) (keys []ServedKey) {
	for _, r := range rows {
		keys = append(keys, ServedKey{
			Type: hashing.NameDOB, X: r.x, Jurisdiction: jurisdictionOf(r.x), Group: groupOf(r.x), Mask: r.mask, Provisional: r.provisional,
		})
	}
	return keys
}

// eachScheme runs a test for an index of either scheme. A served one costs some
// sixty microseconds a key, so its tests are given fewer.
func eachScheme(t *testing.T, test func(t *testing.T, scheme hashing.Scheme)) {
	for _, scheme := range []hashing.Scheme{hashing.Local, hashing.Served} {
		t.Run(string(scheme), func(t *testing.T) {
			t.Parallel()
			test(t, scheme)
		})
	}
}

// fewer returns the first number for a local index and the second for a served one.
func fewer(scheme hashing.Scheme, local, served int) int {
	if scheme == hashing.Served {
		return served
	}
	return local
}

func newIndex(t testing.TB) *Index { return newIndexOf(t, hashing.Local) }

func newIndexOf(t testing.TB, scheme hashing.Scheme) *Index {
	t.Helper()
	ix, err := Create(filepath.Join(t.TempDir(), "ix"), &testKey, scheme)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ix.Close() })
	return ix
}

func reopen(t testing.TB, ix *Index) *Index {
	t.Helper()
	again, err := Open(ix.dir, &testKey)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { again.Close() })
	return again
}

// answers maps each input to the masks found, and to -1 where there is damage.
func answers(t testing.TB, ix *Index, xs [][]byte) map[string]int64 {
	t.Helper()
	inputs := make([]hashing.Input, len(xs))
	for i, x := range xs {
		inputs[i] = hashing.Input{Type: hashing.NameDOB, X: x}
	}
	got := map[string]int64{}
	err := ix.Search(t.Context(), inputs, func(r hashing.Result) {
		key := fmt.Sprintf("%d %s", r.Dataset, xs[r.Input])
		got[key] = int64(r.Mask)
		if r.Damaged {
			got[key] = -1
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// expected is what a plain map says.
func expected(datasets ...[]row) map[string]int64 {
	want := map[string]int64{}
	for i, rows := range datasets {
		for _, r := range rows {
			key := fmt.Sprintf("%d %s", i, r.x)
			if old, ok := want[key]; ok {
				want[key] = int64(hashing.Mask(old).Merge(r.mask))
			} else {
				want[key] = int64(r.mask)
			}
		}
	}
	return want
}

func universe(seeds ...uint64) (xs [][]byte) { return universeOf(4000, seeds...) }

// universeOf returns all keys that rowsOf may give, for so many rows.
func universeOf(n int, seeds ...uint64) (xs [][]byte) {
	for _, s := range seeds {
		for i := range n * 4 {
			xs = append(xs, fmt.Appendf(nil, "x-%d-%d", s, i))
		}
	}
	return xs
}

func sizes(t testing.TB, ix *Index) []Health {
	t.Helper()
	hs, err := ix.Verify(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hs {
		if len(h.Problems) > 0 {
			t.Errorf("dataset %s: %v", h.ID, h.Problems)
		}
	}
	return hs
}

// The index agrees with a map, asked for few keys (pages alone) and for many
// (filter first).
func TestSearchAgreesWithAMap(t *testing.T) { eachScheme(t, testSearchAgreesWithAMap) }

func testSearchAgreesWithAMap(t *testing.T, scheme hashing.Scheme) {
	if scheme == hashing.Served { // thousands of evaluations
		racetest.LeaveOut(t)
	}
	ix := newIndexOf(t, scheme)
	n := fewer(scheme, 4000, 300)
	a, b := rowsOf(1, n), rowsOf(2, n)
	build(t, ix, "a", a, 1<<30)
	build(t, ix, "b", b, 0)
	build(t, ix, "c-empty", nil, 0)
	ix = reopen(t, ix)
	want := expected(a, b)
	all := universeOf(n, 1, 2, 3)
	if len(all)*max(1, len(describe(ix, a).Homes)) < filterFrom { // each is looked for under each
		t.Fatal("too few keys to reach the filter")
	}
	if got := answers(t, ix, all); !maps.Equal(got, want) {
		t.Errorf("a large search found %d, want %d, or other masks", len(got), len(want))
	}
	got := map[string]int64{}
	for part := range slices.Chunk(all, filterFrom/2) {
		maps.Copy(got, answers(t, ix, part))
	}
	if !maps.Equal(got, want) {
		t.Errorf("small searches found %d, want %d, or other masks", len(got), len(want))
	}
	sizes(t, ix)
}

func TestProvisionalEntries(t *testing.T) { eachScheme(t, testProvisionalEntries) }

func testProvisionalEntries(t *testing.T, scheme hashing.Scheme) {
	rows := []row{
		{[]byte("both"), 1, false}, {[]byte("both"), 2, true},
		{[]byte("only"), 4, true}, {[]byte("plain"), 8, false},
	}
	for _, keep := range []bool{false, true} {
		ix := newIndexOf(t, scheme)
		b, err := ix.Begin("d", 0)
		if err != nil {
			t.Fatal(err)
		}
		addRows(t, ix, b, rows)
		if _, err := b.Commit(t.Context(), describe(ix, rows), CommitOptions{KeepProvisional: keep}); err != nil {
			t.Fatal(err)
		}
		got := answers(t, ix, [][]byte{[]byte("both"), []byte("only"), []byte("plain")})
		want := map[string]int64{"0 both": 1, "0 plain": 8}
		if keep {
			want = map[string]int64{"0 both": int64(hashing.Mask(1).Merge(2)), "0 only": 4, "0 plain": 8}
		}
		if !maps.Equal(got, want) {
			t.Errorf("keep %v: got %v, want %v", keep, got, want)
		}
	}
}

// One index, whatever the memory and the order of rows.
func TestDigestDependsOnContentAlone(t *testing.T) { eachScheme(t, testDigestDependsOnContentAlone) }

func testDigestDependsOnContentAlone(t *testing.T, scheme hashing.Scheme) {
	if scheme == hashing.Served { // thousands of evaluations
		racetest.LeaveOut(t)
	}
	ix := newIndexOf(t, scheme)
	rows := rowsOf(5, fewer(scheme, 30_000, 1_500))
	shuffled := slices.Clone(rows)
	rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	var digests []string
	for i, memory := range []int64{1 << 30, 0, 1 << 20} {
		fresh := copyIndex(t, ix)
		info := build(t, fresh, "d", [][]row{rows, shuffled, rows}[i], memory)
		digests = append(digests, info.Digest)
	}
	if digests[0] != digests[1] || digests[1] != digests[2] {
		t.Errorf("digests differ: %v", digests)
	}
	other := copyIndex(t, ix)
	rows[0].mask |= 1 << 20 // a bit no row has
	if info := build(t, other, "d", rows, 0); info.Digest == digests[0] {
		t.Error("the digest does not see a changed mask")
	}
}

func copyIndex(t testing.TB, ix *Index) *Index {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(ix.dir)); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir, &testKey)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { again.Close() })
	return again
}

func TestSizes(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	ix := newIndex(t)
	rows := rowsOf(7, 400_000)
	build(t, ix, "d", rows, 1<<30)
	h := sizes(t, ix)[0]
	st, err := os.Stat(filepath.Join(ix.dir, "d.1.rcd"))
	if err != nil {
		t.Fatal(err)
	}
	pages := float64(st.Size()-h.FilterBytes) / float64(h.Tags)
	filter := float64(h.FilterBytes) / float64(h.Tags)
	t.Logf("%.2f bytes a tag in the pages, %.2f in the filter; error rate %.2g", pages, filter, h.FilterError)
	if pages > 12.4 || filter > 2.0 {
		t.Errorf("%.2f bytes a tag in the pages (at most 12.4), %.2f in the filter (at most 2.0)", pages, filter)
	}
	if h.FilterError > 1.3e-3 || h.FilterError < 0.7e-3 {
		t.Errorf("the filter's error rate is %.2g, not about %.2g", h.FilterError, filterError)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "none"), &testKey); !errors.Is(err, ErrNoIndex) {
		t.Errorf("opening nothing: %v", err)
	}
	ix := newIndex(t)
	if _, err := Create(ix.dir, &testKey, hashing.Local); !errors.Is(err, ErrExists) {
		t.Errorf("creating twice: %v", err)
	}
	if _, err := Open(ix.dir, &hashing.Key{9}); !errors.Is(err, ErrWrongKey) {
		t.Errorf("wrong key: %v", err)
	}
	build(t, ix, "d", rowsOf(1, 10), 0)
	if _, err := ix.Begin("d", 0); !errors.Is(err, ErrTaken) {
		t.Errorf("taken id: %v", err)
	}
	for _, id := range []string{"", "../x", "A", "a b", strings.Repeat("a", 65)} {
		if _, err := ix.Begin(id, 0); err == nil {
			t.Errorf("id %q was taken for one", id)
		}
	}
	b, err := ix.Begin("e", 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reopen(t, ix).Begin("f", 0); !errors.Is(err, ErrBusy) {
		t.Errorf("second writer: %v", err)
	}
	if err := Remove(ix.dir, "d"); !errors.Is(err, ErrBusy) {
		t.Errorf("remove while building: %v", err)
	}
	b.Abort()
	if err := Remove(ix.dir, "nope"); !errors.Is(err, ErrNoDataset) {
		t.Errorf("removing nothing: %v", err)
	}
}

func TestRemoveAndIngestAgain(t *testing.T) { eachScheme(t, testRemoveAndIngestAgain) }

func testRemoveAndIngestAgain(t *testing.T, scheme hashing.Scheme) {
	ix := newIndexOf(t, scheme)
	rows := rowsOf(1, 100)
	first := build(t, ix, "d", rows, 0)
	reader := reopen(t, ix)
	want := expected(rows)
	if got := answers(t, reader, universeOf(100, 1)); !maps.Equal(got, want) {
		t.Fatal("the dataset is not there")
	}
	if err := Remove(ix.dir, "d"); err != nil {
		t.Fatal(err)
	}
	if got := answers(t, reader, universeOf(100, 1)); !maps.Equal(got, want) {
		t.Error("a reader that had the dataset open lost it")
	}
	if got := answers(t, reopen(t, ix), universeOf(100, 1)); len(got) != 0 {
		t.Error("a removed dataset still answers")
	}
	if left, _ := filepath.Glob(filepath.Join(ix.dir, "*.rcd")); len(left) != 0 {
		t.Errorf("files left: %v", left)
	}
	ix = reopen(t, ix)
	second := build(t, ix, "d", rows, 0)
	if second.Generation != first.Generation+1 {
		t.Errorf("generation %d after %d", second.Generation, first.Generation)
	}
	if got := answers(t, reopen(t, ix), universeOf(100, 1)); !maps.Equal(got, want) {
		t.Error("the dataset is not there after it was ingested again")
	}
}

func TestCommitStopsWhenAsked(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	b, err := ix.Begin("d", 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Commit(ctx, hashing.DatasetInfo{}, CommitOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("commit returned %v", err)
	}
	names, _ := os.ReadDir(ix.dir)
	for _, n := range names {
		if n.Name() != catalogName && n.Name() != "lock" {
			t.Errorf("left %s", n.Name())
		}
	}
	build(t, ix, "d", nil, 0) // and the lock is free
}

// Every flipped bit of every file is noticed by Verify, and no answer of a
// search is changed by one: a key is found as before, or its place is damaged,
// or the dataset is unreadable; never absent.
func TestNoFlippedBitGoesUnnoticed(t *testing.T) { eachScheme(t, testNoFlippedBitGoesUnnoticed) }

func testNoFlippedBitGoesUnnoticed(t *testing.T, scheme hashing.Scheme) {
	racetest.LeaveOut(t)
	ix := newIndexOf(t, scheme)
	rows := rowsOf(1, fewer(scheme, 3000, 600))
	build(t, ix, "d", rows, 0)
	var xs [][]byte
	for _, r := range rows {
		xs = append(xs, r.x)
	}
	want := expected(rows)
	rng := rand.New(rand.NewPCG(3, 3))
	for _, name := range []string{catalogName, "d.1.rcd"} {
		whole, err := os.ReadFile(filepath.Join(ix.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for n := range fewer(scheme, 150, 30) {
			at := rng.IntN(len(whole) * 8)
			if n%4 == 0 {
				at = rng.IntN(200 * 8) // the headers, where it hurts most
			}
			broken := copyIndex(t, ix)
			bad := bytes.Clone(whole)
			bad[at/8] ^= 1 << (at % 8)
			if err := os.WriteFile(filepath.Join(broken.dir, name), bad, 0o600); err != nil {
				t.Fatal(err)
			}
			checkDamage(t, broken, fmt.Sprintf("%s bit %d", name, at), xs, want)
		}
	}
}

func checkDamage(t *testing.T, broken *Index, what string, xs [][]byte, want map[string]int64) {
	t.Helper()
	ix, err := Open(broken.dir, &testKey)
	if err != nil {
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: open returned %v, want damage", what, err)
		}
		return
	}
	defer ix.Close()
	hs, err := ix.Verify(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(hs) != 1 || len(hs[0].Problems) == 0 {
		t.Errorf("%s: verify found nothing", what)
	}
	if len(ix.Datasets()) != 1 {
		t.Errorf("%s: the dataset is no longer listed", what)
	} else if ix.Unreadable(0) == "" {
		got := answers(t, ix, xs)
		for key, mask := range want {
			if m, ok := got[key]; !ok || m != -1 && m != mask {
				t.Errorf("%s: a key that is there was answered %d, %v", what, m, ok)
				return
			}
		}
	}
}

func TestMissingAndTruncatedFiles(t *testing.T) { eachScheme(t, testMissingAndTruncatedFiles) }

func testMissingAndTruncatedFiles(t *testing.T, scheme hashing.Scheme) {
	ix := newIndexOf(t, scheme)
	rows := rowsOf(1, fewer(scheme, 3000, 300))
	build(t, ix, "d", rows, 0)
	path := "d.1.rcd"
	for what, harm := range map[string]func(string) error{
		"deleted":   os.Remove,
		"truncated": func(p string) error { return os.Truncate(p, 8192) },
		"emptied":   func(p string) error { return os.Truncate(p, 0) },
		"replaced": func(p string) error {
			return os.WriteFile(p, bytes.Repeat([]byte{0}, 1<<20), 0o600)
		},
	} {
		broken := copyIndex(t, ix)
		if err := harm(filepath.Join(broken.dir, path)); err != nil {
			t.Fatal(err)
		}
		if broken.Unreadable(0) == "" {
			t.Errorf("%s: the dataset is taken for readable", what)
		}
		hs, err := broken.Verify(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(hs[0].Problems) == 0 {
			t.Errorf("%s: verify found nothing", what)
		}
	}
}

// A page that is gone takes its answers with it: its keys are damage, not
// absent, though every page that is left is whole.
func TestMissingPageIsDamage(t *testing.T) { eachScheme(t, testMissingPageIsDamage) }

func testMissingPageIsDamage(t *testing.T, scheme hashing.Scheme) {
	racetest.LeaveOut(t)
	ix := newIndexOf(t, scheme)
	rows := rowsOf(1, fewer(scheme, 3000, 1000))
	build(t, ix, "d", rows, 0)
	path := filepath.Join(ix.dir, "d.1.rcd")
	db, err := openDatabase(path, "mode=rw")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.exec("DELETE FROM page WHERE id = (SELECT id FROM page ORDER BY id LIMIT 1 OFFSET 3)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	tmp := path + "-again"
	if err := os.Rename(path, tmp); err != nil {
		t.Fatal(err)
	}
	seal, size, err := sealAndPublish(tmp, path) // as if it had been written so
	if err != nil {
		t.Fatal(err)
	}
	ix = reopen(t, ix)
	ix.cat.datasets[0].seal, ix.cat.datasets[0].size = seal, size
	var xs [][]byte
	for _, r := range rows {
		xs = append(xs, r.x)
	}
	damaged := 0
	got := answers(t, ix, xs)
	for key := range expected(rows) {
		m, ok := got[key]
		if !ok {
			t.Fatal("a key of the missing page was answered as absent")
		}
		if m == -1 {
			damaged++
		}
	}
	if damaged == 0 || damaged > 2*pageEntries(localEntry) {
		t.Errorf("%d keys are damaged by one missing page", damaged)
	}
	if hs, err := ix.Verify(t.Context(), nil); err != nil || len(hs[0].Problems) == 0 {
		t.Errorf("verify found nothing: %v", err)
	}
}

// Aborting twice, or after a commit, does nothing; adding then is an error.
func TestAbortTwice(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	b, err := ix.Begin("d", 0)
	if err != nil {
		t.Fatal(err)
	}
	w := b.NewWriter()
	b.Abort()
	b.Abort()
	var y hashing.Output
	for range 64 {
		err = w.Add(&y, 0, false)
	}
	if err == nil {
		t.Error("an aborted build took entries")
	}
	if b, err = ix.Begin("d", 0); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Commit(t.Context(), hashing.DatasetInfo{}, CommitOptions{}); err != nil {
		t.Fatal(err)
	}
	b.Abort()
	if len(reopen(t, ix).Datasets()) != 1 {
		t.Error("the dataset is gone")
	}
}

// A commit whose listing took effect, but was not made durable, keeps the file.
func TestUnlistKeepsWhatIsListed(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	build(t, ix, "d", rowsOf(1, 10), 0)
	path := filepath.Join(ix.dir, "d.1.rcd")
	if err := (&Build{ix: ix, id: "d"}).unlist(path); err == nil {
		t.Error("nothing is said of a listed dataset")
	}
	if ix.Unreadable(0) != "" {
		t.Error("a listed dataset lost its file")
	}
	stray := filepath.Join(ix.dir, "e.1.rcd")
	if err := os.WriteFile(stray, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (&Build{ix: ix, id: "e"}).unlist(stray); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(stray); err == nil {
		t.Error("the file of a dataset that is not listed stays")
	}
}

// An index that is restored from a copy and then written to again may have
// another file of the same name and keys. Who has the first one open goes on
// reading that one, and never sifts by the other's filter.
func TestReplacedWhileOpen(t *testing.T) {
	ix := newIndex(t)
	saved := filepath.Join(t.TempDir(), "saved")
	restore := func(from, to string) {
		t.Helper()
		if err := errors.Join(os.RemoveAll(to), os.CopyFS(to, os.DirFS(from))); err != nil {
			t.Fatal(err)
		}
	}
	restore(ix.dir, saved)
	rows := rowsOf(1, 4000)
	build(t, ix, "d", rows, 0)
	reader := reopen(t, ix)
	answers(t, reader, universe(1)[:10]) // opens the file
	restore(saved, ix.dir)
	again, err := Open(ix.dir, &testKey)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	build(t, again, "d", rowsOf(2, 4000), 0)
	if got, want := len(answers(t, reader, universe(1))), len(expected(rows)); got != want {
		t.Errorf("%d of %d found after the file was replaced", got, want)
	}
}
