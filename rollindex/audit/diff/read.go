package diff

import (
	"encoding/binary"
	"math/bits"
	"sync/atomic"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/internal/extsort"
	"rollcheck/rollindex/voterfile"
)

// A wide record is a row under its voter id or its other key:
//
//	word 0     tag it is sorted by
//	word 1     u1 file | u12 member | u35 line | u16 county
//	word 2     tag of the other of the two, 0 for none
//	words 3-7  20 prints of 16 bits, by slot, from the lowest bits
type wide [8]uint64

const (
	fileShift   = 63
	memberShift = 51
	memberMask  = 1<<12 - 1
	lineShift   = 16
	lineMask    = 1<<35 - 1
)

func (w *wide) file() int      { return int(w[1] >> fileShift) }
func (w *wide) county() uint16 { return uint16(w[1]) }

// slot is a place of a print in a record.
type slot uint8

func (w *wide) print(s slot) uint16 { return uint16(w[3+s/4] >> (s % 4 * 16)) }

func (w *wide) set(s slot, p uint16) { w[3+s/4] |= uint64(p) << (s % 4 * 16) }

// slots are the fields with a print in a record. The birth date is as exact as the
// row has it; the status is its number in the dictionary.
var slots = [...]compare.Field{
	compare.Last, compare.First, compare.Middle, compare.Suffix, compare.BirthDate, compare.Address, compare.ZIP, compare.City, compare.Mailing,
	compare.Phone, compare.Email, compare.Sex, compare.Race, compare.Party, compare.RegistrationDate, compare.Status, compare.Precinct,
	compare.Congressional, compare.LastVote,
}

// The slots that are asked for by name.
const (
	lastSlot slot = iota
	firstSlot
	_
	_
	birthSlot
	addressSlot
	zipSlot
	registeredSlot = slot(14)
	statusSlot     = slot(15)
	precinctSlot   = slot(16)
	writingSlot    = slot(len(slots)) // of all columns as they are written
)

// visitor takes the rows of one file in one goroutine.
type visitor struct {
	*reading
	file               int
	columns            *columnMap
	profiles           []profile // by column of the file
	printer            *compare.Printer
	prints             compare.Prints
	hasher             *hashing.Hasher
	idW, keyW          *extsort.Writer[wide]
	hotIDs, hotKeys    *hot
	counties, statuses *dictionaryReader
	shared             *atomic.Int64
	id, x              []byte
	idOut, keyOut      hashing.Output

	rows, ignored, keyless, withID int64
	repeated                       map[uint16]int64 // rows whose id very many have, by county
	filled                         [compare.NumFields]int64
	registered                     *dayCounts
	precincts                      map[uint32]int64
}

func (r *reading) newVisitor(n int, rows *atomic.Int64) *visitor {
	members := r.sources[n].Members()
	return &visitor{
		reading: r, file: n, columns: r.columns[n], profiles: r.columns[n].profiles(), printer: compare.NewPrinter(members), hasher: r.prf.NewHasher(),
		idW: r.ids.NewWriter(), keyW: r.keys.NewWriter(), hotIDs: new(hot), hotKeys: new(hot),
		counties: r.counties.reader(field.CountyID, members), statuses: r.statuses.reader(field.RoleStatus, members), shared: rows, registered: new(dayCounts), precincts: map[uint32]int64{}, repeated: map[uint16]int64{},
	}
}

// Visit adds a row.
func (v *visitor) Visit(rec *voterfile.Record) error {
	v.shared.Add(1)
	if v.opts.Ignore != nil && v.opts.Ignore(rec) {
		v.ignored++
		return nil
	}
	v.rows++
	var w wide
	w[1] = uint64(v.file)<<fileShift | uint64(rec.Member&memberMask)<<memberShift | uint64(rec.Line&lineMask)<<lineShift | uint64(v.counties.read(rec))
	v.printer.Fill(rec, &v.prints)
	for f, p := range v.prints {
		if p != 0 {
			v.filled[f]++
		}
	}
	v.prints[compare.Status] = v.statuses.read(rec)
	if day := v.prints[compare.RegistrationDate]; day != 0 {
		v.registered[day]++
	}
	if v.prints[compare.BirthDate] == 0 && v.prints[compare.BirthYear] != 0 {
		v.prints[compare.BirthDate] = compare.PrintOfDay(hashing.Date{Year: v.prints[compare.BirthYear]})
		v.filled[compare.BirthDate]++
	}
	for s, f := range slots {
		w.set(slot(s), v.prints[f])
	}
	countPrecinct(v.precincts, &w)
	if written := v.profile(rec); v.writing {
		w.set(writingSlot, uint16(written))
	}
	return v.put(rec, &w)
}

