package compare

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"math/bits"
	"slices"
	"sync/atomic"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/internal/extsort"
	"rollcheck/rollindex/voterfile"
)

// A wide record is a row under one of its keys with the prints of its values:
//
//	word 0     tag of the key
//	word 1     u8 file | u4 key type | u52 place of the row in the file
//	words 2-7  24 prints of 16 bits, by field, from the lowest bits
type wide [8]uint64

// A narrow record is a row under one of its keys: the tag, and word 1 of [wide]
// without the place. Rows of a key that is repeated all the time go together
// ([folder]).
type narrow [2]uint64

const (
	fileShift  = 56
	typeShift  = 52
	placeMask  = 1<<typeShift - 1
	memberBits = 12
)

func who(file int, t hashing.KeyType) uint64 {
	return uint64(file)<<fileShift | uint64(t)<<typeShift
}

func fileOf(w uint64) int             { return int(w >> fileShift) }
func typeOf(w uint64) hashing.KeyType { return hashing.KeyType(w >> typeShift & 15) }

func newWide(tag, who, place uint64, v *values) (w wide) {
	w[0], w[1] = tag, who|place&placeMask
	for i, p := range v {
		w[2+i/4] |= uint64(p) << (i % 4 * 16)
	}
	return w
}

func (w *wide) print(f Field) print { return print(w[2+f/4] >> (f % 4 * 16)) }

// reading reads files into sorters.
type reading struct {
	prf    *hashing.PRF
	types  []hashing.KeyType         // that rows are looked at by
	linked [hashing.NumKeyTypes]bool // of them, those that rows are compared by field by field
	wanted *tagSet                   // if not nil, rows of files other than the first count only under these tags
	wide   *extsort.Sorter[wide]
	narrow *extsort.Sorter[narrow]
	ignore func(*voterfile.Record) bool // if not nil, rows that do not count
	ids    *idWatch                     // if not nil, what is told by voter ids
	draw   *draw                        // if not nil, the sample that is drawn of the first file, by the one key type

	books   *codebooks // of the files; nil if each is read by its own codes alone
	tracers []*tracer  // of pairs whose fingerprints are taken
}

// newPRF returns a keyed function for one comparison: what is spilled is
// encrypted, and equal tags of two comparisons say nothing.
func newPRF() (*hashing.PRF, error) {
	var key hashing.Key
	var salt hashing.Salt
	rand.Read(key[:])
	rand.Read(salt[:])
	return hashing.NewPRF(&key, &salt)
}

// read reads one file.
func (r *reading) read(ctx context.Context, n int, in Input, jobs int, progress func(done, total, rows int64)) (*File, error) {
	src, err := in.open(ctx)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	var rows atomic.Int64
	var visitors []*visitor
	var ids []*idTally
	skips, err := src.Each(ctx, jobs, func() voterfile.Visitor {
		v := r.newVisitor(n, src.Members(), in.AsOf, &rows)
		visitors = append(visitors, v)
		if r.ids != nil {
			v.ids = r.ids.newTally()
			ids = append(ids, v.ids)
		}
		return v
	}, func() {
		if progress != nil {
			done, total := src.Progress()
			progress(done, total, rows.Load())
		}
	})
	if err != nil {
		return nil, err
	}
	f := &File{Path: in.Path, AsOf: in.AsOf, Sources: src.Sources(), Rows: skips.Rows, Skipped: skips.ByReason(), Impossible: skips.Impossible,
		LeftOut: leftOut(src.Members())}
	for i, m := range src.Members() {
		if m.Unread {
			f.Unread++
		}
		for _, d := range src.Doubts(i) {
			to := &f.Doubts
			if d.OfOthers() {
				to = &f.OfOthers
			}
			if said := d.String(); !slices.Contains(*to, said) {
				*to = append(*to, said)
			}
		}
		for _, name := range src.Unknown(i) {
			if !slices.Contains(f.Unknown, name) {
				f.Unknown = append(f.Unknown, name)
			}
		}
		f.Ragged = max(f.Ragged, src.Ragged(i).Rows)
		f.Contrary = append(f.Contrary, src.Contrary(i)...)
		if m.LeftOut == "" && !slices.Contains(f.Layouts, m.Match.Layout.ID) {
			f.Layouts = append(f.Layouts, m.Match.Layout.ID)
		}
	}
	slices.Sort(f.Layouts)
	homes, stateless := map[string]int64{}, int64(0)
	for _, v := range visitors {
		f.add(v)
		for j, n := range v.homes {
			homes[j] += n
		}
		stateless += v.stateless
	}
	f.addHomes(homes, stateless)
	f.Rows -= f.Ignored
	if r.ids != nil {
		r.ids.end(in.AsOf, ids)
	}
	slices.Sort(f.Jurisdictions)
	f.judge()
	return f, nil
}

