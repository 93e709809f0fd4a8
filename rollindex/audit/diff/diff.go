package diff

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/internal/extsort"
	"rollcheck/rollindex/voterfile"
)

// Options say what a comparison may use.
type Options struct {
	Memory   int64  // bytes for everything it holds; 0 means 512 MiB
	Jobs     int    // goroutines; 0 means 1
	TempDir  string // where what goes beyond the memory is spilled, encrypted; "" means the system's
	Progress func(compare.Progress)
	// Ignore, if not nil, reports which rows are left out of everything and counted,
	// such as decoys. Several goroutines call it at a time.
	Ignore func(*voterfile.Record) bool
}

// The least number of rows that share a value for it to be named.
const (
	LeastShared = 100 // a code or status
	LeastCounty = 20  // the name of a county
)

// The two files.
const (
	Old = iota
	New
)

// Result is what two releases have of each other.
type Result struct {
	Files   [2]*File
	Key     hashing.KeyType // by which rows are matched that no id matches; 0 if the files share none
	Columns []ColumnChange  // in the order of the new file, then those gone
	Counts  Counts          // of all rows
	ByID    int64           // rows matched by voter id
	ByKey   int64           // rows matched by Key
	// Renumbered are rows matched by Key that have another id in the new file; Reused
	// are ids that another person has there.
	Renumbered, Reused int64
	Counties           []Group // by name; small ones together, the last, without
	Statuses           []Group // likewise
	Flips              []Flip  // the most first
	Fields             []FieldChange
	Days               []Day // registration days of rows added, in order
	Unusual            []Unusual
	// Writing reports whether other columns than those that are compared field by
	// field, and how values are written, were compared: the files are of one layout.
	Writing bool
	Spilled int64 // bytes that went to disk, encrypted
}

// Identical reports whether the files are of the same bytes.
func (r *Result) Identical() bool { return slices.Equal(r.Files[Old].Sources, r.Files[New].Sources) }

// Same reports whether the releases do not differ: in no column and no row.
func (r *Result) Same() bool {
	if r.Identical() {
		return true
	}
	a, b := r.Files[Old], r.Files[New]
	return len(r.Columns) == 0 && r.Counts.same() && r.Renumbered == 0 && r.Reused == 0 &&
		a.Keyless == b.Keyless && a.Read() == b.Read() && a.Rows-a.Ignored == b.Rows-b.Ignored
}

// Whole reports whether all of both files that may hold people was read, and could
// be matched.
func (r *Result) Whole() bool {
	for _, f := range r.Files {
		if f.Unread > 0 || f.Keyless > 0 {
			return false
		}
		for reason, n := range f.Skipped {
			if n > 0 && reason != voterfile.ColumnTypes.String() {
				return false
			}
		}
	}
	return true
}

// Run compares two releases.
func Run(ctx context.Context, old, new compare.Input, opts Options) (*Result, error) {
	r, err := open(ctx, [2]compare.Input{old, new}, opts)
	if err != nil {
		return nil, err
	}
	defer r.close()
	res := &Result{Key: r.key, Writing: r.writing}
	for i := range r.sources {
		if res.Files[i], err = r.read(ctx, i, func(done, total, rows int64) {
			opts.report(compare.Progress{File: i, Done: done, Total: total, Rows: rows})
		}); err != nil {
			return nil, err
		}
	}
	opts.report(compare.Progress{File: len(r.sources)})
	m := newMatching(r, res.Files)
	if err := m.run(ctx); err != nil {
		return nil, err
	}
	res.Columns = columnChanges(res.Files)
	m.tell(res)
	res.Spilled = r.spilled()
	return res, nil
}

func (o *Options) report(p compare.Progress) {
	if o.Progress != nil {
		o.Progress(p)
	}
}

