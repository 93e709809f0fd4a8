package exposure

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"rollcheck/hashing"
)

// readable writes an input as "name-dob DOE JANE 1970-01-02" and how it came about.
func readable(in Input, steps Steps) string {
	var o odds
	n := o.split(in.X)
	words := append([]string{in.Type.String()}, make([]string, 0, n)...)
	for _, f := range o.fields[:n] {
		words = append(words, string(f))
	}
	if steps != 0 {
		words = append(words, "("+strings.Join(steps.Names(), " ")+")")
	}
	return strings.Join(words, " ")
}

// TestSpellings runs testdata/spellings.txt: a person as a line of CSV under
// the header at the top, and the inputs of one key type, in their order.
func TestSpellings(t *testing.T) {
	text, err := os.ReadFile("testdata/spellings.txt")
	if err != nil {
		t.Fatal(err)
	}
	header, rest, _ := strings.Cut(string(text), "\n")
	for i, block := range strings.Split(strings.TrimSpace(rest), "\n\n") {
		lines := slices.DeleteFunc(strings.Split(block, "\n"), func(l string) bool { return strings.HasPrefix(l, "#") })
		people, err := decodeAll(strings.NewReader(header+"\n"+lines[0]+"\n"), CSV)
		if err != nil || len(people) != 1 {
			t.Fatalf("case %d: %v", i+1, err)
		}
		wanted, _, _ := strings.Cut(lines[1], " ")
		var pl planner
		pl.plan(&people[0])
		var got []string
		for j, in := range pl.inputs {
			if in.Type.String() == wanted {
				got = append(got, readable(in, pl.steps[j]))
			}
		}
		if !slices.Equal(got, lines[1:]) {
			t.Errorf("%s:\n got %s\nwant %s", lines[0], strings.Join(got, "\n     "), strings.Join(lines[1:], "\n     "))
		}
	}
}

