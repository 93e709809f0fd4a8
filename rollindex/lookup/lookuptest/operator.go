// Package lookuptest holds an operator of the private look-up in memory, who
// publishes records and answers as rollindex/lookup/PROTOCOL.md says, for tests
// of either side to spoil.
package lookuptest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
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

// Record is a record of a leak, with the jurisdictions it belongs to.
type Record struct {
	sourcetest.Row
	Places []string
}

// Operator is a server in memory. Tests change what it has and what it does. It is
// a [lookup.Transport] and a http.Handler.
type Operator struct {
	Now      time.Time // manifests are issued an hour before
	Seed     evaluate.Seed
	Epoch    string
	Places   []string // of the keys, in order of their ids from 1
	Keys     map[string]*evaluate.Key
	Signer   note.Signer
	Trusted  *lookup.TrustedKey
	Manifest lookup.Manifest
	Lists    map[string]*lookup.List
	Files    map[string][]byte // by path

	Budget int // batches left; negative for no end
	Tamper func(key uint16, evaluated *lookup.Elements, proof *[voprf.ProofSize]byte)

	mu  sync.Mutex
	saw []string // what was asked, in order of arrival
}

// stream is an endless reader.
type stream struct{ state [32]byte }

// SeedOf returns a reader of bytes that depend on the name only.
func SeedOf(name string) io.Reader { return &stream{sha256.Sum256([]byte(name))} }

func (s *stream) Read(p []byte) (int, error) {
	for i := range p {
		if i%32 == 0 {
			s.state = sha256.Sum256(s.state[:])
		}
		p[i] = s.state[i%32]
	}
	return len(p), nil
}

// NewSigner returns a signing key that depends on the name only, and its public
// half.
func NewSigner(t testing.TB, name string) (note.Signer, *lookup.TrustedKey) {
	t.Helper()
	secret, public, err := note.GenerateKey(SeedOf(name), "lookup.example.org")
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

// New returns an operator who publishes the records under manifest number 7, which
// is valid at a time. All that is not drawn at random in the protocol depends on
// the arguments only.
func New(t testing.TB, now time.Time, records []Record) *Operator {
	t.Helper()
	op := &Operator{
		Now: now.UTC().Truncate(time.Second), Seed: evaluate.Seed(sha256.Sum256([]byte("the seed of the tests"))), Epoch: "1", Budget: -1,
		Keys: make(map[string]*evaluate.Key), Lists: make(map[string]*lookup.List), Files: make(map[string][]byte),
	}
	op.Signer, op.Trusted = NewSigner(t, "operator")
	for _, r := range records {
		op.Places = append(op.Places, r.Places...)
	}
	op.Places = append(op.Places, hashing.NoJurisdiction)
	slices.Sort(op.Places)
	op.Places = slices.Compact(op.Places)
	for _, p := range op.Places {
		k, err := evaluate.DeriveKey(&op.Seed, op.Epoch, p)
		if err != nil {
			t.Fatal(err)
		}
		op.Keys[p] = k
	}
	op.publish(t, records)
	return op
}

// Copy returns a copy for one test to spoil.
func (op *Operator) Copy(t testing.TB) *Operator {
	t.Helper()
	c := &Operator{
		Now: op.Now, Seed: op.Seed, Epoch: op.Epoch, Places: slices.Clone(op.Places), Keys: maps.Clone(op.Keys), Signer: op.Signer,
		Trusted: op.Trusted, Lists: make(map[string]*lookup.List), Files: make(map[string][]byte), Budget: -1,
	}
	for path, file := range op.Files {
		c.Files[path] = slices.Clone(file)
	}
	for place, list := range op.Lists {
		b, err := list.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if c.Lists[place], err = lookup.DecodeList(b, place); err != nil {
			t.Fatal(err)
		}
	}
	c.Sign(t, func(m *lookup.Manifest) { m.Seq = 7 })
	return c
}

// ID returns the id of the key of a place.
func (op *Operator) ID(place string) uint16 { return uint16(1 + slices.Index(op.Places, place)) }

type fileName struct{ place, dataset, keyType string }

// publish writes the files of the records.
func (op *Operator) publish(t testing.TB, records []Record) {
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
		for _, place := range r.Places {
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
	for _, place := range op.Places {
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
				op.Files[lookup.FilterPath(sum)] = file
				l.Files = append(l.Files, lookup.File{
					Dataset: id, KeyType: kt.String(), N: int64(len(set)), Kind: lookup.KindFuse16, Bytes: int64(len(file)), SHA256: sum,
				})
			}
		}
		l.Buckets = op.cut(t, place, entries[place], all)
		op.Lists[place] = l
	}
	op.Sign(t, func(m *lookup.Manifest) { m.Seq = 7 })
}

