package exposure

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"rollcheck/data/field"
	"rollcheck/hashing"
)

func TestTier(t *testing.T) {
	for _, tt := range []struct {
		key            hashing.KeyType
		initial, birth Evidence
		want           Tier
	}{
		{hashing.NameDOB, Absent, Agrees, Likely},
		{hashing.NameDOB, Agrees, Agrees, Strong},
		{hashing.NameDOB, Conflicts, Agrees, Possible},
		{hashing.NameYOBZIP, Absent, Agrees, Likely},
		{hashing.NameYOBZIP, Agrees, Agrees, Likely},
		{hashing.NameYOBZIP, Conflicts, Agrees, Possible},
		{hashing.NameAddress, Absent, Absent, Strong},
		{hashing.NameAddress, Conflicts, Absent, Possible},
		{hashing.NameAddress, Agrees, Conflicts, Possible},
		{hashing.NameZIP, Agrees, Absent, Possible},
		{hashing.VoterID, Conflicts, Conflicts, Strong},
		{hashing.Phone, Conflicts, Absent, Possible}, // a relative who shares it
		{hashing.Email, Absent, Conflicts, Possible},
		{hashing.Phone, Absent, Absent, Strong},
		{hashing.Email, Absent, Absent, Strong},
	} {
		if got := tier(tt.key, tt.initial, tt.birth); got != tt.want {
			t.Errorf("%s, initial %s, birth %s: %s, want %s", tt.key, tt.initial, tt.birth, got, tt.want)
		}
	}
}

