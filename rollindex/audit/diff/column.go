package diff

import (
	"math"
	"slices"
	"strconv"
	"unsafe"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/rollindex/voterfile"
)

// Column is what a column of a file holds, in counts.
type Column struct {
	Name     string // as the file or its layout has it
	Role     field.Role
	Place    int // in the file, from 0
	Filled   int64
	Of       int64 // rows
	Distinct int64 // different values
	Exact    bool  // they were counted, not estimated
	Types    [NumTypes]int64
	Forms    [NumForms]int64 // of the values that are dates
	Lengths  [MaxLength + 1]int64
	// Codes are the values and their rows, of a column with few that are of no person;
	// nil of any other.
	Codes map[string]int64

	key  string // by which columns of members and files are the same
	pair int    // place of the same column in the other file; -1 for none
}

// MaxLength is the length, in bytes, from which on values count as equally long.
const MaxLength = 64

// Fill returns the share of the rows that have a value.
func (c *Column) Fill() float64 { return float64(c.Filled) / float64(max(c.Of, 1)) }

// columnMap is the columns of a file, those of its members taken together by name.
type columnMap struct {
	all      []*Column
	byMember [][]int // by column of the member, place in all
}

func mapColumns(members []voterfile.Member) *columnMap {
	m := &columnMap{}
	at := map[string]int{}
	for _, member := range members {
		var places []int
		if member.LeftOut == "" {
			seen := map[string]int{}
			for i, c := range member.Match.Columns() {
				name := c.Name
				if name == "" {
					name = "column " + strconv.Itoa(i+1)
				}
				key := layouts.NormName(name)
				if seen[key]++; seen[key] > 1 {
					key += "\x00" + strconv.Itoa(seen[key])
				}
				if _, ok := at[key]; !ok {
					at[key] = len(m.all)
					m.all = append(m.all, &Column{Name: name, Role: c.Role, Place: len(m.all), key: key, pair: -1})
				}
				places = append(places, at[key])
			}
		}
		m.byMember = append(m.byMember, places)
	}
	return m
}

// pair finds the columns that both files have: of one name, or else the only ones
// left of one role.
func pair(old, new *columnMap) {
	names := map[string]int{}
	for i, c := range old.all {
		names[c.key] = i
	}
	join := func(i, j int) { old.all[i].pair, new.all[j].pair = j, i }
	for j, c := range new.all {
		if i, ok := names[c.key]; ok {
			join(i, j)
		}
	}
	left := func(m *columnMap, r field.Role) (places []int) {
		for i, c := range m.all {
			if c.pair < 0 && c.Role == r {
				places = append(places, i)
			}
		}
		return places
	}
	for _, c := range new.all {
		if c.pair >= 0 || manifold(c.Role) {
			continue
		}
		if i, j := left(old, c.Role), left(new, c.Role); len(i) == 1 && len(j) == 1 {
			join(i[0], j[0])
		}
	}
}

// manifold reports whether columns of the role are not the same column for it: a new
// election is not the one before under another name.
func manifold(r field.Role) bool {
	return r == field.RoleNone || r == field.RoleVoteHistory || r == field.RoleProfile
}

// profiles returns an empty profile for each column.
func (m *columnMap) profiles() []profile {
	all := make([]profile, len(m.all))
	for i, c := range m.all {
		if !personal(c.Role) {
			all[i].codes = map[string]*int64{}
		}
	}
	return all
}

// personal reports whether values of the role are of persons, so that they are not
// codes even where few are in the file.
func personal(r field.Role) bool {
	kind, tells := r.Kind()
	if !tells {
		return r == field.PhoneLine
	}
	switch kind {
	case field.Sex, field.Race, field.Party, field.Status, field.Precinct, field.Locality, field.VoteHistory, field.Profile, field.RegistrationDate:
		return false
	}
	return true
}

// maxCodes is the most different values that a column of codes has.
const maxCodes = 64

// maxCode is the longest code, in bytes.
const maxCode = 40

// profile is what one goroutine saw in a column.
type profile struct {
	filled  int64
	types   [NumTypes]int64
	forms   [NumForms]int64
	lengths [MaxLength + 1]int64
	sketch  sketch
	codes   map[string]*int64 // nil once there are too many
}

const profileSize = int64(unsafe.Sizeof(profile{})) * 64 // of the columns of most files

// profile adds the values of a row to the profiles of its columns, and returns a
// hash of all that both files have.
func (v *visitor) profile(rec *voterfile.Record) (written uint64) {
	for i, at := range v.columns.byMember[rec.Member] {
		b := rec.Column(i)
		if b == nil {
			continue
		}
		h := sum(b)
		v.profiles[at].see(b, h)
		if p := v.columns.all[at].pair; p >= 0 {
			if v.file == Old {
				p = at
			}
			written += mix(h + uint64(p)*0x9e3779b97f4a7c15)
		}
	}
	return written >> 48
}

// see adds a value.
func (p *profile) see(b []byte, hash uint64) {
	p.filled++
	p.lengths[min(len(b), MaxLength)]++
	t, form := classify(b)
	p.types[t]++
	if t == Dates {
		p.forms[form]++
	}
	p.sketch.add(hash)
	if p.codes == nil {
		return
	}
	if n := p.codes[string(b)]; n != nil {
		*n++
		return
	}
	if len(p.codes) == maxCodes || len(b) > maxCode {
		p.codes = nil
		return
	}
	one := int64(1)
	p.codes[string(b)] = &one
}

// add adds what another goroutine saw.
func (p *profile) add(o *profile) {
	p.filled += o.filled
	addTo(p.types[:], o.types[:])
	addTo(p.forms[:], o.forms[:])
	addTo(p.lengths[:], o.lengths[:])
	p.sketch.merge(&o.sketch)
	if p.codes == nil || o.codes == nil {
		p.codes = nil
		return
	}
	for code, n := range o.codes {
		if have := p.codes[code]; have != nil {
			*have += *n
		} else {
			p.codes[code] = n
		}
	}
	if len(p.codes) > maxCodes {
		p.codes = nil
	}
}

func addTo(dst, src []int64) {
	for i, n := range src {
		dst[i] += n
	}
}

// take makes the column of its profile.
func (c *Column) take(p *profile, rows int64) {
	c.Filled, c.Of, c.Types, c.Forms, c.Lengths = p.filled, rows, p.types, p.forms, p.lengths
	c.Distinct = int64(math.Round(p.sketch.estimate()))
	if p.codes == nil {
		return
	}
	c.Distinct, c.Exact, c.Codes = int64(len(p.codes)), true, map[string]int64{}
	for code, n := range p.codes {
		c.Codes[code] = *n
	}
}

// mean returns the mean length of the values.
func (c *Column) mean() float64 {
	total := 0.0
	for length, n := range c.Lengths {
		total += float64(length) * float64(n)
	}
	return total / float64(max(c.Filled, 1))
}

// longest returns the length of the longest value.
func (c *Column) longest() int {
	for length := MaxLength; length > 0; length-- {
		if c.Lengths[length] > 0 {
			return length
		}
	}
	return 0
}

// shared returns the codes that enough rows share, the most frequent first.
func (c *Column) shared(but map[string]int64) (codes []string) {
	for code, n := range c.Codes {
		if n >= LeastShared && but[code] == 0 {
			codes = append(codes, code)
		}
	}
	slices.SortFunc(codes, func(a, b string) int {
		if c.Codes[a] != c.Codes[b] {
			return int(c.Codes[b] - c.Codes[a])
		}
		if a < b {
			return -1
		}
		return 1
	})
	return codes
}
