package exposure

import (
	"strconv"
	"strings"

	"rollcheck/data/names"
	"rollcheck/hashing"
)

// The figures behind the expected number of namesakes.
const (
	// dependence corrects for names, ages and places not being independent:
	// model counts were 1.5 to 3.5 times too low against the same-name,
	// same-birth-date pairs that were counted across states (about 3 million
	// nationally) and within Ohio (2,610 with a real date).
	dependence = 2.5

	// sameInitial is the chance that a stranger's middle initial agrees, as the
	// chance hits of name and birth date with and without it, 0.008 % and
	// 0.075 %, measured on 7.5 million generated voters.
	sameInitial = 0.107

	// household is the chance that somebody else of the same first and last
	// name is registered at the address, and so in the ZIP code: half of all
	// people are men, about a fifth of men share a home with their grown-up son
	// or father, and about 4 % of sons are named for their father.
	household = 0.5 * 0.2 * 0.04

	// unevenZIP corrects for the table of ZIP codes, which has a county's people
	// evenly among its codes: the chance hits of the two keys with a ZIP code,
	// 0.068 % and 2.4 % on the same voters, were 2.1 and 1.7 times what the even
	// table gives (TestOddsOfPopulation).
	unevenZIP = 1.9

	// mistaken is the share of records that have another middle initial or birth
	// date than their person, or none that could be real: of birth dates 0.9 %
	// in California's roll, 3.1 % in Ohio's, 4.5 % in the District of Columbia's.
	mistaken = 0.02

	// daysAYear turns the share of a year of birth into that of a date.
	daysAYear = 365.25

	// grownUp is the share of the people of 2010 who were 18 or older (234.6
	// of 308.7 million).
	grownUp = 0.76

	// allAdults are the adults of the United States in the 2020 census, for a
	// dataset that names no state.
	allAdults = 258e6

	// dataYear stands for the year of a dataset of unknown date.
	dataYear = 2020
)

// population sets whom a namesake is looked for among: everybody on the roll,
// however small the part of it that leaked, because any of them could have been
// in that part. It is the dataset's rows or its states' adults, whichever is more.
func (d *dataset) population() {
	var adults float64
	for _, j := range d.info.Jurisdictions {
		if state, ok := strings.CutPrefix(j, "US-"); ok && names.StatePopulation(state) > 0 {
			d.within = append(d.within, state)
			adults += grownUp * float64(names.StatePopulation(state))
		}
	}
	if len(d.within) == 0 {
		adults = allAdults
	}
	d.people = max(adults, float64(d.info.Rows))
	d.year = dataYear
	if year, err := strconv.Atoi(d.info.AsOf[:min(4, len(d.info.AsOf))]); err == nil && year > 0 {
		d.year = year
	}
}

// odds computes expected numbers of namesakes. It keeps the shares it looked
// up, because a batch asks for the same names, years and ZIP codes again and
// again. It is not safe for concurrent use.
type odds struct {
	last   map[string]float64
	first  map[string]float64 // "LIZ/1984"; "LIZ/0" for all adults
	year   map[[2]int]float64 // year of birth, year of the data
	zip    map[string]float64 // "32301/FL,GA"
	fields [5][]byte
	buf    []byte
}

// namesakes returns how many other people on the dataset's roll are expected to
// have one of the keys, which are all of one type and the spellings asked for
// one person:
//
//	sum over the spellings of N x P(first | year of birth) x P(last) x P(date or year of birth) x P(ZIP) x 2.5
//
// with those factors that the key has, P(ZIP) being 1.9 times the table's. For
// spellings equally common that is the chance of one times their number. To
// that of name and ZIP code comes the household's, which is all of an address's.
// E is 0 for a phone number, an e-mail address and a voter id, which strangers
// do not share. The chance that a hit is somebody else is about E / (1 + E),
// unless the record has another middle initial or date of birth.
func (o *odds) namesakes(d *dataset, inputs []Input, birthYear int) (e float64) {
	if len(inputs) == 0 {
		return 0
	}
	t := inputs[0].Type
	switch t {
	case hashing.NameDOB, hashing.NameYOBZIP, hashing.NameZIP:
		for i := range inputs {
			e += o.namesake(d, &inputs[i], birthYear)
		}
	}
	return e*d.people*dependence + Household(t)
}

// Doubt returns how many times likelier the record is somebody else's than the
// person's own. That is the expected number of namesakes; but where the record
// has another middle initial or birth, what it would be if it were the person's
// is a mistake, and few records have one.
func (f *Finding) Doubt() float64 {
	if f.Initial == Conflicts || f.Birth == Conflicts {
		return f.Odds / mistaken
	}
	return f.Odds
}

// namesake returns the share of people who have one key.
func (o *odds) namesake(d *dataset, in *Input, birthYear int) float64 {
	n := o.split(in.X)
	p := o.lastShare(o.fields[0])
	switch {
	case in.Type == hashing.NameDOB && n == 3:
		return p * o.firstShare(o.fields[1], birthYear) * o.yearShare(birthYear, d.year) / daysAYear
	case in.Type == hashing.NameYOBZIP && n == 4:
		return p * o.firstShare(o.fields[1], birthYear) * o.yearShare(birthYear, d.year) * o.zipShare(o.fields[3], d.within)
	case in.Type == hashing.NameZIP && n == 3:
		return p * o.firstShare(o.fields[1], 0) * o.zipShare(o.fields[2], d.within)
	}
	return 0
}

// split cuts a hashed input into its fields (see [hashing.Details.AppendKey])
// and returns how many there are.
func (o *odds) split(x []byte) (n int) {
	x = x[len(hashing.Version)+1:]
	for ; len(x) >= 2 && n < len(o.fields); n++ {
		size := int(x[0])<<8 | int(x[1])
		o.fields[n], x = x[2:2+size], x[2+size:]
	}
	return n
}

func (o *odds) lastShare(last []byte) float64 {
	p, ok := o.last[string(last)]
	if !ok {
		p, _ = names.SurnameShare(string(last))
		o.last = room(o.last)
		o.last[string(last)] = p
	}
	return p
}

func (o *odds) firstShare(first []byte, birthYear int) float64 {
	o.buf = strconv.AppendInt(append(append(o.buf[:0], first...), '/'), int64(birthYear), 10)
	p, ok := o.first[string(o.buf)]
	if !ok {
		p, _ = names.FirstShare(string(first), birthYear)
		o.first = room(o.first)
		o.first[string(o.buf)] = p
	}
	return p
}

func (o *odds) yearShare(birthYear, asOf int) float64 {
	p, ok := o.year[[2]int{birthYear, asOf}]
	if !ok {
		p = names.BirthYearShare(birthYear, asOf)
		o.year = room(o.year)
		o.year[[2]int{birthYear, asOf}] = p
	}
	return p
}

func (o *odds) zipShare(zip []byte, within []string) float64 {
	o.buf = append(append(o.buf[:0], zip...), '/')
	for _, state := range within {
		o.buf = append(o.buf, state...)
	}
	p, ok := o.zip[string(o.buf)]
	if !ok {
		p = min(1, unevenZIP*names.ZIPShare(string(zip), within))
		o.zip = room(o.zip)
		o.zip[string(o.buf)] = p
	}
	return p
}
