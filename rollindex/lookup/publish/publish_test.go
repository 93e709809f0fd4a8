package publish

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/mod/sumdb/note"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex"
	"rollcheck/rollindex/lookup"
)

// person is a row of a dataset and the jurisdictions it is of.
type person struct {
	keys   []hashing.Input
	mask   hashing.Mask
	places []string
}

// people returns fictional people, numbered from first, registered in the first of
// the places. Wyoming has 64 buckets, so that publishing is quick.
func people(t testing.TB, first, n int, places ...string) (all []person) {
	t.Helper()
	for i := first; i < first+n; i++ {
		var d hashing.Details
		word := strings.Map(func(digit rune) rune { return digit + 'a' - '0' }, fmt.Sprint(i))
		d.SetLast([]byte("Fiction" + word))
		d.SetFirst([]byte("Person" + word))
		d.SetBirth(hashing.Date{Year: uint16(1940 + i%60), Month: uint8(1 + i%12), Day: uint8(1 + i%28)}, hashing.Date{})
		d.SetZIP(fmt.Appendf(nil, "%05d", 10000+i))
		d.Jurisdiction = places[0]
		d.SetVoterID(fmt.Appendf(nil, "%d", 100000000+i))
		p := person{mask: hashing.NewMask(field.SetOf(field.Name, field.Kind(1+i%12)), 'A'+byte(i%26)), places: places}
		for _, kt := range []hashing.KeyType{hashing.NameDOB, hashing.NameYOBZIP, hashing.VoterID} {
			x, ok := d.AppendKey(nil, kt)
			if !ok {
				t.Fatalf("person %d has no %s key", i, kt)
			}
			p.keys = append(p.keys, hashing.Input{Type: kt, X: x})
		}
		all = append(all, p)
	}
	return all
}

// groupOf returns the name group of a key that holds a name.
func groupOf(in hashing.Input) uint16 {
	if in.Type == hashing.VoterID {
		return 0
	}
	n := int(in.X[5]) // of the last name, shorter than 256 bytes
	first := in.X[6+n+2:]
	return hashing.Bucket(in.X[6:6+n], first[:in.X[6+n+1]])
}

func newIndex(t testing.TB) *rollindex.Index {
	t.Helper()
	key := hashing.Key{7}
	ix, err := rollindex.Create(t.TempDir(), &key, hashing.Served)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ix.Close() })
	return ix
}

// add ingests people as a dataset.
func add(t testing.TB, ix *rollindex.Index, info hashing.DatasetInfo, all []person) {
	t.Helper()
	b, err := ix.Begin(info.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	var keys []rollindex.ServedKey
	info.KeyRows = map[string]int64{}
	for _, p := range all {
		for _, in := range p.keys {
			for i, place := range p.places {
				if in.Type == hashing.VoterID && i > 0 {
					continue
				}
				info.KeyRows[in.Type.String()]++
				keys = append(keys, rollindex.ServedKey{Type: in.Type, X: in.X, Jurisdiction: place, Group: groupOf(in), Mask: p.mask})
			}
		}
	}
	w := b.NewWriter()
	if err := errors.Join(w.AddServed(t.Context(), keys, 4), w.Flush()); err != nil {
		t.Fatal(err)
	}
	if info.Kind == "" {
		info.Kind = hashing.Leak
	}
	info.Rows, info.Indexed = int64(len(all)), int64(len(all))
	for name, n := range info.KeyRows { // rows, and not entries
		info.KeyRows[name] = min(n, info.Rows)
	}
	info.Jurisdictions, info.Canonical = []string{"US-WY"}, hashing.Version
	for _, p := range all {
		info.Homes = append(info.Homes, p.places[0])
	}
	slices.Sort(info.Homes)
	info.Homes = slices.Compact(info.Homes)
	info.Columns = field.SetOf(field.Name, field.BirthDate, field.Email).Names()
	if _, err := b.Commit(t.Context(), info, rollindex.CommitOptions{}); err != nil {
		t.Fatal(err)
	}
}

// roll is who the tests publish: Wyomingites enough for a file of their own,
// Vermonters too few, people of no state, and both in a small dataset.
func roll(t testing.TB) map[string][]person {
	return map[string][]person{
		"big":   slices.Concat(people(t, 0, 1200, "US-WY"), people(t, 1200, 60, "US-VT"), people(t, 1260, 30, "US-WY", "US-VT")),
		"small": slices.Concat(people(t, 40, 50, "US-WY"), people(t, 1230, 20, hashing.NoJurisdiction)),
	}
}

func rollIndex(t testing.TB) *rollindex.Index {
	t.Helper()
	ix := newIndex(t)
	all := roll(t)
	for _, id := range slices.Sorted(maps.Keys(all)) {
		add(t, ix, hashing.DatasetInfo{ID: id, Title: "A made-up leak"}, all[id])
	}
	return ix
}

// noon is when the tests publish.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func options(t testing.TB) Options {
	t.Helper()
	signer, key, err := NewSigner("lookup.example.org", &[32]byte{'s'})
	if err != nil {
		t.Fatal(err)
	}
	return Options{Signer: signer, Key: key, Issued: noon, Valid: 30 * 24 * time.Hour, Budgets: DefaultBudgets}
}

