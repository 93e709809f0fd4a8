package lookup_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/hashing/voprf"
	"rollcheck/hashing/voprf/evaluate"
	"rollcheck/rollindex/exposure/sourcetest"
	"rollcheck/rollindex/lookup"
)

// now is the time in the tests.
var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// record is a record of a leak, with the jurisdictions it belongs to.
type record struct {
	sourcetest.Row
	places []string
}

// operator is a server in memory. It publishes records and answers as the
// protocol says; tests change what it has and what it does.
type operator struct {
	seed     evaluate.Seed
	epoch    string
	places   []string // of the keys, in order of their ids from 1
	keys     map[string]*evaluate.Key
	signer   note.Signer
	trusted  *lookup.TrustedKey
	manifest lookup.Manifest
	lists    map[string]*lookup.List
	files    map[string][]byte // by path

	budget int // batches left; negative for no end
	tamper func(key uint16, evaluated *lookup.Elements, proof *[voprf.ProofSize]byte)

	mu  sync.Mutex
	saw []string // what was asked, in order of arrival
}

// seedOf returns a reader of a stream of bytes that depends on its name only.
type stream struct{ state [32]byte }

func seedOf(name string) *stream { return &stream{sha256.Sum256([]byte(name))} }

func (s *stream) Read(p []byte) (int, error) {
	for i := range p {
		if i%32 == 0 {
			s.state = sha256.Sum256(s.state[:])
		}
		p[i] = s.state[i%32]
	}
	return len(p), nil
}

func newSigner(t testing.TB, name string) (note.Signer, *lookup.TrustedKey) {
	t.Helper()
	secret, public, err := note.GenerateKey(seedOf(name), "lookup.example.org")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	key, err := lookup.ParseKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return signer, key
}

// leastFile is how many tags of a jurisdiction a file of its own needs here.
const leastFile = 5

// newOperator publishes the records.
func newOperator(t testing.TB, records []record) *operator {
	t.Helper()
	op := &operator{
		seed: evaluate.Seed(sha256.Sum256([]byte("the seed of the tests"))), epoch: "1", budget: -1,
		keys: make(map[string]*evaluate.Key), lists: make(map[string]*lookup.List), files: make(map[string][]byte),
	}
	op.signer, op.trusted = newSigner(t, "operator")
	for _, r := range records {
		op.places = append(op.places, r.places...)
	}
	op.places = append(op.places, hashing.NoJurisdiction)
	slices.Sort(op.places)
	op.places = slices.Compact(op.places)
	for _, p := range op.places {
		k, err := evaluate.DeriveKey(&op.seed, op.epoch, p)
		if err != nil {
			t.Fatal(err)
		}
		op.keys[p] = k
	}
	op.publish(t, records)
	return op
}

// published is a copy of the operator of the roll, for one test to spoil.
func published(t testing.TB) *operator {
	t.Helper()
	base := base(t)
	op := &operator{
		seed: base.seed, epoch: base.epoch, places: slices.Clone(base.places), keys: maps.Clone(base.keys), signer: base.signer,
		trusted: base.trusted, lists: make(map[string]*lookup.List), files: make(map[string][]byte), budget: -1,
	}
	for path, file := range base.files {
		op.files[path] = slices.Clone(file)
	}
	for place, list := range base.lists {
		b, err := list.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if op.lists[place], err = lookup.DecodeList(b, place); err != nil {
			t.Fatal(err)
		}
	}
	op.sign(t, func(m *lookup.Manifest) { m.Seq = 7 })
	return op
}

var (
	once   sync.Once
	shared *operator
)

func base(t testing.TB) *operator {
	t.Helper()
	once.Do(func() { shared = newOperator(t, roll(t)) })
	return shared
}

func (op *operator) id(place string) uint16 { return uint16(1 + slices.Index(op.places, place)) }

type fileName struct{ place, dataset, keyType string }

