package compare

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/internal/extsort"
	"rollcheck/rollindex/voterfile"
)

// Stratify is what a sample is divided by.
type Stratify string

// The ways to divide a sample.
const (
	ByNothing Stratify = ""
	ByCounty  Stratify = "county"
	ByMatch   Stratify = "match" // in the other file, not in it, or without a key
)

// MaxSample is the most rows that are drawn, and MaxStrata the most strata that a
// file may be divided into: Texas has 254 counties.
const (
	MaxSample = 10_000
	MaxStrata = 400
)

// ErrSample is of samples that cannot be drawn as asked.
var ErrSample = errors.New("this sample cannot be drawn")

// SampleOptions say what is drawn.
type SampleOptions struct {
	Options
	Rows  int    // to draw, 1 to [MaxSample]
	Seed  uint64 // the same seed draws the same rows of the same file
	By    Stratify
	Other Input // of [ByMatch]: the file that a row is in or not
}

// Sample is rows drawn at random, to be checked by people. It holds details of
// persons, as nothing else in this package does: it is written to a sheet that the
// user named, and nowhere else.
type Sample struct {
	Key  SampleKey
	rows [][]string // by number, the columns of sheetFields
}

// SampleKey tells what the sheet hides from who checks it: the stratum of each row.
// It has no details of anybody.
type SampleKey struct {
	Sheet   string    `json:"sheet"` // name of the sheet, part of each row's number
	Seed    uint64    `json:"seed"`
	SHA256  string    `json:"sha256"` // of the file
	Rows    int64     `json:"rows"`   // of the file, read in full
	By      Stratify  `json:"by"`
	Strata  []Stratum `json:"strata"`
	Stratum []int     `json:"stratum"` // by number of the row less one, an index of Strata
}

// Stratum is a part of the file.
type Stratum struct {
	Name  string `json:"name"`  // a county as the file has it, "" for none and for those of few rows; or how a row matches
	Rows  int64  `json:"rows"`  // of the file in it
	Drawn int    `json:"drawn"` // of the sample
}

// Names of the strata of [ByMatch].
const (
	matchedRow   = "matched"
	unmatchedRow = "not matched"
	keylessRow   = "nothing to match by"
)

// DrawSample draws rows of a file without putting back: of each stratum as many as
// its share of the file's rows, rounded, and at least two if it has them, so that no
// stratum is without a rate. Which rows is decided by a keyed hash of their places:
// neither the number of goroutines nor the time changes it. The file is read once for
// the places and once for what stands there; by match, it and the other file are
// sorted first, and rows without a key are looked for in a reading of their own
// (Progress.File counts the readings).
func DrawSample(ctx context.Context, in Input, opts SampleOptions) (*Sample, error) {
	if opts.Rows < 1 || opts.Rows > MaxSample {
		return nil, fmt.Errorf("%w: %d rows asked for, of 1 to %d", ErrSample, opts.Rows, MaxSample)
	}
	d := newDraw(opts)
	file, err := d.places(ctx, in)
	if err != nil {
		return nil, err
	}
	s, chosen, err := d.choose(file)
	if err != nil {
		return nil, err
	}
	return s, d.details(ctx, in, s, chosen)
}

func newDraw(opts SampleOptions) *draw {
	return &draw{opts: opts, key: seedKey("rollcheck sample 1", opts.Seed), order: seedKey("rollcheck sheet 1", opts.Seed), strata: map[string]*lot{}}
}

func seedKey(label string, seed uint64) [32]byte {
	return [32]byte(hmac.New(sha256.New, binary.BigEndian.AppendUint64([]byte(label), seed)).Sum(nil))
}

// draw is a sample being drawn.
type draw struct {
	opts   SampleOptions
	key    [32]byte // of the hashes that decide what is drawn
	order  [32]byte // of those that rows stand on the sheet by
	mu     sync.Mutex
	strata map[string]*lot
}

// lot is a stratum while rows are drawn: the places with the smallest hashes, as
// many as the whole sample has, since its share is known only at the end.
type lot struct {
	rows   int64
	places []drawn
}

// drawn is a row by its place, in the order of its hash.
type drawn struct {
	hash  uint64
	place uint64
}

func (a drawn) compare(b drawn) int {
	return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.place, b.place))
}

// hasher returns a function that hashes places under the seed, for one goroutine.
func (d *draw) hasher() func(place uint64) uint64 { return hasherOf(d.key) }

