package risk

import (
	"cmp"
	"context"
	"hash/maphash"
	"os"
	"slices"
	"sync/atomic"

	"rollcheck/data/field"
	"rollcheck/rollindex/internal/extsort"
	"rollcheck/rollindex/voterfile"
)

// Options say what the measuring may use.
type Options struct {
	Memory  int64                        // bytes for everything it holds; 0 means 512 MiB
	Jobs    int                          // goroutines; 0 means 1
	TempDir string                       // where what goes beyond the memory is spilled, encrypted; "" means the system's
	Ignore  func(*voterfile.Record) bool // rows that are left out, and counted; nil for none
}

// A record is a row in one set, or several that are alike in both words:
//
//	word 0   keyed hash of the set and of the row's values in it
//	word 1   u17 precinct | u12 race | u12 party | u5 set | u10 rows
//
// Precinct, race and party are numbers in a [dictionary].
type record [2]uint64

const (
	countBits = 10
	maxCount  = 1<<countBits - 1
	setShift  = countBits
	partyAt   = setShift + 5
	raceAt    = partyAt + codeBits
	placeAt   = raceAt + codeBits
	codeBits  = 12
	placeBits = 17 // the largest states have some 25,000
)

func (r *record) rows() int64 { return int64(r[1] & maxCount) }
func (r *record) set() int    { return int(r[1] >> setShift & 31) }

// Analysis collects what is counted of a file while somebody reads it.
type Analysis struct {
	opts    Options
	res     Result
	sets    []Attributes
	seeds   [numAttributes]maphash.Seed
	salts   []uint64 // by set
	sorter  *extsort.Sorter[record]
	parties *dictionary
	races   *dictionary
	places  *dictionary

	visitors []*visitor
}

// New begins the measuring of a file with these members. It is closed with
// [Analysis.Close].
func New(members []voterfile.Member, opts Options) *Analysis {
	a := &Analysis{opts: opts, parties: newDictionary(codeBits), races: newDictionary(codeBits), places: newDictionary(placeBits)}
	a.res.Has = attributesOf(members)
	a.res.Whole, a.sets = plan(a.res.Has)
	for i := range a.seeds {
		a.seeds[i] = maphash.MakeSeed()
	}
	salt := maphash.MakeSeed()
	for i := range a.sets {
		a.salts = append(a.salts, maphash.Comparable(salt, i))
	}
	const words = 2
	perJob := extsort.MinMemory(words)/4 + cacheSize*8*words + 3*(5<<18) // a writer, a cache, pieces of the file
	memory := cmp.Or(opts.Memory, 512<<20) - int64(max(opts.Jobs, 1))*perJob
	a.sorter = extsort.New[record](cmp.Or(opts.TempDir, os.TempDir()), max(memory, extsort.MinMemory(words)))
	return a
}

// attributesOf returns what the members have columns of.
func attributesOf(members []voterfile.Member) (has Attributes) {
	of := map[field.Role]Attributes{
		field.RoleSex: Sex, field.RoleBirthDate: Birth, field.RoleBirthMonthYear: Birth, field.RoleBirthYear: Birth, field.RoleAge: Age,
		field.ZIP5: ZIP5, field.AddressFull: ZIP5, field.CityStateZIP: ZIP5, field.RolePrecinct: Precinct, field.RoleRace: Race,
		field.RoleParty: Party, field.RolePhone: Phone,
	}
	for i := range members {
		if members[i].LeftOut != "" {
			continue
		}
		for _, c := range members[i].Match.Columns() {
			has |= of[c.Role]
		}
	}
	return has
}

// Close gives the memory and the spilled records back.
func (a *Analysis) Close() error { return a.sorter.Close() }

// Visitor returns a visitor for one goroutine that reads the file.
func (a *Analysis) Visitor() voterfile.Visitor {
	v := &visitor{
		Analysis: a, out: a.sorter.NewWriter(), cache: make([]record, cacheSize),
		parties: a.parties.reader(), races: a.races.reader(), places: a.places.reader(),
	}
	a.visitors = append(a.visitors, v)
	return v
}

// visitor counts the rows that one goroutine reads.
type visitor struct {
	*Analysis
	out                    *extsort.Writer[record]
	cache                  []record
	parties, races, places *reader
	place                  []byte // storage of a county and a precinct

	counted, ignored int64
	missing          [numAttributes]int64
	placeRows        []int64 // by number of the precinct
}

// cacheSize is how many records a goroutine holds back, to make one of those that
// are alike. All rows of a class are sorted at once, in memory, so that a class of
// nearly all rows, as of a column that stands empty, must not take a record a row.
const cacheSize = 1 << 14

// Visit counts a row.
func (v *visitor) Visit(rec *voterfile.Record) error {
	if v.opts.Ignore != nil && v.opts.Ignore(rec) {
		v.ignored++
		return nil
	}
	v.counted++
	var hashes [numAttributes]uint64
	place := v.placeOf(rec)
	hasPhone := v.hash(rec, place, &hashes)
	var party, race uint64
	if v.res.Has.Has(Party) {
		party = uint64(v.parties.number(rec.Value(field.RoleParty)))
	}
	if v.res.Has.Has(Race) {
		race = uint64(v.races.number(rec.Value(field.RoleRace)))
	}
	for i, set := range v.sets {
		if set == Phone && !hasPhone {
			continue
		}
		h, info := v.salts[i], uint64(i)<<setShift|1
		for m := set; m != 0; m &= m - 1 {
			h ^= hashes[m.index()]
		}
		if !set.Has(Party) {
			info |= party << partyAt
		}
		if !set.Has(Race) {
			info |= race << raceAt
		}
		if i == 0 && set.Has(Precinct) {
			n := v.places.number(place)
			v.countPlace(n)
			info |= uint64(n) << placeAt
		}
		if err := v.add(record{h, info}); err != nil {
			return err
		}
	}
	return nil
}