// enter adds the entry of one key under the key of one place.
func (op *Operator) enter(t testing.TB, r *Record, place string, in hashing.Input, info *hashing.DatasetInfo, numbers map[string]uint16,
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
	y, err := op.Keys[place].Evaluate(in.X)
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
func (op *Operator) cut(t testing.TB, place string, groups map[uint16]map[[2]uint64]hashing.Mask, numbers []uint16) *lookup.Buckets {
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
	id := lookup.BucketID{Key: op.ID(place), Bits: bits}
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
		op.Files[lookup.BucketPath(b.Root, id.Number)] = file
		b.Bytes = max(b.Bytes, int64(len(file)))
	}
	return b
}

// Sign publishes the lists, and a manifest of them with what change makes of it.
func (op *Operator) Sign(t testing.TB, change func(*lookup.Manifest)) {
	t.Helper()
	m := &op.Manifest
	m.Issued, m.Expires, m.Epoch, m.Canonical = op.Now.Add(-time.Hour), op.Now.Add(30*24*time.Hour), op.Epoch, hashing.Version
	m.Budgets = lookup.Budgets{BatchesPerAddress: 40, BatchesPerPrefix: 400, SlotsPerJurisdiction: 200_000}
	m.Keys, m.Lists = nil, nil
	for _, place := range op.Places {
		m.Keys = append(m.Keys, lookup.Key{ID: op.ID(place), Jurisdiction: place, PublicKey: lookup.Hash32(op.Keys[place].PublicKey())})
		list, err := op.Lists[place].Encode()
		if err != nil {
			t.Fatal(err)
		}
		sum := lookup.Hash32(sha256.Sum256(list))
		op.Files[lookup.ListPath(sum)] = list
		m.Lists = append(m.Lists, lookup.ListRef{Jurisdiction: place, SHA256: sum})
	}
	m.PublicKey = m.Keys[0].PublicKey
	change(m)
	signed, err := m.Sign(op.Signer)
	if err != nil {
		t.Fatal(err)
	}
	op.Files[lookup.ManifestPath] = signed
}

