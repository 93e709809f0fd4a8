package compare

import (
	"cmp"
	"context"
	"os"
	"slices"

	"rollcheck/hashing"
	"rollcheck/rollindex/internal/extsort"
	"rollcheck/rollindex/voterfile"
)

// Options say what a comparison may use.
type Options struct {
	Memory   int64  // bytes for everything it holds; 0 means 512 MiB
	Jobs     int    // goroutines; 0 means 1
	TempDir  string // where what goes beyond the memory is spilled, encrypted; "" means the system's
	Progress func(Progress)
	Ignore   func(*voterfile.Record) bool // of Run: rows that do not count, such as decoys; nil for none. Several goroutines call it
	Pairs    []Pair                       // of Run: whose fingerprints are taken along, at most [MaxFingerprints]
}

// Progress says how far a comparison is.
type Progress struct {
	File        int   // index of the file being read; the number of files once all are read
	Done, Total int64 // its bytes
	Rows        int64 // rows of it read so far
}

// Result is what a comparison found.
type Result struct {
	Files     []*File
	Overlaps  []Overlap                    // of each pair a < b by each key type that both carry, the strongest first
	Main      []Overlap                    // of each pair that has any, the one that its rows are told by
	Fields    []Agreement                  // of each pair in Main by its key, by field
	Paired    []int64                      // by Main: keys that one row of each file carries
	Repeated  [][hashing.NumKeyTypes]int64 // by file and key type: rows whose key another row of the file has
	Alone     [][hashing.NumKeyTypes]int64 // by file and key type: rows whose key no other file has
	SharedIDs []SharedIDs                  // of pairs with few keys in common, those whose voter ids are the same beside other surnames
	Spilled   int64                        // bytes that went to disk, encrypted

	Descent      []Descent      // vendors whose columns files have
	Fingerprints []*Fingerprint // of the pairs asked for that have a row in common
}

// strength orders the key types by what a match by one says; see CANONICAL.md
// and the tiers of package exposure.
var strength = []hashing.KeyType{hashing.VoterID, hashing.NameDOB, hashing.NameAddress, hashing.Email, hashing.Phone, hashing.NameYOBZIP, hashing.NameZIP}

// Run compares files: each pair by every key type that both carry, and field by
// field by the one or two that are chosen from the first rows of the files.
func Run(ctx context.Context, inputs []Input, opts Options) (*Result, error) {
	if err := checkInputs(inputs, opts.Pairs); err != nil {
		return nil, err
	}
	forms, err := readForms(ctx, inputs)
	if err != nil {
		return nil, err
	}
	r, err := newReading(links(sharesOf(forms)), opts)
	if err != nil {
		return nil, err
	}
	defer r.close()
	r.ignore = opts.Ignore
	r.books = newCodebooks(layoutsOfForms(forms))
	res := &Result{Descent: descents(inputs, forms)}
	for i, in := range inputs {
		f, err := r.read(ctx, i, in, opts.Jobs, func(done, total, rows int64) { opts.report(Progress{i, done, total, rows}) })
		if err != nil {
			return nil, err
		}
		res.Files = append(res.Files, f)
	}
	opts.report(Progress{File: len(inputs)})
	res.Spilled = r.wide.Spilled() + r.narrow.Spilled()
	for _, p := range opts.Pairs {
		r.tracers = append(r.tracers, newTracer(p, forms, res.Files, r.books, maxTraces/int64(len(opts.Pairs))))
	}
	t, err := r.count(ctx, len(inputs), max(opts.Jobs, 1), nil)
	if err != nil {
		return nil, err
	}
	res.take(t, r.linked)
	if err := r.sharedIDs(ctx, inputs, res, opts); err != nil {
		return nil, err
	}
	for i, p := range opts.Pairs {
		if slices.Equal(res.Files[p.A].Sources, res.Files[p.B].Sources) {
			continue // one file twice has no more to show than that
		}
		if f := p.fingerprint(inputs, forms, t.traces[i]); f.Matched > 0 {
			res.Fingerprints = append(res.Fingerprints, f)
		}
	}
	return res, nil
}

func (o *Options) report(p Progress) {
	if o.Progress != nil {
		o.Progress(p)
	}
}