func hasherOf(key [32]byte) func(place uint64) uint64 {
	mac := hmac.New(sha256.New, key[:])
	var in [8]byte
	var sum [sha256.Size]byte
	return func(place uint64) uint64 {
		mac.Reset()
		binary.BigEndian.PutUint64(in[:], place)
		mac.Write(in[:])
		return binary.BigEndian.Uint64(mac.Sum(sum[:0]))
	}
}

// add counts a row and keeps its place as long as it may be drawn.
func (l *lot) add(r drawn, most int) {
	l.rows++
	if l.places = append(l.places, r); len(l.places) >= 2*most+64 {
		l.trim(most)
	}
}

func (l *lot) trim(most int) {
	slices.SortFunc(l.places, drawn.compare)
	l.places = l.places[:min(most, len(l.places))]
}

// merge adds lots that one goroutine kept.
func (d *draw) merge(lots map[string]*lot) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, l := range lots {
		t := d.strata[name]
		if t == nil {
			t = &lot{}
			d.strata[name] = t
		}
		t.rows += l.rows
		t.places = append(t.places, l.places...)
		t.trim(d.opts.Rows)
	}
	return d.tooMany(len(d.strata))
}

func (d *draw) tooMany(strata int) error {
	if strata > MaxStrata {
		return fmt.Errorf("%w: its rows fall into more than %d strata by %s", ErrSample, MaxStrata, d.opts.By)
	}
	return nil
}

// placeOf returns a row's place among those of its file.
func placeOf(rec *voterfile.Record) uint64 {
	return uint64(rec.Member)<<(typeShift-memberBits) | uint64(rec.Line)
}

// sampledFile is what is known of the file after the first reading.
type sampledFile struct {
	sha  string
	rows int64
}

// places finds the strata and the candidates of each.
func (d *draw) places(ctx context.Context, in Input) (sampledFile, error) {
	if d.opts.By == ByMatch {
		return d.matched(ctx, in)
	}
	src, err := in.open(ctx)
	if err != nil {
		return sampledFile{}, err
	}
	defer src.Close()
	if d.opts.By == ByCounty && !slices.ContainsFunc(src.Members(), func(m voterfile.Member) bool { return m.LeftOut == "" && m.Match.Holds(field.CountyID) }) {
		return sampledFile{}, fmt.Errorf("%w: the file has no column of counties", ErrSample)
	}
	skips, err := src.Each(ctx, d.opts.Jobs, func() voterfile.Visitor {
		return &sampler{draw: d, hash: d.hasher(), lots: map[string]*lot{}}
	}, d.opts.reading(src, 0))
	if err != nil {
		return sampledFile{}, err
	}
	return sampledFile{src.Sources()[0].SHA256, skips.Rows - skips.Skipped()}, nil
}

// sampler draws from the rows of one goroutine.
type sampler struct {
	*draw
	hash func(uint64) uint64
	lots map[string]*lot
}

// Visit may draw a row.
func (s *sampler) Visit(rec *voterfile.Record) error {
	var name []byte
	if s.opts.By == ByCounty {
		name = rec.Value(field.CountyID)
	}
	l := s.lots[string(name)]
	if l == nil {
		l = &lot{}
		s.lots[string(name)] = l
		if err := s.tooMany(len(s.lots)); err != nil {
			return err
		}
	}
	place := placeOf(rec)
	l.add(drawn{s.hash(place), place}, s.opts.Rows)
	return nil
}

// Flush hands over what was drawn.
func (s *sampler) Flush() error { return s.merge(s.lots) }

// matched finds which rows of the file have their strongest common key in the other
// one, by sorting both.
func (d *draw) matched(ctx context.Context, in Input) (sampledFile, error) {
	inputs := []Input{in, d.opts.Other}
	shares := make([][hashing.NumKeyTypes]float64, 2)
	for i := range inputs {
		var err error
		if shares[i], err = sample(ctx, inputs[i]); err != nil {
			return sampledFile{}, err
		}
	}
	var linked [hashing.NumKeyTypes]bool
	key := commonKey(shares)
	linked[key] = true
	r, err := newReading(linked, d.opts.Options)
	if err != nil {
		return sampledFile{}, err
	}
	defer r.close()
	r.types, r.draw = []hashing.KeyType{key}, d
	var files [2]*File
	for i, in := range inputs {
		report := func(done, total, rows int64) { d.opts.report(Progress{i, done, total, rows}) }
		if files[i], err = r.read(ctx, i, in, d.opts.Jobs, report); err != nil {
			return sampledFile{}, err
		}
	}
	work := func(records []wide) (map[string]*lot, error) { return d.lots(records), nil }
	if err := extsort.Drain(ctx, r.wide, max(d.opts.Jobs, 1), work, d.merge); err != nil {
		return sampledFile{}, err
	}
	keyless := files[0].Read() - files[0].Keys[key]
	if keyless > 0 { // their places were not sorted
		if err := d.keyless(ctx, in, key); err != nil {
			return sampledFile{}, err
		}
	}
	return sampledFile{files[0].Sources[0].SHA256, files[0].Read()}, nil
}