// infosOf describes the datasets of the records as an index would.
func infosOf(records []Record) map[string]*hashing.DatasetInfo {
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

// AddLarge publishes in a place another dataset of n records that nobody has the
// keys of, so that its filters are a large download.
func (op *Operator) AddLarge(t testing.TB, place, dataset string, n int) {
	t.Helper()
	tags := make([]hashing.Tag, n)
	random := SeedOf(dataset)
	for i := range tags {
		var b [8]byte
		random.Read(b[:])
		tags[i] = hashing.Tag(binary.BigEndian.Uint64(b[:]))
	}
	file, err := lookup.BuildFilter(tags)
	if err != nil {
		t.Fatal(err)
	}
	sum := lookup.Hash32(sha256.Sum256(file))
	op.Files[lookup.FilterPath(sum)] = file
	l := op.Lists[place]
	l.Datasets = append(l.Datasets, lookup.Dataset{
		Number: 60000, ID: dataset, Generation: 1, Jurisdictions: []string{place}, Fields: []string{"name", "birth_date"},
		Rows: int64(n), Indexed: int64(n), KeyRows: map[string]int64{hashing.NameDOB.String(): int64(n)},
	})
	l.Files = append(l.Files, lookup.File{
		Dataset: dataset, KeyType: hashing.NameDOB.String(), N: int64(n), Kind: lookup.KindFuse16, Bytes: int64(len(file)), SHA256: sum,
	})
	op.Sign(t, func(m *lookup.Manifest) { m.Seq++ })
}

// note adds a line to what the operator saw.
func (op *Operator) note(line string) {
	op.mu.Lock()
	defer op.mu.Unlock()
	op.saw = append(op.saw, line)
}

// Get implements [lookup.Transport].
func (op *Operator) Get(ctx context.Context, path string, limit int64) ([]byte, error) {
	body, ok := op.Files[path]
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
func (op *Operator) Evaluate(ctx context.Context, body []byte) ([]byte, error) {
	id, blinded, err := lookup.ParseRequest(body)
	if err != nil {
		return nil, err
	}
	op.note(fmt.Sprintf("POST %s key %d %d %d", lookup.EvaluatePath, id, len(body), lookup.ResponseSize))
	if id == 0 || int(id) > len(op.Places) {
		return nil, lookup.ErrStale
	}
	op.mu.Lock()
	spent := op.Budget == 0
	if op.Budget > 0 {
		op.Budget--
	}
	op.mu.Unlock()
	if spent {
		return nil, &lookup.BudgetError{Retry: op.Now.Add(time.Hour)}
	}
	elements := make([][]byte, len(blinded))
	for i := range blinded {
		elements[i] = blinded[i][:]
	}
	out, proof, err := op.Keys[op.Places[id-1]].BlindEvaluate(elements)
	if err != nil {
		return nil, err
	}
	var evaluated lookup.Elements
	for i := range evaluated {
		evaluated[i] = [32]byte(out[i])
	}
	if op.Tamper != nil {
		op.Tamper(id, &evaluated, (*[64]byte)(proof))
	}
	return lookup.AppendResponse(nil, &evaluated, (*[64]byte)(proof)), ctx.Err()
}

// Saw returns what was asked, in order of arrival.
func (op *Operator) Saw() []string {
	op.mu.Lock()
	defer op.mu.Unlock()
	return slices.Clone(op.saw)
}

// Forget forgets what was asked.
func (op *Operator) Forget() {
	op.mu.Lock()
	defer op.mu.Unlock()
	op.saw = nil
}

// People returns records of fictional people, all of the places.
func People(t testing.TB, dataset string, first, n int, places ...string) (records []Record) {
	t.Helper()
	for _, r := range sourcetest.People(t, dataset, first, n) {
		records = append(records, Record{r, places})
	}
	return records
}

// JSON returns the text of the manifest that is published.
func (op *Operator) JSON() string {
	text, _, _ := strings.Cut(string(op.Files[lookup.ManifestPath]), "\n\n")
	return text
}

// SignText publishes a text in place of a manifest.
func (op *Operator) SignText(t testing.TB, text string) {
	t.Helper()
	signed, err := note.Sign(&note.Note{Text: text + "\n"}, op.Signer)
	if err != nil {
		t.Fatal(err)
	}
	op.Files[lookup.ManifestPath] = signed
}

// ReplaceInList publishes a list with a part of its text replaced, whatever comes
// of it.
func (op *Operator) ReplaceInList(t testing.TB, place, before, after string) {
	t.Helper()
	list, err := op.Lists[place].Encode()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(list), before, after, 1)
	if text == string(list) {
		t.Fatalf("the list does not hold %s", before)
	}
	sum := lookup.Hash32(sha256.Sum256([]byte(text)))
	op.Files[lookup.ListPath(sum)] = []byte(text)
	op.Sign(t, func(m *lookup.Manifest) {
		m.Seq++
		i := slices.IndexFunc(m.Lists, func(l lookup.ListRef) bool { return l.Jurisdiction == place })
		m.Lists[i].SHA256 = sum
	})
}
