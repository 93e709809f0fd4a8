package compare

import "rollcheck/hashing"

// A folder keeps the records of one key that one goroutine reads from growing
// without bound: all records of a key are sorted at once, in memory, and a file may
// have one key in every row (a placeholder, or a broken export). Of a key that it has
// seen lately it lets two records through, which is as many as it takes to tell
// that the key is repeated, and counts the others. What it counted goes as one
// record: a wide one of place 0, where no row stands, with the number in the place of
// the prints; a narrow one with the number in the place of the place.
type folder [folded]struct {
	tag       uint64
	typ       hashing.KeyType
	seen      uint8
	uncounted int64 // rows since, of which no record was made
}

// folded is how many keys are remembered: one that comes more often than once in so
// many is folded, and others are too few to matter.
const folded = 4096

// whole is how many records of a key are let through.
const whole = 2

// fold reports whether a row was counted and needs no record. out takes the number of
// rows of another key that made way.
func (f *folder) fold(tag uint64, t hashing.KeyType, out func(tag uint64, t hashing.KeyType, rows int64) error) (bool, error) {
	s := &f[tag%folded]
	if s.tag == tag && s.typ == t {
		if s.seen < whole {
			s.seen++
			return false, nil
		}
		s.uncounted++
		return true, nil
	}
	var err error
	if s.uncounted > 0 {
		err = out(s.tag, s.typ, s.uncounted)
	}
	s.tag, s.typ, s.seen, s.uncounted = tag, t, 1, 0
	return false, err
}

// flush hands over what is left.
func (f *folder) flush(out func(tag uint64, t hashing.KeyType, rows int64) error) error {
	for i := range f {
		if s := &f[i]; s.uncounted > 0 {
			if err := out(s.tag, s.typ, s.uncounted); err != nil {
				return err
			}
			s.uncounted = 0
		}
	}
	return nil
}

// unfold adds the record of rows that were counted.
func (v *visitor) unfold(tag uint64, t hashing.KeyType, rows int64) error {
	if v.linked[t] {
		return v.wideW.Add(wide{tag, who(v.file, t), uint64(rows)})
	}
	return v.thinW.Add(narrow{tag, who(v.file, t) | uint64(rows)})
}

// rows returns how many rows a record stands for.
func (w wide) rows() int {
	if w[1]&placeMask == 0 {
		return int(w[2])
	}
	return 1
}

func (n narrow) rows() int { return max(int(n[1]&placeMask), 1) }

// A keeper folds the rows of a file that a sample is drawn of, whose places are wanted:
// of a repeated key it lets those through that may be drawn, which are those with
// the smallest hashes, and counts the others.
type keeper struct {
	hash func(place uint64) uint64
	most int // rows of the sample
	keys [keptKeys]struct {
		tag  uint64
		seen uint8
		lot  lot
	}
}

// keptKeys is how many keys a keeper remembers, each with the places of a sample.
const keptKeys = 256

// keep reports whether a row was kept or counted and needs no record yet.
func (k *keeper) keep(tag, place uint64, out func(tag, place, rows uint64) error) (bool, error) {
	s := &k.keys[tag%keptKeys]
	if s.tag == tag {
		if s.seen < whole {
			s.seen++
			return false, nil
		}
		s.lot.add(drawn{k.hash(place), place}, k.most)
		return true, nil
	}
	err := k.empty(int(tag%keptKeys), out)
	s.tag, s.seen = tag, 1
	return false, err
}

// empty hands over what is kept of one key: rows one by one, and how many more there are.
func (k *keeper) empty(i int, out func(tag, place, rows uint64) error) error {
	s := &k.keys[i]
	s.lot.trim(k.most)
	for _, r := range s.lot.places {
		if err := out(s.tag, r.place, 0); err != nil {
			return err
		}
	}
	more := s.lot.rows - int64(len(s.lot.places))
	s.lot.places, s.lot.rows = s.lot.places[:0], 0
	if more == 0 {
		return nil
	}
	return out(s.tag, 0, uint64(more))
}

func (k *keeper) flush(out func(tag, place, rows uint64) error) error {
	for i := range k.keys {
		if err := k.empty(i, out); err != nil {
			return err
		}
	}
	return nil
}

// release adds the record of a row that was kept, or of rows that were counted.
func (v *visitor) release(tag, place, rows uint64) error {
	return v.wideW.Add(wide{tag, who(v.file, v.types[0]) | place&placeMask, rows})
}
