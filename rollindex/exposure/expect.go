package exposure

import "rollcheck/hashing"

// Expecter computes the expected numbers of namesakes that a finding would
// state, without a search: for holding the figures against what is found. It is
// not safe for concurrent use.
type Expecter struct {
	dataset *dataset
	planner planner
	odds    odds
}

// Expected is how many other people on the roll are expected to have a person's
// key of one type.
type Expected struct {
	AsGiven float64 // of the details as given alone
	Asked   float64 // of all spellings asked: [Finding.Odds] when the key leads and no middle initial agrees
}

// NewExpecter returns the Expecter of a dataset.
func NewExpecter(info *hashing.DatasetInfo) *Expecter {
	return &Expecter{dataset: newDataset(info, "")}
}

// Population returns how many people are on the roll that namesakes are counted
// on, of which the dataset may hold a part.
func (e *Expecter) Population() float64 { return e.dataset.people }

// Expect returns the figures of a person by key type; zero for a key that
// cannot be made of what is given.
func (e *Expecter) Expect(p *Person) (all [hashing.NumKeyTypes]Expected) {
	e.planner.reset()
	q := e.planner.plan(p)
	g := grader{inputs: e.planner.inputs}
	for _, t := range hashing.KeyTypes() {
		if asked := g.asked(&q, t); len(asked) > 0 {
			all[t].AsGiven = e.odds.namesakes(e.dataset, asked[:1], int(q.birth.Year))
			all[t].Asked = e.odds.namesakes(e.dataset, asked, int(q.birth.Year))
		}
	}
	return all
}

// Household returns the part of the figures of a key type that stands for
// people of the same household. It does not grow with the roll.
func Household(t hashing.KeyType) float64 {
	switch t {
	case hashing.NameAddress, hashing.NameZIP:
		return household
	}
	return 0
}

// Correction returns the factor by which the rest of the figures of a key type
// exceeds the product of the shares in the tables, because real names, ages and
// places are not independent and ZIP codes not evenly peopled. Where they are,
// in a generated population, that rest is too high by it.
func Correction(t hashing.KeyType) float64 {
	switch t {
	case hashing.NameDOB:
		return dependence
	case hashing.NameYOBZIP, hashing.NameZIP:
		return dependence * unevenZIP
	}
	return 1
}
