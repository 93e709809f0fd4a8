package decoys

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"sync/atomic"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/voterfile"
)

// person is what decoys are made by of a real row.
type person struct {
	hashing.Details
	registered hashing.Date
}

func newPerson(rec *voterfile.Record) *person {
	p := &person{Details: hashing.Details{
		First: bytes.Clone(rec.First), Last: bytes.Clone(rec.Last), Initial: rec.Initial, Birth: rec.Birth,
		House: bytes.Clone(rec.House), Street: bytes.Clone(rec.Street), ZIP: bytes.Clone(rec.ZIP), VoterID: bytes.Clone(rec.VoterID),
	}}
	p.registered, _ = rec.Date(field.RoleRegistrationDate)
	return p
}

// candidate is a row that a decoy may be made beside.
type candidate struct {
	order uint64 // drawn by key, for the choice among all rows
	row   *voterfile.Row
	own   *person
	next  *person // the row below it
	asked bool
	free  []int // house numbers that a decoy beside it can have, once they were asked for
}

// orders of a file that are looked for.
const (
	byName = iota
	byID
	byBirth
	byRegistration
	byHouse
	numOrders
)

// survey is what one pass over the roll has shown.
type survey struct {
	key                   uint64
	count                 int // decoys wanted
	names, ids, addresses *bitSet
	rows                  int64
	pool                  map[string]*stratum // by county
	up, down              [numOrders]int64    // neighbours in order and against it
	checked               [numSchemes]int64
	withID                int64
	screen                *Screen
	decoys                int64 // rows of decoys that are registered already
}

// surveyor takes the rows of one goroutine.
type surveyor struct {
	*survey
	shared  *atomic.Int64 // rows of all goroutines
	columns []voterfile.Column
	fresh   *candidate // whose next row is awaited
	into    string     // its county
	before  person     // the row before, in storage of its own
	began   bool
	key     []byte
}

func (s *survey) newSurveyor(rows *atomic.Int64, columns []voterfile.Column) *surveyor {
	own := *s
	own.pool = map[string]*stratum{}
	return &surveyor{survey: &own, shared: rows, columns: columns}
}

// Visit takes a row.
func (v *surveyor) Visit(rec *voterfile.Record) error {
	v.rows++
	v.shared.Add(1)
	if v.screen.Decoy(rec) {
		v.decoys++
	}
	if v.key = appendName(v.key[:0], rec.Last, rec.First); len(v.key) > 0 {
		v.names.add(v.key)
	}
	if v.key = appendID(v.key[:0], rec.VoterID); len(v.key) > 0 {
		v.ids.add(v.key)
		v.withID++
		for i := range checkSchemes {
			if checkSchemes[i](rec.VoterID) {
				v.checked[i]++
			}
		}
	}
	if v.key = appendAddress(v.key[:0], rec.House, rec.Street, rec.ZIP); len(v.key) > 0 {
		v.addresses.add(v.key)
	}
	v.compare(rec)
	if v.fresh != nil {
		v.fresh.next = newPerson(rec)
		v.put()
	}
	v.consider(rec)
	return nil
}

// compare holds the row against the one before.
func (v *surveyor) compare(rec *voterfile.Record) {
	b := &v.before
	registered, _ := rec.Date(field.RoleRegistrationDate)
	if v.began {
		v.neighbours(byName, compareNames(&b.Details, &rec.Details))
		v.neighbours(byID, compareIDs(b.VoterID, rec.VoterID))
		v.neighbours(byBirth, compareDates(b.Birth, rec.Birth))
		v.neighbours(byRegistration, compareDates(b.registered, registered))
		if bytes.Equal(b.Street, rec.Street) && bytes.Equal(b.ZIP, rec.ZIP) {
			v.neighbours(byHouse, compareIDs(b.House, rec.House))
		}
	}
	v.began = true
	b.Last, b.First = append(b.Last[:0], rec.Last...), append(b.First[:0], rec.First...)
	b.VoterID, b.House = append(b.VoterID[:0], rec.VoterID...), append(b.House[:0], rec.House...)
	b.Street, b.ZIP = append(b.Street[:0], rec.Street...), append(b.ZIP[:0], rec.ZIP...)
	b.Birth, b.registered = rec.Birth, registered
}

func (v *surveyor) neighbours(order, c int) {
	switch {
	case c < 0:
		v.up[order]++
	case c > 0:
		v.down[order]++
	}
}

func compareNames(a, b *hashing.Details) int {
	if c := bytes.Compare(a.Last, b.Last); c != 0 {
		return c
	}
	return bytes.Compare(a.First, b.First)
}

// compareIDs compares numbers by their value, and others of one length by letter.
func compareIDs(a, b []byte) int {
	a, b = bytes.TrimLeft(a, "0"), bytes.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), bytes.Compare(a, b))
}

func compareDates(a, b hashing.Date) int {
	return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Day, b.Day))
}

