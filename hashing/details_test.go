package hashing

import (
	"bytes"
	"fmt"
	"testing"

	"rollcheck/data/field"
)

// A reader fills one Details row after row; that must not allocate, with or
// without diacritics.
func TestNoAllocation(t *testing.T) {
	var d Details
	prf, err := NewPRF(&Key{1}, &Salt{2})
	if err != nil {
		t.Fatal(err)
	}
	h, entries := prf.NewHasher(), prf.Entries("test", 1)
	x := make([]byte, 0, 256)
	var y Output
	last, line := []byte("N\xfa\xf1ez Jr"), []byte("12 Ca\xf1on St")
	n := testing.AllocsPerRun(100, func() {
		fillRow(&d)
		d.SetLast(last)
		d.SetAddressLine(line)
		for _, kt := range [...]KeyType{NameDOB, NameYOBZIP, NameAddress, NameZIP, VoterID, Phone, Email} {
			var ok bool
			if x, ok = d.AppendKey(x[:0], kt); !ok {
				t.Fatalf("no %v key", kt)
			}
			h.Sum(kt, x, &y)
			entries.Seal(&y)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations a row", n)
	}
}

// Fields stay what they are while others are set, also when the buffer grows,
// and setting one again does not disturb the rest.
func TestFieldsAreApart(t *testing.T) {
	var d Details
	fillRow(&d)
	want := d.out()
	_ = append(d.Last, "OVERWRITTEN"...)
	if got := d.out(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("appending to the last name made it %v", got)
	}
	long := bytes.Repeat([]byte("LONG"), 200)
	for range 20 {
		d.SetFirst(long)
	}
	d.SetFirst([]byte("MARIA"))
	if got := d.out(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	d.Reset()
	if got := d.out(); len(got) != 0 || d.Jurisdiction != "" {
		t.Errorf("after Reset: %v", got)
	}
}

// Setting an unusable value empties the field: a reused Details must not keep
// the last row's.
func TestUnusableEmpties(t *testing.T) {
	var d Details
	fillRow(&d)
	d.SetLast([]byte("*"))
	d.SetFirst([]byte("*"))
	d.SetMiddle([]byte("*"))
	d.SetBirth(Date{}, Date{})
	d.SetAddressLine([]byte("*"))
	d.SetZIP([]byte("*"))
	d.SetPhone(nil, []byte("*"))
	d.SetEmail([]byte("*"))
	d.SetVoterID([]byte("*"))
	if got := d.out(); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
	fillRow(&d)
	d.SetAddressParts([]byte("*"), nil, []byte("*"))
	if d.House != nil || d.Street != nil {
		t.Errorf("left: %q %q", d.House, d.Street)
	}
}

// The suffix column wins over a name's, whichever is set first, and the first
// name that has one wins over the next.
func TestSuffixPrecedence(t *testing.T) {
	var d Details
	d.SetSuffix([]byte("III"))
	d.SetLast([]byte("Smith Jr"))
	if d.Suffix != "III" || string(d.Last) != "SMITH" {
		t.Errorf("column first: %q %q", d.Last, d.Suffix)
	}
	d.Reset()
	d.SetLast([]byte("Smith Jr"))
	d.SetFirst([]byte("John III"))
	d.SetMiddle([]byte("Sr"))
	if d.Suffix != "JR" || string(d.First) != "JOHN" || d.Initial != 0 {
		t.Errorf("three suffixes: %q %q %q", d.First, d.Initial, d.Suffix)
	}
}

// TestAddressVariants: however an address is written, in one line or in
// columns, it is one address. The product of all spellings below is tried.
func TestAddressVariants(t *testing.T) {
	type spelt struct {
		want  string
		forms []string
	}
	numbers := []spelt{
		{"123", []string{"123", "0123"}}, {"123A", []string{"123A", "123-A", "123 A"}}, {"1234", []string{"12-34", "1234"}},
		{"123-1/2", []string{"123 1/2", "123-1/2", "123½"}}, {"N6W230", []string{"N6W230", "N6 W230"}},
	}
	names := []spelt{
		{"MAIN", []string{"Main", "MAIN"}}, {"5", []string{"Fifth", "5TH", "5"}}, {"21", []string{"Twenty-First", "TWENTY FIRST", "21st"}},
		{"SAINTJOHNS", []string{"St. John's", "Saint Johns", "ST JOHNS"}}, {"LAKEVIEW", []string{"Lake View", "Lakeview", "LK VW"}},
		{"MOUNTVERNON", []string{"Mt. Vernon", "Mount Vernon"}}, {"OBRIEN", []string{"O'Brien", "O’Brien", "OBrien"}},
		{"MARTINLUTHERKING", []string{"Martin Luther King", "Martin-Luther-King"}}, {"PENON", []string{"Peñón", "Pe\xf1\xf3n", "PENON"}},
	}
	before, behind := []string{"", "N", "N.W.", "North"}, []string{"", "S", "South"}
	types := []string{"St", "STREET", "Av", "Blvd."}
	rest := []string{"", "Apt 4", "# 4B", "Unit B", "4B", ", Springfield", "PO Box 12", "Fl 2", "Rear"}
	var a, b Details
	for _, number := range numbers {
		for _, name := range names {
			for i, form := range name.forms {
				for j := range len(before) * len(behind) * len(types) * len(rest) {
					pre, post := before[j%len(before)], behind[j/len(before)%len(behind)]
					typ, unit := types[j/len(before)/len(behind)%len(types)], rest[j/len(before)/len(behind)/len(types)]
					house := number.forms[(i+j)%len(number.forms)]
					line := fmt.Sprintf("%s %s %s %s %s %s", house, pre, form, typ, post, unit)
					a.Reset()
					a.SetAddressLine([]byte(line))
					b.Reset()
					b.SetAddressParts([]byte(house), nil, fmt.Appendf(nil, "%s %s", form, typ))
					for _, d := range []*Details{&a, &b} {
						if string(d.House) != number.want || string(d.Street) != name.want {
							t.Fatalf("%q: %q %q, want %q %q", line, d.House, d.Street, number.want, name.want)
						}
					}
					b.Reset()
					b.SetAddressParts([]byte(house), nil, []byte(form)) // the type in a column nobody reads
					if string(b.Street) != name.want {
						t.Fatalf("street %q: %q, want %q", form, b.Street, name.want)
					}
				}
			}
		}
	}
}

// TestMask: merging does not depend on the order or grouping of records, and
// keeps what each said.
func TestMask(t *testing.T) {
	a := NewMask(field.SetOf(field.Name, field.Email), 'A')
	if a.Kinds() != field.SetOf(field.Name, field.Email) || a.Initial() != 1 || a.Shared() {
		t.Fatalf("%032b", a)
	}
	masks := []Mask{a, NewMask(field.SetOf(field.Name, field.Phone), 'Z'), NewMask(field.SetOf(field.Party), 0), NewMask(0, 'A')}
	for _, a := range masks {
		for _, b := range masks {
			if a.Merge(b) != b.Merge(a) {
				t.Errorf("%032b and %032b: order matters", a, b)
			}
			for _, c := range masks {
				if a.Merge(b).Merge(c) != a.Merge(b.Merge(c)) {
					t.Errorf("%032b, %032b, %032b: grouping matters", a, b, c)
				}
			}
		}
	}
	all := masks[0].Merge(masks[1]).Merge(masks[2])
	if all.Initial() != InitialSeveral || !all.Shared() || all.Kinds() != field.SetOf(field.Name, field.Email, field.Phone, field.Party) {
		t.Errorf("merged: %032b", all)
	}
	if m := masks[0].Merge(masks[2]); m.Initial() != 1 {
		t.Errorf("one of two has an initial: %d", m.Initial())
	}
	for c := range 256 {
		want := 0
		if c >= 'A' && c <= 'Z' {
			want = c - 'A' + 1
		}
		if m := NewMask(field.Set(1<<32-1), byte(c)); m.Initial() != want || m.Shared() {
			t.Errorf("initial %q: %d", rune(c), m.Initial())
		}
	}
}

// TestKeysDoNotJoin: what must differ, differs: key types, indexes (salt),
// keys, datasets and generations.
func TestKeysDoNotJoin(t *testing.T) {
	tags := map[Tag]string{}
	checks := map[[16]byte]bool{}
	x := []byte("rc1\x01same")
	for i, ks := range []struct {
		key  Key
		salt Salt
	}{{Key{1}, Salt{1}}, {Key{2}, Salt{1}}, {Key{1}, Salt{2}}} {
		prf, err := NewPRF(&ks.key, &ks.salt)
		if err != nil {
			t.Fatal(err)
		}
		if checks[prf.Check()] {
			t.Error("two keys or salts share a check value")
		}
		checks[prf.Check()] = true
		h := prf.NewHasher()
		for _, kt := range KeyTypes() {
			var y, again Output
			h.Sum(kt, x, &y)
			if h.Sum(kt, x, &again); y != again {
				t.Fatal("a hasher gives two outputs for one input")
			}
			for _, ds := range []string{"a", "a1", "b"} {
				for generation := range uint32(3) {
					tag, pad := prf.Entries(ds, generation).Seal(&y)
					what := fmt.Sprint(i, kt, ds, generation)
					if other, ok := tags[tag]; ok || pad == 0 {
						t.Errorf("%s: tag of %s, pad %08x", what, other, uint32(pad))
					}
					tags[tag] = what
				}
			}
		}
	}
}

func TestValidDatasetID(t *testing.T) {
	for id, want := range map[string]bool{
		"fl-2020-10": true, "a": true, "0_x": true, "": false, "-a": false, "_a": false, "A": false, "a.b": false, "a/b": false, "é": false,
		string(bytes.Repeat([]byte("a"), 64)): true, string(bytes.Repeat([]byte("a"), 65)): false,
	} {
		if ValidDatasetID(id) != want {
			t.Errorf("%q: %v", id, !want)
		}
	}
}