// publish writes the files of the records.
func (op *operator) publish(t testing.TB, records []record) {
	t.Helper()
	infos := infosOf(records)
	ids := slices.Sorted(maps.Keys(infos))
	numbers := make(map[string]uint16)
	var all []uint16
	for i, id := range ids {
		numbers[id] = uint16(10 * (i + 1))
		all = append(all, numbers[id])
	}
	tags := make(map[fileName]map[hashing.Tag]bool)
	entries := make(map[string]map[uint16]map[[2]uint64]hashing.Mask) // place, group, tag and dataset
	for _, r := range records {
		for _, place := range r.places {
			for _, in := range r.Keys {
				op.enter(t, &r, place, in, infos[r.Dataset], numbers, tags, entries)
			}
		}
	}
	for name, set := range maps.Clone(tags) {
		if len(set) >= leastFile || name.place == hashing.NoJurisdiction {
			continue
		}
		joined := fileName{hashing.NoJurisdiction, name.dataset, name.keyType}
		if tags[joined] == nil {
			tags[joined] = make(map[hashing.Tag]bool)
		}
		maps.Copy(tags[joined], set)
		delete(tags, name)
	}
	for _, place := range op.places {
		l := &lookup.List{Jurisdiction: place}
		for _, id := range ids {
			l.Datasets = append(l.Datasets, lookup.NewDataset(numbers[id], infos[id]))
			for _, kt := range hashing.KeyTypes() {
				set := tags[fileName{place, id, kt.String()}]
				if len(set) == 0 {
					continue
				}
				file, err := lookup.BuildFilter(slices.Collect(maps.Keys(set)))
				if err != nil {
					t.Fatal(err)
				}
				sum := lookup.Hash32(sha256.Sum256(file))
				op.files[lookup.FilterPath(sum)] = file
				l.Files = append(l.Files, lookup.File{
					Dataset: id, KeyType: kt.String(), N: int64(len(set)), Kind: lookup.KindFuse16, Bytes: int64(len(file)), SHA256: sum,
				})
			}
		}
		l.Buckets = op.cut(t, place, entries[place], all)
		op.lists[place] = l
	}
	op.sign(t, func(m *lookup.Manifest) { m.Seq = 7 })
}

// enter adds the entry of one key under the key of one place.
func (op *operator) enter(t testing.TB, r *record, place string, in hashing.Input, info *hashing.DatasetInfo, numbers map[string]uint16,
	tags map[fileName]map[hashing.Tag]bool, entries map[string]map[uint16]map[[2]uint64]hashing.Mask) {
	t.Helper()
	switch in.Type {
	case hashing.NameDOB, hashing.NameYOBZIP:
	case hashing.VoterID:
		if hashing.VoterIDJurisdiction(in.X) != place {
			return
		}
	default:
		return
	}
	y, err := op.keys[place].Evaluate(in.X)
	if err != nil {
		t.Fatal(err)
	}
	tag, pad := hashing.NewServedEntries(info.ID, info.Generation).Seal((*hashing.ServedOutput)(&y))
	name := fileName{place, info.ID, in.Type.String()}
	if tags[name] == nil {
		tags[name] = make(map[hashing.Tag]bool)
	}
	tags[name][tag] = true
	if in.Type == hashing.VoterID {
		return
	}
	n := int(in.X[5]) // the length of the last name, under 256 here
	last, first := in.X[6:6+n], in.X[6+n+2:6+n+2+int(in.X[6+n+1])]
	group := hashing.Bucket(last, first)
	if entries[place] == nil {
		entries[place] = make(map[uint16]map[[2]uint64]hashing.Mask)
	}
	if entries[place][group] == nil {
		entries[place][group] = make(map[[2]uint64]hashing.Mask)
	}
	key := [2]uint64{uint64(tag), uint64(numbers[info.ID])}
	if old, ok := entries[place][group][key]; ok {
		entries[place][group][key] = (old ^ pad).Merge(r.Mask) ^ pad
		return
	}
	entries[place][group][key] = r.Mask ^ pad
}

