package exposure

import (
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	"rollcheck/data/advice"
	"rollcheck/hashing"
)

// Whatever is said of a search is said in Spanish too: of datasets and searches of
// all kinds, made at random.
func TestSpanishOfSearches(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	said := make(map[string]bool)
	for range 20_000 {
		rows := int64(1 + r.IntN(100_000))
		info := &hashing.DatasetInfo{
			ID: "x", Kind: hashing.Leak, Rows: rows, Indexed: rows - r.Int64N(rows/2+1), KeyRows: map[string]int64{},
			Jurisdictions: []string{"US-FL", "US-NY"}, Sections: []string{"US-FL", "US-NY", "US-OH"}, Homes: []string{"US-FL", "US-NY", "US-OH"}[:r.IntN(4)],
			JanuaryFirst: []string{"", "degraded"}[r.IntN(2)], Unchosen: int64(r.IntN(3)), Unread: int64(max(0, r.IntN(6)-3)), Skipped: map[string]int64{},
		}
		if r.IntN(20) == 0 {
			info.Indexed = r.Int64N(rows/500 + 1)
		}
		rest := rows - info.Indexed
		info.Keyless = r.Int64N(rest + 1)
		info.Withheld = map[string]int64{hashing.Confidential: r.Int64N(rest - info.Keyless + 1)}
		if r.IntN(4) == 0 {
			info.Skipped[hashing.CutShort] = int64(1 + r.IntN(2))
		}
		if r.IntN(10) == 0 {
			info.Doubts = []string{hashing.FirstOfOthers}
		}
		if r.IntN(2) == 0 {
			info.Scheme = hashing.Served
		}
		if r.IntN(20) == 0 {
			info.Rows, info.Indexed, info.Keyless, info.Withheld = 0, 0, 0, nil
		}
		for _, kt := range hashing.KeyTypes() {
			if r.IntN(2) == 0 {
				info.KeyRows[kt.String()] = r.Int64N(info.Indexed + 1)
			}
		}
		d := newDataset(info, "")
		if r.IntN(2) == 0 {
			d.asker = []string{"US-FL"}
		}
		few := r.IntN(1 << 11)
		a := d.answer(signature{
			given: given(r.IntN(1 << 11)), lost: given(r.IntN(1<<11) & few), keys: Keys(r.IntN(1 << hashing.NumKeyTypes)),
			cut: r.IntN(4) == 0, january: r.IntN(2) == 0, states: "US-FL", unread: r.IntN(20) == 0, named: []string{"", "US-FL", "US-FL,US-NY"}[r.IntN(3)],
			misnamed: r.IntN(4) == 0, nowhere: r.IntN(10) == 0,
			unasked: unasked{types: Keys(r.IntN(1 << hashing.NumKeyTypes)), gaps: hashing.Gaps(r.IntN(1 << len(gapNames))), retry: 1_790_000_000},
		})
		if spanish, ok := inSpanish(a.Why); !ok {
			t.Fatalf("not in Spanish: %s\n%s", a.Why, spanish)
		}
		for part := range strings.SplitSeq(a.Why, "; ") {
			for _, p := range phrases {
				if _, fits := match(p[0], part); fits {
					said[p[0]] = true
					break
				}
			}
		}
	}
	for _, p := range phrases {
		if (strings.HasPrefix(p[0], "its names") || strings.Contains(p[0], "its rows")) && !said[p[0]] {
			t.Errorf("never said, or hidden by another phrase: %s", p[0])
		}
	}
}

// Whatever is said of a field is said in Spanish too.
func TestSpanishOfFields(t *testing.T) {
	problems := regexp.MustCompile(`(?s)q\.problem\([^"]*"([^"]+)"|FieldError\{p\.Line, [^"]*"([^"]+)(?:" \+\s*"([^"]+))?"`)
	n := 0
	for _, file := range []string{"details.go", "spellings.go", "person.go", "asker.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range problems.FindAllStringSubmatch(string(source), -1) {
			n++
			if text := m[1] + m[2] + m[3]; !speaksOf(text) {
				t.Errorf("%s: not in Spanish: %s", file, text)
			}
		}
	}
	if n < 19 {
		t.Errorf("only %d problems are found in the source", n)
	}
	if got := (FieldError{Problem: "not a voter id"}).Says(advice.Es); got != "no es un número de votante" {
		t.Errorf("says %q", got)
	}
}

func speaksOf(text string) bool {
	_, ok := inSpanish(text)
	return ok
}

func TestSpanish(t *testing.T) {
	a := DatasetAnswer{Why: "up to 1,234.5% of its rows can only be found by details that were not given: give a birth date, a ZIP code and a voter id; " +
		"its records of New York and Ohio were not asked for"}
	const want = "hasta el 1,234.5% de sus filas solo se puede encontrar con datos que no se dieron: dé una fecha de nacimiento, un código postal y un número de votante; " +
		"no se preguntó por sus registros de Nueva York y Ohio"
	if got := a.Says(advice.Es); got != want {
		t.Errorf("says %q", got)
	}
	few := DatasetAnswer{Why: "less than 0.1% of its rows could not be read; less than 0.1% can only be found by details that were not given"}
	if got := few.Says(advice.Es); got != "menos del 0.1% de sus filas no se pudo leer; menos del 0.1% solo se puede encontrar con datos que no se dieron" {
		t.Errorf("says %q", got)
	}
	if got := a.Says(advice.En); got != a.Why {
		t.Errorf("says %q", got)
	}
	if _, ok := inSpanish("something else"); ok {
		t.Error("what is not known counts as known")
	}
}