func TestValidate(t *testing.T) {
	for _, tt := range []struct {
		name string
		p    Person
		want []string
	}{
		{"nothing", Person{}, []string{`field "last": missing`}},
		{"name only", Person{First: "Jane", Last: "Doe"}, []string{`field "birth_date": not enough to search by: give a birth date or a ZIP code`}},
		{"last name only", Person{Last: "Doe", BirthDate: "1970-01-02"}, []string{`field "first": not enough to search by: give a first name with a birth date or a ZIP code, or a phone number, an e-mail address, or a voter id with its state`}},
		{"name and date", Person{First: "Jane", Last: "Doe", BirthDate: "1970-01-02"}, nil},
		{"blanks", Person{First: "Jane", Last: "Doe", BirthDate: "1970-01-02", ZIP: " ", Phone: "\t", VoterID: " ", FormerLast: []string{" "}}, nil},
		{"last and phone", Person{Last: "Doe", Phone: "(850) 555-0100"}, nil},
		{"voter id and ZIP code", Person{Last: "Doe", VoterID: "123456789", ZIP: "32301"}, nil},
		{"everything wrong", Person{
			First: "***", Last: "###", BirthDate: "02/01/1970", BirthYear: "70", ZIP: "1", Address: "nowhere", State: "Fla", Email: "x", Phone: "1",
			VoterID: "n/a", FormerLast: []string{"**"}, FormerZIP: []string{"x"}, FormerState: []string{"xx"},
		}, []string{
			`field "last": holds no usable name`, `field "first": holds no usable name`, `field "birth_year": not a year (use YYYY)`,
			`field "birth_date": not a date (use YYYY-MM-DD, such as 1949-08-10)`, `field "zip": not a ZIP code (five digits)`,
			`field "address": not a house number and a street`, `field "former_zip": not a ZIP code (five digits)`,
			`field "state": not a state (use its two letters, such as FL, or its name)`, `field "former_state": not a state (use its two letters, such as FL, or its name)`,
			`field "voter_id": a voter id needs the state that gave it`,
			`field "phone": not a telephone number of the United States (ten digits)`, `field "email": not an e-mail address`,
		}},
		{"no such day", Person{First: "Jane", Last: "Doe", BirthDate: "1970-02-30", ZIP: "32301"}, []string{`field "birth_date": not a date (use YYYY-MM-DD, such as 1949-08-10)`}},
		{"month only", Person{First: "Jane", Last: "Doe", BirthDate: "1970-02", ZIP: "32301"}, []string{`field "birth_date": not a date (use YYYY-MM-DD, such as 1949-08-10)`}},
		{"placeholder", Person{First: "Jane", Last: "Doe", BirthDate: "1900-01-01", ZIP: "32301"}, []string{`field "birth_date": not a date anybody on a roll can be born on`}},
		{"two years", Person{First: "Jane", Last: "Doe", BirthDate: "1970-01-02", BirthYear: "1971"}, []string{`field "birth_year": another year than that of birth_date`}},
		{"address without ZIP code", Person{First: "Jane", Last: "Doe", BirthDate: "1970-01-02", Address: "1 Main St"}, []string{`field "address": an address needs its ZIP code`}},
		{"former surname", Person{First: "Jane", Last: "Doe", BirthDate: "1970-01-02", FormerLast: []string{"--"}, Line: 7}, []string{`line 7, field "former_last": holds no usable name`}},
		{"voter id without state", Person{Last: "Doe", VoterID: "1"}, []string{`field "voter_id": a voter id needs the state that gave it`}},
		{"bad voter id", Person{Last: "Doe", VoterID: "none", State: "FL"}, []string{`field "voter_id": not a voter id`}},
	} {
		var got []string
		for _, e := range tt.p.Validate() {
			got = append(got, e.Error())
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

func TestSpellingsAreBounded(t *testing.T) {
	p := Person{First: "Elizabeth", Last: "Doe", BirthDate: "1970-01-02", ZIP: "32301"}
	for i := range 5000 {
		p.FormerLast = append(p.FormerLast, "Roe"+strings.Repeat("x", i%500+1))
		p.FormerZIP = append(p.FormerZIP, fmt.Sprint(10000+i))
	}
	var pl planner
	q := pl.plan(&p)
	if !q.cut {
		t.Error("a cut search is not marked")
	}
	for typ, n := range q.asked {
		if n > maxSpellings {
			t.Errorf("%s: %d spellings", hashing.KeyType(typ), n)
		}
	}
	if q = pl.plan(&Person{First: "Elizabeth Ann", Middle: "Rose", Last: "Garcia-Lopez", BirthDate: "1970-01-02", FormerLast: []string{"Doe", "de la Cruz"}, ZIP: "32301", FormerZIP: []string{"32302"}}); q.cut {
		t.Error("an ordinary person's search is cut")
	}
}

// FuzzPlan: the inputs of a person are the details as given first, then
// departures from them, no two equal, no more than the bound, the same again
// and whoever was planned before, and as many as are counted when they are not made.
func FuzzPlan(f *testing.F) {
	f.Add("Mary Ann", "Lee", "Garcia-Lopez Jr", "1970-01-02", "32301", "1 Main St", "Roe", "j.doe+x@gmail.com", "123")
	f.Add("Bob", "", "O'Brien", "1970-12-12", "32301-1234", "", "", "", "")
	f.Add("José", "de", "Núñez y García", "1899-12-31", "x", "\xff", "–", "@", "00")
	f.Add("Ann", "", "A", "", "", "", "0 0 A", "", "1")
	f.Fuzz(func(t *testing.T, first, middle, last, date, zip, address, former, email, id string) {
		p := Person{
			First: first, Middle: middle, Last: last, BirthDate: date, ZIP: zip, Address: address, State: "FL",
			FormerLast: []string{former}, FormerZIP: []string{former, "32302"}, Email: email, VoterID: id, FormerState: []string{"GA"},
		}
		var pl, again planner
		q := pl.plan(&p)
		again.plan(&Person{First: "Robert", Last: "Roe-Poe", BirthDate: "1980-03-04", ZIP: "33101"})
		q2 := again.plan(&p)
		total, seen := 0, make(map[string]bool)
		for typ, n := range q.asked {
			if n > maxSpellings {
				t.Errorf("%d spellings", n)
			}
			if n == 0 {
				continue
			}
			typ := hashing.KeyType(typ)
			if pl.inputs[total].Type != typ || pl.steps[total]&guesses != 0 {
				t.Errorf("%s: the first spelling departs by %v", typ, pl.steps[total].Names())
			}
			for i := total; i < total+int(n); i++ {
				in := pl.inputs[i]
				key := string(byte(in.Type)) + string(in.X)
				if in.Type != typ || seen[key] || pl.steps[i].guessed() > maxGuesses {
					t.Errorf("input %d of %s is out of place, twice or too far a guess", i, typ)
				}
				seen[key] = true
				if other := again.inputs[q2.first+i]; !bytes.Equal(in.X, other.X) || again.steps[q2.first+i] != pl.steps[i] {
					t.Errorf("input %d differs the second time", i)
				}
			}
			total += int(n)
		}
		if total != q.n || q.n != len(pl.inputs) || q2.n != q.n {
			t.Errorf("%d inputs, counted %d and %d", len(pl.inputs), total, q2.n)
		}
		if q.n > 0 && q.given&hasLast == 0 {
			t.Error("inputs without a last name")
		}
		var counting planner
		counting.begin(^Keys(0), 0)
		if q3 := counting.plan(&p); q3.asked != q.asked || q3.cut != q.cut || q3.n != 0 {
			t.Errorf("counted %v inputs, cut: %v; made %v, %v", q3.asked, q3.cut, q.asked, q.cut)
		}
	})
}