// reading is two files being read into sorters.
type reading struct {
	opts    Options
	inputs  [2]compare.Input
	sources [2]*voterfile.Source
	columns [2]*columnMap
	key     hashing.KeyType
	writing bool
	prf     *hashing.PRF
	seed    uint64 // of the places that people move to and from

	counties, statuses *dictionary
	precincts          [2]map[uint32]int64 // rows by county and print of the precinct

	ids   *extsort.Sorter[wide] // by voter id
	keys  *extsort.Sorter[wide] // by the other key
	moves *extsort.Sorter[thin]
}

func open(ctx context.Context, inputs [2]compare.Input, opts Options) (r *reading, err error) {
	opts.Jobs = max(opts.Jobs, 1)
	r = &reading{opts: opts, inputs: inputs, counties: newDictionary(), statuses: newDictionary()}
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	for i, in := range inputs {
		if r.sources[i], err = voterfile.Open(ctx, []string{in.Path}, voterfile.Options{AsOf: in.AsOf, Layout: in.Layout}); err != nil {
			return r, err
		}
		r.columns[i] = mapColumns(r.sources[i].Members())
	}
	if err := r.oneRoll(); err != nil {
		return r, err
	}
	r.writing = slices.Equal(layoutsOf(r.sources[Old]), layoutsOf(r.sources[New]))
	pair(r.columns[Old], r.columns[New])
	if r.key, _, err = compare.SharedKey(ctx, inputs[Old], inputs[New]); err != nil {
		return r, err
	}
	var key hashing.Key
	var salt hashing.Salt
	var seed [8]byte
	rand.Read(key[:])
	rand.Read(salt[:])
	rand.Read(seed[:])
	r.seed = binary.LittleEndian.Uint64(seed[:])
	if r.prf, err = hashing.NewPRF(&key, &salt); err != nil {
		return r, fmt.Errorf("making a key: %w", err)
	}
	r.sorters()
	return r, nil
}

// ErrTwoRolls is of files of two states: all that could be said of them is that nobody
// is in both.
var ErrTwoRolls = errors.New("not two releases of one roll")

// oneRoll refuses files whose layouts are of different states.
func (r *reading) oneRoll() error {
	old, new := statesOf(r.sources[Old]), statesOf(r.sources[New])
	if len(old) == 0 || len(new) == 0 || slices.ContainsFunc(old, func(s string) bool { return slices.Contains(new, s) }) {
		return nil
	}
	return fmt.Errorf("%q is of %s and %q of %s: %w",
		r.inputs[Old].Path, strings.Join(old, ", "), r.inputs[New].Path, strings.Join(new, ", "), ErrTwoRolls)
}

// statesOf returns the jurisdictions of the layouts of a file, sorted.
func statesOf(s *voterfile.Source) (all []string) {
	for _, m := range s.Members() {
		if m.LeftOut == "" && m.Match.Layout.Jurisdiction != "" {
			all = append(all, m.Match.Layout.Jurisdiction)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// tables is what counties, precincts, days and what is told of them take.
const tables = 24 << 20

// sorters shares out the memory: both sorters of rows are in use at once while those
// without a match by id are handed on.
func (r *reading) sorters() {
	dir := cmp.Or(r.opts.TempDir, os.TempDir())
	least := extsort.MinMemory(len(wide{}))
	perJob := least/2 + extsort.MinMemory(len(thin{}))/2 + 3*(5<<18) + 4*profileSize
	memory := cmp.Or(r.opts.Memory, 512<<20) - int64(r.opts.Jobs)*perJob - tables
	r.ids = extsort.New[wide](dir, max(memory/20*9, least))
	r.keys = extsort.New[wide](dir, max(memory/20*9, least))
	r.moves = extsort.New[thin](dir, max(memory/10, extsort.MinMemory(len(thin{}))))
}

func (r *reading) spilled() int64 { return r.ids.Spilled() + r.keys.Spilled() + r.moves.Spilled() }

func (r *reading) close() {
	for _, s := range r.sources {
		if s != nil {
			s.Close()
		}
	}
	if r.ids != nil {
		r.ids.Close()
		r.keys.Close()
		r.moves.Close()
	}
}
