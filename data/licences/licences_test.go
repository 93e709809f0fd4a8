package licences

import (
	"math/bits"
	"slices"
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	table := All()
	if len(table.States) != 50 || len(table.Sources) < 2 || table.AsOf == "" {
		t.Fatalf("%d states, %d sources", len(table.States), len(table.Sources))
	}
	if !slices.IsSortedFunc(table.States, func(a, b State) int { return strings.Compare(a.Jurisdiction, b.Jurisdiction) }) {
		t.Error("not sorted")
	}
	for _, s := range table.States {
		for _, shape := range s.Shapes {
			list, err := shape.forms()
			if err != nil || len(list) == 0 {
				t.Errorf("%s: %v", s.Jurisdiction, err)
			}
			for _, f := range list {
				if !With(f).Has(s.Jurisdiction) || f.Digits() != shape.Digits() {
					t.Errorf("%s: form %x of %s", s.Jurisdiction, f, shape)
				}
			}
		}
	}
}

func TestFormOf(t *testing.T) {
	for _, tc := range []struct {
		value string
		state string // that has it
		not   string // that has not
	}{
		{"S123456789012", "US-FL", "US-GA"},
		{"s123456789012", "US-MD", "US-NC"},
		{"012345678", "US-GA", "US-FL"},
		{"AB123456C", "US-ID", "US-OH"},
		{"123AB4567", "US-IA", "US-ID"},
		{"K1K2K", "US-KS", "US-IA"},
		{"12ABC34567", "US-NH", "US-KS"},
	} {
		f := FormOf([]byte(tc.value))
		if s := With(f); !s.Has(tc.state) || s.Has(tc.not) {
			t.Errorf("%s: form %x is of %d states", tc.value, f, bits.OnesCount64(uint64(s)))
		}
	}
	for _, v := range []string{"", "12 34", "A-1", strings.Repeat("1", 25), "A1A1A1A1A1", "É1234567"} {
		if f := FormOf([]byte(v)); f != 0 {
			t.Errorf("%q has the form %x", v, f)
		}
	}
	for _, s := range []Shape{"A", "N0", "N3-2", "X1", "N99", "N1x"} {
		if _, err := s.forms(); err == nil {
			t.Errorf("%q is taken for a shape", s)
		}
	}
}

// Two values have one form only if they have letters and digits at the same places.
func FuzzFormOf(f *testing.F) {
	f.Add([]byte("A1"), []byte("AA1"))
	f.Add([]byte("S123456789012"), []byte("S12345678901"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		fa, fb := FormOf(a), FormOf(b)
		if fa == 0 || fb == 0 {
			return
		}
		same := len(a) == len(b)
		for i := 0; same && i < len(a); i++ {
			same = (a[i] <= '9') == (b[i] <= '9')
		}
		if same != (fa == fb) {
			t.Errorf("%q and %q: %x and %x", a, b, fa, fb)
		}
	})
}
