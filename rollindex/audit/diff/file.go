package diff

import (
	"context"
	"slices"
	"sync/atomic"

	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/voterfile"
)

// File is one of the two files, in counts and names of columns.
type File struct {
	Path     string
	AsOf     hashing.Date
	Layouts  []string // of its members, sorted
	Members  []string // names, by their number in a [Position]
	Sources  []hashing.Source
	Rows     int64 // read, skipped ones included
	Skipped  map[string]int64
	Unread   int   // members that were not read and may hold people
	Ignored  int64 // rows left out on request, such as decoys
	Keyless  int64 // rows that carry nothing to match by
	WithID   int64 // rows with a voter id
	Repeated int64 // rows whose voter id a row before them has
	Filled   [compare.NumFields]int64
	Columns  []*Column // in the order of the file

	repeated map[uint16]int64 // of Repeated, those that were not matched by id, by county
	newest   uint16           // print of the day by which nearly all had registered
}

// Read returns how many rows were read in full, and not left out.
func (f *File) Read() int64 {
	n := f.Rows - f.Ignored
	for _, k := range f.Skipped {
		n -= k
	}
	return n
}

// Paired returns the column of the file that is the same as a column of the other;
// nil if none is.
func (f *File) Paired(c *Column) *Column {
	if c.pair < 0 {
		return nil
	}
	return f.Columns[c.pair]
}

// Position is a line of a file.
type Position struct {
	File   int    // Old or New
	Member string // of an archive; the file itself otherwise
	Line   int64  // from 1
}

func layoutsOf(src *voterfile.Source) (ids []string) {
	for _, m := range src.Members() {
		if m.LeftOut == "" && !slices.Contains(ids, m.Match.Layout.ID) {
			ids = append(ids, m.Match.Layout.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// read reads one of the files into the sorters.
func (r *reading) read(ctx context.Context, n int, progress func(done, total, rows int64)) (*File, error) {
	src := r.sources[n]
	var rows atomic.Int64
	var visitors []*visitor
	skips, err := src.Each(ctx, r.opts.Jobs, func() voterfile.Visitor {
		v := r.newVisitor(n, &rows)
		visitors = append(visitors, v)
		return v
	}, func() {
		done, total := src.Progress()
		progress(done, total, rows.Load())
	})
	if err != nil {
		return nil, err
	}
	f := &File{Path: r.inputs[n].Path, AsOf: r.inputs[n].AsOf, Layouts: layoutsOf(src), Sources: src.Sources(), Rows: skips.Rows, Skipped: skips.ByReason()}
	for _, m := range src.Members() {
		f.Members = append(f.Members, m.Name)
		if m.Unread {
			f.Unread++
		}
	}
	all := visitors[0]
	for _, v := range visitors[1:] {
		all.add(v)
	}
	f.Ignored, f.Keyless, f.WithID, f.Filled = all.ignored, all.keyless, all.withID, all.filled
	for i, c := range r.columns[n].all {
		c.take(&all.profiles[i], f.Read())
		f.Columns = append(f.Columns, c)
	}
	f.repeated = all.repeated
	f.newest = all.registered.newest()
	r.precincts[n] = all.precincts
	r.counties.count(n, all.counties.rows)
	r.statuses.count(n, all.statuses.rows)
	return f, src.Close()
}
