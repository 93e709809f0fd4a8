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
	kind  kind
	rows  int64
	first thin // the first of their rows
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
	return w.moves.Add(thin{mix(m.seed ^ (uint64(k)<<32 | place)), row[1], uint64(k)})
}

// findMasses finds the places that many people came to or left. To or from an
// address they are those of leastMass; of precincts, between which all people of a
// district are moved now and then, those that stand out.
func (m *matching) findMasses(ctx context.Context) error {
	var precincts [numKinds][]mass
	err := extsort.Drain(ctx, m.moves, m.opts.Jobs, func(records []thin) (found []mass, _ error) {
		for i := 0; i < len(records); {
			j := i + 1
			for j < len(records) && records[j][0] == records[i][0] {
				j++
			}
			k := kind(records[i][2])
			if j-i >= leastMass || k >= precinctTo {
				found = append(found, mass{k, int64(j - i), records[i]})
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
	for _, places := range precincts {
		m.masses = append(m.masses, outstanding(places)...)
	}
	slices.SortFunc(m.masses, func(a, b mass) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(b.rows, a.rows), cmp.Compare(a.first[1], b.first[1]))
	})
	return nil
}

// outstanding returns the precincts that far more people came to or left than others.
func outstanding(places []mass) (found []mass) {
	all := make([]observed, len(places))
	for i, p := range places {
		all[i] = ofCount(float64(p.rows))
	}
	if len(all) < LeastCounties {
		return nil
	}
	usual := fit(all)
	limit := falseAlarms / float64(len(all))
	for i, p := range places {
		if p.rows >= leastPrecinct && float64(p.rows) >= leastTimes*countOf(usual.centre) && usual.chance(all[i]) < limit && all[i].y > usual.centre {
			found = append(found, p)
		}
	}
	return found
}