func TestInitial(t *testing.T) {
	mask := func(c byte) hashing.Mask { return hashing.NewMask(0, c) }
	several := mask('A').Merge(mask('B'))
	for _, tt := range []struct {
		name string
		p    Person
		m    hashing.Mask
		want Evidence
	}{
		{"agrees", Person{Middle: "Quinn"}, mask('Q'), Agrees},
		{"conflicts", Person{Middle: "Quinn"}, mask('R'), Conflicts},
		{"person has none", Person{}, mask('R'), Absent},
		{"record has none", Person{Middle: "Q"}, mask(0), Absent},
		{"records differ", Person{Middle: "Q"}, several, Absent},
		{"second first name", Person{First: "Mary Ann"}, mask('A'), Agrees},
		{"second first name and an unknown third", Person{First: "Mary Ann"}, mask('L'), Absent},
		{"second first name, other middle name", Person{First: "Mary Ann", Middle: "Q"}, mask('L'), Conflicts},
		{"second first name or middle name", Person{First: "Mary Ann", Middle: "Q"}, mask('Q'), Agrees},
		{"former surname", Person{Middle: "Q", FormerLast: []string{"Roe"}}, mask('R'), Absent},
		{"part of the surname", Person{Middle: "Q", Last: "Roe-Poe"}, mask('R'), Absent},
		{"own surname", Person{Middle: "Q", Last: "Roe"}, mask('R'), Conflicts},
	} {
		if tt.p.Last == "" {
			tt.p.Last = "Doe"
		}
		var pl planner
		q := pl.plan(&tt.p)
		if got := q.initialOf(tt.m); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestGrade merges the hits of one person in one dataset.
func TestGrade(t *testing.T) {
	p := Person{First: "Bob", Middle: "Q", Last: "Doe", BirthDate: "1970-03-13", ZIP: "32301", Address: "1 Example St", FormerLast: []string{"Roe"}}
	var pl planner
	q := pl.plan(&p)
	name, birth := field.SetOf(field.Name), field.SetOf(field.Name, field.BirthDate)
	at := func(key hashing.KeyType, n int) int32 { // the n-th spelling of a key
		for i := range pl.inputs {
			if pl.inputs[i].Type == key {
				return int32(i + n)
			}
		}
		t.Fatalf("no input of %s", key)
		return 0
	}
	mask := func(c byte, kinds field.Set) hashing.Mask { return hashing.NewMask(kinds, c) }
	shared := func(m hashing.Mask) hashing.Mask { return m.Merge(m) }
	const dob, yob, address, zip = hashing.NameDOB, hashing.NameYOBZIP, hashing.NameAddress, hashing.NameZIP

	for _, tt := range []struct {
		name    string
		hits    []hit
		damaged bool
		want    Finding
	}{
		{"one record under all keys", []hit{
			{input: at(dob, 0), mask: mask('Q', birth)}, {input: at(yob, 0), mask: mask('Q', birth)}, {input: at(zip, 0), mask: mask('Q', birth)},
		}, false, Finding{Tier: Strong, Keys: 1<<dob | 1<<yob | 1<<zip, Lead: dob, Initial: Agrees, Birth: Agrees, Fields: birth}},
		{"a namesake in the ZIP code adds no field", []hit{
			{input: at(dob, 0), mask: mask('Q', birth)}, {input: at(zip, 0), mask: shared(mask('Q', birth.With(field.Email)))},
		}, false, Finding{Tier: Strong, Keys: 1<<dob | 1<<zip, Lead: dob, Initial: Agrees, Birth: Agrees, Fields: birth}},
		{"nor does one alone there", []hit{
			{input: at(dob, 0), mask: mask('Q', birth)}, {input: at(zip, 0), mask: mask('Q', birth.With(field.Email))},
		}, false, Finding{Tier: Strong, Keys: 1<<dob | 1<<zip, Lead: dob, Initial: Agrees, Birth: Agrees, Fields: birth}},
		{"all that hit is shared", []hit{{input: at(dob, 0), mask: shared(mask(0, birth))}},
			false, Finding{Tier: Likely, Keys: 1 << dob, Lead: dob, Birth: Agrees, Fields: birth, Shared: true}},
		{"another initial", []hit{{input: at(dob, 0), mask: mask('R', birth)}},
			false, Finding{Tier: Likely, Keys: 1 << dob, Lead: dob, Birth: Agrees, Fields: birth}}, // R of Roe
		{"a namesake's initial", []hit{{input: at(dob, 0), mask: mask('X', birth)}},
			false, Finding{Tier: Possible, Keys: 1 << dob, Lead: dob, Initial: Conflicts, Birth: Agrees, Fields: birth}},
		{"the father at the same address", []hit{{input: at(address, 0), mask: mask(0, birth)}, {input: at(zip, 0), mask: mask(0, birth)}},
			false, Finding{Tier: Possible, Keys: 1<<address | 1<<zip, Lead: address, Birth: Conflicts, Fields: birth}},
		{"at the address, no birth in the record", []hit{{input: at(address, 0), mask: mask(0, name)}},
			false, Finding{Tier: Strong, Keys: 1 << address, Lead: address, Fields: name}},
		{"at the address, the birth key may be in a damaged place", []hit{{input: at(address, 0), mask: mask(0, birth)}},
			true, Finding{Tier: Strong, Keys: 1 << address, Lead: address, Fields: birth}},
		{"at the address, one of several", []hit{{input: at(address, 0), mask: shared(mask(0, birth))}},
			false, Finding{Tier: Strong, Keys: 1 << address, Lead: address, Fields: birth, Shared: true}},
		{"the spelling with fewest guesses leads", []hit{{input: at(dob, 3), mask: mask(0, birth)}, {input: at(dob, 1), mask: mask(0, birth)}},
			false, Finding{Tier: Likely, Keys: 1 << dob, Lead: dob, Birth: Agrees, Steps: FormerSurname, Fields: birth}},
	} {
		d := newDataset(&fullRoll, "")
		for range 4 {
			rand.Shuffle(len(tt.hits), func(i, j int) { tt.hits[i], tt.hits[j] = tt.hits[j], tt.hits[i] })
			g := grader{inputs: pl.inputs, steps: pl.steps}
			got := g.grade(&q, d, tt.hits, tt.damaged)
			if got.Odds <= 0 || got.Tried != int(q.asked[got.Lead]) {
				t.Errorf("%s: odds %v, tried %d", tt.name, got.Odds, got.Tried)
			}
			tt.want.Dataset, tt.want.Odds, tt.want.Tried = got.Dataset, got.Odds, got.Tried
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%s:\n got %+v\nwant %+v", tt.name, got, tt.want)
			}
		}
	}
}

// TestOdds checks the formula on one person, by hand.
func TestOdds(t *testing.T) {
	fl := info(7_500_000, 7_500_000, "name-dob:7500000 name-yob-zip:7500000 name-zip:7500000")
	fl.AsOf = "2020-10-01"
	small := fl
	small.Rows = 4000 // a leak of 4,000 rows of the same roll
	ask := func(p Person, d *hashing.DatasetInfo, key hashing.KeyType) float64 {
		var pl planner
		q := pl.plan(&p)
		g := grader{inputs: pl.inputs, steps: pl.steps}
		return g.odds.namesakes(newDataset(d, ""), g.asked(&q, key), int(q.birth.Year))
	}
	john := Person{First: "John", Last: "Smith", BirthDate: "1970-03-13", ZIP: "32301"}
	one := ask(john, &fl, hashing.NameDOB)
	// 14.3 million adults x 0.83 % Smiths x about 1 % Johns x 1.6 % born in 1970 / 365 x 2.5, some ten times for other names of John
	if one < 0.05 || one > 2 {
		t.Errorf("name-dob of a common name: %v", one)
	}
	if got := ask(john, &small, hashing.NameDOB); got != one {
		t.Errorf("a part of the roll has other odds, %v, than the roll, %v", got, one)
	}
	rare := john
	rare.First, rare.Last = "Zebulon", "Zyzyk"
	if got := ask(rare, &fl, hashing.NameDOB); got <= 0 || got > one/1000 {
		t.Errorf("name-dob of a rare name: %v, of a common one: %v", got, one)
	}
	swap := john
	swap.BirthDate = "1970-03-12"
	if got := ask(swap, &fl, hashing.NameDOB); got <= one*1.5 || got > 2*one {
		t.Errorf("twice the spellings: %v instead of %v", got, one)
	}
	for key, want := range map[hashing.KeyType]float64{hashing.NameAddress: household, hashing.Phone: 0} {
		p := john
		p.Address, p.Phone = "1 Main St", "850-555-0100"
		if got := ask(p, &fl, key); got != want {
			t.Errorf("%s: %v, want %v", key, got, want)
		}
	}
	nation := fl
	nation.Jurisdictions = nil
	if got := ask(john, &nation, hashing.NameDOB); math.Abs(got/one-allAdults/newDataset(&fl, "").people) > 0.01 {
		t.Errorf("a dataset of nowhere: %v, Florida: %v", got, one)
	}
}