// order tells whether the file is in an order, up (1) or down (-1), at least in long
// stretches, as where counties follow one another.
func (s *survey) order(o int) int {
	switch n := s.up[o] + s.down[o]; {
	case n < 20:
		return 0
	case s.up[o]*100 >= n*97:
		return 1
	case s.down[o]*100 >= n*97:
		return -1
	}
	return 0
}

// leastPool is how many candidates there are at least in all, if the roll has as
// many: those for controls and donors too.
const leastPool = 4096

// limit is how many candidates of a county are kept.
func limit(count, counties int) int {
	return max(4*(count/counties+1)+8, leastPool/counties+1)
}

// consider keeps the row as a candidate if it is among the first by drawn order.
func (v *surveyor) consider(rec *voterfile.Record) {
	order := fold(fold(v.survey.key^uint64(rec.Line), 0x9e3779b97f4a7c15)^uint64(rec.Member), 0xd6e8feb86659fd93)
	at := v.stratum(rec)
	s := v.pool[string(at)]
	if s != nil && order > s.bar || rec.Confidential || len(rec.Last) == 0 || len(rec.First) == 0 || rec.Suffix != "" {
		return
	}
	row, ok := rec.Keep()
	if !ok || !v.plain(rec, row) {
		return
	}
	v.fresh, v.into = &candidate{order: order, row: row, own: newPerson(rec)}, string(at)
}

// put adds the candidate whose next row is known to its county.
func (v *surveyor) put() {
	s := v.pool[v.into]
	if s == nil {
		s = &stratum{bar: 1<<64 - 1}
		v.pool[v.into] = s
	}
	s.list = append(s.list, v.fresh)
	if n := limit(v.count, len(v.pool)); len(s.list) >= 2*n {
		s.cut(n)
	}
	v.fresh = nil
}

// stratum is the candidates of a county: the first by drawn order.
type stratum struct {
	list []*candidate
	bar  uint64 // those behind it are not wanted
}

func (s *stratum) cut(n int) {
	slices.SortFunc(s.list, byOrder)
	if len(s.list) > n {
		clear(s.list[n:])
		s.list = s.list[:n]
		s.bar = s.list[n-1].order
	}
}

// plain reports whether the row's address can be made another by its house number
// alone: a number, a street, no flat.
func (v *surveyor) plain(rec *voterfile.Record, row *voterfile.Row) bool {
	if len(rec.House) == 0 {
		return true
	}
	for i := range v.columns {
		switch v.columns[i].Role {
		case field.UnitNumber, field.HouseFraction:
			if row.Value(i) != "" {
				return false
			}
		case field.AddressLine, field.AddressFull:
			if a := row.Value(i); a != "" && (!strings.HasPrefix(a, string(rec.House)+" ") || hasUnit(a)) {
				return false
			}
		case field.HouseNumber:
			if strings.TrimLeft(row.Value(i), "0") != string(rec.House) {
				return false
			}
		}
	}
	return isNumber(string(rec.House))
}

// hasUnit reports whether an address line names a flat or the like, by the words of
// Publication 28 of the Postal Service, appendix C2.
func hasUnit(line string) bool {
	if strings.Contains(line, "#") {
		return true
	}
	for w := range strings.FieldsSeq(strings.ToUpper(line)) {
		switch strings.Trim(w, ".,") {
		case "APT", "APARTMENT", "UNIT", "STE", "SUITE", "LOT", "RM", "ROOM", "FL", "FLOOR", "BLDG", "SPC", "TRLR", "PH":
			return true
		}
	}
	return false
}

func isNumber(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

// stratum returns what decoys are spread by: the county, else the first digits of
// the ZIP code.
func (v *surveyor) stratum(rec *voterfile.Record) []byte {
	if c := rec.Value(field.CountyID); c != nil {
		return c
	}
	return rec.ZIP[:min(3, len(rec.ZIP))]
}

func byOrder(a, b *candidate) int {
	return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.row.Line, b.row.Line))
}

// EndChunk forgets the last row: what follows it is another goroutine's.
func (v *surveyor) EndChunk() error {
	v.fresh, v.began = nil, false
	return nil
}

// Flush ends the work.
func (v *surveyor) Flush() error { return nil }

// merge adds what the goroutines have seen.
func (s *survey) merge(all []*surveyor) {
	for _, v := range all {
		s.rows += v.rows
		s.withID += v.withID
		s.decoys += v.decoys
		for i := range s.up {
			s.up[i] += v.up[i]
			s.down[i] += v.down[i]
		}
		for i := range s.checked {
			s.checked[i] += v.checked[i]
		}
		for at, list := range v.pool {
			if s.pool[at] == nil {
				s.pool[at] = &stratum{}
			}
			s.pool[at].list = append(s.pool[at].list, list.list...)
		}
	}
	for _, list := range s.pool {
		list.cut(limit(s.count, len(s.pool)))
	}
}