// links returns the key types that rows are compared by field by field: for every
// two files the voter id and the strongest other key, of those that half of the
// first rows of both carry; failing these, the key that the most carry.
func links(shares [][hashing.NumKeyTypes]float64) (linked [hashing.NumKeyTypes]bool) {
	for a := range shares {
		for b := range a {
			best, found := hashing.KeyType(0), false
			both := func(t hashing.KeyType) float64 { return min(shares[a][t], shares[b][t]) }
			for _, t := range strength {
				if both(t) >= 0.5 && (t == hashing.VoterID || !found) {
					linked[t] = true
					found = found || t != hashing.VoterID
				}
				if best == 0 || both(t) > both(best) {
					best = t
				}
			}
			if !found {
				linked[best] = true
			}
		}
	}
	return linked
}

func newReading(linked [hashing.NumKeyTypes]bool, opts Options) (*reading, error) {
	prf, err := newPRF()
	if err != nil {
		return nil, err
	}
	dir := cmp.Or(opts.TempDir, os.TempDir())
	memory := sorterMemory(opts)
	r := &reading{prf: prf, types: hashing.KeyTypes(), linked: linked}
	r.wide = extsort.New[wide](dir, max(memory/4*3, extsort.MinMemory(len(wide{}))))
	r.narrow = extsort.New[narrow](dir, max(memory/4, extsort.MinMemory(len(narrow{}))))
	return r, nil
}

// sorterMemory is what is left of the budget for records: each goroutine has the
// buffers of two writers and three pieces of a file.
func sorterMemory(opts Options) int64 {
	perJob := (extsort.MinMemory(len(wide{}))+extsort.MinMemory(len(narrow{})))/4 + 3*(5<<18)
	return cmp.Or(opts.Memory, 512<<20) - int64(max(opts.Jobs, 1))*perJob
}

func (r *reading) close() {
	r.wide.Close()
	r.narrow.Close()
}

// take makes the result of what was counted.
func (res *Result) take(t *tally, linked [hashing.NumKeyTypes]bool) {
	n := len(res.Files)
	res.Repeated, res.Alone = make([][hashing.NumKeyTypes]int64, n), make([][hashing.NumKeyTypes]int64, n)
	for k, c := range t.types {
		for f := range n {
			if c != nil {
				res.Repeated[f][k], res.Alone[f][k] = c.repeated[f], c.alone[f]
			}
		}
	}
	for a := range n {
		for b := a + 1; b < n; b++ {
			var pair []Overlap
			for _, k := range strength {
				if c := t.types[k]; c != nil && c.rows[a] > 0 && c.rows[b] > 0 {
					pair = append(pair, Overlap{a, b, k, c.rows[a], c.rows[b], c.matched[a*n+b], c.matched[b*n+a], c.keys[a], c.keys[b], c.common[a*n+b]})
				}
			}
			res.Overlaps = append(res.Overlaps, pair...)
			if i := chief(pair, linked); i >= 0 {
				res.Main = append(res.Main, pair[i])
				res.agreements(t, &pair[i])
			}
		}
	}
}

// chief returns the overlap that a pair is told by: of the keys that fields are
// compared by the strongest that finds nearly as many rows as any; -1 if the
// files have no such key in common. If none finds any, it is the strongest that
// files of two states can share, which is not a voter id.
func chief(pair []Overlap, linked [hashing.NumKeyTypes]bool) int {
	most := int64(-1)
	for i := range pair {
		if linked[pair[i].Key] {
			most = max(most, pair[i].Common)
		}
	}
	if most == 0 {
		if i := slices.IndexFunc(pair, func(o Overlap) bool { return linked[o.Key] && o.Key != hashing.VoterID }); i >= 0 {
			return i
		}
	}
	return slices.IndexFunc(pair, func(o Overlap) bool { return linked[o.Key] && float64(o.Common) >= nearly*float64(most) })
}

// nearly is how much of what another key finds a stronger one has to find: voter
// ids that were numbered anew find next to nothing.
const nearly = 0.9

func (res *Result) agreements(t *tally, o *Overlap) {
	pair := o.A*len(res.Files) + o.B
	fields := t.fields[o.Key]
	if fields == nil {
		res.Paired = append(res.Paired, 0)
		return
	}
	res.Paired = append(res.Paired, t.paired[o.Key][pair])
	for _, f := range Fields() {
		c := fields[pair][f]
		if c != [relations]int64{} {
			res.Fields = append(res.Fields, Agreement{o.A, o.B, f, c[same], c[differs], c[onlyA], c[onlyB], c[untold]})
		}
	}
}