// put adds the row under its voter id, or failing that under its other key.
func (v *visitor) put(rec *voterfile.Record, w *wide) error {
	hasID := len(rec.VoterID) > 0
	if hasID {
		v.withID++
		v.id = append(append(append(v.id[:0], byte(len(rec.Jurisdiction))), rec.Jurisdiction...), rec.VoterID...)
	}
	hasKey := false
	if v.key != 0 {
		v.x, hasKey = rec.AppendKey(v.x[:0], v.key)
	}
	switch {
	case hasID && hasKey:
		v.hasher.SumPair(hashing.VoterID, v.id, &v.idOut, v.key, v.x, &v.keyOut)
	case hasID:
		v.hasher.Sum(hashing.VoterID, v.id, &v.idOut)
	case hasKey:
		v.hasher.Sum(v.key, v.x, &v.keyOut)
	}
	id, key := binary.BigEndian.Uint64(v.idOut[:]), binary.BigEndian.Uint64(v.keyOut[:])
	hasKey = hasKey && !v.hotKeys.is(key)
	if hasID && !v.hotIDs.is(id) {
		if w[0] = id; hasKey {
			w[2] = key
		}
		return v.idW.Add(*w)
	}
	if hasID {
		v.repeated[w.county()]++
	}
	if hasKey {
		w[0] = key
		return v.keyW.Add(*w)
	}
	v.keyless++
	return nil
}

// Flush hands over the last records.
func (v *visitor) Flush() error {
	if err := v.idW.Flush(); err != nil {
		return err
	}
	return v.keyW.Flush()
}

// add adds what another goroutine counted.
func (v *visitor) add(o *visitor) {
	v.rows += o.rows
	v.ignored += o.ignored
	v.keyless += o.keyless
	v.withID += o.withID
	for f, n := range o.filled {
		v.filled[f] += n
	}
	for i := range v.profiles {
		v.profiles[i].add(&o.profiles[i])
	}
	for day, n := range o.registered {
		v.registered[day] += n
	}
	for precinct, n := range o.precincts {
		v.precincts[precinct] += n
	}
	for county, n := range o.repeated {
		v.repeated[county] += n
	}
	v.counties.add(o.counties)
	v.statuses.add(o.statuses)
}

// dayCounts counts registrations by the print of their day.
type dayCounts [1 << 16]int32

// newest returns the day by which all but one in a thousand had registered: a few
// stand in the future.
func (d *dayCounts) newest() uint16 {
	total, seen := int64(0), int64(0)
	for day, n := range d {
		if _, ok := compare.DayOfPrint(uint16(day)); ok {
			total += int64(n)
		}
	}
	for day := len(d) - 1; day > 0; day-- {
		if _, ok := compare.DayOfPrint(uint16(day)); ok {
			if seen += int64(d[day]); 1000*seen > total {
				return uint16(day)
			}
		}
	}
	return 0
}

// maxGroup is the most rows of both files that one id or key may have to identify
// anybody.
const maxGroup = 64

// hot finds tags that very many rows have, such as that of the id 00000000, which
// would all have to be held at once. It keeps a majority vote for each of its places
// (Boyer and Moore 1991, "MJRTY - a fast majority vote algorithm"): a tag that leads
// by more than maxGroup has more rows than that.
type hot [1024]struct {
	tag  uint64
	lead int32
}

// hotLead is far beyond maxGroup, so that a tag that is let pass a while is not
// used either way.
const hotLead = 16 * maxGroup

func (h *hot) is(tag uint64) bool {
	v := &h[tag&1023]
	switch {
	case v.tag == tag:
		v.lead = min(v.lead+1, 1<<30)
	case v.lead == 0:
		v.tag, v.lead = tag, 1
	default:
		v.lead--
	}
	return v.tag == tag && v.lead > hotLead
}

// mix is a permutation of 64 bits that looks random (the finaliser of SplitMix64;
// Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// sum is a hash of a value, the same in every run. It is for counting; what it
// makes of a person's value goes nowhere.
func sum(b []byte) uint64 {
	h := uint64(len(b)) * 0x9e3779b97f4a7c15
	for ; len(b) >= 8; b = b[8:] {
		hi, lo := bits.Mul64(h^binary.LittleEndian.Uint64(b), 0xa0761d6478bd642f)
		h = hi ^ lo
	}
	var last uint64
	for i, c := range b {
		last |= uint64(c) << (8 * i)
	}
	return mix(h ^ last*0xe7037ed1a0b428db)
}
