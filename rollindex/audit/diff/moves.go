package diff

import (
	"cmp"
	"context"
	"slices"

	"rollcheck/rollindex/internal/extsort"
)

// A thin record is somebody who came to a place or left it:
//
//	word 0  the place, and what the person did, mixed
//	word 1  u1 file | u12 member | u35 line | u16 county, of the row there
//	word 2  u8 kind
type thin [3]uint64

// kind is what people did at a place.
type kind uint8

const (
	movedTo kind = iota
	movedFrom
	addedAt
	removedAt
	precinctTo
	precinctFrom
	numKinds
)

// leastMass is from how many people on a move to or from one address is a mass move,
// and leastPrecinct that to or from one precinct.
const (
	leastMass     = 50
	leastPrecinct = 100
)

// mass is people who did one thing at one place.
type mass struct {
	kind   kind
	rows   int64
	first  thin   // the first of their rows
	county uint16 // of all of the rows; 0 if they are of several

	of        int64   // of a precinct: its rows
	low, high float64 // and what share of them is usual
	chance    float64
}

// addressOf names a street address by its prints: two of one ZIP code are taken for
// one, once in 65,535. It is 0 for none.
func addressOf(w *wide) uint64 {
	street := w.print(addressSlot)
	if street == 0 {
		return 0
	}
	return uint64(w.print(zipSlot))<<16 | uint64(street)
}

// precinctOf names a precinct, which is numbered within its county; 0 for none.
func precinctOf(w *wide) uint64 {
	p := w.print(precinctSlot)
	if p == 0 {
		return 0
	}
	return uint64(w.county())<<16 | uint64(p)
}

// moved notes a person who lives or votes elsewhere than before.
func (m *matching) moved(w *writers, a, b *wide) error {
	for _, move := range [...]struct {
		from, to         uint64
		fromKind, toKind kind
	}{
		{addressOf(a), addressOf(b), movedFrom, movedTo},
		{precinctOf(a), precinctOf(b), precinctFrom, precinctTo},
	} {
		if move.from == move.to || move.from == 0 || move.to == 0 {
			continue
		}
		if err := m.note(w, a, move.fromKind, move.from); err != nil {
			return err
		}
		if err := m.note(w, b, move.toKind, move.to); err != nil {
			return err
		}
	}
	return nil
}

// note adds a record of a place; 0 is none.
func (m *matching) note(w *writers, row *wide, k kind, place uint64) error {
	if place == 0 {
		return nil
	}
	return w.moves.Add(thin{m.placeTag(k, place), row[1], uint64(k)})
}

// findMasses finds the places that many people came to or left. To or from an
// address they are those of leastMass; of precincts, between which all people of a
// district are moved now and then, those that stand out.
func (m *matching) findMasses(ctx context.Context) error {
	var precincts [numKinds][]mass
	err := extsort.Drain(ctx, m.moves, m.opts.Jobs, func(records []thin) (found []mass, _ error) {
		for i := 0; i < len(records); {
			j, county := i+1, uint16(records[i][1])
			for ; j < len(records) && records[j][0] == records[i][0]; j++ {
				if uint16(records[j][1]) != county {
					county = 0
				}
			}
			k := kind(records[i][2])
			if j-i >= leastMass || k >= precinctTo {
				found = append(found, mass{kind: k, rows: int64(j - i), first: records[i], county: county})
			}
			i = j
		}
		return found, nil
	}, func(found []mass) error {
		for _, f := range found {
			if f.kind >= precinctTo {
				precincts[f.kind] = append(precincts[f.kind], f)
			} else {
				m.masses = append(m.masses, f)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for k, file := range map[kind]int{precinctTo: New, precinctFrom: Old} {
		m.masses = append(m.masses, m.outstanding(k, precincts[k], m.precincts[file])...)
	}
	slices.SortFunc(m.masses, func(a, b mass) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(b.rows, a.rows), cmp.Compare(a.first[1], b.first[1]))
	})
	return nil
}

// outstanding returns the precincts that a far larger part of their people came to, or
// left, than of others; rows are how many each has.
func (m *matching) outstanding(k kind, places []mass, rows map[uint32]int64) (found []mass) {
	if len(rows) > maxPrecincts {
		return nil
	}
	at := map[uint64]int{}
	for i := range places {
		at[places[i].first[0]] = i + 1
	}
	var all []rated
	for precinct, of := range rows {
		c := rated{of: of}
		if i := at[m.placeTag(k, uint64(precinct))]; i > 0 {
			c.county, c.part = i, min(places[i-1].rows, of)
		}
		c.chance = ofRate(float64(c.part), float64(c.of))
		all = append(all, c)
	}
	if len(all) < LeastCounties {
		return nil
	}
	slices.SortFunc(all, func(a, b rated) int { return cmp.Or(cmp.Compare(a.of, b.of), cmp.Compare(a.part, b.part)) })
	u := fitScales(all)
	limit := falseAlarms / float64(len(all))
	for i := range all {
		c := &all[i]
		if c.part >= leastPrecinct && share(c.part, c.of) >= leastTimes*rateOf(u.chance.centre) && c.chance.y > u.chance.centre && u.of(c) < limit {
			p := places[c.county-1]
			p.of, p.chance = c.of, u.of(c)
			p.low, p.high = u.span(c, limit)
			found = append(found, p)
		}
	}
	return found
}

// maxPrecincts bounds the precincts that rows are counted of: a column with more is
// not one of precincts.
const maxPrecincts = 1 << 17

// countPrecinct counts a row of a precinct.
func countPrecinct(rows map[uint32]int64, w *wide) {
	if p := precinctOf(w); p != 0 && len(rows) <= maxPrecincts {
		rows[uint32(p)]++
	}
}

func (m *matching) placeTag(k kind, place uint64) uint64 {
	return mix(m.seed ^ (uint64(k)<<32 | place))
}