// visitor takes the rows of one file in one goroutine.
type visitor struct {
	*reading
	file   int
	asOf   print // of the day of its data; 0 if it is not known
	hasher *hashing.Hasher
	values *valuer
	wideW  *extsort.Writer[wide]
	thinW  *extsort.Writer[narrow]
	shared *atomic.Int64
	folder folder
	keeper *keeper  // in place of it, of the file that a sample is drawn of
	ids    *idTally // if not nil
	x      []byte   // hashed inputs of a row, one after the other
	found  []keyed  // which parts of x they are

	rows, keyless int64
	ignored       int64
	keys          [hashing.NumKeyTypes]int64
	filled        [NumFields]int64
	kinds         [field.MaskBits]int64
	places        map[string]bool  // jurisdictions by layout
	homes         map[string]int64 // rows of layouts that are of no state, by what they say themselves
	stateless     int64            // rows of such layouts that say none
	said          []string         // storage of what one says
	late          int64
}

func (r *reading) newVisitor(n int, members []voterfile.Member, asOf hashing.Date, rows *atomic.Int64) *visitor {
	v := &visitor{
		reading: r, file: n, hasher: r.prf.NewHasher(), values: newValuer(members, r.books, n), shared: rows,
		wideW: r.wide.NewWriter(), thinW: r.narrow.NewWriter(), places: map[string]bool{}, homes: map[string]int64{},
	}
	if r.draw != nil && n == 0 {
		v.keeper = &keeper{hash: r.draw.hasher(), most: r.draw.opts.Rows}
	}
	if asOf.Precision() == hashing.PrecisionDay {
		v.asOf = datePrint(asOf)
	}
	return v
}

// Visit adds the records of a row.
func (v *visitor) Visit(rec *voterfile.Record) error {
	v.shared.Add(1)
	if v.ignore != nil && v.ignore(rec) {
		v.ignored++
		return nil
	}
	v.rows++
	var vals values
	v.values.fill(rec, &vals)
	v.count(rec, &vals)
	if v.ids != nil {
		v.ids.visit(rec.VoterID, vals[RegistrationDate])
	}
	place := uint64(rec.Member)<<(typeShift-memberBits) | uint64(rec.Line)
	v.hash(rec)
	for i := range v.found {
		if err := v.put(&v.found[i], place, &vals); err != nil {
			return err
		}
	}
	return nil
}

// keyed is one match key of a row.
type keyed struct {
	typ      hashing.KeyType
	from, to int // in x
	y        hashing.Output
}