// placeOf returns the row's precinct with its county before it, nil if it has none.
func (v *visitor) placeOf(rec *voterfile.Record) []byte {
	if !v.res.Has.Has(Precinct) {
		return nil
	}
	precinct := rec.Value(field.RolePrecinct)
	if precinct == nil {
		return nil
	}
	v.place = append(append(v.place[:0], rec.Value(field.CountyID)...), 0)
	v.place = append(v.place, precinct...)
	return v.place
}

// hash sets the keyed hashes of the row's values, and reports whether it has a phone
// number.
func (v *visitor) hash(rec *voterfile.Record, place []byte, to *[numAttributes]uint64) (hasPhone bool) {
	has := v.res.Has
	set := func(a Attributes, value []byte) {
		i := a.index()
		if len(value) == 0 {
			v.missing[i]++
		}
		to[i] = maphash.Bytes(v.seeds[i], value)
	}
	if has.Has(Sex) {
		set(Sex, rec.Value(field.RoleSex))
	}
	if has.Has(Birth) {
		var b [4]byte
		b[0], b[1], b[2], b[3] = byte(rec.Birth.Year>>8), byte(rec.Birth.Year), rec.Birth.Month, rec.Birth.Day
		known := 4
		if rec.Birth.Year == 0 {
			known = 0
		}
		set(Birth, b[:known])
		set(BirthYear, b[:min(known, 2)])
	} else if has.Has(Age) {
		set(Age, rec.Value(field.RoleAge))
	}
	if has.Has(ZIP5) {
		set(ZIP5, rec.ZIP)
		set(ZIP3, rec.ZIP[:min(len(rec.ZIP), 3)])
	}
	if has.Has(Precinct) {
		set(Precinct, place)
	}
	if has.Has(Race) {
		set(Race, rec.Value(field.RoleRace))
	}
	if has.Has(Party) {
		set(Party, rec.Value(field.RoleParty))
	}
	if has.Has(Phone) {
		set(Phone, rec.Phone)
	}
	return len(rec.Phone) > 0
}

func (v *visitor) countPlace(n uint32) {
	for int(n) >= len(v.placeRows) {
		v.placeRows = append(v.placeRows, make([]int64, len(v.placeRows)+1024)...)
	}
	v.placeRows[n]++
}

// add adds a record, or counts it with one that is alike.
func (v *visitor) add(r record) error {
	c := &v.cache[(r[0]^r[1]>>partyAt*0x9E3779B97F4A7C15)>>32%cacheSize]
	if c[0] == r[0] && c[1]|maxCount == r[1]|maxCount && c.rows() < maxCount {
		c[1]++
		return nil
	}
	old := *c
	*c = r
	if old.rows() == 0 {
		return nil
	}
	return v.out.Add(old)
}

// Flush hands over the last records.
func (v *visitor) Flush() error {
	for i := range v.cache {
		if v.cache[i].rows() > 0 {
			if err := v.out.Add(v.cache[i]); err != nil {
				return err
			}
		}
	}
	v.cache = nil
	return v.out.Flush()
}

// Result counts the classes. All visitors must have been flushed.
func (a *Analysis) Result(ctx context.Context) (*Result, error) {
	res := a.res
	res.Missing = map[Attributes]int64{}
	placeRows := make([]int64, a.places.len())
	for _, v := range a.visitors {
		res.Rows += v.counted
		res.Ignored += v.ignored
		for i, n := range v.missing {
			if n > 0 {
				res.Missing[1<<i] += n
			}
		}
		for i, n := range v.placeRows {
			if n > 0 {
				placeRows[i] += n
			}
		}
	}
	for attr, d := range map[Attributes]*dictionary{Party: a.parties, Race: a.races, Precinct: a.places} {
		if d.full() {
			res.TooMany |= attr
		}
	}
	res.Spilled = a.sorter.Spilled()
	unique := make([]atomic.Int64, a.places.len())
	total := newTally(a.sets)
	err := extsort.Drain(ctx, a.sorter, max(a.opts.Jobs, 1), func(rs []record) (tally, error) {
		t := newTally(a.sets)
		t.count(rs, unique)
		return t, nil
	}, func(t tally) error {
		total.merge(t)
		return nil
	})
	if err != nil {
		return nil, err
	}
	res.Sets = total.results(a.sets, sensitive&res.Has&^res.TooMany)
	if !res.TooMany.Has(Precinct) {
		res.Worst = a.worst(placeRows, unique)
	}
	return &res, nil
}

// maxWorst is how many precincts are named.
const maxWorst = 10

// worst returns the precincts with the largest share of rows that are alone.
func (a *Analysis) worst(rows []int64, unique []atomic.Int64) (worst []Place) {
	names := a.places.names()
	for i := range rows {
		if rows[i] < LeastPlace || names[i] == "" {
			continue
		}
		county, precinct := cutPlace(names[i])
		worst = append(worst, Place{county, precinct, rows[i], unique[i].Load()})
	}
	slices.SortFunc(worst, func(a, b Place) int {
		return cmp.Or(cmp.Compare(share(b.Unique, b.Rows), share(a.Unique, a.Rows)), cmp.Compare(b.Rows, a.Rows),
			cmp.Compare(a.County, b.County), cmp.Compare(a.Precinct, b.Precinct))
	})
	return slices.Clip(worst[:min(len(worst), maxWorst)])
}
