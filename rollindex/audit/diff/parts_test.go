package diff

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"rollcheck/internal/racetest"
	"rollcheck/rollindex/compare"
)

// The estimate is of a known truth, from one value to a million, and two sketches
// together are that of both.
func TestSketch(t *testing.T) {
	for _, n := range []int{0, 1, 10, 63, 1000, 4096, 10_000, 20_000, 100_000, 1_000_000} {
		var a, b sketch
		for i := range n {
			half := &a
			if i%3 == 0 {
				half = &b
			}
			h := sum(fmt.Appendf(nil, "VOTER%07d", i))
			half.add(h)
			half.add(h)
		}
		a.merge(&b)
		got := a.estimate()
		if off := math.Abs(got - float64(n)); off > 4*0.01625*float64(n)+0.5 {
			t.Errorf("%d values are estimated as %.0f", n, got)
		}
	}
}

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		value string
		want  Type
		form  string
	}{
		{"O'NEIL-DE LA CRUZ", Words, ""}, {"é", Words, ""}, {"32301", Numbers, ""}, {"-7.5", Numbers, ""}, {"32301-1234", Mixed, ""}, {"12 Oak St", Mixed, ""},
		{"a.b@example.com", Emails, ""}, {"a@b", Mixed, ""}, {"@example.com", Words, ""}, {"-", Mixed, ""},
		{"2020-09-01", Dates, "YYYY-MM-DD"}, {"2020-9-1 00:00:00", Dates, "YYYY-MM-DD with a time"}, {"2020-09-01T10:00:00Z", Dates, "YYYY-MM-DD with a time"},
		{"09/13/2020", Dates, "MM/DD/YYYY"}, {"13/09/2020", Dates, "DD/MM/YYYY"}, {"9/9/2020", Dates, "??/??/YYYY"}, {"20200913", Dates, "YYYYMMDD"}, {"09132020", Dates, "MMDDYYYY"},
		{"13.09.2020", Dates, "DD.MM.YYYY"}, {"13-SEP-2020", Dates, "DD-MON-YYYY"}, {"9/13/20", Dates, "??/??/YY"},
		{"2020-13-01", Mixed, ""}, {"99999999", Numbers, ""}, {"31/31/2020", Mixed, ""}, {"904-555-0134", Mixed, ""}, {"2020-09-01 x", Mixed, ""},
	} {
		got, form := classify([]byte(c.value))
		if got != c.want || got == Dates && form.String() != c.form {
			t.Errorf("%q: %v %q, want %v %q", c.value, got, form, c.want, c.form)
		}
	}
}

// Whatever a value is, it is of one type, and the form of a date has a name.
func FuzzClassify(f *testing.F) {
	for _, v := range []string{"2020-09-01", "9/13/20", "13-SEP-2020", "1/", "1//", "0000-00-00", "1-\xff-2020", "a@", ".@."} {
		f.Add([]byte(v))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 {
			return
		}
		kept := slices.Clone(b)
		got, form := classify(b)
		if got >= NumTypes || form >= NumForms || got == Dates && form.String() == "" || !slices.Equal(b, kept) {
			t.Errorf("%q: %d %d", b, got, form)
		}
	})
}

// Those that moved are as few as can be.
func TestUnmoved(t *testing.T) {
	for _, c := range []struct {
		pairs []int
		stay  []bool
	}{
		{[]int{0, 1, 2}, []bool{true, true, true}},
		{[]int{3, 0, 1, 2}, []bool{false, true, true, true}},
		{[]int{0, -1, 2, 3, 1}, []bool{true, false, true, true, false}},
		{[]int{-1}, []bool{false}},
	} {
		var columns []*Column
		for _, p := range c.pairs {
			columns = append(columns, &Column{pair: p})
		}
		if got := unmoved(columns); !slices.Equal(got, c.stay) {
			t.Errorf("%v: %v, want %v", c.pairs, got, c.stay)
		}
	}
}

// A tag that very many rows share is found; of many that few share, none is.
func TestHot(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	h, found := new(hot), 0
	for i := range 2_000_000 {
		tag := r.Uint64()
		if i%10 == 0 {
			tag = 12345
		}
		if h.is(tag) {
			if tag != 12345 {
				t.Fatal("a tag of one row is hot")
			}
			found++
		}
	}
	if found < 190_000 {
		t.Errorf("found in %d of 200,000 rows", found)
	}
}

// made is a matching of counties whose rates are drawn: between is how far ordinary
// ones lie from each other, as a standard deviation of the logarithm.
func made(r *rand.Rand, between float64) *matching {
	const counties = 67
	d := newDictionary()
	m := &matching{reading: &reading{counties: d}, all: &tally{counties: make([]counts, counties+2)}}
	for i := range counties {
		n := int64(math.Exp(11 + 1.5*r.NormFloat64()))
		k := d.number(fmt.Sprint(i), fmt.Sprintf("County %02d", i))
		d.entries[k].rows = [2]int64{n, n}
		c := &m.all.counties[k]
		c[matched] = n
		for _, m := range []struct {
			measure int
			rate    float64
		}{
			{added, 0.012}, {removed, 0.006}, {writing, 0.001}, {int(compare.Address), 0.015}, {int(compare.City), 0.002}, {int(compare.Party), 0.03},
			{int(compare.Mailing), 0.0002}, {repeated, 0.00003},
		} {
			c[m.measure] = binomial(r, n, min(m.rate*math.Exp(between*r.NormFloat64()), 1))
		}
	}
	return m
}

// binomial draws by the normal distribution where that is close, else by waiting
// times.
func binomial(r *rand.Rand, n int64, p float64) int64 {
	if mean := float64(n) * p; mean > 200 {
		return max(int64(math.Round(mean+math.Sqrt(mean*(1-p))*r.NormFloat64())), 0)
	}
	k := int64(-1)
	for at := 0.0; at <= float64(n); k++ {
		at += math.Floor(math.Log(1-r.Float64())/math.Log1p(-p)) + 1
	}
	return k
}

var draws = flag.Int("draws", 400, "how many comparisons TestFalseAlarms draws")

// Counties that differ as ordinary ones do, by much or by nothing, are named once in a
// hundred comparisons at most. One with eight times the rows added is named where
// others differ by little; where eight times is what counties differ by, it is not.
func TestFalseAlarms(t *testing.T) {
	racetest.LeaveOut(t)
	runs := *draws
	for _, between := range []float64{0, 0.1, 0.3, 0.6} {
		r := rand.New(rand.NewPCG(7, math.Float64bits(between)))
		alarms, missed := 0, 0
		for range runs {
			m := made(r, between)
			alarms += len(m.rates())
			for k := 2; ; k++ { // the first that is large enough
				if c := &m.all.counties[k]; c[matched] > 20_000 {
					c[added] = int64(0.012 * 8 * float64(c[matched]))
					if len(m.rates()) == 0 {
						missed++
					}
					break
				}
			}
		}
		t.Logf("between counties %.1f: %d counties named in %d ordinary comparisons; of one county with eight times the rows added %d missed", between, alarms, runs, missed)
		if alarms > max(runs/100, 2) || between <= 0.1 && missed > runs/100 {
			t.Errorf("between %.1f: %d false alarms, %d missed", between, alarms, missed)
		}
	}
}