// commonKey returns the strongest key that half of the first rows of every file
// carry; failing these, the one that the most carry.
func commonKey(shares [][hashing.NumKeyTypes]float64) (best hashing.KeyType) {
	most := -1.0
	for _, t := range strength {
		all := 1.0
		for _, s := range shares {
			all = min(all, s[t])
		}
		if all >= 0.5 {
			return t
		}
		if all > most {
			best, most = t, all
		}
	}
	return best
}

// lots divides the rows of the first file in a bucket of keys.
func (d *draw) lots(records []wide) map[string]*lot {
	lots := map[string]*lot{matchedRow: {}, unmatchedRow: {}}
	hash := d.hasher()
	for i := 0; i < len(records); {
		j := i
		for j < len(records) && records[j][0] == records[i][0] {
			j++
		}
		name := unmatchedRow
		if fileOf(records[j-1][1]) == 1 {
			name = matchedRow
		}
		for ; i < j; i++ {
			if fileOf(records[i][1]) != 0 {
				continue
			}
			if place := records[i][1] & placeMask; place == 0 {
				lots[name].rows += int64(records[i].rows())
			} else {
				lots[name].add(drawn{hash(place), place}, d.opts.Rows)
			}
		}
	}
	return lots
}

// keyless draws from the rows that do not carry the key.
func (d *draw) keyless(ctx context.Context, in Input, key hashing.KeyType) error {
	return visit(ctx, in, 2, &d.opts.Options, func([]voterfile.Member) (func(*voterfile.Record) error, func() error) {
		l, hash, x := &lot{}, d.hasher(), []byte(nil)
		return func(rec *voterfile.Record) error {
			var ok bool
			if x, ok = rec.AppendKey(x[:0], key); !ok {
				place := placeOf(rec)
				l.add(drawn{hash(place), place}, d.opts.Rows)
			}
			return nil
		}, func() error { return d.merge(map[string]*lot{keylessRow: l}) }
	})
}

// visit reads a file, the step-th reading of a draw, with the functions that begin
// returns for each goroutine, of the members of the file.
func visit(ctx context.Context, in Input, step int, opts *Options, begin func([]voterfile.Member) (row func(*voterfile.Record) error, flush func() error)) error {
	src, err := in.open(ctx)
	if err != nil {
		return err
	}
	defer src.Close()
	_, err = src.Each(ctx, opts.Jobs, func() voterfile.Visitor {
		row, flush := begin(src.Members())
		return visitorFuncs{row, flush}
	}, opts.reading(src, step))
	return err
}

// reading returns a function that reports how far a source is read.
func (o *Options) reading(src *voterfile.Source, step int) func() {
	return func() {
		done, total := src.Progress()
		o.report(Progress{File: step, Done: done, Total: total})
	}
}

type visitorFuncs struct {
	row   func(*voterfile.Record) error
	flush func() error
}

// Visit calls the one function.
func (v visitorFuncs) Visit(rec *voterfile.Record) error { return v.row(rec) }

// Flush calls the other.
func (v visitorFuncs) Flush() error { return v.flush() }

// leastNamed is of how many rows a county is named: what fewer have may be a
// person's detail in the wrong column, and the key of a sample has none.
const leastNamed = 5