// hash finds the keys of a row and hashes them, two at a time.
func (v *visitor) hash(rec *voterfile.Record) {
	v.x, v.found = v.x[:0], v.found[:0]
	for _, t := range v.types {
		from := len(v.x)
		var ok bool
		if v.x, ok = rec.AppendKey(v.x, t); ok {
			v.keys[t]++
			v.found = append(v.found, keyed{typ: t, from: from, to: len(v.x)})
		}
	}
	if len(v.found) == 0 {
		v.keyless++
	}
	i := 0
	for ; i+1 < len(v.found); i += 2 {
		a, b := &v.found[i], &v.found[i+1]
		v.hasher.SumPair(a.typ, v.x[a.from:a.to], &a.y, b.typ, v.x[b.from:b.to], &b.y)
	}
	if i < len(v.found) {
		a := &v.found[i]
		v.hasher.Sum(a.typ, v.x[a.from:a.to], &a.y)
	}
}

// put adds the record of a key, if it is wanted.
func (v *visitor) put(k *keyed, place uint64, vals *values) error {
	tag := binary.BigEndian.Uint64(k.y[:])
	if v.wanted != nil {
		if v.file == 0 {
			v.wanted.add(tag)
		} else if !v.wanted.has(tag) {
			return nil
		}
	}
	var done bool
	var err error
	if v.keeper != nil {
		done, err = v.keeper.keep(tag, place, v.release)
	} else {
		done, err = v.folder.fold(tag, k.typ, v.unfold)
	}
	if done || err != nil {
		return err
	}
	if v.linked[k.typ] {
		return v.wideW.Add(newWide(tag, who(v.file, k.typ), place, vals))
	}
	return v.thinW.Add(narrow{tag, who(v.file, k.typ)})
}

func (v *visitor) count(rec *voterfile.Record, vals *values) {
	for f := range v.filled {
		if vals[f] != 0 {
			v.filled[f]++
		}
	}
	for kinds := uint32(rec.Kinds); kinds != 0; kinds &= kinds - 1 {
		v.kinds[bits.TrailingZeros32(kinds)]++
	}
	switch {
	case rec.Jurisdiction == "":
		if v.said = rec.AppendJurisdictions(v.said[:0]); len(v.said) > 0 {
			v.homes[v.said[0]]++
		} else {
			v.stateless++
		}
	case !v.places[rec.Jurisdiction]:
		v.places[rec.Jurisdiction] = true
	}
	if v.asOf != 0 {
		for _, f := range [...]Field{RegistrationDate, LastVote} {
			if isDay(vals[f]) && vals[f] > v.asOf {
				v.late++
			}
		}
	}
}

func after(a, b hashing.Date) bool {
	return number(a) > number(b)
}

func number(d hashing.Date) int { return int(d.Year)<<9 | int(d.Month)<<5 | int(d.Day) }

// Flush hands over the last records.
func (v *visitor) Flush() error {
	if v.keeper != nil {
		if err := v.keeper.flush(v.release); err != nil {
			return err
		}
	}
	if err := v.folder.flush(v.unfold); err != nil {
		return err
	}
	if err := v.wideW.Flush(); err != nil {
		return err
	}
	return v.thinW.Flush()
}

// addHomes adds the states that rows of layouts of no state say they are of, if most say
// one; so many do not. A few say another, by a slip of the pen or since they moved.
func (f *File) addHomes(homes map[string]int64, stateless int64) {
	var said int64
	for _, n := range homes {
		said += n
	}
	for j, n := range homes {
		switch all := said + stateless; {
		case slices.Contains(f.Jurisdictions, j):
		case 2*said > all && 100*n >= all:
			f.Jurisdictions = append(f.Jurisdictions, j)
		default:
			f.Elsewhere += n
		}
	}
}

// add adds what a goroutine counted.
func (f *File) add(v *visitor) {
	f.Keyless += v.keyless
	f.Ignored += v.ignored
	f.Late += v.late
	for t, n := range v.keys {
		f.Keys[t] += n
	}
	for i, n := range v.filled {
		f.Filled[i] += n
	}
	for k, n := range v.kinds {
		f.Kinds[k] += n
	}
	for j := range v.places {
		if !slices.Contains(f.Jurisdictions, j) {
			f.Jurisdictions = append(f.Jurisdictions, j)
		}
	}
}