func mustPublish(t testing.TB, ix *rollindex.Index, dir string, o Options) *Summary {
	t.Helper()
	s, err := Publish(t.Context(), ix, dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// files returns what is below a directory, by path.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// site is a web server of a published directory, with the keys of the index
// behind it.
type site struct {
	ix  *rollindex.Index
	dir string
}

func (s *site) Get(_ context.Context, path string, limit int64) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(path)))
	if err == nil && int64(len(b)) > limit {
		err = errors.New("too long")
	}
	return b, err
}

func (s *site) Evaluate(_ context.Context, body []byte) ([]byte, error) {
	id, blinded, err := lookup.ParseRequest(body)
	if err != nil {
		return nil, err
	}
	m, err := s.manifest()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(m.Keys, func(k lookup.Key) bool { return k.ID == id })
	if i < 0 {
		return nil, lookup.ErrStale
	}
	key, err := s.ix.ServedKey(m.Keys[i].Jurisdiction)
	if err != nil {
		return nil, err
	}
	elements := make([][]byte, len(blinded))
	for i := range blinded {
		elements[i] = blinded[i][:]
	}
	out, proof, err := key.BlindEvaluate(elements)
	if err != nil {
		return nil, err
	}
	var evaluated lookup.Elements
	for i := range evaluated {
		evaluated[i] = [32]byte(out[i])
	}
	return lookup.AppendResponse(nil, &evaluated, (*[64]byte)(proof)), nil
}

func (s *site) manifest() (*lookup.Manifest, error) {
	text, err := os.ReadFile(filepath.Join(s.dir, "v1", "key"))
	if err != nil {
		return nil, err
	}
	key, err := lookup.ParseKey(string(text))
	if err != nil {
		return nil, err
	}
	signed, err := os.ReadFile(filepath.Join(s.dir, "v1", "manifest"))
	if err != nil {
		return nil, err
	}
	return lookup.OpenManifest(signed, key)
}