// choose shares the sample among the strata and orders the rows by hashes of another
// key than they were drawn by, so that the order of the sheet says nothing of strata:
// the hashes that decided are the smallest of a stratum, and of a stratum of which a
// larger share was drawn they are larger, which would put its rows last.
func (d *draw) choose(file sampledFile) (*Sample, map[uint64]int, error) {
	s := &Sample{Key: SampleKey{Seed: d.opts.Seed, SHA256: file.sha, Rows: file.rows, By: d.opts.By}}
	var names []string
	for name, l := range d.strata {
		if l.rows > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		return nil, nil, fmt.Errorf("%w: the file has no rows", ErrSample)
	}
	sizes := make([]int64, len(names))
	for i, name := range names {
		sizes[i] = d.strata[name].rows
	}
	take, err := allocate(sizes, d.opts.Rows)
	if err != nil {
		return nil, nil, err
	}
	var all []drawn
	stratum, order := map[uint64]int{}, hasherOf(d.order)
	for i, name := range names {
		for _, r := range d.strata[name].places[:take[i]] {
			all = append(all, drawn{order(r.place), r.place})
			stratum[r.place] = i
		}
		if d.opts.By == ByCounty && sizes[i] < leastNamed {
			name = ""
		}
		s.Key.Strata = append(s.Key.Strata, Stratum{name, sizes[i], take[i]})
	}
	slices.SortFunc(all, drawn.compare)
	chosen := map[uint64]int{}
	for n, r := range all {
		chosen[r.place] = n
		s.Key.Stratum = append(s.Key.Stratum, stratum[r.place])
	}
	s.Key.Sheet = d.sheetName(file.sha)
	return s, chosen, nil
}

// allocate shares n rows among strata of these sizes: two each, as far as they have
// them, and the rest in proportion, by largest remainders of what is due.
func allocate(sizes []int64, n int) ([]int, error) {
	take := make([]int, len(sizes))
	total, floor := int64(0), 0
	for i, size := range sizes {
		total += size
		take[i] = int(min(2, size))
		floor += take[i]
	}
	if int64(n) >= total { // all of them
		for i, size := range sizes {
			take[i] = int(size)
		}
		return take, nil
	}
	if floor > n {
		return nil, fmt.Errorf("%w: two rows of each of the %d strata are %d, more than the %d asked for", ErrSample, len(sizes), floor, n)
	}
	for left := n - floor; left > 0; left-- {
		best, most := -1, math.Inf(-1)
		for i, size := range sizes {
			lacks := float64(n)*float64(size)/float64(total) - float64(take[i])
			if int64(take[i]) < size && lacks > most {
				best, most = i, lacks
			}
		}
		take[best]++
	}
	return take, nil
}

// sheetName returns four consonants that tell sheets apart: with digits behind them
// no spreadsheet takes them for a date or a number.
func (d *draw) sheetName(sha string) string {
	const letters = "BCDFGHKLMNPQRTVWXZ"
	mac := hmac.New(sha256.New, d.key[:])
	fmt.Fprintf(mac, "%s %s %d", sha, d.opts.By, d.opts.Rows)
	sum := mac.Sum(nil)
	name := make([]byte, 4)
	for i := range name {
		name[i] = letters[int(sum[i])%len(letters)]
	}
	return string(name)
}

// sheetFields are the details on a sheet.
var sheetFields = []string{"first", "middle", "last", "suffix", "birth_date", "address", "city", "zip", "party", "phone", "email", "voter_id"}

// details reads what stands at the places that were drawn.
func (d *draw) details(ctx context.Context, in Input, s *Sample, chosen map[uint64]int) error {
	s.rows = make([][]string, len(chosen)) // each goroutine writes elements of its own
	err := visit(ctx, in, 3, &d.opts.Options, func(members []voterfile.Member) (func(*voterfile.Record) error, func() error) {
		addresses := newAddressReader(members)
		return func(rec *voterfile.Record) error {
			if n, ok := chosen[placeOf(rec)]; ok {
				s.rows[n] = sheetRow(rec, addresses.read(rec))
			}
			return nil
		}, func() error { return nil }
	})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(s.rows, func(r []string) bool { return r == nil }) {
		return &voterfile.Error{File: in.Path, Problem: "changed while it was read", Err: voterfile.ErrChanged}
	}
	return nil
}

// sheetRow returns what the row says, in canonical form where there is one: the same
// writing in every file gives no hint of where a row comes from. The address stands as
// it is written, to be read out.
func sheetRow(rec *voterfile.Record, address string) []string {
	value := func(r field.Role) string { return string(rec.Value(r)) }
	middle := ""
	if rec.Initial != 0 {
		middle = string(rec.Initial)
	}
	return []string{
		string(rec.First), middle, string(rec.Last), rec.Suffix, rec.Birth.String(), address, value(field.City), string(rec.ZIP),
		value(field.RoleParty), string(rec.Phone), string(rec.Email), string(rec.VoterID),
	}
}
