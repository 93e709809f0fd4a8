package exposure

import (
	"errors"
	"io"
	"slices"

	"rollcheck/hashing"
)

// own are the key types that name one person: who asks by one of which it is said
// that its person asked to be left out is that person, or asks about them.
const own = Keys(1<<hashing.NameDOB | 1<<hashing.VoterID)

// leavesOut reports whether rows may have been left out of the dataset, or be passed
// over, that could be of whoever asked by keys of the types listed, which are those
// of somebody who asked to be left out.
//
// That may be a namesake, or one of the same household. Then a row that was left out
// for them is not of who asks if it has a birth date, or a year, that is not
// theirs; and of rows that have none, as many may be missing as of any other kind that
// a whole search does not reach.
func (d *dataset) leavesOut(q *query, listed Keys) bool {
	if listed&own != 0 {
		return true
	}
	told := int64(0) // rows that say of themselves that they are another's
	if q.asked[hashing.NameDOB] > 0 && !(q.january() && d.degraded) {
		told = d.rows[hashing.NameDOB]
	}
	if q.asked[hashing.NameYOBZIP] > 0 && !listed.Has(hashing.NameYOBZIP) {
		told = max(told, d.rows[hashing.NameYOBZIP])
	}
	untold := d.info.Indexed + d.info.Withheld[hashing.Suppressed] - told
	return float64(untold) > (1-leastReach)*float64(d.info.Rows)
}

// leftOut returns the answer for a dataset out of which rows may be left that could
// be the person's.
func (a DatasetAnswer) leftOut() DatasetAnswer {
	if a.State == Searched {
		a.State = Partial
	}
	if a.Why != "" {
		a.Why += "; "
	}
	a.Why += "records may be left out of it at the request of the person they are about"
	return a
}

// ReadKeys reads people who ask to be left out of an index and returns their match keys,
// of each in every spelling that a check of them would ask. What of their
// details cannot be used is an error, as is a person who says too little: who is half
// left out is not left out. Errors name the line and the field and never hold a value.
func ReadKeys(people Decoder) (keys [][]hashing.PersonKey, problems []FieldError, err error) {
	var pl planner
	for {
		var p Person
		err := people.Next(&p)
		var fault FieldError
		switch {
		case err == io.EOF:
			return keys, problems, nil
		case errors.As(err, &fault):
			problems = append(problems, fault)
			continue
		case err != nil:
			return nil, nil, err
		}
		pl.reset()
		q := pl.plan(&p)
		if len(q.problems) > 0 || q.n == 0 {
			problems = append(problems, p.Validate()...)
			continue
		}
		keys = append(keys, pl.keys())
	}
}

// keys returns the inputs of the person planned, which are to outlive the planner's.
func (pl *planner) keys() []hashing.PersonKey {
	keys := make([]hashing.PersonKey, len(pl.inputs))
	for i, in := range pl.inputs {
		keys[i] = hashing.PersonKey{Input: Input{Type: in.Type, X: slices.Clone(in.X)}, Guessed: pl.steps[i].guessed() > 0}
	}
	return keys
}