// offer opens what is published as a client of some states does.
func (s *site) offer(t testing.TB, places ...string) *lookup.Offer {
	t.Helper()
	key, err := lookup.ParseKey(files(t, s.dir)["v1/key"])
	if err != nil {
		t.Fatal(err)
	}
	c, err := lookup.New(key, s, new(lookup.MemoryCache))
	if err != nil {
		t.Fatal(err)
	}
	o, err := c.Open(t.Context(), places...)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// The first error of what runs side by side ends all of it, and is returned.
func TestParallelEnds(t *testing.T) {
	stop := errors.New("stopped")
	if err := parallel(1000, func(i int) error { return map[bool]error{true: stop}[i%7 == 3] }); !errors.Is(err, stop) {
		t.Errorf("ended with %v", err)
	}
	var done atomic.Int64
	if err := parallel(1000, func(int) error { done.Add(1); return nil }); err != nil || done.Load() != 1000 {
		t.Errorf("%d of 1000 were done: %v", done.Load(), err)
	}
}

// Who asks what is published gets the answers of the index, for what a mode asks.
func TestAgreement(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	ix := rollIndex(t)
	s := &site{ix, t.TempDir()}
	o := options(t)
	o.Issued = time.Now()
	mustPublish(t, ix, s.dir, o)
	var inputs []hashing.Input
	var asked []person
	for _, all := range roll(t) {
		for i, p := range all {
			if i%5 == 0 || i > 1150 {
				asked = append(asked, p)
				inputs = append(inputs, p.keys...)
			}
		}
	}
	for _, p := range people(t, 5000, 100, "US-WY") {
		inputs = append(inputs, p.keys...)
	}
	want := map[string]bool{}
	err := ix.Search(t.Context(), inputs, func(r hashing.Result) {
		want[fmt.Sprint(r.Input, " ", ix.Datasets()[r.Dataset].ID)] = true
	})
	if err != nil {
		t.Fatal(err)
	}
	session, err := s.offer(t, "US-WY", "US-VT").Session(t.Context(), lookup.FilterMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	err = session.Search(t.Context(), inputs, func(r hashing.Result) {
		got[fmt.Sprint(r.Input, " ", session.Datasets()[r.Dataset].ID)] = true
	})
	if err != nil {
		t.Fatal(err)
	}
	wrong := 0 // a look in 65,536 finds what is not there
	for hit := range got {
		if !want[hit] {
			wrong++
		}
	}
	for hit := range want {
		if !got[hit] {
			t.Fatalf("the filters do not find %s", hit)
		}
	}
	if wrong > 1 || len(want) < 1000 {
		t.Errorf("%d hits that are none, of %d", wrong, len(want))
	}

	for i, p := range asked {
		if i%7 != 0 && !slices.Contains(p.places, "US-VT") {
			continue
		}
		in := p.keys
		session, err := s.offer(t, "US-WY", "US-VT").Session(t.Context(), lookup.BucketMode, nil)
		if err != nil {
			t.Fatal(err)
		}
		want, got := map[string]hashing.Mask{}, map[string]hashing.Mask{}
		if err := ix.Search(t.Context(), in, func(r hashing.Result) {
			if in[r.Input].Type != hashing.VoterID {
				want[fmt.Sprint(r.Input, " ", ix.Datasets()[r.Dataset].ID)] = r.Mask
			}
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := session.Ask(t.Context(), in, func(r hashing.Result) {
			got[fmt.Sprint(r.Input, " ", session.Datasets()[r.Dataset].ID)] = r.Mask
		}); err != nil {
			t.Fatal(err)
		}
		if len(want) < 2 || !maps.Equal(want, got) {
			t.Errorf("of %v the index finds %v, the buckets %v", p.places, want, got)
		}
	}
}

// Everything in the directory is named by the manifest, and all that it names is
// there, as it says.
func TestNothingElse(t *testing.T) {
	t.Parallel()
	ix := rollIndex(t)
	s := &site{ix, t.TempDir()}
	o := options(t)
	o.Page = fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}, "js/app.js": {Data: []byte("1")}}
	sum := mustPublish(t, ix, s.dir, o)
	all := files(t, s.dir)
	if len(all) != sum.Named || sum.New != sum.Named {
		t.Errorf("%d files, of which the summary says %d and %d", len(all), sum.Named, sum.New)
	}
	bytes := int64(0)
	for path, content := range all {
		if path != "v1/manifest" && path != "v1/key" {
			bytes += int64(len(content))
		}
	}
	if bytes != sum.Bytes {
		t.Errorf("%d bytes, of which the summary says %d", bytes, sum.Bytes)
	}
	wantWhole(t, s.dir)
	m, err := s.manifest()
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, l := range m.Lists {
		places = append(places, l.Jurisdiction)
		list, err := lookup.DecodeList([]byte(all["v1/l/"+l.SHA256.String()]), l.Jurisdiction)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list.Files {
			if l.Jurisdiction != hashing.NoJurisdiction && f.N < leastFile {
				t.Errorf("%s has a file of %d tags", l.Jurisdiction, f.N)
			}
		}
		var ids []string
		for _, d := range list.Datasets {
			ids = append(ids, d.ID)
		}
		if !slices.Equal(ids, []string{"big", "small"}) {
			t.Errorf("the list of %s names %q", l.Jurisdiction, ids)
		}
	}
	var keys []string
	for _, k := range m.Keys {
		keys = append(keys, k.Jurisdiction)
	}
	if !slices.Equal(places, []string{"US-WY", "US-ZZ"}) || !slices.Equal(keys, []string{"US-VT", "US-WY", "US-ZZ"}) {
		t.Errorf("lists of %q, keys of %q", places, keys)
	}
	if m.Budgets != DefaultBudgets || m.Expires.Sub(m.Issued) != 30*24*time.Hour || m.Seq != 1 || len(m.Page) != 2 {
		t.Errorf("the manifest is %+v", m)
	}
}

// wantWhole fails the test unless the directory holds exactly what its manifest
// leads to.
func wantWhole(t testing.TB, dir string) {
	t.Helper()
	m, err := (&site{dir: dir}).manifest()
	if err != nil {
		t.Fatal(err)
	}
	all := files(t, dir)
	take := func(path string) []byte {
		t.Helper()
		path = strings.TrimPrefix(path, "/")
		content, ok := all[path]
		if !ok {
			t.Fatalf("%s is not there", path)
		}
		delete(all, path)
		return []byte(content)
	}
	take(lookup.KeyPath)
	take(lookup.ManifestPath)
	for _, f := range m.Page {
		if sum(take(f.Path)) != f.SHA256 {
			t.Errorf("%s is another file", f.Path)
		}
	}
	for _, ref := range m.Lists {
		b := take(lookup.ListPath(ref.SHA256))
		l, err := lookup.DecodeList(b, ref.Jurisdiction)
		if err != nil || sum(b) != ref.SHA256 {
			t.Fatal("the list is another", err)
		}
		for _, f := range l.Files {
			b := take(lookup.FilterPath(f.SHA256))
			filter, err := lookup.OpenFilter(b)
			if err != nil || sum(b) != f.SHA256 || int64(len(b)) != f.Bytes || int64(filter.Len()) != f.N {
				t.Errorf("the filter of %s by %s is another: %v", f.Dataset, f.KeyType, err)
			}
		}
		key := slices.IndexFunc(m.Keys, func(k lookup.Key) bool { return k.Jurisdiction == ref.Jurisdiction })
		for i := 0; l.Buckets != nil && i < 1<<l.Buckets.Bits; i++ {
			id := lookup.BucketID{Key: m.Keys[key].ID, Bits: l.Buckets.Bits, Number: i}
			b := take(lookup.BucketPath(l.Buckets.Root, i))
			if _, err := lookup.OpenBucket(b, id, (*lookup.Hash)(&l.Buckets.Root)); err != nil || int64(len(b)) > l.Buckets.Bytes {
				t.Fatal(err)
			}
		}
	}
	if len(all) > 0 {
		t.Errorf("nothing names %q", slices.Collect(maps.Keys(all)))
	}
}

// The same index, time and memory give the same bytes, however much is gathered at
// a time and wherever they are written.
func TestReproducible(t *testing.T) {
	t.Parallel()
	ix := rollIndex(t)
	var first map[string]string
	for _, batch := range []int{0, 1, 700} {
		dir := t.TempDir()
		o := options(t)
		o.batch = batch
		mustPublish(t, ix, dir, o)
		if err := os.Remove(filepath.Join(ix.Dir(), memoryName)); err != nil {
			t.Fatal(err)
		}
		all := files(t, dir)
		if first == nil {
			first = all
		}
		if !maps.Equal(all, first) {
			t.Errorf("%d at a time make other files", batch)
		}
	}
}

// stat returns what changes when a file is written again.
func stat(t testing.TB, dir string) map[string]os.FileInfo {
	t.Helper()
	all := map[string]os.FileInfo{}
	for path := range files(t, dir) {
		st, err := os.Stat(filepath.Join(dir, path))
		if err != nil {
			t.Fatal(err)
		}
		all[path] = st
	}
	return all
}

func same(a, b os.FileInfo) bool { return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) }

// A publication writes what has changed; what is not named any more stays for the
// time of grace, and what asked before still finds it.
func TestIncremental(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	ix := rollIndex(t)
	s := &site{ix, t.TempDir()}
	o := options(t)
	o.Issued = time.Now()
	o.Page = fstest.MapFS{"index.html": {Data: []byte("1")}, "a/b.js": {Data: []byte("2")}}
	mustPublish(t, ix, s.dir, o)
	before, texts := stat(t, s.dir), files(t, s.dir)
	offer := s.offer(t, "US-WY")

	o.Issued = o.Issued.Add(14 * 24 * time.Hour) // not half of 30 days yet
	if sum := mustPublish(t, ix, s.dir, o); sum.Written || sum.New != 0 || sum.Seq != 1 {
		t.Errorf("nothing changed, and it says %+v", sum)
	}
	for path, st := range stat(t, s.dir) {
		if !same(st, before[path]) {
			t.Errorf("%s was written again", path)
		}
	}

	o.Issued = o.Issued.Add(2 * 24 * time.Hour) // past half: a new manifest and nothing else
	if sum := mustPublish(t, ix, s.dir, o); !sum.Written || sum.New != 1 || sum.Seq != 2 {
		t.Errorf("the manifest was to be renewed, and it says %+v", sum)
	}
	for path, st := range stat(t, s.dir) {
		if same(st, before[path]) == (path == "v1/manifest") {
			t.Errorf("%s: written again, or not", path)
		}
	}

	// Another dataset of Vermonters only: what is of Wyoming stays, but for its list.
	add(t, ix, hashing.DatasetInfo{ID: "third"}, people(t, 3000, 20, "US-VT"))
	o.Page = fstest.MapFS{"index.html": {Data: []byte("3")}}
	sum := mustPublish(t, ix, s.dir, o)
	if sum.Seq != 3 || sum.Removed != 0 || sum.Retired == 0 {
		t.Errorf("it says %+v", sum)
	}
	after := stat(t, s.dir)
	m, err := s.manifest()
	if err != nil {
		t.Fatal(err)
	}
	for path, st := range before {
		if now, ok := after[path]; !ok || path != "v1/manifest" && path != "index.html" && !same(st, now) {
			t.Errorf("%s is gone or was written again", path)
		}
	}
	if id := m.Keys[0]; id.ID != 1 || id.Jurisdiction != "US-VT" {
		t.Errorf("the keys are %+v", m.Keys)
	}
	// Who began before goes on with what they began with.
	for _, mode := range []lookup.Mode{lookup.FilterMode, lookup.BucketMode} {
		session, err := offer.Session(t.Context(), mode, nil)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		if _, err := session.Ask(t.Context(), people(t, 5, 1, "US-WY")[0].keys, func(hashing.Result) { found++ }); err != nil || found == 0 {
			t.Errorf("in %s mode: %d found, %v", mode, found, err)
		}
	}

	// A dataset is taken out, and the day after all that was of before is gone.
	if err := rollindex.Remove(ix.Dir(), "third"); err != nil {
		t.Fatal(err)
	}
	key := hashing.Key{7}
	ix2, err := rollindex.Open(ix.Dir(), &key)
	if err != nil {
		t.Fatal(err)
	}
	defer ix2.Close()
	sum = mustPublish(t, ix2, s.dir, o)
	if sum.Seq != 4 || len(sum.Datasets) != 2 {
		t.Errorf("it says %+v", sum)
	}
	o.Issued = o.Issued.Add(Grace)
	if sum := mustPublish(t, ix2, s.dir, o); sum.Written || sum.Removed == 0 || sum.Retired != 0 {
		t.Errorf("after the time of grace it says %+v", sum)
	}
	wantWhole(t, s.dir)
	again := files(t, s.dir)
	for path, text := range texts {
		if path != "v1/manifest" && !strings.HasSuffix(path, ".html") && path != "a/b.js" && again[path] != text {
			t.Errorf("%s is not what it was", path)
		}
	}
	if _, err := os.Stat(filepath.Join(s.dir, "a")); err == nil {
		t.Error("an empty directory of the page is left")
	}
}

// What was damaged or lost of what is published is written again, and the manifest
// stays.
func TestRepair(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	ix := rollIndex(t)
	dir := t.TempDir()
	o := options(t)
	mustPublish(t, ix, dir, o)
	want := files(t, dir)
	for path, text := range want {
		if path == "v1/key" || path == "v1/manifest" {
			continue
		}
		if strings.HasPrefix(path, "v1/b/") && !strings.HasSuffix(path, "/7") {
			continue
		}
		name := filepath.Join(dir, path)
		spoilt := []byte(text)
		spoilt[len(spoilt)/2] ^= 1
		if err := os.WriteFile(name, spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		if sum := mustPublish(t, ix, dir, o); sum.Written || sum.New == 0 {
			t.Errorf("%s: %+v", path, sum)
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		mustPublish(t, ix, dir, o)
		if !maps.Equal(files(t, dir), want) {
			t.Fatalf("%s is not made good", path)
		}
	}
}

// What must be remembered may be lost in the index or in the directory; lost in
// both, a least number is given.
func TestMemory(t *testing.T) {
	t.Parallel()
	ix := rollIndex(t)
	s := &site{ix, t.TempDir()}
	o := options(t)
	mustPublish(t, ix, s.dir, o)
	remembered := filepath.Join(ix.Dir(), memoryName)
	first, err := s.manifest()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(remembered); err != nil {
		t.Fatal(err)
	}
	// A jurisdiction that comes first in order gets the next id, not the first.
	add(t, ix, hashing.DatasetInfo{ID: "a-third"}, people(t, 3000, 20, "US-AK"))
	if sum := mustPublish(t, ix, s.dir, o); sum.Seq != 2 {
		t.Errorf("number %d", sum.Seq)
	}
	second, err := s.manifest()
	if err != nil {
		t.Fatal(err)
	}
	if second.Keys[0].Jurisdiction != "US-AK" || second.Keys[0].ID != 4 || !slices.Equal(second.Keys[1:], first.Keys) {
		t.Errorf("keys %v after %v", second.Keys, first.Keys)
	}
	list, err := lookup.DecodeList([]byte(files(t, s.dir)["v1/l/"+second.Lists[1].SHA256.String()]), hashing.NoJurisdiction)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []uint16{3, 1, 2} {
		if list.Datasets[i].Number != want {
			t.Errorf("dataset %s has number %d, want %d", list.Datasets[i].ID, list.Datasets[i].Number, want)
		}
	}

	dir := t.TempDir() // another directory, and the index remembers
	if sum := mustPublish(t, ix, dir, o); sum.Seq != 3 {
		t.Errorf("number %d", sum.Seq)
	}
	if err := os.Remove(remembered); err != nil {
		t.Fatal(err)
	}
	o.AtLeast = 9
	if sum := mustPublish(t, ix, t.TempDir(), o); sum.Seq != 9 {
		t.Errorf("number %d", sum.Seq)
	}

	for _, text := range []string{"", "{", `{"version":0}`, `{"version":1,"keys":[{"id":1,"epoch":"1","jurisdiction":"US-WY"},{"id":1,"epoch":"1","jurisdiction":"US-VT"}]}`,
		`{"version":1,"datasets":[{"number":1,"dataset":"a"},{"number":1,"dataset":"b"}]}`, `{"version":1,"seq":-1}`} {
		if err := os.WriteFile(remembered, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Publish(t.Context(), ix, dir, o); !errors.Is(err, ErrMemory) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := os.WriteFile(remembered, []byte(`{"version":2}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Publish(t.Context(), ix, dir, o); err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("of a newer version: %v", err)
	}
}

// Nothing else may be in the directory before the first publication, no key but
// ours sign it, and it and the index be apart.
func TestRefused(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	ix := rollIndex(t)
	o := options(t)
	published := t.TempDir()
	mustPublish(t, ix, published, o)
	copyOf := func(change func(dir string) error) string {
		dir := t.TempDir()
		if err := errors.Join(os.CopyFS(dir, os.DirFS(published)), change(dir)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	write := func(name, text string) func(string) error {
		return func(dir string) error { return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600) }
	}
	foreign := t.TempDir()
	if err := write("notes.txt", "mine")(foreign); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(ix.Dir(), link); err != nil {
		t.Fatal(err)
	}
	key := hashing.Key{1}
	local, err := rollindex.Create(t.TempDir(), &key, hashing.Local)
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	otherKey, otherName, named, none := o, o, o, o
	if otherKey.Signer, otherKey.Key, err = NewSigner("lookup.example.org", &[32]byte{'x'}); err != nil {
		t.Fatal(err)
	}
	if otherName.Signer, otherName.Key, err = NewSigner("other.example.org", &[32]byte{'s'}); err != nil {
		t.Fatal(err)
	}
	named.Datasets, none.Datasets = []string{"big", "nobody"}, []string{}
	badPage := o
	badPage.Page = fstest.MapFS{"v1/manifest": {Data: []byte("1")}}
	for _, tc := range []struct {
		what string
		ix   *rollindex.Index
		dir  string
		o    Options
		want error
	}{
		{"a local index", local, t.TempDir(), o, ErrLocal},
		{"an empty index", newIndex(t), t.TempDir(), o, ErrNothing},
		{"no dataset", ix, t.TempDir(), none, ErrNothing},
		{"a dataset that is not there", ix, t.TempDir(), named, rollindex.ErrNoDataset},
		{"somebody's directory", ix, foreign, o, ErrNotOurs},
		{"the index", ix, ix.Dir(), o, ErrOverlap},
		{"in the index", ix, filepath.Join(ix.Dir(), "site", "new"), o, ErrOverlap},
		{"around the index", ix, filepath.Dir(ix.Dir()), o, ErrOverlap},
		{"the index by another name", ix, filepath.Join(link, "site"), o, ErrOverlap},
		{"another key", ix, published, otherKey, ErrOtherKey},
		{"another name", ix, published, otherName, ErrOtherKey},
		{"a manifest that is none", ix, copyOf(write("v1/manifest", "{}")), o, ErrManifest},
		{"a manifest cut short", ix, copyOf(func(dir string) error { return os.Truncate(filepath.Join(dir, "v1/manifest"), 300) }), o, ErrManifest},
		{"a page that would replace the manifest", ix, t.TempDir(), badPage, nil},
	} {
		before := map[string]string{}
		if _, err := os.Stat(tc.dir); err == nil && tc.want != ErrOverlap {
			before = files(t, tc.dir)
		}
		_, err := Publish(t.Context(), tc.ix, tc.dir, tc.o)
		if err == nil || tc.want != nil && !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.what, err, tc.want)
		}
		if tc.want != ErrOverlap && !maps.Equal(before, files(t, tc.dir)) {
			t.Errorf("%s: something was written", tc.what)
		}
	}
	for _, name := range []string{"", "a b", "a+b"} {
		if _, _, err := NewSigner(name, new([32]byte)); err == nil {
			t.Errorf("a signer of the name %q", name)
		}
	}
	unlock, err := ix.LockPublishing()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Publish(t.Context(), ix, published, o); !errors.Is(err, rollindex.ErrBusy) {
		t.Errorf("while another publishes: %v", err)
	}
	unlock()
}

// Releases and sensitive datasets are left out, and refused where they are asked
// for by name.
func TestLeftOut(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	ix := newIndex(t)
	for id, info := range map[string]hashing.DatasetInfo{
		"leak": {}, "release": {Kind: hashing.Release}, "sensitive": {Incident: "il-elector-2020"}, "known": {Incident: "us-ak-ovr-2020"}, "unknown": {Incident: "nowhere-1999"},
	} {
		info.ID = id
		add(t, ix, info, people(t, 0, 10, "US-WY"))
	}
	s := &site{ix, t.TempDir()}
	sum := mustPublish(t, ix, s.dir, options(t))
	want := []LeftOut{{"release", IsRelease}, {"sensitive", IsSensitive}, {"unknown", IsUnknown}}
	if !slices.Equal(sum.LeftOut, want) || !slices.Equal(sum.Datasets, []string{"known", "leak"}) {
		t.Errorf("left out %v, published %v", sum.LeftOut, sum.Datasets)
	}
	for path, text := range files(t, s.dir) {
		for _, id := range []string{"release", "sensitive", "unknown", "il-elector"} {
			if strings.Contains(text, id) {
				t.Errorf("%s says %q", path, id)
			}
		}
	}
	o := options(t)
	for _, id := range []string{"release", "sensitive", "unknown"} {
		o.Datasets = []string{"leak", id}
		if _, err := Publish(t.Context(), ix, t.TempDir(), o); !errors.Is(err, ErrUnpublishable) {
			t.Errorf("%s: %v", id, err)
		}
	}
	o.Datasets = []string{"leak"}
	sum = mustPublish(t, ix, s.dir, o)
	if !slices.Contains(sum.LeftOut, LeftOut{"known", NotNamed}) || len(sum.Datasets) != 1 {
		t.Errorf("left out %v, published %v", sum.LeftOut, sum.Datasets)
	}
}

// Of a damaged index nothing is published.
func TestDamaged(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	ix := rollIndex(t)
	dir := t.TempDir()
	mustPublish(t, ix, dir, options(t))
	ix.Close()
	before := files(t, dir)
	name := filepath.Join(ix.Dir(), "small.1.rcd")
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	spoilt := bytes.Clone(whole)
	spoilt[len(spoilt)/2] ^= 1
	for what, content := range map[string][]byte{"changed": spoilt, "cut": whole[:len(whole)-4096], "gone": nil} {
		if content == nil {
			err = os.Remove(name)
		} else {
			err = os.WriteFile(name, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		key := hashing.Key{7}
		again, err := rollindex.Open(ix.Dir(), &key)
		if err != nil {
			t.Fatal(err)
		}
		o := options(t)
		o.Issued = noon.Add(29 * 24 * time.Hour)
		fresh := filepath.Join(t.TempDir(), "fresh")
		for _, dir := range []string{dir, fresh} {
			if _, err := Publish(t.Context(), again, dir, o); !errors.Is(err, rollindex.ErrDamaged) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := os.Stat(fresh); err == nil {
			t.Errorf("%s: something was published", what)
		}
		if !maps.Equal(files(t, dir), before) {
			t.Errorf("%s: what was published has changed", what)
		}
		again.Close()
	}
}

// A publication that is told to stop leaves what was published.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	ix := rollIndex(t)
	s := &site{ix, t.TempDir()}
	o := options(t)
	mustPublish(t, ix, s.dir, o)
	add(t, ix, hashing.DatasetInfo{ID: "third"}, people(t, 3000, 1100, "US-VT"))
	stages := map[string]bool{}
	for _, stop := range []string{"reading", "filters", "buckets"} {
		ctx, cancel := context.WithCancel(t.Context())
		o.Progress = func(p Progress) {
			if p.Done > p.Total {
				t.Errorf("%d of %d", p.Done, p.Total)
			}
			stages[p.What] = true
			if p.What == stop {
				cancel()
			}
		}
		if _, err := Publish(ctx, ix, s.dir, o); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", stop, err)
		}
		if m, err := s.manifest(); err != nil || m.Seq != 1 {
			t.Errorf("%s: %v", stop, err)
		}
	}
	done, total := int64(0), int64(0)
	o.Progress = func(p Progress) { done, total = p.Done, p.Total }
	mustPublish(t, ix, s.dir, o)
	if len(stages) != 3 || done != total {
		t.Errorf("stages %v, and at the end %d of %d", stages, done, total)
	}
	o.Issued = o.Issued.Add(Grace)
	mustPublish(t, ix, s.dir, o)
	wantWhole(t, s.dir)
}

func sum(b []byte) lookup.Hash32 { return sha256.Sum256(b) }

// Who asked to be left out is in nothing that is published from then on.
func TestSuppressed(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	ix := rollIndex(t)
	s := &site{ix, t.TempDir()}
	o := options(t)
	o.Issued = time.Now()
	mustPublish(t, ix, s.dir, o)
	them, others := people(t, 45, 1, "US-WY")[0], people(t, 46, 1, "US-WY")[0]
	found := func(p person, mode lookup.Mode) (n int) {
		t.Helper()
		session, err := s.offer(t, "US-WY").Session(t.Context(), mode, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := session.Ask(t.Context(), p.keys, func(hashing.Result) { n++ }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	var keys []hashing.PersonKey
	for _, in := range them.keys {
		keys = append(keys, hashing.PersonKey{Input: in})
	}
	modes := []lookup.Mode{lookup.FilterMode, lookup.BucketMode}
	for _, mode := range modes {
		if found(them, mode) < 4 || found(others, mode) < 4 {
			t.Fatal("they are not found to begin with")
		}
	}
	if _, err := ix.Suppress(t.Context(), [][]hashing.PersonKey{keys}, nil); err != nil {
		t.Fatal(err)
	}
	if sum := mustPublish(t, ix, s.dir, o); !sum.Written || sum.Seq != 2 {
		t.Errorf("it says %+v", sum)
	}
	for _, mode := range modes {
		if n := found(them, mode); n != 0 {
			t.Errorf("in %s mode they are found %d times", mode, n)
		}
		if found(others, mode) < 4 {
			t.Errorf("in %s mode somebody else is not found", mode)
		}
	}
}

// What the manifest that is published names has its whole time of grace, even if a
// publication that was to replace it failed a day before.
func TestGraceAfterFailure(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	ix := rollIndex(t)
	s := &site{ix, t.TempDir()}
	o := options(t)
	o.Issued = time.Now()
	mustPublish(t, ix, s.dir, o)
	add(t, ix, hashing.DatasetInfo{ID: "third"}, people(t, 3000, 20, "US-VT"))
	o.Page = fstest.MapFS{"index.html": {Data: []byte("1")}}
	inTheWay := filepath.Join(s.dir, "index.html")
	if err := os.Mkdir(inTheWay, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Publish(t.Context(), ix, s.dir, o); err == nil {
		t.Fatal("a directory was replaced by a file")
	}
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	offer := s.offer(t, "US-WY")
	o.Issued = o.Issued.Add(Grace + time.Hour)
	if sum := mustPublish(t, ix, s.dir, o); !sum.Written || sum.Removed != 0 || sum.Retired == 0 {
		t.Errorf("it says %+v", sum)
	}
	for _, mode := range []lookup.Mode{lookup.FilterMode, lookup.BucketMode} {
		session, err := offer.Session(t.Context(), mode, nil)
		if err == nil {
			_, err = session.Ask(t.Context(), people(t, 5, 1, "US-WY")[0].keys, func(hashing.Result) {})
		}
		if err != nil {
			t.Errorf("who began a moment before, in %s mode: %v", mode, err)
		}
	}
}

// A manifest that is current stays as it is to the byte, whoever wrote it: another
// text of its number would be refused by all who have seen it.
func TestManifestStays(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	ix := rollIndex(t)
	dir := t.TempDir()
	o := options(t)
	mustPublish(t, ix, dir, o)
	path := filepath.Join(dir, "v1", "manifest")
	text, _, _ := strings.Cut(files(t, dir)["v1/manifest"], "\n")
	text = strings.Replace(text, `{"seq":1,`, `{"of_another_version":true,"seq":1,`, 1)
	other, err := note.Sign(&note.Note{Text: text + "\n"}, o.Signer)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, other, 0o644); err != nil {
		t.Fatal(err)
	}
	sum := mustPublish(t, ix, dir, o)
	if now := files(t, dir)["v1/manifest"]; sum.Written || sum.New != 0 || now != string(other) {
		t.Errorf("number %d, written: %v; it was\n%s and is\n%s", sum.Seq, sum.Written, other, now)
	}
}

// Of a state all of whose people in a dataset asked to be left out, nothing published
// says that there were any: who names it is not told that its records were not asked
// for, and nobody is told of whom there are records.
func TestSuppressedPlace(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	alone := people(t, 90, 1, "US-AK")
	add(t, ix, hashing.DatasetInfo{ID: "leak", Title: "A made-up leak"}, slices.Concat(people(t, 0, 40, "US-WY"), alone))
	s := &site{ix, t.TempDir()}
	mentions := func() (in []string) {
		for path, text := range files(t, s.dir) {
			if strings.Contains(text, "US-AK") {
				in = append(in, path)
			}
		}
		return in
	}
	o := options(t)
	o.Issued = time.Now()
	mustPublish(t, ix, s.dir, o)
	if len(mentions()) != 2 { // the manifest and nowhere's list
		t.Fatalf("Alaska is in %v to begin with", mentions())
	}
	var keys []hashing.PersonKey
	for _, in := range alone[0].keys {
		keys = append(keys, hashing.PersonKey{Input: in})
	}
	if _, err := ix.Suppress(t.Context(), [][]hashing.PersonKey{keys}, nil); err != nil {
		t.Fatal(err)
	}
	mustPublish(t, ix, s.dir, o)
	o.Issued = o.Issued.Add(Grace)
	mustPublish(t, ix, s.dir, o)
	if in := mentions(); len(in) > 0 {
		t.Errorf("Alaska is in %v still", in)
	}
	d := s.offer(t, "US-WY").Datasets()[0]
	if !slices.Equal(d.Sections, []string{"US-WY"}) || !slices.Equal(d.Homes, []string{"US-WY"}) {
		t.Errorf("sections %v, homes %v", d.Sections, d.Homes)
	}
}

// A key id is never given to another key: not to that of an index that was made anew,
// after its key was lost or became known, and is published in the place of the one
// before.
func TestAnotherIndex(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	s := &site{rollIndex(t), t.TempDir()}
	o := options(t)
	mustPublish(t, s.ix, s.dir, o)
	before, err := s.manifest()
	if err != nil {
		t.Fatal(err)
	}
	key := hashing.Key{8}
	if s.ix, err = rollindex.Create(t.TempDir(), &key, hashing.Served); err != nil {
		t.Fatal(err)
	}
	defer s.ix.Close()
	add(t, s.ix, hashing.DatasetInfo{ID: "big", Title: "A made-up leak"}, people(t, 0, 60, "US-WY", "US-VT"))
	for range 2 { // and again, when it is remembered
		if sum := mustPublish(t, s.ix, s.dir, o); sum.Seq != 2 {
			t.Errorf("number %d", sum.Seq)
		}
		after, err := s.manifest()
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range after.Keys {
			i := slices.IndexFunc(before.Keys, func(b lookup.Key) bool { return b.ID == k.ID })
			if i >= 0 && before.Keys[i].PublicKey != k.PublicKey {
				t.Errorf("id %d of %s is that of the lost key of %s", k.ID, k.Jurisdiction, before.Keys[i].Jurisdiction)
			}
		}
		if err := os.Remove(filepath.Join(s.ix.Dir(), memoryName)); err != nil { // DIR tells the same
			t.Fatal(err)
		}
	}
}