// cut writes the buckets of a place.
func (op *operator) cut(t testing.TB, place string, groups map[uint16]map[[2]uint64]hashing.Mask, numbers []uint16) *lookup.Buckets {
	t.Helper()
	bits := lookup.BucketBits(place)
	buckets := make([][]lookup.Entry, 1<<bits)
	for g, set := range groups {
		for k, sealed := range set {
			n := int(g) >> (16 - bits)
			buckets[n] = append(buckets[n], lookup.Entry{Tag: hashing.Tag(k[0]), Dataset: uint16(k[1]), Sealed: sealed})
		}
	}
	bodies := make([][]byte, len(buckets))
	id := lookup.BucketID{Key: op.id(place), Bits: bits}
	for id.Number = range buckets {
		var err error
		if bodies[id.Number], err = lookup.BuildBucket(id, buckets[id.Number], numbers, &[32]byte{'p', 'a', 'd'}); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := lookup.NewTree(bodies)
	if err != nil {
		t.Fatal(err)
	}
	b := &lookup.Buckets{Bits: bits, Root: lookup.Hash32(tree.Root())}
	for id.Number = range bodies {
		file := tree.AppendProof(bodies[id.Number], id.Number)
		op.files[lookup.BucketPath(b.Root, id.Number)] = file
		b.Bytes = max(b.Bytes, int64(len(file)))
	}
	return b
}

// sign publishes the lists, and a manifest of them with what change makes of it.
func (op *operator) sign(t testing.TB, change func(*lookup.Manifest)) {
	t.Helper()
	m := &op.manifest
	m.Issued, m.Expires, m.Epoch, m.Canonical = now.Add(-time.Hour), now.Add(30*24*time.Hour), op.epoch, hashing.Version
	m.Budgets = lookup.Budgets{BatchesPerAddress: 40, BatchesPerPrefix: 400, SlotsPerJurisdiction: 200_000}
	m.Keys, m.Lists = nil, nil
	for _, place := range op.places {
		m.Keys = append(m.Keys, lookup.Key{ID: op.id(place), Jurisdiction: place, PublicKey: lookup.Hash32(op.keys[place].PublicKey())})
		list, err := op.lists[place].Encode()
		if err != nil {
			t.Fatal(err)
		}
		sum := lookup.Hash32(sha256.Sum256(list))
		op.files[lookup.ListPath(sum)] = list
		m.Lists = append(m.Lists, lookup.ListRef{Jurisdiction: place, SHA256: sum})
	}
	m.PublicKey = m.Keys[0].PublicKey
	change(m)
	signed, err := m.Sign(op.signer)
	if err != nil {
		t.Fatal(err)
	}
	op.files[lookup.ManifestPath] = signed
}

// infosOf describes the datasets of the records as an index would.
func infosOf(records []record) map[string]*hashing.DatasetInfo {
	var rows []sourcetest.Row
	for _, r := range records {
		served := sourcetest.Row{Dataset: r.Dataset, Mask: r.Mask}
		for _, in := range r.Keys {
			if in.Type == hashing.NameDOB || in.Type == hashing.NameYOBZIP || in.Type == hashing.VoterID {
				served.Keys = append(served.Keys, in)
			}
		}
		rows = append(rows, served)
	}
	infos := make(map[string]*hashing.DatasetInfo)
	m := sourcetest.NewMemory(rows...)
	for i := range m.Datasets() {
		d := &m.Datasets()[i]
		d.Columns = field.SetOf(field.Name, field.BirthDate, field.Email).Names()
		d.Jurisdictions = []string{"US-FL", "US-GA"}
		d.Scheme = hashing.Served
		infos[d.ID] = d
	}
	return infos
}

// note adds a line to what the operator saw.
func (op *operator) note(line string) {
	op.mu.Lock()
	defer op.mu.Unlock()
	op.saw = append(op.saw, line)
}

// Get implements [lookup.Transport].
func (op *operator) Get(ctx context.Context, path string, limit int64) ([]byte, error) {
	body, ok := op.files[path]
	op.note("GET " + path + " " + strconv.Itoa(len(body)))
	switch {
	case !ok:
		return nil, fmt.Errorf("GET %s: %w", path, fs.ErrNotExist)
	case int64(len(body)) > limit:
		return nil, errors.New("GET: the body is too long")
	}
	return slices.Clone(body), ctx.Err()
}

// Evaluate implements [lookup.Transport].
func (op *operator) Evaluate(ctx context.Context, body []byte) ([]byte, error) {
	id, blinded, err := lookup.ParseRequest(body)
	if err != nil {
		return nil, err
	}
	op.note(fmt.Sprintf("POST %s key %d %d %d", lookup.EvaluatePath, id, len(body), lookup.ResponseSize))
	if id == 0 || int(id) > len(op.places) {
		return nil, lookup.ErrStale
	}
	op.mu.Lock()
	spent := op.budget == 0
	op.budget--
	op.mu.Unlock()
	if spent {
		return nil, &lookup.BudgetError{Retry: now.Add(time.Hour)}
	}
	elements := make([][]byte, len(blinded))
	for i := range blinded {
		elements[i] = blinded[i][:]
	}
	out, proof, err := op.keys[op.places[id-1]].BlindEvaluate(elements)
	if err != nil {
		return nil, err
	}
	var evaluated lookup.Elements
	for i := range evaluated {
		evaluated[i] = [32]byte(out[i])
	}
	if op.tamper != nil {
		op.tamper(id, &evaluated, (*[64]byte)(proof))
	}
	return lookup.AppendResponse(nil, &evaluated, (*[64]byte)(proof)), ctx.Err()
}

// client returns a client of the operator with a cache of its own.
func (op *operator) client(t testing.TB, cache lookup.Cache) *lookup.Client {
	t.Helper()
	c, err := lookup.New(op.trusted, op, cache)
	if err != nil {
		t.Fatal(err)
	}
	c.SetNow(func() time.Time { return now })
	return c
}

// session opens the jurisdictions and begins to ask.
func (op *operator) session(t testing.TB, mode lookup.Mode, places ...string) *lookup.Session {
	t.Helper()
	o, err := op.client(t, new(lookup.MemoryCache)).Open(t.Context(), places...)
	if err != nil {
		t.Fatal(err)
	}
	s, err := o.Session(t.Context(), mode, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// people returns records of fictional people, all of the places.
func people(t testing.TB, dataset string, first, n int, places ...string) (records []record) {
	t.Helper()
	for _, r := range sourcetest.People(t, dataset, first, n) {
		records = append(records, record{r, places})
	}
	return records
}

// json returns the text of the manifest that is published.
func (op *operator) json() string {
	text, _, _ := strings.Cut(string(op.files[lookup.ManifestPath]), "\n\n")
	return text
}

// signText publishes a text in place of a manifest.
func (op *operator) signText(t testing.TB, text string) {
	t.Helper()
	signed, err := note.Sign(&note.Note{Text: text + "\n"}, op.signer)
	if err != nil {
		t.Fatal(err)
	}
	op.files[lookup.ManifestPath] = signed
}

// replaceInList publishes a list with a part of its text replaced, whatever comes
// of it.
func (op *operator) replaceInList(t testing.TB, place, before, after string) {
	t.Helper()
	list, err := op.lists[place].Encode()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(list), before, after, 1)
	if text == string(list) {
		t.Fatalf("the list does not hold %s", before)
	}
	sum := lookup.Hash32(sha256.Sum256([]byte(text)))
	op.files[lookup.ListPath(sum)] = []byte(text)
	op.sign(t, func(m *lookup.Manifest) {
		m.Seq++
		i := slices.IndexFunc(m.Lists, func(l lookup.ListRef) bool { return l.Jurisdiction == place })
		m.Lists[i].SHA256 = sum
	})
}
